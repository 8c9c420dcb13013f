/* SPDX-License-Identifier: Apache-2.0 */
#ifndef RO_JSON_PARSE_H
#define RO_JSON_PARSE_H

#include <stdbool.h>

#include <jansson.h>

#include <rollout/json.h>

#define RO_JSON_TOO_DEEP "nested too deep"

/* Where a text begins in the input it was cut from, and the error that it gives there. From 1. */
struct ro_json_place {
    size_t line, column;
};

/* rollout_json_parse for a part of an input. After ROLLOUT_ERR_SYNTAX *ret_read bytes were read, the
 * last one being where the text is no JSON any more. */
int ro_json_parse(const char *text, size_t len, struct ro_json_place place, struct rollout_json **ret_json,
                  size_t *ret_read, struct rollout_error *reterr);

/* jansson's value as a document, expanded. ROLLOUT_OK, ROLLOUT_ERR_NOMEM, or ROLLOUT_ERR_SYNTAX: nested too deep. No
 * record is written. */
int ro_json_convert(json_t *value, struct rollout_json **ret_json);

/* Is a text no JSON for another reason than that it ends too soon? */
bool ro_json_is_broken(const char *text, size_t len);

/* Fills the record for a text that is no JSON. Returns ROLLOUT_ERR_SYNTAX. */
int ro_json_syntax_error(struct rollout_error *reterr, struct ro_json_place place, const char *message);

/* Fills the record for anything else, and returns code. */
int ro_json_error(struct rollout_error *reterr, int code, const char *message);

/* The place n bytes of text further on. */
struct ro_json_place ro_json_advance(struct ro_json_place place, const char *text, size_t n);

#endif
