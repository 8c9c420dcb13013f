/* SPDX-License-Identifier: Apache-2.0 */
#include "rules/reserved.h"

#include "base/number.h"
#include "base/sort.h"
#include "base/str.h"

/* Signs, which integers may have elsewhere, are none here. */
static bool read_bound(struct rollout_str text, int64_t *ret)
{
    return text.len > 0 && text.data[0] >= '0' && text.data[0] <= '9' && ro_parse_int(text, -1, ret);
}

/* "0003-005" is 3 to 5. */
static bool read_range(struct rollout_str text, struct ro_ordinals *ret)
{
    for (size_t i = 0; i < text.len; i++) {
        if (text.data[i] != '-')
            continue;
        struct rollout_str rest = { text.data + i + 1, text.len - i - 1 };
        return read_bound((struct rollout_str){ text.data, i }, &ret->first) && read_bound(rest, &ret->last) &&
               ret->last >= ret->first;
    }
    return false;
}

static int compare(const void *context, uint32_t a, uint32_t b)
{
    const struct ro_ordinals *ranges = context;
    return (ranges[a].first > ranges[b].first) - (ranges[a].first < ranges[b].first);
}

/* Puts the ranges in the order of the indexes, which is used up. */
static void permute(struct ro_ordinals *ranges, uint32_t *order, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        struct ro_ordinals moved = ranges[i];
        size_t place = i;
        while (order[place] != i) {
            size_t from = order[place];
            ranges[place] = ranges[from];
            order[place] = (uint32_t)place;
            place = from;
        }
        ranges[place] = moved;
        order[place] = (uint32_t)place;
    }
}

size_t ro_reserved_read(const struct rollout_intstr *values, size_t count, struct ro_ordinals *ranges,
                        uint32_t *order)
{
    for (size_t i = 0; i < count; i++) {
        ranges[i] = (struct ro_ordinals){ values[i].count, values[i].count };
        if (values[i].kind != ROLLOUT_INTSTR_INT && !read_range(values[i].text, &ranges[i]))
            return 0;
        order[i] = (uint32_t)i;
    }
    ro_sort_indices(order, count, order + count, compare, ranges);
    permute(ranges, order, count);
    size_t n = 0;
    for (size_t i = 0; i < count; i++) {
        if (n > 0 && ranges[n - 1].last >= ranges[i].first - 1)
            ranges[n - 1].last = ranges[i].last > ranges[n - 1].last ? ranges[i].last : ranges[n - 1].last;
        else
            ranges[n++] = ranges[i];
    }
    return n;
}

int64_t ro_reserved_end(const struct ro_ordinals *ranges, size_t n, int64_t start, int64_t count)
{
    int64_t end = start + count;
    for (size_t i = 0; i < n && count > 0; i++) {
        if (ranges[i].last < start)
            continue;
        if (ranges[i].first >= end)
            break;
        int64_t from = ranges[i].first > start ? ranges[i].first : start;
        if (ranges[i].last >= INT64_MAX - end) /* beyond all ordinals: the caller refuses it */
            return INT64_MAX;
        end += ranges[i].last - from + 1;
    }
    return end;
}

int64_t ro_reserved_skip(const struct ro_ordinals *ranges, size_t n, size_t *cursor, int64_t ordinal)
{
    while (*cursor < n && ranges[*cursor].last < ordinal)
        ++*cursor;
    return *cursor < n && ranges[*cursor].first <= ordinal ? ranges[*cursor].last + 1 : ordinal;
}

bool ro_reserved_has(const struct ro_ordinals *ranges, size_t n, int64_t ordinal)
{
    size_t low = 0, high = n;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (ranges[middle].last < ordinal)
            low = middle + 1;
        else
            high = middle;
    }
    return low < n && ranges[low].first <= ordinal;
}
