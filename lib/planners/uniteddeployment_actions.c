/* SPDX-License-Identifier: Apache-2.0 */
/* What a UnitedDeployment's reconcile writes. Source: uniteddeployment.md 5 and 7; where upstream has no order of its
 * own, that of snapshot.md. */
#include "planners/uniteddeployment_pass.h"

#include "base/sort.h"
#include "rules/ordinal.h"

struct rollout_str united_child_kind(uint32_t kind)
{
    static const struct rollout_str names[] = {
        [ROLLOUT_CHILD_STATEFULSET] = { "StatefulSet", 11 },
        [ROLLOUT_CHILD_ADVANCED_STATEFULSET] = { "AdvancedStatefulSet", 19 },
        [ROLLOUT_CHILD_CLONESET] = { "CloneSet", 8 },
        [ROLLOUT_CHILD_DEPLOYMENT] = { "Deployment", 10 },
    };
    return names[kind]; /* known: it has been checked */
}

/* ---- deletions ---- */

static int by_kind_and_subset(const void *context, uint32_t a, uint32_t b)
{
    const struct child *children = context;
    const struct rollout_subset *x = children[a].facts, *y = children[b].facts;
    int c = ro_str_cmp(united_child_kind(x->kind), united_child_kind(y->kind));
    return c ? c : ro_str_cmp(x->subset, y->subset);
}

static void delete_children(struct united *pass, struct ro_builder *b, enum child_fate fate, uint32_t reason,
                            struct rollout_str why)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < pass->n_children; i++)
        if (pass->children[i].fate == fate && !(pass->children[i].facts->flags & ROLLOUT_SUBSET_UNNAMED))
            pass->order[n++] = i;
    ro_sort_indices(pass->order, n, pass->scratch, by_kind_and_subset, pass->children);
    for (uint32_t k = 0; k < n; k++) {
        uint32_t i = pass->order[k];
        const struct rollout_subset *facts = pass->children[i].facts;
        pass->children[i].action = (uint32_t)b->n_actions + 1;
        ro_build_action(b, ROLLOUT_OP_DELETE_SUBSET, reason, ROLLOUT_SUBJECT_SUBSET, (uint32_t)pass->n_shares + i);
        ro_build_attr_text(b, ROLLOUT_ATTR_SUBSET, facts->subset);
        ro_build_attr_child(b, facts->name, i);
        ro_build_attr_text(b, ROLLOUT_ATTR_KIND, united_child_kind(facts->kind));
        ro_build_attr_text(b, ROLLOUT_ATTR_WHY, why);
    }
}

/* ---- creating and updating ---- */

static bool has_partition(const struct united *pass)
{
    return pass->spec->child_kind != ROLLOUT_CHILD_DEPLOYMENT &&
           !(pass->spec->flags & ROLLOUT_UNITEDDEPLOYMENT_ON_DELETE);
}

static void build_target(const struct united *pass, struct ro_builder *b, const struct share *share)
{
    ro_build_attr_text(b, ROLLOUT_ATTR_KIND, united_child_kind(pass->spec->child_kind));
    ro_build_attr_value(b, ROLLOUT_ATTR_REPLICAS, share->next);
    if (has_partition(pass))
        ro_build_attr_value(b, ROLLOUT_ATTR_PARTITION, share->partition);
    ro_build_attr_text(b, ROLLOUT_ATTR_REVISION, pass->expected);
}

static void create_children(struct united *pass, struct ro_builder *b)
{
    for (uint32_t k = 0; k < pass->n_shares; k++) {
        uint32_t i = pass->names[k];
        if (pass->shares[i].child != ROLLOUT_NONE)
            continue;
        pass->shares[i].action = (uint32_t)b->n_actions + 1;
        ro_build_action(b, ROLLOUT_OP_CREATE_SUBSET, ROLLOUT_REASON_CREATE_MISSING, ROLLOUT_SUBJECT_SUBSET, i);
        ro_build_attr_text(b, ROLLOUT_ATTR_SUBSET, pass->spec->subsets[i].name);
        build_target(pass, b, &pass->shares[i]);
    }
}

enum child_difference united_difference(const struct united *pass, const struct share *share)
{
    const struct child *child = &pass->children[share->child];
    const struct rollout_subset_spec *subset = &pass->spec->subsets[share - pass->shares];
    if (!ro_str_eq(child->facts->revision, pass->expected))
        return DIFFERS_REVISION;
    if (child->facts->replicas != share->next)
        return DIFFERS_REPLICAS;
    if (child->partition != share->partition)
        return DIFFERS_PARTITION;
    if (!ro_str_eq(child->facts->patch, subset->patch))
        return DIFFERS_PATCH;
    return child->updated < child->facts->status_replicas ? DIFFERS_ROLLING : DIFFERS_NOT;
}

