/* SPDX-License-Identifier: Apache-2.0 */
/* Each finding of a Deployment, and the manifest one step beside it that has none. Numbers: deployment.md 1.1, 2. */
#include "lint.h"

#define ALONE(spec)      LINT_WORKLOAD("apps/v1", "Deployment", spec)
#define STRATEGY(fields) ",'strategy':{'type':'RollingUpdate','rollingUpdate':{" fields "}}"
#define AT               "spec.strategy.rollingUpdate."

static const struct lint_case cases[] = {
    { ALONE(""), "" },
    { ALONE(STRATEGY("'maxSurge':0,'maxUnavailable':1")), "" },
    { ALONE(STRATEGY("'maxSurge':0,'maxUnavailable':0")),
      "NoBudget " AT
      "maxUnavailable = 0: maxUnavailable and maxSurge are both 0: admission refuses it, and one pod is taken "
      "at a time\n" },
    { ALONE(",'replicas':2" STRATEGY("'maxSurge':0,'maxUnavailable':'50%'")), "" },
    { ALONE(",'progressDeadlineSeconds':10,'minReadySeconds':9"), "" },
    { ALONE(",'progressDeadlineSeconds':10,'minReadySeconds':10"),
      "DeadlineTooShort spec.progressDeadlineSeconds = 10: progressDeadlineSeconds 10 is over before a pod has been "
      "ready for "
      "minReadySeconds 10: admission refuses it\n" },
    { ALONE(",'strategy':{'type':'Recreate'}"), "" },
    { ALONE(",'strategy':{'type':'Recreate','rollingUpdate':{'maxSurge':1}}"),
      "Ignored spec.strategy.rollingUpdate = {'maxSurge':1}: rollingUpdate beside Recreate: admission refuses it\n" },
};

int main(void)
{
    const struct lint_table tables[] = { LINT_TABLE(cases) };
    return run_lint_tables("lint_deployment", tables, sizeof tables / sizeof *tables);
}
