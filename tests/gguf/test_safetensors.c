/*
 * safetensors: headers right and wrong, folders with an index and with
 * config.json, damage, memory.
 */
#include "support/support.h"

#include "build_gguf.h"
#include "peak_memory.h"

#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

/* A file of this header and so many bytes of data. */
static struct build build_file(const char *header, size_t data)
{
    struct build b = {0};

    put_u64(&b, strlen(header));
    put(&b, header, strlen(header));
    b.data_at = b.len;
    put_fill(&b, 0x31, data);
    return b;
}

/* 4 tensors of every dtype, one with four dimensions, one scalar: 42 bytes. */
static const char plain[] =
    "{\"__metadata__\":{\"format\":\"pt\"},"
    "\"b\":{\"dtype\":\"F16\",\"shape\":[2,3],\"data_offsets\":[0,12]},"
    "\"a\":{\"data_offsets\":[12,28],\"shape\":[4],\"dtype\":\"F32\"},"
    "\"c\\u00e9\":{\"dtype\":\"BF16\",\"shape\":[1,2,1,3],"
    "\"data_offsets\":[28,40]},"
    "\"s\" : {\"dtype\":\"F16\",\"shape\":[],\"data_offsets\":[40,42]} }   ";
enum { PLAIN_DATA = 42 };

/* ------------------------------------------------------------- headers */

static void tensors_are_found_with_rows_innermost_first(void **state)
{
    static const struct {
        const char *name;
        enum assay_tensor_type type;
        unsigned dim_count;
        uint64_t row, rows;
        size_t at;
    } cases[] = {
        {"a", ASSAY_TENSOR_F32, 1, 4, 1, 12},
        {"b", ASSAY_TENSOR_F16, 2, 3, 2, 0},
        {"cé", ASSAY_TENSOR_BF16, 4, 3, 2, 28},
        {"s", ASSAY_TENSOR_F16, 1, 1, 1, 40},
    };
    struct build b = build_file(plain, PLAIN_DATA);
    struct assay_error err = {0};
    struct assay_weights *w = assay_weights_open_bytes(
        "built", (struct assay_str){(const char *)b.at, b.len}, &err);

    if (!w)
        fail_msg("%s", err.text);
    assert_int_equal(assay_weights_format(w), ASSAY_WEIGHTS_SAFETENSORS);
    assert_int_equal(assay_weights_tensor_count(w), 4);
    assert_int_equal(assay_weights_key_count(w), 0);
    for (size_t i = 0; i < 4; i++) {
        struct assay_tensor t;

        assay_weights_tensor_at(w, i, &t);
        assert_true(assay_str_is(t.name, cases[i].name));
        assert_int_equal(t.type, cases[i].type);
        assert_int_equal(t.dim_count, cases[i].dim_count);
        assert_int_equal(t.dims[0], cases[i].row);
        assert_int_equal(t.rows, cases[i].rows);
        assert_ptr_equal(t.data, b.at + b.data_at + cases[i].at);
    }
    assert_false(assay_weights_has(w, "hidden_size"));
    use_all(w);
    assay_weights_close(w);
    build_free(&b);
}

#define ONE(rest) "{\"t\":{\"dtype\":\"F32\"," rest "}}"
#define TWO(rest)                                                     \
    "{\"t\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}" \
    ",\"u\":{\"dtype\":\"F32\"," rest "}}"

