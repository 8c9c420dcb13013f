/* SPDX-License-Identifier: Apache-2.0 */
/* Every reason that a CloneSet can give, with its sentence (reasons.md 1 to 6), and rollout_verdict_text(). */
#include <check.h>
#include <string.h>

#include "world.h"

#define POD      ROLLOUT_SUBJECT_POD
#define MISSING  ROLLOUT_SUBJECT_MISSING
#define REVISION ROLLOUT_SUBJECT_REVISION
#define WORKLOAD ROLLOUT_SUBJECT_WORKLOAD

/* ---- tweaks ---- */

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

static void in_place_hook(struct world *w)
{
    w->spec.lifecycle.set = 1;
    w->spec.lifecycle.in_place_update = world_hook(false);
}

static void pre_normal(struct world *w)
{
    w->spec.lifecycle.set = 1;
    w->spec.lifecycle.pre_normal = world_hook(false);
}

/* One label is the beginning of the other's bytes. */
static void shared_bytes(struct world *w)
{
    static const char bytes[] = "web-ab";
    w->pods[0].revision = (struct rollout_str){ bytes, 5 };
    w->pods[1].revision = (struct rollout_str){ bytes, 6 };
}

/* A caller's own verdict need not name a path. */
static void pathless(struct world *w)
{
    for (int i = 0; i < 2; i++)
        w->verdicts[i].path = (struct rollout_str){ NULL, 0 };
}

static const struct rollout_label empty_label = { { "gone", 4 }, { "", 0 } };

static void pre_delete_empty(struct world *w)
{
    pre_delete(w);
    w->spec.lifecycle.pre_delete.labels.items = &empty_label;
}

static void in_place_empty(struct world *w)
{
    in_place_hook(w);
    w->spec.lifecycle.in_place_update.labels.items = &empty_label;
}

static void finalizer(struct world *w)
{
    static const struct rollout_str names[] = { { "example.com/drain", 17 } };
    pre_delete(w);
    w->spec.lifecycle.pre_delete.labels.count = 0;
    w->spec.lifecycle.pre_delete.finalizers = (struct rollout_strs)WORLD_LIST(names);
    w->pods[0].finalizers = (struct rollout_strs)WORLD_LIST(names);
}

static void name_p0(struct world *w)
{
    world_delete_name(w, "p0");
}

static void older(struct world *w)
{
    w->snapshot.revisions.count = 4;
    w->revisions[2] = (struct rollout_revision){ .name = WORLD_STR("web-c"), .number = -1 };
    w->revisions[3] = (struct rollout_revision){ .name = WORLD_STR("web-d"), .number = -2 };
}

static void is_new(struct world *w)
{
    w->revisions[1].flags = ROLLOUT_REVISION_NEW;
}

static void is_older(struct world *w)
{
    w->revisions[0].number = 9;
}

static void no_time(struct world *w)
{
    w->pods[0].ready_since_ms = 0;
}

static void condition_false(struct world *w)
{
    w->pods[0].flags |= ROLLOUT_POD_IN_PLACE_CONDITION;
}

#define STATE ROLLOUT_IN_PLACE_STATE
#define GRACE (ROLLOUT_IN_PLACE_GRACE_KEY | ROLLOUT_IN_PLACE_GRACE)
#define DONE  ROLLOUT_IN_PLACE_CONTAINERS_DONE
#define NEXT  (ROLLOUT_IN_PLACE_NEXT | ROLLOUT_IN_PLACE_NEXT_APPLIES)

static void waits_for(struct world *w, uint32_t what)
{
    w->in_place[0].waits_for = what;
    w->in_place[0].container = WORLD_STR("main");
}

static void waits_image(struct world *w)
{
    waits_for(w, ROLLOUT_WAITS_FOR_IMAGE);
}

static void waits_env(struct world *w)
{
    waits_for(w, ROLLOUT_WAITS_FOR_ENV);
}

static void waits_resources(struct world *w)
{
    waits_for(w, ROLLOUT_WAITS_FOR_RESOURCES);
}

static void waits_agent(struct world *w)
{
    waits_for(w, ROLLOUT_WAITS_FOR_AGENT);
}

static void waits_precheck(struct world *w)
{
    world_in_place(w, 0, STATE | DONE | NEXT);
    waits_for(w, ROLLOUT_WAITS_FOR_PRECHECK);
}

static void empty_grace(struct world *w)
{
    world_in_place(w, 0, STATE | DONE | ROLLOUT_IN_PLACE_GRACE_KEY);
}

static void next_batch(struct world *w)
{
    world_in_place(w, 0, STATE | DONE | NEXT | ROLLOUT_IN_PLACE_NEXT_READY);
}

