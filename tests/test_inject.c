/* SPDX-License-Identifier: Apache-2.0 */
/* Admissions that are not among the recorded ones: sidecarset.md 3, 10. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <rollout/json.h>
#include <rollout/rollout.h>

#include "base/sha256.h"

/* {"now":..., then the text, in which ' stands for ". The answer as JSON, or the error's message behind "!". */
static char *inject(const char *text)
{
    struct rollout_error error = { .struct_size = sizeof error };
    struct rollout_json *json = NULL;
    struct rollout_objects *objects = NULL;
    size_t size = strlen(text) + 64, len;
    char *document = malloc(size), *answer = NULL;
    snprintf(document, size, "{\"now\":\"2026-01-02T00:00:00Z\",%s}", text);
    for (char *c = document; *c; c++)
        *c = *c == '\'' ? '"' : *c;
    ck_assert_msg(rollout_json_parse(document, strlen(document), &json, &error) == ROLLOUT_OK, "%s", error.message);
    if (rollout_inject(rollout_json_tree(json), 0, &objects, &error) == ROLLOUT_OK) {
        ck_assert_int_eq(rollout_tree_text(&objects->items[0], NULL, 0, &len, NULL), ROLLOUT_OK);
        answer = malloc(len + 1);
        rollout_tree_text(&objects->items[0], answer, len + 1, &len, NULL);
    } else {
        answer = malloc(sizeof error.message + 1);
        snprintf(answer, sizeof error.message + 1, "!%s", error.message);
    }
    rollout_objects_free(objects);
    rollout_json_free(json);
    free(document);
    return answer;
}

static void check_answer(const char *text, const char *has, const char *lacks)
{
    char *answer = inject(text);
    if (has)
        ck_assert_msg(strstr(answer, has) != NULL, "%s", answer);
    if (lacks)
        ck_assert_msg(strstr(answer, lacks) == NULL, "%s", answer);
    free(answer);
}

#define POD  "'pod':{'metadata':{'name':'p','labels':{'a':'b'}},'spec':{'containers':[{'name':'main','image':'m'}]}}"
#define SET  "'selector':{'matchLabels':{'a':'b'}}"
#define SIDE "'containers':[{'name':'c','image':'i'}]"

/* A set that pins the revision s-1 of itself. */
#define PINNED(policy, update, random)                                                                                 \
    POD ",'random':" random ",'sidecarSets':[{'metadata':{'name':'s'},'spec':{" SET "," SIDE                           \
        ",'updateStrategy':{" update "},'injectionStrategy':{'revision':{'revisionName':'s-1'" policy                  \
        "}}}}],'revisions':[{'metadata':{'name':'s-1'},'revision':1,'data':{'spec':{'containers':"                     \
        "[{'name':'c','image':'pinned'}]}}}]"
#define PARTIAL ",'policy':'Partial'"

/* Two sets, in the caller's order. */
#define TWO(first, second)                                                                                             \
    POD ",'sidecarSets':[{'metadata':{'name':'" first "'},'spec':{" SET ",'containers':[{'name':'" first "'}]}},"      \
        "{'metadata':{'name':'" second "'},'spec':{" SET ",'containers':[{'name':'" second "'}]}}]"

/* A sidecar that shares the mounts of the pod's container, whose env is this. */
#define SHARES(env)                                                                                                    \
    "'pod':{'metadata':{'labels':{'a':'b'}},'spec':{'containers':[{'name':'main','env':[" env "],'volumeMounts':["     \
    "{'name':'v','mountPath':'/shared'}]}]}},'sidecarSets':[{'metadata':{'name':'s'},'spec':{" SET                     \
    ",'containers':[{'name':'c','shareVolumePolicy':{'type':'enabled'}}]}}]"

/* A set that selects namespaces that there are none of; the pod's metadata. */
#define BOUND(metadata, spec)                                                                                          \
    "'pod':{'metadata':{'labels':{'a':'b'}" metadata "},'spec':{'containers':[]}},'namespaces':[{'metadata':{'name':"  \
    "'default'}},{'metadata':{'name':'ns'}}],'sidecarSets':[{'metadata':{'name':'s'},'spec':{" SET "," SIDE            \
    ",'namespaceSelector':{'matchLabels':{'x':'y'}}," spec "}}]"

/* An annotation x, and what is merged into it. */
#define MERGED(before, patch)                                                                                          \
    "'pod':{'metadata':{'labels':{'a':'b'},'annotations':{'x':'" before                                                \
    "'}},'spec':{'containers':[]}},'sidecarSets':["                                                                    \
    "{'metadata':{'name':'s'},'spec':{" SET "," SIDE                                                                   \
    ",'patchPodMetadata':[{'patchPolicy':'MergePatchJson','annotations':{'x':'" patch "'}}]}}]"

