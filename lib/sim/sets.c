/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/sets.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/abi.h"
#include "base/error.h"
#include "base/str.h"
#include "base/tree.h"
#include "objects/replicaset.h"
#include "rules/availability.h"
#include "sim/kinds.h"
#include "sim/revisions.h"

static const struct rollout_str own_keys[] = {
    { "deployment.kubernetes.io/revision", 33 },
    { "rollouts.kruise.io/deployment-extra-status", 42 },
};

/* ---- the list ---- */

static void show(struct ro_cluster *c)
{
    c->snapshot.replica_sets = (struct rollout_replica_sets){ c->sets.items, c->sets.count, sizeof *c->sets.items };
}

uint32_t ro_sets_add(struct ro_cluster *c)
{
    struct ro_sets *all = &c->sets;
    if (all->count == all->room) {
        size_t room = all->room ? 2 * all->room : 16;
        struct rollout_replica_set_facts *items = realloc(all->items, room * sizeof *items);
        if (items)
            all->items = items;
        struct ro_sim_set *hidden = realloc(all->hidden, room * sizeof *hidden);
        if (hidden)
            all->hidden = hidden;
        struct rollout_tree *objects = realloc(all->objects, room * sizeof *objects);
        if (objects)
            all->objects = objects;
        if (!items || !hidden || !objects)
            return ROLLOUT_NONE;
        all->room = room;
    }
    memset(&all->items[all->count], 0, sizeof *all->items);
    memset(&all->hidden[all->count], 0, sizeof *all->hidden);
    all->objects[all->count] = (struct rollout_tree){ 0 };
    all->count++;
    show(c);
    return (uint32_t)all->count - 1;
}

void ro_sets_free(struct ro_sets *sets)
{
    free(sets->items);
    free(sets->hidden);
    free(sets->objects);
}

void ro_sets_sweep(struct ro_cluster *c)
{
    struct ro_sets *all = &c->sets;
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
        all->objects[kept] = all->objects[i];
        places[i] = (uint32_t)++kept;
    }
    for (size_t i = 0; i < c->pod_count; i++)
        c->pods[i].replica_set = c->pods[i].replica_set ? places[c->pods[i].replica_set - 1] : 0;
    all->count = kept;
    free(places);
    show(c);
}

void ro_sets_set_annotations(struct ro_cluster *c, uint32_t set, uint32_t number)
{
    struct rollout_labels labels = ro_texts_set(&c->texts, number)->labels;
    if (set == ROLLOUT_NONE) {
        c->sets.annotations = number;
        c->specs.deployment.annotations = labels;
    } else {
        c->sets.hidden[set].annotations = number;
        c->sets.items[set].annotations = labels;
    }
}

void ro_sets_annotate(struct ro_cluster *c, uint32_t set, struct rollout_str key, struct rollout_str value)
{
    uint32_t number = set == ROLLOUT_NONE ? c->sets.annotations : c->sets.hidden[set].annotations;
    ro_sets_set_annotations(c, set, ro_texts_with(&c->texts, number, key, value));
}

/* ---- templates ---- */

static const struct rollout_node *template_in(const struct rollout_tree *object)
{
    return object->count ? ro_dig(object->nodes, "spec", "template", NULL) : NULL;
}

/* The revision of an object's template; 0 = none yet. */
static uint32_t find_template(const struct ro_cluster *c, const struct rollout_tree *object)
{
    const struct rollout_node *template = template_in(object);
    for (size_t i = 0; template && i < c->revision_count; i++) {
        const struct rollout_node *other = template_in(&c->revision_objects[i]);
        if (other && ro_same_template(other, template))
            return (uint32_t)i + 1;
    }
    return 0;
}

/* The ReplicaSet that would be made of the workload as it is asked for. */
static int make_object(struct ro_cluster *c, struct rollout_tree *ret)
{
    struct rollout_world world = *c->source;
    const struct rollout_attr attr = { .key = ROLLOUT_ATTR_REPLICAS };
    const struct rollout_action create = { .op = ROLLOUT_OP_CREATE_REPLICA_SET,
                                           .subject_kind = ROLLOUT_SUBJECT_REPLICA_SET,
                                           .subject = ROLLOUT_NONE,
                                           .attr_count = 1 };
    const struct rollout_plan plan = {
        .struct_size = sizeof plan, .actions = &create, .action_count = 1, .attrs = &attr, .attr_count = 1
    };
    struct rollout_objects *objects = NULL;
    world.workload = &c->workload;
    world.snapshot = &c->snapshot;
    world.pod_object_count = world.claim_object_count = world.revision_object_count = 0;
    int r = rollout_apply(&world, &plan, 0, NULL, &objects, c->reterr);
    if (r == ROLLOUT_OK)
        r = ro_revisions_keep_tree(c, &objects->items[0], ret);
    rollout_objects_free(objects);
    return r;
}

