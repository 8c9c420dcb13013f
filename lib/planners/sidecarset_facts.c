/* SPDX-License-Identifier: Apache-2.0 */
/* Which pods a SidecarSet has, and what they are. Source: sidecarset.md 2, 7.3. */
#include "base/error.h"
#include "base/json_text.h"
#include "base/sort.h"
#include "planners/sidecarset_pass.h"
#include "rules/selector.h"

bool sc_injected(const struct rollout_node *pod, struct rollout_str name)
{
    struct rollout_str list = sc_annotation(pod, RO_STR(SC_INJECTED_KEY));
    while (list.data) {
        const char *comma = list.len ? memchr(list.data, ',', list.len) : NULL;
        struct rollout_str one = { list.data, comma ? (size_t)(comma - list.data) : list.len };
        if (ro_str_eq(one, name))
            return true;
        list = comma ? (struct rollout_str){ comma + 1, list.len - one.len - 1 } : (struct rollout_str){ NULL, 0 };
    }
    return false;
}

/* A hot pair has to be among the containers: upstream panics where it is among the init containers. */
static bool has_containers(const struct sc_pass *pass, const struct sc_state *state)
{
    const struct rollout_node *init = ro_dig(state->pod, "spec", "initContainers", NULL);
    bool map = state->working && state->working->node.kind == ROLLOUT_NODE_OBJECT;
    for (struct ro_edit *e = map ? state->working->first : NULL; e; e = e->next)
        map = map && (e->node.kind == ROLLOUT_NODE_TEXT || e->node.kind == ROLLOUT_NODE_NULL);
    for (size_t i = 0; i < pass->container_count; i++) {
        const struct sc_container *c = &pass->containers[i];
        if (!c->hot && !sc_named(state->containers, c->name) && !sc_named(init, c->name))
            return false;
        if (c->hot && (!map || !ro_edit_get_str(state->working, c->name) || !sc_named(state->containers, c->first) ||
                       !sc_named(state->containers, c->second)))
            return false;
    }
    return true;
}

/* Of a hot pair the one that should rest does not. */
static bool has_busy_pair(const struct sc_pass *pass, const struct sc_state *state)
{
    struct rollout_str work, other;
    for (size_t i = 0; i < pass->container_count; i++) {
        const struct sc_container *c = &pass->containers[i];
        if (!c->hot || c->empty.len == 0)
            continue;
        sc_hot_pair(state->working, c, &work, &other);
        if (!ro_str_eq(sc_image(state->pod, other), c->empty))
            return true;
    }
    return false;
}

static bool is_running(const struct rollout_pod *pod)
{
    return pod->phase == ROLLOUT_PHASE_RUNNING && (pod->flags & ROLLOUT_POD_READY);
}

static bool is_mid_flight(const struct sc_pass *pass, const struct sc_state *state, const struct sc_names *names)
{
    for (size_t i = 0; i < names->count; i++) {
        struct sc_names one = { &names->items[i], 1 };
        if (sc_container_ready(state, names->items[i]) && !sc_consistent(pass, state, &one))
            return true;
    }
    return false;
}

static bool flips(const struct sc_pass *pass, const struct sc_state *state, const struct rollout_pod *pod,
                  const struct sc_names *names, struct ro_arena *arena)
{
    struct sc_names rest = { ro_arena_alloc(arena, names->count, sizeof(*rest.items)), 0 };
    struct sc_names others = { ro_arena_alloc(arena, names->count, sizeof(*others.items)), 0 };
    bool any = false;
    if (!rest.items || !others.items)
        return false;
    for (size_t i = 0; i < pass->container_count; i++) {
        const struct sc_container *c = &pass->containers[i];
        struct rollout_str work = c->name, other;
        if (c->hot) {
            sc_hot_pair(state->working, c, &work, &other);
            any = any || !ro_str_eq(sc_image(state->pod, other), c->empty);
            others.items[others.count++] = other;
        }
        rest.items[rest.count++] = work;
    }
    if (!any || !sc_consistent(pass, state, &rest))
        return false;
    if (pod->phase == ROLLOUT_PHASE_RUNNING && (pod->flags & ROLLOUT_POD_READY))
        return true;
    const struct rollout_node *list = state->statuses; /* as many as containers, of which the pair is there */
    for (const struct rollout_node *s = ro_first(list); s != ro_end(list); s = ro_next(s)) {
        bool is_other = false;
        for (size_t i = 0; i < others.count; i++)
            is_other = is_other || ro_str_eq(others.items[i], ro_text(ro_get(s, "name")));
        if (!is_other && !ro_is_true(ro_get(s, "ready")))
            return false;
    }
    return true;
}

