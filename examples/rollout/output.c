/* SPDX-License-Identifier: Apache-2.0 */
/* Text out: results on stdout, errors as a line of JSON there or as a sentence on stderr. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "command.h"

/* The value at fault: as it stands, or as text where the record had no room for all of it. */
static void add_value(struct text *out, const char *value)
{
    struct rollout_json *json = NULL;
    if (rollout_json_parse(value, strlen(value), &json, NULL) == ROLLOUT_OK)
        text_adds(out, value);
    else
        text_add_quoted(out, (struct rollout_str){ .data = value, .len = strlen(value) });
    rollout_json_free(json);
}

static void add_error_line(struct text *out, const struct input *input, const struct rollout_error *error)
{
    text_adds(out, "{\"kind\":\"Error\"");
    if (error->code != ROLLOUT_ERR_IO)
        text_addf(out, ",\"document\":%u", input->number);
    uint32_t line = error->line ? error->line : input->line;
    if (line)
        text_addf(out, ",\"line\":%u", line);
    if (error->column)
        text_addf(out, ",\"column\":%u", error->column);
    if (error->field[0]) {
        text_adds(out, ",\"path\":");
        text_add_quoted(out, (struct rollout_str){ .data = error->field, .len = strlen(error->field) });
    }
    if (error->value[0]) {
        text_adds(out, ",\"value\":");
        add_value(out, error->value);
    }
    text_adds(out, ",\"message\":");
    text_add_quoted(out, (struct rollout_str){ .data = error->message, .len = strlen(error->message) });
    text_adds(out, "}\n");
}

int report(const struct options *options, const struct input *input, const struct rollout_error *error,
           struct text *out)
{
    const char *file = input->file >= 0 ? input->files[input->file] : "-";
    if (options->json) {
        add_error_line(out, input, error);
        return STATUS_BAD;
    }
    flush_text(out);
    fflush(stdout); /* so that the sentence stands where the result would have been */
    uint32_t line = error->line ? error->line : input->line;
    fprintf(stderr, "rollout %s: %s", options->name, strcmp(file, "-") == 0 ? "stdin" : file);
    if (line)
        fprintf(stderr, ":%u", line);
    if (error->column)
        fprintf(stderr, ":%u", error->column);
    struct text message = { 0 };
    text_add_plain(&message, (struct rollout_str){ error->message, strlen(error->message) });
    fprintf(stderr, ": %s\n", message.data ? message.data : "");
    text_free(&message);
    return STATUS_BAD;
}

bool flush_text(struct text *text)
{
    if (text->failed) {
        fprintf(stderr, "rollout: out of memory\n");
        return false;
    }
    if (text->len)
        fwrite(text->data, 1, text->len, stdout);
    text_clear(text);
    return !ferror(stdout);
}

int finish(int status)
{
    if (fflush(stdout) == 0 && !ferror(stdout))
        return status;
    fprintf(stderr, "rollout: cannot write: %s\n", strerror(errno));
    return STATUS_BAD;
}

bool use_colours(void)
{
    const char *off = getenv("NO_COLOR"), *terminal = getenv("TERM");
    return isatty(STDOUT_FILENO) && !(off && *off) && !(terminal && strcmp(terminal, "dumb") == 0);
}
