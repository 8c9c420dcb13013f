/* SPDX-License-Identifier: Apache-2.0 */
/* The update phase of a CloneSet through rollout_plan(): cloneset.md 4.3, 6.1 to 6.5. */
#include <check.h>
#include <stdio.h>
#include <string.h>

#include "world.h"

/* ---- tweaks ---- */

static void in_place_hook(struct world *w)
{
    w->spec.lifecycle.set = 1;
    w->spec.lifecycle.in_place_update = world_hook(false);
}

static void pre_delete(struct world *w)
{
    w->spec.lifecycle.set = 1;
    w->spec.lifecycle.pre_delete = world_hook(false);
}

#define STATE ROLLOUT_IN_PLACE_STATE
#define GRACE (ROLLOUT_IN_PLACE_GRACE_KEY | ROLLOUT_IN_PLACE_GRACE)

static void in_grace(struct world *w)
{
    world_in_place(w, 0, STATE | GRACE)->grace_end_ms = WORLD_NOW + 1000;
}

static void in_grace_hook(struct world *w)
{
    in_place_hook(w);
    in_grace(w);
}

static void grace_over(struct world *w)
{
    size_t last = w->snapshot.pods.count - 1;
    world_in_place(w, (int)last, STATE | GRACE)->grace_end_ms = WORLD_NOW;
}

static void grace_empty(struct world *w)
{
    world_in_place(w, 0, STATE | ROLLOUT_IN_PLACE_GRACE_KEY);
}

#define DONE ROLLOUT_IN_PLACE_CONTAINERS_DONE
#define NEXT ROLLOUT_IN_PLACE_NEXT

static void next_batch(struct world *w)
{
    world_in_place(w, 0, STATE | DONE | NEXT | ROLLOUT_IN_PLACE_NEXT_APPLIES | ROLLOUT_IN_PLACE_NEXT_READY);
}

static void condition_false(struct world *w)
{
    w->pods[0].flags |= ROLLOUT_POD_IN_PLACE_CONDITION;
}

static void resources_only(struct world *w)
{
    w->verdicts[0].flags = ROLLOUT_CHANGES_RESOURCES | ROLLOUT_CHANGES_METADATA;
}

static void resources_and_env(struct world *w)
{
    w->verdicts[0].flags = ROLLOUT_CHANGES_RESOURCES | ROLLOUT_CHANGES_ENV;
}

static void metadata_only(struct world *w)
{
    w->verdicts[0].flags = ROLLOUT_CHANGES_METADATA;
}

static void short_labels(struct world *w)
{
    w->pods[0].revision = WORLD_STR("a");
    w->pods[1].revision = WORLD_STR("b");
}

