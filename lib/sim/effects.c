/* SPDX-License-Identifier: Apache-2.0 */
/* What carrying out an action does to the facts: the same as rollout_apply() does to the objects, which tests/sim/model.c
 * compares. Sources: inplace.md 8 to 11, cloneset.md 6.6. */
#include "sim/deed.h"

#include <stdio.h>

#include "base/error.h"
#include "base/str.h"
#include "rules/ordinal.h"
#include "rules/revision.h"
#include "sim/kinds.h"

static const struct rollout_str absent = { NULL, 0 };

const struct rollout_attr *ro_deed_attr(const struct deed *d, uint32_t key)
{
    for (uint32_t i = 0; i < d->action->attr_count; i++)
        if (d->plan->attrs[d->action->attr_first + i].key == key)
            return &d->plan->attrs[d->action->attr_first + i];
    return NULL;
}

struct rollout_str ro_deed_text(const struct deed *d, uint32_t key)
{
    const struct rollout_attr *attr = ro_deed_attr(d, key);
    return attr && attr->text < d->plan->text_count ? d->plan->texts[attr->text] : absent;
}

int64_t ro_deed_value(const struct deed *d, uint32_t key)
{
    const struct rollout_attr *attr = ro_deed_attr(d, key);
    return attr ? attr->value : 0;
}

/* Place from 1 of the revision that the action names. */
uint32_t ro_deed_revision(const struct deed *d)
{
    struct rollout_str name = ro_deed_text(d, ROLLOUT_ATTR_REVISION);
    for (size_t i = 0; i < d->c->revision_count; i++)
        if (ro_str_eq(d->c->revisions[i].name, name))
            return (uint32_t)i + 1;
    return 0;
}

/* ---- labels ---- */

void ro_deed_label_revision(struct ro_cluster *c, uint32_t pod, uint32_t revision)
{
    const struct rollout_revision *r = &c->revisions[revision - 1];
    struct rollout_str text = c->workload.daemonset && r->hash.len > 0 ? r->hash : r->name;
    struct rollout_str hash = ro_short_hash(text);
    bool brief = c->workload.cloneset && c->gates.on[ROLLOUT_GATE_CLONESET_SHORT_HASH];
    ro_cluster_set_label(c, pod, RO_STR("controller-revision-hash"), brief ? hash : text);
    if (c->workload.cloneset)
        ro_cluster_set_label(c, pod, RO_STR("pod-template-hash"), hash);
    c->hidden[pod].target = (uint16_t)revision;
}

void ro_deed_set_state(struct ro_cluster *c, uint32_t pod, struct rollout_str state)
{
    ro_cluster_set_label(c, pod, RO_STR("lifecycle.apps.kruise.io/state"), state);
}

/* ---- readiness ---- */

/* Ready becomes False where a gate is not True, unless containers say so already. */
static void force_unready(struct ro_cluster *c, uint32_t pod)
{
    struct rollout_pod *p = &c->pods[pod];
    if (!(c->hidden[pod].flags & RO_SIM_CONTAINERS_READY) || !(p->flags & ROLLOUT_POD_READY))
        return;
    p->flags &= ~(uint32_t)ROLLOUT_POD_READY;
    p->ready_since_ms = 0;
}

void ro_deed_set_in_place_ready(struct ro_cluster *c, uint32_t pod, bool ready)
{
    struct rollout_pod *p = &c->pods[pod];
    const uint32_t all = ROLLOUT_POD_IN_PLACE_TRUE | ROLLOUT_POD_IN_PLACE_CLEAN;
    uint32_t old = p->flags & ROLLOUT_POD_IN_PLACE_CONDITION ? p->flags & ROLLOUT_POD_IN_PLACE_TRUE : UINT32_MAX;
    /* a condition whose status stays is not written anew, whatever its reason is */
    if (old != (ready ? (uint32_t)ROLLOUT_POD_IN_PLACE_TRUE : 0))
        p->flags = (p->flags & ~all) | ROLLOUT_POD_IN_PLACE_CONDITION | (ready ? all : 0);
    if (!ready && (p->flags & ROLLOUT_POD_IN_PLACE_GATE))
        force_unready(c, pod);
}

/* Planned only where there is something to write. */
static void mark_not_ready(struct ro_cluster *c, uint32_t pod, uint32_t key, bool mark)
{
    struct rollout_pod *p = &c->pods[pod];
    p->flags |= ROLLOUT_POD_KRUISE_CONDITION;
    p->flags = mark ? p->flags | key : p->flags & ~key;
    if (mark)
        force_unready(c, pod);
}

struct rollout_in_place *ro_deed_in_place(struct ro_cluster *c, uint32_t pod)
{
    if (!c->pods[pod].in_place)
        c->in_place[pod] = (struct rollout_in_place){ 0 };
    c->pods[pod].in_place = &c->in_place[pod];
    return &c->in_place[pod];
}

