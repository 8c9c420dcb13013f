/* SPDX-License-Identifier: Apache-2.0 */
/* Volume claims of a StatefulSet: created with their pods, owned as the retention policy asks, resized. Source:
 * statefulset.md 11. */
#include "planners/statefulset_pass.h"

#include "base/quantity.h"
#include "base/sort.h"
#include "planners/claim_names.h"

static const struct rollout_str none = { NULL, 0 };

static const struct rollout_claim_template *template_at(const struct pass *pass, uint32_t i)
{
    return &pass->spec->claim_templates[i];
}

static const struct rollout_claim *claim_at(const struct pass *pass, uint32_t i)
{
    return ro_claim_at(&pass->in->claims, i);
}

/* The byte at this place of "<template>-<set>-", -1 behind it. */
static int byte_at(const struct pass *pass, uint32_t template_index, size_t i)
{
    struct rollout_str name = template_at(pass, template_index)->name, set = pass->spec->name;
    if (i < name.len)
        return (unsigned char)name.data[i];
    i -= name.len;
    if (i == 0 || i == set.len + 1)
        return '-';
    return i <= set.len ? (unsigned char)set.data[i - 1] : -1;
}

/* As their claims' names of one ordinal compare. */
static int compare_templates(const void *context, uint32_t a, uint32_t b)
{
    size_t i = 0;
    while (byte_at(context, a, i) == byte_at(context, b, i) && byte_at(context, a, i) >= 0)
        i++;
    return byte_at(context, a, i) - byte_at(context, b, i);
}

void sts_sort_templates(struct pass *pass, uint32_t *scratch)
{
    for (uint32_t i = 0; i < pass->spec->claim_template_count; i++)
        pass->templates[i] = i;
    ro_sort_indices(pass->templates, pass->spec->claim_template_count, scratch, compare_templates, pass);
}

uint32_t sts_claim(const struct pass *pass, uint32_t template_index, int32_t ordinal)
{
    struct sts_digits digits = sts_digits(ordinal);
    struct ro_claim_name name = ro_claim_name(template_at(pass, template_index)->name, pass->spec->name,
                                              (struct rollout_str){ digits.text, digits.len });
    return ro_claim_find(&pass->in->claims, pass->claims_by_name, pass->in->claims.count, &name);
}

/* ---- creation (11.1) ---- */

/* What went wrong with the claims of one pod, as upstream puts it together. */
struct fault {
    struct rollout_str claims; /* names */
    struct rollout_str texts;
    size_t count;
};

static void add_fault(struct ro_builder *b, struct fault *fault, struct rollout_str claim, struct rollout_str text)
{
    struct rollout_str message = ro_build_join(b, RO_STR("pvc "), claim, text, none);
    if (fault->count++ == 0) {
        *fault = (struct fault){ claim, message, 1 };
        return;
    }
    fault->claims = ro_build_join(b, fault->claims, RO_STR(", "), claim, none);
    fault->texts = ro_build_join(b, fault->texts, RO_STR(", "), message, none);
}

static void fail(struct pass *pass, struct ro_builder *b, const struct fault *fault, const char *condition, uint32_t pod)
{
    struct sts_error *error = &pass->run.error;
    struct rollout_str message = fault->texts;
    if (fault->count > 1)
        message = ro_build_join(b, RO_STR("["), message, RO_STR("]"), none);
    if (error->reason) /* of another pod of the same batch */
        error->message = ro_build_join(b, error->message, RO_STR("; "), message, none);
    else
        *error = (struct sts_error){ ROLLOUT_REASON_CLAIM_NOT_FREE, pod, message, condition, fault->claims };
}

bool sts_create_claims(struct pass *pass, struct ro_builder *b, int32_t ordinal, const char *condition, uint32_t pod)
{
    struct rollout_str deleted = pass->rules->controller_owners ? RO_STR(" is being deleted")
                                                                : RO_STR(" is to be deleted");
    struct fault fault = { none, none, 0 };
    bool again = pod != ROLLOUT_NONE && (pass->done[pod] & DONE_CLAIMS); /* the cache does not show them yet */
    for (uint32_t i = 0; i < pass->spec->claim_template_count; i++) {
        uint32_t template = pass->templates[i], claim = sts_claim(pass, template, ordinal);
        if (claim != ROLLOUT_NONE) {
            if (claim_at(pass, claim)->flags & ROLLOUT_CLAIM_TERMINATING)
                add_fault(b, &fault, claim_at(pass, claim)->name, deleted);
            continue;
        }
        struct sts_digits digits = sts_digits(ordinal);
        struct rollout_str name = ro_build_join(b, template_at(pass, template)->name, RO_STR("-"), pass->spec->name,
                                                RO_STR("-"));
        name = ro_build_join(b, name, (struct rollout_str){ digits.text, digits.len }, none, none);
        if (again) {
            add_fault(b, &fault, name, RO_STR(" already exists"));
            continue;
        }
        if (pod != ROLLOUT_NONE)
            pass->done[pod] |= DONE_CLAIMS;
        ro_build_action(b, ROLLOUT_OP_CREATE_CLAIM, ROLLOUT_REASON_BOOKKEEPING, ROLLOUT_SUBJECT_CLAIM, ROLLOUT_NONE);
        ro_build_attr_text(b, ROLLOUT_ATTR_CLAIM, name);
        ro_build_attr_text(b, ROLLOUT_ATTR_TEMPLATE, template_at(pass, template)->name);
    }
    if (fault.count > 0)
        fail(pass, b, &fault, condition, pod);
    return fault.count == 0;
}

