/*
 * The catalog: claims about models, routes, prices and benchmarks.
 *
 * Statements of many sources are kept in one SQLite store, each with the
 * days on which its source was read saying so; nothing is deleted when a
 * source stops saying it: it ends. A view (struct assay_model) is what they
 * say of one model on the day asked for, every fact with the claim that was
 * chosen, the others, and why.
 *
 * In practice: ten sources, 3,000 models, 12,000 routes, 15,000 statements.
 * One catalog handle belongs to one thread.
 */
#ifndef ASSAY_CATALOG_H
#define ASSAY_CATALOG_H

#include "assay/arena.h"
#include "assay/date.h"
#include "assay/error.h"
#include "assay/facts.h"
#include "assay/json.h"
#include "assay/price.h"
#include "assay/state.h"
#include "assay/str.h"

struct assay_catalog;

struct assay_catalog_options {
    const char *path;        /* a file, or ":memory:" */
    struct assay_date as_of; /* full day: claims read later are hidden, and
                                lifecycle dates apply at it */
};

/*
 * Opens the store, creating it from the built-in facts on first use, and
 * bringing built-in sources up to date when this binary has newer ones.
 * NULL: SYSTEM (open, lock, disk), BAD_INPUT (not a store of ours, or of a
 * newer version).
 */
struct assay_catalog *assay_catalog_open(
    const struct assay_catalog_options *options, struct assay_error *err);
void assay_catalog_close(struct assay_catalog *catalog);
struct assay_date assay_catalog_as_of(const struct assay_catalog *catalog);
/*
 * Until _let_go everything read through this handle is of one state of the
 * store, as of that day, whatever others write meanwhile. False: SYSTEM.
 */
bool assay_catalog_hold(struct assay_catalog *catalog, struct assay_date as_of,
                        struct assay_error *err);
void assay_catalog_let_go(struct assay_catalog *catalog);
/* Grows with every committed write by any process. 0 on error. */
uint64_t assay_catalog_version(struct assay_catalog *catalog);

/* ------------------------------------------------------------- writing */

struct assay_apply_report {
    uint32_t rows, added, changed, ended, unchanged, refused;
    bool older_than_newest; /* written into the past of this source */
};

/*
 * Makes the batch the reading of its source on its day, in one transaction:
 * what the source no longer says ends that day, what it says anew begins,
 * subjects of refused rows stay. The same reading twice changes nothing. A
 * reading older than the newest one is written into the past. Afterwards
 * every route is joined to its model anew.
 * False: SYSTEM (disk, lock); the store is as it was.
 */
bool assay_catalog_apply(struct assay_catalog *catalog,
                         const struct assay_batch *batch,
                         struct assay_apply_report *report,
                         struct assay_error *err);

/* Batches one after another, each gone when the next is asked for. */
struct assay_batch_feed {
    /* *batch NULL: that was all. False: nothing of them is written. */
    bool (*next)(void *context, const struct assay_batch **batch,
                 struct assay_error *err);
    void (*applied)(void *context, const struct assay_apply_report *report);
    void *context;
    bool only_try; /* count, and write nothing */
};
/* As _apply for each, all in one transaction. */
bool assay_catalog_apply_all(struct assay_catalog *catalog,
                             const struct assay_batch_feed *feed,
                             struct assay_error *err);

/* ------------------------------------------------------------- claims */

struct assay_source {
    struct assay_str id, title, url, license;
    enum assay_source_kind kind;
    struct assay_date read; /* newest reading on or before as_of */
    struct assay_str format, origin;
    uint32_t models, routes; /* statements in force; set by _sources() */
    uint32_t readings;
};

struct assay_claim {
    enum assay_subject_kind subject_kind;
    struct assay_str subject; /* id as the source's statement bears it */
    /*
     * Key path in the statement: "context_tokens", "capabilities.vision",
     * "lifecycle.status", "data.retention_days"; prices are one claim per
     * meter ("price.input_tokens", value: the array of its components),
     * benchmarks one claim per row ("benchmark", value: the row), trials of
     * the user's own prompts likewise ("trial").
     */
    struct assay_str fact;
    const struct assay_json *value; /* type NULL: "not stated" */
    const struct assay_source *source;
    struct assay_date first; /* day of the first reading that said so */
    struct assay_date read;  /* newest reading by as_of that said so */
};

