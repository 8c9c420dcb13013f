/* SPDX-License-Identifier: Apache-2.0 */
/* From a state to all that can come of it. */
#include "sim/exploration.h"

#include <string.h>

#include "base/error.h"

/* ---- the state under exploration ---- */

static void keep(struct rollout_check *k)
{
    const struct ro_cluster *c = &k->small.cluster;
    k->pod_count = c->pod_count;
    memcpy(k->pods, c->pods, c->pod_count * sizeof *k->pods);
    memcpy(k->in_place, c->in_place, c->pod_count * sizeof *k->in_place);
    memcpy(k->hidden, c->hidden, c->pod_count * sizeof *k->hidden);
    ro_kind_remember(c, k->memory);
    k->faults = k->small.faults;
    k->lost = k->small.lost;
    k->cordoned = k->small.cordoned;
    k->change = k->small.change;
}

static void restore(struct rollout_check *k)
{
    struct ro_cluster *c = &k->small.cluster;
    if (c->workload.deployment || c->workload.uniteddeployment) { /* ReplicaSets, children and status are not kept beside */
        ro_small_unpack(&k->small, ro_states_bytes(&k->states, k->at));
        return;
    }
    ro_small_load(&k->small, k->change, k->lost, k->cordoned);
    c->pod_count = k->pod_count;
    memcpy(c->pods, k->pods, c->pod_count * sizeof *k->pods);
    memcpy(c->in_place, k->in_place, c->pod_count * sizeof *k->in_place);
    memcpy(c->hidden, k->hidden, c->pod_count * sizeof *k->hidden);
    c->snapshot.pods.count = c->pod_count;
    c->next_serial = (uint32_t)c->pod_count;
    ro_kind_recall(c, k->memory);
    k->small.faults = k->faults;
}

static void restore_pod(struct rollout_check *k, size_t pod)
{
    struct ro_cluster *c = &k->small.cluster;
    c->pods[pod] = k->pods[pod];
    c->in_place[pod] = k->in_place[pod];
    c->hidden[pod] = k->hidden[pod];
    k->small.faults = k->faults;
}

/* ---- moves ---- */

int ro_explore_pass(struct rollout_check *k, struct rollout_plan **ret_plan)
{
    struct ro_cluster *c = &k->small.cluster;
    struct rollout_plan *plan = NULL;
    int r = ro_cluster_plan(c, &plan);
    for (size_t i = 0; r == ROLLOUT_OK && i < plan->action_count; i++) {
        uint64_t writes = ro_cluster_writes(plan, i);
        if (c->pod_count + writes > RO_SMALL_PODS && plan->actions[i].op == ROLLOUT_OP_CREATE)
            r = ro_error(c->reterr, ROLLOUT_ERR_INVALID, "pods", "pods: more than %d at a time", RO_SMALL_PODS);
        else
            r = ro_cluster_act(c, plan, i, 0, writes);
    }
    if (r == ROLLOUT_OK)
        r = ro_cluster_status(c, plan);
    for (uint32_t i = 0; i < c->pod_count; i++)
        ro_cluster_settle(c, i);
    if (r != ROLLOUT_OK) {
        rollout_plan_free(plan);
        return r;
    }
    *ret_plan = plan;
    return ROLLOUT_OK;
}

