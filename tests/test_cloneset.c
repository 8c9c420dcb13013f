/* SPDX-License-Identifier: Apache-2.0 */
/* rollout_plan() of a CloneSet: where a pass stops (cloneset.md 4.1), and what holds for every plan. */
#include <check.h>
#include <stdio.h>
#include <string.h>

#include "world.h"

/* ---- 4.1, steps and stops ---- */

static void selector_invalid(struct world *w)
{
    w->spec.flags |= ROLLOUT_CLONESET_SELECTOR_INVALID;
}

static void unobserved(struct world *w)
{
    w->snapshot.unobserved_since_ms = WORLD_NOW - 1000;
    world_delete_name(w, "gone");
}

static void unobserved_almost(struct world *w)
{
    w->snapshot.unobserved_since_ms = WORLD_NOW - 5 * 60 * 1000 + 1;
}

static void unobserved_long(struct world *w)
{
    w->snapshot.unobserved_since_ms = WORLD_NOW - 5 * 60 * 1000;
}

static void older(struct world *w, size_t more)
{
    static const char *const names[] = { "web-c", "web-d", "web-e", "web-f", "web-g", "web-h",
                                         "web-i", "web-j", "web-k", "web-l", "web-m" };
    w->snapshot.revisions.count = 2 + more;
    for (size_t i = 0; i < more; i++)
        w->revisions[2 + i] = (struct rollout_revision){ .name = world_str(names[i]), .number = -(int64_t)i };
}

static void four_older(struct world *w)
{
    older(w, 4); /* the last is the oldest */
    w->pods[0].revision = WORLD_STR("e");
}

static void eleven_older(struct world *w)
{
    older(w, 11);
}

static void ten_older(struct world *w)
{
    older(w, 10);
}

static void four_older_unobserved(struct world *w)
{
    four_older(w);
    unobserved(w);
}

static const struct {
    const char *name, *settings, *pods;
    void (*tweak)(struct world *w);
    const char *actions;
    int64_t requeue, next;
    const char *verdict; /* of the workload */
} stops[] = {
    { "step 2: selector", "R3", "n*", selector_invalid, "", 0, 0, "hold SpecInvalid: spec.selector is not usable" },
    { "replicas missing", "", "n*", NULL, "", 0, 0, "hold SpecInvalid: spec.replicas is not usable" },
    { "step 3: unobserved", "R3", "n* n/ n#", unobserved, "", 299, 299000,
      "hold ActionsNotObserved: earlier actions not observed, until 2026-01-01T00:04:59.000Z" },
    { "step 3: just before the timeout", "R3", "n*", unobserved_almost, "", 1, 1,
      "hold ActionsNotObserved: earlier actions not observed, until 2026-01-01T00:00:00.001Z" },
    { "step 3: timed out", "R3", "n*", unobserved_long, "", 0, 0,
      "hold ActionsNotObserved: earlier actions not observed" },
    { "step 3: timed out, gate ForceDelete", "R3 force", "n*", unobserved_long, "", 10, 10000,
      "hold ActionsNotObserved: earlier actions not observed, until 2026-01-01T00:00:10.000Z" },
    { "step 3: gate ForceDelete before the timeout", "R3 force", "n*", unobserved, "", 299, 299000,
      "hold ActionsNotObserved: earlier actions not observed, until 2026-01-01T00:04:59.000Z" },
    { "step 3: no clean-up either", "R1 H0", "n", four_older_unobserved, "", 299, 299000,
      "hold ActionsNotObserved: earlier actions not observed, until 2026-01-01T00:04:59.000Z" },
    { "step 6: release", "R2", "n n/ n", NULL, "release p1", 0, 0,
      "release Bookkeeping: bookkeeping: released, not selected" },
    { "step 6: only active ones", "R1", "n n/! nf/ ns/", NULL, "", 0, 0, "hold Terminating: p1 is still terminating" },
    { "step 6: not while deleting", "R1 deleting", "n n/", NULL, "", 0, 0,
      "hold WorkloadDeleting: workload is being deleted" },
    { "step 10: deleting", "R3 deleting", "n* oP n#", NULL, "", 0, 0,
      "hold WorkloadDeleting: workload is being deleted" },
    { "step 13: history", "R1 U0 H1 cur=upd", "o", four_older,
      "delete-revision web-f; delete-revision web-d; delete-revision web-c", 0, 0, NULL },
    { "step 13: current, update and used ones are not counted", "R1 U0 H2", "o", four_older, "delete-revision web-f", 0,
      0, NULL },
    { "step 13: within the limit", "R1 U0 H3", "o", four_older, "", 0, 0, NULL },
    { "step 13: limit 0", "R1 U0 H0", "o", four_older,
      "delete-revision web-f; delete-revision web-d; delete-revision web-c", 0, 0, NULL },
    { "step 13: 10 by default", "R1", "n", eleven_older, "delete-revision web-m", 0, 0, NULL },
    { "step 13: 10 by default, ten", "R1", "n", ten_older, "", 0, 0, NULL },
    { "step 13: on inactive pods only", "R1 H0", "ns n", four_older,
      "delete-revision web-f; delete-revision web-e; delete-revision web-d; delete-revision web-c", 0, 0, NULL },
    { "step 13: also while deleting", "R1 H3 deleting", "ns n", four_older, "delete-revision web-f", 0, 0, NULL },
};

