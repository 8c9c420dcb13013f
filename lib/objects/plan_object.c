/* SPDX-License-Identifier: Apache-2.0 */
/* The plan as a document. It is written twice by the same code: once to count, once into one block. */
#include <rollout/objects.h>

#include <stdbool.h>
#include <stdlib.h>

#include "base/error.h"
#include "base/memory.h"
#include "base/str.h"
#include "base/time.h"
#include "base/tree.h"

/* While nodes is NULL everything is only counted. */
struct out {
    struct rollout_node *nodes;
    char *chars;
    size_t n_nodes, n_chars;
};

/* What the document is made of. */
struct source {
    const struct rollout_world *world;
    const struct rollout_plan *plan;
    /* Actions by subject: the first one's index + 1 at heads[base[kind] + subject], the next one's + 1 at
     * next[action]; 0 = none. */
    uint32_t *heads, *next;
    size_t base[ROLLOUT_SUBJECT_WORKLOAD + 1], count[ROLLOUT_SUBJECT_WORKLOAD + 1];
};

/* ---- writing ---- */

static void put(struct out *out, struct rollout_node node)
{
    if (out->nodes) {
        node.size = 1;
        out->nodes[out->n_nodes] = node;
    }
    out->n_nodes++;
}

static size_t begin(struct out *out, uint32_t kind, struct rollout_str key)
{
    put(out, (struct rollout_node){ .kind = kind, .key = key });
    return out->n_nodes - 1;
}

static void end(struct out *out, size_t at)
{
    if (out->nodes)
        out->nodes[at].size = (uint32_t)(out->n_nodes - at);
}

/* An absent text is left out. */
static void put_text(struct out *out, struct rollout_str key, struct rollout_str text)
{
    if (text.data)
        put(out, (struct rollout_node){ .kind = ROLLOUT_NODE_TEXT, .key = key, .text = text });
}

static void put_name(struct out *out, struct rollout_str key, const char *name)
{
    put_text(out, key, name ? (struct rollout_str){ name, strlen(name) } : (struct rollout_str){ NULL, 0 });
}

static void put_integer(struct out *out, struct rollout_str key, int64_t value)
{
    put(out, (struct rollout_node){ .kind = ROLLOUT_NODE_INTEGER, .key = key, .integer = value });
}

static void put_bool(struct out *out, struct rollout_str key, bool value)
{
    put(out, (struct rollout_node){ .kind = ROLLOUT_NODE_BOOL, .key = key, .integer = value });
}

static void put_time(struct out *out, struct rollout_str key, int64_t ms)
{
    char buf[RO_TIME_SIZE];
    size_t len = ro_time_format(ms, true, buf);
    char *text = buf;
    if (out->chars) {
        text = out->chars + out->n_chars;
        memcpy(text, buf, len);
    }
    out->n_chars += len;
    put_text(out, key, (struct rollout_str){ text, len });
}

static void put_tree(struct out *out, struct rollout_str key, const struct rollout_tree *tree)
{
    if (tree->count == 0)
        return;
    if (out->nodes) {
        memcpy(out->nodes + out->n_nodes, tree->nodes, tree->count * sizeof(*tree->nodes));
        out->nodes[out->n_nodes].key = key;
    }
    out->n_nodes += tree->count;
}

/* ---- names ---- */

static struct rollout_str absent(void)
{
    return (struct rollout_str){ NULL, 0 };
}

static struct rollout_str subject_name(const struct source *s, uint32_t kind, uint32_t subject)
{
    static const struct rollout_str missing[] = { { "current", 7 }, { "update", 6 }, { "held", 4 } };
    if (kind > ROLLOUT_SUBJECT_WORKLOAD || subject >= s->count[kind])
        return absent();
    const struct rollout_snapshot *snapshot = &s->world->snapshot;
    switch (kind) {
    case ROLLOUT_SUBJECT_POD:
        return snapshot->pods.items[subject].name;
    case ROLLOUT_SUBJECT_REVISION:
        return snapshot->revisions.items[subject].name;
    case ROLLOUT_SUBJECT_CLAIM:
        return snapshot->claims.items[subject].name;
    case ROLLOUT_SUBJECT_MISSING:
        return missing[subject];
    default:
        return absent();
    }
}

