/* SPDX-License-Identifier: Apache-2.0 */
/* What carrying out an action does to the facts: the same as rollout_apply() does to the objects, which tests/play/model.c
 * compares. Sources: inplace.md 8 to 11, cloneset.md 5.2, 6.6, statefulset.md 2, 11, daemonset.md 8. */
#include "sim/cluster.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/error.h"
#include "base/sort.h"
#include "base/str.h"
#include "base/tree.h"
#include "objects/pod.h"
#include "rules/in_place.h"
#include "rules/lifecycle.h"
#include "rules/ordinal.h"
#include "rules/revision.h"
#include "rules/template.h"
#include "sim/kinds.h"
#include "sim/revisions.h"

static const struct rollout_str absent = { NULL, 0 };

/* An action that is being carried out. */
struct deed {
    struct ro_cluster *c;
    const struct rollout_plan *plan;
    const struct rollout_action *action;
    size_t index;
};

static const struct rollout_attr *attr_of(const struct deed *d, uint32_t key)
{
    for (uint32_t i = 0; i < d->action->attr_count; i++)
        if (d->plan->attrs[d->action->attr_first + i].key == key)
            return &d->plan->attrs[d->action->attr_first + i];
    return NULL;
}

static struct rollout_str text_of(const struct deed *d, uint32_t key)
{
    const struct rollout_attr *attr = attr_of(d, key);
    return attr && attr->text < d->plan->text_count ? d->plan->texts[attr->text] : absent;
}

static int64_t value_of(const struct deed *d, uint32_t key)
{
    const struct rollout_attr *attr = attr_of(d, key);
    return attr ? attr->value : 0;
}

/* Place from 1 of the revision that the action names. */
static uint32_t revision_of(const struct deed *d)
{
    struct rollout_str name = text_of(d, ROLLOUT_ATTR_REVISION);
    for (size_t i = 0; i < d->c->revision_count; i++)
        if (ro_str_eq(d->c->revisions[i].name, name))
            return (uint32_t)i + 1;
    return 0;
}

/* ---- labels ---- */

static void label_revision(struct ro_cluster *c, uint32_t pod, uint32_t revision)
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

static void set_state(struct ro_cluster *c, uint32_t pod, struct rollout_str state)
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

static void set_in_place_ready(struct ro_cluster *c, uint32_t pod, bool ready)
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

static void mark_not_ready(struct ro_cluster *c, uint32_t pod, uint32_t key, bool mark)
{
    struct rollout_pod *p = &c->pods[pod];
    if (!(p->flags & ROLLOUT_POD_KRUISE_GATE) || (!(p->flags & ROLLOUT_POD_KRUISE_CONDITION) && !mark) ||
        ((p->flags & key) != 0) == mark)
        return;
    p->flags |= ROLLOUT_POD_KRUISE_CONDITION;
    p->flags = mark ? p->flags | key : p->flags & ~key;
    if (mark)
        force_unready(c, pod);
}

/* ---- updates in place ---- */

static struct rollout_in_place *in_place_of(struct ro_cluster *c, uint32_t pod)
{
    if (!c->pods[pod].in_place)
        c->in_place[pod] = (struct rollout_in_place){ 0 };
    c->pods[pod].in_place = &c->in_place[pod];
    return &c->in_place[pod];
}

static void patch_labels(struct ro_cluster *c, uint32_t pod, const struct rollout_node *labels)
{
    if (ro_is(labels, ROLLOUT_NODE_OBJECT))
        for (const struct rollout_node *l = ro_first(labels); l != ro_end(labels); l = ro_next(l))
            if (l->kind == ROLLOUT_NODE_TEXT || l->kind == ROLLOUT_NODE_NULL)
                ro_cluster_set_label(c, pod, l->key, l->kind == ROLLOUT_NODE_TEXT ? l->text : absent);
}

static void patch_finalizers(struct ro_cluster *c, uint32_t pod, const struct rollout_node *list, bool there)
{
    if (ro_is(list, ROLLOUT_NODE_ARRAY))
        for (const struct rollout_node *f = ro_first(list); f != ro_end(list); f = ro_next(f))
            c->hidden[pod].finalizers = ro_texts_listed(&c->texts, c->hidden[pod].finalizers, ro_text(f), there);
    ro_cluster_relabel(c, pod);
}

