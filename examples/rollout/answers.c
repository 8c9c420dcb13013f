/* SPDX-License-Identifier: Apache-2.0 */
#include "answers.h"

#include <rollout/json.h>
#include <rollout/order.h>

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int answer_nomem(struct rollout_error *reterr)
{
    if (reterr) {
        reterr->code = ROLLOUT_ERR_NOMEM;
        snprintf(reterr->message, sizeof reterr->message, "out of memory");
    }
    return ROLLOUT_ERR_NOMEM;
}

/* A fault of the line itself; value may be NULL, and then there is none. */
static int refuse(struct rollout_error *reterr, const char *field, const struct rollout_node *value, const char *why)
{
    if (!reterr)
        return ROLLOUT_ERR_INVALID;
    struct text text = { 0 };
    if (value)
        text_add_node(&text, value);
    bool fits = text.len < sizeof reterr->value;
    reterr->code = ROLLOUT_ERR_INVALID;
    snprintf(reterr->field, sizeof reterr->field, "%s", field);
    snprintf(reterr->value, sizeof reterr->value, "%.*s%s", (int)(fits ? text.len : 64), text.data ? text.data : "",
             fits ? "" : "...");
    snprintf(reterr->message, sizeof reterr->message, "%s%s%s%s%s", field, *field ? ": " : "", reterr->value,
             value ? " " : "", why);
    text_free(&text);
    return ROLLOUT_ERR_INVALID;
}

/* The same at a member of what stands at `place`. */
static int refuse_member(struct rollout_error *reterr, const char *place, const char *member,
                         const struct rollout_node *value, const char *why)
{
    char field[128];
    snprintf(field, sizeof field, "%s%s%s", place, *place && *member ? "." : "", member);
    return refuse(reterr, field, value, why);
}

static bool ends_with(struct rollout_str text, const char *end)
{
    size_t len = strlen(end);
    return text.len >= len && memcmp(text.data + text.len - len, end, len) == 0;
}

static bool is_object(const struct rollout_node *node)
{
    return node && node->kind == ROLLOUT_NODE_OBJECT;
}

int answer_template(const struct rollout_node *object, const char *place, struct rollout_tree *ret,
                    struct rollout_error *reterr)
{
    const struct rollout_node *kind = node_get(object, "kind"), *spec = node_get(object, "spec");
    const struct rollout_node *data = node_get(object, "data"), *inner = node_get(spec, "template");
    if (!is_object(object))
        return refuse(reterr, place, object, "is not an object");
    if (kind && kind->kind != ROLLOUT_NODE_TEXT)
        return refuse_member(reterr, place, "kind", kind, "is not a string");
    *ret = node_tree(object);
    if (kind && (str_is(kind->text, "Pod") || str_is(kind->text, "Snapshot") || ends_with(kind->text, "List")))
        return refuse_member(reterr, place, "kind", kind, "holds no pod template that could be compared");
    if (kind && str_is(kind->text, "PodTemplate")) {
        inner = node_get(object, "template");
        *ret = node_tree(inner);
        return is_object(inner) ? ROLLOUT_OK : refuse_member(reterr, place, "template", inner, "is no pod template");
    }
    if (data || (kind && str_is(kind->text, "ControllerRevision"))) {
        inner = node_get(node_get(data, "spec"), "template");
        /* As the library reads it: also a revision that holds the bare template. */
        if (is_object(inner) || (!inner && is_object(node_get(data, "spec"))))
            return ROLLOUT_OK;
        return refuse_member(reterr, place, "data.spec.template", inner, inner ? "is no pod template" : "missing");
    }
    if (kind || inner) {
        *ret = kind ? node_tree(inner) : *ret; /* without a kind it is the data of a revision */
        return is_object(inner)
                   ? ROLLOUT_OK
                   : refuse_member(reterr, place, "spec.template", inner, inner ? "is no pod template" : "missing");
    }
    return is_object(spec) ? ROLLOUT_OK
                           : refuse_member(reterr, place, "spec", spec, spec ? "is not an object" : "missing");
}

