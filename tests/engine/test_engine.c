/*
 * The forward pass: its numbers against the float64 reference, and that
 * they are the same bits however the tokens come.
 */
#include "engine_fixture.h"

#include "assay/arena.h"
#include "assay/file.h"
#include "assay/json.h"
#include "base/cpu.h"

/* ------------------------------------------------------- golden numbers */

/* tests/engine/reference.py --golden wrote these; see there. */
static const char golden_model[] = "tests/engine/data/micro.gguf";
static const char golden_logits[] = "tests/engine/data/micro.json";

struct golden {
    struct assay_arena arena;
    uint32_t *tokens, vocabulary;
    size_t count, place_count;
    size_t *places;
    double **logits; /* of each place */
};

static uint32_t whole(const struct assay_json *value)
{
    uint64_t number = 0;

    assert_true(assay_json_to_u64(value, &number));
    return (uint32_t)number;
}

static struct golden read_golden(void)
{
    struct golden g = {0};
    struct assay_error err = {0};
    struct assay_str text;
    const struct assay_json *doc, *list;
    size_t i = 0;

    assert_true(assay_file_read(&g.arena, golden_logits, 1 << 20, &text, &err));
    doc = assay_json_parse(&g.arena, text, NULL, &err);
    assert_non_null(doc);
    list = assay_json_get(doc, "tokens");
    g.tokens = ASSAY_NEW_ARRAY(&g.arena, uint32_t, list->count);
    for (const struct assay_json *t = list->first; t; t = t->next)
        g.tokens[g.count++] = whole(t);
    list = assay_json_get(doc, "places");
    g.places = ASSAY_NEW_ARRAY(&g.arena, size_t, list->count);
    g.logits = ASSAY_NEW_ARRAY(&g.arena, double *, list->count);
    for (const struct assay_json *p = list->first; p; p = p->next)
        g.places[g.place_count++] = whole(p);
    for (const struct assay_json *row = assay_json_get(doc, "logits")->first;
         row; row = row->next) {
        g.vocabulary = row->count;
        g.logits[i] = ASSAY_NEW_ARRAY(&g.arena, double, row->count);
        for (const struct assay_json *v = row->first; v; v = v->next)
            g.logits[i][v->index] =
                strtod(assay_arena_cstr(&g.arena, v->text), NULL);
        i++;
    }
    assert_int_equal(i, g.place_count);
    return g;
}

static double divergence(const double *want, const float *got, size_t count)
{
    double sums[2] = {0, 0}, kl = 0;

    for (size_t i = 0; i < count; i++) {
        sums[0] += exp(want[i]);
        sums[1] += exp((double)got[i]);
    }
    for (size_t i = 0; i < count; i++)
        kl += exp(want[i]) / sums[0] *
              (want[i] - log(sums[0]) - (double)got[i] + log(sums[1]));
    return kl;
}

struct bounds {
    double off, divergence; /* of one logit; of a position */
};

static void check_golden(const struct golden *g,
                         const struct assay_engine_options *options,
                         struct bounds bounds)
{
    struct assay_error err = {0};
    struct assay_weights *weights = assay_weights_open(golden_model, &err);
    struct assay_engine *engine =
        weights ? assay_engine_open(weights, options, &err) : NULL;

    assay_weights_close(weights);
    if (!engine)
        fail_msg("%s", err.text);
    struct assay_engine_facts facts = assay_engine_facts(engine);
    float *logits = fixture_logits(engine, g->tokens, g->count);
    assert_int_equal(facts.vocabulary, g->vocabulary);
    for (size_t i = 0; i < g->place_count; i++) {
        const float *got = logits + g->places[i] * g->vocabulary;
        double kl = divergence(g->logits[i], got, g->vocabulary);

        for (uint32_t k = 0; k < g->vocabulary; k++)
            if (!(fabs((double)got[k] - g->logits[i][k]) <= bounds.off))
                fail_msg("%s %s, place %zu, token %u: %.6f, expected %.6f",
                         facts.cpu, facts.precision, g->places[i], k,
                         (double)got[k], g->logits[i][k]);
        if (!(kl <= bounds.divergence))
            fail_msg("%s %s, place %zu: divergence %.2g, expected %.1g",
                     facts.cpu, facts.precision, g->places[i], kl,
                     bounds.divergence);
    }
    free(logits);
    assay_engine_close(engine);
}

