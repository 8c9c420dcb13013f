/* SPDX-License-Identifier: Apache-2.0 */
/* Size-tagged inputs: what an older caller leaves out reads as zero, what a newer one adds must be. */
#ifndef RO_BASE_ABI_H
#define RO_BASE_ABI_H

#include <stddef.h>

#include <rollout/base.h>

/* More than any struct or record of a caller will ever have: a size tag that was never set is refused, not believed. */
#define RO_ABI_SIZE_MAX 65536

/* A distance between the records of a view that somebody may have. */
static inline int ro_abi_stride_ok(size_t stride)
{
    return stride != 0 && stride % 8 == 0 && stride <= RO_ABI_SIZE_MAX;
}

/* Copies a struct whose first field is its struct_size into full (of full_size bytes, cleared).
 * The copy's struct_size is full_size. name is for the message. ROLLOUT_OK; ROLLOUT_ERR_INVALID: NULL;
 * ROLLOUT_ERR_ABI: size below 8, above RO_ABI_SIZE_MAX, no multiple of 4, or shorter than full_size and no multiple of
 * a pointer's size; or a tail beyond full_size that is not all zero. */
int ro_abi_struct(const void *given, void *full, size_t full_size, const char *name, struct rollout_error *reterr);

/* Whether the caller said how long the struct is that is written: ROLLOUT_OK; ROLLOUT_ERR_INVALID: NULL; ROLLOUT_ERR_ABI:
 * struct_size below 4 or above RO_ABI_SIZE_MAX. */
int ro_abi_out(const void *out, const char *name, struct rollout_error *reterr);

/* Writes what fits of full (of full_size bytes) to a struct that ro_abi_out() accepts; zero beyond it, and its struct_size
 * stays. */
void ro_abi_hand_over(void *out, const void *full, size_t full_size);

/* An array whose elements may be shorter or longer than here. */
struct ro_abi_array {
    const char *items; /* elements of at least the full size, stride apart */
    size_t count;
    size_t stride;
    void *copy; /* to be freed by the caller; NULL where the caller's own array could be used */
};

/* ROLLOUT_OK; ROLLOUT_ERR_ABI: stride 0, above RO_ABI_SIZE_MAX or no multiple of 8 with count > 0, or an unknown tail
 * that is not zero (error.index); ROLLOUT_ERR_INVALID: items NULL with count > 0, or count * stride overflows, or count >=
 * UINT32_MAX; ROLLOUT_ERR_NOMEM. */
int ro_abi_array(const void *items, size_t count, size_t stride, size_t full_size, const char *name,
                 struct ro_abi_array *ret, struct rollout_error *reterr);

/* Whether bytes are all zero: reserved fields. */
int ro_abi_zero(const void *bytes, size_t size);

#endif
