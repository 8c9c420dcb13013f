/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/revisions.h"

#include <stdlib.h>
#include <string.h>

#include "base/abi.h"
#include "base/error.h"
#include "base/number.h"
#include "base/str.h"
#include "base/tree.h"
#include "rules/history_cut.h"
#include "rules/revision.h"
#include "rules/template.h"
#include "sim/kinds.h"

/* A table has an entry for each two of them. */
#define REVISION_LIMIT 1024

/* ---- the list ---- */

/* One more at a time. */
static int need_room(struct ro_cluster *c, size_t count)
{
    if (count <= c->revision_room)
        return ROLLOUT_OK;
    size_t old = c->revision_room, room = old ? 2 * old : 8;
    if (count > REVISION_LIMIT)
        return ro_error(c->reterr, ROLLOUT_ERR_INVALID, "revisions",
                        "revisions: %zu, but at most %d can be played with", count, REVISION_LIMIT);
    struct rollout_revision *revisions = realloc(c->revisions, room * sizeof *revisions);
    if (revisions)
        c->revisions = revisions;
    struct rollout_tree *objects = realloc(c->revision_objects, room * sizeof *objects);
    if (objects)
        c->revision_objects = objects;
    struct ro_sim_template *templates = realloc(c->templates, room * sizeof *templates);
    if (templates)
        c->templates = templates;
    struct ro_sim_pair *pairs = calloc(room * room, sizeof *pairs);
    struct rollout_in_place_verdict *verdicts = realloc(c->verdicts, 2 * room * sizeof *verdicts);
    if (verdicts)
        c->verdicts = verdicts;
    if (!revisions || !objects || !templates || !pairs || !verdicts) {
        free(pairs);
        return ro_error_nomem(c->reterr);
    }
    for (size_t from = 0; from < old; from++)
        memcpy(&pairs[from * room], &c->pairs[from * old], old * sizeof *pairs);
    free(c->pairs);
    c->pairs = pairs;
    memset(&templates[old], 0, (room - old) * sizeof *templates);
    c->revision_room = room;
    return ROLLOUT_OK;
}

static int add(struct ro_cluster *c, const struct rollout_revision *revision, const struct rollout_tree *object)
{
    int r = need_room(c, c->revision_count + 1);
    if (r != ROLLOUT_OK)
        return r;
    c->revisions[c->revision_count] = *revision;
    c->revision_objects[c->revision_count++] = object ? *object : (struct rollout_tree){ 0 };
    return ROLLOUT_OK;
}

static const struct rollout_revision *given_revision(const struct rollout_snapshot *snapshot, size_t i,
                                                     struct rollout_revision *full)
{
    const struct rollout_revisions *view = &snapshot->revisions;
    size_t size = view->stride < sizeof *full ? view->stride : sizeof *full;
    memset(full, 0, sizeof *full);
    memcpy(full, (const char *)view->items + i * view->stride, size);
    return full;
}

static const struct rollout_tree *given_object(const struct rollout_world *world, size_t i)
{
    return i < world->revision_object_count ? &world->revision_objects[i] : NULL;
}

static void show(struct ro_cluster *c)
{
    c->snapshot.revisions = (struct rollout_revisions){ c->revisions, c->revision_count, sizeof *c->revisions };
    c->snapshot.in_place_verdicts =
        (struct rollout_in_place_verdicts){ c->verdicts, c->verdict_count, sizeof *c->verdicts };
}

int ro_revisions_open(struct ro_cluster *c, const struct rollout_world *world, const struct rollout_snapshot *snapshot)
{
    struct rollout_revision full;
    int r = ROLLOUT_OK;
    for (size_t i = 0; i < snapshot->revisions.count && r == ROLLOUT_OK; i++)
        r = add(c, given_revision(snapshot, i, &full), given_object(world, i));
    show(c);
    return r == ROLLOUT_OK ? ro_revisions_compare(c) : r;
}

static size_t find(const struct ro_cluster *c, struct rollout_str name)
{
    size_t i = 0;
    while (i < c->revision_count && !ro_str_eq(c->revisions[i].name, name))
        i++;
    return i;
}

