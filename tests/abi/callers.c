/* SPDX-License-Identifier: Apache-2.0 */
/* Callers that were built with other versions of the headers, and careless ones, at every place of every input of every
 * function (places.py): structs and records that are shorter or longer than here, strides that are none, counts without
 * records, reserved fields that are not zero; and error records of every size. */
#include <check.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "calls.h"

enum what { SIZED, RECORDS, FROZEN, ARRAY, RESERVED };

struct place {
    const char *function, *path;
    enum what what;
    enum kind kind;                 /* of the workload that has it */
    void *(*at)(struct inputs *in); /* SIZED, ARRAY: the pointer; RECORDS, FROZEN: the view; RESERVED: the field */
    size_t size;                    /* of the struct or a record */
    const size_t *ends;             /* of its members, and 0: where an older caller's may end */
    size_t count_at;                /* ARRAY: from the pointer to its count */
};

#include "places.h"

/* Views with room for growth, and those of frozen records. */
struct records {
    const char *items;
    size_t count, stride;
};
struct frozen {
    const char *items;
    uint32_t count, stride;
};

static const struct place *p; /* at hand */
static enum kind kind;
static struct inputs in;
static struct answer expected, got;

#define CHECK(what, ...)                                                                                               \
    do {                                                                                                               \
        char check_text[1024];                                                                                         \
        snprintf(check_text, sizeof check_text, __VA_ARGS__);                                                          \
        ck_assert_msg(what, "%s, %s, kind %d: %s", p->function, p->path, (int)kind, check_text);                       \
    } while (0)

static void ask(struct answer *ret)
{
    memset(ret, 0, sizeof *ret);
    ret->error.struct_size = sizeof ret->error;
    call_of(p->function)->call(&in, ret, &ret->error);
}

static void *fresh(void)
{
    in = inputs_of(kind);
    void *at = p->at(&in);
    CHECK(at, "the inputs of this test do not have it");
    return at;
}

static void same(const char *why, size_t number)
{
    ask(&got);
    CHECK(got.code == expected.code, "%s %zu: %d instead of %d: %s", why, number, got.code, expected.code,
          got.error.message);
    CHECK(strcmp(got.error.message, expected.error.message) == 0, "%s %zu: \"%s\" instead of \"%s\"", why, number,
          got.error.message, expected.error.message);
    CHECK(strcmp(got.text, expected.text) == 0, "%s %zu: another answer", why, number);
}

/* ---- what is said, and where ---- */

/* Functions without a code read what they can of a broken input, and others do not look at all of theirs. */
static bool is_silent(void)
{
    return strcmp(p->function, "rollout_verdict_text") == 0 || strcmp(p->function, "rollout_selector_matches") == 0 ||
           strcmp(p->function, "rollout_order_priority_key") == 0;
}

/* The facts of these inputs are such as no document says, so that this function refuses them all the same: each caller gets
 * one answer. Of what lies within records it refuses what it writes. */
static bool is_written(void)
{
    return strcmp(p->function, "rollout_snapshot_object") == 0;
}

/* Nothing of these kinds has an order. */
static bool is_without_order(void)
{
    return strcmp(p->function, "rollout_candidates") == 0 && (kind == BROADCASTJOB || kind == UNITEDDEPLOYMENT);
}

static bool is_refused(void)
{
    return is_written() || is_without_order();
}

static bool is_read(void)
{
    static const char *const of_a_pod[] = { ".selector.", ".claim_templates", ".gates" };
    if (is_written() && (strstr(p->path, "].job_pod.") || strstr(p->path, "replica_sets[0].")))
        return false;
    if (is_refused())
        return p->what == SIZED || p->what == RECORDS || (is_written() && p->what == FROZEN) ||
               (is_written() && strstr(p->path, "pods[0].reserved"));
    if (strstr(p->path, "].job_pod.")) /* facts of one kind alone */
        return kind == BROADCASTJOB && strcmp(p->function, "rollout_plan") == 0;
    if (strstr(p->path, "namespaces[0]."))
        return kind == SIDECARSET;
    if (strstr(p->path, "subsets[0].") && !strstr(p->path, "workload."))
        return kind == UNITEDDEPLOYMENT;
    if (strcmp(p->function, "rollout_pod_from_object") != 0 || !strchr(p->path, '.'))
        return true;
    if (strstr(p->path, "node_selector") || strstr(p->path, "weights") || strstr(p->path, "access_modes") ||
        strstr(p->path, "cloneset.claim_templates"))
        return false;
    for (size_t i = 0; i < sizeof of_a_pod / sizeof *of_a_pod; i++)
        if (strstr(p->path, of_a_pod[i]))
            return true;
    return p->what == SIZED;
}

