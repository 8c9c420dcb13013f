/* SPDX-License-Identifier: Apache-2.0 */
/* UnitedDeployments. Source: uniteddeployment.md 3, 4, 5, 7. */
#include <string.h>

#include "base/str.h"
#include "base/tree.h"
#include "rules/shares.h"
#include "sim/kinds.h"

#define DURATION_SECONDS 300

static struct rollout_str name(const struct ro_cluster *c)
{
    return c->workload.uniteddeployment->name;
}

static bool reserves(const struct rollout_uniteddeployment *spec)
{
    const uint32_t both = ROLLOUT_UNITEDDEPLOYMENT_ADAPTIVE | ROLLOUT_UNITEDDEPLOYMENT_RESERVES;
    return (spec->flags & both) == both;
}

int64_t ro_united_soak_ms(const struct ro_cluster *c)
{
    const struct rollout_uniteddeployment *spec = &c->specs.uniteddeployment;
    int64_t seconds = spec->unschedulable_duration.set ? spec->unschedulable_duration.value : DURATION_SECONDS;
    return reserves(spec) && seconds > 0 ? seconds * 1000 : 0;
}

static void prepare(struct ro_cluster *c)
{
    struct rollout_uniteddeployment *spec = &c->specs.uniteddeployment;
    struct ro_children *all = &c->children;
    if (c->fixed_names)
        spec->revision_history_limit = (struct rollout_opt){ 1, INT32_MAX };
    all->order = ro_arena_alloc(&c->arena, 2 * spec->subset_count + 1, sizeof *all->order);
    all->seen = ro_arena_alloc(&c->arena, spec->subset_count + 1, sizeof *all->seen);
    if (c->arena.failed) {
        c->texts.failed = true;
        return;
    }
    ro_subsets_sort(spec->subsets, spec->subset_count, all->order, all->order + spec->subset_count);
    if (all->subsets)
        return;
    all->subsets = ro_arena_alloc(&c->arena, spec->subset_count + 1, sizeof *all->subsets);
    all->full = ro_arena_alloc(&c->arena, spec->subset_count + 1, 1);
    if (c->arena.failed) {
        c->texts.failed = true;
        return;
    }
    for (size_t i = 0; i < spec->subset_count; i++)
        all->subsets[i] = spec->subsets[i].name;
    all->subset_count = spec->subset_count;
}

static bool available(const struct ro_cluster *c, uint32_t pod)
{
    return (c->pods[pod].flags & ROLLOUT_POD_READY) != 0;
}

/* ---- subsets ---- */

static const struct rollout_subset_spec *subset_of(const struct ro_cluster *c, const struct rollout_subset *child,
                                                   uint32_t *ret_place)
{
    const struct rollout_uniteddeployment *spec = &c->specs.uniteddeployment;
    uint32_t place = ro_subsets_find(spec->subsets, spec->subset_count, c->children.order, child->subset);
    if (place == ROLLOUT_NONE || child->kind != spec->child_kind)
        return NULL;
    *ret_place = c->children.order[place];
    return &spec->subsets[*ret_place];
}

/* Replicas in all; below 0 = unspecified. */
static int64_t total_of(const struct rollout_uniteddeployment *spec)
{
    return spec->replicas.set ? spec->replicas.value : -1;
}

static int64_t wanted_of(const struct rollout_uniteddeployment *spec)
{
    int64_t sum = 0, given;
    if (spec->replicas.set)
        return spec->replicas.value;
    for (size_t i = 0; i < spec->subset_count; i++)
        sum += ro_share_parse(&spec->subsets[i].replicas, -1, &given) ? given : 0;
    return sum;
}

/* The least and the most that the subset may have. */
static void limits_of(const struct rollout_uniteddeployment *spec, const struct rollout_subset_spec *subset,
                      int64_t *ret_min, int64_t *ret_max)
{
    int64_t total = spec->replicas.set ? spec->replicas.value : 0;
    *ret_max = INT32_MAX;
    if (!ro_share_parse(&subset->min_replicas, total, ret_min))
        *ret_min = 0;
    if (subset->max_replicas.kind != ROLLOUT_INTSTR_UNSET && !ro_share_parse(&subset->max_replicas, total, ret_max))
        *ret_max = 0;
}

