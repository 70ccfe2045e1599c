/*
 * Models of the directory as a table, and who made how many.
 */
#include "serve/model_list.h"

#include "assay/identity.h"

#include "serve/list_parts.h"
#include "serve/places.h"

/* ------------------------------------------------------- the table */

enum { MODEL, MONTH, CONTEXT, STATUS, ROUTES, CREATOR, COLUMNS };

struct assay_str assay_model_list_status(struct assay_arena *arena,
                                         const struct assay_directory_model *m)
{
    struct assay_str day = assay_date_text(arena, m->retired_on);
    const char *name = assay_status_name(m->status);

    if (!day.len)
        return assay_str_c(name);
    return assay_arena_printf(arena, "%s%s%.*s", name,
                              m->status == ASSAY_STATUS_RETIRED ? " "
                                                                : ", ends ",
                              ASSAY_STR_ARG(day));
}

static struct assay_cell text_cell(struct assay_str text)
{
    return (struct assay_cell){
        .text = text.len ? text : ASSAY_STR("unknown"),
        .state = text.len ? ASSAY_KNOWN : ASSAY_UNKNOWN,
    };
}

static void model_row(struct assay_document *doc, struct assay_block *table,
                      const struct assay_directory_model *m)
{
    struct assay_arena *arena = doc->arena;
    struct assay_cell *row = assay_table_row(doc, table);
    bool retired = m->status == ASSAY_STATUS_RETIRED;

    row[MODEL] = text_cell(m->name);
    if (!assay_str_equal(m->name, m->id))
        row[MODEL].note = m->id;
    row[MODEL].link = assay_model_path(arena, m->id);
    row[MODEL].flags = retired ? ASSAY_CELL_DIM : 0;
    row[CREATOR] = text_cell(assay_model_list_creator_name(m->creator));
    row[CREATOR].link = assay_model_list_creator_path(arena, m->creator);
    row[STATUS] = text_cell(assay_model_list_status(arena, m));
    if (m->status == ASSAY_STATUS_UNKNOWN)
        row[STATUS].state = ASSAY_UNKNOWN;
    row[STATUS].flags = retired ? ASSAY_CELL_WARN : 0;
    row[CONTEXT] =
        text_cell(m->context_state == ASSAY_KNOWN
                      ? assay_decimal_fixed(
                            arena, assay_decimal_uint(m->context_tokens), 0)
                      : ASSAY_STR(""));
    row[MONTH] = (struct assay_cell){
        .text = assay_cost_text(arena, m->cost_state, m->usd),
        .state = m->cost_state,
        .flags = m->cost_retired ? ASSAY_CELL_DIM : 0,
    };
    row[ROUTES] = text_cell(assay_list_number(arena, m->live_count));
}

void assay_model_list_table(struct assay_document *doc,
                            struct assay_section *section,
                            const struct assay_directory_model *const *models,
                            size_t count)
{
    static const struct assay_column columns[COLUMNS] = {
        [MODEL] = {.title = {"model", 5}},
        [CREATOR] = {.title = {"creator", 7}, .give_way = 2},
        [STATUS] = {.title = {"status", 6}},
        [CONTEXT] = {.title = {"context", 7}, .align = ASSAY_RIGHT},
        [MONTH] = {.title = {"a month", 7}, .align = ASSAY_RIGHT},
        [ROUTES] = {.title = {"live routes", 11},
                    .align = ASSAY_RIGHT,
                    .give_way = 1},
    };
    struct assay_block *table;

    if (count == 0)
        return;
    table = assay_section_table(doc, section, columns, COLUMNS);
    for (size_t i = 0; i < count; i++)
        model_row(doc, table, models[i]);
}

struct assay_str assay_model_list_creator_path(struct assay_arena *arena,
                                               struct assay_str creator)
{
    return assay_arena_printf(arena, "/models?creator=%.*s",
                              ASSAY_STR_ARG(assay_url_encoded(arena, creator)));
}

/* ------------------------------------------------------- creators */

struct assay_str assay_model_list_creator_name(struct assay_str creator)
{
    struct assay_str name = assay_creator_name(creator);

    return name.len ? name : creator;
}

struct assay_creator_count *assay_model_list_creators(
    struct assay_arena *arena, const struct assay_directory *d, size_t *count)
{
    struct assay_creator_count *all =
        ASSAY_NEW_ARRAY(arena, struct assay_creator_count, d->model_count + 1);

    *count = 0;
    for (size_t i = 0; i < d->model_count; i++) {
        const struct assay_directory_model *m = &d->models[i];

        /* models stand by id, so those of one creator stand together */
        if (*count == 0 || !assay_str_equal(all[*count - 1].id, m->creator))
            all[(*count)++] = (struct assay_creator_count){
                .id = m->creator,
                .name = assay_model_list_creator_name(m->creator)};
        all[*count - 1].models++;
        all[*count - 1].live += m->live_count > 0;
    }
    return all;
}