/* A template that no ReplicaSet has yet. */
static int new_template(struct ro_cluster *c, uint32_t *ret)
{
    struct rollout_tree object = { 0 };
    struct rollout_revision revision = { .number = (int64_t)c->revision_count + 1 };
    int r = c->source->workload_object.count ? make_object(c, &object) : ROLLOUT_OK;
    if (r != ROLLOUT_OK)
        return r;
    if (object.count) {
        revision.name = ro_text(ro_dig(object.nodes, "metadata", "name", NULL));
    } else {
        char buf[300];
        struct rollout_str owner = ro_kind_name(c);
        int len = snprintf(buf, sizeof buf, "%.*s-%zu", (int)(owner.len > 250 ? 250 : owner.len),
                           owner.data ? owner.data : "", c->revision_count + 1);
        revision.name = ro_texts_keep(&c->texts, (struct rollout_str){ buf, (size_t)len });
    }
    r = ro_revisions_add(c, &revision, &object);
    *ret = (uint32_t)c->revision_count;
    return r;
}

static int template_of_set(struct ro_cluster *c, uint32_t set, uint32_t *ret)
{
    struct rollout_revision revision = { .name = c->sets.items[set].name, .number = (int64_t)c->revision_count + 1 };
    *ret = find_template(c, &c->sets.objects[set]);
    if (*ret)
        return ROLLOUT_OK;
    int r = ro_revisions_add(c, &revision, &c->sets.objects[set]);
    *ret = (uint32_t)c->revision_count;
    return r;
}

/* ---- the start ---- */

static const struct rollout_replica_set_facts *given(const struct rollout_replica_sets *view, size_t i,
                                                     struct rollout_replica_set_facts *full)
{
    size_t size = view->stride < sizeof *full ? view->stride : sizeof *full;
    memset(full, 0, sizeof *full);
    memcpy(full, (const char *)view->items + i * view->stride, size);
    return full;
}

int ro_sets_open(struct ro_cluster *c, const struct rollout_snapshot *snapshot)
{
    const struct rollout_replica_sets *view = &snapshot->replica_sets;
    struct rollout_replica_set_facts full;
    int r = ROLLOUT_OK;
    for (size_t i = 0; i < view->count && r == ROLLOUT_OK; i++) {
        uint32_t at = ro_sets_add(c);
        if (at == ROLLOUT_NONE)
            return ro_error_nomem(c->reterr);
        c->sets.items[at] = *given(view, i, &full);
        c->sets.hidden[at].stirs = true;
        if (i < c->source->replica_set_object_count)
            c->sets.objects[at] = c->source->replica_set_objects[i];
        ro_sets_set_annotations(c, at, ro_texts_labels(&c->texts, &full.annotations));
    }
    /* those that are of the template that is asked for come first, so that they are told by their flag alone */
    for (uint32_t i = 0; i < c->sets.count && r == ROLLOUT_OK; i++) {
        if (!(c->sets.items[i].flags & ROLLOUT_REPLICA_SET_SAME_TEMPLATE))
            continue;
        if (!c->snapshot.update_revision)
            r = template_of_set(c, i, &c->snapshot.update_revision);
        c->sets.hidden[i].template = c->snapshot.update_revision;
    }
    for (uint32_t i = 0; i < c->sets.count && r == ROLLOUT_OK; i++)
        if (!c->sets.hidden[i].template)
            r = template_of_set(c, i, &c->sets.hidden[i].template);
    if (r == ROLLOUT_OK && !c->snapshot.update_revision)
        r = new_template(c, &c->snapshot.update_revision);
    c->sets.first = c->snapshot.update_revision;
    ro_sets_set_annotations(c, ROLLOUT_NONE, ro_texts_labels(&c->texts, &c->specs.deployment.annotations));
    show(c);
    return r;
}

/* ---- another spec ---- */

/* Where the objects are not known, the ReplicaSets of the change's own world tell. */
static int asked_template(struct ro_cluster *c, const struct rollout_world *world, uint32_t *ret)
{
    struct rollout_snapshot snapshot;
    struct rollout_replica_set_facts full;
    int r = ro_abi_struct(world->snapshot, &snapshot, sizeof snapshot, "snapshot", c->reterr);
    *ret = find_template(c, &world->workload_object);
    for (size_t i = 0; r == ROLLOUT_OK && !*ret && i < snapshot.replica_sets.count; i++)
        if (given(&snapshot.replica_sets, i, &full)->flags & ROLLOUT_REPLICA_SET_SAME_TEMPLATE)
            for (size_t k = 0; k < c->sets.count; k++)
                if (ro_str_eq(c->sets.items[k].name, full.name))
                    *ret = c->sets.hidden[k].template;
    return r == ROLLOUT_OK && !*ret ? new_template(c, ret) : r;
}

