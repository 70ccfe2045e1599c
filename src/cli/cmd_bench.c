/*
 * assay bench: how fast weights run on this machine, and what a million
 * tokens cost at the price of its hour; the price as claims on request.
 */
#include "cli/local_model.h"

#include "assay/catalog.h"
#include "assay/decimal.h"
#include "assay/facts.h"
#include "assay/file.h"

#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

enum {
    PROMPT = 512,
    ANSWER = 64,
    BATCH = 8,
    WARM = 4,
    MOST_RUNS = 25,
};

struct speed {
    double median, least, most; /* tokens a second */
};

struct result {
    struct assay_engine_facts facts;
    struct assay_engine_limits limits;
    struct speed prefill, decode, batched;
    double load_seconds;
    size_t peak_bytes;
    size_t prompt, answer;
};

static double seconds(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

static int by_value(const void *a, const void *b)
{
    const double *x = a, *y = b;

    return (*x > *y) - (*x < *y);
}

static struct speed speed_of(double *values, size_t count)
{
    qsort(values, count, sizeof *values, by_value);
    return (struct speed){values[count / 2], values[0], values[count - 1]};
}

/* ------------------------------------------------------- measuring */

struct bench {
    struct assay_engine *engine;
    struct assay_sequence *sequences[BATCH];
    uint32_t *tokens;
    float *logits;
    size_t prompt, answer, runs;
};

/* One pass of `count` sequences with `tokens` each. */
static bool step(struct bench *b, size_t count, size_t tokens, size_t at,
                 struct assay_error *err)
{
    uint32_t vocabulary = assay_engine_facts(b->engine).vocabulary;
    struct assay_step steps[BATCH];

    for (size_t i = 0; i < count; i++)
        steps[i] = (struct assay_step){
            .sequence = b->sequences[i],
            .tokens = b->tokens + at,
            .count = tokens,
            .logits = b->logits + i * vocabulary,
            .logits_count = 1,
        };
    return assay_engine_run(b->engine, steps, count, err);
}

/* Tokens a second of `count` answers that are written together. */
static bool decode(struct bench *b, size_t count, double *rate,
                   struct assay_error *err)
{
    double begun = seconds();

    for (size_t i = 0; i < b->answer; i++)
        if (!step(b, count, 1, i % b->prompt, err))
            return false;
    *rate = (double)(count * b->answer) / (seconds() - begun);
    return true;
}

/* A prompt and its answer, so often. */
static bool measure_alone(struct bench *b, struct result *result,
                          struct assay_error *err)
{
    double prefill[MOST_RUNS], answer[MOST_RUNS];

    for (size_t r = 0; r < b->runs; r++) {
        double begun;

        assay_sequence_cut(b->sequences[0], 0);
        begun = seconds();
        if (!step(b, 1, b->prompt, 0, err))
            return false;
        prefill[r] = (double)b->prompt / (seconds() - begun);
        if (!decode(b, 1, &answer[r], err))
            return false;
    }
    result->prefill = speed_of(prefill, b->runs);
    result->decode = speed_of(answer, b->runs);
    return true;
}

/* Answers to prompts of a few tokens: a cache of eight long ones is large. */
static bool measure_together(struct bench *b, struct speed *speed,
                             struct assay_error *err)
{
    double values[MOST_RUNS];

    for (size_t r = 0; r < b->runs; r++) {
        for (size_t i = 0; i < BATCH; i++)
            assay_sequence_cut(b->sequences[i], 0);
        if (!step(b, BATCH, WARM, 0, err) || !decode(b, BATCH, &values[r], err))
            return false;
    }
    *speed = speed_of(values, b->runs);
    return true;
}

static bool take_parts(struct bench *b, struct assay_error *err)
{
    struct assay_engine_facts facts = assay_engine_facts(b->engine);

    b->tokens = calloc(b->prompt, sizeof *b->tokens);
    b->logits = calloc((size_t)BATCH * facts.vocabulary, sizeof *b->logits);
    if (!b->tokens || !b->logits)
        return assay_fail(err, ASSAY_SYSTEM, "out of memory for logits");
    for (size_t i = 0; i < b->prompt; i++)
        b->tokens[i] = (uint32_t)(i * 37 + 5) % facts.vocabulary;
    for (size_t i = 0; i < BATCH; i++) {
        b->sequences[i] = assay_sequence_new(b->engine, err);
        if (!b->sequences[i])
            return false;
    }
    return true;
}

static void free_parts(struct bench *b)
{
    for (size_t i = 0; i < BATCH; i++)
        assay_sequence_free(b->sequences[i]);
    free(b->tokens);
    free(b->logits);
}

static bool measure(struct assay_engine *engine, size_t runs,
                    struct result *result, struct assay_error *err)
{
    struct bench b = {.engine = engine, .runs = runs};
    struct rusage usage;
    bool ok;

    result->facts = assay_engine_facts(engine);
    b.answer =
        result->facts.context / 4 < ANSWER ? result->facts.context / 4 : ANSWER;
    b.prompt = result->facts.context - b.answer < PROMPT
                   ? result->facts.context - b.answer
                   : PROMPT;
    result->prompt = b.prompt;
    result->answer = b.answer;
    ok = take_parts(&b, err) && measure_alone(&b, result, err) &&
         measure_together(&b, &result->batched, err);
    free_parts(&b);
    if (ok && getrusage(RUSAGE_SELF, &usage) == 0)
        result->peak_bytes = (size_t)usage.ru_maxrss * 1024;
    /* last: it takes memory of its own */
    return ok && assay_engine_measure(engine, &result->limits, err);
}

/* ------------------------------------------------------- the price */

/*
 * Dollars for a million tokens: the hour's price over the tokens of the part
 * of it in which the machine is used. A measurement: four digits.
 */
static struct assay_str per_million(struct assay_arena *arena, double hour,
                                    double used, double tokens_a_second)
{
    double usd = hour / (tokens_a_second * 3600 * used) * 1e6;

    return assay_arena_printf(arena, "%.4g", usd);
}

struct price {
    bool wanted;
    double hour, used;
    struct assay_str input, output;
};

/* "50%" or "0.5" */
static bool read_share(const char *text, double *share)
{
    char *end;

    *share = strtod(text, &end);
    if (end == text)
        return false;
    if (*end == '%') {
        *share /= 100;
        end++;
    }
    return *end == '\0' && *share > 0 && *share <= 1;
}

static bool read_price(struct assay_cli *cli, struct price *price,
                       struct assay_error *err)
{
    const char *hour = assay_cli_option(cli, "hour-price");
    const char *used = assay_cli_option(cli, "utilisation");
    char *end;

    *price = (struct price){.wanted = hour != NULL, .used = 1};
    if (hour) {
        price->hour = strtod(hour, &end);
        if (end == hour || *end || !(price->hour > 0 && price->hour < 1e6))
            return assay_fail(err, ASSAY_BAD_INPUT,
                              "--hour-price wants dollars, such as 0.40, not "
                              "'%s'",
                              hour);
    }
    if (used && !read_share(used, &price->used))
        return assay_fail(err, ASSAY_BAD_INPUT,
                          "--utilisation wants a share such as 50%%, not '%s'",
                          used);
    if (!hour && (used || assay_cli_option(cli, "model")))
        return assay_fail(err, ASSAY_BAD_INPUT,
                          "--%s needs --hour-price: what an hour of this "
                          "machine costs",
                          used ? "utilisation" : "model");
    return true;
}

/* ------------------------------------------------------- as claims */

static struct assay_json *component(struct assay_arena *arena,
                                    const char *meter, struct assay_str usd)
{
    struct assay_json *one = assay_json_object(arena);

    assay_json_set_c(arena, one, "meter", meter);
    assay_json_set_text(arena, one, "usd_per_million", usd);
    return one;
}

/* An assay-facts/1 of this measurement: the route "local/NAME". */
static struct assay_json *facts_of(struct assay_cli *cli,
                                   struct assay_str model, const char *name,
                                   const struct result *result,
                                   const struct price *price)
{
    struct assay_arena *arena = &cli->arena;
    struct assay_json *doc = assay_json_object(arena);
    struct assay_json *source =
        assay_json_set(doc, "source", assay_json_object(arena));
    struct assay_json *routes =
        assay_json_set(doc, "routes", assay_json_array(arena));
    struct assay_json *route = assay_json_add(routes, assay_json_object(arena));
    struct assay_json *api, *prices;

    /* a source of its own, so that the next model does not end this one */
    assay_json_set_text(arena, source, "id",
                        assay_arena_printf(arena, "assay-bench-%s", name));
    assay_json_set_c(arena, source, "title",
                     "assay bench: measured on this machine");
    assay_json_set_c(arena, source, "kind", "measured");
    assay_json_set_text(arena, source, "retrieved",
                        assay_date_text(arena, cli->today));
    assay_json_set_text(arena, route, "id",
                        assay_arena_printf(arena, "local/%s", name));
    assay_json_set_c(arena, route, "provider", "local");
    assay_json_set_c(arena, route, "provider_name", "this machine");
    assay_json_set_text(arena, route, "model", model);
    assay_json_set_c(arena, route, "status", "active");
    assay_json_set_uint(arena, route, "context_tokens", result->facts.context);
    api = assay_json_set(route, "api", assay_json_object(arena));
    assay_json_set_c(arena, api, "kind", "local");
    assay_json_set_text(
        arena, route, "note",
        assay_arena_printf(arena,
                           "%.4g tokens/s read, %.4g written one answer at a "
                           "time, on %zu threads (%s); $%.4g an hour, %.0f %% "
                           "used",
                           result->prefill.median, result->decode.median,
                           result->facts.threads, result->facts.cpu,
                           price->hour, price->used * 100));
    prices = assay_json_set(route, "prices", assay_json_array(arena));
    assay_json_add(prices, component(arena, "input_tokens", price->input));
    assay_json_add(prices, component(arena, "output_tokens", price->output));
    return doc;
}

static bool keep_claims(struct assay_cli *cli, struct assay_str name,
                        const char *file_name, const struct result *result,
                        const struct price *price, struct assay_error *err)
{
    struct assay_catalog *catalog = assay_cli_open(cli, err);
    struct assay_apply_report report;
    struct assay_batch batch;
    struct assay_json *doc;
    struct assay_str model;
    bool ok;

    if (!catalog)
        return false;
    assay_batch_init(&batch, &cli->arena);
    ok = assay_catalog_resolve(catalog, &cli->arena, name, &model, err);
    if (ok) {
        doc = facts_of(cli, model, file_name, result, price);
        assay_json_set_c(&cli->arena, doc, "format", "assay-facts/1");
        ok = assay_batch_read_facts(&batch, doc, err);
    }
    if (ok) {
        batch.format = ASSAY_STR("facts");
        batch.origin = ASSAY_STR("assay bench");
        batch.sha256 = ASSAY_STR("");
        ok = assay_catalog_apply(catalog, &batch, &report, err);
    }
    if (ok)
        assay_cli_note(cli, "kept as claims of kind measured: assay show %.*s",
                       ASSAY_STR_ARG(model));
    assay_catalog_close(catalog);
    return ok;
}

/* ------------------------------------------------------- the page */

static void add_row(struct assay_cli *cli, struct assay_document *doc,
                    struct assay_block *table, const char *name,
                    struct assay_str value, struct assay_str note)
{
    struct assay_cell *row = assay_table_row(doc, table);

    (void)cli;
    row[0].text = assay_str_c(name);
    row[1].text = value;
    row[1].note = note;
    row[0].state = row[1].state = ASSAY_KNOWN;
}

/* "88.4", "13,200": three digits tell all that is sure. */
static struct assay_str rate(struct assay_arena *arena, double value)
{
    if (value < 1000)
        return assay_arena_printf(arena, "%.3g", value);
    return assay_decimal_fixed(
        arena, assay_decimal_uint((uint64_t)(value / 100 + 0.5) * 100), 0);
}

static void add_speed(struct assay_cli *cli, struct assay_document *doc,
                      struct assay_block *table, const char *name,
                      const struct speed *speed)
{
    add_row(cli, doc, table, name,
            assay_arena_printf(&cli->arena, "%.*s tokens/s",
                               ASSAY_STR_ARG(rate(&cli->arena, speed->median))),
            assay_arena_printf(&cli->arena, "%.*s to %.*s",
                               ASSAY_STR_ARG(rate(&cli->arena, speed->least)),
                               ASSAY_STR_ARG(rate(&cli->arena, speed->most))));
}

static void set_number(struct assay_arena *arena, struct assay_json *object,
                       const char *key, double value)
{
    assay_json_set(
        object, key,
        assay_json_number(arena, assay_arena_printf(arena, "%.6g", value)));
}

/* The median, and from where to where the runs lay. */
static void set_speed(struct assay_arena *arena, struct assay_json *object,
                      const char *key, const struct speed *speed)
{
    const char *least =
        assay_arena_cstr(arena, assay_arena_printf(arena, "%s_least", key));
    const char *most =
        assay_arena_cstr(arena, assay_arena_printf(arena, "%s_most", key));

    set_number(arena, object, key, speed->median);
    set_number(arena, object, least, speed->least);
    set_number(arena, object, most, speed->most);
}

static struct assay_json *data_of(struct assay_cli *cli, const char *name,
                                  const struct result *r,
                                  const struct price *price)
{
    struct assay_arena *arena = &cli->arena;
    struct assay_json *data = assay_json_object(arena), *batch, *together;

    assay_json_set_c(arena, data, "format", "assay-bench/1");
    assay_json_set_c(arena, data, "model", name);
    assay_json_set_c(arena, data, "cpu", r->facts.extension);
    assay_json_set_c(arena, data, "precision", r->facts.precision);
    assay_json_set_uint(arena, data, "threads", r->facts.threads);
    assay_json_set_uint(arena, data, "parameters", r->facts.parameters);
    assay_json_set_uint(arena, data, "weights_bytes", r->facts.weight_bytes);
    assay_json_set_uint(arena, data, "peak_rss_bytes", r->peak_bytes);
    set_number(arena, data, "load_s", r->load_seconds);
    assay_json_set_uint(arena, data, "prompt_tokens", r->prompt);
    assay_json_set_uint(arena, data, "answer_tokens", r->answer);
    set_speed(arena, data, "prefill_tokens_per_s", &r->prefill);
    set_speed(arena, data, "decode_tokens_per_s", &r->decode);
    batch = assay_json_set(data, "batch", assay_json_array(arena));
    together = assay_json_add(batch, assay_json_object(arena));
    assay_json_set_uint(arena, together, "sequences", BATCH);
    set_speed(arena, together, "decode_tokens_per_s", &r->batched);
    assay_json_set_uint(arena, data, "read_bandwidth_bytes_per_s",
                        (uint64_t)r->limits.read_bytes_per_s);
    assay_json_set_uint(arena, data, "int8_peak_ops_per_s",
                        (uint64_t)r->limits.int8_operations_per_s);
    if (price->wanted) {
        assay_json_set_text(arena, data, "input_usd_per_million", price->input);
        assay_json_set_text(arena, data, "output_usd_per_million",
                            price->output);
    }
    return data;
}

static struct assay_document *page_of(struct assay_cli *cli, const char *name,
                                      const struct result *r,
                                      const struct price *price)
{
    static const struct assay_column columns[] = {
        {.title = {"measured", 8}},
        {.title = {"value", 5}},
    };
    struct assay_arena *arena = &cli->arena;
    struct assay_document *doc = assay_document_new(
        arena, assay_str_c(name),
        assay_arena_printf(arena, "%zu threads, %s, %s", r->facts.threads,
                           r->facts.cpu, r->facts.precision));
    struct assay_section *section = assay_document_section(doc, "speed", "");
    struct assay_block *table = assay_section_table(doc, section, columns, 2);

    add_speed(cli, doc, table, "prompt", &r->prefill);
    add_speed(cli, doc, table, "one answer", &r->decode);
    add_speed(cli, doc, table, "8 answers together", &r->batched);
    add_row(cli, doc, table, "loading",
            assay_arena_printf(arena, "%.3g s", r->load_seconds),
            ASSAY_STR(""));
    add_row(cli, doc, table, "memory, at most",
            assay_arena_printf(arena, "%.4g MB", (double)r->peak_bytes / 1e6),
            assay_arena_printf(arena, "weights %.4g MB",
                               (double)r->facts.weight_bytes / 1e6));
    add_row(cli, doc, table, "reading memory, at most",
            assay_arena_printf(arena, "%.3g GB/s",
                               r->limits.read_bytes_per_s / 1e9),
            ASSAY_STR(""));
    add_row(cli, doc, table, "int8 arithmetic, at most",
            assay_arena_printf(arena, "%.3g GOPS",
                               r->limits.int8_operations_per_s / 1e9),
            assay_str_c(r->facts.extension));
    if (price->wanted) {
        struct assay_str note =
            assay_arena_printf(arena, "$%.4g an hour, %.0f %% used",
                               price->hour, price->used * 100);

        add_row(cli, doc, table, "input, per million",
                assay_arena_printf(arena, "$%.*s", ASSAY_STR_ARG(price->input)),
                note);
        add_row(
            cli, doc, table, "output, per million",
            assay_arena_printf(arena, "$%.*s", ASSAY_STR_ARG(price->output)),
            ASSAY_STR("one answer at a time"));
    }
    doc->data = data_of(cli, name, r, price);
    return doc;
}

/* ------------------------------------------------------- the command */

static int bench_run(struct assay_cli *cli)
{
    struct assay_engine_options options = {0};
    struct assay_str operand = ASSAY_STR("");
    struct result result = {0};
    struct assay_error err = {0};
    struct assay_local local;
    struct price price;
    uint64_t runs;
    double begun;
    int code;

    if (cli->options.operand_count > 1)
        return assay_cli_misuse(cli, "name one model, not %zu",
                                cli->options.operand_count);
    if (!assay_cli_engine_options(cli, &options, &err) ||
        !assay_cli_number(cli, "runs", 1, MOST_RUNS, 5, &runs, &err) ||
        !read_price(cli, &price, &err))
        return assay_cli_misuse(cli, "%s", err.text);
    if (cli->options.operand_count)
        operand = assay_cli_operand(cli, 0);
    begun = seconds();
    if (!assay_local_open(&local, operand, &options, &err))
        return assay_cli_fail(cli, &err);
    result.load_seconds = seconds() - begun;
    bool ok = measure(local.engine, (size_t)runs, &result, &err);
    if (ok && price.wanted) {
        price.input = per_million(&cli->arena, price.hour, price.used,
                                  result.prefill.median);
        price.output = per_million(&cli->arena, price.hour, price.used,
                                   result.decode.median);
    }
    code = ok ? assay_cli_show(cli, page_of(cli, local.name, &result, &price))
              : assay_cli_fail(cli, &err);
    if (code == ASSAY_EXIT_DONE && assay_cli_option(cli, "model") &&
        !keep_claims(cli, assay_str_c(assay_cli_option(cli, "model")),
                     local.name, &result, &price, &err))
        code = assay_cli_fail(cli, &err);
    assay_local_close(&local);
    return code;
}

static const struct assay_option bench_options[] = {
    {"hour-price", 0, "USD", "what an hour of this machine costs", NULL},
    {"utilisation", 0, "SHARE",
     "of the hour in which it works, such as 50%; else all of it", NULL},
    {"model", 0, "MODEL",
     "keep the price as a route of this model of the catalog", "@model"},
    {"runs", 0, "N", "measure so often; 5 unless given, medians are shown",
     NULL},
    ASSAY_ENGINE_OPTIONS,
    {0},
};

static const struct assay_example bench_examples[] = {
    {"assay bench nano-s --runs 3", "speed of the model that is built in"},
    {"assay bench nano-s --hour-price 0.40 --utilisation 50% --model nano-s",
     "and what a million tokens cost here, for comparisons"},
    {NULL, NULL},
};

const struct assay_command assay_cmd_bench = {
    .name = "bench",
    .summary = "how fast weights run here, and what that makes a token cost",
    .usage = "[MODEL]",
    .details =
        "Reads a prompt of 512 tokens and writes 64 behind it, then eight "
        "answers of 64 together, each several times; the median is shown "
        "with the least and the most. Beside it stands what this machine "
        "could do at most with as many threads: memory that it reads, and "
        "int8 products and sums. With --hour-price a million tokens in cost "
        "what the "
        "time to read them does, a million out what the time to write them "
        "does, one answer at a time. --model keeps these prices in the store "
        "as claims of kind measured on the route local/NAME, so that "
        "compare, cost and find know them.",
    .options = bench_options,
    .globals = "store width no-color quiet",
    .formats = "text markdown html json csv",
    .operands = "@file",
    .examples = bench_examples,
    .run = bench_run,
};
