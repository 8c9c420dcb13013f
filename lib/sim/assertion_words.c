/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/assertion_words.h"

#include "base/error.h"
#include "base/str.h"
#include "sim/assertion_parts.h"

/* ---- words ---- */

bool ro_is_digit(char c)
{
    return c >= '0' && c <= '9';
}

bool ro_is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool ro_in_label(char c)
{
    return ro_is_digit(c) || ro_is_letter(c) || c == '-' || c == '_' || c == '.' || c == '/';
}

void ro_reader_space(struct ro_reader *r)
{
    while (r->at < r->end && (*r->at == ' ' || *r->at == '\t' || *r->at == '\n' || *r->at == '\r'))
        r->at++;
}

struct rollout_str ro_reader_peek(struct ro_reader *r, bool (*inside)(char))
{
    ro_reader_space(r);
    const char *to = r->at;
    while (to < r->end && inside(*to))
        to++;
    return (struct rollout_str){ r->at, (size_t)(to - r->at) };
}

struct rollout_str ro_reader_take(struct ro_reader *r, bool (*inside)(char))
{
    struct rollout_str word = ro_reader_peek(r, inside);
    r->at += word.len;
    return word;
}

bool ro_reader_word(struct ro_reader *r, struct rollout_str word)
{
    if (!ro_str_eq(ro_reader_peek(r, ro_is_letter), word))
        return false;
    r->at += word.len;
    return true;
}

bool ro_reader_sign(struct ro_reader *r, struct rollout_str sign)
{
    ro_reader_space(r);
    if (!ro_str_starts((struct rollout_str){ r->at, (size_t)(r->end - r->at) }, sign))
        return false;
    r->at += sign.len;
    return true;
}

struct rollout_str ro_reader_since(const struct ro_reader *r, const char *from)
{
    const char *to = r->at;
    while (to > from && (to[-1] == ' ' || to[-1] == '\t' || to[-1] == '\n' || to[-1] == '\r'))
        to--;
    return (struct rollout_str){ from, (size_t)(to - from) };
}

/* ---- what is wrong ---- */

static int shown(struct rollout_str s, size_t limit)
{
    return (int)(s.len <= limit ? s.len : ro_str_cut(s.data, limit));
}

int ro_reader_refuse(struct ro_reader *r, struct rollout_str word, const char *what, const char *list)
{
    struct ro_path list_path = { .key = RO_STR("assertions") };
    struct ro_path path = { .up = &list_path, .index = r->index };
    struct rollout_node node = { .kind = ROLLOUT_NODE_TEXT, .size = 1, .text = r->text };
    const char *quote = word.len ? "\"" : "";
    if (word.len == 0)
        word = RO_STR("its end");
    ro_error_value(r->reterr, &path, &node, "\"%.*s%s\": %s%.*s%s is %s%s", shown(r->text, 80), r->text.data,
                   r->text.len > 80 ? "..." : "", quote, shown(word, 40), word.data, quote, what, list);
    if (r->reterr && r->reterr->struct_size >= offsetof(struct rollout_error, line))
        r->reterr->index = r->index;
    return ROLLOUT_ERR_INVALID;
}

int ro_reader_refuse_here(struct ro_reader *r, const char *what, const char *list)
{
    struct rollout_str word = ro_reader_peek(r, ro_in_label);
    if (word.len == 0 && r->at < r->end) {
        word.len = 1;
        while (r->at + word.len < r->end && ((unsigned char)r->at[word.len] & 0xc0) == 0x80)
            word.len++;
    }
    return ro_reader_refuse(r, word, what, list);
}

/* ---- numbers ---- */

int ro_reader_number(struct ro_reader *r, int64_t limit, int64_t *ret)
{
    struct rollout_str digits = ro_reader_take(r, ro_is_digit);
    int64_t value = 0;
    for (size_t i = 0; i < digits.len; i++) {
        value = value * 10 + (digits.data[i] - '0');
        if (value > limit)
            return ro_reader_refuse(
                r, digits, limit == RO_PERCENT_LIMIT ? "no percentage: 0 to 10000" : "too large: 0 to 10^12", "");
    }
    if (digits.len == 0)
        return ro_reader_refuse_here(r, "no number", "");
    *ret = value;
    return ROLLOUT_OK;
}

bool ro_in_duration(char c)
{
    return ro_is_digit(c) || ro_is_letter(c) || c == '.';
}

static int64_t unit_of(struct rollout_str name)
{
    static const struct {
        struct rollout_str name;
        int64_t ms;
    } units[] = { { { "d", 1 }, 86400000 },
                  { { "h", 1 }, 3600000 },
                  { { "m", 1 }, 60000 },
                  { { "s", 1 }, 1000 },
                  { { "ms", 2 }, 1 } };
    for (size_t i = 0; i < sizeof units / sizeof *units; i++)
        if (ro_str_eq(units[i].name, name))
            return units[i].ms;
    return 0;
}

int ro_reader_duration(struct ro_reader *r, int64_t *ret_ms)
{
    static const char no_duration[] = "no duration: like 500ms, 90s, 10m, 1h30m or 2d, up to 10^12 ms";
    struct rollout_str word = ro_reader_peek(r, ro_in_duration);
    struct ro_reader part = *r;
    int64_t total = 0;
    if (word.len == 0)
        return ro_reader_refuse_here(r, no_duration, "");
    for (part.end = word.data + word.len; part.at < part.end;) {
        struct rollout_str digits = ro_reader_take(&part, ro_is_digit);
        int64_t value = 0, unit = unit_of(ro_reader_take(&part, ro_is_letter));
        for (size_t i = 0; i < digits.len && value <= RO_NUMBER_LIMIT; i++)
            value = value * 10 + (digits.data[i] - '0');
        if (digits.len == 0 || unit == 0 || value > (RO_NUMBER_LIMIT - total) / unit)
            return ro_reader_refuse(r, word, no_duration, "");
        total += value * unit;
    }
    r->at = part.at;
    *ret_ms = total;
    return ROLLOUT_OK;
}
