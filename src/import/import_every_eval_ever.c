/*
 * A record of Every Eval Ever: what one evaluation found of one model, as
 * benchmark rows of that model. Versions 0.2 and 0.3 of eval.schema.json
 * (github.com/evaleval/every_eval_ever; 0.2.2 read at commit 21b3d1ab, what
 * 0.3.0 adds from its reference of fields at 6a276be9; 2026-11-22).
 */
#include "import/every_eval_ever.h"

#include "assay/decimal.h"
#include "assay/file.h"

#include <ctype.h>
#include <string.h>

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

enum {
    MAX_SETTING_BYTES = 400,
    MAX_PLACES = 4, /* of a score: others' floats are written out */
    HASH_DIGITS = 8,
};

/* 1.96: half a 95 % interval, in standard errors */
#define NORMAL_95 ASSAY_DECIMAL(196, -2)

/* ------------------------------------------------------- a result's setting */

static void add_part(struct assay_buf *out, const char *name,
                     struct assay_str text)
{
    if (text.len == 0)
        return;
    if (out->len)
        assay_buf_add_c(out, ", ");
    if (name)
        assay_buf_printf(out, "%s ", name);
    assay_buf_add(out, text);
}

/* 0.0 and 0 are one temperature. */
static struct assay_str plain_number(struct assay_arena *arena,
                                     const struct assay_json *value)
{
    struct assay_decimal number;

    if (!assay_json_is(value, ASSAY_JSON_NUMBER))
        return ASSAY_STR("");
    return assay_decimal_parse(value->text, &number)
               ? assay_decimal_text(arena, number)
               : value->text;
}

/* The schema has no key for it: what converters write among the details. */
static void add_shots(struct assay_eee_record *r, struct assay_buf *out,
                      const struct assay_json *config)
{
    static const char *const keys[] = {"num_fewshot", "n_shot", "num_shots",
                                       "few_shot"};
    const struct assay_json *more =
        assay_json_get(config, "additional_details");
    uint64_t shots;

    for (size_t i = 0; i < LENGTH(keys); i++)
        if (assay_str_to_u64(assay_json_text(more, keys[i]), &shots)) {
            add_part(out, NULL,
                     assay_arena_printf(r->batch->arena, "%llu-shot",
                                        (unsigned long long)shots));
            return;
        }
}

struct assay_str assay_eee_metric(const struct assay_json *result)
{
    const struct assay_json *metric = assay_json_get(result, "metric_config");
    struct assay_str id = assay_json_text(metric, "metric_id");

    return id.len ? id : assay_json_text(metric, "metric_name");
}

/* "5-shot, accuracy, temperature 0, max_tokens 100" */
static struct assay_str setting_of(struct assay_eee_record *r,
                                   const struct assay_json *result)
{
    static const char *const numbers[] = {"temperature", "top_p", "top_k",
                                          "max_tokens", "max_attempts"};
    struct assay_arena *arena = r->batch->arena;
    const struct assay_json *metric = assay_json_get(result, "metric_config");
    const struct assay_json *config =
        assay_json_get(result, "generation_config");
    const struct assay_json *args = assay_json_get(config, "generation_args");
    const struct assay_json *reasoning = assay_json_get(args, "reasoning");
    struct assay_str text = assay_json_text(args, "prompt_template");
    struct assay_buf out;

    assay_buf_init(&out, MAX_SETTING_BYTES);
    add_shots(r, &out, config);
    add_part(&out, NULL, assay_eee_metric(result));
    for (size_t i = 0; i < LENGTH(numbers); i++)
        add_part(&out, numbers[i],
                 plain_number(arena, assay_json_get(args, numbers[i])));
    if (assay_json_is(reasoning, ASSAY_JSON_TRUE))
        add_part(&out, NULL, ASSAY_STR("reasoning"));
    if (text.len)
        add_part(&out, "prompt",
                 assay_str_head(assay_sha256_hex(arena, text), HASH_DIGITS));
    if (assay_json_get(metric, "llm_scoring"))
        add_part(&out, NULL, ASSAY_STR("scored by a model"));
    text = out.failed ? ASSAY_STR("")
                      : assay_arena_copy(arena, assay_buf_str(&out));
    assay_buf_release(&out);
    return text;
}

