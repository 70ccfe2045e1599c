/*
 * From logits to tokens: which ones may be drawn, against a plain sort; how
 * often, by chi-square; and all that is never drawn. Seeds are fixed, so
 * that what is random here is the same in every run.
 */
#include "schema_fixture.h"
#include "vocabulary_fixture.h"

#include <math.h>

enum { DRAWS = 6000, ALIVE = 40 };

/* As few as it takes are alive: the others have no share at all. */
struct bench {
    struct assay_tokenizer *tokenizer;
    uint32_t size, alive[ALIVE];
    float *logits; /* what every draw begins with */
};

static struct bench bench_begin(uint64_t seed)
{
    struct bench b = {.tokenizer = tokenizer_from(vocabulary_like_gemma())};

    b.size = assay_tokenizer_size(b.tokenizer);
    b.logits = malloc(b.size * sizeof *b.logits);
    for (uint32_t id = 0; id < b.size; id++)
        b.logits[id] = -INFINITY;
    for (int i = 0; i < ALIVE; i++) {
        /* words: no controls among them */
        b.alive[i] = 300 + 2 * (uint32_t)i;
        double sum = 0;
        for (int k = 0; k < 4; k++)
            sum += (double)(next_random(&seed) >> 11) * 0x1p-53;
        b.logits[b.alive[i]] = (float)(4 * sum - 8);
    }
    return b;
}

static void bench_end(struct bench *b)
{
    free(b->logits);
    assay_tokenizer_free(b->tokenizer);
}

static struct assay_sampler *sampler_of(const struct bench *b,
                                        const struct assay_sampling *how)
{
    struct assay_sampler *s = assay_sampler_new(b->tokenizer, how, NULL);

    assert_non_null(s);
    return s;
}

static uint32_t next_of(const struct bench *b, struct assay_sampler *s)
{
    float *logits = malloc(b->size * sizeof *logits);
    uint32_t token;

    memcpy(logits, b->logits, b->size * sizeof *logits);
    token = assay_sampler_next(s, logits);
    free(logits);
    return token;
}

static struct assay_sampling plain_sampling(float temperature)
{
    return (struct assay_sampling){.temperature = temperature,
                                   .top_p = 1,
                                   .repetition_penalty = 1,
                                   .seed = 1};
}

/* ------------------------------------------------------- the plain sort */

struct share {
    uint32_t token;
    double logit, share;
};

static int by_share(const void *a, const void *b)
{
    const struct share *x = a, *y = b;

    if (x->logit != y->logit)
        return x->logit < y->logit ? 1 : -1;
    return x->token < y->token ? -1 : x->token > y->token;
}

static void make_whole(struct share *all, size_t count)
{
    double sum = 0;

    for (size_t i = 0; i < count; i++)
        sum += all[i].share;
    for (size_t i = 0; i < count; i++)
        all[i].share /= sum;
}

/* top-k, then top-p of what is left, then min-p; shares of what remains. */
static size_t plain_sort(const float *logits, uint32_t size,
                         const struct assay_sampling *how, struct share *all)
{
    size_t count = 0, kept = 0;
    double sum = 0;

    for (uint32_t id = 0; id < size; id++)
        if (logits[id] > -INFINITY)
            all[count++] = (struct share){id, (double)logits[id], 0};
    qsort(all, count, sizeof *all, by_share);
    if (how->top_k && count > how->top_k)
        count = how->top_k;
    for (size_t i = 0; i < count; i++)
        all[i].share =
            exp((all[i].logit - all[0].logit) / (double)how->temperature);
    make_whole(all, count);
    while (kept < count && (kept == 0 || sum < (double)how->top_p))
        sum += all[kept++].share;
    while (kept > 1 && all[kept - 1].share < (double)how->min_p * all[0].share)
        kept--;
    make_whole(all, kept);
    return kept;
}

static void draw_many(const struct bench *b, const struct assay_sampling *how,
                      size_t draws, uint32_t *counts)
{
    struct assay_sampler *s = sampler_of(b, how);

    memset(counts, 0, b->size * sizeof *counts);
    for (size_t i = 0; i < draws; i++) {
        uint32_t token = next_of(b, s);

        assert_true(token < b->size);
        counts[token]++;
    }
    assay_sampler_free(s);
}

