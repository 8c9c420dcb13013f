/* SPDX-License-Identifier: Apache-2.0 */
/* StatefulSet, OpenKruise's and Kubernetes' own. Source: statefulset.md 1 to 3, 13, 14. */
#include <inttypes.h>

#include "base/str.h"
#include "planners/statefulset_limits.h"
#include "rules/reserved.h"
#include "sim/lint.h"

struct set {
    const struct rollout_statefulset *spec;
    struct sts_limits limits;
    bool native, rolls, ordered;
};

static void build(const void *context, struct ro_builder *b)
{
    const struct set *s = context;
    sts_build_limits(s->spec, &s->limits, b);
}

/* Both limits are at least 1, and with OrderedReady admission takes no other number. */
static void look_at_least(struct ro_lint *l, const struct set *s, const struct ro_at *at, const char *name)
{
    const struct rollout_limit *limit = ro_lint_find_limit(l, name);
    if (!limit || !at->node || (limit->flags & ROLLOUT_LIMIT_UNUSABLE))
        return;
    if (ro_lint_scaled(&limit->given, ROLLOUT_ROUND_UP, 1) <= 0)
        RO_LINT(l, COUNTS_AS_ONE, at, "%s counts as 1: a StatefulSet takes no less", name);
    else if (s->ordered && !s->native && (limit->given.kind != ROLLOUT_INTSTR_INT || limit->given.count != 1))
        RO_LINT(l, ORDERED_TAKES_ONE, at, "%s other than the number 1: with OrderedReady admission refuses it", name);
}

static void look_at_numbers(struct ro_lint *l, const struct set *s)
{
    static const struct ro_lint_limit unavailable = {
        .name = "maxUnavailable",
        .limit = "maxUnavailable",
        .of = "pod",
        .unreadable =
            "cannot be read: it must be a whole percent, and every pass ends with an error before it updates a pod",
        .none = "a StatefulSet rounds it so, but to no less than 1",
    };
    static const struct ro_lint_limit scale = {
        .parent = "scaleStrategy",
        .name = "maxUnavailable",
        .limit = "scaleStrategy.maxUnavailable",
        .of = "pod",
        .unreadable =
            "cannot be read: it must be a whole percent, and every pass ends with an error before it creates a pod",
        .none = "a StatefulSet rounds it so, but to no less than 1",
    };
    struct ro_at most = ro_at_member(&l->rolling, "maxUnavailable");
    struct ro_at scaling = ro_at_object(&l->decoder, &l->spec, "scaleStrategy");
    struct ro_at scaled = ro_at_member(&scaling, "maxUnavailable");
    ro_lint_limit(l, &l->rolling, &unavailable);
    look_at_least(l, s, &most, "maxUnavailable");
    ro_lint_limit(l, &l->rolling, &scale);
    look_at_least(l, s, &scaled, "scaleStrategy.maxUnavailable");
    if (s->limits.gated && s->rolls && most.node &&
        (s->spec->max_unavailable.kind != ROLLOUT_INTSTR_INT || s->spec->max_unavailable.count != 1)) {
        struct rollout_str shown = ro_lint_shown(l, &most);
        RO_LINT(l, IGNORED, &most,
                "maxUnavailable %.*s has no effect while gate MaxUnavailableStatefulSet is off: one pod is updated at "
                "a time",
                (int)shown.len, shown.data);
    }
    struct ro_at partition = ro_at_member(&l->rolling, "partition");
    if (s->spec->partition < 0)
        RO_LINT(l, NEGATIVE, &partition, "partition is below 0");
    if (s->rolls)
        ro_lint_partition(l, &l->rolling, s->limits.partition, s->limits.replicas, "pod");
}

static void look_at_ordinals(struct ro_lint *l, const struct set *s)
{
    struct ro_at ordinals = ro_at_object(&l->decoder, &l->spec, "ordinals");
    struct ro_at start = ro_at_member(&ordinals, "start"), list = ro_at_array(&l->decoder, &l->spec, "reserveOrdinals");
    if (s->limits.start != s->spec->start_ordinal)
        RO_LINT(l, IGNORED, &start,
                "ordinals.start %" PRId32 " has no effect while gate StatefulSetStartOrdinal is off: ordinals begin at "
                "%" PRId64,
                s->spec->start_ordinal, s->limits.start);
    if (s->native || !list.node)
        return;
    const struct rollout_node *node = ro_first(list.node);
    for (size_t i = 0; i < s->spec->reserve_ordinal_count; i++, node = ro_next(node)) {
        struct ro_at at = { .node = node, .path = { .up = &list.path, .index = i } };
        struct ro_ordinals range;
        uint32_t order[2];
        if (ro_reserved_read(&s->spec->reserve_ordinals[i], 1, &range, order) == 1)
            continue;
        struct rollout_str shown = ro_lint_shown(l, &at);
        RO_LINT(
            l, TEXT_UNREADABLE, &at,
            "%.*s is no range such as \"3-5\": all %zu reservations are lost, and pods are created at those ordinals",
            (int)shown.len, shown.data, s->spec->reserve_ordinal_count);
    }
}

