/* SPDX-License-Identifier: Apache-2.0 */
#include "objects/pod.h"

#include <rollout/objects.h>

#include "base/abi.h"
#include "base/memory.h"
#include "objects/pod_in_place.h"
#include "objects/scheduling.h"
#include "objects/workload.h"
#include "rules/check.h"
#include "rules/lifecycle.h"
#include "rules/selector.h"

static const struct rollout_str phases[] = {
    [ROLLOUT_PHASE_PENDING] = { "Pending", 7 },     [ROLLOUT_PHASE_RUNNING] = { "Running", 7 },
    [ROLLOUT_PHASE_SUCCEEDED] = { "Succeeded", 9 }, [ROLLOUT_PHASE_FAILED] = { "Failed", 6 },
    [ROLLOUT_PHASE_UNKNOWN] = { "Unknown", 7 },
};

struct rollout_str ro_pod_phase_text(uint32_t phase)
{
    return phase < sizeof(phases) / sizeof(phases[0]) ? phases[phase] : (struct rollout_str){ NULL, 0 };
}

static uint32_t phase_of(struct rollout_str text)
{
    if (text.len == 0)
        return ROLLOUT_PHASE_NONE;
    for (uint32_t i = 1; i < sizeof(phases) / sizeof(phases[0]); i++)
        if (ro_str_eq(phases[i], text))
            return i;
    return ROLLOUT_PHASE_OTHER;
}

int32_t ro_deletion_cost(struct rollout_str text)
{
    size_t i = 0;
    bool negative = text.len > 0 && text.data[0] == '-';
    int64_t value = 0;
    if (text.len == 0 || (!negative && (text.data[0] < '1' || text.data[0] > '9')))
        return 0;
    if (negative && ++i == text.len)
        return 0;
    for (; i < text.len; i++) {
        if (text.data[i] < '0' || text.data[i] > '9')
            return 0;
        value = value * 10 + (text.data[i] - '0');
        if (value > (int64_t)INT32_MAX + (negative ? 1 : 0))
            return 0;
    }
    return (int32_t)(negative ? -value : value);
}

/* The keys that the lifecycle put on the not-ready list. A message that is no list of {userAgent, key}
 * holds none, whatever else is in it: Go decodes it as a whole. */
static uint32_t not_ready_keys(const struct rollout_node *message)
{
    const struct rollout_node *list = ro_expanded(message);
    uint32_t flags = 0;
    if (!ro_is(list, ROLLOUT_NODE_ARRAY))
        return 0;
    for (const struct rollout_node *c = ro_first(list); c != ro_end(list); c = ro_next(c)) {
        if (c->kind == ROLLOUT_NODE_NULL)
            continue;
        const struct rollout_node *agent = ro_get(c, "userAgent"), *key = ro_get(c, "key");
        if (c->kind != ROLLOUT_NODE_OBJECT || (agent && agent->kind != ROLLOUT_NODE_TEXT) ||
            (key && key->kind != ROLLOUT_NODE_TEXT))
            return 0;
        if (!ro_str_eq(ro_text(agent), RO_STR("Lifecycle")))
            continue;
        if (ro_str_eq(ro_text(key), RO_STR("preDeleteHook")))
            flags |= ROLLOUT_POD_KEY_PRE_DELETE;
        else if (ro_str_eq(ro_text(key), RO_STR("preUpdateHook")))
            flags |= ROLLOUT_POD_KEY_PRE_UPDATE;
    }
    return flags;
}

