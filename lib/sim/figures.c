/* SPDX-License-Identifier: Apache-2.0 */
/* The figures of a release, kept up to date pod by pod, and what is claimed of them. */
#include "sim/simulation.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"

#define MILLION 1000000

static uint32_t look(const struct ro_cluster *c, uint32_t pod)
{
    uint32_t counts = 0;
    if (!ro_kind_active(c, pod)) {
        uint32_t phase = c->hidden[pod].flags & RO_SIM_GONE ? ROLLOUT_PHASE_NONE : c->pods[pod].phase;
        return phase == ROLLOUT_PHASE_SUCCEEDED ? RO_COUNTS_SUCCEEDED
               : phase == ROLLOUT_PHASE_FAILED  ? RO_COUNTS_FAILED
                                                : 0;
    }
    counts |= RO_COUNTS_ACTIVE;
    if (c->kind->available(c, pod))
        counts |= RO_COUNTS_AVAILABLE;
    if (ro_kind_updated(c, pod))
        counts |= RO_COUNTS_UPDATED;
    return counts;
}

static void count(struct rollout_simulation *s, const struct ro_sim_pod *h, int64_t sign)
{
    s->state.total += h->counts & RO_COUNTS_ACTIVE ? sign : 0;
    s->state.available += h->counts & RO_COUNTS_AVAILABLE ? sign : 0;
    s->state.updated += h->counts & RO_COUNTS_UPDATED ? sign : 0;
    s->state.succeeded += h->counts & RO_COUNTS_SUCCEEDED ? sign : 0;
    s->state.failed += h->counts & RO_COUNTS_FAILED ? sign : 0;
    if (h->zone && (h->counts & RO_COUNTS_AVAILABLE))
        s->zone_available[h->zone - 1] += sign;
}

void ro_figures_one(struct rollout_simulation *s, uint32_t pod)
{
    struct ro_sim_pod *h = &s->cluster.hidden[pod];
    uint32_t node = s->cluster.pods[pod].node_index;
    count(s, h, -1);
    h->zone = node ? s->cluster.node_facts[node - 1].zone : 0;
    h->counts = look(&s->cluster, pod);
    count(s, h, 1);
}

void ro_figures_all(struct rollout_simulation *s)
{
    s->state.total = s->state.available = s->state.updated = s->state.succeeded = s->state.failed = 0;
    memset(s->zone_available, 0, s->cluster.zone_count * sizeof *s->zone_available);
    for (uint32_t i = 0; i < s->cluster.pod_count; i++) {
        s->cluster.hidden[i].counts = 0;
        ro_figures_one(s, i);
    }
}

void ro_figures_wanted(struct rollout_simulation *s)
{
    struct ro_measure m;
    ro_kind_measure(&s->cluster, &m);
    s->state.wanted = m.wanted;
}

int ro_figures_begin(struct rollout_simulation *s)
{
    size_t zones = s->cluster.zone_count + 1;
    s->zone_total = ro_arena_alloc(&s->arena, zones, sizeof *s->zone_total);
    s->zone_available = ro_arena_alloc(&s->arena, zones, sizeof *s->zone_available);
    s->zone_scratch = ro_arena_alloc(&s->arena, zones, sizeof *s->zone_scratch);
    if (s->arena.failed)
        return ro_error_nomem(s->cluster.reterr);
    ro_figures_all(s);
    ro_figures_wanted(s);
    for (uint32_t i = 0; i < s->cluster.pod_count; i++)
        if (s->cluster.hidden[i].zone && (s->cluster.hidden[i].counts & RO_COUNTS_ACTIVE))
            s->zone_total[s->cluster.hidden[i].zone - 1]++;
    s->state.lowest_available = s->state.available;
    s->state.peak_total = s->state.total;
    s->state.lowest_in_zone = MILLION;
    ro_figures_extremes(s);
    return ROLLOUT_OK;
}

void ro_figures_extremes(struct rollout_simulation *s)
{
    struct rollout_simulation_state *state = &s->state;
    int64_t now_ms = s->cluster.snapshot.now_ms - s->start_ms;
    if (state->available < state->lowest_available) {
        state->lowest_available = state->available;
        state->lowest_available_at_ms = now_ms;
    }
    if (state->total > state->peak_total) {
        state->peak_total = state->total;
        state->peak_total_at_ms = now_ms;
    }
    for (size_t z = 0; z < s->cluster.zone_count; z++) {
        if (!s->zone_total[z])
            continue;
        int64_t share = s->zone_available[z] * MILLION / s->zone_total[z];
        if (!state->lowest_zone.data || share < state->lowest_in_zone) {
            state->lowest_in_zone = share;
            state->lowest_zone = s->cluster.zones[z];
        }
    }
}

int ro_figures_assert(struct rollout_simulation *s, bool done)
{
    const struct ro_cluster *c = &s->cluster;
    size_t n = c->pod_count;
    struct ro_measure m;
    if (s->options.assertion_count == 0)
        return ROLLOUT_OK;
    if (n >= s->byte_room) {
        uint8_t *more = realloc(s->bytes, 2 * (n + 1) * (4 + 2 * sizeof(uint32_t)));
        if (!more)
            return ro_error_nomem(c->reterr);
        s->bytes = more;
        s->byte_room = 2 * (n + 1);
    }
    uint32_t *restarts = (uint32_t *)(void *)s->bytes, *zones = restarts + n;
    uint8_t *active = (uint8_t *)(zones + n), *available = active + n, *updated = available + n, *begun = updated + n;
    for (size_t i = 0; i < n; i++) {
        const struct ro_sim_pod *h = &c->hidden[i];
        restarts[i] = h->restarts;
        zones[i] = h->zone;
        active[i] = (h->counts & RO_COUNTS_ACTIVE) != 0;
        available[i] = (h->counts & RO_COUNTS_AVAILABLE) != 0;
        updated[i] = (h->counts & RO_COUNTS_UPDATED) != 0;
        begun[i] = (h->flags & RO_SIM_BEGUN) != 0;
    }
    ro_kind_measure(c, &m);
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
        .zone_wanted = s->zone_total,
        .zone_scratch = s->zone_scratch,
        .wanted = m.wanted,
        .partition = m.partition,
        .max_surge = m.max_surge,
        .max_unavailable = m.max_unavailable,
        .elapsed_ms = c->snapshot.now_ms - s->start_ms,
        .done = done,
    };
    for (size_t i = 0; i < s->options.assertion_count; i++)
        if (!ro_assertion_holds(s->assertions[i], &view, s->state.message, sizeof s->state.message)) {
            s->state.outcome = ROLLOUT_SIMULATION_FAILED;
            s->state.failed_assertion = (uint32_t)i;
            break;
        }
    return ROLLOUT_OK;
}
