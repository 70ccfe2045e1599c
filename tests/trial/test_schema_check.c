/*
 * The JSON schema test suite (Debian's json-schema-test-suite 2.0.0, drafts
 * 4, 6 and 7), every test of it. What is not supported stands in a table
 * with why; a test that passes or fails against it fails this one.
 */
#include "trial/score_support.h"

#include "assay/file.h"

#include "trial/schema_check.h"
#include "trial/schema_number.h"

#include <dirent.h>

#define SUITE "/usr/share/json-schema-test-suite"

enum expected { REFUSED, DIFFERS };

/* Tests by file, and words of the case and the test; "" stands for all. */
static const struct exception {
    const char *file, *group, *test;
    enum expected expected;
    const char *why;
} exceptions[] = {
    {"draft4/ref.json", "escaped pointer ref", "", REFUSED,
     "a keyword that nobody knows"},
    {"draft4/ref.json", "remote ref, containing refs itself", "", REFUSED,
     "the meta-schema is elsewhere"},
    {"draft6/ref.json", "escaped pointer ref", "", REFUSED,
     "a keyword that nobody knows"},
    {"draft6/ref.json", "remote ref, containing refs itself", "", REFUSED,
     "the meta-schema is elsewhere"},
    {"draft7/ref.json", "escaped pointer ref", "", REFUSED,
     "a keyword that nobody knows"},
    {"draft7/ref.json", "remote ref, containing refs itself", "", REFUSED,
     "the meta-schema is elsewhere"},
    {"draft6/definitions.json", "", "", REFUSED,
     "the meta-schema is elsewhere"},
    {"draft7/definitions.json", "", "", REFUSED,
     "the meta-schema is elsewhere"},
    {"draft4/definitions.json", "", "", REFUSED,
     "the meta-schema is elsewhere"},
    {"draft4/optional/zeroTerminatedFloats.json", "", "", DIFFERS,
     "1.0 is whole, as in all later drafts"},
    {"draft6/optional/format.json", "uri-template", "", REFUSED,
     "no such format"},
    {"draft7/optional/format/idn-email.json", "", "", REFUSED,
     "no such format"},
    {"draft7/optional/format/idn-hostname.json", "", "", REFUSED,
     "no such format"},
    {"draft7/optional/format/iri-reference.json", "", "", REFUSED,
     "no such format"},
    {"draft7/optional/format/iri.json", "", "", REFUSED, "no such format"},
    {"draft7/optional/format/uri-template.json", "", "", REFUSED,
     "no such format"},
    {"draft7/optional/content.json", "binary string-encoding", "invalid base64",
     DIFFERS, "what a text holds is not looked into"},
    {"draft7/optional/content.json", "binary-encoded media type",
     "validly-encoded invalid JSON", DIFFERS,
     "what a text holds is not looked into"},
    {"draft7/optional/content.json", "binary-encoded media type",
     "an invalid base64", DIFFERS, "what a text holds is not looked into"},
    {"draft7/optional/content.json", "string-encoded content based",
     "an invalid JSON document", DIFFERS,
     "what a text holds is not looked into"},
};

struct tally {
    size_t passed, excepted, wrong;
    bool used[sizeof exceptions / sizeof exceptions[0]];
};

static struct assay_json *load(struct assay_arena *arena, const char *path)
{
    struct assay_json_limits limits = {.max_depth = 512};
    struct assay_error err = {0};
    struct assay_str text;

    if (!assay_file_read(arena, path, 1 << 24, &text, &err))
        fail_msg("%s", err.text);
    struct assay_json *value = assay_json_parse(arena, text, &limits, &err);
    if (!value)
        fail_msg("%s: %s", path, err.text);
    return value;
}

static const struct exception *exception_for(struct tally *tally,
                                             const char *file,
                                             struct assay_str group,
                                             struct assay_str test)
{
    for (size_t i = 0; i < LENGTH(exceptions); i++)
        if (strcmp(exceptions[i].file, file) == 0 &&
            assay_str_contains(group, exceptions[i].group) &&
            assay_str_contains(test, exceptions[i].test)) {
            tally->used[i] = true;
            return &exceptions[i];
        }
    return NULL;
}

