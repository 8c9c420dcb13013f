/* SPDX-License-Identifier: Apache-2.0 */
/* What a ReplicaSet's own controller does. Source: deployment.md 11. */
#include "base/error.h"
#include "base/str.h"
#include "planners/replicaset_pass.h"
#include "sim/deed.h"
#include "sim/kinds.h"
#include "sim/revisions.h"

static bool owns(const struct ro_cluster *c, uint32_t pod)
{
    return c->pods[pod].replica_set && ro_kind_active(c, pod) && !(c->pods[pod].flags & ROLLOUT_POD_NOT_SELECTED);
}

void ro_sets_count(const struct ro_cluster *c)
{
    for (size_t i = 0; i < c->sets.count; i++)
        c->sets.hidden[i].active = 0;
    for (uint32_t i = 0; i < c->pod_count; i++)
        if (owns(c, i))
            c->sets.hidden[c->pods[i].replica_set - 1].active++;
}

static bool touch(struct ro_cluster *c, uint32_t pod)
{
    if (!c->sets.touched)
        c->sets.touched = ro_arena_alloc(&c->arena, REPLICASET_BURST, sizeof *c->sets.touched);
    if (!c->sets.touched)
        return false;
    c->sets.touched[c->sets.touched_count++] = pod;
    return true;
}

/* ---- new pods ---- */

/* The spec of the ReplicaSet as its own planner reads it. */
static struct rollout_replicaset spec_of(const struct ro_cluster *c, uint32_t set)
{
    const struct rollout_replica_set_facts *facts = &c->sets.items[set];
    return (struct rollout_replicaset){ .struct_size = sizeof(struct rollout_replicaset),
                                        .flags = ROLLOUT_REPLICASET_CONTROLLED,
                                        .namespace_ = c->specs.deployment.namespace_,
                                        .name = facts->name,
                                        .selector = facts->selector,
                                        .generation = facts->generation,
                                        .replicas = { 1, facts->replicas },
                                        .min_ready_seconds = facts->min_ready_seconds };
}

/* The pod that its object gives; without one: like a pod that is there. */
static int learn_template(struct ro_cluster *c, uint32_t set, struct ro_sim_template *ret)
{
    const struct rollout_attr attr = { .key = ROLLOUT_ATTR_COUNT, .value = 1 };
    const struct rollout_action create = { .op = ROLLOUT_OP_CREATE,
                                           .subject_kind = ROLLOUT_SUBJECT_WORKLOAD,
                                           .attr_count = 1 };
    const struct rollout_plan plan = {
        .struct_size = sizeof plan, .actions = &create, .action_count = 1, .attrs = &attr, .attr_count = 1
    };
    if (!c->sets.objects[set].count) {
        ro_revisions_copy(c, c->sets.hidden[set].template, ret);
        return ROLLOUT_OK;
    }
    struct rollout_replicaset spec = spec_of(c, set);
    struct rollout_workload workload = { .struct_size = sizeof workload, .replicaset = &spec };
    struct rollout_snapshot snapshot = { .struct_size = sizeof snapshot, .now_ms = c->snapshot.now_ms };
    const struct rollout_world world = { .struct_size = sizeof world,
                                         .workload = &workload,
                                         .snapshot = &snapshot,
                                         .api_version = RO_STR("apps/v1"),
                                         .kind = RO_STR("ReplicaSet"),
                                         .workload_object = c->sets.objects[set] };
    struct rollout_objects *objects = NULL;
    int r = rollout_apply(&world, &plan, 0, NULL, &objects, c->reterr);
    if (r == ROLLOUT_OK)
        r = ro_revisions_like(c, &objects->items[0], ret);
    rollout_objects_free(objects);
    return r;
}

