/* SPDX-License-Identifier: Apache-2.0 */
#include "edit.h"

#include <rollout/json.h>

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "answers.h"
#include "span.h"

bool edit_refuse(struct rollout_error *reterr, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    reterr->code = ROLLOUT_ERR_INVALID;
    vsnprintf(reterr->message, sizeof reterr->message, format, args);
    va_end(args);
    return false;
}

bool edit_nomem(struct rollout_error *reterr)
{
    return answer_nomem(reterr) == ROLLOUT_OK;
}

/* ---- one place ---- */

enum { STEP_END, STEP_KEY, STEP_INDEX, STEP_BAD };

struct step {
    int kind;
    struct rollout_str key;
    size_t index;
};

static struct rollout_str skip(struct rollout_str string, size_t n)
{
    return (struct rollout_str){ string.data + n, string.len - n };
}

/* "[3]" or "[\"key\"]" at the start of the path. */
static struct step next_bracket(struct rollout_str *path)
{
    struct rollout_str inside, rest;
    uint64_t index;
    bool quoted = path->len > 1 && path->data[1] == '"';
    size_t end = quoted ? 2 : 1;
    while (end < path->len && path->data[end] != (quoted ? '"' : ']'))
        end++;
    inside = (struct rollout_str){ path->data + (quoted ? 2 : 1), end - (quoted ? 2 : 1) };
    end += quoted;
    if (end >= path->len || path->data[end] != ']')
        return (struct step){ .kind = STEP_BAD };
    rest = skip(*path, end + 1);
    if (quoted) {
        *path = rest;
        return (struct step){ .kind = STEP_KEY, .key = inside };
    }
    if (!count_read(inside, 1000000, &index))
        return (struct step){ .kind = STEP_BAD };
    *path = rest;
    return (struct step){ .kind = STEP_INDEX, .index = (size_t)index };
}

static struct step next_step(struct rollout_str *path, bool first)
{
    if (path->len == 0)
        return (struct step){ .kind = first ? STEP_BAD : STEP_END };
    if (path->data[0] == '[')
        return next_bracket(path);
    if (!first && path->data[0] != '.')
        return (struct step){ .kind = STEP_BAD };
    if (!first)
        *path = skip(*path, 1);
    size_t len = 0;
    while (len < path->len && path->data[len] != '.' && path->data[len] != '[')
        len++;
    struct step step = { .kind = len ? STEP_KEY : STEP_BAD, .key = { path->data, len } };
    *path = skip(*path, len);
    return step;
}

struct edit {
    struct rollout_str path; /* all of it, for what is said of it */
    const struct rollout_str *value;
    struct text *out;
    struct rollout_error *reterr;
};

static bool write_at(const struct edit *edit, const struct rollout_node *node, struct rollout_str path, bool first);

/* Whether the member or element drops out. */
static bool drops(const struct edit *edit, struct rollout_str rest)
{
    return !edit->value && rest.len == 0;
}

static bool write_object(const struct edit *edit, const struct rollout_node *node, struct rollout_str key,
                         struct rollout_str rest)
{
    bool done = drops(edit, rest), any = false;
    text_adds(edit->out, "{");
    for (const struct rollout_node *child = node ? node_next(node, NULL) : NULL; child;
         child = node_next(node, child)) {
        bool here = str_equal(child->key, key);
        if (here && drops(edit, rest))
            continue;
        text_adds(edit->out, any ? "," : "");
        text_add_quoted(edit->out, child->key);
        text_adds(edit->out, ":");
        any = true;
        if (!here) {
            text_add_node(edit->out, child);
        } else {
            done = true;
            if (!write_at(edit, child, rest, false))
                return false;
        }
    }
    if (!done && edit->value) {
        text_adds(edit->out, any ? "," : "");
        text_add_quoted(edit->out, key);
        text_adds(edit->out, ":");
        if (!write_at(edit, NULL, rest, false))
            return false;
    }
    text_adds(edit->out, "}");
    return true;
}

