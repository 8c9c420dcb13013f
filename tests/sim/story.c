/* SPDX-License-Identifier: Apache-2.0 */
#include "story.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_PASSES = 1000000 };

void story_die(const char *what, const struct rollout_error *error)
{
    fprintf(stderr, "%s: %s\n", what, error->message);
    exit(1);
}

/* ---- from short to long ---- */

static struct rollout_str text_at(json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
    return (struct rollout_str){ text, text ? strlen(text) : 0 };
}

static int64_t number_at(json_t *object, const char *key)
{
    return json_integer_value(json_object_get(object, key));
}

/* The place of the name from 1, as the numbers of steps and faults go; 0 = unknown. */
static uint32_t place(const char *const *names, const char *name)
{
    uint32_t i = 0;
    while (names[i] && strcmp(names[i], name) != 0)
        i++;
    if (!names[i]) {
        fprintf(stderr, "%s: no such name\n", name);
        exit(1);
    }
    return i + 1;
}

static void read_delays(json_t *delays, struct rollout_simulation_options *options)
{
    static const char *const steps[] = { "schedule", "prepare", "pull", "start", "ready", "stop", "hook", NULL };
    const char *name;
    json_t *delay;
    json_object_foreach(delays, name, delay)
    {
        struct rollout_delay *d = !strcmp(name, "run") ? &options->run : &options->delays[place(steps, name) - 1];
        d->kind = json_is_array(delay) ? ROLLOUT_DELAY_UNIFORM : ROLLOUT_DELAY_CONSTANT;
        d->a_ms = json_integer_value(json_is_array(delay) ? json_array_get(delay, 0) : delay);
        d->b_ms = json_integer_value(json_array_get(delay, 1));
    }
}

static void read_faults(json_t *list, struct story *s)
{
    static const char *const kinds[] = { "never-ready", "image",  "crash",  "node", "break",
                                         "fail",        "cordon", "return", "room", NULL };
    size_t i;
    json_t *given;
    json_array_foreach(list, i, given) s->faults[i] =
        (struct rollout_fault){ .kind = place(kinds, json_string_value(json_object_get(given, "kind"))),
                                .share = (uint32_t)number_at(given, "share"),
                                .at_ms = number_at(given, "at"),
                                .target = text_at(given, "target") };
    s->options.faults = s->faults;
    s->options.fault_count = json_array_size(list);
}

/* The Snapshot that is asked for from then on. */
static json_t *changed_snapshot(json_t *shorthand, json_t *change)
{
    json_t *copy = json_deep_copy(shorthand), *spec = json_object_get(json_object_get(copy, "workload"), "spec");
    const char *revision = json_string_value(json_object_get(change, "revision"));
    const char *owner =
        json_string_value(json_object_get(json_object_get(json_object_get(copy, "workload"), "metadata"), "name"));
    small_merge(spec, json_object_get(change, "spec"));
    json_t *containers = json_object_get(json_object_get(json_object_get(spec, "template"), "spec"), "containers");
    if (json_object_get(change, "image"))
        json_object_set(json_array_get(containers, 0), "image", json_object_get(change, "image"));
    size_t i;
    json_t *fields;
    json_array_foreach(json_object_get(change, "containers"), i, fields)
        small_merge(json_array_get(containers, i), fields);
    json_t *snapshot = small_snapshot(copy);
    if (revision) {
        json_t *name = json_sprintf("%s-%s", owner, revision);
        if (strcmp(revision, "old") != 0) {
            json_t *metadata = json_object_get(json_array_get(json_object_get(snapshot, "revisions"), 1), "metadata");
            json_object_set(metadata, "name", name);
            json_object_set_new(json_object_get(metadata, "labels"), "controller-revision-hash", json_string(revision));
        }
        json_object_set_new(snapshot, "updateRevision", name);
    }
    json_decref(copy);
    return snapshot;
}

