/*
 * tokenizer.json: merges by rank against a slow loop, what is refused, and
 * which file of a folder is read.
 */
#include "engine/vocabulary_fixture.h"

#include "engine/tokenizer_parts.h"

#include "assay/file.h"
#include "assay/json.h"

#include <sys/stat.h>
#include <unistd.h>

/* As Gemma 2's begins and ends; the merges of random ones come between. */
static const char normalizer[] = "{\"type\":\"Replace\",\"pattern\":{"
                                 "\"String\":\" \"},\"content\":\"▁\"}";

static struct assay_tokenizer *tokenizer_of_json(struct assay_str text,
                                                 struct assay_error *err)
{
    struct assay_vocabulary v = {.what = "tokenizer.json",
                                 .bos = ASSAY_NO_TOKEN,
                                 .unknown = ASSAY_NO_TOKEN,
                                 .pad = ASSAY_NO_TOKEN};
    struct assay_tokenizer *t = NULL;
    struct assay_arena arena = {0};

    *err = (struct assay_error){0};
    if (assay_vocabulary_read_json(&v, &arena, text, err))
        t = assay_tokenizer_build(&v, err);
    assay_arena_free(&arena);
    return t;
}

/* ------------------------------------------------------- a slow reference */

enum { MOST_NAMES = 400, MOST_MERGES = 200, MOST_IDS = 200 };

struct ranked {
    char names[MOST_NAMES][40];
    int count;
    int merges[MOST_MERGES][3]; /* left, right, merged */
    int merge_count;
    bool pairs; /* merges are written as ["a", "b"] */
};

static int id_named(const struct ranked *r, const char *name)
{
    for (int i = 0; i < r->count; i++)
        if (strcmp(r->names[i], name) == 0)
            return i;
    return -1;
}

static int add_name(struct ranked *r, const char *name)
{
    assert_true(r->count < MOST_NAMES && strlen(name) < sizeof r->names[0]);
    memcpy(r->names[r->count], name, strlen(name) + 1);
    return r->count++;
}

/*
 * Letters, then random pairs of what is there; the merged piece is new or
 * one that is there already. Ids say nothing of ranks.
 */
static void make_ranked(struct ranked *r, uint64_t *seed)
{
    static const char *const letters[] = {"a", "b", "▁", "é", "1"};
    int most = 5 + (int)(next_random(seed) % (MOST_MERGES - 5));
    char name[80];

    *r = (struct ranked){.pairs = next_random(seed) % 2};
    for (size_t i = 0; i < 4; i++)
        add_name(r, ((const char *[]){"<pad>", "<eos>", "<bos>", "<unk>"})[i]);
    for (unsigned byte = 0; byte < 256; byte++) {
        snprintf(name, sizeof name, "<0x%02X>", byte);
        add_name(r, name);
    }
    int first = r->count;
    for (size_t i = 0; i < 5; i++)
        add_name(r, letters[i]);
    for (int tries = 0; r->merge_count < most && tries < 1000; tries++) {
        int span = r->count - first;
        int left = first + (int)(next_random(seed) % (unsigned)span);
        int right = first + (int)(next_random(seed) % (unsigned)span);
        bool known = false;

        snprintf(name, sizeof name, "%s%s", r->names[left], r->names[right]);
        for (int i = 0; i < r->merge_count; i++)
            known |= r->merges[i][0] == left && r->merges[i][1] == right;
        if (known || strlen(name) > 12 || r->count == MOST_NAMES)
            continue;
        int merged = id_named(r, name);
        if (merged < 0)
            merged = add_name(r, name);
        memcpy(r->merges[r->merge_count++], (int[]){left, right, merged},
               sizeof r->merges[0]);
    }
}

