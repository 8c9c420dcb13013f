/* SPDX-License-Identifier: Apache-2.0 */
#include "base/quantity.h"

#include "base/str.h"

#define LIMBS (sizeof((struct ro_quantity *)0)->limbs / sizeof(uint32_t))

/* limbs = limbs * factor + addend; all ones on overflow, which then stays. */
static void multiply_add(uint32_t limbs[LIMBS], uint32_t factor, uint32_t addend)
{
    uint64_t carry = addend;

    for (size_t i = 0; i < LIMBS; i++) {
        carry += (uint64_t)limbs[i] * factor;
        limbs[i] = (uint32_t)carry;
        carry >>= 32;
    }
    if (carry)
        memset(limbs, 0xff, LIMBS * sizeof *limbs);
}

/* limbs /= divisor; the remainder. */
static uint32_t divide(uint32_t limbs[LIMBS], uint32_t divisor)
{
    uint64_t rest = 0;

    for (size_t i = LIMBS; i-- > 0;) {
        rest = rest << 32 | limbs[i];
        limbs[i] = (uint32_t)(rest / divisor);
        rest %= divisor;
    }
    return (uint32_t)rest;
}

static int compare(const uint32_t a[LIMBS], const uint32_t b[LIMBS])
{
    for (size_t i = LIMBS; i-- > 0;)
        if (a[i] != b[i])
            return a[i] < b[i] ? -1 : 1;
    return 0;
}

static bool is_zero(const uint32_t limbs[LIMBS])
{
    uint32_t any = 0;

    for (size_t i = 0; i < LIMBS; i++)
        any |= limbs[i];
    return any == 0;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static size_t skip_digits(struct rollout_str text, size_t at)
{
    while (at < text.len && is_digit(text.data[at]))
        at++;
    return at;
}

/* The exponent of a suffix: of two (binary) or of ten. False where there is no such suffix. */
static bool read_suffix(struct rollout_str suffix, bool *binary, int32_t *exponent)
{
    static const struct {
        char text[3];
        int8_t ten, two;
    } known[] = { { "n", -9, 0 },  { "u", -6, 0 },  { "m", -3, 0 },  { "k", 3, 0 },   { "M", 6, 0 },
                  { "G", 9, 0 },   { "T", 12, 0 },  { "P", 15, 0 },  { "E", 18, 0 },  { "Ki", 0, 10 },
                  { "Mi", 0, 20 }, { "Gi", 0, 30 }, { "Ti", 0, 40 }, { "Pi", 0, 50 }, { "Ei", 0, 60 } };

    *binary = false;
    *exponent = 0;
    if (suffix.len == 0)
        return true;
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        if (!ro_str_eq(suffix, (struct rollout_str){ known[i].text, strlen(known[i].text) }))
            continue;
        *binary = known[i].two > 0;
        *exponent = *binary ? known[i].two : known[i].ten;
        return true;
    }
    if (suffix.len < 2 || (suffix.data[0] != 'e' && suffix.data[0] != 'E'))
        return false;

    size_t at = 1;
    bool minus = suffix.data[at] == '-';
    if (minus || suffix.data[at] == '+')
        at++;
    if (at == suffix.len || skip_digits(suffix, at) != suffix.len)
        return false;
    uint64_t magnitude = 0;
    for (; at < suffix.len; at++) {
        uint64_t digit = (uint64_t)(suffix.data[at] - '0');
        if (magnitude > ((uint64_t)INT64_MAX + minus - digit) / 10)
            return false;
        magnitude = magnitude * 10 + digit;
    }
    /* Upstream keeps the low 32 bits only: "1e4294967296" is 1. */
    uint32_t low = (uint32_t)(minus ? 0 - magnitude : magnitude);
    *exponent = low > INT32_MAX ? (int32_t)((int64_t)low - ((int64_t)1 << 32)) : (int32_t)low;
    return true;
}

/* The digits of a number without its point: integer part, then fraction. */
struct digits {
    struct rollout_str whole, fraction;
};

