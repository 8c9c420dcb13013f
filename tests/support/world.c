/* SPDX-License-Identifier: Apache-2.0 */
#include "world.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define STATE_LABEL "lifecycle.apps.kruise.io/state"

struct rollout_str world_str(const char *text)
{
    return (struct rollout_str){ text, strlen(text) };
}

/* ---- settings ---- */

static struct rollout_intstr intstr(const char *text)
{
    struct rollout_intstr value = { 0 };
    char *end;
    long number = strtol(text, &end, 10);
    if (*end == '\0' && end > text) {
        value.kind = ROLLOUT_INTSTR_INT;
        value.count = (int32_t)number;
    } else {
        value.kind = ROLLOUT_INTSTR_TEXT;
        value.text = world_str(*text == '\'' ? text + 1 : text);
    }
    return value;
}

static struct rollout_opt opt(const char *text)
{
    return (struct rollout_opt){ 1, (int32_t)strtol(text, NULL, 10) };
}

static void set_word(struct world *w, const char *word)
{
    struct rollout_cloneset *spec = &w->spec;
    const unsigned block = ROLLOUT_CLONESET_ROLLING_UPDATE;
    static const struct {
        const char *word;
        uint32_t gate;
    } gates[] = {
        { "rb", ROLLOUT_GATE_CLONESET_PARTITION_ROLLBACK },
        { "pu", ROLLOUT_GATE_PREPARING_UPDATE_AS_UPDATE },
        { "vs", ROLLOUT_GATE_IN_PLACE_WORKLOAD_VERTICAL_SCALING },
        { "force", ROLLOUT_GATE_FORCE_DELETE_TIMEOUT_EXPECTATION },
    };
    static const struct {
        const char *word;
        uint32_t flag;
    } flags[] = {
        { "excl", ROLLOUT_CLONESET_EXCLUDE_PREPARING_DELETE },
        { "paused", ROLLOUT_CLONESET_PAUSED },
        { "reuse", ROLLOUT_CLONESET_REUSE_CLAIMS },
        { "deleting", ROLLOUT_CLONESET_DELETING },
    };
    for (size_t i = 0; i < sizeof gates / sizeof *gates; i++)
        if (strcmp(word, gates[i].word) == 0) {
            world_gate(w, gates[i].gate, 1);
            return;
        }
    for (size_t i = 0; i < sizeof flags / sizeof *flags; i++)
        if (strcmp(word, flags[i].word) == 0) {
            spec->flags |= flags[i].flag;
            return;
        }
    if (strcmp(word, "cur=upd") == 0) {
        w->snapshot.current_revision = 2;
    } else if (strcmp(word, "ondelete") == 0) {
        spec->update_type = ROLLOUT_UPDATE_ON_DELETE;
        spec->flags &= ~block;
    } else if (strcmp(word, "ondelete+") == 0) {
        spec->update_type = ROLLOUT_UPDATE_ON_DELETE;
    } else if (strcmp(word, "bare") == 0) {
        spec->flags &= ~block;
    } else if (strcmp(word, "inplace") == 0) {
        spec->pod_update_policy = ROLLOUT_POLICY_IN_PLACE_IF_POSSIBLE;
    } else if (strcmp(word, "only") == 0) {
        spec->pod_update_policy = ROLLOUT_POLICY_IN_PLACE_ONLY;
    } else if (strcmp(word, "cannot") == 0) {
        for (int i = 0; i < 2; i++) {
            w->verdicts[i].rule = ROLLOUT_DIFF_PATH;
            w->verdicts[i].flags = 0;
            w->verdicts[i].path = WORLD_STR("/spec/hostNetwork");
        }
    } else {
        const char *rest = word + 1;
        switch (*word) {
        case 'R':
            spec->replicas = opt(rest);
            break;
        case 'P':
            spec->partition = intstr(rest);
            break;
        case 'U':
            spec->max_unavailable = intstr(rest);
            break;
        case 'S':
            spec->max_surge = intstr(rest);
            break;
        case 'M':
            spec->scale_max_unavailable = intstr(rest);
            break;
        case 'm':
            spec->min_ready_seconds = opt(rest).value;
            break;
        case 'g':
            spec->grace_period_seconds = opt(rest).value;
            break;
        case 'd':
            spec->progress_deadline_seconds = opt(rest);
            break;
        case 'H':
            spec->revision_history_limit = opt(rest);
            break;
        default:
            printf("unknown setting: %s\n", word);
            abort();
        }
    }
}

