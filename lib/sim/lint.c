/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/lint.h"

#include <stdlib.h>

#include "base/error.h"
#include "base/str.h"

/* A finding in the order in which they are found. */
struct ro_lint_note {
    struct ro_lint_note *next;
    struct rollout_finding finding;
};

static const struct {
    uint32_t code;
    const char *name;
} names[] = {
    { ROLLOUT_LINT_TEXT_UNREADABLE, "TextUnreadable" },
    { ROLLOUT_LINT_TEXT_READ_OTHERWISE, "TextReadOtherwise" },
    { ROLLOUT_LINT_UNKNOWN_TEXT, "UnknownText" },
    { ROLLOUT_LINT_MISPLACED, "Misplaced" },
    { ROLLOUT_LINT_IGNORED, "Ignored" },
    { ROLLOUT_LINT_NEGATIVE, "Negative" },
    { ROLLOUT_LINT_ROUNDS_TO_NONE, "RoundsToNone" },
    { ROLLOUT_LINT_ROUNDS_TO_ALL, "RoundsToAll" },
    { ROLLOUT_LINT_COUNTS_AS_ONE, "CountsAsOne" },
    { ROLLOUT_LINT_NO_BUDGET, "NoBudget" },
    { ROLLOUT_LINT_NEVER_RELEASES, "NeverReleases" },
    { ROLLOUT_LINT_CREATES_NOTHING, "CreatesNothing" },
    { ROLLOUT_LINT_PAUSED, "Paused" },
    { ROLLOUT_LINT_DEADLINE_TOO_SHORT, "DeadlineTooShort" },
    { ROLLOUT_LINT_SURGE_STAYS, "SurgeStays" },
    { ROLLOUT_LINT_DELETES_NOTHING, "DeletesNothing" },
    { ROLLOUT_LINT_SHARES_IMPOSSIBLE, "SharesImpossible" },
    { ROLLOUT_LINT_REPLICAS_LEFT_OVER, "ReplicasLeftOver" },
    { ROLLOUT_LINT_SELECTOR_UNUSABLE, "SelectorUnusable" },
    { ROLLOUT_LINT_UNREACHABLE, "Unreachable" },
    { ROLLOUT_LINT_MATCHES_ALL, "MatchesAll" },
    { ROLLOUT_LINT_WEIGHT_ZERO, "WeightZero" },
    { ROLLOUT_LINT_DUPLICATE, "Duplicate" },
    { ROLLOUT_LINT_TEMPLATE_NOT_SELECTED, "TemplateNotSelected" },
    { ROLLOUT_LINT_EMPTY_VALUE, "EmptyValue" },
    { ROLLOUT_LINT_NO_READINESS_GATE, "NoReadinessGate" },
    { ROLLOUT_LINT_IN_PLACE_SURGES, "InPlaceSurges" },
    { ROLLOUT_LINT_ORDERED_TAKES_ONE, "OrderedTakesOne" },
    { ROLLOUT_LINT_EMPTY_IMAGE, "EmptyImage" },
    { ROLLOUT_LINT_SAME_IMAGE, "SameImage" },
};

const char *rollout_lint_name(uint32_t code)
{
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (names[i].code == code)
            return names[i].name;
    return NULL;
}

/* Texts that a function writes like snprintf, in the arena. */
static struct rollout_str path_text(struct ro_arena *arena, const struct ro_path *path)
{
    char none[1];
    struct rollout_str text = { NULL, ro_path_write(path, none, sizeof(none)) };
    char *buf = ro_arena_alloc(arena, text.len + 1, 1);
    if (buf)
        ro_path_write(path, buf, text.len + 1);
    text.data = buf;
    return text;
}

static struct rollout_str json_text(struct ro_arena *arena, const struct rollout_node *node)
{
    struct rollout_str text = { NULL, 0 };
    if (!node)
        return text;
    text.len = ro_tree_write(node, NULL, 0);
    char *buf = ro_arena_alloc(arena, text.len + 1, 1);
    if (buf)
        ro_tree_write(node, buf, text.len + 1);
    text.data = buf;
    return text;
}

void ro_lint_note(struct ro_lint *l, uint32_t code, const struct ro_at *at, struct rollout_str message)
{
    struct ro_lint_note *note = ro_arena_alloc(&l->arena, 1, sizeof(*note));
    if (!note)
        return;
    note->finding = (struct rollout_finding){
        .code = code,
        .path = path_text(&l->arena, &at->path),
        .value = json_text(&l->arena, at->node),
        .message = message,
    };
    *l->last = note;
    l->last = &note->next;
    l->count++;
}