static uint32_t digit_at(const struct digits *d, size_t i)
{
    return (uint32_t)((i < d->whole.len ? d->whole.data[i] : d->fraction.data[i - d->whole.len]) - '0');
}

/* digits * 10^exponent in units of 10^-9, a finer rest rounded up. */
static void set_decimal(const struct digits *d, int32_t exponent, uint32_t limbs[LIMBS])
{
    size_t count = d->whole.len + d->fraction.len;
    int64_t shift = (int64_t)exponent + 9 - (int64_t)d->fraction.len;
    size_t keep = shift >= 0 ? count : (uint64_t)-shift < count ? count - (size_t)-shift : 0;
    bool rest = false;

    for (size_t i = 0; i < keep; i++)
        multiply_add(limbs, 10, digit_at(d, i));
    for (size_t i = keep; i < count; i++)
        rest |= digit_at(d, i) != 0;
    if (rest)
        multiply_add(limbs, 1, 1);
    /* 256 bits are full after 78 steps */
    for (int64_t i = 0; i < shift && i < 80; i++)
        multiply_add(limbs, 10, 0);
}

/* digits * 2^exponent (exponent <= 60) in the same units, cut at 2^63-1. */
static void set_binary(const struct digits *d, int32_t exponent, uint32_t limbs[LIMBS])
{
    uint32_t unit[LIMBS] = { 1000000000 }; /* 10^9 * 2^exponent < 2^90 */
    uint32_t carry[LIMBS] = { 0 };
    uint32_t most[LIMBS] = { UINT32_MAX, INT32_MAX };
    bool rest = false;

    for (int32_t i = 0; i < exponent; i++)
        multiply_add(unit, 2, 0);
    multiply_add(most, 1000000000, 0);
    /* fraction * unit by long multiplication from the last digit on: the digits that fall off behind
     * the point only matter for rounding, the carry that is left is the whole part. */
    for (size_t i = d->fraction.len; i-- > 0;) {
        uint32_t product[LIMBS];
        memcpy(product, unit, sizeof product);
        multiply_add(product, (uint32_t)(d->fraction.data[i] - '0'), 0);
        uint64_t sum = 0;
        for (size_t k = 0; k < LIMBS; k++) {
            sum += (uint64_t)carry[k] + product[k];
            carry[k] = (uint32_t)sum;
            sum >>= 32;
        }
        rest |= divide(carry, 10) != 0;
    }
    for (size_t i = 0; i < d->whole.len; i++)
        multiply_add(limbs, 10, (uint32_t)(d->whole.data[i] - '0'));
    multiply_add(limbs, 1000000000, 0);
    for (int32_t i = 0; i < exponent; i++)
        multiply_add(limbs, 2, 0);
    uint64_t sum = rest;
    for (size_t k = 0; k < LIMBS; k++) {
        sum += (uint64_t)limbs[k] + carry[k];
        limbs[k] = (uint32_t)sum;
        sum >>= 32;
    }
    if (sum || compare(limbs, most) > 0)
        memcpy(limbs, most, sizeof most);
}

bool ro_quantity_parse(struct rollout_str text, struct ro_quantity *ret)
{
    struct ro_quantity q = { 0 };
    struct digits d;
    size_t at = 0, begin;
    bool any_digit, binary;
    int32_t exponent;

    if (text.len == 0)
        return false;
    if (text.data[0] == '+' || text.data[0] == '-')
        q.negative = text.data[at++] == '-';
    begin = at;
    while (at < text.len && text.data[at] == '0')
        at++;
    any_digit = at > begin;
    begin = at;
    at = skip_digits(text, at);
    d.whole = (struct rollout_str){ text.data + begin, at - begin };
    if (at < text.len && text.data[at] == '.')
        at++;
    begin = at;
    if (at > 0 && text.data[at - 1] == '.')
        at = skip_digits(text, at);
    d.fraction = (struct rollout_str){ text.data + begin, at - begin };
    any_digit = any_digit || d.whole.len > 0 || d.fraction.len > 0;
    if (!read_suffix((struct rollout_str){ text.data + at, text.len - at }, &binary, &exponent))
        return false;
    /* A text without any digit ("-", ".", "Ki") is upstream's 0, unless it takes the way of the numbers
     * that do not fit 64 bits, which reads the digits again and finds none. */
    if (!any_digit && (binary ? exponent >= 50 : exponent < -9))
        return false;

    if (binary)
        set_binary(&d, exponent, q.limbs);
    else if (d.whole.len > 0 || d.fraction.len > 0)
        set_decimal(&d, exponent, q.limbs);
    if (is_zero(q.limbs))
        q.negative = false;
    *ret = q;
    return true;
}

