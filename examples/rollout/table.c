/* SPDX-License-Identifier: Apache-2.0 */
#include "table.h"

#include <stdio.h>
#include <string.h>

/* A cell is stored as its colour (one byte, plus 1 so that it is no NUL), its text and a NUL; the end of a row
 * as a lone END_ROW. */
enum { END_ROW = 0x7f };

enum { LEAST_ROOM = 8 }; /* with less the last column is not cut, and wraps */

static bool begins_character(char c)
{
    return ((unsigned char)c & 0xC0) != 0x80;
}

/* Characters, not bytes: the continuation bytes of UTF-8 take no room. */
static size_t width_of(const char *text)
{
    size_t width = 0;
    for (; *text; text++)
        width += begins_character(*text);
    return width;
}

/* Bytes of the first n characters. */
static size_t prefix_of(const char *text, size_t n)
{
    size_t i = 0;
    for (; text[i]; i++)
        if (begins_character(text[i]) && n-- == 0)
            break;
    return i;
}

void table_cell(struct table *table, int colour, const char *bytes, size_t len)
{
    if (table->column >= TABLE_COLUMNS)
        return;
    char first = (char)(colour + 1);
    text_add(&table->cells, &first, 1);
    size_t start = table->cells.len;
    text_add_plain(&table->cells, (struct rollout_str){ bytes, len });
    text_add(&table->cells, "", 1);
    if (table->cells.failed)
        return;
    size_t width = width_of(table->cells.data + start);
    if (width > table->widths[table->column] && width <= TABLE_WIDEST)
        table->widths[table->column] = width;
    table->column++;
    if (table->column > table->columns)
        table->columns = table->column;
}

void table_str(struct table *table, int colour, struct rollout_str string)
{
    table_cell(table, colour, string.data, string.len);
}

void table_string(struct table *table, const char *string)
{
    table_cell(table, 0, string, strlen(string));
}

void table_text(struct table *table, const struct text *text)
{
    table_cell(table, 0, text->data ? text->data : "", text->len);
    table->cells.failed |= text->failed;
}

void table_number(struct table *table, long long number)
{
    char text[24];
    snprintf(text, sizeof text, "%lld", number);
    table_string(table, text);
}

void table_end_row(struct table *table)
{
    static const char end = END_ROW;
    text_add(&table->cells, &end, 1);
    table->column = 0;
}

/* The cell, cut to room characters; 0: not cut. */
static void print_cell(const char *cell, int colour, size_t room, struct text *out)
{
    bool cut = room && width_of(cell) > room;
    if (colour)
        text_addf(out, "\033[%dm", colour);
    text_add(out, cell, cut ? prefix_of(cell, room - 1) : strlen(cell));
    text_adds(out, cut ? "\xe2\x80\xa6" : "");
    if (colour)
        text_adds(out, "\033[0m");
}

void table_print(struct table *table, const char *indent, bool colours, size_t terminal, struct text *out)
{
    if (table->cells.failed)
        out->failed = true;
    size_t column = 0, pad = 0, used = 0;
    for (size_t i = 0; !out->failed && i < table->cells.len;) {
        if (table->cells.data[i] == END_ROW) {
            text_adds(out, "\n");
            column = pad = used = 0;
            i++;
            continue;
        }
        int colour = colours ? table->cells.data[i] - 1 : 0;
        const char *cell = table->cells.data + i + 1;
        size_t width = width_of(cell), column_width = table->widths[column];
        i += strlen(cell) + 2;
        if (column == 0) {
            text_adds(out, indent);
            used = strlen(indent);
        }
        if (*cell) {
            /* What pads a cell is written before the next one, so that no line ends with spaces. */
            text_addf(out, "%*s", (int)pad, "");
            used += pad;
            pad = 0;
            bool last = table->cells.data[i] == END_ROW;
            print_cell(cell, colour, last && terminal >= used + LEAST_ROOM ? terminal - used : 0, out);
            used += width;
        }
        pad += (column_width > width ? column_width - width : 0) + 2;
        column++;
    }
    table_free(table);
}

void table_free(struct table *table)
{
    text_free(&table->cells);
    *table = (struct table){ 0 };
}
