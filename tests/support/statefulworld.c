/* SPDX-License-Identifier: Apache-2.0 */
#include "statefulworld.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define STR(literal) ((struct rollout_str){ (literal), sizeof(literal) - 1 })

struct rollout_str stateful_str(const char *text)
{
    return (struct rollout_str){ text, strlen(text) };
}

static void fail(const char *what, const char *text)
{
    printf("%s: %s\n", what, text);
    abort();
}

/* ---- settings ---- */

static struct rollout_intstr intstr(const char *text)
{
    char *end;
    long number = strtol(text, &end, 10);
    if (*end == '\0' && end > text)
        return (struct rollout_intstr){ .kind = ROLLOUT_INTSTR_INT, .count = (int32_t)number };
    return (struct rollout_intstr){ .kind = ROLLOUT_INTSTR_TEXT,
                                    .text = stateful_str(*text == '\'' ? text + 1 : text) };
}

void stateful_gate(struct statefulworld *w, uint32_t gate, uint32_t on)
{
    w->gates[w->workload.gate_count++] = (struct rollout_gate){ gate, on };
}

struct rollout_hook stateful_hook(void)
{
    static const struct rollout_label label = { { "hook", 4 }, { "on", 2 } };
    return (struct rollout_hook){ .set = 1, .labels = { .items = &label, .count = 1, .stride = sizeof label } };
}

static bool set_flag(struct statefulworld *w, const char *word)
{
    static const struct {
        const char *word;
        uint32_t flag;
    } flags[] = {
        { "par", ROLLOUT_STATEFULSET_PARALLEL },          { "native", ROLLOUT_STATEFULSET_NATIVE },
        { "paused", ROLLOUT_STATEFULSET_PAUSED },         { "unordered", ROLLOUT_STATEFULSET_UNORDERED },
        { "deleting", ROLLOUT_STATEFULSET_DELETING },     { "noselector", ROLLOUT_STATEFULSET_SELECTOR_INVALID },
        { "resize", ROLLOUT_STATEFULSET_RESIZES_CLAIMS },
    };
    for (size_t i = 0; i < sizeof flags / sizeof *flags; i++)
        if (strcmp(word, flags[i].word) == 0) {
            w->spec.flags |= flags[i].flag;
            if (strcmp(word, "resize") == 0)
                stateful_gate(w, ROLLOUT_GATE_STATEFULSET_AUTO_RESIZE_PVC, 1);
            return true;
        }
    return false;
}

static bool set_gate(struct statefulworld *w, const char *word)
{
    static const struct {
        const char *word;
        uint32_t gate, on;
    } gates[] = {
        { "start", ROLLOUT_GATE_STATEFULSET_START_ORDINAL, 1 },
        { "noowners", ROLLOUT_GATE_STATEFULSET_AUTO_DELETE_PVC, 0 },
        { "prepared", ROLLOUT_GATE_PREPARING_UPDATE_AS_UPDATE, 1 },
        { "budget", ROLLOUT_GATE_MAX_UNAVAILABLE_STATEFULSET, 1 },
    };
    for (size_t i = 0; i < sizeof gates / sizeof *gates; i++)
        if (strcmp(word, gates[i].word) == 0) {
            stateful_gate(w, gates[i].gate, gates[i].on);
            return true;
        }
    return false;
}

static bool set_hook(struct statefulworld *w, const char *word)
{
    struct rollout_lifecycle *lifecycle = &w->spec.lifecycle;
    struct rollout_hook *hook = strcmp(word, "preDelete") == 0   ? &lifecycle->pre_delete
                                : strcmp(word, "preUpdate") == 0 ? &lifecycle->in_place_update
                                : strcmp(word, "preNormal") == 0 ? &lifecycle->pre_normal
                                                                 : NULL;
    bool mark = strcmp(word, "mark") == 0;
    if (!hook && !mark && strcmp(word, "lifecycle") != 0)
        return false;
    lifecycle->set = 1;
    if (hook)
        *hook = stateful_hook();
    if (mark)
        lifecycle->pre_delete.mark_pod_not_ready = lifecycle->in_place_update.mark_pod_not_ready =
            lifecycle->pre_normal.mark_pod_not_ready = 1;
    return true;
}