static void in_grace(struct world *w)
{
    world_in_place(w, 0, STATE | GRACE)->grace_end_ms = WORLD_NOW + 1500;
}

static void grace_over(struct world *w)
{
    world_in_place(w, 0, STATE | GRACE)->grace_end_ms = WORLD_NOW;
}

static void grace_other(struct world *w)
{
    in_grace(w);
    w->in_place[0].grace_revision = WORLD_STR("web-z");
}

static void grace_stuck(struct world *w)
{
    in_grace(w);
    w->in_place[0].flags |= ROLLOUT_IN_PLACE_STATE_BROKEN;
}

static void grace_broken(struct world *w)
{
    in_grace(w);
    w->in_place[0].flags |= ROLLOUT_IN_PLACE_GRACE_BROKEN;
}

static void state_broken(struct world *w)
{
    world_in_place(w, 0, STATE | ROLLOUT_IN_PLACE_STATE_BROKEN);
}

static void grace_broken_old(struct world *w)
{
    grace_broken(w);
    w->in_place[0].flags |= ROLLOUT_IN_PLACE_GRACE_OLD_KEY;
}

static void grace_stuck_old(struct world *w)
{
    grace_stuck(w);
    w->in_place[0].flags |= ROLLOUT_IN_PLACE_STATE_OLD_KEY;
}

static void state_broken_old(struct world *w)
{
    state_broken(w);
    w->in_place[0].flags |= ROLLOUT_IN_PLACE_STATE_OLD_KEY;
}

static void grace_old_without_state(struct world *w)
{
    in_grace(w);
    w->in_place[0].flags |= ROLLOUT_IN_PLACE_GRACE_OLD_KEY;
    w->in_place[0].flags &= ~(uint32_t)STATE;
}

static void unobserved(struct world *w)
{
    w->snapshot.unobserved_since_ms = WORLD_NOW - 1000;
}

static void unobserved_long(struct world *w)
{
    w->snapshot.unobserved_since_ms = WORLD_NOW - 600 * 1000;
}

static void selector_invalid(struct world *w)
{
    w->spec.flags |= ROLLOUT_CLONESET_SELECTOR_INVALID;
}

static void exceeded(struct world *w)
{
    w->conditions[0] = (struct rollout_condition){ .type = WORLD_STR("Progressing"),
                                                   .status = WORLD_STR("True"),
                                                   .reason = WORLD_STR("CloneSetUpdated"),
                                                   .last_update_ms = WORLD_NOW - 601 * 1000 };
    w->status.conditions = w->conditions;
    w->status.condition_count = 1;
}

static void exceeded_before(struct world *w)
{
    exceeded(w);
    w->conditions[0].status = WORLD_STR("False");
    w->conditions[0].reason = WORLD_STR("ProgressDeadlineExceeded");
}

