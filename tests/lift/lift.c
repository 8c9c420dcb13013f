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

#include "lift.h"
#include "lines.h"
#include "play.h"

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

/* What a subject is found again by where others came or went; a place where that does not happen. */
static bool same_place(uint32_t kind, uint32_t a, const struct rollout_snapshot *then, uint32_t b,
                       const struct rollout_snapshot *now)
{
    if (kind == ROLLOUT_SUBJECT_POD)
        return same(name_of(then, a), name_of(now, b));
    if (kind == ROLLOUT_SUBJECT_REPLICA_SET && a < then->replica_sets.count && b < now->replica_sets.count)
        return same(then->replica_sets.items[a].name, now->replica_sets.items[b].name);
    return a == b;
}

static int64_t attr_value(const struct rollout_plan *plan, const struct rollout_action *action, uint32_t key)
{
    for (uint32_t i = 0; i < action->attr_count; i++)
        if (plan->attrs[action->attr_first + i].key == key)
            return plan->attrs[action->attr_first + i].value;
    return -1;
}

/* The same is written: a lifecycle state, a size, a partition. */
static bool same_write(const struct rollout_plan *p, const struct rollout_action *a, const struct rollout_plan *q,
                       const struct rollout_action *b)
{
    return same(attr_text(p, a, ROLLOUT_ATTR_STATE), attr_text(q, b, ROLLOUT_ATTR_STATE)) &&
           attr_value(p, a, ROLLOUT_ATTR_TO) == attr_value(q, b, ROLLOUT_ATTR_TO) &&
           attr_value(p, a, ROLLOUT_ATTR_REPLICAS) == attr_value(q, b, ROLLOUT_ATTR_REPLICAS) &&
           attr_value(p, a, ROLLOUT_ATTR_PARTITION) == attr_value(q, b, ROLLOUT_ATTR_PARTITION);
}

/* The plan before had this action. */
static bool had_action(const struct rollout_plan *before, const struct rollout_snapshot *then,
                       const struct rollout_plan *after, const struct rollout_snapshot *now,
                       const struct rollout_action *action)
{
    for (size_t i = 0; i < before->action_count; i++) {
        const struct rollout_action *a = &before->actions[i];
        if (a->op == action->op && a->subject_kind == action->subject_kind &&
            same_place(a->subject_kind, a->subject, then, action->subject, now) && same_write(before, a, after, action))
            return true;
    }
    return false;
}

/* An action on what can be held back. */
static bool is_move(const struct rollout_action *action)
{
    return action->subject_kind == ROLLOUT_SUBJECT_POD || action->subject_kind == ROLLOUT_SUBJECT_REPLICA_SET ||
           action->subject_kind == ROLLOUT_SUBJECT_SUBSET;
}

/* Pods that the plan creates; an action without a number creates one. */
static int64_t created(const struct rollout_plan *plan)
{
    int64_t count = 0;
    for (size_t i = 0; i < plan->action_count; i++)
        if (plan->actions[i].op == ROLLOUT_OP_CREATE) {
            int64_t given = attr_value(plan, &plan->actions[i], ROLLOUT_ATTR_COUNT);
            count += given < 0 ? 1 : given;
        }
    return count;
}

/* A subset gets more replicas. */
static bool gains(const struct rollout_plan *before, const struct rollout_plan *after)
{
    for (size_t i = 0; i < before->next_replica_count && i < after->next_replica_count; i++)
        if (after->next_replicas[i] > before->next_replicas[i])
            return true;
    return false;
}

/* There is an action on a pod, a ReplicaSet or a subset, or a creation, that the plan before did not have. */
static bool moved(const struct rollout_plan *before, const struct rollout_snapshot *then,
                  const struct rollout_plan *after, const struct rollout_snapshot *now)
{
    for (size_t i = 0; i < after->action_count; i++)
        if (is_move(&after->actions[i]) && !had_action(before, then, after, now, &after->actions[i]))
            return true;
    return created(after) > created(before) || gains(before, after);
}

/* Of the two verdicts on a subset the one on its number (reasons.md 6). */
static bool is_share(const struct rollout_verdict *v)
{
    return v->subject_kind == ROLLOUT_SUBJECT_SUBSET &&
           (v->reason == ROLLOUT_REASON_SHARES_IMPOSSIBLE || v->reason == ROLLOUT_REASON_SUBSET_UNSCHEDULABLE ||
            v->reason == ROLLOUT_REASON_MAX_REPLICAS_REACHED || v->reason == ROLLOUT_REASON_BELOW_MIN_REPLICAS ||
            v->reason == ROLLOUT_REASON_SHARE_GIVEN);
}

