/* SPDX-License-Identifier: Apache-2.0 */
/* Each finding of a UnitedDeployment, and the manifest one step beside it that has none. Numbers: uniteddeployment.md 1, 3,
 * and its table of defects. */
#include "lint.h"

#define UNITED(spec, kind)                                                                                             \
    "{'apiVersion':'apps.kruise.io/v1beta1','kind':'UnitedDeployment','metadata':{'name':'a','namespace':'ns','uid':"  \
    "'u'},'spec':{'selector':{'matchLabels':{'app':'a'}},'template':{'" kind "':{'metadata':{'labels':{'app':'a'}},"   \
    "'spec':{'template':{'metadata':{'labels':{'app':'a'}},'spec':{}}}}}," spec "}}"
#define CLONES(spec)     UNITED(spec, "cloneSetTemplate")
#define SUBSETS(subsets) CLONES("'replicas':10,'topology':{'subsets':[" subsets "]}")
#define ADAPTIVE(fields)                                                                                               \
    "'replicas':3,'topology':{'subsets':[{'name':'s'}],'scheduleStrategy':{'type':'Adaptive','adaptive':{" fields "}}" \
                                                                                                                  "}"
#define PARTITION(kind, partition)                                                                                     \
    UNITED("'replicas':3,'topology':{'subsets':[{'name':'s'}]},'updateStrategy':{'manualUpdate':{'partitions':"        \
           "{" partition "}}}",                                                                                        \
           kind)
#define AT   "spec.topology.subsets"
#define ENDS ": every reconcile ends with an error\n"

static const struct lint_case numbers[] = {
    { SUBSETS("{'name':'s','replicas':4},{'name':'t'}"), "" },
    { SUBSETS("{'name':'s','replicas':'33%'},{'name':'t','replicas':'33%'},{'name':'u','replicas':'34%'}"),
      "SharesImpossible " AT
      " = [{'name':'s','replicas':'33%'},{'name':'t','replicas':'33%'},{'name':'u','replicas':'34%'}]: replicas of the "
      "subsets come to 9 of 10, since each percentage is rounded by itself" ENDS },
    { SUBSETS("{'name':'s','replicas':'33%'},{'name':'t','replicas':'33%'},{'name':'u'}"), "" },
    { SUBSETS("{'name':'s','replicas':6},{'name':'t','replicas':5}"),
      "SharesImpossible " AT
      " = [{'name':'s','replicas':6},{'name':'t','replicas':5}]: replicas of the subsets come to "
      "11 of 10" ENDS },
    { CLONES("'topology':{'subsets':[{'name':'s','replicas':1}]}"), "" }, /* one replica by default */
    { CLONES("'topology':{'subsets':[{'name':'s','replicas':2}]}"),
      "SharesImpossible " AT " = [{'name':'s','replicas':2}]: replicas of the subsets come to 2 of 1" ENDS },
    { SUBSETS("{'name':'s','replicas':'x'},{'name':'t'}"),
      "TextUnreadable " AT
      "[0].replicas = 'x': replicas 'x' is no whole percent from 0 to 100, nor a number of pods: it "
      "counts as not said\n" },
    { SUBSETS("{'name':'s','maxReplicas':'101%'},{'name':'t'}"),
      "TextUnreadable " AT
      "[0].maxReplicas = '101%': maxReplicas '101%' is no whole percent from 0 to 100, nor a number "
      "of pods: it counts as 0, and not as no limit\n" },
    { SUBSETS("{'name':'s','minReplicas':'4%'},{'name':'t'}"),
      "RoundsToNone " AT "[0].minReplicas = '4%': minReplicas 4% of 10 is 0, half of one rounded up\n" },
    { SUBSETS("{'name':'s','minReplicas':'5%'},{'name':'t'}"), "" },
    /* of replicas below 0 there is no share, but the text can be read */
    { CLONES("'replicas':-1,'topology':{'subsets':[{'name':'s','minReplicas':'4%'},{'name':'t'}]}"), "" },
    { SUBSETS("{'name':'s','minReplicas':3,'maxReplicas':2},{'name':'t'}"),
      "SharesImpossible " AT "[0].maxReplicas = 2: maxReplicas 2 is less than minReplicas 3" ENDS },
    { SUBSETS("{'name':'s','maxReplicas':4},{'name':'t','maxReplicas':5}"),
      "ReplicasLeftOver " AT
      " = [{'name':'s','maxReplicas':4},{'name':'t','maxReplicas':5}]: maxReplicas of all subsets "
      "come to 9 of 10 replicas: the rest is created nowhere\n" },
    { SUBSETS("{'name':'s','maxReplicas':4},{'name':'t','maxReplicas':6}"), "" },
};

static const struct lint_case others[] = {
    { SUBSETS("{'name':'s','nodeSelectorTerm':{'matchFields':[]}}"),
      "Ignored " AT "[0].nodeSelectorTerm.matchFields = []: matchFields has no effect: only matchExpressions of "
      "nodeSelectorTerm count\n" },
    { PARTITION("cloneSetTemplate", "'s':1"), "" },
    { PARTITION("cloneSetTemplate", "'s':-1"), "Negative spec.updateStrategy.manualUpdate.partitions.s = -1: partition "
                                               "-1 is below 0: it is passed on as it is\n" },
    { PARTITION("cloneSetTemplate", "'t':1"),
      "Unreachable spec.updateStrategy.manualUpdate.partitions.t = 1: no subset is called t\n" },
    { PARTITION("deploymentTemplate", "'s':1"),
      "Ignored spec.updateStrategy.manualUpdate.partitions.s = 1: a Deployment has no partition: all its pods are "
      "updated, and it is written anew at every reconcile\n" },
    { PARTITION("deploymentTemplate", "'s':0"), "" },
    { CLONES(ADAPTIVE("'reserveUnschedulablePods':true")), "" },
    { UNITED(ADAPTIVE("'reserveUnschedulablePods':true"), "statefulSetTemplate"),
      "Ignored spec.topology.scheduleStrategy.adaptive.reserveUnschedulablePods = true: reserveUnschedulablePods is "
      "for "
      "Deployments and CloneSets: admission refuses it beside a StatefulSet\n" },
    { CLONES("'replicas':3,'topology':{'subsets':[{'name':'s'}],'scheduleStrategy':{'type':'adaptive','adaptive':{}}}"),
      "UnknownText spec.topology.scheduleStrategy.type = 'adaptive': type 'adaptive' is not known and is taken as "
      "Fixed\n"
      "Ignored spec.topology.scheduleStrategy.adaptive = {}: adaptive has no effect where scheduleStrategy.type is not "
      "Adaptive\n" },
    { "{'apiVersion':'apps.kruise.io/v1beta1','kind':'UnitedDeployment','metadata':{'name':'a'},'spec':{'replicas':1,"
      "'selector':{'matchLabels':{'app':'b'}},'template':{'deploymentTemplate':{'spec':{'template':{'metadata':{"
      "'labels':{'app':'a'}}}}}},'topology':{'subsets':[{'name':'s'}]}}}",
      "TemplateNotSelected spec.selector = {'matchLabels':{'app':'b'}}: the selector does not match the template's "
      "labels: no pod that is created is the workload's\n" },
};

int main(void)
{
    static const struct lint_table tables[] = { LINT_TABLE(numbers), LINT_TABLE(others) };
    return run_lint_tables("lint_uniteddeployment", tables, sizeof tables / sizeof *tables);
}
