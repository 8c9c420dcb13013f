/* SPDX-License-Identifier: Apache-2.0 */
#include "tree.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { MOST_NODES = 512, DEEPEST = 24 };

/* A tree that is being written. */
struct grove {
    struct fuzz *f;
    struct rollout_node nodes[MOST_NODES];
    uint32_t count;
};

static struct rollout_node *add(struct grove *g, uint32_t kind, struct rollout_str key)
{
    static struct rollout_node none; /* where there is no more room */
    if (g->count >= MOST_NODES)
        return &none;
    g->nodes[g->count] = (struct rollout_node){ .kind = kind, .size = 1, .key = key };
    return &g->nodes[g->count++];
}

/* Ends the container that begins there: everything behind it is within it. */
static void end(struct grove *g, uint32_t begin)
{
    if (begin < g->count)
        g->nodes[begin].size = g->count - begin;
}

static struct rollout_tree cut_out(struct grove *g)
{
    return (struct rollout_tree){ .nodes = fuzz_copy(g->f, g->nodes, g->count * sizeof *g->nodes), .count = g->count };
}

/* ---- any tree ---- */

static struct rollout_str real_text(struct fuzz *f, double real)
{
    char text[40];
    snprintf(text, sizeof text, "%.17g", real);
    return fuzz_str(f, isfinite(real) ? text : "1e400");
}

static void add_any(struct grove *g, bool keyed, unsigned depth)
{
    struct fuzz *f = g->f;
    uint32_t kind = 1 + fuzz_below(f, ROLLOUT_NODE_OBJECT), begin = g->count;
    struct rollout_node *node = add(g, kind, keyed ? fuzz_text(f, false) : (struct rollout_str){ NULL, 0 });
    if (keyed && !node->key.data)
        node->key = fuzz_str(f, "k");
    uint64_t bits;
    switch (kind) {
    case ROLLOUT_NODE_BOOL:
        node->integer = fuzz_below(f, 2);
        break;
    case ROLLOUT_NODE_INTEGER:
        node->integer = fuzz_long(f);
        break;
    case ROLLOUT_NODE_REAL:
        bits = fuzz_u64(f);
        memcpy(&node->real, &bits, sizeof bits);
        node->text = real_text(f, node->real);
        break;
    case ROLLOUT_NODE_TEXT:
        node->text = fuzz_text(f, false);
        node->text = node->text.data ? node->text : fuzz_str(f, "");
        if (depth < DEEPEST && fuzz_one_in(f, 8))
            add_any(g, false, depth + 1);
        end(g, begin);
        break;
    case ROLLOUT_NODE_ARRAY:
    case ROLLOUT_NODE_OBJECT:
        for (uint32_t n = depth < DEEPEST ? fuzz_below(f, 6) : 0; n && g->count < MOST_NODES; n--)
            add_any(g, kind == ROLLOUT_NODE_OBJECT, depth + 1);
        end(g, begin);
        break;
    default:
        break;
    }
}

/* A chain of containers, deeper than the library allows or nearly so. */
static struct rollout_tree add_chain(struct fuzz *f)
{
    uint32_t count = ROLLOUT_NODE_MAX_DEPTH - 3 + fuzz_below(f, 8);
    struct rollout_node *nodes = fuzz_alloc(f, count * sizeof *nodes);
    for (uint32_t i = 0; i < count; i++)
        nodes[i] = (struct rollout_node){ .kind = ROLLOUT_NODE_ARRAY, .size = count - i };
    return (struct rollout_tree){ nodes, count };
}

/* Anything that a caller may get wrong. */
static void spoil(struct fuzz *f, struct rollout_node *node)
{
    switch (fuzz_below(f, 6)) {
    case 0:
        node->kind = fuzz_enum(f, ROLLOUT_NODE_OBJECT);
        break;
    case 1:
        node->size = fuzz_one_in(f, 4) ? fuzz_u32(f) : fuzz_byte(f);
        break;
    case 2:
        node->text = fuzz_text(f, true);
        break;
    case 3:
        node->key = fuzz_text(f, true);
        break;
    case 4:
        node->integer = fuzz_long(f);
        break;
    default:
        node->size += fuzz_one_in(f, 2) ? 1 : UINT32_MAX;
        break;
    }
}

