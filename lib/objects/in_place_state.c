/* SPDX-License-Identifier: Apache-2.0 */
#include "objects/in_place_state.h"

#include "base/time.h"
#include "base/tree.h"
#include "objects/base64.h"
#include "rules/qos.h"

static const struct rollout_node *annotation(const struct rollout_node *pod, const char *key, const char *old_key)
{
    const struct rollout_node *all = ro_dig(pod, "metadata", "annotations", NULL), *found = ro_get(all, key);

    return found ? found : ro_get(all, old_key);
}

const struct rollout_node *ro_state_annotation(const struct rollout_node *pod)
{
    return annotation(pod, RO_STATE_KEY, RO_STATE_KEY_OLD);
}

const struct rollout_node *ro_grace_annotation(const struct rollout_node *pod)
{
    return annotation(pod, RO_GRACE_KEY, RO_GRACE_KEY_OLD);
}

/* Whether a member's value is one that the decoder takes. NULL stands for absent and null, which always are. */
typedef bool check_fn(const struct rollout_node *n);

static bool check_text(const struct rollout_node *n)
{
    return n->kind == ROLLOUT_NODE_TEXT;
}

static bool check_bool(const struct rollout_node *n)
{
    return n->kind == ROLLOUT_NODE_BOOL;
}

static bool check_int32(const struct rollout_node *n)
{
    return n->kind == ROLLOUT_NODE_INTEGER && n->integer >= INT32_MIN && n->integer <= INT32_MAX;
}

static bool check_unsigned(const struct rollout_node *n)
{
    return n->kind == ROLLOUT_NODE_INTEGER && n->integer >= 0;
}

static bool check_time(const struct rollout_node *n)
{
    int64_t ms;

    return n->kind == ROLLOUT_NODE_TEXT && ro_time_parse(n->text, &ms);
}

static bool check_quantity(const struct rollout_node *n)
{
    struct ro_quantity q;

    return ro_quantity_of(n, &q);
}

static bool check_bytes(const struct rollout_node *n)
{
    return n->kind == ROLLOUT_NODE_TEXT && ro_base64_check(n->text);
}

static bool check_object(const struct rollout_node *n)
{
    return n->kind == ROLLOUT_NODE_OBJECT;
}

static bool check_each(const struct rollout_node *n, uint32_t kind, check_fn *check)
{
    if (n->kind != kind)
        return false;
    for (const struct rollout_node *c = ro_first(n); c != ro_end(n); c = ro_next(c))
        if (c->kind != ROLLOUT_NODE_NULL && !check(c))
            return false;
    return true;
}

struct member {
    const char *name;
    check_fn *check;
};

static bool check_members(const struct rollout_node *n, const struct member *list, size_t count)
{
    if (n->kind != ROLLOUT_NODE_OBJECT)
        return false;
    for (size_t i = 0; i < count; i++) {
        const struct rollout_node *c = ro_get(n, list[i].name);
        if (c && !list[i].check(c))
            return false;
    }
    return true;
}

#define COUNT(list) (sizeof(list) / sizeof(list)[0])

static bool check_text_map(const struct rollout_node *n)
{
    return check_each(n, ROLLOUT_NODE_OBJECT, check_text);
}

static bool check_text_list(const struct rollout_node *n)
{
    return check_each(n, ROLLOUT_NODE_ARRAY, check_text);
}

static bool check_quantity_map(const struct rollout_node *n)
{
    return check_each(n, ROLLOUT_NODE_OBJECT, check_quantity);
}

static bool check_status(const struct rollout_node *n)
{
    static const struct member list[] = { { "imageID", check_text } };

    return check_members(n, list, COUNT(list));
}

static bool check_statuses(const struct rollout_node *n)
{
    return check_each(n, ROLLOUT_NODE_OBJECT, check_status);
}

static bool check_metadata(const struct rollout_node *n)
{
    static const struct member list[] = { { "labels", check_text_map },
                                          { "annotations", check_text_map },
                                          { "creationTimestamp", check_time } };

    return check_members(n, list, COUNT(list));
}

