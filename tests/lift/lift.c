/* SPDX-License-Identifier: Apache-2.0 */
/* Is every reason true? For every pod, and every missing replica, that a recorded snapshot's plan holds:
 * lift the cause that its reason names, and nothing else, and plan again. Then there is an action on it or
 * on another pod that had none, or it has another reason (reasons.md 7). The same reason with the same
 * numbers is a lie, and fails.
 *
 *   lift FILE */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lines.h"
#include "play.h"

/* ---- a copy of the facts that may be changed ---- */

struct copy {
    struct rollout_workload workload;
    struct rollout_snapshot snapshot;
    struct rollout_cloneset spec;
    struct rollout_pod *pods;
    struct rollout_in_place *in_place;
    struct rollout_gate gates[64];
    void *garbage[4096];
    size_t n_garbage;
};

static void *keep(struct copy *copy, size_t size)
{
    void *memory = calloc(1, size ? size : 1);
    if (copy->n_garbage == sizeof copy->garbage / sizeof *copy->garbage)
        abort();
    return copy->garbage[copy->n_garbage++] = memory;
}

static struct copy *copy_make(const struct rollout_world *world)
{
    struct copy *copy = calloc(1, sizeof *copy);
    size_t n = world->snapshot.pods.count;
    copy->workload = world->workload;
    copy->snapshot = world->snapshot;
    copy->spec = *world->workload.cloneset;
    copy->workload.cloneset = &copy->spec;
    for (size_t i = 0; i < world->workload.gate_count; i++)
        copy->gates[i] = world->workload.gates[i];
    copy->workload.gates = copy->gates;
    copy->pods = keep(copy, n * sizeof *copy->pods);
    copy->in_place = keep(copy, n * sizeof *copy->in_place);
    for (size_t i = 0; i < n; i++) {
        copy->pods[i] = world->snapshot.pods.items[i];
        if (copy->pods[i].in_place) {
            copy->in_place[i] = *copy->pods[i].in_place;
            copy->pods[i].in_place = &copy->in_place[i];
        }
    }
    copy->snapshot.pods.items = copy->pods;
    return copy;
}

static void copy_free(struct copy *copy)
{
    while (copy->n_garbage > 0)
        free(copy->garbage[--copy->n_garbage]);
    free(copy);
}

/* ---- labels and finalizers of a hook ---- */

static const struct rollout_label *label_at(const struct rollout_labels *labels, uint32_t i)
{
    size_t stride = labels->stride ? labels->stride : sizeof(struct rollout_label);
    return (const void *)((const char *)labels->items + i * stride);
}

static const struct rollout_str *str_at(const struct rollout_strs *strs, uint32_t i)
{
    size_t stride = strs->stride ? strs->stride : sizeof(struct rollout_str);
    return (const void *)((const char *)strs->items + i * stride);
}

static bool same(struct rollout_str a, struct rollout_str b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.data, b.data, a.len) == 0);
}

/* Takes the named part of a hook off the pod. */
static void remove_part(struct copy *copy, struct rollout_pod *pod, struct rollout_str part)
{
    struct rollout_label *labels = keep(copy, pod->labels.count * sizeof *labels);
    struct rollout_str *finalizers = keep(copy, pod->finalizers.count * sizeof *finalizers);
    uint32_t n_labels = 0, n_finalizers = 0;
    for (uint32_t i = 0; i < pod->labels.count; i++)
        if (!same(label_at(&pod->labels, i)->key, part))
            labels[n_labels++] = *label_at(&pod->labels, i);
    for (uint32_t i = 0; i < pod->finalizers.count; i++)
        if (!same(*str_at(&pod->finalizers, i), part))
            finalizers[n_finalizers++] = *str_at(&pod->finalizers, i);
    pod->labels = (struct rollout_labels){ labels, n_labels, 0 };
    pod->finalizers = (struct rollout_strs){ finalizers, n_finalizers, 0 };
}

