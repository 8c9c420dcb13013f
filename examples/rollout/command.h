/* SPDX-License-Identifier: Apache-2.0 */
/* What the parts of the command `rollout` share: options, documents in, text out. */
#ifndef EXAMPLES_COMMAND_H
#define EXAMPLES_COMMAND_H

#include <stdbool.h>
#include <stdint.h>

#include <rollout/json.h>
#include <rollout/rollout.h>

#include "text.h"

/* Exit status. Over many documents the highest. */
enum { STATUS_YES = 0, STATUS_NO = 1, STATUS_BAD = 2 };

/* An option that only some subcommands have, as it was given. */
struct setting {
    const char *name;  /* without its dashes */
    const char *value; /* NULL where it takes none */
};

/* The command line of one subcommand. */
struct options {
    const char *name;         /* of the subcommand */
    const char *const *files; /* given with -f */
    int file_count;
    const char *const *arguments; /* the rest */
    int argument_count;
    bool json;                /* -o json */
    const char *const *gates; /* --feature-gate NAME=true|false */
    int gate_count;
    bool all;                       /* --all: every line that differs */
    bool junit;                     /* -o junit */
    const struct setting *settings; /* in the order of the command line */
    int setting_count;
};

int command_plan(const struct options *options);
int command_explain(const struct options *options);
int command_diff(const struct options *options);
int command_order(const struct options *options);
int command_inject(const struct options *options);
int command_lint(const struct options *options);
int command_replay(const struct options *options);
int command_simulate(const struct options *options);
int command_check(const struct options *options);

/* For documents that do not say what time it is. */
int64_t wall_clock_ms(void);

/* Documents from files, one after the other; "-" is stdin. */
struct input {
    const char *const *files;
    int file_count;
    int file;        /* place of the open one */
    int fd;          /* -1 = none is open */
    int64_t now_ms;  /* the wall clock, for documents without "now" */
    uint32_t number; /* of the document, from 1 over all files */
    uint32_t line;   /* on which it begins */
    struct rollout_json_reader *reader;
    struct rollout_json *json; /* the document, held until the next one is read */
};

/* What input_next found. */
enum { INPUT_END = 0, INPUT_DOCUMENT = 1, INPUT_BROKEN = 2 };

/* No files: stdin. */
void input_open(struct input *input, const char *const *files, int file_count);

/* The next document, or the next thing that is none: then reterr says why, and reading goes on after it. */
int input_next(struct input *input, const struct rollout_tree **ret_tree, struct rollout_error *reterr);
void input_close(struct input *input);

/* Not a status: the document is not of that kind, or reterr says what is wrong. */
enum { NOT_TAKEN = -1, FAULT = -2 };

/* What a subcommand does with a workload: adds to out and returns a status, or FAULT. */
typedef int (*workload_function)(const struct options *options, const struct rollout_world *world, struct text *out,
                                 void *context, struct rollout_error *reterr);

/* What it does with a document as a whole: the same, or NOT_TAKEN. */
typedef int (*document_function)(const struct options *options, const struct rollout_tree *document, struct text *out,
                                 void *context, struct rollout_error *reterr);

/* Reads the documents of the files given with -f, or of the arguments from `first` on, and calls
 * the functions, one of which may be NULL: document_of for each document, and workload_of for each
 * workload of one that is not taken. Faults are reported and the rest goes on. */
int each_document(const struct options *options, int first, document_function document_of,
                  workload_function workload_of, void *context);

/* An error: its line of JSON in out, or a sentence on stderr. Returns STATUS_BAD. */
int report(const struct options *options, const struct input *input, const struct rollout_error *error,
           struct text *out);

/* Writes the text to stdout and clears it. False once that has failed. */
bool flush_text(struct text *text);

/* The status, or STATUS_BAD if something could not be written, which is said unless the reader went away. */
int finish(int status);

/* A sentence on stderr, whose end of line is added; control characters become "?". */
void complain(const char *format, ...)
#if defined(__GNUC__)
    __attribute__((format(printf, 1, 2)))
#endif
    ;

/* Whether stdout takes colours. */
bool use_colours(void);

/* In characters; 0 where stdout is no terminal, or one of unknown width. */
size_t terminal_width(void);

#endif
