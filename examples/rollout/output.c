/* SPDX-License-Identifier: Apache-2.0 */
/* Text out: results on stdout, errors as a line of JSON there or as a sentence on stderr. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "command.h"

/* The value at fault: as it stands, or as text where the record had no room for all of it. */
static void add_value(struct text *out, const char *value)
{
    struct rollout_json *json = NULL;
    int rc = rollout_json_parse(value, strlen(value), &json, NULL);
    if (rc == ROLLOUT_OK)
        text_adds(out, value);
    else if (rc == ROLLOUT_ERR_NOMEM)
        out->failed = true;
    else
        text_add_quoted(out, (struct rollout_str){ .data = value, .len = strlen(value) });
    rollout_json_free(json);
}

void complain(const char *format, ...)
{
    char line[8192]; /* a path and a sentence */
    va_list args;
    va_start(args, format);
    vsnprintf(line, sizeof line, format, args);
    va_end(args);
    text_make_plain(line, strlen(line));
    fprintf(stderr, "%s\n", line);
}

static bool is_standard(const char *file)
{
    return strcmp(file, "-") == 0;
}

static void add_error_line(struct text *out, const struct input *input, const char *file,
                           const struct rollout_error *error)
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
    struct text message = { 0 };
    if (!is_standard(file)) {
        text_adds(&message, file);
        text_adds(&message, ": ");
    }
    text_adds(&message, error->message);
    text_adds(out, ",\"message\":");
    text_add_quoted(out, (struct rollout_str){ message.data, message.len });
    text_adds(out, "}\n");
    out->failed |= message.failed;
    text_free(&message);
}

/* The message without the place that it begins with, where the place stands before it already. */
static const char *without_place(const struct rollout_error *error)
{
    char place[64];
    int len = snprintf(place, sizeof place, "line %u, column %u: ", error->line, error->column);
    bool there = error->line && strncmp(error->message, place, (size_t)len) == 0;
    return error->message + (there ? len : 0);
}

int report(const struct options *options, const struct input *input, const struct rollout_error *error,
           struct text *out)
{
    const char *file = input->file >= 0 ? input->files[input->file] : "-";
    if (options->json) {
        add_error_line(out, input, file, error);
        return STATUS_BAD;
    }
    flush_text(out);
    fflush(stdout); /* so that the sentence stands where the result would have been */
    uint32_t line = error->line ? error->line : input->line;
    char place[32] = "";
    if (error->column)
        snprintf(place, sizeof place, ":%u:%u", line, error->column);
    else if (line)
        snprintf(place, sizeof place, ":%u", line);
    complain("rollout %s: %s%s: %s", options->name, is_standard(file) ? "stdin" : file, place, without_place(error));
    return STATUS_BAD;
}

/* Why the first write failed that did; 0 = none has. */
static int write_errno;

static void note_failure(void)
{
    if (!write_errno)
        write_errno = errno ? errno : EIO;
}

bool flush_text(struct text *text)
{
    if (text->failed) {
        complain("rollout: out of memory");
        return false;
    }
    errno = 0;
    if (text->len && fwrite(text->data, 1, text->len, stdout) != text->len)
        note_failure();
    text_clear(text);
    return !write_errno;
}

int finish(int status)
{
    errno = 0;
    if (fflush(stdout) != 0 || ferror(stdout))
        note_failure();
    if (!write_errno)
        return status;
    if (write_errno != EPIPE) /* a reader that has seen enough is told nothing */
        complain("rollout: cannot write: %s", strerror(write_errno));
    return STATUS_BAD;
}

bool use_colours(void)
{
    const char *off = getenv("NO_COLOR"), *terminal = getenv("TERM");
    return isatty(STDOUT_FILENO) && !(off && *off) && !(terminal && strcmp(terminal, "dumb") == 0);
}

size_t terminal_width(void)
{
    struct winsize size = { 0 };
    const char *columns = getenv("COLUMNS");
    if (!isatty(STDOUT_FILENO))
        return 0;
    long given = columns ? strtol(columns, NULL, 10) : 0;
    if (given > 0)
        return (size_t)given;
    return ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 ? size.ws_col : 0;
}
