/* SPDX-License-Identifier: Apache-2.0 */
/* The one entry point: brings the inputs to this library's size and hands them to the planner of the
 * kind, for a plan or for the candidates alone. */
#include <rollout/plan.h>

#include <stdlib.h>

#include "base/error.h"
#include "base/str.h"
#include "planners/planner.h"
#include "rules/arrays.h"
#include "rules/specs.h"

static const char *const op_names[] = {
    [ROLLOUT_OP_CREATE_REVISION] = "create-revision",
    [ROLLOUT_OP_RENUMBER_REVISION] = "renumber-revision",
    [ROLLOUT_OP_DELETE_REVISION] = "delete-revision",
    [ROLLOUT_OP_CREATE] = "create",
    [ROLLOUT_OP_DELETE] = "delete",
    [ROLLOUT_OP_CREATE_CLAIM] = "create-claim",
    [ROLLOUT_OP_DELETE_CLAIM] = "delete-claim",
    [ROLLOUT_OP_SET_CLAIM_OWNER] = "set-claim-owner",
    [ROLLOUT_OP_UPDATE_IN_PLACE] = "update-in-place",
    [ROLLOUT_OP_RECREATE] = "recreate",
    [ROLLOUT_OP_SET_LIFECYCLE] = "set-lifecycle",
    [ROLLOUT_OP_SET_READY] = "set-ready",
    [ROLLOUT_OP_SET_POD_READY] = "set-pod-ready",
    [ROLLOUT_OP_END_GRACE] = "end-grace",
    [ROLLOUT_OP_NEXT_BATCH] = "next-batch",
    [ROLLOUT_OP_LABEL_TEMPLATE_HASH] = "label-template-hash",
    [ROLLOUT_OP_RELEASE] = "release",
    [ROLLOUT_OP_RESIZE_CLAIM] = "resize-claim",
    [ROLLOUT_OP_REPAIR] = "repair",
    [ROLLOUT_OP_RELABEL] = "relabel",
    [ROLLOUT_OP_SCALE] = "scale",
    [ROLLOUT_OP_CREATE_REPLICA_SET] = "create-replica-set",
    [ROLLOUT_OP_DELETE_REPLICA_SET] = "delete-replica-set",
    [ROLLOUT_OP_SET_ANNOTATION] = "set-annotation",
    [ROLLOUT_OP_SET_MIN_READY_SECONDS] = "set-min-ready-seconds",
    [ROLLOUT_OP_SET_TEMPLATE] = "set-template",
    [ROLLOUT_OP_CREATE_SUBSET] = "create-subset",
    [ROLLOUT_OP_UPDATE_SUBSET] = "update-subset",
    [ROLLOUT_OP_DELETE_SUBSET] = "delete-subset",
    [ROLLOUT_OP_SET_RESERVED] = "set-reserved",
    [ROLLOUT_OP_DELETE_WORKLOAD] = "delete-workload",
    [ROLLOUT_OP_LABEL_REVISION] = "label-revision",
    [ROLLOUT_OP_FLIP] = "flip",
    [ROLLOUT_OP_SET_UPGRADABLE] = "set-upgradable",
};

const char *rollout_op_name(uint32_t op)
{
    return op < sizeof op_names / sizeof *op_names ? op_names[op] : NULL;
}

static int check_indexes(const struct rollout_snapshot *s, const struct ro_arrays *a, struct rollout_error *reterr)
{
    if (s->current_revision > a->revisions.count)
        return ro_error(reterr, ROLLOUT_ERR_INVALID, "current_revision", "current_revision: %u of %zu revisions",
                        s->current_revision, a->revisions.count);
    if (s->update_revision == 0 || s->update_revision > a->revisions.count)
        return ro_error(reterr, ROLLOUT_ERR_INVALID, "update_revision", "update_revision: %u of %zu revisions",
                        s->update_revision, a->revisions.count);
    for (size_t i = 0; i < a->verdicts.count; i++) {
        const struct rollout_in_place_verdict *v = (const void *)(a->verdicts.items + i * a->verdicts.stride);
        if (v->from == 0 || v->to == 0 || v->from > a->revisions.count || v->to > a->revisions.count)
            return ro_error_at(reterr, ROLLOUT_ERR_INVALID, (uint32_t)i, "in_place_verdicts",
                               "in_place_verdicts: from %u to %u of %zu revisions", v->from, v->to, a->revisions.count);
    }
    return ROLLOUT_OK;
}

