/* SPDX-License-Identifier: Apache-2.0 */
/* UnitedDeployment. Source: uniteddeployment.md 1, 3, 5, and 5, 7 to 10 and 15 of its table of defects. */
#include <inttypes.h>

#include "base/str.h"
#include "objects/uniteddeployment.h"
#include "rules/shares.h"
#include "sim/lint.h"

struct united_lint {
    const struct rollout_uniteddeployment *spec;
    int64_t total; /* replicas, 1 by default */
    bool in_order; /* by minReplicas and maxReplicas */
    bool percent_sum;
    int64_t sum, most; /* of replicas; of maxReplicas, INT64_MAX where some subset has none */
    uint32_t open;     /* subsets whose replicas are not said */
};

/* One of a subset's numbers. unreadable: what then happens. Returns what it comes to, or otherwise. */
static int64_t look_at_number(struct ro_lint *l, struct united_lint *u, const struct ro_at *subset, const char *key,
                              const struct rollout_intstr *given, int64_t otherwise, const char *unreadable)
{
    struct ro_at at = ro_at_member(subset, key);
    int64_t count = otherwise, one;
    if (given->kind == ROLLOUT_INTSTR_UNSET)
        return otherwise;
    /* whether it can be read at all does not depend on how many replicas there are */
    if (!ro_share_parse(given, 100, &one)) {
        struct rollout_str shown = ro_lint_shown(l, &at);
        RO_LINT(l, TEXT_UNREADABLE, &at, "%s %.*s is no whole percent from 0 to 100, nor a number of pods: %s", key,
                (int)shown.len, shown.data, unreadable);
        return otherwise;
    }
    if (!ro_share_parse(given, u->total, &count))
        return otherwise; /* replicas are below 0 */
    if (given->kind == ROLLOUT_INTSTR_TEXT && one > 0 && count == 0 && u->total > 0)
        RO_LINT(l, ROUNDS_TO_NONE, &at, "%s %.*s of %" PRId64 " is 0, half of one rounded up", key,
                (int)given->text.len, given->text.data, u->total);
    return count;
}

static void look_at_partition(struct ro_lint *l, const struct united_lint *u, const struct ro_at *partitions,
                              const struct rollout_subset_spec *subset)
{
    struct ro_at at = { .node = ro_get_str(partitions->node, subset->name),
                        .path = { .up = &partitions->path, .key = subset->name } };
    if (!at.node || !subset->partition.set)
        return;
    if (subset->partition.value < 0)
        RO_LINT(l, NEGATIVE, &at, "partition %" PRId32 " is below 0: it is passed on as it is",
                subset->partition.value);
    else if (subset->partition.value > 0 && u->spec->child_kind == ROLLOUT_CHILD_DEPLOYMENT)
        RO_LINT(l, IGNORED, &at,
                "a Deployment has no partition: all its pods are updated, and it is written anew at "
                "every reconcile");
    else if (subset->partition.value > 0 && u->spec->flags & ROLLOUT_UNITEDDEPLOYMENT_ON_DELETE)
        RO_LINT(l, IGNORED, &at, "a partition has no effect with updateStrategy.type OnDelete");
}

static void look_at_subset(struct ro_lint *l, struct united_lint *u, const struct ro_at *at,
                           const struct rollout_subset_spec *subset)
{
    struct ro_at term = ro_at_object(&l->decoder, at, "nodeSelectorTerm"), fields = ro_at_member(&term, "matchFields");
    struct ro_at most_at = ro_at_member(at, "maxReplicas");
    int64_t given = look_at_number(l, u, at, "replicas", &subset->replicas, -1, "it counts as not said");
    int64_t least = look_at_number(l, u, at, "minReplicas", &subset->min_replicas, 0, "it counts as 0");
    int64_t most = look_at_number(l, u, at, "maxReplicas", &subset->max_replicas,
                                  subset->max_replicas.kind == ROLLOUT_INTSTR_UNSET ? INT32_MAX : 0,
                                  "it counts as 0, and not as no limit");
    if (fields.node)
        RO_LINT(l, IGNORED, &fields, "matchFields has no effect: only matchExpressions of nodeSelectorTerm count");
    if (u->in_order && least > most)
        RO_LINT(l, SHARES_IMPOSSIBLE, &most_at,
                "maxReplicas %" PRId64 " is less than minReplicas %" PRId64 ": every reconcile ends with an error",
                most, least);
    u->open += given < 0;
    u->sum += given > 0 ? given : 0;
    u->percent_sum |= given >= 0 && subset->replicas.kind == ROLLOUT_INTSTR_TEXT;
    u->most = most == INT32_MAX || u->most == INT64_MAX ? INT64_MAX : u->most + most;
}

