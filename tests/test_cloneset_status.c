/* SPDX-License-Identifier: Apache-2.0 */
/* A CloneSet's status and look-again through rollout_plan(): cloneset.md 2.2, 4.4, 7. */
#include <check.h>
#include <string.h>

#include "world.h"

/* ---- 7.1 ---- */

static void condition_false(struct world *w)
{
    w->pods[0].flags |= ROLLOUT_POD_IN_PLACE_CONDITION;
}

static void condition_dirty(struct world *w)
{
    w->pods[0].flags |= ROLLOUT_POD_IN_PLACE_CONDITION | ROLLOUT_POD_IN_PLACE_TRUE;
}

static void edge(struct world *w)
{
    w->pods[0].ready_since_ms = WORLD_NOW - 60 * 1000;
    w->pods[1].ready_since_ms = WORLD_NOW - 60 * 1000 - 1;
    w->pods[2].ready_since_ms = 0;
}

static void no_current(struct world *w)
{
    w->snapshot.current_revision = 0;
}

static const struct world_case counts[] = {
    { "7.1: what each counts", "R6 P2 m60", "n n- nU o oV ny", "6/5/2 4/3/1 4 web-a", NULL },
    { "7.1: n pods, no others", "R1", "n n! nf ns n/", "1/1/1 1/1/1 1 web-b", NULL },
    { "7.1: every state but none and Normal", "R8", "n_ n nP nQ nU nV nDh nX", "8/8/2 8/8/2 8 web-b", NULL },
    { "2.2: strict minReadySeconds, no time", "R3 m60", "3n", "3/3/1 3/3/1 3 web-b", edge },
    { "2.2: no time, no minReadySeconds", "R3", "3n", "3/3/3 3/3/3 3 web-b", edge },
    { "2.2: phases", "R3", "np n~ n-", "3/0/0 3/0/0 3 web-b", NULL },
    { "2.2: InPlaceUpdateReady is not True", "R2", "2n", "2/1/1 2/1/1 2 web-b", condition_false },
    { "2.2: InPlaceUpdateReady is True", "R2", "2n", "2/2/2 2/2/2 2 web-b", condition_dirty },
    { "2.2: PreparingUpdate is new to the scale phase only", "R1 P1 pu", "oQ", "1/1/0 0/0/0 0 web-a", NULL },
    { "7.1: partition does not parse", "R3 P'x U0", "3o", "3/3/3 0/0/0 0 web-a", NULL },
    { "7.1: no block", "R3 P2 bare", "3o", "3/3/3 0/0/0 3 web-a", NULL },
    { "7.1: before the actions", "R3 U1", "n* n o", "3/3/3 2/2/2 3 web-a", NULL },
    { "7.1: specified pods count", "R2 U0", "n* n", "2/2/2 2/2/2 2 web-b", NULL },
    { "7.1: also while the object is deleted", "R3 deleting", "2n o-", "3/2/2 2/2/2 3 web-a", NULL },

    { "7.1 exception: a new mark reads back", "R1 U1", "og", "1/1/1 0/0/0 1 web-a", condition_false },
    { "7.1 exception: limited by minReadySeconds", "R1 U1 m60", "ogy", "1/1/0 0/0/0 1 web-a", condition_false },
    { "7.1 exception: and by the lifecycle state", "R1 U1", "ogX", "1/1/0 0/0/0 1 web-a", condition_false },
    { "7.1 exception: and by readiness", "R1 U1", "og-", "1/0/0 0/0/0 1 web-a", condition_false },
    { "7.1 exception: counts nothing twice", "R1 U1", "og", "1/1/1 0/0/0 1 web-a", condition_dirty },
    { "7.1 exception: in rollback updated ones too", "R1 P1 U1 rb", "ng", "1/1/1 1/1/1 0 web-b", condition_false },
    { "7.1 exception: not for a mark that is there", "R3 U3 M0", "og*", "1/0/0 0/0/0 3 web-a", condition_false },
    { "7.1 exception: the same without the mark", "R3 U3 M0", "og", "1/1/1 0/0/0 3 web-a", condition_false },
    { "7.1 exception: not for updates in place", "R1 U1 inplace", "og", "1/0/0 0/0/0 1 web-a", condition_false },
    { "7.1 exception: not for pods that are not reached", "R1 U1 paused", "og", "1/0/0 0/0/0 1 web-a",
      condition_false },

    /* 7.2, promotion */
    { "7.2: promoted, readiness is not required (K1)", "R3", "3n-", "3/0/0 3/0/0 3 web-b", NULL },
    { "7.2: not while one is missing", "R3", "2n", "2/2/2 2/2/2 3 web-a", NULL },
    { "7.2: not while there are too many", "R3", "4n", "4/4/4 4/4/4 3 web-a", NULL },
    { "7.2: not while one is old", "R3", "2n o", "3/3/3 2/2/2 3 web-a", NULL },
    { "7.2: R = 0 at once (K1)", "R0", "", "0/0/0 0/0/0 0 web-b", NULL },
    { "7.2: R = 0, one is left", "R0", "n", "1/1/1 1/1/1 0 web-a", NULL },
    { "7.2: current not stored", "R3", "2n o", "3/3/3 2/2/2 3 web-b", no_current },
};

