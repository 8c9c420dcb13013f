/* SPDX-License-Identifier: Apache-2.0 */
/* rollout check: the same release at another size. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "checking.h"
#include "edit.h"
#include "kind.h"
#include "show.h"
#include "span.h"

/* A pod a node, and no replicas. */
static bool by_node(const struct rollout_world *world)
{
    return world->workload->daemonset || world->workload->broadcastjob;
}

int64_t size_of_world(const struct rollout_world *world)
{
    struct rollout_opt replicas = kind_of(world->workload).replicas;
    if (by_node(world))
        return (int64_t)world->snapshot->nodes.count;
    return replicas.set ? replicas.value : (int64_t)world->snapshot->pods.count;
}

bool size_is_free(const struct rollout_world *world)
{
    const struct rollout_uniteddeployment *spec = world->workload->uniteddeployment;
    for (size_t i = 0; spec && i < spec->subset_count; i++)
        if (spec->subsets[i].replicas.kind != ROLLOUT_INTSTR_UNSET)
            return false;
    return true;
}

/* ---- pods that are there ---- */

/* The number that ends the name; the largest where there is none. */
static int64_t ordinal_of(const struct rollout_pod *pod)
{
    struct rollout_str head, tail;
    uint64_t ordinal;
    if (!str_cut_last(pod->name, '-', &head, &tail) || !count_read(tail, INT32_MAX, &ordinal))
        return INT64_MAX;
    return (int64_t)ordinal;
}

static bool on_kept_node(const struct rollout_world *world, const struct rollout_pod *pod, size_t nodes)
{
    struct rollout_str node = pod->node.len ? pod->node : pod->target_node;
    for (uint32_t i = 0; i < nodes; i++)
        if (str_equal(world_node(world, i)->name, node))
            return true;
    return false;
}

/* Whether the pod is one of those that a size of n keeps; taken: how many are kept already. */
static bool keeps(const struct rollout_world *world, const struct rollout_pod *pod, int64_t n, size_t taken)
{
    if (by_node(world))
        return on_kept_node(world, pod, world->snapshot->nodes.count);
    if (world->workload->statefulset)
        return ordinal_of(pod) < n; /* those that start at another ordinal have fewer, and the others are made */
    return world->workload->uniteddeployment || taken < (size_t)n; /* its children decide which go */
}

static int keep_pods(const struct rollout_world *world, int64_t n, struct sized *ret, struct rollout_error *reterr)
{
    const struct rollout_pods *pods = &world->snapshot->pods;
    size_t taken = 0;
    size_t size = pods->stride < sizeof *ret->pods ? pods->stride : sizeof *ret->pods;
    ret->pods = calloc(pods->count + 1, sizeof *ret->pods);
    if (!ret->pods) {
        edit_nomem(reterr);
        return ROLLOUT_ERR_NOMEM;
    }
    for (uint32_t i = 0; i < pods->count; i++) {
        const struct rollout_pod *pod = world_pod(world, i);
        if (!keeps(&ret->world, pod, n, taken))
            continue;
        memcpy(&ret->pods[taken], pod, size);
        taken++;
    }
    ret->snapshot.pods = (struct rollout_pods){ ret->pods, taken, sizeof *ret->pods };
    return ROLLOUT_OK;
}

/* ---- sizes ---- */

/* The workload with so many replicas. */
static bool resize(struct edited *workload, int64_t n, struct rollout_error *reterr)
{
    const struct rollout_node replicas = { .kind = ROLLOUT_NODE_INTEGER, .size = 1, .integer = n };
    return edit_put(workload, "spec.replicas", &replicas, reterr);
}

/* The template of the largest of a Deployment's ReplicaSets, of one that is not the new one's before it. */
static const struct rollout_node *set_template(const struct rollout_world *world)
{
    const struct rollout_replica_sets *view = &world->snapshot->replica_sets;
    const struct rollout_node *found = NULL;
    bool old = false;
    int32_t most = 0;
    for (size_t i = 0; i < view->count && i < world->replica_set_object_count; i++) {
        const struct rollout_replica_set_facts *set = (const void *)((const char *)view->items + i * view->stride);
        bool is_old = !(set->flags & ROLLOUT_REPLICA_SET_SAME_TEMPLATE);
        if (set->replicas == 0 || (old && !is_old) || (old == is_old && set->replicas <= most))
            continue;
        old = is_old;
        most = set->replicas;
        found = node_get(node_get(world->replica_set_objects[i].nodes, "spec"), "template");
    }
    return found;
}