/* Of a revision that comes after all; after all that are listed, where a UnitedDeployment's are cut. */
static int64_t next_number(struct ro_cluster *c)
{
    const struct ro_abi_array all = { (const char *)c->revisions, c->revision_count, sizeof *c->revisions, NULL };
    int64_t number = 0;
    if (c->workload.uniteddeployment) {
        uint32_t *order = ro_arena_alloc(&c->arena, 2 * c->revision_count + 1, sizeof *order);
        uint8_t *fates = ro_arena_alloc(&c->arena, c->revision_count + 1, 1);
        if (!order || !fates) {
            c->texts.failed = true;
            return 1;
        }
        ro_history_cut(&all, c->workload.uniteddeployment, fates, order, order + c->revision_count);
        return ro_history_next(&all, fates);
    }
    for (size_t i = 0; i < c->revision_count; i++)
        if (c->revisions[i].number > number)
            number = c->revisions[i].number;
    return number + 1;
}

int ro_revisions_join(struct ro_cluster *c, const struct rollout_world *world)
{
    struct rollout_snapshot snapshot;
    struct rollout_revision full;
    int r = ro_abi_struct(world->snapshot, &snapshot, sizeof snapshot, "snapshot", c->reterr);
    if (r != ROLLOUT_OK)
        return r;
    uint32_t update = snapshot.update_revision;
    const struct rollout_revision *revision = given_revision(&snapshot, update - 1, &full);
    size_t at = find(c, revision->name);
    if (at == c->revision_count) {
        full.number = next_number(c);
        full.flags |= ROLLOUT_REVISION_NEW;
        r = add(c, &full, given_object(world, update - 1));
    }
    c->snapshot.update_revision = (uint32_t)at + 1;
    show(c);
    return r == ROLLOUT_OK ? ro_revisions_compare(c) : r;
}

void ro_revisions_free(struct ro_cluster *c)
{
    for (size_t i = 0; c->pairs && i < c->revision_room * c->revision_room; i++)
        rollout_diff_free(c->pairs[i].diff);
    free(c->pairs);
    free(c->revisions);
    free(c->revision_objects);
    free(c->templates);
    free(c->verdicts);
}

int ro_revisions_add(struct ro_cluster *c, const struct rollout_revision *revision, const struct rollout_tree *object)
{
    int r = add(c, revision, object);
    show(c);
    return r;
}

/* Gates and policy say what is compared, so that all is compared anew where a change of the spec changes them. */
static void forget_pairs(struct ro_cluster *c)
{
    for (size_t i = 0; i < c->revision_room * c->revision_room; i++) {
        rollout_diff_free(c->pairs[i].diff);
        c->pairs[i] = (struct ro_sim_pair){ NULL, 0, 0, 0 };
    }
}

static void move_up(uint32_t *place, uint32_t removed)
{
    if (*place >= removed)
        *place = *place == removed ? 0 : *place - 1;
}

static void move_up_short(uint16_t *place, uint32_t removed)
{
    uint32_t wide = *place;
    move_up(&wide, removed);
    *place = (uint16_t)wide;
}

int ro_revisions_remove(struct ro_cluster *c, uint32_t revision)
{
    for (size_t i = revision; i < c->revision_count; i++) {
        c->revisions[i - 1] = c->revisions[i];
        c->revision_objects[i - 1] = c->revision_objects[i];
        c->templates[i - 1] = c->templates[i];
    }
    c->revision_count--;
    memset(&c->templates[c->revision_count], 0, sizeof *c->templates);
    forget_pairs(c);
    for (size_t i = 0; i < c->pod_count; i++) {
        move_up_short(&c->hidden[i].image, revision);
        move_up_short(&c->hidden[i].target, revision);
        move_up_short(&c->hidden[i].drawn, revision);
    }
    move_up(&c->snapshot.current_revision, revision);
    move_up(&c->snapshot.update_revision, revision);
    show(c);
    return ro_revisions_compare(c);
}

uint32_t ro_cluster_revision(const struct ro_cluster *c, struct rollout_str label)
{
    for (size_t i = 0; i < c->revision_count; i++) {
        const struct rollout_revision *r = &c->revisions[i];
        bool hash = c->workload.daemonset && r->hash.len > 0;
        if (c->workload.cloneset ? ro_same_revision(r->name, label) : ro_str_eq(hash ? r->hash : r->name, label))
            return (uint32_t)i + 1;
    }
    return 0;
}

