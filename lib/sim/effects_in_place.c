/* SPDX-License-Identifier: Apache-2.0 */
/* An update in place: it starts, its grace period ends, the next containers have their turn. Source: inplace.md 8 to 11. */
#include "sim/deed.h"

#include "base/str.h"
#include "base/tree.h"
#include "objects/pod.h"
#include "rules/template.h"

static const struct rollout_str absent = { NULL, 0 };

static void patch_labels(struct ro_cluster *c, uint32_t pod, const struct rollout_node *labels)
{
    if (ro_is(labels, ROLLOUT_NODE_OBJECT))
        for (const struct rollout_node *l = ro_first(labels); l != ro_end(labels); l = ro_next(l))
            if (l->kind == ROLLOUT_NODE_TEXT || l->kind == ROLLOUT_NODE_NULL)
                ro_cluster_set_label(c, pod, l->key, l->kind == ROLLOUT_NODE_TEXT ? l->text : absent);
}

static void patch_finalizers(struct ro_cluster *c, uint32_t pod, const struct rollout_node *list, bool there)
{
    if (ro_is(list, ROLLOUT_NODE_ARRAY))
        for (const struct rollout_node *f = ro_first(list); f != ro_end(list); f = ro_next(f))
            c->hidden[pod].finalizers = ro_texts_listed(&c->texts, c->hidden[pod].finalizers, ro_text(f), there);
    ro_cluster_relabel(c, pod);
}

static void patch_metadata(struct ro_cluster *c, uint32_t pod, const struct rollout_diff *diff)
{
    const struct rollout_node *metadata = ro_get(diff->metadata_patch.nodes, "metadata");
    if (diff->metadata_patch.count == 0)
        return;
    patch_labels(c, pod, ro_get(metadata, "labels"));
    /* null takes it away, as null for all annotations does */
    const struct rollout_node *annotations = ro_member(metadata, RO_STR("annotations"));
    const struct rollout_node *cost = ro_member(annotations, RO_STR("controller.kubernetes.io/pod-deletion-cost"));
    if (cost || ro_is(annotations, ROLLOUT_NODE_NULL))
        c->pods[pod].deletion_cost = ro_deletion_cost(ro_text(cost));
    patch_finalizers(c, pod, ro_get(metadata, "$deleteFromPrimitiveList/finalizers"), false);
    patch_finalizers(c, pod, ro_get(metadata, "finalizers"), true);
}

/* What feeds a container's environment travels with it. */
static void patch_env(struct ro_cluster *c, uint32_t pod, const struct rollout_diff *diff)
{
    for (size_t i = 0; i < diff->container_count; i++)
        for (uint32_t l = 0; l < diff->containers[i].labels.count; l++)
            ro_cluster_set_label(c, pod, *ro_label_key(&diff->containers[i].labels, l),
                                 *ro_label_value(&diff->containers[i].labels, l));
}

static bool has_started(const struct ro_cluster *c, uint32_t pod)
{
    return c->pods[pod].phase != ROLLOUT_PHASE_NONE && c->pods[pod].phase != ROLLOUT_PHASE_PENDING;
}

/* What a pod recorded before it was told: images, if it had any. Environment and resources are compared as they are. */
static bool waits_for_containers(const struct ro_sim_pair *pair, bool recorded)
{
    return (pair->flags & (ROLLOUT_CHANGES_ENV | ROLLOUT_CHANGES_RESOURCES)) ||
           (recorded && (pair->flags & ROLLOUT_CHANGES_IMAGES));
}

static void wait_for_containers(struct ro_cluster *c, uint32_t pod, const struct ro_sim_pair *pair)
{
    struct rollout_in_place *in_place = &c->in_place[pod];
    in_place->waits_for = pair->flags & ROLLOUT_CHANGES_ENV         ? ROLLOUT_WAITS_FOR_ENV
                          : pair->flags & ROLLOUT_CHANGES_RESOURCES ? ROLLOUT_WAITS_FOR_RESOURCES
                                                                    : ROLLOUT_WAITS_FOR_IMAGE;
    if (pair->diff && pair->diff->container_count)
        in_place->container = pair->diff->containers[0].name;
}

