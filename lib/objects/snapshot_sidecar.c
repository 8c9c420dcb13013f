/* SPDX-License-Identifier: Apache-2.0 */
/* What only a SidecarSet reads of a snapshot: its pods' own objects, namespaces, writes that are not seen yet.
 * Source: sidecarset.md 2. */
#include <string.h>

#include "base/tree.h"
#include "objects/snapshot_object.h"

#define CONDITION "SidecarSetUpgradable"

static const struct rollout_node *of(const struct rollout_tree *object, const char *part, const char *list)
{
    return ro_dig(object->count ? object->nodes : NULL, part, list, NULL);
}

static struct ro_edit *copy(struct ro_snapshot_writer *w, const struct rollout_node *node)
{
    return node ? ro_edit_copy(&w->arena, node) : NULL;
}

static void write_annotations(struct ro_snapshot_writer *w, struct ro_edit *object, const struct rollout_node *given)
{
    struct ro_edit *metadata = ro_edit_get(object, "metadata");
    struct ro_edit *annotations = given ? ro_edit_need_object(&w->arena, metadata, "annotations") : NULL;

    for (const struct rollout_node *n = given ? ro_first(given) : NULL; n && n != ro_end(given); n = ro_next(n))
        ro_edit_set(annotations, n->key, ro_edit_copy(&w->arena, n));
}

/* The first container has restarted as often as any. */
static void write_statuses(struct ro_snapshot_writer *w, struct ro_edit *status, const struct rollout_pod *facts)
{
    struct ro_edit *list = copy(w, of(&facts->object, "status", "containerStatuses"));

    if (!list || !list->first) {
        if (facts->restarts == 0)
            ro_edit_remove(status, RO_STR("containerStatuses"));
        return;
    }
    for (struct ro_edit *e = list->first; e; e = e->next)
        ro_edit_remove(e, RO_STR("restartCount"));
    if (facts->restarts != 0)
        ro_edit_set(list->first, RO_STR("restartCount"), ro_edit_integer(&w->arena, facts->restarts));
    ro_edit_set(status, RO_STR("containerStatuses"), list);
}

/* Those that restart on their own stay the ones that say so. */
static void write_init(struct ro_snapshot_writer *w, struct ro_edit *spec, const struct rollout_pod *facts)
{
    const struct rollout_node *given = of(&facts->object, "spec", "initContainers");

    for (const struct rollout_node *n = given ? ro_first(given) : NULL; n && n != ro_end(given); n = ro_next(n)) {
        struct ro_edit *one = ro_edit_object(&w->arena);
        ro_write_member(w, one, RO_STR("name"), ro_text(ro_get(n, "name")));
        ro_write_member(w, one, RO_STR("image"), ro_text(ro_get(n, "image")));
        ro_edit_append(ro_edit_need_array(&w->arena, spec, "initContainers"), one);
    }
}

static const struct rollout_node *condition(const struct rollout_tree *object)
{
    const struct rollout_node *list = of(object, "status", "conditions");

    for (const struct rollout_node *n = list ? ro_first(list) : NULL; n && n != ro_end(list); n = ro_next(n))
        if (ro_str_eq(ro_text(ro_get(n, "type")), RO_STR(CONDITION)))
            return n;
    return NULL;
}

void ro_write_sidecars(struct ro_snapshot_writer *w, struct ro_edit *object, const struct rollout_pod *facts)
{
    struct ro_edit *spec = ro_edit_get(object, "spec"), *status = ro_edit_get(object, "status");
    const struct rollout_node *upgradable = condition(&facts->object);
    struct ro_edit *containers = copy(w, of(&facts->object, "spec", "containers"));

    ro_edit_remove(ro_edit_get(object, "metadata"), RO_STR("ownerReferences")); /* others own it */
    ro_write_member(w, ro_edit_get(object, "metadata"), RO_STR("resourceVersion"),
                    ro_text(of(&facts->object, "metadata", "resourceVersion")));
    write_annotations(w, object, of(&facts->object, "metadata", "annotations"));
    if (containers)
        ro_edit_set(spec, RO_STR("containers"), containers);
    write_init(w, spec, facts);
    write_statuses(w, status, facts);
    if (upgradable)
        ro_edit_append(ro_edit_need_array(&w->arena, status, "conditions"), ro_edit_copy(&w->arena, upgradable));
}

/* ---- what is no pod ---- */

