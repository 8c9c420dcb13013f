/* SPDX-License-Identifier: Apache-2.0 */
/* rollout simulate: what the command line asks for. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "show.h"
#include "simulating.h"
#include "span.h"

static const struct {
    const char *name;
    int64_t default_ms;
} steps[ROLLOUT_STEP_COUNT] = {
    [ROLLOUT_STEP_SCHEDULE] = { "schedule", 1000 }, [ROLLOUT_STEP_PREPARE] = { "prepare", 5000 },
    [ROLLOUT_STEP_PULL] = { "pull", 10000 },        [ROLLOUT_STEP_START] = { "start", 2000 },
    [ROLLOUT_STEP_READY] = { "ready", 5000 },       [ROLLOUT_STEP_STOP] = { "stop", 5000 },
    [ROLLOUT_STEP_HOOK] = { "hook", 2000 },
};

#define RUN_MS 30000

const char *step_name(uint32_t step)
{
    return step < ROLLOUT_STEP_COUNT ? steps[step].name : "?";
}

static bool starts_with(struct rollout_str string, const char *start, struct rollout_str *ret_rest)
{
    size_t len = strlen(start);
    if (string.len < len || memcmp(string.data, start, len) != 0)
        return false;
    *ret_rest = (struct rollout_str){ string.data + len, string.len - len };
    return true;
}

/* "A..B"; without "..", *ret_b is left alone. */
static bool read_range(struct rollout_str spec, int64_t *ret_a, int64_t *ret_b, bool *ret_range)
{
    for (size_t i = 0; i + 1 < spec.len; i++) {
        if (memcmp(spec.data + i, "..", 2) != 0)
            continue;
        *ret_range = true;
        return span_read((struct rollout_str){ spec.data, i }, ret_a) &&
               span_read((struct rollout_str){ spec.data + i + 2, spec.len - i - 2 }, ret_b) && *ret_a <= *ret_b;
    }
    *ret_range = false;
    return span_read(spec, ret_a);
}

static bool read_delay(struct rollout_str spec, struct rollout_delay *ret)
{
    struct rollout_str rest, p50, p95;
    bool range;
    *ret = (struct rollout_delay){ .kind = ROLLOUT_DELAY_CONSTANT };
    if (starts_with(spec, "exp:", &rest)) {
        ret->kind = ROLLOUT_DELAY_EXPONENTIAL;
        return read_range(rest, &ret->a_ms, &ret->b_ms, &range);
    }
    if (starts_with(spec, "p50=", &rest)) {
        ret->kind = ROLLOUT_DELAY_PERCENTILES;
        return str_cut(rest, ',', &p50, &rest) && starts_with(rest, "p95=", &p95) && span_read(p50, &ret->a_ms) &&
               span_read(p95, &ret->b_ms) && ret->a_ms > 0 && ret->a_ms <= ret->b_ms;
    }
    if (!read_range(spec, &ret->a_ms, &ret->b_ms, &range))
        return false;
    if (range)
        ret->kind = ROLLOUT_DELAY_UNIFORM;
    return true;
}

void show_delay(struct text *out, const struct rollout_delay *delay)
{
    bool pair = delay->kind == ROLLOUT_DELAY_UNIFORM || (delay->kind == ROLLOUT_DELAY_EXPONENTIAL && delay->b_ms);
    text_adds(out, delay->kind == ROLLOUT_DELAY_EXPONENTIAL   ? "exp:"
                   : delay->kind == ROLLOUT_DELAY_PERCENTILES ? "p50="
                                                              : "");
    span_show(out, delay->a_ms);
    if (pair)
        text_adds(out, "..");
    else if (delay->kind == ROLLOUT_DELAY_PERCENTILES)
        text_adds(out, ",p95=");
    else
        return;
    span_show(out, delay->b_ms);
}

/* STEP=SPEC. */
static bool read_step(const struct options *options, const char *value, struct simulate_settings *ret)
{
    struct rollout_str step, spec;
    struct rollout_delay delay;
    if (!str_cut(str_of(value), '=', &step, &spec) || !read_delay(spec, &delay)) {
        complain("rollout %s: --delay is STEP=5s, 5s..20s, exp:10s or p50=10s,p95=40s, not %s", options->name, value);
        return false;
    }
    for (uint32_t i = 0; i < ROLLOUT_STEP_COUNT; i++) {
        if (str_is(step, steps[i].name)) {
            ret->options.delays[i] = delay;
            return true;
        }
    }
    if (str_is(step, "run")) {
        ret->options.run = delay;
        return true;
    }
    complain("rollout %s: --delay: unknown step %.*s; there are schedule, prepare, pull, start, ready, stop, hook and run",
             options->name, (int)step.len, step.data);
    return false;
}