/* One batch of containers is told to change. Those of a pod that has not started leave nothing to wait for. */
static void change_containers(struct ro_cluster *c, uint32_t pod, const struct ro_sim_pair *pair)
{
    struct rollout_in_place *in_place = ro_deed_in_place(c, pod);
    struct ro_sim_pod *h = &c->hidden[pod];
    bool started = has_started(c, pod), must_wait = waits_for_containers(pair, started);
    in_place->flags &= ~(uint32_t)(ROLLOUT_IN_PLACE_NEXT | ROLLOUT_IN_PLACE_NEXT_APPLIES | ROLLOUT_IN_PLACE_NEXT_READY |
                                   ROLLOUT_IN_PLACE_CONTAINERS_DONE);
    if (h->batches)
        h->batches--;
    if (h->batches)
        in_place->flags |= ROLLOUT_IN_PLACE_NEXT;
    if (h->batches > pair->stranded)
        in_place->flags |= ROLLOUT_IN_PLACE_NEXT_APPLIES;
    if (!must_wait) {
        in_place->flags |= ROLLOUT_IN_PLACE_CONTAINERS_DONE;
        in_place->waits_for = ROLLOUT_WAITS_FOR_NOTHING;
        in_place->container = absent;
    } else {
        wait_for_containers(c, pod, pair);
        h->flags |= RO_SIM_RESTARTS;
        h->flags &= (uint16_t)~RO_SIM_KEEPS;
        if (!(pair->flags & (ROLLOUT_CHANGES_IMAGES | ROLLOUT_CHANGES_ENV | ROLLOUT_CHANGES_RESTARTS)))
            h->flags |= RO_SIM_KEEPS;
    }
    if (!h->batches && !must_wait)
        h->image = h->target;
    if (!started) /* it starts with what is new */
        h->flags &= (uint16_t)~RO_SIM_BROKEN;
}

void ro_deed_update_in_place(const struct deed *d, uint32_t pod)
{
    struct ro_cluster *c = d->c;
    struct ro_sim_pod *h = &c->hidden[pod];
    uint32_t from = h->target, to = ro_deed_revision(d);
    const struct ro_sim_pair *pair = ro_cluster_pair(c, from, to);
    int64_t grace = ro_deed_value(d, ROLLOUT_ATTR_GRACE_SECONDS);
    struct rollout_str state = c->workload.cloneset ? RO_STR("Updating") : ro_deed_text(d, ROLLOUT_ATTR_STATE);
    if (!to)
        return;
    if (ro_deed_value(d, ROLLOUT_ATTR_MARK_NOT_READY))
        ro_deed_set_in_place_ready(c, pod, false);
    ro_deed_label_revision(c, pod, to);
    if (state.data)
        ro_deed_set_state(c, pod, state);
    h->flags |= RO_SIM_BEGUN;
    h->batches = pair->batches;
    struct rollout_in_place *in_place = ro_deed_in_place(c, pod);
    struct rollout_tree containers = in_place->containers;
    *in_place = (struct rollout_in_place){ .flags = ROLLOUT_IN_PLACE_STATE, .containers = containers };
    if (grace > 0) {
        in_place->flags |= ROLLOUT_IN_PLACE_GRACE_KEY | ROLLOUT_IN_PLACE_GRACE;
        if (waits_for_containers(pair, false))
            wait_for_containers(c, pod, pair);
        else
            in_place->flags |= ROLLOUT_IN_PLACE_CONTAINERS_DONE;
        in_place->grace_revision = c->pods[pod].revision;
        in_place->grace_end_ms = c->snapshot.now_ms / 1000 * 1000 + grace * 1000;
        h->image = (uint16_t)from; /* by which the end of the grace period knows what is to change */
        return;
    }
    if (pair->diff) {
        patch_metadata(c, pod, pair->diff);
        patch_env(c, pod, pair->diff);
    }
    change_containers(c, pod, pair);
}

void ro_deed_end_grace(const struct deed *d, uint32_t pod)
{
    struct ro_cluster *c = d->c;
    struct rollout_in_place *in_place = ro_deed_in_place(c, pod);
    const uint32_t grace = ROLLOUT_IN_PLACE_GRACE_KEY | ROLLOUT_IN_PLACE_GRACE | ROLLOUT_IN_PLACE_GRACE_BROKEN |
                           ROLLOUT_IN_PLACE_GRACE_OLD_KEY;
    const struct ro_sim_pair *pair = ro_cluster_pair(c, c->hidden[pod].image, c->hidden[pod].target);
    in_place->flags &= ~grace;
    in_place->grace_revision = absent;
    in_place->grace_end_ms = 0;
    if (ro_str_eq(ro_deed_text(d, ROLLOUT_ATTR_DETAIL), RO_STR("drop")))
        return;
    if (pair->diff) {
        patch_metadata(c, pod, pair->diff);
        patch_env(c, pod, pair->diff);
    }
    change_containers(c, pod, pair);
}

void ro_deed_next_batch(const struct deed *d, uint32_t pod)
{
    struct ro_cluster *c = d->c;
    change_containers(c, pod, ro_cluster_pair(c, c->hidden[pod].image, c->hidden[pod].target));
}
