/* SPDX-License-Identifier: Apache-2.0 */
/* Rows of ordering.md 7 and cloneset.md 6.2; letters: M matched, U unmatched. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <rollout/order.h>

#include "base/str.h"
#include "rules/scatter.h"

static struct rollout_str str_of(const char *text)
{
    return (struct rollout_str){ text, strlen(text) };
}

/* Lists are written as texts: "4 0 1 2 3 5". */
#define LIST_MAX 64

static size_t numbers(const char *text, uint32_t *list)
{
    size_t n = 0;
    while (*text) {
        char *end;
        list[n++] = (uint32_t)strtoul(text, &end, 10);
        text = end + strspn(end, " ");
    }
    return n;
}

static const char *text_of(const uint32_t *list, size_t n, char *buf)
{
    char *at = buf;
    *at = 0;
    for (size_t i = 0; i < n; i++)
        at += sprintf(at, i ? " %u" : "%u", (unsigned)list[i]);
    return buf;
}

/* "key=value,key" */
static struct rollout_labels labels_of(const char *text, struct rollout_label *room)
{
    struct rollout_labels labels = { room, 0, sizeof(*room) };
    while (*text) {
        size_t len = strcspn(text, ","), key = strcspn(text, "=,");
        room[labels.count].key = (struct rollout_str){ text, key };
        room[labels.count].value = (struct rollout_str){ text + key + (key < len), len - key - (key < len) };
        labels.count++;
        text += len + (text[len] == ',');
    }
    return labels;
}

/* ---- one term, m=1: a pod a letter ---- */

static const struct row {
    const char *name, *pods, *wait, *expected;
} rows[] = {
    { "one alone", "U", "0", "0" },
    { "ordering 7.5 row 1", "UUUUMM", "0 1 2 3 4 5", "4 0 1 2 3 5" },
    { "ordering 7.5 row 2", "UUUMMM", "0 1 2 3 4 5", "3 0 1 4 2 5" },
    { "ordering 7.5 row 3", "UUUUUUMMM", "0 1 2 3 4 5 6 7 8", "6 0 1 2 7 3 4 5 8" },
    { "ordering 7.5 row 4", "UUMMMM", "0 1 2 3 4 5", "2 3 0 4 1 5" },
    { "ordering 7.5 row 5", "MMMMMUUUU", "0 1 2 3 4 5 6 7 8", "0 5 1 6 2 7 3 8 4" },
    { "ordering 7.5 row 6", "MMMMMMUUU", "0 1 2 3 4 5 6 7 8", "0 1 6 2 3 7 4 8 5" },
    { "ordering 7.5 row 7", "MMMUUUUUUU", "0 1 2 3 4 5 6 7 8 9", "0 3 4 5 6 1 7 8 9 2" },
    { "ordering 7.5 row 8", "UUUUMMM", "0 1 2 3 4 5", "0 1 4 2 3 5" },
    { "ordering 7.5 row 9", "MMUUUUUUUM", "0 1 2 3 4 5 6", "2 0 3 4 5 6 1" },
    { "ordering 7.5 row 10", "UM", "0 1", "0 1" },
    { "cloneset 6.2: oooo xx", "UUUUMM", "0 1 2 3 4 5", "4 0 1 2 3 5" },
    { "cloneset 6.2: ooo xxx", "UUUMMM", "0 1 2 3 4 5", "3 0 1 4 2 5" },
    { "cloneset 6.2: 6o 3x", "UUUUUUMMM", "0 1 2 3 4 5 6 7 8", "6 0 1 2 7 3 4 5 8" },
    { "cloneset 6.2: oo xxxx", "UUMMMM", "0 1 2 3 4 5", "2 3 0 4 1 5" },
    { "cloneset 6.2: 0-6 of xxooooooox", "MMUUUUUUUM", "0 1 2 3 4 5 6", "2 0 3 4 5 6 1" },
    { "ordering 7.3: one matched", "UUUMUU", "0 1 2 3 4 5", "0 1 2 3 4 5" },
    { "ordering 7.3: one unmatched", "MMMUMM", "5 4 3 2 1 0", "5 4 3 2 1 0" },
    { "ordering 7.3: none matched", "UUUU", "3 1 2 0", "3 1 2 0" },
    { "ordering 7.3: incoming order is kept inside", "UUUUMM", "5 3 2 1 0 4", "5 3 2 1 0 4" },
    { "nothing waits", "UUUUMM", "", "" },
    { "one waits", "UUUUMM", "4", "4" },
    /* ordering 7.6: two a wave, the rest sorted again */
    { "ordering 7.6: wave 1 of two", "MMMUUUUUUU", "0 1 2 3 4 5 6 7 8 9", "0 3 4 5 6 1 7 8 9 2" },
};

static struct rollout_label is_matched = { { "m", 1 }, { "1", 1 } };