struct rollout_str ro_lint_shown(struct ro_lint *l, const struct ro_at *at)
{
    enum { MOST = 48 };
    struct rollout_str text = json_text(&l->arena, at->node);
    if (!text.data || text.len <= MOST)
        return text;
    return ro_arena_printf(&l->arena, "%.*s...", (int)ro_str_cut(text.data, MOST), text.data);
}

static struct rollout_str put(char **at, struct rollout_str text)
{
    if (!text.data)
        return text;
    memcpy(*at, text.data, text.len);
    (*at)[text.len] = '\0';
    text.data = *at;
    *at += text.len + 1;
    return text;
}

/* All that was found, in one block. */
static int hand_over(const struct ro_lint *l, struct rollout_findings **ret, struct rollout_error *reterr)
{
    struct ro_layout layout = { 0 };
    ro_layout_add(&layout, 1, sizeof(struct rollout_findings));
    size_t items_at = ro_layout_add(&layout, l->count, sizeof(struct rollout_finding));
    size_t chars = 0;
    for (const struct ro_lint_note *n = l->first; n; n = n->next)
        chars += n->finding.path.len + n->finding.value.len + n->finding.message.len + 3;
    size_t chars_at = ro_layout_add(&layout, chars, 1);
    char *block = l->arena.failed ? NULL : ro_layout_alloc(&layout);
    if (!block)
        return ro_error_nomem(reterr);

    struct rollout_finding *items = (struct rollout_finding *)(void *)(block + items_at), *item = items;
    char *at = block + chars_at;
    for (const struct ro_lint_note *n = l->first; n; n = n->next, item++)
        *item = (struct rollout_finding){
            .code = n->finding.code,
            .path = put(&at, n->finding.path),
            .value = put(&at, n->finding.value),
            .message = put(&at, n->finding.message),
        };
    *ret = (struct rollout_findings *)(void *)block;
    **ret = (struct rollout_findings){ .struct_size = sizeof(**ret), .items = items, .count = l->count };
    return ROLLOUT_OK;
}

static void open_object(struct ro_lint *l)
{
    const struct rollout_world *world = l->world;
    const struct rollout_snapshot *snapshot = world->snapshot;
    struct ro_metadata metadata;
    l->pods = (struct ro_pods){ (const char *)snapshot->pods.items, snapshot->pods.stride, snapshot->pods.count };
    l->alpha = ro_str_eq(world->api_version, RO_STR("apps.kruise.io/v1alpha1"));
    l->root = ro_at_root(world->workload_object.nodes);
    l->spec = ro_at_object(&l->decoder, &l->root, "spec");
    l->strategy = ro_at_object(&l->decoder, &l->spec, world->workload->deployment ? "strategy" : "updateStrategy");
    l->rolling = ro_at_object(&l->decoder, &l->strategy, "rollingUpdate");
    l->template = ro_at_object(&l->decoder, &l->spec, "template");
    l->pod_spec = ro_at_object(&l->decoder, &l->template, "spec");
    ro_read_metadata(&l->decoder, &l->template, &metadata);
    l->labels = metadata.labels;
}

int rollout_lint(const struct rollout_world *world, struct rollout_findings **ret_findings,
                 struct rollout_error *reterr)
{
    struct ro_lint l = { .world = world, .last = &l.first };
    if (!world || !world->workload || !world->snapshot || !ret_findings)
        return ro_error_null(reterr, ret_findings ? "world" : "ret_findings");
    const struct rollout_workload *workload = world->workload;
    int r = ro_gates_resolve(workload->gates, workload->gate_count, &l.gates, reterr);
    if (r != ROLLOUT_OK)
        return r;
    if (workload->broadcastjob)
        return ro_error(reterr, ROLLOUT_ERR_INVALID, "workload", "workload: nothing is known of a BroadcastJob to look for");
    open_object(&l);
    if (workload->cloneset)
        ro_lint_cloneset(&l, workload->cloneset);
    else if (workload->statefulset)
        ro_lint_statefulset(&l, workload->statefulset);
    else if (workload->uniteddeployment)
        ro_lint_uniteddeployment(&l, workload->uniteddeployment);
    else if (workload->daemonset)
        r = ro_lint_daemonset(&l, workload->daemonset, reterr);
    else if (workload->deployment)
        ro_lint_deployment(&l, workload->deployment);
    else if (workload->replicaset)
        ro_lint_replicaset(&l, workload->replicaset);
    else if (workload->sidecarset)
        r = ro_lint_sidecarset(&l, workload->sidecarset, reterr);
    if (r == ROLLOUT_OK)
        r = hand_over(&l, ret_findings, reterr);
    rollout_plan_free(l.limits);
    ro_arena_free(&l.arena);
    return r;
}

void rollout_findings_free(struct rollout_findings *findings)
{
    free(findings);
}
