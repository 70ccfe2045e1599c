/*
 * JSON schema as a machine over bytes: schema.c compiles, with its types in
 * schema_types.c, texts in schema_literals.c and what holds for all of it in
 * schema_settle.c; schema_step.c takes bytes, schema_mask.c says which
 * tokens may follow. Private to engine.
 */
#ifndef ASSAY_SCHEMA_PARTS_H
#define ASSAY_SCHEMA_PARTS_H

#include "assay/sampler.h"

#include <pthread.h>

enum {
    ASSAY_SCHEMA_DEPTH = 64,      /* of what is written */
    ASSAY_SCHEMA_PROPERTIES = 64, /* of one object: bits of a word */
    ASSAY_SCHEMA_PLACES = 256,    /* that a text may be in at once */
    ASSAY_SCHEMA_NODES = 4096,
    ASSAY_SCHEMA_WAYS = 128, /* in which one value may begin */
};

enum assay_schema_kind {
    ASSAY_SCHEMA_ANY,
    ASSAY_SCHEMA_STRING,
    ASSAY_SCHEMA_NUMBER,
    ASSAY_SCHEMA_INTEGER,
    ASSAY_SCHEMA_LITERAL, /* const, enum, true, false, null: texts */
    ASSAY_SCHEMA_OBJECT,
    ASSAY_SCHEMA_ARRAY,
    ASSAY_SCHEMA_UNION,
};

struct assay_schema_property {
    struct assay_str name; /* as it stands in a text, without quotes */
    const struct assay_schema_node *node;
};

struct assay_schema_node {
    enum assay_schema_kind kind;
    uint32_t number;                  /* among the schema's nodes */
    const struct assay_json *from;    /* what it was compiled of; identity */
    const struct assay_str *literals; /* LITERAL: sorted, each once */
    size_t literal_count;
    uint64_t least, most;     /* lengths and counts; most 0: no limit */
    int64_t minimum, maximum; /* INTEGER */
    struct assay_schema_property *properties; /* OBJECT */
    size_t property_count;
    struct assay_str *names; /* of the properties, sorted; of which they are */
    uint8_t *name_of;
    uint64_t required; /* bit per property */
    /* OBJECT: of other names, NULL: none. ARRAY: of items behind `parts`,
       NULL: none. */
    const struct assay_schema_node *other;
    const struct assay_schema_node **parts; /* UNION; ARRAY: prefixItems */
    size_t part_count;
    bool exclusive;  /* UNION of oneOf: no text may be of two parts */
    uint32_t height; /* levels that its lowest text has; see settle */
    uint32_t ways;
};

/*
 * Where a text stands: the innermost value first. Never changed once made;
 * places share what is around them.
 */
struct assay_place_in {
    const struct assay_place_in *around; /* NULL: the outermost value */
    const struct assay_schema_node *node;
    unsigned phase;
    uint32_t depth;
    uint64_t a, b; /* counts and positions; see schema_step.c */
    uint64_t seen; /* properties that stand already */
};

/* All places that the text so far may be in; a whole value: at_end. */
struct assay_places_in {
    const struct assay_place_in *at[ASSAY_SCHEMA_PLACES];
    size_t count;
    bool at_end;
    bool too_many; /* some were left out: nothing more is accepted */
};

struct assay_schema {
    struct assay_arena arena;
    const struct assay_json *root_json;
    const struct assay_schema_node *root;
    struct assay_schema_node **nodes;
    size_t node_count;
    const struct assay_schema_node *any; /* any JSON value */
    const struct assay_tokenizer *tokenizer;
    uint32_t vocabulary;
    uint32_t *sorted; /* tokens by their bytes; those with none left out */
    size_t sorted_count;
    pthread_mutex_t lock; /* of the masks that are kept */
    struct assay_mask *masks;
    size_t mask_count;
};

/* The places in which nothing was written yet. */
void assay_schema_start(const struct assay_schema *schema,
                        struct assay_arena *arena,
                        struct assay_places_in *places);
/* One byte on, into another list. New places live in the arena. */
void assay_schema_step(const struct assay_schema *schema,
                       struct assay_arena *arena,
                       const struct assay_places_in *from, unsigned char byte,
                       struct assay_places_in *to);
/* The text may end here. */
bool assay_schema_may_end(const struct assay_places_in *places);

/* No text is of both; false where that is not plain. */
bool assay_schema_differ(const struct assay_schema_node *a,
                         const struct assay_schema_node *b);

bool assay_schema_sort_tokens(struct assay_schema *schema,
                              struct assay_error *err);
void assay_schema_drop_masks(struct assay_schema *schema);

#endif
