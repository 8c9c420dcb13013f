/* SPDX-License-Identifier: Apache-2.0 */
/* rollout check: is every state safe, does every path end? */
#include "checking.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "edit.h"
#include "progress.h"
#include "show.h"
#include "span.h"

enum { DEFAULT_SIZE = 4, MOST_SIZE = 32, MOST_FAULTS = 15, STATES_A_STEP = 4096 };

/* ---- what the command line asks for ---- */

static const struct {
    const char *name;
    uint32_t flag;
} fault_kinds[] = {
    { "unready", ROLLOUT_CHECK_UNREADY }, { "break", ROLLOUT_CHECK_BREAK }, { "fail", ROLLOUT_CHECK_FAIL },
    { "vanish", ROLLOUT_CHECK_VANISH },   { "node", ROLLOUT_CHECK_NODE },
    { "cordon", ROLLOUT_CHECK_CORDON },   { "return", ROLLOUT_CHECK_RETURN },
    { "room", ROLLOUT_CHECK_ROOM },
};

static bool read_fault_kinds(const struct options *options, uint32_t *ret)
{
    const char *value = setting_of(options, "fault-kinds");
    if (!value)
        return true;
    *ret = 0;
    for (struct rollout_str rest = str_of(value), kind; rest.data;) {
        size_t i = 0, count = sizeof fault_kinds / sizeof fault_kinds[0];
        struct rollout_str tail = { NULL, 0 };
        if (!str_cut(rest, ',', &kind, &tail))
            kind = rest;
        while (i < count && !str_is(kind, fault_kinds[i].name))
            i++;
        if (i == count) {
            complain("rollout %s: --fault-kinds: unknown kind %.*s; there are unready, break, fail, vanish, node, "
                     "cordon, return and room",
                     options->name, (int)kind.len, kind.data);
            return false;
        }
        *ret |= fault_kinds[i].flag;
        rest = tail;
    }
    return true;
}

static bool read_memory(const struct options *options, size_t *ret)
{
    const char *value = setting_of(options, "memory");
    uint64_t size;
    if (!value)
        return true;
    if (!size_read(str_of(value), &size) || size == 0 || size > SIZE_MAX) {
        complain("rollout %s: --memory is a size such as 512M or 2G, not %s", options->name, value);
        return false;
    }
    *ret = (size_t)size;
    return true;
}

static bool read_settings(const struct options *options, struct check_settings *ret)
{
    uint64_t faults = 1;
    *ret = (struct check_settings){ .options = { .struct_size = sizeof ret->options,
                                                 .flags = ROLLOUT_CHECK_UNREADY | ROLLOUT_CHECK_BREAK |
                                                          ROLLOUT_CHECK_VANISH } };
    ret->assertions = calloc((size_t)options->setting_count + 1, sizeof *ret->assertions);
    if (!ret->assertions) {
        complain("rollout: out of memory");
        return false;
    }
    ret->options.assertions = ret->assertions;
    for (int i = 0; i < options->setting_count; i++) {
        const struct setting *setting = &options->settings[i];
        const char *what;
        bool file;
        int64_t at_ms;
        if (strcmp(setting->name, "assert") == 0)
            ret->assertions[ret->options.assertion_count++] = str_of(setting->value);
        if (strcmp(setting->name, "change") == 0 && !change_read(setting->value, false, &at_ms, &what, &file)) {
            complain("rollout %s: --change is FIELD=VALUE,... or FILE", options->name);
            return false;
        }
    }
    if (!setting_number(options, "replicas", 1, MOST_SIZE, &ret->replicas) ||
        !setting_number(options, "faults", 0, MOST_FAULTS, &faults) ||
        !setting_number(options, "states", 1, UINT64_MAX, &ret->options.state_limit) ||
        !read_memory(options, &ret->options.memory_limit) || !read_fault_kinds(options, &ret->options.flags))
        return false;
    ret->options.faults = (uint32_t)faults;
    return true;
}

/* ---- explore ---- */

/* What goes through all documents. */
struct telling {
    const struct check_settings *settings;
    const struct rollout_node *gates;
    bool printed;
};

static void show_progress(const struct exploration *it)
{
    struct text line = { 0 };
    if (!progress_due())
        return;
    if (it->size)
        text_addf(&line, "size %" PRId64 ": ", it->size);
    text_addf(&line, "%" PRIu64 " states, %" PRIu64 " found, depth %" PRIu64 ", %" PRIu64 " states a second",
              it->result.states, it->result.found, it->result.depth, progress_rate(it->result.states));
    progress_show(it->options->name, &line);
    text_free(&line);
}

