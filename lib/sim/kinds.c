/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/kinds.h"

#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "base/str.h"
#include "base/time.h"
#include "base/tree.h"
#include "rules/availability.h"
#include "rules/lifecycle.h"
#include "rules/nodes.h"
#include "rules/revision.h"

static const struct ro_kind_lines *lines_of(const struct rollout_workload *workload)
{
    return workload->cloneset           ? &ro_kind_cloneset
           : workload->statefulset      ? &ro_kind_statefulset
           : workload->broadcastjob     ? &ro_kind_broadcastjob
           : workload->replicaset       ? &ro_kind_replicaset
           : workload->deployment       ? &ro_kind_deployment
           : workload->sidecarset       ? &ro_kind_sidecarset
           : workload->uniteddeployment ? &ro_kind_uniteddeployment
                                        : &ro_kind_daemonset;
}

struct rollout_str ro_kind_name(const struct ro_cluster *c)
{
    return c->kind->name(c);
}

const struct rollout_lifecycle *ro_kind_lifecycle(const struct ro_cluster *c)
{
    return c->hooks.set ? &c->hooks : NULL;
}

bool ro_kind_in_place_only(const struct ro_cluster *c)
{
    return c->workload.cloneset      ? c->specs.cloneset.pod_update_policy == ROLLOUT_POLICY_IN_PLACE_ONLY
           : c->workload.statefulset ? c->specs.statefulset.pod_update_policy == ROLLOUT_POLICY_IN_PLACE_ONLY
                                     : false;
}

uint32_t ro_kind_new_flags(const struct ro_cluster *c)
{
    return c->kind->new_flags;
}

void ro_kind_prepare(struct ro_cluster *c)
{
    c->kind = lines_of(&c->workload);
    c->hooks = (struct rollout_lifecycle){ 0 };
    c->kind->prepare(c);
}

/* Names that the spec wants deleted are marks on the pods, where names are used again. */
void ro_kind_begin(struct ro_cluster *c)
{
    struct rollout_strs *listed = &c->specs.cloneset.pods_to_delete;
    for (uint32_t i = 0; c->workload.cloneset && c->fixed_names && i < c->pod_count; i++)
        if (ro_strs_have(listed, c->pods[i].name))
            ro_cluster_set_label(c, i, RO_STR("apps.kruise.io/specified-delete"), RO_STR("true"));
    if (c->fixed_names)
        listed->count = 0;
}

bool ro_kind_interchangeable(const struct ro_cluster *c)
{
    return c->kind->interchangeable;
}

bool ro_kind_versionless(const struct ro_cluster *c)
{
    return c->workload.broadcastjob || c->workload.replicaset;
}

bool ro_kind_active(const struct ro_cluster *c, uint32_t pod)
{
    if (c->workload.sidecarset) /* which has those of all pods that it matches */
        return ro_sidecars_matched(c, &c->pods[pod], &c->hidden[pod]);
    return !(c->hidden[pod].flags & RO_SIM_GONE) && ro_kind_counts(&c->pods[pod]) && ro_active(&c->pods[pod]);
}

bool ro_kind_available(const struct ro_cluster *c, uint32_t pod)
{
    return ro_kind_active(c, pod) && c->kind->available(c, pod);
}

bool ro_kind_updated(const struct ro_cluster *c, uint32_t pod)
{
    if (ro_kind_versionless(c))
        return true;
    if (c->workload.sidecarset)
        return ro_str_eq(ro_sidecars_of(c, &c->hidden[pod])->set_hash, c->specs.sidecarset.hash);
    return c->snapshot.update_revision && c->hidden[pod].target == c->snapshot.update_revision;
}

void ro_kind_measure(const struct ro_cluster *c, struct ro_measure *ret)
{
    *ret = (struct ro_measure){ 0 };
    for (uint32_t i = 0; i < c->pod_count; i++) {
        if (!ro_kind_active(c, i))
            continue;
        ret->total++;
        ret->available += c->kind->available(c, i);
        if (ro_kind_updated(c, i))
            ret->updated++;
        else
            ret->old++;
    }
    ret->served = ret->available;
    c->kind->measure(c, ret);
}

bool ro_kind_done(const struct ro_cluster *c, const struct ro_measure *now)
{
    return c->kind->done(c, now);
}

