/* SPDX-License-Identifier: Apache-2.0 */
#include "planners/builder.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/memory.h"
#include "base/str.h"
#include "base/time.h"

int ro_builder_begin(struct ro_builder *b, struct rollout_error *reterr)
{
    struct ro_layout layout = { 0 };
    ro_layout_add(&layout, 1, sizeof(struct rollout_plan));
    size_t actions = ro_layout_add(&layout, b->n_actions, sizeof *b->actions);
    size_t attrs = ro_layout_add(&layout, b->n_attrs, sizeof *b->attrs);
    size_t texts = ro_layout_add(&layout, b->n_texts, sizeof *b->texts);
    size_t verdicts = ro_layout_add(&layout, b->n_verdicts, sizeof *b->verdicts);
    size_t limits = ro_layout_add(&layout, b->n_limits, sizeof *b->limits);
    size_t nodes = ro_layout_add(&layout, b->n_nodes, sizeof *b->nodes);
    size_t dropped = ro_layout_add(&layout, b->n_dropped, sizeof *b->dropped);
    size_t numbers = ro_layout_add(&layout, b->n_numbers, sizeof *b->numbers);
    size_t chars = ro_layout_add(&layout, b->n_chars, 1);
    if (b->n_actions >= UINT32_MAX || b->n_attrs >= UINT32_MAX || b->n_texts >= UINT32_MAX)
        return ro_error_nomem(reterr);
    char *block = ro_layout_alloc(&layout);
    if (!block)
        return ro_error_nomem(reterr);

    *b = (struct ro_builder){
        .plan = (void *)block,
        .actions = (void *)(block + actions),
        .attrs = (void *)(block + attrs),
        .texts = (void *)(block + texts),
        .verdicts = (void *)(block + verdicts),
        .limits = (void *)(block + limits),
        .nodes = (void *)(block + nodes),
        .dropped = (void *)(block + dropped),
        .numbers = (void *)(block + numbers),
        .chars = block + chars,
    };
    return ROLLOUT_OK;
}

struct rollout_plan *ro_builder_end(struct ro_builder *b)
{
    *b->plan = (struct rollout_plan){
        .struct_size = sizeof *b->plan,
        .actions = b->actions,
        .action_count = b->n_actions,
        .attrs = b->attrs,
        .attr_count = b->n_attrs,
        .texts = b->texts,
        .text_count = b->n_texts,
        .verdicts = b->verdicts,
        .verdict_count = b->n_verdicts,
        .limits = b->limits,
        .limit_count = b->n_limits,
        .status = { b->nodes, b->n_nodes },
        .error_pod = ROLLOUT_NONE,
        .dropped_pods_to_delete = b->dropped,
        .dropped_count = b->n_dropped,
    };
    return b->plan;
}

uint32_t ro_build_text(struct ro_builder *b, struct rollout_str text)
{
    if (!text.data)
        return ROLLOUT_NONE;
    if (b->plan)
        b->texts[b->n_texts] = text;
    return (uint32_t)b->n_texts++;
}

struct rollout_str ro_build_join(struct ro_builder *b, struct rollout_str p0, struct rollout_str p1,
                                 struct rollout_str p2, struct rollout_str p3)
{
    const struct rollout_str parts[4] = { p0, p1, p2, p3 };
    struct rollout_str text = { b->plan ? b->chars + b->n_chars : "", 0 };
    for (int i = 0; i < 4; i++) {
        if (parts[i].len == 0)
            continue;
        if (b->plan)
            memcpy(b->chars + b->n_chars, parts[i].data, parts[i].len);
        b->n_chars += parts[i].len;
        text.len += parts[i].len;
    }
    return text;
}

struct rollout_str ro_build_time(struct ro_builder *b, int64_t ms)
{
    char buf[RO_TIME_SIZE];
    struct rollout_str text = { buf, ro_time_format(ms, false, buf) };
    struct rollout_str none = { NULL, 0 };
    return ro_build_join(b, text, none, none, none);
}

void ro_build_action(struct ro_builder *b, uint32_t op, uint32_t reason, uint32_t subject_kind, uint32_t subject)
{
    if (b->plan)
        b->actions[b->n_actions] = (struct rollout_action){
            .op = op,
            .reason = reason,
            .subject_kind = subject_kind,
            .subject = subject,
            .attr_first = (uint32_t)b->n_attrs,
        };
    b->n_actions++;
}

static void build_attr(struct ro_builder *b, uint32_t key, uint32_t text, int64_t value)
{
    if (b->plan) {
        b->attrs[b->n_attrs] = (struct rollout_attr){ .key = key, .text = text, .value = value };
        b->actions[b->n_actions - 1].attr_count++;
    }
    b->n_attrs++;
}

void ro_build_attr_text(struct ro_builder *b, uint32_t key, struct rollout_str text)
{
    build_attr(b, key, ro_build_text(b, text), 0);
}

