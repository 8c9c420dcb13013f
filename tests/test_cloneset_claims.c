/* SPDX-License-Identifier: Apache-2.0 */
/* Volume claims of a CloneSet: clean-up, deletion with their pod, and free ids for new pods (cloneset.md 4.1
 * step 5, 5.3, 5.4), on documents. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <rollout/json.h>
#include <rollout/rollout.h>

#define OWNER ",'ownerReferences':[{'uid':'u','controller':true}]"
#define POD(name, id, more)                                                                                          \
    "{'metadata':{'name':'" name "','labels':{'a':'1','controller-revision-hash':'d-new','pod-template-hash':'new',"  \
    "'apps.kruise.io/cloneset-instance-id':'" id "'}" more "},'spec':{'nodeName':'n'},'status':{'phase':'Running',"   \
    "'conditions':[{'type':'Ready','status':'True'}]}}"
/* The set's, and outside the selector. */
#define STRAY(name, id)                                                                                              \
    "{'metadata':{'name':'" name "','labels':{'apps.kruise.io/cloneset-instance-id':'" id "'}" OWNER                  \
    "},'spec':{'nodeName':'n'},'status':{'phase':'Running'}}"
#define CLAIM(name, id, more)                                                                                        \
    "{'metadata':{'name':'" name "','labels':{'apps.kruise.io/cloneset-instance-id':'" id "'}" more "}}"

/* What the plan must say: actions in order, "op claim|pod|ids". */
static const struct {
    const char *name;
    int replicas;
    const char *scale, *templates, *pods, *claims, *actions;
} cases[] = {
    { "5.3: free ids in string order, the rest is drawn", 4, "'enablePVCReuse':true", "data",
      POD("d-id2", "id2", ""),
      CLAIM("data-d-id2", "id2", OWNER) "," CLAIM("data-d-id4", "id4", OWNER) "," CLAIM("data-d-id3", "id3", OWNER),
      "create-claim data; create id3 id4 +1" },
    { "4.1 step 5: without reuse what no active pod has is deleted", 2, "'enablePVCReuse':false", "data",
      POD("d-id2", "id2", ""), CLAIM("data-d-id2", "id2", OWNER) "," CLAIM("data-d-id3", "id3", OWNER),
      "delete-claim data-d-id3; create-claim data; create +1" },
    { "4.1 step 5: one of an inactive pod becomes that pod's", 1, "", "data",
      POD("d-id2", "id2", "") "," POD("d-id3", "id3", ",'deletionTimestamp':'2026-01-01T00:00:00Z'"),
      CLAIM("data-d-id2", "id2", OWNER) "," CLAIM("data-d-id3", "id3", OWNER), "set-claim-owner data-d-id3 Pod d-id3" },
    { "4.1 step 5 looks at the set's own claims only", 2, "", "data", POD("d-id2", "id2", ""),
      CLAIM("data-d-id3", "id3", ""), "create id3" },
    { "4.1 step 5 is before step 6: the claim of a pod that is released stays this once", 1, "", "data",
      POD("d-id2", "id2", "") "," STRAY("d-id3", "id3"),
      CLAIM("data-d-id2", "id2", OWNER) "," CLAIM("data-d-id3", "id3", OWNER), "release d-id3" },
    { "5.3 is after step 6: its id is free", 2, "", "data", POD("d-id2", "id2", "") "," STRAY("d-id3", "id3"),
      CLAIM("data-d-id2", "id2", OWNER) "," CLAIM("data-d-id3", "id3", OWNER), "release d-id3; create id3" },
    { "5.3: an absent or empty label is no id", 2, "'enablePVCReuse':true", "data", POD("d-id2", "id2", ""),
      CLAIM("data-d-x", "", OWNER), "create-claim data; create +1" },
    { "5.3: a terminating claim is not free", 2, "'enablePVCReuse':true", "data", POD("d-id2", "id2", ""),
      CLAIM("data-d-id3", "id3", OWNER ",'deletionTimestamp':'2026-01-01T00:00:00Z'"),
      "create-claim data; create +1" },
    { "5.3: a claim of a template that was added later is made by its name", 2, "'enablePVCReuse':true", "data,logs",
      POD("d-id2", "id2", ""), CLAIM("data-d-id3", "id3", OWNER), "create-claim logs-d-id3 logs; create id3" },
    { "5.3: an existing name is skipped, whatever its id", 2, "'enablePVCReuse':true", "data,logs",
      POD("d-id2", "id2", ""), CLAIM("logs-d-id3", "id2", OWNER) "," CLAIM("other", "id3", OWNER),
      "create-claim data-d-id3 data; create id3" },
    { "5.3: one claim a template and drawn id", 3, "", "data,logs", POD("d-id2", "id2", ""), "",
      "create-claim data; create-claim logs; create-claim data; create-claim logs; create +2" },
    { "5.4: a delete takes the claims of the id along", 1, "'podsToDelete':['d-id3']", "data",
      POD("d-id2", "id2", "") "," POD("d-id3", "id3", ""),
      CLAIM("data-d-id3", "id3", OWNER) "," CLAIM("old-d-id3", "id3", "") "," CLAIM("data-d-id2", "id2", OWNER),
      "delete d-id3; delete-claim data-d-id3; delete-claim old-d-id3" },
};

