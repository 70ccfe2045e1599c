/*
 * What the store side of the catalog shares: open.c, apply.c, join.c,
 * names.c, model_index.c, load.c, neighbours.c, history.c.
 */
#ifndef ASSAY_CATALOG_STORE_H
#define ASSAY_CATALOG_STORE_H

#include "assay/catalog.h"
#include "catalog/internal.h"
#include "store/store.h"

struct assay_catalog {
    struct assay_store *store;
    struct assay_date as_of;
    int32_t as_of_days;
};

/*
 * The number that a query of one row gives, such as the largest of a table;
 * BAD_INPUT when no sound store has it.
 */
bool assay_catalog_most(struct assay_catalog *catalog, const char *sql,
                        int64_t *most, struct assay_error *err);
/* BAD_INPUT for a row number outside 0 … most. */
bool assay_catalog_row(int64_t num, int64_t most, struct assay_error *err);

/* ------------------------------------------------------------- writing */

struct assay_apply_effect {
    bool wrote; /* anything at all */
    bool joins; /* a statement began: names or joins may have changed */
};
/*
 * Writes the batch inside a write transaction that the caller began; the
 * caller then calls assay_catalog_refresh once.
 */
bool assay_apply_statements(struct assay_catalog *catalog,
                            const struct assay_batch *batch,
                            struct assay_apply_report *report,
                            struct assay_apply_effect *effect,
                            struct assay_error *err);
/* Joins, names, model index and the write counter, as far as needed. */
bool assay_catalog_refresh(struct assay_catalog *catalog,
                           const struct assay_apply_effect *effect,
                           struct assay_error *err);
/* Joins every subject anew and writes what changed, and the names. */
bool assay_catalog_join(struct assay_catalog *catalog, struct assay_error *err);
/* Fills the table `model` anew from the views as of its newest reading. */
bool assay_catalog_index(struct assay_catalog *catalog,
                         struct assay_error *err);

/* ------------------------------------------------------------- joining */

/* One subject while joins are worked out; see join.c. */
struct assay_join {
    int64_t num;
    enum assay_subject_kind kind;
    struct assay_str id;
    struct assay_str stated; /* route: model named; model: aliases */
    bool spoken_of;          /* some source has a statement about it */
    int64_t old_model;       /* 0: none */
    struct assay_str old_rule, old_via;
    struct assay_join *model; /* NULL: none; itself when canonical */
    const char *rule;
    struct assay_str via;
    struct assay_candidate *candidates; /* of a route, kept for later */
    struct assay_join *next;            /* among the created, or the silent */
};

/* A model's alias as one statement declares it. */
struct assay_declared {
    struct assay_join *model;
    struct assay_str alias;
    struct assay_str source; /* its id */
};

struct assay_join_name {
    struct assay_str key;      /* canonical spelling */
    struct assay_join *model;  /* as joined so far; NULL: two models bear it */
    const char *how;           /* "id", "alias", "bare" */
    bool implied;              /* of a model that only routes name */
    struct assay_str spelling; /* as written by the source */
};

/* All of it; subjects sorted by num. */
struct assay_joins {
    struct assay_arena *arena;
    struct assay_join **subjects;
    size_t count;
    struct assay_declared *declared; /* those that count first stand first */
    size_t declared_count;
    /* Found: models that only routes name and the store has no row for. */
    struct assay_join *created;
    struct assay_join *silent; /* model rows that no source speaks of */
    /* Found: names by canonical key, a hash table with empty slots. */
    struct assay_join_name **slots;
    size_t slot_count, name_count;
};
/* Works out model, rule and via of every subject, and the names. */
void assay_joins_work_out(struct assay_joins *joins);

/* ------------------------------------------------------------- loading */

/* The sources read on or before as_of, by their number in the store. */
struct assay_loaded_sources {
    struct assay_source *sources; /* in the order of their numbers */
    size_t count;
    struct assay_source **by_num; /* NULL where none */
    int64_t max_num;
};
bool assay_load_sources(struct assay_catalog *catalog,
                        struct assay_arena *arena,
                        struct assay_loaded_sources *loaded,
                        struct assay_error *err);
/* NULL: read later than as_of. */
struct assay_source *assay_loaded_source(
    const struct assay_loaded_sources *loaded, int64_t num);

/*
 * The model of this number; NULL with NOT_FOUND when nothing was said of it
 * by as_of. Inside a transaction; its replacements are first links only.
 */
struct assay_model *assay_load_model(struct assay_catalog *catalog,
                                     struct assay_arena *arena,
                                     const struct assay_loaded_sources *sources,
                                     int64_t num, struct assay_error *err);
/* Follows the chain of replacements to its end. */
bool assay_load_replacements(struct assay_catalog *catalog,
                             struct assay_arena *arena,
                             const struct assay_loaded_sources *sources,
                             struct assay_model *model,
                             struct assay_error *err);
/* Inside a transaction, else as assay_catalog_walk. */
bool assay_load_walk(struct assay_catalog *catalog,
                     const struct assay_view_options *options,
                     const struct assay_view_walk *walks, size_t count,
                     struct assay_error *err);

/* ------------------------------------------------------------- names */

/*
 * The number of the model a name means and its canonical id; *num is 0 when
 * there is none. False only when the store fails.
 */
bool assay_names_find(struct assay_catalog *catalog, struct assay_arena *arena,
                      struct assay_str name, int64_t *num, struct assay_str *id,
                      struct assay_error *err);
/* Edits (insert, delete, replace, swap) from a to b, or more than `limit`. */
size_t assay_names_distance(struct assay_str a, struct assay_str b,
                            size_t limit);

#endif
