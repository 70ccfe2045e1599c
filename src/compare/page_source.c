/*
 * One source: who it is, when it was read, and a page of what it says. Some
 * say one thing of one model, some 5,000.
 */
#include "compare/page_parts.h"

struct source_page {
    struct assay_page page;
    const struct assay_source_view *view;
};

/* ------------------------------------------------------- what it is */

static void add_fact(struct source_page *s, struct assay_block *table,
                     const char *title, struct assay_str text,
                     struct assay_str link)
{
    struct assay_cell *row;

    if (text.len == 0)
        return;
    row = assay_table_row(s->page.c.doc, table);
    row[0] =
        (struct assay_cell){.text = assay_str_c(title), .state = ASSAY_KNOWN};
    row[1] =
        (struct assay_cell){.text = text, .link = link, .state = ASSAY_KNOWN};
}

static void add_about(struct source_page *s)
{
    static const struct assay_column columns[] = {
        {.title = {"fact", 4}},
        {.title = {"value", 5}},
    };
    const struct assay_source_view *view = s->view;
    const struct assay_source *source = view->source;
    struct assay_arena *arena = s->page.c.arena;
    struct assay_section *section =
        assay_document_section(s->page.c.doc, "about", "");
    struct assay_block *table =
        assay_section_table(s->page.c.doc, section, columns, 2);
    struct assay_str none = {"", 0};

    add_fact(s, table, "title", source->title, assay_page_address(source->url));
    add_fact(s, table, "address", source->url, assay_page_address(source->url));
    add_fact(s, table, "id", source->id, none);
    add_fact(s, table, "kind of source",
             assay_str_c(assay_source_kind_name(source->kind)), none);
    add_fact(s, table, "licence", source->license, none);
    add_fact(s, table, "last read", assay_date_text(arena, source->read), none);
    add_fact(s, table, "speaks of models",
             assay_page_count(arena, source->models).text, none);
    add_fact(s, table, "speaks of routes",
             assay_page_count(arena, source->routes).text, none);
    if (view->conflicts_known)
        add_fact(s, table, "facts in dispute",
                 assay_page_count(arena, view->conflict_count).text,
                 view->conflict_count
                     ? assay_arena_printf(arena, "/conflicts?source=%.*s",
                                          ASSAY_STR_ARG(source->id))
                     : none);
}

static void add_readings(struct source_page *s)
{
    static const struct assay_column columns[] = {
        {.title = {"read", 4}},
        {.title = {"format", 6}},
        {.title = {"rows", 4}, .align = ASSAY_RIGHT},
        {.title = {"from", 4}},
    };
    struct assay_arena *arena = s->page.c.arena;
    struct assay_section *section =
        assay_document_section(s->page.c.doc, "readings", "Readings");
    struct assay_block *table =
        assay_section_table(s->page.c.doc, section, columns, 4);

    for (size_t i = 0; i < s->view->reading_count; i++) {
        const struct assay_reading *reading = &s->view->readings[i];
        struct assay_cell *row = assay_table_row(s->page.c.doc, table);

        row[0].text = assay_date_text(arena, reading->on);
        row[1].text = reading->format;
        row[2] = assay_page_count(arena, reading->rows);
        row[3].text = assay_page_origin(reading->origin);
        for (size_t k = 0; k < 4; k++)
            row[k].state = ASSAY_KNOWN;
    }
}

/* ------------------------------------------------------- what it says */

static struct assay_cell price_cell(struct assay_arena *arena,
                                    const struct assay_said *said,
                                    const char *meter)
{
    const struct assay_json *prices = assay_json_get(said->body, "prices");
    struct assay_claim claim = {.fact = ASSAY_STR("price."), .value = NULL};
    struct assay_json *own = assay_json_array(arena);

    for (const struct assay_json *p = prices ? prices->first : NULL; p;
         p = p->next)
        if (assay_str_is(assay_json_text(p, "meter"), meter))
            assay_json_add(own, assay_json_copy(arena, p));
    if (own->count == 0)
        return (struct assay_cell){.state = ASSAY_NOT_APPLICABLE,
                                   .text = ASSAY_STR("–")};
    claim.value = own;
    return (struct assay_cell){.text = assay_page_claim_words(arena, &claim),
                               .state = ASSAY_KNOWN};
}

static struct assay_cell context_cell(struct assay_arena *arena,
                                      const struct assay_said *said)
{
    const struct assay_claim claim = {
        .fact = ASSAY_STR("context_tokens"),
        .value = assay_json_get(said->body, "context_tokens"),
    };

    if (!claim.value)
        return (struct assay_cell){.state = ASSAY_NOT_APPLICABLE,
                                   .text = ASSAY_STR("–")};
    return (struct assay_cell){
        .text = assay_page_claim_words(arena, &claim),
        .state =
            claim.value->type == ASSAY_JSON_NULL ? ASSAY_UNKNOWN : ASSAY_KNOWN,
    };
}

