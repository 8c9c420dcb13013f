/* SPDX-License-Identifier: Apache-2.0 */
#include <check.h>
#include <string.h>

#include "base/hash.h"

static struct rollout_str str(const char *text)
{
    return (struct rollout_str){ text, strlen(text) };
}

/* inplace.md 12, the table of H. */
static const struct {
    const char *json;
    uint32_t hash;
} json_cases[] = {
    { "null", 86995377u },
    { "{\"image\":\"nginx:1\",\"name\":\"main\"}", 1827770005u },
    { "{\"image\":\"nginx:2\",\"name\":\"main\"}", 3805337319u },
    { "[{\"name\":\"e2\",\"value\":\"foo\"}]", 2053173458u },
    { "[{\"name\":\"e2\"}]", 1885397378u },
    { "[{\"name\":\"e1\",\"value\":\"a\"},{\"name\":\"e2\",\"value\":\"b\"}]", 3007013363u },
};

START_TEST(test_json)
{
    ck_assert_uint_eq(ro_hash_json(str(json_cases[_i].json)), json_cases[_i].hash);
}
END_TEST

/* In pieces it is the same, wherever they end. */
START_TEST(test_pieces)
{
    struct rollout_str json = str(json_cases[_i].json);

    for (size_t cut = 0; cut <= json.len; cut++) {
        struct ro_json_hash hash = RO_JSON_HASH;
        ro_json_hash_add(&hash, json.data, cut);
        ro_json_hash_add(&hash, json.data + cut, json.len - cut);
        ck_assert_uint_eq(ro_json_hash_end(&hash), json_cases[_i].hash);
    }
}
END_TEST

/* FNV-1a of the text that stands for no bytes. */
START_TEST(test_empty)
{
    uint32_t hash = RO_FNV_BASIS;

    for (const char *c = "([]uint8)[]"; *c; c++)
        hash = (hash ^ (unsigned char)*c) * 16777619u;
    ck_assert_uint_eq(ro_hash_json(str("")), hash);
}
END_TEST

/* Values of Go's hash/fnv New32. */
static const struct {
    const char *text;
    uint32_t hash;
} fnv1_cases[] = {
    { "", 0x811c9dc5u },   { "a", 0x050c5d7eu },   { "b", 0x050c5d7du },
    { "ab", 0x70772d38u }, { "abc", 0x439c2f4bu }, { "foobar", 0x31f0b262u },
};

START_TEST(test_fnv1)
{
    struct rollout_str text = str(fnv1_cases[_i].text);

    ck_assert_uint_eq(ro_fnv1(RO_FNV_BASIS, text), fnv1_cases[_i].hash);
    if (text.len > 1) {
        uint32_t half = ro_fnv1(RO_FNV_BASIS, (struct rollout_str){ text.data, 1 });
        ck_assert_uint_eq(ro_fnv1(half, (struct rollout_str){ text.data + 1, text.len - 1 }), fnv1_cases[_i].hash);
    }
}
END_TEST

/* Each digit's code modulo 27 picks the letter: "0" is 48, that is place 21, "4". */
static const struct {
    uint32_t n;
    const char *text;
} encode_cases[] = {
    { 0, "4" }, { 9, "f" }, { 10, "54" }, { 1234567890u, "56789bcdf4" }, { 4294967295u, "86f8fbc6f9" },
};

START_TEST(test_encode)
{
    char buf[16];

    memset(buf, 'x', sizeof buf);
    ck_assert_uint_eq(ro_safe_encode(encode_cases[_i].n, buf), strlen(encode_cases[_i].text));
    ck_assert_str_eq(buf, encode_cases[_i].text);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("hash");
    TCase *tcase = tcase_create("hash");
    tcase_add_loop_test(tcase, test_json, 0, sizeof(json_cases) / sizeof(*json_cases));
    tcase_add_loop_test(tcase, test_pieces, 0, sizeof(json_cases) / sizeof(*json_cases));
    tcase_add_test(tcase, test_empty);
    tcase_add_loop_test(tcase, test_fnv1, 0, sizeof(fnv1_cases) / sizeof(*fnv1_cases));
    tcase_add_loop_test(tcase, test_encode, 0, sizeof(encode_cases) / sizeof(*encode_cases));
    suite_add_tcase(suite, tcase);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}