static int create(struct ro_cluster *c, uint32_t set, uint32_t count)
{
    struct ro_sim_template *template = &c->templates[c->sets.hidden[set].template - 1];
    const struct rollout_str *hash =
        ro_labels_get(&c->sets.items[set].selector.match_labels, RO_STR("pod-template-hash"));
    int r = template->known ? ROLLOUT_OK : learn_template(c, set, template);
    template->known = r == ROLLOUT_OK;
    for (uint32_t i = 0; i < count && r == ROLLOUT_OK; i++) {
        if (c->pod_count >= RO_CLUSTER_PODS)
            return ro_error(c->reterr, ROLLOUT_ERR_INVALID, "pods", "pods: more than the %d that can be played with",
                            RO_CLUSTER_PODS);
        uint32_t pod = ro_cluster_add_pod(c);
        if (pod == ROLLOUT_NONE || !touch(c, pod))
            return ro_error_nomem(c->reterr);
        struct rollout_pod *p = &c->pods[pod];
        struct ro_sim_pod *h = &c->hidden[pod];
        *p = template->pod;
        p->phase = ROLLOUT_PHASE_PENDING;
        p->replica_set = set + 1;
        p->created_ms = c->snapshot.now_ms / 1000 * 1000;
        h->labels = template->labels;
        h->finalizers = template->finalizers;
        h->target = h->image = (uint16_t)c->sets.hidden[set].template;
        ro_cluster_relabel(c, pod);
        if (hash)
            ro_cluster_set_label(c, pod, RO_STR("pod-template-hash"), *hash);
        p->name = ro_deed_drawn_name(c, c->sets.items[set].name, h->serial);
    }
    return r == ROLLOUT_OK && c->texts.failed ? ro_error_nomem(c->reterr) : r;
}

/* ---- surplus ones ---- */

/* By the planner's rank, among all pods of the Deployment. */
static int delete(struct ro_cluster *c, uint32_t set)
{
    struct rollout_replicaset spec = spec_of(c, set);
    const struct rollout_workload workload = { .struct_size = sizeof workload, .replicaset = &spec };
    struct rollout_snapshot snapshot = { .struct_size = sizeof snapshot,
                                         .now_ms = c->snapshot.now_ms,
                                         .pods = c->snapshot.pods,
                                         .replica_sets = c->snapshot.replica_sets };
    struct rollout_plan *plan = NULL;
    for (uint32_t i = 0; i < c->pod_count; i++) /* those that are gone were on their way, so that no rank counts them */
        if (c->pods[i].replica_set != set + 1 || !owns(c, i))
            c->pods[i].flags |= ROLLOUT_POD_FOREIGN;
    int r = rollout_plan(&workload, &snapshot, &plan, c->reterr);
    for (uint32_t i = 0; i < c->pod_count; i++)
        c->pods[i].flags &= ~(uint32_t)ROLLOUT_POD_FOREIGN;
    for (size_t i = 0; r == ROLLOUT_OK && i < plan->action_count; i++) {
        c->pods[plan->actions[i].subject].flags |= ROLLOUT_POD_TERMINATING;
        if (!touch(c, plan->actions[i].subject))
            r = ro_error_nomem(c->reterr);
    }
    rollout_plan_free(plan);
    return r;
}

int ro_set_step(struct ro_cluster *c, uint32_t set, enum ro_set_step *ret)
{
    struct ro_sim_set *hidden = &c->sets.hidden[set];
    int64_t missing = hidden->gone ? 0 : (int64_t)c->sets.items[set].replicas - hidden->active;
    int r = ROLLOUT_OK;
    hidden->stirs = false;
    c->sets.touched_count = 0;
    *ret = missing > 0 ? RO_SET_CREATES : missing < 0 ? RO_SET_DELETES : RO_SET_RESTS;
    if (missing > 0)
        r = create(c, set, missing < REPLICASET_BURST ? (uint32_t)missing : REPLICASET_BURST);
    else if (missing < 0)
        r = delete(c, set);
    hidden->active += missing > 0 ? (int32_t)c->sets.touched_count : -(int32_t)c->sets.touched_count;
    return r;
}