/* Pods that the subset keeps at the old revision, of so many. */
static int64_t kept_of(const struct rollout_subset_spec *subset, int64_t replicas)
{
    int64_t partition = subset->partition.set ? subset->partition.value : 0;
    return partition > replicas ? replicas : partition;
}

static bool is_reserved(const struct rollout_pod *pod)
{
    const struct rollout_str *label =
        ro_labels_get(&pod->labels, RO_STR("apps.kruise.io/united-deployment-reserved-pod"));
    return label && ro_str_eq(*label, RO_STR("true"));
}

static const struct ro_child_tally *count(const struct ro_cluster *c)
{
    const struct ro_children *all = &c->children;
    if (all->count)
        memset(all->tallies, 0, all->count * sizeof *all->tallies);
    for (uint32_t i = 0; i < c->pod_count; i++) {
        uint32_t child = c->pods[i].child;
        if (!child || child > all->count || (c->hidden[i].flags & RO_SIM_GONE))
            continue;
        struct ro_child_tally *t = &all->tallies[child - 1];
        bool ready = available(c, i), reserved = is_reserved(&c->pods[i]);
        t->marked += reserved;
        if (!ro_kind_active(c, i))
            continue;
        t->active++;
        t->ready += ready;
        t->reserved += reserved;
        t->free += ready && !reserved;
        t->old += !ro_kind_updated(c, i);
    }
    return all->tallies;
}

static void measure(const struct ro_cluster *c, struct ro_measure *ret)
{
    const struct rollout_uniteddeployment *spec = &c->specs.uniteddeployment;
    uint32_t place;
    ret->wanted = wanted_of(spec);
    for (size_t i = 0; i < c->children.count; i++) {
        const struct rollout_subset *child = &c->children.items[i];
        const struct rollout_subset_spec *subset = c->children.hidden[i].gone ? NULL : subset_of(c, child, &place);
        int64_t kept = subset ? kept_of(subset, child->replicas) : 0;
        ret->partition += kept > 0 ? kept : 0;
    }
}

/* ---- the goal ---- */

/* A child is at the revision, has its pods, and all are ready; pods that stand in for others are no longer needed. */
static bool child_done(const struct ro_cluster *c, size_t i, const struct rollout_subset_spec *subset,
                       const struct ro_child_tally *t)
{
    const struct rollout_uniteddeployment *spec = &c->specs.uniteddeployment;
    const struct rollout_subset *child = &c->children.items[i];
    int64_t given, kept = kept_of(subset, child->replicas);
    if (!ro_str_eq(child->revision, c->revisions[c->snapshot.update_revision - 1].name) || t->active != child->replicas)
        return false;
    if (!(spec->flags & ROLLOUT_UNITEDDEPLOYMENT_ADAPTIVE) &&
        ro_share_parse(&subset->replicas, total_of(spec), &given) && given != child->replicas)
        return false;
    if (!(spec->flags & ROLLOUT_UNITEDDEPLOYMENT_ON_DELETE) && t->old > (kept > 0 ? kept : 0))
        return false;
    if (reserves(spec) && ro_child_full(c, (uint32_t)i))
        return true; /* whoever finds no node waits there */
    return t->ready == t->active && t->reserved == 0;
}