/* Puts the named part of the hook on the pod. */
static void add_part(struct copy *copy, struct rollout_pod *pod, const struct rollout_hook *hook,
                     struct rollout_str part)
{
    remove_part(copy, pod, part);
    for (uint32_t k = 0; k < hook->labels.count; k++)
        if (same(label_at(&hook->labels, k)->key, part)) {
            struct rollout_label *labels = keep(copy, (pod->labels.count + 1) * sizeof *labels);
            for (uint32_t i = 0; i < pod->labels.count; i++)
                labels[i] = *label_at(&pod->labels, i);
            labels[pod->labels.count] = *label_at(&hook->labels, k);
            pod->labels = (struct rollout_labels){ labels, pod->labels.count + 1, 0 };
            return;
        }
    struct rollout_str *finalizers = keep(copy, (pod->finalizers.count + 1) * sizeof *finalizers);
    for (uint32_t i = 0; i < pod->finalizers.count; i++)
        finalizers[i] = *str_at(&pod->finalizers, i);
    finalizers[pod->finalizers.count] = part;
    pod->finalizers = (struct rollout_strs){ finalizers, pod->finalizers.count + 1, 0 };
}

static struct rollout_str text_of(const struct rollout_plan *plan, const struct rollout_verdict *v)
{
    return v->text < plan->text_count ? plan->texts[v->text] : (struct rollout_str){ "", 0 };
}

/* ---- lifting ---- */

static int64_t limit_of(const struct rollout_plan *plan, const char *field, int64_t absent)
{
    for (size_t i = 0; i < plan->limit_count; i++)
        if (same(plan->limits[i].field, (struct rollout_str){ field, strlen(field) }))
            return plan->limits[i].count;
    return absent;
}

static struct rollout_intstr number(int64_t count)
{
    return (struct rollout_intstr){ ROLLOUT_INTSTR_INT, (int32_t)count, { NULL, 0 } };
}

/* Percentages become the numbers that they came to, so that lifting one thing changes no other. */
static void resolve(struct copy *copy, const struct rollout_plan *plan)
{
    if (!(copy->spec.flags & ROLLOUT_CLONESET_ROLLING_UPDATE)) {
        copy->spec.flags |= ROLLOUT_CLONESET_ROLLING_UPDATE;
        copy->spec.partition = copy->spec.max_surge = number(0);
    } else {
        copy->spec.partition = number(limit_of(plan, "partition", 0));
        if (!(copy->spec.flags & ROLLOUT_CLONESET_PAUSED))
            copy->spec.max_surge = number(limit_of(plan, "maxSurge", 0));
    }
    copy->spec.max_unavailable = number(limit_of(plan, "maxUnavailable", 0));
    int64_t scale = limit_of(plan, "scaleStrategy.maxUnavailable", -1);
    if (scale >= 0)
        copy->spec.scale_max_unavailable = number(scale);
}

static void make_ready(struct copy *copy, struct rollout_pod *pod)
{
    pod->phase = ROLLOUT_PHASE_RUNNING;
    pod->flags |= ROLLOUT_POD_READY;
    if (pod->flags & ROLLOUT_POD_IN_PLACE_CONDITION)
        pod->flags |= ROLLOUT_POD_IN_PLACE_TRUE;
    pod->ready_since_ms = copy->snapshot.now_ms;
}

static void confirm(struct rollout_in_place *in_place)
{
    in_place->flags |= ROLLOUT_IN_PLACE_CONTAINERS_DONE | ROLLOUT_IN_PLACE_NEXT_READY;
    if (!(in_place->flags & ROLLOUT_IN_PLACE_GRACE))
        in_place->flags &= ~(uint32_t)ROLLOUT_IN_PLACE_GRACE_KEY;
    if (!(in_place->flags & ROLLOUT_IN_PLACE_NEXT_APPLIES))
        in_place->flags &= ~(uint32_t)ROLLOUT_IN_PLACE_NEXT;
}

enum lifted { LIFTED, NOT_TESTED, BY_NEXT_PASS, UNKNOWN };

/* The labels of a hook without the one that the field names. */
static void mend_hook(struct copy *copy, struct rollout_hook *hook, struct rollout_str field)
{
    struct rollout_label *labels = keep(copy, hook->labels.count * sizeof *labels);
    uint32_t n = 0;
    for (uint32_t k = 0; k < hook->labels.count; k++) {
        const struct rollout_label *label = label_at(&hook->labels, k);
        bool named = field.len > label->key.len + 2 &&
                     memcmp(field.data + field.len - 2 - label->key.len, label->key.data, label->key.len) == 0;
        if (!named)
            labels[n++] = *label;
    }
    hook->labels = (struct rollout_labels){ labels, n, 0 };
}

static enum lifted lift(struct copy *copy, const struct rollout_plan *plan, const struct rollout_verdict *v);

