/* SPDX-License-Identifier: Apache-2.0 */
#include "daemonworld.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define STR(literal) ((struct rollout_str){ (literal), sizeof(literal) - 1 })

struct rollout_str daemon_str(const char *text)
{
    return (struct rollout_str){ text, strlen(text) };
}

/* ---- settings ---- */

static struct rollout_intstr intstr(const char *text)
{
    char *end;
    long number = strtol(text, &end, 10);
    if (strcmp(text, "-") == 0)
        return (struct rollout_intstr){ .kind = ROLLOUT_INTSTR_UNSET };
    if (*end == '\0' && end > text)
        return (struct rollout_intstr){ .kind = ROLLOUT_INTSTR_INT, .count = (int32_t)number };
    return (struct rollout_intstr){ .kind = ROLLOUT_INTSTR_TEXT, .text = daemon_str(*text == '\'' ? text + 1 : text) };
}

static void set_hook(struct daemonworld *w, bool mark)
{
    static const struct rollout_label label = { { "hook", 4 }, { "on", 2 } };
    w->spec.pre_delete = (struct rollout_hook){ .set = 1,
                                                .mark_pod_not_ready = mark,
                                                .labels = { .items = &label, .count = 1, .stride = sizeof label } };
}

static bool set_flag(struct daemonworld *w, const char *word)
{
    static const struct {
        const char *word;
        uint32_t flag;
    } flags[] = {
        { "native", ROLLOUT_DAEMONSET_NATIVE },
        { "alpha", ROLLOUT_DAEMONSET_V1ALPHA1 },
        { "paused", ROLLOUT_DAEMONSET_PAUSED },
        { "canary", ROLLOUT_DAEMONSET_NODE_SELECTOR },
        { "everywhere", ROLLOUT_DAEMONSET_NODE_SELECTOR },
        { "scaling", ROLLOUT_DAEMONSET_PARTITIONED_SCALING },
        { "deleting", ROLLOUT_DAEMONSET_DELETING },
        { "noselector", ROLLOUT_DAEMONSET_SELECTOR_INVALID },
        { "chained", ROLLOUT_DAEMONSET_CHAINED },
    };
    for (size_t i = 0; i < sizeof flags / sizeof *flags; i++)
        if (strcmp(word, flags[i].word) == 0) {
            w->spec.flags |= flags[i].flag;
            if (strcmp(word, "canary") == 0)
                w->spec.node_selector.match_labels =
                    (struct rollout_labels){ .items = &w->canary, .count = 1, .stride = sizeof w->canary };
            return true;
        }
    return false;
}

static bool set_other(struct daemonworld *w, const char *word)
{
    if (strcmp(word, "ondelete") == 0) {
        w->spec.update_type = ROLLOUT_UPDATE_ON_DELETE;
    } else if (strcmp(word, "bare") == 0) {
        w->spec.flags &= ~(unsigned)ROLLOUT_DAEMONSET_ROLLING_UPDATE;
        w->spec.max_unavailable.kind = ROLLOUT_INTSTR_UNSET;
    } else if (strcmp(word, "inplace") == 0) {
        w->spec.pod_update_policy = ROLLOUT_POLICY_IN_PLACE_IF_POSSIBLE;
    } else if (strcmp(word, "cannot") == 0) {
        w->verdicts[0].rule = ROLLOUT_DIFF_PATH;
        w->verdicts[0].path = STR("/spec/hostNetwork");
    } else if (strcmp(word, "prune") == 0) {
        w->gates[w->workload.gate_count++] = (struct rollout_gate){ ROLLOUT_GATE_DAEMONSET_PRUNE_INELIGIBLE_NODES, 1 };
    } else if (strcmp(word, "hook") == 0 || strcmp(word, "mark") == 0) {
        set_hook(w, *word == 'm');
    } else if (strcmp(word, "generation") == 0) {
        w->spec.template_generation = STR("7");
    } else if (strcmp(word, "unobserved") == 0) {
        w->snapshot.unobserved_since_ms = DAEMON_NOW - 60 * 1000;
    } else {
        return false;
    }
    return true;
}