static struct rollout_str plan_text(const struct rollout_plan *plan, uint32_t index)
{
    return index < plan->text_count ? plan->texts[index] : absent();
}

/* ---- actions ---- */

/* All ids of an action as one list, at the place of the first. */
static void put_ids(struct out *out, const struct rollout_plan *plan, const struct rollout_action *action)
{
    size_t list = begin(out, ROLLOUT_NODE_ARRAY, RO_STR("ids"));
    for (uint32_t i = 0; i < action->attr_count; i++) {
        const struct rollout_attr *attr = &plan->attrs[action->attr_first + i];
        if (attr->key == ROLLOUT_ATTR_ID)
            put_text(out, absent(), plan_text(plan, attr->text));
    }
    end(out, list);
}

static void put_attr(struct out *out, const struct rollout_plan *plan, const struct rollout_attr *attr)
{
    struct rollout_str text = plan_text(plan, attr->text);
    switch (attr->key) {
    case ROLLOUT_ATTR_REVISION:
        put_text(out, RO_STR("revision"), text);
        break;
    case ROLLOUT_ATTR_NUMBER:
        put_integer(out, RO_STR("number"), attr->value);
        break;
    case ROLLOUT_ATTR_COUNT:
        put_integer(out, RO_STR("count"), attr->value);
        break;
    case ROLLOUT_ATTR_NEW_IDS:
        put_integer(out, RO_STR("newIds"), attr->value);
        break;
    case ROLLOUT_ATTR_CLAIM:
        put_text(out, RO_STR("claim"), text);
        break;
    case ROLLOUT_ATTR_TEMPLATE:
        put_text(out, RO_STR("template"), text);
        break;
    case ROLLOUT_ATTR_OWNER: {
        size_t owners = begin(out, ROLLOUT_NODE_ARRAY, RO_STR("owners"));
        put_text(out, absent(), text);
        end(out, owners);
        break;
    }
    case ROLLOUT_ATTR_POD:
        put_text(out, RO_STR("pod"), text);
        break;
    case ROLLOUT_ATTR_MARK_NOT_READY:
        put_bool(out, RO_STR("markNotReady"), attr->value != 0);
        break;
    case ROLLOUT_ATTR_GRACE_SECONDS:
        if (attr->value > 0)
            put_integer(out, RO_STR("graceSeconds"), attr->value);
        break;
    case ROLLOUT_ATTR_STATE:
        put_text(out, RO_STR("state"), text);
        break;
    case ROLLOUT_ATTR_HOOK:
        if (attr->value != 0)
            put_bool(out, RO_STR("hook"), true);
        break;
    case ROLLOUT_ATTR_DETAIL:
        put_text(out, RO_STR("detail"), text);
        break;
    default:
        break;
    }
}

static void put_action(struct out *out, const struct source *s, const struct rollout_action *action)
{
    const struct rollout_plan *plan = s->plan;
    struct rollout_str name = subject_name(s, action->subject_kind, action->subject);
    bool seen[ROLLOUT_ATTR_DETAIL + 1] = { false };
    for (uint32_t i = 0; i < action->attr_count; i++)
        if (plan->attrs[action->attr_first + i].key <= ROLLOUT_ATTR_DETAIL)
            seen[plan->attrs[action->attr_first + i].key] = true;

    size_t object = begin(out, ROLLOUT_NODE_OBJECT, absent());
    put_name(out, RO_STR("op"), rollout_op_name(action->op));
    if (action->subject_kind == ROLLOUT_SUBJECT_POD && !seen[ROLLOUT_ATTR_POD])
        put_text(out, RO_STR("pod"), name);
    else if (action->subject_kind == ROLLOUT_SUBJECT_CLAIM && !seen[ROLLOUT_ATTR_CLAIM])
        put_text(out, RO_STR("claim"), name);
    else if (action->subject_kind == ROLLOUT_SUBJECT_REVISION && !seen[ROLLOUT_ATTR_REVISION])
        put_text(out, RO_STR("revision"), name);
    bool ids = false;
    for (uint32_t i = 0; i < action->attr_count; i++) {
        const struct rollout_attr *attr = &plan->attrs[action->attr_first + i];
        if (attr->key == ROLLOUT_ATTR_ID && !ids)
            put_ids(out, plan, action);
        ids |= attr->key == ROLLOUT_ATTR_ID;
        put_attr(out, plan, attr);
    }
    if (action->op == ROLLOUT_OP_UPDATE_IN_PLACE && !seen[ROLLOUT_ATTR_MARK_NOT_READY])
        put_bool(out, RO_STR("markNotReady"), false);
    end(out, object);
}

