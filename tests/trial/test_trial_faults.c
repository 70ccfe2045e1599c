/*
 * Every fault of the mock provider in a whole run: the class it ends in, how
 * often it is asked again, what it costs, what the ledger keeps of it, and
 * that each request in the provider's own log is one row. As a rule each
 * fault in one dialect; ASSAY_TEST_FULL: in all where it makes sense.
 */
#include "assay/trial.h"

#include "mock/mock.h"

#include "trial/trial_fixture.h"
#include "trial/trial_parts.h"

#include <math.h>

enum {
    FAULTS = 8, /* in a run: twenty retries are free, and each takes two */
    ROUTES = FAULTS + 2, /* two that answer keep the run going */
    MOST_ROWS = ROUTES * (1 + ASSAY_TRIAL_RETRIES),
    LONGEST_WAIT_MS = 5000,
    PRICE = 1000, /* dollars for a million tokens */
};

static const char canary[] = "sk-canary-5e4d3c2b1a09";

static const struct assay_deadlines patient = {.total = 20000};
static const struct assay_deadlines tight = {
    .connect = 400, .first_byte = 400, .idle = 400, .total = 1500};

/* ------------------------------------------------------- the routes */

struct planned {
    const struct mock_script *script; /* NULL: it answers */
    enum mock_dialect dialect;
    char model[64];
};

struct world {
    struct fixture f;
    struct assay_trial_route routes[ROUTES];
    struct planned planned[ROUTES];
    size_t count;
};

/* A fault of the first request on a connection alone is none here. */
static bool is_of_kept_connection(const struct mock_script *script)
{
    return script->fault.twist == MOCK_CLOSE_REUSED ||
           script->fault.twist == MOCK_RESET_REUSED;
}

static enum assay_outcome_class right_class(const struct planned *p)
{
    if (!p->script || is_of_kept_connection(p->script))
        return ASSAY_CLASS_ANSWERED;
    return assay_mock_expects(p->script, p->dialect);
}

static const struct assay_deadlines *deadlines_of(const struct planned *p)
{
    return right_class(p) == ASSAY_CLASS_TIMEOUT ||
                   right_class(p) == ASSAY_CLASS_CONNECT
               ? &tight
               : &patient;
}

static void open_planned(struct world *w, size_t at)
{
    const struct planned *p = &w->planned[at];
    const struct assay_trial_route_options options = {.deadlines =
                                                          *deadlines_of(p)};
    struct assay_arena *arena = &w->f.arena;
    struct assay_json *endpoint = assay_json_object(arena);
    struct assay_error err = {0};
    struct assay_run_route facts = {
        .id = assay_arena_printf(arena, "%zu:%s", at, p->model),
        .label = ASSAY_STR("x"),
        .model = ASSAY_STR(""),
        .endpoint = endpoint,
    };

    assay_json_set_c(arena, endpoint, "dialect",
                     assay_mock_dialect_name(p->dialect));
    assay_json_set_text(
        arena, endpoint, "base_url",
        assay_arena_printf(
            arena, "%s%s", w->f.mock.url,
            p->dialect == MOCK_OPENAI || p->dialect == MOCK_RESPONSES ? "/v1"
            : p->dialect == MOCK_GEMINI ? "/v1beta"
                                        : ""));
    assay_json_set_c(arena, endpoint, "model", p->model);
    assay_json_set_c(arena, endpoint, "key_env", "ASSAY_TEST_KEY");
    if (p->dialect == MOCK_AZURE)
        assay_json_set_c(arena, endpoint, "api_version", "2024-10-21");
    assay_trial_route_price(arena, &facts, ASSAY_STR("1000"),
                            ASSAY_STR("1000"));
    must(assay_trial_route_open(&facts, &options, &w->routes[at], &err), &err);
}

static void plan(struct world *w, const struct mock_script *script,
                 enum mock_dialect dialect, const char *model)
{
    struct planned *p = &w->planned[w->count++];

    *p = (struct planned){script, dialect, ""};
    if (model)
        snprintf(p->model, sizeof p->model, "%s", model);
    else
        snprintf(p->model, sizeof p->model, "fault:%s", script->name);
}

/* ------------------------------------------------------- its rows */

struct row {
    struct assay_attempt is; /* its texts are gone: lengths alone */
    char why[160];
};
struct rows {
    struct row at[MOST_ROWS];
    size_t count;
};

static bool note_row(void *of_rows, struct assay_arena *arena,
                     const struct assay_attempt *attempt)
{
    struct rows *rows = of_rows;
    struct row *row = &rows->at[rows->count++];

    assert_true(rows->count <= MOST_ROWS);
    row->is = *attempt;
    snprintf(row->why, sizeof row->why, "%.*s",
             ASSAY_STR_ARG(assay_str_head(attempt->message, 150)));
    assert_false(assay_str_contains(attempt->raw, canary));
    assert_false(assay_str_contains(attempt->message, canary));
    return true;
}

