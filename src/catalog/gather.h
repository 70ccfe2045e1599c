/*
 * Statements on their way from the store to the view side: collected one by
 * one, then laid out as internal.h wants them.
 */
#ifndef ASSAY_CATALOG_GATHER_H
#define ASSAY_CATALOG_GATHER_H

#include "catalog/catalog_store.h"

struct assay_gathered_node {
    struct assay_stored stored;
    struct assay_gathered_node *next;
};

/* Statements of one route, or of all the ids of one model. */
struct assay_gathered_list {
    struct assay_gathered_node *first, *last;
    size_t count;
};

struct assay_gathered_route {
    struct assay_stored_route route;
    struct assay_gathered_list statements;
    struct assay_gathered_route *next;
};

struct assay_gathered_text {
    struct assay_str text;
    struct assay_gathered_text *next;
};

struct assay_gathered {
    struct assay_str id;
    struct assay_gathered_list statements;
    struct assay_gathered_route *first_route, *last_route;
    size_t route_count;
    struct assay_gathered_text *first_alias, *last_alias;
    size_t alias_count;
};

void assay_gather(struct assay_arena *arena, struct assay_gathered_list *list,
                  const struct assay_stored *stored);
/* A new route at the end of the list; id is borrowed. */
struct assay_gathered_route *assay_gather_route(struct assay_arena *arena,
                                                struct assay_gathered *g,
                                                struct assay_str id);
void assay_gather_alias(struct assay_arena *arena, struct assay_gathered *g,
                        struct assay_str alias);
/* Sets the rule and the sentence that say why it belongs to its model. */
void assay_gather_join(struct assay_arena *arena,
                       struct assay_gathered_route *route,
                       struct assay_str rule, struct assay_str via);
/* The route's statements in one array. */
const struct assay_stored_route *assay_gathered_stored(
    struct assay_arena *arena, struct assay_gathered_route *route);
/* The view of the model as of the catalog's day. */
struct assay_model *assay_gathered_view(struct assay_catalog *catalog,
                                        struct assay_arena *arena,
                                        struct assay_gathered *g,
                                        struct assay_error *err);

#endif
