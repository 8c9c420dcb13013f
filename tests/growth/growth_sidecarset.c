/* SPDX-License-Identifier: Apache-2.0 */
/* How a SidecarSet's plan grows from 1,000 to 1,000,000 pods. The pods share few objects, their facts are their own.
 *
 *   growth_sidecarset [MOST [NTH]]      most pods; without it 1,000,000. NTH: see growth_most() */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "counting.h"

enum { NAME = 16, OBJECTS = 6, NODES = 64, MANY = 20 };

/* A pod's tree, node by node; sizes are set as objects and arrays are closed. */
struct object {
    struct rollout_node nodes[NODES];
    size_t count, open[8], depth;
};

static size_t add(struct object *o, uint32_t kind, const char *key, const char *text)
{
    struct rollout_node *n = &o->nodes[o->count];
    *n = (struct rollout_node){ .kind = kind, .size = 1 };
    if (key)
        n->key = (struct rollout_str){ key, strlen(key) };
    if (text)
        n->text = (struct rollout_str){ text, strlen(text) };
    return o->count++;
}

static void text(struct object *o, const char *key, const char *value)
{
    add(o, ROLLOUT_NODE_TEXT, key, value);
}

static void begin(struct object *o, const char *key, uint32_t kind)
{
    o->open[o->depth++] = add(o, kind, key, NULL);
}

static void end(struct object *o)
{
    size_t at = o->open[--o->depth];
    o->nodes[at].size = (uint32_t)(o->count - at);
}

/* One sidecar, or a hot pair of which the second one works. */
static void make_object(struct object *o, const char *hash, const char *image, bool ready, bool hot)
{
    const char *names[] = { hot ? "side-1" : "side", "side-2" }, *images[] = { image, hot ? "side:2" : image };
    begin(o, NULL, ROLLOUT_NODE_OBJECT);
    begin(o, "metadata", ROLLOUT_NODE_OBJECT);
    begin(o, "annotations", ROLLOUT_NODE_OBJECT);
    text(o, "kruise.io/sidecarset-injected-list", "other,demo");
    text(o, "kruise.io/sidecarset-hash", hash);
    text(o, "kruise.io/sidecarset-hash-without-image", "{\"demo\":{\"hash\":\"W\"}}");
    if (hot)
        text(o, "kruise.io/sidecarset-working-hotupgrade-container", "{\"side\":\"side-2\"}");
    end(o);
    end(o);
    begin(o, "spec", ROLLOUT_NODE_OBJECT);
    begin(o, "containers", ROLLOUT_NODE_ARRAY);
    for (size_t i = 0; i < (hot ? 2 : 1); i++) {
        begin(o, NULL, ROLLOUT_NODE_OBJECT);
        text(o, "name", names[i]);
        text(o, "image", images[i]);
        end(o);
    }
    end(o);
    end(o);
    begin(o, "status", ROLLOUT_NODE_OBJECT);
    begin(o, "containerStatuses", ROLLOUT_NODE_ARRAY);
    for (size_t i = 0; i < (hot ? 2 : 1); i++) {
        begin(o, NULL, ROLLOUT_NODE_OBJECT);
        text(o, "name", names[i]);
        text(o, "image", images[i]);
        text(o, "imageID", "sha256:1");
        o->nodes[add(o, ROLLOUT_NODE_BOOL, "ready", NULL)].integer = ready;
        end(o);
    }
    end(o);
    end(o);
    end(o);
}

enum { UPDATED, BROKEN, OLD, OLD_BROKEN, IMMUTABLE, HOT };

struct world {
    size_t n;
    struct rollout_pod *pods;
    struct rollout_label *labels; /* two a pod: all have the first one */
    struct rollout_in_flight *writes;
    char *names, *values, *keys;
    struct object objects[OBJECTS], containers, hot;
    struct rollout_namespace spaces[MANY];
    struct rollout_revision revision;
    struct rollout_label selected, namespaced, terms[MANY];
    struct rollout_weight_term weights[MANY];
    struct rollout_sidecarset spec;
    struct rollout_sidecarset_status status;
    struct rollout_snapshot snapshot;
};

static struct rollout_str print(char *buf, const char *prefix, size_t number)
{
    int len = snprintf(buf, NAME, "%s%zu", prefix, number);
    return (struct rollout_str){ buf, (size_t)len };
}

