/* SPDX-License-Identifier: Apache-2.0 */
/* One action, carried out on a world, and what it must give: for tests of rollout_apply(). */
#ifndef SUPPORT_APPLIED_H
#define SUPPORT_APPLIED_H

#include <rollout/json.h>
#include <rollout/objects.h>

/* JSON is written here with ' for " and, inside texts that are JSON themselves, ` for \". The caller frees it. */
char *json_of(const char *text);

/* document.h tells of it. */
struct rollout_json *parse(const char *text);

/* What a case says of its world; NULL: as its kind's plain world has it. */
struct world_case {
    const char *api_version, *metadata, *gates, *spec, *old, *new, *pod, *claim;
};

/* An attribute of the action: a text, or a number where it is NULL. */
struct attr {
    uint32_t key;
    const char *text;
    int64_t value;
};

/* One action and its result. */
struct apply_case {
    const char *name;
    struct world_case world;
    uint32_t op, subject_kind, subject;
    struct attr attrs[5];
    const char *ids[4];
    const char *result[3]; /* the objects; of an error, its message alone */
};

#define ON_POD     ROLLOUT_SUBJECT_POD, 0
#define ON_CLAIM   ROLLOUT_SUBJECT_CLAIM, 0
#define NOTHING    ROLLOUT_SUBJECT_MISSING, ROLLOUT_NONE
#define TO_NEW     { ROLLOUT_ATTR_REVISION, "demo-new", 0 }
#define MARK       { ROLLOUT_ATTR_MARK_NOT_READY, NULL, 1 }
#define UNMARK     { ROLLOUT_ATTR_MARK_NOT_READY, NULL, 0 }
#define SECONDS(n) { ROLLOUT_ATTR_GRACE_SECONDS, NULL, n }
#define COUNT(n)   { ROLLOUT_ATTR_COUNT, NULL, n }
#define TO(state)  { ROLLOUT_ATTR_STATE, state, 0 }
#define APPLY      { ROLLOUT_ATTR_DETAIL, "apply", 0 }
#define DROP       { ROLLOUT_ATTR_DETAIL, "drop", 0 }

/* How parts of objects are written. */
#define ANNOTATIONS(list) ",'annotations':{" list "}"
#define SPEC(image)       "'containers':[{'name':'main','image':'" image "'}]"
#define GATED(image)      SPEC(image) ",'readinessGates':[{'conditionType':'InPlaceUpdateReady'}]"
#define RAN               ",'containerStatuses':[{'name':'main','image':'app:1','imageID':'sha:1'}]"
#define CONDITIONS(list)  ",'conditions':[" list "]"
#define NOW               "2026-11-23T12:00:00Z"
#define SINCE             ",'lastProbeTime':null,'lastTransitionTime':'2026-11-23T11:00:00Z'"
#define SINCE_NOW         ",'lastProbeTime':null,'lastTransitionTime':'" NOW "'"
#define STAMP             "'lifecycle.apps.kruise.io/timestamp':'" NOW "'"
#define STATE(text)       "'apps.kruise.io/inplace-update-state':'" text "'"
#define GRACE(text)       "'apps.kruise.io/inplace-update-grace':'" text "'"
#define AT                "`updateTimestamp`:`" NOW "`"
#define BATCH(names)      "{`timestamp`:`" NOW "`,`containers`:[" names "]}"
#define TEMPLATE(spec)                                                                                                 \
    "{'$patch':'replace','metadata':{'creationTimestamp':null,'labels':{'app':'demo'}},'spec':{" spec "}}"
#define CONTAINERS_READY "{'type':'ContainersReady','status':'True'" SINCE "}"
#define WAS_READY        "{'type':'Ready','status':'True'" SINCE "}"
#define FORCED(message)                                                                                                \
    "{'type':'Ready','status':'False','lastProbeTime':null,'lastTransitionTime':null,'reason':'"                       \
    "ReadinessGatesNotReady',"                                                                                         \
    "'message':'" message "'}"
#define STARTED "{'type':'InPlaceUpdateReady','status':'False'" SINCE_NOW ",'reason':'StartInPlaceUpdate'}"

/* A world with a plan of one action. */
struct run {
    struct rollout_json *json;
    struct rollout_world *world;
    struct rollout_action action;
    struct rollout_attr attrs[8];
    struct rollout_str texts[8];
    struct rollout_plan plan;
};

/* Takes the snapshot, as json_of() gives it, and frees it. */
void open_world(struct run *run, char *snapshot);
void close_world(struct run *run);

void set_action(struct run *run, uint32_t op, uint32_t subject_kind, uint32_t subject, const struct attr *attrs);

/* Carries out the case's action in the world of this snapshot, which is freed, and compares. */
void check_case(const struct apply_case *c, char *snapshot);

void check_object(const char *name, const struct rollout_tree *tree, const char *want);

#endif
