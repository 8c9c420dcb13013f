/* SPDX-License-Identifier: Apache-2.0 */
/* Step 7: which subsets take no new pods, and which pods count as reserved. Source: uniteddeployment.md 4. */
#include "planners/uniteddeployment_pass.h"

/* How long until an instant that must have passed, strictly; 0 = now, below: it has passed. */
static int64_t left(const struct united *pass, int64_t deadline_ms)
{
    return ro_time_left(deadline_ms, pass->now_ms);
}

/* A time limit that is running: *ret_look_ms is how long it still does. True: it is over. */
static bool is_over(struct united *pass, int64_t since_ms, int64_t limit_ms, int64_t *ret_look_ms)
{
    int64_t rest = left(pass, since_ms + limit_ms);
    *ret_look_ms = rest;
    if (rest >= 0)
        united_next(pass, pass->now_ms + rest + 1);
    return rest < 0;
}

/* Whether the scheduler has given the pod up for too long. */
static bool pending_timeout(struct united *pass, const struct rollout_pod *pod, int64_t *ret_look_ms)
{
    *ret_look_ms = 0;
    if (pod->flags & ROLLOUT_POD_TERMINATING || pod->phase != ROLLOUT_PHASE_PENDING || pod->node.len ||
        !(pod->flags & ROLLOUT_POD_UNSCHEDULABLE))
        return false;
    return is_over(pass, pod->created_ms, pass->critical_ms, ret_look_ms);
}

/* Whether a pod of another revision is that for too long. */
static bool update_timeout(struct united *pass, const struct rollout_pod *pod, int64_t *ret_look_ms)
{
    *ret_look_ms = 0;
    if (pod->flags & ROLLOUT_POD_TERMINATING)
        return false;
    return is_over(pass, pass->updated.last_transition_ms, pass->critical_ms, ret_look_ms);
}

static bool is_false(const struct rollout_condition *condition)
{
    return condition && ro_str_eq(condition->status, RO_STR("False"));
}

/* The condition is rewritten only where status or reason differ. */
static void set_condition(struct entry *entry, enum condition_change change, const char *status, const char *reason)
{
    const struct rollout_condition *old = united_schedulable(entry);
    if (entry->change == CONDITION_SAME && old &&
        ro_str_eq(old->status, (struct rollout_str){ status, strlen(status) }) &&
        ro_str_eq(old->reason, (struct rollout_str){ reason, strlen(reason) }))
        return;
    entry->change = (uint8_t)change;
}

/* ---- without reservation ---- */

static void recover(struct united *pass, struct child *child, struct entry *entry)
{
    const struct rollout_condition *old = united_schedulable(entry);
    if (!is_false(old))
        return;
    int64_t rest = left(pass, old->last_transition_ms + pass->duration_ms);
    if (rest > 0) {
        child->unschedulable = 1;
        child->until_ms = pass->now_ms + rest;
        united_requeue(pass, rest);
        united_next(pass, child->until_ms);
    } else {
        set_condition(entry, CONDITION_RECOVERED, "True", "recover");
    }
}

static void look_at_pending(struct united *pass)
{
    for (size_t i = 0; i < pass->n_pods; i++) {
        const struct rollout_pod *pod = united_pod(pass, i);
        struct child *child = pod->child ? &pass->children[pod->child - 1] : NULL;
        int64_t look;
        if (!child || !child_listed(child) || child->entry == ROLLOUT_NONE ||
            child->facts->ready_replicas >= child->facts->status_replicas)
            continue;
        child->pending += pending_timeout(pass, pod, &look);
        united_requeue(pass, look);
    }
}

static void schedule_adaptive(struct united *pass)
{
    for (size_t i = 0; i < pass->n_children; i++) {
        struct child *child = &pass->children[i];
        if (child_listed(child) && child->entry != ROLLOUT_NONE)
            recover(pass, child, &pass->entries[child->entry]);
    }
    look_at_pending(pass);
    for (size_t i = 0; i < pass->n_children; i++) {
        struct child *child = &pass->children[i];
        if (child->pending == 0)
            continue;
        struct entry *entry = &pass->entries[child->entry];
        bool renewed = entry->change != CONDITION_SAME || !is_false(united_schedulable(entry));
        set_condition(entry, CONDITION_PENDING, "False", "reschedule");
        child->unschedulable = 1;
        if (renewed)
            child->until_ms = pass->now_ms + pass->duration_ms;
        united_requeue(pass, pass->duration_ms);
    }
}

/* ---- with reservation ---- */

/* The subset is looked at again after this long, if not sooner. */
static void look_after(struct child *child, int64_t ms)
{
    if (ms > 0 && (child->look_ms == 0 || ms < child->look_ms))
        child->look_ms = ms;
}

