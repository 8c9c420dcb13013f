/* SPDX-License-Identifier: Apache-2.0 */
/* The rows of cloneset.md 1.3 and 3.3, by their numbers. */
#include <check.h>
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "planners/cloneset_diff.h"

enum { RB = 1, PU = 2, CUR_IS_UPD = 4, EXCL = 8, PAUSED = 16, NO_ROLLING = 32, NO_REPLICAS = 64 };

static struct rollout_intstr intstr(const char *text)
{
    struct rollout_intstr value = { 0 };
    if (!text)
        return value;
    if (text[0] == '"') {
        value.kind = ROLLOUT_INTSTR_TEXT;
        value.text = (struct rollout_str){ text + 1, strlen(text) - 2 };
    } else {
        value.kind = ROLLOUT_INTSTR_INT;
        value.count = (int32_t)strtol(text, NULL, 10);
    }
    return value;
}

static struct rollout_cloneset spec_of(int replicas, const char *partition, const char *unavailable, const char *surge,
                                       const char *m, unsigned flags)
{
    return (struct rollout_cloneset){
        .struct_size = sizeof(struct rollout_cloneset),
        .flags = (flags & NO_ROLLING ? 0u : ROLLOUT_CLONESET_ROLLING_UPDATE) |
                 (flags & PAUSED ? (unsigned)ROLLOUT_CLONESET_PAUSED : 0u),
        .replicas = { 1, replicas },
        .partition = intstr(partition),
        .max_unavailable = intstr(unavailable),
        .max_surge = intstr(surge),
        .scale_max_unavailable = intstr(m),
    };
}

static int64_t take_number(const char **text)
{
    int64_t number = 0;
    for (; isdigit((unsigned char)**text); ++*text)
        number = number * 10 + (**text - '0');
    return number;
}

/* The notation of 3.3: "2n-* 3n nD* oQ". */
static void add_pods(struct ro_cloneset_scale *scale, const char *pods, bool gate)
{
    while (*pods) {
        while (*pods == ' ')
            pods++;
        int64_t times = isdigit((unsigned char)*pods) ? take_number(&pods) : 1;
        bool is_new = *pods++ == 'n', unready = false, specified = false, deleting = false, settled = true;
        for (; *pods && *pods != ' '; pods++) {
            unready |= *pods == '-';
            specified |= *pods == '*';
            deleting |= *pods == 'D';
            settled &= *pods == '-' || *pods == '*';
            if (*pods == 'Q' && gate)
                is_new = true;
        }
        struct ro_cloneset_group *group = is_new ? &scale->new_ : &scale->old;
        group->all += times;
        if (deleting)
            group->preparing_delete += times;
        else if (specified)
            group->to_delete += times;
        else if (unready || !settled)
            group->unavailable += times;
    }
}

