/* SPDX-License-Identifier: Apache-2.0 */
/** @file inject.h
 *  What SidecarSets make of a new pod: OpenKruise's admission. Rules: sidecarset.md 10. */
#ifndef ROLLOUT_INJECT_H
#define ROLLOUT_INJECT_H

#include <rollout/base.h>
#include <rollout/node.h>
#include <rollout/objects.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Injects into a new pod.
 *
 *  document: an OBJECT (or one whose member `snapshot` is it) with `pod` (Pod), `sidecarSets` (in the order in
 *  which upstream comes upon them; those bound to a namespace are to be first), `revisions` (ControllerRevisions of all
 *  sets), `namespaces`, `now` (RFC 3339), `random` (the number in [0,1) that a Partial revision policy draws, 0 where
 *  absent) and `featureGates`.
 *
 *  *ret_objects has one tree, released with rollout_objects_free(): {actions, initContainers, containers, volumes,
 *  imagePullSecrets, annotations, env, mounts, pod}, as the recordings of admissions have it (snapshot.md), or
 *  {actions: [], error} where the pod would be refused. actions is empty where no set gives a container.
 *
 *  now_ms is used where the document has no "now"; 0: then that is an error.
 *
 *  Returns ROLLOUT_OK, ROLLOUT_ERR_INVALID or ROLLOUT_ERR_NOMEM.
 *  Since: 0.1 (testing) */
ROLLOUT_API int rollout_inject(const struct rollout_tree *document, int64_t now_ms,
                               struct rollout_objects **ret_objects, struct rollout_error *reterr);

#ifdef __cplusplus
}
#endif

#endif
