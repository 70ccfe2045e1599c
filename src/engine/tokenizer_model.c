/*
 * tokenizer.model: a protobuf of pieces, each with score and type, behind
 * them what the trainer was told and how text is normalised. Of these only
 * what Gemma's say is taken: BPE, text as it is written, spaces as "▁".
 *
 * In practice 4 MB and 256,000 pieces, 5 ms.
 *
 * Source: src/sentencepiece_model.proto of SentencePiece; encoding:
 * protobuf.dev/programming-guides/encoding; both read 2026-11-22.
 */
#include "engine/tokenizer_parts.h"

#include <string.h>

/* One field of a message: a number, or a stretch of bytes. */
struct field {
    uint32_t number;
    bool is_bytes;
    uint64_t value; /* f32 and varint alike, as their bits */
    struct assay_str bytes;
};

/* What is left of a message; a failure sticks and ends it. */
struct message {
    const uint8_t *at, *end;
    bool failed;
};

static struct message over(struct assay_str bytes)
{
    const uint8_t *at = (const uint8_t *)bytes.at;

    return (struct message){.at = at, .end = at + bytes.len};
}

static uint64_t take_varint(struct message *in)
{
    uint64_t value = 0;

    for (unsigned shift = 0; shift < 64 && in->at < in->end; shift += 7) {
        uint8_t byte = *in->at++;

        value |= (uint64_t)(byte & 0x7f) << shift;
        if (byte < 0x80)
            return value;
    }
    in->failed = true;
    return 0;
}

static uint64_t take_fixed(struct message *in, size_t bytes)
{
    uint64_t value = 0;

    if ((size_t)(in->end - in->at) < bytes) {
        in->failed = true;
        return 0;
    }
    for (size_t i = 0; i < bytes; i++)
        value |= (uint64_t)*in->at++ << (8 * i);
    return value;
}

/* False at the end, and for what cannot be read: `failed` tells. */
static bool next_field(struct message *in, struct field *field)
{
    uint64_t tag, len;

    if (in->failed || in->at == in->end)
        return false;
    tag = take_varint(in);
    *field = (struct field){.number = (uint32_t)(tag >> 3)};
    switch (tag & 7) {
    case 0:
        field->value = take_varint(in);
        break;
    case 1:
        field->value = take_fixed(in, 8);
        break;
    case 2:
        len = take_varint(in);
        if (len > (uint64_t)(in->end - in->at)) {
            in->failed = true;
            break;
        }
        field->is_bytes = true;
        field->bytes = (struct assay_str){(const char *)in->at, (size_t)len};
        in->at += len;
        break;
    case 5:
        field->value = take_fixed(in, 4);
        break;
    default: /* groups, which nobody writes any more */
        in->failed = true;
    }
    return !in->failed;
}

static bool fail_cut(struct assay_error *err)
{
    return assay_fail(err, ASSAY_BAD_INPUT,
                      "tokenizer.model is cut short, or no SentencePiece "
                      "model");
}

/* ------------------------------------------------------- pieces */

static bool read_piece(struct assay_str bytes, uint32_t id,
                       struct assay_vocabulary_entry *entry,
                       struct assay_error *err)
{
    struct message in = over(bytes);
    struct field field;
    uint64_t kind = ASSAY_TOKEN_NORMAL;

    while (next_field(&in, &field)) {
        uint32_t bits = (uint32_t)field.value;

        if (field.number == 1 && field.is_bytes)
            entry->name = field.bytes;
        else if (field.number == 2 && !field.is_bytes)
            memcpy(&entry->score, &bits, sizeof bits);
        else if (field.number == 3 && !field.is_bytes)
            kind = field.value;
    }
    if (in.failed)
        return fail_cut(err);
    if (kind < ASSAY_TOKEN_NORMAL || kind > ASSAY_TOKEN_BYTE)
        return assay_fail(err, ASSAY_BAD_INPUT,
                          "tokenizer.model: piece %u is of type %llu, expected "
                          "1 to 6",
                          id, (unsigned long long)kind);
    entry->kind = (enum assay_token_kind)kind;
    return true;
}

/* ------------------------------------------------------- settings */

/* What is not stated has the value of sentencepiece_model.proto. */
struct settings {
    uint64_t model_type;
    uint64_t unknown, bos, eos, pad; /* -1 for none, as 64 bits */
    bool dummy_prefix, remove_spaces, escape_spaces, maps;
};

