/* SPDX-License-Identifier: Apache-2.0 */
/* What a Deployment's driver does to its ReplicaSets, and to the Deployment itself. Source: deployment.md 3, 5, 8, 9. */
#include "base/error.h"
#include "base/str.h"
#include "sim/deed.h"
#include "sim/kinds.h"

static void annotate(const struct deed *d, uint32_t set)
{
    const struct rollout_plan *plan = d->plan;
    for (uint32_t i = 0; i < d->action->attr_count; i++) {
        const struct rollout_attr *attr = &plan->attrs[d->action->attr_first + i];
        if (attr->key != ROLLOUT_ATTR_ANNOTATION || attr->text >= plan->text_count)
            continue;
        bool sets = attr->value && i + 1 < d->action->attr_count && attr[1].text < plan->text_count;
        ro_sets_annotate(d->c, set, plan->texts[attr->text],
                         sets ? plan->texts[attr[1].text] : (struct rollout_str){ NULL, 0 });
    }
}

static int make_set(const struct deed *d)
{
    struct ro_cluster *c = d->c;
    uint32_t set = 0;
    int r = ro_sets_make(c, c->snapshot.update_revision, &set);
    if (r != ROLLOUT_OK)
        return r;
    c->sets.items[set].replicas = (int32_t)ro_deed_value(d, ROLLOUT_ATTR_REPLICAS);
    annotate(d, set);
    return ROLLOUT_OK;
}

/* The garbage collector takes what pods it has left: they are on their way already, and nobody's any more. */
static void delete_set(struct ro_cluster *c, uint32_t set)
{
    c->sets.hidden[set].gone = true;
    for (uint32_t i = 0; i < c->pod_count; i++)
        if (c->pods[i].replica_set == set + 1)
            c->hidden[i].flags |= RO_SIM_GONE;
}

/* A write of a spec; the names of a small world say nothing of how many there were. */
static void next_generation(const struct ro_cluster *c, int64_t *generation)
{
    if (!c->fixed_names && *generation < INT64_MAX)
        ++*generation;
}

int ro_deed_set(const struct deed *d)
{
    struct ro_cluster *c = d->c;
    uint32_t set = d->action->subject_kind == ROLLOUT_SUBJECT_REPLICA_SET ? d->action->subject : ROLLOUT_NONE;
    if (d->action->op == ROLLOUT_OP_CREATE_REPLICA_SET)
        return make_set(d);
    if (d->action->subject_kind == ROLLOUT_SUBJECT_REPLICA_SET && set >= c->sets.count)
        return ro_error(c->reterr, ROLLOUT_ERR_INVALID, "plan.actions", "plan.actions: a ReplicaSet that is not there");
    switch (d->action->op) {
    case ROLLOUT_OP_SCALE:
        c->sets.items[set].replicas = (int32_t)ro_deed_value(d, ROLLOUT_ATTR_TO);
        next_generation(c, &c->sets.items[set].generation);
        c->sets.hidden[set].stirs = true;
        annotate(d, set);
        break;
    case ROLLOUT_OP_SET_MIN_READY_SECONDS:
        c->sets.items[set].min_ready_seconds = (int32_t)ro_deed_value(d, ROLLOUT_ATTR_MIN_READY_SECONDS);
        next_generation(c, &c->sets.items[set].generation);
        break;
    case ROLLOUT_OP_DELETE_REPLICA_SET:
        delete_set(c, set);
        break;
    case ROLLOUT_OP_SET_TEMPLATE:
        c->snapshot.update_revision = c->sets.hidden[set].template;
        next_generation(c, &c->specs.deployment.generation);
        break;
    default:
        annotate(d, set);
        break;
    }
    return ROLLOUT_OK;
}
