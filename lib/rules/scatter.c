/* SPDX-License-Identifier: Apache-2.0 */
#include <stdbool.h>
#include <string.h>

#include "base/memory.h"
#include "base/sequence.h"
#include "base/sort.h"
#include "base/str.h"
#include "rules/scatter.h"

#define NO_TERM UINT32_MAX

/* Each term makes the order anew, which takes as long as it is. Of more terms than these only the pods that match are
 * moved. */
enum { FEW = 32 };

/* A term of the strategy, its duplicates merged into it. */
struct term {
    struct rollout_str key, value;
    uint64_t waiting; /* pods that wait and carry the label, times the copies of the term */
    uint64_t total;   /* pods that match among those that count */
    uint64_t here;    /* pods that wait and match */
    uint32_t *items;  /* of many terms: which */
    uint32_t first;   /* place in the strategy */
    uint32_t copies;
};

struct scatter {
    const struct ro_pods *pods;
    const uint8_t *marks;
    uint8_t counted;
    uint64_t fleet;     /* pods that count */
    struct term *terms; /* distinct, by key and value */
    uint32_t term_count;
    uint32_t *matched; /* by pod: the term, of the key at hand, whose value it has */
    uint32_t *parts;   /* room for the waiting */
    uint32_t *items;   /* of many terms: places in the waiting, by term */
};

enum { TERMS, TURNS, MATCHED, PARTS, ITEMS, ROOM, WAITING, PLACES };

/* At least so many keys as there are. */
static size_t count_keys(const struct rollout_labels *terms)
{
    size_t keys = terms->count > 0;
    for (uint32_t i = 1; i < terms->count; i++)
        keys += !ro_str_eq(*ro_label_key(terms, i - 1), *ro_label_key(terms, i));
    return keys;
}

static struct ro_layout lay_out(const struct rollout_labels *given, size_t n, size_t n_pods, size_t places[PLACES])
{
    struct ro_layout layout = { 0 };
    uint32_t terms = given->count;
    bool many = terms > FEW;
    places[TERMS] = ro_layout_add(&layout, terms, sizeof(struct term));
    places[TURNS] = ro_layout_add(&layout, terms, 2 * sizeof(uint32_t));
    places[MATCHED] = ro_layout_add(&layout, n_pods, sizeof(uint32_t));
    places[PARTS] = ro_layout_add(&layout, n, sizeof(uint32_t));
    if (layout.overflow)
        return layout;
    places[ITEMS] = ro_layout_add(&layout, many ? n : 0, count_keys(given) * sizeof(uint32_t));
    places[ROOM] = ro_layout_add(&layout, many ? ro_sequence_room(n) : 0, sizeof(uint32_t));
    places[WAITING] = ro_layout_add(&layout, many ? 3 * n : 0, sizeof(uint32_t));
    return layout;
}

size_t ro_scatter_scratch(const struct rollout_labels *terms, size_t n, size_t n_pods)
{
    size_t places[PLACES];
    struct ro_layout layout = lay_out(terms, n, n_pods, places);
    return layout.overflow ? SIZE_MAX : layout.size;
}

static int compare_labels(const void *context, uint32_t a, uint32_t b)
{
    const struct rollout_labels *terms = context;
    int c = ro_str_cmp(*ro_label_key(terms, a), *ro_label_key(terms, b));
    return c ? c : ro_str_cmp(*ro_label_value(terms, a), *ro_label_value(terms, b));
}

/* Distinct terms in the order of key and value. order: room for twice the terms. */
static void merge_terms(struct scatter *s, const struct rollout_labels *terms, uint32_t *order)
{
    for (uint32_t i = 0; i < terms->count; i++)
        order[i] = i;
    ro_sort_indices(order, terms->count, order + terms->count, compare_labels, terms);
    for (uint32_t i = 0; i < terms->count; i++) {
        if (i > 0 && compare_labels(terms, order[i - 1], order[i]) == 0) {
            s->terms[s->term_count - 1].copies++;
            continue;
        }
        s->terms[s->term_count++] = (struct term){ .key = *ro_label_key(terms, order[i]),
                                                   .value = *ro_label_value(terms, order[i]),
                                                   .first = order[i],
                                                   .copies = 1 };
    }
}