/*
 * One fact of one subject: the claim in force, and all others.
 */
struct assay_choice {
    struct assay_str fact;
    const struct assay_claim **claims; /* claims[0] is the chosen one; then
                                          by rank, those that do not count
                                          (too old, after a retirement) last */
    size_t count;
    size_t counting; /* the first so many compete */
    bool conflict;   /* another claim says something else, roundings and
                        partial dates aside */
    /* "only", "same", "kind", "newer", "source_id", "own_id", "recent",
       "retirement": what decided; and in words, when in conflict */
    const char *rule;
    struct assay_str reason;
};

struct assay_subject {
    enum assay_subject_kind kind;
    struct assay_str id;
    struct assay_claim *claims; /* every claim in force at as_of */
    size_t claim_count;
    struct assay_choice *choices; /* one per fact, sorted by fact */
    size_t choice_count;
};

/* NULL when nobody says anything of this fact (benchmarks: walk claims). */
const struct assay_choice *assay_subject_choice(const struct assay_subject *s,
                                                const char *fact);
/*
 * The chosen value, typed. UNKNOWN when nobody says, or the chosen claim
 * says "not stated"; out is written only when KNOWN.
 */
enum assay_state assay_choice_text(const struct assay_choice *choice,
                                   struct assay_str *text);
enum assay_state assay_choice_uint(const struct assay_choice *choice,
                                   uint64_t *number);
enum assay_state assay_choice_bool(const struct assay_choice *choice,
                                   bool *truth);
enum assay_state assay_choice_date(const struct assay_choice *choice,
                                   struct assay_date *date);
/* A claim's value in words: "8192", "true", "text, image", "10", "not stated" */
struct assay_str assay_claim_text(struct assay_arena *arena,
                                  const struct assay_claim *claim);
/*
 * True when two claims of one fact say the same, or one is the other
 * rounded (8000 for 8192, 128000 for 131072; within 5 %) or in less detail
 * ("2023-04" for "2023-04-30").
 */
bool assay_claim_agrees(const struct assay_claim *a,
                        const struct assay_claim *b);

/* ------------------------------------------------------------- views */

enum assay_status {
    ASSAY_STATUS_UNKNOWN,
    ASSAY_STATUS_ACTIVE,
    ASSAY_STATUS_PREVIEW,
    ASSAY_STATUS_DEPRECATED, /* still answers */
    ASSAY_STATUS_RETIRED,
};
const char *assay_status_name(enum assay_status status);

struct assay_model;

struct assay_route {
    struct assay_subject subject;
    struct assay_str id;
    struct assay_str provider; /* canonical id */
    /* One for each provider of a model; known name or id when not stated. */
    struct assay_str provider_name;
    struct assay_str wire; /* what the provider calls it: id less provider/ */
    struct assay_str tier; /* "standard" when nobody says otherwise */
    struct assay_model *model; /* NULL: joined to none */
    const char *join_rule;     /* name of the identity rule; "" unjoined */
    struct assay_str join_why; /* one sentence for --explain */

    enum assay_status status; /* at as_of */
    struct assay_date retired_on;
    /* The claims behind the status, own or the model's; may be NULL. */
    const struct assay_claim *status_claim, *retired_on_claim;
    bool live; /* not retired at as_of */

    struct assay_price_list prices; /* chosen meter by meter */
    bool priced; /* input and output price are known or free */
    bool free;   /* priced, and tokens and requests cost 0 */
};

struct assay_replacement {
    struct assay_str id, name;
    enum assay_status status;
    struct assay_date retires_on;
    const struct assay_claim *claim; /* who names it */
};

struct assay_model {
    struct assay_subject subject;
    struct assay_str id, name, creator;
    struct assay_str *aliases; /* every id joined to it, sorted */
    size_t alias_count;