static void add(char *out, size_t size, const char *data, size_t len)
{
    size_t used = strlen(out);
    ck_assert_uint_lt(used + len + 1, size);
    memcpy(out + used, data, len);
    out[used + len] = '\0';
}

static void describe(const struct rollout_plan *plan, const struct rollout_snapshot *snapshot, char *out, size_t size)
{
    out[0] = '\0';
    for (size_t i = 0; i < plan->action_count; i++) {
        const struct rollout_action *action = &plan->actions[i];
        const char *op = rollout_op_name(action->op);
        add(out, size, "; ", i ? 2 : 0);
        add(out, size, op, strlen(op));
        if (action->subject_kind == ROLLOUT_SUBJECT_POD) {
            struct rollout_str name = snapshot->pods.items[action->subject].name;
            add(out, size, " ", 1);
            add(out, size, name.data, name.len);
        }
        for (uint32_t k = 0; k < action->attr_count; k++) {
            const struct rollout_attr *attr = &plan->attrs[action->attr_first + k];
            char number[16];
            if (attr->key == ROLLOUT_ATTR_NEW_IDS)
                add(out, size, number, (size_t)snprintf(number, sizeof number, " +%d", (int)attr->value));
            if (attr->text == ROLLOUT_NONE || attr->key == ROLLOUT_ATTR_REVISION)
                continue;
            add(out, size, " ", 1);
            add(out, size, plan->texts[attr->text].data, plan->texts[attr->text].len);
        }
    }
}

static char *document(int i)
{
    char *text = malloc(8192), templates[128] = "";
    const char *comma = strchr(cases[i].templates, ',');
    snprintf(templates, sizeof templates, "{'metadata':{'name':'data'}}%s", comma ? ",{'metadata':{'name':'logs'}}" : "");
    snprintf(text, 8192,
             "{'kind':'Snapshot','now':'2026-01-01T00:00:00Z','currentRevision':'d-new','updateRevision':'d-new',"
             "'workload':{'kind':'CloneSet','apiVersion':'apps.kruise.io/v1beta1','metadata':{'name':'d','uid':'u'},"
             "'spec':{'replicas':%d,'selector':{'matchLabels':{'a':'1'}},'scaleStrategy':{%s},'volumeClaimTemplates':"
             "[%s],'updateStrategy':{'rollingUpdate':{'maxUnavailable':'50%%'}}}},'revisions':[{'metadata':{'name':"
             "'d-new'}}],'pods':[%s],'claims':[%s]}",
             cases[i].replicas, cases[i].scale, templates, cases[i].pods, cases[i].claims);
    for (char *c = text; *c; c++)
        if (*c == '\'')
            *c = '"';
    return text;
}

START_TEST(claims)
{
    struct rollout_error error = { .struct_size = sizeof error };
    struct rollout_json *json;
    struct rollout_world *world;
    struct rollout_plan *plan;
    char got[1024], *text = document(_i);
    ck_assert_msg(rollout_json_parse(text, strlen(text), &json, &error) == ROLLOUT_OK, "%s", error.message);
    ck_assert_msg(rollout_document_decode(rollout_json_tree(json), 0, 0, &world, &error) == ROLLOUT_OK, "%s",
                  error.message);
    ck_assert_msg(rollout_plan(world->workload, world->snapshot, &plan, &error) == ROLLOUT_OK, "%s", error.message);
    describe(plan, world->snapshot, got, sizeof got);
    ck_assert_msg(strcmp(got, cases[_i].actions) == 0, "%s: %s", cases[_i].name, got);
    rollout_plan_free(plan);
    rollout_world_free(world);
    rollout_json_free(json);
    free(text);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("cloneset_claims");
    TCase *tcase = tcase_create("claims");
    tcase_add_loop_test(tcase, claims, 0, sizeof cases / sizeof *cases);
    suite_add_tcase(suite, tcase);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}
