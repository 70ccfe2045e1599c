/*
 * What machines read: the feed, the site map, the description of the API,
 * JSON-LD; and that hostile names stay text there and on the pages of record.
 */
#include "serve/run_fixture.h"

#include "assay/pages.h"

#define PUBLIC "https://models.example"

/* Names that would act where they are not escaped. */
static const char hostile[] =
    "{'format':'assay-facts/1','source':{'id':'bad<i>&\\\"src',"
    "'title':'</title><script>alert(1)</script>',"
    "'url':'javascript:alert(1)','kind':'catalog','retrieved':'2026-11-01',"
    "'license':'<b>&amp;</b>]]>'},"
    "'models':[{'id':'evil/<script>alert(2)<\\\\script>',"
    "'name':'\\\"><img src=x onerror=alert(3)>','creator':'</script><svg>',"
    "'task':'chat','license':'\\u001b\\u202e</a>','context_tokens':1},"
    "{'id':'evil/two?#%','name':'A & B \\u2028\\ufffe','task':'chat',"
    "'family':']]>'}],"
    "'routes':[{'id':'evil.cloud/<u>','provider':'evil.cloud',"
    "'provider_name':'<marquee>','model':'evil/two?#%',"
    "'prices':[{'meter':'input_tokens','usd_per_million':'1'},"
    "{'meter':'output_tokens','usd_per_million':'2'}]}]}";
static const char hostile_again[] =
    "{'format':'assay-facts/1','source':{'id':'bad<i>&\\\"src',"
    "'title':'</title><script>alert(1)</script>',"
    "'url':'javascript:alert(1)','kind':'catalog','retrieved':'2026-11-20',"
    "'license':'<b>&amp;</b>]]>'},"
    "'models':[{'id':'evil/<script>alert(2)<\\\\script>',"
    "'name':'<iframe src=//x>','creator':'</script><svg>','task':'chat',"
    "'context_tokens':2},{'id':'evil/two?#%','name':'A & B \\u2028\\ufffe',"
    "'task':'chat','family':']]>'}],'routes':[]}";
static const char contrary[] =
    "{'format':'assay-facts/1','source':{'id':'contrary','title':'<hr>',"
    "'url':'https://c.example/','kind':'primary','retrieved':'2026-11-02'},"
    "'models':[{'id':'evil/<script>alert(2)<\\\\script>','name':'<b>x',"
    "'context_tokens':77000}],'routes':[]}";

static int open_site(void **state)
{
    static const char *const facts[] = {hostile, hostile_again, contrary};
    struct site_fixture *f = calloc(1, sizeof *f);

    struct made run;

    site_open(f, facts, sizeof facts / sizeof facts[0], PUBLIC);
    made_open(&run, f->store);
    made_whole(&run);
    made_close(&run);
    *state = f;
    return 0;
}

static int close_site(void **state)
{
    site_close(*state);
    free(*state);
    return 0;
}

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

/* ------------------------------------------------------- OpenAPI */

struct api {
    struct assay_arena arena;
    struct assay_json *root;
};

static void read_api(struct api *api, struct site_fixture *f)
{
    struct assay_error err = {ASSAY_OK, ""};
    struct assay_str text = site_get(f, "/api/openapi.json");

    *api = (struct api){0};
    api->root = assay_json_parse(
        &api->arena, assay_arena_copy(&api->arena, text), NULL, &err);
    if (!api->root)
        fail_msg("%s", err.text);
}

/* "#/components/schemas/error" leads to something. */
static void check_references(const struct assay_json *root,
                             const struct assay_json *value)
{
    struct assay_str to = assay_json_text(value, "$ref"), step;
    const struct assay_json *at = root;

    if (to.len) {
        assert_true(assay_str_starts(to, "#/"));
        to = assay_str_skip(to, 2);
        while (to.len) {
            step = assay_str_head(to, assay_str_find(to, '/'));
            to = assay_str_skip(to, step.len + 1);
            at = assay_json_get_str(at, step);
        }
        assert_non_null(at);
    }
    for (const struct assay_json *v = value->first; v; v = v->next)
        check_references(root, v);
}

