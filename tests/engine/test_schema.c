/*
 * Answers inside a JSON schema: what is accepted is what a plain validator
 * accepts, and wherever an answer is led it can end.
 */
#include "schema_fixture.h"

/* ------------------------------------------------------- every keyword */

/* Of each about as many texts are accepted as are refused. */
static const char *const schemas[] = {
    "{\"type\":\"string\"}",
    "{\"type\":\"number\"}",
    "{\"type\":\"integer\"}",
    "{\"type\":\"boolean\"}",
    "{\"type\":\"null\"}",
    "{\"type\":\"object\"}",
    "{\"type\":\"array\"}",
    "{\"type\":[\"string\",\"null\"]}",
    "{\"type\":[\"object\",\"null\",\"boolean\"],"
    "\"properties\":{\"a\":{\"type\":\"integer\"}},\"required\":[\"a\"]}",
    "{\"const\":\"a\"}",
    "{\"const\":{\"a\":[1,null]}}",
    "{\"const\":1,\"type\":\"integer\"}",
    "{\"enum\":[\"red\",\"reds\",1,12,123,null,[1],{}]}",
    "{\"enum\":[\"a\",1,null,1.5],\"type\":[\"string\",\"integer\"]}",
    "{\"type\":\"string\",\"minLength\":2}",
    "{\"type\":\"string\",\"maxLength\":2}",
    "{\"type\":\"string\",\"minLength\":1,\"maxLength\":3}",
    "{\"type\":\"integer\",\"minimum\":5}",
    "{\"type\":\"integer\",\"maximum\":-5}",
    "{\"type\":\"integer\",\"minimum\":-7,\"maximum\":42}",
    "{\"type\":\"integer\",\"minimum\":10,\"maximum\":10}",
    "{\"type\":\"integer\",\"minimum\":0}",
    "{\"type\":\"integer\",\"minimum\":99,\"maximum\":65535}",
    "{\"type\":\"array\",\"items\":{\"type\":\"integer\"}}",
    "{\"type\":\"array\",\"minItems\":2}",
    "{\"type\":\"array\",\"maxItems\":2}",
    "{\"type\":\"array\",\"minItems\":1,\"maxItems\":2,"
    "\"items\":{\"type\":[\"string\",\"array\"]}}",
    "{\"type\":\"array\",\"prefixItems\":[{\"type\":\"string\"},"
    "{\"type\":\"integer\"}]}",
    "{\"type\":\"array\",\"prefixItems\":[{\"type\":\"string\"},"
    "{\"type\":\"integer\"}],\"items\":false}",
    "{\"type\":\"array\",\"prefixItems\":[{\"type\":\"string\"}],"
    "\"items\":{\"type\":\"integer\"},\"minItems\":2}",
    "{\"type\":\"object\",\"additionalProperties\":false}",
    "{\"type\":\"object\",\"additionalProperties\":{\"type\":\"integer\"}}",
    "{\"type\":\"object\",\"properties\":{\"a\":{\"type\":\"integer\"}}}",
    "{\"type\":\"object\",\"properties\":{\"a\":{\"type\":\"integer\"},"
    "\"ab\":{\"type\":\"string\"},\"b\":{}},\"required\":[\"a\",\"b\"]}",
    "{\"type\":\"object\",\"properties\":{\"a\":{\"type\":\"integer\"},"
    "\"ab\":{\"type\":\"string\"},\"\":true},\"required\":[\"ab\"],"
    "\"additionalProperties\":false}",
    "{\"type\":\"object\",\"properties\":{\"a\\\"b\":{\"type\":\"integer\"},"
    "\"a\\\\\":{\"type\":\"string\"},\"é\":true,\"a\":{\"type\":\"null\"}},"
    "\"additionalProperties\":{\"type\":\"boolean\"}}",
    "{\"anyOf\":[{\"type\":\"string\"},{\"type\":\"integer\"}]}",
    "{\"anyOf\":[{\"type\":\"integer\",\"minimum\":50},"
    "{\"type\":\"integer\",\"maximum\":5},{\"enum\":[7,\"x\"]}]}",
    "{\"anyOf\":[{\"type\":\"object\",\"properties\":{\"a\":{\"type\":"
    "\"string\"}},\"required\":[\"a\"],\"additionalProperties\":false},"
    "{\"type\":\"object\",\"properties\":{\"a\":{\"type\":\"integer\"},"
    "\"b\":{\"type\":\"integer\"}},\"required\":[\"a\",\"b\"]}]}",
    "{\"oneOf\":[{\"type\":\"string\"},{\"type\":\"object\"}]}",
    "{\"oneOf\":[{\"type\":\"object\",\"properties\":{\"kind\":{\"const\":"
    "\"leaf\"},\"a\":{\"type\":\"integer\"}},\"required\":[\"kind\"]},"
    "{\"type\":\"object\",\"properties\":{\"kind\":{\"enum\":[\"node\",\"x\"]},"
    "\"a\":{\"type\":\"string\"}},\"required\":[\"kind\"]}]}",
    "{\"oneOf\":[{\"const\":1},{\"const\":12},{\"enum\":[\"a\",\"ab\"]}]}",
    "{\"$defs\":{\"n\":{\"type\":\"integer\"}},\"type\":\"array\","
    "\"items\":{\"$ref\":\"#/$defs/n\"}}",
    "{\"$ref\":\"#/$defs/tree\",\"$defs\":{\"tree\":{\"type\":\"object\","
    "\"properties\":{\"a\":{\"type\":\"integer\"},\"next\":{\"$ref\":"
    "\"#/$defs/tree\"}},\"additionalProperties\":false}}}",
    "{\"type\":[\"array\",\"string\"],\"$comment\":\"a list of lists\"}",
    "{\"$defs\":{\"list\":{\"type\":[\"object\",\"null\"],\"properties\":"
    "{\"a\":{\"type\":\"integer\"},\"next\":{\"$ref\":\"#/$defs/list\"}},"
    "\"required\":[\"next\"],\"additionalProperties\":false}},"
    "\"$ref\":\"#/$defs/list\"}",
    "{\"anyOf\":[{\"type\":\"integer\"},{\"type\":\"array\",\"items\":"
    "{\"$ref\":\"#\"}}]}",
    "{\"oneOf\":[{\"type\":\"object\",\"properties\":{\"kind\":{\"const\":"
    "\"leaf\"}},\"required\":[\"kind\"],\"additionalProperties\":false},"
    "{\"type\":\"object\",\"properties\":{\"kind\":{\"const\":\"node\"},"
    "\"a\":{\"$ref\":\"#\"},\"b\":{\"$ref\":\"#\"}},\"required\":[\"kind\"]}]}",
    "{\"description\":\"anything\",\"type\":\"object\",\"properties\":{\"a\":"
    "{},\"b\":true,\"c\":{\"title\":\"any\"}},\"required\":[\"c\"],"
    "\"additionalProperties\":false}",
};
enum { SCHEMAS = sizeof schemas / sizeof schemas[0] };

