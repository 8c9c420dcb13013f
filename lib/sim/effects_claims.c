/* SPDX-License-Identifier: Apache-2.0 */
/* Claims and revisions. Source: cloneset.md 5.3, statefulset.md 11. */
#include "sim/deed.h"

#include <stdlib.h>

#include "base/error.h"
#include "base/str.h"
#include "base/tree.h"
#include "objects/uniteddeployment_revision.h"
#include "sim/kinds.h"
#include "sim/revisions.h"

static const struct rollout_str absent = { NULL, 0 };

static void show_claims(struct ro_cluster *c)
{
    c->snapshot.claims = (struct rollout_claims){ c->claims, c->claim_count, sizeof *c->claims };
}

static struct rollout_str workload_uid(const struct ro_cluster *c)
{
    return ro_text(ro_dig(c->source->workload_object.nodes, "metadata", "uid", NULL));
}

static int create_claim(const struct deed *d)
{
    struct ro_cluster *c = d->c;
    struct rollout_str name = ro_deed_text(d, ROLLOUT_ATTR_CLAIM), template = ro_deed_text(d, ROLLOUT_ATTR_TEMPLATE);
    if (!name.data) /* a CloneSet's new ids are drawn, and their claims are nobody's concern */
        return ROLLOUT_OK;
    if (c->claim_count == c->claim_room) {
        size_t room = c->claim_room ? 2 * c->claim_room : 16;
        struct rollout_claim *more = realloc(c->claims, room * sizeof *more);
        if (!more)
            return ro_error_nomem(c->reterr);
        c->claims = more;
        c->claim_room = room;
    }
    struct rollout_claim claim = { .name = ro_texts_keep(&c->texts, name) };
    const struct rollout_statefulset *set = c->workload.statefulset;
    for (size_t i = 0; set && i < set->claim_template_count; i++)
        if (ro_str_eq(set->claim_templates[i].name, template)) {
            claim.storage_class = set->claim_templates[i].storage_class;
            claim.request = set->claim_templates[i].request;
            claim.access_modes = set->claim_templates[i].access_modes;
        }
    claim.capacity = absent;
    if (c->workload.cloneset) {
        struct rollout_str owner = ro_kind_name(c);
        struct rollout_owner *owners = ro_arena_alloc(&c->arena, 1, sizeof *owners);
        if (!owners)
            return ro_error_nomem(c->reterr);
        *owners = (struct rollout_owner){ RO_STR("CloneSet"), owner, workload_uid(c), 1, 0 };
        claim.flags = ROLLOUT_CLAIM_OWNED;
        claim.owners = owners;
        claim.owner_count = 1;
        size_t prefix = template.len + owner.len + 2;
        if (claim.name.len > prefix)
            claim.instance_id = (struct rollout_str){ claim.name.data + prefix, claim.name.len - prefix };
    }
    c->claims[c->claim_count++] = claim;
    show_claims(c);
    return ROLLOUT_OK;
}

static bool names_owner(const struct deed *d, struct rollout_str kind)
{
    for (uint32_t i = 0; i < d->action->attr_count; i++) {
        const struct rollout_attr *attr = &d->plan->attrs[d->action->attr_first + i];
        if (attr->key == ROLLOUT_ATTR_OWNER && ro_str_eq(d->plan->texts[attr->text], kind))
            return true;
    }
    return false;
}