/* A variable of the container that the field names. */
#define TRANSFER(path)                                                                                                 \
    "'pod':{'metadata':{'name':'main','labels':{'a':'b','of':'main'},'annotations':{'of':'none'}},'spec':{"            \
    "'containers':[{'name':'main','env':[{'name':'E','value':'1'}]}]}},'sidecarSets':[{'metadata':{'name':'s'},"       \
    "'spec':{" SET ",'containers':[{'name':'c','transferEnv':[{'envName':'E','sourceContainerNameFrom':{'fieldRef':{"  \
    "'fieldPath':\"" path "\"}}}]}]}}]"

static const struct {
    const char *text, *has, *lacks;
} cases[] = {
    /* 10.2, row by row; the random number is row 19 of 13 too: it knows nothing of the pods that there are. */
    { POD ",'sidecarSets':[{'metadata':{'name':'s'},'status':{'latestRevision':'s-2'},'spec':{" SET "," SIDE "}}]",
      "\\\"controllerRevision\\\":\\\"s-2\\\"", NULL },
    { POD ",'sidecarSets':[{'metadata':{'name':'s'},'spec':{" SET "," SIDE
          ",'injectionStrategy':{'revision':{'revisionName':'s-9','policy':'Partial'}}}}]",
      "\"error\":\"revision s-9 not found\"", "\"pod\"" },
    { PINNED(PARTIAL, "'paused':true", "1"), "pinned", NULL },
    { PINNED("", "", "1"), "pinned", NULL },
    { PINNED(PARTIAL, "'selector':{'matchLabels':{'x':'y'}}", "1"), "pinned", NULL },
    { PINNED(PARTIAL, "'selector':{'matchLabels':{'a':'b'}}", "0"), "\"c\"", "pinned" },
    { PINNED(PARTIAL, "", "0"), "\"c\"", "pinned" },
    { PINNED(PARTIAL, "'partition':100", "0"), "\"c\"", "pinned" },
    { PINNED(PARTIAL, "'partition':'50%'", "0.5"), "pinned", NULL },
    { PINNED(PARTIAL, "'partition':'50%'", "0.51"), "\"c\"", "pinned" },
    { PINNED(PARTIAL, "'partition':'0%'", "0"), "pinned", NULL },
    { PINNED(PARTIAL, "'partition':'50%'", "1"), "\"c\"", "pinned" },
    { PINNED(PARTIAL, "'partition':'100%'", "1"), "pinned", NULL },
    { PINNED(PARTIAL, "'partition':'x%'", "0"), "\"error\":", "\"pod\"" },
    /* 1: a set of v1alpha1 may be bound to a namespace, whatever its selector of them says; none is "default". */
    { BOUND("", "'namespace':'ns'"), "\"actions\":[]", "\"c\"" },
    { BOUND("", "'namespace':'default'"), "\"containers\":[\"c\"]", NULL },
    { BOUND(",'namespace':'ns'", "'namespace':'default'"), "\"actions\":[]", "\"c\"" },
    { BOUND(",'namespace':'ns'", "'namespace':'ns'"), "\"containers\":[\"c\"]", NULL },
    { BOUND(",'namespace':'ns'", "'namespace':''"), "\"actions\":[]", "\"c\"" }, /* then the selector counts */
    /* 10.3, 3: the container is the one that a label or an annotation names; other fields name none. */
    { TRANSFER("metadata.labels[\\u0027of\\u0027]"), "\"c\":[\"IS_INJECTED\",\"E\"]", NULL },
    { TRANSFER("metadata.annotations[\\u0027of\\u0027]"), "\"c\":[\"IS_INJECTED\"]", NULL },
    { TRANSFER("metadata.name"), "\"c\":[\"IS_INJECTED\"]", NULL },
    { TRANSFER("metadata.labels[\\u0027\\u0027]"), "\"c\":[\"IS_INJECTED\"]", NULL },
    { TRANSFER("metadata.labels[\\u0027"), "\"c\":[\"IS_INJECTED\"]", NULL },
    /* 13, row 10: sets are injected in the caller's order. */
    { TWO("s", "t"), "\"containers\":[\"main\",\"s\",\"t\"]", NULL },
    { TWO("t", "s"), "\"containers\":[\"main\",\"t\",\"s\"]", NULL },
    /* 13, row 17: a container that says so itself counts as a sidecar. */
    { SHARES("{'name':'IS_INJECTED','value':'false'}"), "\"c\":[\"v:/shared\"]", NULL },
    { SHARES("{'name':'IS_INJECTED','value':'true'}"), "\"containers\":[\"main\",\"c\"]", "\"c\":[\"v:/shared\"]" },
    /* 10.1: an empty selector matches nothing. */
    { POD ",'sidecarSets':[{'metadata':{'name':'s'},'spec':{'selector':{}," SIDE "}}]", "\"actions\":[]", "\"c\"" },
    { POD ",'sidecarSets':[{'metadata':{'name':'s'},'spec':{" SET "," SIDE "}}]", "\"containers\":[\"main\",\"c\"]",
      NULL },
    /* Only active pods. */
    { "'pod':{'metadata':{'name':'p','labels':{'a':'b'}},'spec':{'containers':[]},'status':{'phase':'Succeeded'}},"
      "'sidecarSets':[{'metadata':{'name':'s'},'spec':{" SET "," SIDE "}}]",
      "\"actions\":[]", "\"c\"" },
    { "'pod':{'metadata':{'name':'p','labels':{'a':'b'}},'spec':{'containers':[]},'status':{'phase':'Failed'}},"
      "'sidecarSets':[{'metadata':{'name':'s'},'spec':{" SET "," SIDE "}}]",
      "\"actions\":[]", "\"c\"" },
    { "'pod':{'metadata':{'name':'p','labels':{'a':'b'},'deletionTimestamp':'2026-01-01T00:00:00Z'},"
      "'spec':{'containers':[]}},'sidecarSets':[{'metadata':{'name':'s'},'spec':{" SET "," SIDE "}}]",
      "\"actions\":[]", "\"c\"" },
    /* Go's empty text stands for a name that is not there, and for text that a regular expression meets. */
    { POD ",'sidecarSets':[{'metadata':{'name':'s'},'spec':{" SET
          ",'containers':[{'image':'i','env':[{'name':'E'}]}]}}]",
      "\"env\":{\"\":[\"E\"", NULL },
    /* 10.2: what the revision says of its hash counts, not what it would be. */
    { POD ",'sidecarSets':[{'metadata':{'name':'s'},'spec':{" SET "," SIDE
          ",'injectionStrategy':{'revision':{'revisionName':'s-1'}}}}],'revisions':[{'metadata':{'name':'s-1',"
          "'annotations':{'kruise.io/sidecarset-hash':'old'}},'revision':1,'data':{'spec':{'containers':"
          "[{'name':'c','image':'i'}]}}}]",
      "\\\"hash\\\":\\\"old\\\",\\\"sidecarSetName\\\":\\\"s\\\",\\\"sidecarList\\\":[\\\"c\\\"],"
      "\\\"controllerRevision\\\":\\\"s-1\\\"",
      NULL },
    { POD ",'sidecarSets':[{'metadata':{'name':'s'},'spec':{" SET "," SIDE
          ",'injectionStrategy':{'revision':{'customVersion':'gone'}}}}]",
      "\"error\":\"revision gone not found\"", "\"pod\"" },
    /* A canary hides its base, and what the base would write into the metadata. */
    { POD ",'sidecarSets':[{'metadata':{'name':'s'},'spec':{" SET "," SIDE
          ",'patchPodMetadata':[{'annotations':{'x':'base'}}]}},{'metadata':{'name':'t','annotations':"
          "{'apps.kruise.io/sidecarset-canary':'true','apps.kruise.io/sidecarset-base':'s'}},'spec':{" SET "," SIDE
          "}}]",
      "\"sidecarSets\":[\"t\"]", "base" },
    /* 6: the policies of the metadata. */
    { "'pod':{'metadata':{'labels':{'a':'b'},'annotations':{'x':'1','y':'1'}},'spec':{'containers':[]}},"
      "'sidecarSets':[{'metadata':{'name':'s'},'spec':{" SET "," SIDE
      ",'patchPodMetadata':[{'annotations':{'x':'2','z':'2'}},{'patchPolicy':'Overwrite','annotations':{'y':'2'}}]}}]",
      "\"x\":\"1\",\"y\":\"2\",\"z\":\"2\"", NULL },
    /* A set that gives no container is in the list, and has no hash. */
    { POD ",'sidecarSets':[{'metadata':{'name':'s'},'spec':{" SET "," SIDE "}},{'metadata':{'name':'t'},'spec':{" SET
          "}}]",
      "\"kruise.io/sidecarset-injected-list\":\"s,t\"", "\\\"t\\\"" },
    /* null is a map without entries. */
    { "'pod':{'metadata':{'labels':{'a':'b'},'annotations':{'kruise.io/sidecarset-hash':'null'}},'spec':{'containers':"
      "[]}},'sidecarSets':[{'metadata':{'name':'s'},'spec':{" SET "," SIDE "}}]",
      "\"kruise.io/sidecarset-hash\":\"{\\\"s\\\":{", "\"error\"" },
    { "'pod':{'metadata':{'labels':{'a':'b'},'annotations':{'kruise.io/sidecarset-hash':'5'}},'spec':{'containers':"
      "[]}},'sidecarSets':[{'metadata':{'name':'s'},'spec':{" SET "," SIDE "}}]",
      "\"error\":\"annotation kruise.io/sidecarset-hash cannot be read\"", NULL },
    /* 6: a merge whose document or patch is none refuses the pod. */
    { MERGED("{", "{}"), "\"error\":\"Invalid JSON Document\"", NULL },
    { MERGED("{}", "5"), "\"error\":\"Invalid JSON Patch\"", NULL },
    { MERGED("5", "[null]"), "\"x\":\"[null]\"", NULL },
    /* 10.4; 13, row 18: one that has the name of the pod's own takes its place. */
    { "'pod':{'metadata':{'labels':{'a':'b'}},'spec':{'containers':[{'name':'c','image':'own'},{'name':'d'}]}},"
      "'sidecarSets':[{'metadata':{'name':'s'},'spec':{" SET "," SIDE "}}]",
      "\"containers\":[\"c\",\"d\"]", "own" },
    /* 10.5: sidecars are no targets, of whatever set. */
    { "'pod':{'metadata':{'labels':{'a':'b'}},'spec':{'containers':[{'name':'main','resources':{'limits':{'cpu':'1'}}},"
      "{'name':'d','resources':{'limits':{'cpu':'4'}}}]}},'sidecarSets':[{'metadata':{'name':'s'},'spec':{" SET
      ",'containers':[{'name':'c','resourcesPolicy':{'targetContainersMode':'sum','targetContainersNameRegex':'.*',"
      "'resourcesExpr':{'limits':{'cpu':'cpu/4'}}}}]}},{'metadata':{'name':'t'},'spec':{" SET
      ",'containers':[{'name':'d'}]}}]",
      "\"resources\":{\"limits\":{\"cpu\":\"250m\"}}", NULL },
    /* One that the container has itself is gone, even where nothing comes of the policy. */
    { "'pod':{'metadata':{'labels':{'a':'b'}},'spec':{'containers':[{'name':'main'}]}},'sidecarSets':[{'metadata':"
      "{'name':'s'},'spec':{" SET ",'containers':[{'name':'c','resources':{'limits':{'cpu':'9'}},'resourcesPolicy':"
      "{'targetContainersMode':'max','targetContainersNameRegex':'ma','resourcesExpr':{'limits':{'cpu':'cpu'}}}}]}}]",
      "\"resources\":{}", "\"9\"" },
    /* What Go refuses, the pod is refused for; what only we do not know is bad input. */
    { POD ",'sidecarSets':[{'metadata':{'name':'s'},'spec':{" SET
          ",'containers':[{'name':'c','resourcesPolicy':{'targetContainersNameRegex':'(ma'}}]}}]",
      "\"error\":\"targetContainersNameRegex \\\"(ma\\\" is no regular expression: missing closing )\"", NULL },
    { POD ",'sidecarSets':[{'metadata':{'name':'r'},'spec':{}},{'metadata':{'name':'s'},'spec':{" SET
          ",'containers':[{'name':'b'},{'name':'c','resourcesPolicy':{'targetContainersNameRegex':'\\\\pL'}}]}}]",
      "!sidecarSets[1].spec.containers[1].resourcesPolicy.targetContainersNameRegex: \"\\\\pL\" has \\p, which is not "
      "known here",
      NULL },
    { POD ",'sidecarSets':[{'metadata':{'name':'s'},'spec':{" SET
          ",'containers':[{'name':'c','resourcesPolicy':{'targetContainersNameRegex':'other'}}]}}]",
      "\"error\":\"no container is named as", NULL },
    /* 13, row 22: a variable that is spelt with a capital is looked for among the others. */
    { POD ",'sidecarSets':[{'metadata':{'name':'s'},'spec':{" SET
          ",'containers':[{'name':'c','resourcesPolicy':{'targetContainersMode':'sum','targetContainersNameRegex':'m',"
          "'resourcesExpr':{'requests':{'memory':'Memory'}}}}]}}]",
      "\"error\":\"resourcesExpr.requests.memory \\\"Memory\\\" has an undefined variable\"", NULL },
    { "'sidecarSets':[]", "!pod: missing", NULL },
    { POD ",'now':null,'sidecarSets':[]", "!now: missing", NULL },
};

