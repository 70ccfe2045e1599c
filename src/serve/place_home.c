/*
 * Home: search, a comparison to begin, and what there is to begin with.
 *
 * Markup: <p class="lead">, <form class="line">, <form class="fields">,
 * <ul class="cards">, <dl class="figures">.
 */
#include "serve/controls.h"
#include "serve/home_pairs.h"
#include "serve/list_parts.h"
#include "serve/model_list.h"
#include "serve/places.h"

#include <stdlib.h>

enum {
    MOST_FORM = 1 << 16,
    SHOWN = 12,       /* creators, and providers */
    CHANGES = 10,     /* rows */
    CHANGED_DAYS = 3, /* looked at for them */
};

static const char lead[] =
    "What language models cost at your traffic, what they can do and how long "
    "they will be there: every value with its source and its day.";

/* ------------------------------------------------------- forms */

static struct assay_str forms(const struct assay_visit *visit)
{
    struct assay_buf out;

    assay_buf_init(&out, MOST_FORM);
    assay_buf_printf(&out,
                     "<p class=\"lead\">%s</p>\n"
                     "<form class=\"line\" action=\"/models\">"
                     "<label class=\"vh\" for=\"f-q\">Name of a model</label>"
                     "<input id=\"f-q\" type=\"search\" name=\"q\" "
                     "class=\"model\" placeholder=\"Search %.*s models\" "
                     "autocomplete=\"off\" spellcheck=\"false\" "
                     "maxlength=\"200\">"
                     "<button type=\"submit\">Search</button></form>\n",
                     lead,
                     ASSAY_STR_ARG(assay_list_number(
                         visit->arena, visit->directory->model_count)));
    assay_start_form(&out, visit, NULL, 2);
    return assay_controls_take(visit, &out);
}

/* ------------------------------------------------------- comparisons */

static struct assay_str pair_title(struct assay_arena *arena,
                                   const struct assay_home_pair *pair)
{
    return assay_arena_printf(arena, "%.*s and %.*s",
                              ASSAY_STR_ARG(pair->a->name),
                              ASSAY_STR_ARG(pair->b->name));
}

/* Dates and names stay whole at their hyphens. */
static void add_words(struct assay_buf *out, struct assay_str text)
{
    while (text.len) {
        struct assay_str word = assay_str_head(text, assay_str_find(text, ' '));
        bool whole = word.len <= 16 && assay_str_contains(word, "-");

        assay_buf_add_c(out, whole ? "<span class=\"nw\">" : "");
        assay_html_text(out, word);
        assay_buf_add_c(out, whole ? "</span>" : "");
        text = assay_str_skip(text, word.len);
        if (text.len) {
            assay_buf_add_char(out, ' ');
            text = assay_str_skip(text, 1);
        }
    }
}

static struct assay_str cards(const struct assay_visit *visit,
                              const struct assay_home_pair *pairs, size_t count)
{
    struct assay_buf out;

    assay_buf_init(&out, MOST_FORM);
    assay_buf_add_c(&out, "<ul class=\"cards\">\n");
    for (size_t i = 0; i < count; i++) {
        assay_buf_add_c(&out, "<li>");
        assay_control_link(
            &out, assay_compare_path_of(visit, pairs[i].a->id, pairs[i].b->id),
            pair_title(visit->arena, &pairs[i]));
        assay_buf_add_c(&out, " <span class=\"note\">");
        add_words(&out, pairs[i].why);
        assay_buf_add_c(&out, "</span></li>\n");
    }
    assay_buf_add_c(&out, "</ul>\n");
    return assay_controls_take(visit, &out);
}

static bool add_pairs(struct assay_visit *visit, struct assay_sheet *sheet,
                      struct assay_document *doc, struct assay_error *err)
{
    struct assay_home_pair pairs[ASSAY_HOME_PAIRS_MAX];
    struct assay_arena *arena = visit->arena;
    struct assay_section *section;
    size_t count;

    if (!assay_home_pairs(visit, pairs, &count, err))
        return false;
    if (count == 0)
        return true;
    section = assay_document_section(doc, "comparisons", "Worth comparing");
    assay_sheet_insert(visit, sheet, "comparisons", cards(visit, pairs, count));
    for (size_t i = 0; visit->shape == ASSAY_AS_MARKDOWN && i < count; i++)
        assay_section_say(
            doc, section, ASSAY_BLOCK_ITEM,
            assay_arena_printf(arena, "%.*s: %.*s (%.*s)",
                               ASSAY_STR_ARG(pair_title(arena, &pairs[i])),
                               ASSAY_STR_ARG(pairs[i].why),
                               ASSAY_STR_ARG(assay_compare_path_of(
                                   visit, pairs[i].a->id, pairs[i].b->id))));
    return true;
}

