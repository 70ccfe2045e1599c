/*
 * A document as a page: what is in it, that every reference leads somewhere,
 * and that hostile text adds neither an element nor an attribute.
 */
#include "render/render_check.h"
#include "render/render_sample.h"

#include <openssl/evp.h>

static const struct assay_render_options saved = {0};
static const struct assay_render_options served = {.links = true,
                                                   .fragment = true};

static void check_contains(struct assay_str text, const char *wanted)
{
    if (!assay_str_contains(text, wanted))
        fail_msg("not in the page: %s", wanted);
}

static void the_page_is_whole_and_stands_alone(void **state)
{
    struct assay_arena arena = {0};
    struct assay_str page =
        printed(&arena, "html", sample_pair(&arena), &saved);

    assert_true(assay_str_starts(page, "<!doctype html>\n<html lang=\"en\">"));
    assert_true(assay_str_ends(page, "</main>\n</body>\n</html>\n"));
    check_contains(page, "<meta charset=\"utf-8\">");
    check_contains(page, "<meta name=\"viewport\"");
    check_contains(page, "default-src 'none'; style-src 'sha256-");
    check_contains(page, "light-dark(");
    check_contains(page, "@media print");
    assert_false(assay_str_contains(page, "<script"));
    assert_false(assay_str_contains(page, "<link"));
    assert_false(assay_str_contains(page, " style="));
    assert_false(assay_str_contains(page, "unsafe-"));
    assert_false(assay_str_contains(page, "url("));
    assert_false(assay_str_contains(page, "@import"));
    assert_true(page.len < 100 * 1024);
    assay_arena_free(&arena);
}

static void the_policy_names_the_hash_of_the_style(void **state)
{
    struct assay_arena arena = {0};
    struct assay_str page =
        printed(&arena, "html", sample_pair(&arena), &saved);
    const char *from = strstr(page.at, "<style>") + strlen("<style>");
    const char *to = strstr(from, "</style>");
    unsigned char digest[EVP_MAX_MD_SIZE];
    char base64[2 * EVP_MAX_MD_SIZE], wanted[256];
    unsigned len = 0;

    assert_true(to - from > 1000);
    EVP_Digest(from, (size_t)(to - from), digest, &len, EVP_sha256(), NULL);
    EVP_EncodeBlock((unsigned char *)base64, digest, (int)len);
    snprintf(wanted, sizeof wanted, "style-src 'sha256-%s';", base64);
    check_contains(page, wanted);
    assay_arena_free(&arena);
}

static void a_fragment_is_what_stands_inside_main(void **state)
{
    struct assay_arena arena = {0};
    struct assay_document *doc = sample_pair(&arena);
    struct assay_str page = printed(&arena, "html", doc, &saved);
    const struct assay_render_options options = {.fragment = true};
    struct assay_str part = printed(&arena, "html", doc, &options);

    assert_true(assay_str_starts(part, "<header class=\"page\"><h1>"));
    assert_true(assay_str_ends(part, "</div>\n"));
    check_contains(page, part.at);
    assert_false(assay_str_contains(part, "<main"));
    assert_false(assay_str_contains(part, "<style"));
    assay_arena_free(&arena);
}

static void cells_say_what_they_are(void **state)
{
    struct assay_arena arena = {0};
    struct assay_str page =
        printed(&arena, "html", sample_pair(&arena), &saved);

    check_contains(page, "<td class=\"unknown\">unknown<");
    check_contains(page, "<td class=\"leader\"><strong>128,000</strong>"
                         "<span class=\"vh\"> (best)</span>");
    check_contains(page, "<a class=\"conflict\" href=\"#conflicts\" "
                         "aria-label=\"sources disagree\">!</a>");
    check_contains(page, "<th scope=\"row\">cost a month<");
    check_contains(page, "<th scope=\"col\">Gemma 2 2B<");
    check_contains(page, "<td class=\"num na\">n/a<");
    check_contains(page, "<caption class=\"vh\">Sources disagree</caption>");
    check_contains(page, "<span class=\"vh\">rule: </span>reachable</span>");
    assay_arena_free(&arena);
}

