/* SPDX-License-Identifier: Apache-2.0 */
/* Deployments. Source: deployment.md 3 to 9, 12, 14. */
#include "base/str.h"
#include "planners/deployment_pass.h"
#include "rules/availability.h"
#include "sim/kinds.h"

static struct rollout_str name(const struct ro_cluster *c)
{
    return c->workload.deployment->name;
}

/* In a small world there is no clock, hence no deadline; it decides nothing but what the status says. */
static void prepare(struct ro_cluster *c)
{
    if (c->fixed_names)
        c->specs.deployment.progress_deadline_seconds.set = 0;
}

static bool available(const struct ro_cluster *c, uint32_t pod)
{
    return ro_ready_for(&c->pods[pod], ro_set_min_ready_seconds(c, pod), c->snapshot.now_ms);
}

/* ---- how far it is ---- */

/* Pods that may be updated, by OpenKruise Rollouts' partition. */
static int64_t updatable(const struct rollout_deployment *spec, const struct ro_deployment_limits *limits)
{
    int64_t count = spec->flags & ROLLOUT_DEPLOYMENT_ADVANCED ? ro_deployment_updatable(spec) : limits->replicas;
    return count < 0 ? 0 : count;
}

static void measure(const struct ro_cluster *c, struct ro_measure *ret)
{
    const struct rollout_deployment *spec = c->workload.deployment;
    struct ro_deployment_limits limits = ro_deployment_limits(spec);
    ret->wanted = limits.replicas;
    ret->max_unavailable = limits.unavailable;
    ret->max_surge = limits.surge;
    ret->partition = limits.replicas - updatable(spec, &limits);
}

static bool is_paused(const struct rollout_deployment *spec)
{
    return spec->flags &
           (spec->flags & ROLLOUT_DEPLOYMENT_ADVANCED ? ROLLOUT_DEPLOYMENT_ADVANCED_PAUSED : ROLLOUT_DEPLOYMENT_PAUSED);
}

/* The oldest one of the template that is asked for; ROLLOUT_NONE. */
static uint32_t find_new(const struct ro_cluster *c)
{
    uint32_t found = ROLLOUT_NONE;
    for (uint32_t i = 0; i < c->sets.count; i++) {
        const struct rollout_replica_set_facts *s = &c->sets.items[i];
        if (c->sets.hidden[i].gone || c->sets.hidden[i].template != c->snapshot.update_revision)
            continue;
        const struct rollout_replica_set_facts *best = found == ROLLOUT_NONE ? NULL : &c->sets.items[found];
        if (!best || s->created_ms < best->created_ms ||
            (s->created_ms == best->created_ms && ro_str_cmp(s->name, best->name) < 0))
            found = i;
    }
    return found;
}

static bool history_is_long(const struct rollout_deployment *spec, int64_t old_sets)
{
    const struct rollout_opt *limit = &spec->revision_history_limit;
    return !(spec->flags & ROLLOUT_DEPLOYMENT_ADVANCED) && limit->set && old_sets > limit->value;
}

/* The new ReplicaSet has all that it may have, the others what is left for them, and each the pods that it wants. While it
 * is paused that is all; else the new pods are available, and the history is no longer than it may be. */
static bool done(const struct ro_cluster *c, const struct ro_measure *now)
{
    const struct rollout_deployment *spec = c->workload.deployment;
    const struct rollout_str *back = ro_labels_get(&spec->annotations, RO_STR(ROLL_BACK_TO));
    uint32_t fresh = find_new(c);
    int64_t old = 0, old_sets = 0, ready = 0;
    if (spec->flags & (ROLLOUT_DEPLOYMENT_DELETING | ROLLOUT_DEPLOYMENT_SELECTOR_INVALID))
        return true;
    ro_sets_count(c);
    for (uint32_t i = 0; i < c->sets.count; i++) {
        if (c->sets.hidden[i].gone)
            continue;
        if (c->sets.hidden[i].active != c->sets.items[i].replicas)
            return false;
        old += i == fresh ? 0 : c->sets.items[i].replicas;
        old_sets += i != fresh && !(c->sets.items[i].flags & ROLLOUT_REPLICA_SET_TERMINATING);
    }
    if (is_paused(spec))
        return true;
    if (fresh == ROLLOUT_NONE || (back && back->len && !(spec->flags & ROLLOUT_DEPLOYMENT_ADVANCED)))
        return false;
    for (uint32_t i = 0; i < c->pod_count; i++)
        ready += c->pods[i].replica_set == fresh + 1 && ro_kind_available(c, i);
    int64_t size = c->sets.items[fresh].replicas, least = now->wanted - now->partition;
    return size >= least && size + old == now->wanted && ready >= size && !history_is_long(spec, old_sets);
}