static const struct assay_json *operation_of(const struct assay_json *path)
{
    const struct assay_json *get = assay_json_get(path, "get");

    return get ? get : assay_json_get(path, "post");
}

static void the_description_of_the_api_is_sound(void **state)
{
    struct site_fixture *f = *state;
    struct assay_str seen[64];
    size_t count = 0;
    struct api api;

    read_api(&api, f);
    assert_true(assay_str_is(assay_json_text(api.root, "openapi"), "3.1.0"));
    assert_true(assay_json_get(assay_json_get(api.root, "info"), "title"));
    assert_true(assay_json_get(assay_json_get(api.root, "info"), "version"));
    check_references(api.root, api.root);
    for (const struct assay_json *p = assay_json_get(api.root, "paths")->first;
         p; p = p->next) {
        const struct assay_json *o = operation_of(p), *parameters;
        struct assay_str id;

        assert_true(assay_str_starts(p->key, "/"));
        assert_non_null(o);
        id = assay_json_text(o, "operationId");
        assert_true(id.len > 0);
        for (size_t i = 0; i < count; i++)
            if (assay_str_equal(seen[i], id))
                fail_msg("two operations are %.*s", ASSAY_STR_ARG(id));
        seen[count++] = id;
        assert_true(assay_json_text(o, "summary").len > 0);
        assert_non_null(assay_json_at(o, "responses.200.description"));
        parameters = assay_json_get(o, "parameters");
        for (const struct assay_json *q = parameters ? parameters->first : NULL;
             q; q = q->next) {
            bool in_path = assay_str_is(assay_json_text(q, "in"), "path");
            char part[64];

            snprintf(part, sizeof part, "{%.*s}",
                     ASSAY_STR_ARG(assay_json_text(q, "name")));
            assert_int_equal(in_path, assay_str_contains(p->key, part));
            assert_true(
                assay_json_text(assay_json_get(q, "schema"), "type").len > 0);
        }
    }
    assert_true(count >= 9);
    assay_arena_free(&api.arena);
}

static void the_description_names_contracts_and_the_server(void **state)
{
    static const char *const schemas[] = {
        "assay-model.1",   "assay-decision.1", "assay-cost.1",
        "assay-sources.1", "assay-changes.1",  "error",
        "price",
    };
    static const char *const paths[] = {
        "/health",
        "/ready",
        "/metrics",
        "/api/v1/price",
        "/api/v1/model/{creator}/{name}",
        "/api/openapi.json",
    };
    struct site_fixture *f = *state;
    const struct assay_json *price, *compare;
    struct api api;

    read_api(&api, f);
    for (size_t i = 0; i < sizeof schemas / sizeof schemas[0]; i++)
        if (!assay_json_get(assay_json_at(api.root, "components.schemas"),
                            schemas[i]))
            fail_msg("no schema %s", schemas[i]);
    for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++)
        if (!assay_json_get(assay_json_get(api.root, "paths"), paths[i]))
            fail_msg("no path %s", paths[i]);
    price = assay_json_get(
        assay_json_get(assay_json_get(api.root, "paths"), "/api/v1/price"),
        "post");
    assert_non_null(assay_json_get(assay_json_at(price, "requestBody.content"),
                                   "application/x-ndjson"));
    assert_null(assay_json_get(assay_json_get(price, "responses"), "304"));
    /* what only forms send is not of the API */
    compare =
        assay_json_get(assay_json_get(api.root, "paths"), "/api/v1/compare");
    for (const struct assay_json *p =
             assay_json_get(operation_of(compare), "parameters")->first;
         p; p = p->next)
        assert_false(assay_str_is(assay_json_text(p, "name"), "add"));
    assay_arena_free(&api.arena);
}

