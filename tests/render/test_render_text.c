/* A document on a terminal: layout, narrow and wide, marks, hostile text. */
#include "render/render_check.h"
#include "render/render_sample.h"

static void check_lines(struct assay_str text, size_t width)
{
    struct assay_str line;

    while (assay_str_cut(text, '\n', &line, &text)) {
        if (assay_tty_width(line) > width &&
            assay_str_find(assay_str_trim(line), ' ') < line.len)
            fail_msg("wider than %zu: %.*s", width, ASSAY_STR_ARG(line));
        if (line.len && line.at[line.len - 1] == ' ')
            fail_msg("space at the end: \"%.*s\"", ASSAY_STR_ARG(line));
    }
    assert_int_equal(text.len, 0);
}

static void the_pair_prints_as_reviewed(void **state)
{
    static const struct {
        unsigned width;
        const char *fixture;
    } cases[] = {
        {80, "pair_80.txt"}, {160, "pair_160.txt"}, {40, "pair_40.txt"}};
    struct assay_arena arena = {0};

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const struct assay_render_options options = {.width = cases[i].width};
        check_fixture(printed(&arena, "text", sample_pair(&arena), &options),
                      cases[i].fixture);
    }
    assay_arena_free(&arena);
}

static void eight_models_come_in_parts_that_repeat_the_labels(void **state)
{
    struct assay_arena arena = {0};
    const struct assay_render_options narrow = {.width = 80};
    const struct assay_render_options wide = {.width = 160};
    struct assay_document *doc = sample_eight(&arena);

    check_fixture(printed(&arena, "text", doc, &narrow), "eight_80.txt");
    check_fixture(printed(&arena, "text", doc, &wide), "eight_160.txt");
    assay_arena_free(&arena);
}

static void every_width_is_kept(void **state)
{
    struct assay_arena arena = {0};

    for (unsigned width = 40; width <= 400; width += width < 130 ? 1 : 27) {
        const struct assay_render_options options = {.width = width};
        check_lines(printed(&arena, "text", sample_pair(&arena), &options),
                    width);
        check_lines(printed(&arena, "text", sample_eight(&arena), &options),
                    width);
        assay_arena_free(&arena);
    }
}

static void widths_outside_the_range_are_brought_into_it(void **state)
{
    static const unsigned cases[][2] = {
        {0, 80}, {1, 40}, {39, 40}, {9999, 400}};
    struct assay_arena arena = {0};

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const struct assay_render_options a = {.width = cases[i][0]};
        const struct assay_render_options b = {.width = cases[i][1]};
        struct assay_document *doc = sample_pair(&arena);
        assert_string_equal(printed(&arena, "text", doc, &a).at,
                            printed(&arena, "text", doc, &b).at);
    }
    assay_arena_free(&arena);
}

/* The text without "ESC [ … m"; any other escape fails. */
static struct assay_str without_colour(struct assay_arena *arena,
                                       struct assay_str text)
{
    struct assay_buf out;

    assay_buf_init(&out, text.len + 1);
    for (size_t i = 0; i < text.len; i++) {
        if (text.at[i] != '\033') {
            assay_buf_add_char(&out, text.at[i]);
            continue;
        }
        assert_int_equal(text.at[++i], '[');
        do
            i++;
        while ((text.at[i] >= '0' && text.at[i] <= '9') || text.at[i] == ';');
        assert_int_equal(text.at[i], 'm');
    }
    struct assay_str plain = assay_arena_copy(arena, assay_buf_str(&out));
    assay_buf_release(&out);
    return plain;
}

static void colour_adds_nothing_but_colour(void **state)
{
    struct assay_arena arena = {0};
    const struct assay_render_options plain = {.width = 80};
    const struct assay_render_options colour = {.width = 80, .colour = true};
    struct assay_document *doc = sample_pair(&arena);
    struct assay_str text = printed(&arena, "text", doc, &colour);

    assert_string_equal(without_colour(&arena, text).at,
                        printed(&arena, "text", doc, &plain).at);
    assert_true(assay_str_contains(text, "\033[1m128,000 *\033[0m"));
    assert_true(assay_str_contains(text, "\033[33mretired 2024-12-06\033[0m"));
    assert_true(assay_str_contains(text, "\033[1;33m!\033[0m"));
    assert_true(assay_str_contains(text, "\033[2munknown"));
    /* each line ends in the plain state */
    for (struct assay_str line; assay_str_cut(text, '\n', &line, &text);) {
        struct assay_str before, last = ASSAY_STR("0m");
        if (assay_str_cut_last(line, '[', &before, &last) && before.len &&
            before.at[before.len - 1] == '\033')
            assert_true(assay_str_starts(last, "0m"));
    }
    assay_arena_free(&arena);
}