START_TEST(count)
{
    struct world w;
    world_make(&w, counts[_i].settings, counts[_i].pods);
    if (counts[_i].tweak)
        counts[_i].tweak(&w);
    world_actions(&w);
    const char *status = world_status(&w);
    ck_assert_msg(strcmp(status, counts[_i].actions) == 0, "%s: %s", counts[_i].name, status);
    ck_assert_str_eq(world_status_text(&w, "updateRevision"), "web-b");
    world_free(&w);
}
END_TEST

/* ---- 7.2, the update revision is written ---- */

static void is_new(struct world *w)
{
    w->revisions[1].flags = ROLLOUT_REVISION_NEW;
    w->revisions[1].number = 7;
}

static void is_older(struct world *w)
{
    w->revisions[0].number = 5;
}

static void same_number(struct world *w)
{
    w->revisions[0].number = 2;
}

static void alone(struct world *w)
{
    w->snapshot.current_revision = 0;
    w->revisions[0] = w->revisions[1];
    w->snapshot.update_revision = 1;
    w->snapshot.revisions.count = 1;
    w->snapshot.in_place_verdicts.count = 0;
}

static const struct world_case revisions[] = {
    { "7.2: a new one", "R1", "n", "create-revision web-b #7", is_new },
    { "7.2: a new one, before everything but releases", "R1", "n* n/",
      "release p1; create-revision web-b #7; delete p0", is_new },
    { "7.2: an older one is raised, its name is kept", "R1", "n", "renumber-revision web-b #6", is_older },
    { "7.2: the newest", "R1", "n", "", NULL },
    { "7.2: the only one", "R1", "n", "", alone },
    { "7.2: of equal numbers", "R1", "n", "", same_number },
    { "7.2: also while the object is deleted", "R1 deleting", "n*", "create-revision web-b #7", is_new },
    { "7.2: revisions that are new are not found for pods", "R1 P1 U1 rb inplace", "n",
      "create-revision web-b #7; recreate p0", is_new },
};

START_TEST(revision)
{
    const char *wrong = world_case_wrong(&revisions[_i]);
    ck_assert_msg(!wrong, "%s", wrong);
}
END_TEST

/* ---- 7.3 ---- */

static void set_condition(struct world *w, const char *type, const char *status, const char *reason, int64_t updated_ms)
{
    w->status.conditions = w->conditions;
    w->conditions[w->status.condition_count++] = (struct rollout_condition){
        .type = world_str(type),
        .status = world_str(status),
        .reason = world_str(reason),
        .message = WORLD_STR("said before"),
        .last_update_ms = updated_ms,
        .last_transition_ms = updated_ms - 1000,
    };
}

/* What the plan says becomes the status before the next pass. */
static void settle(struct world *w)
{
    struct rollout_cloneset_status *status = &w->status;
    world_actions(w);
    status->observed_generation = world_number(w, "observedGeneration");
    status->replicas = (int32_t)world_number(w, "replicas");
    status->ready_replicas = (int32_t)world_number(w, "readyReplicas");
    status->available_replicas = (int32_t)world_number(w, "availableReplicas");
    status->updated_replicas = (int32_t)world_number(w, "updatedReplicas");
    status->updated_ready_replicas = (int32_t)world_number(w, "updatedReadyReplicas");
    status->updated_available_replicas = (int32_t)world_number(w, "updatedAvailableReplicas");
    status->expected_updated_replicas = (int32_t)world_number(w, "expectedUpdatedReplicas");
    status->update_revision = WORLD_STR("web-b");
    status->current_revision = WORLD_STR("web-a");
    status->label_selector = w->spec.label_selector;
}

