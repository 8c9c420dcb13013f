/* SPDX-License-Identifier: Apache-2.0 */
#include "recording.h"

#include <rollout/json.h>

#include <stdio.h>

#include "answers.h"
#include "recorded.h"

static int refuse(struct rollout_error *reterr, const char *field, const char *why)
{
    reterr->code = ROLLOUT_ERR_INVALID;
    snprintf(reterr->field, sizeof reterr->field, "%s", field);
    snprintf(reterr->message, sizeof reterr->message, "%s%s%s", field, *field ? ": " : "", why);
    return ROLLOUT_ERR_INVALID;
}

/* Whether the member is there, null or not: an empty order was recorded as null. */
static const struct rollout_node *member(const struct rollout_node *object, const char *key)
{
    const struct rollout_node *found = NULL;
    for (const struct rollout_node *child = node_next(object, NULL); child; child = node_next(object, child))
        if (str_is(child->key, key))
            found = child;
    return found;
}

/* Compares two texts, each of them JSON. */
static int compare_texts(const struct text *expected, const struct text *got, struct difference *ret,
                         struct rollout_error *reterr)
{
    struct rollout_json *a = NULL, *b = NULL;
    int r = expected->failed || got->failed ? answer_nomem(reterr) : ROLLOUT_OK;
    if (r == ROLLOUT_OK)
        r = rollout_json_parse(expected->data, expected->len, &a, reterr);
    if (r == ROLLOUT_OK)
        r = rollout_json_parse(got->data, got->len, &b, reterr);
    if (r == ROLLOUT_OK)
        difference_find(rollout_json_tree(a)->nodes, rollout_json_tree(b)->nodes, ret);
    rollout_json_free(a);
    rollout_json_free(b);
    return r;
}

/* ---- building blocks ---- */

static int replay_diff(const struct rollout_tree *line, const struct rollout_node *expect, struct difference *ret,
                       struct rollout_error *reterr)
{
    struct text expected = { 0 }, got = { 0 };
    int r = answer_diff(line, &got, reterr);
    text_add_node(&expected, expect);
    if (r == ROLLOUT_OK)
        r = compare_texts(&expected, &got, ret, reterr);
    text_free(&expected);
    text_free(&got);
    return r;
}

static int replay_order(const struct rollout_tree *line, const struct rollout_node *expect, struct difference *ret,
                        struct rollout_error *reterr)
{
    struct text expected = { 0 }, got = { 0 };
    int r = answer_order(line, &got, reterr);
    text_adds(&expected, "{\"kind\":\"Order\",\"order\":");
    if (expect->kind == ROLLOUT_NODE_NULL)
        text_adds(&expected, "[]");
    else
        text_add_node(&expected, expect);
    text_adds(&expected, "}");
    if (r == ROLLOUT_OK)
        r = compare_texts(&expected, &got, ret, reterr);
    text_free(&expected);
    text_free(&got);
    return r;
}

/* Of an error only that there is one. */
static int replay_inject(const struct rollout_node *snapshot, const struct rollout_node *expect, struct difference *ret,
                         struct rollout_error *reterr)
{
    struct rollout_tree document = { snapshot, snapshot->size };
    struct rollout_objects *answer = NULL;
    struct text expected = { 0 }, got = { 0 };
    int r = rollout_inject(&document, 0, &answer, reterr);
    if (r == ROLLOUT_OK) {
        const struct rollout_node *root = answer->items[0].nodes;
        bool refused = member(root, "error") && member(expect, "error");
        text_add_node(&expected, refused ? root : expect);
        text_add_node(&got, root);
        r = compare_texts(&expected, &got, ret, reterr);
    }
    rollout_objects_free(answer);
    text_free(&expected);
    text_free(&got);
    return r;
}

/* ---- plans ---- */

static int compare_plan(const struct rollout_node *line, bool exact, const struct rollout_plan *plan,
                        const struct rollout_tree *document, struct difference *ret, struct rollout_error *reterr)
{
    const struct rollout_node *whole = member(line, "plan"), *expect = member(line, "expect");
    struct text expected = { 0 }, got = { 0 };
    int r = ROLLOUT_OK;
    if (whole)
        difference_find(whole, document->nodes, ret);
    if (expect && !ret->found) {
        recorded_forms(expect, document->nodes, plan, exact, &expected, &got);
        r = compare_texts(&expected, &got, ret, reterr);
    }
    text_free(&expected);
    text_free(&got);
    return r;
}

static int replay_plan(const struct rollout_tree *line, bool exact, struct difference *ret,
                       struct rollout_error *reterr)
{
    struct rollout_world *world = NULL;
    struct rollout_plan *plan = NULL;
    struct rollout_objects *document = NULL;
    int r = rollout_document_decode(line, 0, 0, &world, reterr);
    if (r == ROLLOUT_OK)
        r = rollout_plan(world->workload, world->snapshot, &plan, reterr);
    if (r == ROLLOUT_OK)
        r = rollout_plan_object(world, plan, &document, reterr);
    if (r == ROLLOUT_OK)
        r = compare_plan(line->nodes, exact, plan, &document->items[0], ret, reterr);
    rollout_objects_free(document);
    rollout_plan_free(plan);
    rollout_world_free(world);
    return r;
}

int recording_replay(const struct rollout_tree *line, bool exact, struct difference *ret, struct rollout_error *reterr)
{
    const struct rollout_node *root = line->nodes, *expect = member(root, "expect"), *plan = member(root, "plan");
    int r;
    if (root->kind != ROLLOUT_NODE_OBJECT)
        return refuse(reterr, "", "no line of a recording: it is not an object");
    if (node_get(root, "snapshot")) {
        if (plan ? plan->kind != ROLLOUT_NODE_OBJECT : !expect || expect->kind != ROLLOUT_NODE_OBJECT)
            return refuse(reterr, plan ? "plan" : "expect", plan || expect ? "is not an object" : "missing");
        bool admits = expect && node_get(node_get(root, "snapshot"), "sidecarSets");
        r = admits ? replay_inject(node_get(root, "snapshot"), expect, ret, reterr)
                   : replay_plan(line, exact, ret, reterr);
    } else if (!node_get(root, "waiting") && !node_get(root, "old")) {
        return refuse(reterr, "snapshot", "missing");
    } else if (!expect) {
        return refuse(reterr, "expect", "missing");
    } else {
        r = node_get(root, "waiting") ? replay_order(line, expect, ret, reterr)
                                      : replay_diff(line, expect, ret, reterr);
    }
    return r == ROLLOUT_OK && difference_failed(ret) ? answer_nomem(reterr) : r;
}