static const struct world_case phase[] = {
    /* 4.3 */
    { "4.3 step 1: also when paused", "R1 paused", "nP", "set-lifecycle p0 Normal", NULL },
    { "4.3 step 1: also with OnDelete", "R1 ondelete", "nP", "set-lifecycle p0 Normal", NULL },
    { "4.3 step 1: missing hash", "R1", "n#", "label-template-hash p0", NULL },
    { "4.3 step 1: state and hash", "R1", "nP#", "set-lifecycle p0 Normal; label-template-hash p0", NULL },
    { "4.3 step 1: every pod, whatever its revision", "R3 U3", "nP o# xP",
      "set-lifecycle p0 Normal; label-template-hash p1; set-lifecycle p2 Normal", NULL },
    { "4.3 step 2: a state", "R2 U2", "o nP", "set-lifecycle p1 Normal", NULL },
    { "4.3 step 2: a hash", "R2 U2", "o o#", "label-template-hash p1", NULL },
    { "4.3 step 2: not the condition", "R2 U1", "o ng", "set-ready p1; recreate p0", NULL },
    { "4.3 step 2: not the end of grace", "R2 U2", "o nU", "end-grace p1 web-b apply; recreate p0", grace_over },
    { "4.3 step 2: not the next batch", "R2 U2", "nU o", "next-batch p0; recreate p1", next_batch },
    { "4.3 step 3", "R5 ondelete", "5o", "", NULL },
    { "4.3 step 3, with the block", "R5 ondelete+ U5 inplace", "5o", "", NULL },
    { "4.3 step 4", "R5 U5 paused", "5o", "", NULL },
    { "4.3 step 5", "R5 U5 P5", "5o", "", NULL },
    { "4.3: not reached where the scale phase acted", "R3 U2", "o oP", "create web-b x1 new:1", NULL },
    { "4.3: reached where it only met limits", "R3 U2 M0", "o oP", "set-lifecycle p1 Normal", NULL },

    /* 6.1 */
    { "6.1: PreparingDelete", "R2 U9 inplace", "oDh* o", "update-in-place p1 web-b mark:0", pre_delete },
    { "6.1: Updated", "R1 U1 inplace", "oV", "set-lifecycle p0 PreparingUpdate hook:1", in_place_hook },
    { "6.1: Updated, in grace", "R1 U1 inplace", "oV", "set-lifecycle p0 PreparingUpdate hook:1", in_grace_hook },
    { "6.1: Normal, in grace", "R1 U1 inplace", "o", "", in_grace },
    { "6.1: Updating, in grace", "R1 U1 inplace", "oU", "", in_grace },
    { "6.1: grace annotation empty", "R1 U1 inplace", "oU", "update-in-place p0 web-b mark:0", grace_empty },
    { "6.1: unknown text, recreated", "R1 U1", "oX", "recreate p0", NULL },
    { "6.1, K6: specified ones are candidates", "R2 U1 m60 inplace", "o*y oy", "update-in-place p0 web-b mark:0",
      NULL },
    { "6.1: any earlier revision", "R2 U2", "o x", "recreate p0; recreate p1", NULL },
    { "6.1: short and long labels mix", "R2 U2", "o n", "recreate p0", short_labels },
    { "6.1, K22: rollback goes to the current revision", "R3 P2 U2 rb inplace", "3n",
      "update-in-place p0 web-a mark:0; update-in-place p1 web-a mark:0", NULL },
    { "6.1, K22: without the gate nothing moves back", "R3 P2 U2 inplace", "3n", "", NULL },

    /* 6.5 */
    { "6.5: policy ReCreate", "R1 U1", "o", "recreate p0", NULL },
    { "6.5: in place", "R1 U1 inplace", "o", "update-in-place p0 web-b mark:0", NULL },
    { "6.5: only, in place", "R1 U1 only", "o", "update-in-place p0 web-b mark:0", NULL },
    { "6.5: no block", "R5 bare inplace", "5o", "recreate p0", NULL },
    { "6.5: not possible", "R1 U1 inplace cannot", "o", "recreate p0", NULL },
    { "6.5: revision not found", "R1 U1 inplace", "x", "recreate p0", NULL },
    { "6.5: marked already, no-op", "R2 U1 m60", "o*y oy", "", NULL },
    { "6.5: only, not possible: the loop ends", "R3 U3 only cannot", "3o", "", NULL },
    { "6.5: only, revision not found", "R1 U1 only", "x", "", NULL },
    { "6.5: only: those before the bad one are reached", "R3 U3 only", "o x o", "update-in-place p0 web-b mark:0",
      NULL },
    { "6.5: unknown state: the loop ends", "R2 U2 inplace", "oX oX", "", NULL },
    { "6.5: unknown state is last in line", "R2 U2 inplace", "o- oX", "update-in-place p0 web-b mark:0", NULL },
    { "6.5: grace", "R1 U1 inplace g30", "o", "update-in-place p0 web-b mark:0 grace:30", NULL },
    { "6.5: gate in the pod", "R1 U1 inplace", "og", "set-ready p0; update-in-place p0 web-b mark:1", NULL },
    { "6.5: resources only, gate off", "R1 U1 inplace", "og", "set-ready p0; update-in-place p0 web-b mark:1",
      resources_only },
    { "6.5: resources only, gate on, no restart", "R1 U1 inplace vs", "og",
      "set-ready p0; update-in-place p0 web-b mark:0", resources_only },
    { "6.5: resources and more", "R1 U1 inplace vs", "og", "set-ready p0; update-in-place p0 web-b mark:1",
      resources_and_env },
    { "6.5: metadata only", "R1 U1 inplace vs", "og", "set-ready p0; update-in-place p0 web-b mark:1", metadata_only },
    { "6.5: InPlaceUpdateReady is not asked of the gateless", "R1 U1 inplace", "o", "update-in-place p0 web-b mark:0",
      condition_false },
};

