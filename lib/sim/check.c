/* SPDX-License-Identifier: Apache-2.0 */
#include <rollout/check.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/abi.h"
#include "base/error.h"
#include "base/str.h"
#include "sim/assertion.h"
#include "sim/small.h"
#include "sim/states.h"

#define STATE_LIMIT     10000000
#define MEMORY_LIMIT    ((size_t)1 << 30)
#define FIRST_JUDGEMENT 1024
#define CHANGE_LIMIT    200

/* What brings one state to the next; the low byte says which pod or node. */
enum {
    MOVE_START = 0,
    MOVE_PASS = 1 << 8,
    MOVE_EVENT = 2 << 8,
    MOVE_HOOK = 3 << 8,
    MOVE_UNREADY = 4 << 8,
    MOVE_BREAK = 5 << 8,
    MOVE_FAIL = 6 << 8,
    MOVE_VANISH = 7 << 8,
    MOVE_NODE = 8 << 8,
    MOVE_CHANGE = 9 << 8,
    MOVE_AGE = 10 << 8,
    MOVE_GRACE = 11 << 8,
    MOVE_NOTHING = 12 << 8 /* the end of a story: nothing is planned, and nothing else moves */
};

struct rollout_check {
    struct rollout_check_options options;
    struct ro_small small;
    struct ro_states states;
    struct ro_arena arena;
    const struct ro_assertion **assertions;
    struct rollout_check_result result;
    int64_t zone_total[RO_SMALL_NODES]; /* a zone: pods at the start */
    struct ro_assertion_counts zone_scratch[RO_SMALL_NODES];
    size_t at;        /* the state that is explored next */
    size_t judgement; /* when so many are found, their fates are looked at */
    bool failed;      /* a step did, and may have been done in part */
    uint32_t culprit; /* the state from which the story goes wrong */

    /* as the state that is explored was unpacked */
    struct rollout_pod pods[RO_SMALL_PODS];
    struct rollout_in_place in_place[RO_SMALL_PODS];
    struct ro_sim_pod hidden[RO_SMALL_PODS];
    size_t pod_count;
    int32_t memory[RO_KIND_MEMORY];
    uint32_t faults, lost;
    size_t change;

    /* the story: states by number, and the move from each */
    uint32_t *story_states;
    uint16_t *story_moves;
    size_t story_room;
    struct rollout_str (*story_names)[RO_SMALL_PODS]; /* a step: pods of its state by their places */
    struct rollout_str first_names[RO_SMALL_PODS];    /* of the start */
    struct rollout_plan *story_plan;
};

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
    k->change = k->small.change;
}

