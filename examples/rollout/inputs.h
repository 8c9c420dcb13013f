/* SPDX-License-Identifier: Apache-2.0 */
/* Where simulate and check begin: documents, or --from and --to; and what options of their own say. */
#ifndef EXAMPLES_INPUTS_H
#define EXAMPLES_INPUTS_H

#include "command.h"
#include "worlds.h"

/* A manifest from a file: the only workload of its first document. Release with manifest_close(). */
struct manifest {
    struct input input;
    struct rollout_world *world;
};

/* False where there is none, which is reported. */
bool manifest_open(const struct options *options, const char *const *file, struct manifest *ret);
void manifest_close(struct manifest *manifest);

/* The value of the last such option, or NULL. */
const char *setting_of(const struct options *options, const char *name);

/* The number that such an option gives, ret where there is none. False with a complaint where it is no number from least
 * to most. */
bool setting_number(const struct options *options, const char *name, uint64_t least, uint64_t most, uint64_t *ret);

/* Where the error is that an assertion cannot be read, it is said as the option's. */
void name_assertion(struct rollout_error *error);

/* What --from, --to, --nodes and --zones say. */
struct from_to {
    const char *from, *to; /* both NULL: documents are read */
    uint64_t nodes, zones;
};
bool from_to_read(const struct options *options, struct from_to *ret);

/* Calls the function with each workload of the documents, and with the world of --from and --to where they are given.
 * *gates is the featureGates of the document at hand, which the function may look at. */
int each_start(const struct options *options, const struct from_to *from_to, workload_function function, void *context,
               const struct rollout_node **gates);

#endif
