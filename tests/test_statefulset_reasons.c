/* SPDX-License-Identifier: Apache-2.0 */
/* Every reason that a StatefulSet can give, with its sentence (reasons.md 1 to 5), the ladder (6) and the numbers (7). */
#include <check.h>
#include <string.h>

#include "statefulworld.h"

/* ---- tweaks ---- */

static void older(struct statefulworld *w)
{
    w->snapshot.revisions.count = 4;
    w->revisions[2] = (struct rollout_revision){ .name = stateful_str("web-c"), .number = -1 };
    w->revisions[3] = (struct rollout_revision){ .name = stateful_str("web-d"), .number = -2 };
}

static void is_new(struct statefulworld *w)
{
    w->revisions[1].flags = ROLLOUT_REVISION_NEW;
}

static void is_older(struct statefulworld *w)
{
    w->revisions[0].number = 9;
}

static void grace_runs(struct statefulworld *w)
{
    stateful_in_place(w, 0, ROLLOUT_IN_PLACE_STATE | ROLLOUT_IN_PLACE_GRACE_KEY | ROLLOUT_IN_PLACE_GRACE)
        ->grace_end_ms = STATEFUL_NOW + 30 * 1000;
}

static void grace_over(struct statefulworld *w)
{
    grace_runs(w);
    w->in_place[0].grace_end_ms = STATEFUL_NOW;
}

static void grace_dropped(struct statefulworld *w)
{
    grace_runs(w);
    w->in_place[0].grace_revision = stateful_str("web-a");
}

static void incomplete(struct statefulworld *w)
{
    struct rollout_in_place *progress = stateful_in_place(w, 0, ROLLOUT_IN_PLACE_STATE);
    progress->waits_for = ROLLOUT_WAITS_FOR_IMAGE;
    progress->container = stateful_str("main");
}

static void next_batch(struct statefulworld *w)
{
    stateful_in_place(w, 0,
                      ROLLOUT_IN_PLACE_STATE | ROLLOUT_IN_PLACE_CONTAINERS_DONE | ROLLOUT_IN_PLACE_NEXT |
                          ROLLOUT_IN_PLACE_NEXT_APPLIES | ROLLOUT_IN_PLACE_NEXT_READY);
}

static void state_broken(struct statefulworld *w)
{
    stateful_in_place(w, 0, ROLLOUT_IN_PLACE_STATE | ROLLOUT_IN_PLACE_STATE_BROKEN);
}

static void state_broken_2(struct statefulworld *w)
{
    stateful_in_place(w, 2, ROLLOUT_IN_PLACE_STATE | ROLLOUT_IN_PLACE_STATE_BROKEN);
}

static void lost_class(struct statefulworld *w)
{
    w->claims[0].storage_class = stateful_str("lost");
}

static void fixed_class(struct statefulworld *w)
{
    w->claims[0].storage_class = stateful_str("fixed");
}

static const struct rollout_label empty_label = { { "gone", 4 }, { "", 0 } };

static void empty_hook(struct statefulworld *w)
{
    w->spec.lifecycle.pre_delete.labels.items = &empty_label;
}

static void finalizer(struct statefulworld *w)
{
    static const struct rollout_str names[] = { { "example.com/drain", 17 } };
    w->spec.lifecycle.pre_delete.labels.count = 0;
    w->spec.lifecycle.pre_delete.finalizers = (struct rollout_strs){ names, 1, sizeof *names };
    w->pods[0].finalizers = w->spec.lifecycle.pre_delete.finalizers;
}

/* ---- 1 and 2: done and acted ---- */

