/* SPDX-License-Identifier: Apache-2.0 */
/* rollout_order_default(), _priority(), _scatter(), _update() and _priority_key(): any pods and any list of them. */
#include "facts.h"

#include <string.h>

static int order(uint32_t which, const struct rollout_order *order, const struct rollout_pods *pods, uint32_t *indices,
                 size_t count, struct rollout_error *error)
{
    switch (which) {
    case 0:
        return rollout_order_default(pods, indices, count, error);
    case 1:
        return rollout_order_priority(&order->priority, pods, indices, count, error);
    case 2:
        return rollout_order_scatter(&order->scatter, pods, indices, count, error);
    default:
        return rollout_order_update(order, pods, indices, count, error);
    }
}

/* They are a permutation: how often each pod is named has not changed. */
static void same_members(struct fuzz *f, const uint32_t *a, const uint32_t *b, size_t count, size_t pods)
{
    uint32_t *times = fuzz_alloc(f, pods * sizeof *times);
    for (size_t i = 0; i < count; i++)
        times[a[i]]++;
    for (size_t i = 0; i < count; i++)
        FUZZ_REQUIRE(b[i] < pods && times[b[i]]-- > 0);
}

static void keys_hold(const struct rollout_priority *priority, const struct rollout_labels *labels)
{
    struct rollout_priority_key key = { .reserved = 7 }, again = { .reserved = 8 };
    rollout_order_priority_key(priority, labels, &key);
    rollout_order_priority_key(priority, labels, &again);
    FUZZ_REQUIRE(memcmp(&key, &again, sizeof key) == 0 && key.reserved == 0);
    FUZZ_REQUIRE(key.level >= -1);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz f = fuzz_begin(data, size);
    bool broken = fuzz_one_in(&f, 4);
    uint32_t which = fuzz_below(&f, 4);
    struct rollout_order how = facts_order(&f, broken);
    struct rollout_labels labels = fuzz_labels(&f, 6, broken);
    struct rollout_pods pods = facts_pods(&f, FACTS_CLONESET, broken);
    keys_hold(&how.priority, &labels);

    uint32_t count = fuzz_count(&f, 64);
    uint32_t *given = fuzz_alloc(&f, count * sizeof *given);
    for (uint32_t i = 0; i < count; i++) {
        given[i] = pods.count && pods.count < 64 ? fuzz_byte(&f) % (uint32_t)pods.count : fuzz_byte(&f);
        if (broken && fuzz_one_in(&f, 64))
            given[i] = fuzz_u32(&f);
    }
    uint32_t *indices = fuzz_copy(&f, given, count * sizeof *given);
    uint32_t *again = fuzz_copy(&f, given, count * sizeof *given);
    struct rollout_error *error = fuzz_error(&f);
    int rc = order(which, &how, &pods, indices, count, error);
    if (rc != ROLLOUT_OK) {
        fuzz_failed(rc, error);
        FUZZ_REQUIRE(count == 0 || memcmp(indices, given, count * sizeof *given) == 0);
    } else {
        same_members(&f, given, indices, count, pods.count);
        FUZZ_REQUIRE(order(which, &how, &pods, again, count, NULL) == ROLLOUT_OK);
        FUZZ_REQUIRE(count == 0 || memcmp(indices, again, count * sizeof *again) == 0);
    }
    fuzz_end(&f);
    return 0;
}
