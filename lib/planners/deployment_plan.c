/* SPDX-License-Identifier: Apache-2.0 */
/* A plan from what the pass over a Deployment noted down. */
#include "base/error.h"
#include "planners/deployment_pass.h"
#include "planners/limits.h"

static const struct rollout_str none = { NULL, 0 };

static void build_limits(const struct roll *roll, struct ro_builder *b)
{
    const struct rollout_intstr *partition = &roll->spec->partition;
    ro_deployment_build_limits(roll->spec, &roll->limits, b);
    if (roll->limit >= 0)
        ro_limit_build(b, RO_STR("partition"), partition, ROLLOUT_PARSER_STRICT, ROLLOUT_ROUND_UP,
                       ro_limit_unset(partition), (int32_t)roll->replicas, roll->limit);
}

static void build_status(const struct roll *roll, struct ro_builder *b)
{
    const struct rollout_deployment_status *status = &roll->status;
    size_t root = ro_build_open(b, ROLLOUT_NODE_OBJECT, none);
    ro_build_optional(b, RO_STR("observedGeneration"), status->observed_generation);
    ro_build_optional(b, RO_STR("replicas"), status->replicas);
    ro_build_optional(b, RO_STR("updatedReplicas"), status->updated_replicas);
    ro_build_optional(b, RO_STR("readyReplicas"), status->ready_replicas);
    ro_build_optional(b, RO_STR("availableReplicas"), status->available_replicas);
    ro_build_optional(b, RO_STR("unavailableReplicas"), status->unavailable_replicas);
    if (status->collision_count.set)
        ro_build_integer(b, RO_STR("collisionCount"), status->collision_count.value);
    /* Messages are the pass's own or the status's: all are kept in the plan. */
    size_t list = status->condition_count ? ro_build_open(b, ROLLOUT_NODE_ARRAY, RO_STR("conditions")) : 0;
    for (size_t i = 0; i < status->condition_count; i++) {
        struct rollout_condition condition = status->conditions[i];
        if (condition.message.len)
            condition.message = ro_build_join(b, condition.message, none, none, none);
        ro_build_condition(b, &condition);
    }
    if (status->condition_count)
        ro_build_close(b, list);
    ro_build_close(b, root);
}

static uint32_t reason_of(uint32_t op)
{
    switch (op) {
    case ROLLOUT_OP_SCALE:
        return ROLLOUT_REASON_CHILD_UPDATED;
    case ROLLOUT_OP_CREATE_REPLICA_SET:
        return ROLLOUT_REASON_CREATE_MISSING;
    case ROLLOUT_OP_DELETE_REPLICA_SET:
        return ROLLOUT_REASON_CLEANED_UP;
    default:
        return ROLLOUT_REASON_BOOKKEEPING;
    }
}

static void build_notes(const struct roll *roll, struct ro_builder *b, const struct roll_act *act)
{
    for (uint32_t i = 0; i < act->note_count; i++) {
        const struct roll_note *note = &roll->notes[act->first_note + i];
        ro_build_attr_pair(b, ROLLOUT_ATTR_ANNOTATION, note->key, note->made ? ro_build_join(b, note->value, none, none, none) : note->value,
                           note->removed);
    }
}

static void build_act(const struct roll *roll, struct ro_builder *b, const struct roll_act *act)
{
    uint32_t kind = act->set == ROLLOUT_NONE ? ROLLOUT_SUBJECT_WORKLOAD : ROLLOUT_SUBJECT_REPLICA_SET;
    uint32_t subject = act->set == ROLLOUT_NONE ? 0 : act->set == roll->count ? ROLLOUT_NONE : act->set;
    ro_build_action(b, act->op, reason_of(act->op), kind, subject);
    switch (act->op) {
    case ROLLOUT_OP_SCALE:
        ro_build_attr_value(b, ROLLOUT_ATTR_FROM, act->from);
        ro_build_attr_value(b, ROLLOUT_ATTR_TO, act->to);
        break;
    case ROLLOUT_OP_CREATE_REPLICA_SET:
        ro_build_attr_value(b, ROLLOUT_ATTR_REPLICAS, act->to);
        ro_build_attr_text(b, ROLLOUT_ATTR_REVISION, ro_build_join(b, act->revision, none, none, none));
        break;
    case ROLLOUT_OP_SET_MIN_READY_SECONDS:
        ro_build_attr_value(b, ROLLOUT_ATTR_MIN_READY_SECONDS, act->to);
        break;
    default:
        break;
    }
    build_notes(roll, b, act);
}

static struct rollout_str error_message(const struct roll *roll, struct ro_builder *b)
{
    const struct rollout_deployment *spec = roll->spec;
    bool partition = (spec->flags & ROLLOUT_DEPLOYMENT_ADVANCED) && roll->limit < 0;
    const struct rollout_intstr *value = partition ? &spec->partition : &spec->max_surge;
    struct rollout_str text = value->kind == ROLLOUT_INTSTR_TEXT ? value->text : RO_STR("a negative number");
    return ro_build_join(b, partition ? RO_STR("partition: ") : RO_STR("spec.strategy.rollingUpdate.maxSurge: "), text,
                         RO_STR(" is not usable"), none);
}

int roll_write_plan(struct roll *roll, struct rollout_plan **ret_plan, struct rollout_error *reterr)
{
    struct ro_builder b = { 0 };
    struct rollout_str message = none;
    for (int writing = 0; writing < 2; writing++) {
        if (writing && ro_builder_begin(&b, reterr))
            return ROLLOUT_ERR_NOMEM;
        build_limits(roll, &b);
        build_status(roll, &b);
        for (uint32_t i = 0; i < roll->act_count; i++)
            build_act(roll, &b, &roll->acts[i]);
        roll_verdicts(roll, &b);
        if (roll->failed)
            message = error_message(roll, &b);
    }
    struct rollout_plan *plan = ro_builder_end(&b);
    plan->status_changed = roll_status_changed(roll);
    plan->next_ms = roll->timeout_ms;
    plan->requeue_seconds = roll->requeue_seconds;
    plan->stopped_at = roll->row;
    if (roll->failed) {
        plan->error_reason = ROLLOUT_REASON_SPEC_INVALID;
        plan->error_message = message;
    }
    *ret_plan = plan;
    return ROLLOUT_OK;
}
