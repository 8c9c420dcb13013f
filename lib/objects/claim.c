/* SPDX-License-Identifier: Apache-2.0 */
#include "objects/pod.h"

void ro_claim_decode(struct ro_decoder *d, const struct ro_at *claim, struct rollout_claim *ret)
{
    struct ro_metadata metadata;
    ro_check_kind(d, claim, "PersistentVolumeClaim");
    ro_read_metadata(d, claim, &metadata);
    const struct rollout_str *id = ro_labels_get(&metadata.labels, RO_STR("apps.kruise.io/cloneset-instance-id"));
    *ret = (struct rollout_claim){
        .name = metadata.name,
        .instance_id = id ? *id : (struct rollout_str){ NULL, 0 },
        .flags = metadata.terminating ? ROLLOUT_CLAIM_TERMINATING : 0,
    };
}
