/* SPDX-License-Identifier: Apache-2.0 */
/* CloneSet. Source: cloneset.md 1, and K10 to K14, K19, K26 of its table of defects. */
#include <inttypes.h>

#include "planners/cloneset_limits.h"
#include "sim/lint.h"

struct clone {
    struct rollout_cloneset spec; /* with what the API fills in, and not paused */
    struct ro_cloneset_limits limits;
    const struct ro_at *fields; /* where partition, maxSurge, ... are */
    bool rolls;
};

static void build(const void *context, struct ro_builder *b)
{
    const struct clone *c = context;
    ro_cloneset_build_limits(&c->spec, &c->limits, b);
}

static void look_at_numbers(struct ro_lint *l, const struct clone *c)
{
    static const struct ro_lint_limit partition = {
        .name = "partition",
        .limit = "partition",
        .of = "pod",
        .unreadable = "read as 0: it must be a number or a percentage such as \"20%\", and every pod is released",
    };
    static const struct ro_lint_limit surge = {
        .name = "maxSurge",
        .limit = "maxSurge",
        .of = "pod",
        .unreadable = "read as 0: it must be a whole percent, and no pod is created beyond replicas",
        .all = "an update may create as many pods again at once",
        .all_from = 2,
    };
    static const struct ro_lint_limit unavailable = {
        .name = "maxUnavailable",
        .limit = "maxUnavailable",
        .of = "pod",
        .unreadable = "read as 0: it must be a whole percent, and no available pod is taken",
        .none = "a CloneSet rounds it so beside maxSurge, and updates by surge alone",
        .all = "a CloneSet without maxSurge rounds it so, and all may be unavailable at once",
        .all_from = 1,
        .usual = "20%",
    };
    static const struct ro_lint_limit scale = {
        .parent = "scaleStrategy",
        .name = "maxUnavailable",
        .limit = "scaleStrategy.maxUnavailable",
        .of = "pod",
        .unreadable = "read as 0: it must be a whole percent",
    };
    ro_lint_limit(l, c->fields, &partition);
    ro_lint_limit(l, c->fields, &surge);
    ro_lint_limit(l, c->fields, &unavailable);
    ro_lint_limit(l, c->fields, &scale);
}

/* "100.0%" keeps one less than all. Of texts below 100 that is what the rule is for. */
static void look_at_all_but_one(struct ro_lint *l, const struct clone *c)
{
    struct ro_at at = ro_at_member(c->fields, "partition");
    if (c->spec.partition.kind != ROLLOUT_INTSTR_TEXT || c->limits.partition != c->limits.replicas - 1 ||
        ro_lint_scaled(&c->spec.partition, ROLLOUT_ROUND_DOWN, 1) < 1)
        return;
    struct rollout_str shown = ro_lint_shown(l, &at);
    RO_LINT(l, TEXT_READ_OTHERWISE, &at,
            "partition %.*s keeps %" PRId64 " of %" PRId64 " pods: only \"100%%\" keeps all", (int)shown.len,
            shown.data, c->limits.partition, c->limits.replicas);
}

static void look_at_budget(struct ro_lint *l, const struct clone *c)
{
    const struct ro_cloneset_limits *limits = &c->limits;
    struct ro_at at = ro_at_member(c->fields, "maxUnavailable");
    if (c->rolls && limits->replicas > 0 && limits->max_surge <= 0 && limits->max_unavailable <= 0)
        RO_LINT(l, NO_BUDGET, &at,
                "maxUnavailable is %" PRId64 " and maxSurge %" PRId64 " of %" PRId64
                " pod%s: no available pod is updated unless there are more pods than replicas",
                limits->max_unavailable, limits->max_surge, limits->replicas, ro_lint_plural(limits->replicas));
    struct ro_at scale = ro_at_object(&l->decoder, &l->spec, "scaleStrategy");
    struct ro_at most = ro_at_member(&scale, "maxUnavailable");
    if (most.node && limits->replicas > 0 && limits->scale_max_unavailable <= 0)
        RO_LINT(l, CREATES_NOTHING, &most,
                "scaleStrategy.maxUnavailable is %" PRId64 " of %" PRId64 " pod%s: no pod is ever created",
                limits->scale_max_unavailable, limits->replicas, ro_lint_plural(limits->replicas));
}

/* K13 and K14. */
static void look_at_on_delete(struct ro_lint *l, const struct clone *c)
{
    struct ro_at type = ro_at_member(&l->strategy, "type"), surge = ro_at_member(c->fields, "maxSurge");
    bool block = c->spec.flags & ROLLOUT_CLONESET_ROLLING_UPDATE;
    if (c->rolls || c->limits.replicas <= 0)
        return;
    if (!block && c->limits.max_unavailable == 0)
        RO_LINT(l, DELETES_NOTHING, &type,
                "OnDelete without rollingUpdate has maxUnavailable 20%% of %" PRId64
                " pod%s, rounded down to 0: an available pod that is marked for deletion stays unless there are more "
                "pods than replicas",
                c->limits.replicas, ro_lint_plural(c->limits.replicas));
    if (block && c->limits.max_surge > 0)
        RO_LINT(l, SURGE_STAYS, &surge,
                "maxSurge %" PRId64 " with OnDelete: pods are created for an update that never runs, and stay",
                c->limits.max_surge);
}