static void check_keyword(const struct assay_tokenizer *tokenizer,
                          const char *text)
{
    struct assay_schema *compiled = schema_of(tokenizer, text);
    struct assay_arena arena = {0};
    const struct assay_json *schema = json_of(&arena, text);
    uint64_t seed = 88172645463325252;
    size_t counts[2] = {0, 0};

    for (int i = 0; i < 600; i++) {
        struct assay_buf out;
        struct assay_error err = {0};

        assay_buf_init(&out, 1 << 20);
        if (i % 5)
            like(&out, schema, schema, &seed, 3);
        else
            any_value(&out, &seed, 2);
        struct assay_str value = assay_buf_str(&out);
        const struct assay_json *tree =
            assay_json_parse(&arena, value, NULL, &err);
        if (!tree)
            fail_msg("%.*s: %s", ASSAY_STR_ARG(value), err.text);
        bool want = validates(schema, schema, tree);
        counts[want]++;
        if (accepts(compiled, value) != want)
            fail_msg("%s: %.*s is %s", text, ASSAY_STR_ARG(value),
                     want ? "refused" : "accepted");
        assay_buf_release(&out);
    }
    if (counts[0] < 20 || counts[1] < 20)
        fail_msg("%s: %zu refused, %zu accepted: that says little", text,
                 counts[0], counts[1]);
    assay_arena_free(&arena);
    assay_schema_free(compiled);
}

