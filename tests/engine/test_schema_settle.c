/*
 * Schemas that are refused: keywords that nobody keeps to, each with its
 * path; schemas that no text keeps to; and those made to do harm.
 */
#include "schema_fixture.h"

#include <stdio.h>

static void check_refused(const struct assay_tokenizer *tokenizer,
                          const char *text, const char *why)
{
    struct assay_arena arena = {0};
    struct assay_error err = {0};
    struct assay_schema *schema =
        assay_schema_new(json_of(&arena, text), tokenizer, &err);

    if (schema)
        fail_msg("%.300s: accepted", text);
    if (strcmp(err.text, why) != 0)
        fail_msg("%.300s: '%s', expected '%s'", text, err.text, why);
    assert_true(err.code == ASSAY_BAD_INPUT || err.code == ASSAY_LIMIT);
    assay_arena_free(&arena);
}

struct refused {
    const char *schema, *why;
};

static void check_all(const struct refused *cases, size_t count)
{
    struct assay_tokenizer *tokenizer = nano_tokenizer();

    for (size_t i = 0; i < count; i++)
        check_refused(tokenizer, cases[i].schema, cases[i].why);
    assay_tokenizer_free(tokenizer);
}

#define CHECK_ALL(cases) check_all((cases), sizeof(cases) / sizeof *(cases))

/* ------------------------------------------------------- keywords */

static void a_keyword_that_is_not_kept_to_is_refused_with_its_path(void **state)
{
    static const struct {
        const char *keyword, *value;
    } keywords[] = {
        {"pattern", "\"a+\""},
        {"multipleOf", "5"},
        {"exclusiveMinimum", "0"},
        {"exclusiveMaximum", "9"},
        {"uniqueItems", "true"},
        {"contains", "{}"},
        {"minContains", "1"},
        {"maxContains", "1"},
        {"minProperties", "1"},
        {"maxProperties", "1"},
        {"patternProperties", "{}"},
        {"propertyNames", "{}"},
        {"dependentRequired", "{}"},
        {"dependentSchemas", "{}"},
        {"unevaluatedProperties", "false"},
        {"unevaluatedItems", "false"},
        {"additionalItems", "false"},
        {"allOf", "[]"},
        {"not", "{}"},
        {"if", "{}"},
        {"then", "{}"},
        {"else", "{}"},
        {"$dynamicRef", "\"#a\""},
        {"nullable", "true"},
        {"minimun", "1"},
    };
    static const char *const places[][2] = {
        {"{\"%s\":%s}", "%s"},
        {"{\"type\":\"object\",\"%s\":%s}", "%s"},
        {"{\"type\":\"array\",\"%s\":%s}", "%s"},
        {"{\"type\":\"string\",\"%s\":%s}", "%s"},
        {"{\"type\":\"number\",\"%s\":%s}", "%s"},
        {"{\"type\":\"integer\",\"%s\":%s}", "%s"},
        {"{\"type\":\"boolean\",\"%s\":%s}", "%s"},
        {"{\"type\":\"null\",\"%s\":%s}", "%s"},
        {"{\"type\":[\"null\",\"boolean\"],\"%s\":%s}", "%s"},
        {"{\"type\":[\"null\",\"string\"],\"%s\":%s}", "%s"},
        {"{\"const\":1,\"%s\":%s}", "%s"},
        {"{\"enum\":[1],\"%s\":%s}", "%s"},
        {"{\"anyOf\":[{}],\"%s\":%s}", "%s"},
        {"{\"oneOf\":[{}],\"%s\":%s}", "%s"},
        {"{\"$ref\":\"#/$defs/a\",\"$defs\":{\"a\":{}},\"%s\":%s}", "%s"},
        {"{\"type\":\"object\",\"properties\":{\"a\":{\"%s\":%s}}}",
         "properties.a.%s"},
        {"{\"type\":\"object\",\"additionalProperties\":{\"%s\":%s}}",
         "additionalProperties.%s"},
        {"{\"type\":\"array\",\"items\":{\"type\":\"string\",\"%s\":%s}}",
         "items.%s"},
        {"{\"type\":\"array\",\"prefixItems\":[{},{\"%s\":%s}]}",
         "prefixItems[1].%s"},
        {"{\"anyOf\":[{},{\"type\":\"null\",\"%s\":%s}]}", "anyOf[1].%s"},
        {"{\"$ref\":\"#/$defs/a\",\"$defs\":{\"a\":{\"%s\":%s}}}",
         "$defs.a.%s"},
    };
    struct assay_tokenizer *tokenizer = nano_tokenizer();

    for (size_t k = 0; k < sizeof keywords / sizeof keywords[0]; k++)
        for (size_t p = 0; p < sizeof places / sizeof places[0]; p++) {
            struct assay_arena arena = {0};
            struct assay_str schema = {places[p][0], strlen(places[p][0])};
            size_t at = assay_str_find(schema, '%');
            struct assay_str rest = assay_str_skip(schema, at + 6);
            struct assay_str path = assay_str_c(places[p][1]);

            schema = assay_arena_printf(
                &arena, "%.*s%s\":%s%.*s",
                ASSAY_STR_ARG(assay_str_head(schema, at)), keywords[k].keyword,
                keywords[k].value, ASSAY_STR_ARG(rest));
            path = assay_arena_printf(
                &arena, "schema: %.*s%s: this keyword is not supported here",
                ASSAY_STR_ARG(assay_str_head(path, path.len - 2)),
                keywords[k].keyword);
            check_refused(tokenizer, schema.at, path.at);
            assay_arena_free(&arena);
        }
    assay_tokenizer_free(tokenizer);
}

