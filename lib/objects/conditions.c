/* SPDX-License-Identifier: Apache-2.0 */
#include "objects/conditions.h"

#include "base/sort.h"
#include "base/tree.h"
#include "objects/in_place_state.h"

/* The first condition of this type, or NULL. */
static struct ro_edit *find_condition(struct ro_edit *pod, struct rollout_str type)
{
    struct ro_edit *list = ro_edit_get(ro_edit_get(pod, "status"), "conditions");

    for (struct ro_edit *c = list ? list->first : NULL; c; c = c->next)
        if (ro_str_eq(ro_edit_get_text(c, "type"), type))
            return c;
    return NULL;
}

/* For "%.*s", which wants a pointer also where nothing is to be printed. */
static const char *chars(struct rollout_str text)
{
    return text.data ? text.data : "";
}

static bool has_status(struct ro_edit *condition, const char *status)
{
    return ro_str_eq(ro_edit_get_text(condition, "status"), (struct rollout_str){ status, strlen(status) });
}

static struct ro_edit *gates_of(struct ro_edit *pod)
{
    struct ro_edit *list = ro_edit_get(ro_edit_get(pod, "spec"), "readinessGates");

    return list ? list->first : NULL;
}

/* Members in the order of the Go type. time NULL is written as null. */
static struct ro_edit *make_condition(struct ro_arena *arena, struct rollout_str type, struct rollout_str status,
                                      struct rollout_str time, struct rollout_str reason, struct rollout_str message)
{
    struct ro_edit *c = ro_edit_object(arena);

    ro_edit_set_text(arena, c, RO_STR("type"), type);
    ro_edit_set_text(arena, c, RO_STR("status"), status);
    ro_edit_set(c, RO_STR("lastProbeTime"), ro_edit_null(arena));
    ro_edit_set(c, RO_STR("lastTransitionTime"), time.data ? ro_edit_text(arena, time) : ro_edit_null(arena));
    if (reason.len > 0)
        ro_edit_set_text(arena, c, RO_STR("reason"), reason);
    if (message.len > 0)
        ro_edit_set_text(arena, c, RO_STR("message"), message);
    return c;
}

static void append_condition(struct ro_arena *arena, struct ro_edit *pod, struct ro_edit *condition)
{
    struct ro_edit *status = ro_edit_need_object(arena, pod, "status");

    ro_edit_append(ro_edit_need_array(arena, status, "conditions"), condition);
}

/* A condition that is there is replaced only if its status changes. */
static void set_condition(struct ro_arena *arena, struct ro_edit *pod, struct ro_edit *condition)
{
    struct ro_edit *old = find_condition(pod, ro_edit_get_text(condition, "type"));
    struct ro_edit *list = old ? old->parent : NULL;

    if (!old) {
        append_condition(arena, pod, condition);
        return;
    }
    if (!condition || ro_str_eq(ro_edit_get_text(old, "status"), ro_edit_get_text(condition, "status")))
        return;
    /* in its place: the list is rotated once around */
    for (struct ro_edit *c = list->first, *end = list->last, *next; c; c = next) {
        next = c == end ? NULL : c->next;
        if (c == old)
            ro_edit_detach(c);
        ro_edit_append(list, c == old ? condition : c);
    }
}

/* Ready becomes False where a readiness gate is not True; it is never forced to True, kubelet does that. */
static void force_ready(struct ro_arena *arena, struct ro_edit *pod)
{
    struct rollout_str message = { 0 };

    if (!find_condition(pod, RO_STR("Ready")) || !has_status(find_condition(pod, RO_STR("ContainersReady")), "True"))
        return;
    for (struct ro_edit *g = gates_of(pod); g; g = g->next) {
        struct rollout_str type = ro_edit_get_text(g, "conditionType");
        struct ro_edit *condition = find_condition(pod, type);
        struct rollout_str status = ro_edit_get_text(condition, "status");
        if (has_status(condition, "True"))
            continue;
        const char *before = chars(message), *comma = message.data ? ", " : "";
        if (condition)
            message = ro_arena_printf(arena, "%s%sthe status of pod readiness gate \"%.*s\" is not \"True\", but %.*s",
                                      before, comma, (int)type.len, chars(type), (int)status.len, chars(status));
        else
            message =
                ro_arena_printf(arena, "%s%scorresponding condition of pod readiness gate \"%.*s\" does not exist.",
                                before, comma, (int)type.len, chars(type));
    }
    if (message.data) /* upstream leaves the time out */
        set_condition(arena, pod,
                      make_condition(arena, RO_STR("Ready"), RO_STR("False"), (struct rollout_str){ 0 },
                                     RO_STR("ReadinessGatesNotReady"), message));
}

void ro_set_in_place_ready(struct ro_arena *arena, struct ro_edit *pod, bool ready, struct rollout_str now)
{
    struct ro_edit *old = find_condition(pod, RO_STR(RO_READY_TYPE));
    struct rollout_str reason = ready ? (struct rollout_str){ 0 } : RO_STR(RO_STARTS_REASON);

    if (old && has_status(old, ready ? "True" : "False") && ro_str_eq(ro_edit_get_text(old, "reason"), reason) &&
        ro_edit_get_text(old, "message").len == 0)
        return;
    set_condition(arena, pod,
                  make_condition(arena, RO_STR(RO_READY_TYPE), ready ? RO_STR("True") : RO_STR("False"), now, reason,
                                 (struct rollout_str){ 0 }));
    if (!ready)
        force_ready(arena, pod);
}

