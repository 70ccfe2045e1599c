/*
 * A record of Every Eval Ever: what one evaluation found of one model, as
 * benchmark rows of that model. Versions 0.2 and 0.3 of eval.schema.json
 * (github.com/evaleval/every_eval_ever; 0.2.2 read at commit 21b3d1ab, what
 * 0.3.0 adds from its reference of fields at 6a276be9; 2026-11-22).
 *
 * A record is its own source, so that one says nothing about another:
 * "eee-" and its evaluation id, without the time at its end, which a later
 * reading of the same evaluation has otherwise. Who evaluated makes its
 * kind: the vendor itself is `primary`, anyone else `secondary`, and nobody
 * is `measured`, for that word is for what was measured here.
 */
#include "assay/import.h"

#include "assay/decimal.h"
#include "assay/file.h"
#include "assay/identity.h"
#include "import/import_row.h"

#include <ctype.h>
#include <string.h>

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

enum {
    MAX_SOURCE_BYTES = 80,
    MAX_SETTING_BYTES = 400,
    HASH_DIGITS = 8,
    SECONDS_A_DAY = 86400,
};

/* 1.96: half a 95 % interval, in standard errors */
#define NORMAL_95 ASSAY_DECIMAL(196, -2)

struct record {
    struct assay_batch *batch;
    const struct assay_json *doc;
    struct assay_row row;     /* of the model */
    struct assay_str harness; /* empty: not stated */
    struct assay_json *benchmarks;
};

/* ------------------------------------------------------- days */

/* "2026-03-01T…", "2026-03", or seconds since 1970 as a decimal number. */
static struct assay_date day_of(const struct assay_json *value)
{
    struct assay_date day = {0};
    struct assay_str text = value ? value->text : ASSAY_STR("");
    struct assay_str whole = text, rest;
    uint64_t seconds;

    if (value && value->type != ASSAY_JSON_STRING &&
        value->type != ASSAY_JSON_NUMBER)
        return day;
    (void)assay_str_cut(text, '.', &whole, &rest);
    if (assay_str_to_u64(whole, &seconds) && seconds >= SECONDS_A_DAY &&
        seconds / SECONDS_A_DAY < INT32_MAX)
        return assay_date_from_days((int32_t)(seconds / SECONDS_A_DAY));
    if (!assay_date_parse_day(assay_str_head(text, 10), &day) &&
        !assay_date_parse(text, &day))
        day = (struct assay_date){0};
    return day;
}

/* ------------------------------------------------------- the source */

static bool one_of(struct assay_str text, const char *const *words)
{
    for (; *words; words++)
        if (assay_str_is(text, *words))
            return true;
    return false;
}

/* "gsm8k/acme/anvil-2" of "gsm8k/acme/anvil-2/1760492095.81". */
static struct assay_str without_time(struct assay_str id)
{
    struct assay_str head, tail;

    if (!assay_str_cut_last(id, '/', &head, &tail) || tail.len == 0)
        return id;
    for (size_t i = 0; i < tail.len; i++)
        if (!isdigit((unsigned char)tail.at[i]) && tail.at[i] != '.')
            return id;
    return head;
}

static struct assay_str source_id(struct assay_arena *arena,
                                  struct assay_str evaluation)
{
    struct assay_str stem = without_time(evaluation);
    struct assay_str slug = assay_row_slug(arena, stem, MAX_SOURCE_BYTES);
    struct assay_str hash =
        assay_str_head(assay_sha256_hex(arena, stem), HASH_DIGITS);

    if (slug.len == 0)
        return assay_arena_printf(arena, "eee-%.*s", ASSAY_STR_ARG(hash));
    if (slug.len < MAX_SOURCE_BYTES)
        return assay_arena_printf(arena, "eee-%.*s", ASSAY_STR_ARG(slug));
    return assay_arena_printf(arena, "eee-%.*s-%.*s", ASSAY_STR_ARG(slug),
                              ASSAY_STR_ARG(hash));
}

