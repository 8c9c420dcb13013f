/* SPDX-License-Identifier: Apache-2.0 */
/* rollout_selector_check() and rollout_selector_matches(): any selector over any labels. */
#include "fuzz.h"

#include "facts.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz f = fuzz_begin(data, size);
    bool broken = fuzz_one_in(&f, 4);
    struct rollout_labels labels = fuzz_labels(&f, 8, broken);
    struct rollout_selector selector = facts_selector(&f, broken);
    struct rollout_error *error = fuzz_error(&f);
    int rc = rollout_selector_check(&selector, error);
    if (rc != ROLLOUT_OK)
        fuzz_failed(rc, error);
    int matches = rollout_selector_matches(&selector, &labels);
    FUZZ_REQUIRE(matches == 0 || (matches == 1 && rc == ROLLOUT_OK));
    FUZZ_REQUIRE(matches == rollout_selector_matches(&selector, &labels));
    fuzz_end(&f);
    return 0;
}
