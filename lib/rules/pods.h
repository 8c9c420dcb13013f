/* SPDX-License-Identifier: Apache-2.0 */
/* Pods as the rules read them: records of at least this library's size, a stride apart. Entry points
 * see to that (records of an older caller are copied to full size first). */
#ifndef RO_RULES_PODS_H
#define RO_RULES_PODS_H

#include <rollout/snapshot.h>

struct ro_pods {
    const char *items;
    size_t stride;
    size_t count;
};

static inline const struct rollout_pod *ro_pod(const struct ro_pods *pods, size_t i)
{
    return (const struct rollout_pod *)(const void *)(pods->items + i * pods->stride);
}

#endif
