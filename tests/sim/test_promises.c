/* SPDX-License-Identifier: Apache-2.0 */
/* What every plan keeps, and how it is said where one does not: plans made by hand, since no planner makes such ones.
 *
 *   test_promises FILE: {"worlds": {name: world in short}, "cases": [{"world": a name, fields to be merged into it,
 *   "actions": [["delete", "recreate", 0]]: op, reason and pod ("@0": node), "broken": the sentence's beginning, null = kept}]} */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/kinds.h"
#include "small_worlds.h"

enum { MOST = 16 };

static uint32_t number_of(const char *name, const char *(*name_of)(uint32_t number))
{
    for (uint32_t i = 1; i < 500; i++)
        if (name_of(i) && !strcmp(name_of(i), name))
            return i;
    fprintf(stderr, "%s: no such name\n", name);
    exit(1);
}

static struct rollout_action read_action(json_t *given)
{
    const char *place = json_string_value(json_array_get(given, 2));
    return (struct rollout_action){
        .op = number_of(json_string_value(json_array_get(given, 0)), rollout_op_name),
        .reason = number_of(json_string_value(json_array_get(given, 1)), rollout_reason_name),
        .subject_kind = place ? ROLLOUT_SUBJECT_NODE : ROLLOUT_SUBJECT_POD,
        .subject = place ? (uint32_t)atoi(place + 1) : (uint32_t)json_integer_value(json_array_get(given, 2)),
    };
}

/* What it does to the figures. */
static void carry_out(struct ro_cluster *c, const struct rollout_action *a)
{
    if (a->subject_kind != ROLLOUT_SUBJECT_POD || a->subject >= c->pod_count)
        return;
    if (a->op == ROLLOUT_OP_DELETE)
        c->pods[a->subject].flags |= ROLLOUT_POD_TERMINATING;
    if (a->op == ROLLOUT_OP_UPDATE_IN_PLACE)
        ro_cluster_unready(c, a->subject);
}

static int judge(json_t *one, json_t *whole)
{
    struct rollout_error error = { .struct_size = sizeof error };
    struct ro_cluster c = { .fixed_names = true };
    struct rollout_action actions[MOST];
    struct rollout_plan plan = { .actions = actions };
    char said[400] = "";
    json_t *snapshot = small_snapshot(whole), *given;
    struct small_world world = small_decode(snapshot);
    const char *broken = json_string_value(json_object_get(one, "broken"));
    size_t i;
    if (ro_cluster_open(&c, world.world, &error)) {
        fprintf(stderr, "%s\n", error.message);
        exit(1);
    }
    struct rollout_pod *pods = calloc(c.pod_count + 1, sizeof *pods);
    struct ro_sim_pod *hidden = calloc(c.pod_count + 1, sizeof *hidden);
    if (!pods || !hidden || ro_kind_find_nodes(&c) != ROLLOUT_OK)
        exit(1);
    memcpy(pods, c.pods, c.pod_count * sizeof *pods);
    memcpy(hidden, c.hidden, c.pod_count * sizeof *hidden);
    struct ro_deeds deeds = { .plan = &plan, .pods = pods, .hidden = hidden, .pod_count = c.pod_count };
    ro_kind_measure(&c, &deeds.before);
    json_array_foreach(json_object_get(one, "actions"), i, given)
    {
        actions[plan.action_count++] = read_action(given);
        carry_out(&c, &actions[i]);
    }
    ro_kind_measure(&c, &deeds.after);
    for (i = 0; i < plan.action_count; i++)
        deeds.after.total += actions[i].op == ROLLOUT_OP_CREATE;
    bool kept = ro_kind_promise(&c, &deeds, said, sizeof said);
    bool good = broken ? !kept && !strncmp(said, broken, strlen(broken)) && said[strlen(broken)] == ':' : kept;
    if (!good)
        printf("FAILED %s: %s expected, but %s\n", json_string_value(json_object_get(one, "world")),
               broken ? broken : "kept", kept ? "kept" : said);
    free(pods);
    free(hidden);
    ro_cluster_free(&c);
    small_free(&world);
    json_decref(snapshot);
    return !good;
}

int main(int argc, char **argv)
{
    json_error_t broken;
    json_t *all = json_load_file(argc > 1 ? argv[1] : "", 0, &broken), *one;
    int failed = !all;
    size_t i;
    json_array_foreach(json_object_get(all, "cases"), i, one)
    {
        const char *name = json_string_value(json_object_get(one, "world"));
        json_t *whole = json_deep_copy(json_object_get(json_object_get(all, "worlds"), name));
        small_merge(whole, one);
        failed += judge(one, whole);
        json_decref(whole);
    }
    json_decref(all);
    return failed != 0;
}
