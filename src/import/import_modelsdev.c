/*
 * models.dev: catalog.json ({models, providers}) and api.json (the providers
 * alone). Routes are read in import_modelsdev_route.c; here the document is
 * walked and models are stated.
 *
 * A route's `base_model` is lost in both files: which model a route serves
 * is left to the rules of identity. A default that fills many entries (a
 * context of 128,000 in 35 of NVIDIA's 84) is indistinguishable from a
 * statement and kept as one; other sources contradict it in the catalog.
 *
 * Format: packages/core/src/schema.ts of the models.dev repository, read
 * 2026-11-22.
 */
#include "import/import_modelsdev.h"

#include "assay/identity.h"
#include "assay/import.h"

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

/* ----------------------------------------------------------- benchmarks */

static const struct assay_field benchmark_fields[] = {
    {"name", "name", ASSAY_FIELD_TEXT},
    {"harness", "harness", ASSAY_FIELD_TEXT},
    {"variant", "variant", ASSAY_FIELD_TEXT},
    {"date", "date", ASSAY_FIELD_DATE},
    {"source", "url", ASSAY_FIELD_TEXT},
    {"metric", "metric", ASSAY_FIELD_TEXT},
};

/* What a metric is called when it counts successes out of a hundred. */
static const char *const percent_words[] = {
    "percent", "%", "rate", "resolved", "pass@", "accuracy", "correct",
};

/*
 * The unit by the metric's words: "elo" is elo; a word of success is percent
 * when the score lies above 1 and up to 100 (a 0.52 may be a fraction or
 * half a percent: nothing says which); everything else is a score.
 */
static const char *unit_of(struct assay_str metric, struct assay_decimal score)
{
    if (assay_str_contains(metric, "elo") ||
        assay_str_contains(metric, "Elo") || assay_str_contains(metric, "ELO"))
        return "elo";
    if (assay_decimal_compare(score, ASSAY_DECIMAL(1, 0)) > 0 &&
        assay_decimal_compare(score, ASSAY_DECIMAL(1, 2)) <= 0)
        for (size_t i = 0; i < LENGTH(percent_words); i++)
            if (assay_str_contains(metric, percent_words[i]))
                return "percent";
    return "score";
}

/* Dataset and version are settings: "public, version 2.1". */
static bool add_setting(const struct assay_row *row,
                        const struct assay_json *source,
                        struct assay_json *benchmark)
{
    const struct assay_json *dataset, *version;

    if (!assay_row_member(row, source, "dataset", ASSAY_JSON_STRING,
                          &dataset) ||
        !assay_row_member(row, source, "version", ASSAY_JSON_STRING, &version))
        return false;
    if (dataset || version)
        assay_json_set_text(
            row->batch->arena, benchmark, "setting",
            assay_arena_printf(
                row->batch->arena, "%.*s%s%s%.*s",
                ASSAY_STR_ARG(dataset ? dataset->text : ASSAY_STR("")),
                dataset && version ? ", " : "", version ? "version " : "",
                ASSAY_STR_ARG(version ? version->text : ASSAY_STR(""))));
    return true;
}

static bool add_benchmark(const struct assay_row *row,
                          const struct assay_json *source,
                          struct assay_json *benchmarks)
{
    struct assay_arena *arena = row->batch->arena;
    struct assay_json *benchmark = assay_json_object(arena);
    const struct assay_json *score = assay_json_get(source, "score");
    struct assay_decimal value;

    if (source->type != ASSAY_JSON_OBJECT)
        return assay_row_refuse(row, source, "%s, expected an object",
                                assay_json_type_name(source));
    if (!score ||
        (score->type != ASSAY_JSON_NUMBER &&
         score->type != ASSAY_JSON_STRING) ||
        !assay_decimal_parse(score->text, &value))
        return assay_row_refuse(row, score ? score : source,
                                "no score that is a number, expected one");
    if (!assay_row_fields(row, source, benchmark, benchmark_fields,
                          LENGTH(benchmark_fields)) ||
        !add_setting(row, source, benchmark))
        return false;
    assay_json_set_text(arena, benchmark, "value",
                        assay_decimal_text(arena, value));
    assay_json_set_c(arena, benchmark, "unit",
                     unit_of(assay_json_text(source, "metric"), value));
    assay_json_add(benchmarks, benchmark);
    return true;
}

/*
 * A benchmark row that cannot be read is refused alone: nobody's statement
 * but its own, so without a subject.
 */
static bool add_benchmarks(const struct assay_row *model,
                           const struct assay_json *entry,
                           struct assay_json *out)
{
    struct assay_json *benchmarks = assay_json_array(model->batch->arena);
    const struct assay_row row = {model->batch, model->kind, ASSAY_STR("")};
    const struct assay_json *list;

