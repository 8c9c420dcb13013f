/* SPDX-License-Identifier: Apache-2.0 */
#include "planners/deployment_check.h"

#include "planners/check.h"

static void check_replicas(struct ro_check *c, struct rollout_opt replicas)
{
    if (replicas.set)
        ro_check_not_negative(c, NULL, "replicas", replicas.value);
}

static int check_pods(struct ro_check *c, const struct ro_planner_input *in, struct rollout_error *reterr)
{
    for (size_t i = 0; i < in->pods.count && c->code == ROLLOUT_OK; i++) {
        const struct rollout_pod *pod = ro_pod(&in->pods, i);
        if (ro_pod_suspect(pod))
            c->code = ro_pod_check(pod, i, reterr);
    }
    return c->code;
}

int ro_deployment_check(const struct rollout_deployment *spec, const struct ro_planner_input *in,
                        struct rollout_error *reterr)
{
    struct ro_check c = { reterr, ROLLOUT_OK };
    struct ro_path status = ro_path_member(NULL, "status");
    ro_check_text(&c, NULL, "namespace_", spec->namespace_);
    ro_check_text(&c, NULL, "name", spec->name);
    ro_check_selector(&c, NULL, "selector", &spec->selector);
    check_replicas(&c, spec->replicas);
    ro_check_known(&c, NULL, "strategy", spec->strategy, ROLLOUT_STRATEGY_RECREATE);
    ro_check_intstr(&c, NULL, "max_surge", &spec->max_surge);
    ro_check_intstr(&c, NULL, "max_unavailable", &spec->max_unavailable);
    ro_check_labels(&c, NULL, "annotations", &spec->annotations);
    ro_check_intstr(&c, NULL, "partition", &spec->partition);
    ro_check_conditions(&c, &status, spec->status->conditions, spec->status->condition_count);
    ro_check_snapshot(&c, in);
    return check_pods(&c, in, reterr);
}

int ro_replicaset_check(const struct rollout_replicaset *spec, const struct ro_planner_input *in,
                        struct rollout_error *reterr)
{
    struct ro_check c = { reterr, ROLLOUT_OK };
    struct ro_path status = ro_path_member(NULL, "status");
    ro_check_text(&c, NULL, "namespace_", spec->namespace_);
    ro_check_text(&c, NULL, "name", spec->name);
    ro_check_selector(&c, NULL, "selector", &spec->selector);
    ro_check_labels(&c, NULL, "template_labels", &spec->template_labels);
    check_replicas(&c, spec->replicas);
    ro_check_reserved(&c, NULL, spec->reserved);
    ro_check_reserved(&c, &status, spec->status->reserved);
    ro_check_conditions(&c, &status, spec->status->conditions, spec->status->condition_count);
    ro_check_snapshot(&c, in);
    return check_pods(&c, in, reterr);
}