static void write_json(const struct ranked *r, struct assay_buf *out)
{
    assay_buf_printf(out,
                     "{\"version\":\"1.0\",\"added_tokens\":["
                     "{\"id\":2,\"content\":\"<bos>\",\"special\":true},"
                     "{\"id\":%d,\"content\":\"<end_of_turn>\","
                     "\"special\":false},"
                     "{\"id\":%d,\"content\":\"<tag>\",\"special\":false}],"
                     "\"normalizer\":%s,\"pre_tokenizer\":null,\"model\":{"
                     "\"type\":\"BPE\",\"dropout\":null,\"unk_token\":\"<unk>\""
                     ",\"fuse_unk\":true,\"byte_fallback\":true,\"vocab\":{",
                     r->count, r->count + 2, normalizer);
    for (int i = 0; i < r->count; i++) {
        assay_buf_add_c(out, i ? "," : "");
        assay_json_write_string(out, assay_str_c(r->names[i]));
        assay_buf_printf(out, ":%d", i);
    }
    assay_buf_add_c(out, "},\"merges\":[");
    for (int i = 0; i < r->merge_count; i++)
        assay_buf_printf(out, r->pairs ? "%s[\"%s\",\"%s\"]" : "%s\"%s %s\"",
                         i ? "," : "", r->names[r->merges[i][0]],
                         r->names[r->merges[i][1]]);
    assay_buf_add_c(out, "]}}");
}

/* Merges the pair of the lowest rank, the leftmost of equal ones. */
static bool merge_once(const struct ranked *r, int *ids, size_t *count)
{
    for (int rank = 0; rank < r->merge_count; rank++)
        for (size_t i = 0; i + 1 < *count; i++) {
            if (ids[i] != r->merges[rank][0] ||
                ids[i + 1] != r->merges[rank][1])
                continue;
            ids[i] = r->merges[rank][2];
            memmove(ids + i + 1, ids + i + 2, (*count - i - 2) * sizeof *ids);
            --*count;
            return true;
        }
    return false;
}

static void merges_go_by_rank_as_in_a_slow_loop(void **state)
{
    static const char *const letters[] = {"a", "b", " ", "é", "1", "ü"};
    uint64_t seed = 31;
    size_t shorter = 0;

    for (size_t round = 0; round < 150; round++) {
        struct ranked *r = malloc(sizeof *r);
        struct assay_error err;
        struct assay_buf json;

        assert_non_null(r);
        make_ranked(r, &seed);
        assay_buf_init(&json, 1 << 20);
        write_json(r, &json);
        struct assay_tokenizer *t =
            tokenizer_of_json(assay_buf_str(&json), &err);
        if (!t)
            fail_msg("%s: %s", err.text, json.at);
        for (size_t i = 0; i < 20; i++) {
            struct assay_arena arena = {0};
            struct assay_tokens tokens;
            char text[200] = "";
            int ids[MOST_IDS];
            size_t count = 0, len = 1 + next_random(&seed) % 60;

            for (size_t k = 0; k < len; k++) {
                const char *letter = letters[next_random(&seed) % 6];

                snprintf(text + strlen(text), 3, "%s", letter);
                if (strcmp(letter, "ü") == 0) {
                    ids[count++] = id_named(r, "<0xC3>");
                    ids[count++] = id_named(r, "<0xBC>");
                } else {
                    ids[count++] = id_named(r, *letter == ' ' ? "▁" : letter);
                }
            }
            size_t before = count;
            while (merge_once(r, ids, &count))
                continue;
            shorter += before - count;
            assert_true(assay_tokenize(t, &arena, assay_str_c(text), false,
                                       &tokens, &err));
            if (tokens.count != count ||
                memcmp(tokens.at, ids, count * sizeof ids[0]) != 0)
                fail_msg("round %zu: '%s' became %s", round, text,
                         spelled(t, &tokens, &arena));
            assay_arena_free(&arena);
        }
        assay_tokenizer_free(t);
        assay_buf_release(&json);
        free(r);
    }
    assert_in_range(shorter, 10000, 200000); /* merges happened */
}

static void added_tokens_are_found_first_and_roles_by_name(void **state)
{
    struct ranked *r = malloc(sizeof *r);
    struct assay_arena arena = {0};
    struct assay_error err;
    struct assay_buf json;
    uint64_t seed = 5;

    assert_non_null(r);
    make_ranked(r, &seed);
    assay_buf_init(&json, 1 << 20);
    write_json(r, &json);
    struct assay_tokenizer *t = tokenizer_of_json(assay_buf_str(&json), &err);
    assert_non_null(t);
    uint32_t count = assay_tokenizer_size(t);
    assert_int_equal(count, r->count + 3);
    assert_int_equal(assay_tokenizer_bos(t), 2);
    assert_true(assay_tokenizer_ends(t, 1));
    assert_true(assay_tokenizer_ends(t, count - 3)); /* <end_of_turn> */
    assert_true(assay_tokenizer_is_control(t, count - 3));
    assert_true(assay_tokenizer_is_control(t, count - 2)); /* not named */
    assert_string_equal(pieces_of(t, "<tag>ü<bos><end_of_turn>", true, &arena),
                        "<tag>|<0xC3>|<0xBC>|<bos>|<end_of_turn>");
    assert_string_equal(pieces_of(t, "<bos>", false, &arena),
                        "<0x3C>|b|<0x6F>|<0x73>|<0x3E>");
    assay_arena_free(&arena);
    assay_tokenizer_free(t);
    assay_buf_release(&json);
    free(r);
}

