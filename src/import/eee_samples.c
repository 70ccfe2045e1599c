/*
 * The samples beside a record of Every Eval Ever: one JSON object a line
 * (instance_level_eval.schema.json; which versions: see
 * import_every_eval_ever.c). Two walks over the file, one line in memory at
 * a time: the first says which lines can be taken and whether what they say
 * together is what the record says, the second hands them over, result by
 * result.
 *
 * A line's is_correct is a pass only where the metric counts passes: where
 * every score is it as 0 or 1, or the share of passes is the record's score.
 * Else the scores themselves are compared, if their mean is that score. Else
 * the file and the record do not speak of the same, and nothing is taken.
 */
#include "import/every_eval_ever.h"

#include "assay/decimal.h"
#include "assay/file.h"
#include "assay/mapped.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    MAX_LINES = 200000, /* 14,000 are met */
    MAX_LINE_BYTES = 64 << 20,
    GIVE_BACK_BYTES = 16 << 20,
    REFUSALS_KEPT = 100,
};

static const size_t most_bytes = (size_t)16 << 30;

/* Two ways of rounding a published share may differ by so much. */
static const double rounding = 0.0051;

/* What the lines of one result say together. */
struct tally {
    const struct assay_json *result;
    uint64_t lines, lost, passed;
    double score_sum; /* of those that were not lost */
    bool is_binary;   /* each score is is_correct as 0 or 1 */
    bool is_share;    /* each score lies between 0 and 1 */
    bool wanted, graded;
};

/* Under which name lines find a result. */
struct name {
    struct assay_str name;
    uint32_t result;
};

struct line {
    uint64_t number; /* in the file, from 1 */
    size_t at, len;
    uint32_t result;
};

struct samples {
    struct assay_eee_record record;
    struct assay_arena *arena;
    struct assay_str file; /* name, without its folder */
    struct assay_mapped *mapped;
    struct assay_str bytes, sha256;
    struct tally *tallies;
    size_t result_count;
    struct name *ids, *names;
    struct line *lines;
    size_t line_count, line_room;
};

/* ------------------------------------------------------- refusing */

static bool refuse(struct samples *s, uint64_t line, const char *reason, ...)
    __attribute__((format(printf, 3, 4)));

static bool refuse(struct samples *s, uint64_t line, const char *reason, ...)
{
    struct assay_refusal refusal = {.id = ASSAY_STR("")};
    struct assay_batch *batch = s->record.batch;
    va_list args;

    if (batch->refusal_count >= REFUSALS_KEPT) {
        batch->refusal_count++;
        return false;
    }
    refusal.place = assay_arena_printf(s->arena, "%.*s line %" PRIu64,
                                       ASSAY_STR_ARG(s->file), line);
    va_start(args, reason);
    refusal.reason = assay_arena_vprintf(s->arena, reason, args);
    va_end(args);
    assay_batch_refuse(batch, &refusal);
    return false;
}

/* ------------------------------------------------------- results by name */

static int by_name(const void *left, const void *right)
{
    const struct name *x = left, *y = right;
    int order = assay_str_compare(x->name, y->name);

    return order ? order : (x->result > y->result) - (x->result < y->result);
}

static struct name *sorted_names(struct samples *s, const char *key)
{
    struct name *names =
        ASSAY_NEW_ARRAY(s->arena, struct name, s->result_count);

    for (size_t i = 0; i < s->result_count; i++)
        names[i] = (struct name){assay_json_text(s->tallies[i].result, key),
                                 (uint32_t)i};
    qsort(names, s->result_count, sizeof *names, by_name);
    return names;
}

/* The only result of this name; UINT32_MAX: none, or several. */
static uint32_t find_result(const struct samples *s, const struct name *names,
                            struct assay_str name)
{
    size_t low = 0, high = s->result_count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (assay_str_compare(names[middle].name, name) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == s->result_count || !assay_str_equal(names[low].name, name) ||
        (low + 1 < s->result_count &&
         assay_str_equal(names[low + 1].name, name)))
        return UINT32_MAX;
    return names[low].result;
}

/* ------------------------------------------------------- one line */