static size_t letters(const char *text, struct rollout_pod *pods)
{
    size_t n = strlen(text);
    for (size_t i = 0; i < n; i++)
        pods[i] = (struct rollout_pod){ .labels = { &is_matched, text[i] == 'M', sizeof(is_matched) } };
    return n;
}

START_TEST(test_row)
{
    const struct row *row = &rows[_i];
    struct rollout_pod pods[LIST_MAX];
    struct rollout_pods view = { pods, letters(row->pods, pods), sizeof(*pods) };
    struct rollout_labels terms = { &is_matched, 1, sizeof(is_matched) };
    uint32_t wait[LIST_MAX];
    char buf[256];
    size_t n = numbers(row->wait, wait);
    ck_assert_int_eq(rollout_order_scatter(&terms, &view, wait, n, NULL), ROLLOUT_OK);
    ck_assert_msg(strcmp(text_of(wait, n, buf), row->expected) == 0, "%s: %s", row->name, buf);
}
END_TEST

/* Taking `step` pods a wave and sorting the rest again. */
static const struct waves {
    const char *name;
    size_t step;
    const char *expected;
} waves[] = {
    { "ordering 7.6: one a wave", 1, "0 3 4 5 1 2 6 7 8 9" },
    { "ordering 7.6: two a wave", 2, "0 3 4 5 1 6 2 7 8 9" },
};

START_TEST(test_waves)
{
    struct rollout_pod pods[LIST_MAX];
    struct rollout_pods view = { pods, letters("MMMUUUUUUU", pods), sizeof(*pods) };
    struct rollout_labels terms = { &is_matched, 1, sizeof(is_matched) };
    uint32_t taken[LIST_MAX];
    char buf[256];
    size_t n = 0;
    while (n < view.count) {
        /* What waits comes in the order of the pods. */
        uint32_t wait[LIST_MAX];
        size_t left = 0;
        for (uint32_t i = 0; i < view.count; i++) {
            size_t j = 0;
            while (j < n && taken[j] != i)
                j++;
            if (j == n)
                wait[left++] = i;
        }
        ck_assert_int_eq(rollout_order_scatter(&terms, &view, wait, left, NULL), ROLLOUT_OK);
        for (size_t i = 0; i < waves[_i].step && i < left; i++)
            taken[n++] = wait[i];
    }
    ck_assert_msg(strcmp(text_of(taken, n, buf), waves[_i].expected) == 0, "%s: %s", waves[_i].name, buf);
}
END_TEST

/* ---- several terms ---- */

static const struct terms_case {
    const char *name, *terms, *pods[10], *wait, *expected;
} term_cases[] = {
    { "ordering 7.5: two terms, the smaller last",
      "g=b,g=a",
      { "g=a", "g=a", "g=a", "g=b", "g=b", "", "", "" },
      "0 1 2 3 4 5 6 7",
      "3 0 5 1 6 7 2 4" },
    { "cloneset 6.2: terms A, B over B B - - A A",
      "g=a,g=b",
      { "g=b", "g=b", "", "", "g=a", "g=a" },
      "0 1 2 3 4 5",
      "0 4 2 3 5 1" },
    { "ordering 7.2: equal counts in the given order",
      "g=b,g=a",
      { "g=b", "g=b", "", "", "g=a", "g=a" },
      "0 1 2 3 4 5",
      "4 0 2 3 1 5" },
    { "ordering 7.2: a term that matches nothing is dropped",
      "g=c,g=b",
      { "", "", "", "", "g=b", "g=b" },
      "0 1 2 3 4 5",
      "4 0 1 2 3 5" },
    /* With one term B only, the others' share is that of row 1; given twice it is applied once. */
    { "ordering 7.2: a duplicate stays once",
      "g=b,g=b",
      { "", "", "", "", "g=b", "g=b" },
      "0 1 2 3 4 5",
      "4 0 1 2 3 5" },
    /* B counts 4, so it goes before A with 3: first 3 0 1 2 5 6 7 4, then A in groups of 1 and 3. */
    { "ordering 7.2: a duplicate counts twice",
      "g=b,g=a,g=b",
      { "g=a", "g=a", "g=a", "g=b", "g=b", "", "", "" },
      "0 1 2 3 4 5 6 7",
      "0 3 5 6 1 7 4 2" },
    { "ordering 7.4: * is a value like others", "g=*", { "", "", "", "", "g=b", "g=b" }, "0 1 2 3 4 5", "0 1 2 3 4 5" },
    { "ordering 11: one term, empty value: also without the label",
      "g=",
      { "g=x", "g=x", "g=x", "g=x", "", "" },
      "0 1 2 3 4 5",
      "4 0 1 2 3 5" },
    { "ordering 11: several terms, empty value that nobody has: dropped",
      "g=,h=1",
      { "", "", "", "", "g=x", "g=x" },
      "0 1 2 3 4 5",
      "0 1 2 3 4 5" },
    { "ordering 11: several terms, empty value that one has: takes those without",
      "h=1,g=",
      { "g=x", "g=x", "g=x", "g=x", "g=", "" },
      "0 1 2 3 4 5",
      "4 0 1 2 3 5" },
    { "two keys", "h=1,g=a", { "g=a,h=1", "g=a", "g=a", "h=1", "", "", "", "" }, "0 1 2 3 4 5 6 7", "0 4 5 1 6 7 2 3" },
};