static int plan_arrays(const struct rollout_workload *workload, const struct rollout_snapshot *snapshot,
                       const struct ro_arrays *arrays, const struct ro_answer *answer, struct rollout_error *reterr)
{
    struct ro_planner_input input = {
        .snapshot = *snapshot,
        .pods = { arrays->pods.items, arrays->pods.stride, arrays->pods.count },
        .nodes = arrays->nodes,
        .claims = arrays->claims,
        .revisions = arrays->revisions,
        .verdicts = arrays->verdicts,
        .storage_classes = arrays->storage_classes,
        .backoffs = arrays->backoffs,
        .replica_sets = arrays->replica_sets,
        .subsets = arrays->subsets,
        .namespaces = arrays->namespaces,
        .in_flight = arrays->in_flight,
    };
    struct rollout_workload full = *workload;
    struct ro_specs specs;

    int r = ro_gates_resolve(workload->gates, workload->gate_count, &input.gates, reterr);
    if (r == ROLLOUT_OK && !workload->deployment && !workload->replicaset &&
        !workload->broadcastjob) /* no ControllerRevisions */
        r = check_indexes(snapshot, arrays, reterr);
    if (r == ROLLOUT_OK)
        r = ro_specs_open(&full, &specs, reterr);
    if (r)
        return r;
    if (full.cloneset)
        return ro_plan_cloneset(full.cloneset, &input, answer, reterr);
    if (full.daemonset)
        return ro_plan_daemonset(full.daemonset, &input, answer, reterr);
    if (full.broadcastjob)
        return ro_plan_broadcastjob(full.broadcastjob, &input, answer, reterr);
    if (full.deployment)
        return ro_plan_deployment(full.deployment, &input, answer, reterr);
    if (full.replicaset)
        return ro_plan_replicaset(full.replicaset, &input, answer, reterr);
    if (full.uniteddeployment)
        return ro_plan_uniteddeployment(full.uniteddeployment, &input, answer, reterr);
    if (full.sidecarset)
        return ro_plan_sidecarset(full.sidecarset, &input, answer, reterr);
    return ro_plan_statefulset(full.statefulset, &input, answer, reterr);
}

static int decide(const struct rollout_workload *workload, const struct rollout_snapshot *snapshot,
                  const struct ro_answer *answer, struct rollout_error *reterr)
{
    struct rollout_workload w;
    struct rollout_snapshot s;
    struct ro_arrays arrays = { 0 };

    int r = ro_abi_struct(workload, &w, sizeof w, "workload", reterr);
    if (r == ROLLOUT_OK)
        r = ro_abi_struct(snapshot, &s, sizeof s, "snapshot", reterr);
    if (r)
        return r;
    if (w.profile != 0)
        return ro_error(reterr, ROLLOUT_ERR_INVALID, "profile", "profile: unknown profile %u", w.profile);
    if (w.fix_count > 0)
        return ro_error_at(reterr, ROLLOUT_ERR_INVALID, 0, "fixes", "fixes: unknown fix %u", w.fixes ? w.fixes[0] : 0);
    int specs = !!w.cloneset + !!w.statefulset + !!w.daemonset + !!w.broadcastjob + !!w.deployment + !!w.replicaset +
                !!w.uniteddeployment + !!w.sidecarset;
    if (specs != 1)
        return ro_error(reterr, ROLLOUT_ERR_INVALID, "workload", "workload: %s spec is set",
                        specs ? "more than one" : "no");

    r = ro_arrays_open(&s, &arrays, reterr);
    if (r == ROLLOUT_OK)
        r = plan_arrays(&w, &s, &arrays, answer, reterr);
    ro_arrays_close(&arrays);
    return r;
}

int rollout_plan(const struct rollout_workload *workload, const struct rollout_snapshot *snapshot,
                 struct rollout_plan **ret_plan, struct rollout_error *reterr)
{
    const struct ro_answer answer = { .plan = ret_plan };
    if (!ret_plan)
        return ro_error_null(reterr, "ret_plan");
    return decide(workload, snapshot, &answer, reterr);
}

int rollout_candidates(const struct rollout_workload *workload, const struct rollout_snapshot *snapshot,
                       struct rollout_candidates **ret_candidates, struct rollout_error *reterr)
{
    const struct ro_answer answer = { .candidates = ret_candidates };
    if (!ret_candidates)
        return ro_error_null(reterr, "ret_candidates");
    return decide(workload, snapshot, &answer, reterr);
}

void rollout_plan_free(struct rollout_plan *plan)
{
    free(plan);
}
