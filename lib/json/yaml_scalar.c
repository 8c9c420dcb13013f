/* SPDX-License-Identifier: Apache-2.0 */
#include "json/yaml_scalar.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define PREFIX "tag:yaml.org,2002:"

static const char no_number[] = "a number that is not finite";
static const char too_big[] = "too big integer"; /* jansson's words */

static bool is(const char *text, size_t len, const char *word)
{
    return len == strlen(word) && memcmp(text, word, len) == 0;
}

/* The words that are no texts, in the only three ways in which they may be written. */
enum word { WORD_NONE, WORD_NULL, WORD_TRUE, WORD_FALSE, WORD_NOT_FINITE };

static enum word word_of(const char *text, size_t len)
{
    static const struct {
        const char *text;
        enum word word;
    } words[] = {
        { "", WORD_NULL },           { "~", WORD_NULL },          { "null", WORD_NULL },
        { "Null", WORD_NULL },       { "NULL", WORD_NULL },       { "y", WORD_TRUE },
        { "Y", WORD_TRUE },          { "yes", WORD_TRUE },        { "Yes", WORD_TRUE },
        { "YES", WORD_TRUE },        { "true", WORD_TRUE },       { "True", WORD_TRUE },
        { "TRUE", WORD_TRUE },       { "on", WORD_TRUE },         { "On", WORD_TRUE },
        { "ON", WORD_TRUE },         { "n", WORD_FALSE },         { "N", WORD_FALSE },
        { "no", WORD_FALSE },        { "No", WORD_FALSE },        { "NO", WORD_FALSE },
        { "false", WORD_FALSE },     { "False", WORD_FALSE },     { "FALSE", WORD_FALSE },
        { "off", WORD_FALSE },       { "Off", WORD_FALSE },       { "OFF", WORD_FALSE },
        { ".nan", WORD_NOT_FINITE }, { ".NaN", WORD_NOT_FINITE }, { ".NAN", WORD_NOT_FINITE },
        { ".inf", WORD_NOT_FINITE }, { ".Inf", WORD_NOT_FINITE }, { ".INF", WORD_NOT_FINITE },
    };
    /* Only of the infinite ones may there be a sign. */
    size_t skip = len == 5 && (text[0] == '+' || text[0] == '-') && text[1] == '.' && text[2] != 'n' && text[2] != 'N';
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (is(text + skip, len - skip, words[i].text))
            return words[i].word;
    return WORD_NONE;
}

static unsigned digit_of(char c)
{
    char lower = (char)(c | 0x20);
    if (c >= '0' && c <= '9')
        return (unsigned)(c - '0');
    return lower >= 'a' && lower <= 'f' ? (unsigned)(lower - 'a') + 10 : 16;
}

enum integer { INTEGER_NONE, INTEGER_FITS, INTEGER_TOO_BIG };

/* Decimal, 0x, 0o or a mere 0 for octal, 0b. */
static enum integer integer_of(const char *text, size_t len, int64_t *ret)
{
    size_t i = len && (text[0] == '+' || text[0] == '-');
    bool negative = i && text[0] == '-', big = false, over = false;
    unsigned base = 10;
    uint64_t value = 0, most = (uint64_t)INT64_MAX + negative;
    if (len > i + 1 && text[i] == '0') {
        char letter = (char)(text[i + 1] | 0x20);
        base = letter == 'x' ? 16 : letter == 'b' ? 2 : 8;
        i += letter == 'x' || letter == 'b' || letter == 'o' ? 2 : 1;
    }
    if (i == len)
        return INTEGER_NONE;
    for (; i < len; i++) {
        unsigned digit = digit_of(text[i]);
        if (digit >= base)
            return INTEGER_NONE;
        over = over || value > (UINT64_MAX - digit) / base;
        value = value * base + digit;
        big = big || over || value > most;
    }
    /* Upstream tries 64 bits without a sign next, for texts that have none, and takes what is larger for a text. */
    if (big)
        return over || text[0] == '+' || text[0] == '-' ? INTEGER_NONE : INTEGER_TOO_BIG;
    *ret = negative ? (int64_t)(0 - value) : (int64_t)value;
    return INTEGER_FITS;
}

static size_t digits(const char *text, size_t len, size_t at)
{
    size_t start = at;
    while (at < len && text[at] >= '0' && text[at] <= '9')
        at++;
    return at - start;
}

/* Writes a decimal number, [-+]?(.5|5|5.|5.5)(e[-+]?5)?, as JSON has them, and always as a real one. Returns its length,
 * 0 where the text is none; buf has room for len + 4. */