static bool set_other(struct statefulworld *w, const char *word)
{
    struct rollout_statefulset *spec = &w->spec;
    if (strcmp(word, "ondelete") == 0) {
        spec->update_type = ROLLOUT_UPDATE_ON_DELETE;
        spec->flags &= ~(unsigned)ROLLOUT_STATEFULSET_ROLLING_UPDATE;
    } else if (strcmp(word, "bare") == 0) {
        spec->flags &= ~(unsigned)ROLLOUT_STATEFULSET_ROLLING_UPDATE;
    } else if (strcmp(word, "inplace") == 0) {
        spec->pod_update_policy = ROLLOUT_POLICY_IN_PLACE_IF_POSSIBLE;
    } else if (strcmp(word, "only") == 0) {
        spec->pod_update_policy = ROLLOUT_POLICY_IN_PLACE_ONLY;
    } else if (strcmp(word, "cannot") == 0) {
        for (size_t i = 0; i < w->snapshot.in_place_verdicts.count; i++) {
            w->verdicts[i].rule = ROLLOUT_DIFF_PATH;
            w->verdicts[i].flags = 0;
            w->verdicts[i].path = STR("/spec/hostNetwork");
        }
    } else if (strcmp(word, "new=old") == 0) {
        w->snapshot.current_revision = 2;
    } else if (strcmp(word, "unobserved") == 0) {
        w->snapshot.unobserved_since_ms = STATEFUL_NOW - 60 * 1000;
    } else if (strcmp(word, "whenScaled") == 0) {
        spec->claims_when_scaled = ROLLOUT_CLAIMS_DELETE;
    } else if (strcmp(word, "whenDeleted") == 0) {
        spec->claims_when_deleted = ROLLOUT_CLAIMS_DELETE;
    } else {
        return false;
    }
    return true;
}

static void reserve(struct statefulworld *w, char *list)
{
    for (char *part = strtok(list, ","); part; part = strtok(NULL, ","))
        w->reserved[w->spec.reserve_ordinal_count++] = intstr(part);
}

/* "data:1Gi@class" */
static void add_template(struct statefulworld *w, char *text)
{
    struct rollout_claim_template *template = &w->templates[w->spec.claim_template_count++];
    char *class = strchr(text, '@'), *request;
    if (class)
        *class++ = '\0';
    request = strchr(text, ':');
    if (request)
        *request++ = '\0';
    template->name = stateful_str(text);
    if (request)
        template->request = stateful_str(request);
    if (class)
        template->storage_class = stateful_str(class);
}

static void set_number(struct statefulworld *w, char *word)
{
    struct rollout_statefulset *spec = &w->spec;
    char *rest = word + 1;
    int32_t number = intstr(rest).count;
    switch (*word) {
    case 'R':
        spec->replicas = (struct rollout_opt){ 1, number };
        break;
    case 'P':
        spec->partition = number;
        break;
    case 'U':
        spec->max_unavailable = intstr(rest);
        break;
    case 'M':
        spec->scale_max_unavailable = intstr(rest);
        break;
    case 'm':
        spec->min_ready_seconds = number;
        break;
    case 'g':
        spec->grace_period_seconds = number;
        break;
    case 'S':
        spec->start_ordinal = number;
        break;
    case 'H':
        spec->revision_history_limit = (struct rollout_opt){ 1, number };
        break;
    case 'C':
        w->status.current_replicas = number;
        break;
    case 'r':
        reserve(w, rest);
        break;
    case 'T':
        add_template(w, rest);
        break;
    default:
        fail("unknown setting", word);
    }
}

/* ---- pods ---- */

void stateful_label(struct statefulworld *w, uint32_t pod, const char *key, const char *value)
{
    struct rollout_labels *labels = &w->pods[pod].labels;
    if (labels->count == STATEFUL_LABELS)
        fail("too many labels", key);
    w->labels[pod][labels->count++] = (struct rollout_label){ stateful_str(key), stateful_str(value) };
    labels->items = w->labels[pod];
}

