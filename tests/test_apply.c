/* SPDX-License-Identifier: Apache-2.0 */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <rollout/json.h>
#include <rollout/objects.h>

#include "base/tree.h"

/* JSON is written here with ' for " and, inside texts that are JSON themselves, ` for \". */
static char *json_of(const char *text)
{
    char *json = malloc(2 * strlen(text) + 1), *to = json;

    for (; *text; text++) {
        if (*text == '`')
            *to++ = '\\';
        *to++ = *text == '`' || *text == '\'' ? '"' : *text;
    }
    *to = '\0';
    return json;
}

static struct rollout_json *parse(const char *text)
{
    struct rollout_json *json = NULL;
    struct rollout_error error = { .struct_size = sizeof error };
    int r = rollout_json_parse(text, strlen(text), &json, &error);

    ck_assert_msg(r == ROLLOUT_OK, "%s: %s", error.message, text);
    return json;
}

/* Same value, texts and what they are expanded to. */
static bool same(const struct rollout_node *a, const struct rollout_node *b)
{
    const struct rollout_node *x = ro_expanded(a), *y = ro_expanded(b);

    if (!ro_equal(a, b) || !x != !y || (x && !same(x, y)))
        return false;
    if (a->kind == ROLLOUT_NODE_OBJECT) {
        for (const struct rollout_node *c = ro_first(a); c != ro_end(a); c = ro_next(c))
            if (ro_get_str(a, c->key) && !same(c, ro_get_str(b, c->key)))
                return false;
    } else if (a->kind == ROLLOUT_NODE_ARRAY) {
        for (const struct rollout_node *c = ro_first(a), *d = ro_first(b); c != ro_end(a);
             c = ro_next(c), d = ro_next(d))
            if (!same(c, d))
                return false;
    }
    return true;
}

/* ---- a world with one pod, one claim and two revisions ---- */

struct world_case {
    const char *gates, *spec, *old, *new, *pod; /* NULL: as below */
};

#define LABELS "'app':'demo','controller-revision-hash':'demo-old','apps.kruise.io/cloneset-instance-id':'a'"
#define OWNER                                                                                                          \
    "{'apiVersion':'apps.kruise.io/v1beta1','kind':'CloneSet','name':'demo','uid':'cs-uid','controller':true,"         \
    "'blockOwnerDeletion':true}"
#define POD(labels, annotations, more, spec, status)                                                                   \
    "{'apiVersion':'v1','kind':'Pod','metadata':{'name':'demo-a','namespace':'default','uid':'u-a','labels':{" labels  \
    "}" annotations more ",'ownerReferences':[" OWNER "]},'spec':{" spec "},'status':{'phase':'Running'" status "}}"
#define ANNOTATIONS(list) ",'annotations':{" list "}"
#define SPEC(image)       "'containers':[{'name':'main','image':'" image "'}]"
#define GATED(image)      SPEC(image) ",'readinessGates':[{'conditionType':'InPlaceUpdateReady'}]"
#define RAN               ",'containerStatuses':[{'name':'main','image':'app:1','imageID':'sha:1'}]"
#define CONDITIONS(list)  ",'conditions':[" list "]"
#define NOW               "2026-11-23T12:00:00Z"
#define SINCE             ",'lastProbeTime':null,'lastTransitionTime':'2026-11-23T11:00:00Z'"
#define SINCE_NOW         ",'lastProbeTime':null,'lastTransitionTime':'" NOW "'"
#define STAMP             "'lifecycle.apps.kruise.io/timestamp':'" NOW "'"
#define STATE(text)       "'apps.kruise.io/inplace-update-state':'" text "'"
#define GRACE(text)       "'apps.kruise.io/inplace-update-grace':'" text "'"
#define AT                "`updateTimestamp`:`" NOW "`"
#define BATCH(names)      "{`timestamp`:`" NOW "`,`containers`:[" names "]}"
#define UPDATING                                                                                                       \
    "'app':'demo','controller-revision-hash':'demo-new','pod-template-hash':'new','lifecycle.apps.kruise.io/state':"   \
    "'Updating','apps.kruise.io/cloneset-instance-id':'a'"
#define TEMPLATE(spec)                                                                                                 \
    "{'$patch':'replace','metadata':{'creationTimestamp':null,'labels':{'app':'demo'}},'spec':{" spec "}}"

static char *snapshot(const struct world_case *c)
{
    const char *gates = c->gates ? c->gates : "", *spec = c->spec ? c->spec : "";
    const char *old = c->old ? c->old : TEMPLATE(SPEC("app:1")), *new = c->new ? c->new : TEMPLATE(SPEC("app:2"));
    const char *pod = c->pod ? c->pod : POD(LABELS, "", "", GATED("app:1"), RAN);
    size_t size = strlen(gates) + strlen(spec) + strlen(old) + strlen(new) + strlen(pod) + 3000;
    char *text = malloc(size);

    snprintf(
        text, size,
        "{'kind':'Snapshot','now':'2026-11-23T12:00:00.700Z','currentRevision':'demo-old','updateRevision':'demo-new',"
        "'featureGates':{%s},'workload':{'apiVersion':'apps.kruise.io/"
        "v1beta1','kind':'CloneSet','metadata':{'name':'demo',"
        "'namespace':'default','uid':'cs-uid'},'spec':{'replicas':3,'selector':{'matchLabels':{'app':'demo'}},"
        "'template':{'metadata':{'labels':{'app':'demo'}},'spec':{'containers':[{'name':'main','image':'app:2'}]}},"
        "'updateStrategy':{'rollingUpdate':{'podUpdatePolicy':'InPlaceIfPossible'}}%s},'status':{}},'revisions':["
        "{'apiVersion':'apps/v1','kind':'ControllerRevision','metadata':{'name':'demo-old','namespace':'default',"
        "'ownerReferences':[" OWNER "]},'data':{'spec':{'template':%s}},'revision':1},"
        "{'apiVersion':'apps/v1','kind':'ControllerRevision','metadata':{'name':'demo-new','namespace':'default',"
        "'ownerReferences':[" OWNER "]},'data':{'spec':{'template':%s}},'revision':2}],"
        "'pods':[%s],'claims':[{'apiVersion':'v1','kind':'PersistentVolumeClaim','metadata':{'name':'data-demo-a',"
        "'namespace':'default','labels':{'apps.kruise.io/"
        "cloneset-instance-id':'a'},'ownerReferences':[{'apiVersion':'v1',"
        "'kind':'Other','name':'o','uid':'o-uid'}," OWNER "]},'spec':{}}]}",
        gates, spec, old, new, pod);
    char *json = json_of(text);
    free(text);
    return json;
}

/* An attribute of the action: a text, or a number where it is NULL. */
struct attr {
    uint32_t key;
    const char *text;
    int64_t value;
};

struct apply_case {
    const char *name;
    struct world_case world;
    uint32_t op, subject_kind, subject;
    struct attr attrs[5];
    const char *ids[4];
    const char *result[3]; /* the objects; of an error, its message alone */
};

#define ON_POD   ROLLOUT_SUBJECT_POD, 0
#define ON_CLAIM ROLLOUT_SUBJECT_CLAIM, 0
#define NOTHING  ROLLOUT_SUBJECT_MISSING, ROLLOUT_NONE
#define TO_NEW                                                                                                         \
    {                                                                                                                  \
        ROLLOUT_ATTR_REVISION, "demo-new", 0                                                                           \
    }
#define MARK                                                                                                           \
    {                                                                                                                  \
        ROLLOUT_ATTR_MARK_NOT_READY, NULL, 1                                                                           \
    }
#define UNMARK                                                                                                         \
    {                                                                                                                  \
        ROLLOUT_ATTR_MARK_NOT_READY, NULL, 0                                                                           \
    }
#define SECONDS(n)                                                                                                     \
    {                                                                                                                  \
        ROLLOUT_ATTR_GRACE_SECONDS, NULL, n                                                                            \
    }
#define COUNT(n)                                                                                                       \
    {                                                                                                                  \
        ROLLOUT_ATTR_COUNT, NULL, n                                                                                    \
    }
#define TO(state)                                                                                                      \
    {                                                                                                                  \
        ROLLOUT_ATTR_STATE, state, 0                                                                                   \
    }
#define APPLY                                                                                                          \
    {                                                                                                                  \
        ROLLOUT_ATTR_DETAIL, "apply", 0                                                                                \
    }
#define DROP                                                                                                           \
    {                                                                                                                  \
        ROLLOUT_ATTR_DETAIL, "drop", 0                                                                                 \
    }

#define NEW_POD(id, labels, annotations, finalizers, spec)                                                             \
    "{'apiVersion':'v1','kind':'Pod','metadata':{'name':'demo-" id "','generateName':'demo-','namespace':'default',"   \
    "'labels':{'app':'demo'," labels ",'apps.kruise.io/cloneset-instance-id':'" id                                     \
    "','lifecycle.apps.kruise.io/state':"                                                                              \
    "'PreparingNormal'},'annotations':{" annotations STAMP "},'ownerReferences':[" OWNER "]" finalizers                \
    "},'spec':{" spec "}}"
