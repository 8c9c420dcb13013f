/* SPDX-License-Identifier: Apache-2.0 */
/* Carrying out one action: what its parts share. Source: inplace.md 8 and 9, cloneset.md 5.2, 5.3, 6.6,
 * statefulset.md 2, 10, 11, daemonset.md 8, 11, sidecarset.md 6, 7.3. */
#ifndef RO_OBJECTS_APPLY_H
#define RO_OBJECTS_APPLY_H

#include <rollout/objects.h>

#include "base/abi.h"
#include "base/edit.h"
#include "base/time.h"
#include "objects/kind.h"
#include "rules/gates.h"

#define RO_INSTANCE_ID "apps.kruise.io/cloneset-instance-id"

struct ro_apply {
    struct ro_arena arena;
    const struct rollout_world *world;
    const struct rollout_plan *plan;
    const struct rollout_action *action;
    const struct rollout_strs *ids; /* that the driver drew; count 0 = none */
    struct ro_kind kind;
    struct rollout_str uid; /* of the workload */
    struct ro_gates gates;
    char now_text[RO_TIME_SIZE];
    struct rollout_str now; /* whole seconds */
    struct ro_edit *object; /* that the action changes; NULL where it makes new ones */
    struct ro_edit **made;  /* what it makes */
    size_t made_count;
    struct rollout_error *reterr;
};

/* The action's attribute, NULL where it has none; its text, absent where it has none. */
const struct rollout_attr *ro_apply_attr(const struct ro_apply *a, uint32_t key);
struct rollout_str ro_apply_text(const struct ro_apply *a, uint32_t key);

/* Place of the revision of this name in the world, or ROLLOUT_NONE with an error. */
uint32_t ro_apply_revision(struct ro_apply *a, struct rollout_str name);

/* The facts of all of them, and of one. */
struct ro_abi_array ro_apply_revisions(const struct ro_apply *a);

/* What pods and in-place updates call the revision: its name; of a DaemonSet its hash. */
struct rollout_str ro_apply_revision_text(const struct ro_apply *a, uint32_t place);

/* The labels that name a pod's revision. A CloneSet's: full name, or short hash by gate CloneSetShortHash; only
 * there is also pod-template-hash. */
void ro_apply_revision_labels(struct ro_apply *a, struct ro_edit *pod, uint32_t place);

/* The workload's volumeClaimTemplates; NULL where there are none. The one of this name. */
const struct rollout_node *ro_apply_claim_templates(const struct ro_apply *a);
const struct rollout_node *ro_apply_claim_template(const struct ro_apply *a, struct rollout_str name);

/* The template that a StatefulSet's claim of this name is of, and its pod's name; NULL where it is of none. */
const struct rollout_node *ro_apply_template_of_claim(const struct ro_apply *a, struct rollout_str claim,
                                                      struct rollout_str *ret_pod);

/* "<first>-<last>" */
struct rollout_str ro_apply_join(struct ro_apply *a, struct rollout_str first, struct rollout_str last);

/* Labels and annotations of an object. */
void ro_apply_label(struct ro_apply *a, struct ro_edit *object, const char *key, struct rollout_str value);
void ro_apply_annotation(struct ro_apply *a, struct ro_edit *object, const char *key, struct ro_edit *value);
void ro_apply_remove_annotation(struct ro_edit *object, const char *key);

/* An error about an annotation of the object, which `what` follows. */
int ro_apply_refuse_annotation(struct ro_apply *a, const char *key, const char *what);

/* The object as it is now, which an earlier action of the same plan may have changed; NULL on lack of memory. */
const struct rollout_node *ro_apply_flat(struct ro_apply *a);

/* Its namespace is the workload's. */
void ro_apply_namespace(struct ro_apply *a, struct ro_edit *object);

/* Lifecycle state and the time at which it was reached. */
void ro_apply_state(struct ro_apply *a, struct ro_edit *pod, struct rollout_str state);

/* Room for what the action makes. ROLLOUT_OK or ROLLOUT_ERR_NOMEM. */
int ro_apply_make(struct ro_apply *a, size_t count);

/* The workload as the controller of what it owns. */
struct ro_edit *ro_apply_controller(struct ro_apply *a);

/* A pod of the template; place ROLLOUT_NONE: it carries no revision; an absent name: the API server makes one; an absent
 * state: none. */
struct ro_edit *ro_apply_new_pod(struct ro_apply *a, const struct rollout_node *template, uint32_t place,
                                 struct rollout_str name, struct rollout_str state);

/* One more readiness gate InPlaceUpdateReady. */
void ro_apply_readiness_gate(struct ro_apply *a, struct ro_edit *pod);

/* Volumes for the claims of a pod of this name. */
void ro_apply_volumes(struct ro_apply *a, struct ro_edit *pod, struct rollout_str name);

/* Each carries out its action. ROLLOUT_OK, or an error that is recorded. */
int ro_apply_create(struct ro_apply *a);
int ro_apply_create_at_ordinal(struct ro_apply *a, const struct rollout_node *template, uint32_t place);
int ro_apply_create_on_node(struct ro_apply *a, const struct rollout_node *template, uint32_t place);
int ro_apply_create_replicas(struct ro_apply *a);
int ro_apply_create_replica_set(struct ro_apply *a);
void ro_apply_scale(struct ro_apply *a);
void ro_apply_set_annotation(struct ro_apply *a);
void ro_apply_min_ready_seconds(struct ro_apply *a);
int ro_apply_template(struct ro_apply *a);
int ro_apply_create_for_job(struct ro_apply *a);
int ro_apply_repair(struct ro_apply *a);
int ro_apply_create_claim(struct ro_apply *a);
int ro_apply_resize_claim(struct ro_apply *a);
int ro_apply_claim_owner(struct ro_apply *a);
void ro_apply_release(struct ro_apply *a);
int ro_apply_lifecycle(struct ro_apply *a);
int ro_apply_update_in_place(struct ro_apply *a);
int ro_apply_end_grace(struct ro_apply *a);
int ro_apply_next_batch(struct ro_apply *a);
int ro_apply_create_subset(struct ro_apply *a);
int ro_apply_update_subset(struct ro_apply *a);
int ro_apply_sidecars(struct ro_apply *a); /* an update in place of a SidecarSet, or a flip */
void ro_apply_upgradable(struct ro_apply *a);

#endif
