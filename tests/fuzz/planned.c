/* SPDX-License-Identifier: Apache-2.0 */
#include "planned.h"

#include <stddef.h>
#include <string.h>

#include "tree.h"

/* How many subsets the spec has, which may be that of an older caller. */
static size_t subset_count(const struct rollout_workload *w)
{
    const struct rollout_uniteddeployment *spec = w->uniteddeployment;
    enum { END = offsetof(struct rollout_uniteddeployment, subset_count) + sizeof(size_t) };
    return spec && spec->struct_size >= END ? spec->subset_count : 0;
}

/* Whether it is an index among what the snapshot has of that kind. */
static bool is_subject(const struct rollout_workload *w, const struct rollout_snapshot *s, uint32_t kind,
                       uint32_t subject)
{
    switch (kind) {
    case ROLLOUT_SUBJECT_POD:
        return subject < s->pods.count;
    case ROLLOUT_SUBJECT_REVISION:
        return subject < s->revisions.count;
    case ROLLOUT_SUBJECT_CLAIM:
        return subject < s->claims.count;
    case ROLLOUT_SUBJECT_MISSING:
        return subject <= 2;
    case ROLLOUT_SUBJECT_REPLICA_SET:
        return subject == ROLLOUT_NONE || subject < s->replica_sets.count; /* none: it is created */
    case ROLLOUT_SUBJECT_SUBSET:
        return w->uniteddeployment && subject < subset_count(w) + s->subsets.count;
    case ROLLOUT_SUBJECT_WORKLOAD:
        return subject == 0;
    case ROLLOUT_SUBJECT_NODE:
        return subject < s->nodes.count;
    case ROLLOUT_SUBJECT_ORDINAL:
        return subject <= INT32_MAX;
    default:
        return false;
    }
}

static bool is_text(const struct rollout_plan *plan, uint32_t text)
{
    return text == ROLLOUT_NONE || text < plan->text_count;
}

static void actions_hold(const struct rollout_plan *plan, const struct rollout_workload *w,
                         const struct rollout_snapshot *s)
{
    for (size_t i = 0; i < plan->action_count; i++) {
        const struct rollout_action *a = &plan->actions[i];
        FUZZ_REQUIRE(rollout_op_name(a->op) && rollout_reason_name(a->reason));
        FUZZ_REQUIRE(a->subject == ROLLOUT_NONE || is_subject(w, s, a->subject_kind, a->subject));
        FUZZ_REQUIRE(a->attr_first <= plan->attr_count && a->attr_count <= plan->attr_count - a->attr_first);
    }
    for (size_t i = 0; i < plan->attr_count; i++) {
        const struct rollout_attr *attr = &plan->attrs[i];
        FUZZ_REQUIRE(attr->key >= ROLLOUT_ATTR_REVISION && attr->key <= ROLLOUT_ATTR_RESERVED);
        FUZZ_REQUIRE(is_text(plan, attr->text));
        FUZZ_REQUIRE(attr->key != ROLLOUT_ATTR_POD || (attr->value >= 0 && (uint64_t)attr->value <= s->pods.count));
        FUZZ_REQUIRE(attr->key != ROLLOUT_ATTR_COUNT || attr->value > 0);
    }
}

static void verdicts_hold(const struct rollout_plan *plan, const struct rollout_workload *w,
                          const struct rollout_snapshot *s)
{
    FUZZ_REQUIRE(plan->verdict_count >= s->pods.count);
    for (size_t i = 0; i < plan->verdict_count; i++) {
        const struct rollout_verdict *v = &plan->verdicts[i];
        FUZZ_REQUIRE(is_subject(w, s, v->subject_kind, v->subject));
        FUZZ_REQUIRE((v->subject_kind == ROLLOUT_SUBJECT_POD) == (i < s->pods.count));
        FUZZ_REQUIRE(v->subject_kind != ROLLOUT_SUBJECT_POD || v->subject == i);
        FUZZ_REQUIRE(rollout_reason_name(v->reason));
        FUZZ_REQUIRE(!v->wants || rollout_op_name(v->wants));
        FUZZ_REQUIRE(v->first_action == ROLLOUT_NONE || v->first_action < plan->action_count);
        FUZZ_REQUIRE((v->op == 0) == (v->first_action == ROLLOUT_NONE));
        FUZZ_REQUIRE(v->op == 0 || plan->actions[v->first_action].op == v->op);
        FUZZ_REQUIRE(v->because == ROLLOUT_NONE ||
                     is_subject(w, s, v->because_kind ? v->because_kind : ROLLOUT_SUBJECT_POD, v->because));
        FUZZ_REQUIRE(is_text(plan, v->text));
    }
}

