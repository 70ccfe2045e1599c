/*
 * Pictures: what is drawn and what is said in them.
 */
#include "render/chart_check.h"

#include <math.h>

static void points_that_a_scale_cannot_hold_are_left_out(void **state)
{
    const struct assay_point points[] = {
        {.x = 0, .y = 1, .name = ASSAY_STR("zero")},
        {.x = 10, .y = 1, .name = ASSAY_STR("ten")},
        {.x = 100, .y = NAN, .name = ASSAY_STR("none")},
        {.x = 1000, .y = 2, .name = ASSAY_STR("thousand")},
        {.x = 1e301, .y = 2, .name = ASSAY_STR("beyond")},
    };
    struct assay_series series = {ASSAY_STR("a"), points, 5};
    struct assay_chart chart = chart_of(ASSAY_CHART_POINTS, &series, 1);

    chart.x.scale = ASSAY_SCALE_LOG;
    char *text = checked(&chart);
    check_words(text, "<title>", "ten | thousand");
    free(text);
}

static void ticks_are_round_numbers_in_short_words(void **state)
{
    static const struct {
        double low, high;
        enum assay_scale scale;
        const char *before, *behind, *wanted;
    } cases[] = {
        {0, 560, ASSAY_SCALE_LINEAR, "$", "",
         "$0 | $100 | $200 | $300 | $400 | $500"},
        {0, 1, ASSAY_SCALE_LINEAR, "$", "",
         "$0 | $0.20 | $0.40 | $0.60 | $0.80 | $1.00"},
        {0, 2e6, ASSAY_SCALE_LINEAR, "", "", "0 | 500K | 1M | 1.5M | 2M"},
        {0, 2100, ASSAY_SCALE_LINEAR, "", "", "0 | 500 | 1K | 1.5K | 2K"},
        {1001, 1004, ASSAY_SCALE_LINEAR, "", "",
         "1,001.0 | 1,001.5 | 1,002.0 | 1,002.5 | 1,003.0 | 1,003.5 | "
         "1,004.0"},
        {-50, 50, ASSAY_SCALE_LINEAR, "", "%", "−40% | −20% | 0% | 20% | 40%"},
        {-2, 0, ASSAY_SCALE_LINEAR, "$", "",
         "−$2.00 | −$1.50 | −$1.00 | −$0.50 | $0"},
        {0, 1e18, ASSAY_SCALE_LINEAR, "", "",
         "0 | 2e17 | 4e17 | 6e17 | 8e17 | 1e18"},
        {1e3, 1e7, ASSAY_SCALE_LOG, "", "", "1K | 10K | 100K | 1M | 10M"},
        {0.01, 15500, ASSAY_SCALE_LOG, "$", "",
         "$0.01 | $0.10 | $1 | $10 | $100 | $1K | $10K"},
        {30, 900, ASSAY_SCALE_LOG, "", "", "50 | 100 | 200 | 500"},
        {8192, 131072, ASSAY_SCALE_LOG, "", "", "10K | 20K | 50K | 100K"},
        {1e-12, 1e12, ASSAY_SCALE_LOG, "", "",
         "1e-12 | 1e-8 | 0.0001 | 1 | 10K | 100M | 1T"},
        {19723, 20500, ASSAY_SCALE_DAYS, "", "",
         "Jan 2024 | Jul 2024 | Jan 2025 | Jul 2025 | Jan 2026"},
        {18262, 20500, ASSAY_SCALE_DAYS, "", "",
         "2020 | 2021 | 2022 | 2023 | 2024 | 2025 | 2026"},
        {20454, 20459, ASSAY_SCALE_DAYS, "", "",
         "1 Jan 2026 | 2 Jan 2026 | 3 Jan 2026 | 4 Jan 2026 | 5 Jan 2026 | "
         "6 Jan 2026"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const struct assay_point points[] = {{.x = cases[i].low, .y = 1},
                                             {.x = cases[i].high, .y = 2}};
        struct assay_series series = {ASSAY_STR("a"), points, 2};
        struct assay_chart chart = chart_of(ASSAY_CHART_LINES, &series, 1);
        char open[] = "<text class=\"tick";

        chart.x = (struct assay_axis){ASSAY_STR(""), cases[i].scale,
                                      cases[i].before, cases[i].behind, false};
        char *text = checked(&chart);
        /* those of y stand before, from 1.0 to 2.0 */
        char words[2048];
        words_of(text, open, words, sizeof words);
        const char *x = strstr(words, "$2.00 | ");
        assert_non_null(x);
        assert_string_equal(x + 8, cases[i].wanted);
        free(text);
    }
}

static void an_axis_from_zero_shows_zero(void **state)
{
    const struct assay_point points[] = {{.x = 500, .y = 880},
                                         {.x = 600, .y = 900}};
    struct assay_series series = {ASSAY_STR("a"), points, 2};
    struct assay_chart chart = chart_of(ASSAY_CHART_LINES, &series, 1);

    char *text = checked(&chart);
    assert_null(strstr(text, ">$0<"));
    free(text);
    chart.y.from_zero = true;
    text = checked(&chart);
    assert_non_null(strstr(text, ">$0<"));
    free(text);
}

static void the_frontier_has_what_nothing_else_beats(void **state)
{
    const struct assay_point points[] = {
        {.x = 1, .y = 1, .name = ASSAY_STR("low")},
        {.x = 1, .y = 9, .name = ASSAY_STR("left")},
        {.x = 9, .y = 9, .name = ASSAY_STR("high")},
        {.x = 9, .y = 1, .name = ASSAY_STR("right")},
        {.x = 5, .y = 5, .name = ASSAY_STR("middle")},
        {.x = 0, .y = 10, .name = ASSAY_STR("gone"), .dim = true},
        {.x = 2, .y = 4, .name = ASSAY_STR("a")},
        {.x = 4, .y = 2, .name = ASSAY_STR("b")},
        {.x = 4, .y = 2, .name = ASSAY_STR("b again")},
    };
    static const struct {
        int x, y;
        const char *wanted;
    } cases[] = {
        {1, 1, "high"},  {-1, 1, "left"}, {1, -1, "right"},
        {-1, -1, "low"}, {0, 1, ""},      {1, 0, ""},
    };
    struct assay_series series = {ASSAY_STR("a"), points, 9};

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct assay_chart chart = chart_of(ASSAY_CHART_POINTS, &series, 1);
        chart.better_x = cases[i].x;
        chart.better_y = cases[i].y;
        char *text = checked(&chart);
        char words[256] = "";
        for (const char *at = strstr(text, "mark efficient"); at;
             at = strstr(at + 1, "mark efficient")) {
            const char *name = strstr(at, "<title>") + 7;
            snprintf(words, sizeof words, "%.*s", (int)strcspn(name, "<"),
                     name);
        }
        assert_string_equal(words, cases[i].wanted);
        assert_null(strstr(text, "class=\"frontier\""));
        free(text);
    }
    /* without the corner: three are left, two of them the same */
    series = (struct assay_series){ASSAY_STR("a"), points + 1, 8};
    struct assay_chart chart = chart_of(ASSAY_CHART_POINTS, &series, 1);
    chart.better_x = chart.better_y = -1;
    char *text = checked(&chart);
    assert_int_equal(count_of(text, "mark efficient"), 5);
    assert_non_null(strstr(text, ">efficient frontier<"));
    free(text);
}

