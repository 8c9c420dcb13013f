/* SPDX-License-Identifier: Apache-2.0 */
#define _POSIX_C_SOURCE 200809L /* strdup */

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <rollout/json.h>
#include <rollout/objects.h>

#include "base/str.h"

/* JSON with ' for ". */
static struct rollout_json *parse(const char *text)
{
    char *copy = strdup(text);
    struct rollout_json *json = NULL;
    struct rollout_error error = { .struct_size = sizeof(error) };
    for (char *c = copy; *c; c++)
        if (*c == '\'')
            *c = '"';
    int r = rollout_json_parse(copy, strlen(copy), &json, &error);
    ck_assert_msg(r == ROLLOUT_OK, "%s: %s", copy, error.message);
    free(copy);
    return json;
}

static void assert_text(struct rollout_str got, const char *wanted)
{
    if (!wanted) {
        ck_assert_ptr_null(got.data);
        return;
    }
    ck_assert_ptr_nonnull(got.data);
    ck_assert_msg(ro_str_eq(got, (struct rollout_str){ wanted, strlen(wanted) }), "%.*s, not %s", (int)got.len,
                  got.data, wanted);
}

/* 1700000000 s = 2023-11-14T22:13:20Z */
START_TEST(test_facts)
{
    struct rollout_json *json =
        parse("{'kind':'Pod','apiVersion':'v1','metadata':{'name':'demo-a','namespace':'default','uid':'u',"
              "'creationTimestamp':'2023-11-14T22:13:20Z','deletionTimestamp':'2023-11-14T22:13:21Z',"
              "'labels':{'app':'demo','controller-revision-hash':'demo-1','pod-template-hash':'1',"
              "'lifecycle.apps.kruise.io/state':'PreparingUpdate','apps.kruise.io/specified-delete':'false'},"
              "'annotations':{'controller.kubernetes.io/pod-deletion-cost':'-5'},'finalizers':['a','b']},"
              "'spec':{'nodeName':'n1','readinessGates':[{'conditionType':'InPlaceUpdateReady'},"
              "{'conditionType':'KruisePodReady'}],'containers':[{'name':'main','image':'app:1',"
              "'resources':{'limits':{'cpu':1,'memory':'1.5Gi'}}}],'initContainers':[{'name':'once'},"
              "{'name':'side','restartPolicy':'Always'}]},"
              "'status':{'phase':'Running','conditions':["
              "{'type':'Ready','status':'True','lastProbeTime':null,'lastTransitionTime':'2023-11-14T22:13:22Z'},"
              "{'type':'Ready','status':'False','lastTransitionTime':null},"
              "{'type':'InPlaceUpdateReady','status':'False','reason':'StartInPlaceUpdate'},"
              "{'type':'KruisePodReady','status':'False',"
              "'message':'[{\\'userAgent\\':\\'Lifecycle\\',\\'key\\':\\'preUpdateHook\\'},"
              "{\\'userAgent\\':\\'other\\',\\'key\\':\\'preDeleteHook\\'}]'}],"
              "'containerStatuses':[{'name':'main','restartCount':3},{'name':'x','restartCount':2}],"
              "'initContainerStatuses':[{'name':'once','restartCount':9},{'name':'side','restartCount':4}]}}");
    struct rollout_pod pod;
    struct rollout_in_place in_place;
    ck_assert_int_eq(rollout_pod_from_object(rollout_json_tree(json), NULL, sizeof pod, &pod, &in_place, NULL), ROLLOUT_OK);
    assert_text(pod.name, "demo-a");
    assert_text(pod.namespace_, "default");
    assert_text(pod.node, "n1");
    assert_text(pod.revision, "demo-1");
    ck_assert_uint_eq(pod.phase, ROLLOUT_PHASE_RUNNING);
    ck_assert_uint_eq(pod.lifecycle_state, ROLLOUT_STATE_PREPARING_UPDATE);
    ck_assert_uint_eq(pod.flags, ROLLOUT_POD_TERMINATING | ROLLOUT_POD_READY | ROLLOUT_POD_SPECIFIED_DELETE |
                                     ROLLOUT_POD_TEMPLATE_HASH | ROLLOUT_POD_IN_PLACE_GATE |
                                     ROLLOUT_POD_IN_PLACE_CONDITION | ROLLOUT_POD_KRUISE_GATE |
                                     ROLLOUT_POD_KRUISE_CONDITION | ROLLOUT_POD_KEY_PRE_UPDATE);
    ck_assert_int_eq(pod.created_ms, 1700000000000);
    ck_assert_int_eq(pod.ready_since_ms, 1700000002000);
    ck_assert_int_eq(pod.restarts, 3);
    ck_assert_int_eq(pod.sidecar_restarts, 4);
    ck_assert_int_eq(pod.deletion_cost, -5);
    ck_assert_uint_eq(pod.labels.count, 5);
    assert_text(*ro_labels_get(&pod.labels, RO_STR("app")), "demo");
    ck_assert_uint_eq(pod.finalizers.count, 2);
    assert_text(*ro_strs_at(&pod.finalizers, 1), "b");
    ck_assert_ptr_null(pod.in_place);
    ck_assert_uint_eq(pod.node_index, 0);
    ck_assert_uint_eq(pod.reserved, 0);
    rollout_json_free(json);
}
END_TEST

