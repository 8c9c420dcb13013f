/* SPDX-License-Identifier: Apache-2.0 */
/* Each finding of a CloneSet, and the manifest one step beside it that has none. Numbers: cloneset.md 1. */
#include "lint.h"

#define BETA(spec)  LINT_WORKLOAD("apps.kruise.io/v1beta1", "CloneSet", spec)
#define ALPHA(spec) LINT_WORKLOAD("apps.kruise.io/v1alpha1", "CloneSet", spec)
#define ROLL(replicas, fields)                                                                                         \
    BETA(",'replicas':" #replicas ",'updateStrategy':{'type':'RollingUpdate','rollingUpdate':{" fields "}}")
#define OLD(replicas, fields) ALPHA(",'replicas':" #replicas ",'updateStrategy':{" fields "}")
#define AT                    "spec.updateStrategy.rollingUpdate."
#define READ_AS_0             " is stored but read as 0: it must be a whole percent"

static const struct lint_case numbers[] = {
    { ROLL(5, "'maxSurge':1,'maxUnavailable':'0%'"), "" }, /* says so itself */
    { ROLL(5, "'maxUnavailable':'20%','maxSurge':1,'partition':0"), "" },
    { BETA(",'replicas':5"), "" },
    { BETA(""), "" }, /* replicas are 1, and one pod may be unavailable */
    /* Text that one parser takes and the other does not. */
    { ROLL(10, "'maxSurge':1,'maxUnavailable':'12.5%'"),
      "TextUnreadable " AT "maxUnavailable = '12.5%': maxUnavailable '12.5%'" READ_AS_0
      ", and no available pod is taken\n" },
    { ROLL(10, "'maxSurge':1,'maxUnavailable':'12%'"), "" },
    { ROLL(10, "'maxSurge':'x'"),
      "TextUnreadable " AT "maxSurge = 'x': maxSurge 'x'" READ_AS_0 ", and no pod is created beyond replicas\n" },
    { OLD(10, "'maxSurge':'x'"), "TextUnreadable spec.updateStrategy.maxSurge = 'x': maxSurge 'x'" READ_AS_0
                                 ", and no pod is created beyond replicas\n" },
    { ROLL(10, "'partition':'half'"),
      "TextUnreadable " AT "partition = 'half': partition 'half' is stored but read as 0: it must be a number or a "
      "percentage such as '20%', and every pod is released\n" },
    { ROLL(10, "'partition':'12.5%'"), "" }, /* this one is read by the parser of fractions */
    { ROLL(10, "'maxUnavailable':'50'"),
      "TextReadOtherwise " AT "maxUnavailable = '50': maxUnavailable '50' is read as 50%\n" },
    { ROLL(10, "'maxUnavailable':50"), "" },
    { ROLL(10, "'partition':'100.0%'"),
      "TextReadOtherwise " AT "partition = '100.0%': partition '100.0%' keeps 9 of 10 pods: only '100%' keeps all\n" },
    { ROLL(10, "'partition':'99.9%'"), "" },
    /* Percentages that come to none, or to all. */
    { ROLL(5, "'maxSurge':1,'maxUnavailable':'19%'"),
      "RoundsToNone " AT
      "maxUnavailable = '19%': maxUnavailable 19% of 5 pods is 0, rounded down: a CloneSet rounds it "
      "so beside maxSurge, and updates by surge alone\n" },
    { ROLL(5, "'maxSurge':1,'maxUnavailable':'21%'"), "" },
    { ROLL(5, "'maxUnavailable':'1%'"), "" },               /* 1, rounded up */
    { ROLL(4, "'maxSurge':1,'maxUnavailable':'20%'"), "" }, /* 0, as the API fills it in */
    { ROLL(5, "'maxUnavailable':'81%'"),
      "RoundsToAll " AT "maxUnavailable = '81%': maxUnavailable 81% of 5 pods is 5, rounded up: a CloneSet without "
      "maxSurge rounds it so, and all may be unavailable at once\n" },
    { ROLL(5, "'maxUnavailable':'80%'"), "" },
    { ROLL(5, "'maxUnavailable':'100%'"), "" },             /* says so itself */
    { ROLL(5, "'maxUnavailable':'81%','maxSurge':1"), "" }, /* 4, rounded down */
    { ROLL(2, "'maxSurge':'51%'"),
      "RoundsToAll " AT "maxSurge = '51%': maxSurge 51% of 2 pods is 2, rounded up: an update "
      "may create as many pods again at once\n" },
    { ROLL(2, "'maxSurge':'50%'"), "" },
    { ROLL(1, "'maxSurge':'50%'"), "" },
    { ROLL(5, "'maxSurge':1,'maxUnavailable':-1"), "Negative " AT "maxUnavailable = -1: maxUnavailable is below 0\n" },
    { ROLL(5, "'partition':'-5%'"), "Negative " AT "partition = '-5%': partition is below 0\n" },
    { ROLL(0, "'maxUnavailable':0,'partition':'50%'"), "" },
};

#define NO_BUDGET " pods: no available pod is updated unless there are more pods than replicas\n"

static const struct lint_case budgets[] = {
    { ROLL(5, "'maxUnavailable':0"),
      "NoBudget " AT "maxUnavailable = 0: maxUnavailable is 0 and maxSurge 0 of 5" NO_BUDGET },
    { ROLL(5, "'maxUnavailable':0,'maxSurge':'1%'"), "" },
    { ROLL(5, "'maxUnavailable':0,'maxSurge':'0%'"),
      "NoBudget " AT "maxUnavailable = 0: maxUnavailable is 0 and maxSurge 0 of 5" NO_BUDGET },
    { OLD(5, "'maxUnavailable':'x'"),
      "TextUnreadable spec.updateStrategy.maxUnavailable = 'x': maxUnavailable 'x'" READ_AS_0
      ", and no available pod is "
      "taken\nNoBudget spec.updateStrategy.maxUnavailable = 'x': maxUnavailable is 0 and maxSurge 0 of 5" NO_BUDGET },
    { ROLL(1, "'partition':'1%'"),
      "NeverReleases " AT "partition = '1%': partition '1%' keeps the 1 pod as it is: none is updated\n" },
    { ROLL(2, "'partition':'99%'"), "" }, /* keeps one less than all */
    { ROLL(5, "'partition':'100%'"),
      "NeverReleases " AT "partition = '100%': partition '100%' keeps all 5 pods as they are: none is updated\n" },
    { ROLL(5, "'partition':5"),
      "NeverReleases " AT "partition = 5: partition 5 keeps all 5 pods as they are: none is updated\n" },
    { ROLL(5, "'partition':4"), "" },
    { BETA(",'replicas':5,'scaleStrategy':{'maxUnavailable':0}"),
      "CreatesNothing spec.scaleStrategy.maxUnavailable = 0: scaleStrategy.maxUnavailable is 0 of 5 pods: no pod is "
      "ever "
      "created\n" },
    { BETA(",'replicas':5,'scaleStrategy':{'maxUnavailable':'1%'}"), "" },
    { BETA(",'replicas':5,'scaleStrategy':{'maxUnavailable':'1.5%'}"),
      "TextUnreadable spec.scaleStrategy.maxUnavailable = '1.5%': scaleStrategy.maxUnavailable '1.5%'" READ_AS_0
      "\nCreatesNothing spec.scaleStrategy.maxUnavailable = '1.5%': scaleStrategy.maxUnavailable is 0 of 5 pods: no "
      "pod "
      "is ever created\n" },
};

static const struct lint_case strategies[] = {
    { OLD(5, "'type':'OnDelete','paused':true,'maxSurge':'x','partition':'100%'"), "" }, /* dropped by the conversion */
    { BETA(",'replicas':4,'updateStrategy':{'type':'OnDelete'}"),
      "DeletesNothing spec.updateStrategy.type = 'OnDelete': OnDelete without rollingUpdate has maxUnavailable 20% of "
      "4 "
      "pods, rounded down to 0: an available pod that is marked for deletion stays unless there are more pods than "
      "replicas\n" },
    { BETA(",'replicas':5,'updateStrategy':{'type':'OnDelete'}"), "" },
    { BETA(",'replicas':4,'updateStrategy':{'type':'OnDelete','rollingUpdate':{'partition':4,'maxUnavailable':0}}"),
      "" },
    { BETA(",'replicas':4,'updateStrategy':{'type':'OnDelete','rollingUpdate':{'maxSurge':'26%'}}"),
      "SurgeStays " AT
      "maxSurge = '26%': maxSurge 2 with OnDelete: pods are created for an update that never runs, and "
      "stay\n" },
    { ROLL(4, "'paused':true"), "Paused " AT "paused = true: paused: no pod is updated\n" },
    { ROLL(4, "'paused':true,'maxSurge':1,'maxUnavailable':0"),
      "Paused " AT "paused = true: paused: no pod is updated, and maxSurge counts as 0: surge pods are not kept\n" },
    { ROLL(4, "'paused':false"), "" },
    { OLD(4, "'paused':true"), "Paused spec.updateStrategy.paused = true: paused: no pod is updated\n" },
    { ROLL(4, "'podUpdatePolicy':'InPlaceOnly','maxSurge':1"),
      "InPlaceSurges " AT "maxSurge = 1: maxSurge 1 with InPlaceOnly: admission refuses it, and an update would create "
      "pods that it then deletes\n" },
    { ROLL(4, "'podUpdatePolicy':'InPlaceOnly','maxSurge':0"), "" },
    { ROLL(4, "'podUpdatePolicy':'InPlaceIfPossible','maxSurge':1"), "" },
    { BETA(",'minReadySeconds':60,'progressDeadlineSeconds':60"),
      "DeadlineTooShort spec.progressDeadlineSeconds = 60: progressDeadlineSeconds 60 is over before minReadySeconds "
      "60 "
      "has made a pod available: every release exceeds it\n" },
    { BETA(",'minReadySeconds':60,'progressDeadlineSeconds':61"), "" },
    { BETA(",'minReadySeconds':2147483647,'progressDeadlineSeconds':2147483647"), "" },
    { ROLL(4, "'inPlaceUpdateStrategy':{'gracePeriodSeconds':10}"),
      "Ignored " AT "inPlaceUpdateStrategy.gracePeriodSeconds = 10: gracePeriodSeconds 10 has no effect: pods are "
      "recreated, not updated in place\n" },
    { ROLL(4, "'podUpdatePolicy':'InPlaceIfPossible','inPlaceUpdateStrategy':{'gracePeriodSeconds':10}"), "" },
    { OLD(4, "'type':'InPlaceIfPossible','inPlaceUpdateStrategy':{'gracePeriodSeconds':10}"), "" },
    /* Words and places. */
    { ROLL(4, "'podUpdatePolicy':'InPlace'"),
      "UnknownText " AT
      "podUpdatePolicy = 'InPlace': podUpdatePolicy 'InPlace' is not known and is taken as ReCreate\n" },
    { BETA(",'updateStrategy':{'type':'InPlaceIfPossible','partition':'50%'}"),
      "UnknownText spec.updateStrategy.type = 'InPlaceIfPossible': type 'InPlaceIfPossible' is not known and is taken "
      "as "
      "RollingUpdate\n"
      "Misplaced spec.updateStrategy.partition = '50%': partition is no field of apps.kruise.io/v1beta1 here, and is "
      "dropped: it belongs in rollingUpdate\n" },
    { OLD(4, "'type':'InPlaceIfPossible','partition':'50%'"), "" },
    { ALPHA(",'updateStrategy':{'type':'RollingUpdate','rollingUpdate':{'partition':9}}"),
      "UnknownText spec.updateStrategy.type = 'RollingUpdate': type 'RollingUpdate' is not known and is taken as "
      "ReCreate\n"
      "Misplaced spec.updateStrategy.rollingUpdate = {'partition':9}: rollingUpdate is no field of "
      "apps.kruise.io/v1alpha1 here, and is dropped: its members belong in updateStrategy itself\n" },
    { BETA(",'scaleStrategy':{'disablePVCReuse':true}"),
      "Misplaced spec.scaleStrategy.disablePVCReuse = true: disablePVCReuse is no field of apps.kruise.io/v1beta1 "
      "here, and "
      "is dropped: volumes are reused where enablePVCReuse is true\n" },
    { ALPHA(",'scaleStrategy':{'disablePVCReuse':true}"), "" },
    { ALPHA(",'scaleStrategy':{'enablePVCReuse':true}"),
      "Misplaced spec.scaleStrategy.enablePVCReuse = true: enablePVCReuse is no field of apps.kruise.io/v1alpha1 here, "
      "and is "
      "dropped: volumes are reused unless disablePVCReuse is true\n" },
    { BETA(",'selector':{'matchLabels':{'app':'b'}}"),
      "TemplateNotSelected spec.selector = {'matchLabels':{'app':'b'}}: the selector does not match the template's "
      "labels: no pod that is created is the workload's\n" },
    { BETA(",'selector':{'matchExpressions':[{'key':'app','operator':'Is'}]}"),
      "SelectorUnusable spec.selector = {'matchExpressions':[{'key':'app','operator':'Is'}]}: nothing at all is done "
      "for "
      "the workload: matchExpressions[0].operator: is none of In, NotIn, Exists, DoesNotExist\n" },
    { BETA(",'selector':null"),
      "SelectorUnusable spec.selector = : nothing at all is done for the workload: its selector is missing\n" },
};

int main(void)
{
    static const struct lint_table tables[] = { LINT_TABLE(numbers), LINT_TABLE(budgets), LINT_TABLE(strategies) };
    return run_lint_tables("lint_cloneset", tables, 3);
}