START_TEST(stop)
{
    struct world w;
    world_make(&w, stops[_i].settings, stops[_i].pods);
    if (stops[_i].tweak)
        stops[_i].tweak(&w);
    w.status.replicas = 77;
    const char *actions = world_actions(&w);
    ck_assert_msg(strcmp(actions, stops[_i].actions) == 0, "4.1 %s: %s", stops[_i].name, actions);
    ck_assert_msg(w.plan->requeue_seconds == stops[_i].requeue, "4.1 %s", stops[_i].name);
    ck_assert_msg((w.plan->next_ms ? w.plan->next_ms - WORLD_NOW : 0) == stops[_i].next, "4.1 %s", stops[_i].name);
    /* 1.1: without replicas the scale phase fails; an unusable selector is no error. */
    bool fails = stops[_i].settings[0] == '\0';
    ck_assert_msg(w.plan->error_reason == (fails ? ROLLOUT_REASON_SPEC_INVALID : 0), "4.1 %s", stops[_i].name);
    ck_assert_uint_eq(w.plan->error_pod, ROLLOUT_NONE);
    if (stops[_i].verdict)
        ck_assert_str_eq(world_verdict(&w, ROLLOUT_SUBJECT_WORKLOAD, 0), stops[_i].verdict);
    /* A pass that stops before its status leaves it as it is. */
    bool stopped = strstr(stops[_i].name, "step 2") || strstr(stops[_i].name, "step 3") || fails;
    ck_assert_uint_eq(w.plan->status_changed, !stopped);
    ck_assert_msg((world_number(&w, "replicas") == 77) == stopped, "4.1 %s", stops[_i].name);
    if (stopped)
        ck_assert_uint_eq(w.plan->dropped_count, 0);
    world_free(&w);
}
END_TEST

/* Step 12: names that are not those of active owned pods. */
START_TEST(dropped_names)
{
    static const char *const names[] = { "p0", "gone", "p1", "p2", "p3", "p0", "p" };
    static const uint32_t dropped[] = { 1, 2, 3, 4, 6 };
    struct world w;
    for (int deleting = 0; deleting < 2; deleting++) {
        world_make(&w, deleting ? "R5 deleting" : "R5", "n n! ns n/ n");
        for (size_t i = 0; i < sizeof names / sizeof *names; i++)
            world_delete_name(&w, names[i]);
        world_actions(&w);
        ck_assert_uint_eq(w.plan->dropped_count, 5);
        ck_assert_mem_eq(w.plan->dropped_pods_to_delete, dropped, sizeof dropped);
        world_free(&w);
    }
}
END_TEST

/* ---- every plan, over seeded random worlds ---- */

static uint32_t seed;

static uint32_t random_below(uint32_t n)
{
    seed = seed * 1664525u + 1013904223u;
    return (uint32_t)(((uint64_t)(seed >> 8) * n) >> 24);
}

#define PICK(list) list[random_below(sizeof list / sizeof *list)]

struct random_world {
    char settings[128], pods[256];
};