/* What stopped a phase with an error, also where the pod had another step of its own before. */
static enum lifted lift_error(struct copy *copy, const struct rollout_plan *plan)
{
    struct rollout_verdict v = plan->verdicts[plan->error_pod];
    v.reason = (uint16_t)plan->error_reason;
    return lift(copy, plan, &v);
}

static enum lifted lift(struct copy *copy, const struct rollout_plan *plan, const struct rollout_verdict *v)
{
    struct rollout_pod *pod = v->subject_kind == ROLLOUT_SUBJECT_POD ? &copy->pods[v->subject] : NULL;
    const struct rollout_lifecycle *lifecycle = &copy->spec.lifecycle;
    switch (v->reason) {
    case ROLLOUT_REASON_NOT_READY:
        make_ready(copy, pod);
        return LIFTED;
    case ROLLOUT_REASON_MIN_READY_SECONDS:
    case ROLLOUT_REASON_GRACE_PERIOD:
        copy->snapshot.now_ms = v->until_ms;
        return LIFTED;
    case ROLLOUT_REASON_UNSCHEDULED:
        pod->node = (struct rollout_str){ "a-node", 6 };
        return LIFTED;
    case ROLLOUT_REASON_IN_PLACE_UPDATING:
        confirm(&copy->in_place[v->subject]);
        return LIFTED;
    case ROLLOUT_REASON_PRE_NORMAL_HOOK:
        add_part(copy, pod, &lifecycle->pre_normal, text_of(plan, v));
        return LIFTED;
    case ROLLOUT_REASON_POST_UPDATE_HOOK:
        add_part(copy, pod, &lifecycle->in_place_update, text_of(plan, v));
        return LIFTED;
    case ROLLOUT_REASON_PRE_UPDATE_HOOK:
    case ROLLOUT_REASON_PRE_DELETE_HOOK:
        remove_part(copy, pod, text_of(plan, v));
        return LIFTED;
    case ROLLOUT_REASON_CREATE_FIRST:
        if (v->b > 0)
            return BY_NEXT_PASS;
        resolve(copy, plan);
        copy->spec.scale_max_unavailable.count += 1;
        return LIFTED;
    case ROLLOUT_REASON_SCALE_FIRST:
    case ROLLOUT_REASON_REFRESH_FIRST:
        return BY_NEXT_PASS;
    case ROLLOUT_REASON_DELETES_FIRST:
        memmove(&copy->pods[v->because], &copy->pods[v->because + 1],
                (copy->snapshot.pods.count - v->because - 1) * sizeof *copy->pods);
        copy->snapshot.pods.count--;
        return LIFTED;
    case ROLLOUT_REASON_BEHIND_STOPPED_POD:
        if (plan->error_pod == v->because)
            return lift_error(copy, plan);
        /* The pod at which the walk stopped may have had another step of its own in this pass. */
        return plan->verdicts[v->because].op ? BY_NEXT_PASS : lift(copy, plan, &plan->verdicts[v->because]);
    case ROLLOUT_REASON_ACTIONS_NOT_OBSERVED:
        copy->snapshot.unobserved_since_ms = 0;
        return LIFTED;
    case ROLLOUT_REASON_MAX_UNAVAILABLE_REACHED:
    case ROLLOUT_REASON_UPDATED_PODS_UNAVAILABLE:
        resolve(copy, plan);
        copy->spec.max_unavailable.count += (int32_t)(v->a - v->b + 1);
        return LIFTED;
    case ROLLOUT_REASON_SCALE_MAX_UNAVAILABLE_REACHED:
        resolve(copy, plan);
        copy->spec.scale_max_unavailable.count += (int32_t)(v->a - v->b + 1);
        return LIFTED;
    case ROLLOUT_REASON_PARTITION_REACHED:
        resolve(copy, plan);
        copy->spec.partition = number(0);
        return LIFTED;
    case ROLLOUT_REASON_REPLICAS_REACHED:
        resolve(copy, plan);
        copy->spec.replicas.value += (int32_t)(v->b - v->a);
        return LIFTED;
    case ROLLOUT_REASON_PAUSED:
        copy->spec.flags &= ~(uint32_t)ROLLOUT_CLONESET_PAUSED;
        return LIFTED;
    case ROLLOUT_REASON_UPDATES_OFF:
        copy->spec.update_type = ROLLOUT_UPDATE_ROLLING;
        return LIFTED;
    case ROLLOUT_REASON_ROLLBACK_OFF:
        copy->gates[copy->workload.gate_count++] = (struct rollout_gate){ ROLLOUT_GATE_CLONESET_PARTITION_ROLLBACK, 1 };
        return LIFTED;
    case ROLLOUT_REASON_SPEC_INVALID:
        if (text_of(plan, v).len > 14 && memcmp(text_of(plan, v).data, "spec.lifecycle", 14) == 0) {
            mend_hook(copy, &copy->spec.lifecycle.pre_delete, text_of(plan, v));
            mend_hook(copy, &copy->spec.lifecycle.in_place_update, text_of(plan, v));
            return LIFTED;
        }
        if (!pod || !pod->in_place)
            return UNKNOWN;
        pod->in_place = NULL;
        return LIFTED;
    case ROLLOUT_REASON_IN_PLACE_IMPOSSIBLE:
        copy->spec.pod_update_policy = ROLLOUT_POLICY_IN_PLACE_IF_POSSIBLE;
        return LIFTED;
    case ROLLOUT_REASON_LIFECYCLE_STATE_UNKNOWN:
        pod->lifecycle_state = ROLLOUT_STATE_NORMAL;
        return LIFTED;
    case ROLLOUT_REASON_TERMINATING:
    case ROLLOUT_REASON_WORKLOAD_DELETING:
        return NOT_TESTED;
    default:
        return UNKNOWN;
    }
}