static void a_keyword_of_another_type_is_refused(void **state)
{
    static const struct refused cases[] = {
        {"{\"type\":\"string\",\"minimum\":1}",
         "schema: minimum: this keyword is not supported here"},
        {"{\"type\":\"number\",\"minimum\":1}",
         "schema: minimum: this keyword is not supported here"},
        {"{\"type\":\"integer\",\"maxLength\":1}",
         "schema: maxLength: this keyword is not supported here"},
        {"{\"type\":\"object\",\"items\":{}}",
         "schema: items: this keyword is not supported here"},
        {"{\"type\":[\"string\",\"integer\"],\"maxLength\":1}",
         "schema: maxLength: this keyword is not supported here"},
        {"{\"const\":1,\"enum\":[1]}",
         "schema: enum: this keyword is not supported here"},
        {"{\"minLength\":1}",
         "schema: minLength: this keyword is not supported here"},
        {"{\"anyOf\":[{}],\"type\":\"object\"}",
         "schema: type: this keyword is not supported here"},
        {"{\"$ref\":\"#/$defs/a\",\"type\":\"object\",\"$defs\":{\"a\":{}}}",
         "schema: type: this keyword is not supported here"},
    };

    CHECK_ALL(cases);
}

/* ------------------------------------------------------- values */