static void a_reference_leads_to_each_claim_and_names_its_source(void **state)
{
    struct assay_arena arena = {0};
    struct assay_str page =
        printed(&arena, "html", sample_pair(&arena), &saved);

    check_contains(page, "8,192<sup><a href=#c5>[4]</a></sup>");
    /* two claims of one source */
    check_contains(page, "<a href=#c3>[3a]</a><a href=#c4>[3b]</a>");
    check_contains(page, "<dd id=c5>context_tokens: 8192");
    check_contains(page, "<li id=\"s4\">");
    check_contains(page, "<a href=\"https://huggingface.co/google/gemma-2-2b\">"
                         "Gemma 2 model card</a>");
    assay_arena_free(&arena);
}

/* Claims of one source about two subjects, the last not referred to. */
static struct assay_document *one_list(struct assay_arena *arena)
{
    static const struct {
        const char *subject, *kind, *fact, *url;
        struct assay_date read;
        bool referred;
    } claims[] = {
        {"a/m", "model", "context_tokens", "", {2026, 1, 2}, true},
        {"a/m", "route", "status", "", {2026, 1, 2}, true},
        {"a/m", "model", "license", "https://own.test/x", {2025, 1, 2}, true},
        {"a/m", "model", "released", "", {2026, 1, 2}, false},
    };
    const struct assay_doc_source source = {
        .id = ASSAY_STR("s"),
        .title = ASSAY_STR("A list"),
        .url = ASSAY_STR("https://list.test"),
        .kind = ASSAY_STR("catalog"),
        .read = {2026, 1, 2},
    };
    struct assay_document *doc =
        assay_document_new(arena, ASSAY_STR("t"), ASSAY_STR(""));
    struct assay_block *block =
        assay_section_say(doc, assay_document_section(doc, "x", ""),
                          ASSAY_BLOCK_PARAGRAPH, ASSAY_STR("text"));

    for (size_t i = 0; i < sizeof claims / sizeof claims[0]; i++) {
        const struct assay_doc_claim *claim = assay_document_claim(
            doc,
            &(struct assay_doc_claim){
                .subject = assay_str_c(claims[i].subject),
                .subject_kind = assay_str_c(claims[i].kind),
                .fact = assay_str_c(claims[i].fact),
                .value = ASSAY_STR("v"),
                .url = assay_str_c(claims[i].url),
                .read = claims[i].read,
                .origin = &claims[i],
            },
            &source);

        if (claims[i].referred)
            assay_refs_add(arena, &block->refs, claim);
    }
    return doc;
}

static void claims_stand_by_source_and_subject(void **state)
{
    struct assay_arena arena = {0};
    struct assay_str page = printed(&arena, "html", one_list(&arena), &saved);

    check_contains(
        page, "<h3><a href=\"#s1\">[1]</a> <a href=\"https://list.test\">"
              "A list</a>, catalog, read <time>2026-01-02</time></h3>\n"
              "<div class=\"box\" role=\"region\" tabindex=\"0\" "
              "aria-label=\"Claims of source 1\"><dl class=\"claims\">\n"
              "<dt>model a/m\n"
              "<dd id=c1>context_tokens: v\n"
              "<dd id=c3><a href=\"https://own.test/x\">license</a>: v read "
              "<time>2025-01-02</time>\n"
              "<dt>route a/m\n"
              "<dd id=c2>status: v\n"
              "</dl></div>\n</section>");
    /* what nothing on the page rests on is left to the contract */
    assert_false(assay_str_contains(page, "released"));
    assay_arena_free(&arena);
}

