/* SPDX-License-Identifier: Apache-2.0 */
/* Each finding of a BroadcastJob, and the manifest one step beside it that has none. Numbers: broadcastjob.md 1, 1.1, 5. */
#include "lint.h"

/* A job whose pods have these members, and whose spec has those, beginning with a comma or empty. */
#define POD_JOB(pod, spec)                                                                                             \
    "{'apiVersion':'apps.kruise.io/v1beta1','kind':'BroadcastJob','metadata':{'name':'a','namespace':'ns','uid':'u'}," \
    "'spec':{'template':{'metadata':{'labels':{'app':'a'}},'spec':{'containers':[{'name':'m','image':'i'}]" pod        \
    "}}" spec "}}"
#define NEVER            ",'restartPolicy':'Never'"
#define ON_FAILURE       ",'restartPolicy':'OnFailure'"
#define JOB(spec)        POD_JOB(NEVER, spec)
#define COMPLETE(fields) ",'completionPolicy':{" fields "}"
#define FAIL(fields)     ",'failurePolicy':{" fields "}"
#define NODE(name, labels, spec)                                                                                       \
    "{'metadata':{'name':'" name "','labels':{" labels "}},'spec':{" spec "},'status':{'allocatable':{'pods':'9',"     \
    "'cpu':'2'}}}"
#define NODES                                                                                                          \
    ",'nodes':[" NODE("n1", "'zone':'a'", "") "," NODE("n2", "'zone':'b'", "") "," NODE("n3", "", "") "," NODE(        \
        "n4", "", "'unschedulable':true") "]"
#define ON_3(spec)     LINT_SNAPSHOT(JOB(spec), NODES)
#define ON(pod, nodes) LINT_SNAPSHOT(POD_JOB(NEVER pod, ""), nodes)
#define IN_ZONE(zone)                                                                                                  \
    ",'affinity':{'nodeAffinity':{'requiredDuringSchedulingIgnoredDuringExecution':{'nodeSelectorTerms':"              \
    "[{'matchExpressions':[{'key':'zone','operator':'In','values':['" zone "']}]}]}}}"
#define NOWHERE(nodes, unselected, unlike, tainted, cordoned, full)                                                    \
    "no pod is created: of " nodes " " unselected " lack labels of nodeSelector, " unlike                              \
    " do not match the affinity, " tainted " have a taint that is not tolerated, " cordoned " are cordoned, " full     \
    " have too little room\n"
#define OF_POD "spec.template.spec"

static const struct lint_case numbers[] = {
    { JOB(""), "" },
    { ON_3(""), "" },
    { ON_3(",'parallelism':'66%'"), "" }, /* 1.98, rounded up to 2 */
    { ON_3(",'parallelism':'67%'"),
      "RoundsToAll spec.parallelism = '67%': parallelism 67% of 3 nodes is 3, rounded up: a BroadcastJob rounds it so, "
      "and pods run on all nodes at once\n" },
    { ON_3(",'parallelism':'100%'"), "" },
    { ON_3(",'parallelism':'1%'"), "" }, /* 1 of 3: it never comes to nothing */
    { JOB(",'parallelism':'67%'"), "" }, /* of how many is not known */
    { ON_3(",'parallelism':'40'"), "TextReadOtherwise spec.parallelism = '40': parallelism '40' is read as 40%\n" },
    { JOB(",'parallelism':'abc'"),
      "TextUnreadable spec.parallelism = 'abc': parallelism 'abc' is stored but cannot be read: it must be a number or "
      "a "
      "percentage such as '20%', and every pass ends with an error before it creates a pod\n" },
    { JOB(",'parallelism':0"),
      "CreatesNothing spec.parallelism = 0: parallelism comes to 0: no pod is ever created, and the job is never "
      "complete\n" },
    { JOB(",'parallelism':'0%'"),
      "CreatesNothing spec.parallelism = '0%': parallelism comes to 0: no pod is ever created, and the job is never "
      "complete\n" },
    { JOB(",'parallelism':1"), "" },
    { JOB(",'parallelism':-1"),
      "Negative spec.parallelism = -1: parallelism is below 0\n"
      "CreatesNothing spec.parallelism = -1: parallelism comes to 0: no pod is ever created, and the job is never "
      "complete\n" },
};