static const struct stateful_reason done[] = {
    { "", "0-2B", "1", "hold UpToDate: up to date at web-b", NULL },
    { "native", "0BD 1-2B", "0", "hold UpToDate: up to date at web-b", NULL },
    { "native", "0Bg 1-2B", "0", "hold UpToDate: up to date at web-b", grace_runs },
    { "r1", "0B 2-3B", "2", "hold UpToDate: up to date at web-b", NULL },
    { "R1", "0B 99999999999B", "99999999999", "hold NoTarget: holds no place: its name has no ordinal", NULL },
    { "R1", "0B0 0B", "00", "hold NoTarget: holds no place: its ordinal is taken, web-0 has it", NULL },
    { "H1", "0A 1-2B", "web-a", "hold HistoryKept: history: number 0, 1 are kept", NULL },
    { "H1", "0-2B", "web-b", "hold HistoryKept: history: number 0, 1 are kept", NULL },
    { "H1", "0-2B", "web-c", "hold HistoryKept: history: number 1, 1 are kept", older },
    { "H1", "0-2B", "web-d", "delete-revision CleanedUp: past its limit 1", older },
    { "", "0-2B", "web-b", "create-revision Bookkeeping: bookkeeping: new revision", is_new },
    { "", "0-2B", "web-b", "renumber-revision Bookkeeping: bookkeeping: revision number", is_older },
    { "par U2 inplace", "0-2A", "1", "update-in-place UpdateInPlace: in place, number 2 of 3 now", NULL },
    { "par inplace g30", "0-2A", "2", "update-in-place UpdateInPlace: in place, number 1 of 3 now", NULL },
    { "par U2 P1", "0-2A", "2", "delete Recreate: recreate, number 1 of 2 now", NULL },
    { "native", "0-2A", "2", "delete Recreate: recreate, number 1 of 3 now", NULL },
    { "native par budget U2", "0-2A", "1", "delete Recreate: recreate, number 2 of 3 now", NULL },
    { "par inplace cannot", "0-2A", "2",
      "delete RecreateNotInPlace: recreate, not possible in place: /spec/hostNetwork", NULL },
    { "par inplace", "0-1A 2X", "2", "delete RecreateNotInPlace: recreate, not possible in place: unknown revision",
      NULL },
    { "", "0B 1-2B", "0", "end-grace UpdateContinued: update goes on: grace period over", grace_over },
    { "", "0B 1-2B", "0", "end-grace UpdateContinued: update goes on: grace period dropped", grace_dropped },
    { "", "0B 1-2B", "0", "next-batch UpdateContinued: update goes on: next batch of containers", next_batch },
    { "", "0-1B 2Bg", "2", "set-ready UpdateContinued: update goes on: readiness gate InPlaceUpdateReady", NULL },
    { "par inplace preUpdate", "0-1A 2Ah", "2", "set-lifecycle PrepareUpdate: asks hook hook before the update", NULL },
    { "R0 preDelete", "0Bh", "0", "set-lifecycle PrepareDelete: asks hook hook before the delete", NULL },
    { "R0 preDelete", "0B", "0", "set-lifecycle PrepareDelete: asks hook example.com/drain before the delete",
      finalizer },
    { "", "0-1B 2Bu", "2", "set-lifecycle LifecycleMoved: lifecycle state becomes Normal", NULL },
    { "preUpdate", "0-1B 2Bu", "2", "set-lifecycle LifecycleMoved: lifecycle state becomes Updated", NULL },
    { "par R4 M2", "0B", "#2", "create CreateMissing: creates 2 of 3 missing", NULL },
    { "par R4", "0B", "#2", "create CreateMissing: creates 3 of 3 missing", NULL },
    { "", "0B", "#1", "create CreateMissing: creates 1 of 2 missing", NULL },
    { "par R4 P2", "", "#1", "create CreateOldRevision: creates 2 at the old revision, partition 2", NULL },
    { "par R4 P2", "", "#2", "create CreateMissing: creates 2 of 4 missing", NULL },
    { "par R3", "0-1B 2B*", "2", "delete DeleteSpecified: delete asked for by label apps.kruise.io/specified-delete",
      NULL },
    { "R1", "0-3B", "3", "delete DeleteScaleIn: scale in, number 1 of 3", NULL },
    { "par R1", "0-3B", "2", "delete DeleteScaleIn: scale in, number 2 of 3", NULL },
    { "par start S2 R1", "0B 2B", "0", "delete DeleteScaleIn: scale in, number 1 of 1", NULL },
    { "R0 preDelete", "0BD", "0", "delete DeleteHookReleased: preDelete hook released", NULL },
    { "par preDelete", "0-1A 2AD", "2", "delete DeleteHookReleased: preDelete hook released", NULL },
    { "", "0B 1Bf 2B", "1", "delete DeleteFailed: Failed, deleted to be replaced", NULL },
    { "par", "0B 1Bs 2B", "1", "delete DeleteFailed: Succeeded, deleted to be replaced", NULL },
    { "par R2 r1", "0-2B", "1", "delete DeleteNotInSpec: not in the spec: ordinal reserved", NULL },
    { "par R2 r0", "0-2B", "0", "delete DeleteNotInSpec: not in the spec: ordinal reserved", NULL },
    { "par start S2 r0 R1", "0B 2B", "0", "delete DeleteScaleIn: scale in, number 1 of 1", NULL },
    { "R2 r1", "0-2B", "1", "delete DeleteNotInSpec: not in the spec: ordinal reserved", NULL },
    { "", "0Bi 1-2B", "0", "repair Bookkeeping: bookkeeping: identity", NULL },
    { "Tdata", "0Bv 1-2B; 0-2", "0", "repair Bookkeeping: bookkeeping: storage", NULL },
    { "", "0B/ 1-2B", "0", "release Bookkeeping: bookkeeping: released, not selected", NULL },
};

/* ---- 3: waiting ---- */

#define NOT_READY(what) "hold NotReady: at the target, not ready: " what

