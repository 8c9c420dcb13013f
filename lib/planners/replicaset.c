/* SPDX-License-Identifier: Apache-2.0 */
/* The planner of ReplicaSets. Source: deployment.md 10 and 11. */
#include "planners/replicaset_pass.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/memory.h"
#include "base/str.h"
#include "planners/candidates.h"
#include "planners/deployment_check.h"
#include "planners/verdicts.h"
#include "rules/availability.h"

static const struct rollout_str none = { NULL, 0 };

static const struct rollout_pod *pod_at(const struct replicas *r, uint32_t i)
{
    return ro_pod(&r->in->pods, i);
}

/* ---- the pass ---- */

static bool has_labels(const struct rollout_labels *wanted, const struct rollout_labels *labels)
{
    for (uint32_t i = 0; i < wanted->count; i++) {
        const struct rollout_str *value = ro_labels_get(labels, *ro_label_key(wanted, i));
        if (!value || !ro_str_eq(*value, *ro_label_value(wanted, i)))
            return false;
    }
    return true;
}

static void look(struct replicas *r)
{
    bool deleting = r->spec->flags & ROLLOUT_REPLICASET_DELETING;
    for (uint32_t i = 0; i < r->in->pods.count; i++) {
        const struct rollout_pod *pod = pod_at(r, i);
        if ((pod->flags & ROLLOUT_POD_FOREIGN) || !ro_active(pod))
            continue;
        if (pod->flags & ROLLOUT_POD_NOT_SELECTED) {
            r->kinds[i] = deleting ? REPLICA_OTHER : REPLICA_RELEASED;
            continue;
        }
        r->kinds[i] = REPLICA_OWN;
        r->own[r->own_count++] = i;
    }
}

static void count(struct replicas *r)
{
    struct rollout_replicaset_status now = *r->spec->status;
    int32_t seconds = r->spec->min_ready_seconds;
    now.replicas = (int32_t)r->own_count;
    now.fully_labeled_replicas = now.ready_replicas = now.available_replicas = 0;
    for (uint32_t i = 0; i < r->own_count; i++) {
        const struct rollout_pod *pod = pod_at(r, r->own[i]);
        now.fully_labeled_replicas += has_labels(&r->spec->template_labels, &pod->labels);
        if (!(pod->flags & ROLLOUT_POD_READY))
            continue;
        now.ready_replicas++;
        if (ro_ready_for(pod, seconds, r->now_ms)) {
            now.available_replicas++;
        } else if (pod->ready_since_ms != 0) {
            int64_t at = ro_available_from(pod->ready_since_ms, seconds);
            if (r->next_ms == 0 || at < r->next_ms)
                r->next_ms = at;
        }
    }
    for (size_t i = 0; i < now.condition_count; i++)
        r->drops_failure |= ro_str_eq(now.conditions[i].type, RO_STR("ReplicaFailure"));
    now.observed_generation = r->spec->generation;
    r->status = now;
    if (seconds > 0 && now.ready_replicas == r->wanted && now.available_replicas != r->wanted)
        r->requeue_seconds = seconds; /* 1.32 waits for all of them again */
}

static void manage(struct replicas *r)
{
    int64_t diff = (int64_t)r->own_count - r->wanted;
    if (r->spec->flags & ROLLOUT_REPLICASET_DELETING)
        return;
    if (diff < 0)
        r->creates = -diff < REPLICASET_BURST ? (uint32_t)-diff : REPLICASET_BURST;
    if (diff > 0)
        r->deletes = diff < REPLICASET_BURST ? (uint32_t)diff : REPLICASET_BURST;
    if (diff > 0 && r->deletes < r->own_count) /* all of them need no ranking */
        replicas_rank(r);
    for (uint32_t i = 0; i < r->own_count && diff > 0 && !r->ranked; i++)
        r->places[r->own[i]] = i + 1;
}

