/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/small.h"

#include <string.h>

#include "base/error.h"
#include "base/str.h"
#include "rules/availability.h"

/* A pod in a form. No padding: forms are compared as bytes. */
struct record {
    uint16_t flags; /* ROLLOUT_POD_* */
    uint16_t labels;
    uint16_t sim;      /* RO_SIM_* */
    uint16_t in_place; /* ROLLOUT_IN_PLACE_* */
    uint8_t finalizers;
    uint8_t phase;
    uint8_t image;
    uint8_t target;
    uint8_t node; /* from 1; 0 = none */
    uint8_t bits;
    uint8_t batches;
    uint8_t waits_for; /* of a Deployment's its ReplicaSet, of a UnitedDeployment's the child, from 1: neither is updated
                          in place */
    uint8_t young;     /* 0 = not ready, or old enough; else the order in which pods became ready */
    uint8_t grace;     /* the same of grace periods; 0 = none, or over */
    uint8_t trait;
    uint8_t name; /* of a StatefulSet's pod */
};

struct head {
    int32_t memory[RO_KIND_MEMORY];
    uint32_t lost; /* a bit a node */
    uint32_t cordoned;
    uint8_t change;
    uint8_t faults;
    uint8_t pods;
    uint8_t reserved;
};

enum { BIT_SCHEDULED = 1, BIT_IN_PLACE = 2 };

_Static_assert(sizeof(struct record) == 20, "no padding");
_Static_assert(sizeof(struct head) == 24, "no padding");

/* ---- times ---- */

/* How long this pod must have been ready: each of a Deployment's ReplicaSets says it for its own. */
static int64_t wait_of(const struct ro_small *s, size_t i)
{
    const struct ro_cluster *c = &s->cluster;
    int32_t seconds = c->workload.deployment ? ro_set_min_ready_seconds(c, (uint32_t)i) : 0;
    return c->workload.deployment ? (seconds > 0 ? (int64_t)seconds * 1000 : 0) : ro_kind_min_ready_ms(c);
}

static int64_t old_since(const struct ro_small *s, size_t i)
{
    return s->now_ms - wait_of(s, i) - 3600 * 1000;
}

/* When it will have been ready for long enough, but for a moment. */
static int64_t old_from(const struct ro_small *s, size_t i)
{
    int64_t since = s->cluster.pods[i].ready_since_ms, wait = wait_of(s, i);
    return since > INT64_MAX - wait ? INT64_MAX : since + wait; /* facts may have any time */
}

/* Ready for too short a time; where nobody waits, nobody is young. */
static bool is_young(const struct ro_small *s, size_t i)
{
    return wait_of(s, i) > 0 && (s->cluster.pods[i].flags & ROLLOUT_POD_READY) && old_from(s, i) >= s->now_ms &&
           !(s->cluster.hidden[i].flags & RO_SIM_GONE);
}

/* How many different times before this one there are among those that count. */
static uint8_t rank_young(const struct ro_small *s, size_t pod)
{
    int64_t last = INT64_MIN;
    for (uint8_t rank = 1;; rank++) {
        int64_t next = INT64_MAX;
        for (size_t i = 0; i < s->cluster.pod_count; i++)
            if (is_young(s, i) && old_from(s, i) > last && old_from(s, i) < next)
                next = old_from(s, i);
        if (next >= old_from(s, pod))
            return rank;
        last = next;
    }
}

static bool in_grace(const struct ro_small *s, size_t i)
{
    const struct ro_cluster *c = &s->cluster;
    return !(c->hidden[i].flags & RO_SIM_GONE) && c->pods[i].in_place &&
           (c->in_place[i].flags & ROLLOUT_IN_PLACE_GRACE) && c->in_place[i].grace_end_ms > s->now_ms;
}