static void random_world(struct random_world *ret)
{
    static const char *const partitions[] = { "", " P0", " P1", " P2", " P50%", " P99%", " P100%" };
    static const char *const unavailable[] = { "", " U0", " U1", " U2", " U30%", " U5" };
    static const char *const surge[] = { "", " S0", " S1", " S2", " S30%" };
    static const char *const more[] = { "",          "",          "",      " rb",    " pu",      " rb pu",
                                        " excl",     " paused",   " M1",   " M2",    " cur=upd", " m60",
                                        " m60 excl", " ondelete", " bare", " reuse", " d600 m60" };
    static const char *const policy[] = { "", " inplace", " only", " inplace cannot", " inplace g10" };
    static const char *const pod[] = { "n",   "o",  "n",   "o",  "o",  "x",  "n-",  "o-", "n*",  "o*",  "o-*", "nP",
                                       "oP~", "oQ", "oQh", "nU", "nu", "nV", "nVh", "nD", "oDh", "nD*", "n!",  "nf",
                                       "ny",  "oy", "oy*", "og", "nX", "o#", "n/",  "oh", "oh*", "np" };
    snprintf(ret->settings, sizeof ret->settings, "R%u%s%s%s%s%s", random_below(7), PICK(partitions), PICK(unavailable),
             PICK(surge), PICK(more), PICK(policy));
    ret->pods[0] = '\0';
    for (uint32_t left = random_below(11); left > 0; left--) {
        size_t len = strlen(ret->pods);
        snprintf(ret->pods + len, sizeof ret->pods - len, "%s ", PICK(pod));
    }
}

static void random_hooks(struct world *w)
{
    uint32_t hooks = random_below(16);
    w->spec.lifecycle.set = hooks > 0;
    if (hooks & 1)
        w->spec.lifecycle.pre_delete = world_hook(random_below(2));
    if (hooks & 2)
        w->spec.lifecycle.in_place_update = world_hook(random_below(2));
    if (hooks & 4)
        w->spec.lifecycle.pre_normal = world_hook(false);
}

static int64_t limit_of(const struct rollout_plan *plan, const char *field)
{
    for (size_t i = 0; i < plan->limit_count; i++)
        if (plan->limits[i].field.len == strlen(field) && memcmp(plan->limits[i].field.data, field, strlen(field)) == 0)
            return plan->limits[i].count;
    return 0;
}

static bool available(const struct world *w, const struct rollout_pod *pod)
{
    int64_t age = WORLD_NOW - pod->ready_since_ms;
    return (pod->lifecycle_state == ROLLOUT_STATE_NONE || pod->lifecycle_state == ROLLOUT_STATE_NORMAL) &&
           pod->phase == ROLLOUT_PHASE_RUNNING && (pod->flags & ROLLOUT_POD_READY) &&
           age > (int64_t)w->spec.min_ready_seconds * 1000;
}

static bool counts(const struct rollout_pod *pod)
{
    return pod->phase != ROLLOUT_PHASE_FAILED && pod->phase != ROLLOUT_PHASE_SUCCEEDED &&
           !(pod->flags & (ROLLOUT_POD_TERMINATING | ROLLOUT_POD_NOT_SELECTED));
}

static void same_plan(const struct rollout_plan *a, const struct rollout_plan *b)
{
#define SAME(array, count)                                                                                             \
    ck_assert_uint_eq(a->count, b->count);                                                                             \
    if (a->count > 0)                                                                                                  \
    ck_assert_mem_eq(a->array, b->array, a->count * sizeof *a->array)
    SAME(actions, action_count);
    SAME(attrs, attr_count);
    SAME(verdicts, verdict_count);
    SAME(dropped_pods_to_delete, dropped_count);
    ck_assert_uint_eq(a->text_count, b->text_count);
    for (size_t i = 0; i < a->text_count; i++) {
        ck_assert_uint_eq(a->texts[i].len, b->texts[i].len);
        if (a->texts[i].len > 0)
            ck_assert_mem_eq(a->texts[i].data, b->texts[i].data, a->texts[i].len);
    }
    char mine[2048], other[2048];
    size_t len;
    ck_assert_int_eq(rollout_tree_text(&a->status, mine, sizeof mine, &len, NULL), ROLLOUT_OK);
    ck_assert_int_eq(rollout_tree_text(&b->status, other, sizeof other, &len, NULL), ROLLOUT_OK);
    ck_assert_str_eq(mine, other);
    ck_assert(a->status_changed == b->status_changed && a->next_ms == b->next_ms &&
              a->requeue_seconds == b->requeue_seconds && a->error_reason == b->error_reason &&
              a->error_pod == b->error_pod && a->limit_count == b->limit_count);
}

