/* SPDX-License-Identifier: Apache-2.0 */
/** @file json.h
 *  librollout-json: JSON and YAML text to trees. The way back is rollout_tree_text(). */
#ifndef ROLLOUT_JSON_H
#define ROLLOUT_JSON_H

#include <rollout/base.h>
#include <rollout/node.h>

#ifdef __cplusplus
extern "C" {
#endif

/** A parsed document and its memory. Released with rollout_json_free(). */
struct rollout_json;

/** Parses one document, expanding the texts that node.h lists.
 *  Returns ROLLOUT_OK, ROLLOUT_ERR_SYNTAX (error.line, error.column), ROLLOUT_ERR_NOMEM or, where ret_json or a text with
 *  a length is NULL, ROLLOUT_ERR_INVALID.
 *  Since: 0.1 (testing) */
ROLLOUT_API int rollout_json_parse(const char *text, size_t len, struct rollout_json **ret_json,
                                   struct rollout_error *reterr);

/** The same for one document of YAML 1.1, which JSON is too, as kubectl reads it: y, yes and on, 017, 0x1f and 1_000
 *  are no texts; times are; keys that are numbers or booleans become texts; of equal keys the last one counts; "<<" takes
 *  over members where it stands; a tag but !!str, !!int, !!float, !!bool and !!null says nothing. What JSON cannot say
 *  (.inf, !!binary, null as a key), integers beyond int64_t, a second document, more than 1000 directives, and
 *  aliases that repeat more than 64 MiB and ten times the text are refused.
 *  Returns as rollout_json_parse(); where the library was built without libyaml always ROLLOUT_ERR_SYNTAX.
 *  Since: 0.1 (testing) */
ROLLOUT_API int rollout_yaml_parse(const char *text, size_t len, struct rollout_json **ret_json,
                                   struct rollout_error *reterr);

/** The document; of NULL it is NULL. Valid until rollout_json_free(). Since: 0.1 (testing) */
ROLLOUT_API const struct rollout_tree *rollout_json_tree(const struct rollout_json *json);
ROLLOUT_API void rollout_json_free(struct rollout_json *json);

/** Reads documents one after the other from a file descriptor, holding one at a time: JSON one
 *  after another, JSON Lines, or separated by lines "---"; at the start and after such a line also YAML, which is what
 *  does not begin with '{' or '[', up to the next line "---" or "..." or the end. Documents without anything are
 *  passed over. */
struct rollout_json_reader;

/** Does not own fd. Returns ROLLOUT_OK, ROLLOUT_ERR_NOMEM or ROLLOUT_ERR_INVALID (ret_reader is NULL).
 *  Since: 0.1 (testing) */
ROLLOUT_API int rollout_json_reader_new(int fd, struct rollout_json_reader **ret_reader, struct rollout_error *reterr);

/** The next document. *ret_json is NULL at the end. After ROLLOUT_ERR_SYNTAX the reader goes on at
 *  the next line that begins with '{' or '---'. error.line counts from the start of the input.
 *  *ret_line, which may be NULL, is the line on which the document begins.
 *  Returns ROLLOUT_OK, ROLLOUT_ERR_SYNTAX, ROLLOUT_ERR_INVALID (reader or ret_json is NULL), ROLLOUT_ERR_IO or
 *  ROLLOUT_ERR_NOMEM; not to be called again after the last two. Since: 0.1 (testing) */
ROLLOUT_API int rollout_json_reader_next(struct rollout_json_reader *reader, struct rollout_json **ret_json,
                                         uint32_t *ret_line, struct rollout_error *reterr);
ROLLOUT_API void rollout_json_reader_free(struct rollout_json_reader *reader);

#ifdef __cplusplus
}
#endif

#endif
