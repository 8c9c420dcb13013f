/* SPDX-License-Identifier: Apache-2.0 */
#include "objects/container_json.h"

#include "base/tree.h"

static void put(const struct ro_sink *sink, const char *bytes, size_t len)
{
    sink->add(sink->context, bytes, len);
}

void ro_sink_text(const struct ro_sink *sink, const char *text)
{
    put(sink, text, strlen(text));
}

/* A JSON string, in pieces of bounded size. A piece ends where no UTF-8 sequence goes on. */
void ro_sink_string(const struct ro_sink *sink, struct rollout_str text)
{
    enum { PIECE = 64 };
    char buf[PIECE * 6 + 3]; /* \u00XX for each byte, two quotes, NUL */

    ro_sink_text(sink, "\"");
    for (size_t at = 0, len; at < text.len; at += len) {
        len = text.len - at < PIECE ? text.len - at : PIECE;
        for (size_t back = 0; back < 3 && at + len < text.len && ((unsigned char)text.data[at + len] & 0xc0) == 0x80;
             back++)
            len--;
        size_t n = ro_string_write((struct rollout_str){ text.data + at, len }, buf, sizeof buf);
        put(sink, buf + 1, n - 2);
    }
    ro_sink_text(sink, "\"");
}

static void add_scalar(const struct ro_sink *sink, const struct rollout_node *n)
{
    char buf[32];

    if (n->kind == ROLLOUT_NODE_TEXT)
        ro_sink_string(sink, n->text);
    else if (n->kind == ROLLOUT_NODE_REAL)
        put(sink, n->text.data, n->text.len);
    else
        put(sink, buf, ro_tree_write(n, buf, sizeof buf));
}

/* A member of a Go type: its own type's members if it is a struct or a list of them, else NULL. An inlined one
 * stands for all its members. */
struct field {
    const char *name;
    const struct field *type;
};

#define INLINED ""
#define END     { NULL, NULL }

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
static const struct field rest_fields[] = {

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
    END
};

static const struct field container_fields[] = { { "name", NULL }, { "image", NULL }, { INLINED, rest_fields }, END };

/* What a SidecarSet adds to a container. */
static const struct field strategy_fields[] = { { "upgradeType", NULL }, { "hotUpgradeEmptyImage", NULL }, END };
static const struct field share_fields[] = { { "type", NULL }, END };
static const struct field share_device_fields[] = { { "type", NULL }, END }; /* of a pointer, which may be left out */
static const struct field source_fields[] = { { "fieldRef", field_ref_fields }, END };
static const struct field transfer_fields[] = { { "sourceContainerName", NULL },
                                                { "sourceContainerNameFrom", source_fields },
                                                { "envName", NULL },
                                                { "envNames", NULL },
                                                END };
static const struct field expression_fields[] = { { "cpu", NULL }, { "memory", NULL }, END };
static const struct field expressions_fields[] = { { "limits", expression_fields },
                                                   { "requests", expression_fields },
                                                   END };
static const struct field policy_fields[] = { { "targetContainersMode", NULL },
                                              { "targetContainersNameRegex", NULL },
                                              { "resourcesExpr", expressions_fields },
                                              END };
static const struct field sidecar_fields[] = { { "podInjectPolicy", NULL },
                                               { "upgradeStrategy", strategy_fields },
                                               { "shareVolumePolicy", share_fields },
                                               { "shareVolumeDevicePolicy", share_device_fields },
                                               { "transferEnv", transfer_fields },
                                               { "resourcesPolicy", policy_fields },
                                               END };
static const struct field with_image[] = { { INLINED, container_fields }, { INLINED, sidecar_fields }, END };
static const struct field without_image[] = {
    { "name", NULL }, { INLINED, rest_fields }, { INLINED, sidecar_fields }, END
};

/* A Go struct that is no pointer is never left out. */
static bool is_always_there(const struct field *type)
{
    return type == resource_fields || type == strategy_fields || type == share_fields || type == expressions_fields;
}

static void add_value(const struct ro_sink *sink, const struct rollout_node *n, const struct field *type);

/* A Go map: by key. Lists of resources are short, so the next key is looked for each time. */
static void add_map(const struct ro_sink *sink, const struct rollout_node *n)
{
    const struct rollout_node *last = NULL;

    ro_sink_text(sink, "{");
    for (;;) {
        const struct rollout_node *next = NULL;
        for (const struct rollout_node *c = ro_first(n); c != ro_end(n); c = ro_next(c))
            if ((!last || ro_str_cmp(c->key, last->key) > 0) && (!next || ro_str_cmp(c->key, next->key) <= 0))
                next = c; /* of a key that stands twice, the last one */
        if (!next)
            break;
        if (last)
            ro_sink_text(sink, ",");
        ro_sink_string(sink, next->key);
        ro_sink_text(sink, ":");
        add_value(sink, next, NULL); /* a number or text, if a server has checked it */
        last = next;
    }
    ro_sink_text(sink, "}");
}

static bool add_members(const struct ro_sink *sink, const struct rollout_node *n, const struct field *type, bool more)
{
    for (const struct field *f = type; f->name; f++) {
        const struct rollout_node *c = ro_get(n, f->name);
        if (*f->name == '\0') {
            more = add_members(sink, n, f->type, more);
            continue;
        }
        if (!is_always_there(f->type) && (!c || (c->kind == ROLLOUT_NODE_ARRAY && c->size == 1)))
            continue;
        ro_sink_text(sink, more ? ",\"" : "\"");
        ro_sink_text(sink, f->name);
        ro_sink_text(sink, "\":");
        if (c)
            add_value(sink, c, f->type);
        else
            ro_sink_text(sink, "{}");
        more = true;
    }
    return more;
}

static void add_value(const struct ro_sink *sink, const struct rollout_node *n, const struct field *type)
{
    if (n->kind == ROLLOUT_NODE_ARRAY) {
        ro_sink_text(sink, "[");
        for (const struct rollout_node *c = ro_first(n); c != ro_end(n); c = ro_next(c)) {
            if (c != ro_first(n))
                ro_sink_text(sink, ",");
            add_value(sink, c, type);
        }
        ro_sink_text(sink, "]");
    } else if (n->kind != ROLLOUT_NODE_OBJECT) {
        add_scalar(sink, n);
    } else if (!type) {
        add_map(sink, n);
    } else {
        ro_sink_text(sink, "{");
        add_members(sink, n, type, false);
        ro_sink_text(sink, "}");
    }
}

void ro_container_json(const struct rollout_node *container, const struct ro_sink *sink)
{
    add_value(sink, container, container_fields);
}

void ro_sidecars_json(const struct rollout_node *list, bool images, const struct ro_sink *sink)
{
    if (list)
        add_value(sink, list, images ? with_image : without_image);
    else
        ro_sink_text(sink, "null");
}
