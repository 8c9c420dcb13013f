/* SPDX-License-Identifier: Apache-2.0 */
/* The scale phase of a CloneSet through rollout_plan(): cloneset.md 3.3, 4.2, 5. */
#include <check.h>
#include <string.h>

#include "world.h"

/* ---- 3.3, what its rows come to when a whole pass is planned ---- */

static const struct world_case rows[] = {
    { "T1", "R5 P0 U1 S0", "", "create web-b x5 new:5", NULL },
    { "T2", "R5 P0 U1 S0", "n* 4n", "delete p0", NULL },
    { "T3", "R5 P0 U1 S0", "n* 3n", "create web-b x1 new:1", NULL },
    { "T4", "R5 P0 U1 S0", "n* 3n n-", "", NULL },
    { "T5", "R4 P0 U1 S0", "2n-* 3n", "delete p0; delete p1", NULL },
    { "T6", "R5 P3 U1 S0", "5o", "recreate p0", NULL },
    { "T7", "R5 P4 U2 S0 rb", "4n o", "recreate p0; recreate p1", NULL },
    { "T8", "R5 P4 U1 S0", "o 4n", "", NULL },
    { "T9", "R5 P0 U0 S1", "n* 4n", "create web-b x1 new:1", NULL },
    { "T10", "R5 P0 U0 S1", "n* 4n n-", "", NULL },
    { "T11", "R5 P0 U0 S1", "n* 5n", "delete p0", NULL },
    { "T12", "R5 P3 U1 S1", "5o", "create web-b x1 new:1", NULL },
    { "T13", "R5 P3 U1 S1", "5o n-", "recreate p0", NULL },
    { "T14", "R5 P3 U1 S1", "4o nU- n-", "", NULL },
    { "T15", "R5 P3 U1 S1", "4o n n-", "delete p0", NULL },
    { "T16", "R5 P3 U1 S1", "4o o* n-", "delete p4", NULL },
    { "T17", "R5 P3 U1 S1", "4o n-", "create web-b x1 new:1", NULL },
    { "T18", "R5 P3 U1 S1", "4o 2n-", "", NULL },
    { "T19", "R5 P99% U3 S2", "5o", "create web-b x1 new:1", NULL },
    { "T20, K16: healthy old before broken new", "R5 P99% U3 S2", "5o n-", "delete p0", NULL },
    { "T21", "R5 P99% U40% S30%", "5o", "create web-b x1 new:1", NULL },
    { "T22", "R5 P99% U30% S30%", "5o", "create web-b x1 new:1", NULL },
    { "T23", "R5 P3 U1 S0 cur=upd", "2o 3n", "", NULL },
    { "T24", "R5 P1 U1 S0 cur=upd", "3o 2n", "recreate p0", NULL },
    { "T25", "R5 P1 U2 S0 cur=upd", "2o 2n", "create web-b x1 new:1", NULL },
    { "T26", "R5 P1 U1 S0 cur=upd", "3o 3n", "delete p0", NULL },
    { "T27", "R6 P0 U1 S0 M2", "2n n-", "create web-b x1 new:1", NULL },
    { "T28", "R6 P0 U1 S0 M2", "n 2n-", "", NULL },
    { "T29", "R3 P0 U1 S0", "2n nD*", "delete p2", NULL },
    { "T30", "R3 P0 U1 S0 excl", "2n nD*", "create web-b x1 new:1", NULL },
    { "T31", "R3 P0 U1 S0 excl", "2n nD* n-", "delete p2", NULL },
    { "T32", "R4 P90% U1 S0 excl pu", "oQ 2o", "create web-a x1 new:1", NULL },
    { "T33", "R4 P2 U1 S0 excl pu", "oQ 2o", "create web-b x1 new:1", NULL },
    { "T34", "R5 P0 U0 S3 paused", "3o", "create web-b x2 new:2", NULL },
    { "T35", "R3 P0 U0 S3 paused", "5o", "delete p0; delete p1", NULL },
    { "T36", "R5 P0 U0 S3 paused", "5o 3n-", "", NULL },
    { "D37, K15: paused, and old are replaced by new", "R5 P0 U0 S3 paused", "5o 3n", "delete p0; delete p1; delete p2",
      NULL },
    { "D38, K3", "R3 P0 U1 S0 excl M1", "2n nD*", "", NULL },
    { "D39, K13", "R4 ondelete", "o* 3o", "", NULL },
    { "D40", "R5 ondelete", "o* 4o", "delete p0", NULL },
    { "D41, K10", "R10 P0 U12.5% S0", "10o", "", NULL },
    { "D42, K20", "R2 P99% U50% S0", "oQ", "create web-b x1 new:1", NULL },
    { "D43", "R2 P99% U50% S0 pu", "oQ", "create web-a x1 new:1", NULL },
    { "D44", "R1 P0 U10% S50% cur=upd", "n o-", "delete p1", NULL },
    { "D45", "R5 P4 U0 S2 rb", "4n o", "create web-a x2 new:2", NULL },
    { "D46, K2", "R3 P0 U20% S0 m60", "5ny", "", NULL },
};

