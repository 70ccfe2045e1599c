/* A file of weights as a statement: names, sizes, licence, tokenizer. */
#include "support/support.h"

#include "gguf/build_gguf.h"

#include "assay/import.h"

#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

struct imported {
    struct assay_arena arena;
    struct assay_batch batch;
    struct assay_error err;
    bool ok;
};

static void import(struct imported *in, const char *path)
{
    const struct assay_import_options options = {
        .format = assay_import_format(ASSAY_STR("gguf")),
        .from = path,
        .retrieved = {2026, 11, 22},
    };

    *in = (struct imported){0};
    assay_batch_init(&in->batch, &in->arena);
    in->ok = assay_import_read(&in->batch, &options, &in->err);
}

static void assert_body(const struct imported *in, const char *id,
                        const char *body)
{
    if (!in->ok)
        fail_msg("%s", in->err.text);
    assert_int_equal(in->batch.statement_count, 1);
    const struct assay_statement *said = in->batch.first;
    if (!assay_str_is(said->id, id) || !assay_str_is(said->body, body))
        fail_msg("%.*s: %.*s\nexpected %s: %s", ASSAY_STR_ARG(said->id),
                 ASSAY_STR_ARG(said->body), id, body);
}

static void the_nano_model_states_what_its_file_holds(void **state)
{
    struct imported in;

    import(&in, "data/nano/nano-s.gguf");
    assert_body(&in, "local/assay-nano-s",
                "{\"name\":\"assay nano s\",\"parameters_total\":862336,"
                "\"architecture\":\"gemma2\",\"license\":\"Apache-2.0\","
                "\"license_class\":\"osi\",\"open_weights\":true,"
                "\"context_tokens\":512,"
                "\"tokenizer\":\"SentencePiece BPE, 576 tokens\","
                "\"weights\":[{\"bytes\":940096,\"file\":\"nano-s.gguf\","
                "\"format\":\"gguf\","
                "\"quantization\":\"Q8_0 99.7 %, F32 0.3 %\"}]}");
    assert_true(assay_str_is(in.batch.source_id, "gguf-nano-s"));
    assert_true(assay_str_is(in.batch.title, "nano-s.gguf"));
    assert_int_equal(in.batch.source_kind, ASSAY_SOURCE_SECONDARY);
    assert_int_equal(in.batch.sha256.len, 64);
    assay_arena_free(&in.arena);
}

/* ------------------------------------------------------------- names */

struct key {
    const char *name, *value;
};

static void import_keys(struct imported *in, const struct key *keys,
                        size_t count)
{
    char path[] = "/tmp/assay-import-XXXXXX";
    struct build b = {0};
    int file = mkstemp(path);

    put_header(&b, 3, 1, count);
    for (size_t i = 0; i < count; i++)
        put_key_text(&b, keys[i].name, keys[i].value);
    put_tensor(&b, "t", ASSAY_TENSOR_F16, (uint64_t[]){4, 2}, 0);
    build_data(&b, 16);
    assert_true(file >= 0);
    assert_int_equal(write(file, b.at, b.len), (ssize_t)b.len);
    close(file);
    import(in, path);
    unlink(path);
    build_free(&b);
}

static void an_id_is_made_of_who_made_it_and_its_name(void **state)
{
    static const struct {
        struct key keys[3];
        const char *id, *member;
    } cases[] = {
        {{{"general.name", "Gemma 2 2b It"},
          {"general.organization", "Google"}},
         "google/gemma-2-2b-it",
         "\"creator\":\"Google\""},
        {{{"general.name", "A"}, {"general.author", "B/C \xc3\xa9 (D)"}},
         "b-c-d/a",
         "\"creator\":\"B/C \xc3\xa9 (D)\""},
        {{{"general.name", " Llama-3.1_8B. "}}, "local/llama-3.1-8b", "\"name"},
        {{{"general.name", "\xe6\xa8\xa1"}, {"general.author", "\xe5\x9e\x8b"}},
         NULL,
         "\"creator\":\"\xe5\x9e\x8b\""},
        {{{"general.license", "gemma"}},
         NULL,
         "\"license\":\"gemma\",\"license_class\":"
         "\"open-weights-with-terms\",\"open_weights\":true"},
        {{{"general.license", "other"}, {"general.license.name", "Own terms"}},
         NULL,
         "\"license\":\"Own terms\""},
        {{{"general.basename", "gemma-2"}}, NULL, "\"family\":\"gemma-2\""},
        {{{"tokenizer.ggml.model", "gpt2"}},
         NULL,
         "\"tokenizer\":\"byte-level BPE\""},
        {{{"tokenizer.ggml.model", "own"}}, NULL, "\"tokenizer\":\"own\""},
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct imported in;
        size_t count = 0;

        while (count < 3 && cases[i].keys[count].name)
            count++;
        import_keys(&in, cases[i].keys, count);
        if (!in.ok)
            fail_msg("%s", in.err.text);
        struct assay_str id = in.batch.first->id;
        if (cases[i].id ? !assay_str_is(id, cases[i].id)
                        : !assay_str_starts(id, "local/assay-import-"))
            fail_msg("'%.*s', expected '%s'", ASSAY_STR_ARG(id), cases[i].id);
        if (!assay_str_contains(in.batch.first->body, cases[i].member))
            fail_msg("%.*s, expected %s", ASSAY_STR_ARG(in.batch.first->body),
                     cases[i].member);
        assay_arena_free(&in.arena);
    }
}