/* Conditions: the first of a type counts. */
static void read_conditions(struct ro_decoder *d, const struct ro_at *status, struct rollout_pod *ret)
{
    bool ready_seen = false, scheduled_seen = false;
    struct ro_each conditions;
    ro_each_open(d, status, "conditions", &conditions);
    while (ro_each_next(d, &conditions)) {
        const struct ro_at *condition = &conditions.at;
        struct rollout_str type = ro_read_text(d, condition, "type");
        bool is_true = ro_str_eq(ro_read_text(d, condition, "status"), RO_STR("True"));
        int64_t since = ro_read_time(d, condition, "lastTransitionTime");
        struct rollout_str reason = ro_read_text(d, condition, "reason");
        struct rollout_str message = ro_read_text(d, condition, "message");
        ro_read_time(d, condition, "lastProbeTime");
        if (ro_str_eq(type, RO_STR("Ready")) && !ready_seen) {
            ready_seen = true;
            ret->ready_since_ms = since;
            if (is_true)
                ret->flags |= ROLLOUT_POD_READY;
        } else if (ro_str_eq(type, RO_STR("PodScheduled")) && !scheduled_seen) {
            scheduled_seen = true;
            if (ro_str_eq(ro_read_text(d, condition, "status"), RO_STR("False")) &&
                ro_str_eq(reason, RO_STR("Unschedulable")))
                ret->flags |= ROLLOUT_POD_UNSCHEDULABLE;
        } else if (ro_str_eq(type, RO_STR("InPlaceUpdateReady")) && !(ret->flags & ROLLOUT_POD_IN_PLACE_CONDITION)) {
            ret->flags |= ROLLOUT_POD_IN_PLACE_CONDITION;
            if (is_true)
                ret->flags |= ROLLOUT_POD_IN_PLACE_TRUE;
            if (reason.len == 0 && message.len == 0)
                ret->flags |= ROLLOUT_POD_IN_PLACE_CLEAN;
        } else if (ro_str_eq(type, RO_STR("KruisePodReady")) && !(ret->flags & ROLLOUT_POD_KRUISE_CONDITION)) {
            ret->flags |= ROLLOUT_POD_KRUISE_CONDITION | not_ready_keys(ro_get(condition->node, "message"));
        }
    }
}

static void read_gates(struct ro_decoder *d, const struct ro_at *spec, struct rollout_pod *ret)
{
    struct ro_each gates;
    ro_each_open(d, spec, "readinessGates", &gates);
    while (ro_each_next(d, &gates)) {
        struct rollout_str type = ro_read_text(d, &gates.at, "conditionType");
        if (ro_str_eq(type, RO_STR("InPlaceUpdateReady")))
            ret->flags |= ROLLOUT_POD_IN_PLACE_GATE;
        else if (ro_str_eq(type, RO_STR("KruisePodReady")))
            ret->flags |= ROLLOUT_POD_KRUISE_GATE;
    }
}

/* The members of a container that in-place updates and the diff read. */
static void check_env(struct ro_decoder *d, const struct ro_at *container)
{
    struct ro_each env;
    ro_each_open(d, container, "env", &env);
    while (ro_each_next(d, &env)) {
        ro_read_text(d, &env.at, "name");
        ro_read_text(d, &env.at, "value");
        struct ro_at from = ro_at_object(d, &env.at, "valueFrom");
        struct ro_at field = ro_at_object(d, &from, "fieldRef");
        ro_read_text(d, &field, "fieldPath");
        struct ro_at map = ro_at_object(d, &from, "configMapKeyRef");
        ro_read_text(d, &map, "key");
    }
}

void ro_check_containers(struct ro_decoder *d, const struct ro_at *spec, const char *key)
{
    struct ro_each containers;
    ro_each_open(d, spec, key, &containers);
    while (ro_each_next(d, &containers)) {
        struct ro_each policies;
        ro_read_text(d, &containers.at, "name");
        ro_read_text(d, &containers.at, "image");
        ro_read_text(d, &containers.at, "restartPolicy");
        ro_check_resources(d, &containers.at, "resources");
        check_env(d, &containers.at);
        ro_each_open(d, &containers.at, "resizePolicy", &policies);
        while (ro_each_next(d, &policies)) {
            ro_read_text(d, &policies.at, "resourceName");
            ro_read_text(d, &policies.at, "restartPolicy");
        }
    }
}

/* What tells whether a pod has its StatefulSet's storage. */
static void check_volumes(struct ro_decoder *d, const struct ro_at *spec)
{
    struct ro_each volumes;
    ro_each_open(d, spec, "volumes", &volumes);
    while (ro_each_next(d, &volumes)) {
        ro_read_text(d, &volumes.at, "name");
        struct ro_at claim = ro_at_object(d, &volumes.at, "persistentVolumeClaim");
        ro_read_text(d, &claim, "claimName");
    }
}

/* Whether an init container of this name is a sidecar. */
static bool is_sidecar(const struct rollout_node *containers, struct rollout_str name)
{
    if (containers)
        for (const struct rollout_node *c = ro_first(containers); c != ro_end(containers); c = ro_next(c))
            if (ro_str_eq(ro_text(ro_get(c, "name")), name) &&
                ro_str_eq(ro_text(ro_get(c, "restartPolicy")), RO_STR("Always")))
                return true;
    return false;
}

