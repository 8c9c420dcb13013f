/* SPDX-License-Identifier: Apache-2.0 */
/* A DaemonSet's status after the sync. Source: daemonset.md 12, and 15 for native. */
#include "planners/daemonset_pass.h"

#include "base/str.h"
#include "rules/availability.h"

/* Each node is counted by one of its pods, the oldest (D15). */
static struct rollout_daemonset_status count(struct sync *sync)
{
    struct rollout_daemonset_status now = *sync->spec->status;
    int32_t current = 0, misscheduled = 0, ready = 0, available = 0, updated = 0;
    for (uint32_t k = 0; k < sync->by.count; k++) {
        uint32_t node = sync->by.node[k];
        uint32_t pod = node == ROLLOUT_NONE ? ROLLOUT_NONE : sync_oldest(sync, k);
        if (pod == ROLLOUT_NONE) {
            /* One that is only just created is the youngest. */
            current += sync_creates(sync, k);
            updated += sync_creates(sync, k);
            continue;
        }
        if (!sync->fits[node].runs) {
            misscheduled++;
            continue;
        }
        uint8_t mark = sync->marks[pod];
        bool open = !sync->rules->gate_counts || !(sync_pod(sync, pod)->flags & ROLLOUT_POD_IN_PLACE_GATE) ||
                    ro_gate_open(sync_pod(sync, pod));
        current++;
        ready += (mark & SYNC_READY) != 0;
        available += (mark & SYNC_AVAILABLE) && open;
        updated += (mark & SYNC_NEW) != 0;
    }
    now.desired_number_scheduled = (int32_t)sync->eligible;
    now.current_number_scheduled = current;
    now.number_misscheduled = misscheduled;
    now.number_ready = ready;
    now.number_available = available;
    now.number_unavailable = now.desired_number_scheduled - available;
    now.updated_number_scheduled = updated;
    if (sync->rules->names_revision)
        now.update_revision = sync->update_hash;
    if (sync->stopped_at == 0 || (sync->stopped_at >= 6 && sync->rules->always_observes))
        now.observed_generation = sync->spec->generation;
    return now;
}

static void build(struct sync *sync, struct ro_builder *b, const struct rollout_daemonset_status *status)
{
    const struct rollout_str revision_name =
        sync->spec->flags & ROLLOUT_DAEMONSET_V1ALPHA1 ? RO_STR("daemonSetHash") : RO_STR("updateRevision");
    ro_build_integer(b, RO_STR("currentNumberScheduled"), status->current_number_scheduled);
    ro_build_integer(b, RO_STR("numberMisscheduled"), status->number_misscheduled);
    ro_build_integer(b, RO_STR("desiredNumberScheduled"), status->desired_number_scheduled);
    ro_build_integer(b, RO_STR("numberReady"), status->number_ready);
    ro_build_optional(b, RO_STR("observedGeneration"), status->observed_generation);
    if (sync->rules->names_revision)
        ro_build_integer(b, RO_STR("updatedNumberScheduled"), status->updated_number_scheduled);
    else
        ro_build_optional(b, RO_STR("updatedNumberScheduled"), status->updated_number_scheduled);
    ro_build_optional(b, RO_STR("numberAvailable"), status->number_available);
    ro_build_optional(b, RO_STR("numberUnavailable"), status->number_unavailable);
    if (status->collision_count.set)
        ro_build_integer(b, RO_STR("collisionCount"), status->collision_count.value);
    ro_build_conditions(b, status->conditions, status->condition_count);
    if (sync->rules->names_revision && status->update_revision.len)
        ro_build_string(b, revision_name, status->update_revision);
}

static bool differs(const struct sync *sync, const struct rollout_daemonset_status *now)
{
    const struct rollout_daemonset_status *old = sync->spec->status;
    return now->desired_number_scheduled != old->desired_number_scheduled ||
           now->current_number_scheduled != old->current_number_scheduled ||
           now->number_misscheduled != old->number_misscheduled || now->number_ready != old->number_ready ||
           now->updated_number_scheduled != old->updated_number_scheduled ||
           now->number_available != old->number_available || now->number_unavailable != old->number_unavailable ||
           (sync->rules->names_revision && !ro_str_eq(now->update_revision, old->update_revision)) ||
           old->observed_generation < sync->spec->generation;
}

void sync_status(struct sync *sync, struct ro_builder *b, bool *ret_changed)
{
    bool failed = sync->stopped_at >= 7 && !sync->rules->status_on_error;
    struct rollout_daemonset_status status = *sync->spec->status;
    *ret_changed = false;
    if (sync->stopped_at != 1 && sync->stopped_at != 2 && !failed) {
        status = count(sync);
        *ret_changed = differs(sync, &status);
        if (status.number_ready != status.number_available)
            sync_requeue(sync, (int64_t)sync->spec->min_ready_seconds * 1000);
    }
    size_t open = ro_build_open(b, ROLLOUT_NODE_OBJECT, (struct rollout_str){ NULL, 0 });
    build(sync, b, &status);
    ro_build_close(b, open);
}