int64_t ro_kind_min_ready_ms(const struct ro_cluster *c)
{
    if (c->workload.uniteddeployment)
        return ro_united_soak_ms(c);
    int32_t seconds = c->workload.cloneset      ? c->specs.cloneset.min_ready_seconds
                      : c->workload.statefulset ? c->specs.statefulset.min_ready_seconds
                      : c->workload.replicaset  ? c->specs.replicaset.min_ready_seconds
                      : c->workload.deployment  ? c->specs.deployment.min_ready_seconds
                                                : c->specs.daemonset.min_ready_seconds;
    for (size_t i = 0; c->workload.deployment && i < c->sets.count; i++) /* each says it for its own */
        seconds = c->sets.items[i].min_ready_seconds > seconds ? c->sets.items[i].min_ready_seconds : seconds;
    return seconds > 0 ? (int64_t)seconds * 1000 : 0;
}

/* ---- promises ---- */

bool ro_deed_updates(const struct rollout_action *action)
{
    return action->reason == ROLLOUT_REASON_UPDATE_IN_PLACE || action->reason == ROLLOUT_REASON_RECREATE ||
           action->reason == ROLLOUT_REASON_RECREATE_NOT_IN_PLACE || action->reason == ROLLOUT_REASON_PREPARE_UPDATE;
}

size_t ro_deeds_count(const struct ro_cluster *c, const struct ro_deeds *deeds, uint32_t op)
{
    size_t count = 0;
    for (size_t i = 0; i < deeds->plan->action_count; i++) {
        const struct rollout_action *a = &deeds->plan->actions[i];
        count += a->op == op && a->subject_kind == ROLLOUT_SUBJECT_POD && a->subject < deeds->pod_count &&
                 deeds->hidden[a->subject].target != c->snapshot.update_revision;
    }
    return count;
}

/* What holds for all kinds: nothing is done to what is not there, and no hook is passed over. */
static const char *common_promise(const struct ro_cluster *c, const struct ro_deeds *deeds)
{
    const struct rollout_lifecycle *hooks = ro_kind_lifecycle(c);
    for (size_t i = 0; i < deeds->plan->action_count; i++) {
        const struct rollout_action *a = &deeds->plan->actions[i];
        if (a->subject_kind != ROLLOUT_SUBJECT_POD)
            continue;
        if (a->subject >= deeds->pod_count)
            return "an action on a pod that is not there";
        const struct rollout_pod *p = &deeds->pods[a->subject];
        if (!hooks)
            continue;
        if (a->op == ROLLOUT_OP_DELETE && !(p->flags & ROLLOUT_POD_TERMINATING) && ro_hooked_any(&hooks->pre_delete, p))
            return "a pod is deleted while its preDelete hook holds it";
        if (a->op == ROLLOUT_OP_UPDATE_IN_PLACE && ro_hooked_any(&hooks->in_place_update, p))
            return "a pod is updated in place while its inPlaceUpdate hook holds it";
    }
    return NULL;
}

bool ro_kind_promise(const struct ro_cluster *c, const struct ro_deeds *deeds, char *buf, size_t size)
{
    const struct ro_measure *m = &deeds->before, *n = &deeds->after;
    const char *broken = common_promise(c, deeds);
    if (!broken)
        broken = c->kind->promise(c, deeds);
    if (!broken)
        return true;
    if (c->workload.broadcastjob) {
        snprintf(buf, size, "%s: %lld nodes wanted, %lld to %lld done, %lld to %lld pods run, parallelism %lld", broken,
                 (long long)m->wanted, (long long)m->served, (long long)n->served, (long long)m->total,
                 (long long)n->total, (long long)m->parallelism);
        return false;
    }
    snprintf(buf, size,
             "%s: %lld wanted, %lld to %lld there, %lld to %lld available, %lld to %lld old, maxUnavailable %lld, "
             "maxSurge %lld, partition %lld",
             broken, (long long)m->wanted, (long long)m->total, (long long)n->total, (long long)m->served,
             (long long)n->served, (long long)m->old, (long long)n->old, (long long)m->max_unavailable,
             (long long)m->max_surge, (long long)m->partition);
    return false;
}

/* ---- the status ---- */

int32_t ro_status_number(const struct rollout_node *status, const char *key)
{
    const struct rollout_node *n = ro_get(status, key);
    return ro_is(n, ROLLOUT_NODE_INTEGER) ? (int32_t)n->integer : 0;
}

