/* SPDX-License-Identifier: Apache-2.0 */
/* rollout_lint() and rollout_lint_name(): the workloads of any document. Each finding is of a code that has a name, is
 * somewhere, and says something; the value is JSON. */
#include "document.h"

#include <string.h>

static bool is_text(struct rollout_str text)
{
    return text.data && strlen(text.data) == text.len;
}

static void world_holds(struct fuzz *f, const struct rollout_world *world, uint32_t hash)
{
    struct rollout_findings *findings = NULL;
    (void)f;
    (void)hash;
    if (rollout_lint(world, &findings, NULL) != ROLLOUT_OK) {
        FUZZ_REQUIRE(world->workload->daemonset && !findings);
        return;
    }
    FUZZ_REQUIRE(findings->struct_size == sizeof *findings);
    for (size_t i = 0; i < findings->count; i++) {
        const struct rollout_finding *found = &findings->items[i];
        struct rollout_json *json = NULL;
        FUZZ_REQUIRE(rollout_lint_name(found->code) && found->reserved == 0);
        FUZZ_REQUIRE(is_text(found->path) && strncmp(found->path.data, "spec.", 5) == 0);
        FUZZ_REQUIRE(is_text(found->message) && found->message.len > 0);
        if (found->value.data)
            FUZZ_REQUIRE(is_text(found->value) &&
                         rollout_json_parse(found->value.data, found->value.len, &json, NULL) == ROLLOUT_OK);
        rollout_json_free(json);
    }
    rollout_findings_free(findings);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    document_worlds(data, size, world_holds);
    return 0;
}
