/* SPDX-License-Identifier: Apache-2.0 */
#include "objects/container_hash.h"

#include "base/hash.h"
#include "base/tree.h"
#include "objects/container_json.h"
#include "rules/template.h"

static void add_json(void *context, const char *bytes, size_t len)
{
    ro_json_hash_add(context, bytes, len);
}

uint32_t ro_container_hash(const struct rollout_node *container)
{
    struct ro_json_hash hash = RO_JSON_HASH;
    const struct ro_sink sink = { add_json, &hash };

    ro_sink_text(&sink, "{\"image\":");
    ro_sink_string(&sink, ro_text(ro_get(container, "image")));
    ro_sink_text(&sink, ",\"name\":");
    ro_sink_string(&sink, ro_text(ro_get(container, "name")));
    ro_sink_text(&sink, "}");
    return ro_json_hash_end(&hash);
}

uint32_t ro_container_hash_old(const struct rollout_node *container)
{
    struct ro_json_hash hash = RO_JSON_HASH;

    ro_container_json(container, &(struct ro_sink){ add_json, &hash });
    return ro_json_hash_end(&hash);
}

uint32_t ro_container_env_hash(const struct rollout_node *container, const struct rollout_node *pod)
{
    const struct rollout_node *env = ro_get(container, "env"), *metadata = ro_get(pod, "metadata"), *last = NULL;
    struct ro_json_hash hash = RO_JSON_HASH;
    const struct ro_sink sink = { add_json, &hash };
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
        ro_sink_text(&sink, last ? ",{\"name\":" : "[{\"name\":");
        ro_sink_string(&sink, ro_text(ro_get(next, "name")));
        if (value.len > 0) {
            ro_sink_text(&sink, ",\"value\":");
            ro_sink_string(&sink, value);
        }
        ro_sink_text(&sink, "}");
        last = next;
    }
    ro_sink_text(&sink, last ? "]" : "null");
    return ro_json_hash_end(&hash);
}
