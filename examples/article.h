/* SPDX-License-Identifier: Apache-2.0 */
/* What is around the driver in the article's example: the user, the API server, the kubelet, and a critic. */
#ifndef EXAMPLES_ARTICLE_H
#define EXAMPLES_ARTICLE_H

#include <rollout/rollout.h>

#include <jansson.h>

#include <stdbool.h>
#include <time.h>

struct article {
    json_t *list; /* the objects, and the time as "now" */
    time_t now;
    bool snapshots; /* print what was observed, not what was decided */
    bool failed;    /* something went otherwise than written down */
    unsigned passes;
    size_t stage;
    size_t decided; /* decisions of this stage so far */
    int idle;       /* passes in a row in which nothing was to do */
};

/* Everybody else's turn before a pass. Returns false when the example is over. */
bool article_next(struct article *article);

/* Looks at what a pass observed and is about to do. */
void article_see(struct article *article, const char *observed, const struct rollout_world *world,
                 const struct rollout_plan *plan);

/* loop.c: drives the objects of the List until the example is over. Returns ROLLOUT_OK or a negative code. */
int drive(json_t *list, struct article *article, struct rollout_error *reterr);

#endif
