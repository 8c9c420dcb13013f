/* SPDX-License-Identifier: Apache-2.0 */
/* A UnitedDeployment's status after the reconcile. Source: uniteddeployment.md 8. */
#include "planners/uniteddeployment_pass.h"

static const struct rollout_str none = { NULL, 0 };

/* ---- conditions ---- */

/* Message and time change only with these. */
static bool same_condition(const struct rollout_condition *a, const struct rollout_condition *b)
{
    return ro_str_eq(a->type, b->type) && ro_str_eq(a->status, b->status) && ro_str_eq(a->reason, b->reason);
}

/* The condition Schedulable as the entry's change leaves it. */
static struct rollout_condition changed_condition(const struct united *pass, struct ro_builder *b, uint8_t change)
{
    struct rollout_condition condition = { .type = RO_STR("Schedulable"),
                                           .status = RO_STR("False"),
                                           .reason = RO_STR("reschedule"),
                                           .last_transition_ms = pass->now_ms };
    switch (change) {
    case CONDITION_RECOVERED:
        condition.status = RO_STR("True");
        condition.reason = RO_STR("recover");
        condition.message = ro_build_join(b, RO_STR("unschedulable subset recovered after "),
                                          united_number(b, pass->duration_ms / 1000), RO_STR(".000000 seconds"), none);
        break;
    case CONDITION_PENDING:
        condition.message = RO_STR("timeout pending pods found");
        break;
    case CONDITION_RESERVED:
        condition.message = RO_STR("reserved pods found");
        break;
    case CONDITION_NO_RESERVED:
        condition.status = RO_STR("True");
        condition.message = RO_STR("no reserved pods");
        break;
    case CONDITION_SCALED_UP:
        condition.message = RO_STR("subset just recovered scaled up");
        break;
    default:
        condition.reason = RO_STR("created");
        condition.message = RO_STR("newly-created subsets in reservation strategy");
        break;
    }
    return condition;
}

/* One that is there and changes moves to the end. */
static void set_condition(struct united *pass, struct rollout_uniteddeployment_status *now,
                          const struct rollout_condition *given)
{
    struct rollout_condition condition = *given;
    size_t n = 0;
    for (size_t i = 0; i < now->condition_count; i++) {
        const struct rollout_condition *old = &pass->conditions[i];
        if (!ro_str_eq(old->type, condition.type)) {
            pass->conditions[n++] = *old;
            continue;
        }
        if (ro_str_eq(old->status, condition.status) && ro_str_eq(old->reason, condition.reason))
            return;
        if (ro_str_eq(old->status, condition.status))
            condition.last_transition_ms = old->last_transition_ms;
    }
    pass->conditions[n++] = condition;
    now->condition_count = n;
}

static void set_conditions(struct united *pass, struct ro_builder *b, struct rollout_uniteddeployment_status *now)
{
    for (size_t i = 0; i < now->condition_count; i++)
        pass->conditions[i] = pass->status->conditions[i];
    now->conditions = pass->conditions;
    struct rollout_condition updated = pass->updated;
    bool done = ro_str_eq(updated.status, RO_STR("True"));
    updated.message = ro_build_join(b, done ? RO_STR("updated to revision ") : RO_STR("updating to revision "),
                                    pass->expected, none, none);
    set_condition(pass, now, &updated);
    struct rollout_condition condition = { .type = RO_STR("SubsetProvisioned"),
                                           .status = RO_STR("True"),
                                           .last_transition_ms = pass->now_ms };
    if (pass->provisions)
        set_condition(pass, now, &condition);
    condition.type = RO_STR("SubsetUpdated");
    set_condition(pass, now, &condition);
}

/* ---- numbers ---- */

/* What an entry says after the reconcile; of one whose child was not there it is what it said. */
static struct rollout_subset_status new_entry(const struct united *pass, const struct entry *entry)
{
    struct rollout_subset_status now = { .name = entry->name };
    if (entry->old)
        now = *entry->old;
    if (entry->child == ROLLOUT_NONE)
        return now;
    const struct child *child = &pass->children[entry->child];
    const struct share *share = child->subset == ROLLOUT_NONE ? NULL : &pass->shares[child->subset];
    now.replicas = share ? (int32_t)share->next : 0;
    now.partition = share ? (int32_t)share->partition : 0;
    now.ready_replicas = child->facts->ready_replicas;
    now.reserved_pods = (int32_t)child->reserved;
    return now;
}

static void sum_up(const struct united *pass, struct rollout_uniteddeployment_status *now)
{
    int64_t replicas = 0, reserved = 0, ready = 0, updated = 0, updated_ready = 0;
    for (size_t i = 0; i < pass->n_children; i++) {
        const struct child *child = &pass->children[i];
        if (!child_listed(child))
            continue;
        replicas += child->facts->status_replicas - child->reserved;
        reserved += child->reserved;
        ready += child->facts->ready_replicas;
        updated += child->updated;
        updated_ready += child->updated_ready;
    }
    now->replicas = (int32_t)replicas;
    now->reserved_pods = (int32_t)reserved;
    now->ready_replicas = (int32_t)ready;
    now->updated_replicas = (int32_t)updated;
    now->updated_ready_replicas = (int32_t)updated_ready;
    if (now->current_revision.len == 0)
        now->current_revision = ro_revision_at(&pass->in->revisions, pass->current)->name;
    if (!ro_str_eq(now->current_revision, pass->expected) && updated_ready >= replicas)
        now->current_revision = pass->expected;
    now->updated_revision = pass->expected;
    now->observed_generation = pass->spec->generation;
}

