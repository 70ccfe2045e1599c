/*
 * assay try: prompts of the user's own on the routes they think of, until it
 * is decided which one is better on them.
 */
/* realpath, POSIX.1-2008, is shown by the C library under XSI alone */
#define _XOPEN_SOURCE 700

#include "cli/local_model.h"
#include "cli/spending.h"
#include "cli/try_again.h"
#include "cli/try_claims.h"
#include "cli/try_table.h"

#include "assay/file.h"
#include "assay/trial.h"
#include "base/heap.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum {
    MOST_ROUTES = 16,
    MOST_REPEATS = 1000,
    MOST_CONCURRENCY = 256,
    MOST_VOTES = 9
};

/* What one run of the command holds. */
struct attempt {
    struct assay_cli *cli;
    struct assay_catalog *catalog;
    struct assay_suite *suite;
    struct assay_run *run;
    struct assay_run_route *facts;
    struct assay_trial_route *routes;
    struct assay_trial_judges *judges;
    size_t route_count, open_count;
    struct assay_trial_options options;
    struct assay_engine_options engine;
    struct assay_str price_in, price_out; /* of a million tokens; or empty */
    char folder[32]; /* of the store of this run alone, or empty */
};

/* ------------------------------------------------------- what was given */

/* "90s", "15m", "2h", or seconds. */
static bool read_time(const char *text, int64_t *ms)
{
    static const struct {
        const char *unit;
        uint64_t ms;
    } units[] = {{"ms", 1}, {"s", 1000}, {"m", 60000}, {"h", 3600000}};
    struct assay_str number = assay_str_c(text);
    uint64_t value, each = 1000;

    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++)
        if (assay_str_ends(number, units[i].unit)) {
            number.len -= strlen(units[i].unit);
            each = units[i].ms;
            break;
        }
    if (!assay_str_to_u64(number, &value) || value == 0 ||
        value > (uint64_t)INT64_MAX / 1000000 / each)
        return false;
    *ms = (int64_t)(value * each);
    return true;
}

static bool read_limits(struct attempt *a, struct assay_error *err)
{
    const char *limit = assay_cli_option(a->cli, "max-time");
    struct assay_run *run = a->run;

    if (limit && !read_time(limit, &run->max_time_ms))
        return assay_fail(err, ASSAY_BAD_INPUT,
                          "--max-time wants a time such as 90s, 15m or 2h, "
                          "not '%s'",
                          limit);
    return assay_cli_max_cost(a->cli, &run->has_max_cost, &run->max_cost_usd,
                              err);
}

static bool read_rule(struct attempt *a, struct assay_error *err)
{
    float margin;
    struct assay_trial_rule *rule = &a->run->rule;

    if (!assay_cli_float(a->cli, "margin", 0, &margin, err))
        return false;
    if (!(margin >= 0 && margin < 100))
        return assay_fail(err, ASSAY_BAD_INPUT,
                          "--margin wants points from 0 to below 100");
    rule->mode = assay_cli_flag(a->cli, "fixed") ? ASSAY_TRIAL_FIXED
                                                 : ASSAY_TRIAL_SEQUENTIAL;
    rule->outcome = assay_cli_flag(a->cli, "graded") ? ASSAY_OUTCOME_GRADED
                                                     : ASSAY_OUTCOME_BINARY;
    rule->margin = (double)margin / 100;
    rule->seed = a->run->seed;
    return true;
}

