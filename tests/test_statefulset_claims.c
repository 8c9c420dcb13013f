/* SPDX-License-Identifier: Apache-2.0 */
/* Volume claims of a StatefulSet: statefulset.md 11, and how claims are found by name. */
#include <check.h>
#include <stdio.h>
#include <string.h>

#include "base/str.h"
#include "planners/claim_names.h"
#include "statefulworld.h"

static struct statefulworld w;

/* ---- 11.1 ---- */

static const struct stateful_case creations[] = {
    { "before the pod", "par R1 Tdata", "", "create-claim data-0 of:data; create 0 b", NULL, NULL },
    { "only what is missing", "par R1 Tdata Tlogs", "; 0", "create-claim logs-0 of:logs; create 0 b", NULL, NULL },
    { "by name (data-b-web-0 is before data-web-0), whatever the templates' order", "par R1 Tlogs Tdata Tdata-b", "",
      "create-claim data-b-0 of:data-b; create-claim data-0 of:data; create-claim logs-0 of:logs; create 0 b", NULL,
      NULL },
    { "template by template, as their claims' names go on", "par R1 Tdata-web Tdata Tdata-we", "",
      "create-claim data-we-0 of:data-we; create-claim data-0 of:data; create-claim data-0 of:data-web; create 0 b",
      NULL, NULL },
    { "pod by pod", "par R2 Tdata", "",
      "create-claim data-0 of:data; create 0 b; create-claim data-1 of:data; create 1 b", NULL, NULL },
    { "of its ordinal, to the last digit", "par R1 start S1 Tdata", "; 10 11",
      "create-claim data-1 of:data; create 1 b", NULL, NULL },
    { "one that is being deleted", "par R1 Tdata", "; 0,!", "", "error ClaimNotFree stop 9", NULL },
    { "another one is created all the same", "par R1 Tdata Tlogs", "; 0,!", "create-claim logs-0 of:logs",
      "error ClaimNotFree", NULL },
    { "Pending", "par R1 Tdata", "0Bp", "create-claim data-0 of:data", NULL, NULL },
    { "Running: no matter", "par R1 Tdata", "0B-", "", NULL, NULL },
    { "the template was added: volumes do not match", "par R1 Tdata", "0Bv",
      "create-claim data-0 of:data; repair 0 storage", NULL, NULL },
    { "twice in a pass", "par R1 Tdata", "0Bpv", "create-claim data-0 of:data", "error ClaimNotFree stop 9", NULL },
    { "condemned pods get none", "par R0 Tdata", "0Bp", "delete 0", NULL, NULL },
    { "nor reserved places", "par R1 r0 Tdata", "", "create-claim data-1 of:data; create 1 b", NULL, NULL },
};

/* ---- 11.2: who must own a claim; ref to set, ref to pod ---- */