static const char *const levels[] = {"scalar", "avx2", "avx512"};

static void logits_are_those_of_the_reference(void **state)
{
    static const struct {
        struct assay_engine_options options;
        struct bounds bounds;
    } cases[] = {
        {{.cache = ASSAY_CACHE_F32, .precision = ASSAY_PRECISION_FLOAT},
         {5e-5, 1e-9}},
        {{.cache = ASSAY_CACHE_F16, .precision = ASSAY_PRECISION_FLOAT},
         {2e-2, 1e-5}},
        {{.cache = ASSAY_CACHE_Q8_0, .precision = ASSAY_PRECISION_FLOAT},
         {0.3, 2e-3}},
        {{.cache = ASSAY_CACHE_F32, .precision = ASSAY_PRECISION_INT8},
         {0.3, 2e-3}},
    };
    struct golden g = read_golden();

    for (size_t l = 0; l < 3; l++)
        for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
            struct assay_engine_options options = cases[i].options;

            options.cpu = levels[l];
            check_golden(&g, &options, cases[i].bounds);
        }
    assay_arena_free(&g.arena);
}

static void a_level_is_chosen_by_its_name(void **state)
{
    struct assay_engine_options options = {.cpu = "sse"};
    struct assay_error err = {0};
    struct assay_engine *engine;

    assert_null(fixture_try(&fixture_plain, &options, &err));
    assert_int_equal(err.code, ASSAY_BAD_INPUT);
    assert_string_equal(err.text, "there is no CPU level 'sse', expected "
                                  "scalar, neon, avx2 or avx512");
    for (size_t i = 0; i < 3; i++) {
        options.cpu = levels[i];
        engine = fixture_engine(&fixture_plain, &options);
        enum assay_cpu_level level, most;
        assert_true(assay_cpu_level_named(levels[i], &most));
        assert_true(
            assay_cpu_level_named(assay_engine_facts(engine).cpu, &level));
        assert_true(level <= most && level <= assay_cpu_best());
        assay_engine_close(engine);
    }
}

/* ------------------------------------------------------- the same bits */

enum { LONG = 560, SHORT = 50 };

/* Kinds of engines whose numbers must not depend on how tokens come. */
static const struct {
    enum assay_tensor_type type;
    struct assay_engine_options options;
} kinds[] = {
    {ASSAY_TENSOR_F32, {.cache = ASSAY_CACHE_F32}},
    {ASSAY_TENSOR_Q8_0,
     {.cache = ASSAY_CACHE_F16, .precision = ASSAY_PRECISION_INT8}},
    {ASSAY_TENSOR_Q4_0,
     {.cache = ASSAY_CACHE_Q8_0, .precision = ASSAY_PRECISION_INT8}},
    {ASSAY_TENSOR_BF16, {.cache = ASSAY_CACHE_F16, .cpu = "avx2"}},
    {ASSAY_TENSOR_Q8_0,
     {.cache = ASSAY_CACHE_Q8_0,
      .precision = ASSAY_PRECISION_INT8,
      .cpu = "avx2"}},
    {ASSAY_TENSOR_Q4_0,
     {.cache = ASSAY_CACHE_F32,
      .precision = ASSAY_PRECISION_INT8,
      .cpu = "scalar"}},
};
enum { KINDS = sizeof kinds / sizeof kinds[0] };

static struct assay_engine *engine_of_kind(size_t i, size_t threads)
{
    struct fixture_model model = fixture_plain;
    struct assay_engine_options options = kinds[i].options;

    model.type = kinds[i].type;
    options.threads = threads;
    return fixture_engine(&model, &options);
}

static void same_bits(const char *what, size_t kind, size_t at,
                      const float *got, const float *want, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (memcmp(&got[i], &want[i], sizeof *got) != 0)
            fail_msg("kind %zu, %s %zu: logit %zu is %a, expected %a", kind,
                     what, at, i, (double)got[i], (double)want[i]);
}