/* "12 facts, 31 benchmark rows" besides prices */
static struct assay_str amount(struct assay_arena *arena,
                               const struct assay_json *body)
{
    const struct assay_json *rows = assay_json_get(body, "benchmarks");
    size_t facts =
        body->count - (rows != NULL) - (assay_json_get(body, "prices") != NULL);
    struct assay_str text = {"", 0};

    if (facts)
        text = assay_arena_printf(arena, "%zu fact%s", facts,
                                  facts == 1 ? "" : "s");
    if (rows && rows->count)
        text = assay_arena_printf(arena, "%.*s%s%u benchmark row%s",
                                  ASSAY_STR_ARG(text), text.len ? ", " : "",
                                  (unsigned)rows->count,
                                  rows->count == 1 ? "" : "s");
    return text;
}

enum { SUBJECT, MODEL, INPUT, OUTPUT, CONTEXT, AMOUNT, SINCE, COLUMNS };

static void said_row(struct source_page *s, struct assay_block *table,
                     const struct assay_said *said)
{
    struct assay_arena *arena = s->page.c.arena;
    struct assay_cell *row = assay_table_row(s->page.c.doc, table);

    for (size_t i = 0; i < COLUMNS; i++)
        row[i].state = ASSAY_KNOWN;
    row[SUBJECT].text = said->id;
    row[SUBJECT].note = assay_str_c(assay_subject_kind_name(said->kind));
    row[MODEL].text = said->model;
    row[MODEL].link = assay_page_model_link(arena, said->model);
    if (said->model.len == 0)
        row[MODEL] = (struct assay_cell){.state = ASSAY_UNKNOWN};
    row[INPUT] = price_cell(arena, said, "input_tokens");
    row[OUTPUT] = price_cell(arena, said, "output_tokens");
    row[CONTEXT] = context_cell(arena, said);
    row[AMOUNT].text = amount(arena, said->body);
    row[SINCE].text = assay_date_text(arena, said->first);
}

static struct assay_json *said_json(struct assay_page *page,
                                    const struct assay_said *said)
{
    struct assay_arena *arena = page->c.arena;
    struct assay_json *one = assay_json_object(arena);

    assay_json_set_text(arena, one, "subject", said->id);
    assay_json_set_c(arena, one, "subject_kind",
                     assay_subject_kind_name(said->kind));
    if (said->model.len)
        assay_json_set_text(arena, one, "model", said->model);
    else
        assay_json_set_null(arena, one, "model");
    assay_page_set_date(page, one, "first", said->first);
    assay_json_set(one, "says", assay_json_copy(arena, said->body));
    return one;
}

static void add_said(struct source_page *s)
{
    static const struct assay_column columns[COLUMNS] = {
        [SUBJECT] = {.title = {"model or route", 14}},
        [MODEL] = {.title = {"belongs to", 10}},
        [INPUT] = {.title = {"input", 5}, .align = ASSAY_RIGHT},
        [OUTPUT] = {.title = {"output", 6}, .align = ASSAY_RIGHT},
        [CONTEXT] = {.title = {"context", 7}, .align = ASSAY_RIGHT},
        [AMOUNT] = {.title = {"says besides", 12}},
        [SINCE] = {.title = {"since", 5}},
    };
    const struct assay_source_view *view = s->view;
    struct assay_document *doc = s->page.c.doc;
    struct assay_section *section =
        assay_document_section(doc, "says", "What it says");
    struct assay_block *table;

    assay_page_say(&s->page, section, ASSAY_BLOCK_PARAGRAPH, NULL,
                   "Models and routes: %.*s. Prices are dollars per million "
                   "tokens.",
                   ASSAY_STR_ARG(assay_page_part(s->page.c.arena, view->part,
                                                 view->said_count)));
    if (view->said_count == 0)
        return;
    table = assay_section_table(doc, section, columns, COLUMNS);
    for (size_t i = 0; i < view->said_count; i++)
        said_row(s, table, &view->said[i]);
}

/* ------------------------------------------------------- the contract */

static void set_data(struct source_page *s)
{
    const struct assay_source_view *view = s->view;
    struct assay_arena *arena = s->page.c.arena;
    struct assay_json *data = s->page.c.data;
    struct assay_json *readings = assay_json_array(arena);
    struct assay_json *said = assay_json_array(arena);

    assay_json_set(data, "source",
                   assay_page_source_json(&s->page, view->source));
    for (size_t i = 0; i < view->reading_count; i++) {
        const struct assay_reading *reading = &view->readings[i];
        struct assay_json *one =
            assay_json_add(readings, assay_json_object(arena));

        assay_page_set_date(&s->page, one, "retrieved", reading->on);
        assay_json_set_text(arena, one, "import_format", reading->format);
        assay_json_set_text(arena, one, "origin",
                            assay_page_origin(reading->origin));
        assay_json_set_uint(arena, one, "rows", reading->rows);
    }
    assay_json_set(data, "history", readings);
    assay_page_set_part(&s->page, view->part, view->said_count);
    for (size_t i = 0; i < view->said_count; i++)
        assay_json_add(said, said_json(&s->page, &view->said[i]));
    assay_json_set(data, "statements", said);
}

struct assay_document *assay_page_source(struct assay_arena *arena,
                                         const struct assay_source_view *view,
                                         struct assay_date as_of)
{
    const struct assay_page_options options = {.as_of = as_of};
    const struct assay_source *source = view->source;
    struct source_page s = {.view = view};

    assay_page_start(&s.page, arena, &options, "assay-source/1",
                     source->title.len ? source->title : source->id);
    add_about(&s);
    add_readings(&s);
    add_said(&s);
    set_data(&s);
    return assay_page_finish(&s.page);
}