static bool is_texts(const struct assay_json *list)
{
    if (!assay_json_is(list, ASSAY_JSON_ARRAY))
        return false;
    for (const struct assay_json *at = list->first; at; at = at->next)
        if (at->type != ASSAY_JSON_STRING)
            return false;
    return true;
}

/* The first answer; of a conversation, what was taken from it in the end. */
static struct assay_str answer_of(const struct assay_json *line)
{
    const struct assay_json *raw = assay_json_at(line, "output.raw");
    const struct assay_json *found = assay_json_get(line, "answer_attribution");

    if (assay_json_is(raw, ASSAY_JSON_ARRAY) && raw->first &&
        raw->first->type == ASSAY_JSON_STRING)
        return raw->first->text;
    if (assay_json_is(found, ASSAY_JSON_ARRAY) && found->last)
        return assay_json_text(found->last, "extracted_value");
    return ASSAY_STR("");
}

static struct assay_str reasoning_of(const struct assay_json *line)
{
    const struct assay_json *trace =
        assay_json_at(line, "output.reasoning_trace");

    return assay_json_is(trace, ASSAY_JSON_ARRAY) && trace->first &&
                   trace->first->type == ASSAY_JSON_STRING
               ? trace->first->text
               : ASSAY_STR("");
}

static bool read_scores(struct samples *s, uint64_t number,
                        const struct assay_json *line,
                        struct assay_sample *sample)
{
    const struct assay_json *score = assay_json_at(line, "evaluation.score");
    const struct assay_json *right =
        assay_json_at(line, "evaluation.is_correct");

    sample->score = assay_row_number(score);
    if (isnan(sample->score))
        return refuse(s, number, "no evaluation.score, expected a number");
    if (!assay_json_is(right, ASSAY_JSON_TRUE) &&
        !assay_json_is(right, ASSAY_JSON_FALSE))
        return refuse(s, number,
                      "no evaluation.is_correct, expected true or false");
    sample->passed = right->type == ASSAY_JSON_TRUE;
    return true;
}

/* Of this record, and of which of its results? */
static bool find_home(struct samples *s, uint64_t number,
                      const struct assay_json *line, uint32_t *result)
{
    const struct assay_json *doc = s->record.doc;
    struct assay_str id = assay_json_text(line, "evaluation_result_id");
    struct assay_str name = assay_json_text(line, "evaluation_name");
    struct assay_str evaluation = assay_json_text(line, "evaluation_id");
    struct assay_str model = assay_json_text(line, "model_id");

    if (!assay_str_equal(evaluation, assay_json_text(doc, "evaluation_id")))
        return refuse(s, number, "is of evaluation '%.*s', not of the record's",
                      ASSAY_STR_ARG(assay_str_head(evaluation, 80)));
    if (!assay_str_equal(
            model, assay_json_text(assay_json_get(doc, "model_info"), "id")))
        return refuse(s, number, "is of model '%.*s', not of the record's",
                      ASSAY_STR_ARG(assay_str_head(model, 80)));
    *result =
        id.len ? find_result(s, s->ids, id) : find_result(s, s->names, name);
    if (*result == UINT32_MAX)
        return refuse(s, number, "names no single result of the record: '%.*s'",
                      ASSAY_STR_ARG(assay_str_head(id.len ? id : name, 80)));
    return true;
}

static bool read_line(struct samples *s, uint64_t number,
                      const struct assay_json *line, uint32_t *result,
                      struct assay_sample *sample)
{
    const struct assay_json *raw = assay_json_at(line, "input.raw");
    const struct assay_json *usage = assay_json_get(line, "token_usage");

    *sample = (struct assay_sample){
        .id = assay_json_text(line, "sample_id"),
        .raw = raw ? raw->text : ASSAY_STR(""),
        .reference = assay_json_at(line, "input.reference"),
        .cluster = assay_json_text(assay_json_get(line, "metadata"), "cluster"),
        .answer = answer_of(line),
        .reasoning = reasoning_of(line),
    };
    if (!find_home(s, number, line, result))
        return false;
    if (sample->id.len == 0)
        return refuse(s, number, "no sample_id, expected a text");
    if (!assay_json_is(raw, ASSAY_JSON_STRING))
        return refuse(s, number, "no input.raw, expected a text");
    if (!is_texts(sample->reference))
        return refuse(s, number,
                      "no input.reference, expected an array of texts");
    if (!read_scores(s, number, line, sample))
        return false;
    sample->latency_ms =
        assay_row_number(assay_json_at(line, "performance.latency_ms"));
    if (sample->answer.len == 0 && !sample->passed)
        sample->error = assay_json_text(line, "error");
    sample->has_usage =
        assay_json_to_u64(assay_json_get(usage, "input_tokens"),
                          &sample->input_tokens) &&
        assay_json_to_u64(assay_json_get(usage, "output_tokens"),
                          &sample->output_tokens);
    return true;
}