#define NEW_HASH "'controller-revision-hash':'demo-new','pod-template-hash':'new'"
#define CLAIM_SPEC                                                                                                     \
    ",'volumeClaimTemplates':[{'metadata':{'name':'data','labels':{'own':'1'}},'spec':{'accessModes':['ReadWriteOnce'" \
    "]}}]"
#define CLAIM(id)                                                                                                      \
    "{'apiVersion':'v1','kind':'PersistentVolumeClaim','metadata':{'name':'data-demo-" id "','labels':{'own':'1',"     \
    "'app':'demo','apps.kruise.io/cloneset-instance-id':'" id "'},'namespace':'default','ownerReferences':[" OWNER     \
    "]},"                                                                                                              \
    "'spec':{'accessModes':['ReadWriteOnce']}}"

#define HOOK_SPEC                                                                                                      \
    ",'lifecycle':{'inPlaceUpdate':{'labelsHandler':{'hook':'1'},'finalizersHandler':['hook/a','hook/b'],"             \
    "'markPodNotReady':true}}"
#define KRUISE_GATED                                                                                                   \
    "'containers':[{'name':'main','image':'app:1'}],'readinessGates':[{'conditionType':'KruisePodReady'}]"
#define HOOKED(state, conditions)                                                                                      \
    POD("'app':'demo','controller-revision-hash':'demo-old','lifecycle.apps.kruise.io/state':'" state "'", "", "",     \
        KRUISE_GATED, CONDITIONS(conditions))
#define HOOKED_NOW(state, conditions)                                                                                  \
    POD("'app':'demo','controller-revision-hash':'demo-old','lifecycle.apps.kruise.io/state':'" state "'",             \
        ANNOTATIONS(STAMP), "", KRUISE_GATED, CONDITIONS(conditions))
#define KRUISE(status, since, message)                                                                                 \
    "{'type':'KruisePodReady','status':'" status "'" since ",'message':'" message "'}"
#define UPDATE_KEY       "{`userAgent`:`Lifecycle`,`key`:`preUpdateHook`}"
#define DELETE_KEY       "{`userAgent`:`Lifecycle`,`key`:`preDeleteHook`}"
#define OTHER_KEY        "{`userAgent`:`Aaa`,`key`:`z`}"
#define CONTAINERS_READY "{'type':'ContainersReady','status':'True'" SINCE "}"
#define WAS_READY        "{'type':'Ready','status':'True'" SINCE "}"
#define FORCED(message)                                                                                                \
    "{'type':'Ready','status':'False','lastProbeTime':null,'lastTransitionTime':null,'reason':'"                       \
    "ReadinessGatesNotReady',"                                                                                         \
    "'message':'" message "'}"
#define STARTED "{'type':'InPlaceUpdateReady','status':'False'" SINCE_NOW ",'reason':'StartInPlaceUpdate'}"

#define FED_SPEC(image)                                                                                                \
    "'containers':[{'name':'main','image':'" image "','env':[{'name':'V','valueFrom':{'fieldRef':{'fieldPath':"        \
    "'metadata.labels[\\u0027ver\\u0027]'}}}]}]"
#define FED_TEMPLATE(ver, image)                                                                                       \
    "{'metadata':{'creationTimestamp':null,'labels':{'app':'demo','ver':'" ver "'}},'spec':{" FED_SPEC(image) "}}"
#define SIZED(limits) "'containers':[{'name':'main','image':'app:1','resources':{" limits "}}]"

