/* SPDX-License-Identifier: Apache-2.0 */
#include "lift.h"

#include <stdlib.h>
#include <string.h>

void *keep(struct copy *copy, size_t size)
{
    void *memory = calloc(1, size ? size : 1);
    if (copy->n_garbage == sizeof copy->garbage / sizeof *copy->garbage)
        abort();
    return copy->garbage[copy->n_garbage++] = memory;
}

#define COPY_SPEC(kind)                                                                                                \
    if (world->workload->kind)                                                                                         \
    copy->workload.kind = memcpy(&copy->kind, world->workload->kind, sizeof copy->kind)

struct copy *copy_make(const struct rollout_world *world, json_t *document)
{
    struct copy *copy = calloc(1, sizeof *copy);
    size_t n = world->snapshot->pods.count;
    copy->document = document;
    copy->workload = *world->workload;
    copy->snapshot = *world->snapshot;
    COPY_SPEC(cloneset);
    COPY_SPEC(statefulset);
    COPY_SPEC(daemonset);
    COPY_SPEC(broadcastjob);
    COPY_SPEC(deployment);
    COPY_SPEC(replicaset);
    COPY_SPEC(uniteddeployment);
    COPY_SPEC(sidecarset);
    for (size_t i = 0; i < world->workload->gate_count; i++)
        copy->gates[i] = world->workload->gates[i];
    copy->workload.gates = copy->gates;
    copy->pods = keep(copy, (n + 1) * sizeof *copy->pods);
    copy->in_place = keep(copy, n * sizeof *copy->in_place);
    for (size_t i = 0; i < n; i++) {
        copy->pods[i] = world->snapshot->pods.items[i];
        if (copy->pods[i].in_place) {
            copy->in_place[i] = *copy->pods[i].in_place;
            copy->pods[i].in_place = &copy->in_place[i];
        }
    }
    copy->snapshot.pods.items = copy->pods;
    copy->claims = keep(copy, world->snapshot->claims.count * sizeof *copy->claims);
    for (size_t i = 0; i < world->snapshot->claims.count; i++)
        copy->claims[i] = world->snapshot->claims.items[i];
    copy->snapshot.claims.items = copy->claims;
    copy->replica_sets = keep(copy, world->snapshot->replica_sets.count * sizeof *copy->replica_sets);
    for (size_t i = 0; i < world->snapshot->replica_sets.count; i++)
        copy->replica_sets[i] = world->snapshot->replica_sets.items[i];
    copy->snapshot.replica_sets.items = copy->replica_sets;
    copy->subsets = keep(copy, world->snapshot->subsets.count * sizeof *copy->subsets);
    for (size_t i = 0; i < world->snapshot->subsets.count; i++)
        copy->subsets[i] = world->snapshot->subsets.items[i];
    copy->snapshot.subsets.items = copy->subsets;
    copy->subset_specs = keep(copy, copy->uniteddeployment.subset_count * sizeof *copy->subset_specs);
    for (size_t i = 0; i < copy->uniteddeployment.subset_count; i++)
        copy->subset_specs[i] = copy->uniteddeployment.subsets[i];
    copy->uniteddeployment.subsets = copy->subset_specs;
    return copy;
}

void copy_free(struct copy *copy)
{
    while (copy->n_garbage > 0)
        free(copy->garbage[--copy->n_garbage]);
    json_decref(copy->edited);
    free(copy);
}

/* ---- labels and finalizers of a hook ---- */

const struct rollout_label *label_at(const struct rollout_labels *labels, uint32_t i)
{
    size_t stride = labels->stride ? labels->stride : sizeof(struct rollout_label);
    return (const void *)((const char *)labels->items + i * stride);
}

static const struct rollout_str *str_at(const struct rollout_strs *strs, uint32_t i)
{
    size_t stride = strs->stride ? strs->stride : sizeof(struct rollout_str);
    return (const void *)((const char *)strs->items + i * stride);
}

bool same(struct rollout_str a, struct rollout_str b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.data, b.data, a.len) == 0);
}

