/* SPDX-License-Identifier: Apache-2.0 */
#include "recorded.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* ---- parts of values ---- */

/* What Go's types leave out or write, as it happens. */
static bool is_blank(const struct rollout_node *n)
{
    if (!n)
        return true;
    switch (n->kind) {
    case ROLLOUT_NODE_NULL:
        return true;
    case ROLLOUT_NODE_BOOL:
    case ROLLOUT_NODE_INTEGER:
        return n->integer == 0;
    case ROLLOUT_NODE_TEXT:
        return n->text.len == 0;
    case ROLLOUT_NODE_ARRAY:
    case ROLLOUT_NODE_OBJECT:
        return n->size == 1;
    default:
        return false;
    }
}

static struct rollout_str text_at(const struct rollout_node *object, const char *key)
{
    const struct rollout_node *n = node_get(object, key);
    return n && n->kind == ROLLOUT_NODE_TEXT ? n->text : (struct rollout_str){ NULL, 0 };
}

static bool is_in(struct rollout_str name, const char *const *names)
{
    for (; *names; names++)
        if (str_is(name, *names))
            return true;
    return false;
}

static bool ends_open(const struct text *out)
{
    return out->len && (out->data[out->len - 1] == '{' || out->data[out->len - 1] == '[');
}

static void add_key(struct text *out, struct rollout_str key)
{
    text_adds(out, ends_open(out) ? "" : ",");
    text_add_quoted(out, key);
    text_adds(out, ":");
}

static void add_named(struct text *out, const char *key, const struct rollout_node *value)
{
    add_key(out, (struct rollout_str){ key, strlen(key) });
    text_add_node(out, value);
}

/* The named members that are not blank, and those of `exact` that are there; without the braces around them. */
static void add_members(struct text *out, const struct rollout_node *object, const char *const *names,
                        const char *const *exact)
{
    for (; *names; names++) {
        const struct rollout_node *value = node_get(object, *names);
        if (!is_blank(value))
            add_named(out, *names, value);
    }
    for (; exact && *exact; exact++) {
        const struct rollout_node *value = node_get(object, *exact);
        if (value)
            add_named(out, *exact, value);
    }
}

/* ---- groups ---- */

/* Something under a name: a JSON value, or (value.len 0) a number to be added up. */
struct entry {
    struct text name, value;
    int64_t count;
    size_t place;
};

struct groups {
    struct entry *entries;
    size_t count, room;
    bool failed;
};

/* Zeroed; valid until the next one. NULL without memory. */
static struct entry *add_entry(struct groups *groups)
{
    if (groups->count == groups->room) {
        size_t room = groups->room ? 2 * groups->room : 16;
        struct entry *entries = realloc(groups->entries, room * sizeof *entries);
        groups->failed = groups->failed || !entries;
        if (!entries)
            return NULL;
        groups->entries = entries;
        groups->room = room;
    }
    struct entry *entry = &groups->entries[groups->count];
    *entry = (struct entry){ .place = groups->count++ };
    return entry;
}

static void name_entry(struct entry *entry, const char *what, struct rollout_str which, const char *otherwise)
{
    text_adds(&entry->name, what);
    if (which.data)
        text_add(&entry->name, which.data, which.len);
    else
        text_adds(&entry->name, otherwise);
}

/* By name, and among equals as they came. */
static int by_name(const void *x, const void *y)
{
    const struct entry *a = x, *b = y;
    size_t len = a->name.len < b->name.len ? a->name.len : b->name.len;
    int c = len ? memcmp(a->name.data, b->name.data, len) : 0;
    if (!c)
        c = (a->name.len > b->name.len) - (a->name.len < b->name.len);
    return c ? c : (a->place > b->place) - (a->place < b->place);
}

static bool same_name(const struct entry *a, const struct entry *b)
{
    return a->name.len == b->name.len && (a->name.len == 0 || memcmp(a->name.data, b->name.data, a->name.len) == 0);
}

