/*
 * The forward pass (engine notes 1.4): all positions of all sequences of a
 * call go through the layers together, at most ASSAY_ROWS_AT_ONCE at once.
 * Each row's numbers are its own, so how rows are grouped changes nothing.
 */
#include "engine/engine_parts.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    GRAIN = 4, /* groups of rows that a thread takes at once, at least */
    PARTS = 4, /* that a thread takes of a product with few vectors */
    LOGIT_ROWS = 12,
};

/* One position of the pass. */
struct row {
    struct assay_sequence *sequence;
    uint32_t token;
    size_t position;
    float *logits; /* or NULL */
};

/* One product of the vectors at hand. */
struct product {
    const struct assay_matrix *matrix;
    float *out;
    size_t stride, groups;
    bool fine; /* with what int8 leaves of the vectors */
};

struct assay_pass {
    struct assay_engine *engine;
    struct row rows[ASSAY_ROWS_AT_ONCE];
    size_t row_count;
    const struct assay_layer *layer;
    uint32_t layer_index;
    const float *norm; /* that the next rows are multiplied with */
    float *x, *h, *y;  /* rows x width */
    float *query, *key, *value;
    float *mixed; /* what attention gathers, rows x query heads */
    float *gate, *up;
    float *logits; /* LOGIT_ROWS x vocabulary, rounded up */
    struct assay_vectors vectors, rest;
    float *rest_floats; /* rows x width */
    struct product products[3];
    size_t product_count;
    unsigned char *scratch; /* one part a thread */
    size_t scratch_bytes;
};

/* ------------------------------------------------------- memory */

static size_t padded(size_t n)
{
    return (n + ASSAY_GROUP - 1) / ASSAY_GROUP * ASSAY_GROUP;
}

static size_t most(size_t a, size_t b)
{
    return a > b ? a : b;
}

static float *floats(size_t count, bool *ok)
{
    float *memory =
        aligned_alloc(ASSAY_ALIGN, (count * sizeof(float) + ASSAY_ALIGN - 1) /
                                       ASSAY_ALIGN * ASSAY_ALIGN);

    *ok = *ok && memory;
    return memory;
}

static bool take_vectors(struct assay_vectors *x, size_t most_cols)
{
    size_t blocks = ASSAY_ROWS_AT_ONCE * (most_cols / ASSAY_BLOCK);

    x->bytes = aligned_alloc(ASSAY_ALIGN, blocks * ASSAY_BLOCK);
    x->scales = calloc(blocks, sizeof *x->scales);
    x->sums = calloc(blocks, sizeof *x->sums);
    x->halves = calloc(2 * blocks, sizeof *x->halves);
    return x->bytes && x->scales && x->sums && x->halves;
}

static void free_vectors(struct assay_vectors *x)
{
    free(x->bytes);
    free(x->scales);
    free(x->sums);
    free(x->halves);
}

struct assay_pass *assay_pass_new(struct assay_engine *engine,
                                  struct assay_error *err)
{
    const struct assay_shape *shape = &engine->shape;
    const struct assay_layer *l = &shape->layers[0];
    struct assay_pass *w = calloc(1, sizeof *w);
    size_t queries = (size_t)l->query_heads * l->head_dim;
    size_t keys = (size_t)l->key_heads * l->head_dim;
    size_t rows = ASSAY_ROWS_AT_ONCE;
    bool ok = w;

    if (ok) {
        w->engine = engine;
        w->scratch_bytes =
            (assay_scratch_bytes(l->head_dim) + ASSAY_ALIGN - 1) / ASSAY_ALIGN *
            ASSAY_ALIGN;
        w->x = floats(rows * padded(shape->width), &ok);
        w->h = floats(rows * padded(shape->width), &ok);
        w->y = floats(rows * padded(shape->width), &ok);
        w->query = floats(rows * padded(queries), &ok);
        w->mixed = floats(rows * padded(queries), &ok);
        w->key = floats(rows * padded(keys), &ok);
        w->value = floats(rows * padded(keys), &ok);
        w->gate = floats(rows * padded(l->feed_forward), &ok);
        w->up = floats(rows * padded(l->feed_forward), &ok);
        w->rest_floats = floats(rows * padded(shape->width), &ok);
        w->logits = floats(LOGIT_ROWS * padded(shape->vocabulary), &ok);
        w->scratch = aligned_alloc(
            ASSAY_ALIGN, w->scratch_bytes * assay_pool_threads(engine->pool));
        ok = ok && w->scratch &&
             take_vectors(&w->vectors,
                          most(most(queries, l->feed_forward), shape->width)) &&
             take_vectors(&w->rest, shape->width);
    }
    if (ok)
        return w;
    assay_pass_free(w);
    assay_fail(err, ASSAY_SYSTEM, "out of memory for a pass of %d positions",
               ASSAY_ROWS_AT_ONCE);
    return NULL;
}