static void check_test(struct tally *tally, const char *file,
                       const struct assay_json *group,
                       const struct assay_json *test,
                       const struct assay_validator *schema, const char *why)
{
    struct assay_arena arena = {0};
    struct assay_str reason = ASSAY_STR("");
    struct assay_str of = assay_json_text(group, "description");
    struct assay_str name = assay_json_text(test, "description");
    const struct exception *known = exception_for(tally, file, of, name);
    bool valid = assay_json_is(assay_json_get(test, "valid"), ASSAY_JSON_TRUE);

    if (!schema) {
        tally->excepted++;
        if (known && known->expected == REFUSED)
            return;
        tally->wrong++;
        print_error("%s: %.*s: refused: %s\n", file, ASSAY_STR_ARG(of), why);
        return;
    }
    enum assay_schema_result result = assay_schema_check_run(
        schema, &arena, assay_json_get(test, "data"), &reason);
    bool right = result == (valid ? ASSAY_SCHEMA_HOLDS : ASSAY_SCHEMA_BREAKS) &&
                 (reason.len > 0) == (result != ASSAY_SCHEMA_HOLDS);
    if (right == (known && known->expected == DIFFERS) ||
        (known && known->expected == REFUSED)) {
        tally->wrong++;
        print_error("%s: %.*s: %.*s: %s although valid is %d (%.*s)%s\n", file,
                    ASSAY_STR_ARG(of), ASSAY_STR_ARG(name),
                    result == ASSAY_SCHEMA_HOLDS ? "holds" : "breaks", valid,
                    ASSAY_STR_ARG(reason), known ? ", expected otherwise" : "");
    }
    tally->passed += right;
    tally->excepted += !right;
    assay_arena_free(&arena);
}

static struct assay_schema_document remote(struct assay_arena *arena,
                                           const char *name)
{
    struct assay_str path =
        assay_arena_printf(arena, SUITE "/remotes/%s", name);
    return (struct assay_schema_document){
        assay_arena_printf(arena, "http://localhost:1234/%s", name),
        load(arena, assay_arena_cstr(arena, path))};
}

static void run_file(struct tally *tally, const char *name,
                     enum assay_draft draft)
{
    struct assay_arena arena = {0};
    struct assay_str path = assay_arena_printf(&arena, SUITE "/tests/%s", name);
    struct assay_schema_document documents[] = {
        remote(&arena, "integer.json"), remote(&arena, "name.json"),
        remote(&arena, "subSchemas.json"),
        remote(&arena, "folder/folderInteger.json")};
    struct assay_schema_options options = {draft, documents, LENGTH(documents)};
    const struct assay_json *groups =
        load(&arena, assay_arena_cstr(&arena, path));

    for (const struct assay_json *g = groups->first; g; g = g->next) {
        struct assay_error err = {0};
        const struct assay_validator *schema = assay_schema_check_new(
            &arena, assay_json_get(g, "schema"), &options, &err);

        for (const struct assay_json *t = assay_json_get(g, "tests")->first; t;
             t = t->next)
            check_test(tally, name, g, t, schema, err.text);
    }
    assay_arena_free(&arena);
}

static void run_folder(struct tally *tally, const char *folder,
                       enum assay_draft draft)
{
    char path[200];
    snprintf(path, sizeof path, SUITE "/tests/%s", folder);
    DIR *dir = opendir(path);

    if (!dir)
        fail_msg("%s is not there", path);
    for (struct dirent *entry; (entry = readdir(dir));) {
        char name[400];
        size_t len = strlen(entry->d_name);

        snprintf(name, sizeof name, "%s/%s", folder, entry->d_name);
        if (len > 5 && strcmp(entry->d_name + len - 5, ".json") == 0)
            run_file(tally, name, draft);
    }
    closedir(dir);
}

static void the_test_suite_holds_but_for_what_is_listed(void **state)
{
    static const struct {
        const char *folder;
        enum assay_draft draft;
    } folders[] = {
        {"draft4", ASSAY_DRAFT_4},
        {"draft4/optional", ASSAY_DRAFT_4},
        {"draft6", ASSAY_DRAFT_6},
        {"draft6/optional", ASSAY_DRAFT_6},
        {"draft7", ASSAY_DRAFT_7},
        {"draft7/optional", ASSAY_DRAFT_7},
        {"draft7/optional/format", ASSAY_DRAFT_7},
    };
    struct tally tally = {0};
    DIR *there = opendir(SUITE "/tests");

    if (!there)
        assay_test_skip("json-schema-test-suite is not installed");
    closedir(there);
    for (size_t i = 0; i < LENGTH(folders); i++)
        run_folder(&tally, folders[i].folder, folders[i].draft);
    for (size_t i = 0; i < LENGTH(exceptions); i++)
        if (!tally.used[i])
            fail_msg("nothing is excepted by row %zu", i);
    print_message("%zu passed, %zu excepted\n", tally.passed, tally.excepted);
    assert_int_equal(tally.wrong, 0);
    assert_true(tally.passed > 1370);
}

