/*
 * Turns of the local route: caches that prompts share, prompts longer than
 * a pass and than the context, schemas, scoring, and questions that are not
 * possible. What comes out is compared with the engine itself.
 */
#include "support/support.h"

#include "assay/engine.h"
#include "assay/route.h"

#include <math.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

enum { CONTEXT = 512 };

static struct assay_route_link *open_route(size_t parallel)
{
    const struct assay_route_options options = {.threads = 1,
                                                .parallel = parallel};
    struct assay_error err = {0};
    struct assay_route_link *route =
        assay_route_open(ASSAY_STR("local:nano-xs"), &options, &err);

    if (!route)
        fail_msg("%s", err.text);
    return route;
}

/* Greedy, of a text as it stands. */
static struct assay_ask plain_ask(const char *prompt)
{
    return (struct assay_ask){
        .prompt = assay_str_c(prompt),
        .chat = {.max_tokens = 12, .logprobs = -1},
    };
}

static struct assay_response answer_of(struct assay_route_link *route,
                                       const struct assay_ask *ask,
                                       struct assay_arena *arena)
{
    struct assay_error err = {0};
    struct assay_response answer;

    if (!assay_route_ask(route, ask, NULL, arena, &answer, &err))
        fail_msg("%s", err.text);
    return answer;
}

/* ------------------------------------------------------- the engine alone */

struct alone {
    struct assay_local local;
    struct assay_sequence *sequence;
    uint32_t vocabulary;
    float *logits; /* of one position */
};

static struct alone alone_begin(void)
{
    const struct assay_engine_options options = {.threads = 1};
    struct assay_error err = {0};
    struct alone a = {0};

    if (!assay_local_open(&a.local, ASSAY_STR("nano-xs"), &options, &err))
        fail_msg("%s", err.text);
    a.vocabulary = assay_engine_facts(a.local.engine).vocabulary;
    a.logits = malloc(a.vocabulary * sizeof *a.logits);
    a.sequence = assay_sequence_new(a.local.engine, &err);
    assert_non_null(a.sequence);
    return a;
}

static void alone_end(struct alone *a)
{
    assay_sequence_free(a->sequence);
    assay_local_close(&a->local);
    free(a->logits);
}

/* One token at a time; the logits behind the last are left. */
static void read_tokens(struct alone *a, const struct assay_tokens *tokens)
{
    struct assay_error err = {0};

    for (size_t i = 0; i < tokens->count; i++) {
        struct assay_step step = {a->sequence, tokens->at + i, 1, a->logits, 1};

        assert_true(assay_engine_run(a->local.engine, &step, 1, &err));
    }
}

static struct assay_tokens tokens_of(struct alone *a, struct assay_arena *arena,
                                     const char *text, bool begin)
{
    struct assay_tokens own, all;
    struct assay_error err = {0};

    assert_true(assay_tokenize(a->local.tokenizer, arena, assay_str_c(text),
                               false, &own, &err));
    all.at = ASSAY_NEW_ARRAY(arena, uint32_t, own.count + 1);
    all.count = begin;
    all.at[0] = assay_tokenizer_bos(a->local.tokenizer);
    for (size_t i = 0; i < own.count; i++)
        all.at[all.count++] = own.at[i];
    return all;
}

static uint32_t best_of(const struct alone *a)
{
    uint32_t best = 0;

    for (uint32_t i = 1; i < a->vocabulary; i++)
        if (a->logits[i] > a->logits[best] &&
            (!assay_tokenizer_is_control(a->local.tokenizer, i) ||
             assay_tokenizer_ends(a->local.tokenizer, i)))
            best = i;
    return best;
}

/* What greedy decoding says, without a route. */
static const char *said_alone(struct alone *a, struct assay_arena *arena,
                              const char *prompt, size_t most)
{
    struct assay_tokens tokens = tokens_of(a, arena, prompt, true);
    struct assay_detokenizer text = {.tokenizer = a->local.tokenizer};
    const char *copy;
    struct assay_buf out;

    assay_buf_init(&out, 1 << 16);
    assay_sequence_cut(a->sequence, 0);
    read_tokens(a, &tokens);
    for (size_t i = 0; i < most; i++) {
        uint32_t token = best_of(a);
        struct assay_tokens one = {&token, 1};

        if (assay_tokenizer_ends(a->local.tokenizer, token))
            break;
        assay_detokenize(&text, token, &out);
        if (i + 1 < most)
            read_tokens(a, &one);
    }
    assay_detokenize_end(&text, &out);
    copy = assay_arena_cstr(arena, assay_buf_str(&out));
    assay_buf_release(&out);
    return copy;
}