struct rollout_in_place *stateful_in_place(struct statefulworld *w, uint32_t pod, uint32_t flags)
{
    w->in_place[pod] = (struct rollout_in_place){ .flags = flags, .grace_revision = w->pods[pod].revision };
    w->pods[pod].in_place = &w->in_place[pod];
    return &w->in_place[pod];
}

static bool set_state(struct statefulworld *w, uint32_t i, char suffix)
{
    static const char states[] = "_PNQUVDO"; /* in the order of ROLLOUT_STATE_* */
    const char *state = strchr(states, suffix);
    if (suffix == 'u') {
        w->pods[i].lifecycle_state = ROLLOUT_STATE_UPDATING;
        stateful_in_place(w, i, ROLLOUT_IN_PLACE_STATE | ROLLOUT_IN_PLACE_CONTAINERS_DONE);
        return true;
    }
    if (!state)
        return false;
    w->pods[i].lifecycle_state = (uint32_t)(state - states);
    if (suffix == 'U') {
        struct rollout_in_place *progress = stateful_in_place(w, i, ROLLOUT_IN_PLACE_STATE);
        progress->waits_for = ROLLOUT_WAITS_FOR_IMAGE;
        progress->container = STR("main");
    }
    if (suffix == 'O')
        stateful_label(w, i, "lifecycle.apps.kruise.io/state", "Strange");
    return true;
}

static void set_suffix(struct statefulworld *w, uint32_t i, char suffix)
{
    const uint32_t good = ROLLOUT_POD_IN_PLACE_CONDITION | ROLLOUT_POD_IN_PLACE_TRUE | ROLLOUT_POD_IN_PLACE_CLEAN;
    struct rollout_pod *pod = &w->pods[i];
    static const char phases[] = "epRsf"; /* in the order of ROLLOUT_PHASE_* */
    if (set_state(w, i, suffix))
        return;
    if (strchr(phases, suffix)) {
        pod->phase = (uint32_t)(strchr(phases, suffix) - phases);
        pod->flags &= ~(unsigned)ROLLOUT_POD_READY;
        return;
    }
    switch (suffix) {
    case '-':
        pod->flags &= ~(unsigned)ROLLOUT_POD_READY;
        break;
    case 'y':
        pod->ready_since_ms = STATEFUL_NOW - 1000;
        break;
    case 'z':
        pod->ready_since_ms = 0;
        break;
    case '!':
        pod->flags |= ROLLOUT_POD_TERMINATING;
        break;
    case '*':
        pod->flags |= ROLLOUT_POD_SPECIFIED_DELETE;
        break;
    case 'h':
        stateful_label(w, i, "hook", "on");
        break;
    case 'g':
        pod->flags |= ROLLOUT_POD_IN_PLACE_GATE;
        break;
    case 'G':
        pod->flags |= ROLLOUT_POD_IN_PLACE_GATE | good;
        break;
    case 'k':
        pod->flags |= ROLLOUT_POD_KRUISE_GATE | ROLLOUT_POD_KRUISE_CONDITION;
        break;
    case 'i':
        w->labels[i][0].value = STR("another");
        break;
    case 'v':
        pod->flags |= ROLLOUT_POD_STORAGE_MISMATCH;
        break;
    case '/':
        pod->flags |= ROLLOUT_POD_NOT_SELECTED;
        break;
    case '0':
        memmove(w->names[i] + 5, w->names[i] + 4, strlen(w->names[i]) - 3);
        w->names[i][4] = '0';
        pod->name = w->labels[i][0].value = stateful_str(w->names[i]);
        break;
    case 'L':
    case 'F':
        stateful_label(w, i, "role", suffix == 'L' ? "leader" : "follower");
        break;
    default:
        fail("unknown suffix", (char[]){ suffix, '\0' });
    }
}

