/*
 * All models: search and browse. The same document is the API's list, which
 * search as you type asks.
 *
 * Markup: <form class="fields"> with <details>, <nav class="pages">.
 */
#include "serve/controls.h"
#include "serve/model_list.h"
#include "serve/model_search.h"
#include "serve/pictures.h"
#include "serve/places.h"
#include "serve/scores.h"
#include "serve/shelf.h"
#include "serve/site_parts.h"

#include <stdlib.h>
#include <string.h>

enum {
    ROWS = 100, /* of a page: some 50 KB */
    MOST_OF_API = 1000,
    MOST_TEXT = 200, /* bytes of a search */
    MOST_CREATORS = 250,
    MOST_FORM = 1 << 18,
};

const struct assay_parameter assay_models_parameters[] = {
    {.name = "q",
     .type = "string",
     .what = "Words that id, name or aliases have; the likeliest models first.",
     .example = "gemma 2"},
    {.name = "creator",
     .type = "string",
     .what = "Only models of this creator, as in their ids.",
     .example = "google"},
    {.name = "status",
     .type = "string",
     .what = "active, preview, deprecated, retired, unknown; or live: all but "
             "retired.",
     .example = "active"},
    {.name = "task",
     .type = "string",
     .what = "Only models of this task.",
     .example = "chat"},
    {.name = "sort",
     .type = "string",
     .what = "best, id, cost, context or released; else best.",
     .example = "id"},
    {.name = "y",
     .type = NULL,
     .what = "A benchmark to set the cost against, as the form names it.",
     .example = "MMLU (5-shot)"},
    {.name = "limit",
     .type = "integer",
     .what = "How many, 1 to 1000 (pages: 100); else 100.",
     .example = "20"},
    {.name = "after",
     .type = "string",
     .what = "`next` of the answer before.",
     .example = "0~google/gemma-2-2b"},
    {0},
};

/* ------------------------------------------------------- the question */

static bool is_status(struct assay_str word)
{
    for (enum assay_status s = ASSAY_STATUS_UNKNOWN; s <= ASSAY_STATUS_RETIRED;
         s++)
        if (assay_str_is(word, assay_status_name(s)))
            return true;
    return word.len == 0 || assay_str_is(word, "live");
}

static bool read_order(struct assay_str word, enum assay_model_order *order,
                       struct assay_error *err)
{
    *order = ASSAY_BY_MATCH;
    if (word.len == 0)
        return true;
    for (; assay_model_order_name(*order); ++*order)
        if (assay_str_is(word, assay_model_order_name(*order)))
            return true;
    return assay_fail(err, ASSAY_BAD_INPUT,
                      "sort wants best, id, cost, context or released, not "
                      "'%.*s'",
                      ASSAY_STR_ARG(word));
}

static bool read_query(const struct assay_visit *visit,
                       struct assay_model_query *query, struct assay_error *err)
{
    uint64_t most = visit->shape == ASSAY_AS_JSON ? MOST_OF_API : ROWS, limit;

    *query = (struct assay_model_query){
        .text = assay_visit_value(visit, "q"),
        .creator = assay_visit_value(visit, "creator"),
        .status = assay_visit_value(visit, "status"),
        .task = assay_visit_value(visit, "task"),
    };
    if (query->text.len > MOST_TEXT)
        return assay_fail(err, ASSAY_BAD_INPUT,
                          "q wants at most %d bytes, not %zu", MOST_TEXT,
                          query->text.len);
    if (!is_status(query->status))
        return assay_fail(err, ASSAY_BAD_INPUT,
                          "status wants active, preview, deprecated, retired, "
                          "unknown or live, not '%.*s'",
                          ASSAY_STR_ARG(query->status));
    if (!read_order(assay_visit_value(visit, "sort"), &query->order, err) ||
        !assay_list_after(visit, &query->after, err) ||
        !assay_visit_number(visit, "limit", 1, most, ROWS, &limit, err))
        return false;
    query->limit = (size_t)limit;
    return true;
}

