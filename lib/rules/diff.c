/* SPDX-License-Identifier: Apache-2.0 */
/* The verdict walks both templates side by side: upstream makes a JSON patch first and then judges its
 * operations, which comes to the same (inplace.md 4.4). */
#include "rules/diff.h"

#include "base/error.h"
#include "base/quantity.h"
#include "base/tree.h"
#include "rules/qos.h"
#include "rules/template.h"

struct walk {
    struct ro_diff_verdict *out;
    uint32_t flags;  /* ROLLOUT_DIFF_VERTICAL_SCALING, ... */
    uint32_t change; /* ROLLOUT_CHANGES_* so far */
    bool revisions;  /* both are */
    size_t container;             /* with ROLLOUT_CHANGES_RESOURCES: whose path is kept, "limits" or "requests", */
    struct rollout_str list, resource; /* "cpu" or "memory" */
};

/* A value of the old and of the new template at the same place; one of them may be NULL. False: refused. */
typedef bool pair_fn(struct walk *w, const struct ro_path *path, const struct rollout_node *old,
                     const struct rollout_node *new);

static void put(struct ro_diff_verdict *out, const char *text, size_t len)
{
    size_t room = sizeof out->path - out->path_len;

    if (len > room)
        len = room;
    memcpy(out->path + out->path_len, text, len);
    out->path_len += (uint32_t)len;
}

static void put_path(struct ro_diff_verdict *out, const struct ro_path *path)
{
    char digits[20];
    size_t at = sizeof digits, rest;

    if (!path)
        return;
    put_path(out, path->up);
    put(out, "/", 1);
    for (size_t i = 0; path->key.data && i < path->key.len; i++) {
        char c = path->key.data[i];
        put(out, c == '~' ? "~0" : c == '/' ? "~1" : &path->key.data[i], c == '~' || c == '/' ? 2 : 1);
    }
    if (path->key.data)
        return;
    rest = path->index;
    do {
        digits[--at] = (char)('0' + rest % 10);
        rest /= 10;
    } while (rest > 0);
    put(out, digits + at, sizeof digits - at);
}

static void set_path(struct walk *w, const struct ro_path *path, uint32_t operation)
{
    w->out->path_len = 0;
    put_path(w->out, path);
    w->out->operation = operation;
}

static bool refuse(struct walk *w, const struct ro_path *path, uint32_t rule, uint32_t operation)
{
    set_path(w, path, operation);
    w->out->rule = rule;
    return false;
}

/* What a patch does to turn old into new: an old null is as if it were not there, a new one is not. */
static uint32_t operation_of(const struct rollout_node *old, const struct rollout_node *new)
{
    if (!new)
        return ROLLOUT_DIFF_REMOVE;
    if (!old || (old->kind == ROLLOUT_NODE_NULL && new->kind != ROLLOUT_NODE_NULL))
        return ROLLOUT_DIFF_ADD;
    return ROLLOUT_DIFF_REPLACE;
}

/* The members of an object are in no order: of several that are refused the one with the least key is named. */
static bool members(struct walk *w, const struct ro_path *up, const struct rollout_node *old,
                    const struct rollout_node *new, pair_fn *each)
{
    struct ro_path path = { .up = up };
    struct rollout_str least = { NULL, 0 };

    for (const struct rollout_node *c = ro_first(old); c != ro_end(old); c = ro_next(c)) {
        path.key = c->key;
        if ((!least.data || ro_str_cmp(c->key, least) < 0) && ro_member(old, c->key) == c &&
            !each(w, &path, c, ro_member(new, c->key)))
            least = c->key;
    }
    for (const struct rollout_node *c = ro_first(new); c != ro_end(new); c = ro_next(c)) {
        path.key = c->key;
        if ((!least.data || ro_str_cmp(c->key, least) < 0) && ro_member(new, c->key) == c &&
            !ro_member(old, c->key) && !each(w, &path, NULL, c))
            least = c->key;
    }
    return !least.data;
}

static bool both(const struct rollout_node *old, const struct rollout_node *new, uint32_t kind)
{
    return ro_is(old, kind) && ro_is(new, kind);
}