START_TEST(test_empty)
{
    struct rollout_json *json = parse("{}");
    struct rollout_pod pod;
    memset(&pod, 0x55, sizeof(pod));
    ck_assert_int_eq(rollout_pod_from_object(rollout_json_tree(json), NULL, sizeof pod, &pod, NULL, NULL), ROLLOUT_OK);
    ck_assert_ptr_null(pod.name.data);
    ck_assert_uint_eq(pod.phase, ROLLOUT_PHASE_NONE);
    ck_assert_uint_eq(pod.lifecycle_state, ROLLOUT_STATE_NONE);
    ck_assert_uint_eq(pod.flags, 0);
    ck_assert_int_eq(pod.created_ms, 0);
    ck_assert_int_eq(pod.ready_since_ms, 0);
    ck_assert_uint_eq(pod.labels.count, 0);
    ck_assert_uint_eq(pod.finalizers.count, 0);
    ck_assert_ptr_null(pod.in_place);
    rollout_json_free(json);
}
END_TEST

/* cloneset.md 2.1, fact by fact: what a pod like this has in common with the expectation. */
static const struct {
    const char *pod;
    uint32_t phase, state, flags;
    int64_t ready_since;
} facts[] = {
    { "{'status':{'phase':'Pending'}}", ROLLOUT_PHASE_PENDING, 0, 0, 0 },
    { "{'status':{'phase':'Succeeded'}}", ROLLOUT_PHASE_SUCCEEDED, 0, 0, 0 },
    { "{'status':{'phase':'Failed'}}", ROLLOUT_PHASE_FAILED, 0, 0, 0 },
    { "{'status':{'phase':'Unknown'}}", ROLLOUT_PHASE_UNKNOWN, 0, 0, 0 },
    { "{'status':{'phase':'running'}}", ROLLOUT_PHASE_OTHER, 0, 0, 0 },
    { "{'status':{'phase':''}}", ROLLOUT_PHASE_NONE, 0, 0, 0 },
    { "{'status':{'phase':null}}", ROLLOUT_PHASE_NONE, 0, 0, 0 },
    { "{'metadata':{'labels':{'lifecycle.apps.kruise.io/state':'Updated'}}}", 0, ROLLOUT_STATE_UPDATED, 0, 0 },
    { "{'metadata':{'labels':{'lifecycle.apps.kruise.io/state':'Odd'}}}", 0, ROLLOUT_STATE_OTHER, 0, 0 },
    { "{'metadata':{'labels':{'lifecycle.apps.kruise.io/state':''}}}", 0, ROLLOUT_STATE_NONE, 0, 0 },
    { "{'metadata':{'labels':{'lifecycle.apps.kruise.io/state':null}}}", 0, ROLLOUT_STATE_NONE, 0, 0 },
    { "{'metadata':{'labels':{'pod-template-hash':''}}}", 0, 0, ROLLOUT_POD_TEMPLATE_HASH, 0 },
    { "{'metadata':{'labels':{'apps.kruise.io/specified-delete':''}}}", 0, 0, ROLLOUT_POD_SPECIFIED_DELETE, 0 },
    { "{'metadata':{'deletionTimestamp':null,'labels':null,'annotations':null,'finalizers':null}}", 0, 0, 0, 0 },
    /* The first condition of a type counts. */
    { "{'status':{'conditions':[{'type':'Ready','status':'False','lastTransitionTime':'1970-01-01T00:00:07Z'},"
      "{'type':'Ready','status':'True'}]}}",
      0, 0, 0, 7000 },
    { "{'status':{'conditions':[{'type':'Ready','status':'true'}]}}", 0, 0, 0, 0 },
    { "{'status':{'conditions':[{'type':'Ready','status':'True','lastTransitionTime':'0001-01-01T00:00:00Z'}]}}", 0, 0,
      ROLLOUT_POD_READY, 0 },
    { "{'status':{'conditions':[{'type':'InPlaceUpdateReady','status':'True'}]}}", 0, 0,
      ROLLOUT_POD_IN_PLACE_CONDITION | ROLLOUT_POD_IN_PLACE_TRUE | ROLLOUT_POD_IN_PLACE_CLEAN, 0 },
    { "{'status':{'conditions':[{'type':'InPlaceUpdateReady','status':'True','message':'m','reason':''}]}}", 0, 0,
      ROLLOUT_POD_IN_PLACE_CONDITION | ROLLOUT_POD_IN_PLACE_TRUE, 0 },
    { "{'status':{'conditions':[{'type':'InPlaceUpdateReady','status':'','message':null}]}}", 0, 0,
      ROLLOUT_POD_IN_PLACE_CONDITION | ROLLOUT_POD_IN_PLACE_CLEAN, 0 },
    /* The lifecycle's keys in the message of KruisePodReady. */
    { "{'status':{'conditions':[{'type':'KruisePodReady','status':'False','message':"
      "'[{\\'userAgent\\':\\'Lifecycle\\',\\'key\\':\\'preDeleteHook\\'},"
      "{\\'userAgent\\':\\'Lifecycle\\',\\'key\\':\\'preUpdateHook\\'}]'}]}}",
      0, 0, ROLLOUT_POD_KRUISE_CONDITION | ROLLOUT_POD_KEY_PRE_DELETE | ROLLOUT_POD_KEY_PRE_UPDATE, 0 },
    { "{'status':{'conditions':[{'type':'KruisePodReady','message':"
      "'[{\\'userAgent\\':\\'Lifecycle\\',\\'key\\':\\'preDeleteHook\\'},{\\'userAgent\\':1}]'}]}}",
      0, 0, ROLLOUT_POD_KRUISE_CONDITION, 0 },
    { "{'status':{'conditions':[{'type':'KruisePodReady','message':"
      "'[null,{\\'userAgent\\':\\'Lifecycle\\',\\'key\\':\\'preDeleteHook\\'}]'}]}}",
      0, 0, ROLLOUT_POD_KRUISE_CONDITION | ROLLOUT_POD_KEY_PRE_DELETE, 0 }, /* null is an empty entry, to Go */
    { "{'status':{'conditions':[{'type':'KruisePodReady','message':'[{not json'}]}}", 0, 0,
      ROLLOUT_POD_KRUISE_CONDITION, 0 },
    { "{'status':{'conditions':[{'type':'KruisePodReady','message':"
      "'{\\'userAgent\\':\\'Lifecycle\\',\\'key\\':\\'preDeleteHook\\'}'}]}}",
      0, 0, ROLLOUT_POD_KRUISE_CONDITION, 0 },
    { "{'status':{'conditions':[{'type':'KruisePodReady'},{'type':'KruisePodReady','message':"
      "'[{\\'userAgent\\':\\'Lifecycle\\',\\'key\\':\\'preDeleteHook\\'}]'}]}}",
      0, 0, ROLLOUT_POD_KRUISE_CONDITION, 0 },
};

