/* SPDX-License-Identifier: Apache-2.0 */
/* Lifecycle hooks and readiness gates. Source: cloneset.md 2.2, statefulset.md 6, inplace.md 1. */
#include "base/str.h"
#include "sim/lint.h"

bool ro_lint_has_gate(struct ro_lint *l, struct rollout_str gate, uint32_t flag)
{
    struct ro_each each;
    ro_each_open(&l->decoder, &l->pod_spec, "readinessGates", &each);
    while (ro_each_next(&l->decoder, &each))
        if (ro_str_eq(ro_read_text(&l->decoder, &each.at, "conditionType"), gate))
            return true;
    for (size_t i = 0; i < l->pods.count; i++)
        if (ro_pod(&l->pods, i)->flags & flag)
            return true;
    return false;
}

/* A pod that lacks the label has it with the value "", upstream. */
static void look_at_label(struct ro_lint *l, const struct ro_at *handler, struct rollout_str key, bool before)
{
    struct ro_at at = { .node = ro_get_str(handler->node, key), .path = { .up = &handler->path, .key = key } };
    if (before)
        RO_LINT(
            l, EMPTY_VALUE, &at,
            "a pod without the label counts as hooked: taking the label off releases nobody, only another value does");
    else
        RO_LINT(l, EMPTY_VALUE, &at, "a pod without the label counts as hooked: nobody waits for it");
}

void ro_lint_hook(struct ro_lint *l, const char *name, const struct rollout_hook *hook, bool before)
{
    if (!hook->set)
        return;
    struct ro_at lifecycle = ro_at_object(&l->decoder, &l->spec, "lifecycle");
    struct ro_at at = ro_at_object(&l->decoder, &lifecycle, name);
    struct ro_at handler = ro_at_object(&l->decoder, &at, "labelsHandler");
    for (uint32_t i = 0; i < hook->labels.count; i++)
        if (ro_label_value(&hook->labels, i)->len == 0)
            look_at_label(l, &handler, *ro_label_key(&hook->labels, i), before);
    if (hook->labels.count == 0 && hook->finalizers.count == 0)
        RO_LINT(l, IGNORED, &at, "%s names neither a label nor a finalizer: nothing waits for it", name);
    struct ro_at mark = ro_at_member(&at, "markPodNotReady");
    if (!hook->mark_pod_not_ready)
        return;
    if (!before)
        RO_LINT(l, IGNORED, &mark, "markPodNotReady has no effect on %s", name);
    else if (!ro_lint_has_gate(l, RO_STR("KruisePodReady"), ROLLOUT_POD_KRUISE_GATE))
        RO_LINT(l, NO_READINESS_GATE, &mark,
                "markPodNotReady has no effect: neither the template nor a pod has readiness gate KruisePodReady, so "
                "pods stay ready while the hook holds them");
}

void ro_lint_lifecycle(struct ro_lint *l, const struct rollout_lifecycle *lifecycle)
{
    ro_lint_hook(l, "preNormal", &lifecycle->pre_normal, false);
    ro_lint_hook(l, "preDelete", &lifecycle->pre_delete, true);
    ro_lint_hook(l, "inPlaceUpdate", &lifecycle->in_place_update, true);
}