static void a_header_that_lies_is_refused(void **state)
{
    static const struct {
        const char *header;
        size_t data;
        const char *error;
    } cases[] = {
        {"[]", 0, "neither 'GGUF' at byte 0 nor '{' at byte 8"},
        {" {}", 0, "neither 'GGUF' at byte 0 nor '{' at byte 8"},
        {"{} x", 0, "byte 3 of the JSON: expected nothing behind the last"},
        {"{", 0, "byte 1 of the JSON: expected a name in quotes"},
        {"{\"t", 0, "byte 3 of the JSON: expected the end of a name"},
        {"{\"t\" 1}", 0, "byte 5 of the JSON: expected ':'"},
        {"{\"t\":", 0, "byte 5 of the JSON: expected a value and what"},
        {"{\"t\":{", 0, "byte 6 of the JSON: expected a value and what"},
        {"{\"t\":}", 0, "byte 5 of the JSON: expected a value and what"},
        {"{\"\\\":1}", 0, "byte 7 of the JSON: expected the end of a name"},
        {"{\"t\":1 \"u\":2}", 0, "tensor 't': line 1, column 3: "},
        {"{\"t\":1,}", 0, "byte 7 of the JSON: expected a name in quotes"},
        {"{,}", 0, "byte 1 of the JSON: expected a name in quotes"},
        {"{\"t\":1}", 0, "tensor 't': expected an object of dtype, shape"},
        {"{\"t\":{}}", 0, "tensor 't': expected an object of dtype, shape"},
        {"{\"t\":nul}", 0, "tensor 't': line 1, column 4: "},
        {"{\"t\":[[[[[[]]]]]]}", 0,
         "tensor 't': line 1, column 3, at [0][0]: "},
        {"{}", 1, "no tensor, but 1 bytes of data"},
        {"{\"\xff\":1}", 0, "byte 10: the header is not UTF-8"},
        {"{\"\":{\"dtype\":\"F32\"}}", 0, "a tensor's name of 0 bytes"},
        {"{\"\\u0000\":{}}", 0, "a tensor's name of 1 bytes, expected 1 to"},
        {"{\"\\ud800\":{}}", 0, "a tensor's name: line 1, column 2: "},
        {"{\"\\q\":{}}", 0, "a tensor's name: line 1, column 2: "},
        {"{\"\\u005f_metadata__\":{}}", 0, "'__metadata__' is written with"},
        {"{\"__metadata__\":{\"a\":1}}", 0, "__metadata__: expected texts"},
        {"{\"__metadata__\":[]}", 0, "__metadata__: expected an object"},
        {"{\"__metadata__\":{\"a\":\"1\",\"a\":\"2\"}}", 0, "__metadata__: "},
        {"{\"__metadata__\":{},\"__metadata__\":{}}", 0,
         "'__metadata__' stands twice"},

        {ONE("\"shape\":[2],\"data_offsets\":[0,8],\"x\":1"), 8,
         "tensor 't': expected an object of dtype, shape and"},
        {ONE("\"shape\":[2],\"dtype\":\"F16\""), 8, "tensor 't': line 1, "},
        {ONE("\"shape\":[2],\"data\":[0,8]"), 8,
         "tensor 't': data_offsets are no two whole numbers"},
        {"{\"t\":{\"dtype\":1,\"shape\":[2],\"data_offsets\":[0,8]}}", 8,
         "tensor 't': dtype is number, expected a string"},
        {"{\"t\":{\"dtype\":\"f32\",\"shape\":[2],\"data_offsets\":[0,8]}}", 8,
         "tensor 't': dtype 'f32', expected F32, F16 or BF16"},
        {"{\"t\":{\"dtype\":\"I64\",\"shape\":[1],\"data_offsets\":[0,8]}}", 8,
         "tensor 't': dtype 'I64', expected F32, F16 or BF16"},
        {ONE("\"shape\":2,\"data_offsets\":[0,8]"), 8,
         "tensor 't': shape is number, expected an array"},
        {ONE("\"shape\":[-2],\"data_offsets\":[0,8]"), 8,
         "tensor 't': shape[0] is no whole number of 1 or more"},
        {ONE("\"shape\":[2,1.0],\"data_offsets\":[0,8]"), 8,
         "tensor 't': shape[1] is no whole number of 1 or more"},
        {ONE("\"shape\":[2e0],\"data_offsets\":[0,8]"), 8,
         "tensor 't': shape[0] is no whole number of 1 or more"},
        {ONE("\"shape\":[\"2\"],\"data_offsets\":[0,8]"), 8,
         "tensor 't': shape[0] is no whole number of 1 or more"},
        {ONE("\"shape\":[18446744073709551618],\"data_offsets\":[0,8]"), 8,
         "tensor 't': shape[0] is no whole number of 1 or more"},
        {ONE("\"shape\":[1,1,1,1,2],\"data_offsets\":[0,8]"), 8,
         "tensor 't': 5 dimensions, expected 4 at most"},
        {ONE("\"shape\":[2,0],\"data_offsets\":[0,0]"), 0,
         "tensor 't': dimension 0 is 0, expected 1 or more"},
        /* the product wraps to 4, which a reader in C++ once took */
        {ONE("\"shape\":[4194305,4194305,211106198978564],"
             "\"data_offsets\":[0,16]"),
         16, "tensor 't': its dimensions multiply to more than 2^64"},
        {ONE("\"shape\":[4611686018427387904],\"data_offsets\":[0,0]"), 0,
         "tensor 't': its size is more than 2^64 bytes"},
        {ONE("\"shape\":[2],\"data_offsets\":[8,0]"), 8,
         "tensor 't': data_offsets 8 to 0, expected them in order"},
        {ONE("\"shape\":[2],\"data_offsets\":[0,9]"), 8,
         "tensor 't': data_offsets 0 to 9, expected them in order, within 8"},
        {ONE("\"shape\":[2],\"data_offsets\":[9223372036854775800,"
             "9223372036854775807]"),
         8, "tensor 't': data_offsets 92233720368547"},
        {ONE("\"shape\":[2],\"data_offsets\":[0,4]"), 8,
         "tensor 't': data_offsets span 4 bytes, but dtype and shape make 8"},
        {ONE("\"shape\":[2],\"data_offsets\":[0]"), 8,
         "tensor 't': data_offsets are no two whole numbers"},
        {ONE("\"shape\":[2],\"data_offsets\":[0,8]"), 9,
         "1 bytes after tensor 't' belong to none"},
        {ONE("\"shape\":[2],\"data_offsets\":[4,12]"), 12, "the bytes "},
        {TWO("\"shape\":[2],\"data_offsets\":[12,20]"), 20, "the bytes "},
        {TWO("\"shape\":[2],\"data_offsets\":[4,12]"), 12, "tensors 't' and"},
        {TWO("\"shape\":[2],\"data_offsets\":[0,8]"), 8, "tensors '"},
        {"{\"t\":{\"dtype\":\"F16\",\"shape\":[1],\"data_offsets\":[0,2]},"
         "\"t\":{\"dtype\":\"F16\",\"shape\":[1],\"data_offsets\":[2,4]}}",
         4, "two tensors are named 't'"},
        {"{\"t\":{\"dtype\":\"F16\",\"shape\":[1],\"data_offsets\":[0,2]},"
         "\"\\u0074\":{\"dtype\":\"F16\",\"shape\":[1],\"data_offsets\":"
         "[2,4]}}",
         4, "two tensors are named 't'"},
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct build b = build_file(cases[i].header, cases[i].data);
        struct assay_error err;

        if (open_and_use(b.at, b.len, &err))
            fail_msg("%s: opened", cases[i].header);
        if (!assay_str_starts(assay_str_c(err.text), "built: ") ||
            !assay_str_starts(assay_str_c(err.text + 7), cases[i].error))
            fail_msg("%s: '%s', expected '%s'", cases[i].header, err.text,
                     cases[i].error);
        assert_true(err.code == ASSAY_BAD_INPUT || err.code == ASSAY_LIMIT);
        build_free(&b);
    }
}

