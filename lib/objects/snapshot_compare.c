/* SPDX-License-Identifier: Apache-2.0 */
/* Facts against those read back from what was written of them. Two numbers or texts that mean the same may differ:
 * what the headers say of each is told here. */
#include <string.h>

#include "base/tree.h"
#include "objects/decode.h"
#include "objects/snapshot_object.h"
#include "rules/revision.h"

/* The record that is compared. */
struct compared {
    struct ro_decoder d;
    const struct ro_snapshot_facts *facts; /* that were written */
    const struct rollout_broadcastjob *job; /* NULL: of another kind */
    bool objects;                           /* those of the pods count */
    bool children;                          /* a UnitedDeployment's */
    struct ro_at at;                       /* its place */
};

/* A fact may be one of a record within the record: "selector.match_labels". */
static void refuse(struct compared *c, const struct ro_path *up, const char *fact, const struct rollout_node *value)
{
    const char *dot = memchr(fact, '.', strlen(fact));
    struct ro_path outer = ro_path_member(up, fact);
    struct ro_at at = { .node = value, .path = dot ? ro_path_member(&outer, dot + 1) : outer };

    if (dot)
        outer.key.len = (size_t)(dot - fact);
    ro_refuse(&c->d, &at, "cannot be written: no object says this beside the other facts");
}

static void number(struct compared *c, const char *fact, int64_t written, int64_t read)
{
    const struct rollout_node value = { .kind = ROLLOUT_NODE_INTEGER, .size = 1, .integer = written };

    if (written != read)
        refuse(c, &c->at.path, fact, &value);
}

static bool same_text(struct rollout_str a, struct rollout_str b)
{
    return !a.data == !b.data && ro_str_eq(a, b);
}

static void text(struct compared *c, const char *fact, struct rollout_str written, struct rollout_str read)
{
    const struct rollout_node value = { .kind = written.data ? ROLLOUT_NODE_TEXT : ROLLOUT_NODE_NULL,
                                        .size = 1,
                                        .text = written };

    if (!same_text(written, read))
        refuse(c, &c->at.path, fact, &value);
}

static void labels(struct compared *c, const char *fact, const struct rollout_labels *written,
                   const struct rollout_labels *read)
{
    bool same = written->count == read->count;

    for (uint32_t i = 0; same && i < written->count; i++)
        same = ro_str_eq(*ro_label_key(written, i), *ro_label_key(read, i)) &&
               same_text(*ro_label_value(written, i), *ro_label_value(read, i));
    if (!same)
        refuse(c, &c->at.path, fact, NULL);
}

static void texts(struct compared *c, const char *fact, const struct rollout_strs *written,
                  const struct rollout_strs *read)
{
    bool same = written->count == read->count;

    for (uint32_t i = 0; same && i < written->count; i++)
        same = same_text(*ro_strs_at(written, i), *ro_strs_at(read, i));
    if (!same)
        refuse(c, &c->at.path, fact, NULL);
}

static void tree(struct compared *c, const char *fact, const struct rollout_tree *written,
                 const struct rollout_tree *read)
{
    if (written->count != read->count || (written->count > 0 && !ro_equal(written->nodes, read->nodes)))
        refuse(c, &c->at.path, fact, NULL);
}

/* ---- records ---- */

/* A container that is not named is as good as one whose name is empty; containers count by their resizePolicy. */
static void compare_in_place(struct compared *c, const struct rollout_in_place *written,
                             const struct rollout_in_place *read)
{
    const struct ro_at pod = c->at;

    if (!ro_in_place_matters(written) || !read) {
        if (ro_in_place_matters(written) || read)
            refuse(c, &pod.path, "in_place", NULL);
        return;
    }
    c->at = (struct ro_at){ .path = ro_path_member(&pod.path, "in_place") };
    number(c, "flags", written->flags, read->flags);
    number(c, "waits_for", written->waits_for, read->waits_for);
    if (!ro_str_eq(written->container, read->container))
        text(c, "container", written->container, read->container);
    text(c, "grace_revision", written->grace_revision, read->grace_revision);
    number(c, "grace_end_ms", written->grace_end_ms, read->grace_end_ms);
    tree(c, "containers", &written->containers, &read->containers);
    c->at = pod;
}

