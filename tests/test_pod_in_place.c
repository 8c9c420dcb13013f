/* SPDX-License-Identifier: Apache-2.0 */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <rollout/json.h>

#include "base/hash.h"
#include "base/tree.h"
#include "objects/container_hash.h"
#include "objects/pod_in_place.h"

#define STATE         ROLLOUT_IN_PLACE_STATE
#define BROKEN        ROLLOUT_IN_PLACE_STATE_BROKEN
#define KEY           ROLLOUT_IN_PLACE_GRACE_KEY
#define GRACE         ROLLOUT_IN_PLACE_GRACE
#define NO_GRACE      ROLLOUT_IN_PLACE_GRACE_BROKEN
#define OLD_KEY       ROLLOUT_IN_PLACE_STATE_OLD_KEY
#define OLD_GRACE_KEY ROLLOUT_IN_PLACE_GRACE_OLD_KEY
#define DONE          ROLLOUT_IN_PLACE_CONTAINERS_DONE
#define NEXT          ROLLOUT_IN_PLACE_NEXT
#define APPLIES       ROLLOUT_IN_PLACE_NEXT_APPLIES
#define READY         ROLLOUT_IN_PLACE_NEXT_READY

static struct rollout_json *parse(const char *text)
{
    struct rollout_json *json = NULL;
    struct rollout_error error = { .struct_size = sizeof error };
    int r = rollout_json_parse(text, strlen(text), &json, &error);

    ck_assert_msg(r == ROLLOUT_OK, "%s: %s", error.message, text);
    return json;
}

/* Annotations are texts: inside them quotes are written as \" for JSON, so \\\" here. */
#define POD(annotations, containers, statuses)                                                                         \
    "{\"kind\":\"Pod\",\"metadata\":{\"labels\":{\"ver\":\"foo\"},\"annotations\":{" annotations                       \
    "}},\"spec\":{\"containers\":[" containers "]},\"status\":{\"containerStatuses\":[" statuses "]}}"
#define NEW_STATE(text)      "\"apps.kruise.io/inplace-update-state\":\"" text "\""
#define OLD_STATE(text)      "\"inplace-update-state\":\"" text "\""
#define NEW_GRACE(text)      "\"apps.kruise.io/inplace-update-grace\":\"" text "\""
#define OLD_GRACE(text)      "\"inplace-update-grace\":\"" text "\""
#define AGENT(text)          "\"apps.kruise.io/runtime-containers-meta\":\"" text "\""
#define AT                   "\\\"updateTimestamp\\\":\\\"2026-11-23T12:00:00Z\\\""
#define LAST(map)            "{\\\"revision\\\":\\\"r\\\"," AT ",\\\"lastContainerStatuses\\\":" map "}"
#define LAST_MORE(map, more) "{\\\"revision\\\":\\\"r\\\"," AT ",\\\"lastContainerStatuses\\\":" map "," more "}"
#define MAIN_ID(id)          "{\\\"main\\\":{\\\"imageID\\\":\\\"" id "\\\"}}"
#define MAIN                 "{\"name\":\"main\",\"image\":\"nginx:2\"}"
#define RUNS(image, id)                                                                                                \
    "{\"name\":\"main\",\"image\":\"" image "\",\"imageID\":\"" id "\",\"containerID\":\"c1\",\"ready\":true}"
/* The agent's entry with both hashes. */
#define SEEN(id, plain, env)                                                                                           \
    "{\\\"containers\\\":[{\\\"name\\\":\\\"main\\\",\\\"containerID\\\":\\\"" id                                      \
    "\\\",\\\"restartCount\\\":0,\\\"hashes\\\":{"                                                                     \
    "\\\"plainHash\\\":" plain ",\\\"extractedEnvFromMetadataHash\\\":" env "}}]}"
#define GRACE_OF(seconds) "{\\\"revision\\\":\\\"r\\\",\\\"graceSeconds\\\":" seconds "}"
/* A container with env e2 from label ver, whose present value is foo. */
#define FED                                                                                                            \
    "{\"name\":\"main\",\"image\":\"nginx:2\",\"env\":[{\"name\":\"e2\",\"valueFrom\":{\"fieldRef\":{\"fieldPath\":"   \
    "\"metadata.labels['ver']\"}}}]}"
