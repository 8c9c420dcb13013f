/* SPDX-License-Identifier: Apache-2.0 */
/* How many pods a child's own controller takes from service at a time: as many as the last write of the child says, else as
 * its template's strategy does. Source: cloneset.md 1.3, deployment.md 2. */
#include "base/str.h"
#include "base/tree.h"
#include "objects/deployment.h"
#include "objects/uniteddeployment.h"
#include "planners/cloneset_limits.h"
#include "planners/deployment_limits.h"
#include "sim/cluster.h"

enum { PAUSED = -2 };

static int64_t of_cloneset(const struct rollout_node *strategy, bool alpha, int32_t replicas)
{
    const struct rollout_node *rolling = alpha ? strategy : ro_get(strategy, "rollingUpdate");
    struct rollout_cloneset spec = { .struct_size = sizeof spec, .replicas = { 1, replicas } };
    if (alpha || rolling)
        spec.flags |= ROLLOUT_CLONESET_ROLLING_UPDATE;
    if (ro_is_true(ro_get(rolling, "paused")))
        return PAUSED;
    spec.max_surge = ro_intstr(ro_get(rolling, "maxSurge"));
    spec.max_unavailable = ro_intstr(ro_get(rolling, "maxUnavailable"));
    return ro_cloneset_limits(&spec).max_unavailable;
}

static int64_t of_deployment(const struct rollout_node *strategy, const struct rollout_node *paused, int32_t replicas)
{
    const struct rollout_node *rolling = ro_get(strategy, "rollingUpdate");
    struct rollout_deployment spec = { .struct_size = sizeof spec, .replicas = { 1, replicas } };
    spec.strategy = ROLLOUT_STRATEGY_ROLLING;
    if (ro_is_true(paused))
        return PAUSED;
    if (ro_str_eq(ro_text(ro_get(strategy, "type")), RO_STR("Recreate")))
        return replicas;
    spec.max_surge = ro_deployment_default(ro_intstr(ro_get(rolling, "maxSurge")));
    spec.max_unavailable = ro_deployment_default(ro_intstr(ro_get(rolling, "maxUnavailable")));
    return ro_deployment_limits(&spec).unavailable;
}

int64_t ro_child_budget(const struct ro_cluster *c, uint32_t place)
{
    const struct rollout_subset *child = &c->children.items[place];
    const struct rollout_node *object = c->source->workload_object.count ? c->source->workload_object.nodes : NULL;
    const char *key = ro_child_template_key(child->kind);
    const struct rollout_node *spec = object && key ? ro_dig(object, "spec", "template", key, "spec", NULL) : NULL;
    int64_t budget = c->children.hidden[place].budget;
    if (budget == RO_CHILD_BUDGET_OF_TEMPLATE)
        budget =
            child->kind == ROLLOUT_CHILD_DEPLOYMENT
                ? of_deployment(ro_get(spec, "strategy"), ro_get(spec, "paused"), child->replicas)
                : of_cloneset(ro_get(spec, "updateStrategy"),
                              ro_str_eq(c->source->api_version, RO_STR("apps.kruise.io/v1alpha1")), child->replicas);
    return budget == PAUSED ? 0 : budget > 1 ? budget : 1; /* surge, which would do without, is not played */
}