/* ------------------------------------------------------------- folders */

static void write_to(const char *path, const void *bytes, size_t len)
{
    FILE *file = fopen(path, "wb");

    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, len, file), len);
    assert_int_equal(fclose(file), 0);
}

static void a_tied_head_in_safetensors_is_not_counted_twice(void **state)
{
    static const char header[] =
        "{\"model.embed_tokens.weight\":{\"dtype\":\"BF16\",\"shape\":[3,2],"
        "\"data_offsets\":[0,12]},\"lm_head.weight\":{\"dtype\":\"BF16\","
        "\"shape\":[3,2],\"data_offsets\":[12,24]}}";
    static const char config[] = "{\"model_type\":\"gemma2\","
                                 "\"max_position_embeddings\":8192,"
                                 "\"tie_word_embeddings\":true}";
    char folder[] = "/tmp/assay-import-XXXXXX";
    char weights[64], text[64], body[400];
    struct build b = {0};
    struct imported in;

    assert_non_null(mkdtemp(folder));
    snprintf(weights, sizeof weights, "%s/model.safetensors", folder);
    snprintf(text, sizeof text, "%s/config.json", folder);
    put_u64(&b, strlen(header));
    put(&b, header, strlen(header));
    put_fill(&b, 0, 24);
    write_to(weights, b.at, b.len);
    write_to(text, config, strlen(config));
    import(&in, folder);
    snprintf(body, sizeof body,
             "{\"name\":\"%s\",\"parameters_total\":6,"
             "\"architecture\":\"gemma2\",\"context_tokens\":8192,"
             "\"weights\":[{\"bytes\":%zu,\"file\":\"%s\","
             "\"format\":\"safetensors\",\"quantization\":\"BF16\"}]}",
             folder + 5, b.len, folder + 5);
    assert_true(in.ok);
    if (!assay_str_is(in.batch.first->body, body))
        fail_msg("%.*s, expected %s", ASSAY_STR_ARG(in.batch.first->body),
                 body);
    assay_arena_free(&in.arena);
    build_free(&b);
    unlink(weights);
    unlink(text);
    rmdir(folder);
}

static void what_is_no_file_of_weights_is_refused(void **state)
{
    static const struct {
        const char *from, *error;
    } cases[] = {
        {"https://x.example/a.gguf",
         "https://x.example/a.gguf: gguf is read from a file alone"},
        {"-", "-: gguf is read from a file alone"},
        {"tests/gguf/none.gguf", "cannot open 'tests/gguf/none.gguf': No"},
        {"data/nano/nano-s.json", "data/nano/nano-s.json: neither 'GGUF'"},
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct imported in;

        import(&in, cases[i].from);
        assert_false(in.ok);
        if (!assay_str_starts(assay_str_c(in.err.text), cases[i].error))
            fail_msg("'%s', expected '%s'", in.err.text, cases[i].error);
        assert_int_equal(in.batch.statement_count, 0);
        assay_arena_free(&in.arena);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_nano_model_states_what_its_file_holds),
        cmocka_unit_test(an_id_is_made_of_who_made_it_and_its_name),
        cmocka_unit_test(a_tied_head_in_safetensors_is_not_counted_twice),
        cmocka_unit_test(what_is_no_file_of_weights_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
