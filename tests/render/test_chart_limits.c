/*
 * Pictures of too little, too much and hostile things: nothing given to them
 * breaks the page or makes it large.
 */
#include "render/chart_check.h"
#include "render/render_sample.h"

#include <math.h>

enum { MANY = 3000 };

static void a_chart_of_nothing_is_no_chart(void **state)
{
    const struct assay_point points[] = {
        {.x = NAN, .y = 1}, {.x = 1, .y = INFINITY}, {.x = -INFINITY, .y = 1}};
    struct assay_series series = {ASSAY_STR("a"), points, 3};
    struct assay_chart chart = chart_of(ASSAY_CHART_LINES, &series, 1);

    assert_null(drawn(&chart));
    const struct assay_point zeros[] = {{.x = 0, .y = 1}, {.x = 1, .y = -1}};
    series = (struct assay_series){ASSAY_STR("a"), zeros, 2};
    chart.x.scale = chart.y.scale = ASSAY_SCALE_LOG;
    assert_null(drawn(&chart));
    series.count = 0;
    assert_null(drawn(&chart));
    chart.series_count = 0;
    assert_null(drawn(&chart));
}

/* Values that are hard on scales, on every scale and in every kind. */
static void no_value_breaks_a_picture(void **state)
{
    static const double values[][4] = {
        {5, 5, 5, 5},
        {0, 0, 0, 0},
        {-3, -2, -7, -2},
        {-1, 1, -1, 1},
        {1e300, -1e300, 1, 0},
        {1e300, 1e300, 2e300, 1},
        {1e-300, 1e300, 1, 1e-5},
        {1, 1 + 1e-15, 1, 1},
        {1e-320, 5e-324, 0, 1},
        {1e15, 1e15 + 1, 1e15 + 2, 1e15},
        {NAN, 1, INFINITY, 2},
        {-7305, 84005, 0, 1e9},
        {20000, 20001, 20002, 20003},
        {0.1, 0.2, 0.30000001, 0.4},
        {99999, 100001, 100000, 100000.5},
        {1e-9, 2e-9, 3e-9, 4e-9},
    };
    size_t count = sizeof(values) / sizeof(values[0]), pictures = 0;

    for (size_t a = 0; a < count; a++)
        for (size_t b = 0; b < count; b++)
            for (int way = 0; way < 4 * 3 * 3 * 2; way++) {
                struct assay_point points[4];
                for (int i = 0; i < 4; i++)
                    points[i] = (struct assay_point){
                        .x = values[a][i],
                        .y = values[b][i],
                        .low = values[b][(i + 1) % 4],
                        .high = values[b][(i + 2) % 4],
                        .name = ASSAY_STR("GPT-4o"),
                    };
                struct assay_series series = {ASSAY_STR("a"), points, 4};
                const struct assay_point flags[] = {
                    {.x = values[b][0], .y = NAN, .name = ASSAY_STR("here")},
                    {.x = 1, .y = values[a][1], .name = ASSAY_STR("there")}};
                struct assay_chart chart =
                    chart_of((enum assay_chart_kind)(way % 4), &series, 1);
                chart.x.scale = (enum assay_scale)(way / 4 % 3);
                chart.y.scale = (enum assay_scale)(way / 12 % 3);
                chart.x.from_zero = chart.y.from_zero = way / 36;
                chart.better_x = 1;
                chart.better_y = -1;
                chart.marks = flags;
                chart.mark_count = 2;
                char *text = drawn(&chart);
                if (!text)
                    continue;
                check_markup(text);
                pictures++;
                free(text);
            }
    assert_true(pictures > 10000);
}

static void an_id_is_a_word_whatever_it_was(void **state)
{
    const struct assay_point point = {.x = 1, .y = 1};
    struct assay_series series = {ASSAY_STR("a"), &point, 1};
    struct assay_chart chart = chart_of(ASSAY_CHART_LINES, &series, 1);

    chart.id = ASSAY_STR("a b\"<c");
    chart.description = ASSAY_STR("");
    char *text = checked(&chart);
    assert_non_null(strstr(text, "aria-labelledby=\"a-b--c-title\""));
    assert_null(strstr(text, "<desc"));
    free(text);
}

