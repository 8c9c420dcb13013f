/* SPDX-License-Identifier: Apache-2.0 */
/* rollout_yaml_parse(): any bytes. What it reads is JSON afterwards. */
#include <string.h>

#include "document.h"
#include "tree.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz f = fuzz_begin(NULL, 0);
    struct rollout_json *json = NULL;
    struct rollout_error *error = fuzz_whole_error(&f);
    int rc = rollout_yaml_parse(fuzz_copy(&f, data, size), size, &json, error);
    if (rc == ROLLOUT_OK) {
        struct rollout_tree tree = document_tree(&f, json), again;
        size_t len, again_len;
        char *text = fuzz_tree_text(&f, &tree, &len);
        FUZZ_REQUIRE(document_parse(&f, (const uint8_t *)text, len, &again));
        char *again_text = fuzz_tree_text(&f, &again, &again_len);
        FUZZ_REQUIRE(again_len == len && memcmp(again_text, text, len) == 0);
    } else {
        FUZZ_REQUIRE(rc == ROLLOUT_ERR_SYNTAX && !json);
        fuzz_failed(rc, error);
    }
    fuzz_end(&f);
    return 0;
}