static bool status_changed(const struct replicas *r)
{
    const struct rollout_replicaset_status *a = &r->status, *b = r->spec->status;
    return a->replicas != b->replicas || a->fully_labeled_replicas != b->fully_labeled_replicas ||
           a->ready_replicas != b->ready_replicas || a->available_replicas != b->available_replicas ||
           a->observed_generation != b->observed_generation || r->drops_failure;
}

/* ---- the plan ---- */

static void build_status(const struct replicas *r, struct ro_builder *b)
{
    const struct rollout_replicaset_status *status = &r->status;
    size_t root = ro_build_open(b, ROLLOUT_NODE_OBJECT, none), kept = 0, list = 0;
    ro_build_integer(b, RO_STR("replicas"), status->replicas);
    ro_build_optional(b, RO_STR("fullyLabeledReplicas"), status->fully_labeled_replicas);
    ro_build_optional(b, RO_STR("readyReplicas"), status->ready_replicas);
    ro_build_optional(b, RO_STR("availableReplicas"), status->available_replicas);
    ro_build_optional(b, RO_STR("observedGeneration"), status->observed_generation);
    for (size_t i = 0; i < status->condition_count; i++) {
        if (!r->stops && ro_str_eq(status->conditions[i].type, RO_STR("ReplicaFailure")))
            continue;
        if (kept++ == 0)
            list = ro_build_open(b, ROLLOUT_NODE_ARRAY, RO_STR("conditions"));
        ro_build_condition(b, &status->conditions[i]);
    }
    if (kept)
        ro_build_close(b, list);
    ro_build_close(b, root);
}

static void build_actions(struct replicas *r, struct ro_builder *b)
{
    for (uint32_t i = 0; i < r->in->pods.count; i++)
        if ((r->kinds[i] & 0x3f) == REPLICA_RELEASED)
            ro_act(b, r->kinds, ROLLOUT_OP_RELEASE, i,
                   &(struct ro_why){ .reason = ROLLOUT_REASON_BOOKKEEPING,
                                     .text = RO_STR("the selector does not match it") });
    if (r->creates > 0) {
        ro_build_action(b, ROLLOUT_OP_CREATE, ROLLOUT_REASON_CREATE_MISSING, ROLLOUT_SUBJECT_WORKLOAD, 0);
        ro_build_attr_value(b, ROLLOUT_ATTR_COUNT, r->creates);
    }
    for (uint32_t i = 0; i < r->deletes; i++)
        ro_act(b, r->kinds, ROLLOUT_OP_DELETE, r->own[i],
               &(struct ro_why){ .reason = ROLLOUT_REASON_DELETE_SCALE_IN, .a = (int64_t)i + 1, .b = r->deletes });
}

static void say_own(const struct replicas *r, struct ro_builder *b, uint32_t i, struct rollout_verdict *v)
{
    const struct rollout_pod *pod = pod_at(r, i);
    if (pod->node.len == 0) {
        ro_verdict_set(v, ROLLOUT_REASON_UNSCHEDULED);
    } else if (!(pod->flags & ROLLOUT_POD_READY)) {
        ro_verdict_set_text(b, v, ROLLOUT_REASON_NOT_READY, RO_STR("condition Ready"));
    } else if (pod->ready_since_ms == 0 && r->spec->min_ready_seconds > 0) { /* never: deployment.md 10 */
        ro_verdict_set_text(b, v, ROLLOUT_REASON_NOT_READY, RO_STR("condition Ready has no time"));
    } else if (!ro_ready_for(pod, r->spec->min_ready_seconds, r->now_ms)) {
        ro_verdict_set(v, ROLLOUT_REASON_MIN_READY_SECONDS);
        v->a = r->spec->min_ready_seconds;
        v->until_ms = ro_available_from(pod->ready_since_ms, r->spec->min_ready_seconds);
    } else if (r->places[i] > r->deletes) {
        ro_verdict_set(v, ROLLOUT_REASON_SCALE_IN_KEPT);
        v->a = r->places[i];
        v->b = r->deletes;
    } else {
        ro_verdict_set_text(b, v, ROLLOUT_REASON_UP_TO_DATE, r->spec->name);
    }
}

