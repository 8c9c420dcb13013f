/* SPDX-License-Identifier: Apache-2.0 */
/* rollout lint: what is wrong with a strategy, without playing it. */
#include "command.h"
#include "show.h"

static void add_json(const struct rollout_world *world, const struct rollout_findings *findings, struct text *out)
{
    show_head_json(out, "Lint", world);
    text_adds(out, ",\"findings\":[");
    for (size_t i = 0; i < findings->count; i++) {
        const struct rollout_finding *finding = &findings->items[i];
        const char *name = rollout_lint_name(finding->code);
        text_adds(out, i ? ",{" : "{");
        show_member_json(out, "path", finding->path);
        text_addf(out, ",\"code\":\"%s\"", name ? name : "");
        if (finding->value.data) {
            text_adds(out, ",\"value\":");
            text_add(out, finding->value.data, finding->value.len);
        }
        show_member_json(out, "message", finding->message);
        text_adds(out, "}");
    }
    text_adds(out, "]}\n");
}

static void add_text(const struct rollout_world *world, const struct rollout_findings *findings, struct text *out)
{
    struct table table = { 0 };
    show_workload(out, world);
    if (findings->count == 0)
        text_adds(out, ": nothing found\n");
    else
        text_addf(out, ": %zu finding%s\n", findings->count, findings->count == 1 ? "" : "s");
    for (size_t i = 0; i < findings->count; i++) {
        const char *name = rollout_lint_name(findings->items[i].code);
        table_str(&table, 0, findings->items[i].path);
        table_string(&table, name ? name : "");
        table_str(&table, 0, findings->items[i].message);
        table_end_row(&table);
    }
    table_print(&table, "  ", false, 0, out); /* the message is what is asked for: it wraps and is not cut */
}

static int lint_one(const struct options *options, const struct rollout_world *world, struct text *out, void *context,
                    struct rollout_error *reterr)
{
    struct rollout_findings *findings = NULL;
    (void)context;
    if (rollout_lint(world, &findings, reterr) != ROLLOUT_OK)
        return FAULT;
    (options->json ? add_json : add_text)(world, findings, out);
    int status = findings->count ? STATUS_NO : STATUS_YES;
    rollout_findings_free(findings);
    return status;
}

int command_lint(const struct options *options)
{
    return each_document(options, 0, NULL, lint_one, NULL);
}
