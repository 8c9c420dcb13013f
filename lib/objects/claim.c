/* SPDX-License-Identifier: Apache-2.0 */
#include "objects/pod.h"

static bool is_owned(const struct rollout_node *claim, struct rollout_str uid)
{
    const struct rollout_node *references = ro_dig(claim, "metadata", "ownerReferences", NULL);
    if (!uid.data || !ro_is(references, ROLLOUT_NODE_ARRAY))
        return false;
    for (const struct rollout_node *r = ro_first(references); r != ro_end(references); r = ro_next(r))
        if (ro_str_eq(ro_text(ro_get(r, "uid")), uid))
            return true;
    return false;
}

void ro_claim_decode(struct ro_decoder *d, const struct ro_at *claim, struct rollout_str uid, struct rollout_claim *ret)
{
    struct ro_metadata metadata;
    ro_check_kind(d, claim, "PersistentVolumeClaim");
    ro_read_metadata(d, claim, &metadata);
    const struct rollout_str *id = ro_labels_get(&metadata.labels, RO_STR("apps.kruise.io/cloneset-instance-id"));
    *ret = (struct rollout_claim){
        .name = metadata.name,
        .instance_id = id ? *id : (struct rollout_str){ NULL, 0 },
        .flags = (metadata.terminating ? (uint32_t)ROLLOUT_CLAIM_TERMINATING : 0) |
                 (is_owned(claim->node, uid) ? (uint32_t)ROLLOUT_CLAIM_OWNED : 0),
    };
}
