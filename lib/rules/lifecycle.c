/* SPDX-License-Identifier: Apache-2.0 */
#include "rules/lifecycle.h"

#include "base/str.h"

/* A label that the pod lacks reads as "", so that a hook label with an empty value is on every such pod. */
static bool has_label(const struct rollout_pod *pod, struct rollout_str key, struct rollout_str value)
{
    const struct rollout_str *found = ro_labels_get(&pod->labels, key);

    return found ? ro_str_eq(*found, value) : value.len == 0;
}

struct rollout_str ro_hook_part(const struct rollout_hook *hook, const struct rollout_pod *pod, bool present)
{
    struct rollout_str part = { 0 };
    bool certain = false; /* a label that is, or has to be, on the pod: one that reads as "" there is named last */
    if (!hook->set)
        return part;
    for (uint32_t i = 0; i < hook->labels.count; i++) {
        const struct rollout_str *key = ro_label_key(&hook->labels, i);
        if (has_label(pod, *key, key[1]) != present)
            continue;
        bool sure = !present || ro_labels_get(&pod->labels, *key);
        if (!part.data || (sure && !certain) || (sure == certain && ro_str_cmp(*key, part) < 0))
            part = *key;
        certain = certain || sure;
    }
    if (certain)
        return part;
    for (uint32_t i = 0; i < hook->finalizers.count; i++) {
        const struct rollout_str *finalizer = ro_strs_at(&hook->finalizers, i);
        if (ro_strs_have(&pod->finalizers, *finalizer) == present)
            return *finalizer;
    }
    return part;
}

bool ro_hook_removable(const struct rollout_pod *pod, struct rollout_str part)
{
    return ro_labels_get(&pod->labels, part) || ro_strs_have(&pod->finalizers, part);
}

bool ro_hooked_any(const struct rollout_hook *hook, const struct rollout_pod *pod)
{
    return ro_hook_part(hook, pod, true).data != NULL;
}

bool ro_hooked_all(const struct rollout_hook *hook, const struct rollout_pod *pod)
{
    return hook->set && ro_hook_part(hook, pod, false).data == NULL;
}

static const struct rollout_str states[] = {
    [ROLLOUT_STATE_PREPARING_NORMAL] = { "PreparingNormal", 15 },
    [ROLLOUT_STATE_NORMAL] = { "Normal", 6 },
    [ROLLOUT_STATE_PREPARING_UPDATE] = { "PreparingUpdate", 15 },
    [ROLLOUT_STATE_UPDATING] = { "Updating", 8 },
    [ROLLOUT_STATE_UPDATED] = { "Updated", 7 },
    [ROLLOUT_STATE_PREPARING_DELETE] = { "PreparingDelete", 15 },
};

struct rollout_str ro_state_text(uint32_t state)
{
    return state < sizeof states / sizeof states[0] ? states[state] : (struct rollout_str){ 0 };
}

uint32_t ro_state_from_text(struct rollout_str text)
{
    if (text.len == 0)
        return ROLLOUT_STATE_NONE;
    for (uint32_t i = 0; i < sizeof states / sizeof states[0]; i++)
        if (states[i].data && ro_str_eq(states[i], text))
            return i;
    return ROLLOUT_STATE_OTHER;
}
