/* SPDX-License-Identifier: Apache-2.0 */
#include "report.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "play.h"

void differ(struct report *report, const char *path, json_t *recorded, json_t *played)
{
    if (report->found++ >= report->most)
        return;
    char *a = recorded ? json_dumps(recorded, JSON_COMPACT | JSON_ENCODE_ANY | JSON_SORT_KEYS) : NULL;
    char *b = played ? json_dumps(played, JSON_COMPACT | JSON_ENCODE_ANY | JSON_SORT_KEYS) : NULL;
    printf("%s: %s: expected %.400s, got %.400s\n", report->id, path, a ? a : "nothing", b ? b : "nothing");
    free(a);
    free(b);
}

static void integer(struct report *report, const char *path, const char *fact, int64_t recorded, int64_t played)
{
    char deeper[512];
    if (recorded == played)
        return;
    json_t *a = json_integer(recorded), *b = json_integer(played);
    snprintf(deeper, sizeof deeper, "%s %s", path, fact);
    differ(report, deeper, a, b);
    json_decref(a);
    json_decref(b);
}

static json_t *json_text(struct rollout_str text)
{
    return text.data ? json_stringn(text.data, text.len) : NULL;
}

static void text(struct report *report, const char *path, const char *fact, struct rollout_str recorded,
                 struct rollout_str played)
{
    char deeper[512];
    json_t *a = json_text(recorded), *b = json_text(played);
    snprintf(deeper, sizeof deeper, "%s %s", path, fact);
    if (!a != !b || (a && !json_equal(a, b)))
        differ(report, deeper, a, b);
    json_decref(a);
    json_decref(b);
}

static json_t *json_labels(const struct rollout_labels *labels)
{
    json_t *object = json_object();
    size_t stride = labels->stride ? labels->stride : sizeof(struct rollout_label);
    for (uint32_t i = 0; i < labels->count; i++) {
        const struct rollout_label *label = (const void *)((const char *)labels->items + i * stride);
        char *key = strndup(label->key.data, label->key.len);
        json_object_set_new(object, key, json_text(label->value));
        free(key);
    }
    return object;
}

static json_t *json_strs(const struct rollout_strs *strs)
{
    json_t *array = json_array();
    size_t stride = strs->stride ? strs->stride : sizeof(struct rollout_str);
    for (uint32_t i = 0; i < strs->count; i++)
        json_array_append_new(
            array, json_text(*(const struct rollout_str *)(const void *)((const char *)strs->items + i * stride)));
    return array;
}

static void both(struct report *report, const char *path, const char *fact, json_t *recorded, json_t *played)
{
    char deeper[512];
    snprintf(deeper, sizeof deeper, "%s %s", path, fact);
    if (!json_equal(recorded, played))
        differ(report, deeper, recorded, played);
    json_decref(recorded);
    json_decref(played);
}

static json_t *json_node(const struct rollout_node *node)
{
    struct rollout_tree tree = { node, node ? node->size : 0 };
    return node ? tree_json(&tree) : json_null();
}

static void compare_in_place(struct report *report, const char *path, const struct rollout_in_place *a,
                             const struct rollout_in_place *b)
{
    integer(report, path, "in_place", a != NULL, b != NULL);
    if (!a || !b)
        return;
    integer(report, path, "in_place.flags", a->flags, b->flags);
    integer(report, path, "in_place.waits_for", a->waits_for, b->waits_for);
    text(report, path, "in_place.container", a->container, b->container);
    text(report, path, "in_place.grace_revision", a->grace_revision, b->grace_revision);
    integer(report, path, "in_place.grace_end_ms", a->grace_end_ms, b->grace_end_ms);
    both(report, path, "in_place.containers", json_node(a->containers.nodes), json_node(b->containers.nodes));
}