void ro_build_attr_value(struct ro_builder *b, uint32_t key, int64_t value)
{
    build_attr(b, key, ROLLOUT_NONE, value);
}

void ro_build_attr_pod(struct ro_builder *b, struct rollout_str name, uint32_t pod)
{
    build_attr(b, ROLLOUT_ATTR_POD, ro_build_text(b, name), pod == ROLLOUT_NONE ? 0 : (int64_t)pod + 1);
}

void ro_build_attr_pair(struct ro_builder *b, uint32_t attr, struct rollout_str key, struct rollout_str value,
                        int removed)
{
    build_attr(b, attr, ro_build_text(b, key), !removed);
    if (!removed)
        build_attr(b, ROLLOUT_ATTR_VALUE, ro_build_text(b, value), 0);
}

void ro_build_attr_child(struct ro_builder *b, struct rollout_str name, uint32_t child)
{
    build_attr(b, ROLLOUT_ATTR_CHILD, ro_build_text(b, name), (int64_t)child + 1);
}

void ro_build_verdicts(struct ro_builder *b, size_t n)
{
    b->n_verdicts = n;
}

void ro_build_verdict(struct ro_builder *b, const struct rollout_verdict *verdict)
{
    if (b->plan)
        b->verdicts[b->n_verdicts] = *verdict;
    b->n_verdicts++;
}

void ro_build_limit(struct ro_builder *b, const struct rollout_limit *limit)
{
    if (b->plan)
        b->limits[b->n_limits] = *limit;
    b->n_limits++;
}

void ro_build_dropped(struct ro_builder *b, uint32_t index)
{
    if (b->plan)
        b->dropped[b->n_dropped] = index;
    b->n_dropped++;
}

void ro_build_number(struct ro_builder *b, int32_t number)
{
    if (b->plan)
        b->numbers[b->n_numbers] = number;
    b->n_numbers++;
}

static void build_node(struct ro_builder *b, struct rollout_node node)
{
    if (b->plan)
        b->nodes[b->n_nodes] = node;
    b->n_nodes++;
}

size_t ro_build_open(struct ro_builder *b, uint32_t kind, struct rollout_str key)
{
    build_node(b, (struct rollout_node){ .kind = kind, .size = 1, .key = key });
    return b->n_nodes - 1;
}

void ro_build_close(struct ro_builder *b, size_t open)
{
    if (b->plan)
        b->nodes[open].size = (uint32_t)(b->n_nodes - open);
}

void ro_build_integer(struct ro_builder *b, struct rollout_str key, int64_t value)
{
    build_node(b, (struct rollout_node){ .kind = ROLLOUT_NODE_INTEGER, .size = 1, .key = key, .integer = value });
}

void ro_build_string(struct ro_builder *b, struct rollout_str key, struct rollout_str text)
{
    if (!text.data)
        text = (struct rollout_str){ "", 0 };
    build_node(b, (struct rollout_node){ .kind = ROLLOUT_NODE_TEXT, .size = 1, .key = key, .text = text });
}

void ro_build_optional(struct ro_builder *b, struct rollout_str key, int64_t value)
{
    if (value != 0)
        ro_build_integer(b, key, value);
}

void ro_build_text_optional(struct ro_builder *b, struct rollout_str key, struct rollout_str text)
{
    if (text.len)
        ro_build_string(b, key, text);
}

void ro_build_condition_by(struct ro_builder *b, const struct rollout_condition *condition,
                           struct rollout_str update_key)
{
    const struct rollout_str none = { NULL, 0 };
    size_t open = ro_build_open(b, ROLLOUT_NODE_OBJECT, none);
    ro_build_string(b, RO_STR("type"), condition->type);
    ro_build_string(b, RO_STR("status"), condition->status);
    if (condition->last_update_ms)
        ro_build_string(b, update_key, ro_build_time(b, condition->last_update_ms));
    if (condition->last_transition_ms)
        ro_build_string(b, RO_STR("lastTransitionTime"), ro_build_time(b, condition->last_transition_ms));
    if (condition->reason.len)
        ro_build_string(b, RO_STR("reason"), condition->reason);
    if (condition->message.len)
        ro_build_string(b, RO_STR("message"), condition->message);
    ro_build_close(b, open);
}

void ro_build_condition(struct ro_builder *b, const struct rollout_condition *condition)
{
    ro_build_condition_by(b, condition, RO_STR("lastUpdateTime"));
}

void ro_build_conditions(struct ro_builder *b, const struct rollout_condition *conditions, size_t count)
{
    if (count == 0)
        return;
    size_t open = ro_build_open(b, ROLLOUT_NODE_ARRAY, RO_STR("conditions"));
    for (size_t i = 0; i < count; i++)
        ro_build_condition(b, &conditions[i]);
    ro_build_close(b, open);
}