/* The path as messages spell it: which workload, and that it lies in the snapshot, goes without saying. */
static const char *spelled(void)
{
    static const char *const left_out[] = { "workload.",         "snapshot.",     "cloneset.",   "statefulset.",
                                            "daemonset.",        "broadcastjob.", "deployment.", "replicaset.",
                                            "uniteddeployment.", "sidecarset.",   "options.",    "selector.",
                                            "priority." };
    const char *path = p->path;
    if (strcmp(path, "snapshot.reserved") == 0)
        return path;
    size_t n = strcmp(p->function, "rollout_selector_check") == 0 ? 12 : 11;
    for (size_t i = 0; i < n; i++)
        if (strncmp(path, left_out[i], strlen(left_out[i])) == 0)
            path += strlen(left_out[i]);
    return path;
}

static void refused(int code, const char *field, const char *message)
{
    ask(&got);
    if (is_silent())
        return; /* it is enough that it comes back */
    if (!is_read()) {
        CHECK(got.code == expected.code && strcmp(got.text, expected.text) == 0, "%s: is read after all", message);
        return;
    }
    CHECK(got.code == code, "%d instead of %d: \"%s\" instead of \"%s\"", got.code, code, got.error.message, message);
    CHECK(strcmp(got.error.message, message) == 0, "\"%s\" instead of \"%s\"", got.error.message, message);
    CHECK(strcmp(got.error.field, field) == 0, "field \"%s\" instead of \"%s\"", got.error.field, field);
    CHECK(got.error.code == code, "code %d in the record", got.error.code);
    ck_assert_str_eq(got.text, strncmp(p->function, "rollout_order", 13) == 0 ? "2 1 0" : "");
    struct answer none = { 0 };
    call_of(p->function)->call(&in, &none, NULL);
    CHECK(none.code == code, "%d without a record", none.code);
}

static void refused_at(int code, const char *text)
{
    char message[256];
    snprintf(message, sizeof message, "%s: %s", spelled(), text);
    refused(code, spelled(), message);
}

/* ---- structs with a size ---- */

static const void *given_copy(const void *from, size_t known, size_t size, char **ret_copy)
{
    uint32_t tag = (uint32_t)size;
    *ret_copy = calloc(1, size < sizeof tag ? sizeof tag : size); /* no byte beyond it may be read */
    ck_assert_ptr_nonnull(*ret_copy);
    memcpy(*ret_copy, from, known < size ? known : size);
    memcpy(*ret_copy, &tag, sizeof tag);
    return *ret_copy;
}

static void sized(void)
{
    static const uint32_t none[] = { 0, 1, 4, 7, 9, 10, 30, 65540, 0xfffffffc, 0xffffffff };
    char *copy, message[128];
    const void **at = fresh();
    const char *name = strrchr(p->path, '.') ? strrchr(p->path, '.') + 1 : p->path;
    ask(&expected);
    CHECK((expected.code == ROLLOUT_OK || is_refused()), "%s", expected.error.message);
    for (size_t more = 0; more <= 64; more += 4) {
        at = fresh();
        *at = given_copy(*at, p->size, p->size + more, &copy);
        same("longer by", more);
        for (size_t i = 0; i < more && more <= 16; i++) {
            copy[p->size + i] = (char)0x80;
            snprintf(message, sizeof message, "%s: sets a field that this version does not know", name);
            refused(ROLLOUT_ERR_ABI, name, message);
            copy[p->size + i] = 0;
        }
        free(copy);
    }
    for (const size_t *end = p->ends; *end; end++) {
        if (*end < 8 || *end % 4)
            continue;
        char *cut;
        at = fresh();
        const void *whole = *at;
        *at = given_copy(whole, p->size, p->size, &copy);
        memset(copy + *end, 0, p->size - *end);
        ask(&expected);
        *at = given_copy(whole, p->size, *end, &cut);
        /* No struct with a pointer ends there: the half of one might be read. */
        snprintf(message, sizeof message, "%s: struct_size %lu is none", name, (unsigned long)*end);
        if (*end % sizeof(void *))
            refused(ROLLOUT_ERR_ABI, name, message);
        else
            same("ends at", *end);
        free(copy);
        free(cut);
    }
    for (size_t i = 0; i < sizeof none / sizeof *none; i++) {
        at = fresh();
        ask(&expected);
        *at = given_copy(*at, p->size, p->size, &copy);
        memcpy(copy, &none[i], sizeof none[i]);
        snprintf(message, sizeof message, "%s: struct_size %lu is none", name, (unsigned long)none[i]);
        refused(ROLLOUT_ERR_ABI, name, message);
        free(copy);
    }
}