static const struct {
    const char *name;
    uint32_t changed;
} changes[] = {
    { "nothing", 0 },
    { "generation grew", 1 },
    { "generation is behind", 0 },
    { "replicas", 1 },
    { "readyReplicas", 1 },
    { "availableReplicas", 1 },
    { "updatedReplicas", 1 },
    { "updatedReadyReplicas", 1 },
    { "updatedAvailableReplicas", 1 },
    { "expectedUpdatedReplicas", 1 },
    { "updateRevision", 1 },
    { "currentRevision", 1 },
    { "labelSelector", 1 },
    { "collisionCount", 0 },
    { "FailedUpdate (K7)", 0 },
    { "Progressing appears", 1 },
    { "Progressing vanishes", 1 },
    { "Progressing, other status", 1 },
    { "Progressing, other reason", 1 },
    { "Progressing, other message and time", 0 },
};

START_TEST(change)
{
    struct world w;
    world_make(&w, "R4 P2 U0", "n n- o oX"); /* every count differs from 0 */
    w.spec.generation = 5;
    w.spec.label_selector = WORLD_STR("app=web");
    settle(&w);
    struct rollout_cloneset_status *status = &w.status;
    switch (_i) {
    case 1:
        w.spec.generation = 6;
        break;
    case 2:
        w.spec.generation = 4;
        break;
    case 3:
        status->replicas++;
        break;
    case 4:
        status->ready_replicas++;
        break;
    case 5:
        status->available_replicas++;
        break;
    case 6:
        status->updated_replicas++;
        break;
    case 7:
        status->updated_ready_replicas++;
        break;
    case 8:
        status->updated_available_replicas++;
        break;
    case 9:
        status->expected_updated_replicas++;
        break;
    case 10:
        status->update_revision = WORLD_STR("web-a");
        break;
    case 11:
        status->current_revision = WORLD_STR("web-b");
        break;
    case 12:
        w.spec.label_selector = WORLD_STR("app=other");
        break;
    case 13:
        status->collision_count = (struct rollout_opt){ 1, 3 };
        break;
    case 14:
        set_condition(&w, "FailedUpdate", "True", "", WORLD_NOW);
        break;
    case 15:
        w.spec.progress_deadline_seconds = (struct rollout_opt){ 1, 600 };
        break;
    case 16:
        set_condition(&w, "Progressing", "True", "CloneSetUpdated", WORLD_NOW);
        break;
    case 17:
        w.spec.progress_deadline_seconds = (struct rollout_opt){ 1, 600 };
        set_condition(&w, "Progressing", "False", "CloneSetUpdated", WORLD_NOW);
        break;
    case 18:
        w.spec.progress_deadline_seconds = (struct rollout_opt){ 1, 600 };
        set_condition(&w, "Progressing", "True", "CloneSetPaused", WORLD_NOW);
        break;
    case 19:
        w.spec.progress_deadline_seconds = (struct rollout_opt){ 1, 600 };
        set_condition(&w, "Progressing", "True", "CloneSetUpdated", WORLD_NOW - 1000);
        break;
    default:
        break;
    }
    world_actions(&w);
    ck_assert_msg(w.plan->status_changed == changes[_i].changed, "7.3 %s", changes[_i].name);
    if (_i == 13)
        ck_assert_int_eq(world_number(&w, "collisionCount"), 3);
    world_free(&w);
}
END_TEST

/* 4.1 step 2: where the pass ends before it, the status stays as it was. */
START_TEST(collisions_stay)
{
    struct world w;
    world_make(&w, "R1", "n");
    w.spec.flags |= ROLLOUT_CLONESET_SELECTOR_INVALID;
    w.status.collision_count = (struct rollout_opt){ 1, 3 };
    world_actions(&w);
    ck_assert(!w.plan->status_changed);
    ck_assert_int_eq(world_number(&w, "collisionCount"), 3);
    world_free(&w);
}
END_TEST

