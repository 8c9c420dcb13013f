/* SPDX-License-Identifier: Apache-2.0 */
/* The rolling step: which nodes take part, and which old pods are replaced. Source: daemonset.md 10 and 11. */
#include "planners/daemonset_pass.h"

#include "base/number.h"
#include "base/str.h"
#include "planners/refresh.h"
#include "rules/selector.h"

/* ---- which nodes take part (10.1, 10.3) ---- */

/* Its first pod, also one that is terminating; ROLLOUT_NONE if there is none. */
static uint32_t first_pod(const struct sync *sync, uint32_t place)
{
    for (uint32_t i = sync->by.first[place]; i < sync->by.first[place + 1]; i++)
        if (!(sync->marks[sync->by.pods[i]] & SYNC_OUT))
            return sync->by.pods[i];
    return ROLLOUT_NONE;
}

/* An old pod, and nothing else that would be in the way: one that could be replaced. */
static bool lone_old(const struct sync *sync, const struct pair *pair)
{
    return pair->ok && !pair->new_ && !sync_gone(sync, pair->old);
}

enum place_class sync_class_by_pods(const struct sync *sync, uint32_t place)
{
    const struct pair pair = sync_pair(sync, place);
    if (!pair.ok || pair.new_)
        return PLACE_UPDATED;
    return sync_gone(sync, pair.old) ? PLACE_UPDATING : PLACE_REST;
}

static enum place_class class_of(const struct sync *sync, uint32_t place, uint32_t *hint)
{
    const struct rollout_daemonset *spec = sync->spec;
    uint32_t node = sync->by.node[place];
    bool runs = node != ROLLOUT_NONE && sync->fits[node].runs;
    if (first_pod(sync, place) == ROLLOUT_NONE && !runs)
        return PLACE_OUT;
    if (sync->rules->lost_nodes_roll)
        return PLACE_REST; /* the whole map: order and cut mean nothing */
    if (node == ROLLOUT_NONE)
        return PLACE_OUT;
    if (!runs && sync->in->gates.on[ROLLOUT_GATE_DAEMONSET_PRUNE_INELIGIBLE_NODES])
        return PLACE_PRUNED;
    enum place_class by_pods = sync_class_by_pods(sync, place);
    if (by_pods != PLACE_REST)
        return by_pods;
    if (!(spec->flags & ROLLOUT_DAEMONSET_NODE_SELECTOR))
        return PLACE_REST;
    return ro_selector_match(&spec->node_selector, &sync_node(sync, node)->labels, hint) ? PLACE_SELECTED : PLACE_REST;
}

static void add_class(struct sync *sync, enum place_class class, size_t *count)
{
    for (size_t k = sync->by.count; k-- > 0;)
        if ((sync->classes[k] & PLACE_MASK) == class)
            sync->list[(*count)++] = (uint32_t)k;
}

void sync_list(struct sync *sync)
{
    bool selects = (sync->spec->flags & ROLLOUT_DAEMONSET_NODE_SELECTOR) && sync->rules->advanced;
    size_t count = 0;
    int64_t members = 0;
    uint32_t hint = 0;
    for (uint32_t k = 0; k < sync->by.count; k++) {
        enum place_class class = class_of(sync, k, &hint);
        sync->classes[k] = (uint8_t)((sync->classes[k] & PLACE_STEPPED) | class);
        members += class != PLACE_OUT && class != PLACE_PRUNED;
    }
    add_class(sync, PLACE_UPDATED, &count);
    add_class(sync, PLACE_UPDATING, &count);
    add_class(sync, selects ? PLACE_SELECTED : PLACE_REST, &count);
    int64_t cut = members - sync->limits.partition;
    sync->list_count = cut <= 0 ? 0 : (int64_t)count < cut ? count : (size_t)cut;
    sync->behind_count = count - sync->list_count;
    sync->member_count = members;
}