static void make_containers(struct object *o, bool hot)
{
    begin(o, NULL, ROLLOUT_NODE_ARRAY);
    begin(o, NULL, ROLLOUT_NODE_OBJECT);
    text(o, "name", "side");
    text(o, "image", "side:2");
    if (hot) {
        begin(o, "upgradeStrategy", ROLLOUT_NODE_OBJECT);
        text(o, "upgradeType", "HotUpgrade");
        text(o, "hotUpgradeEmptyImage", "empty:1");
        end(o);
    }
    end(o);
    end(o);
}

static void make_pod(struct world *w, size_t i)
{
    static const int kinds[] = { UPDATED, OLD, OLD, BROKEN, OLD, IMMUTABLE, OLD, OLD_BROKEN, OLD, OLD };
    const struct object *object = &w->objects[kinds[i % 10]];
    w->labels[2 * i] = (struct rollout_label){ STR("app"), STR("demo") };
    w->labels[2 * i + 1] = (struct rollout_label){ STR("k"), print(w->values + i * NAME, "v", i % MANY) };
    w->pods[i] = (struct rollout_pod){
        .object = { object->nodes, object->count },
        .phase = ROLLOUT_PHASE_RUNNING,
        .flags = kinds[i % 10] == BROKEN || kinds[i % 10] == OLD_BROKEN ? 0 : ROLLOUT_POD_READY,
        .ready_since_ms = 1700000000000 + (int64_t)(i * 7919 % w->n) * 1000,
        .created_ms = 1600000000000 + (int64_t)(i * 104729 % w->n) * 1000,
        .name = print(w->names + i * NAME, "demo-", i),
        .namespace_ = w->spaces[i % MANY].name,
        .node = STR("node"),
        .labels = { &w->labels[2 * i], 2, 0 },
    };
}

static struct world *make_world(size_t n)
{
    struct world *w = calloc(1, sizeof *w);
    w->n = n;
    w->pods = calloc(n, sizeof *w->pods);
    w->labels = calloc(2 * n, sizeof *w->labels);
    w->writes = calloc(n, sizeof *w->writes);
    w->names = calloc(n, NAME);
    w->values = calloc(n, NAME);
    w->keys = calloc(n, 2 * NAME);
    make_object(&w->objects[UPDATED], "{\"demo\":{\"hash\":\"H\"}}", "side:2", true, false);
    make_object(&w->objects[BROKEN], "{\"demo\":{\"hash\":\"H\"}}", "side:2", false, false);
    make_object(&w->objects[OLD], "{\"demo\":{\"hash\":\"O\"}}", "side:1", true, false);
    make_object(&w->objects[OLD_BROKEN], "{\"demo\":\"O\"}", "side:1", false, false);
    make_object(&w->objects[IMMUTABLE], "{}", "side:1", true, false);
    make_object(&w->objects[HOT], "{\"demo\":{\"hash\":\"H\"}}", "side:1", true, true);
    w->objects[IMMUTABLE].nodes[5].text = (struct rollout_str)STR("{}"); /* ...hash-without-image */
    make_containers(&w->containers, false);
    make_containers(&w->hot, true);
    w->namespaced = (struct rollout_label){ STR("team"), STR("a") };
    for (size_t i = 0; i < MANY; i++)
        w->spaces[i] = (struct rollout_namespace){ { "abcdefghijklmnopqrstuvwxyz" + i, 1 }, { &w->namespaced, 1, 0 } };
    for (size_t i = 0; i < n; i++)
        make_pod(w, i);
    w->revision = (struct rollout_revision){ .name = STR("demo-b"), .number = 2 };
    w->selected = w->labels[0];
    w->spec = (struct rollout_sidecarset){
        .struct_size = sizeof w->spec,
        .name = STR("demo"),
        .hash = STR("H"),
        .hash_without_image = STR("W"),
        .selector.match_labels = { &w->selected, 1, 0 },
        .max_unavailable = { ROLLOUT_INTSTR_TEXT, 0, STR("30%") },
        .containers = { w->containers.nodes, w->containers.count },
        .status = &w->status,
    };
    w->status.struct_size = sizeof w->status;
    w->snapshot = (struct rollout_snapshot){
        .struct_size = sizeof w->snapshot,
        .update_revision = 1,
        .now_ms = 1800000000000,
        .revisions = { &w->revision, 1, sizeof w->revision },
        .pods = { w->pods, n, sizeof *w->pods },
        .namespaces = { w->spaces, MANY, sizeof *w->spaces },
    };
    return w;
}

/* ---- strategies ---- */

static void rolling(struct world *w)
{
    (void)w;
}