static void a_keyword_with_a_wrong_value_is_refused(void **state)
{
    static const struct refused cases[] = {
        {"[]", "schema: (root): expected a schema"},
        {"false", "schema: (root): expected a schema"},
        {"{\"type\":\"text\"}",
         "schema: type: expected string, number, integer, boolean, null, "
         "object or array"},
        {"{\"type\":[]}", "schema: type: expected at least one type"},
        {"{\"type\":[1]}",
         "schema: type: expected string, number, integer, boolean, null, "
         "object or array"},
        {"{\"type\":1}", "schema: type: expected a type or a list of types"},
        {"{\"enum\":[]}", "schema: enum: expected a list of values"},
        {"{\"enum\":1}", "schema: enum: expected a list of values"},
        {"{\"enum\":[1],\"type\":\"string\"}",
         "schema: enum: no value is of the type that is asked for"},
        {"{\"enum\":[1e-2],\"type\":\"integer\"}",
         "schema: enum: no value is of the type that is asked for"},
        {"{\"const\":1,\"type\":\"string\"}",
         "schema: const: it is not of the type that is asked for"},
        {"{\"const\":1.5,\"type\":[\"integer\",\"null\"]}",
         "schema: const: it is not of the type that is asked for"},
        {"{\"type\":\"string\",\"minLength\":-1}",
         "schema: minLength: expected a whole number up to 1,000,000"},
        {"{\"type\":\"string\",\"maxLength\":1000001}",
         "schema: maxLength: expected a whole number up to 1,000,000"},
        {"{\"type\":\"string\",\"minLength\":3,\"maxLength\":2}",
         "schema: maxLength: expected at least 1, and not below minLength"},
        {"{\"type\":\"array\",\"minItems\":1.5}",
         "schema: minItems: expected a whole number up to 1,000,000"},
        {"{\"type\":\"array\",\"maxItems\":0}",
         "schema: maxItems: expected at least 1, and not below minItems"},
        {"{\"type\":\"array\",\"items\":false,\"minItems\":1}",
         "schema: (root): minItems is more than there may be items"},
        {"{\"type\":\"array\",\"prefixItems\":[{}],\"items\":false,"
         "\"minItems\":2}",
         "schema: (root): minItems is more than there may be items"},
        {"{\"type\":\"array\",\"prefixItems\":[]}",
         "schema: prefixItems: expected a list of schemas"},
        {"{\"type\":\"array\",\"items\":[{}]}",
         "schema: items: expected a schema"},
        {"{\"type\":\"integer\",\"minimum\":1.5}",
         "schema: minimum: expected a whole number"},
        {"{\"type\":\"integer\",\"maximum\":9223372036854775808}",
         "schema: maximum: expected a whole number"},
        {"{\"type\":\"integer\",\"minimum\":-9223372036854775808}",
         "schema: minimum: expected a whole number"},
        {"{\"type\":\"integer\",\"minimum\":2,\"maximum\":1}",
         "schema: (root): minimum is above maximum"},
        {"{\"type\":\"object\",\"properties\":[]}",
         "schema: properties: expected an object of at most 64 properties"},
        {"{\"type\":\"object\",\"properties\":{\"a\":1}}",
         "schema: properties.a: expected a schema"},
        {"{\"type\":\"object\",\"required\":[\"a\"]}",
         "schema: required[0]: expected the name of one of properties"},
        {"{\"type\":\"object\",\"required\":\"a\"}",
         "schema: required: expected a list of names"},
        {"{\"anyOf\":[]}", "schema: anyOf: expected one list of schemas"},
        {"{\"anyOf\":[{}],\"oneOf\":[{}]}",
         "schema: anyOf: expected one list of schemas"},
        {"{\"$ref\":\"other.json\"}",
         "schema: $ref: expected a reference inside the schema, such as "
         "#/$defs/name"},
        {"{\"$ref\":\"#/$defs/a\"}",
         "schema: $ref: there is nothing at this reference"},
        {"{\"$ref\":\"#name\"}",
         "schema: $ref: there is nothing at this reference"},
        {"{\"$defs\":{\"a~1b\":{}},\"$ref\":\"#/$defs/a~1b\"}",
         "schema: $ref: there is nothing at this reference"},
    };

    CHECK_ALL(cases);
}

static void branches_that_could_both_hold_are_refused(void **state)
{
    static const char why[] = "schema: oneOf: two of these could both hold; "
                              "only branches that cannot are supported";
    static const struct refused cases[] = {
        {"{\"oneOf\":[{\"type\":\"integer\"},{\"type\":\"number\"}]}", why},
        {"{\"oneOf\":[{\"type\":\"object\"},{\"type\":\"object\"}]}", why},
        {"{\"oneOf\":[{},{\"type\":\"null\"}]}", why},
        {"{\"oneOf\":[{\"const\":1},{\"const\":1.0}]}", why},
        {"{\"oneOf\":[{\"const\":10},{\"const\":1e1}]}", why},
        {"{\"oneOf\":[{\"const\":0},{\"const\":-0}]}", why},
        {"{\"oneOf\":[{\"const\":{\"a\":1,\"b\":2}},{\"const\":{\"b\":2,"
         "\"a\":1}}]}",
         why},
        {"{\"oneOf\":[{\"enum\":[\"a\",\"b\"]},{\"enum\":[\"b\",\"c\"]}]}",
         why},
        /* the property that tells them apart may be left out */
        {"{\"oneOf\":[{\"type\":\"object\",\"properties\":{\"k\":{\"const\":"
         "1}}},{\"type\":\"object\",\"properties\":{\"k\":{\"const\":2}},"
         "\"required\":[\"k\"]}]}",
         why},
    };

    CHECK_ALL(cases);
}

/* ------------------------------------------------------- no text */