/* ------------------------------------------------------- prompts */

/* So many characters, each a token. */
static const char *long_text(struct assay_arena *arena, size_t len)
{
    static const char words[] = "Repeat: river stone 42 lemon Paris. ";
    char *text = ASSAY_NEW_ARRAY(arena, char, len + 1);

    for (size_t i = 0; i < len; i++)
        text[i] = words[i % (sizeof words - 1)];
    text[len] = '\0';
    return text;
}

static void prompts_of_any_length_are_answered_as_by_the_engine(void **state)
{
    static const size_t lengths[] = {1,   2,   30,  238, 239, 240,
                                     241, 300, 479, 480, 499, 510};
    struct assay_route_link *route = open_route(3);
    struct alone a = alone_begin();

    for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
        struct assay_arena arena = {0};
        const char *prompt = long_text(&arena, lengths[i]);
        struct assay_ask ask = plain_ask(prompt);
        size_t left = CONTEXT - 1 - lengths[i];

        struct assay_response answer = answer_of(route, &ask, &arena);
        assert_int_equal(answer.reply.usage.input_tokens, lengths[i] + 1);
        if (!assay_str_is(answer.reply.text, said_alone(&a, &arena, prompt,
                                                        left < 12 ? left : 12)))
            fail_msg("%zu characters: '%.*s'", lengths[i],
                     ASSAY_STR_ARG(answer.reply.text));
        assay_arena_free(&arena);
    }
    alone_end(&a);
    assay_route_close(route);
}

static void the_context_is_the_limit(void **state)
{
    struct assay_route_link *route = open_route(2);
    struct assay_arena arena = {0};
    struct assay_error err = {0};
    struct assay_response answer;

    for (size_t len = CONTEXT - 1; len < CONTEXT + 2; len++) {
        struct assay_ask ask = plain_ask(long_text(&arena, len));

        assert_false(assay_route_ask(route, &ask, NULL, &arena, &answer, &err));
        assert_int_equal(err.code, ASSAY_LIMIT);
        assert_string_equal(
            err.text,
            assay_arena_printf(&arena,
                               "the prompt has %zu tokens, the model reads at "
                               "most 512 with one to answer",
                               len + 1)
                .at);
    }
    /* an answer that fills it, however many were asked for */
    for (uint32_t most = 0; most <= 100; most += 100) {
        struct assay_ask ask = plain_ask(long_text(&arena, CONTEXT - 3));

        ask.chat.max_tokens = most;
        answer = answer_of(route, &ask, &arena);
        assert_true(answer.reply.usage.output_tokens <= 2);
        if (answer.reply.usage.output_tokens == 2)
            assert_int_equal(answer.reply.finish, ASSAY_FINISH_LENGTH);
    }
    assay_arena_free(&arena);
    assay_route_close(route);
}

/* ------------------------------------------------------- caches */

static void a_prefix_that_was_read_is_not_read_again(void **state)
{
    struct assay_route_link *route = open_route(2);
    struct assay_arena arena = {0};
    const char *prompt = long_text(&arena, 200);
    struct assay_ask ask = plain_ask(prompt);

    struct assay_response first = answer_of(route, &ask, &arena);
    assert_int_equal(first.reply.usage.cache_read_tokens, 0);
    struct assay_response second = answer_of(route, &ask, &arena);
    assert_int_equal(second.reply.usage.cache_read_tokens,
                     200); /* but the last token */
    assert_true(assay_str_equal(first.reply.text, second.reply.text));
    /* another text from the middle on */
    char *other = ASSAY_NEW_ARRAY(&arena, char, 201);
    memcpy(other, prompt, 201);
    other[120] ^= 1;
    ask = plain_ask(other);
    struct assay_response third = answer_of(route, &ask, &arena);
    assert_int_equal(third.reply.usage.cache_read_tokens, 121);
    /* and of the answer as far as it was read */
    ask = plain_ask(
        assay_arena_printf(&arena, "%s%.*s!!", prompt,
                           ASSAY_STR_ARG(assay_str_head(first.reply.text, 3)))
            .at);
    struct assay_response fourth = answer_of(route, &ask, &arena);
    assert_true(fourth.reply.usage.cache_read_tokens == 121 ||
                fourth.reply.usage.cache_read_tokens == 204);
    struct alone a = alone_begin();
    assert_true(
        assay_str_is(third.reply.text, said_alone(&a, &arena, other, 12)));
    alone_end(&a);
    assay_arena_free(&arena);
    assay_route_close(route);
}

