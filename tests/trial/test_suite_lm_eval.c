/*
 * Tasks of lm-eval. The contexts in the .expected files are those that
 * Python's random.Random(1234).sample and Jinja2 3.1 give.
 */
#include "trial/suite_dump.h"

#include "trial/python_random.h"

#include <unistd.h>

#define FIXTURES "tests/trial/fixtures/suites/lm/"

static void a_task_that_generates_is_read(void **state)
{
    assert_suite_reads(FIXTURES "sums.yaml");
}

static void a_task_of_choices_is_read_with_what_it_includes(void **state)
{
    assert_suite_reads(FIXTURES "colours.yaml");
}

/* random.Random(1234), one stream; Python 3.11 printed the numbers. */
static void samples_are_pythons(void **state)
{
    static const struct {
        uint32_t n, k, chosen[8];
    } cases[] = {
        {10, 3, {7, 1, 0}},
        {100, 5, {11, 74, 4, 85, 88}},
        {25, 6, {2, 3, 11, 7, 0, 20}},
        {1000, 6, {807, 16, 354, 663, 638, 495}},
        {1, 1, {0}},
        {30000, 8, {4867, 2991, 5999, 23377, 3749, 27700, 479, 16485}},
    };
    struct assay_python_random random;
    struct assay_arena arena = {0};
    uint32_t chosen[8];

    assay_python_random_init(&random, 1234);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assay_python_random_sample(&random, &arena, cases[i].n, cases[i].k,
                                   chosen);
        for (uint32_t k = 0; k < cases[i].k; k++)
            assert_int_equal(chosen[k], cases[i].chosen[k]);
    }
    assay_python_random_init(&random, 0);
    assay_python_random_sample(&random, &arena, 50, 5, chosen);
    assert_int_equal(chosen[0], 24);
    assert_int_equal(chosen[4], 16);
    assay_arena_free(&arena);
}

static void what_needs_python_is_refused_by_name(void **state)
{
    static const char *const cases[][2] = {
        {"task: t\nprocess_docs: !function utils.f\n",
         "s.yaml: line 2, column 15: the tag '!function' of utils.f: a file "
         "is data here"},
        {"task: t\nprocess_results: x\n",
         "s.yaml:2: 'process_results' is not supported"},
        {"task: t\noutput_type: loglikelihood_rolling\n",
         "s.yaml:2: output_type 'loglikelihood_rolling' is not supported: "
         "multiple_choice and generate_until are"},
        {"task: t\ndataset_path: allenai/ai2_arc\n",
         "s.yaml:2: data comes from local files: save the data set as JSONL, "
         "then dataset_path: json with dataset_kwargs.data_files"},
        {"task: t\ndataset_path: json\n",
         "s.yaml:1: expected test_split or validation_split"},
        {"task: t\ndataset_path: json\ntest_split: test\n",
         "s.yaml:3: split 'test' has no file in dataset_kwargs.data_files"},
        {"task: t\nnum_fewshot: -1\n",
         "s.yaml:2: num_fewshot is a whole number up to 1000"},
        {"task: t\nfewshot_config: {sampler: balanced}\n",
         "s.yaml:2: a sampler is default or first_n, not 'balanced'"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char folder[] = "/tmp/assay-suite-XXXXXX", path[100];
        struct assay_error err = {0};
        assert_non_null(mkdtemp(folder));
        snprintf(path, sizeof path, "%s/s.yaml", folder);
        assert_true(assay_file_write(path, assay_str_c(cases[i][0]), &err));
        assert_null(assay_suite_read(path, NULL, &err));
        assert_string_equal(err.text, cases[i][1]);
        unlink(path);
        rmdir(folder);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_task_that_generates_is_read),
        cmocka_unit_test(a_task_of_choices_is_read_with_what_it_includes),
        cmocka_unit_test(samples_are_pythons),
        cmocka_unit_test(what_needs_python_is_refused_by_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
