/* SPDX-License-Identifier: Apache-2.0 */
/* BroadcastJob. Source: broadcastjob.md 1, 1.1, 2.2, 3, 5, and 1, 8, 15, 16 of its table of defects. */
#include <inttypes.h>

#include "base/error.h"
#include "base/str.h"
#include "planners/broadcastjob_limits.h"
#include "rules/node_pods.h"
#include "rules/nodes.h"
#include "sim/lint.h"

struct job_lint {
    const struct rollout_broadcastjob *spec;
    struct ro_abi_array nodes;
    int64_t desired;
    struct ro_at completion, failure;
};

static void build(const void *context, struct ro_builder *b)
{
    const struct job_lint *j = context;
    ro_broadcastjob_build_limits(j->spec, j->desired, b);
}

static int count_nodes(struct ro_lint *l, struct job_lint *j, struct rollout_error *reterr)
{
    const struct ro_planner_input in = { .snapshot = *l->world->snapshot, .pods = l->pods, .nodes = j->nodes };
    return ro_broadcastjob_desired(j->spec, &in, &j->desired, reterr);
}

static void look_at_parallelism(struct ro_lint *l, const struct job_lint *j)
{
    static const struct ro_lint_limit parallelism = {
        .name = "parallelism",
        .limit = "parallelism",
        .of = "node",
        .unreadable =
            "cannot be read: it must be a number or a percentage such as \"20%\", and every pass ends with an "
            "error before it creates a pod",
        .all = "a BroadcastJob rounds it so, and pods run on all nodes at once",
        .all_from = 2,
    };
    struct ro_at at = ro_at_member(&l->spec, "parallelism");
    const struct rollout_limit *limit = ro_lint_find_limit(l, "parallelism");
    ro_lint_limit(l, &l->spec, &parallelism);
    if (at.node && limit && !(limit->flags & ROLLOUT_LIMIT_UNUSABLE) &&
        ro_lint_scaled(&j->spec->parallelism, ROLLOUT_ROUND_UP, 1) <= 0)
        RO_LINT(l, CREATES_NOTHING, &at,
                "parallelism comes to 0: no pod is ever created, and the job is never complete");
}

/* It stops a job whose phase is running or paused, or that has none yet. */
static void look_at_pause(struct ro_lint *l, const struct rollout_broadcastjob *spec)
{
    struct ro_at at = ro_at_member(&l->spec, "paused");
    struct rollout_str phase = spec->status->phase;
    bool stops = phase.len == 0 || ro_str_eq(phase, RO_STR("running")) || ro_str_eq(phase, RO_STR("paused"));
    if (!(spec->flags & ROLLOUT_BROADCASTJOB_PAUSED))
        return;
    if (stops) {
        bool timed = spec->active_deadline_set && spec->completion != ROLLOUT_COMPLETION_NEVER;
        RO_LINT(l, PAUSED, &at, "paused: no pod is created%s",
                timed ? ", while the time to activeDeadlineSeconds goes on" : "");
        return;
    }
    struct ro_at status = ro_at_object(&l->decoder, &l->root, "status"), place = ro_at_member(&status, "phase");
    struct rollout_str shown = ro_lint_shown(l, &place);
    RO_LINT(l, IGNORED, &at, "paused has no effect: the job's phase is %.*s", (int)shown.len, shown.data);
}

/* What a job of type Never does without; and else what comes at once. */
static void look_at_times(struct ro_lint *l, const struct job_lint *j)
{
    struct ro_at deadline = ro_at_member(&j->completion, "activeDeadlineSeconds");
    struct ro_at ttl = ro_at_member(&j->completion, "ttlSecondsAfterFinished");
    bool never = j->spec->completion == ROLLOUT_COMPLETION_NEVER;
    if (never && deadline.node)
        RO_LINT(l, IGNORED, &deadline,
                "activeDeadlineSeconds has no effect: a job of type Never has no deadline, and admission refuses it");
    else if (j->spec->active_deadline_set && j->spec->active_deadline_seconds <= 0)
        RO_LINT(l, DEADLINE_TOO_SHORT, &deadline,
                "activeDeadlineSeconds %" PRId64 " is over at once: the job fails before it creates a pod",
                j->spec->active_deadline_seconds);
    if (never && ttl.node)
        RO_LINT(l, IGNORED, &ttl,
                "ttlSecondsAfterFinished has no effect: a job of type Never is never over, and admission refuses it");
    else if (j->spec->ttl_seconds_after_finished.set && j->spec->ttl_seconds_after_finished.value < 0)
        RO_LINT(l, NEGATIVE, &ttl, "ttlSecondsAfterFinished is below 0: the job is deleted as soon as it is over");
}

/* Pods whose restarts count are those that restart OnFailure. The API puts Always where nothing is said. */
static void look_at_restarts(struct ro_lint *l, const struct job_lint *j)
{
    struct ro_at policy = ro_at_member(&l->pod_spec, "restartPolicy");
    struct ro_at limit = ro_at_member(&j->failure, "restartLimit");
    struct rollout_str text = ro_text(policy.node);
    bool restarts = ro_str_eq(text, RO_STR("OnFailure"));
    if (!restarts && !ro_str_eq(text, RO_STR("Never"))) {
        struct rollout_str shown = policy.node ? ro_lint_shown(l, &policy) : RO_STR("Always, the default,");
        RO_LINT(l, UNKNOWN_TEXT, &policy, "restartPolicy %.*s is refused by admission: it must be Never or OnFailure",
                (int)shown.len, shown.data);
    }
    if (j->spec->restart_limit != 0 && !restarts)
        RO_LINT(l, IGNORED, &limit,
                "restartLimit %" PRId32 " has no effect: it is for pods whose restartPolicy is OnFailure",
                j->spec->restart_limit);
    else if (j->spec->restart_limit < 0)
        RO_LINT(l, NEGATIVE, &limit, "restartLimit is below 0: every pod counts as failed from its start");
}

