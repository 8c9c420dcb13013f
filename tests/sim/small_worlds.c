/* SPDX-License-Identifier: Apache-2.0 */
#include "small_worlds.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NOW "2026-11-23T12:00:00Z"

static const char *text(json_t *object, const char *key, const char *otherwise)
{
    const char *value = json_string_value(json_object_get(object, key));
    return value ? value : otherwise;
}

static void add_condition(json_t *pod, const char *type, int is_true)
{
    json_t *conditions = json_object_get(json_object_get(pod, "status"), "conditions");
    json_array_append_new(conditions, json_pack("{s:s, s:s, s:s}", "type", type, "status", is_true ? "True" : "False",
                                                "lastTransitionTime", "2026-11-23T10:00:00Z"));
}

/* ---- SidecarSets: pods are others' and have containers main and, by the revision, the set's ---- */

static int is_sidecarset(json_t *workload)
{
    return !strcmp(text(workload, "kind", ""), "SidecarSet");
}

static json_t *sidecar_revision(json_t *workload, const char *name, int number)
{
    json_t *containers = json_object_get(json_object_get(workload, "spec"), "containers");
    return json_pack("{s:s, s:s, s:{s:s, s:s}, s:i, s:{s:{s:s, s:O?}}}", "apiVersion", "apps/v1", "kind",
                     "ControllerRevision", "metadata", "name", name, "namespace", "kruise-system", "revision", number,
                     "data", "spec", "$patch", "replace", "containers", containers);
}

static void add_container(json_t *pod, json_t *given, const char *name, const char *image, int ready)
{
    json_t *waits = json_object_get(given, "waits"), *status;
    char id[200];
    int stopped = waits && !strcmp(json_string_value(waits), name);
    snprintf(id, sizeof id, "id of %s", image);
    json_array_append_new(json_object_get(json_object_get(pod, "spec"), "containers"),
                          json_pack("{s:s, s:s}", "name", name, "image", image));
    status = json_pack("{s:s, s:s, s:s, s:b}", "name", name, "image", image, "imageID", id, "ready", ready && !stopped);
    if (stopped)
        json_object_set_new(status, "state", json_pack("{s:{s:s}}", "waiting", "reason", "CrashLoopBackOff"));
    json_array_append_new(json_object_get(json_object_get(pod, "status"), "containerStatuses"), status);
}

static void annotate(json_t *pod, const char *key, json_t *value)
{
    char *as_text = json_dumps(value, JSON_COMPACT);
    json_object_set_new(json_object_get(json_object_get(pod, "metadata"), "annotations"), key, json_string(as_text));
    free(as_text);
    json_decref(value);
}

/* {"name", "revision": "old" or "new", "labels", "ready", "waits": a container that crashes, "immutable": more than its
 * image is another's, "injected": false}. Hot pairs are as admission has left them. */