static const struct stateful_case owners[] = {
    { "Retain, Retain", "par R1 Tdata", "0B 1B; 0-1", "delete 1", NULL, NULL },
    { "Retain, Retain: none stays", "par R1 Tdata", "0B 1B; 0-1,sp",
      "set-claim-owner data-0 0; set-claim-owner data-1 1; delete 1", NULL, NULL },
    { "Retain, Delete", "par R1 whenDeleted Tdata", "0B 1B; 0-1",
      "set-claim-owner data-0 StatefulSet 0; set-claim-owner data-1 StatefulSet 1; delete 1", NULL, NULL },
    { "Retain, Delete: so it is", "par R1 whenDeleted Tdata", "0B 1B; 0-1,s", "delete 1", NULL, NULL },
    { "Retain, Delete: the pod's is removed", "par R1 whenDeleted Tdata", "0B; 0,sp",
      "set-claim-owner data-0 StatefulSet 0", NULL, NULL },
    { "Delete, Retain", "par R1 whenScaled Tdata", "0B 1B; 0-1", "set-claim-owner data-1 Pod 1; delete 1", NULL, NULL },
    { "Delete, Retain: so it is", "par R1 whenScaled Tdata", "0B 1B; 0 1,p", "delete 1", NULL, NULL },
    { "Delete, Retain: up again", "par R2 whenScaled Tdata", "0B 1B; 0 1,p", "set-claim-owner data-1 1", NULL, NULL },
    { "Delete, Retain: the set's is removed", "par R1 whenScaled Tdata", "0B; 0,s", "set-claim-owner data-0 0", NULL,
      NULL },
    { "Delete, Delete", "par R1 whenScaled whenDeleted Tdata", "0B 1B; 0-1",
      "set-claim-owner data-0 StatefulSet 0; set-claim-owner data-1 Pod 1; delete 1", NULL, NULL },
    { "Delete, Delete: so it is", "par R1 whenScaled whenDeleted Tdata", "0B 1B; 0,s 1,p", "delete 1", NULL, NULL },
    { "Delete, Delete: down", "par R1 whenScaled whenDeleted Tdata", "0B 1B; 0-1,s",
      "set-claim-owner data-1 Pod 1; delete 1", NULL, NULL },
    { "Delete, Delete: up again", "par R2 whenScaled whenDeleted Tdata", "0B 1B; 0,s 1,p",
      "set-claim-owner data-1 StatefulSet 1", NULL, NULL },
    { "reserving an ordinal is down", "par R1 r0 whenScaled Tdata", "0B 1B; 0-1",
      "set-claim-owner data-0 Pod 0; delete 0", NULL, NULL },
    { "below start is down", "par start S1 R1 whenScaled Tdata", "0B 1B; 0-1", "set-claim-owner data-0 Pod 0; delete 0",
      NULL, NULL },
    { "all of its claims, by name", "par R1 whenDeleted Tlogs Tdata", "0B; 0:logs 0",
      "set-claim-owner data-0 StatefulSet 0; set-claim-owner logs-0 StatefulSet 0", NULL, NULL },
    { "others' are no matter", "par R1 whenDeleted Tdata", "0B; 0,sx", "", NULL, NULL },
    { "a plain one will do", "par R1 whenDeleted Tdata", "0B; 0,S", "", NULL, NULL },
    { "a former pod's is no matter", "par R1 whenDeleted Tdata", "0B; 0,so", "", NULL, NULL },
    { "of a new pod, behind it", "par R1 whenDeleted Tdata", "; 0", "create 0 b; set-claim-owner data-0 StatefulSet 0",
      NULL, NULL },
    { "of a Pending pod, once", "par R1 whenDeleted Tdata", "0Bp; 0", "set-claim-owner data-0 StatefulSet 0", NULL,
      NULL },
    { "of a Pending pod that does not come to R8", "R1 whenDeleted Tdata", "0Bp; 0",
      "set-claim-owner data-0 StatefulSet 0", "stop 9", NULL },
    { "not of one that is not available, ordered", "R1 whenDeleted Tdata", "0B-; 0", "", "stop 9", NULL },
    { "before the condemned pods go", "par R0 whenScaled Tdata", "0-1B; 0-1",
      "set-claim-owner data-1 Pod 1; set-claim-owner data-0 Pod 0; delete 1; delete 0", NULL, NULL },
    { "also where an ordered set waits for one", "R0 whenScaled Tdata", "0B 1B!; 0-1",
      "set-claim-owner data-1 Pod 1; set-claim-owner data-0 Pod 0", "stop 11", NULL },
    { "claims that are not there", "par R1 whenDeleted Tdata", "0B", "", NULL, NULL },
    { "claims of other ordinals", "par R1 whenDeleted Tdata", "0B; 1 10", "", NULL, NULL },
    { "stale", "par R1 whenScaled Tdata", "; 0,o", "", NULL, NULL },
    { "stale: Delete, Delete", "par R1 whenScaled whenDeleted Tdata", "; 0,so", "", NULL, NULL },
    { "stale: one of several", "par R1 whenScaled Tdata Tlogs", "; 0 0:logs,o", "", NULL, NULL },
    { "not stale: whenScaled is Retain", "par R1 whenDeleted Tdata", "; 0,so", "create 0 b", NULL, NULL },
    { "not stale: of another ordinal", "par R1 whenScaled Tdata", "; 0 1,o", "create 0 b", NULL, NULL },
    { "stale, though it is the pod's own uid: the new one has none yet", "par R1 whenScaled Tdata", "; 0,p", "", NULL,
      NULL },
};

/* ---- 11.3 ---- */

static void modes_of_claim(struct statefulworld *it)
{
    static const struct rollout_str modes[] = { { "ReadWriteOnce", 13 } };
    it->claims[0].access_modes = (struct rollout_strs){ modes, 1, sizeof *modes };
}