static uint8_t rank_grace(const struct ro_small *s, int64_t end)
{
    int64_t last = INT64_MIN;
    for (uint8_t rank = 1;; rank++) {
        int64_t next = INT64_MAX;
        for (size_t i = 0; i < s->cluster.pod_count; i++)
            if (in_grace(s, i) && s->cluster.in_place[i].grace_end_ms > last &&
                s->cluster.in_place[i].grace_end_ms < next)
                next = s->cluster.in_place[i].grace_end_ms;
        if (next >= end)
            return rank;
        last = next;
    }
}

bool ro_small_age(struct ro_small *s)
{
    if (s->cluster.kind->age && s->cluster.kind->age(&s->cluster))
        return true;
    int64_t first = INT64_MAX;
    for (size_t i = 0; i < s->cluster.pod_count; i++)
        if (is_young(s, i) && old_from(s, i) < first)
            first = old_from(s, i);
    for (size_t i = 0; i < s->cluster.pod_count; i++)
        if (is_young(s, i) && old_from(s, i) == first)
            s->cluster.pods[i].ready_since_ms = old_since(s, i);
    return first != INT64_MAX;
}

bool ro_small_end_grace(struct ro_small *s)
{
    int64_t first = INT64_MAX;
    for (size_t i = 0; i < s->cluster.pod_count; i++)
        if (in_grace(s, i) && s->cluster.in_place[i].grace_end_ms < first)
            first = s->cluster.in_place[i].grace_end_ms;
    for (size_t i = 0; i < s->cluster.pod_count; i++)
        if (in_grace(s, i) && s->cluster.in_place[i].grace_end_ms == first)
            s->cluster.in_place[i].grace_end_ms = s->now_ms;
    return first != INT64_MAX;
}

/* ---- tables ---- */

static uint8_t trait_of(struct ro_small *s, size_t pod)
{
    const struct rollout_pod *p = &s->cluster.pods[pod];
    struct ro_small_trait t = { p->deletion_cost,           p->restarts,
                                p->sidecar_restarts,        { NULL, 0 },
                                s->cluster.hidden[pod].job, s->cluster.hidden[pod].job_restarts };
    if (p->in_place)
        t.containers = s->cluster.in_place[pod].containers;
    for (size_t i = 0; i < s->trait_count; i++)
        if (s->traits[i].deletion_cost == t.deletion_cost && s->traits[i].restarts == t.restarts &&
            s->traits[i].sidecar_restarts == t.sidecar_restarts &&
            s->traits[i].containers.nodes == t.containers.nodes && s->traits[i].job == t.job &&
            s->traits[i].job_restarts == t.job_restarts)
            return (uint8_t)i;
    if (s->trait_count == sizeof s->traits / sizeof *s->traits) {
        s->full = true;
        return 0;
    }
    s->traits[s->trait_count] = t;
    return (uint8_t)s->trait_count++;
}

/* Names are kept once, so that they are told apart by where they are. */
uint8_t ro_small_name(struct ro_small *s, struct rollout_str name)
{
    for (size_t i = 0; i < s->name_count; i++)
        if (s->names[i].data == name.data)
            return (uint8_t)i;
    struct rollout_str kept = ro_texts_keep(&s->cluster.texts, name);
    for (size_t i = 0; i < s->name_count; i++)
        if (s->names[i].data == kept.data)
            return (uint8_t)i;
    if (s->name_count == sizeof s->names / sizeof *s->names) {
        s->full = true;
        return 0;
    }
    s->names[s->name_count] = kept;
    return (uint8_t)s->name_count++;
}

bool ro_small_by_name(const struct ro_small *s)
{
    const struct ro_cluster *c = &s->cluster;
    return c->workload.statefulset || (c->workload.uniteddeployment && c->specs.uniteddeployment.child_kind <=
                                                                           ROLLOUT_CHILD_ADVANCED_STATEFULSET);
}

/* ---- packing ---- */

