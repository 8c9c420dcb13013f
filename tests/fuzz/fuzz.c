/* SPDX-License-Identifier: Apache-2.0 */
#include "fuzz.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct fuzz fuzz_begin(const uint8_t *data, size_t size)
{
    return (struct fuzz){ .at = data, .left = size };
}

void fuzz_end(struct fuzz *f)
{
    for (size_t i = 0; i < f->block_count; i++)
        free(f->blocks[i]);
    free(f->blocks);
}

void fuzz_fail(const char *file, int line, const char *what)
{
    /* Not to stderr, which a harness of the command has pointed elsewhere. */
    dprintf(2, "%s:%d: does not hold: %s\n", file, line, what);
    abort();
}

/* ---- values ---- */

uint8_t fuzz_byte(struct fuzz *f)
{
    if (!f->left)
        return 0;
    f->left--;
    return *f->at++;
}

uint32_t fuzz_u32(struct fuzz *f)
{
    uint32_t value = 0;
    for (int i = 0; i < 4; i++)
        value = value << 8 | fuzz_byte(f);
    return value;
}

uint64_t fuzz_u64(struct fuzz *f)
{
    uint64_t high = fuzz_u32(f);
    return high << 32 | fuzz_u32(f);
}

uint32_t fuzz_below(struct fuzz *f, uint32_t n)
{
    return (n <= 256 ? fuzz_byte(f) : fuzz_u32(f)) % n;
}

bool fuzz_one_in(struct fuzz *f, uint32_t n)
{
    return fuzz_below(f, n) == n - 1;
}

int32_t fuzz_number(struct fuzz *f)
{
    uint8_t how = fuzz_byte(f);
    if (how < 128)
        return how % 16;
    switch (how % 16) {
    case 0:
        return INT32_MAX - (int32_t)(how / 16 % 4);
    case 1:
        return INT32_MIN + (int32_t)(how / 16 % 4);
    case 2:
        return -1 - (int32_t)(how / 16 % 4);
    case 3:
        return (int32_t)fuzz_u32(f);
    case 4:
        return (int32_t)(UINT32_C(1) << how / 16 * 4 % 31);
    default:
        return fuzz_byte(f);
    }
}

int64_t fuzz_long(struct fuzz *f)
{
    uint8_t how = fuzz_byte(f);
    switch (how % 8) {
    case 5:
        return INT64_MAX - how / 16 % 4;
    case 6:
        return INT64_MIN + how / 16 % 4;
    case 7:
        return (int64_t)fuzz_u64(f);
    default:
        return fuzz_number(f);
    }
}

int64_t fuzz_time(struct fuzz *f)
{
    static const int64_t first = INT64_C(-62167219200000) - 2 * INT64_C(86400000);
    static const int64_t last = INT64_C(253402300800000) + 2 * INT64_C(86400000);
    uint8_t how = fuzz_byte(f);
    if (how < 64)
        return 0;
    if (how < 192)
        return FUZZ_NOW + (int64_t)(int32_t)fuzz_u32(f) / 32;
    switch (how % 16) {
    case 0:
        return first;
    case 1:
        return first + 1000 * (int64_t)fuzz_number(f);
    case 2:
        return last;
    case 3:
        return last - 1000 * (int64_t)fuzz_number(f);
    case 4:
        return fuzz_long(f);
    case 5:
        return FUZZ_NOW - 1000 * (int64_t)fuzz_number(f);
    default:
        return FUZZ_NOW - 1000 * (int64_t)fuzz_byte(f);
    }
}

uint32_t fuzz_enum(struct fuzz *f, uint32_t last)
{
    uint8_t how = fuzz_byte(f);
    return how < 254 ? how % (last + 1) : how == 254 ? last + 1 : fuzz_u32(f);
}

uint32_t fuzz_flags(struct fuzz *f, uint32_t known)
{
    uint32_t bits = (uint32_t)fuzz_byte(f) << 8 | fuzz_byte(f);
    if (bits == 0xffff)
        return fuzz_u32(f);
    return bits & known;
}

uint32_t fuzz_count(struct fuzz *f, uint32_t most)
{
    uint32_t how = fuzz_byte(f), few = most < 4 ? most : 4;
    return how < 200 ? how % (few + 1) : how % (most + 1);
}

/* ---- memory ---- */