/* ---- owners (11.2) ---- */

/* Who a claim must name as its owners. */
struct owners {
    bool set, pod;
};

static struct owners wanted_owners(const struct pass *pass, bool down)
{
    bool deleted = pass->spec->claims_when_deleted == ROLLOUT_CLAIMS_DELETE;
    if (pass->spec->claims_when_scaled != ROLLOUT_CLAIMS_DELETE)
        return (struct owners){ deleted, false };
    return (struct owners){ deleted && !down, down };
}

static bool names(const struct rollout_owner *owner, struct rollout_str uid)
{
    return uid.len && ro_str_eq(owner->uid, uid);
}

/* The claim's owners as they are to be; false where they are so already. */
static bool owners_differ(const struct pass *pass, const struct rollout_claim *claim,
                          const struct ro_claim_name *pod_name, struct rollout_str pod_uid, bool down,
                          struct owners *ret)
{
    const struct rollout_statefulset *spec = pass->spec;
    struct owners there = { false, false };
    bool others = false, plain = false, set_seen = false, pod_seen = false;
    *ret = wanted_owners(pass, down);
    for (size_t i = 0; i < claim->owner_count; i++) {
        const struct rollout_owner *owner = &claim->owners[i];
        bool set = names(owner, spec->uid), pod = names(owner, pod_uid);
        there.set |= set;
        there.pod |= pod;
        if (!pass->rules->controller_owners)
            continue;
        /* Of the references by a name the first one tells. */
        bool set_name = ro_str_eq(owner->kind, RO_STR("StatefulSet")) && ro_str_eq(owner->name, spec->name);
        bool pod_name_too = ro_str_eq(owner->kind, RO_STR("Pod")) && ro_claim_name_cmp(owner->name, pod_name) == 0;
        if ((set_name && !set_seen && !set) || (pod_name_too && !pod_seen && !pod))
            return false; /* managed by a former set or pod of that name: left alone */
        set_seen |= set_name;
        pod_seen |= pod_name_too;
        plain |= (set || pod) && !owner->controller;
        others |= !set_name && !pod_name_too && owner->controller;
    }
    if (others) {
        *ret = (struct owners){ false, false };
        return there.set || there.pod;
    }
    return plain || there.set != ret->set || there.pod != ret->pod;
}

/* The name of the place's pod, without writing it down. */
static struct ro_claim_name place_name(const struct pass *pass, const struct sts_digits *digits)
{
    struct ro_claim_name name = { { pass->spec->name, RO_STR("-"), { digits->text, digits->len } } };
    return name;
}

void sts_own_claims(struct pass *pass, struct ro_builder *b, int32_t ordinal, uint32_t pod, bool down)
{
    struct sts_digits digits = sts_digits(ordinal);
    const struct rollout_pod *p = pod != ROLLOUT_NONE ? pass_pod(pass, pod) : NULL;
    struct ro_claim_name name = p ? (struct ro_claim_name){ { p->name } } : place_name(pass, &digits);
    for (uint32_t i = 0; i < pass->spec->claim_template_count; i++) {
        uint32_t claim = sts_claim(pass, pass->templates[i], ordinal);
        struct owners owners;
        if (claim == ROLLOUT_NONE || pass->claims_owned[claim]) /* sent twice, written down once */
            continue;
        const struct rollout_claim *it = claim_at(pass, claim);
        if (!owners_differ(pass, it, &name, p ? p->uid : none, down, &owners))
            continue;
        pass->claims_owned[claim] = 1;
        ro_build_action(b, ROLLOUT_OP_SET_CLAIM_OWNER, ROLLOUT_REASON_BOOKKEEPING, ROLLOUT_SUBJECT_CLAIM, claim);
        ro_build_attr_text(b, ROLLOUT_ATTR_CLAIM, it->name);
        if (owners.set)
            ro_build_attr_text(b, ROLLOUT_ATTR_OWNER, RO_STR("StatefulSet"));
        if (owners.pod)
            ro_build_attr_text(b, ROLLOUT_ATTR_OWNER, RO_STR("Pod"));
        ro_build_attr_pod(b, p ? p->name : sts_build_name(pass, b, ordinal), pod);
    }
}

