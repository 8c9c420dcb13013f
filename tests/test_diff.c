/* SPDX-License-Identifier: Apache-2.0 */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <rollout/inplace.h>
#include <rollout/json.h>

#include "base/edit.h"
#include "base/tree.h"
#include "rules/diff.h"
#include "rules/metadata_patch.h"
#include "rules/template.h"

#define VERTICAL ROLLOUT_DIFF_VERTICAL_SCALING
#define ENV      ROLLOUT_DIFF_ENV_FROM_METADATA
#define CLAIMS   ROLLOUT_DIFF_COMPARE_CLAIMS

#define IMAGES    ROLLOUT_CHANGES_IMAGES
#define RESOURCES ROLLOUT_CHANGES_RESOURCES
#define METADATA  ROLLOUT_CHANGES_METADATA
#define FED       ROLLOUT_CHANGES_ENV
#define RESTARTS  ROLLOUT_CHANGES_RESTARTS

static struct rollout_json *parse(const char *text)
{
    struct rollout_json *json = NULL;
    struct rollout_error error = { .struct_size = sizeof error };
    int r = rollout_json_parse(text, strlen(text), &json, &error);

    ck_assert_msg(r == ROLLOUT_OK, "%s: %s", error.message, text);
    return json;
}

/* A revision's data around a template, both ends in quotes as C text. */
#define DATA(template)       "{\"spec\":{\"template\":" template "}}"
#define BOTH(metadata, spec) DATA("{\"$patch\":\"replace\",\"metadata\":" metadata ",\"spec\":" spec "}")
#define SPEC(spec)           BOTH("{\"creationTimestamp\":null}", spec)
#define META(metadata)       BOTH(metadata, "{\"containers\":[{\"name\":\"c\",\"resources\":{}}]}")
/* One container, its name and whatever else. */
#define ONE(members)       SPEC("{\"containers\":[{\"name\":\"a\"," members "}]}")
#define TWO(first, second) SPEC("{\"containers\":[{" first "},{" second "}]}")
#define RES(members)       ONE("\"resources\":{" members "}")
/* A cpu limit, a memory limit and what a change of one resource takes. */
#define RESIZED(cpu, memory, resource, policy)                                                                         \
    "\"resources\":{\"limits\":{\"cpu\":\"" cpu "\",\"memory\":\"" memory                                              \
    "\"}},\"resizePolicy\":[{\"resourceName\":\"" resource "\",\"restartPolicy\":\"" policy "\"}]"

