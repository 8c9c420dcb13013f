/* SPDX-License-Identifier: Apache-2.0 */
#include "rules/check.h"

#include <string.h>

#include "base/time.h"

struct ro_path ro_path_member(const struct ro_path *up, const char *name)
{
    return (struct ro_path){ .up = up, .key = { name, strlen(name) } };
}

struct ro_path ro_path_element(const struct ro_path *up, size_t index)
{
    return (struct ro_path){ .up = up, .index = index };
}

/* Fills in what a fault in a document has not: its code and the element of the input array. */
static void hand_over(struct ro_check *c, int code, const struct ro_path *path, struct rollout_error *full)
{
    full->code = code;
    for (; path; path = path->up)
        if (!path->key.data)
            full->index = (uint32_t)path->index;
    ro_error_hand_over(c->reterr, full);
    c->code = code;
}

void ro_check_refuse(struct ro_check *c, int code, const struct ro_path *path, const char *text)
{
    struct rollout_error full = { .struct_size = sizeof full };
    if (c->code)
        return;
    (void)ro_error_value(&full, path, NULL, "%s", text);
    hand_over(c, code, path, &full);
}

void ro_check_refuse_number(struct ro_check *c, int code, const struct ro_path *path, int64_t number,
                            const char *before, const char *behind)
{
    struct rollout_error full = { .struct_size = sizeof full };
    const struct rollout_node value = { .kind = ROLLOUT_NODE_INTEGER, .size = 1, .integer = number };
    if (c->code)
        return;
    (void)ro_error_value(&full, path, &value, "%s%lld%s", before, (long long)number, behind);
    hand_over(c, code, path, &full);
}

void ro_check_not_negative(struct ro_check *c, const struct ro_path *up, const char *name, int32_t number)
{
    struct ro_path path = ro_path_member(up, name);
    if (number < 0)
        ro_check_refuse_number(c, ROLLOUT_ERR_INVALID, &path, number, "", " is negative");
}

/* ---- fields ---- */

void ro_check_text(struct ro_check *c, const struct ro_path *up, const char *name, struct rollout_str text)
{
    if (!ro_str_broken(text))
        return;
    struct ro_path path = ro_path_member(up, name);
    ro_check_refuse(c, ROLLOUT_ERR_INVALID, &path, "NULL with a length");
}

void ro_check_reserved(struct ro_check *c, const struct ro_path *up, uint32_t reserved)
{
    if (!reserved)
        return;
    struct ro_path path = ro_path_member(up, "reserved");
    ro_check_refuse(c, ROLLOUT_ERR_ABI, &path, "not zero");
}

void ro_check_known(struct ro_check *c, const struct ro_path *up, const char *name, uint32_t value, uint32_t last)
{
    if (value <= last)
        return;
    struct ro_path path = ro_path_member(up, name);
    ro_check_refuse_number(c, ROLLOUT_ERR_INVALID, &path, value, "", " is unknown");
}

/* Times are added to: those that no document can hold would overflow. */
void ro_check_time(struct ro_check *c, const struct ro_path *up, const char *name, int64_t ms)
{
    if (ms >= RO_TIME_MIN && ms <= RO_TIME_MAX)
        return;
    struct ro_path path = ro_path_member(up, name);
    ro_check_refuse_number(c, ROLLOUT_ERR_INVALID, &path, ms, "", " is no time in the years 0 to 9999");
}

/* Whether there is an array of that many elements to look at. */
bool ro_check_array(struct ro_check *c, const struct ro_path *path, const void *items, size_t count)
{
    if (count && !items)
        ro_check_refuse(c, ROLLOUT_ERR_INVALID, path, "NULL with a count");
    return count && items;
}

bool ro_check_view(struct ro_check *c, const struct ro_path *path, const void *items, uint32_t count, uint32_t stride,
                       uint32_t size)
{
    if (!ro_check_array(c, path, items, count))
        return false;
    if (!ro_stride_broken(stride, size))
        return true;
    ro_check_refuse_number(c, ROLLOUT_ERR_ABI, path, stride, "stride ", " is none");
    return false;
}

void ro_check_strs(struct ro_check *c, const struct ro_path *up, const char *name, const struct rollout_strs *strs)
{
    struct ro_path path = ro_path_member(up, name);
    if (!ro_check_view(c, &path, strs->items, strs->count, strs->stride, sizeof(struct rollout_str)))
        return;
    for (uint32_t i = 0; i < strs->count; i++) {
        struct ro_path place = ro_path_element(&path, i);
        if (ro_str_broken(*ro_strs_at(strs, i)))
            ro_check_refuse(c, ROLLOUT_ERR_INVALID, &place, "NULL with a length");
    }
}

void ro_check_labels(struct ro_check *c, const struct ro_path *up, const char *name,
                         const struct rollout_labels *labels)
{
    struct ro_path path = ro_path_member(up, name);
    if (!ro_check_view(c, &path, labels->items, labels->count, labels->stride, sizeof(struct rollout_label)))
        return;
    for (uint32_t i = 0; i < labels->count; i++) {
        struct ro_path place = ro_path_element(&path, i);
        ro_check_text(c, &place, "key", *ro_label_key(labels, i));
        ro_check_text(c, &place, "value", *ro_label_value(labels, i));
    }
}

/* ---- records that specs share ---- */