static void read_changes(json_t *shorthand, json_t *list, struct story *s)
{
    size_t i;
    json_t *change;
    json_array_foreach(list, i, change)
    {
        s->documents[i] = changed_snapshot(shorthand, change);
        s->changed[i] = small_decode(s->documents[i]);
        s->changes[i] = (struct rollout_change){ number_at(change, "at"), s->changed[i].world };
    }
    s->options.changes = s->changes;
    s->options.change_count = json_array_size(list);
}

void story_open(json_t *shorthand, struct story *ret)
{
    json_t *how = json_object_get(shorthand, "simulate");
    *ret = (struct story){ .simulate = how, .snapshot = small_snapshot(shorthand) };
    ret->world = small_decode(ret->snapshot);
    ret->options = (struct rollout_simulation_options){
        .struct_size = sizeof ret->options,
        .flags = json_is_true(json_object_get(how, "recreate")) ? ROLLOUT_SIMULATE_RECREATE : 0,
        .seed = (uint64_t)number_at(how, "seed"),
        .observe_ms = number_at(how, "observe"),
        .limit_ms = number_at(how, "limit"),
        .crash_after = (uint64_t)number_at(how, "crashAfter"),
    };
    read_delays(json_object_get(how, "delays"), &ret->options);
    read_faults(json_object_get(how, "faults"), ret);
    read_changes(shorthand, json_object_get(how, "changes"), ret);
}

void story_close(struct story *story)
{
    for (size_t i = 0; i < story->options.change_count; i++) {
        small_free(&story->changed[i]);
        json_decref(story->documents[i]);
    }
    small_free(&story->world);
    json_decref(story->snapshot);
}

/* ---- names ---- */

/* Pods that came later, in the order in which they were seen first. */
struct newcomers {
    json_t *numbers;
    json_t *sets; /* the same of ReplicaSets */
    const struct rollout_world *world;
};

static bool was_there(const struct rollout_world *world, struct rollout_str name)
{
    for (size_t i = 0; i < world->snapshot->pods.count; i++)
        if (world->snapshot->pods.items[i].name.len == name.len &&
            memcmp(world->snapshot->pods.items[i].name.data, name.data, name.len) == 0)
            return true;
    return false;
}

/* A ReplicaSet of the start by the end of its name, another one by its number. */
static void name_set(const struct newcomers *known, const struct rollout_snapshot *snapshot, uint32_t set, char *buf,
                     size_t size)
{
    struct rollout_str name =
        set < snapshot->replica_sets.count ? snapshot->replica_sets.items[set].name : (struct rollout_str){ "-new", 4 };
    snprintf(buf, size, "%.*s", (int)name.len, name.data);
    json_t *number = json_object_get(known->sets, buf);
    if (number)
        snprintf(buf, size, "+%d", (int)json_integer_value(number));
    else
        memmove(buf, strrchr(buf, '-') + 1, strlen(strrchr(buf, '-')));
}

static void meet_sets(struct newcomers *known, const struct rollout_snapshot *snapshot)
{
    for (size_t i = 0; i < snapshot->replica_sets.count; i++) {
        struct rollout_str name = snapshot->replica_sets.items[i].name;
        json_t *key = json_stringn(name.data, name.len);
        bool was = false;
        for (size_t k = 0; k < known->world->snapshot->replica_sets.count; k++) {
            struct rollout_str other = known->world->snapshot->replica_sets.items[k].name;
            was = was || (other.len == name.len && memcmp(other.data, name.data, name.len) == 0);
        }
        if (!was && !json_object_get(known->sets, json_string_value(key)))
            json_object_set_new(known->sets, json_string_value(key),
                                json_integer((json_int_t)json_object_size(known->sets) + 1));
        json_decref(key);
    }
}

static void meet(struct newcomers *known, const struct rollout_snapshot *snapshot)
{
    meet_sets(known, snapshot);
    if ((!known->world->workload->cloneset && !known->world->workload->deployment &&
         !known->world->workload->replicaset) ||
        snapshot->pods.count > 100)
        return;
    for (size_t i = 0; i < snapshot->pods.count; i++) {
        struct rollout_str name = snapshot->pods.items[i].name;
        json_t *key = json_stringn(name.data, name.len);
        if (!was_there(known->world, name) && !json_object_get(known->numbers, json_string_value(key)))
            json_object_set_new(known->numbers, json_string_value(key),
                                json_integer((json_int_t)json_object_size(known->numbers) + 1));
        json_decref(key);
    }
}