struct rollout_opt ro_status_opt(const struct rollout_node *status, const char *key)
{
    const struct rollout_node *n = ro_get(status, key);
    return (struct rollout_opt){ ro_is(n, ROLLOUT_NODE_INTEGER), ro_status_number(status, key) };
}

struct rollout_str ro_status_text(struct ro_cluster *c, const struct rollout_node *status, const char *key)
{
    return ro_texts_keep(&c->texts, ro_text(ro_get(status, key)));
}

int64_t ro_status_time(const struct rollout_node *object, const char *key)
{
    int64_t ms = 0;
    return ro_time_parse(ro_text(ro_get(object, key)), &ms) ? ms : 0;
}

/* More conditions than any kind has of its own: those of others are passed on as far as there is room. */
size_t ro_status_conditions(struct ro_cluster *c, const struct rollout_node *status, struct rollout_condition *ret,
                            size_t room)
{
    const struct rollout_node *list = ro_get(status, "conditions");
    const char *update = c->workload.broadcastjob ? "lastProbeTime" : "lastUpdateTime";
    size_t n = 0;
    if (!ro_is(list, ROLLOUT_NODE_ARRAY))
        return 0;
    for (const struct rollout_node *e = ro_first(list); e != ro_end(list); e = ro_next(e)) {
        if (n == room)
            break;
        ret[n++] = (struct rollout_condition){
            .type = ro_status_text(c, e, "type"),
            .status = ro_status_text(c, e, "status"),
            .reason = ro_status_text(c, e, "reason"),
            .message = ro_status_text(c, e, "message"),
            .last_update_ms = ro_status_time(e, update),
            .last_transition_ms = ro_status_time(e, "lastTransitionTime"),
        };
    }
    return n;
}

/* 7.4 of cloneset.md: an update phase that ends with an error says so, and nobody takes it back. */
static size_t add_failure(struct ro_cluster *c, const struct rollout_plan *plan, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (ro_str_eq(c->conditions[i].type, RO_STR("FailedUpdate")) &&
            ro_str_eq(c->conditions[i].status, RO_STR("True")))
            return n;
    if (n < sizeof c->conditions / sizeof *c->conditions)
        c->conditions[n++] = (struct rollout_condition){ .type = RO_STR("FailedUpdate"),
                                                         .status = RO_STR("True"),
                                                         .message = ro_texts_keep(&c->texts, plan->error_message),
                                                         .last_update_ms = c->snapshot.now_ms / 1000 * 1000,
                                                         .last_transition_ms = c->snapshot.now_ms / 1000 * 1000 };
    return n;
}

/* The controller takes names that no pod has out of the spec. */
static void drop_names(struct ro_cluster *c, const struct rollout_plan *plan)
{
    struct rollout_strs *listed = &c->specs.cloneset.pods_to_delete;
    if (!c->workload.cloneset || plan->dropped_count == 0 || plan->dropped_count > listed->count)
        return;
    struct rollout_str *kept = ro_arena_alloc(&c->arena, listed->count, sizeof *kept);
    uint32_t n = 0;
    size_t d = 0;
    for (uint32_t i = 0; kept && i < listed->count; i++) {
        if (d < plan->dropped_count && plan->dropped_pods_to_delete[d] == i)
            d++;
        else
            kept[n++] = *ro_strs_at(listed, i);
    }
    *listed = (struct rollout_strs){ kept, n, sizeof *kept };
}