static void patch_metadata(struct ro_cluster *c, uint32_t pod, const struct rollout_diff *diff)
{
    const struct rollout_node *metadata = ro_get(diff->metadata_patch.nodes, "metadata");
    if (diff->metadata_patch.count == 0)
        return;
    patch_labels(c, pod, ro_get(metadata, "labels"));
    /* null takes it away, as null for all annotations does */
    const struct rollout_node *annotations = ro_member(metadata, RO_STR("annotations"));
    const struct rollout_node *cost = ro_member(annotations, RO_STR("controller.kubernetes.io/pod-deletion-cost"));
    if (cost || ro_is(annotations, ROLLOUT_NODE_NULL))
        c->pods[pod].deletion_cost = ro_deletion_cost(ro_text(cost));
    patch_finalizers(c, pod, ro_get(metadata, "$deleteFromPrimitiveList/finalizers"), false);
    patch_finalizers(c, pod, ro_get(metadata, "finalizers"), true);
}

/* What feeds a container's environment travels with it. */
static void patch_env(struct ro_cluster *c, uint32_t pod, const struct rollout_diff *diff)
{
    for (size_t i = 0; i < diff->container_count; i++)
        for (uint32_t l = 0; l < diff->containers[i].labels.count; l++)
            ro_cluster_set_label(c, pod, *ro_label_key(&diff->containers[i].labels, l),
                                 *ro_label_value(&diff->containers[i].labels, l));
}

static bool has_started(const struct ro_cluster *c, uint32_t pod)
{
    return c->pods[pod].phase != ROLLOUT_PHASE_NONE && c->pods[pod].phase != ROLLOUT_PHASE_PENDING;
}

/* What a pod recorded before it was told: images, if it had any. Environment and resources are compared as they are. */
static bool waits_for_containers(const struct ro_sim_pair *pair, bool recorded)
{
    return (pair->flags & (ROLLOUT_CHANGES_ENV | ROLLOUT_CHANGES_RESOURCES)) ||
           (recorded && (pair->flags & ROLLOUT_CHANGES_IMAGES));
}

static void wait_for_containers(struct ro_cluster *c, uint32_t pod, const struct ro_sim_pair *pair)
{
    struct rollout_in_place *in_place = &c->in_place[pod];
    in_place->waits_for = pair->flags & ROLLOUT_CHANGES_ENV         ? ROLLOUT_WAITS_FOR_ENV
                          : pair->flags & ROLLOUT_CHANGES_RESOURCES ? ROLLOUT_WAITS_FOR_RESOURCES
                                                                    : ROLLOUT_WAITS_FOR_IMAGE;
    if (pair->diff && pair->diff->container_count)
        in_place->container = pair->diff->containers[0].name;
}

/* One batch of containers is told to change. Those of a pod that has not started leave nothing to wait for. */
static void change_containers(struct ro_cluster *c, uint32_t pod, const struct ro_sim_pair *pair)
{
    struct rollout_in_place *in_place = in_place_of(c, pod);
    struct ro_sim_pod *h = &c->hidden[pod];
    bool started = has_started(c, pod), must_wait = waits_for_containers(pair, started);
    in_place->flags &= ~(uint32_t)(ROLLOUT_IN_PLACE_NEXT | ROLLOUT_IN_PLACE_NEXT_APPLIES | ROLLOUT_IN_PLACE_NEXT_READY |
                                   ROLLOUT_IN_PLACE_CONTAINERS_DONE);
    if (h->batches)
        h->batches--;
    if (h->batches)
        in_place->flags |= ROLLOUT_IN_PLACE_NEXT | ROLLOUT_IN_PLACE_NEXT_APPLIES;
    if (!must_wait) {
        in_place->flags |= ROLLOUT_IN_PLACE_CONTAINERS_DONE;
        in_place->waits_for = ROLLOUT_WAITS_FOR_NOTHING;
        in_place->container = absent;
    } else {
        wait_for_containers(c, pod, pair);
        h->flags |= RO_SIM_RESTARTS;
        h->flags &= (uint16_t)~RO_SIM_KEEPS;
        if (!(pair->flags & (ROLLOUT_CHANGES_IMAGES | ROLLOUT_CHANGES_ENV | ROLLOUT_CHANGES_RESTARTS)))
            h->flags |= RO_SIM_KEEPS;
    }
    if (!h->batches && !must_wait)
        h->image = h->target;
    if (!started) /* it starts with what is new */
        h->flags &= (uint16_t)~RO_SIM_BROKEN;
}