static const struct apply_case apply_cases[] = {
    { "create: cloneset.md 5.2, the new revision",
      { 0 },
      ROLLOUT_OP_CREATE,
      NOTHING,
      { TO_NEW, COUNT(1) },
      { "bbbbb" },
      { NEW_POD("bbbbb", NEW_HASH, "", "", GATED("app:2")) } },
    { "create: the ids of free claims and the driver's are dealt out sorted",
      { 0 },
      ROLLOUT_OP_CREATE,
      NOTHING,
      { TO_NEW, COUNT(3), { ROLLOUT_ATTR_ID, "id3", 0 }, { ROLLOUT_ATTR_NEW_IDS, NULL, 2 } },
      { "id4", "id1" },
      { NEW_POD("id1", NEW_HASH, "", "", GATED("app:2")), NEW_POD("id3", NEW_HASH, "", "", GATED("app:2")),
        NEW_POD("id4", NEW_HASH, "", "", GATED("app:2")) } },
    { "create: the old revision, short hash",
      { .gates = "'CloneSetShortHash':true" },
      ROLLOUT_OP_CREATE,
      NOTHING,
      { { ROLLOUT_ATTR_REVISION, "demo-old", 0 }, COUNT(1) },
      { "ccccc" },
      { NEW_POD("ccccc", "'controller-revision-hash':'old','pod-template-hash':'old'", "", "", GATED("app:1")) } },
    { "create: claims become volumes in front, of the same name they replace one",
      { .spec = CLAIM_SPEC,
        .new = "{'metadata':{'labels':{'app':'demo'},'annotations':{'n':'1'},'finalizers':['f'],'name':'ignored'},'"
               "spec':{" GATED("app:2") ",'volumes':[{'name':'v'},{'name':'data','emptyDir':{}}]}}" },
      ROLLOUT_OP_CREATE,
      NOTHING,
      { TO_NEW, COUNT(1) },
      { "ddddd" },
      { NEW_POD("ddddd", NEW_HASH, "'n':'1',", ",'finalizers':['f']",
                GATED("app:2") ",'volumes':[{'name':'data','persistentVolumeClaim':{'claimName':'data-demo-ddddd'}},{'"
                               "name':'v'}]") } },
    { "create: a template that makes no pod",
      { .new = "{'metadata':{'labels':['app']},'spec':{}}" },
      ROLLOUT_OP_CREATE,
      NOTHING,
      { TO_NEW, COUNT(1) },
      { "bbbbb" },
      { "metadata.labels: [\"app\"] is not an object" } },
    { "create: too few ids",
      { 0 },
      ROLLOUT_OP_CREATE,
      NOTHING,
      { TO_NEW, COUNT(2) },
      { "bbbbb" },
      { "ids: 1 given, 2 needed" } },
    { "create: too many ids",
      { 0 },
      ROLLOUT_OP_CREATE,
      NOTHING,
      { TO_NEW, COUNT(1), { ROLLOUT_ATTR_ID, "id3", 0 } },
      { "bbbbb" },
      { "ids: 1 given, 0 needed" } },
    { "create: an id given twice",
      { 0 },
      ROLLOUT_OP_CREATE,
      NOTHING,
      { TO_NEW, COUNT(2) },
      { "bbbbb", "bbbbb" },
      { "ids: \"bbbbb\" is given twice" } },
    { "create: an empty id",
      { 0 },
      ROLLOUT_OP_CREATE,
      NOTHING,
      { TO_NEW, COUNT(1) },
      { "" },
      { "ids: \"\" is no id" } },
    { "create: no such revision",
      { 0 },
      ROLLOUT_OP_CREATE,
      NOTHING,
      { { ROLLOUT_ATTR_REVISION, "x", 0 }, COUNT(1) },
      { "bbbbb" },
      { "revision: x is not among the revisions" } },

    { "create-claim: cloneset.md 5.3, the id is drawn",
      { .spec = CLAIM_SPEC },
      ROLLOUT_OP_CREATE_CLAIM,
      ROLLOUT_SUBJECT_CLAIM,
      ROLLOUT_NONE,
      { { ROLLOUT_ATTR_TEMPLATE, "data", 0 } },
      { "bbbbb" },
      { CLAIM("bbbbb") } },
    { "create-claim: the name is known",
      { .spec = CLAIM_SPEC },
      ROLLOUT_OP_CREATE_CLAIM,
      ROLLOUT_SUBJECT_CLAIM,
      ROLLOUT_NONE,
      { { ROLLOUT_ATTR_TEMPLATE, "data", 0 }, { ROLLOUT_ATTR_CLAIM, "data-demo-id7", 0 } },
      { NULL },
      { CLAIM("id7") } },
    { "create-claim: a name of something else",
      { .spec = CLAIM_SPEC },
      ROLLOUT_OP_CREATE_CLAIM,
      ROLLOUT_SUBJECT_CLAIM,
      ROLLOUT_NONE,
      { { ROLLOUT_ATTR_TEMPLATE, "data", 0 }, { ROLLOUT_ATTR_CLAIM, "data-x-id7", 0 } },
      { NULL },
      { "claim: data-x-id7 is not a name of template data" } },
    { "create-claim: no id",
      { .spec = CLAIM_SPEC },
      ROLLOUT_OP_CREATE_CLAIM,
      ROLLOUT_SUBJECT_CLAIM,
      ROLLOUT_NONE,
      { { ROLLOUT_ATTR_TEMPLATE, "data", 0 } },
      { NULL },
      { "ids: 0 given, 1 needed" } },
    { "create-claim: no such template",
      { 0 },
      ROLLOUT_OP_CREATE_CLAIM,
      ROLLOUT_SUBJECT_CLAIM,
      ROLLOUT_NONE,
      { { ROLLOUT_ATTR_TEMPLATE, "data", 0 } },
      { "bbbbb" },
      { "spec.volumeClaimTemplates: there is no template data" } },

    { "set-claim-owner",
      { 0 },
      ROLLOUT_OP_SET_CLAIM_OWNER,
      ON_CLAIM,
      { { ROLLOUT_ATTR_CLAIM, "data-demo-a", 0 }, { ROLLOUT_ATTR_OWNER, "Pod", 0 }, { ROLLOUT_ATTR_POD, "demo-a", 0 } },
      { NULL },
      { "{'apiVersion':'v1','kind':'PersistentVolumeClaim','metadata':{'name':'data-demo-a','namespace':'default','"
        "labels':{"
        "'apps.kruise.io/"
        "cloneset-instance-id':'a'},'ownerReferences':[{'apiVersion':'v1','kind':'Other','name':'o','uid':'o-uid'},"
        "{'apiVersion':'v1','kind':'Pod','name':'demo-a','uid':'u-a'}]},'spec':{}}" } },
    { "set-claim-owner: no such pod",
      { 0 },
      ROLLOUT_OP_SET_CLAIM_OWNER,
      ON_CLAIM,
      { { ROLLOUT_ATTR_OWNER, "Pod", 0 }, { ROLLOUT_ATTR_POD, "x", 0 } },
      { NULL },
      { "pod: x is not among the pods" } },

    { "update: inplace.md 8 and 9, image",
      { 0 },
      ROLLOUT_OP_UPDATE_IN_PLACE,
      ON_POD,
      { TO_NEW, MARK },
      { NULL },
      { POD(UPDATING,
            ANNOTATIONS(STAMP
                        "," STATE("{`revision`:`demo-new`," AT ",`lastContainerStatuses`:{`main`:{`imageID`:`sha:1`}},"
                                  "`updateImages`:true,`containerBatchesRecord`:[" BATCH("`main`") "]}")),
            "", GATED("app:2"), RAN CONDITIONS(STARTED)) } },
    { "update: short hash",
      { .gates = "'CloneSetShortHash':true" },
      ROLLOUT_OP_UPDATE_IN_PLACE,
      ON_POD,
      { TO_NEW, UNMARK },
      { NULL },
      { POD("'app':'demo','controller-revision-hash':'new','pod-template-hash':'new','lifecycle.apps.kruise.io/"
            "state':'Updating',"
            "'apps.kruise.io/cloneset-instance-id':'a'",
            ANNOTATIONS(STAMP
                        "," STATE("{`revision`:`demo-new`," AT ",`lastContainerStatuses`:{`main`:{`imageID`:`sha:1`}},"
                                  "`updateImages`:true,`containerBatchesRecord`:[" BATCH("`main`") "]}")),
            "", GATED("app:2"), RAN) } },
    { "update: a container without a status is not recorded",
      { .pod = POD(LABELS, "", "", GATED("app:1"), "") },
      ROLLOUT_OP_UPDATE_IN_PLACE,
      ON_POD,
      { TO_NEW, UNMARK },
      { NULL },
      { POD(
          UPDATING,
          ANNOTATIONS(STAMP "," STATE("{`revision`:`demo-new`," AT ",`lastContainerStatuses`:null,`updateImages`:true,"
                                      "`containerBatchesRecord`:[" BATCH("`main`") "]}")),
          "", GATED("app:2"), "") } },
    { "update: 8.1 metadata only, annotations are merged",
      { .new = "{'$patch':'replace','metadata':{'creationTimestamp':null,'labels':{'app':'demo','tier':'a'}},'spec':"
               "{" SPEC("app:1") "}}",
        .pod = POD(LABELS, ANNOTATIONS("'own':'1'"), "", GATED("app:1"), RAN) },
      ROLLOUT_OP_UPDATE_IN_PLACE,
      ON_POD,
      { TO_NEW, MARK },
      { NULL },
      { POD(UPDATING ",'tier':'a'",
            ANNOTATIONS("'own':'1'," STAMP "," STATE("{`revision`:`demo-new`," AT ",`lastContainerStatuses`:null,"
                                                     "`containerBatchesRecord`:[" BATCH("") "]}")),
            "", GATED("app:1"), RAN CONDITIONS(STARTED)) } },
    { "update: 15 row 17, a template that loses its last annotation wipes all",
      { .old = "{'$patch':'replace','metadata':{'labels':{'app':'demo'},'annotations':{'a':'1'}},'spec':{" SPEC(
            "app:1") "}}",
        .new = "{'$patch':'replace','metadata':{'labels':{'app':'demo'}},'spec':{" SPEC("app:1") "}}",
        .pod = POD(LABELS, ANNOTATIONS("'a':'1','own':'1'"), "", GATED("app:1"), RAN) },
      ROLLOUT_OP_UPDATE_IN_PLACE,
      ON_POD,
      { TO_NEW, UNMARK },
      { NULL },
      { POD(UPDATING,
            ANNOTATIONS(STATE("{`revision`:`demo-new`," AT
                              ",`lastContainerStatuses`:null,`containerBatchesRecord`:[" BATCH("") "]}")),
            "", GATED("app:1"), RAN) } },
    { "update: 5.2, a label that feeds an environment",
      { .old = FED_TEMPLATE("1", "app:1"),
        .new = FED_TEMPLATE("2", "app:1"),
        .pod = POD(LABELS ",'ver':'1'", "", "", FED_SPEC("app:1"), RAN) },
      ROLLOUT_OP_UPDATE_IN_PLACE,
      ON_POD,
      { TO_NEW, UNMARK },
      { NULL },
      { POD(UPDATING ",'ver':'2'",
            ANNOTATIONS(STAMP "," STATE("{`revision`:`demo-new`," AT
                                        ",`lastContainerStatuses`:null,`updateEnvFromMetadata`:true,"
                                        "`containerBatchesRecord`:[" BATCH("`main`") "]}")),
            "", FED_SPEC("app:1"), RAN) } },
    { "update: what a former one left is replaced, old keys go",
      { .pod = POD(
            LABELS,
            ANNOTATIONS(
                "'inplace-update-state':'{bad','inplace-update-grace':'','apps.kruise.io/inplace-update-grace':'x'"),
            "", GATED("app:1"), RAN) },
      ROLLOUT_OP_UPDATE_IN_PLACE,
      ON_POD,
      { TO_NEW, UNMARK },
      { NULL },
      { POD(UPDATING,
            ANNOTATIONS(STAMP
                        "," STATE("{`revision`:`demo-new`," AT ",`lastContainerStatuses`:{`main`:{`imageID`:`sha:1`}},"
                                  "`updateImages`:true,`containerBatchesRecord`:[" BATCH("`main`") "]}")),
            "", GATED("app:2"), RAN) } },
    { "update: 8 step 5b, grace",
      { 0 },
      ROLLOUT_OP_UPDATE_IN_PLACE,
      ON_POD,
      { TO_NEW, MARK, SECONDS(30) },
      { NULL },
      { POD(UPDATING,
            ANNOTATIONS(
                STAMP
                "," STATE("{`revision`:`demo-new`," AT ",`lastContainerStatuses`:null,`updateImages`:true}") "," GRACE(
                    "{`revision`:`demo-new`,`containerImages`:{`main`:`app:2`},`graceSeconds`:30}")),
            "", GATED("app:1"), RAN CONDITIONS(STARTED)) } },
    { "update: 7, everything in a grace annotation",
      { .gates = "'InPlaceWorkloadVerticalScaling':true",
        .old = "{'metadata':{'labels':{'app':'demo','ver':'1'}},'spec':{'containers':[{'name':'main','image':'app:1','"
               "env':[{'name':"
               "'V','valueFrom':{'fieldRef':{'fieldPath':'metadata.labels[\\u0027ver\\u0027]'}}}],'resources':{'limits'"
               ":{'cpu':'1'}}}]}}",
        .new = "{'metadata':{'labels':{'app':'demo','ver':'2','x':'y'}},'spec':{'containers':[{'name':'main','image':'"
               "app:2','env':[{"
               "'name':'V','valueFrom':{'fieldRef':{'fieldPath':'metadata.labels[\\u0027ver\\u0027]'}}}],'resources':{'"
               "limits':{'cpu':"
               "'2'}}}]}}" },
      ROLLOUT_OP_UPDATE_IN_PLACE,
      ON_POD,
      { TO_NEW, UNMARK, SECONDS(5) },
      { NULL },
      { POD(
          UPDATING,
          ANNOTATIONS(STAMP "," STATE(
              "{`revision`:`demo-new`," AT ",`lastContainerStatuses`:null,`updateEnvFromMetadata`:true,"
              "`updateResources`:true,`updateImages`:true}") "," GRACE("{`revision`:`demo-new`,`containerImages`:{`"
                                                                       "main`:`app:2`},`containerRefMetadata`:{`main`:{"
                                                                       "`creationTimestamp`:null,`labels`:{`ver`:`2`}}}"
                                                                       ",`containerResources`:{`main`:{`limits`:{`cpu`:"
                                                                       "`2`}}},"
                                                                       "`metaDataPatch`:`"
                                                                       "eyJtZXRhZGF0YSI6eyJsYWJlbHMiOnsieCI6InkifX19`,`"
                                                                       "updateEnvFromMetadata`:true,"
                                                                       "`graceSeconds`:5}")),
          "", GATED("app:1"), RAN) } },
    { "update: 9 step 8, resources",
      { .gates = "'InPlaceWorkloadVerticalScaling':true",
        .old = TEMPLATE(SIZED("'limits':{'cpu':'1','memory':'1Gi'}")),
        .new = TEMPLATE(SIZED("'limits':{'cpu':'2','memory':'1Gi'}")),
        .pod = POD(LABELS, "", "", SIZED("'limits':{'cpu':'1','memory':'1Gi','x.io/gpu':'1'},'requests':{'cpu':'1'}"),
                   RAN) },
      ROLLOUT_OP_UPDATE_IN_PLACE,
      ON_POD,
      { TO_NEW, UNMARK },
      { NULL },
      { POD(UPDATING,
            ANNOTATIONS(STAMP
                        "," STATE("{`revision`:`demo-new`," AT ",`lastContainerStatuses`:null,`updateResources`:true,"
                                  "`containerBatchesRecord`:[" BATCH("`main`") "]}")),
            "", SIZED("'limits':{'cpu':'2','memory':'1Gi','x.io/gpu':'1'},'requests':{'cpu':'1'}"), RAN) } },
    { "update: 8.2, Ready is forced",
      { .pod = POD(LABELS, "", "",
                   SPEC("app:1") ",'readinessGates':[{'conditionType':'InPlaceUpdateReady'},{'conditionType':'other'},{"
                                 "'conditionType':'fine'}]",
                   CONDITIONS(WAS_READY "," CONTAINERS_READY ",{'type':'fine','status':'True'}")) },
      ROLLOUT_OP_UPDATE_IN_PLACE,
      ON_POD,
      { TO_NEW, MARK },
      { NULL },
      { POD(
          UPDATING,
          ANNOTATIONS(STAMP "," STATE("{`revision`:`demo-new`," AT ",`lastContainerStatuses`:null,`updateImages`:true,"
                                      "`containerBatchesRecord`:[" BATCH("`main`") "]}")),
          "",
          SPEC("app:2") ",'readinessGates':[{'conditionType':'InPlaceUpdateReady'},{'conditionType':'other'},{'"
                        "conditionType':'fine'}]",
          CONDITIONS(
              FORCED("the status of pod readiness gate `InPlaceUpdateReady` is not `True`, but False, corresponding "
                     "condition of "
                     "pod readiness gate `other` does not exist.") "," CONTAINERS_READY
                                                                   ",{'type':'fine','status':'True'}," STARTED)) } },
    { "update: 8.2, not without ContainersReady",
      { .pod = POD(LABELS, "", "", GATED("app:1"),
                   CONDITIONS(WAS_READY ",{'type':'InPlaceUpdateReady','status':'True'" SINCE "}")) },
      ROLLOUT_OP_UPDATE_IN_PLACE,
      ON_POD,
      { TO_NEW, MARK },
      { NULL },
      { POD(
          UPDATING,
          ANNOTATIONS(STAMP "," STATE("{`revision`:`demo-new`," AT ",`lastContainerStatuses`:null,`updateImages`:true,"
                                      "`containerBatchesRecord`:[" BATCH("`main`") "]}")),
          "", GATED("app:2"), CONDITIONS(WAS_READY "," STARTED)) } },
    { "update: 8.2, a condition whose status stays is not replaced",
      { .pod = POD(LABELS, "", "", GATED("app:1"),
                   CONDITIONS("{'type':'InPlaceUpdateReady','status':'False'" SINCE ",'reason':'Other'}")) },
      ROLLOUT_OP_UPDATE_IN_PLACE,
      ON_POD,
      { TO_NEW, MARK },
      { NULL },
      { POD(
          UPDATING,
          ANNOTATIONS(STAMP "," STATE("{`revision`:`demo-new`," AT ",`lastContainerStatuses`:null,`updateImages`:true,"
                                      "`containerBatchesRecord`:[" BATCH("`main`") "]}")),
          "", GATED("app:2"),
          CONDITIONS("{'type':'InPlaceUpdateReady','status':'False'" SINCE ",'reason':'Other'}")) } },
    { "update: not possible in place",
      { .new = TEMPLATE(SPEC("app:2") ",'hostNetwork':true") },
      ROLLOUT_OP_UPDATE_IN_PLACE,
      ON_POD,
      { TO_NEW },
      { NULL },
      { "revision: from demo-old to demo-new is not possible in place" } },
    { "update: a revision that is not there",
      { .pod = POD("'app':'demo','controller-revision-hash':'demo-x'", "", "", SPEC("app:1"), "") },
      ROLLOUT_OP_UPDATE_IN_PLACE,
      ON_POD,
      { TO_NEW },
      { NULL },
      { "metadata.labels[\"controller-revision-hash\"]: \"demo-x\" is not among the revisions" } },
    { "update: a barrier without a key",
      { .pod = POD(
            LABELS, "", "",
            "'containers':[{'name':'main','image':'app:1','env':[{'name':'A'},{'name':'KRUISE_CONTAINER_BARRIER'}]}]",
            "") },
      ROLLOUT_OP_UPDATE_IN_PLACE,
      ON_POD,
      { TO_NEW },
      { NULL },
      { "spec.containers[0].env[1].valueFrom.configMapKeyRef.key: no launch priority" } },

    { "end-grace: 11.1 row 5, apply",
      { .pod = POD(
            UPDATING,
            ANNOTATIONS(STATE(
                "{`revision`:`demo-new`,`updateTimestamp`:`2026-11-23T12:59:00+01:00`,`lastContainerStatuses`:null,"
                "`updateImages`:true}") "," GRACE("{`revision`:`demo-new`,`containerImages`:{`main`:`app:9`},`"
                                                  "metaDataPatch`:"
                                                  "`eyJtZXRhZGF0YSI6eyJsYWJlbHMiOnsieCI6InkifX19`,`graceSeconds`:30}")),
            "", GATED("app:1"), RAN) },
      ROLLOUT_OP_END_GRACE,
      ON_POD,
      { TO_NEW, APPLY },
      { NULL },
      { POD(UPDATING ",'x':'y'",
            ANNOTATIONS(STATE(
                "{`revision`:`demo-new`,`updateTimestamp`:`2026-11-23T11:59:00Z`,`lastContainerStatuses`:{`main`:{"
                "`imageID`:`sha:1`}},`updateImages`:true,`containerBatchesRecord`:[" BATCH("`main`") "]}")),
            "", GATED("app:9"), RAN) } },
    { "end-grace: 11.1 row 3, drop",
      { .pod = POD(
            LABELS,
            ANNOTATIONS(STATE("{`revision`:`demo-new`}") "," GRACE("{`revision`:`x`}") ",'inplace-update-grace':'y'"),
            "", GATED("app:1"), RAN) },
      ROLLOUT_OP_END_GRACE,
      ON_POD,
      { DROP },
      { NULL },
      { POD(LABELS, ANNOTATIONS(STATE("{`revision`:`demo-new`}")), "", GATED("app:1"), RAN) } },
    { "end-grace: 11.1 row 1, no state",
      { .pod = POD(LABELS, ANNOTATIONS(GRACE("{}")), "", GATED("app:1"), "") },
      ROLLOUT_OP_END_GRACE,
      ON_POD,
      { APPLY },
      { NULL },
      { "metadata.annotations[\"apps.kruise.io/inplace-update-state\"]: is missing or cannot be read" } },
    { "end-grace: unreadable",
      { .pod = POD(LABELS, ANNOTATIONS(GRACE("{bad")), "", GATED("app:1"), "") },
      ROLLOUT_OP_END_GRACE,
      ON_POD,
      { APPLY },
      { NULL },
      { "metadata.annotations[\"apps.kruise.io/inplace-update-grace\"]: is missing or cannot be read" } },
    { "end-grace: a patch that is no JSON",
      { .pod = POD(LABELS, ANNOTATIONS(STATE("{}") "," GRACE("{`metaDataPatch`:`e30x`}")), "", GATED("app:1"), "") },
      ROLLOUT_OP_END_GRACE,
      ON_POD,
      { APPLY },
      { NULL },
      { "metadata.annotations[\"apps.kruise.io/inplace-update-grace\"]: its metaDataPatch cannot be read" } },
    { "end-grace: an empty patch is no JSON",
      { .pod = POD(LABELS, ANNOTATIONS(STATE("{}") "," GRACE("{`metaDataPatch`:``}")), "", GATED("app:1"), "") },
      ROLLOUT_OP_END_GRACE,
      ON_POD,
      { APPLY },
      { NULL },
      { "metadata.annotations[\"apps.kruise.io/inplace-update-grace\"]: its metaDataPatch cannot be read" } },
    { "end-grace: a patch that is no base64",
      { .pod = POD(LABELS, ANNOTATIONS(STATE("{}") "," GRACE("{`metaDataPatch`:`e30`}")), "", GATED("app:1"), "") },
      ROLLOUT_OP_END_GRACE,
      ON_POD,
      { APPLY },
      { NULL },
      { "metadata.annotations[\"apps.kruise.io/inplace-update-grace\"]: is missing or cannot be read" } },
    { "end-grace: the patch null changes nothing",
      { .pod = POD(LABELS, ANNOTATIONS(STATE("{`revision`:`r`}") "," GRACE("{`metaDataPatch`:`bnVsbA==`}")), "",
                   GATED("app:1"), "") },
      ROLLOUT_OP_END_GRACE,
      ON_POD,
      { APPLY },
      { NULL },
      { POD(LABELS,
            ANNOTATIONS(STATE("{`revision`:`r`,`updateTimestamp`:null,`lastContainerStatuses`:null,"
                              "`containerBatchesRecord`:[" BATCH("") "]}")),
            "", GATED("app:1"), "") } },
    { "end-grace: a patch of something else",
      { .pod = POD(LABELS, ANNOTATIONS(STATE("{}") "," GRACE("{`metaDataPatch`:`W10=`}")), "", GATED("app:1"), "") },
      ROLLOUT_OP_END_GRACE,
      ON_POD,
      { APPLY },
      { NULL },
      { "metaDataPatch: is no patch of a pod's metadata" } },
    { "end-grace: neither apply nor drop",
      { 0 },
      ROLLOUT_OP_END_GRACE,
      ON_POD,
      { { ROLLOUT_ATTR_DETAIL, "x", 0 } },
      { NULL },
      { "detail: \"x\" is neither apply nor drop" } },

    { "next-batch: the record grows, another record of a container stays",
      { .pod =
            POD(UPDATING,
                ANNOTATIONS("'inplace-update-state':'{`revision`:`demo-new`,`updateTimestamp`:`2026-11-23T11:59:00Z`,"
                            "`lastContainerStatuses`:{`main`:{`imageID`:`sha:0`}},`updateImages`:true,`"
                            "nextContainerImages`:{`main`:"
                            "`app:9`,`ghost`:`x`},`preCheckBeforeNext`:{},`containerBatchesRecord`:[{`timestamp`:"
                            "`2026-11-23T11:59:00Z`,`containers`:[`side`]}]}'"),
                "", GATED("app:1"), RAN) },
      ROLLOUT_OP_NEXT_BATCH,
      ON_POD,
      { { 0 } },
      { NULL },
      { POD(
          UPDATING,
          ANNOTATIONS(
              "'inplace-update-state':'{`revision`:`demo-new`,`updateTimestamp`:`2026-11-23T11:59:00Z`,"
              "`lastContainerStatuses`:{`main`:{`imageID`:`sha:0`}},`updateImages`:true,`nextContainerImages`:{`main`:"
              "`app:9`,`ghost`:`x`},`preCheckBeforeNext`:{},`containerBatchesRecord`:[{`timestamp`:"
              "`2026-11-23T11:59:00Z`,`containers`:[`side`]}]}'," STATE(
                  "{`revision`:`demo-new`,`updateTimestamp`:`2026-11-23T11:59:00Z`,`lastContainerStatuses`:{`main`:{"
                  "`imageID`:`sha:0`}},`updateImages`:true,`containerBatchesRecord`:[{`timestamp`:`2026-11-23T11:59:"
                  "00Z`,"
                  "`containers`:[`side`]}," BATCH("`main`") "]}")),
          "", GATED("app:9"), RAN) } },
    { "next-batch: no state",
      { 0 },
      ROLLOUT_OP_NEXT_BATCH,
      ON_POD,
      { { 0 } },
      { NULL },
      { "metadata.annotations[\"apps.kruise.io/inplace-update-state\"]: is missing or cannot be read" } },

    { "set-ready: 11 row 8",
      { .pod = POD(LABELS, "", "", GATED("app:1"), CONDITIONS(STARTED)) },
      ROLLOUT_OP_SET_READY,
      ON_POD,
      { { 0 } },
      { NULL },
      { POD(LABELS, "", "", GATED("app:1"),
            CONDITIONS("{'type':'InPlaceUpdateReady','status':'True'" SINCE_NOW "}")) } },
    { "set-ready: no condition yet",
      { .pod = POD(LABELS, "", "", GATED("app:1"), "") },
      ROLLOUT_OP_SET_READY,
      ON_POD,
      { { 0 } },
      { NULL },
      { POD(LABELS, "", "", GATED("app:1"),
            CONDITIONS("{'type':'InPlaceUpdateReady','status':'True'" SINCE_NOW "}")) } },
    { "set-ready: True already, with a reason: stays",
      { .pod = POD(LABELS, "", "", GATED("app:1"),
                   CONDITIONS("{'type':'InPlaceUpdateReady','status':'True'" SINCE ",'reason':'x'}")) },
      ROLLOUT_OP_SET_READY,
      ON_POD,
      { { 0 } },
      { NULL },
      { POD(LABELS, "", "", GATED("app:1"),
            CONDITIONS("{'type':'InPlaceUpdateReady','status':'True'" SINCE ",'reason':'x'}")) } },

    { "set-lifecycle",
      { 0 },
      ROLLOUT_OP_SET_LIFECYCLE,
      ON_POD,
      { TO("Normal") },
      { NULL },
      { POD(LABELS ",'lifecycle.apps.kruise.io/state':'Normal'", ANNOTATIONS(STAMP), "", GATED("app:1"), RAN) } },
    { "set-lifecycle: cloneset.md 6.6, a key is added",
      { .spec = HOOK_SPEC, .pod = HOOKED("Normal", WAS_READY "," CONTAINERS_READY "," KRUISE("True", SINCE, "[]")) },
      ROLLOUT_OP_SET_LIFECYCLE,
      ON_POD,
      { TO("PreparingUpdate"), MARK },
      { NULL },
      { HOOKED_NOW(
          "PreparingUpdate",
          FORCED("the status of pod readiness gate `KruisePodReady` is not `True`, but False") "," CONTAINERS_READY
                                                                                               "," KRUISE("False",
                                                                                                          SINCE_NOW,
                                                                                                          "[" UPDATE_KEY
                                                                                                          "]")) } },
    { "set-lifecycle: 6.6, beside another one",
      { .spec = HOOK_SPEC, .pod = HOOKED("Normal", KRUISE("False", SINCE, "[" OTHER_KEY "]")) },
      ROLLOUT_OP_SET_LIFECYCLE,
      ON_POD,
      { TO("PreparingDelete"), MARK },
      { NULL },
      { HOOKED_NOW("PreparingDelete", KRUISE("False", SINCE_NOW, "[" OTHER_KEY "," DELETE_KEY "]")) } },
    { "set-lifecycle: 6.6, an unreadable list is empty",
      { .spec = HOOK_SPEC, .pod = HOOKED("Normal", KRUISE("True", SINCE, "{bad")) },
      ROLLOUT_OP_SET_LIFECYCLE,
      ON_POD,
      { TO("PreparingUpdate"), MARK },
      { NULL },
      { HOOKED_NOW("PreparingUpdate", KRUISE("False", SINCE_NOW, "[" UPDATE_KEY "]")) } },
    { "set-lifecycle: 6.6, no such condition yet: made without a status",
      { .spec = HOOK_SPEC, .pod = HOOKED("Normal", WAS_READY "," CONTAINERS_READY) },
      ROLLOUT_OP_SET_LIFECYCLE,
      ON_POD,
      { TO("PreparingUpdate"), MARK },
      { NULL },
      { HOOKED_NOW(
          "PreparingUpdate",
          FORCED("the status of pod readiness gate `KruisePodReady` is not `True`, but ") "," CONTAINERS_READY
                                                                                          "," KRUISE("", SINCE_NOW,
                                                                                                     "[" UPDATE_KEY
                                                                                                     "]")) } },
    { "set-lifecycle: 6.6, the last key is removed",
      { .spec = HOOK_SPEC,
        .pod = HOOKED("Updating", WAS_READY "," CONTAINERS_READY "," KRUISE("False", SINCE, "[" UPDATE_KEY "]")) },
      ROLLOUT_OP_SET_LIFECYCLE,
      ON_POD,
      { TO("Updated"), UNMARK },
      { NULL },
      { HOOKED_NOW("Updated", WAS_READY "," CONTAINERS_READY "," KRUISE("True", SINCE_NOW, "[]")) } },
    { "set-lifecycle: 6.6, another key stays",
      { .spec = HOOK_SPEC, .pod = HOOKED("Updating", KRUISE("False", SINCE, "[" UPDATE_KEY "," OTHER_KEY "]")) },
      ROLLOUT_OP_SET_LIFECYCLE,
      ON_POD,
      { TO("Updated"), UNMARK },
      { NULL },
      { HOOKED_NOW("Updated", KRUISE("False", SINCE_NOW, "[" OTHER_KEY "]")) } },
    { "set-lifecycle: 6.6, hook: what it consists of is put back",
      { .spec = HOOK_SPEC, .pod = POD(LABELS, "", ",'finalizers':['own','hook/b']", SPEC("app:1"), "") },
      ROLLOUT_OP_SET_LIFECYCLE,
      ON_POD,
      { TO("PreparingUpdate"), { ROLLOUT_ATTR_HOOK, NULL, 1 } },
      { NULL },
      { POD(LABELS ",'hook':'1','lifecycle.apps.kruise.io/state':'PreparingUpdate'", ANNOTATIONS(STAMP),
            ",'finalizers':['hook/a','own','hook/b']", SPEC("app:1"), "") } },
    { "set-lifecycle: no state",
      { 0 },
      ROLLOUT_OP_SET_LIFECYCLE,
      ON_POD,
      { { 0 } },
      { NULL },
      { "state: the action names none" } },

    { "set-pod-ready: the key of the state that the pod is in",
      { .spec = HOOK_SPEC, .pod = HOOKED("PreparingDelete", KRUISE("True", SINCE, "")) },
      ROLLOUT_OP_SET_POD_READY,
      ON_POD,
      { MARK },
      { NULL },
      { HOOKED("PreparingDelete", KRUISE("False", SINCE_NOW, "[" DELETE_KEY "]")) } },
    { "set-pod-ready: released",
      { .spec = HOOK_SPEC, .pod = HOOKED("Updated", KRUISE("False", SINCE, "[" UPDATE_KEY "]")) },
      ROLLOUT_OP_SET_POD_READY,
      ON_POD,
      { UNMARK },
      { NULL },
      { HOOKED("Updated", KRUISE("True", SINCE_NOW, "[]")) } },
    { "set-pod-ready: without the gate nothing is written",
      { .pod = POD(LABELS, "", "", SPEC("app:1"), CONDITIONS(KRUISE("True", SINCE, ""))) },
      ROLLOUT_OP_SET_POD_READY,
      ON_POD,
      { MARK },
      { NULL },
      { POD(LABELS, "", "", SPEC("app:1"), CONDITIONS(KRUISE("True", SINCE, ""))) } },

    { "recreate: cloneset.md 6.5",
      { 0 },
      ROLLOUT_OP_RECREATE,
      ON_POD,
      { { 0 } },
      { NULL },
      { POD(LABELS ",'apps.kruise.io/specified-delete':'true'", "", "", GATED("app:1"), RAN) } },
    { "recreate: a mark that is there stays",
      { .pod = POD(LABELS ",'apps.kruise.io/specified-delete':'false'", "", "", SPEC("app:1"), "") },
      ROLLOUT_OP_RECREATE,
      ON_POD,
      { { 0 } },
      { NULL },
      { POD(LABELS ",'apps.kruise.io/specified-delete':'false'", "", "", SPEC("app:1"), "") } },
    { "label-template-hash",
      { 0 },
      ROLLOUT_OP_LABEL_TEMPLATE_HASH,
      ON_POD,
      { { 0 } },
      { NULL },
      { POD(LABELS ",'pod-template-hash':'old'", "", "", GATED("app:1"), RAN) } },
    { "release",
      { 0 },
      ROLLOUT_OP_RELEASE,
      ON_POD,
      { { 0 } },
      { NULL },
      { "{'apiVersion':'v1','kind':'Pod','metadata':{'name':'demo-a','namespace':'default','uid':'u-a','labels':"
        "{" LABELS "}},'spec':{" GATED("app:1") "},'status':{'phase':'Running'" RAN "}}" } },

    { "create-revision",
      { 0 },
      ROLLOUT_OP_CREATE_REVISION,
      ROLLOUT_SUBJECT_REVISION,
      1,
      { { 0 } },
      { NULL },
      { "{'apiVersion':'apps/"
        "v1','kind':'ControllerRevision','metadata':{'name':'demo-new','namespace':'default','ownerReferences':[" OWNER
        "]},'data':{'spec':{'template':" TEMPLATE(SPEC("app:2")) "}},'revision':2}" } },
    { "renumber-revision: cloneset.md 7.2",
      { 0 },
      ROLLOUT_OP_RENUMBER_REVISION,
      ROLLOUT_SUBJECT_REVISION,
      0,
      { { ROLLOUT_ATTR_NUMBER, NULL, 3 } },
      { NULL },
      { "{'apiVersion':'apps/"
        "v1','kind':'ControllerRevision','metadata':{'name':'demo-old','namespace':'default','ownerReferences':[" OWNER
        "],'annotations':{'kruise.io/cloneset-volumeclaimtemplate-hash':''}},'data':{'spec':{'template':" TEMPLATE(
            SPEC("app:1")) "}},'revision':3}" } },

    { "delete", { 0 }, ROLLOUT_OP_DELETE, ON_POD, { { 0 } }, { NULL }, { NULL } },
    { "delete-claim", { 0 }, ROLLOUT_OP_DELETE_CLAIM, ON_CLAIM, { { 0 } }, { NULL }, { NULL } },
    { "delete-revision",
      { 0 },
      ROLLOUT_OP_DELETE_REVISION,
      ROLLOUT_SUBJECT_REVISION,
      0,
      { { 0 } },
      { NULL },
      { NULL } },
    { "an unknown op", { 0 }, 99, ON_POD, { { 0 } }, { NULL }, { "plan.actions: op 99 is unknown" } },
    { "a subject that is not there",
      { 0 },
      ROLLOUT_OP_RECREATE,
      ROLLOUT_SUBJECT_POD,
      7,
      { { 0 } },
      { NULL },
      { "plan.actions: subject 7 of kind 1 is not in the world" } },
};

