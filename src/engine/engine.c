/*
 * Opening: every tensor is found and compared with what the shape demands,
 * the memory is planned, then all threads pack.
 */
#define _DEFAULT_SOURCE /* anonymous maps, madvise: Linux, not POSIX */

#include "assay/engine.h"

#include "engine/engine_parts.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

enum {
    SMALL_MODEL_BYTES = 32 << 20,
    PART_BYTES = 32 << 20, /* of the file, packed before its pages go back */
    REACH = 64,            /* positions that are prepared together */
};

/* ------------------------------------------------------- memory */

void *assay_map_memory(size_t bytes, bool huge, struct assay_error *err)
{
    void *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

    if (memory == MAP_FAILED) {
        assay_fail(err, ASSAY_SYSTEM, "%.1f GB of memory cannot be had",
                   (double)bytes / 1e9);
        return NULL;
    }
#ifdef MADV_HUGEPAGE
    if (huge)
        (void)madvise(memory, bytes, MADV_HUGEPAGE);
#else
    (void)huge;
#endif
    return memory;
}

void assay_unmap_memory(void *memory, size_t bytes)
{
    if (memory)
        munmap(memory, bytes);
}

/* What the system could give without swapping; 0 when it does not say. */
static size_t memory_available(void)
{
    FILE *file = fopen("/proc/meminfo", "re");
    char line[128];
    size_t kib = 0;

    while (file && fgets(line, sizeof line, file))
        if (strncmp(line, "MemAvailable:", 13) == 0)
            kib = strtoull(line + 13, NULL, 10);
    if (file)
        fclose(file);
    return kib * 1024;
}

/* ------------------------------------------------------- tensors */

/* A matrix and where the file has it. */
struct source {
    struct assay_matrix *matrix;
    struct assay_tensor tensor;
};

struct plan {
    const struct assay_weights *weights;
    struct assay_engine *engine;
    struct source *sources;
    size_t count, bytes, done;
};

static bool find(const struct assay_weights *weights,
                 const struct assay_wanted *wanted, bool norm,
                 struct assay_tensor *tensor, struct assay_error *err)
{
    if (!assay_weights_tensor(weights, wanted->name, tensor))
        return assay_fail(err, ASSAY_BAD_INPUT, "%s: there is no tensor '%.*s'",
                          assay_weights_path(weights),
                          ASSAY_STR_ARG(wanted->name));
    if (tensor->dims[0] != wanted->cols || tensor->rows != wanted->rows ||
        tensor->dim_count != (norm ? 1U : 2U))
        return assay_fail(
            err, ASSAY_BAD_INPUT,
            "%s: tensor '%.*s' is %llu x %llu, expected %u x %u",
            assay_weights_path(weights), ASSAY_STR_ARG(wanted->name),
            (unsigned long long)tensor->dims[0],
            (unsigned long long)tensor->rows, wanted->cols, wanted->rows);
    return true;
}

static bool plan_matrix(struct plan *plan, struct assay_wanted wanted,
                        struct assay_matrix *matrix, struct assay_error *err)
{
    struct source *source = &plan->sources[plan->count];

    if (!find(plan->weights, &wanted, false, &source->tensor, err))
        return false;
    source->matrix = matrix;
    plan->count++;
    plan->engine->shape.parameters += source->tensor.values;
    return true;
}

static bool read_norm(struct plan *plan, struct assay_wanted wanted,
                      const float **norm, struct assay_error *err)
{
    struct assay_arena *arena = &plan->engine->arena;
    float one = assay_norms_lack_one(plan->weights) ? 1.0F : 0.0F;
    float *values = ASSAY_NEW_ARRAY(arena, float, wanted.cols);
    struct assay_tensor tensor;

    if (!find(plan->weights, &wanted, true, &tensor, err))
        return false;
    if (tensor.type != ASSAY_TENSOR_F32 && tensor.type != ASSAY_TENSOR_F16 &&
        tensor.type != ASSAY_TENSOR_BF16)
        return assay_fail(err, ASSAY_BAD_INPUT,
                          "%s: tensor '%.*s' is quantised, expected floats",
                          assay_weights_path(plan->weights),
                          ASSAY_STR_ARG(wanted.name));
    assay_dequantise(tensor.type, tensor.data, values, wanted.cols);
    for (uint32_t i = 0; i < wanted.cols; i++) {
        values[i] += one;
        if (!isfinite(values[i]))
            return assay_fail(err, ASSAY_BAD_INPUT,
                              "%s: tensor '%.*s' is not finite at %u",
                              assay_weights_path(plan->weights),
                              ASSAY_STR_ARG(wanted.name), i);
    }
    plan->engine->shape.parameters += wanted.cols;
    *norm = values;
    return true;
}