static const struct verdict_case {
    const char *name, *old, *new;
    uint32_t flags, rule, operation, changes;
    const char *path;
} verdict_cases[] = {
    { "3 row 1 image of container 1", TWO("\"name\":\"a\",\"image\":\"x\"", "\"name\":\"b\",\"image\":\"y:1\""),
      TWO("\"name\":\"a\",\"image\":\"x\"", "\"name\":\"b\",\"image\":\"y:2\""), 0, 0, 0, IMAGES, "" },
    { "3 row 2 swap two containers", TWO("\"name\":\"a\",\"resources\":{}", "\"name\":\"b\",\"resources\":{}"),
      TWO("\"name\":\"b\",\"resources\":{}", "\"name\":\"a\",\"resources\":{}"), 0, ROLLOUT_DIFF_PATH,
      ROLLOUT_DIFF_REPLACE, 0, "/spec/containers/0/name" },
    { "3 row 3 swap without nested members", TWO("\"name\":\"a\"", "\"name\":\"b\""),
      TWO("\"name\":\"b\"", "\"name\":\"a\""), 0, ROLLOUT_DIFF_PATH, ROLLOUT_DIFF_REPLACE, 0,
      "/spec/containers/0/name" },
    { "3 row 4 append a container", ONE("\"image\":\"x\""), TWO("\"name\":\"a\",\"image\":\"x\"", "\"name\":\"b\""), 0,
      ROLLOUT_DIFF_PATH, ROLLOUT_DIFF_ADD, 0, "/spec/containers/1" },
    { "3 row 5 prepend a container", ONE("\"image\":\"x\""), TWO("\"name\":\"b\",\"image\":\"x\"", "\"name\":\"a\""), 0,
      ROLLOUT_DIFF_PATH, ROLLOUT_DIFF_REPLACE, 0, "/spec/containers/0/name" },
    { "3 row 6 image removed", ONE("\"image\":\"x\""), ONE("\"resources\":{}"), 0, ROLLOUT_DIFF_OPERATION,
      ROLLOUT_DIFF_REMOVE, 0, "/spec/containers/0/image" },
    { "3 row 6 image added", ONE("\"resources\":{}"), ONE("\"resources\":{},\"image\":\"x\""), 0,
      ROLLOUT_DIFF_OPERATION, ROLLOUT_DIFF_ADD, 0, "/spec/containers/0/image" },
    { "3 row 7 one arg changed", ONE("\"args\":[\"x\",\"y\",\"z\"]"), ONE("\"args\":[\"x\",\"w\",\"z\"]"), 0,
      ROLLOUT_DIFF_PATH, ROLLOUT_DIFF_REPLACE, 0, "/spec/containers/0/args/1" },
    { "3 row 7 one arg dropped from the middle", ONE("\"args\":[\"x\",\"y\",\"z\"]"), ONE("\"args\":[\"x\",\"z\"]"), 0,
      ROLLOUT_DIFF_PATH, ROLLOUT_DIFF_REMOVE, 0, "/spec/containers/0/args/1" },
    { "3 row 8 env value", ONE("\"env\":[{\"name\":\"k\",\"value\":\"1\"}]"),
      ONE("\"env\":[{\"name\":\"k\",\"value\":\"2\"}]"), 0, ROLLOUT_DIFF_PATH, ROLLOUT_DIFF_REPLACE, 0,
      "/spec/containers/0/env/0/value" },
    { "3 row 8 env entry inserted first", ONE("\"env\":[{\"name\":\"k\",\"value\":\"1\"}]"),
      ONE("\"env\":[{\"name\":\"j\",\"value\":\"1\"},{\"name\":\"k\",\"value\":\"1\"}]"), 0, ROLLOUT_DIFF_PATH,
      ROLLOUT_DIFF_ADD, 0, "/spec/containers/0/env/0" },
    { "3 row 9 init container image", SPEC("{\"initContainers\":[{\"name\":\"i\",\"image\":\"1\"}]}"),
      SPEC("{\"initContainers\":[{\"name\":\"i\",\"image\":\"2\"}]}"), 0, ROLLOUT_DIFF_PATH, ROLLOUT_DIFF_REPLACE, 0,
      "/spec/initContainers/0/image" },
    { "3 row 10 cpu limit, gate off", RES("\"limits\":{\"cpu\":\"1\"}"), RES("\"limits\":{\"cpu\":\"2\"}"), 0,
      ROLLOUT_DIFF_GATE, ROLLOUT_DIFF_REPLACE, 0, "/spec/containers/0/resources/limits/cpu" },
    { "3 row 10 cpu limit, gate on", RES("\"limits\":{\"cpu\":\"1\"}"), RES("\"limits\":{\"cpu\":\"2\"}"), VERTICAL, 0,
      0, RESOURCES, "" },
    { "3 row 11 memory limit added", RES("\"limits\":{\"cpu\":\"1\"}"),
      RES("\"limits\":{\"cpu\":\"1\",\"memory\":\"1Gi\"}"), VERTICAL, ROLLOUT_DIFF_OPERATION, ROLLOUT_DIFF_ADD, 0,
      "/spec/containers/0/resources/limits/memory" },
    { "3 row 11 limits added to {}", RES(""), RES("\"limits\":{\"cpu\":\"1\"}"), VERTICAL, ROLLOUT_DIFF_PATH,
      ROLLOUT_DIFF_ADD, 0, "/spec/containers/0/resources/limits" },
    { "3 row 12 extended resource", RES("\"limits\":{\"x.io/gpu\":\"1\"}"), RES("\"limits\":{\"x.io/gpu\":\"2\"}"),
      VERTICAL, ROLLOUT_DIFF_QUANTITY, ROLLOUT_DIFF_REPLACE, 0, "/spec/containers/0/resources/limits/x.io~1gpu" },
    { "3 row 13 label changed", META("{\"labels\":{\"k\":\"1\"}}"), META("{\"labels\":{\"k\":\"2\"}}"), ENV, 0, 0,
      METADATA, "" },
    { "3 row 13 label added", META("{\"labels\":{\"k\":\"1\"}}"), META("{\"labels\":{\"k\":\"1\",\"l\":\"2\"}}"), ENV,
      0, 0, METADATA, "" },
    { "3 row 13 label removed", META("{\"labels\":{\"k\":\"1\",\"l\":\"2\"}}"), META("{\"labels\":{\"k\":\"1\"}}"), ENV,
      0, 0, METADATA, "" },
    { "3 row 14 first label", META("{\"creationTimestamp\":null}"),
      META("{\"creationTimestamp\":null,\"labels\":{\"k\":\"1\"}}"), ENV, 0, 0, METADATA, "" },
    { "3 row 15 finalizer removed", META("{\"finalizers\":[\"a\",\"b\"]}"), META("{\"finalizers\":[\"b\"]}"), ENV, 0, 0,
      METADATA, "" },
    { "3 row 16 creationTimestamp null dropped", META("{\"creationTimestamp\":null}"), META("{}"), ENV, 0, 0, METADATA,
      "" },
    { "3 row 17 nothing", ONE("\"image\":\"x\""), ONE("\"image\":\"x\""), ENV, 0, 0, 0, "" },

    { "4.1 step 2 no template", "{}", ONE("\"image\":\"x\""), 0, ROLLOUT_DIFF_BROKEN, 0, 0, "" },
    { "4.1 step 2 no object", ONE("\"image\":\"x\""), "[1]", 0, ROLLOUT_DIFF_BROKEN, 0, 0, "" },
    { "4.1 step 4 labels that are no texts", META("{\"labels\":{\"k\":1}}"), META("{\"labels\":{\"k\":2}}"), 0,
      ROLLOUT_DIFF_BROKEN, 0, 0, "" },
    { "4.1 step 4 a container that is none", SPEC("{\"containers\":[1]}"), SPEC("{\"containers\":[1]}"), 0,
      ROLLOUT_DIFF_BROKEN, 0, 0, "" },
    { "4.1 step 6 QoS class changes to Guaranteed",
      RES("\"limits\":{\"cpu\":\"1\",\"memory\":\"1Gi\"},\"requests\":{\"cpu\":\"500m\",\"memory\":\"1Gi\"}"),
      RES("\"limits\":{\"cpu\":\"1\",\"memory\":\"1Gi\"},\"requests\":{\"cpu\":\"1\",\"memory\":\"1Gi\"}"), VERTICAL,
      ROLLOUT_DIFF_QOS, ROLLOUT_DIFF_REPLACE, 0, "/spec/containers/0/resources/requests/cpu" },
    { "4.1 step 6 quantities that are numbers: both Guaranteed",
      RES("\"limits\":{\"cpu\":\"1\",\"memory\":1024},\"requests\":{\"cpu\":\"1\",\"memory\":1024}"),
      RES("\"limits\":{\"cpu\":\"2\",\"memory\":1024},\"requests\":{\"cpu\":\"2\",\"memory\":1024}"), VERTICAL, 0, 0,
      RESOURCES, "" },
    { "4.1 step 6 a number and a text: no more Guaranteed",
      RES("\"limits\":{\"cpu\":\"1\",\"memory\":1024},\"requests\":{\"cpu\":\"1\",\"memory\":\"1Ki\"}"),
      RES("\"limits\":{\"cpu\":\"2\",\"memory\":1024},\"requests\":{\"cpu\":\"1\",\"memory\":\"1Ki\"}"), VERTICAL,
      ROLLOUT_DIFF_QOS, ROLLOUT_DIFF_REPLACE, 0, "/spec/containers/0/resources/limits/cpu" },
    { "4.1 step 6 what is below zero counts for nothing",
      RES("\"limits\":{\"cpu\":\"1\"},\"requests\":{\"memory\":-12}"),
      RES("\"limits\":{\"cpu\":\"0\"},\"requests\":{\"memory\":-12}"), VERTICAL, ROLLOUT_DIFF_QOS, ROLLOUT_DIFF_REPLACE,
      0, "/spec/containers/0/resources/limits/cpu" },
    { "4.2 metadata missing in one", DATA("{\"spec\":{}}"), DATA("{\"metadata\":{},\"spec\":{}}"), 0, ROLLOUT_DIFF_PATH,
      ROLLOUT_DIFF_ADD, 0, "/metadata" },
    { "4.2 spec missing in one", DATA("{\"metadata\":{},\"spec\":{}}"), DATA("{\"metadata\":{}}"), 0, ROLLOUT_DIFF_PATH,
      ROLLOUT_DIFF_REMOVE, 0, "/spec" },
    { "4.2 $patch", DATA("{\"$patch\":\"replace\"}"), DATA("{\"$patch\":\"merge\"}"), 0, ROLLOUT_DIFF_PATH,
      ROLLOUT_DIFF_REPLACE, 0, "/$patch" },
    { "4.2 add under spec", SPEC("{}"), SPEC("{\"nodeSelector\":{\"a\":\"b\"}}"), 0, ROLLOUT_DIFF_PATH,
      ROLLOUT_DIFF_ADD, 0, "/spec/nodeSelector" },
    { "4.2 null is there, absent is not", SPEC("{\"x\":null}"), SPEC("{}"), 0, ROLLOUT_DIFF_PATH, ROLLOUT_DIFF_REMOVE,
      0, "/spec/x" },
    { "4.2 both null", SPEC("{\"x\":null}"), SPEC("{\"x\":null}"), 0, 0, 0, 0, "" },
    { "4.2 null becomes a value", SPEC("{\"x\":null}"), SPEC("{\"x\":1}"), 0, ROLLOUT_DIFF_PATH, ROLLOUT_DIFF_ADD, 0,
      "/spec/x" },
    { "4.2 value becomes null", SPEC("{\"x\":1}"), SPEC("{\"x\":null}"), 0, ROLLOUT_DIFF_PATH, ROLLOUT_DIFF_REPLACE, 0,
      "/spec/x" },
    { "4.2 types differ", SPEC("{\"x\":[1]}"), SPEC("{\"x\":{\"a\":1}}"), 0, ROLLOUT_DIFF_PATH, ROLLOUT_DIFF_REPLACE, 0,
      "/spec/x" },
    { "4.2 numbers are doubles", SPEC("{\"x\":1}"), SPEC("{\"x\":1.0}"), 0, 0, 0, 0, "" },
    { "4.2 order of members does not matter", SPEC("{\"x\":1,\"y\":2}"), SPEC("{\"y\":2,\"x\":1}"), 0, 0, 0, 0, "" },
    { "4.2 escapes in a path", SPEC("{\"a~b/c\":1}"), SPEC("{\"a~b/c\":2}"), 0, ROLLOUT_DIFF_PATH, ROLLOUT_DIFF_REPLACE,
      0, "/spec/a~0b~1c" },
    { "4.2 image null", ONE("\"image\":\"x\""), ONE("\"image\":null"), 0, ROLLOUT_DIFF_PATH, ROLLOUT_DIFF_REPLACE, 0,
      "/spec/containers/0/image" },
    { "4.2 beside the template", "{\"spec\":{\"replicas\":1,\"template\":{\"spec\":{}}}}",
      "{\"spec\":{\"replicas\":2,\"template\":{\"spec\":{}}}}", 0, ROLLOUT_DIFF_PATH, ROLLOUT_DIFF_REPLACE, 0,
      "/spec/replicas" },
    { "4.4 metadata of the document counts as the template's",
      "{\"metadata\":{\"a\":\"1\"},\"spec\":{\"template\":{\"spec\":{}}}}",
      "{\"metadata\":{\"a\":\"2\"},\"spec\":{\"template\":{\"spec\":{}}}}", 0, 0, 0, METADATA, "" },
    /* Members are in no order: the least key is named, however they lie. */
    { "4.2 the later of the old ones", SPEC("{\"b\":1,\"a\":1}"), SPEC("{\"a\":2,\"b\":2}"), 0, ROLLOUT_DIFF_PATH,
      ROLLOUT_DIFF_REPLACE, 0, "/spec/a" },
    { "4.2 the earlier of the old ones", SPEC("{\"a\":1,\"b\":1}"), SPEC("{\"b\":2,\"a\":2}"), 0, ROLLOUT_DIFF_PATH,
      ROLLOUT_DIFF_REPLACE, 0, "/spec/a" },
    { "4.2 one that only the new one has", SPEC("{\"b\":1}"), SPEC("{\"a\":2,\"b\":2}"), 0, ROLLOUT_DIFF_PATH,
      ROLLOUT_DIFF_ADD, 0, "/spec/a" },
    { "4.2 not one that only the new one has", SPEC("{\"b\":1}"), SPEC("{\"c\":2,\"b\":2}"), 0, ROLLOUT_DIFF_PATH,
      ROLLOUT_DIFF_REPLACE, 0, "/spec/b" },
    { "4.2 what is refused, not what is resized after it",
      ONE("\"tty\":true,\"resources\":{\"requests\":{\"cpu\":\"1\"}}"),
      ONE("\"tty\":false,\"resources\":{\"requests\":{\"cpu\":\"2\"}}"), VERTICAL, ROLLOUT_DIFF_PATH,
      ROLLOUT_DIFF_REPLACE, 0, "/spec/containers/0/tty" },
    { "4.3 of what is resized the least is named",
      RES("\"requests\":{\"memory\":\"1Gi\",\"cpu\":\"500m\"},\"limits\":{\"memory\":\"2Gi\",\"cpu\":\"2\"}"),
      RES("\"requests\":{\"memory\":\"3Gi\",\"cpu\":\"1\"},\"limits\":{\"memory\":\"3Gi\",\"cpu\":\"1\"}"), VERTICAL,
      ROLLOUT_DIFF_QOS, ROLLOUT_DIFF_REPLACE, 0, "/spec/containers/0/resources/limits/cpu" },
    { "4.3 of the first container that is resized",
      TWO("\"name\":\"a\",\"resources\":{\"requests\":{\"memory\":\"1\"}}",
          "\"name\":\"b\",\"resources\":{\"requests\":{\"cpu\":\"1\"}}"),
      TWO("\"name\":\"a\",\"resources\":{\"requests\":{\"memory\":\"0\"}}",
          "\"name\":\"b\",\"resources\":{\"requests\":{\"cpu\":\"0\"}}"),
      VERTICAL, ROLLOUT_DIFF_QOS, ROLLOUT_DIFF_REPLACE, 0, "/spec/containers/0/resources/requests/memory" },

    { "4.3 claims are too deep", RES("\"claims\":[{\"name\":\"x\"}]"), RES("\"claims\":[{\"name\":\"y\"}]"), VERTICAL,
      ROLLOUT_DIFF_PATH, ROLLOUT_DIFF_REPLACE, 0, "/spec/containers/0/resources/claims/0/name" },
    { "4.3 add", RES("\"requests\":{\"cpu\":\"1\"}"), RES("\"requests\":{\"cpu\":\"1\",\"memory\":\"1\"}"), VERTICAL,
      ROLLOUT_DIFF_OPERATION, ROLLOUT_DIFF_ADD, 0, "/spec/containers/0/resources/requests/memory" },
    { "4.3 remove", RES("\"requests\":{\"cpu\":\"1\",\"memory\":\"1\"}"), RES("\"requests\":{\"cpu\":\"1\"}"), VERTICAL,
      ROLLOUT_DIFF_OPERATION, ROLLOUT_DIFF_REMOVE, 0, "/spec/containers/0/resources/requests/memory" },
    { "4.3 null", RES("\"requests\":{\"cpu\":\"1\"}"), RES("\"requests\":{\"cpu\":null}"), VERTICAL,
      ROLLOUT_DIFF_QUANTITY, ROLLOUT_DIFF_REPLACE, 0, "/spec/containers/0/resources/requests/cpu" },
    { "4.3 no quantity", RES("\"requests\":{\"cpu\":\"1\"}"), RES("\"requests\":{\"cpu\":\"1x\"}"), VERTICAL,
      ROLLOUT_DIFF_QUANTITY, ROLLOUT_DIFF_REPLACE, 0, "/spec/containers/0/resources/requests/cpu" },
    { "4.3 equal amounts that are spelled otherwise", RES("\"requests\":{\"cpu\":\"1\"}"),
      RES("\"requests\":{\"cpu\":\"1000m\"}"), VERTICAL, 0, 0, RESOURCES, "" },
    { "4.3 Burstable stays Burstable", RES("\"requests\":{\"cpu\":\"1\"}"), RES("\"requests\":{\"cpu\":\"9\"}"),
      VERTICAL, 0, 0, RESOURCES, "" },
    { "4.3 to no request at all: BestEffort", RES("\"requests\":{\"cpu\":\"1\"}"), RES("\"requests\":{\"cpu\":\"0\"}"),
      VERTICAL, ROLLOUT_DIFF_QOS, ROLLOUT_DIFF_REPLACE, 0, "/spec/containers/0/resources/requests/cpu" },

    { "14 both containers to Guaranteed",
      TWO("\"name\":\"a\",\"resources\":{\"limits\":{\"cpu\":\"1\",\"memory\":\"1\"},\"requests\":{\"cpu\":\"1m\","
          "\"memory\":\"1\"}}",
          "\"name\":\"b\",\"resources\":{\"limits\":{\"cpu\":\"1\",\"memory\":\"1\"},\"requests\":{\"cpu\":\"1m\","
          "\"memory\":\"1\"}}"),
      TWO("\"name\":\"a\",\"resources\":{\"limits\":{\"cpu\":\"1\",\"memory\":\"1\"},\"requests\":{\"cpu\":\"1\","
          "\"memory\":\"1\"}}",
          "\"name\":\"b\",\"resources\":{\"limits\":{\"cpu\":\"1\",\"memory\":\"1\"},\"requests\":{\"cpu\":\"1\","
          "\"memory\":\"1\"}}"),
      VERTICAL, ROLLOUT_DIFF_QOS, ROLLOUT_DIFF_REPLACE, 0, "/spec/containers/0/resources/requests/cpu" },
    { "14 one of two to Guaranteed",
      TWO("\"name\":\"a\",\"resources\":{\"limits\":{\"cpu\":\"1\",\"memory\":\"1\"},\"requests\":{\"cpu\":\"1m\","
          "\"memory\":\"1\"}}",
          "\"name\":\"b\",\"resources\":{\"limits\":{\"cpu\":\"1\",\"memory\":\"1\"},\"requests\":{\"cpu\":\"1m\","
          "\"memory\":\"1\"}}"),
      TWO("\"name\":\"a\",\"resources\":{\"limits\":{\"cpu\":\"1\",\"memory\":\"1\"},\"requests\":{\"cpu\":\"1\","
          "\"memory\":\"1\"}}",
          "\"name\":\"b\",\"resources\":{\"limits\":{\"cpu\":\"1\",\"memory\":\"1\"},\"requests\":{\"cpu\":\"1m\","
          "\"memory\":\"1\"}}"),
      VERTICAL, 0, 0, RESOURCES, "" },
    { "8.1 row 4 cpu restarts", ONE(RESIZED("1", "1", "cpu", "RestartContainer")),
      ONE(RESIZED("2", "1", "cpu", "RestartContainer")), VERTICAL, 0, 0, RESOURCES | RESTARTS, "" },
    { "8.1 row 4 memory restarts", ONE(RESIZED("1", "1", "memory", "RestartContainer")),
      ONE(RESIZED("1", "2", "memory", "RestartContainer")), VERTICAL, 0, 0, RESOURCES | RESTARTS, "" },
    { "8.1 row 3 cpu does not restart", ONE(RESIZED("1", "1", "cpu", "NotRequired")),
      ONE(RESIZED("2", "1", "cpu", "NotRequired")), VERTICAL, 0, 0, RESOURCES, "" },
    { "8.1 row 3 another resource changes", ONE(RESIZED("1", "1", "cpu", "RestartContainer")),
      ONE(RESIZED("1", "2", "cpu", "RestartContainer")), VERTICAL, 0, 0, RESOURCES, "" },
    { "8.1 row 3 another container changes",
      TWO("\"name\":\"a\"," RESIZED("1", "1", "cpu", "RestartContainer"),
          "\"name\":\"b\"," RESIZED("1", "1", "memory", "RestartContainer")),
      TWO("\"name\":\"a\"," RESIZED("1", "1", "cpu", "RestartContainer"),
          "\"name\":\"b\"," RESIZED("2", "1", "memory", "RestartContainer")),
      VERTICAL, 0, 0, RESOURCES, "" },
    { "8.1 row 4 one of two containers",
      TWO("\"name\":\"a\"," RESIZED("1", "1", "cpu", "RestartContainer"),
          "\"name\":\"b\"," RESIZED("1", "1", "cpu", "RestartContainer")),
      TWO("\"name\":\"a\"," RESIZED("1", "1", "cpu", "RestartContainer"),
          "\"name\":\"b\"," RESIZED("2", "1", "cpu", "RestartContainer")),
      VERTICAL, 0, 0, RESOURCES | RESTARTS, "" },
    { "8.1 row 2 an image changes as well", ONE("\"image\":\"x:1\"," RESIZED("1", "1", "cpu", "RestartContainer")),
      ONE("\"image\":\"x:2\"," RESIZED("2", "1", "cpu", "RestartContainer")), VERTICAL, 0, 0,
      IMAGES | RESOURCES | RESTARTS, "" },
    { "8.1 only an image changes", ONE("\"image\":\"x:1\"," RESIZED("1", "1", "cpu", "RestartContainer")),
      ONE("\"image\":\"x:2\"," RESIZED("1", "1", "cpu", "RestartContainer")), VERTICAL, 0, 0, IMAGES, "" },
    { "8.1 row 1 gate off", ONE(RESIZED("1", "1", "cpu", "RestartContainer")),
      ONE(RESIZED("2", "1", "cpu", "RestartContainer")), 0, ROLLOUT_DIFF_GATE, ROLLOUT_DIFF_REPLACE, 0,
      "/spec/containers/0/resources/limits/cpu" },
    { "14 any other field", ONE("\"imagePullPolicy\":\"Always\""), ONE("\"imagePullPolicy\":\"Never\""), VERTICAL,
      ROLLOUT_DIFF_PATH, ROLLOUT_DIFF_REPLACE, 0, "/spec/containers/0/imagePullPolicy" },

    { "a revision object", "{\"metadata\":{\"name\":\"r1\"},\"data\":" ONE("\"image\":\"1\"") ",\"revision\":1}",
      "{\"metadata\":{\"name\":\"r2\"},\"data\":" ONE("\"image\":\"2\"") ",\"revision\":2}", 0, 0, 0, IMAGES, "" },
};

