/* SPDX-License-Identifier: Apache-2.0 */
/* Volume claims of a CloneSet: cleaned up, deleted with their pod, or taken by a new one. A pod and its
 * claims share an instance id. Source: cloneset.md 4.1 step 5, 5.3, 5.4. */
#include "planners/cloneset_pass.h"

#include "base/sort.h"
#include "base/str.h"

static int compare_ids(const void *context, uint32_t a, uint32_t b)
{
    const struct claims *claims = context;
    return ro_str_cmp(ro_claim_at(claims->array, a)->instance_id, ro_claim_at(claims->array, b)->instance_id);
}

/* First place in sorted whose id is not less. */
static uint32_t find_id(const struct claims *claims, struct rollout_str id)
{
    uint32_t low = 0, high = claims->count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (ro_str_cmp(ro_claim_at(claims->array, claims->sorted[middle])->instance_id, id) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static bool has_id(const struct claims *claims, uint32_t place, struct rollout_str id)
{
    return place < claims->count && ro_str_eq(ro_claim_at(claims->array, claims->sorted[place])->instance_id, id);
}

/* An absent or empty label is no id. */
static struct rollout_str instance_id(const struct rollout_pod *pod)
{
    const struct rollout_str *id = ro_labels_get(&pod->labels, RO_STR("apps.kruise.io/cloneset-instance-id"));
    return id ? *id : (struct rollout_str){ NULL, 0 };
}

void claims_resolve(struct pass *pass, uint32_t *scratch)
{
    struct claims *claims = &pass->claims;
    for (uint32_t i = 0; i < claims->array->count; i++) {
        claims->holders[i] = 0;
        claims->uses[i] = 0;
        if (!(ro_claim_at(claims->array, i)->flags & ROLLOUT_CLAIM_TERMINATING))
            claims->sorted[claims->count++] = i;
    }
    if (claims->count == 0)
        return;
    for (uint32_t i = 0; i < claims->count; i++)
        claims->by_name[i] = claims->sorted[i];
    ro_sort_indices(claims->sorted, claims->count, scratch, compare_ids, claims);
    ro_claims_sort(claims->array, claims->by_name, claims->count, scratch);

    for (size_t i = 0; i < pass->n; i++) {
        uint8_t fate = pass->fates[i];
        /* A pod that is not selected is released only after the clean-up, and no more counted when ids are given. */
        uint8_t use = fate == FATE_NOT_SELECTED                           ? CLAIM_RELEASED
                      : fate == FATE_FINISHED || fate == FATE_TERMINATING ? 0
                                                                          : CLAIM_ACTIVE;
        struct rollout_str id = instance_id(pass_pod(pass, i));
        for (uint32_t place = find_id(claims, id); id.len && has_id(claims, place, id); place++) {
            uint32_t claim = claims->sorted[place];
            claims->uses[claim] |= use;
            claims->holders[claim] = (uint32_t)i + 1;
        }
    }
    if (pass->spec->flags & ROLLOUT_CLONESET_REUSE_CLAIMS)
        return;
    for (uint32_t i = 0; i < claims->count; i++) {
        uint32_t claim = claims->sorted[i];
        if (!claims->uses[claim] && (ro_claim_at(claims->array, claim)->flags & ROLLOUT_CLAIM_OWNED))
            claims->uses[claim] |= CLAIM_CLEANED;
    }
}

static void emit_delete_claim(struct ro_builder *b, const struct claims *claims, uint32_t claim)
{
    ro_build_action(b, ROLLOUT_OP_DELETE_CLAIM, ROLLOUT_REASON_BOOKKEEPING, ROLLOUT_SUBJECT_CLAIM, claim);
    ro_build_attr_text(b, ROLLOUT_ATTR_CLAIM, ro_claim_at(claims->array, claim)->name);
}

void claims_emit_cleanup(struct pass *pass, struct ro_builder *b)
{
    const struct claims *claims = &pass->claims;
    for (uint32_t claim = 0; claim < claims->array->count; claim++) {
        if (!(claims->uses[claim] & CLAIM_CLEANED))
            continue;
        uint32_t holder = claims->holders[claim];
        if (holder == 0) {
            emit_delete_claim(b, claims, claim);
            continue;
        }
        ro_build_action(b, ROLLOUT_OP_SET_CLAIM_OWNER, ROLLOUT_REASON_BOOKKEEPING, ROLLOUT_SUBJECT_CLAIM, claim);
        ro_build_attr_text(b, ROLLOUT_ATTR_CLAIM, ro_claim_at(claims->array, claim)->name);
        ro_build_attr_text(b, ROLLOUT_ATTR_OWNER, RO_STR("Pod"));
        ro_build_attr_pod(b, pass_pod(pass, holder - 1)->name, holder - 1);
    }
}

void claims_emit_delete(struct pass *pass, struct ro_builder *b, uint32_t pod)
{
    const struct claims *claims = &pass->claims;
    if (claims->count == 0)
        return;
    struct rollout_str id = instance_id(pass_pod(pass, pod));
    /* The clean-up has none of them: a pod that is deleted now was active. */
    for (uint32_t place = find_id(claims, id); id.len && has_id(claims, place, id); place++)
        emit_delete_claim(b, claims, claims->sorted[place]);
}

static void emit_create_claim(struct ro_builder *b, struct rollout_str template_name, struct rollout_str name)
{
    ro_build_action(b, ROLLOUT_OP_CREATE_CLAIM, ROLLOUT_REASON_BOOKKEEPING, ROLLOUT_SUBJECT_CLAIM, ROLLOUT_NONE);
    if (name.len)
        ro_build_attr_text(b, ROLLOUT_ATTR_CLAIM, name);
    ro_build_attr_text(b, ROLLOUT_ATTR_TEMPLATE, template_name);
}

/* The next id, in string order, whose claims no active pod has: place of its first claim, count if none.
 * Upstream takes any. */
static uint32_t next_free(const struct claims *claims, uint32_t *cursor)
{
    while (*cursor < claims->count) {
        uint32_t first = *cursor;
        struct rollout_str id = ro_claim_at(claims->array, claims->sorted[first])->instance_id;
        bool free = id.len > 0;
        for (; has_id(claims, *cursor, id); ++*cursor)
            free &= !(claims->uses[claims->sorted[*cursor]] & (CLAIM_ACTIVE | CLAIM_CLEANED));
        if (free)
            return first;
    }
    return claims->count;
}

/* Claims of a free id that are not there, since a template was added later. */
static void emit_missing_claims(struct pass *pass, struct ro_builder *b, struct rollout_str id)
{
    for (uint32_t t = 0; t < pass->spec->claim_templates.count; t++) {
        struct ro_claim_name name = ro_claim_name(*ro_strs_at(&pass->spec->claim_templates, t), pass->spec->name, id);
        /* One that is there under another id counts: upstream skips it. */
        if (ro_claim_find(pass->claims.array, pass->claims.by_name, pass->claims.count, &name) != ROLLOUT_NONE)
            continue;
        const struct rollout_str none = { NULL, 0 };
        struct rollout_str start = ro_build_join(b, name.parts[0], name.parts[1], name.parts[2], name.parts[3]);
        emit_create_claim(b, name.parts[0], ro_build_join(b, start, id, none, none));
    }
}

void claims_emit_create(struct pass *pass, struct ro_builder *b, uint32_t reason, uint32_t group,
                        struct rollout_str revision, int64_t count, uint32_t *cursor)
{
    const struct claims *claims = &pass->claims;
    uint32_t before = *cursor, first;
    int64_t taken = 0;
    while (taken < count && (first = next_free(claims, cursor)) < claims->count) {
        emit_missing_claims(pass, b, ro_claim_at(claims->array, claims->sorted[first])->instance_id);
        taken++;
    }
    /* Without templates there is nothing to count through: a CloneSet may lack 2147483647 pods. */
    const uint32_t templates = pass->spec->claim_templates.count;
    for (int64_t i = templates ? taken : count; i < count; i++)
        for (uint32_t t = 0; t < templates; t++)
            emit_create_claim(b, *ro_strs_at(&pass->spec->claim_templates, t), (struct rollout_str){ NULL, 0 });

    ro_build_action(b, ROLLOUT_OP_CREATE, reason, ROLLOUT_SUBJECT_MISSING, group);
    ro_build_attr_text(b, ROLLOUT_ATTR_REVISION, revision);
    ro_build_attr_value(b, ROLLOUT_ATTR_COUNT, count);
    for (int64_t i = 0; i < taken; i++)
        ro_build_attr_text(b, ROLLOUT_ATTR_ID,
                           ro_claim_at(claims->array, claims->sorted[next_free(claims, &before)])->instance_id);
    if (taken < count)
        ro_build_attr_value(b, ROLLOUT_ATTR_NEW_IDS, count - taken);
}
