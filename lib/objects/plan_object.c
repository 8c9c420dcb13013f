/* SPDX-License-Identifier: Apache-2.0 */
/* The plan as a document. It is written twice by the same code: once to count, once into one block. */
#include <rollout/objects.h>

#include <stdbool.h>

#include "base/error.h"
#include "base/memory.h"
#include "base/str.h"
#include "objects/kind.h"
#include "objects/plan_subjects.h"
#include "objects/plan_writer.h"

/* ---- names ---- */

static struct rollout_str absent(void)
{
    return (struct rollout_str){ NULL, 0 };
}

static struct rollout_str plan_text(const struct rollout_plan *plan, uint32_t index)
{
    return index < plan->text_count ? plan->texts[index] : absent();
}

static struct rollout_str name_str(const char *name)
{
    return (struct rollout_str){ name, strlen(name) };
}

/* ---- actions ---- */

/* How the value of an attribute is written. */
enum { AS_TEXT = 1, AS_TEXTS, AS_NUMBER, AS_NUMBER_UNLESS_ZERO, AS_BOOL, AS_BOOL_IF_TRUE, AS_MAP, AS_CONDITION };

static const struct {
    const char *name;
    uint32_t as;
} fields[] = {
    [ROLLOUT_ATTR_REVISION] = { "revision", AS_TEXT },
    [ROLLOUT_ATTR_NUMBER] = { "number", AS_NUMBER },
    [ROLLOUT_ATTR_COUNT] = { "count", AS_NUMBER },
    [ROLLOUT_ATTR_ID] = { "ids", AS_TEXTS },
    [ROLLOUT_ATTR_NEW_IDS] = { "newIds", AS_NUMBER },
    [ROLLOUT_ATTR_CLAIM] = { "claim", AS_TEXT },
    [ROLLOUT_ATTR_TEMPLATE] = { "template", AS_TEXT },
    [ROLLOUT_ATTR_OWNER] = { "owners", AS_TEXTS },
    [ROLLOUT_ATTR_POD] = { "pod", AS_TEXT },
    [ROLLOUT_ATTR_MARK_NOT_READY] = { "markNotReady", AS_BOOL },
    [ROLLOUT_ATTR_GRACE_SECONDS] = { "graceSeconds", AS_NUMBER_UNLESS_ZERO },
    [ROLLOUT_ATTR_STATE] = { "state", AS_TEXT },
    [ROLLOUT_ATTR_HOOK] = { "hook", AS_BOOL_IF_TRUE },
    [ROLLOUT_ATTR_DETAIL] = { "detail", AS_TEXT },
    [ROLLOUT_ATTR_NAME] = { "name", AS_TEXT },
    [ROLLOUT_ATTR_ORDINAL] = { "ordinal", AS_NUMBER },
    [ROLLOUT_ATTR_NODE] = { "node", AS_TEXT },
    [ROLLOUT_ATTR_REQUEST] = { "request", AS_TEXT },
    [ROLLOUT_ATTR_FROM] = { "from", AS_NUMBER },
    [ROLLOUT_ATTR_TO] = { "to", AS_NUMBER },
    [ROLLOUT_ATTR_REPLICAS] = { "replicas", AS_NUMBER },
    [ROLLOUT_ATTR_ANNOTATION] = { "annotations", AS_MAP },
    [ROLLOUT_ATTR_VALUE] = { "value", AS_TEXT },
    [ROLLOUT_ATTR_MIN_READY_SECONDS] = { "minReadySeconds", AS_NUMBER },
    [ROLLOUT_ATTR_IMAGE] = { "images", AS_MAP },
    [ROLLOUT_ATTR_UPGRADABLE] = { "upgradable", AS_CONDITION },
    [ROLLOUT_ATTR_MESSAGE] = { "message", AS_TEXT },
    [ROLLOUT_ATTR_SUBSET] = { "subset", AS_TEXT },
    [ROLLOUT_ATTR_CHILD] = { "name", AS_TEXT },
    [ROLLOUT_ATTR_KIND] = { "kind", AS_TEXT },
    [ROLLOUT_ATTR_PARTITION] = { "partition", AS_NUMBER },
    [ROLLOUT_ATTR_MAX_UNAVAILABLE] = { "maxUnavailable", AS_NUMBER },
    [ROLLOUT_ATTR_WHY] = { "reason", AS_TEXT },
    [ROLLOUT_ATTR_RESERVED] = { "reserved", AS_TEXT },
};

