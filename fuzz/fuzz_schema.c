/*
 * JSON schemas and answers inside them. The first line is a schema, each
 * further one a text: what a constraint takes and may end is JSON, its
 * prefixes are taken, and random answers over the bytes come to an end.
 */
#include "fuzz_vocabulary.h"

#include "assay/sampler.h"

enum { MOST_SCHEMA = 1 << 14, MOST_STEPS = 150 };

static struct assay_tokenizer *bytes_alone(struct assay_arena *arena)
{
    struct assay_vocabulary v = {.what = "fuzz",
                                 .bos = ASSAY_NO_TOKEN,
                                 .unknown = ASSAY_NO_TOKEN,
                                 .pad = ASSAY_NO_TOKEN};
    struct assay_error err = {0};

    v.entries =
        ASSAY_NEW_ARRAY(arena, struct assay_vocabulary_entry, FUZZ_MOST_TOKENS);
    fuzz_add_usual(&v, ASSAY_NEW_ARRAY(arena, char, 256 * 8));
    struct assay_tokenizer *t = assay_tokenizer_build(&v, &err);
    if (!t)
        fuzz_stop(err.text);
    return t;
}

static void check_json(struct assay_str text)
{
    const struct assay_json_limits limits = {.max_depth = 128,
                                             .keep_duplicates = true};
    struct assay_arena arena = {0};
    struct assay_error err = {0};

    if (!assay_json_parse(&arena, text, &limits, &err))
        fuzz_stop(err.text);
    assay_arena_free(&arena);
}

/* At once and byte by byte. */
static void check_text(struct assay_schema *schema, struct assay_str text)
{
    struct assay_constraint *a = assay_constraint_new(schema);
    struct assay_constraint *b = assay_constraint_new(schema);
    bool taken = assay_constraint_take(a, text);
    size_t i = 0;

    while (i < text.len &&
           assay_constraint_take(b, (struct assay_str){text.at + i, 1}))
        i++;
    if (taken != (i == text.len))
        fuzz_stop("a text is taken at once or in parts, not both");
    if (taken && assay_constraint_may_end(a) != assay_constraint_may_end(b))
        fuzz_stop("a text may end at once or in parts, not both");
    if (taken && assay_constraint_may_end(a))
        check_json(text);
    assay_constraint_free(a);
    assay_constraint_free(b);
}

static uint32_t any_of(const uint64_t *mask, uint32_t size, uint64_t seed)
{
    for (uint32_t i = 0; i < size; i++) {
        uint32_t token = (uint32_t)((seed + i) % size);

        if (mask[token / 64] >> token % 64 & 1)
            return token;
    }
    return ASSAY_NO_TOKEN;
}

/*
 * `plain`: without unions, so that nothing is left out for being one of too
 * many readings, and there is always a way on.
 */
static void check_walk(struct assay_schema *schema,
                       const struct assay_tokenizer *t, uint64_t seed,
                       bool plain)
{
    struct assay_constraint *c = assay_constraint_new(schema);
    uint32_t size = assay_tokenizer_size(t);

    for (int step = 0; step < MOST_STEPS; step++) {
        const uint64_t *mask = assay_constraint_mask(c);

        seed = seed * 6364136223846793005U + 1442695040888963407U;
        uint32_t token = any_of(mask, size, seed >> 33);
        if (token == ASSAY_NO_TOKEN) {
            if (plain && !assay_constraint_may_end(c))
                fuzz_stop("nothing may follow, and it may not end");
            break;
        }
        if (!assay_constraint_take(c, assay_token_bytes(t, token)))
            fuzz_stop("a token of the mask is not taken");
    }
    assay_constraint_free(c);
}

static struct assay_str line_of(struct assay_str *text)
{
    struct assay_str line = assay_str_head(*text, assay_str_find(*text, '\n'));

    *text = assay_str_skip(*text, line.len + 1);
    return line;
}

static bool holds(struct assay_str text, const char *word)
{
    size_t len = strlen(word);

    for (size_t i = 0; i + len <= text.len; i++)
        if (memcmp(text.at + i, word, len) == 0)
            return true;
    return false;
}

static void check_schema(struct assay_str line, struct assay_str rest,
                         const struct assay_tokenizer *t)
{
    struct assay_arena arena = {0};
    struct assay_error err = {0};
    const struct assay_json *json = assay_json_parse(&arena, line, NULL, &err);
    struct assay_schema *schema = json ? assay_schema_new(json, t, &err) : NULL;
    bool plain = !holds(line, "Of");

    if (!schema && (err.code == ASSAY_OK || !err.text[0]))
        fuzz_stop("refused without words");
    for (uint64_t seed = 0; schema && seed < 3; seed++)
        check_walk(schema, t, seed * 977 + line.len, plain);
    while (schema && rest.len)
        check_text(schema, line_of(&rest));
    assay_schema_free(schema);
    assay_arena_free(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    struct assay_str rest = {(const char *)data, len};
    struct assay_str line = line_of(&rest);
    struct assay_arena arena = {0};

    if (line.len == 0 || line.len > MOST_SCHEMA)
        return 0;
    struct assay_tokenizer *t = bytes_alone(&arena);
    check_schema(line, rest, t);
    assay_tokenizer_free(t);
    assay_arena_free(&arena);
    return 0;
}