/* ---- faults ---- */

enum { WITH_SHARE = 1, WITH_TIME = 2 };

static const struct {
    const char *name;
    uint32_t kind;
    int with;
} fault_kinds[] = {
    { "never-ready", ROLLOUT_FAULT_NEVER_READY, WITH_SHARE },
    { "image", ROLLOUT_FAULT_IMAGE, WITH_SHARE },
    { "crash", ROLLOUT_FAULT_CRASH, WITH_SHARE | WITH_TIME },
    { "node", ROLLOUT_FAULT_NODE, WITH_TIME },
    { "zone", ROLLOUT_FAULT_NODE, WITH_TIME },
    { "break", ROLLOUT_FAULT_BREAK, WITH_TIME },
    { "fail", ROLLOUT_FAULT_FAIL, WITH_SHARE },
    { "cordon", ROLLOUT_FAULT_CORDON, WITH_TIME },
    { "return", ROLLOUT_FAULT_RETURN, WITH_TIME },
    { "room", ROLLOUT_FAULT_ROOM, WITH_TIME },
};

/* "TARGET[@SHARE][@AT]". A share is optional, a time is not. */
static bool read_target(struct rollout_str rest, int with, struct rollout_fault *ret)
{
    struct rollout_str head, tail;
    if (with & WITH_TIME) {
        if (!str_cut_last(rest, '@', &head, &tail) || !span_read(tail, &ret->at_ms))
            return false;
        rest = head;
    }
    if ((with & WITH_SHARE) && str_cut_last(rest, '@', &head, &tail)) {
        if (!share_read(tail, &ret->share))
            return false;
        rest = head;
    }
    ret->target = rest;
    if ((with & WITH_SHARE) && str_is(rest, "any"))
        ret->target = (struct rollout_str){ NULL, 0 };
    return rest.len > 0;
}

static bool read_fault(const struct options *options, const char *value, struct rollout_fault *ret)
{
    struct rollout_str kind, rest;
    if (str_cut(str_of(value), '=', &kind, &rest)) {
        for (size_t i = 0; i < sizeof fault_kinds / sizeof fault_kinds[0]; i++) {
            if (!str_is(kind, fault_kinds[i].name))
                continue;
            *ret = (struct rollout_fault){ .kind = fault_kinds[i].kind };
            if (read_target(rest, fault_kinds[i].with, ret))
                return true;
            complain("rollout %s: --fault is %s=%s%s, not %s", options->name, fault_kinds[i].name,
                     ret->kind == ROLLOUT_FAULT_FAIL    ? "NODE[@10%]"
                     : fault_kinds[i].with & WITH_SHARE ? "REVISION[@10%]"
                     : ret->kind == ROLLOUT_FAULT_BREAK ? "POD"
                                                        : "NAME",
                     fault_kinds[i].with & WITH_TIME ? "@5m" : "", value);
            return false;
        }
    }
    complain("rollout %s: --fault is never-ready, image, crash, node, zone, break, fail, cordon, return or room, \"=\" and what it is of, "
             "not %s",
             options->name, value);
    return false;
}

/* A Deployment has no revisions but its ReplicaSets, and none of the new template before it is made: its own name stands for
 * that. The old one is the largest of the others. */
static struct rollout_str set_called(const struct rollout_world *world, struct rollout_str name)
{
    const struct rollout_replica_sets *view = &world->snapshot->replica_sets;
    struct rollout_str own = world->workload->deployment->name;
    int32_t most = -1;
    for (size_t i = 0; str_is(name, "old") && i < view->count; i++) {
        const struct rollout_replica_set_facts *set = (const void *)((const char *)view->items + i * view->stride);
        if ((set->flags & ROLLOUT_REPLICA_SET_SAME_TEMPLATE) || set->replicas <= most)
            continue;
        most = set->replicas;
        own = set->name;
    }
    return str_is(name, "old") || str_is(name, "new") ? own : name;
}