static const struct lint_case policies[] = {
    { JOB(COMPLETE("'type':'Always','activeDeadlineSeconds':1,'ttlSecondsAfterFinished':0")), "" },
    { JOB(COMPLETE("'type':'Always','activeDeadlineSeconds':0")),
      "DeadlineTooShort spec.completionPolicy.activeDeadlineSeconds = 0: activeDeadlineSeconds 0 is over at once: the "
      "job "
      "fails before it creates a pod\n" },
    { JOB(COMPLETE("'activeDeadlineSeconds':-5")), "DeadlineTooShort spec.completionPolicy.activeDeadlineSeconds = -5: "
                                                   "activeDeadlineSeconds -5 is over at once: the "
                                                   "job fails before it creates a pod\n" },
    { JOB(COMPLETE("'type':'Always','ttlSecondsAfterFinished':-1")),
      "Negative spec.completionPolicy.ttlSecondsAfterFinished = -1: ttlSecondsAfterFinished is below 0: the job is "
      "deleted as soon as it is over\n" },
    { JOB(COMPLETE("'type':'Never'") FAIL("'type':'Continue'")), "" },
    { JOB(COMPLETE("'type':'Never','activeDeadlineSeconds':0,'ttlSecondsAfterFinished':-1") FAIL("'type':'Continue'")),
      "Ignored spec.completionPolicy.activeDeadlineSeconds = 0: activeDeadlineSeconds has no effect: a job of type "
      "Never "
      "has no deadline, and admission refuses it\n"
      "Ignored spec.completionPolicy.ttlSecondsAfterFinished = -1: ttlSecondsAfterFinished has no effect: a job of "
      "type "
      "Never is never over, and admission refuses it\n" },
    { JOB(COMPLETE("'type':'Never'")),
      "StopsForGood spec.failurePolicy.type = : FailFast by default: a pod that has failed ends a job of type Never, "
      "which is never deleted nor goes on\n" },
    { JOB(COMPLETE("'type':'Never'") FAIL("'type':'FailFast'")),
      "StopsForGood spec.failurePolicy.type = 'FailFast': FailFast: a pod that has failed ends a job of type Never, "
      "which is never deleted nor goes on\n" },
    { JOB(FAIL("'type':'FailFast'")), "" },
    { JOB(FAIL("'type':'Pause'")),
      "StopsForGood spec.failurePolicy.type = 'Pause': a pod that has failed pauses the job, and nothing resumes it "
      "while that pod is there\n" },
    { JOB(COMPLETE("'type':'always'")),
      "UnknownText spec.completionPolicy.type = 'always': type 'always' is not known and is taken as Always\n" },
    { JOB(FAIL("'type':'Fail'")),
      "UnknownText spec.failurePolicy.type = 'Fail': type 'Fail' is not known and is taken as Continue\n" },
    { JOB(",'paused':true"), "Paused spec.paused = true: paused: no pod is created\n" },
    { JOB(",'paused':true" COMPLETE("'activeDeadlineSeconds':60")),
      "Paused spec.paused = true: paused: no pod is created, while the time to activeDeadlineSeconds goes on\n" },
    { JOB(",'paused':false"), "" },
    { JOB(",'paused':true" COMPLETE("'type':'Never','activeDeadlineSeconds':60") FAIL("'type':'Continue'")),
      "Paused spec.paused = true: paused: no pod is created\n"
      "Ignored spec.completionPolicy.activeDeadlineSeconds = 60: activeDeadlineSeconds has no effect: a job of type "
      "Never has no deadline, and admission refuses it\n" },
    { JOB(",'paused':true},'status':{'phase':'running'"), "Paused spec.paused = true: paused: no pod is created\n" },
    { JOB(",'paused':true},'status':{'phase':'paused'"), "Paused spec.paused = true: paused: no pod is created\n" },
    { JOB(",'paused':true},'status':{'phase':'completed'"),
      "Ignored spec.paused = true: paused has no effect: the job's phase is 'completed'\n" },
    { POD_JOB(ON_FAILURE, FAIL("'restartLimit':3")), "" },
    { JOB(FAIL("'restartLimit':3")), "Ignored spec.failurePolicy.restartLimit = 3: restartLimit 3 has no effect: it is "
                                     "for pods whose restartPolicy is "
                                     "OnFailure\n" },
    { JOB(FAIL("'restartLimit':0")), "" },
    { POD_JOB(ON_FAILURE, FAIL("'restartLimit':-1")),
      "Negative spec.failurePolicy.restartLimit = -1: restartLimit is below 0: every pod counts as failed from its "
      "start\n" },
    { POD_JOB(",'restartPolicy':'Always'", ""),
      "UnknownText " OF_POD
      ".restartPolicy = 'Always': restartPolicy 'Always' is refused by admission: it must be Never "
      "or OnFailure\n" },
    { POD_JOB("", ""),
      "UnknownText " OF_POD ".restartPolicy = : restartPolicy Always, the default, is refused by admission: it must be "
      "Never or OnFailure\n" },
    { JOB(",'activeDeadlineSeconds':60,'restartLimit':1,'backoffLimit':2"),
      "Misplaced spec.activeDeadlineSeconds = 60: activeDeadlineSeconds is no field of apps.kruise.io/v1beta1 here, "
      "and "
      "is dropped: it belongs in completionPolicy\n"
      "Misplaced spec.restartLimit = 1: restartLimit is no field of apps.kruise.io/v1beta1 here, and is dropped: it "
      "belongs in failurePolicy\n"
      "Misplaced spec.backoffLimit = 2: backoffLimit is no field of apps.kruise.io/v1beta1 here, and is dropped: it is "
      "of Kubernetes' Job, a BroadcastJob has no such setting\n" },
    { "{'apiVersion':'apps.kruise.io/v1beta1','kind':'BroadcastJob','metadata':{'name':'a','namespace':'ns','uid':'u'},"
      "'spec':{'template':{'metadata':{'labels':{'app':'a','broadcastjob-name':'a'}},'spec':{'restartPolicy':'Never',"
      "'containers':[{'name':'m','image':'i'}]}}}}",
      "Ignored spec.template.metadata.labels.broadcastjob-name = 'a': label broadcastjob-name is the controller's own: "
      "admission refuses it in a template\n" },
};

