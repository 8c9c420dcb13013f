/* SPDX-License-Identifier: Apache-2.0 */
/* A Deployment's status and conditions. Source: deployment.md 6 and 7. */
#include "base/edit.h"
#include "planners/deployment_pass.h"

#define PROGRESSING RO_STR("Progressing")

struct rollout_condition *roll_condition(struct roll *roll, struct rollout_str type)
{
    for (size_t i = 0; i < roll->status.condition_count; i++)
        if (ro_str_eq(roll->conditions[i].type, type))
            return &roll->conditions[i];
    return NULL;
}

static void remove_condition(struct roll *roll, struct rollout_str type)
{
    size_t kept = 0;
    for (size_t i = 0; i < roll->status.condition_count; i++)
        if (!ro_str_eq(roll->conditions[i].type, type))
            roll->conditions[kept++] = roll->conditions[i];
    roll->status.condition_count = kept;
}

/* One of the same status and reason stays as it is; else it goes to the end. There is room for one of each type that
 * a pass sets, beside all that were there. */
void roll_set_condition(struct roll *roll, const struct rollout_condition *condition)
{
    const struct rollout_condition *old = roll_condition(roll, condition->type);
    struct rollout_condition set = *condition;
    if (old && ro_str_eq(old->status, set.status)) {
        if (ro_str_eq(old->reason, set.reason))
            return;
        set.last_transition_ms = old->last_transition_ms;
    }
    remove_condition(roll, set.type);
    roll->conditions[roll->status.condition_count++] = set;
}

static struct rollout_condition make(const struct roll *roll, struct rollout_str type, struct rollout_str status,
                                     struct rollout_str reason, struct rollout_str message)
{
    int64_t now = roll->now_ms - (roll->now_ms % 1000 + 1000) % 1000; /* the API writes whole seconds */
    return (struct rollout_condition){ type, status, reason, message, now, now };
}

void roll_set_progress(struct roll *roll, struct rollout_str status, struct rollout_str reason,
                       struct rollout_str message)
{
    const struct rollout_condition condition = make(roll, PROGRESSING, status, reason, message);
    roll_set_condition(roll, &condition);
}

bool roll_has_deadline(const struct roll *roll)
{
    const struct rollout_opt *deadline = &roll->spec->progress_deadline_seconds;
    return deadline->set && deadline->value != ROLLOUT_DEPLOYMENT_NO_LIMIT;
}

bool roll_complete(const struct roll *roll, const struct rollout_deployment_status *status)
{
    return status->updated_replicas == roll->replicas && status->replicas == roll->replicas &&
           status->available_replicas == roll->replicas && status->observed_generation >= roll->spec->generation;
}

void roll_pause_conditions(struct roll *roll)
{
    const struct rollout_condition *present = roll_condition(roll, PROGRESSING);
    bool paused = roll->spec->flags & ROLLOUT_DEPLOYMENT_PAUSED;
    if (!roll_has_deadline(roll) || (present && ro_str_eq(present->reason, RO_STR("ProgressDeadlineExceeded"))))
        return;
    bool says_so = present && ro_str_eq(present->reason, RO_STR("DeploymentPaused"));
    if (paused && !says_so)
        roll_set_progress(roll, RO_STR("Unknown"), RO_STR("DeploymentPaused"), RO_STR("Deployment is paused"));
    else if (!paused && says_so)
        roll_set_progress(roll, RO_STR("Unknown"), RO_STR("DeploymentResumed"), RO_STR("Deployment is resumed"));
}

static int32_t narrow(int64_t n)
{
    return n > INT32_MAX ? INT32_MAX : (int32_t)n;
}

void roll_count_status(struct roll *roll)
{
    int64_t existing = 0, ready = 0, available = 0, wanted = 0;
    uint32_t count = roll->count + (roll->new_set == roll->count); /* with the created one */
    for (uint32_t i = 0; i < count; i++) {
        existing += roll->sets[i].existing;
        ready += roll->sets[i].ready;
        available += roll->sets[i].available;
        wanted += roll->sets[i].was;
    }
    struct rollout_deployment_status *status = &roll->status;
    status->observed_generation = roll->spec->generation;
    status->replicas = narrow(existing);
    status->updated_replicas = roll->new_set == ROLLOUT_NONE ? 0 : narrow(roll->sets[roll->new_set].existing);
    status->ready_replicas = narrow(ready);
    status->available_replicas = narrow(available);
    status->unavailable_replicas = wanted > available ? narrow(wanted - available) : 0;
    bool enough = available >= roll->replicas - roll->unavailable;
    const struct rollout_condition condition =
        enough ? make(roll, RO_STR("Available"), RO_STR("True"), RO_STR("MinimumReplicasAvailable"),
                      RO_STR("Deployment has minimum availability."))
               : make(roll, RO_STR("Available"), RO_STR("False"), RO_STR("MinimumReplicasUnavailable"),
                      RO_STR("Deployment does not have minimum availability."));
    roll_set_condition(roll, &condition);
}

static bool progressing(const struct rollout_deployment_status *old, const struct rollout_deployment_status *now)
{
    return now->updated_replicas > old->updated_replicas ||
           (int64_t)now->replicas - now->updated_replicas < (int64_t)old->replicas - old->updated_replicas ||
           now->ready_replicas > old->ready_replicas || now->available_replicas > old->available_replicas;
}

/* "ReplicaSet "name" <what>", while there is none yet of the Deployment. */
static struct rollout_str message_of(struct roll *roll, const char *what)
{
    bool none = roll->new_set == ROLLOUT_NONE;
    struct rollout_str name = none ? roll->spec->name : roll_name(roll, roll->new_set);
    return ro_arena_printf(&roll->arena, "%s \"%.*s\" %s", none ? "Deployment" : "ReplicaSet", (int)name.len,
                           name.data ? name.data : "", what);
}

