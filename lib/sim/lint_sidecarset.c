/* SPDX-License-Identifier: Apache-2.0 */
/* SidecarSet. Source: sidecarset.md 1, 10, and rows 1, 3, 5, 22 of its table of defects. */
#include <inttypes.h>

#include <rollout/candidates.h>

#include "base/json_text.h"
#include "base/names.h"
#include "base/regex.h"
#include "base/str.h"
#include "planners/sidecarset_limits.h"
#include "rules/resource_expression.h"
#include "rules/selector.h"
#include "sim/lint.h"

struct sidecars {
    const struct rollout_sidecarset *spec;
    struct ro_sidecarset_limits limits;
    int32_t matched;
    bool rolls, hot;
};

static void build(const void *context, struct ro_builder *b)
{
    const struct sidecars *s = context;
    ro_sidecarset_build_limits(s->spec, &s->limits, s->matched, b);
}

/* As the planner counts them; without pods, as the status has it. */
static int32_t count_matched(struct ro_lint *l, const struct rollout_sidecarset *spec)
{
    struct rollout_candidates *candidates = NULL;
    int32_t matched = spec->status ? spec->status->matched_pods : 0;
    if (l->pods.count > 0 &&
        rollout_candidates(l->world->workload, l->world->snapshot, &candidates, NULL) == ROLLOUT_OK)
        matched = (int32_t)candidates->counted;
    rollout_candidates_free(candidates);
    return matched;
}

/* ---- the update ---- */

static void look_at_numbers(struct ro_lint *l, const struct sidecars *s)
{
    static const struct ro_lint_limit partition = {
        .name = "partition",
        .limit = "partition",
        .of = "matched pod",
        .unreadable = "read as 0: it must be a number or a percentage such as \"20%\", and every pod is updated",
    };
    static const struct ro_lint_limit unavailable = {
        .name = "maxUnavailable",
        .limit = "maxUnavailable",
        .of = "matched pod",
        .unreadable = "read as 0: it must be a whole percent, and no ready pod is updated",
        .all = "a SidecarSet rounds it so, and all pods may be unavailable at once",
        .all_from = 2,
    };
    struct ro_at keeps = ro_at_member(&l->strategy, "partition"), most = ro_at_member(&l->strategy, "maxUnavailable");
    const struct rollout_limit *limit = ro_lint_find_limit(l, "maxUnavailable");
    bool unreadable = limit && (limit->flags & ROLLOUT_LIMIT_UNUSABLE);
    ro_lint_limit(l, &l->strategy, &partition);
    ro_lint_limit(l, &l->strategy, &unavailable);
    ro_lint_partition(l, &l->strategy, s->limits.partition, s->matched, "matched pod");
    if (s->spec->partition.kind == ROLLOUT_INTSTR_TEXT && s->matched > 1 && s->limits.partition == s->matched - 1 &&
        ro_lint_scaled(&s->spec->partition, ROLLOUT_ROUND_DOWN, 1) >= 1) {
        struct rollout_str shown = ro_lint_shown(l, &keeps);
        RO_LINT(l, TEXT_READ_OTHERWISE, &keeps,
                "partition %.*s keeps %" PRId64 " of %" PRId32 " pods: only \"100%%\" keeps all", (int)shown.len,
                shown.data, s->limits.partition, s->matched);
    }
    if (most.node && (unreadable || ro_lint_scaled(&s->spec->max_unavailable, ROLLOUT_ROUND_UP, 1) <= 0))
        RO_LINT(l, NO_BUDGET, &most, "maxUnavailable comes to 0: only pods that are not ready are updated");
}

static void look_at_update_selector(struct ro_lint *l, const struct sidecars *s)
{
    const struct rollout_selector *selector = &s->spec->update_selector;
    struct ro_at at = ro_at_member(&l->strategy, "selector");
    struct rollout_error error = { .struct_size = sizeof(error) };
    uint32_t hint = 0;
    size_t i = 0;
    if (!(s->spec->flags & ROLLOUT_SIDECARSET_UPDATE_SELECTOR))
        return;
    if (rollout_selector_check(selector, &error) != ROLLOUT_OK) {
        RO_LINT(l, SELECTOR_UNUSABLE, &at, "it matches no pod, so that none is updated: %s", error.message);
        return;
    }
    while (i < l->pods.count && !ro_selector_match(selector, &ro_pod(&l->pods, i)->labels, &hint))
        i++;
    if (selector->match_labels.count == 0 && selector->requirement_count == 0)
        RO_LINT(l, MATCHES_ALL, &at, "an empty selector takes every pod, as none does");
    else if (i > 0 && i == l->pods.count)
        RO_LINT(l, UNREACHABLE, &at, "%s%zu pod%s: none is updated",
                i == 1 ? "it does not match the " : "it matches none of the ", i, ro_lint_plural((int64_t)i));
}