static const struct lint_case nodes[] = {
    { ON(",'nodeSelector':{'zone':'a'}", NODES), "" },
    { ON(",'nodeSelector':{'zone':'c'}", NODES),
      "Unreachable " OF_POD ".nodeSelector = {'zone':'c'}: " NOWHERE("4 nodes", "4", "0", "0", "0", "0") },
    { POD_JOB(NEVER ",'nodeSelector':{'zone':'c'}", ""), "" },
    { ON(IN_ZONE("a"), NODES), "" },
    { ON(",'affinity':{'nodeAffinity':{'requiredDuringSchedulingIgnoredDuringExecution':{'nodeSelectorTerms':[{}]}}}",
         NODES), /* an empty term matches nothing */
      "Unreachable " OF_POD ".affinity = {'nodeAffinity':{'requiredDuringSchedulingIgnoredDuringExecution':"
      "{'nodeSelectorTerms':[{}]}}}: " NOWHERE("4 nodes", "0", "4", "0", "0", "0") },
    { ON(",'nodeName':'n9'", NODES), "" }, /* the name of the template does not count */
    { ON("", ",'nodes':[" NODE("n1", "", "'unschedulable':true") "]"),
      "Unreachable " OF_POD " = {'containers':[{'name':'m','image':'i'}],'restartPolicy':'Never'}: " NOWHERE(
          "1 node", "0", "0", "0", "1", "0") },
    { ON(",'tolerations':[{'operator':'Exists'}]", ",'nodes':[" NODE("n1", "", "'unschedulable':true") "]"), "" },
    { ON(",'overhead':{'cpu':'3'}",
         ",'nodes':[" NODE("n1", "", "'taints':[{'key':'k','effect':'NoExecute'}]") "," NODE("n2", "", "") "]"),
      "Unreachable " OF_POD
      " = {'containers':[{'name':'m','image':'i'}],'restartPolicy':'Never','overhead':{'cpu':'3'}}: " NOWHERE(
          "2 nodes", "0", "0", "1", "0", "1") },
};

int main(void)
{
    static const struct lint_table tables[] = { LINT_TABLE(numbers), LINT_TABLE(policies), LINT_TABLE(nodes) };
    return run_lint_tables("lint_broadcastjob", tables, 3);
}
