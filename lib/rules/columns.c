/* SPDX-License-Identifier: Apache-2.0 */
#include "rules/columns.h"

static unsigned width(uint64_t largest)
{
    unsigned bits = 0;
    for (; largest; largest >>= 1)
        bits++;
    return bits;
}

void ro_columns_lay_out(struct ro_columns *c)
{
    unsigned widths[RO_COLUMNS_MAX];
    c->words = 1;
    for (unsigned i = 0, used = 0; i < c->count; i++) {
        bool only_zero = c->smallest[i] == UINT64_MAX;
        c->base[i] = only_zero ? 0 : c->smallest[i] + 1 - c->zero[i];
        widths[i] = only_zero ? 0 : width(c->largest[i] - c->base[i]);
        if (used + widths[i] > 64) {
            c->words++;
            used = 0;
        }
        used += widths[i];
        c->word[i] = c->words - 1;
    }
    /* The last column of a word is its lowest. */
    unsigned shift = 0;
    for (unsigned i = c->count; i-- > 0;) {
        if (i + 1 < c->count && c->word[i] != c->word[i + 1])
            shift = 0;
        c->shift[i] = widths[i] ? shift : 0;
        c->mask[i] = c->word[i] == 0 && widths[i] ? UINT64_MAX : 0;
        shift += widths[i];
    }
}

/* One of the later words. */
static uint64_t pack_word(const struct ro_columns *c, const uint64_t *values, unsigned word)
{
    uint64_t key = 0;
    for (unsigned i = 0; i < c->count; i++)
        if (c->word[i] == word)
            key |= (values[i] ? values[i] - c->base[i] : 0) << c->shift[i];
    return key;
}

static void finish_word(const struct ro_columns *c, const struct ro_columns_reader *reader, struct ro_keyed *items,
                        size_t n, size_t k, struct ro_keyed *scratch, unsigned word)
{
    if (word > 0) {
        uint64_t values[RO_COLUMNS_MAX];
        for (size_t i = 0; i < n; i++) {
            if (reader->load)
                reader->load(reader->context, &items[i]);
            reader->read(reader->context, &items[i], values);
            items[i].key = pack_word(c, values, word);
        }
    }
    if (word + 1 == c->words) {
        ro_select_keyed(items, n, k, scratch);
        return;
    }
    n = ro_select_tied(items, n, k, scratch);
    for (size_t start = 0, end; start < n && start < k; start = end) {
        for (end = start + 1; end < n && items[end].key == items[start].key;)
            end++;
        if (end - start > 1)
            finish_word(c, reader, items + start, end - start, k - start, scratch, word + 1);
    }
}

void ro_columns_finish(const struct ro_columns *c, const struct ro_columns_reader *reader, struct ro_keyed *items,
                       size_t n, size_t k, struct ro_keyed *scratch)
{
    finish_word(c, reader, items, n, k, scratch, 0);
}
