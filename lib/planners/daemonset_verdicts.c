/* SPDX-License-Identifier: Apache-2.0 */
/* The verdicts on all that a DaemonSet's sync looks at: every pod, the nodes without one or with one that has
 * no place there, revisions, last the set. */
#include "planners/daemonset_pass.h"

#include "base/str.h"

static void emit_pods(struct sync *sync, struct ro_builder *b, struct ro_tally *tally)
{
    const uint8_t acted = ro_acted(b);
    for (uint32_t i = 0; i < sync->n; i++) {
        struct rollout_verdict v;
        if (sync->fates[i] & acted) {
            ro_verdict_close(b, tally, i);
            continue;
        }
        sync_verdict(sync, b, i, &v);
        if (!b->plan)
            continue;
        b->verdicts[i] = v;
        ro_tally_count(tally, v.reason, i);
    }
}

/* ---- nodes ---- */

/* The first pod there that is not terminating. */
static uint32_t living_pod(const struct sync *sync, uint32_t place)
{
    for (uint32_t i = sync->by.first[place]; i < sync->by.first[place + 1]; i++)
        if (!(sync->marks[sync->by.pods[i]] & SYNC_LEAVING))
            return sync->by.pods[i];
    return ROLLOUT_NONE;
}

static void hold_node(struct sync *sync, struct ro_builder *b, uint32_t node, struct rollout_verdict *v)
{
    uint32_t place = sync->by.of_node[node];
    if (sync->stopped_at == 1 || sync->stopped_at == 2) {
        sync_verdict_stop(sync, b, v);
    } else if (!sync->fits[node].runs) {
        sync_verdict_unfit(sync, b, node, v);
        return;
    } else if (sync->stopped_at == 4) {
        sync_verdict_stop(sync, b, v);
    } else if (sync->needs[node] == NEED_PARTITION) {
        ro_verdict_set(v, ROLLOUT_REASON_PARTITION_REACHED);
        v->a = sync->limits.partition;
        v->b = sync->node_order[node];
    } else if (sync->needs[node] == NEED_BURST) {
        sync_verdict_burst(sync, v);
    } else {
        ro_verdict_set(v, ROLLOUT_REASON_TERMINATING);
        v->because = sync->by.pods[sync->by.first[place]];
    }
    v->wants = ROLLOUT_OP_CREATE;
}

/* A node with a pod and no place for one: why it has none, or of a pod that has to go what is said of that. The pod
 * is counted already. */
static void emit_misscheduled(struct sync *sync, struct ro_builder *b, uint32_t node, uint32_t pod)
{
    const struct ro_node_fit *fit = &sync->fits[node];
    struct rollout_verdict v = ro_verdict(ROLLOUT_SUBJECT_NODE, node);
    if (fit->continues) {
        sync_verdict_unfit(sync, b, node, &v);
    } else if (b->plan) {
        v = b->verdicts[pod];
        v.subject_kind = ROLLOUT_SUBJECT_NODE;
        v.subject = node;
    }
    ro_build_verdict(b, &v);
}

/* A node with a pod that lives says nothing, unless that has no place there, or the node needs another: beside an old
 * one that one has the verdict. */
static void emit_nodes(struct sync *sync, struct ro_builder *b, struct ro_tally *tally)
{
    for (uint32_t i = 0; i < sync->in->nodes.count; i++) {
        bool surge = sync->needs[i] == NEED_SURGE || (sync->rolled && sync->limits.max_surge != 0);
        uint32_t pod = living_pod(sync, sync->by.of_node[i]);
        bool planned = sync->stopped_at != 1 && sync->stopped_at != 2;
        if (pod != ROLLOUT_NONE && planned && !sync->fits[i].runs) {
            emit_misscheduled(sync, b, i, pod);
            continue;
        }
        if (pod != ROLLOUT_NONE && (sync->needs[i] == NEED_NONE || surge))
            continue;
        struct rollout_verdict v = ro_verdict(ROLLOUT_SUBJECT_NODE, i);
        if (sync->node_action[i]) {
            struct ro_why why = sync_why_create(sync, i);
            v.op = ROLLOUT_OP_CREATE;
            v.first_action = sync->node_action[i] - 1;
            ro_verdict_set_text(b, &v, why.reason, why.text);
            v.a = why.a;
            v.b = why.b;
        } else {
            hold_node(sync, b, i, &v);
        }
        ro_tally_add(b, tally, &v);
    }
}

/* ---- the set ---- */

static void emit_workload(struct sync *sync, struct ro_builder *b, const struct ro_tally *tally)
{
    struct rollout_verdict v = ro_verdict(ROLLOUT_SUBJECT_WORKLOAD, 0);
    if (sync->stop_reason) {
        sync_verdict_stop(sync, b, &v);
    } else if (sync->frozen) {
        bool rounded = sync->spec->burst_replicas.kind == ROLLOUT_INTSTR_TEXT && !sync->limits.burst_unusable;
        ro_verdict_set_text(b, &v, ROLLOUT_REASON_DEADLOCK, rounded ? RO_STR("D6") : RO_STR("D16"));
    } else if (sync->eligible == 0) {
        ro_verdict_set(&v, ROLLOUT_REASON_NO_ELIGIBLE_NODE);
        v.a = (int64_t)sync->in->nodes.count;
    }
    ro_tally_end(b, tally, &v);
}

void sync_verdicts(struct sync *sync, struct ro_builder *b)
{
    struct ro_tally tally = { { 0 }, { 0 } };
    emit_pods(sync, b, &tally);
    emit_nodes(sync, b, &tally);
    ro_history_verdicts(&sync->history, b, &tally);
    emit_workload(sync, b, &tally);
}
