/* SPDX-License-Identifier: Apache-2.0 */
/* A driver: observe, plan, apply, again and again. What to replace is the transport: this one keeps the objects in
 * memory. article.c holds main(), plays what is around a driver, and checks what it does. */
#include "article.h"

#include <rollout/json.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* Where the objects are. */
struct transport {
    char *(*observe)(void *context); /* all of them as one document, to be freed; NULL: out of memory */
    int (*act)(void *context, const struct rollout_tree *object, bool gone); /* make it be like this, or be gone */
    void *context;
};

struct pass {
    const struct transport *to;
    char *seen;                  /* what was observed */
    struct rollout_world *world; /* the same, decoded */
    struct rollout_plan *plan;
    struct rollout_objects **made;      /* for each action, and last the workload with its status */
    struct rollout_tree *pods, *claims; /* each as the actions so far left it */
    struct rollout_str *ids;            /* for the pods of one action; their texts lie behind them */
    unsigned next_id;
};

/* As many instance ids as the action asks for, none of which anything observed mentions. Valid until the next call. */
static struct rollout_strs draw_ids(struct pass *pass, const struct rollout_action *action)
{
    uint32_t count = 0, drawn = 0;
    for (uint32_t i = action->attr_first; i < action->attr_first + action->attr_count; i++)
        if (pass->plan->attrs[i].key == ROLLOUT_ATTR_NEW_IDS)
            count = (uint32_t)pass->plan->attrs[i].value;
    free(pass->ids);
    pass->ids = calloc(count + 1u, sizeof *pass->ids + 6);
    for (; pass->ids && drawn < count; pass->next_id++) {
        char *text = (char *)(pass->ids + count) + 6 * (size_t)drawn;
        for (unsigned c = 0, rest = pass->next_id; c < 5; c++, rest /= 27)
            text[c] = "bcdfghjklmnpqrstvwxz2456789"[rest % 27];
        pass->ids[drawn] = (struct rollout_str){ text, 5 };
        drawn += !strstr(pass->seen, text);
    }
    return (struct rollout_strs){ pass->ids, count, sizeof *pass->ids };
}

/* Carries out one action. A second one on the same object starts from what the first left. */
static int carry_out(struct pass *pass, size_t i, struct rollout_error *reterr)
{
    const struct transport *to = pass->to;
    const struct rollout_action *action = &pass->plan->actions[i];
    struct rollout_tree *object = NULL;
    if (action->subject_kind == ROLLOUT_SUBJECT_POD)
        object = &pass->pods[action->subject];
    else if (action->subject_kind == ROLLOUT_SUBJECT_CLAIM && action->subject != ROLLOUT_NONE)
        object = &pass->claims[action->subject];
    if (action->op == ROLLOUT_OP_DELETE || action->op == ROLLOUT_OP_DELETE_CLAIM)
        return object ? to->act(to->context, object, true) : ROLLOUT_OK; /* made by this pass: the next one's */
    if (action->op == ROLLOUT_OP_DELETE_REVISION)
        return to->act(to->context, &pass->world->revision_objects[action->subject], true);

    struct rollout_strs ids = draw_ids(pass, action);
    int rc = !ids.items ? ROLLOUT_ERR_NOMEM
             : object   ? rollout_apply_to(pass->world, pass->plan, i, object, &pass->made[i], reterr)
                        : rollout_apply(pass->world, pass->plan, i, &ids, &pass->made[i], reterr);
    for (size_t o = 0; rc == ROLLOUT_OK && o < pass->made[i]->count; o++)
        rc = to->act(to->context, &pass->made[i]->items[o], false);
    if (rc == ROLLOUT_OK && object)
        *object = pass->made[i]->items[0];
    return rc;
}