/* ---- views ---- */

/* Replaces the view's records by ones of another size; the copy is the caller's. */
static char *restride(struct records *view, size_t record, size_t size)
{
    char *copy = calloc(view->count, size);
    ck_assert_ptr_nonnull(copy);
    for (size_t i = 0; i < view->count; i++)
        memcpy(copy + i * size, view->items + i * view->stride, size < record ? size : record);
    view->items = copy;
    view->stride = size;
    return copy;
}

static void records(void)
{
    static const size_t none[] = { 0, 1, 4, 20, 65544, SIZE_MAX - 7, SIZE_MAX };
    char message[128], *copy;
    struct records *view = fresh(), before;
    ask(&expected);
    CHECK((expected.code == ROLLOUT_OK || is_refused()) && view->count > 0, "%s", expected.error.message);
    for (size_t more = 8; more <= 64; more += 8) {
        view = fresh();
        copy = restride(view, p->size, p->size + more);
        same("longer by", more);
        for (size_t i = 0; i < more && more <= 16; i++)
            for (size_t j = 0; j < view->count; j += view->count > 1 ? view->count - 1 : 1) {
                copy[j * view->stride + p->size + i] = 1;
                snprintf(message, sizeof message, "%s[%zu]: sets a field that this version does not know", spelled(),
                         j);
                refused(ROLLOUT_ERR_ABI, spelled(), message);
                CHECK(is_silent() || got.error.index == j, "index %lu", (unsigned long)got.error.index);
                copy[j * view->stride + p->size + i] = 0;
            }
        free(copy);
    }
    for (const size_t *end = p->ends; *end; end++) {
        if (*end % 8 || *end == p->size)
            continue;
        view = fresh();
        before = *view;
        copy = restride(view, *end, p->size); /* zeros behind the end */
        ask(&expected);
        *view = before;
        char *cut = restride(view, p->size, *end);
        same("end at", *end);
        free(copy);
        free(cut);
    }
    for (size_t i = 0; i < sizeof none / sizeof *none; i++) {
        view = fresh();
        ask(&expected);
        view->stride = none[i];
        snprintf(message, sizeof message, "stride %zu is none", none[i]);
        refused_at(ROLLOUT_ERR_ABI, message);
    }
    view = fresh();
    view->items = NULL;
    snprintf(message, sizeof message, "is NULL with a count of %zu", view->count);
    refused_at(ROLLOUT_ERR_INVALID, message);
    view = fresh();
    view->count = SIZE_MAX;
    snprintf(message, sizeof message, "%zu elements are too many", SIZE_MAX);
    refused_at(ROLLOUT_ERR_INVALID, message);
}

static void frozen(void)
{
    struct frozen *view = fresh();
    char message[64];
    static const uint32_t beside[] = { 8, 12, 1, 65536, 0xffffffff, 0xfffffff8 };
    ask(&expected);
    CHECK((expected.code == ROLLOUT_OK || is_refused()), "%s", expected.error.message);
    for (size_t more = 0; more <= 64; more += 8) {
        if ((view = fresh())->count == 0)
            break;
        /* Within other records, which hold anything. */
        char *copy = malloc(view->count * (p->size + more));
        ck_assert_ptr_nonnull(copy);
        memset(copy, 0x55, view->count * (p->size + more));
        for (uint32_t i = 0; i < view->count; i++)
            memcpy(copy + i * (p->size + more), view->items + i * view->stride, p->size);
        *view = (struct frozen){ copy, view->count, (uint32_t)(p->size + more) };
        same("apart by", more);
        free(copy);
    }
    view = fresh();
    if (view->count == 1) {
        view->stride = 0; /* as it is in a plain array */
        same("stride", 0);
    }
    for (size_t i = 0; i < 4; i++) {
        view = fresh();
        uint32_t stride = i < 3 ? beside[i] : (uint32_t)p->size + 4;
        view->stride = stride;
        snprintf(message, sizeof message, "stride %lu is none", (unsigned long)stride);
        refused_at(ROLLOUT_ERR_ABI, message);
    }
    view = fresh();
    view->items = NULL;
    view->count = 1;
    refused_at(ROLLOUT_ERR_INVALID, "NULL with a count");
}

