/* SPDX-License-Identifier: Apache-2.0 */
/** @file base.h
 *  What every other header stands on: borrowed strings and views, optional numbers, error codes.
 *
 *  Indexes: in an input they count from 1 and 0 is "none", so that a field added later is "none"
 *  for a program compiled before it; in a result they count from 0 and ROLLOUT_NONE is "none". */
#ifndef ROLLOUT_BASE_H
#define ROLLOUT_BASE_H

#include <stddef.h>
#include <stdint.h>

#if defined(ROLLOUT_BUILDING) && defined(__GNUC__)
#define ROLLOUT_API __attribute__((visibility("default")))
#else
#define ROLLOUT_API
#endif

#ifdef __cplusplus
extern "C" {
#endif

/** No index, in a result. */
#define ROLLOUT_NONE UINT32_MAX

/** Bytes borrowed from the caller for one call. Not NUL-terminated.
 *  data == NULL means "absent"; the empty string has data != NULL and len 0. Frozen. */
struct rollout_str {
    const char *data;
    size_t len;
};

/** A number that may be absent (set == 0). Frozen. */
struct rollout_opt {
    uint32_t set;
    int32_t value;
};

/** A label, or any other pair of texts. Frozen. */
struct rollout_label {
    struct rollout_str key;
    struct rollout_str value;
};

/** Pairs of texts, stride bytes apart: sizeof(struct rollout_label) in a plain array, larger where
 *  the pairs lie inside other records, such as the nodes of a tree. Keys are unique but among the terms
 *  of a scatter strategy. Frozen. */
struct rollout_labels {
    const struct rollout_label *items;
    uint32_t count;
    uint32_t stride;
};

/** Texts, stride bytes apart: sizeof(struct rollout_str) in a plain array. Frozen. */
struct rollout_strs {
    const struct rollout_str *items;
    uint32_t count;
    uint32_t stride;
};

/** What a function returns. Codes are permanent. */
enum {
    ROLLOUT_OK = 0,
    ROLLOUT_ERR_ABI = -1,     /**< a size tag, stride or reserved field that this library does not know */
    ROLLOUT_ERR_INVALID = -2, /**< wrong input; the error record names field and value */
    ROLLOUT_ERR_NOMEM = -3,   /**< an allocation failed, or a size does not fit in size_t */
    ROLLOUT_ERR_SYNTAX = -4,  /**< text that is no JSON (librollout-json) */
    ROLLOUT_ERR_IO = -5       /**< reading failed (librollout-json) */
};

/** Details of a failure, owned by the caller, who sets struct_size before the call (0: the record
 *  is not written). Written only on failure. */
struct rollout_error {
    uint32_t struct_size; /**< sizeof(struct rollout_error) in the caller's build */
    int32_t code;         /**< ROLLOUT_ERR_* */
    uint32_t index;       /**< element of an input array at fault, from 0, or ROLLOUT_NONE */
    uint32_t line;        /**< line of the text, from 1; 0 = unknown */
    uint32_t column;      /**< column of the text in bytes, from 1; 0 = unknown */
    uint32_t reserved;    /**< zero */
    char field[192];      /**< "spec.updateStrategy.maxUnavailable", the user's spelling; "" = none */
    char value[96];       /**< the value at fault as JSON, cut with "..." where too long; "" = none */
    char message[320];    /**< one line without a full stop, NUL-terminated */
};

#ifdef __cplusplus
}
#endif

#endif