    if (!assay_row_member(model, entry, "benchmarks", ASSAY_JSON_ARRAY, &list))
        return false;
    if (!list || !list->first)
        return true;
    for (const struct assay_json *at = list->first; at; at = at->next)
        add_benchmark(&row, at, benchmarks);
    if (benchmarks->count > 0)
        assay_json_set(out, "benchmarks", benchmarks);
    return true;
}

/* --------------------------------------------------------------- models */

static const struct assay_field model_fields[] = {
    {"name", "name", ASSAY_FIELD_NAME},
    {"family", "family", ASSAY_FIELD_TEXT},
    {"release_date", "released", ASSAY_FIELD_DATE},
    {"knowledge", "knowledge_cutoff", ASSAY_FIELD_DATE},
    {"license", "license", ASSAY_FIELD_TEXT},
    {"open_weights", "open_weights", ASSAY_FIELD_FLAG},
};

static bool build_model(const struct assay_row *row,
                        const struct assay_json *entry,
                        struct assay_json *model)
{
    struct assay_arena *arena = row->batch->arena;
    const struct assay_json *weights;

    if (entry->type != ASSAY_JSON_OBJECT)
        return assay_row_refuse(row, entry, "%s, expected an object",
                                assay_json_type_name(entry));
    assay_json_set_text(arena, model, "id", row->id);
    if (!assay_row_fields(row, entry, model, model_fields,
                          LENGTH(model_fields)) ||
        !assay_modelsdev_add_abilities(row, entry, model) ||
        !assay_row_member(row, entry, "weights", ASSAY_JSON_ARRAY, &weights) ||
        !add_benchmarks(row, entry, model))
        return false;
    if (weights && weights->first)
        assay_json_set(model, "weights", assay_json_copy(arena, weights));
    return true;
}

static void add_model(struct assay_batch *batch, struct assay_str id,
                      const struct assay_json *entry)
{
    const struct assay_row row = {batch, ASSAY_SUBJECT_MODEL, id};
    struct assay_json *model = assay_json_object(batch->arena);

    if (build_model(&row, entry, model))
        assay_row_add(&row, model, entry);
}

/* ------------------------------------- models told by their creator's API */

struct brand {
    const char *stem; /* how names begin, in small letters */
    const char *creator;
};

/*
 * First words of names that are somebody's brand: a creator's own API may
 * serve others' models under bare names (Alibaba: deepseek-r1, kimi-k2.5),
 * and those are not its own; nor is "auto", which chooses among models. Seen
 * in the snapshot of 2026-07-02.
 */
static const struct brand brands[] = {
    {"auto", ""},
    {"cerebras", ""},
    {"claude", "anthropic"},
    {"codestral", "mistral"},
    {"command", "cohere"},
    {"deepseek", "deepseek"},
    {"devstral", "mistral"},
    {"gemini", "google"},
    {"gemma", "google"},
    {"glm", "zhipuai"},
    {"gpt", "openai"},
    {"grok", "xai"},
    {"groq", ""},
    {"hunyuan", "tencent"},
    {"kimi", "moonshotai"},
    {"llama", "meta"},
    {"mimo", "xiaomi"},
    {"minimax", "minimax"},
    {"mistral", "mistral"},
    {"mixtral", "mistral"},
    {"moonshot", "moonshotai"},
    {"nemotron", "nvidia"},
    {"phi", "microsoft"},
    {"pixtral", "mistral"},
    {"qvq", "alibaba"},
    {"qwen", "alibaba"},
    {"qwq", "alibaba"},
    {"sonar", "perplexity"},
    {"step", "stepfun"},
    {"text-embedding-3", "openai"},
};

static bool begins_with(struct assay_str name, const char *stem)
{
    size_t i = 0;
    for (; stem[i]; i++) {
        char c = i < name.len ? name.at[i] : '\0';
        if ((c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c) != stem[i])
            return false;
    }
    return i == name.len || name.at[i] < 'a' || name.at[i] > 'z';
}

/* "creator/wire" when the entry is a model of the provider's own, else "". */
static struct assay_str own_model_id(struct assay_arena *arena,
                                     struct assay_str creator,
                                     struct assay_str wire)
{
    struct assay_str prefix, name;

    if (assay_str_cut(wire, '/', &prefix, &name)) {
        if (!assay_str_equal(assay_creator_canonical(arena, prefix), creator))
            return ASSAY_STR("");
        wire = name;
    }
    /* deeper paths; '@' is a version of Vertex AI's own making */
    if (assay_str_find(wire, '/') < wire.len ||
        assay_str_find(wire, '@') < wire.len)
        return ASSAY_STR("");
    for (size_t i = 0; i < LENGTH(brands); i++)
        if (begins_with(wire, brands[i].stem) &&
            !assay_str_is(creator, brands[i].creator))
            return ASSAY_STR("");
    return assay_row_id(arena, creator, '/', wire);
}

/*
 * True when `models` has it already, in these letters or under a name that
 * the rules of identity lead to ("…-fp8" is the same model).
 */
