/*
 * What share of the prompts each route passed, with its interval: whether two
 * of them overlap is seen before it is read.
 */
#include "serve/pictures.h"

#include "assay/report.h"

enum { MOST_ROUTES = 16, LEAST_ROUTES = 2 };

void assay_picture_run(struct assay_visit *visit, struct assay_sheet *sheet,
                       const struct assay_run_figures *figures)
{
    const struct assay_run *run = figures->run;
    struct assay_point points[MOST_ROUTES];
    struct assay_series series = {.name = run->suite, .points = points};
    struct assay_str description = ASSAY_STR("");

    for (size_t i = 0; i < run->route_count && series.count < MOST_ROUTES;
         i++) {
        const struct assay_route_figures *r = &figures->routes[i];
        uint64_t n = r->passed + r->failed;
        if (n == 0)
            continue;
        struct assay_point *point = &points[series.count++];
        *point = (struct assay_point){
            .x = 100 * (double)r->passed / (double)n,
            .low = 100 * r->passed_95.low,
            .high = 100 * r->passed_95.high,
            .name = run->routes[i].label,
            .text = assay_arena_printf(
                visit->arena, "%llu of %llu, %.0f to %.0f %%",
                (unsigned long long)r->passed, (unsigned long long)n,
                100 * r->passed_95.low, 100 * r->passed_95.high),
        };
        description =
            assay_figure_join(visit->arena, description,
                              assay_arena_printf(visit->arena, "%.*s: %.*s.",
                                                 ASSAY_STR_ARG(point->name),
                                                 ASSAY_STR_ARG(point->text)));
    }
    if (series.count < LEAST_ROUTES)
        return;
    const struct assay_chart chart = {
        .kind = ASSAY_CHART_INTERVALS,
        .id = ASSAY_STR("run-passed"),
        .title = ASSAY_STR("Prompts passed, in percent"),
        .description = description,
        .x = {.title = ASSAY_STR(""),
              .scale = ASSAY_SCALE_LINEAR,
              .before = "",
              .behind = " %"},
        .y = {.title = ASSAY_STR(""), .before = "", .behind = ""},
        .series = &series,
        .series_count = 1,
    };
    assay_figure_insert(
        visit, sheet, "routes", &chart,
        ASSAY_STR("Prompts passed, in percent, with Wilson's 95 % interval. "
                  "The verdict rests on pairs of answers to the same prompt, "
                  "which can decide while these intervals still overlap."));
}
