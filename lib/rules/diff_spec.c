/* SPDX-License-Identifier: Apache-2.0 */
/* What an update in place changes, container by container. Source: inplace.md 7. */
#include <stdlib.h>

#include "base/abi.h"
#include "base/error.h"
#include "base/memory.h"
#include "base/tree.h"
#include "rules/diff.h"
#include "rules/metadata_patch.h"
#include "rules/template.h"

/* Containers and their pairs of texts: counted first, then written where the block has room for them. */
struct writer {
    struct rollout_container_change *containers; /* NULL while counting */
    struct rollout_label *pairs;
    size_t container_count, pair_count;
};

static void add_pair(struct writer *w, struct rollout_labels *list, struct rollout_str key, struct rollout_str value)
{
    if (w->containers) {
        w->pairs[w->pair_count] = (struct rollout_label){ key, value };
        if (list->count == 0)
            *list =
                (struct rollout_labels){ .items = &w->pairs[w->pair_count], .stride = sizeof(struct rollout_label) };
    }
    list->count++;
    w->pair_count++;
}

/* Whether an earlier entry of this environment takes its value from the same place. */
static bool fed_before(const struct rollout_node *env, const struct rollout_node *entry, struct ro_env_source source)
{
    struct ro_env_source other;

    for (const struct rollout_node *e = ro_first(env); e != entry; e = ro_next(e))
        if (ro_env_source(e, &other) && other.annotation == source.annotation && ro_str_eq(other.key, source.key))
            return true;
    return false;
}

/* The changed labels or annotations that feed this container. */
static void add_fed(struct writer *w, struct rollout_labels *list, const struct rollout_node *old,
                    const struct rollout_node *new, const struct rollout_node *container, bool annotations)
{
    const struct rollout_node *env = ro_get(container, "env");
    struct ro_env_source source;

    if (!ro_is(env, ROLLOUT_NODE_ARRAY))
        return;
    for (const struct rollout_node *e = ro_first(env); e != ro_end(env); e = ro_next(e)) {
        if (!ro_env_source(e, &source) || source.annotation != annotations)
            continue;
        const struct rollout_node *value = ro_env_change(old, new, source);
        if (value && !fed_before(env, e, source))
            add_pair(w, list, source.key, ro_text(value));
    }
}

static void add_amounts(struct writer *w, struct rollout_labels *list, const struct rollout_node *old,
                        const struct rollout_node *new, const char *name)
{
    const struct rollout_node *was = ro_dig(old, "resources", name, NULL), *is = ro_dig(new, "resources", name, NULL);

    if (!ro_is(was, ROLLOUT_NODE_OBJECT) || !ro_is(is, ROLLOUT_NODE_OBJECT))
        return;
    for (const struct rollout_node *c = ro_first(is); c != ro_end(is); c = ro_next(c))
        if (ro_member(is, c->key) == c && !ro_equal(c, ro_member(was, c->key)))
            add_pair(w, list, c->key, ro_text(c));
}

/* The verdict has found that both templates have the same containers. */
static void write_containers(struct writer *w, const struct rollout_node *old, const struct rollout_node *new, bool env)
{
    const struct rollout_node *olds = ro_dig(old, "spec", "containers", NULL);
    const struct rollout_node *news = ro_dig(new, "spec", "containers", NULL);

    if (!olds || !news)
        return;
    const struct rollout_node *a = ro_first(olds), *b = ro_first(news);
    for (; b != ro_end(news); a = ro_next(a), b = ro_next(b)) {
        struct rollout_container_change change = { .name = ro_text(ro_get(a, "name")) };
        struct rollout_str image = ro_text(ro_get(b, "image"));
        size_t before = w->pair_count;
        if (!ro_str_eq(ro_text(ro_get(a, "image")), image))
            change.image = image;
        if (env) {
            add_fed(w, &change.labels, old, new, b, false);
            add_fed(w, &change.annotations, old, new, b, true);
        }
        add_amounts(w, &change.limits, a, b, "limits");
        add_amounts(w, &change.requests, a, b, "requests");
        if (!change.image.data && w->pair_count == before)
            continue;
        if (w->containers)
            w->containers[w->container_count] = change;
        w->container_count++;
    }
}

static int make(const struct ro_diff_verdict *verdict, const struct rollout_node *old, const struct rollout_node *new,
                const struct rollout_tree *patch, bool env, struct rollout_diff **ret_diff,
                struct rollout_error *reterr)
{
    struct writer w = { 0 };
    struct ro_layout layout = { 0 };