static const struct stateful_reason waiting[] = {
    { "", "0-1B 2B-", "2", NOT_READY("condition Ready"), NULL },
    { "", "0-1B 2Bp", "2", NOT_READY("phase Pending"), NULL },
    { "", "0-1B 2Be", "2", NOT_READY("no phase"), NULL },
    { "native", "0-1B 2B-", "2", NOT_READY("condition Ready"), NULL },
    { "m60", "0-1B 2Bz", "2", NOT_READY("condition Ready has no time"), NULL },
    { "m60", "0-1B 2By", "2",
      "hold MinReadySeconds: ready, available from 2026-01-01T00:00:59.000Z (min_ready_seconds 60)", NULL },
    { "native m60", "0-1B 2By", "2",
      "hold MinReadySeconds: ready, available from 2026-01-01T00:00:59.001Z (min_ready_seconds 60)", NULL },
    { "", "0-1B 2B!", "2", "hold Terminating: web-2 is still terminating", NULL },
    { "par R2", "0-1B 2B!", "2", "hold Terminating: web-2 is still terminating", NULL },
    { "", "0-1B 2BU", "2", "hold/set-lifecycle InPlaceUpdating: update not confirmed: container main image", NULL },
    { "R1", "0B-", "0", "hold/set-ready InPlaceUpdating: update not confirmed: container main image", incomplete },
    { "R1", "0B", "0", "hold UpToDate: up to date at web-b", incomplete },
    { "", "0B 1-2B", "0", "hold/end-grace GracePeriod: grace period until 2026-01-01T00:00:30.000Z", grace_runs },
    { "preNormal", "0-1B 2BP", "2", "hold/set-lifecycle PreNormalHook: waits for hook hook to be added", NULL },
    { "par inplace preUpdate", "0-1A 2AQh", "2",
      "hold/update-in-place PreUpdateHook: waits for hook hook to be removed, then updates", NULL },
    { "preUpdate", "0-1B 2BV", "2", "hold/set-lifecycle PostUpdateHook: updated, waits for hook hook to be added",
      NULL },
    { "R0 preDelete", "0BDh", "0", "hold/delete PreDeleteHook: waits for hook hook to be removed, then goes", NULL },
    { "par preDelete", "0-1A 2ADh", "2", "hold/delete PreDeleteHook: waits for hook hook to be removed, then goes",
      NULL },
    { "preDelete", "0BfDh 1-2B", "0", "hold/delete PreDeleteHook: waits for hook hook to be removed, then goes", NULL },
    { "par preDelete", "0-1B 2BDh*", "2", "hold/delete PreDeleteHook: waits for hook hook to be removed, then goes",
      NULL },
    { "", "0A 1A", "1", "hold/delete ScaleFirst: this pass scales first: ordinal 2", NULL },
    { "", "0B 1Bf 2A", "2", "hold/delete ScaleFirst: this pass scales first: web-1", NULL },
    { "R2", "0-3A", "1", "hold/delete ScaleFirst: this pass scales first: web-3", NULL },
    { "R2", "0-3A", "2", "hold/delete ScaleFirst: this pass scales first: web-3", NULL },
    { "", "0A", "#2", "hold/create ScaleFirst: this pass scales first: ordinal 1", NULL },
    { "par", "0-1A 2Bu", "1", "hold/delete RefreshFirst: this pass finishes web-2 first", NULL },
    { "par only cannot U9", "0-2C", "1",
      "hold/update-in-place InPlaceImpossible: not possible in place: /spec/hostNetwork", NULL },
    { "par R5", "0-2A 3A- 4A", "3", "hold/delete BehindStoppedPod: number 2 in order; the pass stopped at web-4",
      NULL },
    { "", "0A 1B- 2A", "0", "hold/delete PredecessorFirst: ordered: web-1 must be available first", NULL },
    { "", "0A 1B! 2A", "2", "hold/delete PredecessorFirst: ordered: web-1 must be gone first", NULL },
    { "", "0B 1Bf! 2A", "2", "hold/delete PredecessorFirst: ordered: web-1 must be gone first", NULL },
    { "", "0B 1B-", "#2", "hold/create PredecessorFirst: ordered: web-1 must be available first", NULL },
    { "", "0B- 1Bf", "1", "hold/delete PredecessorFirst: ordered: web-0 must be available first", NULL },
    { "", "0B- 1B 2Bu", "2", "hold/set-lifecycle PredecessorFirst: ordered: web-0 must be available first", NULL },
    { "preNormal", "0B- 1B 2BP", "2", "hold/set-lifecycle PreNormalHook: waits for hook hook to be added", NULL },
    { "R1", "0B- 1-2B", "2", "hold/delete PredecessorFirst: ordered: web-0 must be available first", NULL },
    { "R1", "0B 1B 2B!", "1", "hold/delete PredecessorFirst: ordered: web-2 must be gone first", NULL },
    { "R1", "0B 1-2B-", "2", "hold/delete PredecessorFirst: ordered: web-1 must be available first", NULL },
    { "R1 m60", "0B 1B 2By", "2",
      "hold/delete MinReadySeconds: ready, available from 2026-01-01T00:00:59.000Z (min_ready_seconds 60)", NULL },
    { "native par", "0-1A 2B-", "0", "hold/delete PredecessorFirst: ordered: web-2 must be available first", NULL },
    { "native par", "0-1A 2B!", "1", "hold/delete PredecessorFirst: ordered: web-2 must be gone first", NULL },
    { "native par", "0-2A", "1", "hold/delete PredecessorFirst: ordered: web-2 must be gone first", NULL },
    { "native par", "0-1A", "1", "hold/delete PredecessorFirst: ordered: ordinal 2 must be available first", NULL },
    { "unobserved", "0-2A", "1", "hold/delete ActionsNotObserved: earlier actions not observed", NULL },
    { "whenScaled Tdata", "0B; 0 1,o", "#1", "hold/create ClaimNotFree: claim data-web-1 is not free", NULL },
    { "par whenScaled Tdata", "0B; 0 1,o", "#1", "hold/create ClaimNotFree: claim data-web-1 is not free", NULL },
    { "par M2 R4 whenScaled Tdata", "; 0,o 1-3", "#0", "hold/create ClaimNotFree: claim data-web-0 is not free", NULL },
    { "whenScaled Tdata Tlogs", "; 0,o 0:logs,o", "#0",
      "hold/create ClaimNotFree: claim data-web-0, logs-web-0 is not free", NULL },
    { "Tdata Tlogs", "; 0,! 0:logs,!", "#0", "hold/create ClaimNotFree: claim data-web-0, logs-web-0 is not free",
      NULL },
    { "Tdata", "0B; 0 1,!", "#1", "hold/create ClaimNotFree: claim data-web-1 is not free", NULL },
    { "whenScaled Tdata", "0B; 0 1,o", "#2", "hold/create PredecessorFirst: ordered: ordinal 1 must be available first",
      NULL },
    { "whenScaled Tdata", "0B-; 0 1,o", "#1", "hold/create PredecessorFirst: ordered: web-0 must be available first",
      NULL },
    { "par Tdata", "0B; 0 1,!", "#2", "hold/create BehindStoppedPod: number 3 in order; the pass stopped at ordinal 1",
      NULL },
    { "Tdata", "0Bp 1-2B; 0,! 1-2", "0", "hold ClaimNotFree: claim data-web-0 is not free", NULL },
    { "Tdata", "0Bv 1-2A; 0,! 1-2", "0", "hold ClaimNotFree: claim data-web-0 is not free", NULL },
    { "Tdata", "0Bv 1-2A; 0,! 1-2", "1", "hold/delete BehindStoppedPod: number 2 in order; the pass stopped at web-0",
      NULL },
    { "par resize Tdata:2Gi", "0-1A 2A; 0-1=1Gi/1Gi 2=2Gi/1Gi", "2",
      "hold/delete ClaimResizing: claim data-web-2 is being resized", NULL },
    { "par resize R1 Tdata:1Gi Tlogs:2Gi", "0A; 0=1Gi/1Gi 0:logs=2Gi/1Gi", "0",
      "hold/delete ClaimResizing: claim logs-web-0 is being resized", NULL },
    { "par resize R1 Tdata:2Gi", "0B; 0=2Gi/1Gi", "0", "hold UpToDate: up to date at web-b", NULL },
    { "par resize R1 Tdata:2Gi", "0B; 0=1Gi/1Gi", "0", "hold ClaimResizing: claim data-web-0 is being resized", NULL },
    { "par resize R1 Tdata Tlogs:2Gi", "0A; 0:logs=1Gi/1Gi", "0", /* the other is not there */
      "hold/delete ClaimResizing: claim logs-web-0 is being resized", NULL },
};

/* ---- 4: held ---- */

