/* SPDX-License-Identifier: Apache-2.0 */
/* Documents and what is decoded from them, for tests. */
#ifndef SUPPORT_DOCUMENT_H
#define SUPPORT_DOCUMENT_H

#include <rollout/json.h>
#include <rollout/objects.h>

#define NOW 1700000000000 /* 2023-11-14T22:13:20Z */

/* JSON with ' for ". */
struct rollout_json *parse(const char *text);

/* Workload `index` of a document, at NOW where it does not say when. */
struct rollout_world *decode(const struct rollout_json *json, size_t index);

/* Its first workload; the JSON is kept in *ret_json. */
struct rollout_world *decode_text(const char *text, struct rollout_json **ret_json);

void assert_text(struct rollout_str got, const char *wanted);

/* wanted: with ' for ". */
void assert_json(const struct rollout_tree *tree, const char *wanted);

#endif
