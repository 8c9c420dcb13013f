/* SPDX-License-Identifier: Apache-2.0 */
#include <rollout/check.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/abi.h"
#include "base/error.h"
#include "base/str.h"
#include "sim/exploration.h"

#define STATE_LIMIT     10000000
#define MEMORY_LIMIT    ((size_t)1 << 30)
#define FIRST_JUDGEMENT 1024
#define CHANGE_LIMIT    200

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
    const char *how = loops ? "it goes round in circles" : "nothing moves any more";
    if (k->small.cluster.workload.broadcastjob)
        snprintf(k->result.message, sizeof k->result.message,
                 "%s: %lld nodes wanted, %lld done, %lld pods run, parallelism %lld", how, (long long)m.wanted,
                 (long long)m.served, (long long)m.total, (long long)m.parallelism);
    else
        snprintf(k->result.message, sizeof k->result.message,
                 "%s: %lld wanted, %lld there, %lld available, %lld updated, of which the partition keeps %lld", how,
                 (long long)m.wanted, (long long)m.total, (long long)m.available, (long long)m.updated,
                 (long long)m.partition);
    ro_explore_end(k, loops ? ROLLOUT_CHECK_LOOPS : ROLLOUT_CHECK_STUCK, bad);
}

/* ---- begin and end ---- */

static int check_options(struct rollout_check *k, struct rollout_error *reterr)
{
    struct rollout_check_options *o = &k->options;
    const uint32_t known = ROLLOUT_CHECK_UNREADY | ROLLOUT_CHECK_BREAK | ROLLOUT_CHECK_FAIL | ROLLOUT_CHECK_VANISH |
                           ROLLOUT_CHECK_NODE | ROLLOUT_CHECK_CORDON | ROLLOUT_CHECK_RETURN | ROLLOUT_CHECK_ROOM;
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
        ro_explore_end(k, ROLLOUT_CHECK_MEMORY, UINT32_MAX);
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
    if (r == ROLLOUT_OK && (k->options.flags & ROLLOUT_CHECK_ROOM) && k->small.cluster.workload.uniteddeployment &&
        ro_united_soak_ms(&k->small.cluster) > 0)
        r = ro_error(reterr, ROLLOUT_ERR_INVALID, "flags",
                     "flags: subsets without room are not explored where unschedulable pods are reserved");
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
            ro_explore_end(k, ROLLOUT_CHECK_HOLDS, UINT32_MAX);
            judge(k);
        } else if (k->at >= k->options.state_limit) {
            ro_explore_end(k, ROLLOUT_CHECK_STATES, UINT32_MAX);
            judge(k);
        } else {
            r = ro_explore(k);
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
        r = ro_story_tell(k);
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