static struct assay_json *parse_line(struct samples *s,
                                     struct assay_arena *arena,
                                     const struct line *line)
{
    const struct assay_json_limits limits = {.max_bytes = MAX_LINE_BYTES};
    struct assay_error err = {0};
    struct assay_json *doc = assay_json_parse(
        arena, (struct assay_str){s->bytes.at + line->at, line->len}, &limits,
        &err);

    if (!doc)
        refuse(s, line->number, "%s", err.text);
    return doc;
}

/* ------------------------------------------------------- the first walk */

static void count_line(struct tally *t, const struct assay_sample *sample)
{
    double passed = sample->passed ? 1 : 0;

    t->lines++;
    if (sample->error.len) {
        t->lost++;
        return;
    }
    t->is_binary = t->is_binary && fabs(sample->score - passed) < 1e-9;
    t->is_share = t->is_share && sample->score >= 0 && sample->score <= 1;
    t->passed += sample->passed;
    t->score_sum += sample->score;
}

static bool keep_line(struct samples *s, const struct line *line,
                      struct assay_error *err)
{
    if (s->line_count == s->line_room) {
        size_t room = s->line_room ? s->line_room * 2 : 1024;
        struct line *more = realloc(s->lines, room * sizeof *more);
        if (!more)
            return assay_fail(err, ASSAY_LIMIT, "no memory for %zu lines",
                              room);
        s->lines = more;
        s->line_room = room;
    }
    s->lines[s->line_count++] = *line;
    return true;
}

static bool look_at(struct samples *s, struct line *line,
                    struct assay_error *err)
{
    struct assay_arena arena = {0};
    struct assay_json *doc = parse_line(s, &arena, line);
    struct assay_sample sample;
    bool ok = true;

    s->record.batch->rows++;
    if (doc && read_line(s, line->number, doc, &line->result, &sample)) {
        count_line(&s->tallies[line->result], &sample);
        ok = keep_line(s, line, err);
    }
    assay_arena_free(&arena);
    return ok;
}

static bool look_at_all(struct samples *s, struct assay_error *err)
{
    struct line line = {0};
    size_t given_back = 0;

    for (size_t at = 0; at < s->bytes.len; at = line.at + line.len + 1) {
        struct assay_str rest = assay_str_skip(s->bytes, at);

        line =
            (struct line){line.number + 1, at, assay_str_find(rest, '\n'), 0};
        if (line.number > MAX_LINES)
            return assay_fail(err, ASSAY_LIMIT, "more than %d lines of samples",
                              MAX_LINES);
        if (assay_str_trim(assay_str_head(rest, line.len)).len &&
            !look_at(s, &line, err))
            return false;
        if (at - given_back > GIVE_BACK_BYTES) {
            assay_mapped_give_back(
                s->mapped,
                (struct assay_str){s->bytes.at + given_back, at - given_back});
            given_back = at;
        }
    }
    return assay_mapped_check(s->mapped, err);
}

/* ------------------------------------------------------- what they are */

/* The record's score as a share; NaN: it counts in something else. */
static double stated_share(const struct assay_json *result)
{
    const struct assay_json *at = assay_json_at(result, "score_details.score");
    struct assay_eee_scale scale = assay_eee_scale(result);
    struct assay_decimal score;

    if (!assay_json_is(at, ASSAY_JSON_NUMBER) ||
        !assay_decimal_parse(at->text, &score) ||
        strcmp(scale.unit, "percent") != 0)
        return (double)NAN;
    return assay_decimal_double(assay_decimal_scale(score, scale.power - 2));
}

