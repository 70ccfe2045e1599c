/*
 * The site as files: first the list of all addresses, so that each page
 * knows which links lead somewhere; then all of them, on every core.
 */
#include "assay/site.h"

#include "base/cpu.h"
#include "base/pool.h"
#include "serve/assets.h"
#include "serve/place.h"
#include "serve/places.h"
#include "serve/related_pairs.h"
#include "serve/site_links.h"
#include "serve/site_parts.h"

#include "assay/compare.h"
#include "assay/file.h"

#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <unistd.h>

enum { MOST_PAGES_OF_A_LIST = 1000, MOST_PAIRS = 2000000 };

/* The list of files that an export made, in its folder. */
#define MANIFEST ".assay-export"

struct export
{
    struct assay_site *site;
    const struct assay_site_files *files;
    struct assay_arena arena;
    struct assay_site_set set;
    _Atomic size_t done, written, unchanged;
    atomic_bool failed;
    pthread_mutex_t lock; /* of err */
    struct assay_error *err;
};

/* ------------------------------------------------------- what there is */

static void add_address(struct export *e, struct assay_str address)
{
    (void)assay_site_set_add(&e->set, address);
}

static struct assay_str twin_of(struct assay_arena *arena,
                                struct assay_str page)
{
    if (assay_str_is(page, "/"))
        page = ASSAY_STR("/index");
    return assay_arena_printf(arena, "%.*s.md", ASSAY_STR_ARG(page));
}

/* The page and its twin. */
static void add_page(struct export *e, struct assay_str path)
{
    add_address(e, path);
    add_address(e, twin_of(&e->arena, path));
}

static void add_models(struct export *e, const struct assay_directory *d)
{
    for (size_t i = 0; i < d->model_count; i++)
        add_page(e, assay_model_path(&e->arena, d->models[i].id));
    for (size_t i = 0; i < d->provider_count; i++)
        add_page(e, assay_arena_printf(&e->arena, "/provider/%.*s",
                                       ASSAY_STR_ARG(assay_url_encoded(
                                           &e->arena, d->providers[i].id))));
    for (size_t i = 0; i < d->source_count; i++)
        add_page(e, assay_arena_printf(&e->arena, "/source/%.*s",
                                       ASSAY_STR_ARG(assay_url_encoded(
                                           &e->arena, d->sources[i].id))));
}

static struct assay_str pair_path(struct export *e, struct assay_str a,
                                  struct assay_str b)
{
    struct assay_str first = assay_model_path(&e->arena, a);
    struct assay_str second = assay_model_path(&e->arena, b);
    size_t prefix = strlen("/model");

    return assay_arena_printf(&e->arena, "/compare%.*s%.*s",
                              ASSAY_STR_ARG(assay_str_skip(first, prefix)),
                              ASSAY_STR_ARG(assay_str_skip(second, prefix)));
}

/* Both ways round: pages link to either. */
static void add_pair(struct export *e, struct assay_str a, struct assay_str b)
{
    add_page(e, pair_path(e, a, b));
    add_page(e, pair_path(e, b, a));
}

static bool add_line(struct export *e, struct assay_visit *visit,
                     struct assay_str line, size_t number,
                     struct assay_error *err)
{
    struct assay_str path = ASSAY_STR("/compare"), name, id;
    size_t count = 0;

    line = assay_str_trim(line);
    if (line.len == 0 || assay_str_starts(line, "#"))
        return true;
    while (line.len) {
        size_t end = 0;

        while (end < line.len && line.at[end] != ' ' && line.at[end] != '\t' &&
               line.at[end] != ',')
            end++;
        name = assay_str_head(line, end);
        line = assay_str_trim(assay_str_skip(line, end + 1));
        if (name.len == 0)
            continue;
        if (!assay_catalog_resolve(visit->catalog, &e->arena, name, &id, err))
            return assay_fail_in(err, "line %zu", number);
        path = assay_arena_printf(
            &e->arena, "%.*s%.*s", ASSAY_STR_ARG(path),
            ASSAY_STR_ARG(assay_str_skip(assay_model_path(&e->arena, id),
                                         strlen("/model"))));
        count++;
    }
    if (count < 2 || count > ASSAY_COMPARE_MAX)
        return assay_fail(err, ASSAY_BAD_INPUT,
                          "line %zu: expected 2 to %d models, not %zu", number,
                          ASSAY_COMPARE_MAX, count);
    add_page(e, path);
    return true;
}