static void the_frontier_steps_where_both_can_be_had(void **state)
{
    const struct assay_point points[] = {{.x = 0, .y = 0}, {.x = 10, .y = 10}};
    struct assay_series series = {ASSAY_STR("a"), points, 2};
    struct assay_chart chart = chart_of(ASSAY_CHART_POINTS, &series, 1);
    double x1, y1, place1, place2;

    for (int way = 0; way < 2; way++) {
        /* cheap and good is better; then much and cheap */
        chart.better_x = way ? 1 : -1;
        chart.better_y = way ? -1 : 1;
        char *text = checked(&chart);
        const char *path = strstr(text, "class=\"frontier\" d=\"M");
        assert_non_null(path);
        char *at;
        x1 = strtod(path + strlen("class=\"frontier\" d=\"M"), &at);
        y1 = strtod(at, &at);
        assert_int_equal(*at, way ? 'V' : 'H');
        place1 = strtod(at + 1, &at);
        assert_int_equal(*at, way ? 'H' : 'V');
        place2 = strtod(at + 1, &at);
        assert_int_equal(*at, '"');
        assert_true(way ? place1 < y1 && place2 > x1
                        : place1 > x1 && place2 < y1);
        free(text);
    }
}

static void a_step_holds_to_the_end_unless_it_is_retired(void **state)
{
    struct assay_point points[] = {
        {.x = 19723, .y = 5}, {.x = 20000, .y = 2}, {.x = 20100, .y = 2}};
    struct assay_series series[] = {{ASSAY_STR("a"), points, 2},
                                    {ASSAY_STR("b"), points + 2, 1}};
    struct assay_chart chart = chart_of(ASSAY_CHART_STEPS, series, 2);

    chart.x.scale = ASSAY_SCALE_DAYS;
    char *text = checked(&chart);
    const char *line = strstr(text, "class=\"line\" d=\"");
    assert_non_null(line);
    size_t len = strcspn(line + 16, "\"");
    assert_memory_equal(line + 16 + len - 4, "H632", 4);
    free(text);

    points[1].dim = true;
    text = checked(&chart);
    line = strstr(text, "class=\"line\" d=\"");
    len = strcspn(line + 16, "\"");
    assert_memory_not_equal(line + 16 + len - 4, "H632", 4);
    free(text);
}

