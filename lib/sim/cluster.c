/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/cluster.h"

#include <stdlib.h>
#include <string.h>

#include "base/abi.h"
#include "base/error.h"
#include "base/sort.h"
#include "base/str.h"
#include "rules/in_place.h"
#include "rules/lifecycle.h"
#include "rules/node_pods.h"
#include "rules/revision.h"
#include "sim/jobs.h"
#include "sim/kinds.h"
#include "sim/revisions.h"

/* Makes room for `count` elements, of which the new ones are zero. */
static bool need(void **items, size_t *room, size_t count, size_t size)
{
    if (count <= *room)
        return true;
    size_t more = *room ? *room : 16;
    while (more < count)
        more *= 2;
    void *grown = realloc(*items, more * size);
    if (!grown)
        return false;
    memset((char *)grown + *room * size, 0, (more - *room) * size);
    *items = grown;
    *room = more;
    return true;
}

/* ---- pods ---- */

static void point_to_in_place(struct ro_cluster *c)
{
    for (size_t i = 0; i < c->pod_count; i++)
        if (c->pods[i].in_place)
            c->pods[i].in_place = &c->in_place[i];
    c->snapshot.pods = (struct rollout_pods){ c->pods, c->pod_count, sizeof *c->pods };
}

uint32_t ro_cluster_add_pod(struct ro_cluster *c)
{
    size_t room[4] = { c->pod_room, c->pod_room, c->pod_room, c->pod_room }, count = c->pod_count + 1;
    if (!need((void **)&c->pods, &room[0], count, sizeof *c->pods) ||
        !need((void **)&c->in_place, &room[1], count, sizeof *c->in_place) ||
        !need((void **)&c->hidden, &room[2], count, sizeof *c->hidden) ||
        (c->workload.broadcastjob && !need((void **)&c->job_pods, &room[3], count, sizeof *c->job_pods)))
        return ROLLOUT_NONE;
    bool moved = room[0] != c->pod_room;
    c->pod_room = room[0];
    size_t i = c->pod_count++;
    memset(&c->pods[i], 0, sizeof *c->pods);
    memset(&c->in_place[i], 0, sizeof *c->in_place);
    memset(&c->hidden[i], 0, sizeof *c->hidden);
    c->hidden[i].serial = c->next_serial++;
    if (moved)
        point_to_in_place(c);
    c->snapshot.pods = (struct rollout_pods){ c->pods, c->pod_count, sizeof *c->pods };
    return (uint32_t)i;
}

void ro_cluster_sweep(struct ro_cluster *c)
{
    size_t kept = 0;
    for (size_t i = 0; c->claims_gone && i < c->claim_count; i++)
        if (c->claims[i].name.data)
            c->claims[kept++] = c->claims[i];
    if (c->claims_gone)
        c->claim_count = c->snapshot.claims.count = kept;
    c->claims_gone = false;
    ro_sets_sweep(c);
    ro_children_sweep(c);
    kept = 0;
    while (kept < c->pod_count && !(c->hidden[kept].flags & RO_SIM_GONE))
        kept++;
    if (kept == c->pod_count)
        return;
    for (size_t i = kept; i < c->pod_count; i++) {
        if (c->hidden[i].flags & RO_SIM_GONE) {
            if (c->hidden[i].object)
                ro_sidecars_leave(c, (uint32_t)i);
            continue;
        }
        if (kept != i) {
            c->pods[kept] = c->pods[i];
            c->in_place[kept] = c->in_place[i];
            c->hidden[kept] = c->hidden[i];
        }
        kept++;
    }
    c->pod_count = kept;
    point_to_in_place(c);
}