uint32_t answer_workload_flags(const struct rollout_workload *workload)
{
    static const struct {
        uint32_t gate, flag;
    } gates[] = {
        { ROLLOUT_GATE_IN_PLACE_UPDATE_ENV_FROM_METADATA, ROLLOUT_DIFF_ENV_FROM_METADATA },
        { ROLLOUT_GATE_IN_PLACE_WORKLOAD_VERTICAL_SCALING, ROLLOUT_DIFF_VERTICAL_SCALING },
        { ROLLOUT_GATE_RECREATE_POD_WHEN_CHANGE_VCT, ROLLOUT_DIFF_COMPARE_CLAIMS },
    };
    uint32_t flags = ROLLOUT_DIFF_ENV_FROM_METADATA;
    for (size_t i = 0; i < workload->gate_count; i++)
        for (size_t j = 0; j < sizeof gates / sizeof gates[0]; j++)
            if (workload->gates[i].gate == gates[j].gate)
                flags = workload->gates[i].on ? flags | gates[j].flag : flags & ~gates[j].flag;
    if (!workload->cloneset || workload->cloneset->pod_update_policy == ROLLOUT_POLICY_IN_PLACE_ONLY)
        flags &= ~(uint32_t)ROLLOUT_DIFF_COMPARE_CLAIMS;
    return flags;
}

/* Parses and decodes a document that was written here. */
static int decode(const struct text *document, struct rollout_json **ret_json, struct rollout_world **ret_world,
                  struct rollout_error *reterr)
{
    if (document->failed)
        return answer_nomem(reterr);
    int rc = rollout_json_parse(document->data, document->len, ret_json, reterr);
    return rc == ROLLOUT_OK ? rollout_document_decode(rollout_json_tree(*ret_json), 0, 0, ret_world, reterr) : rc;
}

static const char snapshot_start[] =
    "{\"kind\":\"Snapshot\",\"now\":\"1970-01-01T00:00:01Z\",\"workload\":{\"apiVersion\":"
    "\"apps.kruise.io/v1beta1\",\"kind\":\"CloneSet\",\"metadata\":{\"name\":\"x\"},"
    "\"spec\":{\"selector\":{},\"template\":{\"spec\":{}}";

/* The gates in a Snapshot, so that they are read and refused as they are everywhere else. */
int answer_diff_flags(const struct rollout_node *gates, uint32_t *ret_flags, struct rollout_error *reterr)
{
    struct text snapshot = { 0 };
    struct rollout_json *json = NULL;
    struct rollout_world *world = NULL;
    *ret_flags = ROLLOUT_DIFF_ENV_FROM_METADATA;
    if (!gates)
        return ROLLOUT_OK;
    text_adds(&snapshot, snapshot_start);
    text_adds(&snapshot, "}},\"featureGates\":");
    text_add_node(&snapshot, gates);
    text_adds(&snapshot, "}");
    int rc = decode(&snapshot, &json, &world, reterr);
    if (rc == ROLLOUT_OK)
        *ret_flags = answer_workload_flags(world->workload);
    rollout_world_free(world);
    rollout_json_free(json);
    text_free(&snapshot);
    return rc;
}

/* Element i of a view, whose stride is its owner's. */
static const struct rollout_label *label_at(const struct rollout_labels *labels, uint32_t i)
{
    size_t stride = labels->stride ? labels->stride : sizeof(struct rollout_label);
    return (const struct rollout_label *)(const void *)((const char *)labels->items + i * stride);
}

static void add_labels(struct text *ret, const struct rollout_labels *labels)
{
    text_adds(ret, "{");
    for (uint32_t i = 0; i < labels->count; i++) {
        text_adds(ret, i ? "," : "");
        text_add_quoted(ret, label_at(labels, i)->key);
        text_adds(ret, ":");
        text_add_quoted(ret, label_at(labels, i)->value);
    }
    text_adds(ret, "}");
}

static void add_image(struct text *ret, const struct rollout_container_change *container)
{
    text_add_quoted(ret, container->image);
}

static void add_metadata(struct text *ret, const struct rollout_container_change *container)
{
    const struct rollout_labels *maps[] = { &container->annotations, &container->labels };
    for (int i = 0; i < 2; i++) {
        text_adds(ret, i == 0 ? "{\"annotations\":" : ",\"labels\":");
        if (maps[i]->count)
            add_labels(ret, maps[i]);
        else
            text_adds(ret, "null");
    }
    text_adds(ret, "}");
}

static void add_resources(struct text *ret, const struct rollout_container_change *container)
{
    text_adds(ret, "{");
    if (container->limits.count) {
        text_adds(ret, "\"limits\":");
        add_labels(ret, &container->limits);
    }
    if (container->requests.count) {
        text_adds(ret, container->limits.count ? ",\"requests\":" : "\"requests\":");
        add_labels(ret, &container->requests);
    }
    text_adds(ret, "}");
}

static bool has_image(const struct rollout_container_change *container)
{
    return container->image.data != NULL;
}