static void lines_go_from_left_to_right(void **state)
{
    const struct assay_point points[] = {
        {.x = 3, .y = 3}, {.x = 1, .y = 1}, {.x = 2, .y = 2}};
    struct assay_series series = {ASSAY_STR("a"), points, 3};
    struct assay_chart chart = chart_of(ASSAY_CHART_LINES, &series, 1);
    char *text = checked(&chart);
    char *at = strstr(text, "class=\"line\" d=\"M");
    double last = -1;

    assert_non_null(at);
    at += strlen("class=\"line\" d=\"");
    for (int i = 0; i < 3; i++) {
        assert_int_equal(*at, i ? 'L' : 'M');
        double x = strtod(at + 1, &at);
        assert_true(x > last);
        last = x;
        (void)strtod(at, &at);
    }
    assert_int_equal(*at, '"');
    free(text);
}

static void models_share_the_row_of_a_benchmark(void **state)
{
    const struct assay_point a[] = {
        {.x = 88, .low = 85, .high = 91, .name = ASSAY_STR("MMLU")},
        {.x = 53, .name = ASSAY_STR("GPQA")}};
    const struct assay_point b[] = {
        {.x = 56, .low = 50, .high = 60, .name = ASSAY_STR("MMLU")},
        {.x = 12, .name = ASSAY_STR("MATH"), .dim = true}};
    struct assay_series series[] = {{ASSAY_STR("GPT-4o"), a, 2},
                                    {ASSAY_STR("Gemma 2 2B"), b, 2}};
    struct assay_chart chart = chart_of(ASSAY_CHART_INTERVALS, series, 2);

    chart.y = (struct assay_axis){0};
    char *text = checked(&chart);
    check_words(text, "<text class=\"label\"",
                "MMLU | GPQA | MATH | GPT-4o | Gemma 2 2B | retired");
    assert_int_equal(count_of(text, "class=\"whisker\""), 2);
    free(text);
}