static void look_at_words(struct ro_lint *l, const struct set *s)
{
    static const char *const types[] = { "RollingUpdate", "OnDelete", NULL };
    static const char *const orders[] = { "OrderedReady", "Parallel", NULL };
    static const char *const policies[] = { "ReCreate", "InPlaceIfPossible", "InPlaceOnly", NULL };
    static const char *const inner[] = { "podUpdatePolicy", "partition",       "maxUnavailable",        "paused",
                                         "minReadySeconds", "unorderedUpdate", "inPlaceUpdateStrategy", NULL };
    static const char *const own[] = { "podUpdatePolicy",       "paused", "minReadySeconds", "unorderedUpdate",
                                       "inPlaceUpdateStrategy", NULL };
    static const char *const ready[] = { "minReadySeconds", NULL }, *const priority[] = { "priorityStrategy", NULL };
    static const char *const beta[] = { "reserveOrdinals",
                                        "ordinals",
                                        "lifecycle",
                                        "scaleStrategy",
                                        "volumeClaimUpdateStrategy",
                                        "persistentVolumeClaimRetentionPolicy",
                                        NULL };
    ro_lint_word(l, &l->spec, "podManagementPolicy", orders, "OrderedReady");
    ro_lint_word(l, &l->strategy, "type", types, "RollingUpdate");
    ro_lint_misplaced(l, &l->strategy, inner, "it belongs in rollingUpdate");
    if (s->native) {
        ro_lint_misplaced(l, &l->rolling, own, "Kubernetes' own StatefulSet has no such setting there");
        return;
    }
    ro_lint_misplaced(l, &l->spec, ready, "it belongs in updateStrategy.rollingUpdate");
    if (l->alpha)
        ro_lint_misplaced(l, &l->spec, beta, "v1beta1 has it");
    ro_lint_misplaced(l, &l->rolling, priority, "it belongs in unorderedUpdate");
    ro_lint_word(l, &l->rolling, "podUpdatePolicy", policies, "ReCreate");
}

static void look_at_update(struct ro_lint *l, const struct set *s)
{
    if (!s->rolls && l->rolling.node) {
        RO_LINT(l, IGNORED, &l->rolling, "rollingUpdate has no effect on an update: the type is OnDelete");
        return;
    }
    if (s->native)
        return;
    struct ro_at policy = ro_at_member(&l->rolling, "podUpdatePolicy");
    ro_lint_paused(l, &l->rolling, ", nor deleted where it is marked for that");
    if (s->spec->pod_update_policy != ROLLOUT_POLICY_RECREATE &&
        !ro_lint_has_gate(l, RO_STR("InPlaceUpdateReady"), ROLLOUT_POD_IN_PLACE_GATE))
        RO_LINT(l, NO_READINESS_GATE, &policy,
                "neither the template nor a pod has readiness gate InPlaceUpdateReady: admission refuses it, and pods "
                "would stay ready while they are updated");
    ro_lint_grace(l, &l->rolling, s->spec->grace_period_seconds, s->spec->pod_update_policy);
    struct ro_at unordered = ro_at_object(&l->decoder, &l->rolling, "unorderedUpdate");
    ro_lint_priority(l, &unordered, &s->spec->priority);
}

void ro_lint_statefulset(struct ro_lint *l, const struct rollout_statefulset *spec)
{
    struct set s = {
        .spec = spec,
        .limits = sts_limits(spec, &l->gates),
        .native = spec->flags & ROLLOUT_STATEFULSET_NATIVE,
        .rolls = spec->update_type == ROLLOUT_UPDATE_ROLLING,
        .ordered = !(spec->flags & ROLLOUT_STATEFULSET_PARALLEL),
    };
    ro_lint_read_limits(l, build, &s);
    ro_lint_selector(l, &spec->selector, spec->flags & ROLLOUT_STATEFULSET_SELECTOR_INVALID);
    look_at_words(l, &s);
    look_at_numbers(l, &s);
    look_at_ordinals(l, &s);
    look_at_update(l, &s);
    struct ro_at resize = ro_at_object(&l->decoder, &l->spec, "volumeClaimUpdateStrategy");
    struct ro_at type = ro_at_member(&resize, "type");
    if ((spec->flags & ROLLOUT_STATEFULSET_RESIZES_CLAIMS) && !l->gates.on[ROLLOUT_GATE_STATEFULSET_AUTO_RESIZE_PVC])
        RO_LINT(l, IGNORED, &type,
                "OnPodRollingUpdate has no effect while gate StatefulSetAutoResizePVCGate is off: no claim is resized");
    if (!s.native)
        ro_lint_lifecycle(l, &spec->lifecycle);
}