static void a_length_that_lies_is_refused(void **state)
{
    static const struct {
        uint64_t len;
        const char *error;
        enum assay_code code;
    } cases[] = {
        {3, "built: a header of 3 bytes, but 2 bytes follow", ASSAY_BAD_INPUT},
        {1, "built: byte 1 of the JSON: expected a name", ASSAY_BAD_INPUT},
        {100000000, "built: a header of 100000000 bytes, but", ASSAY_BAD_INPUT},
        {100000001, "built: a header of 100000001 bytes, expected 100000000",
         ASSAY_LIMIT},
        {UINT64_MAX, "built: a header of 18446744073709551615", ASSAY_LIMIT},
        {UINT64_MAX - 7, "built: a header of 18446744073709551608",
         ASSAY_LIMIT},
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct build b = {0};
        struct assay_error err;

        put_u64(&b, cases[i].len);
        put(&b, "{}", 2);
        assert_false(open_and_use(b.at, b.len, &err));
        if (!assay_str_starts(assay_str_c(err.text), cases[i].error))
            fail_msg("'%s', expected '%s'", err.text, cases[i].error);
        assert_int_equal(err.code, cases[i].code);
        build_free(&b);
    }
}

static void an_entry_or_metadata_past_its_limit_is_refused(void **state)
{
    static const char *const starts[] = {"{\"t\":[", "{\"__metadata__\":["};

    for (size_t i = 0; i < 2; i++) {
        struct build b = {0};
        struct assay_error err;

        put_u64(&b, strlen(starts[i]) + 40000 + 3);
        put(&b, starts[i], strlen(starts[i]));
        for (size_t k = 0; k < 20000; k++)
            put(&b, "1,", 2);
        put(&b, "1]}", 3);
        assert_false(open_and_use(b.at, b.len, &err));
        assert_int_equal(err.code, ASSAY_LIMIT);
        build_free(&b);
    }
}

