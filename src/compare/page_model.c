/*
 * The page of a model. Lifecycle comes first, then what it is and can do,
 * where it runs and for what price, benchmarks, and what sources disagree
 * about.
 */
#include "compare/page_parts.h"

#include "compare/capability.h"

#include <stdlib.h>

/* ------------------------------------------------------- lifecycle */

static struct assay_str count_words(struct assay_arena *arena, size_t n,
                                    const char *thing)
{
    return assay_arena_printf(arena, "%zu %s%s", n, thing, n == 1 ? "" : "s");
}

static size_t provider_count(const struct assay_model *model)
{
    const struct assay_side side = {.model = model};

    return assay_side_providers(&side);
}

static struct assay_str headline(struct assay_arena *arena,
                                 const struct assay_model *model)
{
    const char *weights = model->open_weights ? " The weights are open." : "";
    struct assay_str day = assay_date_text(arena, model->retired_on);
    struct assay_str routes =
        count_words(arena, model->live_count, "live route");
    struct assay_str providers =
        count_words(arena, provider_count(model), "provider");

    if (model->live_count > 0)
        return assay_arena_printf(
            arena, "%s %.*s at %.*s.%s",
            model->status == ASSAY_STATUS_DEPRECATED
                ? "Deprecated; it still answers on"
            : model->status == ASSAY_STATUS_RETIRED
                ? "Retired by its vendor; it still answers on"
            : model->status == ASSAY_STATUS_PREVIEW ? "A preview with"
                                                    : "It can be called on",
            ASSAY_STR_ARG(routes), ASSAY_STR_ARG(providers), weights);
    if (model->status == ASSAY_STATUS_RETIRED && day.len)
        return assay_arena_printf(arena, "Retired on %.*s; no route answers.%s",
                                  ASSAY_STR_ARG(day), weights);
    if (model->status == ASSAY_STATUS_RETIRED || model->route_count > 0)
        return assay_arena_printf(arena, "%s%s",
                                  "Every route on record is retired.", weights);
    if (model->open_weights)
        return ASSAY_STR("The weights are open; no hosted route is known.");
    return ASSAY_STR("No route is known: whether it can be called cannot be "
                     "told.");
}

static void say_replacements(struct assay_page *page,
                             struct assay_section *section,
                             const struct assay_model *model)
{
    struct assay_arena *arena = page->c.arena;
    struct assay_refs refs = {0};
    struct assay_str chain = {"", 0};

    for (size_t i = 0; i < model->replacement_count; i++) {
        const struct assay_replacement *r = &model->replacements[i];
        struct assay_str name = r->name.len ? r->name : r->id;

        chain =
            assay_arena_printf(arena, "%.*s%s%.*s (%.*s)", ASSAY_STR_ARG(chain),
                               i ? ", then " : "", ASSAY_STR_ARG(name),
                               ASSAY_STR_ARG(assay_page_status(
                                   arena, r->status, r->retires_on,
                                   r->status != ASSAY_STATUS_RETIRED)));
        assay_compare_ref(&page->c, &refs, r->claim);
    }
    if (chain.len)
        assay_page_say(page, section, ASSAY_BLOCK_PARAGRAPH, &refs,
                       "Its named replacement: %.*s.", ASSAY_STR_ARG(chain));
}

static void add_lifecycle(struct assay_page *page,
                          const struct assay_model *model)
{
    struct assay_section *section =
        assay_document_section(page->c.doc, "lifecycle", "");
    struct assay_refs refs = {0};
    struct assay_str text = headline(page->c.arena, model);

    assay_compare_ref(&page->c, &refs, model->status_claim);
    assay_compare_ref(&page->c, &refs, model->retired_on_claim);
    assay_page_say(page, section, ASSAY_BLOCK_HEADLINE, &refs, "%.*s",
                   ASSAY_STR_ARG(text));
    if (assay_date_set(model->retired_on) && model->live_count > 0) {
        struct assay_str day =
            assay_date_text(page->c.arena, model->retired_on);

        assay_page_say(
            page, section, ASSAY_BLOCK_PARAGRAPH, NULL,
            assay_date_compare(model->retired_on, page->options.as_of) > 0
                ? "It ends on %.*s."
                : "Its vendor retired it on %.*s.",
            ASSAY_STR_ARG(day));
    }
    say_replacements(page, section, model);
}