static void look_at_sums(struct ro_lint *l, const struct united_lint *u, const struct ro_at *subsets)
{
    if (u->in_order && u->most < u->total)
        RO_LINT(l, REPLICAS_LEFT_OVER, subsets,
                "maxReplicas of all subsets come to %" PRId64 " of %" PRId64 " replicas: the rest is created nowhere",
                u->most, u->total);
    if (!u->in_order && (u->sum > u->total || (u->sum < u->total && u->open == 0)))
        RO_LINT(l, SHARES_IMPOSSIBLE, subsets,
                "replicas of the subsets come to %" PRId64 " of %" PRId64 "%s: every reconcile ends with an error",
                u->sum, u->total, u->percent_sum ? ", since each percentage is rounded by itself" : "");
}

/* Partitions of subsets that are not there, and what the strategy says of its own. */
static void look_at_strategy(struct ro_lint *l, const struct united_lint *u, const struct ro_at *topology,
                             const struct ro_at *partitions)
{
    static const char *const types[] = { "Adaptive", "Fixed", NULL };
    const struct rollout_uniteddeployment *spec = u->spec;
    struct ro_at schedule = ro_at_object(&l->decoder, topology, "scheduleStrategy");
    struct ro_at adaptive = ro_at_object(&l->decoder, &schedule, "adaptive");
    struct ro_at reserve = ro_at_member(&adaptive, "reserveUnschedulablePods");
    bool stateful =
        spec->child_kind == ROLLOUT_CHILD_STATEFULSET || spec->child_kind == ROLLOUT_CHILD_ADVANCED_STATEFULSET;
    ro_lint_word(l, &schedule, "type", types, "Fixed");
    if (adaptive.node && !(spec->flags & ROLLOUT_UNITEDDEPLOYMENT_ADAPTIVE))
        RO_LINT(l, IGNORED, &adaptive, "adaptive has no effect where scheduleStrategy.type is not Adaptive");
    if (stateful && spec->flags & ROLLOUT_UNITEDDEPLOYMENT_RESERVES)
        RO_LINT(l, IGNORED, &reserve,
                "reserveUnschedulablePods is for Deployments and CloneSets: admission refuses it beside a StatefulSet");
    uint32_t *order = partitions->node ? ro_arena_alloc(&l->arena, spec->subset_count, 2 * sizeof(*order)) : NULL;
    if (!order)
        return;
    ro_subsets_sort(spec->subsets, spec->subset_count, order, order + spec->subset_count);
    for (const struct rollout_node *c = ro_first(partitions->node); c != ro_end(partitions->node); c = ro_next(c)) {
        struct ro_at at = { .node = c, .path = { .up = &partitions->path, .key = c->key } };
        if (ro_subsets_find(spec->subsets, spec->subset_count, order, c->key) == ROLLOUT_NONE)
            RO_LINT(l, UNREACHABLE, &at, "no subset is called %.*s", (int)c->key.len, c->key.data);
    }
}

void ro_lint_uniteddeployment(struct ro_lint *l, const struct rollout_uniteddeployment *spec)
{
    struct united_lint u = { .spec = spec, .total = spec->replicas.set ? spec->replicas.value : 1 };
    struct ro_metadata metadata;
    struct ro_each each;
    struct ro_at outer = l->template, topology = ro_at_object(&l->decoder, &l->spec, "topology");
    struct ro_at manual = ro_at_object(&l->decoder, &l->strategy, "manualUpdate");
    struct ro_at partitions = ro_at_object(&l->decoder, &manual, "partitions");
    for (size_t i = 0; i < spec->subset_count; i++)
        u.in_order |= spec->subsets[i].min_replicas.kind || spec->subsets[i].max_replicas.kind;
    u.in_order |= (spec->flags & ROLLOUT_UNITEDDEPLOYMENT_ADAPTIVE) != 0;

    /* the labels that count are those of the child's template */
    const char *key = ro_child_template_key(spec->child_kind);
    struct ro_at child = key ? ro_at_object(&l->decoder, &outer, key) : outer;
    struct ro_at child_spec = ro_at_object(&l->decoder, &child, "spec");
    l->template = ro_at_object(&l->decoder, &child_spec, "template");
    ro_read_metadata(&l->decoder, &l->template, &metadata);
    l->labels = metadata.labels;
    ro_lint_selector(l, &spec->selector, spec->flags & ROLLOUT_UNITEDDEPLOYMENT_SELECTOR_INVALID);

    ro_each_open(&l->decoder, &topology, "subsets", &each);
    struct ro_at subsets = each.array;
    while (ro_each_next(&l->decoder, &each) && each.index < spec->subset_count) {
        look_at_subset(l, &u, &each.at, &spec->subsets[each.index]);
        look_at_partition(l, &u, &partitions, &spec->subsets[each.index]);
    }
    look_at_sums(l, &u, &subsets);
    look_at_strategy(l, &u, &topology, &partitions);
    l->template = outer;
}