/* Exactly these, and as often as they should be. */
static void check_draws(const struct bench *b, const struct assay_sampling *how)
{
    struct share *all = malloc(b->size * sizeof *all);
    uint32_t *counts = malloc(b->size * sizeof *counts);
    size_t kept = plain_sort(b->logits, b->size, how, all), degrees = 0;
    double square = 0, rest = 0, rest_drawn = 0, drawn = 0;

    draw_many(b, how, DRAWS, counts);
    for (size_t i = 0; i < kept; i++) {
        double expected = all[i].share * DRAWS;
        double got = counts[all[i].token];

        drawn += got;
        if (expected > 20 && got == 0)
            fail_msg("k %u, p %g, min %g, t %g: token %u is never drawn",
                     how->top_k, (double)how->top_p, (double)how->min_p,
                     (double)how->temperature, all[i].token);
        if (expected < 5) { /* too rare to be one of the cells */
            rest += expected;
            rest_drawn += got;
            continue;
        }
        square += (got - expected) * (got - expected) / expected;
        degrees++;
    }
    if (rest >= 5) {
        square += (rest_drawn - rest) * (rest_drawn - rest) / rest;
        degrees++;
    }
    if (drawn != DRAWS)
        fail_msg("k %u, p %g, min %g, t %g: %g draws of others than the %zu",
                 how->top_k, (double)how->top_p, (double)how->min_p,
                 (double)how->temperature, DRAWS - drawn, kept);
    /* past four deviations of the distribution: not by chance */
    if (degrees > 1 &&
        square > (double)degrees - 1 + 4 * sqrt(2 * ((double)degrees - 1)) + 6)
        fail_msg("k %u, p %g, min %g, t %g: chi-square %.1f of %zu cells",
                 how->top_k, (double)how->top_p, (double)how->min_p,
                 (double)how->temperature, square, degrees);
    free(all);
    free(counts);
}

static void what_is_drawn_is_what_a_plain_sort_leaves(void **state)
{
    static const uint32_t top_k[] = {0, 1, 2, 7, 39, 40, 64, 100000};
    static const float top_p[] = {1, 0.95F, 0.9F, 0.5F, 0.05F, 0};
    static const float min_p[] = {0, 0.05F, 0.3F, 1};
    static const float temperatures[] = {1, 0.5F, 2};
    struct bench b = bench_begin(4711);

    for (size_t i = 0; i < 8 * 6 * 4; i++) {
        struct assay_sampling how = plain_sampling(temperatures[i % 3]);

        how.top_k = top_k[i % 8];
        how.top_p = top_p[i / 8 % 6];
        how.min_p = min_p[i / 48];
        how.seed = i;
        check_draws(&b, &how);
    }
    bench_end(&b);
}

/* Equal logits at the edge of a cut: the smaller ids are kept. */
static void ties_at_a_cut_go_to_the_smaller_id(void **state)
{
    struct bench b = bench_begin(1);
    uint32_t *counts = malloc(b.size * sizeof *counts);
    struct assay_sampling how = plain_sampling(1);

    for (int i = 0; i < ALIVE; i++)
        b.logits[b.alive[i]] = i < 2 ? 1 : 0;
    for (int by_p = 0; by_p < 2; by_p++) {
        how.top_k = by_p ? 0 : 5;
        /* two of e and three of 1, of all */
        how.top_p = by_p ? (float)((2 * exp(1) + 2.5) / (2 * exp(1) + 38)) : 1;
        draw_many(&b, &how, 3000, counts);
        for (int i = 0; i < ALIVE; i++)
            assert_int_equal(counts[b.alive[i]] > 0, i < 5);
    }
    free(counts);
    bench_end(&b);
}

/* ------------------------------------------------------- greedy, seeds */

static void greedy_takes_the_best_and_the_smaller_id_of_two(void **state)
{
    struct bench b = bench_begin(2);
    struct assay_sampling how = plain_sampling(0);
    struct share all[ALIVE];

    struct assay_sampler *s = sampler_of(&b, &how);
    (void)plain_sort(b.logits, b.size,
                     &(struct assay_sampling){.temperature = 1, .top_p = 1},
                     all);
    assert_int_equal(next_of(&b, s), all[0].token);
    b.logits[b.alive[30]] = b.logits[b.alive[7]] = 100;
    assert_int_equal(next_of(&b, s), b.alive[7]);
    assay_sampler_free(s);
    /* so cold that it is the same */
    how.temperature = 1e-5F;
    s = sampler_of(&b, &how);
    for (int i = 0; i < 50; i++)
        assert_int_equal(next_of(&b, s), b.alive[7]);
    assay_sampler_free(s);
    bench_end(&b);
}

