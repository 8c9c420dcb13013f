/* SPDX-License-Identifier: Apache-2.0 */
#include "objects/base64.h"

static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

struct rollout_str ro_base64_text(struct ro_arena *arena, struct rollout_str bytes)
{
    size_t len = (bytes.len + 2) / 3 * 4, at = 0;
    char *text = ro_arena_alloc(arena, len + 1, 1);

    if (!text)
        return (struct rollout_str){ 0 };
    for (size_t i = 0; i < bytes.len; i += 3) {
        size_t n = bytes.len - i < 3 ? bytes.len - i : 3;
        uint32_t bits = 0;
        for (size_t k = 0; k < 3; k++)
            bits = bits << 8 | (k < n ? (unsigned char)bytes.data[i + k] : 0);
        for (size_t k = 0; k < 4; k++)
            text[at++] = k <= n ? digits[bits >> (18 - 6 * k) & 63] : '=';
    }
    return (struct rollout_str){ text, len };
}

bool ro_base64_check(struct rollout_str text)
{
    size_t count = 0, padding = 0;

    for (size_t i = 0; i < text.len; i++) {
        char c = text.data[i];
        if (c == '\r' || c == '\n')
            continue; /* Go skips them */
        if (c != '=' && (padding > 0 || !memchr(digits, c, sizeof digits - 1)))
            return false;
        padding += c == '=';
        count++;
    }
    return count % 4 == 0 && padding <= 2;
}
