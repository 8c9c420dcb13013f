/* SPDX-License-Identifier: Apache-2.0 */
/* What a sidecar gets of the resources of the containers beside it. Source: sidecarset.md 10.5. */
#include "base/regex.h"
#include "objects/inject.h"
#include "rules/resource_expression.h"

static const char *const names[] = { "cpu", "memory" };
enum { RESOURCES = sizeof names / sizeof *names };

/* Of one resource in all containers that are meant. */
struct total {
    struct ro_amount limit, request;
    bool any, unlimited, requested;
};

static void combine(struct ro_amount *into, bool *any, const struct ro_amount *amount, bool sum)
{
    if (sum)
        ro_amount_add(into, amount);
    else if (!*any || ro_quantity_cmp(&amount->quantity, &into->quantity) > 0)
        *into = *amount;
    *any = true;
}

static bool read_amount(struct ro_injection *in, const struct ro_at *list, const char *name, struct ro_amount *ret)
{
    struct rollout_str text = ro_read_quantity(in->d, in->arena, list, name);
    ret->form = ro_quantity_form(text);
    return text.data && ro_quantity_parse(text, &ret->quantity);
}

static void take_container(struct ro_injection *in, const struct ro_at *container, struct rollout_str mode,
                           struct total totals[RESOURCES])
{
    struct ro_at resources = ro_at_object(in->d, container, "resources");
    struct ro_at limits = ro_at_object(in->d, &resources, "limits");
    struct ro_at requests = ro_at_object(in->d, &resources, "requests");
    bool sum = ro_str_eq(mode, RO_STR("sum")), known = sum || ro_str_eq(mode, RO_STR("max"));
    for (size_t i = 0; i < RESOURCES; i++) {
        struct ro_amount amount;
        if (known && read_amount(in, &limits, names[i], &amount))
            combine(&totals[i].limit, &totals[i].any, &amount, sum);
        else
            totals[i].unlimited = true;
        if (known && read_amount(in, &requests, names[i], &amount))
            combine(&totals[i].request, &totals[i].requested, &amount, sum);
    }
}

/* False where none is meant. */
static bool take_containers(struct ro_injection *in, struct ro_regex *regex, struct rollout_str mode,
                            struct total totals[RESOURCES])
{
    static const char *const lists[] = { "initContainers", "containers" };
    struct ro_at root = ro_at_root(in->document), pod = ro_at_object(in->d, &root, "pod");
    struct ro_at spec = ro_at_object(in->d, &pod, "spec");
    struct ro_each each;
    bool any = false;
    for (size_t k = 0; k < 2; k++) {
        ro_each_open(in->d, &spec, lists[k], &each);
        while (ro_each_next(in->d, &each)) {
            struct rollout_str name = ro_read_text(in->d, &each.at, "name");
            bool native = ro_str_eq(ro_read_text(in->d, &each.at, "restartPolicy"), RO_STR("Always"));
            if ((k == 0 && !native) || !ro_regex_matches(regex, name) ||
                ro_names_first(&in->sidecars, name) != UINT32_MAX) /* sidecars are not meant */
                continue;
            any = true;
            take_container(in, &each.at, mode, totals);
        }
    }
    return any;
}

static void evaluate(struct ro_injection *in, const struct rollout_node *policy, struct total totals[RESOURCES],
                     struct ro_edit *ret)
{
    static const char *const kinds[] = { "limits", "requests" };
    for (size_t k = 0; k < 2; k++)
        for (size_t i = 0; i < RESOURCES; i++) {
            struct rollout_str text = ro_text(ro_dig(policy, "resourcesExpr", kinds[k], names[i], NULL));
            struct ro_amount amount;
            char buf[RO_QUANTITY_SIZE];
            if (text.len == 0 || (k == 0 && totals[i].unlimited))
                continue;
            const char *why = ro_resource_expression(text, k == 0 ? &totals[i].limit : &totals[i].request, &amount);
            if (why) {
                in->refused = ro_arena_printf(in->arena, "resourcesExpr.%s.%s \"%.*s\" %s", kinds[k], names[i],
                                              (int)text.len, text.data, why);
                return;
            }
            size_t len = ro_quantity_text(&amount.quantity, amount.form, buf);
            ro_edit_set_text(in->arena, ro_edit_need_object(in->arena, ret, kinds[k]),
                             (struct rollout_str){ names[i], strlen(names[i]) },
                             ro_arena_str(in->arena, (struct rollout_str){ buf, len }));
        }
}

const struct rollout_node *ro_inject_resources(struct ro_injection *in, const struct rollout_node *container,
                                               const struct ro_path *where)
{
    const struct rollout_node *policy = ro_get(container, "resourcesPolicy");
    const struct rollout_node *expression = ro_get(policy, "targetContainersNameRegex");
    struct rollout_str text = ro_text(expression);
    struct total totals[RESOURCES] = { 0 };
    struct ro_regex regex;
    bool foreign;
    if (!policy)
        return NULL;
    text = text.data ? text : RO_STR("");
    const char *why = ro_regex_parse(in->arena, text, &regex, &foreign);
    if (why && foreign) {
        struct ro_path step = { where, RO_STR("resourcesPolicy"), 0 };
        struct ro_at at = { .node = expression, .path = { &step, RO_STR("targetContainersNameRegex"), 0 } };
        ro_refuse(in->d, &at, "%s", why);
    } else if (why) {
        in->refused =
            ro_arena_printf(in->arena, "targetContainersNameRegex \"%.*s\" %s", (int)text.len, text.data, why);
    } else if (!take_containers(in, &regex, ro_text(ro_get(policy, "targetContainersMode")), totals)) {
        in->refused = ro_arena_printf(in->arena, "no container is named as targetContainersNameRegex \"%.*s\" of %.*s",
                                      (int)text.len, text.data, (int)ro_text(ro_get(container, "name")).len,
                                      ro_text(ro_get(container, "name")).data);
    } else if (in->d->code == ROLLOUT_OK) {
        struct ro_edit *ret = ro_edit_object(in->arena);
        evaluate(in, policy, totals, ret);
        return in->refused.data ? NULL : ro_edit_flatten(in->arena, ret).nodes;
    }
    return NULL;
}