/* ---- lifecycle ---- */

static void put_hook_back(struct ro_cluster *c, uint32_t pod)
{
    const struct rollout_lifecycle *lifecycle = ro_kind_lifecycle(c);
    const struct rollout_hook *hook = lifecycle ? &lifecycle->in_place_update : NULL;
    if (!hook || !hook->set)
        return;
    for (uint32_t i = 0; i < hook->labels.count; i++)
        ro_cluster_set_label(c, pod, *ro_label_key(&hook->labels, i), *ro_label_value(&hook->labels, i));
    for (uint32_t i = 0; i < hook->finalizers.count; i++)
        c->hidden[pod].finalizers =
            ro_texts_listed(&c->texts, c->hidden[pod].finalizers, *ro_strs_at(&hook->finalizers, i), true);
    ro_cluster_relabel(c, pod);
}

static void lifecycle(const struct deed *d, uint32_t pod)
{
    const struct rollout_attr *mark = ro_deed_attr(d, ROLLOUT_ATTR_MARK_NOT_READY);
    bool moves = d->action->op == ROLLOUT_OP_SET_LIFECYCLE;
    struct rollout_str state = ro_deed_text(d, ROLLOUT_ATTR_STATE);
    bool deletes = moves ? ro_str_eq(state, RO_STR("PreparingDelete"))
                         : d->c->pods[pod].lifecycle_state == ROLLOUT_STATE_PREPARING_DELETE;
    if (mark)
        mark_not_ready(d->c, pod, deletes ? ROLLOUT_POD_KEY_PRE_DELETE : ROLLOUT_POD_KEY_PRE_UPDATE, mark->value != 0);
    if (ro_deed_value(d, ROLLOUT_ATTR_HOOK))
        put_hook_back(d->c, pod);
    if (moves)
        ro_deed_set_state(d->c, pod, state);
    if (ro_str_eq(state, RO_STR("PreparingUpdate")))
        d->c->hidden[pod].flags |= RO_SIM_BEGUN;
}

/* ---- all of them ---- */

static void repair(const struct deed *d, uint32_t pod)
{
    struct ro_cluster *c = d->c;
    struct rollout_str detail = ro_deed_text(d, ROLLOUT_ATTR_DETAIL), parent;
    bool both = ro_str_eq(detail, RO_STR("identity+storage"));
    char digits[16];
    int len = snprintf(digits, sizeof digits, "%d", (int)ro_ordinal_of(c->pods[pod].name, &parent));
    if (both || ro_str_eq(detail, RO_STR("identity"))) {
        ro_cluster_set_label(c, pod, RO_STR("statefulset.kubernetes.io/pod-name"), c->pods[pod].name);
        if (c->gates.on[ROLLOUT_GATE_POD_INDEX_LABEL])
            ro_cluster_set_label(c, pod, RO_STR("apps.kubernetes.io/pod-index"),
                                 (struct rollout_str){ digits, (size_t)len });
    }
    if (both || ro_str_eq(detail, RO_STR("storage")))
        c->pods[pod].flags &= ~(uint32_t)ROLLOUT_POD_STORAGE_MISMATCH;
}

static int act_on_pod(const struct deed *d, uint32_t pod)
{
    struct ro_cluster *c = d->c;
    switch (d->action->op) {
    case ROLLOUT_OP_DELETE:
        return ro_deed_delete(d, pod);
    case ROLLOUT_OP_FLIP:
    case ROLLOUT_OP_SET_UPGRADABLE:
        return ro_sidecars_act(c, d->plan, d->index, pod);
    case ROLLOUT_OP_UPDATE_IN_PLACE:
        if (c->workload.sidecarset)
            return ro_sidecars_act(c, d->plan, d->index, pod);
        ro_deed_update_in_place(d, pod);
        break;
    case ROLLOUT_OP_RECREATE:
        if (!(c->pods[pod].flags & ROLLOUT_POD_SPECIFIED_DELETE))
            ro_cluster_set_label(c, pod, RO_STR("apps.kruise.io/specified-delete"), RO_STR("true"));
        c->hidden[pod].flags |= RO_SIM_BEGUN;
        break;
    case ROLLOUT_OP_SET_LIFECYCLE:
    case ROLLOUT_OP_SET_POD_READY:
        lifecycle(d, pod);
        break;
    case ROLLOUT_OP_SET_READY:
        ro_deed_set_in_place_ready(c, pod, true);
        break;
    case ROLLOUT_OP_END_GRACE:
        ro_deed_end_grace(d, pod);
        break;
    case ROLLOUT_OP_NEXT_BATCH:
        ro_deed_next_batch(d, pod);
        break;
    case ROLLOUT_OP_LABEL_TEMPLATE_HASH:
        ro_cluster_set_label(c, pod, RO_STR("pod-template-hash"), ro_short_hash(c->pods[pod].revision));
        break;
    case ROLLOUT_OP_RELABEL:
        if (ro_deed_revision(d))
            ro_deed_label_revision(c, pod, ro_deed_revision(d));
        break;
    case ROLLOUT_OP_RELEASE:
        if (c->workload.replicaset) /* which still counts it where it ranks its own */
            c->pods[pod].flags |= ROLLOUT_POD_FOREIGN;
        else
            c->hidden[pod].flags |= RO_SIM_GONE;
        break;
    case ROLLOUT_OP_REPAIR:
        repair(d, pod);
        break;
    case ROLLOUT_OP_SET_RESERVED:
        ro_cluster_set_label(c, pod, RO_STR("apps.kruise.io/united-deployment-reserved-pod"),
                             ro_deed_text(d, ROLLOUT_ATTR_RESERVED));
        break;
    default:
        break;
    }
    return ROLLOUT_OK;
}

