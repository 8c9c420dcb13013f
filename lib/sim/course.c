/* SPDX-License-Identifier: Apache-2.0 */
/* The course of things between two passes: what is due with each pod, how long it takes, and what goes wrong. */
#include "sim/simulation.h"

#include "base/error.h"
#include "base/str.h"
#include "sim/delay.h"

enum { TIMER_KUBELET = 0, TIMER_HOOK = 1, TIMER_CRASH = 2 };

/* What numbers are drawn for, beyond the steps. */
enum { DRAW_RUN = 63, DRAW_FAULT = 64 };

/* ---- draws ---- */

static int64_t draw(const struct rollout_simulation *s, uint32_t pod, uint32_t step)
{
    const struct ro_sim_pod *h = &s->cluster.hidden[pod];
    uint64_t what = (uint64_t)h->events << 8 | step;
    const struct rollout_delay *delay = step == DRAW_RUN ? &s->options.run : &s->options.delays[step];
    return ro_delay_draw(delay, ro_random(s->options.seed, what, h->serial));
}

/* The name is the node's or its zone's. */
static bool means_node(const struct ro_cluster *c, struct rollout_str name, uint32_t node)
{
    uint32_t zone = c->node_facts[node].zone;
    return ro_str_eq(c->nodes[node].name, name) || (zone && ro_str_eq(c->zones[zone - 1], name));
}

static bool is_aimed_at(const struct rollout_simulation *s, const struct rollout_fault *f, uint32_t pod,
                        uint32_t revision)
{
    const struct ro_cluster *c = &s->cluster;
    if (f->kind == ROLLOUT_FAULT_FAIL)
        return c->pods[pod].node_index && means_node(c, f->target, c->pods[pod].node_index - 1);
    bool first = c->workload.deployment && revision == c->sets.first && ro_str_eq(f->target, ro_kind_name(c));
    return revision && (first || ro_str_eq(f->target, c->revisions[revision - 1].name));
}

/* Whether the pod is one of those that a fault comes to. */
static bool is_hit(const struct rollout_simulation *s, uint32_t kind, uint32_t pod, uint32_t revision,
                   int64_t *ret_at_ms)
{
    for (size_t i = 0; i < s->options.fault_count; i++) {
        const struct rollout_fault *f = &s->options.faults[i];
        if (f->kind != kind)
            continue;
        if (f->target.len > 0 && !is_aimed_at(s, f, pod, revision))
            continue;
        uint64_t number = ro_random(s->options.seed, DRAW_FAULT + i, s->cluster.hidden[pod].serial);
        if (f->share && (number >> 32) * 1000000 >> 32 >= f->share)
            continue;
        *ret_at_ms = f->at_ms;
        return true;
    }
    return false;
}

static int64_t delay_of(const struct rollout_simulation *s, uint32_t pod, enum ro_event event)
{
    switch (event) {
    case RO_EVENT_SCHEDULE:
        return draw(s, pod, ROLLOUT_STEP_SCHEDULE);
    case RO_EVENT_START:
        return draw(s, pod, ROLLOUT_STEP_PREPARE) + draw(s, pod, ROLLOUT_STEP_PULL) + draw(s, pod, ROLLOUT_STEP_START);
    case RO_EVENT_RESTART:
        return draw(s, pod, ROLLOUT_STEP_PULL) + draw(s, pod, ROLLOUT_STEP_START);
    case RO_EVENT_READY:
        return draw(s, pod, ROLLOUT_STEP_READY);
    case RO_EVENT_GONE:
        return draw(s, pod, ROLLOUT_STEP_STOP);
    case RO_EVENT_HOOK:
        return draw(s, pod, ROLLOUT_STEP_HOOK);
    case RO_EVENT_END:
        return draw(s, pod, DRAW_RUN);
    case RO_EVENT_STOP: /* at once, but not before anybody could look */
        return 1;
    default:
        return 0;
    }
}

/* ---- timers ---- */

static int set(struct rollout_simulation *s, uint32_t pod, uint32_t kind, int64_t at_ms)
{
    struct ro_sim_pod *h = &s->cluster.hidden[pod];
    h->due_ms[kind] = at_ms;
    return ro_timers_add(&s->timers, (struct ro_timer){ at_ms, h->serial, kind }) ? ROLLOUT_OK
                                                                                  : ro_error_nomem(s->cluster.reterr);
}