static void set_lifecycle(struct assay_page *page,
                          const struct assay_model *model)
{
    struct assay_arena *arena = page->c.arena;
    struct assay_json *data = page->c.data;
    struct assay_json *aliases = assay_json_array(arena);
    struct assay_json *chain = assay_json_array(arena);

    assay_json_set_text(arena, data, "id", model->id);
    assay_json_set_text(arena, data, "name", model->name);
    assay_json_set_text(arena, data, "creator", model->creator);
    for (size_t i = 0; i < model->alias_count; i++)
        assay_json_add(aliases, assay_json_string(arena, model->aliases[i]));
    assay_json_set(data, "aliases", aliases);
    assay_json_set_c(arena, data, "status", assay_status_name(model->status));
    assay_page_set_date(page, data, "deprecated_on", model->deprecated_on);
    assay_page_set_date(page, data, "retired_on", model->retired_on);
    for (size_t i = 0; i < model->replacement_count; i++) {
        const struct assay_replacement *r = &model->replacements[i];
        struct assay_json *one =
            assay_json_add(chain, assay_json_object(arena));

        assay_json_set_text(arena, one, "id", r->id);
        assay_json_set_text(arena, one, "name", r->name);
        assay_json_set_c(arena, one, "status", assay_status_name(r->status));
        assay_page_set_date(page, one, "retires_on", r->retires_on);
    }
    assay_json_set(data, "replacements", chain);
}

/* ------------------------------------------------------- what it is */

enum { ALIASES_SHOWN = 8 };

static void say_names(struct assay_page *page, struct assay_section *section,
                      const struct assay_model *model)
{
    struct assay_arena *arena = page->c.arena;
    struct assay_str also = {"", 0};
    size_t count = 0;

    for (size_t i = 0; i < model->alias_count; i++) {
        if (assay_str_equal(model->aliases[i], model->id))
            continue;
        if (count++ < ALIASES_SHOWN)
            also = assay_arena_printf(arena, "%.*s%s%.*s", ASSAY_STR_ARG(also),
                                      also.len ? ", " : "",
                                      ASSAY_STR_ARG(model->aliases[i]));
    }
    if (count > ALIASES_SHOWN)
        also = assay_arena_printf(arena, "%.*s and %zu more",
                                  ASSAY_STR_ARG(also), count - ALIASES_SHOWN);
    assay_page_say(page, section, ASSAY_BLOCK_PARAGRAPH, NULL,
                   also.len ? "%.*s; also called %.*s." : "%.*s%.*s",
                   ASSAY_STR_ARG(model->id), ASSAY_STR_ARG(also));
}

static void add_capabilities(struct assay_page *page,
                             const struct assay_model *model)
{
    static const struct assay_column columns[2] = {
        {.title = {"capability", 10}}, {.title = {"value", 5}}};
    struct assay_arena *arena = page->c.arena;
    struct assay_section *section =
        assay_document_section(page->c.doc, "capabilities", "What it can do");
    struct assay_block *table =
        assay_section_table(page->c.doc, section, columns, 2);
    struct assay_json *list = assay_json_array(arena);

    for (size_t i = 0; i < assay_capability_row_count; i++) {
        const struct assay_capability_row *row = &assay_capability_rows[i];
        struct assay_cell *cells = assay_table_row(page->c.doc, table);
        struct assay_json *one = assay_json_add(list, assay_json_object(arena));
        struct assay_capability can = {0};
        struct assay_value value = {.text = ASSAY_STR("unknown")};

        assay_capability_of_model(arena, model, row->name, &can);
        assay_compare_ref(&page->c, &value.refs, can.claim);
        value.state = can.state;
        value.conflict = can.conflict;
        value.note = can.where;
        if (can.state == ASSAY_KNOWN) {
            value.text = can.has ? ASSAY_STR("Yes") : ASSAY_STR("No");
            value.json = assay_json_bool(arena, can.has);
        } else if (can.not_stated) {
            value.text = ASSAY_STR("not stated");
        }
        cells[0].text = assay_str_c(row->title);
        cells[0].state = ASSAY_KNOWN;
        assay_value_cell(&cells[1], &value);
        assay_json_set_c(arena, one, "capability", row->name);
        assay_json_set(one, "cell", assay_page_value(page, &value));
    }
    assay_json_set(page->c.data, "capabilities", list);
}

