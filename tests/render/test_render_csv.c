/* Tables as CSV: RFC 4180, and no cell that a spreadsheet would run. */
#include "render/render_check.h"
#include "render/render_sample.h"

static struct assay_document *one_table(struct assay_arena *arena,
                                        const char *text)
{
    struct assay_document *doc =
        assay_document_new(arena, ASSAY_STR("t"), ASSAY_STR(""));
    struct assay_section *section = assay_document_section(doc, "s", "S");
    const struct assay_column columns[] = {{.title = ASSAY_STR("name")},
                                           {.title = ASSAY_STR("value")}};
    struct assay_block *table = assay_section_table(doc, section, columns, 2);
    struct assay_cell *row = assay_table_row(doc, table);

    row[0].text = ASSAY_STR("n");
    row[1].text = assay_str_c(text);
    return doc;
}

static void the_pair_prints_as_reviewed(void **state)
{
    struct assay_arena arena = {0};
    const struct assay_render_options options = {0};

    check_fixture(printed(&arena, "csv", sample_pair(&arena), &options),
                  "pair.csv");
    assay_arena_free(&arena);
}

static void one_table_stands_alone(void **state)
{
    static const struct {
        const char *text, *field;
    } cases[] = {
        {"plain", "plain"},
        {"", ""},
        {"a,b", "\"a,b\""},
        {"say \"hi\"", "\"say \"\"hi\"\"\""},
        {"two\nlines", "\"two\nlines\""},
        {" edge ", "\" edge \""},
        {"=1+1", "'=1+1"},
        {"+cmd|x", "'+cmd|x"},
        {"-2+3", "'-2+3"},
        {"@SUM(A1)", "'@SUM(A1)"},
        {"\t=1", "'\t=1"},
        {"\r=1", "'\\u{0D}=1"},
        {"\n=1", "\"'\n=1\""},
        {" =1", "\"' =1\""},
        {"\uff1d1+1", "'\uff1d1+1"},
        {"=1,\"x\"", "\"'=1,\"\"x\"\"\""},
        {"-", "'-"},
        {"-5.2", "-5.2"},
        {"+3", "+3"},
        {"-1e-9", "-1e-9"},
        {"-12 %", "'-12 %"},
        {"-12%", "-12%"},
        {"-1,234.5", "\"-1,234.5\""},
        {"-1.", "'-1."},
        {"-1e", "'-1e"},
        {"4.6875e-09", "4.6875e-09"},
        {"\033[31m", "\\u{1B}[31m"},
        {"caf\u00e9 \u200d", "caf\u00e9 \u200d"},
    };
    struct assay_arena arena = {0};
    const struct assay_render_options options = {0};

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct assay_str wanted = assay_arena_printf(
            &arena, "name,value\r\nn,%s\r\n", cases[i].field);
        assert_string_equal(
            printed(&arena, "csv", one_table(&arena, cases[i].text), &options)
                .at,
            wanted.at);
    }
    assay_arena_free(&arena);
}

static void a_header_is_repeated_when_the_columns_change(void **state)
{
    struct assay_arena arena = {0};
    const struct assay_render_options options = {0};
    struct assay_document *doc = one_table(&arena, "1");
    static const struct {
        const char *section, *first, *second;
    } tables[] = {{"b", "name", "value"}, {"c", "x", "y"}};

    for (size_t i = 0; i < 2; i++) {
        struct assay_section *section =
            assay_document_section(doc, tables[i].section, "");
        const struct assay_column columns[] = {
            {.title = assay_str_c(tables[i].first)},
            {.title = assay_str_c(tables[i].second)}};
        struct assay_block *table =
            assay_section_table(doc, section, columns, 2);
        assay_table_row(doc, table)[1].note = ASSAY_STR("note");
        assay_table_row(doc, table)[1].state = ASSAY_FREE;
    }
    assert_string_equal(printed(&arena, "csv", doc, &options).at,
                        "section,name,value\r\n"
                        "s,n,1\r\n"
                        "b,,note\r\n"
                        "b,,free\r\n"
                        "\r\n"
                        "section,x,y\r\n"
                        "c,,note\r\n"
                        "c,,free\r\n");
    assay_arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_pair_prints_as_reviewed),
        cmocka_unit_test(one_table_stands_alone),
        cmocka_unit_test(a_header_is_repeated_when_the_columns_change),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
