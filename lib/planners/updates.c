/* SPDX-License-Identifier: Apache-2.0 */
#include "planners/updates.h"

#include "base/str.h"
#include "rules/diff.h"
#include "rules/lifecycle.h"

static const struct rollout_str none = { NULL, 0 };
static const struct ro_update_facts unknown_revision = { .known = 1, .rule = ROLLOUT_DIFF_NO_REVISION };

/* A verdict that the caller brought along, or NULL. */
static const struct rollout_in_place_verdict *given_verdict(const struct ro_updates *u, uint32_t from)
{
    const struct ro_abi_array *verdicts = &u->in->verdicts;
    for (size_t i = 0; i < verdicts->count; i++) {
        const struct rollout_in_place_verdict *v = (const void *)(verdicts->items + i * verdicts->stride);
        if (v->from == from && v->to == u->target + 1)
            return v;
    }
    return NULL;
}

/* The revision's data, NULL where it is not given. */
static const struct rollout_node *data_of(const struct ro_updates *u, uint32_t revision)
{
    const struct rollout_tree *data = &ro_revision_at(&u->in->revisions, revision)->data;
    return data->count ? data->nodes : NULL;
}

static void compare(const struct ro_updates *u, uint32_t from, struct ro_diff_verdict *ret)
{
    const struct rollout_revision *old = ro_revision_at(&u->in->revisions, from - 1);
    const struct rollout_revision *target = ro_revision_at(&u->in->revisions, u->target);
    ro_diff_verdict(data_of(u, from - 1), data_of(u, u->target), old->claims_hash, target->claims_hash,
                    ro_gates_diff_flags(&u->in->gates, u->policy == ROLLOUT_POLICY_IN_PLACE_ONLY), ret);
}

const struct ro_update_facts *ro_update_facts(struct ro_updates *u, uint32_t from)
{
    if (from == 0)
        return &unknown_revision;
    struct ro_update_facts *facts = &u->facts[from - 1];
    if (!facts->known) {
        const struct rollout_in_place_verdict *given = given_verdict(u, from);
        struct ro_diff_verdict verdict;
        if (!given)
            compare(u, from, &verdict);
        facts->rule = (uint8_t)(given ? given->rule : verdict.rule);
        facts->flags = (uint8_t)(given ? given->flags : verdict.flags);
        facts->known = 1;
    }
    return facts;
}

static enum ro_update_step in_place_step(const struct ro_updates *u, const struct rollout_pod *pod)
{
    switch (pod->lifecycle_state) {
    case ROLLOUT_STATE_NONE:
    case ROLLOUT_STATE_PREPARING_NORMAL:
    case ROLLOUT_STATE_NORMAL:
        return ro_hooked_any(u->hook, pod) ? RO_UPDATE_PREPARE : RO_UPDATE_IN_PLACE;
    case ROLLOUT_STATE_PREPARING_UPDATE:
        return ro_hooked_any(u->hook, pod) ? RO_UPDATE_WAIT_HOOK : RO_UPDATE_IN_PLACE;
    case ROLLOUT_STATE_UPDATING:
        return RO_UPDATE_IN_PLACE;
    case ROLLOUT_STATE_UPDATED:
        return u->hook->set ? RO_UPDATE_PREPARE : RO_UPDATE_NONE;
    default:
        return RO_UPDATE_ERROR_STATE;
    }
}

enum ro_update_step ro_update_step(struct ro_updates *u, const struct rollout_pod *pod, uint32_t from)
{
    if (u->policy == ROLLOUT_POLICY_RECREATE)
        return RO_UPDATE_RECREATE;
    if (ro_update_facts(u, from)->rule == ROLLOUT_DIFF_POSSIBLE)
        return in_place_step(u, pod);
    return u->policy == ROLLOUT_POLICY_IN_PLACE_ONLY ? RO_UPDATE_ERROR_IN_PLACE : RO_UPDATE_RECREATE;
}

uint32_t ro_update_error(enum ro_update_step step)
{
    return step == RO_UPDATE_ERROR_STATE ? ROLLOUT_REASON_LIFECYCLE_STATE_UNKNOWN : ROLLOUT_REASON_IN_PLACE_IMPOSSIBLE;
}

bool ro_update_marks_not_ready(struct ro_updates *u, const struct rollout_pod *pod, uint32_t from)
{
    if (!(pod->flags & ROLLOUT_POD_IN_PLACE_GATE))
        return false;
    const uint32_t more = ROLLOUT_CHANGES_IMAGES | ROLLOUT_CHANGES_ENV;
    uint32_t flags = ro_update_facts(u, from)->flags;
    if (!u->in->gates.on[ROLLOUT_GATE_IN_PLACE_WORKLOAD_VERTICAL_SCALING] ||
        (flags & (ROLLOUT_CHANGES_RESOURCES | more)) != ROLLOUT_CHANGES_RESOURCES)
        return true;
    const struct rollout_tree unknown = { 0 }, *containers = pod->in_place ? &pod->in_place->containers : &unknown;
    return ro_diff_restarts(data_of(u, from - 1), data_of(u, u->target), containers->count ? containers->nodes : NULL);
}

uint16_t ro_update_wants(struct ro_updates *u, uint32_t from, uint32_t recreate)
{
    bool in_place = u->policy == ROLLOUT_POLICY_IN_PLACE_ONLY ||
                    (u->policy != ROLLOUT_POLICY_RECREATE && ro_update_facts(u, from)->rule == ROLLOUT_DIFF_POSSIBLE);
    return (uint16_t)(in_place ? ROLLOUT_OP_UPDATE_IN_PLACE : recreate);
}

struct rollout_str ro_update_impossible(struct ro_updates *u, struct ro_builder *b, uint32_t from)
{
    const struct ro_update_facts *facts = ro_update_facts(u, from);
    if (facts->rule == ROLLOUT_DIFF_NO_REVISION)
        return RO_STR("unknown revision");
    if (facts->rule == ROLLOUT_DIFF_CLAIMS)
        return RO_STR("volumeClaimTemplates");
    const struct rollout_in_place_verdict *given = given_verdict(u, from);
    struct rollout_str path;
    struct ro_diff_verdict verdict;
    if (given) {
        path = given->path;
    } else {
        compare(u, from, &verdict);
        path = ro_build_join(b, (struct rollout_str){ verdict.path, verdict.path_len }, none, none, none);
    }
    return path.len ? path : RO_STR("template");
}