static struct rollout_str revision_called(const struct rollout_world *world, struct rollout_str name)
{
    const struct rollout_snapshot *snapshot = world->snapshot;
    uint32_t current = snapshot->current_revision ? snapshot->current_revision : snapshot->update_revision;
    if (world->workload->deployment)
        return set_called(world, name);
    uint32_t place = str_is(name, "new") ? snapshot->update_revision : str_is(name, "old") ? current : 0;
    return place ? world_revision(world, place - 1)->name : name;
}

struct rollout_fault *resolve_faults(const struct simulate_settings *settings, const struct rollout_world *world)
{
    size_t count = settings->options.fault_count;
    struct rollout_fault *faults = calloc(count + 1, sizeof *faults);
    for (size_t i = 0; faults && i < count; i++) {
        faults[i] = settings->faults[i];
        if (faults[i].kind <= ROLLOUT_FAULT_CRASH)
            faults[i].target = revision_called(world, faults[i].target);
    }
    return faults;
}

/* ---- all of it ---- */

static bool read_span(const struct options *options, const char *name, int64_t *ret)
{
    const char *value = setting_of(options, name);
    if (!value || (span_read(str_of(value), ret) && *ret > 0))
        return true;
    complain("rollout %s: --%s is a time such as 30s or 1h30m, not %s", options->name, name, value);
    return false;
}

static bool read_one(const struct options *options, const struct setting *setting, struct simulate_settings *ret)
{
    const char *what;
    bool file;
    int64_t at_ms;
    if (strcmp(setting->name, "delay") == 0)
        return read_step(options, setting->value, ret);
    if (strcmp(setting->name, "fault") == 0)
        return read_fault(options, setting->value, &ret->faults[ret->options.fault_count++]);
    if (strcmp(setting->name, "assert") == 0)
        ret->assertions[ret->options.assertion_count++] = str_of(setting->value);
    if (strcmp(setting->name, "change") == 0 && !change_read(setting->value, true, &at_ms, &what, &file)) {
        complain("rollout %s: --change is \"10m FIELD=VALUE,...\", \"done FIELD=VALUE,...\" or 10m=FILE, not %s",
                 options->name, setting->value);
        return false;
    }
    return true;
}

static bool open_record(const struct options *options, struct simulate_settings *ret)
{
    const char *file = setting_of(options, "record");
    if (!file)
        return true;
    ret->record = fopen(file, "w");
    if (!ret->record)
        complain("rollout %s: --record: %s cannot be opened: %s", options->name, file, strerror(errno));
    return ret->record != NULL;
}

bool simulate_settings_read(const struct options *options, struct simulate_settings *ret)
{
    size_t room = (size_t)options->setting_count + 1;
    *ret = (struct simulate_settings){ .seed = 1, .runs = 1 };
    ret->faults = calloc(room, sizeof *ret->faults);
    ret->assertions = calloc(room, sizeof *ret->assertions);
    if (!ret->faults || !ret->assertions) {
        complain("rollout: out of memory");
        return false;
    }
    ret->options.struct_size = sizeof ret->options;
    ret->options.run.a_ms = RUN_MS;
    ret->options.faults = ret->faults;
    ret->options.assertions = ret->assertions;
    for (uint32_t i = 0; i < ROLLOUT_STEP_COUNT; i++)
        ret->options.delays[i] = (struct rollout_delay){ .a_ms = steps[i].default_ms };
    for (int i = 0; i < options->setting_count; i++)
        if (!read_one(options, &options->settings[i], ret))
            return false;
    ret->compare = setting_of(options, "compare-in-place") != NULL;
    return setting_number(options, "seed", 0, UINT64_MAX, &ret->seed) &&
           setting_number(options, "runs", 1, 1000000, &ret->runs) &&
           setting_number(options, "crash-after", 1, UINT64_MAX, &ret->crash_after) &&
           read_span(options, "observe", &ret->options.observe_ms) &&
           read_span(options, "limit", &ret->options.limit_ms) && open_record(options, ret);
}

void simulate_settings_free(struct simulate_settings *settings)
{
    free(settings->faults);
    free(settings->assertions);
    if (settings->record)
        fclose(settings->record);
}
