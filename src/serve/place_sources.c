/*
 * Who the facts are from: all sources, the same document as `assay sources`,
 * and one of them with what it says.
 */
#include "serve/directory.h"
#include "serve/json_ld.h"
#include "serve/pager.h"
#include "serve/places.h"
#include "serve/shelf.h"
#include "serve/site_parts.h"

enum { STATEMENTS = 100 }; /* on a page */

const struct assay_parameter assay_source_parameters[] = {
    ASSAY_PAGER_PARAMETER,
    {0},
};

/* The directory has today's; they take 15 ms to count. */
static bool read_sources(const struct assay_visit *visit,
                         struct assay_source **sources, size_t *count,
                         struct assay_error *err)
{
    if (assay_date_compare(visit->as_of, visit->today) != 0)
        return assay_catalog_sources(visit->catalog, visit->arena, sources,
                                     count, err);
    *sources = visit->directory->sources;
    *count = visit->directory->source_count;
    return true;
}

bool assay_make_sources(struct assay_visit *visit, struct assay_sheet *sheet,
                        struct assay_error *err)
{
    struct assay_source *sources;
    size_t count;

    if (!read_sources(visit, &sources, &count, err))
        return false;
    sheet->doc = assay_page_sources(visit->arena, sources, count, visit->as_of);
    sheet->description = assay_arena_printf(
        visit->arena,
        "The %zu sources that the facts are from: who they are, when they were "
        "read and of how many models and routes they speak.",
        count);
    sheet->json_ld = assay_json_ld_crumbs(visit, "Sources", "/sources", NULL);
    return true;
}

/* ------------------------------------------------------- one source */

static const struct assay_source *find(const struct assay_visit *visit,
                                       struct assay_str id,
                                       struct assay_error *err)
{
    struct assay_source *sources;
    size_t count;

    if (!read_sources(visit, &sources, &count, err))
        return NULL;
    for (size_t i = 0; i < count; i++)
        if (assay_str_equal(sources[i].id, id))
            return &sources[i];
    assay_fail(err, ASSAY_NOT_FOUND, "there is no source '%.*s'",
               ASSAY_STR_ARG(assay_str_head(id, 200)));
    return NULL;
}

static bool count_conflicts(const struct assay_visit *visit,
                            struct assay_source_view *view,
                            struct assay_error *err)
{
    struct assay_disputes *disputes =
        assay_shelf_disputes(assay_site_shelf(visit->site), visit, err);

    if (!disputes)
        return false;
    for (size_t i = 0; i < disputes->count; i++)
        view->conflict_count +=
            assay_dispute_has_source(&disputes->list[i], view->source->id);
    view->conflicts_known = true;
    assay_disputes_release(disputes);
    return true;
}

static struct assay_str describe(const struct assay_visit *visit,
                                 const struct assay_source *source)
{
    return assay_arena_printf(
        visit->arena,
        "%.*s, a source of facts about language models (%s), last read %.*s: "
        "it speaks of %u models and %u routes.",
        ASSAY_STR_ARG(source->title.len ? source->title : source->id),
        assay_source_kind_name(source->kind),
        ASSAY_STR_ARG(assay_date_text(visit->arena, source->read)),
        source->models, source->routes);
}

bool assay_make_source(struct assay_visit *visit, struct assay_sheet *sheet,
                       struct assay_error *err)
{
    struct assay_source_view view = {
        .source = find(visit, visit->parts[0], err),
    };
    struct assay_reading *readings;
    struct assay_said *said;
    struct assay_document *doc;

    if (!view.source)
        return false;
    view.part.total = (size_t)view.source->models + view.source->routes;
    if (!assay_pager_first(visit, STATEMENTS, &view.part.first, err) ||
        !assay_pager_check(view.part, STATEMENTS, err) ||
        !assay_catalog_readings(visit->catalog, visit->arena, view.source->id,
                                &readings, &view.reading_count, err) ||
        !assay_catalog_said(visit->catalog, visit->arena, view.source->id,
                            view.part.first, STATEMENTS, &said,
                            &view.said_count, err) ||
        !count_conflicts(visit, &view, err))
        return false;
    view.readings = readings;
    view.said = said;
    doc = assay_page_source(visit->arena, &view, visit->as_of);
    sheet->doc = doc;
    sheet->description = describe(visit, view.source);
    sheet->json_ld = assay_json_ld_source(visit, view.source);
    assay_pager_add(visit, sheet, doc, view.part, STATEMENTS);
    return true;
}
