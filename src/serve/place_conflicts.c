/*
 * What sources disagree about over the whole catalog, by model, forty facts
 * a page. Which they are is kept on the shelf; only the models of the page
 * are loaded.
 *
 * Markup: <form class="fields"> as site.css says; <p class="of"> behind a
 * model's heading leads to its page.
 */
#include "serve/controls.h"
#include "serve/json_ld.h"
#include "serve/pager.h"
#include "serve/places.h"
#include "serve/shelf.h"
#include "serve/site_parts.h"

#include <string.h>

enum { FACTS = 40, FORM_BYTES = 64 << 10 };

const struct assay_parameter assay_conflicts_parameters[] = {
    {"fact", "string",
     "price, status, context, output, capability or other: only such facts.",
     "price", false},
    {"model", "string", "Only of this model and its routes.",
     "google/gemma-2-2b", false},
    {"source", "string", "Only where this source speaks.", "openai-docs",
     false},
    ASSAY_PAGER_PARAMETER,
    {0},
};

/* ------------------------------------------------------- kinds of facts */

static const struct kind {
    const char *name, *words;
    const char *facts[3]; /* of them, and what lies below their dot */
} kinds[] = {
    {"price", "Prices", {"price", NULL}},
    {"status", "Status and its dates", {"lifecycle", "status", NULL}},
    {"context", "Context", {"context_tokens", NULL}},
    {"output", "Longest output", {"max_output_tokens", NULL}},
    {"capability", "Capabilities", {"capabilities", NULL}},
    {"other", "All else", {NULL}},
};
enum { KINDS = sizeof kinds / sizeof kinds[0], OTHER = KINDS - 1 };

static bool lies_below(struct assay_str fact, const char *name)
{
    size_t len = strlen(name);

    return assay_str_starts(fact, name) &&
           (fact.len == len || fact.at[len] == '.');
}

static size_t kind_of(struct assay_str fact)
{
    for (size_t i = 0; i < OTHER; i++)
        for (size_t k = 0; kinds[i].facts[k]; k++)
            if (lies_below(fact, kinds[i].facts[k]))
                return i;
    return OTHER;
}

/* ------------------------------------------------------- the filter */

struct filter {
    size_t kind; /* KINDS: any */
    struct assay_str source, model;
    size_t counts[KINDS]; /* of all that the rest of the filter lets pass */
    const struct assay_dispute **found;
    size_t count;
};

static bool read_filter(struct assay_visit *visit, struct filter *filter,
                        struct assay_error *err)
{
    struct assay_str kind = assay_visit_value(visit, "fact");
    struct assay_str model = assay_visit_value(visit, "model");

    *filter = (struct filter){
        .kind = KINDS,
        .source = assay_visit_value(visit, "source"),
        .model = ASSAY_STR(""),
    };
    for (size_t i = 0; i < KINDS; i++)
        if (assay_str_is(kind, kinds[i].name))
            filter->kind = i;
    if (kind.len && filter->kind == KINDS)
        return assay_fail(err, ASSAY_BAD_INPUT,
                          "fact wants price, status, context, output, "
                          "capability or other, not '%.*s'",
                          ASSAY_STR_ARG(assay_str_head(kind, 100)));
    return model.len == 0 || assay_catalog_resolve(visit->catalog, visit->arena,
                                                   model, &filter->model, err);
}

static void apply(struct assay_visit *visit, struct filter *filter,
                  const struct assay_disputes *disputes)
{
    filter->found = ASSAY_NEW_ARRAY(visit->arena, const struct assay_dispute *,
                                    disputes->count + 1);
    for (size_t i = 0; i < disputes->count; i++) {
        const struct assay_dispute *d = &disputes->list[i];

        if ((filter->source.len &&
             !assay_dispute_has_source(d, filter->source)) ||
            (filter->model.len && !assay_str_equal(d->model, filter->model)))
            continue;
        filter->counts[kind_of(d->fact)]++;
        if (filter->kind == KINDS || kind_of(d->fact) == filter->kind)
            filter->found[filter->count++] = d;
    }
}

/* ------------------------------------------------------- loading */

/* The route, of a loaded model or on its own. */
static bool find_subject(struct assay_visit *visit,
                         const struct assay_dispute *dispute,
                         struct assay_disputed *one, struct assay_error *err)
{
    struct assay_route *route = NULL;

    if (dispute->kind == ASSAY_SUBJECT_MODEL) {
        one->subject = &one->model->subject;
        return true;
    }
    for (size_t i = 0; one->model && !route && i < one->model->route_count; i++)
        if (assay_str_equal(one->model->routes[i]->subject.id,
                            dispute->subject))
            route = one->model->routes[i];
    if (!route && !one->model)
        route = assay_catalog_route(visit->catalog, visit->arena,
                                    dispute->subject, err);
    if (!route)
        return one->model != NULL;
    one->subject = &route->subject;
    return true;
}

static bool load(struct assay_visit *visit,
                 const struct assay_dispute *const *found, size_t count,
                 struct assay_disputed *loaded, size_t *loaded_count,
                 struct assay_error *err)
{
    struct assay_model *model = NULL;

