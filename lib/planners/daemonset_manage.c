/* SPDX-License-Identifier: Apache-2.0 */
/* The manage step: a pod on every node that should run one, and only one there. Source: daemonset.md 6 (creation
 * filter), 7 and 8. */
#include "planners/daemonset_pass.h"

#include "base/sort.h"
#include "base/str.h"
#include "base/time.h"
#include "planners/refresh.h"
#include "rules/availability.h"

/* ---- the lists ---- */

static void want_delete(struct sync *sync, uint32_t pod, enum fate fate, uint32_t other)
{
    sync_fate(sync, pod, fate);
    sync->others[pod] = other;
    sync->deletes[sync->delete_count++] = pod;
}

static void want_create(struct sync *sync, uint32_t node)
{
    sync->creates[sync->create_count++] = node;
}

/* ---- failed pods ---- */

#define BACKOFF_MAX_SECONDS  (15 * 60)
#define BACKOFF_FORGOTTEN_MS (30 * 60 * 1000)

/* The back-off of a node while the sync goes over its pods. */
struct backoff {
    int64_t seconds;
    int64_t last_ms;
    bool known;
};

static struct backoff backoff_of(const struct sync *sync, uint32_t place)
{
    uint32_t i = sync->backoffs[place];
    if (i == 0)
        return (struct backoff){ .known = false };
    const struct rollout_backoff *given =
        (const void *)(sync->in->backoffs.items + (i - 1) * sync->in->backoffs.stride);
    return (struct backoff){
        .seconds = given->seconds,
        .last_ms = given->last_step_ms,
        .known = sync->now_ms - given->last_step_ms <= BACKOFF_FORGOTTEN_MS,
    };
}

/* As it is after another failed pod has been deleted. */
static struct backoff next_backoff(const struct sync *sync, const struct backoff *backoff)
{
    int64_t twice = backoff->seconds < BACKOFF_MAX_SECONDS ? backoff->seconds * 2 : BACKOFF_MAX_SECONDS;
    return (struct backoff){
        .seconds = !backoff->known               ? 1
                   : twice < BACKOFF_MAX_SECONDS ? twice
                                                 : BACKOFF_MAX_SECONDS,
        .last_ms = sync->now_ms,
        .known = true,
    };
}

static int64_t backoff_end(const struct backoff *backoff)
{
    return backoff->last_ms + backoff->seconds * 1000;
}

int64_t sync_backoff_until(const struct sync *sync, uint32_t place)
{
    struct backoff backoff = backoff_of(sync, place);
    if (sync->classes[place] & PLACE_STEPPED)
        backoff = next_backoff(sync, &backoff);
    return backoff_end(&backoff);
}

static void take_failed(struct sync *sync, uint32_t pod, uint32_t place, struct backoff *backoff)
{
    if (backoff->known && sync->now_ms < backoff_end(backoff)) {
        sync_fate(sync, pod, FATE_BACKOFF);
        sync_requeue(sync, backoff->seconds * 1000); /* the whole of it, not the rest (D20) */
        sync_next(sync, backoff_end(backoff));
        return;
    }
    *backoff = next_backoff(sync, backoff);
    sync->classes[place] |= PLACE_STEPPED;
    want_delete(sync, pod, FATE_FAILED, 0);
}

/* ---- a node that may keep its pods (7.1, 7.2) ---- */

/* Scheduled first, then older, then by name. No time is before any other. */
static int compare_age(const void *context, uint32_t a, uint32_t b)
{
    const struct rollout_pod *x = sync_pod(context, a), *y = sync_pod(context, b);
    if ((x->node.len > 0) != (y->node.len > 0))
        return x->node.len > 0 ? -1 : 1;
    int64_t t = x->created_ms ? x->created_ms : INT64_MIN, u = y->created_ms ? y->created_ms : INT64_MIN;
    return t != u ? (t < u ? -1 : 1) : ro_str_cmp(x->name, y->name);
}

