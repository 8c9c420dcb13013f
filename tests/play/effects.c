/* SPDX-License-Identifier: Apache-2.0 */
/* Plans for every recorded snapshot, carries the plan out on its objects, and decodes what came of it: in the facts
 * that the next pass goes by, each action must have had its effect, and none that mends something is planned again.
 *
 *   effects FILE */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "lines.h"
#include "play.h"

enum { SHOWN = 20 };

/* A snapshot, and the one that carrying out its plan made. */
struct looked {
    const char *id;
    struct played before, after;
    const struct rollout_action *action; /* that is looked at */
    size_t failures, effects;
};

/* ---- the action ---- */

static const struct rollout_attr *attr_of(const struct looked *l, uint32_t key)
{
    const struct rollout_plan *plan = l->before.plan;
    for (uint32_t i = 0; i < l->action->attr_count; i++)
        if (plan->attrs[l->action->attr_first + i].key == key)
            return &plan->attrs[l->action->attr_first + i];
    return NULL;
}

static struct rollout_str text_of(const struct looked *l, uint32_t key)
{
    const struct rollout_attr *attr = attr_of(l, key);
    return attr && attr->text != ROLLOUT_NONE ? l->before.plan->texts[attr->text] : (struct rollout_str){ NULL, 0 };
}

static bool has_owner(const struct looked *l, const char *kind)
{
    const struct rollout_plan *plan = l->before.plan;
    for (uint32_t i = 0; i < l->action->attr_count; i++) {
        const struct rollout_attr *attr = &plan->attrs[l->action->attr_first + i];
        if (attr->key == ROLLOUT_ATTR_OWNER &&
            ro_str_eq(plan->texts[attr->text], (struct rollout_str){ kind, strlen(kind) }))
            return true;
    }
    return false;
}

/* The label that pods of the action's revision carry. */
static struct rollout_str label_of_revision(const struct looked *l)
{
    const struct rollout_world *world = l->before.world;
    struct rollout_str name = text_of(l, ROLLOUT_ATTR_REVISION);
    for (size_t i = 0; world->workload->daemonset && i < world->snapshot->revisions.count; i++)
        if (ro_str_eq(world->snapshot->revisions.items[i].name, name) && world->snapshot->revisions.items[i].hash.len)
            return world->snapshot->revisions.items[i].hash;
    return name;
}

static void effect(struct looked *l, bool there, const char *what)
{
    l->effects++;
    if (there)
        return;
    if (l->failures++ < SHOWN)
        printf("%s: action %td, %s: %s\n", l->id, l->action - l->before.plan->actions, rollout_op_name(l->action->op),
               what);
}

/* ---- what came of it ---- */

static const struct rollout_pod *pod_after(const struct looked *l, struct rollout_str name)
{
    int place = find_pod(l->after.world->snapshot, name);
    return place < 0 ? NULL : &l->after.world->snapshot->pods.items[place];
}

static const struct rollout_claim *claim_after(const struct looked *l, struct rollout_str name)
{
    const struct rollout_claims *claims = &l->after.world->snapshot->claims;
    for (size_t i = 0; i < claims->count; i++)
        if (ro_str_eq(claims->items[i].name, name))
            return &claims->items[i];
    return NULL;
}

static const struct rollout_revision *revision_after(const struct looked *l, struct rollout_str name)
{
    const struct rollout_revisions *revisions = &l->after.world->snapshot->revisions;
    for (size_t i = 0; i < revisions->count; i++)
        if (ro_str_eq(revisions->items[i].name, name) && !(revisions->items[i].flags & ROLLOUT_REVISION_NEW))
            return &revisions->items[i];
    return NULL;
}

static struct rollout_str label_after(const struct rollout_pod *pod, struct rollout_str key)
{
    const struct rollout_str *value = ro_labels_get(&pod->labels, key);
    return value ? *value : (struct rollout_str){ NULL, 0 };
}

