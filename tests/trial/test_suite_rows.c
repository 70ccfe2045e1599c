/*
 * Cases that are made when they are asked for: the same whoever asks, and
 * nothing of them stays.
 */
#include "trial/suite_dump.h"

#include <malloc.h>
#include <pthread.h>
#include <stdio.h>
#include <unistd.h>

#define FIXTURES "tests/trial/fixtures/suites/"

static const struct assay_suite_options options = {.env = test_env};

static struct assay_suite *read_suite(const char *path)
{
    struct assay_error err = {0};
    struct assay_suite *suite = assay_suite_read(path, &options, &err);

    if (!suite)
        fail_msg("%s: %s", path, err.text);
    return suite;
}

/* ---- Several at once ---- */

enum { THREADS = 4, ROUNDS = 20 };

struct asker {
    const struct assay_suite *suite;
    struct assay_str expected; /* all cases, written down */
    bool same;
};

static void *ask(void *of_asker)
{
    struct asker *asker = of_asker;
    struct assay_buf out;

    asker->same = true;
    for (int i = 0; i < ROUNDS; i++) {
        assay_buf_init(&out, (size_t)1 << 24);
        dump_suite(&out, asker->suite);
        asker->same = asker->same &&
                      assay_str_equal(asker->expected, assay_buf_str(&out));
        assay_buf_release(&out);
    }
    return NULL;
}

static void several_threads_are_given_the_same_cases(void **state)
{
    static const char *const paths[] = {
        FIXTURES "full.yaml",       FIXTURES "images.yaml",
        FIXTURES "plain.jsonl",     FIXTURES "lm/sums.yaml",
        FIXTURES "lm/colours.yaml",
    };
    for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++) {
        struct assay_suite *suite = read_suite(paths[i]);
        struct asker askers[THREADS];
        pthread_t threads[THREADS];
        struct assay_buf out;

        assay_buf_init(&out, (size_t)1 << 24);
        dump_suite(&out, suite);
        for (size_t k = 0; k < THREADS; k++) {
            askers[k] = (struct asker){suite, assay_buf_str(&out), false};
            assert_int_equal(pthread_create(&threads[k], NULL, ask, &askers[k]),
                             0);
        }
        for (size_t k = 0; k < THREADS; k++)
            pthread_join(threads[k], NULL);
        for (size_t k = 0; k < THREADS; k++)
            assert_true(askers[k].same);
        assay_buf_release(&out);
        assay_suite_free(suite);
    }
}

/* ---- What stays ---- */

enum { ROWS = 20000, MOST_BYTES = 60 };

/* Two numbers stand between the parts of a row. */
struct form {
    const char *suite, *rows, *head, *part[3];
};

static void write_rows(const char *folder, const char *name, const char *head,
                       const char *const *part)
{
    char path[100];

    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(head, file);
    for (int i = 0; part && i < ROWS; i++)
        fprintf(file, "%s%d%s%d%s\n", part[0], i, part[1], i + 7, part[2]);
    assert_int_equal(fclose(file), 0);
}

static size_t held(void)
{
    struct mallinfo2 now = mallinfo2(); /* zeros under a sanitizer */
    return now.uordblks + now.hblkhd;
}