/* The largest restartCount; only those of sidecars where init containers are given. */
static int32_t read_statuses(struct ro_decoder *d, const struct ro_at *status, const char *key, bool sidecars,
                             const struct rollout_node *init_containers)
{
    int32_t most = 0;
    struct ro_each statuses;
    ro_each_open(d, status, key, &statuses);
    while (ro_each_next(d, &statuses)) {
        const struct ro_at *entry = &statuses.at;
        struct rollout_str name = ro_read_text(d, entry, "name");
        int32_t restarts = ro_read_int32(d, entry, "restartCount");
        ro_read_bool(d, entry, "ready");
        ro_read_text(d, entry, "image");
        ro_read_text(d, entry, "imageID");
        ro_read_text(d, entry, "containerID");
        ro_check_resources(d, entry, "resources");
        if (restarts > most && (!sidecars || is_sidecar(init_containers, name)))
            most = restarts;
    }
    return most;
}

bool ro_pod_may_in_place(const struct rollout_node *pod)
{
    static const char *const keys[] = { "apps.kruise.io/inplace-update-state", "apps.kruise.io/inplace-update-grace",
                                        "inplace-update-state", "inplace-update-grace" };
    const struct rollout_node *annotations = ro_dig(pod, "metadata", "annotations", NULL);
    const struct rollout_node *containers = ro_dig(pod, "spec", "containers", NULL);
    for (size_t i = 0; annotations && i < sizeof(keys) / sizeof(keys[0]); i++)
        if (ro_is(annotations, ROLLOUT_NODE_OBJECT))
            for (const struct rollout_node *c = ro_first(annotations); c != ro_end(annotations); c = ro_next(c))
                if (ro_str_eq(c->key, (struct rollout_str){ keys[i], strlen(keys[i]) }))
                    return true;
    if (ro_is(containers, ROLLOUT_NODE_ARRAY))
        for (const struct rollout_node *c = ro_first(containers); c != ro_end(containers); c = ro_next(c))
            if (ro_get(c, "resizePolicy"))
                return true;
    return false;
}

void ro_pod_decode(struct ro_decoder *d, const struct ro_at *pod, const struct ro_gates *gates,
                   struct rollout_pod *ret_pod, struct rollout_in_place *in_place)
{
    struct ro_metadata metadata;
    struct rollout_pod ret = { .phase = ROLLOUT_PHASE_NONE };
    ro_check_kind(d, pod, "Pod");
    ro_read_metadata(d, pod, &metadata);
    ret.name = metadata.name;
    ret.uid = metadata.uid;
    ret.namespace_ = metadata.namespace_;
    ret.labels = metadata.labels;
    ret.finalizers = metadata.finalizers;
    ret.created_ms = metadata.created_ms;
    if (metadata.terminating)
        ret.flags |= ROLLOUT_POD_TERMINATING;
    ret.deletion_cost =
        ro_deletion_cost(ro_text(ro_get(metadata.annotations, "controller.kubernetes.io/pod-deletion-cost")));

    const struct rollout_str *revision = ro_labels_get(&ret.labels, RO_STR("controller-revision-hash"));
    const struct rollout_str *state = ro_labels_get(&ret.labels, RO_STR("lifecycle.apps.kruise.io/state"));
    if (revision)
        ret.revision = *revision;
    if (state)
        ret.lifecycle_state = ro_state_from_text(*state);
    if (ro_labels_get(&ret.labels, RO_STR("apps.kruise.io/specified-delete")))
        ret.flags |= ROLLOUT_POD_SPECIFIED_DELETE;
    if (ro_labels_get(&ret.labels, RO_STR("pod-template-hash")))
        ret.flags |= ROLLOUT_POD_TEMPLATE_HASH;

    struct ro_at spec = ro_at_object(d, pod, "spec");
    ret.node = ro_read_text(d, &spec, "nodeName");
    struct rollout_str target = ro_read_target_node(d, &spec);
    if (ret.node.len == 0)
        ret.target_node = target;
    check_volumes(d, &spec);
    read_gates(d, &spec, &ret);
    ro_check_containers(d, &spec, "containers");
    ro_check_containers(d, &spec, "initContainers");

    struct ro_at status = ro_at_object(d, pod, "status");
    ret.phase = phase_of(ro_read_text(d, &status, "phase"));
    read_conditions(d, &status, &ret);
    const struct rollout_node *init_containers = ro_get(spec.node, "initContainers");
    ret.restarts = read_statuses(d, &status, "containerStatuses", false, NULL);
    ret.sidecar_restarts = read_statuses(d, &status, "initContainerStatuses", true,
                                         ro_is(init_containers, ROLLOUT_NODE_ARRAY) ? init_containers : NULL);