/* What only an update reads. */
static void look_at_ignored(struct ro_lint *l)
{
    static const char *const keys[] = { "paused",         "selector",         "partition",
                                        "maxUnavailable", "priorityStrategy", "scatterStrategy" };
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        struct ro_at at = ro_at_member(&l->strategy, keys[i]);
        bool pins = i < 3 && ro_at_member(&l->spec, "injectionStrategy").node; /* new pods look at these too */
        if (at.node && !pins)
            RO_LINT(l, IGNORED, &at, "%s has no effect: the type is NotUpdate", keys[i]);
    }
}

static void look_at_update(struct ro_lint *l, const struct sidecars *s)
{
    static const char *const types[] = { "RollingUpdate", "NotUpdate", NULL };
    static const char *const inner[] = { "rollingUpdate", NULL };
    ro_lint_word(l, &l->strategy, "type", types, "RollingUpdate");
    ro_lint_misplaced(l, &l->strategy, inner, "its settings belong in updateStrategy");
    if (!s->rolls) {
        look_at_ignored(l);
        return;
    }
    look_at_numbers(l, s);
    ro_lint_paused(l, &l->strategy, s->hot ? ", and no hot upgrade that has begun is finished" : "");
    look_at_update_selector(l, s);
    ro_lint_priority(l, &l->strategy, &s->spec->order.priority);
    ro_lint_scatter(l, &l->strategy, &s->spec->order.scatter);
}

/* ---- containers ---- */

static void look_at_hot(struct ro_lint *l, const struct ro_at *container, bool init)
{
    static const char *const types[] = { "ColdUpgrade", "HotUpgrade", NULL };
    struct ro_at strategy = ro_at_object(&l->decoder, container, "upgradeStrategy");
    struct ro_at type = ro_at_member(&strategy, "upgradeType"), empty = ro_at_member(&strategy, "hotUpgradeEmptyImage");
    struct rollout_str text = ro_text(empty.node), image = ro_text(ro_get(container->node, "image"));
    bool native = ro_str_eq(ro_text(ro_get(container->node, "restartPolicy")), RO_STR("Always"));
    bool hot = ro_str_eq(ro_text(type.node), RO_STR("HotUpgrade"));
    ro_lint_word(l, &strategy, "upgradeType", types, "ColdUpgrade");
    if (hot && init && !native)
        RO_LINT(l, IGNORED, &type, "HotUpgrade has no effect on an init container that ends");
    else if (hot && text.len == 0)
        RO_LINT(l, EMPTY_IMAGE, &empty,
                "hotUpgradeEmptyImage is empty: nothing looks at whether a hot upgrade is over, "
                "and what has had its turn gets an image without a name");
    else if (hot && ro_str_eq(text, image))
        RO_LINT(l, SAME_IMAGE, &empty,
                "hotUpgradeEmptyImage is the image itself: which of the pair is at rest cannot be "
                "told");
    else if (!hot && text.len > 0)
        RO_LINT(l, IGNORED, &empty, "hotUpgradeEmptyImage has no effect without HotUpgrade");
}

static void look_at_expressions(struct ro_lint *l, const struct ro_at *policy)
{
    static const char *const kinds[] = { "limits", "requests" }, *const names[] = { "cpu", "memory" };
    const struct ro_amount some = { ro_quantity_decimal(INT32_MAX, 0), RO_QUANTITY_DECIMAL };
    struct ro_at all = ro_at_object(&l->decoder, policy, "resourcesExpr");
    for (size_t i = 0; i < 4; i++) {
        struct ro_at list = ro_at_object(&l->decoder, &all, kinds[i / 2]), at = ro_at_member(&list, names[i % 2]);
        struct rollout_str text = ro_text(at.node);
        struct ro_amount ignored;
        const char *why = text.len > 0 ? ro_resource_expression(text, &some, &ignored) : NULL;
        /* what comes to less than zero may do so of these targets alone */
        if (why && !ro_str_eq((struct rollout_str){ why, strlen(why) }, RO_STR(RO_BELOW_ZERO)))
            RO_LINT(l, TEXT_UNREADABLE, &at, "the expression %s: every new pod is refused", why);
    }
}