static const struct rollout_verdict *same_subject(const struct rollout_verdict *v, const struct rollout_snapshot *then,
                                                  const struct rollout_plan *after, const struct rollout_snapshot *now)
{
    if (v->subject_kind == ROLLOUT_SUBJECT_POD) {
        int i = find_pod(now, name_of(then, v->subject));
        return i < 0 ? NULL : &after->verdicts[i];
    }
    const struct rollout_verdict *other = NULL;
    for (size_t i = now->pods.count; i < after->verdict_count; i++) {
        const struct rollout_verdict *w = &after->verdicts[i];
        if (w->subject_kind != v->subject_kind || !same_place(v->subject_kind, v->subject, then, w->subject, now))
            continue;
        if (is_share(w) == is_share(v))
            return w;
        other = w;
    }
    return other;
}

/* The subject that causes it has another reason now: what held it was lifted, and something else holds it still. */
static bool cause_changed(const struct rollout_plan *before, const struct rollout_snapshot *then,
                          const struct rollout_verdict *v, const struct rollout_plan *after,
                          const struct rollout_snapshot *now)
{
    uint32_t kind = v->because_kind ? v->because_kind : ROLLOUT_SUBJECT_POD;
    for (size_t i = 0; i < before->verdict_count && v->reason == ROLLOUT_REASON_BEHIND_STOPPED_POD; i++) {
        const struct rollout_verdict *p = &before->verdicts[i];
        if (p->subject_kind != kind || p->subject != v->because)
            continue;
        const struct rollout_verdict *q = same_subject(p, then, after, now);
        return q && (q->reason != p->reason || !same(text_of(before, p), text_of(after, q)));
    }
    return false;
}

/* A number that the user set is used up. */
static bool is_limit(uint32_t reason)
{
    return reason == ROLLOUT_REASON_MAX_UNAVAILABLE_REACHED || reason == ROLLOUT_REASON_UPDATED_PODS_UNAVAILABLE ||
           reason == ROLLOUT_REASON_MAX_SURGE_REACHED || reason == ROLLOUT_REASON_SCALE_MAX_UNAVAILABLE_REACHED ||
           reason == ROLLOUT_REASON_PARALLELISM_REACHED || reason == ROLLOUT_REASON_MAX_REPLICAS_REACHED ||
           reason == ROLLOUT_REASON_BELOW_MIN_REPLICAS || reason == ROLLOUT_REASON_SHARES_IMPOSSIBLE;
}

static bool told_the_truth(const struct rollout_plan *before, const struct rollout_snapshot *then,
                           const struct rollout_verdict *v, const struct rollout_plan *after,
                           const struct rollout_snapshot *now, bool strict)
{
    const struct rollout_verdict *w = same_subject(v, then, after, now);
    if (v->reason == ROLLOUT_REASON_NO_ELIGIBLE_NODE) /* its number is that of the nodes, one of which is new */
        return w && w->reason != v->reason;
    /* That its number is another says nothing: something has to move. Not so of CloneSets and StatefulSets, where that
     * number alone is enough (reasons.md 7): another limit, or an error, may hold the same pods. */
    if (strict && is_limit(v->reason))
        return !w || w->op || w->reason != v->reason || moved(before, then, after, now);
    if (!w || w->op || w->reason != v->reason || w->a != v->a || w->b != v->b || w->until_ms != v->until_ms ||
        w->because_kind != v->because_kind)
        return true;
    uint32_t kind = v->because_kind ? v->because_kind : ROLLOUT_SUBJECT_POD;
    return !same_place(kind, v->because, then, w->because, now) || !same(text_of(before, v), text_of(after, w)) ||
           moved(before, then, after, now) || cause_changed(before, then, v, after, now);
}

struct tally {
    size_t tested[600], held, failed;
};

static void complain(const char *id, const struct rollout_plan *plan, const struct rollout_snapshot *snapshot,
                     const struct rollout_verdict *v, const char *what)
{
    char sentence[256];
    struct rollout_str name =
        v->subject_kind == ROLLOUT_SUBJECT_POD ? name_of(snapshot, v->subject) : (struct rollout_str){ "missing", 7 };
    char number[32];
    if (v->subject_kind == ROLLOUT_SUBJECT_ORDINAL)
        name = (struct rollout_str){ number, (size_t)snprintf(number, sizeof number, "ordinal %u", v->subject) };
    else if (v->subject_kind == ROLLOUT_SUBJECT_NODE)
        name = snapshot->nodes.items[v->subject].name;
    else if (v->subject_kind == ROLLOUT_SUBJECT_REPLICA_SET && v->subject != ROLLOUT_NONE)
        name = snapshot->replica_sets.items[v->subject].name;
    else if (v->subject_kind == ROLLOUT_SUBJECT_SUBSET)
        name = (struct rollout_str){ number, (size_t)snprintf(number, sizeof number, "subset %u", v->subject) };
    rollout_verdict_text(plan, snapshot, (size_t)(v - plan->verdicts), sentence, sizeof sentence);
    printf("%s: %.*s: %s (%s): %s\n", id, (int)name.len, name.data, rollout_reason_name(v->reason), sentence, what);
}

