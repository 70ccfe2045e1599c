/*
 * Storms and outages: a route that refuses everything for a while is asked
 * no more often than was offered, rests, and comes back without a burst; one
 * that is dead does not slow the others. Short storms, as a rule; with
 * ASSAY_TEST_FULL they last a minute, as limits per minute do.
 */
#include "assay/trial.h"

#include "trial/trial_fixture.h"
#include "trial/trial_parts.h"

#include <math.h>

enum { MS = 1000000 };

/* ------------------------------------------------------- a storm */

/* One storm: when it begins and ends, in ms from the first request. */
struct storm {
    const char *script;
    unsigned status;
    const char *after, *lasts; /* as options of the mock */
    const char *model;
    unsigned prompts, workers;
    int bucket_ms;
    struct assay_trial_tempo tempo;
};

enum { MOST_BUCKETS = 2000 };

/* What the provider's log says. */
struct sight {
    size_t requests, refused;
    int64_t first, storm_first, storm_last; /* ns; of answers */
    unsigned buckets[MOST_BUCKETS];         /* requests in each */
};

static int64_t ns_of(const struct assay_json *line)
{
    uint64_t ns = 0;

    assert_true(assay_json_to_u64(assay_json_get(line, "ns"), &ns));
    return (int64_t)ns;
}

static void read_log(const struct storm *storm, const struct assay_json *log,
                     struct sight *s)
{
    *s = (struct sight){0};
    for (const struct assay_json *line = log->first; line; line = line->next) {
        struct assay_str event = assay_json_text(line, "event");
        uint64_t status = 0;

        if (assay_str_is(event, "request")) {
            s->first = s->first ? s->first : ns_of(line);
            size_t bucket =
                (size_t)((ns_of(line) - s->first) / MS / storm->bucket_ms);
            assert_true(bucket < MOST_BUCKETS);
            s->buckets[bucket]++;
            s->requests++;
        }
        if (assay_str_is(event, "answer") &&
            assay_json_to_u64(assay_json_get(line, "status"), &status) &&
            status == storm->status) {
            s->storm_first = s->storm_first ? s->storm_first : ns_of(line);
            s->storm_last = ns_of(line);
            s->refused++;
        }
    }
}

/* ------------------------------------------------------- its rows */

struct waits {
    enum assay_outcome_class before; /* how the attempt before it ended */
    uint32_t most_attempt;
    size_t rows, retries;
    double waited_ms[4096]; /* of retries behind a 429 */
    size_t count;
};

static bool note_wait(void *of_waits, struct assay_arena *arena,
                      const struct assay_attempt *attempt)
{
    struct waits *w = of_waits;

    w->rows += attempt->attempt == 0;
    w->retries += attempt->attempt > 0;
    if (attempt->attempt > w->most_attempt)
        w->most_attempt = attempt->attempt;
    if (attempt->attempt > 0 && w->before == ASSAY_CLASS_RATE_LIMITED &&
        w->count < 4096)
        w->waited_ms[w->count++] = (double)attempt->backed_off_ns / MS;
    w->before = attempt->of;
    return true;
}

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

/* ------------------------------------------------------- what is asked */

static unsigned most_of(const unsigned *buckets, size_t from, size_t to)
{
    unsigned most = 0;

    for (size_t i = from; i < to; i++)
        most = buckets[i] > most ? buckets[i] : most;
    return most;
}

/* The reply said how long: so long, and a tenth; the machine may be late. */
static void check_waits(struct waits *w)
{
    if (w->count == 0)
        fail_msg("no retry behind a 429");
    qsort(w->waited_ms, w->count, sizeof w->waited_ms[0], by_size);
    if (w->waited_ms[0] < 100 || w->waited_ms[w->count / 2] > 120)
        fail_msg("waits of %g to %g ms, half of them up to %g, expected 100 "
                 "and a tenth",
                 w->waited_ms[0], w->waited_ms[w->count - 1],
                 w->waited_ms[w->count / 2]);
}