/* ---- judging ---- */

static struct rollout_str name_of(const struct rollout_snapshot *snapshot, uint32_t pod)
{
    return pod < snapshot->pods.count ? snapshot->pods.items[pod].name : (struct rollout_str){ "", 0 };
}

static struct rollout_str attr_text(const struct rollout_plan *plan, const struct rollout_action *action, uint32_t key)
{
    for (uint32_t i = 0; i < action->attr_count; i++)
        if (plan->attrs[action->attr_first + i].key == key)
            return plan->texts[plan->attrs[action->attr_first + i].text];
    return (struct rollout_str){ "", 0 };
}

/* The plan has this action on the pod of this name, with the same lifecycle state if it writes one. */
static bool has_action(const struct rollout_plan *plan, const struct rollout_snapshot *snapshot,
                       struct rollout_str name, uint32_t op, struct rollout_str state)
{
    for (size_t i = 0; i < plan->action_count; i++) {
        const struct rollout_action *action = &plan->actions[i];
        if (action->op == op && action->subject_kind == ROLLOUT_SUBJECT_POD &&
            same(name_of(snapshot, action->subject), name) &&
            same(attr_text(plan, action, ROLLOUT_ATTR_STATE), state))
            return true;
    }
    return false;
}

/* There is an action on a pod, or a creation, that the plan before did not have. */
static bool moved(const struct rollout_plan *before, const struct rollout_snapshot *then,
                  const struct rollout_plan *after, const struct rollout_snapshot *now)
{
    int64_t creates = 0;
    for (size_t i = 0; i < after->action_count; i++) {
        const struct rollout_action *action = &after->actions[i];
        if (action->op == ROLLOUT_OP_CREATE)
            creates++;
        if (action->subject_kind == ROLLOUT_SUBJECT_POD &&
            !has_action(before, then, name_of(now, action->subject), action->op,
                        attr_text(after, action, ROLLOUT_ATTR_STATE)))
            return true;
    }
    for (size_t i = 0; i < before->action_count; i++)
        creates -= before->actions[i].op == ROLLOUT_OP_CREATE;
    return creates > 0;
}

/* Pods are created, which is ahead of every other pod in a pass. */
static bool creates(const struct rollout_plan *plan)
{
    for (size_t i = 0; i < plan->action_count; i++)
        if (plan->actions[i].op == ROLLOUT_OP_CREATE)
            return true;
    return false;
}

static const struct rollout_verdict *same_subject(const struct rollout_verdict *v,
                                                  const struct rollout_snapshot *then,
                                                  const struct rollout_plan *after,
                                                  const struct rollout_snapshot *now)
{
    if (v->subject_kind == ROLLOUT_SUBJECT_POD) {
        int i = find_pod(now, name_of(then, v->subject));
        return i < 0 ? NULL : &after->verdicts[i];
    }
    for (size_t i = now->pods.count; i < after->verdict_count; i++)
        if (after->verdicts[i].subject_kind == v->subject_kind && after->verdicts[i].subject == v->subject)
            return &after->verdicts[i];
    return NULL;
}