static const struct {
    const char *settings, *pods;
    void (*tweak)(struct world *w);
    uint32_t kind, subject;
    const char *verdict;
} rows[] = {
    /* 1, done */
    { "R1", "n", NULL, POD, 0, "hold UpToDate: up to date at web-b" },
    { "R1", "n", NULL, WORKLOAD, 0, "hold HistoryKept: history: number 0, 10 are kept" },
    { "R2 P1 U1 rb", "2n", NULL, POD, 1, "hold UpToDate: up to date at web-b" }, /* while p0 goes back */
    { "R2 U1", "3n", NULL, POD, 2, "hold ScaleInKept: scale in takes 1; number 3 in that order" },
    { "R2 P1 U2", "2o n", NULL, POD, 2, "hold ScaleInKept: scale in takes 1; number 0 in that order" },
    { "R1", "nf", NULL, POD, 0, "hold PodFinished: phase Failed: finished, left alone" },
    { "R1", "ns!", NULL, POD, 0, "hold PodFinished: phase Succeeded: finished, left alone" },
    { "R1", "n", NULL, REVISION, 1, "hold HistoryKept: history: number 0, 10 are kept" },
    { "R1 H2", "n", older, REVISION, 3, "hold HistoryKept: history: number 2, 2 are kept" },

    /* 2, acted */
    { "R2 U2 inplace g30", "2o", NULL, POD, 1, "update-in-place UpdateInPlace: in place, number 2 of 2 now" },
    { "R3 U2", "3o", NULL, POD, 0, "recreate Recreate: recreate, number 1 of 2 now" },
    { "R1 U1 inplace cannot", "o", NULL, POD, 0,
      "recreate RecreateNotInPlace: recreate, not possible in place: /spec/hostNetwork" },
    { "R1 U1 inplace", "x", NULL, POD, 0,
      "recreate RecreateNotInPlace: recreate, not possible in place: unknown revision" },
    { "R1", "nU", grace_over, POD, 0, "end-grace UpdateContinued: update goes on: grace period over" },
    { "R1", "nU", grace_other, POD, 0, "end-grace UpdateContinued: update goes on: grace period dropped" },
    { "R1", "nU", next_batch, POD, 0, "next-batch UpdateContinued: update goes on: next batch of containers" },
    { "R1", "ng", NULL, POD, 0, "set-ready UpdateContinued: update goes on: readiness gate InPlaceUpdateReady" },
    { "R1 U1 inplace", "oh", in_place_hook, POD, 0, "set-lifecycle PrepareUpdate: asks hook hook before the update" },
    { "R1 U1 inplace", "oV", in_place_hook, POD, 0,
      "set-lifecycle PrepareUpdate: asks hook inPlaceUpdate before the update" },
    { "R1 U1", "n*h n", pre_delete, POD, 0, "set-lifecycle PrepareDelete: asks hook hook before the delete" },
    { "R1 U1", "n* n", finalizer, POD, 0,
      "set-lifecycle PrepareDelete: asks hook example.com/drain before the delete" },
    { "R1 U1", "nDhk n", pre_delete_marks, POD, 0, "set-pod-ready PrepareDelete: asks hook hook before the delete" },
    { "R4 U1", "3n 2nD", NULL, POD, 3, "set-lifecycle DeleteCancelled: delete cancelled, 1 missing" },
    { "R1", "nP", NULL, POD, 0, "set-lifecycle LifecycleMoved: lifecycle state becomes Normal" },
    { "R1", "nu", in_place_hook, POD, 0, "set-lifecycle LifecycleMoved: lifecycle state becomes Updated" },
    { "R5 M3", "", NULL, MISSING, 1, "create CreateMissing: creates 3 of 5 missing" },
    { "R5 P2", "", NULL, MISSING, 0, "create CreateOldRevision: creates 2 at the old revision, partition 2" },
    { "R5 P2", "", NULL, MISSING, 1, "create CreateMissing: creates 3 of 5 missing" },
    { "R5 P3 U1 S1", "5o", NULL, MISSING, 1, "create CreateSurge: surge 1 of 1" },
    { "R1 U1", "n* n", NULL, POD, 0,
      "delete DeleteSpecified: delete asked for by label apps.kruise.io/specified-delete" },
    { "R1 U1", "n n", name_p0, POD, 0, "delete DeleteSpecified: delete asked for by scaleStrategy.podsToDelete" },
    { "R1 U2", "3n", NULL, POD, 1, "delete DeleteScaleIn: scale in, number 2 of 2" },
    { "R1 U2", "nD 2n", pre_delete, POD, 0, "delete DeleteHookReleased: preDelete hook released" },
    { "R1 H1", "n", older, REVISION, 3, "delete-revision CleanedUp: past its limit 1" },
    { "R1", "n n/", NULL, POD, 1, "release Bookkeeping: bookkeeping: released, not selected" },
    { "R1", "n#", NULL, POD, 0, "label-template-hash Bookkeeping: bookkeeping: label pod-template-hash" },
    { "R1", "n", is_new, REVISION, 1, "create-revision Bookkeeping: bookkeeping: new revision" },
    { "R1", "n", is_older, REVISION, 1, "renumber-revision Bookkeeping: bookkeeping: revision number" },

    /* 3, waiting */
    { "R1", "n-", NULL, POD, 0, "hold NotReady: at the target, not ready: condition Ready" },
    { "R1", "np", NULL, POD, 0, "hold NotReady: at the target, not ready: phase Pending" },
    { "R1", "n", condition_false, POD, 0, "hold NotReady: at the target, not ready: condition InPlaceUpdateReady" },
    { "R1 m60", "n", no_time, POD, 0, "hold NotReady: at the target, not ready: condition Ready has no time" },
    { "R1 m60", "ny", NULL, POD, 0,
      "hold MinReadySeconds: ready, available from 2026-01-01T00:00:59.001Z (min_ready_seconds 60)" },
    { "R1", "nP~", NULL, POD, 0, "hold Unscheduled: no node yet" },
    { "R1", "n!", NULL, POD, 0, "hold Terminating: p0 is still terminating" },
    { "R1", "nU", waits_image, POD, 0,
      "hold/set-lifecycle InPlaceUpdating: update not confirmed: container main image" },
    { "R1", "nU", waits_env, POD, 0, "hold/set-lifecycle InPlaceUpdating: update not confirmed: container main env" },
    { "R1", "nU", waits_resources, POD, 0,
      "hold/set-lifecycle InPlaceUpdating: update not confirmed: container main resources" },
    { "R1", "nU", waits_precheck, POD, 0,
      "hold/set-lifecycle InPlaceUpdating: update not confirmed: container main precheck" },
    { "R1", "nU", waits_agent, POD, 0,
      "hold/set-lifecycle InPlaceUpdating: update not confirmed: annotation apps.kruise.io/runtime-containers-meta" },
    { "R1", "nU", empty_grace, POD, 0,
      "hold/set-lifecycle InPlaceUpdating: update not confirmed: empty grace annotation" },
    { "R1", "nU", in_grace, POD, 0, "hold/end-grace GracePeriod: grace period until 2026-01-01T00:00:01.500Z" },
    { "R1 U1 inplace", "oU", in_grace, POD, 0,
      "hold/end-grace GracePeriod: grace period until 2026-01-01T00:00:01.500Z" },
    { "R1", "nP", pre_normal, POD, 0, "hold/set-lifecycle PreNormalHook: waits for hook hook to be added" },
    { "R1 U1 inplace", "oQh", in_place_hook, POD, 0,
      "hold/update-in-place PreUpdateHook: waits for hook hook to be removed, then updates" },
    { "R1", "nV", in_place_hook, POD, 0,
      "hold/set-lifecycle PostUpdateHook: updated, waits for hook hook to be added" },
    { "R1 U1", "nDh n", pre_delete, POD, 0, "hold/delete PreDeleteHook: waits for hook hook to be removed, then goes" },
    { "R3 U1", "n* 2n o", NULL, POD, 3, "hold/recreate ScaleFirst: this pass scales first: p0" },
    { "R3 U1", "2o", NULL, POD, 0, "hold/recreate ScaleFirst: this pass scales first" },
    { "R2 U2", "o nP", NULL, POD, 0, "hold/recreate RefreshFirst: this pass finishes p1 first" },
    { "R5 U1", "n* 3n", NULL, POD, 0, "hold/delete CreateFirst: delete waits for 1 creates, 1 allowed now" },
    { "R3 U1 excl M1", "2n nD*", NULL, POD, 2, "hold/delete CreateFirst: delete waits for 1 creates, 0 allowed now" },
    { "R3 U0", "n* 4n-", NULL, POD, 1, "hold/delete DeletesFirst: scale in waits for the delete of p0" },
    { "R3 U3 only", "x 2o", NULL, POD, 2,
      "hold/update-in-place BehindStoppedPod: number 3 in order; the pass stopped at p0" },
    { "R2 U2 inplace", "2o", shared_bytes, POD, 0, "update-in-place UpdateInPlace: in place, number 1 of 2 now" },
    { "R2 U2 inplace", "2o", shared_bytes, POD, 1,
      "recreate RecreateNotInPlace: recreate, not possible in place: unknown revision" },
    { "R1 U1 only cannot", "o", pathless, POD, 0,
      "hold/update-in-place InPlaceImpossible: not possible in place: template" },
    { "R3 U3 only", "x oX o", NULL, POD, 1, /* what is wrong with it is not what stopped the pass */
      "hold/update-in-place BehindStoppedPod: number 2 in order; the pass stopped at p0" },
    { "R3 U3", "nU 2o", grace_broken, POD, 2,
      "hold/recreate BehindStoppedPod: number 3 in order; the pass stopped at p0" },
    { "R3", "2n o", unobserved, POD, 2,
      "hold ActionsNotObserved: earlier actions not observed, until 2026-01-01T00:04:59.000Z" },
    { "R3", "2n o", unobserved_long, POD, 2, "hold ActionsNotObserved: earlier actions not observed" },

    /* 4, held */
    { "R3 U1", "2o n-", NULL, POD, 0, "hold/recreate MaxUnavailableReached: max_unavailable 1 of 1 used; first by p2" },
    { "R2 U0", "2o", NULL, POD, 0, "hold/recreate MaxUnavailableReached: max_unavailable 0 of 0 used" },
    { "R3 U1 M0", "2o", NULL, POD, 0, "hold/recreate MaxUnavailableReached: max_unavailable 1 of 1 used" },
    { "R3 U1", "3o", NULL, POD, 1, "hold/recreate MaxUnavailableReached: max_unavailable 1 of 1 used; first by p0" },
    { "R5 U0 S3 paused", "5o 3n-", NULL, POD, 0,
      "hold/delete MaxUnavailableReached: max_unavailable 3 of 3 used; first by p5" },
    { "R5 P0 U1", "n* 3n n-", NULL, POD, 0,
      "hold/delete MaxUnavailableReached: max_unavailable 1 of 1 used; first by p4" },
    { "R5 U2", "3o- 2n-", NULL, POD, 0,
      "hold/recreate UpdatedPodsUnavailable: 2 updated pods unavailable, max_unavailable 2; first p3" },
    { "R3 U1", "3o-", NULL, POD, 1,
      "hold/recreate UpdatedPodsUnavailable: 1 updated pods unavailable, max_unavailable 1; first p0" },
    { "R2 U0 M0", "o-", NULL, POD, 0,
      "hold/recreate UpdatedPodsUnavailable: 1 updated pods unavailable, max_unavailable 0" },
    { "R6 M2", "n 2n-", NULL, MISSING, 2,
      "hold/create ScaleMaxUnavailableReached: scale max_unavailable 2 of 2 used; first by p1" },
    { "R6 M2", "2n n-", NULL, MISSING, 2,
      "hold/create ScaleMaxUnavailableReached: scale max_unavailable 2 of 2 used; first by p2" },
    { "R6 M0", "2n", NULL, MISSING, 2, "hold/create ScaleMaxUnavailableReached: scale max_unavailable 0 of 0 used" },
    { "R5 P3 U1", "5o", NULL, POD, 2, "hold/recreate PartitionReached: partition 3 keeps it, number 3 in order" },
    { "R5 P5", "5o", NULL, POD, 2, "hold/recreate PartitionReached: partition 5 keeps it, number 0 in order" },
    { "R5 P2 inplace", "2o 3n", NULL, POD, 0,
      "hold/update-in-place PartitionReached: partition 2 keeps it, number 0 in order" },
    { "R3 U0", "3o 2n-", NULL, POD, 2,
      "hold/recreate ReplicasReached: 1 more wanted at the target, number 3 in order" },
    { "R1 U0 S1", "n* o-", NULL, POD, 1,
      "hold/recreate ReplicasReached: 0 more wanted at the target, number 1 in order" },
    { "R2 paused", "2o", NULL, POD, 0, "hold/recreate Paused: paused by updateStrategy" },
    { "R2 ondelete", "2o", NULL, POD, 0, "hold/recreate UpdatesOff: type OnDelete: updated only when deleted" },
    { "R3 P2", "3n", NULL, POD, 0, "hold/recreate RollbackOff: 2 too many updated, rollback gate is off" },

    /* 5, blocked */
    { "R1", "n", selector_invalid, POD, 0, "hold SpecInvalid: spec.selector is not usable" },
    { "", "n", NULL, POD, 0, "hold SpecInvalid: spec.replicas is not usable" },
    { "R1 U1", "nD n", pre_delete_empty, POD, 0,
      "hold/delete SpecInvalid: spec.lifecycle.preDelete.labelsHandler[\"gone\"] is not usable" },
    { "R1 U1 inplace", "oQ", in_place_empty, POD, 0,
      "hold/update-in-place SpecInvalid: spec.lifecycle.inPlaceUpdate.labelsHandler[\"gone\"] is not usable" },
    { "R1", "nU", grace_broken, POD, 0,
      "hold/end-grace SpecInvalid: metadata.annotations[\"apps.kruise.io/inplace-update-grace\"] is not usable" },
    { "R1", "nU", grace_stuck, POD, 0,
      "hold/end-grace SpecInvalid: metadata.annotations[\"apps.kruise.io/inplace-update-state\"] is not usable" },
    { "R1", "nU", state_broken, POD, 0,
      "hold/set-ready SpecInvalid: metadata.annotations[\"apps.kruise.io/inplace-update-state\"] is not usable" },
    { "R1", "nU", grace_broken_old, POD, 0,
      "hold/end-grace SpecInvalid: metadata.annotations[\"inplace-update-grace\"] is not usable" },
    { "R1", "nU", grace_stuck_old, POD, 0,
      "hold/end-grace SpecInvalid: metadata.annotations[\"inplace-update-state\"] is not usable" },
    { "R1", "nU", state_broken_old, POD, 0,
      "hold/set-ready SpecInvalid: metadata.annotations[\"inplace-update-state\"] is not usable" },
    { "R1", "nU", grace_old_without_state, POD, 0,
      "hold/end-grace SpecInvalid: metadata.annotations[\"apps.kruise.io/inplace-update-state\"] is not usable" },
    { "R1 U1 only cannot", "o", NULL, POD, 0,
      "hold/update-in-place InPlaceImpossible: not possible in place: /spec/hostNetwork" },
    { "R1 U1 inplace", "oX", NULL, POD, 0,
      "hold/update-in-place LifecycleStateUnknown: no update in lifecycle state Strange" },
    { "R1", "nX", NULL, POD, 0, "hold LifecycleStateUnknown: no update in lifecycle state Strange" },
    { "R1 deleting", "n o n!", NULL, POD, 2, "hold WorkloadDeleting: workload is being deleted" },
    { "R2 U0 d600", "2o", exceeded, WORKLOAD, 0,
      "hold DeadlineExceeded: no progress since 2026-01-01T00:00:00.000Z, deadline 600 s" },
    { "R2 U0 d600", "2o", exceeded_before, WORKLOAD, 0,
      "hold DeadlineExceeded: no progress since 2025-12-31T23:49:59.000Z, deadline 600 s" },
    { "R3 U1 excl M1", "2n nD*", NULL, WORKLOAD, 0, "hold Deadlock: stuck at p2: K3" },

    /* 6, the ladder: the first rung that applies */
    { "R1 U0", "nh* n-", pre_delete, POD, 0,
      "hold/delete MaxUnavailableReached: max_unavailable 1 of 1 used; first by p1" },
    { "R1 paused U0", "ny- o-", NULL, POD, 0, "hold NotReady: at the target, not ready: condition Ready" },
    { "R2 U2 paused", "o nP", NULL, POD, 0, "hold/recreate Paused: paused by updateStrategy" },
    { "R3 paused", "2o", NULL, POD, 0, "hold/recreate Paused: paused by updateStrategy" },
    { "R3 ondelete+ paused", "2o", NULL, POD, 0, "hold/recreate UpdatesOff: type OnDelete: updated only when deleted" },
    { "R5 P5", "4o nP", NULL, POD, 0, "hold/recreate PartitionReached: partition 5 keeps it, number 0 in order" },
    { "R2 U1", "nP- o", NULL, POD, 0, "set-lifecycle LifecycleMoved: lifecycle state becomes Normal" },
    { "R2 U0 M0", "nP", NULL, POD, 0, "set-lifecycle LifecycleMoved: lifecycle state becomes Normal" },
    { "R2 U0", "nP", NULL, POD, 0, "hold/set-lifecycle ScaleFirst: this pass scales first" },
    { "R2 U2", "nU nP", grace_broken, POD, 1,
      "hold/set-lifecycle BehindStoppedPod: number 2 in order; the pass stopped at p0" },

    /* 6, rung 0: of several actions */
    { "R1 U1", "og", NULL, POD, 0, "set-ready Recreate: recreate, number 1 of 1 now" },
    { "R1", "nug", NULL, POD, 0, "set-ready LifecycleMoved: lifecycle state becomes Normal" },
    { "R1", "nP#", NULL, POD, 0, "set-lifecycle LifecycleMoved: lifecycle state becomes Normal" },

    /* 6, rung 10: behind q */
    { "R6 U2", "2o- o 3n", NULL, POD, 2,
      "hold/recreate MaxUnavailableReached: max_unavailable 2 of 2 used; first by p0" },
    { "R3 U2", "o- o n-", NULL, POD, 1,
      "hold/recreate MaxUnavailableReached: max_unavailable 2 of 2 used; first by p0" },
    { "R3 U2 inplace", "oQ o- n-", in_place_hook, POD, 1,
      "hold/update-in-place UpdatedPodsUnavailable: 2 updated pods unavailable, max_unavailable 2; first p2" },

    /* 6, the workload: the worst class, in it the most frequent code, of these the lower */
    { "R4 U1", "4o", NULL, WORKLOAD, 0,
      "hold/recreate MaxUnavailableReached: max_unavailable 1 of 1 used; first by p0" },
    { "R3 P3", "2o nX", NULL, WORKLOAD, 0, "hold LifecycleStateUnknown: no update in lifecycle state Strange" },
    { "R3", "2n- nP~", NULL, WORKLOAD, 0, "hold NotReady: at the target, not ready: condition Ready" },
    { "R2", "n- nP~", NULL, WORKLOAD, 0, "hold NotReady: at the target, not ready: condition Ready" },
    { "R5 P3 U1", "5o", NULL, WORKLOAD, 0, "hold/recreate PartitionReached: partition 3 keeps it, number 3 in order" },
};