static void keep(struct fuzz *f, void *bytes)
{
    if (f->block_count == f->block_room) {
        f->block_room = f->block_room ? 2 * f->block_room : 64;
        f->blocks = realloc(f->blocks, f->block_room * sizeof *f->blocks);
    }
    FUZZ_REQUIRE(f->blocks && bytes);
    f->blocks[f->block_count++] = bytes;
}

void *fuzz_alloc(struct fuzz *f, size_t size)
{
    /* AddressSanitizer lets nothing be read of 0 bytes either. */
    void *bytes = calloc(size, 1);
    keep(f, bytes);
    return bytes;
}

void fuzz_adopt(struct fuzz *f, struct fuzz *other)
{
    while (other->block_count)
        keep(f, other->blocks[--other->block_count]);
    fuzz_end(other);
}

void *fuzz_copy(struct fuzz *f, const void *bytes, size_t size)
{
    void *copy = fuzz_alloc(f, size);
    if (size)
        memcpy(copy, bytes, size);
    return copy;
}

/* Names, label keys and values, quantities and percentages that decide something somewhere. */
static const char *const words[] = {
    "web",
    "web-0",
    "web-1",
    "web-2",
    "web-10",
    "web-2147483647",
    "web-2147483648",
    "web-00",
    "web-a",
    "web-b",
    "a",
    "b",
    "default",
    "data",
    "data-web-0",
    "data-web-1",
    "data-web-a",
    "log",
    "node-1",
    "node-2",
    "uid-1",
    "uid-2",
    "main",
    "app",
    "tier",
    "kubernetes.io/hostname",
    "topology.kubernetes.io/zone",
    "metadata.name",
    "apps.kruise.io/cloneset-instance-id",
    "apps.kruise.io/specified-delete",
    "lifecycle.apps.kruise.io/state",
    "controller-revision-hash",
    "pod-template-generation",
    "pod-template-hash",
    "apps.kubernetes.io/pod-index",
    "node.kubernetes.io/not-ready",
    "node.kubernetes.io/unschedulable",
    "CloneSet",
    "StatefulSet",
    "Pod",
    "ReadWriteOnce",
    "standard",
    "Progressing",
    "FailedScale",
    "FailedUpdate",
    "True",
    "False",
    "Updated",
    "ProgressDeadlineExceeded",
    "ProgressPaused",
    "ProgressPartitionAvailable",
    "1Gi",
    "10Gi",
    "9223372036854775807",
    "1e400",
    "-1",
    "0.1",
    "1Ei",
    "99999999999999999999999999Ei",
    "0%",
    "20%",
    "50%",
    "100%",
    "2147483648%",
    "99999999999999999999%",
    "12.5%",
    "1e9%",
    "-50%",
    "%",
    "5",
    "2",
    "0",
    "9223372036854775808",
    "1-3",
    "3-1",
    "0-2147483647",
    "2147483640-2147483647",
    "-1-2",
};

struct rollout_str fuzz_str(struct fuzz *f, const char *text)
{
    size_t len = strlen(text);
    return (struct rollout_str){ .data = fuzz_copy(f, text, len), .len = len };
}

struct rollout_str fuzz_text(struct fuzz *f, bool broken)
{
    uint8_t how = fuzz_byte(f);
    if (how < 16)
        return (struct rollout_str){ NULL, 0 };
    if (how < 216)
        return fuzz_str(f, words[fuzz_below(f, sizeof words / sizeof *words)]);
    if (how < 224)
        return fuzz_str(f, "");
    if (how == 255 && broken)
        return (struct rollout_str){ NULL, fuzz_u32(f) };
    size_t len = fuzz_below(f, how == 254 ? 256 : 24);
    len = len < f->left ? len : f->left;
    struct rollout_str text = { .data = fuzz_copy(f, f->at, len), .len = len };
    f->at += len;
    f->left -= len;
    return text;
}

/* Memory for the records of a view, just as far as the last one reaches, and its stride: mostly the record's size, 0
 * or more. *ret_fill: they are to be filled in; false where the library must refuse the view before it reads one. */
static char *open_view(struct fuzz *f, uint32_t count, uint32_t size, bool broken, uint32_t *ret_stride, bool *ret_fill)
{
    uint8_t how = fuzz_byte(f);
    *ret_stride = how < 160 ? size : how < 192 ? 0 : size + how % 8 * 8;
    *ret_fill = false;
    if (broken && how >= 250) {
        *ret_stride = how == 255 ? fuzz_u32(f) : fuzz_byte(f);
        if (*ret_stride > 1024 && *ret_stride % 8 == 0)
            *ret_stride += 1;
    }
    if (count == 0 || (broken && fuzz_one_in(f, 64)))
        return NULL;
    if (*ret_stride && (*ret_stride < size || *ret_stride % 8))
        return fuzz_alloc(f, 0);
    *ret_fill = true;
    return fuzz_alloc(f, (count - 1) * (size_t)(*ret_stride ? *ret_stride : size) + size);
}