static void set_number(struct daemonworld *w, const char *word)
{
    struct rollout_daemonset *spec = &w->spec;
    switch (*word) {
    case 'U':
        spec->max_unavailable = intstr(word + 1);
        break;
    case 'S':
        spec->max_surge = intstr(word + 1);
        break;
    case 'P':
        spec->partition = intstr(word + 1);
        break;
    case 'B':
        spec->burst_replicas = intstr(word + 1);
        break;
    case 'm':
        spec->min_ready_seconds = intstr(word + 1).count;
        break;
    case 'H':
        spec->revision_history_limit = (struct rollout_opt){ 1, intstr(word + 1).count };
        break;
    case 'D':
        w->status.desired_number_scheduled = intstr(word + 1).count;
        break;
    default:
        printf("unknown setting: %s\n", word);
        abort();
    }
}

/* ---- nodes and pods ---- */

static void add_label(struct daemonworld *w, size_t pod, struct rollout_str key, struct rollout_str value)
{
    struct rollout_labels *labels = &w->pods[pod].labels;
    if (labels->count == 2)
        abort();
    w->labels[pod][labels->count++] = (struct rollout_label){ key, value };
    labels->items = w->labels[pod];
}

static void set_gate(struct daemonworld *w, size_t i, char suffix)
{
    struct rollout_pod *pod = &w->pods[i];
    const uint32_t good = ROLLOUT_POD_IN_PLACE_TRUE | ROLLOUT_POD_IN_PLACE_CLEAN;
    pod->flags |= ROLLOUT_POD_IN_PLACE_GATE | ROLLOUT_POD_IN_PLACE_CONDITION | (suffix == 'i' ? good : 0);
    if (suffix != 'u' && suffix != 'r')
        return;
    pod->flags &= ~(unsigned)ROLLOUT_POD_READY;
    w->in_place[i] = (struct rollout_in_place){
        .flags = ROLLOUT_IN_PLACE_STATE | (suffix == 'r' ? ROLLOUT_IN_PLACE_CONTAINERS_DONE : 0),
        .waits_for = suffix == 'u' ? ROLLOUT_WAITS_FOR_IMAGE : ROLLOUT_WAITS_FOR_NOTHING,
        .container = STR("main"),
    };
    pod->in_place = &w->in_place[i];
}

static void set_suffix(struct daemonworld *w, size_t i, char suffix)
{
    struct rollout_pod *pod = &w->pods[i];
    if (isdigit((unsigned char)suffix)) {
        pod->created_ms += (suffix - '0') * INT64_C(3600000);
        return;
    }
    switch (suffix) {
    case '-':
        pod->flags &= ~(unsigned)ROLLOUT_POD_READY;
        break;
    case 'y':
        pod->ready_since_ms = DAEMON_NOW - 1000;
        break;
    case 'z':
        pod->ready_since_ms = 0;
        break;
    case '!':
        pod->flags |= ROLLOUT_POD_TERMINATING;
        break;
    case 'f':
    case 's':
        pod->phase = suffix == 'f' ? ROLLOUT_PHASE_FAILED : ROLLOUT_PHASE_SUCCEEDED;
        pod->flags &= ~(unsigned)ROLLOUT_POD_READY;
        break;
    case 'D':
        pod->lifecycle_state = ROLLOUT_STATE_PREPARING_DELETE;
        break;
    case 'h':
        add_label(w, i, STR("hook"), STR("on"));
        break;
    case '~':
        pod->target_node = pod->node;
        pod->node = (struct rollout_str){ NULL, 0 };
        pod->phase = ROLLOUT_PHASE_PENDING;
        pod->flags &= ~(unsigned)ROLLOUT_POD_READY;
        break;
    case '*':
        pod->node = (struct rollout_str){ NULL, 0 };
        break;
    case 'k':
        pod->flags |= ROLLOUT_POD_KRUISE_GATE | ROLLOUT_POD_KRUISE_CONDITION;
        break;
    case 'g':
        add_label(w, i, STR("pod-template-generation"), STR("7"));
        break;
    case 'x':
        pod->flags |= ROLLOUT_POD_NOT_SELECTED;
        break;
    case 'i':
    case 'u':
    case 'r':
    case 'w':
        set_gate(w, i, suffix);
        break;
    default:
        printf("unknown suffix: %c\n", suffix);
        abort();
    }
}

