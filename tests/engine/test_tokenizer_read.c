/*
 * Where tokenizers come from: keys of GGUF, tokenizer.model, tokenizer.json;
 * what is wrong in them is refused by name, what is odd has a meaning, and
 * no byte of them does harm.
 */
#include "engine/vocabulary_fixture.h"

#include "engine/tokenizer_parts.h"

#include <math.h>
#include <unistd.h>

/* ------------------------------------------------------- GGUF */

static void set_model_absent(struct vocabulary *v)
{
    v->model = NULL;
}

static void set_model_other(struct vocabulary *v)
{
    v->model = "gpt2";
}

static void set_prefix(struct vocabulary *v)
{
    v->space_prefix = 1;
}

static void drop_score(struct vocabulary *v)
{
    v->scores = v->count - 1;
}

static void add_kind(struct vocabulary *v)
{
    v->kinds = v->count + 1;
}

static void set_kind_0(struct vocabulary *v)
{
    v->at[20].kind = 0;
}

static void set_kind_7(struct vocabulary *v)
{
    v->at[20].kind = 7;
}

static void set_kind_negative(struct vocabulary *v)
{
    v->at[20].kind = -1;
}

static void set_nan(struct vocabulary *v)
{
    v->at[300].score = NAN;
}

static void set_byte_name(struct vocabulary *v)
{
    v->at[300].kind = BYTE;
}

static void set_bos_outside(struct vocabulary *v)
{
    v->bos = v->count;
}

static void set_eos_outside(struct vocabulary *v)
{
    v->eos = UINT64_C(1) << 32; /* not 0 */
}

static void set_eot_outside(struct vocabulary *v)
{
    v->eot = UINT64_C(1) << 63;
}

static void drop_all(struct vocabulary *v)
{
    vocabulary_free(v);
}

static void set_long_name(struct vocabulary *v)
{
    free(v->at[300].name);
    v->at[300].name = calloc(1, 1026);
    memset(v->at[300].name, 'a', 1025);
}

static void drop_unknown(struct vocabulary *v)
{
    v->unknown = UINT64_MAX;
    v->at[3].kind = CONTROL;
    v->at[13 + 0x41].kind = UNUSED;
}

static void wrong_vocabularies_are_refused_by_key(void **state)
{
    static const struct {
        void (*change)(struct vocabulary *v);
        const char *text;
    } cases[] = {
        {set_model_absent,
         "built.gguf: key 'tokenizer.ggml.model' is not stated"},
        {set_model_other,
         "built.gguf: tokenizer.ggml.model is 'gpt2', expected 'llama' "
         "(SentencePiece)"},
        {set_prefix,
         "built.gguf: tokenizer.ggml.add_space_prefix is true, expected "
         "false: Gemma's texts begin as they are written"},
        {drop_score,
         "built.gguf: tokenizer.ggml.scores has 400 elements, expected 401: "
         "one for each token"},
        {add_kind,
         "built.gguf: tokenizer.ggml.token_type has 402 elements, expected "
         "401: one for each token"},
        {set_kind_0,
         "built.gguf: tokenizer.ggml.token_type: 0 for token 20, expected 1 "
         "to 6"},
        {set_kind_7,
         "built.gguf: tokenizer.ggml.token_type: 7 for token 20, expected 1 "
         "to 6"},
        {set_kind_negative,
         "built.gguf: tokenizer.ggml.token_type: -1 for token 20, expected 1 "
         "to 6"},
        {set_nan,
         "built.gguf: tokenizer.ggml.tokens: token 300 has a score that is "
         "not a number"},
        {set_byte_name,
         "built.gguf: tokenizer.ggml.tokens: token 300 is of type byte, "
         "expected <0x00> to <0xFF> as its name"},
        {set_bos_outside,
         "built.gguf: tokenizer.ggml.bos_token_id is 401, expected a token: "
         "there are 401"},
        {set_eos_outside,
         "built.gguf: tokenizer.ggml.eos_token_id is 4294967296, expected a "
         "token: there are 401"},
        {set_eot_outside,
         "built.gguf: tokenizer.ggml.eot_token_id is 9223372036854775808, "
         "expected a token: there are 401"},
        {drop_all, "built.gguf: tokenizer.ggml.bos_token_id is 2, expected a "
                   "token: there are 0"},
        {set_long_name,
         "built.gguf: tokenizer.ggml.tokens: token 300 is longer than 1,024 "
         "bytes"},
        {drop_unknown,
         "built.gguf: tokenizer.ggml.tokens: no token <0x41>, and none that "
         "stands for the unknown"},
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct vocabulary v = vocabulary_like_gemma();
        struct assay_error err;

        cases[i].change(&v);
        assert_null(tokenizer_of(&v, &err));
        assert_string_equal(err.text, cases[i].text);
        assert_int_equal(err.code, ASSAY_BAD_INPUT);
        vocabulary_free(&v);
    }
}

