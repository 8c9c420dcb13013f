/* SPDX-License-Identifier: Apache-2.0 */
/* Spreading pods with a label over the order. Source: ordering.md 7. */
#ifndef RO_RULES_SCATTER_H
#define RO_RULES_SCATTER_H

#include <rollout/base.h>

#include "rules/pods.h"

/* Bytes of scratch for n waiting pods out of n_pods: 4 each and 80 a term; of more than 32 terms 28 more for a waiting
 * pod, and 4 for each key. SIZE_MAX on overflow. */
size_t ro_scatter_scratch(const struct rollout_labels *terms, size_t n, size_t n_pods);

/* Applies all terms to the waiting pods. Density is that of the pods whose mark has the bit `counted`;
 * marks may be NULL: all count. */
void ro_scatter(const struct rollout_labels *terms, const struct ro_pods *pods, const uint8_t *marks, uint8_t counted,
                uint32_t *wait, size_t n, void *scratch);

#endif