static void a_schema_that_no_text_keeps_to_is_refused(void **state)
{
    static const char endless[] =
        "schema: (root): no text keeps to it and ends";
    static const struct refused cases[] = {
        {"{\"type\":\"object\",\"properties\":{\"a\":{\"$ref\":\"#\"}},"
         "\"required\":[\"a\"]}",
         endless},
        {"{\"type\":\"array\",\"items\":{\"$ref\":\"#\"},\"minItems\":1}",
         endless},
        {"{\"type\":\"array\",\"prefixItems\":[{},{\"$ref\":\"#\"}],"
         "\"minItems\":2}",
         endless},
        {"{\"anyOf\":[{\"type\":\"array\",\"items\":{\"$ref\":\"#\"},"
         "\"minItems\":1},{\"type\":\"object\",\"properties\":{\"a\":"
         "{\"$ref\":\"#\"}},\"required\":[\"a\"]}]}",
         endless},
        {"{\"anyOf\":[{\"$ref\":\"#\"}]}", endless},
        {"{\"$ref\":\"#\"}",
         "schema: (root): nested too deeply, or without an end"},
        {"{\"$ref\":\"#/$defs/a\",\"$defs\":{\"a\":{\"$ref\":\"#/$defs/b\"},"
         "\"b\":{\"$ref\":\"#/$defs/a\"}}}",
         "schema: $defs.b: nested too deeply, or without an end"},
        {"{\"anyOf\":[{\"$ref\":\"#\"},{\"type\":\"null\"}]}",
         "schema: (root): a value may begin in more than 128 ways"},
    };

    CHECK_ALL(cases);
}

/* ------------------------------------------------------- to do harm */

/* `count` times, with its number, between two texts. */
static struct assay_str repeated(struct assay_arena *arena, const char *before,
                                 const char *text, const char *after,
                                 size_t count)
{
    struct assay_buf buf;
    struct assay_str all;

    assay_buf_init(&buf, (size_t)1 << 24);
    assay_buf_add_c(&buf, before);
    for (size_t i = 0; i < count; i++) {
        struct assay_str rest = assay_str_c(text);

        assay_buf_add_c(&buf, i ? "," : "");
        for (size_t k = 0; k < rest.len; k++)
            if (rest.at[k] == '#')
                assay_buf_printf(&buf, "%zu", i);
            else
                assay_buf_add_char(&buf, rest.at[k]);
    }
    assay_buf_add_c(&buf, after);
    all = (struct assay_str){assay_arena_cstr(arena, assay_buf_str(&buf)),
                             buf.len};
    assay_buf_release(&buf);
    return all;
}

static void a_schema_past_a_limit_is_refused(void **state)
{
    static const struct {
        const char *before, *text, *after;
        size_t count;
        const char *why;
    } cases[] = {
        {"{\"type\":\"object\",\"properties\":{", "\"p#\":{}", "}}", 65,
         "schema: properties: expected an object of at most 64 properties"},
        {"{\"anyOf\":[", "{\"const\":\"c#\"}", "]}", 129,
         "schema: (root): a value may begin in more than 128 ways"},
        {"{\"type\":\"array\",\"prefixItems\":[", "{\"type\":\"string\"}", "]}",
         4097, "schema: more than 4096 parts"},
    };
    struct assay_tokenizer *tokenizer = nano_tokenizer();

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct assay_arena arena = {0};

        check_refused(tokenizer,
                      repeated(&arena, cases[i].before, cases[i].text,
                               cases[i].after, cases[i].count)
                          .at,
                      cases[i].why);
        assay_arena_free(&arena);
    }
    assay_tokenizer_free(tokenizer);
}