static struct record record_of(struct ro_small *s, size_t i)
{
    struct ro_cluster *c = &s->cluster;
    const struct rollout_pod *p = &c->pods[i];
    const struct ro_sim_pod *h = &c->hidden[i];
    struct record r;
    memset(&r, 0, sizeof r);
    r.flags = (uint16_t)p->flags;
    r.labels = (uint16_t)h->labels;
    r.sim = (uint16_t)(h->flags & ~(RO_SIM_BEGUN | RO_SIM_CRASHED));
    r.finalizers = (uint8_t)h->finalizers;
    r.phase = (uint8_t)p->phase;
    r.image = (uint8_t)h->image;
    r.target = (uint8_t)h->target;
    r.node = (uint8_t)p->node_index;
    r.batches = (uint8_t)h->batches;
    r.bits = (uint8_t)((p->node.len > 0 ? BIT_SCHEDULED : 0) | (p->in_place ? BIT_IN_PLACE : 0));
    if (p->in_place) {
        r.in_place = (uint16_t)c->in_place[i].flags;
        r.waits_for = (uint8_t)c->in_place[i].waits_for;
        if (in_grace(s, i))
            r.grace = rank_grace(s, c->in_place[i].grace_end_ms);
    }
    if (c->workload.deployment)
        r.waits_for = ro_small_set(s, p->replica_set);
    if (c->workload.uniteddeployment)
        r.waits_for = ro_small_child(s, p->child);
    if (h->object) { /* which has no such facts */
        r.in_place = (uint16_t)h->object;
        s->full = s->full || h->object > UINT16_MAX;
    }
    if (is_young(s, i))
        r.young = rank_young(s, i);
    r.trait = trait_of(s, i);
    r.name = ro_small_by_name(s) ? ro_small_name(s, p->name) : 0;
    return r;
}

/* Whether record a comes before b. A DaemonSet's pods of one node stay in the order of their age. */
static bool comes_before(const struct ro_small *s, const struct record *a, const struct record *b)
{
    if (ro_small_by_name(s))
        return a->name != b->name ? a->name < b->name : memcmp(a, b, sizeof *a) < 0;
    if (!ro_kind_interchangeable(&s->cluster))
        return a->node < b->node;
    return memcmp(a, b, sizeof *a) < 0;
}

size_t ro_small_pack(struct ro_small *s, uint8_t bytes[RO_SMALL_STATE], struct ro_small_order *order)
{
    struct ro_cluster *c = &s->cluster;
    struct record records[RO_SMALL_PODS];
    struct head head;
    size_t n = 0;
    memset(&head, 0, sizeof head);
    for (size_t i = 0; i < c->pod_count; i++) {
        if (c->hidden[i].flags & RO_SIM_GONE)
            continue;
        if (n == RO_SMALL_PODS) {
            ro_error(c->reterr, ROLLOUT_ERR_INVALID, "pods", "pods: more than %d at a time", RO_SMALL_PODS);
            return 0;
        }
        struct record r = record_of(s, i);
        size_t at = n++;
        for (; at > 0 && comes_before(s, &r, &records[at - 1]); at--) {
            records[at] = records[at - 1];
            order->from[at] = order->from[at - 1];
        }
        records[at] = r;
        order->from[at] = (uint8_t)i;
    }
    if (s->full) {
        ro_error(c->reterr, ROLLOUT_ERR_INVALID, "pods", "pods: more than 256 names, or kinds of them, in all states");
        return 0;
    }
    order->count = n;
    ro_kind_remember(c, head.memory);
    head.lost = s->lost;
    head.cordoned = s->cordoned;
    head.change = (uint8_t)s->change;
    head.faults = (uint8_t)s->faults;
    head.pods = (uint8_t)n;
    memcpy(bytes, &head, sizeof head);
    memcpy(bytes + sizeof head, records, n * sizeof *records);
    size_t size = sizeof head + n * sizeof *records, more = 0;
    if (c->workload.deployment && !(more = ro_small_pack_sets(s, bytes + size)))
        return 0;
    if (c->workload.uniteddeployment && !(more = ro_small_pack_children(s, bytes + size)))
        return 0;
    return size + more;
}

