/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/children.h"

#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "sim/kinds.h"

/* ---- the list ---- */

static void show(struct ro_cluster *c)
{
    struct ro_children *all = &c->children;
    c->snapshot.subsets = (struct rollout_subsets){ all->items, all->count, sizeof *all->items };
}

uint32_t ro_children_add(struct ro_cluster *c)
{
    struct ro_children *all = &c->children;
    if (all->count == all->room) {
        size_t room = all->room ? 2 * all->room : 16;
        struct rollout_subset *items = realloc(all->items, room * sizeof *items);
        if (items)
            all->items = items;
        struct ro_sim_child *hidden = realloc(all->hidden, room * sizeof *hidden);
        if (hidden)
            all->hidden = hidden;
        struct ro_child_tally *tallies = realloc(all->tallies, room * sizeof *tallies);
        if (tallies)
            all->tallies = tallies;
        if (!items || !hidden || !tallies)
            return ROLLOUT_NONE;
        all->room = room;
    }
    memset(&all->items[all->count], 0, sizeof *all->items);
    memset(&all->hidden[all->count], 0, sizeof *all->hidden);
    all->hidden[all->count].budget = RO_CHILD_BUDGET_OF_TEMPLATE;
    all->count++;
    show(c);
    return (uint32_t)all->count - 1;
}

int ro_children_open(struct ro_cluster *c, const struct rollout_snapshot *snapshot)
{
    const struct rollout_subsets *view = &snapshot->subsets;
    for (size_t i = 0; i < view->count; i++) {
        uint32_t at = ro_children_add(c);
        if (at == ROLLOUT_NONE)
            return ROLLOUT_ERR_NOMEM;
        size_t size = view->stride < sizeof *c->children.items ? view->stride : sizeof *c->children.items;
        memcpy(&c->children.items[at], (const char *)view->items + i * view->stride, size);
        c->children.hidden[at].stirs = true;
    }
    show(c);
    return ROLLOUT_OK;
}

void ro_children_free(struct ro_children *children)
{
    free(children->items);
    free(children->hidden);
    free(children->tallies);
    free(children->entries);
    free(children->conditions);
}

void ro_children_sweep(struct ro_cluster *c)
{
    struct ro_children *all = &c->children;
    size_t kept = 0;
    while (kept < all->count && !all->hidden[kept].gone)
        kept++;
    if (kept == all->count)
        return;
    uint32_t *places = calloc(all->count, sizeof *places); /* from 1; 0 = gone */
    if (!places) {
        c->texts.failed = true;
        return;
    }
    kept = 0;
    for (size_t i = 0; i < all->count; i++) {
        if (all->hidden[i].gone)
            continue;
        all->items[kept] = all->items[i];
        all->hidden[kept] = all->hidden[i];
        places[i] = (uint32_t)++kept;
    }
    for (size_t i = 0; i < c->pod_count; i++)
        c->pods[i].child = c->pods[i].child && c->pods[i].child <= all->count ? places[c->pods[i].child - 1] : 0;
    all->count = kept;
    free(places);
    show(c);
}

bool ro_children_need_entries(struct ro_cluster *c, size_t count)
{
    struct ro_children *all = &c->children;
    if (count <= all->entry_room)
        return true;
    size_t room = 2 * count;
    struct rollout_subset_status *entries = realloc(all->entries, room * sizeof *entries);
    if (entries)
        all->entries = entries;
    struct rollout_condition *conditions = realloc(all->conditions, room * RO_ENTRY_CONDITIONS * sizeof *conditions);
    if (conditions)
        all->conditions = conditions;
    if (!entries || !conditions)
        return false;
    all->entry_room = room;
    return true;
}

/* ---- what their pods come to ---- */

void ro_children_count(struct ro_cluster *c)
{
    struct ro_children *all = &c->children;
    if (all->count == 0)
        return;
    for (size_t i = 0; i < all->count; i++) {
        all->items[i].status_replicas = all->items[i].ready_replicas = 0;
        all->hidden[i].was = all->items[i].replicas;
    }
    for (uint32_t i = 0; i < c->pod_count; i++) {
        uint32_t child = c->pods[i].child;
        if (!child || child > all->count || !ro_kind_active(c, i))
            continue;
        all->items[child - 1].status_replicas++;
        all->items[child - 1].ready_replicas += (c->pods[i].flags & ROLLOUT_POD_READY) != 0;
    }
}

struct rollout_str ro_child_pod_revision(const struct rollout_pod *pod)
{
    const struct rollout_str *text = ro_labels_get(&pod->labels, RO_STR("apps.kruise.io/controller-revision-hash"));
    return text ? *text : (struct rollout_str){ NULL, 0 };
}

/* ---- room ---- */

uint32_t ro_child_subset(const struct ro_cluster *c, struct rollout_str name)
{
    for (size_t i = 0; i < c->children.subset_count; i++)
        if (ro_str_eq(c->children.subsets[i], name))
            return (uint32_t)i;
    return ROLLOUT_NONE;
}

bool ro_child_full(const struct ro_cluster *c, uint32_t child)
{
    if (child >= c->children.count)
        return false;
    uint32_t subset = ro_child_subset(c, c->children.items[child].subset);
    return subset != ROLLOUT_NONE && c->children.full[subset];
}

/* ---- looking again ---- */

void ro_child_stir(struct ro_cluster *c, uint32_t pod)
{
    uint32_t child = c->pods[pod].child;
    if (child && child <= c->children.count)
        c->children.hidden[child - 1].stirs = true;
}

void ro_children_stir(struct ro_cluster *c)
{
    for (size_t i = 0; i < c->children.count; i++)
        c->children.hidden[i].stirs = true;
}