static void name_pod(const struct newcomers *known, const struct rollout_pod *pod, char *buf, size_t size)
{
    struct rollout_str node = pod->node.len ? pod->node : pod->target_node;
    snprintf(buf, size, "%.*s", (int)pod->name.len, pod->name.data);
    json_t *number = json_object_get(known->numbers, buf);
    if (number)
        snprintf(buf, size, "+%d", (int)json_integer_value(number));
    else if (known->world->workload->daemonset || known->world->workload->broadcastjob)
        snprintf(buf, size, "@%.*s", (int)node.len, node.data ? node.data : "");
}

static void name_subject(const struct newcomers *known, const struct rollout_snapshot *snapshot, uint32_t kind,
                         uint32_t subject, char *buf, size_t size)
{
    if (kind == ROLLOUT_SUBJECT_POD)
        name_pod(known, &snapshot->pods.items[subject], buf, size);
    else if (kind == ROLLOUT_SUBJECT_NODE)
        snprintf(buf, size, "@%.*s", (int)snapshot->nodes.items[subject].name.len,
                 snapshot->nodes.items[subject].name.data);
    else if (kind == ROLLOUT_SUBJECT_ORDINAL)
        snprintf(buf, size, "#%u", subject);
    else if (kind == ROLLOUT_SUBJECT_REPLICA_SET)
        name_set(known, snapshot, subject, buf, size);
    else
        snprintf(buf, size, "%s",
                 kind == ROLLOUT_SUBJECT_MISSING    ? "missing"
                 : kind == ROLLOUT_SUBJECT_WORKLOAD ? "workload"
                                                    : "other");
}

/* ---- a pass ---- */

static int64_t number_of(const struct rollout_plan *plan, const struct rollout_action *action, uint32_t key)
{
    for (uint32_t i = 0; i < action->attr_count; i++)
        if (plan->attrs[action->attr_first + i].key == key)
            return plan->attrs[action->attr_first + i].value;
    return 1;
}

static bool is_move(uint32_t op)
{
    static const uint32_t moves[] = { ROLLOUT_OP_CREATE,
                                      ROLLOUT_OP_DELETE,
                                      ROLLOUT_OP_UPDATE_IN_PLACE,
                                      ROLLOUT_OP_RECREATE,
                                      ROLLOUT_OP_DELETE_WORKLOAD,
                                      ROLLOUT_OP_SCALE,
                                      ROLLOUT_OP_SET_TEMPLATE,
                                      ROLLOUT_OP_CREATE_REPLICA_SET,
                                      ROLLOUT_OP_DELETE_REPLICA_SET,
                                      ROLLOUT_OP_FLIP };
    for (size_t i = 0; i < sizeof moves / sizeof *moves; i++)
        if (op == moves[i])
            return true;
    return false;
}

static void note(const struct newcomers *known, struct telling *t, const struct rollout_snapshot *snapshot,
                 const struct rollout_plan *plan)
{
    char line[1000], name[100];
    int len = snprintf(line, sizeof line, "%lld:", (long long)t->state.now_ms), moves = 0;
    for (size_t i = 0; i < plan->action_count && (size_t)len < sizeof line - 200; i++) {
        const struct rollout_action *a = &plan->actions[i];
        const char *comma = moves ? "," : "";
        if (!is_move(a->op))
            continue;
        name_subject(known, snapshot, a->subject_kind, a->subject, name, sizeof name);
        moves++;
        bool counted = known->world->workload->cloneset || known->world->workload->replicaset;
        if (a->op == ROLLOUT_OP_CREATE && counted)
            len += snprintf(line + len, sizeof line - (size_t)len, "%s create %lld", comma,
                            (long long)number_of(plan, a, ROLLOUT_ATTR_COUNT));
        else if (a->op == ROLLOUT_OP_SCALE)
            len += snprintf(line + len, sizeof line - (size_t)len, "%s scale %s %lld to %lld", comma, name,
                            (long long)number_of(plan, a, ROLLOUT_ATTR_FROM),
                            (long long)number_of(plan, a, ROLLOUT_ATTR_TO));
        else if (a->op == ROLLOUT_OP_CREATE_REPLICA_SET)
            len += snprintf(line + len, sizeof line - (size_t)len, "%s create-replica-set %lld", comma,
                            (long long)number_of(plan, a, ROLLOUT_ATTR_REPLICAS));
        else
            len += snprintf(line + len, sizeof line - (size_t)len, "%s %s %s", comma, rollout_op_name(a->op), name);
    }
    if (moves)
        json_array_append_new(t->log, json_string(line));
}