static const struct stateful_reason held[] = {
    { "par R5 U2", "0A- 1-2A 3-4A", "3",
      "hold/delete MaxUnavailableReached: max_unavailable 2 of 2 used; first by web-0", NULL },
    { "par R5 U2", "0A- 1-2A 3-4A", "2",
      "hold/delete MaxUnavailableReached: max_unavailable 2 of 2 used; first by web-0", NULL },
    { "par R5 U2", "0-4A", "2", "hold/delete MaxUnavailableReached: max_unavailable 2 of 2 used; first by web-4",
      NULL },
    { "par R5 U1", "0-2A", "1", "hold/delete MaxUnavailableReached: max_unavailable 2 of 1 used; first by ordinal 3",
      NULL },
    { "par R4 U1", "3A 0-1B 2A-", "3", "hold/delete MaxUnavailableReached: max_unavailable 1 of 1 used; first by web-2",
      NULL },
    { "par R4 U1", "0B- 1-2B 3B*", "3",
      "hold/delete MaxUnavailableReached: max_unavailable 1 of 1 used; first by web-0", NULL },
    { "native par budget R4 U2", "0-3A", "1",
      "hold/delete MaxUnavailableReached: max_unavailable 2 of 2 used; first by web-3", NULL },
    { "native par budget R4 U2", "0-3A", "0",
      "hold/delete MaxUnavailableReached: max_unavailable 2 of 2 used; first by web-3", NULL },
    { "native par budget R4 U1", "0A- 1-3A", "3",
      "hold/delete MaxUnavailableReached: max_unavailable 1 of 1 used; first by web-0", NULL },
    { "par R5 M2", "0B- 1B", "#3",
      "hold/create ScaleMaxUnavailableReached: scale max_unavailable 2 of 2 used; first by web-0", NULL },
    { "par R5 M2", "0B", "#3",
      "hold/create ScaleMaxUnavailableReached: scale max_unavailable 2 of 2 used; first by ordinal 1", NULL },
    { "M1", "0B 1Bf 2B", "1",
      "hold/delete ScaleMaxUnavailableReached: scale max_unavailable 1 of 1 used; first by web-1", NULL },
    { "par R5 M2 preDelete", "0BfDh 1B- 2-4B", "0", /* it comes before the budget's last */
      "hold/delete PreDeleteHook: waits for hook hook to be removed, then goes", NULL },
    /* where updates are off only the loop that the budget ends finishes what an update began */
    { "par ondelete R2 M1", "0B- 1Bu", "1",
      "hold/set-lifecycle ScaleMaxUnavailableReached: scale max_unavailable 1 of 1 used; first by web-0", NULL },
    { "par ondelete R2 M1", "0B- 1BV", "1",
      "hold/set-lifecycle ScaleMaxUnavailableReached: scale max_unavailable 1 of 1 used; first by web-0", NULL },
    { "par P1", "0-1A 2B", "0", "hold/delete PartitionReached: partition 1 keeps it, number 0 in order", NULL },
    { "par P1 U9", "0A 1-2B", "0", "hold/delete PartitionReached: partition 1 keeps it, number 0 in order", NULL },
    { "par start S4 P1", "4-6A", "4", "hold/delete PartitionReached: partition 1 keeps it, number 0 in order", NULL },
    { "par unordered P1 U9", "0-2A", "0", "hold/delete PartitionReached: partition 1 keeps it, number 3 in order",
      NULL },
    { "par unordered R4 P2 U9", "0-3A", "0", "hold/delete PartitionReached: partition 2 keeps it, number 4 in order",
      NULL },
    { "par unordered P3 U9", "0-2A", "0", "hold/delete PartitionReached: partition 3 keeps it, number 0 in order",
      NULL },
    { "native par P1", "0A 1-2B", "0", "hold/delete PartitionReached: partition 1 keeps it, number 0 in order", NULL },
    { "par paused", "0-2A", "1", "hold/delete Paused: paused by updateStrategy", NULL },
    { "par paused inplace", "0-2A", "1", "hold/update-in-place Paused: paused by updateStrategy", NULL },
    { "par paused", "0-1B 2B*", "2", "hold/delete Paused: paused by updateStrategy", NULL },
    { "ondelete", "0-2A", "1", "hold/delete UpdatesOff: type OnDelete: updated only when deleted", NULL },
    { "ondelete", "0-1B 2B*", "2", "hold/delete UpdatesOff: type OnDelete: updated only when deleted", NULL },
    { "r1", "0B 2-3B", "#1", "hold OrdinalReserved: ordinal 1 is reserved", NULL },
    { "r0-1", "1B 2-4B", "#1", "hold OrdinalReserved: ordinal 1 is reserved", NULL },
};

/* ---- 5: blocked ---- */

