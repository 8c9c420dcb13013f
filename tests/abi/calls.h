/* SPDX-License-Identifier: Apache-2.0 */
/* One call of each function that takes what callers of other versions may give, and its answer as text. */
#ifndef CALLS_H
#define CALLS_H

#include "inputs.h"

struct answer {
    int code;
    struct rollout_error error;
    char text[8192];
    size_t len;
};

struct call {
    const char *function;
    /* Fills code (ROLLOUT_OK where the function returns none) and, where that is OK, the text. */
    void (*call)(const struct inputs *in, struct answer *ret, struct rollout_error *reterr);
};

/* NULL: there is no such call. */
const struct call *call_of(const char *function);

#endif
