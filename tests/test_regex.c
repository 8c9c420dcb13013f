/* SPDX-License-Identifier: Apache-2.0 */
#include <check.h>
#include <stdio.h>
#include <string.h>

#include "base/regex.h"

static struct rollout_str str(const char *text)
{
    return (struct rollout_str){ text, strlen(text) };
}

/* Answers of Go's regexp.MatchString; '!' = it refuses the expression, '?' = it would take it, and we do not. */
static const struct {
    const char *pattern, *text;
    char answer;
} cases[] = {
    { "", "", '1' },
    { "", "main", '1' },
    { ".*", "", '1' },
    { "main", "main", '1' },
    { "main", "domain-1", '1' },
    { "$", "a", '1' },
    { "\\b", "- a", '1' },
    { "^main$", "domain-1", '0' },
    { "^(main|second)$", "second", '1' },
    { "^(main|second)$", "seconds", '0' },
    { "^main|second$", "main-1", '1' },
    { "ma.*", "a-main", '1' },
    { "ma.+", "ma", '0' },
    { "^app-[0-9]+$", "app-10", '1' },
    { "^app-[0-9]+$", "app-", '0' },
    { "^app-\\d{2,3}$", "app-1", '0' },
    { "^app-\\d{2,3}$", "app-123", '1' },
    { "^app-\\d{2,3}$", "app-1234", '0' },
    { "^app-\\d{2,}$", "app-12345", '1' },
    { "^a{0}b$", "b", '1' },
    { "^a{0}b$", "ab", '0' },
    { "^a{,2}$", "a{,2}", '1' },
    { "^a{02}$", "aa", '0' },
    { "^(ab){2}$", "abab", '1' },
    { "^(ab){2}$", "ab", '0' },
    { "^(a|ab)(c|bcd)$", "abcd", '1' },
    { "^(a*)*$", "aaa", '1' },
    { "^(|a)+$", "b", '0' },
    { "^a??b*?c+?$", "abbc", '1' },
    { "^[^a-c]$", "d", '1' },
    { "^[^a-c]$", "b", '0' },
    { "^[]a]$", "]", '1' },
    { "^[a-]$", "-", '1' },
    { "^[\\w-]+$", "a_B-9", '1' },
    { "^[^\\W]$", "-", '0' },
    { "^[[:alpha:]]+$", "aZ", '1' },
    { "^[[:^alpha:]]+$", "1a", '0' },
    { "^\\S+$", "a b", '0' },
    { "\\bmain\\b", "a-main-b", '1' },
    { "\\bmain\\b", "a_main", '0' },
    { "\\Bain", "main", '1' },
    { "\\Amain\\z", "main", '1' },
    { "(?i)MAIN", "main", '1' },
    { "(?i:M)AIN", "main", '0' },
    { "(?i)[^M]", "m", '0' },
    { "(?-i)M", "m", '0' },
    { "^a.b$", "a\nb", '0' },
    { "(?s)^a.b$", "a\nb", '1' },
    { "^b$", "a\nb", '0' },
    { "(?m)^b$", "a\nb\nc", '1' },
    { "(?P<name>ma)in", "main", '1' },
    { "(?<name>ma)in", "main", '1' },
    { "\\Qa.b\\E*c", "a.bbc", '1' },
    { "\\Qa.b\\E", "axb", '0' },
    { "\\x6d\\x{61}\\151n", "main", '1' },
    { "^\\a\\f\\t\\n\\r\\v$", "\a\f\t\n\r\v", '1' },
    { "^[\\t-\\r]+$", "\t\v\r", '1' },
    { "\\n", "n", '0' },
    { "^\\x{10FFFF}$", "\xf4\x8f\xbf\xbf", '1' },
    { "^\\x{000000041}$", "A", '1' },
    { "^\\x4G$", "A", '!' },
    { "\\x{110000}", "a", '!' },
    { "\\x{61", "a", '!' },
    { "\\x{}", "a", '!' },
    { "\\x6", "a", '!' },
    { "\\x", "a", '!' },
    { "^[[:a]+$", "[a:", '1' }, /* no such class, so the bracket and the colon stand for themselves */
    { "[[:alpha:", "a", '!' },
    { "[[:alpha", "a", '!' },
    { "^.$", "\xc3\xa9", '1' },
    { "^[\xc3\xa0-\xc3\xbf]$", "\xc3\xa9", '1' },
    { "a**", "a", '!' },
    { "a{2}{3}", "a", '!' },
    { "*a", "a", '!' },
    { "|*", "a", '!' },
    { "(a", "a", '!' },
    { "a)", "a", '!' },
    { "[a", "a", '!' },
    { "[b-a]", "a", '!' },
    { "[[:foo:]]", "a", '!' },
    { "a{2,1}", "a", '!' },
    { "a{1001}", "a", '!' },
    { "\\8", "a", '!' },
    { "\\Z", "a", '!' },
    { "a\\", "a", '!' },
    { "(?<!a)b", "b", '!' },
    { "(?=a)", "a", '!' },
    { "(?P<>a)", "a", '!' },
    { "(?U)^a+$", "aa", '1' },
    { "(?im-s)^A$", "b\na", '1' },
    { "(?i-:A)", "a", '!' }, /* a minus, and no flag behind it */
    { "(?-)a", "a", '!' },
    { "(?--i)a", "a", '!' },
    { "(?x)a", "a", '!' },
    { "(?i", "a", '!' },
    { "(?", "a", '!' },
    { "\xff", "a", '!' },
    { "\\pL", "a", '?' },
    { "(?i)\xc3\xa9", "a", '?' },
    { "((a{1000}){1000}){2}", "a", '?' },
};

