/* SPDX-License-Identifier: Apache-2.0 */
/* rollout replay, as text and as JSON: any file. */
#include "command.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (command_takes_long(data, size))
        return 0;
    const char *file = command_file(0, data, size);
    command_run((const char *[]){ "rollout", "replay", "--all", file, NULL });
    command_run((const char *[]){ "rollout", "replay", "-o", "json", file, NULL });
    return 0;
}
