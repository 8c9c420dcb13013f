/* SPDX-License-Identifier: Apache-2.0 */
/* Revision numbers, the annotations of the new ReplicaSet, its creation, and rolling back. Source: deployment.md 3.2, 8. */
#include <inttypes.h>

#include "base/edit.h"
#include "base/sort.h"
#include "planners/deployment_pass.h"

enum { HISTORY_MOST = 2000 }; /* characters */

static int64_t largest_old(const struct roll *roll)
{
    int64_t most = 0, number;
    for (uint32_t i = 0; i < roll->old_count; i++)
        if (roll_revision(roll, roll->olds[i], &number) && number > most)
            most = number;
    return most;
}

/* ---- the new one's annotations ---- */

/* Annotations, to be found by key. */
struct sorted {
    const struct rollout_labels *labels;
    uint32_t *order; /* NULL on lack of memory */
};

static int by_key(const void *context, uint32_t a, uint32_t b)
{
    const struct rollout_labels *labels = context;
    return ro_str_cmp(*ro_label_key(labels, a), *ro_label_key(labels, b));
}

static struct sorted sort_annotations(struct roll *roll, const struct rollout_labels *labels)
{
    struct sorted ret = { labels, ro_arena_alloc(&roll->arena, labels->count, 2 * sizeof(*ret.order)) };
    for (uint32_t i = 0; ret.order && i < labels->count; i++)
        ret.order[i] = i;
    if (ret.order)
        ro_sort_indices(ret.order, labels->count, ret.order + labels->count, by_key, labels);
    return ret;
}