#define SIZED(limits, status)                                                                                          \
    POD(NEW_STATE(LAST_MORE("{}", "\\\"updateResources\\\":true")),                                                    \
        "{\"name\":\"main\",\"image\":\"nginx:2\",\"resources\":{" limits "}}",                                        \
        "{\"name\":\"main\",\"image\":\"nginx:2\",\"imageID\":\"x\"" status "}")

static const struct facts_case {
    const char *name, *pod;
    bool vertical, told;
    uint32_t flags, waits_for;
    const char *container;
    int64_t grace_end; /* seconds after 12:00:00, INT64_MIN = none */
} facts_cases[] = {
    { "14 row 1 no state", POD("", MAIN, RUNS("nginx:2", "x")), false, false, 0, 0, "", INT64_MIN },
    { "14 row 1 imageID changed", POD(NEW_STATE(LAST(MAIN_ID("a"))), MAIN, RUNS("nginx:1", "b")), false, true,
      STATE | DONE, 0, "", INT64_MIN },
    { "14 row 1 same imageID, another image", POD(NEW_STATE(LAST(MAIN_ID("a"))), MAIN, RUNS("nginx:1", "a")), false,
      true, STATE, ROLLOUT_WAITS_FOR_IMAGE, "main", INT64_MIN },
    { "14 row 1 no statuses", POD(NEW_STATE(LAST(MAIN_ID("a"))), MAIN, ""), false, true, STATE, ROLLOUT_WAITS_FOR_IMAGE,
      "main", INT64_MIN },
    { "12 row 5 same imageID, the image of the spec", POD(NEW_STATE(LAST(MAIN_ID("a"))), MAIN, RUNS("nginx:2", "a")),
      false, true, STATE | DONE, 0, "", INT64_MIN },
    { "12 row 5 an image without a colon is :latest",
      POD(NEW_STATE(LAST(MAIN_ID("a"))), "{\"name\":\"main\",\"image\":\"nginx\"}", RUNS("nginx:latest", "a")), false,
      true, STATE | DONE, 0, "", INT64_MIN },
    { "12 row 5 and not what it is",
      POD(NEW_STATE(LAST(MAIN_ID("a"))), "{\"name\":\"main\",\"image\":\"nginx\"}", RUNS("nginx", "a")), false, true,
      STATE, ROLLOUT_WAITS_FOR_IMAGE, "main", INT64_MIN },
    { "15 row 8 a registry's port looks like a tag",
      POD(NEW_STATE(LAST(MAIN_ID("a"))), "{\"name\":\"main\",\"image\":\"host:5000/app\"}",
          RUNS("host:5000/app:latest", "a")),
      false, true, STATE, ROLLOUT_WAITS_FOR_IMAGE, "main", INT64_MIN },
    { "12 row 6 a recorded container without a status",
      POD(NEW_STATE(LAST("{\\\"ghost\\\":{\\\"imageID\\\":\\\"x\\\"}}")), MAIN, RUNS("nginx:1", "a")), false, true,
      STATE, ROLLOUT_WAITS_FOR_IMAGE, "ghost", INT64_MIN },
    { "12 nothing recorded", POD(NEW_STATE(LAST("{}")), MAIN, RUNS("nginx:1", "a")), false, true, STATE | DONE, 0, "",
      INT64_MIN },
    { "12 null recorded", POD(NEW_STATE(LAST("null")), MAIN, RUNS("nginx:1", "a")), false, true, STATE | DONE, 0, "",
      INT64_MIN },
    { "12 a record without an ID", POD(NEW_STATE(LAST("{\\\"main\\\":{}}")), MAIN, RUNS("nginx:1", "")), false, true,
      STATE, ROLLOUT_WAITS_FOR_IMAGE, "main", INT64_MIN },
    { "12 state is null", POD(NEW_STATE("null"), MAIN, ""), false, true, STATE | DONE, 0, "", INT64_MIN },
    { "10 old key", POD(OLD_STATE(LAST(MAIN_ID("a"))), MAIN, RUNS("nginx:1", "a")), false, true, STATE | OLD_KEY,
      ROLLOUT_WAITS_FOR_IMAGE, "main", INT64_MIN },
    { "10 the new key counts", POD(OLD_STATE("{bad") "," NEW_STATE(LAST("{}")), MAIN, ""), false, true, STATE | DONE, 0,
      "", INT64_MIN },
    { "10 old key, unparsable", POD(OLD_STATE("{bad"), MAIN, ""), false, true, STATE | OLD_KEY | BROKEN, 0, "",
      INT64_MIN },
    { "12 unparsable", POD(NEW_STATE("{bad"), MAIN, RUNS("nginx:1", "a")), false, true, STATE | BROKEN, 0, "",
      INT64_MIN },
    { "12 empty", POD(NEW_STATE(""), MAIN, RUNS("nginx:1", "a")), false, true, STATE | BROKEN, 0, "", INT64_MIN },
    { "12 no object", POD(NEW_STATE("[]"), MAIN, ""), false, true, STATE | BROKEN, 0, "", INT64_MIN },
    { "12 a member of another type", POD(NEW_STATE("{\\\"revision\\\":1}"), MAIN, ""), false, true, STATE | BROKEN, 0,
      "", INT64_MIN },
    { "12 a time that is none", POD(NEW_STATE("{\\\"updateTimestamp\\\":\\\"now\\\"}"), MAIN, ""), false, true,
      STATE | BROKEN, 0, "", INT64_MIN },
    { "12 a quantity that is none",
      POD(NEW_STATE("{\\\"nextContainerResources\\\":{\\\"a\\\":{\\\"limits\\\":{\\\"cpu\\\":\\\"x\\\"}}}}"), MAIN, ""),
      false, true, STATE | BROKEN, 0, "", INT64_MIN },

    { "12 row 1 the agent's text is broken", POD(NEW_STATE(LAST("{}")) "," AGENT("{bad"), MAIN, ""), false, true, STATE,
      ROLLOUT_WAITS_FOR_AGENT, "", INT64_MIN },
    { "12 row 2 no agent",
      POD(NEW_STATE(LAST_MORE("{}", "\\\"updateEnvFromMetadata\\\":true")), FED, RUNS("nginx:2", "a")), false, true,
      STATE, ROLLOUT_WAITS_FOR_ENV, "main", INT64_MIN },
    { "12 row 2 consistent",
      POD(NEW_STATE(LAST_MORE("{}", "\\\"updateEnvFromMetadata\\\":true")) "," AGENT(SEEN("c1", "1", "2053173458")),
          FED, RUNS("nginx:2", "a")),
      false, true, STATE | DONE, 0, "", INT64_MIN },
    { "12 row 2 not consistent",
      POD(NEW_STATE(LAST_MORE("{}", "\\\"updateEnvFromMetadata\\\":true")) "," AGENT(SEEN("c1", "1", "1885397378")),
          FED, RUNS("nginx:2", "a")),
      false, true, STATE, ROLLOUT_WAITS_FOR_ENV, "main", INT64_MIN },
    { "12 row 2 another container ID",
      POD(NEW_STATE(LAST_MORE("{}", "\\\"updateEnvFromMetadata\\\":true")) "," AGENT(SEEN("c2", "1", "2053173458")),
          FED, RUNS("nginx:2", "a")),
      false, true, STATE, ROLLOUT_WAITS_FOR_ENV, "main", INT64_MIN },
    { "12 row 2 nothing fed is null",
      POD(NEW_STATE(LAST_MORE("{}", "\\\"updateEnvFromMetadata\\\":true")) "," AGENT(SEEN("c1", "1", "86995377")), MAIN,
          RUNS("nginx:2", "a")),
      false, true, STATE | DONE, 0, "", INT64_MIN },

    { "14 row 2 gate off", SIZED("\"limits\":{\"cpu\":\"2\"}", ",\"resources\":{\"limits\":{\"cpu\":\"1\"}}"), false,
      true, STATE | DONE, 0, "", INT64_MIN },
    { "14 row 2 gate on", SIZED("\"limits\":{\"cpu\":\"2\"}", ",\"resources\":{\"limits\":{\"cpu\":\"1\"}}"), true,
      true, STATE, ROLLOUT_WAITS_FOR_RESOURCES, "main", INT64_MIN },
    { "12 row 3 equal amounts", SIZED("\"limits\":{\"cpu\":\"2\"}", ",\"resources\":{\"limits\":{\"cpu\":\"2000m\"}}"),
      true, true, STATE | DONE, 0, "", INT64_MIN },
    { "12 row 3 no resources in the status", SIZED("", ""), true, true, STATE, ROLLOUT_WAITS_FOR_RESOURCES, "main",
      INT64_MIN },
    { "12 row 3 absent and empty differ", SIZED("", ",\"resources\":{\"limits\":{}}"), true, true, STATE,
      ROLLOUT_WAITS_FOR_RESOURCES, "main", INT64_MIN },
    { "12 row 3 one amount more",
      SIZED("\"limits\":{\"cpu\":\"1\",\"memory\":\"1\"}", ",\"resources\":{\"limits\":{\"cpu\":\"1\"}}"), true, true, STATE,
      ROLLOUT_WAITS_FOR_RESOURCES, "main", INT64_MIN },
    { "12 row 3 requests differ",
      SIZED("\"requests\":{\"cpu\":\"1\"}", ",\"resources\":{\"requests\":{\"memory\":\"1\"}}"), true, true, STATE,
      ROLLOUT_WAITS_FOR_RESOURCES, "main", INT64_MIN },
    { "12 row 3 number of statuses",
      POD(NEW_STATE(LAST_MORE("{}", "\\\"updateResources\\\":true")), MAIN ",{\"name\":\"b\"}",
          "{\"name\":\"main\",\"resources\":{}}"),
      true, true, STATE, ROLLOUT_WAITS_FOR_RESOURCES, "b", INT64_MIN },
    { "12 row 4 plain hash",
      POD(NEW_STATE(LAST(MAIN_ID("a"))) "," AGENT(SEEN("c1", "3805337319", "1")), MAIN, RUNS("nginx:1", "a")), false,
      true, STATE | DONE, 0, "", INT64_MIN },
    { "12 row 4 another hash: then the image IDs",
      POD(NEW_STATE(LAST(MAIN_ID("a"))) "," AGENT(SEEN("c1", "1827770005", "1")), MAIN, RUNS("nginx:1", "a")), false,
      true, STATE, ROLLOUT_WAITS_FOR_IMAGE, "main", INT64_MIN },

    { "6.7 next batch, nobody to wait for",
      POD(NEW_STATE(LAST_MORE("{}", "\\\"nextContainerImages\\\":{\\\"main\\\":\\\"x\\\"}")), MAIN,
          RUNS("nginx:1", "a")),
      false, true, STATE | DONE | NEXT | APPLIES | READY, 0, "", INT64_MIN },
    { "6.7 next batch, ready",
      POD(NEW_STATE(LAST_MORE("{}", "\\\"nextContainerRefMetadata\\\":{\\\"b\\\":{}},\\\"preCheckBeforeNext\\\":{"
                                    "\\\"containersRequiredReady\\\":[\\\"main\\\"]}")),
          MAIN, RUNS("nginx:1", "a")),
      false, true, STATE | DONE | NEXT | APPLIES | READY, 0, "", INT64_MIN },
    { "6.7 next batch, not ready",
      POD(NEW_STATE(LAST_MORE("{}", "\\\"nextContainerImages\\\":{\\\"b\\\":\\\"x\\\"},\\\"preCheckBeforeNext\\\":{"
                                    "\\\"containersRequiredReady\\\":[\\\"side\\\"]}")),
          MAIN, RUNS("nginx:1", "a")),
      false, true, STATE | DONE | NEXT | APPLIES, ROLLOUT_WAITS_FOR_PRECHECK, "side", INT64_MIN },
    { "15 row 3 only resources in the next batch",
      POD(NEW_STATE(LAST_MORE(
              "{}", "\\\"nextContainerResources\\\":{\\\"main\\\":{\\\"limits\\\":{\\\"cpu\\\":\\\"1\\\"}}}")),
          MAIN, RUNS("nginx:1", "a")),
      false, true, STATE | DONE | NEXT | READY, 0, "", INT64_MIN },
    { "11 row 3 comes before row 4",
      POD(NEW_STATE(LAST_MORE(MAIN_ID("a"),
                              "\\\"nextContainerImages\\\":{\\\"b\\\":\\\"x\\\"},\\\"preCheckBeforeNext\\\":{"
                              "\\\"containersRequiredReady\\\":[\\\"side\\\"]}")),
          MAIN, RUNS("nginx:1", "a")),
      false, true, STATE | NEXT | APPLIES, ROLLOUT_WAITS_FOR_IMAGE, "main", INT64_MIN },
    { "an empty map is nothing", POD(NEW_STATE(LAST_MORE("{}", "\\\"nextContainerImages\\\":{}")), MAIN, ""), false,
      true, STATE | DONE, 0, "", INT64_MIN },

    { "11.1 grace", POD(NEW_STATE(LAST("null")) "," NEW_GRACE(GRACE_OF("30")), MAIN, ""), false, true,
      STATE | DONE | KEY | GRACE, 0, "", 30 },
    { "11.1 no grace seconds", POD(NEW_STATE(LAST("null")) "," NEW_GRACE("{\\\"revision\\\":\\\"r\\\"}"), MAIN, ""),
      false, true, STATE | DONE | KEY | GRACE, 0, "", 0 },
    { "10 old grace key", POD(NEW_STATE(LAST("null")) "," OLD_GRACE(GRACE_OF("5")), MAIN, ""), false, true,
      STATE | DONE | KEY | GRACE | OLD_GRACE_KEY, 0, "", 5 },
    { "10 old grace key, empty", POD(OLD_GRACE(""), MAIN, ""), false, true, KEY | OLD_GRACE_KEY, 0, "", INT64_MIN },
    { "10 both old", POD(OLD_STATE("{bad") "," OLD_GRACE("{bad"), MAIN, ""), false, true,
      STATE | BROKEN | OLD_KEY | KEY | GRACE | NO_GRACE | OLD_GRACE_KEY, 0, "", INT64_MIN },
    { "10 the new grace key counts", POD(OLD_GRACE("{bad") "," NEW_GRACE(GRACE_OF("5")), MAIN, ""), false, true,
      KEY | GRACE, 0, "", INT64_MIN },
    { "11.1 row 1 no state", POD(NEW_GRACE(GRACE_OF("30")), MAIN, ""), false, true, KEY | GRACE, 0, "", INT64_MIN },
    { "11.1 row 2 state unparsable", POD(NEW_STATE("{bad") "," NEW_GRACE(GRACE_OF("30")), MAIN, ""), false, true,
      STATE | BROKEN | KEY | GRACE, 0, "", INT64_MIN },
    { "11 row 1 grace unparsable", POD(NEW_GRACE("{bad"), MAIN, ""), false, true, KEY | GRACE | NO_GRACE, 0, "",
      INT64_MIN },
    { "11 row 1 seconds that are none", POD(NEW_GRACE("{\\\"graceSeconds\\\":1.5}"), MAIN, ""), false, true,
      KEY | GRACE | NO_GRACE, 0, "", INT64_MIN },
    { "11 row 1 a patch that is no base64", POD(NEW_GRACE("{\\\"metaDataPatch\\\":\\\"e30\\\"}"), MAIN, ""), false,
      true, KEY | GRACE | NO_GRACE, 0, "", INT64_MIN },
    { "11 row 1 a patch that is no text", POD(NEW_GRACE("{\\\"metaDataPatch\\\":{}}"), MAIN, ""), false, true,
      KEY | GRACE | NO_GRACE, 0, "", INT64_MIN },
    { "9 step 2 a patch that is no JSON shows when it is applied",
      POD(NEW_GRACE("{\\\"revision\\\":\\\"r\\\",\\\"metaDataPatch\\\":\\\"e30x\\\"}"), MAIN, ""), false, true,
      KEY | GRACE, 0, "", INT64_MIN },
    { "15 row 16 empty grace", POD(NEW_GRACE(""), MAIN, ""), false, true, KEY, 0, "", INT64_MIN },

    { "8.1 only a resize policy", POD("", "{\"name\":\"main\",\"resizePolicy\":[{\"resourceName\":\"cpu\"}]}", ""),
      false, true, 0, 0, "", INT64_MIN },
    { "8.1 an empty one", POD("", "{\"name\":\"main\",\"resizePolicy\":[]}", ""), false, false, 0, 0, "", INT64_MIN },
    { "no containers at all", "{\"metadata\":{\"annotations\":{" NEW_STATE("{}") "}}}", false, true, STATE | DONE, 0,
      "", INT64_MIN },
};