static void what_is_accepted_is_what_a_validator_accepts(void **state)
{
    struct assay_tokenizer *tokenizer = nano_tokenizer();

    for (size_t i = 0; i < SCHEMAS; i++)
        check_keyword(tokenizer, schemas[i]);
    assay_tokenizer_free(tokenizer);
}

/* ------------------------------------------------------- single texts */

static void texts_are_taken_as_json_is_written(void **state)
{
    static const struct {
        const char *schema, *text;
        bool accepted;
    } cases[] = {
        {"{\"type\":\"string\"}", "\"\\u00e9\\/\\b\\f\\n\\r\\t\\\\\\\"\"",
         true},
        {"{\"type\":\"string\"}", "\"\\u0000\"", false},
        {"{\"type\":\"string\"}", "\"\\ud800\"", false},
        {"{\"type\":\"string\"}", "\"\\udc00\"", false},
        {"{\"type\":\"string\"}", "\"\\ud83d\\u0041\"", false},
        {"{\"type\":\"string\"}", "\"\\ud83d\\ude00\"", true},
        {"{\"type\":\"string\"}", "\"\\x\"", false},
        {"{\"type\":\"string\"}", "\"a\nb\"", false},
        {"{\"type\":\"string\"}", "\"\x7f\"", false},
        {"{\"type\":\"string\"}", "\"\xc3\xa9\"", true},
        {"{\"type\":\"string\"}", "\"\xc0\xaf\"", false},
        {"{\"type\":\"string\"}", "\"\xed\xa0\x80\"", false},
        {"{\"type\":\"string\"}", "\"\xf4\x90\x80\x80\"", false},
        {"{\"type\":\"string\"}", "\"\xe2\x82\"", false},
        {"{\"type\":\"string\"}", "\"a", false},
        {"{\"type\":\"string\"}", " \"a\"", false},
        {"{\"type\":\"string\"}", "\"a\" ", false},
        {"{\"type\":\"number\"}", "01", false},
        {"{\"type\":\"number\"}", "-", false},
        {"{\"type\":\"number\"}", "1.", false},
        {"{\"type\":\"number\"}", ".5", false},
        {"{\"type\":\"number\"}", "1e", false},
        {"{\"type\":\"number\"}", "1e+", false},
        {"{\"type\":\"number\"}", "+1", false},
        {"{\"type\":\"number\"}", "NaN", false},
        {"{\"type\":\"number\"}", "-0.0e-10", true},
        {"{\"type\":\"integer\"}", "9223372036854775807", true},
        {"{\"type\":\"integer\"}", "9223372036854775808", false},
        {"{\"type\":\"integer\"}", "-9223372036854775807", true},
        {"{\"type\":\"integer\"}", "99999999999999999999999", false},
        {"{\"type\":\"integer\",\"minimum\":-9223372036854775807}",
         "-9223372036854775807", true},
        {"{\"type\":\"integer\"}", "00", false},
        {"{\"type\":\"array\"}", "[ 1, 2 ]", true},
        {"{\"type\":\"array\"}", "[\n  1,\n  2\n]", true},
        {"{\"type\":\"array\"}", "[  1]", false},
        {"{\"type\":\"array\"}", "[1,]", false},
        {"{\"type\":\"array\"}", "[,1]", false},
        {"{\"type\":\"array\"}", "[1 2]", false},
        {"{\"type\":\"object\"}", "{\n\"a\": 1 , \"b\":2}", true},
        {"{\"type\":\"object\"}", "{\"a\" :1}", false},
        {"{\"type\":\"object\"}", "{\"a\":1,}", false},
        {"{\"type\":\"object\"}", "{a:1}", false},
        {"{\"type\":\"object\"}", "{\"a\"}", false},
        /* a property twice, or another name that is one's */
        {"{\"type\":\"object\",\"properties\":{\"a\":{\"type\":\"integer\"}}}",
         "{\"a\":1,\"a\":2}", false},
        {"{\"type\":\"object\",\"properties\":{\"a\":{\"type\":\"integer\"}}}",
         "{\"\\u0061\":\"x\"}", false},
        /* other forms of one text */
        {"{\"const\":\"é\"}", "\"é\"", true},
        {"{\"const\":\"é\"}", "\"\\u00e9\"", false},
        {"{\"const\":1}", "1.0", false},
        {NULL, "{}", true},
        {NULL, "{\"a\":[1,{\"b\":null}]}", true},
        {NULL, "[]", false},
        {NULL, "1", false},
        {"true", "[1]", true},
        {"{}", "\"a\"", true},
        {"{\"$defs\":{\"a/b~\":{\"type\":\"null\"}},\"$ref\":"
         "\"#/$defs/a~1b~0\"}",
         "null", true},
    };
    struct assay_tokenizer *tokenizer = nano_tokenizer();

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct assay_schema *schema = schema_of(tokenizer, cases[i].schema);

        if (accepts(schema, assay_str_c(cases[i].text)) != cases[i].accepted)
            fail_msg("%s: %s is not %s", cases[i].schema, cases[i].text,
                     cases[i].accepted ? "accepted" : "refused");
        assay_schema_free(schema);
    }
    assay_tokenizer_free(tokenizer);
}

