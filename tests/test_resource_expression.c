/* SPDX-License-Identifier: Apache-2.0 */
#include <check.h>
#include <stdio.h>
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
    { "min(1,2)", "1", "1" },
    { "min(2,1)", "1", "1" },
    { "max(2,1)", "1", "2" },
    /* Where a number ends: one dot, before the exponent; one exponent, whose sign comes at once; letters as a unit. */
    { ".5+.25", "1", "750m" },
    { "5.", "1", "5" },
    { ".", "1", "0" },
    { "1+.M", "1", "1" },
    { "1.5.2", "1", NULL },
    { "1e2.5", "1", NULL },
    { "1e+2", "1", "100" },
    { "1E-2", "1", "10m" },
    { "1e2+1", "1", "101" },
    { "3-1e+-2", "1", "1" },
    { "3-1e-+2", "1", "5" },
    { "2-1e", "1", "2" },
    { "1ee2", "1", NULL },
    { "1e2E3", "1", NULL },
    { "1e2M", "1", NULL },
    { "1eM", "1", NULL },
    { "1e+M", "1", NULL },
    { "1E+MZ", "1", "0" },
    { "1Mi2", "1", NULL },
    { "50%%", "1", NULL },
    { "5%5", "1", NULL },
    { "2+1z\xb5", "1", "2" },
    { "2+1\xb5", "1", "2" },  /* a letter of Latin-1 */
    { "2+1\xd7", "1", NULL }, /* its sign of multiplication */
    { "\xa0 \t\n\v\f\rcpu\x85*\xa0"
      "2\x85",
      "500m", "1" },
    { "cpu\x08", "1", NULL },
    { "cpu\x0e", "1", NULL },
    { "cpu\x86", "1", NULL },
    /* What is beyond 64 bits is the least, as Go has it on amd64. */
    { "1e30", "1", "-9223372036854775808m" },
    { "cpu+1e30", "1", NULL },
    { "max(cpu,0-1e30)", "1", "1" },
    { "min(cpu,0-1e30)", "1", NULL },
    { "cpu*1e30", "1", NULL },
    { "cpu*0*1e30", "1", "0" },
    /* A number that is too large is infinite, since upstream does not look at the error; a percentage is 0. */
    { "1e400", "1", "-9223372036854775808m" },
    { "1.5E+400", "1", "-9223372036854775808m" },
    { "1e400-1e400", "1", "-9223372036854775808m" },
    { "cpu*1e400", "1", NULL },
    { "cpu*0*1e400", "1", NULL },
    { "cpu/1e400", "1", "0" },
    { "max(1e400,cpu)", "1", "1" },
    { "min(1e400,2)", "1", "2" },
    { "1e400%", "1", "0" },
    { "1e-400", "1", "0" },
    { ".e400", "1", "0" },
    { "0e400", "1", "0" },
    { "1e400z", "1", "0" },
    { "1+0x", "1", "1" },
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

/* What begins with a name: then it is an undefined one, whatever comes next. */
static const struct {
    const char *text;
    bool name;
} names[] = {
    { "a", true },          { "z", true },     { "A", true },     { "Z", true },     { "cp", true },
    { "cpux", true },       { "cpu_1", true }, { "c1", true },    { "CPu9", true },  { "C_", true },
    { "\xaa", true },       { "\xb5", true },  { "\xba", true },  { "\xc0", true },  { "\xd6", true },
    { "\xd8", true },       { "\xf6", true },  { "\xf8", true },  { "\xff", true },  { "a\xb5_0", true },
    { "@", false },         { "[", false },    { "`", false },    { "{", false },    { "_", false },
    { "\xa9", false },      { "\xab", false }, { "\xb4", false }, { "\xb6", false }, { "\xb9", false },
    { "\xbb", false },      { "\xbf", false }, { "\xd7", false }, { "\xf7", false }, { "\x80", false },
    { "a@", true },         { "a\xd7", true }, { "a a", true },   { "a(", false },   { "mi(1,2)", false },
    { "minn(1,2)", false },
};

START_TEST(test_names)
{
    struct ro_amount variable = amount("1"), ret;
    const char *why = ro_resource_expression(str(names[_i].text), &variable, &ret);
    ck_assert_ptr_nonnull(why);
    ck_assert_msg((strcmp(why, "has an undefined variable") == 0) == names[_i].name, "%s: %s", names[_i].text, why);
}
END_TEST

/* A NUL ends an expression, yet "memory" as a word of its own behind it makes the number one of bytes. */
static const struct {
    const char *before, *after;
    bool memory;
} words[] = {
    { "", "", true },
    { " ", "", true },
    { "", " ", true },
    { "+", "+", true },
    { "", "\xb5", true },
    { "\xb5", "", true },
    { "@", "@", true },
    { "[", "[", true },
    { "`", "`", true },
    { "{", "{", true },
    { "/", "/", true },
    { ":", ":", true },
    { "_", "", false },
    { "", "_", false },
    { "a", "", false },
    { "", "z", false },
    { "A", "", false },
    { "", "Z", false },
    { "0", "", false },
    { "", "9", false },
    { "memory", " memory", true },
    { "memory", "memory", false },
};

START_TEST(test_memory)
{
    struct ro_amount variable = amount("1"), ret;
    char text[64], number[RO_QUANTITY_SIZE];
    int len = snprintf(text, sizeof text, "2.7%c%smemory%s", 0, words[_i].before, words[_i].after);
    const char *why = ro_resource_expression((struct rollout_str){ text, (size_t)len }, &variable, &ret);
    ck_assert_msg(why == NULL, "%s", why);
    ro_quantity_text(&ret.quantity, ret.form, number);
    ck_assert_msg(strcmp(number, words[_i].memory ? "2" : "2700m") == 0, "%smemory%s: %s", words[_i].before,
                  words[_i].after, number);
    len = snprintf(text, sizeof text, "2.7%cMemor%sy", 0, words[_i].before);
    ck_assert_ptr_null(ro_resource_expression((struct rollout_str){ text, (size_t)len }, &variable, &ret));
    ro_quantity_text(&ret.quantity, ret.form, number);
    ck_assert_str_eq(number, "2700m");
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
    tcase_add_loop_test(tests, test_names, 0, sizeof names / sizeof *names);
    tcase_add_loop_test(tests, test_memory, 0, sizeof words / sizeof *words);
    tcase_add_test(tests, test_depth);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? 1 : 0;
}
