/* SPDX-License-Identifier: Apache-2.0 */
/* The article's example: five pods, maxSurge 20%, maxUnavailable 0, partition 3 and later 0, a new image. Plays what
 * is around the driver of loop.c, and checks what it does.
 *
 *   loop FILE                plays the example from the List in FILE, a line a pass
 *   loop --snapshots FILE    prints what was observed before each decision, a List a line */
#include "article.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* ---- What must happen. ---- */

enum { MOST_PASSES = 50 };

static const struct stage {
    int partition;
    const char *decisions[6]; /* in this order, one a pass, NULL at the end; passes without a decision do not count */
    int64_t updated;          /* at its end */
} stages[] = {
    { 3, { "create 1", "update-in-place web-r8vlp", "delete web-h5tsn" }, 2 },
    { 0, { "create 1", "update-in-place web-c6fzd", "update-in-place web-9xw2m", "delete web-4bq7k" }, 5 },
};

/* What a pass observed and decided. */
struct turn {
    char decisions[256]; /* what it creates, updates and deletes; all else is bookkeeping */
    int64_t pods, available, updated;
};

static int64_t status_number(const struct rollout_plan *plan, const char *field)
{
    const struct rollout_node *status = plan->status.nodes;
    for (uint32_t i = 1; i < status->size; i += status[i].size)
        if (status[i].key.len == strlen(field) && memcmp(status[i].key.data, field, status[i].key.len) == 0)
            return status[i].integer;
    return 0;
}

static int64_t created(const struct rollout_plan *plan, const struct rollout_action *action)
{
    for (uint32_t i = action->attr_first; i < action->attr_first + action->attr_count; i++)
        if (plan->attrs[i].key == ROLLOUT_ATTR_COUNT)
            return plan->attrs[i].value;
    return 0;
}

static void sum_up(const struct rollout_world *world, const struct rollout_plan *plan, struct turn *ret)
{
    *ret = (struct turn){ .pods = status_number(plan, "replicas"),
                          .available = status_number(plan, "availableReplicas"),
                          .updated = status_number(plan, "updatedReplicas") };
    for (size_t i = 0; i < plan->action_count; i++) {
        const struct rollout_action *action = &plan->actions[i];
        size_t len = strlen(ret->decisions), room = sizeof ret->decisions - len;
        const char *comma = len ? ", " : "", *op = rollout_op_name(action->op);
        if (action->op == ROLLOUT_OP_CREATE) {
            snprintf(ret->decisions + len, room, "%s%s %" PRId64, comma, op, created(plan, action));
        } else if (action->op == ROLLOUT_OP_UPDATE_IN_PLACE || action->op == ROLLOUT_OP_DELETE) {
            const struct rollout_str *name = &world->snapshot->pods.items[action->subject].name;
            snprintf(ret->decisions + len, room, "%s%s %.*s", comma, op, (int)name->len, name->data);
        }
    }
}

/* Says what is wrong, and that something is. */
static void fail(struct article *article, const char *what, const struct turn *turn)
{
    fprintf(stderr, "%s: [%s], %" PRId64 " pods, %" PRId64 " available, %" PRId64 " updated\n", what, turn->decisions,
            turn->pods, turn->available, turn->updated);
    article->failed = true;
}

static void check(struct article *article, const struct turn *turn)
{
    const struct stage *stage = &stages[article->stage];
    const char *expected = stage->decisions[article->decided];
    if (turn->available < 5 || turn->pods > 6)
        fail(article, "outside the limits", turn);
    else if (article->passes > MOST_PASSES)
        fail(article, "no end", turn);
    else if (turn->decisions[0] && !expected)
        fail(article, "nothing more was expected", turn);
    else if (turn->decisions[0] && strcmp(expected, turn->decisions) != 0)
        fail(article, expected, turn);
    else if (turn->decisions[0])
        article->decided++;
    else if (article->idle == 2 && (turn->updated != stage->updated || turn->pods != 5 || expected))
        fail(article, "ended elsewhere", turn);
}

void article_see(struct article *article, const char *observed, const struct rollout_world *world,
                 const struct rollout_plan *plan)
{
    struct turn turn;
    sum_up(world, plan, &turn);
    article->idle = plan->action_count ? 0 : article->idle + 1;
    if (!article->snapshots)
        printf("pass %2u: %" PRId64 " pods, %" PRId64 " available, %" PRId64 " updated: %s\n", article->passes,
               turn.pods, turn.available, turn.updated,
               turn.decisions[0]    ? turn.decisions
               : plan->action_count ? "bookkeeping"
                                    : "nothing to do");
    else if (turn.decisions[0] || article->idle == 2)
        puts(observed);
    check(article, &turn);
}

/* ---- Everybody else. ---- */

static const char *text_at(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
    return text ? text : "";
}

static void set_time(json_t *object, const char *key, time_t now)
{
    char text[32];
    struct tm utc;
    gmtime_r(&now, &utc);
    strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &utc);
    json_object_set_new(object, key, json_string(text));
}