enum { N_FIELDS = sizeof fields / sizeof *fields };

/* All texts that the action has of a key, as one list. */
static void put_texts(struct ro_writer *out, const struct rollout_plan *plan, const struct rollout_action *action,
                      uint32_t key)
{
    size_t list = ro_write_begin(out, ROLLOUT_NODE_ARRAY, name_str(fields[key].name));
    for (uint32_t i = 0; i < action->attr_count; i++) {
        const struct rollout_attr *attr = &plan->attrs[action->attr_first + i];
        if (attr->key == key)
            ro_write_text(out, absent(), plan_text(plan, attr->text));
    }
    ro_write_end(out, list);
}

/* All pairs that the action has, as one map: what is to be removed is null. */
static void put_map(struct ro_writer *out, const struct rollout_plan *plan, const struct rollout_action *action,
                    uint32_t key)
{
    const struct rollout_attr *attrs = plan->attrs + action->attr_first;
    size_t map = ro_write_begin(out, ROLLOUT_NODE_OBJECT, name_str(fields[key].name));
    for (uint32_t i = 0; i < action->attr_count; i++) {
        if (attrs[i].key != key)
            continue;
        if (attrs[i].value && i + 1 < action->attr_count)
            ro_write_text(out, plan_text(plan, attrs[i].text), plan_text(plan, attrs[i + 1].text));
        else
            ro_write_null(out, plan_text(plan, attrs[i].text));
    }
    ro_write_end(out, map);
}

static void put_attr(struct ro_writer *out, const struct rollout_plan *plan, const struct rollout_attr *attr)
{
    struct rollout_str name = name_str(fields[attr->key].name);
    switch (fields[attr->key].as) {
    case AS_TEXT:
        ro_write_text(out, name, plan_text(plan, attr->text));
        break;
    case AS_NUMBER:
        ro_write_integer(out, name, attr->value);
        break;
    case AS_NUMBER_UNLESS_ZERO:
        if (attr->value > 0)
            ro_write_integer(out, name, attr->value);
        break;
    case AS_BOOL:
        ro_write_bool(out, name, attr->value != 0);
        break;
    case AS_BOOL_IF_TRUE:
        if (attr->value != 0)
            ro_write_bool(out, name, true);
        break;
    case AS_CONDITION:
        ro_write_bool(out, name, attr->value != 0);
        ro_write_text(out, RO_STR("status"), plan_text(plan, attr->text));
        break;
    default:
        break;
    }
}

/* What the action is about, unless an attribute says so. */
static void put_subject(struct ro_writer *out, const struct ro_subjects *s, const struct rollout_action *action,
                        const bool *has)
{
    struct rollout_str name = ro_subject_name(s, action->subject_kind, action->subject);
    switch (action->subject_kind) {
    case ROLLOUT_SUBJECT_POD:
        if (!has[ROLLOUT_ATTR_POD])
            ro_write_text(out, RO_STR("pod"), name);
        break;
    case ROLLOUT_SUBJECT_CLAIM:
        if (!has[ROLLOUT_ATTR_CLAIM])
            ro_write_text(out, RO_STR("claim"), name);
        break;
    case ROLLOUT_SUBJECT_REVISION:
        if (!has[ROLLOUT_ATTR_REVISION])
            ro_write_text(out, RO_STR("revision"), name);
        break;
    case ROLLOUT_SUBJECT_NODE:
        if (!has[ROLLOUT_ATTR_NODE])
            ro_write_text(out, RO_STR("node"), name);
        break;
    case ROLLOUT_SUBJECT_REPLICA_SET:
        ro_write_text(out, RO_STR("replicaSet"), name.data ? name : RO_STR("$new"));
        break;
    case ROLLOUT_SUBJECT_ORDINAL: /* of a pod that is created, or that this pass has created before */
        if (!has[ROLLOUT_ATTR_NAME] && !has[ROLLOUT_ATTR_POD])
            ro_write_ordinal_name(out, action->op == ROLLOUT_OP_CREATE ? RO_STR("name") : RO_STR("pod"),
                                  ro_kind_of(s->world->workload).name, action->subject);
        break;
    default:
        break;
    }
}