static void add_groups(struct text *out, struct groups *groups)
{
    size_t n = groups->count;
    if (n > 1)
        qsort(groups->entries, n, sizeof *groups->entries, by_name);
    text_adds(out, "{");
    for (size_t i = 0, next; i < n; i = next) {
        const struct entry *first = &groups->entries[i];
        int64_t sum = 0;
        for (next = i; next < n && same_name(first, &groups->entries[next]); next++)
            sum += groups->entries[next].count;
        add_key(out, (struct rollout_str){ first->name.data, first->name.len });
        if (first->value.len == 0) {
            text_addf(out, "%" PRId64, sum);
            continue;
        }
        text_adds(out, "[");
        for (size_t k = i; k < next; k++) {
            text_adds(out, ends_open(out) ? "" : ",");
            text_add(out, groups->entries[k].value.data, groups->entries[k].value.len);
        }
        text_adds(out, "]");
    }
    text_adds(out, "}");
    for (size_t i = 0; i < n; i++)
        groups->failed = groups->failed || groups->entries[i].name.failed || groups->entries[i].value.failed;
    out->failed = out->failed || groups->failed;
}

static void free_groups(struct groups *groups)
{
    for (size_t i = 0; i < groups->count; i++) {
        text_free(&groups->entries[i].name);
        text_free(&groups->entries[i].value);
    }
    free(groups->entries);
}

static void add_fields(struct entry *entry, const struct rollout_node *action, const char *const *names)
{
    static const char *const exact[] = { "markNotReady", NULL }; /* false is not the same as absent */
    text_adds(&entry->value, "{");
    add_members(&entry->value, action, names, exact);
    text_adds(&entry->value, "}");
}

/* ---- CloneSets ---- */

/* Claims and creates are counted: the ids are drawn. */
static bool count_action(struct groups *groups, const struct rollout_node *action, struct rollout_str op)
{
    bool create = str_is(op, "create"), delete_claim = str_is(op, "delete-claim");
    if (!create && !delete_claim && !str_is(op, "create-claim"))
        return false;
    struct entry *entry = add_entry(groups);
    const struct rollout_node *count = node_get(action, "count");
    if (!entry)
        return true;
    entry->count = !create ? 1 : count && count->kind == ROLLOUT_NODE_INTEGER ? count->integer : 0;
    if (create)
        name_entry(entry, "create at ", text_at(action, "revision"), "no revision");
    else if (delete_claim)
        name_entry(entry, "delete-claim ", text_at(action, "claim"), "no claim");
    else
        text_adds(&entry->name, "create-claim");
    return true;
}

static void group_clones(struct groups *groups, const struct rollout_node *actions)
{
    static const char *const names[] = { "op", "pod", "revision", "claim", "graceSeconds", "state", "detail", NULL };
    for (const struct rollout_node *a = node_next(actions, NULL); a; a = node_next(actions, a)) {
        struct rollout_str op = text_at(a, "op"), pod = text_at(a, "pod");
        if (count_action(groups, a, op))
            continue;
        struct entry *entry = add_entry(groups);
        if (!entry)
            return;
        name_entry(entry, "pod ", pod.data ? pod : op, "no op");
        add_fields(entry, a, names);
        if (!str_is(op, "update-in-place") && !str_is(op, "recreate"))
            continue;
        entry = add_entry(groups);
        if (!entry)
            return;
        text_adds(&entry->name, "updates in order");
        text_add_quoted(&entry->value, pod);
    }
}

/* ---- StatefulSets ---- */

/* Actions on revisions are not recorded of these kinds. */
static bool is_recorded(struct rollout_str op)
{
    static const char part[] = "-revision";
    for (size_t i = 0; op.data && i + sizeof part - 1 <= op.len; i++)
        if (memcmp(op.data + i, part, sizeof part - 1) == 0)
            return false;
    return true;
}