/* Whatever its pieces are; one that is refused changes nothing. */
static void a_text_may_come_in_any_pieces(void **state)
{
    static const char text[] = "{\"a\":[\"é\\n\",-1.5e3,{}],\"b\":null}";
    struct assay_tokenizer *tokenizer = nano_tokenizer();
    struct assay_schema *schema =
        schema_of(tokenizer, "{\"type\":\"object\",\"properties\":{\"a\":"
                             "{\"type\":\"array\"},\"b\":{\"type\":\"null\"}},"
                             "\"required\":[\"b\"]}");
    struct assay_str all = assay_str_c(text);

    for (size_t cut = 0; cut <= all.len; cut++) {
        struct assay_constraint *c = assay_constraint_new(schema);
        struct assay_str rest = assay_str_skip(all, cut);

        assert_true(assay_constraint_take(c, assay_str_head(all, cut)));
        assert_int_equal(assay_constraint_may_end(c), cut == all.len);
        assert_false(assay_constraint_take(c, ASSAY_STR("\x01")));
        assert_false(
            assay_constraint_take(c, (struct assay_str){"nul\x01", 4}));
        assert_true(assay_constraint_take(c, rest));
        assert_true(assay_constraint_may_end(c));
        assay_constraint_free(c);
    }
    assay_schema_free(schema);
    assay_tokenizer_free(tokenizer);
}

/* ------------------------------------------------------- random walks */

static bool allows(const uint64_t *mask, uint32_t token)
{
    return mask[token / 64] >> token % 64 & 1;
}

static uint32_t token_of(const struct assay_tokenizer *tokenizer, char byte)
{
    for (uint32_t id = assay_tokenizer_size(tokenizer); id-- > 0;) {
        struct assay_str bytes = assay_token_bytes(tokenizer, id);

        if (bytes.len == 1 && bytes.at[0] == byte)
            return id;
    }
    return ASSAY_NO_TOKEN;
}

struct walk {
    struct assay_tokenizer *tokenizer;
    uint32_t size, letter, closing[5]; /* that bring an answer to its end */
    uint64_t seed;
};

/* Any that may follow; later on one that closes, if it can be. */
static uint32_t choose(struct walk *w, const uint64_t *mask, size_t step)
{
    uint32_t first = (uint32_t)(next_random(&w->seed) % w->size);
    bool in_string = allows(mask, w->letter) && allows(mask, w->closing[0]);

    if (in_string && step > 60 && allows(mask, w->closing[2]))
        return w->closing[2];
    for (int i = 0; step > 60 && i < 5 && !in_string; i++)
        if (allows(mask, w->closing[i]))
            return w->closing[i];
    for (uint32_t i = 0; i < w->size; i++)
        if (allows(mask, (first + i) % w->size))
            return (first + i) % w->size;
    return ASSAY_NO_TOKEN;
}

