/* SPDX-License-Identifier: Apache-2.0 */
/* The expressions of a SidecarSet's resourcesPolicy: "max(cpu*10%, 50m)". Source: sidecarset.md 10.5. */
#ifndef RO_RULES_RESOURCE_EXPRESSION_H
#define RO_RULES_RESOURCE_EXPRESSION_H

#include "base/quantity.h"

struct ro_amount {
    struct ro_quantity quantity;
    enum ro_quantity_form form;
};

/* b is added to a, whose form stays unless a is zero, as upstream. */
void ro_amount_add(struct ro_amount *a, const struct ro_amount *b);

/* Why there is no value of what is otherwise right. */
#define RO_BELOW_ZERO "comes to less than zero"

/* The value of an expression in which the variable has this value: it is called memory where that word stands in the
 * text, else cpu. NULL, or why there is no value (static). */
const char *ro_resource_expression(struct rollout_str text, const struct ro_amount *variable, struct ro_amount *ret);

#endif