/* A move other than a pass. False where it is not possible. */
bool ro_explore_move(struct rollout_check *k, uint16_t what)
{
    struct ro_cluster *c = &k->small.cluster;
    uint32_t i = what & 0xff;
    const uint16_t up = RO_SIM_CONTAINERS_READY;
    int32_t memory[RO_KIND_MEMORY];
    bool runs = i < c->pod_count && ro_kind_active(c, i);
    switch (what & 0xff00) {
    case MOVE_EVENT:
    case MOVE_HOOK: {
        enum ro_event event = (what & 0xff00) == MOVE_EVENT ? ro_cluster_next(c, i) : ro_cluster_hook(c, i);
        if (event != RO_EVENT_NONE)
            ro_cluster_happen(c, i, event);
        return event != RO_EVENT_NONE;
    }
    case MOVE_UNREADY:
        if (!runs || !(c->hidden[i].flags & up))
            return false;
        ro_cluster_unready(c, i);
        break;
    case MOVE_BREAK:
        if (!runs || !(c->hidden[i].flags & up) || c->hidden[i].image == c->snapshot.update_revision ||
            c->workload.replicaset) /* it updates none, so that nothing would help */
            return false;
        if (c->workload.sidecarset && ro_kind_updated(c, i) && !ro_sidecars_changed(c, &c->hidden[i]))
            return false;
        ro_cluster_break(c, i);
        break;
    case MOVE_FAIL:
        if (!runs || c->pods[i].phase != ROLLOUT_PHASE_RUNNING)
            return false;
        ro_cluster_fail(c, i);
        break;
    case MOVE_VANISH:
        if (!runs)
            return false;
        ro_cluster_vanish(c, i);
        break;
    case MOVE_NODE:
        if (k->small.lost >> i & 1)
            return false;
        ro_small_load(&k->small, k->small.change, k->small.lost | UINT32_C(1) << i, k->small.cordoned);
        ro_cluster_evict(c, i);
        break;
    case MOVE_CORDON:
        if (k->small.cordoned >> i & 1)
            return false;
        ro_small_load(&k->small, k->small.change, k->small.lost, k->small.cordoned | UINT32_C(1) << i);
        break;
    case MOVE_RETURN:
        if (!((k->small.lost | k->small.cordoned) >> i & 1))
            return false;
        ro_small_load(&k->small, k->small.change, k->small.lost & ~(UINT32_C(1) << i),
                      k->small.cordoned & ~(UINT32_C(1) << i));
        for (uint32_t p = 0; p < c->pod_count; p++)
            ro_cluster_settle(c, p);
        break;
    case MOVE_CHANGE:
        if (k->small.change + 1 >= k->small.spec_count)
            return false;
        ro_kind_remember(c, memory); /* what was reached is not the new spec's to say */
        ro_small_load(&k->small, k->small.change + 1, k->small.lost, k->small.cordoned);
        if (c->workload.deployment)
            ro_sets_adopt(c, memory);
        ro_kind_recall(c, memory);
        return true;
    case MOVE_SET: {
        enum ro_set_step step;
        if (i >= c->sets.count)
            return false;
        ro_sets_count(c);
        if (ro_set_step(c, i, &step) != ROLLOUT_OK)
            c->texts.failed = true;
        for (size_t p = 0; p < c->sets.touched_count; p++)
            ro_cluster_settle(c, c->sets.touched[p]);
        return step != RO_SET_RESTS;
    }
    case MOVE_CHILD: {
        uint32_t pod;
        if (i >= c->children.count || ro_child_step(c, i, &pod) == RO_CHILD_RESTS)
            return false;
        ro_cluster_settle(c, pod);
        return true;
    }
    case MOVE_ROOM:
        if (i >= c->children.subset_count || c->children.full[i])
            return false;
        ro_cluster_set_room(c, i, false);
        break;
    case MOVE_ROOM_BACK:
        if (i >= c->children.subset_count || !c->children.full[i])
            return false;
        ro_cluster_set_room(c, i, true);
        return true;
    case MOVE_MARK:
        return i ? ro_small_end_update(&k->small) : ro_small_end_marks(&k->small);
    case MOVE_AGE:
        return ro_small_age(&k->small);
    case MOVE_GRACE:
        return ro_small_end_grace(&k->small);
    default:
        return false;
    }
    k->small.faults++;
    return true;
}

/* ---- exploring ---- */

void ro_explore_end(struct rollout_check *k, uint32_t outcome, uint32_t culprit)
{
    k->result.outcome = outcome;
    k->culprit = culprit;
}

/* The state that the cluster has come to by a move from the one under exploration. by_itself: a move that a world makes
 * that cooperates; the first of them is where it goes. */
