/* SPDX-License-Identifier: Apache-2.0 */
/* The facts and the places of a StatefulSet's pods: steps 5 and 6. Source: statefulset.md 2, 5, 8. */
#include "planners/statefulset_pass.h"

#include "base/error.h"
#include "base/sort.h"
#include "base/time.h"
#include "planners/check.h"
#include "rules/availability.h"
#include "rules/ordinal.h"

/* More places than any set has; upstream makes a list of all of them. */
#define MOST_PLACES 10000000

/* ---- facts of pods ---- */

int64_t sts_available_from(const struct pass *pass, const struct rollout_pod *pod)
{
    int64_t strictly = ro_available_from(pod->ready_since_ms, pass->spec->min_ready_seconds);
    return pass->rules->strict_min_ready || strictly == INT64_MAX || strictly == INT64_MIN ? strictly : strictly - 1;
}

int64_t sts_wait(const struct pass *pass, uint32_t pod)
{
    const struct rollout_pod *p = pass_pod(pass, pod);
    if (!(pass->marks[pod] & MARK_READY) || !ro_lifecycle_settled(p))
        return 0;
    if (p->ready_since_ms == 0)
        return (int64_t)pass->spec->min_ready_seconds * 1000;
    return ro_time_left(sts_available_from(pass, p), pass->now_ms);
}

struct sts_digits sts_digits(int32_t ordinal)
{
    struct sts_digits digits = { "", 0 };
    char reversed[12];
    do
        reversed[digits.len++] = (char)('0' + ordinal % 10);
    while (ordinal /= 10);
    for (size_t i = 0; i < digits.len; i++)
        digits.text[i] = reversed[digits.len - 1 - i];
    return digits;
}

struct rollout_str sts_build_name(const struct pass *pass, struct ro_builder *b, int32_t ordinal)
{
    struct sts_digits digits = sts_digits(ordinal);
    return ro_build_join(b, pass->spec->name, RO_STR("-"), (struct rollout_str){ digits.text, digits.len },
                         (struct rollout_str){ NULL, 0 });
}

static uint8_t mark_pod(const struct pass *pass, const struct rollout_pod *pod, const struct ro_label *label)
{
    const uint32_t clean = ROLLOUT_POD_IN_PLACE_TRUE | ROLLOUT_POD_IN_PLACE_CLEAN;
    bool lifecycle = pass->rules->lifecycle, settled = !lifecycle || ro_lifecycle_settled(pod);
    uint8_t mark = 0;
    if (label->update)
        mark |= MARK_NEW;
    if (label->update || (lifecycle && label->update_hash) ||
        (lifecycle && pod->lifecycle_state == ROLLOUT_STATE_PREPARING_UPDATE &&
         pass->in->gates.on[ROLLOUT_GATE_PREPARING_UPDATE_AS_UPDATE]))
        mark |= MARK_LOOSE;
    if (ro_str_eq(pod->revision, pass->current_name))
        mark |= MARK_CURRENT;
    if (pod->phase == ROLLOUT_PHASE_RUNNING && (pod->flags & ROLLOUT_POD_READY)) {
        mark |= MARK_READY;
        if (settled && !sts_terminating(pod))
            mark |= MARK_HEALTHY;
        if (settled && (pass->spec->min_ready_seconds == 0 ||
                        (pod->ready_since_ms != 0 && sts_available_from(pass, pod) <= pass->now_ms)))
            mark |= MARK_AVAILABLE;
    }
    if (lifecycle && (pod->in_place || !settled ||
                      ((pod->flags & ROLLOUT_POD_IN_PLACE_GATE) && (pod->flags & clean) != clean)))
        mark |= MARK_REFRESH;
    if (lifecycle && (pod->flags & ROLLOUT_POD_SPECIFIED_DELETE))
        mark |= MARK_SPECIFIED;
    return mark;
}

/* ---- places ---- */

uint32_t sts_rank_of(const struct pass *pass, int32_t ordinal)
{
    size_t low = 0, high = pass->slots;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (pass->ordinals[middle] < ordinal)
            low = middle + 1;
        else
            high = middle;
    }
    return low < pass->slots && pass->ordinals[low] == ordinal ? (uint32_t)low : ROLLOUT_NONE;
}

static void number_places(struct pass *pass)
{
    int64_t ordinal = pass->start;
    size_t cursor = 0;
    for (size_t i = 0; i < pass->slots; i++, ordinal++) {
        ordinal = ro_reserved_skip(pass->reserved, pass->reserved_count, &cursor, ordinal);
        pass->ordinals[i] = (int32_t)ordinal;
    }
}

/* The one pass over all pods (2.1, step 5). Of two pods of one ordinal the later one has the place. */
static int place_pods(struct pass *pass, struct ro_label_index *labels, struct rollout_error *reterr)
{
    for (size_t i = 0; i < pass->n; i++) {
        const struct rollout_pod *pod = pass_pod(pass, i);
        struct rollout_str parent;
        if (ro_pod_suspect(pod) || pod->in_place) {
            int r = ro_pod_check(pod, i, reterr);
            if (r)
                return r;
        }
        int32_t ordinal = ro_ordinal_of(pod->name, &parent);
        if ((pod->flags & ROLLOUT_POD_NOT_SELECTED) || !ro_str_eq(parent, pass->spec->name)) {
            pass->roles[i] = ROLE_NOT_SELECTED;
            continue;
        }
        const struct ro_label *label = ro_label_find(labels, pod->revision);
        pass->revisions[i] = label->revision;
        pass->marks[i] = mark_pod(pass, pod, label);
        if (ordinal < 0)
            continue;
        uint32_t rank = sts_rank_of(pass, ordinal);
        if (rank == ROLLOUT_NONE) {
            pass->roles[i] = ROLE_CONDEMNED;
            pass->condemned[pass->condemned_count++] = (uint32_t)i;
            continue;
        }
        if (pass->slot_pods[rank])
            pass->roles[pass->slot_pods[rank] - 1] = ROLE_NONE;
        pass->slot_pods[rank] = (uint32_t)i + 1;
        pass->roles[i] = ROLE_SLOT;
        pass->ranks[i] = rank;
    }
    return ROLLOUT_OK;
}