/* Arrays of scalars, or of objects that hold only scalars (the first one tells), are compared by their
 * shortest edit script, all others by position. */
static bool is_simple(const struct rollout_node *array)
{
    for (const struct rollout_node *c = ro_first(array); c != ro_end(array); c = ro_next(c)) {
        if (c->kind == ROLLOUT_NODE_ARRAY || c->kind == ROLLOUT_NODE_NULL)
            return false;
        if (c->kind != ROLLOUT_NODE_OBJECT)
            continue;
        for (const struct rollout_node *m = ro_first(c); m != ro_end(c); m = ro_next(m))
            if (m->kind == ROLLOUT_NODE_ARRAY || m->kind == ROLLOUT_NODE_OBJECT)
                return false;
        return true;
    }
    return true;
}

/* How many elements at the end of both arrays are equal, at most `most`. Walks forward over pairs, since
 * preorder has no way back: a run that breaks starts anew. */
static uint32_t equal_tail(const struct rollout_node *old, const struct rollout_node *new, uint32_t most)
{
    uint32_t n_old = ro_count(old), n_new = ro_count(new), run = 0;
    const struct rollout_node *a = ro_first(old), *b = ro_first(new);

    for (uint32_t i = n_old; i > most; i--)
        a = ro_next(a);
    for (uint32_t i = n_new; i > most; i--)
        b = ro_next(b);
    for (uint32_t i = 0; i < most; i++, a = ro_next(a), b = ro_next(b))
        run = ro_equal(a, b) ? run + 1 : 0;
    return run;
}

static bool literal(struct walk *w, const struct ro_path *path, const struct rollout_node *old,
                    const struct rollout_node *new);

/* The first difference of two unequal arrays. */
static bool elements(struct walk *w, const struct ro_path *up, const struct rollout_node *old,
                     const struct rollout_node *new)
{
    struct ro_path path = { .up = up };
    uint32_t n_old = ro_count(old), n_new = ro_count(new), i = 0, less = n_old < n_new ? n_old : n_new;
    const struct rollout_node *a = ro_first(old), *b = ro_first(new);

    for (; i < less && ro_equal(a, b); i++) {
        a = ro_next(a);
        b = ro_next(b);
    }
    path.index = i;
    if (n_old != n_new && is_simple(old) && is_simple(new))
        less -= equal_tail(old, new, less - i);
    if (i < less)
        return literal(w, &path, a, b);
    return refuse(w, &path, ROLLOUT_DIFF_PATH, n_old < n_new ? ROLLOUT_DIFF_ADD : ROLLOUT_DIFF_REMOVE);
}

/* What has to be equal. */
static bool literal(struct walk *w, const struct ro_path *path, const struct rollout_node *old,
                    const struct rollout_node *new)
{
    if (old && new) {
        if (ro_equal(old, new))
            return true;
        if (both(old, new, ROLLOUT_NODE_OBJECT))
            return members(w, path, old, new, literal);
        if (both(old, new, ROLLOUT_NODE_ARRAY))
            return elements(w, path, old, new);
    }
    return refuse(w, path, ROLLOUT_DIFF_PATH, operation_of(old, new));
}

static bool resizable(struct rollout_str name)
{
    return ro_str_eq(name, RO_STR("cpu")) || ro_str_eq(name, RO_STR("memory"));
}

/* Keeps the path in case the QoS class changes by it: the least of the first container that changes. */
static void resized(struct walk *w, const struct ro_path *path, uint32_t operation)
{
    const struct ro_path *list = path->up, *container = list->up->up;
    bool first = !(w->change & ROLLOUT_CHANGES_RESOURCES);
    int order = first ? 0 : ro_str_cmp(list->key, w->list);

    if (w->out->rule != ROLLOUT_DIFF_POSSIBLE)
        return; /* refused by another member already, whose path is named */
    if (!first && (container->index != w->container || order > 0 ||
                   (order == 0 && ro_str_cmp(path->key, w->resource) > 0)))
        return;
    set_path(w, path, operation);
    w->container = container->index;
    w->list = list->key;
    w->resource = path->key;
}

