/* SPDX-License-Identifier: Apache-2.0 */
/* A spec that changes midway: --change. */
#ifndef EXAMPLES_CHANGES_H
#define EXAMPLES_CHANGES_H

#include "command.h"
#include "worlds.h"

/* Changes of the spec, in the order of the command line. Zero-initialise, release with changes_free(). */
struct changes {
    struct rollout_change *items;
    struct made_world *made; /* of each */
    const char **texts;      /* of each, as it was given but for its time */
    size_t count;
};

/* The time of a change and what it is: "10m image=web:2", "done=web.yaml"; untimed ones have only the latter. *ret_file
 * says that it is a file. False where the text is neither. */
bool change_read(const char *text, bool timed, int64_t *ret_at_ms, const char **ret_what, bool *ret_file);

/* All --change of the options, one upon the other, on this world. gates: the document's, or NULL. ROLLOUT_OK or an error. */
int changes_make(const struct options *options, bool timed, const struct rollout_world *world,
                 const struct rollout_node *gates, struct changes *ret, struct rollout_error *reterr);
void changes_free(struct changes *changes);

#endif