static uint64_t add_bytes(uint64_t hash, const void *bytes, size_t size)
{
    const unsigned char *at = bytes;
    for (size_t i = 0; i < size; i++)
        hash = (hash ^ at[i]) * UINT64_C(1099511628211);
    return hash;
}

static uint64_t add_text(uint64_t hash, struct rollout_str text)
{
    return add_bytes(add_bytes(hash, &text.len, sizeof text.len), text.data, text.len);
}

static uint64_t add_state(uint64_t hash, const struct rollout_simulation_state *s)
{
    const int64_t numbers[] = { s->outcome,
                                s->now_ms,
                                (int64_t)s->passes,
                                (int64_t)s->writes,
                                s->wanted,
                                s->total,
                                s->available,
                                s->updated,
                                s->lowest_available,
                                s->lowest_available_at_ms,
                                s->peak_total,
                                s->peak_total_at_ms,
                                s->lowest_in_zone,
                                (int64_t)s->created,
                                (int64_t)s->deleted,
                                (int64_t)s->in_place,
                                (int64_t)s->recreated,
                                (int64_t)s->disruptions,
                                (int64_t)s->restarts };
    return add_text(add_bytes(hash, numbers, sizeof numbers), s->lowest_zone);
}

static uint64_t add_pass(uint64_t hash, const struct rollout_snapshot *snapshot, const struct rollout_plan *plan)
{
    for (size_t i = 0; i < snapshot->pods.count; i++) {
        const struct rollout_pod *p = &snapshot->pods.items[i];
        hash = add_text(add_text(add_text(hash, p->name), p->revision), p->node);
        hash = add_bytes(hash, &p->flags, sizeof p->flags);
        hash = add_bytes(hash, &p->ready_since_ms, sizeof p->ready_since_ms);
    }
    hash = add_bytes(hash, plan->actions, plan->action_count * sizeof *plan->actions);
    for (size_t i = 0; i < plan->attr_count; i++) {
        hash = add_bytes(hash, &plan->attrs[i], sizeof plan->attrs[i]);
        if (plan->attrs[i].text < plan->text_count)
            hash = add_text(hash, plan->texts[plan->attrs[i].text]);
    }
    return hash;
}

/* Counted anew, of what the snapshot says. */
static void compare_counts(struct telling *t, const struct rollout_snapshot *snapshot)
{
    int64_t total = 0;
    const struct rollout_simulation_state *s = &t->state;
    for (size_t i = 0; i < snapshot->pods.count; i++) {
        const struct rollout_pod *p = &snapshot->pods.items[i];
        total += !(p->flags & (ROLLOUT_POD_TERMINATING | ROLLOUT_POD_FOREIGN)) && p->phase != ROLLOUT_PHASE_FAILED &&
                 p->phase != ROLLOUT_PHASE_SUCCEEDED;
    }
    if (total != s->total || s->available > s->total || s->lowest_available > s->available ||
        s->peak_total < s->total || s->updated > s->total) {
        printf("at %lld: %lld there, but %lld said; %lld available, lowest %lld, peak %lld, %lld updated\n",
               (long long)s->now_ms, (long long)total, (long long)s->total, (long long)s->available,
               (long long)s->lowest_available, (long long)s->peak_total, (long long)s->updated);
        t->broken = true;
    }
}

