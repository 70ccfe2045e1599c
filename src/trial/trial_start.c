/*
 * Before the first prompt and after the last: what a trial checks, writes
 * down, and finds in the ledger when it is gone on with.
 */
#include "trial/trial_parts.h"

#include "assay/file.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ------------------------------------------------------- checks */

static bool check_money(const struct assay_lane *lane,
                        const struct assay_case *of, enum assay_state worst,
                        struct assay_error *err)
{
    if (worst == ASSAY_KNOWN || worst == ASSAY_FREE)
        return true;
    if (!lane->tariff.known)
        return assay_fail(err, ASSAY_BAD_INPUT,
                          "a spending limit needs a price, and no source "
                          "states one for '%.*s': state it yourself (--price)",
                          ASSAY_STR_ARG(lane->route->facts.id));
    return assay_fail(err, ASSAY_BAD_INPUT,
                      "a spending limit needs a bound, and none is known for "
                      "the picture of %.*s on '%.*s'",
                      ASSAY_STR_ARG(of->where),
                      ASSAY_STR_ARG(lane->route->facts.id));
}

static bool check_route(const struct assay_lane *lane,
                        const struct assay_case *of, struct assay_arena *arena,
                        struct assay_error *err)
{
    struct assay_chat chat;

    if (!assay_case_chat(arena, of, &lane->route->chat,
                         lane->trial->options.max_tokens, &chat, err))
        return false;
    return of->kind != ASSAY_CASE_CHOICE || lane->route->in_process ||
           assay_fail(err, ASSAY_BAD_INPUT,
                      "%.*s asks for likelihoods, which '%.*s' does not "
                      "tell: ask weights in this process (--on "
                      "local:FILE), or have the answer written "
                      "(output_type: generate_until)",
                      ASSAY_STR_ARG(of->where),
                      ASSAY_STR_ARG(lane->route->facts.id));
}

/* What is left of a case on a route, and the most that it can cost. */
static void add_outlook(struct assay_trial *trial, size_t i, uint64_t place,
                        const struct assay_case *of, struct assay_spent worst)
{
    struct assay_trial_outlook *outlook = &trial->outlook;
    struct assay_spent judging =
        assay_trial_judging_worst(&trial->lanes[i], of);
    uint64_t repeats = trial->options.run->repeats;
    bool known = worst.state == ASSAY_KNOWN || worst.state == ASSAY_FREE;

    for (uint64_t t = place * repeats; t < (place + 1) * repeats; t++) {
        if (trial->cells[assay_trial_cell(trial, i, t)].end != ASSAY_CELL_OPEN)
            continue;
        outlook->left++;
        outlook->questions += assay_trial_questions(trial, of);
        (void)assay_decimal_add(outlook->worst.usd, judging.usd,
                                &outlook->worst.usd);
        if ((!known || !assay_decimal_add(outlook->worst.usd, worst.usd,
                                          &outlook->worst.usd)) &&
            i < outlook->unpriced)
            outlook->unpriced = i;
    }
}

static bool check_case(struct assay_trial *trial, size_t number, uint64_t place,
                       struct assay_error *err)
{
    struct assay_arena arena = {0};
    struct assay_case of;
    bool ok =
        assay_suite_case(trial->options.suite, number, &arena, &of, err) &&
        assay_scorer_check(trial->scorer, &arena, &of, err);

    for (size_t i = 0; ok && i < trial->options.route_count; i++) {
        const struct assay_lane *lane = &trial->lanes[i];
        if (assay_trial_spares(trial, i, &of, place))
            continue;
        struct assay_spent worst = assay_trial_worst(lane, &of);
        ok = check_route(lane, &of, &arena, err) &&
             (!trial->options.run->has_max_cost ||
              check_money(lane, &of, worst.state, err));
        add_outlook(trial, i, place, &of, worst);
    }
    assay_arena_free(&arena);
    return ok;
}

/* In the order of the file, so that the first trouble there is what is told. */
static bool check_cases(struct assay_trial *trial, struct assay_error *err)
{
    size_t count = trial->options.suite->case_count;
    struct assay_arena scratch = {0};
    uint32_t *place_of = ASSAY_NEW_ARRAY(&scratch, uint32_t, count);
    bool ok = true;

    for (size_t place = 0; place < count; place++)
        place_of[trial->order.case_at[place]] = (uint32_t)place;
    for (size_t i = 0; ok && i < count; i++)
        ok = check_case(trial, i, place_of[i], err);
    assay_arena_free(&scratch);
    return ok;
}