static void a_prompt_cut_anywhere_gives_the_same_logits(void **state)
{
    uint32_t tokens[SHORT], n = fixture_plain.vocabulary;
    float *got = malloc(SHORT * n * sizeof *got);

    fixture_tokens(tokens, SHORT, n, 3);
    for (size_t kind = 0; kind < KINDS; kind++) {
        struct assay_engine *engine = engine_of_kind(kind, 1);
        float *want = fixture_logits(engine, tokens, SHORT);

        for (size_t cut = 1; cut < SHORT; cut++) {
            struct assay_sequence *s = fixture_sequence(engine);
            struct assay_step first = {s, tokens, cut, got, cut};
            struct assay_step second = {s, tokens + cut, SHORT - cut,
                                        got + cut * n, SHORT - cut};

            fixture_run(engine, &first, 1);
            fixture_run(engine, &second, 1);
            same_bits("cut at", kind, cut, got, want, SHORT * n);
            assay_sequence_free(s);
        }
        free(want);
        assay_engine_close(engine);
    }
    free(got);
}

/* One token a call, as answers are decoded, over the edges of a pass. */
static void a_long_prompt_is_its_tokens_one_by_one(void **state)
{
    uint32_t tokens[LONG], n = fixture_plain.vocabulary;
    float *got = malloc(n * sizeof *got);

    fixture_tokens(tokens, LONG, n, 4);
    for (size_t kind = 0; kind < KINDS; kind++) {
        struct assay_engine *engine = engine_of_kind(kind, 1);
        float *want = fixture_logits(engine, tokens, LONG);
        struct assay_sequence *s = fixture_sequence(engine);

        for (size_t i = 0; i < LONG; i++) {
            struct assay_step step = {s, tokens + i, 1, got, 1};

            fixture_run(engine, &step, 1);
            same_bits("token", kind, i, got, want + i * n, n);
        }
        assay_sequence_free(s);
        free(want);
        assay_engine_close(engine);
    }
    free(got);
}

/* Thirty sequences, each at its own place, in one call. */
static void tokens_among_others_are_what_they_are_alone(void **state)
{
    enum { MANY = 30, MOST = 40 };
    uint32_t n = fixture_plain.vocabulary, tokens[MANY][MOST];

    for (size_t kind = 0; kind < KINDS; kind++) {
        struct assay_engine *engine = engine_of_kind(kind, 2);
        struct assay_step steps[MANY];
        float *want[MANY];

        for (size_t i = 0; i < MANY; i++) {
            size_t read = i % 7, given = 1 + (i * 5) % 31;
            struct assay_sequence *s = fixture_sequence(engine);
            struct assay_step before = {s, tokens[i], read, NULL, 0};

            fixture_tokens(tokens[i], MOST, n, i + 1);
            want[i] = fixture_logits(engine, tokens[i], read + given);
            if (read)
                fixture_run(engine, &before, 1);
            steps[i] = (struct assay_step){
                .sequence = s,
                .tokens = tokens[i] + read,
                .count = given,
                .logits = malloc(given * n * sizeof(float)),
                .logits_count = i % 3 ? given : 1,
            };
        }
        fixture_run(engine, steps, MANY);
        for (size_t i = 0; i < MANY; i++) {
            size_t given = steps[i].count, told = steps[i].logits_count;

            same_bits("sequence", kind, i, steps[i].logits,
                      want[i] + (i % 7 + given - told) * n, told * n);
            free(steps[i].logits);
            free(want[i]);
            assay_sequence_free(steps[i].sequence);
        }
        assay_engine_close(engine);
    }
}

static void any_number_of_threads_gives_the_same_logits(void **state)
{
    uint32_t tokens[LONG / 2], n = fixture_plain.vocabulary;

    fixture_tokens(tokens, LONG / 2, n, 5);
    for (size_t kind = 0; kind < KINDS; kind++) {
        float *want = NULL;

        for (size_t threads = 1; threads <= 4; threads++) {
            struct assay_engine *engine = engine_of_kind(kind, threads);
            float *got = fixture_logits(engine, tokens, LONG / 2);

            assert_int_equal(assay_engine_facts(engine).threads, threads);
            if (want)
                same_bits("threads", kind, threads, got, want, LONG / 2 * n);
            free(want);
            want = got;
            assay_engine_close(engine);
        }
        free(want);
    }
}

/* ------------------------------------------------------- sequences */

