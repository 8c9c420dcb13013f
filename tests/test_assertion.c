/* SPDX-License-Identifier: Apache-2.0 */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "sim/assertion.h"

/* ---- a release: ten pods wanted, in zones of 5, 3 and none ---- */

#define A 1 /* active */
#define V 2 /* available */
#define U 4 /* updated */
#define B 8 /* begun */

#define ROLE(value) { { "role", 4 }, { value, sizeof(value) - 1 } }
static const struct rollout_label follower[] = { ROLE("follower"), { { "app/x", 5 }, { "1", 1 } } };
static const struct rollout_label leader[] = { ROLE("leader") };

static const struct {
    const char *name;
    uint8_t is;
    uint32_t zone, restarts;
    const struct rollout_label *labels;
    uint32_t label_count;
} given[] = {
    { "f0", A | V | U, 1, 0, follower, 2 }, { "f1", A | V, 1, 1, follower, 2 },  { "f2", A, 1, 0, follower, 2 },
    { "l0", A | V | B, 2, 2, leader, 1 },   { "l1", A | V, 2, 0, leader, 1 },    { "gone", V | U | B, 2, 3, leader, 1 },
    { "bare", A | V, 0, 0, NULL, 0 },       { "bug", A | U | B, 4, 0, NULL, 0 },
};
#define PODS (sizeof given / sizeof *given)
/* active 7, available 6 (one that goes, too), updated 2, old 5, restarts 3 */

static struct world {
    struct rollout_pod pods[PODS];
    uint8_t active[PODS], available[PODS], updated[PODS], begun[PODS];
    uint32_t restarts[PODS], zones[PODS];
    struct ro_assertion_counts scratch[3];
    struct rollout_snapshot snapshot;
    struct ro_assertion_view view;
} w;
static const struct rollout_str zone_names[] = { { "eu-1", 4 }, { "eu-2", 4 }, { "eu-3", 4 } };
static const int64_t zone_wanted[] = { 5, 3, 0 };

static void setup(void)
{
    memset(&w, 0, sizeof w);
    for (size_t i = 0; i < PODS; i++) {
        w.pods[i].name = (struct rollout_str){ given[i].name, strlen(given[i].name) };
        w.pods[i].labels = (struct rollout_labels){ given[i].labels, given[i].label_count, 0 };
        w.active[i] = (given[i].is & A) != 0;
        w.available[i] = (given[i].is & V) != 0;
        w.updated[i] = (given[i].is & U) != 0;
        w.begun[i] = (given[i].is & B) != 0;
        w.restarts[i] = given[i].restarts;
        w.zones[i] = given[i].zone;
    }
    w.snapshot.pods.items = w.pods;
    w.snapshot.pods.count = PODS;
    w.snapshot.pods.stride = sizeof *w.pods;
    w.view = (struct ro_assertion_view){
        .snapshot = &w.snapshot,
        .active = w.active,
        .available = w.available,
        .updated = w.updated,
        .begun = w.begun,
        .restarts = w.restarts,
        .zones = w.zones,
        .zone_count = 3,
        .zone_names = zone_names,
        .zone_wanted = zone_wanted,
        .zone_scratch = w.scratch,
        .wanted = 10,
        .partition = 2,
        .max_surge = 3,
        .max_unavailable = 4,
        .elapsed_ms = 600001,
    };
}

static const struct ro_assertion *parse(struct ro_arena *arena, const char *text)
{
    const struct ro_assertion *assertion = NULL;
    struct rollout_error error = { .struct_size = sizeof error };
    int code = ro_assertion_parse(arena, (struct rollout_str){ text, strlen(text) }, 0, &assertion, &error);
    ck_assert_msg(code == ROLLOUT_OK, "%s", error.message);
    return assertion;
}

/* ---- what holds ---- */

