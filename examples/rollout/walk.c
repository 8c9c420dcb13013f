/* SPDX-License-Identifier: Apache-2.0 */
#include "walk.h"

#include <inttypes.h>
#include <stdlib.h>

#include "show.h"

static int64_t positive(int64_t n)
{
    return n > 0 ? n : 0;
}

static int64_t size_of(int64_t n)
{
    return n < 0 ? -n : n;
}

/* What follows the last "-": labels hold the long or the short form of a revision's name. */
static struct rollout_str hash_of(struct rollout_str revision)
{
    for (size_t i = revision.len; i > 0; i--)
        if (revision.data[i - 1] == '-')
            return (struct rollout_str){ revision.data + i, revision.len - i };
    return revision;
}

const struct rollout_limit *walk_limit(const struct rollout_plan *plan, const char *field)
{
    for (size_t i = 0; i < plan->limit_count; i++)
        if (str_is(plan->limits[i].field, field))
            return &plan->limits[i];
    return NULL;
}

/* Neither terminating, finished, nor outside the selector: upstream has these alone at hand. */
static bool is_active(const struct rollout_pod *pod)
{
    return pod->phase != ROLLOUT_PHASE_SUCCEEDED && pod->phase != ROLLOUT_PHASE_FAILED &&
           !(pod->flags & (ROLLOUT_POD_TERMINATING | ROLLOUT_POD_NOT_SELECTED));
}

static bool is_available(const struct rollout_pod *pod, int32_t min_ready_seconds, int64_t now_ms)
{
    uint32_t condition = pod->flags & (ROLLOUT_POD_IN_PLACE_CONDITION | ROLLOUT_POD_IN_PLACE_TRUE);
    if (pod->phase != ROLLOUT_PHASE_RUNNING || !(pod->flags & ROLLOUT_POD_READY) ||
        condition == ROLLOUT_POD_IN_PLACE_CONDITION)
        return false;
    if (pod->lifecycle_state != ROLLOUT_STATE_NONE && pod->lifecycle_state != ROLLOUT_STATE_NORMAL)
        return false;
    return min_ready_seconds == 0 ||
           (pod->ready_since_ms && pod->ready_since_ms + (int64_t)min_ready_seconds * 1000 < now_ms);
}

/* A pod that is to go, or whose grace period runs, is left alone. */
static bool may_be_taken(const struct rollout_pod *pod)
{
    if (pod->lifecycle_state == ROLLOUT_STATE_PREPARING_DELETE)
        return false;
    return pod->lifecycle_state == ROLLOUT_STATE_UPDATED || !pod->in_place ||
           !(pod->in_place->flags & ROLLOUT_IN_PLACE_GRACE);
}

static bool gate_is_on(const struct rollout_workload *workload, uint32_t gate)
{
    bool on = false;
    for (size_t i = 0; i < workload->gate_count; i++)
        if (workload->gates[i].gate == gate)
            on = workload->gates[i].on; /* the last one counts */
    return on;
}

/* cloneset.md 3.2: the smaller of the two distances, in its direction; back only with the gate. */
static bool goes_back(const struct rollout_world *world, const struct walk *walk)
{
    const struct rollout_snapshot *snapshot = &world->snapshot;
    if (!gate_is_on(&world->workload, ROLLOUT_GATE_CLONESET_PARTITION_ROLLBACK) || !snapshot->current_revision ||
        str_equal(world_revision(world, snapshot->current_revision - 1)->name,
                  world_revision(world, snapshot->update_revision - 1)->name))
        return false;
    int64_t old_surplus = walk->old - walk->partition;
    int64_t new_surplus = walk->updated - (walk->replicas - walk->partition);
    return (size_of(old_surplus) <= size_of(new_surplus) ? old_surplus : -new_surplus) < 0;
}

