/* SPDX-License-Identifier: Apache-2.0 */
/* The planner for SidecarSets. Source: sidecarset.md; the order of the steps is that of its section 4. */
#include <stdlib.h>

#include "base/error.h"
#include "base/number.h"
#include "base/sort.h"
#include "base/time.h"
#include "planners/sidecarset_check.h"
#include "planners/sidecarset_pass.h"
#include "rules/selector.h"

static void read_containers(struct sc_pass *pass)
{
    const struct rollout_tree *list = &pass->spec->containers;
    const struct rollout_node *root = list->count ? list->nodes : NULL;
    size_t count = root ? ro_count(root) : 0;
    pass->containers = ro_arena_alloc(&pass->arena, count, sizeof(*pass->containers));
    if (!pass->containers)
        return;
    for (const struct rollout_node *c = root ? ro_first(root) : NULL; c && c != ro_end(root); c = ro_next(c)) {
        struct sc_container *to = &pass->containers[pass->container_count++];
        const struct rollout_node *strategy = ro_get(c, "upgradeStrategy");
        to->name = ro_text(ro_get(c, "name"));
        to->image = ro_text(ro_get(c, "image"));
        to->empty = ro_text(ro_get(strategy, "hotUpgradeEmptyImage"));
        to->hot = ro_str_eq(ro_text(ro_get(strategy, "upgradeType")), RO_STR("HotUpgrade"));
        to->first = ro_arena_printf(&pass->arena, "%.*s-1", (int)to->name.len, to->name.data ? to->name.data : "");
        to->second = ro_arena_printf(&pass->arena, "%.*s-2", (int)to->name.len, to->name.data ? to->name.data : "");
        pass->any_hot = pass->any_hot || to->hot;
    }
}

/* ---- writes that are not seen yet ---- */

static const struct rollout_in_flight *in_flight(const struct sc_pass *pass, uint32_t i)
{
    return (const void *)(pass->in->in_flight.items + i * pass->in->in_flight.stride);
}

static int by_key(const void *context, uint32_t a, uint32_t b)
{
    return ro_str_cmp(in_flight(context, a)->pod, in_flight(context, b)->pod);
}

/* namespace/name against a key. */
static int compare_key(const struct rollout_pod *pod, struct rollout_str key)
{
    const struct rollout_str parts[] = { pod->namespace_, RO_STR("/"), pod->name };
    for (size_t i = 0; i < 3; i++) {
        struct rollout_str head = { key.data, key.len < parts[i].len ? key.len : parts[i].len };
        int c = ro_str_cmp(parts[i], head);
        if (c)
            return c;
        key = (struct rollout_str){ key.data + head.len, key.len - head.len };
    }
    return key.len ? -1 : 0;
}

static bool is_seen(const struct sc_pass *pass, const struct rollout_in_flight *write, uint32_t pod)
{
    int64_t there, wanted;
    if (!write->resource_version.data)
        return pass->marks[pod] & SC_UPDATED;
    struct rollout_str version = ro_text(ro_dig(sc_object(pass, pod), "metadata", "resourceVersion", NULL));
    if (!ro_parse_int(write->resource_version, -1, &wanted)) /* which upstream does not wait for */
        return true;
    return ro_parse_int(version, -1, &there) && there >= wanted;
}

/* Whether all is seen; else pass->in_flight_pod is the first matched pod with such a write, if any. Of pods that do not
 * match upstream looks at no resourceVersion, and waits for their hash in vain. */
static bool sees_all(struct sc_pass *pass)
{
    size_t n = pass->in->in_flight.count;
    uint32_t *order = ro_arena_alloc(&pass->arena, 2 * n, sizeof(*order));
    uint8_t *seen = ro_arena_alloc(&pass->arena, n, 1);
    if (!order || !seen || n == 0)
        return true;
    for (uint32_t i = 0; i < n; i++) {
        order[i] = i;
        seen[i] = in_flight(pass, i)->resource_version.data != NULL;
    }
    ro_sort_indices(order, n, order + n, by_key, pass);
    for (size_t k = 0; k < pass->matched_count; k++) {
        const struct rollout_pod *pod = sc_pod(pass, pass->matched[k]);
        size_t low = 0, high = n;
        while (low < high) {
            size_t middle = low + (high - low) / 2;
            if (compare_key(pod, in_flight(pass, order[middle])->pod) > 0)
                low = middle + 1;
            else
                high = middle;
        }
        for (; low < n && compare_key(pod, in_flight(pass, order[low])->pod) == 0; low++) {
            seen[order[low]] = is_seen(pass, in_flight(pass, order[low]), pass->matched[k]);
            if (!seen[order[low]] && !pass->in_flight_pod)
                pass->in_flight_pod = pass->matched[k] + 1;
        }
    }
    return !memchr(seen, 0, n);
}

/* ---- the steps ---- */

static void stop(struct sc_pass *pass, uint32_t reason, struct rollout_str text)
{
    pass->stop_reason = reason;
    pass->stop_text = text;
}

/* What holds a pod whatever the pass stopped at, or the stop. The flips of others are the weakest of the reasons. */
static enum sc_fate settled(const struct sc_pass *pass, uint8_t mark)
{
    if (mark & SC_UPDATED)
        return SC_FATE_UPDATED;
    if (pass->stop_reason == ROLLOUT_REASON_REFRESH_FIRST && !(mark & SC_SELECTED))
        return SC_FATE_EXCLUDED;
    if (pass->stop_reason == ROLLOUT_REASON_REFRESH_FIRST && !(mark & SC_UPGRADABLE))
        return SC_FATE_IMMUTABLE;
    return SC_FATE_WAITS;
}

