/*
 * What machines read: the feed, the site map, JSON-LD; and that hostile names
 * stay text there and on the pages of record.
 */
#include "serve/hostile_fixture.h"

#include "assay/pages.h"

/* ------------------------------------------------------- XML */

struct xml {
    struct assay_str rest, whole;
    struct assay_str open[64];
    size_t depth;
};

static void xml_fail(const struct xml *x, const char *why)
{
    size_t at = x->whole.len - x->rest.len;

    fail_msg("%s at byte %zu: %.*s", why, at,
             (int)(x->rest.len < 200 ? x->rest.len : 200), x->rest.at);
}

/* Characters of XML 1.0, references of those five names or numbers. */
static void xml_text(const struct xml *x, struct assay_str text)
{
    static const char *const known[] = {"amp;", "lt;", "gt;",  "quot;",
                                        "#39;", "#9;", "#10;", "#13;"};

    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.at[i];
        bool found = c != '&';

        if (c == '<' || c == '>' ||
            (c < ' ' && c != '\n' && c != '\r' && c != '\t'))
            xml_fail(x, "a character that may not stand here");
        for (size_t k = 0; !found && k < sizeof known / sizeof known[0]; k++)
            found = assay_str_starts(assay_str_skip(text, i + 1), known[k]);
        if (!found)
            xml_fail(x, "an unknown reference");
    }
    /* U+FFFE and U+FFFF are not characters of XML */
    if (assay_str_contains(text, "\xef\xbf\xbe") ||
        assay_str_contains(text, "\xef\xbf\xbf"))
        xml_fail(x, "no character");
}

/* name="text" … */
static void xml_attributes(const struct xml *x, struct assay_str text)
{
    struct assay_str name, value, rest = assay_str_trim(text);

    while (rest.len) {
        if (!assay_str_cut(rest, '=', &name, &rest) || name.len == 0 ||
            rest.len == 0 || rest.at[0] != '"' ||
            !assay_str_cut(assay_str_skip(rest, 1), '"', &value, &rest))
            xml_fail(x, "an attribute that cannot be read");
        xml_text(x, value);
        rest = assay_str_trim(rest);
    }
}

static void xml_tag(struct xml *x, struct assay_str tag)
{
    struct assay_str name;
    bool empty = assay_str_ends(tag, "/");

    if (assay_str_starts(tag, "?"))
        return;
    if (assay_str_starts(tag, "/")) {
        name = assay_str_skip(tag, 1);
        if (x->depth == 0 || !assay_str_equal(name, x->open[--x->depth]))
            xml_fail(x, "an end of what was not begun");
        return;
    }
    if (empty)
        tag.len--;
    name = assay_str_head(tag, assay_str_find(tag, ' '));
    xml_attributes(x, assay_str_skip(tag, name.len));
    if (!empty) {
        assert_true(x->depth < 64);
        x->open[x->depth++] = name;
    }
}

