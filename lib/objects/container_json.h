/* SPDX-License-Identifier: Apache-2.0 */
/* Containers as Go's encoder writes them: members in the order of the Go types, whatever order the tree has, since
 * upstream hashes the text. */
#ifndef RO_OBJECTS_CONTAINER_JSON_H
#define RO_OBJECTS_CONTAINER_JSON_H

#include <stdbool.h>

#include <rollout/node.h>

/* Where the text goes, in pieces. */
struct ro_sink {
    void (*add)(void *context, const char *bytes, size_t len);
    void *context;
};

void ro_sink_text(const struct ro_sink *sink, const char *text);
void ro_sink_string(const struct ro_sink *sink, struct rollout_str text); /* as a JSON string */

void ro_container_json(const struct rollout_node *container, const struct ro_sink *sink);

/* A list of a SidecarSet's containers, null where it is absent; with their images, or as if they had none. */
void ro_sidecars_json(const struct rollout_node *list, bool images, const struct ro_sink *sink);

#endif