/* ---- running one action ---- */

struct run {
    struct rollout_json *json;
    struct rollout_world *world;
    struct rollout_action action;
    struct rollout_attr attrs[8];
    struct rollout_str texts[8];
    struct rollout_plan plan;
};

static void open_world(struct run *run, const struct world_case *world)
{
    struct rollout_error error = { .struct_size = sizeof error };
    char *text = snapshot(world);

    run->json = parse(text);
    free(text);
    int r = rollout_document_decode(rollout_json_tree(run->json), 0, 0, &run->world, &error);
    ck_assert_msg(r == ROLLOUT_OK, "%s", error.message);
}

static void close_world(struct run *run)
{
    rollout_world_free(run->world);
    rollout_json_free(run->json);
}

static void set_action(struct run *run, uint32_t op, uint32_t subject_kind, uint32_t subject, const struct attr *attrs)
{
    uint32_t n = 0;

    for (; n < 5 && attrs[n].key; n++) {
        run->texts[n] = (struct rollout_str){ attrs[n].text, attrs[n].text ? strlen(attrs[n].text) : 0 };
        run->attrs[n] = (struct rollout_attr){ attrs[n].key, attrs[n].text ? n : ROLLOUT_NONE, attrs[n].value };
    }
    run->action =
        (struct rollout_action){ .op = op, .subject_kind = subject_kind, .subject = subject, .attr_count = n };
    run->plan = (struct rollout_plan){ .struct_size = sizeof run->plan,
                                       .actions = &run->action,
                                       .action_count = 1,
                                       .attrs = run->attrs,
                                       .attr_count = n,
                                       .texts = run->texts,
                                       .text_count = n };
}

