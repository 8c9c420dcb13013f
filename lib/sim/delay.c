/* SPDX-License-Identifier: Apache-2.0 */
/* Fixed point throughout: QN is an integer in units of 2^-N. */
#include "sim/delay.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>

#include "base/error.h"

#define DELAY_LIMIT INT64_C(1000000000000)
#define MEANS_LIMIT 20
#define LN2_Q64     UINT64_C(12786308645202655659)

/* Normal quantiles as multiples of the 95 % one (1.6448536), Q28: element i is where 2^-(1 + i/16)^2 is above it. Over
 * the root of the logarithm they are nearly a straight line, so that what lies between two is read off a line. */
static const uint32_t quantiles[] = {
    0,          17516501,   34654019,   51454352,   67952971,   84180231,   100162298,  115921880,  131478803,
    146850477,  162052261,  177097775,  191999146,  206767212,  221411701,  235941371,  250364130,  264687147,
    278916932,  293059417,  307120019,  321103698,  335015002,  348858116,  362636892,  376354889,  390015396,
    403621460,  417175907,  430681366,  444140282,  457554934,  470927450,  484259817,  497553897,  510811433,
    524034059,  537223313,  550380637,  563507392,  576604856,  589674237,  602716675,  615733247,  628724970,
    641692809,  654637676,  667560436,  680461911,  693342881,  706204085,  719046228,  731869981,  744675981,
    757464837,  770237128,  782993408,  795734203,  808460019,  821171337,  833868618,  846552303,  859222813,
    871880554,  884525912,  897159259,  909780951,  922391330,  934990724,  947579448,  960157804,  972726086,
    985284571,  997833531,  1010373223, 1022903899, 1035425799, 1047939154, 1060444188, 1072941116, 1085430148,
    1097911482, 1110385314, 1122851830, 1135311211, 1147763632, 1160209262, 1172648263, 1185080795, 1197507009,
    1209927054, 1222341072, 1234749204, 1247151582, 1259548337, 1271939595, 1284325479, 1296706107, 1309081594,
    1321452051, 1333817588, 1346178309, 1358534316, 1370885709, 1383232583, 1395575033, 1407913148, 1420247019,
    1432576729, 1444902364, 1457224004, 1469541728, 1481855614,
};
#define REST_BITS 24 /* of a Q28 number, beyond the element */

/* ---- numbers ---- */

struct wide {
    uint64_t high, low;
};

static struct wide multiply(uint64_t a, uint64_t b)
{
    uint64_t a1 = a >> 32, a0 = a & UINT32_MAX, b1 = b >> 32, b0 = b & UINT32_MAX;
    uint64_t low = a0 * b0, middle = a1 * b0 + (low >> 32), other = a0 * b1 + (middle & UINT32_MAX);
    return (struct wide){ a1 * b1 + (middle >> 32) + (other >> 32), other << 32 | (low & UINT32_MAX) };
}

/* a * b / 2^shift to the nearest, shift 1 to 127; the caller knows that it fits. */
static uint64_t multiply_shift(uint64_t a, uint64_t b, unsigned shift)
{
    struct wide w = multiply(a, b);
    struct wide half =
        shift > 64 ? (struct wide){ UINT64_C(1) << (shift - 65), 0 } : (struct wide){ 0, UINT64_C(1) << (shift - 1) };
    w.low += half.low;
    w.high += half.high + (w.low < half.low);
    if (shift >= 64)
        return w.high >> (shift - 64);
    return w.high << (64 - shift) | w.low >> shift;
}

/* The binary logarithm of x > 0 in Q32: digit by digit, since squaring doubles it. */
static uint64_t log2_q32(uint64_t x)
{
    unsigned whole = 63;
    while (!(x >> 63)) {
        x <<= 1;
        whole--;
    }
    uint64_t log = whole;
    for (unsigned i = 0; i < 32; i++) {
        struct wide w = multiply(x, x);
        bool two = w.high >> 63;
        x = two ? w.high : w.high << 1 | w.low >> 63;
        log = log << 1 | two;
    }
    return log;
}

/* 2^x in Q62 for 0 <= x < 1 in Q32: the exponential's series. */
static uint64_t exp2_q62(uint32_t x)
{
    uint64_t y = multiply((uint64_t)x << 32, LN2_Q64).high, sum = 0, term = UINT64_C(1) << 62;
    for (uint64_t k = 1; term; k++) {
        sum += term;
        term = multiply(term, y).high / k;
    }
    return sum;
}

/* Rounded down. */
static uint32_t root(uint64_t x)
{
    uint64_t r = 0;
    for (uint64_t bit = UINT64_C(1) << 31; bit; bit >>= 1)
        if ((r | bit) * (r | bit) <= x)
            r |= bit;
    return (uint32_t)r;
}

/* ---- distributions ---- */

static uint64_t uniform(uint64_t from, uint64_t to, uint64_t random)
{
    return from + multiply(random, to - from + 1).high;
}

/* -ln((random + 1) / 2^64) means. */
static uint64_t exponential(uint64_t mean, uint64_t most, uint64_t random)
{
    if (random == UINT64_MAX)
        return 0;
    uint64_t log = (UINT64_C(64) << 32) - log2_q32(random + 1);
    uint64_t value = multiply_shift(mean, multiply(log, LN2_Q64).high, 32);
    return value < most ? value : most;
}