static void look_at_failure(struct ro_lint *l, const struct job_lint *j)
{
    struct ro_at type = ro_at_member(&j->failure, "type");
    if (j->spec->failure == ROLLOUT_FAILURE_PAUSE)
        RO_LINT(l, STOPS_FOR_GOOD, &type,
                "a pod that has failed pauses the job, and nothing resumes it while that pod is there");
    else if (j->spec->failure == ROLLOUT_FAILURE_FAIL_FAST && j->spec->completion == ROLLOUT_COMPLETION_NEVER)
        RO_LINT(l, STOPS_FOR_GOOD, &type,
                "FailFast%s: a pod that has failed ends a job of type Never, which is never deleted nor goes on",
                type.node ? "" : " by default");
}

static void look_at_words(struct ro_lint *l, const struct job_lint *j)
{
    static const char *const completions[] = { "Always", "Never", NULL };
    static const char *const failures[] = { "FailFast", "Continue", "Pause", NULL };
    static const char *const times[] = { "activeDeadlineSeconds", "ttlSecondsAfterFinished", NULL };
    static const char *const limit[] = { "restartLimit", NULL };
    static const char *const others[] = { "completions", "completionMode", "backoffLimit", "suspend", NULL };
    ro_lint_misplaced(l, &l->spec, times, "it belongs in completionPolicy");
    ro_lint_misplaced(l, &l->spec, limit, "it belongs in failurePolicy");
    ro_lint_misplaced(l, &l->spec, others, "it is of Kubernetes' Job, a BroadcastJob has no such setting");
    ro_lint_word(l, &j->completion, "type", completions, "Always");
    ro_lint_word(l, &j->failure, "type", failures, "Continue");
}

static void look_at_labels(struct ro_lint *l)
{
    static const char *const keys[] = { "broadcastjob-name", "broadcastjob-controller-uid" };
    struct ro_at metadata = ro_at_object(&l->decoder, &l->template, "metadata");
    struct ro_at labels = ro_at_object(&l->decoder, &metadata, "labels");
    for (size_t i = 0; i < 2; i++) {
        struct ro_at at = ro_at_member(&labels, keys[i]);
        if (at.node)
            RO_LINT(l, IGNORED, &at, "label %s is the controller's own: admission refuses it in a template", keys[i]);
    }
}

/* Where none of the nodes fits the template: by which of its members, or what there is in the way. */
static int look_at_nodes(struct ro_lint *l, const struct job_lint *j, struct rollout_error *reterr)
{
    struct rollout_scheduling made = j->spec->scheduling;
    size_t failed[RO_NODE_ROOM + 1] = { 0 };
    uint8_t *usable = ro_arena_alloc(&l->arena, made.affinity.term_count + 1, 1);
    if (!usable)
        return ro_error_nomem(reterr);
    made.node_name = (struct rollout_str){ NULL, 0 }; /* a pod is bound to its node whatever name the template has */
    struct ro_node_rule rule = ro_node_rule(&made, usable);
    rule.plain = true;
    for (size_t i = 0; i < j->nodes.count; i++)
        failed[ro_node_fit_empty(&rule, j->spec->requests, j->spec->request_count, ro_node_at(&j->nodes, i)).check]++;
    if (j->nodes.count == 0 || failed[RO_NODE_FITS] > 0)
        return ROLLOUT_OK;
    size_t unselected = failed[RO_NODE_SELECTOR], unlike = failed[RO_NODE_AFFINITY];
    const char *member = unselected == j->nodes.count ? "nodeSelector" : unlike == j->nodes.count ? "affinity" : NULL;
    struct ro_at at = member ? ro_at_member(&l->pod_spec, member) : l->pod_spec;
    RO_LINT(
        l, UNREACHABLE, &at,
        "no pod is created: of %zu node%s %zu lack labels of nodeSelector, %zu do not match the affinity, %zu have a "
        "taint that is not tolerated, %zu are cordoned, %zu have too little room",
        j->nodes.count, ro_lint_plural((int64_t)j->nodes.count), unselected, unlike, failed[RO_NODE_TAINT],
        failed[RO_NODE_CORDONED], failed[RO_NODE_ROOM]);
    return ROLLOUT_OK;
}

int ro_lint_broadcastjob(struct ro_lint *l, const struct rollout_broadcastjob *spec, struct rollout_error *reterr)
{
    const struct rollout_nodes *nodes = &l->world->snapshot->nodes;
    struct job_lint j = {
        .spec = spec,
        .nodes = { (const char *)nodes->items, nodes->count, nodes->stride, NULL },
        .completion = ro_at_object(&l->decoder, &l->spec, "completionPolicy"),
        .failure = ro_at_object(&l->decoder, &l->spec, "failurePolicy"),
    };
    int r = count_nodes(l, &j, reterr);
    if (r != ROLLOUT_OK)
        return r;
    ro_lint_read_limits(l, build, &j);
    look_at_words(l, &j);
    look_at_parallelism(l, &j);
    look_at_pause(l, spec);
    look_at_times(l, &j);
    look_at_failure(l, &j);
    look_at_restarts(l, &j);
    look_at_labels(l);
    return look_at_nodes(l, &j, reterr);
}