START_TEST(test_verdict)
{
    const struct verdict_case *c = &verdict_cases[_i];
    struct rollout_json *old = parse(c->old), *new = parse(c->new);
    struct rollout_str none = { NULL, 0 };
    struct ro_diff_verdict v;

    ro_diff_verdict(rollout_json_tree(old)->nodes, rollout_json_tree(new)->nodes, none, none, c->flags, &v);
    ck_assert_msg(v.rule == c->rule && v.operation == c->operation && v.flags == c->changes,
                  "%s: rule %u operation %u flags %u", c->name, v.rule, v.operation, v.flags);
    ck_assert_msg(v.path_len == strlen(c->path) && memcmp(v.path, c->path, v.path_len) == 0, "%s: %.*s", c->name,
                  (int)v.path_len, v.path);

    /* The full difference says the same. */
    struct rollout_diff_options options = { sizeof options, c->flags };
    struct rollout_diff *diff;
    ck_assert_int_eq(rollout_diff(rollout_json_tree(old), rollout_json_tree(new), &options, &diff, NULL), ROLLOUT_OK);
    ck_assert_uint_eq(diff->rule, c->rule);
    ck_assert_uint_eq(diff->operation, c->operation);
    ck_assert_uint_eq(diff->flags, c->changes);
    if (c->rule != ROLLOUT_DIFF_BROKEN) /* then see test_forms */
        ck_assert(diff->path.len == strlen(c->path) &&
                  memcmp(diff->path.len ? diff->path.data : "", c->path, diff->path.len) == 0);
    rollout_diff_free(diff);
    rollout_json_free(old);
    rollout_json_free(new);
}
END_TEST

