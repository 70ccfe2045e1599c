/* A document as Markdown: layout, and that hostile text stays text. */
#include "render/render_check.h"
#include "render/render_sample.h"

static void the_pair_prints_as_reviewed(void **state)
{
    struct assay_arena arena = {0};
    const struct assay_render_options options = {0};

    check_fixture(printed(&arena, "markdown", sample_pair(&arena), &options),
                  "pair.md");
    assay_arena_free(&arena);
}

/* "|" that no backslash stands before. */
static size_t count_bars(struct assay_str line)
{
    size_t bars = 0;

    for (size_t i = 0; i < line.len; i++) {
        if (line.at[i] == '\\')
            i++;
        else
            bars += line.at[i] == '|';
    }
    return bars;
}

static void hostile_text_stays_in_its_cell(void **state)
{
    struct assay_arena arena = {0};
    const struct assay_render_options options = {0};

    for (size_t i = 0; i < SAMPLE_HOSTILE; i++) {
        struct assay_document *doc =
            sample_of(&arena, assay_str_c(sample_hostile[i]));
        struct assay_str text = printed(&arena, "markdown", doc, &options);
        struct assay_str line;
        size_t rows = 0;

        assert_true(assay_utf8_valid(text));
        while (assay_str_cut(text, '\n', &line, &text)) {
            if (!assay_str_starts(line, "| "))
                continue;
            rows++;
            if (count_bars(line) != 4)
                fail_msg("%s: %.*s", sample_hostile[i], ASSAY_STR_ARG(line));
        }
        assert_int_equal(rows, 2 * (2 + 5));
        assay_arena_free(&arena);
    }
}

static void a_command_cannot_end_its_fence(void **state)
{
    struct assay_arena arena = {0};
    const struct assay_render_options options = {0};
    struct assay_document *doc =
        assay_document_new(&arena, ASSAY_STR("t"), ASSAY_STR(""));
    struct assay_section *section = assay_document_section(doc, "s", "");

    assay_section_say(doc, section, ASSAY_BLOCK_COMMAND,
                      ASSAY_STR("echo ```` \n# x"));
    assert_string_equal(printed(&arena, "markdown", doc, &options).at,
                        "# t\n\n`````\necho ```` \\u{0A}# x\n`````\n");
    assay_arena_free(&arena);
}

static void only_web_addresses_are_linked(void **state)
{
    struct assay_arena arena = {0};
    const struct assay_render_options options = {0};
    struct assay_document *doc =
        assay_document_new(&arena, ASSAY_STR("t"), ASSAY_STR(""));
    const struct assay_doc_claim claim = {0};
    static const char *const urls[] = {"javascript:alert(1)",
                                       "https://x.example/a|b>c&d", "/model/x"};

    for (size_t i = 0; i < 3; i++) {
        const struct assay_doc_source source = {.id = assay_str_c(urls[i]),
                                                .title = ASSAY_STR("T"),
                                                .url = assay_str_c(urls[i]),
                                                .kind = ASSAY_STR("user")};
        assay_document_claim(doc, &claim, &source);
    }
    assert_string_equal(printed(&arena, "markdown", doc, &options).at,
                        "# t\n\n## Sources\n\n"
                        "1. T, user\n"
                        "2. [T](<https://x.example/a%7Cb%3Ec&amp;d>), user\n"
                        "3. T, user\n");
    assay_arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_pair_prints_as_reviewed),
        cmocka_unit_test(hostile_text_stays_in_its_cell),
        cmocka_unit_test(a_command_cannot_end_its_fence),
        cmocka_unit_test(only_web_addresses_are_linked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