static void plan_holds(struct fuzz *f, const struct rollout_plan *plan, const struct rollout_workload *w,
                       const struct rollout_snapshot *s)
{
    FUZZ_REQUIRE(plan->struct_size == sizeof *plan && plan->status_changed <= 1);
    actions_hold(plan, w, s);
    verdicts_hold(plan, w, s);
    for (size_t i = 0; i < plan->text_count; i++)
        FUZZ_REQUIRE(plan->texts[i].data || !plan->texts[i].len);
    for (size_t i = 0; i < plan->limit_count; i++)
        FUZZ_REQUIRE(plan->limits[i].field.len && plan->limits[i].rounding <= ROLLOUT_ROUND_UP);
    fuzz_tree_holds(f, &plan->status);
    FUZZ_REQUIRE(plan->next_ms == 0 || plan->next_ms > s->now_ms);
    FUZZ_REQUIRE(plan->requeue_seconds >= (w->deployment ? -1 : 0));
    FUZZ_REQUIRE(plan->error_pod == ROLLOUT_NONE || plan->error_pod < s->pods.count);
    FUZZ_REQUIRE(!plan->error_reason || rollout_reason_name(plan->error_reason));
    FUZZ_REQUIRE(!plan->error_reason == !plan->error_message.len);
    FUZZ_REQUIRE(!plan->dropped_count || w->cloneset);
}

static bool same_text(struct rollout_str a, struct rollout_str b)
{
    return a.len == b.len && !a.data == !b.data && (a.len == 0 || memcmp(a.data, b.data, a.len) == 0);
}

static bool same_bytes(const void *a, const void *b, size_t count, size_t size)
{
    return count == 0 || memcmp(a, b, count * size) == 0;
}

/* The same facts give the same plan. */
static void plans_equal(struct fuzz *f, const struct rollout_plan *a, const struct rollout_plan *b)
{
    FUZZ_REQUIRE(a->action_count == b->action_count && a->attr_count == b->attr_count);
    FUZZ_REQUIRE(a->verdict_count == b->verdict_count && a->text_count == b->text_count);
    FUZZ_REQUIRE(same_bytes(a->actions, b->actions, a->action_count, sizeof *a->actions));
    FUZZ_REQUIRE(same_bytes(a->attrs, b->attrs, a->attr_count, sizeof *a->attrs));
    FUZZ_REQUIRE(same_bytes(a->verdicts, b->verdicts, a->verdict_count, sizeof *a->verdicts));
    for (size_t i = 0; i < a->text_count; i++)
        FUZZ_REQUIRE(same_text(a->texts[i], b->texts[i]));
    FUZZ_REQUIRE(a->limit_count == b->limit_count);
    for (size_t i = 0; i < a->limit_count; i++)
        FUZZ_REQUIRE(a->limits[i].count == b->limits[i].count && a->limits[i].total == b->limits[i].total);
    FUZZ_REQUIRE(a->status_changed == b->status_changed && a->next_ms == b->next_ms);
    FUZZ_REQUIRE(a->requeue_seconds == b->requeue_seconds && a->stopped_at == b->stopped_at);
    FUZZ_REQUIRE(a->error_reason == b->error_reason && a->error_pod == b->error_pod);
    FUZZ_REQUIRE(same_text(a->error_message, b->error_message));
    FUZZ_REQUIRE(a->dropped_count == b->dropped_count);
    FUZZ_REQUIRE(same_bytes(a->dropped_pods_to_delete, b->dropped_pods_to_delete, a->dropped_count,
                            sizeof *a->dropped_pods_to_delete));
    size_t a_len, b_len;
    char *a_status = fuzz_tree_text(f, &a->status, &a_len);
    char *b_status = fuzz_tree_text(f, &b->status, &b_len);
    FUZZ_REQUIRE(a_len == b_len && memcmp(a_status, b_status, a_len) == 0);
}

