/* SPDX-License-Identifier: Apache-2.0 */
/* What people claim of a release, one line each; the language is in simulate.h. */
#ifndef RO_SIM_ASSERTION_H
#define RO_SIM_ASSERTION_H

#include <stdbool.h>

#include <rollout/snapshot.h>

#include "base/memory.h"

/* What is counted, of all pods or of a zone's. */
struct ro_assertion_counts {
    int64_t available, total, updated, restarts;
};

/* A release as it stands after a step. Arrays have an element a pod of the snapshot. */
struct ro_assertion_view {
    const struct rollout_snapshot *snapshot;
    const uint8_t *active;    /* neither finished nor terminating */
    const uint8_t *available; /* as the kind counts it */
    const uint8_t *updated;   /* at the update revision */
    const uint8_t *begun;     /* its update has begun: in place, or it is marked, or going for one */
    const uint32_t *restarts; /* since the start */
    const uint32_t *zones;    /* from 1; 0 = none */
    size_t zone_count;
    const struct rollout_str *zone_names;     /* of zone i + 1 */
    const int64_t *zone_wanted;               /* pods that zone i + 1 had at the start */
    struct ro_assertion_counts *zone_scratch; /* zone_count elements, overwritten */
    int64_t wanted;                           /* pods, or nodes that should have one */
    int64_t partition;                        /* of the spec as it is now, in pods */
    int64_t max_surge, max_unavailable;       /* the same */
    int64_t elapsed_ms;
    bool done; /* the release has come to its end */
};

/* One that is read. Frozen texts: it points into the text that it was read from, and into the arena. */
struct ro_assertion;

/* ROLLOUT_OK and *ret, which lives as long as the arena; ROLLOUT_ERR_INVALID with error.index = index, the text as value
 * and a message that says at which word what was expected; ROLLOUT_ERR_NOMEM. */
int ro_assertion_parse(struct ro_arena *arena, struct rollout_str text, uint32_t index, const struct ro_assertion **ret,
                       struct rollout_error *reterr);

/* It is about time, or about the order of pods: what an exploration without a clock cannot judge. */
bool ro_assertion_needs_clock(const struct ro_assertion *assertion);

/* Whether it holds; if not, the sentence that says why ("available 3, but at least 4 were promised: 90% of 4, rounded up"),
 * as snprintf(). */
bool ro_assertion_holds(const struct ro_assertion *assertion, const struct ro_assertion_view *view, char *buf,
                        size_t size);

#endif