/* Lists each subject's actions in the plan's order. False on lack of memory. */
static bool index_actions(struct source *s)
{
    const struct rollout_snapshot *snapshot = &s->world->snapshot;
    size_t total = 0;
    s->count[ROLLOUT_SUBJECT_POD] = snapshot->pods.count;
    s->count[ROLLOUT_SUBJECT_REVISION] = snapshot->revisions.count;
    s->count[ROLLOUT_SUBJECT_CLAIM] = snapshot->claims.count;
    s->count[ROLLOUT_SUBJECT_MISSING] = 3;
    s->count[ROLLOUT_SUBJECT_WORKLOAD] = 1;
    for (uint32_t kind = ROLLOUT_SUBJECT_POD; kind <= ROLLOUT_SUBJECT_WORKLOAD; kind++) {
        s->base[kind] = total;
        total += s->count[kind];
    }
    s->heads = calloc(total, sizeof(*s->heads));
    s->next = calloc(s->plan->action_count ? s->plan->action_count : 1, sizeof(*s->next));
    if (!s->heads || !s->next)
        return false;
    for (size_t i = s->plan->action_count; i > 0; i--) { /* from the end, so that each list begins with the first */
        const struct rollout_action *action = &s->plan->actions[i - 1];
        if (action->subject_kind > ROLLOUT_SUBJECT_WORKLOAD || action->subject >= s->count[action->subject_kind])
            continue;
        uint32_t *head = &s->heads[s->base[action->subject_kind] + action->subject];
        s->next[i - 1] = *head;
        *head = (uint32_t)i;
    }
    return true;
}

/* ---- verdicts ---- */

static void put_verdict(struct out *out, const struct source *s, struct rollout_str key, size_t index)
{
    const struct rollout_verdict *verdict = &s->plan->verdicts[index];
    const struct rollout_snapshot *snapshot = &s->world->snapshot;
    bool known =
        verdict->subject_kind <= ROLLOUT_SUBJECT_WORKLOAD && verdict->subject < s->count[verdict->subject_kind];
    size_t object = begin(out, ROLLOUT_NODE_OBJECT, key);
    if (verdict->subject_kind == ROLLOUT_SUBJECT_POD && known)
        put_text(out, RO_STR("namespace"), snapshot->pods.items[verdict->subject].namespace_);
    put_text(out, RO_STR("name"), subject_name(s, verdict->subject_kind, verdict->subject));
    put_name(out, RO_STR("verdict"), verdict->op ? rollout_op_name(verdict->op) : "hold");

    size_t actions = begin(out, ROLLOUT_NODE_ARRAY, RO_STR("actions"));
    uint32_t next = known ? s->heads[s->base[verdict->subject_kind] + verdict->subject] : 0;
    for (; next; next = s->next[next - 1])
        put_integer(out, absent(), next - 1);
    end(out, actions);
    put_name(out, RO_STR("wants"), verdict->wants ? rollout_op_name(verdict->wants) : NULL);
    put_name(out, RO_STR("reason"), rollout_reason_name(verdict->reason));

    char *place = out->chars ? out->chars + out->n_chars : NULL;
    size_t len = rollout_verdict_text(s->plan, snapshot, index, NULL, 0);
    if (place) /* the NUL is overwritten by the next text; the block has room for the last one */
        rollout_verdict_text(s->plan, snapshot, index, place, len + 1);
    out->n_chars += len;
    put_text(out, RO_STR("detail"), (struct rollout_str){ place ? place : "", len });
    end(out, object);
}

