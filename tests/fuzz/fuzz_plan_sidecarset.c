/* SPDX-License-Identifier: Apache-2.0 */
/* rollout_plan() and rollout_verdict_text(): the facts of any SidecarSet. */
#include "facts.h"
#include "planned.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz f = fuzz_begin(data, size);
    struct facts facts = facts_make(&f, FACTS_SIDECARSET);
    struct rollout_plan *plan = planned(&f, facts.workload, facts.snapshot, size % 4 == 0);
    if (plan)
        planned_sentences(&f, plan, facts.snapshot);
    rollout_plan_free(plan);
    fuzz_end(&f);
    return 0;
}