/* A cell that rests on five claims of two sources, in a table of five rows. */
static struct assay_document *much(struct assay_arena *arena)
{
    struct assay_document *doc =
        assay_document_new(arena, ASSAY_STR("t"), ASSAY_STR(""));
    struct assay_section *section = assay_document_section(doc, "s", "");
    const struct assay_column column = {.title = ASSAY_STR("x")};
    struct assay_block *table = assay_section_table(doc, section, &column, 1);

    for (int i = 0; i < 5; i++)
        assay_table_row(doc, table)[0] = (struct assay_cell){
            .text = assay_arena_printf(arena, "r\xc3\xb6w %d", i),
            .state = ASSAY_KNOWN,
        };
    for (int i = 0; i < 5; i++) {
        const struct assay_doc_source source = {
            .id = i < 4 ? ASSAY_STR("one") : ASSAY_STR("other")};
        const struct assay_doc_claim claim = {
            .fact = assay_arena_printf(arena, "fact%d", i)};

        assay_refs_add(arena, &table->first_row->cells[0].refs,
                       assay_document_claim(doc, &claim, &source));
    }
    return doc;
}

static void what_limits_leave_out_is_counted_and_said(void **state)
{
    struct assay_arena arena = {0};
    struct assay_document *doc = much(&arena);
    struct assay_render_options options = {
        .links = true,
        .fragment = true,
        .inserts = &(const struct assay_insert){.section = ASSAY_STR("s"),
                                                .html = ASSAY_STR("<b></b>"),
                                                .spare = true},
    };
    struct assay_str page = printed(&arena, "html", doc, &options);

    check_contains(page, "[1d]</a><a href=#c5>[2]</a></sup>");
    check_contains(page, "<b></b>");
    assert_false(assay_str_contains(page, "more"));
    options.limits = (struct assay_render_limits){
        .refs = 3,
        .rows = 3,
        .text = 2,
        .no_spares = true,
        .whole = ASSAY_STR("/t.md"),
        .data = ASSAY_STR("/api/t"),
    };
    page = printed(&arena, "html", doc, &options);
    /* of each source one before a second of one; "ö" is not cut in two */
    check_contains(page, ">r…<sup><a href=#c1>[1a]</a><a href=#c2>[1b]</a>"
                         "<a href=#c5>[2]</a>"
                         "<a href=\"#all-claims\">+2</a></sup>");
    check_contains(page, "… and 2 more: <a href=\"/t.md\">");
    check_contains(page, "At one place stand at most 3; ");
    check_contains(page, "<a href=\"/api/t\">the answer of the API</a>");
    assert_false(assay_str_contains(page, "<b>"));
    assert_false(assay_str_contains(page, "id=c3"));
    options.limits = (struct assay_render_limits){.rows = 4};
    page = printed(&arena, "html", doc, &options);
    check_contains(page, "w 4");
    assert_false(assay_str_contains(page, "more")); /* for one row, no line */
    assay_arena_free(&arena);
}

static void site_paths_are_links_only_when_served(void **state)
{
    struct assay_arena arena = {0};
    struct assay_document *doc = sample_pair(&arena);
    struct assay_str page = printed(&arena, "html", doc, &saved);
    struct assay_str part = printed(&arena, "html", doc, &served);

    assert_false(assay_str_contains(page, "href=\"/"));
    check_contains(part, "<a href=\"/model/google/gemma-2-2b\">Gemma 2 2B</a>");
    assert_false(assay_str_contains(page, "href=\"javascript:"));
    assay_arena_free(&arena);
}

static const char *const links_refused[] = {
    "javascript:alert(1)",
    "//evil.example",
    "/\\evil.example",
    "/a b",
    "#a\"b",
    "#",
    "data:text/html,x",
    "/a\tb",
    "https://u@evil.example",
    "model/x",
    "",
};