START_TEST(test_fact)
{
    struct rollout_json *json = parse(facts[_i].pod);
    struct rollout_pod pod;
    ck_assert_int_eq(rollout_pod_from_object(rollout_json_tree(json), NULL, sizeof pod, &pod, NULL, NULL), ROLLOUT_OK);
    ck_assert_uint_eq(pod.phase, facts[_i].phase);
    ck_assert_uint_eq(pod.lifecycle_state, facts[_i].state);
    ck_assert_uint_eq(pod.flags, facts[_i].flags);
    ck_assert_int_eq(pod.ready_since_ms, facts[_i].ready_since);
    rollout_json_free(json);
}
END_TEST

/* cloneset.md 5.7, parse of the deletion cost. */
static const struct {
    const char *text;
    int32_t cost;
} costs[] = {
    { "10", 10 },
    { "100", 100 },
    { "-5", -5 },
    { "0", 0 },
    { "+10", 0 },
    { "008", 0 },
    { "", 0 },
    { "1.5", 0 },
    { "3000000000", 0 },
    { "2147483647", INT32_MAX },
    { "2147483648", 0 },
    { "-2147483648", INT32_MIN },
    { "-2147483649", 0 },
    { "-", 0 },
    { "-0", 0 },
    { "-05", -5 },
    { " 1", 0 },
    { "1 ", 0 },
    { "00", 0 },
    { "99999999999999999999999999", 0 },
};

