/*
 * A whole run of a suite of numbered questions against mock providers, in a
 * store of its own; and a run that is killed.
 */
#ifndef ASSAY_TESTS_TRIAL_FIXTURE_H
#define ASSAY_TESTS_TRIAL_FIXTURE_H

#include "assay/trial.h"

#include "support/mock_process.h"
#include "trial/ledger_fixture.h"

#include <signal.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* A suite, routes and a store for one run. */
struct fixture {
    struct assay_test_mock mock;
    struct assay_arena arena;
    char folder[64], store[96], prompts[96];
    struct assay_suite *suite;
    struct assay_trial_route routes[2];
    struct assay_run run;
    struct assay_trial_options options;
};

static inline void write_prompts(const struct fixture *f, unsigned count)
{
    FILE *file = fopen(f->prompts, "w");

    assert_non_null(file);
    for (unsigned i = 0; i < count; i++)
        fprintf(file,
                "{\"prompt\": \"Question %u? [[expect: A%u]]\", \"expected\": "
                "\"A%u\"}\n",
                i, i, i);
    assert_int_equal(fclose(file), 0);
}

static inline void open_route(struct fixture *f, size_t at, const char *model,
                              const char *price)
{
    const struct assay_trial_route_options options = {.parallel = 16};
    struct assay_run_route facts;
    struct assay_error err = {0};

    must(assay_trial_route_find(NULL, &f->arena,
                                assay_arena_printf(&f->arena, "openai:%s/v1#%s",
                                                   f->mock.url, model),
                                &facts, &err),
         &err);
    if (price)
        assay_trial_route_price(&f->arena, &facts, assay_str_c(price),
                                assay_str_c(price));
    must(assay_trial_route_open(&facts, &options, &f->routes[at], &err), &err);
}

static inline void begin(struct fixture *f, unsigned prompts, const char *a,
                         const char *b, const char *price)
{
    struct assay_error err = {0};

    assay_test_mock_start(&f->mock, NULL);
    snprintf(f->folder, sizeof f->folder, "/tmp/assay-trial-XXXXXX");
    assert_non_null(mkdtemp(f->folder));
    snprintf(f->store, sizeof f->store, "%s/s.db", f->folder);
    snprintf(f->prompts, sizeof f->prompts, "%s/p.jsonl", f->folder);
    write_prompts(f, prompts);
    f->suite = assay_suite_read(f->prompts, NULL, &err);
    must(f->suite != NULL, &err);
    open_route(f, 0, a, price);
    if (b)
        open_route(f, 1, b, price);
    f->run = (struct assay_run){
        .id = ASSAY_STR("0a0b0c0d"),
        .started = ASSAY_STR("2026-11-22T17:00:00Z"),
        .suite_path = assay_str_c(f->prompts),
        .version = ASSAY_STR("test"),
        .seed = 11,
        .repeats = 1,
    };
    f->options = (struct assay_trial_options){
        .store = f->store,
        .run = &f->run,
        .suite = f->suite,
        .routes = f->routes,
        .route_count = b ? 2 : 1,
        .tempo = {.back_off = 5, .back_off_most = 20, .breaker = 20},
    };
}

static inline void end(struct fixture *f)
{
    char command[128];

    for (size_t i = 0; i < f->options.route_count; i++)
        assay_trial_route_close(&f->routes[i]);
    assay_suite_free(f->suite);
    assay_test_mock_stop(&f->mock);
    assay_arena_free(&f->arena);
    snprintf(command, sizeof command, "rm -rf %s", f->folder);
    assert_int_equal(system(command), 0);
}

static inline void run(struct fixture *f)
{
    const struct assay_trial_watcher nobody = {0};
    struct assay_error err = {0};
    struct assay_trial *trial = assay_trial_new(&f->options, &err);

    must(trial != NULL, &err);
    must(assay_trial_run(trial, &nobody, &err), &err);
    assay_trial_free(trial);
}

static inline struct assay_run_figures figures_of(struct fixture *f)
{
    struct assay_error err = {0};
    struct assay_run_figures figures;
    struct assay_ledger *ledger = open_ledger(f->store);
    struct assay_run *kept =
        assay_ledger_run(ledger, &f->arena, f->run.id, &err);

    must(kept != NULL, &err);
    must(assay_run_figures(ledger, &f->arena, kept, &figures, &err), &err);
    assay_ledger_close(ledger);
    return figures;
}

/* In a process of its own, which is not asked before it is killed. */
static inline bool run_and_kill(struct fixture *f, unsigned after_ms)
{
    struct timespec rest = {0, (long)after_ms * 1000000};
    int status;
    pid_t child = fork();

    if (child == 0) {
        run(f);
        _exit(0);
    }
    assert_true(child > 0);
    nanosleep(&rest, NULL);
    (void)kill(child, SIGKILL);
    assert_int_equal(waitpid(child, &status, 0), child);
    return WIFEXITED(status);
}

/* The run as the ledger has it, to go on with. */
static inline bool take_up(struct fixture *f)
{
    struct assay_error err = {0};
    struct assay_ledger *ledger = open_ledger(f->store);
    struct assay_run *kept =
        assay_ledger_run(ledger, &f->arena, f->run.id, &err);

    assay_ledger_close(ledger);
    if (!kept)
        return false; /* it was not written down yet */
    f->run = *kept;
    f->options.resume = true;
    return true;
}

#endif
