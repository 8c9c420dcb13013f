/* SPDX-License-Identifier: Apache-2.0 */
#include "planned.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct out {
    char *buf;
    size_t size, len;
};

static void put(struct out *out, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    int more = vsnprintf(out->buf + out->len, out->size - out->len, format, args);
    va_end(args);
    if (more < 0 || (size_t)more >= out->size - out->len)
        abort();
    out->len += (size_t)more;
}

static void put_str(struct out *out, struct rollout_str text)
{
    put(out, "%.*s", (int)text.len, text.len ? text.data : "");
}

/* ---- actions and verdicts ---- */

static void put_attr(struct out *out, const struct rollout_plan *plan, const struct rollout_attr *attr)
{
    static const char *const before[] = {
        [ROLLOUT_ATTR_NUMBER] = "#",
        [ROLLOUT_ATTR_COUNT] = "x",
        [ROLLOUT_ATTR_ID] = "id:",
        [ROLLOUT_ATTR_NEW_IDS] = "new:",
        [ROLLOUT_ATTR_TEMPLATE] = "of:",
        [ROLLOUT_ATTR_MARK_NOT_READY] = "mark:",
        [ROLLOUT_ATTR_GRACE_SECONDS] = "grace:",
        [ROLLOUT_ATTR_HOOK] = "hook:",
    };
    const char *prefix = attr->key < sizeof before / sizeof *before ? before[attr->key] : NULL;
    put(out, " %s", prefix ? prefix : "");
    if (attr->text == ROLLOUT_NONE)
        put(out, "%lld", (long long)attr->value);
    else
        put_str(out, plan->texts[attr->text]);
}

const char *planned_actions(const struct rollout_plan *plan, const struct rollout_snapshot *snapshot, char *buf,
                            size_t size)
{
    struct out out = { buf, size, 0 };
    put(&out, "%s", "");
    for (size_t i = 0; i < plan->action_count; i++) {
        const struct rollout_action *action = &plan->actions[i];
        put(&out, "%s%s", i ? "; " : "", rollout_op_name(action->op));
        if (action->subject_kind == ROLLOUT_SUBJECT_POD) {
            put(&out, " ");
            put_str(&out, snapshot->pods.items[action->subject].name);
        }
        for (uint32_t k = 0; k < action->attr_count; k++)
            put_attr(&out, plan, &plan->attrs[action->attr_first + k]);
    }
    return buf;
}

const char *planned_verdict(const struct rollout_plan *plan, const struct rollout_snapshot *snapshot,
                            uint32_t subject_kind, uint32_t subject, char *buf, size_t size)
{
    struct out out = { buf, size, 0 };
    put(&out, "%s", "");
    for (size_t i = 0; i < plan->verdict_count; i++) {
        const struct rollout_verdict *v = &plan->verdicts[i];
        char sentence[256];
        if (v->subject_kind != subject_kind || v->subject != subject)
            continue;
        rollout_verdict_text(plan, snapshot, i, sentence, sizeof sentence);
        put(&out, "%s%s%s %s: %s", v->op ? rollout_op_name(v->op) : "hold", v->wants ? "/" : "",
            v->wants ? rollout_op_name(v->wants) : "", rollout_reason_name(v->reason), sentence);
        return buf;
    }
    return buf;
}

struct rollout_str planned_attr(const struct rollout_plan *plan, const struct rollout_action *action, uint32_t key)
{
    for (uint32_t i = 0; i < action->attr_count; i++) {
        const struct rollout_attr *attr = &plan->attrs[action->attr_first + i];
        if (attr->key == key)
            return plan->texts[attr->text];
    }
    return (struct rollout_str){ NULL, 0 };
}

void planned_drop(char *text, const char *word)
{
    for (char *at; (at = strstr(text, word));)
        memmove(at, at + strlen(word), strlen(at + strlen(word)) + 1);
}

/* ---- the status ---- */

/* The member of the object at nodes, or NULL. */
static const struct rollout_node *member_of(const struct rollout_node *object, const char *member)
{
    size_t len = strlen(member);
    for (uint32_t i = 1; i < object->size; i += object[i].size)
        if (object[i].key.len == len && memcmp(object[i].key.data, member, len) == 0)
            return &object[i];
    return NULL;
}

int64_t planned_number(const struct rollout_plan *plan, const char *member)
{
    const struct rollout_node *node = member_of(plan->status.nodes, member);
    return node ? node->integer : 0;
}

static const char *text_of(const struct rollout_node *node, char *buf, size_t size)
{
    struct out out = { buf, size, 0 };
    put_str(&out, node ? node->text : (struct rollout_str){ NULL, 0 });
    return buf;
}

const char *planned_status_text(const struct rollout_plan *plan, const char *member, char *buf, size_t size)
{
    return text_of(member_of(plan->status.nodes, member), buf, size);
}

const char *planned_condition(const struct rollout_plan *plan, const char *type, const char *member, char *buf,
                              size_t size)
{
    const struct rollout_node *conditions = member_of(plan->status.nodes, "conditions");
    for (uint32_t i = 1; conditions && i < conditions->size; i += conditions[i].size)
        if (strcmp(text_of(member_of(&conditions[i], "type"), buf, size), type) == 0)
            return text_of(member_of(&conditions[i], member), buf, size);
    return text_of(NULL, buf, size);
}
