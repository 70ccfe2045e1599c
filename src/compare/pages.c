/*
 * What every page begins and ends with, and the list of sources.
 */
#include "assay/pages.h"

#include "compare/page_parts.h"

#include <stdarg.h>

void assay_page_start(struct assay_page *page, struct assay_arena *arena,
                      const struct assay_page_options *options,
                      const char *format, struct assay_str title)
{
    struct assay_str day = assay_date_text(arena, options->as_of);

    *page = (struct assay_page){
        .options = {.traffic = options->traffic,
                    .as_of = options->as_of,
                    .allow_free = options->allow_free},
    };
    page->c = (struct assay_comparison){
        .arena = arena,
        .options = &page->options,
        .lower = ASSAY_NOBODY,
        .doc = assay_document_new(
            arena, title,
            assay_arena_printf(arena, "as of %.*s", ASSAY_STR_ARG(day))),
        .data = assay_json_object(arena),
    };
    assay_json_set_c(arena, page->c.data, "format", format);
    assay_json_set_text(arena, page->c.data, "as_of", day);
}

struct assay_document *assay_page_finish(struct assay_page *page)
{
    assay_json_set(page->c.data, "claims",
                   assay_document_claims_json(page->c.doc));
    page->c.doc->data = page->c.data;
    return page->c.doc;
}

struct assay_json *assay_page_value(struct assay_page *page,
                                    const struct assay_value *value)
{
    struct assay_arena *arena = page->c.arena;
    struct assay_json *cell = assay_json_object(arena);

    assay_json_set_c(arena, cell, "state", assay_state_name(value->state));
    assay_json_set(cell, "value",
                   value->json ? value->json : assay_json_null(arena));
    assay_json_set_text(arena, cell, "text", value->text);
    if (value->note.len)
        assay_json_set_text(arena, cell, "note", value->note);
    if (value->conflict)
        assay_json_set_bool(arena, cell, "conflict", true);
    assay_json_set(cell, "claims", assay_refs_json(&page->c, &value->refs));
    return cell;
}

void assay_page_set_date(struct assay_page *page, struct assay_json *object,
                         const char *key, struct assay_date date)
{
    struct assay_arena *arena = page->c.arena;

    if (assay_date_set(date))
        assay_json_set_text(arena, object, key, assay_date_text(arena, date));
    else
        assay_json_set_null(arena, object, key);
}

void assay_page_say(struct assay_page *page, struct assay_section *section,
                    enum assay_block_kind kind, const struct assay_refs *refs,
                    const char *format, ...)
{
    struct assay_block *block;
    va_list args;

    va_start(args, format);
    block = assay_section_say(page->c.doc, section, kind,
                              assay_arena_vprintf(page->c.arena, format, args));
    va_end(args);
    if (refs)
        block->refs = *refs;
}

struct assay_str assay_page_status(struct assay_arena *arena,
                                   enum assay_status status,
                                   struct assay_date retired_on, bool live)
{
    struct assay_str day = assay_date_text(arena, retired_on);
    const char *name = assay_status_name(status);

    if (!day.len)
        return assay_str_c(name);
    return assay_arena_printf(arena, "%s%s%.*s", name, live ? ", ends " : " ",
                              ASSAY_STR_ARG(day));
}

struct assay_str assay_page_origin(struct assay_str origin)
{
    struct assay_str folder, name;

    if (assay_str_contains(origin, "://"))
        return assay_str_contains(origin, "@")
                   ? ASSAY_STR("")
                   : assay_str_head(origin, assay_str_find(origin, '?'));
    return assay_str_cut_last(origin, '/', &folder, &name) ? name : origin;
}

struct assay_str assay_page_model_link(struct assay_arena *arena,
                                       struct assay_str model_id)
{
    size_t slash = assay_str_find(model_id, '/');
    struct assay_str name = assay_str_skip(model_id, slash + 1);

    if (name.len == 0 || assay_str_find(name, '/') < name.len)
        return ASSAY_STR("");
    return assay_link_to(arena, "/model/", model_id);
}

struct assay_str assay_page_part(struct assay_arena *arena,
                                 struct assay_part part, size_t shown)
{
    struct assay_str total =
        assay_decimal_fixed(arena, assay_decimal_uint(part.total), 0);
    struct assay_str first =
        assay_decimal_fixed(arena, assay_decimal_uint(part.first + 1), 0);
    struct assay_str last =
        assay_decimal_fixed(arena, assay_decimal_uint(part.first + shown), 0);

    if (part.total == 0 || shown == 0)
        return ASSAY_STR("none");
    if (shown == part.total)
        return total;
    return assay_arena_printf(arena, "%.*s to %.*s of %.*s",
                              ASSAY_STR_ARG(first), ASSAY_STR_ARG(last),
                              ASSAY_STR_ARG(total));
}

