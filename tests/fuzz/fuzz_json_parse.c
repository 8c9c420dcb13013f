/* SPDX-License-Identifier: Apache-2.0 */
/* rollout_json_parse(), rollout_json_tree() and rollout_json_free(): any bytes. */
#include <string.h>

#include "document.h"
#include "tree.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz f = fuzz_begin(NULL, 0);
    struct rollout_tree tree, again;
    size_t len, again_len;
    if (document_parse(&f, data, size, &tree)) {
        /* What is written is read as the same. */
        char *text = fuzz_tree_text(&f, &tree, &len);
        FUZZ_REQUIRE(document_parse(&f, (const uint8_t *)text, len, &again));
        FUZZ_REQUIRE(again.count == tree.count);
        char *again_text = fuzz_tree_text(&f, &again, &again_len);
        FUZZ_REQUIRE(again_len == len && memcmp(again_text, text, len) == 0);
    } else {
        struct rollout_error *error = fuzz_error(&f);
        struct rollout_json *json = NULL;
        FUZZ_REQUIRE(rollout_json_parse((const char *)data, size, &json, NULL) == ROLLOUT_ERR_SYNTAX);
        fuzz_failed(rollout_json_parse((const char *)data, size, &json, error), error);
        FUZZ_REQUIRE(!json);
    }
    fuzz_end(&f);
    return 0;
}
