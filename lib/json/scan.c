/* SPDX-License-Identifier: Apache-2.0 */
#include "json/scan.h"

/* Skips the inside of a string. False: a raw newline, which no string has, so a quote is missing. */
static bool scan_string(struct ro_json_scan *scan, const char *text, size_t len, size_t *at)
{
    bool escaped = scan->escaped, good = true;
    size_t i = *at;
    while (i < len) {
        char c = text[i++];
        if (c == '"' && !escaped) {
            scan->in_string = false;
            scan->before = 'v';
            break;
        }
        good = c != '\n' && c != '\0';
        if (!good)
            break;
        escaped = c == '\\' && !escaped;
    }
    scan->escaped = escaped;
    *at = i;
    return good;
}

/* May a container begin here? What says no is mostly the next document of a stream, after one whose
 * brackets never close. */
static bool may_open(const struct ro_json_scan *scan)
{
    if (scan->depth == 0)
        return scan->before == 0;
    if (scan->open[scan->depth - 1] == '[')
        return scan->before == ',' || scan->before == '[';
    return scan->before == ':';
}

int ro_json_scan(struct ro_json_scan *scan, const char *text, size_t len, size_t *at)
{
    while (*at < len) {
        if (scan->in_string) {
            if (!scan_string(scan, text, len, at))
                return RO_SCAN_BROKEN;
            continue;
        }
        char c = text[(*at)++];
        switch (c) {
        case ' ':
        case '\t':
        case '\r':
        case '\n':
            break;
        case '{':
        case '[':
            if (!may_open(scan))
                return RO_SCAN_BROKEN;
            if (scan->depth == ROLLOUT_NODE_MAX_DEPTH)
                return RO_SCAN_DEEP;
            scan->open[scan->depth++] = c;
            scan->before = c;
            break;
        case '}':
        case ']':
            if (scan->depth == 0 || scan->open[scan->depth - 1] != (c == '}' ? '{' : '['))
                return RO_SCAN_BROKEN;
            scan->before = 'v';
            if (--scan->depth == 0)
                return RO_SCAN_END;
            break;
        case '"':
            scan->in_string = true;
            break;
        case '-': /* twice: the line between two documents */
            if (scan->before == '-')
                return RO_SCAN_BROKEN;
            scan->before = c;
            break;
        case ',':
        case ':':
            scan->before = c;
            break;
        case '\0':
            return RO_SCAN_BROKEN;
        default:
            scan->before = 'v';
        }
    }
    return RO_SCAN_MORE;
}