static void look_at_mark(struct looked *l, const struct rollout_pod *pod)
{
    const struct rollout_attr *mark = attr_of(l, ROLLOUT_ATTR_MARK_NOT_READY);
    uint32_t key = pod->lifecycle_state == ROLLOUT_STATE_PREPARING_DELETE ? ROLLOUT_POD_KEY_PRE_DELETE
                                                                          : ROLLOUT_POD_KEY_PRE_UPDATE;
    if (mark && (pod->flags & ROLLOUT_POD_KRUISE_GATE))
        effect(l, (mark->value != 0) == ((pod->flags & key) != 0), "the lifecycle's mark");
}

static void look_at_state(struct looked *l, const struct rollout_pod *pod)
{
    struct rollout_str state = text_of(l, ROLLOUT_ATTR_STATE);
    if (state.data)
        effect(l, ro_str_eq(label_after(pod, RO_STR("lifecycle.apps.kruise.io/state")), state), "lifecycle state");
}

static void look_at_pod(struct looked *l)
{
    struct rollout_str name = l->before.world->snapshot->pods.items[l->action->subject].name;
    struct rollout_str detail = text_of(l, ROLLOUT_ATTR_DETAIL);
    const struct rollout_pod *pod = pod_after(l, name);
    bool all = ro_str_eq(detail, RO_STR("identity+storage"));
    if (l->action->op == ROLLOUT_OP_DELETE) {
        effect(l, !pod, "the pod is still there");
        return;
    }
    effect(l, pod, "the pod is gone");
    if (!pod)
        return;
    switch (l->action->op) {
    case ROLLOUT_OP_UPDATE_IN_PLACE:
        effect(l, ro_str_eq(pod->revision, label_of_revision(l)), "the revision's label");
        effect(l, pod->in_place && (pod->in_place->flags & ROLLOUT_IN_PLACE_STATE), "no update under way");
        look_at_state(l, pod);
        break;
    case ROLLOUT_OP_RELABEL:
        effect(l, ro_str_eq(pod->revision, label_of_revision(l)), "the revision's label");
        break;
    case ROLLOUT_OP_RECREATE:
        effect(l, pod->flags & ROLLOUT_POD_SPECIFIED_DELETE, "not marked");
        break;
    case ROLLOUT_OP_SET_LIFECYCLE:
        look_at_state(l, pod);
        look_at_mark(l, pod);
        break;
    case ROLLOUT_OP_SET_POD_READY:
        look_at_mark(l, pod);
        break;
    case ROLLOUT_OP_SET_READY:
        effect(l, pod->flags & ROLLOUT_POD_IN_PLACE_TRUE, "InPlaceUpdateReady is not True");
        break;
    case ROLLOUT_OP_END_GRACE:
        effect(l, !pod->in_place || !(pod->in_place->flags & ROLLOUT_IN_PLACE_GRACE), "the grace period goes on");
        break;
    case ROLLOUT_OP_LABEL_TEMPLATE_HASH:
        effect(l, pod->flags & ROLLOUT_POD_TEMPLATE_HASH, "no template hash");
        break;
    case ROLLOUT_OP_REPAIR:
        if (all || ro_str_eq(detail, RO_STR("identity")))
            effect(l, ro_str_eq(label_after(pod, RO_STR("statefulset.kubernetes.io/pod-name")), name), "identity");
        if (all || ro_str_eq(detail, RO_STR("storage")))
            effect(l, !(pod->flags & ROLLOUT_POD_STORAGE_MISMATCH), "storage");
        break;
    default:
        break;
    }
}

/* How many pods of the revision (and on the node) there are that were not there before. */
static size_t new_pods(const struct looked *l, struct rollout_str node)
{
    const struct rollout_pods *pods = &l->after.world->snapshot->pods;
    struct rollout_str label = label_of_revision(l);
    size_t count = 0;
    for (size_t i = 0; i < pods->count; i++) {
        const struct rollout_pod *pod = &pods->items[i];
        count += find_pod(l->before.world->snapshot, pod->name) < 0 &&
                 (ro_str_eq(pod->revision, label) || l->before.world->workload->cloneset) &&
                 (!node.data || ro_str_eq(pod->target_node, node));
    }
    return count;
}

