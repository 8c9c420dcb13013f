/* SPDX-License-Identifier: Apache-2.0 */
#include "objects/plan_writer.h"

#include <stdio.h>

#include "base/str.h"
#include "base/time.h"

static void put(struct ro_writer *w, struct rollout_node node)
{
    if (w->nodes) {
        node.size = 1;
        w->nodes[w->n_nodes] = node;
    }
    w->n_nodes++;
}

size_t ro_write_begin(struct ro_writer *w, uint32_t kind, struct rollout_str key)
{
    put(w, (struct rollout_node){ .kind = kind, .key = key });
    return w->n_nodes - 1;
}

void ro_write_end(struct ro_writer *w, size_t at)
{
    if (w->nodes)
        w->nodes[at].size = (uint32_t)(w->n_nodes - at);
}

void ro_write_text(struct ro_writer *w, struct rollout_str key, struct rollout_str text)
{
    if (text.data)
        put(w, (struct rollout_node){ .kind = ROLLOUT_NODE_TEXT, .key = key, .text = text });
}

void ro_write_name(struct ro_writer *w, struct rollout_str key, const char *name)
{
    ro_write_text(w, key, name ? (struct rollout_str){ name, strlen(name) } : (struct rollout_str){ NULL, 0 });
}

void ro_write_integer(struct ro_writer *w, struct rollout_str key, int64_t value)
{
    put(w, (struct rollout_node){ .kind = ROLLOUT_NODE_INTEGER, .key = key, .integer = value });
}

void ro_write_bool(struct ro_writer *w, struct rollout_str key, bool value)
{
    put(w, (struct rollout_node){ .kind = ROLLOUT_NODE_BOOL, .key = key, .integer = value });
}

void ro_write_null(struct ro_writer *w, struct rollout_str key)
{
    put(w, (struct rollout_node){ .kind = ROLLOUT_NODE_NULL, .key = key });
}

/* A text of two parts that the document keeps; while only counting its length is all that matters. */
static void put_kept(struct ro_writer *w, struct rollout_str key, struct rollout_str first, struct rollout_str last)
{
    const char *text = last.data;

    if (w->chars) {
        char *place = w->chars + w->n_chars;
        if (first.len > 0)
            memcpy(place, first.data, first.len);
        memcpy(place + first.len, last.data, last.len);
        text = place;
    }
    w->n_chars += first.len + last.len;
    ro_write_text(w, key, (struct rollout_str){ text, first.len + last.len });
}

void ro_write_time(struct ro_writer *w, struct rollout_str key, int64_t ms)
{
    char buf[RO_TIME_SIZE];

    put_kept(w, key, (struct rollout_str){ NULL, 0 }, (struct rollout_str){ buf, ro_time_format(ms, true, buf) });
}

void ro_write_ordinal_name(struct ro_writer *w, struct rollout_str key, struct rollout_str set, uint32_t ordinal)
{
    char buf[16];

    if (set.data)
        put_kept(w, key, set, (struct rollout_str){ buf, (size_t)snprintf(buf, sizeof buf, "-%u", ordinal) });
}

void ro_write_tree(struct ro_writer *w, struct rollout_str key, const struct rollout_tree *tree)
{
    if (tree->count == 0)
        return;
    if (w->nodes) {
        memcpy(w->nodes + w->n_nodes, tree->nodes, tree->count * sizeof(*tree->nodes));
        w->nodes[w->n_nodes].key = key;
    }
    w->n_nodes += tree->count;
}
