/* SPDX-License-Identifier: Apache-2.0 */
/* rollout_check_*(): a few states of the facts of any workload that is small enough. */
#include "played.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz f = fuzz_begin(data, size);
    enum facts_kind kind = (enum facts_kind)(size % FACTS_KINDS);
    const struct rollout_world *world = played_facts(&f, kind);
    const struct rollout_world *other = played_facts(&f, fuzz_one_in(&f, 32) ? FACTS_CLONESET : kind);
    played_check(&f, world, other);
    fuzz_end(&f);
    return 0;
}
