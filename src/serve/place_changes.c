/*
 * What readings of sources changed: as a page the newest first, some at a
 * time; in the API the same document as `assay diff FROM TO`.
 *
 * Markup: <form class="fields"> as site.css says.
 */
#include "serve/controls.h"
#include "serve/directory.h"
#include "serve/json_ld.h"
#include "serve/pager.h"
#include "serve/places.h"

enum {
    CHANGES = 100, /* on a page */
    DAYS = 90,     /* before the newest reading, when no day is asked for */
    FORM_BYTES = 64 << 10,
};

const struct assay_parameter assay_changes_parameters[] = {
    {"from", "string",
     "Readings after this day; else 90 days before the newest.", "2026-08-21",
     false},
    {"to", "string", "Readings up to this day; else today.", "2026-11-22",
     false},
    {"model", "string", "Only of this model, its names and routes.",
     "google/gemma-2-2b", false},
    {"source", "string", "Only of this source.", "openai-docs", false},
    {"page", "integer",
     "A page of the list, from 1, the newest reading first; the API gives all "
     "of it otherwise, the oldest first.",
     "1", false},
    {0},
};

struct span {
    struct assay_date from, to; /* after the first, up to the second */
};

static bool read_day(const struct assay_visit *visit, const char *name,
                     struct assay_date otherwise, struct assay_date *day,
                     struct assay_error *err)
{
    struct assay_str text = assay_visit_value(visit, name);

    *day = otherwise;
    if (text.len == 0 || (text.len == 10 && assay_date_parse_day(text, day)))
        return true;
    return assay_fail(err, ASSAY_BAD_INPUT,
                      "%s wants a day such as 2026-11-22, not '%.*s'", name,
                      ASSAY_STR_ARG(assay_str_head(text, 100)));
}

static bool read_span(const struct assay_visit *visit, struct span *span,
                      struct assay_error *err)
{
    struct assay_date newest = visit->directory->newest, from = visit->as_of;

    if (!read_day(visit, "to", visit->as_of, &span->to, err))
        return false;
    if (newest.day && assay_date_compare(newest, span->to) < 0)
        from = newest;
    else
        from = span->to;
    from = assay_date_from_days(assay_date_days(from) - DAYS);
    if (!read_day(visit, "from", from, &span->from, err))
        return false;
    return assay_date_compare(span->from, span->to) <= 0 ||
           assay_fail(err, ASSAY_BAD_INPUT, "%.*s lies after %.*s",
                      ASSAY_STR_ARG(assay_date_text(visit->arena, span->from)),
                      ASSAY_STR_ARG(assay_date_text(visit->arena, span->to)));
}

/* Those of one source stay. */
static void keep_source(struct assay_change *changes, size_t *count,
                        struct assay_str source)
{
    size_t kept = 0;

    if (source.len == 0)
        return;
    for (size_t i = 0; i < *count; i++)
        if (assay_str_equal(changes[i].source, source))
            changes[kept++] = changes[i];
    *count = kept;
}

/* ------------------------------------------------------- the form */

static void add_day(struct assay_buf *out, const char *name, const char *label,
                    const char *hint, struct assay_str value)
{
    assay_buf_printf(out,
                     "<p class=\"field\"><label for=\"f-%s\">%s</label> "
                     "<input id=\"f-%s\" type=\"date\" name=\"%s\" value=\"",
                     name, label, name, name);
    assay_html_text(out, value);
    assay_buf_printf(out,
                     "\" aria-describedby=\"h-%s\"> <span class=\"hint\" "
                     "id=\"h-%s\">%s</span></p>\n",
                     name, name, hint);
}

static struct assay_str form(struct assay_visit *visit, const struct span *span)
{
    struct assay_buf out;