/* ---- pairs ---- */

/* The launch priority of a container, as KRUISE_CONTAINER_BARRIER's key says it: "p_<number>". */
static bool launch_priority(const struct rollout_node *container, int64_t *ret)
{
    const struct rollout_node *env = ro_get(container, "env");
    if (!ro_is(env, ROLLOUT_NODE_ARRAY))
        return false;
    for (const struct rollout_node *e = ro_first(env); e != ro_end(env); e = ro_next(e)) {
        struct rollout_str key = ro_text(ro_dig(e, "valueFrom", "configMapKeyRef", "key", NULL));
        if (!ro_str_eq(ro_text(ro_get(e, "name")), RO_STR("KRUISE_CONTAINER_BARRIER")) || key.len < 2)
            continue;
        *ret = ro_parse_int_anyhow((struct rollout_str){ key.data + 2, key.len - 2 });
        return true;
    }
    return false;
}

/* A container that changes, and when. */
struct turn {
    const struct rollout_container_change *change;
    int64_t priority;
    bool has_priority, taken;
};

static bool feeds_both(const struct rollout_container_change *a, const struct rollout_container_change *b)
{
    return ro_labels_share(&a->labels, &b->labels) || ro_labels_share(&a->annotations, &b->annotations);
}

/* One batch: those without a priority, those of the highest one, and whoever shares a label or an annotation with one that
 * had its turn. 0: none is left. *ret_applies: more than resources changes. */
static size_t take_turn(struct turn *turns, size_t n, bool *ret_applies)
{
    int64_t highest = INT64_MIN;
    size_t taken = 0;
    *ret_applies = false;
    for (size_t i = 0; i < n; i++)
        if (!turns[i].taken && turns[i].has_priority && turns[i].priority > highest)
            highest = turns[i].priority;
    for (bool joined = true; joined;) {
        joined = false;
        for (size_t i = 0; i < n; i++) {
            bool now = !turns[i].has_priority || turns[i].priority == highest;
            for (size_t k = 0; k < n && !now; k++)
                now = turns[k].taken && feeds_both(turns[i].change, turns[k].change);
            if (turns[i].taken || !now)
                continue;
            turns[i].taken = joined = true;
            taken++;
            *ret_applies |= turns[i].change->image.data || turns[i].change->labels.count > 0 ||
                            turns[i].change->annotations.count > 0;
        }
    }
    return taken;
}

/* How often containers take turns (inplace.md 9), and how many of the last turns never come: one of resources alone does
 * not begin (11, step 5). */
static int count_batches(struct ro_cluster *c, struct ro_sim_pair *pair, size_t to)
{
    const struct rollout_diff *diff = pair->diff;
    struct ro_template template = { 0 };
    bool applies;
    struct turn *turns = calloc(diff->container_count + 1, sizeof *turns);
    if (!turns)
        return ro_error_nomem(c->reterr);
    (void)ro_template_find(c->revision_objects[to].nodes, &template);
    const struct rollout_node *list = ro_dig(template.root, "spec", "containers", NULL);
    for (size_t i = 0; i < diff->container_count; i++) {
        turns[i].change = &diff->containers[i];
        for (const struct rollout_node *n = ro_first(list); n != ro_end(list); n = ro_next(n))
            if (ro_str_eq(ro_text(ro_get(n, "name")), diff->containers[i].name))
                turns[i].has_priority = launch_priority(n, &turns[i].priority);
    }
    pair->batches = 0;
    while (pair->batches < UINT16_MAX && take_turn(turns, diff->container_count, &applies)) {
        pair->batches++;
        pair->stranded = applies ? 0 : pair->stranded + 1;
    }
    if (pair->batches <= 1) {
        pair->batches = 1; /* of metadata alone, too */
        pair->stranded = 0;
    }
    free(turns);
    return ROLLOUT_OK;
}

