/* SPDX-License-Identifier: Apache-2.0 */
/* An action as a row of a table. */
#include "show.h"

#include <inttypes.h>

/* One attribute as words: "at web-2", "to Updating". */
static void add_attribute(struct text *out, const struct rollout_plan *plan, const struct rollout_attr *attr)
{
    struct rollout_str text = { "", 0 };
    if (attr->text != ROLLOUT_NONE)
        text = plan->texts[attr->text];
    int len = (int)text.len;
    switch (attr->key) {
    case ROLLOUT_ATTR_REVISION:
        text_addf(out, "at %.*s", len, text.data);
        break;
    case ROLLOUT_ATTR_NUMBER:
        text_addf(out, "number %" PRId64, attr->value);
        break;
    case ROLLOUT_ATTR_COUNT:
        text_addf(out, "%" PRId64 " %s", attr->value, attr->value == 1 ? "pod" : "pods");
        break;
    case ROLLOUT_ATTR_NEW_IDS:
        text_addf(out, "%" PRId64 " new %s", attr->value, attr->value == 1 ? "id" : "ids");
        break;
    case ROLLOUT_ATTR_MARK_NOT_READY:
        text_adds(out, attr->value ? "not ready first" : "stays ready");
        break;
    case ROLLOUT_ATTR_GRACE_SECONDS:
        text_addf(out, "grace %" PRId64 " s", attr->value);
        break;
    case ROLLOUT_ATTR_STATE:
        text_addf(out, "to %.*s", len, text.data);
        break;
    case ROLLOUT_ATTR_HOOK:
        text_adds(out, "with its hook");
        break;
    case ROLLOUT_ATTR_ORDINAL:
        text_addf(out, "ordinal %" PRId64, attr->value);
        break;
    case ROLLOUT_ATTR_REQUEST:
        text_addf(out, "to %.*s", len, text.data);
        break;
    case ROLLOUT_ATTR_FROM:
        text_addf(out, "from %" PRId64, attr->value);
        break;
    case ROLLOUT_ATTR_TO:
        text_addf(out, "to %" PRId64, attr->value);
        break;
    case ROLLOUT_ATTR_MIN_READY_SECONDS:
        text_addf(out, "%" PRId64 " s", attr->value);
        break;
    case ROLLOUT_ATTR_ANNOTATION:
        text_addf(out, "%s%.*s", attr->value ? "" : "without ", len, text.data);
        break;
    case ROLLOUT_ATTR_VALUE:
        text_adds(out, "= ");
        text_add_plain(out, text);
        break;
    case ROLLOUT_ATTR_REPLICAS:
        text_addf(out, "%" PRId64 " %s", attr->value, attr->value == 1 ? "replica" : "replicas");
        break;
    case ROLLOUT_ATTR_PARTITION:
        text_addf(out, "partition %" PRId64, attr->value);
        break;
    case ROLLOUT_ATTR_MAX_UNAVAILABLE:
        text_addf(out, "maxUnavailable %" PRId64, attr->value);
        break;
    case ROLLOUT_ATTR_SUBSET:
        text_addf(out, "of subset %.*s", len, text.data);
        break;
    case ROLLOUT_ATTR_RESERVED:
        text_adds(out, str_is(text, "true") ? "reserved" : "not reserved");
        break;
    case ROLLOUT_ATTR_TEMPLATE:
        text_addf(out, "from template %.*s", len, text.data);
        break;
    default:
        text_add(out, text.data, text.len);
        break;
    }
}

/* "takes ids a, b", "owners a, b": of those of the first one's key. Returns how many. */
static uint32_t add_list(struct text *out, const struct rollout_plan *plan, const struct rollout_attr *attrs,
                         uint32_t count)
{
    uint32_t n = 1;
    while (n < count && attrs[n].key == attrs[0].key)
        n++;
    text_addf(out, "%s%s ", attrs[0].key == ROLLOUT_ATTR_ID ? "takes id" : "owner", n == 1 ? "" : "s");
    for (uint32_t i = 0; i < n; i++) {
        text_adds(out, i ? ", " : "");
        if (attrs[i].text != ROLLOUT_NONE)
            text_add(out, plan->texts[attrs[i].text].data, plan->texts[attrs[i].text].len);
    }
    return n;
}

