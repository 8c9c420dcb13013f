/* SPDX-License-Identifier: Apache-2.0 */
/* An assertion's words, numbers and durations, read from the left; and what is said of one that is not expected. */
#ifndef RO_SIM_ASSERTION_WORDS_H
#define RO_SIM_ASSERTION_WORDS_H

#include <stdbool.h>

#include "base/memory.h"

#include <rollout/base.h>

struct ro_reader {
    const char *at, *end;
    struct ro_arena *arena;
    struct rollout_str text;
    uint32_t index;
    struct rollout_error *reterr;
};

/* What numbers, words, label keys and values, and durations are made of. */
bool ro_is_digit(char c);
bool ro_is_letter(char c);
bool ro_in_label(char c);
bool ro_in_duration(char c);

void ro_reader_space(struct ro_reader *r);

/* What comes next, as far as all its characters are `inside`; peek: it stays. */
struct rollout_str ro_reader_peek(struct ro_reader *r, bool (*inside)(char));
struct rollout_str ro_reader_take(struct ro_reader *r, bool (*inside)(char));

/* Whether the word, or the sign, comes next: then it is taken. */
bool ro_reader_word(struct ro_reader *r, struct rollout_str word);
bool ro_reader_sign(struct ro_reader *r, struct rollout_str sign);

/* Text from `from` to here, without white space at its end. */
struct rollout_str ro_reader_since(const struct ro_reader *r, const char *from);

/* ROLLOUT_ERR_INVALID: the word (empty: the end), or what stands here, "is <what><list>". */
int ro_reader_refuse(struct ro_reader *r, struct rollout_str word, const char *what, const char *list);
int ro_reader_refuse_here(struct ro_reader *r, const char *what, const char *list);

/* ROLLOUT_OK, or as ro_reader_refuse. A number is 0 to limit. */
int ro_reader_number(struct ro_reader *r, int64_t limit, int64_t *ret);
int ro_reader_duration(struct ro_reader *r, int64_t *ret_ms);

#endif