/* ------------------------------------------- what the suite has not */

static void check_one(const char *schema, const char *value, bool holds)
{
    struct assay_arena arena = {0};
    struct assay_error err = {0};
    struct assay_str reason = ASSAY_STR("");
    struct assay_validator *v =
        assay_validator_new(&arena, score_json(&arena, schema), &err);

    if (!v)
        fail_msg("%s: %s", schema, err.text);
    if (assay_validate(v, &arena, score_json(&arena, value), &reason) != holds)
        fail_msg("%s on %s: %s (%.*s)", schema, value,
                 holds ? "breaks" : "holds", ASSAY_STR_ARG(reason));
    if ((reason.len > 0) == holds)
        fail_msg("%s on %s: reason \"%.*s\"", schema, value,
                 ASSAY_STR_ARG(reason));
    assay_arena_free(&arena);
}

#define D2019 "\"$schema\": \"https://json-schema.org/draft/2019-09/schema\","
#define D2020 "\"$schema\": \"https://json-schema.org/draft/2020-12/schema\","

/* Drafts 2019-09 and 2020-12: the specification's words, section by section. */
static void the_newer_drafts_hold(void **state)
{
    static const struct {
        const char *schema, *good, *bad;
    } rows[] = {
        {"{" D2020 "\"prefixItems\": [{\"type\": \"string\"}], \"items\": "
         "{\"type\": \"integer\"}}",
         "[\"a\", 1, 2.0]", "[\"a\", 1.5]"},
        {"{" D2020 "\"prefixItems\": [true], \"items\": false}", "[1]",
         "[1, 2]"},
        {"{" D2019 "\"items\": [{}], \"additionalItems\": false}", "[1]",
         "[1, 2]"},
        {"{" D2020 "\"contains\": {\"const\": 1}, \"minContains\": 2}",
         "[1, 2, 1.0]", "[1]"},
        {"{" D2020 "\"contains\": {\"const\": 1}, \"maxContains\": 1}",
         "[1, 2]", "[1, 1]"},
        {"{" D2020 "\"contains\": {\"const\": 1}, \"minContains\": 0, "
         "\"maxContains\": 1}",
         "[]", "[1, 1]"},
        {"{" D2020 "\"dependentRequired\": {\"a\": [\"b\"]}}",
         "{\"a\": 1, \"b\": 2}", "{\"a\": 1}"},
        {"{" D2020 "\"dependentSchemas\": {\"a\": {\"required\": [\"b\"]}}}",
         "{\"b\": 1}", "{\"a\": 1}"},
        {"{" D2020
         "\"$ref\": \"#/$defs/a\", \"maximum\": 5, \"$defs\": {\"a\": "
         "{\"minimum\": 2}}}",
         "3", "6"},
        {"{" D2020 "\"$ref\": \"#name\", \"$defs\": {\"a\": {\"$anchor\": "
         "\"name\", \"type\": \"null\"}}}",
         "null", "1"},
        {"{" D2020 "\"$id\": \"http://x.test/a/\", \"$ref\": \"b\", \"$defs\": "
         "{\"b\": {\"$id\": \"b\", \"$ref\": \"#/$defs/c\", \"$defs\": "
         "{\"c\": {\"const\": 1}}}}}",
         "1", "2"},
        {"{" D2020 "\"$ref\": \"#/$defs/a~1b%25~0c\", \"$defs\": {\"a/b%~c\": "
         "{\"const\": 1}}}",
         "1", "2"},
        {"{" D2020 "\"properties\": {\"a\": true}, \"unevaluatedProperties\": "
         "false}",
         "{\"a\": 1}", "{\"b\": 1}"},
        {"{" D2020 "\"allOf\": [{\"properties\": {\"a\": true}}], "
         "\"unevaluatedProperties\": false}",
         "{\"a\": 1}", "{\"a\": 1, \"b\": 1}"},
        {"{" D2020 "\"anyOf\": [{\"properties\": {\"a\": {\"const\": 1}}, "
         "\"required\": [\"a\"]}, {\"properties\": {\"b\": {\"const\": 2}}, "
         "\"required\": [\"b\"]}], \"unevaluatedProperties\": false}",
         "{\"a\": 1, \"b\": 2}", "{\"a\": 1, \"b\": 3}"},
        {"{" D2020 "\"if\": {\"properties\": {\"a\": {\"const\": 1}}, "
         "\"required\": [\"a\"]}, \"then\": {\"properties\": {\"b\": true}}, "
         "\"unevaluatedProperties\": false}",
         "{\"a\": 1, \"b\": 2}", "{\"a\": 2}"},
        {"{" D2020 "\"not\": {\"not\": {\"properties\": {\"a\": true}}}, "
         "\"unevaluatedProperties\": false}",
         "{}", "{\"a\": 2}"},
        {"{" D2020 "\"$ref\": \"#/$defs/a\", \"unevaluatedProperties\": "
         "{\"type\": \"null\"}, \"$defs\": {\"a\": {\"properties\": {\"a\": "
         "true}}}}",
         "{\"a\": 1, \"b\": null}", "{\"b\": 1}"},
        {"{" D2020 "\"prefixItems\": [true], \"unevaluatedItems\": false}",
         "[1]", "[1, 2]"},
        {"{" D2020 "\"contains\": {\"const\": 1}, \"unevaluatedItems\": false}",
         "[1, 1]", "[1, 2]"},
        {"{" D2019 "\"contains\": {\"const\": 1}, \"unevaluatedItems\": "
         "{\"minimum\": 1}}",
         "[1, 2]", "[1, 0]"},
        {"{" D2020 "\"format\": \"uuid\"}",
         "\"2eb8aa08-aa98-11ea-b4aa-73b441d16380\"", "\"2eb8aa08\""},
        {"{" D2020 "\"format\": \"duration\"}", "\"P1Y2M3DT4H5M6S\"",
         "\"P1D2H\""},
        {"{" D2020 "\"format\": \"duration\"}", "\"P4W\"", "\"P\""},
        {"{" D2020 "\"format\": \"date-time\"}", "\"1998-12-31T23:59:60Z\"",
         "\"1998-12-31T22:59:60Z\""},
        /* in any draft */
        {"{\"$defs\": {\"a\": {\"type\": [\"integer\", \"null\"]}}, \"items\": "
         "{\"$ref\": \"#/$defs/a\"}}",
         "[1, null]", "[1.5]"},
        {"{\"type\": [\"integer\", \"number\"]}", "1.5", "\"1\""},
        {"{\"type\": \"string\", \"nullable\": true}", "null", "1"},
        {"{\"type\": \"integer\", \"format\": \"int32\"}", "2147483647",
         "2147483648"},
        {"{\"multipleOf\": 0.01}", "4.35", "4.355"},
        {"{\"multipleOf\": 0.1}", "0.3", "0.35"},
        {"{\"multipleOf\": 8}", "1e300", "4"},
        {"{\"minimum\": 9007199254740993}", "9007199254740993",
         "9007199254740992"},
        {"{\"const\": 1e400}", "10e399", "1e401"},
        {"{\"exclusiveMaximum\": -0.5}", "-0.50000000000000000000000001",
         "-0.5"},
        {"{\"uniqueItems\": true}", "[1, \"1\", [1], {\"a\": 1}, {\"a\": 2}]",
         "[{\"a\": 1, \"b\": 2}, 3, {\"b\": 2.0, \"a\": 1.0}]"},
        {"{\"pattern\": \"^\\\\p{Lu}.$\"}", "\"\\u00c9\\ud83d\\ude00\"",
         "\"\\u00e9x\""},
        {"{\"maxLength\": 1}", "\"\\ud83d\\ude00\"", "\"e\\u0301\""},
        {"{\"additionalProperties\": false, \"patternProperties\": {\"^a\": "
         "true}}",
         "{\"ab\": 1}", "{\"b\": 1}"},
        {"{\"propertyNames\": {\"maxLength\": 2}}", "{\"ab\": 1}",
         "{\"abc\": 1}"},
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        check_one(rows[i].schema, rows[i].good, true);
        check_one(rows[i].schema, rows[i].bad, false);
    }
}