/* ---- hashes ---- */

struct rollout_str sc_hash_in(struct ro_arena *arena, struct rollout_str set, struct rollout_str annotation,
                              struct rollout_str *ret_revision)
{
    bool old;
    struct ro_edit *map = sc_hashes(arena, annotation, &old);
    struct ro_edit *mine = map ? ro_edit_get_str(map, set) : NULL;
    *ret_revision = mine && !old ? ro_edit_get_text(mine, "controllerRevision") : (struct rollout_str){ NULL, 0 };
    return !mine ? (struct rollout_str){ NULL, 0 } : old ? mine->node.text : ro_edit_get_text(mine, "hash");
}

static int by_revision_name(const void *context, uint32_t a, uint32_t b)
{
    const struct sc_pass *pass = context;
    return ro_str_cmp(sc_revision(pass, a)->name, sc_revision(pass, b)->name);
}

/* Place of the revision of this name + 1; by_name: their indexes by name. */
static uint32_t find_revision(const struct sc_pass *pass, const uint32_t *by_name, struct rollout_str name)
{
    size_t low = 0, high = pass->in->revisions.count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int c = ro_str_cmp(sc_revision(pass, by_name[middle])->name, name);
        if (c == 0)
            return by_name[middle] + 1;
        if (c < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return 0;
}

/* ---- all pods ---- */

/* What would be otherwise if the in-place state could be read. */
static uint8_t blame_states(const struct sc_pass *pass, struct sc_state state, const struct sc_names *names,
                            uint8_t mark)
{
    uint8_t signs = 0;
    state.states_broken = false;
    if (!(mark & SC_CONSISTENT) && sc_consistent(pass, &state, names))
        signs |= SC_SIGN_INCONSISTENT;
    if ((mark & SC_MID_FLIGHT) && !is_mid_flight(pass, &state, names))
        signs |= SC_SIGN_MID_FLIGHT;
    return signs;
}

static void look_at(struct sc_pass *pass, uint32_t i, const uint32_t *by_name)
{
    const struct rollout_pod *pod = sc_pod(pass, i);
    const struct rollout_node *object = sc_object(pass, i);
    struct ro_arena arena = { NULL, false };
    struct sc_state state = sc_state_of(&arena, object);
    struct sc_names names = sc_sidecars(&arena, pass);
    struct rollout_str revision, unused;
    uint8_t mark = 0;
    uint32_t hint = 0;
    if (!sc_injected(object, pass->spec->name)) {
        pass->fates[i] = SC_FATE_NOT_INJECTED;
    } else if (!has_containers(pass, &state)) {
        pass->fates[i] = SC_FATE_MISSING;
    } else {
        struct rollout_str hash =
            sc_hash_in(&arena, pass->spec->name, sc_annotation(object, RO_STR(SC_HASH_KEY)), &revision);
        struct rollout_str imageless =
            sc_hash_in(&arena, pass->spec->name, sc_annotation(object, RO_STR(SC_IMAGELESS_KEY)), &unused);
        mark = SC_MATCHED;
        if (ro_str_eq(hash, pass->spec->hash))
            mark |= SC_UPDATED;
        if (ro_str_eq(imageless, pass->spec->hash_without_image))
            mark |= SC_UPGRADABLE;
        if (sc_consistent(pass, &state, &names))
            mark |= SC_CONSISTENT;
        if (has_busy_pair(pass, &state))
            pass->signs[i] |= SC_SIGN_BUSY_PAIR;
        else if (is_running(pod))
            mark |= SC_READY;
        if (is_mid_flight(pass, &state, &names))
            mark |= SC_MID_FLIGHT;
        if (state.states_broken)
            pass->signs[i] |= blame_states(pass, state, &names, mark);
        if (pass->any_hot && flips(pass, &state, pod, &names, &arena))
            mark |= SC_FLIPS;
        if (!(pass->spec->flags & ROLLOUT_SIDECARSET_UPDATE_SELECTOR) ||
            (ro_selector_usable(&pass->spec->update_selector) &&
             ro_selector_match(&pass->spec->update_selector, &pod->labels, &hint)))
            mark |= SC_SELECTED;
        pass->used[i] = revision.len ? find_revision(pass, by_name, revision) : 0;
        pass->matched[pass->matched_count++] = i;
    }
    pass->marks[i] = mark;
    pass->arena.failed |= arena.failed;
    ro_arena_free(&arena);
}

static int by_namespace(const void *context, uint32_t a, uint32_t b)
{
    const struct sc_pass *pass = context;
    return ro_str_cmp(sc_pod(pass, a)->namespace_, sc_pod(pass, b)->namespace_);
}

struct namespaces {
    const struct sc_pass *pass;
    uint32_t *order; /* those that are selected, by name */
    size_t count;
};

static const struct rollout_namespace *namespace_at(const struct sc_pass *pass, uint32_t i)
{
    return (const void *)(pass->in->namespaces.items + i * pass->in->namespaces.stride);
}

static int by_name_of_namespace(const void *context, uint32_t a, uint32_t b)
{
    return ro_str_cmp(namespace_at(context, a)->name, namespace_at(context, b)->name);
}

static bool in_namespace(const struct namespaces *n, struct rollout_str name)
{
    size_t low = 0, high = n->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int c = ro_str_cmp(namespace_at(n->pass, n->order[middle])->name, name);
        if (c == 0)
            return true;
        if (c < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return false;
}

static void add_up(struct sc_pass *pass)
{
    for (size_t k = 0; k < pass->matched_count; k++) {
        uint8_t mark = pass->marks[pass->matched[k]];
        bool updated = mark & SC_UPDATED, ready = (mark & SC_CONSISTENT) && (mark & SC_READY);
        pass->updated += updated;
        pass->ready += ready;
        pass->updated_ready += updated && ready;
        pass->bad += updated && !ready;
    }
}

int sc_look(struct sc_pass *pass, struct rollout_error *reterr)
{
    const struct rollout_sidecarset *spec = pass->spec;
    bool by_namespaces = spec->flags & ROLLOUT_SIDECARSET_NAMESPACE_SELECTOR;
    size_t revisions = pass->in->revisions.count, spaces = pass->in->namespaces.count;
    uint32_t *by_name = ro_arena_alloc(&pass->arena, 2 * revisions, sizeof(*by_name));
    uint32_t *order = ro_arena_alloc(&pass->arena, 2 * spaces, sizeof(*order));
    uint32_t hint = 0;
    if (pass->arena.failed)
        return ro_error_nomem(reterr);
    for (uint32_t i = 0; i < revisions; i++)
        by_name[i] = i;
    ro_sort_indices(by_name, revisions, by_name + revisions, by_revision_name, pass);
    struct namespaces selected = { pass, order, 0 };
    for (uint32_t i = 0; by_namespaces && i < spaces; i++)
        if (ro_selector_match(&spec->namespace_selector, &namespace_at(pass, i)->labels, &hint))
            order[selected.count++] = i;
    ro_sort_indices(order, selected.count, order + spaces, by_name_of_namespace, pass);

    uint32_t *list = pass->wait; /* not in use yet */
    for (uint32_t i = 0; i < pass->n; i++)
        list[i] = i;
    if (by_namespaces)
        ro_sort_indices(list, pass->n, pass->scratch, by_namespace, pass);
    hint = 0;
    for (size_t k = 0; k < pass->n; k++) {
        uint32_t i = list[k];
        const struct rollout_pod *pod = sc_pod(pass, i);
        bool finished = pod->phase == ROLLOUT_PHASE_SUCCEEDED || pod->phase == ROLLOUT_PHASE_FAILED;
        if (!ro_selector_match(&spec->selector, &pod->labels, &hint) ||
            (by_namespaces && !in_namespace(&selected, pod->namespace_)))
            pass->fates[i] = SC_FATE_NOT_SELECTED;
        else if (finished || (pod->flags & ROLLOUT_POD_TERMINATING))
            pass->fates[i] = finished ? SC_FATE_FINISHED : SC_FATE_LEAVING;
        else
            look_at(pass, i, by_name);
    }
    add_up(pass);
    return pass->arena.failed ? ro_error_nomem(reterr) : ROLLOUT_OK;
}