/* p50 * (p95/p50)^x, x a normal number in units of its 95 % quantile: the first bit is its sign, the others say how much
 * of its side is beyond it. */
static uint64_t percentiles(uint64_t p50, uint64_t p95, uint64_t random)
{
    uint64_t log = (UINT64_C(64) << 32) - log2_q32((random & (UINT64_MAX >> 1)) + 1); /* Q32, 1 to 64 */
    uint64_t at = (uint64_t)root(log << 24) - (UINT64_C(1) << 28);                    /* Q28, 0 to 7 */
    uint64_t i = at >> REST_BITS, rest = at & ((UINT64_C(1) << REST_BITS) - 1);
    uint64_t x = quantiles[i];
    if (rest)
        x += (quantiles[i + 1] - quantiles[i]) * rest >> REST_BITS;
    uint64_t ratio = log2_q32(p95) - log2_q32(p50);
    uint64_t e = multiply_shift(ratio, x, 28); /* Q32, at most 40 * 5.6 */
    uint64_t whole = e >> 32;
    uint32_t fraction = (uint32_t)e;
    uint64_t most = (uint64_t)(MEANS_LIMIT * DELAY_LIMIT); /* below 2^45 */
    if (random >> 63) {
        if (log2_q32(p50) + e >= UINT64_C(45) << 32)
            return most;
        uint64_t value = multiply_shift(p50, exp2_q62(fraction), (unsigned)(62 - whole));
        return value < most ? value : most;
    }
    if (whole >= 41) /* below a half */
        return 0;
    if (fraction) { /* 2^-e = 2^(1 - fraction) / 2^(whole + 1) */
        fraction = 0 - fraction;
        whole++;
    }
    return multiply_shift(p50, exp2_q62(fraction), (unsigned)(62 + whole));
}

uint64_t ro_random(uint64_t seed, uint64_t what, uint64_t who)
{
    /* A round of splitmix64 each, so that no two of the three can make up for each other. */
    const uint64_t parts[] = { seed, what, who };
    uint64_t z = 0;
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        z = (z ^ parts[i]) + UINT64_C(0x9e3779b97f4a7c15);
        z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
        z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
        z ^= z >> 31;
    }
    return z;
}

static int refuse(int code, uint32_t index, const char *name, int64_t value, const char *what,
                  struct rollout_error *reterr)
{
    char field[48];
    if (index == ROLLOUT_NONE)
        snprintf(field, sizeof field, "run.%s", name);
    else
        snprintf(field, sizeof field, "delays[%" PRIu32 "].%s", index, name);
    return ro_error_at(reterr, code, index, field, "%s: %" PRId64 " %s", field, value, what);
}

int ro_delay_check(const struct rollout_delay *delay, uint32_t index, struct rollout_error *reterr)
{
    static const char range[] = "is not between 0 and 1000000000000";
    if (delay->kind > ROLLOUT_DELAY_PERCENTILES)
        return refuse(ROLLOUT_ERR_INVALID, index, "kind", delay->kind, "is no kind of delay", reterr);
    if (delay->a_ms < 0 || delay->a_ms > DELAY_LIMIT)
        return refuse(ROLLOUT_ERR_INVALID, index, "a_ms", delay->a_ms, range, reterr);
    if (delay->b_ms < 0 || delay->b_ms > DELAY_LIMIT)
        return refuse(ROLLOUT_ERR_INVALID, index, "b_ms", delay->b_ms, range, reterr);
    if (delay->kind == ROLLOUT_DELAY_PERCENTILES && delay->a_ms == 0)
        return refuse(ROLLOUT_ERR_INVALID, index, "a_ms", 0, "is no median of a log-normal distribution", reterr);
    if ((delay->kind == ROLLOUT_DELAY_UNIFORM || delay->kind == ROLLOUT_DELAY_PERCENTILES) && delay->b_ms < delay->a_ms)
        return refuse(ROLLOUT_ERR_INVALID, index, "b_ms", delay->b_ms, "is less than a_ms", reterr);
    if (delay->reserved) {
        char field[32] = "run.reserved";
        if (index != ROLLOUT_NONE)
            snprintf(field, sizeof field, "delays[%u].reserved", (unsigned)index);
        return ro_error_at(reterr, ROLLOUT_ERR_ABI, index, field, "%s: not zero", field);
    }
    return ROLLOUT_OK;
}

int64_t ro_delay_draw(const struct rollout_delay *delay, uint64_t random)
{
    uint64_t a = (uint64_t)delay->a_ms, b = (uint64_t)delay->b_ms;
    switch (delay->kind) {
    case ROLLOUT_DELAY_UNIFORM:
        return (int64_t)uniform(a, b, random);
    case ROLLOUT_DELAY_EXPONENTIAL:
        return (int64_t)exponential(a, b ? b : MEANS_LIMIT * a, random);
    case ROLLOUT_DELAY_PERCENTILES:
        return (int64_t)percentiles(a, b, random);
    default:
        return delay->a_ms;
    }
}