static void odd_vocabularies_have_a_meaning(void **state)
{
    struct vocabulary v = vocabulary_like_gemma();
    struct assay_arena arena = {0};
    uint32_t empty = add_piece(&v, "", 9, NORMAL);
    uint32_t again = add_piece(&v, "the", 9, NORMAL);
    uint32_t space = add_piece(&v, "x y", 9, NORMAL);
    add_piece(&v, "▁y", 8, NORMAL);
    uint32_t unused = add_piece(&v, "xy", 9, UNUSED);
    uint32_t minus = add_piece(&v, "zz", -INFINITY, NORMAL);
    uint32_t pad = add_piece(&v, "", 0, CONTROL);

    v.pad = pad;
    v.unknown = UINT64_MAX; /* found by its type */
    struct assay_tokenizer *t = tokenizer_from(v);
    /* of equal pieces the first is used; both are written */
    assert_string_equal(pieces_of(t, "the", false, &arena), "the");
    struct assay_tokens tokens;
    struct assay_error err = {0};
    assert_true(
        assay_tokenize(t, &arena, ASSAY_STR("the"), false, &tokens, &err));
    assert_true(tokens.count == 1 && tokens.at[0] != again);
    assert_true(assay_str_is(assay_token_bytes(t, again), "the"));
    /* an empty piece is unused, and unused ones text does not become */
    assert_true(assay_tokenizer_is_control(t, empty));
    assert_true(assay_tokenizer_is_control(t, unused));
    assert_true(assay_tokenizer_is_control(t, 3));
    assert_string_equal(pieces_of(t, "xy", false, &arena), "x|y");
    /* what is spelled with a plain space, SentencePiece never finds */
    assert_string_equal(pieces_of(t, "x y", false, &arena), "x|▁y");
    assert_true(assay_str_is(assay_token_bytes(t, space), "x y"));
    assert_string_equal(pieces_of(t, "zz", true, &arena), "zz");
    assert_true(assay_str_is(assay_token_bytes(t, minus), "zz"));
    assay_arena_free(&arena);
    assay_tokenizer_free(t);
}

/* Place of a key in a table of 8,192 slots, as tokenizer_table.c has it. */
static uint32_t place_of(const char *name)
{
    uint64_t hash = assay_str_hash(assay_str_c(name));

    return (uint32_t)(hash ^ hash >> 32) & 8191;
}

static void pieces_made_to_collide_are_refused(void **state)
{
    struct vocabulary v = vocabulary_like_gemma();
    struct assay_error err;
    char name[16];

    for (uint32_t i = 0; v.count < 401 + 1100; i++) {
        snprintf(name, sizeof name, "%x", i);
        if (place_of(name) == 77)
            add_piece(&v, name, 0, NORMAL);
    }
    while (v.count < 3000) {
        snprintf(name, sizeof name, "q%u", v.count);
        add_piece(&v, name, 0, NORMAL);
    }
    assert_null(tokenizer_of(&v, &err));
    assert_int_equal(err.code, ASSAY_BAD_INPUT);
    assert_non_null(strstr(err.text, "fall on one place of the table"));
    vocabulary_free(&v);
}

/* Reads a text with whatever vocabulary came out. */
static void use(struct assay_tokenizer *t)
{
    static const char text[] = "<bos>the  né\n\n日本 aaaaa<table>\x01 ü";
    struct assay_detokenizer d = {.tokenizer = t};
    struct assay_arena arena = {0};
    struct assay_error err = {0};
    struct assay_tokens tokens;
    struct assay_message message = {.role = ASSAY_ROLE_USER,
                                    .text = assay_str_c(text)};
    struct assay_buf out;

    assay_buf_init(&out, 1 << 20);
    for (int controls = 0; controls < 2; controls++) {
        assert_true(assay_tokenize(t, &arena, assay_str_c(text), controls,
                                   &tokens, &err));
        for (size_t i = 0; i < tokens.count; i++) {
            assert_true(tokens.at[i] < assay_tokenizer_size(t));
            assay_detokenize(&d, tokens.at[i], &out);
        }
    }
    assert_true(assay_utf8_valid(assay_buf_str(&out)));
    assert_true(assay_chat_tokens(t, &arena, &message, 1, &tokens, &err));
    assay_buf_release(&out);
    assay_arena_free(&arena);
}