static void a_seed_gives_the_same_tokens_again(void **state)
{
    struct bench b = bench_begin(3);
    uint32_t first[200], same = 0;

    for (int round = 0; round < 3; round++) {
        struct assay_sampling how = plain_sampling(1);

        how.seed = round < 2 ? 42 : 43;
        how.top_k = 20;
        struct assay_sampler *s = sampler_of(&b, &how);
        for (int i = 0; i < 200; i++) {
            uint32_t token = next_of(&b, s);

            if (round == 0)
                first[i] = token;
            else if (round == 1)
                assert_int_equal(token, first[i]);
            else
                same += token == first[i];
        }
        assay_sampler_free(s);
    }
    assert_true(same < 60); /* of another seed: by chance */
    bench_end(&b);
}

/* ------------------------------------------------------- what is never drawn */

static void control_tokens_are_never_drawn(void **state)
{
    struct bench b = bench_begin(4);

    for (uint32_t id = 0; id < b.size; id++)
        if (assay_tokenizer_is_control(b.tokenizer, id))
            b.logits[id] = 20;
    for (int kind = 0; kind < 4; kind++) {
        struct assay_sampling how = plain_sampling(kind ? 1 : 0);
        bool ended = false;

        how.top_k = kind == 1 ? 10 : 0;
        how.top_p = kind == 2 ? 0.9F : 1;
        struct assay_sampler *s = sampler_of(&b, &how);
        for (int i = 0; i < 300; i++) {
            uint32_t token = next_of(&b, s);

            assert_true(!assay_tokenizer_is_control(b.tokenizer, token) ||
                        assay_tokenizer_ends(b.tokenizer, token));
            ended = ended || assay_tokenizer_ends(b.tokenizer, token);
        }
        assert_true(ended); /* those may be */
        assay_sampler_free(s);
    }
    bench_end(&b);
}

static void a_logit_that_is_no_number_is_lowest(void **state)
{
    struct bench b = bench_begin(5);

    for (int i = 0; i < ALIVE; i += 2)
        b.logits[b.alive[i]] = NAN;
    for (int kind = 0; kind < 4; kind++) {
        struct assay_sampling how = plain_sampling(kind ? 1 : 0);

        how.top_k = kind == 1 ? 30 : 0;
        how.top_p = kind == 2 ? 0.9F : 1;
        struct assay_sampler *s = sampler_of(&b, &how);
        for (int i = 0; i < 300; i++) {
            uint32_t token = next_of(&b, s);

            assert_true(token >= 300 && (token - 300) / 2 % 2 == 1);
        }
        for (uint32_t id = 0; id < b.size; id++)
            b.logits[id] = kind % 2 ? NAN : -INFINITY;
        assert_int_equal(next_of(&b, s), ASSAY_NO_TOKEN);
        assay_sampler_free(s);
        bench_end(&b);
        b = bench_begin(5);
        for (int i = 0; i < ALIVE; i += 2)
            b.logits[b.alive[i]] = NAN;
    }
    bench_end(&b);
}

static void an_infinite_logit_takes_all(void **state)
{
    struct bench b = bench_begin(6);

    b.logits[b.alive[9]] = INFINITY;
    for (int kind = 0; kind < 3; kind++) {
        struct assay_sampling how = plain_sampling(1);

        how.top_k = kind == 1 ? 10 : 0;
        how.top_p = kind == 2 ? 0.9F : 1;
        struct assay_sampler *s = sampler_of(&b, &how);
        assert_int_equal(next_of(&b, s), b.alive[9]);
        assay_sampler_free(s);
    }
    bench_end(&b);
}

/* ------------------------------------------------------- penalty, bias */