/* ---- the end ---- */

static void count_pods(const struct newcomers *known, struct telling *t, const struct rollout_snapshot *snapshot)
{
    static const char *const states[] = { "-",        "PreparingNormal", "Normal",         "PreparingUpdate",
                                          "Updating", "Updated",         "PreparingDelete" };
    for (size_t i = 0; i < snapshot->pods.count; i++) {
        const struct rollout_pod *p = &snapshot->pods.items[i];
        char key[200], revision[100];
        snprintf(revision, sizeof revision, "%.*s", (int)p->revision.len, p->revision.data ? p->revision.data : "");
        if (p->replica_set)
            name_set(known, snapshot, p->replica_set - 1, revision, sizeof revision);
        snprintf(key, sizeof key, "%s %s%s%s", revision,
                 p->lifecycle_state < sizeof states / sizeof *states ? states[p->lifecycle_state] : "?",
                 p->flags & ROLLOUT_POD_READY ? "" : " unready",
                 p->flags & ROLLOUT_POD_TERMINATING ? " terminating" : "");
        json_object_set_new(t->pods, key, json_integer(json_integer_value(json_object_get(t->pods, key)) + 1));
    }
}

static json_t *list_at(json_t *object, struct rollout_str name)
{
    json_t *key = json_stringn(name.data, name.len), *list = json_array();
    json_object_set_new(object, json_string_value(key), list);
    json_decref(key);
    return list;
}

/* What lies around the pods, and what holds them. */
static void copy_belongings(struct telling *t, const struct rollout_snapshot *snapshot)
{
    for (size_t i = 0; i < snapshot->revisions.count; i++) {
        const struct rollout_revision *r = &snapshot->revisions.items[i];
        json_t *key = json_stringn(r->name.data, r->name.len);
        json_object_set_new(t->revisions, json_string_value(key), json_integer(r->number));
        json_decref(key);
    }
    for (size_t i = 0; i < snapshot->claims.count; i++) {
        const struct rollout_claim *c = &snapshot->claims.items[i];
        json_t *owners = list_at(t->claims, c->name);
        for (size_t o = 0; o < c->owner_count; o++)
            json_array_append_new(owners, json_stringn(c->owners[o].kind.data, c->owners[o].kind.len));
    }
    for (size_t i = 0; i < snapshot->pods.count; i++) {
        const struct rollout_strs *held = &snapshot->pods.items[i].finalizers;
        json_t *list = held->count ? list_at(t->finalizers, snapshot->pods.items[i].name) : NULL;
        for (uint32_t f = 0; f < held->count; f++)
            json_array_append_new(list, json_stringn(held->items[f].data, held->items[f].len));
    }
}

static void copy_sets(const struct newcomers *known, struct telling *t, const struct rollout_snapshot *snapshot)
{
    char name[100];
    for (uint32_t i = 0; i < snapshot->replica_sets.count; i++) {
        name_set(known, snapshot, i, name, sizeof name);
        json_object_set_new(t->sets, name, json_integer(snapshot->replica_sets.items[i].replicas));
    }
}

static json_t *text_in(const struct rollout_node *object, const char *key)
{
    for (uint32_t i = 1; i < object->size; i += object[i].size)
        if (object[i].key.len == strlen(key) && !memcmp(object[i].key.data, key, object[i].key.len))
            return json_stringn(object[i].text.data, object[i].text.len);
    return json_string("");
}

static void copy_conditions(struct telling *t, const struct rollout_plan *plan)
{
    const struct rollout_node *status = plan->status.nodes;
    for (uint32_t i = 1; plan->status.count && i < status->size; i += status[i].size)
        for (uint32_t k = 1; status[i].kind == ROLLOUT_NODE_ARRAY && k < status[i].size; k += status[i + k].size) {
            const struct rollout_node *condition = &status[i + k];
            json_t *type = condition->kind == ROLLOUT_NODE_OBJECT ? text_in(condition, "type") : NULL;
            if (type && json_string_length(type))
                json_object_set_new(t->conditions, json_string_value(type), text_in(condition, "reason"));
            json_decref(type);
        }
}

