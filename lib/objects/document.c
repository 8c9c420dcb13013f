/* SPDX-License-Identifier: Apache-2.0 */
#include <rollout/objects.h>

#include <stdlib.h>

#include "objects/broadcastjob.h"
#include "objects/claim.h"
#include "objects/grouping.h"
#include "objects/pod.h"
#include "objects/replicaset.h"
#include "objects/revision.h"
#include "objects/settings.h"
#include "objects/subset.h"
#include "objects/uniteddeployment_revision.h"
#include "objects/workload.h"
#include "rules/selector.h"

/* A world and its memory. */
struct holder {
    struct rollout_world world;
    struct rollout_workload workload;
    struct rollout_snapshot snapshot;
    struct ro_specs specs;
    struct ro_arena arena;
    struct ro_replica_set_index sets;
    struct rollout_grouping *grouping; /* made for this world alone */
};

/* A pod of a Snapshot is the workload's unless its controller is another object; without a controller,
 * if the selector matches, as upstream would then adopt it. */
static bool is_owned(const struct rollout_node *pod, const struct rollout_world *world, const struct rollout_pod *facts)
{
    struct rollout_str owner = ro_controller_uid(pod);
    struct rollout_str uid = ro_text(ro_dig(world->workload_object.nodes, "metadata", "uid", NULL));
    const struct rollout_selector *selector = ro_workload_selector(world->workload);
    uint32_t hint = 0;
    if (owner.data)
        return !uid.data || ro_str_eq(owner, uid);
    return selector && ro_selector_match(selector, &facts->labels, &hint);
}

/* Whose pod it is, where ReplicaSets control pods; false: nobody's here. Beside a ReplicaSet those of its siblings and of
 * strangers are kept, for its ranks. */
static bool find_replica_set(const struct holder *h, const struct rollout_node *pod, struct rollout_pod *facts)
{
    struct rollout_str owner = ro_controller_uid(pod);
    if (h->workload.deployment) {
        facts->replica_set = ro_replica_set_find(&h->sets, owner);
        return facts->replica_set != 0;
    }
    if (!is_owned(pod, &h->world, facts))
        facts->flags |= ROLLOUT_POD_FOREIGN;
    return true;
}

static void read_replica_sets(struct ro_decoder *d, struct holder *h, const struct ro_group *group,
                              const struct ro_places *places)
{
    const struct ro_member *members = group->members[RO_MEMBER_REVISIONS];
    size_t count = group->count[RO_MEMBER_REVISIONS];
    struct rollout_replica_set_facts *sets = ro_arena_alloc(&h->arena, count, sizeof(*sets));
    struct rollout_tree *objects = ro_arena_alloc(&h->arena, count, sizeof(*objects));
    const struct rollout_node *template =
        h->workload.deployment ? ro_dig(group->workload.node, "spec", "template", NULL) : NULL;
    if (!sets || !objects)
        return;
    for (size_t i = 0; i < count; i++) {
        struct ro_at at = ro_at_element(d, &places->arrays[RO_MEMBER_REVISIONS], members[i].node, members[i].index);
        ro_replica_set_facts_decode(d, &h->arena, &at, template, &sets[i]);
        objects[i] = ro_tree_of(members[i].node);
    }
    if (!ro_replica_set_index(&h->arena, sets, count, &h->sets))
        return;
    h->snapshot.replica_sets = (struct rollout_replica_sets){ sets, count, sizeof(*sets) };
    h->world.replica_set_objects = objects;
    h->world.replica_set_object_count = count;
}

/* A pod of a List is a SidecarSet's by its labels, whoever owns it. A Snapshot's are all looked at. */
static bool is_selected(const struct rollout_workload *workload, const struct rollout_pod *facts)
{
    const struct rollout_selector *selector = ro_workload_selector(workload);
    uint32_t hint = 0;
    return !ro_selector_usable(selector) || ro_selector_match(selector, &facts->labels, &hint);
}

