/* SPDX-License-Identifier: Apache-2.0 */
#include "command.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include <rollout/json.h>

/* What the command's own sources are compiled to call: main() under another name, and a clock that stands. */
int rollout_main(int argc, char **argv);
int fuzz_clock_gettime(clockid_t clock, struct timespec *ret);

int fuzz_clock_gettime(clockid_t clock, struct timespec *ret)
{
    (void)clock;
    *ret = (struct timespec){ .tv_sec = FUZZ_NOW / 1000 };
    return 0;
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc;
    (void)argv;
    /* The C library lets its streams be replaced; the fuzzer's own words go to the old ones. */
    stderr = fopen("/dev/null", "w");
    FUZZ_REQUIRE(stderr);
    return 0;
}

const char *command_file(int which, const uint8_t *data, size_t size)
{
    static int files[2] = { -1, -1 };
    static char paths[2][64];
    if (files[which] < 0) {
        files[which] = memfd_create("input", 0);
        snprintf(paths[which], sizeof paths[which], "/proc/self/fd/%d", files[which]);
    }
    FUZZ_REQUIRE(files[which] >= 0 && ftruncate(files[which], 0) == 0);
    FUZZ_REQUIRE(pwrite(files[which], data, size, 0) == (ssize_t)size);
    return paths[which];
}

/* Somewhere behind the key, before an array that begins there ends: more digits in a row than so many. */
static bool has_number(const uint8_t *data, size_t size, const char *key, unsigned digits, bool array)
{
    const uint8_t *end = data + size, *at = data;
    while ((at = memmem(at, (size_t)(end - at), key, strlen(key))) != NULL) {
        unsigned row = 0;
        at += strlen(key);
        for (const uint8_t *c = at; c < end && *c != (array ? ']' : ',') && *c != '}'; c++) {
            row = *c >= '0' && *c <= '9' ? row + 1 : 0;
            if (row > digits)
                return true;
        }
    }
    return false;
}

bool command_takes_long(const uint8_t *data, size_t size)
{
    return has_number(data, size, "\"replicas\"", 3, false) || has_number(data, size, "\"maxSurge\"", 3, false) ||
           has_number(data, size, "\"reserveOrdinals\"", 3, true);
}

static int run_once(const char *const *arguments, char **ret_text, size_t *ret_len)
{
    char *list[16] = { NULL };
    int count = 0;
    for (; arguments[count]; count++)
        list[count] = strdup(arguments[count]);
    FILE *before = stdout;
    stdout = open_memstream(ret_text, ret_len);
    FUZZ_REQUIRE(stdout);
    optind = 0; /* getopt() begins anew */
    int status = rollout_main(count, list);
    fclose(stdout);
    stdout = before;
    for (int i = 0; i < count; i++)
        free(list[i]);
    return status;
}

static void lines_are_documents(const char *text, size_t len)
{
    while (len) {
        const char *end = memchr(text, '\n', len);
        struct rollout_json *json = NULL;
        FUZZ_REQUIRE(end && end > text);
        /* The parser takes no NUL in a key, which a container's name may bring there. */
        FUZZ_REQUIRE(rollout_json_parse(text, (size_t)(end - text), &json, NULL) == ROLLOUT_OK ||
                     memmem(text, (size_t)(end - text), "\\u0000", 6));
        rollout_json_free(json);
        len -= (size_t)(end + 1 - text);
        text = end + 1;
    }
}

void command_run(const char *const *arguments)
{
    char *text = NULL, *again = NULL;
    size_t len = 0, again_len = 0;
    bool json = false;
    int status = run_once(arguments, &text, &len);
    FUZZ_REQUIRE(status >= 0 && status <= 2);
    if (len % 8 == 0) {
        FUZZ_REQUIRE(run_once(arguments, &again, &again_len) == status);
        FUZZ_REQUIRE(again_len == len && memcmp(again, text, len) == 0);
    }
    for (const char *const *argument = arguments; *argument; argument++)
        json |= strcmp(*argument, "json") == 0;
    if (json)
        lines_are_documents(text, len);
    free(text);
    free(again);
}