static void unpack_pod(struct ro_small *s, size_t i, const struct record *r)
{
    struct ro_cluster *c = &s->cluster;
    struct rollout_pod *p = &c->pods[i];
    struct ro_sim_pod *h = &c->hidden[i];
    const struct ro_small_trait *t = &s->traits[r->trait];
    memset(p, 0, sizeof *p);
    memset(h, 0, sizeof *h);
    p->phase = r->phase;
    p->flags = r->flags;
    p->node_index = r->node;
    p->deletion_cost = t->deletion_cost;
    p->restarts = t->restarts;
    p->sidecar_restarts = t->sidecar_restarts;
    p->namespace_ = s->namespace_;
    p->replica_set = c->workload.deployment ? r->waits_for : 0;
    p->name = s->names[ro_small_by_name(s) ? r->name : i];
    p->created_ms = s->now_ms - 7200 * 1000 + (ro_kind_interchangeable(c) ? 0 : (int64_t)i * 1000);
    if (r->node && (r->bits & BIT_SCHEDULED))
        p->node = c->nodes[r->node - 1].name;
    else if (r->bits & BIT_SCHEDULED)
        p->node = RO_STR("node");
    else if (r->node)
        p->target_node = c->nodes[r->node - 1].name;
    if (p->flags & ROLLOUT_POD_READY)
        p->ready_since_ms = r->young ? s->now_ms - wait_of(s, i) + r->young : old_since(s, i);
    h->serial = (uint32_t)i;
    h->labels = r->labels;
    h->finalizers = r->finalizers;
    h->image = r->image;
    h->target = r->target;
    h->flags = r->sim;
    h->batches = r->batches;
    h->job = t->job;
    h->job_restarts = t->job_restarts;
    ro_cluster_relabel(c, (uint32_t)i);
    if (c->workload.sidecarset)
        ro_sidecars_recall(c, (uint32_t)i, r->in_place);
    if (c->workload.uniteddeployment) {
        p->child = r->waits_for;
        return;
    }
    if (!(r->bits & BIT_IN_PLACE))
        return;
    struct rollout_in_place *in_place = &c->in_place[i];
    *in_place =
        (struct rollout_in_place){ .flags = r->in_place, .waits_for = r->waits_for, .containers = t->containers };
    if (in_place->flags & ROLLOUT_IN_PLACE_GRACE) {
        in_place->grace_revision = p->revision;
        in_place->grace_end_ms = s->now_ms + r->grace;
    }
    p->in_place = in_place;
}

void ro_small_unpack(struct ro_small *s, const uint8_t *bytes)
{
    struct ro_cluster *c = &s->cluster;
    struct head head;
    memcpy(&head, bytes, sizeof head);
    ro_small_load(s, head.change, head.lost, head.cordoned);
    s->faults = head.faults;
    if (c->workload.deployment) /* pods ask them how long they have to be ready */
        ro_small_unpack_sets(s, bytes + sizeof head + head.pods * sizeof(struct record));
    c->pod_count = head.pods;
    c->next_serial = head.pods;
    for (size_t i = 0; i < head.pods; i++) {
        struct record r;
        memcpy(&r, bytes + sizeof head + i * sizeof r, sizeof r);
        unpack_pod(s, i, &r);
    }
    c->snapshot.pods = (struct rollout_pods){ c->pods, c->pod_count, sizeof *c->pods };
    ro_kind_recall(c, head.memory);
    if (c->workload.uniteddeployment)
        ro_small_unpack_children(s, bytes + sizeof head + head.pods * sizeof(struct record));
}

/* ---- specs and nodes ---- */