static json_t *make_injected(json_t *snapshot, json_t *given, int number)
{
    json_t *workload = json_object_get(snapshot, "workload"), *container, *working = json_object();
    json_t *spec = json_object_get(workload, "spec");
    const char *set = text(json_object_get(workload, "metadata"), "name", ""), *which = text(given, "revision", "old");
    const char *old = json_string_value(json_object_get(snapshot, "old"));
    json_t *labels = json_deep_copy(json_object_get(json_object_get(spec, "selector"), "matchLabels"));
    char name[128], revision_name[128], first[128], second[128];
    int ready = !json_is_false(json_object_get(given, "ready")) && !json_object_get(given, "waits");
    size_t i;
    snprintf(name, sizeof name, number < 0 ? "%s" : "%s-%d", text(given, "name", "web"), number);
    snprintf(revision_name, sizeof revision_name, "%s-%s", set, which);
    json_object_update(labels, json_object_get(given, "labels"));
    json_t *pod = json_pack("{s:s, s:s, s:{s:s, s:s, s:s, s:s, s:o, s:{}}, s:{s:s, s:[]}, s:{s:s, s:[], s:[]}}",
                            "apiVersion", "v1", "kind", "Pod", "metadata", "name", name, "namespace", "default", "uid",
                            name, "creationTimestamp", "2026-11-23T09:00:00Z", "labels", labels, "annotations", "spec",
                            "nodeName", text(given, "node", "node"), "containers", "status", "phase", "Running",
                            "conditions", "containerStatuses");
    add_container(pod, given, "main", "app:1", !json_is_false(json_object_get(given, "ready")));
    json_array_foreach(json_object_get(spec, "containers"), i, container)
    {
        json_t *strategy = json_object_get(container, "upgradeStrategy");
        const char *own = text(container, "name", ""), *image = text(container, "image", "");
        if (!strcmp(which, "old") && old && i == 0)
            image = old;
        if (strcmp(text(strategy, "upgradeType", ""), "HotUpgrade") != 0) {
            add_container(pod, given, own, image, 1);
            continue;
        }
        snprintf(first, sizeof first, "%s-1", own);
        snprintf(second, sizeof second, "%s-2", own);
        add_container(pod, given, first, image, 1);
        add_container(pod, given, second, text(strategy, "hotUpgradeEmptyImage", ""), 1);
        json_object_set_new(working, own, json_string(first));
    }
    annotate(pod, "kruise.io/sidecarset-hash",
             json_pack("{s:{s:s, s:s, s:s, s:s}}", set, "updateTimestamp", NOW, "hash", which, "sidecarSetName", set,
                       "controllerRevision", revision_name));
    annotate(pod, "kruise.io/sidecarset-hash-without-image",
             json_pack("{s:{s:s, s:s, s:s}}", set, "updateTimestamp", NOW, "hash",
                       json_is_true(json_object_get(given, "immutable")) ? "another" : "all", "sidecarSetName", set));
    if (json_object_size(working))
        annotate(pod, "kruise.io/sidecarset-working-hotupgrade-container", json_incref(working));
    json_decref(working);
    if (!json_is_false(json_object_get(given, "injected")))
        json_object_set_new(json_object_get(json_object_get(pod, "metadata"), "annotations"),
                            "kruise.io/sidecarset-injected-list", json_string(set));
    add_condition(pod, "ContainersReady", ready);
    add_condition(pod, "Ready", ready);
    return pod;
}

/* Where the pods' template is: a UnitedDeployment's is that of its children. */
static json_t *pod_template(json_t *template)
{
    const char *key;
    json_t *of_child;
    json_object_foreach(template, key, of_child)
    {
        size_t length = strlen(key), tail = strlen("SetTemplate");
        if (!strcmp(key, "deploymentTemplate") || (length > tail && !strcmp(key + length - tail, "SetTemplate")))
            return json_object_get(json_object_get(of_child, "spec"), "template");
    }
    return template;
}

static json_t *revision(json_t *workload, const char *name, const char *image, int number)
{
    if (is_sidecarset(workload))
        return sidecar_revision(workload, name, number);
    json_t *template = json_deep_copy(json_object_get(json_object_get(workload, "spec"), "template"));
    json_t *containers = json_object_get(json_object_get(pod_template(template), "spec"), "containers");
    if (image)
        json_object_set_new(json_array_get(containers, 0), "image", json_string(image));
    json_object_set_new(template, "$patch", json_string("replace"));
    return json_pack("{s:s, s:s, s:{s:s, s:s, s:{s:s}}, s:i, s:{s:{s:o}}}", "apiVersion", "apps/v1", "kind",
                     "ControllerRevision", "metadata", "name", name, "namespace", "default", "labels",
                     "controller-revision-hash", strrchr(name, '-') + 1, "revision", number, "data", "spec", "template",
                     template);
}

