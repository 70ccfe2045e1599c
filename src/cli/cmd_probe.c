/*
 * assay probe: what a route can do, proven by asking it.
 */
#include "cli/local_model.h"
#include "cli/spending.h"

#include "assay/probe.h"

#include <string.h>
#include <time.h>

/* Spent at most where nobody names a limit. */
#define DEFAULT_MAX_COST ASSAY_DECIMAL(5, -1)

/* What one run of the command holds. */
struct probing {
    struct assay_cli *cli;
    struct assay_catalog *catalog;
    struct assay_engine_options engine;
    struct assay_run_route facts;
    struct assay_trial_route route;
    struct assay_probe_options options;
    struct assay_str price_in, price_out;
    bool limited; /* by the user */
};

/* ------------------------------------------------------- what was given */

static bool want(struct probing *p, struct assay_str name,
                 struct assay_error *err)
{
    struct assay_buf names;

    for (size_t i = 0; i < ASSAY_PROBES; i++)
        if (assay_str_is(name, assay_probes[i].name)) {
            p->options.wanted[i] = true;
            return true;
        }
    assay_buf_init(&names, 1024);
    for (size_t i = 0; i < ASSAY_PROBES; i++)
        assay_buf_printf(&names, "%s%s", i ? ", " : "", assay_probes[i].name);
    assay_fail(err, ASSAY_BAD_INPUT,
               "--only: no capability is called '%.*s'; there are %s",
               ASSAY_STR_ARG(assay_str_head(name, 40)), names.at);
    assay_buf_release(&names);
    return false;
}

static bool read_only(struct probing *p, struct assay_error *err)
{
    const char *only = assay_cli_option(p->cli, "only");
    struct assay_str rest = assay_str_c(only), name = rest;

    for (size_t i = 0; i < ASSAY_PROBES; i++)
        p->options.wanted[i] = !only;
    for (bool more = only != NULL; more;) {
        more = assay_str_cut(rest, ',', &name, &rest);
        if (!want(p, assay_str_trim(more ? name : rest), err))
            return false;
    }
    return true;
}