START_TEST(reason)
{
    struct world w;
    world_make(&w, rows[_i].settings, rows[_i].pods);
    if (rows[_i].tweak)
        rows[_i].tweak(&w);
    world_actions(&w);
    const char *verdict = world_verdict(&w, rows[_i].kind, rows[_i].subject);
    ck_assert_msg(strcmp(verdict, rows[_i].verdict) == 0, "%s | %s: \"%s\", not \"%s\"", rows[_i].settings,
                  rows[_i].pods, verdict, rows[_i].verdict);
    world_free(&w);
}
END_TEST

/* ---- what a verdict holds beside the sentence ---- */

START_TEST(fields)
{
    struct world w;
    world_make(&w, "R2 U1 inplace g30 m60", "oh oy");
    in_place_hook(&w);
    w.pods[0].labels.count = 0;
    world_actions(&w);
    const struct rollout_verdict *v = w.plan->verdicts;
    ck_assert_uint_eq(w.plan->verdict_count, 2 + 2 + 1); /* pods, revisions, workload */
    ck_assert_uint_eq(v[1].reason, ROLLOUT_REASON_UPDATE_IN_PLACE);
    ck_assert_int_eq(v[1].until_ms, WORLD_NOW + 30000);
    ck_assert_uint_eq(v[1].first_action, 0);
    ck_assert_uint_eq(v[1].op, ROLLOUT_OP_UPDATE_IN_PLACE);
    ck_assert_uint_eq(v[0].reason, ROLLOUT_REASON_MAX_UNAVAILABLE_REACHED);
    ck_assert_uint_eq(v[0].because, 1);
    ck_assert_uint_eq(v[0].wants, ROLLOUT_OP_UPDATE_IN_PLACE);
    ck_assert_uint_eq(v[0].op, 0);
    ck_assert_uint_eq(v[0].first_action, ROLLOUT_NONE);
    ck_assert_int_eq(v[0].a, 1);
    ck_assert_int_eq(v[0].b, 1);
    world_free(&w);
}
END_TEST

