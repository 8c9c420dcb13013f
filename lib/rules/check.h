/* SPDX-License-Identifier: Apache-2.0 */
/* What a caller's records can have wrong with them, before anything reads them: the parts that entry points share.
 * Texts within a pod's or a node's labels and a pod's finalizers are not looked at: where they are read, a
 * broken one is passed over. */
#ifndef RO_RULES_CHECK_H
#define RO_RULES_CHECK_H

#include <stdbool.h>

#include <rollout/intstr.h>
#include <rollout/order.h>

#include "base/error.h"
#include "base/str.h"
#include "rules/pods.h"

/* The first fault counts. */
struct ro_check {
    struct rollout_error *reterr;
    int code;
};

struct ro_path ro_path_member(const struct ro_path *up, const char *name);
struct ro_path ro_path_element(const struct ro_path *up, size_t index);

/* Records a fault: the message is "<path>: <text>"; of the second "<path>: <before><number><behind>". */
void ro_check_refuse(struct ro_check *c, int code, const struct ro_path *path, const char *text);
void ro_check_refuse_number(struct ro_check *c, int code, const struct ro_path *path, int64_t number,
                            const char *before, const char *behind);

/* Refuses a number below 0. */
void ro_check_not_negative(struct ro_check *c, const struct ro_path *up, const char *name, int32_t number);

/* Each looks at the member `name` of what stands at `up` (NULL: of the record itself). */
void ro_check_text(struct ro_check *c, const struct ro_path *up, const char *name, struct rollout_str text);
void ro_check_reserved(struct ro_check *c, const struct ro_path *up, uint32_t reserved);
void ro_check_known(struct ro_check *c, const struct ro_path *up, const char *name, uint32_t value, uint32_t last);
/* Times are added to: those that no document can hold would overflow. */
void ro_check_time(struct ro_check *c, const struct ro_path *up, const char *name, int64_t ms);
void ro_check_strs(struct ro_check *c, const struct ro_path *up, const char *name, const struct rollout_strs *strs);
void ro_check_labels(struct ro_check *c, const struct ro_path *up, const char *name,
                     const struct rollout_labels *labels);
void ro_check_intstr(struct ro_check *c, const struct ro_path *up, const char *name,
                     const struct rollout_intstr *value);
void ro_check_selector(struct ro_check *c, const struct ro_path *up, const char *name,
                       const struct rollout_selector *selector);
void ro_check_tree(struct ro_check *c, const struct ro_path *up, const char *name, const struct rollout_tree *tree);

/* Looks at what stands at the path itself. The first two: whether there is an array to look at. */
bool ro_check_array(struct ro_check *c, const struct ro_path *path, const void *items, size_t count);
bool ro_check_view(struct ro_check *c, const struct ro_path *path, const void *items, uint32_t count, uint32_t stride,
                   uint32_t size);
void ro_check_requirements(struct ro_check *c, const struct ro_path *list,
                           const struct rollout_requirement *requirements, size_t count);
void ro_check_selector_at(struct ro_check *c, const struct ro_path *path, const struct rollout_selector *selector);
void ro_check_subset(struct ro_check *c, const struct ro_path *path, const struct rollout_subset *child);
void ro_check_priority(struct ro_check *c, const struct ro_path *path, const struct rollout_priority *priority);

/* Records that far apart would be read beyond themselves; stride 0 is the record's own size. */
static inline bool ro_stride_broken(uint32_t stride, uint32_t size)
{
    return stride != size && stride && (stride < size || stride % sizeof(void *));
}

static inline bool ro_strs_broken(const struct rollout_strs *strs)
{
    return strs->count && (!strs->items || ro_stride_broken(strs->stride, sizeof(struct rollout_str)));
}

static inline bool ro_labels_broken(const struct rollout_labels *labels)
{
    return labels->count && (!labels->items || ro_stride_broken(labels->stride, sizeof(struct rollout_label)));
}

/* A pod that may be read beyond its records, or that says what this library does not know: to be looked at
 * closely. Asked in the one pass over all pods, so what is mostly zero is asked at once. */
static inline bool ro_pod_suspect(const struct rollout_pod *pod)
{
    return ro_str_broken(pod->revision) || ro_str_broken(pod->name) || ro_str_broken(pod->node) ||
           ro_str_broken(pod->uid) || ro_str_broken(pod->namespace_) || ro_str_broken(pod->target_node) ||
           (!pod->labels.items && pod->labels.count) ||
           ro_stride_broken(pod->labels.stride, sizeof(struct rollout_label)) ||
           (pod->finalizers.count | pod->reserved);
}

/* ROLLOUT_OK where nothing is wrong with the pod at place i. */
int ro_pod_check(const struct rollout_pod *pod, size_t i, struct rollout_error *reterr);

#endif
