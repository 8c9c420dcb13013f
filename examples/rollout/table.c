/* SPDX-License-Identifier: Apache-2.0 */
#include "table.h"

#include <stdio.h>
#include <string.h>

/* A cell is stored as its colour (one byte, plus 1 so that it is no NUL), its text and a NUL; the end of a row
 * as a lone END_ROW. */
enum { END_ROW = 0x7f };

/* Characters, not bytes: the continuation bytes of UTF-8 take no room. */
static size_t width_of(const char *text)
{
    size_t width = 0;
    for (; *text; text++)
        width += ((unsigned char)*text & 0xC0) != 0x80;
    return width;
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
    if (width > table->widths[table->column])
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

void table_print(struct table *table, const char *indent, bool colours, struct text *out)
{
    if (table->cells.failed)
        out->failed = true;
    size_t column = 0, pad = 0;
    for (size_t i = 0; !out->failed && i < table->cells.len;) {
        if (table->cells.data[i] == END_ROW) {
            text_adds(out, "\n");
            column = pad = 0;
            i++;
            continue;
        }
        int colour = table->cells.data[i] - 1;
        const char *cell = table->cells.data + i + 1;
        i += strlen(cell) + 2;
        if (column == 0)
            text_adds(out, indent);
        if (*cell) {
            /* What pads a cell is written before the next one, so that no line ends with spaces. */
            text_addf(out, "%*s", (int)pad, "");
            pad = 0;
            if (colours && colour)
                text_addf(out, "\033[%dm%s\033[0m", colour, cell);
            else
                text_adds(out, cell);
        }
        pad += table->widths[column] - width_of(cell) + 2;
        column++;
    }
    table_free(table);
}

void table_free(struct table *table)
{
    text_free(&table->cells);
    *table = (struct table){ 0 };
}