static bool is_list(uint32_t key)
{
    return key == ROLLOUT_ATTR_ID || key == ROLLOUT_ATTR_OWNER;
}

/* The subject's name; of a claim that is not there yet the one that it gets. */
static void add_subject(struct text *out, const struct rollout_world *world, const struct rollout_plan *plan,
                        const struct rollout_action *action)
{
    if (action->subject_kind != ROLLOUT_SUBJECT_MISSING && action->subject_kind != ROLLOUT_SUBJECT_WORKLOAD)
        show_subject(out, world, action->subject_kind, action->subject);
    for (uint32_t i = 0; i < action->attr_count && !out->len; i++) {
        const struct rollout_attr *attr = &plan->attrs[action->attr_first + i];
        if (attr->key == ROLLOUT_ATTR_CLAIM && attr->text != ROLLOUT_NONE)
            text_add_plain(out, plan->texts[attr->text]);
    }
}

/* It only repeats the subject's name, which stands before. */
static bool is_said(const struct rollout_plan *plan, const struct rollout_attr *attr, const struct text *name)
{
    if (attr->key != ROLLOUT_ATTR_CLAIM && attr->key != ROLLOUT_ATTR_NAME && attr->key != ROLLOUT_ATTR_NODE &&
        attr->key != ROLLOUT_ATTR_POD && attr->key != ROLLOUT_ATTR_SUBSET && attr->key != ROLLOUT_ATTR_CHILD)
        return false;
    return attr->text != ROLLOUT_NONE && name->data &&
           str_equal(plan->texts[attr->text], (struct rollout_str){ name->data, name->len });
}

static void add_words(struct text *out, const struct rollout_world *world, const struct rollout_plan *plan,
                      const struct rollout_action *action, const struct text *name)
{
    const struct rollout_attr *attrs = &plan->attrs[action->attr_first];
    bool owners = action->op != ROLLOUT_OP_SET_CLAIM_OWNER || !world->workload->statefulset;
    if (world->workload->daemonset && action->subject_kind == ROLLOUT_SUBJECT_POD) {
        text_adds(out, "on ");
        text_add_plain(out, show_node_of(world, action->subject));
    }
    for (uint32_t i = 0; i < action->attr_count;) {
        uint32_t taken = 1;
        owners |= attrs[i].key == ROLLOUT_ATTR_OWNER;
        if (!is_said(plan, &attrs[i], name)) {
            text_adds(out, !out->len ? "" : attrs[i].key == ROLLOUT_ATTR_VALUE && out->len ? " " : ", ");
            if (is_list(attrs[i].key))
                taken = add_list(out, plan, &attrs[i], action->attr_count - i);
            else if (attrs[i].key == ROLLOUT_ATTR_STATE && action->op == ROLLOUT_OP_CREATE)
                text_addf(out, "state %.*s", (int)plan->texts[attrs[i].text].len, plan->texts[attrs[i].text].data);
            else
                add_attribute(out, plan, &attrs[i]);
        }
        i += taken;
    }
    if (!owners)
        text_adds(out, out->len ? ", no owner" : "no owner");
}

void show_action(struct table *table, const struct rollout_world *world, const struct rollout_plan *plan, size_t action)
{
    const struct rollout_action *it = &plan->actions[action];
    const char *op = rollout_op_name(it->op), *reason = rollout_reason_name(it->reason);
    struct text name = { 0 }, words = { 0 };
    table_number(table, (long long)action + 1);
    table_string(table, op ? op : "?");
    add_subject(&name, world, plan, it);
    add_words(&words, world, plan, it, &name);
    table_text(table, &name);
    table_text(table, &words);
    table_string(table, reason ? reason : "");
    table_end_row(table);
    text_free(&name);
    text_free(&words);
}
