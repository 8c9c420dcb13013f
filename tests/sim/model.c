/* SPDX-License-Identifier: Apache-2.0 */
/* The model of a cluster against the objects: plans for every recorded snapshot, carries the plan out on the objects with
 * rollout_apply() and on the facts with the model, and compares what the two come to.
 *
 *   model FILE */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "base/tree.h"
#include "lines.h"
#include "objects/snapshot_object.h"
#include "play.h"
#include "rules/ordinal.h"
#include "sim/cluster.h"
#include "sim/jobs.h"

enum { SHOWN = 20 };

struct report {
    const char *id;
    size_t found, pods, actions, odd;
};

static void differ(struct report *r, struct rollout_str pod, const char *format, ...)
{
    va_list args;
    if (r->found++ >= SHOWN)
        return;
    printf("%s: %.*s: ", r->id, (int)pod.len, pod.data ? pod.data : "");
    va_start(args, format);
    vprintf(format, args);
    va_end(args);
    printf("\n");
}

static void compare_number(struct report *r, struct rollout_str pod, const char *what, int64_t applied,
                           int64_t modelled)
{
    if (applied != modelled)
        differ(r, pod, "%s: applied %lld, modelled %lld", what, (long long)applied, (long long)modelled);
}

static void compare_text(struct report *r, struct rollout_str pod, const char *what, struct rollout_str applied,
                         struct rollout_str modelled)
{
    if (!ro_str_eq(applied, modelled))
        differ(r, pod, "%s: applied \"%.*s\", modelled \"%.*s\"", what, (int)applied.len,
               applied.data ? applied.data : "", (int)modelled.len, modelled.data ? modelled.data : "");
}

/* A new pod's id is drawn, and of a pod that is made the API server says the phase. */
static void compare_labels(struct report *r, struct rollout_str name, const struct rollout_pod *a,
                           const struct rollout_pod *b, bool fresh)
{
    const struct rollout_pod *sides[] = { a, b };
    for (int side = 0; side < 2; side++)
        for (uint32_t i = 0; i < sides[side]->labels.count; i++) {
            struct rollout_str key = *ro_label_key(&sides[side]->labels, i);
            const struct rollout_str *other = ro_labels_get(&sides[!side]->labels, key);
            if (fresh && ro_str_eq(key, RO_STR("apps.kruise.io/cloneset-instance-id")))
                continue;
            if (!other || !ro_str_eq(*other, *ro_label_value(&sides[side]->labels, i)))
                differ(r, name, "label %.*s: %s alone, or with another value", (int)key.len, key.data,
                       side ? "modelled" : "applied");
        }
    for (int side = 0; side < 2; side++)
        for (uint32_t i = 0; i < sides[side]->finalizers.count; i++)
            if (!ro_strs_have(&sides[!side]->finalizers, *ro_strs_at(&sides[side]->finalizers, i)))
                differ(r, name, "a finalizer that is only %s", side ? "modelled" : "applied");
}

/* All that is read of containers. */
static int64_t policies(const struct rollout_tree *containers)
{
    int64_t count = 0;
    for (size_t i = 0; i < containers->count; i++)
        count += ro_str_eq(containers->nodes[i].key, RO_STR("resizePolicy"));
    return count;
}

static void compare_in_place(struct report *r, struct rollout_str name, const struct rollout_in_place *a,
                             const struct rollout_in_place *b, bool odd)
{
    static const struct rollout_in_place nothing;
    const uint32_t keys = ROLLOUT_IN_PLACE_STATE_OLD_KEY | ROLLOUT_IN_PLACE_GRACE_OLD_KEY;
    a = a ? a : &nothing;
    b = b ? b : &nothing;
    const uint32_t untold = odd ? ROLLOUT_IN_PLACE_CONTAINERS_DONE | ROLLOUT_IN_PLACE_NEXT |
                                      ROLLOUT_IN_PLACE_NEXT_APPLIES | ROLLOUT_IN_PLACE_NEXT_READY
                                : 0;
    compare_number(r, name, "in place, flags", a->flags & ~keys & ~untold, b->flags & ~keys & ~untold);
    if (!odd)
        compare_number(r, name, "in place, waits for", a->waits_for, b->waits_for);
    compare_number(r, name, "in place, grace ends", a->grace_end_ms, b->grace_end_ms);
    compare_text(r, name, "in place, grace of", a->grace_revision, b->grace_revision);
    compare_number(r, name, "in place, containers with a resizePolicy", policies(&a->containers),
                   policies(&b->containers));
}

