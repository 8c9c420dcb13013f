/* SPDX-License-Identifier: Apache-2.0 */
/* Kubernetes' Deployment, and what OpenKruise Rollouts' control of one asks for. Source: deployment.md 1.1, 2, 6, 12. */
#include "base/str.h"
#include "planners/deployment_limits.h"
#include "sim/lint.h"

struct deployed {
    const struct rollout_deployment *spec;
    struct ro_deployment_limits limits;
};

static void build(const void *context, struct ro_builder *b)
{
    const struct deployed *d = context;
    ro_deployment_build_limits(d->spec, &d->limits, b);
}

static void look_at_numbers(struct ro_lint *l)
{
    static const struct ro_lint_limit surge = {
        .name = "maxSurge",
        .limit = "maxSurge",
        .of = "pod",
        .unreadable = "cannot be read: it must be a whole percent, and the new ReplicaSet never grows",
        .usual = "25%",
    };
    static const struct ro_lint_limit unavailable = {
        .name = "maxUnavailable",
        .limit = "maxUnavailable",
        .of = "pod",
        .unreadable = "cannot be read: it must be a whole percent, and both limits count as 0",
        .none = "a Deployment rounds it so",
        .all = "a Deployment rounds it so, and all pods may be unavailable at once",
        .all_from = 1,
        .usual = "25%",
    };
    ro_lint_limit(l, &l->rolling, &surge);
    ro_lint_limit(l, &l->rolling, &unavailable);
}

static bool is_zero(const struct rollout_intstr *value)
{
    return value->kind == ROLLOUT_INTSTR_INT && value->count == 0;
}

static void look_at_budget(struct ro_lint *l, const struct deployed *d)
{
    struct ro_at most = ro_at_member(&l->rolling, "maxUnavailable"), surge = ro_at_member(&l->rolling, "maxSurge");
    if (!d->limits.forced)
        return;
    if (is_zero(&d->spec->max_surge) && is_zero(&d->spec->max_unavailable))
        RO_LINT(l, NO_BUDGET, most.node ? &most : &surge,
                "maxUnavailable and maxSurge are both 0: admission refuses it, and one pod is taken at a time");
    else
        RO_LINT(l, COUNTS_AS_ONE, most.node ? &most : &surge,
                "maxUnavailable and maxSurge both come to 0 of %lld pod%s: one pod may be unavailable",
                (long long)d->limits.replicas, ro_lint_plural(d->limits.replicas));
}

static void look_at_deadline(struct ro_lint *l, const struct deployed *d)
{
    struct ro_at at = ro_at_member(&l->spec, "progressDeadlineSeconds");
    const struct rollout_opt *deadline = &d->spec->progress_deadline_seconds;
    if (at.node && deadline->set && deadline->value <= d->spec->min_ready_seconds)
        RO_LINT(
            l, DEADLINE_TOO_SHORT, &at,
            "progressDeadlineSeconds %d is over before a pod has been ready for minReadySeconds %d: admission refuses "
            "it",
            deadline->value, d->spec->min_ready_seconds);
}

static void look_at_words(struct ro_lint *l)
{
    static const char *const inner[] = { "maxUnavailable", "maxSurge", NULL };
    static const char *const others[] = { "updateStrategy", "partition", NULL };
    static const char *const foreign[] = { "partition", "paused", NULL };
    ro_lint_misplaced(l, &l->spec, others, "a Deployment has spec.strategy");
    ro_lint_misplaced(l, &l->strategy, inner, "it belongs in rollingUpdate");
    ro_lint_misplaced(l, &l->rolling, foreign, "Kubernetes' Deployment has no such setting there");
}

void ro_lint_deployment(struct ro_lint *l, const struct rollout_deployment *spec)
{
    const struct deployed d = { spec, ro_deployment_limits(spec) };
    bool advanced = spec->flags & ROLLOUT_DEPLOYMENT_ADVANCED;
    ro_lint_read_limits(l, build, &d);
    ro_lint_selector(l, &spec->selector, spec->flags & ROLLOUT_DEPLOYMENT_SELECTOR_INVALID);
    look_at_words(l);
    if (d.limits.rolling && !advanced) {
        look_at_numbers(l);
        look_at_budget(l, &d);
    } else if (l->rolling.node && !advanced) {
        RO_LINT(l, IGNORED, &l->rolling, "rollingUpdate beside Recreate: admission refuses it");
    }
    if (!advanced)
        ro_lint_paused(l, &l->spec, "");
    look_at_deadline(l, &d);
}

void ro_lint_replicaset(struct ro_lint *l, const struct rollout_replicaset *spec)
{
    ro_lint_selector(l, &spec->selector, spec->flags & ROLLOUT_REPLICASET_SELECTOR_INVALID);
}
