/*
 * The site: takes a question to its place and renders what that makes.
 *
 * A catalog handle belongs to one thread at a time, so handles are lent to
 * visits from a small stack; each visit reads one snapshot.
 */

#include "assay/site.h"

#include "assay/file.h"
#include "assay/ledger.h"
#include "assay/render.h"
#include "serve/directory.h"
#include "serve/place.h"
#include "serve/shelf.h"
#include "serve/site_parts.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

enum {
    LOOK_EVERY_MS = 50, /* how old the edition may be */
    MOST_PAGE_BYTES = 32 << 20,
};

struct handle {
    struct assay_catalog *catalog;
    struct handle *next;
};

struct assay_site {
    char *store, *public_url;
    struct assay_date as_of;
    /* Taken before `lock`: one thread looks at the edition, one makes the
       directory, and whoever needs neither goes on. */
    pthread_mutex_t looking, making;
    pthread_mutex_t lock; /* of all below but the directory: `making` */
    struct handle *free_handles;
    uint64_t edition;
    int64_t looked_ms; /* when that was read */
    struct assay_directory *directory;
    uint64_t directory_version;
    struct assay_date directory_day;
    struct assay_shelf *shelf;   /* has locks of its own */
    struct assay_ledger *ledger; /* for its version alone: under `looking` */
};

/* ------------------------------------------------------- handles */

static struct assay_date today_of(const struct assay_site *site)
{
    return site->as_of.day ? site->as_of : assay_date_today();
}

static struct handle *take_handle(struct assay_site *site,
                                  struct assay_error *err)
{
    const struct assay_catalog_options options = {
        .path = site->store,
        .as_of = today_of(site),
    };
    struct handle *handle;

    pthread_mutex_lock(&site->lock);
    handle = site->free_handles;
    if (handle)
        site->free_handles = handle->next;
    pthread_mutex_unlock(&site->lock);
    if (handle)
        return handle;
    handle = calloc(1, sizeof *handle);
    if (!handle) {
        assay_fail(err, ASSAY_SYSTEM, "out of memory for a catalog");
        return NULL;
    }
    handle->catalog = assay_catalog_open(&options, err);
    if (handle->catalog)
        return handle;
    free(handle);
    return NULL;
}

static void give_back(struct assay_site *site, struct handle *handle)
{
    pthread_mutex_lock(&site->lock);
    handle->next = site->free_handles;
    site->free_handles = handle;
    pthread_mutex_unlock(&site->lock);
}

struct assay_site *assay_site_open(const struct assay_site_options *options,
                                   struct assay_error *err)
{
    struct assay_site *site = calloc(1, sizeof *site);
    struct handle *handle;

    if (!site) {
        assay_fail(err, ASSAY_SYSTEM, "out of memory for a site");
        return NULL;
    }
    pthread_mutex_init(&site->looking, NULL);
    pthread_mutex_init(&site->making, NULL);
    pthread_mutex_init(&site->lock, NULL);
    site->store = strdup(options->store);
    site->public_url =
        strndup(options->public_url.at ? options->public_url.at : "",
                options->public_url.len);
    site->as_of = options->as_of;
    if (!site->store || !site->public_url) {
        assay_fail(err, ASSAY_SYSTEM, "out of memory for a site");
        assay_site_close(site);
        return NULL;
    }
    site->shelf = assay_shelf_new(err);
    handle = site->shelf ? take_handle(site, err) : NULL;
    if (!handle) {
        assay_site_close(site);
        return NULL;
    }
    give_back(site, handle);
    return site;
}

void assay_site_close(struct assay_site *site)
{
    if (!site)
        return;
    while (site->free_handles) {
        struct handle *handle = site->free_handles;

        site->free_handles = handle->next;
        assay_catalog_close(handle->catalog);
        free(handle);
    }
    assay_directory_release(site->directory);
    assay_shelf_free(site->shelf);
    assay_ledger_close(site->ledger);
    pthread_mutex_destroy(&site->lock);
    pthread_mutex_destroy(&site->making);
    pthread_mutex_destroy(&site->looking);
    free(site->store);
    free(site->public_url);
    free(site);
}

struct assay_str assay_site_public_url(const struct assay_site *site)
{
    return assay_str_c(site->public_url);
}

const char *assay_site_store(const struct assay_site *site)
{
    return site->store;
}

struct assay_shelf *assay_site_shelf(const struct assay_site *site)
{
    return site->shelf;
}

/* ------------------------------------------------------- editions */