/* ---- the promise ---- */

/* Sizes before and after the pass, and of the pods that serve those that the sizes leave. */
struct sizes {
    int64_t was, is, old_was, old_is, new_was, new_is;
    int64_t served_before, served_after;
};

static int64_t least(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

/* Available pods are as the plan found them. A ReplicaSet deletes first whoever is not. */
static struct sizes look(const struct ro_cluster *c)
{
    struct sizes ret = { 0 };
    uint32_t fresh = find_new(c);
    for (uint32_t i = 0; i < c->sets.count; i++) {
        int64_t was = c->sets.hidden[i].was, is = c->sets.hidden[i].gone ? 0 : c->sets.items[i].replicas;
        int64_t serve = c->sets.items[i].available_replicas;
        ret.was += was;
        ret.is += is;
        ret.old_was += i == fresh ? 0 : was;
        ret.old_is += i == fresh ? 0 : is;
        ret.new_was += i == fresh ? was : 0;
        ret.new_is += i == fresh ? is : 0;
        ret.served_before += least(serve, was);
        ret.served_after += least(least(serve, was), is);
    }
    return ret;
}

static bool old_pods_there(const struct ro_cluster *c, const struct ro_deeds *d)
{
    for (size_t i = 0; i < d->pod_count; i++) {
        const struct rollout_pod *p = &d->pods[i];
        bool ended = p->phase == ROLLOUT_PHASE_FAILED || p->phase == ROLLOUT_PHASE_SUCCEEDED;
        if (!(d->hidden[i].flags & RO_SIM_GONE) && p->replica_set && !ended && !(p->flags & ROLLOUT_POD_NOT_SELECTED) &&
            d->hidden[i].target != c->snapshot.update_revision)
            return true;
    }
    return false;
}

static const char *partition_promise(const struct ro_measure *m, const struct sizes *s, uint32_t row)
{
    int64_t limit = m->wanted - m->partition, largest = s->new_is > limit ? s->new_is : limit;
    bool shrinks = s->old_is < s->old_was && s->old_is < m->wanted - largest;
    if (s->new_is > s->new_was && s->new_is > limit && s->old_was > 0)
        return "the partition is not kept: more pods are updated";
    return shrinks && row == ROLL_ROLLING ? "the partition is not kept: fewer old pods stay" : NULL;
}

static const char *promise(const struct ro_cluster *c, const struct ro_deeds *d)
{
    const struct rollout_deployment *spec = c->workload.deployment;
    const struct ro_measure *m = &d->before;
    uint32_t row = d->plan->stopped_at;
    struct sizes s = look(c);
    for (size_t i = 0; i < c->sets.count; i++)
        if (c->sets.hidden[i].gone && (c->sets.items[i].replicas > 0 || c->sets.items[i].status_replicas > 0))
            return "a ReplicaSet is deleted that has pods, or is to have some";
    if (s.is > s.was && s.is > m->wanted + m->max_surge)
        return "more pods are asked for than replicas and maxSurge";
    if (row == ROLL_ROLLING && s.served_after < least(m->wanted - m->max_unavailable, s.served_before))
        return "the plan takes more pods from service than maxUnavailable";
    if (row == ROLL_RECREATE && s.new_is > s.new_was && old_pods_there(c, d))
        return "new pods are asked for while there are old ones";
    for (size_t i = 0; i < d->plan->action_count && is_paused(spec); i++)
        if (d->plan->actions[i].op == ROLLOUT_OP_CREATE_REPLICA_SET)
            return "a ReplicaSet is created while it is paused";
    if (is_paused(spec) && s.old_is < s.old_was && s.new_is > s.new_was)
        return "old pods make room for new ones while it is paused";
    return spec->flags & ROLLOUT_DEPLOYMENT_ADVANCED ? partition_promise(m, &s, row) : NULL;
}

/* ---- the status ---- */

static void status(struct ro_cluster *c, const struct rollout_node *node)
{
    struct rollout_deployment_status *s = &c->specs.deployment_status;
    s->struct_size = sizeof *s;
    s->replicas = ro_status_number(node, "replicas");
    s->observed_generation = ro_status_number(node, "observedGeneration");
    s->updated_replicas = ro_status_number(node, "updatedReplicas");
    s->ready_replicas = ro_status_number(node, "readyReplicas");
    s->available_replicas = ro_status_number(node, "availableReplicas");
    s->unavailable_replicas = ro_status_number(node, "unavailableReplicas");
    s->collision_count = ro_status_opt(node, "collisionCount");
}

/* ---- small worlds: of the status a plan goes by whether the rollout was complete, and by its number of pods where a
 * ReplicaSet does not say how many there were ---- */

static int64_t replicas_of(const struct ro_cluster *c)
{
    return c->workload.deployment->replicas.set ? c->workload.deployment->replicas.value : 1;
}

static bool is_complete(const struct ro_cluster *c)
{
    const struct rollout_deployment_status *s = &c->specs.deployment_status;
    int64_t replicas = replicas_of(c);
    return s->updated_replicas == replicas && s->replicas == replicas && s->available_replicas == replicas &&
           s->observed_generation >= c->workload.deployment->generation;
}

static bool needs_base(const struct ro_cluster *c)
{
    bool needs = false;
    for (size_t i = 0; i < c->sets.count; i++) {
        const struct rollout_str *most = ro_labels_get(&c->sets.items[i].annotations, RO_STR(ROLL_MAX));
        bool number = most && most->len && most->data[0] >= '1' && most->data[0] <= '9';
        needs = needs || (c->sets.items[i].replicas > 0 && !c->sets.hidden[i].gone && !number);
    }
    return needs;
}

static void remember(const struct ro_cluster *c, int32_t ret[RO_KIND_MEMORY])
{
    ret[0] = (int32_t)c->snapshot.update_revision; /* a rollback changes it */
    ret[1] = is_complete(c) | (needs_base(c) ? (int32_t)((uint32_t)c->specs.deployment_status.replicas << 1) : 0);
    ret[2] = (int32_t)c->sets.annotations;
}

static void recall(struct ro_cluster *c, const int32_t memory[RO_KIND_MEMORY])
{
    struct rollout_deployment_status *s = &c->specs.deployment_status;
    bool complete = memory[1] & 1;
    c->snapshot.current_revision = 0;
    c->snapshot.update_revision = (uint32_t)memory[0];
    s->observed_generation = c->specs.deployment.generation - !complete;
    s->replicas = complete ? (int32_t)replicas_of(c) : (memory[1] & ~1) / 2;
    s->updated_replicas = s->available_replicas = complete ? s->replicas : 0;
    s->ready_replicas = s->unavailable_replicas = 0;
    s->condition_count = 0;
    ro_sets_set_annotations(c, ROLLOUT_NONE, (uint32_t)memory[2]);
}

/* Another spec is loaded: what it asks for is its own, and what the controllers wrote into its annotations is live. */
void ro_sets_adopt(struct ro_cluster *c, int32_t memory[RO_KIND_MEMORY])
{
    memory[0] = (int32_t)c->snapshot.update_revision;
    memory[1] &= ~1;
    ro_sets_keep_own(c, (uint32_t)memory[2]);
    memory[2] = (int32_t)c->sets.annotations;
}

const struct ro_kind_lines ro_kind_deployment = {
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
