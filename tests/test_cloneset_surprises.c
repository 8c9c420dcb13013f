/* SPDX-License-Identifier: Apache-2.0 */
/* Upstream's column of cloneset.md 9, row by row, as far as a plan shows it: what a fix would change is
 * pinned here. */
#include <check.h>
#include <string.h>

#include "world.h"

/* Without these the worlds could not be told in a row. */

static void first_by_key(struct world *w)
{
    static const struct rollout_str keys[] = { { "place", 5 } };
    w->spec.order.priority.ordered_keys = (struct rollout_strs)WORLD_LIST(keys);
    world_label(w, 0, "place", "2");
    world_label(w, 1, "place", "1");
}

static void keyless(struct world *w)
{
    static const struct rollout_str keys[] = { { "key1", 4 }, { "key2", 4 } };
    w->spec.order.priority.ordered_keys = (struct rollout_strs)WORLD_LIST(keys);
    world_label(w, 0, "key1", "9");
}

static void pre_delete_marks(struct world *w)
{
    w->spec.lifecycle.set = 1;
    w->spec.lifecycle.pre_delete = world_hook(true);
}

static void in_place_hook(struct world *w)
{
    w->spec.lifecycle.set = 1;
    w->spec.lifecycle.in_place_update = world_hook(false);
}

static void section(struct world *w)
{
    w->spec.lifecycle.set = 1;
}

static void empty_value(struct world *w)
{
    static const struct rollout_label label = { { "gone", 4 }, { "", 0 } };
    w->spec.lifecycle.set = 1;
    w->spec.lifecycle.pre_delete = world_hook(false);
    w->spec.lifecycle.pre_delete.labels.items = &label;
}

static void empty_hook(struct world *w)
{
    w->spec.lifecycle.set = 1;
    w->spec.lifecycle.pre_normal.set = 1;
}

static void resources_wait(struct world *w)
{
    world_in_place(w, 0,
                   ROLLOUT_IN_PLACE_STATE | ROLLOUT_IN_PLACE_CONTAINERS_DONE | ROLLOUT_IN_PLACE_NEXT |
                       ROLLOUT_IN_PLACE_NEXT_READY);
    w->pods[0].flags |= ROLLOUT_POD_IN_PLACE_CONDITION | ROLLOUT_POD_IN_PLACE_TRUE | ROLLOUT_POD_IN_PLACE_CLEAN;
}

static void completed_holds_id(struct world *w)
{
    world_claim(w, "data-web-id3", "id3", ROLLOUT_CLAIM_OWNED);
    world_label(w, 0, "apps.kruise.io/cloneset-instance-id", "id3");
}

static const struct world_case rows[] = {
    { "K2: specified delete of young ready pods is blocked", "R3 U1 m60", "n*y 4ny", "", NULL },
    { "K2: scale in is blocked", "R3 U1 m60", "5ny", "", NULL },
    { "K2: not without minReadySeconds", "R3 U1", "5ny", "delete p0; delete p1", NULL },
    { "K3: nothing can be created, so nothing is deleted", "R5 M0", "n* n-* n", "", NULL },
    { "K3: prepared deletes neither", "R3 U1 excl M1", "2n nD*", "", NULL },
    { "K4: not even broken pods", "R5 U1 M0", "o- o", "", NULL },
    { "K4: with maxUnavailable 0", "R2 U0", "o- o", "", NULL },
    { "K5: stops at the available pod, broken ones wait behind it", "R3 U1", "o o- n", "", first_by_key },
    { "K5: without the priority broken ones come first", "R3 U1", "o o- n", "recreate p1", NULL },
    { "K6: updated in place just before it is deleted", "R2 U1 m60 inplace", "o*y oy",
      "update-in-place p0 web-b mark:0", NULL },
    { "K6: and counted in act*", "R2 U0 P1", "o* n", "", NULL },
    { "K10: a float percent of maxUnavailable is 0", "R10 U12.5%", "10o", "", NULL },
    { "K10: a float percent of maxSurge is 0", "R4 U0 S12.5%", "4o", "", NULL },
    { "K10: garbage in scaleStrategy.maxUnavailable is 0", "R4 M50.5%", "", "", NULL },
    { "K10: a text without % is a percentage", "R10 U'50", "10o",
      "recreate p0; recreate p1; recreate p2; recreate p3; recreate p4", NULL },
    { "K11: an unusable partition is a full rollout", "R3 P'x U3", "3o", "recreate p0; recreate p1; recreate p2",
      NULL },
    { "K12: 100.0% is not 100%", "R4 P100.0% U4", "4o", "recreate p0", NULL },
    { "K12: 100%", "R4 P100% U4", "4o", "", NULL },
    { "K13: a specified ready pod is never deleted", "R4 ondelete", "o* 3o", "", NULL },
    { "K13: an unready one is", "R4 ondelete", "o-* 3o", "delete p0", NULL },
    { "K14: surge for an update that never runs", "R3 ondelete+ U1 S1", "3o", "create web-b x1 new:1", NULL },
    { "K14: it stays", "R3 ondelete+ U1 S1", "3o n", "", NULL },
    { "K15: a paused rollout still replaces old by new", "R5 U0 S3 paused", "5o 3n", "delete p0; delete p1; delete p2",
      NULL },
    { "K16: revision before health", "R5 P99% U3 S2", "5o n-", "delete p0", NULL },
    { "K18: pods without a key come first", "R2 U1", "2o", "recreate p1", keyless },
    { "K20: one extra new pod", "R2 P99% U50%", "oQ", "create web-b x1 new:1", NULL },
    { "K20: and the prepared one hangs", "R2 P99% U50% inplace", "oQ n", "", NULL },
    { "K20: with the gate the old one's place is kept", "R2 P99% U50% pu", "oQ", "create web-a x1 new:1", NULL },
    { "K22: raising partition does nothing, gate off", "R3 P3 U3 inplace", "3n", "", NULL },
    { "K22: to the current revision, wherever it came from", "R3 P3 U3 rb", "3n",
      "recreate p0; recreate p1; recreate p2", NULL },
    { "K23: no cancel where a hook marks not ready", "R4 U1", "3nh 2nDh", "", pre_delete_marks },
    { "K25: an extra pass without a hook", "R1", "nu", "set-lifecycle p0 Updated", section },
    { "K26: an empty hook label matches an absent label", "R1 U1", "n* n", "set-lifecycle p0 PreparingDelete",
      empty_value },
    { "K26: an empty hook object is AllHooked", "R1", "nP~", "set-lifecycle p0 Normal", empty_hook },
    { "K27: one bad pod aborts the loop", "R4 U4 inplace", "oX 3o", "", NULL },
    { "K27: InPlaceOnly", "R4 U4 only", "x 3o", "", NULL },
    { "K29: the id of a completed pod is taken", "R2 reuse", "ns n", "create web-b x1 id:id3", completed_holds_id },
    { "K35: only resources wait: Updating for ever", "R1", "nUg", "", resources_wait },
    { "K37: Failed and Succeeded pods are never removed", "R1", "nf ns n", "", NULL },
    { "K37: and not counted", "R2", "nf ns n", "create web-b x1 new:1", NULL },
    { "K40: less surge does nothing while all are young", "R3 U0 m999999", "3o 2n", "", NULL },
    { "K43: a healthy pod in another state costs no limit", "R4 U0 cur=upd", "nX* 3n", "delete p0", NULL },
    { "K43: a Normal one does", "R4 U0 cur=upd", "n* 3n", "", NULL },
};

