/*
 * A site over a store of its own, and questions to it: what the tests of
 * pages start from.
 */
#ifndef ASSAY_TESTS_SERVE_SITE_FIXTURE_H
#define ASSAY_TESTS_SERVE_SITE_FIXTURE_H

#include "support/support.h"

#include "assay/catalog.h"
#include "assay/site.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const struct assay_date site_day = {2026, 11, 22};

/* Imports an assay-facts/1 text; single quotes stand for double ones. */
static inline void site_import(const char *store, const char *text)
{
    struct assay_arena arena = {0};
    struct assay_error err = {ASSAY_OK, ""};
    struct assay_batch batch;
    struct assay_apply_report report;
    struct assay_catalog *catalog = assay_catalog_open(
        &(struct assay_catalog_options){.path = store, .as_of = site_day},
        &err);
    char *json = assay_arena_cstr(&arena, assay_str_c(text));
    struct assay_json *document;

    if (!catalog)
        fail_msg("%s", err.text);
    for (char *p = json; *p; p++)
        if (*p == '\'')
            *p = '"';
    assay_batch_init(&batch, &arena);
    document = assay_json_parse(&arena, assay_str_c(json), NULL, &err);
    if (!document || !assay_batch_read_facts(&batch, document, &err) ||
        !assay_catalog_apply(catalog, &batch, &report, &err))
        fail_msg("%s", err.text);
    assay_catalog_close(catalog);
    assay_arena_free(&arena);
}

struct site_fixture {
    char folder[64], store[96];
    struct assay_site *site;
    struct assay_reply reply; /* the newest */
    bool asked;
};

/* A new store in a folder of its own with these facts; public_url or "". */
static inline void site_open(struct site_fixture *f, const char *const *facts,
                             size_t count, const char *public_url)
{
    struct assay_error err = {ASSAY_OK, ""};

    *f = (struct site_fixture){.folder = "/tmp/assay-site-XXXXXX"};
    if (!mkdtemp(f->folder))
        fail_msg("no folder for a store");
    snprintf(f->store, sizeof f->store, "%s/store.db", f->folder);
    for (size_t i = 0; i < count; i++)
        site_import(f->store, facts[i]);
    f->site = assay_site_open(
        &(struct assay_site_options){.store = f->store,
                                     .as_of = site_day,
                                     .public_url = assay_str_c(public_url)},
        &err);
    if (!f->site)
        fail_msg("%s", err.text);
}

static inline void site_close(struct site_fixture *f)
{
    static const char *const ends[] = {"", "-wal", "-shm", ".lock"};

    if (f->asked)
        assay_reply_release(&f->reply);
    assay_site_close(f->site);
    for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++) {
        char path[128];

        snprintf(path, sizeof path, "%s%s", f->store, ends[i]);
        unlink(path);
    }
    rmdir(f->folder);
}

static inline struct assay_str site_send(struct site_fixture *f,
                                         const struct assay_request *request)
{
    if (f->asked)
        assay_reply_release(&f->reply);
    assay_site_ask(f->site, request, &f->reply);
    f->asked = true;
    return assay_buf_str(&f->reply.body);
}

/* GET "/path?query": the body, until the next question. */
static inline struct assay_str site_ask(struct site_fixture *f,
                                        const char *address)
{
    struct assay_str whole = assay_str_c(address);
    struct assay_request request = {
        .method = ASSAY_GET,
        .path = whole,
        .query = ASSAY_STR(""),
        .body = ASSAY_STR(""),
        .media = ASSAY_STR(""),
    };

    (void)assay_str_cut(whole, '?', &request.path, &request.query);
    return site_send(f, &request);
}

/* The same, where it is to answer 200. */
static inline struct assay_str site_get(struct site_fixture *f,
                                        const char *address)
{
    struct assay_str body = site_ask(f, address);

    if (f->reply.status != 200)
        fail_msg("%s: %u %.*s", address, f->reply.status,
                 (int)(body.len < 2000 ? body.len : 2000), body.at);
    return body;
}

static inline struct assay_str site_post(struct site_fixture *f,
                                         const char *address, const char *media,
                                         const char *text)
{
    struct assay_str whole = assay_str_c(address);
    struct assay_request request = {
        .method = ASSAY_POST,
        .path = whole,
        .query = ASSAY_STR(""),
        .body = assay_str_c(text),
        .media = assay_str_c(media),
    };

    (void)assay_str_cut(whole, '?', &request.path, &request.query);
    return site_send(f, &request);
}

/* How often it occurs. */
static inline size_t count_of(struct assay_str text, const char *needle)
{
    size_t count = 0, len = strlen(needle);

    for (size_t i = 0; i + len <= text.len; i++)
        count += memcmp(text.at + i, needle, len) == 0;
    return count;
}

static inline void must_have(struct assay_str text, const char *needle)
{
    if (!assay_str_contains(text, needle))
        fail_msg("'%s' is not in: %.*s", needle,
                 (int)(text.len < 6000 ? text.len : 6000), text.at);
}

static inline void must_lack(struct assay_str text, const char *needle)
{
    if (assay_str_contains(text, needle))
        fail_msg("'%s' is in: %.*s", needle,
                 (int)(text.len < 6000 ? text.len : 6000), text.at);
}

#endif
