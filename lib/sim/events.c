/* SPDX-License-Identifier: Apache-2.0 */
/* What others than the driver do: scheduler, kubelet, the owners of hooks, garbage collection, and what goes wrong. */
#include "sim/cluster.h"

#include <rollout/scheduling.h>
#include <stdlib.h>

#include "base/str.h"
#include "rules/lifecycle.h"
#include "sim/jobs.h"
#include "sim/kinds.h"

static const struct rollout_str absent = { NULL, 0 };

bool ro_cluster_evicts(const struct ro_cluster *c)
{
    return !c->workload.daemonset && !c->workload.broadcastjob;
}

static bool on_lost_node(const struct ro_cluster *c, uint32_t pod)
{
    uint32_t node = c->pods[pod].node_index;
    return node && node <= c->node_count && c->node_facts[node - 1].lost;
}

static bool ended(const struct rollout_pod *p)
{
    return p->phase == ROLLOUT_PHASE_SUCCEEDED || p->phase == ROLLOUT_PHASE_FAILED;
}

static bool waiting(const struct rollout_pod *p)
{
    return p->phase == ROLLOUT_PHASE_NONE || p->phase == ROLLOUT_PHASE_PENDING;
}

/* ---- scheduler ---- */

/* A pod tells by the name that it has a node: one without a name takes none. */
static bool takes_pods(const struct ro_cluster *c, size_t node)
{
    return !c->node_facts[node].lost && !c->node_facts[node].cordoned && c->nodes[node].name.len > 0;
}

static bool node_left(const struct ro_cluster *c)
{
    for (size_t i = 0; i < c->node_count; i++)
        if (takes_pods(c, i))
            return true;
    return c->node_count == 0;
}

/* A small world has no memory of who was where: the node with the fewest pods, the first of those. */
static uint32_t emptiest(const struct ro_cluster *c)
{
    uint32_t best = ROLLOUT_NONE;
    size_t least = SIZE_MAX;
    for (uint32_t n = 0; n < c->node_count; n++) {
        size_t pods = 0;
        if (!takes_pods(c, n))
            continue;
        for (size_t i = 0; i < c->pod_count; i++)
            pods += c->pods[i].node_index == n + 1;
        if (pods < least) {
            least = pods;
            best = n;
        }
    }
    return best;
}

/* The place that has been free for longest; else all nodes in turn. */
static uint32_t find_node(struct ro_cluster *c)
{
    if (c->fixed_names)
        return emptiest(c);
    while (c->free_count) {
        uint32_t node = c->free_nodes[c->free_first];
        c->free_first = (c->free_first + 1) % c->free_room;
        c->free_count--;
        if (takes_pods(c, node))
            return node;
    }
    for (size_t i = 0; i < c->node_count; i++) {
        uint32_t node = c->next_node++ % (uint32_t)c->node_count;
        if (takes_pods(c, node))
            return node;
    }
    return ROLLOUT_NONE;
}

static void leave_node(struct ro_cluster *c, uint32_t pod)
{
    uint32_t node = c->pods[pod].node_index;
    if (!node || c->fixed_names || c->workload.daemonset)
        return;
    if (c->free_count == c->free_room) {
        size_t room = c->free_room ? 2 * c->free_room : 64;
        uint32_t *ring = calloc(room, sizeof *ring);
        if (!ring) {
            c->texts.failed = true;
            return;
        }
        for (size_t i = 0; i < c->free_count; i++)
            ring[i] = c->free_nodes[(c->free_first + i) % c->free_room];
        free(c->free_nodes);
        c->free_nodes = ring;
        c->free_room = room;
        c->free_first = 0;
    }
    c->free_nodes[(c->free_first + c->free_count++) % c->free_room] = node - 1;
}

static void schedule(struct ro_cluster *c, uint32_t pod)
{
    struct rollout_pod *p = &c->pods[pod];
    if (p->target_node.len > 0) {
        p->node = p->target_node;
        p->target_node = absent;
        return;
    }
    if (p->child && ro_child_full(c, p->child - 1)) {
        p->flags |= ROLLOUT_POD_UNSCHEDULABLE;
        return;
    }
    uint32_t node = c->node_count ? find_node(c) : ROLLOUT_NONE;
    p->flags &= ~(uint32_t)ROLLOUT_POD_UNSCHEDULABLE;
    p->node = node == ROLLOUT_NONE ? RO_STR("node") : c->nodes[node].name;
    p->node_index = node == ROLLOUT_NONE ? 0 : node + 1;
}

/* ---- kubelet ---- */

