/* SPDX-License-Identifier: Apache-2.0 */
/* A quantity as Kubernetes' canonical text. */
#include "base/quantity.h"

#include <stdio.h>
#include <string.h>

enum { LIMBS = sizeof((struct ro_quantity *)0)->limbs / sizeof(uint32_t), DIGITS = 80 };

/* limbs /= divisor, unless there would be a remainder. */
static bool divide_evenly(uint32_t limbs[LIMBS], uint32_t divisor)
{
    uint32_t result[LIMBS];
    uint64_t rest = 0;

    for (size_t i = LIMBS; i-- > 0;) {
        rest = rest << 32 | limbs[i];
        result[i] = (uint32_t)(rest / divisor);
        rest %= divisor;
    }
    if (rest == 0)
        memcpy(limbs, result, sizeof result);
    return rest == 0;
}

/* The decimal digits at the end of buf; where they begin. */
static const char *digits_of(uint32_t limbs[LIMBS], char buf[DIGITS + 1])
{
    size_t at = DIGITS;
    buf[at] = '\0';
    for (bool any = true; any && at > 0;) {
        uint64_t rest = 0;
        any = false;
        for (size_t i = LIMBS; i-- > 0;) {
            rest = rest << 32 | limbs[i];
            limbs[i] = (uint32_t)(rest / 10);
            rest %= 10;
            any = any || limbs[i];
        }
        buf[--at] = (char)('0' + rest);
    }
    return buf + at;
}

/* Without a fraction, and 1024 or more: smaller ones are never written with a binary suffix. */
static bool is_binary(const struct ro_quantity *q, uint32_t limbs[LIMBS])
{
    uint32_t above = 0;
    memcpy(limbs, q->limbs, sizeof q->limbs);
    if (!divide_evenly(limbs, 1000000000))
        return false;
    for (size_t i = 1; i < LIMBS; i++)
        above |= limbs[i];
    return above || limbs[0] >= 1024;
}

size_t ro_quantity_text(const struct ro_quantity *q, enum ro_quantity_form form, char buf[RO_QUANTITY_SIZE])
{
    static const char *const binary[] = { "", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei" };
    static const char *const decimal[] = { "n", "u", "m", "", "k", "M", "G", "T", "P", "E" };
    const char *sign = q->negative ? "-" : "";
    char digits[DIGITS + 1];
    uint32_t limbs[LIMBS];
    int at = 0, len;

    if (ro_quantity_is_zero(q)) {
        len = snprintf(buf, RO_QUANTITY_SIZE, "0");
    } else if (form == RO_QUANTITY_BINARY && is_binary(q, limbs)) {
        while (at < 6 && divide_evenly(limbs, 1024))
            at++;
        len = snprintf(buf, RO_QUANTITY_SIZE, "%s%s%s", sign, digits_of(limbs, digits), binary[at]);
    } else {
        memcpy(limbs, q->limbs, sizeof limbs);
        while (at < 9 && divide_evenly(limbs, 1000))
            at++;
        const char *number = digits_of(limbs, digits);
        if (form == RO_QUANTITY_EXPONENT && at != 3)
            len = snprintf(buf, RO_QUANTITY_SIZE, "%s%se%d", sign, number, 3 * at - 9);
        else
            len = snprintf(buf, RO_QUANTITY_SIZE, "%s%s%s", sign, number, decimal[at]);
    }
    return (size_t)len;
}

enum ro_quantity_form ro_quantity_form(struct rollout_str text)
{
    size_t at = text.len;

    if (at > 0 && text.data[at - 1] == 'i')
        return RO_QUANTITY_BINARY;
    while (at > 0 && (text.data[at - 1] < 'A' || text.data[at - 1] > 'z'))
        at--;
    /* a letter before the last digits; E at the end is a suffix */
    return at > 0 && at < text.len ? RO_QUANTITY_EXPONENT : RO_QUANTITY_DECIMAL;
}
