/* SPDX-License-Identifier: Apache-2.0 */
/* rollout_op_name(), rollout_reason_name() and rollout_version(): any number. */
#include "fuzz.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz f = fuzz_begin(data, size);
    uint32_t number = size > 2 ? fuzz_u32(&f) : (uint32_t)fuzz_byte(&f) << 8 | fuzz_byte(&f);
    const char *op = rollout_op_name(number), *reason = rollout_reason_name(number);
    FUZZ_REQUIRE(!op || (*op && strlen(op) < 64));
    FUZZ_REQUIRE(!reason || (*reason && strlen(reason) < 64));
    FUZZ_REQUIRE(number < ROLLOUT_OP_CREATE_REVISION || number > ROLLOUT_OP_RELABEL || op);
    FUZZ_REQUIRE(!reason || (number / 100 >= ROLLOUT_CLASS_DONE && number / 100 <= ROLLOUT_CLASS_BLOCKED));
    FUZZ_REQUIRE(strcmp(rollout_version(), rollout_version()) == 0);
    return 0;
}
