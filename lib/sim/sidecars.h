/* SPDX-License-Identifier: Apache-2.0 */
/* Pods of others that carry a SidecarSet's containers: their objects, of which the model keeps what the planner reads. */
#ifndef RO_SIM_SIDECARS_H
#define RO_SIM_SIDECARS_H

#include <stdbool.h>

#include <rollout/node.h>
#include <rollout/snapshot.h>

struct ro_arena;
struct ro_cluster;
struct ro_sim_pod;
struct rollout_world;
struct rollout_plan;

/* An object that pods have, kept once: containers with their images, annotations, statuses, the one condition. */
struct ro_sidecar_object {
    struct rollout_tree tree;
    void *block;          /* of the tree and what follows; NULL = the place is free */
    uint32_t hash, users; /* how many pods have it; not counted in a small world, where none ever goes */
    uint32_t next;        /* of the same slot, or of the free ones, from 1 */
    bool injected;        /* its list of sets has this one */
    struct rollout_str set_hash, imageless, revision; /* what it says of this set */
    const struct rollout_world *judged;               /* the set for which `flipped` holds */
    bool flipped; /* of each hot pair the one that does not work has the empty image */
};

/* All of them. Zero-initialise. */
struct ro_sidecar_objects {
    struct ro_sidecar_object *items;
    uint32_t *slots; /* from 1 */
    uint32_t count, room, slot_count, free;
};

void ro_sidecars_free(struct ro_cluster *c);

/* The spec as admission leaves it: hashes that are not there, or are those of other containers, are made. ROLLOUT_OK or
 * ROLLOUT_ERR_NOMEM. */
int ro_sidecars_admit(struct ro_cluster *c);

/* A pod of the start takes its object as it is; what of it is under way. ROLLOUT_OK, or an error. */
int ro_sidecars_begin(struct ro_cluster *c, uint32_t pod);

/* The pod is no longer there; or has the object of this number. */
void ro_sidecars_leave(struct ro_cluster *c, uint32_t pod);
void ro_sidecars_recall(struct ro_cluster *c, uint32_t pod, uint32_t number);

/* What the pod's object says. */
const struct ro_sidecar_object *ro_sidecars_of(const struct ro_cluster *c, const struct ro_sim_pod *hidden);

/* Labels and namespace match, it is neither finished nor terminating, and it has been injected. */
bool ro_sidecars_matched(const struct ro_cluster *c, const struct rollout_pod *pod, const struct ro_sim_pod *hidden);

/* The image that a status names is the spec's. */
bool ro_sidecars_same_image(struct rollout_str spec, struct rollout_str status);

/* Some container does not run what the spec says. */
bool ro_sidecars_changed(const struct ro_cluster *c, const struct ro_sim_pod *hidden);

/* Each hot pair is done with: the one that does not work has the empty image. */
bool ro_sidecars_flipped(const struct ro_cluster *c, const struct ro_sim_pod *hidden);

/* ---- effects_sidecar.c ---- */

/* Carries out an action on the pod's object, by rollout_apply_to(). */
int ro_sidecars_act(struct ro_cluster *c, const struct rollout_plan *plan, size_t action, uint32_t pod);

/* kubelet: containers stop that are to run something else; what has stopped, or is new, starts; what runs becomes ready.
 * can_ready: something would. */
void ro_sidecars_stop(struct ro_cluster *c, uint32_t pod);
void ro_sidecars_start(struct ro_cluster *c, uint32_t pod);
void ro_sidecars_ready(struct ro_cluster *c, uint32_t pod);
bool ro_sidecars_can_ready(const struct ro_cluster *c, uint32_t pod);

/* Those of the set that work, of hot pairs one each, run what the spec says and are ready. */
bool ro_sidecars_taken(const struct ro_cluster *c, const struct ro_sim_pod *hidden);

/* The set's containers run what the spec says and are ready, and no hot upgrade is under way. */
bool ro_sidecars_run(const struct ro_cluster *c, uint32_t pod);

/* Containers become unready: the application's; those of the set that work, which crash until they have another image. Those
 * of the set that are not ready crash. */
void ro_sidecars_unready(struct ro_cluster *c, uint32_t pod);
void ro_sidecars_break(struct ro_cluster *c, uint32_t pod);
void ro_sidecars_fail(struct ro_cluster *c, uint32_t pod);

/* A container of the set as a hot pair; false: it is none. */
struct sc_container;
bool ro_sidecars_pair(const struct rollout_node *container, struct sc_container *ret, struct ro_arena *arena);

/* The pod's owner makes it anew, under the same name and with what admission injects now. False: nothing is made. */
bool ro_sidecars_renew(struct ro_cluster *c, uint32_t pod);

/* For these: puts another object in the place of the pod's. */
void ro_sidecars_put(struct ro_cluster *c, uint32_t pod, const struct rollout_node *object);

#endif
