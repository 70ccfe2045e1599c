/*
 * The web as a function: a request in, a reply out, no sockets. `serve`
 * answers over HTTP with it and `export site` writes files with it, so both
 * show the same bytes. Addresses: docs/formats.md, pages and API.
 */
#ifndef ASSAY_SITE_H
#define ASSAY_SITE_H

#include "assay/buf.h"
#include "assay/date.h"
#include "assay/error.h"
#include "assay/str.h"

struct assay_site;

struct assay_site_options {
    const char *store;       /* path of the catalog */
    struct assay_date as_of; /* unset: the day on which one asks */
    /* "https://models.example", no slash behind: what canonical links, site
       map and feed begin with; empty: they are paths */
    struct assay_str public_url;
};

/* Opens the store once, to see that it can be. NULL: as the catalog says. */
struct assay_site *assay_site_open(const struct assay_site_options *options,
                                   struct assay_error *err);
/* Nobody may be asking. Accepts NULL. */
void assay_site_close(struct assay_site *site);

enum assay_method {
    ASSAY_GET = 1, /* HEAD is asked as GET; who sends leaves the body out */
    ASSAY_POST = 2,
};

/* As it was sent: path and query are percent-encoded. Borrowed. */
struct assay_request {
    enum assay_method method;
    struct assay_str path;  /* from "/" up to "?" */
    struct assay_str query; /* behind "?" */
    struct assay_str body;  /* of POST */
    struct assay_str media; /* of the body: "application/json", or empty */
};

/* How long a client may keep a reply. */
enum assay_keep {
    ASSAY_KEEP_NOT,     /* no-store */
    ASSAY_KEEP_CHECK,   /* no-cache: ask whether the ETag still holds */
    ASSAY_KEEP_FOREVER, /* the address changes with the bytes */
};

struct assay_reply {
    unsigned status;   /* 200, 302, 400, 404 … */
    const char *media; /* "text/html; charset=utf-8" */
    struct assay_buf body;
    struct assay_str location; /* of 302: path and query; in body.at's stead */
    const char *allow;         /* of 405: "GET, HEAD" */
    enum assay_keep keep;
    /* The same request has the same answer while the edition is this one;
       0: ask every time. */
    uint64_t edition;
};

/*
 * Answers; any number of threads at once. What goes wrong is a reply too:
 * a page, or for addresses below /api an error object.
 */
void assay_site_ask(struct assay_site *site,
                    const struct assay_request *request,
                    struct assay_reply *reply);
void assay_reply_release(struct assay_reply *reply);

/*
 * A number, never 0, that is another one after each write to the catalog by
 * any process, and each day. Looks at most every 50 ms; cheap to call.
 */
uint64_t assay_site_edition(struct assay_site *site);
/*
 * The same of what the page of this path shows: those of runs change with
 * each write to the store. 0: that cannot be told.
 */
uint64_t assay_site_page_edition(struct assay_site *site,
                                 struct assay_str path);

/*
 * Makes what most pages share, so that the first of them need not: some 60 ms
 * with large catalogs.
 */
void assay_site_warm(struct assay_site *site);
/* True while the catalog can be read. */
bool assay_site_ready(struct assay_site *site, struct assay_error *err);

/* ------------------------------------------------------- as files */

struct assay_site_files {
    const char *folder; /* made when it is not there */
    /* "related": each model with those nearest to it; "all"; or the text of
       a list, two names a line (several: one comparison of all of them) */
    const char *pairs;
    struct assay_str list; /* when pairs is NULL */
    size_t threads;        /* 0: one per core */
    /* From any thread, about once a page; or NULL. */
    void (*progress)(void *context, size_t done, size_t all);
    void *context;
};

struct assay_site_report {
    size_t pages, written, unchanged, removed;
};

/*
 * Writes every page with its Markdown twin, the compare pages asked for, and
 * what they load. Links are relative, so the folder works under any address
 * and from a disk; forms and what only a server can answer are left out. A
 * file whose bytes would be the same is not touched; files of an earlier
 * export that are no longer pages are removed.
 * False: SYSTEM (a file), BAD_INPUT, NOT_FOUND (a name in the list).
 */
bool assay_site_export(struct assay_site *site,
                       const struct assay_site_files *files,
                       struct assay_site_report *report,
                       struct assay_error *err);

/* Limits of what is taken; the server may refuse earlier. */
#define ASSAY_SITE_MAX_URL 8192
#define ASSAY_SITE_MAX_BODY ((size_t)1 << 20)

#endif