static void put_action(struct ro_writer *out, const struct ro_subjects *s, const struct rollout_action *action)
{
    const struct rollout_attr *attrs = s->plan->attrs + action->attr_first;
    bool has[N_FIELDS] = { false }, listed[N_FIELDS] = { false };
    for (uint32_t i = 0; i < action->attr_count; i++)
        if (attrs[i].key < N_FIELDS)
            has[attrs[i].key] = true;

    size_t object = ro_write_begin(out, ROLLOUT_NODE_OBJECT, absent());
    ro_write_name(out, RO_STR("op"), rollout_op_name(action->op));
    put_subject(out, s, action, has);
    for (uint32_t i = 0; i < action->attr_count; i++) {
        uint32_t key = attrs[i].key;
        bool paired = i > 0 && attrs[i - 1].key < N_FIELDS && fields[attrs[i - 1].key].as == AS_MAP;
        if (key >= N_FIELDS || listed[key] || (key == ROLLOUT_ATTR_VALUE && paired))
            continue;
        listed[key] = fields[key].as == AS_TEXTS || fields[key].as == AS_MAP;
        if (fields[key].as == AS_MAP)
            put_map(out, s->plan, action, key);
        else if (listed[key])
            put_texts(out, s->plan, action, key);
        else
            put_attr(out, s->plan, &attrs[i]);
    }
    if (action->op == ROLLOUT_OP_SET_CLAIM_OWNER && !has[ROLLOUT_ATTR_OWNER])
        put_texts(out, s->plan, action, ROLLOUT_ATTR_OWNER);
    if (action->op == ROLLOUT_OP_UPDATE_IN_PLACE && !s->world->workload->sidecarset &&
        !has[ROLLOUT_ATTR_MARK_NOT_READY])
        ro_write_bool(out, RO_STR("markNotReady"), false);
    ro_write_end(out, object);
}

/* ---- verdicts ---- */

