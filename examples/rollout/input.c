/* SPDX-License-Identifier: Apache-2.0 */
/* Documents in: from files and stdin, one at a time. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "command.h"

int64_t wall_clock_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

void input_open(struct input *input, const char *const *files, int file_count)
{
    static const char *const standard_input[] = { "-" };
    *input = (struct input){ .files = file_count ? files : standard_input,
                             .file_count = file_count ? file_count : 1,
                             .file = -1,
                             .fd = -1,
                             .now_ms = wall_clock_ms() };
}

static void close_file(struct input *input)
{
    rollout_json_reader_free(input->reader);
    input->reader = NULL;
    if (input->fd > STDIN_FILENO)
        close(input->fd);
    input->fd = -1;
}

static void refuse_file(struct rollout_error *reterr, const char *what, int number)
{
    reterr->code = ROLLOUT_ERR_IO;
    snprintf(reterr->message, sizeof reterr->message, "%s%s%s", what, number ? ": " : "",
             number ? strerror(number) : "");
}

/* Opens the next file. False with reterr written where it cannot be. */
static bool open_next(struct input *input, struct rollout_error *reterr)
{
    const char *path = input->files[++input->file];
    bool standard = strcmp(path, "-") == 0;
    struct stat facts;
    input->fd = standard ? STDIN_FILENO : open(path, O_RDONLY);
    if (input->fd < 0) {
        refuse_file(reterr, "cannot be opened", errno);
        return false;
    }
    if (fstat(input->fd, &facts) != 0)
        refuse_file(reterr, "cannot be read", errno);
    else if (S_ISDIR(facts.st_mode))
        refuse_file(reterr, "is a directory", 0);
    else if (rollout_json_reader_new(input->fd, &input->reader, reterr) == ROLLOUT_OK)
        return true;
    close_file(input);
    return false;
}

/* What the reader says with a number, as it has no words for it. */
static void name_read_error(struct rollout_error *error)
{
    static const char prefix[] = "reading failed with errno ";
    if (error->code == ROLLOUT_ERR_IO && strncmp(error->message, prefix, sizeof prefix - 1) == 0)
        refuse_file(error, "cannot be read", (int)strtol(error->message + sizeof prefix - 1, NULL, 10));
}

int input_next(struct input *input, const struct rollout_tree **ret_tree, struct rollout_error *reterr)
{
    rollout_json_free(input->json);
    input->json = NULL;
    input->line = 0;
    *reterr = (struct rollout_error){ .struct_size = sizeof *reterr };
    for (;;) {
        if (!input->reader) {
            if (input->file + 1 >= input->file_count)
                return INPUT_END;
            if (!open_next(input, reterr))
                return INPUT_BROKEN;
        }
        int rc = rollout_json_reader_next(input->reader, &input->json, &input->line, reterr);
        if (rc == ROLLOUT_OK && input->json) {
            input->number++;
            *ret_tree = rollout_json_tree(input->json);
            return INPUT_DOCUMENT;
        }
        if (rc == ROLLOUT_ERR_SYNTAX) {
            input->number++;
            return INPUT_BROKEN;
        }
        close_file(input);
        name_read_error(reterr);
        if (rc != ROLLOUT_OK)
            return INPUT_BROKEN;
    }
}

void input_close(struct input *input)
{
    rollout_json_free(input->json);
    input->json = NULL;
    close_file(input);
}

static int highest(int a, int b)
{
    return a > b ? a : b;
}

/* Names the kinds of workloads in a List that are not planned, each once, as else nobody would miss their pods. Whether
 * there are any. */
static bool name_unsupported(const struct options *options, const struct input *input,
                             const struct rollout_tree *document)
{
    static const char *const kinds[] = { "ReplicationController" };
    const struct rollout_node *items = node_get(document->nodes, "items");
    bool seen[sizeof kinds / sizeof kinds[0]] = { false }, any = false;
    if (!items || items->kind != ROLLOUT_NODE_ARRAY)
        return false;
    for (const struct rollout_node *item = items + 1; item < items + items->size; item += item->size) {
        const struct rollout_node *kind = item->kind == ROLLOUT_NODE_OBJECT ? node_get(item, "kind") : NULL;
        for (size_t i = 0; kind && i < sizeof kinds / sizeof kinds[0]; i++)
            seen[i] = seen[i] || (kind->kind == ROLLOUT_NODE_TEXT && str_is(kind->text, kinds[i]));
    }
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        if (seen[i])
            complain("rollout %s: document %u: %s is not supported and is passed over", options->name, input->number,
                     kinds[i]);
        any = any || seen[i];
    }
    return any;
}

/* All workloads of a document. */
static int each_workload(const struct options *options, const struct input *input, const struct rollout_tree *document,
                         workload_function function, struct text *out, void *context)
{
    struct rollout_error error = { .struct_size = sizeof error };
    struct rollout_grouping *grouping = NULL;
    if (rollout_document_group(document, &grouping, &error) != ROLLOUT_OK)
        return report(options, input, &error, out);
    size_t count = rollout_grouping_count(grouping);
    /* A lone one is refused; beside others there is still an answer. */
    int status = name_unsupported(options, input, document) && count == 0 ? STATUS_BAD : STATUS_YES;
    if (count == 0)
        complain("rollout %s: document %u holds no workload", options->name, input->number);
    for (size_t i = 0; i < count; i++) {
        struct rollout_world *world = NULL;
        error = (struct rollout_error){ .struct_size = sizeof error };
        int done = FAULT;
        if (rollout_grouping_decode(grouping, i, input->now_ms, &world, &error) == ROLLOUT_OK)
            done = function(options, world, out, context, &error);
        if (done == FAULT)
            done = report(options, input, &error, out);
        rollout_world_free(world);
        status = highest(status, done);
    }
    rollout_grouping_free(grouping);
    return status;
}

int each_document(const struct options *options, int first, document_function document_of,
                  workload_function workload_of, void *context)
{
    struct input input;
    struct rollout_error error;
    const struct rollout_tree *document = NULL;
    struct text out = { 0 };
    int status = STATUS_YES, found;
    if (options->file_count && options->argument_count > first) {
        complain("rollout %s: unexpected argument %s beside -f", options->name, options->arguments[first]);
        return STATUS_BAD;
    }
    if (options->file_count)
        input_open(&input, options->files, options->file_count);
    else
        input_open(&input, options->arguments + first, options->argument_count - first);
    bool writing = true;
    while (writing && (found = input_next(&input, &document, &error)) != INPUT_END) {
        int done = FAULT;
        if (found == INPUT_DOCUMENT)
            done = document_of ? document_of(options, document, &out, context, &error) : NOT_TAKEN;
        if (done == NOT_TAKEN && workload_of)
            done = each_workload(options, &input, document, workload_of, &out, context);
        else if (done == FAULT)
            done = report(options, &input, &error, &out);
        status = highest(status, done);
        writing = flush_text(&out);
    }
    if (input.number == 0 && status == STATUS_YES) {
        complain("rollout %s: the input holds no document", options->name);
        status = STATUS_BAD;
    }
    if (!writing)
        status = STATUS_BAD;
    text_free(&out);
    input_close(&input);
    return finish(status);
}