static bool done(const struct ro_cluster *c, const struct ro_measure *now)
{
    const struct rollout_uniteddeployment *spec = &c->specs.uniteddeployment;
    int64_t replicas = 0, serving = 0;
    bool full = false;
    if (spec->flags & ROLLOUT_UNITEDDEPLOYMENT_DELETING)
        return true;
    const struct ro_child_tally *tallies = count(c);
    for (size_t i = 0; i < spec->subset_count; i++)
        c->children.seen[i] = 0;
    for (size_t i = 0; i < c->children.count; i++) {
        uint32_t place;
        if (c->children.hidden[i].gone)
            continue;
        const struct rollout_subset_spec *subset = subset_of(c, &c->children.items[i], &place);
        if (!subset || c->children.seen[place]++ || !child_done(c, i, subset, &tallies[i]))
            return false;
        replicas += c->children.items[i].replicas;
        serving += tallies[i].free;
        full = full || ro_child_full(c, (uint32_t)i);
    }
    for (size_t i = 0; i < spec->subset_count; i++)
        if (!c->children.seen[i])
            return false;
    return reserves(spec) && full ? serving >= now->wanted : replicas == now->wanted;
}

/* ---- the promise ---- */

/* The condition Schedulable of the subset is False. */
static bool is_marked(const struct ro_cluster *c, struct rollout_str subset)
{
    const struct rollout_uniteddeployment_status *status = &c->specs.uniteddeployment_status;
    for (size_t i = 0; i < status->subset_count; i++)
        for (size_t k = 0; ro_str_eq(status->subsets[i].name, subset) && k < status->subsets[i].condition_count; k++)
            if (ro_str_eq(status->subsets[i].conditions[k].type, RO_STR("Schedulable")))
                return ro_str_eq(status->subsets[i].conditions[k].status, RO_STR("False"));
    return false;
}

/* A child goes only where the spec does not name it, or where another one has its place. */
static const char *keeps_children(const struct ro_cluster *c, const struct ro_deeds *d)
{
    const struct rollout_uniteddeployment *spec = &c->specs.uniteddeployment;
    uint32_t place;
    for (size_t i = 0; i < spec->subset_count; i++)
        c->children.seen[i] = 0;
    for (size_t i = 0; i < c->children.count; i++)
        if (!c->children.hidden[i].gone && subset_of(c, &c->children.items[i], &place))
            c->children.seen[place]++;
    for (size_t i = 0; i < c->children.count; i++)
        if (c->children.hidden[i].gone && subset_of(c, &c->children.items[i], &place) && !c->children.seen[place])
            return "a child is deleted that the spec names";
    for (size_t i = 0; i < spec->subset_count && d->plan->next_replica_count; i++)
        if (c->children.seen[i] != 1)
            return c->children.seen[i] ? "a second child of a subset" : "a subset without a child";
    return NULL;
}

/* What one subset has after the pass. */
static const char *keeps_limits(const struct ro_cluster *c, const struct ro_deeds *d, size_t i,
                                const struct rollout_subset_spec *subset, bool exact)
{
    const struct rollout_uniteddeployment *spec = &c->specs.uniteddeployment;
    const struct rollout_subset *child = &c->children.items[i];
    int64_t least, most, given, was = c->children.hidden[i].was;
    if (d->plan->allocator == ROLLOUT_ALLOCATOR_SPECIFIED)
        return ro_share_parse(&subset->replicas, total_of(spec), &given) && given != child->replicas
                   ? "a subset has not the replicas that the spec says"
                   : NULL;
    limits_of(spec, subset, &least, &most);
    bool adaptive = spec->flags & ROLLOUT_UNITEDDEPLOYMENT_ADAPTIVE;
    if (child->replicas > most && !(adaptive && child->replicas <= child->ready_replicas) &&
        !(reserves(spec) && child->replicas <= was))
        return "a subset is above its maxReplicas";
    if (child->replicas < least && (reserves(spec) || !exact))
        return "a subset is below its minReplicas";
    return NULL;
}

/* The parts against the whole. So far as reserved pods stand for nothing, others may be there in their place. */
static const char *keeps_total(const struct ro_cluster *c, const struct ro_deeds *d, int64_t sum, int64_t spare,
                               bool open)
{
    const struct rollout_uniteddeployment *spec = &c->specs.uniteddeployment;
    int64_t wanted = wanted_of(spec);
    bool adaptive = spec->flags & ROLLOUT_UNITEDDEPLOYMENT_ADAPTIVE;
    if (reserves(spec))
        return sum > wanted + spare ? "more replicas than asked for and than stand in for reserved pods" : NULL;
    if (sum > wanted)
        return "more replicas than asked for";
    bool all = d->plan->allocator == ROLLOUT_ALLOCATOR_SPECIFIED || (open && !adaptive);
    return all && sum < wanted ? "fewer replicas than asked for" : NULL;
}