void ro_small_load(struct ro_small *s, size_t change, uint32_t lost, uint32_t cordoned)
{
    struct ro_cluster *c = &s->cluster;
    const struct ro_small_spec *spec = &s->specs[change];
    if (s->change == change && s->lost == lost && s->cordoned == cordoned)
        return;
    if (s->change != change) {
        c->source = spec->source;
        c->workload = spec->workload;
        c->specs = spec->specs;
        c->hooks = spec->hooks;
        c->template = spec->template;
        c->job_shape = spec->job_shape;
        c->reserved = spec->reserved;
        c->reserved_count = spec->reserved_count;
        c->start_ordinal = spec->start_ordinal;
        c->children.order = spec->order;
        c->children.seen = spec->seen;
        c->snapshot.update_revision = spec->update_revision;
        if (c->workload.deployment)
            c->sets.annotations = ro_texts_labels(&c->texts, &c->specs.deployment.annotations);
        c->snapshot.in_place_verdicts =
            (struct rollout_in_place_verdicts){ spec->verdicts, spec->verdict_count, sizeof *spec->verdicts };
    }
    for (size_t i = 0; i < c->node_count; i++) {
        bool is_lost = lost >> i & 1;
        c->node_facts[i].lost = is_lost;
        c->nodes[i].unschedulable = cordoned >> i & 1;
        c->node_facts[i].cordoned = c->nodes[i].unschedulable;
        c->nodes[i].taints = s->taints[i][is_lost];
        c->nodes[i].taint_count = s->taint_counts[i] + (is_lost ? 2 : 0);
    }
    s->change = change;
    s->lost = lost;
    s->cordoned = cordoned;
    if (ro_kind_find_nodes(c) != ROLLOUT_OK)
        c->texts.failed = true;
}

static int save_spec(struct ro_small *s, size_t change)
{
    struct ro_cluster *c = &s->cluster;
    struct ro_small_spec *spec = &s->specs[change];
    spec->source = c->source;
    spec->workload = c->workload;
    spec->specs = c->specs;
    spec->hooks = c->hooks;
    spec->template = c->template;
    spec->job_shape = c->job_shape;
    spec->reserved = c->reserved;
    spec->reserved_count = c->reserved_count;
    spec->start_ordinal = c->start_ordinal;
    spec->order = c->children.order;
    spec->seen = c->children.seen;
    spec->update_revision = c->snapshot.update_revision;
    spec->verdict_count = c->verdict_count;
    spec->verdicts = ro_arena_alloc(&c->arena, c->verdict_count, sizeof *spec->verdicts);
    if (c->verdict_count && spec->verdicts)
        memcpy(spec->verdicts, c->verdicts, c->verdict_count * sizeof *spec->verdicts);
    return c->arena.failed ? ro_error_nomem(c->reterr) : ROLLOUT_OK;
}

/* All revisions that will ever be are there from the start; making them is no step. */
static int read_specs(struct ro_small *s, const struct rollout_change *changes, size_t count)
{
    struct ro_cluster *c = &s->cluster;
    s->spec_count = count + 1;
    s->specs = ro_arena_alloc(&c->arena, count + 1, sizeof *s->specs);
    if (!s->specs)
        return ro_error_nomem(c->reterr);
    int r = save_spec(s, 0);
    for (size_t i = 0; i < count && r == ROLLOUT_OK; i++) {
        r = ro_cluster_change(c, changes[i].world);
        if (r == ROLLOUT_OK)
            r = save_spec(s, i + 1);
    }
    for (size_t i = 0; i < c->revision_count; i++) {
        c->revisions[i].flags &= ~(uint32_t)ROLLOUT_REVISION_NEW;
        if (!c->workload.statefulset) /* which asks whether new pods have their hooks; the verdicts are there */
            c->revisions[i].data = (struct rollout_tree){ 0 };
    }
    return r;
}

/* A lost node is made once, and put back. */
static void learn_nodes(struct ro_small *s)
{
    struct ro_cluster *c = &s->cluster;
    size_t pods = c->pod_count;
    c->pod_count = 0;
    for (uint32_t i = 0; i < c->node_count; i++) {
        s->taints[i][0] = c->nodes[i].taints;
        s->taint_counts[i] = c->nodes[i].taint_count;
        ro_cluster_lose_node(c, i);
        s->taints[i][1] = c->nodes[i].taints;
    }
    c->pod_count = pods;
}