static void add_example(struct assay_buf *out, const struct assay_json *q)
{
    const struct assay_json *example = assay_json_get(q, "example");

    assert_non_null(example);
    assay_buf_add_char(out,
                       assay_str_contains(assay_buf_str(out), "?") ? '&' : '?');
    assay_buf_add(out, assay_json_text(q, "name"));
    assay_buf_add_char(out, '=');
    for (size_t i = 0; i < example->text.len; i++) {
        unsigned char c = (unsigned char)example->text.at[i];

        if (c == '&' || c == '#' || c == '%' || c == '+' || c <= ' ' || c > '~')
            assay_buf_printf(out, "%%%02X", c);
        else
            assay_buf_add_char(out, (char)c);
    }
}

/* The path with its examples, required parameters, and one more (or NULL). */
static struct assay_str example_address(struct assay_buf *out,
                                        const struct assay_json *path,
                                        const struct assay_json *also)
{
    const struct assay_json *parameters =
        assay_json_get(operation_of(path), "parameters");
    struct assay_str rest = path->key, before, name;

    assay_buf_clear(out);
    while (assay_str_cut(rest, '{', &before, &rest) &&
           assay_str_cut(rest, '}', &name, &rest)) {
        assay_buf_add(out, before);
        for (const struct assay_json *q = parameters->first; q; q = q->next)
            if (assay_str_equal(assay_json_text(q, "name"), name))
                assay_buf_add(out, assay_json_text(q, "example"));
    }
    assay_buf_add(out, rest);
    for (const struct assay_json *q = parameters ? parameters->first : NULL; q;
         q = q->next)
        if (assay_str_is(assay_json_text(q, "in"), "query") &&
            (q == also ||
             assay_json_is(assay_json_get(q, "required"), ASSAY_JSON_TRUE)))
            add_example(out, q);
    return assay_buf_str(out);
}

static void check_example(struct site_fixture *f, const struct assay_json *path,
                          const struct assay_json *also)
{
    const struct assay_json *media = NULL;
    struct assay_buf address, body;
    struct assay_str answer;

    assay_buf_init(&address, 1 << 16);
    assay_buf_init(&body, 1 << 16);
    (void)example_address(&address, path, also);
    if (assay_json_get(path, "post")) {
        media =
            assay_json_at(assay_json_get(path, "post"), "requestBody.content")
                ->first;
        assay_json_write(&body, assay_json_get(media, "example"),
                         (struct assay_json_style){0});
        answer = site_post(f, address.at, "application/json", body.at);
    } else {
        answer = site_ask(f, address.at);
    }
    if (f->reply.status != 200)
        fail_msg("%s: %u %.*s", address.at, f->reply.status,
                 (int)(answer.len < 400 ? answer.len : 400), answer.at);
    assert_string_equal(f->reply.media, "application/json");
    assay_buf_release(&address);
    assay_buf_release(&body);
}

static void the_examples_of_the_description_work(void **state)
{
    struct site_fixture *f = *state;
    struct api api;

    read_api(&api, f);
    for (const struct assay_json *p = assay_json_get(api.root, "paths")->first;
         p; p = p->next) {
        const struct assay_json *parameters =
            assay_json_get(operation_of(p), "parameters");

        if (!assay_str_starts(p->key, "/api/"))
            continue; /* the server's own */
        check_example(f, p, NULL);
        for (const struct assay_json *q = parameters ? parameters->first : NULL;
             q; q = q->next)
            check_example(f, p, q);
    }
    assay_arena_free(&api.arena);
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
        TEST(the_description_of_the_api_is_sound),
        TEST(the_description_names_contracts_and_the_server),
        TEST(the_examples_of_the_description_work),
        TEST(a_comparison_says_its_questions_to_machines),
        TEST(offers_are_live_and_priced),
        TEST(a_source_is_a_data_set),
        TEST(pages_describe_themselves),
        TEST(hostile_names_stay_text_on_every_page),
        TEST(errors_show_hostile_questions_as_text),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
