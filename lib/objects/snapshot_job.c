/* SPDX-License-Identifier: Apache-2.0 */
/* What a BroadcastJob reads beyond other kinds, from facts: what its pods ask of their nodes, and what nodes have to give.
 * Source: broadcastjob.md 2. */
#include <inttypes.h>

#include "base/tree.h"
#include "objects/selector.h"
#include "objects/scheduling.h"
#include "objects/snapshot_object.h"

/* ---- where pods may run ---- */

static struct ro_edit *write_requirements(struct ro_snapshot_writer *w, const struct rollout_requirement *items,
                                          size_t count)
{
    struct ro_edit *list = ro_edit_array(&w->arena);

    for (size_t i = 0; i < count; i++) {
        struct ro_edit *e = ro_edit_object(&w->arena);
        ro_write_member(w, e, RO_STR("key"), items[i].key);
        ro_write_member(w, e, RO_STR("operator"), ro_operator_text(items[i].op));
        ro_write_list(w, e, RO_STR("values"), &items[i].values);
        ro_edit_append(list, e);
    }
    return list;
}

static void write_affinity(struct ro_snapshot_writer *w, struct ro_edit *spec,
                           const struct rollout_node_affinity *affinity)
{
    struct ro_edit *terms = ro_edit_array(&w->arena);

    if (!affinity->set)
        return;
    for (size_t i = 0; i < affinity->term_count; i++) {
        const struct rollout_node_term *term = &affinity->terms[i];
        struct ro_edit *e = ro_edit_object(&w->arena);
        if (term->expression_count > 0)
            ro_edit_set(e, RO_STR("matchExpressions"),
                        write_requirements(w, term->expressions, term->expression_count));
        if (term->field_count > 0)
            ro_edit_set(e, RO_STR("matchFields"), write_requirements(w, term->fields, term->field_count));
        ro_edit_append(terms, e);
    }
    struct ro_edit *up = ro_edit_need_object(&w->arena, spec, "affinity");
    up = ro_edit_need_object(&w->arena, up, "nodeAffinity");
    up = ro_edit_need_object(&w->arena, up, "requiredDuringSchedulingIgnoredDuringExecution");
    ro_edit_set(up, RO_STR("nodeSelectorTerms"), terms);
}

static void write_tolerations(struct ro_snapshot_writer *w, struct ro_edit *spec,
                              const struct rollout_scheduling *scheduling)
{
    struct ro_edit *list = ro_edit_array(&w->arena);

    for (size_t i = 0; i < scheduling->toleration_count; i++) {
        const struct rollout_toleration *toleration = &scheduling->tolerations[i];
        struct ro_edit *e = ro_edit_object(&w->arena);
        ro_write_member(w, e, RO_STR("key"), toleration->key);
        ro_write_member(w, e, RO_STR("value"), toleration->value);
        if (toleration->op != ROLLOUT_TOLERATION_EQUAL)
            ro_edit_set_text(&w->arena, e, RO_STR("operator"),
                             toleration->op == ROLLOUT_TOLERATION_EXISTS ? RO_STR("Exists") : RO_STR("Other"));
        ro_write_member(w, e, RO_STR("effect"), ro_effect_text(toleration->effect));
        ro_edit_append(list, e);
    }
    if (scheduling->toleration_count > 0)
        ro_edit_set(spec, RO_STR("tolerations"), list);
}

/* ---- amounts ---- */

static struct ro_edit *write_amounts(struct ro_snapshot_writer *w, const struct rollout_resource *items, size_t count)
{
    struct ro_edit *map = ro_edit_object(&w->arena);

    for (size_t i = 0; i < count; i++) {
        const char *unit = ro_str_eq(items[i].name, RO_STR("cpu")) ? "m" : "";
        ro_edit_add(map, items[i].name,
                    ro_edit_text(&w->arena, ro_arena_printf(&w->arena, "%" PRId64 "%s", items[i].amount, unit)));
    }
    return map;
}

