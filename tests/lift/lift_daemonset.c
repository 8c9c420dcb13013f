/* SPDX-License-Identifier: Apache-2.0 */
#include "lift.h"

#include <string.h>

/* Percentages become the numbers that they came to, so that lifting one thing changes no other. */
static void resolve(struct copy *copy, const struct rollout_plan *plan)
{
    struct rollout_daemonset *spec = &copy->daemonset;
    spec->partition = number(limit_of(plan, "partition", 0));
    spec->max_unavailable = number(limit_of(plan, "maxUnavailable", 1));
    spec->max_surge = number(limit_of(plan, "maxSurge", 0));
    spec->burst_replicas = number(limit_of(plan, "burstReplicas", 250));
}

/* Labels the pod's node so that the strategy's selector takes it. */
static void label_node(struct copy *copy, const struct rollout_pod *pod)
{
    const struct rollout_selector *selector = &copy->daemonset.node_selector;
    size_t n = copy->snapshot.nodes.count;
    struct rollout_node_facts *nodes = keep(copy, n * sizeof *nodes);
    memcpy(nodes, copy->snapshot.nodes.items, n * sizeof *nodes);
    copy->snapshot.nodes.items = nodes;
    for (size_t i = 0; i < n; i++) {
        if (!same(nodes[i].name, pod->node.len ? pod->node : pod->target_node))
            continue;
        size_t room = selector->match_labels.count + selector->requirement_count;
        struct rollout_label *labels = keep(copy, room * sizeof *labels);
        uint32_t count = 0;
        for (uint32_t k = 0; k < selector->match_labels.count; k++)
            labels[count++] = *label_at(&selector->match_labels, k);
        for (size_t k = 0; k < selector->requirement_count; k++) {
            labels[count] = wanted_label(copy, &selector->requirements[k]);
            count += labels[count].value.data != NULL;
        }
        nodes[i].labels = (struct rollout_labels){ labels, count, 0 };
    }
}

static enum lifted mend(struct copy *copy, struct rollout_pod *pod, struct rollout_str field)
{
    const char *rolling = "spec.updateStrategy.rollingUpdate", *hook = "spec.lifecycle.preDelete";
    if (field.len >= strlen(hook) && memcmp(field.data, hook, strlen(hook)) == 0) {
        copy->daemonset.pre_delete.labels.count = 0;
        return LIFTED;
    }
    if (same(field, (struct rollout_str){ rolling, strlen(rolling) })) {
        copy->daemonset.flags |= ROLLOUT_DAEMONSET_ROLLING_UPDATE;
        copy->daemonset.max_unavailable = number(1);
        return LIFTED;
    }
    if (!pod || !pod->in_place)
        return UNKNOWN;
    pod->in_place = NULL;
    return LIFTED;
}

/* The pod at which the sync failed: its annotation is mended, or, where its node is not there, it goes. */
static enum lifted lift_error(struct copy *copy, const struct rollout_plan *plan)
{
    if (plan->error_reason == ROLLOUT_REASON_NO_TARGET)
        remove_pod(copy, plan->error_pod);
    else
        copy->pods[plan->error_pod].in_place = NULL;
    return LIFTED;
}

enum lifted lift_daemonset(struct copy *copy, const struct rollout_plan *plan, const struct rollout_verdict *v)
{
    struct rollout_pod *pod = v->subject_kind == ROLLOUT_SUBJECT_POD ? &copy->pods[v->subject] : NULL;
    struct rollout_daemonset *spec = &copy->daemonset;
    switch (v->reason) {
    case ROLLOUT_REASON_NO_ELIGIBLE_NODE:
        return add_node(copy, &spec->scheduling, NULL, 0);
    case ROLLOUT_REASON_FAILED_BACKOFF:
        copy->snapshot.now_ms = v->until_ms;
        return LIFTED;
    case ROLLOUT_REASON_SURGE_PARTNER_NOT_READY:
        copy->pods[v->because].flags |= ROLLOUT_POD_READY;
        copy->pods[v->because].ready_since_ms = 1;
        return LIFTED;
    case ROLLOUT_REASON_PREDECESSOR_FIRST:
        remove_pod(copy, v->because);
        return LIFTED;
    case ROLLOUT_REASON_BEHIND_STOPPED_POD:
        return lift_error(copy, plan);
    case ROLLOUT_REASON_MAX_UNAVAILABLE_REACHED:
        resolve(copy, plan);
        spec->max_unavailable.count += (int32_t)(v->a - v->b + 1);
        return LIFTED;
    case ROLLOUT_REASON_MAX_SURGE_REACHED:
        resolve(copy, plan);
        spec->max_surge.count += (int32_t)(v->a - v->b + 1);
        return LIFTED;
    case ROLLOUT_REASON_BURST_REACHED:
        resolve(copy, plan);
        spec->burst_replicas.count += 1;
        return spec->flags & ROLLOUT_DAEMONSET_NATIVE ? NOT_TESTED : LIFTED;
    case ROLLOUT_REASON_PARTITION_REACHED:
        resolve(copy, plan);
        spec->partition = number(0);
        return LIFTED;
    case ROLLOUT_REASON_PAUSED:
        spec->flags &= ~(uint32_t)ROLLOUT_DAEMONSET_PAUSED;
        return LIFTED;
    case ROLLOUT_REASON_UPDATES_OFF:
        spec->update_type = ROLLOUT_UPDATE_ROLLING;
        spec->flags |= ROLLOUT_DAEMONSET_ROLLING_UPDATE;
        return LIFTED;
    case ROLLOUT_REASON_UPDATE_SELECTOR_EXCLUDES:
        label_node(copy, pod);
        return LIFTED;
    case ROLLOUT_REASON_SPEC_INVALID:
        return mend(copy, pod, text_of(plan, v));
    default:
        return UNKNOWN;
    }
}
