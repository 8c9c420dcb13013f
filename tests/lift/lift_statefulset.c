/* SPDX-License-Identifier: Apache-2.0 */
#include "lift.h"

#include <stdio.h>
#include <string.h>

static struct rollout_statefulset *spec_of(struct copy *copy)
{
    return &copy->statefulset;
}

/* Percentages become the numbers that they came to, so that lifting one thing changes no other. */
static void resolve(struct copy *copy, const struct rollout_plan *plan)
{
    struct rollout_statefulset *spec = spec_of(copy);
    spec->flags |= ROLLOUT_STATEFULSET_ROLLING_UPDATE;
    spec->max_unavailable = number(limit_of(plan, "maxUnavailable", 1));
    int64_t scale = limit_of(plan, "scaleStrategy.maxUnavailable", -1);
    if (scale >= 0)
        spec->scale_max_unavailable = number(scale);
}

/* "web-3" */
static struct rollout_str pod_name(struct copy *copy, uint32_t ordinal)
{
    struct rollout_str name = spec_of(copy)->name;
    size_t size = name.len + 16;
    char *text = keep(copy, size);
    int len = snprintf(text, size, "%.*s-%u", (int)name.len, name.data, ordinal);
    return (struct rollout_str){ text, (size_t)len };
}

/* The next of the claims whose names a text begins with: "data-web-1, log-web-1: ...". */
static struct rollout_claim *next_claim(struct copy *copy, struct rollout_str *text)
{
    struct rollout_str name = { text->data, 0 };
    while (name.len < text->len && name.data[name.len] != ',' && name.data[name.len] != ':')
        name.len++;
    size_t used = name.len + (name.len + 1 < text->len && name.data[name.len] == ',' ? 2 : 0);
    for (size_t i = 0; i < copy->snapshot.claims.count && name.len > 0; i++)
        if (same(copy->claims[i].name, name)) {
            *text = (struct rollout_str){ text->data + used, text->len - used };
            return &copy->claims[i];
        }
    return NULL;
}

static const struct rollout_claim_template *template_of(struct copy *copy, const struct rollout_claim *claim)
{
    const struct rollout_statefulset *spec = spec_of(copy);
    for (size_t i = 0; i < spec->claim_template_count; i++) {
        struct rollout_str name = spec->claim_templates[i].name;
        if (claim->name.len > name.len + 1 + spec->name.len && memcmp(claim->name.data, name.data, name.len) == 0 &&
            memcmp(claim->name.data + name.len + 1, spec->name.data, spec->name.len) == 0)
            return &spec->claim_templates[i];
    }
    return NULL;
}

static enum lifted drop_claims(struct copy *copy, struct rollout_str text)
{
    enum lifted lifted = UNKNOWN;
    for (struct rollout_claim *claim; (claim = next_claim(copy, &text)); lifted = LIFTED) {
        size_t rest = copy->snapshot.claims.count - (size_t)(claim - copy->claims) - 1;
        memmove(claim, claim + 1, rest * sizeof *claim);
        copy->snapshot.claims.count--;
    }
    return lifted;
}

/* The claims have the size and the shape of their templates. */
static enum lifted fit_claims(struct copy *copy, struct rollout_str text)
{
    enum lifted lifted = UNKNOWN;
    for (struct rollout_claim *claim; (claim = next_claim(copy, &text)); lifted = LIFTED) {
        const struct rollout_claim_template *template = template_of(copy, claim);
        if (!template)
            continue;
        claim->storage_class = template->storage_class;
        claim->access_modes = template->access_modes;
        claim->request = claim->capacity = template->request;
    }
    return lifted;
}

static enum lifted fit_all_claims(struct copy *copy)
{
    for (size_t i = 0; i < copy->snapshot.claims.count; i++)
        (void)fit_claims(copy, copy->claims[i].name);
    return LIFTED;
}

/* "<claim>: storage class <name> is not there", or does not allow expansion: now it is, and does. */
static enum lifted grow_class(struct copy *copy, struct rollout_str text, size_t at)
{
    size_t n = copy->snapshot.storage_classes.count;
    struct rollout_storage_class *classes = keep(copy, (n + 1) * sizeof *classes);
    struct rollout_str name = { text.data + at, 0 };
    while (at + name.len < text.len && text.data[at + name.len] != ' ')
        name.len++;
    for (size_t i = 0; i < n; i++)
        classes[i] = copy->snapshot.storage_classes.items[i];
    for (size_t i = 0; i < n; i++)
        if (same(classes[i].name, name))
            classes[i].allow_expansion = 1;
    classes[n] = (struct rollout_storage_class){ .name = name, .allow_expansion = 1 };
    copy->snapshot.storage_classes = (struct rollout_storage_classes){ classes, n + 1, sizeof *classes };
    return LIFTED;
}

static enum lifted mend_claim(struct copy *copy, struct rollout_str text)
{
    static const char class[] = ": storage class ";
    for (size_t i = 0; i + sizeof class - 1 < text.len; i++)
        if (memcmp(text.data + i, class, sizeof class - 1) == 0)
            return grow_class(copy, text, i + sizeof class - 1);
    return fit_claims(copy, text);
}