static void put_verdict(struct ro_writer *out, const struct ro_subjects *s, struct rollout_str key, size_t index)
{
    const struct rollout_verdict *verdict = &s->plan->verdicts[index];
    const struct rollout_snapshot *snapshot = s->world->snapshot;
    size_t object = ro_write_begin(out, ROLLOUT_NODE_OBJECT, key);
    if (verdict->subject_kind == ROLLOUT_SUBJECT_POD && ro_subject_known(s, ROLLOUT_SUBJECT_POD, verdict->subject))
        ro_write_text(out, RO_STR("namespace"), snapshot->pods.items[verdict->subject].namespace_);
    if (verdict->subject_kind == ROLLOUT_SUBJECT_ORDINAL) {
        ro_write_ordinal_name(out, RO_STR("name"), ro_kind_of(s->world->workload).name, verdict->subject);
        ro_write_integer(out, RO_STR("ordinal"), verdict->subject);
    } else {
        ro_write_text(out, RO_STR("name"), ro_subject_name(s, verdict->subject_kind, verdict->subject));
    }
    ro_write_name(out, RO_STR("verdict"), verdict->op ? rollout_op_name(verdict->op) : "hold");

    /* Mostly on itself; on the pod of an ordinal that is to go, or on the node that gets a second pod. */
    uint32_t kind = verdict->subject_kind, subject = verdict->subject;
    if (verdict->op && verdict->first_action < s->plan->action_count) {
        kind = s->plan->actions[verdict->first_action].subject_kind;
        subject = s->plan->actions[verdict->first_action].subject;
    }
    size_t actions = ro_write_begin(out, ROLLOUT_NODE_ARRAY, RO_STR("actions"));
    for (uint32_t next = ro_subject_first_action(s, kind, subject); next; next = s->next[next - 1])
        ro_write_integer(out, absent(), next - 1);
    ro_write_end(out, actions);
    ro_write_name(out, RO_STR("wants"), verdict->wants ? rollout_op_name(verdict->wants) : NULL);
    ro_write_name(out, RO_STR("reason"), rollout_reason_name(verdict->reason));

    char *place = out->chars ? out->chars + out->n_chars : NULL;
    size_t len = rollout_verdict_text(s->plan, snapshot, index, NULL, 0);
    if (place) /* the NUL is overwritten by the next text; the block has room for the last one */
        rollout_verdict_text(s->plan, snapshot, index, place, len + 1);
    out->n_chars += len;
    ro_write_text(out, RO_STR("detail"), (struct rollout_str){ place ? place : "", len });
    ro_write_end(out, object);
}

/* All verdicts of a kind as a list; an empty one only for pods. */
static void put_verdicts(struct ro_writer *out, const struct ro_subjects *s, struct rollout_str key, uint32_t kind)
{
    size_t list = 0;
    bool opened = kind == ROLLOUT_SUBJECT_POD;
    if (opened)
        list = ro_write_begin(out, ROLLOUT_NODE_ARRAY, key);
    for (size_t i = 0; i < s->plan->verdict_count; i++) {
        if (s->plan->verdicts[i].subject_kind != kind)
            continue;
        if (!opened)
            list = ro_write_begin(out, ROLLOUT_NODE_ARRAY, key);
        opened = true;
        put_verdict(out, s, absent(), i);
    }
    if (opened)
        ro_write_end(out, list);
}

/* ---- the rest ---- */

static void put_limits(struct ro_writer *out, const struct rollout_plan *plan)
{
    static const char *const roundings[] = {
        [ROLLOUT_ROUND_NONE] = NULL,
        [ROLLOUT_ROUND_DOWN] = "down",
        [ROLLOUT_ROUND_UP] = "up",
    };
    if (plan->limit_count == 0)
        return;
    size_t list = ro_write_begin(out, ROLLOUT_NODE_ARRAY, RO_STR("limits"));
    for (size_t i = 0; i < plan->limit_count; i++) {
        const struct rollout_limit *limit = &plan->limits[i];
        size_t object = ro_write_begin(out, ROLLOUT_NODE_OBJECT, absent());
        ro_write_text(out, RO_STR("field"), limit->field);
        if (limit->given.kind == ROLLOUT_INTSTR_INT)
            ro_write_integer(out, RO_STR("given"), limit->given.count);
        else if (limit->given.kind == ROLLOUT_INTSTR_TEXT)
            ro_write_text(out, RO_STR("given"), limit->given.text);
        ro_write_integer(out, RO_STR("count"), limit->count);
        if (limit->rounding != ROLLOUT_ROUND_NONE)
            ro_write_integer(out, RO_STR("total"), limit->total);
        ro_write_name(out, RO_STR("rounding"), limit->rounding <= ROLLOUT_ROUND_UP ? roundings[limit->rounding] : NULL);
        if (limit->flags & ROLLOUT_LIMIT_DEFAULT)
            ro_write_bool(out, RO_STR("defaulted"), true);
        if (limit->flags & ROLLOUT_LIMIT_UNUSABLE)
            ro_write_bool(out, RO_STR("unusable"), true);
        if (limit->flags & ROLLOUT_LIMIT_PAUSED)
            ro_write_bool(out, RO_STR("paused"), true);
        ro_write_end(out, object);
    }
    ro_write_end(out, list);
}