/* InPlaceImpossible carries the rule. */
START_TEST(impossible_rule)
{
    struct world w;
    world_make(&w, "R1 U1 only cannot", "o");
    world_actions(&w);
    ck_assert_int_eq(w.plan->verdicts[0].a, ROLLOUT_DIFF_PATH);
    world_free(&w);
    world_make(&w, "R1 U1 only", "x");
    world_actions(&w);
    ck_assert_int_eq(w.plan->verdicts[0].a, ROLLOUT_DIFF_NO_REVISION);
    world_free(&w);
}
END_TEST

/* ---- rollout_verdict_text(), the names ---- */

START_TEST(buffers)
{
    static const char whole[] = "up to date at web-b";
    const size_t len = sizeof whole - 1;
    char text[64];
    struct world w;
    world_make(&w, "R1", "n");
    world_actions(&w);
    for (size_t size = 0; size < sizeof text; size++) {
        memset(text, '#', sizeof text);
        ck_assert_uint_eq(rollout_verdict_text(w.plan, &w.snapshot, 0, text, size), len);
        size_t written = size == 0 ? 0 : size <= len ? size - 1 : len;
        ck_assert(memcmp(text, whole, written) == 0);
        if (size > 0)
            ck_assert_int_eq(text[written], '\0');
        ck_assert_int_eq(text[size == 0 ? 0 : written + 1 > size ? size : written + 1], '#');
    }
    ck_assert_uint_eq(rollout_verdict_text(w.plan, &w.snapshot, 0, NULL, 0), len);
    ck_assert_uint_eq(rollout_verdict_text(w.plan, &w.snapshot, 0, NULL, 64), len);
    memset(text, '#', sizeof text);
    ck_assert_uint_eq(rollout_verdict_text(w.plan, &w.snapshot, w.plan->verdict_count, text, sizeof text), 0);
    ck_assert_uint_eq(rollout_verdict_text(w.plan, &w.snapshot, SIZE_MAX, text, sizeof text), 0);
    ck_assert_uint_eq(rollout_verdict_text(NULL, &w.snapshot, 0, text, sizeof text), 0);
    world_free(&w);
}
END_TEST