static const char *keeps_partitions(const struct ro_cluster *c, const struct ro_deeds *d)
{
    const struct rollout_uniteddeployment *spec = &c->specs.uniteddeployment;
    for (size_t i = 0; i < d->plan->action_count; i++) {
        const struct rollout_action *a = &d->plan->actions[i];
        const struct rollout_attr *partition = NULL, *replicas = NULL;
        if (a->op != ROLLOUT_OP_CREATE_SUBSET && a->op != ROLLOUT_OP_UPDATE_SUBSET)
            continue;
        for (uint32_t k = 0; k < a->attr_count; k++) {
            const struct rollout_attr *attr = &d->plan->attrs[a->attr_first + k];
            partition = attr->key == ROLLOUT_ATTR_PARTITION ? attr : partition;
            replicas = attr->key == ROLLOUT_ATTR_REPLICAS ? attr : replicas;
        }
        if (a->subject >= spec->subset_count || !replicas)
            return "a subset is written that the spec does not name";
        if (partition && partition->value != kept_of(&spec->subsets[a->subject], replicas->value))
            return "a subset's partition is not the spec's";
    }
    return NULL;
}

static const char *promise(const struct ro_cluster *c, const struct ro_deeds *d)
{
    const struct rollout_uniteddeployment *spec = &c->specs.uniteddeployment;
    int64_t sum = 0, spare = 0, mins = 0, least, most;
    bool open = false;
    if (d->plan->error_reason && d->plan->next_replica_count == 0)
        return NULL;
    const char *broken = keeps_children(c, d);
    if (broken || d->plan->next_replica_count == 0)
        return broken;
    const struct ro_child_tally *tallies = count(c);
    for (size_t i = 0; i < spec->subset_count; i++) {
        limits_of(spec, &spec->subsets[i], &least, &most);
        mins += least;
        open = open || most == INT32_MAX;
    }
    for (size_t i = 0; i < c->children.count; i++)
        sum += c->children.hidden[i].gone ? 0 : c->children.items[i].replicas;
    for (size_t i = 0; i < c->children.count && !broken; i++) {
        uint32_t place;
        const struct rollout_subset *child = &c->children.items[i];
        const struct rollout_subset_spec *subset = c->children.hidden[i].gone ? NULL : subset_of(c, child, &place);
        if (!subset)
            continue;
        int64_t more = child->replicas - c->children.hidden[i].was;
        if (tallies[i].marked > 0 || is_marked(c, child->subset))
            spare += tallies[i].marked + (more > 0 ? more : 0);
        broken = keeps_limits(c, d, i, subset, mins > wanted_of(spec) || (!reserves(spec) && sum == wanted_of(spec)));
    }
    if (!broken)
        broken = keeps_total(c, d, sum, spare, open);
    return broken ? broken : keeps_partitions(c, d);
}

/* ---- the status ---- */

