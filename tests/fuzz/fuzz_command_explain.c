/* SPDX-License-Identifier: Apache-2.0 */
/* rollout explain, as text and as JSON, of pods, ordinals and nodes: any file. */
#include "command.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    /* Names that the recorded decisions have, and others. */
    static const char *const names[] = { "demo-0", "demo-1", "demo-a00", "default/demo-a01",
                                         "demo-7", "node-0", "node-1" };
    if (command_takes_long(data, size))
        return 0;
    const char *file = command_file(0, data, size);
    const char *name = names[size % (sizeof names / sizeof *names)];
    command_run((const char *[]){ "rollout", "explain", name, "-f", file, NULL });
    command_run((const char *[]){ "rollout", "explain", name, "-o", "json", "-f", file, NULL });
    return 0;
}
