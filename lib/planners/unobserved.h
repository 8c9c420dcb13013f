/* SPDX-License-Identifier: Apache-2.0 */
/* A caller that does not see its own writes yet: nothing is planned, until when. Source: cloneset.md 4.1 step 3,
 * daemonset.md 6 step 4. */
#ifndef RO_PLANNERS_UNOBSERVED_H
#define RO_PLANNERS_UNOBSERVED_H

#include <stdbool.h>

#include "planners/planner.h"

struct ro_unobserved {
    bool stops;
    int64_t until_ms;   /* when the wait changes by itself; 0 = never */
    int64_t requeue_ms; /* upstream's look-again delay; 0 = none */
};

/* OpenKruise waits for versions of what it has written, also past its timeout. */
struct ro_unobserved ro_unobserved(const struct ro_planner_input *in);

/* The same for a BroadcastJob, which knows no gate that would have it look again after the timeout. */
struct ro_unobserved ro_unobserved_ungated(const struct ro_planner_input *in);

/* Kubernetes only counts creations and deletions, and after the timeout no more. */
struct ro_unobserved ro_unobserved_native(const struct ro_planner_input *in);

#endif
