/* SPDX-License-Identifier: Apache-2.0 */
/* Names of a StatefulSet's pods and claims. Source: statefulset.md 2.1 and 2.3. */
#ifndef RO_RULES_ORDINAL_H
#define RO_RULES_ORDINAL_H

#include <stdint.h>

#include "base/str.h"

/* The ordinal that a pod's name ends in, and its parent: what is before it and a "-". -1 where there is none, the
 * parent is empty then, or where it does not fit 32 bits. "web-01" has ordinal 1 too. */
int32_t ro_ordinal_of(struct rollout_str name, struct rollout_str *ret_parent);

/* Is this the name of a claim, "<template>-<set>-<ordinal>"? Of several templates only one can fit. The pod's name
 * within it is what follows the template's name and a "-". */
bool ro_is_claim_name(struct rollout_str claim, struct rollout_str template_name, struct rollout_str set);

#endif
