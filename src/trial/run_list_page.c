/*
 * The runs of a store, newest first.
 */
#include "assay/report.h"

#include "assay/published.h"

static struct assay_cell known(struct assay_str text)
{
    return (struct assay_cell){.text = text, .state = ASSAY_KNOWN};
}

/* "anvil-2, hammer-1" */
static struct assay_str labels(struct assay_arena *arena,
                               const struct assay_run *run)
{
    struct assay_str text = {"", 0};

    for (size_t r = 0; r < run->route_count; r++)
        text = assay_arena_printf(arena, "%.*s%s%.*s", ASSAY_STR_ARG(text),
                                  r ? ", " : "",
                                  ASSAY_STR_ARG(run->routes[r].label));
    return text;
}

static struct assay_str ended(const struct assay_run *run)
{
    if (assay_run_publisher(run).len)
        return ASSAY_STR("published by others");
    switch (run->stopped) {
    case ASSAY_STOP_DECIDED:
        return ASSAY_STR("decided");
    case ASSAY_STOP_FUTILE:
        return ASSAY_STR("could not be decided");
    case ASSAY_STOP_BUDGET:
        return ASSAY_STR("at its spending limit");
    case ASSAY_STOP_TIME:
        return ASSAY_STR("at its time limit");
    case ASSAY_STOP_INTERRUPTED:
        return ASSAY_STR("interrupted");
    case ASSAY_STOP_COMPLETE:
        return ASSAY_STR("all were asked");
    case ASSAY_STOP_NONE:
        break;
    }
    return ASSAY_STR("not ended");
}

/* Which of them count is known without their rows where a run came to its
   own end. */
static struct assay_cell prompts(struct assay_arena *arena,
                                 const struct assay_run *run)
{
    unsigned long long all = run->case_count;

    switch (run->stopped) {
    case ASSAY_STOP_COMPLETE:
        return known(assay_arena_printf(arena, "%llu", all));
    case ASSAY_STOP_DECIDED:
    case ASSAY_STOP_FUTILE:
        return known(assay_arena_printf(arena, "%llu of %llu",
                                        (unsigned long long)run->counted, all));
    case ASSAY_STOP_BUDGET:
    case ASSAY_STOP_TIME:
    case ASSAY_STOP_INTERRUPTED:
    case ASSAY_STOP_NONE:
        break;
    }
    return known(assay_arena_printf(arena, "part of %llu", all));
}

enum { RUN, SUITE, ROUTES, ENDED, PROMPTS, STARTED, COLUMNS };

static void add_row(struct assay_document *doc, struct assay_block *table,
                    const struct assay_run *run)
{
    struct assay_cell *cells = assay_table_row(doc, table);
    struct assay_arena *arena = doc->arena;

    cells[RUN] = known(run->id);
    cells[RUN].link =
        assay_arena_printf(arena, "/run/%.*s", ASSAY_STR_ARG(run->id));
    cells[SUITE] = known(run->suite);
    cells[SUITE].link = cells[RUN].link;
    cells[ROUTES] = known(labels(arena, run));
    cells[ENDED] = known(ended(run));
    cells[PROMPTS] = prompts(arena, run);
    cells[STARTED] = known(assay_run_started(arena, run));
}

static void add_json(struct assay_arena *arena, struct assay_json *list,
                     const struct assay_run *run)
{
    struct assay_json *o = assay_json_add(list, assay_json_object(arena));
    struct assay_json *routes;

    assay_json_set_text(arena, o, "run", run->id);
    assay_json_set_text(arena, o, "started", run->started);
    assay_json_set_text(arena, o, "suite", run->suite);
    assay_json_set_c(arena, o, "mode",
                     run->rule.mode == ASSAY_TRIAL_FIXED ? "fixed"
                                                         : "sequential");
    if (run->stopped == ASSAY_STOP_NONE)
        assay_json_set_null(arena, o, "stopped");
    else
        assay_json_set_c(arena, o, "stopped", assay_stop_name(run->stopped));
    assay_json_set_uint(arena, o, "prompts", run->case_count);
    assay_json_set_uint(arena, o, "repeats", run->repeats);
    routes = assay_json_set(o, "routes", assay_json_array(arena));
    for (size_t r = 0; r < run->route_count; r++)
        assay_json_add(routes, assay_json_string(arena, run->routes[r].id));
}

struct assay_document *assay_runs_page(struct assay_arena *arena,
                                       const struct assay_run *runs,
                                       size_t count, size_t total)
{
    static const struct assay_column columns[COLUMNS] = {
        [RUN] = {.title = {"run", 3}},
        [SUITE] = {.title = {"suite", 5}},
        [ROUTES] = {.title = {"routes", 6}},
        [ENDED] = {.title = {"ended", 5}},
        [PROMPTS] = {.title = {"prompts", 7},
                     .align = ASSAY_RIGHT,
                     .give_way = 1},
        [STARTED] = {.title = {"started", 7}, .give_way = 2},
    };
    struct assay_document *doc =
        assay_document_new(arena, ASSAY_STR("Runs"), ASSAY_STR(""));
    struct assay_section *section = assay_document_section(doc, "runs", "");
    struct assay_json *list;

    doc->data = assay_json_object(arena);
    assay_json_set_c(arena, doc->data, "format", "assay-runs/1");
    assay_json_set_uint(arena, doc->data, "total", total);
    list = assay_json_set(doc->data, "runs", assay_json_array(arena));
    if (count == 0) {
        assay_section_say(doc, section, ASSAY_BLOCK_PARAGRAPH,
                          ASSAY_STR("No run yet. Put your own prompts to the "
                                    "routes you think of:"));
        assay_section_say(
            doc, section, ASSAY_BLOCK_COMMAND,
            ASSAY_STR("assay try prompts.yaml --on ROUTE --on ROUTE"));
        return doc;
    }
    struct assay_block *table =
        assay_section_table(doc, section, columns, COLUMNS);
    for (size_t i = 0; i < count; i++) {
        add_row(doc, table, &runs[i]);
        add_json(arena, list, &runs[i]);
    }
    return doc;
}
