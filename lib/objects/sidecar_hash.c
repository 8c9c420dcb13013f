/* SPDX-License-Identifier: Apache-2.0 */
#include "objects/sidecar_hash.h"

#include "base/edit.h"
#include "base/hash.h"
#include "base/sha256.h"
#include "base/tree.h"
#include "objects/container_json.h"

static void add_bytes(void *context, const char *bytes, size_t len)
{
    ro_sha256_add(context, bytes, len);
}

/* Ordinary init containers play no part, unless there is a native sidecar among them. */
static bool has_native(const struct rollout_node *list)
{
    for (const struct rollout_node *c = list ? ro_first(list) : NULL; c && c != ro_end(list); c = ro_next(c))
        if (ro_str_eq(ro_text(ro_get(c, "restartPolicy")), RO_STR("Always")))
            return true;
    return false;
}

struct rollout_str ro_sidecar_hash(struct ro_arena *arena, const struct rollout_node *spec, bool images)
{
    static const char hex[] = "0123456789abcdef";
    const struct rollout_node *init = ro_get(spec, "initContainers");
    struct ro_sha256 hash;
    const struct ro_sink sink = { add_bytes, &hash };
    unsigned char sum[32];
    char text[2 * sizeof sum];

    ro_sha256_begin(&hash);
    ro_sink_text(&sink, "{\"containers\":");
    ro_sidecars_json(ro_get(spec, "containers"), images, &sink);
    if (has_native(init)) {
        ro_sink_text(&sink, ",\"initContainers\":");
        ro_sidecars_json(init, images, &sink);
    }
    ro_sink_text(&sink, "}");
    ro_sha256_end(&hash, sum);
    for (size_t i = 0; i < sizeof sum; i++) {
        text[2 * i] = ro_safe_byte(hex[sum[i] >> 4]);
        text[2 * i + 1] = ro_safe_byte(hex[sum[i] & 15]);
    }
    return ro_arena_str(arena, (struct rollout_str){ text, sizeof text });
}