static void look_at_ordinal(struct looked *l)
{
    const struct rollout_statefulset *set = l->before.world->workload->statefulset;
    struct rollout_str name = text_of(l, ROLLOUT_ATTR_NAME);
    const struct rollout_pod *pod = pod_after(l, name);
    effect(l, pod, "no such pod");
    if (!pod)
        return;
    effect(l, ro_str_eq(pod->revision, label_of_revision(l)), "the revision's label");
    effect(l, !(pod->flags & (ROLLOUT_POD_STORAGE_MISMATCH | ROLLOUT_POD_NOT_SELECTED)), "storage, or selector");
    effect(l, ro_str_eq(label_after(pod, RO_STR("statefulset.kubernetes.io/pod-name")), name), "identity");
    look_at_state(l, pod);
    for (size_t t = 0; t < set->claim_template_count; t++) {
        char claim[600];
        int len = snprintf(claim, sizeof claim, "%.*s-%.*s", (int)set->claim_templates[t].name.len,
                           set->claim_templates[t].name.data, (int)name.len, name.data);
        effect(l, claim_after(l, (struct rollout_str){ claim, (size_t)len }), "a claim is missing");
    }
}

static void look_at_create(struct looked *l)
{
    const struct rollout_attr *count = attr_of(l, ROLLOUT_ATTR_COUNT);
    if (l->action->subject_kind == ROLLOUT_SUBJECT_ORDINAL)
        look_at_ordinal(l);
    else if (l->action->subject_kind == ROLLOUT_SUBJECT_NODE)
        effect(l, new_pods(l, text_of(l, ROLLOUT_ATTR_NODE)) == 1, "not one new pod on the node");
    else
        effect(l, count && new_pods(l, (struct rollout_str){ NULL, 0 }) >= (size_t)count->value, "too few new pods");
}

/* Whether the owner of this uid is among the claim's, and in a native set's as its controller. */
static bool owned_by(const struct looked *l, const struct rollout_claim *claim, struct rollout_str uid)
{
    const struct rollout_statefulset *set = l->before.world->workload->statefulset;
    bool native = set && (set->flags & ROLLOUT_STATEFULSET_NATIVE);
    for (size_t i = 0; i < claim->owner_count; i++)
        if (uid.len > 0 && ro_str_eq(claim->owners[i].uid, uid) && (!native || claim->owners[i].controller))
            return true;
    return false;
}

static void look_at_claim(struct looked *l)
{
    const struct rollout_world *world = l->before.world;
    struct rollout_str name = text_of(l, ROLLOUT_ATTR_CLAIM);
    const struct rollout_claim *claim = claim_after(l, name);
    int pod;
    switch (l->action->op) {
    case ROLLOUT_OP_DELETE_CLAIM:
        effect(l, !claim, "the claim is still there");
        break;
    case ROLLOUT_OP_CREATE_CLAIM:
        if (world->workload->statefulset) /* play() makes up the ids of a CloneSet, and follows none of its claims */
            effect(l, claim && claim->owner_count == 0, "no such claim, or it is owned");
        break;
    case ROLLOUT_OP_RESIZE_CLAIM:
        effect(l, claim && ro_str_eq(claim->request, text_of(l, ROLLOUT_ATTR_REQUEST)), "the size asked for");
        break;
    case ROLLOUT_OP_SET_CLAIM_OWNER:
        effect(l, claim, "the claim is gone");
        pod = find_pod(world->snapshot, text_of(l, ROLLOUT_ATTR_POD));
        if (claim && world->workload->statefulset)
            effect(l, owned_by(l, claim, world->workload->statefulset->uid) == has_owner(l, "StatefulSet"), "the set");
        if (claim && pod >= 0)
            effect(l, owned_by(l, claim, world->snapshot->pods.items[pod].uid) == has_owner(l, "Pod"), "the pod");
        break;
    default:
        break;
    }
}