static const struct claim {
    const char *text, *message; /* NULL: it holds */
} claims[] = {
    /* each quantity */
    { "available = 6", NULL },
    { "unavailable = 4", NULL },
    { "total = 7", NULL },
    { "updated = 2", NULL },
    { "old = 5", NULL },
    { "restarts = 3", NULL },
    { "replicas = 10", NULL },
    { "partition = 2", NULL },
    { "maxSurge = 3", NULL },
    { "maxUnavailable = 4", NULL },
    /* each comparison */
    { "total >= 7", NULL },
    { "total >= 8", "total 7, but at least 8 were promised" },
    { "total <= 7", NULL },
    { "total <= 6", "total 7, but at most 6 were promised" },
    { "total > 6", NULL },
    { "total > 7", "total 7, but more than 7 were promised" },
    { "total < 8", NULL },
    { "total < 7", "total 7, but less than 7 were promised" },
    { "total = 1", "total 7, but exactly 1 was promised" },
    { "total != 6", NULL },
    { "total != 7", "total 7, but anything but 7 were promised" },
    /* sums */
    { "total<=replicas+1", NULL },
    { "total <= replicas - maxSurge - 1", "total 7, but at most 6 were promised: replicas - maxSurge - 1" },
    { "available + old = 11", NULL },
    { "available + old < 11", "available + old = 11, but less than 11 were promised" },
    { "total - replicas >= 0", "total - replicas = -3, but at least 0 were promised" },
    { " \t7<=\n total ", NULL },
    { "8 <= total", "total 7, but at least 8 were promised" },
    { "3 + 4 < total + 0", "total + 0 = 7, but more than 7 were promised: 3 + 4" },
    { "3 > 4", "3 3, but more than 4 were promised" },
    { "1 - 2 < 0", NULL },
    /* rounding: 65% of 10 is 6.5, 61% is 6.1, 69% is 6.9, 75% is 7.5 */
    { "available >= 60%", NULL },
    { "available >= 61%", "available 6, but at least 7 were promised: 61% of 10, rounded up" },
    { "available >= 70 %", "available 6, but at least 7 were promised: 70 % of 10" },
    { "total <= 70%", NULL },
    { "total <= 69%", "total 7, but at most 6 were promised: 69% of 10, rounded down" },
    { "available > 59%", NULL },
    { "available > 65%", "available 6, but more than 6.5 were promised: 65% of 10" },
    { "total < 69%", "total 7, but less than 6.9 were promised: 69% of 10" },
    { "available = 65%", "available 6, but exactly 6.5 were promised: 65% of 10" },
    { "available != 65%", NULL },
    { "available >= 71% - 1", "available 6, but at least 7 were promised: 71% - 1, rounded up" },
    { "available >= 65% - 5%", NULL },
    { "available >= 1% - 2", NULL },
    { "1% - 2 >= available", "available 6, but at most -2 were promised: 1% - 2, rounded down" },
    { "available + 5% >= 65%", NULL },
    { "available + 5% >= 66%", "available + 5% = 6.5, but at least 6.6 were promised: 66% of 10" },
    { "total <= 10000%", NULL },
    /* zones: available 2 of 5, 3 of 3 (one goes), none */
    { "per zone: available >= 2", NULL },
    { "per zone : unavailable <= 3", NULL },
    { "per zone: unavailable <= 2", "zone eu-1: unavailable 3, but at most 2 were promised" },
    { "per zone: available >= 40%", NULL },
    { "per zone: available >= 41%", "zone eu-1: available 2, but at least 3 were promised: 41% of 5, rounded up" },
    { "per zone: restarts <= 2", "zone eu-2: restarts 3, but at most 2 were promised" },
    { "per zone: total <= replicas", NULL },
    { "per zone: total = replicas - 2", "zone eu-2: total 2, but exactly 1 was promised: replicas - 2" },
    { "per zone: old >= 3", "zone eu-1: old 2, but at least 3 were promised" },
    { "per zone: maxUnavailable = 4", NULL },
    /* until */
    { "old >= 6 until partition 2", NULL },
    { "old >= 6 until partition 3", NULL },
    { "old >= 6 until partition 1", "old 5, but at least 6 were promised until partition 1" },
    { "old >= 60% until partition 0", "old 5, but at least 6 were promised until partition 0: 60% of 10" },
    { "per zone: old >= 3 until partition 1", "zone eu-1: old 2, but at least 3 were promised until partition 1" },
    /* order */
    { "order: role=follower before role=leader",
      "pod l0 has begun and pod f1 has not, but role=follower before role=leader was promised" },
    { "order:role = follower,app/x=1 before role!=follower until partition 0",
      "pod l0 has begun and pod f1 has not, but role = follower,app/x=1 before role!=follower was promised until "
      "partition 0" },
    { "order: role=follower before role=leader until partition 2", NULL },
    { "order: role=leader before role=follower", NULL }, /* none of the latter has begun */
    { "order: role=follower,app/x=2 before role=leader", NULL },
    { "order: role before !role", "pod bug has begun and pod f1 has not, but role before !role was promised" },
    { "order: !role before role", "pod l0 has begun and pod bare has not, but !role before role was promised" },
    { "order: role!=follower before role=leader",
      "pod l0 has begun and pod l1 has not, but role!=follower before role=leader was promised" },
    { "order: before before role", NULL },
    /* time */
    { "finishes within 10m", "not finished after 600001 ms, but an end within 10m was promised" },
    { "finishes within 10m1ms", NULL },
    { "finishes within 600001ms", NULL },
    { "finishes within 600s", "not finished after 600001 ms, but an end within 600s was promised" },
    { "finishes within 601s", NULL },
    { "finishes within 1h30m", NULL },
    { "finishes within 2d", NULL },
    /* as large as it gets */
    { "1000000000000 + 1000000000000 <= 1000000000000 + 1",
      "1000000000000 + 1000000000000 = 2000000000000, but at most 1000000000001 were promised: "
      "1000000000000 + 1" },
};