/* ------------------------------------------------------- making it */

static void fill_run(struct assay_trial *trial)
{
    const struct assay_trial_options *o = &trial->options;
    struct assay_run *run = o->run;

    run->suite = o->suite->name;
    run->suite_format = o->suite->format;
    run->scoring = o->suite->scoring;
    run->case_count = run->counted = o->suite->case_count;
    run->route_count = o->route_count;
    run->routes =
        ASSAY_NEW_ARRAY(&trial->arena, struct assay_run_route, o->route_count);
    for (size_t i = 0; i < o->route_count; i++)
        run->routes[i] = o->routes[i].facts;
    run->judge_count = trial->judge_count;
    run->judges = ASSAY_NEW_ARRAY(&trial->arena, struct assay_run_route,
                                  trial->judge_count);
    for (size_t i = 0; i < trial->judge_count; i++)
        run->judges[i] = trial->judges[i].route->facts;
    /* A mean of several scores is no pass or fail any more. */
    if (run->repeats > 1 || trial->order.units < run->case_count)
        run->rule.outcome = ASSAY_OUTCOME_GRADED;
}

static void init_lane(struct assay_trial *trial, size_t i)
{
    struct assay_lane *lane = &trial->lanes[i];
    const struct assay_trial_options *o = &trial->options;

    lane->trial = trial;
    lane->number = i;
    lane->route = &o->routes[i];
    lane->most = assay_trial_parallel(o, lane->route);
    assay_tariff_read(&trial->arena, lane->route, o->run->started,
                      &lane->tariff);
    assay_pace_init(&lane->pace, lane->most, lane->route->in_process,
                    o->run->seed + i + 1);
    lane->waiting = ASSAY_NEW_ARRAY(&trial->arena, uint64_t, lane->most);
    lane->threads = ASSAY_NEW_ARRAY(&trial->arena, pthread_t, lane->most);
    lane->shown.label = lane->route->facts.label;
    pthread_cond_init(&lane->work, NULL);
}

static bool make_tables(struct assay_trial *trial, struct assay_error *err)
{
    size_t lanes = trial->options.route_count;
    uint64_t repeats = trial->options.run->repeats;

    if (repeats == 0 ||
        trial->options.run->case_count > (uint64_t)100000000 / repeats / lanes)
        return assay_fail(err, ASSAY_LIMIT,
                          "%llu prompts x %llu repeats x %zu routes are too "
                          "many for one run",
                          (unsigned long long)trial->options.run->case_count,
                          (unsigned long long)repeats, lanes);
    trial->tickets = trial->options.run->case_count * repeats;
    size_t cells = (size_t)trial->tickets * lanes;
    trial->cells =
        assay_arena_try(&trial->arena, cells + 1, sizeof *trial->cells);
    trial->attempts =
        assay_arena_try(&trial->arena, cells + 1, sizeof *trial->attempts);
    return (trial->cells && trial->attempts) ||
           assay_fail(err, ASSAY_SYSTEM, "no memory for %zu answers", cells);
}

static bool load(struct assay_trial *trial, struct assay_error *err);

/* Before the run nobody is asked; every answer brings its own. */
static const struct assay_judge nobody_yet;

static bool prepare(struct assay_trial *trial, struct assay_error *err)
{
    const struct assay_trial_options *o = &trial->options;

    if (o->suite->case_count == 0)
        return assay_fail(err, ASSAY_BAD_INPUT, "the suite asks nothing");
    assay_trial_order_make(&trial->arena, o->suite, o->run->seed,
                           &trial->order);
    assay_trial_judges_init(trial);
    if (!o->resume)
        fill_run(trial);
    trial->by_score = assay_run_compares_scores(o->run);
    trial->counted = o->run->case_count;
    for (size_t i = 0; i < o->route_count; i++)
        init_lane(trial, i);
    trial->scorer =
        assay_scorer_new(trial->judge_count ? &nobody_yet : NULL, err);
    trial->outlook.unpriced = trial->outlook.unpriced_judge = SIZE_MAX;
    if (!trial->scorer || !assay_trial_judges_check(trial, err) ||
        !make_tables(trial, err) ||
        !assay_looking_init(&trial->arena, &o->run->rule, o->route_count,
                            trial->order.units, &trial->looking, err) ||
        (o->resume && !load(trial, err)) || !check_cases(trial, err))
        return false;
    trial->outlook.units = trial->order.units;
    trial->outlook.shared = assay_trial_expect_units(trial);
    return true;
}