static void add_in_order(struct text *out, const struct rollout_node *actions)
{
    /* The recorder left out of two ops what the document has. */
    static const char *const plain[] = { "op",    "pod",  "name",   "revision", "claim", "graceSeconds",
                                         "state", "hook", "detail", "request",  NULL };
    static const char *const end_grace[] = { "op",    "pod",  "name",   "claim",   "graceSeconds",
                                             "state", "hook", "detail", "request", NULL };
    static const char *const owner[] = { "op",    "name", "revision", "claim",   "graceSeconds",
                                         "state", "hook", "detail",   "request", NULL };
    static const char *const exact[] = { "markNotReady", "ordinal", "owners", NULL };
    text_adds(out, "[");
    for (const struct rollout_node *a = node_next(actions, NULL); a; a = node_next(actions, a)) {
        struct rollout_str op = text_at(a, "op");
        if (!is_recorded(op) || !op.data)
            continue;
        text_adds(out, ends_open(out) ? "{" : ",{");
        add_members(out, a, str_is(op, "end-grace") ? end_grace : str_is(op, "set-claim-owner") ? owner : plain, exact);
        text_adds(out, "}");
    }
    text_adds(out, "]");
}

/* ---- DaemonSets ---- */

static void name_subject(struct entry *entry, const struct rollout_node *action)
{
    struct rollout_str op = text_at(action, "op"), pod = text_at(action, "pod");
    name_entry(entry, "", op, "no op");
    name_entry(entry, " ", pod.data ? pod : text_at(action, "node"), "nothing");
}

static void group_subject(struct groups *groups, const struct rollout_node *action)
{
    static const char *const names[] = { "node", "revision", "state", "detail", NULL };
    struct entry *entry = is_recorded(text_at(action, "op")) ? add_entry(groups) : NULL;
    if (!entry)
        return;
    name_subject(entry, action);
    add_fields(entry, action, names);
}

static bool same_subject(const struct rollout_node *a, const struct rollout_node *b)
{
    return str_equal(text_at(a, "op"), text_at(b, "op")) && str_equal(text_at(a, "pod"), text_at(b, "pod")) &&
           str_equal(text_at(a, "node"), text_at(b, "node"));
}

/* The action on the same subject in a list; NULL where there is none. */
static const struct rollout_node *find_subject(const struct rollout_node *list, const struct rollout_node *action)
{
    for (const struct rollout_node *a = node_next(list, NULL); a; a = node_next(list, a))
        if (same_subject(a, action))
            return a;
    return NULL;
}

/* How many of the actions are among those that upstream picks from. */
static int64_t count_picked(const struct rollout_node *of, const struct rollout_node *actions)
{
    int64_t count = 0;
    for (const struct rollout_node *a = node_next(actions, NULL); a; a = node_next(actions, a))
        count += find_subject(of, a) != NULL;
    return count;
}

static void group_daemons(struct groups *expected, struct groups *got, const struct rollout_node *expect,
                          const struct rollout_node *actions, bool exact)
{
    static const char *const choices[] = { "choice", "deleteChoice" };
    const struct rollout_node *of[2] = { NULL, NULL }, *wanted = node_get(expect, "actions");
    for (size_t i = 0; i < 2 && !exact; i++) {
        const struct rollout_node *choice = node_get(expect, choices[i]), *count = node_get(choice, "count");
        of[i] = node_get(choice, "of");
        struct entry *a = of[i] ? add_entry(expected) : NULL, *b = a ? add_entry(got) : NULL;
        if (!b)
            continue;
        text_adds(&a->name, choices[i]);
        text_adds(&b->name, choices[i]);
        a->count = count && count->kind == ROLLOUT_NODE_INTEGER ? count->integer : 0;
        b->count = count_picked(of[i], actions);
    }
    for (const struct rollout_node *a = node_next(wanted, NULL); a; a = node_next(wanted, a))
        if (!find_subject(of[0], a) && !find_subject(of[1], a))
            group_subject(expected, a);
    for (const struct rollout_node *a = node_next(actions, NULL); a; a = node_next(actions, a)) {
        const struct rollout_node *pick = find_subject(of[0], a);
        if (!pick)
            pick = find_subject(of[1], a);
        group_subject(got, a);
        if (pick) /* whichever was picked, it is to be done like that */
            group_subject(expected, pick);
    }
}

