/* SPDX-License-Identifier: Apache-2.0 */
#include "objects/settings.h"

#include "objects/daemonset.h"
#include "objects/sidecarset.h"
#include "rules/gates.h"

/* Gates of OpenKruise that have no part in a plan. */
static bool gate_without_effect(struct rollout_str name)
{
    static const char *const names[] = {
        "CloneSetEventHandlerOptimization",
        "DaemonWatchingPod",
        "DeletionProtectionForCRDCascadingGate",
        "EnableExternalCerts",
        "EnablePodProbeMarkerOnServerless",
        "EnhancedLivenessProbe",
        "ImagePullJobGate",
        "KruiseDaemon",
        "KruisePodReadinessGate",
        "PodProbeMarkerGate",
        "PodUnavailableBudgetDeleteGate",
        "PodUnavailableBudgetUpdateGate",
        "PodWebhook",
        "PreDownloadImageForDaemonSetUpdate",
        "PreDownloadImageForInPlaceUpdate",
        "ResourceDistributionGate",
        "ResourcesDeletionProtection",
        "SidecarSetPatchPodMetadataDefaultsAllowed",
        "SidecarTerminator",
        "TemplateNoDefaults",
        "WorkloadSpread",
    };
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (ro_str_eq(name, (struct rollout_str){ names[i], strlen(names[i]) }))
            return true;
    return false;
}

static void read_feature_gates(struct ro_decoder *d, struct ro_arena *arena, const struct ro_at *body,
                               struct rollout_workload *ret)
{
    struct ro_at gates = ro_at_object(d, body, "featureGates");
    struct rollout_gate *items = gates.node ? ro_arena_alloc(arena, ro_count(gates.node), sizeof(*items)) : NULL;
    if (!items)
        return;
    for (const struct rollout_node *c = ro_first(gates.node); c != ro_end(gates.node); c = ro_next(c)) {
        struct ro_at at = { .node = c, .path = { .up = &gates.path, .key = c->key } };
        uint32_t gate = ro_gate_from_name(c->key);
        if (gate == 0 && !gate_without_effect(c->key)) {
            at.node = NULL;
            ro_refuse(d, &at, "unknown feature gate");
        } else if (c->kind != ROLLOUT_NODE_BOOL) {
            ro_refuse(d, &at, "is not a boolean");
        } else if (gate) {
            items[ret->gate_count++] = (struct rollout_gate){ gate, c->integer != 0 };
        }
    }
    ret->gates = items;
}

/* No fix exists yet, and no profile but upstream's own behaviour. */
static void read_fixes(struct ro_decoder *d, const struct ro_at *body)
{
    struct ro_at fixes = ro_at_array(d, body, "fixes");
    if (fixes.node && ro_count(fixes.node) > 0) {
        struct ro_at first = { .node = ro_first(fixes.node), .path = { .up = &fixes.path } };
        ro_refuse(d, &first, first.node->kind == ROLLOUT_NODE_TEXT ? "is no known fix" : "is not a string");
    }
    struct rollout_str profile = ro_read_text(d, body, "profile");
    struct ro_at at = ro_at_member(body, "profile");
    if (profile.data && !ro_str_eq(profile, RO_STR("upstream")))
        ro_refuse(d, &at, "is no known profile");
}

static void read_backoffs(struct ro_decoder *d, struct ro_arena *arena, const struct ro_at *body,
                          struct rollout_backoffs *ret)
{
    struct ro_each each;
    ro_each_open(d, body, "failedPodBackoffs", &each);
    size_t count;
    struct rollout_backoff *items = ro_each_alloc(&each, arena, sizeof(*items), &count);
    while (items && ro_each_next(d, &each))
        ro_backoff_decode(d, &each.at, &items[each.index]);
    *ret = (struct rollout_backoffs){ items, count, sizeof(*items) };
}

void ro_read_settings(struct ro_decoder *d, struct ro_arena *arena, const struct ro_at *body, int64_t now_ms,
                      struct rollout_workload *workload, struct rollout_snapshot *snapshot)
{
    struct ro_at now = ro_at_member(body, "now");
    snapshot->now_ms = now.node ? ro_read_time(d, body, "now") : now_ms;
    if (snapshot->now_ms == 0)
        ro_refuse(d, &now, now.node ? "is no time to plan at" : "missing");
    read_feature_gates(d, arena, body, workload);
    read_fixes(d, body);
    struct ro_at in_flight = ro_at_object(d, body, "inFlight");
    snapshot->unobserved_since_ms = ro_read_time(d, &in_flight, "since");
    snapshot->written_version = ro_read_text(d, &in_flight, "workload");
    ro_in_flight_decode(d, arena, &in_flight, &snapshot->in_flight);
    read_backoffs(d, arena, body, &snapshot->failed_pod_backoffs);
}