static int by_agent_and_key(const void *context, uint32_t a, uint32_t b)
{
    struct ro_edit *const *items = context;
    int c = ro_str_cmp(ro_edit_get_text(items[a], "userAgent"), ro_edit_get_text(items[b], "userAgent"));

    return c ? c : ro_str_cmp(ro_edit_get_text(items[a], "key"), ro_edit_get_text(items[b], "key"));
}

struct ro_edit *ro_not_ready_entry(struct ro_arena *arena, struct rollout_str agent, struct rollout_str key)
{
    struct ro_edit *e = ro_edit_object(arena);

    ro_edit_set_text(arena, e, RO_STR("userAgent"), agent);
    ro_edit_set_text(arena, e, RO_STR("key"), key);
    return e;
}

/* The condition's list with the lifecycle's key in it or not, sorted; NULL where it is so already. An
 * unreadable list counts as empty. */
static struct ro_edit *changed_list(struct ro_arena *arena, struct ro_edit *condition, struct rollout_str key,
                                    bool mark)
{
    struct ro_edit *message = ro_edit_get(condition, "message"), *sorted = ro_edit_array(arena);
    struct ro_edit *old = message && message->node.kind == ROLLOUT_NODE_TEXT ? message->first : NULL;
    uint32_t count = 0;
    bool there = false;

    if (old && old->node.kind != ROLLOUT_NODE_ARRAY)
        old = NULL;
    for (struct ro_edit *e = old ? old->first : NULL; e; e = e->next)
        count++;
    struct ro_edit **items = ro_arena_alloc(arena, (size_t)count + 1, sizeof *items);
    uint32_t *order = ro_arena_alloc(arena, (size_t)count + 1, 2 * sizeof *order);
    if (!items || !order)
        return NULL;
    count = 0;
    for (struct ro_edit *e = old ? old->first : NULL; e; e = e->next) {
        struct rollout_str agent = ro_edit_get_text(e, "userAgent"), name = ro_edit_get_text(e, "key");
        bool own = ro_str_eq(agent, RO_STR("Lifecycle")) && ro_str_eq(name, key);
        there = there || own;
        if (!own || mark)
            items[count++] = ro_not_ready_entry(arena, agent, name);
    }
    if (there == mark)
        return NULL;
    if (mark)
        items[count++] = ro_not_ready_entry(arena, RO_STR("Lifecycle"), key);
    for (uint32_t i = 0; i < count; i++)
        order[i] = i;
    ro_sort_indices(order, count, order + count, by_agent_and_key, items);
    for (uint32_t i = 0; i < count; i++)
        ro_edit_append(sorted, items[order[i]]);
    return sorted;
}

void ro_mark_not_ready(struct ro_arena *arena, struct ro_edit *pod, struct rollout_str key, bool mark,
                       struct rollout_str now)
{
    struct ro_edit *condition = find_condition(pod, RO_STR(RO_KRUISE_READY_TYPE)), *gate = gates_of(pod);

    while (gate && !ro_str_eq(ro_edit_get_text(gate, "conditionType"), RO_STR(RO_KRUISE_READY_TYPE)))
        gate = gate->next;
    if (!gate || (!condition && !mark))
        return;
    struct ro_edit *list = changed_list(arena, condition, key, mark);
    if (!list)
        return;
    if (!condition) {
        /* upstream gives a new condition no status, which is not True either */
        condition = make_condition(arena, RO_STR(RO_KRUISE_READY_TYPE), RO_STR(""), now, (struct rollout_str){ 0 },
                                   (struct rollout_str){ 0 });
        append_condition(arena, pod, condition);
    } else {
        if (mark || !list->first)
            ro_edit_set_text(arena, condition, RO_STR("status"), mark ? RO_STR("False") : RO_STR("True"));
        ro_edit_set_text(arena, condition, RO_STR("lastTransitionTime"), now);
    }
    ro_edit_set(condition, RO_STR("message"), ro_edit_json_text(arena, list));
    if (mark)
        force_ready(arena, pod);
}

void ro_set_upgradable(struct ro_arena *arena, struct ro_edit *pod, bool all, struct rollout_str message,
                       struct rollout_str now)
{
    const struct rollout_str type = RO_STR("SidecarSetUpgradable");
    struct rollout_str status = all ? RO_STR("True") : RO_STR("False");
    struct ro_edit *old = find_condition(pod, type), *changed = old;

    if (!old) {
        changed = make_condition(arena, type, status, now, RO_STR(""), RO_STR(""));
        append_condition(arena, pod, changed);
    } else if (!ro_str_eq(ro_edit_get_text(old, "status"), status)) {
        ro_edit_set_text(arena, changed, RO_STR("status"), status);
        ro_edit_set_text(arena, changed, RO_STR("lastTransitionTime"), now);
    }
    ro_edit_set_text(arena, changed, RO_STR("reason"),
                     all ? RO_STR("AllSidecarsetUpgradable") : RO_STR("UpdateImmutableField"));
    ro_edit_set_text(arena, changed, RO_STR("message"), message);
}