static bool add_list(struct export *e, struct assay_visit *visit,
                     struct assay_error *err)
{
    struct assay_str rest = e->files->list, line;
    size_t number = 0;

    while (rest.len) {
        if (!assay_str_cut(rest, '\n', &line, &rest)) {
            line = rest;
            rest = ASSAY_STR("");
        }
        if (!add_line(e, visit, line, ++number, err))
            return false;
    }
    return true;
}

static bool add_pairs(struct export *e, struct assay_visit *visit,
                      struct assay_error *err)
{
    const struct assay_directory *d = visit->directory;
    struct assay_related_pair *pairs;
    size_t count;

    if (!e->files->pairs)
        return add_list(e, visit, err);
    if (strcmp(e->files->pairs, "related") == 0) {
        assay_related_pairs(&e->arena, d, &pairs, &count);
        for (size_t i = 0; i < count; i++)
            add_pair(e, pairs[i].a->id, pairs[i].b->id);
        return true;
    }
    if (d->model_count * d->model_count > MOST_PAIRS)
        return assay_fail(err, ASSAY_BAD_INPUT,
                          "all pairs of %zu models are more than %d pages; "
                          "name those that you want",
                          d->model_count, MOST_PAIRS);
    for (size_t i = 0; i < d->model_count; i++)
        for (size_t k = 0; k < i; k++)
            add_pair(e, d->models[k].id, d->models[i].id);
    return true;
}

/* ------------------------------------------------------- pages of lists */

/* Where a list goes on: the first link with rel="next". */
static bool next_page(struct assay_arena *arena, struct assay_str page,
                      struct assay_str *address)
{
    static const char mark[] = " rel=\"next\" href=\"";
    size_t len = sizeof mark - 1;

    for (size_t i = 0; i + len <= page.len; i++) {
        struct assay_str link;
        struct assay_buf plain;

        if (page.at[i] != ' ' || memcmp(page.at + i, mark, len) != 0)
            continue;
        link = assay_str_skip(page, i + len);
        link = assay_str_head(link, assay_str_find(link, '"'));
        assay_buf_init(&plain, link.len + 1);
        for (size_t k = 0; k < link.len; k++) {
            assay_buf_add_char(&plain, link.at[k]);
            if (assay_str_starts(assay_str_skip(link, k), "&amp;"))
                k += 4;
        }
        *address = assay_arena_copy(arena, assay_buf_str(&plain));
        assay_buf_release(&plain);
        return true;
    }
    return false;
}

static struct assay_request request_of(struct assay_str address)
{
    struct assay_request request = {.method = ASSAY_GET, .path = address};

    request.query = ASSAY_STR("");
    (void)assay_str_cut(address, '?', &request.path, &request.query);
    return request;
}

static void add_pages_of(struct export *e, struct assay_str address)
{
    for (int i = 0; i < MOST_PAGES_OF_A_LIST; i++) {
        const struct assay_request request = request_of(address);
        struct assay_str next;
        struct assay_reply reply;

        if (i > 0)
            add_address(e, address);
        assay_site_ask(e->site, &request, &reply);
        bool more = reply.status == 200 &&
                    next_page(&e->arena, assay_buf_str(&reply.body), &next);
        assay_reply_release(&reply);
        if (!more || assay_site_set_find(&e->set, next))
            return;
        address = next;
    }
}

