/* SPDX-License-Identifier: Apache-2.0 */
/* A UnitedDeployment's children and its subsets' conditions in the state of a small world. What its status says in numbers
 * decides nothing. */
#include <string.h>

#include "base/error.h"
#include "base/str.h"
#include "sim/small.h"

/* A child. No padding: forms are compared as bytes. */
struct child {
    uint8_t name, subset; /* places of names */
    uint8_t kind, flags;
    uint8_t revision, before; /* places from 1; 0 = none that is known */
    uint8_t replicas;
    int8_t budget;
    int16_t partition;
    uint8_t partition_kind;
    uint8_t patch; /* place of its text, as a name */
};

/* An entry of the status. */
struct entry {
    uint8_t name;
    uint8_t mark;  /* place from 1; 0 = no condition */
    uint8_t young; /* 0 = its time is over; else the order in which they were marked */
    uint8_t zero;
};

struct head {
    uint8_t children, entries;
    uint16_t full; /* a bit a subset */
};

_Static_assert(sizeof(struct child) == 12, "no padding");
_Static_assert(sizeof(struct entry) == 4, "no padding");
_Static_assert(sizeof(struct head) == 4, "no padding");

/* ---- conditions ---- */

static int64_t duration_ms(const struct ro_small *s)
{
    const struct rollout_opt *seconds = &s->cluster.specs.uniteddeployment.unschedulable_duration;
    return (seconds->set ? (int64_t)seconds->value : 300) * 1000;
}

static const struct rollout_condition *mark_of(const struct rollout_subset_status *entry)
{
    for (size_t i = 0; i < entry->condition_count; i++)
        if (ro_str_eq(entry->conditions[i].type, RO_STR("Schedulable")))
            return &entry->conditions[i];
    return NULL;
}

/* One whose time counts: a subset that is marked, and for too short a time to be tried again. */
static bool is_young(const struct ro_small *s, const struct rollout_condition *mark)
{
    return mark && ro_str_eq(mark->status, RO_STR("False")) && !ro_united_soak_ms(&s->cluster) &&
           mark->last_transition_ms + duration_ms(s) > s->now_ms;
}

/* The next time after this one among those that count; INT64_MAX where there is none. */
static int64_t next_time(const struct ro_small *s, int64_t after)
{
    const struct rollout_uniteddeployment_status *status = &s->cluster.specs.uniteddeployment_status;
    int64_t next = INT64_MAX;
    for (size_t i = 0; i < status->subset_count; i++) {
        const struct rollout_condition *mark = mark_of(&status->subsets[i]);
        if (is_young(s, mark) && mark->last_transition_ms > after && mark->last_transition_ms < next)
            next = mark->last_transition_ms;
    }
    return next;
}

static uint8_t rank_of(const struct ro_small *s, const struct rollout_condition *mark)
{
    uint8_t rank = 1;
    for (int64_t at = next_time(s, INT64_MIN); at < mark->last_transition_ms; at = next_time(s, at))
        rank++;
    return rank;
}

static int64_t long_ago(const struct ro_small *s)
{
    return s->now_ms - duration_ms(s) - 3600 * 1000;
}

bool ro_small_end_marks(struct ro_small *s)
{
    const struct rollout_uniteddeployment_status *status = &s->cluster.specs.uniteddeployment_status;
    int64_t first = next_time(s, INT64_MIN);
    for (size_t i = 0; i < status->subset_count; i++) {
        const struct rollout_condition *mark = mark_of(&status->subsets[i]);
        if (is_young(s, mark) && mark->last_transition_ms == first) /* unpacked: the entry's only one */
            s->cluster.children.conditions[i * RO_ENTRY_CONDITIONS].last_transition_ms = long_ago(s);
    }
    return first != INT64_MAX;
}

bool ro_small_end_update(struct ro_small *s)
{
    int32_t memory[RO_KIND_MEMORY];
    ro_kind_remember(&s->cluster, memory);
    if (memory[1] == ro_united_late(memory[1]))
        return false;
    memory[1] = ro_united_late(memory[1]);
    ro_kind_recall(&s->cluster, memory);
    return true;
}

static uint8_t keep_mark(struct ro_small *s, const struct rollout_condition *mark)
{
    for (size_t i = 0; i < s->mark_count; i++)
        if (ro_str_eq(s->marks[i].status, mark->status) && ro_str_eq(s->marks[i].reason, mark->reason))
            return (uint8_t)(i + 1);
    if (s->mark_count == sizeof s->marks / sizeof *s->marks) {
        s->full = true;
        return 0;
    }
    s->marks[s->mark_count] = *mark;
    return (uint8_t)++s->mark_count;
}

/* ---- packing ---- */

uint8_t ro_small_child(const struct ro_small *s, uint32_t child)
{
    const struct ro_children *all = &s->cluster.children;
    uint8_t place = 1;
    if (!child || child > all->count || all->hidden[child - 1].gone)
        return 0;
    for (uint32_t i = 0; i < child - 1; i++)
        place += !all->hidden[i].gone;
    return place;
}

