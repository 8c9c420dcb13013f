/* SPDX-License-Identifier: Apache-2.0 */
#include "document.h"

#include "tree.h"

/* How many workloads of a document are looked at, and how many places a StatefulSet, or pods with claims, may have: the
 * library takes up to 10,000,000. */
enum { MOST_WORLDS = 3, MOST_PLACES = 1000 };

bool document_parse(struct fuzz *f, const uint8_t *text, size_t size, struct rollout_tree *ret)
{
    struct rollout_json *json = NULL;
    struct rollout_error *error = fuzz_whole_error(f);
    int rc = rollout_json_parse(fuzz_copy(f, text, size), size, &json, error);
    if (rc != ROLLOUT_OK) {
        FUZZ_REQUIRE(rc == ROLLOUT_ERR_SYNTAX && !json && error->line && error->column);
        fuzz_failed(rc, error);
        return false;
    }
    *ret = document_tree(f, json);
    return true;
}

struct rollout_tree document_tree(struct fuzz *f, struct rollout_json *json)
{
    const struct rollout_tree *parsed = rollout_json_tree(json);
    FUZZ_REQUIRE(rollout_tree_check(parsed, NULL) == ROLLOUT_OK);
    struct rollout_tree tree = fuzz_tree_copy(f, parsed);
    rollout_json_free(json);
    return tree;
}

uint32_t document_hash(const uint8_t *data, size_t size)
{
    uint32_t hash = UINT32_C(2166136261);
    for (size_t i = 0; i < size; i++)
        hash = (hash ^ data[i]) * 16777619;
    return hash ^ hash >> 15;
}

static bool is_many(const struct rollout_intstr *value)
{
    return value->count > MOST_PLACES || value->text.len > 4;
}

/* Ranges of reserved ordinals are places too; a CloneSet's claims are actions. */
static bool takes_long(const struct rollout_world *world)
{
    const struct rollout_cloneset *clones = world->workload->cloneset;
    const struct rollout_statefulset *set = world->workload->statefulset;
    if (clones)
        return clones->claim_templates.count && (clones->replicas.value > MOST_PLACES || is_many(&clones->max_surge));
    bool wide = set && set->replicas.value > MOST_PLACES;
    for (size_t i = 0; set && i < set->reserve_ordinal_count; i++)
        wide |= set->reserve_ordinals[i].text.len > 8;
    return wide;
}

void document_worlds(const uint8_t *data, size_t size, document_world *function)
{
    struct fuzz f = fuzz_begin(NULL, 0);
    struct rollout_tree tree;
    struct rollout_grouping *grouping = NULL;
    struct rollout_error *error = fuzz_whole_error(&f);
    uint32_t hash = document_hash(data, size);
    if (document_parse(&f, data, size, &tree)) {
        int rc = rollout_document_group(&tree, &grouping, error);
        if (rc != ROLLOUT_OK)
            fuzz_failed(rc, error);
        size_t count = rc == ROLLOUT_OK ? rollout_grouping_count(grouping) : 0;
        for (size_t i = 0; i < count && i < MOST_WORLDS; i++) {
            struct rollout_world *world = NULL;
            rc = rollout_grouping_decode(grouping, i, FUZZ_NOW, &world, error);
            if (rc != ROLLOUT_OK)
                fuzz_failed(rc, error);
            else if (!takes_long(world))
                function(&f, world, hash);
            rollout_world_free(world);
        }
        rollout_grouping_free(grouping);
    }
    fuzz_end(&f);
}