/* A plan that a caller has written down again may have any number. */
START_TEST(numbers)
{
    char text[64];
    struct world w;
    world_make(&w, "R1", "n");
    world_actions(&w);
    struct rollout_verdict v = { .reason = ROLLOUT_REASON_CLEANED_UP, .b = -5 };
    struct rollout_plan plan = *w.plan;
    plan.verdicts = &v;
    plan.verdict_count = 1;
    rollout_verdict_text(&plan, &w.snapshot, 0, text, sizeof text);
    ck_assert_str_eq(text, "past its limit -5");
    v.b = INT64_MIN;
    rollout_verdict_text(&plan, &w.snapshot, 0, text, sizeof text);
    ck_assert_str_eq(text, "past its limit -9223372036854775808");
    v.reason = 999;
    ck_assert_uint_eq(rollout_verdict_text(&plan, &w.snapshot, 0, text, sizeof text), 0);
    world_free(&w);
}
END_TEST

/* Names are inserted whole, and without a snapshot there is none. */
START_TEST(pod_names)
{
    static const char name[] = "a-name-that-is-much-longer-than-what-the-others-have-{p}-[p]";
    char text[160];
    struct world w;
    world_make(&w, "R3 U1", "2o n-");
    w.pods[2].name = WORLD_STR("a-name-that-is-much-longer-than-what-the-others-have-{p}-[p]");
    world_actions(&w);
    rollout_verdict_text(w.plan, &w.snapshot, 0, text, sizeof text);
    ck_assert_str_eq(
        text, "max_unavailable 1 of 1 used; first by a-name-that-is-much-longer-than-what-the-others-have-{p}-[p]");
    size_t len = rollout_verdict_text(w.plan, NULL, 0, text, sizeof text);
    ck_assert_str_eq(text, "max_unavailable 1 of 1 used; first by ");
    ck_assert_uint_eq(len, strlen(text));
    w.snapshot.pods.count = 2; /* not the plan's */
    rollout_verdict_text(w.plan, &w.snapshot, 0, text, sizeof text);
    ck_assert_str_eq(text, "max_unavailable 1 of 1 used; first by ");
    ck_assert_uint_eq(sizeof name - 1, w.pods[2].name.len);
    world_free(&w);
}
END_TEST