static struct child child_of(struct ro_small *s, size_t i)
{
    const struct rollout_subset *facts = &s->cluster.children.items[i];
    const struct ro_sim_child *hidden = &s->cluster.children.hidden[i];
    struct child child;
    memset(&child, 0, sizeof child);
    child.name = ro_small_name(s, facts->name);
    child.subset = ro_small_name(s, facts->subset);
    child.kind = (uint8_t)facts->kind;
    child.flags = (uint8_t)facts->flags;
    child.revision = (uint8_t)ro_cluster_revision(&s->cluster, facts->revision);
    child.before = (uint8_t)hidden->before;
    child.replicas = (uint8_t)facts->replicas;
    child.budget = (int8_t)(hidden->budget > RO_SMALL_PODS ? RO_SMALL_PODS : hidden->budget);
    /* a percentage is written as what it is now */
    int64_t partition = 0;
    if (facts->partition.kind != ROLLOUT_INTSTR_UNSET &&
        rollout_intstr_scale(&facts->partition, ROLLOUT_PARSER_SCALED, ROLLOUT_ROUND_UP, facts->replicas, &partition))
        partition = 0;
    child.partition = (int16_t)(partition > INT16_MAX ? INT16_MAX : partition < INT16_MIN ? INT16_MIN : partition);
    child.partition_kind = facts->partition.kind == ROLLOUT_INTSTR_UNSET ? ROLLOUT_INTSTR_UNSET : ROLLOUT_INTSTR_INT;
    child.patch = ro_small_name(s, facts->patch.data ? facts->patch : RO_STR(""));
    return child;
}

size_t ro_small_pack_children(struct ro_small *s, uint8_t *bytes)
{
    struct ro_cluster *c = &s->cluster;
    const struct rollout_uniteddeployment_status *status = &c->specs.uniteddeployment_status;
    struct head head = { 0, 0, 0 };
    uint8_t *at = bytes + sizeof head;
    for (size_t i = 0; i < c->children.subset_count; i++)
        head.full = (uint16_t)(head.full | (unsigned)c->children.full[i] << i);
    for (size_t i = 0; i < c->children.count; i++) {
        if (c->children.hidden[i].gone)
            continue;
        if (head.children++ == RO_SMALL_SUBSETS || c->children.items[i].replicas > UINT8_MAX) {
            ro_error(c->reterr, ROLLOUT_ERR_INVALID, "subsets",
                     "subsets: more than %d children at a time, or %d replicas", RO_SMALL_SUBSETS, UINT8_MAX);
            return 0;
        }
        struct child child = child_of(s, i);
        memcpy(at, &child, sizeof child);
        at += sizeof child;
    }
    for (size_t i = 0; i < status->subset_count; i++) {
        const struct rollout_condition *mark = mark_of(&status->subsets[i]);
        struct entry entry = { ro_small_name(s, status->subsets[i].name), mark ? keep_mark(s, mark) : 0,
                               is_young(s, mark) ? rank_of(s, mark) : 0, 0 };
        if (head.entries++ == RO_SMALL_SUBSETS) {
            ro_error(c->reterr, ROLLOUT_ERR_INVALID, "subsets", "subsets: more than %d in the status",
                     RO_SMALL_SUBSETS);
            return 0;
        }
        memcpy(at, &entry, sizeof entry);
        at += sizeof entry;
    }
    memcpy(bytes, &head, sizeof head);
    if (s->full) {
        ro_error(c->reterr, ROLLOUT_ERR_INVALID, "subsets", "subsets: more than 256 names in all states");
        return 0;
    }
    return (size_t)(at - bytes);
}

/* ---- unpacking ---- */

static void unpack_child(struct ro_small *s, const struct child *child)
{
    struct ro_cluster *c = &s->cluster;
    uint32_t place = ro_children_add(c);
    if (place == ROLLOUT_NONE) {
        c->texts.failed = true;
        return;
    }
    struct rollout_subset *facts = &c->children.items[place];
    facts->name = s->names[child->name];
    facts->subset = s->names[child->subset];
    facts->kind = child->kind;
    facts->flags = child->flags;
    facts->revision = child->revision ? c->revisions[child->revision - 1].name : RO_STR("unknown");
    facts->replicas = child->replicas;
    facts->partition = (struct rollout_intstr){ .kind = child->partition_kind, .count = child->partition };
    facts->patch = s->names[child->patch];
    c->children.hidden[place].before = child->before;
    c->children.hidden[place].budget = child->budget;
}

void ro_small_unpack_children(struct ro_small *s, const uint8_t *bytes)
{
    struct ro_cluster *c = &s->cluster;
    struct rollout_uniteddeployment_status *status = &c->specs.uniteddeployment_status;
    struct head head;
    memcpy(&head, bytes, sizeof head);
    const uint8_t *at = bytes + sizeof head;
    for (size_t i = 0; i < c->children.subset_count; i++)
        c->children.full[i] = head.full >> i & 1;
    c->children.count = 0;
    for (size_t i = 0; i < head.children; i++, at += sizeof(struct child)) {
        struct child child;
        memcpy(&child, at, sizeof child);
        unpack_child(s, &child);
    }
    c->snapshot.subsets.count = c->children.count;
    if (!ro_children_need_entries(c, head.entries)) {
        c->texts.failed = true;
        return;
    }
    for (size_t i = 0; i < head.entries; i++, at += sizeof(struct entry)) {
        struct rollout_condition *mark = c->children.conditions + i * RO_ENTRY_CONDITIONS;
        struct entry entry;
        memcpy(&entry, at, sizeof entry);
        c->children.entries[i] = (struct rollout_subset_status){ .name = s->names[entry.name],
                                                                 .conditions = mark,
                                                                 .condition_count = entry.mark ? 1 : 0 };
        if (!entry.mark)
            continue;
        *mark = s->marks[entry.mark - 1];
        mark->last_transition_ms = entry.young ? s->now_ms - duration_ms(s) + (int64_t)entry.young * 1000 : long_ago(s);
    }
    status->subsets = c->children.entries;
    status->subset_count = head.entries;
    ro_children_count(c);
}
