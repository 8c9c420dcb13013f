/* SPDX-License-Identifier: Apache-2.0 */
/* What a UnitedDeployment's actions do to its children. Source: uniteddeployment.md 4.2, 5. */
#include <stdio.h>

#include "base/error.h"
#include "base/str.h"
#include "sim/deed.h"
#include "sim/kinds.h"

/* "<workload>-<subset>-<id>"; where names are used again, one a subset. */
static struct rollout_str child_name(struct ro_cluster *c, struct rollout_str subset)
{
    struct rollout_str owner = ro_kind_name(c);
    char buf[300];
    int len = snprintf(buf, sizeof buf, "%.*s-%.*s%s", owner.len > 100 ? 100 : (int)owner.len,
                       owner.data ? owner.data : "", subset.len > 100 ? 100 : (int)subset.len,
                       subset.data ? subset.data : "", c->fixed_names ? "-new" : "");
    struct rollout_str prefix = { buf, (size_t)len };
    return c->fixed_names ? ro_texts_keep(&c->texts, prefix) : ro_deed_drawn_name(c, prefix, c->children.made++);
}

static bool is_same(const struct rollout_subset *a, const struct rollout_subset *b)
{
    return ro_str_eq(a->revision, b->revision) && ro_str_eq(a->patch, b->patch) && a->replicas == b->replicas &&
           a->flags == b->flags && a->partition.kind == b->partition.kind && a->partition.count == b->partition.count;
}

/* The child as the template makes it: what it had before is written over. */
static void write_child(const struct deed *d, uint32_t place)
{
    struct ro_cluster *c = d->c;
    const struct rollout_uniteddeployment *spec = &c->specs.uniteddeployment;
    const struct rollout_attr *partition = ro_deed_attr(d, ROLLOUT_ATTR_PARTITION);
    const struct rollout_attr *unavailable = ro_deed_attr(d, ROLLOUT_ATTR_MAX_UNAVAILABLE);
    struct rollout_subset *child = &c->children.items[place];
    const struct rollout_subset before = *child;
    struct ro_sim_child *hidden = &c->children.hidden[place];
    const int32_t budget = hidden->budget;
    struct rollout_str revision = ro_texts_keep(&c->texts, ro_deed_text(d, ROLLOUT_ATTR_REVISION));
    struct rollout_str patch = d->action->subject < spec->subset_count ? spec->subsets[d->action->subject].patch
                                                                       : (struct rollout_str){ NULL, 0 };
    if (!ro_str_eq(child->revision, revision))
        hidden->before = ro_cluster_revision(c, child->revision);
    child->revision = revision;
    child->patch = patch.data ? patch : RO_STR("");
    child->replicas = (int32_t)ro_deed_value(d, ROLLOUT_ATTR_REPLICAS);
    child->flags = spec->flags & ROLLOUT_UNITEDDEPLOYMENT_ON_DELETE ? ROLLOUT_SUBSET_ON_DELETE : 0;
    child->partition = (struct rollout_intstr){ .kind = ROLLOUT_INTSTR_UNSET };
    if (partition)
        child->partition = (struct rollout_intstr){ .kind = ROLLOUT_INTSTR_INT, .count = (int32_t)partition->value };
    hidden->budget = !unavailable             ? RO_CHILD_BUDGET_OF_TEMPLATE
                     : unavailable->value > 0 ? (int32_t)unavailable->value
                                              : 0;
    hidden->stirs = true;
    c->children.written = c->children.written || hidden->budget != budget || !is_same(child, &before);
}

static int create_child(const struct deed *d)
{
    struct ro_cluster *c = d->c;
    uint32_t place = ro_children_add(c);
    if (place == ROLLOUT_NONE)
        return ro_error_nomem(c->reterr);
    struct rollout_subset *child = &c->children.items[place];
    child->subset = ro_texts_keep(&c->texts, ro_deed_text(d, ROLLOUT_ATTR_SUBSET));
    child->name = child_name(c, child->subset);
    child->kind = c->specs.uniteddeployment.child_kind;
    write_child(d, place);
    c->children.written = true;
    return ROLLOUT_OK;
}

/* Its pods go with it: nothing looks at them any more. */
static void delete_child(struct ro_cluster *c, uint32_t place)
{
    c->children.hidden[place].gone = true;
    c->children.written = true;
    for (uint32_t i = 0; i < c->pod_count; i++)
        if (c->pods[i].child == place + 1 && !(c->hidden[i].flags & RO_SIM_GONE))
            ro_cluster_vanish(c, i);
}

int ro_deed_on_subset(const struct deed *d)
{
    int64_t child = ro_deed_value(d, ROLLOUT_ATTR_CHILD);
    if (d->action->op == ROLLOUT_OP_CREATE_SUBSET)
        return create_child(d);
    if (child <= 0 || (size_t)child > d->c->children.count)
        return ro_error(d->c->reterr, ROLLOUT_ERR_INVALID, "plan.actions", "plan.actions: a child that is not there");
    if (d->action->op == ROLLOUT_OP_UPDATE_SUBSET)
        write_child(d, (uint32_t)child - 1);
    else
        delete_child(d->c, (uint32_t)child - 1);
    return ROLLOUT_OK;
}