/* 8: is the missing pod of this place one of the current revision? old: others that are not updated. */
static bool needs_current(const struct pass *pass, uint32_t rank, int64_t old)
{
    if (!pass->rolling)
        return false;
    if (!(pass->spec->flags & ROLLOUT_STATEFULSET_ROLLING_UPDATE))
        return pass->ordinals[rank] < pass->start + pass->spec->status->current_replicas;
    if (pass->unordered)
        return old < pass->partition;
    return (int64_t)rank + 1 <= pass->partition;
}

static void fill_places(struct pass *pass)
{
    int64_t old = 0;
    pass->current_is_old = !ro_same_revision(pass->current_name, pass->update_name);
    for (size_t i = 0; i < pass->slots; i++)
        old += pass->slot_pods[i] && !(pass->marks[pass->slot_pods[i] - 1] & MARK_LOOSE);
    for (uint32_t i = 0; i < pass->slots; i++) {
        pass->slot_facts[i] = 0;
        if (pass->slot_pods[i])
            continue;
        pass->missing++;
        if (needs_current(pass, i, old)) {
            pass->slot_facts[i] = SLOT_CURRENT;
            old += pass->current_is_old;
        }
    }
}

int32_t sts_ordinal_of(const struct pass *pass, uint32_t pod)
{
    struct rollout_str parent;
    return ro_ordinal_of(pass_pod(pass, pod)->name, &parent);
}

/* Step 6: the highest ordinal first. */
static int compare_condemned(const void *context, uint32_t a, uint32_t b)
{
    int32_t x = sts_ordinal_of(context, a), y = sts_ordinal_of(context, b);
    return (x < y) - (x > y);
}

static void find_first_unhealthy(struct pass *pass)
{
    struct rollout_verdict *first = &pass->first_unhealthy;
    int64_t ordinal = INT64_MAX;
    *first = ro_verdict(0, ROLLOUT_NONE);
    for (uint32_t i = 0; i < pass->slots && first->subject_kind == 0; i++) {
        uint32_t pod = pass->slot_pods[i];
        if (pod && (pass->marks[pod - 1] & MARK_HEALTHY))
            continue;
        ordinal = pass->ordinals[i];
        *first = pod ? ro_verdict(ROLLOUT_SUBJECT_POD, pod - 1)
                     : ro_verdict(ROLLOUT_SUBJECT_ORDINAL, (uint32_t)pass->ordinals[i]);
    }
    for (size_t i = pass->condemned_count; i > 0; i--) {
        uint32_t pod = pass->condemned[i - 1];
        if (pass->marks[pod] & MARK_HEALTHY)
            continue;
        if (sts_ordinal_of(pass, pod) < ordinal)
            *first = ro_verdict(ROLLOUT_SUBJECT_POD, pod);
        break;
    }
}

int sts_place(struct pass *pass, struct ro_label_index *labels, uint32_t *scratch, struct rollout_error *reterr)
{
    number_places(pass);
    int r = place_pods(pass, labels, reterr);
    if (r)
        return r;
    fill_places(pass);
    ro_sort_indices(pass->condemned, pass->condemned_count, scratch, compare_condemned, pass);
    find_first_unhealthy(pass);
    return ROLLOUT_OK;
}

/* The range of ordinals (2.2). */
int sts_count_places(struct pass *pass, struct ro_ordinals *ranges, uint32_t *order, struct rollout_error *reterr)
{
    const struct rollout_statefulset *spec = pass->spec;
    pass->reserved = ranges;
    if (pass->start < 0)
        return ro_error(reterr, ROLLOUT_ERR_INVALID, "start_ordinal", "start_ordinal: %lld is negative",
                        (long long)pass->start);
    if (pass->replicas > MOST_PLACES)
        return ro_error(reterr, ROLLOUT_ERR_INVALID, "replicas", "replicas: %lld, but no more than %d are planned for",
                        (long long)pass->replicas, MOST_PLACES);
    if (pass->start + pass->replicas - 1 > INT32_MAX)
        return ro_error(reterr, ROLLOUT_ERR_INVALID, "start_ordinal",
                        "start_ordinal: %lld with %lld replicas is beyond the ordinal %d", (long long)pass->start,
                        (long long)pass->replicas, INT32_MAX);
    if (pass->rules->lifecycle) /* Kubernetes' own reserves none */
        pass->reserved_count = ro_reserved_read(spec->reserve_ordinals, spec->reserve_ordinal_count, ranges, order);
    pass->end = ro_reserved_end(ranges, pass->reserved_count, pass->start, pass->replicas);
    pass->slots = (size_t)pass->replicas;
    if (pass->end - pass->start > MOST_PLACES || pass->end - 1 > INT32_MAX)
        return ro_error(reterr, ROLLOUT_ERR_INVALID, "reserve_ordinals",
                        "reserve_ordinals: ordinals would reach to %lld; no more than %d are planned for, and none "
                        "beyond %d",
                        (long long)pass->end - 1, MOST_PLACES, INT32_MAX);
    return ROLLOUT_OK;
}