    *loaded_count = 0;
    for (size_t i = 0; i < count; i++) {
        const struct assay_dispute *d = found[i];
        struct assay_disputed *one = &loaded[*loaded_count];
        char *fact = assay_arena_cstr(visit->arena, d->fact);

        if (d->model.len == 0)
            model = NULL;
        else if (i == 0 || !assay_str_equal(found[i - 1]->model, d->model))
            model = assay_catalog_model(visit->catalog, visit->arena, d->model,
                                        err);
        if (d->model.len && !model)
            return false;
        *one = (struct assay_disputed){.model = model};
        if (!find_subject(visit, d, one, err))
            return false;
        if (one->subject)
            one->choice = assay_subject_choice(one->subject, fact);
        *loaded_count += one->choice && one->choice->conflict;
    }
    return true;
}

/* ------------------------------------------------------- the page */

static struct assay_str form(struct assay_visit *visit,
                             const struct filter *filter)
{
    struct assay_str chosen = assay_visit_value(visit, "fact");
    size_t all = 0;
    struct assay_buf out;

    for (size_t i = 0; i < KINDS; i++)
        all += filter->counts[i];
    assay_buf_init(&out, FORM_BYTES);
    assay_controls_open(&out, "fields", "/conflicts");
    assay_control_select(&out, "fact", "About");
    assay_control_option(
        &out, ASSAY_STR(""),
        assay_arena_printf(visit->arena, "Everything (%zu)", all), chosen);
    for (size_t i = 0; i < KINDS; i++)
        assay_control_option(&out, assay_str_c(kinds[i].name),
                             assay_arena_printf(visit->arena, "%s (%zu)",
                                                kinds[i].words,
                                                filter->counts[i]),
                             chosen);
    assay_control_select_end(&out);
    assay_control_text(&out, &(struct assay_control_text){
                                 .name = "model",
                                 .label = "Model",
                                 .value = assay_visit_value(visit, "model"),
                                 .example = "gpt-4o",
                             });
    assay_control_text(&out, &(struct assay_control_text){
                                 .name = "source",
                                 .label = "Source",
                                 .value = filter->source,
                                 .example = "litellm",
                             });
    if (visit->dated)
        assay_control_hidden(&out, "as_of", assay_visit_value(visit, "as_of"));
    assay_controls_close(&out, "Show", "/conflicts");
    return assay_controls_take(visit, &out);
}

/* Below each model's heading the way to its page. */
static void add_ways(struct assay_visit *visit, struct assay_sheet *sheet,
                     const struct assay_disputed *loaded, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const struct assay_model *model = loaded[i].model;
        struct assay_buf out;

        if (!model || (i && model == loaded[i - 1].model))
            continue;
        assay_buf_init(&out, FORM_BYTES);
        assay_buf_add_c(&out, "<p class=\"of\">");
        assay_control_link(&out, assay_model_path(visit->arena, model->id),
                           model->id);
        assay_buf_add_c(&out, "</p>\n");
        assay_sheet_insert(visit, sheet,
                           assay_arena_cstr(visit->arena, model->id),
                           assay_controls_take(visit, &out));
    }
}

static bool make(struct assay_visit *visit, struct assay_sheet *sheet,
                 struct filter *filter, struct assay_error *err)
{
    const struct assay_page_options options = assay_visit_options(visit);
    struct assay_part part = {.total = filter->count};
    struct assay_disputed loaded[FACTS];
    struct assay_document *doc;
    size_t count;

    if (!assay_pager_first(visit, FACTS, &part.first, err) ||
        !assay_pager_check(part, FACTS, err))
        return false;
    count = part.total > part.first ? part.total - part.first : 0;
    if (count > FACTS)
        count = FACTS;
    if (!load(visit, filter->found + part.first, count, loaded, &count, err))
        return false;
    doc = assay_page_disputes(visit->arena, loaded, count, part, &options);
    sheet->doc = doc;
    sheet->description = assay_arena_printf(
        visit->arena,
        "Where the sources of facts about language models disagree: %zu facts, "
        "each with the value taken, the reason, and what the others say.",
        filter->count);
    sheet->json_ld =
        assay_json_ld_crumbs(visit, "Conflicts", "/conflicts", NULL);
    assay_sheet_insert(visit, sheet, "", form(visit, filter));
    add_ways(visit, sheet, loaded, count);
    assay_pager_add(visit, sheet, doc, part, FACTS);
    return true;
}

bool assay_make_conflicts(struct assay_visit *visit, struct assay_sheet *sheet,
                          struct assay_error *err)
{
    struct assay_disputes *disputes;
    struct filter filter;
    bool ok;

    if (visit->shape == ASSAY_AS_PAGE && assay_controls_left_blank(visit)) {
        struct assay_str query = assay_visit_query(visit);

        sheet->redirect =
            assay_arena_printf(visit->arena, "/conflicts%s%.*s",
                               query.len ? "?" : "", ASSAY_STR_ARG(query));
        return true;
    }
    if (!read_filter(visit, &filter, err))
        return false;
    disputes = assay_shelf_disputes(assay_site_shelf(visit->site), visit, err);
    if (!disputes)
        return false;
    apply(visit, &filter, disputes);
    ok = make(visit, sheet, &filter, err);
    assay_disputes_release(disputes);
    return ok;
}