/* ------------------------------------------------------------- damage */

static void every_truncation_is_an_error(void **state)
{
    struct build b = build_file(plain, PLAIN_DATA);
    struct assay_error err;

    for (size_t len = 0; len < b.len; len++)
        if (open_and_use(b.at, len, &err))
            fail_msg("opened at %zu of %zu bytes", len, b.len);
    if (!open_and_use(b.at, b.len, &err))
        fail_msg("%s", err.text);
    build_free(&b);
}

static void a_flipped_bit_is_an_error_or_harmless(void **state)
{
    size_t flips = getenv("ASSAY_TEST_FULL") ? 100000 : 2000;
    struct build b = build_file(plain, PLAIN_DATA);
    uint64_t seed = 20261122;
    size_t opened = 0;

    for (size_t i = 0; i < flips; i++) {
        uint64_t random = next_random(&seed);
        size_t at = (size_t)(random >> 16) % (i % 8 ? b.data_at : b.len);
        uint8_t mask = (uint8_t)(1 << random % 8);
        struct assay_error err;

        b.at[at] ^= mask;
        bool ok = open_and_use(b.at, b.len, &err);
        opened += ok;
        if (!ok && (err.text[0] == '\0' || err.code == ASSAY_SYSTEM))
            fail_msg("byte %zu, mask %02x: code %d '%s'", at, mask, err.code,
                     err.text);
        b.at[at] ^= mask;
    }
    print_message("%zu of %zu damaged files open\n", opened, flips);
    build_free(&b);
}

static void the_directory_takes_no_more_than_twice_the_header(void **state)
{
    enum { COUNT = 20000 };
    struct build header = {0};
    struct assay_error err = {0};

    peak_memory_or_skip();
    for (size_t i = 0; i < COUNT; i++) {
        char entry[128];
        snprintf(entry, sizeof entry,
                 "%s\"%zx\":{\"dtype\":\"F16\",\"shape\":[],"
                 "\"data_offsets\":[%zu,%zu]}",
                 i ? "," : "{", i, i * 2, i * 2 + 2);
        put(&header, entry, strlen(entry));
    }
    put(&header, "}", 2);
    struct build b = build_file((const char *)header.at, COUNT * 2);
    peak_memory_begin();
    struct assay_weights *w = assay_weights_open_bytes(
        "built", (struct assay_str){(const char *)b.at, b.len}, &err);
    size_t peak = peak_memory_end();
    if (!w)
        fail_msg("%s", err.text);
    print_message("%zu bytes for %zu\n", peak, header.len);
    assert_true(peak <= 2 * header.len + 20000 * 2);
    assay_weights_close(w);
    build_free(&b);
    build_free(&header);
}