/* How far a native sync went, as the step at which it stopped: of ours the number, of the recording's its name. */
static const char *step_of(const struct rollout_plan *plan, const struct rollout_node *expect)
{
    struct rollout_str step = text_at(expect, "step");
    bool through = plan->stopped_at == 0 || plan->stopped_at == 8; /* to the end; with an error in the rolling step */
    if (plan->stopped_at == 6)
        return "manage";
    if (plan->stopped_at == 1)
        return "deleting";
    return through && str_is(step, "on-delete") ? "on-delete" : through ? "rolling" : "another";
}

/* ---- UnitedDeployments ---- */

static void add_united_actions(struct text *out, const struct rollout_node *actions)
{
    static const char *const names[] = { "op",  "revision", "subset", "name",           "kind",
                                         "pod", "reserved", "reason", "maxUnavailable", NULL };
    static const char *const exact[] = { "number", "replicas", "partition", NULL };
    text_adds(out, "[");
    for (const struct rollout_node *a = node_next(actions, NULL); a; a = node_next(actions, a)) {
        text_adds(out, ends_open(out) ? "{" : ",{");
        add_members(out, a, names, exact);
        text_adds(out, "}");
    }
    text_adds(out, "]");
}

/* A value without the members that Go may as well leave out. */
static void add_lean(struct text *out, const struct rollout_node *n)
{
    bool object = n->kind == ROLLOUT_NODE_OBJECT;
    if (!object && n->kind != ROLLOUT_NODE_ARRAY) {
        text_add_node(out, n);
        return;
    }
    text_adds(out, object ? "{" : "[");
    for (const struct rollout_node *c = node_next(n, NULL); c; c = node_next(n, c)) {
        if (object && is_blank(c))
            continue;
        if (object)
            add_key(out, c->key);
        else
            text_adds(out, ends_open(out) ? "" : ",");
        add_lean(out, c);
    }
    text_adds(out, object ? "}" : "]");
}

/* What the recording has of a plan, and its status where it has one: the status of an error is not recorded. */
static void add_united(struct text *out, const struct rollout_node *n, const struct rollout_node *expect)
{
    static const char *const names[] = { "allocator", "nextReplicas", "nextPartitions" };
    add_united_actions(out, node_get(n, "actions"));
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (node_get(n, names[i]))
            add_named(out, names[i], node_get(n, names[i]));
    if (node_get(expect, "status") && node_get(n, "status")) {
        add_key(out, (struct rollout_str){ "status", 6 });
        add_lean(out, node_get(n, "status"));
    }
}

/* ---- BroadcastJobs ---- */

static void add_jobs(struct text *out, const struct rollout_node *actions)
{
    static const char *const names[] = { "op", "pod", "node", NULL };
    text_adds(out, "[");
    for (const struct rollout_node *a = node_next(actions, NULL); a; a = node_next(actions, a)) {
        text_adds(out, ends_open(out) ? "{" : ",{");
        add_members(out, a, names, NULL);
        text_adds(out, "}");
    }
    text_adds(out, "]");
}

static void add_job_status(struct text *out, const struct rollout_node *status)
{
    static const char *const times[] = { "startTime", "completionTime", "phase", NULL };
    static const char *const counts[] = { "active", "succeeded", "failed", "desired", NULL };
    static const char *const names[] = { "type", "status", "reason", "message", "lastProbeTime", "lastTransitionTime",
                                         NULL };
    const struct rollout_node *list = node_get(status, "conditions");
    text_adds(out, "{");
    add_members(out, status, times, counts);
    add_key(out, (struct rollout_str){ "conditions", 10 });
    text_adds(out, "[");
    for (const struct rollout_node *c = node_next(list, NULL); c; c = node_next(list, c)) {
        text_adds(out, ends_open(out) ? "{" : ",{");
        add_members(out, c, names, NULL);
        text_adds(out, "}");
    }
    text_adds(out, "]}");
}