    if (verdict->rule == ROLLOUT_DIFF_POSSIBLE)
        write_containers(&w, old, new, env);
    size_t diff_at = ro_layout_add(&layout, 1, sizeof(struct rollout_diff));
    size_t containers_at = ro_layout_add(&layout, w.container_count, sizeof *w.containers);
    size_t pairs_at = ro_layout_add(&layout, w.pair_count, sizeof *w.pairs);
    size_t nodes_at = ro_layout_add(&layout, patch->count, sizeof *patch->nodes);
    size_t path_at = ro_layout_add(&layout, verdict->path_len, 1);
    char *block = ro_layout_alloc(&layout);
    if (!block)
        return ro_error_nomem(reterr);

    struct rollout_diff *diff = (struct rollout_diff *)(void *)(block + diff_at);
    *diff = (struct rollout_diff){
        .struct_size = sizeof *diff, .rule = verdict->rule, .operation = verdict->operation, .flags = verdict->flags
    };
    if (verdict->path_len > 0) {
        memcpy(block + path_at, verdict->path, verdict->path_len);
        diff->path = (struct rollout_str){ block + path_at, verdict->path_len };
    } else if (verdict->broken) {
        diff->path = verdict->broken == 1 ? RO_STR("old") : RO_STR("new");
    }
    w = (struct writer){ .containers = (struct rollout_container_change *)(void *)(block + containers_at),
                         .pairs = (struct rollout_label *)(void *)(block + pairs_at) };
    if (verdict->rule == ROLLOUT_DIFF_POSSIBLE)
        write_containers(&w, old, new, env);
    diff->containers = w.containers;
    diff->container_count = w.container_count;
    if (patch->count > 0) {
        struct rollout_node *nodes = (struct rollout_node *)(void *)(block + nodes_at);
        memcpy(nodes, patch->nodes, patch->count * sizeof *nodes);
        diff->metadata_patch = (struct rollout_tree){ nodes, patch->count };
    }
    *ret_diff = diff;
    return ROLLOUT_OK;
}

/* Root of a tree that may be missing: then the revision is not known. */
static int root_of(const struct rollout_tree *tree, const struct rollout_node **ret, struct rollout_error *reterr)
{
    *ret = NULL;
    if (!tree || tree->count == 0)
        return ROLLOUT_OK;
    int r = rollout_tree_check(tree, reterr);
    if (r == ROLLOUT_OK)
        *ret = tree->nodes;
    return r;
}

static struct rollout_str claims_hash(const struct rollout_node *revision)
{
    return ro_text(ro_dig(revision, "metadata", "annotations", "kruise.io/cloneset-volumeclaimtemplate-hash", NULL));
}

int rollout_diff(const struct rollout_tree *old_revision, const struct rollout_tree *new_revision,
                 const struct rollout_diff_options *options, struct rollout_diff **ret_diff,
                 struct rollout_error *reterr)
{
    const uint32_t known = ROLLOUT_DIFF_VERTICAL_SCALING | ROLLOUT_DIFF_ENV_FROM_METADATA | ROLLOUT_DIFF_COMPARE_CLAIMS;
    struct rollout_diff_options o;
    struct ro_diff_verdict verdict;
    const struct rollout_node *old, *new;
    struct ro_template old_template = { 0 }, new_template = { 0 };
    struct ro_arena arena = { 0 };
    struct rollout_tree patch = { 0 };
    int r;

    if (!ret_diff)
        return ro_error_null(reterr, "ret_diff");
    if ((r = ro_abi_struct(options, &o, sizeof o, "options", reterr)) != ROLLOUT_OK ||
        (r = root_of(old_revision, &old, reterr)) != ROLLOUT_OK ||
        (r = root_of(new_revision, &new, reterr)) != ROLLOUT_OK)
        return r;
    if (o.flags & ~known)
        return ro_error(reterr, ROLLOUT_ERR_INVALID, "options.flags", "options.flags: unknown bits %u",
                        o.flags & ~known);

    bool env = (o.flags & ROLLOUT_DIFF_ENV_FROM_METADATA) != 0;
    ro_diff_verdict(old, new, claims_hash(old), claims_hash(new), o.flags, &verdict);
    if (verdict.rule == ROLLOUT_DIFF_POSSIBLE) {
        ro_template_find(old, &old_template);
        ro_template_find(new, &new_template);
        if (verdict.flags & ROLLOUT_CHANGES_METADATA)
            patch = ro_metadata_patch(&arena, old_template.root, new_template.root, env);
    }
    r = arena.failed ? ro_error_nomem(reterr)
                     : make(&verdict, old_template.root, new_template.root, &patch, env, ret_diff, reterr);
    ro_arena_free(&arena);
    return r;
}

void rollout_diff_free(struct rollout_diff *diff)
{
    free(diff);
}
