/* SPDX-License-Identifier: Apache-2.0 */
#include <check.h>
#include <string.h>

#include "rules/resource_expression.h"

static struct rollout_str str(const char *text)
{
    return (struct rollout_str){ text, strlen(text) };
}

static struct ro_amount amount(const char *text)
{
    struct ro_amount ret = { .form = ro_quantity_form(str(text)) };
    ck_assert(ro_quantity_parse(str(text), &ret.quantity));
    return ret;
}

/* sidecarset.md 10.5; NULL = no value. */
static const struct {
    const char *expression, *variable, *value;
} cases[] = {
    { "cpu", "500m", "500m" },
    { "CPU/4", "2", "500m" },
    { "cpu+100m", "2", "2100m" },
    { "cpu-250m", "500m", "250m" },
    { "cpu-250m", "200m", NULL },
    { "-100m+cpu", "200m", "100m" },
    { "cpu--100m", "200m", "300m" },
    { "2*cpu", "4200m", "8400m" },
    { "cpu*0.333", "500m", "166m" }, /* cut at milli */
    { "cpu/3", "1", "333m" },
    { "min(cpu/3, 0.4)", "2", "400m" },
    { "max(min(cpu*10%, 1), 50m)", "4", "400m" },
    { "max(min(cpu*10%, 1), 50m)", "100m", "50m" },
    { "(cpu+200m)*2", "2", "4400m" },
    { "2+3*4", "1", "14" },
    { "10-3-2", "1", "5" },
    { "8/4/2", "1", "1" },
    { "0.5", "1", "500m" },
    { "50%", "1", "500m" },
    { "100m+200m", "1", "300m" },
    { "1e3", "1", "1k" },
    { "1048576", "1", "1048576" },
    { "MAX(1,2)", "1", "2" },
    { "memory+128Mi", "2Gi", "2176Mi" },
    { "memory+128Mi", "0", "128Mi" }, /* a zero takes the form of what is added */
    { "memory+128Mi", "500M", "634217728" },
    { "memory*0.3", "256Mi", "80530636800m" },
    { "memory*1.5", "500M", "750M" },
    { "max(memory/3, 50M)", "1Gi", "357913941333m" },
    { "max(memory*10%, 64Mi)", "1G", "100M" },
    { "(memory+64Mi)/2", "0", "32Mi" },
    { "memory-1", "128Mi", "134217727" },
    { "memory*0+2.7", "1Gi", "2700m" },
    { "memory/2", "1000Ki", "500Ki" },
    { "memory/1000", "1000Ki", "1Ki" },
    { "max(1.5,memory*0)", "1Gi", "1500m" },
    { "memory*10", "1e3", "10e3" },
    { "memory+0", "1e4", "10e3" },
    { "cpu*cpu", "1", NULL },
    { "1/cpu", "1", NULL },
    { "cpu/0", "1", NULL },
    { "1/0", "1", NULL },
    { "1-2", "1", NULL },
    { "Memory", "1", NULL }, /* admitted, yet looked for under cpu */
    { "cpu+memory", "1", NULL },
    { "max(1)", "1", NULL },
    { "max(1,2,3)", "1", NULL },
    { "avg(1,2)", "1", NULL },
    { "cpu cpu", "1", NULL },
    { "(cpu", "1", NULL },
    { "cpu)", "1", NULL },
    { "", "1", NULL },
    { "+1", "1", NULL },
    { "1e3m", "1", NULL },
    { "$", "1", NULL },
    { "1zz", "1", "0" }, /* upstream does not look at the error */
    { "1Ei", "1", NULL },
};

START_TEST(test_values)
{
    struct ro_amount variable = amount(cases[_i].variable), ret;
    const char *why = ro_resource_expression(str(cases[_i].expression), &variable, &ret);
    char text[RO_QUANTITY_SIZE] = "none";
    if (!why)
        ro_quantity_text(&ret.quantity, ret.form, text);
    ck_assert_msg(strcmp(text, cases[_i].value ? cases[_i].value : "none") == 0, "%s of %s: %s", cases[_i].expression,
                  cases[_i].variable, text);
}
END_TEST

START_TEST(test_depth)
{
    char text[20001];
    struct ro_amount variable = amount("1"), ret;
    memset(text, '(', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    ck_assert_ptr_nonnull(ro_resource_expression(str(text), &variable, &ret));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("resource_expression");
    TCase *tests = tcase_create("resource_expression");
    tcase_add_loop_test(tests, test_values, 0, sizeof cases / sizeof *cases);
    tcase_add_test(tests, test_depth);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? 1 : 0;
}
