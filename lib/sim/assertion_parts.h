/* SPDX-License-Identifier: Apache-2.0 */
/* An assertion taken to pieces: between those who read it and those who judge it. */
#ifndef RO_SIM_ASSERTION_PARTS_H
#define RO_SIM_ASSERTION_PARTS_H

#include "sim/assertion.h"

#include <rollout/selector.h>

/* No sum of so many terms, each at most a hundred times 10^14 or 10^4 times 10^12, overflows. */
#define RO_TERM_LIMIT    16
#define RO_NUMBER_LIMIT  INT64_C(1000000000000)
#define RO_PERCENT_LIMIT 10000

enum ro_quantity {
    RO_QUANTITY_AVAILABLE,
    RO_QUANTITY_UNAVAILABLE,
    RO_QUANTITY_TOTAL,
    RO_QUANTITY_UPDATED,
    RO_QUANTITY_OLD,
    RO_QUANTITY_RESTARTS,
    RO_QUANTITY_REPLICAS,
    RO_QUANTITY_PARTITION,
    RO_QUANTITY_MAX_SURGE,
    RO_QUANTITY_MAX_UNAVAILABLE,
    RO_QUANTITY_COUNT, /* so many have a name */
    RO_QUANTITY_NUMBER = RO_QUANTITY_COUNT,
    RO_QUANTITY_PERCENT
};

struct ro_term {
    enum ro_quantity quantity;
    int64_t number; /* NUMBER, PERCENT */
    bool minus;
};

struct ro_sum {
    struct ro_term terms[RO_TERM_LIMIT];
    size_t count;
    bool named, percent; /* has a quantity with a name; has a percentage */
    struct rollout_str text;
};

enum ro_comparison { RO_AT_LEAST, RO_AT_MOST, RO_MORE, RO_LESS, RO_EQUAL, RO_UNEQUAL };

enum ro_claim { RO_CLAIM_COMPARES, RO_CLAIM_PER_ZONE, RO_CLAIM_ORDER, RO_CLAIM_FINISHES };

struct ro_assertion {
    enum ro_claim claim;
    struct ro_sum left, right; /* COMPARES, PER_ZONE; where one side has names, the left one has */
    enum ro_comparison comparison;
    struct rollout_selector first, second; /* ORDER */
    struct rollout_str first_text, second_text;
    int64_t within_ms; /* FINISHES */
    struct rollout_str within_text;
    bool ends;     /* only while the partition is above until */
    int64_t until; /* pods */
};

#endif
