/* A document as JSON: its data, as it stands. */
#include "render/render_check.h"
#include "render/render_sample.h"

static void the_data_is_written_indented(void **state)
{
    struct assay_arena arena = {0};
    const struct assay_render_options options = {0};
    struct assay_document *doc =
        assay_document_new(&arena, ASSAY_STR("t"), ASSAY_STR(""));

    doc->data = assay_json_object(&arena);
    assay_json_set_c(&arena, doc->data, "format", "assay-decision/1");
    assay_json_set_uint(&arena, doc->data, "n", 2);
    assert_string_equal(printed(&arena, "json", doc, &options).at,
                        "{\n"
                        "  \"format\": \"assay-decision/1\",\n"
                        "  \"n\": 2\n"
                        "}\n");
    assay_arena_free(&arena);
}

static void a_document_without_data_is_null(void **state)
{
    struct assay_arena arena = {0};
    const struct assay_render_options options = {0};
    struct assay_document *doc =
        assay_document_new(&arena, ASSAY_STR("t"), ASSAY_STR(""));

    assert_string_equal(printed(&arena, "json", doc, &options).at, "null\n");
    assay_arena_free(&arena);
}

static void what_is_written_can_be_read(void **state)
{
    struct assay_arena arena = {0};
    const struct assay_render_options options = {0};
    struct assay_error err = {0};
    struct assay_document *doc = sample_pair(&arena);
    struct assay_json *read = assay_json_parse(
        &arena, printed(&arena, "json", doc, &options), NULL, &err);

    assert_non_null(read);
    assert_true(assay_json_equal(read, doc->data));
    assay_arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_data_is_written_indented),
        cmocka_unit_test(a_document_without_data_is_null),
        cmocka_unit_test(what_is_written_can_be_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