/* A child of a UnitedDeployment: {"subset", "replicas", "partition", "revision"}. */
static json_t *make_child(json_t *workload, json_t *given)
{
    static const char *const kinds[][3] = { { "cloneSetTemplate", "apps.kruise.io/v1beta1", "CloneSet" },
                                            { "advancedStatefulSetTemplate", "apps.kruise.io/v1beta1", "StatefulSet" },
                                            { "statefulSetTemplate", "apps/v1", "StatefulSet" },
                                            { "deploymentTemplate", "apps/v1", "Deployment" } };
    const char *owner = text(json_object_get(workload, "metadata"), "name", ""), *subset = text(given, "subset", "");
    json_t *templates = json_object_get(json_object_get(workload, "spec"), "template");
    size_t i = 0;
    while (!json_object_get(templates, kinds[i][0]))
        i++;
    json_t *spec = json_deep_copy(json_object_get(json_object_get(templates, kinds[i][0]), "spec"));
    json_object_set(spec, "replicas", json_object_get(given, "replicas"));
    json_t *partition = json_object_get(given, "partition");
    if (i < 3)
        json_object_set_new(spec, "updateStrategy",
                            json_pack("{s:s, s:{s:i}}", "type", "RollingUpdate", "rollingUpdate", "partition",
                                      (int)json_integer_value(partition)));
    return json_pack("{s:s, s:s, s:{s:o, s:s, s:o, s:{s:o, s:s}, s:{s:s}, s:[{s:s, s:s, s:s, s:s, s:b}]}, s:o, s:{s:O, s:O}}",
                     "apiVersion", kinds[i][1], "kind", kinds[i][2], "metadata", "name",
                     json_sprintf("%s-%s", owner, subset), "namespace", "default", "uid",
                     json_sprintf("%s-%s", owner, subset), "labels", "apps.kruise.io/controller-revision-hash",
                     json_sprintf("%s-%s", owner, text(given, "revision", "old")), "apps.kruise.io/subset-name", subset,
                     "annotations", "apps.kruise.io/subset-patch", "", "ownerReferences", "apiVersion",
                     text(workload, "apiVersion", ""), "kind", "UnitedDeployment", "name", owner, "uid", "owner",
                     "controller", 1, "spec", spec, "status", "replicas", json_object_get(given, "replicas"),
                     "readyReplicas", json_object_get(given, "replicas"));
}

static json_t *make_set(json_t *workload, json_t *given, int number)
{
    json_t *spec = json_deep_copy(json_object_get(workload, "spec")), *made = json_object(), *annotations = json_object();
    json_t *replicas = json_object_get(spec, "replicas"), *value;
    const char *owner = text(json_object_get(workload, "metadata"), "name", ""), *hash = text(given, "name", "old");
    static const char *const keys[][2] = { { "desired", "deployment.kubernetes.io/desired-replicas" },
                                           { "max", "deployment.kubernetes.io/max-replicas" } };
    char name[128], digits[24], created[32];
    snprintf(name, sizeof name, "%s-%s", owner, hash);
    snprintf(created, sizeof created, "2026-11-20T10:%02d:00Z",
             (int)(json_object_get(given, "created") ? json_integer_value(json_object_get(given, "created")) : number));
    snprintf(digits, sizeof digits, "%d", number);
    json_object_set_new(annotations, "deployment.kubernetes.io/revision", json_string(digits));
    for (size_t i = 0; i < 2; i++) {
        value = json_object_get(given, keys[i][0]);
        snprintf(digits, sizeof digits, "%d", (int)json_integer_value(value ? value : replicas));
        if (!json_is_null(value))
            json_object_set_new(annotations, keys[i][1], json_string(digits));
    }
    json_object_update(annotations, json_object_get(given, "annotations"));
    json_t *template = json_deep_copy(json_object_get(spec, "template"));
    json_t *main = json_array_get(json_object_get(json_object_get(template, "spec"), "containers"), 0);
    if (json_object_get(given, "image"))
        json_object_set(main, "image", json_object_get(given, "image"));
    json_object_set_new(json_object_get(json_object_get(template, "metadata"), "labels"), "pod-template-hash",
                        json_string(hash));
    json_t *selector = json_deep_copy(json_object_get(spec, "selector"));
    json_object_set_new(json_object_get(selector, "matchLabels"), "pod-template-hash", json_string(hash));
    json_object_update_new(
        made, json_pack("{s:s, s:s, s:{s:s, s:s, s:s, s:s, s:i, s:o, s:[{s:s, s:s, s:s, s:s, s:b}]}, s:{s:O?, s:O?, s:o, "
                        "s:o}, s:{s:i}}",
                        "apiVersion", "apps/v1", "kind", "ReplicaSet", "metadata", "name", name, "namespace", "default",
                        "uid", name, "creationTimestamp", created, "generation", 1, "annotations", annotations,
                        "ownerReferences", "apiVersion", "apps/v1", "kind", "Deployment", "name", owner, "uid", "owner",
                        "controller", 1, "spec", "replicas", json_object_get(given, "replicas"), "minReadySeconds",
                        json_object_get(given, "minReadySeconds"), "selector", selector, "template", template, "status",
                        "observedGeneration", 1));
    json_decref(spec);
    return made;
}