uint64_t ro_cluster_writes(const struct rollout_plan *plan, size_t action)
{
    const struct rollout_action *a = &plan->actions[action];
    if (a->op == ROLLOUT_OP_SET_TEMPLATE) /* goes out with the annotations behind it */
        return 0;
    for (uint32_t i = 0; a->op == ROLLOUT_OP_CREATE && i < a->attr_count; i++) {
        const struct rollout_attr *attr = &plan->attrs[a->attr_first + i];
        if (attr->key == ROLLOUT_ATTR_COUNT)
            return attr->value > 0 ? (uint64_t)attr->value : 0;
    }
    return 1;
}

uint32_t ro_cluster_subject(const struct ro_cluster *c, const struct rollout_action *action)
{
    struct rollout_str parent;
    if (action->subject_kind == ROLLOUT_SUBJECT_POD)
        return action->subject < c->pod_count ? action->subject : ROLLOUT_NONE;
    if (action->subject_kind != ROLLOUT_SUBJECT_ORDINAL || action->op == ROLLOUT_OP_CREATE)
        return ROLLOUT_NONE;
    for (size_t i = c->pod_count; i > 0; i--)
        if ((uint32_t)ro_ordinal_of(c->pods[i - 1].name, &parent) == action->subject &&
            ro_str_eq(parent, ro_kind_name(c)))
            return (uint32_t)i - 1;
    return ROLLOUT_NONE;
}

int ro_cluster_act(struct ro_cluster *c, const struct rollout_plan *plan, size_t action, uint64_t from, uint64_t to)
{
    struct deed d = { c, plan, &plan->actions[action], action };
    uint32_t pod = ro_cluster_subject(c, d.action);
    int r = ROLLOUT_OK;
    switch (d.action->op) {
    case ROLLOUT_OP_DELETE_WORKLOAD: /* and the garbage collector its pods */
        c->gone = true;
        for (uint32_t i = 0; i < c->pod_count; i++)
            c->hidden[i].flags |= RO_SIM_GONE;
        break;
    case ROLLOUT_OP_CREATE_REPLICA_SET:
    case ROLLOUT_OP_DELETE_REPLICA_SET:
    case ROLLOUT_OP_SCALE:
    case ROLLOUT_OP_SET_ANNOTATION:
    case ROLLOUT_OP_SET_MIN_READY_SECONDS:
    case ROLLOUT_OP_SET_TEMPLATE:
        r = c->workload.deployment ? ro_deed_set(&d) : ROLLOUT_OK;
        break;
    case ROLLOUT_OP_CREATE:
        r = ro_deed_create(&d, from, to);
        break;
    case ROLLOUT_OP_CREATE_CLAIM:
    case ROLLOUT_OP_DELETE_CLAIM:
    case ROLLOUT_OP_SET_CLAIM_OWNER:
    case ROLLOUT_OP_RESIZE_CLAIM:
        r = c->keeps_claims ? ro_deed_claim(&d) : ROLLOUT_OK;
        break;
    case ROLLOUT_OP_CREATE_REVISION:
    case ROLLOUT_OP_LABEL_REVISION:
    case ROLLOUT_OP_RENUMBER_REVISION:
    case ROLLOUT_OP_DELETE_REVISION:
        r = ro_deed_on_revision(&d);
        break;
    case ROLLOUT_OP_CREATE_SUBSET:
    case ROLLOUT_OP_UPDATE_SUBSET:
    case ROLLOUT_OP_DELETE_SUBSET:
        r = ro_deed_on_subset(&d);
        break;
    default:
        if (pod != ROLLOUT_NONE)
            r = act_on_pod(&d, pod);
        break;
    }
    return r == ROLLOUT_OK && c->texts.failed ? ro_error_nomem(c->reterr) : r;
}
