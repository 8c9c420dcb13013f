/* SPDX-License-Identifier: Apache-2.0 */
/* rollout_intstr_scale(): any value, parser and rounding. */
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz f = fuzz_begin(data, size);
    uint32_t parser = fuzz_enum(&f, ROLLOUT_PARSER_STRICT), rounding = fuzz_enum(&f, ROLLOUT_ROUND_UP);
    int32_t total = fuzz_number(&f);
    struct rollout_intstr *value = fuzz_alloc(&f, sizeof *value);
    *value = (struct rollout_intstr){ .kind = fuzz_enum(&f, ROLLOUT_INTSTR_TEXT), .count = fuzz_number(&f) };
    /* What is left is the text, so that mutations of bytes are mutations of it. */
    value->text = (struct rollout_str){ .data = fuzz_copy(&f, f.at, f.left), .len = f.left };
    if (f.left == 1 && *f.at == 0)
        value->text.data = NULL;
    int64_t count = -77, again = -78;
    int rc = rollout_intstr_scale(value, parser, rounding, total, &count);
    if (rc == ROLLOUT_OK) {
        FUZZ_REQUIRE(rollout_intstr_scale(value, parser, rounding, total, &again) == ROLLOUT_OK && again == count);
        FUZZ_REQUIRE(value->kind != ROLLOUT_INTSTR_INT || count == value->count);
    } else {
        FUZZ_REQUIRE(rc == ROLLOUT_ERR_INVALID && count == -77);
    }
    fuzz_end(&f);
    return 0;
}