START_TEST(test_facts)
{
    const struct facts_case *c = &facts_cases[_i];
    const int64_t noon = 1795435200000; /* 2026-11-23T12:00:00Z */
    struct rollout_json *pod = parse(c->pod);
    struct ro_gates gates = { { false } };
    struct rollout_in_place facts;

    gates.on[ROLLOUT_GATE_IN_PLACE_WORKLOAD_VERTICAL_SCALING] = c->vertical;
    ck_assert_msg(ro_in_place_facts(rollout_json_tree(pod)->nodes, &gates, &facts) == c->told, "%s", c->name);
    ck_assert_msg(facts.flags == c->flags, "%s: flags %x", c->name, facts.flags);
    ck_assert_msg(facts.waits_for == c->waits_for, "%s: waits for %u", c->name, facts.waits_for);
    ck_assert_msg(facts.container.len == strlen(c->container) &&
                      memcmp(facts.container.len ? facts.container.data : "", c->container, facts.container.len) == 0,
                  "%s: %.*s", c->name, (int)facts.container.len, facts.container.data);
    ck_assert_msg(facts.grace_end_ms == (c->grace_end == INT64_MIN ? 0 : noon + c->grace_end * 1000), "%s", c->name);
    if ((c->flags & GRACE) && !(c->flags & NO_GRACE))
        ck_assert(facts.grace_revision.len == 1 && facts.grace_revision.data[0] == 'r');
    rollout_json_free(pod);
}
END_TEST

