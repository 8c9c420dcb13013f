/* SPDX-License-Identifier: Apache-2.0 */
#include "lines.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { SKIPPED = 77 };

static void refuse(const char *path, const char *why, int status)
{
    fprintf(status == SKIPPED ? stdout : stderr, "%s: %s\n", path, why);
    exit(status);
}

FILE *lines_open(const char *name)
{
    char path[4096], command[4200];
    if (strncmp(name, "full:", 5) == 0) {
        const char *folder = getenv("ROLLOUT_VECTORS");
        snprintf(path, sizeof path, "%s/%s.jsonl.gz", folder && *folder ? folder : FULL_VECTORS, name + 5);
    } else {
        snprintf(path, sizeof path, "%s", name);
    }
    if (access(path, R_OK) != 0)
        refuse(path, "not there", name[0] == 'f' ? SKIPPED : 1);
    if (strchr(path, '\''))
        refuse(path, "a path with a quote is not supported", 1);
    snprintf(command, sizeof command, "gzip -dcf -- '%s'", path);
    FILE *file = popen(command, "r");
    if (!file)
        refuse(path, "cannot be read", 1);
    return file;
}

int lines_close(FILE *file)
{
    return pclose(file);
}
