/* SPDX-License-Identifier: Apache-2.0 */
#include "difference.h"

/* A step of a path; up: the one before it, NULL at the root. */
struct step {
    const struct step *up;
    struct rollout_str key; /* data NULL: an element */
    size_t index;
};

static bool is_plain(struct rollout_str key)
{
    for (size_t i = 0; i < key.len; i++) {
        char c = key.data[i];
        bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
                     c == '_' || c == '$';
        if (!plain)
            return false;
    }
    return key.len > 0;
}

static void add_path(struct text *out, const struct step *step)
{
    if (!step)
        return;
    add_path(out, step->up);
    if (!step->key.data) {
        text_addf(out, "[%zu]", step->index);
    } else if (is_plain(step->key)) {
        text_adds(out, step->up ? "." : "");
        text_add(out, step->key.data, step->key.len);
    } else {
        text_adds(out, "[");
        text_add_quoted(out, step->key);
        text_adds(out, "]");
    }
}

static bool report_at(const struct step *step, const struct rollout_node *expected, const struct rollout_node *got,
                      struct difference *ret)
{
    ret->found = true;
    add_path(&ret->path, step);
    if (expected)
        text_add_node(&ret->expected, expected);
    if (got)
        text_add_node(&ret->got, got);
    return true;
}

/* The member of this name, null or not, sought from `hint` on and then from the start: objects that are alike mostly
 * have their members in the same order. The last of two of a name is as good as the first: no document has them. */
static const struct rollout_node *find_member(const struct rollout_node *object, const struct rollout_node *hint,
                                              struct rollout_str key)
{
    const struct rollout_node *child;
    for (child = hint; child; child = node_next(object, child))
        if (str_equal(child->key, key))
            return child;
    for (child = node_next(object, NULL); child && child != hint; child = node_next(object, child))
        if (str_equal(child->key, key))
            return child;
    return NULL;
}

static bool differ(const struct step *step, const struct rollout_node *expected, const struct rollout_node *got,
                   struct difference *ret);

static bool objects_differ(const struct step *step, const struct rollout_node *expected, const struct rollout_node *got,
                           struct difference *ret)
{
    const struct rollout_node *hint = node_next(got, NULL), *a, *b;
    for (a = node_next(expected, NULL); a; a = node_next(expected, a)) {
        struct step place = { .up = step, .key = a->key };
        b = find_member(got, hint, a->key);
        if (differ(&place, a, b, ret))
            return true;
        hint = node_next(got, b);
    }
    hint = node_next(expected, NULL);
    for (b = node_next(got, NULL); b; b = node_next(got, b)) {
        struct step place = { .up = step, .key = b->key };
        a = find_member(expected, hint, b->key);
        if (!a)
            return report_at(&place, NULL, b, ret);
        hint = node_next(expected, a);
    }
    return false;
}

static bool arrays_differ(const struct step *step, const struct rollout_node *expected, const struct rollout_node *got,
                          struct difference *ret)
{
    const struct rollout_node *a = node_next(expected, NULL), *b = node_next(got, NULL);
    for (size_t i = 0; a || b; i++) {
        struct step place = { .up = step, .index = i };
        if (differ(&place, a, b, ret))
            return true;
        a = node_next(expected, a);
        b = node_next(got, b);
    }
    return false;
}

static bool differ(const struct step *step, const struct rollout_node *expected, const struct rollout_node *got,
                   struct difference *ret)
{
    bool same = expected && got && expected->kind == got->kind;
    if (!expected && !got)
        return false;
    if (same && expected->kind == ROLLOUT_NODE_OBJECT)
        return objects_differ(step, expected, got, ret);
    if (same && expected->kind == ROLLOUT_NODE_ARRAY)
        return arrays_differ(step, expected, got, ret);
    if (same && (expected->kind == ROLLOUT_NODE_TEXT || expected->kind == ROLLOUT_NODE_REAL))
        same = str_equal(expected->text, got->text);
    else if (same && expected->kind != ROLLOUT_NODE_NULL)
        same = expected->integer == got->integer;
    return same ? false : report_at(step, expected, got, ret);
}

void difference_find(const struct rollout_node *expected, const struct rollout_node *got, struct difference *ret)
{
    differ(NULL, expected, got, ret);
}

bool difference_failed(const struct difference *difference)
{
    return difference->path.failed || difference->expected.failed || difference->got.failed;
}

void difference_free(struct difference *difference)
{
    text_free(&difference->path);
    text_free(&difference->expected);
    text_free(&difference->got);
    difference->found = false;
}
