/*
 * An answer's place in a schema, and the tokens that may follow there: a
 * walk over the vocabulary in the order of its bytes, so that what many
 * tokens begin with is tried once. Masks are kept by place: inside a string
 * or between two names an answer meets the same places again and again.
 */
#include "engine/schema_parts.h"

#include <stdlib.h>
#include <string.h>

enum {
    MASKS_KEPT = 128,
    MOST_TOKEN_BYTES = 256, /* longer tokens never follow */
    HALF_FULL = 4 << 20,    /* bytes of places after which they are copied */
};

struct assay_mask {
    uint64_t key[2];
    uint64_t *bits;
    uint64_t used;
};

struct assay_constraint {
    struct assay_schema *schema;
    struct assay_arena arenas[2]; /* places; copied over when one is full */
    int at;
    struct assay_places_in places, next;
    size_t taken; /* bytes since the last copy */
    uint64_t *mask;
};

/* ------------------------------------------------------- tokens in order */

struct spelled {
    struct assay_str bytes;
    uint32_t token;
};

static int by_bytes(const void *a, const void *b)
{
    const struct spelled *x = a, *y = b;
    int order = assay_str_compare(x->bytes, y->bytes);

    return order ? order : (x->token > y->token) - (x->token < y->token);
}

bool assay_schema_sort_tokens(struct assay_schema *schema,
                              struct assay_error *err)
{
    struct spelled *all = calloc(schema->vocabulary, sizeof *all);
    size_t count = 0;

    schema->sorted = calloc(schema->vocabulary, sizeof *schema->sorted);
    if (!all || !schema->sorted) {
        free(all);
        return assay_fail(err, ASSAY_SYSTEM,
                          "out of memory for the tokens of a schema");
    }
    for (uint32_t id = 0; id < schema->vocabulary; id++) {
        struct assay_str bytes = assay_token_bytes(schema->tokenizer, id);

        if (bytes.len && bytes.len <= MOST_TOKEN_BYTES &&
            !assay_tokenizer_ends(schema->tokenizer, id))
            all[count++] = (struct spelled){bytes, id};
    }
    qsort(all, count, sizeof *all, by_bytes);
    for (size_t i = 0; i < count; i++)
        schema->sorted[i] = all[i].token;
    schema->sorted_count = count;
    free(all);
    return true;
}

/* ------------------------------------------------------- the walk */

struct walk {
    const struct assay_schema *schema;
    uint64_t *bits;
};

static struct assay_str bytes_of(const struct walk *w, size_t i)
{
    return assay_token_bytes(w->schema->tokenizer, w->schema->sorted[i]);
}

/* Tokens from … to agree in their first `depth` bytes, which were taken. */
static void walk(const struct walk *w, size_t from, size_t to, size_t depth,
                 const struct assay_places_in *places)
{
    while (from < to && bytes_of(w, from).len == depth) {
        uint32_t token = w->schema->sorted[from++];

        w->bits[token / 64] |= (uint64_t)1 << (token % 64);
    }
    while (from < to) {
        unsigned char byte = (unsigned char)bytes_of(w, from).at[depth];
        struct assay_places_in *next;
        struct assay_arena arena = {0};
        size_t end = from + 1;

        while (end < to && (unsigned char)bytes_of(w, end).at[depth] == byte)
            end++;
        next = assay_arena_alloc(&arena, 1, sizeof *next);
        assay_schema_step(w->schema, &arena, places, byte, next);
        if (next->count || next->at_end)
            walk(w, from, end, depth + 1, next);
        assay_arena_free(&arena);
        from = end;
    }
}

/* ------------------------------------------------------- kept masks */

static uint64_t mix(uint64_t hash, uint64_t value)
{
    hash ^= value + 0x9e3779b97f4a7c15U + (hash << 6) + (hash >> 2);
    hash *= 0xff51afd7ed558ccdU;
    return hash ^ (hash >> 33);
}

static uint64_t hash_place(uint64_t hash, const struct assay_place_in *p)
{
    for (; p; p = p->around) {
        hash = mix(hash, p->node ? p->node->number + 1 : 0);
        hash = mix(hash, p->phase);
        hash = mix(hash, p->a);
        hash = mix(hash, p->b);
        hash = mix(hash, p->seen);
    }
    return hash;
}

/* 128 bits: two places with one key will not be met. */
static void key_of(const struct assay_places_in *places, uint64_t key[2])
{
    key[0] = 1;
    key[1] = 2;
    for (size_t i = 0; i < places->count; i++)
        for (int k = 0; k < 2; k++)
            key[k] = hash_place(mix(key[k], 77), places->at[i]);
}

/* With the lock held. The least used one gives way. */
static struct assay_mask *mask_at(struct assay_schema *schema,
                                  const uint64_t key[2], bool *found)
{
    struct assay_mask *least = NULL;

    if (!schema->masks)
        schema->masks = calloc(MASKS_KEPT, sizeof *schema->masks);
    *found = false;
    for (size_t i = 0; schema->masks && i < schema->mask_count; i++) {
        struct assay_mask *m = &schema->masks[i];

        if (m->key[0] == key[0] && m->key[1] == key[1]) {
            *found = true;
            return m;
        }
        if (!least || m->used < least->used)
            least = m;
    }
    if (schema->masks && schema->mask_count < MASKS_KEPT)
        return &schema->masks[schema->mask_count++];
    return least;
}

