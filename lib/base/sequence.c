/* SPDX-License-Identifier: Apache-2.0 */
#include "base/sequence.h"

#include <stdbool.h>
#include <string.h>

static uint32_t priority(uint32_t item)
{
    item = (item ^ item >> 16) * 0x7feb352du;
    item = (item ^ item >> 15) * 0x846ca68bu;
    return item ^ item >> 16;
}

static void update(struct ro_sequence *s, uint32_t item)
{
    s->size[item] = s->size[s->left[item]] + s->size[s->right[item]] + 1;
    s->up[s->left[item]] = item;
    s->up[s->right[item]] = item;
}

static uint32_t merge(struct ro_sequence *s, uint32_t a, uint32_t b)
{
    if (!a || !b)
        return a ? a : b;
    if (priority(a) > priority(b)) {
        s->right[a] = merge(s, s->right[a], b);
        update(s, a);
        return a;
    }
    s->left[b] = merge(s, a, s->left[b]);
    update(s, b);
    return b;
}

/* The first `count` items, and the others. */
static void split(struct ro_sequence *s, uint32_t tree, uint32_t count, uint32_t *ret_first, uint32_t *ret_rest)
{
    if (!tree) {
        *ret_first = *ret_rest = 0;
    } else if (s->size[s->left[tree]] < count) {
        split(s, s->right[tree], count - s->size[s->left[tree]] - 1, &s->right[tree], ret_rest);
        update(s, tree);
        *ret_first = tree;
    } else {
        split(s, s->left[tree], count, ret_first, &s->left[tree]);
        update(s, tree);
        *ret_rest = tree;
    }
}

size_t ro_sequence_room(size_t n)
{
    return 4 * (n + 1);
}

void ro_sequence_open(struct ro_sequence *s, size_t n, uint32_t *room)
{
    uint32_t last = 0; /* of the spine on the right, on which `up` leads */
    *s = (struct ro_sequence){
        .left = room, .right = room + (n + 1), .up = room + 2 * (n + 1), .size = room + 3 * (n + 1)
    };
    memset(room, 0, ro_sequence_room(n) * sizeof *room);
    for (uint32_t item = 1; item <= n; item++) {
        uint32_t below = 0;
        while (last && priority(last) < priority(item)) {
            below = last;
            update(s, last);
            last = s->up[last];
        }
        s->left[item] = below;
        s->up[item] = last;
        s->up[below] = item;
        if (last)
            s->right[last] = item;
        else
            s->root = item;
        last = item;
    }
    for (uint32_t up; last; last = up) {
        up = s->up[last];
        update(s, last);
    }
    s->up[0] = s->up[s->root] = 0;
}

uint32_t ro_sequence_place(const struct ro_sequence *s, uint32_t item)
{
    uint32_t place = s->size[s->left[item]];
    for (; item != s->root; item = s->up[item])
        if (s->right[s->up[item]] == item)
            place += s->size[s->left[s->up[item]]] + 1;
    return place;
}

void ro_sequence_remove(struct ro_sequence *s, uint32_t item)
{
    uint32_t rest = merge(s, s->left[item], s->right[item]), up = s->up[item];
    bool top = item == s->root;
    if (top)
        s->root = rest;
    else if (s->left[up] == item)
        s->left[up] = rest;
    else
        s->right[up] = rest;
    for (; !top; up = s->up[up]) {
        update(s, up);
        top = up == s->root;
    }
    s->left[item] = s->right[item] = s->up[item] = s->size[item] = 0;
}

void ro_sequence_insert(struct ro_sequence *s, uint32_t item, uint32_t place)
{
    uint32_t first, rest;
    split(s, s->root, place, &first, &rest);
    s->size[item] = 1;
    s->root = merge(s, merge(s, first, item), rest);
}

static uint32_t *list(const struct ro_sequence *s, uint32_t tree, uint32_t *ret)
{
    for (; tree; tree = s->right[tree]) {
        ret = list(s, s->left[tree], ret);
        *ret++ = tree;
    }
    return ret;
}

void ro_sequence_list(const struct ro_sequence *s, uint32_t *ret)
{
    list(s, s->root, ret);
}
