/*
 * A run in the neutral form of Every Eval Ever, schema 0.3.0 (arXiv
 * 2606.14516; keys as in version 0.2.2 of its two schemas, what 0.3.0
 * demands besides and how a sample is hashed from its reference of fields:
 * github.com/evaleval/every_eval_ever at 21b3d1ab and 076ff860, read
 * 2026-11-22). For each route two files: NAME.json, what was evaluated and
 * its score, and NAME.jsonl, a line for each prompt and repeat that counts.
 */
#include "cli/report_parts.h"

#include "assay/file.h"
#include "assay/mapped.h"
#include "assay/published.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#define SCHEMA "0.3.0"

enum { WORTH_WRITING = 64 << 10, MOST_OF_A_ROW = 512 << 20 };

static const size_t most_bytes = (size_t)1 << 40;

struct samples {
    struct assay_report *report;
    struct assay_arena *arena;
    size_t route;
    struct assay_str name; /* of the files, without their ends */
    struct assay_str model, evaluation, result; /* ids */
    FILE *file;
    struct assay_buf out;
    uint64_t rows;
    bool failed;
};

/* ------------------------------------------------------- a line */

static struct assay_str joined_types(struct assay_arena *arena,
                                     const struct assay_json *checks)
{
    struct assay_str text = {"", 0};

    for (const struct assay_json *c = checks ? checks->first : NULL; c;
         c = c->next)
        text = assay_arena_printf(arena, "%.*s%s%.*s", ASSAY_STR_ARG(text),
                                  text.len ? ", " : "",
                                  ASSAY_STR_ARG(assay_json_text(c, "type")));
    return text.len ? text : ASSAY_STR("none");
}

/* What was asked: the text of one message, or all messages as JSON. */
static const struct assay_json *set_input(struct assay_arena *arena,
                                          struct assay_json *line,
                                          const struct assay_run_case *at)
{
    struct assay_error ignored = {0};
    struct assay_json *input =
        assay_json_set(line, "input", assay_json_object(arena));
    const struct assay_json *asked =
        assay_json_parse(arena, at->input, NULL, &ignored);
    const struct assay_json *choices = assay_json_get(asked, "choices");
    const struct assay_json *content =
        assay_json_is(asked, ASSAY_JSON_ARRAY) && asked->count == 1
            ? assay_json_get(asked->first, "content")
            : NULL;

    assay_json_set_text(arena, input, "raw",
                        assay_json_is(content, ASSAY_JSON_STRING)
                            ? content->text
                        : choices ? assay_json_text(asked, "context")
                                  : at->input);
    assay_json_set(input, "reference", assay_json_array(arena));
    if (choices)
        assay_json_set(input, "choices", assay_json_copy(arena, choices));
    return input;
}

static void add_text(struct assay_arena *arena, struct assay_json *object,
                     const char *key, struct assay_str text)
{
    struct assay_json *array =
        assay_json_set(object, key, assay_json_array(arena));

    assay_json_add(array, assay_json_string(arena, text));
}

static void set_output(struct assay_arena *arena, struct assay_json *line,
                       const struct assay_attempt *a)
{
    struct assay_json *output =
        assay_json_set(line, "output", assay_json_object(arena));
    struct assay_json *answers =
        assay_json_set(line, "answer_attribution", assay_json_array(arena));
    struct assay_json *answer;

    if (a->state != ASSAY_ATTEMPT_DONE) {
        assay_json_set(output, "raw", assay_json_array(arena));
        return;
    }
    add_text(arena, output, "raw", a->reply.text);
    if (a->reply.reasoning.len)
        add_text(arena, output, "reasoning_trace", a->reply.reasoning);
    answer = assay_json_add(answers, assay_json_object(arena));
    assay_json_set_uint(arena, answer, "turn_idx", 0);
    assay_json_set_c(arena, answer, "source", "output.raw");
    assay_json_set_text(arena, answer, "extracted_value", a->reply.text);
    assay_json_set_text(arena, answer, "extraction_method",
                        joined_types(arena, a->checks));
    assay_json_set_bool(arena, answer, "is_terminal", true);
}