/* The hash of a whole container does not depend on the order in which the tree has its members. */
static const struct {
    const char *name, *container;
    const char *go; /* as Go's encoder writes it */
} old_hash_cases[] = {
    { "as it is", "{\"name\":\"main\",\"image\":\"nginx:1\",\"resources\":{}}",
      "{\"name\":\"main\",\"image\":\"nginx:1\",\"resources\":{}}" },
    { "sorted keys", "{\"image\":\"nginx:1\",\"name\":\"main\",\"resources\":{}}",
      "{\"name\":\"main\",\"image\":\"nginx:1\",\"resources\":{}}" },
    { "resources are always there", "{\"image\":\"nginx:1\",\"name\":\"main\"}",
      "{\"name\":\"main\",\"image\":\"nginx:1\",\"resources\":{}}" },
    { "null, empty and unknown members are not",
      "{\"image\":\"nginx:1\",\"name\":\"main\",\"args\":[],\"tty\":null,\"x\":1}",
      "{\"name\":\"main\",\"image\":\"nginx:1\",\"resources\":{}}" },
    { "nested",
      "{\"env\":[{\"name\":\"A\",\"valueFrom\":{\"fieldRef\":{\"fieldPath\":\"metadata.name\",\"apiVersion\":\"v1\"}}},"
      "{\"value\":\"<&>\",\"name\":\"B\"}],\"image\":\"i\",\"livenessProbe\":{\"failureThreshold\":3,\"httpGet\":{"
      "\"port\":80,"
      "\"path\":\"/"
      "\",\"scheme\":\"HTTP\"},\"periodSeconds\":10},\"name\":\"n\",\"ports\":[{\"containerPort\":80,\"name\":\"web\","
      "\"protocol\":\"TCP\"}],\"resources\":{\"requests\":{\"memory\":\"1Gi\",\"cpu\":\"1\"},\"limits\":{\"cpu\":\"2\"}"
      "},"
      "\"securityContext\":{\"runAsUser\":0,\"privileged\":false,\"capabilities\":{\"drop\":[\"ALL\"]}},\"stdin\":"
      "true}",
      "{\"name\":\"n\",\"image\":\"i\",\"ports\":[{\"name\":\"web\",\"containerPort\":80,\"protocol\":\"TCP\"}],"
      "\"env\":[{\"name\":\"A\",\"valueFrom\":{\"fieldRef\":{\"apiVersion\":\"v1\",\"fieldPath\":\"metadata.name\"}}},"
      "{\"name\":\"B\",\"value\":\"\\u003c\\u0026\\u003e\"}],\"resources\":{\"limits\":{\"cpu\":\"2\"},\"requests\":{"
      "\"cpu\":\"1\","
      "\"memory\":\"1Gi\"}},\"livenessProbe\":{\"httpGet\":{\"path\":\"/"
      "\",\"port\":80,\"scheme\":\"HTTP\"},\"periodSeconds\":10,"
      "\"failureThreshold\":3},\"securityContext\":{\"capabilities\":{\"drop\":[\"ALL\"]},\"privileged\":false,"
      "\"runAsUser\":0},"
      "\"stdin\":true}" },
};