void ro_cluster_relabel(struct ro_cluster *c, uint32_t pod)
{
    const uint32_t read = ROLLOUT_POD_SPECIFIED_DELETE | ROLLOUT_POD_TEMPLATE_HASH;
    const struct ro_label_set *set = ro_texts_set(&c->texts, c->hidden[pod].labels);
    struct rollout_pod *p = &c->pods[pod];
    p->labels = set->labels;
    p->finalizers = ro_texts_list(&c->texts, c->hidden[pod].finalizers);
    p->flags = (p->flags & ~read) | set->flags;
    p->lifecycle_state = set->state;
    p->revision = set->revision;
}

void ro_cluster_set_label(struct ro_cluster *c, uint32_t pod, struct rollout_str key, struct rollout_str value)
{
    c->hidden[pod].labels = ro_texts_with(&c->texts, c->hidden[pod].labels, key, value);
    ro_cluster_relabel(c, pod);
}

/* What is under way with a pod of the start, as far as its facts tell: one that is not ready is taken to become so. */
static void guess(struct ro_cluster *c, uint32_t i)
{
    struct rollout_pod *p = &c->pods[i];
    struct ro_sim_pod *h = &c->hidden[i];
    uint32_t flags = p->in_place ? p->in_place->flags : 0;
    bool waits = (flags & ROLLOUT_IN_PLACE_STATE) && !(flags & ROLLOUT_IN_PLACE_CONTAINERS_DONE);
    if (!c->workload.replicaset) /* nobody else reads it */
        p->flags &= ~(uint32_t)ROLLOUT_POD_FOREIGN;
    if (c->workload.deployment && p->replica_set > c->sets.count) /* that of none of them */
        p->replica_set = 0;
    struct rollout_str revision = c->workload.uniteddeployment ? ro_child_pod_revision(p) : p->revision;
    uint32_t set = c->workload.deployment ? p->replica_set : 0;
    h->target = ro_kind_versionless(c) ? 1
                : set                  ? (uint16_t)c->sets.hidden[set - 1].template
                                       : (uint16_t)ro_cluster_revision(c, revision);
    h->image = waits || (flags & ROLLOUT_IN_PLACE_GRACE) ? 0 : h->target;
    if (waits)
        h->flags |= RO_SIM_RESTARTS;
    else if (p->flags & ROLLOUT_POD_READY)
        h->flags |= RO_SIM_CONTAINERS_READY;
    h->batches = flags & ROLLOUT_IN_PLACE_NEXT ? 1 : 0;
}

static void agree(struct ro_cluster *c, uint32_t pod, struct rollout_str key, struct rollout_str value)
{
    c->hidden[pod].labels = ro_texts_with(&c->texts, c->hidden[pod].labels, key, value);
}

/* A caller's own facts may say what no label of his does: labels say it from then on, as what changes a label reads the
 * facts out of all. */
static void label_facts(struct ro_cluster *c, uint32_t pod, const struct rollout_pod *facts)
{
    const struct ro_label_set *said = ro_texts_set(&c->texts, c->hidden[pod].labels);
    struct rollout_str revision = said->revision, hash = ro_short_hash(facts->revision);
    uint32_t state = said->state, flags = said->flags;
    if (facts->revision.len > 0 && !ro_str_eq(revision, facts->revision))
        agree(c, pod, RO_STR("controller-revision-hash"), facts->revision);
    if (facts->lifecycle_state != ROLLOUT_STATE_NONE && facts->lifecycle_state < ROLLOUT_STATE_OTHER &&
        facts->lifecycle_state != state)
        agree(c, pod, RO_STR("lifecycle.apps.kruise.io/state"), ro_state_text(facts->lifecycle_state));
    if ((facts->flags & ROLLOUT_POD_SPECIFIED_DELETE) && !(flags & ROLLOUT_POD_SPECIFIED_DELETE))
        agree(c, pod, RO_STR("apps.kruise.io/specified-delete"), RO_STR("true"));
    if ((facts->flags & ROLLOUT_POD_TEMPLATE_HASH) && !(flags & ROLLOUT_POD_TEMPLATE_HASH))
        agree(c, pod, RO_STR("pod-template-hash"), hash.data ? hash : RO_STR(""));
}

