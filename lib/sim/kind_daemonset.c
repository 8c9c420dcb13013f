/* SPDX-License-Identifier: Apache-2.0 */
/* DaemonSets, OpenKruise's and Kubernetes' own. Source: daemonset.md 2, 4, 7, 10, 12. */
#include <string.h>

#include "base/str.h"
#include "planners/daemonset_limits.h"
#include "rules/availability.h"
#include "rules/selector.h"
#include "sim/kinds.h"

static struct rollout_str name(const struct ro_cluster *c)
{
    return c->workload.daemonset->name;
}

static bool native(const struct ro_cluster *c)
{
    return c->specs.daemonset.flags & ROLLOUT_DAEMONSET_NATIVE;
}

static void prepare(struct ro_cluster *c)
{
    struct rollout_daemonset *spec = &c->specs.daemonset;
    if (c->fixed_names)
        spec->revision_history_limit = (struct rollout_opt){ 1, INT32_MAX };
    if (c->recreates)
        spec->pod_update_policy = ROLLOUT_POLICY_RECREATE;
    if (spec->pre_delete.set) {
        c->hooks.set = 1;
        c->hooks.pre_delete = spec->pre_delete;
    }
    if (ro_kind_find_nodes(c) != ROLLOUT_OK)
        c->texts.failed = true;
}

static bool is_available(const struct ro_cluster *c, const struct rollout_pod *p)
{
    bool gate = native(c) || !(p->flags & ROLLOUT_POD_IN_PLACE_GATE) || ro_gate_open(p);
    return gate && ro_ready_for(p, c->specs.daemonset.min_ready_seconds, c->snapshot.now_ms);
}

static bool available(const struct ro_cluster *c, uint32_t pod)
{
    return is_available(c, &c->pods[pod]);
}

/* What each node has, in one walk over the pods. */
static const struct ro_node_tally *count(const struct ro_cluster *c)
{
    memset(c->tallies, 0, c->node_count * sizeof *c->tallies);
    for (uint32_t i = 0; i < c->pod_count; i++) {
        uint32_t node = c->pods[i].node_index;
        if (!node || !ro_kind_active(c, i))
            continue;
        struct ro_node_tally *t = &c->tallies[node - 1];
        bool ready = available(c, i), updated = ro_kind_updated(c, i);
        t->active++;
        t->available += ready;
        t->updated += updated;
        t->updated_available += updated && ready;
        t->old_available += !updated && ready;
    }
    return c->tallies;
}

static void measure(const struct ro_cluster *c, struct ro_measure *ret)
{
    const struct ro_node_tally *tallies = count(c);
    int64_t eligible = 0, live = 0;
    ret->served = 0;
    for (size_t n = 0; n < c->node_count; n++) {
        eligible += c->eligible[n] != 0;
        live += c->eligible[n] && !c->node_facts[n].lost;
        ret->served += c->eligible[n] && tallies[n].available > 0;
    }
    struct ro_daemonset_limits limits = ro_daemonset_limits(&c->specs.daemonset, eligible, native(c), !native(c));
    ret->wanted = live;
    ret->partition = limits.partition > 0 ? limits.partition : 0;
    ret->max_unavailable = limits.max_unavailable;
    ret->max_surge = limits.max_surge;
}

static bool rolls(const struct rollout_daemonset *spec)
{
    return spec->update_type == ROLLOUT_UPDATE_ROLLING && !(spec->flags & ROLLOUT_DAEMONSET_PAUSED);
}