/* The user. */
static void set_partition(json_t *list, int partition)
{
    size_t i;
    json_t *item;
    json_array_foreach(json_object_get(list, "items"), i, item)
    {
        json_t *strategy = json_object_get(json_object_get(item, "spec"), "updateStrategy");
        if (strategy)
            json_object_set_new(json_object_get(strategy, "rollingUpdate"), "partition", json_integer(partition));
    }
}

/* The API server: what it adds to a new object. */
static void register_object(json_t *object, const struct article *article, size_t place)
{
    json_t *metadata = json_object_get(object, "metadata");
    if (!*text_at(metadata, "uid"))
        json_object_set_new(metadata, "uid", json_sprintf("00000000-0000-4000-8000-%06u%06zu", article->passes, place));
    if (!*text_at(metadata, "creationTimestamp"))
        set_time(metadata, "creationTimestamp", article->now);
}

static json_t *condition(json_t *status, const char *type, time_t now)
{
    size_t i;
    json_t *it, *conditions = json_object_get(status, "conditions");
    if (!conditions)
        json_object_set_new(status, "conditions", conditions = json_array());
    json_array_foreach(conditions, i, it)
    {
        if (strcmp(text_at(it, "type"), type) == 0)
            return it;
    }
    it = json_pack("{s:s, s:s}", "type", type, "status", "False");
    set_time(it, "lastTransitionTime", now);
    json_array_append_new(conditions, it);
    return it;
}

static void set_condition(json_t *status, const char *type, const char *value, time_t now)
{
    json_t *it = condition(status, type, now);
    if (strcmp(text_at(it, "status"), value) == 0)
        return;
    json_object_set_new(it, "status", json_string(value));
    set_time(it, "lastTransitionTime", now);
}

/* Scheduler and kubelet: containers run the image of the spec, and the pod is ready if its gate says so. */
static void run_pod(json_t *pod, time_t now)
{
    json_t *spec = json_object_get(pod, "spec"), *status = json_object_get(pod, "status"), *container;
    size_t i;
    if (!status)
        json_object_set_new(pod, "status", status = json_object());
    if (!*text_at(spec, "nodeName"))
        json_object_set_new(spec, "nodeName", json_string("node-0"));
    json_object_set_new(status, "phase", json_string("Running"));
    json_t *statuses = json_array();
    json_array_foreach(json_object_get(spec, "containers"), i, container)
    {
        const char *image = text_at(container, "image");
        json_array_append_new(statuses,
                              json_pack("{s:s, s:b, s:i, s:s, s:s+}", "name", text_at(container, "name"), "ready", 1,
                                        "restartCount", 0, "image", image, "imageID", "sha256:", image));
    }
    json_object_set_new(status, "containerStatuses", statuses);
    set_condition(status, "PodScheduled", "True", now);
    set_condition(status, "ContainersReady", "True", now);
    set_condition(status, "Ready", text_at(condition(status, "InPlaceUpdateReady", now), "status"), now);
}

/* Ten seconds pass. */
static void settle(struct article *article)
{
    size_t i;
    json_t *item;
    article->now += 10;
    json_array_foreach(json_object_get(article->list, "items"), i, item)
    {
        register_object(item, article, i);
        if (strcmp(text_at(item, "kind"), "Pod") == 0)
            run_pod(item, article->now);
    }
}

static void begin(struct article *article, size_t stage)
{
    article->stage = stage;
    article->decided = 0;
    article->idle = 0;
    set_partition(article->list, stages[stage].partition);
}

bool article_next(struct article *article)
{
    if (article->failed)
        return false;
    if (article->now == 0) {
        article->now = 1795435200; /* 2026-11-23T12:00:00Z */
        begin(article, 0);
    } else {
        article->passes++;
        settle(article);
    }
    if (article->idle == 2) {
        if (article->stage + 1 == sizeof stages / sizeof stages[0])
            return false;
        begin(article, article->stage + 1);
    }
    set_time(article->list, "now", article->now);
    return true;
}

int main(int argc, char **argv)
{
    bool snapshots = argc == 3 && strcmp(argv[1], "--snapshots") == 0;
    if (argc != 2 && !snapshots) {
        fprintf(stderr, "usage: loop [--snapshots] FILE\n");
        return 2;
    }
    json_error_t unread;
    json_t *list = json_load_file(argv[argc - 1], 0, &unread);
    if (!list) {
        fprintf(stderr, "%s:%d: %s\n", argv[argc - 1], unread.line, unread.text);
        return 2;
    }
    struct article article = { .list = list, .snapshots = snapshots };
    struct rollout_error error = { .struct_size = sizeof error };
    int rc = drive(list, &article, &error);
    if (rc != ROLLOUT_OK)
        fprintf(stderr, "pass %u fails with %d: %s\n", article.passes, rc, error.message);
    json_decref(list);
    return rc != ROLLOUT_OK || article.failed;
}