static void set_usage(struct assay_arena *arena, struct assay_json *line,
                      const struct assay_attempt *a)
{
    const struct assay_response_usage *u = &a->reply.usage;
    struct assay_json *usage;

    if (a->reply.usage_state != ASSAY_USAGE_RETURNED)
        return;
    usage = assay_json_set(line, "token_usage", assay_json_object(arena));
    assay_json_set_uint(arena, usage, "input_tokens", u->input_tokens);
    assay_json_set_uint(arena, usage, "output_tokens", u->output_tokens);
    assay_json_set_uint(arena, usage, "total_tokens",
                        u->input_tokens + u->output_tokens);
    assay_json_set_uint(arena, usage, "input_tokens_cache_read",
                        u->cache_read_tokens);
    assay_json_set_uint(arena, usage, "reasoning_tokens", u->reasoning_tokens);
}

static void set_times(struct assay_arena *arena, struct assay_json *line,
                      const struct assay_attempt *a)
{
    double latency = assay_attempt_latency_ms(a);
    double first = assay_attempt_first_token_ms(a);
    struct assay_json *times;

    if (isnan(latency))
        return;
    times = assay_json_set(line, "performance", assay_json_object(arena));
    assay_json_set(times, "latency_ms", assay_json_real(arena, latency));
    assay_json_set(times, "time_to_first_token_ms",
                   assay_json_real(arena, first));
}

static struct assay_json *line_of(const struct samples *s,
                                  struct assay_arena *arena,
                                  const struct assay_attempt *a)
{
    struct assay_json *line = assay_json_object(arena);
    bool done = a->state == ASSAY_ATTEMPT_DONE;
    bool passed = done && a->mark == ASSAY_MARK_PASSED;
    const struct assay_json *input;
    struct assay_json *score;

    assay_json_set_c(arena, line, "schema_version", SCHEMA);
    assay_json_set_text(arena, line, "evaluation_id", s->evaluation);
    assay_json_set_text(arena, line, "model_id", s->model);
    assay_json_set_text(arena, line, "evaluation_name", s->report->run->suite);
    assay_json_set_text(arena, line, "evaluation_result_id", s->result);
    assay_json_set_text(arena, line, "sample_id",
                        s->report->run->repeats > 1
                            ? assay_arena_printf(arena, "%.*s.%u",
                                                 ASSAY_STR_ARG(a->at->id),
                                                 (unsigned)a->repeat + 1)
                            : a->at->id);
    assay_json_set_c(arena, line, "interaction_type", "single_turn");
    input = set_input(arena, line, a->at);
    assay_json_set_text(arena, line, "sample_hash",
                        assay_sample_hash(arena, assay_json_text(input, "raw"),
                                          assay_json_get(input, "reference")));
    set_output(arena, line, a);
    score = assay_json_set(line, "evaluation", assay_json_object(arena));
    assay_json_set(score, "score",
                   done && !isnan(a->score) ? assay_json_real(arena, a->score)
                                            : assay_json_uint(arena, passed));
    assay_json_set_bool(arena, score, "is_correct", passed);
    set_usage(arena, line, a);
    set_times(arena, line, a);
    if (s->report->figures->units < s->report->run->case_count)
        assay_json_set_text(
            arena, assay_json_set(line, "metadata", assay_json_object(arena)),
            "cluster",
            assay_arena_printf(arena, "%llu",
                               (unsigned long long)a->at->unit + 1));
    if (!done)
        assay_json_set_text(arena, line, "error",
                            assay_arena_printf(arena, "%s%s%.*s",
                                               assay_class_name(a->of),
                                               a->message.len ? ": " : "",
                                               ASSAY_STR_ARG(a->message)));
    return line;
}

/* ------------------------------------------------------- NAME.jsonl */

static bool write_out(struct samples *s)
{
    s->failed = s->failed || s->out.failed ||
                fwrite(s->out.at, 1, s->out.len, s->file) != s->out.len;
    assay_buf_clear(&s->out);
    return !s->failed;
}

static bool take(void *context, struct assay_arena *arena,
                 const struct assay_attempt *a)
{
    struct samples *s = context;
    bool done = a->state == ASSAY_ATTEMPT_DONE;

    if (!a->final || a->route != s->route ||
        a->at->place >= s->report->run->counted)
        return true;
    if (done && a->mark != ASSAY_MARK_PASSED && a->mark != ASSAY_MARK_FAILED)
        return true; /* no score, no line: the form has no word for it */
    assay_json_write(&s->out, line_of(s, arena, a),
                     (struct assay_json_style){0});
    assay_buf_add_char(&s->out, '\n');
    s->rows++;
    return s->out.len < WORTH_WRITING || write_out(s);
}

static bool write_lines(struct samples *s, const char *path,
                        struct assay_error *err)
{
    bool ok;