static bool done(const struct ro_cluster *c, const struct ro_measure *now)
{
    const struct rollout_daemonset *spec = &c->specs.daemonset;
    int64_t nodes = 0, missing = 0, updated = 0, choosable = 0;
    if (spec->flags & (ROLLOUT_DAEMONSET_DELETING | ROLLOUT_DAEMONSET_SELECTOR_INVALID))
        return true;
    const struct ro_node_tally *tallies = count(c);
    for (size_t n = 0; n < c->node_count; n++) {
        uint32_t hint = 0;
        if (!c->eligible[n] || c->node_facts[n].lost)
            continue;
        struct ro_node_tally t = tallies[n];
        nodes++;
        missing += t.active == 0;
        if (t.active > 1 || (t.updated > 0 && t.updated_available == 0))
            return false;
        updated += t.updated > 0;
        choosable += t.updated > 0 || !(spec->flags & ROLLOUT_DAEMONSET_NODE_SELECTOR) ||
                     ro_selector_match(&spec->node_selector, &c->nodes[n].labels, &hint);
    }
    if (missing > 0 && (!(spec->flags & ROLLOUT_DAEMONSET_PARTITIONED_SCALING) || missing > now->partition))
        return false;
    int64_t expected = nodes - now->partition < choosable ? nodes - now->partition : choosable;
    return !rolls(spec) || updated >= expected;
}

/* A pod that takes part: whatever its phase, but not one that goes, or prepares to. */
static bool counts(const struct ro_deeds *d, size_t i)
{
    return !(d->hidden[i].flags & RO_SIM_GONE) && !(d->pods[i].flags & ROLLOUT_POD_TERMINATING) &&
           d->pods[i].lifecycle_state != ROLLOUT_STATE_PREPARING_DELETE;
}

/* What each node had before the pass. */
static void count_before(const struct ro_cluster *c, const struct ro_deeds *d)
{
    memset(c->tallies, 0, c->node_count * sizeof *c->tallies);
    for (size_t i = 0; i < d->pod_count; i++) {
        uint32_t node = d->pods[i].node_index;
        if (!node || !counts(d, i))
            continue;
        bool updated = d->hidden[i].target == c->snapshot.update_revision, ready = is_available(c, &d->pods[i]);
        c->tallies[node - 1].active++;
        c->tallies[node - 1].updated += updated;
        c->tallies[node - 1].updated_available += updated && ready;
        c->tallies[node - 1].old_available += !updated && ready;
    }
}

/* OpenKruise counts what is on its way: nodes without a pod, or with a new one that is not available. An old pod that is
 * unavailable neither counts nor costs anything, and what the partition keeps is not looked at (daemonset.md 10.3, 10.4,
 * D1). Kubernetes counts all. */
static bool keeps_budget(const struct ro_cluster *c, const struct ro_deeds *d)
{
    const struct ro_measure *m = &d->before, *n = &d->after;
    int64_t taken = 0, going = 0;
    if (native(c))
        return n->served >= m->served || n->served >= m->wanted - m->max_unavailable;
    for (size_t i = 0; i < c->node_count; i++) {
        const struct ro_node_tally *t = &c->tallies[i];
        going += c->eligible[i] && (t->active == 0 || (t->updated == t->active && t->updated_available == 0));
    }
    for (size_t i = 0; i < d->plan->action_count; i++) {
        const struct rollout_action *a = &d->plan->actions[i];
        taken += a->subject_kind == ROLLOUT_SUBJECT_POD && ro_deed_updates(a) && counts(d, a->subject) &&
                 is_available(c, &d->pods[a->subject]);
    }
    return taken == 0 || going + taken <= m->max_unavailable;
}

/* A second pod beside an old one that is unavailable costs nothing; beside one that is available it counts until it is
 * available itself (10.5). */
static bool keeps_surge(const struct ro_cluster *c, const struct ro_deeds *d)
{
    int64_t surging = 0, created = 0;
    for (size_t i = 0; i < c->node_count; i++)
        surging += c->tallies[i].updated > 0 && c->tallies[i].updated_available == 0 &&
                   c->tallies[i].active > c->tallies[i].updated;
    for (size_t i = 0; i < d->plan->action_count; i++) {
        const struct rollout_action *a = &d->plan->actions[i];
        created += a->op == ROLLOUT_OP_CREATE && a->subject_kind == ROLLOUT_SUBJECT_NODE &&
                   c->tallies[a->subject].old_available > 0;
    }
    return created == 0 || surging + created <= d->before.max_surge;
}

