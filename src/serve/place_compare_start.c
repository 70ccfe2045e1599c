/*
 * Where a comparison begins: two to four names become its address. A name
 * that no model has leads on to the nearest ones.
 *
 * Markup: <form class="fields"> with fields of class "model", whose names
 * site.js completes; <ul class="chips">.
 */
#include "serve/controls.h"
#include "serve/list_parts.h"
#include "serve/model_search.h"
#include "serve/places.h"

#include <string.h>

enum { MOST = 4, MOST_FORM = 1 << 16 };

/* The form of home sends these too. */
const struct assay_parameter assay_start_parameters[] = {
    {"a", NULL, "A model: id, name or alias.", "gemma-2-2b", false},
    {"b", NULL, "Another.", "gpt-4o", false},
    {"c", NULL, "A third.", NULL, false},
    {"d", NULL, "A fourth.", NULL, false},
    {0},
};

static const char *const names[MOST] = {"a", "b", "c", "d"};

struct start {
    struct assay_str typed[MOST]; /* empty: that field was left out */
    struct assay_str ids[MOST];   /* empty: no such model */
    size_t typed_count, found_count;
    bool twice; /* one model under two names */
};

/* The one model that bears this name: "Gemma 2 2B"; empty: none, or several. */
static struct assay_str by_name(const struct assay_visit *visit,
                                struct assay_str name)
{
    const struct assay_directory *d = visit->directory;
    struct assay_str id = ASSAY_STR("");

    for (size_t i = 0; i < d->model_count; i++) {
        if (assay_model_match(&d->models[i], name) != ASSAY_MATCH_EXACT)
            continue;
        if (id.len)
            return ASSAY_STR("");
        id = d->models[i].id;
    }
    return id;
}

static bool resolve(struct assay_visit *visit, struct start *start,
                    struct assay_error *err)
{
    for (size_t i = 0; i < MOST; i++) {
        struct assay_error problem = {0};

        start->ids[i] = ASSAY_STR("");
        start->typed[i] = assay_visit_value(visit, names[i]);
        if (start->typed[i].len == 0)
            continue;
        start->typed_count++;
        if (!assay_catalog_resolve(visit->catalog, visit->arena,
                                   start->typed[i], &start->ids[i], &problem)) {
            if (problem.code != ASSAY_NOT_FOUND) {
                *err = problem;
                return false;
            }
            start->ids[i] = by_name(visit, start->typed[i]);
        }
        start->found_count += start->ids[i].len > 0;
        for (size_t k = 0; k < i && start->ids[i].len; k++)
            start->twice |= assay_str_equal(start->ids[i], start->ids[k]);
    }
    return true;
}

/* ------------------------------------------------------- addresses */

/* "?traffic=…", the given parameters but the names; or empty. */
static struct assay_str common_query(const struct assay_visit *visit)
{
    struct assay_buf out;

    assay_buf_init(&out, 4 * ASSAY_SITE_MAX_URL);
    for (size_t i = 0; assay_common_parameters[i].name; i++) {
        const char *name = assay_common_parameters[i].name;
        struct assay_str value = assay_visit_value(visit, name);

        if (value.len == 0)
            continue;
        assay_buf_printf(&out, "%s%s=", out.len ? "&" : "?", name);
        assay_url_encode(&out, value);
    }
    return assay_controls_take(visit, &out);
}

/* "/compare/google/gemma-2-2b/openai/gpt-4o" */
static struct assay_str comparison(const struct assay_visit *visit,
                                   const struct assay_str *ids, size_t count)
{
    struct assay_str path = ASSAY_STR("/compare");

    for (size_t i = 0; i < count; i++)
        path = assay_arena_printf(
            visit->arena, "%.*s%.*s", ASSAY_STR_ARG(path),
            ASSAY_STR_ARG(assay_str_skip(assay_model_path(visit->arena, ids[i]),
                                         strlen("/model"))));
    return path;
}

struct assay_str assay_compare_path_of(const struct assay_visit *visit,
                                       struct assay_str a, struct assay_str b)
{
    const struct assay_str ids[] = {a, b};