/* ---- 7.4 ---- */

static void available_long_ago(struct world *w)
{
    set_condition(w, "Progressing", "True", "CloneSetAvailable", WORLD_NOW - 601 * 1000);
}

static void updated_in_time(struct world *w)
{
    set_condition(w, "Progressing", "True", "CloneSetUpdated", WORLD_NOW - 600 * 1000);
}

static void updated_too_late(struct world *w)
{
    set_condition(w, "Progressing", "True", "CloneSetUpdated", WORLD_NOW - 600 * 1000 - 1);
}

static void without_time(struct world *w)
{
    set_condition(w, "Progressing", "True", "CloneSetUpdated", WORLD_NOW);
    w->conditions[0].last_update_ms = 0;
}

static void exceeded(struct world *w)
{
    set_condition(w, "Progressing", "False", "ProgressDeadlineExceeded", WORLD_NOW - 1000);
}

static const struct {
    const char *name, *settings, *pods;
    void (*tweak)(struct world *w);
    const char *status, *reason, *message;
} conditions[] = {
    { "row 1", "R2 d600", "2n", NULL, "True", "CloneSetAvailable", "CloneSet is available" },
    { "row 1, after promotion", "R2 d600 cur=upd", "2n", NULL, "True", "CloneSetAvailable", "CloneSet is available" },
    { "row 1 before row 2", "R2 d600 paused", "2n", NULL, "True", "CloneSetAvailable", "CloneSet is available" },
    { "row 1 lifts what was exceeded", "R2 d600", "2n", exceeded, "True", "CloneSetAvailable",
      "CloneSet is available" },
    { "row 1 needs availability", "R2 d600", "n n-", NULL, "True", "CloneSetUpdated", "CloneSet is progressing" },
    { "row 1 needs all", "R2 d600", "n", NULL, "True", "CloneSetUpdated", "CloneSet is progressing" },
    { "row 1 needs no more", "R2 d600", "3n", NULL, "True", "CloneSetUpdated", "CloneSet is progressing" },
    { "row 2", "R2 d600 paused", "2o", NULL, "True", "CloneSetPaused", "CloneSet is paused" },
    { "row 2 before row 3", "R2 P1 d600 paused", "n o", NULL, "True", "CloneSetPaused", "CloneSet is paused" },
    { "row 2 before row 4", "R2 d600 paused", "2o", exceeded, "True", "CloneSetPaused", "CloneSet is paused" },
    { "row 3", "R2 P1 d600", "n o", NULL, "True", "ProgressPartitionAvailable",
      "CloneSet has been paused due to partition ready" },
    { "row 3 before row 4", "R2 P1 d600", "n o", exceeded, "True", "ProgressPartitionAvailable",
      "CloneSet has been paused due to partition ready" },
    { "row 3, K38: too many updated", "R3 P2 d600", "2n o", NULL, "True", "ProgressPartitionAvailable",
      "CloneSet has been paused due to partition ready" },
    { "row 3, K38: nothing rolls, one is down", "R3 P1 d600 cur=upd", "2n n-", NULL, "True",
      "ProgressPartitionAvailable", "CloneSet has been paused due to partition ready" },
    { "row 3 needs availability", "R2 P1 d600", "n- o", NULL, "True", "CloneSetUpdated", "CloneSet is progressing" },
    { "row 3 needs a partition", "R2 d600", "n- n", NULL, "True", "CloneSetUpdated", "CloneSet is progressing" },
    { "row 4", "R2 d600", "2o", updated_too_late, "False", "ProgressDeadlineExceeded",
      "CloneSet revision web-b has timed out progressing" },
    { "row 4: a condition without a time", "R2 d600", "2o", without_time, "False", "ProgressDeadlineExceeded",
      "CloneSet revision web-b has timed out progressing" },
    { "row 4: not before its time", "R2 d600", "2o", updated_in_time, "True", "CloneSetUpdated", "said before" },
    { "row 4, K8: counted from the last change of the reason", "R2 d600", "2o", available_long_ago, "False",
      "ProgressDeadlineExceeded", "CloneSet revision web-b has timed out progressing" },
    { "row 4, K8: stays", "R2 d600", "2o", exceeded, "False", "ProgressDeadlineExceeded", "said before" },
    { "row 4 needs a condition", "R2 d600", "2o", NULL, "True", "CloneSetUpdated", "CloneSet is progressing" },
    { "feature off", "R2", "2o", updated_in_time, "", "", "" },
    { "feature off by the largest number", "R2 d2147483647", "2o", updated_in_time, "", "", "" },
};

