/* SPDX-License-Identifier: Apache-2.0 */
#include "applied.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "base/tree.h"

char *json_of(const char *text)
{
    char *json = malloc(2 * strlen(text) + 1), *to = json;

    for (; *text; text++) {
        if (*text == '`')
            *to++ = '\\';
        *to++ = *text == '`' || *text == '\'' ? '"' : *text;
    }
    *to = '\0';
    return json;
}

/* Same value, texts and what they are expanded to. */
static bool same(const struct rollout_node *a, const struct rollout_node *b)
{
    const struct rollout_node *x = ro_expanded(a), *y = ro_expanded(b);

    if (!ro_equal(a, b) || !x != !y || (x && !same(x, y)))
        return false;
    if (a->kind == ROLLOUT_NODE_OBJECT) {
        for (const struct rollout_node *c = ro_first(a); c != ro_end(a); c = ro_next(c))
            if (ro_get_str(a, c->key) && !same(c, ro_get_str(b, c->key)))
                return false;
    } else if (a->kind == ROLLOUT_NODE_ARRAY) {
        for (const struct rollout_node *c = ro_first(a), *d = ro_first(b); c != ro_end(a);
             c = ro_next(c), d = ro_next(d))
            if (!same(c, d))
                return false;
    }
    return true;
}

void open_world(struct run *run, char *snapshot)
{
    struct rollout_error error = { .struct_size = sizeof error };

    run->json = parse(snapshot);
    free(snapshot);
    int r = rollout_document_decode(rollout_json_tree(run->json), 0, 0, &run->world, &error);
    ck_assert_msg(r == ROLLOUT_OK, "%s", error.message);
}

void close_world(struct run *run)
{
    rollout_world_free(run->world);
    rollout_json_free(run->json);
}

void set_action(struct run *run, uint32_t op, uint32_t subject_kind, uint32_t subject, const struct attr *attrs)
{
    uint32_t n = 0;

    for (; n < 5 && attrs[n].key; n++) {
        run->texts[n] = (struct rollout_str){ attrs[n].text, attrs[n].text ? strlen(attrs[n].text) : 0 };
        run->attrs[n] = (struct rollout_attr){ attrs[n].key, attrs[n].text ? n : ROLLOUT_NONE, attrs[n].value };
    }
    run->action =
        (struct rollout_action){ .op = op, .subject_kind = subject_kind, .subject = subject, .attr_count = n };
    run->plan = (struct rollout_plan){ .struct_size = sizeof run->plan,
                                       .actions = &run->action,
                                       .action_count = 1,
                                       .attrs = run->attrs,
                                       .attr_count = n,
                                       .texts = run->texts,
                                       .text_count = n };
}

static char *text_of(const struct rollout_tree *tree)
{
    size_t len;

    ck_assert_int_eq(rollout_tree_text(tree, NULL, 0, &len, NULL), ROLLOUT_OK);
    char *text = malloc(len + 1);
    rollout_tree_text(tree, text, len + 1, NULL, NULL);
    return text;
}

void check_object(const char *name, const struct rollout_tree *tree, const char *want)
{
    char *json = json_of(want), *got = text_of(tree);
    struct rollout_json *wanted = parse(json);

    ck_assert_msg(same(tree->nodes, rollout_json_tree(wanted)->nodes), "%s:\n got %s\nwant %s", name, got, json);
    rollout_json_free(wanted);
    free(got);
    free(json);
}

void check_case(const struct apply_case *c, char *snapshot)
{
    struct rollout_error error = { .struct_size = sizeof error };
    struct rollout_objects *objects = NULL;
    struct rollout_str ids[4];
    struct rollout_strs list = { ids, 0, sizeof ids[0] };
    size_t count = 0;
    struct run run;

    open_world(&run, snapshot);
    set_action(&run, c->op, c->subject_kind, c->subject, c->attrs);
    for (; list.count < 4 && c->ids[list.count]; list.count++)
        ids[list.count] = (struct rollout_str){ c->ids[list.count], strlen(c->ids[list.count]) };
    int r = rollout_apply(run.world, &run.plan, 0, &list, &objects, &error);
    if (c->result[0] && c->result[0][0] != '{') {
        ck_assert_msg(r == ROLLOUT_ERR_INVALID, "%s", c->name);
        ck_assert_str_eq(error.message, c->result[0]);
        ck_assert_ptr_null(objects);
    } else {
        ck_assert_msg(r == ROLLOUT_OK, "%s: %s", c->name, error.message);
        while (count < 3 && c->result[count])
            count++;
        ck_assert_uint_eq(objects->struct_size, sizeof *objects);
        ck_assert_msg(objects->count == count, "%s: %zu objects", c->name, objects->count);
        for (size_t i = 0; i < count; i++)
            check_object(c->name, &objects->items[i], c->result[i]);
        rollout_objects_free(objects);
    }
    close_world(&run);
}