struct assay_trial *assay_trial_new(const struct assay_trial_options *options,
                                    struct assay_error *err)
{
    struct assay_trial *trial = calloc(1, sizeof *trial);

    assert(options->route_count > 0);
    if (!trial) {
        assay_fail(err, ASSAY_SYSTEM, "out of memory for a trial");
        return NULL;
    }
    trial->options = *options;
    trial->lock_file = -1;
    trial->random.state = options->run->seed ^ 1;
    trial->lanes =
        ASSAY_NEW_ARRAY(&trial->arena, struct assay_lane, options->route_count);
    trial->down = ASSAY_NEW_ARRAY(&trial->arena, bool, options->route_count);
    trial->sending =
        ASSAY_NEW_ARRAY(&trial->arena, size_t, options->route_count);
    pthread_mutex_init(&trial->lock, NULL);
    assay_trial_cond(&trial->rest);
    assay_trial_cond(&trial->news);
    if (prepare(trial, err))
        return trial;
    assay_trial_free(trial);
    return NULL;
}

void assay_trial_free(struct assay_trial *trial)
{
    if (!trial)
        return;
    for (size_t i = 0; i < trial->options.route_count; i++)
        if (trial->lanes[i].trial)
            pthread_cond_destroy(&trial->lanes[i].work);
    pthread_cond_destroy(&trial->news);
    pthread_cond_destroy(&trial->rest);
    pthread_mutex_destroy(&trial->lock);
    assay_scorer_free(trial->scorer);
    assay_arena_free(&trial->arena);
    free(trial);
}

struct assay_trial_outlook assay_trial_outlook(const struct assay_trial *trial)
{
    const struct assay_run *run = trial->options.run;
    struct assay_trial_outlook outlook = trial->outlook;

    outlook.prompts = run->case_count;
    outlook.detectable = assay_detectable_difference(
        run->rule.mode, outlook.shared, 0, &outlook.difference);
    outlook.free = true;
    for (size_t i = 0; i < trial->options.route_count; i++)
        outlook.free = outlook.free && trial->lanes[i].tariff.free;
    for (size_t i = trial->judge_count; i-- > 0;) {
        const struct assay_tariff *tariff = &trial->judges[i].tariff;
        outlook.free = outlook.free && tariff->free;
        if (!tariff->known && !tariff->free)
            outlook.unpriced_judge = i;
    }
    outlook.worst.state =
        assay_decimal_sign(outlook.worst.usd) > 0 ? ASSAY_KNOWN : ASSAY_FREE;
    if (outlook.unpriced != SIZE_MAX || outlook.unpriced_judge != SIZE_MAX)
        outlook.worst.state =
            outlook.worst.state == ASSAY_KNOWN ? ASSAY_BOUND : ASSAY_UNKNOWN;
    return outlook;
}

/* ------------------------------------------------------- going on */

struct loading {
    struct assay_trial *trial;
    struct assay_error *err;
    bool ok;
};

/* The suite that was read now must be the one that was asked then. */
static bool is_same_case(const struct loading *l, const struct assay_attempt *a)
{
    const struct assay_trial *trial = l->trial;
    uint64_t place = a->at->place;

    if (place < trial->options.suite->case_count &&
        a->repeat < trial->options.run->repeats &&
        a->route < trial->options.route_count &&
        assay_str_equal(a->at->id,
                        assay_suite_case_id(trial->options.suite,
                                            trial->order.case_at[place])))
        return true;
    return assay_fail(l->err, ASSAY_BAD_INPUT,
                      "%.*s asks something else than when the run began: a "
                      "variable {{ env.NAME }} has changed, or assay has",
                      ASSAY_STR_ARG(a->at->where));
}

static void wait_for_marks(struct assay_trial *trial, size_t cell,
                           const struct assay_attempt *a)
{
    struct assay_waiting *w = ASSAY_NEW(&trial->arena, struct assay_waiting);

    *w = (struct assay_waiting){
        .cell = cell,
        .answer = assay_attempt_keep(&trial->arena, a),
        .next = trial->waiting,
    };
    trial->waiting = w;
    trial->attempts[cell].answered = true;
}

