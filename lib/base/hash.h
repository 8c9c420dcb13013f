/* SPDX-License-Identifier: Apache-2.0 */
/* The hashes that upstream writes into names and annotations. */
#ifndef RO_BASE_HASH_H
#define RO_BASE_HASH_H

#include <stdint.h>

#include <rollout/base.h>

/* FNV-1, 32 bit, from `seed` (RO_FNV_BASIS to begin): names of ControllerRevisions. */
#define RO_FNV_BASIS 2166136261u
uint32_t ro_fnv1(uint32_t seed, struct rollout_str bytes);

/* FNV-1a, 32 bit, over the text that Go's spew prints of a byte slice: "([]uint8)[1 2 3]"
 * (inplace.md 12: the hash of JSON). */
uint32_t ro_hash_json(struct rollout_str json);

/* The same bit by bit: begin with RO_JSON_HASH, add the JSON in pieces of any length, end. */
struct ro_json_hash {
    uint32_t state;
    uint32_t bytes; /* 0 = none yet */
};
#define RO_JSON_HASH ((struct ro_json_hash){ .state = RO_FNV_BASIS })
void ro_json_hash_add(struct ro_json_hash *hash, const char *bytes, size_t len);
uint32_t ro_json_hash_end(const struct ro_json_hash *hash);

/* Kubernetes' rand.SafeEncodeString: of one byte, and of the decimal text of n. buf takes at most 11 bytes with the NUL. */
char ro_safe_byte(char c);
size_t ro_safe_encode(uint32_t n, char buf[16]);

#endif