static void no_merge_leads_to_a_control_or_byte_token(void **state)
{
    /* cab and 1> are there so that a and b, 1 and > may stand in one piece */
    static const char text[] =
        "{\"added_tokens\":[{\"id\":3,\"content\":\"ab\",\"special\":true}],"
        "\"normalizer\":{\"type\":\"Replace\",\"pattern\":{\"String\":\" \"},"
        "\"content\":\"▁\"},\"model\":{\"type\":\"BPE\",\"byte_fallback\":true,"
        "\"vocab\":{\"<unk>\":0,\"a\":1,\"b\":2,\"ab\":3,\"c\":4,\"bc\":5,"
        "\"<0x41\":6,\">\":7,\"<0x41>\":8,\"<\":9,\"0\":10,\"x\":11,\"4\":12,"
        "\"1\":13,\"<0\":14,\"x4\":15,\"x41\":16,\"cab\":17,\"1>\":18},"
        "\"merges\":[\"a b\",\"b c\",\"< 0\",\"x 4\",\"x4 1\",\"<0 x41\","
        "\"<0x41 >\"]}}";
    struct assay_arena arena = {0};
    struct assay_error err;
    struct assay_tokenizer *t = tokenizer_of_json(assay_str_c(text), &err);

    if (!t)
        fail_msg("%s", err.text);
    assert_string_equal(pieces_of(t, "abc", false, &arena), "a|bc");
    assert_string_equal(pieces_of(t, "ab", true, &arena), "ab");
    assert_string_equal(pieces_of(t, "<0x41>A", false, &arena),
                        "<0x41|>|<0x41>");
    assay_arena_free(&arena);
    assay_tokenizer_free(t);
}

/* ------------------------------------------------------- what is refused */

#define VOCAB "\"vocab\":{\"<unk>\":0,\"a\":1,\"b\":2,\"ab\":3,\"▁\":4}"
#define BPE "\"type\":\"BPE\""