static void flipped_bits_give_an_error_or_a_tokenizer(void **state)
{
    struct vocabulary v = vocabulary_like_gemma();
    struct build b = vocabulary_file(&v);
    size_t flips = getenv("ASSAY_TEST_FULL") ? 50000 : 1500, survivors = 0;
    uint64_t seed = 4;

    for (size_t i = 0; i < flips; i++) {
        size_t at = next_random(&seed) % b.len;
        uint8_t bit = (uint8_t)(1 << next_random(&seed) % 8);
        struct assay_error err = {0};
        struct assay_tokenizer *t = NULL;

        b.at[at] ^= bit;
        struct assay_weights *w = assay_weights_open_bytes(
            "flipped", (struct assay_str){(char *)b.at, b.len}, &err);
        if (w)
            t = assay_tokenizer_new(w, &err);
        if (t)
            use(t);
        else
            assert_true(err.code != ASSAY_OK && err.text[0]);
        survivors += t != NULL;
        assay_tokenizer_free(t);
        assay_weights_close(w);
        b.at[at] ^= bit;
    }
    assert_in_range(survivors, flips / 10, flips - 1);
    build_free(&b);
    vocabulary_free(&v);
}

/* ------------------------------------------------------- tokenizer.model */

static void put_varint(struct build *b, uint64_t value)
{
    for (; value >= 0x80; value >>= 7)
        put_uint(b, (value & 0x7f) | 0x80, 1);
    put_uint(b, value, 1);
}

static void put_number(struct build *b, uint32_t field, uint64_t value)
{
    put_varint(b, field << 3);
    put_varint(b, value);
}

static void put_bytes(struct build *b, uint32_t field, const void *bytes,
                      size_t len)
{
    put_varint(b, field << 3 | 2);
    put_varint(b, len);
    put(b, bytes, len);
}

/* What Gemma's says of training and normalising; `change` replaces one. */
struct settings {
    uint64_t model_type, prefix, spaces, escape, bos, unknown;
    const char *map;
};
static const struct settings gemma_settings = {2, 0, 0, 1, 2, 3, ""};

static struct build model_file(const struct vocabulary *v, struct settings s)
{
    struct build b = {0}, part = {0};

    for (uint32_t i = 0; i < v->count; i++) {
        part.len = 0;
        put_bytes(&part, 1, v->at[i].name, strlen(v->at[i].name));
        put_varint(&part, 2 << 3 | 5);
        put_f32(&part, v->at[i].score);
        if (v->at[i].kind != NORMAL) /* the default is not written */
            put_number(&part, 3, (uint64_t)v->at[i].kind);
        put_bytes(&b, 1, part.at, part.len);
    }
    part.len = 0;
    put_number(&part, 3, s.model_type);
    put_number(&part, 4, v->count);
    put_varint(&part, 10 << 3 | 5);
    put_f32(&part, 0.99f);
    put_number(&part, 40, s.unknown);
    put_number(&part, 41, s.bos);
    put_number(&part, 42, 1);
    put_number(&part, 43, 0);
    put_bytes(&b, 2, part.at, part.len);
    part.len = 0;
    put_bytes(&part, 1, "identity", 8);
    put_bytes(&part, 2, s.map, strlen(s.map));
    put_number(&part, 3, s.prefix);
    put_number(&part, 4, s.spaces);
    put_number(&part, 5, s.escape);
    put_bytes(&b, 3, part.at, part.len);
    put_varint(&b, 200 << 3 | 1); /* an extension is read over */
    put_u64(&b, 5);
    build_free(&part);
    return b;
}

static struct assay_tokenizer *tokenizer_of_model(const void *bytes, size_t len,
                                                  struct assay_error *err)
{
    struct assay_vocabulary v = {.what = "tokenizer.model",
                                 .bos = ASSAY_NO_TOKEN,
                                 .unknown = ASSAY_NO_TOKEN,
                                 .pad = ASSAY_NO_TOKEN};
    struct assay_tokenizer *t = NULL;
    struct assay_arena arena = {0};
    char *copy = malloc(len ? len : 1); /* so that a byte too far is seen */

    assert_non_null(copy);
    memcpy(copy, bytes, len);
    *err = (struct assay_error){0};
    if (assay_vocabulary_read_model(&v, &arena, (struct assay_str){copy, len},
                                    err))
        t = assay_tokenizer_build(&v, err);
    assay_arena_free(&arena);
    free(copy);
    return t;
}

static const char *const texts[] = {
    "the user on the model", " the  in\n\n\n\n\nother",
    "<eos>né 日本ü",         "aaaaaaaaaa",
    "x<table>y    z",
};