void assay_page_set_part(struct assay_page *page, struct assay_part part,
                         size_t count)
{
    struct assay_arena *arena = page->c.arena;
    struct assay_json *one =
        assay_json_set(page->c.data, "part", assay_json_object(arena));

    assay_json_set_uint(arena, one, "first", part.first + 1);
    assay_json_set_uint(arena, one, "count", count);
    assay_json_set_uint(arena, one, "total", part.total);
}

/* ------------------------------------------------------- sources */

/* "today", "3 days", "14 weeks", "2.1 years": how old a reading is. */
static struct assay_str age_text(struct assay_arena *arena, int32_t days)
{
    if (days <= 0)
        return ASSAY_STR("today");
    if (days == 1)
        return ASSAY_STR("1 day");
    if (days < 60)
        return assay_arena_printf(arena, "%d days", (int)days);
    if (days < 730)
        return assay_arena_printf(arena, "%d months", (int)(days / 30));
    return assay_arena_printf(arena, "%d years", (int)(days / 365));
}

struct assay_cell assay_page_count(struct assay_arena *arena, uint64_t n)
{
    return (struct assay_cell){
        .text = assay_decimal_fixed(arena, assay_decimal_uint(n), 0),
        .state = ASSAY_KNOWN,
    };
}

static void source_row(struct assay_page *page, struct assay_block *table,
                       const struct assay_source *source)
{
    struct assay_arena *arena = page->c.arena;
    struct assay_cell *row = assay_table_row(page->c.doc, table);
    int32_t days =
        assay_date_days(page->options.as_of) - assay_date_days(source->read);

    row[0] = (struct assay_cell){
        .text = source->id,
        .link = assay_link_to(arena, "/source/", source->id),
        .state = ASSAY_KNOWN,
    };
    row[1].text = assay_str_c(assay_source_kind_name(source->kind));
    row[2].text = assay_date_text(arena, source->read);
    row[3].text = age_text(arena, days);
    row[4] = assay_page_count(arena, source->models);
    row[5] = assay_page_count(arena, source->routes);
    row[6] = (struct assay_cell){
        .text = source->title,
        .link = assay_page_address(source->url),
    };
    for (size_t i = 1; i < 7; i++)
        row[i].state = ASSAY_KNOWN;
}

struct assay_json *assay_page_source_json(struct assay_page *page,
                                          const struct assay_source *source)
{
    struct assay_arena *arena = page->c.arena;
    struct assay_json *one = assay_json_object(arena);

    assay_json_set_text(arena, one, "id", source->id);
    assay_json_set_text(arena, one, "title", source->title);
    assay_json_set_text(arena, one, "url", source->url);
    assay_json_set_c(arena, one, "kind", assay_source_kind_name(source->kind));
    assay_json_set_text(arena, one, "license", source->license);
    assay_page_set_date(page, one, "retrieved", source->read);
    assay_json_set_text(arena, one, "import_format", source->format);
    assay_json_set_text(arena, one, "origin",
                        assay_page_origin(source->origin));
    assay_json_set_uint(arena, one, "models", source->models);
    assay_json_set_uint(arena, one, "routes", source->routes);
    assay_json_set_uint(arena, one, "readings", source->readings);
    return one;
}

struct assay_document *assay_page_sources(struct assay_arena *arena,
                                          const struct assay_source *sources,
                                          size_t count, struct assay_date as_of)
{
    static const struct assay_column columns[] = {
        {.title = {"source", 6}},
        {.title = {"kind", 4}, .give_way = 1},
        {.title = {"read", 4}},
        {.title = {"age", 3}, .align = ASSAY_RIGHT, .give_way = 3},
        {.title = {"models", 6}, .align = ASSAY_RIGHT},
        {.title = {"routes", 6}, .align = ASSAY_RIGHT},
        {.title = {"title", 5}, .give_way = 2},
    };
    const struct assay_page_options options = {.as_of = as_of};
    struct assay_page page;
    struct assay_json *list = assay_json_array(arena);
    struct assay_section *section;
    struct assay_block *table;

    assay_page_start(&page, arena, &options, "assay-sources/1",
                     ASSAY_STR("Sources"));
    section = assay_document_section(page.c.doc, "sources", "");
    table = assay_section_table(page.c.doc, section, columns,
                                sizeof columns / sizeof columns[0]);
    for (size_t i = 0; i < count; i++) {
        source_row(&page, table, &sources[i]);
        assay_json_add(list, assay_page_source_json(&page, &sources[i]));
    }
    assay_json_set(page.c.data, "sources", list);
    return assay_page_finish(&page);
}
