/*
 * What a sequence has read, and its cache: address space for the whole
 * context, of which only what is written takes memory.
 */
#include "engine/engine_parts.h"

#include <stdlib.h>
#include <string.h>

enum { PAGE = 4096 };

/* Keys, and as many bytes of values, of one head. */
static size_t head_bytes(const struct assay_engine *engine, uint32_t layer)
{
    size_t bytes =
        assay_kv_bytes(engine->cache, engine->shape.layers[layer].head_dim,
                       engine->shape.context);

    return (bytes + PAGE - 1) / PAGE * PAGE;
}

static size_t layer_bytes(const struct assay_engine *engine, uint32_t layer)
{
    return 2 * engine->shape.layers[layer].key_heads *
           head_bytes(engine, layer);
}

struct assay_sequence *assay_sequence_new(struct assay_engine *engine,
                                          struct assay_error *err)
{
    struct assay_sequence *s = calloc(1, sizeof *s);

    if (!s) {
        assay_fail(err, ASSAY_SYSTEM, "out of memory for a sequence");
        return NULL;
    }
    s->engine = engine;
    for (uint32_t i = 0; i < engine->shape.layer_count; i++)
        s->bytes += layer_bytes(engine, i);
    s->memory = assay_map_memory(s->bytes, false, err);
    if (s->memory)
        return s;
    free(s);
    return NULL;
}

void assay_sequence_free(struct assay_sequence *sequence)
{
    if (!sequence)
        return;
    assay_unmap_memory(sequence->memory, sequence->bytes);
    free(sequence->tokens);
    free(sequence);
}

struct assay_kv assay_sequence_kv(const struct assay_sequence *sequence,
                                  uint32_t layer, uint32_t head)
{
    const struct assay_engine *engine = sequence->engine;
    size_t bytes = head_bytes(engine, layer), at = 0;

    for (uint32_t i = 0; i < layer; i++)
        at += layer_bytes(engine, i);
    at += 2 * head * bytes;
    return (struct assay_kv){
        .type = engine->cache,
        .head_dim = engine->shape.layers[layer].head_dim,
        .keys = sequence->memory + at,
        .values = sequence->memory + at + bytes,
    };
}

const uint32_t *assay_sequence_tokens(const struct assay_sequence *sequence,
                                      size_t *count)
{
    *count = sequence->count;
    return sequence->tokens;
}

void assay_sequence_cut(struct assay_sequence *sequence, size_t count)
{
    if (count < sequence->count)
        sequence->count = count;
}

static bool make_room(struct assay_sequence *s, size_t count,
                      struct assay_error *err)
{
    size_t room = s->room ? s->room : 256;
    uint32_t *wider;

    if (count <= s->room)
        return true;
    while (room < count)
        room *= 2;
    wider = realloc(s->tokens, room * sizeof *wider);
    if (!wider)
        return assay_fail(err, ASSAY_SYSTEM, "out of memory for %zu tokens",
                          count);
    s->tokens = wider;
    s->room = room;
    return true;
}

bool assay_sequence_append(struct assay_sequence *sequence,
                           const uint32_t *tokens, size_t count,
                           struct assay_error *err)
{
    if (!make_room(sequence, sequence->count + count, err))
        return false;
    memcpy(sequence->tokens + sequence->count, tokens, count * sizeof *tokens);
    sequence->count += count;
    return true;
}

bool assay_sequence_copy(struct assay_sequence *to,
                         const struct assay_sequence *from, size_t count,
                         struct assay_error *err)
{
    const struct assay_shape *shape = &to->engine->shape;

    if (count > from->count)
        count = from->count;
    if (!make_room(to, count, err))
        return false;
    if (count)
        memcpy(to->tokens, from->tokens, count * sizeof *to->tokens);
    to->count = count;
    for (uint32_t i = 0; count && i < shape->layer_count; i++)
        for (uint32_t h = 0; h < shape->layers[i].key_heads; h++) {
            struct assay_kv a = assay_sequence_kv(to, i, h);
            struct assay_kv b = assay_sequence_kv(from, i, h);
            size_t bytes = assay_kv_bytes(a.type, a.head_dim, count);

            memcpy(a.keys, b.keys, bytes);
            memcpy(a.values, b.values, bytes);
        }
    return true;
}