/* All verdicts of a kind as a list; an empty one only for pods. */
static void put_verdicts(struct out *out, const struct source *s, struct rollout_str key, uint32_t kind)
{
    size_t list = 0;
    bool opened = kind == ROLLOUT_SUBJECT_POD;
    if (opened)
        list = begin(out, ROLLOUT_NODE_ARRAY, key);
    for (size_t i = 0; i < s->plan->verdict_count; i++) {
        if (s->plan->verdicts[i].subject_kind != kind)
            continue;
        if (!opened)
            list = begin(out, ROLLOUT_NODE_ARRAY, key);
        opened = true;
        put_verdict(out, s, absent(), i);
    }
    if (opened)
        end(out, list);
}

/* ---- the rest ---- */

static void put_limits(struct out *out, const struct rollout_plan *plan)
{
    static const char *const roundings[] = {
        [ROLLOUT_ROUND_NONE] = NULL,
        [ROLLOUT_ROUND_DOWN] = "down",
        [ROLLOUT_ROUND_UP] = "up",
    };
    if (plan->limit_count == 0)
        return;
    size_t list = begin(out, ROLLOUT_NODE_ARRAY, RO_STR("limits"));
    for (size_t i = 0; i < plan->limit_count; i++) {
        const struct rollout_limit *limit = &plan->limits[i];
        size_t object = begin(out, ROLLOUT_NODE_OBJECT, absent());
        put_text(out, RO_STR("field"), limit->field);
        if (limit->given.kind == ROLLOUT_INTSTR_INT)
            put_integer(out, RO_STR("given"), limit->given.count);
        else if (limit->given.kind == ROLLOUT_INTSTR_TEXT)
            put_text(out, RO_STR("given"), limit->given.text);
        put_integer(out, RO_STR("count"), limit->count);
        put_name(out, RO_STR("rounding"), limit->rounding <= ROLLOUT_ROUND_UP ? roundings[limit->rounding] : NULL);
        if (limit->flags & ROLLOUT_LIMIT_DEFAULT)
            put_bool(out, RO_STR("defaulted"), true);
        if (limit->flags & ROLLOUT_LIMIT_UNUSABLE)
            put_bool(out, RO_STR("unusable"), true);
        if (limit->flags & ROLLOUT_LIMIT_PAUSED)
            put_bool(out, RO_STR("paused"), true);
        end(out, object);
    }
    end(out, list);
}

static void put_error(struct out *out, const struct source *s)
{
    if (s->plan->error_reason == 0)
        return;
    size_t object = begin(out, ROLLOUT_NODE_OBJECT, RO_STR("error"));
    put_name(out, RO_STR("reason"), rollout_reason_name(s->plan->error_reason));
    put_text(out, RO_STR("pod"), subject_name(s, ROLLOUT_SUBJECT_POD, s->plan->error_pod));
    put_text(out, RO_STR("message"), s->plan->error_message);
    end(out, object);
}

static void put_dropped(struct out *out, const struct source *s)
{
    const struct rollout_cloneset *cloneset = s->world->workload.cloneset;
    if (s->plan->dropped_count == 0 || !cloneset)
        return;
    size_t list = begin(out, ROLLOUT_NODE_ARRAY, RO_STR("dropPodsToDelete"));
    for (size_t i = 0; i < s->plan->dropped_count; i++)
        if (s->plan->dropped_pods_to_delete[i] < cloneset->pods_to_delete.count)
            put_text(out, absent(), *ro_strs_at(&cloneset->pods_to_delete, s->plan->dropped_pods_to_delete[i]));
    end(out, list);
}

