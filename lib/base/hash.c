/* SPDX-License-Identifier: Apache-2.0 */
#include "base/hash.h"

#define FNV_PRIME 16777619u

uint32_t ro_fnv1(uint32_t seed, struct rollout_str bytes)
{
    for (size_t i = 0; i < bytes.len; i++)
        seed = seed * FNV_PRIME ^ (unsigned char)bytes.data[i];
    return seed;
}

static uint32_t fnv1a(uint32_t hash, const char *bytes, size_t len)
{
    for (size_t i = 0; i < len; i++)
        hash = (hash ^ (unsigned char)bytes[i]) * FNV_PRIME;
    return hash;
}

/* The decimal digits of n at the end of buf; where they begin. */
static size_t decimal(uint32_t n, char buf[10])
{
    size_t at = 10;

    do {
        buf[--at] = (char)('0' + n % 10);
        n /= 10;
    } while (n > 0);
    return at;
}

void ro_json_hash_add(struct ro_json_hash *hash, const char *bytes, size_t len)
{
    char buf[10];

    for (size_t i = 0; i < len; i++) {
        size_t at = decimal((unsigned char)bytes[i], buf);
        hash->state = hash->bytes ? fnv1a(hash->state, " ", 1) : fnv1a(hash->state, "([]uint8)[", 10);
        hash->bytes = 1;
        hash->state = fnv1a(hash->state, buf + at, sizeof buf - at);
    }
}

uint32_t ro_json_hash_end(const struct ro_json_hash *hash)
{
    return hash->bytes ? fnv1a(hash->state, "]", 1) : fnv1a(hash->state, "([]uint8)[]", 11);
}

uint32_t ro_hash_json(struct rollout_str json)
{
    struct ro_json_hash hash = RO_JSON_HASH;

    ro_json_hash_add(&hash, json.data, json.len);
    return ro_json_hash_end(&hash);
}

char ro_safe_byte(char c)
{
    static const char safe[] = "bcdfghjklmnpqrstvwxz2456789";
    return safe[(unsigned char)c % (sizeof safe - 1)];
}

size_t ro_safe_encode(uint32_t n, char buf[16])
{
    char digits[10];
    size_t at = decimal(n, digits), len = 0;

    while (at < sizeof digits)
        buf[len++] = ro_safe_byte(digits[at++]);
    buf[len] = '\0';
    return len;
}