static struct rollout_pod *new_pod(struct daemonworld *w, struct rollout_str node, char letter)
{
    size_t i = w->snapshot.pods.count++;
    if (i == DAEMON_PODS)
        abort();
    snprintf(w->names[i], sizeof w->names[i], "%.*s%c", (int)node.len, node.data, letter);
    w->pods[i] = (struct rollout_pod){
        .phase = ROLLOUT_PHASE_RUNNING,
        .flags = ROLLOUT_POD_READY,
        .ready_since_ms = DAEMON_NOW - 3600 * 1000,
        .created_ms = DAEMON_NOW - 86400 * 1000,
        .revision = STR("b"),
        .name = daemon_str(w->names[i]),
        .node = node,
        .labels = { .stride = sizeof(struct rollout_label) },
    };
    return &w->pods[i];
}

static void add_pod(struct daemonworld *w, struct rollout_str node, const char *pod, size_t len, char letter)
{
    size_t i = w->snapshot.pods.count;
    new_pod(w, node, letter)->revision = *pod == 'A' ? STR("a") : *pod == 'B' ? STR("b") : STR("lost");
    for (size_t k = 1; k < len; k++)
        set_suffix(w, i, pod[k]);
}

static struct rollout_str add_node(struct daemonworld *w, const char *word, size_t len)
{
    size_t name = strcspn(word, "/!+? ,"), i = w->snapshot.nodes.count;
    struct rollout_str text = { word, name };
    if (memchr(word, '?', len))
        return text;
    if (w->snapshot.nodes.count++ == DAEMON_NODES)
        abort();
    struct rollout_node_facts *node = &w->nodes[i];
    *node = (struct rollout_node_facts){ .name = text, .taints = w->taints[i] };
    for (size_t k = name; k < len; k++) {
        if (word[k] == '+')
            node->labels = (struct rollout_labels){ .items = &w->canary, .count = 1, .stride = sizeof w->canary };
        else
            w->taints[i][node->taint_count++] = (struct rollout_taint){
                .key = STR("team"),
                .effect = word[k] == '/' ? ROLLOUT_EFFECT_NO_SCHEDULE : ROLLOUT_EFFECT_NO_EXECUTE,
            };
    }
    return text;
}

static void read_scene(struct daemonworld *w, const char *scene)
{
    while (*scene) {
        size_t len = strcspn(scene, " ,");
        struct rollout_str node = add_node(w, scene, len);
        scene += len;
        for (char letter = 'a'; *scene == ' '; letter++) {
            scene += strspn(scene, " ");
            len = strcspn(scene, " ,");
            add_pod(w, node, scene, len, letter);
            scene += len;
        }
        scene += strspn(scene, ", ");
    }
}

void daemon_add(struct daemonworld *w, const char *scene)
{
    char *room = w->scene + strlen(w->scene) + 1; /* behind what is there */
    size_t left = sizeof w->scene - (size_t)(room - w->scene);
    if (strlen(scene) >= left)
        abort();
    memcpy(room, scene, strlen(scene) + 1);
    read_scene(w, room);
}

/* ---- the world ---- */

void daemon_free(struct daemonworld *w)
{
    rollout_plan_free(w->plan);
    w->plan = NULL;
}

