/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "base/number.h"

/* Digits kept; the exact middle between two doubles has at most 767. */
#define DIGITS_MAX 800
/* Decimal point positions outside are infinity and zero. */
#define POINT_MAX 310
#define POINT_MIN (-330)
/* 800 digits shifted left by what 5^1130 takes away and 65 bits more. */
#define LIMBS_MAX 176

bool ro_parse_int(struct rollout_str text, int skip, int64_t *ret)
{
    bool begun = false, any = false, negative = false;
    uint64_t value = 0;
    for (size_t i = 0; i < text.len; i++) {
        char c = text.data[i];
        if (c == skip)
            continue;
        if (!begun && (c == '-' || c == '+')) {
            begun = true;
            negative = c == '-';
            continue;
        }
        uint64_t digit = (uint64_t)((unsigned char)c) - '0', limit = (uint64_t)INT64_MAX + negative;
        if (digit > 9 || value > (limit - digit) / 10)
            return false;
        begun = any = true;
        value = value * 10 + digit;
    }
    if (any)
        *ret = negative ? (int64_t)(0 - value) : (int64_t)value;
    return any;
}

int64_t ro_parse_int_anyhow(struct rollout_str text)
{
    int64_t value;
    bool sign = text.len > 0 && (text.data[0] == '-' || text.data[0] == '+');

    if (ro_parse_int(text, -1, &value))
        return value;
    for (size_t i = sign; i < text.len; i++)
        if (text.data[i] < '0' || text.data[i] > '9')
            return 0;
    if (text.len == sign)
        return 0;
    return text.data[0] == '-' ? INT64_MIN : INT64_MAX;
}

static double from_bits(uint64_t bits)
{
    double x;
    memcpy(&x, &bits, sizeof(x));
    return x;
}

/* mantissa * 2^exponent, mantissa's top bit set; sticky: the true value is a little larger. */
static bool round_double(uint64_t mantissa, int exponent, bool sticky, bool negative, double *ret)
{
    int top = exponent + 63, drop = top >= -1022 ? 11 : 11 + (-1022 - top);
    uint64_t bits = 0;
    if (drop <= 64) {
        bits = drop == 64 ? 0 : mantissa >> drop;
        uint64_t rest = drop == 64 ? mantissa : mantissa & (((uint64_t)1 << drop) - 1);
        uint64_t half = (uint64_t)1 << (drop - 1);
        if (rest > half || (rest == half && (sticky || (bits & 1))))
            bits++;
    }
    if (top > 1023)
        return false;
    /* The leading bit is not stored: it counts as one in the exponent. */
    if (top >= -1022)
        bits += (uint64_t)(top + 1022) << 52;
    if (bits >> 52 == 2047)
        return false;
    *ret = from_bits(bits | (uint64_t)negative << 63);
    return true;
}

/* A natural number, least significant limb first. */
struct big {
    uint32_t limbs[LIMBS_MAX];
    size_t count;
};

static void big_multiply_add(struct big *b, uint32_t factor, uint32_t carry)
{
    uint64_t x = carry;
    for (size_t i = 0; i < b->count; i++) {
        x += (uint64_t)b->limbs[i] * factor;
        b->limbs[i] = (uint32_t)x;
        x >>= 32;
    }
    if (x && b->count < LIMBS_MAX)
        b->limbs[b->count++] = (uint32_t)x;
}

/* Whole limbs. */
static void big_shift(struct big *b, size_t limbs)
{
    memmove(b->limbs + limbs, b->limbs, b->count * sizeof(b->limbs[0]));
    memset(b->limbs, 0, limbs * sizeof(b->limbs[0]));
    b->count += limbs;
}

/* Returns whether there is a remainder. */
static bool big_divide(struct big *b, uint32_t divisor)
{
    uint64_t x = 0;
    for (size_t i = b->count; i-- > 0;) {
        x = x << 32 | b->limbs[i];
        b->limbs[i] = (uint32_t)(x / divisor);
        x %= divisor;
    }
    while (b->count > 0 && b->limbs[b->count - 1] == 0)
        b->count--;
    return x != 0;
}

static bool big_to_double(const struct big *b, int exponent, bool sticky, bool negative, double *ret)
{
    uint64_t mantissa = 0;
    unsigned have = 0;
    int shift = (int)b->count * 32;
    for (size_t i = b->count; i-- > 0;) {
        for (unsigned bit = 32; bit-- > 0;) {
            uint32_t one = b->limbs[i] >> bit & 1;
            if (have == 64) {
                sticky |= one;
                continue;
            }
            shift--;
            if (have || one) {
                mantissa = mantissa << 1 | one;
                have++;
            }
        }
    }
    return round_double(mantissa << (64 - have), exponent + shift - (int)(64 - have), sticky, negative, ret);
}