static struct rollout_pod *new_pod(struct statefulworld *w, struct rollout_str name, struct rollout_str revision)
{
    uint32_t i = (uint32_t)w->snapshot.pods.count++;
    if (i == STATEFUL_PODS)
        fail("too many pods", w->scene);
    snprintf(w->names[i], sizeof w->names[i], "%.*s", (int)name.len, name.data);
    snprintf(w->uids[i], sizeof w->uids[i], "u-%.*s", (int)name.len - 4, name.data + 4);
    w->pods[i] = (struct rollout_pod){
        .phase = ROLLOUT_PHASE_RUNNING,
        .lifecycle_state = ROLLOUT_STATE_NORMAL,
        .flags = ROLLOUT_POD_READY,
        .ready_since_ms = STATEFUL_NOW - 3600 * 1000,
        .created_ms = STATEFUL_NOW - 7200 * 1000,
        .revision = revision,
        .name = stateful_str(w->names[i]),
        .uid = stateful_str(w->uids[i]),
        .node = STR("node"),
        .labels = { .items = w->labels[i], .count = 1, .stride = sizeof(struct rollout_label) },
    };
    w->labels[i][0] = (struct rollout_label){ STR("statefulset.kubernetes.io/pod-name"), w->pods[i].name };
    return &w->pods[i];
}

/* "3" or "0-5", a pair; what is behind them. */
static const char *read_range(const char *text, long *ret_first, long *ret_last)
{
    char *end;
    *ret_first = *ret_last = strtol(text, &end, 10);
    if (end == text)
        fail("no ordinal", text);
    if (*end == '-' && isdigit((unsigned char)end[1]))
        *ret_last = strtol(end + 1, &end, 10);
    return end;
}

static void add_pods(struct statefulworld *w, const char *word, size_t len)
{
    long first, last;
    const char *rest = read_range(word, &first, &last), *end = word + len;
    for (long ordinal = first; ordinal <= last; ordinal++) {
        char name[32];
        uint32_t i = (uint32_t)w->snapshot.pods.count;
        snprintf(name, sizeof name, "web-%ld", ordinal);
        new_pod(w, stateful_str(name),
                *rest == 'A'   ? STR("web-a")
                : *rest == 'B' ? STR("web-b")
                : *rest == 'C' ? STR("web-c")
                               : STR("web-lost"));
        if (*rest == 'C')
            w->snapshot.revisions.count = 3;
        for (const char *suffix = rest + 1; suffix < end; suffix++)
            set_suffix(w, i, *suffix);
    }
}

/* ---- claims ---- */

static void add_owner(struct statefulworld *w, size_t claim, const char *kind, const char *name, const char *uid,
                      bool controller)
{
    struct rollout_claim *it = &w->claims[claim];
    w->owners[claim][it->owner_count++] =
        (struct rollout_owner){ stateful_str(kind), stateful_str(name), stateful_str(uid), controller, 0 };
    it->owners = w->owners[claim];
}

static void set_claim_flag(struct statefulworld *w, size_t i, long ordinal, char flag)
{
    struct rollout_claim *claim = &w->claims[i];
    static char pods[STATEFUL_CLAIMS][16], uids[STATEFUL_CLAIMS][16];
    snprintf(pods[i], sizeof pods[i], "web-%ld", ordinal);
    snprintf(uids[i], sizeof uids[i], "u-%ld", ordinal);
    switch (flag) {
    case '!':
        claim->flags |= ROLLOUT_CLAIM_TERMINATING;
        break;
    case '~':
        claim->flags |= ROLLOUT_CLAIM_RESIZE_PENDING;
        break;
    case 'a':
        claim->storage_class = (struct rollout_str){ NULL, 0 };
        break;
    case 's':
    case 'S':
        add_owner(w, i, "StatefulSet", "web", "set", flag == 's');
        break;
    case 'p':
    case 'P':
        add_owner(w, i, "Pod", pods[i], uids[i], flag == 'p');
        break;
    case 'o':
        add_owner(w, i, "Pod", pods[i], "former", true);
        break;
    case 'O':
        add_owner(w, i, "StatefulSet", "web", "former", true);
        break;
    case 'x':
        add_owner(w, i, "Other", "it", "other", true);
        break;
    default:
        fail("unknown flag of a claim", (char[]){ flag, '\0' });
    }
}

