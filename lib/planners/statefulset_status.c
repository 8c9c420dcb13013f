/* SPDX-License-Identifier: Apache-2.0 */
/* A StatefulSet's status after the pass. Source: statefulset.md 12 and 14. */
#include "planners/statefulset_pass.h"

#include "base/str.h"

/* 12.1 */
void sts_count(struct pass *pass, bool all)
{
    struct sts_counts counts = { 0 };
    for (size_t i = 0; i < pass->n; i++) {
        const struct rollout_pod *pod = pass_pod(pass, i);
        uint8_t mark = pass->marks[i], role = pass->roles[i];
        if (role == ROLE_NOT_SELECTED || (role == ROLE_NONE && !all))
            continue;
        bool created = pod->phase != ROLLOUT_PHASE_NONE, stays = created && !sts_terminating(pod);
        counts.replicas += created;
        counts.ready += (mark & MARK_READY) != 0;
        counts.available += (mark & MARK_AVAILABLE) != 0;
        counts.updated_ready += (mark & (MARK_READY | MARK_NEW)) == (MARK_READY | MARK_NEW);
        counts.updated_available += (mark & (MARK_AVAILABLE | MARK_NEW)) == (MARK_AVAILABLE | MARK_NEW);
        counts.current += stays && (mark & MARK_CURRENT);
        counts.updated += stays && (mark & MARK_NEW);
    }
    pass->run.counts = counts;
}

/* 12.2: true for an empty set too. */
static bool is_complete(const struct pass *pass)
{
    const struct sts_counts *counts = &pass->run.counts;
    if (!pass->rolling || counts->updated != counts->replicas || counts->ready != counts->replicas)
        return false;
    return !pass->rules->counts_replicas || counts->replicas == pass->replicas;
}

static void build_claim(struct ro_builder *b, const struct rollout_claim_status *claim)
{
    size_t element = ro_build_open(b, ROLLOUT_NODE_OBJECT, (struct rollout_str){ NULL, 0 });
    ro_build_string(b, RO_STR("volumeClaimName"), claim->name);
    ro_build_integer(b, RO_STR("compatibleReplicas"), claim->compatible_replicas);
    ro_build_integer(b, RO_STR("compatibleReadyReplicas"), claim->compatible_ready_replicas);
    ro_build_close(b, element);
}

/* status.volumeClaims[i] as it is now: over all places, missing pods included. */
static struct rollout_claim_status claim_status(const struct pass *pass, uint32_t i)
{
    struct rollout_claim_status status = { .name = pass->spec->claim_templates[i].name };
    sts_count_claims(pass, i, &status.compatible_replicas, &status.compatible_ready_replicas);
    return status;
}

static bool claims_differ(const struct pass *pass)
{
    const struct rollout_statefulset_status *old = pass->spec->status;
    bool differ = pass->spec->claim_template_count != old->claim_count;
    for (uint32_t i = 0; i < old->claim_count && !differ; i++) {
        struct rollout_claim_status now = claim_status(pass, i);
        differ = !ro_str_eq(old->claims[i].name, now.name) ||
                 old->claims[i].compatible_replicas != now.compatible_replicas ||
                 old->claims[i].compatible_ready_replicas != now.compatible_ready_replicas;
    }
    return differ;
}

/* What the status says, of this pass or of the one before. */
struct values {
    int64_t observed_generation;
    struct sts_counts counts;
    struct rollout_str current_revision, update_revision, label_selector;
    struct rollout_opt collision_count;
};

static struct values old_values(const struct pass *pass)
{
    const struct rollout_statefulset_status *old = pass->spec->status;
    return (struct values){
        .observed_generation = old->observed_generation,
        .counts = { .replicas = old->replicas,
                    .ready = old->ready_replicas,
                    .available = old->available_replicas,
                    .updated_ready = old->updated_ready_replicas,
                    .updated_available = old->updated_available_replicas,
                    .current = old->current_replicas,
                    .updated = old->updated_replicas },
        .current_revision = old->current_revision,
        .update_revision = old->update_revision,
        .label_selector = old->label_selector,
        .collision_count = old->collision_count,
    };
}

static struct values new_values(struct pass *pass)
{
    struct values values = {
        .observed_generation = pass->spec->generation,
        .counts = pass->run.counts,
        .current_revision = pass->current_name,
        .update_revision = pass->update_name,
        .label_selector = pass->rules->lifecycle ? pass->spec->label_selector : (struct rollout_str){ NULL, 0 },
        .collision_count = { 1, pass->spec->status->collision_count.value },
    };
    if (is_complete(pass)) {
        values.counts.current = values.counts.updated;
        values.current_revision = pass->update_name;
    }
    return values;
}

static void build_count(const struct pass *pass, struct ro_builder *b, struct rollout_str key, int64_t count)
{
    if (pass->rules->empty_counts)
        ro_build_integer(b, key, count);
    else
        ro_build_optional(b, key, count);
}