/* What is there, in one pass: copies the active pods, and tells which of them are updated. */
static void count_pods(const struct rollout_world *world, struct walk *walk, struct rollout_pods *active,
                       struct rollout_pod *copies, uint32_t *places, bool *updated)
{
    const struct rollout_snapshot *snapshot = &world->snapshot;
    struct rollout_str update = hash_of(world_revision(world, snapshot->update_revision - 1)->name);
    for (uint32_t i = 0; i < snapshot->pods.count; i++) {
        const struct rollout_pod *pod = world_pod(world, i);
        if (!is_active(pod))
            continue;
        size_t n = active->count++;
        updated[n] = str_equal(hash_of(pod->revision), update);
        places[n] = i;
        copies[n] = *pod;
        if (pod->lifecycle_state != ROLLOUT_STATE_PREPARING_DELETE)
            *(updated[n] ? &walk->updated : &walk->old) += 1;
    }
    walk->active = (int64_t)active->count;
}

static void collect(const struct rollout_world *world, struct walk *walk, const struct rollout_pods *active,
                    const bool *updated)
{
    int32_t min_ready_seconds = world->workload.cloneset->min_ready_seconds;
    for (size_t i = 0; i < active->count; i++) {
        const struct rollout_pod *pod = &active->items[i];
        bool at_target = updated[i] != walk->back;
        if (!is_available(pod, min_ready_seconds, world->snapshot.now_ms)) {
            walk->unavailable++;
            walk->unavailable_target += at_target;
        }
        if (!at_target && may_be_taken(pod))
            walk->pods[walk->count++] = (uint32_t)i;
    }
}

int walk_make(const struct rollout_world *world, const struct rollout_plan *plan, struct walk *ret,
              struct rollout_error *reterr)
{
    const struct rollout_snapshot *snapshot = &world->snapshot;
    const struct rollout_limit *partition = walk_limit(plan, "partition");
    size_t room = snapshot->pods.count + 1;
    struct walk walk = { .partition = partition ? partition->count : 0,
                         .replicas = world->workload.cloneset->replicas.value,
                         .pods = malloc(room * sizeof *walk.pods) };
    struct rollout_pod *copies = malloc(room * sizeof *copies);
    uint32_t *places = malloc(room * sizeof *places); /* of the active ones in the snapshot */
    bool *updated = malloc(room * sizeof *updated);
    struct rollout_pods active = { copies, 0, sizeof *copies };
    int rc = walk.pods && copies && places && updated ? ROLLOUT_OK : ROLLOUT_ERR_NOMEM;
    if (rc == ROLLOUT_OK && snapshot->update_revision) {
        count_pods(world, &walk, &active, copies, places, updated);
        walk.back = goes_back(world, &walk);
        walk.target =
            world_revision(world, (walk.back ? snapshot->current_revision : snapshot->update_revision) - 1)->name;
        collect(world, &walk, &active, updated);
        rc = rollout_order_update(&world->workload.cloneset->order, &active, walk.pods, walk.count, reterr);
    }
    for (size_t i = 0; rc == ROLLOUT_OK && i < walk.count; i++)
        walk.pods[i] = places[walk.pods[i]];
    free(copies);
    free(places);
    free(updated);
    if (rc != ROLLOUT_OK)
        walk_free(&walk);
    else
        *ret = walk;
    return rc;
}

void walk_free(struct walk *walk)
{
    free(walk->pods);
    *walk = (struct walk){ 0 };
}

/* The place that the verdict itself names; -1 = it names none. */
static int64_t named_place(const struct rollout_verdict *verdict)
{
    switch (verdict->reason) {
    case ROLLOUT_REASON_UPDATE_IN_PLACE:
    case ROLLOUT_REASON_RECREATE:
    case ROLLOUT_REASON_BEHIND_STOPPED_POD:
        return verdict->a;
    case ROLLOUT_REASON_PARTITION_REACHED:
    case ROLLOUT_REASON_REPLICAS_REACHED:
        return verdict->b;
    default:
        return -1;
    }
}