/* ---- pods ---- */

void world_label(struct world *w, int pod, const char *key, const char *value)
{
    struct rollout_labels *labels = &w->pods[pod].labels;
    if (labels->count == 6)
        abort();
    w->labels[pod][labels->count++] = (struct rollout_label){ world_str(key), world_str(value) };
    labels->items = w->labels[pod];
}

static void set_suffix(struct world *w, int i, char suffix)
{
    struct rollout_pod *pod = &w->pods[i];
    static const char states[] = "_PNQUVDX"; /* in the order of ROLLOUT_STATE_* */
    const char *state = strchr(states, suffix);
    if (state) {
        pod->lifecycle_state = (uint32_t)(state - states);
        if (suffix == 'U')
            world_in_place(w, i, ROLLOUT_IN_PLACE_STATE)->waits_for = ROLLOUT_WAITS_FOR_IMAGE;
        if (suffix == 'X')
            world_label(w, i, STATE_LABEL, "Strange");
        return;
    }
    switch (suffix) {
    case 'u':
        pod->lifecycle_state = ROLLOUT_STATE_UPDATING;
        break;
    case '-':
        pod->flags &= ~(unsigned)ROLLOUT_POD_READY;
        break;
    case '*':
        pod->flags |= ROLLOUT_POD_SPECIFIED_DELETE;
        break;
    case '~':
        pod->node = (struct rollout_str){ NULL, 0 };
        pod->phase = ROLLOUT_PHASE_PENDING;
        pod->flags &= ~(unsigned)ROLLOUT_POD_READY;
        break;
    case 'p':
        pod->phase = ROLLOUT_PHASE_PENDING;
        break;
    case 'f':
        pod->phase = ROLLOUT_PHASE_FAILED;
        break;
    case 's':
        pod->phase = ROLLOUT_PHASE_SUCCEEDED;
        break;
    case 'y':
        pod->ready_since_ms = WORLD_NOW - 1000;
        break;
    case '!':
        pod->flags |= ROLLOUT_POD_TERMINATING;
        break;
    case 'g':
        pod->flags |= ROLLOUT_POD_IN_PLACE_GATE;
        break;
    case 'k':
        pod->flags |= ROLLOUT_POD_KRUISE_GATE | ROLLOUT_POD_KRUISE_CONDITION;
        break;
    case 'h':
        world_label(w, i, "hook", "on");
        break;
    case '#':
        pod->flags &= ~(unsigned)ROLLOUT_POD_TEMPLATE_HASH;
        break;
    case '/':
        pod->flags |= ROLLOUT_POD_NOT_SELECTED;
        break;
    default:
        printf("unknown suffix: %c\n", suffix);
        abort();
    }
}

static void add_pod(struct world *w, const char *pod, size_t len)
{
    size_t i = w->snapshot.pods.count++;
    if (i == WORLD_PODS || w->created > 999)
        abort();
    snprintf(w->names[i], sizeof w->names[i], "p%d", w->created++);
    w->pods[i] = (struct rollout_pod){
        .phase = ROLLOUT_PHASE_RUNNING,
        .lifecycle_state = ROLLOUT_STATE_NORMAL,
        .flags = ROLLOUT_POD_READY | ROLLOUT_POD_TEMPLATE_HASH,
        .ready_since_ms = WORLD_NOW - 3600 * 1000,
        .created_ms = WORLD_NOW - 7200 * 1000,
        .revision = world_str(*pod == 'n'   ? "web-b"
                              : *pod == 'o' ? "web-a"
                                            : "web-lost"),
        .name = world_str(w->names[i]),
        .node = WORLD_STR("node"),
        .labels = { .stride = sizeof(struct rollout_label) },
    };
    for (size_t k = 1; k < len; k++)
        set_suffix(w, (int)i, pod[k]);
}

