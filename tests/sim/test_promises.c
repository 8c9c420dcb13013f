/* SPDX-License-Identifier: Apache-2.0 */
/* What every plan keeps, and how it is said where one does not: plans made by hand, since no planner makes such ones.
 *
 *   test_promises FILE: {"worlds": {name: world in short}, "cases": [{"world": a name, fields to be merged into it,
 *   "actions": [["delete", "recreate", 0]]: op, reason and pod ("@0": node), "broken": the sentence's beginning, null = kept,
 *   "over": true: the job was over before the pass, "row": of deployment.md 1}]}. Of a Deployment ["scale", "ChildUpdated",
 *   "=old", 5] is about the ReplicaSet "<owner>-old" and its size then; "=" is the one that is created. Of a
 *   UnitedDeployment ["update-subset", "ChildUpdated", "+a", 3, 1] is about the child of subset "a", its replicas then and the
 *   partition that is written. ["create", "CreateMissing", 0, 501] creates so many. Instead of actions "refused":
 *   ["scale", 7], an action on a ReplicaSet or a subset that is not there, and "error": what is said. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "sim/kinds.h"
#include "small_worlds.h"

enum { MOST = 16 };

static struct rollout_attr attrs[2 * MOST];

static uint32_t number_of(const char *name, const char *(*name_of)(uint32_t number))
{
    for (uint32_t i = 1; i < 500; i++)
        if (name_of(i) && !strcmp(name_of(i), name))
            return i;
    fprintf(stderr, "%s: no such name\n", name);
    exit(1);
}

static bool ends_with(struct rollout_str text, const char *end)
{
    size_t len = strlen(end);
    return text.len > len && text.data[text.len - len - 1] == '-' && !memcmp(text.data + text.len - len, end, len);
}

/* The ReplicaSet as it is after the action; where it is created, that is done here. */
static struct rollout_action act_on_set(struct ro_cluster *c, json_t *given)
{
    const char *name = json_string_value(json_array_get(given, 2)) + 1;
    struct rollout_action a = { .op = number_of(json_string_value(json_array_get(given, 0)), rollout_op_name),
                                .reason = number_of(json_string_value(json_array_get(given, 1)), rollout_reason_name),
                                .subject_kind = ROLLOUT_SUBJECT_REPLICA_SET };
    if (!*name && ro_sets_make(c, c->snapshot.update_revision, &a.subject) != ROLLOUT_OK)
        exit(1);
    while (*name && (a.subject >= c->sets.count || !ends_with(c->sets.items[a.subject].name, name)))
        if (a.subject++ >= c->sets.count) {
            fprintf(stderr, "%s: no such ReplicaSet\n", name);
            exit(1);
        }
    if (a.op == ROLLOUT_OP_DELETE_REPLICA_SET)
        c->sets.hidden[a.subject].gone = true;
    else
        c->sets.items[a.subject].replicas = (int32_t)json_integer_value(json_array_get(given, 3));
    return a;
}

/* The child as it is after the action, and the two numbers that are written. */
static struct rollout_action act_on_child(struct ro_cluster *c, json_t *given, uint32_t *attr_count)
{
    const struct rollout_uniteddeployment *spec = &c->specs.uniteddeployment;
    const char *name = json_string_value(json_array_get(given, 2)) + 1;
    struct rollout_str subset = { name, strlen(name) };
    struct rollout_action a = { .op = number_of(json_string_value(json_array_get(given, 0)), rollout_op_name),
                                .reason = number_of(json_string_value(json_array_get(given, 1)), rollout_reason_name),
                                .subject_kind = ROLLOUT_SUBJECT_SUBSET,
                                .attr_first = *attr_count };
    uint32_t child = 0;
    while (a.subject < spec->subset_count && !ro_str_eq(spec->subsets[a.subject].name, subset))
        a.subject++;
    while (child < c->children.count && !ro_str_eq(c->children.items[child].subset, subset))
        child++;
    if (a.op == ROLLOUT_OP_CREATE_SUBSET) {
        child = ro_children_add(c);
        c->children.items[child].subset = subset;
        c->children.items[child].kind = spec->child_kind;
    }
    if (a.op == ROLLOUT_OP_DELETE_SUBSET)
        c->children.hidden[child].gone = true;
    else if (child < c->children.count && json_array_size(given) > 3)
        c->children.items[child].replicas = (int32_t)json_integer_value(json_array_get(given, 3));
    static const uint32_t keys[] = { ROLLOUT_ATTR_REPLICAS, ROLLOUT_ATTR_PARTITION };
    for (size_t i = 3; i < json_array_size(given); i++, a.attr_count++)
        attrs[(*attr_count)++] =
            (struct rollout_attr){ .key = keys[i - 3], .value = json_integer_value(json_array_get(given, i)) };
    return a;
}