/* Letters and digits alone, small: "Global MMLU Lite" is global-mmlu-lite. */
static struct assay_str bare(struct assay_arena *arena, struct assay_str text)
{
    char *out = assay_arena_alloc(arena, text.len + 1, 1);
    size_t len = 0;

    for (size_t i = 0; i < text.len; i++)
        if (isalnum((unsigned char)text.at[i]) || (text.at[i] & 0x80))
            out[len++] = (char)tolower((unsigned char)text.at[i]);
    return (struct assay_str){out, len};
}

/* "Arabic" is "global-mmlu-lite: Arabic"; "mmlu_physics" of "mmlu" is itself */
struct assay_str assay_eee_name(struct assay_eee_record *r,
                                const struct assay_json *result)
{
    struct assay_arena *arena = r->batch->arena;
    struct assay_str name = assay_json_text(result, "evaluation_name");
    struct assay_str set =
        assay_json_text(assay_json_get(result, "source_data"), "dataset_name");
    struct assay_str owner, part = set;

    (void)assay_str_cut_last(set, '/', &owner, &part);
    part = bare(arena, part);
    if (part.len == 0 ||
        assay_str_contains(bare(arena, name), assay_arena_cstr(arena, part)))
        return name;
    return assay_arena_printf(arena, "%.*s: %.*s",
                              ASSAY_STR_ARG(assay_str_head(set, 200)),
                              ASSAY_STR_ARG(assay_str_head(name, 200)));
}

static struct assay_str url_of(struct assay_eee_record *r,
                               const struct assay_json *result)
{
    const struct assay_json *data = assay_json_get(result, "source_data");
    const struct assay_json *urls = assay_json_get(data, "url");
    struct assay_str repo = assay_json_text(data, "hf_repo");

    if (repo.len)
        return assay_arena_printf(r->batch->arena,
                                  "https://huggingface.co/datasets/%.*s",
                                  ASSAY_STR_ARG(assay_str_head(repo, 200)));
    if (assay_json_is(urls, ASSAY_JSON_ARRAY) && urls->first &&
        urls->first->type == ASSAY_JSON_STRING)
        return urls->first->text;
    return ASSAY_STR("");
}

/* ------------------------------------------------------- a result's score */

static bool number_is(const struct assay_json *value, unsigned wanted)
{
    struct assay_decimal number;

    return assay_json_is(value, ASSAY_JSON_NUMBER) &&
           assay_decimal_parse(value->text, &number) &&
           assay_decimal_compare(number, assay_decimal_uint(wanted)) == 0;
}

/* A share of 1 is per cent; so are the numbers that say so. */
struct assay_eee_scale assay_eee_scale(const struct assay_json *result)
{
    const struct assay_json *metric = assay_json_get(result, "metric_config");
    struct assay_str unit = assay_json_text(metric, "metric_unit");
    struct assay_str kind = assay_json_text(metric, "metric_kind");
    bool bounded = number_is(assay_json_get(metric, "min_score"), 0) &&
                   number_is(assay_json_get(metric, "max_score"), 1);

    if (assay_str_is(kind, "elo"))
        return (struct assay_eee_scale){"elo", 0};
    if (assay_str_is(unit, "percent") || assay_str_is(unit, "%"))
        return (struct assay_eee_scale){"percent", 0};
    if (assay_str_is(unit, "proportion") ||
        (unit.len == 0 &&
         (bounded ||
          assay_str_is(assay_json_text(metric, "score_type"), "binary"))))
        return (struct assay_eee_scale){"percent", 2};
    return (struct assay_eee_scale){"score", 0};
}

