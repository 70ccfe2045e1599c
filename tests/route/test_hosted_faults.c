/*
 * Every fault of the mock provider, in each dialect and form, against a
 * hosted route: the class it ends in, whether another attempt is right, that
 * it ends in time, that each attempt is one POST in the provider's own log,
 * and that no key comes back.
 */
#include "assay/route.h"

#include "mock/mock.h"

#include "support/mock_process.h"
#include "support/support.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { WORKERS = 12, MS = 1000000 };

static const char canary[] = "sk-canary-9f8e7d6c5b4a";

/*
 * Tight, so that what hangs costs little; patient where much must come, as it
 * may take its time on a loaded machine.
 */
enum temper { TIGHT, PATIENT, TEMPERS };
static const struct assay_deadlines deadlines[TEMPERS] = {
    [TIGHT] = {.connect = 500, .first_byte = 800, .idle = 800, .total = 3000},
    [PATIENT] = {.connect = 5000, .first_byte = 9000, .total = 40000}};

struct bench {
    struct assay_test_mock mock;
    struct assay_secret *key;
    struct assay_route_link *routes[TEMPERS][MOCK_DIALECTS];
};

static struct assay_route_link *open_route(const struct bench *bench,
                                           enum mock_dialect dialect,
                                           enum temper temper)
{
    const struct assay_route_options options = {.deadlines = deadlines[temper],
                                                .key = bench->key};
    struct assay_error err = {0};
    struct assay_endpoint endpoint = {
        .dialect = assay_str_c(assay_mock_dialect_name(dialect)),
        .model = ASSAY_STR("mock-1.0"),
    };
    struct assay_route_link *route;
    char url[96];

    snprintf(url, sizeof url, "%s%s", bench->mock.url,
             dialect == MOCK_OPENAI || dialect == MOCK_RESPONSES ? "/v1"
             : dialect == MOCK_GEMINI                            ? "/v1beta"
                                                                 : "");
    endpoint.base_url = assay_str_c(url);
    if (dialect == MOCK_AZURE)
        endpoint.api_version = ASSAY_STR("2024-10-21");
    route = assay_route_open_hosted(&endpoint, &options, &err);
    if (!route)
        fail_msg("%s", err.text);
    return route;
}

static void begin(struct bench *bench, const char *const *options)
{
    struct assay_error err = {0};

    assay_test_mock_start(&bench->mock, options);
    setenv("ASSAY_TEST_KEY", canary, 1);
    bench->key = assay_secret_from_environment("ASSAY_TEST_KEY", &err);
    assert_non_null(bench->key);
    for (int i = 0; i < TEMPERS * MOCK_DIALECTS; i++)
        bench->routes[i % TEMPERS][i / TEMPERS] =
            open_route(bench, (enum mock_dialect)(i / TEMPERS),
                       (enum temper)(i % TEMPERS));
}

static void finish(struct bench *bench)
{
    for (int i = 0; i < TEMPERS * MOCK_DIALECTS; i++)
        assay_route_close(bench->routes[i % TEMPERS][i / TEMPERS]);
    assay_secret_free(bench->key);
    unsetenv("ASSAY_TEST_KEY");
    assay_test_mock_stop(&bench->mock);
}

/* ------------------------------------------------------- one attempt */

static enum temper temper_for(const char *model)
{
    return strstr(model, "endless") || strstr(model, "bomb") ? PATIENT : TIGHT;
}

static bool ask(const struct bench *bench, enum temper temper,
                enum mock_dialect dialect, const char *model, bool stream,
                struct assay_arena *arena, struct assay_response *answer,
                struct assay_error *err)
{
    const struct assay_message message = {
        .role = ASSAY_ROLE_USER, .text = ASSAY_STR("What is 12 + 30?")};
    const struct assay_ask question = {
        .keep_raw = true,
        .chat = {.model = assay_str_c(model),
                 .messages = &message,
                 .message_count = 1,
                 .max_tokens = 200,
                 .logprobs = -1,
                 .stream = stream},
    };

    return assay_route_ask(bench->routes[temper][dialect], &question, NULL,
                           arena, answer, err);
}

static bool clocks_in_order(const struct assay_clocks *c)
{
    const int64_t all[] = {c->asked,   c->begun,   c->resolved, c->connected,
                           c->secured, c->sending, c->headers,  c->first_byte};
    int64_t before = 0;

    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        if (all[i] && all[i] < before)
            return false;
        before = all[i] ? all[i] : before;
    }
    return c->done >= before && c->first_token <= c->last_token &&
           (!c->first_content || c->first_token <= c->first_content) &&
           c->last_token <= c->done;
}

static bool holds_key(const struct assay_response *answer)
{
    const struct assay_str texts[] = {answer->raw, answer->server,
                                      answer->trouble.message,
                                      answer->trouble.code, answer->reply.text};

    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        if (texts[i].at && assay_str_contains(texts[i], canary))
            return true;
    return false;
}

