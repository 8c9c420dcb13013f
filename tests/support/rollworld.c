/* SPDX-License-Identifier: Apache-2.0 */
#include "rollworld.h"

#include <check.h>
#include <stdio.h>
#include <string.h>

#define NOW_MS INT64_C(1700000000000)

static const char *const names[ROLL_SETS] = { "v1", "v2",  "v3",  "v4",  "v5",  "v6",  "v7",  "v8",
                                              "v9", "v10", "v11", "v12", "v13", "v14", "v15", "v16" };

static struct rollout_str str(const char *text)
{
    return (struct rollout_str){ text, strlen(text) };
}

static struct rollout_intstr limit(const char *text)
{
    struct rollout_intstr ret = { .kind = ROLLOUT_INTSTR_TEXT, .text = str(text) };
    if (text[strlen(text) - 1] != '%' && sscanf(text, "%d", &ret.count) == 1)
        ret.kind = ROLLOUT_INTSTR_INT;
    return ret;
}

void roll_world(struct rollworld *w, int32_t replicas, const char *surge, const char *unavailable)
{
    *w = (struct rollworld){
        .spec = { .struct_size = sizeof w->spec,
                  .name = str("web"),
                  .generation = 2,
                  .replicas = { 1, replicas },
                  .max_surge = limit(surge),
                  .max_unavailable = limit(unavailable),
                  .progress_deadline_seconds = { 1, 600 } },
        .status = { .struct_size = sizeof w->status },
        .workload = { .struct_size = sizeof w->workload },
        .snapshot = { .struct_size = sizeof w->snapshot, .now_ms = NOW_MS },
    };
    w->spec.status = &w->status;
    w->workload.deployment = &w->spec;
    w->snapshot.replica_sets = (struct rollout_replica_sets){ w->sets, 0, sizeof *w->sets };
    w->error.struct_size = sizeof w->error;
}

static void note(struct rollworld *w, uint32_t set, const char *key, int64_t number)
{
    struct rollout_replica_set_facts *facts = &w->sets[set];
    char *text = w->texts[set][facts->annotations.count];
    snprintf(text, sizeof w->texts[0][0], "%lld", (long long)number);
    w->notes[set][facts->annotations.count++] = (struct rollout_label){ str(key), str(text) };
}

uint32_t roll_add(struct rollworld *w, int32_t size, int64_t desired, int64_t most)
{
    uint32_t set = (uint32_t)w->snapshot.replica_sets.count++;
    ck_assert_uint_lt(set, ROLL_SETS);
    w->sets[set] = (struct rollout_replica_set_facts){ .name = str(names[set]),
                                                       .created_ms = NOW_MS - 1000000 + 1000 * set,
                                                       .replicas = size,
                                                       .status_replicas = size,
                                                       .ready_replicas = size,
                                                       .available_replicas = size,
                                                       .annotations = { w->notes[set], 0, sizeof w->notes[0][0] } };
    note(w, set, "deployment.kubernetes.io/revision", set + 1);
    if (desired >= 0)
        note(w, set, "deployment.kubernetes.io/desired-replicas", desired);
    if (most >= 0)
        note(w, set, "deployment.kubernetes.io/max-replicas", most);
    return set;
}

void roll_make_new(struct rollworld *w, uint32_t set)
{
    for (uint32_t i = 0; i < w->snapshot.replica_sets.count; i++)
        w->sets[i].flags &= ~(uint32_t)ROLLOUT_REPLICA_SET_SAME_TEMPLATE;
    w->sets[set].flags |= ROLLOUT_REPLICA_SET_SAME_TEMPLATE;
}

void roll_free(struct rollworld *w)
{
    rollout_plan_free(w->plan);
    w->plan = NULL;
}

void roll_plan(struct rollworld *w)
{
    roll_free(w);
    int r = rollout_plan(&w->workload, &w->snapshot, &w->plan, &w->error);
    ck_assert_msg(r == ROLLOUT_OK, "%d: %s", r, w->error.message);
}

static int64_t value_of(const struct rollout_plan *plan, const struct rollout_action *action, uint32_t key)
{
    for (uint32_t i = 0; i < action->attr_count; i++)
        if (plan->attrs[action->attr_first + i].key == key)
            return plan->attrs[action->attr_first + i].value;
    ck_abort_msg("no such attribute");
}

const char *roll_sizes(const struct rollworld *w, char *buf, size_t size)
{
    long long sizes[ROLL_SETS + 1];
    size_t count = w->snapshot.replica_sets.count, len = 0;
    for (size_t i = 0; i < count; i++)
        sizes[i] = w->sets[i].replicas;
    for (size_t i = 0; i < w->plan->action_count; i++) {
        const struct rollout_action *a = &w->plan->actions[i];
        if (a->op == ROLLOUT_OP_SCALE)
            sizes[a->subject] = value_of(w->plan, a, ROLLOUT_ATTR_TO);
        else if (a->op == ROLLOUT_OP_CREATE_REPLICA_SET)
            sizes[count++] = value_of(w->plan, a, ROLLOUT_ATTR_REPLICAS);
        else if (a->op == ROLLOUT_OP_DELETE_REPLICA_SET)
            sizes[a->subject] = -1;
    }
    buf[0] = '\0';
    for (size_t i = 0; i < count; i++)
        len += (size_t)(sizes[i] < 0 ? snprintf(buf + len, size - len, "%s-", i ? " " : "")
                                     : snprintf(buf + len, size - len, "%s%lld", i ? " " : "", sizes[i]));
    ck_assert_uint_lt(len, size);
    return buf;
}

static void resize(struct rollout_replica_set_facts *facts, int64_t size)
{
    int32_t to = (int32_t)size;
    facts->replicas = to;
    facts->status_replicas = to;
    if (facts->available_replicas > to)
        facts->available_replicas = to;
    facts->ready_replicas = facts->available_replicas;
}

int roll_apply(struct rollworld *w)
{
    int changed = 0;
    for (size_t i = 0; i < w->plan->action_count; i++) {
        const struct rollout_action *a = &w->plan->actions[i];
        if (a->op == ROLLOUT_OP_SCALE) {
            resize(&w->sets[a->subject], value_of(w->plan, a, ROLLOUT_ATTR_TO));
            changed = 1;
        } else if (a->op == ROLLOUT_OP_CREATE_REPLICA_SET) {
            uint32_t set = roll_add(w, 0, -1, -1);
            resize(&w->sets[set], value_of(w->plan, a, ROLLOUT_ATTR_REPLICAS));
            roll_make_new(w, set);
            changed = 1;
        }
    }
    return changed;
}