static bool read_source(struct record *r, struct assay_error *err)
{
    static const char *const relations[] = {"first_party", "third_party",
                                            "collaborative", "other", NULL};
    struct assay_batch *batch = r->batch;
    const struct assay_json *from = assay_json_get(r->doc, "source_metadata");
    struct assay_str relation = assay_json_text(from, "evaluator_relationship");
    struct assay_str owner = assay_json_text(from, "source_organization_name");
    struct assay_str name = assay_json_text(from, "source_name");
    struct assay_str evaluation = assay_json_text(r->doc, "evaluation_id");

    if (!one_of(relation, relations))
        return assay_fail(err, ASSAY_BAD_INPUT,
                          "source_metadata.evaluator_relationship is '%.*s', "
                          "expected first_party, third_party, collaborative "
                          "or other",
                          ASSAY_STR_ARG(assay_str_head(relation, 60)));
    if (evaluation.len == 0)
        return assay_fail(err, ASSAY_BAD_INPUT,
                          "no evaluation_id, expected a text");
    batch->source_kind = assay_str_is(relation, "first_party")
                             ? ASSAY_SOURCE_PRIMARY
                             : ASSAY_SOURCE_SECONDARY;
    if (batch->source_id.len == 0)
        batch->source_id = source_id(batch->arena, evaluation);
    if (name.len == 0)
        name = owner;
    else if (owner.len && !assay_str_equal(owner, name))
        name = assay_arena_printf(batch->arena, "%.*s (%.*s)",
                                  ASSAY_STR_ARG(assay_str_head(name, 200)),
                                  ASSAY_STR_ARG(assay_str_head(owner, 200)));
    if (assay_utf8_valid(name))
        batch->title = assay_arena_copy(batch->arena, name);
    batch->url = assay_arena_copy(
        batch->arena, assay_json_text(from, "source_organization_url"));
    if (!assay_date_set(batch->retrieved))
        batch->retrieved =
            day_of(assay_json_get(r->doc, "retrieved_timestamp"));
    if (batch->retrieved.day == 0)
        batch->retrieved = (struct assay_date){0};
    return true;
}

/* "lm_eval 0.4.3"; who published it, where the library is not known. */
static void read_harness(struct record *r)
{
    const struct assay_json *library = assay_json_get(r->doc, "eval_library");
    struct assay_str name = assay_json_text(library, "name");
    struct assay_str version = assay_json_text(library, "version");

    if (name.len == 0 || assay_str_is(name, "unknown"))
        r->harness = r->batch->title;
    else if (version.len == 0 || assay_str_is(version, "unknown"))
        r->harness = name;
    else
        r->harness =
            assay_arena_printf(r->batch->arena, "%.*s %.*s",
                               ASSAY_STR_ARG(assay_str_head(name, 200)),
                               ASSAY_STR_ARG(assay_str_head(version, 60)));
}

/* ------------------------------------------------------- the model */

/*
 * "openai/azure/gpt-4o-mini" is openai's gpt-4o-mini: what stands between is
 * where it ran. An id without a creator takes the developer's name.
 */