static void read_pods(struct ro_decoder *d, struct holder *h, const struct ro_group *group,
                      const struct ro_places *places, const struct ro_child_uids *children, bool list)
{
    const struct ro_member *members = group->members[RO_MEMBER_PODS];
    size_t count = group->count[RO_MEMBER_PODS];
    struct ro_gates gates;
    if (d->code == ROLLOUT_OK)
        d->code = ro_gates_resolve(h->workload.gates, h->workload.gate_count, &gates, d->reterr);
    struct rollout_pod *pods = ro_arena_alloc(&h->arena, count, sizeof(*pods));
    struct rollout_tree *objects = ro_arena_alloc(&h->arena, count, sizeof(*objects));
    struct rollout_in_place *in_place = NULL;
    struct ro_storage storage;
    size_t n = 0;
    ro_storage_open(&h->arena, h->workload.statefulset, &storage);
    if (h->arena.failed)
        return;
    for (size_t i = 0; i < count && d->code == ROLLOUT_OK; i++) {
        struct ro_at at = ro_at_element(d, &places->arrays[RO_MEMBER_PODS], members[i].node, members[i].index);
        bool may = ro_pod_may_in_place(members[i].node);
        if (may && !in_place) /* for all that may still come: to look for them first would be a pass of its own */
            in_place = ro_arena_alloc(&h->arena, count - i, sizeof(*in_place));
        ro_pod_decode(d, &at, &gates, &pods[n], may ? in_place : NULL);
        if (h->workload.broadcastjob && !ro_job_owns(h->world.workload_object.nodes, at.node))
            continue;
        bool by_set = h->workload.deployment || h->workload.replicaset;
        if (h->workload.sidecarset) {
            if (list && !is_selected(&h->workload, &pods[n]))
                continue;
        } else if (h->workload.uniteddeployment) {
            pods[n].child = ro_child_of(children, ro_controller_uid(at.node), &pods[n].replica_set);
            if (pods[n].child == 0)
                continue;
        } else if (by_set ? !find_replica_set(h, at.node, &pods[n])
                          : !list && !is_owned(at.node, &h->world, &pods[n])) {
            continue;
        }
        ro_pod_select(&pods[n], at.node, &h->workload, &storage);
        if (h->workload.broadcastjob)
            pods[n].job_pod = ro_job_pod_decode(d, &h->arena, &at);
        if (pods[n].in_place)
            in_place++;
        objects[n] = ro_tree_of(members[i].node);
        if (h->workload.sidecarset)
            pods[n].object = objects[n];
        n++;
    }
    h->snapshot.pods = (struct rollout_pods){ pods, n, sizeof(*pods) };
    h->world.pod_objects = objects;
    h->world.pod_object_count = n;
}

static void read_claims(struct ro_decoder *d, struct holder *h, const struct ro_group *group,
                        const struct ro_places *places)
{
    const struct ro_member *members = group->members[RO_MEMBER_CLAIMS];
    size_t count = group->count[RO_MEMBER_CLAIMS];
    struct rollout_claim *claims = ro_arena_alloc(&h->arena, count, sizeof(*claims));
    struct rollout_tree *objects = ro_arena_alloc(&h->arena, count, sizeof(*objects));
    struct rollout_str uid = ro_text(ro_dig(group->workload.node, "metadata", "uid", NULL));
    if (!claims || !objects)
        return;
    for (size_t i = 0; i < count; i++) {
        struct ro_at at = ro_at_element(d, &places->arrays[RO_MEMBER_CLAIMS], members[i].node, members[i].index);
        ro_claim_decode(d, &h->arena, &at, uid, &claims[i]);
        objects[i] = ro_tree_of(members[i].node);
    }
    h->snapshot.claims = (struct rollout_claims){ claims, count, sizeof(*claims) };
    h->world.claim_objects = objects;
    h->world.claim_object_count = count;
}

/* The children of a UnitedDeployment, and by *ret_uids whose pod a pod is. */
static void read_children(struct ro_decoder *d, struct holder *h, const struct ro_group *group,
                          const struct ro_places *places, struct ro_child_uids *ret_uids)
{
    const struct ro_member *members = group->members[RO_MEMBER_SUBSETS];
    size_t count = group->count[RO_MEMBER_SUBSETS], n = 0;
    struct rollout_subset *children = ro_arena_alloc(&h->arena, count, sizeof(*children));
    struct rollout_tree *objects = ro_arena_alloc(&h->arena, count, sizeof(*objects));
    struct rollout_str uid = ro_text(ro_dig(group->workload.node, "metadata", "uid", NULL));
    ro_child_uids_open(&h->arena, count, ret_uids);
    if (!children || !objects)
        return;
    for (size_t i = 0; i < count && d->code == ROLLOUT_OK; i++) {
        struct ro_at at = ro_at_element(d, &places->arrays[RO_MEMBER_SUBSETS], members[i].node, members[i].index);
        struct rollout_str kind = ro_read_text(d, &at, "kind");
        uint32_t child = ro_child_kind(kind, ro_read_text(d, &at, "apiVersion"));
        struct rollout_str owner = ro_controller_uid(at.node);
        struct rollout_str own = ro_text(ro_dig(at.node, "metadata", "uid", NULL));
        if (ro_str_eq(kind, RO_STR("ReplicaSet"))) {
            ro_child_uids_add(ret_uids, own, 0, owner.data ? owner : RO_STR(""));
        } else if (child == 0) {
            struct ro_at kind_at = ro_at_member(&at, "kind");
            ro_refuse(d, &kind_at, kind_at.node ? "is no kind of a subset's child" : "missing");
        } else if (!uid.data || ro_str_eq(owner, uid)) {
            ro_subset_decode(d, &at, child, &children[n]);
            objects[n++] = ro_tree_of(at.node);
            ro_child_uids_add(ret_uids, own, (uint32_t)n, (struct rollout_str){ NULL, 0 });
        }
    }
    ro_child_uids_close(ret_uids);
    h->snapshot.subsets = (struct rollout_subsets){ children, n, sizeof(*children) };
    h->world.subset_objects = objects;
    h->world.subset_object_count = n;
}