static void build_values(const struct pass *pass, struct ro_builder *b, const struct values *values)
{
    const struct sts_counts *counts = &values->counts;
    ro_build_optional(b, RO_STR("observedGeneration"), values->observed_generation);
    ro_build_integer(b, RO_STR("replicas"), counts->replicas);
    build_count(pass, b, RO_STR("readyReplicas"), counts->ready);
    ro_build_integer(b, RO_STR("availableReplicas"), counts->available);
    build_count(pass, b, RO_STR("currentReplicas"), counts->current);
    build_count(pass, b, RO_STR("updatedReplicas"), counts->updated);
    if (pass->rules->empty_counts) {
        ro_build_optional(b, RO_STR("updatedReadyReplicas"), counts->updated_ready);
        ro_build_optional(b, RO_STR("updatedAvailableReplicas"), counts->updated_available);
    }
    ro_build_text_optional(b, RO_STR("currentRevision"), values->current_revision);
    ro_build_text_optional(b, RO_STR("updateRevision"), values->update_revision);
    if (values->collision_count.set)
        ro_build_integer(b, RO_STR("collisionCount"), values->collision_count.value);
    ro_build_text_optional(b, RO_STR("labelSelector"), values->label_selector);
}

/* 12.3: not by conditions, nor by what of the updated pods is ready or available. */
static bool differs(const struct values *a, const struct values *b)
{
    const struct sts_counts *x = &a->counts, *y = &b->counts;
    return a->observed_generation > b->observed_generation || x->replicas != y->replicas || x->ready != y->ready ||
           x->available != y->available || x->current != y->current || x->updated != y->updated ||
           !ro_str_eq(a->current_revision, b->current_revision) ||
           !ro_str_eq(a->update_revision, b->update_revision) || !ro_str_eq(a->label_selector, b->label_selector);
}

/* 12.4: conditions of earlier passes are forgotten. */
static void build_error(const struct pass *pass, struct ro_builder *b)
{
    const struct sts_error *error = &pass->run.error;
    const struct rollout_str none = { NULL, 0 };
    if (!error->condition || !pass->rules->lifecycle)
        return;
    struct rollout_str type = { error->condition, strlen(error->condition) };
    bool creates = ro_str_eq(type, RO_STR("FailedCreatePod"));
    const struct rollout_condition condition = {
        .type = type,
        .status = RO_STR("True"),
        .message = ro_build_join(b,
                                 creates ? RO_STR("StatefulPodControl failed to create Pod error: ")
                                         : RO_STR("StatefulPodControl failed to update Pod error: "),
                                 error->message, none, none),
        .last_transition_ms = pass->now_ms,
    };
    ro_build_conditions(b, &condition, 1);
}

static void build_old(const struct pass *pass, struct ro_builder *b, const struct values *old)
{
    const struct rollout_statefulset_status *status = pass->spec->status;
    build_values(pass, b, old);
    ro_build_conditions(b, status->conditions, status->condition_count);
    if (status->claim_count == 0)
        return;
    size_t open = ro_build_open(b, ROLLOUT_NODE_ARRAY, RO_STR("volumeClaims"));
    for (size_t i = 0; i < status->claim_count; i++)
        build_claim(b, &status->claims[i]);
    ro_build_close(b, open);
}

static void build_new(const struct pass *pass, struct ro_builder *b, const struct values *now)
{
    build_values(pass, b, now);
    build_error(pass, b);
    if (!pass->rules->resizes_claims || pass->spec->claim_template_count == 0)
        return;
    size_t open = ro_build_open(b, ROLLOUT_NODE_ARRAY, RO_STR("volumeClaims"));
    for (uint32_t i = 0; i < pass->spec->claim_template_count; i++) {
        struct rollout_claim_status claim = claim_status(pass, i);
        build_claim(b, &claim);
    }
    ro_build_close(b, open);
}

void sts_status(struct pass *pass, struct ro_builder *b, bool *ret_changed)
{
    const struct values old = old_values(pass), now = new_values(pass);
    size_t open = ro_build_open(b, ROLLOUT_NODE_OBJECT, (struct rollout_str){ NULL, 0 });
    *ret_changed = !pass->stop_reason &&
                   (differs(&now, &old) || (pass->rules->resizes_claims && claims_differ(pass)));
    if (*ret_changed)
        build_new(pass, b, &now);
    else
        build_old(pass, b, &old); /* nothing is sent, so it stays as it is */
    ro_build_close(b, open);

    /* Kubernetes' own looks again after the whole of minReadySeconds, whatever is left of it. */
    if (pass->rules->waits_whole && !pass->stop_reason && !pass->run.error.reason &&
        pass->run.counts.available != pass->replicas)
        pass_requeue(pass, (int64_t)pass->spec->min_ready_seconds * 1000);
}
