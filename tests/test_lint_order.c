/* SPDX-License-Identifier: Apache-2.0 */
/* Findings on terms of priority and scatter strategies, and on hooks. Rules: ordering.md 6, 7, cloneset.md 2.2. */
#include "lint.h"

#define CLONES(spec) LINT_WORKLOAD("apps.kruise.io/v1beta1", "CloneSet", spec)
#define WITH(pods, strategy)                                                                                           \
    LINT_SNAPSHOT(CLONES(",'replicas':2,'updateStrategy':{'rollingUpdate':{" strategy "}}"), ",'pods':[" pods "]")
#define TWO  LINT_POD("a-1", ",'role':'x','n':'1'") "," LINT_POD("a-2", ",'role':'y','tier':'t'")
#define SAME LINT_POD("a-1", ",'tier':'t'") "," LINT_POD("a-2", ",'tier':'t'")
#define WEIGHT(weight, selector)                                                                                       \
    "'priorityStrategy':{'weightPriority':[{'weight':" #weight ",'matchSelector':{" selector "}}]}"
#define KEYS(keys)       "'priorityStrategy':{'orderPriority':[" keys "]}"
#define SCATTER(terms)   "'scatterStrategy':[" terms "]"
#define PAIR(key, value) "{'key':'" key "','value':'" value "'}"
#define AT               "spec.updateStrategy.rollingUpdate."
#define FIRST            AT "priorityStrategy.weightPriority[0].matchSelector"
#define LACK             "all 2 pods lack it, and so does the template: the term has no effect\n"
#define CONTRADICTS      "no pod can have it, since spec.selector fixes another label: the term has no effect\n"

static const struct lint_case priorities[] = {
    { WITH(TWO, WEIGHT(9, "'matchLabels':{'role':'y'}")), "" },
    { WITH(LINT_POD("a-1", ",'tier':'t'"), WEIGHT(9, "'matchLabels':{'tier':'t'}")), "" }, /* another may be without */
    { WITH(LINT_POD("a-1", ",'old':'1'") "," LINT_POD("a-2", ",'old':'1'"), WEIGHT(9, "'matchLabels':{'old':'1'}")),
      "" }, /* new pods have it not */
    { LINT_SNAPSHOT(LINT_WORKLOAD("apps.kruise.io/v1alpha1", "CloneSet",
                                  ",'replicas':5,'updateStrategy':{'type':'OnDelete'," WEIGHT(0, "") "}"),
                    ",'pods':[" TWO "]"),
      "" }, /* dropped by the conversion */
    { WITH(TWO, WEIGHT(9, "'matchLabels':{'role':'x'}")), "" },
    { WITH(TWO, WEIGHT(9, "'matchLabels':{'role':'z'}")),
      "Unreachable " FIRST " = {'matchLabels':{'role':'z'}}: " LACK },
    { WITH(LINT_POD("a-1", ""), WEIGHT(9, "'matchLabels':{'role':'z'}")),
      "Unreachable " FIRST
      " = {'matchLabels':{'role':'z'}}: the only pod lacks it, and so does the template: the term has "
      "no effect\n" },
    { WITH("", WEIGHT(9, "'matchLabels':{'role':'z'}")), "" }, /* pods may get it while they run */
    { WITH(LINT_POD("a-1", ",'tier':'old'"), WEIGHT(9, "'matchLabels':{'tier':'t'}")), "" }, /* new ones have it */
    { WITH("", WEIGHT(9, "'matchLabels':{'app':'b'}")),
      "Unreachable " FIRST " = {'matchLabels':{'app':'b'}}: " CONTRADICTS },
    { WITH("", WEIGHT(9, "'matchExpressions':[{'key':'app','operator':'DoesNotExist'}]")),
      "Unreachable " FIRST " = {'matchExpressions':[{'key':'app','operator':'DoesNotExist'}]}: " CONTRADICTS },
    { WITH("", WEIGHT(9, "'matchLabels':{'app':'a'}")),
      "MatchesAll " FIRST
      " = {'matchLabels':{'app':'a'}}: every pod has it, since spec.selector asks for it: the same weight "
      "for all changes no order\n" },
    { WITH("", WEIGHT(9, "'matchLabels':{'app':'a','role':'x'}")), "" },
    { WITH("", WEIGHT(9, "'matchExpressions':[{'key':'role','operator':'NotIn','values':['x']}]")), "" },
    { WITH(SAME, WEIGHT(9, "'matchLabels':{'tier':'t'}")),
      "MatchesAll " FIRST
      " = {'matchLabels':{'tier':'t'}}: all 2 pods have it, and so has the template: the same weight for "
      "all changes no order\n" },
    { WITH(TWO, WEIGHT(9, "'matchLabels':{'tier':'t'}")), "" },
    { WITH(TWO, WEIGHT(9, "")),
      "MatchesAll " FIRST " = {}: an empty selector matches every pod: 9 for all changes no order\n" },
    { WITH(TWO, WEIGHT(0, "'matchLabels':{'role':'x'}")),
      "WeightZero " AT
      "priorityStrategy.weightPriority[0].weight = 0: weight 0 adds nothing: the term has no effect\n" },
    { WITH(TWO, WEIGHT(9, "'matchLabels':{'role':'-'}")),
      "SelectorUnusable " FIRST
      " = {'matchLabels':{'role':'-'}}: the term has no effect: matchLabels.role: is no label "
      "value\n" },
    { WITH(TWO, KEYS("{'orderedKey':'n'},{'orderedKey':'tier'}")), "" },
    { WITH(TWO, KEYS("{'orderedKey':'no'},{'orderedKey':'n'},{'orderedKey':'n'},{'orderedKey':''}")),
      "Unreachable " AT "priorityStrategy.orderPriority[0].orderedKey = 'no': " LACK "Duplicate " AT
      "priorityStrategy.orderPriority[2].orderedKey = 'n': the key is that of orderPriority[1]: the term has no "
      "effect\n"
      "Unreachable " AT "priorityStrategy.orderPriority[3].orderedKey = '': no label has an empty key: the term has no "
      "effect\n" },
    { WITH("", KEYS("{'orderedKey':'no'}")), "" },
    { WITH(TWO,
           "'priorityStrategy':{'orderPriority':[{'orderedKey':'n'}],'weightPriority':[{'weight':1,'matchSelector':"
           "{'matchLabels':{'role':'x'}}}]}"),
      "Ignored " AT "priorityStrategy.orderPriority = [{'orderedKey':'n'}]: orderPriority has no effect beside "
      "weightPriority\n" },
    { LINT_SNAPSHOT(LINT_WORKLOAD("apps.kruise.io/v1beta1", "StatefulSet",
                                  ",'podManagementPolicy':'Parallel','updateStrategy':{'rollingUpdate':{"
                                  "'unorderedUpdate':{" WEIGHT(9, "'matchLabels':{'role':'z'}") "}}}"),
                    ",'pods':[" TWO "]"),
      "Unreachable " AT
      "unorderedUpdate.priorityStrategy.weightPriority[0].matchSelector = {'matchLabels':{'role':'z'}}: " LACK },
};