/* Where the containers are known they say it. */
static void write_requests(struct ro_snapshot_writer *w, struct ro_edit *spec, const struct rollout_job_pod *job)
{
    struct ro_edit *container = ro_edit_object(&w->arena);

    if (job->request_count == 0 || ro_edit_get(spec, "containers"))
        return;
    ro_edit_set_text(&w->arena, container, RO_STR("name"), RO_STR("main"));
    ro_edit_set(ro_edit_need_object(&w->arena, container, "resources"), RO_STR("requests"),
                write_amounts(w, job->requests, job->request_count));
    ro_edit_append(ro_edit_need_array(&w->arena, spec, "containers"), container);
}

/* Restarts beyond those of the containers that are told are an init container's, which counts in no other number. */
static void write_restarts(struct ro_snapshot_writer *w, struct ro_edit *status, int64_t restarts)
{
    struct ro_edit *entry = ro_edit_object(&w->arena);

    if (restarts == 0)
        return;
    ro_edit_set_text(&w->arena, entry, RO_STR("name"), RO_STR("init"));
    ro_edit_set(entry, RO_STR("restartCount"), ro_edit_integer(&w->arena, restarts));
    ro_edit_append(ro_edit_need_array(&w->arena, status, "initContainerStatuses"), entry);
}

/* ---- pods and nodes ---- */

/* What is meant where nothing is said: as the template, but bound to its node. */
struct rollout_job_pod ro_snapshot_job_pod(const struct rollout_broadcastjob *spec, const struct rollout_pod *pod,
                                           struct ro_snapshot_binding *binding)
{
    struct rollout_str node = pod->node.len ? pod->node : pod->target_node;
    struct rollout_job_pod ret = { .scheduling = spec->scheduling,
                                   .requests = spec->requests,
                                   .request_count = spec->request_count };

    if (pod->job_pod)
        return *pod->job_pod;
    *binding = (struct ro_snapshot_binding){ .node = node };
    binding->names = (struct rollout_requirement){ .key = RO_STR("metadata.name"),
                                                   .op = ROLLOUT_OPERATOR_IN,
                                                   .values = { &binding->node, 1, sizeof(node) } };
    binding->term = (struct rollout_node_term){ .fields = &binding->names, .field_count = 1 };
    ret.scheduling.node_name = pod->node;
    ret.scheduling.affinity = (struct rollout_node_affinity){ .set = 0 };
    if (node.len > 0)
        ret.scheduling.affinity = (struct rollout_node_affinity){ .set = 1, .terms = &binding->term, .term_count = 1 };
    return ret;
}

void ro_write_job_pod(struct ro_snapshot_writer *w, struct ro_edit *object, const struct rollout_pod *pod)
{
    struct ro_snapshot_binding binding;
    struct ro_edit *spec = ro_edit_need_object(&w->arena, object, "spec");
    struct ro_edit *status = ro_edit_need_object(&w->arena, object, "status");
    struct rollout_job_pod job = ro_snapshot_job_pod(w->workload.broadcastjob, pod, &binding);

    ro_write_map(w, spec, RO_STR("nodeSelector"), &job.scheduling.node_selector);
    write_affinity(w, spec, &job.scheduling.affinity);
    write_tolerations(w, spec, &job.scheduling);
    if (job.scheduling.host_network)
        ro_edit_set(spec, RO_STR("hostNetwork"), ro_edit_bool(&w->arena, true));
    ro_edit_set_text(&w->arena, spec, RO_STR("restartPolicy"), job.on_failure ? RO_STR("OnFailure") : RO_STR("Never"));
    write_requests(w, spec, &job);
    write_restarts(w, status, job.restarts - pod->restarts - pod->sidecar_restarts);
}

void ro_write_job_node(struct ro_snapshot_writer *w, struct ro_edit *object, const struct rollout_node_facts *node)
{
    if (node->unschedulable)
        ro_edit_set(ro_edit_need_object(&w->arena, object, "spec"), RO_STR("unschedulable"),
                    ro_edit_bool(&w->arena, true));
    if (node->allocatable_count > 0)
        ro_edit_set(ro_edit_need_object(&w->arena, object, "status"), RO_STR("allocatable"),
                    write_amounts(w, node->allocatable, node->allocatable_count));
}