/* Is the sum, over all lines or over those with an answer, the share? */
static bool is_mean(const struct tally *t, double sum, double share)
{
    return fabs(sum / (double)t->lines - share) <= rounding ||
           (t->lines > t->lost &&
            fabs(sum / (double)(t->lines - t->lost) - share) <= rounding);
}

static void judge_tally(struct samples *s, struct tally *t)
{
    const struct assay_json *metric =
        assay_json_get(t->result, "metric_config");
    double share = stated_share(t->result);

    if (assay_json_text(t->result, "evaluation_name").len == 0) {
        assay_row_refuse(&s->record.row, t->result,
                         "its samples are not taken: no evaluation_name");
        return;
    }
    if (assay_json_is(assay_json_get(metric, "lower_is_better"),
                      ASSAY_JSON_TRUE)) {
        assay_row_refuse(&s->record.row, t->result,
                         "its samples are not taken: lower is better");
        return;
    }
    t->wanted = t->is_binary || is_mean(t, (double)t->passed, share);
    if (!t->wanted && t->is_share && is_mean(t, t->score_sum, share))
        t->wanted = t->graded = true;
    if (!t->wanted)
        assay_row_refuse(
            &s->record.row, t->result,
            "its samples are not taken: of %" PRIu64 ", %" PRIu64
            " are correct and the mean score is %.4g, neither of which is "
            "its score",
            t->lines, t->passed, t->score_sum / (double)t->lines);
}

/* ------------------------------------------------------- the second walk */

static int by_result(const void *left, const void *right)
{
    const struct line *x = left, *y = right;

    if (x->result != y->result)
        return x->result < y->result ? -1 : 1;
    return (x->number > y->number) - (x->number < y->number);
}

static void fill_set(struct samples *s, const struct tally *t,
                     struct assay_sample_set *set)
{
    struct assay_batch *batch = s->record.batch;
    struct assay_date day = assay_eee_day(&s->record, t->result);

    *set = (struct assay_sample_set){
        .format = ASSAY_STR("every-eval-ever"),
        .benchmark = assay_eee_name(&s->record, t->result),
        .metric = assay_eee_metric(t->result),
        .harness = s->record.library,
        .publisher = batch->title,
        .source = batch->source_id,
        .model = s->record.row.id,
        .day = assay_date_text(s->arena, day.day ? day : batch->retrieved),
        .sha256 = s->sha256,
        .settings =
            assay_json_at(t->result, "generation_config.generation_args"),
        .graded = t->graded,
    };
}

static bool hand_over_line(struct samples *s, const struct line *line,
                           const struct assay_sample_taker *taker,
                           struct assay_error *err)
{
    struct assay_arena arena = {0};
    struct assay_json *doc = parse_line(s, &arena, line);
    struct assay_sample sample;
    uint32_t result;
    bool ok = true;

    if (doc && read_line(s, line->number, doc, &result, &sample)) {
        if (sample.score < 0 || sample.score > 1)
            sample.score = (double)NAN;
        ok = taker->take(taker->context, &sample, err);
    }
    assay_arena_free(&arena);
    return ok;
}

static bool hand_over(struct samples *s, const struct assay_sample_taker *taker,
                      uint64_t *taken, struct assay_error *err)
{
    struct assay_sample_set set;

    if (s->line_count)
        qsort(s->lines, s->line_count, sizeof *s->lines, by_result);
    for (size_t i = 0; i < s->line_count;) {
        uint32_t result = s->lines[i].result;
        const struct tally *t = &s->tallies[result];

        if (t->wanted) {
            fill_set(s, t, &set);
            if (!taker->begin(taker->context, &set, err))
                return false;
        }
        for (; i < s->line_count && s->lines[i].result == result; i++)
            if (t->wanted && !hand_over_line(s, &s->lines[i], taker, err))
                return false;
        if (t->wanted && (!assay_mapped_check(s->mapped, err) ||
                          !taker->end(taker->context, err)))
            return false;
        *taken += t->wanted ? t->lines : 0;
    }
    return true;
}

/* ------------------------------------------------------- the file */

/* Beside the record: its path names a place in the publisher's folders. */
static const char *path_of(struct samples *s, const char *record,
                           struct assay_str stated)
{
    struct assay_str folder, name;

