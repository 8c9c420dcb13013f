/* SPDX-License-Identifier: Apache-2.0 */
/* Random numbers and delays, in integers alone, so that they are the same everywhere. */
#ifndef RO_SIM_DELAY_H
#define RO_SIM_DELAY_H

#include <rollout/simulate.h>

/* The number that belongs to these three: nothing depends on the order in which they are asked for. */
uint64_t ro_random(uint64_t seed, uint64_t what, uint64_t who);

/* ROLLOUT_OK, or ROLLOUT_ERR_INVALID naming the field, "delays[index].a_ms"; ROLLOUT_ERR_ABI for reserved. */
int ro_delay_check(const struct rollout_delay *delay, uint32_t index, struct rollout_error *reterr);

/* One draw, in milliseconds, at least 0; random: of all 64 bits. */
int64_t ro_delay_draw(const struct rollout_delay *delay, uint64_t random);

#endif