/* Nothing happens to the place's old pods before the other pod is gone, which is for manage. */
static void wait_for_other(struct sync *sync, uint32_t place)
{
    uint32_t live[2] = { 0, 0 };
    for (uint32_t i = sync->by.first[place]; i < sync->by.first[place + 1] && !live[1]; i++)
        if (!(sync->marks[sync->by.pods[i]] & (SYNC_LEAVING | SYNC_OUT)))
            live[live[0] != 0] = sync->by.pods[i] + 1;
    for (uint32_t i = sync->by.first[place]; i < sync->by.first[place + 1]; i++) {
        uint32_t pod = sync->by.pods[i];
        if (sync->fates[pod] != FATE_NONE || (sync->marks[pod] & SYNC_NEW))
            continue;
        sync_fate(sync, pod, FATE_PREDECESSOR);
        sync->others[pod] = live[live[0] == pod + 1];
    }
}

/* Old pods that the list leaves out: by what. */
static void mark_left_out(struct sync *sync)
{
    bool selects = (sync->spec->flags & ROLLOUT_DAEMONSET_NODE_SELECTOR) && sync->rules->advanced;
    for (size_t i = 0; i < sync->behind_count; i++) {
        uint32_t place = sync->list[sync->list_count + i];
        const struct pair pair = sync_pair(sync, place);
        uint32_t old = pair.old;
        if (!lone_old(sync, &pair)) {
            wait_for_other(sync, place);
            continue;
        }
        if (sync->fates[old - 1] != FATE_NONE)
            continue;
        sync_fate(sync, old - 1, FATE_CUT);
        sync->orders[old - 1] = sync->list_count ? (uint32_t)(sync->list_count + i + 1) : 0;
    }
    for (uint32_t k = 0; k < sync->by.count; k++) {
        uint8_t class = sync->classes[k] & PLACE_MASK;
        bool excluded = selects && class == PLACE_REST;
        if (!excluded && class != PLACE_PRUNED)
            continue;
        for (uint32_t i = sync->by.first[k]; i < sync->by.first[k + 1]; i++) {
            uint32_t pod = sync->by.pods[i];
            if (sync->fates[pod] == FATE_NONE && !(sync->marks[pod] & SYNC_NEW))
                sync_fate(sync, pod, excluded ? FATE_EXCLUDED : FATE_PRUNED);
        }
    }
}

/* ---- what uses the budget ---- */

/* A pod, + 1, that counts, or 0: the node, which has none yet. The first in input order is shown, pods first. */
static void count_pod(struct sync *sync, uint32_t place, uint32_t pod, int64_t by)
{
    uint32_t kind = pod && pod != SYNC_CREATED ? ROLLOUT_SUBJECT_POD : ROLLOUT_SUBJECT_NODE;
    uint32_t one = kind == ROLLOUT_SUBJECT_POD ? pod - 1 : sync->by.node[place];
    bool first = sync->used_by == ROLLOUT_NONE || (sync->used_kind == kind && one < sync->used_by) ||
                 (sync->used_kind == ROLLOUT_SUBJECT_NODE && kind == ROLLOUT_SUBJECT_POD);
    sync->used += by;
    if (!first)
        return;
    sync->used_by = one;
    sync->used_kind = kind;
}

/* A place without a pod that lives: one that is terminating there stands for it, else the node. */
static void count_place(struct sync *sync, uint32_t place)
{
    uint32_t pod = first_pod(sync, place);
    count_pod(sync, place, pod == ROLLOUT_NONE ? 0 : pod + 1, 1);
}

/* ---- without surge (10.4) ---- */