static int copy_pods(struct ro_cluster *c, const struct rollout_snapshot *s)
{
    for (size_t i = 0; i < s->pods.count; i++) {
        struct rollout_pod full = { 0 };
        uint32_t at = ro_cluster_add_pod(c);
        if (at == ROLLOUT_NONE)
            return ro_error_nomem(c->reterr);
        size_t size = s->pods.stride < sizeof full ? s->pods.stride : sizeof full;
        memcpy(&full, (const char *)s->pods.items + i * s->pods.stride, size);
        c->pods[at] = full;
        if (full.in_place) {
            c->in_place[at] = *full.in_place;
            c->pods[at].in_place = &c->in_place[at];
        }
        c->hidden[at].labels = ro_texts_labels(&c->texts, &full.labels);
        c->hidden[at].finalizers = ro_texts_finalizers(&c->texts, &full.finalizers);
        label_facts(c, at, &full);
        c->pods[at].labels = ro_texts_set(&c->texts, c->hidden[at].labels)->labels;
        c->pods[at].finalizers = ro_texts_list(&c->texts, c->hidden[at].finalizers);
        guess(c, at);
        int r = c->workload.sidecarset ? ro_sidecars_begin(c, at) : ROLLOUT_OK;
        if (r != ROLLOUT_OK)
            return r;
    }
    return c->texts.failed ? ro_error_nomem(c->reterr) : ROLLOUT_OK;
}

/* ---- nodes, claims, back-offs ---- */

static struct rollout_str zone_of(const struct rollout_node_facts *node)
{
    const struct rollout_str *zone = ro_labels_get(&node->labels, RO_STR("topology.kubernetes.io/zone"));
    if (!zone)
        zone = ro_labels_get(&node->labels, RO_STR("failure-domain.beta.kubernetes.io/zone"));
    return zone ? *zone : (struct rollout_str){ NULL, 0 };
}

static int by_text(const void *context, uint32_t a, uint32_t b)
{
    const struct rollout_str *texts = context;
    return ro_str_cmp(texts[a], texts[b]);
}

/* Zones are numbered by their names. */
static void number_zones(struct ro_cluster *c, const uint32_t *order, const struct rollout_str *zones)
{
    for (size_t i = 0; i < c->node_count; i++) {
        struct rollout_str zone = zones[order[i]];
        if (!zone.data)
            continue;
        if (c->zone_count == 0 || !ro_str_eq(c->zones[c->zone_count - 1], zone))
            c->zones[c->zone_count++] = zone;
        c->node_facts[order[i]].zone = (uint32_t)c->zone_count;
    }
}

static bool copy_nodes(struct ro_cluster *c, const struct rollout_snapshot *s)
{
    size_t n = s->nodes.count;
    c->nodes = ro_arena_alloc(&c->arena, n, sizeof *c->nodes);
    c->node_facts = ro_arena_alloc(&c->arena, n, sizeof *c->node_facts);
    c->zones = ro_arena_alloc(&c->arena, n, sizeof *c->zones);
    c->node_order = ro_arena_alloc(&c->arena, n, sizeof *c->node_order);
    c->node_names = ro_arena_alloc(&c->arena, n, sizeof *c->node_names);
    uint32_t *order = ro_arena_alloc(&c->arena, n, 2 * sizeof *order);
    struct rollout_str *zones = ro_arena_alloc(&c->arena, n, sizeof *zones);
    if (c->arena.failed)
        return false;
    for (size_t i = 0; i < n; i++) {
        size_t size = s->nodes.stride < sizeof *c->nodes ? s->nodes.stride : sizeof *c->nodes;
        memcpy(&c->nodes[i], (const char *)s->nodes.items + i * s->nodes.stride, size);
        zones[i] = zone_of(&c->nodes[i]);
        c->node_names[i] = c->nodes[i].name;
        order[i] = c->node_order[i] = (uint32_t)i;
    }
    c->node_count = n;
    ro_sort_indices(order, n, order + n, by_text, zones);
    number_zones(c, order, zones);
    ro_sort_indices(c->node_order, n, order, by_text, c->node_names);
    c->snapshot.nodes = (struct rollout_nodes){ c->nodes, n, sizeof *c->nodes };
    return true;
}

