/* SPDX-License-Identifier: Apache-2.0 */
/* A counterexample as a story: who does what, from the start on. */
#include "sim/exploration.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/abi.h"
#include "base/error.h"
#include "base/str.h"

static bool add_step(struct rollout_check *k, size_t *n, uint32_t state, uint16_t what)
{
    if (*n == k->story_room) {
        size_t room = k->story_room ? 2 * k->story_room : 64;
        uint32_t *states = realloc(k->story_states, room * sizeof *states);
        if (states)
            k->story_states = states;
        uint16_t *moves = realloc(k->story_moves, room * sizeof *moves);
        if (moves)
            k->story_moves = moves;
        if (!states || !moves)
            return false;
        k->story_room = room;
    }
    k->story_states[*n] = state;
    k->story_moves[(*n)++] = what;
    return true;
}

/* Pods keep their names through the story, though each state has its own order. */
static int name_story(struct rollout_check *k)
{
    struct ro_small *s = &k->small;
    struct ro_cluster *c = &s->cluster;
    uint32_t made = 0;
    k->story_names = calloc(k->result.story + 1, sizeof *k->story_names);
    if (!k->story_names)
        return ro_error_nomem(c->reterr);
    for (size_t i = 0; i < k->result.story; i++) {
        struct ro_small_order order;
        uint8_t bytes[RO_SMALL_STATE];
        struct rollout_plan *plan = NULL;
        char buf[64];
        ro_small_unpack(s, ro_states_bytes(&k->states, k->story_states[i]));
        for (size_t p = 0; i == 0 && p < c->pod_count; p++)
            k->story_names[0][p] = k->first_names[p];
        size_t before = c->pod_count;
        if ((k->story_moves[i] & 0xff00) == MOVE_PASS) {
            int r = ro_explore_pass(k, &plan);
            rollout_plan_free(plan);
            if (r != ROLLOUT_OK)
                return r;
        } else {
            ro_explore_move(k, k->story_moves[i]);
        }
        if (!ro_small_pack(s, bytes, &order))
            return ROLLOUT_ERR_INVALID;
        for (size_t p = 0; p < order.count; p++) {
            if (order.from[p] < before) {
                k->story_names[i + 1][p] = k->story_names[i][order.from[p]];
            } else if (ro_small_by_name(s)) {
                k->story_names[i + 1][p] = c->pods[order.from[p]].name;
            } else {
                struct rollout_str owner = ro_kind_name(c);
                int len = snprintf(buf, sizeof buf, "%.*s-new%u", owner.len > 40 ? 40 : (int)owner.len,
                                   owner.data ? owner.data : "", ++made);
                k->story_names[i + 1][p] = ro_texts_keep(&c->texts, (struct rollout_str){ buf, (size_t)len });
            }
        }
    }
    return c->texts.failed ? ro_error_nomem(c->reterr) : ROLLOUT_OK;
}

/* From the start to the culprit, and, where it is no single step, on to where nothing moves or it comes round again. */
int ro_story_tell(struct rollout_check *k)
{
    size_t n = 0;
    bool good = true;
    for (uint32_t i = k->culprit; k->states.items[i].parent != i; i = k->states.items[i].parent)
        good = good && add_step(k, &n, k->states.items[i].parent, k->states.items[i].move);
    for (size_t i = 0; i < n / 2; i++) { /* it was walked backwards */
        uint32_t state = k->story_states[i];
        uint16_t what = k->story_moves[i];
        k->story_states[i] = k->story_states[n - 1 - i];
        k->story_moves[i] = k->story_moves[n - 1 - i];
        k->story_states[n - 1 - i] = state;
        k->story_moves[n - 1 - i] = what;
    }
    uint32_t at = k->culprit;
    if (k->result.outcome == ROLLOUT_CHECK_UNSAFE) {
        good = good && add_step(k, &n, at, MOVE_PASS);
    } else {
        size_t walk = n;
        bool round = false;
        while (good && !round && k->states.items[at].next != at) {
            for (size_t i = walk; i < n && !round; i++)
                if (k->story_states[i] == at) {
                    k->result.loop = n - i;
                    round = true;
                }
            if (round)
                break;
            good = add_step(k, &n, at, k->states.items[at].next_move);
            at = k->states.items[at].next;
        }
        if (!round)
            good = good && add_step(k, &n, at, MOVE_NOTHING);
    }
    if (!good)
        return ro_error_nomem(k->small.cluster.reterr);
    k->result.story = n;
    return name_story(k);
}

static const char *event_text(enum ro_event event)
{
    switch (event) {
    case RO_EVENT_SCHEDULE:
        return "is scheduled";
    case RO_EVENT_START:
        return "starts";
    case RO_EVENT_RESTART:
        return "restarts with the new containers";
    case RO_EVENT_READY:
        return "has its containers ready";
    case RO_EVENT_GONE:
        return "is gone";
    case RO_EVENT_END:
        return "succeeds";
    case RO_EVENT_STOP:
        return "stops the containers that change";
    default:
        return "is let go, or gets its hook back";
    }
}