uint32_t sync_oldest(const struct sync *sync, uint32_t place)
{
    uint32_t oldest = ROLLOUT_NONE;
    for (uint32_t i = sync->by.first[place]; i < sync->by.first[place + 1]; i++) {
        uint32_t pod = sync->by.pods[i];
        if (!(sync->marks[pod] & SYNC_OUT) && (oldest == ROLLOUT_NONE || compare_age(sync, pod, oldest) < 0))
            oldest = pod;
    }
    return oldest;
}

/* Of the place's pods those that count as running, in scratch; the others are failed or being deleted. */
static size_t take_running(struct sync *sync, uint32_t place)
{
    struct backoff backoff = backoff_of(sync, place);
    size_t running = 0;
    for (uint32_t i = sync->by.first[place]; i < sync->by.first[place + 1]; i++) {
        uint32_t pod = sync->by.pods[i];
        uint32_t phase = sync_pod(sync, pod)->phase;
        if (sync->marks[pod] & SYNC_LEAVING)
            continue;
        if (phase == ROLLOUT_PHASE_FAILED)
            take_failed(sync, pod, place, &backoff);
        else if (phase == ROLLOUT_PHASE_SUCCEEDED && sync->rules->replaces_succeeded)
            want_delete(sync, pod, FATE_SUCCEEDED, 0);
        else if (sync->marks[pod] & SYNC_PREPARED)
            want_delete(sync, pod, FATE_PREPARED, 0);
        else
            sync->scratch[running++] = pod;
    }
    return running;
}

/* An old and a new pod are on the node: whether the new one takes over. */
static void take_partners(struct sync *sync, uint32_t old, uint32_t new_)
{
    const struct rollout_pod *partner = sync_pod(sync, new_);
    if (!(sync->marks[old] & SYNC_READY) || (sync->marks[new_] & SYNC_AVAILABLE)) {
        want_delete(sync, old, FATE_SURGE_DONE, new_ + 1);
        return;
    }
    sync_fate(sync, old, FATE_PARTNER);
    sync->others[old] = new_ + 1;
    int64_t wait_ms = (int64_t)sync->spec->min_ready_seconds * 1000;
    if (!(sync->marks[new_] & SYNC_READY) || !sync->rules->exact_surge_wait)
        return;
    if (partner->ready_since_ms)
        wait_ms = ro_time_left(ro_available_from(partner->ready_since_ms, sync->spec->min_ready_seconds) - 1, sync->now_ms);
    sync_requeue(sync, wait_ms);
}

/* With surge the oldest new and the oldest old pod may stay together, for a while. */
static void take_surging(struct sync *sync, const uint32_t *running, size_t n)
{
    uint32_t new_ = 0, old = 0;
    for (size_t i = 0; i < n; i++) {
        uint32_t *oldest = sync->marks[running[i]] & SYNC_HASH ? &new_ : &old;
        if (*oldest == 0)
            *oldest = running[i] + 1;
        else
            want_delete(sync, running[i], FATE_EXCESS, *oldest);
    }
    if (new_ && old)
        take_partners(sync, old - 1, new_ - 1);
}

static void take_place(struct sync *sync, uint32_t place, uint32_t node)
{
    size_t running = take_running(sync, place);
    if (sync->limits.surges && running == 0 && sync->fits[node].runs)
        want_create(sync, node);
    if (running < 2)
        return;
    ro_sort_indices(sync->scratch, running, sync->scratch2, compare_age, sync);
    if (sync->limits.surges) {
        take_surging(sync, sync->scratch, running);
        return;
    }
    /* The oldest stays, whatever its revision (D9). */
    for (size_t i = 1; i < running; i++)
        want_delete(sync, sync->scratch[i], FATE_EXCESS, sync->scratch[0] + 1);
}

/* ---- all places ---- */