START_TEST(row)
{
    const char *wrong = world_case_wrong(&rows[_i]);
    ck_assert_msg(!wrong, "%s", wrong);
}
END_TEST

/* ---- hooks, and the keys of pods ---- */

static void pre_delete(struct world *w)
{
    w->spec.lifecycle.set = 1;
    w->spec.lifecycle.pre_delete = world_hook(false);
}

static void pre_delete_marks(struct world *w)
{
    w->spec.lifecycle.set = 1;
    w->spec.lifecycle.pre_delete = world_hook(true);
}

static void in_place_marks(struct world *w)
{
    pre_delete(w);
    w->spec.lifecycle.in_place_update = world_hook(true);
}

static void listed(struct world *w)
{
    pre_delete_marks(w);
    w->pods[0].flags |= ROLLOUT_POD_KEY_PRE_DELETE;
}

static void other_key(struct world *w)
{
    pre_delete_marks(w);
    w->pods[0].flags |= ROLLOUT_POD_KEY_PRE_UPDATE;
}

static void empty_pre_delete(struct world *w)
{
    pre_delete(w);
    w->spec.lifecycle.pre_delete.labels.count = 0;
}

static void finalizer(struct world *w)
{
    static const struct rollout_str names[] = { { "example.com/drain", 17 } };
    pre_delete(w);
    w->spec.lifecycle.pre_delete.labels.count = 0;
    w->spec.lifecycle.pre_delete.finalizers = (struct rollout_strs)WORLD_LIST(names);
    w->pods[0].finalizers = (struct rollout_strs)WORLD_LIST(names);
}

static void name_p1(struct world *w)
{
    world_delete_name(w, "p1");
}

static void cost_of_p1(struct world *w)
{
    w->pods[1].deletion_cost = -10;
}