struct rollout_strs fuzz_texts(struct fuzz *f, uint32_t most, bool broken)
{
    struct rollout_strs strs = { .count = fuzz_count(f, most) };
    bool fill;
    char *items = open_view(f, strs.count, sizeof(struct rollout_str), broken, &strs.stride, &fill);
    strs.items = (const void *)items;
    for (uint32_t i = 0; fill && i < strs.count; i++) {
        struct rollout_str text = fuzz_text(f, broken);
        memcpy(items + i * (strs.stride ? strs.stride : sizeof text), &text, sizeof text);
    }
    return strs;
}

struct rollout_labels fuzz_labels(struct fuzz *f, uint32_t most, bool broken)
{
    struct rollout_labels labels = { .count = fuzz_count(f, most) };
    bool fill;
    char *items = open_view(f, labels.count, sizeof(struct rollout_label), broken, &labels.stride, &fill);
    labels.items = (const void *)items;
    for (uint32_t i = 0; fill && i < labels.count; i++) {
        struct rollout_label label = { .key = fuzz_text(f, broken) };
        label.value = fuzz_text(f, broken);
        memcpy(items + i * (labels.stride ? labels.stride : sizeof label), &label, sizeof label);
    }
    return labels;
}

void *fuzz_sized(struct fuzz *f, void *full, uint32_t full_size, bool versions)
{
    uint32_t size = full_size;
    uint8_t how = versions ? fuzz_byte(f) : 0;
    if (how >= 252)
        size = fuzz_below(f, 2 * full_size);
    else if (how >= 224)
        size = 8 + fuzz_below(f, full_size / 4) * 4;
    memcpy(full, &size, sizeof size);
    char *given = fuzz_alloc(f, size < sizeof size ? sizeof size : size);
    memcpy(given, full, size < sizeof size ? sizeof size : size < full_size ? size : full_size);
    if (size > full_size && how == 255)
        given[full_size + fuzz_below(f, size - full_size)] = (char)fuzz_byte(f);
    return given;
}

/* ---- what must hold ---- */

struct rollout_error *fuzz_whole_error(struct fuzz *f)
{
    struct rollout_error *error = fuzz_alloc(f, sizeof *error);
    error->struct_size = sizeof *error;
    return error;
}

struct rollout_error *fuzz_error(struct fuzz *f)
{
    uint8_t how = fuzz_byte(f);
    if (how < 192)
        return fuzz_whole_error(f);
    if (how < 200)
        return NULL;
    uint32_t size = fuzz_below(f, 800);
    uint32_t *error = fuzz_alloc(f, size < sizeof size ? sizeof size : size);
    *error = size;
    return (struct rollout_error *)(void *)error;
}

void fuzz_failed(int code, const struct rollout_error *error)
{
    FUZZ_REQUIRE(code < 0 && code >= ROLLOUT_ERR_IO);
    if (!error || error->struct_size < offsetof(struct rollout_error, index))
        return;
    FUZZ_REQUIRE(error->code == code);
    if (error->struct_size < sizeof *error)
        return;
    FUZZ_REQUIRE(error->message[0]);
    FUZZ_REQUIRE(memchr(error->message, '\0', sizeof error->message));
    FUZZ_REQUIRE(memchr(error->field, '\0', sizeof error->field));
    FUZZ_REQUIRE(memchr(error->value, '\0', sizeof error->value));
    FUZZ_REQUIRE(!strpbrk(error->message, "\n\r\t\033"));
}

char *fuzz_written(struct fuzz *f, fuzz_writer *writer, const void *context, size_t *ret_len)
{
    size_t len = writer(context, NULL, 0);
    char *whole = fuzz_alloc(f, len + 1);
    FUZZ_REQUIRE(writer(context, whole, len + 1) == len);
    FUZZ_REQUIRE(whole[len] == '\0');
    size_t room = len / 2;
    if (room) {
        char *part = fuzz_alloc(f, room);
        FUZZ_REQUIRE(writer(context, part, room) == len);
        FUZZ_REQUIRE(memcmp(part, whole, room - 1) == 0 && part[room - 1] == '\0');
    }
    *ret_len = len;
    return whole;
}