    s->file = fopen(path, "we");
    if (!s->file)
        return assay_fail(err, ASSAY_SYSTEM, "%s: %s", path, strerror(errno));
    assay_buf_init(&s->out, MOST_OF_A_ROW);
    ok = assay_ledger_attempts(s->report->ledger, s->report->run->id, take, s,
                               err);
    if (ok && (!write_out(s) || fflush(s->file) != 0))
        ok = assay_fail(err, ASSAY_SYSTEM, "%s: %s", path, strerror(errno));
    assay_buf_release(&s->out);
    if (fclose(s->file) != 0 && ok)
        ok = assay_fail(err, ASSAY_SYSTEM, "%s: %s", path, strerror(errno));
    return ok;
}

/* ------------------------------------------------------- NAME.json */

static void set_source(struct assay_arena *arena, struct assay_json *doc)
{
    struct assay_json *source =
        assay_json_set(doc, "source_metadata", assay_json_object(arena));

    assay_json_set_c(arena, source, "source_name", "assay try");
    assay_json_set_c(arena, source, "source_type", "evaluation_run");
    assay_json_set_c(arena, source, "source_organization_name", "not stated");
    assay_json_set_c(arena, source, "evaluator_relationship", "other");
}

/* Who ran it, of the schema's three words: a service, or this machine. */
static const char *deployment_of(const struct assay_run_route *route)
{
    struct assay_str base = assay_json_text(route->endpoint, "base_url");

    if (assay_str_starts(route->id, "local:") ||
        assay_str_contains(base, "//127.0.0.1") ||
        assay_str_contains(base, "//localhost"))
        return "self_deployed";
    return base.len ? "externally_managed" : "unknown";
}

/* Who answered: the catalog's model where it is known, else the route. */
static void set_model(const struct samples *s, struct assay_json *doc)
{
    const struct assay_run_route *route = &s->report->run->routes[s->route];
    struct assay_json *model =
        assay_json_set(doc, "model_info", assay_json_object(s->arena));
    struct assay_str maker, name, provider, wire;
    struct assay_json *more;

    assay_json_set_text(s->arena, model, "name", route->label);
    assay_json_set_text(s->arena, model, "id", s->model);
    if (route->model.len && assay_str_cut(route->model, '/', &maker, &name))
        assay_json_set_text(s->arena, model, "developer", maker);
    if (assay_str_starts(route->id, "local:")) {
        struct assay_json *engine = assay_json_set(model, "inference_engine",
                                                   assay_json_object(s->arena));
        assay_json_set_c(s->arena, engine, "name", "assay");
        assay_json_set_text(s->arena, engine, "version",
                            s->report->run->version);
    } else if (!assay_str_contains(route->id, ":") &&
               assay_str_cut(route->id, '/', &provider, &wire)) {
        assay_json_set_text(s->arena, model, "inference_platform", provider);
    }
    more = assay_json_set(model, "additional_details",
                          assay_json_object(s->arena));
    assay_json_set_text(s->arena, more, "route", route->id);
    assay_json_set_c(s->arena, more, "deployment_type", deployment_of(route));
    assay_json_set_c(s->arena, more, "model_availability", "unknown");
}

static void set_metric(struct assay_arena *arena, struct assay_json *result,
                       const struct assay_run *run)
{
    struct assay_json *metric =
        assay_json_set(result, "metric_config", assay_json_object(arena));

    assay_json_set_text(arena, metric, "evaluation_description", run->scoring);
    assay_json_set_c(arena, metric, "metric_id", "pass_rate");
    assay_json_set_c(arena, metric, "metric_name", "Prompts passed");
    assay_json_set_c(arena, metric, "metric_kind", "pass_rate");
    assay_json_set_c(arena, metric, "metric_unit", "proportion");
    assay_json_set_bool(arena, metric, "lower_is_better", false);
    assay_json_set_c(arena, metric, "score_type", "continuous");
    assay_json_set_uint(arena, metric, "min_score", 0);
    assay_json_set_uint(arena, metric, "max_score", 1);
}

