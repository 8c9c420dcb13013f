/* SPDX-License-Identifier: Apache-2.0 */
#include "objects/grouping.h"

#include "base/sort.h"
#include "objects/subset.h"
#include "objects/workload.h"
#include "rules/ordinal.h"

/* apiVersion of an item, which a list of one kind may leave out too. */
static struct rollout_str item_version(const struct rollout_grouping *g, const struct rollout_node *item)
{
    struct rollout_str version = ro_text(ro_get(item, "apiVersion"));
    return version.data ? version : ro_text(ro_get(g->root, "apiVersion"));
}

/* Whether items of this kind are read at all. */
static bool is_read(struct rollout_str kind)
{
    static const char *const kinds[] = { "Pod",  "ControllerRevision", "PersistentVolumeClaim",
                                         "Node", "StorageClass",       "Namespace" };
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
        if (ro_str_eq(kind, (struct rollout_str){ kinds[i], strlen(kinds[i]) }))
            return true;
    return ro_is_workload(kind);
}

/* What tells an item's workload must be readable: else it would belong to none, and nobody would see it. */
static void check_item(struct ro_decoder *d, const struct rollout_grouping *g, const struct ro_at *item)
{
    struct ro_at kind = ro_at_member(item, "kind");
    ro_read_text(d, item, "kind");
    if (!kind.node && !ro_item_kind(g, item->node).data)
        ro_refuse(d, &kind, "missing");
    if (!is_read(ro_item_kind(g, item->node)))
        return;
    struct ro_at metadata = ro_at_object(d, item, "metadata");
    ro_check_owners(d, &metadata);
}

/* Workloads by a text: by uid, or by what the names of a StatefulSet's claims begin with, in a namespace. */
struct entry {
    struct rollout_str scope; /* the namespace */
    struct rollout_str text;
    struct ro_group *group;
};

struct table {
    struct entry *items;
    uint32_t *order; /* sorted; as much again behind it for sorting */
    uint32_t count;
};

struct tables {
    struct table by_uid, by_claim;
    struct table by_child, by_replica_set; /* of UnitedDeployments: by the uids of their children, and of theirs */
};

static bool open_table(struct ro_arena *arena, size_t most, struct table *ret)
{
    ret->items = ro_arena_alloc(arena, most, sizeof(*ret->items));
    ret->order = ro_arena_alloc(arena, most * 2, sizeof(*ret->order));
    ret->count = 0;
    return ret->items && ret->order;
}

static void add_entry(struct table *table, struct rollout_str scope, struct rollout_str text, struct ro_group *group)
{
    table->order[table->count] = table->count;
    table->items[table->count++] = (struct entry){ scope, text, group };
}

static int compare_entry(const struct entry *entry, struct rollout_str scope, struct rollout_str text)
{
    int c = ro_str_cmp(entry->text, text);
    return c ? c : ro_str_cmp(entry->scope, scope);
}

static struct rollout_str name_of(const struct ro_group *group)
{
    return ro_text(ro_dig(group->workload.node, "metadata", "name", NULL));
}

static int by_text(const void *context, uint32_t a, uint32_t b)
{
    const struct entry *x = (const struct entry *)context + a, *y = (const struct entry *)context + b;
    int c = compare_entry(x, y->scope, y->text);
    c = c ? c : ro_str_cmp(name_of(x->group), name_of(y->group));
    return c ? c : ro_str_cmp(x->group->api_version, y->group->api_version);
}

/* Sorts the table and keeps of each workload (or template) that stands there several times the first. */
static void sort_table(struct table *table)
{
    uint32_t kept = 0;
    ro_sort_indices(table->order, table->count, table->order + table->count, by_text, table->items);
    for (uint32_t i = 0; i < table->count; i++)
        if (kept == 0 || by_text(table->items, table->order[kept - 1], table->order[i]) != 0)
            table->order[kept++] = table->order[i];
    table->count = kept;
}