/* Another ending is read after it; both are what they are alone. */
static void check_prefix(struct assay_engine *engine, size_t kind, size_t keep)
{
    uint32_t one[SHORT], other[SHORT], n = fixture_plain.vocabulary;
    struct assay_sequence *a = fixture_sequence(engine);
    struct assay_sequence *b = fixture_sequence(engine);
    float *got = malloc(SHORT * n * sizeof *got), *want;
    struct assay_error err = {0};
    size_t count;

    fixture_tokens(one, SHORT, n, 6);
    fixture_tokens(other, SHORT, n, 7);
    memcpy(other, one, keep * sizeof *one);
    want = fixture_logits(engine, other, SHORT);
    /* b held something else before */
    struct assay_step steps[] = {{a, one, SHORT, NULL, 0},
                                 {b, one + 5, 30, NULL, 0}};
    fixture_run(engine, steps, 2);
    assert_true(assay_sequence_copy(b, a, keep, &err));
    assay_sequence_cut(a, keep);
    for (int i = 0; i < 2; i++) {
        struct assay_sequence *s = i ? b : a;
        struct assay_step rest = {s, other + keep, SHORT - keep, got,
                                  SHORT - keep};
        const uint32_t *held = assay_sequence_tokens(s, &count);

        assert_int_equal(count, keep);
        if (keep)
            assert_memory_equal(held, one, keep * sizeof *held);
        fixture_run(engine, &rest, 1);
        same_bits(i ? "copied" : "cut", kind, keep, got, want + keep * n,
                  (SHORT - keep) * n);
        held = assay_sequence_tokens(s, &count);
        assert_int_equal(count, SHORT);
        assert_memory_equal(held, other, sizeof other);
    }
    assay_sequence_free(a);
    assay_sequence_free(b);
    free(got);
    free(want);
}

static void a_prefix_that_was_kept_changes_nothing(void **state)
{
    for (size_t kind = 0; kind < KINDS; kind++) {
        struct assay_engine *engine = engine_of_kind(kind, 1);

        for (size_t keep = 0; keep < SHORT; keep++)
            check_prefix(engine, kind, keep);
        assay_engine_close(engine);
    }
}

static void cutting_behind_the_end_changes_nothing(void **state)
{
    struct assay_engine *engine = engine_of_kind(0, 1);
    struct assay_sequence *s = fixture_sequence(engine);
    uint32_t tokens[3] = {1, 2, 3};
    struct assay_step step = {s, tokens, 3, NULL, 0};
    size_t count;

    fixture_run(engine, &step, 1);
    assay_sequence_cut(s, 7);
    (void)assay_sequence_tokens(s, &count);
    assert_int_equal(count, 3);
    assay_sequence_free(s);
    assay_engine_close(engine);
}

/* ------------------------------------------------------- limits */

/* Nothing has changed, and what is asked next is answered. */
static void check_refused(struct assay_engine *engine, struct assay_step *steps,
                          enum assay_code code, const char *text)
{
    struct assay_error err = {0};
    size_t before[2], after;

    for (int i = 0; i < 2; i++)
        (void)assay_sequence_tokens(steps[i].sequence, &before[i]);
    assert_false(assay_engine_run(engine, steps, 2, &err));
    assert_int_equal(err.code, code);
    assert_string_equal(err.text, text);
    for (int i = 0; i < 2; i++) {
        (void)assay_sequence_tokens(steps[i].sequence, &after);
        assert_int_equal(after, before[i]);
    }
}

static void past_the_context_is_a_limit(void **state)
{
    struct assay_engine *engine = engine_of_kind(0, 1);
    struct assay_sequence *a = fixture_sequence(engine);
    struct assay_sequence *b = fixture_sequence(engine);
    uint32_t tokens[601];

    fixture_tokens(tokens, 601, fixture_plain.vocabulary, 8);
    struct assay_step steps[] = {{a, tokens, 1, NULL, 0},
                                 {b, tokens, 601, NULL, 0}};
    check_refused(engine, steps, ASSAY_LIMIT,
                  "600 tokens are the model's limit; 0 are read and 601 more "
                  "were given");
    steps[1].count = 599;
    fixture_run(engine, steps, 2);
    steps[1].count = 2;
    check_refused(engine, steps, ASSAY_LIMIT,
                  "600 tokens are the model's limit; 599 are read and 2 more "
                  "were given");
    /* the last one fits, and is what it is at once */
    float got[70], *want = fixture_logits(engine, tokens, 600);
    struct assay_step last = {b, tokens + 599, 1, got, 1};
    fixture_run(engine, &last, 1);
    same_bits("position", 0, 599, got, want + 599 * 70, 70);
    steps[1].count = 1;
    check_refused(engine, steps, ASSAY_LIMIT,
                  "600 tokens are the model's limit; 600 are read and 1 more "
                  "were given");
    free(want);
    assay_sequence_free(a);
    assay_sequence_free(b);
    assay_engine_close(engine);
}