/* Place (from 1) of the revision of this name; 0 where there is none. */
static uint32_t revision_named(const struct rollout_revision *revisions, size_t count, struct rollout_str name)
{
    for (size_t i = 0; name.len > 0 && i < count; i++)
        if (ro_str_eq(revisions[i].name, name))
            return (uint32_t)i + 1;
    return 0;
}

/* The update revision that is not named: the stored one that the template is, or a new one. One that is
 * to be renumbered takes the live hash of the claim templates, as upstream's write of it does. */
static uint32_t find_update_revision(struct holder *h, const struct rollout_node *object,
                                     struct rollout_revision *revisions, struct rollout_tree *objects, size_t *count)
{
    struct rollout_opt *collision_count = ro_workload_collisions(&h->workload, &h->specs);
    const struct rollout_workload *workload = &h->workload;
    if (workload->uniteddeployment)
        return ro_uniteddeployment_revision(&h->arena, workload, object, collision_count, revisions, objects, count);
    uint32_t found = ro_revision_of_template(&h->arena, workload, object, *collision_count, revisions, objects, *count);
    if (found == ROLLOUT_NONE) {
        (void)ro_revision_make(&h->arena, workload, object, collision_count, revisions, *count,
                               ro_revision_next_number(revisions, *count, workload->sidecarset != NULL),
                               &revisions[*count], &objects[*count]);
        return (uint32_t)++*count;
    }
    for (size_t i = 0; workload->cloneset && i < *count; i++)
        if (revisions[i].number > revisions[found].number) {
            const struct rollout_node *templates = ro_dig(object, "spec", "volumeClaimTemplates", NULL);
            revisions[found].claims_hash = ro_claims_hash(&h->arena, templates);
            break;
        }
    return found + 1;
}

static void read_revisions(struct ro_decoder *d, struct holder *h, const struct ro_group *group,
                           const struct ro_places *places, bool snapshot)
{
    const struct ro_member *members = group->members[RO_MEMBER_REVISIONS];
    size_t count = group->count[RO_MEMBER_REVISIONS];
    struct rollout_revision *revisions = ro_arena_alloc(&h->arena, count + 1, sizeof(*revisions));
    struct rollout_tree *objects = ro_arena_alloc(&h->arena, count + 1, sizeof(*objects));
    struct ro_at update_at = { .node = NULL };
    struct rollout_str update = { NULL, 0 }, current = ro_workload_current_revision(&h->workload);
    if (!revisions || !objects)
        return;
    for (size_t i = 0; i < count; i++) {
        struct ro_at at = ro_at_element(d, &places->arrays[RO_MEMBER_REVISIONS], members[i].node, members[i].index);
        ro_revision_decode(d, &h->arena, &at, &revisions[i]);
        objects[i] = ro_tree_of(members[i].node);
    }
    if (snapshot) {
        struct rollout_str named = ro_read_text(d, &places->body, "currentRevision");
        current =
            named.len > 0 && !h->workload.daemonset && !h->workload.sidecarset ? named : current; /* they have none */
        update = ro_read_text(d, &places->body, "updateRevision");
        update_at = ro_at_member(&places->body, "updateRevision");
    }
    if (d->code != ROLLOUT_OK)
        return;
    if (h->workload.uniteddeployment)
        ro_uniteddeployment_list(h->workload.uniteddeployment, revisions, objects, count);
    struct rollout_snapshot *facts = &h->snapshot;
    facts->current_revision = revision_named(revisions, count, current);
    facts->update_revision = revision_named(revisions, count, update);
    if (update.len > 0 && facts->update_revision == 0)
        ro_refuse(d, &update_at, "is not among the revisions");
    else if (facts->update_revision == 0)
        facts->update_revision = find_update_revision(h, group->workload.node, revisions, objects, &count);
    facts->revisions = (struct rollout_revisions){ revisions, count, sizeof(*revisions) };
    h->world.revision_objects = objects;
    h->world.revision_object_count = count;
}