/* ---- pods that the facts do not tell all of ---- */

static const struct rollout_node *named(const struct rollout_node *list, struct rollout_str name)
{
    if (ro_is(list, ROLLOUT_NODE_ARRAY))
        for (const struct rollout_node *n = ro_first(list); n != ro_end(list); n = ro_next(n))
            if (ro_str_eq(ro_text(ro_get(n, "name")), name))
                return n;
    return NULL;
}

/* Whether the pod's containers are not those of the revision in its label, or do not run what its spec says: then what is
 * left to do for them, or waited for, is nothing that its facts tell. */
static bool is_odd(const struct rollout_world *world, size_t i, const struct ro_cluster *c)
{
    const struct rollout_node *pod = world->pod_objects[i].nodes;
    const struct rollout_node *containers = ro_dig(pod, "spec", "containers", NULL);
    const struct rollout_node *statuses = ro_dig(pod, "status", "containerStatuses", NULL);
    uint32_t revision = ro_cluster_revision(c, world->snapshot->pods.items[i].revision);
    uint32_t phase = world->snapshot->pods.items[i].phase;
    bool started = phase != ROLLOUT_PHASE_NONE && phase != ROLLOUT_PHASE_PENDING;
    const struct rollout_in_place *in_place = world->snapshot->pods.items[i].in_place;
    if (world->workload->broadcastjob) /* nothing of its pods is updated */
        return false;
    if (!revision || !ro_is(containers, ROLLOUT_NODE_ARRAY) ||
        (in_place &&
         (in_place->flags & (ROLLOUT_IN_PLACE_NEXT | ROLLOUT_IN_PLACE_GRACE)))) /* with an update of its own */
        return true;
    const struct rollout_node *template =
        ro_dig(c->revision_objects[revision - 1].nodes, "data", "spec", "template", "spec", "containers", NULL);
    if (ro_count(containers) != ro_count(template))
        return true;
    for (const struct rollout_node *n = ro_first(containers); n != ro_end(containers); n = ro_next(n)) {
        struct rollout_str name = ro_text(ro_get(n, "name")), image = ro_text(ro_get(n, "image"));
        const struct rollout_node *status = named(statuses, name), *asked = named(template, name);
        if (started != (status != NULL) || !ro_str_eq(image, ro_text(ro_get(asked, "image"))))
            return true;
        if (status && !ro_str_eq(image, ro_text(ro_get(status, "image"))))
            return true;
    }
    return false;
}

static void compare_pod(struct report *r, const struct rollout_pod *a, const struct rollout_pod *b, bool fresh,
                        bool clone, bool odd)
{
    r->pods++;
    r->odd += odd;
    if (!fresh || !(clone || !a->name.data))
        compare_text(r, a->name, "name", a->name, b->name);
    compare_number(r, a->name, "phase", fresh ? ROLLOUT_PHASE_PENDING : a->phase, b->phase);
    compare_number(r, a->name, "lifecycle state", a->lifecycle_state, b->lifecycle_state);
    compare_number(r, a->name, "flags", a->flags, b->flags);
    compare_number(r, a->name, "ready since", a->ready_since_ms, b->ready_since_ms);
    compare_number(r, a->name, "created", a->created_ms, b->created_ms);
    compare_number(r, a->name, "restarts", a->restarts, b->restarts);
    compare_number(r, a->name, "deletion cost", a->deletion_cost, b->deletion_cost);
    compare_text(r, a->name, "revision", a->revision, b->revision);
    compare_text(r, a->name, "node", a->node, b->node);
    compare_text(r, a->name, "target node", a->target_node, b->target_node);
    if (!odd)
        compare_labels(r, a->name, a, b, fresh);
    compare_in_place(r, a->name, a->in_place, b->in_place, odd);
}