static void look_at_revision(struct looked *l)
{
    const struct rollout_revision *revision = revision_after(l, text_of(l, ROLLOUT_ATTR_REVISION));
    const struct rollout_attr *number = attr_of(l, ROLLOUT_ATTR_NUMBER);
    if (l->action->op == ROLLOUT_OP_DELETE_REVISION)
        effect(l, !revision, "the revision is still there");
    else
        effect(l, revision && number && revision->number == number->value, "no such revision, or its number");
}

/* What mends something is done once. */
static void look_for_it_again(struct looked *l)
{
    static const uint32_t once[] = { ROLLOUT_OP_REPAIR,          ROLLOUT_OP_SET_CLAIM_OWNER,
                                     ROLLOUT_OP_RESIZE_CLAIM,    ROLLOUT_OP_RELABEL,
                                     ROLLOUT_OP_CREATE_REVISION, ROLLOUT_OP_RENUMBER_REVISION,
                                     ROLLOUT_OP_DELETE_REVISION, ROLLOUT_OP_LABEL_TEMPLATE_HASH };
    const struct rollout_plan *plan = l->after.plan;
    bool mends = false;
    for (size_t i = 0; i < sizeof once / sizeof *once; i++)
        mends = mends || l->action->op == once[i];
    for (size_t i = 0; mends && i < plan->action_count; i++) {
        const struct rollout_action *again = &plan->actions[i];
        if (again->op != l->action->op || again->subject_kind != l->action->subject_kind)
            continue;
        const struct rollout_snapshot *x = l->before.world->snapshot, *y = l->after.world->snapshot;
        struct rollout_str a, b;
        if (again->subject_kind == ROLLOUT_SUBJECT_POD)
            a = x->pods.items[l->action->subject].name, b = y->pods.items[again->subject].name;
        else if (again->subject_kind == ROLLOUT_SUBJECT_CLAIM)
            a = x->claims.items[l->action->subject].name, b = y->claims.items[again->subject].name;
        else
            a = x->revisions.items[l->action->subject].name, b = y->revisions.items[again->subject].name;
        effect(l, !ro_str_eq(a, b), "is planned again");
    }
}

/* A later action on the same pod may undo what an earlier one did; and a pod that comes takes the place of one that
 * goes. */
static bool is_last(const struct looked *l)
{
    const struct rollout_plan *plan = l->before.plan;
    for (size_t i = (size_t)(l->action - plan->actions) + 1; i < plan->action_count; i++)
        if (plan->actions[i].subject_kind == l->action->subject_kind && plan->actions[i].subject == l->action->subject)
            return false;
    return true;
}

static void look(struct looked *l)
{
    for (size_t i = 0; i < l->before.plan->action_count; i++) {
        l->action = &l->before.plan->actions[i];
        if (!is_last(l))
            continue;
        if (l->action->op == ROLLOUT_OP_CREATE)
            look_at_create(l);
        else if (l->action->subject_kind == ROLLOUT_SUBJECT_POD)
            look_at_pod(l);
        else if (l->action->subject_kind == ROLLOUT_SUBJECT_CLAIM)
            look_at_claim(l);
        else if (l->action->subject_kind == ROLLOUT_SUBJECT_REVISION)
            look_at_revision(l);
        look_for_it_again(l);
    }
}

int main(int argc, char **argv)
{
    size_t lines = 0, size = 0, effects = 0, failures = 0;
    char *text = NULL;
    if (argc < 2)
        return 2;
    FILE *file = lines_open(argv[1]);
    while (getline(&text, &size, file) > 0) {
        json_t *line = json_loads(text, 0, NULL), *snapshot = json_object_get(line, "snapshot");
        struct looked l = { .id = json_string_value(json_object_get(line, "id")), .failures = failures };
        play_where = l.id;
        played_make(snapshot, &l.before);
        json_t *next = play(snapshot, &l.before, NULL, 0);
        played_make(next, &l.after);
        look(&l);
        lines++;
        effects += l.effects;
        failures = l.failures;
        played_free(&l.before);
        played_free(&l.after);
        json_decref(next);
        json_decref(line);
    }
    free(text);
    lines_close(file);
    printf("%s: %zu snapshots, %zu effects looked for, %zu are missing\n", argv[1], lines, effects, failures);
    return effects == 0 || failures > 0;
}
