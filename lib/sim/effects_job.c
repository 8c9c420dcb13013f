/* SPDX-License-Identifier: Apache-2.0 */
/* Job pods in the model. Source: broadcastjob.md 2. */
#include "sim/jobs.h"

#include "base/error.h"
#include "base/str.h"
#include "base/tree.h"
#include "rules/nodes.h"
#include "sim/kinds.h"

static const struct rollout_str absent = { NULL, 0 };

/* Whether pods of the template restart: the object says it, else a pod that is there. */
static uint32_t template_restarts(const struct ro_cluster *c)
{
    const struct rollout_node *object = c->source->workload_object.nodes;
    const struct rollout_pods *pods = &c->snapshot.pods;
    if (c->source->workload_object.count)
        return ro_str_eq(ro_text(ro_dig(object, "spec", "template", "spec", "restartPolicy", NULL)),
                         RO_STR("OnFailure"));
    return pods->count && pods->items[0].job_pod ? pods->items[0].job_pod->on_failure : 0;
}

static struct ro_job_shape *template_shape(struct ro_cluster *c, bool bound)
{
    const struct rollout_broadcastjob *spec = c->workload.broadcastjob;
    struct ro_job_shape *shape = ro_arena_alloc(&c->arena, 1, sizeof *shape);
    if (!shape)
        return NULL;
    shape->scheduling = spec->scheduling;
    shape->scheduling.node_name = absent;
    if (bound)
        shape->scheduling.affinity = (struct rollout_node_affinity){ .set = 1, .term_count = 1 };
    shape->requests = spec->requests;
    shape->request_count = spec->request_count;
    shape->on_failure = template_restarts(c);
    shape->bound = bound;
    return shape;
}

/* What binds a pod to each of the nodes. */
static void make_bindings(struct ro_cluster *c)
{
    struct rollout_requirement *names = ro_arena_alloc(&c->arena, c->node_count, sizeof *names);
    c->bindings = ro_arena_alloc(&c->arena, c->node_count + 1, sizeof *c->bindings);
    c->last_pods = ro_arena_alloc(&c->arena, c->node_count + 1, sizeof *c->last_pods);
    if (c->arena.failed)
        return;
    for (size_t i = 0; i < c->node_count; i++) {
        names[i] = (struct rollout_requirement){ .key = RO_STR("metadata.name"),
                                                 .op = ROLLOUT_OPERATOR_IN,
                                                 .values = { &c->node_names[i], 1, sizeof *c->node_names } };
        c->bindings[i] = (struct rollout_node_term){ .fields = &names[i], .field_count = 1 };
    }
}

int ro_job_prepare(struct ro_cluster *c)
{
    if (!c->bindings)
        make_bindings(c);
    c->template = ro_arena_alloc(&c->arena, 1, sizeof *c->template);
    c->job_shape = template_shape(c, c->gates.on[ROLLOUT_GATE_ASSIGN_BCJ_PODS_BY_SCHEDULER]);
    return ro_kind_find_nodes(c);
}

/* A pod of which no more is known is as the template says, bound to its node, and runs but once. */
static const struct ro_job_shape *given_shape(struct ro_cluster *c, const struct rollout_job_pod *given,
                                              struct ro_job_shape **unknown)
{
    if (!given) {
        if (!*unknown && (*unknown = template_shape(c, true)))
            (*unknown)->on_failure = 0;
        return *unknown;
    }
    struct ro_job_shape *shape = ro_arena_alloc(&c->arena, 1, sizeof *shape);
    if (shape)
        *shape =
            (struct ro_job_shape){ given->scheduling, given->requests, given->request_count, given->on_failure, false };
    return shape;
}

int ro_job_begin(struct ro_cluster *c)
{
    struct ro_job_shape *unknown = NULL;
    size_t terms = 1;
    if (c->job_shape) /* made before the pods were there */
        c->job_shape->on_failure = template_restarts(c);
    for (size_t i = 0; i < c->pod_count; i++) {
        const struct rollout_job_pod *given = c->pods[i].job_pod;
        c->hidden[i].job = given_shape(c, given, &unknown);
        c->hidden[i].job_restarts = given ? given->restarts : 0;
        if (given && given->scheduling.affinity.term_count > terms)
            terms = given->scheduling.affinity.term_count;
        /* what runs has no probes to wait for */
        if (c->pods[i].phase == ROLLOUT_PHASE_RUNNING)
            c->hidden[i].flags |= RO_SIM_CONTAINERS_READY;
    }
    ro_kind_need_terms(c, terms);
    return c->arena.failed ? ro_error_nomem(c->reterr) : ROLLOUT_OK;
}

void ro_job_bind(struct ro_cluster *c, uint32_t pod)
{
    struct rollout_pod *p = &c->pods[pod];
    c->hidden[pod].job = c->job_shape;
    if (c->job_shape->bound)
        return;
    p->node = p->target_node;
    p->target_node = absent;
}

struct rollout_job_pod ro_job_facts(const struct ro_cluster *c, uint32_t pod)
{
    const struct rollout_pod *p = &c->pods[pod];
    const struct ro_job_shape *shape = c->hidden[pod].job;
    struct rollout_job_pod facts = { .scheduling = shape->scheduling,
                                     .requests = shape->requests,
                                     .request_count = shape->request_count,
                                     .restarts = c->hidden[pod].job_restarts,
                                     .on_failure = shape->on_failure };
    facts.scheduling.node_name = p->node;
    if (shape->bound && p->node_index)
        facts.scheduling.affinity.terms = &c->bindings[p->node_index - 1];
    else if (shape->bound) /* to a node that is not listed */
        facts.scheduling.affinity = (struct rollout_node_affinity){ 0 };
    return facts;
}

void ro_job_show(struct ro_cluster *c)
{
    for (uint32_t i = 0; i < c->pod_count; i++) {
        c->job_pods[i] = ro_job_facts(c, i);
        c->pods[i].job_pod = &c->job_pods[i];
    }
}

/* In a small world those beyond the limit are as good as one. */
bool ro_job_restarts(struct ro_cluster *c, uint32_t pod)
{
    struct ro_sim_pod *h = &c->hidden[pod];
    if (!c->workload.broadcastjob || !h->job->on_failure)
        return false;
    h->restarts++;
    h->job_restarts += !c->fixed_names || h->job_restarts <= c->workload.broadcastjob->restart_limit;
    c->pods[pod].restarts += !c->fixed_names && c->pods[pod].restarts < INT32_MAX;
    return true;
}

bool ro_job_fits(const struct ro_cluster *c, uint32_t pod)
{
    struct rollout_job_pod facts = ro_job_facts(c, pod);
    struct ro_node_rule rule = ro_node_rule(&facts.scheduling, c->usable);
    rule.plain = true;
    return ro_node_fit_empty(&rule, facts.requests, facts.request_count, &c->nodes[c->pods[pod].node_index - 1])
               .check == RO_NODE_FITS;
}

bool ro_job_over(const struct ro_cluster *c, const struct ro_sim_pod *hidden)
{
    return hidden->job->on_failure && hidden->job_restarts > c->workload.broadcastjob->restart_limit;
}