static void compare_claims(struct report *r, const struct rollout_claims *a, const struct rollout_claims *b)
{
    for (size_t i = 0; i < a->count; i++) {
        const struct rollout_claim *x = &a->items[i], *y = NULL;
        for (size_t k = 0; k < b->count; k++)
            if (ro_str_eq(b->items[k].name, x->name))
                y = &b->items[k];
        if (!y) {
            differ(r, x->name, "claim: applied alone");
            continue;
        }
        compare_text(r, x->name, "claim's request", x->request, y->request);
        compare_number(r, x->name, "claim's owners", (int64_t)x->owner_count, (int64_t)y->owner_count);
        for (size_t o = 0; o < x->owner_count; o++) {
            bool there = false;
            for (size_t p = 0; p < y->owner_count; p++)
                there = there || (ro_str_eq(x->owners[o].kind, y->owners[p].kind) &&
                                  ro_str_eq(x->owners[o].name, y->owners[p].name) &&
                                  x->owners[o].controller == y->owners[p].controller);
            if (!there)
                differ(r, x->name, "claim: an owner is only applied");
        }
    }
    compare_number(r, RO_STR("claims"), "count", (int64_t)a->count, (int64_t)b->count);
}

static void compare_revisions(struct report *r, const struct rollout_snapshot *a, const struct ro_cluster *c)
{
    size_t stored = 0;
    for (size_t i = 0; i < a->revisions.count; i++) {
        const struct rollout_revision *x = &a->revisions.items[i], *y = NULL;
        for (size_t k = 0; k < c->revision_count; k++)
            if (ro_str_eq(c->revisions[k].name, x->name))
                y = &c->revisions[k];
        if (!y)
            differ(r, x->name, "revision: applied alone");
        else
            compare_number(r, x->name, "revision's number", x->number, y->number);
        stored++;
    }
    compare_number(r, RO_STR("revisions"), "count", (int64_t)stored, (int64_t)c->revision_count);
}

static void compare_status(struct report *r, const struct rollout_workload *a, const struct rollout_workload *b)
{
    struct rollout_str status = RO_STR("status");
    if (a->cloneset) {
        compare_text(r, status, "currentRevision", a->cloneset->status->current_revision,
                     b->cloneset->status->current_revision);
        compare_number(r, status, "updatedReplicas", a->cloneset->status->updated_replicas,
                       b->cloneset->status->updated_replicas);
        compare_number(r, status, "availableReplicas", a->cloneset->status->available_replicas,
                       b->cloneset->status->available_replicas);
        compare_number(r, status, "conditions", (int64_t)a->cloneset->status->condition_count,
                       (int64_t)b->cloneset->status->condition_count);
    } else if (a->statefulset) {
        compare_text(r, status, "currentRevision", a->statefulset->status->current_revision,
                     b->statefulset->status->current_revision);
        compare_number(r, status, "currentReplicas", a->statefulset->status->current_replicas,
                       b->statefulset->status->current_replicas);
    } else if (a->broadcastjob) {
        const struct rollout_broadcastjob_status *x = a->broadcastjob->status, *y = b->broadcastjob->status;
        compare_text(r, status, "phase", x->phase, y->phase);
        compare_number(r, status, "active", x->active, y->active);
        compare_number(r, status, "succeeded", x->succeeded, y->succeeded);
        compare_number(r, status, "failed", x->failed, y->failed);
        compare_number(r, status, "desired", x->desired, y->desired);
        compare_number(r, status, "startTime", x->start_ms, y->start_ms);
        compare_number(r, status, "completionTime", x->completion_ms, y->completion_ms);
        compare_number(r, status, "conditions", (int64_t)x->condition_count, (int64_t)y->condition_count);
        for (size_t i = 0; i < x->condition_count && i < y->condition_count; i++) {
            compare_text(r, status, "condition", x->conditions[i].type, y->conditions[i].type);
            compare_text(r, status, "condition's status", x->conditions[i].status, y->conditions[i].status);
            compare_text(r, status, "condition's message", x->conditions[i].message, y->conditions[i].message);
            compare_number(r, status, "condition's probe", x->conditions[i].last_update_ms,
                           y->conditions[i].last_update_ms);
        }
    } else {
        compare_number(r, status, "desiredNumberScheduled", a->daemonset->status->desired_number_scheduled,
                       b->daemonset->status->desired_number_scheduled);
        compare_number(r, status, "observedGeneration", a->daemonset->status->observed_generation,
                       b->daemonset->status->observed_generation);
    }
}