static void update_in_place(const struct deed *d, uint32_t pod)
{
    struct ro_cluster *c = d->c;
    struct ro_sim_pod *h = &c->hidden[pod];
    uint32_t from = h->target, to = revision_of(d);
    const struct ro_sim_pair *pair = ro_cluster_pair(c, from, to);
    int64_t grace = value_of(d, ROLLOUT_ATTR_GRACE_SECONDS);
    struct rollout_str state = c->workload.cloneset ? RO_STR("Updating") : text_of(d, ROLLOUT_ATTR_STATE);
    if (!to)
        return;
    if (value_of(d, ROLLOUT_ATTR_MARK_NOT_READY))
        set_in_place_ready(c, pod, false);
    label_revision(c, pod, to);
    if (state.data)
        set_state(c, pod, state);
    h->flags |= RO_SIM_BEGUN;
    h->batches = pair->batches;
    struct rollout_in_place *in_place = in_place_of(c, pod);
    struct rollout_tree containers = in_place->containers;
    *in_place = (struct rollout_in_place){ .flags = ROLLOUT_IN_PLACE_STATE, .containers = containers };
    if (grace > 0) {
        in_place->flags |= ROLLOUT_IN_PLACE_GRACE_KEY | ROLLOUT_IN_PLACE_GRACE;
        if (waits_for_containers(pair, false))
            wait_for_containers(c, pod, pair);
        else
            in_place->flags |= ROLLOUT_IN_PLACE_CONTAINERS_DONE;
        in_place->grace_revision = c->pods[pod].revision;
        in_place->grace_end_ms = c->snapshot.now_ms / 1000 * 1000 + grace * 1000;
        h->image = (uint16_t)from; /* by which the end of the grace period knows what is to change */
        return;
    }
    if (pair->diff) {
        patch_metadata(c, pod, pair->diff);
        patch_env(c, pod, pair->diff);
    }
    change_containers(c, pod, pair);
}

static void end_grace(const struct deed *d, uint32_t pod)
{
    struct ro_cluster *c = d->c;
    struct rollout_in_place *in_place = in_place_of(c, pod);
    const uint32_t grace = ROLLOUT_IN_PLACE_GRACE_KEY | ROLLOUT_IN_PLACE_GRACE | ROLLOUT_IN_PLACE_GRACE_BROKEN |
                           ROLLOUT_IN_PLACE_GRACE_OLD_KEY;
    const struct ro_sim_pair *pair = ro_cluster_pair(c, c->hidden[pod].image, c->hidden[pod].target);
    in_place->flags &= ~grace;
    in_place->grace_revision = absent;
    in_place->grace_end_ms = 0;
    if (ro_str_eq(text_of(d, ROLLOUT_ATTR_DETAIL), RO_STR("drop")))
        return;
    if (pair->diff) {
        patch_metadata(c, pod, pair->diff);
        patch_env(c, pod, pair->diff);
    }
    change_containers(c, pod, pair);
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
    const struct rollout_attr *mark = attr_of(d, ROLLOUT_ATTR_MARK_NOT_READY);
    bool moves = d->action->op == ROLLOUT_OP_SET_LIFECYCLE;
    struct rollout_str state = text_of(d, ROLLOUT_ATTR_STATE);
    bool deletes = moves ? ro_str_eq(state, RO_STR("PreparingDelete"))
                         : d->c->pods[pod].lifecycle_state == ROLLOUT_STATE_PREPARING_DELETE;
    if (mark)
        mark_not_ready(d->c, pod, deletes ? ROLLOUT_POD_KEY_PRE_DELETE : ROLLOUT_POD_KEY_PRE_UPDATE, mark->value != 0);
    if (value_of(d, ROLLOUT_ATTR_HOOK))
        put_hook_back(d->c, pod);
    if (moves)
        set_state(d->c, pod, state);
    if (ro_str_eq(state, RO_STR("PreparingUpdate")))
        d->c->hidden[pod].flags |= RO_SIM_BEGUN;
}

