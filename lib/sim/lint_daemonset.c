/* SPDX-License-Identifier: Apache-2.0 */
/* DaemonSet, OpenKruise's and Kubernetes' own. Source: daemonset.md 1, 2, 10, 11, and D6, D16 of its table of
 * defects. */
#include <inttypes.h>

#include "base/error.h"
#include "base/str.h"
#include "planners/daemonset_limits.h"
#include "rules/node_pods.h"
#include "rules/nodes.h"
#include "rules/selector.h"
#include "sim/lint.h"

struct daemon {
    struct rollout_daemonset spec; /* whose status has the nodes that there are now */
    struct rollout_daemonset_status status;
    struct ro_daemonset_limits limits;
    int32_t stored;   /* status.desiredNumberScheduled as it stands */
    int64_t eligible; /* nodes that a pod should run on; where none are given, those of the status */
    int64_t rolling;  /* at most so many take part in an update; 0 = unknown */
    bool native, rolls;
};

static void build(const void *context, struct ro_builder *b)
{
    const struct daemon *d = context;
    ro_daemonset_build_limits(&d->spec, &d->limits, d->eligible, d->native, !d->native, b);
}

/* Nodes that fit, and those that have pods. */
static int count_nodes(struct ro_lint *l, struct daemon *d, struct rollout_error *reterr)
{
    const struct rollout_nodes *given = &l->world->snapshot->nodes;
    const struct ro_abi_array nodes = { (const char *)given->items, given->count, given->stride, NULL };
    d->eligible = d->rolling = d->stored;
    if (nodes.count == 0)
        return ROLLOUT_OK;
    uint8_t *usable = ro_arena_alloc(&l->arena, d->spec.scheduling.affinity.term_count + 1, 1);
    uint8_t *left_out = ro_arena_alloc(&l->arena, l->pods.count + 1, 1);
    uint32_t *room = ro_arena_alloc(&l->arena, ro_node_pods_room(nodes.count, l->pods.count) + 1, sizeof(*room));
    if (!usable || !left_out || !room)
        return ro_error_nomem(reterr);
    struct ro_node_pods by;
    int r = ro_node_pods_fill(&by, &nodes, &l->pods, left_out, room, reterr);
    if (r != ROLLOUT_OK)
        return r;
    struct ro_node_rule rule = ro_node_rule(&d->spec.scheduling, usable);
    d->eligible = d->rolling = 0;
    for (size_t i = 0; i < nodes.count; i++) {
        bool runs = ro_node_fit(&rule, ro_node_at(&nodes, i)).runs;
        d->eligible += runs;
        d->rolling += runs || by.first[by.of_node[i]] != by.first[by.of_node[i] + 1];
    }
    return ROLLOUT_OK;
}

static void look_at_numbers(struct ro_lint *l, const struct daemon *d)
{
#define ENDS "cannot be read: it must be a whole percent, and every sync ends with an error before it updates a pod"
    static const struct ro_lint_limit unavailable = {
        .name = "maxUnavailable",
        .limit = "maxUnavailable",
        .of = "node",
        .unreadable = ENDS,
        .all = "a DaemonSet rounds it so, and all pods may be unavailable at once",
        .all_from = 1,
    };
    static const struct ro_lint_limit surge = {
        .name = "maxSurge",
        .limit = "maxSurge",
        .of = "node",
        .unreadable = ENDS,
        .all = "a DaemonSet rounds it so, and all nodes may have a second pod at once",
        .all_from = 2,
    };
    static const struct ro_lint_limit partition = {
        .name = "partition",
        .limit = "partition",
        .of = "node",
        .unreadable = ENDS,
        .none = "a DaemonSet rounds it so, and keeps no node at the old revision",
    };
    static const struct ro_lint_limit burst = {
        .name = "burstReplicas",
        .limit = "burstReplicas",
        .of = "node",
        .unreadable = "read as 0: it must be a whole percent",
        .none = "a DaemonSet rounds it so",
    };
    ro_lint_limit(l, &l->rolling, &partition);
    ro_lint_limit(l, &l->rolling, &surge);
    ro_lint_limit(l, &l->rolling, &unavailable);
    if (!d->native)
        ro_lint_limit(l, &l->spec, &burst);
#undef ENDS
}