/* What is there whatever the catalog says; lists with all their pages. */
static void add_fixed(struct export *e)
{
    static const char *const pages[] = {"/",        "/models",    "/providers",
                                        "/sources", "/conflicts", "/changes"};
    static const char *const others[] = {"/sitemap.xml", "/robots.txt",
                                         "/changes.atom"};
    static const char *const assets[] = {"site.css", "site.js", "icon.svg"};

    for (size_t i = 0; i < sizeof pages / sizeof pages[0]; i++)
        add_page(e, assay_str_c(pages[i]));
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
        add_address(e, assay_str_c(others[i]));
    for (size_t i = 0; i < sizeof assets / sizeof assets[0]; i++)
        add_address(e, assay_asset_path(&e->arena, assets[i]));
    add_pages_of(e, ASSAY_STR("/models"));
    add_pages_of(e, ASSAY_STR("/conflicts"));
    add_pages_of(e, ASSAY_STR("/changes"));
}

static bool plan(void *context, struct assay_visit *visit,
                 struct assay_error *err)
{
    struct export *e = context;

    add_models(e, visit->directory);
    return add_pairs(e, visit, err);
}

/* ------------------------------------------------------- files */

static void fail(struct export *e, const struct assay_error *err)
{
    pthread_mutex_lock(&e->lock);
    if (!atomic_load(&e->failed))
        *e->err = *err;
    atomic_store(&e->failed, true);
    pthread_mutex_unlock(&e->lock);
}

static bool put(struct export *e, const struct assay_site_file *file,
                struct assay_str bytes, struct assay_error *err)
{
    struct assay_arena arena = {0};
    const char *path = assay_arena_printf(&arena, "%s/%.*s", e->files->folder,
                                          ASSAY_STR_ARG(file->file))
                           .at;
    bool written, ok = assay_file_keep(path, bytes, &written, err);

    if (ok)
        atomic_fetch_add(written ? &e->written : &e->unchanged, 1);
    assay_arena_free(&arena);
    return ok;
}

/*
 * Most pages are of models and comparisons, and their document is the same in
 * both forms: it is made once. Lists say in words where they go on.
 */
static bool is_twinned(struct assay_str page)
{
    return assay_str_starts(page, "/model/") ||
           assay_str_starts(page, "/compare/");
}

static bool put_page(struct export *e, const struct assay_site_file *file,
                     const struct assay_buf *body, struct assay_error *err)
{
    struct assay_buf page;
    bool ok;

    assay_buf_init(&page, body->max);
    assay_site_relink(&page, assay_buf_str(body), &e->set, file);
    ok = assay_buf_ok(&page, err) && put(e, file, assay_buf_str(&page), err);
    assay_buf_release(&page);
    return ok;
}

/* The file, and with a page its twin; *files is how many these are. */
static bool make_file(struct export *e, const struct assay_site_file *file,
                      size_t *files, struct assay_error *err)
{
    const struct assay_request request = request_of(file->address);
    struct assay_arena arena = {0};
    const struct assay_site_file *twin =
        is_twinned(file->address)
            ? assay_site_set_find(&e->set, twin_of(&arena, file->address))
            : NULL;
    struct assay_buf twin_body = {0};
    struct assay_reply reply;
    bool ok;

    assay_arena_free(&arena);
    *files = twin ? 2 : 1;
    if (twin)
        assay_site_ask_twins(e->site, &request, &reply, &twin_body);
    else
        assay_site_ask(e->site, &request, &reply);
    if (reply.status != 200)
        ok = assay_fail(err, ASSAY_SYSTEM, "%.*s answers %u",
                        ASSAY_STR_ARG(file->address), reply.status);
    else if (assay_str_ends(file->file, ".html"))
        ok = put_page(e, file, &reply.body, err);
    else
        ok = put(e, file, assay_buf_str(&reply.body), err);
    if (ok && twin)
        ok = put(e, twin, assay_buf_str(&twin_body), err);
    assay_buf_release(&twin_body);
    assay_reply_release(&reply);
    return ok;
}