int ro_course_follow(struct rollout_simulation *s, uint32_t pod)
{
    struct ro_cluster *c = &s->cluster;
    struct ro_sim_pod *h = &c->hidden[pod];
    int64_t now_ms = c->snapshot.now_ms, after_ms;
    int r = ROLLOUT_OK;
    if (h->drawn != h->target) {
        h->drawn = h->target;
        h->flags &= (uint16_t)~RO_SIM_STUCK;
        if (h->due_event == RO_EVENT_RESTART) /* what is pulled now is another image */
            h->due_ms[TIMER_KUBELET] = 0;
        if (h->target && (h->image != h->target || c->pods[pod].phase != ROLLOUT_PHASE_RUNNING) &&
            is_hit(s, ROLLOUT_FAULT_IMAGE, pod, h->target, &after_ms))
            h->flags |= RO_SIM_STUCK;
    }
    ro_cluster_settle(c, pod);
    enum ro_event next = ro_cluster_next(c, pod);
    if (next == RO_EVENT_NONE) {
        h->due_ms[TIMER_KUBELET] = 0;
    } else if (!h->due_ms[TIMER_KUBELET] || h->due_event != next) {
        h->due_event = (uint16_t)next;
        h->events++;
        r = set(s, pod, TIMER_KUBELET, now_ms + delay_of(s, pod, next));
    }
    enum ro_event hook = ro_cluster_hook(c, pod);
    if (hook == RO_EVENT_NONE) {
        h->due_ms[TIMER_HOOK] = 0;
    } else if (!h->due_ms[TIMER_HOOK] && r == ROLLOUT_OK) {
        h->events++;
        r = set(s, pod, TIMER_HOOK, now_ms + delay_of(s, pod, hook));
    }
    bool runs = (h->flags & RO_SIM_CONTAINERS_READY) && !(h->flags & RO_SIM_CRASHED);
    if (runs && !h->due_ms[TIMER_CRASH] && is_hit(s, ROLLOUT_FAULT_CRASH, pod, h->image, &after_ms) && r == ROLLOUT_OK)
        r = set(s, pod, TIMER_CRASH, now_ms + after_ms);
    return r;
}

int ro_course_follow_all(struct rollout_simulation *s)
{
    int r = ROLLOUT_OK;
    for (uint32_t i = 0; i < s->cluster.pod_count && r == ROLLOUT_OK; i++)
        r = ro_course_follow(s, i);
    return r;
}

/* The pod of a serial number; they lie in that order. */
static uint32_t find(const struct ro_cluster *c, uint32_t serial)
{
    size_t low = 0, high = c->pod_count;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        if (c->hidden[mid].serial < serial)
            low = mid + 1;
        else
            high = mid;
    }
    return low < c->pod_count && c->hidden[low].serial == serial ? (uint32_t)low : ROLLOUT_NONE;
}

/* ---- what others' controllers do ---- */

static void count_step(struct rollout_simulation *s, uint32_t pod, bool created, bool recreated)
{
    bool served = s->cluster.hidden[pod].counts & RO_COUNTS_AVAILABLE;
    s->state.created += created;
    s->state.deleted += !created;
    s->state.recreated += recreated;
    ro_cluster_settle(&s->cluster, pod);
    ro_figures_one(s, pod);
    s->state.disruptions += served && !(s->cluster.hidden[pod].counts & RO_COUNTS_AVAILABLE);
}

/* ---- ReplicaSets ---- */

static int follow_step(struct rollout_simulation *s, enum ro_set_step step)
{
    struct ro_cluster *c = &s->cluster;
    int r = ROLLOUT_OK;
    for (size_t i = 0; i < c->sets.touched_count && r == ROLLOUT_OK; i++) {
        uint32_t pod = c->sets.touched[i];
        bool created = step == RO_SET_CREATES;
        count_step(s, pod, created, !created && !ro_kind_updated(c, pod));
        r = ro_course_follow(s, pod);
    }
    return r;
}