/* ---- pods that come and go ---- */

static int compare_name(const struct ro_cluster *c, size_t place, struct rollout_str name)
{
    return ro_str_cmp(c->base_names[c->names[place]], name);
}

static bool was_there(const struct ro_cluster *c, struct rollout_str name)
{
    size_t low = 0, high = c->name_count;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        int order = compare_name(c, mid, name);
        if (order == 0)
            return true;
        if (order < 0)
            low = mid + 1;
        else
            high = mid;
    }
    return false;
}

/* "<workload>-<id>" with an id of the letters that upstream draws from, one for each serial: multiplication by a number that
 * has no divisor in common with 27^5 brings each id once. */
static struct rollout_str drawn_name(struct ro_cluster *c, uint32_t pod)
{
    static const char letters[] = "bcdfghjklmnpqrstvwxz2456789";
    const uint32_t radix = sizeof letters - 1, ids = radix * radix * radix * radix * radix;
    struct rollout_str owner = ro_kind_name(c), kept;
    char buf[300];
    int prefix = owner.len < sizeof buf - 8 ? (int)owner.len : (int)sizeof buf - 8;
    uint64_t number = c->hidden[pod].serial;
    do {
        uint64_t n = (number * UINT64_C(8675309) + 1234567) % ids;
        int len = snprintf(buf, sizeof buf, "%.*s-", prefix, owner.data ? owner.data : "");
        for (int i = 0; i < 5; i++, n /= radix)
            buf[len++] = letters[n % radix];
        kept = (struct rollout_str){ buf, (size_t)len };
        number += UINT64_C(1) << 22; /* beyond any serial's */
    } while (was_there(c, kept));
    return ro_texts_keep(&c->texts, kept);
}

/* The id that a CloneSet's pod is made with: one that the action names, or the one in its drawn name. */
static struct rollout_str given_id(const struct deed *d, uint64_t number)
{
    for (uint32_t i = 0; i < d->action->attr_count; i++) {
        const struct rollout_attr *attr = &d->plan->attrs[d->action->attr_first + i];
        if (attr->key == ROLLOUT_ATTR_ID && number-- == 0)
            return d->plan->texts[attr->text];
    }
    return absent;
}

static void name_clone(const struct deed *d, uint32_t pod, uint64_t number)
{
    struct ro_cluster *c = d->c;
    struct rollout_str id = given_id(d, number), owner = ro_kind_name(c);
    struct rollout_pod *p = &c->pods[pod];
    char buf[512];
    if (id.data) {
        int len = snprintf(buf, sizeof buf, "%.*s-%.*s", (int)(owner.len > 300 ? 300 : owner.len),
                           owner.data ? owner.data : "", (int)(id.len > 200 ? 200 : id.len), id.data);
        p->name = ro_texts_keep(&c->texts, (struct rollout_str){ buf, (size_t)len });
    } else {
        p->name = drawn_name(c, pod);
        id = (struct rollout_str){ p->name.data + p->name.len - 5, 5 };
    }
    if (c->keeps_claims && d->c->workload.cloneset->claim_templates.count) /* else nobody reads it */
        ro_cluster_set_label(c, pod, RO_STR("apps.kruise.io/cloneset-instance-id"), id);
}

static void name_ordinal(const struct deed *d, uint32_t pod)
{
    struct ro_cluster *c = d->c;
    struct rollout_str name = ro_texts_keep(&c->texts, text_of(d, ROLLOUT_ATTR_NAME)), parent;
    char digits[16];
    int len = snprintf(digits, sizeof digits, "%d", (int)ro_ordinal_of(name, &parent));
    c->pods[pod].name = name;
    ro_cluster_set_label(c, pod, RO_STR("statefulset.kubernetes.io/pod-name"), name);
    if (c->gates.on[ROLLOUT_GATE_POD_INDEX_LABEL])
        ro_cluster_set_label(c, pod, RO_STR("apps.kubernetes.io/pod-index"),
                             (struct rollout_str){ digits, (size_t)len });
    if (text_of(d, ROLLOUT_ATTR_STATE).data)
        set_state(c, pod, text_of(d, ROLLOUT_ATTR_STATE));
}