static bool test_verdict(json_t *document, const struct played *base, const struct played *next,
                         const struct rollout_verdict *v, const char **ret_what)
{
    const struct rollout_plan *plan = base->plan;
    const struct rollout_snapshot *snapshot = base->world->snapshot;
    struct copy *copy = copy_make(base->world, document);
    struct rollout_error error = { .struct_size = sizeof error };
    struct rollout_plan *after = NULL;
    struct played edited = { 0 };
    bool truth = true, strict = !base->world->workload->cloneset && !base->world->workload->statefulset;
    *ret_what = "nothing changes when it is lifted";
    switch (lift(copy, plan, v)) {
    case LIFTED:
        if (copy->edited) {
            played_make(copy->edited, &edited);
            truth = told_the_truth(plan, snapshot, v, edited.plan, edited.world->snapshot, strict);
            break;
        }
        if (rollout_plan(&copy->workload, &copy->snapshot, &after, &error)) {
            *ret_what = "the plan fails when it is lifted";
            truth = false;
            break;
        }
        truth = told_the_truth(plan, snapshot, v, after, &copy->snapshot, strict);
        break;
    case BY_NEXT_PASS:
        truth = told_the_truth(plan, snapshot, v, next->plan, next->world->snapshot, strict) ||
                created(next->plan) > 0 /* ahead of every other pod in a pass */;
        break;
    case NOT_TESTED:
        break;
    default:
        *ret_what = "no reason for a held pod";
        truth = false;
        break;
    }
    rollout_plan_free(after);
    played_free(&edited);
    copy_free(copy);
    return truth;
}

static bool repeats_pod_on_node(const struct rollout_plan *plan, const struct rollout_snapshot *snapshot,
                                const struct rollout_verdict *v)
{
    for (size_t i = 0; i < snapshot->pods.count; i++) {
        const struct rollout_pod *pod = &snapshot->pods.items[i];
        if (same(pod->node.len ? pod->node : pod->target_node, snapshot->nodes.items[v->subject].name) &&
            !(pod->flags & ROLLOUT_POD_TERMINATING) && plan->verdicts[i].reason == v->reason)
            return true;
    }
    return false;
}

/* An ordinal or a node that has a pod and should not: what is said of it is the pod's, and tested there. */
static bool repeats_its_pod(const struct rollout_plan *plan, const struct rollout_snapshot *snapshot,
                            const struct rollout_verdict *v)
{
    if (v->subject_kind == ROLLOUT_SUBJECT_NODE)
        return repeats_pod_on_node(plan, snapshot, v);
    if (v->subject_kind != ROLLOUT_SUBJECT_ORDINAL || v->reason == ROLLOUT_REASON_ORDINAL_RESERVED)
        return false;
    for (size_t i = 0; i < snapshot->pods.count; i++) {
        struct rollout_str name = snapshot->pods.items[i].name;
        size_t at = name.len;
        while (at > 0 && name.data[at - 1] >= '0' && name.data[at - 1] <= '9')
            at--;
        char digits[16];
        int len =
            snprintf(digits, sizeof digits, "%.*s", (int)(name.len - at < 15 ? name.len - at : 15), name.data + at);
        if (len > 0 && strtoul(digits, NULL, 10) == v->subject && plan->verdicts[i].reason == v->reason)
            return true;
    }
    return false;
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
        if (!v->op && v->reason / 100 == ROLLOUT_CLASS_ACTED && tally->failed++ < 40)
            complain(id, base.plan, base.world->snapshot, v, "there is no action on it");
        /* A Deployment's pods repeat their ReplicaSet (reasons.md 6), which is tested itself. */
        bool repeats = base.world->workload->deployment ? v->subject_kind == ROLLOUT_SUBJECT_POD
                                                        : repeats_its_pod(base.plan, base.world->snapshot, v);
        /* What is said of the workload alone; all else repeats a subject, or is lifted by nothing. */
        if (v->subject_kind == ROLLOUT_SUBJECT_WORKLOAD && v->reason != ROLLOUT_REASON_NO_ELIGIBLE_NODE)
            continue;
        if (v->op || v->reason / 100 < ROLLOUT_CLASS_WAITING || repeats)
            continue;
        tally->held++;
        tally->tested[v->reason]++;
        if (test_verdict(snapshot, &base, &next, v, &what))
            continue;
        if (tally->failed++ < 40)
            complain(id, base.plan, base.world->snapshot, v, what);
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