static size_t words_of(const struct assay_schema *schema)
{
    return (schema->vocabulary + 63) / 64;
}

static bool find_mask(struct assay_schema *schema, const uint64_t key[2],
                      uint64_t *to)
{
    bool found;

    pthread_mutex_lock(&schema->lock);
    struct assay_mask *mask = NULL;
    for (size_t i = 0; schema->masks && i < schema->mask_count && !mask; i++)
        if (schema->masks[i].key[0] == key[0] &&
            schema->masks[i].key[1] == key[1])
            mask = &schema->masks[i];
    found = mask != NULL;
    if (found) {
        mask->used++;
        memcpy(to, mask->bits, words_of(schema) * sizeof *to);
    }
    pthread_mutex_unlock(&schema->lock);
    return found;
}

static void keep_mask(struct assay_schema *schema, const uint64_t key[2],
                      const uint64_t *bits)
{
    size_t bytes = words_of(schema) * sizeof *bits;
    uint64_t *copy = malloc(bytes);
    bool found;

    if (!copy)
        return;
    memcpy(copy, bits, bytes);
    pthread_mutex_lock(&schema->lock);
    struct assay_mask *mask = mask_at(schema, key, &found);
    if (mask && !found) {
        free(mask->bits);
        *mask = (struct assay_mask){
            .key = {key[0], key[1]}, .bits = copy, .used = 1};
        copy = NULL;
    }
    pthread_mutex_unlock(&schema->lock);
    free(copy);
}

void assay_schema_drop_masks(struct assay_schema *schema)
{
    for (size_t i = 0; schema->masks && i < schema->mask_count; i++)
        free(schema->masks[i].bits);
    free(schema->masks);
    schema->masks = NULL;
    schema->mask_count = 0;
}

/* ------------------------------------------------------- constraints */

struct assay_constraint *assay_constraint_new(struct assay_schema *schema)
{
    struct assay_constraint *c = calloc(1, sizeof *c);

    if (!c)
        return NULL;
    c->schema = schema;
    c->mask = calloc(words_of(schema), sizeof *c->mask);
    if (!c->mask) {
        free(c);
        return NULL;
    }
    assay_schema_start(schema, &c->arenas[0], &c->places);
    return c;
}

void assay_constraint_free(struct assay_constraint *constraint)
{
    if (!constraint)
        return;
    assay_arena_free(&constraint->arenas[0]);
    assay_arena_free(&constraint->arenas[1]);
    free(constraint->mask);
    free(constraint);
}

/* Where a place has moved to. */
struct move {
    const struct assay_place_in *from, *to;
};

/*
 * A place with all that is around it, each once: places that had something
 * around them in common still have.
 */
static const struct assay_place_in *copied(struct assay_arena *arena,
                                           const struct assay_place_in *place,
                                           struct move *moves, size_t *count)
{
    struct assay_place_in *copy;

    if (!place)
        return NULL;
    for (size_t i = 0; i < *count; i++)
        if (moves[i].from == place)
            return moves[i].to;
    copy = ASSAY_NEW(arena, struct assay_place_in);
    *copy = *place;
    copy->around = copied(arena, place->around, moves, count);
    moves[(*count)++] = (struct move){place, copy};
    return copy;
}

/* Places of long ago take memory: those that count move to the other arena. */
static void tidy(struct assay_constraint *c)
{
    struct assay_arena *other = &c->arenas[!c->at], arena = {0};
    size_t count = 0;

    if (c->taken * sizeof(struct assay_place_in) < HALF_FULL)
        return;
    struct move *moves = ASSAY_NEW_ARRAY(
        &arena, struct move, c->places.count * (ASSAY_SCHEMA_DEPTH + 1));
    for (size_t i = 0; i < c->places.count; i++)
        c->places.at[i] = copied(other, c->places.at[i], moves, &count);
    assay_arena_free(&arena);
    assay_arena_free(&c->arenas[c->at]);
    c->at = !c->at;
    c->taken = 0;
}

bool assay_constraint_take(struct assay_constraint *constraint,
                           struct assay_str bytes)
{
    struct assay_places_in before = constraint->places;

    for (size_t i = 0; i < bytes.len; i++) {
        assay_schema_step(
            constraint->schema, &constraint->arenas[constraint->at],
            &constraint->places, (unsigned char)bytes.at[i], &constraint->next);
        if (constraint->next.count == 0 && !constraint->next.at_end) {
            constraint->places = before;
            return false;
        }
        constraint->places = constraint->next;
    }
    constraint->taken += bytes.len;
    tidy(constraint);
    return true;
}

bool assay_constraint_may_end(const struct assay_constraint *constraint)
{
    return assay_schema_may_end(&constraint->places);
}

const uint64_t *assay_constraint_mask(struct assay_constraint *constraint)
{
    struct assay_schema *schema = constraint->schema;
    const struct walk w = {schema, constraint->mask};
    uint64_t key[2];

    key_of(&constraint->places, key);
    if (find_mask(schema, key, constraint->mask))
        return constraint->mask;
    memset(constraint->mask, 0, words_of(schema) * sizeof(uint64_t));
    walk(&w, 0, schema->sorted_count, 0, &constraint->places);
    keep_mask(schema, key, constraint->mask);
    return constraint->mask;
}
