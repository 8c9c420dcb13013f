/* SPDX-License-Identifier: Apache-2.0 */
/* A Deployment's ReplicaSets in the state of a small world, in the order of their age. Their status is not in it: it is what
 * their pods are. */
#include <string.h>

#include "base/error.h"
#include "base/sort.h"
#include "base/str.h"
#include "sim/small.h"

/* A ReplicaSet. No padding: forms are compared as bytes. */
struct set {
    int32_t min_ready_seconds;
    uint16_t annotations;
    uint8_t kind; /* place in the table of all that have ever been */
    uint8_t flags;
    uint8_t replicas;
    uint8_t zero[3];
};

_Static_assert(sizeof(struct set) == 12, "no padding");

/* ---- what stays the same with one ---- */

static uint8_t kind_of(struct ro_small *s, size_t set)
{
    const struct ro_sets *all = &s->cluster.sets;
    for (size_t i = 0; i < s->set_count; i++)
        if (s->sets[i].template == all->hidden[set].template && ro_str_eq(s->sets[i].facts.name, all->items[set].name))
            return (uint8_t)i;
    if (s->set_count == sizeof s->sets / sizeof *s->sets) {
        s->full = true;
        return 0;
    }
    s->sets[s->set_count] = (struct ro_small_set){ all->items[set], all->objects[set], all->hidden[set].template };
    return (uint8_t)s->set_count++;
}

/* ---- packing ---- */

uint8_t ro_small_set(const struct ro_small *s, uint32_t set)
{
    const struct ro_sets *all = &s->cluster.sets;
    uint8_t place = 1;
    if (!set || set > all->count || all->hidden[set - 1].gone)
        return 0;
    for (uint32_t i = 0; i < set - 1; i++)
        place += !all->hidden[i].gone;
    return place;
}

size_t ro_small_pack_sets(struct ro_small *s, uint8_t *bytes)
{
    struct ro_cluster *c = &s->cluster;
    uint32_t count = 0;
    for (size_t i = 0; i < c->sets.count; i++) {
        const struct rollout_replica_set_facts *facts = &c->sets.items[i];
        struct set set;
        if (c->sets.hidden[i].gone)
            continue;
        if (count++ == RO_SMALL_SETS || facts->replicas > UINT8_MAX) {
            ro_error(c->reterr, ROLLOUT_ERR_INVALID, "replica_sets",
                     "replica_sets: more than %d at a time, or %d replicas", RO_SMALL_SETS, UINT8_MAX);
            return 0;
        }
        memset(&set, 0, sizeof set);
        set.min_ready_seconds = facts->min_ready_seconds;
        set.annotations = (uint16_t)c->sets.hidden[i].annotations;
        set.kind = kind_of(s, i);
        set.flags = (uint8_t)(facts->flags & ROLLOUT_REPLICA_SET_TERMINATING);
        set.replicas = (uint8_t)facts->replicas;
        memcpy(bytes + sizeof count + (count - 1) * sizeof set, &set, sizeof set);
    }
    if (s->full) {
        ro_error(c->reterr, ROLLOUT_ERR_INVALID, "replica_sets", "replica_sets: more than %zu in all states",
                 sizeof s->sets / sizeof *s->sets);
        return 0;
    }
    memcpy(bytes, &count, sizeof count);
    return sizeof count + count * sizeof(struct set);
}

void ro_small_unpack_sets(struct ro_small *s, const uint8_t *bytes)
{
    struct ro_cluster *c = &s->cluster;
    uint32_t count;
    memcpy(&count, bytes, sizeof count);
    c->sets.count = 0;
    for (uint32_t i = 0; i < count; i++) {
        struct set set;
        uint32_t at = ro_sets_add(c);
        if (at == ROLLOUT_NONE) {
            c->texts.failed = true;
            return;
        }
        memcpy(&set, bytes + sizeof count + i * sizeof set, sizeof set);
        struct rollout_replica_set_facts *facts = &c->sets.items[at];
        *facts = s->sets[set.kind].facts;
        facts->flags = set.flags;
        facts->replicas = set.replicas;
        facts->min_ready_seconds = set.min_ready_seconds;
        facts->created_ms = s->now_ms - 7200 * 1000 + (int64_t)i * 1000;
        facts->replica_failure = (struct rollout_condition){ .type = { NULL, 0 } };
        c->sets.objects[at] = s->sets[set.kind].object;
        c->sets.hidden[at].template = s->sets[set.kind].template;
        ro_sets_set_annotations(c, at, set.annotations);
    }
    c->snapshot.replica_sets.count = count;
}

/* ---- open ---- */

static int by_age(const void *context, uint32_t a, uint32_t b)
{
    const struct rollout_replica_set_facts *x = (const struct rollout_replica_set_facts *)context + a;
    const struct rollout_replica_set_facts *y = (const struct rollout_replica_set_facts *)context + b;
    if (x->created_ms != y->created_ms)
        return x->created_ms < y->created_ms ? -1 : 1;
    return ro_str_cmp(x->name, y->name);
}

int ro_small_open_sets(struct ro_small *s)
{
    struct ro_cluster *c = &s->cluster;
    struct ro_sets *all = &c->sets;
    uint32_t order[2 * RO_SMALL_SETS], places[RO_SMALL_SETS];
    struct rollout_replica_set_facts items[RO_SMALL_SETS];
    struct ro_sim_set hidden[RO_SMALL_SETS];
    struct rollout_tree objects[RO_SMALL_SETS];
    size_t n = all->count;
    if (n > RO_SMALL_SETS)
        return ro_error(c->reterr, ROLLOUT_ERR_INVALID, "replica_sets",
                        "replica_sets: %zu, but at most %d can be explored", n, RO_SMALL_SETS);
    for (uint32_t i = 0; i < n; i++)
        order[i] = i;
    ro_sort_indices(order, n, order + n, by_age, all->items);
    for (uint32_t i = 0; i < n; i++) {
        items[i] = all->items[order[i]];
        hidden[i] = all->hidden[order[i]];
        objects[i] = all->objects[order[i]];
        places[order[i]] = i + 1;
    }
    if (n) {
        memcpy(all->items, items, n * sizeof *items);
        memcpy(all->hidden, hidden, n * sizeof *hidden);
        memcpy(all->objects, objects, n * sizeof *objects);
    }
    for (size_t i = 0; i < c->pod_count; i++)
        c->pods[i].replica_set = c->pods[i].replica_set ? places[c->pods[i].replica_set - 1] : 0;
    return ROLLOUT_OK;
}
