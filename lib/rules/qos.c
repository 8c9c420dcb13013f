/* SPDX-License-Identifier: Apache-2.0 */
#include "rules/qos.h"

#include "base/tree.h"

enum { CPU, MEMORY, RESOURCES };

/* What all containers ask for together, by resource; only amounts above 0 count. */
struct sums {
    bool set[RESOURCES];
    struct ro_quantity sum[RESOURCES];
};

bool ro_quantity_of(const struct rollout_node *n, struct ro_quantity *ret)
{
    char buf[24];
    size_t at = sizeof buf;

    if (ro_is(n, ROLLOUT_NODE_TEXT) || ro_is(n, ROLLOUT_NODE_REAL))
        return ro_quantity_parse(n->text, ret);
    if (!ro_is(n, ROLLOUT_NODE_INTEGER))
        return false;
    uint64_t rest = n->integer < 0 ? 0 - (uint64_t)n->integer : (uint64_t)n->integer;
    do {
        buf[--at] = (char)('0' + rest % 10);
        rest /= 10;
    } while (rest > 0);
    if (n->integer < 0)
        buf[--at] = '-';
    return ro_quantity_parse((struct rollout_str){ buf + at, sizeof buf - at }, ret);
}

/* Adds one container's list; whether it has both resources. */
static bool add_list(struct sums *sums, const struct rollout_node *list)
{
    static const char *const names[RESOURCES] = { "cpu", "memory" };
    bool both = true;

    for (int i = 0; i < RESOURCES; i++) {
        struct ro_quantity q;
        if (!ro_quantity_of(ro_get(list, names[i]), &q) || q.negative || ro_quantity_is_zero(&q)) {
            both = false;
            continue;
        }
        if (sums->set[i])
            ro_quantity_add(&sums->sum[i], &q);
        else
            sums->sum[i] = q;
        sums->set[i] = true;
    }
    return both;
}

static void add_containers(const struct rollout_node *list, struct sums *requests, struct sums *limits, bool *limited)
{
    if (!ro_is(list, ROLLOUT_NODE_ARRAY))
        return;
    for (const struct rollout_node *c = ro_first(list); c != ro_end(list); c = ro_next(c)) {
        add_list(requests, ro_dig(c, "resources", "requests", NULL));
        if (!add_list(limits, ro_dig(c, "resources", "limits", NULL)))
            *limited = false;
    }
}

int ro_qos(const struct rollout_node *spec)
{
    struct sums requests = { 0 }, limits = { 0 };
    bool guaranteed = true, none = true;

    add_containers(ro_get(spec, "containers"), &requests, &limits, &guaranteed);
    add_containers(ro_get(spec, "initContainers"), &requests, &limits, &guaranteed);
    for (int i = 0; i < RESOURCES; i++) {
        none = none && !requests.set[i] && !limits.set[i];
        if (requests.set[i] != limits.set[i] ||
            (requests.set[i] && ro_quantity_cmp(&requests.sum[i], &limits.sum[i]) != 0))
            guaranteed = false;
    }
    if (none)
        return RO_QOS_BEST_EFFORT;
    return guaranteed ? RO_QOS_GUARANTEED : RO_QOS_BURSTABLE;
}