static void what_is_left_of_too_many_rows_is_said(void **state)
{
    struct assay_point points[60];
    char names[60][24];

    for (int i = 0; i < 60; i++) {
        snprintf(names[i], sizeof names[i], "benchmark %d", i);
        points[i] = (struct assay_point){.x = i, .name = assay_str_c(names[i])};
    }
    struct assay_series series = {ASSAY_STR("a"), points, 40};
    struct assay_chart chart = chart_of(ASSAY_CHART_INTERVALS, &series, 1);
    char *text = checked(&chart);
    assert_null(strstr(text, "more in the table"));
    free(text);
    series.count = 41;
    text = checked(&chart);
    assert_non_null(strstr(text, "more in the table"));
    assert_int_equal(count_of(text, "class=\"mark\""), 40);
    free(text);
}

static void a_legend_stands_where_there_is_something_to_tell_apart(void **state)
{
    struct assay_point points[] = {{.x = 1, .y = 1}, {.x = 2, .y = 2}};
    struct assay_series series[] = {{ASSAY_STR("GPT-4o"), points, 2},
                                    {ASSAY_STR("Gemma 2 2B"), points + 1, 1}};
    struct assay_chart chart = chart_of(ASSAY_CHART_POINTS, series, 1);

    char *text = checked(&chart);
    check_words(text, "<text class=\"label\"", "");
    free(text);
    chart.series_count = 2;
    text = checked(&chart);
    check_words(text, "<text class=\"label\"", "GPT-4o | Gemma 2 2B");
    free(text);
    points[0].dim = true;
    chart.series_count = 1;
    text = checked(&chart);
    check_words(text, "<text class=\"label\"", "GPT-4o | retired");
    free(text);
}

static void a_picture_is_one_image_unless_it_holds_links(void **state)
{
    struct assay_point points[] = {
        {.x = 1,
         .y = 1,
         .name = ASSAY_STR("GPT-4o"),
         .text = ASSAY_STR("$2.50")},
        {.x = 2, .y = 2, .name = ASSAY_STR("<Gemma>")}};
    struct assay_series series = {ASSAY_STR("a"), points, 2};
    struct assay_chart chart = chart_of(ASSAY_CHART_POINTS, &series, 1);

    char *text = checked(&chart);
    assert_non_null(strstr(
        text, "role=\"img\" aria-labelledby=\"cost-by-volume-title "
              "cost-by-volume-desc\">\n"
              "<title id=\"cost-by-volume-title\">Cost by volume</title>\n"
              "<desc id=\"cost-by-volume-desc\">Both rise.</desc>"));
    assert_null(strstr(text, "<a "));
    assert_null(strstr(text, "aria-hidden"));
    free(text);

    points[1].link = ASSAY_STR("/model/google/gemma?a=1&b=2");
    text = checked(&chart);
    assert_non_null(strstr(text, "role=\"group\""));
    const char *link =
        strstr(text, "<a href=\"/model/google/gemma?a=1&amp;b=2\"><circle");
    assert_non_null(link);
    /* its name */
    assert_non_null(strstr(link, "<title>&lt;Gemma&gt;</title></circle></a>"));
    assert_non_null(strstr(text, "<title>GPT-4o: $2.50</title>"));
    free(text);

    static const char *const bad[] = {"javascript:alert(1)", "//evil.example",
                                      "data:text/html,x", "\" onload=\"x"};
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        points[1].link = assay_str_c(bad[i]);
        text = checked(&chart);
        assert_null(strstr(text, "<a "));
        free(text);
    }
}

struct words_box {
    double left, top, right, bottom;
};

/* Where a label stands in text of this size, of letters half as wide. */
static struct words_box box_of(const char *label, double size)
{
    const char *from = strchr(label, '>');
    double width = (double)strcspn(from + 1, "<") * size / 2;
    double x = strtod(strstr(label, " x=\"") + 4, NULL);
    double y = strtod(strstr(label, " y=\"") + 4, NULL) +
               strtod(strstr(label, " dy=\"") + 5, NULL) * size;
    const char *anchor = strstr(label, "text-anchor=\"");

    if (anchor && anchor < from)
        x -= strncmp(anchor + 13, "end", 3) == 0 ? width : width / 2;
    return (struct words_box){x, y - size * 0.7, x + width, y};
}