static void name_daemon(const struct deed *d, uint32_t pod)
{
    struct ro_cluster *c = d->c;
    struct rollout_pod *p = &c->pods[pod];
    p->name = drawn_name(c, pod);
    p->target_node = ro_texts_keep(&c->texts, text_of(d, ROLLOUT_ATTR_NODE));
    if (c->workload.daemonset->template_generation.data)
        ro_cluster_set_label(c, pod, RO_STR("pod-template-generation"), c->workload.daemonset->template_generation);
    uint32_t node = d->action->subject_kind == ROLLOUT_SUBJECT_NODE ? d->action->subject : ROLLOUT_NONE;
    p->node_index = node < c->node_count ? node + 1 : 0;
}

static int create(const struct deed *d, uint64_t from, uint64_t to)
{
    struct ro_cluster *c = d->c;
    const struct ro_sim_template *template;
    uint32_t revision = revision_of(d);
    if (!revision)
        return ro_error(c->reterr, ROLLOUT_ERR_INVALID, "plan.actions", "plan.actions: a pod of an unknown revision");
    if (to > from && to - from > RO_CLUSTER_PODS - c->pod_count)
        return ro_error(c->reterr, ROLLOUT_ERR_INVALID, "pods",
                        "pods: %zu and %llu new ones, but at most %d can be played with", c->pod_count,
                        (unsigned long long)(to - from), RO_CLUSTER_PODS);
    int r = ro_revisions_template(c, d->plan, d->index, revision, &template);
    for (uint64_t i = from; i < to && r == ROLLOUT_OK; i++) {
        uint32_t pod = ro_cluster_add_pod(c);
        if (pod == ROLLOUT_NONE)
            return ro_error_nomem(c->reterr);
        struct rollout_pod *p = &c->pods[pod];
        struct ro_sim_pod *h = &c->hidden[pod];
        *p = template->pod;
        p->phase = ROLLOUT_PHASE_PENDING; /* by the API server */
        h->labels = template->labels;
        h->finalizers = template->finalizers;
        ro_cluster_relabel(c, pod);
        label_revision(c, pod, revision);
        h->image = (uint16_t)revision;
        if (template->containers.count)
            in_place_of(c, pod)->containers = template->containers;
        p->created_ms = c->snapshot.now_ms / 1000 * 1000;
        if (c->workload.cloneset) {
            set_state(c, pod, RO_STR("PreparingNormal"));
            name_clone(d, pod, i);
        } else if (c->workload.statefulset) {
            name_ordinal(d, pod);
        } else {
            name_daemon(d, pod);
        }
        char uid[48];
        int len = snprintf(uid, sizeof uid, "simulated-%u", h->serial);
        p->uid = c->keeps_claims ? ro_texts_keep(&c->texts, (struct rollout_str){ uid, (size_t)len }) : absent;
    }
    return r;
}

/* The length of a failed pod's node's back-off, as its controller steps it. */
static int step_backoff(struct ro_cluster *c, uint32_t pod)
{
    struct rollout_str node = c->pods[pod].node.len ? c->pods[pod].node : c->pods[pod].target_node;
    size_t i = 0;
    if (c->fixed_names)
        return ROLLOUT_OK; /* no clock, no back-off */
    while (i < c->backoff_count && !ro_str_eq(c->backoffs[i].node, node))
        i++;
    if (i == c->backoff_count) {
        if (c->backoff_count == c->backoff_room) {
            size_t room = c->backoff_room ? 2 * c->backoff_room : 8;
            struct rollout_backoff *more = realloc(c->backoffs, room * sizeof *more);
            if (!more)
                return ro_error_nomem(c->reterr);
            c->backoffs = more;
            c->backoff_room = room;
        }
        c->backoffs[c->backoff_count++] = (struct rollout_backoff){ .node = node };
        c->snapshot.failed_pod_backoffs.items = c->backoffs;
        c->snapshot.failed_pod_backoffs.count = c->backoff_count;
        c->snapshot.failed_pod_backoffs.stride = sizeof *c->backoffs;
    }
    struct rollout_backoff *b = &c->backoffs[i];
    bool forgotten = b->seconds == 0 || c->snapshot.now_ms - b->last_step_ms > 30 * 60 * 1000;
    b->seconds = forgotten ? 1 : b->seconds >= 450 ? 900 : 2 * b->seconds;
    b->last_step_ms = c->snapshot.now_ms;
    return ROLLOUT_OK;
}