/* Every pod has its verdict, in order; one with an action names the first, one without has another class. */
static void check_verdicts(const struct world *w, const char *what)
{
    const struct rollout_plan *plan = w->plan;
    bool seen[WORLD_PODS] = { false };
    for (size_t i = 0; i < plan->action_count; i++) {
        const struct rollout_action *action = &plan->actions[i];
        ck_assert_msg(action->reason / 100 == ROLLOUT_CLASS_ACTED, "%s", what);
        if (action->subject_kind != ROLLOUT_SUBJECT_POD || seen[action->subject])
            continue;
        seen[action->subject] = true;
        ck_assert_msg(plan->verdicts[action->subject].first_action == i, "%s", what);
        ck_assert_msg(plan->verdicts[action->subject].op == action->op, "%s", what);
    }
    for (size_t i = 0; i < plan->verdict_count; i++) {
        const struct rollout_verdict *v = &plan->verdicts[i];
        char text[256];
        ck_assert_msg(rollout_verdict_text(plan, &w->snapshot, i, text, sizeof text) > 0, "%s", what);
        ck_assert_msg(!strpbrk(text, "{}[]") || v->reason == ROLLOUT_REASON_SPEC_INVALID, "%s: %s", what, text);
        ck_assert_msg((v->op != 0) == (v->first_action != ROLLOUT_NONE), "%s", what);
        ck_assert_msg((v->op != 0) == (v->reason / 100 == ROLLOUT_CLASS_ACTED), "%s: %s", what, text);
        ck_assert_msg(v->op == 0 || v->wants == 0, "%s", what);
        if (i < w->snapshot.pods.count)
            ck_assert_msg(v->subject_kind == ROLLOUT_SUBJECT_POD && v->subject == i && (v->op != 0) == seen[i], "%s",
                          what);
    }
    ck_assert_msg(plan->verdicts[plan->verdict_count - 1].subject_kind == ROLLOUT_SUBJECT_WORKLOAD, "%s", what);
}

/* Counts what the plan does to available pods, and what it creates. */
static void check_budget(const struct world *w, const char *what)
{
    const struct rollout_plan *plan = w->plan;
    int64_t pods = 0, serving = 0, missed = 0, unavailable = 0, touched = 0, created = 0;
    for (size_t i = 0; i < w->snapshot.pods.count; i++) {
        const struct rollout_pod *pod = &w->pods[i];
        if (!counts(pod))
            continue;
        bool leaving = pod->lifecycle_state == ROLLOUT_STATE_PREPARING_DELETE;
        bool specified = pod->flags & ROLLOUT_POD_SPECIFIED_DELETE;
        pods += !(leaving && (w->spec.flags & ROLLOUT_CLONESET_EXCLUDE_PREPARING_DELETE));
        serving += available(w, pod);
        /* 2.3: a specified pod is never in TU, even when it is not available. */
        missed += specified && !leaving && !available(w, pod);
        unavailable += leaving || (!specified && !available(w, pod));
    }
    bool hit[WORLD_PODS] = { false };
    for (size_t i = 0; i < plan->action_count; i++) {
        const struct rollout_action *action = &plan->actions[i];
        if (action->op == ROLLOUT_OP_CREATE)
            created += plan->attrs[action->attr_first + 1].value;
        bool disrupts = action->op == ROLLOUT_OP_DELETE || action->op == ROLLOUT_OP_RECREATE ||
                        action->op == ROLLOUT_OP_UPDATE_IN_PLACE || action->op == ROLLOUT_OP_SET_LIFECYCLE;
        if (!disrupts || hit[action->subject] || !available(w, &w->pods[action->subject]))
            continue;
        hit[action->subject] = true; /* an available pod is Normal: every step leads away from it */
        touched++;
    }
    int64_t surge = limit_of(plan, "maxSurge");
    ck_assert_msg(created == 0 || pods + created <= w->spec.replicas.value + surge, "%s: creates %d", what,
                  (int)created);
    if (w->spec.scale_max_unavailable.kind != ROLLOUT_INTSTR_UNSET)
        ck_assert_msg(created == 0 || created + unavailable <= limit_of(plan, "scaleStrategy.maxUnavailable"), "%s",
                      what);
    ck_assert_msg(touched == 0 ||
                      serving - touched >= w->spec.replicas.value - limit_of(plan, "maxUnavailable") - missed,
                  "%s: %d of %d", what, (int)touched, (int)serving);
}

