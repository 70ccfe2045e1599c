/*
 * From a file to a batch: which source, of which day, by which format, and
 * what is said when it cannot be. Files of the tests lie in a folder of
 * their own under TMPDIR.
 */
#include "importing.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define FACTS "tests/import/fixtures/facts.json"
#define CATALOG "tests/import/fixtures/modelsdev.json"

static struct assay_import_options options_of(const char *format,
                                              const char *from)
{
    return (struct assay_import_options){
        .format = assay_import_format(assay_str_c(format)),
        .from = from,
        .source_id = ASSAY_STR(""),
        .today = {2026, 11, 22},
    };
}

static void assert_text(struct assay_str text, const char *expected)
{
    if (!assay_str_is(text, expected))
        fail_msg("'%.*s' is not '%s'", ASSAY_STR_ARG(text), expected);
}

static void assert_day(struct assay_date date, int year, int month, int day)
{
    assert_int_equal(date.year, year);
    assert_int_equal(date.month, month);
    assert_int_equal(date.day, day);
}

/* A file with these bytes, modified at noon of 2026-05-06. */
static const char *make_file(struct assay_arena *arena, struct assay_str bytes)
{
    const char *base = getenv("TMPDIR");
    char *path = assay_arena_cstr(
        arena, assay_arena_printf(arena, "%s/assay-import-XXXXXX",
                                  base ? base : "/tmp"));
    const struct timespec times[2] = {{1778068800, 0}, {1778068800, 0}};

    int file = mkstemp(path);
    assert_true(file >= 0);
    assert_int_equal(write(file, bytes.at, bytes.len), (ssize_t)bytes.len);
    assert_int_equal(futimens(file, times), 0);
    assert_int_equal(close(file), 0);
    return path;
}

static void every_format_is_found_by_its_name(void **state)
{
    static const char *const names[] = {"facts", "modelsdev", "openrouter",
                                        "litellm", "genai-prices"};
    for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
        const struct assay_import_format *format =
            assay_import_format(assay_str_c(names[i]));
        assert_non_null(format);
        assert_string_equal(format->name, names[i]);
    }
    assert_null(assay_import_format(ASSAY_STR("csv")));
    assert_null(assay_import_format(ASSAY_STR("")));
}

static void facts_bring_their_own_source_and_date(void **state)
{
    struct translated in;
    const struct assay_import_options options = options_of("facts", FACTS);

    import_with(&in, &options);
    assert_imported(&in);
    assert_text(in.batch.source_id, "acme-docs");
    assert_text(in.batch.title, "Acme: models");
    assert_text(in.batch.url, "https://acme.test/models");
    assert_text(in.batch.license, "CC0");
    assert_text(in.batch.format, "facts");
    assert_text(in.batch.origin, FACTS);
    assert_int_equal(in.batch.sha256.len, 64);
    assert_int_equal(in.batch.source_kind, ASSAY_SOURCE_PRIMARY);
    assert_day(in.batch.retrieved, 2026, 3, 4);
    assert_holds(route_of(&in, "acme/rocket-2"), "\"usd_per_million\":\"0.5\"");
    forget(&in);
}

static void what_the_user_says_of_source_and_date_comes_first(void **state)
{
    struct translated in;
    struct assay_import_options options = options_of("facts", FACTS);

    options.source_id = ASSAY_STR("mine");
    options.retrieved = (struct assay_date){2026, 1, 2};
    import_with(&in, &options);
    assert_imported(&in);
    assert_text(in.batch.source_id, "mine");
    assert_day(in.batch.retrieved, 2026, 1, 2);
    forget(&in);
}

static void another_format_is_dated_by_its_file(void **state)
{
    struct assay_arena arena = {0};
    struct translated in;
    const char *path = make_file(&arena, ASSAY_STR("{\"data\":[]}"));
    const struct assay_import_options options = options_of("openrouter", path);

    import_with(&in, &options);
    unlink(path);
    assert_imported(&in);
    assert_text(in.batch.source_id, "openrouter");
    assert_text(in.batch.title, "OpenRouter models");
    assert_int_equal(in.batch.source_kind, ASSAY_SOURCE_CATALOG);
    assert_day(in.batch.retrieved, 2026, 5, 6);
    forget(&in);
    assay_arena_free(&arena);
}

static void a_source_id_is_a_plain_word(void **state)
{
    static const char *const ids[] = {"a b", "a/b", "a\x1b", "\xc3\xbc"};

    for (size_t i = 0; i < sizeof(ids) / sizeof(*ids); i++) {
        struct translated in;
        struct assay_import_options options = options_of("facts", FACTS);
        options.source_id = assay_str_c(ids[i]);
        import_with(&in, &options);
        assert_false(in.ok);
        assert_int_equal(in.err.code, ASSAY_BAD_INPUT);
        assert_holds(in.err.text, "expected a plain word");
        forget(&in);
    }
}