static void copy_status(struct telling *t, const struct rollout_plan *plan)
{
    const struct rollout_node *status = plan->status.nodes;
    for (uint32_t i = 1; plan->status.count && i < status->size; i += status[i].size) {
        json_t *key = json_stringn(status[i].key.data, status[i].key.len);
        if (status[i].kind == ROLLOUT_NODE_INTEGER)
            json_object_set_new(t->status, json_string_value(key), json_integer(status[i].integer));
        else if (status[i].kind == ROLLOUT_NODE_TEXT)
            json_object_set_new(t->status, json_string_value(key),
                                json_stringn(status[i].text.data, status[i].text.len));
        json_decref(key);
    }
}

static void copy_reasons(const struct newcomers *known, struct telling *t, const struct rollout_snapshot *snapshot,
                         const struct rollout_plan *plan)
{
    for (size_t i = 0; i < plan->verdict_count; i++) {
        const struct rollout_verdict *v = &plan->verdicts[i];
        char name[100], why[400];
        name_subject(known, snapshot, v->subject_kind, v->subject, name, sizeof name);
        rollout_verdict_text(plan, snapshot, i, why, sizeof why);
        json_object_set_new(t->verdicts, name, json_sprintf("%s: %s", rollout_reason_name(v->reason), why));
    }
    for (size_t i = 0; i < plan->limit_count; i++) {
        json_t *key = json_stringn(plan->limits[i].field.data, plan->limits[i].field.len);
        json_object_set_new(t->limits, json_string_value(key), json_integer(plan->limits[i].count));
        json_decref(key);
    }
}

void telling_hear(const struct rollout_world *world, struct rollout_simulation *simulation, struct telling *ret)
{
    struct rollout_error error = { .struct_size = sizeof error };
    struct newcomers known = { json_object(), json_object(), world };
    *ret = (struct telling){ .state = { .struct_size = sizeof ret->state },
                             .log = json_array(),
                             .pods = json_object(),
                             .status = json_object(),
                             .verdicts = json_object(),
                             .limits = json_object(),
                             .revisions = json_object(),
                             .claims = json_object(),
                             .finalizers = json_object(),
                             .sets = json_object(),
                             .conditions = json_object(),
                             .hash = UINT64_C(14695981039346656037) };
    do {
        if (rollout_simulation_step(simulation, &ret->state, &error))
            story_die("step", &error);
        const struct rollout_snapshot *snapshot = rollout_simulation_snapshot(simulation);
        const struct rollout_plan *plan = rollout_simulation_plan(simulation);
        ret->hash = add_state(ret->hash, &ret->state);
        if (ret->state.outcome != ROLLOUT_SIMULATION_RUNS)
            break;
        ret->hash = add_pass(ret->hash, snapshot, plan);
        compare_counts(ret, snapshot);
        meet(&known, snapshot);
        note(&known, ret, snapshot, plan);
    } while (ret->state.passes < MOST_PASSES);
    const struct rollout_snapshot *snapshot = rollout_simulation_snapshot(simulation);
    snprintf(ret->zone, sizeof ret->zone, "%.*s", (int)ret->state.lowest_zone.len,
             ret->state.lowest_zone.data ? ret->state.lowest_zone.data : "");
    count_pods(&known, ret, snapshot);
    copy_sets(&known, ret, snapshot);
    copy_conditions(ret, rollout_simulation_plan(simulation));
    copy_belongings(ret, snapshot);
    copy_status(ret, rollout_simulation_plan(simulation));
    copy_reasons(&known, ret, snapshot, rollout_simulation_plan(simulation));
    json_decref(known.numbers);
    json_decref(known.sets);
}

void telling_free(struct telling *telling)
{
    json_decref(telling->log);
    json_decref(telling->pods);
    json_decref(telling->status);
    json_decref(telling->verdicts);
    json_decref(telling->limits);
    json_decref(telling->revisions);
    json_decref(telling->claims);
    json_decref(telling->finalizers);
    json_decref(telling->sets);
    json_decref(telling->conditions);
}