static const struct stateful_reason blocked[] = {
    { "noselector", "0-2A", "1", "hold SpecInvalid: spec.selector is not usable", NULL },
    { "noselector", "0A", "#1", "hold SpecInvalid: spec.selector is not usable", NULL },
    { "noselector R0", "", "", "hold SpecInvalid: spec.selector is not usable", NULL },
    { "deleting R0", "", "", "hold WorkloadDeleting: workload is being deleted", NULL },
    { "M'x R0", "", "", "hold SpecInvalid: spec.scaleStrategy.maxUnavailable is not usable", NULL },
    { "noselector", "0A", "", "hold SpecInvalid: spec.selector is not usable", NULL },
    { "M'x", "0A", "#1", "hold/create SpecInvalid: spec.scaleStrategy.maxUnavailable is not usable", NULL },
    /* whatever else the place waits for: freeing the claim would move nobody */
    { "whenScaled M'x Tdata", "; 0,o", "#0", "hold/create SpecInvalid: spec.scaleStrategy.maxUnavailable is not usable",
      NULL },
    { "par whenScaled M'x Tdata", "; 0,o", "#0",
      "hold/create SpecInvalid: spec.scaleStrategy.maxUnavailable is not usable", NULL },
    { "M'x", "0A", "0", "hold/delete SpecInvalid: spec.scaleStrategy.maxUnavailable is not usable", NULL },
    { "M'x R0", "0B", "0", "hold/delete SpecInvalid: spec.scaleStrategy.maxUnavailable is not usable", NULL },
    { "M'x", "0-2A", "", "hold SpecInvalid: spec.scaleStrategy.maxUnavailable is not usable", NULL },
    { "par U'x", "0-2A", "1", "hold/delete SpecInvalid: spec.updateStrategy.rollingUpdate.maxUnavailable is not usable",
      NULL },
    { "par U'x", "0-2A", "", "hold SpecInvalid: spec.updateStrategy.rollingUpdate.maxUnavailable is not usable", NULL },
    { "native par budget U'5", "0-2A", "1",
      "hold/delete SpecInvalid: spec.updateStrategy.rollingUpdate.maxUnavailable is not usable", NULL },
    { "", "0B 1-2B", "0",
      "hold/set-ready SpecInvalid: metadata.annotations[\"apps.kruise.io/inplace-update-state\"] is not usable",
      state_broken },
    { "par", "0A 1A 2B", "1", "hold/delete BehindStoppedPod: number 2 in order; the pass stopped at web-2",
      state_broken_2 },
    { "par R2", "0-2A", "1", "hold/delete BehindStoppedPod: number 1 in order; the pass stopped at web-2",
      state_broken_2 },
    { "R0 preDelete", "0BD", "0",
      "hold/delete SpecInvalid: spec.lifecycle.preDelete.labelsHandler[\"gone\"] is not usable", empty_hook },
    { "par only cannot", "0-2A", "2",
      "hold/update-in-place InPlaceImpossible: not possible in place: /spec/hostNetwork", NULL },
    { "par only U9", "0A 1X 2B", "1", "hold/update-in-place InPlaceImpossible: not possible in place: unknown revision",
      NULL },
    { "par only U9", "0A 1X 2B", "0",
      "hold/update-in-place BehindStoppedPod: number 3 in order; the pass stopped at web-1", NULL },
    { "par only U9", "0X 1A 2AO", "0", /* what is wrong with it is not what stopped the walk */
      "hold/update-in-place BehindStoppedPod: number 3 in order; the pass stopped at web-2", NULL },
    { "par inplace", "0-1A 2AD", "2",
      "hold/update-in-place LifecycleStateUnknown: no update in lifecycle state PreparingDelete", NULL },
    { "par inplace", "0-1A 2AO", "2",
      "hold/update-in-place LifecycleStateUnknown: no update in lifecycle state Strange", NULL },
    { "inplace preUpdate", "0-1A 2AQh", "2",
      "hold/update-in-place LifecycleStateUnknown: no update in lifecycle state PreparingUpdate", NULL },
    { "preDelete", "0-1A 2AD", "2", "hold/delete LifecycleStateUnknown: no update in lifecycle state PreparingDelete",
      NULL },
    /* recreated from any state once it is its turn */
    { "par R2", "0AD 1A", "0", "hold/delete BehindStoppedPod: number 2 in order; the pass stopped at web-1", NULL },
    { "par R2 P1", "0AD 1B", "0", "hold/delete PartitionReached: partition 1 keeps it, number 0 in order", NULL },
    { "par R2 paused", "0AD 1B", "0", "hold/delete Paused: paused by updateStrategy", NULL },
    { "par inplace U9", "0-1A 2AO", "1",
      "hold/update-in-place BehindStoppedPod: number 2 in order; the pass stopped at web-2", NULL },
    { "par", "0-1B 2BO", "2", "hold LifecycleStateUnknown: no update in lifecycle state Strange", NULL },
    { "par", "0-1B 2BD", "2", "hold LifecycleStateUnknown: no update in lifecycle state PreparingDelete", NULL },
    { "par resize R1 Tdata:2Gi@slow", "0A; 0=1Gi/1Gi", "0",
      "hold/delete ClaimMismatch: claim does not match: data-web-0: more than the size differs", NULL },
    { "par resize R1 Tdata:2Gi@slow", "0BD; 0=1Gi/1Gi", "0",
      "hold ClaimMismatch: claim does not match: data-web-0: more than the size differs", NULL },
    { "par resize R1 Tdata:2Gi@slow Tlogs:2Gi@slow", "0A; 0:logs=1Gi/1Gi", "0", /* the other is not there */
      "hold/delete ClaimMismatch: claim does not match: logs-web-0: more than the size differs", NULL },
    { "par resize R1 Tlogs:2Gi@slow Tdata:2Gi@slow", "0A; 0=1Gi/1Gi 0:logs=1Gi/1Gi", "0",
      "hold/delete ClaimMismatch: claim does not match: data-web-0, logs-web-0: more than the size differs", NULL },
    { "par resize R1 Tdata:2Gi", "0A; 0=1Gi/1Gi", "0",
      "hold/delete ClaimMismatch: claim does not match: data-web-0: storage class fixed does not allow expansion",
      fixed_class },
    { "par resize R1 Tdata:2Gi", "0B; 0=1Gi/1Gi", "0",
      "hold ClaimMismatch: claim does not match: data-web-0: storage class lost is not there", lost_class },
    { "deleting", "0-2A", "1", "hold WorkloadDeleting: workload is being deleted", NULL },
    { "deleting", "0A", "#1", "hold WorkloadDeleting: workload is being deleted", NULL },
    { "deleting r1", "0A 2A", "#1", "hold OrdinalReserved: ordinal 1 is reserved", NULL },
    { "deleting", "0-2A", "", "hold WorkloadDeleting: workload is being deleted", NULL },
};

/* ---- the workload: 1, 3, Deadlock; else the worst class and in it the most frequent ---- */

