/* SPDX-License-Identifier: Apache-2.0 */
/* The plan for a SidecarSet: actions, a verdict for every pod, status. Source: sidecarset.md 4, 8, 12. */
#include "planners/candidates.h"
#include "planners/sidecarset_pass.h"

static void build_pairs(struct ro_builder *b, uint32_t key, const struct sc_pairs *pairs)
{
    const struct rollout_str none = { NULL, 0 };
    for (size_t i = 0; i < pairs->count; i++) {
        struct rollout_str name = ro_build_join(b, pairs->items[i].key, none, none, none);
        ro_build_attr_pair(b, key, name, ro_build_join(b, pairs->items[i].value, none, none, none), 0);
    }
}

static struct ro_why why_of(const struct sc_pass *pass, const struct sc_act *act)
{
    struct ro_why why = { .reason = ROLLOUT_REASON_UPDATE_IN_PLACE,
                          .a = pass->places[act->pod],
                          .b = (int64_t)pass->update_count };
    if (act->op == ROLLOUT_OP_FLIP) {
        why = (struct ro_why){ .reason = ROLLOUT_REASON_UPDATE_CONTINUED, .text = RO_STR("the old container rests") };
    } else if (act->op == ROLLOUT_OP_SET_UPGRADABLE && !act->upgradable) {
        why =
            (struct ro_why){ .reason = ROLLOUT_REASON_IN_PLACE_IMPOSSIBLE, .text = RO_STR("more than images changed") };
    } else if (act->op == ROLLOUT_OP_SET_UPGRADABLE) {
        why = (struct ro_why){ .reason = ROLLOUT_REASON_BOOKKEEPING, .text = RO_STR("condition " SC_CONDITION) };
    }
    return why;
}

static void build_actions(struct sc_pass *pass, struct ro_builder *b)
{
    const struct rollout_str none = { NULL, 0 };
    sc_report_revisions(pass, b);
    for (const struct sc_act *act = pass->acts; act; act = act->next) {
        struct ro_why why = why_of(pass, act);
        ro_act(b, pass->acted, act->op, act->pod, &why);
        if (act->op == ROLLOUT_OP_SET_UPGRADABLE) {
            ro_build_attr_text(b, ROLLOUT_ATTR_UPGRADABLE, act->all_upgradable ? RO_STR("True") : RO_STR("False"));
            if (b->plan)
                b->attrs[b->n_attrs - 1].value = act->upgradable;
            ro_build_attr_text(b, ROLLOUT_ATTR_MESSAGE, ro_build_join(b, act->message, none, none, none));
            continue;
        }
        if (act->op == ROLLOUT_OP_UPDATE_IN_PLACE)
            ro_build_attr_text(b, ROLLOUT_ATTR_REVISION, pass->latest);
        build_pairs(b, ROLLOUT_ATTR_IMAGE, &act->images);
        build_pairs(b, ROLLOUT_ATTR_ANNOTATION, &act->annotations);
    }
}

/* ---- verdicts ---- */

static void judge_behind(const struct sc_pass *pass, uint32_t pod, uint32_t stopped, struct rollout_verdict *v)
{
    ro_verdict_set(v, ROLLOUT_REASON_BEHIND_STOPPED_POD);
    v->a = pass->places[pod];
    v->because = stopped;
}

static void judge_stop(const struct sc_pass *pass, struct ro_builder *b, struct rollout_verdict *v)
{
    ro_verdict_set_text(b, v, pass->stop_reason, pass->stop_text);
    if (pass->in_flight_pod)
        v->because = pass->in_flight_pod - 1;
    else if (pass->stop_reason == ROLLOUT_REASON_REFRESH_FIRST)
        v->because = pass->acts->pod;
}

static void judge_broken(struct ro_builder *b, struct rollout_verdict *v)
{
    ro_verdict_set_text(b, v, ROLLOUT_REASON_SPEC_INVALID, RO_STR("metadata.annotations[\"" SC_STATE_KEY "\"]"));
}

/* A pod that has the hash: is it up? */
static void judge_updated(const struct sc_pass *pass, struct ro_builder *b, uint32_t pod, struct rollout_verdict *v)
{
    uint8_t mark = pass->marks[pod];
    if (pass->signs[pod] & SC_SIGN_INCONSISTENT)
        judge_broken(b, v);
    else if (!(mark & SC_CONSISTENT))
        ro_verdict_set_text(b, v, ROLLOUT_REASON_IN_PLACE_UPDATING, RO_STR("images not taken yet"));
    else if ((pass->signs[pod] & SC_SIGN_BUSY_PAIR) && (mark & SC_FLIPS))
        judge_stop(pass, b, v); /* it would flip, but a switch stops that too: sidecarset.md 4 */
    else if (pass->signs[pod] & SC_SIGN_BUSY_PAIR)
        ro_verdict_set_text(b, v, ROLLOUT_REASON_IN_PLACE_UPDATING, RO_STR("hot pair"));
    else if (!(mark & SC_READY))
        ro_verdict_set_text(b, v, ROLLOUT_REASON_NOT_READY,
                            sc_pod(pass, pod)->phase == ROLLOUT_PHASE_RUNNING ? RO_STR("condition Ready")
                                                                              : RO_STR("not running"));
    else
        ro_verdict_set_text(b, v, ROLLOUT_REASON_UP_TO_DATE, pass->latest);
}

