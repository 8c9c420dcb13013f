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

static const struct {
    const char *text, *has, *lacks;
} cases[] = {
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
    /* 10.4: one that has the name of the pod's own takes its place. */
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
