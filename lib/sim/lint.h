/* SPDX-License-Identifier: Apache-2.0 */
/* The parts of rollout_lint(): each looks at one thing of a workload and notes what it finds. */
#ifndef RO_SIM_LINT_H
#define RO_SIM_LINT_H

#include <stdbool.h>

#include <rollout/lint.h>

#include "base/edit.h"
#include "base/memory.h"
#include "objects/decode.h"
#include "planners/builder.h"
#include "rules/gates.h"
#include "rules/pods.h"

struct ro_lint {
    const struct rollout_world *world;
    struct ro_gates gates;
    struct ro_pods pods;
    struct ro_arena arena;     /* a lack of memory is sticky there */
    struct ro_decoder decoder; /* refuses nothing: the object was decoded before */

    /* The workload's object. Paths lead from one to the next, so they stay where they are. */
    struct ro_at root, spec, strategy, rolling, template, pod_spec;
    bool alpha;                              /* apps.kruise.io/v1alpha1 */
    struct rollout_labels labels;            /* of the template */
    const struct rollout_selector *selector; /* spec.selector, usable or not */
    struct rollout_plan *limits;             /* of which only the limits are set; NULL = none are known */

    struct ro_lint_note *first, **last; /* what was found */
    size_t count;
};

/* Notes a finding; at: where it is. The message is ro_arena_printf()'s. */
void ro_lint_note(struct ro_lint *l, uint32_t code, const struct ro_at *at, struct rollout_str message);
#define RO_LINT(l, code, at, ...) ro_lint_note(l, ROLLOUT_LINT_##code, at, ro_arena_printf(&(l)->arena, __VA_ARGS__))

/* A member as JSON, cut where it is long, for a message. */
struct rollout_str ro_lint_shown(struct ro_lint *l, const struct ro_at *at);

/* The kinds. */
void ro_lint_cloneset(struct ro_lint *l, const struct rollout_cloneset *cloneset);
void ro_lint_statefulset(struct ro_lint *l, const struct rollout_statefulset *set);
void ro_lint_deployment(struct ro_lint *l, const struct rollout_deployment *spec);
void ro_lint_replicaset(struct ro_lint *l, const struct rollout_replicaset *spec);
void ro_lint_uniteddeployment(struct ro_lint *l, const struct rollout_uniteddeployment *spec);
int ro_lint_sidecarset(struct ro_lint *l, const struct rollout_sidecarset *set, struct rollout_error *reterr);
int ro_lint_daemonset(struct ro_lint *l, const struct rollout_daemonset *set, struct rollout_error *reterr);

/* ---- limits ---- */

/* The limits as the planner's own code writes them down for people, for ro_lint_find_limit(). */
void ro_lint_read_limits(struct ro_lint *l, void (*build)(const void *context, struct ro_builder *b),
                         const void *context);

/* The limit of that name; NULL where it is not among them. */
const struct rollout_limit *ro_lint_find_limit(const struct ro_lint *l, const char *name);

/* What a limit's number means. Sentences follow a colon or "and". */
struct ro_lint_limit {
    const char *parent; /* member of the spec that `name` is in; NULL = rollingUpdate, or what stands for it */
    const char *name;
    const char *limit; /* its name among the limits */
    const char *of;    /* "pod", "node", ... that a percentage is of */
    const char *unreadable;
    const char *none;  /* where it rounds to 0; NULL = that is not said */
    const char *all;   /* where it rounds to all; NULL = that is not said */
    int64_t all_from;  /* of fewer, all are to be expected */
    const char *usual; /* what the API fills in, of which no rounding is said; NULL = nothing is */
};

/* Text that cannot be read, or is read otherwise, and what rounds to nothing or to all. fields: where a limit without
 * a parent is. */
void ro_lint_limit(struct ro_lint *l, const struct ro_at *fields, const struct ro_lint_limit *which);

/* What the given value comes to before any rule of its kind that is beyond arithmetic; 0 where it cannot be read. */
int64_t ro_lint_scaled(const struct rollout_intstr *given, uint32_t rounding, int32_t total);

/* A partition that keeps all, of which there are `total`. */
void ro_lint_partition(struct ro_lint *l, const struct ro_at *fields, int64_t partition, int64_t total, const char *of);

/* ---- order ---- */

void ro_lint_priority(struct ro_lint *l, const struct ro_at *strategy, const struct rollout_priority *priority);
void ro_lint_scatter(struct ro_lint *l, const struct ro_at *strategy, const struct rollout_labels *terms);

/* spec.selector and the template's labels. invalid: nothing is planned with it. */
void ro_lint_selector(struct ro_lint *l, const struct rollout_selector *selector, bool invalid);

/* ---- hooks and in-place updates ---- */

void ro_lint_lifecycle(struct ro_lint *l, const struct rollout_lifecycle *lifecycle);

/* One hook of spec.lifecycle; before: pods that have the hook's labels wait (else: those that lack them). */
void ro_lint_hook(struct ro_lint *l, const char *name, const struct rollout_hook *hook, bool before);

/* Whether the template, or a pod, has the readiness gate. flag: ROLLOUT_POD_* of a pod that has it. */
bool ro_lint_has_gate(struct ro_lint *l, struct rollout_str gate, uint32_t flag);

/* ---- words and places ---- */

/* A text that is none of the words, ended by NULL, nor empty. read: what is assumed. */
void ro_lint_word(struct ro_lint *l, const struct ro_at *object, const char *key, const char *const *words,
                  const char *assumed);

/* Members of the object that are none of its version's. where: to which place they belong. */
void ro_lint_misplaced(struct ro_lint *l, const struct ro_at *object, const char *const *keys, const char *where);

/* paused. */
void ro_lint_paused(struct ro_lint *l, const struct ro_at *fields, const char *but);

/* gracePeriodSeconds where pods are not updated in place. */
void ro_lint_grace(struct ro_lint *l, const struct ro_at *fields, int32_t seconds, uint32_t policy);

/* "s" of all numbers but 1. */
static inline const char *ro_lint_plural(int64_t n)
{
    return n == 1 ? "" : "s";
}

#endif