/* ------------------------------------------------------------- folders */

struct folder {
    char path[64];
    struct assay_arena arena;
};

static void folder_begin(struct folder *folder)
{
    *folder = (struct folder){.path = "/tmp/assay-safetensors-XXXXXX"};
    assert_non_null(mkdtemp(folder->path));
}

static const char *folder_file(struct folder *folder, const char *name)
{
    return assay_arena_printf(&folder->arena, "%s/%s", folder->path, name).at;
}

static void folder_put(struct folder *folder, const char *name,
                       const void *bytes, size_t len)
{
    FILE *file = fopen(folder_file(folder, name), "wb");

    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, len, file), len);
    assert_int_equal(fclose(file), 0);
}

static void folder_text(struct folder *folder, const char *name,
                        const char *text)
{
    folder_put(folder, name, text, strlen(text));
}

static void folder_weights(struct folder *folder, const char *name,
                           const char *header, size_t data)
{
    struct build b = build_file(header, data);

    folder_put(folder, name, b.at, b.len);
    build_free(&b);
}

static void folder_end(struct folder *folder)
{
    static const char *const names[] = {
        "model.safetensors", "model.safetensors.index.json",
        "config.json",       "tokenizer.json",
        "m-1.safetensors",   "m-2.safetensors",
    };

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        unlink(folder_file(folder, names[i]));
    assert_int_equal(rmdir(folder->path), 0);
    assay_arena_free(&folder->arena);
}

static const char config[] =
    "{\"model_type\":\"gemma2\",\"hidden_size\":2304,\"eps\":1e-06,"
    "\"cap\":50.0,\"tie\":true,\"none\":null,\"big\":1e999,"
    "\"text_config\":{\"layers\":26},\"kinds\":[\"local\",\"global\"],"
    "\"ids\":[1,-2,3],\"mixed\":[1,2.5],\"odd\":[1,\"x\"]}";

static void a_folder_has_its_config_as_keys_and_companions(void **state)
{
    struct folder folder;
    struct assay_error err = {0};
    struct assay_weights_list list;
    struct assay_str text;
    uint64_t whole;
    int64_t number;
    float real;
    bool flag;

    folder_begin(&folder);
    folder_weights(&folder, "model.safetensors", plain, PLAIN_DATA);
    folder_text(&folder, "config.json", config);
    folder_text(&folder, "tokenizer.json", "{}");
    assert_true(assay_weights_named(folder.path));
    struct assay_weights *w = assay_weights_open(folder.path, &err);
    if (!w)
        fail_msg("%s", err.text);
    assert_true(assay_weights_text(w, "model_type", &text, &err));
    assert_true(assay_str_is(text, "gemma2"));
    assert_true(assay_weights_u64(w, "hidden_size", &whole, &err));
    assert_int_equal(whole, 2304);
    assert_true(assay_weights_u64(w, "text_config.layers", &whole, &err));
    assert_int_equal(whole, 26);
    assert_true(assay_weights_f32(w, "eps", &real, &err) && real == 1e-6f);
    assert_true(assay_weights_f32(w, "cap", &real, &err) && real == 50);
    assert_true(assay_weights_f32(w, "hidden_size", &real, &err));
    assert_false(assay_weights_f32(w, "big", &real, &err));
    assert_false(assay_weights_u64(w, "cap", &whole, &err));
    assert_int_equal(err.code, ASSAY_BAD_INPUT);
    assert_true(assay_weights_bool(w, "tie", &flag, &err) && flag);
    assert_false(assay_weights_has(w, "none"));
    assert_false(assay_weights_u64(w, "none", &whole, &err));
    assert_int_equal(err.code, ASSAY_NOT_FOUND);
    assert_true(assay_weights_list(w, "kinds", &list, &err));
    assert_int_equal(list.kind, ASSAY_WEIGHTS_STRING);
    assert_true(assay_weights_next_text(&list, &text));
    assert_true(assay_weights_next_text(&list, &text));
    assert_true(assay_str_is(text, "global"));
    assert_false(assay_weights_next_text(&list, &text));
    assert_true(assay_weights_list(w, "ids", &list, &err));
    assert_int_equal(list.kind, ASSAY_WEIGHTS_WHOLE);
    assert_true(assay_weights_next_i64(&list, &number) && number == 1);
    assert_true(assay_weights_next_i64(&list, &number) && number == -2);
    assert_true(assay_weights_list(w, "mixed", &list, &err));
    assert_int_equal(list.kind, ASSAY_WEIGHTS_FLOAT);
    assert_true(assay_weights_next_f32(&list, &real) && real == 1);
    assert_false(assay_weights_list(w, "odd", &list, &err));
    assert_int_equal(assay_weights_key_count(w), 12);
    use_all(w);

    assert_true(assay_weights_companion(w, "tokenizer.json", &text, &err));
    assert_true(assay_str_is(text, "{}"));
    assert_true(assay_weights_companion(w, "tokenizer.json", &text, &err));
    assert_false(assay_weights_companion(w, "tokenizer.model", &text, &err));
    assert_int_equal(err.code, ASSAY_NOT_FOUND);
    assert_true(assay_weights_check(w, &err));
    assert_int_equal(truncate(folder_file(&folder, "tokenizer.json"), 0), 0);
    assert_false(assay_weights_check(w, &err));
    assay_weights_close(w);
    folder_end(&folder);
}