static void modes_of_both(struct statefulworld *it)
{
    modes_of_claim(it);
    it->templates[0].access_modes = it->claims[0].access_modes;
}

static void other_order_of_modes(struct statefulworld *it)
{
    static const struct rollout_str a[] = { { "ReadWriteOnce", 13 }, { "ReadOnlyMany", 12 } };
    static const struct rollout_str b[] = { { "ReadOnlyMany", 12 }, { "ReadWriteOnce", 13 } };
    it->claims[0].access_modes = (struct rollout_strs){ a, 2, sizeof *a };
    it->templates[0].access_modes = (struct rollout_strs){ b, 2, sizeof *b };
}

static void last_mode_differs(struct statefulworld *it)
{
    static const struct rollout_str a[] = { { "ReadWriteOnce", 13 }, { "ReadOnlyMany", 12 } };
    static const struct rollout_str b[] = { { "ReadWriteOnce", 13 }, { "ReadWriteMany", 13 } };
    it->claims[0].access_modes = (struct rollout_strs){ a, 2, sizeof *a };
    it->templates[0].access_modes = (struct rollout_strs){ b, 2, sizeof *b };
}

static void fixed_class(struct statefulworld *it)
{
    it->claims[0].storage_class = stateful_str("fixed");
}

static void lost_class(struct statefulworld *it)
{
    it->claims[0].storage_class = stateful_str("lost");
}

#define SMALL "; 0-2=1Gi/1Gi"