static bool plan_tensors(struct plan *plan, struct assay_error *err)
{
    struct assay_shape *shape = &plan->engine->shape;
    struct assay_arena *arena = &plan->engine->arena;

    plan->sources = ASSAY_NEW_ARRAY(
        arena, struct source, shape->layer_count * ASSAY_LAYER_MATRICES + 1);
    if (!plan_matrix(plan, assay_wanted_embedding(plan->weights, shape),
                     &shape->embedding, err) ||
        !read_norm(plan, assay_wanted_output_norm(plan->weights, shape),
                   &shape->output_norm, err))
        return false;
    for (uint32_t i = 0; i < shape->layer_count; i++) {
        struct assay_layer *layer = &shape->layers[i];

        for (int k = 0; k < ASSAY_LAYER_MATRICES; k++)
            if (!plan_matrix(plan,
                             assay_wanted_matrix(arena, plan->weights, shape, i,
                                                 (enum assay_layer_matrix)k),
                             &layer->matrices[k], err))
                return false;
        for (int k = 0; k < ASSAY_LAYER_NORMS; k++)
            if (!read_norm(plan,
                           assay_wanted_norm(arena, plan->weights, shape, i,
                                             (enum assay_layer_norm)k),
                           &layer->norms[k], err))
                return false;
    }
    return true;
}

/* ------------------------------------------------------- packing */

static enum assay_tensor_type packed_type(const struct assay_engine *engine,
                                          const struct source *source)
{
    bool blocks =
        assay_packing_of(source->tensor.type).scaling != ASSAY_SCALE_NONE;

    return blocks && engine->floats ? ASSAY_TENSOR_F32 : source->tensor.type;
}

static bool take_memory(struct plan *plan, struct assay_error *err)
{
    struct assay_engine *engine = plan->engine;
    size_t available = memory_available(), at = 0;

    for (size_t i = 0; i < plan->count; i++)
        plan->bytes +=
            assay_matrix_bytes(packed_type(engine, &plan->sources[i]),
                               (uint32_t)plan->sources[i].tensor.rows,
                               (uint32_t)plan->sources[i].tensor.dims[0]);
    if (available && plan->bytes > available)
        return assay_fail(err, ASSAY_SYSTEM,
                          "%s: its weights take %.1f GB of memory, and %.1f "
                          "GB are available",
                          assay_weights_path(plan->weights),
                          (double)plan->bytes / 1e9, (double)available / 1e9);
    engine->packed_bytes = plan->bytes;
    engine->packed = assay_map_memory(plan->bytes, true, err);
    if (!engine->packed)
        return false;
    for (size_t i = 0; i < plan->count; i++) {
        struct source *s = &plan->sources[i];
        enum assay_tensor_type type = packed_type(engine, s);
        uint32_t rows = (uint32_t)s->tensor.rows;
        uint32_t cols = (uint32_t)s->tensor.dims[0];

        assay_matrix_init(s->matrix, type, rows, cols,
                          (unsigned char *)engine->packed + at);
        at += assay_matrix_bytes(type, rows, cols);
    }
    return true;
}

/* Part of a matrix as it is packed: groups from `first` on. */
struct packer {
    const struct source *source;
    size_t first;
    float *rows; /* 16 rows as floats, for each thread */
};

/* A group of 16 rows as floats, then packed as such. */
static void pack_as_floats(const struct source *s, size_t g, float *rows)
{
    size_t cols = s->matrix->cols, first = g * ASSAY_GROUP;
    size_t left = s->matrix->rows - first;
    struct assay_matrix group = *s->matrix;

    group.packed += g * group.group_bytes;
    group.rows = (uint32_t)(left < ASSAY_GROUP ? left : ASSAY_GROUP);
    for (size_t r = 0; r < group.rows; r++)
        assay_dequantise(s->tensor.type,
                         s->tensor.data + (first + r) * s->tensor.row_bytes,
                         rows + r * cols, cols);
    assay_matrix_pack(&group, rows, 0, 1);
}

