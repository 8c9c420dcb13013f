/* SPDX-License-Identifier: Apache-2.0 */
/* Each finding of a SidecarSet, and the manifest one step beside it that has none. Numbers: sidecarset.md 1, 10, 13. */
#include "lint.h"

#define SET_OF(version, spec)                                                                                          \
    "{'apiVersion':'apps.kruise.io/" version "','kind':'SidecarSet','metadata':{'name':'s'},'spec':"                   \
    "{'selector':{'matchLabels':{'app':'a'}}" spec "}}"
#define SET(spec)        SET_OF("v1beta1", spec)
#define CONTAINER(more)  ",'containers':[{'name':'c','image':'i:1'" more "}]"
#define STRATEGY(fields) ",'updateStrategy':{" fields "}"
#define UPDATE(fields)   SET(CONTAINER("") STRATEGY(fields))
#define POD(name, labels)                                                                                              \
    "{'metadata':{'name':'" name "','namespace':'ns','labels':{'app':'a'" labels "},'annotations':{"                   \
    "'kruise.io/sidecarset-injected-list':'s'}},'spec':{'containers':[{'name':'c','image':'i:1'}]}}"
#define PODS         ",'pods':[" POD("p1", ",'k':'1'") "," POD("p2", ",'k':'2'") "," POD("p3", "") "]"
#define ON_3(set)    LINT_SNAPSHOT(set, PODS)
#define OF_3(fields) ON_3(UPDATE(fields))
#define AT           "spec.updateStrategy."

static const struct lint_case numbers[] = {
    { SET(CONTAINER("")), "" },
    { OF_3("'partition':2,'maxUnavailable':2"), "" },
    { OF_3("'partition':3"),
      "NeverReleases " AT "partition = 3: partition 3 keeps all 3 matched pods as they are: none is updated\n" },
    { OF_3("'partition':'100%'"),
      "NeverReleases " AT "partition = '100%': partition '100%' keeps all 3 matched pods as "
      "they are: none is updated\n" },
    { OF_3("'partition':'150%'"),
      "NeverReleases " AT "partition = '150%': partition '150%' keeps all 3 matched pods as "
      "they are: none is updated\n" },
    { OF_3("'partition':'100.0%'"),
      "TextReadOtherwise " AT "partition = '100.0%': partition '100.0%' keeps 2 of 3 pods: only '100%' keeps all\n" },
    { OF_3("'partition':'99%'"), "" },
    { OF_3("'partition':'x'"),
      "TextUnreadable " AT "partition = 'x': partition 'x' is stored but read as 0: it must be a number or a "
      "percentage such as '20%', and every pod is updated\n" },
    { OF_3("'maxUnavailable':'66%'"), "" },
    { OF_3("'maxUnavailable':'67%'"),
      "RoundsToAll " AT "maxUnavailable = '67%': maxUnavailable 67% of 3 matched pods is 3, rounded up: a SidecarSet "
      "rounds it so, and all pods may be unavailable at once\n" },
    { OF_3("'maxUnavailable':'5'"),
      "TextReadOtherwise " AT "maxUnavailable = '5': maxUnavailable '5' is read as 5%\n" },
    { OF_3("'maxUnavailable':'2.5%'"),
      "TextUnreadable " AT "maxUnavailable = '2.5%': maxUnavailable '2.5%' is stored but read as 0: it must be a whole "
      "percent, and no ready pod is updated\n"
      "NoBudget " AT "maxUnavailable = '2.5%': maxUnavailable comes to 0: only pods that are not ready are updated\n" },
    { OF_3("'maxUnavailable':0"),
      "NoBudget " AT "maxUnavailable = 0: maxUnavailable comes to 0: only pods that are not ready are updated\n" },
    { UPDATE("'maxUnavailable':'1%'"), "" },
    { SET(CONTAINER("") ",'revisionHistoryLimit':0"),
      "CountsAsOne spec.revisionHistoryLimit = 0: revisionHistoryLimit 0 counts as 1\n" },
    { SET(CONTAINER("") ",'revisionHistoryLimit':1"), "" },
};