/* A template with one image, and the forms in which it may come. */
#define BARE(image) "{\"metadata\":{\"labels\":{\"a\":\"b\"}},\"spec\":{\"containers\":[" PLAIN(image) "]}}"
#define PATCHED(image)                                                                                                 \
    "{\"$patch\":\"replace\",\"metadata\":{\"labels\":{\"a\":\"b\"}},\"spec\":{\"containers\":[" PLAIN(image) "]}}"
#define PLAIN(image)    "{\"name\":\"a\",\"image\":\"" image "\"}"
#define REVISION(image) "{\"kind\":\"ControllerRevision\",\"data\":" DATA(PATCHED(image)) ",\"revision\":1}"
#define WORKLOAD(more, template)                                                                                       \
    "{\"kind\":\"CloneSet\",\"metadata\":{\"name\":\"w\"},\"spec\":{" more "\"template\":" template "},\"status\":{}}"
#define POD_TEMPLATE(template) "{\"kind\":\"PodTemplate\",\"metadata\":{\"name\":\"t\"},\"template\":" template "}"
#define HOST                   "{\"metadata\":{\"labels\":{\"a\":\"b\"}},\"spec\":{\"hostNetwork\":true,\"containers\":[" PLAIN("1") "]}}"

static const struct {
    const char *name, *old, *new;
    uint32_t rule, operation, changes;
    const char *path;
} form_cases[] = {
    { "bare, bare", BARE("1"), BARE("2"), 0, 0, IMAGES, "" },
    { "revision, workload", REVISION("1"), WORKLOAD("\"replicas\":3,", BARE("2")), 0, 0, IMAGES, "" },
    { "workload, revision", WORKLOAD("\"replicas\":3,", BARE("1")), REVISION("2"), 0, 0, IMAGES, "" },
    { "revision, the same in a workload", REVISION("1"), WORKLOAD("", BARE("1")), 0, 0, 0, "" },
    { "revision, bare", REVISION("1"), BARE("2"), 0, 0, IMAGES, "" },
    { "data, bare", DATA(PATCHED("1")), BARE("2"), 0, 0, IMAGES, "" },
    { "data, workload", DATA(PATCHED("1")), WORKLOAD("", BARE("2")), 0, 0, IMAGES, "" },
    { "bare, data", BARE("1"), DATA(PATCHED("2")), 0, 0, IMAGES, "" },
    { "workload, workload", WORKLOAD("\"replicas\":3,", BARE("1")), WORKLOAD("\"paused\":true,", BARE("2")), 0, 0,
      IMAGES, "" },
    { "revision, PodTemplate", REVISION("1"), POD_TEMPLATE(BARE("2")), 0, 0, IMAGES, "" },
    { "PodTemplate, PodTemplate", POD_TEMPLATE(BARE("1")), POD_TEMPLATE(BARE("2")), 0, 0, IMAGES, "" },
    { "workload with $patch too", REVISION("1"), WORKLOAD("", PATCHED("2")), 0, 0, IMAGES, "" },
    { "another $patch", DATA("{\"$patch\":\"merge\",\"spec\":{}}"),
      WORKLOAD("", "{\"$patch\":\"replace\",\"spec\":{}}"), ROLLOUT_DIFF_PATH, ROLLOUT_DIFF_REPLACE, 0, "/$patch" },
    { "only a $patch of the template itself", DATA("{\"spec\":{\"$patch\":\"replace\"}}"), "{\"spec\":{}}",
      ROLLOUT_DIFF_PATH, ROLLOUT_DIFF_REMOVE, 0, "/spec/$patch" },
    { "revision, workload, not possible", REVISION("1"), WORKLOAD("\"replicas\":3,", HOST), ROLLOUT_DIFF_PATH,
      ROLLOUT_DIFF_ADD, 0, "/spec/hostNetwork" },
    { "of two revisions $patch counts", REVISION("1"), DATA(BARE("1")), ROLLOUT_DIFF_PATH, ROLLOUT_DIFF_REMOVE, 0,
      "/$patch" },
    { "of two revisions what is beside the template counts", DATA(PATCHED("1")),
      "{\"spec\":{\"replicas\":1,\"template\":" PATCHED("1") "}}", ROLLOUT_DIFF_PATH, ROLLOUT_DIFF_ADD, 0,
      "/spec/replicas" },

    { "nothing", "{}", REVISION("1"), ROLLOUT_DIFF_BROKEN, 0, 0, "old" },
    { "nothing in the new one", REVISION("1"), "{}", ROLLOUT_DIFF_BROKEN, 0, 0, "new" },
    { "nothing in both", "{}", "[]", ROLLOUT_DIFF_BROKEN, 0, 0, "old" },
    { "a revision without data", REVISION("1"), "{\"kind\":\"ControllerRevision\",\"revision\":1}", ROLLOUT_DIFF_BROKEN,
      0, 0, "new" },
    { "a workload without a template", REVISION("1"), "{\"kind\":\"CloneSet\",\"spec\":{\"replicas\":1}}",
      ROLLOUT_DIFF_BROKEN, 0, 0, "new" },
    { "a template that is none", WORKLOAD("", "3"), REVISION("1"), ROLLOUT_DIFF_BROKEN, 0, 0, "old" },
    { "a PodTemplate without one", "{\"kind\":\"PodTemplate\",\"spec\":{\"containers\":[]}}", REVISION("1"),
      ROLLOUT_DIFF_BROKEN, 0, 0, "old" },
    { "a ConfigMap", REVISION("1"), "{\"kind\":\"ConfigMap\",\"data\":{\"spec\":\"x\"}}", ROLLOUT_DIFF_BROKEN, 0, 0,
      "new" },
    { "unreadable labels", META("{\"labels\":{\"k\":1}}"), META("{\"labels\":{\"k\":2}}"), ROLLOUT_DIFF_BROKEN, 0, 0,
      "old" },
    { "unreadable labels in the new one", META("{}"), META("{\"labels\":{\"k\":2}}"), ROLLOUT_DIFF_BROKEN, 0, 0,
      "new" },
};