static double usd(struct assay_decimal amount)
{
    return assay_decimal_double(amount);
}

/* By the table of faults: nothing, by its usage, or the most it can be. */
static const char *wrong_cost(const struct planned *p, const struct row *row)
{
    const struct assay_attempt *a = &row->is;
    bool whole = a->of == ASSAY_CLASS_ANSWERED || a->of == ASSAY_CLASS_FILTERED;
    const struct assay_response_usage *u = &a->reply.usage;

    if (p->script && !(p->script->then & MOCK_BILLS))
        return a->cost_state == ASSAY_FREE && usd(a->cost_usd) == 0
                   ? NULL
                   : "costs something";
    if (!whole || a->reply.usage_state != ASSAY_USAGE_RETURNED)
        return a->cost_state == ASSAY_UNKNOWN && usd(a->reserved_usd) > 0 &&
                       usd(a->cost_usd) == usd(a->reserved_usd)
                   ? NULL
                   : "is not priced at its most";
    double tokens = (double)(u->input_tokens + u->output_tokens);
    return a->cost_state == ASSAY_KNOWN && tokens > 0 &&
                   fabs(usd(a->cost_usd) - tokens * PRICE / 1e6) < 1e-9
               ? NULL
               : "costs another sum";
}

/* Of these no byte of a body comes, or none that may be shown. */
static bool may_lack_body(const struct mock_script *script)
{
    static const char *const names[] = {"500-empty",
                                        "200-empty",
                                        "204",
                                        "302",
                                        "307",
                                        "no-http",
                                        "endless-header",
                                        "no-events",
                                        "hang-request",
                                        "hang-head",
                                        "hang-body",
                                        "hang-connect",
                                        "hang-accept",
                                        "close-accept",
                                        "close-request",
                                        "reset-request",
                                        "drip",
                                        "bad-chunk-stream"};

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (strcmp(script->name, names[i]) == 0)
            return true;
    return false;
}

static const char *wrong_row(const struct planned *p, const struct row *row,
                             bool last)
{
    const struct assay_attempt *a = &row->is;
    enum assay_outcome_class right = right_class(p);
    bool answered = right == ASSAY_CLASS_ANSWERED;
    int64_t limit_ms = deadlines_of(p)->total + 1000;

    if (a->of != right)
        return "is of another class";
    if (a->state != (answered ? ASSAY_ATTEMPT_DONE : ASSAY_ATTEMPT_FAILED))
        return "is in another state";
    if (a->final != last)
        return last ? "is not final" : "is final";
    if (!answered && !row->why[0])
        return "says nothing";
    if (a->clocks.done > limit_ms * 1000000)
        return "took longer than its deadline and a second";
    if (p->script && !a->raw.len && !may_lack_body(p->script))
        return "kept nothing of the body";
    return wrong_cost(p, row);
}

/* How many requests for this model the provider read. */
static size_t requests_of(const struct assay_json *log, const char *model,
                          enum mock_dialect dialect)
{
    size_t n = 0;

    for (const struct assay_json *line = log->first; line; line = line->next)
        n += assay_str_is(assay_json_text(line, "event"), "request") &&
             assay_str_is(assay_json_text(line, "model"), model) &&
             assay_str_is(assay_json_text(line, "dialect"),
                          assay_mock_dialect_name(dialect));
    return n;
}

static size_t attempts_of(const struct planned *p)
{
    return assay_class_retries(right_class(p)) ? 1 + ASSAY_TRIAL_RETRIES : 1;
}

static void check_route(const struct world *w, size_t route,
                        const struct rows *rows, const struct assay_json *log)
{
    const struct planned *p = &w->planned[route];
    const char *dialect = assay_mock_dialect_name(p->dialect);
    size_t seen = 0, right = attempts_of(p);

    for (size_t i = 0; i < rows->count; i++) {
        const struct row *row = &rows->at[i];
        if (row->is.route != route)
            continue;
        assert_int_equal(row->is.attempt, seen);
        seen++;
        const char *wrong = wrong_row(p, row, seen == right);
        if (wrong)
            fail_msg("%s, %s: attempt %zu of %zu %s: %s %s, usage %d, %g of %g "
                     "dollars: %s",
                     dialect, p->model, seen, right, wrong,
                     assay_attempt_state_name(row->is.state),
                     assay_class_name(row->is.of), row->is.reply.usage_state,
                     usd(row->is.cost_usd), usd(row->is.reserved_usd),
                     row->why);
    }
    if (seen != right)
        fail_msg("%s, %s: %zu attempts, expected %zu", dialect, p->model, seen,
                 right);
    if (log && requests_of(log, p->model, p->dialect) != right)
        fail_msg("%s, %s: %zu requests, expected %zu", dialect, p->model,
                 requests_of(log, p->model, p->dialect), right);
}

