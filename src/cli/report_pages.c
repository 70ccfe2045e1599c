/*
 * A run for people: its page, then its prompts with the answers side by side,
 * those on which routes disagree first. Each prompt is a part of the page
 * that is rendered and written by itself.
 */
#include "cli/report_parts.h"

struct parts {
    struct assay_report *report;
    bool differing; /* those, or the others */
    uint64_t count;
};

static void render(struct assay_report *report,
                   const struct assay_document *doc,
                   enum assay_render_part part)
{
    struct assay_render_options options = report->cli->render;
    struct assay_error ignored = {0}; /* the buffer's; asked when flushed */

    options.part = part;
    (void)report->cli->format->render(&report->out, doc, &options, &ignored);
}

/* The prompt with all that a stable report tells of its answers. */
static struct assay_run_prompt stable_prompt(
    struct assay_arena *arena, const struct assay_run_prompt *prompt)
{
    struct assay_run_prompt stable = *prompt;
    size_t count = (size_t)prompt->run->repeats * prompt->run->route_count;
    struct assay_attempt *ends =
        ASSAY_NEW_ARRAY(arena, struct assay_attempt, count);

    stable.ends = ASSAY_NEW_ARRAY(arena, const struct assay_attempt *, count);
    for (size_t i = 0; i < count; i++)
        if (prompt->ends[i]) {
            ends[i] = assay_attempt_stable(arena, prompt->ends[i]);
            stable.ends[i] = &ends[i];
        }
    return stable;
}

static bool take_prompt(void *context, struct assay_arena *arena,
                        const struct assay_run_prompt *prompt)
{
    struct parts *parts = context;
    bool stable = parts->report->stable;
    struct assay_run_prompt shown = *prompt;
    struct assay_document *doc;

    if (!prompt->asked || prompt->differs != parts->differing ||
        (stable && !prompt->counted))
        return true;
    if (stable)
        shown = stable_prompt(arena, prompt);
    doc = assay_document_new(arena, ASSAY_STR(""), ASSAY_STR(""));
    assay_run_prompt_section(doc, &shown);
    render(parts->report, doc, ASSAY_RENDER_NEXT);
    parts->count++;
    return assay_report_flush(parts->report);
}

/* Sections of their own, so that a heading stands above the prompts. */
static void add_heading(struct assay_report *report,
                        enum assay_render_part part, const char *id,
                        const char *title)
{
    struct assay_arena arena = {0};
    struct assay_document *doc =
        assay_document_new(&arena, ASSAY_STR(""), ASSAY_STR(""));

    if (title)
        assay_document_section(doc, id, title);
    render(report, doc, part);
    assay_arena_free(&arena);
}

static bool add_prompts(struct assay_report *report, bool differing,
                        uint64_t *count, struct assay_error *err)
{
    struct parts parts = {.report = report, .differing = differing};

    if (!assay_run_prompts(report->ledger, report->run, take_prompt, &parts,
                           err))
        return false;
    *count = parts.count;
    return true;
}

/* The title alone, for a page that begins with what differs. */
static struct assay_document *differing_page(struct assay_report *report)
{
    const struct assay_run *run = report->figures->run;
    struct assay_arena *arena = &report->cli->arena;
    struct assay_str title = assay_run_title(arena, run);

    return assay_document_new(arena,
                              assay_arena_printf(arena,
                                                 "%.*s, where routes disagree",
                                                 ASSAY_STR_ARG(title)),
                              assay_run_started(arena, run));
}

/* The run in short: in text, with where its answers are. */
static struct assay_document *short_page(struct assay_report *report, bool all)
{
    const struct assay_run_figures *figures = report->figures;
    struct assay_document *page = assay_run_page(&report->cli->arena, figures);

    if (!all && !report->stable && assay_run_differs(figures))
        assay_section_say(page, page->last, ASSAY_BLOCK_COMMAND,
                          assay_arena_printf(page->arena,
                                             "assay report %.*s --differing",
                                             ASSAY_STR_ARG(figures->run->id)));
    return page;
}

/* Those on which routes disagree; a route alone has nobody to differ from. */
static bool add_differing(struct assay_report *report, bool heading,
                          struct assay_error *err)
{
    uint64_t count = 0;

    if (heading)
        add_heading(report, ASSAY_RENDER_NEXT, "differing",
                    "Prompts on which routes disagree");
    if (!add_prompts(report, true, &count, err))
        return false;
    if (count == 0)
        add_heading(report, ASSAY_RENDER_NEXT, "none",
                    "None: wherever two routes answered, they agree");
    return true;
}

bool assay_report_page(struct assay_report *report, struct assay_error *err)
{
    bool text = assay_str_is(assay_str_c(report->cli->format->name), "text");
    bool all =
        !report->differing && (!text || assay_cli_flag(report->cli, "full"));
    bool alone = report->run->route_count < 2;
    uint64_t others = 0;

    render(report,
           report->differing ? differing_page(report) : short_page(report, all),
           ASSAY_RENDER_FIRST);
    if ((report->differing || (all && !alone)) &&
        !add_differing(report, all, err))
        return false;
    if (all) {
        add_heading(report, ASSAY_RENDER_NEXT, "others",
                    alone ? "All prompts" : "All other prompts");
        if (!add_prompts(report, false, &others, err))
            return false;
    }
    add_heading(report, ASSAY_RENDER_LAST, NULL, NULL);
    return true;
}

bool assay_report_json(struct assay_report *report, struct assay_error *err)
{
    struct assay_arena *arena = &report->cli->arena;
    struct assay_document *doc =
        assay_document_new(arena, ASSAY_STR(""), ASSAY_STR(""));

    doc->data = assay_run_json(arena, report->figures);
    return assay_render_json(&report->out, doc, &report->cli->render, err);
}