static void set_score(struct assay_arena *arena, struct assay_json *result,
                      const struct assay_route_figures *r)
{
    uint64_t n = r->passed + r->failed;
    struct assay_json *score =
        assay_json_set(result, "score_details", assay_json_object(arena));
    struct assay_json *details, *uncertainty, *interval;

    assay_json_set(score, "score",
                   assay_json_real(arena, (double)r->passed / (double)n));
    details = assay_json_set(score, "details", assay_json_object(arena));
    assay_json_set_text(
        arena, details, "without_answer",
        assay_arena_printf(arena, "%llu", (unsigned long long)r->errors));
    assay_json_set_text(
        arena, details, "unscored",
        assay_arena_printf(arena, "%llu", (unsigned long long)r->unscored));
    uncertainty =
        assay_json_set(score, "uncertainty", assay_json_object(arena));
    interval = assay_json_set(uncertainty, "confidence_interval",
                              assay_json_object(arena));
    assay_json_set(interval, "lower", assay_json_real(arena, r->passed_95.low));
    assay_json_set(interval, "upper",
                   assay_json_real(arena, r->passed_95.high));
    assay_json_set(interval, "confidence_level", assay_json_real(arena, 0.95));
    assay_json_set_c(arena, interval, "method", "wilson");
    assay_json_set_uint(arena, uncertainty, "num_samples", n);
}

static void copy_number(struct assay_arena *arena, struct assay_json *to,
                        const struct assay_json *from, const char *key)
{
    const struct assay_json *value = assay_json_get(from, key);

    if (assay_json_is(value, ASSAY_JSON_NUMBER))
        assay_json_set(to, key, assay_json_number(arena, value->text));
}

static void set_result(const struct samples *s, struct assay_json *doc)
{
    struct assay_arena *arena = s->arena;
    const struct assay_run *run = s->report->run;
    const struct assay_json *endpoint = run->routes[s->route].endpoint;
    struct assay_json *results =
        assay_json_set(doc, "evaluation_results", assay_json_array(arena));
    struct assay_json *result =
        assay_json_add(results, assay_json_object(arena));
    struct assay_json *data, *config, *args;

    assay_json_set_text(arena, result, "evaluation_result_id", s->result);
    assay_json_set_text(arena, result, "evaluation_name", run->suite);
    data = assay_json_set(result, "source_data", assay_json_object(arena));
    assay_json_set_text(arena, data, "dataset_name", run->suite);
    assay_json_set_c(arena, data, "source_type", "other");
    assay_json_set_text(arena, result, "evaluation_timestamp", run->started);
    set_metric(arena, result, run);
    set_score(arena, result, &s->report->figures->routes[s->route]);
    config =
        assay_json_set(result, "generation_config", assay_json_object(arena));
    args = assay_json_set(config, "generation_args", assay_json_object(arena));
    copy_number(arena, args, endpoint, "temperature");
    copy_number(arena, args, endpoint, "top_p");
    copy_number(arena, args, endpoint, "top_k");
    copy_number(arena, args, endpoint, "max_tokens");
}

static bool set_lines(const struct samples *s, struct assay_json *doc,
                      const char *path, struct assay_error *err)
{
    struct assay_json *lines = assay_json_set(
        doc, "detailed_evaluation_results", assay_json_object(s->arena));
    struct assay_str sum = {"", 0};
    struct assay_mapped *mapped = NULL;

    if (s->rows) {
        mapped = assay_mapped_open(path, most_bytes, err);
        if (!mapped)
            return false;
    }
    sum = assay_sha256_hex(s->arena,
                           mapped ? assay_mapped_bytes(mapped) : ASSAY_STR(""));
    assay_mapped_close(mapped);
    assay_json_set_c(s->arena, lines, "format", "jsonl");
    assay_json_set_text(
        s->arena, lines, "file_path",
        assay_arena_printf(s->arena, "%.*s.jsonl", ASSAY_STR_ARG(s->name)));
    assay_json_set_c(s->arena, lines, "hash_algorithm", "sha256");
    assay_json_set_text(s->arena, lines, "checksum", sum);
    assay_json_set_uint(s->arena, lines, "total_rows", s->rows);
    return true;
}

/* "2026-11-20T17:00:00Z" in seconds since 1970. */
static struct assay_str epoch_of(struct assay_arena *arena,
                                 struct assay_str started)
{
    struct assay_date day;
    uint64_t hours, minutes, seconds;

    if (started.len < 19 ||
        !assay_date_parse_day(assay_str_head(started, 10), &day) ||
        !assay_str_to_u64(assay_str_head(assay_str_skip(started, 11), 2),
                          &hours) ||
        !assay_str_to_u64(assay_str_head(assay_str_skip(started, 14), 2),
                          &minutes) ||
        !assay_str_to_u64(assay_str_head(assay_str_skip(started, 17), 2),
                          &seconds))
        return ASSAY_STR("0");
    return assay_arena_printf(
        arena, "%lld",
        (long long)assay_date_days(day) * 86400 +
            (long long)(hours * 3600 + minutes * 60 + seconds));
}