/* The pod is one of its Deployment's ReplicaSet. */
static void put_in_set(json_t *pod, const char *owner, const char *hash)
{
    json_t *metadata = json_object_get(pod, "metadata");
    json_t *ref = json_array_get(json_object_get(metadata, "ownerReferences"), 0);
    char name[128];
    snprintf(name, sizeof name, "%s-%s", owner, hash);
    json_object_set_new(ref, "apiVersion", json_string("apps/v1"));
    json_object_set_new(ref, "kind", json_string("ReplicaSet"));
    json_object_set_new(ref, "name", json_string(name));
    json_object_set_new(ref, "uid", json_string(name));
    json_object_set_new(json_object_get(metadata, "labels"), "pod-template-hash", json_string(hash));
}

static json_t *make_pod(json_t *snapshot, json_t *given, int number)
{
    json_t *workload = json_object_get(snapshot, "workload"), *gate;
    if (is_sidecarset(workload))
        return make_injected(snapshot, given, number);
    const char *kind = text(workload, "kind", ""), *owner = text(json_object_get(workload, "metadata"), "name", "");
    char name[128], label[128], template_hash[64];
    const char *which = text(given, "revision", "old");
    int daemon = !strcmp(kind, "DaemonSet"), clone = !strcmp(kind, "CloneSet");
    int ready = !json_is_false(json_object_get(given, "ready"));
    size_t i;
    snprintf(name, sizeof name, number < 0 ? "%s%s%s" : "%s%s%s-%d", text(given, "name", owner),
             json_object_get(given, "set") ? "-" : "", text(given, "set", ""), number);
    snprintf(label, sizeof label, "%s%s%s", daemon ? "" : owner, daemon ? "" : "-", which);
    snprintf(template_hash, sizeof template_hash, "%s", which);
    json_t *template = pod_template(json_object_get(json_object_get(workload, "spec"), "template"));
    json_t *labels = json_deep_copy(json_object_get(json_object_get(template, "metadata"), "labels"));
    json_object_set_new(labels, "controller-revision-hash", json_string(label));
    if (clone)
        json_object_set_new(labels, "pod-template-hash", json_string(template_hash));
    if (!strcmp(kind, "StatefulSet"))
        json_object_set_new(labels, "statefulset.kubernetes.io/pod-name", json_string(name));
    if (!strcmp(kind, "BroadcastJob")) {
        json_object_del(labels, "controller-revision-hash");
        json_object_set_new(labels, "broadcastjob-name", json_string(owner));
        json_object_set_new(labels, "broadcastjob-controller-uid", json_string("owner"));
    }
    if (!strcmp(kind, "UnitedDeployment")) {
        json_object_del(labels, "controller-revision-hash");
        json_object_set_new(labels, "apps.kruise.io/controller-revision-hash", json_string(label));
        json_object_set(labels, "apps.kruise.io/subset-name", json_object_get(given, "subset"));
    }
    if (json_object_get(given, "state"))
        json_object_set(labels, "lifecycle.apps.kruise.io/state", json_object_get(given, "state"));
    json_object_update(labels, json_object_get(given, "labels"));
    json_t *spec = json_deep_copy(json_object_get(template, "spec"));
    json_object_set_new(spec, "nodeName", json_string(text(given, "node", "node")));
    json_t *pod =
        json_pack("{s:s, s:s, s:{s:s, s:s, s:s, s:s, s:o, s:[{s:s, s:s, s:s, s:s, s:b}]}, s:o, s:{s:s, s:[], s:[]}}",
                  "apiVersion", "v1", "kind", "Pod", "metadata", "name", name, "namespace", "default", "uid", name,
                  "creationTimestamp", "2026-11-23T09:00:00Z", "labels", labels, "ownerReferences", "apiVersion",
                  text(workload, "apiVersion", ""), "kind", kind, "name", owner, "uid", "owner", "controller", 1,
                  "spec", spec, "status", "phase", text(given, "phase", "Running"), "conditions", "containerStatuses");
    if (!strcmp(kind, "Deployment") || !strcmp(kind, "ReplicaSet"))
        json_object_del(labels, "controller-revision-hash");
    if (json_object_get(given, "set"))
        put_in_set(pod, owner, text(given, "set", ""));
    if (!strcmp(kind, "UnitedDeployment")) {
        json_t *reference = json_array_get(json_object_get(json_object_get(pod, "metadata"), "ownerReferences"), 0);
        json_t *child = json_array_get(json_object_get(snapshot, "subsets"),
                                       (size_t)json_integer_value(json_object_get(given, "child")));
        json_object_set(reference, "apiVersion", json_object_get(child, "apiVersion"));
        json_object_set(reference, "kind", json_object_get(child, "kind"));
        json_object_set(reference, "name", json_object_get(json_object_get(child, "metadata"), "name"));
        json_object_set(reference, "uid", json_object_get(json_object_get(child, "metadata"), "uid"));
    }
    if (json_object_get(given, "restarts"))
        json_array_append_new(
            json_object_get(json_object_get(pod, "status"), "containerStatuses"),
            json_pack("{s:s, s:O}", "name", "main", "restartCount", json_object_get(given, "restarts")));
    if (json_is_true(json_object_get(given, "terminating")))
        json_object_set_new(json_object_get(pod, "metadata"), "deletionTimestamp", json_string(NOW));
    int in_place = 0;
    json_array_foreach(json_object_get(spec, "readinessGates"), i, gate)
    {
        const char *type = text(gate, "conditionType", "");
        in_place = in_place || !strcmp(type, "InPlaceUpdateReady");
        add_condition(pod, type, 1);
    }
    if (clone && !in_place) { /* its controller adds the gate */
        if (!json_object_get(spec, "readinessGates"))
            json_object_set_new(spec, "readinessGates", json_array());
        json_array_append_new(json_object_get(spec, "readinessGates"),
                              json_pack("{s:s}", "conditionType", "InPlaceUpdateReady"));
        add_condition(pod, "InPlaceUpdateReady", 1);
    }
    add_condition(pod, "ContainersReady", ready);
    add_condition(pod, "Ready", ready);
    return pod;
}