static void pack_part(void *context, size_t from, size_t to, size_t thread)
{
    const struct packer *p = context;
    const struct source *s = p->source;

    from += p->first;
    to += p->first;
    if (s->matrix->type == s->tensor.type) {
        assay_matrix_pack(s->matrix, s->tensor.data, from, to);
        return;
    }
    for (size_t g = from; g < to; g++)
        pack_as_floats(s, g, p->rows + thread * ASSAY_GROUP * s->matrix->cols);
}

static size_t group_count(const struct assay_matrix *m)
{
    return ((size_t)m->rows + ASSAY_GROUP - 1) / ASSAY_GROUP;
}

static void tell_progress(const struct plan *plan,
                          const struct assay_engine_options *options)
{
    if (options->progress)
        options->progress(options->context,
                          (double)plan->done / (double)plan->bytes);
}

/*
 * In parts, whose pages of the file go back to the system: they would else
 * take as much memory again as the weights.
 */
static void pack_matrix(struct plan *plan, struct packer *packer,
                        const struct assay_engine_options *options)
{
    const struct source *s = packer->source;
    size_t groups = group_count(s->matrix);
    size_t file_bytes = s->tensor.row_bytes * ASSAY_GROUP;
    size_t most = PART_BYTES / file_bytes + 1, count;

    for (packer->first = 0; packer->first < groups; packer->first += count) {
        size_t at = packer->first * file_bytes, end;

        count = groups - packer->first;
        count = count < most ? count : most;
        end = at + count * file_bytes;
        assay_pool_run(plan->engine->pool, count, 8, pack_part, packer);
        assay_weights_done_with(
            plan->weights, s->tensor.data + at,
            (end < s->tensor.bytes ? end : s->tensor.bytes) - at);
        plan->done += s->matrix->group_bytes * count;
        tell_progress(plan, options);
    }
}

static bool pack(struct plan *plan, const struct assay_engine_options *options,
                 struct assay_error *err)
{
    size_t threads = assay_pool_threads(plan->engine->pool), widest = 0;
    struct packer packer = {0};

    for (size_t i = 0; i < plan->count; i++)
        if (plan->sources[i].matrix->cols > widest)
            widest = plan->sources[i].matrix->cols;
    packer.rows = calloc(widest * ASSAY_GROUP * threads, sizeof *packer.rows);
    if (!packer.rows)
        return assay_fail(err, ASSAY_SYSTEM, "out of memory for packing");
    for (size_t i = 0; i < plan->count; i++) {
        packer.source = &plan->sources[i];
        pack_matrix(plan, &packer, options);
    }
    free(packer.rows);
    return assay_weights_check(plan->weights, err);
}

/* ------------------------------------------------------- open */

static size_t rope_bytes(const struct assay_engine *engine)
{
    return (size_t)engine->shape.layers[0].head_dim / 2 *
           engine->shape.context * sizeof(float);
}

/* Room for all positions; rows are computed when they are reached. */
static bool make_rope(struct assay_engine *engine, struct assay_error *err)
{
    engine->cosines = assay_map_memory(rope_bytes(engine), false, err);
    if (engine->cosines)
        engine->sines = assay_map_memory(rope_bytes(engine), false, err);
    return engine->sines != NULL;
}

/* In double, so that position 8191 is as exact as the first. */
void assay_engine_reach(struct assay_engine *engine, size_t positions)
{
    size_t half = engine->shape.layers[0].head_dim / 2;
    size_t from = engine->reached;

    if (positions <= from)
        return;
    positions = (positions + REACH - 1) / REACH * REACH;
    if (positions > engine->shape.context)
        positions = engine->shape.context;
    for (size_t i = 0; i < half; i++) {
        double turn =
            pow((double)engine->shape.rope_base, -(double)i / (double)half);

        for (size_t p = from; p < positions; p++) {
            engine->cosines[p * half + i] = (float)cos((double)p * turn);
            engine->sines[p * half + i] = (float)sin((double)p * turn);
        }
    }
    engine->reached = positions;
}

