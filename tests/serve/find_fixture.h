/*
 * Small worlds to find things in, and what every page of ours must be.
 */
#ifndef ASSAY_TESTS_SERVE_FIND_FIXTURE_H
#define ASSAY_TESTS_SERVE_FIND_FIXTURE_H

#include "serve/site_fixture.h"

/* A small world of two creators and three providers. */
static const char small_world[] =
    "{'format': 'assay-facts/1', 'source': "
    "{'id': 'acme-list', 'title': 'A list', 'url': 'https://acme.test', "
    "'kind': 'catalog', 'retrieved': '2026-11-01'}, "
    "'models': ["
    "{'id': 'zorgcorp/qorva', 'name': 'Qorva', 'task': 'chat', "
    "'context_tokens': 200000, 'aliases': ['zn-1'], 'capabilities': "
    "{'vision': true}, 'released': '2026-10-01'},"
    "{'id': 'zorgcorp/qorva-mini', 'name': 'Qorva Mini', 'task': 'chat', "
    "'context_tokens': 64000, 'capabilities': {'vision': false}, "
    "'lifecycle': {'status': 'active', 'retired_on': '2027-03-01', "
    "'replacement': 'zorgcorp/qorva'}},"
    "{'id': 'zorgcorp/qorva-1', 'name': 'Qorva One', 'task': 'chat', "
    "'lifecycle': {'status': 'retired', 'retired_on': '2026-01-31', "
    "'replacement': 'zorgcorp/qorva'}},"
    "{'id': 'zorgcorp/superqorva', 'name': 'Superqorva'},"
    "{'id': 'quibble/blank', 'name': 'Blank', 'task': 'embedding'}],"
    "'routes': ["
    "{'id': 'zorghost/qorva', 'provider': 'zorghost', 'provider_name': "
    "'Zorg Host', 'model': 'zorgcorp/qorva', 'context_tokens': 128000, "
    "'prices': ["
    "{'meter': 'input_tokens', 'usd_per_million': '1'}, {'meter': "
    "'output_tokens', 'usd_per_million': '4'}]},"
    "{'id': 'quibhost/qorva', 'provider': 'quibhost', 'model': "
    "'zorgcorp/qorva', 'prices': ["
    "{'meter': 'input_tokens', 'usd_per_million': '2'}, {'meter': "
    "'output_tokens', 'usd_per_million': '8'}]},"
    "{'id': 'zorghost/qorva-mini', 'provider': 'zorghost', 'model': "
    "'zorgcorp/qorva-mini', 'prices': ["
    "{'meter': 'input_tokens', 'usd_per_million': '0.1'}, {'meter': "
    "'output_tokens', 'usd_per_million': '0.4'}]},"
    "{'id': 'zorghost/qorva-1', 'provider': 'zorghost', 'model': "
    "'zorgcorp/qorva-1', 'status': 'retired', 'retired_on': '2026-01-31', "
    "'prices': ["
    "{'meter': 'input_tokens', 'usd_per_million': '10'}, {'meter': "
    "'output_tokens', 'usd_per_million': '30'}]},"
    "{'id': 'quibhost/qorva-1', 'provider': 'quibhost', 'model': "
    "'zorgcorp/qorva-1', 'status': 'retired', 'retired_on': '2026-01-31'},"
    "{'id': 'zorghost/ending', 'provider': 'zorghost', 'status': "
    "'deprecated', 'retired_on': '2027-02-01', 'prices': ["
    "{'meter': 'input_tokens', 'usd_per_million': '3'}, {'meter': "
    "'output_tokens', 'usd_per_million': '9'}]},"
    "{'id': 'zorghost/mystery', 'provider': 'zorghost', 'model': "
    "'zorgcorp/superqorva'}]}";

/* Two days later qorva costs half. */
static const char later_world[] =
    "{'format': 'assay-facts/1', 'source': "
    "{'id': 'acme-list', 'title': 'A list', 'url': 'https://acme.test', "
    "'kind': 'catalog', 'retrieved': '2026-11-03'}, "
    "'models': ["
    "{'id': 'zorgcorp/qorva', 'name': 'Qorva'}], "
    "'routes': ["
    "{'id': 'zorghost/qorva', 'provider': 'zorghost', 'provider_name': "
    "'Zorg Host', 'model': 'zorgcorp/qorva', 'prices': ["
    "{'meter': 'input_tokens', 'usd_per_million': '0.5'}, {'meter': "
    "'output_tokens', 'usd_per_million': '2'}]}]}";