/* ---- open ---- */

/* Pods of the start are old, unless they wait to be; nobody has a past. */
static void simplify(struct ro_small *s)
{
    struct ro_cluster *c = &s->cluster;
    for (size_t i = 0; i < c->pod_count; i++) {
        c->pods[i].uid = (struct rollout_str){ NULL, 0 };
        if (c->pods[i].namespace_.data)
            s->namespace_ = c->pods[i].namespace_;
        if ((c->pods[i].flags & ROLLOUT_POD_READY) && !is_young(s, i))
            c->pods[i].ready_since_ms = old_since(s, i);
    }
    c->backoff_count = 0;
    c->snapshot.failed_pod_backoffs.count = 0;
    c->snapshot.unobserved_since_ms = 0;
}

static void name_places(struct ro_small *s)
{
    static const char digits[] = "0123456789";
    char buf[300];
    struct rollout_str owner = ro_kind_name(&s->cluster);
    size_t len = owner.len < sizeof buf - 4 ? owner.len : sizeof buf - 4;
    if (ro_small_by_name(s))
        return;
    memcpy(buf, owner.data ? owner.data : "", len);
    for (size_t i = 0; i <= RO_SMALL_PODS; i++) {
        buf[len] = '-';
        buf[len + 1] = digits[i / 10];
        buf[len + 2] = digits[i % 10];
        s->names[s->name_count++] = ro_texts_keep(&s->cluster.texts, (struct rollout_str){ buf, len + 3 });
    }
}

int ro_small_open(struct ro_small *s, const struct rollout_world *world, const struct rollout_change *changes,
                  size_t change_count, struct rollout_error *reterr)
{
    struct ro_cluster *c = &s->cluster;
    c->fixed_names = true;
    int r = ro_cluster_open(c, world, reterr);
    if (r == ROLLOUT_OK)
        r = read_specs(s, changes, change_count);
    if (r != ROLLOUT_OK)
        return r;
    if (c->pod_count > RO_SMALL_PODS || c->node_count > RO_SMALL_NODES || c->revision_count > RO_SMALL_NODES)
        return ro_error(reterr, ROLLOUT_ERR_INVALID, "snapshot",
                        "snapshot: %zu pods, %zu nodes, %zu revisions, but at most %d each can be explored",
                        c->pod_count, c->node_count, c->revision_count, RO_SMALL_PODS);
    r = c->workload.deployment ? ro_small_open_sets(s) : ROLLOUT_OK;
    if (r != ROLLOUT_OK)
        return r;
    if (c->children.count > RO_SMALL_SUBSETS || c->specs.uniteddeployment.subset_count > RO_SMALL_SUBSETS)
        return ro_error(reterr, ROLLOUT_ERR_INVALID, "subsets",
                        "subsets: %zu children, %zu in the spec, but at most %d can be explored", c->children.count,
                        c->specs.uniteddeployment.subset_count, RO_SMALL_SUBSETS);
    size_t pods = c->pod_count;
    while (c->pod_room <= RO_SMALL_PODS) /* room that is never moved again */
        if (ro_cluster_add_pod(c) == ROLLOUT_NONE)
            return ro_error_nomem(reterr);
    c->pod_count = pods;
    c->snapshot.pods.count = pods;
    s->now_ms = c->snapshot.now_ms / 1000 * 1000;
    c->snapshot.now_ms = s->now_ms;
    learn_nodes(s);
    s->change = s->spec_count; /* none is loaded */
    uint32_t cordoned = 0;
    for (size_t i = 0; c->workload.broadcastjob && i < c->node_count; i++)
        cordoned |= (c->nodes[i].unschedulable ? UINT32_C(1) : 0) << i;
    ro_small_load(s, 0, 0, cordoned);
    simplify(s);
    name_places(s);
    return c->texts.failed ? ro_error_nomem(reterr) : ROLLOUT_OK;
}

void ro_small_free(struct ro_small *s)
{
    ro_cluster_free(&s->cluster);
}