/* Counts a place, or gives its old pod, + 1, where that is to be replaced. */
static uint32_t look_at_place(struct sync *sync, uint32_t place, bool *ret_allowed)
{
    const struct pair pair = sync_pair(sync, place);
    bool no_old = sync_gone(sync, pair.old), no_new = sync_gone(sync, pair.new_);
    uint32_t first = pair.old && (!pair.new_ || pair.old < pair.new_) ? pair.old : pair.new_;
    if (!pair.ok || (!no_old && !no_new)) {
        count_pod(sync, place, first, 1);
        wait_for_other(sync, place);
    } else if (no_old && no_new) {
        count_place(sync, place);
    } else if (pair.new_) {
        int64_t by = !sync_available(sync, pair.new_) + no_new; /* twice where it is being prepared, too (D10) */
        if (by > 0)
            count_pod(sync, place, pair.new_, by);
        if (!no_old)
            wait_for_other(sync, place);
    } else {
        *ret_allowed = !sync_available(sync, pair.old);
        if (*ret_allowed && sync->rules->replaced_count)
            count_pod(sync, place, pair.old, 1);
        return pair.old;
    }
    return 0;
}

/* An old pod that the step replaces is updated in place where that is possible. */
static bool in_place(struct sync *sync, uint32_t pod)
{
    return sync->rules->advanced && sync->spec->pod_update_policy == ROLLOUT_POLICY_IN_PLACE_IF_POSSIBLE &&
           (sync_pod(sync, pod)->flags & ROLLOUT_POD_IN_PLACE_GATE) &&
           ro_update_facts(&sync->how, sync->revisions[pod])->rule == ROLLOUT_DIFF_POSSIBLE;
}

/* What has a fate already is in the hands of manage, which the burst keeps from acting. */
static void decide(struct sync *sync, uint32_t pod, enum fate fate)
{
    if (!fate_deletes(sync->fates[pod]))
        sync_fate(sync, pod, fate);
}

/* Updates in place as far as the burst goes, and deletes the others. refused: the first that the budget refuses, + 1. */
static void replace(struct sync *sync, uint32_t refused)
{
    int64_t in_place_count = 0;
    size_t deletes = 0;
    for (size_t i = 0; i < sync->update_count; i++) {
        uint32_t pod = sync->updates[i];
        sync->orders[pod] = (uint32_t)i + 1;
        if (!in_place(sync, pod)) {
            decide(sync, pod, FATE_REPLACE);
            sync->scratch[deletes++] = pod;
            continue;
        }
        decide(sync, pod, FATE_UPDATE);
        if (in_place_count++ >= sync->limits.burst)
            sync->fates[pod] |= FATE_BURST;
    }
    (void)sync_take_deletes(sync, sync->scratch, deletes);
    sync->frozen |= in_place_count > 0 && sync->limits.burst == 0;
    if (!refused)
        return;
    bool deleted = !in_place(sync, refused - 1);
    sync->burst_refuses = (deleted ? sync->deletes_now : in_place_count) >= sync->limits.burst &&
                          (!deleted || ro_delete_step(sync_pod(sync, refused - 1), sync->pre_delete) == RO_DELETE_NOW);
}

static void roll(struct sync *sync)
{
    size_t candidates = 0;
    for (size_t i = 0; i < sync->list_count; i++) {
        bool allowed = false;
        uint32_t old = look_at_place(sync, sync->list[i], &allowed);
        if (old && allowed)
            sync->updates[sync->update_count++] = old - 1;
        else if (old)
            sync->scratch2[candidates++] = old - 1;
    }
    sync->allowed = (int64_t)sync->update_count;
    int64_t left = ro_minus(sync->limits.max_unavailable, sync->used);
    sync->taken = left < 0 ? 0 : left < (int64_t)candidates ? left : (int64_t)candidates;
    for (int64_t i = 0; i < (int64_t)candidates; i++) {
        uint32_t pod = sync->scratch2[i];
        if (i < sync->taken)
            sync->updates[sync->update_count++] = pod;
        else
            decide(sync, pod, FATE_BUDGET);
        sync->orders[pod] = (uint32_t)(sync->allowed + i + 1);
    }
    replace(sync, sync->taken < (int64_t)candidates ? sync->scratch2[sync->taken] + 1 : 0);
}

/* ---- with surge (10.5, 15) ---- */

struct surge {
    size_t candidates, spares; /* places in scratch2 from the front, pods in scratch from the front */
    int64_t available;
};

static void delete_old(struct sync *sync, uint32_t pod, enum fate fate, uint32_t other)
{
    decide(sync, pod, fate);
    sync->others[pod] = other;
    sync->updates[sync->update_count++] = pod;
}