static int delete_pod(const struct deed *d, uint32_t pod)
{
    struct ro_cluster *c = d->c;
    struct rollout_pod *p = &c->pods[pod];
    int r = ROLLOUT_OK;
    if (c->workload.daemonset && p->phase == ROLLOUT_PHASE_FAILED && d->action->reason == ROLLOUT_REASON_DELETE_FAILED)
        r = step_backoff(c, pod);
    p->flags |= ROLLOUT_POD_TERMINATING;
    if (ro_deed_updates(d->action))
        c->hidden[pod].flags |= RO_SIM_BEGUN;
    return r;
}

/* ---- claims and revisions ---- */

static struct rollout_claim *claim_named(struct ro_cluster *c, struct rollout_str name)
{
    for (size_t i = c->claim_count; i > 0; i--) /* mostly one that was just made */
        if (ro_str_eq(c->claims[i - 1].name, name) && name.data)
            return &c->claims[i - 1];
    return NULL;
}

static void show_claims(struct ro_cluster *c)
{
    c->snapshot.claims = (struct rollout_claims){ c->claims, c->claim_count, sizeof *c->claims };
}

static int create_claim(const struct deed *d)
{
    struct ro_cluster *c = d->c;
    struct rollout_str name = text_of(d, ROLLOUT_ATTR_CLAIM), template = text_of(d, ROLLOUT_ATTR_TEMPLATE);
    if (!name.data) /* a CloneSet's new ids are drawn, and their claims are nobody's concern */
        return ROLLOUT_OK;
    if (c->claim_count == c->claim_room) {
        size_t room = c->claim_room ? 2 * c->claim_room : 16;
        struct rollout_claim *more = realloc(c->claims, room * sizeof *more);
        if (!more)
            return ro_error_nomem(c->reterr);
        c->claims = more;
        c->claim_room = room;
    }
    struct rollout_claim claim = { .name = ro_texts_keep(&c->texts, name) };
    const struct rollout_statefulset *set = c->workload.statefulset;
    for (size_t i = 0; set && i < set->claim_template_count; i++)
        if (ro_str_eq(set->claim_templates[i].name, template)) {
            claim.storage_class = set->claim_templates[i].storage_class;
            claim.request = set->claim_templates[i].request;
            claim.access_modes = set->claim_templates[i].access_modes;
        }
    claim.capacity = absent;
    if (c->workload.cloneset) {
        struct rollout_str owner = ro_kind_name(c);
        struct rollout_owner *owners = ro_arena_alloc(&c->arena, 1, sizeof *owners);
        if (!owners)
            return ro_error_nomem(c->reterr);
        *owners =
            (struct rollout_owner){ RO_STR("CloneSet"), owner,
                                    ro_text(ro_dig(c->source->workload_object.nodes, "metadata", "uid", NULL)), 1, 0 };
        claim.flags = ROLLOUT_CLAIM_OWNED;
        claim.owners = owners;
        claim.owner_count = 1;
        size_t prefix = template.len + owner.len + 2;
        if (name.len > prefix)
            claim.instance_id = (struct rollout_str){ claim.name.data + prefix, claim.name.len - prefix };
    }
    c->claims[c->claim_count++] = claim;
    show_claims(c);
    return ROLLOUT_OK;
}

static bool names_owner(const struct deed *d, struct rollout_str kind)
{
    for (uint32_t i = 0; i < d->action->attr_count; i++) {
        const struct rollout_attr *attr = &d->plan->attrs[d->action->attr_first + i];
        if (attr->key == ROLLOUT_ATTR_OWNER && ro_str_eq(d->plan->texts[attr->text], kind))
            return true;
    }
    return false;
}

