/* SPDX-License-Identifier: Apache-2.0 */
/* Whether an assertion holds, and if not, why. Fractions are hundredths, so that percentages are exact. */
#include "sim/assertion.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/str.h"
#include "rules/pods.h"
#include "rules/selector.h"
#include "sim/assertion_parts.h"

#define PIECE       80                       /* bytes of a text within a sentence, at most */
#define COUNT_LIMIT INT64_C(100000000000000) /* no sum overflows: see RO_TERM_LIMIT */

static int64_t within(int64_t value, int64_t limit)
{
    return value > limit ? limit : value < -limit ? -limit : value;
}

/* ---- counting ---- */

static void count(struct ro_assertion_counts *c, const struct ro_assertion_view *v, size_t i)
{
    c->available += v->available[i] != 0;
    c->total += v->active[i] != 0;
    c->updated += v->active[i] && v->updated[i];
    if (v->restarts[i] > c->restarts)
        c->restarts = v->restarts[i];
}

static int64_t worth(const struct ro_term *t, const struct ro_assertion_view *v, const struct ro_assertion_counts *c,
                     int64_t wanted)
{
    switch (t->quantity) {
    case RO_QUANTITY_AVAILABLE:
        return c->available;
    case RO_QUANTITY_UNAVAILABLE:
        return wanted > c->available ? wanted - c->available : 0;
    case RO_QUANTITY_TOTAL:
        return c->total;
    case RO_QUANTITY_UPDATED:
        return c->updated;
    case RO_QUANTITY_OLD:
        return c->total - c->updated;
    case RO_QUANTITY_RESTARTS:
        return c->restarts;
    case RO_QUANTITY_REPLICAS:
        return wanted;
    case RO_QUANTITY_PARTITION:
        return v->partition;
    case RO_QUANTITY_MAX_SURGE:
        return v->max_surge;
    case RO_QUANTITY_MAX_UNAVAILABLE:
        return v->max_unavailable;
    default:
        return t->number;
    }
}

/* In hundredths. */
static int64_t add_up(const struct ro_sum *sum, const struct ro_assertion_view *v, const struct ro_assertion_counts *c,
                      int64_t wanted)
{
    int64_t total = 0;
    for (size_t i = 0; i < sum->count; i++) {
        const struct ro_term *t = &sum->terms[i];
        int64_t value = t->quantity == RO_QUANTITY_PERCENT
                            ? t->number * within(wanted, RO_NUMBER_LIMIT)
                            : 100 * within(worth(t, v, c, within(wanted, COUNT_LIMIT)), COUNT_LIMIT);
        total += t->minus ? -value : value;
    }
    return total;
}

static bool compares(enum ro_comparison comparison, int64_t left, int64_t right)
{
    switch (comparison) {
    case RO_AT_LEAST:
        return left >= right;
    case RO_AT_MOST:
        return left <= right;
    case RO_MORE:
        return left > right;
    case RO_LESS:
        return left < right;
    case RO_EQUAL:
        return left == right;
    default:
        return left != right;
    }
}

/* ---- sentences ---- */

struct sentence {
    char *buf;
    size_t size, len;
};

static void say(struct sentence *s, struct rollout_str piece)
{
    size_t room = s->size ? s->size - 1 - s->len : 0;
    size_t n = piece.len < room ? piece.len : piece.len && room ? ro_str_cut(piece.data, room) : 0;
    if (n)
        memcpy(s->buf + s->len, piece.data, n);
    s->len += n;
    if (s->size)
        s->buf[s->len] = '\0';
    if (n < piece.len) /* what follows does not fit either */
        s->size = s->len + 1 < s->size ? s->len + 1 : s->size;
}

static void say_text(struct sentence *s, const char *text)
{
    say(s, (struct rollout_str){ text, strlen(text) });
}

/* What someone else wrote, of any length. */
static void say_name(struct sentence *s, struct rollout_str name)
{
    bool cut = name.len > PIECE;
    if (cut)
        name.len = ro_str_cut(name.data, PIECE);
    say(s, name);
    if (cut)
        say_text(s, "...");
}

/* Hundredths, without zeros behind the point. */
static void say_number(struct sentence *s, int64_t hundredths)
{
    char digits[32];
    uint64_t magnitude = hundredths < 0 ? 0 - (uint64_t)hundredths : (uint64_t)hundredths;
    const char *sign = hundredths < 0 ? "-" : "";
    if (magnitude % 100 == 0)
        snprintf(digits, sizeof digits, "%s%" PRIu64, sign, magnitude / 100);
    else if (magnitude % 10 == 0)
        snprintf(digits, sizeof digits, "%s%" PRIu64 ".%" PRIu64, sign, magnitude / 100, magnitude / 10 % 10);
    else
        snprintf(digits, sizeof digits, "%s%" PRIu64 ".%02" PRIu64, sign, magnitude / 100, magnitude % 100);
    say_text(s, digits);
}

static void say_sum(struct sentence *s, const struct ro_sum *sum, int64_t wanted)
{
    say_name(s, sum->text);
    if (sum->percent && sum->count == 1) {
        say_text(s, " of ");
        say_number(s, 100 * within(wanted, COUNT_LIMIT));
    }
}

static void say_until(struct sentence *s, const struct ro_assertion *a)
{
    if (a->ends) {
        say_text(s, " until partition ");
        say_number(s, 100 * a->until);
    }
}

/* The bound that whole numbers must keep: -1 where right was rounded down to it, 1 up, 0 not at all. */
static int whole_bound(const struct ro_assertion *a, int64_t *right)
{
    int64_t rest = *right % 100;
    if (rest < 0)
        rest += 100;
    if (rest == 0 || a->left.percent || (a->comparison != RO_AT_LEAST && a->comparison != RO_AT_MOST))
        return 0;
    *right += a->comparison == RO_AT_LEAST ? 100 - rest : -rest;
    return a->comparison == RO_AT_LEAST ? 1 : -1;
}