    return comparison(visit, ids, 2);
}

/*
 * This page with one field saying something else; the comparison itself
 * when all the others are found.
 */
static struct assay_str with_name(const struct assay_visit *visit,
                                  const struct start *start, size_t at,
                                  struct assay_str id)
{
    struct assay_str ids[MOST];
    size_t count = 0;
    bool all_found = true;

    for (size_t i = 0; i < MOST; i++) {
        if (i == at)
            ids[count++] = id;
        else if (start->ids[i].len && !assay_str_equal(start->ids[i], id))
            ids[count++] = start->ids[i];
        else
            all_found = all_found && start->typed[i].len == 0;
    }
    if (all_found && count > 1)
        return assay_arena_printf(visit->arena, "%.*s%.*s",
                                  ASSAY_STR_ARG(comparison(visit, ids, count)),
                                  ASSAY_STR_ARG(common_query(visit)));
    return assay_arena_printf(
        visit->arena, "/compare?%.*s",
        ASSAY_STR_ARG(assay_visit_query_with(visit, names[at], id)));
}

/* ------------------------------------------------------- the page */

void assay_start_form(struct assay_buf *out, const struct assay_visit *visit,
                      const struct assay_str *values, size_t count)
{
    static const struct {
        const char *label, *example;
    } rows[MOST] = {
        {"Compare", "gemma-2-2b"},
        {"with", "gpt-4o"},
        {"and a third", NULL},
        {"and a fourth", NULL},
    };

    assay_controls_open(out, "fields", "/compare");
    for (size_t i = 0; assay_common_parameters[i].name; i++) {
        const char *name = assay_common_parameters[i].name;
        struct assay_str value = assay_visit_value(visit, name);

        if (value.len)
            assay_control_hidden(out, name, value);
    }
    for (size_t i = 0; i < count; i++)
        assay_control_text(out, &(struct assay_control_text){
                                    .name = names[i],
                                    .label = rows[i].label,
                                    .value = values ? values[i] : ASSAY_STR(""),
                                    .example = rows[i].example,
                                    .kind = "model",
                                    .required = i < 2,
                                });
    assay_controls_close(out, "Compare", NULL);
}

struct suggestion {
    struct assay_str id, name;
};

static void add_suggestions(struct assay_visit *visit,
                            struct assay_sheet *sheet,
                            const struct start *start, size_t at,
                            const char *section,
                            const struct suggestion *suggestions, size_t count)
{
    struct assay_buf out;

    if (count == 0)
        return;
    assay_buf_init(&out, MOST_FORM);
    assay_buf_add_c(&out, "<ul class=\"chips\">\n");
    for (size_t i = 0; i < count; i++) {
        assay_buf_add_c(&out, "<li>");
        assay_control_link(&out, with_name(visit, start, at, suggestions[i].id),
                           suggestions[i].name);
        assay_buf_add_c(&out, "</li>\n");
    }
    assay_buf_add_c(&out, "</ul>\n");
    assay_sheet_insert(visit, sheet, section, assay_controls_take(visit, &out));
}

/* A name that nobody has: said, and the nearest ids to go on with. */
static bool add_unknown(struct assay_visit *visit, struct assay_sheet *sheet,
                        struct assay_document *doc, const struct start *start,
                        size_t at, struct assay_error *err)
{
    struct assay_arena *arena = visit->arena;
    struct assay_str id = assay_arena_printf(arena, "no-%s", names[at]);
    struct assay_str title = assay_arena_printf(
        arena, "No model is called “%.*s”",
        ASSAY_STR_ARG(assay_str_head(start->typed[at], 100)));
    struct assay_section *section =
        assay_document_section(doc, id.at, assay_arena_cstr(arena, title));
    struct suggestion suggestions[8];
    struct assay_str *ids;
    size_t count;

    if (!assay_catalog_nearest(visit->catalog, arena, start->typed[at], &ids,
                               &count, err))
        return false;
    for (size_t i = 0; i < count; i++)
        suggestions[i] = (struct suggestion){ids[i], ids[i]};
    add_suggestions(visit, sheet, start, at, id.at, suggestions, count);
    if (count == 0)
        assay_section_say(doc, section, ASSAY_BLOCK_PARAGRAPH,
                          ASSAY_STR("Nothing is near it either."));
    else if (visit->shape == ASSAY_AS_MARKDOWN)
        for (size_t i = 0; i < count; i++)
            assay_section_say(doc, section, ASSAY_BLOCK_ITEM, ids[i]);
    return true;
}