static char *text_of(const struct rollout_tree *tree)
{
    size_t len;

    ck_assert_int_eq(rollout_tree_text(tree, NULL, 0, &len, NULL), ROLLOUT_OK);
    char *text = malloc(len + 1);
    rollout_tree_text(tree, text, len + 1, NULL, NULL);
    return text;
}

static void check_object(const char *name, const struct rollout_tree *tree, const char *want)
{
    char *json = json_of(want), *got = text_of(tree);
    struct rollout_json *wanted = parse(json);

    ck_assert_msg(same(tree->nodes, rollout_json_tree(wanted)->nodes), "%s:\n got %s\nwant %s", name, got, json);
    rollout_json_free(wanted);
    free(got);
    free(json);
}

START_TEST(test_apply)
{
    const struct apply_case *c = &apply_cases[_i];
    struct rollout_error error = { .struct_size = sizeof error };
    struct rollout_objects *objects = NULL;
    struct rollout_str ids[4];
    struct rollout_strs list = { ids, 0, sizeof ids[0] };
    size_t count = 0;
    struct run run;

    open_world(&run, &c->world);
    set_action(&run, c->op, c->subject_kind, c->subject, c->attrs);
    for (; list.count < 4 && c->ids[list.count]; list.count++)
        ids[list.count] = (struct rollout_str){ c->ids[list.count], strlen(c->ids[list.count]) };
    int r = rollout_apply(run.world, &run.plan, 0, &list, &objects, &error);
    if (c->result[0] && c->result[0][0] != '{') {
        ck_assert_msg(r == ROLLOUT_ERR_INVALID, "%s", c->name);
        ck_assert_str_eq(error.message, c->result[0]);
        ck_assert_ptr_null(objects);
    } else {
        ck_assert_msg(r == ROLLOUT_OK, "%s: %s", c->name, error.message);
        while (count < 3 && c->result[count])
            count++;
        ck_assert_uint_eq(objects->struct_size, sizeof *objects);
        ck_assert_msg(objects->count == count, "%s: %zu objects", c->name, objects->count);
        for (size_t i = 0; i < count; i++)
            check_object(c->name, &objects->items[i], c->result[i]);
        rollout_objects_free(objects);
    }
    close_world(&run);
}
END_TEST

