/*
 * Search and browse over the directory: which models a question means, the
 * likeliest first, and one stretch of them. Private to serve.
 */
#ifndef ASSAY_SERVE_MODEL_SEARCH_H
#define ASSAY_SERVE_MODEL_SEARCH_H

#include "serve/directory.h"
#include "serve/list_parts.h"

enum assay_model_order {
    ASSAY_BY_MATCH, /* see assay_model_match; then by how many providers serve
                       them, so live ones before others */
    ASSAY_BY_ID,
    ASSAY_BY_COST, /* live before retired, known before unknown */
    ASSAY_BY_CONTEXT,
    ASSAY_BY_RELEASE,
};
/* "best", "id", "cost", "context", "released"; NULL: no such order. */
const char *assay_model_order_name(enum assay_model_order order);

/* Empty: any. */
struct assay_model_query {
    struct assay_str text; /* words that must all occur */
    struct assay_str creator, task;
    struct assay_str status; /* "active" …, or "live": all but retired */
    enum assay_model_order order;
    struct assay_list_place after; /* id empty: from the first on */
    size_t limit;
};

struct assay_model_hits {
    const struct assay_directory_model **models;
    size_t count;
    size_t before, total;         /* of all that match */
    struct assay_list_place last; /* for the next stretch; id empty: none */
};

void assay_model_search(struct assay_arena *arena,
                        const struct assay_directory *directory,
                        const struct assay_model_query *query,
                        struct assay_model_hits *hits);

/*
 * How well a model answers to a text; letters count the same large and
 * small, and space, "-", "_", "/" and ":" are one. Smaller is better.
 */
enum assay_match {
    ASSAY_MATCH_EXACT,  /* its id, name, or the id's part behind the slash */
    ASSAY_MATCH_ALIAS,  /* another name of it */
    ASSAY_MATCH_PREFIX, /* one of them begins with the text */
    ASSAY_MATCH_WORDS,  /* each word is a word of id or name */
    ASSAY_MATCH_BEGINS, /* each word begins one */
    ASSAY_MATCH_INSIDE, /* each word stands inside id or name */
    ASSAY_MATCH_FAR,    /* each word stands somewhere, aliases too */
    ASSAY_MATCH_NONE,
};
enum assay_match assay_model_match(const struct assay_directory_model *model,
                                   struct assay_str text);

#endif
