/* SPDX-License-Identifier: Apache-2.0 */
/* SHA-256 (FIPS 180-4): hashes of SidecarSets. */
#ifndef RO_BASE_SHA256_H
#define RO_BASE_SHA256_H

#include <stddef.h>
#include <stdint.h>

struct ro_sha256 {
    uint32_t state[8];
    uint64_t len; /* bytes so far */
    unsigned char block[64];
};

/* Begin, add bytes in pieces of any length, end. */
void ro_sha256_begin(struct ro_sha256 *hash);
void ro_sha256_add(struct ro_sha256 *hash, const char *bytes, size_t len);
void ro_sha256_end(struct ro_sha256 *hash, unsigned char ret[32]);

#endif
