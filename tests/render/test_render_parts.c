/*
 * A page in parts is the page that would have been made at once; pictures are
 * shown where they can be, and named elsewhere.
 */
#include "render/render_check.h"

#include "assay/document.h"

static struct assay_document *empty(struct assay_arena *arena)
{
    return assay_document_new(arena, ASSAY_STR("Run 7f3a"),
                              ASSAY_STR("2026-11-20"));
}

static void add(struct assay_document *doc, const char *id, const char *title)
{
    static const struct assay_column columns[] = {{.title = {"answer", 6}},
                                                  {.title = {"a", 1}}};
    struct assay_section *section = assay_document_section(doc, id, title);

    assay_section_say(doc, section, ASSAY_BLOCK_PARAGRAPH,
                      ASSAY_STR("said of it"));
    struct assay_cell *cells =
        assay_table_row(doc, assay_section_table(doc, section, columns, 2));
    cells[0].text = ASSAY_STR("marked");
    cells[1].text = ASSAY_STR("passed");
    cells[0].state = cells[1].state = ASSAY_KNOWN;
}

static struct assay_str in_parts(struct assay_arena *arena, const char *format)
{
    static const char *const ids[] = {"one", "two", "three"};
    struct assay_str text = ASSAY_STR("");

    for (size_t i = 0; i < 3; i++) {
        struct assay_document *doc = empty(arena);
        const struct assay_render_options options = {
            .part = i == 0   ? ASSAY_RENDER_FIRST
                    : i == 2 ? ASSAY_RENDER_LAST
                             : ASSAY_RENDER_NEXT};
        add(doc, ids[i], ids[i]);
        struct assay_str part = printed(arena, format, doc, &options);
        text = assay_arena_printf(arena, "%.*s%.*s", ASSAY_STR_ARG(text),
                                  ASSAY_STR_ARG(part));
    }
    return text;
}

static void parts_are_the_page_at_once(void **state)
{
    static const char *const formats[] = {"text", "markdown", "html"};
    const struct assay_render_options whole = {0};
    struct assay_arena arena = {0};
    struct assay_document *doc = empty(&arena);

    add(doc, "one", "one");
    add(doc, "two", "two");
    add(doc, "three", "three");
    /* a policy that lets pictures in, as that of a page in parts does */
    assay_section_say(doc, doc->last, ASSAY_BLOCK_PICTURE, ASSAY_STR("x"));
    for (size_t i = 0; i < 3; i++) {
        struct assay_str once = printed(&arena, formats[i], doc, &whole);
        struct assay_str parts = in_parts(&arena, formats[i]);
        /* less what stands there for the picture */
        static const char *const picture[] = {"\n  x\n", "\nx\n", "<p>x</p>\n"};
        const char *at = strstr(once.at, picture[i]);
        assert_non_null(at);
        size_t before = (size_t)(at - once.at), len = strlen(picture[i]);
        assert_int_equal(parts.len, once.len - len);
        assert_memory_equal(parts.at, once.at, before);
        assert_memory_equal(parts.at + before, at + len, parts.len - before);
    }
    assay_arena_free(&arena);
}

static struct assay_str with_picture(struct assay_arena *arena,
                                     const char *format, const char *type,
                                     const char *base64)
{
    const struct assay_render_options whole = {0};
    struct assay_document *doc = empty(arena);
    struct assay_block *block =
        assay_section_say(doc, assay_document_section(doc, "one", ""),
                          ASSAY_BLOCK_PICTURE, ASSAY_STR("[picture, \"red\"]"));

    block->link = assay_document_picture_link(arena, assay_str_c(type),
                                              assay_str_c(base64));
    return printed(arena, format, doc, &whole);
}

static void a_picture_is_shown_in_html_and_named_elsewhere(void **state)
{
    struct assay_arena arena = {0};
    struct assay_str page =
        with_picture(&arena, "html", "image/png", "iVBORw0K+/==");

    assert_true(assay_str_contains(
        page, "alt=\"[picture, &quot;red&quot;]\" "
              "src=\"data:image/png;base64,iVBORw0K+/==\">"));
    assert_true(assay_str_contains(page, "img-src data:;"));
    page = with_picture(&arena, "text", "image/png", "iVBORw0K");
    assert_true(assay_str_contains(page, "[picture, \"red\"]"));
    assert_false(assay_str_contains(page, "iVBOR"));
    page = with_picture(&arena, "markdown", "image/png", "iVBORw0K");
    assert_false(assay_str_contains(page, "iVBOR"));
    assay_arena_free(&arena);
}

static void what_is_no_picture_is_never_one(void **state)
{
    static const struct {
        const char *type, *base64;
    } no[] = {
        {"image/svg+xml", "PHN2Zz4="},
        {"text/html", "PHNjcmlwdD4="},
        {"image/png\" onerror=\"alert(1)", "AAAA"},
        {"image/png", "AA\" onerror=\"alert(1)"},
        {"image/png", "AA AA"},
        {"image/png", ""},
        {"IMAGE/PNG", "AAAA"},
        {"", "AAAA"},
    };
    struct assay_arena arena = {0};

    for (size_t i = 0; i < sizeof no / sizeof no[0]; i++) {
        struct assay_str page =
            with_picture(&arena, "html", no[i].type, no[i].base64);
        assert_false(assay_str_contains(page, "<img"));
        assert_false(assay_str_contains(page, "onerror"));
        assert_true(assay_str_contains(page, "[picture, &quot;red&quot;]"));
    }
    assay_arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(parts_are_the_page_at_once),
        cmocka_unit_test(a_picture_is_shown_in_html_and_named_elsewhere),
        cmocka_unit_test(what_is_no_picture_is_never_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