START_TEST(test_arguments)
{
    struct rollout_error error = { .struct_size = sizeof error };
    struct rollout_objects *objects = NULL;
    const struct world_case plain = { 0 };
    const struct attr none[5] = { { 0 } };
    struct run run;

    open_world(&run, &plain);
    set_action(&run, ROLLOUT_OP_RECREATE, ON_POD, none);
    ck_assert_int_eq(rollout_apply(run.world, &run.plan, 1, NULL, &objects, &error), ROLLOUT_ERR_INVALID);
    ck_assert_str_eq(error.message, "action: 1 is not in the plan");
    ck_assert_int_eq(rollout_apply_to(run.world, &run.plan, 0, NULL, &objects, &error), ROLLOUT_ERR_INVALID);
    ck_assert_str_eq(error.message, "object: NULL");
    /* an object that no decoder would take */
    struct rollout_json *odd = parse("{\"metadata\":{\"labels\":[]}}");
    ck_assert_int_eq(rollout_apply_to(run.world, &run.plan, 0, rollout_json_tree(odd), &objects, &error),
                     ROLLOUT_ERR_INVALID);
    ck_assert_str_eq(error.field, "metadata.labels");
    ck_assert_ptr_null(objects);
    rollout_objects_free(NULL);
    rollout_json_free(odd);
    close_world(&run);
}
END_TEST