uint32_t sts_stale_claim(const struct pass *pass, int32_t ordinal, uint32_t *cursor)
{
    struct sts_digits digits = sts_digits(ordinal);
    struct ro_claim_name name = place_name(pass, &digits);
    if (!pass->owners || pass->spec->claims_when_scaled != ROLLOUT_CLAIMS_DELETE)
        return ROLLOUT_NONE;
    while (*cursor < pass->spec->claim_template_count) {
        uint32_t claim = sts_claim(pass, pass->templates[(*cursor)++], ordinal);
        for (size_t k = 0; claim != ROLLOUT_NONE && k < claim_at(pass, claim)->owner_count; k++) {
            const struct rollout_owner *owner = &claim_at(pass, claim)->owners[k];
            bool kind = !pass->rules->controller_owners || ro_str_eq(owner->kind, RO_STR("Pod"));
            if (kind && ro_claim_name_cmp(owner->name, &name) == 0)
                return claim; /* the pod that is to come has no uid yet, so it is another's */
        }
    }
    return ROLLOUT_NONE;
}

/* ---- sizes (11.3) ---- */

static struct ro_quantity quantity(struct rollout_str text)
{
    struct ro_quantity q;
    if (!text.data || !ro_quantity_parse(text, &q))
        q = (struct ro_quantity){ .negative = false };
    return q;
}

static bool at_least(struct rollout_str a, struct rollout_str b)
{
    struct ro_quantity x = quantity(a), y = quantity(b);
    return ro_quantity_cmp(&x, &y) >= 0;
}

static bool shape_ok(const struct rollout_claim *claim, const struct rollout_claim_template *template)
{
    if (claim->storage_class.data && template->storage_class.data &&
        !ro_str_eq(claim->storage_class, template->storage_class))
        return false;
    if (claim->access_modes.count != template->access_modes.count)
        return false;
    for (uint32_t i = 0; i < claim->access_modes.count; i++)
        if (!ro_str_eq(*ro_strs_at(&claim->access_modes, i), *ro_strs_at(&template->access_modes, i)))
            return false;
    return true;
}

static bool compatible(const struct rollout_claim *claim, const struct rollout_claim_template *template)
{
    return shape_ok(claim, template) && at_least(claim->request, template->request);
}

static bool ready(const struct rollout_claim *claim, const struct rollout_claim_template *template)
{
    return shape_ok(claim, template) && at_least(claim->capacity, claim->request);
}

static bool completed(const struct rollout_claim *claim, const struct rollout_claim_template *template)
{
    return compatible(claim, template) &&
           (ready(claim, template) || (claim->flags & ROLLOUT_CLAIM_RESIZE_PENDING));
}

/* The claim that counts for resizing: missing or deleted ones are passed over. */
static const struct rollout_claim *live_claim(const struct pass *pass, uint32_t template_index, int32_t ordinal)
{
    uint32_t claim = sts_claim(pass, template_index, ordinal);
    const struct rollout_claim *it = claim == ROLLOUT_NONE ? NULL : claim_at(pass, claim);
    return it && !(it->flags & ROLLOUT_CLAIM_TERMINATING) ? it : NULL;
}

static bool all_claims(const struct pass *pass, int32_t ordinal,
                       bool (*holds)(const struct rollout_claim *, const struct rollout_claim_template *))
{
    for (uint32_t i = 0; i < pass->spec->claim_template_count; i++) {
        const struct rollout_claim *claim = live_claim(pass, i, ordinal);
        if (claim && !holds(claim, template_at(pass, i)))
            return false;
    }
    return true;
}

bool sts_claims_compatible(const struct pass *pass, int32_t ordinal)
{
    return all_claims(pass, ordinal, compatible);
}

bool sts_claims_ready(const struct pass *pass, int32_t ordinal)
{
    return all_claims(pass, ordinal, ready);
}

struct rollout_str sts_claim_resizing(const struct pass *pass, int32_t ordinal)
{
    for (uint32_t i = 0; i < pass->spec->claim_template_count; i++) {
        uint32_t template = pass->templates[i];
        const struct rollout_claim *claim = live_claim(pass, template, ordinal);
        if (claim && (!completed(claim, template_at(pass, template)) || !ready(claim, template_at(pass, template))))
            return claim->name;
    }
    return none;
}