static void a_link_that_is_none_becomes_text(void **state)
{
    struct assay_arena arena = {0};

    for (size_t i = 0; i < sizeof(links_refused) / sizeof(links_refused[0]);
         i++) {
        struct assay_document *doc =
            assay_document_new(&arena, ASSAY_STR("t"), ASSAY_STR(""));
        struct assay_section *section = assay_document_section(doc, "s", "");
        const struct assay_column column = {.title = ASSAY_STR("x")};
        struct assay_block *table =
            assay_section_table(doc, section, &column, 1);
        struct assay_cell *row = assay_table_row(doc, table);

        row[0].text = ASSAY_STR("cell");
        row[0].link = assay_str_c(links_refused[i]);
        if (assay_str_contains(printed(&arena, "html", doc, &served), "<a "))
            fail_msg("a link: %s", links_refused[i]);
    }
    assay_arena_free(&arena);
}

/* Tags and attributes of our own; every other one came from the text. */
static const char *const our_tags[] = {
    "!doctype", "html",   "head",    "meta",  "title",   "style", "body",
    "main",     "header", "h1",      "h2",    "p",       "nav",   "ul",
    "ol",       "li",     "a",       "div",   "section", "span",  "sup",
    "strong",   "table",  "caption", "thead", "tbody",   "tr",    "th",
    "td",       "pre",    "code",    "time",  "wbr",     "h3",    "dl",
    "dt",       "dd",     "b",       "small",
};
static const char *const our_attributes[] = {
    "html",        "lang", "charset",  "http-equiv", "content",   "name",
    "class",       "id",   "href",     "rel",        "title",     "aria-label",
    "aria-hidden", "role", "tabindex", "scope",      "data-rule", "datetime",
};

static bool is_one_of(struct assay_str word, const char *const *list,
                      size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (assay_str_is(word, list[i]))
            return true;
    return false;
}

static size_t word_end(struct assay_str text, const char *stops)
{
    size_t i = 0;
    while (i < text.len && !strchr(stops, text.at[i]))
        i++;
    return i;
}

/* "c12" or "#c12"; what follows. */
static struct assay_str check_claim_id(struct assay_str text)
{
    if (text.len && text.at[0] == '#')
        text = assay_str_skip(text, 1);
    assert_true(assay_str_starts(text, "c"));
    text = assay_str_skip(text, 1);
    while (text.len && text.at[0] >= '0' && text.at[0] <= '9')
        text = assay_str_skip(text, 1);
    return text;
}

/* Reads one tag behind its "<"; what follows its ">". */
static struct assay_str check_tag(struct assay_str text, const char *payload)
{
    if (text.at[0] == '/')
        text = assay_str_skip(text, 1);
    size_t end = word_end(text, " >");
    struct assay_str tag = assay_str_head(text, end);

    if (!is_one_of(tag, our_tags, sizeof(our_tags) / sizeof(our_tags[0])))
        fail_msg("%s: tag %.*s", payload, ASSAY_STR_ARG(tag));
    text = assay_str_skip(text, end);
    while (text.len && text.at[0] == ' ') {
        text = assay_str_skip(text, 1);
        end = word_end(text, "= >");
        struct assay_str name = assay_str_head(text, end);
        if (!is_one_of(name, our_attributes,
                       sizeof(our_attributes) / sizeof(our_attributes[0])))
            fail_msg("%s: attribute %.*s", payload, ASSAY_STR_ARG(name));
        text = assay_str_skip(text, end);
        if (text.at[0] != '=')
            continue;
        if (text.at[1] != '"') { /* only the ids of claims go without */
            text = check_claim_id(assay_str_skip(text, 1));
            continue;
        }
        text = assay_str_skip(text, 2);
        end = assay_str_find(text, '"');
        if (assay_str_is(name, "href") && text.at[0] != '#' &&
            text.at[0] != '/' && !assay_str_starts(text, "https://"))
            fail_msg("%s: href %.*s", payload, (int)end, text.at);
        text = assay_str_skip(text, end + 1);
    }
    if (!text.len || text.at[0] != '>')
        fail_msg("%s: tag %.*s does not end", payload, ASSAY_STR_ARG(tag));
    return assay_str_skip(text, 1);
}