static void must_be_xml(struct assay_str text)
{
    struct xml x = {.rest = text, .whole = text};

    assert_true(
        assay_str_starts(text, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"));
    assert_true(assay_utf8_valid(text));
    while (x.rest.len) {
        struct assay_str words, tag;

        if (!assay_str_cut(x.rest, '<', &words, &x.rest)) {
            assert_int_equal(assay_str_trim(x.rest).len, 0);
            break;
        }
        xml_text(&x, words);
        if (!assay_str_cut(x.rest, '>', &tag, &x.rest))
            xml_fail(&x, "a tag without end");
        xml_tag(&x, tag);
    }
    assert_int_equal(x.depth, 0);
}

/* The text of the next <name>…</name> behind *rest. */
static bool next_element(struct assay_str *rest, const char *name,
                         struct assay_str *text)
{
    char open[32], close[32];
    const char *start, *end;

    snprintf(open, sizeof open, "<%s>", name);
    snprintf(close, sizeof close, "</%s>", name);
    start = strstr(rest->at, open);
    end = start ? strstr(start, close) : NULL;
    if (!end)
        return false;
    start += strlen(open);
    *text = (struct assay_str){start, (size_t)(end - start)};
    *rest = assay_str_skip(*rest, (size_t)(end - rest->at));
    return true;
}

static void the_feed_is_well_formed_atom(void **state)
{
    struct site_fixture *f = *state;
    struct assay_str feed = site_get(f, "/changes.atom"), rest = feed, text;
    struct assay_str ids[64];
    size_t count = 0, entries = count_of(feed, "<entry>");

    assert_string_equal(f->reply.media, "application/atom+xml; charset=utf-8");
    must_be_xml(feed);
    must_have(feed, "<feed xmlns=\"http://www.w3.org/2005/Atom\"");
    must_have(feed, "<author><name>assay</name></author>");
    must_have(feed, "rel=\"self\" type=\"application/atom+xml\" href=\"" PUBLIC
                    "/changes.atom\"");
    while (next_element(&rest, "id", &text)) {
        assert_int_equal(text.len, strlen("urn:uuid:") + 36);
        assert_true(assay_str_starts(text, "urn:uuid:"));
        for (size_t i = 0; i < count; i++)
            assert_false(assay_str_equal(ids[i], text));
        assert_true(count < 64);
        ids[count++] = text;
    }
    assert_true(entries > 3);
    assert_int_equal(count, entries + 1);
    assert_int_equal(count_of(feed, "<updated>"), entries + 1);
    assert_int_equal(count_of(feed, "<title>"), entries + 1);
    assert_int_equal(count_of(feed, "href=\"" PUBLIC "/changes?from="),
                     entries);
    assert_int_equal(count_of(feed, " href=\""), entries + 2);
    must_have(feed, "<updated>2026-11-20T00:00:00Z</updated>");
    must_have(feed, "1 model or route no longer listed");
    must_have(feed, "context 1 → 2");
    must_lack(feed, "<script");
    assert_true(feed.len < 100 << 10);
}

static void an_entry_of_the_feed_keeps_its_id(void **state)
{
    static const char *const facts[] = {hostile};
    struct site_fixture *f = *state, other;
    struct assay_str rest = site_get(f, "/changes.atom"), text, first;
    char kept[64] = "";

    assert_true(next_element(&rest, "id", &first)); /* of the feed */
    while (next_element(&rest, "id", &text))
        snprintf(kept, sizeof kept, "%.*s", ASSAY_STR_ARG(text));
    assert_true(kept[0]);
    site_open(&other, facts, 1, "https://elsewhere.example");
    must_have(site_get(&other, "/changes.atom"), kept);
    site_close(&other);
}

/* ------------------------------------------------------- the site map */

static void each_page_of_the_site_map_answers(void **state)
{
    struct site_fixture *f = *state;
    struct assay_str map = site_get(f, "/sitemap.xml"), rest, text;
    char *copy = strndup(map.at, map.len);
    size_t count = 0, models = 0, pairs = 0;

    must_be_xml(map);
    assert_string_equal(f->reply.media, "application/xml; charset=utf-8");
    rest = (struct assay_str){copy, strlen(copy)};
    while (next_element(&rest, "loc", &text)) {
        char address[1024];

        assert_true(assay_str_starts(text, PUBLIC "/"));
        must_lack(text, "&"); /* paths only */
        text = assay_str_skip(text, strlen(PUBLIC));
        models += assay_str_starts(text, "/model/");
        pairs += assay_str_starts(text, "/compare/");
        /* every one of a few kinds, and some of the many */
        if (count++ % 9 && !assay_str_contains(text, "evil"))
            continue;
        snprintf(address, sizeof address, "%.*s", ASSAY_STR_ARG(text));
        (void)site_get(f, address);
        assert_string_equal(f->reply.media, "text/html; charset=utf-8");
    }
    assert_true(models > 100);
    assert_true(pairs > models);
    assert_true(count <= 50000);
    assert_int_equal(count_of(assay_str_c(copy), "<lastmod>20"), count);
    must_have(assay_str_c(copy), PUBLIC "/source/contrary");
    must_have(assay_str_c(copy), PUBLIC "/sources<");
    free(copy);
}

static void a_pair_of_the_site_map_is_the_pages_own_address(void **state)
{
    struct site_fixture *f = *state;
    struct assay_str rest = site_get(f, "/sitemap.xml"), text;
    char pair[1024] = "", canonical[1100];

    while (next_element(&rest, "loc", &text))
        if (assay_str_starts(text, PUBLIC "/compare/"))
            snprintf(pair, sizeof pair, "%.*s", ASSAY_STR_ARG(text));
    assert_true(pair[0]);
    snprintf(canonical, sizeof canonical, "rel=\"canonical\" href=\"%s\"",
             pair);
    must_have(site_get(f, pair + strlen(PUBLIC)), canonical);
}

static void robots_are_told_where_the_site_map_is(void **state)
{
    struct site_fixture *f = *state, plain;
    struct assay_str text = site_get(f, "/robots.txt");

    must_have(text, "User-agent: *\n");
    must_have(text, "Sitemap: " PUBLIC "/sitemap.xml\n");
    site_open(&plain, NULL, 0, "");
    must_lack(site_get(&plain, "/robots.txt"), "Sitemap");
    must_have(site_get(&plain, "/sitemap.xml"), "<loc>/sources</loc>");
    site_close(&plain);
}

/* ------------------------------------------------------- JSON-LD */

/* The page's graph; its text may not end the element it stands in. */
static const struct assay_json *read_graph(struct assay_arena *arena,
                                           struct assay_str page)
{
    static const char open[] = "<script type=\"application/ld+json\">";
    struct assay_error err = {ASSAY_OK, ""};
    const char *start = strstr(page.at, open), *end;
    const struct assay_json *root;

    if (!start)
        return NULL;
    start += sizeof open - 1;
    end = strstr(start, "</script>");
    root = assay_json_parse(
        arena,
        assay_arena_copy(arena,
                         (struct assay_str){start, (size_t)(end - start)}),
        NULL, &err);
    if (!root)
        fail_msg("%s", err.text);
    assert_true(
        assay_str_is(assay_json_text(root, "@context"), "https://schema.org"));
    return assay_json_get(root, "@graph");
}

static const struct assay_json *thing(const struct assay_json *graph,
                                      const char *type)
{
    for (const struct assay_json *t = graph ? graph->first : NULL; t;
         t = t->next)
        if (assay_str_is(assay_json_text(t, "@type"), type))
            return t;
    return NULL;
}

static void a_comparison_says_its_questions_to_machines(void **state)
{
    struct site_fixture *f = *state;
    struct assay_arena arena = {0};
    struct assay_error err = {ASSAY_OK, ""};
    const struct assay_json *page, *faq, *q, *a;

    faq = assay_json_get(
        assay_json_parse(
            &arena,
            assay_arena_copy(
                &arena, site_get(f, "/api/v1/compare?models=google/gemma-2-2b,"
                                    "openai/gpt-4-vision-preview")),
            NULL, &err),
        "faq");
    page = thing(
        read_graph(&arena, site_get(f, "/compare/google/gemma-2-2b/openai/"
                                       "gpt-4-vision-preview")),
        "FAQPage");
    assert_non_null(page);
    assert_true(faq->count > 2);
    q = assay_json_get(page, "mainEntity")->first;
    for (a = faq->first; a; a = a->next, q = q->next) {
        assert_non_null(q);
        assert_true(assay_str_equal(assay_json_text(q, "name"),
                                    assay_json_text(a, "question")));
        assert_true(assay_str_equal(
            assay_json_text(assay_json_get(q, "acceptedAnswer"), "text"),
            assay_json_text(a, "answer")));
    }
    assert_null(q);
    assay_arena_free(&arena);
}

static void offers_are_live_and_priced(void **state)
{
    struct site_fixture *f = *state;
    struct assay_arena arena = {0};
    const struct assay_json *model, *offers;

    model = thing(read_graph(&arena, site_get(f, "/model/google/gemma-2-2b")),
                  "SoftwareApplication");
    assert_true(
        assay_str_is(assay_json_text(model, "datePublished"), "2024-07-31"));
    assert_true(assay_str_is(assay_json_text(model, "url"),
                             PUBLIC "/model/google/gemma-2-2b"));
    offers = assay_json_get(model, "offers");
    assert_true(offers && offers->count > 0);
    for (const struct assay_json *o = offers->first; o; o = o->next)
        assert_int_equal(assay_json_get(o, "priceSpecification")->count, 2);
    /* retired: a record, not an offer */
    model = thing(
        read_graph(&arena, site_get(f, "/model/openai/gpt-4-vision-preview")),
        "SoftwareApplication");
    assert_non_null(model);
    assert_null(assay_json_get(model, "offers"));
    assert_null(assay_json_get(model, "aggregateRating"));
    assay_arena_free(&arena);
}

static void a_source_is_a_data_set(void **state)
{
    struct site_fixture *f = *state;
    struct assay_arena arena = {0};
    const struct assay_json *set = thing(
        read_graph(&arena, site_get(f, "/source/openai-docs")), "Dataset");

    assert_true(
        assay_str_is(assay_json_text(set, "dateModified"), "2026-08-21"));
    assert_true(assay_json_text(set, "isBasedOn").len > 0);
    /* an address that is none is not given on */
    set = thing(read_graph(&arena, site_get(f, "/source/bad%3Ci%3E%26%22src")),
                "Dataset");
    assert_non_null(set);
    assert_null(assay_json_get(set, "isBasedOn"));
    assay_arena_free(&arena);
}

static void pages_describe_themselves(void **state)
{
    struct site_fixture *f = *state;

    must_have(site_get(f, "/model/google/gemma-2-2b"),
              "<meta name=\"description\" content=\"Gemma 2 2B "
              "(google/gemma-2-2b): ");
    must_have(site_get(f, "/compare/google/gemma-2-2b/openai/"
                          "gpt-4-vision-preview"),
              "<meta name=\"description\" content=\"");
    must_have(site_get(f, "/sources"), "<meta name=\"description\" content=\"");
}

/* ------------------------------------------------------- hostile names */

static const char *const addresses[] = {
    "/sources",
    "/source/bad%3Ci%3E%26%22src",
    "/source/contrary",
    "/conflicts",
    "/conflicts?source=contrary",
    "/conflicts?source=%22%3E%3Cscript%3Ealert(4)%3C/script%3E",
    "/changes?from=2026-10-01",
    "/changes?from=2026-10-01&source=%22%3E%3Cscript%3Ealert(4)%3C/script%3E",
    "/changes?from=2026-10-01&model=evil/%3Cscript%3Ealert(2)%3C%5Cscript%3E",
    "/cost",
    "/cost?models=evil/two%3F%23%25",
    "/model/evil/%3Cscript%3Ealert(2)%3C%5Cscript%3E",
    "/model/evil/two%3F%23%25",
    "/compare/evil/%3Cscript%3Ealert(2)%3C%5Cscript%3E/evil/two%3F%23%25",
};

static void hostile_names_stay_text_on_every_page(void **state)
{
    static const char *const live[] = {
        "<script>alert", "<img src=x",   "</title><script",
        "<svg>",         "<marquee>",    "<iframe",
        "<u>",           "<hr>",         "<b>x",
        "<b>&",          "<i>",          "href=\"javascript:",
        "\x1b",          "\xe2\x80\xae",
    };
    struct site_fixture *f = *state;
    struct assay_arena arena = {0};

    for (size_t i = 0; i < sizeof addresses / sizeof addresses[0]; i++) {
        struct assay_str page = site_get(f, addresses[i]);

        for (size_t k = 0; k < sizeof live / sizeof live[0]; k++)
            if (assay_str_contains(page, live[k]))
                fail_msg("%s has %s", addresses[i], live[k]);
        assert_int_equal(count_of(page, "<title>"), 1);
        assert_int_equal(count_of(page, "</title>"), 1);
        assert_int_equal(count_of(page, "<script"),
                         count_of(page, "</script>"));
        (void)read_graph(&arena, page);
    }
    assay_arena_free(&arena);
}

static void errors_show_hostile_questions_as_text(void **state)
{
    static const char *const wrong[] = {
        "/source/%3Cscript%3Ealert(1)%3C%5Cscript%3E",
        "/conflicts?fact=%3Cscript%3Ealert(1)%3C/script%3E",
        "/conflicts?model=%3Cscript%3Ealert(1)%3C/script%3E",
        "/changes?from=%3Cscript%3Ealert(1)%3C/script%3E",
        "/changes?page=%3Cscript%3Ealert(1)%3C/script%3E",
        "/cost?models=%3Cscript%3Ealert(1)%3C/script%3E",
        "/cost?traffic=%3Cscript%3Ealert(1)%3C/script%3E",
        "/cost?as_of=%3Cscript%3Ealert(1)%3C/script%3E",
        "/cost?requests=%3Cscript%3Ealert(1)%3C/script%3E",
    };
    struct site_fixture *f = *state;

    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        struct assay_str page = site_ask(f, wrong[i]);

        assert_in_range(f->reply.status, 400, 404);
        must_have(page, "&lt;script&gt;alert(1)");
        must_lack(page, "<script>alert");
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, open_site, close_site)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(the_feed_is_well_formed_atom),
        TEST(an_entry_of_the_feed_keeps_its_id),
        TEST(each_page_of_the_site_map_answers),
        TEST(a_pair_of_the_site_map_is_the_pages_own_address),
        TEST(robots_are_told_where_the_site_map_is),
        TEST(a_comparison_says_its_questions_to_machines),
        TEST(offers_are_live_and_priced),
        TEST(a_source_is_a_data_set),
        TEST(pages_describe_themselves),
        TEST(hostile_names_stay_text_on_every_page),
        TEST(errors_show_hostile_questions_as_text),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