static const struct lint_case scatters[] = {
    { WITH(TWO, SCATTER(PAIR("role", "x") "," PAIR("tier", "t"))), "" },
    { WITH(TWO, SCATTER(PAIR("role", "z"))), "Unreachable " AT "scatterStrategy[0] = " PAIR("role", "z") ": " LACK },
    { WITH(TWO, SCATTER(PAIR("role", "*"))), /* a value as any other, to a CloneSet */
      "Unreachable " AT "scatterStrategy[0] = " PAIR("role", "*") ": " LACK },
    { WITH("", SCATTER(PAIR("role", "z"))), "" },
    { WITH("", SCATTER(PAIR("app", "b"))),
      "Unreachable " AT "scatterStrategy[0] = " PAIR("app", "b") ": " CONTRADICTS },
    { WITH("", SCATTER(PAIR("app", "a"))),
      "MatchesAll " AT "scatterStrategy[0] = " PAIR("app", "a") ": every pod has it, since spec.selector asks for it: "
                                                                "nothing is spread\n" },
    { WITH(SAME, SCATTER(PAIR("tier", "t"))),
      "MatchesAll " AT
      "scatterStrategy[0] = " PAIR("tier", "t") ": all 2 pods have it, and so has the template: nothing is "
                                                "spread\n" },
    { WITH(TWO, SCATTER(PAIR("role", "y") "," PAIR("role", "x") "," PAIR("role", "y"))),
      "Duplicate " AT "scatterStrategy[2] = " PAIR("role", "y") ": the term is that of scatterStrategy[0] again\n" },
    { WITH(TWO, SCATTER(PAIR("n", ""))),
      "EmptyValue " AT "scatterStrategy[0].value = '': pods without the label match an empty value, too\n" },
    { WITH(SAME, SCATTER(PAIR("n", ""))), /* all lack it */
      "EmptyValue " AT "scatterStrategy[0].value = '': pods without the label match an empty value, too\n"
      "MatchesAll " AT
      "scatterStrategy[0] = " PAIR("n", "") ": all 2 pods have it, and so has the template: nothing is "
                                            "spread\n" },
    { WITH(TWO, SCATTER(PAIR("tier", ""))), /* one lacks it; pods of the template have another value */
      "EmptyValue " AT "scatterStrategy[0].value = '': pods without the label match an empty value, too\n" },
    { WITH(SAME, SCATTER(PAIR("tier", ""))),
      "EmptyValue " AT "scatterStrategy[0].value = '': pods without the label match an empty value, too\n"
      "Unreachable " AT "scatterStrategy[0] = " PAIR("tier", "") ": " LACK },
    { LINT_SNAPSHOT(LINT_WORKLOAD("apps.kruise.io/v1alpha1", "CloneSet",
                                  ",'updateStrategy':{'type':'OnDelete'," SCATTER(PAIR("role", "z")) "}"),
                    ",'pods':[" TWO "]"),
      "DeletesNothing spec.updateStrategy.type = 'OnDelete': OnDelete without rollingUpdate has maxUnavailable 20% of "
      "1 "
      "pod, rounded down to 0: an available pod that is marked for deletion stays unless there are more pods than "
      "replicas\n" },
};