static const struct world_case phase[] = {
    /* 4.2, where the phase ends */
    { "4.2 step 2: acted, so nothing else", "R4 U1", "3n 2nD n*", "set-lifecycle p3 PreparingNormal", NULL },
    { "4.2 step 4: creates, so no deletes", "R5 U1", "n-* 3n", "create web-b x1 new:1", NULL },
    { "4.2 step 4: also with limit 0, and then the updates go on", "R3 U3 M1 excl inplace", "n o nD*",
      "update-in-place p1 web-b mark:0", NULL },
    { "4.2 step 5: released ones, then nothing", "R3 U1", "nD n* 3n", "delete p0", NULL },
    { "4.2 step 5: not acted, so step 6", "R3 U1", "nDh n* 3n", "delete p1", pre_delete },
    { "4.2 step 5: mixed", "R2 U1", "nDh nD 2n", "delete p1", pre_delete },
    { "4.2 step 6: acted, so no scale in", "R2 U1", "n* 4n", "delete p0", NULL },
    { "4.2 step 7: deletes under way", "R3 U0", "n* 4n-", "", NULL },
    { "4.2 step 7: prepared deletes under way", "R3 U2", "nDh 4n", "", pre_delete },
    { "4.2 step 7: scale in", "R3 U0", "5n", "delete p0; delete p1", NULL },
    { "4.2 nothing to do", "R3 U1", "3n", "", NULL },

    /* 5.1 */
    { "5.1 example, before", "R3 U1", "3n 2nDh", "", pre_delete },
    { "5.1 example: k = 1", "R4 U1", "3n 2nDh", "set-lifecycle p3 PreparingNormal", pre_delete },
    { "5.1: list order, specified ones are skipped", "R5 U1", "nD n nD* n nD",
      "set-lifecycle p0 PreparingNormal; set-lifecycle p4 PreparingNormal", NULL },
    { "5.1: specified ones count in numToDelete", "R4 U1", "2n* 2n nD", "set-lifecycle p4 PreparingNormal", NULL },
    { "5.1: surge is not part of k", "R3 P0 S1 U1", "3o nD", "delete p3", NULL },
    { "5.1: excludePreparingDelete does not matter", "R4 U1 excl", "3n 2nD", "set-lifecycle p3 PreparingNormal", NULL },
    { "5.1: skipped where preDelete marks not ready (K23)", "R4 U1", "3nh 2nDh", "", pre_delete_marks },
    { "5.1: skipped where inPlaceUpdate marks not ready (K23)", "R4 U1", "3nh 2nDh", "", in_place_marks },

    /* 5.2 */
    { "5.2 example: R=10 P=2 n=0", "R10 P2", "", "create web-a x2 new:2; create web-b x8 new:8", NULL },
    { "5.2 example: one old pod", "R10 P5 M1", "2o 5n", "create web-a x1 new:1", NULL },
    { "5.2: current is the status's, not the old pods'", "R3 P2", "x", "create web-a x1 new:1; create web-b x1 new:1",
      NULL },
    { "5.2: one revision", "R3 P2 cur=upd", "", "create web-b x3 new:3", NULL },
    { "5.2, 3.2: surge for a specified old pod is old", "R5 P5 U0 S1", "o* 4o", "create web-a x1 new:1", NULL },
    { "5.2, 3.2: and for a specified new one new", "R5 P4 U0 S1", "n* 4o", "create web-b x1 new:1", NULL },
    { "5.2, 3.2: excluded old pods are replaced by old ones", "R3 P3 U1 excl", "2o oD*", "create web-a x1 new:1",
      NULL },
    { "5.2: M as text, rounded up", "R10 M15%", "", "create web-b x2 new:2", NULL },
    { "5.2: M garbage is 0 (K10)", "R10 M'x", "", "", NULL },

    /* 5.4 and the keys of 6.6 */
    { "5.4: not hooked", "R4 U1", "n* 4n", "delete p0", pre_delete },
    { "5.4: hooked", "R4 U1", "n*h 4n", "set-lifecycle p0 PreparingDelete", pre_delete },
    { "5.4: hooked by a finalizer", "R4 U1", "n* 4n", "set-lifecycle p0 PreparingDelete", finalizer },
    { "5.4: an empty hook hooks nothing", "R4 U1", "n*h 4n", "delete p0", empty_pre_delete },
    { "5.4: marks, gate missing", "R4 U1", "n*h 4n", "set-lifecycle p0 PreparingDelete", pre_delete_marks },
    { "5.4: marks", "R4 U1", "n*hk 4n", "set-lifecycle p0 PreparingDelete mark:1", pre_delete_marks },
    { "5.4: marks, key listed", "R4 U1", "n*hk 4n", "set-lifecycle p0 PreparingDelete", listed },
    { "5.4: marks, other key listed", "R4 U1", "n*hk 4n", "set-lifecycle p0 PreparingDelete mark:1", other_key },
    { "5.4: hook does not mark", "R4 U1", "n*hk 4n", "set-lifecycle p0 PreparingDelete", pre_delete },
    { "5.4: state is there, the key alone; not acted, so step 6", "R4 U1", "nDkh n* 3n",
      "set-pod-ready p0 mark:1; delete p1", pre_delete_marks },
    { "5.4: the key alone is not acted, so updates go on", "R4 U5", "nDkh 3n o", "set-pod-ready p0 mark:1; recreate p4",
      pre_delete_marks },
    { "5.4: state and key are there", "R4 U1", "nDkh 4n", "", listed },
    { "5.4: state is there, no gate", "R4 U1", "nDh 4n", "", pre_delete_marks },
    { "5.4: state is there, pods missing: only creates", "R4 U1 excl", "nDkh* 3n", "create web-b x1 new:1",
      pre_delete_marks },

    /* 5.5 */
    { "5.5 TestScale", "R3 U20%", "n* 4n", "delete p0", NULL },
    { "5.5: not ready is free, the limit goes in list order", "R5 U0", "n* n-* n* 3n", "delete p0; delete p1", NULL },
    { "5.5: by name", "R4 U1", "5n", "delete p1", name_p1 },
    { "5.5: by name and label at once counts once", "R4 U1", "n n* 3n", "delete p1", name_p1 },
    { "5.5: states other than Normal are not ready (K43)", "R4 U0 cur=upd", "nU* 3n", "delete p0", NULL },
    { "5.5, 3.2: the limit counts n, also with excludePreparingDelete", "R3 U0 excl", "nDh* n* 3n", "delete p1",
      pre_delete },
    { "5.5: PreparingDelete ones are not asked again", "R4 U1", "nDh* 4n", "", pre_delete },

    /* 5.6 */
    { "5.6 TestSyncCloneSet R=6", "R6 ondelete", "3o- 5n-", "delete p0; delete p1", NULL },
    { "5.6 TestSyncCloneSet R=4", "R4 ondelete", "3o- 5n-", "delete p0; delete p1; delete p2; delete p3", NULL },
    { "5.6 TestScale case 1", "R3 U20% m60", "5ny", "", NULL },
    { "5.6: some of each", "R4 P1", "3o- 5n-", "delete p0; delete p1; delete p3; delete p4", NULL },
    { "5.6: only new", "R4 P3", "3o- 3n-", "delete p3; delete p4", NULL },
    { "5.6: all of a group, in list order", "R1 P0 U0", "2o n-", "delete p0", cost_of_p1 },
    { "5.6: one of a group, in D-order", "R2 P0 U1", "2o n-", "delete p1", cost_of_p1 },
    { "5.6: refused ones are not replaced", "R5 P3 U1 S1", "4o 2n-", "", NULL },
    { "5.6: hooked ones are asked", "R2 U1", "nh 2n-", "delete p1", pre_delete },
    { "5.6: hooked ones are asked, not ready", "R1 U1", "nh- n- n", "set-lifecycle p0 PreparingDelete; delete p1",
      pre_delete },
    { "5.6: groups by the scale phase's idea of new", "R1 P1 U1 pu", "oQ o", "delete p0", NULL },
    { "5.6: groups without the gate", "R1 P0 U1", "oQ n", "delete p0", NULL },
};