int ro_course_sets(struct rollout_simulation *s)
{
    struct ro_cluster *c = &s->cluster;
    bool any = false;
    int r = ROLLOUT_OK;
    for (size_t i = 0; i < c->sets.count; i++)
        any = any || c->sets.hidden[i].stirs;
    if (any)
        ro_sets_count(c);
    for (uint32_t i = 0; i < c->sets.count && any; i++) {
        enum ro_set_step step = RO_SET_CREATES;
        while (c->sets.hidden[i].stirs || step != RO_SET_RESTS) { /* a burst at a time */
            if (r == ROLLOUT_OK)
                r = ro_set_step(c, i, &step);
            if (r == ROLLOUT_OK)
                r = follow_step(s, step);
            if (r != ROLLOUT_OK)
                return r;
        }
    }
    return r;
}

/* ---- children ---- */

static int refuse_many_children(const struct ro_cluster *c)
{
    int64_t pods = 0;
    for (size_t i = 0; i < c->children.count; i++)
        pods += c->children.items[i].replicas > 0 ? c->children.items[i].replicas : 0;
    return pods <= RO_CLUSTER_PODS
               ? ROLLOUT_OK
               : ro_error(c->reterr, ROLLOUT_ERR_INVALID, "subsets",
                          "subsets: their children want %lld pods, but at most %d can be played with", (long long)pods,
                          RO_CLUSTER_PODS);
}

int ro_course_children(struct rollout_simulation *s)
{
    struct ro_cluster *c = &s->cluster;
    int r = refuse_many_children(c);
    for (uint32_t i = 0; i < c->children.count && r == ROLLOUT_OK; i++) {
        while (c->children.hidden[i].stirs && r == ROLLOUT_OK) {
            uint32_t pod;
            enum ro_child_step step = ro_child_step(c, i, &pod);
            if (c->texts.failed)
                return ro_error_nomem(c->reterr);
            if (step == RO_CHILD_RESTS)
                break;
            count_step(s, pod, step == RO_CHILD_CREATES, step == RO_CHILD_REPLACES);
            c->children.hidden[i].stirs = true;
            r = ro_course_follow(s, pod);
        }
    }
    return r;
}

/* Timers that were set anew, or of pods that are gone, are left in the heap until their time. */
static bool is_stale(const struct rollout_simulation *s, const struct ro_timer *timer, uint32_t *ret_pod)
{
    *ret_pod = find(&s->cluster, timer->serial);
    return *ret_pod == ROLLOUT_NONE || s->cluster.hidden[*ret_pod].due_ms[timer->kind] != timer->at_ms;
}

/* ---- faults with a time of their own ---- */

static bool comes_at_a_time(const struct rollout_fault *f)
{
    return f->kind == ROLLOUT_FAULT_NODE || f->kind == ROLLOUT_FAULT_BREAK || f->kind == ROLLOUT_FAULT_CORDON ||
           f->kind == ROLLOUT_FAULT_RETURN || (f->kind == ROLLOUT_FAULT_ROOM && f->at_ms > 0);
}

static int64_t next_fault(const struct rollout_simulation *s, size_t *ret)
{
    int64_t at_ms = 0;
    for (size_t i = 0; i < s->options.fault_count; i++) {
        const struct rollout_fault *f = &s->options.faults[i];
        if (s->fault_done[i] || !comes_at_a_time(f) || (at_ms && s->start_ms + f->at_ms >= at_ms))
            continue;
        at_ms = s->start_ms + f->at_ms;
        *ret = i;
    }
    return at_ms;
}

static int strike(struct rollout_simulation *s, size_t fault)
{
    struct ro_cluster *c = &s->cluster;
    const struct rollout_fault *f = &s->options.faults[fault];
    s->fault_done[fault] = 1;
    for (uint32_t i = 0; f->kind != ROLLOUT_FAULT_BREAK && i < c->node_count; i++) {
        if (!means_node(c, f->target, i))
            continue;
        if (f->kind == ROLLOUT_FAULT_NODE)
            ro_cluster_lose_node(c, i);
        else if (f->kind == ROLLOUT_FAULT_CORDON)
            ro_cluster_cordon_node(c, i);
        else
            ro_cluster_return_node(c, i);
    }
    for (uint32_t i = 0; f->kind == ROLLOUT_FAULT_BREAK && i < c->pod_count; i++)
        if (ro_str_eq(c->pods[i].name, f->target))
            ro_cluster_break(c, i);
    if (f->kind == ROLLOUT_FAULT_ROOM)
        ro_cluster_set_room(c, ro_child_subset(c, f->target), true);
    int r = ro_course_follow_all(s);
    ro_figures_all(s);
    ro_figures_wanted(s);
    ro_sets_stir(c);
    ro_children_stir(c);
    if (r == ROLLOUT_OK)
        r = ro_course_sets(s);
    if (r == ROLLOUT_OK)
        r = ro_course_children(s);
    ro_figures_extremes(s);
    return r == ROLLOUT_OK ? ro_figures_assert(s, false) : r;
}