START_TEST(test_forms)
{
    struct rollout_json *old = parse(form_cases[_i].old), *new = parse(form_cases[_i].new);
    struct rollout_diff_options options = { sizeof options, ENV };
    struct rollout_diff *diff;
    const char *path = form_cases[_i].path;

    ck_assert_int_eq(rollout_diff(rollout_json_tree(old), rollout_json_tree(new), &options, &diff, NULL), ROLLOUT_OK);
    ck_assert_msg(diff->rule == form_cases[_i].rule && diff->operation == form_cases[_i].operation &&
                      diff->flags == form_cases[_i].changes,
                  "%s: rule %u operation %u flags %u", form_cases[_i].name, diff->rule, diff->operation, diff->flags);
    ck_assert_msg(diff->path.len == strlen(path) &&
                      memcmp(diff->path.len ? diff->path.data : "", path, diff->path.len) == 0,
                  "%s: %.*s", form_cases[_i].name, (int)diff->path.len, diff->path.data);
    ck_assert_int_eq(diff->metadata_patch.count, 0);
    rollout_diff_free(diff);
    rollout_json_free(old);
    rollout_json_free(new);
}
END_TEST

/* inplace.md 6. ignored: InPlaceOnly, which takes the flag away; NULL: the revision has no hash. */
static const struct {
    const char *name, *old, *new;
    uint32_t flags, rule;
} claims_cases[] = {
    { "6 row 1 gate off", "1", "2", 0, ROLLOUT_DIFF_POSSIBLE },
    { "6 row 3 old missing", NULL, "2", CLAIMS, ROLLOUT_DIFF_POSSIBLE },
    { "6 row 4 new missing", "1", NULL, CLAIMS, ROLLOUT_DIFF_POSSIBLE },
    { "6 row 5 equal", "1", "1", CLAIMS, ROLLOUT_DIFF_POSSIBLE },
    { "6 row 5 both empty", "", "", CLAIMS, ROLLOUT_DIFF_POSSIBLE },
    { "6 row 6 differ", "1", "2", CLAIMS, ROLLOUT_DIFF_CLAIMS },
    { "6 row 6 one empty", "", "2", CLAIMS, ROLLOUT_DIFF_CLAIMS },
};

static struct rollout_json *revision_with(const char *hash)
{
    char text[300];

    snprintf(text, sizeof text, "{\"metadata\":{\"annotations\":{%s%s%s}},\"data\":%s}",
             hash ? "\"kruise.io/cloneset-volumeclaimtemplate-hash\":\"" : "", hash ? hash : "", hash ? "\"" : "",
             ONE("\"image\":\"x\""));
    return parse(text);
}

START_TEST(test_claims)
{
    struct rollout_json *old = revision_with(claims_cases[_i].old), *new = revision_with(claims_cases[_i].new);
    struct rollout_diff_options options = { sizeof options, claims_cases[_i].flags };
    struct rollout_diff *diff;

    ck_assert_int_eq(rollout_diff(rollout_json_tree(old), rollout_json_tree(new), &options, &diff, NULL), ROLLOUT_OK);
    ck_assert_msg(diff->rule == claims_cases[_i].rule, "%s: %u", claims_cases[_i].name, diff->rule);
    rollout_diff_free(diff);
    rollout_json_free(old);
    rollout_json_free(new);
}
END_TEST

/* A template with labels, annotations or more, and one container whose environment it feeds. */
#define FEEDS(metadata, env) BOTH(metadata, "{\"containers\":[{\"name\":\"c\",\"env\":[" env "],\"resources\":{}}]}")
#define FROM(name, path)     "{\"name\":\"" name "\",\"valueFrom\":{\"fieldRef\":{\"fieldPath\":\"" path "\"}}}"

