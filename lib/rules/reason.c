/* SPDX-License-Identifier: Apache-2.0 */
/* The sentences of the verdicts. Source: reasons.md 1 to 5. */
#include <rollout/plan.h>

#include <stdbool.h>

#include "base/abi.h"
#include "base/str.h"
#include "base/time.h"

/* {a} {b} {s} {t} {p} are filled in; a clause in [p ], [t ] or [s ] is left out where that one is none. */
static const struct {
    uint32_t reason;
    const char *name;
    const char *sentence;
} vocabulary[] = {
    { ROLLOUT_REASON_UP_TO_DATE, "UpToDate", "up to date at {s}" },
    { ROLLOUT_REASON_SCALE_IN_KEPT, "ScaleInKept", "scale in takes {b}; number {a} in that order" },
    { ROLLOUT_REASON_POD_FINISHED, "PodFinished", "phase {s}: finished, left alone" },
    { ROLLOUT_REASON_NOT_SELECTED, "NotSelected", "not part of it: {s}" },
    { ROLLOUT_REASON_NO_TARGET, "NoTarget", "holds no place: {s}[p, {p} has it]" },
    { ROLLOUT_REASON_NODE_NOT_SELECTED, "NodeNotSelected", "node not selected: {s}" },
    { ROLLOUT_REASON_NODE_TAINTED, "NodeTainted", "taint {s} not tolerated" },
    { ROLLOUT_REASON_NODE_TOO_SMALL, "NodeTooSmall", "needs {a} of {s}, node has {b}" },
    { ROLLOUT_REASON_JOB_FINISHED, "JobFinished", "job finished[t, deleted at {t}]" },
    { ROLLOUT_REASON_HISTORY_KEPT, "HistoryKept", "history: number {a}, {b} are kept" },
    { ROLLOUT_REASON_SHARE_GIVEN, "ShareGiven", "{a} of {b} replicas by rule: {s}" },
    { ROLLOUT_REASON_UPDATE_IN_PLACE, "UpdateInPlace", "in place, number {a} of {b} now" },
    { ROLLOUT_REASON_RECREATE, "Recreate", "recreate, number {a} of {b} now" },
    { ROLLOUT_REASON_RECREATE_NOT_IN_PLACE, "RecreateNotInPlace", "recreate, not possible in place: {s}" },
    { ROLLOUT_REASON_UPDATE_CONTINUED, "UpdateContinued", "update goes on: {s}" },
    { ROLLOUT_REASON_PREPARE_UPDATE, "PrepareUpdate", "asks hook {s} before the update" },
    { ROLLOUT_REASON_PREPARE_DELETE, "PrepareDelete", "asks hook {s} before the delete" },
    { ROLLOUT_REASON_DELETE_CANCELLED, "DeleteCancelled", "delete cancelled, {a} missing" },
    { ROLLOUT_REASON_LIFECYCLE_MOVED, "LifecycleMoved", "lifecycle state becomes {s}" },
    { ROLLOUT_REASON_CREATE_MISSING, "CreateMissing", "creates {a} of {b} missing[s; {s}]" },
    { ROLLOUT_REASON_CREATE_OLD_REVISION, "CreateOldRevision", "creates {a} at the old revision, partition {b}" },
    { ROLLOUT_REASON_CREATE_SURGE, "CreateSurge", "surge {a} of {b}" },
    { ROLLOUT_REASON_DELETE_SPECIFIED, "DeleteSpecified", "delete asked for by {s}" },
    { ROLLOUT_REASON_DELETE_SCALE_IN, "DeleteScaleIn", "scale in, number {a} of {b}" },
    { ROLLOUT_REASON_DELETE_HOOK_RELEASED, "DeleteHookReleased", "preDelete hook released" },
    { ROLLOUT_REASON_DELETE_EXCESS, "DeleteExcess", "[p{p} holds this place][s{s} holds this place]" },
    { ROLLOUT_REASON_DELETE_NODE_UNFIT, "DeleteNodeUnfit", "node does not fit: {s}" },
    { ROLLOUT_REASON_DELETE_FAILED, "DeleteFailed", "{s}, deleted to be replaced" },
    { ROLLOUT_REASON_DELETE_SURGE_DONE, "DeleteSurgeDone", "surge partner[p {p}] takes over" },
    { ROLLOUT_REASON_DELETE_JOB_FAILED, "DeleteJobFailed", "job[p failed by {p}][t deadline {t} passed]" },
    { ROLLOUT_REASON_DELETE_NOT_IN_SPEC, "DeleteNotInSpec", "not in the spec: {s}" },
    { ROLLOUT_REASON_CLEANED_UP, "CleanedUp", "past its limit {b}" },
    { ROLLOUT_REASON_BOOKKEEPING, "Bookkeeping", "bookkeeping: {s}" },
    { ROLLOUT_REASON_CHILD_UPDATED, "ChildUpdated", "{s} {a} becomes {b}" },
    { ROLLOUT_REASON_NOT_READY, "NotReady", "at the target, not ready: {s}" },
    { ROLLOUT_REASON_MIN_READY_SECONDS, "MinReadySeconds", "ready, available from {t} (min_ready_seconds {a})" },
    { ROLLOUT_REASON_UNSCHEDULED, "Unscheduled", "no node yet[t, given up at {t}]" },
    { ROLLOUT_REASON_TERMINATING, "Terminating", "{p} is still terminating" },
    { ROLLOUT_REASON_IN_PLACE_UPDATING, "InPlaceUpdating", "update not confirmed: {s}" },
    { ROLLOUT_REASON_GRACE_PERIOD, "GracePeriod", "grace period until {t}" },
    { ROLLOUT_REASON_PRE_NORMAL_HOOK, "PreNormalHook", "waits for hook {s} to be added" },
    { ROLLOUT_REASON_PRE_UPDATE_HOOK, "PreUpdateHook", "waits for hook {s} to be removed, then updates" },
    { ROLLOUT_REASON_POST_UPDATE_HOOK, "PostUpdateHook", "updated, waits for hook {s} to be added" },
    { ROLLOUT_REASON_PRE_DELETE_HOOK, "PreDeleteHook", "waits for hook {s} to be removed, then goes" },
    { ROLLOUT_REASON_SCALE_FIRST, "ScaleFirst", "this pass scales first[p: {p}]" },
    { ROLLOUT_REASON_REFRESH_FIRST, "RefreshFirst", "this pass finishes[p {p}] first" },
    { ROLLOUT_REASON_CREATE_FIRST, "CreateFirst", "delete waits for {a} creates, {b} allowed now" },
    { ROLLOUT_REASON_DELETES_FIRST, "DeletesFirst", "scale in waits for the delete[p of {p}]" },
    { ROLLOUT_REASON_BEHIND_STOPPED_POD, "BehindStoppedPod", "number {a} in order; the pass stopped[p at {p}]" },
    { ROLLOUT_REASON_PREDECESSOR_FIRST, "PredecessorFirst", "ordered:[p {p}] must be {s} first" },
    { ROLLOUT_REASON_ACTIONS_NOT_OBSERVED, "ActionsNotObserved", "earlier actions not observed[t, until {t}]" },
    { ROLLOUT_REASON_SURGE_PARTNER_NOT_READY, "SurgePartnerNotReady", "kept until surge partner[p {p}] is available" },
    { ROLLOUT_REASON_FAILED_BACKOFF, "FailedBackoff", "failed, replaced at {t}" },
    { ROLLOUT_REASON_CLAIM_NOT_FREE, "ClaimNotFree", "claim {s} is not free" },
    { ROLLOUT_REASON_CLAIM_RESIZING, "ClaimResizing", "claim {s} is being resized" },
    { ROLLOUT_REASON_OLD_PODS_RUNNING, "OldPodsRunning", "{a} old pods still there[p, first {p}]" },
    { ROLLOUT_REASON_SUBSET_UNSCHEDULABLE, "SubsetUnschedulable", "subset {s} unschedulable[t until {t}]" },
    { ROLLOUT_REASON_RESERVED, "Reserved", "reserved ({s})[t until {t}]" },
    { ROLLOUT_REASON_RESTART_LIMIT_EXCEEDED, "RestartLimitExceeded", "{a} restarts, limit {b}; runs on" },
    { ROLLOUT_REASON_MAX_UNAVAILABLE_REACHED, "MaxUnavailableReached",
      "max_unavailable {a} of {b} used[p; first by {p}]" },
    { ROLLOUT_REASON_UPDATED_PODS_UNAVAILABLE, "UpdatedPodsUnavailable",
      "{a} updated pods unavailable, max_unavailable {b}[p; first {p}]" },
    { ROLLOUT_REASON_MAX_SURGE_REACHED, "MaxSurgeReached", "max_surge {a} of {b} used[p; first by {p}]" },
    { ROLLOUT_REASON_SCALE_MAX_UNAVAILABLE_REACHED, "ScaleMaxUnavailableReached",
      "scale max_unavailable {a} of {b} used[p; first by {p}]" },
    { ROLLOUT_REASON_PARTITION_REACHED, "PartitionReached", "partition {a} keeps it, number {b} in order" },
    { ROLLOUT_REASON_REPLICAS_REACHED, "ReplicasReached", "{a} more wanted at the target, number {b} in order" },
    { ROLLOUT_REASON_PAUSED, "Paused", "paused by {s}" },
    { ROLLOUT_REASON_PAUSED_BY_FAILURE, "PausedByFailure", "paused: {p} failed" },
    { ROLLOUT_REASON_UPDATES_OFF, "UpdatesOff", "type {s}: updated only when deleted" },
    { ROLLOUT_REASON_UPDATE_SELECTOR_EXCLUDES, "UpdateSelectorExcludes", "not in the update selector {s}" },
    { ROLLOUT_REASON_ROLLBACK_OFF, "RollbackOff", "{a} too many updated, rollback gate is off" },
    { ROLLOUT_REASON_BURST_REACHED, "BurstReached", "burst {a} of {b} used in this pass" },
    { ROLLOUT_REASON_PARALLELISM_REACHED, "ParallelismReached", "parallelism {a} of {b} used" },
    { ROLLOUT_REASON_MAX_REPLICAS_REACHED, "MaxReplicasReached", "subset {s}: {a} of {b} replicas" },
    { ROLLOUT_REASON_BELOW_MIN_REPLICAS, "BelowMinReplicas", "{a} of at least {b} replicas" },
    { ROLLOUT_REASON_ORDINAL_RESERVED, "OrdinalReserved", "ordinal {a} is reserved" },
    { ROLLOUT_REASON_SPEC_INVALID, "SpecInvalid", "{s} is not usable" },
    { ROLLOUT_REASON_IN_PLACE_IMPOSSIBLE, "InPlaceImpossible", "not possible in place: {s}" },
    { ROLLOUT_REASON_LIFECYCLE_STATE_UNKNOWN, "LifecycleStateUnknown", "no update in lifecycle state {s}" },
    { ROLLOUT_REASON_CLAIM_MISMATCH, "ClaimMismatch", "claim does not match: {s}" },
    { ROLLOUT_REASON_WORKLOAD_DELETING, "WorkloadDeleting", "workload is being deleted" },
    { ROLLOUT_REASON_JOB_FAILED, "JobFailed", "job failed[p by {p}][t, deadline {t} passed]" },
    { ROLLOUT_REASON_DEADLINE_EXCEEDED, "DeadlineExceeded", "no progress since {t}, deadline {a} s" },
    { ROLLOUT_REASON_SIDECAR_MISSING, "SidecarMissing", "sidecar missing: {s}" },
    { ROLLOUT_REASON_ADMISSION_REJECTED, "AdmissionRejected", "pod refused: {s}" },
    { ROLLOUT_REASON_NO_ELIGIBLE_NODE, "NoEligibleNode", "none of {a} nodes fits" },
    { ROLLOUT_REASON_SHARES_IMPOSSIBLE, "SharesImpossible", "subsets hold {a}, replicas {b}" },
    { ROLLOUT_REASON_DEADLOCK, "Deadlock", "stuck[p at {p}]: {s}" },
};