static void put_plan(struct out *out, const struct source *s)
{
    const struct rollout_plan *plan = s->plan;
    const struct rollout_cloneset *cloneset = s->world->workload.cloneset;
    size_t root = begin(out, ROLLOUT_NODE_OBJECT, absent());
    put_text(out, RO_STR("kind"), RO_STR("Plan"));
    size_t workload = begin(out, ROLLOUT_NODE_OBJECT, RO_STR("workload"));
    put_text(out, RO_STR("apiVersion"), s->world->api_version);
    put_text(out, RO_STR("kind"), s->world->kind);
    put_text(out, RO_STR("namespace"), cloneset ? cloneset->namespace_ : absent());
    put_text(out, RO_STR("name"), cloneset ? cloneset->name : absent());
    end(out, workload);

    size_t actions = begin(out, ROLLOUT_NODE_ARRAY, RO_STR("actions"));
    for (size_t i = 0; i < plan->action_count; i++)
        put_action(out, s, &plan->actions[i]);
    end(out, actions);

    put_verdicts(out, s, RO_STR("pods"), ROLLOUT_SUBJECT_POD);
    put_verdicts(out, s, RO_STR("missing"), ROLLOUT_SUBJECT_MISSING);
    put_verdicts(out, s, RO_STR("claims"), ROLLOUT_SUBJECT_CLAIM);
    put_verdicts(out, s, RO_STR("revisions"), ROLLOUT_SUBJECT_REVISION);
    for (size_t i = 0; i < plan->verdict_count; i++)
        if (plan->verdicts[i].subject_kind == ROLLOUT_SUBJECT_WORKLOAD)
            put_verdict(out, s, RO_STR("verdict"), i);
    put_limits(out, plan);
    put_tree(out, RO_STR("status"), &plan->status);
    if (plan->next_ms)
        put_time(out, RO_STR("next"), plan->next_ms);
    if (plan->requeue_seconds > 0)
        put_integer(out, RO_STR("requeueAfterSeconds"), plan->requeue_seconds);
    put_error(out, s);
    put_dropped(out, s);
    end(out, root);
}

int rollout_plan_object(const struct rollout_world *world, const struct rollout_plan *plan,
                        struct rollout_objects **ret_objects, struct rollout_error *reterr)
{
    struct source source = { .world = world, .plan = plan };
    struct out out = { NULL, NULL, 0, 0 };
    if (!world || !plan)
        return ro_error(reterr, ROLLOUT_ERR_INVALID, world ? "plan" : "world", "%s: NULL", world ? "plan" : "world");
    bool indexed = index_actions(&source);
    char *block = NULL;
    if (indexed) {
        put_plan(&out, &source);
        struct ro_layout layout = { 0, out.n_nodes > UINT32_MAX };
        ro_layout_add(&layout, 1, sizeof(struct rollout_objects));
        size_t tree_at = ro_layout_add(&layout, 1, sizeof(struct rollout_tree));
        size_t nodes_at = ro_layout_add(&layout, out.n_nodes, sizeof(struct rollout_node));
        size_t chars_at = ro_layout_add(&layout, out.n_chars + 1, 1);
        block = ro_layout_alloc(&layout);
        if (block) {
            struct rollout_objects *objects = (struct rollout_objects *)(void *)block;
            struct rollout_tree *tree = (struct rollout_tree *)(void *)(block + tree_at);
            out = (struct out){ (struct rollout_node *)(void *)(block + nodes_at), block + chars_at, 0, 0 };
            put_plan(&out, &source);
            *tree = (struct rollout_tree){ out.nodes, out.n_nodes };
            *objects = (struct rollout_objects){ .struct_size = sizeof(*objects), .items = tree, .count = 1 };
            *ret_objects = objects;
        }
    }
    free(source.heads);
    free(source.next);
    return block ? ROLLOUT_OK : ro_error_nomem(reterr);
}