static const struct stateful_case sizes[] = {
    { "the type is another", "par U9 Tdata:2Gi", "0-2B" SMALL, "", NULL, NULL },
    { "a size alone restarts nobody", "par resize U9 Tdata:2Gi", "0-2B" SMALL,
      "resize-claim data-2 of:data 2Gi; resize-claim data-1 of:data 2Gi; resize-claim data-0 of:data 2Gi", "stop 0",
      NULL },
    { "within the budget", "par resize U1 Tdata:2Gi", "0-2B" SMALL, "resize-claim data-2 of:data 2Gi", "stop 20",
      NULL },
    { "one that is being resized uses it up", "par resize U1 Tdata:2Gi", "0-2B; 0-1=1Gi/1Gi 2=2Gi/1Gi", "", "stop 20",
      NULL },
    { "capacity reached: the next one", "par resize U1 Tdata:2Gi", "0-2B; 0-1=1Gi/1Gi 2=2Gi/2Gi",
      "resize-claim data-1 of:data 2Gi", NULL, NULL },
    { "pending on the node: completed, but not ready", "par resize U1 Tdata:2Gi", "0-2B; 0-1=1Gi/1Gi 2=2Gi/1Gi,~", "",
      "stop 20", NULL },
    { "the pod waits for its claim", "par resize U9 R1 Tdata:2Gi", "0A; 0=2Gi/1Gi", "", "stop 0 cur 1", NULL },
    { "pending on the node: the pod is updated", "par resize U9 R1 Tdata:2Gi", "0A; 0=2Gi/1Gi,~", "delete 0", NULL,
      NULL },
    { "completed: the pod is updated", "par resize U9 R1 Tdata:2Gi", "0A; 0=2Gi/2Gi", "delete 0", NULL, NULL },
    { "resized: the pod waits for it", "par resize U9 R1 Tdata:2Gi", "0A; 0=1Gi/1Gi", "resize-claim data-0 of:data 2Gi",
      "cur 1", NULL },
    { "rolled back: larger is compatible", "par resize U9 R1 Tdata:1Gi", "0B; 0=2Gi/2Gi", "", "stop 0", NULL },
    { "by value, not by text", "par resize U9 R1 Tdata:1Gi", "0B; 0=1024Mi/1073741824", "", "stop 0", NULL },
    { "below the partition nothing is resized", "par resize U9 P2 Tdata:2Gi", "0-2B" SMALL,
      "resize-claim data-2 of:data 2Gi", NULL, NULL },
    { "another class: an error", "par resize U9 R1 Tdata:2Gi@slow", "0B; 0=1Gi/1Gi", "", "error ClaimMismatch stop 20",
      NULL },
    { "one of them names no class", "par resize U9 R1 Tdata:2Gi@slow", "0B; 0=1Gi/1Gi,a",
      "resize-claim data-0 of:data 2Gi", NULL, NULL },
    { "another class: large enough all the same", "par resize U9 R1 Tdata:1Gi@slow", "0B; 0=1Gi/1Gi", "",
      "error ClaimMismatch stop 20", NULL },
    { "other access modes", "par resize U9 R1 Tdata:2Gi", "0B; 0=1Gi/1Gi", "", "error ClaimMismatch", modes_of_claim },
    { "the same access modes", "par resize U9 R1 Tdata:2Gi", "0B; 0=1Gi/1Gi", "resize-claim data-0 of:data 2Gi", NULL,
      modes_of_both },
    { "access modes in another order", "par resize U9 R1 Tdata:2Gi", "0B; 0=1Gi/1Gi", "", "error ClaimMismatch",
      other_order_of_modes },
    { "the last of several access modes", "par resize U9 R1 Tdata:2Gi", "0B; 0=1Gi/1Gi", "", "error ClaimMismatch",
      last_mode_differs },
    { "no request is none at all", "par resize U9 R1 Tdata:1Gi", "0B; 0", "resize-claim data-0 of:data 1Gi", NULL,
      NULL },
    { "nor is what is no quantity", "par resize U9 R1 Tdata:1Gi", "0B; 0=x/1Gi", "resize-claim data-0 of:data 1Gi", NULL,
      NULL },
    { "and none is asked for", "par resize U9 R1 Tdata", "0B; 0", "", "stop 0", NULL },
    { "a class that cannot grow", "par resize U9 R1 Tdata:2Gi", "0B; 0=1Gi/1Gi", "", "error ClaimMismatch stop 20",
      fixed_class },
    { "a class that is not there", "par resize U9 R1 Tdata:2Gi", "0B; 0=1Gi/1Gi", "", "error ClaimMismatch stop 20",
      lost_class },
    { "no matter where it need not grow", "par resize U9 R1 Tdata:1Gi", "0B; 0=1Gi/1Gi", "", "error none", lost_class },
    { "no class: nothing forbids it", "par resize U9 R1 Tdata:2Gi", "0B; 0=1Gi/1Gi,a",
      "resize-claim data-0 of:data 2Gi", NULL, NULL },
    { "the error stops the walk", "par resize U9 R2 Tdata:2Gi", "1B 0B; 1=1Gi/1Gi 0=1Gi/1Gi", "",
      "error ClaimMismatch stop 20", fixed_class },
    { "claims by name; those before an error stand", "par resize U9 R1 Tlogs:2Gi@slow Tdata:2Gi",
      "0B; 0=1Gi/1Gi 0:logs=1Gi/1Gi", "resize-claim data-0 of:data 2Gi", "error ClaimMismatch", NULL },
    { "missing and deleted ones are passed over", "par resize U9 R1 Tdata:2Gi Tlogs:2Gi", "0B; 0=1Gi/1Gi,!", "",
      "stop 0", NULL },
    { "nor does a pod wait for them", "par resize U9 R1 Tdata:2Gi", "0A", "delete 0", NULL, NULL },
    { "S16: of a missing pod too", "par resize U9 R1 Tdata:2Gi", "; 0=1Gi/1Gi",
      "create 0 b; resize-claim data-0 of:data 2Gi", "stop 0", NULL },
    { "of a pod that terminates", "par resize U9 R1 Tdata:2Gi", "0B!; 0=1Gi/1Gi", "resize-claim data-0 of:data 2Gi",
      NULL, NULL },
    { "paused", "par resize paused R1 Tdata:2Gi", "0B; 0=1Gi/1Gi", "", NULL, NULL },
    { "U: a capacity below the request", "par resize U1 R2 Tdata:1Gi", "0A 1B; 0=1Gi/1Gi 1=2Gi/1Gi", "", "stop 20",
      NULL },
    { "U: without the gate it does not count", "par U1 R2 Tdata:1Gi", "0A 1B; 0=1Gi/1Gi 1=2Gi/1Gi", "delete 0", NULL,
      NULL },
    { "U: large enough is not asked for", "par resize U2 R3 Tdata:2Gi", "0-1A 2B; 0-2=1Gi/1Gi",
      "resize-claim data-2 of:data 2Gi; resize-claim data-1 of:data 2Gi", "stop 20", NULL },
};

