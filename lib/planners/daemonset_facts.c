/* SPDX-License-Identifier: Apache-2.0 */
/* What is there for a DaemonSet: which nodes fit, what every pod is, and which pods are on which node. Source:
 * daemonset.md 3, 4, 5. */
#include "planners/daemonset_pass.h"

#include "base/str.h"
#include "base/tree.h"
#include "planners/check.h"
#include "rules/availability.h"
#include "rules/revision.h"

static void look_at_nodes(struct sync *sync, uint8_t *usable)
{
    struct ro_node_rule rule = ro_node_rule(&sync->spec->scheduling, usable);
    for (size_t i = 0; i < sync->in->nodes.count; i++) {
        sync->fits[i] = ro_node_fit(&rule, sync_node(sync, i));
        sync->eligible += sync->fits[i].runs;
    }
}

/* The generation that the set's annotation names, on a pod as a label. */
static bool same_generation(const struct sync *sync, const struct rollout_pod *pod, uint32_t *hint)
{
    if (!sync->spec->template_generation.len)
        return false;
    const struct rollout_str *label = ro_labels_find(&pod->labels, RO_STR("pod-template-generation"), hint);
    return label && ro_str_eq(*label, sync->spec->template_generation);
}

static uint8_t mark_of(const struct sync *sync, const struct rollout_pod *pod)
{
    const uint32_t clean = ROLLOUT_POD_IN_PLACE_TRUE | ROLLOUT_POD_IN_PLACE_CLEAN;
    bool finished = pod->phase == ROLLOUT_PHASE_FAILED || pod->phase == ROLLOUT_PHASE_SUCCEEDED;
    uint8_t mark = 0;
    if (pod->flags & ROLLOUT_POD_NOT_SELECTED)
        return SYNC_OUT;
    if (pod->flags & ROLLOUT_POD_TERMINATING)
        mark |= SYNC_LEAVING;
    if ((mark & SYNC_LEAVING) && finished && sync->rules->finished_leave)
        mark |= SYNC_OUT;
    if (ro_ready_for(pod, 0, sync->now_ms))
        mark |= SYNC_READY;
    if (ro_ready_for(pod, sync->spec->min_ready_seconds, sync->now_ms))
        mark |= SYNC_AVAILABLE;
    if (sync->rules->advanced) {
        if (pod->lifecycle_state == ROLLOUT_STATE_PREPARING_DELETE)
            mark |= SYNC_PREPARED;
        if (pod->in_place || ((pod->flags & ROLLOUT_POD_IN_PLACE_GATE) && (pod->flags & clean) != clean))
            mark |= SYNC_REFRESH;
    }
    return mark;
}

static int look_at_pods(struct sync *sync, struct ro_label_index *index, struct rollout_error *reterr)
{
    uint32_t hint = 0;
    for (size_t i = 0; i < sync->n; i++) {
        const struct rollout_pod *pod = sync_pod(sync, i);
        int r = ro_pod_suspect(pod) || pod->in_place ? ro_pod_check(pod, i, reterr) : ROLLOUT_OK;
        if (r)
            return r;
        uint8_t mark = mark_of(sync, pod);
        if (pod->flags & ROLLOUT_POD_NOT_SELECTED) {
            sync->fates[i] = FATE_NOT_SELECTED;
            sync->not_selected = true;
        } else if (mark & SYNC_LEAVING) {
            sync->fates[i] = FATE_LEAVING;
        }
        sync->refreshes |= (mark & SYNC_REFRESH) != 0;
        if (!(pod->flags & ROLLOUT_POD_NOT_SELECTED) && (pod->node_index || ro_pod_node(pod).len)) {
            /* Also of those left out: the history is kept for them. */
            const struct ro_label *label = ro_label_find(index, pod->revision);
            sync->revisions[i] = label->revision;
            if (label->update)
                mark |= SYNC_NEW | SYNC_HASH;
            else if (same_generation(sync, pod, &hint))
                mark |= SYNC_NEW;
        }
        sync->marks[i] = mark;
    }
    return ROLLOUT_OK;
}

/* Left out: a byte a pod, in scratch. */
static int group_pods(struct sync *sync, uint32_t *room, struct rollout_error *reterr)
{
    uint8_t *left_out = (uint8_t *)sync->scratch;
    for (size_t i = 0; i < sync->n; i++)
        left_out[i] = (sync->marks[i] & SYNC_OUT) != 0;
    int r = ro_node_pods_fill(&sync->by, &sync->in->nodes, &sync->in->pods, left_out, room, reterr);
    if (r)
        return r;
    for (size_t i = 0; i < sync->n; i++)
        if (sync->by.place[i] == ROLLOUT_NONE && sync->fates[i] == FATE_NONE)
            sync->fates[i] = FATE_NO_NODE;
    for (size_t i = 0; i < sync->in->backoffs.count; i++) {
        const struct rollout_backoff *backoff =
            (const void *)(sync->in->backoffs.items + i * sync->in->backoffs.stride);
        uint32_t place = ro_node_pods_find(&sync->by, &sync->in->nodes, &sync->in->pods, backoff->node);
        if (place != ROLLOUT_NONE)
            sync->backoffs[place] = (uint32_t)i + 1;
    }
    return ROLLOUT_OK;
}

struct pair sync_pair(const struct sync *sync, uint32_t place)
{
    struct pair pair = { .ok = true };
    for (uint32_t i = sync->by.first[place]; i < sync->by.first[place + 1]; i++) {
        uint32_t pod = sync->by.pods[i];
        if (sync->marks[pod] & (SYNC_LEAVING | SYNC_OUT))
            continue;
        uint32_t *one = sync->marks[pod] & SYNC_NEW ? &pair.new_ : &pair.old;
        pair.ok &= *one == 0;
        if (*one == 0)
            *one = pod + 1;
    }
    if (sync_creates(sync, place)) {
        pair.ok &= pair.new_ == 0;
        if (pair.new_ == 0)
            pair.new_ = SYNC_CREATED;
    }
    return pair;
}

/* Revisions with the very data of the update revision (5). */
static void find_doubles(struct sync *sync, uint8_t *doubles)
{
    const struct ro_abi_array *revisions = &sync->in->revisions;
    const struct rollout_revision *update = ro_revision_at(revisions, sync->history.update);
    for (uint32_t i = 0; i < revisions->count && update->data.count; i++) {
        const struct rollout_revision *revision = ro_revision_at(revisions, i);
        if (i == sync->history.update || !revision->data.count || !ro_equal(revision->data.nodes, update->data.nodes))
            continue;
        doubles[i] = 1;
        sync->history.doubles = doubles;
    }
}

int sync_look(struct sync *sync, struct ro_label_index *index, uint8_t *usable, uint8_t *doubles, uint32_t *room,
              struct rollout_error *reterr)
{
    look_at_nodes(sync, usable);
    int r = look_at_pods(sync, index, reterr);
    if (r == ROLLOUT_OK)
        r = group_pods(sync, room, reterr);
    if (r == ROLLOUT_OK)
        find_doubles(sync, doubles);
    return r;
}