/* Of one version on one day. */
static uint64_t edition_of(uint64_t version, struct assay_date day)
{
    uint64_t days = (uint64_t)(uint32_t)assay_date_days(day);

    return version << 20 ^ (days + 1);
}

static int64_t now_ms(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* The one that was read, while it is young enough. */
static bool young_edition(struct assay_site *site, uint64_t *edition)
{
    bool young;

    pthread_mutex_lock(&site->lock);
    *edition = site->edition;
    young = site->edition && now_ms() - site->looked_ms < LOOK_EVERY_MS;
    pthread_mutex_unlock(&site->lock);
    return young;
}

static uint64_t look(struct assay_site *site, uint64_t before)
{
    int64_t began = now_ms();
    struct assay_error ignored = {0};
    struct handle *handle = take_handle(site, &ignored);
    uint64_t edition;

    if (!handle)
        return before ? before : 1;
    edition =
        edition_of(assay_catalog_version(handle->catalog), today_of(site));
    give_back(site, handle);
    pthread_mutex_lock(&site->lock);
    site->edition = edition;
    site->looked_ms = began;
    pthread_mutex_unlock(&site->lock);
    return edition;
}

uint64_t assay_site_edition(struct assay_site *site)
{
    uint64_t edition;

    if (young_edition(site, &edition))
        return edition;
    pthread_mutex_lock(&site->looking);
    if (!young_edition(site, &edition)) /* nobody was faster */
        edition = look(site, edition);
    pthread_mutex_unlock(&site->looking);
    return edition;
}

uint64_t assay_site_page_edition(struct assay_site *site, struct assay_str path)
{
    uint64_t edition = assay_site_edition(site), version = 0;
    struct assay_error ignored = {0};

    if (!assay_str_starts(path, "/run") &&
        !assay_str_starts(path, "/api/v1/run"))
        return edition;
    pthread_mutex_lock(&site->looking);
    if (!site->ledger)
        site->ledger = assay_ledger_open(site->store, &ignored);
    if (site->ledger)
        version = assay_ledger_version(site->ledger);
    pthread_mutex_unlock(&site->looking);
    return version ? edition ^ version << 40 : 0;
}

bool assay_site_ready(struct assay_site *site, struct assay_error *err)
{
    struct handle *handle = take_handle(site, err);
    bool ready;

    if (!handle)
        return false;
    ready = assay_catalog_version(handle->catalog) != 0 ||
            assay_fail(err, ASSAY_SYSTEM, "the catalog cannot be read");
    give_back(site, handle);
    return ready;
}

/*
 * The directory of the snapshot that the visit holds; made anew when the
 * catalog or the day is another one. Whoever needs it waits for it.
 */
static struct assay_directory *find_directory(struct assay_site *site,
                                              struct assay_visit *visit,
                                              struct assay_error *err)
{
    uint64_t version = assay_catalog_version(visit->catalog);
    struct assay_directory *directory;

    pthread_mutex_lock(&site->making);
    if (!site->directory || site->directory_version != version ||
        assay_date_compare(site->directory_day, visit->today) != 0) {
        directory = assay_directory_new(visit->catalog, visit->today, err);
        if (directory) {
            assay_directory_release(site->directory);
            site->directory = directory;
            site->directory_version = version;
            site->directory_day = visit->today;
        }
    } else {
        directory = site->directory;
    }
    assay_directory_share(directory);
    pthread_mutex_unlock(&site->making);
    return directory;
}

/* ------------------------------------------------------- replies */

static unsigned status_of(enum assay_code code)
{
    switch (code) {
    case ASSAY_OK:
        return 200;
    case ASSAY_BAD_INPUT:
        return 400;
    case ASSAY_NOT_FOUND:
        return 404;
    case ASSAY_LIMIT:
        return 422;
    case ASSAY_REMOTE:
        return 502;
    case ASSAY_SYSTEM:
    case ASSAY_CANCELLED:
        return 503;
    }
    return 500;
}

/* { "error": { "status", "code", "message" } } */
static void error_object(struct assay_reply *reply, struct assay_arena *arena,
                         const char *code, const struct assay_error *err)
{
    struct assay_json *body = assay_json_object(arena);
    struct assay_json *error =
        assay_json_set(body, "error", assay_json_object(arena));

    assay_json_set_uint(arena, error, "status", reply->status);
    assay_json_set_c(arena, error, "code", code);
    assay_json_set_c(arena, error, "message", err->text);
    assay_json_write(&reply->body, body,
                     (struct assay_json_style){.indent = true});
    reply->media = "application/json";
}

static const char *code_of(unsigned status)
{
    switch (status) {
    case 400:
        return "bad_request";
    case 404:
        return "not_found";
    case 405:
        return "method_not_allowed";
    case 415:
        return "unsupported_media_type";
    case 422:
        return "limit";
    default:
        return "unavailable";
    }
}

static void reply_error(struct assay_visit *visit, struct assay_reply *reply,
                        unsigned status, const struct assay_error *err)
{
    assay_buf_clear(&reply->body);
    reply->status = status;
    reply->keep = ASSAY_KEEP_NOT;
    reply->edition = 0;
    if (assay_str_starts(visit->request->path, "/api/")) {
        error_object(reply, visit->arena, code_of(status), err);
        return;
    }
    assay_frame_error(&reply->body, visit, status, err);
    reply->media = "text/html; charset=utf-8";
}

static void redirect(struct assay_visit *visit, struct assay_reply *reply,
                     struct assay_str to)
{
    assay_buf_clear(&reply->body);
    assay_buf_add(&reply->body, to);
    (void)visit;
    reply->status = 302;
    reply->media = "text/plain; charset=utf-8";
    reply->location = assay_buf_str(&reply->body);
    reply->keep = ASSAY_KEEP_NOT;
}

static bool render(struct assay_visit *visit, const struct assay_sheet *sheet,
                   struct assay_reply *reply, struct assay_error *err)
{
    const struct assay_render_options plain = {0};

    switch (visit->shape) {
    case ASSAY_AS_PAGE:
        reply->media = "text/html; charset=utf-8";
        return assay_frame_html(&reply->body, visit, sheet, err) &&
               (!visit->twin ||
                assay_render_markdown(visit->twin, sheet->doc, &plain, err));
    case ASSAY_AS_MARKDOWN:
        reply->media = "text/markdown; charset=utf-8";
        return assay_render_markdown(&reply->body, sheet->doc, &plain, err);
    case ASSAY_AS_JSON:
        reply->media = "application/json";
        return assay_render_json(&reply->body, sheet->doc, &plain, err);
    }
    return false;
}

/* ------------------------------------------------------- asking */

static bool make(struct assay_visit *visit, struct assay_reply *reply,
                 struct assay_error *err)
{
    struct assay_sheet sheet = {0};

    if (visit->place->answer)
        return visit->place->answer(visit, reply, err);
    if (!visit->place->make(visit, &sheet, err))
        return false;
    if (sheet.redirect.len) {
        redirect(visit, reply, sheet.redirect);
        return true;
    }
    if (sheet.status) {
        reply->status = sheet.status;
        reply->edition = 0;
    }
    if (sheet.of_runs)
        reply->edition = sheet.edition;
    return render(visit, &sheet, reply, err);
}

/* The short address of a question that a form has spelled out. */
static void fold(struct assay_visit *visit, struct assay_reply *reply)
{
    struct assay_str query = assay_visit_query(visit);

    redirect(visit, reply,
             assay_arena_printf(visit->arena, "%.*s%s%.*s",
                                ASSAY_STR_ARG(visit->request->path),
                                query.len ? "?" : "", ASSAY_STR_ARG(query)));
}

/* Calls `work` inside one snapshot, with the directory of the same. */
static bool with_catalog(struct assay_visit *visit,
                         bool (*work)(void *context, struct assay_visit *visit,
                                      struct assay_error *err),
                         void *context, struct assay_error *err)
{
    struct assay_site *site = visit->site;
    struct handle *handle = take_handle(site, err);
    struct assay_directory *directory = NULL;
    bool ok;

    if (!handle)
        return false;
    visit->catalog = handle->catalog;
    ok = assay_catalog_hold(handle->catalog, visit->today, err);
    if (ok) {
        if (!visit->place || !visit->place->alone) {
            directory = find_directory(site, visit, err);
            visit->directory = directory;
            ok = directory != NULL;
        }
        /* inside the same snapshot, as of the day that was asked for */
        ok = ok && assay_catalog_hold(handle->catalog, visit->as_of, err);
        if (ok) {
            ok = work(context, visit, err);
            assay_catalog_let_go(handle->catalog);
        }
        assay_catalog_let_go(handle->catalog);
    }
    assay_directory_release(directory);
    give_back(site, handle);
    visit->directory = NULL;
    visit->catalog = NULL;
    return ok;
}

static bool nothing(void *context, struct assay_visit *visit,
                    struct assay_error *err)
{
    (void)context;
    (void)visit;
    (void)err;
    return true;
}

void assay_site_warm(struct assay_site *site)
{
    struct assay_error ignored = {0}; /* who asks is told */

    (void)assay_site_look(site, nothing, NULL, &ignored);
}

static bool make_in(void *context, struct assay_visit *visit,
                    struct assay_error *err)
{
    struct assay_reply *reply = context;

    reply->edition =
        edition_of(assay_catalog_version(visit->catalog), visit->today);
    return make(visit, reply, err);
}

static bool ask(struct assay_visit *visit, struct assay_reply *reply,
                struct assay_error *err)
{
    return with_catalog(visit, make_in, reply, err);
}

bool assay_site_look(struct assay_site *site,
                     bool (*work)(void *context, struct assay_visit *visit,
                                  struct assay_error *err),
                     void *context, struct assay_error *err)
{
    struct assay_arena arena = {0};
    struct assay_visit visit = {
        .site = site,
        .arena = &arena,
        .today = today_of(site),
    };
    bool ok;

    visit.as_of = visit.today;
    visit.traffic = assay_traffic_default();
    ok = with_catalog(&visit, work, context, err);
    assay_arena_free(&arena);
    return ok;
}

static bool takes_method(struct assay_visit *visit, struct assay_reply *reply)
{
    bool post = visit->request->method == ASSAY_POST;
    struct assay_error err = {0};

    if (post == (visit->place->post[0] != NULL))
        return true;
    reply->allow = post ? "GET, HEAD" : "POST";
    assay_fail(&err, ASSAY_BAD_INPUT, "this address takes %s", reply->allow);
    reply_error(visit, reply, 405, &err);
    return false;
}

/* One that the place takes; what stands behind ";" aside. */
static bool takes_media(struct assay_visit *visit, struct assay_reply *reply)
{
    const char *const *post = visit->place->post;
    struct assay_str media = visit->request->media;
    struct assay_error err = {0};

    if (!post[0])
        return true;
    media = assay_str_trim(assay_str_head(media, assay_str_find(media, ';')));
    for (size_t i = 0; i < ASSAY_POST_MAX && post[i]; i++)
        if (media.len == strlen(post[i]) &&
            strncasecmp(media.at, post[i], media.len) == 0)
            return true;
    assay_fail(&err, ASSAY_BAD_INPUT,
               "this address takes a body of %s%s%s, not of '%.*s'", post[0],
               post[1] ? " or " : "", post[1] ? post[1] : "",
               ASSAY_STR_ARG(assay_str_head(media, 100)));
    reply_error(visit, reply, 415, &err);
    return false;
}

static void answer(struct assay_site *site, const struct assay_request *request,
                   struct assay_reply *reply, struct assay_buf *twin)
{
    struct assay_arena arena = {0};
    struct assay_error err = {0};
    struct assay_visit visit = {
        .site = site,
        .request = request,
        .twin = twin,
        .arena = &arena,
        .today = today_of(site),
    };

    visit.as_of = visit.today;
    visit.traffic = assay_traffic_default();
    *reply = (struct assay_reply){.status = 200, .keep = ASSAY_KEEP_CHECK};
    assay_buf_init(&reply->body, MOST_PAGE_BYTES);
    if (!assay_visit_find_place(&visit, &err)) {
        reply_error(&visit, reply, status_of(err.code), &err);
    } else if (takes_method(&visit, reply) && takes_media(&visit, reply)) {
        if (!assay_visit_read_query(&visit, &err))
            reply_error(&visit, reply, 400, &err);
        else if (visit.folded)
            fold(&visit, reply);
        else if (!ask(&visit, reply, &err) || !assay_buf_ok(&reply->body, &err))
            reply_error(&visit, reply, status_of(err.code), &err);
    }
    assay_arena_free(&arena);
    for (size_t i = 0; i < sizeof visit.walks / sizeof visit.walks[0]; i++)
        assay_arena_free(&visit.walks[i]);
}

void assay_site_ask(struct assay_site *site,
                    const struct assay_request *request,
                    struct assay_reply *reply)
{
    answer(site, request, reply, NULL);
}

void assay_site_ask_twins(struct assay_site *site,
                          const struct assay_request *request,
                          struct assay_reply *page, struct assay_buf *twin)
{
    assay_buf_init(twin, MOST_PAGE_BYTES);
    answer(site, request, page, twin);
}

void assay_reply_release(struct assay_reply *reply)
{
    assay_buf_release(&reply->body);
}
