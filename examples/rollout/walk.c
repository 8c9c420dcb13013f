/* SPDX-License-Identifier: Apache-2.0 */
#include "walk.h"

#include <inttypes.h>

#include "kind.h"
#include "show.h"

static int64_t positive(int64_t n)
{
    return n > 0 ? n : 0;
}

static const char *pods_word(int64_t n)
{
    return n == 1 ? "pod" : "pods";
}

/* The plan's limit of that name; NULL where it has none. */
static const struct rollout_limit *limit_named(const struct rollout_plan *plan, const char *field)
{
    for (size_t i = 0; i < plan->limit_count; i++)
        if (str_is(plan->limits[i].field, field))
            return &plan->limits[i];
    return NULL;
}

static bool is_unordered(const struct rollout_world *world)
{
    return world->workload->statefulset && (world->workload->statefulset->flags & ROLLOUT_STATEFULSET_UNORDERED);
}

/* ---- places ---- */

/* The place that the verdict itself names; -1 = it names none. A DaemonSet's are of those that it replaces now. */
static int64_t named_place(const struct rollout_world *world, const struct rollout_verdict *verdict)
{
    if (world->workload->daemonset)
        return -1;
    switch (verdict->reason) {
    case ROLLOUT_REASON_UPDATE_IN_PLACE:
    case ROLLOUT_REASON_RECREATE:
    case ROLLOUT_REASON_BEHIND_STOPPED_POD:
        return verdict->a;
    case ROLLOUT_REASON_PARTITION_REACHED:
    case ROLLOUT_REASON_REPLICAS_REACHED:
        return world->workload->cloneset || world->workload->sidecarset || verdict->b ? verdict->b : -1;
    default:
        return -1;
    }
}

size_t walk_place(const struct rollout_world *world, const struct rollout_candidates *candidates,
                  const struct rollout_verdict *verdict)
{
    size_t place = 0;
    for (size_t i = 0; i < candidates->count && !place; i++) {
        const struct rollout_candidate *it = &candidates->items[i];
        bool same = verdict->subject_kind == ROLLOUT_SUBJECT_POD
                        ? it->pod == verdict->subject
                        : it->subject_kind == verdict->subject_kind && it->subject == verdict->subject;
        bool waits = it->standing == ROLLOUT_CANDIDATE_WAITING || it->standing == ROLLOUT_CANDIDATE_SELECTED;
        if (same && waits)
            place = i + 1;
    }
    int64_t named = named_place(world, verdict);
    return named < 0 || (uint64_t)named == place ? place : 0;
}

/* ---- maxUnavailable and maxSurge: 401, 402, 403 ---- */

/* CloneSet: a = unavailable + missing + taken, b = maxUnavailable + surplus. */
static void explain_unavailable(const struct rollout_world *world, const struct rollout_plan *plan,
                                const struct rollout_candidates *candidates, const struct rollout_verdict *v,
                                struct text *out)
{
    const struct rollout_limit *limit = limit_named(plan, "maxUnavailable");
    int64_t replicas = world->workload->cloneset->replicas.value;
    int64_t surplus = positive(candidates->counted - replicas), missing = positive(replicas - candidates->counted);
    bool target_only = v->reason == ROLLOUT_REASON_UPDATED_PODS_UNAVAILABLE, deletes = v->wants == ROLLOUT_OP_DELETE;
    int64_t unavailable = target_only ? candidates->unavailable_target : candidates->unavailable;
    int64_t rest = v->a - missing, taken = rest - unavailable;
    if (!limit || limit->count + surplus != v->b || rest < 0 || (!deletes && taken < 0))
        return;
    text_addf(out, "limit: %" PRId64 " = maxUnavailable %" PRId64 " + %" PRId64 " %s above replicas\n", v->b,
              limit->count, surplus, pods_word(surplus));
    text_addf(out, "used: %" PRId64 " = ", v->a);
    if (deletes) /* what scaling counts as unavailable cannot be told from what it deletes now */
        text_addf(out, "%" PRId64 " unavailable or deleted now", rest);
    else
        text_addf(out, "%" PRId64 " unavailable%s", unavailable, target_only ? " at the target" : "");
    text_addf(out, " + %" PRId64 " missing", missing);
    if (!deletes)
        text_addf(out, " + %" PRId64 " taken now", taken);
    text_adds(out, "\n");
}

/* StatefulSet and DaemonSet: a = what uses the limit already + taken, b = the limit. */
static void explain_budget(const struct rollout_plan *plan, const struct rollout_candidates *candidates,
                           const struct rollout_verdict *v, struct text *out)
{
    bool surge = v->reason == ROLLOUT_REASON_MAX_SURGE_REACHED;
    const char *field = surge ? "maxSurge" : "maxUnavailable";
    const struct rollout_limit *limit = limit_named(plan, field);
    if (!limit || limit->count != v->b || candidates->unavailable < 0 || v->a < candidates->unavailable)
        return;
    text_addf(out, "limit: %" PRId64 " = %s\n", v->b, field);
    text_addf(out, "used: %" PRId64 " = %" PRId64 " %s + %" PRId64 " %s now\n", v->a, candidates->unavailable,
              surge ? "with a new pod that is not available yet" : "unavailable or missing",
              v->a - candidates->unavailable, surge ? "created" : "taken");
}

/* ---- scaleStrategy.maxUnavailable: 404 ---- */

