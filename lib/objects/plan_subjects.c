/* SPDX-License-Identifier: Apache-2.0 */
#include "objects/plan_subjects.h"

#include <stdlib.h>

bool ro_subject_known(const struct ro_subjects *s, uint32_t kind, uint32_t subject)
{
    if (kind == ROLLOUT_SUBJECT_ORDINAL)
        return subject != ROLLOUT_NONE;
    return kind < RO_SUBJECT_KINDS && subject < s->count[kind];
}

struct rollout_str ro_subject_name(const struct ro_subjects *s, uint32_t kind, uint32_t subject)
{
    static const struct rollout_str missing[] = { { "current", 7 }, { "update", 6 }, { "held", 4 } };
    const struct rollout_snapshot *snapshot = s->world->snapshot;

    if (!ro_subject_known(s, kind, subject))
        return (struct rollout_str){ NULL, 0 };
    switch (kind) {
    case ROLLOUT_SUBJECT_POD:
        return snapshot->pods.items[subject].name;
    case ROLLOUT_SUBJECT_REVISION:
        return snapshot->revisions.items[subject].name;
    case ROLLOUT_SUBJECT_CLAIM:
        return snapshot->claims.items[subject].name;
    case ROLLOUT_SUBJECT_NODE:
        return snapshot->nodes.items[subject].name;
    case ROLLOUT_SUBJECT_REPLICA_SET:
        return snapshot->replica_sets.items[subject].name;
    case ROLLOUT_SUBJECT_SUBSET: {
        const struct rollout_uniteddeployment *spec = s->world->workload->uniteddeployment;
        return subject < spec->subset_count ? spec->subsets[subject].name
                                            : snapshot->subsets.items[subject - spec->subset_count].name;
    }
    case ROLLOUT_SUBJECT_MISSING:
        return missing[subject];
    default:
        return (struct rollout_str){ NULL, 0 };
    }
}

/* Sorts the actions on ordinals by these, and links those on the same one. */
static bool index_ordinals(struct ro_subjects *s)
{
    const struct rollout_plan *plan = s->plan;
    size_t n = 0;

    for (size_t i = 0; i < plan->action_count; i++)
        n += plan->actions[i].subject_kind == ROLLOUT_SUBJECT_ORDINAL;
    s->ordinals = calloc(n ? n : 1, 2 * sizeof *s->ordinals);
    if (!s->ordinals)
        return false;
    for (size_t i = 0; i < plan->action_count; i++)
        if (plan->actions[i].subject_kind == ROLLOUT_SUBJECT_ORDINAL)
            s->ordinals[s->ordinal_count++] = (struct ro_keyed){ plan->actions[i].subject, (uint32_t)i, 0 };
    ro_sort_keyed(s->ordinals, n, s->ordinals + n);
    for (size_t i = 0; i + 1 < n; i++)
        if (s->ordinals[i].key == s->ordinals[i + 1].key)
            s->next[s->ordinals[i].index] = s->ordinals[i + 1].index + 1;
    return true;
}

bool ro_subjects_make(struct ro_subjects *s, const struct rollout_world *world, const struct rollout_plan *plan)
{
    const struct rollout_snapshot *snapshot = world->snapshot;
    size_t total = 0;

    *s = (struct ro_subjects){ .world = world, .plan = plan };
    s->count[ROLLOUT_SUBJECT_POD] = snapshot->pods.count;
    s->count[ROLLOUT_SUBJECT_REVISION] = snapshot->revisions.count;
    s->count[ROLLOUT_SUBJECT_CLAIM] = snapshot->claims.count;
    s->count[ROLLOUT_SUBJECT_MISSING] = 3;
    s->count[ROLLOUT_SUBJECT_WORKLOAD] = 1;
    s->count[ROLLOUT_SUBJECT_NODE] = snapshot->nodes.count;
    s->count[ROLLOUT_SUBJECT_REPLICA_SET] = snapshot->replica_sets.count;
    if (world->workload->uniteddeployment)
        s->count[ROLLOUT_SUBJECT_SUBSET] = world->workload->uniteddeployment->subset_count + snapshot->subsets.count;
    for (uint32_t kind = ROLLOUT_SUBJECT_POD; kind < RO_SUBJECT_KINDS; kind++) { /* of ordinals none */
        s->base[kind] = total;
        total += s->count[kind];
    }
    s->heads = calloc(total, sizeof(*s->heads));
    s->next = calloc(plan->action_count ? plan->action_count : 1, sizeof(*s->next));
    if (!s->heads || !s->next)
        return false;
    for (size_t i = plan->action_count; i > 0; i--) { /* from the end, so that each list begins with the first */
        const struct rollout_action *action = &plan->actions[i - 1];
        if (action->subject_kind >= RO_SUBJECT_KINDS || action->subject >= s->count[action->subject_kind])
            continue;
        uint32_t *head = &s->heads[s->base[action->subject_kind] + action->subject];
        s->next[i - 1] = *head;
        *head = (uint32_t)i;
    }
    return index_ordinals(s);
}

void ro_subjects_free(struct ro_subjects *s)
{
    free(s->heads);
    free(s->next);
    free(s->ordinals);
}

uint32_t ro_subject_first_action(const struct ro_subjects *s, uint32_t kind, uint32_t subject)
{
    if (!ro_subject_known(s, kind, subject))
        return 0;
    if (kind != ROLLOUT_SUBJECT_ORDINAL)
        return s->heads[s->base[kind] + subject];
    size_t low = 0, high = s->ordinal_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (s->ordinals[middle].key < subject)
            low = middle + 1;
        else
            high = middle;
    }
    return low < s->ordinal_count && s->ordinals[low].key == subject ? s->ordinals[low].index + 1 : 0;
}