struct rollout_tree fuzz_nodes(struct fuzz *f)
{
    struct grove g = { .f = f };
    uint8_t how = fuzz_byte(f);
    if (how == 255)
        return add_chain(f);
    if (how == 254)
        return (struct rollout_tree){ NULL, fuzz_u32(f) };
    add_any(&g, false, 0);
    if (how >= 128)
        for (uint32_t n = 1 + fuzz_below(f, 3); n; n--)
            spoil(f, &g.nodes[fuzz_below(f, g.count)]);
    struct rollout_tree tree = cut_out(&g);
    if (how % 16 == 15)
        tree.count = fuzz_below(f, g.count + 1);
    return tree;
}

/* ---- templates ---- */

static void add_text(struct grove *g, const char *key, struct rollout_str text)
{
    add(g, ROLLOUT_NODE_TEXT, fuzz_str(g->f, key))->text = text.data ? text : fuzz_str(g->f, "");
}

static void add_map(struct grove *g, const char *key, uint32_t most)
{
    uint32_t begin = g->count;
    add(g, ROLLOUT_NODE_OBJECT, fuzz_str(g->f, key));
    for (uint32_t n = fuzz_count(g->f, most); n; n--) {
        struct rollout_str name = fuzz_text(g->f, false);
        add(g, ROLLOUT_NODE_TEXT, name.data ? name : fuzz_str(g->f, "a"))->text = fuzz_str(g->f, "b");
    }
    end(g, begin);
}

static void add_quantities(struct grove *g, const char *key)
{
    static const char *const names[] = { "cpu", "memory", "ephemeral-storage" };
    uint32_t begin = g->count;
    add(g, ROLLOUT_NODE_OBJECT, fuzz_str(g->f, key));
    for (uint32_t n = fuzz_count(g->f, 2); n; n--)
        add_text(g, names[fuzz_below(g->f, 3)], fuzz_text(g->f, false));
    end(g, begin);
}

static void add_env(struct grove *g)
{
    static const char *const paths[] = { "metadata.labels['app']", "metadata.annotations['a']", "metadata.name",
                                         "metadata.labels['" };
    uint32_t list = g->count;
    add(g, ROLLOUT_NODE_ARRAY, fuzz_str(g->f, "env"));
    for (uint32_t n = fuzz_count(g->f, 2); n; n--) {
        uint32_t entry = g->count, from, ref;
        add(g, ROLLOUT_NODE_OBJECT, (struct rollout_str){ NULL, 0 });
        add_text(g, "name", fuzz_text(g->f, false));
        from = g->count;
        add(g, ROLLOUT_NODE_OBJECT, fuzz_str(g->f, "valueFrom"));
        ref = g->count;
        add(g, ROLLOUT_NODE_OBJECT, fuzz_str(g->f, "fieldRef"));
        add_text(g, "fieldPath", fuzz_str(g->f, paths[fuzz_below(g->f, 4)]));
        end(g, ref);
        end(g, from);
        end(g, entry);
    }
    end(g, list);
}

static void add_resize_policy(struct grove *g)
{
    uint32_t list = g->count;
    add(g, ROLLOUT_NODE_ARRAY, fuzz_str(g->f, "resizePolicy"));
    for (uint32_t n = fuzz_count(g->f, 2); n; n--) {
        uint32_t entry = g->count;
        add(g, ROLLOUT_NODE_OBJECT, (struct rollout_str){ NULL, 0 });
        add_text(g, "resourceName", fuzz_str(g->f, fuzz_one_in(g->f, 2) ? "cpu" : "memory"));
        add_text(g, "restartPolicy", fuzz_str(g->f, fuzz_one_in(g->f, 2) ? "RestartContainer" : "NotRequired"));
        end(g, entry);
    }
    end(g, list);
}

static void add_container(struct grove *g)
{
    uint32_t begin = g->count, resources;
    uint8_t has = fuzz_byte(g->f);
    add(g, ROLLOUT_NODE_OBJECT, (struct rollout_str){ NULL, 0 });
    add_text(g, "name", fuzz_text(g->f, false));
    add_text(g, "image", fuzz_text(g->f, false));
    if (has & 1) {
        resources = g->count;
        add(g, ROLLOUT_NODE_OBJECT, fuzz_str(g->f, "resources"));
        add_quantities(g, "limits");
        add_quantities(g, "requests");
        end(g, resources);
    }
    if (has & 2)
        add_env(g);
    if (has & 4)
        add_resize_policy(g);
    if (has & 8)
        add_any(g, true, DEEPEST - 3);
    end(g, begin);
}

