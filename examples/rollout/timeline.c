/* SPDX-License-Identifier: Apache-2.0 */
#include "timeline.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "span.h"
#include "table.h"

enum { MOST_ROWS = 40, FIRST_ROWS = 30, LAST_ROWS = 9, MOST_CELLS = 40 };

/* How the cells of a bar are drawn. */
struct cells {
    const char *new_, *old, *unavailable;
};

static const struct cells plain_cells = { "#", "=", "." };
static const struct cells drawn_cells = { "\xe2\x96\x88", "\xe2\x96\x93", "\xe2\x96\x91" };

/* Whether stdout is a terminal that shows more than ASCII, as far as the environment says. */
static bool shows_blocks(void)
{
    static const char *const names[] = { "LC_ALL", "LC_CTYPE", "LANG" };
    const char *value = NULL;
    if (!isatty(STDOUT_FILENO))
        return false;
    for (int i = 0; i < 3 && !(value && *value); i++)
        value = getenv(names[i]);
    const char *charset = value ? strrchr(value, '.') : NULL;
    return charset && (strcasecmp(charset, ".utf-8") == 0 || strcasecmp(charset, ".utf8") == 0);
}

static void add_cells(struct text *out, const char *cell, int64_t count)
{
    for (int64_t i = 0; i < count; i++)
        text_adds(out, cell);
}

/* New available, old available and unavailable pods, one cell each, or, of more than there is room for, in proportion: each
 * ends where its share of the row does, and what there is any of has a cell. */
static void add_bar(struct text *out, const struct row *row, int64_t peak, const struct cells *cells)
{
    int64_t room = peak < MOST_CELLS ? peak : MOST_CELLS;
    if (room <= 0)
        return;
    int64_t total = row->total > row->available ? row->total : row->available;
    int64_t whole = (total * room + peak - 1) / peak, new_ = row->new_available * room / peak;
    int64_t available = row->available * room / peak;
    if (total > row->available && available == whole)
        available--;
    if (row->new_available && !new_)
        new_ = 1;
    if (available > whole)
        available = whole;
    if (new_ > available)
        new_ = available;
    add_cells(out, cells->new_, new_);
    add_cells(out, cells->old, available - new_);
    add_cells(out, cells->unavailable, whole - available);
}

/* A job's pods: those that succeeded, that run, that failed. */
static void add_job_row(struct table *table, const struct row *row, int64_t peak, const struct cells *cells)
{
    const struct row as_cells = { .new_available = row->succeeded,
                                  .available = row->succeeded + row->total,
                                  .total = row->succeeded + row->total + row->failed };
    struct text text = { 0 };
    span_show(&text, row->at_ms);
    table_text(table, &text);
    table_number(table, row->total);
    table_number(table, row->succeeded);
    table_number(table, row->failed);
    text_clear(&text);
    add_bar(&text, &as_cells, peak, cells);
    table_text(table, &text);
    table_string(table, row->actions ? row->actions : "");
    table_end_row(table);
    text_free(&text);
}

static int64_t all_of(const struct play *play, const struct row *row)
{
    return play->job ? row->total + row->succeeded + row->failed : row->total;
}

static void add_row(struct table *table, const struct row *row, int64_t peak, const struct cells *cells)
{
    struct text text = { 0 };
    span_show(&text, row->at_ms);
    table_text(table, &text);
    table_number(table, row->available);
    table_number(table, row->total);
    table_number(table, row->updated);
    text_clear(&text);
    add_bar(&text, row, peak, cells);
    table_text(table, &text);
    table_string(table, row->actions ? row->actions : "");
    table_end_row(table);
    text_free(&text);
}

void show_timeline(struct text *out, const struct play *play)
{
    static const char *const heads[][6] = { { "TIME", "AVAILABLE", "TOTAL", "UPDATED", "PODS", "ACTIONS" },
                                            { "TIME", "ACTIVE", "SUCCEEDED", "FAILED", "PODS", "ACTIONS" } };
    const struct cells *cells = shows_blocks() ? &drawn_cells : &plain_cells;
    struct table table = { 0 };
    int64_t peak = 0;
    for (size_t i = 0; i < play->row_count; i++)
        peak = all_of(play, &play->rows[i]) > peak ? all_of(play, &play->rows[i]) : peak;
    for (int i = 0; i < 6; i++)
        table_string(&table, heads[play->job][i]);
    table_end_row(&table);
    for (size_t i = 0; i < play->row_count; i++) {
        if (play->row_count > MOST_ROWS && i == FIRST_ROWS) {
            struct text more = { 0 };
            text_addf(&more, "... %zu more (-o json shows all)", play->row_count - FIRST_ROWS - LAST_ROWS);
            for (int column = 0; column < 5; column++)
                table_string(&table, "");
            table_text(&table, &more);
            table_end_row(&table);
            text_free(&more);
            i = play->row_count - LAST_ROWS;
        }
        (play->job ? add_job_row : add_row)(&table, &play->rows[i], peak, cells);
    }
    table_print(&table, "", false, terminal_width(), out);
    text_addf(out,
              play->job ? "(each as the pass finds it: %s succeeded, %s active, %s failed)\n"
                        : "(each as the pass finds it: %s new and available, %s old and available, %s not available)\n",
              cells->new_, cells->old, cells->unavailable);
}

void timeline_add_json(struct text *out, const struct play *play)
{
    text_adds(out, "[");
    for (size_t i = 0; i < play->row_count; i++) {
        const struct row *row = &play->rows[i];
        text_addf(out, "%s{\"atMs\":%" PRId64 ",%s,\"wanted\":%" PRId64 ",\"total\":%" PRId64, i ? "," : "", row->at_ms,
                  row->actions ? row->actions : "\"actions\":[]", row->wanted, row->total);
        text_addf(out, ",\"available\":%" PRId64 ",\"updated\":%" PRId64 ",\"updatedAvailable\":%" PRId64,
                  row->available, row->updated, row->new_available);
        if (play->job)
            text_addf(out, ",\"succeeded\":%" PRId64 ",\"failed\":%" PRId64, row->succeeded, row->failed);
        text_adds(out, "}");
    }
    text_adds(out, "]");
}
