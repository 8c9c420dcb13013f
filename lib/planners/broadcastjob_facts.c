/* SPDX-License-Identifier: Apache-2.0 */
/* What is there for a BroadcastJob: what its pods count as, and which nodes are to have one. Source: broadcastjob.md 2. */
#include "planners/broadcastjob_pass.h"

#include "base/str.h"
#include "planners/check.h"

/* ---- pods ---- */

static uint8_t state_of(const struct job *job, const struct rollout_pod *pod)
{
    if (pod->phase == ROLLOUT_PHASE_SUCCEEDED)
        return JOB_POD_SUCCEEDED;
    if (pod->phase == ROLLOUT_PHASE_FAILED)
        return JOB_POD_FAILED;
    if (pod->flags & ROLLOUT_POD_TERMINATING)
        return JOB_POD_LEAVING;
    if (pod->job_pod && pod->job_pod->on_failure && pod->job_pod->restarts > job->spec->restart_limit)
        return JOB_POD_OVER;
    return JOB_POD_ACTIVE;
}

static int check_pod(const struct job *job, size_t i, struct rollout_error *reterr)
{
    const struct rollout_pod *pod = job_pod(job, i);
    struct ro_check c = { reterr, ROLLOUT_OK };
    struct ro_path list = ro_path_member(NULL, "pods"), place = ro_path_element(&list, i);
    struct ro_path path = ro_path_member(&place, "job_pod");
    int r = ro_pod_suspect(pod) || pod->in_place ? ro_pod_check(pod, i, reterr) : ROLLOUT_OK;
    if (r || !pod->job_pod)
        return r;
    ro_check_scheduling(&c, &path, &pod->job_pod->scheduling);
    ro_check_resources_of(&c, &path, "requests", pod->job_pod->requests, pod->job_pod->request_count);
    ro_check_known(&c, &path, "on_failure", pod->job_pod->on_failure, 1);
    ro_check_reserved(&c, &path, pod->job_pod->reserved);
    return c.code;
}

static int look_at_pods(struct job *job, struct rollout_error *reterr)
{
    for (size_t i = 0; i < job->n; i++) {
        int r = check_pod(job, i, reterr);
        if (r)
            return r;
        uint8_t state = job->states[i] = state_of(job, job_pod(job, i));
        job->active += state == JOB_POD_ACTIVE;
        job->succeeded += state == JOB_POD_SUCCEEDED;
        if (state != JOB_POD_FAILED && state != JOB_POD_OVER)
            continue;
        if (job->failed++ == 0)
            job->failed_pod = (uint32_t)i;
    }
    return ROLLOUT_OK;
}

/* ---- nodes ---- */

struct job_ask job_ask(const struct job *job, uint32_t pod)
{
    const struct rollout_job_pod *own = pod == ROLLOUT_NONE ? NULL : job_pod(job, pod)->job_pod;
    if (own)
        return (struct job_ask){ &own->scheduling, own->requests, own->request_count, false };
    return (struct job_ask){ &job->spec->scheduling, job->spec->requests, job->spec->request_count,
                             pod != ROLLOUT_NONE };
}

/* Still running for its node, whatever its restarts. */
static bool is_running(const struct rollout_pod *pod)
{
    return pod->phase != ROLLOUT_PHASE_SUCCEEDED && pod->phase != ROLLOUT_PHASE_FAILED &&
           !(pod->flags & ROLLOUT_POD_TERMINATING);
}

static struct ro_node_fit fit_of(struct ro_node_rule *template, uint8_t *usable, const struct job *job, size_t node,
                                 uint32_t pod)
{
    struct job_ask ask = job_ask(job, pod);
    struct rollout_scheduling bound;
    if (pod == ROLLOUT_NONE)
        return ro_node_fit_empty(template, ask.requests, ask.request_count, job_node(job, node));
    if (ask.bound) {
        bound = *ask.scheduling;
        bound.node_name = (struct rollout_str){ NULL, 0 };
        bound.affinity = (struct rollout_node_affinity){ 0 };
        ask.scheduling = &bound;
    }
    struct ro_node_rule rule = ro_node_rule(ask.scheduling, usable);
    rule.plain = true;
    return ro_node_fit_empty(&rule, ask.requests, ask.request_count, job_node(job, node));
}

static void look_at_nodes(struct job *job, uint8_t *usable)
{
    /* A pod that is made is bound to its node whatever name the template has. */
    struct rollout_scheduling made = job->spec->scheduling;
    uint8_t *others = usable + made.affinity.term_count;
    struct ro_node_rule template;
    made.node_name = (struct rollout_str){ NULL, 0 };
    template = ro_node_rule(&made, usable);
    template.plain = true;
    job->complete = true;
    for (size_t i = 0; i < job->n_nodes; i++) {
        uint32_t pod = job_pod_of(job, i);
        job->fits[i] = fit_of(&template, others, job, i, pod);
        bool fits = job->fits[i].check == RO_NODE_FITS;
        if (pod == ROLLOUT_NONE)
            job->classes[i] = fits ? JOB_NODE_EMPTY : JOB_NODE_UNFIT;
        else
            job->classes[i] =
                fits || (job_pod(job, pod)->flags & ROLLOUT_POD_TERMINATING) ? JOB_NODE_POD : JOB_NODE_BAD_POD;
        job->desired += job->classes[i] >= JOB_NODE_POD;
        job->rest += job->classes[i] == JOB_NODE_EMPTY;
        if (job->classes[i] == JOB_NODE_POD && is_running(job_pod(job, pod)))
            job->complete = false;
    }
    job->complete = job->complete && job->desired > 0 && job->rest == 0;
}

size_t job_most_terms(const struct job *job)
{
    size_t most = 0;
    for (size_t i = 0; i < job->n; i++) {
        const struct rollout_job_pod *own = job_pod(job, i)->job_pod;
        if (own && own->scheduling.affinity.term_count > most)
            most = own->scheduling.affinity.term_count;
    }
    return most + job->spec->scheduling.affinity.term_count;
}

/* Every pod is grouped, also one that is on its way out. The fates, still clear, say that none is left out. */
int job_look(struct job *job, uint8_t *usable, uint32_t *room, struct rollout_error *reterr)
{
    int r = look_at_pods(job, reterr);
    if (r == ROLLOUT_OK)
        r = ro_node_pods_fill(&job->by, &job->in->nodes, &job->in->pods, job->fates, room, reterr);
    if (r == ROLLOUT_OK)
        look_at_nodes(job, usable);
    return r;
}