static void array(void)
{
    void *at = fresh();
    size_t count;
    ask(&expected);
    CHECK((expected.code == ROLLOUT_OK || is_refused()), "%s", expected.error.message);
    memcpy(&count, (char *)at + p->count_at, sizeof count);
    CHECK(count > 0, "the inputs of this test have none");
    *(const void **)at = NULL;
    refused_at(ROLLOUT_ERR_INVALID, "NULL with a count");
}

static void reserved(void)
{
    for (size_t i = 0; i < sizeof(uint32_t); i++) {
        unsigned char *at = fresh();
        ask(&expected);
        at[i] = 0x80;
        refused_at(ROLLOUT_ERR_ABI, "not zero");
    }
}

START_TEST(test_place)
{
    static void (*const checks[])(void) = { sized, records, frozen, array, reserved };
    p = &places[_i];
    ck_assert_msg(call_of(p->function), "%s takes %s: add a call of it to calls.c", p->function, p->path);
    for (kind = 0; kind < KINDS; kind++)
        if (p->kind == ANY || p->kind == kind)
            checks[p->what]();
}
END_TEST

/* ---- error records ---- */

/* What makes a function fail that does not by itself. */
static void spoil(void)
{
    static const struct rollout_tree no_tree = { NULL, 1 };
    static const struct rollout_strs no_ids = { NULL, 1, 0 };
    in.workload = NULL;
    in.pods = NULL;
    in.selector = NULL;
    in.diff_options = NULL;
    in.simulation_options = NULL;
    in.check_options = NULL;
    in.pod = &no_tree;
    in.ids = &no_ids;
}

START_TEST(test_record)
{
    static const size_t fields[] = { offsetof(struct rollout_error, index),   offsetof(struct rollout_error, line),
                                     offsetof(struct rollout_error, column),  offsetof(struct rollout_error, reserved),
                                     offsetof(struct rollout_error, field),   offsetof(struct rollout_error, value),
                                     offsetof(struct rollout_error, message), sizeof(struct rollout_error) };
    const struct call *call = call_of(telling[_i]);
    struct answer whole = { .error = { .struct_size = sizeof whole.error } }, *ret = &got;
    enum { LONGER = 24 };
    if (strcmp(telling[_i], "rollout_json_reader_new") == 0)
        return; /* tells of nothing but lack of memory */
    ck_assert_msg(call, "%s tells errors: add a call of it to calls.c", telling[_i]);
    in = inputs_of(CLONESET);
    call->call(&in, &whole, &whole.error);
    if (whole.code == ROLLOUT_OK) {
        spoil();
        call->call(&in, &whole, &whole.error);
    }
    ck_assert_msg(whole.code < 0 && whole.error.code == whole.code, "%s does not fail", telling[_i]);
    ck_assert_msg(whole.error.message[0], "%s says nothing", telling[_i]);
    for (uint32_t size = 0; size <= sizeof whole.error + LONGER; size++) {
        /* Before the end of its block: a byte too many is found by whoever watches memory. */
        char *room = malloc(sizeof whole.error + LONGER + 8);
        ck_assert_ptr_nonnull(room);
        memset(room, 0x55, sizeof whole.error + LONGER + 8);
        memcpy(room, &size, sizeof size);
        memset(ret, 0, sizeof *ret);
        call->call(&in, ret, (struct rollout_error *)(void *)room);
        ck_assert_msg(ret->code == whole.code, "%s, %lu: %d", telling[_i], (unsigned long)size, ret->code);
        size_t end = sizeof size;
        for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
            end = fields[i] <= size ? fields[i] : end;
        ck_assert_msg(memcmp(room, &size, sizeof size) == 0, "%s, %lu: the size", telling[_i], (unsigned long)size);
        ck_assert_msg(memcmp(room + sizeof size, (char *)&whole.error + sizeof size, end - sizeof size) == 0,
                      "%s, %lu: what fits is not there", telling[_i], (unsigned long)size);
        for (size_t i = end; i < sizeof whole.error + LONGER + 8; i++) {
            char wanted = i >= sizeof whole.error && i < size ? 0 : 0x55;
            ck_assert_msg(room[i] == wanted, "%s, %lu: byte %zu", telling[_i], (unsigned long)size, i);
        }
        free(room);
    }
    memset(ret, 0, sizeof *ret);
    call->call(&in, ret, NULL);
    ck_assert_int_eq(ret->code, whole.code);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("callers");
    TCase *tcase = tcase_create("callers");
    tcase_set_timeout(tcase, 60);
    tcase_add_loop_test(tcase, test_place, 0, sizeof places / sizeof *places);
    tcase_add_loop_test(tcase, test_record, 0, sizeof telling / sizeof *telling);
    suite_add_tcase(suite, tcase);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    inputs_free();
    return failed != 0;
}
