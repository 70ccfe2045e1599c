/*
 * Benchmark values with the errors that are stated for them, a picture for
 * each unit: percent and Elo never meet.
 */
#include "serve/pictures.h"

#include "assay/compare.h"

enum { MOST_ROWS = 16, MOST_POINTS = 32, MOST_UNITS = 3, LEAST_OWN = 2 };

static const struct {
    const char *unit, *title, *behind, *id;
} units[MOST_UNITS] = {
    {"percent", "Benchmarks in percent", " %", "benchmarks-percent"},
    {"elo", "Benchmarks in Elo", "", "benchmarks-elo"},
    {"score", "Benchmarks with scores of their own", "", "benchmarks-score"},
};

static bool number(const struct assay_json *object, const char *key,
                   double *value)
{
    struct assay_decimal decimal;

    if (!assay_decimal_parse(assay_json_text(object, key), &decimal))
        return false;
    *value = assay_decimal_double(decimal);
    return true;
}

/* "51.3 %, -10 +10, 5-shot" */
static struct assay_str words(struct assay_arena *arena,
                              const struct assay_json *row, const char *behind)
{
    struct assay_str minus = assay_json_text(row, "error_minus");
    struct assay_str plus = assay_json_text(row, "error_plus");
    struct assay_str setting = assay_json_text(row, "setting");
    struct assay_str text = assay_arena_printf(
        arena, "%.*s%s", ASSAY_STR_ARG(assay_json_text(row, "value")), behind);

    if (minus.len || plus.len)
        text =
            assay_arena_printf(arena, "%.*s, -%.*s +%.*s", ASSAY_STR_ARG(text),
                               ASSAY_STR_ARG(minus), ASSAY_STR_ARG(plus));
    if (setting.len)
        text = assay_arena_printf(arena, "%.*s, %.*s", ASSAY_STR_ARG(text),
                                  ASSAY_STR_ARG(setting));
    return text;
}

/* What a row of the contract is as a point; false when it has no value. */
static bool point_of(struct assay_arena *arena, const struct assay_json *row,
                     struct assay_str name, const char *behind,
                     struct assay_point *point)
{
    double minus = 0, plus = 0;

    *point = (struct assay_point){.name = name};
    if (!number(row, "value", &point->x))
        return false;
    bool stated = number(row, "error_minus", &minus);

    stated = number(row, "error_plus", &plus) || stated;
    if (stated) {
        point->low = point->x - minus;
        point->high = point->x + plus;
    }
    point->text = words(arena, row, behind);
    return true;
}

static void draw(struct assay_visit *visit, struct assay_sheet *sheet,
                 size_t unit, const struct assay_series *series, size_t count,
                 struct assay_str description)
{
    const char *which = count > 1
                            ? "; only rows of the same setting, variant and "
                              "harness"
                            : "; only rows that state their error";
    const struct assay_chart chart = {
        .kind = ASSAY_CHART_INTERVALS,
        .id = assay_str_c(units[unit].id),
        .title = assay_str_c(units[unit].title),
        .description = description,
        .x = {.title = ASSAY_STR(""),
              .scale = ASSAY_SCALE_LINEAR,
              .before = "",
              .behind = units[unit].behind},
        .y = {.title = ASSAY_STR(""), .before = "", .behind = ""},
        .series = series,
        .series_count = count,
    };

    assay_figure_insert(
        visit, sheet, "benchmarks", &chart,
        assay_arena_printf(visit->arena,
                           "%s%s. A bar is the error that the source states; "
                           "where there is none, none is stated.",
                           units[unit].title, which));
}

/* ------------------------------------------------------- of several models */

struct rows {
    struct assay_visit *visit;
    size_t unit;
    struct assay_series series[ASSAY_COMPARE_MAX];
    struct assay_point *points[ASSAY_COMPARE_MAX];
    size_t count; /* of rows */
    struct assay_str description;
};

static size_t side_of(struct assay_model *const *models, size_t count,
                      struct assay_str id)
{
    size_t i = 0;

    while (i < count && !assay_str_equal(models[i]->id, id))
        i++;
    return i;
}

/* "MMLU (5-shot)" */
static struct assay_str row_name(struct assay_arena *arena,
                                 const struct assay_json *row)
{
    const struct assay_json *cells = assay_json_get(row, "cells");
    struct assay_str name = assay_json_text(row, "name");

    for (const struct assay_json *cell = cells ? cells->first : NULL; cell;
         cell = cell->next) {
        struct assay_str setting = assay_json_text(cell, "setting");

        if (setting.len)
            return assay_arena_printf(arena, "%.*s (%.*s)", ASSAY_STR_ARG(name),
                                      ASSAY_STR_ARG(setting));
    }
    return name;
}