START_TEST(test_claim)
{
    const struct claim *c = &claims[_i];
    struct ro_arena arena = { 0 };
    char message[320] = "";
    setup();
    bool holds = ro_assertion_holds(parse(&arena, c->text), &w.view, message, sizeof message);
    ck_assert_str_eq(message, c->message ? c->message : "");
    ck_assert_msg(holds == !c->message, "%s", c->text);
    ro_arena_free(&arena);
}
END_TEST

/* ---- views at their ends ---- */

START_TEST(test_done)
{
    struct ro_arena arena = { 0 };
    char message[320];
    setup();
    w.view.done = true;
    ck_assert(ro_assertion_holds(parse(&arena, "finishes within 1s"), &w.view, message, sizeof message));
    ro_arena_free(&arena);
}
END_TEST

/* A zone that had no pods counts once it has some; a zone that lost all of its pods does. */
START_TEST(test_zones)
{
    static const int64_t other[] = { 0, 0, 2 };
    struct ro_arena arena = { 0 };
    char message[320] = "";
    setup();
    w.view.zone_wanted = other;
    ck_assert(!ro_assertion_holds(parse(&arena, "per zone: total <= replicas"), &w.view, message, sizeof message));
    ck_assert_str_eq(message, "zone eu-1: total 3, but at most 0 were promised: replicas");
    ck_assert(!ro_assertion_holds(parse(&arena, "per zone: available >= 1"), &w.view, message, sizeof message));
    ck_assert_str_eq(message, "zone eu-3: available 0, but at least 1 was promised");
    w.view.zone_count = 0;
    w.view.zone_scratch = NULL;
    ck_assert(ro_assertion_holds(parse(&arena, "per zone: total > 100"), &w.view, message, sizeof message));
    ro_arena_free(&arena);
}
END_TEST

/* What is begun or done already does not wait; what goes does neither. */
START_TEST(test_order)
{
    struct ro_arena arena = { 0 };
    char message[320];
    setup();
    const struct ro_assertion *a = parse(&arena, "order: role=follower before role=leader");
    w.begun[1] = w.updated[2] = 1;
    ck_assert(ro_assertion_holds(a, &w.view, message, sizeof message));
    w.updated[2] = 0;
    ck_assert(!ro_assertion_holds(a, &w.view, message, sizeof message));
    w.active[2] = 0;
    ck_assert(ro_assertion_holds(a, &w.view, message, sizeof message));
    w.begun[1] = 0;
    ck_assert(!ro_assertion_holds(a, &w.view, message, sizeof message));
    w.active[3] = 0;
    ck_assert(ro_assertion_holds(a, &w.view, message, sizeof message));
    ro_arena_free(&arena);
}
END_TEST

START_TEST(test_extremes)
{
    static const char *const sums[] = {
        "partition+partition+partition+partition+partition+partition+partition+partition+partition+partition+"
        "partition+partition+partition+partition+partition+partition < 0",
        "10000%+10000%+10000%+10000%+10000%+10000%+10000%+10000%+10000%+10000%+10000%+10000%+10000%+10000%+10000%+"
        "10000% < 0 - unavailable",
        "per zone: 0 - replicas - replicas - replicas - replicas - unavailable > maxSurge + maxUnavailable",
    };
    static const int64_t far[] = { INT64_MAX, INT64_MAX, INT64_MAX };
    struct ro_arena arena = { 0 };
    char message[320];
    setup();
    w.view.wanted = w.view.partition = w.view.max_surge = w.view.max_unavailable = INT64_MAX;
    w.view.zone_wanted = far;
    for (size_t i = 0; i < sizeof sums / sizeof *sums; i++)
        ck_assert(!ro_assertion_holds(parse(&arena, sums[i]), &w.view, message, sizeof message));
    w.view.wanted = w.view.partition = INT64_MIN;
    ck_assert(ro_assertion_holds(parse(&arena, sums[0]), &w.view, message, sizeof message));
    ck_assert(!ro_assertion_holds(parse(&arena, "replicas > 100% + 5"), &w.view, message, sizeof message));
    ro_arena_free(&arena);
}
END_TEST