/* "0-2:data=1Gi/2Gi,s" */
static void add_claims(struct statefulworld *w, char *word)
{
    long first, last;
    char *flags = strchr(word, ','), *sizes = strchr(word, '='), *template = strchr(word, ':'), *capacity = NULL;
    if (flags)
        *flags++ = '\0';
    if (sizes) {
        *sizes++ = '\0';
        capacity = strchr(sizes, '/');
        *capacity++ = '\0';
    }
    if (template)
        *template++ = '\0';
    read_range(word, &first, &last);
    for (long ordinal = first; ordinal <= last; ordinal++) {
        size_t i = w->snapshot.claims.count++;
        snprintf(w->claim_names[i], sizeof w->claim_names[i], "%s-web-%ld", template ? template : "data", ordinal);
        w->claims[i] = (struct rollout_claim){ .name = stateful_str(w->claim_names[i]), .storage_class = STR("fast") };
        if (sizes) {
            w->claims[i].request = stateful_str(sizes);
            w->claims[i].capacity = stateful_str(capacity);
        }
        for (const char *flag = flags ? flags : ""; *flag; flag++)
            set_claim_flag(w, i, ordinal, *flag);
    }
}

static void read_scene(struct statefulworld *w, char *scene)
{
    bool claims = false;
    for (char *word = scene; *word;) {
        size_t len = strcspn(word, " ;");
        char next = word[len];
        word[len] = '\0';
        if (len > 0 && claims)
            add_claims(w, word);
        else if (len > 0)
            add_pods(w, word, len);
        claims |= next == ';';
        word += next ? len + 1 : len;
    }
}

void stateful_add(struct statefulworld *w, const char *scene)
{
    char *room = w->scene + sizeof w->scene / 2; /* the first half is the world's own */
    snprintf(room, sizeof w->scene / 2, "%s", scene);
    read_scene(w, room);
}

/* ---- the world ---- */

void stateful_make(struct statefulworld *w, const char *settings, const char *scene)
{
    *w = (struct statefulworld){
        .workload = { .struct_size = sizeof w->workload },
        .snapshot = { .struct_size = sizeof w->snapshot,
                      .current_revision = 1,
                      .update_revision = 2,
                      .now_ms = STATEFUL_NOW,
                      .revisions = { .count = 2, .stride = sizeof *w->revisions },
                      .pods = { .stride = sizeof *w->pods },
                      .claims = { .stride = sizeof *w->claims },
                      .in_place_verdicts = { .count = 3, .stride = sizeof *w->verdicts },
                      .storage_classes = { .count = 2, .stride = sizeof *w->classes } },
        .spec = { .struct_size = sizeof w->spec,
                  .flags = ROLLOUT_STATEFULSET_ROLLING_UPDATE,
                  .namespace_ = STR("default"),
                  .name = STR("web"),
                  .uid = STR("set"),
                  .label_selector = STR("app=web"),
                  .replicas = { 1, 3 },
                  .generation = 2 },
        .status = { .observed_generation = 1 },
        .revisions = { { .name = STR("web-a"), .number = 1 },
                       { .name = STR("web-b"), .number = 2 },
                       { .name = STR("web-c"), .number = 0 } },
        .verdicts = { { .from = 1, .to = 2, .flags = ROLLOUT_CHANGES_IMAGES },
                      { .from = 2, .to = 1, .flags = ROLLOUT_CHANGES_IMAGES },
                      { .from = 2, .to = 2 } },
        .classes = { { .name = STR("fast"), .allow_expansion = 1 }, { .name = STR("fixed") } },
    };
    if (strlen(settings) >= sizeof w->settings || strlen(scene) >= sizeof w->scene / 2)
        fail("too long", scene);
    strcpy(w->settings, settings);
    strcpy(w->scene, scene);
    for (char *word = w->settings; *word;) {
        size_t len = strcspn(word, " ");
        bool last = word[len] == '\0';
        word[len] = '\0';
        if (!set_flag(w, word) && !set_gate(w, word) && !set_hook(w, word) && !set_other(w, word))
            set_number(w, word);
        word += last ? len : len + 1;
    }
    read_scene(w, w->scene);
    if (w->snapshot.revisions.count == 3)
        w->verdicts[2] = (struct rollout_in_place_verdict){
            .from = 3, .to = 2, .rule = w->verdicts[0].rule, .flags = w->verdicts[0].flags, .path = w->verdicts[0].path
        };
}

void stateful_free(struct statefulworld *w)
{
    rollout_plan_free(w->plan);
    w->plan = NULL;
}

