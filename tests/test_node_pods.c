/* SPDX-License-Identifier: Apache-2.0 */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "rules/node_pods.h"

enum { NODES = 12, PODS = 40, ROOM = 3 * NODES + 4 * PODS + 1 };

struct scene {
    struct rollout_node_facts nodes[NODES];
    struct rollout_pod pods[PODS];
    uint8_t left_out[PODS];
    uint32_t room[ROOM];
    struct ro_abi_array node_array;
    struct ro_pods pod_array;
    struct ro_node_pods by;
};

static struct rollout_str str(const char *text)
{
    return (struct rollout_str){ text, text ? strlen(text) : 0 };
}

static void open_scene(struct scene *s, size_t n_nodes, size_t n_pods)
{
    *s = (struct scene){ .node_array = { .count = n_nodes, .stride = sizeof *s->nodes },
                         .pod_array = { .count = n_pods, .stride = sizeof *s->pods } };
    s->node_array.items = (const char *)s->nodes;
    s->pod_array.items = (const char *)s->pods;
}

static int fill(struct scene *s, struct rollout_error *error)
{
    return ro_node_pods_fill(&s->by, &s->node_array, &s->pod_array, s->left_out, s->room, error);
}

static struct rollout_str place_name(const struct scene *s, size_t place)
{
    uint32_t node = s->by.node[place];
    return node != ROLLOUT_NONE ? s->nodes[node].name : ro_pod_node(&s->pods[s->by.pods[s->by.first[place]]]);
}

START_TEST(test_example)
{
    struct scene s;
    open_scene(&s, 3, 8);
    s.nodes[0].name = str("node-5");
    s.nodes[1].name = str("node-10");
    s.nodes[2].name = str("a");
    s.pods[0].node = str("node-5");
    s.pods[1].node = str("gone");
    s.pods[2].target_node = str("node-5"); /* not scheduled yet */
    s.pods[3].node = str("");              /* names none */
    s.pods[4].node = str("a");
    s.pods[4].target_node = str("node-5"); /* where it is counts */
    s.pods[5].node = str("node-5");
    s.left_out[5] = 1;
    s.pods[6].node_index = 2;
    s.pods[7].target_node = str("gone");
    ck_assert_int_eq(fill(&s, NULL), ROLLOUT_OK);

    static const char *const names[] = { "a", "gone", "node-10", "node-5" };
    static const uint32_t nodes[] = { 2, ROLLOUT_NONE, 1, 0 };
    static const uint32_t pods[] = { 4, 1, 7, 6, 0, 2 };
    static const uint32_t first[] = { 0, 1, 3, 4, 6 };
    ck_assert_uint_eq(s.by.count, 4);
    for (size_t i = 0; i < 4; i++) {
        ck_assert(ro_str_eq(place_name(&s, i), str(names[i])));
        ck_assert_uint_eq(s.by.node[i], nodes[i]);
        ck_assert_uint_eq(s.by.first[i], first[i]);
    }
    ck_assert_uint_eq(s.by.first[4], first[4]);
    ck_assert_mem_eq(s.by.pods, pods, sizeof pods);
    ck_assert_uint_eq(s.by.place[3], ROLLOUT_NONE);
    ck_assert_uint_eq(s.by.place[5], ROLLOUT_NONE);
    ck_assert_uint_eq(s.by.of_node[0], 3);
    for (uint32_t i = 0; i < 4; i++)
        ck_assert_uint_eq(ro_node_pods_find(&s.by, &s.node_array, &s.pod_array, str(names[i])), i);
    ck_assert_uint_eq(ro_node_pods_find(&s.by, &s.node_array, &s.pod_array, str("node-1")), ROLLOUT_NONE);
}
END_TEST