    enum assay_status status; /* at as_of; ACTIVE when a route lives */
    struct assay_date deprecated_on, retired_on;
    const struct assay_claim *status_claim, *retired_on_claim;
    struct assay_replacement *replacements; /* to the end of the chain */
    size_t replacement_count;

    bool open_weights; /* known and true */
    bool closed;       /* known and false */

    struct assay_route **routes; /* live first, then by id */
    size_t route_count;
    size_t live_count;
};

/*
 * The canonical id for what a person typed: exact id, declared alias, or a
 * bare name that exactly one model has. NOT_FOUND names the nearest ids.
 */
bool assay_catalog_resolve(struct assay_catalog *catalog,
                           struct assay_arena *arena, struct assay_str name,
                           struct assay_str *model_id, struct assay_error *err);
/* Ids that are nearest to what a person typed, at most 5, nearest first. */
bool assay_catalog_nearest(struct assay_catalog *catalog,
                           struct assay_arena *arena, struct assay_str name,
                           struct assay_str **ids, size_t *count,
                           struct assay_error *err);
/* The model with its routes, by canonical id. NULL: NOT_FOUND, SYSTEM. */
struct assay_model *assay_catalog_model(struct assay_catalog *catalog,
                                        struct assay_arena *arena,
                                        struct assay_str model_id,
                                        struct assay_error *err);
/* One route by id, with its model when joined. NULL: NOT_FOUND, SYSTEM. */
struct assay_route *assay_catalog_route(struct assay_catalog *catalog,
                                        struct assay_arena *arena,
                                        struct assay_str route_id,
                                        struct assay_error *err);

/* A provider, and the claim whose name for it is taken. */
struct assay_named_provider {
    struct assay_str provider;
    const struct assay_claim *claim;
};
struct assay_provider_names {
    struct assay_named_provider *at;
    size_t count;
};
/*
 * One name for each provider of these models, by the usual rule among what
 * is said with any of their routes. In the arena; borrows the claims.
 */
void assay_provider_names_read(struct assay_arena *arena,
                               struct assay_model *const *models, size_t count,
                               struct assay_provider_names *names);
/* The route's own provider_name where nobody of them names its provider. */
struct assay_str assay_provider_names_find(
    const struct assay_provider_names *names, const struct assay_route *route);

/* Everything, for searches: models sorted by id, and routes of no model. */
struct assay_view {
    struct assay_model **models;
    size_t model_count;
    struct assay_route **unjoined;
    size_t unjoined_count;
};
bool assay_catalog_view(struct assay_catalog *catalog,
                        struct assay_arena *arena, struct assay_view *view,
                        struct assay_error *err);

/* A part of it, which is much cheaper; a zeroed one asks for everything. */
struct assay_view_options {
    /*
     * Facts as claims bear them ("context_tokens", "capabilities.vision"),
     * or what stands before the dot ("data", "prices"), ended by NULL; NULL
     * asks for all. What status, tier and openness are drawn from is always
     * there. Every other fact, and what views draw from it (names, prices),
     * is as if nobody had stated it, and why routes were joined is not told.
     */
    const char *const *facts;
    /*
     * Canonical: routes of this provider, and models that have one, with
     * these alone. Empty: all.
     */
    struct assay_str provider;
};
bool assay_catalog_view_of(struct assay_catalog *catalog,
                           struct assay_arena *arena,
                           const struct assay_view_options *options,
                           struct assay_view *view, struct assay_error *err);

/*
 * The same one by one, for those who keep little of it. What is shown lives
 * in the walk's arena until the function returns, and on when it sets *keep;
 * either function may be NULL. Chains of replacements have only their first
 * link. Stops when a function returns false.
 */
struct assay_view_walk {
    struct assay_arena *arena;
    void *context;
    bool (*model)(void *context, struct assay_model *model, bool *keep,
                  struct assay_error *err);
    bool (*unjoined)(void *context, struct assay_route *route, bool *keep,
                     struct assay_error *err);
};
/*
 * One walk sees models by id, then routes of no model. Several share them in
 * no order, each in a thread of its own, the first in the caller's; none of
 * their arenas may be freed while anything of another is in use.
 */
