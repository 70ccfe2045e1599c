/* Documents: claims and sources are numbered in order of first use, once. */
#include "assay/document.h"
#include "support/support.h"

#include <stdio.h>
#include <string.h>

static const struct assay_doc_source vendor = {.id = {"vendor", 6},
                                               .title = {"Vendor docs", 11},
                                               .url = {"https://v.example", 17},
                                               .kind = {"primary", 7},
                                               .read = {2026, 8, 21}};
static const struct assay_doc_source site = {.id = {"site", 4},
                                             .title = {"A site", 6},
                                             .url = {"https://s.example", 17},
                                             .kind = {"secondary", 9}};

static struct assay_document *new_document(struct assay_arena *arena)
{
    return assay_document_new(arena, ASSAY_STR("title"), ASSAY_STR("aside"));
}

static void sources_and_claims_are_numbered_in_order_of_first_use(void **state)
{
    struct assay_arena arena = {0};
    struct assay_document *doc = new_document(&arena);
    const struct assay_doc_claim plain = {.fact = ASSAY_STR("price")};

    const struct assay_doc_claim *a = assay_document_claim(doc, &plain, &site);
    const struct assay_doc_claim *b =
        assay_document_claim(doc, &plain, &vendor);
    const struct assay_doc_claim *c = assay_document_claim(doc, &plain, &site);

    assert_true(assay_str_is(a->id, "c1"));
    assert_true(assay_str_is(b->id, "c2"));
    assert_true(assay_str_is(c->id, "c3"));
    assert_int_equal(a->source->number, 1);
    assert_int_equal(b->source->number, 2);
    assert_ptr_equal(a->source, c->source);
    assert_int_equal(doc->source_count, 2);
    assert_int_equal(doc->claim_count, 3);
    assert_ptr_equal(doc->sources[1], b->source);
    assert_ptr_equal(doc->first_claim->next->next, c);
    assay_arena_free(&arena);
}

static void a_claim_made_twice_from_the_same_origin_is_one(void **state)
{
    enum { MANY = 3000 };
    struct assay_arena arena = {0};
    struct assay_document *doc = new_document(&arena);
    static char origins[MANY];

    for (int round = 0; round < 2; round++) {
        for (size_t i = 0; i < MANY; i++) {
            const struct assay_doc_claim claim = {.origin = &origins[i]};
            char id[16];
            snprintf(id, sizeof id, "c%zu", i + 1);
            const struct assay_doc_claim *made =
                assay_document_claim(doc, &claim, &site);
            assert_string_equal(made->id.at, id);
            assert_ptr_equal(made->origin, &origins[i]);
        }
    }
    assert_int_equal(doc->claim_count, MANY);
    assay_arena_free(&arena);
}

static void texts_are_copied_into_the_document(void **state)
{
    struct assay_arena arena = {0};
    char text[] = "changes";
    const struct assay_str borrowed = {text, 7};
    struct assay_document *doc = assay_document_new(&arena, borrowed, borrowed);
    const struct assay_doc_source source = {.id = borrowed, .title = borrowed};
    const struct assay_doc_claim *claim = assay_document_claim(
        doc, &(struct assay_doc_claim){.value = borrowed}, &source);
    struct assay_section *section = assay_document_section(doc, text, text);
    struct assay_block *said =
        assay_section_say(doc, section, ASSAY_BLOCK_PARAGRAPH, borrowed);
    const struct assay_column column = {.title = borrowed};
    struct assay_block *table = assay_section_table(doc, section, &column, 1);

    memset(text, 'x', 7);
    assert_true(assay_str_is(doc->title, "changes"));
    assert_true(assay_str_is(doc->aside, "changes"));
    assert_true(assay_str_is(claim->value, "changes"));
    assert_true(assay_str_is(claim->source->title, "changes"));
    assert_true(assay_str_is(section->id, "changes"));
    assert_true(assay_str_is(section->title, "changes"));
    assert_true(assay_str_is(said->text, "changes"));
    assert_true(assay_str_is(table->columns[0].title, "changes"));
    assay_arena_free(&arena);
}

