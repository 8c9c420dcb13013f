/* SPDX-License-Identifier: Apache-2.0 */
/* The command `rollout` with every n-th allocation failing: it says so and exits with 2, or where what failed was not
 * needed, it says what it always says.
 *
 *   command MAIN-ARGUMENTS... */
#undef main /* the command's is called command_main here, its clock still_clock_gettime */
#undef clock_gettime

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "failing.h"

/* The command's own main(), and a clock that stands. */
int command_main(int argc, char **argv);
int still_clock_gettime(clockid_t clock, struct timespec *ret);

int still_clock_gettime(clockid_t clock, struct timespec *ret)
{
    (void)clock;
    *ret = (struct timespec){ .tv_sec = 1767225600 };
    return 0;
}

enum { OUT_MAX = 1 << 20 };

struct said {
    int status;
    char out[OUT_MAX], err[4096];
};

static struct said good, now;
static FILE *out_file, *err_file;

static void read_back(int fd, char *buf, size_t size)
{
    (void)lseek(fd, 0, SEEK_SET);
    ssize_t n = read(fd, buf, size - 1);
    buf[n > 0 ? n : 0] = '\0';
}

/* Runs the command in this process, its output in files. */
static bool run(char **argv, int argc, size_t number, bool all, struct said *said)
{
    int out = dup(STDOUT_FILENO), err = dup(STDERR_FILENO);
    fflush(stdout);
    if (ftruncate(fileno(out_file), 0) || ftruncate(fileno(err_file), 0) || lseek(fileno(out_file), 0, SEEK_SET) ||
        lseek(fileno(err_file), 0, SEEK_SET))
        abort();
    dup2(fileno(out_file), STDOUT_FILENO);
    dup2(fileno(err_file), STDERR_FILENO);
    optind = 0; /* getopt begins anew */
    if (number)
        failing_arm(number, all);
    else
        failing_learn();
    said->status = command_main(argc, argv);
    bool failed = failing_disarm();
    fflush(stdout);
    read_back(fileno(out_file), said->out, sizeof said->out);
    read_back(fileno(err_file), said->err, sizeof said->err);
    dup2(out, STDOUT_FILENO);
    dup2(err, STDERR_FILENO);
    close(out);
    close(err);
    return failed;
}

static int wrong;
static size_t failures, lacking;

static void complain(const char *what, size_t number, bool all)
{
    if (wrong++ < 20)
        printf("allocation %zu%s fails: %s (status %d, \"%s\")\n", number, all ? " and all later ones" : "", what,
               now.status, now.err);
}

static void starve(char **argv, int argc, size_t number, bool all)
{
    size_t live = failing_live();
    if (!run(argv, argc, number, all, &now))
        return;
    failures++;
    bool same = now.status == good.status && strcmp(now.out, good.out) == 0 && strcmp(now.err, good.err) == 0;
    bool told = strstr(now.err, "out of memory") || strstr(now.out, "out of memory");
    if (now.status == 2 && told)
        lacking++;
    else if (!same)
        complain(now.status == 2 ? "nothing is said of memory" : "another answer", number, all);
    if (failing_live() != live)
        complain("leaks", number, all);
}

int main(int argc, char **argv)
{
    out_file = tmpfile();
    err_file = tmpfile();
    if (argc < 2 || !out_file || !err_file)
        return 2;
    failing_install();
    /* Once before, for what libc keeps. */
    (void)run(argv, argc, 0, false, &good);
    (void)run(argv, argc, 0, false, &good);
    size_t n = failing_count();
    for (size_t i = 1; i <= n; i++) {
        starve(argv, argc, i, false);
        starve(argv, argc, i, true);
    }
    (void)run(argv, argc, 0, false, &now);
    if (now.status != good.status || strcmp(now.out, good.out) != 0)
        complain("another answer afterwards", n, false);
    printf("%zu allocations, %zu failures, %zu of them told with status 2\n", n, failures, lacking);
    fclose(out_file);
    fclose(err_file);
    return wrong || lacking == 0;
}