START_TEST(test_old_hash)
{
    struct rollout_json *container = parse(old_hash_cases[_i].container);
    struct rollout_str go = { old_hash_cases[_i].go, strlen(old_hash_cases[_i].go) };

    ck_assert_msg(ro_container_hash_old(rollout_json_tree(container)->nodes) == ro_hash_json(go), "%s",
                  old_hash_cases[_i].name);
    rollout_json_free(container);
}
END_TEST

/* inplace.md 12, the table of H: environments with a label ver=foo and an annotation b. */
static const struct {
    const char *name, *env;
    uint32_t hash;
} env_cases[] = {
    { "none", "[]", 86995377u },
    { "a literal value does not count", "[{\"name\":\"e\",\"value\":\"x\"}]", 86995377u },
    { "a label", "[{\"name\":\"e2\",\"valueFrom\":{\"fieldRef\":{\"fieldPath\":\"metadata.labels['ver']\"}}}]",
      2053173458u },
    { "a label that is not there",
      "[{\"name\":\"e2\",\"valueFrom\":{\"fieldRef\":{\"fieldPath\":\"metadata.labels['no']\"}}}]", 1885397378u },
    { "sorted by name",
      "[{\"name\":\"e2\",\"valueFrom\":{\"fieldRef\":{\"fieldPath\":\"metadata.annotations['b']\"}}},"
      "{\"name\":\"e1\",\"valueFrom\":{\"fieldRef\":{\"fieldPath\":\"metadata.labels['a']\"}}}]",
      3007013363u },
    { "an excluded name",
      "[{\"name\":\"SIDECARSET_VERSION\",\"valueFrom\":{\"fieldRef\":{\"fieldPath\":\"metadata.labels['ver']\"}}},"
      "{\"name\":\"e2\",\"valueFrom\":{\"fieldRef\":{\"fieldPath\":\"metadata.labels['ver']\"}}}]",
      2053173458u },
};

