/* SPDX-License-Identifier: Apache-2.0 */
#include <check.h>

#include "base/str.h"
#include "rules/ordinal.h"

#define TEXT(literal)                                                                                                  \
    {                                                                                                                  \
        literal, sizeof(literal) - 1                                                                                   \
    }

/* statefulset.md 2.1: the last "-<digits>", base 10, must fit int32; parent = the text before it. */
static const struct {
    struct rollout_str name, parent;
    int32_t ordinal;
} names[] = {
    { TEXT("web-0"), TEXT("web"), 0 },
    { TEXT("web-12"), TEXT("web"), 12 },
    { TEXT("web-01"), TEXT("web"), 1 },
    { TEXT("web-0-7"), TEXT("web-0"), 7 },
    { TEXT("web--7"), TEXT("web-"), 7 },
    { TEXT("-3"), TEXT(""), 3 },
    { TEXT("web-2147483647"), TEXT("web"), 2147483647 },
    { TEXT("web-2147483648"), TEXT("web"), -1 },
    { TEXT("web-99999999999999999999999999"), TEXT("web"), -1 },
    { TEXT("web-000000000000000000000000012"), TEXT("web"), 12 },
    { TEXT("web-"), TEXT(""), -1 },
    { TEXT("web"), TEXT(""), -1 },
    { TEXT("web1"), TEXT(""), -1 },
    { TEXT("web-1a"), TEXT(""), -1 },
    { TEXT("12"), TEXT(""), -1 },
    { TEXT(""), TEXT(""), -1 },
};

START_TEST(test_ordinal_of)
{
    struct rollout_str parent;
    ck_assert_msg(ro_ordinal_of(names[_i].name, &parent) == names[_i].ordinal, "%s", names[_i].name.data);
    ck_assert_msg(ro_str_eq(parent, names[_i].parent), "%s", names[_i].name.data);
}
END_TEST

/* statefulset.md 2.3; upstream writes ordinals without zeros before them. */
static const struct {
    struct rollout_str claim, template, set;
    int32_t ordinal;
    bool fits;
} claims[] = {
    { TEXT("data-web-0"), TEXT("data"), TEXT("web"), 0, true },
    { TEXT("data-web-123"), TEXT("data"), TEXT("web"), 123, true },
    { TEXT("data-web-123"), TEXT("data"), TEXT("web"), 12, false },
    { TEXT("data-web-01"), TEXT("data"), TEXT("web"), 1, false },
    { TEXT("data-web-00"), TEXT("data"), TEXT("web"), 0, false },
    { TEXT("data-web-web-1"), TEXT("data-web"), TEXT("web"), 1, true },
    { TEXT("data-web-web-1"), TEXT("data"), TEXT("web"), 1, false },
    { TEXT("data-web-web-1"), TEXT("data"), TEXT("web-web"), 1, true },
    { TEXT("data-web-1-2"), TEXT("data"), TEXT("web"), 2, false },
    { TEXT("data-web-1-2"), TEXT("data"), TEXT("web-1"), 2, true },
    { TEXT("data-web-4294967296"), TEXT("data"), TEXT("web"), 0, false },
    { TEXT("data-web-"), TEXT("data"), TEXT("web"), 0, false },
    { TEXT("data-web-x"), TEXT("data"), TEXT("web"), 0, false },
    { TEXT("data-web0"), TEXT("data"), TEXT("web"), 0, false },
    { TEXT("dataxweb-0"), TEXT("data"), TEXT("web"), 0, false },
    { TEXT("logs-web-0"), TEXT("data"), TEXT("web"), 0, false },
    { TEXT("data-wab-0"), TEXT("data"), TEXT("web"), 0, false },
    { TEXT("0"), TEXT("data"), TEXT("web"), 0, false },
    { TEXT(""), TEXT("data"), TEXT("web"), 0, false },
};

START_TEST(test_claim_name)
{
    ck_assert_msg(ro_claim_name_is(claims[_i].claim, claims[_i].template, claims[_i].set, claims[_i].ordinal) ==
                      claims[_i].fits,
                  "%s", claims[_i].claim.data);
}
END_TEST

START_TEST(test_claim_name_split)
{
    struct rollout_str prefix;
    int32_t ordinal;

    ck_assert(ro_claim_name_split((struct rollout_str)TEXT("data-web-10"), &prefix, &ordinal));
    ck_assert_int_eq(ordinal, 10);
    ck_assert(ro_str_eq(prefix, (struct rollout_str)TEXT("data-web")));
    ck_assert(!ro_claim_name_split((struct rollout_str)TEXT("data-web-010"), &prefix, &ordinal));
    ck_assert(!ro_claim_name_split((struct rollout_str)TEXT("data-web"), &prefix, &ordinal));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("ordinal");
    TCase *tcase = tcase_create("ordinal");
    tcase_add_loop_test(tcase, test_ordinal_of, 0, sizeof(names) / sizeof(*names));
    tcase_add_loop_test(tcase, test_claim_name, 0, sizeof(claims) / sizeof(*claims));
    tcase_add_test(tcase, test_claim_name_split);
    suite_add_tcase(suite, tcase);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}