/* End of the terms that have the key of the one at first. */
static uint32_t same_key(const struct scatter *s, uint32_t first)
{
    uint32_t end = first + 1;
    while (end < s->term_count && ro_str_eq(s->terms[end].key, s->terms[first].key))
        end++;
    return end;
}

/* The term among [first, end), all of one key, that has this value. */
static uint32_t find_value(const struct scatter *s, uint32_t first, uint32_t end, struct rollout_str value)
{
    if (end - first == 1)
        return ro_label_eq(value, s->terms[first].value) ? first : NO_TERM;
    while (first < end) {
        uint32_t middle = first + (end - first) / 2;
        int c = ro_str_cmp(value, s->terms[middle].value);
        if (c == 0)
            return middle;
        if (c < 0)
            end = middle;
        else
            first = middle + 1;
    }
    return NO_TERM;
}

/* Counts the waiting pods that really have a term's label, one look for a pod and key, and drops the
 * terms that none has. */
static void keep_waiting(struct scatter *s, const uint32_t *wait, size_t n)
{
    for (uint32_t first = 0, end; first < s->term_count; first = end) {
        uint32_t hint = 0;
        end = same_key(s, first);
        for (size_t i = 0; i < n; i++) {
            const struct rollout_labels *labels = &ro_pod(s->pods, wait[i])->labels;
            const struct rollout_str *value = ro_labels_find(labels, s->terms[first].key, &hint);
            uint32_t term = value ? find_value(s, first, end, *value) : NO_TERM;
            if (term != NO_TERM)
                s->terms[term].waiting += s->terms[term].copies;
        }
    }
    uint32_t kept = 0;
    for (uint32_t i = 0; i < s->term_count; i++)
        if (s->terms[i].waiting > 0)
            s->terms[kept++] = s->terms[i];
    s->term_count = kept;
}

static int compare_turns(const void *context, uint32_t a, uint32_t b)
{
    const struct term *terms = context;
    if (terms[a].waiting != terms[b].waiting)
        return terms[a].waiting > terms[b].waiting ? -1 : 1;
    return terms[a].first < terms[b].first ? -1 : terms[a].first > terms[b].first;
}

/* Finds each pod's term among those with the key of the term at first; a pod without the label has the empty value here. */
static void match_pods(struct scatter *s, uint32_t first, const uint32_t *wait, size_t n)
{
    struct rollout_str key = s->terms[first].key;
    while (first > 0 && ro_str_eq(s->terms[first - 1].key, key))
        first--;
    uint32_t end = same_key(s, first), absent = find_value(s, first, end, RO_STR(""));
    for (uint32_t i = first; i < end; i++)
        s->terms[i].total = s->terms[i].here = 0;
    s->fleet = 0;
    uint32_t hint = 0;
    for (size_t i = 0; i < s->pods->count; i++) {
        const struct rollout_str *value = ro_labels_find(&ro_pod(s->pods, i)->labels, key, &hint);
        uint32_t term = value ? find_value(s, first, end, *value) : absent;
        s->matched[i] = term;
        if (s->marks && !(s->marks[i] & s->counted))
            continue;
        s->fleet++;
        if (term != NO_TERM)
            s->terms[term].total++;
    }
    for (size_t i = 0; i < n; i++)
        if (s->matched[wait[i]] != NO_TERM)
            s->terms[s->matched[wait[i]]].here++;
}

/* a / b, halves away from zero. */
static uint64_t divide_rounded(uint64_t a, uint64_t b)
{
    return (2 * a + b) / (2 * b);
}