static uint64_t now_ns(void)
{
    struct timespec now;

    clock_gettime(CLOCK_REALTIME, &now);
    return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

static struct assay_str absolute(struct assay_arena *arena, struct assay_str at)
{
    struct assay_str folder = ASSAY_STR("."), name = at, path = at;

    if (assay_str_cut_last(at, '/', &folder, &name) && folder.len == 0)
        folder = ASSAY_STR("/");
    char *real = realpath(assay_arena_cstr(arena, folder), NULL);
    if (real)
        path = assay_arena_printf(arena, "%s/%.*s", real[1] ? real : "",
                                  ASSAY_STR_ARG(name));
    free(real);
    return path;
}

/* What asking needs and the run's columns do not have. */
static struct assay_json *options_json(struct attempt *a)
{
    struct assay_arena *arena = &a->cli->arena;
    struct assay_json *o = assay_json_object(arena);

    assay_json_set_uint(arena, o, "concurrency", a->options.concurrency);
    assay_json_set_uint(arena, o, "max_tokens", a->options.max_tokens);
    assay_json_set_uint(arena, o, "judge_votes", a->options.judge_votes);
    assay_json_set_bool(arena, o, "keep_raw", a->options.keep_raw);
    if (assay_cli_flag(a->cli, "graded"))
        assay_json_set_c(arena, o, "compare", "score");
    assay_try_keep_variables(a->run, a->suite, arena, o);
    return o;
}

/* All that was typed, before anything is opened: what is wrong is misuse. */
static bool read_options(struct attempt *a, struct assay_error *err)
{
    uint64_t repeats, concurrency, tokens, votes;

    a->run = ASSAY_NEW(&a->cli->arena, struct assay_run);
    if (!assay_cli_number(a->cli, "seed", 0, INT64_MAX, now_ns() >> 10,
                          &a->run->seed, err) ||
        !assay_cli_number(a->cli, "repeat", 1, MOST_REPEATS, 0, &repeats,
                          err) ||
        !assay_cli_number(a->cli, "concurrency", 1, MOST_CONCURRENCY, 0,
                          &concurrency, err) ||
        !assay_cli_number(a->cli, "max-tokens", 1, 1 << 20, 0, &tokens, err) ||
        !assay_cli_number(a->cli, "judge-votes", 1, MOST_VOTES, 0, &votes,
                          err) ||
        !read_limits(a, err) || !read_rule(a, err) ||
        !assay_cli_price(a->cli, &a->price_in, &a->price_out, err) ||
        !assay_cli_engine_options(a->cli, &a->engine, err))
        return false;
    a->run->repeats = (uint32_t)repeats;
    a->options.concurrency = (uint32_t)concurrency;
    a->options.max_tokens = (uint32_t)tokens;
    a->options.judge_votes = (uint32_t)votes;
    a->options.keep_raw = assay_cli_flag(a->cli, "keep-raw");
    return true;
}

/* What the suite states gives way to what was typed. */
static void name_run(struct attempt *a)
{
    struct assay_arena *arena = &a->cli->arena;
    struct assay_run *run = a->run;

    if (!run->repeats)
        run->repeats = a->suite->repeat ? a->suite->repeat : 1;
    if (!a->options.concurrency)
        a->options.concurrency = a->suite->concurrency;
    run->started = assay_cli_stamp(arena);
    run->version = ASSAY_STR(ASSAY_VERSION);
    run->suite_path = absolute(arena, assay_cli_operand(a->cli, 0));
    run->id = assay_str_head(
        assay_sha256_hex(
            arena, assay_arena_printf(
                       arena, "%llu %ld %.*s", (unsigned long long)now_ns(),
                       (long)getpid(), ASSAY_STR_ARG(run->suite_path))),
        8);
    run->options = options_json(a);
}

/* ------------------------------------------------------- routes */

static bool check_count(size_t count, struct assay_error *err)
{
    return count <= MOST_ROUTES ||
           assay_fail(err, ASSAY_BAD_INPUT, "%zu routes, at most %d are tried",
                      count, MOST_ROUTES);
}

static void state_prices(struct attempt *a)
{
    for (size_t i = 0; a->price_in.len && i < a->route_count; i++)
        if (!a->facts[i].prices)
            assay_trial_route_price(&a->cli->arena, &a->facts[i], a->price_in,
                                    a->price_out);
}

static bool find_named(struct attempt *a, struct assay_error *err)
{
    const struct assay_options *options = &a->cli->options;

    for (size_t i = 0; i < options->given_count; i++) {
        const struct assay_given *given = &options->given[i];
        if (strcmp(given->option->name, "on") != 0)
            continue;
        if (!check_count(a->route_count + 1, err) ||
            !assay_trial_route_find(a->catalog, &a->cli->arena,
                                    assay_str_c(given->value),
                                    &a->facts[a->route_count], err))
            return false;
        a->route_count++;
    }
    return true;
}

static bool find_own(struct attempt *a, struct assay_error *err)
{
    if (a->suite->provider_count == 0)
        return assay_fail(err, ASSAY_BAD_INPUT,
                          "no route is named: --on ROUTE, once for each");
    if (!check_count(a->suite->provider_count, err))
        return false;
    for (size_t i = 0; i < a->suite->provider_count; i++, a->route_count++)
        if (!assay_trial_route_of_suite(a->catalog, &a->cli->arena, a->suite,
                                        &a->suite->providers[i], &a->facts[i],
                                        err))
            return false;
    return true;
}

static bool find_routes(struct attempt *a, struct assay_error *err)
{
    a->facts =
        ASSAY_NEW_ARRAY(&a->cli->arena, struct assay_run_route, MOST_ROUTES);
    a->catalog = assay_cli_open(a->cli, err);
    if (!a->catalog || !find_named(a, err) ||
        (a->route_count == 0 && !find_own(a, err)))
        return false;
    state_prices(a);
    assay_trial_label(a->facts, a->route_count);
    return true;
}

/* What it holds of its file is room for the run. */
static void close_catalog(struct attempt *a)
{
    assay_catalog_close(a->catalog);
    a->catalog = NULL;
    assay_heap_return();
}

static bool open_routes(struct attempt *a, struct assay_error *err)
{
    const struct assay_trial_route_options options = {
        .suite = a->suite,
        .parallel = a->options.concurrency,
        .threads = a->engine.threads,
        .cpu = a->engine.cpu,
    };

    close_catalog(a);
    a->routes = ASSAY_NEW_ARRAY(&a->cli->arena, struct assay_trial_route,
                                a->route_count);
    for (; a->open_count < a->route_count; a->open_count++)
        if (!assay_trial_route_open(&a->facts[a->open_count], &options,
                                    &a->routes[a->open_count], err)) {
            /* of a hosted route nothing is looked for but its key */
            a->cli->misconfigured =
                err->code == ASSAY_NOT_FOUND &&
                !assay_str_starts(a->facts[a->open_count].id, "local:");
            return false;
        }
    return true;
}

static bool open_judges(struct attempt *a, struct assay_error *err)
{
    if (a->suite->judge_count && !a->catalog) {
        a->catalog = assay_cli_open(a->cli, err);
        if (!a->catalog)
            return false;
    }
    a->judges = assay_trial_judges_open(a->catalog, a->suite, a->run, err);
    close_catalog(a);
    if (a->judges && a->price_in.len)
        assay_trial_judges_price(a->judges, a->price_in, a->price_out);
    a->options.judges = a->judges;
    return a->judges != NULL;
}

/* ------------------------------------------------------- going on */

static bool find_run(struct attempt *a, struct assay_ledger *ledger,
                     struct assay_error *err)
{
    const struct assay_run *typed = a->run;

    a->run = assay_try_again(a->cli, ledger, typed, &a->suite, err);
    if (!a->run)
        return false;
    assay_try_options_back(a->run, &a->options);
    a->facts = a->run->routes;
    a->route_count = a->run->route_count;
    a->options.resume = true;
    return true;
}

static bool prepare_again(struct attempt *a, struct assay_error *err)
{
    struct assay_ledger *ledger = assay_ledger_open(a->options.store, err);
    bool ok = ledger && find_run(a, ledger, err);

    assay_ledger_close(ledger);
    return ok;
}

static bool prepare_new(struct attempt *a, struct assay_error *err)
{
    a->suite = assay_suite_read(a->cli->options.operands[0], NULL, err);
    if (!a->suite)
        return false;
    name_run(a);
    return find_routes(a, err);
}

/* ------------------------------------------------------- the run */

static bool asked_to_stop(void *context)
{
    (void)context;
    return assay_cli_signal() != 0;
}

static int exit_code(const struct attempt *a,
                     const struct assay_run_figures *figures)
{
    switch (a->run->stopped) {
    case ASSAY_STOP_BUDGET:
    case ASSAY_STOP_TIME:
    case ASSAY_STOP_INTERRUPTED:
    case ASSAY_STOP_NONE:
        return ASSAY_EXIT_INCOMPLETE;
    case ASSAY_STOP_COMPLETE:
    case ASSAY_STOP_DECIDED:
    case ASSAY_STOP_FUTILE:
        break;
    }
    return figures->failed + figures->errors ? assay_cli_gate(a->cli)
                                             : ASSAY_EXIT_DONE;
}

/* Where the answers are. */
static void say_report(struct assay_document *page,
                       const struct assay_run_figures *figures)
{
    assay_section_say(
        page, page->last, ASSAY_BLOCK_COMMAND,
        assay_arena_printf(page->arena, "assay report %.*s%s",
                           ASSAY_STR_ARG(figures->run->id),
                           assay_run_differs(figures) ? " --differing" : ""));
}

static int show_end(struct attempt *a)
{
    struct assay_run_figures figures;
    struct assay_error err = {0};
    struct assay_ledger *ledger = assay_ledger_open(a->options.store, &err);
    bool ok = ledger &&
              assay_run_figures(ledger, &a->cli->arena, a->run, &figures, &err);
    int code;

    assay_ledger_close(ledger);
    if (!ok)
        return assay_cli_fail(a->cli, &err);
    struct assay_document *page = assay_run_page(&a->cli->arena, &figures);
    if (!a->folder[0])
        say_report(page, &figures);
    code = assay_cli_show(a->cli, page);
    /* a store of this run alone ends with the command */
    if (!a->folder[0] && !assay_try_claim(a->cli, &a->catalog, &figures, &err))
        return assay_cli_fail(a->cli, &err);
    return code == ASSAY_EXIT_DONE ? exit_code(a, &figures) : code;
}

static void close_routes(struct attempt *a)
{
    while (a->open_count > 0)
        assay_trial_route_close(&a->routes[--a->open_count]);
    assay_heap_return();
}

static int run_trial(struct attempt *a, struct assay_trial *trial)
{
    struct assay_error err = {0};
    struct assay_try_table table = {.cli = a->cli, .repeats = a->run->repeats};
    const struct assay_trial_watcher watcher = {
        .show = assay_try_show,
        .stop = asked_to_stop,
        .context = &table,
    };

    assay_cli_catch_signals();
    if (!assay_trial_run(trial, &watcher, &err))
        return assay_cli_fail(a->cli, &err);
    assay_try_table_end(&table);
    for (size_t i = 0; i < a->route_count; i++) {
        struct assay_str why = assay_trial_why_down(trial, i);
        if (why.len)
            assay_cli_note(a->cli, "%.*s was given up: %.*s",
                           ASSAY_STR_ARG(a->facts[i].id), ASSAY_STR_ARG(why));
    }
    close_routes(a);
    struct assay_str unjudged = assay_trial_why_unjudged(trial);
    if (unjudged.len)
        assay_cli_note(a->cli, "answers wait to be judged: %.*s",
                       ASSAY_STR_ARG(unjudged));
    return show_end(a);
}

static int try_trial(struct attempt *a)
{
    struct assay_error err = {0};
    bool agreed = true;
    int code = ASSAY_EXIT_INCOMPLETE;
    struct assay_trial *trial;

    a->options.run = a->run;
    a->options.suite = a->suite;
    a->options.routes = a->routes;
    a->options.route_count = a->route_count;
    trial = assay_trial_new(&a->options, &err);
    if (!trial)
        return assay_cli_fail(a->cli, &err);
    struct assay_trial_outlook outlook = assay_trial_outlook(trial);
    assay_try_outlook(a->cli, a->run, &outlook);
    if (!outlook.free && outlook.left &&
        !assay_cli_agrees(a->cli, &agreed, &err))
        code = assay_cli_misuse(a->cli, "%s", err.text);
    else if (agreed)
        code = run_trial(a, trial);
    assay_trial_free(trial);
    return code;
}

/* Runs are rows of a file: one that nobody keeps stands in a folder of its
   own until the command ends. */
static bool choose_store(struct attempt *a, struct assay_error *err)
{
    a->options.store = a->cli->store;
    if (!a->cli->store[0])
        return true; /* the catalog says so */
    if (strcmp(a->cli->store, ":memory:") != 0)
        return true;
    (void)snprintf(a->folder, sizeof a->folder, "/tmp/assay-try-XXXXXX");
    if (!mkdtemp(a->folder)) {
        a->folder[0] = '\0';
        return assay_fail(err, ASSAY_SYSTEM, "no folder can be made in /tmp");
    }
    a->options.store =
        assay_arena_printf(&a->cli->arena, "%s/run.db", a->folder).at;
    return true;
}

static void drop_store(const struct attempt *a)
{
    static const char *const ends[] = {"", "-wal", "-shm", ".lock"};
    char path[96];

    if (!a->folder[0])
        return;
    for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++) {
        (void)snprintf(path, sizeof path, "%s%s", a->options.store, ends[i]);
        (void)unlink(path);
    }
    (void)rmdir(a->folder);
}