/* The walk stopped at this one, or at another: behind an error nothing moves, and one that is not ready costs none of the
 * budget (sidecarset.md 4, 5.3). */
static void judge_budget(const struct sc_pass *pass, uint32_t pod, struct rollout_verdict *v)
{
    bool failed = pass->error_pod != ROLLOUT_NONE;
    if (failed || !(pass->marks[pod] & SC_READY)) {
        judge_behind(pass, pod, failed ? pass->error_pod : pass->refused - 1, v);
        return;
    }
    ro_verdict_set(v, ROLLOUT_REASON_MAX_UNAVAILABLE_REACHED);
    v->a = pass->used_up;
    v->b = pass->limits.max_unavailable;
    if (pass->used_by)
        v->because = pass->used_by - 1;
}

static void judge(const struct sc_pass *pass, struct ro_builder *b, uint32_t pod, struct rollout_verdict *v)
{
    enum sc_fate fate = (enum sc_fate)pass->fates[pod];
    bool wants = false;
    if (pod == pass->error_pod) {
        ro_verdict_set_text(b, v, ROLLOUT_REASON_SPEC_INVALID, pass->error);
        v->wants = ROLLOUT_OP_UPDATE_IN_PLACE;
        return;
    }
    switch (fate) {
    case SC_FATE_NOT_SELECTED:
        ro_verdict_set_text(b, v, ROLLOUT_REASON_NOT_SELECTED, RO_STR("labels or namespace do not match"));
        break;
    case SC_FATE_FINISHED:
        ro_verdict_set_text(b, v, ROLLOUT_REASON_POD_FINISHED,
                            sc_pod(pass, pod)->phase == ROLLOUT_PHASE_FAILED ? RO_STR("Failed") : RO_STR("Succeeded"));
        break;
    case SC_FATE_LEAVING:
        ro_verdict_set(v, ROLLOUT_REASON_TERMINATING);
        v->because = pod;
        break;
    case SC_FATE_NOT_INJECTED:
        ro_verdict_set_text(b, v, ROLLOUT_REASON_SIDECAR_MISSING, RO_STR("never injected"));
        break;
    case SC_FATE_MISSING:
        ro_verdict_set_text(b, v, ROLLOUT_REASON_SIDECAR_MISSING, RO_STR("its containers are not there"));
        break;
    case SC_FATE_UPDATED:
        judge_updated(pass, b, pod, v);
        break;
    case SC_FATE_EXCLUDED:
        ro_verdict_set_text(b, v, ROLLOUT_REASON_UPDATE_SELECTOR_EXCLUDES, RO_STR("updateStrategy.selector"));
        wants = true;
        break;
    case SC_FATE_IMMUTABLE:
        ro_verdict_set_text(b, v, ROLLOUT_REASON_IN_PLACE_IMPOSSIBLE, RO_STR("more than images changed"));
        wants = true;
        break;
    case SC_FATE_RUNNING:
        if (pass->signs[pod] & SC_SIGN_MID_FLIGHT)
            judge_broken(b, v);
        else
            ro_verdict_set_text(b, v, ROLLOUT_REASON_IN_PLACE_UPDATING,
                                RO_STR("a ready sidecar has not taken its image"));
        wants = true;
        break;
    case SC_FATE_PARTITION:
        ro_verdict_set(v, ROLLOUT_REASON_PARTITION_REACHED);
        v->a = pass->limits.partition;
        v->b = pass->places[pod];
        wants = true;
        break;
    case SC_FATE_BUDGET:
        judge_budget(pass, pod, v);
        wants = true;
        break;
    default:
        if (pass->error_pod != ROLLOUT_NONE)
            judge_behind(pass, pod, pass->error_pod, v);
        else
            judge_stop(pass, b, v);
        wants = true;
        break;
    }
    if (wants)
        v->wants = ROLLOUT_OP_UPDATE_IN_PLACE;
}