/* Each text of a source's own. */
static const char hostile_world[] =
    "{'format': 'assay-facts/1', 'source': "
    "{'id': 'evil', 'title': '<script>alert(1)</script>', 'url': "
    "'https://evil.test/?a=<b>', 'kind': 'catalog', 'retrieved': "
    "'2026-11-02'}, "
    "'models': ["
    "{'id': 'evil/m1', 'name': '<script>alert(2)</script>', 'creator': "
    "'<img src=x onerror=alert(3)>', 'task': 'chat', 'aliases': "
    "['<svg/onload=alert(4)>'], 'lifecycle': {'status': 'retired', "
    "'retired_on': '2026-01-01', 'replacement': 'evil/m2'}},"
    "{'id': 'evil/m2', 'name': '<!-- <b> & ]]> --', 'task': 'chat'}],"
    "'routes': ["
    "{'id': 'evilhost/m1', 'provider': 'evilhost', 'provider_name': "
    "'<script>alert(5)</script>', 'model': 'evil/m1', 'status': 'retired', "
    "'retired_on': '2026-01-01'},"
    "{'id': 'otherhost/m1', 'provider': 'otherhost', 'model': 'evil/m1', "
    "'status': 'retired', 'retired_on': '2026-01-01'},"
    "{'id': 'evilhost/<script>alert(6)</script>', 'provider': 'evilhost', "
    "'provider_name': '<script>alert(5)</script>', 'model': 'evil/m2', "
    "'prices': ["
    "{'meter': 'input_tokens', 'usd_per_million': '1'}, {'meter': "
    "'output_tokens', 'usd_per_million': '2'}]}]}";

static struct site_fixture f;

static inline int small(void **state)
{
    const char *const facts[] = {small_world};

    site_open(&f, facts, 1, "");
    return 0;
}

static inline int hostile(void **state)
{
    const char *const facts[] = {small_world, hostile_world};

    site_open(&f, facts, 2, "");
    return 0;
}

static inline int changed(void **state)
{
    const char *const facts[] = {small_world, later_world};

    site_open(&f, facts, 2, "");
    return 0;
}

/* 260 models and as many routes of one provider, beside the built-in ones. */
static inline int large(void **state)
{
    struct assay_buf text;

    assay_buf_init(&text, 1 << 20);
    assay_buf_add_c(&text, "{'format': 'assay-facts/1', 'source': {'id': "
                           "'many', 'title': 'Many', 'url': "
                           "'https://many.test', 'kind': 'catalog', "
                           "'retrieved': '2026-11-01'}, 'models': [");
    for (int i = 0; i < 260; i++)
        assay_buf_printf(&text,
                         "%s{'id': 'manymaker/m%03d-%s', 'name': 'Model number "
                         "%d of a maker with long names', 'context_tokens': "
                         "%d}",
                         i ? "," : "", i, "with-a-long-name", i, 1000 + i % 7);
    assay_buf_add_c(&text, "], 'routes': [");
    for (int i = 0; i < 260; i++)
        assay_buf_printf(
            &text,
            "%s{'id': 'manyhost/m%03d-%s', 'provider': 'manyhost', "
            "'model': 'manymaker/m%03d-%s', 'context_tokens': 131072, "
            "'prices': [{'meter': 'input_tokens', 'usd_per_million': '%d.5'}, "
            "{'meter': 'output_tokens', 'usd_per_million': '7'}, {'meter': "
            "'cache_read_tokens', 'usd_per_million': '0.25'}]}",
            i ? "," : "", i, "with-a-long-name", i, "with-a-long-name", i % 5);
    assay_buf_add_c(&text, "]}");
    const char *const facts[] = {text.at};
    site_open(&f, facts, 1, "");
    assay_buf_release(&text);
    return 0;
}

static inline int closed(void **state)
{
    site_close(&f);
    return 0;
}

/* ------------------------------------------------------- helpers */

static struct assay_arena arena;

static inline int emptied(void **state)
{
    assay_arena_free(&arena);
    return closed(state);
}

static inline const struct assay_json *get_json(const char *address)
{
    struct assay_error err = {ASSAY_OK, ""};
    struct assay_str body = assay_arena_copy(&arena, site_get(&f, address));
    const struct assay_json *json = assay_json_parse(&arena, body, NULL, &err);

    if (!json)
        fail_msg("%s: %s", address, err.text);
    return json;
}

static inline void must_redirect(const char *address, const char *to)
{
    (void)site_ask(&f, address);
    if (f.reply.status != 302 || !assay_str_is(f.reply.location, to))
        fail_msg("%s: %u, to '%.*s' and not '%s'", address, f.reply.status,
                 ASSAY_STR_ARG(f.reply.location), to);
}

static inline void must_refuse(const char *address, unsigned status,
                               const char *words)
{
    struct assay_str body = site_ask(&f, address);

    if (f.reply.status != status)
        fail_msg("%s: %u, not %u", address, f.reply.status, status);
    must_have(body, words);
}

