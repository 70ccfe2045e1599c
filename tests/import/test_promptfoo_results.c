/*
 * What promptfoo eval writes: providers as sets, results as samples, and
 * what neither passed nor failed there.
 */
#include "importing.h"

#include <math.h>

#define FIXTURE "tests/import/fixtures/promptfoo_results.json"

struct taken {
    struct assay_arena arena;
    struct assay_batch batch;
    struct assay_error err;
    uint64_t count;
    struct assay_buf log;
};

static bool begin(void *context, const struct assay_sample_set *set,
                  struct assay_error *err)
{
    struct taken *t = context;

    (void)err;
    assay_buf_printf(&t->log, "[%.*s|%.*s|%.*s|%.*s|%.*s|%.*s]\n",
                     ASSAY_STR_ARG(set->benchmark),
                     ASSAY_STR_ARG(set->evaluation),
                     ASSAY_STR_ARG(set->publisher), ASSAY_STR_ARG(set->source),
                     ASSAY_STR_ARG(set->model), ASSAY_STR_ARG(set->day));
    return true;
}

static bool take(void *context, const struct assay_sample *sample,
                 struct assay_error *err)
{
    struct taken *t = context;

    (void)err;
    assay_buf_printf(&t->log, "%.*s %.*s -> %.*s %s %.0f ms",
                     ASSAY_STR_ARG(sample->id), ASSAY_STR_ARG(sample->raw),
                     ASSAY_STR_ARG(sample->answer),
                     sample->unscored ? "unscored"
                     : sample->passed ? "passed"
                                      : "failed",
                     sample->latency_ms);
    if (sample->has_usage)
        assay_buf_printf(&t->log, " %u+%u", (unsigned)sample->input_tokens,
                         (unsigned)sample->output_tokens);
    if (sample->error.len)
        assay_buf_printf(&t->log, " error %.*s", ASSAY_STR_ARG(sample->error));
    assay_buf_add_char(&t->log, '\n');
    return true;
}

static bool end(void *context, struct assay_error *err)
{
    (void)context;
    (void)err;
    return true;
}

static bool read_file(struct taken *t, const char *path)
{
    const struct assay_sample_taker taker = {begin, take, end, t};

    *t = (struct taken){0};
    assay_buf_init(&t->log, 1 << 16);
    assay_batch_init(&t->batch, &t->arena);
    return assay_import_promptfoo_results.read_samples(&t->batch, path, &taker,
                                                       &t->count, &t->err);
}

static void release(struct taken *t)
{
    assay_buf_release(&t->log);
    assay_arena_free(&t->arena);
}

static void each_provider_is_a_set_of_its_results(void **state)
{
    struct taken t;

    (void)state;
    if (!read_file(&t, FIXTURE))
        fail_msg("%s", t.err.text);
    assert_string_equal(
        assay_arena_cstr(&t.arena, assay_buf_str(&t.log)),
        "[Capitals|eval-a1B-2026-06-15T08:00:00|promptfoo, "
        "eval-a1B-2026-06-15T08:00:00|anthropic:messages:claude-sonnet-4-5|"
        "anthropic/claude-sonnet-4-5|2026-06-15]\n"
        /* an answer that is JSON, and a failure that is no error */
        "0 Capital of France? -> {\"city\":\"Lyon\"} failed 38 ms\n"
        "1 Hello? ->  unscored 2000 ms error API error: 529\n"
        "[Capitals|eval-a1B-2026-06-15T08:00:00|promptfoo, "
        "eval-a1B-2026-06-15T08:00:00|openai:chat:gpt-4o|openai/gpt-4o|"
        "2026-06-15]\n"
        "0 Capital of France? -> Paris passed 41 ms 12+3\n"
        /* "No assertions": passed there, put to no test here */
        "1 Hello? -> Hello! unscored 40 ms\n");
    assert_int_equal(t.count, 4);
    assert_int_equal(t.batch.rows, 5);
    assert_int_equal(t.batch.refusal_count, 1);
    assert_string_equal(
        assay_arena_cstr(&t.arena, t.batch.first_refusal->reason),
        "no provider, expected its id");
    release(&t);
}

static void another_file_says_what_was_expected(void **state)
{
    struct taken t;

    (void)state;
    assert_false(read_file(&t, "tests/import/fixtures/every_eval_ever.json"));
    assert_holds(t.err.text,
                 "no results.results, expected what promptfoo eval --output "
                 "writes as JSON");
    assert_int_equal(t.log.len, 0);
    release(&t);
}

static void it_states_nothing_of_a_model(void **state)
{
    struct translated in;

    (void)state;
    import_file(&in, &assay_import_promptfoo_results, FIXTURE);
    assert_false(in.ok);
    assert_string_equal(in.err.text, "promptfoo-results states nothing of a "
                                     "model: it holds samples");
    forget(&in);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_provider_is_a_set_of_its_results),
        cmocka_unit_test(another_file_says_what_was_expected),
        cmocka_unit_test(it_states_nothing_of_a_model),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
