/* SPDX-License-Identifier: Apache-2.0 */
#include "rules/arrays.h"

#include <stdlib.h>

int ro_arrays_open(const struct rollout_snapshot *s, struct ro_arrays *ret, struct rollout_error *reterr)
{
    *ret = (struct ro_arrays){ 0 };
    const struct {
        const void *items;
        size_t count, stride, full;
        const char *name;
        struct ro_abi_array *ret;
    } views[] = {
        { s->pods.items, s->pods.count, s->pods.stride, sizeof(struct rollout_pod), "pods", &ret->pods },
        { s->nodes.items, s->nodes.count, s->nodes.stride, sizeof(struct rollout_node_facts), "nodes", &ret->nodes },
        { s->claims.items, s->claims.count, s->claims.stride, sizeof(struct rollout_claim), "claims", &ret->claims },
        { s->revisions.items, s->revisions.count, s->revisions.stride, sizeof(struct rollout_revision), "revisions",
          &ret->revisions },
        { s->in_place_verdicts.items, s->in_place_verdicts.count, s->in_place_verdicts.stride,
          sizeof(struct rollout_in_place_verdict), "in_place_verdicts", &ret->verdicts },
        { s->storage_classes.items, s->storage_classes.count, s->storage_classes.stride,
          sizeof(struct rollout_storage_class), "storage_classes", &ret->storage_classes },
        { s->failed_pod_backoffs.items, s->failed_pod_backoffs.count, s->failed_pod_backoffs.stride,
          sizeof(struct rollout_backoff), "failed_pod_backoffs", &ret->backoffs },
        { s->replica_sets.items, s->replica_sets.count, s->replica_sets.stride,
          sizeof(struct rollout_replica_set_facts), "replica_sets", &ret->replica_sets },
        { s->subsets.items, s->subsets.count, s->subsets.stride, sizeof(struct rollout_subset), "subsets",
          &ret->subsets },
        { s->namespaces.items, s->namespaces.count, s->namespaces.stride, sizeof(struct rollout_namespace),
          "namespaces", &ret->namespaces },
        { s->in_flight.items, s->in_flight.count, s->in_flight.stride, sizeof(struct rollout_in_flight), "in_flight",
          &ret->in_flight },
    };
    for (size_t i = 0; i < sizeof views / sizeof *views; i++) {
        int r = ro_abi_array(views[i].items, views[i].count, views[i].stride, views[i].full, views[i].name,
                             views[i].ret, reterr);
        if (r)
            return r;
    }
    return ROLLOUT_OK;
}

void ro_arrays_close(struct ro_arrays *arrays)
{
    free(arrays->pods.copy);
    free(arrays->nodes.copy);
    free(arrays->claims.copy);
    free(arrays->revisions.copy);
    free(arrays->verdicts.copy);
    free(arrays->storage_classes.copy);
    free(arrays->backoffs.copy);
    free(arrays->replica_sets.copy);
    free(arrays->subsets.copy);
    free(arrays->namespaces.copy);
    free(arrays->in_flight.copy);
}