/* One entry of limits or requests. */
static bool amount(struct walk *w, const struct ro_path *path, const struct rollout_node *old,
                   const struct rollout_node *new)
{
    struct ro_quantity q;
    uint32_t operation;

    if (old && new &&ro_equal(old, new))
        return true;
    operation = operation_of(old, new);
    if (!resizable(path->key))
        return refuse(w, path, ROLLOUT_DIFF_QUANTITY, operation);
    if (operation != ROLLOUT_DIFF_REPLACE)
        return refuse(w, path, ROLLOUT_DIFF_OPERATION, operation);
    if (!ro_is(new, ROLLOUT_NODE_TEXT) || !ro_quantity_parse(new->text, &q))
        return refuse(w, path, ROLLOUT_DIFF_QUANTITY, operation);
    if (!(w->flags & ROLLOUT_DIFF_VERTICAL_SCALING))
        return refuse(w, path, ROLLOUT_DIFF_GATE, operation);
    resized(w, path, operation);
    w->change |= ROLLOUT_CHANGES_RESOURCES;
    return true;
}

static bool resource_list(struct walk *w, const struct ro_path *path, const struct rollout_node *old,
                          const struct rollout_node *new)
{
    if (both(old, new, ROLLOUT_NODE_OBJECT) &&
        (ro_str_eq(path->key, RO_STR("limits")) || ro_str_eq(path->key, RO_STR("requests"))))
        return members(w, path, old, new, amount);
    return literal(w, path, old, new);
}

static bool container_member(struct walk *w, const struct ro_path *path, const struct rollout_node *old,
                             const struct rollout_node *new)
{
    if (ro_str_eq(path->key, RO_STR("image"))) {
        if (both(old, new, ROLLOUT_NODE_TEXT)) {
            if (!ro_str_eq(old->text, new->text))
                w->change |= ROLLOUT_CHANGES_IMAGES;
            return true;
        }
        if ((!old || !new || !ro_equal(old, new)) && operation_of(old, new) != ROLLOUT_DIFF_REPLACE)
            return refuse(w, path, ROLLOUT_DIFF_OPERATION, operation_of(old, new));
    }
    if (ro_str_eq(path->key, RO_STR("resources")) && both(old, new, ROLLOUT_NODE_OBJECT))
        return members(w, path, old, new, resource_list);
    return literal(w, path, old, new);
}

/* Container names are unique, so that position by position is enough: another order shows up as a name
 * that changes. */
static bool containers(struct walk *w, const struct ro_path *up, const struct rollout_node *old,
                       const struct rollout_node *new)
{
    struct ro_path path = { .up = up };
    const struct rollout_node *a = ro_first(old), *b = ro_first(new);

    for (; a != ro_end(old) && b != ro_end(new); a = ro_next(a), b = ro_next(b), path.index++)
        if (!members(w, &path, a, b, container_member))
            return false;
    if (a == ro_end(old) && b == ro_end(new))
        return true;
    return refuse(w, &path, ROLLOUT_DIFF_PATH, a == ro_end(old) ? ROLLOUT_DIFF_ADD : ROLLOUT_DIFF_REMOVE);
}

static bool spec_member(struct walk *w, const struct ro_path *path, const struct rollout_node *old,
                        const struct rollout_node *new)
{
    if (ro_str_eq(path->key, RO_STR("containers")) && both(old, new, ROLLOUT_NODE_ARRAY))
        return containers(w, path, old, new);
    return literal(w, path, old, new);
}

static bool template_member(struct walk *w, const struct ro_path *path, const struct rollout_node *old,
                            const struct rollout_node *new)
{
    if (both(old, new, ROLLOUT_NODE_OBJECT)) {
        if (ro_str_eq(path->key, RO_STR("metadata"))) {
            if (!ro_equal(old, new))
                w->change |= ROLLOUT_CHANGES_METADATA;
            return true;
        }
        if (ro_str_eq(path->key, RO_STR("spec")))
            return members(w, path, old, new, spec_member);
    }
    if (!w->revisions && (!old || !new) && ro_str_eq(path->key, RO_STR("$patch")))
        return true;
    return literal(w, path, old, new);
}