static bool told_the_truth(const struct rollout_plan *before, const struct rollout_snapshot *then,
                           const struct rollout_verdict *v, const struct rollout_plan *after,
                           const struct rollout_snapshot *now)
{
    const struct rollout_verdict *w = same_subject(v, then, after, now);
    if (!w || w->op || w->reason != v->reason || w->a != v->a || w->b != v->b || w->until_ms != v->until_ms)
        return true;
    struct rollout_str p = name_of(then, v->because), q = name_of(now, w->because);
    return !same(p, q) || !same(text_of(before, v), text_of(after, w)) || moved(before, then, after, now);
}

struct tally {
    size_t tested[600], held, failed;
};

static void complain(const char *id, const struct rollout_plan *plan, const struct rollout_snapshot *snapshot,
                     const struct rollout_verdict *v, const char *what)
{
    char sentence[256];
    struct rollout_str name = v->subject_kind == ROLLOUT_SUBJECT_POD ? name_of(snapshot, v->subject)
                                                                     : (struct rollout_str){ "missing", 7 };
    rollout_verdict_text(plan, snapshot, (size_t)(v - plan->verdicts), sentence, sizeof sentence);
    printf("%s: %.*s: %s (%s): %s\n", id, (int)name.len, name.data, rollout_reason_name(v->reason), sentence, what);
}

static bool test_verdict(const struct played *base, const struct played *next, const struct rollout_verdict *v,
                         const char **ret_what)
{
    const struct rollout_plan *plan = base->plan;
    const struct rollout_snapshot *snapshot = &base->world->snapshot;
    struct copy *copy = copy_make(base->world);
    struct rollout_error error = { .struct_size = sizeof error };
    struct rollout_plan *after = NULL;
    bool truth = true;
    *ret_what = "nothing changes when it is lifted";
    switch (lift(copy, plan, v)) {
    case LIFTED:
        if (rollout_plan(&copy->workload, &copy->snapshot, &after, &error)) {
            *ret_what = "the plan fails when it is lifted";
            truth = false;
            break;
        }
        truth = told_the_truth(plan, snapshot, v, after, &copy->snapshot);
        break;
    case BY_NEXT_PASS:
        truth = told_the_truth(plan, snapshot, v, next->plan, &next->world->snapshot) || creates(next->plan);
        break;
    case NOT_TESTED:
        break;
    default:
        *ret_what = "no reason for a held pod";
        truth = false;
        break;
    }
    rollout_plan_free(after);
    copy_free(copy);
    return truth;
}

static void test_line(const char *id, json_t *snapshot, struct tally *tally)
{
    struct played base, next;
    played_make(snapshot, &base);
    json_t *then = play(snapshot, &base, NULL, 0);
    played_make(then, &next);
    for (size_t i = 0; i < base.plan->verdict_count; i++) {
        const struct rollout_verdict *v = &base.plan->verdicts[i];
        const char *what;
        if (v->op || v->reason / 100 < ROLLOUT_CLASS_WAITING || v->subject_kind == ROLLOUT_SUBJECT_WORKLOAD)
            continue;
        tally->held++;
        tally->tested[v->reason]++;
        if (test_verdict(&base, &next, v, &what))
            continue;
        if (tally->failed++ < 40)
            complain(id, base.plan, &base.world->snapshot, v, what);
    }
    played_free(&next);
    json_decref(then);
    played_free(&base);
}

int main(int argc, char **argv)
{
    struct tally tally = { 0 };
    char *text = NULL;
    size_t size = 0;
    ssize_t len;
    if (argc < 2)
        return 2;
    FILE *lines = lines_open(argv[1]);
    while ((len = getline(&text, &size, lines)) > 0) {
        json_error_t broken;
        json_t *line = json_loadb(text, (size_t)len, 0, &broken);
        if (!line) {
            printf("%s\n", broken.text);
            return 1;
        }
        test_line(json_string_value(json_object_get(line, "id")), json_object_get(line, "snapshot"), &tally);
        json_decref(line);
    }
    free(text);
    lines_close(lines);
    for (uint32_t reason = 0; reason < 600; reason++)
        if (tally.tested[reason] > 0)
            printf("%6zu %s\n", tally.tested[reason], rollout_reason_name(reason));
    printf("%s: %zu held, %zu not true\n", argv[1], tally.held, tally.failed);
    return tally.held == 0 || tally.failed > 0;
}
