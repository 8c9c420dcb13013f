/* SPDX-License-Identifier: Apache-2.0 */
/* rollout inject, as text and as JSON: any file. */
#include "command.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *file = command_file(0, data, size);
    command_run((const char *[]){ "rollout", "inject", file, NULL });
    command_run((const char *[]){ "rollout", "inject", "-o", "json", file, NULL });
    return 0;
}