static void take_row(struct assay_trial *trial, const struct assay_attempt *a)
{
    struct assay_lane *lane = &trial->lanes[a->route];
    size_t cell = assay_trial_cell(trial, a->route,
                                   a->at->place * trial->options.run->repeats +
                                       a->repeat);
    bool done = a->state == ASSAY_ATTEMPT_DONE;

    trial->attempts[cell].next_attempt = (uint8_t)a->attempt;
    if (a->state == ASSAY_ATTEMPT_PLANNED)
        return;
    assay_purse_spend(&lane->purse, (struct assay_spent){.state = a->cost_state,
                                                         .usd = a->cost_usd});
    if (!a->final && done) {
        wait_for_marks(trial, cell, a);
        return;
    }
    if (!a->final) {
        if (a->state == ASSAY_ATTEMPT_FAILED) {
            trial->attempts[cell].retries++;
            trial->retries++;
        }
        return;
    }
    trial->cells[cell] = assay_outcome_cell_of(a, trial->by_score);
    lane->shown.ended++;
    lane->shown.passed += done && a->mark == ASSAY_MARK_PASSED;
    lane->shown.failed += done && a->mark == ASSAY_MARK_FAILED;
    lane->shown.errors += !done || a->mark == ASSAY_MARK_ERROR;
}

static bool load_row(void *of_loading, struct assay_arena *arena,
                     const struct assay_attempt *attempt)
{
    struct loading *l = of_loading;

    (void)arena;
    l->ok = is_same_case(l, attempt);
    if (l->ok)
        take_row(l->trial, attempt);
    return l->ok;
}

static bool load_call(void *of_trial, struct assay_arena *arena,
                      const struct assay_judge_call *call)
{
    struct assay_trial *trial = of_trial;

    (void)arena;
    if (call->judge < trial->judge_count)
        assay_purse_spend(&trial->judges[call->judge].purse,
                          (struct assay_spent){.state = call->cost_state,
                                               .usd = call->cost_usd});
    return true;
}

static void forget(struct assay_trial *trial)
{
    size_t cells = (size_t)trial->tickets * trial->options.route_count;

    for (size_t i = 0; i < cells; i++) /* what is spared stays so */
        if (trial->cells[i].end != ASSAY_CELL_SPARED)
            trial->cells[i] = (struct assay_outcome_cell){0};
    memset(trial->attempts, 0, cells * sizeof *trial->attempts);
    trial->retries = 0;
    for (size_t i = 0; i < trial->options.route_count; i++) {
        struct assay_lane *lane = &trial->lanes[i];
        struct assay_str label = lane->shown.label;
        lane->shown = (struct assay_trial_lane){.label = label};
        lane->purse = (struct assay_purse){0};
    }
    for (size_t i = 0; i < trial->judge_count; i++)
        trial->judges[i].purse = (struct assay_purse){0};
    trial->waiting = NULL;
}

static bool load(struct assay_trial *trial, struct assay_error *err)
{
    struct assay_ledger *ledger = assay_ledger_open(trial->options.store, err);
    struct loading loading = {trial, err, true};

    if (!ledger)
        return false;
    forget(trial);
    if (trial->options.suite->case_count != trial->options.run->case_count)
        loading.ok = assay_fail(
            err, ASSAY_BAD_INPUT,
            "the suite has changed since the run began: it had %llu prompts, "
            "now %zu",
            (unsigned long long)trial->options.run->case_count,
            trial->options.suite->case_count);
    else if (!assay_ledger_attempts(ledger, trial->options.run->id, load_row,
                                    &loading, err) ||
             !assay_ledger_judge_calls(ledger, trial->options.run->id,
                                       load_call, trial, err))
        loading.ok = false;
    assay_ledger_close(ledger);
    return loading.ok;
}

/* ------------------------------------------------------- writing it down */

static bool case_at(void *of_trial, uint64_t place, struct assay_run_case *c,
                    struct assay_error *err)
{
    struct assay_trial *trial = of_trial;
    struct assay_case of;

    assay_arena_free(&trial->scratch); /* of the case before */
    c->number = trial->order.case_at[place];
    c->unit = trial->order.unit_at[place];
    if (!assay_suite_case(trial->options.suite, (size_t)c->number,
                          &trial->scratch, &of, err))
        return false;
    c->id = of.id;
    c->prompt = of.prompt;
    c->description = of.description;
    c->where = of.where;
    c->cluster = of.cluster;
    c->vars = of.vars;
    c->input = assay_case_input(&trial->scratch, &of);
    return true;
}

static bool place_asks(const void *of_trial, uint64_t place, uint32_t route)
{
    return assay_trial_asks(of_trial, route, place);
}

static bool write_plan(struct assay_trial *trial, struct assay_ledger *ledger,
                       struct assay_error *err)
{
    const struct assay_run_plan plan = {
        .run = trial->options.run,
        .files = trial->options.suite->files,
        .file_count = trial->options.suite->file_count,
        .at = case_at,
        .asks = place_asks,
        .context = trial,
    };

