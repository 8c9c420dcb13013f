/* SPDX-License-Identifier: Apache-2.0 */
/* SidecarSets in the model: pods are others' and stay, their sidecars are updated. Source: sidecarset.md. */
#include <string.h>

#include "base/str.h"
#include "planners/sidecarset_limits.h"
#include "rules/selector.h"
#include "sim/kinds.h"
#include "sim/sidecars.h"

static struct rollout_str name(const struct ro_cluster *c)
{
    return c->specs.sidecarset.name;
}

static void prepare(struct ro_cluster *c)
{
    (void)c;
}

/* ---- a pod ---- */

static bool is_updated(const struct ro_cluster *c, const struct ro_sim_pod *h)
{
    return ro_str_eq(ro_sidecars_of(c, h)->set_hash, c->specs.sidecarset.hash);
}

/* All its containers are what the spec says and ready, and no hot upgrade is under way. */
static bool is_ready(const struct ro_cluster *c, const struct rollout_pod *p, const struct ro_sim_pod *h)
{
    return p->phase == ROLLOUT_PHASE_RUNNING && (p->flags & ROLLOUT_POD_READY) && !(h->flags & RO_SIM_RESTARTS) &&
           !ro_sidecars_changed(c, h) && ro_sidecars_flipped(c, h);
}

static bool is_selected(const struct ro_cluster *c, const struct rollout_pod *p)
{
    const struct rollout_sidecarset *spec = &c->specs.sidecarset;
    uint32_t hint = 0;
    return !(spec->flags & ROLLOUT_SIDECARSET_UPDATE_SELECTOR) ||
           (ro_selector_usable(&spec->update_selector) && ro_selector_match(&spec->update_selector, &p->labels, &hint));
}

/* No more than images has changed. */
static bool can_upgrade(const struct ro_cluster *c, const struct ro_sim_pod *h)
{
    return ro_str_eq(ro_sidecars_of(c, h)->imageless, c->specs.sidecarset.hash_without_image);
}

static bool waits(const struct ro_cluster *c, const struct rollout_pod *p, const struct ro_sim_pod *h)
{
    return !is_updated(c, h) && is_selected(c, p) && can_upgrade(c, h);
}

static bool available(const struct ro_cluster *c, uint32_t pod)
{
    return is_ready(c, &c->pods[pod], &c->hidden[pod]);
}

/* ---- the cluster ---- */

static void measure(const struct ro_cluster *c, struct ro_measure *ret)
{
    struct ro_sidecarset_limits limits = ro_sidecarset_limits(&c->specs.sidecarset, (int32_t)ret->total);
    ret->wanted = ret->total;
    ret->partition = limits.partition;
    ret->max_unavailable = limits.max_unavailable;
}

/* Whoever is to be updated is, but for those that the partition holds back, and runs. */
static bool done(const struct ro_cluster *c, const struct ro_measure *now)
{
    const uint32_t off = ROLLOUT_SIDECARSET_PAUSED | ROLLOUT_SIDECARSET_NOT_UPDATE;
    int64_t waiting = 0;
    if (c->specs.sidecarset.flags & off) /* nothing is asked for */
        return true;
    for (uint32_t i = 0; i < c->pod_count; i++) {
        if (!ro_kind_active(c, i))
            continue;
        waiting += waits(c, &c->pods[i], &c->hidden[i]);
        if (is_updated(c, &c->hidden[i]) && !ro_sidecars_run(c, i))
            return false;
    }
    return waiting <= now->partition;
}

/* ---- the promise ---- */

static const char *update(const struct ro_cluster *c, const struct rollout_pod *p, const struct ro_sim_pod *h)
{
    if (is_updated(c, h))
        return "a pod is updated again";
    if (!is_selected(c, p))
        return "a pod is updated that the update selector does not select";
    return can_upgrade(c, h) ? NULL : "a pod is updated though more than images has changed";
}

static const char *promise(const struct ro_cluster *c, const struct ro_deeds *d)
{
    int64_t bad = 0, waiting = 0, updates = 0, disturbed = 0;
    for (size_t i = 0; i < d->pod_count; i++) {
        const struct rollout_pod *p = &d->pods[i];
        const struct ro_sim_pod *h = &d->hidden[i];
        if (!ro_sidecars_matched(c, p, h))
            continue;
        waiting += waits(c, p, h);
        bad += is_updated(c, h) && !is_ready(c, p, h);
    }
    for (size_t i = 0; i < d->plan->action_count; i++) {
        const struct rollout_action *a = &d->plan->actions[i];
        const char *broken = NULL;
        if (a->subject_kind != ROLLOUT_SUBJECT_POD)
            continue;
        const struct rollout_pod *p = &d->pods[a->subject];
        const struct ro_sim_pod *h = &d->hidden[a->subject];
        if (c->specs.sidecarset.flags & ROLLOUT_SIDECARSET_NOT_UPDATE)
            return "a pod is touched though nothing is to be updated";
        if (c->specs.sidecarset.flags & ROLLOUT_SIDECARSET_PAUSED)
            return "a pod is touched though the set is paused";
        if (!ro_sidecars_matched(c, p, h))
            return "a pod is touched that the set does not have";
        if (a->op == ROLLOUT_OP_FLIP && !ro_sidecars_taken(c, h))
            broken = "a hot upgrade ends before its new container is ready";
        if (a->op == ROLLOUT_OP_UPDATE_IN_PLACE) {
            broken = update(c, p, h);
            updates++;
            disturbed += is_ready(c, p, h);
        }
        if (broken)
            return broken;
    }
    if (updates > 0 && updates > waiting - d->before.partition)
        return "a pod is updated that the partition holds back";
    if (disturbed > 0 && bad + disturbed > d->before.max_unavailable)
        return "more pods are updated than maxUnavailable allows";
    return NULL;
}

/* ---- the status ---- */

static void status(struct ro_cluster *c, const struct rollout_node *node)
{
    struct rollout_sidecarset_status *s = &c->specs.sidecarset_status;
    s->struct_size = sizeof *s;
    s->matched_pods = ro_status_number(node, "matchedPods");
    s->updated_pods = ro_status_number(node, "updatedPods");
    s->ready_pods = ro_status_number(node, "readyPods");
    s->updated_ready_pods = ro_status_number(node, "updatedReadyPods");
    s->observed_generation = ro_status_number(node, "observedGeneration");
    s->collision_count = ro_status_opt(node, "collisionCount");
    s->latest_revision = ro_status_text(c, node, "latestRevision");
}

/* No plan goes by what an earlier one left in the status. */
static void remember(const struct ro_cluster *c, int32_t ret[RO_KIND_MEMORY])
{
    (void)c, (void)ret;
}

static void recall(struct ro_cluster *c, const int32_t memory[RO_KIND_MEMORY])
{
    (void)c, (void)memory;
}

const struct ro_kind_lines ro_kind_sidecarset = {
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
