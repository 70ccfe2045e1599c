/*
 * What `promptfoo eval --output FILE.json` writes, versions 2 and 3 of its
 * summary (EvaluateResult and ResultFailureReason in src/types/index.ts of
 * promptfoo/promptfoo at 0011eb02, read 2026-11-22): each provider is a set
 * of samples, each of its results one.
 *
 * A result without a test passes there; here it is unscored. Its latency is
 * kept as what promptfoo reported, and compared with nothing: that clock
 * stops before the body and runs on through retries.
 */
#include "assay/import.h"

#include "assay/buf.h"
#include "assay/file.h"
#include "assay/identity.h"
#include "import/import_row.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    MAX_BYTES = 64 << 20,
    MAX_RESULTS = 100000,
    FAILED_BY_ERROR = 2, /* failureReason: no assertion was at fault */
    REFUSALS_KEPT = 100,
};

struct entry {
    const struct assay_json *result;
    struct assay_str provider; /* label, else id */
    uint32_t number;
};

struct results {
    struct assay_row row; /* no subject: for refusals */
    struct assay_arena *arena;
    const struct assay_json *doc;
    struct assay_str sha256;
    struct entry *entries;
    size_t count;
};

/* ------------------------------------------------------- providers */

static struct assay_str provider_id(const struct assay_json *result)
{
    const struct assay_json *p = assay_json_get(result, "provider");

    return assay_json_is(p, ASSAY_JSON_STRING) ? p->text
                                               : assay_json_text(p, "id");
}

/* Two providers of one id are told apart by their labels. */
static struct assay_str provider_name(const struct assay_json *result)
{
    struct assay_str label =
        assay_json_text(assay_json_get(result, "provider"), "label");

    return label.len ? label : provider_id(result);
}

/*
 * "openai:chat:gpt-4o" is openai/gpt-4o, "openrouter:openai/gpt-4o" names it
 * itself; a deployment, and what resellers call theirs, is not known.
 */
static struct assay_str model_of(struct assay_arena *arena,
                                 struct assay_str provider)
{
    static const char *const apis[] = {"chat", "messages", "responses",
                                       "completion"};
    struct assay_str family, name, api, rest, maker;

    if (!assay_str_cut(provider, ':', &family, &name))
        return ASSAY_STR("");
    if (assay_str_cut(name, ':', &api, &rest))
        for (size_t i = 0; i < sizeof apis / sizeof apis[0]; i++)
            if (assay_str_is(api, apis[i]))
                name = rest;
    if (assay_str_contains(name, "/"))
        return assay_model_id_canonical(arena, name);
    maker = assay_provider_creator(assay_provider_canonical(family));
    return maker.len && name.len
               ? assay_model_id_canonical(arena,
                                          assay_row_id(arena, maker, '/', name))
               : ASSAY_STR("");
}

/* ------------------------------------------------------- one result */

/* An answer that is JSON is shown as such. */
static struct assay_str text_of(struct assay_arena *arena,
                                const struct assay_json *value)
{
    struct assay_str text = {"", 0};
    struct assay_buf out;

    if (!value || value->type == ASSAY_JSON_NULL)
        return text;
    if (value->type == ASSAY_JSON_STRING)
        return value->text;
    assay_buf_init(&out, MAX_BYTES);
    assay_json_write(&out, value, (struct assay_json_style){0});
    if (!out.failed)
        text = assay_arena_copy(arena, assay_buf_str(&out));
    assay_buf_release(&out);
    return text;
}

/* Was it put to a test at all? */
static bool is_tested(const struct assay_json *result)
{
    const struct assay_json *parts =
        assay_json_at(result, "gradingResult.componentResults");
    const struct assay_json *asserted =
        assay_json_at(result, "testCase.assert");

    return (assay_json_is(parts, ASSAY_JSON_ARRAY) && parts->first) ||
           (assay_json_is(asserted, ASSAY_JSON_ARRAY) && asserted->first);
}

static bool is_error(const struct assay_json *result)
{
    uint64_t reason;

    if (assay_json_to_u64(assay_json_get(result, "failureReason"), &reason))
        return reason == FAILED_BY_ERROR;
    return !assay_json_get(result, "response") &&
           assay_json_text(result, "error").len > 0;
}

static void read_result(struct assay_arena *arena, const struct entry *entry,
                        struct assay_sample *sample)
{
    const struct assay_json *result = entry->result;
    const struct assay_json *usage =
        assay_json_at(result, "response.tokenUsage");
    const struct assay_json *test = assay_json_get(result, "testIdx");

    *sample = (struct assay_sample){
        .id = assay_json_is(test, ASSAY_JSON_NUMBER) ? test->text
                                                     : ASSAY_STR("0"),
        .raw = assay_json_at(result, "prompt.raw")->text,
        .answer = text_of(arena, assay_json_at(result, "response.output")),
        .reason =
            assay_json_text(assay_json_get(result, "gradingResult"), "reason"),
        .passed =
            assay_json_is(assay_json_get(result, "success"), ASSAY_JSON_TRUE),
        .unscored = !is_tested(result),
        .score = assay_row_number(assay_json_get(result, "score")),
        .latency_ms = assay_row_number(assay_json_get(result, "latencyMs")),
    };
    if (sample->score < 0 || sample->score > 1)
        sample->score = (double)NAN;
    if (is_error(result)) {
        sample->error = assay_json_text(result, "error");
        if (!sample->error.len)
            sample->error = ASSAY_STR("not told");
    }
    sample->has_usage = assay_json_to_u64(assay_json_get(usage, "prompt"),
                                          &sample->input_tokens) &&
                        assay_json_to_u64(assay_json_get(usage, "completion"),
                                          &sample->output_tokens);
}