static void status(struct ro_cluster *c, const struct rollout_node *node)
{
    struct rollout_uniteddeployment_status *s = &c->specs.uniteddeployment_status;
    const struct rollout_node *list = ro_get(node, "subsetStatuses");
    size_t n = 0, count = ro_is(list, ROLLOUT_NODE_ARRAY) ? ro_count(list) : 0;
    s->struct_size = sizeof *s;
    s->observed_generation = ro_status_number(node, "observedGeneration");
    s->replicas = ro_status_number(node, "replicas");
    s->ready_replicas = ro_status_number(node, "readyReplicas");
    s->updated_replicas = ro_status_number(node, "updatedReplicas");
    s->updated_ready_replicas = ro_status_number(node, "updatedReadyReplicas");
    s->reserved_pods = ro_status_number(node, "reservedPods");
    s->collision_count = ro_status_opt(node, "collisionCount");
    s->current_revision = ro_status_text(c, node, "currentRevision");
    s->updated_revision = ro_status_text(c, node, "updatedRevision");
    s->label_selector = ro_status_text(c, node, "labelSelector");
    s->subset_count = 0;
    if (!ro_children_need_entries(c, count)) {
        c->texts.failed = true;
        return;
    }
    for (const struct rollout_node *e = count ? ro_first(list) : NULL; n < count; e = ro_next(e), n++) {
        struct rollout_condition *conditions = c->children.conditions + n * RO_ENTRY_CONDITIONS;
        c->children.entries[n] = (struct rollout_subset_status){
            .name = ro_status_text(c, e, "name"),
            .replicas = ro_status_number(e, "replicas"),
            .ready_replicas = ro_status_number(e, "readyReplicas"),
            .partition = ro_status_number(e, "partition"),
            .reserved_pods = ro_status_number(e, "reservedPods"),
            .conditions = conditions,
            .condition_count = ro_status_conditions(c, e, conditions, RO_ENTRY_CONDITIONS),
        };
    }
    s->subsets = c->children.entries;
    s->subset_count = n;
}

/* ---- small worlds ---- */

enum { UPDATED_FALSE = 1, UPDATED_TRUE = 2, UPDATED_YOUNG = 4 };

static int64_t critical_ms(const struct ro_cluster *c)
{
    const struct rollout_opt *seconds = &c->specs.uniteddeployment.reschedule_critical_seconds;
    return (seconds->set ? (int64_t)seconds->value : 30) * 1000;
}

int32_t ro_united_late(int32_t memory)
{
    return memory & ~UPDATED_YOUNG;
}

/* The condition UnitedDeploymentUpdated, and whether it is too young for anything to be late by it. */
static void remember(const struct ro_cluster *c, int32_t ret[RO_KIND_MEMORY])
{
    const struct rollout_uniteddeployment_status *s = &c->specs.uniteddeployment_status;
    for (size_t i = 0; i < s->condition_count; i++) {
        if (!ro_str_eq(s->conditions[i].type, RO_STR("UnitedDeploymentUpdated")))
            continue;
        bool young = s->conditions[i].last_transition_ms + critical_ms(c) >= c->snapshot.now_ms;
        bool yes = ro_str_eq(s->conditions[i].status, RO_STR("True"));
        ret[1] =
            (yes ? UPDATED_TRUE : UPDATED_FALSE) | (young && reserves(&c->specs.uniteddeployment) ? UPDATED_YOUNG : 0);
    }
}

static void recall(struct ro_cluster *c, const int32_t memory[RO_KIND_MEMORY])
{
    struct rollout_uniteddeployment_status *s = &c->specs.uniteddeployment_status;
    bool yes = memory[1] & UPDATED_TRUE;
    s->current_revision = memory[0] ? c->revisions[memory[0] - 1].name : (struct rollout_str){ NULL, 0 };
    s->conditions = c->conditions;
    s->condition_count = memory[1] ? 1 : 0;
    c->conditions[0] = (struct rollout_condition){
        .type = RO_STR("UnitedDeploymentUpdated"),
        .status = yes ? RO_STR("True") : RO_STR("False"),
        .reason = yes ? RO_STR("UnitedDeploymentRevisionUpdated") : RO_STR("UnitedDeploymentRevisionUpdating"),
        .last_transition_ms =
            memory[1] & UPDATED_YOUNG ? c->snapshot.now_ms : c->snapshot.now_ms - critical_ms(c) - 3600 * 1000,
    };
}

const struct ro_kind_lines ro_kind_uniteddeployment = {
    .name = name,
    .prepare = prepare,
    .available = available,
    .measure = measure,
    .done = done,
    .promise = promise,
    .status = status,
    .remember = remember,
    .recall = recall,
    .new_flags = 0,
    .interchangeable = true,
};