uint32_t stateful_pod(const struct statefulworld *w, const char *ordinal)
{
    for (uint32_t i = 0; i < w->snapshot.pods.count; i++)
        if (strcmp(w->names[i] + strlen("web-"), ordinal) == 0)
            return i;
    fail("no pod", ordinal);
    return 0;
}

int stateful_try(struct statefulworld *w, struct rollout_error *error)
{
    struct rollout_plan *plan = NULL;
    w->workload.statefulset = &w->spec;
    if (!w->status.struct_size)
        w->status.struct_size = sizeof w->status;
    w->spec.status = &w->status;
    w->workload.gates = w->gates;
    w->spec.reserve_ordinals = w->reserved;
    w->spec.claim_templates = w->templates;
    w->snapshot.pods.items = w->pods;
    w->snapshot.claims.items = w->claims;
    w->snapshot.revisions.items = w->revisions;
    w->snapshot.in_place_verdicts.items = w->verdicts;
    w->snapshot.storage_classes.items = w->classes;
    int r = rollout_plan(&w->workload, &w->snapshot, &plan, error);
    if (r == ROLLOUT_OK) {
        stateful_free(w);
        w->plan = plan;
    }
    return r;
}

/* ---- what the plan says ---- */

/* The ordinal of a new pod, in the name, the attribute and the subject alike. */
static void check_create(const struct statefulworld *w, const struct rollout_action *action)
{
    struct rollout_str name = planned_attr(w->plan, action, ROLLOUT_ATTR_NAME);
    const struct rollout_attr *ordinal = &w->plan->attrs[action->attr_first + 1];
    char text[32];
    snprintf(text, sizeof text, "web-%d", (int)action->subject);
    if (action->subject_kind != ROLLOUT_SUBJECT_ORDINAL || ordinal->key != ROLLOUT_ATTR_ORDINAL ||
        ordinal->value != (int64_t)action->subject || name.len != strlen(text) ||
        memcmp(name.data, text, name.len) != 0)
        fail("a new pod's ordinal is not that of its name", text);
}

/* "create 3 3 b" becomes "create 3 b". */
static void drop_ordinals(char *text)
{
    for (char *at = text; (at = strstr(at, "create "));) {
        at += strlen("create ");
        size_t len = strcspn(at, " ");
        memmove(at, at + len + 1, strlen(at + len + 1) + 1);
    }
}

const char *stateful_actions(struct statefulworld *w)
{
    struct rollout_error error = { .struct_size = sizeof error };
    if (stateful_try(w, &error))
        fail("plan", error.message);
    if (rollout_tree_check(&w->plan->status, &error))
        fail("status", error.message);
    for (size_t i = 0; i < w->plan->action_count; i++)
        if (w->plan->actions[i].op == ROLLOUT_OP_CREATE)
            check_create(w, &w->plan->actions[i]);
    planned_actions(w->plan, &w->snapshot, w->text, sizeof w->text);
    planned_drop(w->text, "web-");
    planned_drop(w->text, " Normal");
    drop_ordinals(w->text);
    return w->text;
}

const char *stateful_verdict(struct statefulworld *w, const char *subject)
{
    uint32_t kind = ROLLOUT_SUBJECT_POD, index = 0;
    if (*subject == '#') {
        kind = ROLLOUT_SUBJECT_ORDINAL;
        index = (uint32_t)strtol(subject + 1, NULL, 10);
    } else if (*subject == '\0') {
        kind = ROLLOUT_SUBJECT_WORKLOAD;
    } else if (strncmp(subject, "web-", 4) == 0) {
        kind = ROLLOUT_SUBJECT_REVISION;
        while (memcmp(w->revisions[index].name.data, subject, w->revisions[index].name.len) != 0)
            index++;
    } else {
        index = stateful_pod(w, subject);
    }
    return planned_verdict(w->plan, &w->snapshot, kind, index, w->text, sizeof w->text);
}

