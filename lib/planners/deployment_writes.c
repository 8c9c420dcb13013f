/* SPDX-License-Identifier: Apache-2.0 */
/* What a pass over a Deployment writes, noted down in order. */
#include <inttypes.h>

#include "base/edit.h"
#include "planners/deployment_pass.h"

/* A list that grows; what it outgrows stays in the arena. */
static void *grow(struct roll *roll, void *items, uint32_t count, uint32_t *room, size_t size)
{
    if (count < *room)
        return items;
    uint32_t more = *room ? *room * 2 : 16;
    void *larger = ro_arena_alloc(&roll->arena, more, size);
    if (!larger)
        return NULL;
    if (count)
        memcpy(larger, items, count * size);
    *room = more;
    return larger;
}

static void add_note(struct roll *roll, uint32_t set, const struct roll_note *note)
{
    void *notes = grow(roll, roll->notes, roll->note_count, &roll->note_room, sizeof(*roll->notes));
    if (!notes)
        return;
    roll->notes = notes;
    struct roll_note *place = &roll->notes[roll->note_count++];
    *place = *note;
    if (set != ROLLOUT_NONE) {
        place->next = roll->sets[set].notes;
        roll->sets[set].notes = roll->note_count;
    }
}

void roll_note(struct roll *roll, uint32_t set, struct rollout_str key, struct rollout_str value, bool made)
{
    const struct roll_note note = { .key = key, .value = value.data ? value : RO_STR(""), .made = made };
    add_note(roll, set, &note);
}

void roll_note_removed(struct roll *roll, uint32_t set, struct rollout_str key)
{
    const struct roll_note note = { .key = key, .removed = true };
    add_note(roll, set, &note);
}

struct roll_act *roll_act(struct roll *roll, uint32_t op, uint32_t set)
{
    static const uint32_t weights[] = { [ROLLOUT_OP_SCALE] = 2,
                                        [ROLLOUT_OP_DELETE_REPLICA_SET] = 3,
                                        [ROLLOUT_OP_CREATE_REPLICA_SET] = 3,
                                        [ROLLOUT_OP_SET_TEMPLATE] = 1 };
    void *acts = grow(roll, roll->acts, roll->act_count, &roll->act_room, sizeof(*roll->acts));
    if (!acts)
        return NULL;
    roll->acts = acts;
    roll->acts[roll->act_count++] = (struct roll_act){ .op = op, .set = set };
    if (set != ROLLOUT_NONE) {
        struct roll_set *s = &roll->sets[set];
        uint32_t old = s->weightiest ? roll->acts[s->weightiest - 1].op : 0;
        if (!s->act_first)
            s->act_first = roll->act_count;
        if (!s->weightiest || weights[op] > weights[old])
            s->weightiest = roll->act_count;
        s->act_count++;
    }
    return &roll->acts[roll->act_count - 1];
}

void roll_take_notes(struct roll *roll, struct roll_act *act, uint32_t first)
{
    if (!act)
        return;
    act->first_note = first;
    act->note_count = roll->note_count - first;
}

/* The number as text, absent where the annotation says so already. */
static struct rollout_str new_number(struct roll *roll, uint32_t set, struct rollout_str key, int64_t number)
{
    struct rollout_str text = ro_arena_printf(&roll->arena, "%" PRId64, number);
    bool same = ro_str_eq(roll_annotation(roll, set, key), text);
    return same ? (struct rollout_str){ NULL, 0 } : text;
}

/* Copied annotations that are noted, but not written yet, go out with this write: they are noted once more. */
static void take_pending(struct roll *roll, uint32_t set)
{
    struct roll_set *s = &roll->sets[set];
    uint32_t i = s->has_pending ? s->notes : 0;
    s->has_pending = false;
    for (; i; i = roll->notes[i - 1].next) {
        struct roll_note note = roll->notes[i - 1];
        add_note(roll, set, &note);
    }
}

bool roll_write_size(struct roll *roll, uint32_t set, int64_t to)
{
    struct roll_set *s = &roll->sets[set];
    struct rollout_str desired = new_number(roll, set, RO_STR(ROLL_DESIRED), roll->replicas);
    struct rollout_str most = new_number(roll, set, RO_STR(ROLL_MAX), roll->replicas + roll->surge);
    if (s->size == to && !desired.data && !most.data)
        return false;
    uint32_t first = roll->note_count;
    take_pending(roll, set);
    if (desired.data)
        roll_note(roll, set, RO_STR(ROLL_DESIRED), desired, true);
    if (most.data)
        roll_note(roll, set, RO_STR(ROLL_MAX), most, true);
    bool sizes = s->size != to;
    struct roll_act *act = roll_act(roll, sizes ? ROLLOUT_OP_SCALE : ROLLOUT_OP_SET_ANNOTATION, set);
    roll_take_notes(roll, act, first);
    if (act && sizes) {
        act->from = s->size;
        act->to = to;
    }
    s->size = to;
    return sizes;
}