/* Of all nodes that have pods or should have, the partition leaves so many as they are (10.3). */
static bool keeps_partition(const struct ro_cluster *c, const struct ro_deeds *d, int64_t moved)
{
    int64_t members = 0, begun = 0;
    for (size_t i = 0; i < c->node_count; i++) {
        members += c->eligible[i] || c->tallies[i].active > 0;
        begun += c->tallies[i].updated > 0;
    }
    return d->before.partition == 0 || begun + moved <= members - d->before.partition;
}

/* An old pod that is available goes only where a new one is. */
static bool keeps_serving(const struct ro_cluster *c, const struct ro_deeds *d, size_t pod)
{
    uint32_t node = d->pods[pod].node_index;
    return !node || !is_available(c, &d->pods[pod]) || c->tallies[node - 1].updated_available > 0;
}

static const char *promise(const struct ro_cluster *c, const struct ro_deeds *d)
{
    const struct rollout_daemonset *spec = &c->specs.daemonset;
    const struct ro_measure *m = &d->before;
    int64_t moved = 0;
    for (size_t i = 0; i < d->plan->action_count; i++)
        moved += d->plan->actions[i].subject_kind == ROLLOUT_SUBJECT_POD && ro_deed_updates(&d->plan->actions[i]);
    if (moved > 0 && !rolls(spec))
        return "a pod is updated though updates are paused or left to deletion";
    count_before(c, d);
    for (size_t i = 0; i < d->plan->action_count; i++) {
        const struct rollout_action *a = &d->plan->actions[i];
        const struct ro_node_tally *t = &c->tallies[a->subject_kind == ROLLOUT_SUBJECT_NODE ? a->subject : 0];
        if (a->op == ROLLOUT_OP_CREATE && t->active > (m->max_surge > 0))
            return m->max_surge > 0 ? "more than two pods on a node" : "a second pod on a node, without maxSurge";
        if (a->reason == ROLLOUT_REASON_DELETE_SURGE_DONE && a->subject_kind == ROLLOUT_SUBJECT_POD &&
            !keeps_serving(c, d, a->subject))
            return "an old pod that serves is deleted before its partner is available";
    }
    if (moved > 0 && !keeps_partition(c, d, moved))
        return "the partition is not kept";
    if (moved > 0 && m->max_surge == 0 && !keeps_budget(c, d))
        return "the plan takes more pods from service than maxUnavailable";
    if (m->max_surge > 0 && !keeps_surge(c, d))
        return "more nodes with a second pod than maxSurge";
    return NULL;
}

static void status(struct ro_cluster *c, const struct rollout_node *node)
{
    struct rollout_daemonset_status *s = &c->specs.daemonset_status;
    s->struct_size = sizeof *s;
    s->collision_count = ro_status_opt(node, "collisionCount");
    s->observed_generation = ro_status_number(node, "observedGeneration");
    s->current_number_scheduled = ro_status_number(node, "currentNumberScheduled");
    s->number_misscheduled = ro_status_number(node, "numberMisscheduled");
    s->desired_number_scheduled = ro_status_number(node, "desiredNumberScheduled");
    s->number_ready = ro_status_number(node, "numberReady");
    s->updated_number_scheduled = ro_status_number(node, "updatedNumberScheduled");
    s->number_available = ro_status_number(node, "numberAvailable");
    s->number_unavailable = ro_status_number(node, "numberUnavailable");
    s->update_revision =
        ro_status_text(c, node,
                       s->update_revision.data && !ro_status_text(c, node, "updateRevision").data ? "daemonSetHash"
                                                                                                  : "updateRevision");
}

/* Percentages of partition and burst are of the stored number of nodes. */
static void remember(const struct ro_cluster *c, int32_t ret[RO_KIND_MEMORY])
{
    ret[1] = c->specs.daemonset_status.desired_number_scheduled;
}

static void recall(struct ro_cluster *c, const int32_t memory[RO_KIND_MEMORY])
{
    c->specs.daemonset_status.desired_number_scheduled = memory[1];
}

const struct ro_kind_lines ro_kind_daemonset = {
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
    .interchangeable = false,
};