START_TEST(update_phase)
{
    const char *wrong = world_case_wrong(&phase[_i]);
    ck_assert_msg(!wrong, "%s", wrong);
}
END_TEST

/* The only outdated pod is in its grace period, so that there are no candidates, and more updated pods are
 * unavailable than may be: nobody is taken, although there is something to update. */
START_TEST(nobody_to_update)
{
    static const char *const settings[] = { "R3 U1 inplace", "R3 U1 only", "R3 U1" };
    struct world w;
    world_make(&w, settings[_i], "o 2n-");
    in_grace(&w);
    ck_assert_str_eq(world_actions(&w), "");
    ck_assert_uint_eq(w.plan->error_reason, 0);
    ck_assert_str_eq(world_pod_verdict(&w, 0),
                     "hold/end-grace GracePeriod: grace period until 2026-01-01T00:00:01.000Z");
    ck_assert_str_eq(world_pod_verdict(&w, 1), "hold NotReady: at the target, not ready: condition Ready");
    ck_assert_str_eq(world_pod_verdict(&w, 2), "hold NotReady: at the target, not ready: condition Ready");
    world_free(&w);
}
END_TEST

/* ---- 6.2, the order in which everything is updated at once ---- */

static const char *order_of(struct world *w)
{
    static char text[256];
    world_actions(w);
    size_t len = 0;
    text[0] = '\0';
    for (size_t i = 0; i < w->plan->action_count; i++)
        if (w->plan->actions[i].op == ROLLOUT_OP_RECREATE)
            len += (size_t)snprintf(text + len, sizeof text - len, "%s%u", len ? " " : "", w->plan->actions[i].subject);
    return text;
}

static void weights(struct world *w)
{
    static const struct rollout_label foo = { { "foo", 3 }, { "1", 1 } }, hello = { { "hello", 5 }, { "1", 1 } };
    static const struct rollout_weight_term terms[] = {
        { .selector = { .match_labels = { &foo, 1, sizeof foo } }, .weight = 100 },
        { .selector = { .match_labels = { &hello, 1, sizeof hello } }, .weight = 90 },
    };
    w->spec.order.priority.weights = terms;
    w->spec.order.priority.weight_count = 2;
    world_label(w, 0, "hello", "1");
    world_label(w, 2, "foo", "1");
}

static void ordered_keys(struct world *w)
{
    static const struct rollout_str keys[] = { { "key1", 4 }, { "key2", 4 } };
    w->spec.order.priority.ordered_keys = (struct rollout_strs)WORLD_LIST(keys);
    world_label(w, 0, "key2", "o-10");
    world_label(w, 1, "key1", "o-5");
    world_label(w, 2, "key1", "o-10");
    world_label(w, 3, "key2", "o-11");
    world_label(w, 3, "key1", "o-6"); /* the first listed key counts */
}

static void scatter_by(struct world *w, const char *matched)
{
    static const struct rollout_label terms[] = { { { "t", 1 }, { "x", 1 } } };
    w->spec.order.scatter = (struct rollout_labels)WORLD_LIST(terms);
    for (int i = 0; matched[i]; i++)
        if (matched[i] == 'x')
            world_label(w, i, "t", "x");
}

static void scatter_1(struct world *w)
{
    scatter_by(w, "ooooxx");
}

static void scatter_2(struct world *w)
{
    scatter_by(w, "oooxxx");
}

static void scatter_3(struct world *w)
{
    scatter_by(w, "ooooooxxx");
}