START_TEST(test_env_hash)
{
    char text[600];
    struct rollout_json *pod =
        parse("{\"metadata\":{\"labels\":{\"ver\":\"foo\",\"a\":\"a\"},\"annotations\":{\"b\":\"b\"}}}");

    snprintf(text, sizeof text, "{\"name\":\"c\",\"env\":%s}", env_cases[_i].env);
    struct rollout_json *container = parse(text);
    ck_assert_msg(ro_container_env_hash(rollout_json_tree(container)->nodes, rollout_json_tree(pod)->nodes) ==
                      env_cases[_i].hash,
                  "%s", env_cases[_i].name);
    rollout_json_free(container);
    rollout_json_free(pod);
}
END_TEST

/* A text longer than a piece, with characters of several bytes at all places: the hash is that of the text
 * as the writer of trees has it. */
START_TEST(test_hash_pieces)
{
    char json[700], name[400], written[1500];
    size_t at = 0;

    for (int i = 0; i < _i; i++)
        name[at++] = 'x';
    for (int i = 0; i < 60; i++) {
        memcpy(name + at,
               i % 3 == 0   ? "\xe2\x82\xac"
               : i % 3 == 1 ? "\xc3\xa4<"
                            : "\xf0\x9f\x98\x80",
               i % 3 == 2 ? 4 : 3);
        at += i % 3 == 2 ? 4 : 3;
    }
    name[at] = '\0';
    snprintf(json, sizeof json, "{\"image\":\"%s\",\"name\":\"c\"}", name);
    struct rollout_json *container = parse(json);
    size_t len;
    ck_assert_int_eq(rollout_tree_text(rollout_json_tree(container), written, sizeof written, &len, NULL), ROLLOUT_OK);
    ck_assert_uint_eq(ro_container_hash(rollout_json_tree(container)->nodes),
                      ro_hash_json((struct rollout_str){ written, len }));
    rollout_json_free(container);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("pod_in_place");
    TCase *tcase = tcase_create("pod_in_place");
    tcase_add_loop_test(tcase, test_facts, 0, sizeof(facts_cases) / sizeof(*facts_cases));
    tcase_add_loop_test(tcase, test_old_hash, 0, sizeof(old_hash_cases) / sizeof(*old_hash_cases));
    tcase_add_loop_test(tcase, test_env_hash, 0, sizeof(env_cases) / sizeof(*env_cases));
    tcase_add_loop_test(tcase, test_hash_pieces, 0, 70);
    suite_add_tcase(suite, tcase);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}
