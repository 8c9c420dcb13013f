/* SPDX-License-Identifier: Apache-2.0 */
/* Children, subsets and status entries of one name, and what the pods of each child come to. Source:
 * uniteddeployment.md 2. */
#include "planners/uniteddeployment_pass.h"

#include "base/sort.h"
#include "rules/shares.h"

/* ---- entries by name ---- */

static int by_name(const void *context, uint32_t a, uint32_t b)
{
    const struct entry *entries = context;
    return ro_str_cmp(entries[a].name, entries[b].name);
}

/* The first entry given of this name; ROLLOUT_NONE. */
static uint32_t find_entry(const struct united *pass, struct rollout_str name)
{
    size_t low = 0, count = pass->status->subset_count, high = count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (ro_str_cmp(pass->entries[pass->entry_names[middle]].name, name) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    bool found = low < count && ro_str_eq(pass->entries[pass->entry_names[low]].name, name);
    return found ? pass->entry_names[low] : ROLLOUT_NONE;
}

/* The subset of this name; ROLLOUT_NONE. */
static uint32_t find_subset(const struct united *pass, struct rollout_str name)
{
    uint32_t place = ro_subsets_find(pass->spec->subsets, pass->n_shares, pass->names, name);
    return place == ROLLOUT_NONE ? ROLLOUT_NONE : pass->names[place];
}

/* ---- joining ---- */

/* Step 3: an entry for every subset of the spec. */
static void join_entries(struct united *pass)
{
    size_t given = pass->status->subset_count;
    bool first = given == 0;
    for (size_t i = 0; i < given; i++)
        pass->entries[i] = (struct entry){ .name = pass->status->subsets[i].name,
                                           .old = &pass->status->subsets[i],
                                           .child = ROLLOUT_NONE };
    for (uint32_t i = 0; i < given; i++)
        pass->entry_names[i] = i;
    ro_sort_indices(pass->entry_names, given, pass->scratch, by_name, pass->entries);
    pass->n_entries = given;
    for (size_t i = 0; i < pass->n_shares; i++) {
        struct rollout_str name = pass->spec->subsets[i].name;
        uint32_t entry = find_entry(pass, name);
        if (entry == ROLLOUT_NONE) {
            entry = (uint32_t)pass->n_entries++;
            pass->entries[entry] = (struct entry){ .name = name, .child = ROLLOUT_NONE };
            if (united_reserves(pass) && !first)
                pass->entries[entry].change = CONDITION_CREATED;
        }
        pass->shares[i].entry = entry;
    }
}

/* Leftover children of one name: the first one stays, which here is one that no other has the place of. */
static int by_subset(const void *context, uint32_t a, uint32_t b)
{
    const struct child *children = context;
    return ro_str_cmp(children[a].facts->subset, children[b].facts->subset);
}

static void join_children(struct united *pass)
{
    uint32_t strangers = 0;
    for (uint32_t i = 0; i < pass->n_children; i++) {
        struct child *child = &pass->children[i];
        const struct ro_abi_array *array = &pass->in->subsets;
        *child = (struct child){ .facts = (const void *)(array->items + i * array->stride),
                                 .subset = ROLLOUT_NONE,
                                 .entry = ROLLOUT_NONE };
        if (child->facts->kind != pass->spec->child_kind) {
            child->fate = CHILD_OTHER_KIND;
            continue;
        }
        child->subset = find_subset(pass, child->facts->subset);
        if (child->subset == ROLLOUT_NONE) {
            child->fate = CHILD_NOT_IN_SPEC;
            child->entry = find_entry(pass, child->facts->subset);
            pass->order[strangers++] = i;
        } else if (pass->shares[child->subset].child == ROLLOUT_NONE) {
            pass->shares[child->subset].child = i;
            child->entry = pass->shares[child->subset].entry;
        } else {
            child->fate = CHILD_DUPLICATE;
            child->holder = pass->shares[child->subset].child;
        }
    }
    ro_sort_indices(pass->order, strangers, pass->scratch, by_subset, pass->children);
    for (uint32_t i = 1, first = 0; i < strangers; i++) {
        struct child *child = &pass->children[pass->order[i]];
        if (by_subset(pass->children, pass->order[first], pass->order[i]) != 0) {
            first = i;
            continue;
        }
        child->fate = CHILD_DUPLICATE;
        child->holder = pass->order[first];
    }
    for (uint32_t i = 0; i < pass->n_children; i++)
        if (child_listed(&pass->children[i]) && pass->children[i].entry != ROLLOUT_NONE)
            pass->entries[pass->children[i].entry].child = i;
}

bool united_join(struct united *pass)
{
    const struct rollout_subset_spec *subsets = pass->spec->subsets;
    ro_subsets_sort(subsets, pass->n_shares, pass->names, pass->scratch);
    for (size_t i = 1; i < pass->n_shares; i++)
        if (ro_str_eq(subsets[pass->names[i - 1]].name, subsets[pass->names[i]].name)) {
            pass->error_subset = pass->names[i];
            return false;
        }
    for (size_t i = 0; i < pass->n_shares; i++)
        pass->shares[i] = (struct share){ .child = ROLLOUT_NONE };
    join_entries(pass);
    join_children(pass);
    return true;
}

/* ---- pods ---- */

static struct rollout_str label(const struct rollout_pod *pod, struct rollout_str key, uint32_t *hint)
{
    const struct rollout_str *value = ro_labels_find(&pod->labels, key, hint);
    return value ? *value : (struct rollout_str){ NULL, 0 };
}

struct rollout_str united_pod_revision(const struct rollout_pod *pod, uint32_t *hint)
{
    return label(pod, RO_STR("apps.kruise.io/controller-revision-hash"), hint);
}

struct rollout_str united_pod_reserved(const struct rollout_pod *pod, uint32_t *hint)
{
    return label(pod, RO_STR("apps.kruise.io/united-deployment-reserved-pod"), hint);
}

static int64_t partition_of(const struct child *child)
{
    int64_t partition;
    if (child->facts->flags & ROLLOUT_SUBSET_ON_DELETE)
        return child->others;
    if (child->facts->partition.kind == ROLLOUT_INTSTR_UNSET ||
        rollout_intstr_scale(&child->facts->partition, ROLLOUT_PARSER_SCALED, ROLLOUT_ROUND_UP, child->facts->replicas,
                             &partition))
        return 0;
    return partition;
}

void united_count(struct united *pass)
{
    uint32_t hint = 0;
    for (size_t i = 0; i < pass->n_pods; i++) {
        const struct rollout_pod *pod = united_pod(pass, i);
        if (pod->child == 0)
            continue;
        struct child *child = &pass->children[pod->child - 1];
        struct rollout_str revision = united_pod_revision(pod, &hint);
        bool gone = pod->flags & ROLLOUT_POD_TERMINATING || pod->phase == ROLLOUT_PHASE_SUCCEEDED ||
                    pod->phase == ROLLOUT_PHASE_FAILED;
        child->others += !ro_str_eq(revision, child->facts->revision);
        if (gone || !ro_str_eq(revision, pass->expected))
            continue;
        child->updated++;
        child->updated_ready += (pod->flags & ROLLOUT_POD_READY) != 0;
    }
    for (size_t i = 0; i < pass->n_children; i++)
        pass->children[i].partition = partition_of(&pass->children[i]);
}

const struct rollout_condition *united_schedulable(const struct entry *entry)
{
    for (size_t i = 0; entry->old && i < entry->old->condition_count; i++)
        if (ro_str_eq(entry->old->conditions[i].type, RO_STR("Schedulable")))
            return &entry->old->conditions[i];
    return NULL;
}