static void put_error(struct ro_writer *out, const struct ro_subjects *s)
{
    if (s->plan->error_reason == 0)
        return;
    size_t object = ro_write_begin(out, ROLLOUT_NODE_OBJECT, RO_STR("error"));
    ro_write_name(out, RO_STR("reason"), rollout_reason_name(s->plan->error_reason));
    ro_write_text(out, RO_STR("pod"), ro_subject_name(s, ROLLOUT_SUBJECT_POD, s->plan->error_pod));
    ro_write_text(out, RO_STR("message"), s->plan->error_message);
    ro_write_end(out, object);
}

static void put_dropped(struct ro_writer *out, const struct ro_subjects *s)
{
    const struct rollout_cloneset *cloneset = s->world->workload->cloneset;
    if (s->plan->dropped_count == 0 || !cloneset)
        return;
    size_t list = ro_write_begin(out, ROLLOUT_NODE_ARRAY, RO_STR("dropPodsToDelete"));
    for (size_t i = 0; i < s->plan->dropped_count; i++)
        if (s->plan->dropped_pods_to_delete[i] < cloneset->pods_to_delete.count)
            ro_write_text(out, absent(), *ro_strs_at(&cloneset->pods_to_delete, s->plan->dropped_pods_to_delete[i]));
    ro_write_end(out, list);
}

/* A number for every subset of the spec. */
static void put_numbers(struct ro_writer *out, const struct ro_subjects *s, struct rollout_str key,
                        const int32_t *numbers)
{
    const struct rollout_uniteddeployment *spec = s->world->workload->uniteddeployment;
    size_t object = ro_write_begin(out, ROLLOUT_NODE_OBJECT, key);
    for (size_t i = 0; i < s->plan->next_replica_count && i < spec->subset_count; i++)
        ro_write_integer(out, spec->subsets[i].name.data ? spec->subsets[i].name : RO_STR(""), numbers[i]);
    ro_write_end(out, object);
}

static void put_shares(struct ro_writer *out, const struct ro_subjects *s)
{
    static const char *const allocators[] = {
        [ROLLOUT_ALLOCATOR_SPECIFIED] = "specified",
        [ROLLOUT_ALLOCATOR_MIN_MAX] = "minMax",
        [ROLLOUT_ALLOCATOR_ADAPTIVE] = "adaptive",
        [ROLLOUT_ALLOCATOR_RESERVATION] = "reservation",
    };
    if (!s->world->workload->uniteddeployment || s->plan->allocator >= sizeof allocators / sizeof *allocators)
        return;
    ro_write_name(out, RO_STR("allocator"), allocators[s->plan->allocator]);
    if (s->plan->next_replicas) {
        put_numbers(out, s, RO_STR("nextReplicas"), s->plan->next_replicas);
        put_numbers(out, s, RO_STR("nextPartitions"), s->plan->next_partitions);
    }
}