enum ro_event ro_cluster_next(const struct ro_cluster *c, uint32_t pod)
{
    const struct rollout_pod *p = &c->pods[pod];
    const struct ro_sim_pod *h = &c->hidden[pod];
    if ((h->flags & RO_SIM_GONE) || on_lost_node(c, pod))
        return RO_EVENT_NONE;
    if (p->flags & ROLLOUT_POD_TERMINATING)
        return RO_EVENT_GONE;
    if (ended(p))
        return RO_EVENT_NONE;
    if (p->node.len == 0 && (p->flags & ROLLOUT_POD_UNSCHEDULABLE) && p->child && ro_child_full(c, p->child - 1))
        return RO_EVENT_NONE;
    if (p->node.len == 0)
        return p->target_node.len > 0 || node_left(c) ? RO_EVENT_SCHEDULE : RO_EVENT_NONE;
    if (waiting(p))
        return h->flags & RO_SIM_STUCK ? RO_EVENT_NONE : RO_EVENT_START;
    if (h->flags & RO_SIM_RESTARTS)
        return h->flags & RO_SIM_STUCK ? RO_EVENT_NONE : RO_EVENT_RESTART;
    if (c->workload.sidecarset)
        return ro_sidecars_changed(c, h)       ? RO_EVENT_STOP
               : ro_sidecars_can_ready(c, pod) ? RO_EVENT_READY
                                               : RO_EVENT_NONE;
    if (!(h->flags & (RO_SIM_CONTAINERS_READY | RO_SIM_BROKEN)))
        return RO_EVENT_READY;
    if (c->workload.broadcastjob && !(h->flags & RO_SIM_BROKEN))
        return RO_EVENT_END;
    return RO_EVENT_NONE;
}

/* The next batch waits until the containers before it are ready. */
static void look_before_next(struct ro_cluster *c, uint32_t pod)
{
    struct rollout_in_place *in_place = &c->in_place[pod];
    bool up = (c->hidden[pod].flags & (RO_SIM_CONTAINERS_READY | RO_SIM_RESTARTS)) == RO_SIM_CONTAINERS_READY;
    if (up == ((in_place->flags & ROLLOUT_IN_PLACE_NEXT_READY) != 0))
        return;
    in_place->flags ^= ROLLOUT_IN_PLACE_NEXT_READY;
    in_place->waits_for = up ? ROLLOUT_WAITS_FOR_NOTHING : ROLLOUT_WAITS_FOR_PRECHECK;
    if (up)
        in_place->container = absent;
}

void ro_cluster_settle(struct ro_cluster *c, uint32_t pod)
{
    struct rollout_pod *p = &c->pods[pod];
    struct ro_sim_pod *h = &c->hidden[pod];
    const uint32_t keys = ROLLOUT_POD_KEY_PRE_DELETE | ROLLOUT_POD_KEY_PRE_UPDATE;
    if ((h->flags & (RO_SIM_RESTARTS | RO_SIM_KEEPS)) == RO_SIM_RESTARTS)
        h->flags &= (uint16_t)~RO_SIM_CONTAINERS_READY;
    bool in_place = !(p->flags & ROLLOUT_POD_IN_PLACE_GATE) || (p->flags & ROLLOUT_POD_IN_PLACE_TRUE);
    bool kruise =
        !(p->flags & ROLLOUT_POD_KRUISE_GATE) || ((p->flags & ROLLOUT_POD_KRUISE_CONDITION) && !(p->flags & keys));
    bool ready = (h->flags & RO_SIM_CONTAINERS_READY) && p->phase == ROLLOUT_PHASE_RUNNING && in_place && kruise &&
                 !on_lost_node(c, pod);
    if (ready != ((p->flags & ROLLOUT_POD_READY) != 0)) {
        p->flags ^= ROLLOUT_POD_READY;
        p->ready_since_ms = c->snapshot.now_ms / 1000 * 1000;
    }
    if (p->in_place && (p->in_place->flags & ROLLOUT_IN_PLACE_NEXT) &&
        (p->in_place->flags & ROLLOUT_IN_PLACE_CONTAINERS_DONE))
        look_before_next(c, pod);
}

/* A claim whose only owner among pods is gone goes with it. */
static void collect_claims(struct ro_cluster *c, struct rollout_str uid)
{
    size_t kept = 0;
    for (size_t i = 0; i < c->claim_count; i++) {
        bool owned = false;
        for (size_t o = 0; o < c->claims[i].owner_count; o++)
            owned = owned || (uid.len > 0 && ro_str_eq(c->claims[i].owners[o].uid, uid));
        if (owned && c->claims[i].owner_count == 1)
            continue;
        c->claims[kept++] = c->claims[i];
    }
    c->claim_count = kept;
    c->snapshot.claims = (struct rollout_claims){ c->claims, c->claim_count, sizeof *c->claims };
}