/* Messages that go on: what was said before is there. */
static void a_conversation_goes_on_from_its_cache(void **state)
{
    struct assay_route_link *route = open_route(2);
    struct assay_arena arena = {0};
    struct assay_message messages[3] = {
        {.role = ASSAY_ROLE_USER, .text = ASSAY_STR("Capital of France?")}};
    struct assay_ask ask = plain_ask("");

    ask.chat.messages = messages;
    ask.chat.message_count = 1;
    ask.chat.max_tokens = 50;
    struct assay_response first = answer_of(route, &ask, &arena);
    messages[1] = (struct assay_message){.role = ASSAY_ROLE_MODEL,
                                         .text = first.reply.text};
    messages[2] = (struct assay_message){
        .role = ASSAY_ROLE_USER, .text = ASSAY_STR("Capital of Spain?")};
    ask.chat.message_count = 3;
    struct assay_response second = answer_of(route, &ask, &arena);
    assert_int_equal(second.reply.usage.cache_read_tokens,
                     first.reply.usage.input_tokens +
                         first.reply.usage.output_tokens);
    assay_arena_free(&arena);
    assay_route_close(route);
}

/* Two that take turns: each goes on from its own cache. */
static void conversations_in_turn_keep_their_caches(void **state)
{
    static const char *const texts[2] = {"Repeat: river stone",
                                         "Capital of France?"};
    struct assay_route_link *route = open_route(2);
    struct assay_arena arena = {0};
    struct assay_message messages[2][8];
    size_t read[2] = {0, 0};

    for (size_t i = 0; i < 6; i++) {
        size_t who = i % 2, count = i / 2 * 2;
        struct assay_ask ask = plain_ask("");

        messages[who][count] = (struct assay_message){
            .role = ASSAY_ROLE_USER, .text = assay_str_c(texts[who])};
        ask.chat.messages = messages[who];
        ask.chat.message_count = count + 1;
        ask.chat.max_tokens = 40;
        struct assay_response answer = answer_of(route, &ask, &arena);
        if (i >= 2)
            assert_int_equal(answer.reply.usage.cache_read_tokens, read[who]);
        else
            assert_true(answer.reply.usage.cache_read_tokens < 10);
        read[who] =
            answer.reply.usage.input_tokens + answer.reply.usage.output_tokens;
        messages[who][count + 1] = (struct assay_message){
            .role = ASSAY_ROLE_MODEL, .text = answer.reply.text};
    }
    assay_arena_free(&arena);
    assay_route_close(route);
}

/* ------------------------------------------------------- tokens as given */

static void tokens_are_read_as_they_are(void **state)
{
    struct assay_route_link *route = open_route(1);
    struct alone a = alone_begin();
    struct assay_arena arena = {0};
    struct assay_error err = {0};
    struct assay_response answer;
    struct assay_ask ask = plain_ask("");

    ask.tokens = tokens_of(&a, &arena, "Capital of Italy?", true);
    answer = answer_of(route, &ask, &arena);
    assert_int_equal(answer.reply.usage.input_tokens, ask.tokens.count);
    assert_true(assay_str_is(answer.reply.text,
                             said_alone(&a, &arena, "Capital of Italy?", 12)));
    ask.tokens.at[2] = a.vocabulary;
    assert_false(assay_route_ask(route, &ask, NULL, &arena, &answer, &err));
    assert_int_equal(err.code, ASSAY_BAD_INPUT);
    assay_arena_free(&arena);
    alone_end(&a);
    assay_route_close(route);
}

/* ------------------------------------------------------- schemas */