/* digits * 10^exponent, no leading zero. */
static bool decimal_to_double(const char *digits, size_t count, int exponent, bool sticky, bool negative, double *ret)
{
    struct big b = { .count = 0 };
    for (size_t i = 0; i < count; i++)
        big_multiply_add(&b, 10, (uint32_t)(digits[i] - '0'));
    for (int i = 0; i < exponent; i++)
        big_multiply_add(&b, 10, 0);
    if (exponent >= 0)
        return big_to_double(&b, 0, sticky, negative, ret);
    /* Dividing by 10^m is dividing by 5^m, after a shift that leaves 64 bits and more of a quotient. */
    int m = -exponent;
    size_t limbs = (size_t)(m * 7 / 3 + 1 + 65) / 32 + 1;
    big_shift(&b, limbs);
    for (int i = 0; i < m; i++)
        sticky |= big_divide(&b, 5);
    return big_to_double(&b, exponent - (int)limbs * 32, sticky, negative, ret);
}

static bool hex_to_double(uint64_t mantissa, int exponent, bool sticky, bool negative, double *ret)
{
    while (!(mantissa >> 63)) {
        mantissa <<= 1;
        exponent--;
    }
    return round_double(mantissa, exponent, sticky, negative, ret);
}

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static int hex_digit(char c)
{
    c = lower(c);
    return is_digit(c) ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static bool is_word(struct rollout_str text, size_t from, const char *word)
{
    size_t len = strlen(word);
    if (text.len - from != len)
        return false;
    for (size_t i = 0; i < len; i++)
        if (lower(text.data[from + i]) != word[i])
            return false;
    return true;
}

/* Go's rule: an underscore stands between digits, or between "0x" and a digit. */
static bool underscores_ok(struct rollout_str text, size_t i, bool hex)
{
    char saw = '^';
    if (hex) {
        i += 2;
        saw = '0';
    }
    for (; i < text.len; i++) {
        char c = text.data[i];
        if (is_digit(c) || (hex && hex_digit(c) >= 0)) {
            saw = '0';
        } else if (c == '_') {
            if (saw != '0')
                return false;
            saw = '_';
        } else {
            if (saw == '_')
                return false;
            saw = '!';
        }
    }
    return saw != '_';
}

/* The exponent after its letter. Go stops reading its value at five digits. */
static bool parse_exponent(struct rollout_str text, size_t *i, int *ret, bool *underscores)
{
    bool negative = false;
    if (*i < text.len && (text.data[*i] == '+' || text.data[*i] == '-'))
        negative = text.data[(*i)++] == '-';
    if (*i >= text.len || !is_digit(text.data[*i]))
        return false;
    int e = 0;
    for (; *i < text.len && (is_digit(text.data[*i]) || text.data[*i] == '_'); (*i)++) {
        if (text.data[*i] == '_')
            *underscores = true;
        else if (e < 10000)
            e = e * 10 + (text.data[*i] - '0');
    }
    *ret = negative ? -e : e;
    return true;
}

bool ro_parse_float(struct rollout_str text, double *ret)
{
    size_t i = text.len > 0 && (text.data[0] == '-' || text.data[0] == '+');
    bool negative = i && text.data[0] == '-';
    if (is_word(text, i, "inf") || is_word(text, i, "infinity")) {
        *ret = from_bits((uint64_t)2047 << 52 | (uint64_t)negative << 63);
        return true;
    }
    if (is_word(text, 0, "nan")) {
        *ret = from_bits((uint64_t)4095 << 51 | 1);
        return true;
    }

    size_t start = i;
    bool hex = text.len - i > 2 && text.data[i] == '0' && lower(text.data[i + 1]) == 'x';
    bool dot = false, any = false, sticky = false, underscores = false;
    char digits[DIGITS_MAX];
    size_t count = 0, count_max = hex ? 16 : DIGITS_MAX;
    uint64_t mantissa = 0;
    int64_t seen = 0, point = 0; /* digits from the first that is not zero; of these before the dot */
    for (i += hex ? 2 : 0; i < text.len; i++) {
        char c = text.data[i];
        int digit = hex ? hex_digit(c) : is_digit(c) ? c - '0' : -1;
        if (c == '_') {
            underscores = true;
            continue;
        }
        if (c == '.' && !dot) {
            dot = true;
            point = seen;
            continue;
        }
        if (digit < 0)
            break;
        any = true;
        if (digit == 0 && seen == 0) {
            point--;
            continue;
        }
        seen++;
        if (count < count_max) {
            digits[count++] = c;
            mantissa = mantissa << 4 | (unsigned)digit;
        } else {
            sticky |= digit != 0;
        }
    }
    if (!any)
        return false;
    if (!dot)
        point = seen;

    int exponent = 0;
    if (i < text.len && lower(text.data[i]) == (hex ? 'p' : 'e')) {
        i++;
        if (!parse_exponent(text, &i, &exponent, &underscores))
            return false;
    } else if (hex) {
        return false;
    }
    if (i != text.len || (underscores && !underscores_ok(text, start, hex)))
        return false;

    if (hex)
        point *= 4;
    point += exponent;
    /* Far outside: infinity or zero, and then the rest fits an int. */
    if (count > 0 && point > (hex ? 4 * POINT_MAX : POINT_MAX))
        return false;
    if (count == 0 || point < (hex ? 4 * POINT_MIN : POINT_MIN)) {
        *ret = from_bits((uint64_t)negative << 63);
        return true;
    }
    if (hex)
        return hex_to_double(mantissa, (int)point - 4 * (int)count, sticky, negative, ret);
    return decimal_to_double(digits, count, (int)point - (int)count, sticky, negative, ret);
}