/* ---- the same, read again ---- */

static bool same_text(struct rollout_str a, struct rollout_str b)
{
    return ro_str_eq(a, b); /* absent and empty mean the same here */
}

static bool same_amounts(const struct rollout_resource *a, size_t a_count, const struct rollout_resource *b,
                         size_t b_count)
{
    bool same = a_count == b_count;

    for (size_t i = 0; same && i < a_count; i++)
        same = ro_str_eq(a[i].name, b[i].name) && a[i].amount == b[i].amount;
    return same;
}

static bool same_requirements(const struct rollout_requirement *a, size_t a_count, const struct rollout_requirement *b,
                              size_t b_count)
{
    bool same = a_count == b_count;

    for (size_t i = 0; same && i < a_count; i++) {
        same = same_text(a[i].key, b[i].key) && a[i].op == b[i].op && a[i].values.count == b[i].values.count;
        for (uint32_t v = 0; same && v < a[i].values.count; v++)
            same = same_text(*ro_strs_at(&a[i].values, v), *ro_strs_at(&b[i].values, v));
    }
    return same;
}

static bool same_affinity(const struct rollout_node_affinity *a, const struct rollout_node_affinity *b)
{
    bool same = a->set == b->set && a->term_count == b->term_count;

    for (size_t i = 0; same && i < a->term_count; i++)
        same =
            same_requirements(a->terms[i].expressions, a->terms[i].expression_count, b->terms[i].expressions,
                              b->terms[i].expression_count) &&
            same_requirements(a->terms[i].fields, a->terms[i].field_count, b->terms[i].fields, b->terms[i].field_count);
    return same;
}

static uint32_t at_most(uint32_t value, uint32_t last)
{
    return value < last ? value : last;
}

static bool same_tolerations(const struct rollout_scheduling *a, const struct rollout_scheduling *b)
{
    bool same = a->toleration_count == b->toleration_count;

    for (size_t i = 0; same && i < a->toleration_count; i++) {
        const struct rollout_toleration *x = &a->tolerations[i], *y = &b->tolerations[i];
        same = same_text(x->key, y->key) && same_text(x->value, y->value) &&
               at_most(x->op, ROLLOUT_TOLERATION_OTHER) == y->op &&
               at_most(x->effect, ROLLOUT_EFFECT_OTHER) == y->effect;
    }
    return same;
}

const char *ro_snapshot_job_pod_differs(const struct rollout_job_pod *a, const struct rollout_job_pod *b)
{
    const struct rollout_scheduling *x = &a->scheduling, *y = &b->scheduling;
    bool labels = x->node_selector.count == y->node_selector.count;

    for (uint32_t i = 0; labels && i < x->node_selector.count; i++)
        labels = same_text(*ro_label_key(&x->node_selector, i), *ro_label_key(&y->node_selector, i)) &&
                 same_text(*ro_label_value(&x->node_selector, i), *ro_label_value(&y->node_selector, i));
    return !same_text(x->node_name, y->node_name)                                        ? "scheduling.node_name"
           : !labels                                                                     ? "scheduling.node_selector"
           : !same_affinity(&x->affinity, &y->affinity)                                  ? "scheduling.affinity"
           : !same_tolerations(x, y)                                                     ? "scheduling.tolerations"
           : x->host_network != y->host_network                                          ? "scheduling.host_network"
           : !same_amounts(a->requests, a->request_count, b->requests, b->request_count) ? "requests"
           : a->restarts != b->restarts                                                  ? "restarts"
           : a->on_failure != b->on_failure                                              ? "on_failure"
                                                                                         : NULL;
}

const char *ro_snapshot_job_node_differs(const struct rollout_node_facts *a, const struct rollout_node_facts *b)
{
    return a->unschedulable != b->unschedulable                                                        ? "unschedulable"
           : !same_amounts(a->allocatable, a->allocatable_count, b->allocatable, b->allocatable_count) ? "allocatable"
                                                                                                       : NULL;
}