static const struct {
    const char *name;
    int replicas;
    const char *partition, *unavailable, *surge, *m, *pods;
    unsigned flags;
    int use_surge, use_surge_old, up, up_old, up_limit, ready_limit, down, down_old, update, update_unavailable;
} rows[] = {
    { "T1", 5, "0", "1", "0", NULL, "", 0, 0, 0, 5, 0, 5, 0, 0, 0, 0, 0 },
    { "T2", 5, "0", "1", "0", NULL, "n* 4n", 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0 },
    { "T3", 5, "0", "1", "0", NULL, "n* 3n", 0, 0, 0, 1, 0, 1, 0, 0, 0, 0, 0 },
    { "T4", 5, "0", "1", "0", NULL, "n* 3n n-", 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 },
    { "T5", 4, "0", "1", "0", NULL, "2n-* 3n", 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0 },
    { "T6", 5, "3", "1", "0", NULL, "5o", 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 1 },
    { "T7", 5, "4", "2", "0", NULL, "4n o", RB, 0, 0, 0, 0, 0, 0, 0, 0, -3, 2 },
    { "T8", 5, "4", "1", "0", NULL, "o 4n", 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 },
    { "T9", 5, "0", "0", "1", NULL, "n* 4n", 0, 1, 0, 1, 0, 1, 0, 0, 0, 0, 0 },
    { "T10", 5, "0", "0", "1", NULL, "n* 4n n-", 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0 },
    { "T11", 5, "0", "0", "1", NULL, "n* 5n", 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0 },
    { "T12", 5, "3", "1", "1", NULL, "5o", 0, 1, 0, 1, 0, 1, 0, 0, 0, 2, 1 },
    { "T13", 5, "3", "1", "1", NULL, "5o n-", 0, 1, 0, 0, 0, 0, 0, 0, 0, 1, 2 },
    { "T14", 5, "3", "1", "1", NULL, "4o nU- n-", 0, 0, 0, 0, 0, 0, 0, 1, 1, 0, 0 },
    { "T15", 5, "3", "1", "1", NULL, "4o n n-", 0, 0, 0, 0, 0, 0, 1, 1, 1, 0, 0 },
    { "T16", 5, "3", "1", "1", NULL, "4o o* n-", 0, 1, 1, 0, 0, 0, 1, 0, 0, 1, 2 },
    { "T17", 5, "3", "1", "1", NULL, "4o n-", 0, 1, 0, 1, 0, 1, 0, 0, 0, 1, 1 },
    { "T18", 5, "3", "1", "1", NULL, "4o 2n-", 0, 0, 0, 0, 0, 0, 0, 1, 1, 0, 0 },
    { "T19", 5, "\"99%\"", "3", "2", NULL, "5o", 0, 1, 0, 1, 0, 1, 0, 0, 0, 1, 3 },
    { "T20", 5, "\"99%\"", "3", "2", NULL, "5o n-", 0, 0, 0, 0, 0, 0, 3, 1, 1, 0, 0 },
    { "T21", 5, "\"99%\"", "\"40%\"", "\"30%\"", NULL, "5o", 0, 1, 0, 1, 0, 1, 0, 0, 0, 1, 2 },
    { "T22", 5, "\"99%\"", "\"30%\"", "\"30%\"", NULL, "5o", 0, 1, 0, 1, 0, 1, 0, 0, 0, 1, 1 },
    { "T23", 5, "3", "1", "0", NULL, "2o 3n", CUR_IS_UPD, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 },
    { "T24", 5, "1", "1", "0", NULL, "3o 2n", CUR_IS_UPD, 0, 0, 0, 0, 0, 0, 0, 0, 2, 1 },
    { "T25", 5, "1", "2", "0", NULL, "2o 2n", CUR_IS_UPD, 0, 0, 1, 0, 1, 0, 0, 0, 1, 1 },
    { "T26", 5, "1", "1", "0", NULL, "3o 3n", CUR_IS_UPD, 0, 0, 0, 0, 0, 2, 1, 2, 1, 2 },
    { "T27", 6, "0", "1", "0", "2", "2n n-", 0, 0, 0, 3, 0, 1, 0, 0, 0, 0, 0 },
    { "T28", 6, "0", "1", "0", "2", "n 2n-", 0, 0, 0, 3, 0, 0, 0, 0, 0, 0, 0 },
    { "T29", 3, "0", "1", "0", NULL, "2n nD*", 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 },
    { "T30", 3, "0", "1", "0", NULL, "2n nD*", EXCL, 0, 0, 1, 0, 1, 0, 0, 0, 0, 0 },
    { "T31", 3, "0", "1", "0", NULL, "2n nD* n-", EXCL, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 },
    { "T32", 4, "\"90%\"", "1", "0", NULL, "oQ 2o", EXCL | PU, 0, 0, 1, 1, 1, 0, 0, 0, 0, 0 },
    { "T33", 4, "2", "1", "0", NULL, "oQ 2o", EXCL | PU, 0, 0, 1, 0, 1, 0, 0, 0, 0, 0 },
    { "T34", 5, "0", "0", "3", NULL, "3o", PAUSED, 0, 0, 2, 0, 2, 0, 0, 0, 3, -2 },
    { "T35", 3, "0", "0", "3", NULL, "5o", PAUSED, 0, 0, 0, 0, 0, 2, 2, 5, 3, 2 },
    { "T36", 5, "0", "0", "3", NULL, "5o 3n-", PAUSED, 0, 0, 0, 0, 0, 0, 3, 5, 2, 3 },
    { "D37", 5, "0", "0", "3", NULL, "5o 3n", PAUSED, 0, 0, 0, 0, 0, 3, 3, 5, 2, 3 },
    { "D38", 3, "0", "1", "0", "1", "2n nD*", EXCL, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0 },
    { "D39", 4, NULL, NULL, NULL, NULL, "o* 3o", NO_ROLLING, 0, 0, 0, 0, 0, 0, 0, 0, 4, 0 },
    { "D40", 5, NULL, NULL, NULL, NULL, "o* 4o", NO_ROLLING, 0, 0, 0, 0, 0, 1, 0, 0, 5, 1 },
    { "D41", 10, "0", "\"12.5%\"", "0", NULL, "10o", 0, 0, 0, 0, 0, 0, 0, 0, 0, 10, 0 },
    { "D42", 2, "\"99%\"", "\"50%\"", "0", NULL, "oQ", 0, 0, 0, 1, 0, 1, 0, 0, 0, 0, 0 },
    { "D43", 2, "\"99%\"", "\"50%\"", "0", NULL, "oQ", PU, 0, 0, 1, 1, 1, 0, 0, 0, 0, 0 },
    { "D44", 1, "0", "\"10%\"", "\"50%\"", NULL, "n o-", CUR_IS_UPD, 0, 0, 0, 0, 0, 0, 1, 1, 0, 0 },
    { "D45", 5, "4", "0", "2", NULL, "4n o", RB, 2, 2, 2, 5, 2, 0, 0, 0, -3, 0 },
    { "D46", 3, "0", "\"20%\"", "0", NULL, "5n-", 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0 },
};

