/* SPDX-License-Identifier: Apache-2.0 */
/* A driver: observe, plan, act, again and again. The transport is the part to replace: the one used here keeps the
 * objects in memory, and plays the kubelet between two passes (memory.c).
 *
 *   loop FILE                plays the article's example from the List in FILE and checks what happens
 *   loop --snapshots FILE    prints what was observed before each decision, a Snapshot a line
 *
 * The example: five pods, maxSurge 20%, maxUnavailable 0, partition 3 and later 0, a new image. */
#include <rollout/json.h>
#include <rollout/rollout.h>

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "memory.h"

/* ---- The loop: the same for every transport. ---- */

enum { MOST_IDS = 32 };

/* Instance ids for new pods. A real driver draws them, and looks that none is in use. */
struct ids {
    char texts[MOST_IDS][5];
    struct rollout_str items[MOST_IDS];
    uint32_t used;
};

static void fill_ids(struct ids *ids, unsigned seed)
{
    static const char digits[] = "bcdfghjklmnpqrstvwxz2456789";
    for (unsigned i = 0; i < MOST_IDS; i++) {
        unsigned n = (seed * MOST_IDS + i + 1) * 7919;
        for (int c = 0; c < 5; c++, n /= 27)
            ids->texts[i][c] = digits[n % 27];
        ids->items[i] = (struct rollout_str){ ids->texts[i], 5 };
    }
    ids->used = 0;
}

/* An attribute that is a number; 0 where the action has none. */
static int64_t attribute(const struct rollout_plan *plan, const struct rollout_action *action, uint32_t key)
{
    for (uint32_t i = 0; i < action->attr_count; i++)
        if (plan->attrs[action->attr_first + i].key == key)
            return plan->attrs[action->attr_first + i].value;
    return 0;
}

/* Carries out action i. now: per pod, what an earlier action of this plan made of it, else NULL. */
static int carry_out(const struct transport *transport, const struct rollout_world *world,
                     const struct rollout_plan *plan, size_t i, struct ids *ids, const struct rollout_tree **now,
                     struct rollout_objects **ret_objects, struct rollout_error *reterr)
{
    const struct rollout_action *action = &plan->actions[i];
    const struct rollout_tree **pod = action->subject_kind == ROLLOUT_SUBJECT_POD ? &now[action->subject] : NULL;
    if (action->op == ROLLOUT_OP_DELETE)
        return transport->act(transport->context, &world->pod_objects[action->subject], true);
    if (action->op == ROLLOUT_OP_DELETE_CLAIM)
        return transport->act(transport->context, &world->claim_objects[action->subject], true);
    if (action->op == ROLLOUT_OP_DELETE_REVISION)
        return transport->act(transport->context, &world->revision_objects[action->subject], true);

    int rc;
    if (pod && *pod) {
        rc = rollout_apply_to(world, plan, i, *pod, ret_objects, reterr);
    } else {
        struct rollout_strs drawn = { ids->items + ids->used, (uint32_t)attribute(plan, action, ROLLOUT_ATTR_NEW_IDS),
                                      sizeof ids->items[0] };
        if (drawn.count > MOST_IDS - ids->used)
            return ROLLOUT_ERR_NOMEM;
        ids->used += drawn.count;
        rc = rollout_apply(world, plan, i, &drawn, ret_objects, reterr);
    }
    if (rc == ROLLOUT_OK && pod && (*ret_objects)->count)
        *pod = &(*ret_objects)->items[0];
    for (size_t o = 0; rc == ROLLOUT_OK && o < (*ret_objects)->count; o++)
        rc = transport->act(transport->context, &(*ret_objects)->items[o], false);
    return rc;
}

/* Carries out the whole plan, then writes the status. */
static int act_on(const struct transport *transport, const struct rollout_world *world, const struct rollout_plan *plan,
                  unsigned seed, struct rollout_error *reterr)
{
    struct ids ids;
    struct rollout_objects *status = NULL;
    struct rollout_objects **made = calloc(plan->action_count + 1, sizeof(struct rollout_objects *));
    const struct rollout_tree **now = calloc(world->snapshot.pods.count + 1, sizeof(struct rollout_tree *));
    int rc = made && now ? ROLLOUT_OK : ROLLOUT_ERR_NOMEM;
    fill_ids(&ids, seed);
    for (size_t i = 0; rc == ROLLOUT_OK && i < plan->action_count; i++)
        rc = carry_out(transport, world, plan, i, &ids, now, &made[i], reterr);
    if (rc == ROLLOUT_OK && plan->status_changed) {
        rc = rollout_apply_status(world, plan, &status, reterr);
        if (rc == ROLLOUT_OK)
            rc = transport->act(transport->context, &status->items[0], false);
    }
    rollout_objects_free(status);
    for (size_t i = 0; made && i < plan->action_count; i++)
        rollout_objects_free(made[i]);
    free(made);
    free(now);
    return rc;
}

