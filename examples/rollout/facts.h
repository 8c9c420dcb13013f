/* SPDX-License-Identifier: Apache-2.0 */
/* What is there of a pod or node that is explained, as far as decisions depend on it. */
#ifndef EXAMPLES_FACTS_H
#define EXAMPLES_FACTS_H

#include <rollout/rollout.h>

#include "text.h"

/* What the pod's labels say of its revision; a Deployment's: the hash of its template. */
struct rollout_str facts_revision(const struct rollout_pod *pod);

void facts_of_pod(const struct rollout_pod *pod, struct text *out);

/* Its taints, and the pods that are on it or bound to it. */
void facts_of_node(const struct rollout_world *world, uint32_t node, struct text *out);

#endif