    s->file = assay_str_cut_last(stated, '/', &folder, &name) ? name : stated;
    if (!assay_str_cut_last(assay_str_c(record), '/', &folder, &name))
        return assay_arena_cstr(s->arena, s->file);
    return assay_arena_cstr(s->arena,
                            assay_row_id(s->arena, folder, '/', s->file));
}

static bool check_sum(struct samples *s, const struct assay_json *lines,
                      struct assay_error *err)
{
    struct assay_str sum = assay_json_text(lines, "checksum");

    s->sha256 = assay_sha256_hex(s->arena, s->bytes);
    assay_mapped_give_back(s->mapped, s->bytes);
    if (sum.len == 0 ||
        !assay_str_is(assay_json_text(lines, "hash_algorithm"), "sha256") ||
        assay_str_equal(sum, s->sha256))
        return true;
    return assay_fail(err, ASSAY_BAD_INPUT,
                      "%.*s: its SHA-256 is %.12s…, the record says %.12s…",
                      ASSAY_STR_ARG(s->file),
                      assay_arena_cstr(s->arena, s->sha256),
                      assay_arena_cstr(s->arena, sum));
}

/* A file that was cut short is not what was published. */
static bool check_count(const struct samples *s, const struct assay_json *lines,
                        struct assay_error *err)
{
    uint64_t stated;

    return !assay_json_to_u64(assay_json_get(lines, "total_rows"), &stated) ||
           stated == s->record.batch->rows ||
           assay_fail(err, ASSAY_BAD_INPUT,
                      "%.*s: %" PRIu32 " lines, the record says %" PRIu64,
                      ASSAY_STR_ARG(s->file), s->record.batch->rows, stated);
}

static bool read_results(struct samples *s, struct assay_error *err)
{
    const struct assay_json *results =
        assay_json_get(s->record.doc, "evaluation_results");

    if (!assay_json_is(results, ASSAY_JSON_ARRAY) || !results->first)
        return assay_fail(err, ASSAY_BAD_INPUT,
                          "no evaluation_results, expected an array of them");
    if (!assay_row_limit(s->record.batch, results, err))
        return false;
    s->tallies = ASSAY_NEW_ARRAY(s->arena, struct tally, results->count);
    for (const struct assay_json *at = results->first; at; at = at->next)
        s->tallies[s->result_count++] =
            (struct tally){.result = at, .is_binary = true, .is_share = true};
    s->ids = sorted_names(s, "evaluation_result_id");
    s->names = sorted_names(s, "evaluation_name");
    return true;
}

static bool read_samples(struct samples *s, const char *record,
                         const struct assay_sample_taker *taker,
                         uint64_t *taken, struct assay_error *err)
{
    const struct assay_json *lines =
        assay_json_get(s->record.doc, "detailed_evaluation_results");
    struct assay_str stated = assay_json_text(lines, "file_path");

    if (stated.len == 0)
        return true;
    s->mapped = assay_mapped_open(path_of(s, record, stated), most_bytes, err);
    if (!s->mapped)
        return false;
    s->bytes = assay_mapped_bytes(s->mapped);
    if (!check_sum(s, lines, err) || !read_results(s, err) ||
        !look_at_all(s, err) || !check_count(s, lines, err))
        return false;
    for (size_t i = 0; i < s->result_count; i++)
        if (s->tallies[i].lines)
            judge_tally(s, &s->tallies[i]);
    return hand_over(s, taker, taken, err);
}

bool assay_eee_samples(struct assay_batch *batch, const char *record,
                       const struct assay_sample_taker *taker, uint64_t *taken,
                       struct assay_error *err)
{
    struct assay_arena tree = {0};
    struct samples s = {.record.batch = batch, .arena = batch->arena};
    struct assay_str text;
    bool ok;

    *taken = 0;
    ok = assay_file_read(&tree, record, MAX_LINE_BYTES, &text, err);
    if (ok) {
        s.record.doc = assay_json_parse(&tree, text, NULL, err);
        ok = s.record.doc && assay_eee_read(&s.record, err) &&
             read_samples(&s, record, taker, taken, err);
    }
    if (!ok)
        assay_fail_in(err, "%s", record);
    assay_mapped_close(s.mapped);
    free(s.lines);
    assay_arena_free(&tree);
    return ok;
}