/* status.volumeClaims: compatible, and those of them that are ready; over all places. */
static const struct stateful_case counts[] = {
    { "no templates", "R1", "0B", "", "claims -1/-1", NULL },
    { "all", "R3 Tdata:1Gi", "0-2B; 0-2=1Gi/1Gi", "", "claims 3/3", NULL },
    { "too small", "R3 Tdata:2Gi", "0-2B; 0-1=1Gi/1Gi 2=2Gi/2Gi", "", "claims 1/1", NULL },
    { "not at its size yet", "R3 Tdata:2Gi", "0-2B; 0-1=2Gi/1Gi 2=2Gi/2Gi", "", "claims 3/1", NULL },
    { "pending on the node is not ready", "R1 Tdata:2Gi", "0B; 0=2Gi/1Gi,~", "", "claims 1/0", NULL },
    { "ready, but too small, is not counted", "R1 Tdata:3Gi", "0B; 0=2Gi/2Gi", "", "claims 0/0", NULL },
    { "missing and deleted ones are passed over", "R3 Tdata:1Gi", "0-2B; 0=1Gi/1Gi 1=1Gi/1Gi,!", "", "claims 1/1",
      NULL },
    { "of missing pods too", "par R2 Tdata:1Gi", "0B; 0-1=1Gi/1Gi", "create 1 b", "claims 2/2", NULL },
    { "not of condemned ones", "par R1 Tdata:1Gi", "0-1B; 0-1=1Gi/1Gi", "delete 1", "claims 1/1", NULL },
    { "nor of reserved places", "par R1 r1 Tdata:1Gi", "0B; 0-1=1Gi/1Gi", "", "claims 1/1", NULL },
    { "while the set is deleted", "deleting R1 Tdata:1Gi", "0B; 0=1Gi/1Gi", "", "claims 1/1", NULL },
};

STATEFUL_TABLE(test_creation, creations)
STATEFUL_TABLE(test_owner, owners)
STATEFUL_TABLE(test_size, sizes)
STATEFUL_TABLE(test_count, counts)

/* ---- upstream's texts ---- */

static void two_errors(struct statefulworld *it)
{
    it->claims[1].flags |= ROLLOUT_CLAIM_TERMINATING;
}

static const struct {
    const char *settings, *scene, *text, *condition;
    void (*tweak)(struct statefulworld *w);
} errors[] = {
    { "par R1 Tdata", "; 0,!", "pvc data-web-0 is to be deleted",
      "StatefulPodControl failed to create Pod error: pvc data-web-0 is to be deleted", NULL },
    { "par R1 Tdata", "0Bv; 0,!", "pvc data-web-0 is to be deleted",
      "StatefulPodControl failed to update Pod error: pvc data-web-0 is to be deleted", NULL },
    { "par R1 Tdata", "0Bp; 0,!", "pvc data-web-0 is to be deleted", "", NULL },
    { "par R1 Tlogs Tdata", "; 0,! 0:logs", "[pvc data-web-0 is to be deleted, pvc logs-web-0 is to be deleted]",
      "StatefulPodControl failed to create Pod error: "
      "[pvc data-web-0 is to be deleted, pvc logs-web-0 is to be deleted]",
      two_errors },
    { "par resize R1 Tdata:2Gi@slow", "0B; 0=1Gi/1Gi",
      "can not patch pvc data-web-0: contains diff other than spec resource, wait pvc to be deleted", "", NULL },
    { "par resize R1 Tdata:2Gi", "0B; 0=1Gi/1Gi", "storage class fixed for web-0 does not support volume expansion", "",
      fixed_class },
    { "par resize R1 Tdata:2Gi", "0B; 0=1Gi/1Gi",
      "could not get sc lost for web-0 when checking PVC spec: storageclasses.storage.k8s.io \"lost\" not found", "",
      lost_class },
    { "par resize R1 Tdata:2Gi", "; 0=1Gi/1Gi", "storage class fixed for web-0 does not support volume expansion", "",
      fixed_class },
};