/* "/model/a/b.md" is made with "/model/a/b". */
static bool is_twin(const struct export *e, const struct assay_site_file *file)
{
    struct assay_str page = file->address;

    if (!is_twinned(page) || !assay_str_ends(page, ".md"))
        return false;
    page.len -= strlen(".md");
    return assay_site_set_find(&e->set, page) != NULL;
}

static void make_files(void *context, size_t from, size_t to, size_t thread)
{
    struct export *e = context;

    (void)thread;
    for (size_t i = from; i < to && !atomic_load(&e->failed); i++) {
        struct assay_error err = {0};
        size_t done, files;

        if (is_twin(e, e->set.all[i]))
            continue;
        if (!make_file(e, e->set.all[i], &files, &err))
            fail(e, &err);
        done = atomic_fetch_add(&e->done, files) + files;
        if (e->files->progress)
            e->files->progress(e->files->context, done, e->set.count);
    }
}

/* ------------------------------------------------------- earlier exports */

/* A name that an earlier export of ours wrote, not one that leads out. */
static bool is_inside(struct assay_str name)
{
    return name.len && name.at[0] != '/' && !assay_str_contains(name, "../") &&
           !assay_str_starts(name, ".");
}

static bool remove_old(struct export *e, size_t *removed,
                       struct assay_error *err)
{
    const char *path =
        assay_arena_printf(&e->arena, "%s/" MANIFEST, e->files->folder).at;
    struct assay_error ignored = {0};
    struct assay_site_set made;
    struct assay_str text, name;
    struct assay_buf list;

    assay_buf_init(&list, (size_t)256 << 20);
    assay_site_set_init(&made, &e->arena);
    for (size_t i = 0; i < e->set.count; i++) {
        assay_buf_add(&list, e->set.all[i]->file);
        assay_buf_add_char(&list, '\n');
        (void)assay_site_set_add(
            &made, assay_arena_printf(&e->arena, "/%.*s",
                                      ASSAY_STR_ARG(e->set.all[i]->file)));
    }
    if (!assay_file_read(&e->arena, path, (size_t)256 << 20, &text, &ignored))
        text = ASSAY_STR("");
    while (assay_str_cut(text, '\n', &name, &text)) {
        struct assay_str address =
            assay_arena_printf(&e->arena, "/%.*s", ASSAY_STR_ARG(name));

        if (is_inside(name) && !assay_site_set_find(&made, address) &&
            unlink(assay_arena_printf(&e->arena, "%s/%.*s", e->files->folder,
                                      ASSAY_STR_ARG(name))
                       .at) == 0)
            ++*removed;
    }
    bool written;
    bool ok = assay_buf_ok(&list, err) &&
              assay_file_keep(path, assay_buf_str(&list), &written, err);
    assay_buf_release(&list);
    return ok;
}

bool assay_site_export(struct assay_site *site,
                       const struct assay_site_files *files,
                       struct assay_site_report *report,
                       struct assay_error *err)
{
    struct export e = {.site = site, .files = files, .err = err};
    struct assay_pool *pool = assay_pool_new(
        files->threads ? files->threads : assay_cpu_count(), err);
    bool ok = pool != NULL;

    *report = (struct assay_site_report){0};
    pthread_mutex_init(&e.lock, NULL);
    assay_site_set_init(&e.set, &e.arena);
    if (ok) {
        add_fixed(&e);
        ok = assay_site_look(site, plan, &e, err);
    }
    if (ok) {
        assay_pool_run(pool, e.set.count, 4, make_files, &e);
        ok = !atomic_load(&e.failed) && remove_old(&e, &report->removed, err);
        report->pages = e.set.count;
        report->written = atomic_load(&e.written);
        report->unchanged = atomic_load(&e.unchanged);
    }
    assay_pool_free(pool);
    pthread_mutex_destroy(&e.lock);
    assay_arena_free(&e.arena);
    return ok;
}