static void say_pod(const struct replicas *r, struct ro_builder *b, uint32_t i, struct rollout_verdict *v)
{
    const struct rollout_pod *pod = pod_at(r, i);
    if (r->stops)
        ro_verdict_set_text(b, v, ROLLOUT_REASON_SPEC_INVALID, RO_STR("spec.selector"));
    else if (r->spec->flags & ROLLOUT_REPLICASET_DELETING)
        ro_verdict_set(v, ROLLOUT_REASON_WORKLOAD_DELETING);
    else if (pod->flags & ROLLOUT_POD_FOREIGN)
        ro_verdict_set_text(b, v, ROLLOUT_REASON_NO_TARGET, RO_STR("another object controls it"));
    else if (pod->flags & ROLLOUT_POD_TERMINATING)
        ro_verdict_set(v, ROLLOUT_REASON_TERMINATING);
    else if (!ro_active(pod))
        ro_verdict_set_text(b, v, ROLLOUT_REASON_POD_FINISHED,
                            pod->phase == ROLLOUT_PHASE_FAILED ? RO_STR("Failed") : RO_STR("Succeeded"));
    else
        say_own(r, b, i, v);
    if (v->reason == ROLLOUT_REASON_TERMINATING)
        v->because = i;
}

static void build_missing(const struct replicas *r, struct ro_builder *b, struct ro_tally *tally)
{
    int64_t missing = r->wanted - r->own_count;
    if (r->creates == 0)
        return;
    struct rollout_verdict v = ro_verdict(ROLLOUT_SUBJECT_MISSING, 1);
    ro_verdict_set(&v, ROLLOUT_REASON_CREATE_MISSING);
    v.op = ROLLOUT_OP_CREATE;
    v.first_action = (uint32_t)b->n_actions - 1; /* nothing is deleted beside it */
    v.a = r->creates;
    v.b = missing;
    ro_tally_add(b, tally, &v);
    if (missing <= r->creates)
        return;
    v = ro_verdict(ROLLOUT_SUBJECT_MISSING, 2);
    ro_verdict_set(&v, ROLLOUT_REASON_BURST_REACHED);
    v.wants = ROLLOUT_OP_CREATE;
    v.a = r->creates;
    v.b = REPLICASET_BURST;
    ro_tally_add(b, tally, &v);
}

static void build_verdicts(struct replicas *r, struct ro_builder *b)
{
    struct ro_tally tally = { { 0 }, { 0 } };
    const uint8_t acted = ro_acted(b);
    for (uint32_t i = 0; i < r->in->pods.count; i++) {
        if (r->kinds[i] & acted) {
            ro_verdict_close(b, &tally, i);
            continue;
        }
        struct rollout_verdict v = ro_verdict(ROLLOUT_SUBJECT_POD, i);
        say_pod(r, b, i, &v);
        if (!b->plan)
            continue;
        b->verdicts[i] = v;
        if (!(pod_at(r, i)->flags & ROLLOUT_POD_FOREIGN))
            ro_tally_count(&tally, v.reason, i);
    }
    build_missing(r, b, &tally);
    struct rollout_verdict v = ro_verdict(ROLLOUT_SUBJECT_WORKLOAD, 0);
    if (r->stops)
        ro_verdict_set_text(b, &v, ROLLOUT_REASON_SPEC_INVALID, RO_STR("spec.selector"));
    else if (r->spec->flags & ROLLOUT_REPLICASET_DELETING)
        ro_verdict_set(&v, ROLLOUT_REASON_WORKLOAD_DELETING);
    else if (r->own_count == 0 && r->creates == 0)
        ro_verdict_set_text(b, &v, ROLLOUT_REASON_UP_TO_DATE, r->spec->name);
    ro_tally_end(b, &tally, &v);
}