/* Whatever room there is, it ends there, and not within a character. */
START_TEST(test_room)
{
    static const char whole[] = "zone \xc3\xa4\xc3\xb6: available 2, but at least 3 were promised";
    static const struct rollout_str names[] = { { whole + 5, 4 } };
    struct ro_arena arena = { 0 };
    setup();
    w.view.zone_count = 1;
    w.view.zone_names = names;
    const struct ro_assertion *a = parse(&arena, "per zone: available >= 3");
    for (size_t size = 1; size <= sizeof whole; size++) {
        char *message = malloc(size);
        ck_assert_ptr_nonnull(message);
        ck_assert(!ro_assertion_holds(a, &w.view, message, size));
        size_t len = strlen(message);
        ck_assert_uint_eq(len, size - 1 - (size == 7 || size == 9));
        ck_assert(strncmp(message, whole, len) == 0);
        free(message);
    }
    ck_assert(!ro_assertion_holds(a, &w.view, NULL, 0));
    ro_arena_free(&arena);
}
END_TEST

START_TEST(test_clock)
{
    static const struct {
        const char *text;
        bool needs;
    } cases[] = { { "available >= 1", false },
                  { "per zone: old >= 3 until partition 0", false },
                  { "restarts <= 2", false },
                  { "order: a before b", true },
                  { "finishes within 1s", true } };
    struct ro_arena arena = { 0 };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        ck_assert_int_eq(ro_assertion_needs_clock(parse(&arena, cases[i].text)), cases[i].needs);
    ro_arena_free(&arena);
}
END_TEST

/* ---- what is refused ---- */

#define QUANTITY                                                                                                       \
    "is no quantity: one of available, unavailable, total, updated, old, restarts, replicas, partition, maxSurge, "    \
    "maxUnavailable, a number, N%"
#define COMPARISON "is no comparison: one of >=, <=, >, <, =, !=, or + and - before them"
#define MORE       "is not +, -, \"until\" or the end"
#define DURATION   "is no duration: like 500ms, 90s, 10m, 1h30m or 2d, up to 10^12 ms"
#define F17        "total+total+total+total+total+total+total+total+total+total+total+total+total+total+total+total+old"