static const struct patch_case {
    const char *name, *old, *new;
    uint32_t flags;
    const char *patch; /* "" = none */
    const char *fed;   /* labels, then annotations of the only container */
} patch_cases[] = {
    { "5.1 pinned by TestCalculateInPlaceUpdateSpec",
      META("{\"labels\":{\"k\":\"v\",\"k2\":\"v2\"},\"finalizers\":[\"fz1\",\"fz2\"]}"),
      META("{\"labels\":{\"k\":\"v\",\"k1\":\"v1\"},\"finalizers\":[\"fz2\"]}"), ENV,
      "{\"metadata\":{\"$deleteFromPrimitiveList/finalizers\":[\"fz1\"],\"$setElementOrder/finalizers\":[\"fz2\"],"
      "\"labels\":{\"k1\":\"v1\",\"k2\":null}}}",
      "" },
    { "5.1 no metadata change", META("{\"labels\":{\"k\":\"v\"}}"), META("{\"labels\":{\"k\":\"v\"}}"), ENV, "", "" },
    { "5.1 row 1 changed, new, removed", META("{\"annotations\":{\"a\":\"1\",\"b\":\"2\",\"z\":\"0\"}}"),
      META("{\"annotations\":{\"z\":\"0\",\"b\":\"3\",\"c\":\"4\"}}"), ENV,
      "{\"metadata\":{\"annotations\":{\"a\":null,\"b\":\"3\",\"c\":\"4\"}}}", "" },
    { "5.1 row 2 the whole map gone", META("{\"labels\":{\"k\":\"v\"},\"annotations\":{\"a\":\"1\"}}"), META("{}"), ENV,
      "{\"metadata\":{\"annotations\":null,\"labels\":null}}", "" },
    { "5.1 row 2 emptied", META("{\"labels\":{\"k\":\"v\"}}"), META("{\"labels\":{}}"), ENV,
      "{\"metadata\":{\"labels\":null}}", "" },
    { "5.1 row 3 finalizers added and moved", META("{\"finalizers\":[\"a\",\"b\"]}"),
      META("{\"finalizers\":[\"c\",\"b\",\"a\"]}"), ENV,
      "{\"metadata\":{\"$setElementOrder/finalizers\":[\"c\",\"b\",\"a\"],\"finalizers\":[\"c\"]}}", "" },
    { "5.1 row 3 only their order, unless it becomes the sorted one", META("{\"finalizers\":[\"b\",\"c\",\"a\"]}"),
      META("{\"finalizers\":[\"b\",\"a\",\"c\"]}"), ENV,
      "{\"metadata\":{\"$setElementOrder/finalizers\":[\"b\",\"a\",\"c\"]}}", "" },
    { "5.1 row 3 the old one sorted", META("{\"finalizers\":[\"b\",\"c\",\"a\"]}"),
      META("{\"finalizers\":[\"a\",\"b\",\"c\"]}"), ENV, "{}", "" },
    { "5.1 row 3 unchanged and not sorted", META("{\"name\":\"x\",\"finalizers\":[\"b\",\"a\"]}"),
      META("{\"name\":\"y\",\"finalizers\":[\"b\",\"a\"]}"), ENV,
      "{\"metadata\":{\"$setElementOrder/finalizers\":[\"b\",\"a\"],\"name\":\"y\"}}", "" },
    { "5.1 row 3 first finalizer", META("{}"), META("{\"finalizers\":[\"a\"]}"), ENV,
      "{\"metadata\":{\"finalizers\":[\"a\"]}}", "" },
    { "5.1 row 3 last finalizer", META("{\"finalizers\":[\"a\"]}"), META("{}"), ENV,
      "{\"metadata\":{\"finalizers\":null}}", "" },
    { "5.1 row 4 other fields", META("{\"name\":\"x\",\"namespace\":\"n\"}"), META("{\"name\":\"y\"}"), ENV,
      "{\"metadata\":{\"name\":\"y\",\"namespace\":null}}", "" },
    { "5.1 row 4 an empty one is as good as none", META("{\"name\":\"\",\"namespace\":\"n\",\"uid\":\"\"}"),
      META("{\"name\":\"y\",\"namespace\":\"\"}"), ENV, "{\"metadata\":{\"name\":\"y\",\"namespace\":null}}", "" },
    { "5.1 row 4 one that does not change", META("{\"name\":\"x\",\"generateName\":\"a\"}"),
      META("{\"name\":\"x\",\"generateName\":\"b\"}"), ENV, "{\"metadata\":{\"generateName\":\"b\"}}", "" },
    { "5.1 row 5 nothing left", META("{\"creationTimestamp\":null}"), META("{}"), ENV, "{}", "" },

    { "5.2 a label feeds an environment",
      FEEDS("{\"labels\":{\"k\":\"1\",\"l\":\"1\"}}", FROM("E", "metadata.labels['k']")),
      FEEDS("{\"labels\":{\"k\":\"2\",\"l\":\"2\"}}", FROM("E", "metadata.labels['k']")), ENV,
      "{\"metadata\":{\"labels\":{\"l\":\"2\"}}}", "k=2;" },
    { "5.2 an annotation does", FEEDS("{\"annotations\":{\"a/b\":\"1\"}}", FROM("E", "metadata.annotations['a/b']")),
      FEEDS("{\"annotations\":{\"a/b\":\"2\"}}", FROM("E", "metadata.annotations['a/b']")), ENV, "{}", "a/b=2;" },
    { "5.2 added to a map that is there", FEEDS("{\"labels\":{\"l\":\"1\"}}", FROM("E", "metadata.labels['k']")),
      FEEDS("{\"labels\":{\"k\":\"2\",\"l\":\"1\"}}", FROM("E", "metadata.labels['k']")), ENV, "{}", "k=2;" },
    { "5.2 of two maps with the key the one that feeds",
      FEEDS("{\"annotations\":{\"k\":\"1\"},\"labels\":{\"k\":\"1\"}}", FROM("E", "metadata.annotations['k']")),
      FEEDS("{\"annotations\":{\"k\":\"2\"},\"labels\":{\"k\":\"2\"}}", FROM("E", "metadata.annotations['k']")), ENV,
      "{\"metadata\":{\"labels\":{\"k\":\"2\"}}}", "k=2;" },
    { "5.2 two keys",
      FEEDS("{\"labels\":{\"k\":\"1\",\"l\":\"1\"}}", FROM("E", "metadata.labels['k']") "," FROM("F", "metadata.labels['l']")),
      FEEDS("{\"labels\":{\"k\":\"2\",\"l\":\"2\"}}", FROM("E", "metadata.labels['k']") "," FROM("F", "metadata.labels['l']")),
      ENV, "{}", "k=2;l=2;" },
    { "5.2 case 1 the whole map removed", FEEDS("{\"labels\":{\"k\":\"1\"}}", FROM("E", "metadata.labels['k']")),
      FEEDS("{\"creationTimestamp\":null}", FROM("E", "metadata.labels['k']")), ENV,
      "{\"metadata\":{\"labels\":null}}", "" },
    { "5.2 fed twice, told once",
      FEEDS("{\"labels\":{\"k\":\"1\"}}", FROM("E", "metadata.labels['k']") "," FROM("F", "metadata.labels['k']")),
      FEEDS("{\"labels\":{\"k\":\"2\"}}", FROM("E", "metadata.labels['k']") "," FROM("F", "metadata.labels['k']")), ENV,
      "{}", "k=2;" },
    { "5.2 case 1 key removed", FEEDS("{\"labels\":{\"k\":\"1\",\"l\":\"1\"}}", FROM("E", "metadata.labels['k']")),
      FEEDS("{\"labels\":{\"l\":\"1\"}}", FROM("E", "metadata.labels['k']")), ENV,
      "{\"metadata\":{\"labels\":{\"k\":null}}}", "" },
    { "5.2 case 2 first label", FEEDS("{\"creationTimestamp\":null}", FROM("E", "metadata.labels['k']")),
      FEEDS("{\"labels\":{\"k\":\"1\"}}", FROM("E", "metadata.labels['k']")), ENV,
      "{\"metadata\":{\"labels\":{\"k\":\"1\"}}}", "" },
    { "5.2 case 3 init container",
      BOTH("{\"labels\":{\"k\":\"1\"}}",
           "{\"initContainers\":[{\"name\":\"i\",\"env\":[" FROM("E", "metadata.labels['k']") "]}]}"),
      BOTH("{\"labels\":{\"k\":\"2\"}}",
           "{\"initContainers\":[{\"name\":\"i\",\"env\":[" FROM("E", "metadata.labels['k']") "]}]}"),
      ENV, "{\"metadata\":{\"labels\":{\"k\":\"2\"}}}", "" },
    { "5.2 case 4 gate off", FEEDS("{\"labels\":{\"k\":\"1\"}}", FROM("E", "metadata.labels['k']")),
      FEEDS("{\"labels\":{\"k\":\"2\"}}", FROM("E", "metadata.labels['k']")), 0,
      "{\"metadata\":{\"labels\":{\"k\":\"2\"}}}", "" },
    { "5.2 names that are left out",
      FEEDS("{\"labels\":{\"k\":\"1\"}}", FROM("SIDECARSET_VERSION", "metadata.labels['k']")),
      FEEDS("{\"labels\":{\"k\":\"2\"}}", FROM("SIDECARSET_VERSION", "metadata.labels['k']")), ENV,
      "{\"metadata\":{\"labels\":{\"k\":\"2\"}}}", "" },
    { "5.2 other paths", FEEDS("{\"labels\":{\"k\":\"1\"}}", FROM("E", "metadata.labels") "," FROM("F", "['k']")),
      FEEDS("{\"labels\":{\"k\":\"2\"}}", FROM("E", "metadata.labels") "," FROM("F", "['k']")), ENV,
      "{\"metadata\":{\"labels\":{\"k\":\"2\"}}}", "" },
    { "5.2 a key with brackets", FEEDS("{\"labels\":{\"a['b\":\"1\"}}", FROM("E", "metadata.labels['a['b']")),
      FEEDS("{\"labels\":{\"a['b\":\"2\"}}", FROM("E", "metadata.labels['a['b']")), ENV, "{}", "a['b=2;" },
    { "15 row 17 what feeds is all that is new",
      FEEDS("{\"labels\":{\"a\":\"1\",\"b\":\"1\"}}", FROM("E", "metadata.labels['a']")),
      FEEDS("{\"labels\":{\"a\":\"2\"}}", FROM("E", "metadata.labels['a']")), ENV, "{\"metadata\":{\"labels\":null}}",
      "a=2;" },
};

static size_t put_pairs(char *to, size_t at, const struct rollout_labels *pairs)
{
    for (uint32_t i = 0; i < pairs->count; i++) {
        const struct rollout_str *key = ro_label_key(pairs, i), *value = ro_label_value(pairs, i);
        at += (size_t)sprintf(to + at, "%.*s=%.*s;", (int)key->len, key->data, (int)value->len, value->data);
    }
    return at;
}

START_TEST(test_patch)
{
    const struct patch_case *c = &patch_cases[_i];
    struct rollout_json *old = parse(c->old), *new = parse(c->new);
    struct rollout_diff_options options = { sizeof options, c->flags };
    struct rollout_diff *diff;
    char text[400] = "", fed[100] = "";

    ck_assert_int_eq(rollout_diff(rollout_json_tree(old), rollout_json_tree(new), &options, &diff, NULL), ROLLOUT_OK);
    ck_assert_uint_eq(diff->rule, ROLLOUT_DIFF_POSSIBLE);
    if (diff->metadata_patch.count)
        ck_assert_int_eq(rollout_tree_text(&diff->metadata_patch, text, sizeof text, NULL, NULL), ROLLOUT_OK);
    ck_assert_msg(strcmp(text, c->patch) == 0, "%s: %s", c->name, text);
    if (diff->container_count) {
        ck_assert_uint_eq(diff->container_count, 1);
        put_pairs(fed, put_pairs(fed, 0, &diff->containers[0].labels), &diff->containers[0].annotations);
    }
    ck_assert_msg(strcmp(fed, c->fed) == 0, "%s: %s", c->name, fed);
    ck_assert_int_eq((diff->flags & FED) != 0, c->fed[0] != '\0');
    rollout_diff_free(diff);
    rollout_json_free(old);
    rollout_json_free(new);
}
END_TEST