static const char shard_1[] =
    "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}";
static const char shard_2[] =
    "{\"b\":{\"dtype\":\"F16\",\"shape\":[2],\"data_offsets\":[0,4]},"
    "\"c\":{\"dtype\":\"F16\",\"shape\":[2],\"data_offsets\":[4,8]}}";

static void shards_are_one_file_to_the_reader(void **state)
{
    struct folder folder;
    struct assay_error err = {0};
    struct assay_tensor t;

    folder_begin(&folder);
    folder_weights(&folder, "m-1.safetensors", shard_1, 8);
    folder_weights(&folder, "m-2.safetensors", shard_2, 8);
    folder_text(&folder, "model.safetensors.index.json",
                "{\"metadata\":{\"total_size\":16},\"weight_map\":{"
                "\"a\":\"m-1.safetensors\",\"c\":\"m-2.safetensors\","
                "\"b\":\"m-2.safetensors\"}}");
    struct assay_weights *w = assay_weights_open(folder.path, &err);
    if (!w)
        fail_msg("%s", err.text);
    assert_int_equal(assay_weights_tensor_count(w), 3);
    assert_true(assay_weights_tensor(w, ASSAY_STR("c"), &t));
    assert_int_equal(t.bytes, 4);
    use_all(w);
    assert_int_equal(truncate(folder_file(&folder, "m-2.safetensors"), 3), 0);
    use_all(w);
    assert_false(assay_weights_check(w, &err));
    assay_weights_close(w);
    folder_end(&folder);
}

