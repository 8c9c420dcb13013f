/* SPDX-License-Identifier: Apache-2.0 */
/* The hashes of a SidecarSet by which a pod tells what was injected. Source: sidecarset.md 3. */
#ifndef RO_OBJECTS_SIDECAR_HASH_H
#define RO_OBJECTS_SIDECAR_HASH_H

#include <stdbool.h>

#include <rollout/node.h>

#include "base/memory.h"

/* Of a spec's containers as the API server writes them; images: kruise.io/sidecarset-hash, else
 * ...-hash-without-image. In the arena; absent on lack of memory. */
struct rollout_str ro_sidecar_hash(struct ro_arena *arena, const struct rollout_node *spec, bool images);

#endif
