/*
 * What a switch takes, on the page: of two every line of the contract, of
 * more what their tables do not show, said once. And no page of eight models
 * is larger than a page may be.
 */
#include "fixture.h"

#include "assay/buf.h"
#include "assay/render.h"

#include <stdlib.h>

enum { PAGE_BYTES = 100 * 1000 };

static const char facts[] =
    "{'format':'assay-facts/1','source':{'id':'fs','title':'t','url':'',"
    "'kind':'primary','retrieved':'2026-11-01'},'models':["
    "{'id':'fs/a','name':'A','task':'chat','context_tokens':8000},"
    "{'id':'fs/b','name':'B','task':'chat','context_tokens':64000},"
    "{'id':'fs/c','name':'C','task':'chat','context_tokens':128000,"
    "'lifecycle':{'status':'active','retired_on':'2027-05-01'}}],'routes':["
    "{'id':'east/a','provider':'east','provider_name':'East','model':'fs/a',"
    "'status':'active','api':{'kind':'openai'},'data':{'retention_days':30}},"
    "{'id':'west/a','provider':'west','provider_name':'West','model':'fs/a',"
    "'status':'active','api':{'kind':'anthropic'}},"
    "{'id':'east/b','provider':'east','model':'fs/b','status':'active',"
    "'api':{'kind':'openai'}},"
    "{'id':'north/b','provider':'north','model':'fs/b','status':'active',"
    "'api':{'kind':'openai'}},"
    "{'id':'east/c','provider':'east','model':'fs/c','status':'active',"
    "'api':{'kind':'openai'}},"
    "{'id':'west/c','provider':'west','model':'fs/c','status':'active',"
    "'api':{'kind':'anthropic'}}]}";

static int open_with_facts(void **state)
{
    (void)open_catalog(state);
    fixture_facts(catalog, facts);
    return 0;
}

static struct assay_document *compare(struct assay_arena *arena,
                                      struct assay_model *const *models,
                                      size_t count)
{
    struct assay_error err = {ASSAY_OK, ""};
    struct assay_compare_options *options =
        ASSAY_NEW(arena, struct assay_compare_options);
    struct assay_document *doc;

    *options = (struct assay_compare_options){
        .traffic = assay_traffic_default(), .as_of = fixture_day};
    doc = assay_compare(arena, models, count, options, &err);
    if (!doc)
        fail_msg("%s", err.text);
    return doc;
}

/* The section, a line a block: "[rule, claims] text". */
static const char *section_text(struct assay_arena *arena,
                                const struct assay_document *doc)
{
    const struct assay_section *s = doc->first;
    struct assay_str text = {"", 0};

    while (s && !assay_str_is(s->id, "friction"))
        s = s->next;
    assert_non_null(s);
    for (const struct assay_block *b = s->first; b; b = b->next)
        text =
            b->rule.len
                ? assay_arena_printf(arena, "%.*s[%.*s, %zu] %.*s\n",
                                     ASSAY_STR_ARG(text),
                                     ASSAY_STR_ARG(b->rule), b->refs.count,
                                     ASSAY_STR_ARG(b->text))
                : assay_arena_printf(arena, "%.*s%.*s\n", ASSAY_STR_ARG(text),
                                     ASSAY_STR_ARG(b->text));
    return assay_arena_cstr(arena, text);
}

static void of_three_what_they_share_is_said_once(void **state)
{
    struct assay_arena arena = {0};
    struct assay_model *models[] = {fixture_model(catalog, &arena, "fs/a"),
                                    fixture_model(catalog, &arena, "fs/b"),
                                    fixture_model(catalog, &arena, "fs/c")};
    const struct assay_document *doc = compare(&arena, models, 3);

    assert_string_equal(
        section_text(&arena, doc),
        "Limits, capabilities, licences and costs stand side by side in the "
        "tables; this is the rest.\n"
        "Account and billing can stay between those that one provider serves\n"
        "[shared_routes, 3] East: all of them.\n"
        "[shared_routes, 2] West: A, C.\n"
        "Client code can stay between those whose routes speak one wire "
        "format\n"
        "[same_wire_format, 3] openai: all of them.\n"
        "[same_wire_format, 2] anthropic: A, C.\n"
        "From any other to C\n"
        "[target_ends, 2] C ends on 2027-05-01: you would switch again.\n");
    /* the contract keeps every pair and line */
    assert_int_equal(assay_json_get(doc->data, "friction")->count, 6);
    assert_non_null(
        where(assay_json_get(nth(assay_json_get(doc->data, "friction"), 0),
                             "statements"),
              "rule", "limit_gained"));
    assay_arena_free(&arena);
}