START_TEST(test_terms)
{
    const struct terms_case *c = &term_cases[_i];
    struct rollout_label room[10][4], term_room[4];
    struct rollout_pod pods[10];
    size_t count = 0;
    for (; count < 10 && c->pods[count]; count++)
        pods[count] = (struct rollout_pod){ .labels = labels_of(c->pods[count], room[count]) };
    struct rollout_pods view = { pods, count, sizeof(*pods) };
    struct rollout_labels terms = labels_of(c->terms, term_room);
    uint32_t wait[LIST_MAX];
    char buf[256];
    size_t n = numbers(c->wait, wait);
    ck_assert_int_eq(rollout_order_scatter(&terms, &view, wait, n, NULL), ROLLOUT_OK);
    ck_assert_msg(strcmp(text_of(wait, n, buf), c->expected) == 0, "%s: %s", c->name, buf);
}
END_TEST

/* ---- the rest ---- */

/* ordering 7.3: 2949/2948 and 2948/2947 are the same 32-bit float, so that the fleet is not looked at; by
 * their integers the second is larger and an unmatched pod would come first. */
START_TEST(test_float)
{
    size_t matched = 2949, others = 2949, count = matched + others, n = 0;
    struct rollout_pod *pods = calloc(count, sizeof(*pods));
    uint32_t *wait = malloc(count * sizeof(*wait));
    for (size_t i = 0; i < count; i++) {
        if (i < matched)
            pods[i].labels = (struct rollout_labels){ &is_matched, 1, sizeof(is_matched) };
        if (i != 0 && i != matched) /* one of each kind is updated already */
            wait[n++] = (uint32_t)i;
    }
    struct rollout_pods view = { pods, count, sizeof(*pods) };
    struct rollout_labels terms = { &is_matched, 1, sizeof(is_matched) };
    ck_assert_int_eq(rollout_order_scatter(&terms, &view, wait, n, NULL), ROLLOUT_OK);
    ck_assert_uint_eq(wait[0], 1);
    ck_assert_uint_eq(wait[1], matched + 1);
    ck_assert_uint_eq(wait[n - 1], matched - 1);
    free(pods);
    free(wait);
}
END_TEST

/* Row 8 of 7.5 is row 1 again where the updated pod does not count. */
START_TEST(test_counted)
{
    struct rollout_pod pods[LIST_MAX];
    struct ro_pods view = { .items = (const char *)pods, .stride = sizeof(*pods) };
    struct rollout_labels terms = { &is_matched, 1, sizeof(is_matched) };
    uint8_t marks[] = { 6, 2, 2, 3, 2, 2, 5 };
    char buf[256];
    view.count = letters("UUUUMMM", pods);
    void *scratch = malloc(ro_scatter_scratch(&terms, 6, view.count));
    static const struct {
        uint8_t bit;
        const char *expected;
    } cases[] = { { 7, "0 1 4 2 3 5" }, { 2, "4 0 1 2 3 5" } };
    for (int i = 0; i < 2; i++) {
        uint32_t wait[] = { 0, 1, 2, 3, 4, 5 };
        ro_scatter(&terms, &view, marks, cases[i].bit, wait, 6, scratch);
        ck_assert_str_eq(text_of(wait, 6, buf), cases[i].expected);
    }
    /* Waiting pods that do not count at all: no division by what is not there. */
    uint32_t wait[] = { 0, 1, 2, 3, 4, 5 };
    ro_scatter(&terms, &view, marks, 8, wait, 6, scratch);
    ck_assert_str_eq(text_of(wait, 6, buf), "4 0 1 2 3 5");
    free(scratch);
}
END_TEST

/* A list that names pods twice keeps them twice. */
START_TEST(test_twice)
{
    struct rollout_pod pods[LIST_MAX];
    struct rollout_pods view = { pods, letters("MU", pods), sizeof(*pods) };
    struct rollout_labels terms = { &is_matched, 1, sizeof(is_matched) };
    uint32_t wait[] = { 0, 0, 0, 1, 1 };
    char buf[64];
    ck_assert_int_eq(rollout_order_scatter(&terms, &view, wait, 5, NULL), ROLLOUT_OK);
    ck_assert_str_eq(text_of(wait, 5, buf), "0 1 0 1 0");
}
END_TEST

