/* SPDX-License-Identifier: Apache-2.0 */
/* The program that an expression becomes. */
#ifndef RO_BASE_REGEX_OPS_H
#define RO_BASE_REGEX_OPS_H

#include "base/regex.h"

#define RO_RUNE_MAX 0x10ffffu

enum ro_regex_code {
    RO_REGEX_MATCH,
    RO_REGEX_SET,    /* a rune that is in `count` ranges from `first` on */
    RO_REGEX_NOT_IN, /* one that is not */
    RO_REGEX_JUMP,   /* by `first` */
    RO_REGEX_SPLIT,  /* to the next one, and by `first` */
    RO_REGEX_BEGIN,
    RO_REGEX_END,
    RO_REGEX_BEGIN_LINE,
    RO_REGEX_END_LINE,
    RO_REGEX_WORD_EDGE,
    RO_REGEX_NO_WORD_EDGE
};

struct ro_regex_op {
    uint32_t op;
    int32_t first; /* jumps are relative, so that code can be moved and copied */
    uint32_t count;
};

struct ro_regex_range {
    uint32_t lo, hi;
};

/* The rune at *at, and steps over it; U+FFFD and one byte where it is none. */
uint32_t ro_regex_rune(const char **at, const char *end, bool *ret_bad);

#endif
