/* SPDX-License-Identifier: Apache-2.0 */
#include "objects/pod.h"

void ro_node_decode(struct ro_decoder *d, const struct ro_at *node, struct rollout_node_facts *ret)
{
    struct ro_metadata metadata;
    ro_check_kind(d, node, "Node");
    ro_read_metadata(d, node, &metadata);
    *ret = (struct rollout_node_facts){ .name = metadata.name, .labels = metadata.labels };
}
