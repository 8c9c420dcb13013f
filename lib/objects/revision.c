/* SPDX-License-Identifier: Apache-2.0 */
#include "objects/revision.h"

#include <inttypes.h>
#include <limits.h>
#include <stdio.h>

#include "base/edit.h"
#include "base/hash.h"
#include "base/number.h"
#include "objects/kind.h"
#include "objects/owner.h"
#include "objects/revision_data.h"
#include "objects/uniteddeployment.h"

static const struct rollout_str pod_label = { RO_REVISION_LABEL, sizeof(RO_REVISION_LABEL) - 1 };
static const struct rollout_str claims_annotation = { RO_CLAIMS_HASH_KEY, sizeof(RO_CLAIMS_HASH_KEY) - 1 };

/* How the kinds' revisions differ (cloneset.md 7.2, statefulset.md 4.1, daemonset.md 5). */
struct style {
    struct rollout_str hash_label;
    int name_room;        /* of the workload's name so many bytes go into the revision's */
    bool compares_hashes; /* labels with different numbers tell two revisions apart, whatever their data are */
    bool sorted;          /* of equal data and number the later one counts, else the last of the list */
    bool keeps_first;     /* where the name gets another hash for a collision, the label keeps the first one */
    bool hashes_claims;   /* the claim templates' hash is an annotation */
    bool of_child;        /* its labels are those of the child's template, and one that has its name and data is it */
};

static const struct style sorted_style = {
    { "controller.kubernetes.io/hash", 29 }, 223, true, true, true, false, false
};
static const struct style cloneset_style = {
    { "controller.kubernetes.io/hash", 29 }, 223, true, true, true, true, false
};
static const struct style daemonset_style = {
    { RO_REVISION_LABEL, sizeof(RO_REVISION_LABEL) - 1 }, INT_MAX, false, false, false, false, false
};
static const struct style united_style = {
    { "controller.kubernetes.io/hash", 29 }, 223, true, true, true, false, true
};

static const struct style *style_of(const struct rollout_workload *workload)
{
    if (workload->cloneset)
        return &cloneset_style;
    if (workload->uniteddeployment)
        return &united_style;
    return workload->daemonset ? &daemonset_style : &sorted_style;
}

/* ---- decoding ---- */

/* .data is raw to the API: whatever its shape, it is not refused. */
static struct rollout_strs topology_keys(struct ro_arena *arena, const struct rollout_node *data)
{
    struct rollout_strs keys = { NULL, 0, sizeof(struct rollout_str) };
    const struct rollout_node *list = ro_dig(data, "spec", "template", "spec", "topologySpreadConstraints", NULL);
    if (!ro_is(list, ROLLOUT_NODE_ARRAY) || ro_count(list) == 0)
        return keys;
    struct rollout_str *items = ro_arena_alloc(arena, ro_count(list), sizeof(*items));
    if (!items)
        return keys;
    for (const struct rollout_node *c = ro_first(list); c != ro_end(list); c = ro_next(c))
        items[keys.count++] = ro_text(ro_get(c, "topologyKey"));
    keys.items = items;
    return keys;
}

static struct rollout_str label_of(const struct rollout_node *object, struct rollout_str key)
{
    return ro_text(ro_get_str(ro_dig(object, "metadata", "labels", NULL), key));
}

void ro_revision_decode(struct ro_decoder *d, struct ro_arena *arena, const struct ro_at *object,
                        struct rollout_revision *ret)
{
    struct ro_metadata metadata;
    ro_check_kind(d, object, "ControllerRevision");
    ro_read_metadata(d, object, &metadata);
    const struct rollout_node *data = ro_at_object(d, object, "data").node;
    *ret = (struct rollout_revision){
        .name = metadata.name,
        .number = ro_read_int64(d, object, "revision"),
        .topology_keys = topology_keys(arena, data),
        .data = ro_tree_of(data),
        .claims_hash = ro_text(ro_get_str(metadata.annotations, claims_annotation)),
        .hash = label_of(object->node, pod_label),
        .custom_version = label_of(object->node, RO_STR(RO_CUSTOM_VERSION_LABEL)),
        .created_ms = metadata.created_ms,
    };
}

/* Hash of a revision: FNV-1 over its data and the collision count, which upstream always writes. */
static struct rollout_str hash_of(struct rollout_str data, int32_t collision_count, char buf[16])
{
    char digits[16];
    int len = snprintf(digits, sizeof(digits), "%" PRId32, collision_count);
    uint32_t hash = ro_fnv1(ro_fnv1(RO_FNV_BASIS, data), (struct rollout_str){ digits, (size_t)len });
    return (struct rollout_str){ buf, ro_safe_encode(hash, buf) };
}

/* ---- finding ---- */

/* Upstream holds two revisions for different where their hash labels are two different 32-bit numbers. */
static bool differ_by_label(struct rollout_str a, struct rollout_str b)
{
    int64_t x, y;
    return a.data && b.data && ro_parse_int(a, -1, &x) && ro_parse_int(b, -1, &y) && x >= INT32_MIN && x <= INT32_MAX &&
           y >= INT32_MIN && y <= INT32_MAX && x != y;
}