size_t walk_place(const struct walk *walk, const struct rollout_verdict *verdict, uint32_t pod)
{
    size_t place = 0;
    for (size_t i = 0; i < walk->count && !place; i++)
        if (walk->pods[i] == pod)
            place = i + 1;
    int64_t named = named_place(verdict);
    return named < 0 || (uint64_t)named == place ? place : 0;
}

/* ---- arithmetic ---- */

static const char *pods_word(int64_t n)
{
    return n == 1 ? "pod" : "pods";
}

/* 401, 402: a = unavailable + missing + taken, b = maxUnavailable + surplus. */
static void explain_unavailable(const struct walk *walk, const struct rollout_plan *plan,
                                const struct rollout_verdict *v, struct text *out)
{
    const struct rollout_limit *limit = walk_limit(plan, "maxUnavailable");
    int64_t surplus = positive(walk->active - walk->replicas), missing = positive(walk->replicas - walk->active);
    bool target_only = v->reason == ROLLOUT_REASON_UPDATED_PODS_UNAVAILABLE, deletes = v->wants == ROLLOUT_OP_DELETE;
    int64_t unavailable = target_only ? walk->unavailable_target : walk->unavailable;
    int64_t rest = v->a - missing, taken = rest - unavailable;
    if (!limit || limit->count + surplus != v->b || rest < 0 || (!deletes && taken < 0))
        return; /* the plan counts otherwise: better no arithmetic than a wrong one */
    text_addf(out, "limit: %" PRId64 " = maxUnavailable %" PRId64 " + %" PRId64 " %s above replicas\n", v->b,
              limit->count, surplus, pods_word(surplus));
    text_addf(out, "used: %" PRId64 " = ", v->a);
    if (deletes) /* what scaling counts as unavailable cannot be told from what it deletes now */
        text_addf(out, "%" PRId64 " unavailable or deleted now", rest);
    else
        text_addf(out, "%" PRId64 " unavailable%s", unavailable, target_only ? " at the target" : "");
    text_addf(out, " + %" PRId64 " missing", missing);
    if (!deletes)
        text_addf(out, " + %" PRId64 " taken now", taken);
    text_adds(out, "\n");
}

/* 404: a = unavailable + created now. */
static void explain_creates(const struct rollout_plan *plan, const struct rollout_verdict *v, struct text *out)
{
    int64_t created = 0;
    for (size_t i = 0; i < plan->action_count; i++)
        for (uint32_t j = 0; plan->actions[i].op == ROLLOUT_OP_CREATE && j < plan->actions[i].attr_count; j++) {
            const struct rollout_attr *attr = &plan->attrs[plan->actions[i].attr_first + j];
            created += attr->key == ROLLOUT_ATTR_COUNT ? attr->value : 0;
        }
    text_addf(out, "limit: %" PRId64 " = scaleStrategy.maxUnavailable\n", v->b);
    text_addf(out, "used: %" PRId64 " = %" PRId64 " unavailable or on their way out + %" PRId64 " created now\n", v->a,
              v->a - created, created);
}

void walk_explain(const struct walk *walk, const struct rollout_plan *plan, const struct rollout_verdict *v,
                  struct text *out)
{
    switch (v->reason) {
    case ROLLOUT_REASON_MAX_UNAVAILABLE_REACHED:
    case ROLLOUT_REASON_UPDATED_PODS_UNAVAILABLE:
        explain_unavailable(walk, plan, v, out);
        break;
    case ROLLOUT_REASON_SCALE_MAX_UNAVAILABLE_REACHED:
        explain_creates(plan, v, out);
        break;
    case ROLLOUT_REASON_PARTITION_REACHED:
    case ROLLOUT_REASON_REPLICAS_REACHED:
    case ROLLOUT_REASON_ROLLBACK_OFF:
        text_addf(out, "wanted: %" PRId64 " updated = replicas %" PRId64 " - partition %" PRId64 "\n",
                  walk->replicas - walk->partition, walk->replicas, walk->partition);
        text_addf(out, "there: %" PRId64 " updated, %" PRId64 " not updated\n", walk->updated, walk->old);
        break;
    default:
        break;
    }
}