START_TEST(test_answers)
{
    check_answer(cases[_i].text, cases[_i].has, cases[_i].lacks);
}
END_TEST

/* 3: the hash of a revision that has none, of the text that Go's encoder writes. */
static const struct {
    const char *spec, *json;
} hashes[] = {
    { "'containers':[{'image':'i<','name':'c','podInjectPolicy':'BeforeAppContainer','env':[{'value':'1','name':'e'}]}"
      "]",
      "{\"containers\":[{\"name\":\"c\",\"image\":\"i\\u003c\",\"env\":[{\"name\":\"e\",\"value\":\"1\"}],"
      "\"resources\":{},\"podInjectPolicy\":\"BeforeAppContainer\",\"upgradeStrategy\":{},\"shareVolumePolicy\":{}}]"
      "}" },
    { "'containers':[{'name':'c','shareVolumeDevicePolicy':{'type':'enabled'},'transferEnv':[{'envNames':['b','a'],"
      "'envName':'x','sourceContainerName':'m'}],'resourcesPolicy':{'resourcesExpr':{'requests':{'memory':'1','cpu':'2'"
      "}},"
      "'targetContainersNameRegex':'r','targetContainersMode':'max'}}],'initContainers':[{'name':'i'}]",
      "{\"containers\":[{\"name\":\"c\",\"resources\":{},\"upgradeStrategy\":{},\"shareVolumePolicy\":{},"
      "\"shareVolumeDevicePolicy\":{\"type\":\"enabled\"},\"transferEnv\":[{\"sourceContainerName\":\"m\",\"envName\":"
      "\"x\",\"envNames\":[\"b\",\"a\"]}],\"resourcesPolicy\":{\"targetContainersMode\":\"max\","
      "\"targetContainersNameRegex\":\"r\",\"resourcesExpr\":{\"requests\":{\"cpu\":\"2\",\"memory\":\"1\"}}}}]}" },
    /* What no server lets through in the place of a quantity: once written beyond the end of a buffer. */
    { "'containers':[{'name':'c','resources':{'limits':{'cpu':{'x':'0123456789012345678901234567890123456789','a':[1]}}}}]",
      "{\"containers\":[{\"name\":\"c\",\"resources\":{\"limits\":{\"cpu\":{\"a\":[1],\"x\":"
      "\"0123456789012345678901234567890123456789\"}}},\"upgradeStrategy\":{},\"shareVolumePolicy\":{}}]}" },
    { "'containers':null,'initContainers':[{'name':'i'},{'name':'n','restartPolicy':'Always'}]",
      "{\"containers\":null,\"initContainers\":[{\"name\":\"i\",\"resources\":{},\"upgradeStrategy\":{},"
      "\"shareVolumePolicy\":{}},{\"name\":\"n\",\"resources\":{},\"restartPolicy\":\"Always\",\"upgradeStrategy\":{},"
      "\"shareVolumePolicy\":{}}]}" },
};