/* Takes the named part of a hook off the pod. */
void remove_part(struct copy *copy, struct rollout_pod *pod, struct rollout_str part)
{
    struct rollout_label *labels = keep(copy, pod->labels.count * sizeof *labels);
    struct rollout_str *finalizers = keep(copy, pod->finalizers.count * sizeof *finalizers);
    uint32_t n_labels = 0, n_finalizers = 0;
    for (uint32_t i = 0; i < pod->labels.count; i++)
        if (!same(label_at(&pod->labels, i)->key, part))
            labels[n_labels++] = *label_at(&pod->labels, i);
    for (uint32_t i = 0; i < pod->finalizers.count; i++)
        if (!same(*str_at(&pod->finalizers, i), part))
            finalizers[n_finalizers++] = *str_at(&pod->finalizers, i);
    pod->labels = (struct rollout_labels){ labels, n_labels, 0 };
    pod->finalizers = (struct rollout_strs){ finalizers, n_finalizers, 0 };
}

/* Puts the named part of the hook on the pod. */
void add_part(struct copy *copy, struct rollout_pod *pod, const struct rollout_hook *hook, struct rollout_str part)
{
    remove_part(copy, pod, part);
    for (uint32_t k = 0; k < hook->labels.count; k++)
        if (same(label_at(&hook->labels, k)->key, part)) {
            struct rollout_label *labels = keep(copy, (pod->labels.count + 1) * sizeof *labels);
            for (uint32_t i = 0; i < pod->labels.count; i++)
                labels[i] = *label_at(&pod->labels, i);
            labels[pod->labels.count] = *label_at(&hook->labels, k);
            pod->labels = (struct rollout_labels){ labels, pod->labels.count + 1, 0 };
            return;
        }
    struct rollout_str *finalizers = keep(copy, (pod->finalizers.count + 1) * sizeof *finalizers);
    for (uint32_t i = 0; i < pod->finalizers.count; i++)
        finalizers[i] = *str_at(&pod->finalizers, i);
    finalizers[pod->finalizers.count] = part;
    pod->finalizers = (struct rollout_strs){ finalizers, pod->finalizers.count + 1, 0 };
}

struct rollout_str text_of(const struct rollout_plan *plan, const struct rollout_verdict *v)
{
    return v->text < plan->text_count ? plan->texts[v->text] : (struct rollout_str){ "", 0 };
}

/* ---- what several kinds lift alike ---- */

int64_t limit_of(const struct rollout_plan *plan, const char *field, int64_t absent)
{
    for (size_t i = 0; i < plan->limit_count; i++)
        if (same(plan->limits[i].field, (struct rollout_str){ field, strlen(field) }))
            return plan->limits[i].count;
    return absent;
}

struct rollout_intstr number(int64_t count)
{
    return (struct rollout_intstr){ ROLLOUT_INTSTR_INT, (int32_t)count, { NULL, 0 } };
}

void make_ready(struct copy *copy, struct rollout_pod *pod)
{
    pod->phase = ROLLOUT_PHASE_RUNNING;
    pod->flags |= ROLLOUT_POD_READY;
    if (pod->flags & ROLLOUT_POD_IN_PLACE_CONDITION)
        pod->flags |= ROLLOUT_POD_IN_PLACE_TRUE;
    pod->ready_since_ms = copy->snapshot.now_ms;
}

void remove_pod(struct copy *copy, uint32_t pod)
{
    memmove(&copy->pods[pod], &copy->pods[pod + 1], (copy->snapshot.pods.count - pod - 1) * sizeof *copy->pods);
    copy->snapshot.pods.count--;
}

bool starts(struct rollout_str text, const char *start)
{
    return text.len >= strlen(start) && memcmp(text.data, start, strlen(start)) == 0;
}

void make_available(struct copy *copy, struct rollout_pod *pod, int32_t min_ready_seconds)
{
    make_ready(copy, pod);
    pod->ready_since_ms -= (int64_t)min_ready_seconds * 1000 + 1;
    pod->flags &= ~(uint32_t)ROLLOUT_POD_TERMINATING;
    pod->lifecycle_state = pod->lifecycle_state == ROLLOUT_STATE_NONE ? ROLLOUT_STATE_NONE : ROLLOUT_STATE_NORMAL;
    pod->in_place = NULL;
}
