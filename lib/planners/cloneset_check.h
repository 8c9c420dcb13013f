/* SPDX-License-Identifier: Apache-2.0 */
/* What a caller's records can have wrong with them, before anything reads them. Texts within a pod's or a
 * node's labels and a pod's finalizers are not looked at: where they are read, a broken one is passed over. */
#ifndef RO_PLANNERS_CLONESET_CHECK_H
#define RO_PLANNERS_CLONESET_CHECK_H

#include <stdbool.h>

#include "base/str.h"
#include "planners/planner.h"

/* Everything but the pods. ROLLOUT_OK, or ROLLOUT_ERR_ABI or ROLLOUT_ERR_INVALID with the field's path. */
int ro_cloneset_check(const struct rollout_cloneset *spec, const struct ro_planner_input *in,
                      struct rollout_error *reterr);

/* Records that far apart would be read beyond themselves; stride 0 is the record's own size. */
static inline bool ro_stride_broken(uint32_t stride, uint32_t size)
{
    return stride != size && stride && (stride < size || stride % sizeof(void *));
}

/* A pod that may be read beyond its records, or that says what this library does not know: to be looked at
 * closely. Asked in the one pass over all pods, so what is mostly zero is asked at once. */
static inline bool ro_pod_suspect(const struct rollout_pod *pod)
{
    return ro_str_broken(pod->revision) || ro_str_broken(pod->name) || ro_str_broken(pod->node) ||
           (!pod->labels.items && pod->labels.count) ||
           ro_stride_broken(pod->labels.stride, sizeof(struct rollout_label)) ||
           (pod->finalizers.count | pod->reserved);
}

/* ROLLOUT_OK where nothing is wrong with the pod at place i. */
int ro_pod_check(const struct rollout_pod *pod, size_t i, struct rollout_error *reterr);

#endif