/* ------------------------------------------------------- the contract */

static void set_date(struct assay_arena *arena, struct assay_json *object,
                     const char *key, struct assay_date date)
{
    if (assay_date_set(date))
        assay_json_set_text(arena, object, key, assay_date_text(arena, date));
    else
        assay_json_set_null(arena, object, key);
}

static void set_text(struct assay_arena *arena, struct assay_json *object,
                     const char *key, struct assay_str text)
{
    if (text.len)
        assay_json_set_text(arena, object, key, text);
    else
        assay_json_set_null(arena, object, key);
}

static struct assay_json *cost_json(struct assay_arena *arena,
                                    const struct assay_directory_model *m)
{
    struct assay_json *cost = assay_json_object(arena);

    assay_json_set_c(arena, cost, "state", assay_state_name(m->cost_state));
    if (m->cost_state == ASSAY_UNKNOWN)
        assay_json_set_null(arena, cost, "monthly_usd");
    else
        assay_json_set_text(arena, cost, "monthly_usd",
                            assay_decimal_text(arena, m->usd));
    assay_json_set_text(arena, cost, "text",
                        assay_cost_text(arena, m->cost_state, m->usd));
    assay_json_set_bool(arena, cost, "retired", m->cost_retired);
    return cost;
}

static struct assay_json *model_json(struct assay_arena *arena,
                                     const struct assay_directory_model *m)
{
    struct assay_json *one = assay_json_object(arena);

    assay_json_set_text(arena, one, "id", m->id);
    assay_json_set_text(arena, one, "name", m->name);
    assay_json_set_text(arena, one, "creator", m->creator);
    assay_json_set_text(arena, one, "creator_name", m->creator_name);
    set_text(arena, one, "task", m->task);
    assay_json_set_c(arena, one, "status", assay_status_name(m->status));
    set_date(arena, one, "released", m->released);
    set_date(arena, one, "retired_on", m->retired_on);
    if (m->context_state == ASSAY_KNOWN)
        assay_json_set_uint(arena, one, "context_tokens", m->context_tokens);
    else
        assay_json_set_null(arena, one, "context_tokens");
    assay_json_set(one, "cost", cost_json(arena, m));
    assay_json_set_uint(arena, one, "routes", m->route_count);
    assay_json_set_uint(arena, one, "live_routes", m->live_count);
    assay_json_set_uint(arena, one, "live_providers", m->provider_count);
    return one;
}

static struct assay_json *contract(const struct assay_visit *visit,
                                   const struct assay_model_hits *hits)
{
    struct assay_arena *arena = visit->arena;
    const struct assay_traffic traffic = assay_traffic_default();
    struct assay_json *data = assay_json_object(arena);
    struct assay_json *list = assay_json_array(arena);

    assay_json_set_c(arena, data, "format", "assay-models/1");
    assay_json_set_text(arena, data, "as_of",
                        assay_date_text(arena, visit->today));
    assay_json_set(data, "traffic", assay_traffic_json(arena, &traffic));
    assay_json_set_uint(arena, data, "total", hits->total);
    for (size_t i = 0; i < hits->count; i++)
        assay_json_add(list, model_json(arena, hits->models[i]));
    assay_json_set(data, "models", list);
    set_text(arena, data, "next", assay_list_token(arena, &hits->last));
    return data;
}

/* ------------------------------------------------------- the form */

static void add_creators(struct assay_buf *out, const struct assay_visit *visit,
                         struct assay_str chosen)
{
    size_t count, shown = 0;
    bool seen = chosen.len == 0;
    const struct assay_creator_count *all =
        assay_model_list_creators(visit->arena, visit->directory, &count);