/* {"name", "labels", "owners": {kind: name}, "size"}. Uids of pods are their names, that of the workload is "owner". */
static json_t *make_claim(json_t *given)
{
    json_t *labels = json_object_get(given, "labels"), *owners = json_array(), *owner;
    const char *kind, *size = text(given, "size", "1Gi");
    json_object_foreach(json_object_get(given, "owners"), kind, owner)
    {
        int pod = !strcmp(kind, "Pod");
        json_array_append_new(owners, json_pack("{s:s, s:s, s:O, s:o}", "apiVersion",
                                                pod ? "v1" : "apps.kruise.io/v1beta1", "kind", kind, "name", owner,
                                                "uid", pod ? json_incref(owner) : json_string("owner")));
    }
    return json_pack("{s:s, s:s, s:{s:O, s:s, s:O?, s:o}, s:{s:[s], s:{s:{s:s}}}, s:{s:s, s:{s:s}}}", "apiVersion",
                     "v1", "kind", "PersistentVolumeClaim", "metadata", "name", json_object_get(given, "name"),
                     "namespace", "default", "labels", labels, "ownerReferences", owners, "spec", "accessModes",
                     "ReadWriteOnce", "resources", "requests", "storage", size, "status", "phase", "Bound", "capacity",
                     "storage", size);
}

static void add_pods(json_t *snapshot, json_t *list)
{
    json_t *given, *pods = json_object_get(snapshot, "pods");
    size_t i;
    json_array_foreach(list, i, given)
    {
        int count = (int)json_integer_value(json_object_get(given, "count"));
        int first = (int)json_integer_value(json_object_get(given, "from"));
        if (!count)
            json_array_append_new(pods, make_pod(snapshot, given, -1));
        for (int n = first; n < first + count; n++)
            json_array_append_new(pods, make_pod(snapshot, given, n));
    }
}

