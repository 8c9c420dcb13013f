/* SPDX-License-Identifier: Apache-2.0 */
/** @file selector.h
 *  Kubernetes' LabelSelector. */
#ifndef ROLLOUT_SELECTOR_H
#define ROLLOUT_SELECTOR_H

#include <rollout/base.h>

#ifdef __cplusplus
extern "C" {
#endif

enum {
    ROLLOUT_OPERATOR_UNKNOWN = 0, /**< a text that is no operator: the selector is not usable */
    ROLLOUT_OPERATOR_IN = 1,
    ROLLOUT_OPERATOR_NOT_IN = 2, /**< true where the label is absent */
    ROLLOUT_OPERATOR_EXISTS = 3,
    ROLLOUT_OPERATOR_DOES_NOT_EXIST = 4,
    ROLLOUT_OPERATOR_GT = 5, /**< node affinity only: in a label selector not usable */
    ROLLOUT_OPERATOR_LT = 6  /**< same */
};

/** One of matchExpressions. Frozen. */
struct rollout_requirement {
    struct rollout_str key;
    uint32_t op;       /**< ROLLOUT_OPERATOR_* */
    uint32_t reserved; /**< zero */
    struct rollout_strs values;
};

/** All of match_labels and all requirements must hold. Empty: everything matches. Frozen. */
struct rollout_selector {
    struct rollout_labels match_labels;
    const struct rollout_requirement *requirements;
    size_t requirement_count;
};

/** Whether Kubernetes would take the selector: known operators, values where the operator wants
 *  them and only there, keys and values of the permitted form.
 *  Returns ROLLOUT_OK, ROLLOUT_ERR_INVALID (field: "matchLabels" or "matchExpressions[i]...") or, where the records
 *  themselves are wrong, ROLLOUT_ERR_ABI or _INVALID (field: "match_labels" or "requirements[i]...").
 *  Since: 0.1 (testing) */
ROLLOUT_API int rollout_selector_check(const struct rollout_selector *selector, struct rollout_error *reterr);

/** 1 if the labels match, 0 if not, if the selector is not usable or if the labels cannot be read.
 *  Since: 0.1 (testing) */
ROLLOUT_API int rollout_selector_matches(const struct rollout_selector *selector, const struct rollout_labels *labels);

#ifdef __cplusplus
}
#endif

#endif
