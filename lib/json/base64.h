/* SPDX-License-Identifier: Apache-2.0 */
/* What Go's encoder makes of bytes that stand in JSON. */
#ifndef RO_JSON_BASE64_H
#define RO_JSON_BASE64_H

#include <stddef.h>

/* The bytes of a text in standard base64, with padding and with line breaks anywhere: how many they are,
 * SIZE_MAX where the text is none. buf has room for len bytes. */
size_t ro_base64_decode(const char *text, size_t len, char *buf);

#endif
