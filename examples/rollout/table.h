/* SPDX-License-Identifier: Apache-2.0 */
/* Aligned columns. */
#ifndef EXAMPLES_TABLE_H
#define EXAMPLES_TABLE_H

#include "text.h"

/* A cell that is wider than TABLE_WIDEST moves its own row alone. */
enum { TABLE_COLUMNS = 12, TABLE_WIDEST = 64 };

/* Zero-initialise, release with table_free(). Cells are kept row by row until table_print(). */
struct table {
    struct text cells;            /* one after the other, each with its NUL */
    size_t widths[TABLE_COLUMNS]; /* in characters */
    size_t columns;               /* of the widest row */
    size_t column;                /* of the row being filled */
};

/* The next cell of the row; control characters become "?". colour is an SGR number, 0 = none. */
void table_cell(struct table *table, int colour, const char *bytes, size_t len);
void table_str(struct table *table, int colour, struct rollout_str string);
void table_string(struct table *table, const char *string);
void table_text(struct table *table, const struct text *text); /* one that failed fails the table */
void table_number(struct table *table, long long number);
void table_end_row(struct table *table);

/* Adds the rows to out, each after indent; the last column is not padded, and cut where a row is wider than
 * the terminal (0 = there is none). Empties the table. */
void table_print(struct table *table, const char *indent, bool colours, size_t terminal, struct text *out);
void table_free(struct table *table);

#endif