void assay_pass_free(struct assay_pass *w)
{
    if (!w)
        return;
    free(w->x);
    free(w->h);
    free(w->y);
    free(w->query);
    free(w->mixed);
    free(w->key);
    free(w->value);
    free(w->gate);
    free(w->up);
    free(w->logits);
    free(w->scratch);
    free(w->rest_floats);
    free_vectors(&w->vectors);
    free_vectors(&w->rest);
    free(w);
}

/* ------------------------------------------------------- products */

static void quantise_part(void *context, size_t from, size_t to, size_t thread)
{
    struct assay_pass *w = context;

    (void)thread;
    w->engine->kernels->quantise(&w->vectors, from, to);
    if (w->vectors.rest)
        w->engine->kernels->quantise(&w->rest, from, to);
}

static bool is_float(const struct assay_matrix *m)
{
    return assay_packing_of(m->type).scaling == ASSAY_SCALE_NONE;
}

/* The vectors that the next products multiply. */
static void set_vectors(struct assay_pass *w, const float *x, size_t count)
{
    bool blocks = false, fine = false;

    for (size_t i = 0; i < w->product_count; i++) {
        blocks = blocks || !is_float(w->products[i].matrix);
        fine = fine || w->products[i].fine;
    }
    w->vectors.floats = x;
    w->vectors.count = w->rest.count = count;
    w->vectors.cols = w->rest.cols = w->products[0].matrix->cols;
    w->vectors.rest = fine ? w->rest_floats : NULL;
    w->rest.floats = w->rest_floats;
    w->rest.more = true;
    if (blocks)
        assay_pool_run(w->engine->pool, count, ASSAY_CHUNK, quantise_part, w);
}

/* Groups of all products are numbered one after the other. */
static void multiply_part(void *context, size_t from, size_t to, size_t thread)
{
    struct assay_pass *w = context;
    size_t first = 0;

    (void)thread;
    for (size_t i = 0; i < w->product_count && first < to; i++) {
        const struct product *p = &w->products[i];
        size_t a = from > first ? from - first : 0;
        size_t b = to - first < p->groups ? to - first : p->groups;

        if (a < b)
            w->engine->kernels->multiply(p->matrix, &w->vectors, p->out,
                                         p->stride, a, b);
        if (a < b && p->fine)
            w->engine->kernels->multiply(p->matrix, &w->rest, p->out, p->stride,
                                         a, b);
        first += p->groups;
    }
}

static void add_product(struct assay_pass *w, const struct assay_matrix *m,
                        float *out)
{
    w->products[w->product_count++] = (struct product){
        .matrix = m,
        .out = out,
        .stride = padded(m->rows),
        .groups = padded(m->rows) / ASSAY_GROUP,
    };
}

/* Where the smallest difference tells: see attention(). */
static void add_fine_product(struct assay_pass *w, const struct assay_matrix *m,
                             float *out)
{
    add_product(w, m, out);
    w->products[w->product_count - 1].fine = !is_float(m);
}

/*
 * With few vectors memory decides, and a thread reads it faster in long runs;
 * with many, arithmetic does, and small parts end at the same time.
 */
static size_t grain_of(const struct assay_pass *w, size_t groups, size_t count)
{
    size_t parts = PARTS * assay_pool_threads(w->engine->pool);

    return count < ASSAY_CHUNK ? most(groups / parts, GRAIN) : GRAIN;
}

/* Multiplies `count` vectors with all products that were added. */
static void multiply(struct assay_pass *w, const float *x, size_t count)
{
    size_t groups = 0;

    for (size_t i = 0; i < w->product_count; i++)
        groups += w->products[i].groups;
    set_vectors(w, x, count);
    assay_pool_run(w->engine->pool, groups, grain_of(w, groups, count),
                   multiply_part, w);
    w->product_count = 0;
}

/* ------------------------------------------------------- a layer */

static void embed(void *context, size_t from, size_t to, size_t thread)
{
    struct assay_pass *w = context;
    const struct assay_shape *shape = &w->engine->shape;

    (void)thread;
    for (size_t i = from; i < to; i++) {
        float *x = w->x + i * shape->width;

        assay_matrix_row(&shape->embedding, w->rows[i].token, x);
        for (size_t k = 0; k < shape->width; k++)
            x[k] *= shape->embedding_scale;
    }
}