START_TEST(scale_phase)
{
    const char *wrong = world_case_wrong(&phase[_i]);
    ck_assert_msg(!wrong, "%s", wrong);
}
END_TEST

/* ---- 5.7: p1 goes first ---- */

static void spread_nodes(struct world *w)
{
    static const struct rollout_label z1 = { { "zone", 4 }, { "z1", 2 } }, z2 = { { "zone", 4 }, { "z2", 2 } };
    static const struct rollout_node_facts nodes[] = {
        { .name = { "a", 1 }, .labels = { &z2, 1, sizeof z2 } },
        { .name = { "b", 1 }, .labels = { &z1, 1, sizeof z1 } },
        { .name = { "c", 1 }, .labels = { &z1, 1, sizeof z1 } },
    };
    static const struct rollout_str keys[] = { { "zone", 4 } };
    w->snapshot.nodes = (struct rollout_nodes)WORLD_LIST(nodes);
    w->revisions[1].topology_keys = (struct rollout_strs)WORLD_LIST(keys);
    w->pods[0].node = WORLD_STR("a");
    w->pods[1].node = WORLD_STR("b");
    w->pods[2].node = WORLD_STR("c");
}

/* Among all of them the zone of p0 has most. */
static void spread_groups(struct world *w)
{
    spread_nodes(w);
    for (int i = 0; i < 6; i++)
        w->pods[i].node = i == 1 || i == 2 ? WORLD_STR("a") : WORLD_STR("b");
}

/* The template that spreads is the current one's: it is not asked. */
static void spread_current(struct world *w)
{
    spread_nodes(w);
    w->revisions[0].topology_keys = w->revisions[1].topology_keys;
    w->revisions[1].topology_keys = (struct rollout_strs){ 0 };
    w->pods[2].node = WORLD_STR("a"); /* same node as p0: the rank of p0 is higher */
}

