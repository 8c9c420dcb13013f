/* SPDX-License-Identifier: Apache-2.0 */
#include "rules/room.h"

#include "base/str.h"

/* Resources that a scheduler counts: those three, and those with a domain of their own, huge pages and volumes. */
static bool is_counted(struct rollout_str name)
{
    if (ro_str_eq(name, RO_STR("cpu")) || ro_str_eq(name, RO_STR("memory")) ||
        ro_str_eq(name, RO_STR("ephemeral-storage")))
        return true;
    if (ro_str_starts(name, RO_STR("hugepages-")) || ro_str_starts(name, RO_STR("attachable-volumes-")))
        return true;
    return name.len && memchr(name.data, '/', name.len) && !ro_str_starts(name, RO_STR("requests."));
}

int64_t ro_room_amount(const struct rollout_resource *resources, size_t count, struct rollout_str name)
{
    size_t low = 0, high = count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int c = ro_str_cmp(resources[middle].name, name);
        if (c == 0)
            return resources[middle].amount;
        if (c < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return 0;
}

bool ro_room_fits(const struct rollout_resource *requests, size_t count, const struct rollout_node_facts *node,
                  size_t *ret_which)
{
    *ret_which = count;
    if (ro_room_amount(node->allocatable, node->allocatable_count, RO_STR("pods")) < 1)
        return false;
    for (size_t i = 0; i < count; i++) {
        if (requests[i].amount <= 0 || !is_counted(requests[i].name))
            continue;
        if (requests[i].amount > ro_room_amount(node->allocatable, node->allocatable_count, requests[i].name)) {
            *ret_which = i;
            return false;
        }
    }
    return true;
}