static size_t spell(const char *text, size_t len, char *buf)
{
    size_t at = len && (text[0] == '+' || text[0] == '-'), n = 0, whole = digits(text, len, at), fraction = 0;
    if (at && text[0] == '-')
        buf[n++] = '-';
    const char *first = text + at;
    at += whole;
    while (whole && *first == '0') {
        first++;
        whole--;
    }
    bool any = at > 0 && text[at - 1] >= '0' && text[at - 1] <= '9';
    if (whole == 0)
        buf[n++] = '0';
    memcpy(buf + n, first, whole);
    n += whole;
    if (at < len && text[at] == '.') {
        fraction = digits(text, len, ++at);
        any = any || fraction;
        if (fraction)
            buf[n++] = '.';
        memcpy(buf + n, text + at, fraction);
        n += fraction;
        at += fraction;
    }
    if (!any)
        return 0;
    if (at < len && (text[at] | 0x20) == 'e') {
        size_t sign = at + 1 < len && (text[at + 1] == '+' || text[at + 1] == '-');
        size_t power = digits(text, len, at + 1 + sign);
        if (power == 0)
            return 0;
        memcpy(buf + n, text + at, 1 + sign + power);
        n += 1 + sign + power;
        at += 1 + sign + power;
    } else if (!fraction) {
        memcpy(buf + n, "e0", 2);
        n += 2;
    }
    return at == len ? n : 0;
}

/* What goes through JSON on its way, as it does in kubectl, is an integer where it is whole, up to 1e21. */
static json_t *number_of(const char *text, size_t len, const char **ret_problem, bool *ret_is)
{
    *ret_is = false;
    char *buf = malloc(len + 4);
    if (!buf)
        return NULL;
    *ret_is = true;
    size_t n = spell(text, len, buf);
    json_error_t error;
    json_t *real = n ? json_loadb(buf, n, JSON_DECODE_ANY, &error) : NULL;
    free(buf);
    if (!real) {
        /* No number, or one beyond all doubles, which is a text too. */
        *ret_is = n && json_error_code(&error) != json_error_numeric_overflow;
        return NULL;
    }
    double value = json_real_value(real), size = value < 0 ? -value : value;
    if (size < 1e21 && (size >= 9223372036854775808.0 || value == (double)(int64_t)value)) {
        json_decref(real);
        if (size < 9223372036854775808.0)
            return json_integer((int64_t)value);
        *ret_problem = too_big;
        return NULL;
    }
    return real;
}

/* A plain scalar without a tag. */
static json_t *plain_value(const char *text, size_t len, const char **ret_problem)
{
    switch (word_of(text, len)) {
    case WORD_NULL:
        return json_null();
    case WORD_TRUE:
        return json_true();
    case WORD_FALSE:
        return json_false();
    case WORD_NOT_FINITE:
        *ret_problem = no_number;
        return NULL;
    case WORD_NONE:
        break;
    }
    if (!strchr("+-.0123456789", text[0]))
        return json_stringn(text, len);

    /* "_" counts for nothing; where the number begins with its point, only between digits. */
    char *clean = malloc(len + 1);
    size_t n = 0;
    int64_t integer = 0;
    bool is_number = true;
    if (!clean)
        return NULL;
    for (size_t i = 0; i < len; i++)
        if (text[i] != '_' ||
            (text[0] == '.' && (i + 1 == len || digit_of(text[i - 1]) > 9 || digit_of(text[i + 1]) > 9)))
            clean[n++] = text[i];
    enum integer found = text[0] == '.' ? INTEGER_NONE : integer_of(clean, n, &integer);
    json_t *value = found == INTEGER_FITS ? json_integer(integer) : number_of(clean, n, ret_problem, &is_number);
    free(clean);
    if (!value && found == INTEGER_TOO_BIG) /* in hexadecimal, say */
        *ret_problem = too_big;
    if (value || *ret_problem || is_number)
        return value;
    return json_stringn(text, len);
}

json_t *ro_yaml_scalar(const char *text, size_t len, bool plain, const char *tag, const char **ret_problem)
{
    static const struct {
        const char *tag, *problem;
    } tags[] = {
        { PREFIX "null", "not a !!null" },
        { PREFIX "bool", "not a !!bool" },
        { PREFIX "int", "not an !!int" },
        { PREFIX "float", "not a !!float" },
        { PREFIX "binary", "!!binary has no place in JSON" },
    };
    size_t i = 0;
    *ret_problem = NULL;
    while (tag && i < sizeof tags / sizeof *tags && strcmp(tag, tags[i].tag) != 0)
        i++;
    if ((!tag && !plain) || (tag && i == sizeof tags / sizeof *tags))
        return json_stringn(text, len); /* other tags are upstream's to ignore, too */
    if (tag && strcmp(tag, PREFIX "binary") == 0) {
        *ret_problem = tags[i].problem;
        return NULL;
    }
    json_t *value = plain_value(text, len, ret_problem);
    if (!value || !tag)
        return value;
    bool good[] = { json_is_null(value), json_is_boolean(value), json_is_integer(value), json_is_number(value) };
    if (good[i])
        return value;
    json_decref(value);
    *ret_problem = tags[i].problem;
    return NULL;
}

bool ro_yaml_is_merge(const char *text, size_t len, bool plain, const char *tag)
{
    return is(text, len, "<<") && (tag ? strcmp(tag, PREFIX "merge") == 0 : plain);
}