    assay_buf_init(&out, FORM_BYTES);
    assay_controls_open(&out, "fields", "/changes");
    add_day(&out, "from", "After", "readings on later days",
            assay_date_text(visit->arena, span->from));
    add_day(&out, "to", "Up to", "that day included",
            assay_date_text(visit->arena, span->to));
    assay_control_text(&out, &(struct assay_control_text){
                                 .name = "model",
                                 .label = "Model",
                                 .value = assay_visit_value(visit, "model"),
                                 .hint = "with its routes; empty: all",
                                 .example = "gpt-4o",
                             });
    assay_control_text(&out, &(struct assay_control_text){
                                 .name = "source",
                                 .label = "Source",
                                 .value = assay_visit_value(visit, "source"),
                                 .example = "openrouter",
                             });
    if (visit->dated)
        assay_control_hidden(&out, "as_of", assay_visit_value(visit, "as_of"));
    assay_controls_close(&out, "Show", "/changes");
    return assay_controls_take(visit, &out);
}

/* ------------------------------------------------------- the place */

/* For pages; and in the API when it asks for one page of the list. */
static bool make_page(struct assay_visit *visit, struct assay_sheet *sheet,
                      const struct assay_change *changes, size_t count,
                      const struct assay_changes_title *title,
                      struct assay_error *err)
{
    struct assay_changed *readings;
    struct assay_part part = {0};
    struct assay_document *doc;
    size_t reading_count;

    if (!assay_pager_first(visit, CHANGES, &part.first, err))
        return false;
    assay_changes_by_reading(visit->arena, changes, count, &readings,
                             &reading_count);
    doc = assay_page_readings(visit->arena, readings, reading_count, CHANGES,
                              &part, title);
    if (!assay_pager_check(part, CHANGES, err))
        return false;
    sheet->doc = doc;
    sheet->description = assay_arena_printf(
        visit->arena,
        "What sources came to say about language models, their prices and "
        "routes, %.*s: %zu changes in %zu readings.",
        ASSAY_STR_ARG(title->aside), count, reading_count);
    sheet->json_ld = assay_json_ld_crumbs(visit, "Changes", "/changes", NULL);
    assay_pager_add(visit, sheet, doc, part, CHANGES);
    return true;
}

bool assay_make_changes(struct assay_visit *visit, struct assay_sheet *sheet,
                        struct assay_error *err)
{
    struct assay_str id = assay_visit_value(visit, "model");
    struct assay_change *changes;
    struct span span;
    size_t count;

    if (visit->shape == ASSAY_AS_PAGE && assay_controls_left_blank(visit)) {
        struct assay_str query = assay_visit_query(visit);

        sheet->redirect =
            assay_arena_printf(visit->arena, "/changes%s%.*s",
                               query.len ? "?" : "", ASSAY_STR_ARG(query));
        return true;
    }
    if (!read_span(visit, &span, err) ||
        (id.len &&
         !assay_catalog_resolve(visit->catalog, visit->arena, id, &id, err)) ||
        !assay_catalog_changes(visit->catalog, visit->arena, id, span.from,
                               span.to, &changes, &count, err))
        return false;
    keep_source(changes, &count, assay_visit_value(visit, "source"));

    const struct assay_changes_title title = {
        .title = id.len ? assay_arena_printf(visit->arena, "Changes of %.*s",
                                             ASSAY_STR_ARG(id))
                        : ASSAY_STR("Changes"),
        .aside = assay_arena_printf(
            visit->arena, "%.*s to %.*s",
            ASSAY_STR_ARG(assay_date_text(visit->arena, span.from)),
            ASSAY_STR_ARG(assay_date_text(visit->arena, span.to))),
    };

    if (visit->shape == ASSAY_AS_JSON &&
        assay_visit_value(visit, "page").len == 0) {
        sheet->doc = assay_page_changes(visit->arena, changes, count, &title);
        return true;
    }
    if (!make_page(visit, sheet, changes, count, &title, err))
        return false;
    assay_sheet_insert(visit, sheet, "", form(visit, &span));
    return true;
}