static bool copy_claims(struct ro_cluster *c, const struct rollout_snapshot *s)
{
    if (!need((void **)&c->claims, &c->claim_room, s->claims.count, sizeof *c->claims))
        return false;
    for (size_t i = 0; i < s->claims.count; i++) {
        size_t size = s->claims.stride < sizeof *c->claims ? s->claims.stride : sizeof *c->claims;
        memcpy(&c->claims[i], (const char *)s->claims.items + i * s->claims.stride, size);
    }
    c->claim_count = s->claims.count;
    c->snapshot.claims = (struct rollout_claims){ c->claims, c->claim_count, sizeof *c->claims };
    return true;
}

static bool copy_backoffs(struct ro_cluster *c, const struct rollout_snapshot *s)
{
    const struct rollout_backoffs *view = &s->failed_pod_backoffs;
    if (!need((void **)&c->backoffs, &c->backoff_room, view->count, sizeof *c->backoffs))
        return false;
    for (size_t i = 0; i < view->count; i++) {
        size_t size = view->stride < sizeof *c->backoffs ? view->stride : sizeof *c->backoffs;
        memcpy(&c->backoffs[i], (const char *)view->items + i * view->stride, size);
    }
    c->backoff_count = view->count;
    c->snapshot.failed_pod_backoffs = (struct rollout_backoffs){ c->backoffs, c->backoff_count, sizeof *c->backoffs };
    return true;
}

uint32_t ro_cluster_node_of(const struct ro_cluster *c, uint32_t pod)
{
    struct rollout_str name = ro_pod_node(&c->pods[pod]);
    uint32_t index = c->pods[pod].node_index;
    if (name.len == 0)
        return ROLLOUT_NONE;
    if (index && index <= c->node_count && ro_str_eq(c->nodes[index - 1].name, name))
        return index - 1;
    size_t low = 0, high = c->node_count;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        if (ro_str_cmp(c->node_names[c->node_order[mid]], name) < 0)
            low = mid + 1;
        else
            high = mid;
    }
    return low < c->node_count && ro_str_eq(c->node_names[c->node_order[low]], name) ? c->node_order[low]
                                                                                     : ROLLOUT_NONE;
}

/* ---- names ---- */

/* The names of the start in order, so that new ones can be told from them. */
static bool sort_names(struct ro_cluster *c)
{
    c->base_names = ro_arena_alloc(&c->arena, c->pod_count, sizeof *c->base_names);
    c->names = ro_arena_alloc(&c->arena, c->pod_count, 2 * sizeof *c->names);
    if (c->arena.failed)
        return false;
    for (size_t i = 0; i < c->pod_count; i++) {
        c->base_names[i] = c->pods[i].name;
        c->names[i] = (uint32_t)i;
    }
    c->name_count = c->pod_count;
    ro_sort_indices(c->names, c->name_count, c->names + c->name_count, by_text, c->base_names);
    return true;
}

/* Scheduler and pods find their nodes without looking for them again. */
static void index_nodes(struct ro_cluster *c)
{
    for (uint32_t i = 0; i < c->pod_count; i++) {
        uint32_t node = ro_cluster_node_of(c, i);
        c->pods[i].node_index = node == ROLLOUT_NONE ? 0 : node + 1;
    }
}

/* ---- open ---- */

static int open_workload(struct ro_cluster *c, const struct rollout_world *world)
{
    int r = ro_abi_struct(world->workload, &c->workload, sizeof c->workload, "workload", c->reterr);
    if (r == ROLLOUT_OK)
        r = ro_specs_open(&c->workload, &c->specs, c->reterr);
    if (r == ROLLOUT_OK)
        r = ro_gates_resolve(c->workload.gates, c->workload.gate_count, &c->gates, c->reterr);
    c->source = world;
    if (r == ROLLOUT_OK)
        ro_kind_prepare(c);
    if (r == ROLLOUT_OK && c->workload.sidecarset)
        r = ro_sidecars_admit(c);
    return r;
}