static bool judge(const struct ro_assertion *a, const struct ro_assertion_view *v, const struct ro_assertion_counts *c,
                  int64_t wanted, const struct rollout_str *zone, char *buf, size_t size)
{
    static const char *const words[] = {
        [RO_AT_LEAST] = ", but at least ", [RO_AT_MOST] = ", but at most ", [RO_MORE] = ", but more than ",
        [RO_LESS] = ", but less than ",    [RO_EQUAL] = ", but exactly ",   [RO_UNEQUAL] = ", but anything but ",
    };
    int64_t left = add_up(&a->left, v, c, wanted), right = add_up(&a->right, v, c, wanted);
    if (compares(a->comparison, left, right))
        return true;
    struct sentence s = { buf, size, 0 };
    int rounded = whole_bound(a, &right);
    if (zone) {
        say_text(&s, "zone ");
        say_name(&s, *zone);
        say_text(&s, ": ");
    }
    say_sum(&s, &a->left, wanted);
    say_text(&s, a->left.count == 1 ? " " : " = ");
    say_number(&s, left);
    say_text(&s, words[a->comparison]);
    say_number(&s, right);
    say_text(&s, right == 100 ? " was promised" : " were promised");
    say_until(&s, a);
    if (a->right.count > 1 || a->right.terms[0].quantity != RO_QUANTITY_NUMBER) {
        say_text(&s, ": ");
        say_sum(&s, &a->right, wanted);
    }
    if (rounded)
        say_text(&s, rounded > 0 ? ", rounded up" : ", rounded down");
    return false;
}

/* ---- each kind of claim ---- */

static bool holds(const struct ro_assertion *a, const struct ro_assertion_view *v, char *buf, size_t size)
{
    struct ro_assertion_counts counts = { 0 };
    for (size_t i = 0; i < v->snapshot->pods.count; i++)
        count(&counts, v, i);
    return judge(a, v, &counts, v->wanted, NULL, buf, size);
}

/* A zone that had no pods and has none is none of the release's. */
static bool holds_in_zones(const struct ro_assertion *a, const struct ro_assertion_view *v, char *buf, size_t size)
{
    struct ro_assertion_counts *counts = v->zone_scratch;
    if (v->zone_count)
        memset(counts, 0, v->zone_count * sizeof *counts);
    for (size_t i = 0; i < v->snapshot->pods.count; i++)
        if (v->zones[i] && v->zones[i] <= v->zone_count)
            count(&counts[v->zones[i] - 1], v, i);
    for (size_t z = 0; z < v->zone_count; z++)
        if ((v->zone_wanted[z] || counts[z].total) &&
            !judge(a, v, &counts[z], v->zone_wanted[z], &v->zone_names[z], buf, size))
            return false;
    return true;
}

static bool holds_order(const struct ro_assertion *a, const struct ro_assertion_view *v, char *buf, size_t size)
{
    struct ro_pods pods = { (const char *)v->snapshot->pods.items, v->snapshot->pods.stride, v->snapshot->pods.count };
    const struct rollout_pod *waits = NULL, *begun = NULL;
    uint32_t first_hint = 0, second_hint = 0;
    for (size_t i = 0; i < pods.count && !(waits && begun); i++) {
        const struct rollout_pod *pod = ro_pod(&pods, i);
        if (!v->active[i])
            continue;
        if (!waits && !v->begun[i] && !v->updated[i] && ro_selector_match(&a->first, &pod->labels, &first_hint))
            waits = pod;
        if (!begun && v->begun[i] && ro_selector_match(&a->second, &pod->labels, &second_hint))
            begun = pod;
    }
    if (!waits || !begun)
        return true;
    struct sentence s = { buf, size, 0 };
    say_text(&s, "pod ");
    say_name(&s, begun->name);
    say_text(&s, " has begun and pod ");
    say_name(&s, waits->name);
    say_text(&s, " has not, but ");
    say_name(&s, a->first_text);
    say_text(&s, " before ");
    say_name(&s, a->second_text);
    say_text(&s, " was promised");
    say_until(&s, a);
    return false;
}

static bool holds_end(const struct ro_assertion *a, const struct ro_assertion_view *v, char *buf, size_t size)
{
    if (v->done || v->elapsed_ms <= a->within_ms)
        return true;
    struct sentence s = { buf, size, 0 };
    char ms[32];
    snprintf(ms, sizeof ms, "%" PRId64, v->elapsed_ms);
    say_text(&s, "not finished after ");
    say_text(&s, ms);
    say_text(&s, " ms, but an end within ");
    say_name(&s, a->within_text);
    say_text(&s, " was promised");
    return false;
}

bool ro_assertion_needs_clock(const struct ro_assertion *assertion)
{
    return assertion->claim == RO_CLAIM_ORDER || assertion->claim == RO_CLAIM_FINISHES;
}

bool ro_assertion_holds(const struct ro_assertion *assertion, const struct ro_assertion_view *view, char *buf,
                        size_t size)
{
    if (assertion->ends && view->partition <= assertion->until)
        return true;
    switch (assertion->claim) {
    case RO_CLAIM_COMPARES:
        return holds(assertion, view, buf, size);
    case RO_CLAIM_PER_ZONE:
        return holds_in_zones(assertion, view, buf, size);
    case RO_CLAIM_ORDER:
        return holds_order(assertion, view, buf, size);
    default:
        return holds_end(assertion, view, buf, size);
    }
}