/* reasons.md 0: the C name is the JSON name; values are permanent. */
static const struct {
    uint32_t value;
    const char *name;
} names[] = {
    { 101, "UpToDate" },
    { 102, "ScaleInKept" },
    { 103, "PodFinished" },
    { 110, "HistoryKept" },
    { 201, "UpdateInPlace" },
    { 202, "Recreate" },
    { 203, "RecreateNotInPlace" },
    { 204, "UpdateContinued" },
    { 205, "PrepareUpdate" },
    { 206, "PrepareDelete" },
    { 207, "DeleteCancelled" },
    { 208, "LifecycleMoved" },
    { 209, "CreateMissing" },
    { 210, "CreateOldRevision" },
    { 211, "CreateSurge" },
    { 212, "DeleteSpecified" },
    { 213, "DeleteScaleIn" },
    { 214, "DeleteHookReleased" },
    { 221, "CleanedUp" },
    { 222, "Bookkeeping" },
    { 301, "NotReady" },
    { 302, "MinReadySeconds" },
    { 303, "Unscheduled" },
    { 304, "Terminating" },
    { 305, "InPlaceUpdating" },
    { 306, "GracePeriod" },
    { 307, "PreNormalHook" },
    { 308, "PreUpdateHook" },
    { 309, "PostUpdateHook" },
    { 310, "PreDeleteHook" },
    { 311, "ScaleFirst" },
    { 312, "RefreshFirst" },
    { 313, "CreateFirst" },
    { 314, "DeletesFirst" },
    { 315, "BehindStoppedPod" },
    { 317, "ActionsNotObserved" },
    { 401, "MaxUnavailableReached" },
    { 402, "UpdatedPodsUnavailable" },
    { 404, "ScaleMaxUnavailableReached" },
    { 405, "PartitionReached" },
    { 406, "ReplicasReached" },
    { 407, "Paused" },
    { 409, "UpdatesOff" },
    { 411, "RollbackOff" },
    { 501, "SpecInvalid" },
    { 502, "InPlaceImpossible" },
    { 503, "LifecycleStateUnknown" },
    { 506, "WorkloadDeleting" },
    { 508, "DeadlineExceeded" },
    { 512, "Deadlock" },
};