static void a_token_that_stood_is_penalised_once(void **state)
{
    struct bench b = bench_begin(7);
    struct assay_sampling how = plain_sampling(0);
    uint32_t a = b.alive[3], c = b.alive[5], d = b.alive[6];

    for (int i = 0; i < ALIVE; i++)
        b.logits[b.alive[i]] = -9;
    how.repetition_penalty = 1.5F;
    /* 3 / 1.5 is above 1.9, and 3 / 1.5 / 1.5 would not be */
    b.logits[a] = 3;
    b.logits[c] = 1.9F;
    struct assay_sampler *s = sampler_of(&b, &how);
    assay_sampler_read(s, (uint32_t[]){a, a, a}, 3);
    assert_int_equal(next_of(&b, s), a);
    b.logits[c] = 2.1F;
    assert_int_equal(next_of(&b, s), c);
    /* now c as well: 1.4, against 2 */
    assert_int_equal(next_of(&b, s), a);
    assay_sampler_free(s);
    /* below zero it is multiplied */
    b.logits[a] = -1;
    b.logits[c] = -1.4F;
    s = sampler_of(&b, &how);
    assay_sampler_read(s, &a, 1);
    assert_int_equal(next_of(&b, s), c);
    assay_sampler_free(s);
    /* 64 tokens later it is forgotten */
    for (uint32_t others = 63; others <= 64; others++) {
        uint32_t read[65] = {a};

        for (uint32_t i = 1; i <= others; i++)
            read[i] = d;
        s = sampler_of(&b, &how);
        assay_sampler_read(s, read, 1 + others);
        assert_int_equal(next_of(&b, s), others == 63 ? c : a);
        assay_sampler_free(s);
    }
    bench_end(&b);
}

static void a_bias_is_added_before_all_else(void **state)
{
    struct bench b = bench_begin(8);
    struct assay_sampling how = plain_sampling(0);
    const struct assay_bias bias[] = {{b.alive[1], 50},  {b.alive[2], -100},
                                      {b.size, 100},     {UINT32_MAX, 100},
                                      {b.alive[4], 100}, {b.alive[4], -60}};

    b.logits[b.alive[2]] = 60;
    how.bias = bias;
    how.bias_count = sizeof bias / sizeof bias[0];
    struct assay_sampler *s = sampler_of(&b, &how);
    assert_int_equal(next_of(&b, s), b.alive[1]);
    assay_sampler_free(s);
    /* a control token stays out */
    const struct assay_bias control = {2, 100};
    how.bias = &control;
    how.bias_count = 1;
    b.logits[2] = 50;
    s = sampler_of(&b, &how);
    assert_int_equal(next_of(&b, s), b.alive[2]);
    assay_sampler_free(s);
    bench_end(&b);
}

static void settings_out_of_range_are_named(void **state)
{
    const struct assay_bias bias = {1, 101};
    struct assay_sampling wrong[7];
    static const char *const texts[] = {
        "temperature is 2.1, expected 0 to 2",
        "temperature is nan, expected 0 to 2",
        "top_p is -0.1, expected 0 to 1",
        "top_p is 1.5, expected 0 to 1",
        "min_p is 2, expected 0 to 1",
        "repetition_penalty is 0, expected 0.1 to 10",
        "logit_bias is 101, expected -100 to 100",
    };
    struct assay_error err = {0};
    struct assay_sampling right = assay_sampling_default();

    assert_true(assay_sampling_check(&right, &err));
    for (size_t i = 0; i < 7; i++)
        wrong[i] = right;
    wrong[0].temperature = 2.1F;
    wrong[1].temperature = NAN;
    wrong[2].top_p = -0.1F;
    wrong[3].top_p = 1.5F;
    wrong[4].min_p = 2;
    wrong[5].repetition_penalty = 0;
    wrong[6].bias = &bias;
    wrong[6].bias_count = 1;
    for (size_t i = 0; i < 7; i++) {
        assert_false(assay_sampling_check(&wrong[i], &err));
        assert_int_equal(err.code, ASSAY_BAD_INPUT);
        assert_string_equal(err.text, texts[i]);
    }
}

/* ------------------------------------------------------- logprobs */

static void shares_of_all_tokens_add_up_to_one(void **state)
{
    struct bench b = bench_begin(9);
    struct assay_logprob one, best[20];
    struct share all[ALIVE];
    double sum = 0;

    b.logits[b.alive[0]] = NAN;
    size_t count =
        plain_sort(b.logits, b.size,
                   &(struct assay_sampling){.temperature = 1, .top_p = 1}, all);
    assert_int_equal(count, ALIVE - 1);
    for (size_t i = 0; i < count; i++) {
        assay_logprobs(b.logits, b.size, all[i].token, &one, best, i % 21);
        assert_int_equal(one.token, all[i].token);
        assert_float_equal(one.logprob, (float)log(all[i].share), 1e-5F);
        sum += exp((double)one.logprob);
        for (size_t k = 0; k < i % 21; k++) {
            assert_int_equal(best[k].token, all[k].token);
            assert_float_equal(best[k].logprob, (float)log(all[k].share),
                               1e-5F);
        }
    }
    assert_float_equal(sum, 1, 1e-5);
    /* what cannot be, and more than there are */
    assay_logprobs(b.logits, b.size, 3, &one, best, 1);
    assert_true(one.logprob == -INFINITY);
    for (uint32_t id = 0; id < b.size; id++)
        b.logits[id] = id == 310 ? 2 : -INFINITY;
    assay_logprobs(b.logits, b.size, 310, &one, best, 3);
    assert_true(one.logprob == 0 && best[0].token == 310);
    assert_int_equal(best[1].token, ASSAY_NO_TOKEN);
    assert_true(best[1].logprob == -INFINITY);
    bench_end(&b);
}

