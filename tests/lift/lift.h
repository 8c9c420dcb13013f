/* SPDX-License-Identifier: Apache-2.0 */
/* Lifting the cause that a reason names, kind by kind, on a copy of the facts. */
#ifndef LIFT_H
#define LIFT_H

#include <jansson.h>
#include <stdbool.h>

#include <rollout/json.h>
#include <rollout/rollout.h>

/* A world's facts, as far as they may be changed. */
struct copy {
    struct rollout_workload workload;
    struct rollout_snapshot snapshot;
    struct rollout_cloneset cloneset;
    struct rollout_statefulset statefulset;
    struct rollout_daemonset daemonset;
    struct rollout_broadcastjob broadcastjob;
    struct rollout_deployment deployment;
    struct rollout_replicaset replicaset;
    struct rollout_uniteddeployment uniteddeployment;
    struct rollout_sidecarset sidecarset;
    json_t *document;         /* what the facts were read from */
    json_t *edited;           /* ... changed, instead of the facts; NULL: not */
    struct rollout_pod *pods; /* room for one more */
    struct rollout_replica_set_facts *replica_sets;
    struct rollout_subset *subsets;
    struct rollout_subset_spec *subset_specs;
    struct rollout_in_place *in_place;
    struct rollout_claim *claims;
    struct rollout_gate gates[64];
    void *garbage[4096];
    size_t n_garbage;
};

struct copy *copy_make(const struct rollout_world *world, json_t *document);
void copy_free(struct copy *copy);
/* Zeroed memory that goes with the copy. */
void *keep(struct copy *copy, size_t size);

enum lifted { LIFTED, NOT_TESTED, BY_NEXT_PASS, UNKNOWN };

/* By the kind. */
enum lifted lift(struct copy *copy, const struct rollout_plan *plan, const struct rollout_verdict *v);
/* What lies in pods and their hooks, or needs only the next pass, for all kinds; UNKNOWN: another cause. */
enum lifted lift_common(struct copy *copy, const struct rollout_plan *plan, const struct rollout_verdict *v);
enum lifted lift_cloneset(struct copy *copy, const struct rollout_plan *plan, const struct rollout_verdict *v);
enum lifted lift_statefulset(struct copy *copy, const struct rollout_plan *plan, const struct rollout_verdict *v);
enum lifted lift_daemonset(struct copy *copy, const struct rollout_plan *plan, const struct rollout_verdict *v);
enum lifted lift_broadcastjob(struct copy *copy, const struct rollout_plan *plan, const struct rollout_verdict *v);
enum lifted lift_deployment(struct copy *copy, const struct rollout_plan *plan, const struct rollout_verdict *v);
enum lifted lift_uniteddeployment(struct copy *copy, const struct rollout_plan *plan, const struct rollout_verdict *v);
enum lifted lift_sidecarset(struct copy *copy, const struct rollout_plan *plan, const struct rollout_verdict *v);
enum lifted lift_replicaset(struct copy *copy, const struct rollout_plan *plan, const struct rollout_verdict *v);

/* ---- what they share ---- */

bool same(struct rollout_str a, struct rollout_str b);
bool starts(struct rollout_str text, const char *start);
const struct rollout_label *label_at(const struct rollout_labels *labels, uint32_t i);
/* The text of the verdict, "" if it has none. */
struct rollout_str text_of(const struct rollout_plan *plan, const struct rollout_verdict *v);
/* What a setting came to, or absent. */
int64_t limit_of(const struct rollout_plan *plan, const char *field, int64_t absent);
struct rollout_intstr number(int64_t count);

/* Takes the named part of a hook off the pod, or puts it on. */
void remove_part(struct copy *copy, struct rollout_pod *pod, struct rollout_str part);
void add_part(struct copy *copy, struct rollout_pod *pod, const struct rollout_hook *hook, struct rollout_str part);
void remove_pod(struct copy *copy, uint32_t pod);
/* A label that the requirement wants; its value's data is NULL where it wants none. */
struct rollout_label wanted_label(struct copy *copy, const struct rollout_requirement *r);
/* One more node, on which such a pod can run. */
enum lifted add_node(struct copy *copy, const struct rollout_scheduling *s, const struct rollout_resource *requests,
                     size_t request_count);
/* Ready as of now. */
void make_ready(struct copy *copy, struct rollout_pod *pod);
/* Ready for long enough, whatever was under way. */
void make_available(struct copy *copy, struct rollout_pod *pod, int32_t min_ready_seconds);

#endif