START_TEST(progressing)
{
    struct world w;
    world_make(&w, conditions[_i].settings, conditions[_i].pods);
    if (conditions[_i].tweak)
        conditions[_i].tweak(&w);
    world_actions(&w);
    const char *name = conditions[_i].name;
    ck_assert_msg(strcmp(world_condition(&w, "Progressing", "status"), conditions[_i].status) == 0, "7.4 %s", name);
    ck_assert_msg(strcmp(world_condition(&w, "Progressing", "reason"), conditions[_i].reason) == 0, "7.4 %s", name);
    ck_assert_msg(strcmp(world_condition(&w, "Progressing", "message"), conditions[_i].message) == 0, "7.4 %s", name);
    world_free(&w);
}
END_TEST

/* 7.4, set rule: the times of a condition. */
static const struct {
    const char *status, *reason, *updated, *moved;
} times[] = {
    { "True", "CloneSetUpdated", "2025-12-31T23:59:00Z", "2025-12-31T23:58:59Z" },   /* nothing changes at all */
    { "True", "CloneSetAvailable", "2026-01-01T00:00:00Z", "2025-12-31T23:58:59Z" }, /* other reason */
    { "False", "CloneSetUpdated", "2026-01-01T00:00:00Z", "2026-01-01T00:00:00Z" },  /* other status */
    { "Unknown", "CloneSetPaused", "2026-01-01T00:00:00Z", "2026-01-01T00:00:00Z" },
};

START_TEST(condition_times)
{
    struct world w;
    world_make(&w, "R2 d600", "2o");
    set_condition(&w, "FailedUpdate", "True", "x", WORLD_NOW - 5000 * 1000);
    set_condition(&w, "Progressing", times[_i].status, times[_i].reason, WORLD_NOW - 60 * 1000);
    world_actions(&w);
    ck_assert_str_eq(world_condition(&w, "Progressing", "reason"), "CloneSetUpdated");
    ck_assert_str_eq(world_condition(&w, "Progressing", "status"), "True");
    ck_assert_str_eq(world_condition(&w, "Progressing", "lastUpdateTime"), times[_i].updated);
    ck_assert_str_eq(world_condition(&w, "Progressing", "lastTransitionTime"), times[_i].moved);
    /* K7: never cleared, never refreshed. */
    ck_assert_str_eq(world_condition(&w, "FailedUpdate", "status"), "True");
    ck_assert_str_eq(world_condition(&w, "FailedUpdate", "message"), "said before");
    ck_assert_str_eq(world_condition(&w, "FailedUpdate", "lastUpdateTime"), "2025-12-31T22:36:40Z");
    world_free(&w);
}
END_TEST

/* ---- 4.4 ---- */

static void in_grace(struct world *w)
{
    struct rollout_in_place *in_place =
        world_in_place(w, 0, ROLLOUT_IN_PLACE_STATE | ROLLOUT_IN_PLACE_GRACE_KEY | ROLLOUT_IN_PLACE_GRACE);
    in_place->grace_end_ms = WORLD_NOW + 20400;
}

static void grace_stuck(struct world *w)
{
    in_grace(w);
    w->in_place[0].flags |= ROLLOUT_IN_PLACE_STATE_BROKEN;
}

static void updated_100_s_ago(struct world *w)
{
    set_condition(w, "Progressing", "True", "CloneSetUpdated", WORLD_NOW - 100 * 1000);
}

static void half_a_second_left(struct world *w)
{
    set_condition(w, "Progressing", "True", "CloneSetUpdated", WORLD_NOW - 599500);
}

static void one_second_left(struct world *w)
{
    set_condition(w, "Progressing", "True", "CloneSetUpdated", WORLD_NOW - 599000);
}