/* From WORLD_BROADCASTJOB on without ControllerRevisions. */
enum {
    WORLD_CLONESET,
    WORLD_STATEFULSET,
    WORLD_DAEMONSET,
    WORLD_SIDECARSET,
    WORLD_UNITEDDEPLOYMENT,
    WORLD_BROADCASTJOB,
    WORLD_REPLICASET,
    WORLD_DEPLOYMENT
};

static int kind_number(const struct rollout_world *world)
{
    struct rollout_workload full;
    if (ro_abi_struct(world->workload, &full, sizeof full, "workload", NULL) != ROLLOUT_OK)
        return -1;
    return full.cloneset           ? WORLD_CLONESET
           : full.statefulset      ? WORLD_STATEFULSET
           : full.sidecarset       ? WORLD_SIDECARSET
           : full.uniteddeployment ? WORLD_UNITEDDEPLOYMENT
           : full.broadcastjob     ? WORLD_BROADCASTJOB
           : full.replicaset       ? WORLD_REPLICASET
           : full.deployment       ? WORLD_DEPLOYMENT
                                   : WORLD_DAEMONSET;
}

/* What is wrong with the change; NULL = nothing. */
static const char *refusal(const struct rollout_world *world, const struct rollout_world *to, int *ret_code,
                           struct rollout_error *told)
{
    struct rollout_snapshot snapshot;
    struct rollout_plan *plan = NULL;
    *ret_code = ROLLOUT_ERR_INVALID;
    if (!to || !to->workload || !to->snapshot)
        return !to ? "world: NULL" : to->workload ? "world.snapshot: NULL" : "world.workload: NULL";
    int r = rollout_plan(to->workload, to->snapshot, &plan, told);
    rollout_plan_free(plan);
    if (r == ROLLOUT_OK)
        r = ro_abi_struct(to->snapshot, &snapshot, sizeof snapshot, "snapshot", told);
    if (r != ROLLOUT_OK) {
        static const char where[] = "world: ";
        *ret_code = r;
        memmove(told->message + sizeof where - 1, told->message, sizeof told->message - sizeof where);
        memcpy(told->message, where, sizeof where - 1);
        told->message[sizeof told->message - 1] = '\0';
        return told->message;
    }
    if (kind_number(world) >= 0 && kind_number(to) != kind_number(world))
        return "world.workload: is of another kind";
    return snapshot.update_revision || kind_number(world) >= WORLD_BROADCASTJOB ? NULL
                                                                                : "world.snapshot.update_revision: 0";
}

int ro_cluster_check_changes(const struct rollout_world *world, const struct rollout_change *changes, size_t count,
                             struct rollout_error *reterr)
{
    if (count && !changes)
        return ro_error(reterr, ROLLOUT_ERR_INVALID, "changes", "changes: NULL with a count");
    for (size_t i = 0; i < count; i++) {
        struct rollout_error told = { .struct_size = sizeof told };
        int code;
        const char *text = refusal(world, changes[i].world, &code, &told);
        if (code == ROLLOUT_ERR_NOMEM)
            return ro_error_nomem(reterr);
        if (text)
            return ro_error_at(reterr, code, (uint32_t)i, "changes", "changes[%zu].%s", i, text);
    }
    return ROLLOUT_OK;
}