int ro_cluster_status(struct ro_cluster *c, const struct rollout_plan *plan)
{
    const struct rollout_node *status = plan->status.count ? plan->status.nodes : NULL;
    if (!status)
        return ROLLOUT_OK;
    size_t n = ro_status_conditions(c, status, c->conditions, sizeof c->conditions / sizeof *c->conditions);
    if (c->workload.cloneset && plan->error_reason)
        n = add_failure(c, plan, n);
    drop_names(c, plan);
    c->kind->status(c, status);
    if (c->workload.cloneset) {
        c->specs.cloneset_status.conditions = c->conditions;
        c->specs.cloneset_status.condition_count = n;
    } else if (c->workload.statefulset) {
        c->specs.statefulset_status.conditions = c->conditions;
        c->specs.statefulset_status.condition_count = n;
    } else if (c->workload.uniteddeployment) {
        c->specs.uniteddeployment_status.conditions = c->conditions;
        c->specs.uniteddeployment_status.condition_count = n;
    } else if (c->workload.broadcastjob) {
        c->specs.broadcastjob_status.conditions = c->conditions;
        c->specs.broadcastjob_status.condition_count = n;
    } else if (c->workload.deployment) {
        c->specs.deployment_status.conditions = c->conditions;
        c->specs.deployment_status.condition_count = n;
    } else if (c->workload.replicaset) {
        c->specs.replicaset_status.conditions = c->conditions;
        c->specs.replicaset_status.condition_count = n;
    } else if (c->workload.daemonset) {
        c->specs.daemonset_status.conditions = c->conditions;
        c->specs.daemonset_status.condition_count = n;
    }
    struct rollout_str current = c->workload.cloneset           ? c->specs.cloneset_status.current_revision
                                 : c->workload.statefulset      ? c->specs.statefulset_status.current_revision
                                 : c->workload.uniteddeployment ? c->specs.uniteddeployment_status.current_revision
                                                                : (struct rollout_str){ NULL, 0 };
    for (size_t i = 0; current.len > 0 && i < c->revision_count; i++)
        if (ro_str_eq(c->revisions[i].name, current))
            c->snapshot.current_revision = (uint32_t)i + 1;
    return c->texts.failed ? ro_error_nomem(c->reterr) : ROLLOUT_OK;
}

bool ro_kind_over(const struct ro_cluster *c)
{
    const struct rollout_broadcastjob_status *status = &c->specs.broadcastjob_status;
    if (!c->workload.broadcastjob || c->workload.broadcastjob->completion == ROLLOUT_COMPLETION_NEVER)
        return false;
    for (size_t i = 0; i < status->condition_count; i++) {
        const struct rollout_condition *condition = &status->conditions[i];
        if (ro_str_eq(condition->status, RO_STR("True")) &&
            (ro_str_eq(condition->type, RO_STR("Complete")) || ro_str_eq(condition->type, RO_STR("Failed"))))
            return true;
    }
    return false;
}

void ro_kind_remember(const struct ro_cluster *c, int32_t ret[RO_KIND_MEMORY])
{
    memset(ret, 0, RO_KIND_MEMORY * sizeof *ret);
    ret[0] = (int32_t)c->snapshot.current_revision;
    c->kind->remember(c, ret);
}

void ro_kind_recall(struct ro_cluster *c, const int32_t memory[RO_KIND_MEMORY])
{
    c->snapshot.current_revision = (uint32_t)memory[0];
    c->kind->recall(c, memory);
}

/* ---- nodes ---- */

void ro_kind_need_terms(struct ro_cluster *c, size_t terms)
{
    if (c->usable && terms <= c->usable_room)
        return;
    c->usable = ro_arena_alloc(&c->arena, terms + 1, 1);
    c->usable_room = terms;
}

int ro_kind_find_nodes(struct ro_cluster *c)
{
    const struct rollout_daemonset *set = c->workload.daemonset;
    const struct rollout_broadcastjob *job = c->workload.broadcastjob;
    if (!set && !job)
        return ROLLOUT_OK;
    struct rollout_scheduling scheduling = set ? set->scheduling : job->scheduling;
    if (job) /* its pods are bound to nodes whatever name the template has */
        scheduling.node_name = (struct rollout_str){ NULL, 0 };
    if (!c->eligible) {
        c->eligible = ro_arena_alloc(&c->arena, c->node_count + 1, 1);
        c->tallies = ro_arena_alloc(&c->arena, c->node_count + 1, sizeof *c->tallies);
    }
    ro_kind_need_terms(c, scheduling.affinity.term_count);
    if (c->arena.failed)
        return ROLLOUT_ERR_NOMEM;
    struct ro_node_rule rule = ro_node_rule(&scheduling, c->usable);
    rule.plain = job;
    for (size_t i = 0; i < c->node_count; i++)
        c->eligible[i] = set ? ro_node_fit(&rule, &c->nodes[i]).runs
                             : ro_node_fit_empty(&rule, job->requests, job->request_count, &c->nodes[i]).check ==
                                   RO_NODE_FITS;
    return ROLLOUT_OK;
}
