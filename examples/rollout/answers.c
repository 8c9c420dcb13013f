/* SPDX-License-Identifier: Apache-2.0 */
#include "answers.h"

#include <rollout/json.h>
#include <rollout/order.h>

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A fault of the line itself. */
static int refuse(struct rollout_error *reterr, const char *field, const char *why)
{
    if (reterr) {
        reterr->code = ROLLOUT_ERR_INVALID;
        snprintf(reterr->field, sizeof reterr->field, "%s", field);
        snprintf(reterr->message, sizeof reterr->message, "%s: %s", field, why);
    }
    return ROLLOUT_ERR_INVALID;
}

int answer_diff_flags(const struct rollout_node *gates, uint32_t *ret_flags, struct rollout_error *reterr)
{
    static const struct {
        const char *name;
        uint32_t flag;
    } known[] = {
        { "InPlaceUpdateEnvFromMetadata", ROLLOUT_DIFF_ENV_FROM_METADATA },
        { "InPlaceWorkloadVerticalScaling", ROLLOUT_DIFF_VERTICAL_SCALING },
        { "RecreatePodWhenChangeVCTInCloneSetGate", ROLLOUT_DIFF_COMPARE_CLAIMS },
    };
    *ret_flags = ROLLOUT_DIFF_ENV_FROM_METADATA;
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        const struct rollout_node *gate = node_get(gates, known[i].name);
        if (!gate)
            continue;
        if (gate->kind != ROLLOUT_NODE_BOOL)
            return refuse(reterr, "featureGates", "a value is neither true nor false");
        *ret_flags = gate->integer ? *ret_flags | known[i].flag : *ret_flags & ~known[i].flag;
    }
    return ROLLOUT_OK;
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
        return refuse(reterr, "old", "missing");
    if (!new_revision)
        return refuse(reterr, "new", "missing");
    struct rollout_diff_options options = { .struct_size = sizeof options };
    int rc = answer_diff_flags(node_get(line->nodes, "featureGates"), &options.flags, reterr);
    if (rc != ROLLOUT_OK)
        return rc;
    struct rollout_tree old_tree = node_tree(old_revision), new_tree = node_tree(new_revision);
    struct rollout_diff *diff = NULL;
    rc = rollout_diff(&old_tree, &new_tree, &options, &diff, reterr);
    if (rc != ROLLOUT_OK)
        return rc;
    text_adds(ret, "{");
    answer_add_diff(ret, diff);
    text_adds(ret, "}");
    rollout_diff_free(diff);
    return ret->failed ? ROLLOUT_ERR_NOMEM : ROLLOUT_OK;
}

/* The line as a Snapshot, so that strategies and labels are read as they are everywhere else. */
static void add_snapshot(struct text *text, const struct rollout_node *line)
{
    text_adds(text, "{\"kind\":\"Snapshot\",\"now\":\"1970-01-01T00:00:01Z\",\"workload\":{\"apiVersion\":"
                    "\"apps.kruise.io/v1beta1\",\"kind\":\"CloneSet\",\"metadata\":{\"name\":\"order\"},\"spec\":{"
                    "\"selector\":{},\"template\":{\"spec\":{}},\"updateStrategy\":{\"rollingUpdate\":{");
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

/* The list of indexes; NULL with *ret_rc set where there is none. */
static uint32_t *read_waiting(const struct rollout_node *waiting, size_t *ret_count, int *ret_rc,
                              struct rollout_error *reterr)
{
    size_t count = 0;
    for (const struct rollout_node *w = node_next(waiting, NULL); w; w = node_next(waiting, w))
        count++;
    uint32_t *indices = malloc((count ? count : 1) * sizeof *indices);
    if (!indices) {
        *ret_rc = ROLLOUT_ERR_NOMEM;
        return NULL;
    }
    size_t i = 0;
    for (const struct rollout_node *w = node_next(waiting, NULL); w; w = node_next(waiting, w)) {
        if (w->kind != ROLLOUT_NODE_INTEGER || w->integer < 0 || w->integer >= UINT32_MAX) {
            free(indices);
            *ret_rc = refuse(reterr, "waiting", "an element is no index");
            return NULL;
        }
        indices[i++] = (uint32_t)w->integer;
    }
    *ret_count = count;
    return indices;
}

int answer_order(const struct rollout_tree *line, struct text *ret, struct rollout_error *reterr)
{
    const struct rollout_node *root = line->nodes, *labels = node_get(root, "labels"),
                              *waiting = node_get(root, "waiting");
    if (!labels || labels->kind != ROLLOUT_NODE_ARRAY)
        return refuse(reterr, "labels", "must be an array");
    if (!waiting || waiting->kind != ROLLOUT_NODE_ARRAY)
        return refuse(reterr, "waiting", "must be an array");

    struct text snapshot = { 0 };
    struct rollout_json *json = NULL;
    struct rollout_world *world = NULL;
    uint32_t *indices = NULL;
    size_t count = 0;
    int rc = ROLLOUT_OK;
    add_snapshot(&snapshot, root);
    if (snapshot.failed)
        rc = ROLLOUT_ERR_NOMEM;
    if (rc == ROLLOUT_OK)
        rc = rollout_json_parse(snapshot.data, snapshot.len, &json, reterr);
    if (rc == ROLLOUT_OK)
        rc = rollout_document_decode(rollout_json_tree(json), 0, 0, &world, reterr);
    if (rc == ROLLOUT_OK)
        indices = read_waiting(waiting, &count, &rc, reterr);
    if (rc == ROLLOUT_OK) {
        const struct rollout_order *order = &world->workload.cloneset->order;
        rc = rollout_order_priority(&order->priority, &world->snapshot.pods, indices, count, reterr);
        if (rc == ROLLOUT_OK)
            rc = rollout_order_scatter(&order->scatter, &world->snapshot.pods, indices, count, reterr);
    }
    if (rc == ROLLOUT_OK) {
        text_adds(ret, "{\"kind\":\"Order\",\"order\":[");
        for (size_t i = 0; i < count; i++)
            text_addf(ret, "%s%" PRIu32, i ? "," : "", indices[i]);
        text_adds(ret, "]}");
        if (ret->failed)
            rc = ROLLOUT_ERR_NOMEM;
    }
    free(indices);
    rollout_world_free(world);
    rollout_json_free(json);
    text_free(&snapshot);
    return rc;
}