static int reach(struct rollout_check *k, uint16_t what, bool by_itself)
{
    uint8_t bytes[RO_SMALL_STATE];
    struct ro_small_order order;
    bool fresh;
    size_t length = ro_small_pack(&k->small, bytes, &order);
    if (!length)
        return ROLLOUT_ERR_INVALID;
    int64_t found = ro_states_find(&k->states, bytes, length, k->options.memory_limit, &fresh);
    if (found == RO_STATES_NOMEM)
        return ro_error_nomem(k->small.cluster.reterr);
    if (found == RO_STATES_FULL) {
        ro_explore_end(k, ROLLOUT_CHECK_MEMORY, UINT32_MAX);
        return ROLLOUT_OK;
    }
    struct ro_state *from = &k->states.items[k->at];
    if (fresh) {
        struct ro_state *to = &k->states.items[found];
        to->parent = (uint32_t)k->at;
        to->move = what;
        to->depth = from->depth < UINT16_MAX ? (uint16_t)(from->depth + 1) : from->depth;
    }
    if ((size_t)found != k->at)
        k->result.steps++;
    if (by_itself && (size_t)found != k->at && from->next == (uint32_t)k->at) {
        from->next = (uint32_t)found;
        from->next_move = what;
    }
    return ROLLOUT_OK;
}

/* Assertions, on the cluster as it stands. */
static bool holds(struct rollout_check *k)
{
    const struct ro_cluster *c = &k->small.cluster;
    uint8_t active[RO_SMALL_PODS], available[RO_SMALL_PODS], updated[RO_SMALL_PODS], begun[RO_SMALL_PODS] = { 0 };
    uint32_t restarts[RO_SMALL_PODS], zones[RO_SMALL_PODS];
    struct ro_measure m;
    if (k->options.assertion_count == 0)
        return true;
    ro_kind_measure(c, &m);
    for (uint32_t i = 0; i < c->pod_count; i++) {
        uint32_t node = c->pods[i].node_index;
        active[i] = ro_kind_active(c, i);
        available[i] = ro_kind_available(c, i);
        updated[i] = active[i] && ro_kind_updated(c, i);
        restarts[i] = 0;
        zones[i] = node ? c->node_facts[node - 1].zone : 0;
    }
    const struct ro_assertion_view view = {
        .snapshot = &c->snapshot,
        .active = active,
        .available = available,
        .updated = updated,
        .begun = begun,
        .restarts = restarts,
        .zones = zones,
        .zone_count = c->zone_count,
        .zone_names = c->zones,
        .zone_wanted = k->zone_total,
        .zone_scratch = k->zone_scratch,
        .wanted = m.wanted,
        .partition = m.partition,
        .max_surge = m.max_surge,
        .max_unavailable = m.max_unavailable,
    };
    for (size_t i = 0; i < k->options.assertion_count; i++)
        if (!ro_assertion_holds(k->assertions[i], &view, k->result.message, sizeof k->result.message))
            return false;
    return true;
}

/* The driver's step, and whether it keeps what the kind promises. */
static int explore_pass(struct rollout_check *k, const struct ro_measure *before)
{
    struct ro_cluster *c = &k->small.cluster;
    struct rollout_plan *plan;
    struct ro_deeds deeds = {
        .pods = k->pods, .hidden = k->hidden, .pod_count = k->pod_count, .before = *before, .was_over = ro_kind_over(c)
    };
    int r = ro_explore_pass(k, &plan);
    if (r != ROLLOUT_OK)
        return r;
    if (plan->action_count > 0 || (!deeds.was_over && ro_kind_over(c))) {
        deeds.plan = plan;
        ro_kind_measure(c, &deeds.after);
        if (!ro_kind_promise(c, &deeds, k->result.message, sizeof k->result.message))
            ro_explore_end(k, ROLLOUT_CHECK_UNSAFE, (uint32_t)k->at);
    }
    r = reach(k, MOVE_PASS, true);
    rollout_plan_free(plan);
    return r;
}

static int explore_moves(struct rollout_check *k, uint16_t kind, size_t count, bool by_itself)
{
    int r = ROLLOUT_OK;
    bool one_pod = kind >= MOVE_EVENT && kind <= MOVE_VANISH; /* changes nothing else, but for the count of faults */
    restore(k);
    for (size_t i = 0; i < count && r == ROLLOUT_OK && k->result.outcome == ROLLOUT_CHECK_RUNS; i++) {
        uint16_t what = (uint16_t)(kind | i);
        if (!ro_explore_move(k, what))
            continue;
        r = reach(k, what, by_itself);
        if (one_pod)
            restore_pod(k, i);
        else
            restore(k);
    }
    return r;
}

