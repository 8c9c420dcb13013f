/* SPDX-License-Identifier: Apache-2.0 */
#include <check.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "json/base64.h"
#include "objects/base64.h"

/* What Go's encoding/json makes of such a text in a []byte. */
static const struct {
    const char *text;
    const char *bytes; /* NULL = refused */
} cases[] = {
    { "", "" },
    { "Zg==", "f" },
    { "Zm8=", "fo" },
    { "Zm9v", "foo" },
    { "Zm9vYg==", "foob" },
    { "Zm9vYmE=", "fooba" },
    { "Zm9vYmFy", "foobar" },
    { "+/+/", "\xfb\xff\xbf" },
    { "AZaz09+/", "\x01\x96\xb3\xd3\xdf\xbf" },
    { "Zm\r\n9v", "foo" },
    { "\nZg=\r=\n", "f" },
    { "\n", "" },
    { "Zh==", "f" }, /* bits beyond the last byte do not count */
    { "Zm9=", "fo" },
    { "Zg", NULL },
    { "Zg=", NULL },
    { "Zg===", NULL },
    { "Zm8", NULL },
    { "Zm8==", NULL },
    { "Zg==Zg==", NULL },
    { "Zg=g", NULL },
    { "Z", NULL },
    { "Z===", NULL },
    { "Zm9v=", NULL },
    { "Zm9v====", NULL },
    { "=", NULL },
    { "====", NULL },
    { "Zm 9v", NULL },
    { "Zm9_", NULL },
    { "Zm9-", NULL },
    { "Zm9\x80", NULL },
};

/* An exact copy, so that a sanitizer sees a byte read beyond the end. */
static char *copy_of(const char *text, size_t len)
{
    char *copy = malloc(len + (len == 0));
    ck_assert_ptr_nonnull(copy);
    memcpy(copy, text, len);
    return copy;
}

START_TEST(test_decode)
{
    const char *bytes = cases[_i].bytes;
    size_t len = strlen(cases[_i].text);
    char *text = copy_of(cases[_i].text, len), *buf = malloc(len + (len == 0));
    ck_assert_ptr_nonnull(buf);
    size_t n = ro_base64_decode(text, len, buf);
    if (bytes) {
        ck_assert_uint_eq(n, strlen(bytes));
        ck_assert_mem_eq(buf, bytes, n);
    } else {
        ck_assert_uint_eq(n, SIZE_MAX);
    }
    ck_assert_int_eq(ro_base64_check((struct rollout_str){ text, len }), bytes != NULL);
    free(buf);
    free(text);
}
END_TEST

START_TEST(test_nul)
{
    char buf[4];
    ck_assert_uint_eq(ro_base64_decode("Zm9\0", 4, buf), SIZE_MAX);
    ck_assert(!ro_base64_check((struct rollout_str){ "Zm9\0", 4 }));
    ck_assert_uint_eq(ro_base64_decode("AAAA", 4, buf), 3);
    ck_assert_mem_eq(buf, "\0\0\0", 3);
}
END_TEST

/* RFC 4648 section 10. */
static const struct {
    const char *bytes, *text;
} rows[] = {
    { "", "" },
    { "f", "Zg==" },
    { "fo", "Zm8=" },
    { "foo", "Zm9v" },
    { "foob", "Zm9vYg==" },
    { "fooba", "Zm9vYmE=" },
    { "foobar", "Zm9vYmFy" },
    { "\xfb\xff\xbf", "+/+/" },
};

START_TEST(test_encode)
{
    struct ro_arena arena = { 0 };
    size_t len = strlen(rows[_i].bytes);
    char *bytes = copy_of(rows[_i].bytes, len);
    struct rollout_str text = ro_base64_text(&arena, (struct rollout_str){ bytes, len });
    ck_assert_ptr_nonnull(text.data);
    ck_assert_uint_eq(text.len, strlen(rows[_i].text));
    ck_assert_mem_eq(text.data, rows[_i].text, text.len);
    ro_arena_free(&arena);
    free(bytes);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("base64");
    TCase *tcase = tcase_create("base64");
    tcase_add_loop_test(tcase, test_decode, 0, sizeof(cases) / sizeof(*cases));
    tcase_add_test(tcase, test_nul);
    tcase_add_loop_test(tcase, test_encode, 0, sizeof(rows) / sizeof(*rows));
    suite_add_tcase(suite, tcase);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}