/* What is waited for is available, or gone. */
static enum lifted lift_predecessor(struct copy *copy, const struct rollout_plan *plan, const struct rollout_verdict *v)
{
    bool gone = same(text_of(plan, v), (struct rollout_str){ "gone", 4 });
    if (v->because == ROLLOUT_NONE)
        return UNKNOWN;
    if (v->because_kind == ROLLOUT_SUBJECT_ORDINAL) {
        struct rollout_pod *pod = &copy->pods[copy->snapshot.pods.count++];
        *pod = (struct rollout_pod){ .name = pod_name(copy, v->because),
                                     .revision = copy->snapshot.revisions.items[copy->snapshot.update_revision - 1].name };
        make_available(copy, pod, spec_of(copy)->min_ready_seconds);
    } else if (gone) {
        remove_pod(copy, v->because);
    } else {
        make_available(copy, &copy->pods[v->because], spec_of(copy)->min_ready_seconds);
    }
    return LIFTED;
}

/* Ordinals that are reserved, one by one, without this one. */
static void free_ordinal(struct copy *copy, const struct rollout_plan *plan, int64_t ordinal)
{
    struct rollout_statefulset *spec = spec_of(copy);
    struct rollout_intstr *items = keep(copy, plan->verdict_count * sizeof *items);
    size_t n = 0;
    for (size_t i = 0; i < plan->verdict_count; i++)
        if (plan->verdicts[i].reason == ROLLOUT_REASON_ORDINAL_RESERVED && plan->verdicts[i].a != ordinal &&
            plan->verdicts[i].subject_kind == ROLLOUT_SUBJECT_ORDINAL)
            items[n++] = number(plan->verdicts[i].a);
    spec->reserve_ordinals = items;
    spec->reserve_ordinal_count = n;
}

static const struct rollout_verdict *verdict_of_cause(const struct rollout_plan *plan, const struct rollout_verdict *v)
{
    uint32_t kind = v->because_kind ? v->because_kind : ROLLOUT_SUBJECT_POD;
    for (size_t i = 0; i < plan->verdict_count; i++)
        if (plan->verdicts[i].subject_kind == kind && plan->verdicts[i].subject == v->because)
            return &plan->verdicts[i];
    return NULL;
}

static enum lifted lift_spec(struct copy *copy, struct rollout_str field)
{
    if (starts(field, "spec.scaleStrategy"))
        spec_of(copy)->scale_max_unavailable = number(1);
    else if (starts(field, "spec.updateStrategy"))
        spec_of(copy)->max_unavailable = number(1);
    else
        return UNKNOWN;
    return LIFTED;
}

enum lifted lift_statefulset(struct copy *copy, const struct rollout_plan *plan, const struct rollout_verdict *v)
{
    const struct rollout_verdict *cause;
    switch (v->reason) {
    case ROLLOUT_REASON_PREDECESSOR_FIRST:
        return lift_predecessor(copy, plan, v);
    case ROLLOUT_REASON_BEHIND_STOPPED_POD:
        cause = verdict_of_cause(plan, v);
        if (!cause)
            return UNKNOWN;
        if (cause->op) { /* it had a step of its own before: its error is the plan's */
            struct rollout_verdict error = *cause;
            error.reason = (uint16_t)plan->error_reason;
            if (plan->error_reason == ROLLOUT_REASON_CLAIM_MISMATCH)
                return fit_all_claims(copy); /* its text is in the error alone */
            if (plan->error_reason)
                return lift(copy, plan, &error);
            resolve(copy, plan); /* only the budget stops a walk without an error */
            spec_of(copy)->max_unavailable.count = INT32_MAX;
            return LIFTED;
        }
        return lift(copy, plan, cause);
    case ROLLOUT_REASON_MAX_UNAVAILABLE_REACHED:
        resolve(copy, plan);
        spec_of(copy)->max_unavailable.count += (int32_t)(v->a - v->b + 1);
        return LIFTED;
    case ROLLOUT_REASON_SCALE_MAX_UNAVAILABLE_REACHED:
        resolve(copy, plan);
        spec_of(copy)->scale_max_unavailable.count += (int32_t)(v->a - v->b + 1);
        return LIFTED;
    case ROLLOUT_REASON_PARTITION_REACHED:
        spec_of(copy)->partition = 0;
        return LIFTED;
    case ROLLOUT_REASON_PAUSED:
        spec_of(copy)->flags &= ~(uint32_t)ROLLOUT_STATEFULSET_PAUSED;
        return LIFTED;
    case ROLLOUT_REASON_UPDATES_OFF:
        spec_of(copy)->update_type = ROLLOUT_UPDATE_ROLLING;
        spec_of(copy)->flags |= ROLLOUT_STATEFULSET_ROLLING_UPDATE;
        return LIFTED;
    case ROLLOUT_REASON_CLAIM_NOT_FREE:
        /* One that is not there is created by this plan, and its pod wants it twice. */
        return drop_claims(copy, text_of(plan, v)) == LIFTED ? LIFTED : BY_NEXT_PASS;
    case ROLLOUT_REASON_CLAIM_MISMATCH:
        return mend_claim(copy, text_of(plan, v));
    case ROLLOUT_REASON_CLAIM_RESIZING:
        return fit_claims(copy, text_of(plan, v));
    case ROLLOUT_REASON_ORDINAL_RESERVED:
        free_ordinal(copy, plan, v->a);
        return LIFTED;
    case ROLLOUT_REASON_SPEC_INVALID:
        return lift_spec(copy, text_of(plan, v));
    case ROLLOUT_REASON_IN_PLACE_IMPOSSIBLE:
        spec_of(copy)->pod_update_policy = ROLLOUT_POLICY_IN_PLACE_IF_POSSIBLE;
        return LIFTED;
    default:
        return UNKNOWN;
    }
}