/*
 * In the storm: what was under way, its retries, and the one that tries
 * behind each rest. Behind it: no more at once than before.
 */
static void check_requests(const struct storm *storm, const struct sight *s,
                           const struct waits *w)
{
    size_t tries = 1 + ASSAY_TRIAL_RETRIES;
    size_t in_storm =
        (storm->workers + ASSAY_PACE_FAILURES + ASSAY_PACE_RESTS + 1) * tries;
    size_t began = (size_t)((s->storm_first - s->first) / MS),
           ended = (size_t)((s->storm_last - s->first) / MS);
    unsigned before =
        most_of(s->buckets, 0, began / (size_t)storm->bucket_ms + 1);
    unsigned after =
        most_of(s->buckets, ended / (size_t)storm->bucket_ms + 1, MOST_BUCKETS);

    if (s->refused < ASSAY_PACE_FAILURES || s->refused > in_storm)
        fail_msg("%zu requests met the storm, expected up to %zu", s->refused,
                 in_storm);
    assert_int_equal(s->requests, w->rows + w->retries);
    assert_int_equal(w->rows, storm->prompts);
    assert_true(w->most_attempt <= ASSAY_TRIAL_RETRIES);
    if ((double)s->requests > 1.2 * (double)w->rows)
        fail_msg("%zu requests for %zu prompts", s->requests, w->rows);
    if (after == 0 || after > 2 * before)
        fail_msg("%u requests in %d ms behind the storm, %u before", after,
                 storm->bucket_ms, before);
}

static void weather(const struct storm *storm)
{
    const char *const options[] = {
        "--script",      storm->script, "--storm-after-ms",
        storm->after,    "--storm-ms",  storm->lasts,
        "--max-seconds", "300",         NULL};
    static struct waits waits;
    static struct sight sight;
    struct fixture f = {0};
    struct assay_arena arena = {0};
    struct assay_error err = {0};

    begin(&f, storm->prompts, storm->model, NULL, NULL);
    assay_trial_route_close(&f.routes[0]);
    assay_test_mock_stop(&f.mock);
    assay_test_mock_start(&f.mock, options);
    open_route(&f, 0, storm->model, NULL);
    f.run.rule.mode = ASSAY_TRIAL_FIXED;
    f.options.concurrency = storm->workers;
    f.options.tempo = storm->tempo;
    run(&f);

    waits = (struct waits){.before = ASSAY_CLASS_ANSWERED};
    struct assay_ledger *ledger = open_ledger(f.store);
    must(assay_ledger_attempts(ledger, f.run.id, note_wait, &waits, &err),
         &err);
    assay_ledger_close(ledger);
    read_log(storm, assay_test_mock_log(&f.mock, &arena, false), &sight);
    check_requests(storm, &sight, &waits);
    if (storm->status == 429)
        check_waits(&waits);
    assert_int_equal(figures_of(&f).run->stopped, ASSAY_STOP_COMPLETE);
    assay_arena_free(&arena);
    end(&f);
}

static void a_storm_passes_without_another(void **state)
{
    static const struct storm short_ones[] = {
        {"storm-500",
         500,
         "1500",
         "1500",
         "mock-latency-20",
         4000,
         32,
         100,
         {50, 500, 50}},
        {"storm-429",
         429,
         "1500",
         "1500",
         "mock-latency-20",
         4000,
         32,
         100,
         {50, 500, 50}},
    };
    static const struct storm long_ones[] = {
        {"storm-500",
         500,
         "20000",
         "60000",
         "mock-latency-200",
         9000,
         64,
         1000,
         {0}},
        {"storm-429",
         429,
         "20000",
         "60000",
         "mock-latency-200",
         9000,
         64,
         1000,
         {0}},
    };
    bool all = getenv("ASSAY_TEST_FULL") != NULL;

    for (size_t i = 0; i < 2; i++)
        weather(all ? &long_ones[i] : &short_ones[i]);
}