static void no_text_becomes_markup(void **state)
{
    for (size_t i = 0; i < SAMPLE_HOSTILE; i++)
        for (int kind = 0; kind < 4; kind++) {
            struct assay_str bad = assay_str_c(sample_hostile[i]);
            const struct assay_point points[] = {
                {.x = 1, .y = 1, .name = bad, .text = bad, .link = bad},
                {.x = 2,
                 .y = 2,
                 .low = 1,
                 .high = 3,
                 .name = bad,
                 .text = bad}};
            struct assay_series series[] = {{bad, points, 2}, {bad, points, 2}};
            struct assay_chart chart =
                chart_of((enum assay_chart_kind)kind, series, 2);
            chart.id = chart.title = chart.description = bad;
            chart.x.title = chart.y.title = bad;
            chart.marks = points;
            chart.mark_count = 2;
            free(checked(&chart));
        }
}

static void long_texts_are_cut_between_characters(void **state)
{
    char name[400], text[4000];

    for (size_t i = 0; i < sizeof name; i += 2)
        memcpy(name + i, "\u00e9", 2);
    for (size_t i = 0; i + 4 <= sizeof text; i += 4)
        memcpy(text + i, "\U0001f600", 4);
    const struct assay_point points[] = {{.x = 1,
                                          .y = 1,
                                          .name = {name, sizeof name},
                                          .text = {text, sizeof text}},
                                         {.x = 2, .y = 2}};
    struct assay_series series[] = {{{name, sizeof name}, points, 2},
                                    {{text, sizeof text}, points, 1}};
    for (int kind = 0; kind < 4; kind++) {
        struct assay_chart chart =
            chart_of((enum assay_chart_kind)kind, series, 2);
        chart.title = chart.description = (struct assay_str){text, sizeof text};
        chart.marks = points;
        chart.mark_count = 1;
        char *svg = checked(&chart);
        assert_non_null(strstr(svg, "\u00e9\u2026<"));
        assert_non_null(strstr(svg, "\U0001f600\u2026<"));
        free(svg);
    }
}

/* In each kind, with and without names and links. */
static void thousands_of_points_make_a_small_picture(void **state)
{
    static const size_t counts[] = {399, 401, MANY, 8 * MANY};
    struct assay_point *points = calloc(8 * MANY, sizeof(*points));
    struct assay_series series[ASSAY_CHART_SERIES_MAX];
    uint32_t seed = 88172645;

    assert_non_null(points);
    for (int way = 0; way < 4 * 4 * 2 * 3; way++) {
        size_t count = counts[way / 4 % 4];
        size_t all = way / 16 % 2 ? ASSAY_CHART_SERIES_MAX : 1;
        for (size_t i = 0; i < count; i++)
            points[i] = (struct assay_point){
                .x = (double)i,
                .y = random_part(&seed),
                .text = ASSAY_STR("$4.38 per 1M tokens of a blend 3:1"),
                .name = way / 32 == 0   ? ASSAY_STR("")
                        : way / 32 == 1 ? ASSAY_STR("Mistral Large 2")
                                        : assay_str_c(sample_hostile[i % 9]),
                .link = way / 32 == 1 ? ASSAY_STR("/model/mistral/large-2")
                                      : ASSAY_STR(""),
            };
        for (size_t i = 0; i < all; i++)
            series[i] = (struct assay_series){
                ASSAY_STR("models"), points + count / all * i, count / all};
        struct assay_chart chart =
            chart_of((enum assay_chart_kind)(way % 4), series, all);
        chart.better_x = chart.better_y = -1;
        free(checked(&chart));
    }
    free(points);
}