START_TEST(difference)
{
    struct rollout_cloneset spec = spec_of(rows[_i].replicas, rows[_i].partition, rows[_i].unavailable, rows[_i].surge,
                                           rows[_i].m, rows[_i].flags);
    struct ro_cloneset_scale scale = {
        .limits = ro_cloneset_limits(&spec),
        .one_revision = rows[_i].flags & CUR_IS_UPD,
        .rollback = rows[_i].flags & RB,
        .exclude_preparing_delete = rows[_i].flags & EXCL,
    };
    add_pods(&scale, rows[_i].pods, rows[_i].flags & PU);
    struct ro_cloneset_diff d = ro_cloneset_diff(&scale);
    const int64_t got[] = { d.use_surge,      d.use_surge_old,      d.scale_up,   d.scale_up_old,
                            d.scale_up_limit, d.delete_ready_limit, d.scale_down, d.scale_down_old };
    const int want[] = { rows[_i].use_surge, rows[_i].use_surge_old, rows[_i].up,   rows[_i].up_old,
                         rows[_i].up_limit,  rows[_i].ready_limit,   rows[_i].down, rows[_i].down_old };
    for (int k = 0; k < 8; k++)
        ck_assert_msg(got[k] == want[k], "%s column %d: %lld, not %d", rows[_i].name, k, (long long)got[k], want[k]);
    /* The update columns are those of the second run, which counts PreparingUpdate as old. */
    if (rows[_i].flags & PU)
        return;
    ck_assert_msg(d.update == rows[_i].update && d.update_max_unavailable == rows[_i].update_unavailable,
                  "%s: update %lld/%lld", rows[_i].name, (long long)d.update, (long long)d.update_max_unavailable);
}
END_TEST

/* Rows T hold with the rollback gate on and off unless the row says which (3.3). */
START_TEST(rollback_gate)
{
    if (rows[_i].name[0] != 'T' || rows[_i].flags & RB || !strcmp(rows[_i].name, "T8"))
        return;
    struct rollout_cloneset spec = spec_of(rows[_i].replicas, rows[_i].partition, rows[_i].unavailable, rows[_i].surge,
                                           rows[_i].m, rows[_i].flags);
    struct ro_cloneset_scale scale = {
        .limits = ro_cloneset_limits(&spec),
        .one_revision = rows[_i].flags & CUR_IS_UPD,
        .exclude_preparing_delete = rows[_i].flags & EXCL,
    };
    add_pods(&scale, rows[_i].pods, rows[_i].flags & PU);
    struct ro_cloneset_diff off = ro_cloneset_diff(&scale);
    scale.rollback = true;
    struct ro_cloneset_diff on = ro_cloneset_diff(&scale);
    ck_assert_msg(memcmp(&off, &on, sizeof on) == 0, "%s", rows[_i].name);
}
END_TEST

