/* SPDX-License-Identifier: Apache-2.0 */
/* Pods that come and go. Source: cloneset.md 5.2, 5.3, statefulset.md 2, daemonset.md 7.1, 8. */
#include "sim/deed.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/error.h"
#include "base/str.h"
#include "rules/ordinal.h"
#include "sim/jobs.h"
#include "sim/kinds.h"
#include "sim/revisions.h"

static const struct rollout_str absent = { NULL, 0 };

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

/* "<owner>-<id>" with an id of the letters that upstream draws from, one for each serial: multiplication by a number that
 * has no divisor in common with 27^5 brings each id once. */
struct rollout_str ro_deed_drawn_name(struct ro_cluster *c, struct rollout_str owner, uint32_t serial)
{
    static const char letters[] = "bcdfghjklmnpqrstvwxz2456789";
    const uint32_t radix = sizeof letters - 1, ids = radix * radix * radix * radix * radix;
    struct rollout_str kept;
    char buf[300];
    int prefix = owner.len < sizeof buf - 8 ? (int)owner.len : (int)sizeof buf - 8;
    uint64_t number = serial;
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
        p->name = ro_deed_drawn_name(c, ro_kind_name(c), c->hidden[pod].serial);
        if (!p->name.data) /* for lack of memory */
            return;
        id = (struct rollout_str){ p->name.data + p->name.len - 5, 5 };
    }
    if (c->keeps_claims && d->c->workload.cloneset->claim_templates.count) /* else nobody reads it */
        ro_cluster_set_label(c, pod, RO_STR("apps.kruise.io/cloneset-instance-id"), id);
}

static void name_ordinal(const struct deed *d, uint32_t pod)
{
    struct ro_cluster *c = d->c;
    struct rollout_str name = ro_texts_keep(&c->texts, ro_deed_text(d, ROLLOUT_ATTR_NAME)), parent;
    char digits[16];
    int len = snprintf(digits, sizeof digits, "%d", (int)ro_ordinal_of(name, &parent));
    c->pods[pod].name = name;
    ro_cluster_set_label(c, pod, RO_STR("statefulset.kubernetes.io/pod-name"), name);
    if (c->gates.on[ROLLOUT_GATE_POD_INDEX_LABEL])
        ro_cluster_set_label(c, pod, RO_STR("apps.kubernetes.io/pod-index"),
                             (struct rollout_str){ digits, (size_t)len });
    if (ro_deed_text(d, ROLLOUT_ATTR_STATE).data)
        ro_deed_set_state(c, pod, ro_deed_text(d, ROLLOUT_ATTR_STATE));
}

static void name_daemon(const struct deed *d, uint32_t pod)
{
    struct ro_cluster *c = d->c;
    struct rollout_pod *p = &c->pods[pod];
    p->name = ro_deed_drawn_name(c, ro_kind_name(c), c->hidden[pod].serial);
    p->target_node = ro_texts_keep(&c->texts, ro_deed_text(d, ROLLOUT_ATTR_NODE));
    if (c->workload.daemonset && c->workload.daemonset->template_generation.data)
        ro_cluster_set_label(c, pod, RO_STR("pod-template-generation"), c->workload.daemonset->template_generation);
    uint32_t node = d->action->subject_kind == ROLLOUT_SUBJECT_NODE ? d->action->subject : ROLLOUT_NONE;
    p->node_index = node < c->node_count ? node + 1 : 0;
}

int ro_deed_create(const struct deed *d, uint64_t from, uint64_t to)
{
    struct ro_cluster *c = d->c;
    const struct ro_sim_template *template;
    uint32_t revision = ro_deed_revision(d);
    bool job = c->workload.broadcastjob;
    if (!revision && !ro_kind_versionless(c))
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
        if (revision)
            ro_deed_label_revision(c, pod, revision);
        h->image = revision ? (uint16_t)revision : 1;
        h->target = revision ? h->target : 1;
        if (template->containers.count)
            ro_deed_in_place(c, pod)->containers = template->containers;
        p->created_ms = c->snapshot.now_ms / 1000 * 1000;
        if (c->workload.cloneset) {
            ro_deed_set_state(c, pod, RO_STR("PreparingNormal"));
            name_clone(d, pod, i);
        } else if (c->workload.statefulset) {
            name_ordinal(d, pod);
        } else if (c->workload.replicaset) {
            p->name = ro_deed_drawn_name(c, ro_kind_name(c), c->hidden[pod].serial);
        } else {
            name_daemon(d, pod);
        }
        if (job)
            ro_job_bind(c, pod);
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

int ro_deed_delete(const struct deed *d, uint32_t pod)
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