/* The wait that the answer asks for; a date may be a second nearer. */
static bool waits_right(const struct mock_script *script, int64_t told_ms)
{
    if (script->after_ms == 0)
        return told_ms == -1;
    if (script->after_ms == MOCK_NOW)
        return told_ms == 0;
    return told_ms <= script->after_ms && told_ms >= script->after_ms - 1000 &&
           (told_ms == script->after_ms || told_ms % 1000 == 0);
}

/* What is wrong with this end of an attempt; NULL: nothing. */
static const char *fault_of(const struct mock_script *script,
                            enum mock_dialect dialect,
                            const struct assay_response *answer)
{
    const struct assay_clocks *c = &answer->clocks;
    enum assay_outcome_class right = assay_mock_expects(script, dialect);
    bool again = answer->again || assay_class_retries(answer->of);

    if (answer->trouble.said_retry)
        again = answer->trouble.said_retry > 0;
    /* a connection used for the first time: that one is answered */
    if ((script->fault.twist == MOCK_CLOSE_REUSED ||
         script->fault.twist == MOCK_RESET_REUSED) &&
        !answer->reused)
        return answer->of == ASSAY_CLASS_ANSWERED ? NULL : "class";
    if (answer->of != right)
        return "class";
    if (answer->of != answer->trouble.of)
        return "class of the trouble";
    if (right == script->of && again != !!(script->then & MOCK_RETRY))
        return "retry";
    if (answer->of != ASSAY_CLASS_ANSWERED && answer->trouble.message.len == 0)
        return "message";
    if (answer->of != ASSAY_CLASS_ANSWERED &&
        !waits_right(script, answer->trouble.retry_after_ms))
        return "wait";
    if (c->done - c->asked >
        (deadlines[right == ASSAY_CLASS_TIMEOUT ? TIGHT : PATIENT].total +
         1000) *
            (int64_t)MS)
        return "time";
    if (!clocks_in_order(c))
        return "order of clocks";
    if (answer->sent != (answer->of != ASSAY_CLASS_CONNECT))
        return "sent";
    return holds_key(answer) ? "key" : NULL;
}

/* ------------------------------------------------------- all of them */

struct work {
    const struct bench *bench;
    atomic_size_t next, asked, unheard, wrong;
    pthread_mutex_t lock; /* of the report */
    char report[60000];
};

static void complain(struct work *work, const char *what,
                     const struct mock_script *script,
                     enum mock_dialect dialect, bool stream,
                     const struct assay_response *answer)
{
    size_t len;

    atomic_fetch_add(&work->wrong, 1);
    pthread_mutex_lock(&work->lock);
    len = strlen(work->report);
    snprintf(work->report + len, sizeof work->report - len,
             "  %s %s %s: %s; ended as %s (%u), expected %s: %.*s\n",
             assay_mock_dialect_name(dialect), stream ? "stream" : "whole",
             script->name, what, assay_class_name(answer->of),
             answer->trouble.status,
             assay_class_name(assay_mock_expects(script, dialect)),
             ASSAY_STR_ARG(assay_str_head(answer->trouble.message, 100)));
    pthread_mutex_unlock(&work->lock);
}

/*
 * Another attempt is no fault of the route: a kept connection, closed in
 * silence by an earlier case, was found dead only when the request was on
 * it; or a loaded machine took longer than the tight deadlines.
 */
static bool is_worth_another(const struct assay_response *answer,
                             enum assay_outcome_class right,
                             enum temper *temper)
{
    if (answer->of == right)
        return false;
    if (answer->of == ASSAY_CLASS_BROKEN)
        return answer->reused;
    if (answer->of == ASSAY_CLASS_TIMEOUT)
        *temper = PATIENT;
    return answer->of == ASSAY_CLASS_TIMEOUT ||
           answer->of == ASSAY_CLASS_CONNECT;
}

static bool ask_until_heard(struct work *work, const struct mock_script *script,
                            enum mock_dialect dialect, const char *model,
                            bool stream, struct assay_arena *arena,
                            struct assay_response *answer,
                            struct assay_error *err)
{
    enum temper temper = temper_for(model);

    for (size_t i = 0; i < 5; i++) {
        if (!ask(work->bench, temper, dialect, model, stream, arena, answer,
                 err))
            return false;
        atomic_fetch_add(&work->asked, answer->sent);
        if (!is_worth_another(answer, assay_mock_expects(script, dialect),
                              &temper))
            break;
        atomic_fetch_add(&work->unheard, 1);
    }
    return true;
}

static void try_case(struct work *work, const struct mock_script *script,
                     enum mock_dialect dialect, bool stream)
{
    struct assay_arena arena = {0};
    struct assay_error err = {0};
    struct assay_response answer = {0};
    const char *wrong;
    char model[64];