/* Those that rank a ReplicaSet's pods are its Deployment's: in a List, where all of them would be read for each of the
 * ReplicaSets, only if it has pods to delete. */
static const struct ro_group *ranked_group(const struct holder *h, const struct ro_group *group)
{
    const struct rollout_replicaset *set = h->workload.replicaset;
    int64_t wanted = set && set->replicas.set ? set->replicas.value : 1;
    bool surplus = set && (int64_t)group->count[RO_MEMBER_PODS] > wanted;
    return surplus && group->deployment ? group->deployment : group;
}

static void read_workload(struct ro_decoder *d, struct holder *h, const struct ro_group *group,
                          const struct ro_places *places)
{
    ro_workload_decode(d, &h->arena, &places->workload, group->kind, group->api_version, &h->specs, &h->workload);
    h->world.kind = group->kind;
    h->world.api_version = group->api_version;
    h->world.workload_object = ro_tree_of(group->workload.node);
}

int rollout_grouping_decode(const struct rollout_grouping *grouping, size_t index, int64_t now_ms,
                            struct rollout_world **ret_world, struct rollout_error *reterr)
{
    struct ro_decoder d = { .reterr = reterr };
    struct ro_places places;
    if (!grouping || !ret_world)
        return ro_error_null(reterr, grouping ? "ret_world" : "grouping");
    if (index >= grouping->count)
        return ro_error(reterr, ROLLOUT_ERR_INVALID, "index", "index: %zu, but the document holds %zu workloads", index,
                        grouping->count);
    const struct ro_group *group = &grouping->groups[index];
    struct holder *h = calloc(1, sizeof(*h));
    if (!h)
        return ro_error_nomem(reterr);
    h->world.struct_size = sizeof(h->world);
    h->world.workload = &h->workload;
    h->world.snapshot = &h->snapshot;
    h->workload.struct_size = sizeof(h->workload);
    h->snapshot.struct_size = sizeof(h->snapshot);
    h->snapshot.nodes = grouping->nodes;
    h->snapshot.storage_classes = grouping->storage_classes;
    h->snapshot.namespaces = grouping->namespaces;

    /* Settings are members of a Snapshot; what a List or a lone workload has of these names is not one. */
    static const struct rollout_node nothing = { ROLLOUT_NODE_OBJECT, 1, { NULL, 0 }, { NULL, 0 }, 0, 0 };
    struct ro_at none = ro_at_root(&nothing);
    ro_grouping_places(&d, grouping, group, &places);
    read_workload(&d, h, group, &places);
    ro_read_settings(&d, &h->arena, grouping->body ? &places.body : &none, now_ms, &h->workload, &h->snapshot);
    if (d.code == ROLLOUT_OK) {
        if (h->workload.deployment || h->workload.replicaset)
            read_replica_sets(&d, h, ranked_group(h, group), &places);
        else if (!h->workload.broadcastjob) /* it has none */
            read_revisions(&d, h, group, &places, grouping->body != NULL);
        read_claims(&d, h, group, &places);
        struct ro_child_uids children = { .count = 0 };
        if (h->workload.uniteddeployment)
            read_children(&d, h, group, &places, &children);
        read_pods(&d, h, ranked_group(h, group), &places, &children, grouping->list);
    }
    if (d.code == ROLLOUT_OK && h->arena.failed)
        d.code = ro_error_nomem(reterr);
    if (d.code != ROLLOUT_OK) {
        rollout_world_free(&h->world);
        return d.code;
    }
    *ret_world = &h->world;
    return ROLLOUT_OK;
}

int rollout_document_decode(const struct rollout_tree *document, size_t index, int64_t now_ms,
                            struct rollout_world **ret_world, struct rollout_error *reterr)
{
    struct rollout_grouping *grouping;
    struct rollout_world *world;
    if (!ret_world)
        return ro_error_null(reterr, "ret_world");
    int r = rollout_document_group(document, &grouping, reterr);
    if (r != ROLLOUT_OK)
        return r;
    r = rollout_grouping_decode(grouping, index, now_ms, &world, reterr);
    if (r != ROLLOUT_OK) {
        rollout_grouping_free(grouping);
        return r;
    }
    ((struct holder *)(void *)world)->grouping = grouping;
    *ret_world = world;
    return ROLLOUT_OK;
}

void rollout_world_free(struct rollout_world *world)
{
    struct holder *h = (struct holder *)(void *)world;
    if (!h)
        return;
    rollout_grouping_free(h->grouping);
    ro_arena_free(&h->arena);
    free(h);
}
