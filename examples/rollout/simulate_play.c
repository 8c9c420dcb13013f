/* SPDX-License-Identifier: Apache-2.0 */
/* rollout simulate: one release, pass after pass. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "edit.h"
#include "holds.h"
#include "kind.h"
#include "progress.h"
#include "show.h"
#include "simulating.h"
#include "span.h"

/* ---- what a pass does ---- */

enum { OPS = 32, NAMES = 3 };

struct group {
    uint32_t op;
    int64_t count;
    uint32_t names;
    struct text list;
};

static int64_t pods_of(const struct rollout_plan *plan, const struct rollout_action *action)
{
    for (uint32_t i = 0; i < action->attr_count; i++)
        if (plan->attrs[action->attr_first + i].key == ROLLOUT_ATTR_COUNT)
            return plan->attrs[action->attr_first + i].value;
    return 1;
}

static void add_name(struct group *group, const struct rollout_world *world, const struct rollout_action *action,
                     bool json)
{
    struct text name = { 0 };
    if (action->subject_kind != ROLLOUT_SUBJECT_MISSING && action->subject_kind != ROLLOUT_SUBJECT_WORKLOAD &&
        (json || group->names <= NAMES))
        show_subject(&name, world, action->subject_kind, action->subject);
    if (name.len) {
        group->names++;
        if (json) {
            text_adds(&group->list, group->list.len ? "," : "");
            text_add_quoted(&group->list, (struct rollout_str){ name.data, name.len });
        } else if (group->names <= NAMES) {
            text_adds(&group->list, group->list.len ? ", " : "");
            text_add(&group->list, name.data, name.len);
        } else {
            text_adds(&group->list, ", ...");
        }
    }
    group->list.failed |= name.failed;
    text_free(&name);
}

/* The actions by what they do, in the order of the first of each. */
static void add_actions(struct text *out, const struct rollout_world *world, const struct rollout_plan *plan, bool json)
{
    struct group groups[OPS] = { { 0 } };
    size_t count = 0;
    for (size_t i = 0; i < plan->action_count; i++) {
        const struct rollout_action *action = &plan->actions[i];
        size_t g = 0;
        while (g < count && groups[g].op != action->op)
            g++;
        if (g == OPS)
            continue;
        if (g == count)
            groups[count++].op = action->op;
        groups[g].count += pods_of(plan, action);
        add_name(&groups[g], world, action, json);
    }
    for (size_t g = 0; g < count; g++) {
        const char *op = rollout_op_name(groups[g].op);
        const char *list = groups[g].list.data ? groups[g].list.data : "";
        text_adds(out, g ? json ? "," : ", " : "");
        if (json)
            text_addf(out, "{\"op\":\"%s\",\"count\":%" PRId64 ",\"names\":[%s]}", op ? op : "?", groups[g].count,
                      list);
        else
            text_addf(out, "%s %" PRId64 "%s%s%s", op ? op : "?", groups[g].count, *list ? " (" : "", list,
                      *list ? ")" : "");
        out->failed |= groups[g].list.failed;
        text_free(&groups[g].list);
    }
}

/* ---- rows ---- */

/* Whether the pod's label names the revision: its hash, its name, or the end of that. */
static bool is_at(const struct rollout_pod *pod, const struct rollout_revision *revision)
{
    struct rollout_str label = pod->revision, name = revision->name;
    if (label.len == 0)
        return false;
    return (revision->hash.len && str_equal(label, revision->hash)) || str_equal(label, name) ||
           (label.len < name.len && name.data[name.len - label.len - 1] == '-' &&
            memcmp(name.data + name.len - label.len, label.data, label.len) == 0);
}

static int64_t ready_at_update(const struct rollout_world *world)
{
    const struct rollout_snapshot *snapshot = world->snapshot;
    int64_t count = 0;
    if (!snapshot->update_revision)
        return 0;
    const struct rollout_revision *revision = world_revision(world, snapshot->update_revision - 1);
    for (uint32_t i = 0; i < snapshot->pods.count; i++) {
        const struct rollout_pod *pod = world_pod(world, i);
        bool ready = (pod->flags & ROLLOUT_POD_READY) && !(pod->flags & ROLLOUT_POD_TERMINATING);
        count += ready && is_at(pod, revision);
    }
    return count;
}