static bool has_metadata(const struct rollout_container_change *container)
{
    return container->labels.count || container->annotations.count;
}

static bool has_resources(const struct rollout_container_change *container)
{
    return container->limits.count || container->requests.count;
}

/* ,"member":{"container":...} of those containers that have it; nothing where none has. */
static void add_containers(struct text *ret, const struct rollout_diff *diff, const char *member,
                           bool (*has)(const struct rollout_container_change *),
                           void (*add)(struct text *, const struct rollout_container_change *))
{
    bool any = false;
    for (size_t i = 0; i < diff->container_count; i++) {
        if (!has(&diff->containers[i]))
            continue;
        if (any)
            text_adds(ret, ",");
        else
            text_addf(ret, ",\"%s\":{", member);
        any = true;
        text_add_quoted(ret, diff->containers[i].name);
        text_adds(ret, ":");
        add(ret, &diff->containers[i]);
    }
    if (any)
        text_adds(ret, "}");
}

void answer_add_diff(struct text *ret, const struct rollout_diff *diff)
{
    bool eligible = diff->rule == ROLLOUT_DIFF_POSSIBLE;
    text_addf(ret, "\"eligible\":%s", eligible ? "true" : "false");
    if (eligible) {
        add_containers(ret, diff, "containerImages", has_image, add_image);
        add_containers(ret, diff, "containerRefMetadata", has_metadata, add_metadata);
        add_containers(ret, diff, "containerResources", has_resources, add_resources);
        if (diff->metadata_patch.count) {
            text_adds(ret, ",\"metadataPatch\":");
            text_add_tree(ret, &diff->metadata_patch);
        }
    }
    text_addf(ret, ",\"updateEnvFromMetadata\":%s", eligible && (diff->flags & ROLLOUT_CHANGES_ENV) ? "true" : "false");
    if (eligible) {
        /* A pod with the readiness gate goes unready, unless nothing but resources changes and no container
         * restarts for that. */
        uint32_t what = diff->flags & (ROLLOUT_CHANGES_IMAGES | ROLLOUT_CHANGES_RESOURCES | ROLLOUT_CHANGES_ENV);
        bool not_ready = what != ROLLOUT_CHANGES_RESOURCES || (diff->flags & ROLLOUT_CHANGES_RESTARTS);
        text_addf(ret, ",\"markNotReady\":%s", not_ready ? "true" : "false");
    }
}

int answer_diff(const struct rollout_tree *line, struct text *ret, struct rollout_error *reterr)
{
    const struct rollout_node *old_revision = node_get(line->nodes, "old");
    const struct rollout_node *new_revision = node_get(line->nodes, "new");
    if (!old_revision)
        return refuse(reterr, "old", NULL, "missing");
    if (!new_revision)
        return refuse(reterr, "new", NULL, "missing");
    struct rollout_diff_options options = { .struct_size = sizeof options };
    struct rollout_tree old_tree, new_tree;
    int rc = answer_diff_flags(node_get(line->nodes, "featureGates"), &options.flags, reterr);
    if (rc == ROLLOUT_OK)
        rc = answer_template(old_revision, "old", &old_tree, reterr);
    if (rc == ROLLOUT_OK)
        rc = answer_template(new_revision, "new", &new_tree, reterr);
    if (rc != ROLLOUT_OK)
        return rc;
    struct rollout_diff *diff = NULL;
    rc = rollout_diff(&old_tree, &new_tree, &options, &diff, reterr);
    if (rc != ROLLOUT_OK)
        return rc;
    text_adds(ret, "{");
    answer_add_diff(ret, diff);
    text_adds(ret, "}");
    rollout_diff_free(diff);
    return ret->failed ? answer_nomem(reterr) : ROLLOUT_OK;
}

/* The line as a Snapshot, so that strategies and labels are read as they are everywhere else. */
static void add_snapshot(struct text *text, const struct rollout_node *line)
{
    text_adds(text, snapshot_start);
    text_adds(text, ",\"updateStrategy\":{\"rollingUpdate\":{");
    const char *separator = "";
    static const char *const strategies[] = { "priorityStrategy", "scatterStrategy" };
    for (int i = 0; i < 2; i++) {
        const struct rollout_node *strategy = node_get(line, strategies[i]);
        if (!strategy)
            continue;
        text_addf(text, "%s\"%s\":", separator, strategies[i]);
        text_add_node(text, strategy);
        separator = ",";
    }
    text_adds(text, "}}}},\"pods\":[");
    const struct rollout_node *labels = node_get(line, "labels");
    size_t pod = 0;
    for (const struct rollout_node *l = node_next(labels, NULL); l; l = node_next(labels, l)) {
        text_addf(text, "%s{\"metadata\":{\"name\":\"%zu\",\"labels\":", pod ? "," : "", pod);
        text_add_node(text, l);
        text_adds(text, "}}");
        pod++;
    }
    text_adds(text, "]}");
}