/* The old revision's template, NULL where there is none, or it is the new one's. */
static const struct rollout_node *old_template(const struct rollout_world *world)
{
    const struct rollout_snapshot *snapshot = world->snapshot;
    uint32_t current = snapshot->current_revision;
    if (world->workload->deployment)
        return set_template(world);
    if (!current || current == snapshot->update_revision || current > world->revision_object_count)
        return NULL;
    const struct rollout_node *data = node_get(world->revision_objects[current - 1].nodes, "data");
    const struct rollout_node *template = node_get(node_get(data, "spec"), "template");
    return template && template->kind == ROLLOUT_NODE_OBJECT ? template : NULL;
}

/* All pods made anew, at the old revision. */
static int make_all(const struct rollout_node *workload, const struct rollout_node *template,
                    const struct world_parts *parts, struct sized *ret, struct rollout_error *reterr)
{
    struct edited old = { .root = workload };
    bool done =
        edit_put(&old, "spec.template", template, reterr) && edit_put(&old, "spec.template[\"$patch\"]", NULL, reterr) &&
                edit_put(&old, "spec.template.metadata.labels[\"pod-template-hash\"]", NULL, reterr);
    int rc = done ? start_make(old.root, workload, parts, &ret->start, reterr) : reterr->code;
    if (rc == ROLLOUT_OK)
        ret->world = ret->start.world;
    edited_free(&old);
    return rc;
}

/* Those that are there, as they are. */
static int keep_some(const struct rollout_world *world, const struct rollout_node *workload,
                     const struct world_parts *given, int64_t n, struct sized *ret, struct rollout_error *reterr)
{
    struct world_parts parts = *given;
    parts.now_ms = world->snapshot->now_ms;
    parts.revisions = world->revision_objects;
    parts.revision_count = world->revision_object_count;
    parts.workload = workload;
    if (world->snapshot->current_revision && !by_node(world))
        parts.current = world_revision(world, world->snapshot->current_revision - 1)->name;
    int rc = made_world_decode(&parts, &ret->made, reterr);
    if (rc != ROLLOUT_OK)
        return rc;
    ret->world = *ret->made.world;
    ret->snapshot = *ret->made.world->snapshot;
    ret->world.snapshot = &ret->snapshot;
    ret->snapshot.nodes = world->snapshot->nodes;
    ret->snapshot.claims = world->snapshot->claims;
    ret->snapshot.namespaces = world->snapshot->namespaces;
    ret->snapshot.subsets = world->snapshot->subsets;
    if (by_node(world) && ret->snapshot.nodes.count > (size_t)n)
        ret->snapshot.nodes.count = (size_t)n;
    return keep_pods(world, n, ret, reterr);
}

int sized_make(const struct rollout_world *world, const struct rollout_node *gates, int64_t n, struct sized *ret,
               struct rollout_error *reterr)
{
    const struct world_parts parts = { .gates = gates };
    const struct rollout_node *template = old_template(world);
    struct edited workload = { .root = world->workload_object.nodes };
    int rc = ROLLOUT_OK;
    if (world->workload->deployment && n == size_of_world(world)) { /* as it stands */
        ret->world = *world;
        return ROLLOUT_OK;
    }
    bool sets = world->workload->sidecarset; /* whose pods others make */
    if (!by_node(world) && !sets && !resize(&workload, n, reterr))
        rc = reterr->code;
    else if (!by_node(world) && !sets && template && world->snapshot->pods.count)
        rc = make_all(workload.root, template, &parts, ret, reterr);
    else
        rc = keep_some(world, workload.root, &parts, n, ret, reterr);
    edited_free(&workload);
    return rc;
}

void sized_free(struct sized *sized)
{
    start_free(&sized->start);
    made_world_free(&sized->made);
    free(sized->pods);
    *sized = (struct sized){ 0 };
}
