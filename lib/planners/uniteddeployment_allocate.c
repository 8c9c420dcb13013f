/* SPDX-License-Identifier: Apache-2.0 */
/* Step 8: how many replicas every subset gets. Source: uniteddeployment.md 1.1 and 3. */
#include "planners/uniteddeployment_pass.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/sort.h"
#include "rules/shares.h"

/* ---- specified ---- */

/* The smallest today first, then by name. */
static int by_size(const void *context, uint32_t a, uint32_t b)
{
    const struct united *pass = context;
    int64_t x = united_cur(pass, &pass->shares[a]), y = united_cur(pass, &pass->shares[b]);
    if (x != y)
        return x < y ? -1 : 1;
    return ro_str_cmp(pass->spec->subsets[a].name, pass->spec->subsets[b].name);
}

static bool allocate_specified(struct united *pass)
{
    int64_t sum = 0;
    uint32_t open = 0;
    for (uint32_t i = 0; i < pass->n_shares; i++) {
        struct share *share = &pass->shares[i];
        share->given = ro_share_parse(&pass->spec->subsets[i].replicas, pass->total, &share->next);
        share->rule = RULE_SPECIFIED;
        if (share->given)
            sum += share->next;
        else
            pass->order[open++] = i;
    }
    pass->error_sum = sum;
    pass->error_field = RO_STR("spec.topology.subsets");
    if (pass->total < 0) {
        pass->error_field = RO_STR("spec.replicas");
        return open == 0;
    }
    if (sum > pass->total || (sum < pass->total && open == 0))
        return false;
    if (open == 0)
        return true;
    int64_t rest = pass->total - sum, average = rest / open, remainder = rest % open;
    ro_sort_indices(pass->order, open, pass->scratch, by_size, pass);
    for (uint32_t i = open; i > 0; i--) { /* from the end: what is left over goes to the biggest */
        struct share *share = &pass->shares[pass->order[i - 1]];
        share->next = average + (remainder > 0);
        share->rule = remainder > 0 ? RULE_REMAINDER : RULE_AVERAGE;
        remainder -= remainder > 0;
    }
    return true;
}

/* ---- in order ---- */

/* False: a minimum is above its maximum. */
static bool read_limits(struct united *pass)
{
    for (uint32_t i = 0; i < pass->n_shares; i++) {
        const struct rollout_subset_spec *subset = &pass->spec->subsets[i];
        struct share *share = &pass->shares[i];
        if (!ro_share_parse(&subset->min_replicas, pass->total, &share->min))
            share->min = 0;
        if (subset->max_replicas.kind == ROLLOUT_INTSTR_UNSET)
            share->max = INT32_MAX;
        else if (!ro_share_parse(&subset->max_replicas, pass->total, &share->max))
            share->max = 0; /* not unlimited */
        share->least = share->min;
        share->most = share->max;
        if (share->min > share->max) {
            pass->error_subset = i;
            return false;
        }
    }
    return true;
}

/* Around subsets that take no new pods, and so that ready pods stay where they are. */
static void adapt_limits(struct united *pass)
{
    for (uint32_t i = 0; i < pass->n_shares; i++) {
        struct share *share = &pass->shares[i];
        const struct child *child = share->child == ROLLOUT_NONE ? NULL : &pass->children[share->child];
        int64_t ready = child ? child->facts->ready_replicas : 0;
        if (child && child->unschedulable) {
            share->least = ready > share->min ? ready : share->min;
            share->most = ready < share->max ? ready : share->max;
            share->frozen = 1;
        } else if (ready > share->min) {
            share->least = ready < share->max ? ready : share->max;
        }
    }
}

static void allocate_in_order(struct united *pass)
{
    int64_t left = pass->total;
    for (uint32_t i = 0; i < pass->n_shares; i++) {
        struct share *share = &pass->shares[i];
        share->next = share->least < left ? share->least : left;
        share->rule = share->least > share->min ? RULE_KEEPS_READY : RULE_MINIMUM;
        left -= share->next;
    }
    for (uint32_t i = 0; i < pass->n_shares && left > 0; i++) {
        struct share *share = &pass->shares[i];
        int64_t room = share->most - share->least, add = room < left ? room : left;
        if (add <= 0)
            continue;
        share->next += add;
        share->rule = share->most == INT32_MAX ? RULE_OPEN : RULE_IN_ORDER;
        left -= add;
    }
    pass->unplaced = left;
}

/* ---- reservation ---- */

/* Raises a subset's number, or lowers it; returns how many of these are expected to run: its reserved pods stand
 * for nothing. */
static int64_t take(struct share *share, int64_t *cap, int64_t to, int64_t left)
{
    int64_t add = to - share->next < left ? to - share->next : left;
    share->next += add;
    *cap -= add;
    if (*cap >= 0)
        return add;
    return add + *cap > 0 ? add + *cap : 0;
}

