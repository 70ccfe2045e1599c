/*
 * A run whose suite has a judge: a mock too, that says what the prompt tells
 * it to: pass, fail, pass, and so on.
 */
#ifndef ASSAY_TESTS_JUDGE_FIXTURE_H
#define ASSAY_TESTS_JUDGE_FIXTURE_H

#include "trial/trial_fixture.h"

/* What a mock is told to say, by routes and judge alike. */
static const char *const opinions[] = {
    "{\"reason\": \"it is\", \"pass\": true, \"score\": 1}",
    "{\"reason\": \"no\", \"pass\": false, \"score\": 0.25}",
    "{\"reason\": \"so\", \"pass\": true, \"score\": 0.75}",
};

struct judged {
    struct fixture f;
    struct assay_trial_judges *judges;
    char judge[160];
};

/* One rubric for each prompt, and a word that every answer has. */
static inline void ask_for_opinions(struct judged *j, unsigned count)
{
    struct fixture *f = &j->f;
    struct assay_error err = {0};

    snprintf(f->prompts, sizeof f->prompts, "%s/s.yaml", f->folder);
    FILE *file = fopen(f->prompts, "w");
    assert_non_null(file);
    fprintf(file,
            "prompts: ['{{q}}']\nproviders: [echo]\ndefaultTest:\n  assert:\n"
            "    - {type: contains, value: pass}\n"
            "    - {type: llm-rubric, value: is well put, provider: '%s'}\n"
            "tests:\n",
            j->judge);
    for (unsigned i = 0; i < count; i++)
        fprintf(file, "  - vars: {q: 'Question %u? [[expect: %s]]'}\n", i,
                opinions[i % 3]);
    assert_int_equal(fclose(file), 0);
    assay_suite_free(f->suite);
    f->suite = assay_suite_read(f->prompts, NULL, &err);
    must(f->suite != NULL, &err);
    f->options.suite = f->suite;
}

static inline void open_judges(struct judged *j, const char *price)
{
    struct assay_error err = {0};

    j->judges = assay_trial_judges_open(NULL, j->f.suite, &j->f.run, &err);
    must(j->judges != NULL, &err);
    if (price)
        assay_trial_judges_price(j->judges, assay_str_c(price),
                                 assay_str_c(price));
    j->f.options.judges = j->judges;
}

static inline void begin_judged(struct judged *j, unsigned prompts,
                                const char *route, const char *judge,
                                const char *price)
{
    begin(&j->f, 1, route, NULL, price);
    snprintf(j->judge, sizeof j->judge, "openai:%s/v1#%s", j->f.mock.url,
             judge);
    ask_for_opinions(j, prompts);
    open_judges(j, price);
    j->f.run.rule.mode = ASSAY_TRIAL_FIXED;
}

static inline void end_judged(struct judged *j)
{
    assay_trial_judges_close(j->judges);
    end(&j->f);
}

/* Requests that the provider saw for a model. */
static inline size_t requests_for(struct judged *j, const char *model)
{
    struct assay_json *log =
        assay_test_mock_log(&j->f.mock, &j->f.arena, false);
    size_t count = 0;

    for (const struct assay_json *e = log->first; e; e = e->next)
        count += assay_str_is(assay_json_text(e, "event"), "request") &&
                 assay_str_is(assay_json_text(e, "model"), model);
    return count;
}

#endif
