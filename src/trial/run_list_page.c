/*
 * The runs of a store, newest first.
 */
#include "assay/report.h"

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
    return run->stopped == ASSAY_STOP_NONE
               ? ASSAY_STR("not ended")
               : assay_str_c(assay_stop_name(run->stopped));
}

static void add_row(struct assay_document *doc, struct assay_block *table,
                    const struct assay_run *run)
{
    struct assay_cell *cells = assay_table_row(doc, table);
    struct assay_arena *arena = doc->arena;

    cells[0] = known(run->id);
    cells[0].link =
        assay_arena_printf(arena, "/run/%.*s", ASSAY_STR_ARG(run->id));
    cells[1] = known(run->started);
    cells[2] = known(run->suite);
    cells[3] = known(labels(arena, run));
    cells[4] = known(assay_arena_printf(
        arena, "%llu/%llu",
        (unsigned long long)(run->stopped == ASSAY_STOP_NONE ? 0
                                                             : run->counted),
        (unsigned long long)run->case_count));
    if (run->stopped == ASSAY_STOP_NONE)
        cells[4] = (struct assay_cell){.text = ASSAY_STR("not ended"),
                                       .state = ASSAY_UNKNOWN};
    cells[5] = known(ended(run));
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
    static const struct assay_column columns[] = {
        {.title = {"run", 3}},
        {.title = {"started", 7}, .give_way = 2},
        {.title = {"suite", 5}},
        {.title = {"routes", 6}},
        {.title = {"prompts", 7}, .align = ASSAY_RIGHT, .give_way = 1},
        {.title = {"ended", 5}},
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
    struct assay_block *table = assay_section_table(
        doc, section, columns, sizeof columns / sizeof columns[0]);
    for (size_t i = 0; i < count; i++) {
        add_row(doc, table, &runs[i]);
        add_json(arena, list, &runs[i]);
    }
    return doc;
}
