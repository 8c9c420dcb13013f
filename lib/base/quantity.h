/* SPDX-License-Identifier: Apache-2.0 */
/* Kubernetes' resource.Quantity: parse, compare, add. Exact. */
#ifndef RO_BASE_QUANTITY_H
#define RO_BASE_QUANTITY_H

#include <stdbool.h>
#include <stdint.h>

#include <rollout/base.h>

/* Fixed point: sign and magnitude in units of 10^-9, little-endian limbs. As upstream, a finer
 * fraction is rounded up (away from zero), and what a binary suffix makes larger than 2^63-1 is cut
 * to it. Decimal numbers are cut where the limbs end, above 10^67. */
struct ro_quantity {
    bool negative;
    uint32_t limbs[8];
};

/* False where Kubernetes' decoder refuses the text ("", "1 ", "1Gii", "1e", ...). */
bool ro_quantity_parse(struct rollout_str text, struct ro_quantity *ret);
int ro_quantity_cmp(const struct ro_quantity *a, const struct ro_quantity *b);
bool ro_quantity_is_zero(const struct ro_quantity *q);
/* The amount in units of 10^-9 * 10^digits, a fraction rounded away from zero, cut at the ends of 64 bits. digits up to 9. */
int64_t ro_quantity_scaled(const struct ro_quantity *q, uint32_t digits);
/* a += b, cut at the ends of the range. */
void ro_quantity_add(struct ro_quantity *a, const struct ro_quantity *b);

/* In thousandths, a finer rest rounded away from zero; 0 where that does not fit 64 bits, as upstream. */
int64_t ro_quantity_milli(const struct ro_quantity *q);

/* value * 10^exponent, exponent from -9 on. */
struct ro_quantity ro_quantity_decimal(int64_t value, int exponent);

/* How Kubernetes writes it: with the suffixes that the text had which it comes from. */
enum ro_quantity_form { RO_QUANTITY_DECIMAL, RO_QUANTITY_BINARY, RO_QUANTITY_EXPONENT };
enum ro_quantity_form ro_quantity_form(struct rollout_str text);

/* The canonical text, as the API server has it. Returns its length; buf takes RO_QUANTITY_SIZE with the NUL. */
enum { RO_QUANTITY_SIZE = 96 };
size_t ro_quantity_text(const struct ro_quantity *q, enum ro_quantity_form form, char buf[RO_QUANTITY_SIZE]);

#endif
