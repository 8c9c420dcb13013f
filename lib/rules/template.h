/* SPDX-License-Identifier: Apache-2.0 */
/* Pod templates inside revisions, and the environment that is fed from a pod's metadata. Source:
 * inplace.md 2 and 5.2. */
#ifndef RO_RULES_TEMPLATE_H
#define RO_RULES_TEMPLATE_H

#include <stdbool.h>

#include <rollout/lifecycle.h>
#include <rollout/node.h>

/* Member of an object, null included (unlike ro_get); the last one where the key stands twice. NULL
 * where there is none or n is no object. */
const struct rollout_node *ro_member(const struct rollout_node *n, struct rollout_str key);

/* Where a template stands. */
struct ro_template {
    const struct rollout_node *document; /* a revision's {"spec":{"template":...}}; NULL = no revision was given */
    const struct rollout_node *root;     /* the template: metadata, spec */
};

/* Finds it in a ControllerRevision, its .data, a workload, a PodTemplate or a bare template; false where there
 * is none. */
bool ro_template_find(const struct rollout_node *n, struct ro_template *ret);

/* Whether pods of the template (in a revision's .data, or whatever ro_template_find knows; NULL: none is given) have
 * every label and finalizer of the hook from the start. */
bool ro_template_hooked(const struct rollout_node *data, const struct rollout_hook *hook);

/* An environment entry that takes its value from one label or annotation of the pod. */
struct ro_env_source {
    bool annotation; /* else a label */
    struct rollout_str key;
};

/* Whether this entry of a container's env is one that upstream tracks. */
bool ro_env_source(const struct rollout_node *entry, struct ro_env_source *ret);

/* The value that such an entry gets from a change between two templates: the label or annotation that is
 * added or changed inside a map that both have. NULL where there is none: upstream does not see a map that
 * comes or goes as a whole, nor a key that goes. */
const struct rollout_node *ro_env_change(const struct rollout_node *old_template,
                                         const struct rollout_node *new_template, struct ro_env_source source);

#endif
