/* SPDX-License-Identifier: Apache-2.0 */
/* A CloneSet's status after the pass. Source: cloneset.md 7. */
#include "planners/cloneset_pass.h"

#include "base/str.h"
#include "rules/availability.h"
#include "rules/in_place.h"

struct counts {
    int64_t replicas, ready, available, updated, updated_ready, updated_available, expected_updated;
};

/* 7.1, the exception: marking a pod for recreation reads it back, so that a readiness condition which this
 * pass has set before shows in the counts. */
static void count_read_back(struct pass *pass, struct counts *counts)
{
    for (size_t i = 0; i < pass->walked; i++) {
        uint32_t index = pass->list[i];
        if (!(pass->marks[index] & MARK_REFRESH) ||
            (pass->turns[index] & TURN_MASK) != TURN_TAKEN + RO_UPDATE_RECREATE)
            continue;
        struct rollout_pod pod = *pass_pod(pass, index);
        if (ro_in_place_step(&pod, pass->now_ms) != RO_STEP_SET_READY)
            continue;
        pod.flags |= ROLLOUT_POD_IN_PLACE_CONDITION | ROLLOUT_POD_IN_PLACE_TRUE;
        bool updated = pass->marks[index] & MARK_NEW;
        bool serving = !(pass->marks[index] & MARK_SERVING) && ro_update_ready(&pod, 0, pass->now_ms);
        bool available =
            !(pass->marks[index] & MARK_AVAILABLE) && ro_available(&pod, pass->spec->min_ready_seconds, pass->now_ms);
        counts->ready += serving;
        counts->available += available;
        counts->updated_ready += serving && updated;
        counts->updated_available += available && updated;
    }
}

static struct counts count(struct pass *pass)
{
    struct counts counts = {
        .replicas = pass->active,
        .ready = pass_count(pass, MARK_SERVING, MARK_SERVING),
        .available = pass_count(pass, MARK_AVAILABLE, MARK_AVAILABLE),
        .updated = pass_count(pass, MARK_NEW, MARK_NEW),
        .updated_ready = pass_count(pass, MARK_NEW | MARK_SERVING, MARK_NEW | MARK_SERVING),
        .updated_available = pass_count(pass, MARK_NEW | MARK_AVAILABLE, MARK_NEW | MARK_AVAILABLE),
        .expected_updated = pass->limits.partition_unusable ? 0 : pass->limits.replicas - pass->limits.partition,
    };
    if (pass->update_end == UPDATE_WALKED)
        count_read_back(pass, &counts);
    return counts;
}

/* ---- the Progressing condition (7.4) ---- */

static const struct rollout_condition *find_condition(const struct pass *pass, struct rollout_str type)
{
    for (size_t i = 0; i < pass->spec->status->condition_count; i++)
        if (ro_str_eq(pass->spec->status->conditions[i].type, type))
            return &pass->spec->status->conditions[i];
    return NULL;
}

static bool has_deadline(const struct pass *pass)
{
    return pass->spec->progress_deadline_seconds.set && pass->spec->progress_deadline_seconds.value != INT32_MAX;
}

/* Which row of 7.4 applies. */
static struct rollout_condition progress(const struct pass *pass, struct ro_builder *b, const struct counts *counts,
                                         const struct rollout_condition *old)
{
    int64_t deadline_ms = (int64_t)pass->spec->progress_deadline_seconds.value * 1000;
    struct rollout_condition condition = {
        .type = RO_STR("Progressing"),
        .status = RO_STR("True"),
        .last_update_ms = pass->now_ms,
        .last_transition_ms = pass->now_ms,
    };
    bool complete = counts->replicas == pass->limits.replicas && counts->updated == pass->limits.replicas &&
                    counts->updated_available == pass->limits.replicas;
    /* cur == upd is asked after the promotion, which the same counts bring about. */
    if (complete) {
        condition.reason = RO_STR("CloneSetAvailable");
        condition.message = RO_STR("CloneSet is available");
    } else if (pass->spec->flags & ROLLOUT_CLONESET_PAUSED) {
        condition.reason = RO_STR("CloneSetPaused");
        condition.message = RO_STR("CloneSet is paused");
    } else if (counts->expected_updated < pass->limits.replicas &&
               counts->expected_updated <= counts->updated_available) {
        condition.reason = RO_STR("ProgressPartitionAvailable");
        condition.message = RO_STR("CloneSet has been paused due to partition ready");
    } else if (old && (ro_str_eq(old->reason, RO_STR("ProgressDeadlineExceeded")) || old->last_update_ms == 0 ||
                       old->last_update_ms + deadline_ms < pass->now_ms)) {
        /* No time is Go's zero time, past any deadline. */
        condition.status = RO_STR("False");
        condition.reason = RO_STR("ProgressDeadlineExceeded");
        condition.message = ro_build_join(b, RO_STR("CloneSet revision "), pass->update_name,
                                          RO_STR(" has timed out progressing"), (struct rollout_str){ NULL, 0 });
    } else {
        condition.reason = RO_STR("CloneSetUpdated");
        condition.message = RO_STR("CloneSet is progressing");
    }
    if (old && ro_str_eq(old->status, condition.status)) {
        if (ro_str_eq(old->reason, condition.reason))
            return *old;
        condition.last_transition_ms = old->last_transition_ms;
    }
    return condition;
}

