/* SPDX-License-Identifier: Apache-2.0 */
#include "rules/resource_expression.h"

#include "base/number.h"
#include "base/str.h"

enum { DEPTH_MAX = 200 };

/* A plain number, or an amount of a resource. */
struct value {
    bool is_amount;
    double number;
    struct ro_amount amount;
};

enum token { END, NUMBER, AMOUNT, NAME, OTHER };

struct reader {
    const char *at, *end;
    enum token token; /* OTHER: the first byte of text */
    struct rollout_str text;
    const struct ro_amount *variable;
    bool memory;
    unsigned depth;
    const char *error; /* the first one sticks */
};

static void fail(struct reader *r, const char *why)
{
    r->error = r->error ? r->error : why;
}

/* ---- tokens: upstream takes each byte for a rune ---- */

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
    unsigned char u = (unsigned char)c;
    return (u >= 'a' && u <= 'z') || (u >= 'A' && u <= 'Z') || u == 0xaa || u == 0xb5 || u == 0xba ||
           (u >= 0xc0 && u != 0xd7 && u != 0xf7);
}

static bool is_space(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r') || (unsigned char)c == 0x85 || (unsigned char)c == 0xa0;
}

/* Where a number with its exponent, sign of percent or unit ends. */
static const char *number_end(const char *at, const char *end)
{
    bool dot = false, exponent = false, sign = false; /* sign: one may come now, or a digit has to */
    for (; at < end; at++) {
        if (is_digit(*at)) {
            sign = false;
        } else if (*at == '.' && !dot && !exponent) {
            dot = true;
        } else if ((*at == 'e' || *at == 'E') && !exponent) {
            exponent = sign = true;
        } else if ((*at == '+' || *at == '-') && sign) {
            sign = false;
        } else if (*at == '%') {
            return at + 1;
        } else {
            bool unit = is_letter(*at) && *at != 'e' && *at != 'E' && !sign;
            while (unit && at < end && is_letter(*at))
                at++;
            return at;
        }
    }
    return at;
}

static bool has_unit(struct rollout_str text)
{
    static const char *const units[] = { "m", "k", "M", "G", "T", "P", "Ki", "Mi", "Gi", "Ti", "Pi" };
    size_t at = 0;
    while (at < text.len && (is_digit(text.data[at]) || memchr(".eE+-", text.data[at], 5)))
        at++;
    for (size_t i = 0; i < sizeof units / sizeof *units; i++)
        if (ro_str_eq((struct rollout_str){ text.data + at, text.len - at },
                      (struct rollout_str){ units[i], strlen(units[i]) }))
            return at > 0;
    return false;
}

static void step(struct reader *r)
{
    while (r->at < r->end && is_space(*r->at))
        r->at++;
    const char *start = r->at;
    if (r->at == r->end || *r->at == '\0') { /* upstream stops at a NUL */
        r->token = END;
        return;
    }
    if (is_digit(*start) || *start == '.') {
        r->at = number_end(start, r->end);
        r->token = NUMBER;
    } else if (is_letter(*start)) {
        while (r->at < r->end && (is_letter(*r->at) || is_digit(*r->at) || *r->at == '_'))
            r->at++;
        r->token = NAME;
    } else {
        r->at++;
        r->token = OTHER;
    }
    r->text = (struct rollout_str){ start, (size_t)(r->at - start) };
    if (r->token == NUMBER && has_unit(r->text))
        r->token = AMOUNT;
}

static bool is(const struct reader *r, char c)
{
    return !r->error && r->token == OTHER && *r->text.data == c;
}

static bool take(struct reader *r, char c)
{
    bool there = is(r, c);
    if (there)
        step(r);
    return there;
}

static void expect(struct reader *r, char c)
{
    if (!take(r, c))
        fail(r, "is no expression");
}

/* Without regard to case, of ASCII. */
static bool is_named(struct rollout_str text, const char *name)
{
    size_t len = strlen(name);
    for (size_t i = 0; i < text.len && i < len; i++)
        if ((text.data[i] >= 'A' && text.data[i] <= 'Z' ? text.data[i] + ('a' - 'A') : text.data[i]) != name[i])
            return false;
    return text.len == len;
}

/* ---- arithmetic ---- */

/* As Go converts on amd64, where what is out of range becomes the least. */
static int64_t to_int(double x)
{
    return x >= -9223372036854775808.0 && x < 9223372036854775808.0 ? (int64_t)x : INT64_MIN;
}

static struct ro_amount to_amount(const struct value *v)
{
    if (v->is_amount)
        return v->amount;
    return (struct ro_amount){ ro_quantity_decimal(to_int(v->number * 1000), -3), RO_QUANTITY_DECIMAL };
}

static void negate(struct value *v)
{
    v->number = -v->number;
    v->amount.quantity.negative = !v->amount.quantity.negative && !ro_quantity_is_zero(&v->amount.quantity);
}

void ro_amount_add(struct ro_amount *a, const struct ro_amount *b)
{
    if (ro_quantity_is_zero(&a->quantity))
        a->form = b->form;
    ro_quantity_add(&a->quantity, &b->quantity);
}

static void add(struct value *a, struct value *b, bool minus)
{
    if (minus)
        negate(b);
    if (!a->is_amount && !b->is_amount) {
        a->number += b->number;
        return;
    }
    struct ro_amount right = to_amount(b);
    a->amount = to_amount(a);
    a->is_amount = true;
    ro_amount_add(&a->amount, &right);
}

static void multiply(struct reader *r, struct value *a, const struct value *b)
{
    if (a->is_amount && b->is_amount) {
        fail(r, "multiplies two amounts");
    } else if (!a->is_amount && !b->is_amount) {
        a->number *= b->number;
    } else {
        double by = a->is_amount ? b->number : a->number;
        a->amount = a->is_amount ? a->amount : b->amount;
        a->is_amount = true;
        a->amount.quantity = ro_quantity_decimal(to_int((double)ro_quantity_milli(&a->amount.quantity) * by), -3);
    }
}