struct rollout_plan *planned(struct fuzz *f, const struct rollout_workload *workload,
                             const struct rollout_snapshot *snapshot, bool twice)
{
    struct rollout_plan *plan = NULL, *again = NULL;
    struct rollout_error *error = fuzz_error(f);
    int rc = rollout_plan(workload, snapshot, &plan, error);
    if (rc != ROLLOUT_OK) {
        fuzz_failed(rc, error);
        FUZZ_REQUIRE(!plan);
        return NULL;
    }
    plan_holds(f, plan, workload, snapshot);
    if (twice) {
        FUZZ_REQUIRE(rollout_plan(workload, snapshot, &again, NULL) == ROLLOUT_OK);
        plans_equal(f, plan, again);
        rollout_plan_free(again);
    }
    return plan;
}

/* ---- sentences ---- */

struct sentence {
    const struct rollout_plan *plan;
    const struct rollout_snapshot *snapshot;
    size_t verdict;
};

static size_t write_sentence(const void *context, char *buf, size_t size)
{
    const struct sentence *s = context;
    return rollout_verdict_text(s->plan, s->snapshot, s->verdict, buf, size);
}

void planned_sentences(struct fuzz *f, const struct rollout_plan *plan, const struct rollout_snapshot *snapshot)
{
    struct sentence sentence = { .plan = plan, .snapshot = snapshot };
    size_t len;
    for (; sentence.verdict < plan->verdict_count; sentence.verdict++) {
        (void)fuzz_written(f, write_sentence, &sentence, &len);
        FUZZ_REQUIRE(len > 0);
    }
    FUZZ_REQUIRE(write_sentence(&sentence, NULL, 0) == 0);
    sentence.verdict = SIZE_MAX;
    FUZZ_REQUIRE(write_sentence(&sentence, NULL, 0) == 0);
}

/* ---- candidates ---- */

static void candidates_hold(const struct rollout_candidates *c, const struct rollout_workload *w,
                            const struct rollout_snapshot *s)
{
    FUZZ_REQUIRE(c->struct_size == sizeof *c && c->reserved == 0 && c->back <= 1);
    FUZZ_REQUIRE(c->revision < s->revisions.count || (c->revision == ROLLOUT_NONE && (w->deployment || w->replicaset)));
    FUZZ_REQUIRE(c->within <= c->count);
    FUZZ_REQUIRE(c->counted >= 0 && c->updated >= 0 && c->old >= 0 && c->unavailable >= -1);
    for (size_t i = 0; i < c->count; i++) {
        const struct rollout_candidate *item = &c->items[i];
        FUZZ_REQUIRE(is_subject(w, s, item->subject_kind, item->subject));
        FUZZ_REQUIRE(item->standing >= ROLLOUT_CANDIDATE_WAITING && item->standing <= ROLLOUT_CANDIDATE_EMPTY);
        FUZZ_REQUIRE(item->pod == ROLLOUT_NONE || item->pod < s->pods.count);
    }
}

bool planned_candidates(struct fuzz *f, const struct rollout_workload *workload,
                        const struct rollout_snapshot *snapshot, bool twice)
{
    struct rollout_candidates *candidates = NULL, *again = NULL;
    struct rollout_error *error = fuzz_error(f);
    int rc = rollout_candidates(workload, snapshot, &candidates, error);
    if (rc != ROLLOUT_OK) {
        fuzz_failed(rc, error);
        FUZZ_REQUIRE(!candidates);
        return false;
    }
    candidates_hold(candidates, workload, snapshot);
    if (twice) {
        FUZZ_REQUIRE(rollout_candidates(workload, snapshot, &again, NULL) == ROLLOUT_OK);
        FUZZ_REQUIRE(again->count == candidates->count && again->within == candidates->within);
        FUZZ_REQUIRE(same_bytes(again->items, candidates->items, again->count, sizeof *again->items));
        rollout_candidates_free(again);
    }
    rollout_candidates_free(candidates);
    return true;
}