static size_t find(uint32_t reason)
{
    size_t n = sizeof vocabulary / sizeof *vocabulary;
    for (size_t i = 0; i < n; i++)
        if (vocabulary[i].reason == reason)
            return i;
    return n;
}

const char *rollout_reason_name(uint32_t reason)
{
    size_t i = find(reason);
    return i < sizeof vocabulary / sizeof *vocabulary ? vocabulary[i].name : NULL;
}

/* Text that may be longer than its buffer. */
struct out {
    char *buf;
    size_t size, len;
};

static void put(struct out *out, const char *data, size_t len)
{
    for (size_t i = 0; i < len; i++, out->len++)
        if (out->len + 1 < out->size)
            out->buf[out->len] = data[i];
}

static void put_number(struct out *out, int64_t number)
{
    char digits[24];
    size_t i = sizeof digits;
    uint64_t rest = number < 0 ? 0 - (uint64_t)number : (uint64_t)number;
    do
        digits[--i] = (char)('0' + rest % 10);
    while (rest /= 10);
    if (number < 0)
        digits[--i] = '-';
    put(out, digits + i, sizeof digits - i);
}

/* The name in a record of the snapshot; absent where there is no such record. */
static struct rollout_str name_at(const void *items, size_t count, size_t stride, size_t offset, uint32_t i)
{
    struct rollout_str name = { NULL, 0 };
    if (items && i < count && ro_abi_stride_ok(stride) && stride >= offset + sizeof name)
        memcpy(&name, (const char *)items + i * stride + offset, sizeof name);
    return name;
}

