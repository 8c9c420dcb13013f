/* SPDX-License-Identifier: Apache-2.0 */
/* A pod's QoS class. Source: inplace.md 4.3. */
#ifndef RO_RULES_QOS_H
#define RO_RULES_QOS_H

#include <stdbool.h>

#include <rollout/node.h>

#include "base/quantity.h"

enum { RO_QOS_BEST_EFFORT, RO_QOS_BURSTABLE, RO_QOS_GUARANTEED };

/* Of a pod's spec, from its containers and init containers. */
int ro_qos(const struct rollout_node *spec);

/* The quantity that a value of a resource list spells, as text or as a number. */
bool ro_quantity_of(const struct rollout_node *n, struct ro_quantity *ret);

#endif