static int explore_faults(struct rollout_check *k)
{
    static const struct {
        uint32_t flag;
        uint16_t kind;
    } kinds[] = { { ROLLOUT_CHECK_UNREADY, MOVE_UNREADY },
                  { ROLLOUT_CHECK_BREAK, MOVE_BREAK },
                  { ROLLOUT_CHECK_FAIL, MOVE_FAIL },
                  { ROLLOUT_CHECK_VANISH, MOVE_VANISH } };
    int r = ROLLOUT_OK;
    if (k->faults >= k->options.faults)
        return ROLLOUT_OK;
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds && r == ROLLOUT_OK; i++)
        if (k->options.flags & kinds[i].flag)
            r = explore_moves(k, kinds[i].kind, k->pod_count, false);
    if (r == ROLLOUT_OK && (k->options.flags & ROLLOUT_CHECK_NODE))
        r = explore_moves(k, MOVE_NODE, k->small.cluster.node_count, false);
    if (r == ROLLOUT_OK && (k->options.flags & ROLLOUT_CHECK_ROOM))
        r = explore_moves(k, MOVE_ROOM, k->small.cluster.children.subset_count, false);
    if (r == ROLLOUT_OK && (k->options.flags & ROLLOUT_CHECK_CORDON))
        r = explore_moves(k, MOVE_CORDON, k->small.cluster.node_count, false);
    if (r == ROLLOUT_OK && (k->options.flags & ROLLOUT_CHECK_RETURN))
        r = explore_moves(k, MOVE_RETURN, k->small.cluster.node_count, false);
    return r;
}

/* All that can come of the next state. Where the world cooperates, whatever can happen by itself comes before the driver,
 * and time is last. */
int ro_explore(struct rollout_check *k)
{
    struct ro_cluster *c = &k->small.cluster;
    struct ro_measure before;
    struct ro_state *state = &k->states.items[k->at];
    state->next = (uint32_t)k->at;
    k->result.depth = state->depth;
    ro_small_unpack(&k->small, ro_states_bytes(&k->states, k->at));
    keep(k);
    if (!holds(k)) {
        ro_explore_end(k, ROLLOUT_CHECK_UNSAFE, (uint32_t)k->at);
        return ROLLOUT_OK;
    }
    ro_kind_measure(c, &before);
    if (ro_kind_done(c, &before))
        state->fate = RO_FATE_GOAL;
    if (c->gone) { /* nothing comes after that */
        k->at++;
        return ROLLOUT_OK;
    }
    int r = explore_moves(k, MOVE_EVENT, k->pod_count, true);
    if (r == ROLLOUT_OK)
        r = explore_moves(k, MOVE_HOOK, k->pod_count, true);
    if (r == ROLLOUT_OK && c->workload.deployment)
        r = explore_moves(k, MOVE_SET, c->sets.count, true);
    if (r == ROLLOUT_OK)
        r = explore_moves(k, MOVE_CHILD, c->children.count, true);
    restore(k);
    if (r == ROLLOUT_OK && k->result.outcome == ROLLOUT_CHECK_RUNS)
        r = explore_pass(k, &before);
    if (r == ROLLOUT_OK)
        r = explore_moves(k, MOVE_AGE, 1, true);
    if (r == ROLLOUT_OK)
        r = explore_moves(k, MOVE_GRACE, 1, true);
    if (r == ROLLOUT_OK && c->workload.uniteddeployment)
        r = explore_moves(k, MOVE_MARK, 2, true);
    if (r == ROLLOUT_OK)
        r = explore_moves(k, MOVE_ROOM_BACK, c->children.subset_count, false);
    if (r == ROLLOUT_OK)
        r = explore_faults(k);
    if (r == ROLLOUT_OK)
        r = explore_moves(k, MOVE_CHANGE, 1, false);
    k->at++;
    return r == ROLLOUT_OK && c->texts.failed ? ro_error_nomem(c->reterr) : r;
}