static void all_at_once(struct world *w)
{
    w->spec.max_unavailable.text = (struct rollout_str)STR("100%");
}

static void half(struct world *w)
{
    w->spec.partition = (struct rollout_intstr){ ROLLOUT_INTSTR_TEXT, 0, STR("50%") };
}

static void paused(struct world *w)
{
    w->spec.flags |= ROLLOUT_SIDECARSET_PAUSED;
}

static void namespaces(struct world *w)
{
    w->spec.flags |= ROLLOUT_SIDECARSET_NAMESPACE_SELECTOR;
    w->spec.namespace_selector.match_labels = (struct rollout_labels){ &w->namespaced, 1, 0 };
}

static void weights(struct world *w)
{
    for (size_t i = 0; i < MANY; i++)
        w->weights[i] = (struct rollout_weight_term){ .weight = (int32_t)i,
                                                      .selector.match_labels = { &w->labels[2 * i + 1], 1, 0 } };
    w->spec.order.priority.weights = w->weights;
    w->spec.order.priority.weight_count = MANY;
}

static void scatter(struct world *w)
{
    w->terms[0] = (struct rollout_label){ STR("k"), STR("*") };
    w->spec.order.scatter = (struct rollout_labels){ w->terms, 1, 0 };
}

/* A value for each two pods: as many terms as half the pods. */
static void scatter_pairs(struct world *w)
{
    scatter(w);
    for (size_t i = 0; i < w->n; i++)
        w->labels[2 * i + 1].value = print(w->values + i * NAME, "v", i / 2);
}

static void scatter_each(struct world *w)
{
    scatter(w);
    for (size_t i = 0; i < w->n; i++)
        w->labels[2 * i + 1].value = print(w->values + i * NAME, "v", i);
}

static void hot(struct world *w)
{
    w->spec.containers = (struct rollout_tree){ w->hot.nodes, w->hot.count };
    for (size_t i = 0; i < w->n; i++)
        w->pods[i].object = (struct rollout_tree){ w->objects[HOT].nodes, w->objects[HOT].count };
}

static void in_flight(struct world *w)
{
    for (size_t i = 0; i < w->n; i++) {
        char *key = w->keys + i * 2 * NAME;
        int len = snprintf(key, 2 * NAME, "%.1s/demo-%zu", w->spaces[i % MANY].name.data, i);
        w->writes[w->n - 1 - i] = (struct rollout_in_flight){ .pod = { key, (size_t)len } };
    }
    w->snapshot.in_flight = (struct rollout_in_flights){ w->writes, w->n, sizeof *w->writes };
}

static void immutable(struct world *w)
{
    for (size_t i = 0; i < w->n; i++)
        w->pods[i].object = (struct rollout_tree){ w->objects[IMMUTABLE].nodes, w->objects[IMMUTABLE].count };
}

static const struct strategy {
    const char *name;
    void (*set)(struct world *w);
} strategies[] = {
    { "rolling", rolling },
    { "all at once", all_at_once },
    { "partition", half },
    { "paused", paused },
    { "20 namespaces", namespaces },
    { "20 weights", weights },
    { "spread over 20 values", scatter },
    { "spread, each two pods of a value", scatter_pairs },
    { "spread, each pod of its own value", scatter_each },
    { "all flip", hot },
    { "all in flight", in_flight },
    { "none upgradable", immutable },
};

static void *make(size_t n, const void *strategy, struct rollout_workload *ret_workload,
                  struct rollout_snapshot *ret_snapshot)
{
    struct world *w = make_world(n);
    ((const struct strategy *)strategy)->set(w);
    ret_workload->sidecarset = &w->spec;
    *ret_snapshot = w->snapshot;
    return w;
}

static void give_back(void *world)
{
    struct world *w = world;
    free(w->pods);
    free(w->labels);
    free(w->writes);
    free(w->names);
    free(w->values);
    free(w->keys);
    free(w);
}

int main(int argc, char **argv)
{
    size_t count = sizeof strategies / sizeof *strategies, failed = 0;
    printf("basic blocks a pod, times the world a tenth of it, bytes beside the plan; 1,000 first\n");
    for (size_t i = 0; i < count; i++)
        failed += !grows_within(strategies[i].name, make, give_back, &strategies[i], growth_most(argc, argv, i),
                                (struct growth_room){ SIZE_MAX, 4200 });
    printf("%zu strategies, %zu too much\n", count, failed);
    return failed > 0;
}
