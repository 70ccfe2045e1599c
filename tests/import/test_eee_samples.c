/*
 * The samples beside a record: which are handed over, as what, and when
 * file and record do not speak of the same.
 */
#include "importing.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* ------------------------------------------------------- a taker */

struct taken {
    struct assay_arena arena;
    struct assay_batch batch;
    struct assay_error err;
    bool ok;
    uint64_t count;       /* as the reader says */
    struct assay_buf log; /* a line for each call */
};

static bool begin(void *context, const struct assay_sample_set *set,
                  struct assay_error *err)
{
    struct taken *t = context;

    (void)err;
    assay_buf_printf(&t->log, "[%.*s|%.*s|%.*s|%.*s|%.*s|%.*s|%.*s]%s\n",
                     ASSAY_STR_ARG(set->benchmark), ASSAY_STR_ARG(set->metric),
                     ASSAY_STR_ARG(set->harness), ASSAY_STR_ARG(set->publisher),
                     ASSAY_STR_ARG(set->source), ASSAY_STR_ARG(set->model),
                     ASSAY_STR_ARG(set->day), set->graded ? " graded" : "");
    return true;
}

static bool take(void *context, const struct assay_sample *sample,
                 struct assay_error *err)
{
    struct taken *t = context;

    (void)err;
    assay_buf_printf(&t->log, "%.*s %.*s -> %.*s %s", ASSAY_STR_ARG(sample->id),
                     ASSAY_STR_ARG(sample->raw), ASSAY_STR_ARG(sample->answer),
                     sample->passed ? "passed" : "failed");
    if (!isnan(sample->score))
        assay_buf_printf(&t->log, " %.2f", sample->score);
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
    (void)err;
    assay_buf_add_c(&((struct taken *)context)->log, "end\n");
    return true;
}

/* ------------------------------------------------------- two files */

static void write_file(const char *folder, const char *name, const char *text)
{
    struct assay_error err = {0};
    char path[128];

    snprintf(path, sizeof path, "%s/%s", folder, name);
    if (!assay_file_write(path, assay_str_c(text), &err))
        fail_msg("%s", err.text);
}

#define RESULT(id, name, metric, score)                                      \
    "{\"evaluation_result_id\": \"" id "\", \"evaluation_name\": \"" name    \
    "\", \"source_data\": {\"dataset_name\": \"exam\"}, \"metric_config\": " \
    "{" metric "}, \"score_details\": {\"score\": " score "}}"
#define ACCURACY "\"metric_id\": \"accuracy\", \"metric_unit\": \"proportion\""

static void read_both(struct taken *t, const char *results, const char *details,
                      const char *lines)
{
    const struct assay_sample_taker taker = {begin, take, end, t};
    char folder[] = "/tmp/assay-samples-XXXXXX", path[128], command[128];

    *t = (struct taken){0};
    assay_buf_init(&t->log, 1 << 16);
    assert_non_null(mkdtemp(folder));
    struct assay_str record = assay_arena_printf(
        &t->arena,
        "{\"schema_version\": \"0.3.0\", \"evaluation_id\": \"exam/x/1\",\n"
        "\"retrieved_timestamp\": \"1781654400\", \"source_metadata\": {"
        "\"source_organization_name\": \"Guild\", \"evaluator_relationship\": "
        "\"third_party\"},\n"
        "\"eval_library\": {\"name\": \"lm_eval\", \"version\": \"0.4\"},\n"
        "\"model_info\": {\"name\": \"X\", \"id\": \"acme/X\"},\n"
        "\"evaluation_results\": [%s],\n"
        "\"detailed_evaluation_results\": {\"file_path\": "
        "\"data/exam/acme/x/lines.jsonl\"%s}}",
        results, details);
    write_file(folder, "record.json", record.at);
    write_file(folder, "lines.jsonl", lines);
    snprintf(path, sizeof path, "%s/record.json", folder);
    assay_batch_init(&t->batch, &t->arena);
    t->ok = assay_import_every_eval_ever.read_samples(&t->batch, path, &taker,
                                                      &t->count, &t->err);
    snprintf(command, sizeof command, "rm -rf %s", folder);
    assert_int_equal(system(command), 0);
}

