/*
 * Cost against a benchmark: models whose rows may stand beside each other,
 * as a table and as a picture with the efficient frontier.
 */
#include "serve/model_list.h"
#include "serve/pictures.h"
#include "serve/places.h"
#include "serve/scores.h"

#include <stdlib.h>

enum { MOST_ROWS = 100 };

struct standing {
    const struct assay_directory_model *model;
    struct assay_decimal score;
};

static int best_first(const void *left, const void *right)
{
    const struct standing *a = left, *b = right;
    int order = assay_decimal_compare(b->score, a->score);

    return order ? order : assay_str_compare(a->model->id, b->model->id);
}

static size_t find_standings(struct assay_arena *arena,
                             const struct assay_scoreboard *board,
                             const struct assay_model_hits *hits,
                             struct standing **standings)
{
    size_t count = 0;

    *standings = ASSAY_NEW_ARRAY(arena, struct standing, hits->count + 1);
    for (size_t i = 0; i < hits->count; i++) {
        const struct assay_score *score =
            assay_scoreboard_of(board, hits->models[i]->id);

        if (score)
            (*standings)[count++] =
                (struct standing){hits->models[i], score->value};
    }
    qsort(*standings, count, sizeof **standings, best_first);
    if (!board->more_is_better)
        for (size_t i = 0; i < count / 2; i++) {
            struct standing swap = (*standings)[i];

            (*standings)[i] = (*standings)[count - 1 - i];
            (*standings)[count - 1 - i] = swap;
        }
    return count < MOST_ROWS ? count : MOST_ROWS;
}

static const char *behind(const struct assay_scoreboard *board)
{
    return assay_str_is(board->unit, "percent") ? " %" : "";
}

static struct assay_str score_text(struct assay_arena *arena,
                                   const struct assay_scoreboard *board,
                                   struct assay_decimal score)
{
    return assay_arena_printf(arena, "%.*s%s",
                              ASSAY_STR_ARG(assay_decimal_text(arena, score)),
                              behind(board));
}

static void add_table(struct assay_document *doc, struct assay_section *section,
                      const struct assay_scoreboard *board,
                      const struct standing *standings, size_t count)
{
    enum { MODEL, SCORE, MONTH, COLUMNS };
    static const struct assay_column columns[COLUMNS] = {
        [MODEL] = {.title = {"model", 5}},
        [SCORE] = {.title = {"value", 5}, .align = ASSAY_RIGHT},
        [MONTH] = {.title = {"a month", 7}, .align = ASSAY_RIGHT},
    };
    struct assay_block *table =
        assay_section_table(doc, section, columns, COLUMNS);

    for (size_t i = 0; i < count; i++) {
        const struct assay_directory_model *m = standings[i].model;
        struct assay_cell *row = assay_table_row(doc, table);

        row[MODEL].text = m->name;
        row[MODEL].link = assay_model_path(doc->arena, m->id);
        row[MODEL].state = ASSAY_KNOWN;
        row[SCORE].text = score_text(doc->arena, board, standings[i].score);
        row[SCORE].state = ASSAY_KNOWN;
        row[MONTH] = (struct assay_cell){
            .text = assay_cost_text(doc->arena, m->cost_state, m->usd),
            .state = m->cost_state,
            .flags = m->cost_retired ? ASSAY_CELL_DIM : 0,
        };
    }
}

static struct assay_series points_of(struct assay_arena *arena,
                                     const struct assay_scoreboard *board,
                                     const struct standing *standings,
                                     size_t count)
{
    struct assay_point *points =
        ASSAY_NEW_ARRAY(arena, struct assay_point, count + 1);
    struct assay_series series = {.name = ASSAY_STR(""), .points = points};

    for (size_t i = 0; i < count; i++) {
        const struct assay_directory_model *m = standings[i].model;

        if (m->cost_state != ASSAY_KNOWN)
            continue;
        points[series.count++] = (struct assay_point){
            .x = assay_decimal_double(m->usd),
            .y = assay_decimal_double(standings[i].score),
            .name = m->name,
            .text = assay_arena_printf(
                arena, "%.*s a month, %.*s",
                ASSAY_STR_ARG(assay_cost_text(arena, m->cost_state, m->usd)),
                ASSAY_STR_ARG(score_text(arena, board, standings[i].score))),
            .link = assay_model_path(arena, m->id),
            .dim = m->cost_retired,
        };
    }
    return series;
}

static void draw(struct assay_visit *visit, struct assay_sheet *sheet,
                 const struct assay_scoreboard *board,
                 const struct standing *standings, size_t count)
{
    struct assay_arena *arena = visit->arena;
    const struct assay_traffic traffic = assay_traffic_default();
    struct assay_str words = assay_traffic_words(arena, &traffic);
    struct assay_series series = points_of(arena, board, standings, count);
    const struct assay_chart chart = {
        .kind = ASSAY_CHART_POINTS,
        .id = ASSAY_STR("cost-by-score"),
        .title = assay_arena_printf(arena, "Cost a month against %.*s",
                                    ASSAY_STR_ARG(board->words)),
        .description = assay_figure_frontier(arena, &series,
                                             board->more_is_better ? 1 : -1),
        .x = {.title = ASSAY_STR("Cost a month"),
              .scale = ASSAY_SCALE_LOG,
              .before = "$",
              .behind = ""},
        .y = {.title = board->words,
              .scale = ASSAY_SCALE_LINEAR,
              .before = "",
              .behind = behind(board)},
        .series = &series,
        .series_count = 1,
        .better_x = -1,
        .better_y = board->more_is_better ? 1 : -1,
    };
    struct assay_str caption = assay_arena_printf(
        arena,
        "Cost a month at %.*s against %.*s; on the dashed line none of them "
        "costs less with as good a value.",
        ASSAY_STR_ARG(words), ASSAY_STR_ARG(board->words));

    if (series.count < count)
        caption = assay_arena_printf(
            arena, "%.*s %zu whose cost is not known or free %s not drawn.",
            ASSAY_STR_ARG(caption), count - series.count,
            count - series.count == 1 ? "is" : "are");
    if (series.count > 1)
        assay_figure_insert(visit, sheet, "scores", &chart, caption);
}

void assay_picture_scores(struct assay_visit *visit, struct assay_sheet *sheet,
                          struct assay_document *doc,
                          const struct assay_scoreboard *board,
                          const struct assay_model_hits *hits)
{
    struct standing *standings;
    size_t count = find_standings(visit->arena, board, hits, &standings);
    struct assay_section *section = assay_document_section(
        doc, "scores", assay_arena_cstr(visit->arena, board->words));

    assay_section_say(
        doc, section, ASSAY_BLOCK_PARAGRAPH,
        count ? ASSAY_STR("Rows of the same setting, variant and harness.")
              : ASSAY_STR("None of these models has a row."));
    if (count == 0)
        return;
    add_table(doc, section, board, standings, count);
    if (visit->shape == ASSAY_AS_PAGE)
        draw(visit, sheet, board, standings, count);
}