static void as_much_as_is_allowed_works(void **state)
{
    static const struct {
        const char *before, *text, *after;
        size_t count;
        const char *accepted, *refused;
    } cases[] = {
        {"{\"type\":\"object\",\"additionalProperties\":false,\"properties\":{",
         "\"p#\":{\"const\":#}", "}}", 64, "{\"p63\":63,\"p6\":6}",
         "{\"p64\":64}"},
        {"{\"anyOf\":[", "{\"const\":\"c#\"}", "]}", 128, "\"c127\"",
         "\"c128\""},
        /* texts of one list are one way */
        {"{\"enum\":[", "\"country #\"", "]}", 5000, "\"country 4999\"",
         "\"country 5000\""},
        {"{\"enum\":[", "#", "]}", 3000, "12", "3000"},
        {"{\"type\":[", "\"boolean\"", "]}", 100, "true", "null"},
        {"{\"anyOf\":[",
         "{\"type\":\"object\",\"properties\":{\"a#\":{\"type\":\"null\"},"
         "\"b\":{\"const\":#},\"c\":{},\"d\":{}},\"required\":[\"b\"],"
         "\"additionalProperties\":{\"type\":\"integer\"}}",
         "]}", 100, "{\"a99\":null,\"c\":\"x\",\"b\":99}",
         "{\"a99\":null,\"b\":98}"},
        /* parts that many share are compiled once */
        {"{\"$ref\":\"#/$defs/a0\",\"$defs\":{", "\"a#\":{\"type\":\"null\"}",
         ",\"n\":{\"anyOf\":[{\"$ref\":\"#/$defs/a1\"}]}}}", 200, "null", "1"},
    };
    struct assay_tokenizer *tokenizer = nano_tokenizer();

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct assay_arena arena = {0};
        struct assay_schema *schema = schema_of(
            tokenizer, repeated(&arena, cases[i].before, cases[i].text,
                                cases[i].after, cases[i].count)
                           .at);

        if (!accepts(schema, assay_str_c(cases[i].accepted)))
            fail_msg("case %zu: %s is refused", i, cases[i].accepted);
        if (accepts(schema, assay_str_c(cases[i].refused)))
            fail_msg("case %zu: %s is accepted", i, cases[i].refused);
        assay_schema_free(schema);
        assay_arena_free(&arena);
    }
    assay_tokenizer_free(tokenizer);
}

/* Each part stands twice in the one above: 2^25 if each were compiled. */
static void parts_that_are_shared_are_compiled_once(void **state)
{
    struct assay_tokenizer *tokenizer = nano_tokenizer();
    struct assay_arena arena = {0};
    struct assay_buf text;

    assay_buf_init(&text, 1 << 20);
    assay_buf_add_c(&text, "{\"$ref\":\"#/$defs/p0\",\"$defs\":{");
    for (int i = 0; i < 25; i++)
        assay_buf_printf(&text,
                         "\"p%d\":{\"type\":\"object\",\"properties\":{\"a\":"
                         "{\"$ref\":\"#/$defs/p%d\"},\"b\":{\"$ref\":"
                         "\"#/$defs/p%d\"}},\"additionalProperties\":false},",
                         i, i + 1, i + 1);
    assay_buf_add_c(&text, "\"p25\":{\"type\":\"null\"}}}");
    struct assay_schema *schema =
        schema_of(tokenizer, assay_arena_cstr(&arena, assay_buf_str(&text)));
    assert_true(accepts(schema, ASSAY_STR("{\"a\":{\"b\":{}}}")));
    assert_false(accepts(schema, ASSAY_STR("{\"a\":{\"b\":null}}")));
    assay_schema_free(schema);
    assay_buf_release(&text);
    assay_arena_free(&arena);
    assay_tokenizer_free(tokenizer);
}

/* Too many readings at once: nothing is taken rather than anything. */
static void more_readings_than_are_followed_close(void **state)
{
    struct assay_tokenizer *tokenizer = nano_tokenizer();
    struct assay_schema *schema = schema_of(
        tokenizer,
        "{\"anyOf\":[{\"type\":\"array\",\"items\":{\"$ref\":\"#\"}},"
        "{\"type\":\"array\",\"items\":{\"$ref\":\"#\"},\"maxItems\":9},"
        "{\"type\":\"integer\"}]}");
    struct assay_constraint *c = assay_constraint_new(schema);
    int depth = 0;

    while (assay_constraint_take(c, ASSAY_STR("[")))
        assert_true(++depth < 70);
    assert_true(depth >= 8);
    /* what was read can still be ended */
    while (!assay_constraint_may_end(c))
        assert_true(assay_constraint_take(c, ASSAY_STR("]")));
    assay_constraint_free(c);
    assay_schema_free(schema);
    assay_tokenizer_free(tokenizer);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(
            a_keyword_that_is_not_kept_to_is_refused_with_its_path),
        cmocka_unit_test(a_keyword_of_another_type_is_refused),
        cmocka_unit_test(a_keyword_with_a_wrong_value_is_refused),
        cmocka_unit_test(branches_that_could_both_hold_are_refused),
        cmocka_unit_test(a_schema_that_no_text_keeps_to_is_refused),
        cmocka_unit_test(a_schema_past_a_limit_is_refused),
        cmocka_unit_test(as_much_as_is_allowed_works),
        cmocka_unit_test(parts_that_are_shared_are_compiled_once),
        cmocka_unit_test(more_readings_than_are_followed_close),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