/* A percentage is of what the last sync stored, which is nothing before the first one (D6). */
static void look_at_partition(struct ro_lint *l, const struct daemon *d)
{
    struct ro_at at = ro_at_member(&l->rolling, "partition");
    bool percent = d->spec.partition.kind == ROLLOUT_INTSTR_TEXT && !d->limits.partition_unusable &&
                   ro_lint_scaled(&d->spec.partition, ROLLOUT_ROUND_UP, 1) > 0;
    bool counts = (d->spec.flags & ROLLOUT_DAEMONSET_PARTITIONED_SCALING) || l->pods.count > 0;
    if (percent && d->stored == 0 && counts)
        RO_LINT(l, ROUNDS_TO_NONE, &at,
                "partition %.*s of status.desiredNumberScheduled 0 is 0: a DaemonSet takes it of what the last sync "
                "stored, so the next one keeps no node",
                (int)d->spec.partition.text.len, d->spec.partition.text.data);
    ro_lint_partition(l, &l->rolling, d->limits.partition, d->rolling, "node");
    struct ro_at scale = ro_at_object(&l->decoder, &l->spec, "scaleStrategy");
    struct ro_at scaling = ro_at_member(&scale, "partitionedScaling");
    if (!l->alpha && (d->spec.flags & ROLLOUT_DAEMONSET_PARTITIONED_SCALING) && !at.node)
        RO_LINT(l, IGNORED, &scaling, "partitionedScaling has no effect without a partition");
}

static void look_at_budget(struct ro_lint *l, const struct daemon *d)
{
    struct ro_at most = ro_at_member(&l->rolling, "maxUnavailable"), surge = ro_at_member(&l->rolling, "maxSurge");
    const struct ro_daemonset_limits *limits = &d->limits;
    if (limits->unavailable_unusable || limits->surge_unusable)
        return;
    bool takes = ro_lint_scaled(&d->spec.max_unavailable, ROLLOUT_ROUND_UP, 1) > 0;
    if (!limits->surges && !takes)
        RO_LINT(l, NO_BUDGET, most.node ? &most : &surge,
                "maxUnavailable and maxSurge are both 0: admission refuses it, and one pod is taken at a time");
    if (limits->surges && takes)
        RO_LINT(l, IGNORED, &most, "maxUnavailable has no effect beside maxSurge: admission refuses both");
    if (limits->surges && d->spec.pod_update_policy == ROLLOUT_POLICY_IN_PLACE_IF_POSSIBLE)
        RO_LINT(l, IN_PLACE_SURGES, &surge, "maxSurge with InPlaceIfPossible: no pod is updated in place");
}

static void look_at_burst(struct ro_lint *l, const struct daemon *d)
{
    struct ro_at at = ro_at_member(&l->spec, "burstReplicas");
    bool known = d->spec.burst_replicas.kind == ROLLOUT_INTSTR_INT || d->limits.burst_unusable || d->eligible > 0;
    if (!d->native && at.node && known && d->limits.burst <= 0)
        RO_LINT(l, CREATES_NOTHING, &at, "burstReplicas comes to 0: no pod is ever created or deleted");
}

static void look_at_nodes(struct ro_lint *l, const struct daemon *d)
{
    const struct rollout_selector *selector = &d->spec.node_selector;
    const struct rollout_nodes *nodes = &l->world->snapshot->nodes;
    struct ro_at at = ro_at_member(&l->rolling, "selector");
    struct rollout_error error = { .struct_size = sizeof(error) };
    uint32_t hint = 0;
    size_t i = 0;
    if (d->native || !(d->spec.flags & ROLLOUT_DAEMONSET_NODE_SELECTOR))
        return;
    if (rollout_selector_check(selector, &error) != ROLLOUT_OK) {
        RO_LINT(l, SELECTOR_UNUSABLE, &at, "every sync ends with an error before it updates a pod: %s", error.message);
        return;
    }
    const struct ro_abi_array array = { (const char *)nodes->items, nodes->count, nodes->stride, NULL };
    while (i < nodes->count && !ro_selector_match(selector, &ro_node_at(&array, i)->labels, &hint))
        i++;
    if (selector->match_labels.count == 0 && selector->requirement_count == 0)
        RO_LINT(l, MATCHES_ALL, &at, "an empty selector takes every node, as none does");
    else if (nodes->count > 0 && i == nodes->count)
        RO_LINT(l, UNREACHABLE, &at, "%s%zu node%s: no pod is updated",
                i == 1 ? "it does not match the " : "it matches none of the ", i, ro_lint_plural((int64_t)i));
}