/* The status is recorded where one was sent, and then all of it counts. */
static void add_job(struct text *out, const struct rollout_node *from, bool sent)
{
    static const char *const rest[] = { "requeueAfterSeconds", NULL };
    text_adds(out, "{\"actions\":");
    add_jobs(out, node_get(from, "actions"));
    if (sent) {
        add_key(out, (struct rollout_str){ "status", 6 });
        add_job_status(out, node_get(from, "status"));
    }
    add_members(out, from, rest, NULL);
}

/* ---- SidecarSets ---- */

static void add_sidecars(struct text *out, const struct rollout_node *actions)
{
    static const char *const names[] = { "op", "pod", "revision", "number", "value", "status", "message", NULL };
    static const char *const exact[] = { "images", "annotations", "upgradable", NULL };
    text_adds(out, "[");
    for (const struct rollout_node *a = node_next(actions, NULL); a; a = node_next(actions, a)) {
        text_adds(out, ends_open(out) ? "{" : ",{");
        add_members(out, a, names, exact);
        text_adds(out, "}");
    }
    text_adds(out, "]");
}

/* ---- the whole ---- */

static const char *const status_names[] = { "replicas",
                                            "readyReplicas",
                                            "availableReplicas",
                                            "updatedReplicas",
                                            "updatedReadyReplicas",
                                            "updatedAvailableReplicas",
                                            "expectedUpdatedReplicas",
                                            "updateRevision",
                                            "currentRevision",
                                            NULL };

static void add_conditions(struct text *out, const struct rollout_node *status)
{
    static const char *const names[] = { "type", "status", "reason", "message", "lastUpdateTime", "lastTransitionTime",
                                         NULL };
    const struct rollout_node *list = node_get(status, "conditions");
    add_key(out, (struct rollout_str){ "conditions", 10 });
    text_adds(out, "[");
    for (const struct rollout_node *c = node_next(list, NULL); c; c = node_next(list, c)) {
        text_adds(out, ends_open(out) ? "{" : ",{");
        add_members(out, c, names, NULL);
        text_adds(out, "}");
    }
    text_adds(out, "]");
}

/* A status field outside the vocabulary is compared only where the recording has it. */
static void add_status(struct text *out, const struct rollout_node *status, const struct rollout_node *recorded)
{
    add_key(out, (struct rollout_str){ "status", 6 });
    text_adds(out, "{");
    add_members(out, status, status_names, NULL);
    for (const struct rollout_node *c = node_next(recorded, NULL); c; c = node_next(recorded, c)) {
        struct rollout_str key = c->key;
        const struct rollout_node *mine = NULL;
        for (const struct rollout_node *m = node_next(status, NULL); m; m = node_next(status, m))
            mine = str_equal(m->key, key) ? m : mine;
        if (!mine || is_blank(c) || str_is(key, "conditions") || is_in(key, status_names))
            continue;
        add_key(out, key);
        text_add_node(out, mine);
    }
    add_conditions(out, status);
    text_adds(out, "}");
}

static const struct rollout_node *error_of(const struct rollout_node *n)
{
    static const char *const names[] = { "updateError", "scaleError", "error" };
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (!is_blank(node_get(n, names[i])))
            return node_get(n, names[i]);
    return NULL;
}

/* Which row of deployment.md 1 the pass took, by the recording's names. */
static const char *pass_of(const struct rollout_plan *plan)
{
    static const char *const rows[] = { [1] = "selects-all", [2] = "status-only", [4] = "paused", [5] = "rollback",
                                        [6] = "scale",       [7] = "recreate",    [8] = "rolling" };
    bool known = plan->stopped_at < sizeof rows / sizeof *rows && rows[plan->stopped_at];
    return known ? rows[plan->stopped_at] : "another";
}

