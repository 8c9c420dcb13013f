/* SPDX-License-Identifier: Apache-2.0 */
/* Each finding of a DaemonSet, OpenKruise's or Kubernetes' own, and the manifest one step beside it that has none.
 * Numbers: daemonset.md 1, 2. */
#include "lint.h"

#define BETA(spec)       LINT_WORKLOAD("apps.kruise.io/v1beta1", "DaemonSet", spec)
#define ALPHA(spec)      LINT_WORKLOAD("apps.kruise.io/v1alpha1", "DaemonSet", spec)
#define NATIVE(spec)     LINT_WORKLOAD("apps/v1", "DaemonSet", spec)
#define STRATEGY(fields) ",'updateStrategy':{'type':'RollingUpdate','rollingUpdate':{" fields "}}"
/* On three nodes, of which the template's selector leaves one out. */
#define NODES ",'nodes':[" LINT_NODE("n1", "'zone':'a'") "," LINT_NODE("n2", "'zone':'b'") "," LINT_NODE("n3", "") "]"
#define ZONED                                                                                                          \
    ",'template':{'metadata':{'labels':{'app':'a'}},'spec':{'affinity':{'nodeAffinity':"                               \
    "{'requiredDuringSchedulingIgnoredDuringExecution':{'nodeSelectorTerms':[{'matchExpressions':[{'key':'zone',"      \
    "'operator':'Exists'}]}]}}}}}"
#define ON_2(spec)       LINT_SNAPSHOT(BETA(ZONED spec), NODES)
#define ROLL(fields)     LINT_SNAPSHOT(BETA(STRATEGY(fields)), NODES)
#define NATIVELY(fields) LINT_SNAPSHOT(NATIVE(STRATEGY(fields)), NODES)
#define AT               "spec.updateStrategy.rollingUpdate."
#define ENDS                                                                                                           \
    " is stored but cannot be read: it must be a whole percent, and every sync ends with an error before it updates "  \
    "a "                                                                                                               \
    "pod\n"

static const struct lint_case numbers[] = {
    { BETA(""), "" },
    { NATIVE(""), "" },
    { LINT_SNAPSHOT(BETA(""), NODES), "" },
    { ROLL("'maxUnavailable':'66%'"), "" },
    { ROLL("'maxUnavailable':'67%'"),
      "RoundsToAll " AT
      "maxUnavailable = '67%': maxUnavailable 67% of 3 nodes is 3, rounded up: a DaemonSet rounds it so, "
      "and all pods may be unavailable at once\n" },
    { ON_2(STRATEGY("'maxUnavailable':'66%'")), /* of those that fit alone */
      "RoundsToAll " AT
      "maxUnavailable = '66%': maxUnavailable 66% of 2 nodes is 2, rounded up: a DaemonSet rounds it so, "
      "and all pods may be unavailable at once\n" },
    { ON_2(STRATEGY("'maxUnavailable':'50%'")), "" },
    { NATIVELY("'maxSurge':'67%','maxUnavailable':0"),
      "RoundsToAll " AT
      "maxSurge = '67%': maxSurge 67% of 3 nodes is 3, rounded up: a DaemonSet rounds it so, and all nodes "
      "may have a second pod at once\n" },
    { NATIVELY("'maxSurge':'66%','maxUnavailable':0"), "" },
    { BETA(STRATEGY("'maxUnavailable':'67%'")), "" }, /* of how many is not known */
    { LINT_SNAPSHOT(BETA(STRATEGY("'partition':'33%'") "},'status':{'desiredNumberScheduled':3"), ""),
      "RoundsToNone " AT
      "partition = '33%': partition 33% of 3 nodes is 0, rounded down: a DaemonSet rounds it so, and keeps "
      "no node at the old revision\n" },
    { LINT_SNAPSHOT(BETA(STRATEGY("'partition':'34%'") "},'status':{'desiredNumberScheduled':3"), ""), "" },
    { ROLL("'partition':'33%'"),
      "RoundsToNone " AT
      "partition = '33%': partition 33% of 3 nodes is 0, rounded down: a DaemonSet rounds it so, and keeps "
      "no node at the old revision\n" },
    { ROLL("'partition':3"),
      "NeverReleases " AT "partition = 3: partition 3 keeps all 3 nodes as they are: none is updated\n" },
    { ROLL("'partition':2"), "" },
    { ON_2(STRATEGY("'partition':2")),
      "NeverReleases " AT "partition = 2: partition 2 keeps all 2 nodes as they are: none is updated\n" },
    { BETA(STRATEGY("'partition':2")), "" },
    { ROLL("'partition':'12.5%'"), "TextUnreadable " AT "partition = '12.5%': partition '12.5%'" ENDS },
    { ROLL("'maxUnavailable':'5'"), "TextUnreadable " AT "maxUnavailable = '5': maxUnavailable '5'" ENDS },
    { NATIVELY("'maxSurge':'x','maxUnavailable':0"), "TextUnreadable " AT "maxSurge = 'x': maxSurge 'x'" ENDS },
    /* The stored number of nodes is 0 before the first sync. */
    { BETA(",'scaleStrategy':{'partitionedScaling':true}" STRATEGY("'partition':'60%'")),
      "RoundsToNone " AT
      "partition = '60%': partition 60% of status.desiredNumberScheduled 0 is 0: a DaemonSet takes it of "
      "what the last sync stored, so the next one keeps no node\n" },
    { BETA(",'scaleStrategy':{'partitionedScaling':true}" STRATEGY("'partition':3")), "" },
    { BETA(STRATEGY("'partition':'60%'")), "" },
    { LINT_SNAPSHOT(BETA(STRATEGY("'partition':'60%'")), ",'pods':[" LINT_POD("a-1", "") "]"),
      "RoundsToNone " AT
      "partition = '60%': partition 60% of status.desiredNumberScheduled 0 is 0: a DaemonSet takes it of "
      "what the last sync stored, so the next one keeps no node\n" },
    { LINT_SNAPSHOT(BETA(",'burstReplicas':'33%'"), NODES),
      "RoundsToNone spec.burstReplicas = '33%': burstReplicas 33% of 3 nodes is 0, rounded down: a DaemonSet rounds it "
      "so\n"
      "CreatesNothing spec.burstReplicas = '33%': burstReplicas comes to 0: no pod is ever created or deleted\n" },
    { LINT_SNAPSHOT(BETA(",'burstReplicas':'34%'"), NODES), "" },
    { BETA(",'burstReplicas':'33%'"), "" },
    { BETA(",'burstReplicas':0"),
      "CreatesNothing spec.burstReplicas = 0: burstReplicas comes to 0: no pod is ever created or deleted\n" },
    { BETA(",'burstReplicas':1"), "" },
    { BETA(",'burstReplicas':'x'"),
      "TextUnreadable spec.burstReplicas = 'x': burstReplicas 'x' is stored but read as 0: it must be a whole percent\n"
      "CreatesNothing spec.burstReplicas = 'x': burstReplicas comes to 0: no pod is ever created or deleted\n" },
};