static bool later(const struct rollout_revision *a, const struct rollout_revision *b)
{
    if (a->number != b->number)
        return a->number > b->number;
    return a->created_ms != b->created_ms ? a->created_ms > b->created_ms : ro_str_cmp(a->name, b->name) > 0;
}

/* Whether revision i counts more than j, of the same data. */
static bool is_preferred(const struct style *style, const struct rollout_revision *revisions, size_t i, size_t j)
{
    if (style->sorted)
        return later(&revisions[i], &revisions[j]);
    return revisions[i].number >= revisions[j].number;
}

/* What upstream stores, of a live spec or of one that was stored. */
static struct rollout_tree data_of(struct ro_arena *arena, const struct rollout_workload *workload,
                                   const struct rollout_node *spec)
{
    return workload->sidecarset ? ro_sidecar_data(arena, spec)
                                : ro_revision_data(arena, ro_get(spec, "template"), style_of(workload)->of_child);
}

/* Whether a stored revision's data are these. */
static bool has_data(struct ro_arena *arena, const struct rollout_workload *workload,
                     const struct rollout_revision *revision, const struct rollout_tree *data)
{
    struct ro_arena scratch = { NULL, false };
    const struct rollout_node *spec = ro_get(revision->data.nodes, "spec");
    if (!spec || (!workload->sidecarset && !ro_get(spec, "template")))
        return false;
    struct rollout_tree stored = data_of(&scratch, workload, spec);
    bool equal = stored.count > 0 && ro_equal(data->nodes, stored.nodes);
    arena->failed |= scratch.failed;
    ro_arena_free(&scratch);
    return equal;
}

uint32_t ro_revision_of_template(struct ro_arena *arena, const struct rollout_workload *workload,
                                 const struct rollout_node *object, struct rollout_opt collision_count,
                                 const struct rollout_revision *revisions, const struct rollout_tree *objects,
                                 size_t count)
{
    const struct style *style = style_of(workload);
    struct ro_arena scratch = { NULL, false };
    uint32_t found = ROLLOUT_NONE;
    char buf[16];
    struct rollout_tree wanted = data_of(&scratch, workload, ro_get(object, "spec"));
    struct rollout_str hash = hash_of(ro_data_text(&scratch, &wanted), collision_count.value, buf);
    for (size_t i = 0; i < count && !scratch.failed; i++) {
        if (style->compares_hashes && differ_by_label(hash, label_of(objects[i].nodes, style->hash_label)))
            continue;
        /* Upstream compares bytes; what its encoder adds is added on this side too, so that a revision that
         * another encoder wrote without "resources":{} or "creationTimestamp":null is still recognised. */
        if (has_data(&scratch, workload, &revisions[i], &wanted) &&
            (found == ROLLOUT_NONE || is_preferred(style, revisions, i, found)))
            found = (uint32_t)i;
    }
    arena->failed |= scratch.failed;
    ro_arena_free(&scratch);
    return found;
}

/* ---- making ---- */

/* Place of the revision of this name; count where there is none. */
static size_t find_name(const struct rollout_revision *revisions, size_t count, struct rollout_str name)
{
    size_t i = 0;
    while (i < count && !ro_str_eq(revisions[i].name, name))
        i++;
    return i;
}

/* A map of the object, to be changed; an empty one where it is absent. */
static struct ro_edit *map_of(struct ro_arena *arena, const struct rollout_node *map)
{
    return ro_is(map, ROLLOUT_NODE_OBJECT) ? ro_edit_copy(arena, map) : ro_edit_object(arena);
}

/* The names that upstream would try one after the other until one is free, and the label that goes with it; or until one
 * is that of a revision which can be taken as it is: its place. */
static struct rollout_str free_name(struct ro_arena *arena, const struct rollout_workload *workload,
                                    struct rollout_str owner, const struct rollout_tree *tree,
                                    struct rollout_opt *collision_count, const struct rollout_revision *revisions,
                                    size_t count, struct rollout_str *ret_label, uint32_t *ret_found)
{
    char buf[16];
    const struct style *style = style_of(workload);
    struct rollout_str data = ro_data_text(arena, tree);
    *ret_found = ROLLOUT_NONE;
    struct rollout_str first = ro_arena_str(arena, hash_of(data, collision_count->value, buf)), name;
    int prefix = owner.len > (size_t)style->name_room ? style->name_room : (int)owner.len;
    for (;;) {
        struct rollout_str hash = hash_of(data, collision_count->value, buf);
        name = ro_arena_printf(arena, "%.*s-%.*s", prefix, owner.data ? owner.data : "", (int)hash.len, hash.data);
        *ret_label = style->keeps_first ? first : ro_arena_str(arena, hash);
        size_t i = find_name(revisions, count, name);
        if (arena->failed || i == count)
            return name;
        if (style->of_child && has_data(arena, workload, &revisions[i], tree)) {
            *ret_found = (uint32_t)i;
            return name;
        }
        *collision_count = (struct rollout_opt){ 1, (int32_t)((uint32_t)collision_count->value + 1) };
    }
}