static uint64_t drawn_seed(void)
{
    struct timespec now;

    clock_gettime(CLOCK_REALTIME, &now);
    return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

static bool read_options(struct probing *p, struct assay_error *err)
{
    struct assay_probe_options *o = &p->options;

    o->day = p->cli->today;
    return assay_cli_number(p->cli, "seed", 0, INT64_MAX, drawn_seed(),
                            &o->seed, err) &&
           assay_cli_max_cost(p->cli, &p->limited, &o->max_cost_usd, err) &&
           assay_cli_price(p->cli, &p->price_in, &p->price_out, err) &&
           read_only(p, err) &&
           assay_cli_engine_options(p->cli, &p->engine, err);
}

/* ------------------------------------------------------- the route */

/* What sources say of it stands beside what is proven. */
static void find_listed(struct probing *p)
{
    struct assay_arena *arena = &p->cli->arena;
    struct assay_error ignored = {0};

    p->options.listed = assay_catalog_route(
        p->catalog, arena, assay_probe_route_id(arena, p->facts.id), &ignored);
    if (p->facts.model.len)
        p->options.model =
            assay_catalog_model(p->catalog, arena, p->facts.model, &ignored);
}

static bool open_route(struct probing *p, struct assay_error *err)
{
    const struct assay_trial_route_options options = {
        .threads = p->engine.threads,
        .cpu = p->engine.cpu,
    };

    p->catalog = assay_cli_open(p->cli, err);
    if (!p->catalog ||
        !assay_trial_route_find(p->catalog, &p->cli->arena,
                                assay_cli_operand(p->cli, 0), &p->facts, err))
        return false;
    if (p->price_in.len && !p->facts.prices)
        assay_trial_route_price(&p->cli->arena, &p->facts, p->price_in,
                                p->price_out);
    find_listed(p);
    if (!assay_trial_route_open(&p->facts, &options, &p->route, err))
        return false;
    p->options.route = &p->route;
    return true;
}

/* ------------------------------------------------------- the probe */

static bool asked_to_stop(void *context)
{
    (void)context;
    return assay_cli_signal() != 0;
}

static void show(void *context, const char *title, size_t done, size_t count)
{
    const struct probing *p = context;

    if (p->cli->error_is_terminal)
        assay_cli_note(p->cli, "%zu of %zu: %s", done + 1, count, title);
}

/* Says what it may cost, and asks; limits it where nobody did. */
static bool agree(struct probing *p, bool *agreed, struct assay_error *err)
{
    struct assay_probe_options *o = &p->options;

    *agreed = true;
    if (p->route.in_process)
        return true;
    if (assay_probe_is_priced(&p->route, o->day)) {
        o->has_max_cost = true;
        if (!p->limited)
            o->max_cost_usd = DEFAULT_MAX_COST;
        struct assay_str usd =
            assay_decimal_usd(&p->cli->arena, o->max_cost_usd);
        assay_cli_note(p->cli, "spends at most %.*s, the worst case counted",
                       ASSAY_STR_ARG(usd));
    } else if (p->limited) {
        return assay_fail(err, ASSAY_BAD_INPUT,
                          "--max-cost cannot be kept: no price is known for "
                          "%.*s; state one with --price IN,OUT",
                          ASSAY_STR_ARG(p->facts.id));
    } else {
        assay_cli_note(p->cli,
                       "no price is known for %.*s: what this costs can "
                       "neither be told nor limited",
                       ASSAY_STR_ARG(p->facts.id));
    }
    return assay_cli_agrees(p->cli, agreed, err);
}

static int exit_code(const struct assay_probe_report *report)
{
    switch (report->end) {
    case ASSAY_PROBE_BUDGET:
    case ASSAY_PROBE_INTERRUPTED:
        return ASSAY_EXIT_INCOMPLETE;
    case ASSAY_PROBE_DOWN:
    case ASSAY_PROBE_GONE:
        return ASSAY_EXIT_REMOTE;
    case ASSAY_PROBE_COMPLETE:
        break;
    }
    return ASSAY_EXIT_DONE;
}

static int run_probe(struct probing *p)
{
    struct assay_error err = {0};
    struct assay_probe_report report;
    int code;

    p->options.show = show;
    p->options.stop = asked_to_stop;
    p->options.context = p;
    assay_cli_catch_signals();
    assay_probe_run(&p->cli->arena, &p->options, &report);
    if (!assay_probe_record(p->catalog, &p->cli->arena, &report, &err))
        return assay_cli_fail(p->cli, &err);
    code = assay_cli_show(p->cli, assay_probe_page(&p->cli->arena, &report));
    return code == ASSAY_EXIT_DONE ? exit_code(&report) : code;
}

static int probe_run(struct assay_cli *cli)
{
    struct probing p = {.cli = cli};
    struct assay_error err = {0};
    bool agreed;
    int code;

    if (cli->options.operand_count != 1)
        return assay_cli_misuse(cli, "name one route");
    if (!read_options(&p, &err))
        return assay_cli_misuse(cli, "%s", err.text);
    if (!open_route(&p, &err))
        code = assay_cli_fail(cli, &err);
    else if (!agree(&p, &agreed, &err))
        code = assay_cli_misuse(cli, "%s", err.text);
    else
        code = agreed ? run_probe(&p) : ASSAY_EXIT_INCOMPLETE;
    assay_trial_route_close(&p.route);
    assay_catalog_close(p.catalog);
    return code;
}

static void probe_list(struct assay_buf *out)
{
    assay_buf_add_c(out, "Capabilities\n");
    for (size_t i = 0; i < ASSAY_PROBES; i++)
        assay_buf_printf(out, "  %-20s %s\n", assay_probes[i].name,
                         assay_probes[i].about);
}

static const struct assay_option probe_options[] = {
    {"max-cost", 0, "USD", "never spend more, the worst case counted; 0.50",
     NULL},
    ASSAY_PRICE_OPTION,
    {"only", 0, "LIST", "these capabilities, with commas between them", NULL},
    {"seed", 0, "N", "of all that is drawn; drawn unless given", NULL},
    {"yes", 'y', NULL, "spend without asking first", NULL},
    ASSAY_ENGINE_OPTIONS,
    {0},
};

static const struct assay_example probe_examples[] = {
    {"assay probe local:nano-s --only streaming,structured_outputs --seed 7",
     "a model in this process; costs nothing"},
    {NULL, NULL},
};

const struct assay_command assay_cmd_probe = {
    .name = "probe",
    .summary = "what a route can do, proven by asking it",
    .usage = "ROUTE",
    .details =
        "Each capability is asked for in a way that only a route which has it "
        "can answer, and is then supported, accepted and ignored, refused, or "
        "unknown. ROUTE is a route of the catalog, openai:BASE_URL#MODEL for "
        "any compatible server, local:FILE or local:nano-s.\n"
        "\n"
        "What was proven becomes claims of kind `measured`, beside what "
        "sources say. The worst case of each request is reserved before it is "
        "sent; where the limit does not hold it, it is not asked.",
    .options = probe_options,
    .globals = "store format width no-color quiet",
    .formats = "text markdown html json",
    .examples = probe_examples,
    .more_help = probe_list,
    .remote = true,
    .run = probe_run,
};