void daemon_make(struct daemonworld *w, const char *settings, const char *scene)
{
    daemon_free(w);
    *w = (struct daemonworld){
        .workload = { .struct_size = sizeof w->workload },
        .snapshot = { .struct_size = sizeof w->snapshot,
                      .update_revision = 2,
                      .now_ms = DAEMON_NOW,
                      .revisions = { .count = 2, .stride = sizeof *w->revisions },
                      .pods = { .stride = sizeof *w->pods },
                      .nodes = { .stride = sizeof *w->nodes },
                      .in_place_verdicts = { .count = 1, .stride = sizeof *w->verdicts },
                      .failed_pod_backoffs = { .stride = sizeof *w->backoffs } },
        .spec = { .struct_size = sizeof w->spec,
                  .flags = ROLLOUT_DAEMONSET_ROLLING_UPDATE,
                  .name = STR("demo"),
                  .generation = 2,
                  .max_unavailable = { .kind = ROLLOUT_INTSTR_INT, .count = 1 } },
        .status = { .observed_generation = 1, .desired_number_scheduled = -1 },
        .canary = { STR("canary"), STR("yes") },
        .revisions = { { .name = STR("demo-a"), .number = 1, .hash = STR("a") },
                       { .name = STR("demo-b"), .number = 2, .hash = STR("b") } },
        .verdicts = { { .from = 1, .to = 2, .flags = ROLLOUT_CHANGES_IMAGES } },
    };
    snprintf(w->settings, sizeof w->settings, "%s", settings);
    for (char *word = w->settings; *word;) {
        size_t len = strcspn(word, " ");
        bool last = word[len] == '\0';
        word[len] = '\0';
        if (!set_flag(w, word) && !set_other(w, word))
            set_number(w, word);
        word += last ? len : len + 1;
    }
    snprintf(w->scene, sizeof w->scene, "%s", scene);
    read_scene(w, w->scene);
    if (w->status.desired_number_scheduled < 0)
        w->status.desired_number_scheduled = (int32_t)w->snapshot.nodes.count;
}

void daemon_backoff(struct daemonworld *w, const char *node, int64_t seconds, int64_t ago)
{
    w->backoffs[w->snapshot.failed_pod_backoffs.count++] = (struct rollout_backoff){
        .node = daemon_str(node), .seconds = seconds, .last_step_ms = DAEMON_NOW - ago * 1000
    };
}

uint32_t daemon_pod(const struct daemonworld *w, const char *name)
{
    for (uint32_t i = 0; i < w->snapshot.pods.count; i++)
        if (strcmp(w->names[i], name) == 0)
            return i;
    printf("no pod %s\n", name);
    abort();
}

uint32_t daemon_node(const struct daemonworld *w, const char *name)
{
    for (uint32_t i = 0; i < w->snapshot.nodes.count; i++)
        if (w->nodes[i].name.len == strlen(name) && memcmp(w->nodes[i].name.data, name, strlen(name)) == 0)
            return i;
    printf("no node %s\n", name);
    abort();
}

int daemon_try(struct daemonworld *w, struct rollout_error *error)
{
    struct rollout_plan *plan = NULL;
    w->workload.daemonset = &w->spec;
    if (!w->status.struct_size)
        w->status.struct_size = sizeof w->status;
    w->spec.status = &w->status;
    w->workload.gates = w->gates;
    w->snapshot.pods.items = w->pods;
    w->snapshot.nodes.items = w->nodes;
    w->snapshot.revisions.items = w->revisions;
    w->snapshot.in_place_verdicts.items = w->verdicts;
    w->snapshot.failed_pod_backoffs.items = w->backoffs;
    int r = rollout_plan(&w->workload, &w->snapshot, &plan, error);
    if (r == ROLLOUT_OK) {
        daemon_free(w);
        w->plan = plan;
    }
    return r;
}

/* ---- what the plan says ---- */

const char *daemon_actions(struct daemonworld *w)
{
    struct rollout_error error = { .struct_size = sizeof error };
    if (daemon_try(w, &error)) {
        printf("plan: %s\n", error.message);
        abort();
    }
    planned_actions(w->plan, &w->snapshot, w->text, sizeof w->text);
    if (!strstr(w->text, "-revision"))
        planned_drop(w->text, " demo-b");
    return w->text;
}

const char *daemon_pod_verdict(struct daemonworld *w, const char *pod)
{
    return planned_verdict(w->plan, &w->snapshot, ROLLOUT_SUBJECT_POD, daemon_pod(w, pod), w->text, sizeof w->text);
}

const char *daemon_node_verdict(struct daemonworld *w, const char *node)
{
    return planned_verdict(w->plan, &w->snapshot, ROLLOUT_SUBJECT_NODE, daemon_node(w, node), w->text, sizeof w->text);
}

const char *daemon_set_verdict(struct daemonworld *w)
{
    return planned_verdict(w->plan, &w->snapshot, ROLLOUT_SUBJECT_WORKLOAD, 0, w->text, sizeof w->text);
}