static void allocate_reserved(struct united *pass)
{
    int64_t left = pass->total, asked = pass->total;
    for (uint32_t i = 0; i < pass->n_shares; i++) {
        struct share *share = &pass->shares[i];
        share->next = 0;
        share->rule = RULE_MINIMUM;
    }
    for (int round = 0; round < 2; round++)
        for (uint32_t i = 0; i < pass->n_shares && left > 0; i++) {
            struct share *share = &pass->shares[i];
            const struct child *child = share->child == ROLLOUT_NONE ? NULL : &pass->children[share->child];
            bool capped = child && (child->unschedulable || child->marked);
            /* What the first round took is taken off it again. */
            int64_t cap = (capped ? child->facts->replicas - child->reserved : INT32_MAX) - share->next;
            int64_t before = share->next, to = share->min;
            if (round == 1)
                to = child && child->unschedulable ? child->facts->replicas : share->max;
            left -= take(share, &cap, to, left);
            asked -= share->next - before;
            if (round == 0)
                continue;
            share->shrunk = share->next < before;
            share->frozen = child && child->unschedulable;
            if (share->next > before)
                share->rule = asked < 0 ? RULE_SUBSTITUTE : share->max == INT32_MAX ? RULE_OPEN : RULE_IN_ORDER;
        }
    pass->unplaced = left > 0 ? left : 0;
}

/* ---- all ---- */

bool united_allocate(struct united *pass)
{
    const struct rollout_opt *replicas = &pass->spec->replicas;
    bool specified = pass->allocator == ROLLOUT_ALLOCATOR_SPECIFIED;
    pass->total = replicas->set ? replicas->value : specified ? -1 : 0;
    if (specified)
        return allocate_specified(pass);
    if (!read_limits(pass))
        return false;
    if (united_reserves(pass)) {
        allocate_reserved(pass);
        return true;
    }
    if (united_adaptive(pass))
        adapt_limits(pass);
    allocate_in_order(pass);
    return true;
}

struct rollout_str united_number(struct ro_builder *b, int64_t number)
{
    const struct rollout_str none = { NULL, 0 };
    char buf[24];
    int len = snprintf(buf, sizeof buf, "%" PRId64, number);
    return ro_build_join(b, (struct rollout_str){ buf, (size_t)len }, none, none, none);
}

/* "33% is 3", or the number alone. */
static struct rollout_str given_text(struct ro_builder *b, const struct rollout_intstr *given, int64_t count)
{
    const struct rollout_str none = { NULL, 0 };
    struct rollout_str number = united_number(b, count);
    if (given->kind != ROLLOUT_INTSTR_TEXT)
        return number;
    return ro_build_join(b, given->text, RO_STR(" is "), number, none);
}

/* The subsets' numbers, at most six of them. */
static struct rollout_str list_specified(const struct united *pass, struct ro_builder *b)
{
    const struct rollout_str none = { NULL, 0 };
    struct rollout_str list = none;
    int named = 0;
    for (uint32_t i = 0; i < pass->n_shares && named < 7; i++) {
        const struct share *share = &pass->shares[i];
        const struct rollout_subset_spec *subset = &pass->spec->subsets[i];
        if (!share->given)
            continue;
        if (named++ == 6) {
            list = ro_build_join(b, list, RO_STR(", ..."), none, none);
            continue;
        }
        struct rollout_str item =
            ro_build_join(b, subset->name, RO_STR(" "), given_text(b, &subset->replicas, share->next), none);
        list = list.len ? ro_build_join(b, list, RO_STR(", "), item, none) : item;
    }
    return list;
}

struct rollout_str united_allocate_error(const struct united *pass, struct ro_builder *b)
{
    const struct rollout_str none = { NULL, 0 };
    if (pass->error_subset != ROLLOUT_NONE) {
        const struct rollout_subset_spec *subset = &pass->spec->subsets[pass->error_subset];
        const struct share *share = &pass->shares[pass->error_subset];
        struct rollout_str place = ro_build_join(b, RO_STR("spec.topology.subsets["),
                                                 united_number(b, pass->error_subset), RO_STR("].maxReplicas: "), none);
        struct rollout_str most = given_text(b, &subset->max_replicas, share->max);
        struct rollout_str least = given_text(b, &subset->min_replicas, share->min);
        return ro_build_join(b, place, most, RO_STR(" is less than minReplicas "), least);
    }
    if (pass->total < 0)
        return RO_STR("spec.replicas: missing, and not all subsets say theirs");
    struct rollout_str sum =
        ro_build_join(b, RO_STR("spec.topology.subsets: their replicas come to "), united_number(b, pass->error_sum),
                      RO_STR(" of "), united_number(b, pass->total));
    return ro_build_join(b, sum, RO_STR(": "), list_specified(pass, b), none);
}