json_t *small_snapshot(json_t *shorthand)
{
    json_t *workload = json_deep_copy(json_object_get(shorthand, "workload")), *node, *claim, *subset;
    json_t *metadata = json_object_get(workload, "metadata");
    const char *owner = text(metadata, "name", "");
    char old[128], new[128];
    size_t i;
    snprintf(old, sizeof old, "%s-old", owner);
    snprintf(new, sizeof new, "%s-new", owner);
    json_object_set_new(metadata, "namespace", json_string("default"));
    json_object_set_new(metadata, "uid", json_string("owner"));
    if (is_sidecarset(workload))
        json_object_set_new(metadata, "annotations",
                            json_pack("{s:s, s:s}", "kruise.io/sidecarset-hash", "new",
                                      "kruise.io/sidecarset-hash-without-image", "all"));
    json_t *snapshot =
        json_pack("{s:s, s:s, s:o, s:s, s:s, s:[o, o], s:[], s:[], s:[]}", "kind", "Snapshot", "now", NOW, "workload",
                  workload, "currentRevision", json_object_get(shorthand, "settled") ? new : old, "updateRevision", new,
                  "revisions", revision(workload, old, text(shorthand, "old", NULL), 1),
                  revision(workload, new, NULL, 2), "pods", "nodes", "claims");
    if (!strcmp(text(workload, "kind", ""), "Deployment") || !strcmp(text(workload, "kind", ""), "ReplicaSet")) {
        json_t *sets = json_array(), *set;
        json_array_foreach(json_object_get(shorthand, "sets"), i, set)
            json_array_append_new(sets, make_set(workload, set, (int)i + 1));
        json_object_set_new(snapshot, "revisions", sets);
        json_object_del(snapshot, "currentRevision");
        json_object_del(snapshot, "updateRevision");
    }
    json_array_foreach(json_object_get(shorthand, "nodes"), i, node)
    {
        const char *name = json_is_string(node) ? json_string_value(node) : text(node, "name", "");
        json_t *labels = json_object_get(node, "labels");
        json_t *made = json_pack("{s:s, s:s, s:{s:s, s:O?}, s:{s:{s:s}}}", "apiVersion", "v1", "kind", "Node",
                                 "metadata", "name", name, "labels", labels, "status", "allocatable", "pods", "110");
        if (json_object_get(node, "spec"))
            json_object_set(made, "spec", json_object_get(node, "spec"));
        json_array_append_new(json_object_get(snapshot, "nodes"), made);
    }
    json_array_foreach(json_object_get(shorthand, "claims"), i, claim)
        json_array_append_new(json_object_get(snapshot, "claims"), make_claim(claim));
    json_array_foreach(json_object_get(shorthand, "subsets"), i, subset)
    {
        json_t *one = json_pack("{s:i, s:i}", "count", (int)json_integer_value(json_object_get(subset, "replicas")),
                                "child", (int)i);
        if (i == 0)
            json_object_set_new(snapshot, "subsets", json_array());
        json_array_append_new(json_object_get(snapshot, "subsets"), make_child(workload, subset));
        json_object_update(one, subset); /* its pods are at its revision */
        json_object_set_new(one, "name", json_sprintf("%s-%s", owner, text(subset, "subset", "")));
        json_t *list = json_pack("[o]", one);
        add_pods(snapshot, list);
        json_decref(list);
    }
    if (json_object_get(shorthand, "featureGates"))
        json_object_set(snapshot, "featureGates", json_object_get(shorthand, "featureGates"));
    if (is_sidecarset(workload) && json_object_get(shorthand, "old"))
        json_object_set(snapshot, "old", json_object_get(shorthand, "old"));
    add_pods(snapshot, json_object_get(shorthand, "pods"));
    json_object_del(snapshot, "old");
    return snapshot;
}

void small_merge(json_t *into, json_t *from)
{
    const char *key;
    json_t *value;
    json_object_foreach(from, key, value)
    {
        json_t *old = json_object_get(into, key);
        if (json_is_object(old) && json_is_object(value))
            small_merge(old, value);
        else
            json_object_set(into, key, value);
    }
}

struct small_world small_decode(json_t *snapshot)
{
    struct small_world w = { NULL, NULL };
    struct rollout_error error = { .struct_size = sizeof error };
    char *document = json_dumps(snapshot, JSON_COMPACT);
    if (rollout_json_parse(document, strlen(document), &w.json, &error) ||
        rollout_document_decode(rollout_json_tree(w.json), 0, 0, &w.world, &error)) {
        fprintf(stderr, "%s\n", error.message);
        exit(1);
    }
    free(document);
    return w;
}

void small_free(struct small_world *world)
{
    rollout_world_free(world->world);
    rollout_json_free(world->json);
}