START_TEST(name)
{
    ck_assert_str_eq(rollout_reason_name(names[_i].value), names[_i].name);
}
END_TEST

START_TEST(unknown_names)
{
    ck_assert_ptr_null(rollout_reason_name(0));
    ck_assert_ptr_null(rollout_reason_name(100));
    ck_assert_ptr_null(rollout_reason_name(UINT32_MAX));
    ck_assert_ptr_null(rollout_op_name(0));
    ck_assert_ptr_null(rollout_op_name(UINT32_MAX));
    ck_assert_str_eq(rollout_op_name(ROLLOUT_OP_CREATE_REVISION), "create-revision");
    ck_assert_str_eq(rollout_op_name(ROLLOUT_OP_RELEASE), "release");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("cloneset_reasons");
    TCase *tcase = tcase_create("reasons");
    tcase_add_loop_test(tcase, reason, 0, sizeof rows / sizeof *rows);
    tcase_add_test(tcase, fields);
    tcase_add_test(tcase, impossible_rule);
    tcase_add_test(tcase, buffers);
    tcase_add_test(tcase, numbers);
    tcase_add_test(tcase, pod_names);
    tcase_add_loop_test(tcase, name, 0, sizeof names / sizeof *names);
    tcase_add_test(tcase, unknown_names);
    suite_add_tcase(suite, tcase);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}