static void same_node(struct world *w)
{
    w->pods[1].node = w->pods[2].node = WORLD_STR("b");
}

static void ready_later(struct world *w)
{
    w->pods[1].ready_since_ms += 1;
}

static void ready_never(struct world *w)
{
    w->pods[0].ready_since_ms = WORLD_NOW;
    w->pods[1].ready_since_ms = 0;
}

static void restarted(struct world *w)
{
    w->pods[1].restarts = 9001;
    w->pods[0].sidecar_restarts = 10000; /* not asked */
}

static void newer(struct world *w)
{
    w->pods[1].created_ms += 1;
}

static void created_never(struct world *w)
{
    w->pods[0].created_ms = WORLD_NOW;
    w->pods[1].created_ms = 0;
}

static void cheaper(struct world *w)
{
    w->pods[0].deletion_cost = 100;
    w->pods[1].deletion_cost = 10;
    w->pods[0].restarts = 5;
}

static const struct world_case order[] = {
    { "5.7 rule 1: not scheduled", "R1 U2", "n- n~", "delete p1", NULL },
    { "5.7 rule 2: Pending before Running", "R1 U2", "n- np", "delete p1", NULL },
    { "5.7 rule 3: not available, ready", "R1 U2 m60", "n ny", "delete p1", NULL },
    { "5.7 rule 4: not ready", "R1 U2", "nU n-", "delete p1", NULL },
    { "5.7 rule 5: cost", "R1 U2", "n n", "delete p1", cheaper },
    { "5.7 rule 6: rank by node", "R2 U2", "3n", "delete p1", same_node },
    { "5.7 rule 7: ready last", "R1 U2", "2n", "delete p1", ready_later },
    { "5.7 rule 7: no time", "R1 U2", "2n", "delete p1", ready_never },
    { "5.7 rule 8: restarts", "R1 U2", "2n", "delete p1", restarted },
    { "5.7 rule 9: created last", "R1 U2", "2n", "delete p1", newer },
    { "5.7 rule 9: no time", "R1 U2", "2n", "delete p1", created_never },
    { "5.7 rule 10: list order", "R1 U2", "2n", "delete p0", NULL },
    { "5.8: spread over zones", "R2 U2", "3n", "delete p1", spread_nodes },
    { "5.8: ranks see the group only (K17)", "R5 P3 U2", "3n 3o", "delete p1", spread_groups },
    { "5.8: the update revision's template", "R2 U2", "3n", "delete p0", spread_current },
};

START_TEST(delete_order)
{
    const char *wrong = world_case_wrong(&order[_i]);
    ck_assert_msg(!wrong, "%s", wrong);
}
END_TEST

/* ---- 5.3, claims and instance ids ---- */

#define ID        "apps.kruise.io/cloneset-instance-id"
#define OWNED     ROLLOUT_CLAIM_OWNED
#define OWNED_BAD (ROLLOUT_CLAIM_OWNED | ROLLOUT_CLAIM_TERMINATING)

static void templates(struct world *w)
{
    static const struct rollout_str names[] = { { "data", 4 } };
    w->spec.claim_templates = (struct rollout_strs)WORLD_LIST(names);
}

/* Every claim is an action: so many are refused before any is counted. */
START_TEST(too_many_claims)
{
    static const struct rollout_str names[] = { { "data", 4 }, { "log", 3 } };
    struct world w;
    struct rollout_error error = { .struct_size = sizeof error };
    world_make(&w, "R2147483647 P0 U1 S0", "n");
    w.spec.claim_templates = (struct rollout_strs)WORLD_LIST(names);
    ck_assert_int_eq(world_try(&w, &error), ROLLOUT_ERR_INVALID);
    ck_assert_str_eq(error.field, "replicas");
    ck_assert_str_eq(error.message, "replicas: 2147483646 pods are to be created with 2 claims each, but no more than "
                                    "10000000 claims are planned for");
    w.spec.claim_templates.count = 0;
    ck_assert_str_eq(world_actions(&w), "create web-b x2147483646 new:2147483646");
    world_free(&w);
}
END_TEST