/* Labels of a crowd, in the size of a screen or of a phone. */
static void check_apart(const char *text, double size, bool phone)
{
    struct words_box boxes[100];
    size_t count = 0;
    const char *group = strstr(text, "<g class=\"labels\"");

    assert_non_null(group);
    for (const char *at = strstr(group, "<text"); at && count < 100;
         at = strstr(at + 1, "<text")) {
        if (at > strstr(group, "</g>"))
            break;
        if (phone && strstr(at, " fine\"") &&
            strstr(at, " fine\"") < strchr(at, '>'))
            continue;
        boxes[count++] = box_of(at, size);
    }
    assert_true(count > 2);
    for (size_t i = 0; i < count; i++)
        for (size_t k = 0; k < i; k++)
            assert_false(boxes[i].left < boxes[k].right &&
                         boxes[k].left < boxes[i].right &&
                         boxes[i].top < boxes[k].bottom &&
                         boxes[k].top < boxes[i].bottom);
}

static void labels_do_not_overlap(void **state)
{
    struct assay_point points[60];
    uint32_t seed = 99;

    for (int turn = 0; turn < 20; turn++) {
        for (int i = 0; i < 60; i++)
            points[i] = (struct assay_point){
                .x = random_part(&seed),
                .y = random_part(&seed) * random_part(&seed),
                .name =
                    i % 2 ? ASSAY_STR("Gemini 1.5 Pro") : ASSAY_STR("GPT-4o")};
        struct assay_series series = {ASSAY_STR("a"), points, 60};
        struct assay_chart chart = chart_of(ASSAY_CHART_POINTS, &series, 1);
        chart.marks = points;
        chart.mark_count = 2;
        char *text = checked(&chart);
        check_apart(text, 16, false);
        check_apart(text, 25, true);
        free(text);
    }
}

static void a_mark_is_a_line_or_a_ring_with_words(void **state)
{
    const struct assay_point points[] = {{.x = 0, .y = 0}, {.x = 100, .y = 50}};
    const struct assay_point marks[] = {
        {.x = 20, .y = NAN, .name = ASSAY_STR("your traffic")},
        {.x = 80, .y = 40, .name = ASSAY_STR("same cost")},
        {.x = NAN, .y = 1, .name = ASSAY_STR("nowhere")},
        {.x = 50,
         .y = NAN,
         .name = ASSAY_STR("your traffic: 1,000,000 a month")},
    };
    struct assay_series series = {ASSAY_STR("a"), points, 2};
    struct assay_chart chart = chart_of(ASSAY_CHART_LINES, &series, 1);

    chart.marks = marks;
    chart.mark_count = 4;
    char *text = checked(&chart);
    assert_int_equal(count_of(text, "<g class=\"flag\">"), 3);
    assert_int_equal(count_of(text, "<title>"), 3);
    check_words(text, "<text class=\"label flag-name\"",
                "your traffic | same cost");
    /* cut for a phone, whole elsewhere */
    check_words(text, "<text class=\"label flag-name fine\"",
                "your traffic: 1,000,000 a month");
    assert_int_equal(count_of(text, "flag-name coarse"), 1);
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(points_that_a_scale_cannot_hold_are_left_out),
        cmocka_unit_test(ticks_are_round_numbers_in_short_words),
        cmocka_unit_test(an_axis_from_zero_shows_zero),
        cmocka_unit_test(the_frontier_has_what_nothing_else_beats),
        cmocka_unit_test(the_frontier_steps_where_both_can_be_had),
        cmocka_unit_test(a_step_holds_to_the_end_unless_it_is_retired),
        cmocka_unit_test(lines_go_from_left_to_right),
        cmocka_unit_test(models_share_the_row_of_a_benchmark),
        cmocka_unit_test(what_is_left_of_too_many_rows_is_said),
        cmocka_unit_test(
            a_legend_stands_where_there_is_something_to_tell_apart),
        cmocka_unit_test(a_picture_is_one_image_unless_it_holds_links),
        cmocka_unit_test(labels_do_not_overlap),
        cmocka_unit_test(a_mark_is_a_line_or_a_ring_with_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
