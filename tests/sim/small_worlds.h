/* SPDX-License-Identifier: Apache-2.0 */
/* Small worlds for tests, written in short: a workload and its pods become a Snapshot. */
#ifndef SIM_SMALL_WORLDS_H
#define SIM_SMALL_WORLDS_H

#include <jansson.h>

#include <rollout/json.h>
#include <rollout/rollout.h>

/* A world that was decoded from a document. */
struct small_world {
    struct rollout_json *json;
    struct rollout_world *world;
};

/* From {"workload": {...}, "old": "app:1", "pods": [...], "nodes": [...], "featureGates": {...}}: the Snapshot. The revision
 * <name>-old is the workload's template with the image `old` in its first container (as it stands where `old` is absent);
 * <name>-new is the template. pods: {"name", "revision": "old" or "new", "node", "ready": false, "labels", "state",
 * "gates": [...], "phase"}; "count" of them alike (numbered names) where it is given. nodes: names, or {"name", "labels"}. claims:
 * {"name", "labels", "owners": {kind: name}, "size": "1Gi"}. */
json_t *small_snapshot(json_t *shorthand);

/* Members of `from` into those of `into`, objects within as well; all else is replaced. */
void small_merge(json_t *into, json_t *from);

/* Decodes; the program ends with the error's message where that fails. */
struct small_world small_decode(json_t *snapshot);
void small_free(struct small_world *world);

#endif
