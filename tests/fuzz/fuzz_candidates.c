/* SPDX-License-Identifier: Apache-2.0 */
/* rollout_candidates(): the facts of a workload of any kind. */
#include "facts.h"
#include "planned.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz f = fuzz_begin(data, size);
    enum facts_kind kind = fuzz_below(&f, FACTS_KINDS);
    struct facts facts = facts_make(&f, kind);
    (void)planned_candidates(&f, facts.workload, facts.snapshot, size % 4 == 0);
    fuzz_end(&f);
    return 0;
}