static const char *claims_text(const struct statefulworld *w, char *buf, size_t size)
{
    const struct rollout_node *nodes = w->plan->status.nodes;
    long compatible = -1, ready = -1;
    for (uint32_t i = 0; i < nodes->size && ready < 0; i++) {
        if (nodes[i].key.len == strlen("compatibleReplicas") && memcmp(nodes[i].key.data, "compatible", 10) == 0)
            compatible = (long)nodes[i].integer;
        if (nodes[i].key.len == strlen("compatibleReadyReplicas"))
            ready = (long)nodes[i].integer;
    }
    snprintf(buf, size, "%ld/%ld", compatible, ready);
    return buf;
}

static const char *said(struct statefulworld *w, const char *word, char *buf, size_t size)
{
    static const struct {
        const char *word, *member;
    } members[] = {
        { "rep", "replicas" },
        { "ready", "readyReplicas" },
        { "avail", "availableReplicas" },
        { "upd", "updatedReplicas" },
        { "upd-ready", "updatedReadyReplicas" },
        { "upd-avail", "updatedAvailableReplicas" },
        { "cur", "currentReplicas" },
    };
    const struct rollout_plan *plan = w->plan;
    for (size_t i = 0; i < sizeof members / sizeof *members; i++)
        if (strcmp(word, members[i].word) == 0) {
            snprintf(buf, size, "%d", (int)planned_number(plan, members[i].member));
            return buf;
        }
    if (strcmp(word, "at") == 0)
        return planned_status_text(plan, "currentRevision", buf, size);
    if (strcmp(word, "claims") == 0)
        return claims_text(w, buf, size);
    if (strcmp(word, "error") == 0)
        snprintf(buf, size, "%s", plan->error_reason ? rollout_reason_name(plan->error_reason) : "none");
    else if (strcmp(word, "stop") == 0)
        snprintf(buf, size, "%d", (int)plan->stopped_at);
    else if (strcmp(word, "wait") == 0)
        snprintf(buf, size, "%lld", (long long)plan->requeue_seconds);
    else if (strcmp(word, "next") == 0)
        snprintf(buf, size, "%d", plan->next_ms ? (int)(plan->next_ms - STATEFUL_NOW) : 0);
    else if (strcmp(word, "changed") == 0)
        snprintf(buf, size, "%d", (int)plan->status_changed);
    else
        fail("unknown word", word);
    return buf;
}

const char *stateful_says(struct statefulworld *w, const char *words)
{
    static char wrong[256], word[32], value[64], buf[128];
    int len;
    while (sscanf(words, "%31s %63s%n", word, value, &len) == 2) {
        if (strcmp(said(w, word, buf, sizeof buf), value) != 0) {
            snprintf(wrong, sizeof wrong, "%s is %s, not %s", word, buf, value);
            return wrong;
        }
        words += len;
    }
    return NULL;
}

/* ---- carrying it out ---- */

static uint32_t state_of(struct rollout_str text)
{
    static const char *const names[] = { "",         "PreparingNormal", "Normal",         "PreparingUpdate",
                                         "Updating", "Updated",         "PreparingDelete" };
    for (uint32_t i = 1; i < sizeof names / sizeof *names; i++)
        if (text.len == strlen(names[i]) && memcmp(text.data, names[i], text.len) == 0)
            return i;
    return ROLLOUT_STATE_NONE;
}

/* A text of the plan, where it outlives it. */
static struct rollout_str revision_of(const struct statefulworld *w, const struct rollout_action *action)
{
    struct rollout_str name = planned_attr(w->plan, action, ROLLOUT_ATTR_REVISION);
    for (size_t i = 0; i < w->snapshot.revisions.count; i++)
        if (w->revisions[i].name.len == name.len && memcmp(w->revisions[i].name.data, name.data, name.len) == 0)
            return w->revisions[i].name;
    abort();
}

