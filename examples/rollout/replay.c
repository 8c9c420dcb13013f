/* SPDX-License-Identifier: Apache-2.0 */
/* rollout replay: does this version decide as recorded? */
#include <stdio.h>

#include "command.h"
#include "recording.h"
#include "table.h"

/* Over all lines. */
struct replayed {
    size_t lines, same;
    bool shown; /* a difference was */
};

/* The line's id as text; lines without one have their number. */
static void add_id(struct text *out, const struct rollout_node *id, size_t number)
{
    if (id && id->kind == ROLLOUT_NODE_TEXT)
        text_add_plain(out, id->text);
    else
        text_addf(out, "line %zu", number);
}

static void add_json(struct text *out, const struct rollout_node *id, const struct difference *difference)
{
    text_adds(out, "{\"kind\":\"Replay\"");
    if (id) {
        text_adds(out, ",\"id\":");
        text_add_node(out, id);
    }
    text_addf(out, ",\"same\":%s", difference->found ? "false" : "true");
    if (difference->found) {
        text_adds(out, ",\"difference\":{\"path\":");
        text_add_quoted(
            out, (struct rollout_str){ difference->path.data ? difference->path.data : "", difference->path.len });
        if (difference->expected.len)
            text_addf(out, ",\"expected\":%s", difference->expected.data);
        if (difference->got.len)
            text_addf(out, ",\"got\":%s", difference->got.data);
        text_adds(out, "}");
    }
    text_adds(out, "}\n");
}

static void add_row(struct table *table, const char *name, const struct text *value)
{
    table_string(table, name);
    if (value->len)
        table_text(table, value);
    else
        table_string(table, "nothing");
    table_end_row(table);
}

static void add_text(struct text *out, const struct rollout_node *id, size_t number,
                     const struct difference *difference)
{
    struct table table = { 0 };
    add_id(out, id, number);
    text_adds(out, ": ");
    text_add_plain(out, (struct rollout_str){ difference->path.data, difference->path.len });
    text_adds(out, difference->path.len ? "\n" : "the whole\n");
    add_row(&table, "expected", &difference->expected);
    add_row(&table, "got", &difference->got);
    table_print(&table, "  ", false, terminal_width(), out);
    table_free(&table);
}

static int replay_line(const struct options *options, const struct rollout_tree *document, struct text *out,
                       void *context, struct rollout_error *reterr)
{
    struct replayed *replayed = context;
    struct difference difference = { 0 };
    const struct rollout_node *id = node_get(document->nodes, "id");
    int r = recording_replay(document, false, &difference, reterr);
    if (r == ROLLOUT_OK) {
        replayed->lines++;
        replayed->same += !difference.found;
        if (options->json) {
            add_json(out, id, &difference);
        } else if (difference.found && (options->all || !replayed->shown)) {
            add_text(out, id, replayed->lines, &difference);
            replayed->shown = true;
        }
    }
    bool found = difference.found;
    difference_free(&difference);
    return r != ROLLOUT_OK ? FAULT : found ? STATUS_NO : STATUS_YES;
}

int command_replay(const struct options *options)
{
    struct replayed replayed = { 0 };
    struct text out = { 0 };
    int status = each_document(options, 0, replay_line, NULL, &replayed);
    if (options->json || replayed.lines == 0 || ferror(stdout))
        return status;
    text_addf(&out, "%zu of %zu %s the same\n", replayed.same, replayed.lines,
              replayed.lines == 1 ? "line decides" : "lines decide");
    if (!flush_text(&out))
        status = STATUS_BAD;
    text_free(&out);
    return finish(status);
}