void ro_write_namespaces(struct ro_snapshot_writer *w, struct ro_edit *body)
{
    const struct ro_abi_array *namespaces = &w->facts->arrays.namespaces;
    struct ro_edit *list = ro_edit_array(&w->arena);
    struct ro_path path = ro_path_member(NULL, "namespaces");

    for (size_t i = 0; i < namespaces->count; i++) {
        const struct rollout_namespace *n = (const void *)(namespaces->items + i * namespaces->stride);
        struct ro_edit *one = ro_write_object(w, RO_STR("v1"), RO_STR("Namespace"), n->name);
        struct ro_path place = ro_path_element(&path, i);
        ro_check_text(&w->check, &place, "name", n->name);
        ro_check_labels(&w->check, &place, "labels", &n->labels);
        if (w->check.code != ROLLOUT_OK)
            return;
        ro_write_map(w, ro_edit_get(one, "metadata"), RO_STR("labels"), &n->labels);
        ro_edit_append(list, one);
    }
    if (namespaces->count > 0)
        ro_edit_set(body, RO_STR("namespaces"), list);
}

void ro_write_in_flight(struct ro_snapshot_writer *w, struct ro_edit *body)
{
    const struct ro_abi_array *writes = &w->facts->arrays.in_flight;
    struct ro_edit *in_flight = ro_edit_need_object(&w->arena, body, "inFlight");
    struct ro_path path = ro_path_member(NULL, "in_flight");

    for (size_t i = 0; i < writes->count; i++) {
        const struct rollout_in_flight *write = (const void *)(writes->items + i * writes->stride);
        struct ro_path place = ro_path_element(&path, i);
        ro_check_text(&w->check, &place, "pod", write->pod);
        ro_check_text(&w->check, &place, "resource_version", write->resource_version);
        if (w->check.code != ROLLOUT_OK)
            return;
        struct rollout_str pod = write->pod.data ? write->pod : RO_STR("");
        if (write->resource_version.data)
            ro_edit_add(ro_edit_need_object(&w->arena, in_flight, "write"), pod,
                        ro_edit_text(&w->arena, write->resource_version));
        else
            ro_edit_append(ro_edit_need_array(&w->arena, in_flight, "update"), ro_edit_text(&w->arena, pod));
    }
}

/* ---- comparing ---- */

static bool same(const struct rollout_node *a, const struct rollout_node *b)
{
    return !a == !b && (!a || ro_equal(a, b));
}

/* Element by element these members, of which one that is absent is an empty text, or false. */
static bool same_list(const struct rollout_node *a, const struct rollout_node *b, const char *const *members)
{
    uint32_t count = ro_is(a, ROLLOUT_NODE_ARRAY) ? ro_count(a) : 0;
    const struct rollout_node *y = ro_is(b, ROLLOUT_NODE_ARRAY) ? ro_first(b) : NULL;

    if (count != (y ? ro_count(b) : 0))
        return false;
    for (const struct rollout_node *x = count ? ro_first(a) : NULL; x && x != ro_end(a); x = ro_next(x), y = ro_next(y))
        for (const char *const *m = members; *m; m++)
            if (!ro_str_eq(ro_text(ro_get(x, *m)), ro_text(ro_get(y, *m))) ||
                ro_is_true(ro_get(x, *m)) != ro_is_true(ro_get(y, *m)))
                return false;
    return true;
}

const char *ro_snapshot_sidecars_differ(const struct rollout_tree *a, const struct rollout_tree *b)
{
    static const char *const container[] = { "name", "image", NULL };
    static const char *const status[] = { "name", "image", "imageID", "ready", NULL };
    static const char *const says[] = { "status", "message", NULL };
    const struct rollout_node *x = condition(a), *y = condition(b);
    const struct rollout_node *first = of(a, "metadata", "annotations"), *second = of(b, "metadata", "annotations");

    for (const struct rollout_node *n = first ? ro_first(first) : NULL; n && n != ro_end(first); n = ro_next(n))
        if (!same(n->kind == ROLLOUT_NODE_NULL ? NULL : n, ro_get_str(second, n->key)))
            return "annotations";
    if (!same_list(of(a, "spec", "containers"), of(b, "spec", "containers"), container))
        return "containers";
    if (!same_list(of(a, "status", "containerStatuses"), of(b, "status", "containerStatuses"), status))
        return "containerStatuses";
    for (const char *const *m = says; *m; m++)
        if (!ro_str_eq(ro_text(ro_get(x, *m)), ro_text(ro_get(y, *m))))
            return "conditions";
    return NULL;
}