/* ------------------------------------------------------- who there is */

/* Most live models first. */
static int by_live(const void *a, const void *b)
{
    const struct assay_creator_count *x = a, *y = b;

    if (x->live != y->live)
        return x->live > y->live ? -1 : 1;
    return assay_str_compare(x->id, y->id);
}

static struct assay_cell link_cell(struct assay_str text, struct assay_str link)
{
    return (struct assay_cell){
        .text = text, .link = link, .state = ASSAY_KNOWN};
}

static struct assay_cell number_cell(struct assay_arena *arena, size_t n)
{
    return (struct assay_cell){.text = assay_list_number(arena, n),
                               .state = ASSAY_KNOWN};
}

/* Where the rest of a table is. */
static void add_rest(struct assay_visit *visit, struct assay_sheet *sheet,
                     const char *section, const char *path,
                     struct assay_str words)
{
    struct assay_buf out;

    assay_buf_init(&out, MOST_FORM);
    assay_buf_add_c(&out, "<p class=\"ways\">");
    assay_control_link(&out, assay_str_c(path), words);
    assay_buf_add_c(&out, "</p>\n");
    assay_sheet_insert(visit, sheet, section, assay_controls_take(visit, &out));
}

static void add_creators(struct assay_visit *visit, struct assay_sheet *sheet,
                         struct assay_document *doc)
{
    static const struct assay_column columns[] = {
        {.title = {"creator", 7}},
        {.title = {"models", 6}, .align = ASSAY_RIGHT},
        {.title = {"can be called", 13}, .align = ASSAY_RIGHT},
    };
    struct assay_arena *arena = visit->arena;
    size_t count;
    struct assay_creator_count *all =
        assay_model_list_creators(arena, visit->directory, &count);
    struct assay_section *section;
    struct assay_block *table;

    if (count == 0)
        return;
    section = assay_document_section(doc, "creators", "Who makes them");
    table = assay_section_table(doc, section, columns, 3);
    qsort(all, count, sizeof *all, by_live);
    for (size_t i = 0; i < count && i < SHOWN; i++) {
        struct assay_cell *row = assay_table_row(doc, table);

        row[0] = link_cell(all[i].name,
                           assay_model_list_creator_path(arena, all[i].id));
        row[1] = number_cell(arena, all[i].models);
        row[2] = number_cell(arena, all[i].live);
    }
    if (count > SHOWN)
        add_rest(
            visit, sheet, "creators", "/models",
            assay_arena_printf(arena, "Models of all %zu creators", count));
}

static void add_providers(struct assay_visit *visit, struct assay_sheet *sheet,
                          struct assay_document *doc)
{
    const struct assay_directory *d = visit->directory;

    if (d->provider_count == 0)
        return;
    assay_providers_table(
        visit, doc, assay_document_section(doc, "providers", "Who serves them"),
        SHOWN);
    if (d->provider_count > SHOWN)
        add_rest(visit, sheet, "providers", "/providers",
                 assay_arena_printf(visit->arena, "All %zu providers",
                                    d->provider_count));
}

/* ------------------------------------------------------- changes */

static bool is_news(const struct assay_change *change)
{
    if (change->fact.len == 0)
        return false;
    if (assay_str_starts(change->fact, "price."))
        return change->before && change->after;
    return change->after && (assay_str_starts(change->fact, "lifecycle.") ||
                             assay_str_is(change->fact, "status") ||
                             assay_str_is(change->fact, "retired_on"));
}

/* The newest days on which a source was read that had been read before. */
static bool read_days(struct assay_visit *visit, struct assay_date *days,
                      size_t *count, struct assay_error *err)
{
    struct assay_reading *readings;
    size_t total;

    *count = 0;
    if (!assay_catalog_readings(visit->catalog, visit->arena, ASSAY_STR(""),
                                &readings, &total, err))
        return false;
    for (size_t i = 0; i < total && *count < CHANGED_DAYS; i++) {
        size_t before = i + 1;

        while (before < total &&
               !assay_str_equal(readings[before].source, readings[i].source))
            before++;
        if (before < total &&
            (*count == 0 ||
             assay_date_compare(days[*count - 1], readings[i].on) != 0))
            days[(*count)++] = readings[i].on;
    }
    return true;
}

static bool read_changes(struct assay_visit *visit, struct assay_change *news,
                         size_t *count, struct assay_error *err)
{
    struct assay_date days[CHANGED_DAYS];
    struct assay_change *changes;
    size_t day_count, total;

    *count = 0;
    if (!read_days(visit, days, &day_count, err))
        return false;
    for (size_t i = 0; i < day_count && *count < CHANGES; i++) {
        struct assay_date before =
            assay_date_from_days(assay_date_days(days[i]) - 1);

        if (!assay_catalog_changes(visit->catalog, visit->arena, ASSAY_STR(""),
                                   before, days[i], &changes, &total, err))
            return false;
        for (size_t k = 0; k < total && *count < CHANGES; k++)
            if (is_news(&changes[k]))
                news[(*count)++] = changes[k];
    }
    return true;
}