/* inplace.md 7: what changes, container by container. */
START_TEST(test_containers)
{
    struct rollout_json *old =
        parse(TWO("\"name\":\"a\",\"image\":\"x:1\",\"resources\":{\"limits\":{\"cpu\":\"1\",\"memory\":\"1Gi\"}}",
                  "\"name\":\"b\",\"image\":\"y:1\",\"resources\":{\"requests\":{\"cpu\":\"1\"}}"));
    struct rollout_json *new =
        parse(TWO("\"name\":\"a\",\"image\":\"x:2\",\"resources\":{\"limits\":{\"cpu\":\"2\",\"memory\":\"1Gi\"}}",
                  "\"name\":\"b\",\"image\":\"y:1\",\"resources\":{\"requests\":{\"cpu\":\"500m\"}}"));
    struct rollout_diff_options options = { sizeof options, VERTICAL | ENV };
    struct rollout_diff *diff;
    char text[100];

    ck_assert_int_eq(rollout_diff(rollout_json_tree(old), rollout_json_tree(new), &options, &diff, NULL), ROLLOUT_OK);
    ck_assert_uint_eq(diff->struct_size, sizeof *diff);
    ck_assert_uint_eq(diff->rule, ROLLOUT_DIFF_POSSIBLE);
    ck_assert_uint_eq(diff->flags, IMAGES | RESOURCES);
    ck_assert_uint_eq(diff->container_count, 2);
    ck_assert_mem_eq(diff->containers[0].name.data, "a", 1);
    ck_assert_mem_eq(diff->containers[0].image.data, "x:2", 3);
    put_pairs(text, 0, &diff->containers[0].limits);
    ck_assert_str_eq(text, "cpu=2;");
    ck_assert_uint_eq(diff->containers[0].requests.count, 0);
    ck_assert_mem_eq(diff->containers[1].name.data, "b", 1);
    ck_assert_ptr_null(diff->containers[1].image.data);
    put_pairs(text, 0, &diff->containers[1].requests);
    ck_assert_str_eq(text, "cpu=500m;");
    rollout_diff_free(diff);
    rollout_json_free(old);
    rollout_json_free(new);
}
END_TEST

/* inplace.md 8.1: only resources change; the rows with another change or without the gate do not ask. */
#define POLICY(name, resource, policy)                                                                                 \
    "[{\"name\":\"" name "\",\"resizePolicy\":[{\"resourceName\":\"" resource "\",\"restartPolicy\":\"" policy "\"}]}" \
    "]"

static const struct {
    const char *name, *old, *new, *containers;
    bool restarts;
} restart_cases[] = {
    { "8.1 row 4 cpu", RES("\"limits\":{\"cpu\":\"1\"}"), RES("\"limits\":{\"cpu\":\"2\"}"),
      POLICY("a", "cpu", "RestartContainer"), true },
    { "8.1 row 4 memory request", RES("\"requests\":{\"memory\":\"1\"}"), RES("\"requests\":{\"memory\":\"2\"}"),
      POLICY("a", "memory", "RestartContainer"), true },
    { "8.1 row 3 not required", RES("\"limits\":{\"cpu\":\"1\"}"), RES("\"limits\":{\"cpu\":\"2\"}"),
      POLICY("a", "cpu", "NotRequired"), false },
    { "14 memory resize, cpu restarts", RES("\"limits\":{\"memory\":\"1\"}"), RES("\"limits\":{\"memory\":\"2\"}"),
      POLICY("a", "cpu", "RestartContainer"), false },
    { "14 policy on another container", RES("\"limits\":{\"cpu\":\"1\"}"), RES("\"limits\":{\"cpu\":\"2\"}"),
      POLICY("b", "cpu", "RestartContainer"), false },
    { "8.1 no policies", RES("\"limits\":{\"cpu\":\"1\"}"), RES("\"limits\":{\"cpu\":\"2\"}"), "[{\"name\":\"a\"}]",
      false },
    { "8.1 nothing known of the containers", RES("\"limits\":{\"cpu\":\"1\"}"), RES("\"limits\":{\"cpu\":\"2\"}"),
      "null", false },
};

START_TEST(test_restarts)
{
    struct rollout_json *old = parse(restart_cases[_i].old), *new = parse(restart_cases[_i].new);
    struct rollout_json *containers = parse(restart_cases[_i].containers);
    const struct rollout_node *n = rollout_json_tree(containers)->nodes;

    ck_assert_msg(ro_diff_restarts(rollout_json_tree(old)->nodes, rollout_json_tree(new)->nodes,
                                   n->kind == ROLLOUT_NODE_NULL ? NULL : n) == restart_cases[_i].restarts,
                  "%s", restart_cases[_i].name);
    rollout_json_free(old);
    rollout_json_free(new);
    rollout_json_free(containers);
}
END_TEST

/* Carrying out a patch on a pod. NULL result: no patch of metadata. */
static const struct {
    const char *name, *pod, *patch, *result;
} apply_cases[] = {
    { "empty", "{\"metadata\":{\"name\":\"p\"}}", "{}", "{\"metadata\":{\"name\":\"p\"}}" },
    { "5.1 row 1", "{\"metadata\":{\"labels\":{\"own\":\"1\",\"a\":\"1\",\"b\":\"1\"}}}",
      "{\"metadata\":{\"labels\":{\"a\":null,\"b\":\"2\",\"c\":\"3\"}}}",
      "{\"metadata\":{\"labels\":{\"own\":\"1\",\"b\":\"2\",\"c\":\"3\"}}}" },
    { "5.1 row 2 takes foreign keys too", "{\"metadata\":{\"labels\":{\"own\":\"1\"},\"annotations\":{\"x\":\"y\"}}}",
      "{\"metadata\":{\"annotations\":null}}", "{\"metadata\":{\"labels\":{\"own\":\"1\"}}}" },
    { "no such map yet", "{\"metadata\":{}}", "{\"metadata\":{\"labels\":{\"a\":\"1\"}}}",
      "{\"metadata\":{\"labels\":{\"a\":\"1\"}}}" },
    { "5.1 row 3 removed", "{\"metadata\":{\"finalizers\":[\"own\",\"fz1\",\"fz2\"]}}",
      "{\"metadata\":{\"$deleteFromPrimitiveList/finalizers\":[\"fz1\"],\"$setElementOrder/finalizers\":[\"fz2\"]}}",
      "{\"metadata\":{\"finalizers\":[\"own\",\"fz2\"]}}" },
    { "5.1 row 3 added and ordered", "{\"metadata\":{\"finalizers\":[\"a\",\"own\",\"b\"]}}",
      "{\"metadata\":{\"$setElementOrder/finalizers\":[\"c\",\"b\",\"a\"],\"finalizers\":[\"c\"]}}",
      "{\"metadata\":{\"finalizers\":[\"c\",\"own\",\"b\",\"a\"]}}" },
    { "5.1 row 3 the last one goes", "{\"metadata\":{\"finalizers\":[\"a\"]}}",
      "{\"metadata\":{\"$deleteFromPrimitiveList/finalizers\":[\"a\"],\"$setElementOrder/finalizers\":[\"b\"]}}",
      "{\"metadata\":{}}" },
    { "5.1 row 3 without an order", "{\"metadata\":{\"finalizers\":[\"own\",\"a\"]}}",
      "{\"metadata\":{\"finalizers\":[\"a\",\"b\"]}}", "{\"metadata\":{\"finalizers\":[\"own\",\"a\",\"b\"]}}" },
    { "5.1 row 3 without an order, what is new comes first", "{\"metadata\":{\"finalizers\":[\"a\",\"b\"]}}",
      "{\"metadata\":{\"finalizers\":[\"d\",\"e\"]}}", "{\"metadata\":{\"finalizers\":[\"d\",\"e\",\"a\",\"b\"]}}" },
    { "5.1 row 3 null", "{\"metadata\":{\"finalizers\":[\"own\"]}}", "{\"metadata\":{\"finalizers\":null}}",
      "{\"metadata\":{}}" },
    { "5.1 row 4", "{\"metadata\":{\"name\":\"p\",\"generation\":1}}",
      "{\"metadata\":{\"generation\":2,\"name\":null}}", "{\"metadata\":{\"generation\":2}}" },
    { "5.1 row 3 the pod's other ones stay where they were", "{\"metadata\":{\"finalizers\":[\"a\",\"own\"]}}",
      "{\"metadata\":{\"$setElementOrder/finalizers\":[\"a\",\"b\"],\"finalizers\":[\"b\"]}}",
      "{\"metadata\":{\"finalizers\":[\"a\",\"b\",\"own\"]}}" },
    { "5.1 row 3 one behind all that are ordered goes too", "{\"metadata\":{\"finalizers\":[\"a\",\"x\"]}}",
      "{\"metadata\":{\"$deleteFromPrimitiveList/finalizers\":[\"x\"],\"$setElementOrder/finalizers\":[\"a\"]}}",
      "{\"metadata\":{\"finalizers\":[\"a\"]}}" },
    { "5.1 row 3 added, though the order does not name it", "{\"metadata\":{\"finalizers\":[\"a\"]}}",
      "{\"metadata\":{\"$setElementOrder/finalizers\":[\"a\"],\"finalizers\":[\"b\"]}}",
      "{\"metadata\":{\"finalizers\":[\"a\",\"b\"]}}" },
    { "finalizers that are no list", "{\"metadata\":{}}", "{\"metadata\":{\"finalizers\":{}}}", NULL },
    { "an order of finalizers that is none", "{\"metadata\":{}}",
      "{\"metadata\":{\"$setElementOrder/finalizers\":\"a\"}}", NULL },
    { "finalizers to delete that are no texts", "{\"metadata\":{}}",
      "{\"metadata\":{\"$deleteFromPrimitiveList/finalizers\":[{}]}}", NULL },
    { "a pod whose finalizers are no texts", "{\"metadata\":{\"finalizers\":[1]}}", "{\"metadata\":{}}", NULL },
    { "metadata that is no object", "{\"metadata\":{}}", "{\"metadata\":\"x\"}", NULL },
    { "no object", "{\"metadata\":{}}", "[]", NULL },
    { "not of metadata", "{\"metadata\":{}}", "{\"spec\":{}}", NULL },
    { "a label that is no text", "{\"metadata\":{}}", "{\"metadata\":{\"labels\":{\"a\":1}}}", NULL },
    { "labels that are no map", "{\"metadata\":{}}", "{\"metadata\":{\"labels\":[]}}", NULL },
    { "finalizers that are no texts", "{\"metadata\":{}}", "{\"metadata\":{\"finalizers\":[1]}}", NULL },
    { "an object", "{\"metadata\":{}}", "{\"metadata\":{\"ownerReferences\":{}}}", NULL },
};