static const struct lint_case updates[] = {
    { UPDATE("'type':'RollingUpdate'"), "" },
    { UPDATE("'type':'OnDelete'"),
      "UnknownText " AT "type = 'OnDelete': type 'OnDelete' is not known and is taken as RollingUpdate\n" },
    { UPDATE("'type':'NotUpdate'"), "" },
    { UPDATE("'type':'NotUpdate','partition':1"),
      "Ignored " AT "partition = 1: partition has no effect: the type is NotUpdate\n" },
    { SET(CONTAINER("") STRATEGY("'type':'NotUpdate','partition':'10%','maxUnavailable':1") ",'injectionStrategy':{}"),
      "Ignored " AT "maxUnavailable = 1: maxUnavailable has no effect: the type is NotUpdate\n" },
    { UPDATE("'rollingUpdate':{}"),
      "Misplaced " AT "rollingUpdate = {}: rollingUpdate is no field of apps.kruise.io/v1beta1 here, and is "
      "dropped: its settings belong in updateStrategy\n" },
    { UPDATE("'paused':true"), "Paused " AT "paused = true: paused: no pod is updated\n" },
    { SET(CONTAINER(",'upgradeStrategy':{'upgradeType':'HotUpgrade','hotUpgradeEmptyImage':'e'}")
              STRATEGY("'paused':true")),
      "Paused " AT "paused = true: paused: no pod is updated, and no hot upgrade that has begun is finished\n" },
    { OF_3("'selector':{'matchLabels':{'k':'1'}}"), "" },
    { OF_3("'selector':{'matchLabels':{'k':'9'}}"),
      "Unreachable " AT "selector = {'matchLabels':{'k':'9'}}: it matches none of the 3 pods: "
      "none is updated\n" },
    { OF_3("'selector':{}"), "MatchesAll " AT "selector = {}: an empty selector takes every pod, as none does\n" },
    { UPDATE("'selector':{'matchExpressions':[{'key':'k','operator':'In'}]}"),
      "SelectorUnusable " AT
      "selector = {'matchExpressions':[{'key':'k','operator':'In'}]}: it matches no pod, so that "
      "none is updated: matchExpressions[0].values: must not be empty for In and NotIn\n" },
    { OF_3("'scatterStrategy':[{'key':'k','value':'*'}]"), "" },
    { OF_3("'scatterStrategy':[{'key':'z','value':'*'}]"),
      "Unreachable " AT
      "scatterStrategy[0] = {'key':'z','value':'*'}: no pod of 3 has the label: the term has no effect\n" },
    { OF_3("'scatterStrategy':[{'key':'k','value':'9'}]"),
      "Unreachable " AT "scatterStrategy[0] = {'key':'k','value':'9'}: all 3 pods lack it: the term has no effect\n" },
    { OF_3("'priorityStrategy':{'orderPriority':[{'orderedKey':'k'}]}"), "" },
    { OF_3("'priorityStrategy':{'orderPriority':[{'orderedKey':'z'}]}"),
      "Unreachable " AT
      "priorityStrategy.orderPriority[0].orderedKey = 'z': all 3 pods lack it: the term has no effect\n" },
};