static const struct rollout_str *find_sorted(const struct sorted *sorted, struct rollout_str key)
{
    uint32_t low = 0, high = sorted->order ? sorted->labels->count : 0, end = high;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (ro_str_cmp(*ro_label_key(sorted->labels, sorted->order[middle]), key) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    bool found = low < end && ro_str_eq(*ro_label_key(sorted->labels, sorted->order[low]), key);
    return found ? ro_label_value(sorted->labels, sorted->order[low]) : NULL;
}

/* Notes what one of the two has, and the other has not or has otherwise; never what neither copies. */
static void copy_annotations(struct roll *roll, uint32_t to, const struct rollout_labels *from,
                             const struct rollout_labels *present)
{
    const struct sorted sorted = sort_annotations(roll, present);
    for (uint32_t i = 0; i < from->count; i++) {
        struct rollout_str key = *ro_label_key(from, i), value = *ro_label_value(from, i);
        const struct rollout_str *old = find_sorted(&sorted, key);
        if (!roll_not_copied(key) && !(old && ro_str_eq(*old, value)))
            roll_note(roll, to, key, value, false);
    }
}

/* The former numbers, and one more behind them; the oldest go where it would be too long. Absent: nothing to write. */
static struct rollout_str with_history(struct roll *roll, struct rollout_str history, struct rollout_str number)
{
    size_t start = 0;
    if (history.len == 0 || history.data[0] == ',')
        return number;
    size_t parts = 1;
    for (size_t i = 0; i < history.len; i++)
        parts += history.data[i] == ',';
    size_t total = history.len + number.len + 1;
    for (; total > HISTORY_MOST && parts > 0; parts--) {
        size_t end = start;
        while (end < history.len && history.data[end] != ',')
            end++;
        total -= end - start + 1;
        start = end + 1;
    }
    if (total > HISTORY_MOST)
        return (struct rollout_str){ NULL, 0 };
    if (parts == 0)
        return number;
    char *buf = ro_arena_alloc(&roll->arena, history.len - start + 1 + number.len, 1);
    if (!buf)
        return (struct rollout_str){ NULL, 0 };
    size_t kept = history.len - start;
    memcpy(buf, history.data + start, kept);
    buf[kept] = ',';
    if (number.len)
        memcpy(buf + kept + 1, number.data, number.len);
    return (struct rollout_str){ buf, kept + 1 + number.len };
}

/* SetNewReplicaSetAnnotations. Whether upstream says that they changed: with a number that is none it does not, though
 * the copies stay for the next write. */
static bool note_annotations(struct roll *roll, uint32_t set, struct rollout_str revision, int64_t number)
{
    static const struct rollout_labels none = { NULL, 0, 0 };
    const struct rollout_replica_set_facts *facts = roll->sets[set].facts;
    uint32_t first = roll->note_count;
    int64_t old_number = 0;
    copy_annotations(roll, set, &roll->spec->annotations, facts ? &facts->annotations : &none);
    struct rollout_str old = roll_annotation(roll, set, RO_STR(ROLL_REVISION));
    if (old.len && !roll_number(old, &old_number))
        return false;
    if (old_number < number) {
        roll_note(roll, set, RO_STR(ROLL_REVISION), revision, true);
        if (old.data) {
            struct rollout_str present = roll_annotation(roll, set, RO_STR(ROLL_HISTORY));
            struct rollout_str history = with_history(roll, present, old);
            if (history.data)
                roll_note(roll, set, RO_STR(ROLL_HISTORY), history, true);
        }
    }
    return roll->note_count > first;
}

/* ---- the new one ---- */

static void write_own_revision(struct roll *roll, struct rollout_str revision, bool made)
{
    if (ro_str_eq(roll->revision, revision))
        return;
    uint32_t first = roll->note_count;
    roll->revision = revision;
    roll_note(roll, ROLLOUT_NONE, RO_STR(ROLL_REVISION), revision, made);
    roll_take_notes(roll, roll_act(roll, ROLLOUT_OP_SET_ANNOTATION, ROLLOUT_NONE), first);
}

static struct rollout_str quoted(struct roll *roll, const char *before, struct rollout_str name)
{
    return ro_arena_printf(&roll->arena, "%s\"%.*s\"", before, (int)name.len, name.data ? name.data : "");
}

/* Wraps around, as Go does. */
static int64_t next_revision(const struct roll *roll)
{
    return (int64_t)((uint64_t)largest_old(roll) + 1);
}

static void sync_present(struct roll *roll)
{
    uint32_t set = roll->new_set, first = roll->note_count;
    struct roll_set *s = &roll->sets[set];
    struct rollout_str revision = ro_arena_printf(&roll->arena, "%" PRId64, next_revision(roll));
    bool changed = note_annotations(roll, set, revision, next_revision(roll));
    bool seconds = s->facts->min_ready_seconds != roll->spec->min_ready_seconds;
    if (changed || seconds) {
        if (roll->note_count > first)
            roll_take_notes(roll, roll_act(roll, ROLLOUT_OP_SET_ANNOTATION, set), first);
        struct roll_act *act = seconds ? roll_act(roll, ROLLOUT_OP_SET_MIN_READY_SECONDS, set) : NULL;
        if (act)
            act->to = roll->spec->min_ready_seconds;
        return; /* the Deployment's number follows in the next pass */
    }
    if (roll->note_count > first)
        s->has_pending = true;
    write_own_revision(roll, roll_annotation(roll, set, RO_STR(ROLL_REVISION)), false);
    if (roll_has_deadline(roll) && !roll_condition(roll, RO_STR("Progressing")))
        roll_set_progress(roll, RO_STR("True"), RO_STR("FoundNewReplicaSet"),
                          quoted(roll, "Found new replica set ", roll_name(roll, set)));
}

static void create(struct roll *roll)
{
    int64_t total = 0, number = next_revision(roll);
    for (uint32_t i = 0; i < roll->old_count; i++)
        total += roll->sets[roll->olds[i]].was;
    if (roll->rolling && roll->surge_unusable) {
        roll->failed = true;
        return;
    }
    int64_t size = roll->limit >= 0 ? roll_advanced_first_size(roll, total) : roll_new_size(roll, 0, total);
    uint32_t set = roll->count, first = roll->note_count;
    roll->new_set = set;
    roll->sets[set] = (struct roll_set){ .size = size, .was = size };
    struct rollout_str revision = ro_arena_printf(&roll->arena, "%" PRId64, number);
    note_annotations(roll, set, revision, number);
    roll_note(roll, set, RO_STR(ROLL_DESIRED), ro_arena_printf(&roll->arena, "%" PRId64, roll->replicas), true);
    roll_note(roll, set, RO_STR(ROLL_MAX), ro_arena_printf(&roll->arena, "%" PRId64, roll->replicas + roll->surge),
              true);
    struct roll_act *act = roll_act(roll, ROLLOUT_OP_CREATE_REPLICA_SET, set);
    roll_take_notes(roll, act, first);
    if (act) {
        act->to = size;
        act->revision = revision;
    }
    write_own_revision(roll, revision, true);
    if (roll_has_deadline(roll))
        roll_set_progress(roll, RO_STR("True"), RO_STR("NewReplicaSetCreated"),
                          quoted(roll, "Created new replica set ", roll_name(roll, set)));
}

void roll_sync_revision(struct roll *roll, bool may_create)
{
    if (roll->new_set == ROLLOUT_NONE && may_create)
        create(roll);
    else if (roll->new_set != ROLLOUT_NONE && !roll->synced)
        sync_present(roll);
    roll->synced = true;
}

/* ---- rolling back ---- */

/* The second largest number of all: the one before. */
static int64_t last_revision(const struct roll *roll)
{
    int64_t most = 0, second = 0, number;
    for (uint32_t i = 0; i <= roll->old_count; i++) {
        uint32_t set = i < roll->old_count ? roll->olds[i] : roll->new_set;
        if (!roll_revision(roll, set, &number))
            continue;
        if (number >= most) {
            second = most;
            most = number;
        } else if (number > second) {
            second = number;
        }
    }
    return second;
}

/* The Deployment's annotations become the ReplicaSet's, but for those that are never copied. */
static void replace_annotations(struct roll *roll, uint32_t set)
{
    const struct rollout_labels *own = &roll->spec->annotations, *kept = &roll->sets[set].facts->annotations;
    const struct sorted sorted = sort_annotations(roll, kept);
    for (uint32_t i = 0; i < own->count; i++) {
        struct rollout_str key = *ro_label_key(own, i);
        if (!roll_not_copied(key) && !find_sorted(&sorted, key))
            roll_note_removed(roll, ROLLOUT_NONE, key);
    }
    copy_annotations(roll, ROLLOUT_NONE, kept, own);
}

void roll_back(struct roll *roll, int64_t revision)
{
    uint32_t found = ROLLOUT_NONE, first;
    int64_t number;
    if (revision == 0)
        revision = last_revision(roll);
    for (uint32_t i = 0; i <= roll->old_count && revision != 0 && found == ROLLOUT_NONE; i++) {
        uint32_t set = i < roll->old_count ? roll->olds[i] : roll->new_set;
        if (roll_revision(roll, set, &number) && number == revision)
            found = set;
    }
    bool copies = found != ROLLOUT_NONE && roll->sets[found].facts &&
                  !(roll->sets[found].facts->flags & ROLLOUT_REPLICA_SET_SAME_TEMPLATE);
    if (copies)
        roll_act(roll, ROLLOUT_OP_SET_TEMPLATE, found);
    first = roll->note_count;
    if (copies)
        replace_annotations(roll, found);
    roll_note_removed(roll, ROLLOUT_NONE, RO_STR(ROLL_BACK_TO));
    roll_take_notes(roll, roll_act(roll, ROLLOUT_OP_SET_ANNOTATION, ROLLOUT_NONE), first);
}