void world_add(struct world *w, const char *pods)
{
    while (*pods) {
        long times = 1;
        if (isdigit((unsigned char)*pods)) {
            char *end;
            times = strtol(pods, &end, 10);
            pods = end;
        }
        size_t len = strcspn(pods, " ");
        for (long i = 0; i < times && len > 0; i++)
            add_pod(w, pods, len);
        pods += len;
        pods += strspn(pods, " ");
    }
}

/* ---- the world ---- */

void world_make(struct world *w, const char *settings, const char *pods)
{
    *w = (struct world){
        .workload = { .struct_size = sizeof w->workload },
        .snapshot = { .struct_size = sizeof w->snapshot,
                      .current_revision = 1,
                      .update_revision = 2,
                      .now_ms = WORLD_NOW,
                      .revisions = { .count = 2, .stride = sizeof *w->revisions },
                      .pods = { .stride = sizeof *w->pods },
                      .claims = { .stride = sizeof *w->claims },
                      .in_place_verdicts = { .count = 2, .stride = sizeof *w->verdicts } },
        .spec = { .struct_size = sizeof w->spec, .flags = ROLLOUT_CLONESET_ROLLING_UPDATE, .name = WORLD_STR("web") },
        .revisions = { { .name = WORLD_STR("web-a"), .number = 1 }, { .name = WORLD_STR("web-b"), .number = 2 } },
        .verdicts = { { .from = 1, .to = 2, .flags = ROLLOUT_CHANGES_IMAGES },
                      { .from = 2, .to = 1, .flags = ROLLOUT_CHANGES_IMAGES } },
    };
    snprintf(w->settings, sizeof w->settings, "%s", settings);
    for (char *word = w->settings; *word;) {
        size_t len = strcspn(word, " ");
        bool last = word[len] == '\0';
        word[len] = '\0';
        set_word(w, word);
        word += last ? len : len + 1;
    }
    world_add(w, pods);
}

void world_free(struct world *w)
{
    rollout_plan_free(w->plan);
    w->plan = NULL;
}

void world_gate(struct world *w, uint32_t gate, uint32_t on)
{
    w->gates[w->workload.gate_count++] = (struct rollout_gate){ gate, on };
}

void world_delete_name(struct world *w, const char *name)
{
    w->spec.pods_to_delete.items = w->strs;
    w->spec.pods_to_delete.stride = sizeof *w->strs;
    w->strs[w->spec.pods_to_delete.count++] = world_str(name);
}

void world_claim(struct world *w, const char *name, const char *id, uint32_t flags)
{
    w->claims[w->snapshot.claims.count++] = (struct rollout_claim){
        .name = world_str(name),
        .instance_id = id ? world_str(id) : (struct rollout_str){ NULL, 0 },
        .flags = flags,
    };
}

struct rollout_in_place *world_in_place(struct world *w, int pod, uint32_t flags)
{
    w->in_place[pod] = (struct rollout_in_place){ .flags = flags, .grace_revision = w->pods[pod].revision };
    w->pods[pod].in_place = &w->in_place[pod];
    return &w->in_place[pod];
}

struct rollout_hook world_hook(bool mark_pod_not_ready)
{
    static const struct rollout_label label = { { "hook", 4 }, { "on", 2 } };
    return (struct rollout_hook){ .set = 1,
                                  .mark_pod_not_ready = mark_pod_not_ready,
                                  .labels = { .items = &label, .count = 1, .stride = sizeof label } };
}