static void three_free(struct world *w)
{
    templates(w);
    world_claim(w, "data-web-id4", "id4", OWNED);
    world_claim(w, "data-web-id1", "id1", OWNED);
    world_claim(w, "data-web-id3", "id3", OWNED);
}

static void one_free(struct world *w)
{
    templates(w);
    world_claim(w, "data-web-id3", "id3", OWNED);
}

static void held(struct world *w)
{
    one_free(w);
    world_label(w, 0, ID, "id3");
}

static void no_ids(struct world *w)
{
    world_claim(w, "data-web-x", NULL, OWNED);
    world_claim(w, "data-web-y", "", OWNED);
    world_claim(w, "data-web-id3", "id3", OWNED_BAD);
}

static void other_template(struct world *w)
{
    static const struct rollout_str names[] = { { "data", 4 }, { "logs", 4 } };
    one_free(w);
    w->spec.claim_templates = (struct rollout_strs)WORLD_LIST(names);
}

static void named_already(struct world *w)
{
    other_template(w);
    world_claim(w, "logs-web-id3", "other", OWNED);
}

static void orphans(struct world *w)
{
    world_claim(w, "data-web-id3", "id3", OWNED);
    world_claim(w, "data-web-id4", "id4", OWNED);
    world_claim(w, "data-web-id5", "id5", OWNED);
    world_claim(w, "data-web-id6", "id6", 0); /* of nobody: left alone */
    world_label(w, 0, ID, "id3");
    world_label(w, 1, ID, "id4");
}

static const struct world_case claims[] = {
    { "5.3 [T] id1 is old, id3 and id4 are new, no claim is made again", "R3 P1 reuse", "",
      "create web-a x1 id:id1; create web-b x2 id:id3 id:id4", three_free },
    { "5.3: free ids first, then new ones", "R3 P0 reuse", "",
      "create-claim of:data; create-claim of:data; create web-b x3 id:id3 new:2", one_free },
    { "5.3: the id of an active pod is not free", "R3 P0 reuse", "2n", "create-claim of:data; create web-b x1 new:1",
      held },
    { "5.3, K29: the id of a terminating pod is", "R3 P0 reuse", "n! 2n", "create web-b x1 id:id3", held },
    { "5.3, K29: the id of a completed pod is", "R3 P0 reuse", "ns 2n", "create web-b x1 id:id3", held },
    { "5.3: no label, empty label, terminating: no ids", "R1 P0 reuse", "", "create web-b x1 new:1", no_ids },
    { "5.3: a claim of a later template is made", "R1 P0 reuse", "",
      "create-claim logs-web-id3 of:logs; create web-b x1 id:id3", other_template },
    { "5.3: an existing name is skipped, whatever its id", "R1 P0 reuse", "", "create web-b x1 id:id3", named_already },
    { "5.3, 4.1 step 5: without reuse free claims go, ids are fresh", "R1 P0", "",
      "delete-claim data-web-id3; create-claim of:data; create web-b x1 new:1", one_free },
    { "4.1 step 5: to the inactive pod, else deleted", "R1 U1", "n ns",
      "set-claim-owner data-web-id4 Pod p1; delete-claim data-web-id5", orphans },
    { "4.1 step 5: not with reuse", "R1 U1 reuse", "n ns", "", orphans },
    { "5.4: claims go with their pod", "R1 U1", "n* n", "delete p0; delete-claim data-web-id3", held },
    { "5.4, K30: reuse does not keep them", "R1 U1 reuse", "n* n", "delete p0; delete-claim data-web-id3", held },
};

START_TEST(claim)
{
    const char *wrong = world_case_wrong(&claims[_i]);
    ck_assert_msg(!wrong, "%s", wrong);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("cloneset_scale");
    TCase *tcase = tcase_create("scale");
    tcase_add_loop_test(tcase, row, 0, sizeof rows / sizeof *rows);
    tcase_add_loop_test(tcase, scale_phase, 0, sizeof phase / sizeof *phase);
    tcase_add_loop_test(tcase, delete_order, 0, sizeof order / sizeof *order);
    tcase_add_loop_test(tcase, claim, 0, sizeof claims / sizeof *claims);
    tcase_add_test(tcase, too_many_claims);
    suite_add_tcase(suite, tcase);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}