static void an_answer_keeps_to_its_schema(void **state)
{
    static const char text[] =
        "{\"type\":\"object\",\"properties\":{\"name\":{\"enum\":[\"Ana\","
        "\"Ben\"]},\"age\":{\"type\":\"integer\",\"minimum\":18,\"maximum\":"
        "80}},\"required\":[\"name\",\"age\"],\"additionalProperties\":false}";
    struct assay_route_link *route = open_route(2);
    struct assay_arena arena = {0};
    struct assay_error err = {0};
    struct assay_ask ask = plain_ask("anything at all");

    ask.chat.max_tokens = 300;
    ask.chat.schema = assay_json_parse(&arena, assay_str_c(text), NULL, &err);
    struct assay_sampling sampling = assay_sampling_default();
    ask.sampling = &sampling;
    for (uint64_t seed = 0; seed < 20; seed++) {
        uint64_t age;

        sampling.seed = seed;
        struct assay_response answer = answer_of(route, &ask, &arena);
        const struct assay_json *value =
            assay_json_parse(&arena, answer.reply.text, NULL, &err);
        assert_int_equal(answer.reply.finish, ASSAY_FINISH_STOP);
        if (!value || value->count != 2 ||
            !assay_json_to_u64(assay_json_get(value, "age"), &age) ||
            age < 18 || age > 80 || assay_json_text(value, "name").len != 3)
            fail_msg("seed %d: '%.*s'", (int)seed,
                     ASSAY_STR_ARG(answer.reply.text));
    }
    ask.chat.schema = NULL;
    ask.chat.json_object = true;
    struct assay_response answer = answer_of(route, &ask, &arena);
    assert_true(assay_str_starts(answer.reply.text, "{"));
    assay_arena_free(&arena);
    assay_route_close(route);
}

/* ------------------------------------------------------- likelihoods */

static double log_share(const struct alone *a, uint32_t token)
{
    double sum = 0;

    for (uint32_t i = 0; i < a->vocabulary; i++)
        sum += exp((double)a->logits[i]);
    return (double)a->logits[token] - log(sum);
}

static void likelihoods_are_sums_of_logprobs(void **state)
{
    static const struct assay_str choices[3] = {
        {" Paris", 6}, {" Rome", 5}, {"x", 1}};
    static const char *const contexts[] = {"Capital of France?", "a", "",
                                           "The capital is \n "};
    struct assay_route_link *route = open_route(2);
    struct alone a = alone_begin();

    for (size_t c = 0; c < 5; c++) {
        struct assay_likelihood scores[3];
        struct assay_arena arena = {0};
        struct assay_error err = {0};
        /* the last one is longer than a pass */
        const char *context = c < 4 ? contexts[c] : long_text(&arena, 450);
        /* white space at its end belongs to the continuation */
        const char *trimmed = c == 3 ? "The capital is" : context;

        if (!assay_route_score(route, assay_str_c(context), choices, 3, scores,
                               &err))
            fail_msg("%s", err.text);
        for (size_t i = 0; i < 3; i++) {
            struct assay_tokens before = tokens_of(&a, &arena, trimmed, true);
            struct assay_tokens own = tokens_of(
                &a, &arena,
                assay_arena_printf(&arena, "%s%s", context, choices[i].at).at,
                true);
            bool greedy = true;
            double sum = 0;

            before.at = own.at; /* one text; where it is cut is counted */
            own.at += before.count;
            own.count -= before.count;
            assay_sequence_cut(a.sequence, 0);
            read_tokens(&a, &before);
            for (size_t k = 0; k < own.count; k++) {
                struct assay_tokens one = {own.at + k, 1};
                uint32_t best = 0;

                for (uint32_t n = 1; n < a.vocabulary; n++)
                    best = a.logits[n] > a.logits[best] ? n : best;
                greedy = greedy && best == own.at[k];
                sum += log_share(&a, own.at[k]);
                read_tokens(&a, &one);
            }
            assert_int_equal(scores[i].tokens, own.count);
            assert_int_equal(scores[i].bytes, choices[i].len);
            assert_int_equal(scores[i].greedy, greedy);
            if (!(fabs(scores[i].log - sum) < 1e-4))
                fail_msg("context %zu, choice %zu: %.6f, expected %.6f", c, i,
                         scores[i].log, sum);
        }
        assay_arena_free(&arena);
    }
    alone_end(&a);
    assay_route_close(route);
}

/* Questions and scores in one route at once. */
static void *ask_beside(void *context)
{
    struct assay_route_link *route = context;

    for (int i = 0; i < 30; i++) {
        struct assay_arena arena = {0};
        struct assay_error err = {0};
        struct assay_response answer;
        struct assay_ask ask = plain_ask("Sort: 3 1 2");

        if (!assay_route_ask(route, &ask, NULL, &arena, &answer, &err))
            return context;
        assay_arena_free(&arena);
    }
    return NULL;
}