static void release(struct taken *t)
{
    assay_buf_release(&t->log);
    assay_arena_free(&t->arena);
}

#define LINE(id, of, raw, evaluation, more)                        \
    "{\"evaluation_id\": \"exam/x/1\", \"model_id\": \"acme/X\", " \
    "\"evaluation_name\": \"exam\", " of "\"sample_id\": \"" id    \
    "\", \"input\": {\"raw\": \"" raw "\", \"reference\": []}, "   \
    "\"evaluation\": {" evaluation "}" more "}\n"
#define RIGHT "\"score\": 1.0, \"is_correct\": true"
#define WRONG "\"score\": 0, \"is_correct\": false"
#define SAID(text) ", \"output\": {\"raw\": [\"" text "\"]}"

static void assert_log(struct taken *t, const char *expected)
{
    if (!t->ok)
        fail_msg("%s", t->err.text);
    assert_string_equal(assay_arena_cstr(&t->arena, assay_buf_str(&t->log)),
                        expected);
}

#define SET "[exam|accuracy|lm_eval|Guild|eee-exam-x|acme/x|2026-06-17]"

/* ------------------------------------------------------- what is taken */

static void each_line_becomes_a_sample_of_its_result(void **state)
{
    struct taken t;

    (void)state;
    read_both(
        &t, RESULT("r", "exam", ACCURACY, "0.5"), "",
        LINE(
            "1", "", "one?", RIGHT,
            SAID(
                "uno") ", \"token_usage\": {\"input_tokens\": 7, "
                       "\"output_tokens\": 2, \"total_tokens\": 9}") "\n" LINE("2",
                                                                               "\"evaluation_result_id\": \"r\", ",
                                                                               "two?",
                                                                               WRONG,
                                                                               SAID(
                                                                                   "drei")));
    assert_log(&t, SET "\n1 one? -> uno passed 1.00 7+2\n"
                       "2 two? -> drei failed 0.00\nend\n");
    assert_int_equal(t.count, 2);
    assert_int_equal(t.batch.refusal_count, 0);
    release(&t);
}

static void results_come_one_after_another(void **state)
{
#define A "\"evaluation_result_id\": \"a\", "
#define B "\"evaluation_result_id\": \"b\", "
    struct taken t;

    (void)state;
    read_both(&t,
              RESULT("a", "exam", ACCURACY, "1") ", " RESULT(
                  "b", "exam", "\"metric_id\": \"strict\"", "0"),
              "",
              LINE("1", A, "one?", RIGHT, "") LINE("1", B, "one?", WRONG, "")
                  LINE("2", A, "two?", RIGHT, ""));
    assert_log(&t, SET "\n1 one? ->  passed 1.00\n2 two? ->  passed 1.00\nend\n"
                       "[exam|strict|lm_eval|Guild|eee-exam-x|acme/x|"
                       "2026-06-17]\n1 one? ->  failed 0.00\nend\n");
    release(&t);
}

static void a_conversation_answers_with_what_was_taken_from_it(void **state)
{
    struct taken t;

    (void)state;
    read_both(&t, RESULT("r", "exam", ACCURACY, "1"), "",
              LINE("1", "", "one?", RIGHT,
                   ", \"output\": null, \"messages\": [{}], "
                   "\"answer_attribution\": [{\"extracted_value\": \"a\"}, "
                   "{\"extracted_value\": \"uno\", \"is_terminal\": true}]"));
    assert_log(&t, SET "\n1 one? -> uno passed 1.00\nend\n");
    release(&t);
}