/* ------------------------------------------------------- the run */

static void run_planned(struct world *w, bool heard)
{
    struct rows rows = {.count = 0};
    struct assay_arena arena = {0};
    struct assay_error err = {0};
    static unsigned number;
    struct assay_ledger *ledger;

    if (heard) {
        plan(w, NULL, MOCK_OPENAI, "mock-1.0");
        plan(w, NULL, MOCK_ANTHROPIC, "mock-1.0");
    }
    for (size_t i = 0; i < w->count; i++)
        open_planned(w, i);
    w->f.run.id = assay_arena_printf(&w->f.arena, "%08x", ++number);
    w->f.options.routes = w->routes;
    w->f.options.route_count = w->count;
    run(&w->f);

    ledger = open_ledger(w->f.store);
    must(assay_ledger_attempts(ledger, w->f.run.id, note_row, &rows, &err),
         &err);
    assay_ledger_close(ledger);
    struct assay_json *log = assay_test_mock_log(&w->f.mock, &arena, false);
    for (size_t i = 0; i < w->count; i++)
        check_route(w, i, &rows, heard && w->planned[i].script ? log : NULL);
    for (size_t i = 0; i < w->count; i++)
        assay_trial_route_close(&w->routes[i]);
    w->count = 0;
    assay_arena_free(&arena);
}

static void begin_world(struct world *w, const char *const *options)
{
    setenv("ASSAY_TEST_KEY", canary, 1);
    begin(&w->f, 1, "mock-1.0", NULL, NULL);
    assay_trial_route_close(&w->f.routes[0]);
    assay_test_mock_stop(&w->f.mock);
    assay_test_mock_start(&w->f.mock, options);
    w->f.run.rule.mode = ASSAY_TRIAL_FIXED;
    w->f.options.keep_raw = true;
    w->f.options.max_tokens = 200;
    w->count = 0;
}

static void end_world(struct world *w)
{
    w->f.options.route_count = 0;
    end(&w->f);
    unsetenv("ASSAY_TEST_KEY");
}

/* Runs ask for streams; storms, and waits of a minute, have other tests. */
static bool is_tried(const struct mock_script *script, unsigned dialect)
{
    return script->dialects & 1u << dialect && script->forms & MOCK_STREAMED &&
           !(script->then & MOCK_BY_SERVER) &&
           script->fault.twist != MOCK_STORM &&
           script->after_ms <= LONGEST_WAIT_MS;
}

static void each_fault_ends_right_in_the_ledger(void **state)
{
    static const char *const options[] = {"--drip-ms", "300", "--endless-bytes",
                                          "100000000", NULL};
    static struct world w;
    bool all = getenv("ASSAY_TEST_FULL") != NULL;
    size_t tried = 0;

    begin_world(&w, options);
    for (size_t i = 0; i < assay_mock_script_count; i++) {
        const struct mock_script *script = &assay_mock_scripts[i];
        size_t of_script = 0;
        for (unsigned k = 0; k < MOCK_DIALECTS; k++) {
            unsigned dialect = (unsigned)(i + k) % MOCK_DIALECTS;
            if (!is_tried(script, dialect) || (of_script && !all))
                continue;
            of_script++;
            plan(&w, script, (enum mock_dialect)dialect, NULL);
            if (w.count == FAULTS)
                run_planned(&w, true);
        }
        tried += of_script;
    }
    if (w.count)
        run_planned(&w, true);
    assert_true(tried > (all ? 250 : 75));
    end_world(&w);
}

/* Of a server that reads no request: in its log there is none. */
static void faults_before_any_request_end_right_in_the_ledger(void **state)
{
    static struct world w;
    size_t tried = 0;

    for (size_t i = 0; i < assay_mock_script_count; i++) {
        const struct mock_script *script = &assay_mock_scripts[i];
        const char *const options[] = {"--script", script->name, NULL};

        if (!(script->then & MOCK_BY_SERVER))
            continue;
        begin_world(&w, options);
        plan(&w, script, (enum mock_dialect)(tried++ % MOCK_DIALECTS),
             "mock-1.0");
        run_planned(&w, false);
        end_world(&w);
    }
    assert_int_equal(tried, 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_fault_ends_right_in_the_ledger),
        cmocka_unit_test(faults_before_any_request_end_right_in_the_ledger),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