    if (!assay_ledger_begin(ledger, err))
        return false;
    if (assay_ledger_add_run(ledger, &plan, &trial->num, err) &&
        assay_ledger_commit(ledger, err))
        return true;
    assay_ledger_rollback(ledger);
    return false;
}

/* Whoever holds the run's lock knows that nobody else is running it. */
static bool end_lost(struct assay_trial *trial, struct assay_ledger *ledger,
                     struct assay_error *err)
{
    uint64_t lost;

    if (!assay_ledger_run_number(ledger, trial->options.run->id, &trial->num,
                                 err) ||
        !assay_ledger_begin(ledger, err))
        return false;
    if (assay_ledger_end_leases(ledger, trial->num, err) &&
        assay_ledger_expire(ledger, trial->num, &lost, err) &&
        assay_ledger_limit(ledger, trial->num, trial->options.run, err) &&
        assay_ledger_stop(ledger, trial->num, ASSAY_STOP_NONE,
                          trial->options.run->case_count, err) &&
        assay_ledger_commit(ledger, err))
        return true;
    assay_ledger_rollback(ledger);
    return false;
}

static char *lock_path(struct assay_trial *trial)
{
    return assay_arena_cstr(
        &trial->arena,
        assay_arena_printf(&trial->arena, "%s.run-%.*s", trial->options.store,
                           ASSAY_STR_ARG(trial->options.run->id)));
}

static bool take_lock(struct assay_trial *trial, struct assay_error *err)
{
    bool held = false;

    if (strcmp(trial->options.store, ":memory:") == 0)
        return true;
    trial->lock_file = assay_file_lock(lock_path(trial), &held, err);
    if (held)
        assay_fail(err, ASSAY_SYSTEM,
                   "run %.*s is being run by another process",
                   ASSAY_STR_ARG(trial->options.run->id));
    return trial->lock_file >= 0;
}

static void drop_lock(struct assay_trial *trial)
{
    assay_file_unlock(lock_path(trial), trial->lock_file);
    trial->lock_file = -1;
}

static bool write_down(struct assay_trial *trial, struct assay_error *err)
{
    struct assay_ledger *ledger = assay_ledger_open(trial->options.store, err);
    bool ok =
        ledger && (trial->options.resume ? end_lost(trial, ledger, err)
                                         : write_plan(trial, ledger, err));

    assay_ledger_close(ledger);
    assay_arena_free(&trial->scratch);
    return ok && (!trial->options.resume || load(trial, err));
}

/* ------------------------------------------------------- running it */

static void end_workers(struct assay_trial *trial)
{
    pthread_mutex_lock(&trial->lock);
    trial->closing = true;
    for (size_t i = 0; i < trial->options.route_count; i++)
        pthread_cond_broadcast(&trial->lanes[i].work);
    pthread_cond_broadcast(&trial->rest);
    pthread_mutex_unlock(&trial->lock);
    for (size_t i = 0; i < trial->options.route_count; i++)
        for (uint32_t t = 0; t < trial->lanes[i].thread_count; t++)
            pthread_join(trial->lanes[i].threads[t], NULL);
}

static bool write_stop(struct assay_trial *trial, struct assay_error *err)
{
    struct assay_step step = {
        .key = {.run = trial->num},
        .kind = ASSAY_STEP_STOP,
        .reason = trial->stopping,
        .counted = trial->counted,
    };

    if (trial->failed) {
        *err = trial->err;
        return false;
    }
    trial->options.run->stopped = trial->stopping;
    trial->options.run->counted = trial->counted;
    return assay_writer_write(trial->writer, &step, err);
}

bool assay_trial_run(struct assay_trial *trial,
                     const struct assay_trial_watcher *watcher,
                     struct assay_error *err)
{
    int64_t limit_ms = trial->options.run->max_time_ms;
    bool ok = false;

    if (!take_lock(trial, err) || !write_down(trial, err))
        goto out;
    trial->writer = assay_writer_start(trial->options.store, err);
    if (!trial->writer)
        goto out;
    trial->begun = assay_trial_now();
    trial->deadline = limit_ms ? trial->begun + limit_ms * 1000000 : 0;
    assay_trial_conduct(trial, watcher);
    end_workers(trial);
    ok = write_stop(trial, err);
out:
    assay_writer_end(trial->writer);
    trial->writer = NULL;
    drop_lock(trial);
    return ok;
}