START_TEST(test_hash)
{
    static const char safe[] = "bcdfghjklmnpqrstvwxz2456789";
    char text[1024], hex[65], has[128];
    unsigned char sum[32];
    struct ro_sha256 hash;
    ro_sha256_begin(&hash);
    ro_sha256_add(&hash, hashes[_i].json, strlen(hashes[_i].json));
    ro_sha256_end(&hash, sum);
    for (size_t i = 0; i < sizeof sum; i++)
        snprintf(hex + 2 * i, 3, "%02x", sum[i]);
    for (char *c = hex; *c; c++)
        *c = safe[*c % 27];
    snprintf(has, sizeof has, "\\\"hash\\\":\\\"%s\\\"", hex);
    snprintf(text, sizeof text,
             POD ",'sidecarSets':[{'metadata':{'name':'s'},'spec':{" SET ",'injectionStrategy':{'revision':"
                 "{'revisionName':'s-1'}}}}],'revisions':[{'metadata':{'name':'s-1'},'data':{'spec':{%s}}}]",
             hashes[_i].spec);
    if (strstr(hashes[_i].spec, "resourcesPolicy")) /* whose container is there */
        memcpy(strstr(text, "'main'"), "'rain'", 6);
    check_answer(text, has, NULL);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("inject");
    TCase *tests = tcase_create("inject");
    tcase_add_loop_test(tests, test_answers, 0, sizeof cases / sizeof *cases);
    tcase_add_loop_test(tests, test_hash, 0, sizeof hashes / sizeof *hashes);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}