static void what_would_change_the_tokens_is_refused_with_its_path(void **state)
{
    static const struct {
        const char *normalizer, *rest, *model, *text;
    } cases[] = {
        {normalizer, "", BPE "," VOCAB ",\"merges\":[\"a b\"]", NULL},
        {"{\"type\":\"Sequence\",\"normalizers\":[{\"type\":\"Replace\","
         "\"pattern\":{\"String\":\" \"},\"content\":\"▁\"}]}",
         "\"pre_tokenizer\":{\"type\":\"Split\",\"pattern\":{\"String\":\" \"},"
         "\"behavior\":\"MergedWithPrevious\",\"invert\":false},",
         BPE "," VOCAB ",\"merges\":[[\"a\",\"b\"]]", NULL},
        {"null", "", BPE "," VOCAB ",\"merges\":[]",
         "tokenizer.json: normalizer, expected spaces to become ▁ and nothing "
         "else"},
        {"{\"type\":\"Prepend\",\"prepend\":\"▁\"}", "",
         BPE "," VOCAB ",\"merges\":[]",
         "tokenizer.json: normalizer, expected spaces to become ▁ and nothing "
         "else"},
        {normalizer, "\"pre_tokenizer\":{\"type\":\"ByteLevel\"},",
         BPE "," VOCAB ",\"merges\":[]",
         "tokenizer.json: pre_tokenizer, expected none, or one that splits at "
         "spaces"},
        {normalizer, "", "\"type\":\"Unigram\"," VOCAB ",\"merges\":[]",
         "tokenizer.json: model.type is 'Unigram', expected BPE"},
        {normalizer, "", BPE ",\"dropout\":0.1," VOCAB ",\"merges\":[]",
         "tokenizer.json: model.dropout, expected null"},
        {normalizer, "",
         BPE ",\"continuing_subword_prefix\":\"##\"," VOCAB ",\"merges\":[]",
         "tokenizer.json: model.continuing_subword_prefix, expected null"},
        {normalizer, "", BPE ",\"ignore_merges\":true," VOCAB ",\"merges\":[]",
         "tokenizer.json: model.ignore_merges, expected false"},
        {normalizer, "", BPE ",\"merges\":[]",
         "tokenizer.json: model.vocab is no object"},
        {normalizer, "", BPE "," VOCAB,
         "tokenizer.json: model.merges is no array"},
        {normalizer, "", BPE ",\"vocab\":{},\"merges\":[]",
         "tokenizer.json: no tokens"},
        {normalizer, "", BPE ",\"vocab\":{\"a\":1.5},\"merges\":[]",
         "tokenizer.json: model.vocab.a, expected a token's number, less than "
         "1,048,576"},
        {normalizer, "", BPE ",\"vocab\":{\"a\":1048576},\"merges\":[]",
         "tokenizer.json: model.vocab.a, expected a token's number, less than "
         "1,048,576"},
        {normalizer, "", BPE ",\"vocab\":{\"a\":1,\"b\":1},\"merges\":[]",
         "tokenizer.json: model.vocab.b, expected a number that no other "
         "token has"},
        {normalizer, "", BPE "," VOCAB ",\"merges\":[\"a b\",\"a c\"]",
         "tokenizer.json: model.merges[1], expected two pieces of model.vocab "
         "that make a third"},
        {normalizer, "", BPE "," VOCAB ",\"merges\":[\"b a\"]",
         "tokenizer.json: model.merges[0], expected two pieces of model.vocab "
         "that make a third"},
        {normalizer, "", BPE "," VOCAB ",\"merges\":[\"ab\"]",
         "tokenizer.json: model.merges[0], expected two pieces"},
        {normalizer, "", BPE "," VOCAB ",\"merges\":[[\"a\",\"b\",\"c\"]]",
         "tokenizer.json: model.merges[0], expected two pieces"},
        {normalizer, "", BPE "," VOCAB ",\"merges\":[7]",
         "tokenizer.json: model.merges[0], expected two pieces"},
        {normalizer, "\"added_tokens\":[{\"content\":\"x\"}],",
         BPE "," VOCAB ",\"merges\":[]",
         "tokenizer.json: added_tokens[0], expected id and content"},
        {normalizer, "", BPE ",\"vocab\":{\"a\":0},\"merges\":[]",
         "tokenizer.json: no token <0x00>, and none that stands for the "
         "unknown"},
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct assay_error err;
        struct assay_buf json;

        assay_buf_init(&json, 1 << 16);
        assay_buf_printf(&json, "{%s\"normalizer\":%s,\"model\":{%s}}",
                         cases[i].rest, cases[i].normalizer, cases[i].model);
        struct assay_tokenizer *t =
            tokenizer_of_json(assay_buf_str(&json), &err);
        if (cases[i].text) {
            assert_null(t);
            assert_string_equal(err.text, cases[i].text);
        } else {
            assert_non_null(t);
        }
        assay_tokenizer_free(t);
        assay_buf_release(&json);
    }
}

static void a_damaged_file_does_no_harm(void **state)
{
    struct ranked *r = malloc(sizeof *r);
    struct assay_error err;
    struct assay_buf json;
    uint64_t seed = 17;

    assert_non_null(r);
    make_ranked(r, &seed);
    assay_buf_init(&json, 1 << 20);
    write_json(r, &json);
    for (size_t i = 0; i < 500; i++) {
        size_t at = next_random(&seed) % json.len;
        char was = json.at[at];
        struct assay_arena arena = {0};

        json.at[at] = (char)(next_random(&seed) % 95 + 32);
        struct assay_tokenizer *t =
            tokenizer_of_json(assay_buf_str(&json), &err);
        if (t)
            pieces_of(t, "ab aé1 <tag>aab", true, &arena);
        else
            assert_true(err.text[0]);
        assay_tokenizer_free(t);
        assay_arena_free(&arena);
        json.at[at] = was;
    }
    assay_buf_release(&json);
    free(r);
}

/* ------------------------------------------------------- folders */

static void put_file(const char *folder, const char *name,
                     struct assay_str text)
{
    struct assay_error err = {0};
    char path[200];