static void update_children(struct united *pass, struct ro_builder *b)
{
    for (uint32_t k = 0; k < pass->n_shares; k++) {
        uint32_t i = pass->names[k];
        struct share *share = &pass->shares[i];
        if (share->child == ROLLOUT_NONE || united_difference(pass, share) == DIFFERS_NOT)
            continue;
        const struct child *child = &pass->children[share->child];
        share->action = (uint32_t)b->n_actions + 1;
        ro_build_action(b, ROLLOUT_OP_UPDATE_SUBSET, ROLLOUT_REASON_CHILD_UPDATED, ROLLOUT_SUBJECT_SUBSET, i);
        ro_build_attr_text(b, ROLLOUT_ATTR_SUBSET, pass->spec->subsets[i].name);
        ro_build_attr_child(b, child->facts->name, share->child);
        build_target(pass, b, share);
        if (united_reserves(pass) && child->unschedulable)
            ro_build_attr_value(b, ROLLOUT_ATTR_MAX_UNAVAILABLE,
                                (int64_t)child->facts->replicas - child->facts->ready_replicas + child->timed_out);
    }
}

/* ---- pods ---- */

static void write_reserved(struct united *pass, struct ro_builder *b)
{
    for (uint32_t i = 0; i < pass->n_pods; i++) {
        if (!(pass->pods[i] & POD_WRITE))
            continue;
        bool reserved = pass->pods[i] & POD_CAUSE;
        struct ro_why why = { .reason = ROLLOUT_REASON_BOOKKEEPING,
                              .text = reserved ? RO_STR("reserved") : RO_STR("not reserved") };
        ro_act(b, pass->pods, ROLLOUT_OP_SET_RESERVED, i, &why);
        ro_build_attr_text(b, ROLLOUT_ATTR_RESERVED, reserved ? RO_STR("true") : RO_STR("false"));
    }
}

/* A StatefulSet never replaces a pod by itself that does not become ready at an old revision. */
static bool is_stuck(const struct united *pass, const struct rollout_pod *pod, uint32_t *hint)
{
    if (pod->child == 0 || pod->flags & ROLLOUT_POD_READY)
        return false;
    const struct child *child = &pass->children[pod->child - 1];
    if (child->fate != CHILD_KEPT || !pass->shares[child->subset].action)
        return false;
    struct rollout_str prefix;
    return ro_ordinal_of(pod->name, &prefix) >= pass->shares[child->subset].partition &&
           !ro_str_eq(united_pod_revision(pod, hint), pass->expected);
}

static void delete_stuck(struct united *pass, struct ro_builder *b)
{
    uint32_t hint = 0;
    if (pass->spec->child_kind != ROLLOUT_CHILD_STATEFULSET || pass->spec->flags & ROLLOUT_UNITEDDEPLOYMENT_ON_DELETE)
        return;
    for (uint32_t i = 0; i < pass->n_pods; i++) {
        if (!is_stuck(pass, united_pod(pass, i), &hint))
            continue;
        const struct ro_why why = { .reason = ROLLOUT_REASON_DELETE_FAILED,
                                    .text = RO_STR("not ready at an old revision") };
        ro_act(b, pass->pods, ROLLOUT_OP_DELETE, i, &why);
    }
}

/* ---- all ---- */

void united_actions(struct united *pass, struct ro_builder *b)
{
    if (pass->stopped_at && pass->stopped_at <= 4)
        return;
    united_emit_revisions(pass, b);
    if (pass->stopped_at == 6)
        return;
    delete_children(pass, b, CHILD_DUPLICATE, ROLLOUT_REASON_DELETE_EXCESS, RO_STR("duplicate"));
    write_reserved(pass, b);
    if (!pass->allocated)
        return;
    create_children(pass, b);
    delete_children(pass, b, CHILD_NOT_IN_SPEC, ROLLOUT_REASON_DELETE_NOT_IN_SPEC, RO_STR("not-in-spec"));
    delete_children(pass, b, CHILD_OTHER_KIND, ROLLOUT_REASON_DELETE_NOT_IN_SPEC, RO_STR("other-kind"));
    if (pass->stopped_at)
        return;
    update_children(pass, b);
    delete_stuck(pass, b);
}