static void put_because(struct out *out, const struct rollout_snapshot *snapshot, const struct rollout_verdict *v)
{
    struct rollout_snapshot full, *s = &full;
    /* An older caller's ends sooner; one that is not usable has no names. */
    if (!snapshot || ro_abi_struct(snapshot, s, sizeof *s, "snapshot", NULL))
        memset(s, 0, sizeof *s);
    struct rollout_str name = { NULL, 0 };
    switch (v->because_kind) {
    case ROLLOUT_SUBJECT_NODE:
        put(out, "node ", 5);
        name = name_at(s->nodes.items, s->nodes.count, s->nodes.stride, offsetof(struct rollout_node_facts, name),
                       v->because);
        break;
    case ROLLOUT_SUBJECT_REPLICA_SET:
        name = name_at(s->replica_sets.items, s->replica_sets.count, s->replica_sets.stride,
                       offsetof(struct rollout_replica_set_facts, name), v->because);
        break;
    case ROLLOUT_SUBJECT_ORDINAL:
        put(out, "ordinal ", 8);
        put_number(out, v->because);
        break;
    default:
        name = name_at(s->pods.items, s->pods.count, s->pods.stride, offsetof(struct rollout_pod, name), v->because);
        break;
    }
    if (!ro_str_broken(name))
        put(out, name.data, name.len);
}

