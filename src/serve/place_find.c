/*
 * Constraint search over all routes, the same document as `assay find`.
 *
 * Markup: <p class="lead">, <form class="fields">, <ul class="chips"> with
 * <a class="remove">, <p class="error">, <details>, <ul class="cards">.
 */
#include "serve/controls.h"
#include "serve/directory.h"
#include "serve/find_form.h"
#include "serve/forms.h"
#include "serve/list_parts.h"

#include "assay/need.h"

enum {
    ROWS = 50, /* as the command shows */
    MOST_OF_PAGE = 100,
    MOST_OF_API = 1000,
    MOST_FORM = 1 << 18,
};

const struct assay_parameter assay_find_parameters[] = {
    {"q", "string",
     "Terms that a route must meet, as `assay find` takes them: a field, one "
     "of < <= > >= = != and a value; commas or spaces between.",
     "vision,context>=100k,price.output<5", true},
    {"limit", "integer", "How many routes, 1 to 1000 (pages: 100); else 50.",
     "20", false},
    {0},
};

/* ------------------------------------------------------- the search */

/* What is found lives in the arenas of the walks, as long as the visit. */
static struct assay_document *search(struct assay_visit *visit,
                                     const struct assay_find_options *options,
                                     struct assay_error *err)
{
    enum { THREADS = sizeof visit->walks / sizeof visit->walks[0] };
    const struct assay_view_options wanted = {
        .facts = assay_need_facts(visit->arena, options->need),
    };
    struct assay_view_walk walks[THREADS];
    struct assay_find *finds[THREADS];
    struct assay_arena others[THREADS] = {0}; /* of the finds but the first */

    for (size_t i = 0; i < THREADS; i++) {
        finds[i] =
            assay_find_begin(i == 0 ? visit->arena : &others[i], options);
        walks[i] = (struct assay_view_walk){
            .arena = &visit->walks[i],
            .context = finds[i],
            .model = assay_find_look_at_model,
            .unjoined = assay_find_look_at_unjoined,
        };
    }
    bool ok = assay_catalog_walk(visit->catalog, &wanted, walks, THREADS, err);
    for (size_t i = 1; i < THREADS; i++)
        assay_find_join(finds[0], finds[i]);
    struct assay_document *doc = assay_find_end(finds[0]);
    for (size_t i = 1; i < THREADS; i++)
        assay_arena_free(&others[i]);
    return ok ? doc : NULL;
}

/* ------------------------------------------------------- the question */

static struct assay_str address(const struct assay_visit *visit,
                                struct assay_str q)
{
    struct assay_str query = assay_visit_query_with(visit, "q", q);

    return assay_arena_printf(visit->arena, "/find%s%.*s", query.len ? "?" : "",
                              ASSAY_STR_ARG(query));
}

/* The terms with something between them. */
static struct assay_str joined(const struct assay_visit *visit,
                               struct assay_str q, const char *between)
{
    struct assay_str text = ASSAY_STR(""), term;

    while ((term = assay_find_next_term(&q)).len)
        text =
            assay_arena_printf(visit->arena, "%.*s%s%.*s", ASSAY_STR_ARG(text),
                               text.len ? between : "", ASSAY_STR_ARG(term));
    return text;
}

/* The terms but one. */
static struct assay_str without(const struct assay_visit *visit,
                                struct assay_str q, size_t index)
{
    struct assay_str rest = ASSAY_STR(""), term;

    for (size_t i = 0; (term = assay_find_next_term(&q)).len; i++)
        if (i != index)
            rest = assay_arena_printf(visit->arena, "%.*s%s%.*s",
                                      ASSAY_STR_ARG(rest), rest.len ? "," : "",
                                      ASSAY_STR_ARG(term));
    return rest;
}

/* Each term with a link to the question without it. */
static void add_terms(struct assay_buf *out, const struct assay_visit *visit,
                      struct assay_str q)
{
    struct assay_str text = q, term;

    assay_buf_add_c(out, "<ul class=\"chips\" aria-label=\"Asked for\">\n");
    for (size_t i = 0; (term = assay_find_next_term(&text)).len; i++) {
        assay_buf_add_c(out, "<li>");
        assay_html_text(out, term);
        assay_buf_add_c(out, " <a class=\"remove\" href=\"");
        assay_html_text(out, address(visit, without(visit, q, i)));
        assay_buf_add_c(out, "\"><span aria-hidden=\"true\">×</span>"
                             "<span class=\"vh\">Leave out ");
        assay_html_text(out, term);
        assay_buf_add_c(out, "</span></a></li>\n");
    }
    assay_buf_add_c(out, "</ul>\n");
}

static const struct {
    const char *q, *words;
} examples[] = {
    {"vision,context>=100k,price.output<=5", "reads images, long context, "
                                             "output at most $5 a million"},
    {"open_weights,function_calling,cost<=300",
     "open weights, calls functions, at most $300 a month"},
    {"reasoning,structured_outputs,price.output<=2",
     "thinks first, keeps to a JSON schema, output at most $2 a million"},
    {"task=embedding,price.input<=0.05",
     "embeddings at five cents a million or less"},
};

static void add_examples(struct assay_buf *out, const struct assay_visit *visit)
{
    assay_buf_add_c(out, "<ul class=\"cards\">\n");
    for (size_t i = 0; i < sizeof examples / sizeof examples[0]; i++) {
        assay_buf_add_c(out, "<li>");
        assay_control_link(out, address(visit, assay_str_c(examples[i].q)),
                           assay_str_c(examples[i].words));
        assay_buf_add_c(out, " <span class=\"note\">");
        assay_html_text(out, joined(visit, assay_str_c(examples[i].q), " "));
        assay_buf_add_c(out, "</span></li>\n");
    }
    assay_buf_add_c(out, "</ul>\n");
}