static void many_points_without_a_name_become_dots(void **state)
{
    struct assay_point *points = calloc(MANY, sizeof(*points));
    struct assay_series series = {ASSAY_STR("models"), points, 400};
    struct assay_chart chart = chart_of(ASSAY_CHART_POINTS, &series, 1);
    uint32_t seed = 7;

    assert_non_null(points);
    for (size_t i = 0; i < MANY; i++)
        points[i] = (struct assay_point){.x = random_part(&seed),
                                         .y = random_part(&seed)};
    points[5].name = ASSAY_STR("GPT-4o");
    char *text = checked(&chart);
    assert_int_equal(count_of(text, "class=\"mark\""), 400);
    free(text);
    series.count = MANY;
    text = checked(&chart);
    assert_int_equal(count_of(text, "class=\"mark\""), 1);
    assert_int_equal(count_of(text, "class=\"dots series-1\""), 1);
    assert_true(count_of(text, "h0") > MANY * 9 / 10);
    free(text);
    free(points);
}

/* A spike of one point in thousands, up or down, is still to be seen. */
static void a_long_line_keeps_its_extremes(void **state)
{
    struct assay_point *points = calloc(8 * MANY, sizeof(*points));
    struct assay_series series = {ASSAY_STR("a"), points, 8 * MANY};
    struct assay_chart chart = chart_of(ASSAY_CHART_LINES, &series, 1);

    assert_non_null(points);
    for (size_t i = 0; i < 8 * MANY; i++)
        points[i] = (struct assay_point){.x = (double)i, .y = 1};
    points[12345].y = 100;
    points[12346].y = -100;
    char *text = checked(&chart);
    char *at = strstr(text, "class=\"line\" d=\"M");
    double top = 1000, bottom = 0;

    assert_non_null(at);
    for (at += strlen("class=\"line\" d=\""); *at != '"';) {
        (void)strtod(at + 1, &at);
        double y = strtod(at, &at);
        top = y < top ? y : top;
        bottom = y > bottom ? y : bottom;
    }
    /* places grow downward; the ends of the axis are beyond both */
    assert_true(bottom - top > 290);
    free(text);
    free(points);
}

static void the_same_chart_is_the_same_bytes(void **state)
{
    struct assay_point points[40];
    uint32_t seed = 5;

    for (int i = 0; i < 40; i++)
        points[i] = (struct assay_point){.x = random_part(&seed),
                                         .y = random_part(&seed),
                                         .name = ASSAY_STR("GPT-4o")};
    struct assay_series series = {ASSAY_STR("a"), points, 40};
    for (int kind = 0; kind < 4; kind++) {
        struct assay_chart chart =
            chart_of((enum assay_chart_kind)kind, &series, 1);
        char *one = checked(&chart), *other = checked(&chart);
        assert_string_equal(one, other);
        free(one);
        free(other);
    }
}

static void a_full_buffer_is_said_and_no_more(void **state)
{
    const struct assay_point point = {.x = 1, .y = 1};
    struct assay_series series = {ASSAY_STR("a"), &point, 1};
    struct assay_chart chart = chart_of(ASSAY_CHART_LINES, &series, 1);
    struct assay_buf out;

    assay_buf_init(&out, 100);
    assert_true(assay_chart_svg(&out, &chart));
    assert_true(out.failed);
    assay_buf_release(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_chart_of_nothing_is_no_chart),
        cmocka_unit_test(no_value_breaks_a_picture),
        cmocka_unit_test(an_id_is_a_word_whatever_it_was),
        cmocka_unit_test(no_text_becomes_markup),
        cmocka_unit_test(long_texts_are_cut_between_characters),
        cmocka_unit_test(thousands_of_points_make_a_small_picture),
        cmocka_unit_test(many_points_without_a_name_become_dots),
        cmocka_unit_test(a_long_line_keeps_its_extremes),
        cmocka_unit_test(the_same_chart_is_the_same_bytes),
        cmocka_unit_test(a_full_buffer_is_said_and_no_more),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