static void scatter_4(struct world *w)
{
    scatter_by(w, "ooxxxx");
}

static void scatter_5(struct world *w)
{
    scatter_by(w, "xxooooooox");
}

static void scatter_6(struct world *w)
{
    static const struct rollout_label terms[] = { { { "t", 1 }, { "A", 1 } }, { { "t", 1 }, { "B", 1 } } };
    w->spec.order.scatter = (struct rollout_labels)WORLD_LIST(terms);
    static const char *const values[] = { "B", "B", NULL, NULL, "A", "A" };
    for (int i = 0; i < 6; i++)
        if (values[i])
            world_label(w, i, "t", values[i]);
}

static void scatter_empty(struct world *w)
{
    static const struct rollout_label terms[] = { { { "t", 1 }, { "", 0 } } };
    w->spec.order.scatter = (struct rollout_labels)WORLD_LIST(terms);
    for (int i = 0; i < 4; i++)
        world_label(w, i, "t", "x"); /* p4 and p5 lack it */
}

static void sidecars(struct world *w)
{
    w->pods[1].sidecar_restarts = 1;
    w->pods[2].restarts = 1;
}

static void ready_times(struct world *w)
{
    w->pods[1].ready_since_ms += 5;
    w->pods[2].ready_since_ms = 0;
}

static const struct world_case orders[] = {
    { "[T] 0 Pending and Ready, 1 Pending, 2 Running and Ready, 3 Running", "R4 U4", "op op- o o-", "1 0 3 2", NULL },
    { "unscheduled before pending", "R2 U2", "op- o~", "1 0", NULL },
    { "ready last first, no time before that", "R3 U3", "3o", "2 1 0", ready_times },
    { "restarts before those of sidecars", "R3 U3", "3o", "2 1 0", sidecars },
    { "availability does not matter", "R2 U2 m60", "o o_", "0 1", NULL },
    { "[T] weights", "R4 U4", "4o", "2 0 1 3", weights },
    { "[T] keys: level, then number; K18: none of them first", "R5 U5", "5o", "4 2 3 1 0", ordered_keys },
    { "[T] oooo xx", "R6 U6", "6o", "4 0 1 2 3 5", scatter_1 },
    { "[T] ooo xxx", "R6 U6", "6o", "3 0 1 4 2 5", scatter_2 },
    { "[T] 6o 3x", "R9 U9", "9o", "6 0 1 2 7 3 4 5 8", scatter_3 },
    { "[T] oo xxxx", "R6 U6", "6o", "2 3 0 4 1 5", scatter_4 },
    { "[T] candidates 0 to 6 of xxooooooox", "R10 U10", "7o 3n", "2 0 3 4 5 6 1", scatter_5 },
    { "[T] terms A, B over B B - - A A", "R6 U6", "6o", "0 4 2 3 5 1", scatter_6 },
    { "K19: a term with an empty value matches those that lack the label", "R6 U6", "6o", "4 0 1 2 3 5",
      scatter_empty },
    { "PreparingUpdate to the front, stable", "R5 U5", "o oQ o oQ o-", "1 3 4 0 2", NULL },
};

START_TEST(update_order)
{
    struct world w;
    world_make(&w, orders[_i].settings, orders[_i].pods);
    if (orders[_i].tweak)
        orders[_i].tweak(&w);
    const char *order = order_of(&w);
    ck_assert_msg(strcmp(order, orders[_i].actions) == 0, "6.2 %s: %s", orders[_i].name, order);
    world_free(&w);
}
END_TEST

/* ---- 6.3 TestCalculateUpdateCount: candidates in list order, which a priority sees to ---- */