static void compare_worlds(struct report *r, const struct played *before, const struct played *after,
                           const struct ro_cluster *c)
{
    const struct rollout_snapshot *a = after->world->snapshot, *was = before->world->snapshot;
    bool clone = before->world->workload->cloneset;
    bool daemon = before->world->workload->daemonset || before->world->workload->broadcastjob;
    size_t n = a->pods.count < c->pod_count ? a->pods.count : c->pod_count;
    compare_number(r, RO_STR("pods"), "count", (int64_t)a->pods.count, (int64_t)c->pod_count);
    for (size_t i = 0; i < n; i++) {
        int old = find_pod(was, a->pods.items[i].name);
        bool fresh = old < 0 || (a->pods.items[i].created_ms == a->now_ms / 1000 * 1000 && !a->pods.items[i].phase);
        bool odd = old >= 0 && is_odd(before->world, (size_t)old, c);
        compare_pod(r, &a->pods.items[i], &c->pods[i], fresh, clone || daemon, odd);
        if (c->workload.broadcastjob) {
            struct rollout_job_pod modelled = ro_job_facts(c, (uint32_t)i);
            const char *fact = ro_snapshot_job_pod_differs(a->pods.items[i].job_pod, &modelled);
            if (fact)
                differ(r, a->pods.items[i].name, "%s: applied and modelled differ", fact);
        }
    }
    if (!clone) /* play() makes up the ids of a CloneSet, and follows none of its claims */
        compare_claims(r, &a->claims, &c->snapshot.claims);
    compare_revisions(r, a, c);
    compare_status(r, after->world->workload, &c->workload);
}

/* kubelet keeps a condition ContainersReady, which the recorded pods lack: as Ready, since nothing else is known. */
static void complete(json_t *snapshot)
{
    size_t i, k;
    json_t *pod, *condition;
    json_array_foreach(json_object_get(snapshot, "pods"), i, pod)
    {
        json_t *conditions = json_object_get(json_object_get(pod, "status"), "conditions"), *ready = NULL;
        json_array_foreach(conditions, k, condition)
        {
            const char *type = json_string_value(json_object_get(condition, "type"));
            if (type && !strcmp(type, "ContainersReady"))
                break;
            if (!ready && type && !strcmp(type, "Ready"))
                ready = condition;
        }
        if (k < json_array_size(conditions) || !ready)
            continue;
        json_t *copy = json_deep_copy(ready);
        json_object_set_new(copy, "type", json_string("ContainersReady"));
        json_array_append_new(conditions, copy);
    }
}

/* Objects of deleted pods are gone at once. */
static void remove_deleted(const struct rollout_action *action, struct ro_cluster *c)
{
    uint32_t pod = action->subject;
    struct rollout_str parent;
    if (action->op != ROLLOUT_OP_DELETE)
        return;
    if (action->subject_kind == ROLLOUT_SUBJECT_ORDINAL)
        for (pod = (uint32_t)c->pod_count; pod-- > 0;)
            if ((uint32_t)ro_ordinal_of(c->pods[pod].name, &parent) == action->subject)
                break;
    if (pod < c->pod_count)
        c->hidden[pod].flags |= RO_SIM_GONE;
}