static void an_index_that_lies_is_refused(void **state)
{
    static const struct {
        const char *index;
        const char *error;
    } cases[] = {
        {"{}", "expected a 'weight_map' in the index"},
        {"{\"weight_map\":{},\"weight_map\":{}}", "'weight_map' stands twice"},
        {"{\"weight_map\":[]}", "byte 0 of the JSON: expected '{'"},
        {"{\"weight_map\":{\"a\":1}}", "expected a file name"},
        {"{\"weight_map\":{\"a\":\"../m-1.safetensors\"}}",
         "file '../m-1.safetensors', expected a plain name"},
        {"{\"weight_map\":{\"a\":\"/etc/m-1.safetensors\"}}", "file '/etc/m"},
        {"{\"weight_map\":{\"a\":\"x\\u002fm-1.safetensors\"}}", "file 'x"},
        {"{\"weight_map\":{\"a\":\".m.safetensors\"}}", "file '.m.safeten"},
        {"{\"weight_map\":{\"a\":\"m-1.bin\"}}", "file 'm-1.bin', expected"},
        {"{\"weight_map\":{\"a\":\"none.safetensors\"}}",
         "none.safetensors': No such file"},
        {"{\"weight_map\":{\"a\":\"m-1.safetensors\","
         "\"z\":\"m-1.safetensors\"}}",
         "tensor 'z' is not in 'm-1.safetensors' as stated"},
        {"{\"weight_map\":{\"a\":\"m-1.safetensors\","
         "\"b\":\"m-1.safetensors\",\"c\":\"m-2.safetensors\"}}",
         "tensor 'b' is not in 'm-1.safetensors' as stated"},
        {"{\"weight_map\":{\"a\":\"m-1.safetensors\","
         "\"c\":\"m-2.safetensors\"}}",
         "tensor 'b' of 'm-2.safetensors' is not in the index"},
        {"{\"weight_map\":{\"a\":\"m-1.safetensors\","
         "\"a\":\"m-1.safetensors\"}}",
         "tensor 'a' stands twice"},
        {"{\"weight_map\":{\"a\":\"m-1.safetensors\"}", "byte "},
    };
    struct folder folder;

    folder_begin(&folder);
    folder_weights(&folder, "m-1.safetensors", shard_1, 8);
    folder_weights(&folder, "m-2.safetensors", shard_2, 8);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct assay_error err = {0};

        folder_text(&folder, "model.safetensors.index.json", cases[i].index);
        assert_null(assay_weights_open(folder.path, &err));
        if (!strstr(err.text, cases[i].error) || !strstr(err.text, folder.path))
            fail_msg("%s: '%s', expected '%s'", cases[i].index, err.text,
                     cases[i].error);
    }
    folder_end(&folder);
}

static void a_tensor_in_two_shards_is_refused(void **state)
{
    struct folder folder;
    struct assay_error err = {0};

    folder_begin(&folder);
    folder_weights(&folder, "m-1.safetensors", shard_1, 8);
    folder_weights(&folder, "m-2.safetensors", shard_1, 8);
    folder_text(&folder, "model.safetensors.index.json",
                "{\"weight_map\":{\"a\":\"m-1.safetensors\","
                "\"b\":\"m-2.safetensors\"}}");
    assert_null(assay_weights_open(folder.path, &err));
    assert_non_null(strstr(err.text, "two tensors are named 'a'"));
    folder_end(&folder);
}

static void a_config_that_is_no_object_is_refused(void **state)
{
    static const char *const configs[] = {"", "[]", "{\"a\":1,\"a\":2}", "{"};
    struct folder folder;

    folder_begin(&folder);
    folder_weights(&folder, "model.safetensors", plain, PLAIN_DATA);
    for (size_t i = 0; i < sizeof configs / sizeof configs[0]; i++) {
        struct assay_error err = {0};

        folder_text(&folder, "config.json", configs[i]);
        assert_null(assay_weights_open(folder.path, &err));
        assert_int_equal(err.code, ASSAY_BAD_INPUT);
        assert_non_null(strstr(err.text, "/config.json: "));
    }
    folder_end(&folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tensors_are_found_with_rows_innermost_first),
        cmocka_unit_test(a_header_that_lies_is_refused),
        cmocka_unit_test(a_length_that_lies_is_refused),
        cmocka_unit_test(an_entry_or_metadata_past_its_limit_is_refused),
        cmocka_unit_test(every_truncation_is_an_error),
        cmocka_unit_test(a_flipped_bit_is_an_error_or_harmless),
        cmocka_unit_test(the_directory_takes_no_more_than_twice_the_header),
        cmocka_unit_test(a_folder_has_its_config_as_keys_and_companions),
        cmocka_unit_test(shards_are_one_file_to_the_reader),
        cmocka_unit_test(an_index_that_lies_is_refused),
        cmocka_unit_test(a_tensor_in_two_shards_is_refused),
        cmocka_unit_test(a_config_that_is_no_object_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