static void ascii_prints_ascii(void **state)
{
    struct assay_arena arena = {0};
    const struct assay_render_options options = {.ascii = true};
    struct assay_str text =
        printed(&arena, "text", sample_pair(&arena), &options);

    for (size_t i = 0; i < text.len; i++)
        assert_true((unsigned char)text.at[i] < 0x80);
    assert_true(assay_str_contains(text, "\n  - it must run"));
    assay_arena_free(&arena);
}

static void columns_that_give_way_go_first_and_are_named(void **state)
{
    struct assay_arena arena = {0};
    const struct assay_render_options narrow = {.width = 80};
    const struct assay_render_options wide = {.width = 100};
    struct assay_str text =
        printed(&arena, "text", sample_pair(&arena), &narrow);

    assert_true(assay_str_contains(text, "cached input\n"));
    assert_true(assay_str_contains(text, "  not shown at this width: tier\n"));
    assert_false(assay_str_contains(text, "standard"));
    text = printed(&arena, "text", sample_pair(&arena), &wide);
    assert_true(assay_str_contains(text, "standard"));
    assert_false(assay_str_contains(text, "not shown"));
    assay_arena_free(&arena);
}

static void tables_with_the_same_columns_stand_in_line(void **state)
{
    struct assay_arena arena = {0};
    const struct assay_render_options options = {.width = 80};
    const struct assay_column columns[] = {{.title = ASSAY_STR("")},
                                           {.title = ASSAY_STR("A")},
                                           {.title = ASSAY_STR("B")}};
    struct assay_document *doc =
        assay_document_new(&arena, ASSAY_STR("t"), ASSAY_STR(""));

    for (int i = 0; i < 2; i++) {
        struct assay_section *section = assay_document_section(doc, "s", "");
        struct assay_block *table =
            assay_section_table(doc, section, columns, 3);
        struct assay_cell *row = assay_table_row(doc, table);
        row[0].text = i ? ASSAY_STR("a longer label") : ASSAY_STR("x");
        row[1].text = i ? ASSAY_STR("1") : ASSAY_STR("a wider value");
        row[2].text = ASSAY_STR("2");
    }
    assert_string_equal(printed(&arena, "text", doc, &options).at,
                        "t\n"
                        "\n"
                        "                A              B\n"
                        "x               a wider value  2\n"
                        "\n"
                        "                A              B\n"
                        "a longer label  1              2\n");
    assay_arena_free(&arena);
}

static void numbers_to_the_right_stand_below_each_other(void **state)
{
    struct assay_arena arena = {0};
    const struct assay_render_options options = {.width = 80};
    const struct assay_column columns[] = {
        {.title = ASSAY_STR("route")},
        {.title = ASSAY_STR("USD"), .align = ASSAY_RIGHT}};
    struct sample s = {
        .doc = assay_document_new(&arena, ASSAY_STR("t"), ASSAY_STR(""))};
    struct assay_section *section = assay_document_section(s.doc, "s", "");
    struct assay_block *table = assay_section_table(s.doc, section, columns, 2);

    sample_claims(&s);
    s.doc->source_count = 0; /* not of interest here */
    const struct sample_cell cells[] = {
        {"0.02", "", 0, ASSAY_KNOWN, 0, -1},
        {"15,500", "", ASSAY_CELL_CONFLICT, ASSAY_KNOWN, 0, 1},
        {"7", "", 0, ASSAY_KNOWN, -1, -1}};
    for (size_t i = 0; i < 3; i++)
        sample_row(&s, table, "r", &cells[i], 1);
    assert_string_equal(printed(&arena, "text", s.doc, &options).at,
                        "t\n"
                        "\n"
                        "route     USD\n"
                        "r        0.02 [1]\n"
                        "r      15,500 [1,2] !\n"
                        "r           7\n"
                        "\n"
                        "! sources disagree\n");
    assay_arena_free(&arena);
}

