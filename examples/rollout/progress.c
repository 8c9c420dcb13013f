/* SPDX-License-Identifier: Apache-2.0 */
#include "progress.h"

#include <stdio.h>
#include <time.h>
#include <unistd.h>

static int64_t last_ms; /* 0 = nothing was asked yet */
static int64_t begun_ms;
static bool shown;

static int64_t clock_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000 + 1;
}

void progress_begin(void)
{
    begun_ms = clock_ms();
}

uint64_t progress_rate(uint64_t count)
{
    int64_t passed = clock_ms() - begun_ms;
    return passed > 0 ? count * 1000 / (uint64_t)passed : 0;
}

bool progress_due(void)
{
    int64_t now = clock_ms();
    if (!last_ms)
        last_ms = now;
    if (now - last_ms < 500)
        return false;
    last_ms = now;
    return isatty(STDERR_FILENO);
}

void progress_show(const char *command, const struct text *line)
{
    fprintf(stderr, "\r\033[Krollout %s: %s", command, line->data ? line->data : "");
    shown = true;
}

void progress_end(void)
{
    if (shown)
        fputs("\r\033[K", stderr);
    shown = false;
}