static void look_at_words(struct ro_lint *l, const struct daemon *d)
{
    static const char *const types[] = { "RollingUpdate", "OnDelete", NULL };
    static const char *const hows[] = { "Standard", "InPlaceIfPossible", NULL };
    static const char *const alpha_hows[] = { "Standard", "InPlaceIfPossible", "Surging", NULL };
    static const char *const inner[] = { "rollingUpdateType", "maxUnavailable", "maxSurge", "selector",
                                         "partition",         "paused",         NULL };
    static const char *const own[] = { "rollingUpdateType", "selector", "partition", "paused", NULL };
    static const char *const scale[] = { "scaleStrategy", NULL };
    ro_lint_word(l, &l->strategy, "type", types, "OnDelete");
    if (l->alpha)
        ro_lint_misplaced(l, &l->spec, scale, "it is annotation daemonset.kruise.io/progressive-create-pod there");
    ro_lint_misplaced(l, &l->strategy, inner, "it belongs in rollingUpdate");
    if (d->native)
        ro_lint_misplaced(l, &l->rolling, own, "Kubernetes' own DaemonSet has no such setting");
    else
        ro_lint_word(l, &l->rolling, "rollingUpdateType", l->alpha ? alpha_hows : hows, "Standard");
}

static void look_at_hooks(struct ro_lint *l, const struct daemon *d)
{
    static const char *const others[] = { "preNormal", "inPlaceUpdate" };
    struct ro_at lifecycle = ro_at_object(&l->decoder, &l->spec, "lifecycle");
    if (d->native)
        return;
    for (size_t i = 0; i < 2; i++) {
        struct ro_at at = ro_at_member(&lifecycle, others[i]);
        if (at.node)
            RO_LINT(l, IGNORED, &at, "%s has no effect on a DaemonSet, which knows the hook preDelete alone",
                    others[i]);
    }
    ro_lint_hook(l, "preDelete", &d->spec.pre_delete, true);
}

int ro_lint_daemonset(struct ro_lint *l, const struct rollout_daemonset *set, struct rollout_error *reterr)
{
    struct daemon d = {
        .spec = *set,
        .status = *set->status,
        .stored = set->status->desired_number_scheduled,
        .native = set->flags & ROLLOUT_DAEMONSET_NATIVE,
        .rolls = set->update_type == ROLLOUT_UPDATE_ROLLING,
    };
    int r = count_nodes(l, &d, reterr);
    if (r != ROLLOUT_OK)
        return r;
    d.status.desired_number_scheduled = (int32_t)d.eligible; /* as the next sync stores it */
    d.spec.status = &d.status;
    d.limits = ro_daemonset_limits(&d.spec, d.eligible, d.native, !d.native);
    ro_lint_read_limits(l, build, &d);
    ro_lint_selector(l, &set->selector, set->flags & ROLLOUT_DAEMONSET_SELECTOR_INVALID);
    look_at_words(l, &d);
    look_at_numbers(l, &d);
    look_at_burst(l, &d);
    if (d.rolls) {
        look_at_partition(l, &d);
        look_at_budget(l, &d);
        ro_lint_paused(l, &l->rolling, "");
        look_at_nodes(l, &d);
    } else if (l->rolling.node) {
        RO_LINT(l, IGNORED, &l->rolling, "rollingUpdate has no effect: the type is not RollingUpdate");
    }
    look_at_hooks(l, &d);
    return ROLLOUT_OK;
}