/* ---- inplace.md 9: batches by launch priority ---- */

#define BARRIER(key)                                                                                                   \
    "'env':[{'name':'KRUISE_CONTAINER_BARRIER','valueFrom':{'configMapKeyRef':{'name':'b','key':'" key "'}}}"
#define K2 ",{'name':'K','valueFrom':{'fieldRef':{'fieldPath':'metadata.labels[\\u0027k2\\u0027]'}}}"
#define FOUR(c1, c2, c4)                                                                                               \
    "'containers':[{'name':'c1','image':'" c1 "'," BARRIER("p_20") "]},{'name':'c2','image':'" c2 "'," BARRIER("p_10") \
        K2 "]},{'name':'c3','image':'x:1'," BARRIER("p_0") K2 "]},{'name':'c4','image':'" c4 "'," BARRIER("p_0") "]}]"
#define FOUR_TEMPLATE(k2, c1, c2, c4)                                                                                  \
    "{'metadata':{'labels':{'app':'demo','k2':'" k2 "'}},'spec':{" FOUR(c1, c2, c4) "}}"
#define FOUR_RAN                                                                                                       \
    ",'containerStatuses':[{'name':'c1','imageID':'i1'},{'name':'c2','imageID':'i2'},{'name':'c3','imageID':'i3'},"    \
    "{'name':'c4','imageID':'i4'}]"
#define FOUR_STATE(last, more)                                                                                         \
    ANNOTATIONS(STAMP "," STATE("{`revision`:`demo-new`," AT ",`lastContainerStatuses`:{" last                         \
                                "},`updateEnvFromMetadata`:true,"                                                      \
                                "`updateImages`:true," more "}"))

START_TEST(test_batches)
{
    static const char *const results[] = {
        /* batch 1 {c1} */
        POD(UPDATING ",'k2':'1'",
            FOUR_STATE(
                "`c1`:{`imageID`:`i1`}",
                "`nextContainerImages`:{`c2`:`x:2`,`c4`:`x:2`},`nextContainerRefMetadata`:{`c2`:{`creationTimestamp`:"
                "null,"
                "`labels`:{`k2`:`2`}},`c3`:{`creationTimestamp`:null,`labels`:{`k2`:`2`}}},`preCheckBeforeNext`:{"
                "`containersRequiredReady`:[`c1`]},`containerBatchesRecord`:[" BATCH("`c1`") "]"),
            "", FOUR("x:2", "x:1", "x:1"), FOUR_RAN),
        /* batch 2 {c2, c3}: c3 joins by the label that both take */
        POD(UPDATING ",'k2':'2'",
            FOUR_STATE(
                "`c1`:{`imageID`:`i1`},`c2`:{`imageID`:`i2`}",
                "`nextContainerImages`:{`c4`:`x:2`},`preCheckBeforeNext`:{`containersRequiredReady`:[`c2`,`c3`]},"
                "`containerBatchesRecord`:[" BATCH("`c1`") "," BATCH("`c2`,`c3`") "]"),
            "", FOUR("x:2", "x:2", "x:1"), FOUR_RAN),
        /* batch 3 {c4} */
        POD(UPDATING ",'k2':'2'",
            FOUR_STATE("`c1`:{`imageID`:`i1`},`c2`:{`imageID`:`i2`},`c4`:{`imageID`:`i4`}",
                       "`containerBatchesRecord`:[" BATCH("`c1`") "," BATCH("`c2`,`c3`") "," BATCH("`c4`") "]"),
            "", FOUR("x:2", "x:2", "x:2"), FOUR_RAN),
    };
    const struct world_case world = { .old = FOUR_TEMPLATE("1", "x:1", "x:1", "x:1"),
                                      .new = FOUR_TEMPLATE("2", "x:2", "x:2", "x:2"),
                                      .pod = POD(LABELS ",'k2':'1'", "", "", FOUR("x:1", "x:1", "x:1"), FOUR_RAN) };
    const struct attr update[5] = { TO_NEW, UNMARK }, none[5] = { { 0 } };
    struct rollout_error error = { .struct_size = sizeof error };
    struct rollout_objects *objects, *before = NULL;
    struct run run;

    open_world(&run, &world);
    for (size_t i = 0; i < sizeof results / sizeof results[0]; i++) {
        set_action(&run, i == 0 ? ROLLOUT_OP_UPDATE_IN_PLACE : ROLLOUT_OP_NEXT_BATCH, ON_POD, i == 0 ? update : none);
        int r = i == 0 ? rollout_apply(run.world, &run.plan, 0, NULL, &objects, &error)
                       : rollout_apply_to(run.world, &run.plan, 0, &before->items[0], &objects, &error);
        ck_assert_msg(r == ROLLOUT_OK, "%s", error.message);
        rollout_objects_free(before);
        check_object("inplace.md 9, batch example", &objects->items[0], results[i]);
        before = objects;
    }
    rollout_objects_free(before);
    close_world(&run);
}
END_TEST

/* inplace.md 9, the table of keys: which of two containers comes first. */
static const struct {
    const char *name, *a, *b, *batch; /* b NULL: without a barrier; batch NULL: upstream crashes */
} priority_cases[] = {
    { "9 row 1 p_5 before p_-3", "p_5", "p_-3", "a" },
    { "9 row 1 p_0 after p_5", "p_0", "p_5", "b" },
    { "9 row 1 equal", "p_0", "p_0", "ab" },
    { "9 row 2 p_abc is 0", "p_abc", "p_0", "ab" },
    { "9 row 2 p_ is 0", "p_", "p_0", "ab" },
    { "9 row 3 the prefix is not checked", "x_5", "p_4", "a" },
    { "9 row 3 nor is it longer", "p_5", "priority_6", "a" },
    { "9 row 4 p", "p", "p_0", NULL },
    { "9 step 5 no priority", "p_0", NULL, "ab" },
    { "too large is the largest", "p_99999999999999999999", "p_9223372036854775807", "ab" },
    { "too small is the smallest", "p_-99999999999999999999", "p_-9223372036854775807", "b" },
};

