/* SPDX-License-Identifier: Apache-2.0 */
#include "objects/container_hash.h"

#include "base/hash.h"
#include "base/tree.h"
#include "rules/template.h"

static void add(struct ro_json_hash *hash, const char *text)
{
    ro_json_hash_add(hash, text, strlen(text));
}

/* A JSON string, in pieces of bounded size. A piece ends where no UTF-8 sequence goes on. */
static void add_string(struct ro_json_hash *hash, struct rollout_str text)
{
    enum { PIECE = 64 };
    char buf[PIECE * 6 + 3]; /* \u00XX for each byte, two quotes, NUL */

    add(hash, "\"");
    for (size_t at = 0, len; at < text.len; at += len) {
        len = text.len - at < PIECE ? text.len - at : PIECE;
        for (size_t back = 0; back < 3 && at + len < text.len && ((unsigned char)text.data[at + len] & 0xc0) == 0x80;
             back++)
            len--;
        size_t n = ro_string_write((struct rollout_str){ text.data + at, len }, buf, sizeof buf);
        ro_json_hash_add(hash, buf + 1, n - 2);
    }
    add(hash, "\"");
}

static void add_scalar(struct ro_json_hash *hash, const struct rollout_node *n)
{
    char buf[32];

    if (n->kind == ROLLOUT_NODE_TEXT)
        add_string(hash, n->text);
    else if (n->kind == ROLLOUT_NODE_REAL)
        ro_json_hash_add(hash, n->text.data, n->text.len);
    else
        ro_json_hash_add(hash, buf, ro_tree_write(n, buf, sizeof buf));
}

uint32_t ro_container_hash(const struct rollout_node *container)
{
    struct ro_json_hash hash = RO_JSON_HASH;

    add(&hash, "{\"image\":");
    add_string(&hash, ro_text(ro_get(container, "image")));
    add(&hash, ",\"name\":");
    add_string(&hash, ro_text(ro_get(container, "name")));
    add(&hash, "}");
    return ro_json_hash_end(&hash);
}

/* A member of a Go type: its own type's members if it is a struct or a list of them, else NULL. */
struct field {
    const char *name;
    const struct field *type;
};

#define END                                                                                                            \
    {                                                                                                                  \
        NULL, NULL                                                                                                     \
    }

static const struct field port_fields[] = { { "name", NULL },     { "hostPort", NULL }, { "containerPort", NULL },
                                            { "protocol", NULL }, { "hostIP", NULL },   END };
static const struct field reference_fields[] = { { "name", NULL }, { "optional", NULL }, END };
static const struct field env_from_fields[] = {
    { "prefix", NULL }, { "configMapRef", reference_fields }, { "secretRef", reference_fields }, END
};
static const struct field field_ref_fields[] = { { "apiVersion", NULL }, { "fieldPath", NULL }, END };
static const struct field resource_ref_fields[] = {
    { "containerName", NULL }, { "resource", NULL }, { "divisor", NULL }, END
};
static const struct field key_ref_fields[] = { { "name", NULL }, { "key", NULL }, { "optional", NULL }, END };
static const struct field value_from_fields[] = { { "fieldRef", field_ref_fields },
                                                  { "resourceFieldRef", resource_ref_fields },
                                                  { "configMapKeyRef", key_ref_fields },
                                                  { "secretKeyRef", key_ref_fields },
                                                  END };
