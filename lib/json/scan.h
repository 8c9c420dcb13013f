/* SPDX-License-Identifier: Apache-2.0 */
/* Where a JSON document ends, found while it is still arriving. */
#ifndef RO_JSON_SCAN_H
#define RO_JSON_SCAN_H

#include <stdbool.h>

#include <rollout/node.h>

/* Zero-initialise. */
struct ro_json_scan {
    size_t depth;
    bool in_string, escaped;
    char before; /* the last byte that counts: one of {[,:- or 'v', the end of a value; 0 at the start */
    char open[ROLLOUT_NODE_MAX_DEPTH];
};

enum { RO_SCAN_MORE, RO_SCAN_END, RO_SCAN_BROKEN, RO_SCAN_DEEP };

/* Looks at text[*at..len) of a document and moves *at behind the last byte looked at: the last one of the
 * document (END), one that no document has there (BROKEN) or that nests too deep (DEEP), or
 * all there are (MORE). Only what tells a document's end is looked at: END does not mean that it is JSON. */
int ro_json_scan(struct ro_json_scan *scan, const char *text, size_t len, size_t *at);

#endif