static bool is_timed_out(struct roll *roll)
{
    const struct rollout_condition *present = roll_condition(roll, PROGRESSING);
    if (!present || ro_str_eq(present->reason, RO_STR("NewReplicaSetAvailable")))
        return false;
    roll->stuck_since_ms = present->last_update_ms;
    if (ro_str_eq(present->reason, RO_STR("ProgressDeadlineExceeded")))
        return true;
    int64_t over = present->last_update_ms + (int64_t)roll->spec->progress_deadline_seconds.value * 1000;
    if (over >= roll->now_ms)
        roll->timeout_ms = over + 1; /* the comparison is strict */
    return over < roll->now_ms;
}

static void judge_progress(struct roll *roll, const struct rollout_deployment_status *old)
{
    const struct rollout_condition *present = roll_condition(roll, PROGRESSING);
    struct rollout_condition condition;
    if (roll_complete(roll, &roll->status)) {
        roll_set_progress(roll, RO_STR("True"), RO_STR("NewReplicaSetAvailable"),
                          message_of(roll, "has successfully progressed."));
    } else if (progressing(old, &roll->status)) {
        condition =
            make(roll, PROGRESSING, RO_STR("True"), RO_STR("ReplicaSetUpdated"), message_of(roll, "is progressing."));
        if (present && ro_str_eq(present->status, RO_STR("True")))
            condition.last_transition_ms = present->last_transition_ms;
        remove_condition(roll, PROGRESSING); /* so that its time moves though the reason may not */
        roll_set_condition(roll, &condition);
    } else if (is_timed_out(roll)) {
        roll->timed_out = true;
        roll_set_progress(roll, RO_STR("False"), RO_STR("ProgressDeadlineExceeded"),
                          message_of(roll, "has timed out progressing."));
    }
}

/* Of the new one, else of the oldest other one that has any. */
static const struct rollout_condition *failure_of(const struct roll *roll)
{
    const struct rollout_replica_set_facts *facts =
        roll->new_set == ROLLOUT_NONE ? NULL : roll->sets[roll->new_set].facts;
    if (facts && facts->replica_failure.type.data)
        return &facts->replica_failure;
    for (uint32_t i = 0; i < roll->old_count; i++)
        if (roll->sets[roll->olds[i]].facts->replica_failure.type.data)
            return &roll->sets[roll->olds[i]].facts->replica_failure;
    return NULL;
}

static void copy_failure(struct roll *roll)
{
    const struct rollout_condition *failure = failure_of(roll);
    if (!failure) {
        remove_condition(roll, RO_STR("ReplicaFailure"));
        return;
    }
    struct rollout_condition condition = *failure;
    condition.last_update_ms = condition.last_transition_ms;
    roll_set_condition(roll, &condition);
}

static bool same_condition(const struct rollout_condition *a, const struct rollout_condition *b)
{
    return ro_str_eq(a->type, b->type) && ro_str_eq(a->status, b->status) && ro_str_eq(a->reason, b->reason) &&
           ro_str_eq(a->message, b->message) && a->last_update_ms == b->last_update_ms &&
           a->last_transition_ms == b->last_transition_ms;
}

static bool same_status(const struct rollout_deployment_status *a, const struct rollout_deployment_status *b)
{
    bool same = a->observed_generation == b->observed_generation && a->replicas == b->replicas &&
                a->updated_replicas == b->updated_replicas && a->ready_replicas == b->ready_replicas &&
                a->available_replicas == b->available_replicas && a->unavailable_replicas == b->unavailable_replicas &&
                a->condition_count == b->condition_count;
    for (size_t i = 0; same && i < a->condition_count; i++)
        same = same_condition(&a->conditions[i], &b->conditions[i]);
    return same;
}

/* Upstream looks again when the deadline is over, where nothing else will make it. */
static void look_again(struct roll *roll)
{
    const struct rollout_condition *present = roll_condition(roll, PROGRESSING);
    if (!roll_has_deadline(roll) || !present || roll_complete(roll, &roll->status) ||
        ro_str_eq(present->reason, RO_STR("ProgressDeadlineExceeded")))
        return;
    int64_t left = present->last_update_ms + (int64_t)roll->spec->progress_deadline_seconds.value * 1000 - roll->now_ms;
    roll->requeue_seconds = left < 1000 ? -1 : (left + 999) / 1000 + 1;
}

void roll_rollout_status(struct roll *roll)
{
    struct rollout_deployment_status old = roll->status;
    size_t count = old.condition_count;
    struct rollout_condition *kept = ro_arena_alloc(&roll->arena, count + 1, sizeof(*kept));
    if (!kept)
        return;
    if (count)
        memcpy(kept, roll->conditions, count * sizeof(*kept));
    old.conditions = kept;

    roll_count_status(roll);
    if (!roll_has_deadline(roll))
        remove_condition(roll, PROGRESSING);
    const struct rollout_condition *present = roll_condition(roll, PROGRESSING);
    bool done = roll->status.replicas == roll->status.updated_replicas && present &&
                ro_str_eq(present->reason, RO_STR("NewReplicaSetAvailable"));
    if (roll_has_deadline(roll) && !done)
        judge_progress(roll, &old);
    copy_failure(roll);
    if (same_status(&roll->status, &old))
        look_again(roll);
}

bool roll_status_changed(const struct roll *roll)
{
    return !same_status(&roll->status, roll->spec->status);
}
