/*
 * Runs of the user's own prompts: all of them, and one with its figures, the
 * prompts on which routes disagree, and every prompt, page by page.
 */
#include "serve/pager.h"
#include "serve/pictures.h"
#include "serve/places.h"
#include "serve/site_parts.h"

#include "assay/report.h"

#include <math.h>

enum {
    RUNS = 100,     /* on a page of the list */
    PROMPTS = 20,   /* on a page of a run */
    DIFFERING = 12, /* shown first, on the first page */
};

const struct assay_parameter assay_runs_parameters[] = {
    ASSAY_PAGER_PARAMETER,
    {0},
};

/* A store of its own connection: a run is written while pages are read. */
static struct assay_ledger *open_ledger(const struct assay_visit *visit,
                                        struct assay_error *err)
{
    return assay_ledger_open(assay_site_store(visit->site), err);
}

/* ------------------------------------------------------- all runs */

static bool make_list(struct assay_visit *visit, struct assay_sheet *sheet,
                      struct assay_ledger *ledger, struct assay_error *err)
{
    struct assay_part part = {0};
    struct assay_document *doc;
    struct assay_run *runs;
    size_t shown;

    if (!assay_ledger_runs(ledger, visit->arena, &runs, &part.total, err) ||
        !assay_pager_first(visit, RUNS, &part.first, err) ||
        !assay_pager_check(part, RUNS, err))
        return false;
    shown = part.total - part.first < RUNS ? part.total - part.first : RUNS;
    sheet->doc = doc =
        assay_runs_page(visit->arena, runs + part.first, shown, part.total);
    sheet->description = assay_arena_printf(
        visit->arena, "%zu trials of own prompts on routes of models.",
        part.total);
    assay_pager_add(visit, sheet, doc, part, RUNS);
    return true;
}

/* ------------------------------------------------------- one run */

struct shown {
    struct assay_document *doc;
    struct assay_part part; /* of all prompts that were asked */
    uint64_t differing;     /* found so far */
    uint64_t counted;       /* of those that are evidence */
    bool first_page;
};

static bool take_differing(void *context, struct assay_arena *arena,
                           const struct assay_run_prompt *prompt)
{
    struct shown *shown = context;

    (void)arena;
    shown->counted += prompt->counted && prompt->asked;
    if (prompt->differs && shown->differing++ < DIFFERING)
        assay_run_prompt_section(shown->doc, prompt);
    return true;
}

static bool take_prompt(void *context, struct assay_arena *arena,
                        const struct assay_run_prompt *prompt)
{
    struct shown *shown = context;
    size_t at = shown->part.total;

    (void)arena;
    if (!prompt->asked)
        return true;
    shown->part.total++;
    if (at >= shown->part.first && at < shown->part.first + PROMPTS)
        assay_run_prompt_section(shown->doc, prompt);
    return true;
}

static bool add_differing(const struct assay_visit *visit,
                          struct assay_ledger *ledger,
                          const struct assay_run *run,
                          struct assay_document *doc, struct assay_error *err)
{
    struct shown shown = {.doc = doc};
    struct assay_section *section = assay_document_section(
        doc, "differing", "Prompts on which routes disagree");

    if (!assay_run_prompts(ledger, run, take_differing, &shown, err))
        return false;
    assay_section_say(
        doc, section, ASSAY_BLOCK_PARAGRAPH,
        shown.differing == 0
            ? ASSAY_STR("None: wherever two routes answered, they agree.")
            : assay_arena_printf(visit->arena, "%llu of %llu prompts%s.",
                                 (unsigned long long)shown.differing,
                                 (unsigned long long)shown.counted,
                                 shown.differing > DIFFERING
                                     ? "; the first of them stand here"
                                     : ""));
    if (shown.differing > DIFFERING)
        assay_section_say(
            doc, assay_document_section(doc, "differing-more", ""),
            ASSAY_BLOCK_COMMAND,
            assay_arena_printf(visit->arena, "assay report %.*s --differing",
                               ASSAY_STR_ARG(run->id)));
    return true;
}

