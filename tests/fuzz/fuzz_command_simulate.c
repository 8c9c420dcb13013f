/* SPDX-License-Identifier: Apache-2.0 */
/* rollout simulate, as text, JSON and JUnit: any file, with changes, faults and crashes; and as both manifests. */
#include "command.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (command_takes_long(data, size))
        return 0;
    const char *file = command_file(0, data, size);
    command_run((const char *[]){ "rollout", "simulate", "--limit", "1m", "--crash-after", "2", "--runs", "2",
                                  "--delay", "ready=1s..9s", "--fault", "crash=new@50%@5s", file, NULL });
    command_run((const char *[]){ "rollout", "simulate", "-o", "json", "--limit", "1m", "--change", "3s partition=1",
                                  "--assert", "available >= 1", file, NULL });
    command_run((const char *[]){ "rollout", "simulate", "-o", "junit", "--limit", "1m", "--nodes", "2", "--from", file,
                                  "--to", file, NULL });
    return 0;
}