static void an_error_without_an_answer_is_one(void **state)
{
    struct taken t;

    (void)state;
    read_both(&t, RESULT("r", "exam", ACCURACY, "0"), "",
              LINE("1", "", "one?", WRONG, ", \"error\": \"timeout: 60 s\"")
                  LINE("2", "", "two?", WRONG,
                       SAID("I may not") ", \"error\": \"refusal\""));
    assert_log(&t, SET "\n1 one? ->  failed 0.00 error timeout: 60 s\n"
                       "2 two? -> I may not failed 0.00\nend\n");
    release(&t);
}

/* ------------------------------------------------------- what counts */

#define SOFT(score, right) "\"score\": " score ", \"is_correct\": " right

static void passes_count_where_their_share_is_the_score(void **state)
{
    struct taken t;

    (void)state;
    read_both(&t, RESULT("r", "exam", ACCURACY, "0.5"), "",
              LINE("1", "", "one?", SOFT("0.9", "true"), "")
                  LINE("2", "", "two?", SOFT("0.3", "false"), ""));
    assert_log(&t, SET "\n1 one? ->  passed 0.90\n2 two? ->  failed 0.30\n"
                       "end\n");
    release(&t);
}

static void else_scores_do_where_their_mean_is(void **state)
{
    struct taken t;

    (void)state;
    /* whoever converted this called all that is not 0 correct */
    read_both(&t, RESULT("r", "exam", ACCURACY, "0.35"), "",
              LINE("1", "", "one?", SOFT("0.5", "true"), "")
                  LINE("2", "", "two?", SOFT("0.2", "true"), ""));
    assert_log(&t, SET " graded\n1 one? ->  passed 0.50\n"
                       "2 two? ->  passed 0.20\nend\n");
    release(&t);
}

static void else_nothing_is_taken(void **state)
{
    struct taken t;

    (void)state;
    read_both(&t, RESULT("r", "exam", ACCURACY, "0.8"), "",
              LINE("1", "", "one?", SOFT("0.5", "true"), "")
                  LINE("2", "", "two?", SOFT("0.2", "true"), ""));
    assert_log(&t, "");
    assert_int_equal(t.count, 0);
    assert_string_equal(
        assay_arena_cstr(&t.arena, t.batch.first_refusal->reason),
        "its samples are not taken: of 2, 2 are correct and the mean score is "
        "0.35, neither of which is its score");
    release(&t);
}

static void nor_where_lower_is_better(void **state)
{
    struct taken t;

    (void)state;
    read_both(&t,
              RESULT("r", "exam", ACCURACY ", \"lower_is_better\": true", "1"),
              "", LINE("1", "", "one?", RIGHT, ""));
    assert_log(&t, "");
    assert_int_equal(t.batch.refusal_count, 1);
    release(&t);
}

/* ------------------------------------------------------- what is refused */