/* The tables of the page of changes, each below its reading. */
static bool add_changes(struct assay_visit *visit, struct assay_document *doc,
                        struct assay_error *err)
{
    static const struct assay_changes_title title = {.title = {"Changes", 7},
                                                     .aside = {"", 0}};
    struct assay_change news[CHANGES];
    struct assay_section *section;
    size_t count;

    if (!read_changes(visit, news, &count, err))
        return false;
    if (count == 0)
        return true;
    const struct assay_document *changes =
        assay_page_changes(visit->arena, news, count, &title);
    section = assay_document_section(doc, "changes",
                                     "Prices and lifecycle, newest changes");
    for (const struct assay_section *s = changes->first; s; s = s->next) {
        assay_section_say(doc, section, ASSAY_BLOCK_PARAGRAPH, s->title);
        section->last->next = s->first;
        section->last = s->last;
    }
    return true;
}

/* ------------------------------------------------------- the page */

static void add_figure(struct assay_buf *out, const struct assay_visit *visit,
                       const char *what, size_t n)
{
    assay_buf_printf(out, "<div><dt>%s</dt><dd>%.*s</dd></div>\n", what,
                     ASSAY_STR_ARG(assay_list_number(visit->arena, n)));
}

struct counts {
    size_t callable, retired, open, priced;
};

static struct counts count_models(const struct assay_directory *d)
{
    struct counts n = {0};

    for (size_t i = 0; i < d->model_count; i++) {
        const struct assay_directory_model *m = &d->models[i];

        n.callable += m->live_count > 0;
        n.retired += m->status == ASSAY_STATUS_RETIRED;
        n.open += m->open_weights;
        n.priced += m->cost_state != ASSAY_UNKNOWN && !m->cost_retired;
    }
    return n;
}

static void add_figures(struct assay_visit *visit, struct assay_sheet *sheet,
                        struct assay_document *doc)
{
    const struct assay_directory *d = visit->directory;
    struct counts n = count_models(d);
    struct assay_section *section = assay_document_section(doc, "known", "");
    struct assay_buf out;

    assay_buf_init(&out, MOST_FORM);
    assay_buf_add_c(&out, "<dl class=\"figures\">\n");
    add_figure(&out, visit, "models that can be called", n.callable);
    add_figure(&out, visit, "of them with a price", n.priced);
    add_figure(&out, visit, "open weights", n.open);
    add_figure(&out, visit, "retired", n.retired);
    add_figure(&out, visit, "live routes", d->live_count);
    add_figure(&out, visit, "providers", d->provider_count);
    assay_buf_add_c(&out, "</dl>\n");
    assay_sheet_insert(visit, sheet, "known", assay_controls_take(visit, &out));
    if (visit->shape == ASSAY_AS_MARKDOWN)
        assay_section_say(
            doc, section, ASSAY_BLOCK_PARAGRAPH,
            assay_arena_printf(
                visit->arena,
                "%zu models can be called, %zu of them with a price; %zu have "
                "open weights, %zu are retired. %zu live routes at %zu "
                "providers.",
                n.callable, n.priced, n.open, n.retired, d->live_count,
                d->provider_count));
}

bool assay_make_home(struct assay_visit *visit, struct assay_sheet *sheet,
                     struct assay_error *err)
{
    const struct assay_directory *d = visit->directory;
    struct assay_arena *arena = visit->arena;
    struct assay_document *doc = assay_document_new(
        arena, ASSAY_STR("Language models, compared on cited facts"),
        ASSAY_STR(""));

    sheet->doc = doc;
    assay_sheet_insert(visit, sheet, "", forms(visit));
    if (visit->shape == ASSAY_AS_MARKDOWN)
        assay_section_say(doc, assay_document_section(doc, "lead", ""),
                          ASSAY_BLOCK_PARAGRAPH, assay_str_c(lead));
    if (!add_pairs(visit, sheet, doc, err))
        return false;
    add_figures(visit, sheet, doc);
    add_creators(visit, sheet, doc);
    add_providers(visit, sheet, doc);
    if (!add_changes(visit, doc, err))
        return false;
    sheet->canonical = ASSAY_STR("/");
    sheet->description = assay_arena_printf(
        arena,
        "Compare %zu language models at %zu providers: cost at your traffic, "
        "limits, lifecycle and benchmarks, each value with its source. Newest "
        "reading %.*s.",
        d->model_count, d->provider_count,
        ASSAY_STR_ARG(assay_date_text(arena, d->newest)));
    return true;
}
