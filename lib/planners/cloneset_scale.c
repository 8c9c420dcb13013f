/* SPDX-License-Identifier: Apache-2.0 */
/* The scale phase of a CloneSet: cancel prepared deletes, create, delete, scale in; the first step that
 * acts ends it. Source: cloneset.md 4.2, 5. */
#include "planners/cloneset_pass.h"

#include <stdlib.h>

#include "base/error.h"
#include "base/memory.h"
#include "planners/refresh.h"
#include "rules/in_place.h"
#include "rules/lifecycle.h"
#include "rules/rank.h"
#include "rules/revision.h"

/* More claims than anybody creates at once: each is an action of its own. */
#define MOST_CLAIMS 10000000

static bool preparing(const struct pass *pass, size_t i)
{
    return pass->marks[i] & MARK_PREPARING_DELETE;
}

static bool specified(const struct pass *pass, size_t i)
{
    return pass->marks[i] & MARK_SPECIFIED;
}

static bool counted(const struct pass *pass, size_t i)
{
    return pass->fates[i] == FATE_NONE;
}

static void act(struct pass *pass, uint32_t pod, uint8_t fate)
{
    pass->fates[pod] = fate;
    pass->scale_acted = true;
    if (pass->scale_pod == ROLLOUT_NONE)
        pass->scale_pod = pod;
}

/* 5.1: what is missing is first taken from the deletes that are only prepared. */
static bool cancel(struct pass *pass)
{
    const struct rollout_lifecycle *lifecycle = &pass->spec->lifecycle;
    if ((lifecycle->pre_delete.set && lifecycle->pre_delete.mark_pod_not_ready) ||
        (lifecycle->in_place_update.set && lifecycle->in_place_update.mark_pod_not_ready))
        return false;
    int64_t leaving = pass_leaving(pass);
    int64_t missing = pass->limits.replicas - pass->active + leaving;
    if (leaving == 0)
        return false;
    for (size_t i = 0; i < pass->n && missing > 0; i++)
        if (counted(pass, i) && preparing(pass, i) && !specified(pass, i)) {
            act(pass, (uint32_t)i, FATE_CANCEL);
            missing--;
        }
    return pass->scale_acted;
}

/* 5.4: deletes the pod, or asks its hook first. The list keeps the order. */
static void delete_pod(struct pass *pass, uint32_t pod)
{
    pass->list[pass->list_count++] = pod;
    switch (ro_delete_step(pass_pod(pass, pod), &pass->spec->lifecycle.pre_delete)) {
    case RO_DELETE_NOW:
        act(pass, pod, FATE_DELETE);
        break;
    case RO_DELETE_PREPARE:
        act(pass, pod, FATE_PREPARE_DELETE);
        break;
    default:
        pass->fates[pod] = FATE_WAIT_PRE_DELETE;
        break;
    }
}

/* Deletes what is not ready, and of the ready ones as many as the limit allows. A pod that is refused is
 * not replaced by another. */
static void delete_within_limit(struct pass *pass, uint32_t pod, int64_t *limit)
{
    if (pass->marks[pod] & MARK_READY) {
        if (*limit <= 0) {
            pass->fates[pod] = FATE_DELETE_LIMIT;
            return;
        }
        --*limit;
    }
    delete_pod(pass, pod);
}

/* What must go and does not yet: why. Asked where the phase ended before its deletes. */
static void hold_deletes(struct pass *pass, uint8_t fate)
{
    if (pass_leaving(pass) == 0)
        return;
    for (size_t i = 0; i < pass->n; i++) {
        if (!counted(pass, i) || !(preparing(pass, i) || specified(pass, i)))
            continue;
        bool hooked = preparing(pass, i) && ro_hooked_any(&pass->spec->lifecycle.pre_delete, pass_pod(pass, i));
        pass->fates[i] = hooked ? FATE_WAIT_PRE_DELETE : fate;
    }
}

/* A group of pods by the scale phase's idea of new, in array order. */
static size_t collect(const struct pass *pass, uint8_t mark_new, uint32_t *group)
{
    size_t n = 0;
    for (size_t i = 0; i < pass->n; i++)
        if (counted(pass, i) && (pass->marks[i] & MARK_SCALE_NEW) == mark_new)
            group[n++] = (uint32_t)i;
    return n;
}

/* 5.6 pick: the k pods of the group that go first, to the front of it. All of a group stay unsorted. */
static int pick(struct pass *pass, uint32_t *group, size_t n, int64_t k, size_t *ret_picked,
                struct rollout_error *reterr)
{
    struct ro_delete_order order = {
        .pods = &pass->in->pods,
        .nodes = &pass->in->nodes,
        .topology_keys = &ro_revision_at(&pass->in->revisions, pass->update)->topology_keys,
        .marks = pass->marks,
        .available = MARK_AVAILABLE,
    };
    if (k > 0 && (uint64_t)k < n) {
        struct ro_layout layout = { ro_delete_order_scratch(&order, n), false };
        layout.overflow = layout.size == SIZE_MAX;
        void *scratch = ro_layout_alloc(&layout);
        if (!scratch)
            return ro_error_nomem(reterr);
        ro_delete_order_sort(&order, group, n, scratch);
        free(scratch);
        for (size_t i = 0; i < n; i++)
            pass->places[group[i]] = (uint32_t)(i + 1);
    }
    *ret_picked = k <= 0 ? 0 : (uint64_t)k < n ? (size_t)k : n;
    return ROLLOUT_OK;
}