static void put_plan(struct ro_writer *out, const struct ro_subjects *s)
{
    const struct rollout_plan *plan = s->plan;
    struct ro_kind kind = ro_kind_of(s->world->workload);
    size_t root = ro_write_begin(out, ROLLOUT_NODE_OBJECT, absent());
    ro_write_text(out, RO_STR("kind"), RO_STR("Plan"));
    size_t workload = ro_write_begin(out, ROLLOUT_NODE_OBJECT, RO_STR("workload"));
    ro_write_text(out, RO_STR("apiVersion"), s->world->api_version);
    ro_write_text(out, RO_STR("kind"), s->world->kind);
    ro_write_text(out, RO_STR("namespace"), kind.namespace_);
    ro_write_text(out, RO_STR("name"), kind.name);
    ro_write_end(out, workload);

    size_t actions = ro_write_begin(out, ROLLOUT_NODE_ARRAY, RO_STR("actions"));
    for (size_t i = 0; i < plan->action_count; i++)
        put_action(out, s, &plan->actions[i]);
    ro_write_end(out, actions);

    put_verdicts(out, s, RO_STR("pods"), ROLLOUT_SUBJECT_POD);
    put_verdicts(out, s, RO_STR("missing"), ROLLOUT_SUBJECT_MISSING);
    put_verdicts(out, s, RO_STR("ordinals"), ROLLOUT_SUBJECT_ORDINAL);
    put_verdicts(out, s, RO_STR("nodes"), ROLLOUT_SUBJECT_NODE);
    put_verdicts(out, s, RO_STR("subsets"), ROLLOUT_SUBJECT_SUBSET);
    put_verdicts(out, s, RO_STR("claims"), ROLLOUT_SUBJECT_CLAIM);
    put_verdicts(out, s, RO_STR("replicaSets"), ROLLOUT_SUBJECT_REPLICA_SET);
    put_verdicts(out, s, RO_STR("revisions"), ROLLOUT_SUBJECT_REVISION);
    for (size_t i = 0; i < plan->verdict_count; i++)
        if (plan->verdicts[i].subject_kind == ROLLOUT_SUBJECT_WORKLOAD)
            put_verdict(out, s, RO_STR("verdict"), i);
    put_limits(out, plan);
    ro_write_tree(out, RO_STR("status"), &plan->status);
    if (plan->next_ms)
        ro_write_time(out, RO_STR("next"), plan->next_ms);
    if (plan->requeue_seconds != 0)
        ro_write_integer(out, RO_STR("requeueAfterSeconds"), plan->requeue_seconds > 0 ? plan->requeue_seconds : 0);
    if (plan->stopped_at > 0)
        ro_write_integer(out, RO_STR("stoppedAt"), plan->stopped_at);
    put_shares(out, s);
    put_error(out, s);
    put_dropped(out, s);
    ro_write_end(out, root);
}

int rollout_plan_object(const struct rollout_world *world, const struct rollout_plan *plan,
                        struct rollout_objects **ret_objects, struct rollout_error *reterr)
{
    struct ro_subjects subjects;
    struct ro_writer out = { NULL, NULL, 0, 0 };
    if (!world || !plan || !ret_objects)
        return ro_error_null(reterr, !world ? "world" : !plan ? "plan" : "ret_objects");
    bool indexed = ro_subjects_make(&subjects, world, plan);
    char *block = NULL;
    if (indexed) {
        put_plan(&out, &subjects);
        struct ro_layout layout = { 0, out.n_nodes > UINT32_MAX };
        ro_layout_add(&layout, 1, sizeof(struct rollout_objects));
        size_t tree_at = ro_layout_add(&layout, 1, sizeof(struct rollout_tree));
        size_t nodes_at = ro_layout_add(&layout, out.n_nodes, sizeof(struct rollout_node));
        size_t chars_at = ro_layout_add(&layout, out.n_chars + 1, 1);
        block = ro_layout_alloc(&layout);
        if (block) {
            struct rollout_objects *objects = (struct rollout_objects *)(void *)block;
            struct rollout_tree *tree = (struct rollout_tree *)(void *)(block + tree_at);
            out = (struct ro_writer){ (struct rollout_node *)(void *)(block + nodes_at), block + chars_at, 0, 0 };
            put_plan(&out, &subjects);
            *tree = (struct rollout_tree){ out.nodes, out.n_nodes };
            *objects = (struct rollout_objects){ .struct_size = sizeof(*objects), .items = tree, .count = 1 };
            *ret_objects = objects;
        }
    }
    ro_subjects_free(&subjects);
    return block ? ROLLOUT_OK : ro_error_nomem(reterr);
}