/* ---- time ---- */

int64_t ro_course_next(struct rollout_simulation *s, bool with_faults)
{
    uint32_t pod;
    size_t fault = 0;
    int64_t at_ms = 0, fault_ms = with_faults ? next_fault(s, &fault) : 0;
    while (s->timers.count && is_stale(s, &s->timers.items[0], &pod))
        ro_timers_take(&s->timers);
    if (s->timers.count)
        at_ms = s->timers.items[0].at_ms;
    return !at_ms || (fault_ms && fault_ms < at_ms) ? fault_ms : at_ms;
}

static int crash(struct rollout_simulation *s, uint32_t pod)
{
    struct ro_sim_pod *h = &s->cluster.hidden[pod];
    if (!(h->flags & RO_SIM_CONTAINERS_READY))
        return ROLLOUT_OK;
    uint32_t restarts = h->restarts;
    h->flags |= RO_SIM_CRASHED;
    if (s->cluster.workload.broadcastjob) {
        ro_cluster_fail(&s->cluster, pod);
    } else {
        h->restarts++;
        s->cluster.pods[pod].restarts += s->cluster.pods[pod].restarts < INT32_MAX;
        ro_cluster_unready(&s->cluster, pod);
    }
    s->state.restarts += h->restarts - restarts;
    ro_figures_one(s, pod);
    ro_figures_extremes(s);
    return ro_figures_assert(s, false);
}

static int happen(struct rollout_simulation *s, const struct ro_timer *timer, uint32_t pod)
{
    struct ro_cluster *c = &s->cluster;
    struct ro_sim_pod *h = &c->hidden[pod];
    enum ro_event event = timer->kind == TIMER_HOOK ? RO_EVENT_HOOK : (enum ro_event)h->due_event;
    uint32_t restarts = h->restarts;
    int64_t ignored;
    h->due_ms[timer->kind] = 0;
    if (timer->kind == TIMER_CRASH) {
        int r = crash(s, pod);
        ro_child_stir(c, pod);
        if (r == ROLLOUT_OK)
            r = ro_course_follow(s, pod);
        return r == ROLLOUT_OK ? ro_course_children(s) : r;
    }
    if (event == RO_EVENT_END && is_hit(s, ROLLOUT_FAULT_FAIL, pod, h->target, &ignored))
        ro_cluster_fail(c, pod);
    else
        ro_cluster_happen(c, pod, event);
    s->state.restarts += h->restarts - restarts;
    if ((event == RO_EVENT_START || event == RO_EVENT_RESTART) &&
        is_hit(s, ROLLOUT_FAULT_NEVER_READY, pod, h->target, &ignored)) {
        if (c->workload.sidecarset)
            ro_sidecars_fail(c, pod);
        else
            h->flags |= RO_SIM_BROKEN;
        if (c->workload.broadcastjob) /* it was ready at once */
            ro_cluster_unready(c, pod);
    }
    ro_figures_one(s, pod);
    int r = c->texts.failed ? ro_error_nomem(c->reterr) : ro_course_follow(s, pod);
    if (r == ROLLOUT_OK && c->pods[pod].child) {
        ro_child_stir(c, pod);
        r = ro_course_children(s);
    }
    ro_figures_extremes(s);
    return r;
}

int ro_course_run(struct rollout_simulation *s, int64_t until_ms)
{
    int r = ROLLOUT_OK;
    while (r == ROLLOUT_OK && s->state.outcome == ROLLOUT_SIMULATION_RUNS) {
        size_t fault = 0;
        uint32_t pod;
        int64_t fault_ms = next_fault(s, &fault), at_ms = ro_course_next(s, true);
        if (!at_ms || at_ms > until_ms)
            break;
        if (at_ms > s->cluster.snapshot.now_ms)
            s->cluster.snapshot.now_ms = at_ms;
        if (fault_ms == at_ms) {
            r = strike(s, fault);
            continue;
        }
        struct ro_timer timer = ro_timers_take(&s->timers);
        if (!is_stale(s, &timer, &pod))
            r = happen(s, &timer, pod);
    }
    return r;
}