/* A bound that is "Infinity", or no number, bounds nothing. */
static bool within(const struct assay_json *metric, const char *key, int side,
                   struct assay_decimal score)
{
    const struct assay_json *bound = assay_json_get(metric, key);
    struct assay_decimal end;

    return !assay_json_is(bound, ASSAY_JSON_NUMBER) ||
           !assay_decimal_parse(bound->text, &end) ||
           assay_decimal_compare(score, end) * side <= 0;
}

static bool read_score(const struct assay_eee_record *r,
                       const struct assay_json *result,
                       struct assay_decimal *score)
{
    const struct assay_json *metric = assay_json_get(result, "metric_config");
    const struct assay_json *at = assay_json_at(result, "score_details.score");

    if (!assay_json_is(metric, ASSAY_JSON_OBJECT))
        return assay_row_refuse(&r->row, result,
                                "no metric_config, expected an object");
    if (assay_json_is(assay_json_get(metric, "lower_is_better"),
                      ASSAY_JSON_TRUE))
        return assay_row_refuse(&r->row, metric,
                                "lower is better, expected a score of which "
                                "more is better: rows are compared so");
    if (assay_str_is(assay_json_text(metric, "score_type"), "levels"))
        return assay_row_refuse(&r->row, metric,
                                "the score is the number of a level, expected "
                                "a quantity");
    if (!at)
        return assay_row_refuse(&r->row, result,
                                "no score_details.score, expected a number");
    if (at->type != ASSAY_JSON_NUMBER)
        return assay_row_wrong_type(&r->row, at, "a number");
    if (!assay_decimal_parse(at->text, score))
        return assay_row_refuse(&r->row, at,
                                "'%.*s' has too many digits, expected at most "
                                "38",
                                ASSAY_STR_ARG(assay_str_head(at->text, 60)));
    if (!within(metric, "min_score", -1, *score) ||
        !within(metric, "max_score", 1, *score))
        return assay_row_refuse(
            &r->row, at, "'%.*s' lies outside min_score %.*s to max_score %.*s",
            ASSAY_STR_ARG(at->text),
            ASSAY_STR_ARG(plain_number(r->batch->arena,
                                       assay_json_get(metric, "min_score"))),
            ASSAY_STR_ARG(plain_number(r->batch->arena,
                                       assay_json_get(metric, "max_score"))));
    return true;
}

static void set_decimal(struct assay_arena *arena, struct assay_json *row,
                        const char *key, struct assay_decimal value)
{
    assay_json_set_text(
        arena, row, key,
        assay_decimal_text(arena, assay_decimal_round(value, MAX_PLACES)));
}

static bool decimal_at(const struct assay_json *value, const char *path,
                       struct assay_decimal *number)
{
    const struct assay_json *at = assay_json_at(value, path);

    return assay_json_is(at, ASSAY_JSON_NUMBER) &&
           assay_decimal_parse(at->text, number);
}

/* The interval's ends as distances; 1.96 standard errors where it has none. */
static void set_error(struct assay_eee_record *r, struct assay_json *row,
                      const struct assay_json *result,
                      struct assay_decimal score, int power)
{
    struct assay_arena *arena = r->batch->arena;
    const struct assay_json *more =
        assay_json_at(result, "score_details.uncertainty");
    struct assay_decimal low, high, minus, plus;

    if (decimal_at(more, "confidence_interval.lower", &low) &&
        decimal_at(more, "confidence_interval.upper", &high)) {
        if (!assay_decimal_sub(score, low, &minus) ||
            !assay_decimal_sub(high, score, &plus))
            return;
    } else if (decimal_at(more, "standard_error.value", &low) &&
               assay_decimal_mul(low, NORMAL_95, &minus)) {
        plus = minus;
    } else {
        return;
    }
    if (assay_decimal_sign(minus) < 0 || assay_decimal_sign(plus) < 0)
        return; /* an interval beside its score says nothing of it */
    set_decimal(arena, row, "error_minus", assay_decimal_scale(minus, power));
    set_decimal(arena, row, "error_plus", assay_decimal_scale(plus, power));
}

