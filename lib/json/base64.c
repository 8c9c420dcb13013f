/* SPDX-License-Identifier: Apache-2.0 */
#include "json/base64.h"

#include <stdint.h>

static int digit(char c)
{
    if (c >= 'A' && c <= 'Z')
        return c - 'A';
    if (c >= 'a' && c <= 'z')
        return c - 'a' + 26;
    if (c >= '0' && c <= '9')
        return c - '0' + 52;
    return c == '+' ? 62 : c == '/' ? 63 : -1;
}

size_t ro_base64_decode(const char *text, size_t len, char *buf)
{
    uint32_t bits = 0;
    size_t digits = 0, padding = 0, n = 0;
    for (size_t i = 0; i < len; i++) {
        int value = digit(text[i]);
        if (text[i] == '\r' || text[i] == '\n')
            continue;
        if (text[i] == '=') {
            padding++;
            continue;
        }
        if (value < 0 || padding > 0)
            return SIZE_MAX;
        /* A byte is whole with every digit but the first of four; bits left over at the end are dropped, as
         * Go does. */
        bits = bits << 6 | (uint32_t)value;
        size_t place = digits++ % 4;
        if (place > 0)
            buf[n++] = (char)(bits >> (6 - 2 * place) & 0xff);
    }
    size_t rest = digits % 4;
    return rest == 1 || padding != (rest ? 4 - rest : 0) ? SIZE_MAX : n;
}