static void divide(struct reader *r, struct value *a, const struct value *b)
{
    if (b->is_amount)
        fail(r, "divides by an amount");
    else if (b->number == 0)
        fail(r, "divides by zero");
    else if (a->is_amount)
        a->amount.quantity =
            ro_quantity_decimal(to_int((double)ro_quantity_milli(&a->amount.quantity) / b->number), -3);
    else
        a->number /= b->number;
}

/* The larger or smaller of two, the first of equal ones. */
static void choose(struct value *a, const struct value *b, bool larger)
{
    if (!a->is_amount && !b->is_amount) {
        a->number = (larger ? a->number >= b->number : a->number <= b->number) ? a->number : b->number;
        return;
    }
    struct ro_amount left = to_amount(a), right = to_amount(b);
    int cmp = ro_quantity_cmp(&left.quantity, &right.quantity);
    a->amount = (larger ? cmp >= 0 : cmp <= 0) ? left : right;
    a->is_amount = true;
}

/* ---- grammar ---- */

static struct value sum(struct reader *r);

static struct value call(struct reader *r, struct rollout_str name)
{
    struct value v = sum(r), second;
    bool larger = is_named(name, "max"), two = take(r, ',');
    if (two)
        second = sum(r);
    expect(r, ')');
    if (!larger && !is_named(name, "min"))
        fail(r, "calls an unknown function");
    else if (!two)
        fail(r, "has a function without its two arguments");
    if (!r->error)
        choose(&v, &second, larger);
    return v;
}

/* Of a number's text: one that is read, if it is not too large. */
static bool is_number(struct rollout_str text)
{
    const char *at = text.data, *end = at + text.len;
    bool any = false;
    for (; at < end && (is_digit(*at) || *at == '.'); at++)
        any = any || is_digit(*at);
    if (at < end && (*at == 'e' || *at == 'E')) {
        at += end - at > 1 && (at[1] == '+' || at[1] == '-') ? 2 : 1;
        any = any && at < end;
        while (at < end && is_digit(*at))
            at++;
    }
    return any && at == end;
}

/* What is no number after all counts as 0, and one that is too large as infinite, but for a percentage. */
static double number_of(struct rollout_str text)
{
    double number = 0;
    bool percent = text.data[text.len - 1] == '%'; /* a number's text is never empty */
    text.len -= percent;
    if (!ro_parse_float(text, &number)) {
        number = 0;
        if (!percent && is_number(text))
            ro_parse_float(RO_STR("inf"), &number);
    }
    return percent ? number / 100 : number;
}

static struct value factor(struct reader *r)
{
    struct value v = { 0 };
    struct rollout_str text = r->text;
    enum token token = r->token;
    if (++r->depth > DEPTH_MAX)
        fail(r, "is nested too deep");
    if (take(r, '-')) {
        v = factor(r);
        negate(&v);
    } else if (take(r, '(')) {
        v = sum(r);
        expect(r, ')');
    } else if (token == NUMBER) {
        v.number = number_of(text);
        step(r);
    } else if (token == AMOUNT) {
        v.is_amount = true;
        v.amount.form = ro_quantity_form(text);
        if (!ro_quantity_parse(text, &v.amount.quantity))
            fail(r, "has an amount that is none");
        step(r);
    } else if (token == NAME) {
        step(r);
        if (take(r, '(')) {
            v = call(r, text);
        } else {
            v = (struct value){ .is_amount = true, .amount = *r->variable };
            if (!is_named(text, r->memory ? "memory" : "cpu"))
                fail(r, "has an undefined variable");
        }
    } else {
        fail(r, "is no expression");
    }
    r->depth--;
    return v;
}

static struct value product(struct reader *r)
{
    struct value v = factor(r);
    while (is(r, '*') || is(r, '/')) {
        bool times = take(r, '*');
        if (!times)
            step(r);
        struct value second = factor(r);
        if (times)
            multiply(r, &v, &second);
        else
            divide(r, &v, &second);
    }
    return v;
}

static struct value sum(struct reader *r)
{
    struct value v = product(r);
    while (is(r, '+') || is(r, '-')) {
        bool minus = is(r, '-');
        step(r);
        struct value second = product(r);
        add(&v, &second, minus);
    }
    return v;
}

static bool is_word(char c)
{
    return is_digit(c) || c == '_' || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* The word in this very spelling, on its own. */
static bool says_memory(struct rollout_str text)
{
    static const char word[] = "memory";
    size_t len = sizeof word - 1;
    for (size_t i = 0; i + len <= text.len; i++)
        if (memcmp(text.data + i, word, len) == 0 && (i == 0 || !is_word(text.data[i - 1])) &&
            (i + len == text.len || !is_word(text.data[i + len])))
            return true;
    return false;
}

const char *ro_resource_expression(struct rollout_str text, const struct ro_amount *variable, struct ro_amount *ret)
{
    struct reader r = {
        .at = text.data, .end = text.data + text.len, .variable = variable, .memory = says_memory(text)
    };
    step(&r);
    struct value v = sum(&r);
    if (r.token != END)
        fail(&r, "is no expression");
    if (v.is_amount ? v.amount.quantity.negative : v.number < 0)
        fail(&r, RO_BELOW_ZERO);
    if (r.error)
        return r.error;
    *ret = to_amount(&v);
    if (!v.is_amount && r.memory) /* bytes, without a fraction */
        ret->quantity = ro_quantity_decimal(to_int(v.number), 0);
    return NULL;
}