static struct rollout_action read_action(json_t *given, uint32_t *attr_count)
{
    const char *place = json_string_value(json_array_get(given, 2));
    struct rollout_action a = {
        .op = number_of(json_string_value(json_array_get(given, 0)), rollout_op_name),
        .reason = number_of(json_string_value(json_array_get(given, 1)), rollout_reason_name),
        .subject_kind = place ? ROLLOUT_SUBJECT_NODE : ROLLOUT_SUBJECT_POD,
        .subject = place ? (uint32_t)atoi(place + 1) : (uint32_t)json_integer_value(json_array_get(given, 2)),
        .attr_first = *attr_count,
        .attr_count = json_array_size(given) > 3,
    };
    if (a.attr_count)
        attrs[(*attr_count)++] =
            (struct rollout_attr){ .key = ROLLOUT_ATTR_COUNT, .value = json_integer_value(json_array_get(given, 3)) };
    return a;
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

static int refuse(struct ro_cluster *c, json_t *one, struct rollout_error *error)
{
    json_t *given = json_object_get(one, "refused");
    const uint32_t place = (uint32_t)json_integer_value(json_array_get(given, 1));
    const struct rollout_attr attr = { .key = ROLLOUT_ATTR_CHILD, .value = place };
    const struct rollout_action action = {
        .op = number_of(json_string_value(json_array_get(given, 0)), rollout_op_name),
        .subject_kind = c->workload.deployment ? ROLLOUT_SUBJECT_REPLICA_SET : ROLLOUT_SUBJECT_WORKLOAD,
        .subject = place,
        .attr_count = 1,
    };
    const struct rollout_plan plan = { .actions = &action, .action_count = 1, .attrs = &attr, .attr_count = 1 };
    if (ro_cluster_act(c, &plan, 0, 0, 1) == ROLLOUT_ERR_INVALID &&
        !strcmp(error->message, json_string_value(json_object_get(one, "error"))))
        return 0;
    printf("FAILED %s: not refused, or with \"%s\"\n", json_string_value(json_object_get(one, "world")),
           error->message);
    return 1;
}

static int judge(json_t *one, json_t *whole)
{
    struct rollout_error error = { .struct_size = sizeof error };
    struct ro_cluster c = { .fixed_names = true };
    struct rollout_action actions[MOST];
    struct rollout_plan plan = { .actions = actions, .attrs = attrs };
    uint32_t attr_count = 0;
    char said[400] = "";
    json_t *snapshot = small_snapshot(whole), *given;
    struct small_world world = small_decode(snapshot);
    const char *broken = json_string_value(json_object_get(one, "broken"));
    size_t i;
    if (ro_cluster_open(&c, world.world, &error)) {
        fprintf(stderr, "%s\n", error.message);
        exit(1);
    }
    if (json_object_get(one, "refused")) {
        int failed = refuse(&c, one, &error);
        ro_cluster_free(&c);
        small_free(&world);
        json_decref(snapshot);
        return failed;
    }
    struct rollout_pod *pods = calloc(c.pod_count + 1, sizeof *pods);
    struct ro_sim_pod *hidden = calloc(c.pod_count + 1, sizeof *hidden);
    if (!pods || !hidden || ro_kind_find_nodes(&c) != ROLLOUT_OK)
        exit(1);
    memcpy(pods, c.pods, c.pod_count * sizeof *pods);
    memcpy(hidden, c.hidden, c.pod_count * sizeof *hidden);
    struct ro_deeds deeds = { .plan = &plan,
                              .pods = pods,
                              .hidden = hidden,
                              .pod_count = c.pod_count,
                              .was_over = json_is_true(json_object_get(one, "over")) };
    plan.stopped_at = (uint32_t)json_integer_value(json_object_get(one, "row"));
    if (c.workload.deployment)
        ro_sets_show(&c);
    if (c.workload.uniteddeployment) {
        const struct rollout_uniteddeployment *spec = &c.specs.uniteddeployment;
        ro_children_count(&c);
        plan.next_replica_count = spec->subset_count;
        plan.allocator = ROLLOUT_ALLOCATOR_SPECIFIED;
        for (i = 0; i < spec->subset_count; i++)
            if (spec->subsets[i].min_replicas.kind || spec->subsets[i].max_replicas.kind)
                plan.allocator = ROLLOUT_ALLOCATOR_MIN_MAX;
        if (spec->flags & ROLLOUT_UNITEDDEPLOYMENT_ADAPTIVE)
            plan.allocator = spec->flags & ROLLOUT_UNITEDDEPLOYMENT_RESERVES ? ROLLOUT_ALLOCATOR_RESERVATION
                                                                             : ROLLOUT_ALLOCATOR_ADAPTIVE;
    }
    ro_kind_measure(&c, &deeds.before);
    json_array_foreach(json_object_get(one, "actions"), i, given)
    {
        const char *place = json_string_value(json_array_get(given, 2));
        actions[plan.action_count++] = place && *place == '='   ? act_on_set(&c, given)
                                       : place && *place == '+' ? act_on_child(&c, given, &attr_count)
                                                                : read_action(given, &attr_count);
        plan.attr_count = attr_count;
        carry_out(&c, &actions[i]);
    }
    ro_kind_measure(&c, &deeds.after);
    for (i = 0; i < plan.action_count; i++)
        deeds.after.total += actions[i].op == ROLLOUT_OP_CREATE ? (int64_t)ro_cluster_writes(&plan, i) : 0;
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