/* ------------------------------------------------------- constraints */

/* Any logits at all: the text is one of the schema, and ends by itself. */
static void a_constraint_leaves_only_what_may_stand(void **state)
{
    static const char schema_text[] =
        "{\"type\":\"object\",\"properties\":{\"a\":{\"enum\":[\"red\","
        "\"blue\",12]},\"b\":{\"type\":\"boolean\"}},\"required\":[\"a\"],"
        "\"additionalProperties\":false}";
    struct assay_tokenizer *t = nano_tokenizer();
    struct assay_schema *schema = schema_of(t, schema_text);
    struct assay_arena arena = {0};
    const struct assay_json *tree = json_of(&arena, schema_text);
    uint32_t size = assay_tokenizer_size(t);
    float *logits = malloc(size * sizeof *logits);

    for (uint64_t seed = 1; seed <= 60; seed++) {
        struct assay_constraint *c = assay_constraint_new(schema);
        struct assay_sampling how = plain_sampling(seed % 3 ? 1 : 0);
        struct assay_error err = {0};
        struct assay_buf out;
        uint64_t any = seed;

        how.top_k = seed % 2 ? 5 : 0;
        how.seed = seed;
        struct assay_sampler *s = assay_sampler_new(t, &how, c);
        assay_buf_init(&out, 1 << 16);
        for (;;) {
            for (uint32_t id = 0; id < size; id++)
                logits[id] = (float)(next_random(&any) % 1000) / 100;
            uint32_t token = assay_sampler_next(s, logits);
            assert_true(token < size);
            if (assay_tokenizer_ends(t, token))
                break;
            assay_buf_add(&out, assay_token_bytes(t, token));
            assert_true(out.len < 500);
        }
        const struct assay_json *value =
            assay_json_parse(&arena, assay_buf_str(&out), NULL, &err);
        if (!value || !validates(tree, tree, value))
            fail_msg("%.*s %s", ASSAY_STR_ARG(assay_buf_str(&out)), err.text);
        assay_sampler_free(s);
        assay_constraint_free(c);
        assay_buf_release(&out);
    }
    free(logits);
    assay_arena_free(&arena);
    assay_schema_free(schema);
    assay_tokenizer_free(t);
}

static void a_vocabulary_that_cannot_spell_it_has_no_token(void **state)
{
    struct vocabulary v = vocabulary_of_four();
    struct assay_sampling how = plain_sampling(1);
    float logits[8] = {0};

    add_piece(&v, "a", -1, NORMAL);
    struct assay_tokenizer *t = tokenizer_from(v);
    struct assay_schema *schema = schema_of(t, "{\"type\":\"integer\"}");
    struct assay_constraint *c = assay_constraint_new(schema);
    struct assay_sampler *s = assay_sampler_new(t, &how, c);
    assert_int_equal(assay_sampler_next(s, logits), ASSAY_NO_TOKEN);
    assay_sampler_free(s);
    assay_constraint_free(c);
    assay_schema_free(schema);
    assay_tokenizer_free(t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_drawn_is_what_a_plain_sort_leaves),
        cmocka_unit_test(ties_at_a_cut_go_to_the_smaller_id),
        cmocka_unit_test(greedy_takes_the_best_and_the_smaller_id_of_two),
        cmocka_unit_test(a_seed_gives_the_same_tokens_again),
        cmocka_unit_test(control_tokens_are_never_drawn),
        cmocka_unit_test(a_logit_that_is_no_number_is_lowest),
        cmocka_unit_test(an_infinite_logit_takes_all),
        cmocka_unit_test(a_token_that_stood_is_penalised_once),
        cmocka_unit_test(a_bias_is_added_before_all_else),
        cmocka_unit_test(settings_out_of_range_are_named),
        cmocka_unit_test(shares_of_all_tokens_add_up_to_one),
        cmocka_unit_test(a_constraint_leaves_only_what_may_stand),
        cmocka_unit_test(a_vocabulary_that_cannot_spell_it_has_no_token),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