static bool is_told(struct assay_batch *batch,
                    const struct assay_modelsdev_provider *provider,
                    struct assay_str wire, struct assay_str id)
{
    if (assay_batch_has(batch, ASSAY_SUBJECT_MODEL, id))
        return true;
    for (const struct assay_candidate *at =
             assay_identity_candidates(batch->arena, provider->id, wire);
         at; at = at->next)
        if (assay_batch_has(batch, ASSAY_SUBJECT_MODEL, at->key))
            return true;
    return false;
}

static const struct assay_field own_model_fields[] = {
    {"name", "name", ASSAY_FIELD_NAME},
    {"family", "family", ASSAY_FIELD_TEXT},
    {"release_date", "released", ASSAY_FIELD_DATE},
    {"knowledge", "knowledge_cutoff", ASSAY_FIELD_DATE},
    {"open_weights", "open_weights", ASSAY_FIELD_FLAG},
};

/*
 * What a creator's own API serves is a model, whether or not `models` lists
 * it. The first provider of a creator that lists it is heard.
 */
static void add_own_model(struct assay_batch *batch,
                          const struct assay_modelsdev_provider *provider,
                          const struct assay_json *entry)
{
    struct assay_str creator = assay_provider_creator(provider->id);
    struct assay_row row = {batch, ASSAY_SUBJECT_MODEL, ASSAY_STR("")};

    if (creator.len == 0 || provider->zero_is_no_price ||
        entry->type != ASSAY_JSON_OBJECT)
        return;
    row.id = own_model_id(batch->arena, creator, entry->key);
    if (row.id.len == 0 || is_told(batch, provider, entry->key, row.id))
        return;
    row.id = assay_model_id_canonical(batch->arena, row.id);
    struct assay_json *model = assay_json_object(batch->arena);
    assay_json_set_text(batch->arena, model, "id", row.id);
    if (assay_row_fields(&row, entry, model, own_model_fields,
                         LENGTH(own_model_fields)) &&
        assay_modelsdev_add_abilities(&row, entry, model))
        assay_row_add(&row, model, entry);
}

/* ------------------------------------------------------------- document */

static bool not_this_format(struct assay_batch *batch,
                            const struct assay_json *at,
                            struct assay_error *err, const char *expected)
{
    struct assay_str path = assay_json_path(batch->arena, at);
    return assay_fail(err, ASSAY_BAD_INPUT, "line %u%s%.*s: %s, expected %s",
                      (unsigned)at->line, path.len ? ", " : "",
                      ASSAY_STR_ARG(assay_str_head(path, 200)),
                      assay_json_type_name(at), expected);
}

static bool read_models(struct assay_batch *batch,
                        const struct assay_json *models,
                        struct assay_error *err)
{
    if (models->type != ASSAY_JSON_OBJECT)
        return not_this_format(batch, models, err, "an object of models by id");
    if (!assay_row_limit(batch, models, err))
        return false;
    for (const struct assay_json *at = models->first; at; at = at->next) {
        batch->rows++;
        add_model(batch, at->key, at);
    }
    return true;
}

static bool read_provider(struct assay_batch *batch,
                          const struct assay_json *source,
                          struct assay_error *err)
{
    const struct assay_json *entries = assay_json_get(source, "models");
    struct assay_modelsdev_provider provider;

    if (!assay_json_is(entries, ASSAY_JSON_OBJECT))
        return not_this_format(batch, entries ? entries : source, err,
                               "a provider of models.dev with its 'models'");
    if (!assay_row_limit(batch, entries, err))
        return false;
    assay_modelsdev_provider_init(&provider, source);
    for (const struct assay_json *at = entries->first; at; at = at->next) {
        batch->rows++;
        assay_modelsdev_add_routes(batch, &provider, at);
        add_own_model(batch, &provider, at);
    }
    return true;
}

static bool read_modelsdev(struct assay_batch *batch,
                           const struct assay_json *document,
                           struct assay_error *err)
{
    const struct assay_json *providers = assay_json_get(document, "providers");
    const struct assay_json *models = assay_json_get(document, "models");

    /* api.json: the document is what catalog.json calls `providers` */
    if (!providers || assay_json_get(providers, "models")) {
        providers = document;
        models = NULL;
    }
    if (providers->type != ASSAY_JSON_OBJECT || !providers->first)
        return not_this_format(batch, providers, err,
                               "models.dev's api.json or catalog.json");
    if (models && !read_models(batch, models, err))
        return false;
    for (const struct assay_json *at = providers->first; at; at = at->next)
        if (!read_provider(batch, at, err))
            return false;
    return true;
}

const struct assay_import_format assay_import_modelsdev = {
    .name = "modelsdev",
    .summary = "models.dev: catalog.json or api.json",
    .title = "models.dev",
    .url = "https://models.dev/catalog.json",
    .license = "MIT",
    .read = read_modelsdev,
};