static void scores_beside_answers_are_the_same(void **state)
{
    static const struct assay_str choices[2] = {{" Paris", 6}, {" Rome", 5}};
    struct assay_route_link *route = open_route(2);
    struct assay_likelihood alone[2], beside[2];
    struct assay_error err = {0};
    pthread_t thread;
    void *failed;

    assert_true(assay_route_score(route, ASSAY_STR("Capital of France?"),
                                  choices, 2, alone, &err));
    assert_int_equal(pthread_create(&thread, NULL, ask_beside, route), 0);
    for (int i = 0; i < 30; i++) {
        assert_true(assay_route_score(route, ASSAY_STR("Capital of France?"),
                                      choices, 2, beside, &err));
        for (int k = 0; k < 2; k++)
            assert_memory_equal(&beside[k].log, &alone[k].log,
                                sizeof alone[k].log);
    }
    pthread_join(thread, &failed);
    assert_null(failed);
    assay_route_close(route);
}

/* ------------------------------------------------------- not possible */

static void check_refused(struct assay_route_link *route,
                          const struct assay_ask *ask, const char *text)
{
    struct assay_arena arena = {0};
    struct assay_error err = {0};
    struct assay_response answer;

    if (assay_route_ask(route, ask, NULL, &arena, &answer, &err))
        fail_msg("'%s' was expected, an answer came", text);
    assert_int_equal(err.code, ASSAY_BAD_INPUT);
    assert_string_equal(err.text, text);
    assay_arena_free(&arena);
}

static void a_question_that_is_not_possible_is_refused(void **state)
{
    struct assay_route_link *route = open_route(1);
    struct assay_arena arena = {0};
    struct assay_error err = {0};
    struct assay_likelihood score;
    struct assay_ask ask = plain_ask("a");

    ask.chat.temperature = (struct assay_stated){true, 3};
    check_refused(route, &ask, "temperature is 3, expected 0 to 2");
    ask = plain_ask("a");
    ask.chat.logprobs = 21;
    check_refused(route, &ask,
                  "21 best tokens were asked for, at most 20 are told");
    ask = plain_ask("a");
    ask.chat.schema = assay_json_parse(
        &arena, ASSAY_STR("{\"type\":\"string\",\"pattern\":\"a\"}"), NULL,
        &err);
    check_refused(route, &ask,
                  "schema: pattern: this keyword is not supported here");
    assert_false(assay_route_score(route, ASSAY_STR("a"), &ASSAY_STR(""), 1,
                                   &score, &err));
    assert_string_equal(err.text, "a continuation adds no token");
    assay_arena_free(&arena);
    assay_route_close(route);
}

static void an_address_that_is_no_route_is_refused(void **state)
{
    static const struct {
        const char *address;
        enum assay_code code;
        const char *text;
    } cases[] = {
        {"nano-s", ASSAY_BAD_INPUT,
         "'nano-s' is no route, expected local:FILE, "
         "local:nano-s, openai:BASE_URL#MODEL or echo"},
        {"other:nano-s", ASSAY_BAD_INPUT,
         "'other:nano-s' is no route, expected local:FILE, "
         "local:nano-s, openai:BASE_URL#MODEL or echo"},
        {"echo:x", ASSAY_BAD_INPUT, "'echo:x': echo takes no address"},
        {"local:nowhere.gguf", ASSAY_NOT_FOUND,
         "there is no file 'nowhere.gguf'; a model is a file of weights, or "
         "one that is built in: nano-s, nano-xs"},
    };
    struct assay_route_options options = {.threads = 1};
    struct assay_error err = {0};

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_null(
            assay_route_open(assay_str_c(cases[i].address), &options, &err));
        assert_int_equal(err.code, cases[i].code);
        assert_string_equal(err.text, cases[i].text);
    }
    options.parallel = 65;
    assert_null(assay_route_open(ASSAY_STR("local:"), &options, &err));
    assert_string_equal(err.text, "65 answers at once, expected 1 to 64");
    assay_route_close(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(prompts_of_any_length_are_answered_as_by_the_engine),
        cmocka_unit_test(the_context_is_the_limit),
        cmocka_unit_test(a_prefix_that_was_read_is_not_read_again),
        cmocka_unit_test(a_conversation_goes_on_from_its_cache),
        cmocka_unit_test(conversations_in_turn_keep_their_caches),
        cmocka_unit_test(tokens_are_read_as_they_are),
        cmocka_unit_test(an_answer_keeps_to_its_schema),
        cmocka_unit_test(likelihoods_are_sums_of_logprobs),
        cmocka_unit_test(scores_beside_answers_are_the_same),
        cmocka_unit_test(a_question_that_is_not_possible_is_refused),
        cmocka_unit_test(an_address_that_is_no_route_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
