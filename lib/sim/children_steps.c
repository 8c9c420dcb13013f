/* SPDX-License-Identifier: Apache-2.0 */
/* What a child's own controller does. StatefulSets, OpenKruise's too, take one ordinal after the other, and wait for
 * every pod that is not ready; CloneSets and Deployments do not. Nothing is updated in place, and no pod is made beyond
 * a child's replicas. */
#include <stdio.h>

#include "base/str.h"
#include "base/tree.h"
#include "objects/uniteddeployment.h"
#include "rules/ordinal.h"
#include "sim/cluster.h"
#include "sim/deed.h"
#include "sim/kinds.h"

/* What a child has. */
struct tally {
    int64_t active, ready, old;
    uint32_t ended;    /* a pod that has; ROLLOUT_NONE */
    uint32_t surplus;  /* the first to go when there are too many */
    uint32_t outdated; /* the first to be replaced */
    bool going;        /* a pod is */
};

static bool ordered(const struct rollout_subset *child)
{
    return child->kind == ROLLOUT_CHILD_STATEFULSET || child->kind == ROLLOUT_CHILD_ADVANCED_STATEFULSET;
}

static int64_t ordinal(const struct ro_cluster *c, uint32_t pod)
{
    struct rollout_str parent;
    return ro_ordinal_of(c->pods[pod].name, &parent);
}

static int64_t partition_of(const struct rollout_subset *child)
{
    int64_t partition;
    if (child->partition.kind == ROLLOUT_INTSTR_UNSET ||
        rollout_intstr_scale(&child->partition, ROLLOUT_PARSER_SCALED, ROLLOUT_ROUND_UP, child->replicas, &partition))
        return 0;
    return partition > child->replicas ? child->replicas : partition > 0 ? partition : 0;
}

static bool is_ready(const struct ro_cluster *c, uint32_t pod)
{
    return (c->pods[pod].flags & ROLLOUT_POD_READY) != 0;
}

static bool is_old(const struct ro_cluster *c, const struct rollout_subset *child, uint32_t pod)
{
    return !ro_str_eq(ro_child_pod_revision(&c->pods[pod]), child->revision);
}

/* Whether pod a goes before b: the highest ordinal; without ordinals what has no node, then what is not ready, then the
 * latest. */
static bool goes_before(const struct ro_cluster *c, const struct rollout_subset *child, uint32_t a, uint32_t b)
{
    if (b == ROLLOUT_NONE)
        return true;
    if (ordered(child))
        return ordinal(c, a) > ordinal(c, b);
    bool node_a = c->pods[a].node.len > 0, node_b = c->pods[b].node.len > 0;
    if (node_a != node_b)
        return !node_a;
    if (is_ready(c, a) != is_ready(c, b))
        return !is_ready(c, a);
    return a > b;
}

static struct tally count(const struct ro_cluster *c, uint32_t place)
{
    const struct rollout_subset *child = &c->children.items[place];
    struct tally t = { .ended = ROLLOUT_NONE, .surplus = ROLLOUT_NONE, .outdated = ROLLOUT_NONE };
    for (uint32_t i = 0; i < c->pod_count; i++) {
        if (c->pods[i].child != place + 1 || (c->hidden[i].flags & RO_SIM_GONE))
            continue;
        if (c->pods[i].flags & ROLLOUT_POD_TERMINATING) {
            t.going = true;
            continue;
        }
        if (!ro_kind_active(c, i)) {
            t.ended = i;
            continue;
        }
        bool old = is_old(c, child, i);
        t.active++;
        t.ready += is_ready(c, i);
        t.old += old;
        if (goes_before(c, child, i, t.surplus))
            t.surplus = i;
        if (old && goes_before(c, child, i, t.outdated))
            t.outdated = i;
    }
    return t;
}

/* ---- new pods ---- */

static void add_labels(struct ro_cluster *c, uint32_t pod)
{
    const struct rollout_node *object = c->source->workload_object.count ? c->source->workload_object.nodes : NULL;
    const char *key = ro_child_template_key(c->specs.uniteddeployment.child_kind);
    const struct rollout_node *labels =
        object && key ? ro_dig(object, "spec", "template", key, "spec", "template", "metadata", "labels", NULL) : NULL;
    if (ro_is(labels, ROLLOUT_NODE_OBJECT))
        for (const struct rollout_node *n = ro_first(labels); n != ro_end(labels); n = ro_next(n))
            if (ro_is(n, ROLLOUT_NODE_TEXT))
                c->hidden[pod].labels = ro_texts_with(&c->texts, c->hidden[pod].labels, n->key, n->text);
}

