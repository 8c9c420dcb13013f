/* SPDX-License-Identifier: Apache-2.0 */
#include "lift.h"

#include <string.h>

#include "rules/shares.h"

static void resolve_share(struct rollout_intstr *given, int64_t total)
{
    int64_t count;
    if (given->kind == ROLLOUT_INTSTR_TEXT && ro_share_parse(given, total, &count))
        *given = number(count);
}

/* Percentages become the numbers that they came to, so that lifting one thing changes no other. */
static void resolve(struct copy *copy)
{
    const struct rollout_uniteddeployment *spec = &copy->uniteddeployment;
    for (size_t i = 0; i < spec->subset_count && spec->replicas.set; i++) {
        resolve_share(&copy->subset_specs[i].replicas, spec->replicas.value);
        resolve_share(&copy->subset_specs[i].min_replicas, spec->replicas.value);
        resolve_share(&copy->subset_specs[i].max_replicas, spec->replicas.value);
    }
}

/* What the subsets come to is what is wanted; a maximum below its minimum is raised to it. */
static enum lifted fit_replicas(struct copy *copy, const struct rollout_verdict *v)
{
    bool crossed = false;
    resolve(copy);
    for (size_t i = 0; i < copy->uniteddeployment.subset_count; i++) {
        struct rollout_subset_spec *subset = &copy->subset_specs[i];
        if (!subset->max_replicas.kind || subset->min_replicas.count <= subset->max_replicas.count)
            continue;
        subset->max_replicas = subset->min_replicas;
        crossed = true;
    }
    if (!crossed)
        copy->uniteddeployment.replicas = (struct rollout_opt){ 1, (int32_t)v->a };
    return LIFTED;
}

static void set_label(struct copy *copy, struct rollout_pod *pod, const char *key, struct rollout_str value)
{
    struct rollout_label label = { { key, strlen(key) }, value };
    struct rollout_hook hook = { .labels = { &label, 1, 0 } };
    add_part(copy, pod, &hook, label.key);
}

/* The pod runs at the wanted revision, and has been ready for as long as it is watched. One without the label of
 * reserved pods gets it in the pass that finds it reserved. */
static void make_free(struct copy *copy, struct rollout_pod *pod)
{
    const struct rollout_uniteddeployment *spec = &copy->uniteddeployment;
    int64_t seconds = spec->unschedulable_duration.set ? spec->unschedulable_duration.value : 300;
    set_label(copy, pod, "apps.kruise.io/controller-revision-hash",
              copy->snapshot.revisions.items[copy->snapshot.update_revision - 1].name);
    set_label(copy, pod, "apps.kruise.io/united-deployment-reserved-pod", (struct rollout_str){ "true", 4 });
    make_ready(copy, pod);
    pod->ready_since_ms -= seconds * 1000 + 1;
}

/* Until when is not known of a subset that has reserved pods (uniteddeployment.md 4.2): its pods are free. */
static enum lifted free_pods(struct copy *copy, uint32_t subset)
{
    for (size_t i = 0; i < copy->snapshot.pods.count; i++) {
        struct rollout_pod *pod = &copy->pods[i];
        if (pod->child && same(copy->subsets[pod->child - 1].subset, copy->subset_specs[subset].name))
            make_free(copy, pod);
    }
    return LIFTED;
}

/* The selector, the template, and a name of every child's subset. */
static enum lifted mend(struct copy *copy)
{
    copy->uniteddeployment.flags &= ~(uint32_t)ROLLOUT_UNITEDDEPLOYMENT_SELECTOR_INVALID;
    if (copy->uniteddeployment.child_kind == 0)
        copy->uniteddeployment.child_kind = ROLLOUT_CHILD_CLONESET;
    for (size_t i = 0; i < copy->snapshot.subsets.count; i++)
        if (copy->subsets[i].flags & ROLLOUT_SUBSET_UNNAMED) {
            copy->subsets[i].flags &= ~(uint32_t)ROLLOUT_SUBSET_UNNAMED;
            copy->subsets[i].subset = (struct rollout_str){ "a-subset", 8 };
        }
    return LIFTED;
}

enum lifted lift_uniteddeployment(struct copy *copy, const struct rollout_plan *plan, const struct rollout_verdict *v)
{
    (void)plan;
    switch (v->reason) {
    case ROLLOUT_REASON_SUBSET_UNSCHEDULABLE:
        if (v->until_ms == 0)
            return free_pods(copy, v->subject);
        copy->snapshot.now_ms = v->until_ms;
        return LIFTED;
    case ROLLOUT_REASON_RESERVED:
        make_free(copy, &copy->pods[v->subject]);
        return LIFTED;
    case ROLLOUT_REASON_MAX_REPLICAS_REACHED:
        resolve(copy);
        copy->subset_specs[v->subject].max_replicas = number(v->b + (v->a - v->b + 1));
        return LIFTED;
    case ROLLOUT_REASON_BELOW_MIN_REPLICAS:
        resolve(copy);
        copy->uniteddeployment.replicas.value += (int32_t)(v->b - v->a);
        return LIFTED;
    case ROLLOUT_REASON_SHARES_IMPOSSIBLE:
        return fit_replicas(copy, v);
    case ROLLOUT_REASON_SPEC_INVALID:
        return mend(copy);
    default:
        return UNKNOWN;
    }
}