static uint32_t describe(const struct rollout_check *k, uint16_t what, struct rollout_str pod, char *buf, size_t size)
{
    const struct ro_cluster *c = &k->small.cluster;
    uint32_t i = what & 0xff;
    int len = (int)(pod.len > 80 ? 80 : pod.len);
    const char *name = pod.data ? pod.data : "";
    switch (what & 0xff00) {
    case MOVE_PASS:
        snprintf(buf, size, "a pass of the driver");
        return ROLLOUT_MOVE_PASS;
    case MOVE_NOTHING:
        snprintf(buf, size, "nothing is planned, and nothing else moves");
        return ROLLOUT_MOVE_PASS;
    case MOVE_EVENT:
        snprintf(buf, size, "pod %.*s %s", len, name, event_text(ro_cluster_next(c, i)));
        return ROLLOUT_MOVE_WORLD;
    case MOVE_HOOK:
        snprintf(buf, size, "the owner of its hook %s pod %.*s",
                 c->pods[i].lifecycle_state == ROLLOUT_STATE_PREPARING_UPDATE ||
                         c->pods[i].lifecycle_state == ROLLOUT_STATE_PREPARING_DELETE
                     ? "lets go of"
                     : "puts it back on",
                 len, name);
        return ROLLOUT_MOVE_WORLD;
    case MOVE_SET:
        snprintf(buf, size, "ReplicaSet %.*s brings its pods to %d",
                 (int)(c->sets.items[i].name.len > 80 ? 80 : c->sets.items[i].name.len),
                 c->sets.items[i].name.data ? c->sets.items[i].name.data : "", (int)c->sets.items[i].replicas);
        return ROLLOUT_MOVE_WORLD;
    case MOVE_UNREADY:
        snprintf(buf, size, "pod %.*s becomes unready", len, name);
        return ROLLOUT_MOVE_FAULT;
    case MOVE_BREAK:
        snprintf(buf, size, "pod %.*s breaks: it will not be ready with its present containers", len, name);
        return ROLLOUT_MOVE_FAULT;
    case MOVE_FAIL:
        snprintf(buf, size, "pod %.*s fails", len, name);
        return ROLLOUT_MOVE_FAULT;
    case MOVE_VANISH:
        snprintf(buf, size, "pod %.*s is removed by someone else", len, name);
        return ROLLOUT_MOVE_FAULT;
    case MOVE_NODE:
    case MOVE_CORDON:
    case MOVE_RETURN:
        snprintf(buf, size, "node %.*s is %s", (int)(c->nodes[i].name.len > 80 ? 80 : c->nodes[i].name.len),
                 c->nodes[i].name.data ? c->nodes[i].name.data : "",
                 (what & 0xff00) == MOVE_NODE     ? "lost"
                 : (what & 0xff00) == MOVE_CORDON ? "cordoned"
                                                  : "back");
        return ROLLOUT_MOVE_FAULT;
    case MOVE_CHILD: {
        struct rollout_str child = i < c->children.count ? c->children.items[i].name : (struct rollout_str){ NULL, 0 };
        snprintf(buf, size, "the controller of %.*s takes a step", (int)(child.len > 80 ? 80 : child.len),
                 child.data ? child.data : "");
        return ROLLOUT_MOVE_WORLD;
    }
    case MOVE_ROOM:
    case MOVE_ROOM_BACK:
        snprintf(buf, size, "subset %.*s has %s room%s",
                 c->children.subsets[i].len > 80 ? 80 : (int)c->children.subsets[i].len, c->children.subsets[i].data,
                 (what & 0xff00) == MOVE_ROOM ? "no" : "again", (what & 0xff00) == MOVE_ROOM ? " for new pods" : "");
        return (what & 0xff00) == MOVE_ROOM ? ROLLOUT_MOVE_FAULT : ROLLOUT_MOVE_WORLD;
    case MOVE_MARK:
        snprintf(buf, size, i ? "time passes: the update has taken long enough to be late"
                              : "time passes: whichever subset has been unschedulable for longest is tried again");
        return ROLLOUT_MOVE_TIME;
    case MOVE_CHANGE:
        snprintf(buf, size, "change %zu of the spec", k->small.change + 1);
        return ROLLOUT_MOVE_CHANGE;
    default:
        snprintf(buf, size,
                 (what & 0xff00) == MOVE_AGE
                     ? "time passes: whoever has been ready for longest has been so for long enough"
                     : "time passes: a grace period is over");
        return ROLLOUT_MOVE_TIME;
    }
}

int rollout_check_story(struct rollout_check *k, size_t index, struct rollout_check_story *story,
                        struct rollout_error *reterr)
{
    struct rollout_check_story full = { 0 };
    if (!k)
        return ro_error_null(reterr, "check");
    int r = ro_abi_out(story, "story", reterr);
    if (r != ROLLOUT_OK)
        return r;
    if (k->failed)
        return ro_error(reterr, ROLLOUT_ERR_INVALID, "check", "check: an earlier step failed");
    if (index >= k->result.story)
        return ro_error(reterr, ROLLOUT_ERR_INVALID, "index", "index: %zu, but the story has %zu steps", index,
                        k->result.story);
    struct ro_cluster *c = &k->small.cluster;
    uint16_t what = k->story_moves[index];
    c->reterr = reterr;
    ro_small_unpack(&k->small, ro_states_bytes(&k->states, k->story_states[index]));
    for (size_t i = 0; i < c->pod_count; i++)
        c->pods[i].name = k->story_names[index][i];
    full.move =
        describe(k, what, (what & 0xff) < c->pod_count ? c->pods[what & 0xff].name : (struct rollout_str){ NULL, 0 },
                 full.text, sizeof full.text);
    rollout_plan_free(k->story_plan);
    k->story_plan = NULL;
    if (full.move == ROLLOUT_MOVE_PASS) {
        r = ro_cluster_plan(c, &k->story_plan);
        if (r != ROLLOUT_OK)
            return r;
    }
    full.workload = &c->workload;
    full.snapshot = &c->snapshot;
    full.plan = k->story_plan;
    ro_abi_hand_over(story, &full, sizeof full);
    return ROLLOUT_OK;
}