static void release(struct attempt *a)
{
    close_routes(a);
    assay_trial_judges_close(a->judges);
    assay_suite_free(a->suite);
    assay_catalog_close(a->catalog);
    drop_store(a);
}

static int try_run(struct assay_cli *cli)
{
    struct attempt a = {.cli = cli};
    struct assay_error err = {0};
    bool resume = assay_cli_option(cli, "resume") != NULL;
    int code;

    if (cli->options.operand_count != (resume ? 0 : 1))
        return assay_cli_misuse(cli, resume
                                         ? "a run that goes on has its suite: "
                                           "name none beside --resume"
                                         : "name one suite: assay try SUITE "
                                           "--on ROUTE --on ROUTE");
    assay_heap_share();
    if (!read_options(&a, &err) || (resume && !assay_try_may_resume(cli, &err)))
        return assay_cli_misuse(cli, "%s", err.text);
    if (choose_store(&a, &err) &&
        (resume ? prepare_again(&a, &err) : prepare_new(&a, &err)) &&
        open_routes(&a, &err) && open_judges(&a, &err))
        code = try_trial(&a);
    else
        code = assay_cli_fail(cli, &err);
    release(&a);
    return code;
}

static const struct assay_option try_options[] = {
    {"on", 0, "ROUTE", "a route to try; once for each", NULL},
    {"resume", 0, "RUN", "go on with a run that was cut short", NULL},
    {"fixed", 0, NULL, "every prompt is asked, and tested once at the end",
     NULL},
    {"margin", 0, "POINTS", "differences up to this do not matter", NULL},
    {"graded", 0, NULL, "compare scores, not passes", NULL},
    {"repeat", 0, "N", "ask each prompt so often", NULL},
    {"max-cost", 0, "USD", "never spend more, the worst case counted", NULL},
    {"max-time", 0, "TIME", "begin nothing after it: 90s, 15m, 2h", NULL},
    ASSAY_PRICE_OPTION,
    {"max-tokens", 0, "N", "of an answer, unless the suite says; 1024", NULL},
    {"judge-votes", 0, "N",
     "what most of so many say counts; 3, of weights here 1", NULL},
    {"concurrency", 0, "N", "requests at once on a route at most; 16", NULL},
    {"seed", 0, "N", "of the order of prompts; drawn unless given", NULL},
    {"keep-raw", 0, NULL, "keep the bodies of replies too", NULL},
    {"yes", 'y', NULL, "spend without asking first", NULL},
    ASSAY_ENGINE_OPTIONS,
    {0},
};