int ro_quantity_cmp(const struct ro_quantity *a, const struct ro_quantity *b)
{
    if (a->negative != b->negative)
        return a->negative ? -1 : 1;
    return a->negative ? compare(b->limbs, a->limbs) : compare(a->limbs, b->limbs);
}

bool ro_quantity_is_zero(const struct ro_quantity *q)
{
    return is_zero(q->limbs);
}

/* The magnitude in units of 10^-9 * 10^digits, a fraction rounded up; false where it is beyond 63 bits. */
static bool in_units(const struct ro_quantity *q, uint32_t digits, uint64_t *ret)
{
    struct ro_quantity units = *q;
    uint32_t by = 1, beyond = 0;

    for (uint32_t i = 0; i < digits; i++)
        by *= 10;
    if (divide(units.limbs, by) > 0)
        multiply_add(units.limbs, 1, 1);
    for (size_t i = 2; i < LIMBS; i++)
        beyond |= units.limbs[i];
    *ret = (uint64_t)units.limbs[1] << 32 | units.limbs[0];
    return !beyond && *ret <= (uint64_t)INT64_MAX;
}

int64_t ro_quantity_scaled(const struct ro_quantity *q, uint32_t digits)
{
    uint64_t magnitude;

    if (!in_units(q, digits, &magnitude))
        return q->negative ? INT64_MIN : INT64_MAX;
    return q->negative ? -(int64_t)magnitude : (int64_t)magnitude;
}

void ro_quantity_add(struct ro_quantity *a, const struct ro_quantity *b)
{
    uint64_t carry = 0;

    if (a->negative == b->negative) {
        for (size_t i = 0; i < LIMBS; i++) {
            carry += (uint64_t)a->limbs[i] + b->limbs[i];
            a->limbs[i] = (uint32_t)carry;
            carry >>= 32;
        }
        if (carry)
            memset(a->limbs, 0xff, sizeof a->limbs);
        return;
    }
    /* different signs: the larger magnitude minus the smaller one, with the sign of the larger */
    bool swap = compare(a->limbs, b->limbs) < 0;
    const uint32_t *large = swap ? b->limbs : a->limbs, *small = swap ? a->limbs : b->limbs;
    for (size_t i = 0; i < LIMBS; i++) {
        uint64_t take = (uint64_t)small[i] + carry;
        carry = large[i] < take;
        a->limbs[i] = (uint32_t)(large[i] - take);
    }
    if (swap)
        a->negative = b->negative;
    if (is_zero(a->limbs))
        a->negative = false;
}

int64_t ro_quantity_milli(const struct ro_quantity *q)
{
    uint64_t magnitude;

    if (!in_units(q, 6, &magnitude))
        return 0;
    return q->negative ? -(int64_t)magnitude : (int64_t)magnitude;
}

struct ro_quantity ro_quantity_decimal(int64_t value, int exponent)
{
    uint64_t magnitude = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
    struct ro_quantity q = { .negative = value < 0, .limbs = { (uint32_t)magnitude, (uint32_t)(magnitude >> 32) } };

    for (int i = -9; i < exponent; i++)
        multiply_add(q.limbs, 10, 0);
    return q;
}