START_TEST(row)
{
    const char *wrong = world_case_wrong(&rows[_i]);
    ck_assert_msg(!wrong, "%s", wrong);
}
END_TEST

static void pass(struct world *w, const char *name, const char *actions)
{
    const char *got = world_actions(w);
    ck_assert_msg(strcmp(got, actions) == 0, "%s: \"%s\", not \"%s\"", name, got, actions);
    world_apply(w);
}

START_TEST(k1)
{
    struct world w;
    world_make(&w, "R0 P3", "");
    pass(&w, "K1: promoted at R = 0", "");
    w.spec.replicas.value = 3;
    pass(&w, "K1: so scaling up ignores the partition's old revision", "create web-b x3 new:3");
    world_free(&w);

    world_make(&w, "R2", "2n-");
    pass(&w, "K1: promoted on counts alone", "");
    ck_assert_str_eq(world_status(&w), "2/0/0 2/0/0 2 web-b");
    world_free(&w);
}
END_TEST

/* Of a rollback with a hook: chosen, then found at the update revision, again and again. */
START_TEST(k21)
{
    struct world w;
    world_make(&w, "R3 P2 U2 rb inplace", "2nh o");
    in_place_hook(&w);
    for (int i = 0; i < 3; i++) {
        pass(&w, "K21: chosen", "set-lifecycle p0 PreparingUpdate");
        pass(&w, "K21: refreshed", "set-lifecycle p0 Normal");
    }
    world_free(&w);
}
END_TEST

/* A prepared delete that is taken back from the middle of an update never becomes Updated. */
START_TEST(k23)
{
    struct world w;
    world_make(&w, "R1", "nDh");
    in_place_hook(&w);
    w.spec.lifecycle.pre_delete = world_hook(false);
    world_in_place(&w, 0, ROLLOUT_IN_PLACE_STATE);
    pass(&w, "K23: cancelled", "set-lifecycle p0 PreparingNormal");
    pass(&w, "K23: and Normal, update unfinished", "set-lifecycle p0 Normal");
    pass(&w, "K23: for good", "");
    world_free(&w);
}
END_TEST

/* The key stays on a pod whose hook was put back before it came to Updated. */
START_TEST(k24)
{
    struct world w;
    world_make(&w, "R1", "nukh");
    in_place_hook(&w);
    w.spec.lifecycle.in_place_update.mark_pod_not_ready = 1;
    w.pods[0].flags |= ROLLOUT_POD_KEY_PRE_UPDATE;
    pass(&w, "K24", "set-lifecycle p0 Normal");
    pass(&w, "K24: nothing takes it away", "");
    world_free(&w);
}
END_TEST

/* The label says target while the image is old. */
START_TEST(k36)
{
    struct world w;
    world_make(&w, "R1 U1 inplace g30", "o");
    pass(&w, "K36", "update-in-place p0 web-b mark:0 grace:30");
    pass(&w, "K36: in grace", "");
    ck_assert_str_eq(world_status(&w), "1/1/0 1/1/0 1 web-b");
    world_free(&w);
}
END_TEST

START_TEST(k39)
{
    struct world w;
    world_make(&w, "R1", "nX");
    pass(&w, "K39", "");
    ck_assert_str_eq(world_status(&w), "1/1/0 1/1/0 1 web-b");
    ck_assert_int_eq(w.plan->requeue_seconds, 0);
    ck_assert_int_eq(w.plan->next_ms, 0);
    world_free(&w);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("cloneset_surprises");
    TCase *tcase = tcase_create("surprises");
    tcase_add_loop_test(tcase, row, 0, sizeof rows / sizeof *rows);
    tcase_add_test(tcase, k1);
    tcase_add_test(tcase, k21);
    tcase_add_test(tcase, k23);
    tcase_add_test(tcase, k24);
    tcase_add_test(tcase, k36);
    tcase_add_test(tcase, k39);
    suite_add_tcase(suite, tcase);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}