/* 5.6: the revision's share goes before health. Chosen pods come to the front of list. */
static int choose(struct pass *pass, size_t *ret_chosen, struct rollout_error *reterr)
{
    const struct ro_cloneset_diff *d = &pass->scale;
    int64_t from_old = d->scale_down_old < d->scale_down ? d->scale_down_old : d->scale_down;
    int64_t from_new = d->scale_down - from_old;
    size_t picked_old, picked_new;

    for (size_t i = 0; i < pass->n; i++)
        pass->places[i] = 0;
    size_t n = collect(pass, 0, pass->list);
    int r = pick(pass, pass->list, n, from_old, &picked_old, reterr);
    if (r)
        return r;
    /* Only the chosen ones are acted on, so the new ones may overwrite the rest of the old ones. */
    uint32_t *rest = pass->list + picked_old;
    n = collect(pass, MARK_SCALE_NEW, rest);
    r = pick(pass, rest, n, from_new, &picked_new, reterr);
    if (r)
        return r;
    *ret_chosen = picked_old + picked_new;
    for (size_t i = 0; i < *ret_chosen; i++)
        if (pass->places[pass->list[i]] == 0)
            pass->places[pass->list[i]] = (uint32_t)(i < picked_old ? i + 1 : i - picked_old + 1);
    return ROLLOUT_OK;
}

static int scale_in(struct pass *pass, struct rollout_error *reterr)
{
    size_t chosen;
    int r = choose(pass, &chosen, reterr);
    if (r)
        return r;
    int64_t limit = pass->scale.delete_ready_limit;
    for (size_t i = 0; i < chosen; i++)
        delete_within_limit(pass, pass->list[i], &limit); /* list_count never passes i */
    for (size_t i = 0; i < pass->n; i++)
        if (counted(pass, i))
            pass->fates[i] = FATE_SCALE_KEPT;
    return ROLLOUT_OK;
}

/* Scale in is due, but deletes that are under way come first: says so of the pods it would take. */
static int scale_in_waits(struct pass *pass, struct rollout_error *reterr)
{
    for (size_t i = 0; i < pass->n && pass->leaving_pod == ROLLOUT_NONE; i++)
        if (preparing(pass, i) || specified(pass, i))
            pass->leaving_pod = (uint32_t)i;
    size_t chosen;
    pass->list_count = 0; /* nothing in it was acted on */
    int r = choose(pass, &chosen, reterr);
    if (r)
        return r;
    for (size_t i = 0; i < chosen; i++)
        pass->fates[pass->list[i]] = FATE_WAIT_DELETES;
    return ROLLOUT_OK;
}

/* Deletes whose hook is gone, and if there are none, those that are asked for. */
static void delete_leaving(struct pass *pass)
{
    pass->scale_end = SCALE_RELEASED;
    for (size_t i = 0; i < pass->n; i++)
        if (counted(pass, i) && preparing(pass, i))
            delete_pod(pass, (uint32_t)i);
    if (pass->scale_acted) {
        hold_deletes(pass, FATE_WAIT_SCALE);
        return;
    }
    pass->scale_end = SCALE_SPECIFIED;
    int64_t limit = pass->scale.delete_ready_limit;
    for (size_t i = 0; i < pass->n; i++)
        if (counted(pass, i) && specified(pass, i))
            delete_within_limit(pass, (uint32_t)i, &limit);
}

static int check_claims(const struct pass *pass, struct rollout_error *reterr)
{
    uint32_t each = pass->spec->claim_templates.count;
    int64_t pods = pass->scale.scale_up_limit;
    if (each == 0 || pods <= MOST_CLAIMS / each)
        return ROLLOUT_OK;
    return ro_error(reterr, ROLLOUT_ERR_INVALID, "replicas",
                    "replicas: %lld pods are to be created with %u claims each, but no more than %d claims are planned for",
                    (long long)pods, (unsigned)each, MOST_CLAIMS);
}

int pass_scale(struct pass *pass, struct rollout_error *reterr)
{
    int64_t leaving = pass_leaving(pass);

    pass->scale_end = SCALE_CANCELLED;
    pass->scale = pass_diff(pass, MARK_SCALE_NEW);
    if (cancel(pass)) {
        hold_deletes(pass, FATE_WAIT_SCALE);
        return ROLLOUT_OK;
    }

    if (pass->scale.scale_up > 0) {
        pass->scale_end = SCALE_CREATED;
        pass->scale_acted = pass->scale.scale_up_limit > 0;
        hold_deletes(pass, FATE_WAIT_CREATE);
        return check_claims(pass, reterr);
    }

    if (leaving > 0) {
        delete_leaving(pass);
        if (pass->scale_acted)
            return ROLLOUT_OK;
    }
    pass->scale_end = SCALE_NOTHING;
    if (pass->scale.scale_down > 0) {
        pass->scale_end = leaving > 0 ? SCALE_WAITS : SCALE_IN;
        return leaving > 0 ? scale_in_waits(pass, reterr) : scale_in(pass, reterr);
    }
    return ROLLOUT_OK;
}
