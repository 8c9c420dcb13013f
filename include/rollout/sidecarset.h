/* SPDX-License-Identifier: Apache-2.0 */
/** @file sidecarset.h
 *  What a SidecarSet asks of the pods that carry its containers. Fields, defaults and rules: sidecarset.md 1. */
#ifndef ROLLOUT_SIDECARSET_H
#define ROLLOUT_SIDECARSET_H

#include <rollout/base.h>
#include <rollout/intstr.h>
#include <rollout/node.h>
#include <rollout/order.h>
#include <rollout/selector.h>

#ifdef __cplusplus
extern "C" {
#endif

/** rollout_sidecarset.flags */
enum {
    ROLLOUT_SIDECARSET_PAUSED = 1 << 0,             /**< updateStrategy.paused */
    ROLLOUT_SIDECARSET_NOT_UPDATE = 1 << 1,         /**< updateStrategy.type is NotUpdate */
    ROLLOUT_SIDECARSET_NAMESPACE_SELECTOR = 1 << 2, /**< namespace_selector is there; else every namespace counts */
    ROLLOUT_SIDECARSET_UPDATE_SELECTOR = 1 << 3     /**< update_selector is there; else every pod may be updated */
};

/** status, as the last pass left it. */
struct rollout_sidecarset_status {
    uint32_t struct_size; /**< sizeof(struct rollout_sidecarset_status) in the caller's build */
    int32_t matched_pods;
    int64_t observed_generation;
    int32_t updated_pods;
    int32_t ready_pods;
    int32_t updated_ready_pods;
    uint32_t reserved; /**< zero */
    struct rollout_opt collision_count;
    struct rollout_str latest_revision;
};

struct rollout_sidecarset {
    uint32_t struct_size; /**< sizeof(struct rollout_sidecarset) in the caller's build */
    uint32_t flags;       /**< ROLLOUT_SIDECARSET_* */
    struct rollout_str name;
    int64_t generation;
    struct rollout_str resource_version;
    struct rollout_str hash;                    /**< annotation kruise.io/sidecarset-hash; absent is empty */
    struct rollout_str hash_without_image;      /**< annotation kruise.io/sidecarset-hash-without-image */
    struct rollout_str custom_version;          /**< spec.customVersion; empty = none */
    struct rollout_str pinned_revision;         /**< spec.injectionStrategy.revision.revisionName */
    struct rollout_str pinned_version;          /**< spec.injectionStrategy.revision.customVersion */
    struct rollout_selector selector;           /**< over pods; one that is not usable ends the pass with an error */
    struct rollout_selector namespace_selector; /**< over namespaces; the same */
    struct rollout_selector update_selector;    /**< updateStrategy.selector; one that is not usable matches nothing */
    struct rollout_intstr partition;           /**< unset: 0; text that cannot be read: 0, so that everything updates */
    struct rollout_intstr max_unavailable;     /**< unset: 1; text that cannot be read: 0 */
    struct rollout_order order;                /**< priorityStrategy, scatterStrategy; value "*" is any of the key */
    struct rollout_opt revision_history_limit; /**< absent: 10; at least 1 counts */
    struct rollout_tree containers;            /**< spec.containers, an ARRAY; count 0 = none; checked */
    struct rollout_tree patch_pod_metadata;    /**< spec.patchPodMetadata, an ARRAY; count 0 = none; checked */
    const struct rollout_sidecarset_status *status; /**< NULL = none yet */
};

#ifdef __cplusplus
}
#endif

#endif
