/* SPDX-License-Identifier: Apache-2.0 */
/* The shapes of a document, and which of its objects belong to which workload. */
#ifndef RO_OBJECTS_GROUPING_H
#define RO_OBJECTS_GROUPING_H

#include <rollout/objects.h>

#include "base/memory.h"
#include "objects/decode.h"

/* An object and its place in the array that holds it. */
struct ro_member {
    const struct rollout_node *node;
    size_t index;
};

enum { RO_MEMBER_PODS, RO_MEMBER_REVISIONS, RO_MEMBER_CLAIMS, RO_MEMBER_SUBSETS, RO_MEMBER_KINDS };

/* A workload and what belongs to it, in the document's order. */
struct ro_group {
    struct ro_member workload;
    struct rollout_str kind;
    struct rollout_str api_version;
    struct ro_member *members[RO_MEMBER_KINDS];
    size_t count[RO_MEMBER_KINDS];
    struct ro_group *deployment; /* of a List's ReplicaSet, where its controller is one and there; else NULL */
    size_t mark;         /* the claim that was assigned last */
    bool claims_by_name; /* else by their owners */
    bool all_pods;       /* of a List: its pods are told by a selector */
};

struct rollout_grouping {
    struct ro_arena arena;
    const struct rollout_node *root;
    const struct rollout_node *body;  /* the Snapshot; NULL: a List or a workload alone */
    const struct rollout_node *items; /* of a List; NULL: it has none */
    bool list;
    struct ro_group *groups;
    size_t count;
    struct rollout_nodes nodes; /* all workloads see the same */
    struct rollout_storage_classes storage_classes;
    struct rollout_namespaces namespaces;
    struct ro_member *pods; /* all of a List that has a SidecarSet */
    size_t pod_count;
};

/* Where things stand in a document, for paths. Must not be moved once filled. group may be NULL: then the
 * workload is absent. */
struct ro_places {
    struct ro_at root, body;
    struct ro_at arrays[RO_MEMBER_KINDS];
    struct ro_at workload;
};

void ro_grouping_places(struct ro_decoder *d, const struct rollout_grouping *grouping, const struct ro_group *group,
                        struct ro_places *ret);

/* The kind of a List's item: a list of one kind ("PodList") may leave it out of its items. */
struct rollout_str ro_item_kind(const struct rollout_grouping *grouping, const struct rollout_node *item);

/* Sorts the items of a List, which has some, by the workloads among them. grouping->groups has room for all. */
void ro_group_list(struct ro_decoder *d, struct rollout_grouping *grouping);

#endif