static void never_ready(struct world *w)
{
    w->pods[0].ready_since_ms = 0;
}

static const struct {
    const char *name, *settings, *pods;
    void (*tweak)(struct world *w);
    int64_t requeue, next; /* next: milliseconds after now, 0 = none */
} agains[] = {
    { "nothing", "R2", "2n", NULL, 0, 0 },
    { "grace begins", "R1 U1 inplace g30", "o", NULL, 30, 0 },
    { "grace begins, for no one", "R1 U0 inplace g30", "o", NULL, 0, 0 },
    { "recreation has no grace", "R1 U1 g30", "o", NULL, 0, 0 },
    { "in grace: the rest, rounded up", "R1", "nU", in_grace, 21, 20400 },
    { "grace and a broken state", "R1", "nU", grace_stuck, 0, 0 },
    { "in grace, and the scale phase acted: the refresh is not reached", "R2", "nU", in_grace, 0, 0 },
    { "minReadySeconds: the whole of it (K32)", "R2 m60", "n ny", NULL, 60, 59001 },
    { "minReadySeconds: in another state there is no instant", "R1 m60", "nX", NULL, 60, 0 },
    { "minReadySeconds: without a time there is no instant", "R1 m60", "n", never_ready, 60, 0 },
    { "counts equal", "R2 m60", "n n-", NULL, 0, 0 },
    { "K39: counts differ, no minReadySeconds", "R2", "n nX", NULL, 0, 0 },
    { "minReadySeconds, not with an error", "R2 U2 m60 only cannot", "2oy", NULL, 0, 59001 },
    { "the smallest", "R2 m60", "nU ny", in_grace, 21, 20400 },
    { "progressing, from now", "R2 d600", "2o", NULL, 601, 600001 },
    { "progressing", "R2 d600", "2o", updated_100_s_ago, 501, 500001 },
    { "progressing, less than a second is left", "R2 d600", "2o", half_a_second_left, 1, 501 },
    { "progressing, a second is left", "R2 d600", "2o", one_second_left, 2, 1001 },
    { "progressing, nothing is left", "R2 d600", "2o", updated_in_time, 0, 1 },
    { "a deadline that is over before it begins", "R2 d-1", "2o", NULL, 0, 0 },
    { "not progressing", "R2 d600 paused", "2o", NULL, 0, 0 },
    { "deadline exceeded", "R2 d600", "2o", exceeded, 0, 0 },
    { "progressing and too young", "R2 d600 m60", "n ny", NULL, 60, 59001 },
};

START_TEST(look_again)
{
    struct world w;
    world_make(&w, agains[_i].settings, agains[_i].pods);
    if (agains[_i].tweak)
        agains[_i].tweak(&w);
    world_actions(&w);
    ck_assert_msg(w.plan->requeue_seconds == agains[_i].requeue, "4.4 %s: %lld s", agains[_i].name,
                  (long long)w.plan->requeue_seconds);
    int64_t next = w.plan->next_ms ? w.plan->next_ms - WORLD_NOW : 0;
    ck_assert_msg(next == agains[_i].next, "4.4 %s: next %lld ms", agains[_i].name, (long long)next);
    world_free(&w);
}
END_TEST

/* ---- the limits, for people (1.3) ---- */

enum { DEFAULT = ROLLOUT_LIMIT_DEFAULT, UNUSABLE = ROLLOUT_LIMIT_UNUSABLE, PAUSED = ROLLOUT_LIMIT_PAUSED };