static bool write_array(const struct edit *edit, const struct rollout_node *node, size_t index, struct rollout_str rest)
{
    size_t i = 0;
    bool any = false;
    text_adds(edit->out, "[");
    for (const struct rollout_node *child = node ? node_next(node, NULL) : NULL; child;
         child = node_next(node, child), i++) {
        if (i == index && drops(edit, rest))
            continue;
        text_adds(edit->out, any ? "," : "");
        any = true;
        if (i != index)
            text_add_node(edit->out, child);
        else if (!write_at(edit, child, rest, false))
            return false;
    }
    if (i < index)
        return edit_refuse(edit->reterr, "%.*s: there are no more than %zu elements", (int)edit->path.len,
                           edit->path.data, i);
    if (i == index && edit->value) {
        text_adds(edit->out, any ? "," : "");
        if (!write_at(edit, NULL, rest, false))
            return false;
    }
    text_adds(edit->out, "]");
    return true;
}

/* The node, which may be missing, with what stands at the rest of the path changed. */
static bool write_at(const struct edit *edit, const struct rollout_node *node, struct rollout_str path, bool first)
{
    struct step step = next_step(&path, first);
    uint32_t wanted = step.kind == STEP_KEY ? ROLLOUT_NODE_OBJECT : ROLLOUT_NODE_ARRAY;
    if (step.kind == STEP_BAD)
        return edit_refuse(edit->reterr, "%.*s: is no path", (int)edit->path.len, edit->path.data);
    if (step.kind == STEP_END) {
        text_add(edit->out, edit->value ? edit->value->data : "null", edit->value ? edit->value->len : 4);
        return true;
    }
    if (node && node->kind == ROLLOUT_NODE_NULL)
        node = NULL;
    if (node && node->kind != wanted)
        return edit_refuse(edit->reterr, "%.*s: leads through something that is no %s", (int)edit->path.len,
                           edit->path.data, step.kind == STEP_KEY ? "object" : "list");
    return step.kind == STEP_KEY ? write_object(edit, node, step.key, path) : write_array(edit, node, step.index, path);
}

void edited_free(struct edited *edited)
{
    rollout_json_free(edited->json);
    *edited = (struct edited){ 0 };
}

static bool edit_at(struct edited *edited, struct rollout_str path, const struct rollout_str *value,
                    struct rollout_error *reterr)
{
    struct text text = { 0 };
    struct edit edit = { .path = path, .value = value, .out = &text, .reterr = reterr };
    struct rollout_json *json = NULL;
    bool done = write_at(&edit, edited->root, path, true);
    if (done && text.failed)
        done = edit_nomem(reterr);
    done = done && rollout_json_parse(text.data, text.len, &json, reterr) == ROLLOUT_OK;
    text_free(&text);
    if (done) {
        rollout_json_free(edited->json);
        *edited = (struct edited){ rollout_json_tree(json)->nodes, json };
    }
    return done;
}

bool edit_set(struct edited *edited, struct rollout_str path, struct rollout_str value, struct rollout_error *reterr)
{
    return edit_at(edited, path, &value, reterr);
}

bool edit_put(struct edited *edited, const char *path, const struct rollout_node *value, struct rollout_error *reterr)
{
    struct text text = { 0 };
    if (!value)
        return edit_at(edited, str_of(path), NULL, reterr);
    text_add_node(&text, value);
    bool done = text.failed ? edit_nomem(reterr)
                            : edit_set(edited, str_of(path), (struct rollout_str){ text.data, text.len }, reterr);
    text_free(&text);
    return done;
}

/* ---- fields that have a word ---- */

enum {
    IN_CLONESET = 1,
    IN_ALPHA_CLONESET = 2,
    IN_STATEFULSET = 4,
    IN_DAEMONSET = 8,
    NATIVE_STATEFULSET = 16,
    NATIVE_DAEMONSET = 32,
    IN_DEPLOYMENT = 64,
    IN_REPLICASET = 128,
    IN_UNITED = 256
};

#define IN_ROLLING "spec.updateStrategy.rollingUpdate."