static bool outer_spec_member(struct walk *w, const struct ro_path *path, const struct rollout_node *old,
                              const struct rollout_node *new)
{
    return ro_str_eq(path->key, RO_STR("template")) || literal(w, path, old, new);
}

/* What stands beside the template in a revision. Its "metadata", which OpenKruise never writes, counts
 * upstream as the template's. */
static bool outer_member(struct walk *w, const struct ro_path *path, const struct rollout_node *old,
                         const struct rollout_node *new)
{
    if (both(old, new, ROLLOUT_NODE_OBJECT) && ro_str_eq(path->key, RO_STR("spec")))
        return members(w, path, old, new, outer_spec_member);
    return template_member(w, path, old, new);
}

static bool texts_only(const struct rollout_node *n, uint32_t kind)
{
    if (!n)
        return true;
    if (n->kind != kind)
        return false;
    for (const struct rollout_node *c = ro_first(n); c != ro_end(n); c = ro_next(c))
        if (c->kind != ROLLOUT_NODE_TEXT)
            return false;
    return true;
}

/* Whether Kubernetes' decoder would take it for a pod template, as far as the answer rests on it. */
static bool decodes(const struct rollout_node *template)
{
    const struct rollout_node *metadata = ro_get(template, "metadata"),
                              *list = ro_dig(template, "spec", "containers", NULL);

    if ((metadata && metadata->kind != ROLLOUT_NODE_OBJECT) || (list && list->kind != ROLLOUT_NODE_ARRAY))
        return false;
    if (!texts_only(ro_get(metadata, "labels"), ROLLOUT_NODE_OBJECT) ||
        !texts_only(ro_get(metadata, "annotations"), ROLLOUT_NODE_OBJECT) ||
        !texts_only(ro_get(metadata, "finalizers"), ROLLOUT_NODE_ARRAY))
        return false;
    if (!list)
        return true;
    for (const struct rollout_node *c = ro_first(list); c != ro_end(list); c = ro_next(c)) {
        const struct rollout_node *name = ro_get(c, "name"), *image = ro_get(c, "image");
        if (c->kind != ROLLOUT_NODE_OBJECT || (name && name->kind != ROLLOUT_NODE_TEXT) ||
            (image && image->kind != ROLLOUT_NODE_TEXT))
            return false;
    }
    return true;
}

static bool env_changes(const struct rollout_node *old, const struct rollout_node *new)
{
    const struct rollout_node *list = ro_dig(new, "spec", "containers", NULL);
    struct ro_env_source source;

    if (!list)
        return false;
    for (const struct rollout_node *c = ro_first(list); c != ro_end(list); c = ro_next(c)) {
        const struct rollout_node *env = ro_get(c, "env");
        if (!ro_is(env, ROLLOUT_NODE_ARRAY))
            continue;
        for (const struct rollout_node *e = ro_first(env); e != ro_end(env); e = ro_next(e))
            if (ro_env_source(e, &source) && ro_env_change(old, new, source))
                return true;
    }
    return false;
}

/* Whether this resource of a container has another amount. */
static bool amount_differs(const struct rollout_node *old, const struct rollout_node *new, const char *name)
{
    static const char *const lists[] = { "limits", "requests" };

    for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++) {
        const struct rollout_node *a = ro_dig(old, "resources", lists[i], name, NULL);
        const struct rollout_node *b = ro_dig(new, "resources", lists[i], name, NULL);
        if (a && b && !ro_equal(a, b))
            return true;
    }
    return false;
}

static bool restarts_for(const struct rollout_node *containers_list, struct rollout_str name, bool cpu, bool memory)
{
    for (const struct rollout_node *c = ro_first(containers_list); c != ro_end(containers_list); c = ro_next(c)) {
        const struct rollout_node *policies = ro_get(c, "resizePolicy");
        if (!ro_is(policies, ROLLOUT_NODE_ARRAY) || !ro_str_eq(ro_text(ro_get(c, "name")), name))
            continue;
        for (const struct rollout_node *p = ro_first(policies); p != ro_end(policies); p = ro_next(p)) {
            struct rollout_str resource = ro_text(ro_get(p, "resourceName"));
            if (ro_str_eq(ro_text(ro_get(p, "restartPolicy")), RO_STR("RestartContainer")) &&
                ((cpu && ro_str_eq(resource, RO_STR("cpu"))) || (memory && ro_str_eq(resource, RO_STR("memory")))))
                return true;
        }
    }
    return false;
}