static void look_at_resources(struct ro_lint *l, const struct ro_at *container)
{
    static const char *const modes[] = { "sum", "max", NULL };
    struct ro_at policy = ro_at_object(&l->decoder, container, "resourcesPolicy");
    struct ro_at regex = ro_at_member(&policy, "targetContainersNameRegex");
    struct ro_at own = ro_at_member(container, "resources");
    struct rollout_str text = ro_text(regex.node);
    struct ro_regex ignored;
    bool foreign = false;
    if (!policy.node)
        return;
    const char *why = ro_regex_parse(&l->arena, text.data ? text : RO_STR(""), &ignored, &foreign);
    if (why && !foreign)
        RO_LINT(l, TEXT_UNREADABLE, &regex, "it %s: every new pod is refused", why);
    ro_lint_word(l, &policy, "targetContainersMode", modes, "neither: no limit is set, and requests count as 0");
    look_at_expressions(l, &policy);
    if (own.node && own.node->size > 1)
        RO_LINT(l, IGNORED, &own, "resources have no effect beside resourcesPolicy: admission refuses both");
}

/* A mount of a volume that is not the set's: the pod has to have it. */
static void look_at_mounts(struct ro_lint *l, const struct ro_at *container, const char *key,
                           const struct ro_names *volumes)
{
    struct ro_each each;
    ro_each_open(&l->decoder, container, key, &each);
    while (ro_each_next(&l->decoder, &each)) {
        struct ro_at at = ro_at_member(&each.at, "name");
        if (at.node && ro_names_first(volumes, ro_text(at.node)) == UINT32_MAX)
            RO_LINT(l, UNREACHABLE, &at,
                    "the set has no volume of this name: admission refuses it, and a pod that has "
                    "none either cannot start");
    }
}

static void look_at_containers(struct ro_lint *l, const char *key, const struct ro_names *volumes, struct sidecars *s)
{
    static const char *const places[] = { "BeforeAppContainer", "AfterAppContainer", NULL };
    static const char *const shares[] = { "enabled", "disabled", NULL };
    static const char *const policies[] = { "shareVolumePolicy", "shareVolumeDevicePolicy" };
    bool init = *key == 'i';
    struct ro_each each;
    ro_each_open(&l->decoder, &l->spec, key, &each);
    while (ro_each_next(&l->decoder, &each)) {
        struct ro_at restart = ro_at_member(&each.at, "restartPolicy");
        ro_lint_word(l, &each.at, "podInjectPolicy", places, "AfterAppContainer");
        for (size_t i = 0; i < 2; i++) {
            struct ro_at policy = ro_at_object(&l->decoder, &each.at, policies[i]);
            ro_lint_word(l, &policy, "type", shares, "disabled");
        }
        look_at_hot(l, &each.at, init);
        look_at_resources(l, &each.at);
        look_at_mounts(l, &each.at, "volumeMounts", volumes);
        look_at_mounts(l, &each.at, "volumeDevices", volumes);
        if (init && s->rolls && ro_str_eq(ro_text(restart.node), RO_STR("Always")))
            RO_LINT(l, IGNORED, &restart,
                    "a native sidecar is never updated in place: admission refuses it with RollingUpdate, and its pods "
                    "would count as updated");
    }
}

static struct ro_names volume_names(struct ro_lint *l)
{
    struct ro_each each;
    size_t count;
    ro_each_open(&l->decoder, &l->spec, "volumes", &each);
    struct rollout_str *texts = ro_each_alloc(&each, &l->arena, sizeof(*texts), &count);
    while (texts && ro_each_next(&l->decoder, &each))
        texts[each.index] = ro_text(ro_get(each.at.node, "name"));
    return ro_names_make(&l->arena, texts, texts ? (uint32_t)count : 0);
}

/* ---- injection ---- */

