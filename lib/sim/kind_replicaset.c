/* SPDX-License-Identifier: Apache-2.0 */
/* ReplicaSets. Source: deployment.md 10, 11. */
#include "base/str.h"
#include "planners/replicaset_pass.h"
#include "rules/availability.h"
#include "sim/kinds.h"

static struct rollout_str name(const struct ro_cluster *c)
{
    return c->workload.replicaset->name;
}

/* A new pod is as the template says, or like one that is there. */
static void prepare(struct ro_cluster *c)
{
    c->template = ro_arena_alloc(&c->arena, 1, sizeof *c->template);
    if (!c->template)
        c->texts.failed = true;
}

static bool available(const struct ro_cluster *c, uint32_t pod)
{
    return ro_ready_for(&c->pods[pod], c->workload.replicaset->min_ready_seconds, c->snapshot.now_ms);
}

static int64_t wanted(const struct rollout_replicaset *spec)
{
    return spec->replicas.set ? spec->replicas.value : 1;
}

static void measure(const struct ro_cluster *c, struct ro_measure *ret)
{
    ret->wanted = wanted(c->workload.replicaset);
}

static bool done(const struct ro_cluster *c, const struct ro_measure *now)
{
    if (c->workload.replicaset->flags & (ROLLOUT_REPLICASET_DELETING | ROLLOUT_REPLICASET_SELECTOR_INVALID))
        return true;
    return now->total == now->wanted && now->available == now->wanted;
}

/* Never more than the difference, nor more than a burst at a time; of pods that are ready none goes while one that is not
 * stays. */
static const char *promise(const struct ro_cluster *c, const struct ro_deeds *d)
{
    const struct rollout_replicaset *spec = c->workload.replicaset;
    int64_t missing = d->before.wanted - d->before.total, created = 0, deleted = 0, ready_taken = 0, unready_kept = 0;
    for (uint32_t i = 0; i < d->pod_count; i++)
        unready_kept += !(d->hidden[i].flags & RO_SIM_GONE) && ro_kind_counts(&d->pods[i]) && ro_active(&d->pods[i]) &&
                        !(d->pods[i].flags & ROLLOUT_POD_READY);
    for (size_t i = 0; i < d->plan->action_count; i++) {
        const struct rollout_action *a = &d->plan->actions[i];
        created += a->op == ROLLOUT_OP_CREATE ? (int64_t)ro_cluster_writes(d->plan, i) : 0;
        if (a->op != ROLLOUT_OP_DELETE)
            continue;
        if (!ro_kind_counts(&d->pods[a->subject]) || !ro_active(&d->pods[a->subject]))
            return "a pod is deleted that is not its own, or on its way";
        bool ready = d->pods[a->subject].flags & ROLLOUT_POD_READY;
        deleted++;
        ready_taken += ready;
        unready_kept -= !ready;
    }
    if (created + deleted > 0 && (spec->flags & ROLLOUT_REPLICASET_DELETING))
        return "pods are created or deleted though it is being deleted";
    if (created > REPLICASET_BURST || deleted > REPLICASET_BURST)
        return "more than a burst at a time";
    if (created > (missing > 0 ? missing : 0))
        return "more pods are created than are missing";
    if (deleted > (missing < 0 ? -missing : 0))
        return "more pods are deleted than are too many";
    if (ready_taken > 0 && unready_kept > 0)
        return "a pod that is ready is deleted while one that is not stays";
    return NULL;
}

static void status(struct ro_cluster *c, const struct rollout_node *node)
{
    struct rollout_replicaset_status *s = &c->specs.replicaset_status;
    s->struct_size = sizeof *s;
    s->observed_generation = ro_status_number(node, "observedGeneration");
    s->replicas = ro_status_number(node, "replicas");
    s->fully_labeled_replicas = ro_status_number(node, "fullyLabeledReplicas");
    s->ready_replicas = ro_status_number(node, "readyReplicas");
    s->available_replicas = ro_status_number(node, "availableReplicas");
}

/* Its status decides nothing. */
static void remember(const struct ro_cluster *c, int32_t ret[RO_KIND_MEMORY])
{
    (void)c;
    (void)ret;
}

static void recall(struct ro_cluster *c, const int32_t memory[RO_KIND_MEMORY])
{
    (void)c;
    (void)memory;
}

const struct ro_kind_lines ro_kind_replicaset = {
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
