/* SPDX-License-Identifier: Apache-2.0 */
/* One admission: which sets take part, and what one container of theirs becomes. Source: sidecarset.md 10. */
#ifndef RO_OBJECTS_INJECT_H
#define RO_OBJECTS_INJECT_H

#include <stdbool.h>

#include "base/edit.h"
#include "base/names.h"
#include "base/tree.h"
#include "objects/decode.h"

/* The elements of a list, by the text of one of their members. */
struct ro_named {
    const struct rollout_node **items;
    struct ro_names names;
};
struct ro_named ro_named_make(struct ro_arena *arena, const struct rollout_node *list, const char *key);
const struct rollout_node *ro_named_first(const struct ro_named *named, struct rollout_str name); /* NULL: none */

/* A container of the pod, of which sidecars take over. */
struct ro_source {
    const struct rollout_node *container;
    bool injected;       /* by some SidecarSet: it shares nothing */
    struct ro_named env; /* by name */
};

/* A set as it is injected: its live spec, or that of a revision. */
struct ro_injected_set {
    const struct rollout_node *object; /* the SidecarSet */
    const struct rollout_node *spec;   /* of its containers and what goes with them */
    struct rollout_str name, hash, hash_without_image, revision;
    bool pinned; /* the spec is the data of revisions[index], else of sidecarSets[index] */
    size_t index;
    struct ro_named volumes;
    bool hidden; /* by a canary */
};

struct ro_injection {
    struct ro_decoder *d;
    struct ro_arena *arena;
    const struct rollout_node *document, *pod;
    struct ro_injected_set *sets;
    size_t set_count;
    struct ro_source *sources; /* the pod's containers, in order */
    struct ro_names source_names;
    struct ro_names sidecars;   /* names of all containers of the sets */
    struct rollout_str refused; /* why the pod is; absent = it is not */
};

/* Which sets take part, and which version of them (10.1, 10.2). */
void ro_inject_choose(struct ro_injection *in);

/* What is looked up in the pod and the sets, once these are chosen. */
void ro_inject_look_up(struct ro_injection *in);

/* Takes out the elements, from the from-th one on, whose text at either key has occurred before in the list. */
void ro_inject_unique(struct ro_arena *arena, struct ro_edit *list, const char *key, const char *other, size_t from);

/* Lists of the pod's spec with what is injected (10.4). Injected containers are wrapped: {before, container}. */
void ro_inject_sort(struct ro_arena *arena, struct ro_edit *injected);
void ro_inject_merge(struct ro_arena *arena, struct ro_edit *spec, const char *key, struct ro_edit *injected);
void ro_inject_append(struct ro_arena *arena, struct ro_edit *spec, const char *key, struct ro_edit *injected,
                      bool unique);

/* A container as it goes into the pod (10.3); volumes: those that it mounts are added. Hot ones come as a pair.
 * resources: instead of its own; NULL = its own. */
void ro_inject_container(struct ro_injection *in, const struct ro_injected_set *set,
                         const struct rollout_node *container, bool init, const struct rollout_node *resources,
                         struct ro_edit *volumes, struct ro_edit *ret);

/* The `resources` that a container's resourcesPolicy comes to (10.5); NULL without one, where the pod is refused, and
 * where the decoder refuses what is not known here. where: the container's place. */
const struct rollout_node *ro_inject_resources(struct ro_injection *in, const struct rollout_node *container,
                                               const struct ro_path *where);

#endif