/* A token that is not in the mask is not taken. */
static void check_refusal(struct walk *w, struct assay_constraint *c,
                          const uint64_t *mask)
{
    uint32_t token = (uint32_t)(next_random(&w->seed) % w->size);
    struct assay_str bytes = assay_token_bytes(w->tokenizer, token);

    if (assay_tokenizer_is_control(w->tokenizer, token))
        assert_false(allows(mask, token));
    else if (bytes.len && !allows(mask, token) &&
             assay_constraint_take(c, bytes))
        fail_msg("token %u was not in the mask and is taken", token);
}

/* Other names could go on for ever: later on those of properties come. */
static bool take_a_name(struct walk *w, struct assay_constraint *c,
                        struct assay_buf *out)
{
    uint64_t any = next_random(&w->seed);
    size_t first = any % 4 ? 4 : any / 4 % 7; /* "kind" often ends all */

    for (size_t i = 0; i < 7; i++) {
        char text[32];

        snprintf(text, sizeof text, "\"%s\":", names[(first + i) % 7]);
        if (assay_constraint_take(c, assay_str_c(text))) {
            assay_buf_add_c(out, text);
            return true;
        }
    }
    return false;
}

static void walk_once(struct walk *w, struct assay_schema *schema,
                      const char *text)
{
    struct assay_constraint *c = assay_constraint_new(schema);
    struct assay_arena arena = {0};
    struct assay_error err = {0};
    struct assay_buf out;

    assay_buf_init(&out, 1 << 20);
    for (size_t step = 0;; step++) {
        const uint64_t *mask = assay_constraint_mask(c);
        bool may_end = assay_constraint_may_end(c);
        uint32_t token = choose(w, mask, step);

        if (may_end && (token == ASSAY_NO_TOKEN || step > 60 ||
                        next_random(&w->seed) % 8 == 0))
            break;
        if (token == ASSAY_NO_TOKEN || step > 3000)
            fail_msg("%s: %s behind %.*s", text,
                     step > 3000 ? "no end" : "nothing may follow",
                     ASSAY_STR_ARG(assay_buf_str(&out)));
        check_refusal(w, c, mask);
        if (step > 60 && !allows(mask, w->closing[0]) &&
            take_a_name(w, c, &out))
            continue;
        struct assay_str bytes = assay_token_bytes(w->tokenizer, token);
        if (!assay_constraint_take(c, bytes))
            fail_msg("%s: token %u of the mask is refused", text, token);
        assay_buf_add(&out, bytes);
    }
    const struct assay_json_limits limits = {.max_depth = 65,
                                             .keep_duplicates = true};
    const struct assay_json *schema_tree =
        json_of(&arena, text ? text : "{\"type\":\"object\"}");
    const struct assay_json *tree =
        assay_json_parse(&arena, assay_buf_str(&out), &limits, &err);
    if (!tree || !validates(schema_tree, schema_tree, tree))
        fail_msg("%s: an answer was %.*s %s", text,
                 ASSAY_STR_ARG(assay_buf_str(&out)), err.text);
    assay_buf_release(&out);
    assay_arena_free(&arena);
    assay_constraint_free(c);
}

static void walk_all(struct walk *w, const char *text, int count)
{
    struct assay_schema *schema = schema_of(w->tokenizer, text);

    for (int i = 0; i < count; i++)
        walk_once(w, schema, text);
    assay_schema_free(schema);
}

static struct walk walk_begin(void)
{
    static const char closing[] = "}]\",0";
    struct walk w = {.tokenizer = nano_tokenizer(), .seed = 4711};

    w.size = assay_tokenizer_size(w.tokenizer);
    w.letter = token_of(w.tokenizer, 'z');
    for (int i = 0; i < 5; i++)
        w.closing[i] = token_of(w.tokenizer, closing[i]);
    return w;
}

