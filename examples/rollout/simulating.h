/* SPDX-License-Identifier: Apache-2.0 */
/* What the parts of `rollout simulate` share. */
#ifndef EXAMPLES_SIMULATING_H
#define EXAMPLES_SIMULATING_H

#include <stdio.h>

#include "changes.h"
#include "command.h"
#include "inputs.h"
#include "worlds.h"

/* ---- simulate_options.c ---- */

/* What the command line asks for, but for changes, which each world has its own of. */
struct simulate_settings {
    struct rollout_simulation_options options; /* without changes */
    struct rollout_fault *faults;              /* as options.faults; "new" and "old" are not resolved */
    struct rollout_str *assertions;            /* as options.assertions */
    uint64_t seed, runs, crash_after;
    bool compare; /* over all runs */
    FILE *record; /* NULL = nothing is recorded */
};

/* False where something is wrong, which is said. Release with simulate_settings_free() either way. */
bool simulate_settings_read(const struct options *options, struct simulate_settings *ret);
void simulate_settings_free(struct simulate_settings *settings);

/* "schedule", ... */
const char *step_name(uint32_t step);
void show_delay(struct text *out, const struct rollout_delay *delay);

/* The faults of the settings with the names of this world's revisions: as many, the caller frees them; NULL = no memory. */
struct rollout_fault *resolve_faults(const struct simulate_settings *settings, const struct rollout_world *world);

/* ---- simulate_play.c ---- */

/* A pass that did something, or the last one. */
struct row {
    int64_t at_ms;
    int64_t wanted, total, available, updated;
    int64_t new_available; /* of available, at the update revision */
    int64_t succeeded, failed; /* of a job */
    char *actions;         /* for people, or JSON */
};

/* One release, as it was played. Zero-initialise, release with play_free(). */
struct play {
    bool job; /* pods are there to end */
    struct row *rows;
    size_t row_count, row_room;
    struct rollout_simulation_state state; /* at its end */
    struct text from, to;                  /* names of the first pass's current and update revision */
    struct text limits;                    /* of the first pass, for people */
    struct text holds;  /* why nothing moves any more, for people or JSON; only where it is stuck or loops */
    struct text pods;   /* at its end: how many there are of each revision and state */
    struct text record; /* lines that are not written yet */
};

/* What a play goes by. */
struct playing {
    const struct options *options;
    const struct simulate_settings *settings;
    const struct changes *changes;
    struct rollout_simulation *simulation;
    bool rows;          /* are kept */
    bool record;        /* are written */
    uint64_t run, runs; /* for the progress line; run from 1 */
};

/* Plays to the end. ROLLOUT_OK or an error. */
int play(const struct playing *playing, struct play *ret, struct rollout_error *reterr);
void play_free(struct play *play);

/* ---- simulate.c ---- */

/* An assertion, and whether it holds with the first seed. */
struct claim {
    struct rollout_str text;
    bool fails;
    int64_t at_ms;
    char message[320];
};

/* Over all runs. */
struct spread {
    uint64_t runs, done, stuck, loops, failed;
    int64_t p50_ms, p95_ms, worst_ms; /* of those that are done */
    int64_t lowest_available;
    int64_t lowest_wanted;
    uint64_t lowest_seed, worst_seed;
    uint64_t bad_seed; /* the first that is not done */
    bool bad;
};

/* Everything there is to say of one world. */
struct outcome {
    const struct options *options;
    const struct simulate_settings *settings;
    const struct rollout_world *world;
    const struct changes *changes;
    const struct rollout_fault *faults;
    struct play play; /* to the end, or to where the first assertion broke */
    struct play
        whole;     /* to the end, with assertions that do not hold left out; no rows unless the first has ended so */
    bool broken;   /* play ends where an assertion broke: whole is another one */
    uint64_t seed; /* of both */
    struct claim *claims;
    struct spread spread; /* runs > 1 */
    bool compared;
    int64_t in_place_ms, recreated_ms; /* p50 where over all runs */
    bool crashed;                      /* crash_after was asked for */
    struct play dying;                 /* then: with a driver that dies */
    bool same_end;
};

/* ---- simulate_text.c, simulate_json.c ---- */

void simulate_add_text(const struct outcome *outcome, struct text *out);
void simulate_add_json(const struct outcome *outcome, struct text *out);
void simulate_add_junit(const struct outcome *outcome, struct text *out);

/* "done", "stuck", ... */
const char *outcome_name(uint32_t outcome);

/* The member "workload", as a plan has it. */
void json_add_workload(struct text *out, const struct rollout_world *world);

/* How much faster in place is than recreation, in tenths of a percent; negative: slower. */
int64_t tenths_faster(const struct outcome *outcome);

#endif