static void what_a_schema_must_not_say_is_refused_with_its_place(void **state)
{
    static const struct {
        const char *schema, *words;
    } rows[] = {
        {"{\"requird\": [\"a\"]}", "requird: this keyword is not known"},
        {"{\"properties\": {\"a\": {\"typ\": 1}}}", "properties.a.typ"},
        {"{\"type\": \"strin\"}", "type: expected null, boolean"},
        {"{\"type\": []}", "one type or more"},
        {"{\"minimum\": \"1\"}", "minimum: expected a number"},
        {"{\"minLength\": -1}", "whole number, 0 or more"},
        {"{\"multipleOf\": 0}", "above 0"},
        {"{\"pattern\": \"a(\"}", "pattern: at offset 1"},
        {"{\"pattern\": \"(?<=a+)b\"}", "look behind of changing length"},
        {"{\"format\": \"colour\"}", "format: this format is not supported"},
        {"{\"required\": \"a\"}", "list of names"},
        {"{\"allOf\": []}", "one schema or more"},
        {"{\"items\": 3}", "items: expected a schema"},
        {"{\"$ref\": \"#/nowhere\"}", "$ref: it leads nowhere"},
        {"{\"$ref\": \"https://x.test/s.json\"}", "not fetched"},
        {"{\"$ref\": 3}", "expected a reference"},
        {"{\"$schema\": \"https://x.test/s\"}", "$schema: expected draft-04"},
        {"{" D2020 "\"$dynamicRef\": \"#a\"}", "dynamic references"},
        {"{" D2019 "\"$recursiveRef\": \"#\"}", "dynamic references"},
        {"{" D2020 "\"items\": [true]}", "prefixItems"},
        {"{\"nullable\": true}", "needs \"type\""},
        {"{\"$schema\": \"http://json-schema.org/draft-04/schema#\", "
         "\"exclusiveMinimum\": 3}",
         "expected true or false"},
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct assay_arena arena = {0};
        struct assay_error err = {0};
        if (assay_validator_new(&arena, score_json(&arena, rows[i].schema),
                                &err))
            fail_msg("%s is taken", rows[i].schema);
        if (err.code != ASSAY_BAD_INPUT || !strstr(err.text, rows[i].words))
            fail_msg("%s: %s", rows[i].schema, err.text);
        assay_arena_free(&arena);
    }
}