static bool names(const struct rollout_plan *plan, const struct rollout_action *action, struct rollout_str name)
{
    for (uint32_t i = 0; i < action->attr_count; i++) {
        const struct rollout_attr *attr = &plan->attrs[action->attr_first + i];
        if (attr->key == ROLLOUT_ATTR_NAME && ro_str_eq(plan->texts[attr->text], name))
            return true;
    }
    return false;
}

/* A second action on a pod that the same plan deletes has no object any more; play() would make it anew. */
static void remove_revived(json_t *next, const struct played *before)
{
    const struct rollout_plan *plan = before->plan;
    for (size_t i = 0; i < plan->action_count; i++) {
        const struct rollout_action *a = &plan->actions[i];
        bool again = false, created = false;
        if (a->op != ROLLOUT_OP_DELETE || a->subject_kind != ROLLOUT_SUBJECT_POD)
            continue;
        struct rollout_str name = before->world->snapshot->pods.items[a->subject].name;
        for (size_t k = i + 1; k < plan->action_count; k++) {
            again = again ||
                    (plan->actions[k].subject_kind == ROLLOUT_SUBJECT_POD && plan->actions[k].subject == a->subject);
            created = created || (plan->actions[k].op == ROLLOUT_OP_CREATE && names(plan, &plan->actions[k], name));
        }
        json_t *pods = json_object_get(next, "pods");
        for (size_t k = json_array_size(pods); again && !created && k-- > 0;) {
            json_t *text = json_object_get(json_object_get(json_array_get(pods, k), "metadata"), "name");
            if (json_string_length(text) == name.len && !memcmp(json_string_value(text), name.data, name.len))
                json_array_remove(pods, k);
        }
    }
}

/* The garbage collector takes the pods of a workload that is deleted. */
static void remove_orphans(json_t *next, const struct played *before)
{
    for (size_t i = 0; i < before->plan->action_count; i++)
        if (before->plan->actions[i].op == ROLLOUT_OP_DELETE_WORKLOAD)
            json_array_clear(json_object_get(next, "pods"));
}

static void die(const char *id, const struct rollout_error *error)
{
    fprintf(stderr, "%s: %s\n", id, error->message);
    exit(1);
}

int main(int argc, char **argv)
{
    size_t lines = 0, size = 0;
    struct report report = { NULL, 0, 0, 0, 0 };
    char *text = NULL;
    if (argc < 2)
        return 2;
    FILE *file = lines_open(argv[1]);
    while (getline(&text, &size, file) > 0) {
        json_t *line = json_loads(text, 0, NULL), *snapshot = json_object_get(line, "snapshot");
        struct played before = { 0 }, after = { 0 };
        struct rollout_error error = { .struct_size = sizeof error };
        struct ro_cluster cluster = { .keeps_claims = true };
        report.id = play_where = json_string_value(json_object_get(line, "id"));
        complete(snapshot);
        played_make(snapshot, &before);
        json_t *next = play(snapshot, &before, NULL, 0);
        remove_revived(next, &before);
        remove_orphans(next, &before);
        played_make(next, &after);
        if (ro_cluster_open(&cluster, before.world, &error))
            die(report.id, &error);
        for (size_t i = 0; i < before.plan->action_count; i++) {
            if (ro_cluster_act(&cluster, before.plan, i, 0, ro_cluster_writes(before.plan, i)))
                die(report.id, &error);
            remove_deleted(&before.plan->actions[i], &cluster);
        }
        if (ro_cluster_status(&cluster, before.plan))
            die(report.id, &error);
        ro_cluster_sweep(&cluster);
        compare_worlds(&report, &before, &after, &cluster);
        lines++;
        report.actions += before.plan->action_count;
        ro_cluster_free(&cluster);
        played_free(&before);
        played_free(&after);
        json_decref(next);
        json_decref(line);
    }
    free(text);
    lines_close(file);
    printf(
        "%s: %zu snapshots, %zu actions, %zu pods compared, of which %zu but for their containers, %zu differences\n",
        argv[1], lines, report.actions, report.pods, report.odd, report.found);
    return report.actions == 0 || report.found > 0;
}