static const struct stateful_reason sets[] = {
    { "", "0-2B", "", "hold UpToDate: up to date at web-b", NULL },
    { "unobserved", "0-2A", "", "hold ActionsNotObserved: earlier actions not observed", NULL },
    { "par R2", "0AD 1A", "", "hold Deadlock: stuck at web-0: S2", NULL },
    { "preDelete", "0-1A 2AD", "", "hold Deadlock: stuck at web-2: S3", NULL },
    { "inplace preUpdate", "0-1A 2AQ", "", "hold Deadlock: stuck at web-2: S3", NULL },
    { "preDelete R2", "0-1B 2-3BD", "", "hold Deadlock: stuck at web-3: S4", NULL },
    { "M1", "0B 1Bf 2B", "", "hold Deadlock: stuck at web-1: S5", NULL },
    { "par M1", "0B 1Bf 2B", "", "hold Deadlock: stuck at web-1: S5", NULL },
    { "par R4 U2", "0-1AD 2-3A", "", "hold Deadlock: stuck at web-0: S2", NULL },
    /* none of these: what is in the way is on its way out, or the state says nothing natively */
    { "", "0AD! 1-2A", "", "hold/delete PredecessorFirst: ordered: web-0 must be gone first", NULL },
    { "par R4 M1", "0B 1Bf!", "",
      "hold/create ScaleMaxUnavailableReached: scale max_unavailable 1 of 1 used; first by web-1", NULL },
    { "native R0 m10", "0ADz", "", "hold/delete NotReady: at the target, not ready: condition Ready has no time",
      NULL },
    /* an outdated one goes all the same, in the walk */
    { "par M1", "0B 1Af 2B", "", "delete Recreate: recreate, number 2 of 3 now", NULL },
    { "M1", "0B 1Af 2B", "", "delete Recreate: recreate, number 2 of 3 now", NULL },
    /* an error is not a deadlock */
    { "par only cannot R2", "0AD 1A-", "",
      "hold/update-in-place InPlaceImpossible: not possible in place: /spec/hostNetwork", NULL },
    /* the walk comes to it */
    { "par R2", "0A 1AD", "", "hold/delete MaxUnavailableReached: max_unavailable 1 of 1 used; first by web-1", NULL },
    { "par R2 preDelete", "0A 1ADh", "",
      "hold/delete MaxUnavailableReached: max_unavailable 1 of 1 used; first by web-1", NULL },
    /* more budget than pods that are prepared */
    { "par R3 U2", "0AD 1-2A", "", "hold/delete MaxUnavailableReached: max_unavailable 2 of 2 used; first by web-0",
      NULL },
    /* ordered: it is not ready, or its hook was seen by the refresh */
    { "inplace preUpdate", "0-1A 2AQ-", "",
      "hold/update-in-place PredecessorFirst: ordered: web-2 must be available first", NULL },
    { "inplace preUpdate", "0-1B 2BQ", "", "set-lifecycle LifecycleMoved: lifecycle state becomes Updated", NULL },
    /* one of the condemned can still go */
    { "preDelete R2", "0-2B 3BD", "", "hold/delete ScaleFirst: this pass scales first: web-3", NULL },
    { "preDelete R2", "0-1B 2B- 3BD", "", "hold/delete PredecessorFirst: ordered: web-3 must be available first",
      NULL },
    { "", "0-1A 2A-", "", "hold/delete PredecessorFirst: ordered: web-2 must be available first", NULL },
    /* the worst class, in it the most frequent code, of two the lower one */
    { "par R5 U1", "0-4A", "", "hold/delete MaxUnavailableReached: max_unavailable 1 of 1 used; first by web-4", NULL },
    { "m60", "0B- 1B 2By", "", "hold NotReady: at the target, not ready: condition Ready", NULL },
    { "m60", "0B- 1-2By", "",
      "hold MinReadySeconds: ready, available from 2026-01-01T00:00:59.000Z (min_ready_seconds 60)", NULL },
    { "par P1", "0A 1-2B-", "", "hold/delete PartitionReached: partition 1 keeps it, number 0 in order", NULL },
    { "par r1 R2", "0B 2B", "", "hold OrdinalReserved: ordinal 1 is reserved", NULL },
};

/* ---- 6: the ladder, where two causes apply ---- */