/* The first stands before the second. */
static inline void must_follow(struct assay_str text, const char *first,
                               const char *second)
{
    must_have(text, first);
    must_have(text, second);
    for (size_t i = 0; i < text.len; i++) {
        struct assay_str rest = assay_str_skip(text, i);

        if (assay_str_starts(rest, first))
            return;
        if (assay_str_starts(rest, second))
            fail_msg("'%s' stands before '%s'", second, first);
    }
}

/* What stands between `before` and the next `after`, from `*rest` on. */
static inline bool next_between(struct assay_str *rest, const char *before,
                                char after, struct assay_str *found)
{
    for (; rest->len; *rest = assay_str_skip(*rest, 1)) {
        if (!assay_str_starts(*rest, before))
            continue;
        *rest = assay_str_skip(*rest, strlen(before));
        *found = assay_str_head(*rest, assay_str_find(*rest, after));
        return true;
    }
    return false;
}

static inline void check_ids(struct assay_str page)
{
    struct assay_str rest = page, id;

    while (next_between(&rest, " id=\"", '"', &id)) {
        struct assay_str quoted =
            assay_arena_printf(&arena, " id=\"%.*s\"", ASSAY_STR_ARG(id));

        if (count_of(page, quoted.at) != 1)
            fail_msg("two things are called '%.*s'", ASSAY_STR_ARG(id));
        if (!assay_str_starts(id, "f-"))
            continue;
        quoted = assay_arena_printf(&arena, " for=\"%.*s\"", ASSAY_STR_ARG(id));
        must_have(page, quoted.at);
    }
}

/* Every page: short enough, one heading, labelled controls, no script. */
static inline struct assay_str get_page(const char *address)
{
    struct assay_str page = site_ask(&f, address), rest = page, link;

    if (f.reply.status != 200 && f.reply.status != 400)
        fail_msg("%s: %u", address, f.reply.status);
    if (page.len > 100000)
        fail_msg("%s: %zu bytes", address, page.len);
    assert_int_equal(count_of(page, "<h1>"), 1);
    must_lack(page, " style=");
    must_lack(page, "href=\"\"");
    must_lack(page, "<script>");
    must_lack(page, "<img");
    assert_int_equal(count_of(page, "<script"), 1);
    assert_int_equal(count_of(page, "<form"), count_of(page, "</form>"));
    assert_int_equal(count_of(page, "<section"), count_of(page, "</section>"));
    check_ids(page);
    while (next_between(&rest, " href=\"", '"', &link))
        if (!assay_str_starts(link, "/") && !assay_str_starts(link, "#") &&
            !assay_str_starts(link, "http"))
            fail_msg("%s: a link to '%.*s'", address, ASSAY_STR_ARG(link));
    return page;
}

static inline bool was_seen(struct assay_str *ids, size_t count,
                            struct assay_str id)
{
    while (count--)
        if (assay_str_equal(ids[count], id))
            return true;
    return false;
}

/* Follows `next` to the end; each id once. */
static inline size_t walk_list(const char *address, const char *list)
{
    struct assay_str ids[2000], next = ASSAY_STR("");
    size_t count = 0, total = 0;

    do {
        struct assay_str at =
            assay_arena_printf(&arena, "%s%s%.*s", address,
                               next.len ? "&after=" : "", ASSAY_STR_ARG(next));
        const struct assay_json *page = get_json(at.at);
        const struct assay_json *rows = assay_json_get(page, list);
        uint64_t n;

        assert_true(assay_json_to_u64(assay_json_get(page, "total"), &n));
        assert_true(total == 0 || n == total);
        total = (size_t)n;
        for (const struct assay_json *one = rows->first; one; one = one->next) {
            struct assay_str id = assay_json_text(one, "id");

            if (was_seen(ids, count, id) || count == 2000)
                fail_msg("%s: '%.*s' again", address, ASSAY_STR_ARG(id));
            ids[count++] = id;
        }
        next = assay_json_text(page, "next");
    } while (next.len);
    assert_int_equal(count, total);
    return count;
}

/* Page by page over the links of the pages themselves. */
static inline size_t walk_pages(const char *address, const char *row)
{
    struct assay_str at = assay_str_c(address);
    size_t rows = 0;

    for (int pages = 0; at.len && pages < 50; pages++) {
        struct assay_str page =
            assay_arena_copy(&arena, get_page(assay_arena_cstr(&arena, at)));
        struct assay_str rest = page;

        rows += count_of(page, row);
        at = ASSAY_STR("");
        if (next_between(&rest, "<a rel=\"next\" href=\"", '"', &at)) {
            char *plain = assay_arena_cstr(&arena, at);
            char *amp = strstr(plain, "&amp;");

            for (; amp; amp = strstr(amp + 1, "&amp;"))
                memmove(amp + 1, amp + 5, strlen(amp + 5) + 1);
            at = assay_str_c(plain);
        }
    }
    return rows;
}

#endif
