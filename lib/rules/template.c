/* SPDX-License-Identifier: Apache-2.0 */
#include "rules/template.h"

#include "base/tree.h"

const struct rollout_node *ro_member(const struct rollout_node *n, struct rollout_str key)
{
    const struct rollout_node *found = NULL;

    if (!ro_is(n, ROLLOUT_NODE_OBJECT))
        return NULL;
    for (const struct rollout_node *c = ro_first(n); c != ro_end(n); c = ro_next(c))
        if (ro_str_eq(c->key, key))
            found = c;
    return found;
}

bool ro_template_find(const struct rollout_node *n, struct ro_template *ret)
{
    struct rollout_str kind = ro_text(ro_get(n, "kind"));
    const struct rollout_node *data = ro_get(n, "data"), *spec, *inner;

    if (ro_str_eq(kind, RO_STR("PodTemplate"))) {
        *ret = (struct ro_template){ .root = ro_get(n, "template") };
        return ro_is(ret->root, ROLLOUT_NODE_OBJECT);
    }
    if (data) {
        n = data;
        kind = (struct rollout_str){ NULL, 0 };
    }
    spec = ro_get(n, "spec");
    inner = ro_get(spec, "template");
    if (!ro_is(spec, ROLLOUT_NODE_OBJECT))
        return false;
    if (ro_is(inner, ROLLOUT_NODE_OBJECT))
        *ret = (struct ro_template){ .document = kind.data ? NULL : n, .root = inner };
    else
        *ret = (struct ro_template){ .root = n };
    /* Of the objects with a kind only a Pod is itself what a template is. */
    return ret->root == inner || !kind.data || ro_str_eq(kind, RO_STR("Pod"));
}

bool ro_template_hooked(const struct rollout_node *data, const struct rollout_hook *hook)
{
    struct ro_template template;
    if (!ro_template_find(data, &template))
        return false;
    const struct rollout_node *labels = ro_dig(template.root, "metadata", "labels", NULL);
    const struct rollout_node *finalizers = ro_dig(template.root, "metadata", "finalizers", NULL);
    for (uint32_t i = 0; i < hook->labels.count; i++) /* one that is not there reads as "" */
        if (!ro_str_eq(ro_text(ro_get_str(labels, *ro_label_key(&hook->labels, i))), *ro_label_value(&hook->labels, i)))
            return false;
    for (uint32_t i = 0; i < hook->finalizers.count; i++) {
        bool found = false;
        if (ro_is(finalizers, ROLLOUT_NODE_ARRAY))
            for (const struct rollout_node *f = ro_first(finalizers); f != ro_end(finalizers); f = ro_next(f))
                found |= ro_str_eq(ro_text(f), *ro_strs_at(&hook->finalizers, i));
        if (!found)
            return false;
    }
    return true;
}

/* "metadata.labels['app']" -> path "metadata.labels", key "app". */
static bool split_field_path(struct rollout_str text, struct rollout_str *path, struct rollout_str *key)
{
    if (text.len < 2 || memcmp(text.data + text.len - 2, "']", 2) != 0)
        return false;
    for (size_t i = 0; i + 4 <= text.len; i++) {
        if (text.data[i] != '[' || text.data[i + 1] != '\'')
            continue;
        *path = (struct rollout_str){ text.data, i };
        *key = (struct rollout_str){ text.data + i + 2, text.len - 2 - (i + 2) };
        return true;
    }
    return false;
}

bool ro_env_source(const struct rollout_node *entry, struct ro_env_source *ret)
{
    struct rollout_str name = ro_text(ro_get(entry, "name")), path, key;

    if (ro_text(ro_get(entry, "value")).len > 0 || ro_str_eq(name, RO_STR("SIDECARSET_VERSION")) ||
        ro_str_eq(name, RO_STR("SIDECARSET_VERSION_ALT")))
        return false;
    if (!split_field_path(ro_text(ro_dig(entry, "valueFrom", "fieldRef", "fieldPath", NULL)), &path, &key))
        return false;
    ret->annotation = ro_str_eq(path, RO_STR("metadata.annotations"));
    ret->key = key;
    return ret->annotation || ro_str_eq(path, RO_STR("metadata.labels"));
}

const struct rollout_node *ro_env_change(const struct rollout_node *old_template,
                                         const struct rollout_node *new_template, struct ro_env_source source)
{
    const char *map = source.annotation ? "annotations" : "labels";
    const struct rollout_node *was = ro_dig(old_template, "metadata", map, NULL);
    const struct rollout_node *is = ro_dig(new_template, "metadata", map, NULL);

    if (!was || !is)
        return NULL;
    was = ro_get_str(was, source.key);
    is = ro_get_str(is, source.key);
    return is && !(was && ro_equal(was, is)) ? is : NULL;
}