    snprintf(model, sizeof model, "fault:%s", script->name);
    if (script->then & MOCK_BY_SERVER)
        snprintf(model, sizeof model, "mock-1.0");
    if (ask_until_heard(work, script, dialect, model, stream, &arena, &answer,
                        &err))
        wrong = fault_of(script, dialect, &answer);
    else
        wrong = err.text;
    if (wrong)
        complain(work, wrong, script, dialect, stream, &answer);
    assay_arena_free(&arena);
}

/* Cases are numbered: script, dialect, form. */
static void *go_through(void *context)
{
    struct work *work = context;
    size_t all = assay_mock_script_count * MOCK_DIALECTS * 2, i;

    while ((i = atomic_fetch_add(&work->next, 1)) < all) {
        const struct mock_script *script =
            &assay_mock_scripts[i / (MOCK_DIALECTS * 2)];
        unsigned dialect = (unsigned)(i / 2 % MOCK_DIALECTS);
        bool stream = i % 2;

        if (script->dialects & 1u << dialect &&
            script->forms & (stream ? MOCK_STREAMED : MOCK_WHOLE) &&
            !(script->then & MOCK_BY_SERVER))
            try_case(work, script, (enum mock_dialect)dialect, stream);
    }
    return NULL;
}

/*
 * The provider's own log: one POST for each attempt, but for those that it
 * did not read to their end.
 */
static void check_log(const struct bench *bench, const struct work *work)
{
    size_t asked = atomic_load(&work->asked);
    size_t unheard = atomic_load(&work->unheard);
    struct assay_arena arena = {0};
    struct assay_json *log = assay_test_mock_log(&bench->mock, &arena, false);
    size_t requests = assay_test_mock_count(log, "request");

    assay_arena_free(&arena);
    if (requests > asked || requests + unheard < asked)
        fail_msg("%zu attempts, %zu of them unheard; the provider saw %zu "
                 "requests",
                 asked, unheard, requests);
}

static void each_fault_ends_in_its_class_after_one_request(void **state)
{
    static const char *const options[] = {"--drip-ms", "300", "--endless-bytes",
                                          "100000000", NULL};
    struct work work = {.lock = PTHREAD_MUTEX_INITIALIZER};
    pthread_t threads[WORKERS];
    struct bench bench;

    begin(&bench, options);
    work.bench = &bench;
    for (size_t i = 0; i < WORKERS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, go_through, &work),
                         0);
    for (size_t i = 0; i < WORKERS; i++)
        pthread_join(threads[i], NULL);
    assert_true(atomic_load(&work.asked) > 500);
    fputs(work.report, stderr); /* longer than a message of cmocka may be */
    if (atomic_load(&work.wrong))
        fail_msg("%zu of %zu", atomic_load(&work.wrong),
                 atomic_load(&work.asked));
    check_log(&bench, &work);
    finish(&bench);
}

static void faults_before_any_request_end_in_their_class(void **state)
{
    for (size_t i = 0; i < assay_mock_script_count; i++) {
        const struct mock_script *script = &assay_mock_scripts[i];
        const char *const options[] = {"--script", script->name, NULL};
        struct work work = {.lock = PTHREAD_MUTEX_INITIALIZER};
        struct bench bench;

        if (!(script->then & MOCK_BY_SERVER))
            continue;
        begin(&bench, options);
        work.bench = &bench;
        for (int dialect = 0; dialect < MOCK_DIALECTS; dialect++)
            try_case(&work, script, (enum mock_dialect)dialect, true);
        finish(&bench);
        if (atomic_load(&work.wrong))
            fail_msg("%zu:\n%s", atomic_load(&work.wrong), work.report);
    }
}

static void a_good_answer_is_the_same_in_every_dialect_and_form(void **state)
{
    struct bench bench;

    begin(&bench, NULL);
    for (int i = 0; i < MOCK_DIALECTS * 2; i++) {
        struct assay_arena arena = {0};
        struct assay_error err = {0};
        struct assay_response answer;

        if (!ask(&bench, PATIENT, (enum mock_dialect)(i / 2), "mock-1.0", i % 2,
                 &arena, &answer, &err))
            fail_msg("%s", err.text);
        assert_int_equal(answer.of, ASSAY_CLASS_ANSWERED);
        if (!assay_str_is(answer.reply.text, "42"))
            fail_msg("'%.*s'", ASSAY_STR_ARG(answer.reply.text));
        assert_int_equal(answer.reply.usage_state, ASSAY_USAGE_RETURNED);
        assert_true(answer.reply.usage.output_tokens > 0);
        assert_true(answer.raw.len > 20);
        /* Gemini names none */
        assert_int_equal(assay_str_contains(answer.server, "request-id"),
                         i / 2 != MOCK_GEMINI);
        assert_int_equal(answer.clocks.first_token > 0, i % 2);
        assay_arena_free(&arena);
    }
    finish(&bench);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_good_answer_is_the_same_in_every_dialect_and_form),
        cmocka_unit_test(each_fault_ends_in_its_class_after_one_request),
        cmocka_unit_test(faults_before_any_request_end_in_their_class),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