static void a_line_that_cannot_be_taken_says_why(void **state)
{
    static const struct {
        const char *line, *reason;
    } faults[] = {
        {"[1\n", "line 1, column 3, at [0]: the text ends inside an array"},
        {"{\"evaluation_id\": \"z\"}\n",
         "is of evaluation 'z', not of the record's"},
        {"{\"evaluation_id\": \"exam/x/1\", \"model_id\": \"y\"}\n",
         "is of model 'y', not of the record's"},
        {LINE("1", "\"evaluation_result_id\": \"s\", ", "?", RIGHT, ""),
         "names no single result of the record: 's'"},
        {LINE("", "", "?", RIGHT, ""), "no sample_id, expected a text"},
        {LINE("1", "", "?", "\"score\": \"1\", \"is_correct\": true", ""),
         "no evaluation.score, expected a number"},
        {LINE("1", "", "?", "\"score\": 1, \"is_correct\": 1", ""),
         "no evaluation.is_correct, expected true or false"},
        {"{\"evaluation_id\": \"exam/x/1\", \"model_id\": \"acme/X\", "
         "\"evaluation_name\": \"exam\", \"sample_id\": \"1\"}\n",
         "no input.raw, expected a text"},
        {"{\"evaluation_id\": \"exam/x/1\", \"model_id\": \"acme/X\", "
         "\"evaluation_name\": \"exam\", \"sample_id\": \"1\", \"input\": "
         "{\"raw\": \"\", \"reference\": [7]}}\n",
         "no input.reference, expected an array of texts"},
    };
    struct taken t;

    (void)state;
    for (size_t i = 0; i < sizeof faults / sizeof faults[0]; i++) {
        read_both(&t, RESULT("r", "exam", ACCURACY, "1"), "", faults[i].line);
        assert_log(&t, "");
        assert_int_equal(t.batch.refusal_count, 1);
        const struct assay_refusal *refusal = t.batch.first_refusal;
        assert_string_equal(assay_arena_cstr(&t.arena, refusal->place),
                            "lines.jsonl line 1");
        assert_string_equal(assay_arena_cstr(&t.arena, refusal->reason),
                            faults[i].reason);
        release(&t);
    }
}

static void a_name_of_two_results_is_neither(void **state)
{
    struct taken t;

    (void)state;
    read_both(&t,
              RESULT("a", "exam", ACCURACY, "1") ", " RESULT("b", "exam",
                                                             ACCURACY, "1"),
              "", LINE("1", "", "?", RIGHT, ""));
    assert_log(&t, "");
    assert_int_equal(t.batch.refusal_count, 1);
    release(&t);
}

static void a_file_that_is_not_the_one_meant_is_refused(void **state)
{
    static const struct {
        const char *details, *reason;
    } faults[] = {
        {", \"hash_algorithm\": \"sha256\", \"checksum\": \"0000\"",
         "its SHA-256 is "},
        {", \"total_rows\": 2", "lines.jsonl: 1 lines, the record says 2"},
    };
    struct taken t;

    (void)state;
    for (size_t i = 0; i < sizeof faults / sizeof faults[0]; i++) {
        read_both(&t, RESULT("r", "exam", ACCURACY, "1"), faults[i].details,
                  LINE("1", "", "?", RIGHT, ""));
        assert_false(t.ok);
        assert_holds(t.err.text, faults[i].reason);
        assert_int_equal(t.log.len, 0);
        release(&t);
    }
}

static void many_refusals_are_counted_and_a_hundred_kept(void **state)
{
    struct assay_buf lines;
    struct taken t;
    size_t kept = 0;

    (void)state;
    assay_buf_init(&lines, 1 << 16);
    for (int i = 0; i < 300; i++)
        assay_buf_add_c(&lines, "{}\n");
    read_both(&t, RESULT("r", "exam", ACCURACY, "1"), "", lines.at);
    assert_int_equal(t.batch.refusal_count, 300);
    for (const struct assay_refusal *r = t.batch.first_refusal; r; r = r->next)
        kept++;
    assert_int_equal(kept, 100);
    assay_buf_release(&lines);
    release(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_line_becomes_a_sample_of_its_result),
        cmocka_unit_test(results_come_one_after_another),
        cmocka_unit_test(a_conversation_answers_with_what_was_taken_from_it),
        cmocka_unit_test(an_error_without_an_answer_is_one),
        cmocka_unit_test(passes_count_where_their_share_is_the_score),
        cmocka_unit_test(else_scores_do_where_their_mean_is),
        cmocka_unit_test(else_nothing_is_taken),
        cmocka_unit_test(nor_where_lower_is_better),
        cmocka_unit_test(a_line_that_cannot_be_taken_says_why),
        cmocka_unit_test(a_name_of_two_results_is_neither),
        cmocka_unit_test(a_file_that_is_not_the_one_meant_is_refused),
        cmocka_unit_test(many_refusals_are_counted_and_a_hundred_kept),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
