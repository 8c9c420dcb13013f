/* SPDX-License-Identifier: Apache-2.0 */
/* ControllerRevisions: decoding them, finding the one that the live template is, and making a new one. Source:
 * cloneset.md 7.2, statefulset.md 4.1, daemonset.md 5, inplace.md 2. */
#ifndef RO_OBJECTS_REVISION_H
#define RO_OBJECTS_REVISION_H

#include <rollout/snapshot.h>
#include <rollout/workload.h>

#include "base/memory.h"
#include "objects/decode.h"

/* Of a SidecarSet's revisions. */
#define RO_CUSTOM_VERSION_LABEL "apps.kruise.io/sidecarset-custom-version"

#define RO_REVISION_LABEL  "controller-revision-hash"
#define RO_CLAIMS_HASH_KEY "kruise.io/cloneset-volumeclaimtemplate-hash"

void ro_revision_decode(struct ro_decoder *d, struct ro_arena *arena, const struct ro_at *object,
                        struct rollout_revision *ret);

/* Place (from 0) of the stored revision that the object's template is, ROLLOUT_NONE if there is none. Of
 * several equal ones the last in upstream's order: by number, creation time, name; of a DaemonSet by number and
 * place. workload: the object, decoded. */
uint32_t ro_revision_of_template(struct ro_arena *arena, const struct rollout_workload *workload,
                                 const struct rollout_node *object, struct rollout_opt collision_count,
                                 const struct rollout_revision *revisions, const struct rollout_tree *objects,
                                 size_t count);

/* The number of the next revision after these; INT64_MAX where none is left. */
int64_t ro_revision_next_number(const struct rollout_revision *revisions, size_t count, bool from_first);

/* The revision that upstream would store for the object's template, with this number. Where its
 * name is taken, *collision_count is raised, as upstream does; a UnitedDeployment takes the one that has the name instead,
 * if it has the data, too: its place (from 0), and nothing is made. Else ROLLOUT_NONE. A lack of memory shows in the arena.
 *
 * For a DaemonSet upstream hashes how Go prints the template's struct, which cannot be made from the object: its
 * revisions get the hash that the other kinds' do. So the name, and the hash in it, is another one than upstream's,
 * and nothing else. */
uint32_t ro_revision_make(struct ro_arena *arena, const struct rollout_workload *workload,
                          const struct rollout_node *object, struct rollout_opt *collision_count,
                          const struct rollout_revision *revisions, size_t count, int64_t number,
                          struct rollout_revision *ret_revision, struct rollout_tree *ret_object);

/* Upstream's hash of volume claim templates (an ARRAY of claims) as decimal text; "" where there are none. */
struct rollout_str ro_claims_hash(struct ro_arena *arena, const struct rollout_node *templates);

#endif
