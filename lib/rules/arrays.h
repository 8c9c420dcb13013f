/* SPDX-License-Identifier: Apache-2.0 */
/* The arrays of a snapshot as this library's records, whatever the caller's are. */
#ifndef RO_RULES_ARRAYS_H
#define RO_RULES_ARRAYS_H

#include <rollout/snapshot.h>

#include "base/abi.h"

struct ro_arrays {
    struct ro_abi_array pods, nodes, claims, revisions, verdicts, storage_classes, backoffs, replica_sets, subsets, namespaces,
        in_flight;
};

/* s: at full size. What ro_abi_array() returns; ro_arrays_close() also after a failure. */
int ro_arrays_open(const struct rollout_snapshot *s, struct ro_arrays *ret, struct rollout_error *reterr);
void ro_arrays_close(struct ro_arrays *arrays);

#endif
