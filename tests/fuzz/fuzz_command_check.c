/* SPDX-License-Identifier: Apache-2.0 */
/* rollout check, as text and as JSON: any file, as it stands and at other sizes. */
#include "command.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (command_takes_long(data, size))
        return 0;
    const char *file = command_file(0, data, size);
    command_run((const char *[]){ "rollout", "check", "--states", "200", "--change", "partition=1", file, NULL });
    command_run((const char *[]){ "rollout", "check", "-o", "json", "--states", "100", "--replicas", "2",
                                  "--fault-kinds", "unready,fail,node", "--faults", "2", file, NULL });
    return 0;
}