START_TEST(test_cost)
{
    char text[256];
    snprintf(text, sizeof(text), "{'metadata':{'annotations':{'controller.kubernetes.io/pod-deletion-cost':'%s'}}}",
             costs[_i].text);
    struct rollout_json *json = parse(text);
    struct rollout_pod pod;
    ck_assert_int_eq(rollout_pod_from_object(rollout_json_tree(json), NULL, sizeof pod, &pod, NULL, NULL), ROLLOUT_OK);
    ck_assert_int_eq(pod.deletion_cost, costs[_i].cost);
    rollout_json_free(json);
}
END_TEST

/* Annotations and resize policies are what in-place facts are made of. */
START_TEST(test_in_place)
{
    static const char *const pods[] = {
        "{'metadata':{'annotations':{'apps.kruise.io/inplace-update-state':'x'}}}",
        "{'metadata':{'annotations':{'inplace-update-grace':''}}}",
        "{'spec':{'containers':[{'name':'a','resizePolicy':[{'resourceName':'cpu','restartPolicy':'NotRequired'}]}]}}",
    };
    struct rollout_json *json = parse(pods[_i]);
    struct rollout_pod pod;
    struct rollout_in_place in_place;
    ck_assert_int_eq(rollout_pod_from_object(rollout_json_tree(json), NULL, sizeof pod, &pod, &in_place, NULL), ROLLOUT_OK);
    ck_assert_ptr_eq(pod.in_place, &in_place);
    uint32_t wanted[] = { ROLLOUT_IN_PLACE_STATE | ROLLOUT_IN_PLACE_STATE_BROKEN,
                          ROLLOUT_IN_PLACE_GRACE_KEY | ROLLOUT_IN_PLACE_GRACE_OLD_KEY, 0 };
    ck_assert_uint_eq(in_place.flags & ~ROLLOUT_IN_PLACE_CONTAINERS_DONE, wanted[_i]);
    rollout_json_free(json);
}
END_TEST