static bool add_prompts(struct assay_visit *visit, struct assay_sheet *sheet,
                        struct assay_ledger *ledger,
                        const struct assay_run *run, struct assay_document *doc,
                        struct assay_error *err)
{
    struct shown shown = {.doc = doc};

    if (!assay_pager_first(visit, PROMPTS, &shown.part.first, err))
        return false;
    if (shown.part.first == 0 && run->route_count > 1 &&
        !add_differing(visit, ledger, run, doc, err))
        return false;
    assay_document_section(doc, "prompts", "All prompts, in their order");
    if (!assay_run_prompts(ledger, run, take_prompt, &shown, err) ||
        !assay_pager_check(shown.part, PROMPTS, err))
        return false;
    assay_pager_add(visit, sheet, doc, shown.part, PROMPTS);
    return true;
}

/* What the same two models are on all that is known of them. */
static void add_comparisons(const struct assay_visit *visit,
                            const struct assay_run *run,
                            struct assay_document *doc)
{
    for (size_t a = 0; a < run->route_count; a++)
        for (size_t b = a + 1; b < run->route_count; b++) {
            struct assay_str x = run->routes[a].model;
            struct assay_str y = run->routes[b].model;
            struct assay_block *block;
            if (!x.len || !y.len || assay_str_equal(x, y))
                continue;
            block = assay_section_say(
                doc, doc->last, ASSAY_BLOCK_ITEM,
                assay_arena_printf(visit->arena,
                                   "all that is known of %.*s and %.*s",
                                   ASSAY_STR_ARG(x), ASSAY_STR_ARG(y)));
            block->link = assay_compare_path_of(visit, x, y);
        }
}

static bool make_run(struct assay_visit *visit, struct assay_sheet *sheet,
                     struct assay_ledger *ledger, struct assay_error *err)
{
    struct assay_run_figures figures;
    struct assay_document *doc;
    const struct assay_run *run =
        assay_ledger_run(ledger, visit->arena, visit->parts[0], err);

    if (!run)
        return false;
    if (!assay_str_equal(run->id, visit->parts[0]) &&
        visit->shape == ASSAY_AS_PAGE) {
        sheet->redirect = assay_arena_printf(visit->arena, "/run/%.*s",
                                             ASSAY_STR_ARG(run->id));
        return true;
    }
    if (!assay_run_figures(ledger, visit->arena, run, &figures, err))
        return false;
    sheet->doc = doc = assay_run_page(visit->arena, &figures);
    sheet->description = assay_arena_printf(
        visit->arena, "A trial of %.*s on %zu routes: %llu rows, %llu passed.",
        ASSAY_STR_ARG(run->suite), run->route_count,
        (unsigned long long)figures.rows, (unsigned long long)figures.passed);
    if (visit->shape == ASSAY_AS_JSON)
        return true;
    if (visit->shape == ASSAY_AS_PAGE)
        assay_picture_run(visit, sheet, &figures);
    add_comparisons(visit, run, doc);
    return add_prompts(visit, sheet, ledger, run, doc, err);
}

/* ------------------------------------------------------- both */

static bool with_ledger(struct assay_visit *visit, struct assay_sheet *sheet,
                        bool (*make)(struct assay_visit *visit,
                                     struct assay_sheet *sheet,
                                     struct assay_ledger *ledger,
                                     struct assay_error *err),
                        struct assay_error *err)
{
    /* before the first row is read: what is written meanwhile makes it old */
    sheet->edition = assay_site_page_edition(visit->site, visit->request->path);
    struct assay_ledger *ledger = open_ledger(visit, err);
    bool ok = ledger && make(visit, sheet, ledger, err);

    assay_ledger_close(ledger);
    sheet->unlisted = true; /* the user's own, and no facts */
    sheet->of_runs = true;
    return ok;
}

bool assay_make_runs(struct assay_visit *visit, struct assay_sheet *sheet,
                     struct assay_error *err)
{
    return with_ledger(visit, sheet, make_list, err);
}

bool assay_make_run(struct assay_visit *visit, struct assay_sheet *sheet,
                    struct assay_error *err)
{
    return with_ledger(visit, sheet, make_run, err);
}
