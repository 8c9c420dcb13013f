/* SPDX-License-Identifier: Apache-2.0 */
/* rollout inject: what SidecarSets make of a new pod. */
#include <string.h>

#include "command.h"

static int inject_one(const struct options *options, const struct rollout_tree *document, struct text *out,
                      void *context, struct rollout_error *reterr)
{
    struct rollout_objects *objects = NULL;
    (void)context;
    (void)options; /* the answer is an object either way */
    if (rollout_inject(document, &objects, reterr) != ROLLOUT_OK)
        return FAULT;
    bool refused = false;
    const struct rollout_node *root = objects->items[0].nodes;
    for (const struct rollout_node *n = root + 1; n < root + root->size; n += n->size)
        refused = refused || (n->key.len == 5 && memcmp(n->key.data, "error", 5) == 0);
    text_add_node(out, root);
    text_adds(out, "\n");
    rollout_objects_free(objects);
    return refused ? STATUS_NO : STATUS_YES;
}

int command_inject(const struct options *options)
{
    return each_document(options, 0, inject_one, NULL, NULL);
}
