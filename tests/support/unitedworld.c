/* SPDX-License-Identifier: Apache-2.0 */
#include "unitedworld.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "planned.h"

static struct rollout_str str(const char *text)
{
    return (struct rollout_str){ text, text ? strlen(text) : 0 };
}

/* Entry i of a list, "" for "-" and where there is none; kept in the world's text. */
static const char *entry(struct unitedworld *w, size_t *used, const char *list, size_t i)
{
    for (; list && i > 0; i--) {
        list = strchr(list, ',');
        list = list ? list + 1 : NULL;
    }
    size_t len = list ? strcspn(list, ",") : 0;
    if (len == 0 || (len == 1 && *list == '-'))
        return "";
    if (*used + len + 1 > sizeof w->text)
        abort();
    char *text = w->text + *used;
    memcpy(text, list, len);
    text[len] = '\0';
    *used += len + 1;
    return text;
}

static struct rollout_intstr intstr(const char *text)
{
    if (*text == '\0')
        return (struct rollout_intstr){ .kind = ROLLOUT_INTSTR_UNSET };
    if (strspn(text, "0123456789") == strlen(text) || (*text == '-' && text[1]))
        return (struct rollout_intstr){ .kind = ROLLOUT_INTSTR_INT, .count = (int32_t)strtol(text, NULL, 10) };
    return (struct rollout_intstr){ .kind = ROLLOUT_INTSTR_TEXT, .text = str(text) };
}

static size_t length(const char *list)
{
    size_t n = list != NULL;
    for (; list && *list; list++)
        n += *list == ',';
    return n;
}

struct rollout_pod *unitedworld_pod_add(struct unitedworld *w, uint32_t child, const char *revision,
                                        const char *reserved)
{
    size_t i = w->snapshot.pods.count++;
    if (i >= UNITED_PODS)
        abort();
    w->labels[i][0] = (struct rollout_label){ str("apps.kruise.io/controller-revision-hash"), str(revision) };
    w->labels[i][1] = (struct rollout_label){ str("apps.kruise.io/united-deployment-reserved-pod"), str(reserved) };
    static const char *const names[] = { "p-0", "p-1", "p-2", "p-3", "p-4", "p-5", "p-6", "p-7" };
    w->pods[i] = (struct rollout_pod){
        .phase = ROLLOUT_PHASE_RUNNING,
        .flags = ROLLOUT_POD_READY,
        .ready_since_ms = (int64_t)(UNITED_NOW_S - 3600) * 1000,
        .created_ms = (int64_t)(UNITED_NOW_S - 3600) * 1000,
        .name = str(i < 8 ? names[i] : "p-8"),
        .node = str("n"),
        .labels = { w->labels[i], reserved ? 2 : 1, sizeof w->labels[i][0] },
        .child = child + 1,
    };
    return &w->pods[i];
}

static void add_child(struct unitedworld *w, size_t i, const char *cur, const char *ready, const char *reserved)
{
    struct rollout_subset *child = &w->children[w->snapshot.subsets.count];
    *child = (struct rollout_subset){
        .name = w->specs[i].name,
        .subset = w->specs[i].name,
        .revision = str("ud-1"),
        .kind = ROLLOUT_CHILD_DEPLOYMENT,
        .replicas = (int32_t)strtol(cur, NULL, 10),
        .ready_replicas = (int32_t)strtol(ready, NULL, 10),
    };
    child->status_replicas = child->replicas;
    uint32_t place = (uint32_t)w->snapshot.subsets.count++;
    for (long k = strtol(reserved, NULL, 10); k > 0; k--) {
        struct rollout_pod *pod = unitedworld_pod_add(w, place, "ud-1", "true");
        pod->flags = 0;
    }
}

