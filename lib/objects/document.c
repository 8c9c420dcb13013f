/* SPDX-License-Identifier: Apache-2.0 */
#include <rollout/objects.h>

#include <stdlib.h>

#include "objects/claim.h"
#include "objects/grouping.h"
#include "objects/pod.h"
#include "objects/revision.h"
#include "objects/settings.h"
#include "objects/workload.h"
#include "rules/selector.h"

/* A world and its memory. */
struct holder {
    struct rollout_world world;
    struct rollout_workload workload;
    struct rollout_snapshot snapshot;
    struct ro_specs specs;
    struct ro_arena arena;
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

/* A pod of a List is a SidecarSet's by its labels, whoever owns it. A Snapshot's are all looked at. */
static bool is_selected(const struct rollout_workload *workload, const struct rollout_pod *facts)
{
    const struct rollout_selector *selector = ro_workload_selector(workload);
    uint32_t hint = 0;
    return !ro_selector_usable(selector) || ro_selector_match(selector, &facts->labels, &hint);
}

static void read_pods(struct ro_decoder *d, struct holder *h, const struct ro_group *group,
                      const struct ro_places *places, bool list)
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
        if (h->workload.sidecarset ? list && !is_selected(&h->workload, &pods[n])
                                   : !list && !is_owned(at.node, &h->world, &pods[n]))
            continue;
        ro_pod_select(&pods[n], at.node, &h->workload, &storage);
        if (pods[n].in_place)
            in_place++;
        objects[n++] = ro_tree_of(members[i].node);
    }
    h->snapshot.pods = (struct rollout_pods){ pods, n, sizeof(*pods) };
    h->world.pod_objects = objects;
    h->snapshot.pod_objects = objects;
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
    uint32_t found = ro_revision_of_template(&h->arena, workload, object, *collision_count, revisions, objects, *count);
    if (found == ROLLOUT_NONE) {
        ro_revision_make(&h->arena, workload, object, collision_count, revisions, *count, &revisions[*count],
                         &objects[*count]);
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
        read_revisions(&d, h, group, &places, grouping->body != NULL);
        read_claims(&d, h, group, &places);
        read_pods(&d, h, group, &places, grouping->list);
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