    if (in_place && d->code == ROLLOUT_OK && ro_in_place_facts(pod->node, gates, in_place))
        ret.in_place = in_place;
    *ret_pod = ret;
}

void ro_pod_select(struct rollout_pod *pod, const struct rollout_node *object, const struct rollout_workload *workload,
                   struct ro_storage *storage)
{
    uint32_t hint = 0;
    const struct rollout_selector *selector = ro_workload_selector(workload);
    /* A selector that is not usable stops the whole pass instead. */
    if (selector && !ro_selector_match(selector, &pod->labels, &hint))
        pod->flags |= ROLLOUT_POD_NOT_SELECTED;
    if (!ro_storage_ok(storage, object, pod->name))
        pod->flags |= ROLLOUT_POD_STORAGE_MISMATCH;
}

/* What is read of the spec of a workload can be read. */
static int check_workload(const struct rollout_workload *workload, struct rollout_error *reterr)
{
    struct ro_check c = { reterr, ROLLOUT_OK };
    const struct rollout_selector *selector = ro_workload_selector(workload);
    const struct rollout_statefulset *set = workload->statefulset;
    struct ro_path list = ro_path_member(NULL, "claim_templates");
    if (selector)
        ro_check_selector(&c, NULL, "selector", selector);
    if (set && ro_check_array(&c, &list, set->claim_templates, set->claim_template_count))
        for (size_t i = 0; i < set->claim_template_count; i++) {
            struct ro_path place = ro_path_element(&list, i);
            ro_check_text(&c, &place, "name", set->claim_templates[i].name);
        }
    return c.code;
}

/* The workload with its spec as this build has it, in the room of specs. */
static int open_workload(const struct rollout_workload *given, struct ro_specs *specs, struct rollout_workload *ret,
                         struct rollout_error *reterr)
{
    int r = ro_abi_struct(given, ret, sizeof(*ret), "workload", reterr);
    if (r == ROLLOUT_OK)
        r = ro_specs_open(ret, specs, reterr);
    return r ? r : check_workload(ret, reterr);
}

int rollout_pod_from_object(const struct rollout_tree *pod, const struct rollout_workload *workload, size_t pod_size,
                            struct rollout_pod *ret_pod, struct rollout_in_place *ret_in_place,
                            struct rollout_error *reterr)
{
    struct ro_gates gates;
    struct rollout_workload full = { .struct_size = sizeof(full) };
    struct ro_specs specs;
    struct rollout_pod facts;
    struct rollout_in_place in_place;
    struct ro_decoder d = { .reterr = reterr };
    if (!ret_pod)
        return ro_error_null(reterr, "ret_pod");
    if (!ro_abi_stride_ok(pod_size))
        return ro_error(reterr, ROLLOUT_ERR_ABI, "pod_size", "pod_size: %zu is none", pod_size);
    int r = rollout_tree_check(pod, reterr);
    if (r == ROLLOUT_OK && workload)
        r = open_workload(workload, &specs, &full, reterr);
    if (r == ROLLOUT_OK)
        r = ro_gates_resolve(full.gates, full.gate_count, &gates, reterr);
    if (r != ROLLOUT_OK)
        return r;
    struct ro_at root = ro_at_root(pod->nodes);
    if (root.node->kind != ROLLOUT_NODE_OBJECT) {
        ro_refuse(&d, &root, "is not an object");
        return d.code;
    }
    ro_pod_decode(&d, &root, &gates, &facts, ret_in_place ? &in_place : NULL);
    if (d.code != ROLLOUT_OK)
        return d.code;
    struct ro_arena arena = { NULL, false };
    struct ro_storage storage;
    ro_storage_open(&arena, full.statefulset, &storage);
    if (!arena.failed)
        ro_pod_select(&facts, root.node, &full, &storage);
    bool failed = arena.failed;
    ro_arena_free(&arena);
    if (failed)
        return ro_error_nomem(reterr);
    if (facts.in_place) {
        *ret_in_place = in_place;
        facts.in_place = ret_in_place;
    }
    memcpy(ret_pod, &facts, pod_size < sizeof facts ? pod_size : sizeof facts);
    if (pod_size > sizeof facts)
        memset((char *)ret_pod + sizeof facts, 0, pod_size - sizeof facts);
    return ROLLOUT_OK;
}