/* What Kubernetes' decoder refuses, with path and value. */
static const struct {
    const char *pod, *field, *value, *message;
} refused[] = {
    { "[]", "", "[]", "[] is not an object" },
    { "{'kind':'Node'}", "kind", "\"Node\"", "kind: \"Node\" is not Pod" },
    { "{'metadata':[]}", "metadata", "[]", "metadata: [] is not an object" },
    { "{'metadata':{'name':1}}", "metadata.name", "1", "metadata.name: 1 is not a string" },
    { "{'metadata':{'labels':{'a':1}}}", "metadata.labels.a", "1", "metadata.labels.a: 1 is not a string" },
    { "{'metadata':{'labels':{'a/b':true}}}", "metadata.labels[\"a/b\"]", "true",
      "metadata.labels[\"a/b\"]: true is not a string" },
    { "{'metadata':{'annotations':{'a':{}}}}", "metadata.annotations.a", "{}",
      "metadata.annotations.a: {} is not a string" },
    { "{'metadata':{'finalizers':['a',2]}}", "metadata.finalizers[1]", "2",
      "metadata.finalizers[1]: 2 is not a string" },
    { "{'metadata':{'creationTimestamp':'yesterday'}}", "metadata.creationTimestamp", "\"yesterday\"",
      "metadata.creationTimestamp: \"yesterday\" is not an RFC 3339 time" },
    { "{'metadata':{'ownerReferences':[{'uid':'u','controller':'yes'}]}}", "metadata.ownerReferences[0].controller",
      "\"yes\"", "metadata.ownerReferences[0].controller: \"yes\" is not a boolean" },
    { "{'spec':'x'}", "spec", "\"x\"", "spec: \"x\" is not an object" },
    { "{'spec':{'containers':{}}}", "spec.containers", "{}", "spec.containers: {} is not an array" },
    { "{'spec':{'containers':[3]}}", "spec.containers[0]", "3", "spec.containers[0]: 3 is not an object" },
    { "{'spec':{'containers':[{},{'resources':{'requests':{'cpu':'1x'}}}]}}",
      "spec.containers[1].resources.requests.cpu", "\"1x\"",
      "spec.containers[1].resources.requests.cpu: \"1x\" is not a quantity" },
    { "{'spec':{'containers':[{'env':[{'name':'A','value':1}]}]}}", "spec.containers[0].env[0].value", "1",
      "spec.containers[0].env[0].value: 1 is not a string" },
    { "{'status':{'conditions':[{'type':'Ready','lastTransitionTime':5}]}}", "status.conditions[0].lastTransitionTime",
      "5", "status.conditions[0].lastTransitionTime: 5 is not an RFC 3339 time" },
    { "{'status':{'containerStatuses':[{'restartCount':2147483648}]}}", "status.containerStatuses[0].restartCount",
      "2147483648", "status.containerStatuses[0].restartCount: 2147483648 does not fit in 32 bits" },
    { "{'status':{'containerStatuses':[{'restartCount':1.0}]}}", "status.containerStatuses[0].restartCount", "1.0",
      "status.containerStatuses[0].restartCount: 1.0 is not an integer" },
    { "{'status':{'phase':{'phase':'a text that is far too long to be shown as a whole'}}}", "status.phase",
      "{\"phase\":\"a text that is far too long to be shown as a whole\"}",
      "status.phase: {\"phase\":\"a text that is far too long to be show... is not a string" },
    /* 47 bytes before a character of two: it is not cut in half. */
    { "{'status':{'phase':{'p':'01234567890123456789012345678901234567890\xc3\xa4ssss'}}}", "status.phase",
      "{\"p\":\"01234567890123456789012345678901234567890\xc3\xa4ssss\"}",
      "status.phase: {\"p\":\"01234567890123456789012345678901234567890... is not a string" },
};

START_TEST(test_refused)
{
    struct rollout_json *json = parse(refused[_i].pod);
    struct rollout_pod pod, before;
    struct rollout_error error = { .struct_size = sizeof(error) };
    memset(&pod, 0x55, sizeof(pod));
    memcpy(&before, &pod, sizeof(pod));
    ck_assert_int_eq(rollout_pod_from_object(rollout_json_tree(json), NULL, sizeof pod, &pod, NULL, &error), ROLLOUT_ERR_INVALID);
    ck_assert_str_eq(error.field, refused[_i].field);
    ck_assert_str_eq(error.value, refused[_i].value);
    ck_assert_str_eq(error.message, refused[_i].message);
    ck_assert_mem_eq(&pod, &before, sizeof(pod));
    rollout_json_free(json);
}
END_TEST