static void a_long_command_is_continued_the_way_a_shell_reads(void **state)
{
    struct assay_arena arena = {0};
    const struct assay_render_options options = {.width = 40};
    struct assay_document *doc =
        assay_document_new(&arena, ASSAY_STR("t"), ASSAY_STR(""));
    struct assay_section *section = assay_document_section(doc, "s", "");

    assay_section_say(doc, section, ASSAY_BLOCK_COMMAND,
                      ASSAY_STR("assay find 'context>=100k price.output<5 x' "
                                "--traffic requests=1M,input=800"));
    assert_string_equal(printed(&arena, "text", doc, &options).at,
                        "t\n"
                        "\n"
                        "  assay find \\\n"
                        "    'context>=100k price.output<5 x' \\\n"
                        "    --traffic requests=1M,input=800\n");
    assay_arena_free(&arena);
}

static void an_empty_document_is_its_title(void **state)
{
    struct assay_arena arena = {0};
    const struct assay_render_options options = {0};
    struct assay_document *doc =
        assay_document_new(&arena, ASSAY_STR("Nothing"), ASSAY_STR(""));

    assert_string_equal(printed(&arena, "text", doc, &options).at, "Nothing\n");
    assay_arena_free(&arena);
}

static void hostile_text_moves_no_cursor(void **state)
{
    struct assay_arena arena = {0};

    for (size_t i = 0; i < SAMPLE_HOSTILE; i++) {
        for (unsigned width = 40; width <= 200; width += 20) {
            const struct assay_render_options plain = {.width = width};
            const struct assay_render_options colour = {.width = width,
                                                        .colour = true};
            struct assay_document *doc =
                sample_of(&arena, assay_str_c(sample_hostile[i]));
            struct assay_str text = printed(&arena, "text", doc, &plain);

            for (size_t k = 0; k < text.len; k++)
                if (text.at[k] != '\n' &&
                    ((unsigned char)text.at[k] < ' ' || text.at[k] == '\x7f'))
                    fail_msg("%s: byte %02x", sample_hostile[i],
                             (unsigned char)text.at[k]);
            assert_true(assay_utf8_valid(text));
            assert_string_equal(
                without_colour(&arena, printed(&arena, "text", doc, &colour))
                    .at,
                text.at);
            assay_arena_free(&arena);
        }
    }
}

static void the_same_document_gives_the_same_bytes(void **state)
{
    struct assay_arena arena = {0};

    for (size_t i = 0; i < assay_render_format_count; i++) {
        const struct assay_render_options options = {.colour = true};
        const char *name = assay_render_formats[i].name;
        struct assay_str a =
            printed(&arena, name, sample_pair(&arena), &options);
        struct assay_str b =
            printed(&arena, name, sample_pair(&arena), &options);

        assert_true(a.len > 100);
        assert_true(assay_str_equal(a, b));
        check_limit(name, sample_pair(&arena));
    }
    assert_null(assay_render_format(ASSAY_STR("pdf")));
    assay_arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_pair_prints_as_reviewed),
        cmocka_unit_test(eight_models_come_in_parts_that_repeat_the_labels),
        cmocka_unit_test(every_width_is_kept),
        cmocka_unit_test(widths_outside_the_range_are_brought_into_it),
        cmocka_unit_test(colour_adds_nothing_but_colour),
        cmocka_unit_test(ascii_prints_ascii),
        cmocka_unit_test(columns_that_give_way_go_first_and_are_named),
        cmocka_unit_test(tables_with_the_same_columns_stand_in_line),
        cmocka_unit_test(numbers_to_the_right_stand_below_each_other),
        cmocka_unit_test(a_long_command_is_continued_the_way_a_shell_reads),
        cmocka_unit_test(an_empty_document_is_its_title),
        cmocka_unit_test(hostile_text_moves_no_cursor),
        cmocka_unit_test(the_same_document_gives_the_same_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