static const struct {
    int replicas;
    const char *partition, *unavailable, *surge;
    unsigned flags;
    int p, u, s; /* -1: not in the row */
} limits[] = {
    { 9, "\"99%\"", NULL, NULL, 0, 8, -1, -1 },
    { 99, "\"99%\"", NULL, NULL, 0, 98, -1, -1 },
    { 10, "\"90%\"", NULL, NULL, 0, 9, -1, -1 },
    { 10, "\"1%\"", NULL, NULL, 0, 1, -1, -1 },
    { 99, "\"100%\"", NULL, NULL, 0, 99, -1, -1 },
    { 0, "\"99%\"", NULL, NULL, 0, 0, -1, -1 },
    { 1, "\"1%\"", NULL, NULL, 0, 1, -1, -1 },
    { 10, "12", NULL, NULL, 0, 10, -1, -1 },
    { 10, "\"100.0%\"", NULL, NULL, 0, 9, -1, -1 },
    { 10, "\"150%\"", NULL, NULL, 0, 10, -1, -1 },
    { 10, "-2", NULL, NULL, 0, 0, -1, -1 },
    { 10, "\"x%\"", NULL, NULL, 0, 0, -1, -1 },
    { 10000, "\"0.07%\"", NULL, NULL, 0, 8, -1, -1 },
    { 5, NULL, "\"30%\"", "0", 0, 0, 2, 0 },
    { 5, NULL, "\"30%\"", "2", 0, 0, 1, 2 },
    { 5, NULL, "\"30%\"", "\"30%\"", PAUSED, 0, 2, 0 },
    { 1, NULL, "\"10%\"", "\"50%\"", 0, 0, 0, 1 },
    { 10, NULL, "\"12.5%\"", NULL, 0, 0, 0, 0 },
    { 10, NULL, "\"5\"", NULL, 0, 0, 1, 0 },
    { 10, NULL, NULL, NULL, 0, 0, 2, 0 },
    { 9, NULL, NULL, NULL, 0, 0, 2, 0 },
    { 9, NULL, NULL, NULL, NO_ROLLING, 0, 1, 0 },
    { 4, NULL, NULL, NULL, NO_ROLLING, 0, 0, 0 },
    { 10, NULL, "3", "-2", 0, 0, 3, -2 },
};

START_TEST(limit)
{
    struct rollout_cloneset spec = spec_of(limits[_i].replicas, limits[_i].partition, limits[_i].unavailable,
                                           limits[_i].surge, NULL, limits[_i].flags);
    struct ro_cloneset_limits got = ro_cloneset_limits(&spec);
    ck_assert_int_eq(got.partition, limits[_i].p);
    if (limits[_i].u >= 0)
        ck_assert_int_eq(got.max_unavailable, limits[_i].u);
    if (limits[_i].s != -1)
        ck_assert_int_eq(got.max_surge, limits[_i].s);
    ck_assert_int_eq(got.scale_max_unavailable, INT32_MAX);
    ck_assert_int_eq(got.partition_unusable, limits[_i].partition && !strcmp(limits[_i].partition, "\"x%\""));
}
END_TEST

/* "9223372036854775807%" of 209 pods is INT64_MIN, as in Go on amd64, whose sums wrap. */
START_TEST(wraps)
{
    struct rollout_cloneset spec = spec_of(209, NULL, "\"9223372036854775807%\"", NULL, "\"9223372036854775807%\"", 0);
    struct ro_cloneset_scale scale = { .limits = ro_cloneset_limits(&spec), .old = { .all = 8, .to_delete = 2 } };
    ck_assert_int_eq(scale.limits.max_unavailable, INT64_MIN);
    ck_assert_int_eq(scale.limits.scale_max_unavailable, INT64_MIN);
    scale.old.unavailable = 3;
    struct ro_cloneset_diff diff = ro_cloneset_diff(&scale);
    ck_assert_int_eq(diff.scale_up, 201);
    ck_assert_int_eq(diff.scale_up_limit, 201);                      /* INT64_MIN - 3 */
    ck_assert_int_eq(diff.delete_ready_limit, INT64_MAX - 201 - 2); /* INT64_MIN + (8 - 209) - 3 */
    ck_assert_int_eq(diff.update_max_unavailable, INT64_MAX - 200); /* INT64_MIN + 8 - 209 */
    scale.old = (struct ro_cloneset_group){ 0 };
    scale.new_ = (struct ro_cloneset_group){ .all = 209, .to_delete = 2 };
    scale.limits.max_surge = 1;
    ck_assert_int_eq(ro_cloneset_diff(&scale).use_surge, 0); /* 2 - INT64_MIN is negative, so it is no pod */
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("cloneset_diff");
    TCase *tcase = tcase_create("rows");
    tcase_add_loop_test(tcase, difference, 0, sizeof rows / sizeof *rows);
    tcase_add_loop_test(tcase, rollback_gate, 0, sizeof rows / sizeof *rows);
    tcase_add_test(tcase, wraps);
    tcase_add_loop_test(tcase, limit, 0, sizeof limits / sizeof *limits);
    suite_add_tcase(suite, tcase);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}