/* ------------------------------------------------------- an outage */

enum { FIVE = 5, LIVE = 4, PROMPTS = 60, PAIRS = 8 };

struct times {
    double ms[LIVE * PROMPTS];
    size_t count, lost;
};

static bool note_time(void *of_times, struct assay_arena *arena,
                      const struct assay_attempt *attempt)
{
    struct times *t = of_times;

    if (attempt->route >= LIVE)
        return true;
    if (attempt->of == ASSAY_CLASS_ANSWERED && t->count < LIVE * PROMPTS)
        t->ms[t->count++] =
            (double)(attempt->clocks.done - attempt->clocks.begun) / MS;
    else
        t->lost++;
    return true;
}

/* A route of the mock's; the model of the fifth says what is wrong there. */
static void open_one(struct fixture *f, struct assay_trial_route *route,
                     const char *model)
{
    const struct assay_trial_route_options options = {
        .deadlines = {.connect = 300, .first_byte = 300}};
    struct assay_run_route facts;
    struct assay_error err = {0};

    must(assay_trial_route_find(NULL, &f->arena,
                                assay_arena_printf(&f->arena, "openai:%s/v1#%s",
                                                   f->mock.url, model),
                                &facts, &err),
         &err);
    must(assay_trial_route_open(&facts, &options, route, &err), &err);
}

/* The 99th percentile of the first four while the fifth is as it is. */
static double p99_beside(struct fixture *f, const char *fifth)
{
    static const char *const models[FIVE] = {
        "mock-latency-50", "mock-latency-51", "mock-latency-52",
        "mock-latency-53"};
    static unsigned number;
    static struct times times;
    struct assay_trial_route routes[FIVE];
    struct assay_error err = {0};

    for (size_t i = 0; i < FIVE; i++)
        open_one(f, &routes[i], models[i] ? models[i] : fifth);
    f->run.id = assay_arena_printf(&f->arena, "%08x", ++number);
    f->options.routes = routes;
    f->options.route_count = FIVE;
    run(f);
    for (size_t i = 0; i < FIVE; i++)
        assay_trial_route_close(&routes[i]);

    times = (struct times){.count = 0};
    struct assay_ledger *ledger = open_ledger(f->store);
    must(assay_ledger_attempts(ledger, f->run.id, note_time, &times, &err),
         &err);
    assay_ledger_close(ledger);
    assert_int_equal(times.lost, 0);
    assert_int_equal(times.count, LIVE * PROMPTS);
    qsort(times.ms, times.count, sizeof times.ms[0], by_size);
    return times.ms[times.count * 99 / 100];
}

/*
 * In turns with a fifth that answers; the best of a few pairs, for the
 * machine has other work.
 */
static void a_route_that_is_dead_does_not_slow_the_others(void **state)
{
    static const char *const dead[] = {"mock-1.0+500", "mock-1.0+hang-head",
                                       "mock-1.0+reset-request"};
    struct fixture f = {0};

    begin(&f, PROMPTS, "mock-1.0", NULL, NULL);
    assay_trial_route_close(&f.routes[0]);
    f.run.rule.mode = ASSAY_TRIAL_FIXED;
    for (size_t i = 0; i < sizeof dead / sizeof dead[0]; i++) {
        double best = HUGE_VAL;

        for (size_t pair = 0; pair < PAIRS && best > 1.1; pair++) {
            double whole = p99_beside(&f, "mock-latency-54");
            best = fmin(best, p99_beside(&f, dead[i]) / whole);
        }
        if (best > 1.1)
            fail_msg("beside %s the others take %.2f times as long", dead[i],
                     best);
    }
    f.options.route_count = 0;
    end(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_storm_passes_without_another),
        cmocka_unit_test(a_route_that_is_dead_does_not_slow_the_others),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