/* ---- writing ---- */

static void build_conditions(const struct united *pass, struct ro_builder *b, const struct entry *entry)
{
    const struct rollout_condition *old = entry->old ? entry->old->conditions : NULL,
                                   *given = united_schedulable(entry);
    size_t count = entry->old ? entry->old->condition_count : 0;
    if (entry->change == CONDITION_SAME) {
        ro_build_conditions(b, old, count);
        return;
    }
    struct rollout_condition condition = changed_condition(pass, b, entry->change);
    size_t open = ro_build_open(b, ROLLOUT_NODE_ARRAY, RO_STR("conditions"));
    for (size_t i = 0; i < count; i++)
        ro_build_condition(b, &old[i] == given ? &condition : &old[i]);
    if (!given)
        ro_build_condition(b, &condition);
    ro_build_close(b, open);
}

static void build_entries(const struct united *pass, struct ro_builder *b, bool old)
{
    size_t count = old ? pass->status->subset_count : pass->n_entries;
    if (count == 0)
        return;
    size_t list = ro_build_open(b, ROLLOUT_NODE_ARRAY, RO_STR("subsetStatuses"));
    for (size_t i = 0; i < count; i++) {
        struct entry same = { .old = old ? &pass->status->subsets[i] : NULL, .child = ROLLOUT_NONE };
        const struct entry *entry = old ? &same : &pass->entries[i];
        struct rollout_subset_status now = new_entry(pass, entry);
        size_t open = ro_build_open(b, ROLLOUT_NODE_OBJECT, none);
        ro_build_string(b, RO_STR("name"), now.name);
        ro_build_optional(b, RO_STR("replicas"), now.replicas);
        ro_build_optional(b, RO_STR("readyReplicas"), now.ready_replicas);
        ro_build_optional(b, RO_STR("partition"), now.partition);
        ro_build_optional(b, RO_STR("reservedPods"), now.reserved_pods);
        build_conditions(pass, b, entry);
        ro_build_close(b, open);
    }
    ro_build_close(b, list);
}

static void build(const struct united *pass, struct ro_builder *b, const struct rollout_uniteddeployment_status *status,
                  bool old)
{
    size_t open = ro_build_open(b, ROLLOUT_NODE_OBJECT, none);
    ro_build_optional(b, RO_STR("observedGeneration"), status->observed_generation);
    ro_build_optional(b, RO_STR("readyReplicas"), status->ready_replicas);
    ro_build_integer(b, RO_STR("replicas"), status->replicas);
    ro_build_integer(b, RO_STR("updatedReplicas"), status->updated_replicas);
    ro_build_optional(b, RO_STR("updatedReadyReplicas"), status->updated_ready_replicas);
    ro_build_optional(b, RO_STR("reservedPods"), status->reserved_pods);
    if (status->collision_count.set)
        ro_build_integer(b, RO_STR("collisionCount"), status->collision_count.value);
    ro_build_string(b, RO_STR("currentRevision"), status->current_revision);
    ro_build_text_optional(b, RO_STR("updatedRevision"), status->updated_revision);
    build_entries(pass, b, old);
    ro_build_conditions(b, status->conditions, status->condition_count);
    ro_build_text_optional(b, RO_STR("labelSelector"), status->label_selector);
    ro_build_close(b, open);
}

static bool entries_differ(const struct united *pass)
{
    if (pass->n_entries != pass->status->subset_count)
        return true;
    for (size_t i = 0; i < pass->n_entries; i++) {
        const struct entry *entry = &pass->entries[i];
        struct rollout_subset_status now = new_entry(pass, entry);
        if (entry->change != CONDITION_SAME || now.replicas != entry->old->replicas ||
            now.ready_replicas != entry->old->ready_replicas || now.partition != entry->old->partition ||
            now.reserved_pods != entry->old->reserved_pods)
            return true;
    }
    return false;
}

/* All but reservedPods. Upstream compares where collisionCount stands, not what it is. */
static bool differs(const struct united *pass, const struct rollout_uniteddeployment_status *now)
{
    const struct rollout_uniteddeployment_status *old = pass->status;
    if (now->collision_count.set || now->observed_generation != old->observed_generation ||
        now->replicas != old->replicas || now->ready_replicas != old->ready_replicas ||
        now->updated_replicas != old->updated_replicas || now->updated_ready_replicas != old->updated_ready_replicas ||
        !ro_str_eq(now->current_revision, old->current_revision) ||
        !ro_str_eq(now->updated_revision, old->updated_revision) ||
        !ro_str_eq(now->label_selector, old->label_selector) || now->condition_count != old->condition_count ||
        entries_differ(pass))
        return true;
    for (size_t i = 0; i < now->condition_count; i++)
        if (!same_condition(&now->conditions[i], &old->conditions[i]))
            return true;
    return false;
}

void united_status(struct united *pass, struct ro_builder *b, bool *ret_changed)
{
    struct rollout_uniteddeployment_status now = *pass->status;
    *ret_changed = false;
    if (pass->stopped_at) {
        build(pass, b, &now, true);
        return;
    }
    sum_up(pass, &now);
    set_conditions(pass, b, &now);
    now.label_selector = pass->spec->label_selector;
    if (united_reserves(pass))
        now.label_selector = ro_build_join(b, now.label_selector, now.label_selector.len ? RO_STR(",") : none,
                                           RO_STR("apps.kruise.io/united-deployment-reserved-pod=false"), none);
    build(pass, b, &now, false);
    if (b->plan) /* texts put together can be read only now */
        *ret_changed = differs(pass, &now);
}