/* ------------------------------------------------------- where it runs */

static void say_cost(struct assay_page *page, struct assay_section *section,
                     const struct assay_model_cost *cost)
{
    struct assay_arena *arena = page->c.arena;
    struct assay_str shape = assay_traffic_words(arena, &page->options.traffic);
    struct assay_str usd =
        assay_cost_text(arena, cost->best.state, cost->best.usd);

    if (!cost->best.route) {
        assay_page_say(page, section, ASSAY_BLOCK_PARAGRAPH, NULL,
                       "Cost a month unknown: %.*s.",
                       ASSAY_STR_ARG(cost->why_unknown));
        return;
    }
    assay_page_say(page, section, ASSAY_BLOCK_PARAGRAPH, NULL,
                   "%.*s a month on %.*s%s (%.*s). Prices are dollars per "
                   "million tokens.",
                   ASSAY_STR_ARG(usd), ASSAY_STR_ARG(cost->best.route->id),
                   cost->retired ? ", a retired route" : "",
                   ASSAY_STR_ARG(shape));
    for (size_t i = 0; i < cost->best.note_count; i++)
        assay_page_say(page, section, ASSAY_BLOCK_ITEM, NULL, "%.*s",
                       ASSAY_STR_ARG(cost->best.notes[i]));
}

static bool add_routes(struct assay_page *page, const struct assay_model *model,
                       struct assay_error *err)
{
    struct assay_arena *arena = page->c.arena;
    const struct assay_cost_options options = {
        .traffic = &page->options.traffic,
        .as_of = page->options.as_of,
        .allow_free = page->options.allow_free,
    };
    struct assay_section *section = assay_document_section(
        page->c.doc, "routes", "Where it runs, and prices");
    struct assay_json *list = assay_json_array(arena);
    struct assay_json *month = assay_json_object(arena);
    struct assay_model_cost cost;

    if (!assay_cost_model(arena, model, &options, &cost, err))
        return false;
    say_cost(page, section, &cost);
    assay_json_set(page->c.data, "traffic",
                   assay_traffic_json(arena, &page->options.traffic));
    assay_json_set_c(arena, month, "state", assay_state_name(cost.best.state));
    if (cost.best.route) {
        assay_json_set_text(arena, month, "monthly_usd",
                            assay_decimal_text(arena, cost.best.usd));
        assay_json_set_text(arena, month, "route", cost.best.route->id);
        assay_json_set_c(arena, month, "route_status",
                         assay_status_name(cost.best.route->status));
    } else {
        assay_json_set_null(arena, month, "monthly_usd");
        assay_json_set_null(arena, month, "route");
    }
    assay_json_set(page->c.data, "cost", month);
    if (!assay_page_routes(page, section, model, list, err))
        return false;
    assay_json_set(page->c.data, "routes", list);
    return true;
}

/* ------------------------------------------------------- benchmarks */

enum { NAME, VALUE, SETTING, HARNESS, DATE, BENCH_COLUMNS };

static void benchmark_row(struct assay_page *page, struct assay_block *table,
                          const struct assay_claim *claim)
{
    struct assay_arena *arena = page->c.arena;
    struct assay_cell *row = assay_table_row(page->c.doc, table);

    row[NAME].text = assay_json_text(claim->value, "name");
    row[VALUE].text = assay_page_score(arena, claim->value);
    assay_compare_ref(&page->c, &row[VALUE].refs, claim);
    row[SETTING].text = assay_page_setting(arena, claim->value);
    row[HARNESS].text = assay_json_text(claim->value, "harness");
    row[DATE].text = assay_json_text(claim->value, "date");
    for (size_t i = 0; i < BENCH_COLUMNS; i++)
        row[i].state = ASSAY_KNOWN;
}