int world_try(struct world *w, struct rollout_error *error)
{
    struct rollout_plan *plan = NULL;
    w->workload.cloneset = &w->spec;
    if (!w->status.struct_size)
        w->status.struct_size = sizeof w->status;
    w->spec.status = &w->status;
    if (w->workload.gate_count && !w->workload.gates)
        w->workload.gates = w->gates;
    w->snapshot.pods.items = w->pods;
    w->snapshot.claims.items = w->claims;
    w->snapshot.revisions.items = w->revisions;
    w->snapshot.in_place_verdicts.items = w->verdicts;
    int r = rollout_plan(&w->workload, &w->snapshot, &plan, error);
    if (r == ROLLOUT_OK) {
        world_free(w);
        w->plan = plan;
    }
    return r;
}

/* ---- what the plan says ---- */

const char *world_actions(struct world *w)
{
    struct rollout_error error = { .struct_size = sizeof error };
    if (world_try(w, &error)) {
        printf("plan: %s\n", error.message);
        abort();
    }
    return planned_actions(w->plan, &w->snapshot, w->text, sizeof w->text);
}

const char *world_case_wrong(const struct world_case *c)
{
    static char wrong[8192];
    struct world w;
    world_make(&w, c->settings, c->pods);
    if (c->tweak)
        c->tweak(&w);
    const char *actions = world_actions(&w);
    bool holds = strcmp(actions, c->actions) == 0;
    snprintf(wrong, sizeof wrong, "%s: \"%s\", not \"%s\"", c->name, actions, c->actions);
    world_free(&w);
    return holds ? NULL : wrong;
}

const char *world_verdict(struct world *w, uint32_t subject_kind, uint32_t subject)
{
    return planned_verdict(w->plan, &w->snapshot, subject_kind, subject, w->text, sizeof w->text);
}

const char *world_pod_verdict(struct world *w, uint32_t pod)
{
    return world_verdict(w, ROLLOUT_SUBJECT_POD, pod);
}

/* ---- the status ---- */

int64_t world_number(const struct world *w, const char *member)
{
    return planned_number(w->plan, member);
}

const char *world_status_text(struct world *w, const char *member)
{
    return planned_status_text(w->plan, member, w->text, sizeof w->text);
}

const char *world_condition(struct world *w, const char *type, const char *member)
{
    return planned_condition(w->plan, type, member, w->text, sizeof w->text);
}

const char *world_status(struct world *w)
{
    char current[64];
    snprintf(current, sizeof current, "%.63s", world_status_text(w, "currentRevision"));
    snprintf(w->text, sizeof w->text, "%d/%d/%d %d/%d/%d %d %s", (int)world_number(w, "replicas"),
             (int)world_number(w, "readyReplicas"), (int)world_number(w, "availableReplicas"),
             (int)world_number(w, "updatedReplicas"), (int)world_number(w, "updatedReadyReplicas"),
             (int)world_number(w, "updatedAvailableReplicas"), (int)world_number(w, "expectedUpdatedReplicas"),
             current);
    return w->text;
}

/* ---- carrying it out ---- */

static const struct rollout_attr *attr_of(const struct world *w, const struct rollout_action *action, uint32_t key)
{
    for (uint32_t i = 0; i < action->attr_count; i++)
        if (w->plan->attrs[action->attr_first + i].key == key)
            return &w->plan->attrs[action->attr_first + i];
    return NULL;
}

static bool names_update(const struct world *w, const struct rollout_action *action)
{
    const struct rollout_attr *attr = attr_of(w, action, ROLLOUT_ATTR_REVISION);
    struct rollout_str update = w->revisions[w->snapshot.update_revision - 1].name;
    struct rollout_str name = w->plan->texts[attr->text];
    return name.len == update.len && memcmp(name.data, update.data, update.len) == 0;
}

static uint32_t state_of(struct rollout_str text)
{
    static const char *const states[] = { "",         "PreparingNormal", "Normal",         "PreparingUpdate",
                                          "Updating", "Updated",         "PreparingDelete" };
    for (uint32_t i = 1; i < sizeof states / sizeof *states; i++)
        if (strlen(states[i]) == text.len && memcmp(states[i], text.data, text.len) == 0)
            return i;
    return ROLLOUT_STATE_OTHER;
}

