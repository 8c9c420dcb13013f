/* SPDX-License-Identifier: Apache-2.0 */
#include <check.h>
#include <stdio.h>
#include <string.h>

#include "base/sha256.h"

/* The examples of FIPS 180-4 and of NIST's validation suite. */
static const struct {
    const char *text, *hash;
    size_t times;
} cases[] = {
    { "", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", 1 },
    { "abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad", 1 },
    { "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
      "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1", 1 },
    { "abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrst"
      "u",
      "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1", 1 },
    { "a", "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0", 1000000 },
};

static void check_end(struct ro_sha256 *hash, const char *wanted)
{
    unsigned char sum[32];
    char text[65];
    ro_sha256_end(hash, sum);
    for (size_t i = 0; i < sizeof sum; i++)
        snprintf(text + 2 * i, 3, "%02x", sum[i]);
    ck_assert_str_eq(text, wanted);
}

START_TEST(test_published)
{
    struct ro_sha256 hash;
    ro_sha256_begin(&hash);
    for (size_t i = 0; i < cases[_i].times; i++)
        ro_sha256_add(&hash, cases[_i].text, strlen(cases[_i].text));
    check_end(&hash, cases[_i].hash);
}
END_TEST

/* In pieces it is the same, wherever they end. */
START_TEST(test_pieces)
{
    const char *text = cases[3].text;
    for (size_t cut = 0; cut <= strlen(text); cut++) {
        struct ro_sha256 hash;
        ro_sha256_begin(&hash);
        ro_sha256_add(&hash, text, cut);
        ro_sha256_add(&hash, text + cut, strlen(text) - cut);
        check_end(&hash, cases[3].hash);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("sha256");
    TCase *tests = tcase_create("sha256");
    tcase_add_loop_test(tests, test_published, 0, sizeof cases / sizeof *cases);
    tcase_add_test(tests, test_pieces);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? 1 : 0;
}
