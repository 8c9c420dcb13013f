/* SPDX-License-Identifier: Apache-2.0 */
/* What all harnesses share: values out of the fuzzer's bytes, memory of exactly the size that is asked for, so that
 * AddressSanitizer sees every read beyond it, and what must hold of every call. */
#ifndef FUZZ_FUZZ_H
#define FUZZ_FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <rollout/rollout.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerInitialize(int *argc, char ***argv);

/* One execution: what is left of the input, and all memory that was handed out for it. */
struct fuzz {
    const uint8_t *at;
    size_t left;
    void **blocks;
    size_t block_count, block_room;
};

struct fuzz fuzz_begin(const uint8_t *data, size_t size);
void fuzz_end(struct fuzz *f);
/* What the other one handed out is freed with this one's. */
void fuzz_adopt(struct fuzz *f, struct fuzz *other);

/* Ends the process with the input kept where what must hold does not. */
#define FUZZ_REQUIRE(holds) ((holds) ? (void)0 : fuzz_fail(__FILE__, __LINE__, #holds))
_Noreturn void fuzz_fail(const char *file, int line, const char *what);

/* ---- values; zero where the input has ended ---- */

uint8_t fuzz_byte(struct fuzz *f);
uint32_t fuzz_u32(struct fuzz *f);
uint64_t fuzz_u64(struct fuzz *f);
uint32_t fuzz_below(struct fuzz *f, uint32_t n); /* n > 0 */
bool fuzz_one_in(struct fuzz *f, uint32_t n);    /* false where the input has ended */

/* Mostly small, often at an end of its type or near a power of two. */
int32_t fuzz_number(struct fuzz *f);
int64_t fuzz_long(struct fuzz *f);
/* A time: mostly within a day of 2026-01-01, often at the ends of what is accepted, or beyond them. */
int64_t fuzz_time(struct fuzz *f);
#define FUZZ_NOW INT64_C(1767225600000)
/* A number of an enum whose last is `last`; seldom beyond it. */
uint32_t fuzz_enum(struct fuzz *f, uint32_t last);
/* A set of bits of which `known` mean something; seldom others. */
uint32_t fuzz_flags(struct fuzz *f, uint32_t known);
/* A count up to most, which the input mostly keeps small. */
uint32_t fuzz_count(struct fuzz *f, uint32_t most);

/* ---- memory ---- */

/* Zeroed; not NULL for 0 bytes, but nothing of it may be read. */
void *fuzz_alloc(struct fuzz *f, size_t size);
void *fuzz_copy(struct fuzz *f, const void *bytes, size_t size);

/* One of the words that matter to planners, or bytes of the input; seldom absent, empty, or NULL with a length where
 * `broken` says so. */
struct rollout_str fuzz_text(struct fuzz *f, bool broken);
struct rollout_str fuzz_str(struct fuzz *f, const char *text); /* this one */
struct rollout_strs fuzz_texts(struct fuzz *f, uint32_t most, bool broken);
struct rollout_labels fuzz_labels(struct fuzz *f, uint32_t most, bool broken);

/* A struct that begins with its size, as it lies in memory of a caller who was built with these headers, or where
 * `versions` says so seldom with older or newer ones. */
void *fuzz_sized(struct fuzz *f, void *full, uint32_t full_size, bool versions);

/* ---- what must hold of every call ---- */

/* A record of any size that a caller may have, in memory of just that size; seldom none. */
struct rollout_error *fuzz_error(struct fuzz *f);
/* A whole record. */
struct rollout_error *fuzz_whole_error(struct fuzz *f);
/* The code is one of those that header names for errors, and the record says the same in one line. */
void fuzz_failed(int code, const struct rollout_error *error);

/* Text that is as long in two calls, once with as much room as it needs and once with too little. */
typedef size_t fuzz_writer(const void *context, char *buf, size_t size);
char *fuzz_written(struct fuzz *f, fuzz_writer *writer, const void *context, size_t *ret_len);

#endif
