/* SPDX-License-Identifier: Apache-2.0 */
#include "rules/gates.h"

#include "base/error.h"
#include "base/str.h"

static const struct {
    struct rollout_str name;
    bool on; /* upstream's default */
} known[RO_GATE_COUNT] = {
    [ROLLOUT_GATE_CLONESET_PARTITION_ROLLBACK] = { { "CloneSetPartitionRollback", 25 }, false },
    [ROLLOUT_GATE_PREPARING_UPDATE_AS_UPDATE] = { { "PreparingUpdateAsUpdate", 23 }, false },
    [ROLLOUT_GATE_RECREATE_POD_WHEN_CHANGE_VCT] = { { "RecreatePodWhenChangeVCTInCloneSetGate", 38 }, false },
    [ROLLOUT_GATE_IN_PLACE_UPDATE_ENV_FROM_METADATA] = { { "InPlaceUpdateEnvFromMetadata", 28 }, true },
    [ROLLOUT_GATE_IN_PLACE_WORKLOAD_VERTICAL_SCALING] = { { "InPlaceWorkloadVerticalScaling", 30 }, false },
    [ROLLOUT_GATE_CLONESET_SHORT_HASH] = { { "CloneSetShortHash", 17 }, false },
    [ROLLOUT_GATE_FORCE_DELETE_TIMEOUT_EXPECTATION] = { { "ForceDeleteTimeoutExpectationGate", 33 }, false },
    [ROLLOUT_GATE_STATEFULSET_START_ORDINAL] = { { "StatefulSetStartOrdinal", 23 }, false },
    [ROLLOUT_GATE_STATEFULSET_AUTO_DELETE_PVC] = { { "StatefulSetAutoDeletePVC", 24 }, true },
    [ROLLOUT_GATE_STATEFULSET_AUTO_RESIZE_PVC] = { { "StatefulSetAutoResizePVCGate", 28 }, false },
    [ROLLOUT_GATE_MAX_UNAVAILABLE_STATEFULSET] = { { "MaxUnavailableStatefulSet", 25 }, false },
    [ROLLOUT_GATE_DAEMONSET_PRUNE_INELIGIBLE_NODES] = { { "DaemonSetPruneIneligibleNodes", 29 }, false },
    [ROLLOUT_GATE_POD_INDEX_LABEL] = { { "PodIndexLabel", 13 }, true },
    [ROLLOUT_GATE_ASSIGN_BCJ_PODS_BY_SCHEDULER] = { { "assign-bcj-pods-by-scheduler", 28 }, true },
};

int ro_gates_resolve(const struct rollout_gate *gates, size_t count, struct ro_gates *ret, struct rollout_error *reterr)
{
    if (count > 0 && !gates)
        return ro_error(reterr, ROLLOUT_ERR_INVALID, "gates", "gates: NULL with a count");
    for (uint32_t i = 0; i < RO_GATE_COUNT; i++)
        ret->on[i] = known[i].on;
    for (size_t i = 0; i < count; i++) {
        uint32_t gate = gates[i].gate;
        if (gate == 0 || gate >= RO_GATE_COUNT)
            return ro_error_at(reterr, ROLLOUT_ERR_INVALID, (uint32_t)i, "gates", "gates: unknown gate %u", gate);
        if (gates[i].on > 1)
            return ro_error_at(reterr, ROLLOUT_ERR_INVALID, (uint32_t)i, "gates", "gates: on is %u, not 0 or 1",
                               gates[i].on);
        ret->on[gate] = gates[i].on != 0;
    }
    return ROLLOUT_OK;
}

uint32_t ro_gate_from_name(struct rollout_str name)
{
    for (uint32_t i = 1; i < RO_GATE_COUNT; i++)
        if (ro_str_eq(known[i].name, name))
            return i;
    return 0;
}

struct rollout_str ro_gate_name(uint32_t gate)
{
    return known[gate].name;
}

uint32_t ro_gates_diff_flags(const struct ro_gates *gates, bool in_place_only)
{
    uint32_t flags = 0;
    if (gates->on[ROLLOUT_GATE_IN_PLACE_WORKLOAD_VERTICAL_SCALING])
        flags |= ROLLOUT_DIFF_VERTICAL_SCALING;
    if (gates->on[ROLLOUT_GATE_IN_PLACE_UPDATE_ENV_FROM_METADATA])
        flags |= ROLLOUT_DIFF_ENV_FROM_METADATA;
    if (gates->on[ROLLOUT_GATE_RECREATE_POD_WHEN_CHANGE_VCT] && !in_place_only)
        flags |= ROLLOUT_DIFF_COMPARE_CLAIMS;
    return flags;
}