static void an_error_names_file_line_and_path(void **state)
{
    static const struct {
        const char *format;
        const char *text;
        const char *words;
    } cases[] = {
        {"facts",
         "{\"format\":\"assay-facts/1\",\"source\":{\"id\":\"s\",\"kind\":"
         "\"user\"},\n\"models\":[{\"id\":\"a/b\",\"context_tokens\":-5}]}",
         ": line 2, models[0].context_tokens: number '-5' is negative, "
         "expected a whole number from 1 to 1000000000"},
        {"modelsdev", "[]", ": line 1: array, expected models.dev's"},
        {"openrouter", "{\"data\":[", ": line 1, column"},
        {"facts", "", ": line 1, column 1"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        struct assay_arena arena = {0};
        struct translated in;
        const char *path = make_file(&arena, assay_str_c(cases[i].text));
        const struct assay_import_options options =
            options_of(cases[i].format, path);

        import_with(&in, &options);
        unlink(path);
        assert_false(in.ok);
        assert_int_equal(in.err.code, ASSAY_BAD_INPUT);
        assert_holds(in.err.text, path);
        assert_holds(in.err.text, cases[i].words);
        forget(&in);
        assay_arena_free(&arena);
    }
}

static void strict_makes_a_refused_row_refuse_the_file(void **state)
{
    struct assay_arena arena = {0};
    struct translated in;
    const char *path = make_file(
        &arena, ASSAY_STR("{\"data\":[{\"id\":\"a/b\"},\n{\"id\":7},{}]}"));
    struct assay_import_options options = options_of("openrouter", path);

    import_with(&in, &options);
    assert_imported(&in);
    assert_int_equal(in.batch.refusal_count, 2);
    assert_int_equal(in.batch.statement_count, 2);
    forget(&in);

    options.strict = true;
    import_with(&in, &options);
    unlink(path);
    assert_false(in.ok);
    assert_int_equal(in.err.code, ASSAY_BAD_INPUT);
    assert_holds(in.err.text, "line 2, data[1]: no id");
    assert_holds(in.err.text, "2 rows refused in all");
    forget(&in);
    assay_arena_free(&arena);
}

static void what_cannot_be_read_says_why(void **state)
{
    static const struct {
        const char *from;
        enum assay_code code;
        const char *words;
    } cases[] = {
        {"tests/import/fixtures/absent.json", ASSAY_NOT_FOUND, "absent.json"},
        {"http://example.test/x.json?key=secret", ASSAY_BAD_INPUT, "https"},
        {"https://user@example.test/x.json", ASSAY_BAD_INPUT, "user name"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        struct translated in;
        const struct assay_import_options options =
            options_of("modelsdev", cases[i].from);
        import_with(&in, &options);
        assert_false(in.ok);
        assert_int_equal(in.err.code, cases[i].code);
        assert_holds(in.err.text, cases[i].words);
        assert_lacks(in.err.text, "secret");
        forget(&in);
    }
}

static void a_file_of_more_than_64_mib_is_not_read(void **state)
{
    struct assay_arena arena = {0};
    struct translated in;
    const char *path = make_file(&arena, ASSAY_STR("{"));
    const struct assay_import_options options = options_of("facts", path);

    /* a hole: takes no room on the disk */
    assert_int_equal(truncate(path, (off_t)ASSAY_MIB(64) + 1), 0);
    import_with(&in, &options);
    unlink(path);
    assert_false(in.ok);
    assert_int_equal(in.err.code, ASSAY_LIMIT);
    forget(&in);
    assay_arena_free(&arena);
}

static void the_same_file_gives_the_same_bytes(void **state)
{
    struct translated a, b;
    const struct assay_import_options options =
        options_of("modelsdev", CATALOG);

    import_with(&a, &options);
    import_with(&b, &options);
    assert_imported(&a);
    assert_imported(&b);
    assert_true(assay_str_equal(a.batch.sha256, b.batch.sha256));
    const struct assay_statement *x = a.batch.first, *y = b.batch.first;
    for (; x && y; x = x->next, y = y->next) {
        assert_true(assay_str_equal(x->id, y->id));
        assert_true(assay_str_equal(x->body, y->body));
    }
    assert_null(x);
    assert_null(y);
    forget(&a);
    forget(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_format_is_found_by_its_name),
        cmocka_unit_test(facts_bring_their_own_source_and_date),
        cmocka_unit_test(what_the_user_says_of_source_and_date_comes_first),
        cmocka_unit_test(another_format_is_dated_by_its_file),
        cmocka_unit_test(a_source_id_is_a_plain_word),
        cmocka_unit_test(an_error_names_file_line_and_path),
        cmocka_unit_test(strict_makes_a_refused_row_refuse_the_file),
        cmocka_unit_test(what_cannot_be_read_says_why),
        cmocka_unit_test(a_file_of_more_than_64_mib_is_not_read),
        cmocka_unit_test(the_same_file_gives_the_same_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