void ro_check_intstr(struct ro_check *c, const struct ro_path *up, const char *name,
                     const struct rollout_intstr *value)
{
    struct ro_path path = ro_path_member(up, name);
    ro_check_known(c, &path, "kind", value->kind, ROLLOUT_INTSTR_TEXT);
    ro_check_text(c, &path, "text", value->text);
}

/* An operator that is unknown only makes the selector unusable. */
void ro_check_requirements(struct ro_check *c, const struct ro_path *list,
                           const struct rollout_requirement *requirements, size_t count)
{
    if (!ro_check_array(c, list, requirements, count))
        return;
    for (size_t i = 0; i < count; i++) {
        struct ro_path place = ro_path_element(list, i);
        ro_check_text(c, &place, "key", requirements[i].key);
        ro_check_reserved(c, &place, requirements[i].reserved);
        ro_check_strs(c, &place, "values", &requirements[i].values);
    }
}

void ro_check_selector_at(struct ro_check *c, const struct ro_path *path, const struct rollout_selector *selector)
{
    struct ro_path list = ro_path_member(path, "requirements");
    ro_check_labels(c, path, "match_labels", &selector->match_labels);
    ro_check_requirements(c, &list, selector->requirements, selector->requirement_count);
}

void ro_check_selector(struct ro_check *c, const struct ro_path *up, const char *name,
                       const struct rollout_selector *selector)
{
    struct ro_path path = ro_path_member(up, name);
    ro_check_selector_at(c, &path, selector);
}

void ro_check_subset(struct ro_check *c, const struct ro_path *path, const struct rollout_subset *child)
{
    struct ro_path kind = ro_path_member(path, "kind");
    ro_check_text(c, path, "name", child->name);
    ro_check_text(c, path, "subset", child->subset);
    ro_check_text(c, path, "revision", child->revision);
    ro_check_text(c, path, "patch", child->patch);
    if (child->kind == 0)
        ro_check_refuse_number(c, ROLLOUT_ERR_INVALID, &kind, 0, "", " is none");
    ro_check_known(c, path, "kind", child->kind, ROLLOUT_CHILD_DEPLOYMENT);
    ro_check_reserved(c, path, child->reserved);
    ro_check_intstr(c, path, "partition", &child->partition);
}

void ro_check_priority(struct ro_check *c, const struct ro_path *path, const struct rollout_priority *priority)
{
    struct ro_path list = ro_path_member(path, "weights");
    if (ro_check_array(c, &list, priority->weights, priority->weight_count))
        for (size_t i = 0; i < priority->weight_count; i++) {
            struct ro_path place = ro_path_element(&list, i);
            ro_check_selector(c, &place, "selector", &priority->weights[i].selector);
            ro_check_reserved(c, &place, priority->weights[i].reserved);
        }
    ro_check_strs(c, path, "ordered_keys", &priority->ordered_keys);
}

void ro_check_tree(struct ro_check *c, const struct ro_path *up, const char *name, const struct rollout_tree *tree)
{
    struct ro_path path = ro_path_member(up, name);
    struct rollout_error fault = { .struct_size = sizeof fault };
    if (!ro_check_array(c, &path, tree->nodes, tree->count) || !rollout_tree_check(tree, &fault))
        return;
    ro_check_refuse(c, ROLLOUT_ERR_INVALID, &path, fault.message);
}

/* ---- a pod ---- */

static bool pod_broken(const struct rollout_pod *pod)
{
    const struct rollout_in_place *in_place = pod->in_place;
    return ro_str_broken(pod->revision) || ro_str_broken(pod->name) || ro_str_broken(pod->node) || pod->reserved ||
           ro_str_broken(pod->uid) || ro_str_broken(pod->namespace_) || ro_str_broken(pod->target_node) ||
           ro_labels_broken(&pod->labels) || ro_strs_broken(&pod->finalizers) ||
           (in_place && (ro_str_broken(in_place->container) || ro_str_broken(in_place->grace_revision) ||
                         (in_place->containers.count && rollout_tree_check(&in_place->containers, NULL))));
}

int ro_pod_check(const struct rollout_pod *pod, size_t i, struct rollout_error *reterr)
{
    struct ro_check c = { reterr, ROLLOUT_OK };
    if (!pod_broken(pod))
        return ROLLOUT_OK;
    struct ro_path list = ro_path_member(NULL, "pods"), place = ro_path_element(&list, i);
    struct ro_path labels = ro_path_member(&place, "labels"), finalizers = ro_path_member(&place, "finalizers");
    struct ro_path in_place = ro_path_member(&place, "in_place");
    ro_check_reserved(&c, &place, pod->reserved);
    ro_check_text(&c, &place, "revision", pod->revision);
    ro_check_text(&c, &place, "name", pod->name);
    ro_check_text(&c, &place, "node", pod->node);
    ro_check_text(&c, &place, "uid", pod->uid);
    ro_check_text(&c, &place, "namespace_", pod->namespace_);
    ro_check_text(&c, &place, "target_node", pod->target_node);
    (void)ro_check_view(&c, &labels, pod->labels.items, pod->labels.count, pod->labels.stride,
                     sizeof(struct rollout_label));
    (void)ro_check_view(&c, &finalizers, pod->finalizers.items, pod->finalizers.count, pod->finalizers.stride,
                     sizeof(struct rollout_str));
    if (pod->in_place) {
        ro_check_text(&c, &in_place, "container", pod->in_place->container);
        ro_check_text(&c, &in_place, "grace_revision", pod->in_place->grace_revision);
        ro_check_tree(&c, &in_place, "containers", &pod->in_place->containers);
    }
    return c.code;
}