static void set_samples(struct assay_arena *arena, struct assay_json *row,
                        const struct assay_json *result)
{
    uint64_t samples;

    if (assay_json_to_u64(
            assay_json_at(result, "score_details.uncertainty.num_samples"),
            &samples) &&
        samples > 0)
        assay_json_set_uint(arena, row, "samples", samples);
}

/* ------------------------------------------------------- rows */

static void set_some(struct assay_arena *arena, struct assay_json *row,
                     const char *key, struct assay_str text)
{
    if (text.len)
        assay_json_set_text(arena, row, key, text);
}

/* False when the catalog takes no such row: then the whole model would be
   refused for it. */
static bool is_taken(struct assay_eee_record *r, const struct assay_json *row,
                     const struct assay_json *at)
{
    struct assay_arena arena = {0};
    struct assay_json *model = assay_json_object(&arena);
    struct assay_batch batch;
    struct assay_error err = {0};
    bool ok;

    assay_batch_init(&batch, &arena);
    assay_json_set_text(&arena, model, "id", r->row.id);
    assay_json_add(
        assay_json_set(model, "benchmarks", assay_json_array(&arena)),
        assay_json_copy(&arena, row));
    ok = assay_batch_add(&batch, ASSAY_SUBJECT_MODEL, model, &err) ||
         assay_row_refuse(&r->row, at, "%s", err.text);
    assay_arena_free(&arena);
    return ok;
}

static void read_result(struct assay_eee_record *r,
                        const struct assay_json *result)
{
    struct assay_arena *arena = r->batch->arena;
    struct assay_json *row = assay_json_object(arena);
    struct assay_date day = assay_eee_day(r, result);
    struct assay_decimal score;
    struct assay_eee_scale scale;

    r->batch->rows++;
    if (assay_json_text(result, "evaluation_name").len == 0) {
        assay_row_refuse(&r->row, result,
                         "no evaluation_name, expected a text");
        return;
    }
    if (!read_score(r, result, &score))
        return;
    scale = assay_eee_scale(result);
    assay_json_set_text(arena, row, "name", assay_eee_name(r, result));
    set_decimal(arena, row, "value", assay_decimal_scale(score, scale.power));
    assay_json_set_c(arena, row, "unit", scale.unit);
    set_some(arena, row, "setting", setting_of(r, result));
    set_some(arena, row, "harness", r->harness);
    if (assay_date_set(day))
        assay_json_set_text(arena, row, "date", assay_date_text(arena, day));
    set_error(r, row, result, score, scale.power);
    set_samples(arena, row, result);
    set_some(arena, row, "url", url_of(r, result));
    if (is_taken(r, row, result))
        assay_json_add(r->benchmarks, row);
}

static bool read_record(struct assay_batch *batch,
                        const struct assay_json *document,
                        struct assay_error *err)
{
    struct assay_eee_record r = {.batch = batch, .doc = document};
    const struct assay_json *results =
        assay_json_get(document, "evaluation_results");
    struct assay_json *model;

    if (!assay_eee_read(&r, err))
        return false;
    if (!assay_json_is(results, ASSAY_JSON_ARRAY) || !results->first)
        return assay_fail(err, ASSAY_BAD_INPUT,
                          "no evaluation_results, expected an array of them");
    if (!assay_row_limit(batch, results, err))
        return false;
    model = assay_json_object(batch->arena);
    assay_json_set_text(batch->arena, model, "id", r.row.id);
    r.benchmarks =
        assay_json_set(model, "benchmarks", assay_json_array(batch->arena));
    for (const struct assay_json *at = results->first; at; at = at->next)
        read_result(&r, at);
    if (r.benchmarks->count)
        assay_row_add(&r.row, model, document);
    return true;
}

const struct assay_import_format assay_import_every_eval_ever = {
    .name = "every-eval-ever",
    .summary = "Every Eval Ever: a record, or a folder of them",
    .title = "Every Eval Ever",
    .read = read_record,
    .read_samples = assay_eee_samples,
};