static void look_at_deadline(struct ro_lint *l, const struct clone *c)
{
    struct ro_at at = ro_at_member(&l->spec, "progressDeadlineSeconds");
    struct rollout_opt deadline = c->spec.progress_deadline_seconds;
    if (deadline.set && deadline.value != INT32_MAX && deadline.value <= c->spec.min_ready_seconds)
        RO_LINT(l, DEADLINE_TOO_SHORT, &at,
                "progressDeadlineSeconds %" PRId32 " is over before minReadySeconds %" PRId32
                " has made a pod available: every release exceeds it",
                deadline.value, c->spec.min_ready_seconds);
}

static void look_at_words(struct ro_lint *l, const struct clone *c)
{
    static const char *const alpha_types[] = { "ReCreate", "InPlaceIfPossible", "InPlaceOnly", "OnDelete", NULL };
    static const char *const policies[] = { "ReCreate", "InPlaceIfPossible", "InPlaceOnly", NULL };
    static const char *const types[] = { "RollingUpdate", "OnDelete", NULL };
    static const char *const alpha_extra[] = { "rollingUpdate", NULL };
    static const char *const extra[] = {
        "podUpdatePolicy",  "partition",       "maxUnavailable",        "maxSurge", "paused",
        "priorityStrategy", "scatterStrategy", "inPlaceUpdateStrategy", NULL
    };
    static const char *const alpha_reuse[] = { "disablePVCReuse", NULL }, *const reuse[] = { "enablePVCReuse", NULL };
    struct ro_at scale = ro_at_object(&l->decoder, &l->spec, "scaleStrategy");
    ro_lint_misplaced(l, &scale, l->alpha ? reuse : alpha_reuse,
                      l->alpha ? "volumes are reused unless disablePVCReuse is true"
                               : "volumes are reused where enablePVCReuse is true");
    if (l->alpha) {
        ro_lint_word(l, &l->strategy, "type", alpha_types, "ReCreate");
        ro_lint_misplaced(l, &l->strategy, alpha_extra, "its members belong in updateStrategy itself");
    } else {
        ro_lint_word(l, &l->strategy, "type", types, "RollingUpdate");
        ro_lint_misplaced(l, &l->strategy, extra, "it belongs in rollingUpdate");
        ro_lint_word(l, c->fields, "podUpdatePolicy", policies, "ReCreate");
    }
}

static void look_at_update(struct ro_lint *l, const struct clone *c)
{
    struct ro_at surge = ro_at_member(c->fields, "maxSurge");
    if (c->rolls)
        ro_lint_partition(l, c->fields, c->limits.partition, c->limits.replicas, "pod");
    look_at_all_but_one(l, c);
    look_at_budget(l, c);
    look_at_on_delete(l, c);
    if (c->rolls)
        ro_lint_paused(l, c->fields,
                       c->limits.max_surge > 0 ? ", and maxSurge counts as 0: surge pods are not kept" : "");
    if (c->rolls && c->limits.max_surge > 0 && c->spec.pod_update_policy == ROLLOUT_POLICY_IN_PLACE_ONLY)
        RO_LINT(l, IN_PLACE_SURGES, &surge,
                "maxSurge %" PRId64 " with InPlaceOnly: admission refuses it, and an update would create pods that it "
                "then deletes",
                c->limits.max_surge);
    ro_lint_grace(l, c->fields, c->spec.grace_period_seconds, c->spec.pod_update_policy);
}

void ro_lint_cloneset(struct ro_lint *l, const struct rollout_cloneset *cloneset)
{
    struct clone c = { .spec = *cloneset, .fields = l->alpha ? &l->strategy : &l->rolling };
    if (!c.spec.replicas.set)
        c.spec.replicas = (struct rollout_opt){ 1, 1 };
    c.spec.flags &= ~(uint32_t)ROLLOUT_CLONESET_PAUSED;
    c.rolls = c.spec.update_type == ROLLOUT_UPDATE_ROLLING;
    if (c.rolls)
        c.spec.flags |= ROLLOUT_CLONESET_ROLLING_UPDATE;
    c.limits = ro_cloneset_limits(&c.spec);
    ro_lint_read_limits(l, build, &c);
    ro_lint_selector(l, &cloneset->selector, cloneset->flags & ROLLOUT_CLONESET_SELECTOR_INVALID);
    look_at_deadline(l, &c);
    look_at_words(l, &c);
    look_at_numbers(l, &c);
    look_at_update(l, &c);
    /* v1alpha1 with OnDelete: the conversion drops them. */
    if (cloneset->flags & ROLLOUT_CLONESET_ROLLING_UPDATE) {
        ro_lint_priority(l, c.fields, &cloneset->order.priority);
        ro_lint_scatter(l, c.fields, &cloneset->order.scatter);
    }
    ro_lint_lifecycle(l, &cloneset->lifecycle);
}