static const struct field env_fields[] = {
    { "name", NULL }, { "value", NULL }, { "valueFrom", value_from_fields }, END
};
static const struct field claim_fields[] = { { "name", NULL }, { "request", NULL }, END };
static const struct field resource_fields[] = {
    { "limits", NULL }, { "requests", NULL }, { "claims", claim_fields }, END
};
static const struct field resize_fields[] = { { "resourceName", NULL }, { "restartPolicy", NULL }, END };
static const struct field mount_fields[] = {
    { "name", NULL },    { "readOnly", NULL },         { "recursiveReadOnly", NULL }, { "mountPath", NULL },
    { "subPath", NULL }, { "mountPropagation", NULL }, { "subPathExpr", NULL },       END
};
static const struct field device_fields[] = { { "name", NULL }, { "devicePath", NULL }, END };
static const struct field exec_fields[] = { { "command", NULL }, END };
static const struct field header_fields[] = { { "name", NULL }, { "value", NULL }, END };
static const struct field http_fields[] = {
    { "path", NULL }, { "port", NULL }, { "host", NULL }, { "scheme", NULL }, { "httpHeaders", header_fields }, END
};
static const struct field tcp_fields[] = { { "port", NULL }, { "host", NULL }, END };
static const struct field grpc_fields[] = { { "port", NULL }, { "service", NULL }, END };
static const struct field probe_fields[] = { { "exec", exec_fields },
                                             { "httpGet", http_fields },
                                             { "tcpSocket", tcp_fields },
                                             { "grpc", grpc_fields },
                                             { "initialDelaySeconds", NULL },
                                             { "timeoutSeconds", NULL },
                                             { "periodSeconds", NULL },
                                             { "successThreshold", NULL },
                                             { "failureThreshold", NULL },
                                             { "terminationGracePeriodSeconds", NULL },
                                             END };
static const struct field sleep_fields[] = { { "seconds", NULL }, END };
static const struct field handler_fields[] = {
    { "exec", exec_fields }, { "httpGet", http_fields }, { "tcpSocket", tcp_fields }, { "sleep", sleep_fields }, END
};
static const struct field lifecycle_fields[] = { { "postStart", handler_fields }, { "preStop", handler_fields }, END };
static const struct field capability_fields[] = { { "add", NULL }, { "drop", NULL }, END };
static const struct field selinux_fields[] = {
    { "user", NULL }, { "role", NULL }, { "type", NULL }, { "level", NULL }, END
};
static const struct field windows_fields[] = { { "gmsaCredentialSpecName", NULL },
                                               { "gmsaCredentialSpec", NULL },
                                               { "runAsUserName", NULL },
                                               { "hostProcess", NULL },
                                               END };
static const struct field profile_fields[] = { { "type", NULL }, { "localhostProfile", NULL }, END };
static const struct field security_fields[] = { { "capabilities", capability_fields },
                                                { "privileged", NULL },
                                                { "seLinuxOptions", selinux_fields },
                                                { "windowsOptions", windows_fields },
                                                { "runAsUser", NULL },
                                                { "runAsGroup", NULL },
                                                { "runAsNonRoot", NULL },
                                                { "readOnlyRootFilesystem", NULL },
                                                { "allowPrivilegeEscalation", NULL },
                                                { "procMount", NULL },
                                                { "seccompProfile", profile_fields },
                                                { "appArmorProfile", profile_fields },
                                                END };
static const struct field container_fields[] = { { "name", NULL },
                                                 { "image", NULL },
                                                 { "command", NULL },
                                                 { "args", NULL },
                                                 { "workingDir", NULL },
                                                 { "ports", port_fields },
                                                 { "envFrom", env_from_fields },
                                                 { "env", env_fields },
                                                 { "resources", resource_fields },
                                                 { "resizePolicy", resize_fields },
                                                 { "restartPolicy", NULL },
                                                 { "volumeMounts", mount_fields },
                                                 { "volumeDevices", device_fields },
                                                 { "livenessProbe", probe_fields },
                                                 { "readinessProbe", probe_fields },
                                                 { "startupProbe", probe_fields },
                                                 { "lifecycle", lifecycle_fields },
                                                 { "terminationMessagePath", NULL },
                                                 { "terminationMessagePolicy", NULL },
                                                 { "imagePullPolicy", NULL },
                                                 { "securityContext", security_fields },
                                                 { "stdin", NULL },
                                                 { "stdinOnce", NULL },
                                                 { "tty", NULL },
                                                 END };