static bool choose_kernels(struct assay_engine *engine, const char *cap,
                           struct assay_error *err)
{
    enum assay_cpu_level best = assay_cpu_best(), most = ASSAY_CPU_AVX512;

    if (cap && !assay_cpu_level_named(cap, &most))
        return assay_fail(err, ASSAY_BAD_INPUT,
                          "there is no CPU level '%s', expected scalar, neon, "
                          "avx2 or avx512",
                          cap);
    if (best > most)
        best = most;
    while (best > ASSAY_CPU_SCALAR && !assay_kernels_of(best))
        best--;
    engine->kernels = assay_kernels_of(best);
    return true;
}

static enum assay_kv_type cache_type(enum assay_cache_type type)
{
    return type == ASSAY_CACHE_Q8_0  ? ASSAY_KV_Q8_0
           : type == ASSAY_CACHE_F32 ? ASSAY_KV_F32
                                     : ASSAY_KV_F16;
}

static bool open_engine(struct assay_engine *engine,
                        const struct assay_weights *weights,
                        const struct assay_engine_options *options,
                        struct assay_error *err)
{
    struct plan plan = {.weights = weights, .engine = engine};
    size_t threads = options->threads ? options->threads : assay_cpu_count();

    engine->cache = cache_type(options->cache);
    if (!choose_kernels(engine, options->cpu, err) ||
        !assay_shape_read(weights, &engine->arena, &engine->shape, err) ||
        !plan_tensors(&plan, err))
        return false;
    engine->floats =
        options->precision == ASSAY_PRECISION_FLOAT ||
        (options->precision == ASSAY_PRECISION_AUTO &&
         engine->shape.parameters * sizeof(float) <= SMALL_MODEL_BYTES);
    if (!take_memory(&plan, err))
        return false;
    /* handing such small work around takes longer than doing it */
    if (plan.bytes < SMALL_MODEL_BYTES && !options->threads)
        threads = 1;
    engine->pool = assay_pool_new(threads, err);
    if (!engine->pool || !pack(&plan, options, err) || !make_rope(engine, err))
        return false;
    engine->work = assay_pass_new(engine, err);
    return engine->work != NULL;
}

struct assay_engine *assay_engine_open(
    const struct assay_weights *weights,
    const struct assay_engine_options *options, struct assay_error *err)
{
    struct assay_engine *engine = calloc(1, sizeof *engine);

    if (!engine) {
        assay_fail(err, ASSAY_SYSTEM, "out of memory for an engine");
        return NULL;
    }
    if (open_engine(engine, weights, options, err))
        return engine;
    assay_engine_close(engine);
    return NULL;
}

void assay_engine_close(struct assay_engine *engine)
{
    if (!engine)
        return;
    assay_pass_free(engine->work);
    assay_pool_free(engine->pool);
    assay_unmap_memory(engine->packed, engine->packed_bytes);
    if (engine->cosines)
        assay_unmap_memory(engine->cosines, rope_bytes(engine));
    if (engine->sines)
        assay_unmap_memory(engine->sines, rope_bytes(engine));
    assay_arena_free(&engine->arena);
    free(engine);
}

struct assay_engine_facts assay_engine_facts(const struct assay_engine *engine)
{
    const struct assay_shape *shape = &engine->shape;
    struct assay_engine_facts facts = {
        .vocabulary = shape->vocabulary,
        .context = shape->context,
        .layers = shape->layer_count,
        .width = shape->width,
        .parameters = shape->parameters,
        .weight_bytes = engine->packed_bytes,
        .threads = assay_pool_threads(engine->pool),
        .cpu = assay_cpu_level_name(engine->kernels->level),
        .extension = engine->kernels->extension,
        .precision = engine->floats ? "float" : "int8",
    };

    for (uint32_t i = 0; i < shape->layer_count; i++)
        facts.token_bytes +=
            2 * shape->layers[i].key_heads *
            assay_kv_bytes(engine->cache, shape->layers[i].head_dim,
                           ASSAY_KEYS) /
            ASSAY_KEYS;
    return facts;
}