    assay_control_select(out, "creator", "Creator");
    assay_control_option(out, ASSAY_STR(""), ASSAY_STR("any"), chosen);
    for (size_t i = 0; i < count && shown < MOST_CREATORS; i++) {
        /* in a large store, those who made one model do not all fit */
        if (count > MOST_CREATORS && all[i].models < 2)
            continue;
        shown++;
        seen = seen || assay_str_equal(all[i].id, chosen);
        assay_control_option(out, all[i].id,
                             assay_arena_printf(visit->arena, "%.*s (%zu)",
                                                ASSAY_STR_ARG(all[i].name),
                                                all[i].models),
                             chosen);
    }
    if (!seen)
        assay_control_option(out, chosen, chosen, chosen);
    assay_control_select_end(out);
}

static void add_statuses(struct assay_buf *out, struct assay_str chosen)
{
    static const struct {
        const char *value, *words;
    } rows[] = {
        {"", "any"},
        {"live", "all but retired"},
        {"active", "active"},
        {"preview", "preview"},
        {"deprecated", "deprecated"},
        {"retired", "retired"},
        {"unknown", "unknown"},
    };

    assay_control_select(out, "status", "Status");
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        assay_control_option(out, assay_str_c(rows[i].value),
                             assay_str_c(rows[i].words), chosen);
    assay_control_select_end(out);
}

enum { MOST_TASKS = 40 };

/* The tasks there are, each once. */
static void add_tasks(struct assay_buf *out, const struct assay_visit *visit,
                      struct assay_str chosen)
{
    const struct assay_directory *d = visit->directory;
    struct assay_str tasks[MOST_TASKS];
    size_t count = 0;

    if (chosen.len)
        tasks[count++] = chosen;
    for (size_t i = 0; i < d->model_count && count < MOST_TASKS; i++) {
        size_t k = 0;

        while (k < count && !assay_str_equal(tasks[k], d->models[i].task))
            k++;
        if (k == count && d->models[i].task.len)
            tasks[count++] = d->models[i].task;
    }
    assay_control_select(out, "task", "Task");
    assay_control_option(out, ASSAY_STR(""), ASSAY_STR("any"), chosen);
    for (size_t i = 0; i < count; i++)
        assay_control_option(out, tasks[i], tasks[i], chosen);
    assay_control_select_end(out);
}

static void add_orders(struct assay_buf *out, enum assay_model_order chosen,
                       bool has_text)
{
    const struct {
        enum assay_model_order order;
        const char *words;
    } rows[] = {
        {ASSAY_BY_MATCH, has_text ? "likeliest first" : "most providers first"},
        {ASSAY_BY_COST, "lowest cost first"},
        {ASSAY_BY_CONTEXT, "largest context first"},
        {ASSAY_BY_RELEASE, "newest first"},
        {ASSAY_BY_ID, "by id"},
    };
    struct assay_str name = ASSAY_STR("");

    if (chosen != ASSAY_BY_MATCH)
        name = assay_str_c(assay_model_order_name(chosen));
    assay_control_select(out, "sort", "Order");
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        assay_control_option(
            out,
            rows[i].order == ASSAY_BY_MATCH
                ? ASSAY_STR("")
                : assay_str_c(assay_model_order_name(rows[i].order)),
            assay_str_c(rows[i].words), name);
    assay_control_select_end(out);
}

enum { BOARDS_BYTES = 24 << 10 };

/* What the picture sets the cost against; those of most models come first. */
static void add_boards(struct assay_buf *out,
                       const struct assay_scoreboards *boards,
                       struct assay_str chosen)
{
    size_t start = out->len;

    if (!boards || boards->count == 0)
        return;
    assay_control_select(out, "y", "Cost against");
    assay_control_option(out, ASSAY_STR(""), ASSAY_STR("context"), chosen);
    for (size_t i = 0; i < boards->count && out->len - start < BOARDS_BYTES;
         i++)
        assay_control_option(out, boards->list[i].words, boards->list[i].words,
                             chosen);
    assay_control_select_end(out);
}