/* Both make the same of every text. */
static void assert_same(const struct assay_tokenizer *a,
                        const struct assay_tokenizer *b)
{
    struct assay_arena arena = {0};

    assert_int_equal(assay_tokenizer_size(a), assay_tokenizer_size(b));
    assert_int_equal(assay_tokenizer_bos(a), assay_tokenizer_bos(b));
    for (uint32_t id = 0; id < assay_tokenizer_size(a); id++) {
        assert_true(assay_str_equal(assay_token_bytes(a, id),
                                    assay_token_bytes(b, id)));
        assert_int_equal(assay_tokenizer_ends(a, id),
                         assay_tokenizer_ends(b, id));
        assert_int_equal(assay_tokenizer_is_control(a, id),
                         assay_tokenizer_is_control(b, id));
    }
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        assert_string_equal(pieces_of(a, texts[i], false, &arena),
                            pieces_of(b, texts[i], false, &arena));
    assay_arena_free(&arena);
}

static void a_sentencepiece_model_says_what_gguf_says(void **state)
{
    struct vocabulary v = vocabulary_like_gemma();
    struct build b = model_file(&v, gemma_settings);
    struct assay_error err;
    struct assay_tokenizer *t = tokenizer_of_model(b.at, b.len, &err);

    if (!t)
        fail_msg("%s", err.text);
    struct assay_tokenizer *other = tokenizer_from(v);
    assert_same(t, other);
    assay_tokenizer_free(t);
    assay_tokenizer_free(other);
    build_free(&b);
}

static void a_sentencepiece_model_that_is_not_gemmas_is_refused(void **state)
{
    static const struct {
        struct settings settings;
        const char *text;
    } cases[] = {
        {{1, 0, 0, 1, 2, 3, ""}, "model_type is not BPE"},
        {{2, 1, 0, 1, 2, 3, ""}, "add_dummy_prefix is true"},
        {{2, 0, 1, 1, 2, 3, ""}, "remove_extra_whitespaces is true"},
        {{2, 0, 0, 0, 2, 3, ""}, "escape_whitespaces is false"},
        {{2, 0, 0, 1, 2, 3, "nfkc"}, "precompiled_charsmap is not empty"},
        {{2, 0, 0, 1, 401, 3, ""},
         "tokenizer.model: bos_id is 401, expected a token"},
        {{2, 0, 0, 1, 2, INT64_MAX, ""},
         "tokenizer.model: unk_id is 9223372036854775807"},
    };
    struct vocabulary v = vocabulary_like_gemma();

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct build b = model_file(&v, cases[i].settings);
        struct assay_error err;

        assert_null(tokenizer_of_model(b.at, b.len, &err));
        assert_int_equal(err.code, ASSAY_BAD_INPUT);
        assert_non_null(strstr(err.text, cases[i].text));
        build_free(&b);
    }
    v.at[300].name[0] = '\xe9';
    struct build b = model_file(&v, gemma_settings);
    struct assay_error err;
    assert_null(tokenizer_of_model(b.at, b.len, &err));
    assert_string_equal(err.text, "tokenizer.model: token 300 is not UTF-8");
    build_free(&b);
    vocabulary_free(&v);
}

static void a_damaged_sentencepiece_model_does_no_harm(void **state)
{
    struct vocabulary v = vocabulary_like_gemma();
    struct build b = model_file(&v, gemma_settings);
    uint64_t seed = 11;
    struct assay_error err;

    for (size_t len = 0; len < b.len; len++) {
        struct assay_tokenizer *t = tokenizer_of_model(b.at, len, &err);

        /* all but the extension at its end */
        assert_true(t ? len == b.len - 10 : err.code == ASSAY_BAD_INPUT);
        assay_tokenizer_free(t);
    }
    for (size_t i = 0; i < 1500; i++) {
        size_t at = next_random(&seed) % b.len;
        uint8_t bit = (uint8_t)(1 << next_random(&seed) % 8);

        b.at[at] ^= bit;
        struct assay_tokenizer *t = tokenizer_of_model(b.at, b.len, &err);
        if (t)
            use(t);
        assay_tokenizer_free(t);
        b.at[at] ^= bit;
    }
    build_free(&b);
    vocabulary_free(&v);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(wrong_vocabularies_are_refused_by_key),
        cmocka_unit_test(odd_vocabularies_have_a_meaning),
        cmocka_unit_test(pieces_made_to_collide_are_refused),
        cmocka_unit_test(flipped_bits_give_an_error_or_a_tokenizer),
        cmocka_unit_test(a_sentencepiece_model_says_what_gguf_says),
        cmocka_unit_test(a_sentencepiece_model_that_is_not_gemmas_is_refused),
        cmocka_unit_test(a_damaged_sentencepiece_model_does_no_harm),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