/* The list of indexes below `pods`; NULL with *ret_rc set where there is none. */
static uint32_t *read_waiting(const struct rollout_node *waiting, size_t pods, size_t *ret_count, int *ret_rc,
                              struct rollout_error *reterr)
{
    size_t count = 0;
    for (const struct rollout_node *w = node_next(waiting, NULL); w; w = node_next(waiting, w))
        count++;
    uint32_t *indices = malloc((count ? count : 1) * sizeof *indices);
    if (!indices) {
        *ret_rc = answer_nomem(reterr);
        return NULL;
    }
    size_t i = 0;
    for (const struct rollout_node *w = node_next(waiting, NULL); w; w = node_next(waiting, w)) {
        bool number = w->kind == ROLLOUT_NODE_INTEGER;
        if (!number || w->integer < 0 || (uint64_t)w->integer >= pods) {
            char field[48];
            snprintf(field, sizeof field, "waiting[%zu]", i);
            *ret_rc = refuse(reterr, field, w, number ? "is no index of the labels" : "is no index");
            free(indices);
            return NULL;
        }
        indices[i++] = (uint32_t)w->integer;
    }
    *ret_count = count;
    return indices;
}

/* A path of the Snapshot that add_snapshot() made, as one of the line. */
static void restore_path(struct rollout_error *error)
{
    static const struct {
        const char *made, *given;
    } paths[] = {
        { "workload.spec.updateStrategy.rollingUpdate.", "" },
        { "pods[", "labels[" },
    };
    for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++) {
        size_t skip = strlen(paths[i].made), len = strlen(error->field);
        if (strncmp(error->field, paths[i].made, skip) != 0)
            continue;
        struct rollout_error made = *error;
        const char *why = made.message + (strncmp(made.message, made.field, len) == 0 ? len : 0);
        char *labels = strstr(made.field, ".metadata.labels");
        if (labels && paths[i].given[0])
            memmove(labels, labels + strlen(".metadata.labels"), strlen(labels + strlen(".metadata.labels")) + 1);
        snprintf(error->field, sizeof error->field, "%s%s", paths[i].given, made.field + skip);
        snprintf(error->message, sizeof error->message, "%s%s", error->field, why);
        return;
    }
}

int answer_order(const struct rollout_tree *line, struct text *ret, struct rollout_error *reterr)
{
    const struct rollout_node *root = line->nodes, *labels = node_get(root, "labels"),
                              *waiting = node_get(root, "waiting");
    if (!labels || labels->kind != ROLLOUT_NODE_ARRAY)
        return refuse(reterr, "labels", labels, labels ? "is not an array" : "missing");
    if (!waiting || waiting->kind != ROLLOUT_NODE_ARRAY)
        return refuse(reterr, "waiting", waiting, waiting ? "is not an array" : "missing");

    struct text snapshot = { 0 };
    struct rollout_json *json = NULL;
    struct rollout_world *world = NULL;
    uint32_t *indices = NULL;
    size_t count = 0;
    add_snapshot(&snapshot, root);
    int rc = decode(&snapshot, &json, &world, reterr);
    if (rc == ROLLOUT_OK)
        indices = read_waiting(waiting, world->snapshot->pods.count, &count, &rc, reterr);
    else if (rc == ROLLOUT_ERR_INVALID)
        restore_path(reterr);
    if (rc == ROLLOUT_OK) {
        const struct rollout_order *order = &world->workload->cloneset->order;
        rc = rollout_order_priority(&order->priority, &world->snapshot->pods, indices, count, reterr);
        if (rc == ROLLOUT_OK)
            rc = rollout_order_scatter(&order->scatter, &world->snapshot->pods, indices, count, reterr);
    }
    if (rc == ROLLOUT_OK) {
        text_adds(ret, "{\"kind\":\"Order\",\"order\":[");
        for (size_t i = 0; i < count; i++)
            text_addf(ret, "%s%" PRIu32, i ? "," : "", indices[i]);
        text_adds(ret, "]}");
        if (ret->failed)
            rc = answer_nomem(reterr);
    }
    free(indices);
    rollout_world_free(world);
    rollout_json_free(json);
    text_free(&snapshot);
    return rc;
}