static void restore(struct rollout_check *k)
{
    struct ro_cluster *c = &k->small.cluster;
    ro_small_load(&k->small, k->change, k->lost);
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

static int pass(struct rollout_check *k, struct rollout_plan **ret_plan)
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
static bool move(struct rollout_check *k, uint16_t what)
{
    struct ro_cluster *c = &k->small.cluster;
    uint32_t i = what & 0xff;
    const uint16_t up = RO_SIM_CONTAINERS_READY;
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
        if (!runs || !(c->hidden[i].flags & up) || c->hidden[i].image == c->snapshot.update_revision)
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
        ro_small_load(&k->small, k->small.change, k->small.lost | UINT32_C(1) << i);
        for (uint32_t p = 0; p < c->pod_count; p++)
            if (c->pods[p].node_index == i + 1) {
                if (!c->workload.daemonset)
                    c->pods[p].flags |= ROLLOUT_POD_TERMINATING;
                ro_cluster_settle(c, p);
            }
        break;
    case MOVE_CHANGE:
        if (k->small.change + 1 >= k->small.spec_count)
            return false;
        ro_small_load(&k->small, k->small.change + 1, k->small.lost);
        return true;
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

static void end(struct rollout_check *k, uint32_t outcome, uint32_t culprit)
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
        end(k, ROLLOUT_CHECK_MEMORY, UINT32_MAX);
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
    struct ro_deeds deeds = { .pods = k->pods, .hidden = k->hidden, .pod_count = k->pod_count, .before = *before };
    int r = pass(k, &plan);
    if (r != ROLLOUT_OK)
        return r;
    if (plan->action_count > 0) {
        deeds.plan = plan;
        ro_kind_measure(c, &deeds.after);
        if (!ro_kind_promise(c, &deeds, k->result.message, sizeof k->result.message))
            end(k, ROLLOUT_CHECK_UNSAFE, (uint32_t)k->at);
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
        if (!move(k, what))
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
    return r;
}

/* All that can come of the next state. Where the world cooperates, whatever can happen by itself comes before the driver,
 * and time is last. */
static int explore(struct rollout_check *k)
{
    struct ro_cluster *c = &k->small.cluster;
    struct ro_measure before;
    struct ro_state *state = &k->states.items[k->at];
    state->next = (uint32_t)k->at;
    k->result.depth = state->depth;
    ro_small_unpack(&k->small, ro_states_bytes(&k->states, k->at));
    keep(k);
    if (!holds(k)) {
        end(k, ROLLOUT_CHECK_UNSAFE, (uint32_t)k->at);
        return ROLLOUT_OK;
    }
    ro_kind_measure(c, &before);
    if (ro_kind_done(c, &before))
        state->fate = RO_FATE_GOAL;
    int r = explore_moves(k, MOVE_EVENT, k->pod_count, true);
    if (r == ROLLOUT_OK)
        r = explore_moves(k, MOVE_HOOK, k->pod_count, true);
    restore(k);
    if (r == ROLLOUT_OK && k->result.outcome == ROLLOUT_CHECK_RUNS)
        r = explore_pass(k, &before);
    if (r == ROLLOUT_OK)
        r = explore_moves(k, MOVE_AGE, 1, true);
    if (r == ROLLOUT_OK)
        r = explore_moves(k, MOVE_GRACE, 1, true);
    if (r == ROLLOUT_OK)
        r = explore_faults(k);
    if (r == ROLLOUT_OK)
        r = explore_moves(k, MOVE_CHANGE, 1, false);
    k->at++;
    return r == ROLLOUT_OK && c->texts.failed ? ro_error_nomem(c->reterr) : r;
}

/* ---- judging ---- */

static void judge(struct rollout_check *k)
{
    uint32_t bad = ro_states_judge(&k->states);
    if (bad == UINT32_MAX)
        return;
    struct ro_measure m;
    bool loops = k->states.items[bad].fate == RO_FATE_LOOPS;
    size_t last = bad;
    for (size_t steps = 0; k->states.items[last].next != last && steps < k->states.count; steps++)
        last = k->states.items[last].next;
    ro_small_unpack(&k->small, ro_states_bytes(&k->states, last));
    ro_kind_measure(&k->small.cluster, &m);
    snprintf(k->result.message, sizeof k->result.message,
             "%s: %lld wanted, %lld there, %lld available, %lld updated, of which the partition keeps %lld",
             loops ? "it goes round in circles" : "nothing moves any more", (long long)m.wanted, (long long)m.total,
             (long long)m.available, (long long)m.updated, (long long)m.partition);
    end(k, loops ? ROLLOUT_CHECK_LOOPS : ROLLOUT_CHECK_STUCK, bad);
}

/* ---- the story ---- */

static bool add_step(struct rollout_check *k, size_t *n, uint32_t state, uint16_t what)
{
    if (*n == k->story_room) {
        size_t room = k->story_room ? 2 * k->story_room : 64;
        uint32_t *states = realloc(k->story_states, room * sizeof *states);
        if (states)
            k->story_states = states;
        uint16_t *moves = realloc(k->story_moves, room * sizeof *moves);
        if (moves)
            k->story_moves = moves;
        if (!states || !moves)
            return false;
        k->story_room = room;
    }
    k->story_states[*n] = state;
    k->story_moves[(*n)++] = what;
    return true;
}

/* Pods keep their names through the story, though each state has its own order. */
static int name_story(struct rollout_check *k)
{
    struct ro_small *s = &k->small;
    struct ro_cluster *c = &s->cluster;
    uint32_t made = 0;
    k->story_names = calloc(k->result.story + 1, sizeof *k->story_names);
    if (!k->story_names)
        return ro_error_nomem(c->reterr);
    for (size_t i = 0; i < k->result.story; i++) {
        struct ro_small_order order;
        uint8_t bytes[RO_SMALL_STATE];
        struct rollout_plan *plan = NULL;
        char buf[64];
        ro_small_unpack(s, ro_states_bytes(&k->states, k->story_states[i]));
        for (size_t p = 0; i == 0 && p < c->pod_count; p++)
            k->story_names[0][p] = k->first_names[p];
        size_t before = c->pod_count;
        if ((k->story_moves[i] & 0xff00) == MOVE_PASS) {
            int r = pass(k, &plan);
            rollout_plan_free(plan);
            if (r != ROLLOUT_OK)
                return r;
        } else {
            move(k, k->story_moves[i]);
        }
        if (!ro_small_pack(s, bytes, &order))
            return ROLLOUT_ERR_INVALID;
        for (size_t p = 0; p < order.count; p++) {
            if (order.from[p] < before) {
                k->story_names[i + 1][p] = k->story_names[i][order.from[p]];
            } else if (c->workload.statefulset) {
                k->story_names[i + 1][p] = c->pods[order.from[p]].name;
            } else {
                struct rollout_str owner = ro_kind_name(c);
                int len = snprintf(buf, sizeof buf, "%.*s-new%u", owner.len > 40 ? 40 : (int)owner.len,
                                   owner.data ? owner.data : "", ++made);
                k->story_names[i + 1][p] = ro_texts_keep(&c->texts, (struct rollout_str){ buf, (size_t)len });
            }
        }
    }
    return c->texts.failed ? ro_error_nomem(c->reterr) : ROLLOUT_OK;
}

/* From the start to the culprit, and, where it is no single step, on to where nothing moves or it comes round again. */
static int tell(struct rollout_check *k)
{
    size_t n = 0;
    bool good = true;
    for (uint32_t i = k->culprit; k->states.items[i].parent != i; i = k->states.items[i].parent)
        good = good && add_step(k, &n, k->states.items[i].parent, k->states.items[i].move);
    for (size_t i = 0; i < n / 2; i++) { /* it was walked backwards */
        uint32_t state = k->story_states[i];
        uint16_t what = k->story_moves[i];
        k->story_states[i] = k->story_states[n - 1 - i];
        k->story_moves[i] = k->story_moves[n - 1 - i];
        k->story_states[n - 1 - i] = state;
        k->story_moves[n - 1 - i] = what;
    }
    uint32_t at = k->culprit;
    if (k->result.outcome == ROLLOUT_CHECK_UNSAFE) {
        good = good && add_step(k, &n, at, MOVE_PASS);
    } else {
        size_t walk = n;
        bool round = false;
        while (good && !round && k->states.items[at].next != at) {
            for (size_t i = walk; i < n && !round; i++)
                if (k->story_states[i] == at) {
                    k->result.loop = n - i;
                    round = true;
                }
            if (round)
                break;
            good = add_step(k, &n, at, k->states.items[at].next_move);
            at = k->states.items[at].next;
        }
        if (!round)
            good = good && add_step(k, &n, at, MOVE_NOTHING);
    }
    if (!good)
        return ro_error_nomem(k->small.cluster.reterr);
    k->result.story = n;
    return name_story(k);
}

static const char *event_text(enum ro_event event)
{
    switch (event) {
    case RO_EVENT_SCHEDULE:
        return "is scheduled";
    case RO_EVENT_START:
        return "starts";
    case RO_EVENT_RESTART:
        return "restarts with the new containers";
    case RO_EVENT_READY:
        return "has its containers ready";
    case RO_EVENT_GONE:
        return "is gone";
    default:
        return "is let go, or gets its hook back";
    }
}

static uint32_t describe(const struct rollout_check *k, uint16_t what, struct rollout_str pod, char *buf, size_t size)
{
    const struct ro_cluster *c = &k->small.cluster;
    uint32_t i = what & 0xff;
    int len = (int)(pod.len > 80 ? 80 : pod.len);
    const char *name = pod.data ? pod.data : "";
    switch (what & 0xff00) {
    case MOVE_PASS:
        snprintf(buf, size, "a pass of the driver");
        return ROLLOUT_MOVE_PASS;
    case MOVE_NOTHING:
        snprintf(buf, size, "nothing is planned, and nothing else moves");
        return ROLLOUT_MOVE_PASS;
    case MOVE_EVENT:
        snprintf(buf, size, "pod %.*s %s", len, name, event_text(ro_cluster_next(c, i)));
        return ROLLOUT_MOVE_WORLD;
    case MOVE_HOOK:
        snprintf(buf, size, "the owner of its hook %s pod %.*s",
                 c->pods[i].lifecycle_state == ROLLOUT_STATE_PREPARING_UPDATE ||
                         c->pods[i].lifecycle_state == ROLLOUT_STATE_PREPARING_DELETE
                     ? "lets go of"
                     : "puts it back on",
                 len, name);
        return ROLLOUT_MOVE_WORLD;
    case MOVE_UNREADY:
        snprintf(buf, size, "pod %.*s becomes unready", len, name);
        return ROLLOUT_MOVE_FAULT;
    case MOVE_BREAK:
        snprintf(buf, size, "pod %.*s breaks: it will not be ready with its present containers", len, name);
        return ROLLOUT_MOVE_FAULT;
    case MOVE_FAIL:
        snprintf(buf, size, "pod %.*s fails", len, name);
        return ROLLOUT_MOVE_FAULT;
    case MOVE_VANISH:
        snprintf(buf, size, "pod %.*s is removed by someone else", len, name);
        return ROLLOUT_MOVE_FAULT;
    case MOVE_NODE:
        snprintf(buf, size, "node %.*s is lost", (int)(c->nodes[i].name.len > 80 ? 80 : c->nodes[i].name.len),
                 c->nodes[i].name.data ? c->nodes[i].name.data : "");
        return ROLLOUT_MOVE_FAULT;
    case MOVE_CHANGE:
        snprintf(buf, size, "change %zu of the spec", k->small.change + 1);
        return ROLLOUT_MOVE_CHANGE;
    default:
        snprintf(buf, size,
                 (what & 0xff00) == MOVE_AGE
                     ? "time passes: whoever has been ready for longest has been so for long enough"
                     : "time passes: a grace period is over");
        return ROLLOUT_MOVE_TIME;
    }
}

int rollout_check_story(struct rollout_check *k, size_t index, struct rollout_check_story *story,
                        struct rollout_error *reterr)
{
    struct rollout_check_story full = { 0 };
    if (!k)
        return ro_error_null(reterr, "check");
    int r = ro_abi_out(story, "story", reterr);
    if (r != ROLLOUT_OK)
        return r;
    if (k->failed)
        return ro_error(reterr, ROLLOUT_ERR_INVALID, "check", "check: an earlier step failed");
    if (index >= k->result.story)
        return ro_error(reterr, ROLLOUT_ERR_INVALID, "index", "index: %zu, but the story has %zu steps", index,
                        k->result.story);
    struct ro_cluster *c = &k->small.cluster;
    uint16_t what = k->story_moves[index];
    c->reterr = reterr;
    ro_small_unpack(&k->small, ro_states_bytes(&k->states, k->story_states[index]));
    for (size_t i = 0; i < c->pod_count; i++)
        c->pods[i].name = k->story_names[index][i];
    full.move =
        describe(k, what, (what & 0xff) < c->pod_count ? c->pods[what & 0xff].name : (struct rollout_str){ NULL, 0 },
                 full.text, sizeof full.text);
    rollout_plan_free(k->story_plan);
    k->story_plan = NULL;
    if (full.move == ROLLOUT_MOVE_PASS) {
        r = ro_cluster_plan(c, &k->story_plan);
        if (r != ROLLOUT_OK)
            return r;
    }
    full.workload = &c->workload;
    full.snapshot = &c->snapshot;
    full.plan = k->story_plan;
    ro_abi_hand_over(story, &full, sizeof full);
    return ROLLOUT_OK;
}

/* ---- begin and end ---- */

static int check_options(struct rollout_check *k, struct rollout_error *reterr)
{
    struct rollout_check_options *o = &k->options;
    const uint32_t known =
        ROLLOUT_CHECK_UNREADY | ROLLOUT_CHECK_BREAK | ROLLOUT_CHECK_FAIL | ROLLOUT_CHECK_VANISH | ROLLOUT_CHECK_NODE;
    int r = ROLLOUT_OK;
    if (o->flags & ~known)
        return ro_error(reterr, ROLLOUT_ERR_INVALID, "flags", "flags: unknown flag in %u", o->flags);
    if (o->faults > 15)
        return ro_error(reterr, ROLLOUT_ERR_INVALID, "faults", "faults: %u, but at most 15", o->faults);
    if (o->reserved)
        return ro_error(reterr, ROLLOUT_ERR_ABI, "reserved", "reserved: not zero");
    if (o->change_count > CHANGE_LIMIT)
        return ro_error(reterr, ROLLOUT_ERR_INVALID, "changes", "changes: %zu, but at most %d", o->change_count,
                        CHANGE_LIMIT);
    if (o->assertion_count && !o->assertions)
        return ro_error(reterr, ROLLOUT_ERR_INVALID, "assertions", "assertions: NULL with a count");
    k->assertions = ro_arena_alloc(&k->arena, o->assertion_count, sizeof(void *));
    if (k->arena.failed)
        return ro_error_nomem(reterr);
    for (size_t i = 0; i < o->assertion_count && r == ROLLOUT_OK; i++) {
        if (ro_str_broken(o->assertions[i]))
            return ro_error_at(reterr, ROLLOUT_ERR_INVALID, (uint32_t)i, "assertions", "assertions[%zu]: NULL", i);
        r = ro_assertion_parse(&k->arena, o->assertions[i], (uint32_t)i, &k->assertions[i], reterr);
        if (r == ROLLOUT_OK && ro_assertion_needs_clock(k->assertions[i]))
            r = ro_error_at(reterr, ROLLOUT_ERR_INVALID, (uint32_t)i, "assertions",
                            "assertions[%zu]: is about time, order or restarts, which only a simulation has", i);
    }
    o->state_limit = o->state_limit ? o->state_limit : STATE_LIMIT;
    o->memory_limit = o->memory_limit ? o->memory_limit : MEMORY_LIMIT;
    return r;
}

static int begin(struct rollout_check *k)
{
    struct ro_small_order order;
    uint8_t bytes[RO_SMALL_STATE];
    bool fresh;
    for (uint32_t i = 0; i < k->small.cluster.pod_count; i++)
        ro_cluster_settle(&k->small.cluster, i);
    size_t length = ro_small_pack(&k->small, bytes, &order);
    if (!length)
        return ROLLOUT_ERR_INVALID;
    for (uint32_t i = 0; i < k->small.cluster.pod_count; i++) {
        uint32_t node = k->small.cluster.pods[i].node_index;
        uint32_t zone = node ? k->small.cluster.node_facts[node - 1].zone : 0;
        if (zone && ro_kind_active(&k->small.cluster, i))
            k->zone_total[zone - 1]++;
    }
    for (size_t i = 0; i < order.count; i++)
        k->first_names[i] = k->small.cluster.pods[order.from[i]].name;
    int64_t found = ro_states_find(&k->states, bytes, length, k->options.memory_limit, &fresh);
    if (found == RO_STATES_NOMEM)
        return ro_error_nomem(k->small.cluster.reterr);
    if (found == RO_STATES_FULL)
        end(k, ROLLOUT_CHECK_MEMORY, UINT32_MAX);
    return ROLLOUT_OK;
}

int rollout_check_new(const struct rollout_world *world, const struct rollout_check_options *options,
                      struct rollout_check **ret_check, struct rollout_error *reterr)
{
    if (!world || !options || !ret_check)
        return ro_error_null(reterr, !world ? "world" : !options ? "options" : "ret_check");
    if (!world->workload || !world->snapshot)
        return ro_error_null(reterr, world->workload ? "snapshot" : "workload");
    struct rollout_check *k = calloc(1, sizeof *k);
    if (!k)
        return ro_error_nomem(reterr);
    k->result.struct_size = sizeof k->result;
    k->judgement = FIRST_JUDGEMENT;
    int r = ro_abi_struct(options, &k->options, sizeof k->options, "options", reterr);
    if (r == ROLLOUT_OK)
        r = check_options(k, reterr);
    if (r == ROLLOUT_OK)
        r = ro_cluster_check_changes(world, k->options.changes, k->options.change_count, reterr);
    if (r == ROLLOUT_OK)
        r = ro_small_open(&k->small, world, k->options.changes, k->options.change_count, reterr);
    if (r == ROLLOUT_OK)
        r = begin(k);
    if (r != ROLLOUT_OK) {
        rollout_check_free(k);
        return r;
    }
    *ret_check = k;
    return ROLLOUT_OK;
}

void rollout_check_free(struct rollout_check *k)
{
    if (!k)
        return;
    rollout_plan_free(k->story_plan);
    ro_small_free(&k->small);
    ro_states_free(&k->states);
    ro_arena_free(&k->arena);
    free(k->story_states);
    free(k->story_moves);
    free(k->story_names);
    free(k);
}

static int go_on(struct rollout_check *k, uint64_t states)
{
    int r = ROLLOUT_OK;
    for (uint64_t i = 0; i < states && r == ROLLOUT_OK && k->result.outcome == ROLLOUT_CHECK_RUNS; i++) {
        if (k->at == k->states.count) {
            end(k, ROLLOUT_CHECK_HOLDS, UINT32_MAX);
            judge(k);
        } else if (k->at >= k->options.state_limit) {
            end(k, ROLLOUT_CHECK_STATES, UINT32_MAX);
            judge(k);
        } else {
            r = explore(k);
            if (k->at >= k->judgement && k->result.outcome == ROLLOUT_CHECK_RUNS) {
                k->judgement = 2 * k->at;
                judge(k);
            }
            if (k->result.outcome == ROLLOUT_CHECK_MEMORY)
                judge(k);
        }
    }
    if (r == ROLLOUT_OK && k->culprit != UINT32_MAX && k->result.outcome >= ROLLOUT_CHECK_UNSAFE &&
        k->result.outcome <= ROLLOUT_CHECK_LOOPS && k->result.story == 0)
        r = tell(k);
    return r;
}

int rollout_check_step(struct rollout_check *k, uint64_t states, struct rollout_check_result *result,
                       struct rollout_error *reterr)
{
    if (!k)
        return ro_error_null(reterr, "check");
    int r = ro_abi_out(result, "result", reterr);
    if (r != ROLLOUT_OK)
        return r;
    if (k->failed)
        return ro_error(reterr, ROLLOUT_ERR_INVALID, "check", "check: an earlier step failed");
    k->small.cluster.reterr = reterr;
    r = go_on(k, states);
    k->failed = r != ROLLOUT_OK;
    if (r != ROLLOUT_OK)
        return r;
    k->result.states = k->at;
    k->result.found = k->states.count;
    k->result.memory = ro_states_memory(&k->states);
    ro_abi_hand_over(result, &k->result, sizeof k->result);
    return ROLLOUT_OK;
}