void ro_sets_keep_own(struct ro_cluster *c, uint32_t live)
{
    const struct rollout_labels *labels = &ro_texts_set(&c->texts, live)->labels;
    c->sets.annotations = ro_texts_labels(&c->texts, &c->specs.deployment.annotations);
    for (size_t i = 0; i < sizeof own_keys / sizeof *own_keys; i++) {
        const struct rollout_str *value = ro_labels_get(labels, own_keys[i]);
        ro_sets_annotate(c, ROLLOUT_NONE, own_keys[i], value ? *value : (struct rollout_str){ NULL, 0 });
    }
}

int ro_sets_change(struct ro_cluster *c, const struct rollout_world *world, int64_t generation)
{
    uint32_t live = c->sets.annotations;
    int r = asked_template(c, world, &c->snapshot.update_revision);
    ro_sets_keep_own(c, live);
    if (c->specs.deployment.generation <= generation && generation < INT64_MAX)
        c->specs.deployment.generation = generation + 1;
    return r;
}

/* ---- a new one ---- */

int ro_sets_make(struct ro_cluster *c, uint32_t template, uint32_t *ret_set)
{
    uint32_t at = ro_sets_add(c);
    if (at == ROLLOUT_NONE)
        return ro_error_nomem(c->reterr);
    struct rollout_replica_set_facts *facts = &c->sets.items[at];
    struct ro_decoder d = { .reterr = c->reterr };
    const struct rollout_tree *object = &c->revision_objects[template - 1];
    if (object->count) {
        struct ro_at root = ro_at_root(object->nodes);
        ro_replica_set_facts_decode(&d, &c->arena, &root, NULL, facts);
        *facts = (struct rollout_replica_set_facts){ .name = facts->name, .selector = facts->selector };
        c->sets.objects[at] = *object;
    } else {
        facts->name = c->revisions[template - 1].name;
    }
    facts->uid = facts->name;
    facts->created_ms = c->snapshot.now_ms / 1000 * 1000;
    facts->generation = 1;
    facts->min_ready_seconds = c->specs.deployment.min_ready_seconds;
    c->sets.hidden[at].template = template;
    c->sets.hidden[at].stirs = true;
    *ret_set = at;
    return d.code == ROLLOUT_OK && c->arena.failed ? ro_error_nomem(c->reterr) : d.code;
}

/* ---- what their pods come to ---- */

int32_t ro_set_min_ready_seconds(const struct ro_cluster *c, uint32_t pod)
{
    uint32_t set = c->pods[pod].replica_set;
    return set && set <= c->sets.count ? c->sets.items[set - 1].min_ready_seconds : 0;
}

void ro_sets_show(struct ro_cluster *c)
{
    struct ro_sets *all = &c->sets;
    for (size_t i = 0; i < all->count; i++) {
        struct rollout_replica_set_facts *s = &all->items[i];
        s->status_replicas = s->ready_replicas = s->available_replicas = 0;
        s->observed_generation = s->generation;
        s->flags &= ~(uint32_t)ROLLOUT_REPLICA_SET_SAME_TEMPLATE;
        if (all->hidden[i].template == c->snapshot.update_revision)
            s->flags |= ROLLOUT_REPLICA_SET_SAME_TEMPLATE;
        all->hidden[i].was = s->replicas;
    }
    for (uint32_t i = 0; i < c->pod_count; i++) {
        uint32_t set = c->pods[i].replica_set;
        if (!set || !ro_kind_active(c, i))
            continue;
        struct rollout_replica_set_facts *s = &all->items[set - 1];
        s->status_replicas++;
        s->ready_replicas += (c->pods[i].flags & ROLLOUT_POD_READY) != 0;
        s->available_replicas += ro_ready_for(&c->pods[i], s->min_ready_seconds, c->snapshot.now_ms);
    }
}

int64_t ro_sets_next(const struct ro_cluster *c)
{
    int64_t next = 0;
    bool waits = false;
    for (size_t i = 0; i < c->sets.count; i++)
        waits = waits || c->sets.items[i].min_ready_seconds > 0;
    for (uint32_t i = 0; waits && i < c->pod_count; i++) {
        int32_t seconds = ro_set_min_ready_seconds(c, i);
        if (!ro_kind_active(c, i) || !(c->pods[i].flags & ROLLOUT_POD_READY) || seconds <= 0)
            continue;
        int64_t at = ro_available_from(c->pods[i].ready_since_ms, seconds);
        if (at > c->snapshot.now_ms && (!next || at < next))
            next = at;
    }
    return next;
}

void ro_sets_stir(struct ro_cluster *c)
{
    for (size_t i = 0; i < c->sets.count; i++)
        c->sets.hidden[i].stirs = true;
}