int ro_cluster_open(struct ro_cluster *c, const struct rollout_world *world, struct rollout_error *reterr)
{
    struct rollout_plan *plan = NULL;
    c->reterr = reterr;
    c->base = world;
    /* whatever is wrong with the facts is found here, with the planner's own words */
    int r = rollout_plan(world->workload, world->snapshot, &plan, reterr);
    rollout_plan_free(plan);
    if (r == ROLLOUT_OK)
        r = ro_abi_struct(world->snapshot, &c->snapshot, sizeof c->snapshot, "snapshot", reterr);
    if (r != ROLLOUT_OK)
        return r;
    struct rollout_snapshot given = c->snapshot;
    c->snapshot.pods = (struct rollout_pods){ 0 };
    if (given.pods.count > RO_CLUSTER_PODS)
        return ro_error(reterr, ROLLOUT_ERR_INVALID, "pods", "pods: %zu, but at most %d can be played with",
                        given.pods.count, RO_CLUSTER_PODS);
    if (!copy_nodes(c, &given) || !copy_claims(c, &given) || !copy_backoffs(c, &given))
        return ro_error_nomem(reterr);
    r = open_workload(c, world);
    if (c->workload.deployment || c->workload.replicaset || c->workload.broadcastjob) {
        /* no ControllerRevisions: planners read none, so nobody has checked the places */
        given.revisions.count = 0;
        c->snapshot.update_revision = c->snapshot.current_revision = 0;
    }
    if (r == ROLLOUT_OK)
        r = ro_revisions_open(c, world, &given);
    if (r != ROLLOUT_OK)
        return r;
    if (c->workload.deployment)
        r = ro_sets_open(c, &given);
    if (r == ROLLOUT_OK)
        r = ro_children_open(c, &given) == ROLLOUT_OK ? ROLLOUT_OK : ro_error_nomem(reterr);
    if (r == ROLLOUT_OK)
        r = copy_pods(c, &given);
    if (r == ROLLOUT_OK && !sort_names(c))
        return ro_error_nomem(reterr);
    if (r != ROLLOUT_OK)
        return r;
    c->snapshot.in_flight = (struct rollout_in_flights){ 0 }; /* what was written is seen */
    index_nodes(c);
    ro_kind_begin(c);
    r = c->workload.broadcastjob ? ro_job_begin(c) : ROLLOUT_OK;
    if (r != ROLLOUT_OK)
        return r;
    return c->texts.failed ? ro_error_nomem(reterr) : ROLLOUT_OK;
}

void ro_cluster_free(struct ro_cluster *c)
{
    ro_revisions_free(c);
    ro_sets_free(&c->sets);
    ro_children_free(&c->children);
    free(c->pods);
    free(c->in_place);
    free(c->hidden);
    free(c->job_pods);
    ro_sidecars_free(c);
    free(c->claims);
    free(c->backoffs);
    free(c->free_nodes);
    ro_texts_free(&c->texts);
    ro_arena_free(&c->arena);
}

int ro_cluster_plan(struct ro_cluster *c, struct rollout_plan **ret_plan)
{
    ro_children_count(c);
    if (c->workload.broadcastjob)
        ro_job_show(c);
    if (c->workload.deployment)
        ro_sets_show(c);
    return rollout_plan(&c->workload, &c->snapshot, ret_plan, c->reterr);
}

int ro_cluster_change(struct ro_cluster *c, const struct rollout_world *world)
{
    struct ro_specs before = c->specs;
    int r = open_workload(c, world);
    if (r != ROLLOUT_OK)
        return r;
    /* what was reached so far is not the new object's to say */
    c->specs.cloneset_status = before.cloneset_status;
    c->specs.statefulset_status = before.statefulset_status;
    c->specs.daemonset_status = before.daemonset_status;
    c->specs.uniteddeployment_status = before.uniteddeployment_status;
    c->specs.broadcastjob_status = before.broadcastjob_status;
    c->specs.replicaset_status = before.replicaset_status;
    c->specs.deployment_status = before.deployment_status;
    c->specs.sidecarset_status = before.sidecarset_status;
    if (c->workload.deployment)
        return ro_sets_change(c, world, before.deployment.generation);
    if (ro_kind_versionless(c))
        return ROLLOUT_OK;
    return ro_revisions_join(c, world);
}
