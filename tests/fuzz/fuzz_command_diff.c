/* SPDX-License-Identifier: Apache-2.0 */
/* rollout diff, as text and as JSON: two revisions of any file, and any two files, the lines of one input. */
#include <string.h>

#include "command.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (command_takes_long(data, size))
        return 0;
    const uint8_t *end = size ? memchr(data, '\n', size) : NULL;
    size_t first = end ? (size_t)(end - data) + 1 : size;
    const char *whole = command_file(0, data, size);
    command_run((const char *[]){ "rollout", "diff", "demo-old", "demo-new", "-f", whole, NULL });
    command_run((const char *[]){ "rollout", "diff", "demo-old", "demo-new", "-o", "json", "-f", whole, NULL });
    const char *old_file = command_file(0, data, first), *new_file = command_file(1, data + first, size - first);
    command_run((const char *[]){ "rollout", "diff", old_file, new_file, NULL });
    command_run((const char *[]){ "rollout", "diff", "--feature-gate", "InPlaceWorkloadVerticalScaling=true", "-o",
                                  "json", old_file, new_file, NULL });
    return 0;
}