bool assay_catalog_walk(struct assay_catalog *catalog,
                        const struct assay_view_options *options,
                        const struct assay_view_walk *walks, size_t count,
                        struct assay_error *err);

/*
 * Models that a reader of `models` may go on to, loaded: replacements, same
 * family, same creator and task, near in context and price. At most 16,
 * retired ones and the models themselves left out, sorted by id.
 */
bool assay_catalog_neighbours(struct assay_catalog *catalog,
                              struct assay_arena *arena,
                              struct assay_model *const *models, size_t count,
                              struct assay_model ***neighbours,
                              size_t *neighbour_count, struct assay_error *err);

/* Sources by id with their counts. */
bool assay_catalog_sources(struct assay_catalog *catalog,
                           struct assay_arena *arena,
                           struct assay_source **sources, size_t *count,
                           struct assay_error *err);

/* A day on which a source was read. */
struct assay_reading {
    struct assay_str source; /* its id */
    struct assay_date on;
    struct assay_str format, origin;
    uint32_t rows;
};
/* Of one source, or of all when the id is empty; newest first. */
bool assay_catalog_readings(struct assay_catalog *catalog,
                            struct assay_arena *arena,
                            struct assay_str source_id,
                            struct assay_reading **readings, size_t *count,
                            struct assay_error *err);

/* A statement of a source that is in force. */
struct assay_said {
    enum assay_subject_kind kind;
    struct assay_str id;
    struct assay_str model;        /* that it is joined to, or empty */
    struct assay_date first;       /* day of the first reading that said so */
    const struct assay_json *body; /* as assay_statement has it */
};
/* `most` of them from `first` on (0 …): models by id, then routes. */
bool assay_catalog_said(struct assay_catalog *catalog,
                        struct assay_arena *arena, struct assay_str source_id,
                        size_t first, size_t most, struct assay_said **said,
                        size_t *count, struct assay_error *err);

/* ------------------------------------------------------------- history */

struct assay_change {
    enum assay_subject_kind kind;
    struct assay_str subject, fact, source;
    struct assay_date on;
    /* NULL: began, or ended. */
    const struct assay_json *before, *after;
};
/*
 * What changed by source readings with from < day <= to, oldest first; of
 * one subject (a model: with every id and route joined to it), or of all
 * when id is empty. A subject's first statement by a source is one change
 * with fact "" (began: after is the whole statement); its end likewise
 * (before is).
 */
bool assay_catalog_changes(struct assay_catalog *catalog,
                           struct assay_arena *arena, struct assay_str id,
                           struct assay_date from, struct assay_date to,
                           struct assay_change **changes, size_t *count,
                           struct assay_error *err);

/* A list of them; zeroed but for the arena it is empty. */
struct assay_changes {
    struct assay_arena *arena;
    struct assay_change *at;
    size_t count, room;
};
void assay_changes_add(struct assay_changes *list,
                       const struct assay_change *change);
/*
 * Adds what `after` says otherwise than `before`, two bodies of statements,
 * fact by fact: facts as claims bear them, prices by meter, benchmarks by
 * row; first what began or changed in the order of `after`, then what ended.
 * One of them NULL: a single change with fact "". The rest of each change is
 * as in `about`.
 */
void assay_changes_compare(struct assay_changes *list,
                           const struct assay_change *about,
                           const struct assay_json *before,
                           const struct assay_json *after);

/* ------------------------------------------------------------- out */

/*
 * Fills the batch with what a source says at as_of: its newest reading and
 * the statements in force. Imported again it changes nothing. NOT_FOUND.
 */
bool assay_catalog_export(struct assay_catalog *catalog,
                          struct assay_str source_id, struct assay_batch *batch,
                          struct assay_error *err);
/* SQLite's own check of the file. BAD_INPUT: what it found. */
bool assay_catalog_check(struct assay_catalog *catalog,
                         struct assay_error *err);

#endif