static void a_token_outside_the_vocabulary_is_refused(void **state)
{
    struct assay_engine *engine = engine_of_kind(0, 1);
    struct assay_sequence *a = fixture_sequence(engine);
    struct assay_sequence *b = fixture_sequence(engine);
    uint32_t bad[][3] = {{70, 0, 0}, {0, 1, UINT32_MAX}};
    struct assay_step steps[] = {{a, bad[0] + 1, 2, NULL, 0},
                                 {b, bad[0], 3, NULL, 0}};

    check_refused(engine, steps, ASSAY_BAD_INPUT,
                  "token 70 is outside the vocabulary of 70");
    steps[1].tokens = bad[1];
    check_refused(engine, steps, ASSAY_BAD_INPUT,
                  "token 4294967295 is outside the vocabulary of 70");
    assay_sequence_free(a);
    assay_sequence_free(b);
    assay_engine_close(engine);
}

/* ------------------------------------------------------- the window */

/* With one layer, a token as old as the window is not seen any more. */
static void a_window_ends_where_it_says(void **state)
{
    struct fixture_model model = fixture_plain;
    uint32_t tokens[SHORT], n = model.vocabulary;

    model.layers = 1;
    for (size_t threads = 1; threads <= 2; threads++) {
        struct assay_engine_options options = {.cache = ASSAY_CACHE_F32,
                                               .threads = threads};
        struct assay_engine *engine = fixture_engine(&model, &options);

        fixture_tokens(tokens, SHORT, n, 9);
        float *want = fixture_logits(engine, tokens, SHORT);
        tokens[10] = (tokens[10] + 1) % n;
        float *got = fixture_logits(engine, tokens, SHORT);
        for (size_t p = 0; p < SHORT; p++) {
            bool same = memcmp(got + p * n, want + p * n, n * sizeof *got) == 0;
            bool sees = p >= 10 && p < 10 + model.window;

            if (same == sees)
                fail_msg("position %zu %s position 10, window %u", p,
                         same ? "does not see" : "sees", model.window);
        }
        free(got);
        free(want);
        assay_engine_close(engine);
    }
}

/* No number is known before; these are out of reach either way. */
static void what_the_machine_can_do_is_measured(void **state)
{
    const char *const extensions[] = {"scalar", "avx2", "avx512_vnni", "neon"};
    struct assay_engine *engine = engine_of_kind(0, 1);
    const char *extension = assay_engine_facts(engine).extension;
    struct assay_engine_limits limits = {0};
    struct assay_error err = {0};
    size_t i = 0;

    while (i < 4 && strcmp(extension, extensions[i]) != 0)
        i++;
    assert_true(i < 4);
    assert_true(assay_engine_measure(engine, &limits, &err));
    /* a hundredth of, and a thousand times what processors do in 2026 */
    assert_true(limits.read_bytes_per_s > 1e8 &&
                limits.read_bytes_per_s < 1e13);
    assert_true(limits.int8_operations_per_s > 1e7 &&
                limits.int8_operations_per_s < 1e14);
    assay_engine_close(engine);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(logits_are_those_of_the_reference),
        cmocka_unit_test(a_level_is_chosen_by_its_name),
        cmocka_unit_test(a_prompt_cut_anywhere_gives_the_same_logits),
        cmocka_unit_test(a_long_prompt_is_its_tokens_one_by_one),
        cmocka_unit_test(tokens_among_others_are_what_they_are_alone),
        cmocka_unit_test(any_number_of_threads_gives_the_same_logits),
        cmocka_unit_test(a_prefix_that_was_kept_changes_nothing),
        cmocka_unit_test(cutting_behind_the_end_changes_nothing),
        cmocka_unit_test(past_the_context_is_a_limit),
        cmocka_unit_test(a_token_outside_the_vocabulary_is_refused),
        cmocka_unit_test(a_window_ends_where_it_says),
        cmocka_unit_test(what_the_machine_can_do_is_measured),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