static void add_containers(struct grove *g, struct rollout_str key)
{
    uint32_t begin = g->count;
    add(g, ROLLOUT_NODE_ARRAY, key);
    for (uint32_t n = fuzz_count(g->f, 6); n; n--)
        add_container(g);
    end(g, begin);
}

struct rollout_tree fuzz_containers(struct fuzz *f)
{
    struct grove g = { .f = f };
    add_containers(&g, (struct rollout_str){ NULL, 0 });
    return cut_out(&g);
}

struct rollout_tree fuzz_template(struct fuzz *f)
{
    struct grove g = { .f = f };
    uint32_t spec, template, metadata, inner;
    add(&g, ROLLOUT_NODE_OBJECT, (struct rollout_str){ NULL, 0 });
    spec = g.count;
    add(&g, ROLLOUT_NODE_OBJECT, fuzz_str(f, "spec"));
    template = g.count;
    add(&g, ROLLOUT_NODE_OBJECT, fuzz_str(f, "template"));
    metadata = g.count;
    add(&g, ROLLOUT_NODE_OBJECT, fuzz_str(f, "metadata"));
    add_map(&g, "labels", 4);
    add_map(&g, "annotations", 4);
    end(&g, metadata);
    inner = g.count;
    add(&g, ROLLOUT_NODE_OBJECT, fuzz_str(f, "spec"));
    add_containers(&g, fuzz_str(f, "containers"));
    if (fuzz_one_in(f, 4))
        add_any(&g, true, DEEPEST - 3);
    end(&g, inner);
    end(&g, template);
    if (fuzz_one_in(f, 8))
        add_any(&g, true, DEEPEST - 3);
    end(&g, spec);
    end(&g, 0);
    return cut_out(&g);
}

/* ---- pods with sidecars ---- */

/* A SidecarSet's containers, and those of a pod: few names, so that they meet. */
static const char *const sidecar_names[] = { "agent", "logs", "logs-1", "logs-2", "main" };

static const char *sidecar_image(struct fuzz *f)
{
    static const char *const images[] = { "reg.io/logs:v1", "reg.io/logs:v2", "reg.io/empty:v1", "reg.io/agent:v1",
                                          "" };
    return images[fuzz_below(f, 5)];
}

static void add_sidecars(struct grove *g, const char *key)
{
    static const char *const types[] = { "ColdUpgrade", "HotUpgrade", "" };
    uint32_t list = g->count, strategy;
    add(g, ROLLOUT_NODE_ARRAY, key ? fuzz_str(g->f, key) : (struct rollout_str){ NULL, 0 });
    for (uint32_t n = fuzz_count(g->f, 4); n; n--) {
        uint32_t begin = g->count;
        add(g, ROLLOUT_NODE_OBJECT, (struct rollout_str){ NULL, 0 });
        add_text(g, "name", fuzz_str(g->f, sidecar_names[fuzz_below(g->f, 5)]));
        add_text(g, "image", fuzz_str(g->f, sidecar_image(g->f)));
        if (!key) {
            strategy = g->count;
            add(g, ROLLOUT_NODE_OBJECT, fuzz_str(g->f, "upgradeStrategy"));
            add_text(g, "upgradeType", fuzz_str(g->f, types[fuzz_below(g->f, 3)]));
            add_text(g, "hotUpgradeEmptyImage", fuzz_str(g->f, "reg.io/empty:v1"));
            end(g, strategy);
        }
        if (fuzz_one_in(g->f, 8))
            add_any(g, true, DEEPEST - 3);
        end(g, begin);
    }
    end(g, list);
}

struct rollout_tree fuzz_sidecars(struct fuzz *f)
{
    struct grove g = { .f = f };
    add_sidecars(&g, NULL);
    return cut_out(&g);
}

