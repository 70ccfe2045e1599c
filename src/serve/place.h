/*
 * Places: what stands at which address. Private to serve.
 *
 * A place makes one sheet, the document of a page; the page, its Markdown
 * twin and the API's JSON are three renderings of it and cannot disagree.
 * Few places (site map, feed, style) are not documents and answer bytes.
 */
#ifndef ASSAY_SERVE_PLACE_H
#define ASSAY_SERVE_PLACE_H

#include "assay/arena.h"
#include "assay/catalog.h"
#include "assay/document.h"
#include "assay/need.h"
#include "assay/pages.h"
#include "assay/render.h"
#include "assay/site.h"
#include "assay/traffic.h"
#include "assay/url.h"

struct assay_directory;
struct assay_place;

enum {
    ASSAY_PARTS_MAX = 16, /* of a path: eight models of two parts each */
    ASSAY_PARAMETERS_MAX = 24,
    ASSAY_TRAFFIC_PARTS = 7,
    ASSAY_POST_MAX = 2,
};

/* A name in the query, as people and OpenAPI read about it. */
struct assay_parameter {
    const char *name; /* NULL ends a table */
    /* of JSON Schema: "string", "integer", "boolean"; NULL: forms of pages
       send it, the API has it not */
    const char *type;
    const char *what; /* one sentence */
    const char *example;
    bool required;
};

enum assay_shape { ASSAY_AS_PAGE, ASSAY_AS_MARKDOWN, ASSAY_AS_JSON };

/* One question while it is answered. */
struct assay_visit {
    struct assay_site *site;
    const struct assay_request *request;
    const struct assay_place *place;
    enum assay_shape shape;
    struct assay_buf *twin; /* of a page: takes it as Markdown too; or NULL */
    struct assay_arena *arena;     /* of this visit */
    struct assay_arena walks[2];   /* die with it too; for threads */
    struct assay_catalog *catalog; /* at as_of; one snapshot for the visit */
    /* Of the same snapshot, today; NULL where the place stands alone. */
    const struct assay_directory *directory;
    struct assay_date today, as_of;
    bool dated;                              /* the question names its day */
    struct assay_str parts[ASSAY_PARTS_MAX]; /* what {…} stands for, decoded */
    size_t part_count;
    struct assay_str values[ASSAY_PARAMETERS_MAX]; /* decoded; by place's row */
    bool given[ASSAY_PARAMETERS_MAX];
    struct assay_traffic traffic; /* the default when none was asked for */
    struct assay_need need;       /* count 0: none */
    bool allow_free;
    /* Fields of a form (requests=, input= …) became one traffic: the page is
       sent on to the address that says it shortly. */
    bool folded;
    /* As they were typed there. */
    struct assay_str typed[ASSAY_TRAFFIC_PARTS];
    /* What was wrong with the question, for pages that TELL it. */
    struct assay_error complaint;
};

/* Of the place's own and common parameters; empty when not given. */
struct assay_str assay_visit_value(const struct assay_visit *visit,
                                   const char *name);
/*
 * A whole number from least to most; `otherwise` when it is not given.
 * False with BAD_INPUT.
 */
bool assay_visit_number(const struct assay_visit *visit, const char *name,
                        uint64_t least, uint64_t most, uint64_t otherwise,
                        uint64_t *number, struct assay_error *err);
/* What pages need of the question. */
struct assay_page_options assay_visit_options(const struct assay_visit *visit);
/*
 * The query that asks the same again: the given parameters that have an
 * effect, in the order of the tables, encoded; without "?"; may be empty.
 */
struct assay_str assay_visit_query(const struct assay_visit *visit);
/* That query with one parameter set, or left out when the value is empty. */
struct assay_str assay_visit_query_with(const struct assay_visit *visit,
                                        const char *name,
                                        struct assay_str value);

struct assay_sheet {
    const struct assay_document *doc;
    struct assay_str title;           /* of the window; empty: the document's */
    struct assay_str description;     /* one or two sentences from facts */
    struct assay_str canonical;       /* path and query; empty: as asked */
    struct assay_str redirect;        /* to this path and query instead */
    const struct assay_json *json_ld; /* or NULL */
    struct assay_insert *first, *last; /* see assay_sheet_insert */
    bool unlisted;                     /* search engines: not indexed */
    bool of_runs;     /* shows what is not of the catalog, as it was at: */
    uint64_t edition; /* of the site's page, read before; 0: not to be kept */
    unsigned status;  /* of a page that tells; 0: 200 */
};

/*
 * Markup of ours (forms, pictures) behind the heading of a section; "":
 * before the first one. `html` is copied into the visit's arena.
 */
void assay_sheet_insert(struct assay_visit *visit, struct assay_sheet *sheet,
                        const char *section, struct assay_str html);

enum {
    ASSAY_TAKES_TRAFFIC = 1, /* traffic, allow_free; pages: its parts too */
    ASSAY_TAKES_NEED = 2,
    ASSAY_TAKES_DATE = 4, /* as_of */
    /* A page that says itself what is wrong with traffic, need or date, and
       keeps what was typed: see complaint. */
    ASSAY_TELLS = 8,
};

struct assay_place {
    /*
     * "/model/{creator}/{name}"; "{models...}" takes the rest of the path.
     * NULL: not a page, or not in the API. Pages have a twin: ".md" behind.
     */
    const char *page, *api;
    const char *area;     /* entry of the site's menu that it belongs to */
    const char *summary;  /* for OpenAPI: one line */
    const char *contract; /* "assay-model/1", of the JSON */
    unsigned takes;
    const struct assay_parameter *parameters; /* its own; or NULL */
    /* It needs the models that it names and no list of all: it does not wait
       for the directory, which takes 60 ms after each import. */
    bool alone;
    /* Media types that POST takes; none: GET only. */
    const char *post[ASSAY_POST_MAX];
    /* One of the two. */
    bool (*make)(struct assay_visit *visit, struct assay_sheet *sheet,
                 struct assay_error *err);
    bool (*answer)(struct assay_visit *visit, struct assay_reply *reply,
                   struct assay_error *err);
};

extern const struct assay_place assay_places[];
extern const size_t assay_place_count;
/* traffic, need, as_of, allow_free; which of them a place takes. */
extern const struct assay_parameter assay_common_parameters[];
/* "requests", "input" … as forms name the parts of a traffic. */
extern const char *const assay_traffic_parts[ASSAY_TRAFFIC_PARTS];
bool assay_place_takes(const struct assay_place *place, size_t common);

/* ------------------------------------------------------- address.c */

/*
 * The place for a path, the parts decoded into the visit. False with
 * NOT_FOUND (no such address) or BAD_INPUT (encoding).
 */
bool assay_visit_find_place(struct assay_visit *visit, struct assay_error *err);
/*
 * Reads the query by the place's tables. Pages overlook names that they do
 * not know (links carry such), the API refuses them. BAD_INPUT.
 */
bool assay_visit_read_query(struct assay_visit *visit, struct assay_error *err);

/* ------------------------------------------------------- frame.c */

/* The whole page around a sheet. */
bool assay_frame_html(struct assay_buf *out, struct assay_visit *visit,
                      const struct assay_sheet *sheet, struct assay_error *err);
/* A page that says only what went wrong. */
void assay_frame_error(struct assay_buf *out, struct assay_visit *visit,
                       unsigned status, const struct assay_error *err);

#endif