/* Against the rule itself, on random worlds. */
START_TEST(test_random)
{
    static const char *const names[] = { "n", "n1", "n10", "n2", "m", "z-1", "", "n-", "N1", "q", "r", "s", "t", "u" };
    enum { NAMES = sizeof names / sizeof *names };
    uint32_t seed = 1;
    for (int world = 0; world < 3000; world++) {
        struct scene s;
        int order[NAMES];
        open_scene(&s, 0, 0);
        for (int i = 0; i < NAMES; i++)
            order[i] = i;
#define RANDOM(n) ((seed = seed * 1664525u + 1013904223u) >> 8) % (uint32_t)(n)
        for (int i = NAMES - 1; i > 0; i--) {
            int j = (int)(RANDOM(i + 1)), t = order[i];
            order[i] = order[j];
            order[j] = t;
        }
        s.node_array.count = RANDOM(NODES + 1);
        s.pod_array.count = RANDOM(PODS + 1);
        for (size_t i = 0; i < s.node_array.count; i++)
            s.nodes[i].name = str(names[order[i]]);
        for (size_t i = 0; i < s.pod_array.count; i++) {
            struct rollout_str name = str(names[RANDOM(NAMES)]);
            *(RANDOM(2) ? &s.pods[i].node : &s.pods[i].target_node) = name;
            s.left_out[i] = RANDOM(8) == 0;
            if (s.node_array.count && RANDOM(4) == 0)
                s.pods[i].node_index = 1 + RANDOM(s.node_array.count);
        }
        ck_assert_int_eq(fill(&s, NULL), ROLLOUT_OK);

        size_t mapped = 0, with_node = 0;
        ck_assert_uint_eq(s.by.first[0], 0);
        for (size_t k = 0; k < s.by.count; k++) {
            if (k > 0)
                ck_assert(ro_str_cmp(place_name(&s, k - 1), place_name(&s, k)) < 0);
            with_node += s.by.node[k] != ROLLOUT_NONE;
            if (s.by.node[k] == ROLLOUT_NONE)
                ck_assert(s.by.first[k] < s.by.first[k + 1]); /* a place is there for a reason */
            else
                ck_assert_uint_eq(s.by.of_node[s.by.node[k]], k);
            for (uint32_t i = s.by.first[k]; i < s.by.first[k + 1]; i++) {
                ck_assert_uint_eq(s.by.place[s.by.pods[i]], k);
                if (i > s.by.first[k])
                    ck_assert(s.by.pods[i - 1] < s.by.pods[i]);
            }
        }
        ck_assert_uint_eq(with_node, s.node_array.count);
        for (size_t i = 0; i < s.pod_array.count; i++) {
            const struct rollout_pod *pod = &s.pods[i];
            bool none = s.left_out[i] || (!pod->node_index && !ro_pod_node(pod).len);
            mapped += !none;
            ck_assert_int_eq(s.by.place[i] == ROLLOUT_NONE, none);
            if (none)
                continue;
            struct rollout_str name = pod->node_index ? s.nodes[pod->node_index - 1].name : ro_pod_node(pod);
            ck_assert(ro_str_eq(place_name(&s, s.by.place[i]), name));
        }
        ck_assert_uint_eq(s.by.first[s.by.count], mapped);
    }
}
END_TEST

START_TEST(test_refused)
{
    struct scene s;
    struct rollout_error error = { .struct_size = sizeof error };
    open_scene(&s, 3, 1);
    s.nodes[0].name = str("b");
    s.nodes[1].name = str("a");
    s.nodes[2].name = str("b");
    ck_assert_int_eq(fill(&s, &error), ROLLOUT_ERR_INVALID);
    ck_assert_str_eq(error.message, "nodes: two are named \"b\"");
    ck_assert_uint_eq(error.index, 2);
    s.nodes[2].name = str("c");
    s.pods[0].node_index = 4;
    ck_assert_int_eq(fill(&s, &error), ROLLOUT_ERR_INVALID);
    ck_assert_str_eq(error.message, "pods: node_index 4 of 3 nodes");
    ck_assert_uint_eq(error.index, 0);
    s.pods[0].node_index = 3;
    ck_assert_int_eq(fill(&s, &error), ROLLOUT_OK);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("node_pods");
    TCase *tcase = tcase_create("node_pods");
    tcase_add_test(tcase, test_example);
    tcase_add_test(tcase, test_random);
    tcase_add_test(tcase, test_refused);
    suite_add_tcase(suite, tcase);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