#define PAIR(image) "'containers':[{'name':'a','image':'" image "'},{'name':'b','image':'" image "'}]"

START_TEST(test_priority)
{
    const char *a = priority_cases[_i].a, *b = priority_cases[_i].b, *batch = priority_cases[_i].batch;
    char pod[1500], barrier[200] = "";
    struct rollout_error error = { .struct_size = sizeof error };
    struct rollout_objects *objects;
    const struct attr update[5] = { TO_NEW, UNMARK };
    struct run run;

    if (b)
        snprintf(barrier, sizeof barrier, "," BARRIER("%s") "]", b);
    snprintf(pod, sizeof pod,
             POD(LABELS, "", "",
                 "'containers':[{'name':'a','image':'x:1'," BARRIER("%s") "]},{'name':'b','image':'x:1'%s}]", ""),
             a, barrier);
    const struct world_case world = { .old = TEMPLATE(PAIR("x:1")), .new = TEMPLATE(PAIR("x:2")), .pod = pod };
    open_world(&run, &world);
    set_action(&run, ROLLOUT_OP_UPDATE_IN_PLACE, ON_POD, update);
    int r = rollout_apply(run.world, &run.plan, 0, NULL, &objects, &error);
    ck_assert_msg(r == (batch ? ROLLOUT_OK : ROLLOUT_ERR_INVALID), "%s", priority_cases[_i].name);
    if (batch) {
        const struct rollout_node *c = ro_first(ro_dig(objects->items[0].nodes, "spec", "containers", NULL));
        for (const char *name = "ab"; *name; name++, c = ro_next(c))
            ck_assert_msg((ro_text(ro_get(c, "image")).data[2] == '2') == (strchr(batch, *name) != NULL), "%s",
                          priority_cases[_i].name);
        rollout_objects_free(objects);
    } else {
        ck_assert_str_eq(error.message, "spec.containers[0].env[0].valueFrom.configMapKeyRef.key: no launch priority");
        ck_assert_str_eq(error.field, "spec.containers[0].env[0].valueFrom.configMapKeyRef.key");
    }
    close_world(&run);
}
END_TEST

/* inplace.md 14, TestRefresh: the pod decodes to the facts that the next pass goes by. */
START_TEST(test_decodes)
{
    const struct world_case plain = { 0 };
    const struct attr update[5] = { TO_NEW, MARK, SECONDS(30) };
    struct rollout_error error = { .struct_size = sizeof error };
    struct rollout_objects *objects;
    struct rollout_in_place in_place;
    struct rollout_pod pod;
    struct run run;

    open_world(&run, &plain);
    set_action(&run, ROLLOUT_OP_UPDATE_IN_PLACE, ON_POD, update);
    ck_assert_int_eq(rollout_apply(run.world, &run.plan, 0, NULL, &objects, &error), ROLLOUT_OK);
    ck_assert_int_eq(rollout_pod_from_object(&objects->items[0], &run.world->workload, &pod, &in_place, &error),
                     ROLLOUT_OK);
    ck_assert_uint_eq(pod.lifecycle_state, ROLLOUT_STATE_UPDATING);
    ck_assert_ptr_eq(pod.in_place, &in_place);
    ck_assert_uint_eq(in_place.flags, ROLLOUT_IN_PLACE_STATE | ROLLOUT_IN_PLACE_GRACE_KEY | ROLLOUT_IN_PLACE_GRACE |
                                          ROLLOUT_IN_PLACE_CONTAINERS_DONE);
    /* the time has whole seconds, so the wait may be up to one shorter */
    ck_assert_int_eq(in_place.grace_end_ms - run.world->snapshot.now_ms, 30000 - 700);
    ck_assert_uint_eq(pod.flags & (ROLLOUT_POD_IN_PLACE_CONDITION | ROLLOUT_POD_IN_PLACE_TRUE),
                      ROLLOUT_POD_IN_PLACE_CONDITION);
    rollout_objects_free(objects);
    close_world(&run);
}
END_TEST

/* cloneset.md 7.4: set on an error, with its text; a True one stays as it is. */
START_TEST(test_failed_update)
{
    static const char *const before[] = {
        "{}", "{\"conditions\":[{\"type\":\"FailedUpdate\",\"status\":\"False\"},{\"type\":\"X\"}]}",
        "{\"conditions\":[{\"type\":\"FailedUpdate\",\"status\":\"True\",\"message\":\"old\"}]}" };
    static const uint32_t counts[] = { 1, 2, 1 };
    static const char *const messages[] = { "why", "why", "old" };
    const struct world_case world = { .spec = "" };
    struct rollout_json *status = parse(before[_i]);
    struct rollout_error error = { .struct_size = sizeof error };
    struct rollout_objects *objects;
    struct run run;

    open_world(&run, &world);
    run.plan = (struct rollout_plan){ .struct_size = sizeof run.plan,
                                      .status = *rollout_json_tree(status),
                                      .error_reason = ROLLOUT_REASON_IN_PLACE_IMPOSSIBLE,
                                      .error_pod = 0,
                                      .error_message = RO_STR("why") };
    ck_assert_int_eq(rollout_apply_status(run.world, &run.plan, &objects, &error), ROLLOUT_OK);
    const struct rollout_node *conditions = ro_dig(objects->items[0].nodes, "status", "conditions", NULL);
    ck_assert_uint_eq(ro_count(conditions), counts[_i]);
    const struct rollout_node *last = ro_first(conditions);
    for (uint32_t i = 1; i < counts[_i]; i++)
        last = ro_next(last);
    ck_assert(ro_str_eq(ro_text(ro_get(last, "type")), RO_STR("FailedUpdate")));
    ck_assert(ro_str_eq(ro_text(ro_get(last, "status")), RO_STR("True")));
    ck_assert(ro_str_eq(ro_text(ro_get(last, "message")),
                        (struct rollout_str){ messages[_i], strlen(messages[_i]) }));
    ck_assert_int_eq(ro_get(last, "lastTransitionTime") != NULL, _i < 2);
    rollout_objects_free(objects);
    rollout_json_free(status);
    close_world(&run);
}
END_TEST

START_TEST(test_status)
{
    const struct world_case world = { .spec = ",'scaleStrategy':{'podsToDelete':['x','demo-a','y']}" };
    static const uint32_t dropped[] = { 0, 2 }, all[] = { 0, 1, 2 };
    struct rollout_json *status = parse("{\"replicas\":3}");
    struct rollout_error error = { .struct_size = sizeof error };
    struct rollout_objects *objects;
    struct run run;

    open_world(&run, &world);
    run.plan = (struct rollout_plan){ .struct_size = sizeof run.plan,
                                      .status = *rollout_json_tree(status),
                                      .error_pod = ROLLOUT_NONE,
                                      .dropped_pods_to_delete = dropped,
                                      .dropped_count = 2 };
    ck_assert_int_eq(rollout_apply_status(run.world, &run.plan, &objects, &error), ROLLOUT_OK);
    ck_assert_uint_eq(objects->count, 1);
    const struct rollout_node *o = objects->items[0].nodes;
    ck_assert(ro_equal(ro_get(o, "status"), rollout_json_tree(status)->nodes));
    const struct rollout_node *list = ro_dig(o, "spec", "scaleStrategy", "podsToDelete", NULL);
    ck_assert_uint_eq(ro_count(list), 1);
    ck_assert(ro_str_eq(ro_text(ro_first(list)), RO_STR("demo-a")));
    rollout_objects_free(objects);

    run.plan.dropped_pods_to_delete = all;
    run.plan.dropped_count = 3;
    ck_assert_int_eq(rollout_apply_status(run.world, &run.plan, &objects, &error), ROLLOUT_OK);
    ck_assert_ptr_null(ro_dig(objects->items[0].nodes, "spec", "scaleStrategy", "podsToDelete", NULL));
    ck_assert_ptr_nonnull(ro_dig(objects->items[0].nodes, "spec", "scaleStrategy", NULL));
    rollout_objects_free(objects);
    ck_assert_int_eq(rollout_apply_status(NULL, &run.plan, &objects, &error), ROLLOUT_ERR_INVALID);
    rollout_json_free(status);
    close_world(&run);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("apply");
    TCase *tcase = tcase_create("apply");
    tcase_add_loop_test(tcase, test_apply, 0, sizeof(apply_cases) / sizeof(*apply_cases));
    tcase_add_test(tcase, test_arguments);
    tcase_add_test(tcase, test_batches);
    tcase_add_loop_test(tcase, test_priority, 0, sizeof(priority_cases) / sizeof(*priority_cases));
    tcase_add_test(tcase, test_decodes);
    tcase_add_test(tcase, test_status);
    tcase_add_loop_test(tcase, test_failed_update, 0, 3);
    suite_add_tcase(suite, tcase);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}
