/* SPDX-License-Identifier: Apache-2.0 */
/* Each finding of a StatefulSet, OpenKruise's or Kubernetes' own, and the manifest one step beside it that has none.
 * Numbers: statefulset.md 1 to 3. */
#include "lint.h"

#define BETA(spec)             LINT_WORKLOAD("apps.kruise.io/v1beta1", "StatefulSet", spec)
#define NATIVE(spec)           LINT_WORKLOAD("apps/v1", "StatefulSet", spec)
#define PARALLEL               ",'podManagementPolicy':'Parallel'"
#define STRATEGY(fields)       ",'updateStrategy':{'type':'RollingUpdate','rollingUpdate':{" fields "}}"
#define ROLL(replicas, fields) BETA(",'replicas':" #replicas PARALLEL STRATEGY(fields))
#define AT                     "spec.updateStrategy.rollingUpdate."
#define GATES(gates)           ",'featureGates':{" gates "}"
#define NO_LESS                ", rounded down: a StatefulSet rounds it so, but to no less than 1\n"
#define GATED(replicas, value)                                                                                         \
    LINT_SNAPSHOT(NATIVE(",'replicas':" #replicas STRATEGY("'maxUnavailable':" value)),                                \
                  GATES("'MaxUnavailableStatefulSet':true"))

static const struct lint_case numbers[] = {
    { BETA(""), "" },
    { NATIVE(""), "" },
    { ROLL(5, "'maxUnavailable':'20%','partition':0"), "" },
    { ROLL(5, "'maxUnavailable':'19%'"),
      "RoundsToNone " AT "maxUnavailable = '19%': maxUnavailable 19% of 5 pods is 0" NO_LESS },
    { BETA(",'replicas':5" PARALLEL ",'scaleStrategy':{'maxUnavailable':'19%'}"),
      "RoundsToNone spec.scaleStrategy.maxUnavailable = '19%': scaleStrategy.maxUnavailable 19% of 5 pods is "
      "0" NO_LESS },
    { BETA(",'replicas':5" PARALLEL ",'scaleStrategy':{'maxUnavailable':'20%'}"), "" },
    { ROLL(5, "'maxUnavailable':0"),
      "CountsAsOne " AT "maxUnavailable = 0: maxUnavailable counts as 1: a StatefulSet takes no less\n" },
    { ROLL(5, "'maxUnavailable':1"), "" },
    { ROLL(5, "'maxUnavailable':'99%'"), "" }, /* 4, rounded down: never all */
    { ROLL(5, "'maxUnavailable':'2.5%'"),
      "TextUnreadable " AT
      "maxUnavailable = '2.5%': maxUnavailable '2.5%' is stored but cannot be read: it must be a whole "
      "percent, and every pass ends with an error before it updates a pod\n" },
    { BETA(",'replicas':5" PARALLEL ",'scaleStrategy':{'maxUnavailable':'x'}"),
      "TextUnreadable spec.scaleStrategy.maxUnavailable = 'x': scaleStrategy.maxUnavailable 'x' is stored but cannot "
      "be "
      "read: it must be a whole percent, and every pass ends with an error before it creates a pod\n" },
    { ROLL(5, "'maxUnavailable':'50'"),
      "TextReadOtherwise " AT "maxUnavailable = '50': maxUnavailable '50' is read as 50%\n" },
    { ROLL(5, "'partition':5"),
      "NeverReleases " AT "partition = 5: partition 5 keeps all 5 pods as they are: none is updated\n" },
    { ROLL(5, "'partition':4"), "" },
    { ROLL(0, "'partition':4"), "" },
    { NATIVE(",'replicas':2" STRATEGY("'partition':9")),
      "NeverReleases " AT "partition = 9: partition 9 keeps all 2 pods as they are: none is updated\n" },
    { ROLL(5, "'partition':-1"), "Negative " AT "partition = -1: partition is below 0\n" },
    /* OrderedReady. */
    { BETA(",'replicas':5" STRATEGY("'maxUnavailable':2")),
      "OrderedTakesOne " AT "maxUnavailable = 2: maxUnavailable other than the number 1: with OrderedReady admission "
      "refuses it\n" },
    { BETA(",'replicas':5" STRATEGY("'maxUnavailable':1")), "" },
    { BETA(",'replicas':5,'scaleStrategy':{'maxUnavailable':'40%'}"),
      "OrderedTakesOne spec.scaleStrategy.maxUnavailable = '40%': scaleStrategy.maxUnavailable other than the number "
      "1: "
      "with OrderedReady admission refuses it\n" },
    /* Kubernetes' own reads it only where its gate is on, and "5" not at all. */
    { NATIVE(",'replicas':5" STRATEGY("'maxUnavailable':2")),
      "Ignored " AT
      "maxUnavailable = 2: maxUnavailable 2 has no effect while gate MaxUnavailableStatefulSet is off: one "
      "pod is updated at a time\n" },
    { NATIVE(",'replicas':5" STRATEGY("'maxUnavailable':1")), "" },
    { GATED(5, "2"), "" },
    { GATED(5, "'5'"),
      "TextUnreadable " AT "maxUnavailable = '5': maxUnavailable '5' is stored but cannot be read: it must be a whole "
      "percent, and every pass ends with an error before it updates a pod\n" },
    { GATED(3, "'33%'"), "RoundsToNone " AT "maxUnavailable = '33%': maxUnavailable 33% of 3 pods is 0" NO_LESS },
};

#define LOST(n) ": all " #n " reservations are lost, and pods are created at those ordinals\n"

static const struct lint_case others[] = {
    { BETA(",'ordinals':{'start':5}"),
      "Ignored spec.ordinals.start = 5: ordinals.start 5 has no effect while gate StatefulSetStartOrdinal is off: "
      "ordinals begin at 0\n" },
    { LINT_SNAPSHOT(BETA(",'ordinals':{'start':5}"), GATES("'StatefulSetStartOrdinal':true")), "" },
    { NATIVE(",'ordinals':{'start':5}"), "" },
    { BETA(",'reserveOrdinals':[1,'3-5']"), "" },
    { BETA(",'reserveOrdinals':[1,'3-5','7-6','x']"),
      "TextUnreadable spec.reserveOrdinals[2] = '7-6': '7-6' is no range such as '3-5'" LOST(
          4) "TextUnreadable spec.reserveOrdinals[3] = 'x': 'x' is no range such as '3-5'" LOST(4) },
    { BETA(",'updateStrategy':{'type':'OnDelete'}"), "" },
    { BETA(",'updateStrategy':{'type':'OnDelete','rollingUpdate':{'partition':5}}"),
      "Ignored spec.updateStrategy.rollingUpdate = {'partition':5}: rollingUpdate has no effect on an update: the type "
      "is "
      "OnDelete\n" },
    { BETA(STRATEGY("'paused':true")),
      "Paused " AT "paused = true: paused: no pod is updated, nor deleted where it is marked for that\n" },
    { BETA(STRATEGY("'podUpdatePolicy':'InPlaceIfPossible'")),
      "NoReadinessGate " AT "podUpdatePolicy = 'InPlaceIfPossible': neither the template nor a pod has readiness gate "
      "InPlaceUpdateReady: admission refuses it, and pods would stay ready while they are updated\n" },
    { BETA(",'template':{'metadata':{'labels':{'app':'a'}},'spec':{'readinessGates':[{'conditionType':"
           "'InPlaceUpdateReady'}]}}" STRATEGY("'podUpdatePolicy':'InPlaceIfPossible'")),
      "" },
    { LINT_SNAPSHOT(BETA(STRATEGY("'podUpdatePolicy':'InPlaceOnly'")),
                    ",'pods':[{'metadata':{'name':'a-0','labels':{'app':'a'}},'spec':{'readinessGates':"
                    "[{'conditionType':'InPlaceUpdateReady'}]}}]"),
      "" },
    { BETA(",'volumeClaimUpdateStrategy':{'type':'OnPodRollingUpdate'}"),
      "Ignored spec.volumeClaimUpdateStrategy.type = 'OnPodRollingUpdate': OnPodRollingUpdate has no effect while gate "
      "StatefulSetAutoResizePVCGate is off: no claim is resized\n" },
    { LINT_SNAPSHOT(BETA(",'volumeClaimUpdateStrategy':{'type':'OnPodRollingUpdate'}"),
                    GATES("'StatefulSetAutoResizePVCGate':true")),
      "" },
    { BETA(",'podManagementPolicy':'parallel'"),
      "UnknownText spec.podManagementPolicy = 'parallel': podManagementPolicy 'parallel' is not known and is taken as "
      "OrderedReady\n" },
    { BETA(",'minReadySeconds':10"), "Misplaced spec.minReadySeconds = 10: minReadySeconds is no field of "
                                     "apps.kruise.io/v1beta1 here, and is dropped: it "
                                     "belongs in updateStrategy.rollingUpdate\n" },
    { NATIVE(",'minReadySeconds':10"), "" },
    { LINT_WORKLOAD("apps.kruise.io/v1alpha1", "StatefulSet", ",'reserveOrdinals':[1]"),
      "Misplaced spec.reserveOrdinals = [1]: reserveOrdinals is no field of apps.kruise.io/v1alpha1 here, and is "
      "dropped: "
      "v1beta1 has it\n" },
    { BETA(STRATEGY("'minReadySeconds':10")), "" },
    { NATIVE(STRATEGY("'minReadySeconds':10")),
      "Misplaced " AT
      "minReadySeconds = 10: minReadySeconds is no field of apps/v1 here, and is dropped: Kubernetes' own "
      "StatefulSet has no such setting there\n" },
    { BETA(",'updateStrategy':{'partition':2}"), "Misplaced spec.updateStrategy.partition = 2: partition is no field "
                                                 "of apps.kruise.io/v1beta1 here, and is dropped: "
                                                 "it belongs in rollingUpdate\n" },
};

int main(void)
{
    static const struct lint_table tables[] = { LINT_TABLE(numbers), LINT_TABLE(others) };
    return run_lint_tables("lint_statefulset", tables, 2);
}