static const struct assay_example try_examples[] = {
    {"assay try prompts.jsonl --on local:nano-s --on local:nano-xs --seed 7",
     "two models in this process; costs nothing"},
    {NULL, NULL},
};

const struct assay_command assay_cmd_try = {
    .name = "try",
    .summary = "your own prompts on the routes you think of",
    .usage = "SUITE --on ROUTE --on ROUTE",
    .details =
        "SUITE is a promptfoo configuration, an lm-eval task, or a plain file "
        "of prompts: text, or JSON lines. ROUTE is a route of the catalog, "
        "openai:BASE_URL#MODEL for any compatible server, local:FILE or "
        "local:nano-s; without one the suite's own providers are asked.\n"
        "\n"
        "Prompts go out in a drawn order, each to all routes together. The "
        "run stops when it is decided which route is better, or cannot be any "
        "more; --fixed asks all and tests once. Before anything is spent it "
        "says what difference so many prompts can show and what it may cost.\n"
        "\n"
        "Every attempt is kept before its first byte leaves. Ctrl-C finishes "
        "what is under way, a second one stops; --resume goes on.",
    .options = try_options,
    .globals = "store format width no-color quiet fail-code",
    .formats = "text markdown html json",
    .operands = "@file",
    .examples = try_examples,
    .gate = "rows failed, or had no answer",
    .remote = true,
    .run = try_run,
};