#define HOOKS(hooks) CLONES(",'lifecycle':{" hooks "}")
#define OFF          "a pod without the label counts as hooked: "

static const struct lint_case hooks[] = {
    { HOOKS("'preDelete':{'labelsHandler':{'a/b':'c'}},'inPlaceUpdate':{'finalizersHandler':['a/b']}"), "" },
    { HOOKS("'preDelete':{'labelsHandler':{'x':'c','a/b':''}}"),
      "EmptyValue spec.lifecycle.preDelete.labelsHandler['a/b'] = '': " OFF
      "taking the label off releases nobody, only another value does\n" },
    { HOOKS("'preNormal':{'labelsHandler':{'x':''}}"),
      "EmptyValue spec.lifecycle.preNormal.labelsHandler.x = '': " OFF "nobody waits for it\n" },
    { HOOKS("'preDelete':{}"), "Ignored spec.lifecycle.preDelete = {}: preDelete names neither a label nor a "
                               "finalizer: nothing waits for it\n" },
    { HOOKS("'preDelete':{'markPodNotReady':true,'finalizersHandler':['a/b']}"),
      "NoReadinessGate spec.lifecycle.preDelete.markPodNotReady = true: markPodNotReady has no effect: neither the "
      "template "
      "nor a pod has readiness gate KruisePodReady, so pods stay ready while the hook holds them\n" },
    { LINT_SNAPSHOT(HOOKS("'preDelete':{'markPodNotReady':true,'finalizersHandler':['a/b']}"),
                    ",'pods':[{'metadata':{'name':'a-0','labels':{'app':'a'}},'spec':{'readinessGates':"
                    "[{'conditionType':'KruisePodReady'}]}}]"),
      "" },
    { HOOKS("'preNormal':{'markPodNotReady':true,'finalizersHandler':['a/b']}"),
      "Ignored spec.lifecycle.preNormal.markPodNotReady = true: markPodNotReady has no effect on preNormal\n" },
    { LINT_WORKLOAD("apps.kruise.io/v1beta1", "StatefulSet",
                    ",'lifecycle':{'inPlaceUpdate':{'labelsHandler':{'x':''}}}"),
      "EmptyValue spec.lifecycle.inPlaceUpdate.labelsHandler.x = '': " OFF
      "taking the label off releases nobody, only another value does\n" },
    { LINT_WORKLOAD("apps.kruise.io/v1beta1", "DaemonSet", ",'lifecycle':{'preDelete':{'labelsHandler':{'x':''}}}"),
      "EmptyValue spec.lifecycle.preDelete.labelsHandler.x = '': " OFF
      "taking the label off releases nobody, only another value does\n" },
};

int main(void)
{
    static const struct lint_table tables[] = { LINT_TABLE(priorities), LINT_TABLE(scatters), LINT_TABLE(hooks) };
    return run_lint_tables("lint_order", tables, 3);
}