/* h = norm(x) by the norm at hand */
static void norm_rows(void *context, size_t from, size_t to, size_t thread)
{
    struct assay_pass *w = context;
    const struct assay_shape *shape = &w->engine->shape;

    (void)thread;
    for (size_t i = from; i < to; i++)
        w->engine->kernels->norm(w->h + i * shape->width,
                                 w->x + i * shape->width, w->norm, shape->width,
                                 shape->eps);
}

/* x += norm(y) */
static void add_normed(void *context, size_t from, size_t to, size_t thread)
{
    struct assay_pass *w = context;
    const struct assay_shape *shape = &w->engine->shape;
    const struct assay_kernels *k = w->engine->kernels;

    (void)thread;
    for (size_t i = from; i < to; i++) {
        float *y = w->y + i * shape->width;

        k->norm(y, y, w->norm, shape->width, shape->eps);
        k->add(w->x + i * shape->width, y, shape->width);
    }
}

static void each_row(struct assay_pass *w, size_t count,
                     void (*work)(void *context, size_t from, size_t to,
                                  size_t thread))
{
    assay_pool_run(w->engine->pool, count, 4, work, w);
}

/* Turns queries and keys to their positions, and keeps keys and values. */
static void turn_and_keep(void *context, size_t from, size_t to, size_t thread)
{
    struct assay_pass *w = context;
    const struct assay_kernels *k = w->engine->kernels;
    const struct assay_layer *l = w->layer;
    size_t half = l->head_dim / 2;

    (void)thread;
    for (size_t i = from; i < to; i++) {
        const struct row *row = &w->rows[i];
        const float *cosines = w->engine->cosines + row->position * half;
        const float *sines = w->engine->sines + row->position * half;
        size_t at = i * l->query_heads * l->head_dim;

        for (uint32_t h = 0; h < l->query_heads; h++)
            k->rope(w->query + at + h * l->head_dim, cosines, sines, half);
        for (size_t n = 0; n < (size_t)l->query_heads * l->head_dim; n++)
            w->query[at + n] *= l->query_scale;
        for (uint32_t h = 0; h < l->key_heads; h++) {
            struct assay_kv kv =
                assay_sequence_kv(row->sequence, w->layer_index, h);
            size_t key = (i * l->key_heads + h) * l->head_dim;

            k->rope(w->key + key, cosines, sines, half);
            k->keep(&kv, row->position, w->key + key, w->value + key);
        }
    }
}

/* Item i: row i / key_heads, key head i % key_heads. */
static void attend(void *context, size_t from, size_t to, size_t thread)
{
    struct assay_pass *w = context;
    const struct assay_layer *l = w->layer;
    size_t sharing = l->query_heads / l->key_heads;

    for (size_t i = from; i < to; i++) {
        const struct row *row = &w->rows[i / l->key_heads];
        uint32_t head = (uint32_t)(i % l->key_heads);
        struct assay_kv kv =
            assay_sequence_kv(row->sequence, w->layer_index, head);
        size_t last = row->position, first = 0;
        size_t at = i * sharing * l->head_dim;

        if (l->window && last + 1 > l->window)
            first = last + 1 - l->window;
        w->engine->kernels->attend(&kv, first, last, w->query + at, sharing,
                                   l->softcap, w->mixed + at,
                                   w->scratch + thread * w->scratch_bytes);
    }
}

static void activate(void *context, size_t from, size_t to, size_t thread)
{
    struct assay_pass *w = context;
    size_t n = w->layer->feed_forward;

    (void)thread;
    for (size_t i = from; i < to; i++)
        w->engine->kernels->gelu_times(w->gate + i * n, w->up + i * n, n);
}

/*
 * Queries and keys are multiplied finely: scores are exponents, so where
 * attention is sharp a hundredth in one of them is a hundredth of the sum.
 * So are values, which cost little more.
 */
static void attention(struct assay_pass *w, size_t count)
{
    const struct assay_layer *l = w->layer;

    w->norm = l->norms[ASSAY_BEFORE_ATTENTION];
    each_row(w, count, norm_rows);
    add_fine_product(w, &l->matrices[ASSAY_QUERY], w->query);
    add_fine_product(w, &l->matrices[ASSAY_KEY], w->key);
    add_fine_product(w, &l->matrices[ASSAY_VALUE], w->value);
    multiply(w, w->h, count);
    each_row(w, count, turn_and_keep);
    assay_pool_run(w->engine->pool, count * l->key_heads, 1, attend, w);
    add_product(w, &l->matrices[ASSAY_OUTPUT], w->y);
    multiply(w, w->mixed, count);
    w->norm = l->norms[ASSAY_AFTER_ATTENTION];
    each_row(w, count, add_normed);
}