static const struct stateful_reason ladder[] = {
    /* rung 0: what is done: delete before all, the state before readiness; the action named is the first one */
    { "par U9", "0-1B 2Ag", "2", "set-ready Recreate: recreate, number 1 of 3 now", NULL },
    { "par", "0-1B 2Bug", "2", "set-ready LifecycleMoved: lifecycle state becomes Normal", NULL },
    { "par", "0-1B 2Bgi", "2", "set-ready UpdateContinued: update goes on: readiness gate InPlaceUpdateReady", NULL },
    { "paused", "0-1A 2Ai", "2", "repair Bookkeeping: bookkeeping: identity", NULL },
    /* 1 before 2 */
    { "deleting", "0B! 1-2B", "0", "hold WorkloadDeleting: workload is being deleted", NULL },
    { "deleting noselector", "0-2B", "0", "hold SpecInvalid: spec.selector is not usable", NULL },
    { "deleting M'x", "0-2B", "0", "hold WorkloadDeleting: workload is being deleted", NULL },
    /* 2: NoTarget before Terminating */
    { "R1", "0B0! 0B", "00", "hold NoTarget: holds no place: its ordinal is taken, web-0 has it", NULL },
    /* 2 before 3 and 4 */
    { "unobserved R1", "0A 1A!", "1", "hold Terminating: web-1 is still terminating", NULL },
    { "preDelete R1", "0A 1ADh!", "1", "hold Terminating: web-1 is still terminating", NULL },
    { "paused", "0-1A 2A!", "2", "hold Terminating: web-2 is still terminating", NULL },
    /* 4 before 5 to 10 */
    { "R1 paused preDelete", "0A 1ADh", "1", "hold/delete PreDeleteHook: waits for hook hook to be removed, then goes",
      NULL },
    { "M1 paused", "0Af 1-2A", "0",
      "hold/delete ScaleMaxUnavailableReached: scale max_unavailable 1 of 1 used; first by web-0", NULL },
    { "par R4 whenScaled Tdata M1", "0B-; 0 1,o 2", "#1",
      "hold/create ScaleMaxUnavailableReached: scale max_unavailable 1 of 1 used; first by web-0", NULL },
    /* 5: also an old pod in its grace period, before a switch */
    { "paused", "0A 1-2A", "0", "hold/end-grace GracePeriod: grace period until 2026-01-01T00:00:30.000Z", grace_runs },
    { "", "0B- 1-2B", "0", "hold/end-grace GracePeriod: grace period until 2026-01-01T00:00:30.000Z", grace_runs },
    { "", "0-1B 2B-U", "2", "hold/set-lifecycle InPlaceUpdating: update not confirmed: container main image", NULL },
    { "preNormal", "0-1B 2B-P", "2", "hold/set-lifecycle PreNormalHook: waits for hook hook to be added", NULL },
    { "m60", "0-1B 2By-", "2", NOT_READY("condition Ready"), NULL },
    { "par paused U'x m60", "0-1B 2By", "2",
      "hold MinReadySeconds: ready, available from 2026-01-01T00:00:59.000Z (min_ready_seconds 60)", NULL },
    /* 6: UpdatesOff, Paused, then the partition by position; all before 7 */
    { "ondelete paused", "0-2A", "1", "hold/delete UpdatesOff: type OnDelete: updated only when deleted", NULL },
    { "paused P3", "0-2A", "1", "hold/delete Paused: paused by updateStrategy", NULL },
    { "paused", "0A", "0", "hold/delete Paused: paused by updateStrategy", NULL },
    { "P1", "0A 1B- 2B", "0", "hold/delete PartitionReached: partition 1 keeps it, number 0 in order", NULL },
    { "P1 unobserved", "0-2A", "0", "hold/delete PartitionReached: partition 1 keeps it, number 0 in order", NULL },
    { "P1 unobserved", "0-2A", "1", "hold/delete ActionsNotObserved: earlier actions not observed", NULL },
    { "par P1 U'x", "0-2A", "0", "hold/delete PartitionReached: partition 1 keeps it, number 0 in order", NULL },
    { "ondelete", "0A", "0", "hold/delete UpdatesOff: type OnDelete: updated only when deleted", NULL },
    /* a specified delete does not go by the partition */
    { "par R4 P4 U1", "0B- 1-2A 3A*", "3",
      "hold/delete MaxUnavailableReached: max_unavailable 1 of 1 used; first by web-0", NULL },
    /* 7 before 8 to 10 */
    { "", "0A 1A- 2A", "0", "hold/delete PredecessorFirst: ordered: web-1 must be available first", NULL },
    { "par unobserved U1", "0A- 1-2A", "1", "hold/delete ActionsNotObserved: earlier actions not observed", NULL },
    /* 8 before 9 */
    { "par unordered P2 U1", "0A- 1-2A", "1", "hold/delete PartitionReached: partition 2 keeps it, number 2 in order",
      NULL },
    /* 9: the budget before what is wrong with the change */
    { "par only cannot R3 U1", "0B- 1-2A", "2",
      "hold/update-in-place MaxUnavailableReached: max_unavailable 1 of 1 used; first by web-0", NULL },
    { "par resize R2 U1 Tdata:2Gi", "0B- 1A; 1=1Gi/1Gi", "1",
      "hold/delete MaxUnavailableReached: max_unavailable 1 of 1 used; first by web-0", fixed_class },
    { "par resize R2 U1 Tdata:2Gi", "0B- 1A-; 1=1Gi/1Gi", "1",
      "hold/delete ClaimMismatch: claim does not match: data-web-1: storage class fixed does not allow expansion",
      fixed_class },
    /* and PreUpdateHook last: beyond the budget it is not what holds */
    { "par inplace preUpdate R3 U1", "0B- 1A 2A", "1",
      "hold/update-in-place MaxUnavailableReached: max_unavailable 1 of 1 used; first by web-0", NULL },
    /* 10: the code of q where q's own test refuses this one too, else BehindStoppedPod */
    { "par R5 U1", "0A- 1A 2A- 3-4A", "3",
      "hold/delete MaxUnavailableReached: max_unavailable 2 of 1 used; first by web-0", NULL },
    { "par R5 U1", "0A- 1A 2A- 3-4A", "2", "hold/delete BehindStoppedPod: number 3 in order; the pass stopped at web-4",
      NULL },
    { "par R5 U1 inplace preUpdate", "0A- 1A 2AQh 3-4A", "2",
      "hold/update-in-place BehindStoppedPod: number 3 in order; the pass stopped at web-4", NULL },
    { "par only cannot U9", "0-2A", "0",
      "hold/update-in-place InPlaceImpossible: not possible in place: /spec/hostNetwork", NULL },
    { "par inplace U9", "0AD 1A 2AD", "0",
      "hold/update-in-place LifecycleStateUnknown: no update in lifecycle state PreparingDelete", NULL },
    { "par resize U9 Tdata:2Gi@slow", "0-2A; 0-2=1Gi/1Gi", "0",
      "hold/delete BehindStoppedPod: number 3 in order; the pass stopped at web-2", NULL },
    /* ordinals: 1, OrdinalReserved, 3, 4 */
    { "noselector r1", "0A 2A", "#1", "hold OrdinalReserved: ordinal 1 is reserved", NULL },
    { "r1", "0B-", "#1", "hold OrdinalReserved: ordinal 1 is reserved", NULL },
};

/* ---- 7: a, b and p ---- */

static const struct stateful_reason numbers[] = {
    /* a = unavailable + missing + taken */
    { "par R6 U3", "0A- 1-4A", "3", "hold/delete MaxUnavailableReached: max_unavailable 3 of 3 used; first by web-0",
      NULL },
    /* placeholders are its missing ones; p is a pod that was so before, though a place is lower */
    { "par R6 U2", "1-4A 5A-", "3", "hold/delete MaxUnavailableReached: max_unavailable 2 of 2 used; first by web-5",
      NULL },
    /* then the first missing place */
    { "par R6 U2", "2-5A", "4", "hold/delete MaxUnavailableReached: max_unavailable 2 of 2 used; first by ordinal 0",
      NULL },
    /* then what was taken first */
    { "par R6 U2", "0-5A", "2", "hold/delete MaxUnavailableReached: max_unavailable 2 of 2 used; first by web-5",
      NULL },
    /* the first in array order, not by ordinal */
    { "par R6 U2", "5A 4A- 0A- 1-3A", "5",
      "hold/delete MaxUnavailableReached: max_unavailable 2 of 2 used; first by web-4", NULL },
    /* a > b is printed as it is */
    { "par R6 U1", "0-2A- 3-5A", "5", "hold/delete MaxUnavailableReached: max_unavailable 3 of 1 used; first by web-0",
      NULL },
    /* a percentage is printed as pods */
    { "par R6 U50%", "0-2A- 3-5A", "5",
      "hold/delete MaxUnavailableReached: max_unavailable 3 of 3 used; first by web-0", NULL },
    /* a skipped specified delete: as it was when it was skipped */
    { "par R6 U2", "0-3B 4-5B*", "5",
      "delete DeleteSpecified: delete asked for by label apps.kruise.io/specified-delete", NULL },
    { "par R6 U2", "0-2B 3-5B*", "3", "hold/delete MaxUnavailableReached: max_unavailable 2 of 2 used; first by web-5",
      NULL },
    /* the scale budget: every charge, this one too */
    { "par R6 M3", "0B!- 1B-", "#3",
      "hold/create ScaleMaxUnavailableReached: scale max_unavailable 3 of 3 used; first by web-0", NULL },
    /* places by the walk */
    { "par R6 U9 P2", "0-5A", "2", "delete Recreate: recreate, number 4 of 4 now", NULL },
};