/* One model is named: what readers of it go on to. */
static bool add_others(struct assay_visit *visit, struct assay_sheet *sheet,
                       struct assay_document *doc, const struct start *start,
                       struct assay_error *err)
{
    struct assay_arena *arena = visit->arena;
    size_t have = 0, at = 0, count;
    struct suggestion suggestions[16];
    struct assay_model *model, **others;

    while (start->ids[have].len == 0)
        have++;
    at = have == 0 ? 1 : 0;
    model = assay_catalog_model(visit->catalog, arena, start->ids[have], err);
    if (!model || !assay_catalog_neighbours(visit->catalog, arena, &model, 1,
                                            &others, &count, err))
        return false;
    struct assay_str title =
        assay_arena_printf(arena, "%.*s with …", ASSAY_STR_ARG(model->name));
    (void)assay_document_section(doc, "with", assay_arena_cstr(arena, title));
    for (size_t i = 0; i < count && i < 16; i++)
        suggestions[i] = (struct suggestion){others[i]->id, others[i]->name};
    add_suggestions(visit, sheet, start, at, "with", suggestions,
                    count < 16 ? count : 16);
    return true;
}

static bool add_answers(struct assay_visit *visit, struct assay_sheet *sheet,
                        struct assay_document *doc, const struct start *start,
                        struct assay_error *err)
{
    const char *words =
        start->typed_count == 0 ? "Ids, names and aliases are understood."
        : start->twice ? "Two of these names mean one model; name another to "
                         "compare it with."
                       : NULL;

    if (words)
        assay_section_say(doc, assay_document_section(doc, "how", ""),
                          ASSAY_BLOCK_PARAGRAPH, assay_str_c(words));
    for (size_t i = 0; i < MOST; i++)
        if (start->typed[i].len && start->ids[i].len == 0 &&
            !add_unknown(visit, sheet, doc, start, i, err))
            return false;
    return start->typed_count != 1 || start->found_count != 1 ||
           add_others(visit, sheet, doc, start, err);
}

bool assay_make_start(struct assay_visit *visit, struct assay_sheet *sheet,
                      struct assay_error *err)
{
    struct assay_arena *arena = visit->arena;
    struct start start = {.typed_count = 0};
    struct assay_document *doc;
    struct assay_buf out;

    if (!resolve(visit, &start, err))
        return false;
    if (start.found_count > 1 && start.found_count == start.typed_count &&
        !start.twice) {
        struct assay_str ids[MOST];
        size_t count = 0;

        for (size_t i = 0; i < MOST; i++)
            if (start.ids[i].len)
                ids[count++] = start.ids[i];
        sheet->redirect = assay_arena_printf(
            arena, "%.*s%.*s", ASSAY_STR_ARG(comparison(visit, ids, count)),
            ASSAY_STR_ARG(common_query(visit)));
        return true;
    }
    doc = assay_document_new(arena, ASSAY_STR("Compare models"),
                             assay_arena_printf(arena, "as of %.*s",
                                                ASSAY_STR_ARG(assay_date_text(
                                                    arena, visit->as_of))));
    assay_buf_init(&out, MOST_FORM);
    assay_start_form(&out, visit, start.typed, MOST);
    assay_sheet_insert(visit, sheet, "", assay_controls_take(visit, &out));
    if (!add_answers(visit, sheet, doc, &start, err))
        return false;
    sheet->doc = doc;
    sheet->unlisted = start.typed_count > 0;
    sheet->description = ASSAY_STR(
        "Two to four language models side by side: a verdict, what a month "
        "costs, limits, prices, capabilities and benchmarks, each with its "
        "source.");
    return true;
}