/* Open while one browses; what is searched for is best seen at once. */
static void add_narrowing(struct assay_buf *out,
                          const struct assay_visit *visit,
                          const struct assay_model_query *query,
                          const struct assay_scoreboards *boards)
{
    bool open = query->text.len == 0 || query->creator.len ||
                query->status.len || query->task.len ||
                query->order != ASSAY_BY_MATCH;

    assay_buf_printf(out,
                     "<details class=\"wide\"%s><summary>Narrow and sort"
                     "</summary><div class=\"fields\">\n",
                     open ? " open" : "");
    add_creators(out, visit, query->creator);
    add_statuses(out, query->status);
    add_tasks(out, visit, query->task);
    add_orders(out, query->order, query->text.len > 0);
    add_boards(out, boards, assay_visit_value(visit, "y"));
    assay_buf_add_c(out, "</div></details>\n");
}

static struct assay_str form(const struct assay_visit *visit,
                             const struct assay_model_query *query,
                             const struct assay_scoreboards *boards)
{
    struct assay_buf out;

    assay_buf_init(&out, MOST_FORM);
    assay_controls_open(&out, "fields", "/models");
    assay_control_text(&out, &(struct assay_control_text){
                                 .name = "q",
                                 .label = "Name, id or alias",
                                 .value = query->text,
                                 .wide = true,
                             });
    add_narrowing(&out, visit, query, boards);
    assay_controls_close(&out, "Show",
                         visit->request->query.len ? "/models" : NULL);
    return assay_controls_take(visit, &out);
}

/* ------------------------------------------------------- the page */

static struct assay_str title(struct assay_arena *arena,
                              const struct assay_model_query *query)
{
    if (query->text.len)
        return assay_arena_printf(arena, "Models: %.*s",
                                  ASSAY_STR_ARG(query->text));
    if (query->creator.len)
        return assay_arena_printf(
            arena, "Models of %.*s",
            ASSAY_STR_ARG(assay_model_list_creator_name(query->creator)));
    return ASSAY_STR("Models");
}

static void say_count(const struct assay_visit *visit,
                      struct assay_document *doc, struct assay_section *section,
                      const struct assay_model_hits *hits)
{
    struct assay_arena *arena = visit->arena;
    const struct assay_traffic traffic = assay_traffic_default();

    if (hits->total == 0) {
        assay_section_say(doc, section, ASSAY_BLOCK_PARAGRAPH,
                          ASSAY_STR("No model fits."));
        return;
    }
    assay_section_say(
        doc, section, ASSAY_BLOCK_PARAGRAPH,
        assay_arena_printf(
            arena,
            "%.*s %s. Costs: %.*s, on the cheapest live route; retired "
            "models at their last price.",
            ASSAY_STR_ARG(assay_list_number(arena, hits->total)),
            hits->total == 1 ? "model" : "models",
            ASSAY_STR_ARG(assay_traffic_words(arena, &traffic))));
}

/* What may have been meant, where nothing is called that. */
static bool add_nearest(struct assay_visit *visit, struct assay_document *doc,
                        struct assay_str text, struct assay_error *err)
{
    const struct assay_directory_model *models[8];
    struct assay_str *ids;
    size_t count, found = 0;

    if (!assay_catalog_nearest(visit->catalog, visit->arena, text, &ids, &count,
                               err))
        return false;
    for (size_t i = 0; i < count && found < 8; i++) {
        models[found] = assay_directory_find(visit->directory, ids[i]);
        found += models[found] != NULL;
    }
    if (found)
        assay_model_list_table(
            doc, assay_document_section(doc, "nearest", "Nearest names"),
            models, found);
    return true;
}

static void describe(const struct assay_visit *visit, struct assay_sheet *sheet,
                     const struct assay_model_hits *hits)
{
    sheet->description = assay_arena_printf(
        visit->arena,
        "%zu language models with status, context, live routes and what a "
        "month costs, from %zu sources, the newest read %.*s.",
        hits->total, visit->directory->source_count,
        ASSAY_STR_ARG(assay_date_text(visit->arena, visit->directory->newest)));
}