/* The least ordinal that no pod has. */
static int64_t free_ordinal(const struct ro_cluster *c, uint32_t child)
{
    for (int64_t n = 0;; n++) {
        bool taken = false;
        for (uint32_t i = 0; i < c->pod_count && !taken; i++)
            taken = c->pods[i].child == child + 1 && !(c->hidden[i].flags & RO_SIM_GONE) && ordinal(c, i) == n;
        if (!taken)
            return n;
    }
}

static bool make_pod(struct ro_cluster *c, uint32_t place, struct rollout_str revision, int64_t number)
{
    const struct rollout_subset child = c->children.items[place];
    uint32_t pod = c->pod_count < RO_CLUSTER_PODS ? ro_cluster_add_pod(c) : ROLLOUT_NONE;
    char buf[300];
    if (pod == ROLLOUT_NONE)
        return false;
    struct rollout_pod *p = &c->pods[pod];
    p->phase = ROLLOUT_PHASE_PENDING;
    p->child = place + 1;
    p->namespace_ = c->specs.uniteddeployment.namespace_;
    p->created_ms = c->snapshot.now_ms / 1000 * 1000;
    add_labels(c, pod);
    ro_cluster_set_label(c, pod, RO_STR("apps.kruise.io/subset-name"), child.subset);
    ro_cluster_set_label(c, pod, RO_STR("apps.kruise.io/controller-revision-hash"), revision);
    c->hidden[pod].target = c->hidden[pod].image = (uint16_t)ro_cluster_revision(c, revision);
    if (number >= 0) {
        int len = snprintf(buf, sizeof buf, "%.*s-%d", (int)(child.name.len > 250 ? 250 : child.name.len),
                           child.name.data ? child.name.data : "", (int)number);
        p->name = ro_texts_keep(&c->texts, (struct rollout_str){ buf, (size_t)len });
    } else {
        p->name = ro_deed_drawn_name(c, child.name, c->hidden[pod].serial);
    }
    return !c->texts.failed;
}

static enum ro_child_step create(struct ro_cluster *c, uint32_t place, const struct tally *t, uint32_t *ret_pod)
{
    const struct rollout_subset *child = &c->children.items[place];
    uint32_t before = c->children.hidden[place].before;
    int64_t partition = partition_of(child), number = ordered(child) ? free_ordinal(c, place) : -1;
    bool old =
        number >= 0 ? number < partition : t->old < partition && t->active - t->old >= child->replicas - partition;
    if (!make_pod(c, place, old && before ? c->revisions[before - 1].name : child->revision, number)) {
        c->texts.failed = true;
        return RO_CHILD_RESTS;
    }
    *ret_pod = (uint32_t)c->pod_count - 1;
    return RO_CHILD_CREATES;
}

/* ---- a step ---- */

static enum ro_child_step delete(struct ro_cluster *c, uint32_t pod, enum ro_child_step step, uint32_t *ret_pod)
{
    c->pods[pod].flags |= ROLLOUT_POD_TERMINATING;
    if (step == RO_CHILD_REPLACES)
        c->hidden[pod].flags |= RO_SIM_BEGUN;
    *ret_pod = pod;
    return step;
}

/* Whether the pod may be replaced now. One that is not ready costs a CloneSet nothing. */
static bool may_replace(const struct ro_cluster *c, uint32_t place, const struct tally *t)
{
    const struct rollout_subset *child = &c->children.items[place];
    int64_t partition = partition_of(child);
    if (t->outdated == ROLLOUT_NONE || (child->flags & ROLLOUT_SUBSET_ON_DELETE))
        return false;
    if (ordered(child))
        return ordinal(c, t->outdated) >= partition;
    int64_t budget = ro_child_budget(c, place);
    return t->old > partition && budget > 0 && (!is_ready(c, t->outdated) || child->replicas - t->ready < budget);
}

enum ro_child_step ro_child_step(struct ro_cluster *c, uint32_t place, uint32_t *ret_pod)
{
    const struct rollout_subset *child = &c->children.items[place];
    *ret_pod = ROLLOUT_NONE;
    c->children.hidden[place].stirs = false;
    if (c->children.hidden[place].gone)
        return RO_CHILD_RESTS;
    struct tally t = count(c, place);
    if (t.ended != ROLLOUT_NONE)
        return delete(c, t.ended, RO_CHILD_DELETES, ret_pod);
    int64_t unready = t.active - t.ready;
    bool surplus = t.active > child->replicas && t.active > 0; /* nothing refuses a negative number */
    if (surplus && !is_ready(c, t.surplus))                    /* it is not waited for itself */
        unready--;
    if (ordered(child) && (unready > 0 || t.going))
        return RO_CHILD_RESTS;
    if (surplus)
        return delete(c, t.surplus, RO_CHILD_DELETES, ret_pod);
    if (t.active < child->replicas)
        return create(c, place, &t, ret_pod);
    if (may_replace(c, place, &t))
        return delete(c, t.outdated, RO_CHILD_REPLACES, ret_pod);
    return RO_CHILD_RESTS;
}