static void take_places(struct sync *sync)
{
    for (uint32_t k = 0; k < sync->by.count; k++) {
        uint32_t node = sync->by.node[k], first = sync->by.first[k], end = sync->by.first[k + 1];
        if (node == ROLLOUT_NONE)
            continue;
        if (sync->fits[node].runs && first == end)
            want_create(sync, node);
        else if (sync->fits[node].continues)
            take_place(sync, k, node);
        else
            for (uint32_t i = first; i < end; i++)
                if (!(sync->marks[sync->by.pods[i]] & SYNC_LEAVING))
                    want_delete(sync, sync->by.pods[i], FATE_UNFIT, 0);
    }
    /* Pods of nodes that are not there: nobody else deletes those that were never scheduled, so that is done again
     * where they are terminating. */
    for (uint32_t k = 0; k < sync->by.count; k++)
        for (uint32_t i = sync->by.first[k]; i < sync->by.first[k + 1] && sync->by.node[k] == ROLLOUT_NONE; i++) {
            uint32_t pod = sync->by.pods[i];
            if (sync_pod(sync, pod)->node.len == 0)
                want_delete(sync, pod, FATE_UNFIT, 0);
            else if (sync->fates[pod] == FATE_NONE)
                sync->fates[pod] = FATE_LOST;
        }
}

/* Partitioned scaling: only so many nodes get their first pod that with the new ones the partition is kept. */
static void filter_creates(struct sync *sync)
{
    const uint32_t asked = ROLLOUT_DAEMONSET_PARTITIONED_SCALING | ROLLOUT_DAEMONSET_ROLLING_UPDATE;
    int64_t partition = sync->limits.partition, updated = 0;
    sync->creates_wanted = (int64_t)sync->create_count;
    if (!sync->rules->advanced || (sync->spec->flags & asked) != asked || partition == 0)
        return;
    for (uint32_t k = 0; k < sync->by.count; k++) {
        struct pair pair = sync_pair(sync, k);
        updated += pair.ok && pair.new_;
    }
    partition = partition < 0 ? 0 : partition > sync->eligible ? sync->eligible : partition;
    int64_t room = sync->eligible - updated - partition;
    while (sync->create_count > 0 && (int64_t)sync->create_count > room) {
        uint32_t node = sync->creates[sync->create_count - 1];
        sync->needs[node] = NEED_PARTITION;
        sync->node_order[node] = (uint32_t)sync->create_count--;
    }
}

/* The first that the step writes to, for those that wait for it. */
static void find_acted(struct sync *sync)
{
    for (size_t i = 0; i < sync->delete_count; i++) {
        uint32_t pod = sync->deletes[i];
        bool waits = ro_delete_step(sync_pod(sync, pod), sync->pre_delete) == RO_DELETE_WAITS;
        if (waits || (sync->fates[pod] & FATE_BURST))
            continue;
        sync->acted_on = pod;
        sync->acted_kind = ROLLOUT_SUBJECT_POD;
        return;
    }
    sync->acted_on = sync->creates[0];
    sync->acted_kind = ROLLOUT_SUBJECT_NODE;
}

void sync_manage(struct sync *sync)
{
    take_places(sync);
    filter_creates(sync);
    sync->manage_acted = sync_take_deletes(sync, sync->deletes, sync->delete_count);
    sync->manage_acted |= sync_take_creates(sync, NEED_CREATE);
    if (sync->manage_acted)
        find_acted(sync);
}

void sync_chain(struct sync *sync)
{
    for (size_t i = 0; i < sync->delete_count; i++) {
        uint32_t pod = sync->deletes[i];
        enum ro_delete step = ro_delete_step(sync_pod(sync, pod), sync->pre_delete);
        if (step == RO_DELETE_PREPARE)
            sync->marks[pod] |= SYNC_PREPARED;
        else if (step == RO_DELETE_NOW && !(sync->fates[pod] & FATE_BURST))
            sync->marks[pod] |= SYNC_OUT;
    }
    sync->create_start = sync->create_count;
    sync->chained = true;
}