static void check_markup(struct assay_str page, const char *payload)
{
    for (;;) {
        size_t i = word_end(page, "<>");
        if (i == page.len)
            return;
        if (page.at[i] == '>')
            fail_msg("%s: a '>' of its own", payload);
        bool style = assay_str_starts(assay_str_skip(page, i), "<style>");
        page = check_tag(assay_str_skip(page, i + 1), payload);
        if (style) { /* CSS has its own ">" */
            while (!assay_str_starts(page, "</style>"))
                page = assay_str_skip(page, 1);
        }
    }
}

static void hostile_text_adds_neither_element_nor_attribute(void **state)
{
    struct assay_arena arena = {0};

    for (size_t i = 0; i < SAMPLE_HOSTILE; i++) {
        struct assay_document *doc =
            sample_of(&arena, assay_str_c(sample_hostile[i]));
        struct assay_str page = printed(&arena, "html", doc, &saved);
        struct assay_str part = printed(&arena, "html", doc, &served);

        assert_true(assay_utf8_valid(page));
        check_markup(page, sample_hostile[i]);
        check_markup(part, sample_hostile[i]);
        assay_arena_free(&arena);
    }
}

/* The id that `from` starts with, in quotes or bare. */
static const char *id_at(struct assay_arena *arena, const char *from)
{
    size_t start = from[0] == '"';

    start += from[start] == '#';
    return assay_arena_printf(arena, "%.*s", (int)strcspn(from + start, "\" >"),
                              from + start)
        .at;
}

static size_t count_ids(struct assay_str page, const char *id)
{
    size_t count = 0, len = strlen(id);

    for (const char *at = page.at; (at = strstr(at, " id=")) != NULL;) {
        at += strlen(" id=");
        at += *at == '"';
        count += strncmp(at, id, len) == 0 && strchr("\" >", at[len]) != NULL;
    }
    return count;
}

/* Every id is there once, every "#id" exists. */
static void check_anchors(struct assay_arena *arena, struct assay_str page)
{
    static const char *const keys[] = {" id=", "href=#", "href=\"#"};

    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
        for (const char *at = page.at; (at = strstr(at, keys[i])) != NULL;) {
            const char *id;

            at += strlen(keys[i]);
            id = id_at(arena, at);
            if (count_ids(page, id) != 1)
                fail_msg("%zu times: %s", count_ids(page, id), id);
        }
}

static void every_reference_leads_somewhere(void **state)
{
    struct assay_arena arena = {0};
    struct assay_document *doc = sample_pair(&arena);

    /* ids that could be taken for those of claims, sources, each other */
    assay_document_section(doc, "c1", "x");
    assay_document_section(doc, "s1", "x");
    assay_document_section(doc, "conflicts", "again");
    assay_document_section(doc, "", "no id");
    assay_document_section(doc, "a b\"<", "odd id");
    check_anchors(&arena, printed(&arena, "html", doc, &saved));
    check_anchors(&arena,
                  printed(&arena, "html", sample_eight(&arena), &saved));
    assay_arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_page_is_whole_and_stands_alone),
        cmocka_unit_test(the_policy_names_the_hash_of_the_style),
        cmocka_unit_test(a_fragment_is_what_stands_inside_main),
        cmocka_unit_test(cells_say_what_they_are),
        cmocka_unit_test(a_reference_leads_to_each_claim_and_names_its_source),
        cmocka_unit_test(claims_stand_by_source_and_subject),
        cmocka_unit_test(what_limits_leave_out_is_counted_and_said),
        cmocka_unit_test(site_paths_are_links_only_when_served),
        cmocka_unit_test(a_link_that_is_none_becomes_text),
        cmocka_unit_test(hostile_text_adds_neither_element_nor_attribute),
        cmocka_unit_test(every_reference_leads_somewhere),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