/* A Go map: by key. Lists of resources are short, so the next key is looked for each time. */
static void add_map(struct ro_json_hash *hash, const struct rollout_node *n)
{
    const struct rollout_node *last = NULL;

    add(hash, "{");
    for (;;) {
        const struct rollout_node *next = NULL;
        for (const struct rollout_node *c = ro_first(n); c != ro_end(n); c = ro_next(c))
            if ((!last || ro_str_cmp(c->key, last->key) > 0) && (!next || ro_str_cmp(c->key, next->key) <= 0))
                next = c; /* of a key that stands twice, the last one */
        if (!next)
            break;
        if (last)
            add(hash, ",");
        add_string(hash, next->key);
        add(hash, ":");
        add_scalar(hash, next);
        last = next;
    }
    add(hash, "}");
}

static void add_value(struct ro_json_hash *hash, const struct rollout_node *n, const struct field *type)
{
    bool more = false;

    if (n->kind == ROLLOUT_NODE_ARRAY) {
        add(hash, "[");
        for (const struct rollout_node *c = ro_first(n); c != ro_end(n); c = ro_next(c)) {
            if (c != ro_first(n))
                add(hash, ",");
            add_value(hash, c, type);
        }
        add(hash, "]");
        return;
    }
    if (n->kind != ROLLOUT_NODE_OBJECT) {
        add_scalar(hash, n);
        return;
    }
    if (!type) {
        add_map(hash, n);
        return;
    }
    add(hash, "{");
    for (const struct field *f = type; f->name; f++) {
        const struct rollout_node *c = ro_get(n, f->name);
        bool always = f->type == resource_fields; /* a Go struct is never left out */
        if (!always && (!c || (c->kind == ROLLOUT_NODE_ARRAY && c->size == 1)))
            continue;
        add(hash, more ? ",\"" : "\"");
        add(hash, f->name);
        add(hash, "\":");
        if (c)
            add_value(hash, c, f->type);
        else
            add(hash, "{}");
        more = true;
    }
    add(hash, "}");
}

uint32_t ro_container_hash_old(const struct rollout_node *container)
{
    struct ro_json_hash hash = RO_JSON_HASH;

    add_value(&hash, container, container_fields);
    return ro_json_hash_end(&hash);
}

uint32_t ro_container_env_hash(const struct rollout_node *container, const struct rollout_node *pod)
{
    const struct rollout_node *env = ro_get(container, "env"), *metadata = ro_get(pod, "metadata"), *last = NULL;
    struct ro_json_hash hash = RO_JSON_HASH;
    struct ro_env_source source;

    /* By name, equal names in their order: each round takes the next one behind the last one. */
    while (ro_is(env, ROLLOUT_NODE_ARRAY)) {
        const struct rollout_node *next = NULL;
        for (const struct rollout_node *e = ro_first(env); e != ro_end(env); e = ro_next(e)) {
            if (!ro_env_source(e, &source))
                continue;
            int after = last ? ro_str_cmp(ro_text(ro_get(e, "name")), ro_text(ro_get(last, "name"))) : 1;
            if (after < 0 || (after == 0 && e <= last))
                continue;
            if (!next || ro_str_cmp(ro_text(ro_get(e, "name")), ro_text(ro_get(next, "name"))) < 0)
                next = e;
        }
        if (!next)
            break;
        ro_env_source(next, &source);
        struct rollout_str value =
            ro_text(ro_get_str(ro_get(metadata, source.annotation ? "annotations" : "labels"), source.key));
        add(&hash, last ? ",{\"name\":" : "[{\"name\":");
        add_string(&hash, ro_text(ro_get(next, "name")));
        if (value.len > 0) {
            add(&hash, ",\"value\":");
            add_string(&hash, value);
        }
        add(&hash, "}");
        last = next;
    }
    add(&hash, last ? "]" : "null");
    return ro_json_hash_end(&hash);
}