static void of_two_every_line_is_on_the_page(void **state)
{
    struct assay_arena arena = {0};
    const struct assay_document *doc =
        fixture_compare(catalog, &arena, "fs/a", "fs/b", NULL);
    const char *text = section_text(&arena, doc);

    assert_non_null(strstr(text, "From A to B\n[shared_routes, "));
    assert_non_null(strstr(text, "From B to A\n[shared_routes, "));
    assert_non_null(strstr(text, "[limit_gained, 2] Context grows from 8,000"));
    assert_non_null(
        strstr(text, "[limit_lost, 2] Context shrinks from 64,000"));
    assay_arena_free(&arena);
}

/* ------------------------------------------------------- how large */

/* What a page of it would hold: claims of its own and of its routes. */
static size_t weight(const struct assay_model *model)
{
    size_t claims = model->subject.claim_count;

    for (size_t i = 0; i < model->route_count; i++)
        claims += model->routes[i]->subject.claim_count;
    return claims;
}

static int heavier(const void *left, const void *right)
{
    const struct assay_model *const *a = left, *const *b = right;
    size_t x = weight(*a), y = weight(*b);

    return x != y ? x > y ? -1 : 1 : assay_str_compare((*a)->id, (*b)->id);
}

static size_t page_bytes(struct assay_model *const *models)
{
    struct assay_arena arena = {0};
    struct assay_error err = {ASSAY_OK, ""};
    struct assay_buf out;
    size_t bytes;

    assay_buf_init(&out, (size_t)1 << 24);
    if (!assay_render_html(&out, compare(&arena, models, 8),
                           &(struct assay_render_options){.width = 80}, &err))
        fail_msg("%s", err.text);
    bytes = assay_buf_str(&out).len;
    assay_buf_release(&out);
    assay_arena_free(&arena);
    return bytes;
}

static void a_page_of_the_eight_largest_is_no_larger_than_100_kb(void **state)
{
    struct assay_arena arena = {0};
    struct assay_error err = {ASSAY_OK, ""};
    struct assay_model *pair[2];
    struct assay_view view;
    size_t most = 0;

    assert_true(assay_catalog_view(catalog, &arena, &view, &err));
    pair[0] = fixture_model(catalog, &arena, "gemma-2-2b");
    pair[1] = fixture_model(catalog, &arena, "gpt-4-vision-preview");
    qsort(view.models, view.model_count, sizeof(struct assay_model *), heavier);
    for (size_t i = 0; i + 8 <= 40; i++) {
        size_t bytes = page_bytes(view.models + i);

        if (bytes > PAGE_BYTES)
            fail_msg("%zu bytes from the %zu. on", bytes, i + 1);
        most = bytes > most ? bytes : most;
    }
    /* with the pair of most sources */
    for (size_t i = 0; i < 2; i++) {
        size_t at = 8 - 2 + i;

        for (size_t k = 0; k < view.model_count; k++)
            if (assay_str_equal(view.models[k]->id, pair[i]->id)) {
                struct assay_model *swapped = view.models[at];

                view.models[at] = view.models[k];
                view.models[k] = swapped;
                break;
            }
    }
    assert_true(page_bytes(view.models) <= PAGE_BYTES);
    print_message("%zu bytes at most\n", most);
    assay_arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(of_three_what_they_share_is_said_once),
        cmocka_unit_test(of_two_every_line_is_on_the_page),
        cmocka_unit_test(a_page_of_the_eight_largest_is_no_larger_than_100_kb),
    };

    return cmocka_run_group_tests(tests, open_with_facts, close_catalog);
}