/* The comparison is made once; a revision whose data nobody knows gives none. */
static int compare(struct ro_cluster *c, size_t from, size_t to)
{
    struct ro_sim_pair *pair = &c->pairs[from * c->revision_room + to];
    if (c->workload.sidecarset) /* whose hashes tell what can be updated */
        return ROLLOUT_OK;
    if (pair->diff || c->revision_objects[from].count == 0 || c->revision_objects[to].count == 0)
        return ROLLOUT_OK;
    const struct rollout_diff_options options = { sizeof options,
                                                  ro_gates_diff_flags(&c->gates, ro_kind_in_place_only(c)) };
    int r = rollout_diff(&c->revision_objects[from], &c->revision_objects[to], &options, &pair->diff, c->reterr);
    if (r != ROLLOUT_OK)
        return r;
    pair->flags = pair->diff->flags;
    return count_batches(c, pair, to);
}

static int tell(struct ro_cluster *c, size_t from, size_t to)
{
    int r = compare(c, from, to);
    const struct ro_sim_pair *pair = &c->pairs[from * c->revision_room + to];
    if (r == ROLLOUT_OK && pair->diff)
        c->verdicts[c->verdict_count++] =
            (struct rollout_in_place_verdict){ (uint32_t)from + 1, (uint32_t)to + 1, pair->diff->rule,
                                               pair->diff->flags, pair->diff->path };
    return r;
}

int ro_revisions_compare(struct ro_cluster *c)
{
    if (c->workload.uniteddeployment) /* nothing is updated in place */
        return ROLLOUT_OK;
    uint32_t flags = ro_gates_diff_flags(&c->gates, ro_kind_in_place_only(c));
    if (flags != c->diff_flags)
        forget_pairs(c);
    c->diff_flags = flags;
    size_t update = c->snapshot.update_revision, current = c->snapshot.current_revision;
    int r = ROLLOUT_OK;
    c->verdict_count = 0;
    for (size_t i = 0; i < c->revision_count && r == ROLLOUT_OK; i++) {
        if (update && i != update - 1)
            r = tell(c, i, update - 1);
        if (r == ROLLOUT_OK && current && current != update && i == update - 1)
            r = tell(c, i, current - 1);
    }
    show(c);
    return r;
}

const struct ro_sim_pair *ro_cluster_pair(struct ro_cluster *c, uint32_t from, uint32_t to)
{
    /* a change of an image, as far as anybody knows */
    static const struct ro_sim_pair unknown = { NULL, ROLLOUT_CHANGES_IMAGES, 1, 0 };
    if (!from || !to)
        return &unknown;
    const struct ro_sim_pair *pair = &c->pairs[(from - 1) * c->revision_room + to - 1];
    int r = pair->diff ? ROLLOUT_OK : compare(c, from - 1, to - 1);
    c->texts.failed = c->texts.failed || r == ROLLOUT_ERR_NOMEM;
    if (r != ROLLOUT_OK)
        return &unknown;
    return pair->diff ? pair : &unknown;
}

/* ---- templates ---- */

int ro_revisions_keep_tree(struct ro_cluster *c, const struct rollout_tree *tree, struct rollout_tree *ret)
{
    struct rollout_node *nodes = ro_arena_alloc(&c->arena, tree->count, sizeof *nodes);
    if (!nodes)
        return ro_error_nomem(c->reterr);
    for (size_t i = 0; i < tree->count; i++) {
        nodes[i] = tree->nodes[i];
        nodes[i].key = ro_texts_keep(&c->texts, nodes[i].key);
        nodes[i].text = ro_texts_keep(&c->texts, nodes[i].text);
    }
    *ret = (struct rollout_tree){ nodes, tree->count };
    return c->texts.failed ? ro_error_nomem(c->reterr) : ROLLOUT_OK;
}

int ro_revisions_like(struct ro_cluster *c, const struct rollout_tree *object, struct ro_sim_template *ret)
{
    struct rollout_pod pod;
    struct rollout_in_place in_place;
    int r = rollout_pod_from_object(object, &c->workload, sizeof pod, &pod, &in_place, c->reterr);
    if (r != ROLLOUT_OK)
        return r;
    ret->labels = ro_texts_labels(&c->texts, &pod.labels);
    ret->finalizers = ro_texts_finalizers(&c->texts, &pod.finalizers);
    ret->labels = ro_texts_with(&c->texts, ret->labels, RO_STR("apps.kruise.io/cloneset-instance-id"),
                                (struct rollout_str){ NULL, 0 });
    ret->pod = (struct rollout_pod){ .phase = pod.phase, .flags = pod.flags, .deletion_cost = pod.deletion_cost };
    ret->pod.namespace_ = ro_texts_keep(&c->texts, pod.namespace_);
    return pod.in_place && pod.in_place->containers.count
               ? ro_revisions_keep_tree(c, &pod.in_place->containers, &ret->containers)
               : ROLLOUT_OK;
}