/* Whether one of the containers restarts for what differs between the two templates. */
static bool restarts(const struct rollout_node *old, const struct rollout_node *new,
                     const struct rollout_node *containers_list)
{
    const struct rollout_node *olds = ro_dig(old, "spec", "containers", NULL);
    const struct rollout_node *news = ro_dig(new, "spec", "containers", NULL);

    if (!both(olds, news, ROLLOUT_NODE_ARRAY))
        return false;
    for (const struct rollout_node *a = ro_first(olds), *b = ro_first(news); a != ro_end(olds) && b != ro_end(news);
         a = ro_next(a), b = ro_next(b)) {
        bool cpu = amount_differs(a, b, "cpu"), memory = amount_differs(a, b, "memory");
        if ((cpu || memory) && restarts_for(containers_list, ro_text(ro_get(a, "name")), cpu, memory))
            return true;
    }
    return false;
}

void ro_diff_verdict(const struct rollout_node *old_data, const struct rollout_node *new_data,
                     struct rollout_str old_claims, struct rollout_str new_claims, uint32_t flags,
                     struct ro_diff_verdict *ret)
{
    struct walk w = { .out = ret, .flags = flags };
    struct ro_template old, new;
    bool allowed;

    *ret = (struct ro_diff_verdict){ .rule = ROLLOUT_DIFF_NO_REVISION };
    if (!old_data || !new_data)
        return;
    ret->rule = ROLLOUT_DIFF_BROKEN;
    ret->broken = !ro_template_find(old_data, &old) ? 1 : !ro_template_find(new_data, &new) ? 2 : 0;
    if (ret->broken)
        return;
    ret->rule = ROLLOUT_DIFF_CLAIMS;
    if ((flags & ROLLOUT_DIFF_COMPARE_CLAIMS) && old_claims.data && new_claims.data &&
        !ro_str_eq(old_claims, new_claims))
        return;
    ret->rule = ROLLOUT_DIFF_BROKEN;
    ret->broken = !decodes(old.root) ? 1 : !decodes(new.root) ? 2 : 0;
    if (ret->broken)
        return;

    ret->rule = ROLLOUT_DIFF_POSSIBLE;
    w.revisions = old.document && new.document;
    allowed = members(&w, NULL, old.root, new.root, template_member);
    if (allowed && w.revisions)
        allowed = members(&w, NULL, old.document, new.document, outer_member);
    if (!allowed)
        return;
    if ((w.change & ROLLOUT_CHANGES_RESOURCES) &&
        ro_qos(ro_get(old.root, "spec")) != ro_qos(ro_get(new.root, "spec"))) {
        ret->rule = ROLLOUT_DIFF_QOS;
        return;
    }
    if ((flags & ROLLOUT_DIFF_ENV_FROM_METADATA) && (w.change & ROLLOUT_CHANGES_METADATA) &&
        env_changes(old.root, new.root))
        w.change |= ROLLOUT_CHANGES_ENV;
    if ((w.change & ROLLOUT_CHANGES_RESOURCES) &&
        restarts(old.root, new.root, ro_dig(old.root, "spec", "containers", NULL)))
        w.change |= ROLLOUT_CHANGES_RESTARTS;
    ret->flags = w.change;
    ret->path_len = 0;
    ret->operation = 0;
}

bool ro_diff_restarts(const struct rollout_node *old_data, const struct rollout_node *new_data,
                      const struct rollout_node *pod_containers)
{
    struct ro_template old, new;

    return ro_is(pod_containers, ROLLOUT_NODE_ARRAY) && ro_template_find(old_data, &old) &&
           ro_template_find(new_data, &new) && restarts(old.root, new.root, pod_containers);
}
