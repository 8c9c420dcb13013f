/* SPDX-License-Identifier: Apache-2.0 */
/* What a SidecarSet writes into a pod that has its containers. Source: sidecarset.md 6, 7. */
#include "base/error.h"
#include "base/names.h"
#include "objects/apply.h"
#include "objects/conditions.h"

/* The pod's containers in order; ret_names: to look them up. NULL on lack of memory. */
static struct ro_edit **containers_of(struct ro_apply *a, struct ro_names *ret_names)
{
    struct ro_edit *list = ro_edit_get(ro_edit_get(a->object, "spec"), "containers");
    uint32_t count = 0, n = 0;
    for (struct ro_edit *c = list ? list->first : NULL; c; c = c->next)
        count++;
    struct ro_edit **all = ro_arena_alloc(&a->arena, count, sizeof(struct ro_edit *));
    struct rollout_str *texts = ro_arena_alloc(&a->arena, count, sizeof(*texts));
    for (struct ro_edit *c = list ? list->first : NULL; c && all && texts; c = c->next) {
        all[n] = c;
        texts[n++] = ro_edit_get_text(c, "name");
    }
    *ret_names = ro_names_make(&a->arena, texts, n);
    return all;
}

int ro_apply_sidecars(struct ro_apply *a)
{
    const struct rollout_attr *attrs = a->plan->attrs + a->action->attr_first;
    struct ro_names names;
    struct ro_edit **containers = containers_of(a, &names);
    for (uint32_t i = 0; i < a->action->attr_count && !a->arena.failed; i++) {
        struct rollout_str key = attrs[i].text < a->plan->text_count ? a->plan->texts[attrs[i].text] : RO_STR("");
        uint32_t next = i + 1 < a->action->attr_count ? attrs[i + 1].text : ROLLOUT_NONE;
        struct rollout_str value = next < a->plan->text_count ? a->plan->texts[next] : RO_STR("");
        if (attrs[i].key == ROLLOUT_ATTR_ANNOTATION) {
            struct ro_edit *metadata = ro_edit_need_object(&a->arena, a->object, "metadata");
            ro_edit_set_text(&a->arena, ro_edit_need_object(&a->arena, metadata, "annotations"), key, value);
        } else if (attrs[i].key == ROLLOUT_ATTR_IMAGE) {
            uint32_t at = ro_names_first(&names, key);
            if (at == UINT32_MAX)
                return ro_error(a->reterr, ROLLOUT_ERR_INVALID, "spec.containers",
                                "spec.containers: there is no %.*s, whose image is to change", (int)key.len, key.data);
            ro_edit_set_text(&a->arena, containers[at], RO_STR("image"), value);
        }
    }
    return ROLLOUT_OK;
}

void ro_apply_upgradable(struct ro_apply *a)
{
    struct rollout_str status = ro_apply_text(a, ROLLOUT_ATTR_UPGRADABLE);

    ro_set_upgradable(&a->arena, a->object, ro_str_eq(status, RO_STR("True")), ro_apply_text(a, ROLLOUT_ATTR_MESSAGE),
                      a->now);
}
