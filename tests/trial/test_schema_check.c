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
    {"draft4/definitions.json", "", "", REFUSED,
     "the meta-schema is elsewhere"},
};

struct tally {
    size_t passed, excepted;
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
        if (!known || known->expected != REFUSED)
            fail_msg("%s: %.*s: refused: %s", file, ASSAY_STR_ARG(of), why);
        tally->excepted++;
        return;
    }
    enum assay_schema_result result = assay_schema_check_run(
        schema, &arena, assay_json_get(test, "data"), &reason);
    bool right = result == (valid ? ASSAY_SCHEMA_HOLDS : ASSAY_SCHEMA_BREAKS) &&
                 (reason.len > 0) == (result != ASSAY_SCHEMA_HOLDS);
    if (right == (known && known->expected == DIFFERS) ||
        (known && known->expected == REFUSED))
        fail_msg("%s: %.*s: %.*s: %s although valid is %d (%.*s)%s", file,
                 ASSAY_STR_ARG(of), ASSAY_STR_ARG(name),
                 result == ASSAY_SCHEMA_HOLDS ? "holds" : "breaks", valid,
                 ASSAY_STR_ARG(reason), known ? ", expected otherwise" : "");
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
    assert_true(tally.passed > 1700);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_test_suite_holds_but_for_what_is_listed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