static void compare_job_pod(struct compared *c, const struct rollout_pod *written, const struct rollout_pod *read)
{
    const struct ro_at pod = c->at;
    struct ro_snapshot_binding binding;
    struct rollout_job_pod a = ro_snapshot_job_pod(c->job, written, &binding);
    const char *fact = ro_snapshot_job_pod_differs(&a, read->job_pod); /* each of a job's is read with one */
    struct ro_path path = ro_path_member(&pod.path, "job_pod");

    if (fact)
        refuse(c, &path, fact, NULL);
}

static uint32_t at_most(uint32_t value, uint32_t last)
{
    return value < last ? value : last;
}

static void compare_pod(struct compared *c, const void *written_record, const void *read_record)
{
    const struct rollout_pod *written = written_record, *read = read_record;
    number(c, "phase", at_most(written->phase, ROLLOUT_PHASE_OTHER), at_most(read->phase, ROLLOUT_PHASE_OTHER));
    number(c, "lifecycle_state", at_most(written->lifecycle_state, ROLLOUT_STATE_OTHER),
           at_most(read->lifecycle_state, ROLLOUT_STATE_OTHER));
    number(c, "flags", written->flags, read->flags);
    number(c, "ready_since_ms", written->ready_since_ms, read->ready_since_ms);
    number(c, "created_ms", written->created_ms, read->created_ms);
    number(c, "restarts", written->restarts, read->restarts);
    number(c, "sidecar_restarts", written->sidecar_restarts, read->sidecar_restarts);
    number(c, "deletion_cost", written->deletion_cost, read->deletion_cost);
    text(c, "revision", written->revision, read->revision);
    text(c, "name", written->name, read->name);
    text(c, "node", written->node, read->node);
    labels(c, "labels", &written->labels, &read->labels);
    texts(c, "finalizers", &written->finalizers, &read->finalizers);
    text(c, "namespace_", written->namespace_, read->namespace_);
    compare_in_place(c, written->in_place, read->in_place);
    text(c, "uid", written->uid, read->uid);
    text(c, "target_node", written->target_node, read->target_node);
    if (c->children)
        number(c, "child", written->child, read->child);
    if (c->children || c->facts->arrays.replica_sets.count > 0)
        number(c, "replica_set", written->replica_set, read->replica_set);
    if (c->job && c->d.code == ROLLOUT_OK)
        compare_job_pod(c, written, read);
    if (c->objects && c->d.code == ROLLOUT_OK) {
        const struct ro_path object = ro_path_member(&c->at.path, "object");
        const char *fact = ro_snapshot_sidecars_differ(&written->object, &read->object);
        if (fact)
            refuse(c, &object, fact, NULL);
        text(c, "resource_version",
             ro_text(ro_dig(written->object.count ? written->object.nodes : NULL, "metadata", "resourceVersion", NULL)),
             ro_text(ro_dig(read->object.nodes, "metadata", "resourceVersion", NULL)));
    }
    /* A place among the nodes says no more than the name. */
    if (written->node_index > 0) {
        const struct ro_abi_array *nodes = &c->facts->arrays.nodes;
        const struct rollout_node_facts *node = NULL;
        if (written->node_index <= nodes->count)
            node = (const void *)(nodes->items + (written->node_index - 1) * nodes->stride);
        if (!node || !ro_str_eq(node->name, written->node.len > 0 ? written->node : written->target_node))
            number(c, "node_index", written->node_index, 0);
    }
}

static void compare_revision(struct compared *c, const void *written_record, const void *read_record)
{
    const struct rollout_revision *written = written_record, *read = read_record;
    text(c, "name", written->name, read->name);
    number(c, "number", written->number, read->number);
    number(c, "flags", written->flags, read->flags);
    texts(c, "topology_keys", &written->topology_keys, &read->topology_keys);
    tree(c, "data", &written->data, &read->data);
    text(c, "claims_hash", written->claims_hash, read->claims_hash);
    if (c->objects)
        text(c, "custom_version", written->custom_version, read->custom_version);
    if (c->children)
        number(c, "created_ms", written->created_ms, read->created_ms);
    text(c, "hash", written->hash, read->hash);
}