static void add_row(struct rows *rows, const struct assay_json *row,
                    struct assay_model *const *models, size_t count)
{
    struct assay_arena *arena = rows->visit->arena;
    const struct assay_json *cells = assay_json_get(row, "cells");
    struct assay_str name = row_name(arena, row), said = ASSAY_STR("");

    for (const struct assay_json *cell = cells ? cells->first : NULL; cell;
         cell = cell->next) {
        size_t side = side_of(models, count, assay_json_text(cell, "model"));
        struct assay_point point;

        if (side == count ||
            !assay_str_is(assay_json_text(cell, "unit"),
                          units[rows->unit].unit) ||
            !point_of(arena, cell, name, units[rows->unit].behind, &point))
            continue;
        rows->points[side][rows->series[side].count++] = point;
        said = assay_arena_printf(arena, "%.*s%s%.*s %.*s%s",
                                  ASSAY_STR_ARG(said), said.len ? ", " : "",
                                  ASSAY_STR_ARG(models[side]->name),
                                  ASSAY_STR_ARG(assay_json_text(cell, "value")),
                                  units[rows->unit].behind);
    }
    if (said.len == 0)
        return;
    rows->count++;
    rows->description = assay_figure_join(
        arena, rows->description,
        assay_arena_printf(arena, "%.*s: %.*s.", ASSAY_STR_ARG(name),
                           ASSAY_STR_ARG(said)));
}

static void draw_unit(struct assay_visit *visit, struct assay_sheet *sheet,
                      size_t unit, const struct assay_json *list,
                      struct assay_model *const *models, size_t count)
{
    struct rows rows = {
        .visit = visit, .unit = unit, .description = ASSAY_STR("")};

    for (size_t i = 0; i < count; i++) {
        rows.points[i] =
            ASSAY_NEW_ARRAY(visit->arena, struct assay_point, MOST_ROWS);
        rows.series[i] = (struct assay_series){.name = models[i]->name,
                                               .points = rows.points[i]};
    }
    for (const struct assay_json *row = list->first;
         row && rows.count < MOST_ROWS && rows.count * count < MOST_POINTS;
         row = row->next)
        if (assay_json_is(assay_json_get(row, "comparable"), ASSAY_JSON_TRUE))
            add_row(&rows, row, models, count);
    if (rows.count)
        draw(visit, sheet, unit, rows.series, count, rows.description);
}

void assay_picture_benchmarks(struct assay_visit *visit,
                              struct assay_sheet *sheet,
                              struct assay_model *const *models, size_t count)
{
    const struct assay_json *list =
        assay_json_get(sheet->doc->data, "benchmarks");

    for (size_t unit = 0; list && unit < MOST_UNITS; unit++)
        draw_unit(visit, sheet, unit, list, models, count);
}

/* ------------------------------------------------------- of one model */

static bool states_error(const struct assay_json *row)
{
    double value;

    return number(row, "error_minus", &value) ||
           number(row, "error_plus", &value);
}

static void draw_own(struct assay_visit *visit, struct assay_sheet *sheet,
                     size_t unit, const struct assay_json *list)
{
    struct assay_arena *arena = visit->arena;
    struct assay_point points[MOST_ROWS];
    struct assay_series series = {.name = sheet->doc->title, .points = points};
    struct assay_str description = ASSAY_STR("");

    for (const struct assay_json *row = list->first;
         row && series.count < MOST_ROWS; row = row->next) {
        struct assay_str name = assay_json_text(row, "name");
        struct assay_point *point = &points[series.count];

        if (!states_error(row) ||
            !assay_str_is(assay_json_text(row, "unit"), units[unit].unit) ||
            !point_of(arena, row, name, units[unit].behind, point))
            continue;
        series.count++;
        description = assay_figure_join(
            arena, description,
            assay_arena_printf(arena, "%.*s %.*s.", ASSAY_STR_ARG(name),
                               ASSAY_STR_ARG(point->text)));
    }
    if (series.count >= LEAST_OWN)
        draw(visit, sheet, unit, &series, 1, description);
}

void assay_picture_own_benchmarks(struct assay_visit *visit,
                                  struct assay_sheet *sheet)
{
    const struct assay_json *list =
        assay_json_get(sheet->doc->data, "benchmarks");

    for (size_t unit = 0; list && unit < MOST_UNITS; unit++)
        draw_own(visit, sheet, unit, list);
}