static void apply_action(struct world *w, const struct rollout_action *action, bool *gone)
{
    const uint32_t condition = ROLLOUT_POD_IN_PLACE_CONDITION, is_true = ROLLOUT_POD_IN_PLACE_TRUE,
                   clean = ROLLOUT_POD_IN_PLACE_CLEAN;
    uint32_t i = action->subject;
    struct rollout_pod *pod = action->subject_kind == ROLLOUT_SUBJECT_POD ? &w->pods[i] : NULL;
    const struct rollout_attr *attr;
    switch (action->op) {
    case ROLLOUT_OP_CREATE:
        for (int64_t k = attr_of(w, action, ROLLOUT_ATTR_COUNT)->value; k > 0; k--)
            world_add(w, names_update(w, action) ? "nP~" : "oP~");
        break;
    case ROLLOUT_OP_DELETE:
    case ROLLOUT_OP_RELEASE:
        gone[i] = true;
        break;
    case ROLLOUT_OP_UPDATE_IN_PLACE:
        pod->revision = names_update(w, action) ? WORLD_STR("web-b") : WORLD_STR("web-a");
        pod->lifecycle_state = ROLLOUT_STATE_UPDATING;
        attr = attr_of(w, action, ROLLOUT_ATTR_GRACE_SECONDS);
        world_in_place(w, (int)i, ROLLOUT_IN_PLACE_STATE);
        if (attr) {
            w->in_place[i].flags |= ROLLOUT_IN_PLACE_GRACE_KEY | ROLLOUT_IN_PLACE_GRACE;
            w->in_place[i].grace_end_ms = w->snapshot.now_ms + attr->value * 1000;
        }
        if (attr_of(w, action, ROLLOUT_ATTR_MARK_NOT_READY)->value) {
            pod->flags = (pod->flags & ~(is_true | clean | ROLLOUT_POD_READY)) | condition;
        }
        break;
    case ROLLOUT_OP_RECREATE:
        pod->flags |= ROLLOUT_POD_SPECIFIED_DELETE;
        break;
    case ROLLOUT_OP_SET_LIFECYCLE:
        pod->lifecycle_state = state_of(w->plan->texts[attr_of(w, action, ROLLOUT_ATTR_STATE)->text]);
        break;
    case ROLLOUT_OP_SET_READY:
        pod->flags |= condition | is_true | clean;
        break;
    case ROLLOUT_OP_END_GRACE:
        w->in_place[i].flags &= ~(unsigned)(ROLLOUT_IN_PLACE_GRACE_KEY | ROLLOUT_IN_PLACE_GRACE);
        break;
    case ROLLOUT_OP_LABEL_TEMPLATE_HASH:
        pod->flags |= ROLLOUT_POD_TEMPLATE_HASH;
        break;
    default:
        break;
    }
}

/* Takes the pods that are gone out of the list; the records have pointers into themselves. */
static void close_gaps(struct world *w, const bool *gone)
{
    size_t n = 0;
    for (size_t i = 0; i < w->snapshot.pods.count; i++) {
        if (gone[i])
            continue;
        memmove(w->names[n], w->names[i], sizeof *w->names);
        memmove(w->labels[n], w->labels[i], sizeof *w->labels);
        w->in_place[n] = w->in_place[i];
        w->pods[n] = w->pods[i];
        w->pods[n].name = world_str(w->names[n]);
        w->pods[n].labels.items = w->labels[n];
        if (w->pods[n].in_place)
            w->pods[n].in_place = &w->in_place[n];
        n++;
    }
    w->snapshot.pods.count = n;
}

void world_apply(struct world *w)
{
    bool gone[WORLD_PODS] = { false };
    for (size_t i = 0; i < w->plan->action_count; i++)
        apply_action(w, &w->plan->actions[i], gone);
    if (strcmp(world_status_text(w, "currentRevision"), "web-b") == 0)
        w->snapshot.current_revision = 2;
    close_gaps(w, gone);
}