static void compare_pod(struct report *report, const struct rollout_pod *a, const struct rollout_pod *b)
{
    char path[320];
    snprintf(path, sizeof path, "pod %.*s", (int)a->name.len, a->name.data);
    text(report, path, "name", a->name, b->name);
    text(report, path, "namespace", a->namespace_, b->namespace_);
    text(report, path, "revision", a->revision, b->revision);
    text(report, path, "node", a->node, b->node);
    integer(report, path, "phase", a->phase, b->phase);
    integer(report, path, "lifecycle_state", a->lifecycle_state, b->lifecycle_state);
    integer(report, path, "flags", a->flags, b->flags);
    integer(report, path, "node_index", a->node_index, b->node_index);
    integer(report, path, "ready_since_ms", a->ready_since_ms, b->ready_since_ms);
    integer(report, path, "created_ms", a->created_ms, b->created_ms);
    integer(report, path, "restarts", a->restarts, b->restarts);
    integer(report, path, "sidecar_restarts", a->sidecar_restarts, b->sidecar_restarts);
    integer(report, path, "deletion_cost", a->deletion_cost, b->deletion_cost);
    both(report, path, "labels", json_labels(&a->labels), json_labels(&b->labels));
    both(report, path, "finalizers", json_strs(&a->finalizers), json_strs(&b->finalizers));
    text(report, path, "uid", a->uid, b->uid);
    text(report, path, "target_node", a->target_node, b->target_node);
    compare_in_place(report, path, a->in_place, b->in_place);
}

static void compare_revision(struct report *report, const struct rollout_revision *a, const struct rollout_revision *b)
{
    char path[320];
    snprintf(path, sizeof path, "revision %.*s", (int)a->name.len, a->name.data);
    text(report, path, "name", a->name, b->name);
    integer(report, path, "number", a->number, b->number);
    integer(report, path, "flags", a->flags, b->flags);
    text(report, path, "hash", a->hash, b->hash);
    text(report, path, "claims_hash", a->claims_hash, b->claims_hash);
    both(report, path, "topology_keys", json_strs(&a->topology_keys), json_strs(&b->topology_keys));
    both(report, path, "data", json_node(a->data.nodes), json_node(b->data.nodes));
}

static void compare_node(struct report *report, const struct rollout_node_facts *a, const struct rollout_node_facts *b)
{
    char path[320];
    snprintf(path, sizeof path, "node %.*s", (int)a->name.len, a->name.data);
    text(report, path, "name", a->name, b->name);
    both(report, path, "labels", json_labels(&a->labels), json_labels(&b->labels));
    integer(report, path, "taints", (int64_t)a->taint_count, (int64_t)b->taint_count);
    for (size_t i = 0; i < a->taint_count && i < b->taint_count; i++) {
        text(report, path, "taint key", a->taints[i].key, b->taints[i].key);
        text(report, path, "taint value", a->taints[i].value, b->taints[i].value);
        integer(report, path, "taint effect", a->taints[i].effect, b->taints[i].effect);
    }
}

static void compare_claim(struct report *report, const struct rollout_claim *a, const struct rollout_claim *b)
{
    char path[320];
    snprintf(path, sizeof path, "claim %.*s", (int)a->name.len, a->name.data);
    text(report, path, "name", a->name, b->name);
    text(report, path, "instance_id", a->instance_id, b->instance_id);
    integer(report, path, "flags", a->flags, b->flags);
    text(report, path, "storage_class", a->storage_class, b->storage_class);
    text(report, path, "request", a->request, b->request);
    text(report, path, "capacity", a->capacity, b->capacity);
    both(report, path, "access_modes", json_strs(&a->access_modes), json_strs(&b->access_modes));
    integer(report, path, "owners", (int64_t)a->owner_count, (int64_t)b->owner_count);
    for (size_t i = 0; i < a->owner_count && i < b->owner_count; i++) {
        text(report, path, "owner kind", a->owners[i].kind, b->owners[i].kind);
        text(report, path, "owner name", a->owners[i].name, b->owners[i].name);
        text(report, path, "owner uid", a->owners[i].uid, b->owners[i].uid);
        integer(report, path, "owner controller", a->owners[i].controller, b->owners[i].controller);
    }
}

static void compare_settings(struct report *report, const struct rollout_snapshot *x, const struct rollout_snapshot *y)
{
    integer(report, "snapshot", "now_ms", x->now_ms, y->now_ms);
    integer(report, "snapshot", "unobserved_since_ms", x->unobserved_since_ms, y->unobserved_since_ms);
    integer(report, "snapshot", "storage_classes", (int64_t)x->storage_classes.count,
            (int64_t)y->storage_classes.count);
    for (size_t i = 0; i < x->storage_classes.count && i < y->storage_classes.count; i++) {
        const struct rollout_storage_class *a = &x->storage_classes.items[i], *b = &y->storage_classes.items[i];
        text(report, "storage class", "name", a->name, b->name);
        integer(report, "storage class", "allow_expansion", a->allow_expansion, b->allow_expansion);
    }
    integer(report, "snapshot", "backoffs", (int64_t)x->failed_pod_backoffs.count,
            (int64_t)y->failed_pod_backoffs.count);
    for (size_t i = 0; i < x->failed_pod_backoffs.count && i < y->failed_pod_backoffs.count; i++) {
        const struct rollout_backoff *a = &x->failed_pod_backoffs.items[i], *b = &y->failed_pod_backoffs.items[i];
        text(report, "backoff", "node", a->node, b->node);
        integer(report, "backoff", "seconds", a->seconds, b->seconds);
        integer(report, "backoff", "last_step_ms", a->last_step_ms, b->last_step_ms);
    }
}