/* Beside the bytes of its file. */
static void a_row_keeps_less_than_sixty_bytes(void **state)
{
    static const struct form forms[] = {
        {"s.yaml", "rows.csv", "a,b,__expected\n", {"", ",7,contains:", ""}},
        {"s.yaml",
         "rows.jsonl",
         "",
         {"{\"vars\":{\"a\":",
          ",\"b\":7},\"assert\":[{\"type\":\"contains\","
          "\"value\":\"",
          "\"}]}"}},
        {"rows.jsonl",
         "rows.jsonl",
         "",
         {"{\"prompt\":\"What is ", " + 7?\",\"expected\":\"", "\"}"}},
        {"rows.txt", "rows.txt", "", {"What is ", " + 7? => ", ""}},
    };
    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++) {
        char folder[] = "/tmp/assay-suite-XXXXXX", path[100], yaml[200];
        assert_non_null(mkdtemp(folder));
        snprintf(yaml, sizeof yaml,
                 "prompts: ['What is {{a}} + {{b}}?']\nproviders: [echo]\n"
                 "tests: file://%s\n",
                 forms[i].rows);
        write_rows(folder, "s.yaml", yaml, NULL);
        write_rows(folder, forms[i].rows, forms[i].head, forms[i].part);
        snprintf(path, sizeof path, "%s/%s", folder, forms[i].suite);

        size_t before = held(), bytes = 0;
        struct assay_suite *suite = read_suite(path);
        for (size_t k = 0; k < suite->file_count; k++)
            bytes += suite->files[k].bytes.len;
        assert_int_equal(suite->case_count, ROWS);
        if (held() - before > bytes + (size_t)ROWS * MOST_BYTES)
            fail_msg("%s: %zu bytes a row", forms[i].rows,
                     (held() - before - bytes) / ROWS);
        assay_suite_free(suite);

        unlink(path);
        snprintf(path, sizeof path, "%s/%s", folder, forms[i].rows);
        unlink(path);
        snprintf(path, sizeof path, "%s/s.yaml", folder);
        unlink(path);
        rmdir(folder);
    }
}

/* The last var turns fastest, prompts faster still. */
static void a_test_of_many_values_makes_each_case_by_its_number(void **state)
{
    char folder[] = "/tmp/assay-suite-XXXXXX", path[100], text[100];
    enum { VALUES = 100, CASES = VALUES * 2 * 2 };
    struct assay_error err = {0};

    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/s.yaml", folder);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs("prompts: ['{{a}} {{b}} {{c}}', '{{c}}, {{a}} {{b}}']\n"
          "providers: [echo]\n"
          "defaultTest: {vars: {c: set}}\n"
          "tests:\n"
          "  - vars: {c: only}\n"
          "  - vars:\n      a: [",
          file);
    for (int i = 0; i < VALUES; i++)
        fprintf(file, "'%d', ", i);
    fputs("]\n      b: [x, y]\n", file);
    assert_int_equal(fclose(file), 0);
    struct assay_suite *suite = read_suite(path);
    assert_int_equal(suite->case_count, CASES + 2);
    for (int k = CASES; k-- > 0;) {
        struct assay_arena arena = {0};
        struct assay_case one;
        const char *b = k / 2 % 2 ? "y" : "x";
        assert_true(assay_suite_case(suite, (size_t)k + 2, &arena, &one, &err));
        if (k % 2)
            snprintf(text, sizeof text, "set, %d %s", k / 4, b);
        else
            snprintf(text, sizeof text, "%d %s set", k / 4, b);
        assert_true(assay_str_is(one.messages[0].text, text));
        assert_int_equal(one.test_index, k / 2 + 1);
        assert_true(assay_str_is(one.cluster, "test 2"));
        assay_arena_free(&arena);
    }
    assay_suite_free(suite);
    unlink(path);
    rmdir(folder);
}

static void rows_are_bounded_where_they_make_no_case(void **state)
{
    static const char text[] = "prompts: [hi]\nproviders: [echo]\n"
                               "defaultTest: {prompts: [another]}\n"
                               "tests: [{vars: {a: 1}}, {vars: {a: 2}}, "
                               "{vars: {a: 3}}]\n";
    const struct assay_suite_options few = {.env = test_env, .most_cases = 2};
    char folder[] = "/tmp/assay-suite-XXXXXX", path[100];
    struct assay_error err = {0};

    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/s.yaml", folder);
    assert_true(assay_file_write(path, assay_str_c(text), &err));
    assert_null(assay_suite_read(path, &few, &err));
    assert_int_equal(err.code, ASSAY_LIMIT);
    assert_string_equal(err.text, "more than 2 rows");
    unlink(path);
    rmdir(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(several_threads_are_given_the_same_cases),
        cmocka_unit_test(a_row_keeps_less_than_sixty_bytes),
        cmocka_unit_test(a_test_of_many_values_makes_each_case_by_its_number),
        cmocka_unit_test(rows_are_bounded_where_they_make_no_case),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