/* ------------------------------------------------------- all of them */

static void refuse(struct results *r, const struct assay_json *at,
                   const char *reason)
{
    if (r->row.batch->refusal_count < REFUSALS_KEPT)
        assay_row_refuse(&r->row, at, "%s", reason);
    else
        r->row.batch->refusal_count++;
}

static void add_entry(struct results *r, const struct assay_json *result)
{
    struct assay_str provider = provider_name(result);

    r->row.batch->rows++;
    if (provider.len == 0)
        refuse(r, result, "no provider, expected its id");
    else if (!assay_json_is(assay_json_at(result, "prompt.raw"),
                            ASSAY_JSON_STRING))
        refuse(r, result, "no prompt.raw, expected a text");
    else if (!assay_json_is(assay_json_get(result, "success"),
                            ASSAY_JSON_TRUE) &&
             !assay_json_is(assay_json_get(result, "success"),
                            ASSAY_JSON_FALSE))
        refuse(r, result, "no success, expected true or false");
    else
        r->entries[r->count++] =
            (struct entry){result, provider, result->index};
}

static int by_provider(const void *left, const void *right)
{
    const struct entry *x = left, *y = right;
    int order = assay_str_compare(x->provider, y->provider);

    return order ? order : (x->number > y->number) - (x->number < y->number);
}

static bool find_results(struct results *r, struct assay_error *err)
{
    const struct assay_json *list = assay_json_at(r->doc, "results.results");

    if (!assay_json_is(list, ASSAY_JSON_ARRAY) || !list->first)
        return assay_fail(err, ASSAY_BAD_INPUT,
                          "no results.results, expected what promptfoo eval "
                          "--output writes as JSON");
    if (list->count > MAX_RESULTS)
        return assay_fail(err, ASSAY_LIMIT, "%u results, expected at most %d",
                          (unsigned)list->count, MAX_RESULTS);
    r->entries = ASSAY_NEW_ARRAY(r->arena, struct entry, list->count);
    for (const struct assay_json *at = list->first; at; at = at->next)
        add_entry(r, at);
    if (r->count)
        qsort(r->entries, r->count, sizeof *r->entries, by_provider);
    return true;
}

static void fill_set(struct results *r, const struct entry *first,
                     struct assay_sample_set *set)
{
    struct assay_str title =
        assay_json_text(assay_json_get(r->doc, "config"), "description");
    struct assay_str eval = assay_json_text(r->doc, "evalId");
    struct assay_str when =
        assay_json_text(assay_json_get(r->doc, "results"), "timestamp");
    struct assay_date day;

    if (!assay_date_parse_day(assay_str_head(when, 10), &day))
        day = r->row.batch->retrieved;
    *set = (struct assay_sample_set){
        .format = ASSAY_STR("promptfoo-results"),
        .benchmark = title.len ? title : ASSAY_STR("promptfoo eval"),
        .metric = ASSAY_STR("assertions"),
        .harness = ASSAY_STR("promptfoo"),
        .evaluation = eval.len ? eval : r->sha256,
        .publisher = eval.len ? assay_arena_printf(r->arena, "promptfoo, %.*s",
                                                   ASSAY_STR_ARG(eval))
                              : ASSAY_STR("promptfoo"),
        .source = first->provider,
        .label = first->provider,
        .model = model_of(r->arena, provider_id(first->result)),
        .day = assay_date_text(r->arena, day),
        .sha256 = r->sha256,
    };
}

static bool hand_over(struct results *r, const struct assay_sample_taker *taker,
                      uint64_t *taken, struct assay_error *err)
{
    for (size_t i = 0; i < r->count;) {
        struct assay_str provider = r->entries[i].provider;
        struct assay_sample_set set;

        fill_set(r, &r->entries[i], &set);
        if (!taker->begin(taker->context, &set, err))
            return false;
        for (;
             i < r->count && assay_str_equal(r->entries[i].provider, provider);
             i++, ++*taken) {
            struct assay_arena arena = {0};
            struct assay_sample sample;

            read_result(&arena, &r->entries[i], &sample);
            bool ok = taker->take(taker->context, &sample, err);
            assay_arena_free(&arena);
            if (!ok)
                return false;
        }
        if (!taker->end(taker->context, err))
            return false;
    }
    return true;
}

static bool read_samples(struct assay_batch *batch, const char *path,
                         const struct assay_sample_taker *taker,
                         uint64_t *taken, struct assay_error *err)
{
    struct assay_arena tree = {0};
    struct results r = {
        .row = {.batch = batch, .id = ASSAY_STR("")},
        .arena = batch->arena,
    };
    struct assay_str text;
    bool ok;

    *taken = 0;
    ok = assay_file_read(&tree, path, MAX_BYTES, &text, err);
    if (ok) {
        r.sha256 = assay_sha256_hex(batch->arena, text);
        r.doc = assay_json_parse(&tree, text, NULL, err);
        ok = r.doc && find_results(&r, err) && hand_over(&r, taker, taken, err);
    }
    if (!ok)
        assay_fail_in(err, "%s", path);
    assay_arena_free(&tree);
    return ok;
}

const struct assay_import_format assay_import_promptfoo_results = {
    .name = "promptfoo-results",
    .summary = "promptfoo: what eval --output wrote as JSON",
    .title = "promptfoo results",
    .read_samples = read_samples,
};