/* A label that carries a child would shift every label behind it. */
START_TEST(test_label_with_child)
{
    const struct rollout_node nodes[] = {
        { .kind = ROLLOUT_NODE_OBJECT, .size = 5 },
        { .kind = ROLLOUT_NODE_OBJECT, .size = 4, .key = { "metadata", 8 } },
        { .kind = ROLLOUT_NODE_OBJECT, .size = 3, .key = { "labels", 6 } },
        { .kind = ROLLOUT_NODE_TEXT, .size = 2, .key = { "a", 1 }, .text = { "1", 1 } },
        { .kind = ROLLOUT_NODE_INTEGER, .size = 1, .integer = 1 },
    };
    const struct rollout_tree tree = { nodes, 5 };
    struct rollout_pod pod;
    struct rollout_error error = { .struct_size = sizeof(error) };
    ck_assert_int_eq(rollout_pod_from_object(&tree, NULL, sizeof pod, &pod, NULL, &error), ROLLOUT_ERR_INVALID);
    ck_assert_str_eq(error.message, "metadata.labels.a: \"1\" is not a string");
}
END_TEST

START_TEST(test_malformed_tree)
{
    const struct rollout_node node = { .kind = ROLLOUT_NODE_OBJECT, .size = 7 };
    const struct rollout_tree tree = { &node, 1 };
    struct rollout_pod pod;
    ck_assert_int_eq(rollout_pod_from_object(&tree, NULL, sizeof pod, &pod, NULL, NULL), ROLLOUT_ERR_INVALID);
}
END_TEST

/* Callers that were built with other versions of the header: each gets the facts that it has room for. */
START_TEST(test_sizes)
{
    static const char text[] = "{'metadata':{'name':'p','uid':'u'},'spec':{'nodeName':'n'}}";
    struct rollout_json *json = parse(text);
    struct rollout_pod whole;
    struct rollout_error error = { .struct_size = sizeof(error) };
    _Alignas(8) char room[sizeof(struct rollout_pod) + 24];
    ck_assert_int_eq(rollout_pod_from_object(rollout_json_tree(json), NULL, sizeof whole, &whole, NULL, NULL), ROLLOUT_OK);
    for (size_t size = 0; size <= sizeof whole + 16; size++) {
        struct rollout_pod *pod = (void *)room;
        memset(room, 0x55, sizeof room);
        int r = rollout_pod_from_object(rollout_json_tree(json), NULL, size, pod, NULL, &error);
        size_t written = 0, known = size < sizeof whole ? size : sizeof whole;
        if (size == 0 || size % 8) {
            char message[64];
            snprintf(message, sizeof message, "pod_size: %zu is none", size);
            ck_assert_int_eq(r, ROLLOUT_ERR_ABI);
            ck_assert_str_eq(error.field, "pod_size");
            ck_assert_str_eq(error.message, message);
        } else {
            ck_assert_int_eq(r, ROLLOUT_OK);
            ck_assert_mem_eq(room, &whole, known);
            for (size_t i = known; i < size; i++)
                ck_assert_int_eq(room[i], 0);
            written = size;
        }
        for (size_t i = written; i < sizeof room; i++)
            ck_assert_int_eq(room[i], 0x55);
    }
    ck_assert_int_eq(rollout_pod_from_object(rollout_json_tree(json), NULL, sizeof whole, NULL, NULL, &error),
                     ROLLOUT_ERR_INVALID);
    ck_assert_str_eq(error.message, "ret_pod: NULL");
    rollout_json_free(json);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("pod");
    TCase *tc = tcase_create("pod");
    tcase_add_test(tc, test_facts);
    tcase_add_test(tc, test_empty);
    tcase_add_loop_test(tc, test_fact, 0, sizeof(facts) / sizeof(facts[0]));
    tcase_add_loop_test(tc, test_cost, 0, sizeof(costs) / sizeof(costs[0]));
    tcase_add_loop_test(tc, test_in_place, 0, 3);
    tcase_add_loop_test(tc, test_refused, 0, sizeof(refused) / sizeof(refused[0]));
    tcase_add_test(tc, test_label_with_child);
    tcase_add_test(tc, test_malformed_tree);
    tcase_add_test(tc, test_sizes);
    suite_add_tcase(suite, tc);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