/* Where each kind has them. */
static const struct {
    const char *name;
    const char *path;
    int kinds;
} fields[] = {
    { "replicas", "spec.replicas",
      IN_CLONESET | IN_ALPHA_CLONESET | IN_STATEFULSET | NATIVE_STATEFULSET | IN_DEPLOYMENT | IN_REPLICASET | IN_UNITED },
    { "paused", "spec.paused", IN_DEPLOYMENT },
    { "maxUnavailable", "spec.strategy.rollingUpdate.maxUnavailable", IN_DEPLOYMENT },
    { "maxSurge", "spec.strategy.rollingUpdate.maxSurge", IN_DEPLOYMENT },
    { "partition", IN_ROLLING "partition", IN_CLONESET | IN_STATEFULSET | IN_DAEMONSET | NATIVE_STATEFULSET },
    { "partition", "spec.updateStrategy.partition", IN_ALPHA_CLONESET },
    { "paused", IN_ROLLING "paused", IN_CLONESET | IN_STATEFULSET | IN_DAEMONSET },
    { "paused", "spec.updateStrategy.paused", IN_ALPHA_CLONESET },
    { "maxUnavailable", IN_ROLLING "maxUnavailable",
      IN_CLONESET | IN_STATEFULSET | IN_DAEMONSET | NATIVE_STATEFULSET | NATIVE_DAEMONSET },
    { "maxUnavailable", "spec.updateStrategy.maxUnavailable", IN_ALPHA_CLONESET },
    { "maxSurge", IN_ROLLING "maxSurge", IN_CLONESET | IN_DAEMONSET | NATIVE_DAEMONSET },
    { "maxSurge", "spec.updateStrategy.maxSurge", IN_ALPHA_CLONESET },
};

static int kind_of_tree(const struct rollout_node *root)
{
    const struct rollout_node *kind = node_get(root, "kind"), *version = node_get(root, "apiVersion");
    bool native = version && str_is(version->text, "apps/v1");
    if (kind && str_is(kind->text, "CloneSet"))
        return version && str_is(version->text, "apps.kruise.io/v1alpha1") ? IN_ALPHA_CLONESET : IN_CLONESET;
    if (kind && str_is(kind->text, "StatefulSet"))
        return native ? NATIVE_STATEFULSET : IN_STATEFULSET;
    if (kind && str_is(kind->text, "Deployment"))
        return IN_DEPLOYMENT;
    if (kind && str_is(kind->text, "ReplicaSet"))
        return IN_REPLICASET;
    if (kind && str_is(kind->text, "UnitedDeployment"))
        return IN_UNITED;
    return native ? NATIVE_DAEMONSET : IN_DAEMONSET;
}

static const char *path_of(const struct rollout_node *root, struct rollout_str name, bool *ret_known)
{
    int is = kind_of_tree(root);
    *ret_known = false;
    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++) {
        if (!str_is(name, fields[i].name))
            continue;
        *ret_known = true;
        if (fields[i].kinds & is)
            return fields[i].path;
    }
    return NULL;
}

/* The containers of the template, a UnitedDeployment's of its children's, and the path of what holds that. */
static const struct rollout_node *containers_of(const struct rollout_node *root, struct text *path)
{
    const struct rollout_node *template = node_get(node_get(root, "spec"), "template"), *child = NULL;
    static const char *const keys[] = { "statefulSetTemplate", "advancedStatefulSetTemplate", "cloneSetTemplate",
                                        "deploymentTemplate" };
    text_adds(path, "spec.template");
    for (size_t i = 0; !child && kind_of_tree(root) == IN_UNITED && i < sizeof keys / sizeof keys[0]; i++) {
        child = node_get(template, keys[i]);
        if (child)
            text_addf(path, ".%s.spec.template", keys[i]);
    }
    if (child)
        template = node_get(node_get(child, "spec"), "template");
    const struct rollout_node *containers = node_get(node_get(template, "spec"), "containers");
    return containers && containers->kind == ROLLOUT_NODE_ARRAY ? containers : NULL;
}

/* Which container: its path in ret. name absent: the only one. */
static bool image_path(const struct rollout_node *root, struct rollout_str name, struct text *ret,
                       struct rollout_error *reterr)
{
    const struct rollout_node *containers = containers_of(root, ret);
    size_t count = 0, found = SIZE_MAX;
    for (const struct rollout_node *c = node_next(containers, NULL); c; c = node_next(containers, c), count++) {
        const struct rollout_node *its_name = node_get(c, "name");
        if (!name.data || (its_name && str_equal(its_name->text, name)))
            found = count;
    }
    if (!name.data && count != 1)
        return edit_refuse(reterr, "image: of which of the %zu containers? image[CONTAINER]=IMAGE", count);
    if (found == SIZE_MAX)
        return edit_refuse(reterr, "image[%.*s]: there is no such container", (int)name.len, name.data);
    text_addf(ret, ".spec.containers[%zu].image", found);
    return true;
}