static bool check_metadata_map(const struct rollout_node *n)
{
    return check_each(n, ROLLOUT_NODE_OBJECT, check_metadata);
}

static bool check_resources(const struct rollout_node *n)
{
    static const struct member list[] = { { "limits", check_quantity_map }, { "requests", check_quantity_map } };

    return check_members(n, list, COUNT(list));
}

static bool check_resources_map(const struct rollout_node *n)
{
    return check_each(n, ROLLOUT_NODE_OBJECT, check_resources);
}

static bool check_precheck(const struct rollout_node *n)
{
    static const struct member list[] = { { "containersRequiredReady", check_text_list } };

    return check_members(n, list, COUNT(list));
}

static bool check_batch(const struct rollout_node *n)
{
    static const struct member list[] = { { "timestamp", check_time }, { "containers", check_text_list } };

    return check_members(n, list, COUNT(list));
}

static bool check_batches(const struct rollout_node *n)
{
    return check_each(n, ROLLOUT_NODE_ARRAY, check_batch);
}

static bool check_hashes(const struct rollout_node *n)
{
    static const struct member list[] = { { "plainHash", check_unsigned },
                                          { "extractedEnvFromMetadataHash", check_unsigned } };

    return check_members(n, list, COUNT(list));
}

static bool check_runtime(const struct rollout_node *n)
{
    static const struct member list[] = { { "name", check_text },
                                          { "containerID", check_text },
                                          { "restartCount", check_int32 },
                                          { "hashes", check_hashes } };

    return check_members(n, list, COUNT(list));
}

static bool check_runtimes(const struct rollout_node *n)
{
    return check_each(n, ROLLOUT_NODE_ARRAY, check_runtime);
}

static const struct rollout_node *checked(const struct rollout_node *text, const struct member *list, size_t count)
{
    const struct rollout_node *value = ro_expanded(text);

    if (!value || (value->kind != ROLLOUT_NODE_NULL && !check_members(value, list, count)))
        return NULL;
    return value;
}

const struct rollout_node *ro_state_value(const struct rollout_node *text)
{
    static const struct member list[] = { { "revision", check_text },
                                          { "updateTimestamp", check_time },
                                          { "lastContainerStatuses", check_statuses },
                                          { "updateEnvFromMetadata", check_bool },
                                          { "updateResources", check_bool },
                                          { "updateImages", check_bool },
                                          { "nextContainerImages", check_text_map },
                                          { "nextContainerRefMetadata", check_metadata_map },
                                          { "nextContainerResources", check_resources_map },
                                          { "preCheckBeforeNext", check_precheck },
                                          { "containerBatchesRecord", check_batches } };

    return checked(text, list, COUNT(list));
}

const struct rollout_node *ro_grace_value(const struct rollout_node *text)
{
    static const struct member list[] = { { "revision", check_text },
                                          { "containerImages", check_text_map },
                                          { "containerRefMetadata", check_metadata_map },
                                          { "containerResources", check_resources_map },
                                          { "metaDataPatch", check_bytes },
                                          { "updateEnvFromMetadata", check_bool },
                                          { "graceSeconds", check_int32 },
                                          { "oldTemplate", check_object },
                                          { "newTemplate", check_object } };

    return checked(text, list, COUNT(list));
}

const struct rollout_node *ro_runtime_value(const struct rollout_node *text)
{
    static const struct member list[] = { { "containers", check_runtimes } };

    return checked(text, list, COUNT(list));
}

const struct rollout_node *ro_container_status(const struct rollout_node *pod, struct rollout_str name)
{
    const struct rollout_node *list = ro_dig(pod, "status", "containerStatuses", NULL);

    if (!ro_is(list, ROLLOUT_NODE_ARRAY))
        return NULL;
    for (const struct rollout_node *c = ro_first(list); c != ro_end(list); c = ro_next(c))
        if (ro_str_eq(ro_text(ro_get(c, "name")), name))
            return c;
    return NULL;
}

bool ro_has_members(const struct rollout_node *n)
{
    return ro_is(n, ROLLOUT_NODE_OBJECT) && n->size > 1;
}