/* Place of the first entry that is not before the text. */
static uint32_t find_place(const struct table *table, struct rollout_str scope, struct rollout_str text)
{
    uint32_t low = 0, high = table->count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (compare_entry(&table->items[table->order[middle]], scope, text) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* The group at this place if it is of the text. */
static struct ro_group *group_at(const struct table *table, uint32_t place, struct rollout_str scope,
                                 struct rollout_str text)
{
    const struct entry *entry = place < table->count ? &table->items[table->order[place]] : NULL;
    return entry && compare_entry(entry, scope, text) == 0 ? entry->group : NULL;
}

static struct ro_group *owner_of(const struct table *by_uid, struct rollout_str uid)
{
    static const struct rollout_str nowhere = { NULL, 0 };
    return uid.len ? group_at(by_uid, find_place(by_uid, nowhere, uid), nowhere, uid) : NULL;
}

/* Counts a member (fill false), or puts it where the group keeps them. */
static void assign(struct ro_group *group, size_t kind, const struct rollout_node *item, size_t index, bool fill)
{
    if (!group)
        return;
    if (fill)
        group->members[kind][group->count[kind]] = (struct ro_member){ item, index };
    group->count[kind]++;
}

/* Upstream finds the claims of a CloneSet by their owners: once a pod has taken one over, it is no longer the
 * workload's. Those of a StatefulSet are found by name, whoever owns them. */
static void assign_claims(const struct tables *tables, const struct rollout_node *claim, size_t index, bool fill)
{
    const struct rollout_node *refs = ro_dig(claim, "metadata", "ownerReferences", NULL);
    if (ro_is(refs, ROLLOUT_NODE_ARRAY))
        for (const struct rollout_node *r = ro_first(refs); r != ro_end(refs); r = ro_next(r)) {
            struct ro_group *group = owner_of(&tables->by_uid, ro_text(ro_get(r, "uid")));
            size_t mark = index * 2 + fill + 1;
            if (!group || group->claims_by_name || group->mark == mark)
                continue;
            group->mark = mark; /* an owner that stands twice counts once */
            assign(group, RO_MEMBER_CLAIMS, claim, index, fill);
        }

    const struct rollout_node *metadata = ro_get(claim, "metadata");
    struct rollout_str namespace_ = ro_text(ro_get(metadata, "namespace")), prefix;
    int32_t ordinal;
    if (!ro_claim_name_split(ro_text(ro_get(metadata, "name")), &prefix, &ordinal))
        return;
    uint32_t place = find_place(&tables->by_claim, namespace_, prefix);
    for (struct ro_group *group; (group = group_at(&tables->by_claim, place, namespace_, prefix)); place++)
        assign(group, RO_MEMBER_CLAIMS, claim, index, fill);
}

/* Whether the item may be a UnitedDeployment's child, or a ReplicaSet of one. */
static bool may_be_child(const struct rollout_grouping *g, const struct rollout_node *item, bool replica_set)
{
    struct rollout_str kind = ro_item_kind(g, item);
    return replica_set ? ro_str_eq(kind, RO_STR("ReplicaSet")) : ro_child_kind(kind, item_version(g, item)) != 0;
}

static struct ro_group *united(struct ro_group *group)
{
    return group && ro_str_eq(group->kind, RO_STR("UnitedDeployment")) ? group : NULL;
}

/* Children, their ReplicaSets and their pods belong to the UnitedDeployment at the top, beside whose else they are. */
static void assign_children(const struct rollout_grouping *g, const struct tables *tables,
                            const struct rollout_node *item, size_t index, bool fill)
{
    struct rollout_str controller = ro_controller_uid(item);
    if (tables->by_child.count == 0)
        return;
    if (may_be_child(g, item, false)) {
        assign(united(owner_of(&tables->by_uid, controller)), RO_MEMBER_SUBSETS, item, index, fill);
    } else if (may_be_child(g, item, true)) {
        assign(owner_of(&tables->by_child, controller), RO_MEMBER_SUBSETS, item, index, fill);
    } else if (ro_str_eq(ro_item_kind(g, item), RO_STR("Pod"))) {
        struct ro_group *group = owner_of(&tables->by_child, controller);
        assign(group ? group : owner_of(&tables->by_replica_set, controller), RO_MEMBER_PODS, item, index, fill);
    }
}

/* A ReplicaSet is its Deployment's, and a workload itself: its pods are those of both. */
static void assign_pod(const struct table *by_uid, const struct rollout_node *pod, size_t index, bool fill)
{
    struct ro_group *owner = owner_of(by_uid, ro_controller_uid(pod));
    assign(owner, RO_MEMBER_PODS, pod, index, fill);
    if (owner && owner->deployment)
        assign(owner->deployment, RO_MEMBER_PODS, pod, index, fill);
}

/* Pods and revisions belong to the controller among their owners. */
static void assign_all(const struct rollout_grouping *g, const struct tables *tables, bool fill)
{
    size_t index = 0;
    for (const struct rollout_node *c = ro_first(g->items); c != ro_end(g->items); c = ro_next(c), index++) {
        struct rollout_str kind = ro_item_kind(g, c);
        if (ro_str_eq(kind, RO_STR("Pod")))
            assign_pod(&tables->by_uid, c, index, fill);
        else if (ro_str_eq(kind, RO_STR("ControllerRevision")) || ro_str_eq(kind, RO_STR("ReplicaSet")))
            assign(owner_of(&tables->by_uid, ro_controller_uid(c)), RO_MEMBER_REVISIONS, c, index, fill);
        else if (ro_str_eq(kind, RO_STR("PersistentVolumeClaim")))
            assign_claims(tables, c, index, fill);
        assign_children(g, tables, c, index, fill);
    }
}

/* The items whose controller is in a table, by their own uids. */
static void fill_children(struct rollout_grouping *g, const struct table *of, bool replica_sets, struct table *ret)
{
    if (!open_table(&g->arena, ro_count(g->items), ret))
        return;
    for (const struct rollout_node *c = ro_first(g->items); c != ro_end(g->items); c = ro_next(c)) {
        struct ro_group *group = may_be_child(g, c, replica_sets) ? united(owner_of(of, ro_controller_uid(c))) : NULL;
        struct rollout_str uid = ro_text(ro_dig(c, "metadata", "uid", NULL));
        if (group && uid.len)
            add_entry(ret, (struct rollout_str){ NULL, 0 }, uid, group);
    }
    sort_table(ret);
}

/* The claim templates of a StatefulSet; NULL where it has none. Whether they can be read is seen when it is
 * decoded. */
static const struct rollout_node *claim_templates(const struct ro_group *group)
{
    const struct rollout_node *list = ro_dig(group->workload.node, "spec", "volumeClaimTemplates", NULL);
    return group->claims_by_name && ro_is(list, ROLLOUT_NODE_ARRAY) ? list : NULL;
}

/* <template>-<set> */
static struct rollout_str claim_prefix(struct ro_arena *arena, struct rollout_str template, struct rollout_str set)
{
    char *buf = ro_arena_alloc(arena, template.len + 1 + set.len, 1);
    if (!buf)
        return (struct rollout_str){ NULL, 0 };
    if (template.len)
        memcpy(buf, template.data, template.len);
    buf[template.len] = '-';
    if (set.len)
        memcpy(buf + template.len + 1, set.data, set.len);
    return (struct rollout_str){ buf, template.len + 1 + set.len };
}

static void fill_tables(struct rollout_grouping *g, struct tables *ret)
{
    size_t templates = 0;
    for (size_t i = 0; i < g->count; i++)
        templates += claim_templates(&g->groups[i]) ? ro_count(claim_templates(&g->groups[i])) : 0;
    if (!open_table(&g->arena, g->count, &ret->by_uid) || !open_table(&g->arena, templates, &ret->by_claim))
        return;
    for (size_t i = 0; i < g->count; i++) {
        struct ro_group *group = &g->groups[i];
        const struct rollout_node *metadata = ro_get(group->workload.node, "metadata");
        const struct rollout_node *list = claim_templates(group);
        add_entry(&ret->by_uid, (struct rollout_str){ NULL, 0 }, ro_text(ro_get(metadata, "uid")), group);
        if (!list)
            continue;
        for (const struct rollout_node *t = ro_first(list); t != ro_end(list); t = ro_next(t)) {
            struct rollout_str template = ro_text(ro_dig(t, "metadata", "name", NULL));
            add_entry(&ret->by_claim, ro_text(ro_get(metadata, "namespace")),
                      claim_prefix(&g->arena, template, name_of(group)), group);
        }
    }
    sort_table(&ret->by_uid);
    sort_table(&ret->by_claim);
    bool any = false;
    for (size_t i = 0; i < g->count; i++)
        any |= united(&g->groups[i]) != NULL;
    ret->by_child.count = ret->by_replica_set.count = 0;
    if (any) {
        fill_children(g, &ret->by_uid, false, &ret->by_child);
        fill_children(g, &ret->by_child, true, &ret->by_replica_set);
    }
}

/* The workloads among the items, in their order. */
static void find_workloads(struct ro_decoder *d, struct rollout_grouping *g)
{
    size_t index = 0, count = 0;
    struct ro_at root = ro_at_root(g->root), items = ro_at_array(d, &root, "items");
    for (const struct rollout_node *c = ro_first(g->items); c != ro_end(g->items); c = ro_next(c), index++) {
        struct ro_at at = ro_at_item(d, &items, c, index);
        check_item(d, g, &at);
        if (d->code != ROLLOUT_OK)
            return;
        if (!ro_is_workload(ro_item_kind(g, c)))
            continue;
        struct ro_group *group = &g->groups[count++];
        group->workload = (struct ro_member){ c, index };
        group->kind = ro_item_kind(g, c);
        group->api_version = item_version(g, c);
        group->claims_by_name = ro_str_eq(group->kind, RO_STR("StatefulSet"));
        group->all_pods = ro_str_eq(group->kind, RO_STR("SidecarSet"));
    }
}

/* SidecarSets share one array of all pods, of which each looks for its own. */
static void share_pods(struct rollout_grouping *g)
{
    bool any = false;
    size_t index = 0, count = 0;
    for (size_t i = 0; i < g->count; i++)
        any = any || g->groups[i].all_pods;
    for (const struct rollout_node *c = ro_first(g->items); any && c != ro_end(g->items); c = ro_next(c))
        count += ro_str_eq(ro_item_kind(g, c), RO_STR("Pod"));
    g->pods = ro_arena_alloc(&g->arena, count, sizeof(*g->pods));
    for (const struct rollout_node *c = ro_first(g->items); count && g->pods && c != ro_end(g->items);
         c = ro_next(c), index++)
        if (ro_str_eq(ro_item_kind(g, c), RO_STR("Pod")))
            g->pods[g->pod_count++] = (struct ro_member){ c, index };
    for (size_t i = 0; i < g->count; i++)
        if (g->groups[i].all_pods) {
            g->groups[i].members[RO_MEMBER_PODS] = g->pods;
            g->groups[i].count[RO_MEMBER_PODS] = g->pod_count;
        }
}

void ro_group_list(struct ro_decoder *d, struct rollout_grouping *g)
{
    struct tables tables;
    find_workloads(d, g);
    if (d->code != ROLLOUT_OK)
        return;
    fill_tables(g, &tables);
    if (g->arena.failed)
        return;
    for (size_t i = 0; i < g->count; i++) {
        struct ro_group *group = &g->groups[i], *up = owner_of(&tables.by_uid, ro_controller_uid(group->workload.node));
        if (up && ro_str_eq(group->kind, RO_STR("ReplicaSet")) && ro_str_eq(up->kind, RO_STR("Deployment")))
            group->deployment = up;
    }
    assign_all(g, &tables, false);
    for (size_t i = 0; i < g->count; i++) {
        for (size_t k = 0; k < RO_MEMBER_KINDS; k++) {
            struct ro_group *group = &g->groups[i];
            group->members[k] = ro_arena_alloc(&g->arena, group->count[k], sizeof(*group->members[k]));
            group->count[k] = 0;
        }
    }
    if (!g->arena.failed)
        assign_all(g, &tables, true);
    share_pods(g);
}