static bool write_document(const struct samples *s, const char *lines_path,
                           const char *path, struct assay_error *err)
{
    struct assay_json *doc = assay_json_object(s->arena);
    const struct assay_run *run = s->report->run;
    struct assay_json *library;
    struct assay_buf text;
    bool ok;

    assay_json_set_c(s->arena, doc, "schema_version", SCHEMA);
    assay_json_set_text(s->arena, doc, "evaluation_id", s->evaluation);
    assay_json_set_text(s->arena, doc, "evaluation_timestamp", run->started);
    assay_json_set_text(s->arena, doc, "retrieved_timestamp",
                        epoch_of(s->arena, run->started));
    set_source(s->arena, doc);
    library = assay_json_set(doc, "eval_library", assay_json_object(s->arena));
    assay_json_set_c(s->arena, library, "name", "assay");
    assay_json_set_text(s->arena, library, "version", run->version);
    set_model(s, doc);
    set_result(s, doc);
    if (!set_lines(s, doc, lines_path, err))
        return false;
    assay_buf_init(&text, ASSAY_MIB(16));
    assay_json_write(&text, doc, (struct assay_json_style){.indent = true});
    ok = assay_buf_ok(&text, err) &&
         assay_file_write(path, assay_buf_str(&text), err);
    assay_buf_release(&text);
    return ok;
}

/* ------------------------------------------------------- all routes */

/* "7f3a0001-1-anvil-2": letters, digits, "." and "-" alone. */
static struct assay_str file_name(struct assay_arena *arena,
                                  const struct assay_run *run, size_t route)
{
    char *label = assay_arena_cstr(arena, run->routes[route].label);

    for (char *c = label; *c; c++)
        if (!((*c >= 'a' && *c <= 'z') || (*c >= 'A' && *c <= 'Z') ||
              (*c >= '0' && *c <= '9') || *c == '.' || *c == '-'))
            *c = '-';
    return assay_arena_printf(arena, "%.*s-%zu-%.40s", ASSAY_STR_ARG(run->id),
                              route + 1, label);
}

static bool write_route(struct assay_report *report, const char *folder,
                        size_t route, struct assay_error *err)
{
    struct assay_arena arena = {0};
    const struct assay_run *run = report->run;
    const struct assay_run_route *facts = &run->routes[route];
    struct samples s = {.report = report, .arena = &arena, .route = route};
    char *lines, *document;
    bool ok;

    s.name = file_name(&arena, run, route);
    s.model = facts->model.len ? facts->model : facts->id;
    s.evaluation =
        assay_arena_printf(&arena, "%.*s/%.*s/%.*s", ASSAY_STR_ARG(run->suite),
                           ASSAY_STR_ARG(s.model), ASSAY_STR_ARG(run->id));
    s.result = assay_arena_printf(&arena, "%.*s/pass_rate",
                                  ASSAY_STR_ARG(s.evaluation));
    lines = assay_arena_cstr(&arena,
                             assay_arena_printf(&arena, "%s/%.*s.jsonl", folder,
                                                ASSAY_STR_ARG(s.name)));
    document = assay_arena_cstr(
        &arena, assay_arena_printf(&arena, "%s/%.*s.json", folder,
                                   ASSAY_STR_ARG(s.name)));
    ok = assay_file_make_parent(lines, err) && write_lines(&s, lines, err) &&
         write_document(&s, lines, document, err);
    if (ok)
        assay_cli_note(report->cli, "%s: %llu samples, and %s", document,
                       (unsigned long long)s.rows, lines);
    assay_arena_free(&arena);
    return ok;
}

bool assay_report_samples(struct assay_report *report, struct assay_error *err)
{
    const char *folder = assay_cli_option(report->cli, "output");
    struct assay_str publisher = assay_run_publisher(report->run);
    size_t written = 0;

    if (publisher.len)
        return assay_fail(err, ASSAY_BAD_INPUT,
                          "run %.*s holds samples published by %.*s: their "
                          "own files say so, and these would not",
                          ASSAY_STR_ARG(report->run->id),
                          ASSAY_STR_ARG(publisher));

    for (size_t r = 0; r < report->run->route_count; r++) {
        const struct assay_route_figures *f = &report->figures->routes[r];
        if (f->passed + f->failed == 0)
            continue; /* a score is required there */
        if (!write_route(report, folder, r, err))
            return false;
        written++;
    }
    return written > 0 ||
           assay_fail(err, ASSAY_BAD_INPUT,
                      "nothing in run %.*s was scored, and every-eval-ever "
                      "wants a score",
                      ASSAY_STR_ARG(report->run->id));
}
