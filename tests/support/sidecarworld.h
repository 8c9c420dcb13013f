/* SPDX-License-Identifier: Apache-2.0 */
/* A SidecarSet "s" and its pods, as documents with ' for ", for tests. */
#ifndef SUPPORT_SIDECARWORLD_H
#define SUPPORT_SIDECARWORLD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <rollout/rollout.h>

/* A pod; a field that is NULL is as in a pod that is old, upgradable in place and well. */
struct sidecar_pod {
    const char *name;
    const char *hash;        /* O; that of the set is H */
    const char *imageless;   /* W, the set's */
    const char *labels;      /* more of them: ",'k':'v'" */
    const char *annotations; /* the same */
    const char *containers;  /* c at i:1 */
    const char *statuses;    /* the same, ready */
    const char *ready;       /* True */
    const char *conditions;  /* more of them: ",{...}" */
    const char *injected;    /* s */
    const char *hashes;      /* the whole annotation, in place of hash */
    const char *imagelesses; /* the same */
    const char *version;     /* resourceVersion, absent */
    const char *init;        /* init containers, none */
};

#define C(name, image)            "{'name':'" name "','image':'" image "'}"
#define S(name, image, ready, id) "{'name':'" name "','ready':" ready ",'image':'" image "','imageID':'" id "'}"
#define SIDE                      C("c", "i:2")
#define HOT                       HOT_EMPTY("e")
#define HOT_EMPTY(empty)                                                                                               \
    "{'name':'c','image':'i:2','upgradeStrategy':{'upgradeType':'HotUpgrade','hotUpgradeEmptyImage':'" empty "'}}"
#define PAIR(first, second) C("c-1", first) "," C("c-2", second)
#define WORKS(container)    ",'kruise.io/sidecarset-working-hotupgrade-container':'{\\'c\\':\\'" container "\\'}'"
#define STATE(json)         ",'kruise.io/sidecarset-inplace-update-state':'" json "'"
#define MESSAGE(text)       ",{'type':'SidecarSetUpgradable','status':'True','message':'" text "'}"

/* What was planned last, and of what. */
extern struct rollout_plan *sidecar_plan;
extern struct rollout_world *sidecar_world;

/* Plans anew; more: further members of the spec. Fails the test where that fails. */
void sidecar_make(const char *containers, const char *strategy, const char *more, const struct sidecar_pod *pods,
                  size_t count);
/* The same; snapshot: members of that. */
void sidecar_make_in(const char *snapshot, const char *containers, const char *strategy, const char *more,
                     const struct sidecar_pod *pods, size_t count);
/* Plans the world once more, which the test has changed. */
int sidecar_again(struct rollout_error *reterr);
void sidecar_release(void);

/* "update p0 c=i:2; flip p1 c-1=e; not p2" for a pod that is marked not upgradable. */
const char *sidecar_actions(void);

/* Some pod gets this annotation, with a value that begins so. */
bool sidecar_writes(const char *key, const char *value);

/* The pod's verdict has this in it. */
void sidecar_assert_reason(uint32_t pod, const char *wanted);

#endif