/* ------------------------------------------------------- pictures */

/*
 * Every model that fits, on a benchmark. False with NOT_FOUND: there is no
 * such benchmark.
 */
static bool add_scores(struct assay_visit *visit, struct assay_sheet *sheet,
                       struct assay_document *doc,
                       const struct assay_model_query *query,
                       const struct assay_scoreboards *boards,
                       struct assay_error *err)
{
    struct assay_str name = assay_visit_value(visit, "y");
    const struct assay_scoreboard *board = assay_scoreboards_find(boards, name);
    struct assay_model_query all = *query;
    struct assay_model_hits hits;

    if (!board)
        return assay_fail(err, ASSAY_NOT_FOUND,
                          "no benchmark is called '%.*s' on which three "
                          "models can be compared",
                          ASSAY_STR_ARG(assay_str_head(name, 100)));
    all.after = (struct assay_list_place){.id = ASSAY_STR("")};
    all.limit = visit->directory->model_count;
    assay_model_search(visit->arena, visit->directory, &all, &hits);
    assay_picture_scores(visit, sheet, doc, board, &hits);
    return true;
}

/* ------------------------------------------------------- the place */

static bool make_list(struct assay_visit *visit, struct assay_sheet *sheet,
                      const struct assay_model_query *query,
                      const struct assay_scoreboards *boards,
                      struct assay_error *err)
{
    struct assay_arena *arena = visit->arena;
    bool scored = assay_visit_value(visit, "y").len > 0;
    struct assay_model_hits hits;
    struct assay_document *doc;
    struct assay_section *section;

    assay_model_search(arena, visit->directory, query, &hits);
    doc = assay_document_new(arena, title(arena, query),
                             assay_arena_printf(arena, "as of %.*s",
                                                ASSAY_STR_ARG(assay_date_text(
                                                    arena, visit->today))));
    assay_sheet_insert(visit, sheet, "", form(visit, query, boards));
    if (boards && scored && !add_scores(visit, sheet, doc, query, boards, err))
        return false;
    section = assay_document_section(doc, "models", scored ? "All" : "");
    say_count(visit, doc, section, &hits);
    assay_model_list_table(doc, section, hits.models, hits.count);
    if (hits.total == 0 && query->text.len &&
        !add_nearest(visit, doc, query->text, err))
        return false;
    assay_list_links(visit, sheet, doc,
                     &(struct assay_list_range){
                         .before = hits.before,
                         .count = hits.count,
                         .total = hits.total,
                         .next = assay_list_token(arena, &hits.last),
                     });
    doc->data = contract(visit, &hits);
    sheet->doc = doc;
    /* who searches wants the list */
    if (visit->shape == ASSAY_AS_PAGE && !scored && query->text.len == 0)
        assay_picture_field(visit, sheet, "models", hits.models, hits.count,
                            NULL);
    sheet->unlisted = query->text.len > 0;
    describe(visit, sheet, &hits);
    return true;
}

bool assay_make_models(struct assay_visit *visit, struct assay_sheet *sheet,
                       struct assay_error *err)
{
    struct assay_scoreboards *boards = NULL;
    struct assay_model_query query;
    bool ok;

    if (!read_query(visit, &query, err))
        return false;
    if (visit->shape == ASSAY_AS_PAGE && assay_controls_left_blank(visit)) {
        sheet->redirect = assay_list_here(visit);
        return true;
    }
    if (visit->shape != ASSAY_AS_JSON) {
        boards = assay_shelf_scores(assay_site_shelf(visit->site), visit, err);
        if (!boards)
            return false;
    }
    ok = make_list(visit, sheet, &query, boards, err);
    assay_scoreboards_release(boards);
    return ok;
}