static void restart(struct ro_cluster *c, uint32_t pod)
{
    struct rollout_pod *p = &c->pods[pod];
    struct ro_sim_pod *h = &c->hidden[pod];
    if (c->workload.sidecarset) {
        h->restarts++;
        p->restarts += !c->fixed_names && p->restarts < INT32_MAX;
        ro_sidecars_start(c, pod);
        return;
    }
    if (!(h->flags & RO_SIM_KEEPS)) {
        h->restarts++;
        p->restarts +=
            !c->fixed_names && p->restarts < INT32_MAX; /* a number that only grows would make a small world endless */
        h->flags &= (uint16_t)~(RO_SIM_CONTAINERS_READY | RO_SIM_BROKEN);
    }
    h->flags &= (uint16_t)~(RO_SIM_RESTARTS | RO_SIM_KEEPS);
    if (!h->batches)
        h->image = h->target;
    if (p->in_place) {
        c->in_place[pod].flags |= ROLLOUT_IN_PLACE_CONTAINERS_DONE;
        c->in_place[pod].waits_for = ROLLOUT_WAITS_FOR_NOTHING;
        c->in_place[pod].container = absent;
    }
}

/* ---- hooks ---- */

/* What the pod waits for, and whether the owner has to put it on (there) or take it off. */
static const struct rollout_hook *waited_for(const struct ro_cluster *c, uint32_t pod, bool *ret_there)
{
    const struct rollout_lifecycle *lifecycle = ro_kind_lifecycle(c);
    if (!lifecycle)
        return NULL;
    switch (c->pods[pod].lifecycle_state) {
    case ROLLOUT_STATE_PREPARING_NORMAL:
        *ret_there = true;
        return &lifecycle->pre_normal;
    case ROLLOUT_STATE_PREPARING_UPDATE:
        *ret_there = false;
        return &lifecycle->in_place_update;
    case ROLLOUT_STATE_UPDATED:
        *ret_there = true;
        return &lifecycle->in_place_update;
    case ROLLOUT_STATE_PREPARING_DELETE:
        *ret_there = false;
        return &lifecycle->pre_delete;
    default:
        return NULL;
    }
}

enum ro_event ro_cluster_hook(const struct ro_cluster *c, uint32_t pod)
{
    const struct rollout_pod *p = &c->pods[pod];
    bool there = false;
    const struct rollout_hook *hook = waited_for(c, pod, &there);
    if (!hook || !hook->set || (c->hidden[pod].flags & RO_SIM_GONE) || (p->flags & ROLLOUT_POD_TERMINATING) || ended(p))
        return RO_EVENT_NONE;
    if (there)
        return ro_hooked_all(hook, p) ? RO_EVENT_NONE : RO_EVENT_HOOK;
    struct rollout_str part = ro_hook_part(hook, p, true);
    return part.data && ro_hook_removable(p, part) ? RO_EVENT_HOOK : RO_EVENT_NONE;
}

static void move_hook(struct ro_cluster *c, uint32_t pod)
{
    bool there = false;
    const struct rollout_hook *hook = waited_for(c, pod, &there);
    if (!hook)
        return;
    for (uint32_t i = 0; i < hook->labels.count; i++)
        ro_cluster_set_label(c, pod, *ro_label_key(&hook->labels, i),
                             there ? *ro_label_value(&hook->labels, i) : absent);
    for (uint32_t i = 0; i < hook->finalizers.count; i++)
        c->hidden[pod].finalizers =
            ro_texts_listed(&c->texts, c->hidden[pod].finalizers, *ro_strs_at(&hook->finalizers, i), there);
    ro_cluster_relabel(c, pod);
}

/* ---- what happens ---- */

void ro_cluster_happen(struct ro_cluster *c, uint32_t pod, enum ro_event event)
{
    struct rollout_pod *p = &c->pods[pod];
    struct ro_sim_pod *h = &c->hidden[pod];
    switch (event) {
    case RO_EVENT_SCHEDULE:
        schedule(c, pod);
        break;
    case RO_EVENT_START:
        p->phase = ROLLOUT_PHASE_RUNNING;
        h->image = h->target;
        if (p->flags & ROLLOUT_POD_KRUISE_GATE) /* another controller's first word on it */
            p->flags |= ROLLOUT_POD_KRUISE_CONDITION;
        if (c->workload.sidecarset)
            ro_sidecars_start(c, pod);
        if (c->workload.broadcastjob) /* which has no probes */
            h->flags |= RO_SIM_CONTAINERS_READY;
        break;
    case RO_EVENT_END:
        p->phase = ROLLOUT_PHASE_SUCCEEDED;
        break;
    case RO_EVENT_STOP:
        ro_sidecars_stop(c, pod);
        break;
    case RO_EVENT_RESTART:
        restart(c, pod);
        break;
    case RO_EVENT_READY:
        if (c->workload.sidecarset)
            ro_sidecars_ready(c, pod);
        else
            h->flags |= RO_SIM_CONTAINERS_READY;
        break;
    case RO_EVENT_GONE:
        h->flags |= RO_SIM_GONE;
        leave_node(c, pod);
        if (c->keeps_claims)
            collect_claims(c, p->uid);
        break;
    case RO_EVENT_HOOK:
        move_hook(c, pod);
        break;
    case RO_EVENT_NONE:
        break;
    }
    ro_cluster_settle(c, pod);
}