static bool read_trainer(struct settings *s, struct assay_str bytes)
{
    struct message in = over(bytes);
    struct field field;

    while (next_field(&in, &field)) {
        if (field.number == 3)
            s->model_type = field.value;
        else if (field.number == 40)
            s->unknown = field.value;
        else if (field.number == 41)
            s->bos = field.value;
        else if (field.number == 42)
            s->eos = field.value;
        else if (field.number == 43)
            s->pad = field.value;
    }
    return !in.failed;
}

static bool read_normalizer(struct settings *s, struct assay_str bytes)
{
    struct message in = over(bytes);
    struct field field;

    while (next_field(&in, &field)) {
        if (field.number == 2)
            s->maps = field.bytes.len > 0;
        else if (field.number == 3)
            s->dummy_prefix = field.value;
        else if (field.number == 4)
            s->remove_spaces = field.value;
        else if (field.number == 5)
            s->escape_spaces = field.value;
    }
    return !in.failed;
}

static bool check_settings(const struct settings *s, struct assay_error *err)
{
    enum { BPE = 2 };
    const char *wrong = s->model_type != BPE ? "model_type is not BPE"
                        : s->maps          ? "precompiled_charsmap is not empty"
                        : s->dummy_prefix  ? "add_dummy_prefix is true"
                        : s->remove_spaces ? "remove_extra_whitespaces is true"
                        : !s->escape_spaces ? "escape_whitespaces is false"
                                            : NULL;

    return !wrong || assay_fail(err, ASSAY_BAD_INPUT,
                                "tokenizer.model: %s, expected what Gemma's "
                                "says",
                                wrong);
}

static bool use_settings(struct assay_vocabulary *v, const struct settings *s,
                         struct assay_error *err)
{
    const struct {
        const char *name;
        uint64_t id;
        uint32_t *to;
    } roles[] = {
        {"tokenizer.model: unk_id", s->unknown, &v->unknown},
        {"tokenizer.model: bos_id", s->bos, &v->bos},
        {"tokenizer.model: pad_id", s->pad, &v->pad},
    };

    for (size_t i = 0; i < sizeof roles / sizeof roles[0]; i++)
        if ((int64_t)roles[i].id >= 0 &&
            !assay_vocabulary_set(v, roles[i].id, roles[i].name, roles[i].to,
                                  err))
            return false;
    return (int64_t)s->eos < 0 ||
           assay_vocabulary_add_end(v, s->eos, "tokenizer.model: eos_id", err);
}

/* ------------------------------------------------------- the model */

static bool count_pieces(struct assay_str bytes, uint32_t *count,
                         struct assay_error *err)
{
    struct message in = over(bytes);
    struct field field;
    size_t pieces = 0;

    while (next_field(&in, &field))
        pieces += field.number == 1 && field.is_bytes;
    if (in.failed)
        return fail_cut(err);
    if (pieces > ASSAY_MOST_TOKENS)
        return assay_fail(err, ASSAY_LIMIT,
                          "tokenizer.model: %zu pieces, at most %d", pieces,
                          ASSAY_MOST_TOKENS);
    *count = (uint32_t)pieces;
    return true;
}

bool assay_vocabulary_read_model(struct assay_vocabulary *vocabulary,
                                 struct assay_arena *arena,
                                 struct assay_str bytes,
                                 struct assay_error *err)
{
    struct settings settings = {
        .model_type = 1,
        .bos = 1,
        .eos = 2,
        .pad = UINT64_MAX,
        .dummy_prefix = true,
        .remove_spaces = true,
        .escape_spaces = true,
    };
    struct message in = over(bytes);
    struct field field;
    uint32_t id = 0;

    if (!count_pieces(bytes, &vocabulary->count, err))
        return false;
    vocabulary->entries =
        assay_arena_try(arena, vocabulary->count, sizeof *vocabulary->entries);
    if (!vocabulary->entries)
        return assay_fail(err, ASSAY_SYSTEM, "no memory for %u pieces",
                          vocabulary->count);
    while (next_field(&in, &field)) {
        if (!field.is_bytes)
            continue;
        if (field.number == 1 && id < vocabulary->count) {
            if (!read_piece(field.bytes, id, &vocabulary->entries[id], err))
                return false;
            id++;
        } else if ((field.number == 2 &&
                    !read_trainer(&settings, field.bytes)) ||
                   (field.number == 3 &&
                    !read_normalizer(&settings, field.bytes))) {
            return fail_cut(err);
        }
    }
    if (in.failed || id < vocabulary->count) /* changed since it was counted */
        return fail_cut(err);
    return check_settings(&settings, err) &&
           use_settings(vocabulary, &settings, err);
}
