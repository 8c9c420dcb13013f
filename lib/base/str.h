/* SPDX-License-Identifier: Apache-2.0 */
/* Borrowed strings and views. */
#ifndef RO_BASE_STR_H
#define RO_BASE_STR_H

#include <stdbool.h>
#include <string.h>

#include <rollout/base.h>

/* A string literal as a view. */
#define RO_STR(literal) ((struct rollout_str){ .data = (literal), .len = sizeof(literal) - 1 })

/* An absent text with a length: reading it would crash. */
static inline bool ro_str_broken(struct rollout_str s)
{
    return !s.data && s.len;
}

static inline bool ro_str_eq(struct rollout_str a, struct rollout_str b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.data, b.data, a.len) == 0);
}

/* Byte order, shorter first among equals. */
static inline int ro_str_cmp(struct rollout_str a, struct rollout_str b)
{
    size_t n = a.len < b.len ? a.len : b.len;
    int c = n ? memcmp(a.data, b.data, n) : 0;
    return c ? c : (a.len > b.len) - (a.len < b.len);
}

static inline bool ro_str_starts(struct rollout_str s, struct rollout_str prefix)
{
    return s.len >= prefix.len && memcmp(s.data, prefix.data, prefix.len) == 0;
}

/* Where a longer text is cut: at most at `at`, and not within a UTF-8 sequence. */
static inline size_t ro_str_cut(const char *text, size_t at)
{
    while (at > 0 && ((unsigned char)text[at] & 0xc0) == 0x80)
        at--;
    return at;
}

/* Element i of a view: the stride is the caller's. Plain arrays give 0 or the record's size. */
static inline const struct rollout_str *ro_strs_at(const struct rollout_strs *strs, uint32_t i)
{
    size_t stride = strs->stride ? strs->stride : sizeof(struct rollout_str);
    return (const struct rollout_str *)(const void *)((const char *)strs->items + i * stride);
}

/* A label lies inside whatever record the stride spans, so it is read as two strings in a row. */
static inline const struct rollout_str *ro_label_key(const struct rollout_labels *labels, uint32_t i)
{
    size_t stride = labels->stride ? labels->stride : sizeof(struct rollout_label);
    return (const struct rollout_str *)(const void *)((const char *)labels->items + i * stride);
}

static inline const struct rollout_str *ro_label_value(const struct rollout_labels *labels, uint32_t i)
{
    return ro_label_key(labels, i) + 1;
}

/* The value of a label, or NULL. Of what callers hand over the texts within labels are not checked before:
 * a broken key or value is passed over. */
static inline const struct rollout_str *ro_labels_get(const struct rollout_labels *labels, struct rollout_str key)
{
    for (uint32_t i = 0; i < labels->count; i++) {
        const struct rollout_str *label = ro_label_key(labels, i);
        if (!ro_str_broken(label[0]) && ro_str_eq(label[0], key) && !ro_str_broken(label[1]))
            return &label[1];
    }
    return NULL;
}

/* ro_str_eq without a call for texts as short as most labels: reads that overlap cover them. */
static inline bool ro_label_eq(struct rollout_str a, struct rollout_str b)
{
    if (a.len != b.len || a.len > 16)
        return ro_str_eq(a, b);
    if (a.len >= 8) {
        uint64_t x[2], y[2];
        memcpy(&x[0], a.data, 8);
        memcpy(&y[0], b.data, 8);
        memcpy(&x[1], a.data + a.len - 8, 8);
        memcpy(&y[1], b.data + b.len - 8, 8);
        return x[0] == y[0] && x[1] == y[1];
    }
    if (a.len >= 4) {
        uint32_t x[2], y[2];
        memcpy(&x[0], a.data, 4);
        memcpy(&y[0], b.data, 4);
        memcpy(&x[1], a.data + a.len - 4, 4);
        memcpy(&y[1], b.data + b.len - 4, 4);
        return x[0] == y[0] && x[1] == y[1];
    }
    return a.len == 0 || (a.data[0] == b.data[0] && a.data[a.len / 2] == b.data[a.len / 2] &&
                          a.data[a.len - 1] == b.data[a.len - 1]);
}

/* The label, key and value in a row, has the key, and both can be read. */
static inline bool ro_label_is(const struct rollout_str *label, struct rollout_str key)
{
    return !ro_str_broken(label[0]) && ro_label_eq(label[0], key) && !ro_str_broken(label[1]);
}

/* Whether a key is in both. */
static inline bool ro_labels_share(const struct rollout_labels *x, const struct rollout_labels *y)
{
    for (uint32_t i = 0; i < x->count; i++)
        if (ro_labels_get(y, *ro_label_key(x, i)))
            return true;
    return false;
}

/* ro_labels_get, beginning at the place where the key was found in labels looked at before: those of
 * one workload's pods mostly lie alike. */
static inline const struct rollout_str *ro_labels_find(const struct rollout_labels *labels, struct rollout_str key,
                                                       uint32_t *hint)
{
    if (*hint < labels->count && ro_label_is(ro_label_key(labels, *hint), key))
        return ro_label_value(labels, *hint);
    for (uint32_t i = 0; i < labels->count; i++) {
        if (ro_label_is(ro_label_key(labels, i), key)) {
            *hint = i;
            return ro_label_value(labels, i);
        }
    }
    return NULL;
}

/* Broken ones are passed over, as in ro_labels_get. */
static inline bool ro_strs_have(const struct rollout_strs *strs, struct rollout_str s)
{
    for (uint32_t i = 0; i < strs->count; i++)
        if (!ro_str_broken(*ro_strs_at(strs, i)) && ro_str_eq(*ro_strs_at(strs, i), s))
            return true;
    return false;
}

#endif