static void compare_status(struct report *report, const struct rollout_cloneset_status *a,
                           const struct rollout_cloneset_status *b)
{
    const char *path = "status";
    integer(report, path, "replicas", a->replicas, b->replicas);
    integer(report, path, "ready_replicas", a->ready_replicas, b->ready_replicas);
    integer(report, path, "available_replicas", a->available_replicas, b->available_replicas);
    integer(report, path, "updated_replicas", a->updated_replicas, b->updated_replicas);
    integer(report, path, "updated_ready_replicas", a->updated_ready_replicas, b->updated_ready_replicas);
    integer(report, path, "updated_available_replicas", a->updated_available_replicas, b->updated_available_replicas);
    integer(report, path, "expected_updated_replicas", a->expected_updated_replicas, b->expected_updated_replicas);
    integer(report, path, "collision_count", a->collision_count.set ? a->collision_count.value : 0,
            b->collision_count.set ? b->collision_count.value : 0);
    text(report, path, "update_revision", a->update_revision, b->update_revision);
    text(report, path, "current_revision", a->current_revision, b->current_revision);
    integer(report, path, "condition_count", (int64_t)a->condition_count, (int64_t)b->condition_count);
    for (size_t i = 0; i < a->condition_count && i < b->condition_count; i++) {
        const struct rollout_condition *x = &a->conditions[i], *y = &b->conditions[i];
        text(report, path, "condition type", x->type, y->type);
        text(report, path, "condition status", x->status, y->status);
        text(report, path, "condition reason", x->reason, y->reason);
        text(report, path, "condition message", x->message, y->message);
        integer(report, path, "condition last_update_ms", x->last_update_ms, y->last_update_ms);
        integer(report, path, "condition last_transition_ms", x->last_transition_ms, y->last_transition_ms);
    }
}

static struct rollout_str revision_name(const struct rollout_snapshot *s, uint32_t index)
{
    return index ? s->revisions.items[index - 1].name : (struct rollout_str){ 0 };
}

void compare_worlds(struct report *report, const struct rollout_world *a, const struct rollout_world *b)
{
    const struct rollout_snapshot *x = a->snapshot, *y = b->snapshot;
    struct rollout_str current = revision_name(x, x->current_revision ? x->current_revision : x->update_revision);
    struct rollout_str other = revision_name(y, y->current_revision ? y->current_revision : y->update_revision);
    compare_settings(report, x, y);
    text(report, "snapshot", "current_revision", current, other);
    text(report, "snapshot", "update_revision", revision_name(x, x->update_revision),
         revision_name(y, y->update_revision));
    integer(report, "snapshot", "pods", (int64_t)x->pods.count, (int64_t)y->pods.count);
    for (size_t i = 0; i < x->pods.count && i < y->pods.count; i++)
        compare_pod(report, &x->pods.items[i], &y->pods.items[i]);
    integer(report, "snapshot", "revisions", (int64_t)x->revisions.count, (int64_t)y->revisions.count);
    for (size_t i = 0; i < x->revisions.count && i < y->revisions.count; i++)
        compare_revision(report, &x->revisions.items[i], &y->revisions.items[i]);
    integer(report, "snapshot", "claims", (int64_t)x->claims.count, (int64_t)y->claims.count);
    for (size_t i = 0; i < x->claims.count && i < y->claims.count; i++)
        compare_claim(report, &x->claims.items[i], &y->claims.items[i]);
    integer(report, "snapshot", "nodes", (int64_t)x->nodes.count, (int64_t)y->nodes.count);
    for (size_t i = 0; i < x->nodes.count && i < y->nodes.count; i++)
        compare_node(report, &x->nodes.items[i], &y->nodes.items[i]);
    if (a->workload->cloneset && b->workload->cloneset)
        compare_status(report, a->workload->cloneset->status, b->workload->cloneset->status);
}