/* The pod that the objects' trees give. One is enough, whatever the action's count. */
static int make(struct ro_cluster *c, const struct rollout_plan *plan, size_t action, struct ro_sim_template *ret)
{
    struct rollout_world world = *c->source;
    struct rollout_plan one = *plan;
    struct rollout_action create = plan->actions[action];
    struct rollout_attr attrs[16];
    struct rollout_str id = RO_STR("zzzzz");
    struct rollout_strs ids = { &id, 1, sizeof id };
    struct rollout_objects *objects = NULL;
    uint32_t n = 0;
    for (uint32_t i = 0; i < create.attr_count && n < 16; i++) {
        struct rollout_attr attr = plan->attrs[create.attr_first + i];
        if (attr.key == ROLLOUT_ATTR_COUNT || attr.key == ROLLOUT_ATTR_NEW_IDS)
            attr.value = 1;
        if (attr.key != ROLLOUT_ATTR_ID)
            attrs[n++] = attr;
    }
    create.attr_first = 0;
    create.attr_count = n;
    one.actions = &create;
    one.action_count = 1;
    one.attrs = attrs;
    one.attr_count = n;
    world.workload = &c->workload;
    world.snapshot = &c->snapshot;
    world.revision_objects = c->revision_objects;
    world.revision_object_count = c->revision_count;
    world.pod_object_count = world.claim_object_count = 0;
    int r = rollout_apply(&world, &one, 0, c->workload.cloneset ? &ids : NULL, &objects, c->reterr);
    if (r == ROLLOUT_OK)
        r = ro_revisions_like(c, &objects->items[0], ret);
    rollout_objects_free(objects);
    return r == ROLLOUT_OK && (c->texts.failed || c->arena.failed) ? ro_error_nomem(c->reterr) : r;
}

void ro_revisions_copy(struct ro_cluster *c, uint32_t revision, struct ro_sim_template *ret)
{
    uint32_t like = ROLLOUT_NONE;
    for (uint32_t i = 0; i < c->pod_count; i++)
        if (like == ROLLOUT_NONE || (c->hidden[i].target == revision && c->hidden[like].target != revision))
            like = i;
    if (like == ROLLOUT_NONE) {
        ret->pod.flags = ro_kind_new_flags(c);
        return;
    }
    const uint32_t kept = ROLLOUT_POD_IN_PLACE_GATE | ROLLOUT_POD_KRUISE_GATE | ROLLOUT_POD_TEMPLATE_HASH;
    ret->labels = c->hidden[like].labels;
    ret->finalizers = c->hidden[like].finalizers;
    ret->labels = ro_texts_with(&c->texts, ret->labels, RO_STR("apps.kruise.io/specified-delete"),
                                (struct rollout_str){ NULL, 0 });
    ret->pod.flags = c->pods[like].flags & kept;
    ret->pod.namespace_ = c->pods[like].namespace_;
    if (c->pods[like].in_place)
        ret->containers = c->in_place[like].containers;
}

int ro_revisions_template(struct ro_cluster *c, const struct rollout_plan *plan, size_t action, uint32_t revision,
                          const struct ro_sim_template **ret)
{
    struct ro_sim_template *t = revision ? &c->templates[revision - 1] : c->template;
    int r = ROLLOUT_OK;
    *ret = t;
    if (t->known)
        return ROLLOUT_OK;
    memset(t, 0, sizeof *t);
    if (c->source->workload_object.count && (!revision || c->revision_objects[revision - 1].count))
        r = make(c, plan, action, t);
    else
        ro_revisions_copy(c, revision, t);
    t->known = r == ROLLOUT_OK;
    return r;
}