static int64_t creates_now(const struct rollout_plan *plan)
{
    int64_t created = 0;
    for (size_t i = 0; i < plan->action_count; i++) {
        const struct rollout_action *action = &plan->actions[i];
        int64_t pods = 1; /* where no count says otherwise */
        for (uint32_t j = 0; j < action->attr_count; j++)
            if (plan->attrs[action->attr_first + j].key == ROLLOUT_ATTR_COUNT)
                pods = plan->attrs[action->attr_first + j].value;
        created += action->op == ROLLOUT_OP_CREATE ? pods : 0;
    }
    return created;
}

/* a = unavailable + created now. */
static void explain_creates(const struct rollout_plan *plan, const struct rollout_verdict *v, struct text *out)
{
    int64_t created = creates_now(plan);
    if (created > v->a)
        return;
    text_addf(out, "limit: %" PRId64 " = scaleStrategy.maxUnavailable\n", v->b);
    text_addf(out, "used: %" PRId64 " = %" PRId64 " unavailable or on their way out + %" PRId64 " created now\n", v->a,
              v->a - created, created);
}

/* ---- partition and replicas: 405, 406, 411 ---- */

static void explain_replicas(const struct rollout_world *world, const struct rollout_plan *plan,
                             const struct rollout_candidates *candidates, struct text *out)
{
    const struct rollout_limit *limit = limit_named(plan, "partition");
    int64_t partition = limit ? limit->count : 0, replicas = kind_of(world->workload).replicas.value;
    if (partition > replicas)
        text_addf(out, "wanted: none updated, partition %" PRId64 " is more than replicas %" PRId64 "\n", partition,
                  replicas);
    else
        text_addf(out, "wanted: %" PRId64 " updated = replicas %" PRId64 " - partition %" PRId64 "\n",
                  replicas - partition, replicas, partition);
    text_addf(out, "there: %" PRId64 " updated, %" PRId64 " not updated\n", candidates->updated, candidates->old);
}

/* In ordinals' order the partition keeps the lowest ones, whatever their number. */
static void explain_rank(const struct rollout_candidates *candidates, const struct rollout_verdict *v, struct text *out)
{
    for (size_t i = 0; i < candidates->count; i++) {
        if (candidates->items[i].pod != v->subject)
            continue;
        size_t rank = candidates->count - 1 - i;
        if ((int64_t)rank < v->a)
            text_addf(out, "kept: the %" PRId64 " lowest ordinals; %zu %s lower than this one\n", v->a, rank,
                      rank == 1 ? "is" : "are");
        return;
    }
}

/* Of a pod; what partitioned scaling leaves without one is counted otherwise. */
static void explain_nodes(const struct rollout_plan *plan, const struct rollout_candidates *candidates,
                          const struct rollout_verdict *v, struct text *out)
{
    const struct rollout_limit *limit = limit_named(plan, "partition");
    int64_t empty = (int64_t)candidates->count - candidates->updated - candidates->old;
    int64_t out_of_list = candidates->counted - (int64_t)candidates->count;
    if (!limit || limit->count != v->a || v->subject_kind != ROLLOUT_SUBJECT_POD)
        return;
    if (limit->count > candidates->counted)
        text_addf(out, "wanted: none, partition %" PRId64 " is more than the %" PRId64 " nodes\n", limit->count,
                  candidates->counted);
    else
        text_addf(out, "wanted: %" PRId64 " nodes updated = %" PRId64 " nodes - partition %" PRId64 "\n",
                  candidates->counted - limit->count, candidates->counted, limit->count);
    text_addf(out, "there: %" PRId64 " updated, %" PRId64 " without a pod, %" PRId64 " not updated",
              candidates->updated, empty, candidates->old);
    if (out_of_list)
        text_addf(out, ", %" PRId64 " that the selector leaves out", out_of_list);
    text_adds(out, "\n");
}

/* A SidecarSet's partition is taken from those that wait, whatever the number of updated ones. */
static void explain_waiting(const struct rollout_candidates *candidates, const struct rollout_verdict *v,
                            struct text *out)
{
    text_addf(out, "wanted: the first %zu of %zu that wait = %zu waiting - partition %" PRId64 "\n", candidates->within,
              candidates->count, candidates->count, v->a);
    text_addf(out, "there: %" PRId64 " matched, %" PRId64 " updated, %" PRId64 " neither updated nor waiting\n",
              candidates->counted, candidates->updated,
              candidates->counted - candidates->updated - (int64_t)candidates->count);
}

void walk_explain(const struct rollout_world *world, const struct rollout_plan *plan,
                  const struct rollout_candidates *candidates, const struct rollout_verdict *v, struct text *out)
{
    switch (v->reason) {
    case ROLLOUT_REASON_MAX_UNAVAILABLE_REACHED:
    case ROLLOUT_REASON_UPDATED_PODS_UNAVAILABLE:
        if (world->workload->cloneset)
            explain_unavailable(world, plan, candidates, v, out);
        else
            explain_budget(plan, candidates, v, out);
        break;
    case ROLLOUT_REASON_MAX_SURGE_REACHED:
        if (world->workload->daemonset)
            explain_budget(plan, candidates, v, out);
        break;
    case ROLLOUT_REASON_SCALE_MAX_UNAVAILABLE_REACHED:
        explain_creates(plan, v, out);
        break;
    case ROLLOUT_REASON_PARTITION_REACHED:
    case ROLLOUT_REASON_REPLICAS_REACHED:
    case ROLLOUT_REASON_ROLLBACK_OFF:
        if (world->workload->sidecarset)
            explain_waiting(candidates, v, out);
        else if (world->workload->daemonset)
            explain_nodes(plan, candidates, v, out);
        else if (world->workload->cloneset || is_unordered(world))
            explain_replicas(world, plan, candidates, out);
        else
            explain_rank(candidates, v, out);
        break;
    default:
        break;
    }
}