static void look_at_pinned(struct ro_lint *l, const struct sidecars *s)
{
    static const char *const policies[] = { "Always", "Partial", NULL };
    struct ro_at injection = ro_at_object(&l->decoder, &l->spec, "injectionStrategy");
    struct ro_at revision = ro_at_object(&l->decoder, &injection, "revision");
    struct ro_at name = ro_at_member(&revision, "revisionName"), version = ro_at_member(&revision, "customVersion");
    struct ro_at policy = ro_at_member(&revision, "policy");
    const struct rollout_revisions *all = &l->world->snapshot->revisions;
    bool given = false, found = false, by_name = ro_text(name.node).len > 0;
    if (!revision.node)
        return;
    for (size_t i = 0; i < all->count; i++) {
        const struct rollout_revision *r = (const void *)((const char *)all->items + i * all->stride);
        bool stored = !(r->flags & ROLLOUT_REVISION_NEW);
        given = given || stored;
        found = found || (stored && (by_name ? ro_str_eq(r->name, ro_text(name.node))
                                             : ro_str_eq(r->custom_version, ro_text(version.node))));
    }
    if (given && !found && (by_name || ro_text(version.node).len > 0))
        RO_LINT(l, UNREACHABLE, by_name ? &name : &version, "no revision is %s so: every new pod is refused",
                by_name ? "named" : "labelled");
    if (by_name && ro_text(version.node).len > 0)
        RO_LINT(l, IGNORED, &version, "customVersion has no effect beside revisionName");
    ro_lint_word(l, &revision, "policy", policies, "Always");
    if (ro_str_eq(ro_text(policy.node), RO_STR("Partial")) && s->spec->partition.kind != ROLLOUT_INTSTR_TEXT &&
        !(s->spec->flags & (ROLLOUT_SIDECARSET_PAUSED | ROLLOUT_SIDECARSET_UPDATE_SELECTOR)))
        RO_LINT(l, IGNORED, &policy, "policy Partial goes by a partition in percent: every new pod gets the latest");
}

static void look_at_metadata(struct ro_lint *l)
{
    static const char *const policies[] = { "Retain", "Overwrite", "MergePatchJson", NULL };
    struct ro_each each;
    ro_each_open(&l->decoder, &l->spec, "patchPodMetadata", &each);
    while (ro_each_next(&l->decoder, &each)) {
        struct ro_at values = ro_at_object(&l->decoder, &each.at, "annotations");
        bool merges = ro_str_eq(ro_text(ro_get(each.at.node, "patchPolicy")), RO_STR("MergePatchJson"));
        ro_lint_word(l, &each.at, "patchPolicy", policies, "Retain");
        for (const struct rollout_node *v = values.node ? ro_first(values.node) : NULL;
             v && merges && v != ro_end(values.node); v = ro_next(v)) {
            struct ro_at at = { .node = v, .path = { &values.path, v->key, 0 } };
            struct ro_edit *patch = ro_edit_parse(&l->arena, ro_text(v));
            if (!patch || patch->node.kind != ROLLOUT_NODE_OBJECT)
                RO_LINT(l, TEXT_UNREADABLE, &at, "it is no JSON object, and cannot be merged into what a pod has");
        }
    }
}

int ro_lint_sidecarset(struct ro_lint *l, const struct rollout_sidecarset *set, struct rollout_error *reterr)
{
    static const char *const namespace_[] = { "namespace", NULL };
    struct sidecars s = { .spec = set, .matched = count_matched(l, set) };
    struct ro_at limit = ro_at_member(&l->spec, "revisionHistoryLimit");
    struct ro_at spaces = ro_at_member(&l->spec, "namespaceSelector"), space = ro_at_member(&l->spec, "namespace");
    struct ro_names volumes = volume_names(l);
    bool empty = set->selector.match_labels.count == 0 && set->selector.requirement_count == 0;
    (void)reterr;
    s.rolls = !(set->flags & ROLLOUT_SIDECARSET_NOT_UPDATE);
    s.limits = ro_sidecarset_limits(set, s.matched);
    const struct rollout_node *list = set->containers.count ? set->containers.nodes : NULL;
    for (const struct rollout_node *c = list ? ro_first(list) : NULL; c && c != ro_end(list); c = ro_next(c))
        s.hot = s.hot || ro_str_eq(ro_text(ro_dig(c, "upgradeStrategy", "upgradeType", NULL)), RO_STR("HotUpgrade"));
    ro_lint_read_limits(l, build, &s);
    ro_lint_selector(l, &set->selector, empty || !ro_selector_usable(&set->selector));
    if (!l->alpha)
        ro_lint_misplaced(l, &l->spec, namespace_, "it is a namespaceSelector on kubernetes.io/metadata.name there");
    else if (ro_text(space.node).len > 0 && spaces.node)
        RO_LINT(l, IGNORED, &spaces, "namespaceSelector has no effect beside namespace");
    if (limit.node && set->revision_history_limit.set && set->revision_history_limit.value == 0)
        RO_LINT(l, COUNTS_AS_ONE, &limit, "revisionHistoryLimit 0 counts as 1");
    look_at_update(l, &s);
    look_at_containers(l, "initContainers", &volumes, &s);
    look_at_containers(l, "containers", &volumes, &s);
    look_at_pinned(l, &s);
    look_at_metadata(l);
    return ROLLOUT_OK;
}