/* Other owners stay; of the set and the pod exactly those that the action names. */
static int own_claim(const struct deed *d, struct rollout_claim *claim)
{
    struct ro_cluster *c = d->c;
    const struct rollout_statefulset *set = c->workload.statefulset;
    struct rollout_str pod = text_of(d, ROLLOUT_ATTR_POD), uid = absent;
    if (!set) {
        claim->flags |= ROLLOUT_CLAIM_OWNED;
        return ROLLOUT_OK;
    }
    if (!pod.data) {
        struct rollout_str parent;
        int32_t ordinal = ro_ordinal_of(claim->name, &parent);
        char buf[300];
        int len = snprintf(buf, sizeof buf, "%.*s-%d", (int)(set->name.len > 250 ? 250 : set->name.len),
                           set->name.data ? set->name.data : "", (int)ordinal);
        pod = ro_texts_keep(&c->texts, (struct rollout_str){ buf, (size_t)len });
    }
    int64_t place = value_of(d, ROLLOUT_ATTR_POD) - 1;
    if (place < 0 || (uint64_t)place >= c->pod_count || !ro_str_eq(c->pods[place].name, pod))
        for (place = (int64_t)c->pod_count - 1; place >= 0 && !ro_str_eq(c->pods[place].name, pod);)
            place--;
    if (place >= 0)
        uid = c->pods[place].uid;
    struct rollout_owner *owners = ro_arena_alloc(&c->arena, claim->owner_count + 2, sizeof *owners);
    size_t n = 0;
    uint32_t native = (set->flags & ROLLOUT_STATEFULSET_NATIVE) != 0;
    if (!owners)
        return ro_error_nomem(c->reterr);
    bool wants_set = names_owner(d, RO_STR("StatefulSet")), wants_pod = names_owner(d, RO_STR("Pod"));
    bool has_set = false, has_pod = false;
    for (size_t i = 0; i < claim->owner_count; i++) {
        const struct rollout_owner *o = &claim->owners[i];
        bool is_set = native ? ro_str_eq(o->kind, RO_STR("StatefulSet")) && ro_str_eq(o->name, set->name)
                             : set->uid.len > 0 && ro_str_eq(o->uid, set->uid);
        bool is_pod = native ? ro_str_eq(o->kind, RO_STR("Pod")) && ro_str_eq(o->name, pod)
                             : uid.len > 0 && ro_str_eq(o->uid, uid);
        bool stays = (!is_set && !is_pod) || (!native && ((is_set && wants_set) || (is_pod && wants_pod)));
        has_set = has_set || (is_set && stays);
        has_pod = has_pod || (is_pod && stays);
        if (stays)
            owners[n++] = *o;
    }
    if (wants_set && !has_set)
        owners[n++] = (struct rollout_owner){ RO_STR("StatefulSet"), set->name, set->uid, native, 0 };
    if (wants_pod && !has_pod)
        owners[n++] = (struct rollout_owner){ RO_STR("Pod"), pod, uid, native, 0 };
    claim->owners = owners;
    claim->owner_count = n;
    claim->flags &= ~(uint32_t)ROLLOUT_CLAIM_OWNED;
    for (size_t i = 0; i < n; i++)
        if (set->uid.len > 0 && ro_str_eq(owners[i].uid, set->uid))
            claim->flags |= ROLLOUT_CLAIM_OWNED;
    return ROLLOUT_OK;
}

static int act_on_claim(const struct deed *d)
{
    struct ro_cluster *c = d->c;
    struct rollout_str name = text_of(d, ROLLOUT_ATTR_CLAIM);
    uint32_t at = d->action->subject_kind == ROLLOUT_SUBJECT_CLAIM ? d->action->subject : ROLLOUT_NONE;
    if (d->action->op == ROLLOUT_OP_CREATE_CLAIM)
        return create_claim(d);
    struct rollout_claim *claim =
        at < c->claim_count && ro_str_eq(c->claims[at].name, name) ? &c->claims[at] : claim_named(c, name);
    if (!claim)
        return ROLLOUT_OK;
    if (d->action->op == ROLLOUT_OP_SET_CLAIM_OWNER)
        return own_claim(d, claim);
    if (d->action->op == ROLLOUT_OP_RESIZE_CLAIM) {
        claim->request = ro_texts_keep(&c->texts, text_of(d, ROLLOUT_ATTR_REQUEST));
        return ROLLOUT_OK;
    }
    claim->name = absent;
    c->claims_gone = true;
    return ROLLOUT_OK;
}