void unitedworld_make(struct unitedworld *w, uint32_t flags, const struct united_row *row)
{
    const char *const lists[] = { row->names, row->replicas, row->min, row->max, row->cur, row->ready };
    static const char *const names[UNITED_SUBSETS] = { "t1", "t2", "t3", "t4", "t5", "t6", "t7", "t8" };
    size_t n = 0, used = 0;
    memset(w, 0, sizeof *w);
    for (size_t k = 0; k < sizeof lists / sizeof *lists; k++)
        n = length(lists[k]) > n ? length(lists[k]) : n;
    if (n > UNITED_SUBSETS)
        abort();
    w->snapshot.pods = (struct rollout_pods){ w->pods, 0, sizeof w->pods[0] };
    w->snapshot.subsets = (struct rollout_subsets){ w->children, 0, sizeof w->children[0] };
    for (size_t i = 0; i < n; i++) {
        const char *name = entry(w, &used, row->names, i), *partition = entry(w, &used, row->partition, i);
        const char *marked = entry(w, &used, row->marked, i), *cur = entry(w, &used, row->cur, i);
        w->specs[i] = (struct rollout_subset_spec){
            .name = str(*name ? name : names[i]),
            .replicas = intstr(entry(w, &used, row->replicas, i)),
            .min_replicas = intstr(entry(w, &used, row->min, i)),
            .max_replicas = intstr(entry(w, &used, row->max, i)),
            .partition = { *partition != '\0', (int32_t)strtol(partition, NULL, 10) },
        };
        w->entries[i].name = w->specs[i].name;
        w->conditions[i] = (struct rollout_condition){
            .type = str("Schedulable"),
            .status = str("False"),
            .reason = str("reschedule"),
            .last_transition_ms = (UNITED_NOW_S - strtol(marked, NULL, 10)) * INT64_C(1000),
        };
        w->entries[i].conditions = &w->conditions[i];
        w->entries[i].condition_count = *marked != '\0';
        if (*cur)
            add_child(w, i, cur, entry(w, &used, row->ready, i), entry(w, &used, row->reserved, i));
    }
    const char *total = entry(w, &used, row->total, 0);
    w->revision = (struct rollout_revision){ .name = str("ud-1"), .number = 1 };
    w->updated = (struct rollout_condition){ .type = str("UnitedDeploymentUpdated"),
                                             .status = str("True"),
                                             .reason = str("UnitedDeploymentRevisionUpdated"),
                                             .last_transition_ms = INT64_C(1000) * (UNITED_NOW_S - 3600) };
    w->status = (struct rollout_uniteddeployment_status){
        .struct_size = sizeof w->status,
        .current_revision = str("ud-1"),
        .updated_revision = str("ud-1"),
        .subsets = w->entries,
        .subset_count = n,
        .conditions = &w->updated,
        .condition_count = 1,
    };
    w->spec = (struct rollout_uniteddeployment){
        .struct_size = sizeof w->spec,
        .flags = flags,
        .name = str("ud"),
        .namespace_ = str("ns"),
        .replicas = { *total != '\0', (int32_t)strtol(total, NULL, 10) },
        .child_kind = ROLLOUT_CHILD_DEPLOYMENT,
        .subsets = w->specs,
        .subset_count = n,
        .status = &w->status,
    };
    w->workload = (struct rollout_workload){ .struct_size = sizeof w->workload, .uniteddeployment = &w->spec };
    w->snapshot.struct_size = sizeof w->snapshot;
    w->snapshot.update_revision = 1;
    w->snapshot.now_ms = INT64_C(1000) * UNITED_NOW_S;
    w->snapshot.revisions = (struct rollout_revisions){ &w->revision, 1, sizeof w->revision };
    w->error.struct_size = sizeof w->error;
}

const char *unitedworld_next(struct unitedworld *w)
{
    size_t used = 0;
    rollout_plan_free(w->plan);
    w->plan = NULL;
    if (rollout_plan(&w->workload, &w->snapshot, &w->plan, &w->error) != ROLLOUT_OK)
        return w->error.message;
    if (w->plan->error_reason)
        return "error";
    w->answer[0] = '\0';
    for (size_t i = 0; i < w->plan->next_replica_count; i++)
        used += (size_t)snprintf(w->answer + used, sizeof w->answer - used, "%s%d", i ? "," : "",
                                 (int)w->plan->next_replicas[i]);
    return w->answer;
}

const char *unitedworld_actions(struct unitedworld *w)
{
    size_t used = 0;
    w->answer[0] = '\0';
    for (size_t i = 0; i < w->plan->action_count; i++) {
        const struct rollout_action *action = &w->plan->actions[i];
        static const uint32_t keys[] = { ROLLOUT_ATTR_SUBSET, ROLLOUT_ATTR_REVISION, ROLLOUT_ATTR_WHY,
                                         ROLLOUT_ATTR_RESERVED };
        used += (size_t)snprintf(w->answer + used, sizeof w->answer - used, "%s%s", i ? "; " : "",
                                 rollout_op_name(action->op));
        if (action->subject_kind == ROLLOUT_SUBJECT_POD)
            used +=
                (size_t)snprintf(w->answer + used, sizeof w->answer - used, " %s", w->pods[action->subject].name.data);
        for (size_t k = 0; k < sizeof keys / sizeof *keys; k++) {
            struct rollout_str text = planned_attr(w->plan, action, keys[k]);
            if (text.data)
                used += (size_t)snprintf(w->answer + used, sizeof w->answer - used, " %.*s", (int)text.len, text.data);
        }
        for (uint32_t k = 0; k < action->attr_count; k++) {
            const struct rollout_attr *attr = &w->plan->attrs[action->attr_first + k];
            if (attr->text == ROLLOUT_NONE && used < sizeof w->answer)
                used += (size_t)snprintf(w->answer + used, sizeof w->answer - used, " %s%d",
                                         attr->key == ROLLOUT_ATTR_PARTITION         ? "p"
                                         : attr->key == ROLLOUT_ATTR_MAX_UNAVAILABLE ? "u"
                                                                                     : "",
                                         (int)attr->value);
        }
    }
    return w->answer;
}

const char *unitedworld_verdicts(struct unitedworld *w, uint32_t subset)
{
    size_t used = 0;
    w->answer[0] = '\0';
    for (size_t i = 0; i < w->plan->verdict_count; i++) {
        const struct rollout_verdict *v = &w->plan->verdicts[i];
        char sentence[256];
        if (v->subject_kind != ROLLOUT_SUBJECT_SUBSET || v->subject != subset)
            continue;
        rollout_verdict_text(w->plan, &w->snapshot, i, sentence, sizeof sentence);
        used += (size_t)snprintf(w->answer + used, sizeof w->answer - used, "%s%s: %s", used ? "; " : "",
                                 rollout_reason_name(v->reason), sentence);
    }
    return w->answer;
}

void unitedworld_free(struct unitedworld *w)
{
    rollout_plan_free(w->plan);
    w->plan = NULL;
}