static void compare_replica_set(struct compared *c, const void *written_record, const void *read_record)
{
    const struct rollout_replica_set_facts *written = written_record, *read = read_record;
    const struct rollout_condition *a = &written->replica_failure, *b = &read->replica_failure;

    text(c, "name", written->name, read->name);
    text(c, "uid", written->uid, read->uid);
    number(c, "created_ms", written->created_ms, read->created_ms);
    number(c, "generation", written->generation, read->generation);
    number(c, "observed_generation", written->observed_generation, read->observed_generation);
    number(c, "flags", written->flags, read->flags);
    number(c, "replicas", written->replicas, read->replicas);
    number(c, "status_replicas", written->status_replicas, read->status_replicas);
    number(c, "ready_replicas", written->ready_replicas, read->ready_replicas);
    number(c, "available_replicas", written->available_replicas, read->available_replicas);
    number(c, "min_ready_seconds", written->min_ready_seconds, read->min_ready_seconds);
    labels(c, "annotations", &written->annotations, &read->annotations);
    if (!a->type.data != !b->type.data || !ro_str_eq(a->status, b->status) || !ro_str_eq(a->reason, b->reason) ||
        !ro_str_eq(a->message, b->message) || a->last_transition_ms != b->last_transition_ms)
        refuse(c, &c->at.path, "replica_failure", NULL);
    labels(c, "selector.match_labels", &written->selector.match_labels, &read->selector.match_labels);
    number(c, "selector.requirement_count", (int64_t)written->selector.requirement_count,
           (int64_t)read->selector.requirement_count);
}

static bool same_intstr(const struct rollout_intstr *a, const struct rollout_intstr *b)
{
    return a->kind == b->kind && (a->kind != ROLLOUT_INTSTR_INT || a->count == b->count) &&
           (a->kind != ROLLOUT_INTSTR_TEXT || same_text(a->text, b->text));
}

static void compare_subset(struct compared *c, const void *written_record, const void *read_record)
{
    const struct rollout_subset *written = written_record, *read = read_record;

    text(c, "name", written->name, read->name);
    text(c, "subset", written->subset, read->subset);
    text(c, "revision", written->revision, read->revision);
    text(c, "patch", written->patch, read->patch);
    number(c, "kind", written->kind, read->kind);
    number(c, "flags", written->flags, read->flags);
    number(c, "replicas", written->replicas, read->replicas);
    number(c, "status_replicas", written->status_replicas, read->status_replicas);
    number(c, "ready_replicas", written->ready_replicas, read->ready_replicas);
    if (!same_intstr(&written->partition, &read->partition))
        refuse(c, &c->at.path, "partition", NULL);
}

static void compare_node(struct compared *c, const void *written_record, const void *read_record)
{
    const struct rollout_node_facts *written = written_record, *read = read_record;
    bool same = written->taint_count == read->taint_count;

    text(c, "name", written->name, read->name);
    labels(c, "labels", &written->labels, &read->labels);
    for (size_t i = 0; same && i < written->taint_count; i++) {
        const struct rollout_taint *a = &written->taints[i], *b = &read->taints[i];
        same = same_text(a->key, b->key) && same_text(a->value, b->value) &&
               at_most(a->effect, ROLLOUT_EFFECT_OTHER) == b->effect;
    }
    if (!same)
        refuse(c, &c->at.path, "taints", NULL);
    const char *fact = c->job ? ro_snapshot_job_node_differs(written, read) : NULL;
    if (fact)
        refuse(c, &c->at.path, fact, NULL);
}

static void compare_claim(struct compared *c, const void *written_record, const void *read_record)
{
    const struct rollout_claim *written = written_record, *read = read_record;
    bool same = written->owner_count == read->owner_count;

    text(c, "name", written->name, read->name);
    text(c, "instance_id", written->instance_id, read->instance_id);
    number(c, "flags", written->flags, read->flags);
    for (size_t i = 0; same && i < written->owner_count; i++) {
        const struct rollout_owner *a = &written->owners[i], *b = &read->owners[i];
        same = same_text(a->kind, b->kind) && same_text(a->name, b->name) && same_text(a->uid, b->uid) &&
               a->controller == b->controller;
    }
    if (!same)
        refuse(c, &c->at.path, "owners", NULL);
    text(c, "storage_class", written->storage_class, read->storage_class);
    text(c, "request", written->request, read->request);
    text(c, "capacity", written->capacity, read->capacity);
    texts(c, "access_modes", &written->access_modes, &read->access_modes);
}