static int64_t least(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

/* A pass's row; no plan: the state alone. */
static void add_row(const struct playing *playing, const struct rollout_world *world, const struct rollout_plan *plan,
                    const char *change, struct play *ret)
{
    const struct rollout_simulation_state *state = &ret->state;
    bool json = playing->options->json;
    struct text actions = { 0 };
    if (ret->row_count == ret->row_room) {
        size_t room = ret->row_room ? 2 * ret->row_room : 64;
        struct row *rows = realloc(ret->rows, room * sizeof *rows);
        if (!rows) {
            ret->pods.failed = true;
            return;
        }
        ret->rows = rows;
        ret->row_room = room;
    }
    if (change && json) {
        text_adds(&actions, "\"change\":");
        text_add_quoted(&actions, str_of(change));
        text_adds(&actions, ",");
    } else if (change) {
        text_addf(&actions, "change %s%s", change, plan && plan->action_count ? "; " : "");
    }
    text_adds(&actions, json ? "\"actions\":[" : "");
    if (plan)
        add_actions(&actions, world, plan, json);
    text_adds(&actions, json ? "]" : "");
    ret->pods.failed |= actions.failed;
    ret->rows[ret->row_count++] = (struct row){
        .at_ms = state->now_ms,
        .wanted = state->wanted,
        .total = state->total,
        .available = state->available,
        .updated = state->updated,
        .succeeded = state->succeeded,
        .failed = state->failed,
        .new_available = least(ready_at_update(world), least(state->available, state->updated)),
        .actions = actions.data,
    };
}

/* ---- the first pass, and the end ---- */

static void note_first(const struct rollout_world *world, const struct rollout_plan *plan, struct play *ret)
{
    const struct rollout_snapshot *snapshot = world->snapshot;
    struct table table = { 0 };
    uint32_t current = snapshot->current_revision, update = snapshot->update_revision;
    ret->job = world->workload->broadcastjob;
    if (update)
        text_add_plain(&ret->to, world_revision(world, update - 1)->name);
    /* A DaemonSet has no current one: then that of the first pod that is to be updated. */
    for (uint32_t i = 0; update && !current && i < snapshot->pods.count; i++)
        for (uint32_t j = 0; j < snapshot->revisions.count && !current; j++)
            if (j + 1 != update && is_at(world_pod(world, i), world_revision(world, j)))
                current = j + 1;
    if (current && snapshot->pods.count)
        text_add_plain(&ret->from, world_revision(world, current - 1)->name);
    show_limits(&table, world, plan);
    table_print(&table, "  ", false, terminal_width(), &ret->limits);
}

static int by_text(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* "revision state": one line a pod, then counted. */
static void count_pods(const struct rollout_world *world, struct text *ret)
{
    size_t count = world->snapshot->pods.count, places = 0;
    struct text lines = { 0 };
    for (uint32_t i = 0; i < count; i++) {
        const struct rollout_pod *pod = world_pod(world, i);
        text_add_plain(&lines, pod->revision);
        text_addf(&lines, " phase %" PRIu32 " lifecycle %" PRIu32 " %s%s", pod->phase, pod->lifecycle_state,
                  pod->flags & ROLLOUT_POD_READY ? "ready" : "not ready",
                  pod->flags & ROLLOUT_POD_TERMINATING ? " terminating" : "");
        text_add(&lines, "", 1);
    }
    char **items = calloc(count + 1, sizeof *items);
    if (!items || lines.failed) {
        ret->failed = true;
    } else {
        for (char *line = lines.data; places < count; line += strlen(line) + 1)
            items[places++] = line;
        qsort(items, count, sizeof *items, by_text);
        for (size_t i = 0, first = 0; i < count; i++) {
            if (i + 1 < count && strcmp(items[i], items[i + 1]) == 0)
                continue;
            text_addf(ret, "%zu %s\n", i + 1 - first, items[i]);
            first = i + 1;
        }
    }
    free(items);
    text_free(&lines);
}

static int record_pass(const struct playing *playing, const struct rollout_world *world, const struct play *play,
                       struct text *out, struct rollout_error *reterr)
{
    const struct rollout_plan *plan = rollout_simulation_plan(playing->simulation);
    struct rollout_objects *snapshot = NULL, *objects = NULL;
    struct text id = { 0 };
    int rc = rollout_snapshot_object(world, world->snapshot, &snapshot, reterr);
    if (rc == ROLLOUT_OK)
        rc = rollout_plan_object(world, plan, &objects, reterr);
    if (rc == ROLLOUT_OK) {
        text_add(&id, kind_of(world->workload).name.data, kind_of(world->workload).name.len);
        text_addf(&id, "-%" PRIu64 "-%" PRIu64, playing->settings->seed, play->state.passes);
        text_adds(out, "{\"id\":");
        text_add_quoted(out, (struct rollout_str){ id.data, id.len });
        text_adds(out, ",\"snapshot\":");
        text_add_tree(out, &snapshot->items[0]);
        text_adds(out, ",\"plan\":");
        text_add_tree(out, &objects->items[0]);
        text_adds(out, "}\n");
        out->failed |= id.failed;
        if (out->failed || fwrite(out->data, 1, out->len, playing->settings->record) != out->len) {
            edit_refuse(reterr, "--record: cannot be written");
            rc = ROLLOUT_ERR_IO;
        }
        text_clear(out);
    }
    text_free(&id);
    rollout_objects_free(objects);
    rollout_objects_free(snapshot);
    return rc;
}

static void show_progress(const struct playing *playing, const struct play *play)
{
    struct text line = { 0 };
    if (!progress_due())
        return;
    if (playing->runs > 1)
        text_addf(&line, "run %" PRIu64 " of %" PRIu64 ", ", playing->run, playing->runs);
    span_show(&line, play->state.now_ms);
    text_addf(&line, ": %" PRId64 " of %" PRId64 " %s", play->job ? play->state.succeeded : play->state.updated,
              play->state.wanted, play->job ? "succeeded" : "updated");
    progress_show(playing->options->name, &line);
    text_free(&line);
}

int play(const struct playing *playing, struct play *ret, struct rollout_error *reterr)
{
    size_t changes = 0;
    struct rollout_world world;
    int rc = ROLLOUT_OK;
    ret->state = (struct rollout_simulation_state){ .struct_size = sizeof ret->state };
    while (rc == ROLLOUT_OK && ret->state.outcome == ROLLOUT_SIMULATION_RUNS) {
        uint64_t passes = ret->state.passes;
        rc = rollout_simulation_step(playing->simulation, &ret->state, reterr);
        if (rc != ROLLOUT_OK)
            break;
        show_progress(playing, ret);
        if (!playing->rows && !playing->record && ret->state.outcome == ROLLOUT_SIMULATION_RUNS)
            continue;
        const struct rollout_plan *plan = rollout_simulation_plan(playing->simulation);
        size_t changes_now = rollout_simulation_changes(playing->simulation);
        bool planned = plan && ret->state.passes != passes; /* else it is the plan of the pass before */
        const char *change = changes_now != changes ? playing->changes->texts[changes_now - 1] : NULL;
        if (!plan)
            break;
        rc = rollout_simulation_world(playing->simulation, &world, reterr);
        if (rc != ROLLOUT_OK)
            break;
        if (passes == 0)
            note_first(&world, plan, ret);
        if (planned && playing->record)
            rc = record_pass(playing, &world, ret, &ret->record, reterr);
        bool ends = ret->state.outcome != ROLLOUT_SIMULATION_RUNS;
        if (playing->rows && (ends || change || plan->action_count))
            add_row(playing, &world, planned ? plan : NULL, change, ret);
        if (ends && playing->settings->crash_after)
            count_pods(&world, &ret->pods);
        if (ret->state.outcome == ROLLOUT_SIMULATION_STUCK || ret->state.outcome == ROLLOUT_SIMULATION_LOOPS)
            add_holds(&ret->holds, &world, plan, playing->options->json);
        changes = changes_now;
    }
    if (rc == ROLLOUT_OK &&
        (ret->pods.failed || ret->holds.failed || ret->limits.failed || ret->from.failed || ret->to.failed)) {
        edit_nomem(reterr);
        rc = ROLLOUT_ERR_NOMEM;
    }
    return rc;
}

void play_free(struct play *play)
{
    for (size_t i = 0; i < play->row_count; i++)
        free(play->rows[i].actions);
    free(play->rows);
    text_free(&play->from);
    text_free(&play->to);
    text_free(&play->limits);
    text_free(&play->holds);
    text_free(&play->pods);
    text_free(&play->record);
    *play = (struct play){ 0 };
}