const char *daemon_status(struct daemonworld *w)
{
    static const char *const members[] = { "desiredNumberScheduled", "currentNumberScheduled",
                                           "numberMisscheduled",     "numberReady",
                                           "numberAvailable",        "numberUnavailable",
                                           "updatedNumberScheduled", "observedGeneration" };
    size_t len = 0;
    for (size_t i = 0; i < sizeof members / sizeof *members; i++)
        len += (size_t)snprintf(w->text + len, sizeof w->text - len, "%s%d", i ? " " : "",
                                (int)planned_number(w->plan, members[i]));
    return w->text;
}

/* ---- carrying it out ---- */

/* A letter that no pod of the node has. */
static char free_letter(const struct daemonworld *w, struct rollout_str node)
{
    char letter = 'a';
    for (size_t i = 0; i < w->snapshot.pods.count; i++)
        if (strlen(w->names[i]) == node.len + 1 && memcmp(w->names[i], node.data, node.len) == 0 &&
            w->names[i][node.len] >= letter)
            letter = (char)(w->names[i][node.len] + 1);
    return letter;
}

static void apply_action(struct daemonworld *w, const struct rollout_action *action, bool *gone)
{
    uint32_t i = action->subject;
    const uint32_t good = ROLLOUT_POD_IN_PLACE_TRUE | ROLLOUT_POD_IN_PLACE_CLEAN;
    struct rollout_str node;
    switch (action->op) {
    case ROLLOUT_OP_CREATE:
        node = planned_attr(w->plan, action, ROLLOUT_ATTR_NODE);
        new_pod(w, w->nodes[i].name, free_letter(w, node));
        break;
    case ROLLOUT_OP_DELETE:
    case ROLLOUT_OP_RELEASE:
        gone[i] = true;
        break;
    case ROLLOUT_OP_UPDATE_IN_PLACE:
        w->pods[i].revision = STR("b");
        break;
    case ROLLOUT_OP_SET_LIFECYCLE:
        w->pods[i].lifecycle_state = ROLLOUT_STATE_PREPARING_DELETE;
        break;
    case ROLLOUT_OP_SET_READY:
        w->pods[i].flags |= ROLLOUT_POD_READY | ROLLOUT_POD_IN_PLACE_CONDITION | good;
        break;
    default:
        break;
    }
}

/* Takes the pods that are gone out of the list; the records have pointers into themselves. */
static void close_gaps(struct daemonworld *w, const bool *gone)
{
    size_t n = 0;
    for (size_t i = 0; i < w->snapshot.pods.count; i++) {
        if (gone[i])
            continue;
        memmove(w->names[n], w->names[i], sizeof *w->names);
        memmove(w->labels[n], w->labels[i], sizeof *w->labels);
        w->in_place[n] = w->in_place[i];
        w->pods[n] = w->pods[i];
        w->pods[n].name = daemon_str(w->names[n]);
        w->pods[n].labels.items = w->labels[n];
        if (w->pods[n].in_place)
            w->pods[n].in_place = &w->in_place[n];
        n++;
    }
    w->snapshot.pods.count = n;
}

void daemon_apply(struct daemonworld *w)
{
    bool gone[DAEMON_PODS] = { false };
    for (size_t i = 0; i < w->plan->action_count; i++)
        apply_action(w, &w->plan->actions[i], gone);
    w->status.desired_number_scheduled = (int32_t)planned_number(w->plan, "desiredNumberScheduled");
    close_gaps(w, gone);
}

/* ---- rows ---- */

const char *daemon_case_wrong(const struct daemon_case *c)
{
    static char wrong[32768];
    static struct daemonworld w;
    const char *expected = c->actions;
    daemon_make(&w, c->settings, c->scene);
    if (c->tweak)
        c->tweak(&w);
    for (int pass = 1;; pass++) {
        const char *end = strstr(expected, " | "), *actions = daemon_actions(&w);
        size_t len = end ? (size_t)(end - expected) : strlen(expected);
        bool holds = strlen(actions) == len && memcmp(actions, expected, len) == 0;
        snprintf(wrong, sizeof wrong, "%s: pass %d: \"%s\", not \"%.*s\"", c->name, pass, actions, (int)len, expected);
        if (!holds || !end) {
            daemon_free(&w);
            return holds ? NULL : wrong;
        }
        daemon_apply(&w);
        expected = end + 3;
    }
}
