/* SPDX-License-Identifier: Apache-2.0 */
#include "rules/revision.h"

struct rollout_str ro_short_hash(struct rollout_str revision)
{
    for (size_t i = revision.len; i > 0; i--)
        if (revision.data[i - 1] == '-')
            return (struct rollout_str){ revision.data + i, revision.len - i };
    return revision;
}

uint32_t ro_revision_find(const struct ro_abi_array *revisions, struct rollout_str label)
{
    for (uint32_t i = 0; i < revisions->count; i++) {
        const struct rollout_revision *revision = ro_revision_at(revisions, i);
        if (!(revision->flags & ROLLOUT_REVISION_NEW) && ro_same_revision(revision->name, label))
            return i;
    }
    return ROLLOUT_NONE;
}