static bool read_model(struct record *r, struct assay_error *err)
{
    struct assay_arena *arena = r->batch->arena;
    const struct assay_json *info = assay_json_get(r->doc, "model_info");
    struct assay_str id = assay_json_text(info, "id");
    struct assay_str maker = assay_json_text(info, "developer");
    struct assay_str first, rest, last;

    if (assay_str_cut(id, '/', &first, &rest)) {
        maker = first;
        id = assay_str_cut_last(rest, '/', &first, &last) ? last : rest;
    } else {
        maker = assay_row_slug(arena, maker, MAX_SOURCE_BYTES);
    }
    if (id.len == 0 || maker.len == 0)
        return assay_fail(
            err, ASSAY_BAD_INPUT,
            "model_info.id is '%.*s' and names no creator, "
            "expected CREATOR/NAME, or a developer beside it",
            ASSAY_STR_ARG(assay_str_head(assay_json_text(info, "id"), 60)));
    r->row = (struct assay_row){
        .batch = r->batch,
        .kind = ASSAY_SUBJECT_MODEL,
        .id = assay_model_id_canonical(arena,
                                       assay_row_id(arena, maker, '/', id)),
    };
    return true;
}

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
static void add_shots(struct record *r, struct assay_buf *out,
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

/* "5-shot, accuracy, temperature 0, max_tokens 100" */
static struct assay_str setting_of(struct record *r,
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
    add_part(&out, NULL,
             assay_json_text(metric, assay_json_text(metric, "metric_id").len
                                         ? "metric_id"
                                         : "metric_name"));
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
static struct assay_str name_of(struct record *r,
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

static struct assay_str url_of(struct record *r,
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

struct scale {
    const char *unit;
    int power; /* of ten, onto the score */
};

static bool number_is(const struct assay_json *value, unsigned wanted)
{
    struct assay_decimal number;

    return assay_json_is(value, ASSAY_JSON_NUMBER) &&
           assay_decimal_parse(value->text, &number) &&
           assay_decimal_compare(number, assay_decimal_uint(wanted)) == 0;
}

/* A share of 1 is per cent; so are the numbers that say so. */
static struct scale scale_of(const struct assay_json *metric)
{
    struct assay_str unit = assay_json_text(metric, "metric_unit");
    struct assay_str kind = assay_json_text(metric, "metric_kind");
    bool bounded = number_is(assay_json_get(metric, "min_score"), 0) &&
                   number_is(assay_json_get(metric, "max_score"), 1);

    if (assay_str_is(kind, "elo"))
        return (struct scale){"elo", 0};
    if (assay_str_is(unit, "percent") || assay_str_is(unit, "%"))
        return (struct scale){"percent", 0};
    if (assay_str_is(unit, "proportion") ||
        (unit.len == 0 &&
         (bounded ||
          assay_str_is(assay_json_text(metric, "score_type"), "binary"))))
        return (struct scale){"percent", 2};
    return (struct scale){"score", 0};
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

static bool read_score(const struct record *r, const struct assay_json *result,
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
    assay_json_set_text(arena, row, key, assay_decimal_text(arena, value));
}

static bool decimal_at(const struct assay_json *value, const char *path,
                       struct assay_decimal *number)
{
    const struct assay_json *at = assay_json_at(value, path);

    return assay_json_is(at, ASSAY_JSON_NUMBER) &&
           assay_decimal_parse(at->text, number);
}

/* The interval's ends as distances; 1.96 standard errors where it has none. */
static void set_error(struct record *r, struct assay_json *row,
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

static struct assay_date evaluated_on(const struct record *r,
                                      const struct assay_json *result)
{
    const struct assay_json *at =
        assay_json_get(result, "evaluation_timestamp");

    return day_of(at ? at : assay_json_get(r->doc, "evaluation_timestamp"));
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
static bool is_taken(struct record *r, const struct assay_json *row,
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

static void read_result(struct record *r, const struct assay_json *result)
{
    struct assay_arena *arena = r->batch->arena;
    struct assay_json *row = assay_json_object(arena);
    struct assay_date day = evaluated_on(r, result);
    struct assay_decimal score;
    struct scale scale;

    r->batch->rows++;
    if (assay_json_text(result, "evaluation_name").len == 0) {
        assay_row_refuse(&r->row, result,
                         "no evaluation_name, expected a text");
        return;
    }
    if (!read_score(r, result, &score))
        return;
    scale = scale_of(assay_json_get(result, "metric_config"));
    assay_json_set_text(arena, row, "name", name_of(r, result));
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

static bool check_version(const struct assay_json *doc, struct assay_error *err)
{
    struct assay_str version = assay_json_text(doc, "schema_version");

    if (version.len == 0)
        return assay_fail(err, ASSAY_BAD_INPUT,
                          "line %u: no schema_version, expected a record of "
                          "Every Eval Ever",
                          (unsigned)doc->line);
    return assay_str_starts(version, "0.2.") ||
           assay_str_starts(version, "0.3.") ||
           assay_fail(err, ASSAY_BAD_INPUT,
                      "schema_version '%.*s', expected 0.2 or 0.3",
                      ASSAY_STR_ARG(assay_str_head(version, 60)));
}

static bool read_record(struct assay_batch *batch,
                        const struct assay_json *document,
                        struct assay_error *err)
{
    struct record r = {.batch = batch, .doc = document};
    const struct assay_json *results =
        assay_json_get(document, "evaluation_results");
    struct assay_json *model;

    if (!check_version(document, err) || !read_source(&r, err) ||
        !read_model(&r, err))
        return false;
    if (!assay_json_is(results, ASSAY_JSON_ARRAY) || !results->first)
        return assay_fail(err, ASSAY_BAD_INPUT,
                          "no evaluation_results, expected an array of them");
    if (!assay_row_limit(batch, results, err))
        return false;
    read_harness(&r);
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
    .summary = "a record of Every Eval Ever: scores of one model",
    .title = "Every Eval Ever",
    .read = read_record,
};