/* How many matched and how many others follow each other in turn. */
struct shape {
    uint64_t groups, matched, others;
};

static struct shape shape_of(uint64_t matched, uint64_t others)
{
    uint64_t groups = matched < others ? matched : others;
    return (struct shape){ groups, divide_rounded(matched, groups), divide_rounded(others, groups) };
}

static uint64_t less_of(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

/* Deals `from` out to the end of `to`, up to count or as many as there are. */
static void deal(uint32_t **to, const uint32_t **from, const uint32_t *end, uint64_t count)
{
    size_t n = (size_t)less_of(count, (uint64_t)(end - *from));
    for (size_t i = 0; i < n; i++)
        *(*to)++ = *(*from)++;
}

/* How a term deals out m matched pods, the last one already put aside, and u others: so many of these first, then in
 * groups. */
static struct shape plan(const struct scatter *s, const struct term *term, uint64_t m, uint64_t u, uint64_t *ret_first)
{
    uint64_t total = term->total, total_others = s->fleet - total;
    /* A waiting pod that does not count, or is listed twice, must not leave a density of none. */
    total = total > m ? total - 1 : m;
    total_others = total_others > u ? total_others : u;

    float density = (float)total_others / (float)total, waiting = (float)u / (float)m; /* 32 bits, as upstream */
    *ret_first = 0;
    if (density >= waiting)
        return shape_of(m, u);
    struct shape shape = shape_of(total, total_others);
    shape.groups = less_of(m / shape.matched, u / shape.others);
    *ret_first = u - shape.groups * shape.others;
    return shape;
}

static void apply(const struct scatter *s, uint32_t term, uint32_t *wait, size_t n)
{
    size_t m = (size_t)s->terms[term].here, u = n - m;
    if (m <= 1 || u <= 1)
        return;
    uint32_t *others = s->parts, *matched = s->parts + u;
    /* Each is written to both lists and stays in one: no branch is to be guessed. */
    for (size_t i = 0, a = 0, b = 0; i < n; i++) {
        uint32_t pod = wait[i];
        bool match = s->matched[pod] == term;
        wait[a] = others[b] = pod;
        a += match;
        b += !match;
    }
    memcpy(matched, wait, m * sizeof(*wait));

    /* The last matched pod stays out of the arithmetic and ends the order. */
    uint32_t last = matched[--m];
    uint64_t first;
    struct shape shape = plan(s, &s->terms[term], m, u, &first);
    const uint32_t *next_matched = matched, *next_other = others;
    const uint32_t *end_matched = matched + m, *end_other = others + u;
    deal(&wait, &next_other, end_other, first);
    for (uint64_t i = 0; i < shape.groups; i++) {
        deal(&wait, &next_matched, end_matched, shape.matched);
        deal(&wait, &next_other, end_other, shape.others);
    }
    deal(&wait, &next_matched, end_matched, m);
    deal(&wait, &next_other, end_other, u);
    *wait = last;
}

/* ---- many terms ---- */

struct many {
    struct ro_sequence sequence; /* of the waiting: item 1 is the first one of the incoming order */
    uint32_t *places;            /* of an item, while it is taken out */
};

static int by_place(const void *context, uint32_t a, uint32_t b)
{
    const uint32_t *places = context;
    return places[a - 1] < places[b - 1] ? -1 : places[a - 1] > places[b - 1];
}

/* The same as apply(). */
static void move(const struct scatter *s, struct many *many, const struct term *term, size_t n)
{
    size_t m = (size_t)term->here, u = n - m;
    uint64_t first, dealt = 0, others;
    if (m <= 1 || u <= 1)
        return;
    for (size_t i = 0; i < m; i++)
        many->places[term->items[i] - 1] = ro_sequence_place(&many->sequence, term->items[i]);
    ro_sort_indices(term->items, m, s->parts, by_place, many->places);
    for (size_t i = 0; i < m; i++)
        ro_sequence_remove(&many->sequence, term->items[i]);
    uint32_t last = term->items[--m];
    struct shape shape = plan(s, term, m, u, &first);
    others = less_of(first, u);
    for (uint64_t i = 0; dealt < m; i++) {
        uint64_t end = i < shape.groups ? less_of(m, dealt + shape.matched) : m;
        for (; dealt < end; dealt++)
            ro_sequence_insert(&many->sequence, term->items[dealt], (uint32_t)(others + dealt));
        others = i < shape.groups ? less_of(u, others + shape.others) : others;
    }
    ro_sequence_insert(&many->sequence, last, (uint32_t)(n - 1));
}

/* The places of the waiting, from 1, by term: those of one key after the other. */
static void collect_items(struct scatter *s, const uint32_t *wait, size_t n)
{
    uint32_t *next = s->items;
    for (uint32_t first = 0, end; first < s->term_count; first = end) {
        end = same_key(s, first);
        match_pods(s, first, wait, n);
        for (uint32_t t = first; t < end; t++) {
            s->terms[t].items = next;
            next += s->terms[t].here;
            s->terms[t].here = 0;
        }
        for (uint32_t i = 0; i < n; i++) {
            uint32_t t = s->matched[wait[i]];
            if (t != NO_TERM)
                s->terms[t].items[s->terms[t].here++] = i + 1;
        }
    }
}

static void apply_many(struct scatter *s, const uint32_t *turns, uint32_t *room, uint32_t *waiting, uint32_t *wait,
                       size_t n)
{
    struct many many = { .places = waiting };
    uint32_t *before = waiting + n, *order = waiting + 2 * n;
    collect_items(s, wait, n);
    ro_sequence_open(&many.sequence, n, room);
    for (uint32_t i = 0; i < s->term_count; i++)
        move(s, &many, &s->terms[turns[i]], n);
    memcpy(before, wait, n * sizeof *wait);
    ro_sequence_list(&many.sequence, order);
    for (size_t i = 0; i < n; i++)
        wait[i] = before[order[i] - 1];
}

void ro_scatter(const struct rollout_labels *terms, const struct ro_pods *pods, const uint8_t *marks, uint8_t counted,
                uint32_t *wait, size_t n, void *scratch)
{
    if (terms->count == 0 || n <= 1)
        return;
    size_t places[PLACES];
    (void)lay_out(terms, n, pods->count, places);
    char *base = scratch;
    struct scatter s = { .pods = pods,
                         .marks = marks,
                         .counted = counted,
                         .terms = (struct term *)(void *)(base + places[TERMS]),
                         .matched = (uint32_t *)(void *)(base + places[MATCHED]),
                         .parts = (uint32_t *)(void *)(base + places[PARTS]),
                         .items = (uint32_t *)(void *)(base + places[ITEMS]) };
    uint32_t *turns = (uint32_t *)(void *)(base + places[TURNS]);
    merge_terms(&s, terms, turns);
    /* One term is applied even where it matches nothing; of several, those that match a pod that waits,
     * the most frequent first. */
    if (terms->count > 1)
        keep_waiting(&s, wait, n);
    for (uint32_t i = 0; i < s.term_count; i++)
        turns[i] = i;
    ro_sort_indices(turns, s.term_count, turns + terms->count, compare_turns, s.terms);
    if (s.term_count > FEW) {
        apply_many(&s, turns, (uint32_t *)(void *)(base + places[ROOM]), (uint32_t *)(void *)(base + places[WAITING]),
                   wait, n);
        return;
    }
    for (uint32_t i = 0; i < s.term_count; i++) {
        if (i == 0 || !ro_str_eq(s.terms[turns[i]].key, s.terms[turns[i - 1]].key))
            match_pods(&s, turns[i], wait, n);
        apply(&s, turns[i], wait, n);
    }
}