/* The conditions after the pass: others stay, a Progressing that changes goes to the end. */
static void build_conditions(struct pass *pass, struct ro_builder *b, const struct counts *counts, bool *ret_changed,
                             int64_t *ret_deadline_ms)
{
    const struct rollout_cloneset_status *status = pass->spec->status;
    const struct rollout_condition *old = find_condition(pass, RO_STR("Progressing"));
    struct rollout_condition now = { 0 };
    bool set = has_deadline(pass), kept = false;

    if (set) {
        now = progress(pass, b, counts, old);
        kept = old && ro_str_eq(old->status, now.status) && ro_str_eq(old->reason, now.reason);
        if (ro_str_eq(now.reason, RO_STR("CloneSetUpdated"))) {
            *ret_deadline_ms = now.last_update_ms + (int64_t)pass->spec->progress_deadline_seconds.value * 1000;
            int64_t left = *ret_deadline_ms - pass->now_ms;
            pass_requeue(pass, left >= 1000 ? left + 1000 : left);
        }
        if (ro_str_eq(now.reason, RO_STR("ProgressDeadlineExceeded")))
            pass->no_progress_since_ms = now.last_update_ms;
    }
    *ret_changed |= set ? !kept : old != NULL;
    size_t others = 0;
    for (size_t i = 0; i < status->condition_count; i++)
        others += !ro_str_eq(status->conditions[i].type, RO_STR("Progressing"));
    if (!set && others == 0)
        return;

    /* A status with two of the type: the first one counts, and a write takes both away. */
    size_t open = ro_build_open(b, ROLLOUT_NODE_ARRAY, RO_STR("conditions"));
    for (size_t i = 0; i < status->condition_count; i++)
        if ((set && kept) || !ro_str_eq(status->conditions[i].type, RO_STR("Progressing")))
            ro_build_condition(b, &status->conditions[i]);
    if (set && !kept)
        ro_build_condition(b, &now);
    ro_build_close(b, open);
}

/* The pass ends before the status: it stays as it is. */
static void build_unchanged(const struct pass *pass, struct ro_builder *b)
{
    const struct rollout_cloneset_status *old = pass->spec->status;
    ro_build_optional(b, RO_STR("observedGeneration"), old->observed_generation);
    ro_build_integer(b, RO_STR("replicas"), old->replicas);
    ro_build_integer(b, RO_STR("readyReplicas"), old->ready_replicas);
    ro_build_integer(b, RO_STR("availableReplicas"), old->available_replicas);
    ro_build_integer(b, RO_STR("updatedReplicas"), old->updated_replicas);
    ro_build_integer(b, RO_STR("updatedReadyReplicas"), old->updated_ready_replicas);
    ro_build_optional(b, RO_STR("updatedAvailableReplicas"), old->updated_available_replicas);
    ro_build_optional(b, RO_STR("expectedUpdatedReplicas"), old->expected_updated_replicas);
    ro_build_text_optional(b, RO_STR("updateRevision"), old->update_revision);
    ro_build_text_optional(b, RO_STR("currentRevision"), old->current_revision);
    if (old->collision_count.set)
        ro_build_integer(b, RO_STR("collisionCount"), old->collision_count.value);
    ro_build_text_optional(b, RO_STR("labelSelector"), old->label_selector);
    ro_build_conditions(b, old->conditions, old->condition_count);
}

