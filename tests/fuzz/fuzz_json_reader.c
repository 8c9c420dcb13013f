/* SPDX-License-Identifier: Apache-2.0 */
/* rollout_json_reader_new(), _next() and _free(): any bytes from a file, and from a pipe in pieces, which must not
 * make a difference. */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "document.h"
#include "tree.h"

enum { MOST_PIECES = 12 };

/* What was read: a number for each document and error. */
static uint64_t read_all(struct fuzz *f, int fd, size_t size)
{
    struct rollout_json_reader *reader = NULL;
    uint64_t sum = 0;
    FUZZ_REQUIRE(rollout_json_reader_new(fd, &reader, NULL) == ROLLOUT_OK);
    for (size_t documents = 0;; documents++) {
        struct rollout_json *json = NULL;
        struct rollout_error *error = fuzz_whole_error(f);
        uint32_t line = 0;
        int rc = rollout_json_reader_next(reader, &json, &line, error);
        FUZZ_REQUIRE(documents <= size); /* it ends */
        if (rc == ROLLOUT_ERR_SYNTAX) {
            fuzz_failed(rc, error);
            FUZZ_REQUIRE(!json && error->line);
            sum = sum * 31 + document_hash((const uint8_t *)error->message, strlen(error->message));
            continue;
        }
        FUZZ_REQUIRE(rc == ROLLOUT_OK);
        if (!json)
            break;
        FUZZ_REQUIRE(line > 0);
        fuzz_tree_holds(f, rollout_json_tree(json));
        sum = sum * 31 + line * 7 + rollout_json_tree(json)->count;
        rollout_json_free(json);
    }
    rollout_json_reader_free(reader);
    return sum;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static int file = -1;
    struct fuzz f = fuzz_begin(NULL, 0);
    int ends[2];
    if (file < 0)
        file = memfd_create("input", 0);
    FUZZ_REQUIRE(file >= 0 && ftruncate(file, 0) == 0 && pwrite(file, data, size, 0) == (ssize_t)size);
    FUZZ_REQUIRE(lseek(file, 0, SEEK_SET) == 0);
    uint64_t whole = read_all(&f, file, size);

    /* In a pipe of packets every write is a read of its own. */
    FUZZ_REQUIRE(pipe2(ends, O_DIRECT) == 0);
    size_t step = size / (1 + document_hash(data, size) % MOST_PIECES) + 1;
    for (size_t at = 0; at < size && size <= 4096; at += step) {
        size_t piece = size - at < step ? size - at : step;
        FUZZ_REQUIRE(write(ends[1], data + at, piece) == (ssize_t)piece);
    }
    close(ends[1]);
    if (size <= 4096)
        FUZZ_REQUIRE(read_all(&f, ends[0], size) == whole);
    close(ends[0]);
    fuzz_end(&f);
    return 0;
}