/* What SidecarSets keep in annotations: texts that are JSON, mostly. */
static void add_sidecar_annotations(struct grove *g)
{
    static const char *const keys[] = { "kruise.io/sidecarset-hash",
                                        "kruise.io/sidecarset-hash-without-image",
                                        "kruise.io/sidecarset-injected-list",
                                        "kruise.io/sidecarset-working-hotupgrade-container",
                                        "kruise.io/sidecarset-inplace-update-state",
                                        "version.sidecarset.kruise.io/logs-1",
                                        "versionalt.sidecarset.kruise.io/logs-1" };
    uint32_t begin = g->count;
    add(g, ROLLOUT_NODE_OBJECT, fuzz_str(g->f, "annotations"));
    for (uint32_t i = 0; i < 7; i++) {
        char text[256];
        uint8_t how = fuzz_byte(g->f);
        if (how % 4 == 3)
            continue;
        if (how >= 240) {
            add_text(g, keys[i], fuzz_text(g->f, false));
            continue;
        }
        if (i < 2)
            snprintf(text, sizeof text,
                     "{\"logs\":{\"hash\":\"%s%d\",\"sidecarSetName\":\"logs\",\"sidecarList\":[\"logs\",\"agent\"],"
                     "\"controllerRevision\":\"web-r%d\"}}",
                     i ? "w" : "h", how % 3, how % 6);
        else if (i == 2)
            snprintf(text, sizeof text, "%s", how % 8 ? "logs" : "mesh,logs");
        else if (i == 3)
            snprintf(text, sizeof text, "{\"logs\":\"logs-%d\"}", 1 + how % 2);
        else if (i == 4)
            snprintf(
                text, sizeof text,
                "{\"logs\":{\"revision\":\"web-r%d\",\"lastContainerStatuses\":{\"logs\":{\"imageID\":\"id%d\"}}}}",
                how % 6, how % 2);
        else
            snprintf(text, sizeof text, "%d", how % 5);
        add_text(g, keys[i], fuzz_str(g->f, text));
    }
    end(g, begin);
}

static void add_statuses(struct grove *g)
{
    uint32_t list = g->count;
    add(g, ROLLOUT_NODE_ARRAY, fuzz_str(g->f, "containerStatuses"));
    for (uint32_t n = fuzz_count(g->f, 4); n; n--) {
        uint32_t begin = g->count;
        add(g, ROLLOUT_NODE_OBJECT, (struct rollout_str){ NULL, 0 });
        add_text(g, "name", fuzz_str(g->f, sidecar_names[fuzz_below(g->f, 5)]));
        add_text(g, "imageID", fuzz_str(g->f, fuzz_one_in(g->f, 2) ? "id0" : "id1"));
        add(g, ROLLOUT_NODE_BOOL, fuzz_str(g->f, "ready"))->integer = fuzz_below(g->f, 2);
        end(g, begin);
    }
    end(g, list);
}

struct rollout_tree fuzz_pod(struct fuzz *f)
{
    struct grove g = { .f = f };
    uint32_t begin;
    add(&g, ROLLOUT_NODE_OBJECT, (struct rollout_str){ NULL, 0 });
    begin = g.count;
    add(&g, ROLLOUT_NODE_OBJECT, fuzz_str(f, "metadata"));
    add_sidecar_annotations(&g);
    end(&g, begin);
    begin = g.count;
    add(&g, ROLLOUT_NODE_OBJECT, fuzz_str(f, "spec"));
    add_sidecars(&g, "containers");
    if (fuzz_one_in(f, 4))
        add_sidecars(&g, "initContainers");
    end(&g, begin);
    begin = g.count;
    add(&g, ROLLOUT_NODE_OBJECT, fuzz_str(f, "status"));
    add_statuses(&g);
    end(&g, begin);
    end(&g, 0);
    return cut_out(&g);
}

/* ---- what the library gives out and takes ---- */

static struct rollout_str own(struct fuzz *f, struct rollout_str text)
{
    if (text.data)
        text.data = fuzz_copy(f, text.data, text.len);
    return text;
}

struct rollout_tree fuzz_tree_copy(struct fuzz *f, const struct rollout_tree *tree)
{
    struct rollout_node *nodes = fuzz_copy(f, tree->nodes, tree->count * sizeof *nodes);
    for (size_t i = 0; i < tree->count; i++) {
        nodes[i].key = own(f, nodes[i].key);
        nodes[i].text = own(f, nodes[i].text);
    }
    return (struct rollout_tree){ nodes, tree->count };
}

static size_t write_tree(const void *context, char *buf, size_t size)
{
    size_t len = SIZE_MAX;
    FUZZ_REQUIRE(rollout_tree_text(context, buf, size, &len, NULL) == ROLLOUT_OK);
    return len;
}

char *fuzz_tree_text(struct fuzz *f, const struct rollout_tree *tree, size_t *ret_len)
{
    return fuzz_written(f, write_tree, tree, ret_len);
}

void fuzz_tree_holds(struct fuzz *f, const struct rollout_tree *tree)
{
    size_t len;
    FUZZ_REQUIRE(rollout_tree_check(tree, NULL) == ROLLOUT_OK);
    (void)fuzz_tree_text(f, tree, &len);
    FUZZ_REQUIRE(len > 0);
}