START_TEST(test_error)
{
    char buf[256];
    stateful_make(&w, errors[_i].settings, errors[_i].scene);
    if (errors[_i].tweak)
        errors[_i].tweak(&w);
    (void)stateful_actions(&w);
    snprintf(buf, sizeof buf, "%.*s", (int)w.plan->error_message.len,
             w.plan->error_message.data ? w.plan->error_message.data : "");
    ck_assert_str_eq(buf, errors[_i].text);
    const char *message = planned_condition(w.plan, "FailedCreatePod", "message", buf, sizeof buf);
    if (!*message)
        message = planned_condition(w.plan, "FailedUpdatePod", "message", buf, sizeof buf);
    ck_assert_str_eq(message, errors[_i].condition);
    stateful_free(&w);
}
END_TEST

/* ---- claims by name ---- */

static const char *const names[] = {
    "data-web-1", "data-web-10", "data-web", "data-web-0", "a-data-web-1", "data-web-1"
};

static struct rollout_claim sorted_claims[6];

static struct ro_claim_name name_of(const char *template, const char *set, const char *ordinal)
{
    return ro_claim_name(stateful_str(template), stateful_str(set), stateful_str(ordinal));
}

/* "<template>-<set>-<ordinal>" compares as the text that it stands for. */
START_TEST(test_claim_name)
{
    static const struct {
        const char *text, *template, *set, *ordinal;
        int sign;
    } rows[] = {
        { "data-web-0", "data", "web", "0", 0 },     { "data-web-00", "data", "web", "0", 1 },
        { "data-web-", "data", "web", "0", -1 },     { "data-web-1", "data", "web", "0", 1 },
        { "data-web", "data", "web", "0", -1 },      { "", "data", "web", "0", -1 },
        { "data-a-web-0", "data-a", "web", "0", 0 }, { "data-a-web-0", "data", "a-web", "0", 0 },
        { "data-web-0", "data", "web", "10", -1 },   { "dat", "data", "web", "0", -1 },
        { "datb", "data", "web", "0", 1 },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct ro_claim_name name = name_of(rows[i].template, rows[i].set, rows[i].ordinal);
        int c = ro_claim_name_cmp(stateful_str(rows[i].text), &name);
        ck_assert_msg((c > 0) - (c < 0) == rows[i].sign, "%s: %d", rows[i].text, c);
    }
}
END_TEST

START_TEST(test_find_claim)
{
    uint32_t places[6] = { 0, 1, 2, 3, 4, 5 }, scratch[6];
    for (size_t i = 0; i < 6; i++)
        sorted_claims[i].name = stateful_str(names[i]);
    struct ro_abi_array claims = { .items = (const char *)sorted_claims, .count = 6, .stride = sizeof *sorted_claims };
    ro_claims_sort(&claims, places, 6, scratch);
    struct ro_claim_name name = name_of("data", "web", "1");
    ck_assert_uint_eq(ro_claim_find(&claims, places, 6, &name), 0); /* of two the first */
    name = name_of("data", "web", "10");
    ck_assert_uint_eq(ro_claim_find(&claims, places, 6, &name), 1);
    name = name_of("data", "web", "0");
    ck_assert_uint_eq(ro_claim_find(&claims, places, 6, &name), 3);
    name = name_of("a", "data-web", "1");
    ck_assert_uint_eq(ro_claim_find(&claims, places, 6, &name), 4);
    name = name_of("data", "web", "2");
    ck_assert_uint_eq(ro_claim_find(&claims, places, 6, &name), ROLLOUT_NONE);
    name = name_of("z", "web", "0");
    ck_assert_uint_eq(ro_claim_find(&claims, places, 6, &name), ROLLOUT_NONE);
    ck_assert_uint_eq(ro_claim_find(&claims, places, 0, &name), ROLLOUT_NONE);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("statefulset_claims");
    TCase *tcase = tcase_create("statefulset_claims");
    tcase_add_loop_test(tcase, test_creation, 0, STATEFUL_ROWS(creations));
    tcase_add_loop_test(tcase, test_owner, 0, STATEFUL_ROWS(owners));
    tcase_add_loop_test(tcase, test_size, 0, STATEFUL_ROWS(sizes));
    tcase_add_loop_test(tcase, test_count, 0, STATEFUL_ROWS(counts));
    tcase_add_loop_test(tcase, test_error, 0, STATEFUL_ROWS(errors));
    tcase_add_test(tcase, test_claim_name);
    tcase_add_test(tcase, test_find_claim);
    suite_add_tcase(suite, tcase);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? 1 : 0;
}
