/* SPDX-License-Identifier: Apache-2.0 */
#include <check.h>

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

/* statefulset.md 2.3 */
static const struct {
    struct rollout_str claim, template_name, set;
    bool fits;
} claims[] = {
    { TEXT("data-web-0"), TEXT("data"), TEXT("web"), true },
    { TEXT("data-web-123"), TEXT("data"), TEXT("web"), true },
    { TEXT("data-web-web-1"), TEXT("data-web"), TEXT("web"), true },
    { TEXT("data-web-web-1"), TEXT("data"), TEXT("web"), false },
    { TEXT("data-web-web-1"), TEXT("data"), TEXT("web-web"), true },
    { TEXT("data-web-1-2"), TEXT("data"), TEXT("web"), false },
    { TEXT("data-web-1-2"), TEXT("data"), TEXT("web-1"), true },
    { TEXT("data-web-"), TEXT("data"), TEXT("web"), false },
    { TEXT("data-web-x"), TEXT("data"), TEXT("web"), false },
    { TEXT("data-web0"), TEXT("data"), TEXT("web"), false },
    { TEXT("dataxweb-0"), TEXT("data"), TEXT("web"), false },
    { TEXT("logs-web-0"), TEXT("data"), TEXT("web"), false },
    { TEXT("data-wab-0"), TEXT("data"), TEXT("web"), false },
    { TEXT("0"), TEXT("data"), TEXT("web"), false },
    { TEXT(""), TEXT("data"), TEXT("web"), false },
};

START_TEST(test_claim_name)
{
    ck_assert_msg(ro_is_claim_name(claims[_i].claim, claims[_i].template_name, claims[_i].set) == claims[_i].fits, "%s",
                  claims[_i].claim.data);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("ordinal");
    TCase *tcase = tcase_create("ordinal");
    tcase_add_loop_test(tcase, test_ordinal_of, 0, sizeof(names) / sizeof(*names));
    tcase_add_loop_test(tcase, test_claim_name, 0, sizeof(claims) / sizeof(*claims));
    suite_add_tcase(suite, tcase);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}