/* Rows of one benchmark stand together; equal ones in the claims' order. */
static int by_benchmark(const void *left, const void *right)
{
    const struct assay_claim *const *a = left, *const *b = right;
    static const char *const keys[] = {"name", "setting", "variant"};
    int order = 0;

    for (size_t i = 0; i < sizeof keys / sizeof keys[0] && !order; i++)
        order = assay_str_compare(assay_json_text((*a)->value, keys[i]),
                                  assay_json_text((*b)->value, keys[i]));
    return order ? order : (*a > *b) - (*a < *b);
}

static const struct assay_claim **benchmarks_of(
    struct assay_arena *arena, const struct assay_subject *subject,
    size_t *count)
{
    const struct assay_claim **rows = ASSAY_NEW_ARRAY(
        arena, const struct assay_claim *, subject->claim_count + 1);

    *count = 0;
    for (size_t i = 0; i < subject->claim_count; i++)
        if (assay_str_is(subject->claims[i].fact, "benchmark") &&
            assay_json_is(subject->claims[i].value, ASSAY_JSON_OBJECT))
            rows[(*count)++] = &subject->claims[i];
    qsort(rows, *count, sizeof(*rows), by_benchmark);
    return rows;
}

static void add_benchmarks(struct assay_page *page,
                           const struct assay_subject *subject)
{
    static const struct assay_column columns[BENCH_COLUMNS] = {
        [NAME] = {.title = {"benchmark", 9}},
        [VALUE] = {.title = {"value", 5}, .align = ASSAY_RIGHT},
        [SETTING] = {.title = {"setting", 7}},
        [HARNESS] = {.title = {"harness", 7}, .give_way = 1},
        [DATE] = {.title = {"date", 4}, .give_way = 2},
    };
    struct assay_arena *arena = page->c.arena;
    struct assay_json *list = assay_json_array(arena);
    struct assay_block *table;
    size_t count;
    const struct assay_claim **rows = benchmarks_of(arena, subject, &count);

    assay_json_set(page->c.data, "benchmarks", list);
    if (count == 0)
        return;
    table = assay_section_table(
        page->c.doc,
        assay_document_section(page->c.doc, "benchmarks", "Benchmarks"),
        columns, BENCH_COLUMNS);
    for (size_t i = 0; i < count; i++) {
        struct assay_refs refs = {0};
        struct assay_json *one =
            assay_json_add(list, assay_json_copy(arena, rows[i]->value));

        benchmark_row(page, table, rows[i]);
        assay_compare_ref(&page->c, &refs, rows[i]);
        assay_json_set(one, "claims", assay_refs_json(&page->c, &refs));
    }
}

/* ------------------------------------------------------- the rest */

static void add_conflicts(struct assay_page *page,
                          const struct assay_model *model)
{
    struct assay_section *section = assay_document_section(
        page->c.doc, "conflicts", "Where sources disagree");
    struct assay_json *list = assay_json_array(page->c.arena);
    struct assay_block *table = NULL;

    assay_page_conflict_rows(page, section, &table, &model->subject, list);
    for (size_t i = 0; i < model->route_count; i++)
        assay_page_conflict_rows(page, section, &table,
                                 &model->routes[i]->subject, list);
    if (!table)
        assay_page_say(page, section, ASSAY_BLOCK_PARAGRAPH, NULL,
                       "Nowhere, as far as is known.");
    assay_json_set(page->c.data, "conflicts", list);
}

struct assay_document *assay_page_model(
    struct assay_arena *arena, const struct assay_model *model,
    const struct assay_page_options *options, struct assay_error *err)
{
    struct assay_page page;
    struct assay_section *section;

    assay_page_start(&page, arena, options, "assay-model/1", model->name);
    set_lifecycle(&page, model);
    add_lifecycle(&page, model);
    section = assay_document_section(page.c.doc, "facts", "What it is");
    say_names(&page, section, model);
    assay_json_set(page.c.data, "facts",
                   assay_page_facts(&page, section, &model->subject));
    add_capabilities(&page, model);
    if (!add_routes(&page, model, err))
        return NULL;
    add_benchmarks(&page, &model->subject);
    add_conflicts(&page, model);
    return assay_page_finish(&page);
}
