/* SPDX-License-Identifier: Apache-2.0 */
/* rollout_simulation_*() and rollout_check_*(): the workloads of any document, whose new pods are made from templates. */
#include "document.h"
#include "played.h"

static void world_holds(struct fuzz *f, const struct rollout_world *world, uint32_t hash)
{
    uint8_t bytes[256];
    (void)f;
    for (size_t i = 0; i < sizeof bytes; i++) { /* options need bytes of their own */
        hash = hash * UINT32_C(1664525) + UINT32_C(1013904223);
        bytes[i] = (uint8_t)(hash >> 24);
    }
    struct fuzz options = fuzz_begin(bytes, sizeof bytes);
    played_simulation(&options, world, world);
    played_check(&options, world, world);
    fuzz_end(&options);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    document_worlds(data, size, world_holds);
    return 0;
}