static void surge_alone(struct sync *sync, uint32_t place, uint32_t old, struct surge *surge)
{
    uint32_t node = sync->by.node[place];
    bool available = sync_available(sync, old + 1);
    if (sync->rules->spares_unfit && !sync->fits[node].runs) {
        if (available)
            sync->scratch[surge->spares++] = old;
        else
            delete_old(sync, old, FATE_UNFIT, 0);
    } else if (available) {
        sync->scratch2[surge->candidates++] = place;
    } else {
        decide(sync, old, FATE_CREATE);
        sync->creates[sync->create_count++] = node;
    }
}

static void surge_place(struct sync *sync, uint32_t place, struct surge *surge)
{
    const struct pair pair = sync_pair(sync, place);
    uint32_t serving = pair.old ? pair.old : pair.new_;
    if (!pair.ok) {
        count_pod(sync, place, serving, 1);
        wait_for_other(sync, place);
        return;
    }
    surge->available += serving && sync_available(sync, serving);
    if (sync_gone(sync, pair.old))
        return;
    if (!pair.new_) {
        surge_alone(sync, place, pair.old - 1, surge);
    } else if (!sync_available(sync, pair.new_) || sync_gone(sync, pair.new_)) {
        count_pod(sync, place, pair.new_, 1);
        wait_for_other(sync, place);
    } else {
        delete_old(sync, pair.old - 1, FATE_SURGE_DONE, pair.new_);
    }
}

static void surge(struct sync *sync)
{
    struct surge surge = { 0 };
    sync->create_count = sync->create_start;
    for (size_t i = 0; i < sync->list_count; i++)
        surge_place(sync, sync->list[i], &surge);
    sync->allowed = (int64_t)(sync->create_count - sync->create_start);

    int64_t left = ro_minus(sync->limits.max_surge, sync->used);
    sync->taken = left < 0 ? 0 : left < (int64_t)surge.candidates ? left : (int64_t)surge.candidates;
    for (int64_t i = 0; i < (int64_t)surge.candidates; i++) {
        uint32_t place = sync->scratch2[i], old = sync_pair(sync, place).old - 1;
        sync->orders[old] = (uint32_t)(sync->allowed + i + 1);
        decide(sync, old, i < sync->taken ? FATE_CREATE : FATE_BUDGET);
        if (i < sync->taken)
            sync->creates[sync->create_count++] = sync->by.node[place];
    }
    sync->burst_refuses = sync->allowed + sync->taken >= sync->limits.burst;
    int64_t spare = surge.available - sync->eligible;
    for (int64_t i = 0; i < (int64_t)surge.spares; i++) {
        if (i < spare)
            delete_old(sync, sync->scratch[i], FATE_UNFIT, 0);
        else
            decide(sync, sync->scratch[i], FATE_SPARE);
    }
    (void)sync_take_deletes(sync, sync->updates, sync->update_count);
    (void)sync_take_creates(sync, NEED_SURGE);
}

/* Native asks for the node of an old pod that is alone there, and fails without one. */
static bool fails_on_lost_node(struct sync *sync)
{
    for (size_t i = 0; i < sync->list_count && sync->rules->lost_nodes_roll; i++) {
        uint32_t place = sync->list[i];
        if (sync->by.node[place] != ROLLOUT_NONE)
            continue;
        const struct pair pair = sync_pair(sync, place);
        if (!lone_old(sync, &pair))
            continue;
        sync->error_pod = pair.old - 1;
        return true;
    }
    return false;
}

void sync_take_part(struct sync *sync)
{
    sync_list(sync);
    mark_left_out(sync);
}

void sync_rolling(struct sync *sync)
{
    bool surges = sync->limits.max_surge != 0;
    if (surges && fails_on_lost_node(sync)) {
        sync->stopped_at = 8;
        return;
    }
    sync->rolled = true;
    if (surges)
        surge(sync);
    else
        roll(sync);
}