static void feed_forward(struct assay_pass *w, size_t count)
{
    const struct assay_layer *l = w->layer;

    w->norm = l->norms[ASSAY_BEFORE_FEED_FORWARD];
    each_row(w, count, norm_rows);
    add_product(w, &l->matrices[ASSAY_GATE], w->gate);
    add_product(w, &l->matrices[ASSAY_UP], w->up);
    multiply(w, w->h, count);
    each_row(w, count, activate);
    add_product(w, &l->matrices[ASSAY_DOWN], w->y);
    multiply(w, w->gate, count);
    w->norm = l->norms[ASSAY_AFTER_FEED_FORWARD];
    each_row(w, count, add_normed);
}

/* ------------------------------------------------------- logits */

/* For the rows of the pass that want them, some at a time. */
static void write_logits(struct assay_pass *w)
{
    const struct assay_shape *shape = &w->engine->shape;
    size_t stride = padded(shape->vocabulary), next = 0;
    struct row *wanting[LOGIT_ROWS];

    w->norm = shape->output_norm;
    while (next < w->row_count) {
        size_t count = 0;

        for (; next < w->row_count && count < LOGIT_ROWS; next++)
            if (w->rows[next].logits) {
                if (next != count) /* rows before it are done with */
                    memcpy(w->x + count * shape->width,
                           w->x + next * shape->width,
                           shape->width * sizeof *w->x);
                wanting[count++] = &w->rows[next];
            }
        if (count == 0)
            return;
        each_row(w, count, norm_rows);
        add_product(w, &shape->embedding, w->logits);
        multiply(w, w->h, count);
        for (size_t i = 0; i < count; i++) {
            float *from = w->logits + i * stride;

            w->engine->kernels->softcap(from, shape->softcap,
                                        shape->vocabulary);
            memcpy(wanting[i]->logits, from, shape->vocabulary * sizeof *from);
        }
    }
}

/* ------------------------------------------------------- a call */

/* All rows that were gathered, through all layers. */
static void pass(struct assay_pass *w)
{
    const struct assay_shape *shape = &w->engine->shape;

    if (w->row_count == 0)
        return;
    each_row(w, w->row_count, embed);
    for (uint32_t i = 0; i < shape->layer_count; i++) {
        w->layer = &shape->layers[i];
        w->layer_index = i;
        attention(w, w->row_count);
        feed_forward(w, w->row_count);
    }
    write_logits(w);
    w->row_count = 0;
}

static bool check(const struct assay_engine *engine,
                  const struct assay_step *step, struct assay_error *err)
{
    size_t read = step->sequence->count;

    for (size_t i = 0; i < step->count; i++)
        if (step->tokens[i] >= engine->shape.vocabulary)
            return assay_fail(err, ASSAY_BAD_INPUT,
                              "token %u is outside the vocabulary of %u",
                              step->tokens[i], engine->shape.vocabulary);
    if (step->count > engine->shape.context - read)
        return assay_fail(err, ASSAY_LIMIT,
                          "%u tokens are the model's limit; %zu are read and "
                          "%zu more were given",
                          engine->shape.context, read, step->count);
    return true;
}

static void gather(struct assay_pass *w, const struct assay_step *step,
                   size_t first)
{
    size_t silent = step->count - step->logits_count;

    for (size_t i = 0; i < step->count; i++) {
        if (w->row_count == ASSAY_ROWS_AT_ONCE)
            pass(w);
        w->rows[w->row_count++] = (struct row){
            .sequence = step->sequence,
            .token = step->tokens[i],
            .position = first + i,
            .logits =
                i < silent
                    ? NULL
                    : step->logits + (i - silent) * w->engine->shape.vocabulary,
        };
    }
}

bool assay_engine_run(struct assay_engine *engine, struct assay_step *steps,
                      size_t count, struct assay_error *err)
{
    size_t done = 0;

    for (size_t i = 0; i < count; i++)
        if (!check(engine, &steps[i], err))
            return false;
    while (done < count &&
           assay_sequence_append(steps[done].sequence, steps[done].tokens,
                                 steps[done].count, err))
        done++;
    if (done < count) {
        while (done-- > 0)
            assay_sequence_cut(steps[done].sequence,
                               steps[done].sequence->count - steps[done].count);
        return false;
    }
    for (size_t i = 0; i < count; i++)
        assay_engine_reach(engine, steps[i].sequence->count);
    for (size_t i = 0; i < count; i++)
        gather(engine->work, &steps[i],
               steps[i].sequence->count - steps[i].count);
    pass(engine->work);
    return true;
}