static int write_plan(struct replicas *r, struct rollout_plan **ret_plan, struct rollout_error *reterr)
{
    struct ro_builder b = { 0 };
    for (int writing = 0; writing < 2; writing++) {
        if (writing && ro_builder_begin(&b, reterr))
            return ROLLOUT_ERR_NOMEM;
        build_status(r, &b);
        ro_build_verdicts(&b, r->in->pods.count);
        build_actions(r, &b);
        build_verdicts(r, &b);
    }
    struct rollout_plan *plan = ro_builder_end(&b);
    plan->status_changed = status_changed(r);
    plan->next_ms = r->next_ms;
    plan->requeue_seconds = r->requeue_seconds;
    *ret_plan = plan;
    return ROLLOUT_OK;
}

static void run(struct replicas *r)
{
    r->stops = r->spec->flags & ROLLOUT_REPLICASET_SELECTOR_INVALID;
    r->wanted = r->spec->replicas.set ? r->spec->replicas.value : 1;
    r->status = *r->spec->status;
    if (r->stops)
        return;
    look(r);
    count(r);
    manage(r);
}

/* Its pods are not updated: what is in order is who goes first. */
static int write_candidates(struct replicas *r, struct rollout_candidates **ret, struct rollout_error *reterr)
{
    struct rollout_candidates *candidates;
    struct rollout_candidate *items;
    int rc = ro_candidates_begin(r->own_count, &candidates, &items, reterr);
    if (rc)
        return rc;
    if (!r->ranked)
        replicas_rank(r);
    for (uint32_t i = 0; i < r->own_count; i++)
        ro_candidates_add(
            candidates, items,
            (struct rollout_candidate){ ROLLOUT_SUBJECT_POD, r->own[i], ROLLOUT_CANDIDATE_WAITING, r->own[i] });
    candidates->revision = ROLLOUT_NONE;
    candidates->within = r->deletes;
    candidates->counted = r->own_count;
    *ret = candidates;
    return ROLLOUT_OK;
}

int ro_plan_replicaset(const struct rollout_replicaset *spec, const struct ro_planner_input *in,
                       const struct ro_answer *answer, struct rollout_error *reterr)
{
    int rc = ro_replicaset_check(spec, in, reterr);
    if (rc)
        return rc;
    size_t n = in->pods.count, siblings = in->replica_sets.count, scratch_count = n > siblings ? n : siblings;
    struct ro_layout layout = { 0 };
    size_t own = ro_layout_add(&layout, n, sizeof(uint32_t));
    size_t related = ro_layout_add(&layout, n, sizeof(uint32_t));
    size_t scratch = ro_layout_add(&layout, scratch_count, sizeof(uint32_t));
    size_t order = ro_layout_add(&layout, siblings, sizeof(uint32_t));
    size_t cleared = layout.size; /* what follows is zero to begin with */
    size_t places = ro_layout_add(&layout, n, sizeof(uint32_t));
    size_t ranks = ro_layout_add(&layout, n, sizeof(uint32_t));
    size_t kinds = ro_layout_add(&layout, n, 1);
    char *block = ro_layout_alloc(&layout);
    if (!block)
        return ro_error_nomem(reterr);
    memset(block + cleared, 0, layout.size - cleared);
    struct replicas r = {
        .spec = spec,
        .in = in,
        .now_ms = in->snapshot.now_ms,
        .own = (void *)(block + own),
        .related = (void *)(block + related),
        .scratch = (void *)(block + scratch),
        .siblings = (void *)(block + order),
        .places = (void *)(block + places),
        .ranks = (void *)(block + ranks),
        .kinds = (uint8_t *)block + kinds,
    };
    run(&r);
    rc = answer->candidates ? write_candidates(&r, answer->candidates, reterr) : write_plan(&r, answer->plan, reterr);
    free(block);
    return rc;
}