/* The labels of what the revision is of: a UnitedDeployment's are those of its child's template, but for a CloneSet's, a
 * SidecarSet's its own. */
static const struct rollout_node *labels_of(const struct rollout_workload *workload, const struct rollout_node *object)
{
    const struct rollout_node *template = ro_dig(object, "spec", "template", NULL);
    if (workload->sidecarset)
        return ro_dig(object, "metadata", "labels", NULL);
    if (!workload->uniteddeployment)
        return ro_dig(template, "metadata", "labels", NULL);
    uint32_t kind = workload->uniteddeployment->child_kind;
    const char *key = ro_child_template_key(kind);
    return key && kind != ROLLOUT_CHILD_CLONESET ? ro_dig(template, key, "metadata", "labels", NULL) : NULL;
}

int64_t ro_revision_next_number(const struct rollout_revision *revisions, size_t count, bool from_first)
{
    int64_t number = from_first && count ? revisions[0].number : 0;
    for (size_t i = 0; i < count; i++)
        if (revisions[i].number > number)
            number = revisions[i].number;
    return number + (number < INT64_MAX); /* else refused by whoever plans it */
}

uint32_t ro_revision_make(struct ro_arena *arena, const struct rollout_workload *workload,
                          const struct rollout_node *object, struct rollout_opt *collision_count,
                          const struct rollout_revision *revisions, size_t count, int64_t number,
                          struct rollout_revision *ret_revision, struct rollout_tree *ret_object)
{
    const struct style *style = style_of(workload);
    struct ro_kind kind = ro_kind_of(workload);
    const struct rollout_node *metadata = ro_get(object, "metadata");
    struct rollout_tree data = data_of(arena, workload, ro_get(object, "spec"));
    struct rollout_str label, claims = { NULL, 0 };
    uint32_t found;
    struct rollout_str name =
        free_name(arena, workload, kind.name, &data, collision_count, revisions, count, &label, &found);
    if (found != ROLLOUT_NONE)
        return found;

    struct ro_edit *out = ro_edit_object(arena);
    ro_edit_set_text(arena, out, RO_STR("kind"), RO_STR("ControllerRevision"));
    ro_edit_set_text(arena, out, RO_STR("apiVersion"), RO_STR("apps/v1"));
    struct ro_edit *meta = ro_edit_need_object(arena, out, "metadata");
    ro_edit_set_text(arena, meta, RO_STR("name"), name);
    ro_edit_set_text(arena, meta, RO_STR("namespace"),
                     workload->sidecarset ? RO_STR("kruise-system") : kind.namespace_); /* it has none itself */
    struct ro_edit *labels = map_of(arena, labels_of(workload, object));
    ro_edit_set_text(arena, labels, style->hash_label, label);
    if (workload->sidecarset) /* by which its revisions are found */
        ro_edit_set_text(arena, labels, RO_STR("kruise.io/sidecarset-name"), kind.name);
    if (workload->sidecarset && workload->sidecarset->custom_version.len > 0)
        ro_edit_set_text(arena, labels, RO_STR(RO_CUSTOM_VERSION_LABEL), workload->sidecarset->custom_version);
    ro_edit_set(meta, RO_STR("labels"), labels);
    struct ro_edit *annotations = map_of(arena, ro_get(metadata, "annotations"));
    if (style->hashes_claims) {
        claims = ro_claims_hash(arena, ro_dig(object, "spec", "volumeClaimTemplates", NULL));
        ro_edit_set_text(arena, annotations, claims_annotation, claims);
    }
    if (annotations && annotations->first)
        ro_edit_set(meta, RO_STR("annotations"), annotations);
    struct ro_owner owner = { kind.api_version, kind.kind, kind.name, ro_text(ro_get(metadata, "uid")) };
    ro_edit_append(ro_edit_need_array(arena, meta, "ownerReferences"), ro_owner_reference(arena, &owner, true));

    ro_edit_set(out, RO_STR("data"), ro_edit_copy(arena, data.count ? data.nodes : NULL));
    ro_edit_set(out, RO_STR("revision"), ro_edit_integer(arena, number));
    *ret_object = ro_edit_flatten(arena, out);
    const struct rollout_node *made = ret_object->count ? ro_get(ret_object->nodes, "data") : NULL;
    *ret_revision = (struct rollout_revision){
        .name = name,
        .number = number,
        .flags = ROLLOUT_REVISION_NEW,
        .topology_keys = topology_keys(arena, made),
        .data = ro_tree_of(made),
        .claims_hash = claims,
        .hash = label_of(ret_object->nodes, pod_label),
    };
    return ROLLOUT_NONE;
}