/* Other owners stay; of the workload and the pod exactly those that the action names. */
static int own_claim(const struct deed *d, struct rollout_claim *claim)
{
    struct ro_cluster *c = d->c;
    const struct rollout_statefulset *set = c->workload.statefulset;
    struct rollout_str kind = set ? RO_STR("StatefulSet") : RO_STR("CloneSet"), name = ro_kind_name(c);
    struct rollout_str own = set ? set->uid : workload_uid(c), pod = ro_deed_text(d, ROLLOUT_ATTR_POD);
    int64_t place = ro_deed_value(d, ROLLOUT_ATTR_POD); /* 0: a pod that is yet to come, and owns nothing */
    struct rollout_str uid = place > 0 && (uint64_t)place <= c->pod_count ? c->pods[place - 1].uid : absent;
    struct rollout_owner *owners = ro_arena_alloc(&c->arena, claim->owner_count + 2, sizeof *owners);
    size_t n = 0;
    uint32_t native = set && (set->flags & ROLLOUT_STATEFULSET_NATIVE);
    if (!owners)
        return ro_error_nomem(c->reterr);
    bool wants_set = names_owner(d, kind), wants_pod = names_owner(d, RO_STR("Pod"));
    bool has_set = false, has_pod = false;
    for (size_t i = 0; i < claim->owner_count; i++) {
        const struct rollout_owner *o = &claim->owners[i];
        bool is_set =
            native || !own.len ? ro_str_eq(o->kind, kind) && ro_str_eq(o->name, name) : ro_str_eq(o->uid, own);
        bool is_pod = native ? ro_str_eq(o->kind, RO_STR("Pod")) && ro_str_eq(o->name, pod)
                             : uid.len > 0 && ro_str_eq(o->uid, uid);
        bool stays = (!is_set && !is_pod) || (!native && ((is_set && wants_set) || (is_pod && wants_pod)));
        has_set = has_set || (is_set && stays);
        has_pod = has_pod || (is_pod && stays);
        if (stays)
            owners[n++] = *o;
    }
    if (wants_set && !has_set)
        owners[n++] = (struct rollout_owner){ kind, name, own, native, 0 };
    if (wants_pod && !has_pod)
        owners[n++] = (struct rollout_owner){ RO_STR("Pod"), pod, uid, native, 0 };
    claim->owners = owners;
    claim->owner_count = n;
    claim->flags &= ~(uint32_t)ROLLOUT_CLAIM_OWNED;
    for (size_t i = 0; i < n; i++)
        if (own.len > 0 && ro_str_eq(owners[i].uid, own))
            claim->flags |= ROLLOUT_CLAIM_OWNED;
    return ROLLOUT_OK;
}

int ro_deed_claim(const struct deed *d)
{
    struct ro_cluster *c = d->c;
    struct rollout_str name = ro_deed_text(d, ROLLOUT_ATTR_CLAIM);
    uint32_t at = d->action->subject_kind == ROLLOUT_SUBJECT_CLAIM ? d->action->subject : ROLLOUT_NONE;
    if (d->action->op == ROLLOUT_OP_CREATE_CLAIM)
        return create_claim(d);
    if (at >= c->claim_count || !ro_str_eq(c->claims[at].name, name)) /* deleted by an earlier action */
        return ROLLOUT_OK;
    struct rollout_claim *claim = &c->claims[at];
    if (d->action->op == ROLLOUT_OP_SET_CLAIM_OWNER)
        return own_claim(d, claim);
    if (d->action->op == ROLLOUT_OP_RESIZE_CLAIM) {
        claim->request = ro_texts_keep(&c->texts, ro_deed_text(d, ROLLOUT_ATTR_REQUEST));
        return ROLLOUT_OK;
    }
    claim->name = absent;
    c->claims_gone = true;
    return ROLLOUT_OK;
}

/* Whether a UnitedDeployment does not find what it has made: its labels tell, and a CloneSet template's are none. */
static bool is_unlisted(const struct ro_cluster *c, uint32_t place)
{
    const struct rollout_uniteddeployment *spec = &c->specs.uniteddeployment;
    struct rollout_revision listed = { .flags = 0 };
    if (!c->workload.uniteddeployment || (c->revision_objects[place].count == 0 && spec->child_kind != ROLLOUT_CHILD_CLONESET))
        return false;
    ro_uniteddeployment_list(spec, &listed, &c->revision_objects[place], 1);
    return listed.flags & ROLLOUT_REVISION_UNLISTED;
}

int ro_deed_on_revision(const struct deed *d)
{
    struct ro_cluster *c = d->c;
    uint32_t revision = ro_deed_revision(d);
    if (!revision || c->fixed_names) /* a small world has all that it will ever have */
        return ROLLOUT_OK;
    if (d->action->op == ROLLOUT_OP_DELETE_REVISION)
        return ro_revisions_remove(c, revision);
    c->revisions[revision - 1].flags &= ~(uint32_t)ROLLOUT_REVISION_NEW;
    if (d->action->op == ROLLOUT_OP_LABEL_REVISION)
        c->revisions[revision - 1].custom_version = ro_texts_keep(&c->texts, ro_deed_text(d, ROLLOUT_ATTR_VALUE));
    else if (d->action->op == ROLLOUT_OP_CREATE_REVISION && c->workload.sidecarset) /* with its label */
        c->revisions[revision - 1].custom_version = c->specs.sidecarset.custom_version.len > 0
                                                        ? c->specs.sidecarset.custom_version
                                                        : (struct rollout_str){ NULL, 0 };
    else if (d->action->op == ROLLOUT_OP_CREATE_REVISION && is_unlisted(c, revision - 1))
        c->revisions[revision - 1].flags |= ROLLOUT_REVISION_UNLISTED;
    if (ro_deed_attr(d, ROLLOUT_ATTR_NUMBER))
        c->revisions[revision - 1].number = ro_deed_value(d, ROLLOUT_ATTR_NUMBER);
    return ROLLOUT_OK;
}