static const struct {
    const char *settings, *pods;
    size_t acts;
} counts[] = {
    { "R3 P0 U20%", "o o o", 1 },       { "R3 P0 U20%", "o o- o", 0 },    { "R3 P0 U20%", "o- o o", 1 },
    { "R10 P0 U20%", "o- 7o o- n", 1 }, { "R3 P2 U3", "o- o n", 0 },      { "R8 P2 U3", "7o n", 3 },
    { "R5 P0 U2", "5o-", 2 },           { "R5 P0 U2", "3o- 2n-", 0 },     { "R5 P0 U2", "3o- n n-", 1 },
    { "R5 P0 U2 S1", "5o- n-", 2 },     { "R5 P0 U2 S1", "4o- n n-", 2 }, { "R5 P0 U2 S1", "3o- n- n n-", 1 },
    { "R5 P0 U2 S1", "3o- 3n-", 0 },    { "R8 P7 U3 rb", "3o 5n-", 3 },   { "R4 P0 U2 S1", "2o 3n", 1 },
    { "R4 P0 U2 S2", "4o 2n", 2 }, /* with surge 1 the scale phase would act first */
};

START_TEST(update_count)
{
    static const struct rollout_str keys[] = { { "place", 5 } };
    static const char *const numbers[] = { "20", "19", "18", "17", "16", "15", "14", "13", "12", "11" };
    struct world w;
    world_make(&w, counts[_i].settings, counts[_i].pods);
    w.spec.order.priority.ordered_keys = (struct rollout_strs)WORLD_LIST(keys);
    for (int i = 0; i < (int)w.snapshot.pods.count; i++)
        world_label(&w, i, "place", numbers[i]);
    const char *actions = world_actions(&w);
    ck_assert_msg(w.plan->action_count == counts[_i].acts, "6.3 %s: %s", counts[_i].pods, actions);
    for (size_t i = 0; i < w.plan->action_count; i++)
        ck_assert_uint_eq(w.plan->actions[i].op, ROLLOUT_OP_RECREATE);
    world_free(&w);
}
END_TEST

/* ---- 6.5: revisions that are compared, where the caller brings no verdict ---- */

#define TEMPLATE(container, more)                                                                                      \
    "{\"spec\":{\"template\":{\"spec\":{\"containers\":[{\"name\":\"main\"," container "}]" more "}}}}"
#define OLD TEMPLATE("\"image\":\"app:1\",\"resources\":{\"limits\":{\"cpu\":\"1\"}}", "")

static const struct {
    const char *name, *settings, *now, *claims, *actions, *verdict;
    bool gate;
} compared[] = {
    { "image", "R1 U1 inplace", TEMPLATE("\"image\":\"app:2\",\"resources\":{\"limits\":{\"cpu\":\"1\"}}", ""), "1",
      "update-in-place p0 web-b mark:0", "update-in-place UpdateInPlace: in place, number 1 of 1 now", false },
    { "an empty patch", "R1 U1 inplace", OLD, "1", "update-in-place p0 web-b mark:0",
      "update-in-place UpdateInPlace: in place, number 1 of 1 now", false },
    { "anything else", "R1 U1 inplace",
      TEMPLATE("\"image\":\"app:1\",\"resources\":{\"limits\":{\"cpu\":\"1\"}}", ",\"hostNetwork\":true"), "1",
      "recreate p0", "recreate RecreateNotInPlace: recreate, not possible in place: /spec/hostNetwork", false },
    { "resources, gate off", "R1 U1 inplace",
      TEMPLATE("\"image\":\"app:1\",\"resources\":{\"limits\":{\"cpu\":\"2\"}}", ""), "1", "recreate p0",
      "recreate RecreateNotInPlace: recreate, not possible in place: /spec/containers/0/resources/limits/cpu", false },
    { "resources, gate on", "R1 U1 inplace vs",
      TEMPLATE("\"image\":\"app:1\",\"resources\":{\"limits\":{\"cpu\":\"2\"}}", ""), "1",
      "update-in-place p0 web-b mark:0", "update-in-place UpdateInPlace: in place, number 1 of 1 now", false },
    { "claims, gate off", "R1 U1 inplace", OLD, "2", "update-in-place p0 web-b mark:0",
      "update-in-place UpdateInPlace: in place, number 1 of 1 now", false },
    { "claims, gate on", "R1 U1 inplace", OLD, "2", "recreate p0",
      "recreate RecreateNotInPlace: recreate, not possible in place: volumeClaimTemplates", true },
    { "claims, gate on, one has no hash", "R1 U1 inplace", OLD, NULL, "update-in-place p0 web-b mark:0",
      "update-in-place UpdateInPlace: in place, number 1 of 1 now", true },
    { "claims, gate on, InPlaceOnly ignores it", "R1 U1 only", OLD, "2", "update-in-place p0 web-b mark:0",
      "update-in-place UpdateInPlace: in place, number 1 of 1 now", true },
};