static const struct lint_case containers[] = {
    { SET(CONTAINER(",'podInjectPolicy':'BeforeAppContainer','upgradeStrategy':{'upgradeType':'ColdUpgrade'}")), "" },
    { SET(CONTAINER(",'podInjectPolicy':'First'")),
      "UnknownText spec.containers[0].podInjectPolicy = 'First': podInjectPolicy 'First' is not known and is taken as "
      "AfterAppContainer\n" },
    { SET(CONTAINER(",'shareVolumePolicy':{'type':'on'}")), "UnknownText spec.containers[0].shareVolumePolicy.type = "
                                                            "'on': type 'on' is not known and is taken as disabled\n" },
    { SET(CONTAINER(",'upgradeStrategy':{'upgradeType':'HotUpgrade','hotUpgradeEmptyImage':'e:1'}")), "" },
    { SET(CONTAINER(",'upgradeStrategy':{'upgradeType':'HotUpgrade'}")), /* row 5 */
      "EmptyImage spec.containers[0].upgradeStrategy.hotUpgradeEmptyImage = : hotUpgradeEmptyImage is empty: nothing "
      "looks "
      "at whether a hot upgrade is over, and what has had its turn gets an image without a name\n" },
    { SET(CONTAINER(",'upgradeStrategy':{'upgradeType':'HotUpgrade','hotUpgradeEmptyImage':'i:1'}")),
      "SameImage spec.containers[0].upgradeStrategy.hotUpgradeEmptyImage = 'i:1': hotUpgradeEmptyImage is the image "
      "itself: which of the pair is at rest cannot be told\n" },
    { SET(CONTAINER(",'upgradeStrategy':{'hotUpgradeEmptyImage':'e'}")),
      "Ignored spec.containers[0].upgradeStrategy.hotUpgradeEmptyImage = 'e': hotUpgradeEmptyImage has no effect "
      "without "
      "HotUpgrade\n" },
    { SET(",'initContainers':[{'name':'n','upgradeStrategy':{'upgradeType':'HotUpgrade'}}]"),
      "Ignored spec.initContainers[0].upgradeStrategy.upgradeType = 'HotUpgrade': HotUpgrade has no effect on an init "
      "container that ends\n" },
    { SET(",'initContainers':[{'name':'n','restartPolicy':'Always'}]" STRATEGY("'type':'NotUpdate'")), "" },
    { SET(",'initContainers':[{'name':'n','restartPolicy':'Always'}]"),
      "Ignored spec.initContainers[0].restartPolicy = 'Always': a native sidecar is never updated in place: admission "
      "refuses it with RollingUpdate, and its pods would count as updated\n" },
    { SET(CONTAINER(",'volumeMounts':[{'name':'v','mountPath':'/v'}]") ",'volumes':[{'name':'v'}]"), "" },
    { SET(CONTAINER(",'volumeMounts':[{'name':'v','mountPath':'/v'}]")),
      "Unreachable spec.containers[0].volumeMounts[0].name = 'v': the set has no volume of this name: admission "
      "refuses "
      "it, and a pod that has none either cannot start\n" },
};

#define POLICY(fields)   SET(CONTAINER(",'resourcesPolicy':{'targetContainersMode':'max'," fields "}"))
#define EXPRESSION(text) POLICY("'targetContainersNameRegex':'^(a|b)$','resourcesExpr':{'limits':{'cpu':'" text "'}}")
#define WHERE            "spec.containers[0].resourcesPolicy."

static const struct lint_case resources[] = {
    { EXPRESSION("max(cpu*10%, 50m)"), "" },
    { EXPRESSION("cpu-2"), "" }, /* depends on the target */
    { EXPRESSION("-3000000000+cpu"), "" },
    { EXPRESSION("cpu*cpu"),
      "TextUnreadable " WHERE
      "resourcesExpr.limits.cpu = 'cpu*cpu': the expression multiplies two amounts: every new pod "
      "is refused\n" },
    { POLICY("'targetContainersNameRegex':'.*','resourcesExpr':{'requests':{'memory':'Memory'}}"), /* row 22 */
      "TextUnreadable " WHERE
      "resourcesExpr.requests.memory = 'Memory': the expression has an undefined variable: every "
      "new pod is refused\n" },
    { POLICY("'targetContainersNameRegex':'(a'"),
      "TextUnreadable " WHERE "targetContainersNameRegex = '(a': it is no regular expression: missing closing ): every "
      "new pod is refused\n" },
    { POLICY("'targetContainersNameRegex':'\\\\pL'"), "" }, /* Go knows it */
    { SET(CONTAINER(",'resources':{'limits':{'cpu':'1'}},'resourcesPolicy':{'targetContainersMode':'sum',"
                    "'targetContainersNameRegex':'a'}")),
      "Ignored spec.containers[0].resources = {'limits':{'cpu':'1'}}: resources have no effect beside resourcesPolicy: "
      "admission refuses both\n" },
};