/* The class of this name, or NULL. Few, and looked up only where a claim must grow. */
static const struct rollout_storage_class *class_of(const struct pass *pass, struct rollout_str name)
{
    const struct ro_abi_array *classes = &pass->in->storage_classes;
    for (size_t i = 0; i < classes->count; i++) {
        const struct rollout_storage_class *class = (const void *)(classes->items + i * classes->stride);
        if (ro_str_eq(class->name, name))
            return class;
    }
    return NULL;
}

/* The pod's claims that differ in more than their size. */
static struct rollout_str misshaped(const struct pass *pass, struct ro_builder *b, int32_t ordinal)
{
    struct rollout_str names = none;
    for (uint32_t i = 0; i < pass->spec->claim_template_count; i++) {
        const struct rollout_claim *claim = live_claim(pass, pass->templates[i], ordinal);
        if (claim && !shape_ok(claim, template_at(pass, pass->templates[i])))
            names = names.data ? ro_build_join(b, names, RO_STR(", "), claim->name, none) : claim->name;
    }
    return ro_build_join(b, names, RO_STR(": more than the size differs"), none, none);
}

/* What keeps the claim from growing; absent if nothing does. */
static struct rollout_str resize_error(const struct pass *pass, struct ro_builder *b, const struct rollout_claim *claim,
                                       const struct rollout_claim_template *template, int32_t ordinal,
                                       struct rollout_str pod, struct rollout_str *ret_what)
{
    if (!shape_ok(claim, template)) {
        *ret_what = misshaped(pass, b, ordinal);
        return ro_build_join(b, RO_STR("can not patch pvc "), claim->name,
                             RO_STR(": contains diff other than spec resource, wait pvc to be deleted"), none);
    }
    if (!claim->storage_class.len) /* none is named: nothing forbids it */
        return none;
    const struct rollout_storage_class *class = class_of(pass, claim->storage_class);
    if (class && class->allow_expansion)
        return none;
    *ret_what = ro_build_join(b, claim->name, RO_STR(": storage class "), claim->storage_class,
                              class ? RO_STR(" does not allow expansion") : RO_STR(" is not there"));
    struct rollout_str text =
        ro_build_join(b, class ? RO_STR("storage class ") : RO_STR("could not get sc "), claim->storage_class,
                      RO_STR(" for "), pod);
    if (class)
        return ro_build_join(b, text, RO_STR(" does not support volume expansion"), none, none);
    text = ro_build_join(b, text, RO_STR(" when checking PVC spec: storageclasses.storage.k8s.io \""),
                         claim->storage_class, RO_STR("\" not found"));
    return text;
}

enum sts_claims sts_resize_claims(struct pass *pass, struct ro_builder *b, int32_t ordinal, uint32_t pod)
{
    struct rollout_str name = pod != ROLLOUT_NONE ? pass_pod(pass, pod)->name : sts_build_name(pass, b, ordinal);
    bool done = true;
    for (uint32_t i = 0; i < pass->spec->claim_template_count; i++) {
        const struct rollout_claim_template *template = template_at(pass, pass->templates[i]);
        const struct rollout_claim *claim = live_claim(pass, pass->templates[i], ordinal);
        if (!claim)
            continue;
        done &= completed(claim, template);
        if (compatible(claim, template))
            continue;
        struct rollout_str what = none, message = resize_error(pass, b, claim, template, ordinal, name, &what);
        if (message.data) {
            pass->run.error = (struct sts_error){ ROLLOUT_REASON_CLAIM_MISMATCH, pod, message, NULL, what };
            return CLAIMS_FAILED;
        }
        ro_build_action(b, ROLLOUT_OP_RESIZE_CLAIM, ROLLOUT_REASON_BOOKKEEPING, ROLLOUT_SUBJECT_CLAIM,
                        sts_claim(pass, pass->templates[i], ordinal));
        ro_build_attr_text(b, ROLLOUT_ATTR_CLAIM, claim->name);
        ro_build_attr_text(b, ROLLOUT_ATTR_TEMPLATE, template->name);
        ro_build_attr_text(b, ROLLOUT_ATTR_REQUEST, template->request);
    }
    return done ? CLAIMS_DONE : CLAIMS_RESIZING;
}

void sts_count_claims(const struct pass *pass, uint32_t template_index, int32_t *ret_compatible, int32_t *ret_ready)
{
    *ret_compatible = *ret_ready = 0;
    for (size_t i = 0; i < pass->slots; i++) {
        const struct rollout_claim *claim = live_claim(pass, template_index, pass->ordinals[i]);
        bool fits = claim && compatible(claim, template_at(pass, template_index));
        *ret_compatible += fits;
        *ret_ready += fits && ready(claim, template_at(pass, template_index));
    }
}