static const struct {
    const char *settings, *field, *given;
    uint32_t kind, rounding, flags;
    int64_t count;
} limits[] = {
    { "R5 P99% S2", "partition", "99%", ROLLOUT_INTSTR_TEXT, ROLLOUT_ROUND_UP, 0, 4 },
    { "R5 P3", "partition", NULL, ROLLOUT_INTSTR_INT, ROLLOUT_ROUND_NONE, 0, 3 },
    { "R5", "partition", NULL, ROLLOUT_INTSTR_UNSET, ROLLOUT_ROUND_NONE, DEFAULT, 0 },
    { "R5 S30%", "maxSurge", "30%", ROLLOUT_INTSTR_TEXT, ROLLOUT_ROUND_UP, 0, 2 },
    { "R5 S30% paused", "maxSurge", "30%", ROLLOUT_INTSTR_TEXT, ROLLOUT_ROUND_NONE, PAUSED, 0 },
    { "R5 U30%", "maxUnavailable", "30%", ROLLOUT_INTSTR_TEXT, ROLLOUT_ROUND_UP, 0, 2 },
    { "R5 U30% S2", "maxUnavailable", "30%", ROLLOUT_INTSTR_TEXT, ROLLOUT_ROUND_DOWN, 0, 1 },
    { "R9", "maxUnavailable", "20%", ROLLOUT_INTSTR_TEXT, ROLLOUT_ROUND_UP, DEFAULT, 2 },
    { "R9 ondelete", "maxUnavailable", "20%", ROLLOUT_INTSTR_TEXT, ROLLOUT_ROUND_DOWN, DEFAULT, 1 },
    { "R9 M2", "scaleStrategy.maxUnavailable", NULL, ROLLOUT_INTSTR_INT, ROLLOUT_ROUND_NONE, 0, 2 },
    { "R9 M15%", "scaleStrategy.maxUnavailable", "15%", ROLLOUT_INTSTR_TEXT, ROLLOUT_ROUND_UP, 0, 2 },
    { "R5 S2 paused", "maxSurge", NULL, ROLLOUT_INTSTR_INT, ROLLOUT_ROUND_NONE, PAUSED, 0 },
    { "R5 paused", "maxSurge", NULL, ROLLOUT_INTSTR_UNSET, ROLLOUT_ROUND_NONE, DEFAULT, 0 },
    { "R5 P'x", "partition", "x", ROLLOUT_INTSTR_TEXT, ROLLOUT_ROUND_NONE, UNUSABLE, 0 },
    { "R9 U12.5%", "maxUnavailable", "12.5%", ROLLOUT_INTSTR_TEXT, ROLLOUT_ROUND_NONE, UNUSABLE, 0 },
    { "R9 P12.5%", "partition", "12.5%", ROLLOUT_INTSTR_TEXT, ROLLOUT_ROUND_UP, 0, 2 },
    { "R9 M'x", "scaleStrategy.maxUnavailable", "x", ROLLOUT_INTSTR_TEXT, ROLLOUT_ROUND_NONE, UNUSABLE, 0 },
};

START_TEST(limit)
{
    struct world w;
    const struct rollout_limit *found = NULL;
    world_make(&w, limits[_i].settings, "");
    world_actions(&w);
    for (size_t i = 0; i < w.plan->limit_count; i++)
        if (w.plan->limits[i].field.len == strlen(limits[_i].field) &&
            memcmp(w.plan->limits[i].field.data, limits[_i].field, w.plan->limits[i].field.len) == 0)
            found = &w.plan->limits[i];
    ck_assert_ptr_nonnull(found);
    ck_assert_uint_eq(found->given.kind, limits[_i].kind);
    if (limits[_i].given) {
        ck_assert_uint_eq(found->given.text.len, strlen(limits[_i].given));
        ck_assert_mem_eq(found->given.text.data, limits[_i].given, found->given.text.len);
    }
    ck_assert_uint_eq(found->rounding, limits[_i].rounding);
    ck_assert_uint_eq(found->flags, limits[_i].flags);
    ck_assert_int_eq(found->count, limits[_i].count);
    world_free(&w);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("cloneset_status");
    TCase *tcase = tcase_create("status");
    tcase_add_loop_test(tcase, count, 0, sizeof counts / sizeof *counts);
    tcase_add_test(tcase, collisions_stay);
    tcase_add_loop_test(tcase, revision, 0, sizeof revisions / sizeof *revisions);
    tcase_add_loop_test(tcase, change, 0, sizeof changes / sizeof *changes);
    tcase_add_loop_test(tcase, progressing, 0, sizeof conditions / sizeof *conditions);
    tcase_add_loop_test(tcase, condition_times, 0, sizeof times / sizeof *times);
    tcase_add_loop_test(tcase, look_again, 0, sizeof agains / sizeof *agains);
    tcase_add_loop_test(tcase, limit, 0, sizeof limits / sizeof *limits);
    suite_add_tcase(suite, tcase);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}