static int act_on_revision(const struct deed *d)
{
    struct ro_cluster *c = d->c;
    uint32_t revision = revision_of(d);
    if (!revision || c->fixed_names) /* a small world has all that it will ever have */
        return ROLLOUT_OK;
    if (d->action->op == ROLLOUT_OP_DELETE_REVISION)
        return ro_revisions_remove(c, revision);
    c->revisions[revision - 1].flags &= ~(uint32_t)ROLLOUT_REVISION_NEW;
    if (attr_of(d, ROLLOUT_ATTR_NUMBER))
        c->revisions[revision - 1].number = value_of(d, ROLLOUT_ATTR_NUMBER);
    return ROLLOUT_OK;
}

/* ---- all of them ---- */

static void repair(const struct deed *d, uint32_t pod)
{
    struct ro_cluster *c = d->c;
    struct rollout_str detail = text_of(d, ROLLOUT_ATTR_DETAIL), parent;
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
        return delete_pod(d, pod);
    case ROLLOUT_OP_UPDATE_IN_PLACE:
        update_in_place(d, pod);
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
        set_in_place_ready(c, pod, true);
        break;
    case ROLLOUT_OP_END_GRACE:
        end_grace(d, pod);
        break;
    case ROLLOUT_OP_NEXT_BATCH:
        change_containers(c, pod, ro_cluster_pair(c, c->hidden[pod].image, c->hidden[pod].target));
        break;
    case ROLLOUT_OP_LABEL_TEMPLATE_HASH:
        ro_cluster_set_label(c, pod, RO_STR("pod-template-hash"), ro_short_hash(c->pods[pod].revision));
        break;
    case ROLLOUT_OP_RELABEL:
        if (revision_of(d))
            label_revision(c, pod, revision_of(d));
        break;
    case ROLLOUT_OP_RELEASE:
        c->hidden[pod].flags |= RO_SIM_GONE;
        break;
    case ROLLOUT_OP_REPAIR:
        repair(d, pod);
        break;
    default:
        break;
    }
    return ROLLOUT_OK;
}

uint64_t ro_cluster_writes(const struct rollout_plan *plan, size_t action)
{
    const struct rollout_action *a = &plan->actions[action];
    for (uint32_t i = 0; a->op == ROLLOUT_OP_CREATE && i < a->attr_count; i++) {
        const struct rollout_attr *attr = &plan->attrs[a->attr_first + i];
        if (attr->key == ROLLOUT_ATTR_COUNT)
            return attr->value > 0 ? (uint64_t)attr->value : 0;
    }
    return 1;
}

/* The pod that an action on an ordinal means, which may have been created by an earlier action. */
static uint32_t pod_at_ordinal(const struct ro_cluster *c, uint32_t ordinal)
{
    struct rollout_str parent;
    for (size_t i = c->pod_count; i > 0; i--)
        if ((uint32_t)ro_ordinal_of(c->pods[i - 1].name, &parent) == ordinal && ro_str_eq(parent, ro_kind_name(c)))
            return (uint32_t)i - 1;
    return ROLLOUT_NONE;
}

int ro_cluster_act(struct ro_cluster *c, const struct rollout_plan *plan, size_t action, uint64_t from, uint64_t to)
{
    struct deed d = { c, plan, &plan->actions[action], action };
    uint32_t pod = d.action->subject_kind == ROLLOUT_SUBJECT_POD ? d.action->subject : ROLLOUT_NONE;
    int r = ROLLOUT_OK;
    switch (d.action->op) {
    case ROLLOUT_OP_CREATE:
        r = create(&d, from, to);
        break;
    case ROLLOUT_OP_CREATE_CLAIM:
    case ROLLOUT_OP_DELETE_CLAIM:
    case ROLLOUT_OP_SET_CLAIM_OWNER:
    case ROLLOUT_OP_RESIZE_CLAIM:
        r = c->keeps_claims ? act_on_claim(&d) : ROLLOUT_OK;
        break;
    case ROLLOUT_OP_CREATE_REVISION:
    case ROLLOUT_OP_RENUMBER_REVISION:
    case ROLLOUT_OP_DELETE_REVISION:
        r = act_on_revision(&d);
        break;
    default:
        if (d.action->subject_kind == ROLLOUT_SUBJECT_ORDINAL)
            pod = pod_at_ordinal(c, d.action->subject);
        if (pod < c->pod_count)
            r = act_on_pod(&d, pod);
        break;
    }
    return r == ROLLOUT_OK && c->texts.failed ? ro_error_nomem(c->reterr) : r;
}