START_TEST(test_apply_patch)
{
    struct rollout_json *pod = parse(apply_cases[_i].pod), *patch = parse(apply_cases[_i].patch);
    struct ro_arena arena = { 0 };
    struct ro_edit *edit = ro_edit_copy(&arena, rollout_json_tree(pod)->nodes);
    bool ok = ro_metadata_patch_apply(&arena, edit, rollout_json_tree(patch)->nodes);

    ck_assert_msg(ok == (apply_cases[_i].result != NULL), "%s", apply_cases[_i].name);
    if (ok) {
        struct rollout_str text = ro_edit_json(&arena, edit);
        ck_assert_msg(text.len == strlen(apply_cases[_i].result) &&
                          memcmp(text.data, apply_cases[_i].result, text.len) == 0,
                      "%s: %.*s", apply_cases[_i].name, (int)text.len, text.data);
    }
    ro_arena_free(&arena);
    rollout_json_free(pod);
    rollout_json_free(patch);
}
END_TEST

START_TEST(test_unknown)
{
    struct rollout_json *one = parse(ONE("\"image\":\"x\""));
    struct rollout_diff_options options = { sizeof options, 0 };
    struct rollout_tree none = { NULL, 0 };
    struct rollout_diff *diff;
    struct ro_diff_verdict v;
    struct rollout_str absent = { NULL, 0 };

    ck_assert_int_eq(rollout_diff(&none, rollout_json_tree(one), &options, &diff, NULL), ROLLOUT_OK);
    ck_assert_uint_eq(diff->rule, ROLLOUT_DIFF_NO_REVISION);
    ck_assert_uint_eq(diff->container_count, 0);
    rollout_diff_free(diff);
    ck_assert_int_eq(rollout_diff(rollout_json_tree(one), NULL, &options, &diff, NULL), ROLLOUT_OK);
    ck_assert_uint_eq(diff->rule, ROLLOUT_DIFF_NO_REVISION);
    rollout_diff_free(diff);
    ro_diff_verdict(NULL, rollout_json_tree(one)->nodes, absent, absent, 0, &v);
    ck_assert_uint_eq(v.rule, ROLLOUT_DIFF_NO_REVISION);
    rollout_diff_free(NULL);
    rollout_json_free(one);
}
END_TEST

START_TEST(test_errors)
{
    struct rollout_json *one = parse(ONE("\"image\":\"x\""));
    struct rollout_diff_options options = { sizeof options, 0 };
    struct rollout_error error = { .struct_size = sizeof error };
    struct rollout_diff *diff = NULL;
    struct rollout_node broken = { .kind = 99, .size = 1 };
    struct rollout_tree tree = { &broken, 1 };

    ck_assert_int_eq(rollout_diff(&tree, rollout_json_tree(one), &options, &diff, &error), ROLLOUT_ERR_INVALID);
    ck_assert_str_eq(error.message, "node 0 kind is unknown");
    options.flags = 8;
    ck_assert_int_eq(rollout_diff(rollout_json_tree(one), rollout_json_tree(one), &options, &diff, &error),
                     ROLLOUT_ERR_INVALID);
    ck_assert_str_eq(error.message, "options.flags: unknown bits 8");
    ck_assert_str_eq(error.field, "options.flags");
    ck_assert_int_eq(rollout_diff(rollout_json_tree(one), rollout_json_tree(one), NULL, &diff, &error),
                     ROLLOUT_ERR_INVALID);
    ck_assert_ptr_null(diff);
    rollout_json_free(one);
}
END_TEST

/* A path longer than there is room for is cut, not more. */
START_TEST(test_long_path)
{
    char old[1200], new[1200], key[600];
    struct ro_diff_verdict v;
    struct rollout_str absent = { NULL, 0 };

    memset(key, '/', sizeof key);
    snprintf(old, sizeof old, "{\"spec\":{\"template\":{\"spec\":{\"%.*s\":1}}}}", 500, key);
    snprintf(new, sizeof new, "{\"spec\":{\"template\":{\"spec\":{\"%.*s\":2}}}}", 500, key);
    struct rollout_json *a = parse(old), *b = parse(new);
    ro_diff_verdict(rollout_json_tree(a)->nodes, rollout_json_tree(b)->nodes, absent, absent, 0, &v);
    ck_assert_uint_eq(v.rule, ROLLOUT_DIFF_PATH);
    ck_assert_uint_eq(v.path_len, RO_DIFF_PATH_SIZE);
    ck_assert_mem_eq(v.path, "/spec/~1~1~1", 12);
    rollout_json_free(a);
    rollout_json_free(b);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("diff");
    TCase *tcase = tcase_create("diff");
    tcase_add_loop_test(tcase, test_verdict, 0, sizeof(verdict_cases) / sizeof(*verdict_cases));
    tcase_add_loop_test(tcase, test_forms, 0, sizeof(form_cases) / sizeof(*form_cases));
    tcase_add_loop_test(tcase, test_claims, 0, sizeof(claims_cases) / sizeof(*claims_cases));
    tcase_add_loop_test(tcase, test_patch, 0, sizeof(patch_cases) / sizeof(*patch_cases));
    tcase_add_test(tcase, test_containers);
    tcase_add_loop_test(tcase, test_restarts, 0, sizeof(restart_cases) / sizeof(*restart_cases));
    tcase_add_loop_test(tcase, test_apply_patch, 0, sizeof(apply_cases) / sizeof(*apply_cases));
    tcase_add_test(tcase, test_unknown);
    tcase_add_test(tcase, test_errors);
    tcase_add_test(tcase, test_long_path);
    suite_add_tcase(suite, tcase);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}