/* A reserved pod: when it is free again. */
static bool is_soaked(struct united *pass, const struct rollout_pod *pod, bool expected, int64_t *ret_look_ms)
{
    *ret_look_ms = pass->duration_ms;
    if (pod->phase != ROLLOUT_PHASE_RUNNING || !expected || !(pod->flags & ROLLOUT_POD_READY))
        return false;
    return is_over(pass, pod->ready_since_ms, pass->duration_ms, ret_look_ms);
}

/* The pods of a Deployment are listed by their ReplicaSets. */
static void order_pods(struct united *pass)
{
    for (size_t i = 0; i < pass->n_pods; i++)
        pass->pod_order[i] = (struct ro_keyed){ united_pod(pass, i)->replica_set, (uint32_t)i, 0 };
    ro_sort_keyed(pass->pod_order, pass->n_pods, pass->pod_order + pass->n_pods);
}

static void look_at_reserved(struct united *pass)
{
    uint32_t revision_hint = 0, reserved_hint = 0;
    order_pods(pass);
    for (size_t k = 0; k < pass->n_pods; k++) {
        uint32_t i = pass->pod_order[k].index;
        const struct rollout_pod *pod = united_pod(pass, i);
        struct child *child = pod->child ? &pass->children[pod->child - 1] : NULL;
        int64_t look = 0;
        enum cause cause = CAUSE_NONE;
        if (!child || !child_listed(child))
            continue;
        struct rollout_str label = united_pod_reserved(pod, &reserved_hint);
        bool expected = ro_str_eq(united_pod_revision(pod, &revision_hint), pass->expected);
        if (ro_str_eq(label, RO_STR("true"))) {
            cause = is_soaked(pass, pod, expected, &look) ? CAUSE_NONE : CAUSE_SOAKING;
        } else if (child->marked && !label.data) {
            cause = CAUSE_NEW_IN_MARKED;
            if (child->look_ms > 0 && child->look_ms < pass->duration_ms)
                child->look_ms = pass->duration_ms;
        } else if (expected) {
            cause = pending_timeout(pass, pod, &look) ? CAUSE_PENDING : CAUSE_NONE;
        } else if (update_timeout(pass, pod, &look)) {
            cause = CAUSE_OLD_REVISION;
            child->timed_out++;
        }
        if (cause == CAUSE_PENDING || cause == CAUSE_OLD_REVISION)
            look = pass->duration_ms;
        look_after(child, look);
        child->reserved += cause != CAUSE_NONE;
        bool is = cause != CAUSE_NONE;
        bool says = ro_str_eq(label, RO_STR("true"));
        pass->pods[i] = (uint8_t)(cause | (is != says || !label.data ? POD_WRITE : 0));
    }
}

static void schedule_reserved(struct united *pass)
{
    for (size_t i = 0; i < pass->n_children; i++) {
        struct child *child = &pass->children[i];
        if (child_listed(child) && child->entry != ROLLOUT_NONE)
            child->marked = is_false(united_schedulable(&pass->entries[child->entry])) ||
                            pass->entries[child->entry].change == CONDITION_CREATED;
    }
    look_at_reserved(pass);
    for (size_t i = 0; i < pass->n_children; i++) {
        struct child *child = &pass->children[i];
        if (!child_listed(child))
            continue;
        child->unschedulable = child->reserved > 0;
        united_requeue(pass, child->look_ms);
        if (child->entry == ROLLOUT_NONE)
            continue;
        if (child->reserved > 0)
            set_condition(&pass->entries[child->entry], CONDITION_RESERVED, "False", "reschedule");
        else
            set_condition(&pass->entries[child->entry], CONDITION_NO_RESERVED, "True", "reschedule");
    }
}

void united_schedule(struct united *pass)
{
    if (united_reserves(pass))
        schedule_reserved(pass);
    else if (united_adaptive(pass))
        schedule_adaptive(pass);
}

void united_mark_scaled_up(struct united *pass)
{
    for (size_t i = 0; i < pass->n_shares; i++) {
        const struct share *share = &pass->shares[i];
        const struct child *child = share->child == ROLLOUT_NONE ? NULL : &pass->children[share->child];
        if (child && !child->unschedulable && child->marked && share->next > child->facts->replicas)
            pass->entries[share->entry].change = CONDITION_SCALED_UP;
    }
}

int64_t united_pod_until(const struct united *pass, uint32_t i)
{
    const struct rollout_pod *pod = united_pod(pass, i);
    uint32_t hint = 0;
    bool soaks = pod->phase == ROLLOUT_PHASE_RUNNING && pod->flags & ROLLOUT_POD_READY &&
                 ro_str_eq(united_pod_revision(pod, &hint), pass->expected);
    int64_t at = soaks ? pod->ready_since_ms + pass->duration_ms + 1 : 0;
    return at > pass->now_ms ? at : 0;
}