static void reasons_name_the_place_and_the_rule(void **state)
{
    struct assay_arena arena = {0};
    struct assay_error err = {0};
    struct assay_str reason;
    struct assay_validator *v = assay_validator_new(
        &arena,
        score_json(&arena, "{\"properties\": {\"a\": {\"items\": {\"minimum\": "
                           "3}}}}"),
        &err);

    assert_non_null(v);
    assert_false(assay_validate(
        v, &arena, score_json(&arena, "{\"a\": [4, 2]}"), &reason));
    assert_string_equal(assay_arena_cstr(&arena, reason),
                        "a[1]: 2 is not at least 3");
    assay_arena_free(&arena);
}

/* Work without end, and nesting without end, end. */
static void endless_schemas_give_up(void **state)
{
    static const char *const rows[][2] = {
        {"{\"$ref\": \"#\"}", "1"},
        {"{\"allOf\": [{\"$ref\": \"#\"}]}", "1"},
        {"{\"pattern\": \"^(a+)+[$%]\"}",
         "\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\""},
        {"{\"$defs\": {\"a\": {\"allOf\": [{\"$ref\": \"#/$defs/b\"}, "
         "{\"$ref\": \"#/$defs/b\"}, {\"$ref\": \"#/$defs/b\"}, {\"$ref\": "
         "\"#/$defs/b\"}]}, \"b\": {\"items\": {\"$ref\": \"#/$defs/a\"}}}, "
         "\"$ref\": \"#/$defs/a\"}",
         "[[[[[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]]]]]"},
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct assay_arena arena = {0};
        struct assay_error err = {0};
        struct assay_str reason;
        struct assay_validator *v =
            assay_validator_new(&arena, score_json(&arena, rows[i][0]), &err);

        if (!v)
            fail_msg("%s: %s", rows[i][0], err.text);
        assert_int_equal(assay_schema_check_run(v, &arena,
                                                score_json(&arena, rows[i][1]),
                                                &reason),
                         ASSAY_SCHEMA_GAVE_UP);
        assert_true(reason.len > 0);
        assay_arena_free(&arena);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_test_suite_holds_but_for_what_is_listed),
        cmocka_unit_test(the_newer_drafts_hold),
        cmocka_unit_test(what_a_schema_must_not_say_is_refused_with_its_place),
        cmocka_unit_test(reasons_name_the_place_and_the_rule),
        cmocka_unit_test(endless_schemas_give_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