static void build_verdicts(struct sc_pass *pass, struct ro_builder *b)
{
    struct ro_tally tally = { { 0 }, { 0 } };
    for (uint32_t i = 0; i < pass->n; i++) {
        if (pass->acted[i] & ro_acted(b)) {
            ro_verdict_close(b, &tally, i);
            continue;
        }
        struct rollout_verdict v = ro_verdict(ROLLOUT_SUBJECT_POD, i);
        judge(pass, b, i, &v);
        if (b->plan)
            b->verdicts[i] = v;
        ro_tally_count(&tally, v.reason, i);
    }
    struct rollout_verdict set = ro_verdict(ROLLOUT_SUBJECT_WORKLOAD, 0);
    if (pass->error_pod != ROLLOUT_NONE || pass->error.data)
        ro_verdict_set_text(b, &set, ROLLOUT_REASON_SPEC_INVALID, pass->error);
    else if (pass->n == 0 && pass->stop_reason)
        judge_stop(pass, b, &set);
    else if (pass->n == 0)
        ro_verdict_set_text(b, &set, ROLLOUT_REASON_UP_TO_DATE, pass->latest);
    ro_tally_end(b, &tally, &set);
}

/* ---- status ---- */

static void build_status(struct sc_pass *pass, struct ro_builder *b)
{
    const struct rollout_sidecarset_status *was = pass->spec->status;
    int64_t generation = pass->spec->generation;
    bool fails = !pass->status_written;
    size_t status = ro_build_open(b, ROLLOUT_NODE_OBJECT, (struct rollout_str){ NULL, 0 });
    ro_build_optional(b, RO_STR("observedGeneration"), fails ? was->observed_generation : generation);
    ro_build_integer(b, RO_STR("matchedPods"), fails ? was->matched_pods : (int64_t)pass->matched_count);
    ro_build_integer(b, RO_STR("updatedPods"), fails ? was->updated_pods : pass->updated);
    ro_build_integer(b, RO_STR("readyPods"), fails ? was->ready_pods : pass->ready);
    ro_build_optional(b, RO_STR("updatedReadyPods"), fails ? was->updated_ready_pods : pass->updated_ready);
    ro_build_text_optional(b, RO_STR("latestRevision"), fails ? was->latest_revision : pass->latest);
    ro_build_integer(b, RO_STR("collisionCount"), was->collision_count.value);
    ro_build_close(b, status);
    bool changed = was->matched_pods != (int64_t)pass->matched_count || was->updated_pods != pass->updated ||
                   was->ready_pods != pass->ready || was->updated_ready_pods != pass->updated_ready ||
                   !was->collision_count.set || !ro_str_eq(was->latest_revision, pass->latest) ||
                   generation > was->observed_generation;
    pass->status_changed = !fails && changed;
}

static void write_all(struct sc_pass *pass, struct ro_builder *b)
{
    if (!(pass->spec->flags & ROLLOUT_SIDECARSET_NOT_UPDATE))
        ro_sidecarset_build_limits(pass->spec, &pass->limits, (int32_t)pass->matched_count, b);
    build_status(pass, b);
    ro_build_verdicts(b, pass->n);
    build_actions(pass, b);
    build_verdicts(pass, b);
}

int sc_report(struct sc_pass *pass, struct rollout_plan **ret, struct rollout_error *reterr)
{
    struct ro_builder b = { 0 };
    write_all(pass, &b);
    int r = ro_builder_begin(&b, reterr);
    if (r)
        return r;
    write_all(pass, &b);
    struct rollout_plan *plan = ro_builder_end(&b);
    plan->status_changed = pass->status_changed;
    plan->requeue_seconds = pass->requeue_seconds;
    plan->error_pod = pass->error_pod;
    if (pass->error.data) {
        plan->error_reason = ROLLOUT_REASON_SPEC_INVALID;
        plan->error_message = pass->error; /* static */
    }
    *ret = plan;
    return ROLLOUT_OK;
}

int sc_candidates(struct sc_pass *pass, struct rollout_candidates **ret, struct rollout_error *reterr)
{
    struct rollout_candidates *candidates;
    struct rollout_candidate *items;
    int r = ro_candidates_begin(pass->wait_count, &candidates, &items, reterr);
    if (r)
        return r;
    for (size_t k = 0; k < pass->wait_count; k++)
        ro_candidates_add(
            candidates, items,
            (struct rollout_candidate){ ROLLOUT_SUBJECT_POD, pass->wait[k], ROLLOUT_CANDIDATE_WAITING, pass->wait[k] });
    int64_t reach = (int64_t)pass->wait_count - pass->limits.partition;
    candidates->revision = pass->in->snapshot.update_revision - 1;
    candidates->within = reach > 0 ? (size_t)reach : 0;
    candidates->counted = (int64_t)pass->matched_count;
    candidates->updated = pass->updated;
    candidates->unavailable = pass->bad;
    *ret = candidates;
    return ROLLOUT_OK;
}