static void every_answer_ends_as_a_valid_one(void **state)
{
    struct walk w = walk_begin();

    for (size_t i = 0; i < SCHEMAS; i++)
        walk_all(&w, schemas[i], 12);
    walk_all(&w, NULL, 40);
    walk_all(&w, "true", 40);
    assay_tokenizer_free(w.tokenizer);
}

/* Where an earlier form led into an end without an end. */
static void limits_leave_a_way_to_the_end(void **state)
{
    static const char *const tight[] = {
        /* an escape or half a character where none fits any more */
        "{\"type\":\"array\",\"items\":{\"type\":\"string\",\"maxLength\":1},"
        "\"minItems\":40}",
        /* as deep as an answer may be */
        "{\"$defs\":{\"d\":{\"type\":\"object\",\"properties\":{\"a\":{\"$"
        "ref\":"
        "\"#/$defs/d\"},\"b\":{\"type\":\"array\",\"items\":{\"$ref\":"
        "\"#/$defs/d\"}}},\"additionalProperties\":false}},"
        "\"$ref\":\"#/$defs/d\"}",
        "{\"$defs\":{\"l\":{\"type\":\"array\",\"minItems\":1,\"items\":"
        "{\"anyOf\":[{\"$ref\":\"#/$defs/l\"},{\"type\":\"null\"}]}}},"
        "\"$ref\":\"#/$defs/l\"}",
        "{\"$defs\":{\"l\":{\"type\":[\"object\",\"null\"],\"properties\":"
        "{\"next\":{\"$ref\":\"#/$defs/l\"}},\"required\":[\"next\"]}},"
        "\"$ref\":\"#/$defs/l\"}",
        "{\"type\":\"integer\",\"minimum\":-305,\"maximum\":-299}",
        "{\"type\":\"array\",\"items\":{\"type\":\"integer\",\"minimum\":"
        "1999,\"maximum\":2001},\"minItems\":30}",
    };
    struct walk w = walk_begin();

    for (size_t i = 0; i < sizeof tight / sizeof tight[0]; i++)
        walk_all(&w, tight[i], 60);
    assay_tokenizer_free(w.tokenizer);
}

/* Down to the deepest place, at every place a way back. */
static void the_deepest_answer_can_end(void **state)
{
    struct assay_tokenizer *tokenizer = nano_tokenizer();
    struct assay_schema *schema = schema_of(tokenizer, "true");

    for (int kind = 0; kind < 2; kind++) {
        struct assay_constraint *c = assay_constraint_new(schema);
        struct assay_str open = kind ? ASSAY_STR("{\"a\":") : ASSAY_STR("[");
        size_t depth = 0;

        while (assay_constraint_take(c, open))
            assert_true(++depth < 100);
        assert_int_equal(depth, kind ? 63 : 64);
        if (kind)
            assert_true(assay_constraint_take(c, ASSAY_STR("{")));
        while (!assay_constraint_may_end(c))
            assert_true(assay_constraint_take(c, kind ? ASSAY_STR("}")
                                                      : ASSAY_STR("]")));
        assay_constraint_free(c);
    }
    assay_schema_free(schema);
    assay_tokenizer_free(tokenizer);
}

/* What must stand below takes levels too: there is always room for it. */
static void room_is_left_for_what_must_stand(void **state)
{
    struct assay_tokenizer *tokenizer = nano_tokenizer();
    struct assay_schema *schema = schema_of(
        tokenizer,
        "{\"$defs\":{\"d\":{\"type\":\"object\",\"properties\":{\"a\":"
        "{\"$ref\":\"#/$defs/d\"},\"x\":{\"type\":\"array\",\"minItems\":1,"
        "\"items\":{\"type\":\"array\",\"minItems\":1,\"items\":{\"type\":"
        "\"null\"}}}},\"required\":[\"x\"],\"additionalProperties\":false}},"
        "\"$ref\":\"#/$defs/d\"}");
    struct assay_constraint *c = assay_constraint_new(schema);
    size_t depth = 0;

    while (assay_constraint_take(c, ASSAY_STR("{\"a\":")))
        assert_true(++depth < 70);
    assert_int_equal(depth, 60);
    assert_true(assay_constraint_take(c, ASSAY_STR("{\"x\":[[null]]}")));
    while (!assay_constraint_may_end(c))
        assert_true(assay_constraint_take(c, ASSAY_STR(",\"x\":[[null]]}")));
    assay_constraint_free(c);
    assay_schema_free(schema);
    assay_tokenizer_free(tokenizer);
}

