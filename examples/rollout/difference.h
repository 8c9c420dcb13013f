/* SPDX-License-Identifier: Apache-2.0 */
/* The first place where two values differ. */
#ifndef EXAMPLES_DIFFERENCE_H
#define EXAMPLES_DIFFERENCE_H

#include "text.h"

/* Zero-initialise, release with difference_free(). */
struct difference {
    bool found;
    struct text path;          /* actions[2].pod; empty: the whole */
    struct text expected, got; /* as JSON; empty: nothing is there */
};

/* Either may be NULL: nothing. Members of objects may come in any order, and null is a value. A lack of memory shows in
 * the texts. */
void difference_find(const struct rollout_node *expected, const struct rollout_node *got, struct difference *ret);
bool difference_failed(const struct difference *difference);
void difference_free(struct difference *difference);

#endif
