/* SPDX-License-Identifier: Apache-2.0 */
/* What a pass over a Deployment begins with: its limits, and which ReplicaSet is new. Source: deployment.md 2, 3.1. */
#include "planners/deployment_pass.h"

#include "base/number.h"
#include "base/sort.h"

struct rollout_str roll_name(const struct roll *roll, uint32_t set)
{
    return roll->sets[set].facts ? roll->sets[set].facts->name : RO_STR("$new");
}

struct rollout_str roll_annotation(const struct roll *roll, uint32_t set, struct rollout_str key)
{
    const struct roll_set *s = &roll->sets[set];
    for (uint32_t i = s->notes; i; i = roll->notes[i - 1].next)
        if (ro_str_eq(roll->notes[i - 1].key, key))
            return roll->notes[i - 1].value;
    const struct rollout_str *value = s->facts ? ro_labels_get(&s->facts->annotations, key) : NULL;
    return value ? *value : (struct rollout_str){ NULL, 0 };
}

struct rollout_str roll_own_annotation(const struct roll *roll, struct rollout_str key)
{
    const struct rollout_str *value = ro_labels_get(&roll->spec->annotations, key);
    return value ? *value : (struct rollout_str){ NULL, 0 };
}

bool roll_number(struct rollout_str text, int64_t *ret)
{
    return text.data && ro_parse_int(text, -1, ret);
}

bool roll_size_annotation(const struct roll *roll, uint32_t set, struct rollout_str key, int64_t *ret)
{
    struct rollout_str text = roll_annotation(roll, set, key);
    bool digits = text.len > 0 && text.data[0] >= '0' && text.data[0] <= '9'; /* Go's ParseUint takes no sign */
    return digits && roll_number(text, ret) && *ret <= INT32_MAX;
}

bool roll_revision(const struct roll *roll, uint32_t set, int64_t *ret)
{
    struct rollout_str text = roll_annotation(roll, set, RO_STR(ROLL_REVISION));
    *ret = 0;
    return !text.data || roll_number(text, ret);
}

int roll_by_age(const void *context, uint32_t a, uint32_t b)
{
    const struct roll *roll = context;
    const struct rollout_replica_set_facts *x = roll->sets[a].facts, *y = roll->sets[b].facts;
    if (x->created_ms != y->created_ms) /* no time is before all times */
        return !x->created_ms ? -1 : !y->created_ms ? 1 : x->created_ms < y->created_ms ? -1 : 1;
    return ro_str_cmp(x->name, y->name);
}

bool roll_not_copied(struct rollout_str key)
{
    static const char *const keys[] = { "kubectl.kubernetes.io/last-applied-configuration",
                                        ROLL_REVISION,
                                        ROLL_HISTORY,
                                        ROLL_DESIRED,
                                        ROLL_MAX,
                                        ROLL_BACK_TO };
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        if (ro_str_eq(key, (struct rollout_str){ keys[i], strlen(keys[i]) }))
            return true;
    return false;
}

static void find_new(struct roll *roll)
{
    for (uint32_t i = 0; i < roll->count; i++)
        roll->list[i] = i;
    ro_sort_indices(roll->list, roll->count, roll->scratch, roll_by_age, roll);
    roll->new_set = ROLLOUT_NONE;
    for (uint32_t i = 0; i < roll->count; i++) {
        uint32_t set = roll->list[i];
        bool same = roll->sets[set].facts->flags & ROLLOUT_REPLICA_SET_SAME_TEMPLATE;
        if (same && roll->new_set == ROLLOUT_NONE)
            roll->new_set = set;
        else
            roll->olds[roll->old_count++] = set;
    }
}

bool roll_open(struct roll *roll)
{
    const struct rollout_deployment *spec = roll->spec;
    const struct ro_abi_array *facts = &roll->in->replica_sets;
    size_t places = facts->count + 1, conditions = spec->status->condition_count;
    roll->count = (uint32_t)facts->count;
    roll->sets = ro_arena_alloc(&roll->arena, places, sizeof(*roll->sets));
    roll->olds = ro_arena_alloc(&roll->arena, places, sizeof(*roll->olds));
    roll->list = ro_arena_alloc(&roll->arena, places, sizeof(*roll->list));
    roll->scratch = ro_arena_alloc(&roll->arena, places, sizeof(*roll->scratch));
    roll->conditions = ro_arena_alloc(&roll->arena, conditions + 3, sizeof(*roll->conditions));
    if (roll->arena.failed)
        return false;
    for (uint32_t i = 0; i < roll->count; i++) {
        const struct rollout_replica_set_facts *f = (const void *)(facts->items + i * facts->stride);
        roll->sets[i] = (struct roll_set){ .facts = f,
                                           .size = f->replicas,
                                           .was = f->replicas,
                                           .existing = f->status_replicas,
                                           .ready = f->ready_replicas,
                                           .available = f->available_replicas };
    }
    if (conditions)
        memcpy(roll->conditions, spec->status->conditions, conditions * sizeof(*roll->conditions));
    roll->status = *spec->status;
    roll->status.conditions = roll->conditions;
    roll->limits = ro_deployment_limits(spec);
    roll->replicas = roll->limits.replicas;
    roll->rolling = roll->limits.rolling;
    roll->raw_surge = roll->limits.raw_surge;
    roll->surge = roll->limits.surge;
    roll->unavailable = roll->limits.unavailable;
    roll->surge_unusable = roll->limits.surge_unusable;
    roll->revision = roll_own_annotation(roll, RO_STR(ROLL_REVISION));
    roll->waits_for_pod = ROLLOUT_NONE;
    roll->limit = -1;
    find_new(roll);
    return true;
}