/* ---- what goes wrong ---- */

void ro_cluster_unready(struct ro_cluster *c, uint32_t pod)
{
    c->hidden[pod].flags &= (uint16_t)~RO_SIM_CONTAINERS_READY;
    if (c->workload.sidecarset)
        ro_sidecars_unready(c, pod);
    ro_cluster_settle(c, pod);
}

void ro_cluster_break(struct ro_cluster *c, uint32_t pod)
{
    if (c->workload.sidecarset) { /* its statuses say it */
        ro_sidecars_break(c, pod);
        ro_cluster_settle(c, pod);
        return;
    }
    c->hidden[pod].flags |= RO_SIM_BROKEN;
    ro_cluster_unready(c, pod);
}

void ro_cluster_fail(struct ro_cluster *c, uint32_t pod)
{
    if (!ro_job_restarts(c, pod))
        c->pods[pod].phase = ROLLOUT_PHASE_FAILED;
    ro_cluster_unready(c, pod);
}

void ro_cluster_vanish(struct ro_cluster *c, uint32_t pod)
{
    if (c->workload.sidecarset && ro_sidecars_renew(c, pod)) /* by whoever owns it */
        return;
    ro_cluster_happen(c, pod, RO_EVENT_GONE);
}

void ro_cluster_evict(struct ro_cluster *c, uint32_t node)
{
    for (uint32_t i = 0; i < c->pod_count; i++)
        if (c->pods[i].node_index == node + 1) {
            bool anew = c->workload.sidecarset && ro_kind_active(c, i) && ro_sidecars_renew(c, i);
            if (ro_cluster_evicts(c) && !anew)
                c->pods[i].flags |= ROLLOUT_POD_TERMINATING;
            ro_cluster_settle(c, i);
        }
}

void ro_cluster_lose_node(struct ro_cluster *c, uint32_t node)
{
    static const struct rollout_taint unreachable[] = {
        { { "node.kubernetes.io/unreachable", 30 }, { NULL, 0 }, ROLLOUT_EFFECT_NO_SCHEDULE, 0 },
        { { "node.kubernetes.io/unreachable", 30 }, { NULL, 0 }, ROLLOUT_EFFECT_NO_EXECUTE, 0 },
    };
    struct rollout_node_facts *facts = &c->nodes[node];
    struct rollout_taint *taints;
    if (c->node_facts[node].lost)
        return;
    c->node_facts[node].lost = true;
    taints = ro_arena_alloc(&c->arena, facts->taint_count + 2, sizeof *taints);
    if (!taints) {
        c->texts.failed = true;
        return;
    }
    for (size_t i = 0; i < facts->taint_count; i++)
        taints[i] = facts->taints[i];
    taints[facts->taint_count] = unreachable[0];
    taints[facts->taint_count + 1] = unreachable[1];
    facts->taints = taints;
    facts->taint_count += 2;
    ro_cluster_evict(c, node);
    if (ro_kind_find_nodes(c) != ROLLOUT_OK)
        c->texts.failed = true;
}

void ro_cluster_set_room(struct ro_cluster *c, uint32_t subset, bool room)
{
    c->children.full[subset] = !room;
}

void ro_cluster_cordon_node(struct ro_cluster *c, uint32_t node)
{
    c->node_facts[node].cordoned = true;
    c->nodes[node].unschedulable = 1;
    if (ro_kind_find_nodes(c) != ROLLOUT_OK)
        c->texts.failed = true;
}

/* The taints of a lost node are its last two. */
void ro_cluster_return_node(struct ro_cluster *c, uint32_t node)
{
    if (c->node_facts[node].lost)
        c->nodes[node].taint_count -= 2;
    c->node_facts[node].lost = c->node_facts[node].cordoned = false;
    c->nodes[node].unschedulable = 0;
    for (uint32_t i = 0; i < c->pod_count; i++)
        if (c->pods[i].node_index == node + 1)
            ro_cluster_settle(c, i);
    if (ro_kind_find_nodes(c) != ROLLOUT_OK)
        c->texts.failed = true;
}