    snprintf(path, sizeof path, "%s/%s", folder, name);
    if (!assay_file_write(path, text, &err))
        fail_msg("%s", err.text);
}

static struct assay_tokenizer *tokenizer_of_folder(const char *folder,
                                                   struct assay_error *err)
{
    struct assay_weights *weights;
    struct assay_tokenizer *t;

    *err = (struct assay_error){0};
    weights = assay_weights_open(folder, err);
    if (!weights)
        fail_msg("%s", err->text);
    t = assay_tokenizer_new(weights, err);
    assay_weights_close(weights);
    return t;
}

/* model.safetensors with an embedding of `rows` rows of one byte each. */
static void put_weights(const char *folder, unsigned rows)
{
    struct build b = {0};
    char header[200];
    int len = snprintf(header, sizeof header,
                       "{\"model.embed_tokens.weight\":{\"dtype\":\"F32\","
                       "\"shape\":[%u,1],\"data_offsets\":[0,%u]}}",
                       rows, rows * 4);

    put_u64(&b, (uint64_t)len);
    put(&b, header, (size_t)len);
    put_fill(&b, 0, rows * 4);
    put_file(folder, "model.safetensors",
             (struct assay_str){(char *)b.at, b.len});
    build_free(&b);
}

static void a_folder_says_it_in_tokenizer_model_json_and_config(void **state)
{
    char folder[] = "/tmp/assay-tokenizer-XXXXXX", path[200];
    struct ranked *r = malloc(sizeof *r);
    struct assay_error err;
    struct assay_tokenizer *t;
    struct assay_buf json;
    uint64_t seed = 3;

    assert_non_null(r);
    assert_non_null(mkdtemp(folder));
    make_ranked(r, &seed);
    assay_buf_init(&json, 1 << 20);
    write_json(r, &json);
    put_weights(folder, 600);
    put_file(folder, "config.json",
             ASSAY_STR("{\"model_type\":\"gemma2\",\"bos_token_id\":3,"
                       "\"eos_token_id\":[1,7]}"));
    assert_null(tokenizer_of_folder(folder, &err));
    assert_int_equal(err.code, ASSAY_BAD_INPUT);
    assert_non_null(strstr(err.text, "neither tokenizer.model nor"));

    put_file(folder, "tokenizer.json", assay_buf_str(&json));
    t = tokenizer_of_folder(folder, &err);
    if (!t)
        fail_msg("%s", err.text);
    assert_int_equal(assay_tokenizer_bos(t), 3);
    assert_true(assay_tokenizer_ends(t, 1) && assay_tokenizer_ends(t, 7));
    assert_false(assay_tokenizer_ends(t, 6));
    assay_tokenizer_free(t);

    put_file(folder, "config.json",
             ASSAY_STR("{\"model_type\":\"gemma2\",\"eos_token_id\":[1,-7]}"));
    assert_null(tokenizer_of_folder(folder, &err));
    assert_non_null(strstr(err.text, "eos_token_id is "));
    put_file(folder, "config.json", ASSAY_STR("{\"eos_token_id\":1}"));

    put_weights(folder, 20); /* fewer rows than tokens */
    assert_null(tokenizer_of_folder(folder, &err));
    assert_non_null(strstr(err.text, "has 20 rows"));
    put_weights(folder, 600);

    put_file(folder, "tokenizer.model",
             ASSAY_STR("\x0a\x05"
                       "abc"));
    assert_null(tokenizer_of_folder(folder, &err));
    assert_non_null(strstr(err.text, "tokenizer.model is cut short"));

    for (size_t i = 0; i < 4; i++) {
        static const char *const names[] = {"tokenizer.model", "tokenizer.json",
                                            "config.json", "model.safetensors"};

        snprintf(path, sizeof path, "%s/%s", folder, names[i]);
        assert_int_equal(unlink(path), 0);
    }
    assert_int_equal(rmdir(folder), 0);
    assay_buf_release(&json);
    free(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(merges_go_by_rank_as_in_a_slow_loop),
        cmocka_unit_test(added_tokens_are_found_first_and_roles_by_name),
        cmocka_unit_test(no_merge_leads_to_a_control_or_byte_token),
        cmocka_unit_test(what_would_change_the_tokens_is_refused_with_its_path),
        cmocka_unit_test(a_damaged_file_does_no_harm),
        cmocka_unit_test(a_folder_says_it_in_tokenizer_model_json_and_config),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