/* What a pass decided. */
struct pass {
    char decisions[256]; /* what it creates, updates and deletes; all else is bookkeeping */
    size_t actions;
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

static void sum_up(const struct rollout_world *world, const struct rollout_plan *plan, struct pass *ret)
{
    *ret = (struct pass){ .actions = plan->action_count,
                          .pods = status_number(plan, "replicas"),
                          .available = status_number(plan, "availableReplicas"),
                          .updated = status_number(plan, "updatedReplicas") };
    for (size_t i = 0; i < plan->action_count; i++) {
        const struct rollout_action *action = &plan->actions[i];
        size_t len = strlen(ret->decisions), room = sizeof ret->decisions - len;
        const char *comma = len ? ", " : "";
        if (action->op == ROLLOUT_OP_CREATE) {
            snprintf(ret->decisions + len, room, "%screate %" PRId64, comma,
                     attribute(plan, action, ROLLOUT_ATTR_COUNT));
        } else if (action->op == ROLLOUT_OP_UPDATE_IN_PLACE || action->op == ROLLOUT_OP_DELETE) {
            const struct rollout_str *name = &world->snapshot.pods.items[action->subject].name;
            snprintf(ret->decisions + len, room, "%s%s %.*s", comma, rollout_op_name(action->op), (int)name->len,
                     name->data);
        }
    }
}

/* One pass. *ret_text is the Snapshot that it saw, to be freed. */
static int pass_once(const struct transport *transport, unsigned seed, struct pass *ret, char **ret_text,
                     struct rollout_error *reterr)
{
    struct rollout_json *json = NULL;
    struct rollout_world *world = NULL;
    struct rollout_plan *plan = NULL;
    char *text = transport->observe(transport->context);
    int rc = text ? rollout_json_parse(text, strlen(text), &json, reterr) : ROLLOUT_ERR_NOMEM;
    if (rc == ROLLOUT_OK)
        rc = rollout_document_decode(rollout_json_tree(json), 0, 0, &world, reterr);
    if (rc == ROLLOUT_OK)
        rc = rollout_plan(&world->workload, &world->snapshot, &plan, reterr);
    if (rc == ROLLOUT_OK) {
        sum_up(world, plan, ret);
        rc = act_on(transport, world, plan, seed, reterr);
    }
    rollout_plan_free(plan);
    rollout_world_free(world);
    rollout_json_free(json);
    *ret_text = text;
    return rc;
}

/* ---- The example. ---- */

static const struct stage {
    int partition;
    const char *decisions[6]; /* in this order, one a pass; passes without a decision do not count */
    int64_t updated;          /* at its end */
} stages[] = {
    { 3, { "create 1", "update-in-place web-r8vlp", "delete web-h5tsn" }, 2 },
    { 0, { "create 1", "update-in-place web-c6fzd", "update-in-place web-9xw2m", "delete web-4bq7k" }, 5 },
};

static int fail(const char *what, const struct pass *pass)
{
    fprintf(stderr, "%s: [%s], %" PRId64 " pods, %" PRId64 " available, %" PRId64 " updated\n", what, pass->decisions,
            pass->pods, pass->available, pass->updated);
    return 1;
}

/* Plays a stage until nothing is left to do. Returns 0 if it went as written down. */
static int play(struct memory *memory, const struct stage *stage, bool snapshots, unsigned *number)
{
    const struct transport transport = memory_transport(memory);
    size_t decided = 0;
    memory_set_partition(memory, stage->partition);
    for (int idle = 0; idle < 2; ++*number) {
        struct rollout_error error = { .struct_size = sizeof error };
        struct pass pass = { .actions = 0 };
        char *text = NULL;
        int rc = pass_once(&transport, *number, &pass, &text, &error);
        if (snapshots && rc == ROLLOUT_OK && (pass.decisions[0] || (pass.actions == 0 && idle == 1)))
            puts(text);
        free(text);
        if (rc != ROLLOUT_OK) {
            fprintf(stderr, "pass %u fails with %d: %s\n", *number, rc, error.message);
            return 1;
        }
        if (!snapshots)
            printf("pass %2u: %" PRId64 " pods, %" PRId64 " available, %" PRId64 " updated: %s\n", *number, pass.pods,
                   pass.available, pass.updated,
                   pass.decisions[0] ? pass.decisions
                   : pass.actions    ? "bookkeeping"
                                     : "nothing to do");
        if (pass.available < 5 || pass.pods > 6)
            return fail("outside the limits", &pass);
        if (pass.decisions[0]) {
            const char *expected = decided < 6 ? stage->decisions[decided] : NULL;
            if (!expected || strcmp(expected, pass.decisions) != 0)
                return fail(expected ? expected : "nothing more was expected", &pass);
            decided++;
        }
        if (*number > 50)
            return fail("no end", &pass);
        idle = pass.actions ? 0 : idle + 1;
        if (idle == 2 && (pass.updated != stage->updated || pass.pods != 5 || stage->decisions[decided]))
            return fail("ended elsewhere", &pass);
        memory_settle(memory);
    }
    return 0;
}

int main(int argc, char **argv)
{
    bool snapshots = argc == 3 && strcmp(argv[1], "--snapshots") == 0;
    if (argc != 2 && !snapshots) {
        fprintf(stderr, "usage: loop [--snapshots] FILE\n");
        return 2;
    }
    struct memory *memory = memory_load(argv[argc - 1]);
    if (!memory)
        return 2;
    unsigned number = 0;
    int status = 0;
    for (size_t i = 0; status == 0 && i < sizeof stages / sizeof stages[0]; i++)
        status = play(memory, &stages[i], snapshots, &number);
    memory_free(memory);
    return status;
}