static void a_reference_is_listed_once_and_copies_grow_apart(void **state)
{
    struct assay_arena arena = {0};
    struct assay_document *doc = new_document(&arena);
    const struct assay_doc_claim plain = {.fact = ASSAY_STR("price")};
    const struct assay_doc_claim *a = assay_document_claim(doc, &plain, &site);
    const struct assay_doc_claim *b = assay_document_claim(doc, &plain, &site);
    const struct assay_doc_claim *c = assay_document_claim(doc, &plain, &site);
    struct assay_refs first = {0};

    assay_refs_add(&arena, &first, a);
    assay_refs_add(&arena, &first, a);
    assert_int_equal(first.count, 1);

    struct assay_refs second = first;
    assay_refs_add(&arena, &first, b);
    assay_refs_add(&arena, &second, c);
    assert_int_equal(first.count, 2);
    assert_ptr_equal(first.claims[1], b);
    assert_ptr_equal(second.claims[0], a);
    assert_ptr_equal(second.claims[1], c);
    assay_arena_free(&arena);
}

static void sections_blocks_and_rows_keep_their_order(void **state)
{
    struct assay_arena arena = {0};
    struct assay_document *doc = new_document(&arena);
    struct assay_section *one = assay_document_section(doc, "one", "One");
    struct assay_section *two = assay_document_section(doc, "two", "");
    const struct assay_column columns[] = {
        {.title = ASSAY_STR("model")},
        {.title = ASSAY_STR("price"), .align = ASSAY_RIGHT, .give_way = 2}};

    struct assay_block *said =
        assay_section_say(doc, one, ASSAY_BLOCK_ITEM, ASSAY_STR("said"));
    struct assay_block *table = assay_section_table(doc, one, columns, 2);
    struct assay_cell *first = assay_table_row(doc, table);
    struct assay_cell *second = assay_table_row(doc, table);

    assert_ptr_equal(doc->first, one);
    assert_ptr_equal(doc->last, two);
    assert_ptr_equal(one->first, said);
    assert_ptr_equal(one->last, table);
    assert_null(two->first);
    assert_int_equal(table->row_count, 2);
    assert_ptr_equal(table->first_row->cells, first);
    assert_ptr_equal(table->last_row->cells, second);
    assert_int_equal(table->columns[1].align, ASSAY_RIGHT);
    assert_int_equal(table->columns[1].give_way, 2);
    assert_int_equal(first[1].text.len, 0);
    assert_int_equal(first[1].state, ASSAY_UNKNOWN);
    assay_arena_free(&arena);
}

static void claims_as_json_are_the_contract(void **state)
{
    struct assay_arena arena = {0};
    struct assay_document *doc = new_document(&arena);
    struct assay_buf out;
    const struct assay_doc_claim dated = {
        .subject = ASSAY_STR("google/gemma-2-2b"),
        .subject_kind = ASSAY_STR("model"),
        .fact = ASSAY_STR("context_tokens"),
        .value = ASSAY_STR("8192"),
        .url = ASSAY_STR("https://v.example/card"),
        .read = {2026, 11, 22},
    };
    const struct assay_doc_claim bare = {.fact = ASSAY_STR("license")};

    assay_document_claim(doc, &dated, &vendor);
    assay_document_claim(doc, &bare, &site);
    assay_buf_init(&out, 4096);
    assay_json_write(&out, assay_document_claims_json(doc),
                     (struct assay_json_style){0});
    assert_string_equal(
        out.at,
        "{\"c1\":{\"subject\":\"google/gemma-2-2b\",\"subject_kind\":\"model\","
        "\"fact\":\"context_tokens\",\"value\":\"8192\",\"source\":\"vendor\","
        "\"url\":\"https://v.example/card\",\"retrieved\":\"2026-11-22\","
        "\"kind\":\"primary\"},"
        "\"c2\":{\"subject\":\"\",\"subject_kind\":\"\",\"fact\":\"license\","
        "\"value\":\"\",\"source\":\"site\",\"url\":\"https://s.example\","
        "\"retrieved\":null,\"kind\":\"secondary\"}}");
    assay_buf_release(&out);
    assay_arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sources_and_claims_are_numbered_in_order_of_first_use),
        cmocka_unit_test(a_claim_made_twice_from_the_same_origin_is_one),
        cmocka_unit_test(texts_are_copied_into_the_document),
        cmocka_unit_test(a_reference_is_listed_once_and_copies_grow_apart),
        cmocka_unit_test(sections_blocks_and_rows_keep_their_order),
        cmocka_unit_test(claims_as_json_are_the_contract),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