static void add_actions(const struct rollout_node *expect, const struct rollout_node *document, bool exact,
                        struct text *ret_expected, struct text *ret_got)
{
    const struct rollout_node *wanted = node_get(expect, "actions"), *actions = node_get(document, "actions");
    struct rollout_str kind = text_at(node_get(document, "workload"), "kind");
    struct groups expected = { 0 }, got = { 0 };
    text_adds(ret_expected, "{\"actions\":");
    text_adds(ret_got, "{\"actions\":");
    if (str_is(kind, "Deployment") || str_is(kind, "ReplicaSet")) { /* what is recorded of them is all that there is */
        text_add_node(ret_expected, wanted);
        text_add_node(ret_got, actions);
        return;
    }
    if (str_is(kind, "StatefulSet")) {
        add_in_order(ret_expected, wanted);
        add_in_order(ret_got, actions);
        return;
    }
    if (str_is(kind, "SidecarSet")) {
        add_sidecars(ret_expected, wanted);
        add_sidecars(ret_got, actions);
        return;
    }
    if (str_is(kind, "DaemonSet")) {
        group_daemons(&expected, &got, expect, actions, exact);
    } else {
        group_clones(&expected, wanted);
        group_clones(&got, actions);
    }
    add_groups(ret_expected, &expected);
    add_groups(ret_got, &got);
    free_groups(&expected);
    free_groups(&got);
}

/* Only whether there is one counts; ends both forms. */
static void add_error(const struct rollout_node *wrong, const struct rollout_node *error, struct text *ret_expected,
                      struct text *ret_got)
{
    if (!wrong != !error) {
        if (wrong)
            add_named(ret_expected, "error", wrong);
        else
            add_named(ret_got, "error", error);
    }
    text_adds(ret_expected, "}");
    text_adds(ret_got, "}");
}

void recorded_forms(const struct rollout_node *expect, const struct rollout_node *document,
                    const struct rollout_plan *plan, bool exact, struct text *ret_expected, struct text *ret_got)
{
    static const char *const rest[] = { "requeueAfterSeconds", NULL };
    const struct rollout_node *wrong = error_of(expect), *error = error_of(document);
    const struct rollout_node *written = node_get(expect, "statusWritten"), *step = node_get(expect, "step");
    if (str_is(text_at(node_get(document, "workload"), "kind"), "BroadcastJob")) {
        add_job(ret_expected, expect, node_get(expect, "status") != NULL);
        add_job(ret_got, document, plan->status_changed);
        add_error(wrong, error, ret_expected, ret_got);
        return;
    }
    bool united = str_is(text_at(node_get(document, "workload"), "kind"), "UnitedDeployment");
    if (united) {
        text_adds(ret_expected, "{\"actions\":");
        text_adds(ret_got, "{\"actions\":");
        add_united(ret_expected, expect, expect);
        add_united(ret_got, document, expect);
    } else {
        add_actions(expect, document, exact, ret_expected, ret_got);
        add_status(ret_expected, node_get(expect, "status"), node_get(expect, "status"));
        add_status(ret_got, node_get(document, "status"), node_get(expect, "status"));
    }
    bool at_once = node_get(expect, "pass"); /* there 0 is "at once", and not the same as absent */
    add_members(ret_expected, expect, rest, at_once ? rest : NULL);
    add_members(ret_got, document, rest, at_once ? rest : NULL);
    if (written) {
        add_named(ret_expected, "statusWritten", written);
        text_addf(ret_got, ",\"statusWritten\":%s", plan->status_changed ? "true" : "false");
    }
    if (step) {
        add_named(ret_expected, "step", step);
        text_addf(ret_got, ",\"step\":\"%s\"", step_of(plan, expect));
    }
    if (node_get(expect, "pass")) {
        add_named(ret_expected, "pass", node_get(expect, "pass"));
        text_addf(ret_got, ",\"pass\":\"%s\"", pass_of(plan));
    }
    add_error(wrong, error, ret_expected, ret_got);
}