#define WORLDS 6000

START_TEST(random_worlds)
{
    struct random_world random;
    seed = 20260101;
    int with_actions = 0, with_budget = 0;
    for (int i = 0; i < WORLDS; i++) {
        struct world w;
        char what[512];
        random_world(&random);
        world_make(&w, random.settings, random.pods);
        random_hooks(&w);
        snprintf(what, sizeof what, "%d: %s | %s", i, random.settings, random.pods);
        world_actions(&w);
        check_verdicts(&w, what);
        check_budget(&w, what);
        with_actions += w.plan->action_count > 0;
        for (size_t k = 0; k < w.plan->verdict_count; k++)
            if (w.plan->verdicts[k].reason == ROLLOUT_REASON_MAX_UNAVAILABLE_REACHED) {
                with_budget++;
                break;
            }
        struct rollout_plan *again = w.plan;
        w.plan = NULL;
        world_actions(&w);
        same_plan(again, w.plan);
        rollout_plan_free(again);
        world_free(&w);
    }
    /* The worlds are worth it. */
    ck_assert_int_gt(with_actions, WORLDS / 3);
    ck_assert_int_gt(with_budget, WORLDS / 20);
}
END_TEST

/* Pods get a node, their containers take the update, and they become ready. */
static void kubelet(struct world *w)
{
    for (size_t i = 0; i < w->snapshot.pods.count; i++) {
        struct rollout_pod *pod = &w->pods[i];
        pod->node = WORLD_STR("node");
        pod->phase = ROLLOUT_PHASE_RUNNING;
        pod->flags |= ROLLOUT_POD_READY;
        w->in_place[i].flags |= ROLLOUT_IN_PLACE_CONTAINERS_DONE;
    }
    w->snapshot.now_ms += 10000;
}

/* A release comes to its end: replicas pods, as many updated as partition lets, nothing left to do. */
START_TEST(converges)
{
    static const char *const unavailable[] = { "U1", "U2", "U30%" }, *const surge[] = { "", " S1", " S2" },
                             *const policy[] = { "", " inplace", " inplace g15", " inplace cannot" },
                             *const flags[] = { "", " excl", " m5", " rb" }, *const pod[] = { "o",  "n",  "o-",
                                                                                              "o*", "og", "nD" };
    seed = 7;
    for (int i = 0; i < 300; i++) {
        char settings[64], pods[64] = "", what[160];
        int replicas = (int)random_below(6) + 1, partition = (int)random_below((uint32_t)replicas + 1), passes = 0;
        snprintf(settings, sizeof settings, "R%d P%d %s%s%s%s", replicas, partition, PICK(unavailable), PICK(surge),
                 PICK(policy), PICK(flags));
        for (uint32_t left = random_below(8); left > 0; left--) {
            size_t len = strlen(pods);
            snprintf(pods + len, sizeof pods - len, "%s ", PICK(pod));
        }
        snprintf(what, sizeof what, "%d: %s | %s", i, settings, pods);
        struct world w;
        world_make(&w, settings, pods);
        for (int quiet = 0; quiet < 4; passes++) {
            quiet = *world_actions(&w) ? 0 : quiet + 1;
            ck_assert_msg(passes < 200, "%s", what);
            world_apply(&w);
            kubelet(&w);
        }
        int64_t wanted = replicas - partition;
        ck_assert_msg(world_number(&w, "replicas") == replicas, "%s: %s", what, world_status(&w));
        ck_assert_msg(world_number(&w, "availableReplicas") == replicas, "%s: %s", what, world_status(&w));
        ck_assert_msg(world_number(&w, "updatedReplicas") >= wanted, "%s: %s", what, world_status(&w));
        world_free(&w);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("cloneset");
    TCase *tcase = tcase_create("cloneset");
    tcase_add_loop_test(tcase, stop, 0, sizeof stops / sizeof *stops);
    tcase_add_test(tcase, dropped_names);
    tcase_add_test(tcase, random_worlds);
    tcase_add_test(tcase, converges);
    tcase_set_timeout(tcase, 60);
    suite_add_tcase(suite, tcase);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}