/* ------------------------------------------------------- long answers */

/*
 * Places are copied now and then; in so long a text of names surely within
 * a name. It is that of the property nonetheless.
 */
static void a_long_answer_keeps_to_the_schema(void **state)
{
    enum { NAME = 200 };
    struct assay_tokenizer *tokenizer = nano_tokenizer();
    struct assay_arena arena = {0};
    char name[NAME + 1] = "";

    memset(name, 'p', NAME);
    struct assay_schema *schema = schema_of(
        tokenizer,
        assay_arena_printf(
            &arena,
            "{\"type\":\"object\",\"additionalProperties\":{\"type\":"
            "\"object\",\"properties\":{\"%s\":{\"type\":\"integer\"}},"
            "\"additionalProperties\":{\"type\":\"string\"}}}",
            name)
            .at);
    struct assay_constraint *c = assay_constraint_new(schema);
    assert_true(assay_constraint_take(c, ASSAY_STR("{")));
    for (int i = 0; i < 2000; i++) {
        assert_true(assay_constraint_take(c, i ? ASSAY_STR(",\"o\":{\"")
                                               : ASSAY_STR("\"o\":{\"")));
        for (size_t k = 0; k < NAME; k += 8)
            assert_true(assay_constraint_take(c, ASSAY_STR("pppppppp")));
        assert_true(assay_constraint_take(c, ASSAY_STR("\":")));
        assert_false(assay_constraint_take(c, ASSAY_STR("\"")));
        assert_true(assay_constraint_take(c, ASSAY_STR("1}")));
    }
    assert_true(assay_constraint_take(c, ASSAY_STR("}")));
    assert_true(assay_constraint_may_end(c));
    assay_constraint_free(c);
    assay_schema_free(schema);
    assay_arena_free(&arena);
    assay_tokenizer_free(tokenizer);
}

/* Met for the first time or again, computed or kept. */
static void a_mask_is_the_same_when_it_is_met_again(void **state)
{
    struct assay_tokenizer *tokenizer = nano_tokenizer();
    size_t words_count = (assay_tokenizer_size(tokenizer) + 63) / 64;
    static const char text[] = "{\"a\":[1,\"x\",{\"b\":null}],\"c\":-1.5}";

    for (size_t i = 0; i < sizeof text - 1; i++) {
        struct assay_schema *fresh = schema_of(tokenizer, NULL);
        struct assay_schema *used = schema_of(tokenizer, NULL);
        struct assay_constraint *a = assay_constraint_new(fresh), *b;
        struct assay_str head = {text, i};

        assert_true(assay_constraint_take(a, head));
        for (int k = 0; k < 3; k++) {
            b = assay_constraint_new(used);
            for (size_t n = 0; n < i; n++) {
                (void)assay_constraint_mask(b);
                assert_true(
                    assay_constraint_take(b, (struct assay_str){text + n, 1}));
            }
            assert_memory_equal(assay_constraint_mask(a),
                                assay_constraint_mask(b), words_count * 8);
            assay_constraint_free(b);
        }
        assay_constraint_free(a);
        assay_schema_free(fresh);
        assay_schema_free(used);
    }
    assay_tokenizer_free(tokenizer);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_accepted_is_what_a_validator_accepts),
        cmocka_unit_test(texts_are_taken_as_json_is_written),
        cmocka_unit_test(a_text_may_come_in_any_pieces),
        cmocka_unit_test(every_answer_ends_as_a_valid_one),
        cmocka_unit_test(limits_leave_a_way_to_the_end),
        cmocka_unit_test(the_deepest_answer_can_end),
        cmocka_unit_test(room_is_left_for_what_must_stand),
        cmocka_unit_test(a_long_answer_keeps_to_the_schema),
        cmocka_unit_test(a_mask_is_the_same_when_it_is_met_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
