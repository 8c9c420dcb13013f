/* SPDX-License-Identifier: Apache-2.0 */
/* Reading members of Kubernetes objects as Go's decoder does: null is absent, unknown members do not
 * matter, a known member of the wrong type is refused with its path. The first refusal sticks, so a run
 * of reads needs one check at its end. */
#ifndef RO_OBJECTS_DECODE_H
#define RO_OBJECTS_DECODE_H

#include <stdbool.h>

#include <rollout/base.h>
#include <rollout/intstr.h>
#include <rollout/node.h>

#include "base/error.h"
#include "base/memory.h"
#include "base/tree.h"

struct ro_decoder {
    struct rollout_error *reterr;
    int code; /* ROLLOUT_OK, or that of the first refusal */
};

/* A value and where it stands. node NULL = absent. The path of a child points to that of its parent,
 * so a parent must live as long as its children. */
struct ro_at {
    const struct rollout_node *node;
    struct ro_path path;
    bool root;     /* not a step of the path */
    uint64_t keys; /* of an OBJECT that was opened: a bit for each member's key; 0 = not looked at */
};

struct ro_at ro_at_root(const struct rollout_node *node);

/* A member; absent where it is null. The typed ones refuse what has another type. */
struct ro_at ro_at_member(const struct ro_at *object, const char *key);
struct ro_at ro_at_object(struct ro_decoder *d, const struct ro_at *object, const char *key);
struct ro_at ro_at_array(struct ro_decoder *d, const struct ro_at *object, const char *key);

/* An element that must be an object; null is an empty one (node NULL). */
struct ro_at ro_at_element(struct ro_decoder *d, const struct ro_at *array, const struct rollout_node *node,
                           size_t index);

/* Same, where even null is refused. */
struct ro_at ro_at_item(struct ro_decoder *d, const struct ro_at *array, const struct rollout_node *node, size_t index);

/* The elements of an array of objects in turn, null as an empty one. Must not be moved once open, since the
 * paths lead through it:
 *     struct ro_each each;
 *     ro_each_open(d, &spec, "tolerations", &each);
 *     while (ro_each_next(d, &each))
 *         ... each.at, each.index ... */
struct ro_each {
    struct ro_at array;
    size_t index; /* of the present one */
    struct ro_at at;
    const struct rollout_node *next;
};

void ro_each_open(struct ro_decoder *d, const struct ro_at *object, const char *key, struct ro_each *ret);
bool ro_each_next(struct ro_decoder *d, struct ro_each *each);

/* Room of `size` bytes for each of the elements, *ret_count of them; NULL where there are none, or no memory. */
void *ro_each_alloc(const struct ro_each *each, struct ro_arena *arena, size_t size, size_t *ret_count);

struct rollout_str ro_read_text(struct ro_decoder *d, const struct ro_at *object, const char *key);
bool ro_read_bool(struct ro_decoder *d, const struct ro_at *object, const char *key);
int32_t ro_read_int32(struct ro_decoder *d, const struct ro_at *object, const char *key);
struct rollout_opt ro_read_opt(struct ro_decoder *d, const struct ro_at *object, const char *key);
int64_t ro_read_int64(struct ro_decoder *d, const struct ro_at *object, const char *key);
struct rollout_intstr ro_read_intstr(struct ro_decoder *d, const struct ro_at *object, const char *key);

/* A list of them; *ret_count is how many. */
const struct rollout_intstr *ro_read_intstrs(struct ro_decoder *d, struct ro_arena *arena, const struct ro_at *object,
                                             const char *key, size_t *ret_count);

/* A resource quantity as text, also where it stands as a bare number. */
struct rollout_str ro_read_quantity(struct ro_decoder *d, struct ro_arena *arena, const struct ro_at *object,
                                    const char *key);
struct rollout_str ro_read_quantity_at(struct ro_decoder *d, struct ro_arena *arena, const struct ro_at *at);

/* RFC 3339 in milliseconds; 0 where absent, also for Go's zero time (year 1). */
int64_t ro_read_time(struct ro_decoder *d, const struct ro_at *object, const char *key);

/* Maps and lists of texts, as views into the tree. A null in them is an empty text, as in Go. */
struct rollout_labels ro_read_labels(struct ro_decoder *d, const struct ro_at *object, const char *key);
struct rollout_strs ro_read_texts(struct ro_decoder *d, const struct ro_at *object, const char *key);

/* Only checks: a map of texts that may carry expansions; a map of quantities; resources {limits, requests} that
 * are such maps. */
void ro_check_text_map(struct ro_decoder *d, const struct ro_at *object, const char *key);
void ro_check_quantities(struct ro_decoder *d, const struct ro_at *object, const char *key);
void ro_check_resources(struct ro_decoder *d, const struct ro_at *object, const char *key);

/* Refuses a value: the message is "<path>: <value> <text>", or "<path>: <text>" for an absent one. */
void ro_refuse(struct ro_decoder *d, const struct ro_at *at, const char *format, ...)
#if defined(__GNUC__)
    __attribute__((format(printf, 3, 4)))
#endif
    ;

/* Refuses an object whose kind is there and another one. */
void ro_check_kind(struct ro_decoder *d, const struct ro_at *object, const char *kind);

/* metadata of any object. */
struct ro_metadata {
    struct rollout_str name;
    struct rollout_str namespace_;
    struct rollout_str uid;
    struct rollout_labels labels;
    struct rollout_strs finalizers;
    int64_t created_ms;
    int64_t generation;
    bool terminating;                       /* deletionTimestamp is set */
    const struct rollout_node *annotations; /* OBJECT of texts, or NULL */
};

/* Checks the ownerReferences in an object's metadata, by which its workload is found. */
void ro_check_owners(struct ro_decoder *d, const struct ro_at *metadata);

void ro_read_metadata(struct ro_decoder *d, const struct ro_at *object, struct ro_metadata *ret);

/* uid of the controller among an object's ownerReferences, unchecked; absent = none. */
struct rollout_str ro_controller_uid(const struct rollout_node *object);

#endif