/* The path of a field in ret. */
static bool find_path(const struct rollout_node *root, struct rollout_str field, struct text *ret,
                      struct rollout_error *reterr)
{
    bool known;
    const char *path = path_of(root, field, &known);
    if (path) {
        text_adds(ret, path);
        return true;
    }
    if (known)
        return edit_refuse(reterr, "%.*s: this kind has no such field", (int)field.len, field.data);
    if (str_is(field, "image"))
        return image_path(root, (struct rollout_str){ NULL, 0 }, ret, reterr);
    if (field.len > 7 && memcmp(field.data, "image[", 6) == 0 && field.data[field.len - 1] == ']')
        return image_path(root, (struct rollout_str){ field.data + 6, field.len - 7 }, ret, reterr);
    if (!memchr(field.data, '.', field.len))
        return edit_refuse(reterr, "%.*s: unknown field; others are paths such as spec.minReadySeconds", (int)field.len,
                           field.data);
    text_add(ret, field.data, field.len);
    return true;
}

/* A number, true, false, null and what is JSON otherwise as it stands, all else as text, and so an image. */
static bool add_value(struct text *out, struct rollout_str field, struct rollout_str value,
                      struct rollout_error *reterr)
{
    struct rollout_json *json = NULL;
    bool image = field.len >= 5 && memcmp(field.data, "image", 5) == 0 && !memchr(field.data, '.', field.len);
    int rc = image || value.len == 0 ? ROLLOUT_ERR_SYNTAX : rollout_json_parse(value.data, value.len, &json, NULL);
    if (rc == ROLLOUT_OK)
        text_add(out, value.data, value.len);
    else
        text_add_quoted(out, value);
    rollout_json_free(json);
    return (rc != ROLLOUT_ERR_NOMEM && !out->failed) || edit_nomem(reterr);
}

/* The length of the first "FIELD=VALUE": up to a comma that is in no brackets and no quotes. */
static size_t first_field(struct rollout_str list)
{
    int depth = 0;
    bool quoted = false;
    for (size_t i = 0; i < list.len; i++) {
        char c = list.data[i];
        if (quoted && c == '\\')
            i++;
        else if (c == '"')
            quoted = !quoted;
        else if (!quoted && (c == '{' || c == '['))
            depth++;
        else if (!quoted && (c == '}' || c == ']'))
            depth--;
        else if (c == ',' && !quoted && depth <= 0)
            return i;
    }
    return list.len;
}

/* The place of "=" outside of brackets. */
static bool cut_field(struct rollout_str item, struct rollout_str *ret_field, struct rollout_str *ret_value)
{
    bool inside = false;
    for (size_t i = 0; i < item.len; i++) {
        if (item.data[i] == '[' || item.data[i] == ']')
            inside = item.data[i] == '[';
        if (item.data[i] != '=' || inside)
            continue;
        *ret_field = (struct rollout_str){ item.data, i };
        *ret_value = skip(item, i + 1);
        return i > 0;
    }
    return false;
}

static bool edit_field(struct edited *edited, struct rollout_str item, struct rollout_error *reterr)
{
    struct rollout_str field = { NULL, 0 }, value = field;
    struct text path = { 0 }, json = { 0 };
    bool done =
        cut_field(item, &field, &value) || edit_refuse(reterr, "%.*s is not FIELD=VALUE", (int)item.len, item.data);
    done = done && find_path(edited->root, field, &path, reterr) && add_value(&json, field, value, reterr);
    if (done && path.failed)
        done = edit_nomem(reterr);
    done = done && edit_set(edited, (struct rollout_str){ path.data, path.len },
                            (struct rollout_str){ json.data, json.len }, reterr);
    text_free(&path);
    text_free(&json);
    return done;
}

bool edit_fields(struct edited *edited, struct rollout_str list, struct rollout_error *reterr)
{
    bool done = list.len > 0 || edit_refuse(reterr, "no FIELD=VALUE");
    while (done && list.len > 0) {
        size_t len = first_field(list);
        done = edit_field(edited, (struct rollout_str){ list.data, len }, reterr);
        list = skip(list, len < list.len ? len + 1 : len);
    }
    return done;
}