static void add_help(struct assay_buf *out)
{
    struct assay_buf lines;

    assay_buf_init(&lines, MOST_FORM);
    assay_need_help(&lines);
    assay_buf_add_c(out, "<details><summary>All fields of terms</summary>"
                         "<pre tabindex=\"0\">");
    assay_html_text(out, assay_buf_str(&lines));
    assay_buf_add_c(out, "</pre></details>\n");
    assay_buf_release(&lines);
}

static struct assay_str form(const struct assay_visit *visit,
                             struct assay_str q, const char *problem)
{
    bool folded = q.len > 0 && !problem;
    struct assay_buf out;

    assay_buf_init(&out, MOST_FORM);
    if (problem) {
        assay_buf_add_c(&out, "<p class=\"error\" role=\"alert\">");
        assay_html_text(&out, assay_str_c(problem));
        assay_buf_add_c(&out, ".</p>\n");
    }
    if (folded) {
        add_terms(&out, visit, q);
        assay_buf_add_c(&out, "<details><summary>Ask for more or less"
                              "</summary>\n");
    }
    assay_find_form_write(&out, visit, q);
    add_help(&out);
    if (folded)
        assay_buf_add_c(&out, "</details>\n");
    return assay_controls_take(visit, &out);
}

/* ------------------------------------------------------- the page */

/* Nothing was asked yet, or what was asked cannot be read. */
static void show_form(struct assay_visit *visit, struct assay_sheet *sheet,
                      struct assay_str q, const char *problem)
{
    struct assay_document *doc = assay_document_new(
        visit->arena, ASSAY_STR("Find a model"), assay_list_as_of(visit));
    struct assay_section *section;
    struct assay_buf out;

    assay_sheet_insert(visit, sheet, "", form(visit, q, problem));
    section = assay_document_section(doc, "examples", "For example");
    assay_buf_init(&out, MOST_FORM);
    add_examples(&out, visit);
    assay_sheet_insert(visit, sheet, "examples",
                       assay_controls_take(visit, &out));
    for (size_t i = 0; visit->shape == ASSAY_AS_MARKDOWN &&
                       i < sizeof examples / sizeof examples[0];
         i++)
        assay_section_say(
            doc, section, ASSAY_BLOCK_ITEM,
            assay_arena_printf(visit->arena, "%s (/find.md?q=%.*s)",
                               examples[i].words,
                               ASSAY_STR_ARG(assay_url_encoded(
                                   visit->arena, assay_str_c(examples[i].q)))));
    sheet->doc = doc;
    sheet->status = problem ? 400 : 0;
    sheet->unlisted = problem != NULL;
    sheet->description = assay_arena_printf(
        visit->arena,
        "%zu live routes to language models by capability, context, price, "
        "licence and provider; near misses say what they miss.",
        visit->directory->live_count);
}

static bool show_result(struct assay_visit *visit, struct assay_sheet *sheet,
                        struct assay_str q, const struct assay_need *need,
                        struct assay_error *err)
{
    bool is_api = visit->shape == ASSAY_AS_JSON;
    struct assay_find_options options = {
        .need = need,
        .cost = {.traffic = &visit->traffic,
                 .as_of = visit->as_of,
                 .allow_free = visit->allow_free},
    };
    struct assay_document *doc;
    struct assay_str terms;
    uint64_t limit;

    if (!assay_visit_number(visit, "limit", 1,
                            is_api ? MOST_OF_API : MOST_OF_PAGE, ROWS, &limit,
                            err))
        return false;
    options.limit = (size_t)limit;
    doc = search(visit, &options, err);
    if (!doc)
        return false;
    terms = assay_str_head(joined(visit, q, ", "), 200);
    doc->title =
        assay_arena_printf(visit->arena, "Find: %.*s", ASSAY_STR_ARG(terms));
    sheet->doc = doc;
    if (is_api)
        return true;
    assay_sheet_insert(visit, sheet, "", form(visit, q, NULL));
    if (visit->shape == ASSAY_AS_PAGE)
        assay_sheet_insert(visit, sheet, "", assay_form_traffic(visit));
    sheet->description = assay_arena_printf(
        visit->arena, "Routes to language models with %.*s, cheapest first.",
        ASSAY_STR_ARG(terms));
    return true;
}

bool assay_make_find(struct assay_visit *visit, struct assay_sheet *sheet,
                     struct assay_error *err)
{
    struct assay_str q = assay_visit_value(visit, "q");
    struct assay_error problem = {0};
    struct assay_need need;
    bool sent = false;

    if (visit->shape == ASSAY_AS_PAGE) {
        if (!assay_find_form_read(visit, &q, &sent, err))
            return false;
        if (sent || assay_controls_left_blank(visit)) {
            sheet->redirect = address(visit, q);
            return true;
        }
        q = assay_visit_value(visit, "q");
    }
    if (!assay_need_parse(visit->arena, q, &need, &problem)) {
        if (visit->shape != ASSAY_AS_PAGE) {
            *err = problem;
            return false;
        }
        show_form(visit, sheet, q, problem.text);
        return true;
    }
    if (need.count)
        return show_result(visit, sheet, q, &need, err);
    if (visit->shape == ASSAY_AS_JSON)
        return assay_fail(err, ASSAY_BAD_INPUT,
                          "q names nothing that a route must have");
    show_form(visit, sheet, q, NULL);
    return true;
}