STATEFUL_REASONS(test_done, done)
STATEFUL_REASONS(test_waiting, waiting)
STATEFUL_REASONS(test_held, held)
STATEFUL_REASONS(test_blocked, blocked)
STATEFUL_REASONS(test_set, sets)
STATEFUL_REASONS(test_ladder, ladder)
STATEFUL_REASONS(test_number, numbers)

static struct statefulworld w;

/* Pods in input order, then ordinals, revisions, the workload last. */
START_TEST(test_subjects)
{
    static const uint32_t kinds[] = { ROLLOUT_SUBJECT_POD,      ROLLOUT_SUBJECT_POD,     ROLLOUT_SUBJECT_ORDINAL,
                                      ROLLOUT_SUBJECT_ORDINAL,  ROLLOUT_SUBJECT_ORDINAL, ROLLOUT_SUBJECT_REVISION,
                                      ROLLOUT_SUBJECT_REVISION, ROLLOUT_SUBJECT_WORKLOAD };
    stateful_make(&w, "par r1 R3", "7B 0B");
    (void)stateful_actions(&w);
    ck_assert_uint_eq(w.plan->verdict_count, sizeof kinds / sizeof *kinds + 1);
    ck_assert_uint_eq(w.plan->verdicts[0].subject, 0);
    ck_assert_uint_eq(w.plan->verdicts[2].subject, 1);
    ck_assert_uint_eq(w.plan->verdicts[3].subject, 2);
    ck_assert_uint_eq(w.plan->verdicts[4].subject, 3);
    ck_assert_uint_eq(w.plan->verdicts[5].subject, 7); /* it has a pod, that leaves */
    ck_assert_uint_eq(w.plan->verdicts[5].reason, ROLLOUT_REASON_DELETE_SCALE_IN);
    for (size_t i = 0; i < 5; i++)
        ck_assert_uint_eq(w.plan->verdicts[i].subject_kind, kinds[i]);
    stateful_free(&w);
}
END_TEST

/* A reserved ordinal whose pod leaves is told once. */
START_TEST(test_reserved_pod)
{
    for (int first = 0; first < 2; first++) {
        size_t told = 0;
        stateful_make(&w, first ? "par r0 R2" : "par r1 R2", "0-2B");
        (void)stateful_actions(&w);
        for (size_t i = 0; i < w.plan->verdict_count; i++)
            told += w.plan->verdicts[i].subject_kind == ROLLOUT_SUBJECT_ORDINAL;
        ck_assert_uint_eq(told, 1);
        stateful_free(&w);
    }
}
END_TEST

/* A verdict on an action names it. */
START_TEST(test_first_action)
{
    stateful_make(&w, "par R6 U9 P2 Tdata preDelete", "0A 2Ah 4Af 7B; 0 2 4 7");
    (void)stateful_actions(&w);
    for (size_t i = 0; i < w.plan->verdict_count; i++) {
        const struct rollout_verdict *v = &w.plan->verdicts[i];
        ck_assert_int_eq(v->op == 0, v->first_action == ROLLOUT_NONE);
        if (!v->op)
            continue;
        const struct rollout_action *action = &w.plan->actions[v->first_action];
        ck_assert_uint_eq(action->op, v->op);
        if (v->subject_kind == action->subject_kind)
            ck_assert_uint_eq(action->subject, v->subject);
        if (action->op == ROLLOUT_OP_CREATE) {
            ck_assert_uint_eq(action->reason, v->reason);
            ck_assert_uint_eq(v->reason,
                              v->subject == 1 ? ROLLOUT_REASON_CREATE_OLD_REVISION : ROLLOUT_REASON_CREATE_MISSING);
        }
    }
    stateful_free(&w);
}
END_TEST

/* until: the end of the grace period that an update in place begins. */
START_TEST(test_until)
{
    stateful_make(&w, "par inplace g30 R1", "0A");
    (void)stateful_actions(&w);
    ck_assert_int_eq(w.plan->verdicts[0].until_ms, STATEFUL_NOW + 30 * 1000);
    stateful_free(&w);
    stateful_make(&w, "par inplace R1", "0A");
    (void)stateful_actions(&w);
    ck_assert_int_eq(w.plan->verdicts[0].until_ms, 0);
    stateful_free(&w);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("statefulset_reasons");
    TCase *tcase = tcase_create("statefulset_reasons");
    tcase_add_loop_test(tcase, test_done, 0, STATEFUL_ROWS(done));
    tcase_add_loop_test(tcase, test_waiting, 0, STATEFUL_ROWS(waiting));
    tcase_add_loop_test(tcase, test_held, 0, STATEFUL_ROWS(held));
    tcase_add_loop_test(tcase, test_blocked, 0, STATEFUL_ROWS(blocked));
    tcase_add_loop_test(tcase, test_set, 0, STATEFUL_ROWS(sets));
    tcase_add_loop_test(tcase, test_ladder, 0, STATEFUL_ROWS(ladder));
    tcase_add_loop_test(tcase, test_number, 0, STATEFUL_ROWS(numbers));
    tcase_add_test(tcase, test_subjects);
    tcase_add_test(tcase, test_reserved_pod);
    tcase_add_test(tcase, test_first_action);
    tcase_add_test(tcase, test_until);
    suite_add_tcase(suite, tcase);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? 1 : 0;
}