static int explore(struct exploration *it, const struct rollout_node *gates, struct text *out,
                   struct rollout_error *reterr)
{
    struct rollout_check_options options = it->settings->options;
    struct changes changes = { 0 };
    it->result = (struct rollout_check_result){ .struct_size = sizeof it->result };
    int rc = changes_make(it->options, false, it->world, gates, &changes, reterr);
    it->changes = &changes;
    options.changes = changes.items;
    options.change_count = changes.count;
    if (rc == ROLLOUT_OK)
        rc = rollout_check_new(it->world, &options, &it->check, reterr);
    progress_begin();
    while (rc == ROLLOUT_OK && it->result.outcome == ROLLOUT_CHECK_RUNS) {
        rc = rollout_check_step(it->check, STATES_A_STEP, &it->result, reterr);
        show_progress(it);
    }
    progress_end();
    if (rc == ROLLOUT_OK)
        rc = (it->options->json ? check_add_json : check_add_text)(it, out, reterr);
    rollout_check_free(it->check);
    it->check = NULL;
    changes_free(&changes);
    if (rc != ROLLOUT_OK) {
        name_assertion(reterr);
        return FAULT;
    }
    return it->result.outcome == ROLLOUT_CHECK_HOLDS ? STATUS_YES : STATUS_NO;
}

/* The sizes to explore: from *ret_first to *ret_last, or 0: as it stands. */
static void choose_sizes(const struct check_settings *settings, const struct rollout_world *world, int64_t *ret_first,
                         int64_t *ret_last)
{
    int64_t size = size_of_world(world);
    *ret_first = settings->replicas ? 1 : size > DEFAULT_SIZE && size_is_free(world) ? DEFAULT_SIZE : 0;
    *ret_last = settings->replicas ? (int64_t)settings->replicas : *ret_first;
}

static void add_head(const struct options *options, const struct check_settings *settings,
                     const struct rollout_world *world, bool smaller, struct text *out)
{
    show_workload(out, world);
    text_addf(out, ": at most %" PRIu32 " fault%s", settings->options.faults, settings->options.faults == 1 ? "" : "s");
    const char *between = " of ";
    for (size_t i = 0; i < sizeof fault_kinds / sizeof fault_kinds[0]; i++) {
        if (settings->options.faults && (settings->options.flags & fault_kinds[i].flag)) {
            text_addf(out, "%s%s", between, fault_kinds[i].name);
            between = ", ";
        }
    }
    text_adds(out, "\n");
    bool by_node = world->workload->daemonset || world->workload->broadcastjob;
    if (by_node)
        show_no_pods(out, world);
    if (smaller)
        text_addf(out, "note: %" PRId64 " %s, %d are explored; --replicas says otherwise\n", size_of_world(world),
                  by_node ? "nodes are there" : "are wanted", DEFAULT_SIZE);
    for (int i = 0; i < options->setting_count; i++) {
        if (strcmp(options->settings[i].name, "change") != 0)
            continue;
        text_adds(out, "at any moment: ");
        text_add_plain(out, str_of(options->settings[i].value));
        text_adds(out, "\n");
    }
}

static int check_one(const struct options *options, const struct rollout_world *world, struct text *out, void *context,
                     struct rollout_error *reterr)
{
    struct telling *telling = context;
    int64_t first, last;
    int status = STATUS_YES;
    choose_sizes(telling->settings, world, &first, &last);
    struct text answer = { 0 };
    if (!options->json) {
        text_adds(&answer, telling->printed ? "\n" : "");
        add_head(options, telling->settings, world, !telling->settings->replicas && first, &answer);
    }
    for (int64_t n = first; n <= last && status == STATUS_YES; n++) {
        struct sized sized = { 0 };
        struct exploration it = { .options = options, .settings = telling->settings, .world = world, .size = n };
        if (n) {
            status = sized_make(world, telling->gates, n, &sized, reterr) == ROLLOUT_OK ? STATUS_YES : FAULT;
            it.world = &sized.world;
        }
        if (status == STATUS_YES)
            status = explore(&it, telling->gates, &answer, reterr);
        sized_free(&sized);
    }
    if (status != FAULT) { /* else the error is the answer */
        text_add(out, answer.data, answer.len);
        telling->printed = true;
    }
    out->failed |= answer.failed;
    text_free(&answer);
    return status;
}

int command_check(const struct options *options)
{
    struct check_settings settings;
    struct from_to from_to;
    struct telling telling = { .settings = &settings };
    int status = STATUS_BAD;
    if (read_settings(options, &settings) && from_to_read(options, &from_to))
        status = each_start(options, &from_to, check_one, &telling, &telling.gates);
    free(settings.assertions);
    return status;
}