START_TEST(test_answers)
{
    struct ro_arena arena = { 0 };
    struct ro_regex regex;
    bool foreign = false;
    const char *why = ro_regex_parse(&arena, str(cases[_i].pattern), &regex, &foreign);
    char answer = why ? (foreign ? '?' : '!') : ro_regex_matches(&regex, str(cases[_i].text)) ? '1' : '0';
    ck_assert_msg(answer == cases[_i].answer, "%s on \"%s\": %c", cases[_i].pattern, cases[_i].text, answer);
    if (!why) /* again, since it keeps its state */
        ck_assert_int_eq(ro_regex_matches(&regex, str(cases[_i].text)), answer == '1');
    if (!why && !*cases[_i].text) /* absent text is empty text */
        ck_assert_int_eq(ro_regex_matches(&regex, (struct rollout_str){ NULL, 0 }), answer == '1');
    ro_arena_free(&arena);
}
END_TEST

/* What Go would take, and we say that we do not: by the number of repeats of a piece. */
START_TEST(test_limits)
{
    static const struct {
        const char *head, *piece, *foot, *close;
        unsigned good, bad;
    } rows[] = {
        { "^a", "(", "$", ")", 200, 201 },      /* groups within each other */
        { "^[", "\\D", "]$", "", 5000, 10000 }, /* ranges: two of each */
        { "^", "a?", "$", "", 5000, 10000 },    /* operations: two of each */
    };
    static char text[40000];
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        for (unsigned bad = 0; bad < 2; bad++) {
            struct ro_arena arena = { 0 };
            struct ro_regex regex;
            bool foreign = false;
            char *at = text;
            for (unsigned k = 0, n = bad ? rows[i].bad : rows[i].good; k < 2 * n; k++)
                at += sprintf(at, "%s%s%s", k ? "" : rows[i].head, k < n ? rows[i].piece : rows[i].close,
                              k == n - 1 ? rows[i].foot : "");
            const char *why = ro_regex_parse(&arena, str(text), &regex, &foreign);
            ck_assert_msg((why != NULL) == bad && foreign == bad, "%zu: %s", i, why ? why : "is taken");
            if (!why)
                ck_assert(ro_regex_matches(&regex, str("a")));
            ro_arena_free(&arena);
        }
}
END_TEST

/* What takes others exponential time. */
START_TEST(test_time)
{
    struct ro_arena arena = { 0 };
    struct ro_regex regex;
    bool foreign = false;
    char text[4001];
    memset(text, 'a', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    ck_assert_ptr_null(ro_regex_parse(&arena, str("^(a*)*(a|aa)+(a?){200}b$"), &regex, &foreign));
    ck_assert(!ro_regex_matches(&regex, str(text)));
    ro_arena_free(&arena);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("regex");
    TCase *tests = tcase_create("regex");
    tcase_add_loop_test(tests, test_answers, 0, sizeof cases / sizeof *cases);
    tcase_add_test(tests, test_limits);
    tcase_add_test(tests, test_time);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? 1 : 0;
}