START_TEST(comparison)
{
    struct world w;
    struct rollout_json *old = NULL, *now = NULL;
    ck_assert_int_eq(rollout_json_parse(OLD, strlen(OLD), &old, NULL), ROLLOUT_OK);
    ck_assert_int_eq(rollout_json_parse(compared[_i].now, strlen(compared[_i].now), &now, NULL), ROLLOUT_OK);
    world_make(&w, compared[_i].settings, "o");
    w.snapshot.in_place_verdicts.count = 0;
    w.revisions[0].data = *rollout_json_tree(old);
    w.revisions[1].data = *rollout_json_tree(now);
    w.revisions[0].claims_hash = WORLD_STR("1");
    if (compared[_i].claims)
        w.revisions[1].claims_hash = world_str(compared[_i].claims);
    if (compared[_i].gate)
        world_gate(&w, ROLLOUT_GATE_RECREATE_POD_WHEN_CHANGE_VCT, 1);
    ck_assert_str_eq(world_actions(&w), compared[_i].actions);
    ck_assert_str_eq(world_pod_verdict(&w, 0), compared[_i].verdict);
    world_free(&w);
    rollout_json_free(old);
    rollout_json_free(now);
}
END_TEST

/* A resize that restarts a container takes the pod out of service (inplace.md 8.1). */
START_TEST(resize_restarts)
{
    static const char now[] = TEMPLATE("\"image\":\"app:1\",\"resources\":{\"limits\":{\"cpu\":\"2\"}}", "");
    static const char containers[] =
        "[{\"name\":\"main\",\"resizePolicy\":[{\"resourceName\":\"cpu\",\"restartPolicy\":\"RestartContainer\"}]}]";
    struct rollout_json *trees[3];
    ck_assert_int_eq(rollout_json_parse(OLD, strlen(OLD), &trees[0], NULL), ROLLOUT_OK);
    ck_assert_int_eq(rollout_json_parse(now, strlen(now), &trees[1], NULL), ROLLOUT_OK);
    ck_assert_int_eq(rollout_json_parse(containers, strlen(containers), &trees[2], NULL), ROLLOUT_OK);
    struct world w;
    world_make(&w, "R1 U1 inplace vs", "og");
    resources_only(&w);
    w.revisions[0].data = *rollout_json_tree(trees[0]);
    w.revisions[1].data = *rollout_json_tree(trees[1]);
    world_in_place(&w, 0, 0)->containers = *rollout_json_tree(trees[2]);
    ck_assert_str_eq(world_actions(&w), "set-ready p0; update-in-place p0 web-b mark:1");
    w.pods[0].in_place = NULL;
    ck_assert_str_eq(world_actions(&w), "set-ready p0; update-in-place p0 web-b mark:0");
    world_free(&w);
    for (int i = 0; i < 3; i++)
        rollout_json_free(trees[i]);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("cloneset_update");
    TCase *tcase = tcase_create("update");
    tcase_add_loop_test(tcase, update_phase, 0, sizeof phase / sizeof *phase);
    tcase_add_loop_test(tcase, nobody_to_update, 0, 3);
    tcase_add_loop_test(tcase, update_order, 0, sizeof orders / sizeof *orders);
    tcase_add_loop_test(tcase, update_count, 0, sizeof counts / sizeof *counts);
    tcase_add_loop_test(tcase, comparison, 0, sizeof compared / sizeof *compared);
    tcase_add_test(tcase, resize_restarts);
    suite_add_tcase(suite, tcase);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}
