/* SPDX-License-Identifier: Apache-2.0 */
/** @file intstr.h
 *  An absolute number or a percentage, as in Kubernetes' IntOrString, and how many pods it means. */
#ifndef ROLLOUT_INTSTR_H
#define ROLLOUT_INTSTR_H

#include <rollout/base.h>

#ifdef __cplusplus
extern "C" {
#endif

enum { ROLLOUT_INTSTR_UNSET = 0, ROLLOUT_INTSTR_INT = 1, ROLLOUT_INTSTR_TEXT = 2 };

/** The text is passed as it stands, since upstream has parsers that read "12.5%", "100.0%" or
 *  "5" differently. Frozen. */
struct rollout_intstr {
    uint32_t kind; /**< ROLLOUT_INTSTR_* */
    int32_t count; /**< pods, where kind is INT */
    struct rollout_str text;
};

/** The parser. */
enum {
    ROLLOUT_PARSER_SCALED = 1, /**< one "%" at the end, the rest is a decimal fraction (OpenKruise) */
    ROLLOUT_PARSER_LEGACY = 2, /**< every "%" removed, the rest is an integer; "5" is 5% (apimachinery) */
    ROLLOUT_PARSER_STRICT = 3  /**< one "%" at the end, the rest is an integer (apimachinery's safe one) */
};

/** The rounding of a percentage. */
enum { ROLLOUT_ROUND_NONE = 0, ROLLOUT_ROUND_DOWN = 1, ROLLOUT_ROUND_UP = 2 };

/** How many of `total` pods `value` means: the integer as it is, or percent * total / 100 in
 *  double precision, rounded as asked (floating-point noise is upstream's: "0.07%" of 10000 rounds
 *  up to 8). Source: cloneset.md 1.2.
 *
 *  Returns ROLLOUT_OK, or ROLLOUT_ERR_INVALID where the parser refuses the text, kind is UNSET, or
 *  parser or rounding is unknown; *ret_count is then untouched.
 *  Since: 0.1 (testing) */
ROLLOUT_API int rollout_intstr_scale(const struct rollout_intstr *value, uint32_t parser, uint32_t rounding,
                                     int32_t total, int64_t *ret_count);

#ifdef __cplusplus
}
#endif

#endif