static void compare_storage_class(struct compared *c, const void *written, const void *read)
{
    const struct rollout_storage_class *a = written, *b = read;

    text(c, "name", a->name, b->name);
    number(c, "allow_expansion", a->allow_expansion, b->allow_expansion);
}

static void compare_backoff(struct compared *c, const void *written, const void *read)
{
    const struct rollout_backoff *a = written, *b = read;

    text(c, "node", a->node, b->node);
    number(c, "seconds", a->seconds, b->seconds);
    number(c, "last_step_ms", a->last_step_ms, b->last_step_ms);
}

/* ---- the whole ---- */

typedef void compare_fn(struct compared *c, const void *written, const void *read);

/* read: this library's own records, of `size` bytes. */
static void compare_view(struct compared *c, const char *name, const struct ro_abi_array *written, const void *read,
                         size_t count, size_t size, compare_fn *compare)
{
    struct ro_path list = ro_path_member(NULL, name);

    if (written->count != count)
        refuse(c, NULL, name, NULL);
    for (size_t i = 0; c->d.code == ROLLOUT_OK && i < written->count; i++) {
        c->at = (struct ro_at){ .path = ro_path_element(&list, i) };
        compare(c, written->items + i * written->stride, (const char *)read + i * size);
    }
}

static void compare_namespace(struct compared *c, const void *written_record, const void *read_record)
{
    const struct rollout_namespace *written = written_record, *read = read_record;

    text(c, "name", written->name, read->name);
    labels(c, "labels", &written->labels, &read->labels);
}

static void compare_in_flight(struct compared *c, const void *written_record, const void *read_record)
{
    const struct rollout_in_flight *written = written_record, *read = read_record;

    text(c, "pod", written->pod, read->pod);
    text(c, "resource_version", written->resource_version, read->resource_version);
}

/* No current revision is the update revision. */
static uint32_t current_of(const struct rollout_snapshot *s)
{
    return s->current_revision ? s->current_revision : s->update_revision;
}

static void whole_number(struct compared *c, const char *fact, int64_t written, int64_t read)
{
    const struct rollout_node value = { .kind = ROLLOUT_NODE_INTEGER, .size = 1, .integer = written };

    if (written != read)
        refuse(c, NULL, fact, &value);
}

int ro_snapshot_compare(const struct ro_snapshot_facts *written, const struct rollout_snapshot *read,
                        const struct rollout_workload *workload, struct rollout_error *reterr)
{
    const struct rollout_snapshot *s = &written->snapshot;
    struct compared c = { .d = { .reterr = reterr }, .facts = written, .job = workload->broadcastjob, .objects = workload->sidecarset != NULL,
                          .children = workload->uniteddeployment != NULL };

    whole_number(&c, "now_ms", s->now_ms, read->now_ms);
    whole_number(&c, "unobserved_since_ms", s->unobserved_since_ms, read->unobserved_since_ms);
    whole_number(&c, "update_revision", s->update_revision, read->update_revision);
    whole_number(&c, "current_revision", current_of(s), current_of(read));
    whole_number(&c, "reserved", s->reserved, 0);
    if (c.children && !same_text(s->written_version, read->written_version))
        refuse(&c, NULL, "written_version", NULL);
#define VIEW(array, member, compare)                                                                                   \
    compare_view(&c, #member, &written->arrays.array, read->member.items, read->member.count,                          \
                 sizeof(*read->member.items), compare)
    VIEW(revisions, revisions, compare_revision);
    VIEW(subsets, subsets, compare_subset);
    VIEW(pods, pods, compare_pod);
    VIEW(replica_sets, replica_sets, compare_replica_set);
    VIEW(nodes, nodes, compare_node);
    VIEW(claims, claims, compare_claim);
    VIEW(storage_classes, storage_classes, compare_storage_class);
    VIEW(backoffs, failed_pod_backoffs, compare_backoff);
    VIEW(namespaces, namespaces, compare_namespace);
    VIEW(in_flight, in_flight, compare_in_flight);
#undef VIEW
    return c.d.code;
}
