/* SPDX-License-Identifier: Apache-2.0 */
#include "objects/pod.h"
#include "objects/requests.h"
#include "objects/scheduling.h"

void ro_node_decode(struct ro_decoder *d, struct ro_arena *arena, const struct ro_at *node,
                    struct rollout_node_facts *ret)
{
    struct ro_metadata metadata;
    ro_check_kind(d, node, "Node");
    ro_read_metadata(d, node, &metadata);
    struct ro_at spec = ro_at_object(d, node, "spec");
    *ret = (struct rollout_node_facts){ .name = metadata.name, .labels = metadata.labels };
    ret->unschedulable = ro_read_bool(d, &spec, "unschedulable");
    struct ro_at status = ro_at_object(d, node, "status");
    ret->allocatable = ro_read_resources(d, arena, &status, "allocatable", &ret->allocatable_count);
    ret->taints = ro_read_taints(d, arena, &spec, &ret->taint_count);
}