static void apply_action(struct statefulworld *w, const struct rollout_action *action, bool *gone)
{
    const uint32_t good = ROLLOUT_POD_IN_PLACE_CONDITION | ROLLOUT_POD_IN_PLACE_TRUE | ROLLOUT_POD_IN_PLACE_CLEAN;
    uint32_t i = action->subject;
    struct rollout_str state = planned_attr(w->plan, action, ROLLOUT_ATTR_STATE);
    switch (action->op) {
    case ROLLOUT_OP_CREATE:
        new_pod(w, planned_attr(w->plan, action, ROLLOUT_ATTR_NAME), revision_of(w, action))->lifecycle_state =
            state_of(state);
        break;
    case ROLLOUT_OP_DELETE:
    case ROLLOUT_OP_RELEASE:
        if (action->subject_kind == ROLLOUT_SUBJECT_POD)
            gone[i] = true;
        break;
    case ROLLOUT_OP_UPDATE_IN_PLACE:
        w->pods[i].revision = revision_of(w, action);
        if (state.data)
            w->pods[i].lifecycle_state = state_of(state);
        break;
    case ROLLOUT_OP_SET_LIFECYCLE:
        w->pods[i].lifecycle_state = state_of(state);
        break;
    case ROLLOUT_OP_SET_READY:
        w->pods[i].flags |= good;
        break;
    default:
        break;
    }
}

/* Takes the pods that are gone out of the list; the records have pointers into themselves. */
static void close_gaps(struct statefulworld *w, const bool *gone)
{
    size_t n = 0;
    for (size_t i = 0; i < w->snapshot.pods.count; i++) {
        if (gone[i])
            continue;
        memmove(w->names[n], w->names[i], sizeof *w->names);
        memmove(w->uids[n], w->uids[i], sizeof *w->uids);
        memmove(w->labels[n], w->labels[i], sizeof *w->labels);
        w->in_place[n] = w->in_place[i];
        w->pods[n] = w->pods[i];
        w->pods[n].name = w->labels[n][0].value = stateful_str(w->names[n]);
        w->pods[n].uid = stateful_str(w->uids[n]);
        w->pods[n].labels.items = w->labels[n];
        if (w->pods[n].in_place)
            w->pods[n].in_place = &w->in_place[n];
        n++;
    }
    w->snapshot.pods.count = n;
}

void stateful_apply(struct statefulworld *w)
{
    bool gone[STATEFUL_PODS] = { false };
    char at[64];
    for (size_t i = 0; i < w->plan->action_count; i++)
        apply_action(w, &w->plan->actions[i], gone);
    w->status.current_replicas = (int32_t)planned_number(w->plan, "currentReplicas");
    planned_status_text(w->plan, "currentRevision", at, sizeof at);
    for (uint32_t i = 0; i < w->snapshot.revisions.count; i++)
        if (strlen(at) == w->revisions[i].name.len && memcmp(at, w->revisions[i].name.data, strlen(at)) == 0)
            w->snapshot.current_revision = i + 1;
    close_gaps(w, gone);
}

/* ---- rows ---- */

const char *stateful_case_wrong(const struct stateful_case *c)
{
    static char wrong[32768];
    static struct statefulworld w;
    const char *expected = c->actions, *otherwise;
    stateful_make(&w, c->settings, c->scene);
    if (c->tweak)
        c->tweak(&w);
    for (int pass = 1;; pass++) {
        const char *end = strstr(expected, " | "), *actions = stateful_actions(&w);
        size_t len = end ? (size_t)(end - expected) : strlen(expected);
        bool holds = strlen(actions) == len && memcmp(actions, expected, len) == 0;
        snprintf(wrong, sizeof wrong, "%s: pass %d: \"%s\", not \"%.*s\"", c->name, pass, actions, (int)len, expected);
        if (holds && !end && c->says && (otherwise = stateful_says(&w, c->says))) {
            holds = false;
            snprintf(wrong, sizeof wrong, "%s: pass %d: %s", c->name, pass, otherwise);
        }
        if (!holds || !end) {
            stateful_free(&w);
            return holds ? NULL : wrong;
        }
        stateful_apply(&w);
        expected = end + 3;
    }
}

const char *stateful_reason_wrong(const struct stateful_reason *c)
{
    static char wrong[1024];
    static struct statefulworld w;
    stateful_make(&w, c->settings, c->scene);
    if (c->tweak)
        c->tweak(&w);
    (void)stateful_actions(&w);
    const char *verdict = stateful_verdict(&w, c->subject);
    bool holds = strcmp(verdict, c->verdict) == 0;
    snprintf(wrong, sizeof wrong, "%s, %s: %s: \"%s\", not \"%s\"", c->settings, c->scene, c->subject, verdict,
             c->verdict);
    stateful_free(&w);
    return holds ? NULL : wrong;
}