void pass_status(struct pass *pass, struct ro_builder *b, bool *ret_changed, int64_t *ret_deadline_ms)
{
    const struct rollout_cloneset *spec = pass->spec;
    const struct rollout_cloneset_status *old = spec->status;
    size_t open = ro_build_open(b, ROLLOUT_NODE_OBJECT, (struct rollout_str){ NULL, 0 });

    *ret_changed = false;
    *ret_deadline_ms = 0;
    if (pass->stop_reason) {
        build_unchanged(pass, b);
        ro_build_close(b, open);
        return;
    }
    struct counts counts = count(pass);
    /* 7.2: promoted on counts alone, readiness is not asked for. */
    bool promoted = counts.updated == counts.replicas && counts.replicas == pass->limits.replicas;
    struct rollout_str current = promoted ? pass->update_name : pass->current_name;

    ro_build_optional(b, RO_STR("observedGeneration"), spec->generation);
    ro_build_integer(b, RO_STR("replicas"), counts.replicas);
    ro_build_integer(b, RO_STR("readyReplicas"), counts.ready);
    ro_build_integer(b, RO_STR("availableReplicas"), counts.available);
    ro_build_integer(b, RO_STR("updatedReplicas"), counts.updated);
    ro_build_integer(b, RO_STR("updatedReadyReplicas"), counts.updated_ready);
    ro_build_optional(b, RO_STR("updatedAvailableReplicas"), counts.updated_available);
    ro_build_optional(b, RO_STR("expectedUpdatedReplicas"), counts.expected_updated);
    ro_build_string(b, RO_STR("updateRevision"), pass->update_name);
    ro_build_string(b, RO_STR("currentRevision"), current);
    if (pass->collision_count.set)
        ro_build_integer(b, RO_STR("collisionCount"), pass->collision_count.value);
    ro_build_text_optional(b, RO_STR("labelSelector"), spec->label_selector);

    /* 7.3 */
    *ret_changed = spec->generation > old->observed_generation || counts.replicas != old->replicas ||
                   counts.ready != old->ready_replicas || counts.available != old->available_replicas ||
                   counts.updated != old->updated_replicas || counts.updated_ready != old->updated_ready_replicas ||
                   counts.updated_available != old->updated_available_replicas ||
                   counts.expected_updated != old->expected_updated_replicas ||
                   !ro_str_eq(pass->update_name, old->update_revision) || !ro_str_eq(current, old->current_revision) ||
                   !ro_str_eq(spec->label_selector, old->label_selector);
    build_conditions(pass, b, &counts, ret_changed, ret_deadline_ms);
    ro_build_close(b, open);

    if (spec->min_ready_seconds > 0 && counts.available != counts.ready && pass->error_pod == ROLLOUT_NONE)
        pass_requeue(pass, (int64_t)spec->min_ready_seconds * 1000);
}

int64_t pass_next(const struct pass *pass, int64_t deadline_ms)
{
    /* v1alpha1 has negative deadlines too: over before they begin, nothing comes of waiting for them. */
    bool due = deadline_ms && deadline_ms >= pass->now_ms;
    int64_t next = pass->stop_reason ? pass->stop_until_ms : due ? deadline_ms + 1 : 0;
    bool young_ones = pass_count(pass, MARK_READY | MARK_AVAILABLE, MARK_READY) > 0;
    if (pass->stop_reason || (!young_ones && !pass_any(pass, MARK_REFRESH)))
        return next;
    /* A refresh that this pass does not come to changes nothing when its time is there. */
    size_t reached = pass->update_end == UPDATE_NOT_REACHED ? 0
                     : pass->update_end == UPDATE_ERROR     ? pass->refresh_pod
                                                            : pass->n;
    for (size_t i = 0; i < pass->n; i++) {
        const uint8_t young = MARK_READY | MARK_AVAILABLE;
        int64_t at = 0;
        if ((pass->marks[i] & young) == MARK_READY && pass_pod(pass, i)->ready_since_ms)
            at = ro_available_from(pass_pod(pass, i)->ready_since_ms, pass->spec->min_ready_seconds);
        else if ((pass->marks[i] & MARK_REFRESH) && i < reached &&
                 ro_in_place_step(pass_pod(pass, i), pass->now_ms) == RO_STEP_WAIT_GRACE)
            at = pass_pod(pass, i)->in_place->grace_end_ms;
        if (at > pass->now_ms && (next == 0 || at < next))
            next = at;
    }
    return next;
}