static const struct lint_case others[] = {
    { NATIVELY("'maxSurge':0,'maxUnavailable':0"),
      "NoBudget " AT "maxUnavailable = 0: maxUnavailable and maxSurge are both 0: admission refuses it, and one pod is "
      "taken at a time\n" },
    { ROLL("'maxSurge':'0%'"),
      "NoBudget " AT "maxSurge = '0%': maxUnavailable and maxSurge are both 0: admission refuses it, and one pod is "
      "taken at a time\n" },
    { ROLL("'maxSurge':1"), "" },
    { ROLL("'maxSurge':1,'maxUnavailable':1"),
      "Ignored " AT "maxUnavailable = 1: maxUnavailable has no effect beside maxSurge: admission refuses both\n" },
    { ROLL("'rollingUpdateType':'InPlaceIfPossible','maxSurge':1"),
      "InPlaceSurges " AT "maxSurge = 1: maxSurge with InPlaceIfPossible: no pod is updated in place\n" },
    { ROLL("'rollingUpdateType':'InPlaceIfPossible','maxUnavailable':1"), "" },
    { LINT_SNAPSHOT(ALPHA(STRATEGY("'rollingUpdateType':'Surging'")), NODES), "" },
    { ROLL("'rollingUpdateType':'Surging'"),
      "UnknownText " AT "rollingUpdateType = 'Surging': rollingUpdateType 'Surging' is not known and is taken as "
      "Standard\n" },
    { ROLL("'paused':true"), "Paused " AT "paused = true: paused: no pod is updated\n" },
    { ROLL("'selector':{'matchLabels':{'zone':'b'}}"), "" },
    { ROLL("'selector':{'matchLabels':{'zone':'c'}}"),
      "Unreachable " AT
      "selector = {'matchLabels':{'zone':'c'}}: it matches none of the 3 nodes: no pod is updated\n" },
    { BETA(STRATEGY("'selector':{'matchLabels':{'zone':'c'}}")), "" },
    { ROLL("'selector':{}"), "MatchesAll " AT "selector = {}: an empty selector takes every node, as none does\n" },
    { ROLL("'selector':{'matchExpressions':[{'key':'zone','operator':'In'}]}"),
      "SelectorUnusable " AT
      "selector = {'matchExpressions':[{'key':'zone','operator':'In'}]}: every sync ends with an "
      "error before it updates a pod: matchExpressions[0].values: must not be empty for In and NotIn\n" },
    { BETA(",'updateStrategy':{'type':'OnDelete'}"), "" },
    { BETA(",'updateStrategy':{'type':'OnDelete','rollingUpdate':{'partition':1}}"),
      "Ignored spec.updateStrategy.rollingUpdate = {'partition':1}: rollingUpdate has no effect: the type is not "
      "RollingUpdate\n" },
    { BETA(",'updateStrategy':{'type':'Rolling'}"),
      "UnknownText spec.updateStrategy.type = 'Rolling': type 'Rolling' is not known and is taken as OnDelete\n" },
    { BETA(",'scaleStrategy':{'partitionedScaling':true}"),
      "Ignored spec.scaleStrategy.partitionedScaling = true: partitionedScaling has no effect without a partition\n" },
    { ALPHA(",'scaleStrategy':{'partitionedScaling':true}"),
      "Misplaced spec.scaleStrategy = {'partitionedScaling':true}: scaleStrategy is no field of "
      "apps.kruise.io/v1alpha1 here, "
      "and is dropped: it is annotation daemonset.kruise.io/progressive-create-pod there\n" },
    { BETA(",'lifecycle':{'preNormal':{'finalizersHandler':['a/b']},'preDelete':{'finalizersHandler':['a/b']}}"),
      "Ignored spec.lifecycle.preNormal = {'finalizersHandler':['a/b']}: preNormal has no effect on a DaemonSet, which "
      "knows "
      "the hook preDelete alone\n" },
    { NATIVE(STRATEGY("'partition':1")),
      "Misplaced " AT
      "partition = 1: partition is no field of apps/v1 here, and is dropped: Kubernetes' own DaemonSet has no "
      "such setting\n" },
    { BETA(",'selector':{}"),
      "SelectorUnusable spec.selector = {}: nothing at all is done for the workload: its selector is empty\n" },
};

int main(void)
{
    static const struct lint_table tables[] = { LINT_TABLE(numbers), LINT_TABLE(others) };
    return run_lint_tables("lint_daemonset", tables, 2);
}