/* Carries out the plan, then writes the workload: its status, and podsToDelete without what is gone. */
static int apply(struct pass *pass, struct rollout_error *reterr)
{
    size_t i, count = pass->plan->action_count;
    size_t pods = pass->world->pod_object_count, claims = pass->world->claim_object_count;
    pass->made = calloc(count + 1, sizeof *pass->made);
    pass->pods = calloc(pods + claims + 1, sizeof *pass->pods);
    int rc = pass->made && pass->pods ? ROLLOUT_OK : ROLLOUT_ERR_NOMEM;
    for (i = 0; rc == ROLLOUT_OK && i < pods + claims; i++)
        pass->pods[i] = i < pods ? pass->world->pod_objects[i] : pass->world->claim_objects[i - pods];
    pass->claims = rc == ROLLOUT_OK ? pass->pods + pods : NULL;
    for (i = 0; rc == ROLLOUT_OK && i < count; i++)
        rc = carry_out(pass, i, reterr);
    if (rc == ROLLOUT_OK && (pass->plan->status_changed || pass->plan->dropped_count > 0))
        rc = rollout_apply_status(pass->world, pass->plan, &pass->made[count], reterr);
    if (rc == ROLLOUT_OK && pass->made[count])
        rc = pass->to->act(pass->to->context, pass->made[count]->items, false);
    return rc;
}

static int run_pass(const struct transport *to, struct article *article, struct rollout_error *reterr)
{
    struct pass pass = { .to = to, .seen = to->observe(to->context), .next_id = (unsigned)rand() };
    struct rollout_json *json = NULL;
    int rc = pass.seen ? rollout_json_parse(pass.seen, strlen(pass.seen), &json, reterr) : ROLLOUT_ERR_NOMEM;
    if (rc == ROLLOUT_OK)
        rc = rollout_document_decode(rollout_json_tree(json), 0, (int64_t)time(NULL) * 1000, &pass.world, reterr);
    if (rc == ROLLOUT_OK)
        rc = rollout_plan(pass.world->workload, pass.world->snapshot, &pass.plan, reterr);
    if (rc == ROLLOUT_OK)
        article_see(article, pass.seen, pass.world, pass.plan);
    if (rc == ROLLOUT_OK)
        rc = apply(&pass, reterr);
    for (size_t i = 0; pass.made && i <= pass.plan->action_count; i++)
        rollout_objects_free(pass.made[i]);
    free(pass.made);
    free(pass.pods);
    free(pass.ids);
    rollout_plan_free(pass.plan);
    rollout_world_free(pass.world);
    rollout_json_free(json);
    free(pass.seen);
    return rc;
}

/* The transport in memory: the objects are the items of a List. */
static char *memory_observe(void *list)
{
    return json_dumps(list, JSON_COMPACT);
}

static int memory_act(void *list, const struct rollout_tree *object, bool gone)
{
    json_t *items = json_object_get(list, "items"), *wanted = NULL;
    size_t i, len = 0;
    rollout_tree_text(object, NULL, 0, &len, NULL);
    char *text = malloc(len + 1);
    if (text && rollout_tree_text(object, text, len + 1, &len, NULL) == ROLLOUT_OK)
        wanted = json_loadb(text, len, 0, NULL);
    free(text);
    json_t *uid = json_object_get(json_object_get(wanted, "metadata"), "uid"); /* a new object has none yet */
    for (i = 0; i < json_array_size(items); i++) {
        if (json_equal(json_object_get(json_object_get(json_array_get(items, i), "metadata"), "uid"), uid))
            break;
    }
    int failed = gone                         ? json_array_remove(items, i)
                 : i < json_array_size(items) ? json_array_set(items, i, wanted)
                                              : json_array_append(items, wanted);
    json_decref(wanted);
    return failed ? ROLLOUT_ERR_NOMEM : ROLLOUT_OK;
}

/* The loop. For a cluster, each turn waits for a change, and at most until plan->next_ms. */
int drive(json_t *list, struct article *article, struct rollout_error *reterr)
{
    const struct transport transport = { memory_observe, memory_act, list };
    int rc = ROLLOUT_OK;
    while (rc == ROLLOUT_OK && article_next(article))
        rc = run_pass(&transport, article, reterr);
    return rc;
}