/* Pods that nothing has decided on yet. */
static void settle(struct sc_pass *pass)
{
    for (size_t k = 0; k < pass->matched_count; k++) {
        uint32_t pod = pass->matched[k];
        if (pass->fates[pod] == SC_FATE_NONE)
            pass->fates[pod] = (uint8_t)settled(pass, pass->marks[pod]);
    }
}

static bool flip(struct sc_pass *pass)
{
    for (size_t k = 0; k < pass->matched_count; k++) {
        if (!(pass->marks[pass->matched[k]] & SC_FLIPS))
            continue;
        pass->fates[pass->matched[k]] = SC_FATE_FLIP;
        sc_flip(pass, pass->matched[k]);
        pass->flip_count++;
    }
    return pass->flip_count > 0;
}

static void update(struct sc_pass *pass)
{
    sc_select(pass);
    if (pass->immutable_count > 0)
        for (size_t k = 0; k < pass->matched_count; k++)
            if (pass->fates[pass->matched[k]] == SC_FATE_IMMUTABLE && !sc_condition(pass, pass->matched[k], false))
                return;
    for (size_t k = 0; k < pass->update_count; k++)
        if (!sc_update(pass, pass->wait[k]) || !sc_condition(pass, pass->wait[k], true))
            return;
}

static void run(struct sc_pass *pass)
{
    if (!ro_selector_usable(&pass->spec->selector) || ((pass->spec->flags & ROLLOUT_SIDECARSET_NAMESPACE_SELECTOR) &&
                                                       !ro_selector_usable(&pass->spec->namespace_selector))) {
        pass->error = RO_STR("a selector is not usable");
        stop(pass, ROLLOUT_REASON_SPEC_INVALID, pass->error);
        return;
    }
    pass->status_written = true;
    if (!sees_all(pass)) {
        pass->requeue_seconds = 1;
        stop(pass, ROLLOUT_REASON_ACTIONS_NOT_OBSERVED, RO_STR("a write to a pod"));
    } else if (pass->spec->flags & ROLLOUT_SIDECARSET_NOT_UPDATE) {
        stop(pass, ROLLOUT_REASON_UPDATES_OFF, RO_STR("NotUpdate"));
    } else if (pass->spec->flags & ROLLOUT_SIDECARSET_PAUSED) {
        stop(pass, ROLLOUT_REASON_PAUSED, RO_STR("updateStrategy.paused"));
    } else if (pass->any_hot && flip(pass)) {
        stop(pass, ROLLOUT_REASON_REFRESH_FIRST, RO_STR("hot upgrades"));
    } else if (pass->updated < (int64_t)pass->matched_count) {
        update(pass);
        if (pass->error.data)
            stop(pass, ROLLOUT_REASON_BEHIND_STOPPED_POD, pass->error);
    }
    settle(pass);
}

static bool open_pass(struct sc_pass *pass)
{
    char text[RO_TIME_SIZE];
    size_t n = pass->n;
    pass->end = &pass->acts;
    pass->error_pod = ROLLOUT_NONE;
    pass->latest = sc_revision(pass, pass->in->snapshot.update_revision - 1)->name;
    pass->now_text =
        ro_arena_str(&pass->arena, (struct rollout_str){ text, ro_time_format(pass->now_ms, false, text) });
    pass->marks = ro_arena_alloc(&pass->arena, n, 1);
    pass->fates = ro_arena_alloc(&pass->arena, n, 1);
    pass->acted = ro_arena_alloc(&pass->arena, n, 1);
    pass->signs = ro_arena_alloc(&pass->arena, n, 1);
    pass->places = ro_arena_alloc(&pass->arena, n, sizeof(*pass->places));
    pass->used = ro_arena_alloc(&pass->arena, n, sizeof(*pass->used));
    pass->matched = ro_arena_alloc(&pass->arena, n, sizeof(*pass->matched));
    pass->wait = ro_arena_alloc(&pass->arena, n, sizeof(*pass->wait));
    pass->scratch = ro_arena_alloc(&pass->arena, n, sizeof(*pass->scratch));
    read_containers(pass);
    return !pass->arena.failed;
}

int ro_plan_sidecarset(const struct rollout_sidecarset *spec, const struct ro_planner_input *in,
                       const struct ro_answer *answer, struct rollout_error *reterr)
{
    struct sc_pass pass = { .spec = spec, .in = in, .now_ms = in->snapshot.now_ms, .n = in->pods.count };
    int r = ro_sidecarset_check(spec, in, reterr);
    if (r)
        return r;
    r = open_pass(&pass) ? sc_look(&pass, reterr) : ro_error_nomem(reterr);
    if (r == ROLLOUT_OK)
        pass.limits = ro_sidecarset_limits(spec, (int32_t)pass.matched_count);
    if (r == ROLLOUT_OK && answer->candidates) {
        sc_select(&pass); /* whatever the pass stops at */
        r = pass.arena.failed ? ro_error_nomem(reterr) : sc_candidates(&pass, answer->candidates, reterr);
    } else if (r == ROLLOUT_OK) {
        sc_revisions(&pass);
        run(&pass);
        r = pass.arena.failed ? ro_error_nomem(reterr) : sc_report(&pass, answer->plan, reterr);
    }
    ro_arena_free(&pass.arena);
    return r;
}