static const struct refused {
    const char *text, *message; /* after "assertions[2]: "<text>": " */
} refusals[] = {
    { "", "its end " QUANTITY },
    { "  ", "its end " QUANTITY },
    { "avail >= 3", "\"avail\" " QUANTITY },
    { "Available >= 3", "\"Available\" " QUANTITY },
    { "available", "its end " COMPARISON },
    { "available 90%", "\"90\" " COMPARISON },
    { "available => 3", "\">\" " QUANTITY },
    { "available >=", "its end " QUANTITY },
    { "available >= 3 3", "\"3\" " MORE },
    { "available >= 3 >= 2", "\">\" " MORE },
    { "available >= 3x", "\"x\" " MORE },
    { "available >= 3.5", "\".5\" " MORE },
    { "available >= -3", "\"-3\" " QUANTITY },
    { "available >= 3 +", "its end " QUANTITY },
    { "available \xe2\x89\xa5 3", "\"\xe2\x89\xa5\" " COMPARISON },
    { "available >= 1000000000001", "\"1000000000001\" is too large: 0 to 10^12" },
    { "available >= 99999999999999999999999999", "\"99999999999999999999999999\" is too large: 0 to 10^12" },
    { "available >= 10001%", "\"10001\" is no percentage: 0 to 10000" },
    { F17 " > 1", NULL },
    { "old >= 3 until", "its end is not \"partition\"" },
    { "old >= 3 until part 0", "\"part\" is not \"partition\"" },
    { "old >= 3 until partition", "its end is no number" },
    { "old >= 3 until partition 30%", "\"%\" is more than was expected" },
    { "old >= 3 until partition -1", "\"-1\" is no number" },
    { "per node: old >= 3", "\"per\" " QUANTITY },
    { "per zone old >= 3", "\"old\" is not \":\"" },
    { "order role=a before role=b", "\"role\" is not \":\"" },
    { "order: role=a", "its end is not \"before\", \",\", \"=\" or \"!=\"" },
    { "order: role=a after role=b", "\"after\" is not \"before\", \",\", \"=\" or \"!=\"" },
    { "order: role=a before", "its end is no label key" },
    { "order: role=,x before role=b", "\",\" is no label value" },
    { "order: role=a, before role=b", "\"role\" is not \"before\", \",\", \"=\" or \"!=\"" },
    { "order: role=a before role=b c", "\"c\" is not \",\", \"until\" or the end" },
    { "order: -role before role=b", "\"-role\" is no label key" },
    { "order: a/b/c=1 before role=b", "\"a/b/c\" is no label key" },
    { "order: role=a/b before role=b", "\"a/b\" is no label value" },
    { "order: !role=a before role=b", "\"=\" is not \"before\", \",\", \"=\" or \"!=\"" },
    { "finishes in 10m", "\"in\" is not \"within\"" },
    { "finishes within", "its end " DURATION },
    { "finishes within 10", "\"10\" " DURATION },
    { "finishes within 10 m", "\"10\" " DURATION },
    { "finishes within m", "\"m\" " DURATION },
    { "finishes within 10w", "\"10w\" " DURATION },
    { "finishes within 1.5h", "\"1.5h\" " DURATION },
    { "finishes within 1h30", "\"1h30\" " DURATION },
    { "finishes within 1000000001s", "\"1000000001s\" " DURATION },
    { "finishes within 99999999999999999999d", "\"99999999999999999999d\" " DURATION },
    { "finishes within 1d1000000000000ms", "\"1d1000000000000ms\" " DURATION },
    { "finishes within 10m until partition 0", "\"until\" is more than was expected" },
};

START_TEST(test_refused)
{
    const struct refused *c = &refusals[_i];
    struct ro_arena arena = { 0 };
    const struct ro_assertion *assertion = NULL;
    struct rollout_error error = { .struct_size = sizeof error };
    char message[640];
    struct rollout_str text = { c->text, strlen(c->text) };
    ck_assert_int_eq(ro_assertion_parse(&arena, text, 2, &assertion, &error), ROLLOUT_ERR_INVALID);
    ck_assert_ptr_null(assertion);
    ck_assert_str_eq(error.field, "assertions[2]");
    ck_assert_uint_eq(error.index, 2);
    if (c->message) {
        snprintf(message, sizeof message, "assertions[2]: \"%s\": %s", c->text, c->message);
        ck_assert_str_eq(error.message, message);
        snprintf(message, sizeof message, "\"%s\"", c->text);
        if (!strpbrk(c->text, "<>")) /* which JSON has as escapes */
            ck_assert_str_eq(error.value, message);
    } else {
        ck_assert_ptr_nonnull(strstr(error.message, "...\": \"old\" is one term too many: a sum has at most 16"));
    }
    ro_arena_free(&arena);
}
END_TEST

START_TEST(test_absent)
{
    struct ro_arena arena = { 0 };
    const struct ro_assertion *assertion = NULL;
    ck_assert_int_eq(ro_assertion_parse(&arena, (struct rollout_str){ 0 }, 0, &assertion, NULL), ROLLOUT_ERR_INVALID);
    ck_assert_int_eq(ro_assertion_parse(&arena, (struct rollout_str){ NULL, 7 }, 0, &assertion, NULL),
                     ROLLOUT_ERR_INVALID);
    ro_arena_free(&arena);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("assertion");
    TCase *tcase = tcase_create("assertion");
    suite_add_tcase(suite, tcase);
    tcase_add_loop_test(tcase, test_claim, 0, sizeof claims / sizeof *claims);
    tcase_add_test(tcase, test_done);
    tcase_add_test(tcase, test_zones);
    tcase_add_test(tcase, test_order);
    tcase_add_test(tcase, test_extremes);
    tcase_add_test(tcase, test_room);
    tcase_add_test(tcase, test_clock);
    tcase_add_loop_test(tcase, test_refused, 0, sizeof refusals / sizeof *refusals);
    tcase_add_test(tcase, test_absent);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
