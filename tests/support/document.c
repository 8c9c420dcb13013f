/* SPDX-License-Identifier: Apache-2.0 */
#include "document.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"

static char *with_quotes(const char *text)
{
    char *copy = strdup(text);
    for (char *c = copy; *c; c++)
        if (*c == '\'')
            *c = '"';
    return copy;
}

struct rollout_json *parse(const char *text)
{
    char *copy = with_quotes(text);
    struct rollout_json *json = NULL;
    struct rollout_error error = { .struct_size = sizeof(error) };
    int r = rollout_json_parse(copy, strlen(copy), &json, &error);
    ck_assert_msg(r == ROLLOUT_OK, "%s: %s", copy, error.message);
    free(copy);
    return json;
}

struct rollout_world *decode(const struct rollout_json *json, size_t index)
{
    struct rollout_world *world = NULL;
    struct rollout_error error = { .struct_size = sizeof(error) };
    int r = rollout_document_decode(rollout_json_tree(json), index, NOW, &world, &error);
    ck_assert_msg(r == ROLLOUT_OK, "%s", error.message);
    return world;
}

struct rollout_world *decode_text(const char *text, struct rollout_json **ret_json)
{
    *ret_json = parse(text);
    return decode(*ret_json, 0);
}

void assert_text(struct rollout_str got, const char *wanted)
{
    ck_assert_msg(ro_str_eq(got, (struct rollout_str){ wanted, strlen(wanted) }), "%.*s, not %s", (int)got.len,
                  got.data, wanted);
}

void assert_json(const struct rollout_tree *tree, const char *wanted)
{
    char got[4096];
    size_t len;
    char *copy = with_quotes(wanted);
    ck_assert_int_eq(rollout_tree_text(tree, got, sizeof(got), &len, NULL), ROLLOUT_OK);
    ck_assert_str_eq(got, copy);
    free(copy);
}