static void put_field(struct out *out, char field, const struct rollout_plan *plan,
                      const struct rollout_snapshot *snapshot, const struct rollout_verdict *v)
{
    char buf[RO_TIME_SIZE];
    struct rollout_str text = { NULL, 0 };
    switch (field) {
    case 'a':
        put_number(out, v->a);
        break;
    case 'b':
        put_number(out, v->b);
        break;
    case 't':
        put(out, buf, ro_time_format(v->until_ms, true, buf));
        break;
    case 'p':
        put_because(out, snapshot, v);
        break;
    default:
        if (v->text < plan->text_count)
            text = plan->texts[v->text];
        break;
    }
    put(out, text.data, text.len);
}

size_t rollout_verdict_text(const struct rollout_plan *plan, const struct rollout_snapshot *snapshot, size_t verdict,
                            char *buf, size_t size)
{
    if (!plan || verdict >= plan->verdict_count)
        return 0;
    const struct rollout_verdict *v = &plan->verdicts[verdict];
    size_t i = find(v->reason);
    if (i == sizeof vocabulary / sizeof *vocabulary)
        return 0;

    struct out out = { buf, buf ? size : 0, 0 };
    for (const char *c = vocabulary[i].sentence; *c; c++) {
        if (*c == '[') {
            bool there = c[1] == 't'   ? v->until_ms != 0
                         : c[1] == 's' ? v->text < plan->text_count
                                       : v->because != ROLLOUT_NONE;
            c++; /* the letter; what follows it belongs to the clause */
            while (!there && *c != ']')
                c++;
        } else if (*c == '{') {
            put_field(&out, c[1], plan, snapshot, v);
            c += 2;
        } else if (*c != ']') {
            put(&out, c, 1);
        }
    }
    if (out.size > 0)
        out.buf[out.len < out.size ? out.len : out.size - 1] = '\0';
    return out.len;
}