#define PINNED(fields, more) SET(CONTAINER("") more ",'injectionStrategy':{'revision':{" fields "}}")
#define STORED ",'revisions':[{'metadata':{'name':'s-1','labels':{'apps.kruise.io/sidecarset-custom-version':'v1'}}}]"

static const struct lint_case injection[] = {
    { LINT_SNAPSHOT(PINNED("'revisionName':'s-1'", ""), STORED), "" },
    { LINT_SNAPSHOT(PINNED("'customVersion':'v1'", ""), STORED), "" },
    { PINNED("'revisionName':'s-9'", ""), "" }, /* without any, who knows */
    { LINT_SNAPSHOT(PINNED("'revisionName':'s-9'", ""), STORED),
      "Unreachable spec.injectionStrategy.revision.revisionName = 's-9': no revision is named so: every new pod is "
      "refused\n" },
    { LINT_SNAPSHOT(PINNED("'customVersion':'v9'", ""), STORED),
      "Unreachable spec.injectionStrategy.revision.customVersion = 'v9': no revision is labelled so: every new pod is "
      "refused\n" },
    { PINNED("'revisionName':'s-1','customVersion':'v1'", ""),
      "Ignored spec.injectionStrategy.revision.customVersion = 'v1': customVersion has no effect beside "
      "revisionName\n" },
    { PINNED("'revisionName':'s-1','policy':'Partial'", STRATEGY("'partition':'20%'")), "" },
    { PINNED("'revisionName':'s-1','policy':'Partial'", STRATEGY("'partition':2")),
      "Ignored spec.injectionStrategy.revision.policy = 'Partial': policy Partial goes by a partition in percent: "
      "every "
      "new pod gets the latest\n" },
    { SET(CONTAINER("") ",'patchPodMetadata':[{'patchPolicy':'MergePatchJson','annotations':{'a':'{}'}}]"), "" },
    { SET(CONTAINER("") ",'patchPodMetadata':[{'patchPolicy':'MergePatchJson','annotations':{'a':'x'}}]"),
      "TextUnreadable spec.patchPodMetadata[0].annotations.a = 'x': it is no JSON object, and cannot be merged into "
      "what "
      "a pod has\n" },
    { SET(CONTAINER("") ",'patchPodMetadata':[{'annotations':{'a':'x'}}]"), "" },
    { SET(CONTAINER("") ",'patchPodMetadata':[{'patchPolicy':'Merge','annotations':{'a':'x'}}]"),
      "UnknownText spec.patchPodMetadata[0].patchPolicy = 'Merge': patchPolicy 'Merge' is not known and is taken as "
      "Retain\n" },
    { SET_OF("v1alpha1", CONTAINER("") ",'namespace':'ns'"), "" },
    { SET_OF("v1alpha1", CONTAINER("") ",'namespace':'ns','namespaceSelector':{'matchLabels':{'a':'b'}}"),
      "Ignored spec.namespaceSelector = {'matchLabels':{'a':'b'}}: namespaceSelector has no effect beside "
      "namespace\n" },
    { SET(CONTAINER("") ",'namespace':'ns'"),
      "Misplaced spec.namespace = 'ns': namespace is no field of apps.kruise.io/v1beta1 here, and is dropped: it is a "
      "namespaceSelector on kubernetes.io/metadata.name there\n" },
    { "{'apiVersion':'apps.kruise.io/v1beta1','kind':'SidecarSet','metadata':{'name':'s'},'spec':{'selector':{}}}",
      "SelectorUnusable spec.selector = {}: nothing at all is done for the workload: its selector is empty\n" },
};

int main(void)
{
    static const struct lint_table tables[] = { LINT_TABLE(numbers), LINT_TABLE(updates), LINT_TABLE(containers),
                                                LINT_TABLE(resources), LINT_TABLE(injection) };
    return run_lint_tables("lint_sidecarset", tables, sizeof(tables) / sizeof(tables[0]));
}