/* Many terms take another way to the same order: that of each term alone, the one that most waiting pods have first. */
START_TEST(test_many)
{
    enum { PODS = 400, KEYS = 4, ALL = 3 }; /* the last key's: one that all pods have, but for one that waits */
    static struct rollout_pod pods[PODS];
    static struct rollout_label labels[PODS * KEYS], terms[KEYS * 100];
    static const char *const keys[KEYS] = { "a", "b", "c", "d" };
    static char values[100][4];
    uint32_t wait[PODS], expected[PODS], order[KEYS * 100], state = (uint32_t)_i + 1, count = 0;
    size_t n = 0, waiting[KEYS * 100] = { 0 };
    for (int v = 0; v < 100; v++)
        sprintf(values[v], "%d", v);
    for (uint32_t i = 0; i < PODS; i++) {
        uint32_t has = 0;
        for (int k = 0; k < KEYS; k++) {
            state = state * 1664525u + 1013904223u;
            uint32_t value = k == ALL ? 0 : (state >> 8) % (5u + 30u * (uint32_t)k); /* few values, many, more */
            if (k == ALL ? i == 1 : (state >> 28) == 0)
                continue;
            labels[i * KEYS + has++] = (struct rollout_label){ str_of(keys[k]), str_of(values[value]) };
        }
        pods[i].labels = (struct rollout_labels){ &labels[i * KEYS], has, 0 };
        if (i % 5)
            expected[n] = wait[n] = i * 7 % PODS, n++;
    }
    for (uint32_t k = 0; k < KEYS; k++)
        for (uint32_t v = 0; v < (k == ALL ? 1 : 5 + 30 * k + (uint32_t)_i % 2); v++) /* at times one that no pod has */
            terms[count++] = (struct rollout_label){ str_of(keys[k]), str_of(values[v]) };
    for (uint32_t t = 0; t < count; t++)
        for (size_t i = 0; i < n; i++) {
            const struct rollout_str *value = ro_labels_get(&pods[wait[i]].labels, terms[t].key);
            waiting[t] += value && ro_str_eq(*value, terms[t].value);
        }
    for (uint32_t t = 0; t < count; t++) { /* insertion sort, stable */
        uint32_t at = t;
        for (; at > 0 && waiting[order[at - 1]] < waiting[t]; at--)
            order[at] = order[at - 1];
        order[at] = t;
    }
    struct rollout_pods view = { pods, PODS, sizeof(*pods) };
    for (uint32_t t = 0; t < count && waiting[order[t]] > 0; t++) {
        struct rollout_labels one = { &terms[order[t]], 1, 0 };
        ck_assert_int_eq(rollout_order_scatter(&one, &view, expected, n, NULL), ROLLOUT_OK);
    }
    struct rollout_labels all = { terms, count, 0 };
    ck_assert_int_eq(rollout_order_scatter(&all, &view, wait, n, NULL), ROLLOUT_OK);
    for (size_t i = 0; i < n; i++)
        ck_assert_msg(wait[i] == expected[i], "place %zu: %u, not %u", i, (unsigned)wait[i], (unsigned)expected[i]);
}
END_TEST

START_TEST(test_none)
{
    struct rollout_pod pods[LIST_MAX];
    struct rollout_pods view = { pods, letters("UUUUMM", pods), sizeof(*pods) };
    uint32_t wait[] = { 5, 4, 3, 2, 1, 0 };
    char buf[64];
    struct rollout_labels terms = { NULL, 0, 0 };
    ck_assert_int_eq(rollout_order_scatter(&terms, &view, wait, 6, NULL), ROLLOUT_OK);
    ck_assert_int_eq(rollout_order_scatter(NULL, &view, wait, 6, NULL), ROLLOUT_OK);
    ck_assert_str_eq(text_of(wait, 6, buf), "5 4 3 2 1 0");
    terms.count = UINT32_MAX;
    ck_assert_uint_eq(ro_scatter_scratch(&terms, SIZE_MAX, 1), SIZE_MAX);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("scatter");
    TCase *tcase = tcase_create("scatter");
    tcase_add_loop_test(tcase, test_row, 0, (int)(sizeof(rows) / sizeof(*rows)));
    tcase_add_loop_test(tcase, test_waves, 0, (int)(sizeof(waves) / sizeof(*waves)));
    tcase_add_loop_test(tcase, test_terms, 0, (int)(sizeof(term_cases) / sizeof(*term_cases)));
    tcase_add_test(tcase, test_float);
    tcase_add_test(tcase, test_counted);
    tcase_add_test(tcase, test_twice);
    tcase_add_loop_test(tcase, test_many, 0, 20);
    tcase_add_test(tcase, test_none);
    suite_add_tcase(suite, tcase);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
