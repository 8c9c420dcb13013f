/* SPDX-License-Identifier: Apache-2.0 */
/* rollout_pod_from_object(): any document as a pod, of callers that were built with any headers, for workloads of
 * every kind. */
#include <string.h>

#include "document.h"
#include "facts.h"
#include "tree.h"

static const struct rollout_label app = { { "app", 3 }, { "demo", 4 } };
static const struct rollout_claim_template templates[] = { { .name = { "data", 4 } }, { .name = { "log", 3 } } };
static const struct rollout_selector selector = { .match_labels = { &app, 1, sizeof app } };
static const struct rollout_cloneset cloneset = { .struct_size = sizeof cloneset,
                                                  .name = { "demo", 4 },
                                                  .selector = { .match_labels = { &app, 1, sizeof app } } };
static const struct rollout_statefulset statefulset = { .struct_size = sizeof statefulset,
                                                        .name = { "demo", 4 },
                                                        .selector = { .match_labels = { &app, 1, sizeof app } },
                                                        .claim_templates = templates,
                                                        .claim_template_count = 2 };
static const struct rollout_daemonset daemonset = { .struct_size = sizeof daemonset,
                                                    .name = { "demo", 4 },
                                                    .selector = { .match_labels = { &app, 1, sizeof app } } };
static const struct rollout_workload workloads[] = {
    { .struct_size = sizeof(struct rollout_workload), .cloneset = &cloneset },
    { .struct_size = sizeof(struct rollout_workload), .statefulset = &statefulset },
    { .struct_size = sizeof(struct rollout_workload), .daemonset = &daemonset },
    { .struct_size = sizeof(struct rollout_workload) },
    { .struct_size = 8 },
};

/* A workload of facts, also one that must be refused. The input is the pod, so it is drawn from a number. */
static const struct rollout_workload *draw_workload(struct fuzz *f, uint32_t hash)
{
    uint8_t bytes[512];
    uint32_t state = hash;
    for (size_t i = 0; i < sizeof bytes; i++) {
        state = state * 1664525 + 1013904223;
        bytes[i] = (uint8_t)(state >> 24);
    }
    struct fuzz draws = fuzz_begin(bytes, sizeof bytes);
    const struct rollout_workload *workload = facts_make(&draws, hash % FACTS_KINDS).workload;
    fuzz_adopt(f, &draws);
    return workload;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz f = fuzz_begin(NULL, 0);
    struct rollout_tree tree;
    if (document_parse(&f, data, size, &tree)) {
        uint32_t hash = document_hash(data, size), which = hash % 8;
        size_t pod_size = hash % 7 ? sizeof(struct rollout_pod) : hash / 7 % 320;
        char *pod = fuzz_alloc(&f, pod_size);
        struct rollout_in_place *in_place = fuzz_alloc(&f, sizeof *in_place);
        struct rollout_error *error = fuzz_whole_error(&f);
        memset(pod, 0x55, pod_size);
        memset(in_place, 0x55, sizeof *in_place);
        const struct rollout_workload *workload = which < 5 ? &workloads[which] : NULL;
        if (which > 5)
            workload = draw_workload(&f, hash / 8);
        int rc =
            rollout_pod_from_object(&tree, workload, pod_size, (void *)pod, hash / 64 % 8 ? in_place : NULL, error);
        if (rc != ROLLOUT_OK) {
            fuzz_failed(rc, error);
            for (size_t i = 0; i < pod_size; i++)
                FUZZ_REQUIRE(pod[i] == 0x55);
            for (size_t i = 0; i < sizeof *in_place; i++)
                FUZZ_REQUIRE(((const char *)in_place)[i] == 0x55);
        } else if (pod_size >= sizeof(struct rollout_pod)) {
            struct rollout_pod facts;
            memcpy(&facts, pod, sizeof facts);
            FUZZ_REQUIRE(facts.reserved == 0 && facts.node_index == 0);
            FUZZ_REQUIRE(!facts.in_place || facts.in_place == in_place);
            (void)rollout_selector_matches(&selector, &facts.labels);
        }
    }
    fuzz_end(&f);
    return 0;
}
