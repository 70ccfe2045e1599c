/*
 * The models that ship, asked: what they answer is recorded in data/nano;
 * and whatever else goes on, each answer is the one that it is alone.
 */
#include "support/support.h"

#include "assay/engine.h"
#include "assay/file.h"
#include "assay/route.h"

#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ------------------------------------------------------- asking */

static struct assay_route_link *open_route(const char *address, size_t parallel)
{
    const struct assay_route_options options = {.threads = 1,
                                                .parallel = parallel};
    struct assay_error err = {0};
    struct assay_route_link *route =
        assay_route_open(assay_str_c(address), &options, &err);

    if (!route)
        fail_msg("%s", err.text);
    return route;
}

/* A question of one turn, greedy. */
struct question {
    struct assay_message message;
    struct assay_ask ask;
};

static struct assay_ask *greedy(struct question *q, struct assay_str prompt)
{
    q->message =
        (struct assay_message){.role = ASSAY_ROLE_USER, .text = prompt};
    q->ask = (struct assay_ask){
        .chat = {.messages = &q->message,
                 .message_count = 1,
                 .max_tokens = 100,
                 .logprobs = -1},
    };
    return &q->ask;
}

static struct assay_response answer_of(struct assay_route_link *route,
                                       const struct assay_ask *ask,
                                       const struct assay_listener *listener,
                                       struct assay_arena *arena)
{
    struct assay_error err = {0};
    struct assay_response answer;

    if (!assay_route_ask(route, ask, listener, arena, &answer, &err))
        fail_msg("%s", err.text);
    return answer;
}

/* ------------------------------------------------------- what is recorded */

enum { ROWS = 400, TASKS = 16 };

struct recorded {
    struct assay_arena arena;
    struct {
        struct assay_str task, prompt, right, answers[2];
    } rows[ROWS];
    size_t count;
};

static const char *const models[] = {"nano-s", "nano-xs"};

static void read_recorded(struct recorded *r)
{
    struct assay_error err = {0};
    struct assay_str text;

    memset(r, 0, sizeof *r);
    if (!assay_file_read(&r->arena, "data/nano/prompts.jsonl", 1 << 20, &text,
                         &err))
        fail_msg("%s", err.text);
    while (text.len) {
        struct assay_str line =
            assay_str_head(text, assay_str_find(text, '\n'));
        const struct assay_json *row =
            assay_json_parse(&r->arena, line, NULL, &err);

        assert_non_null(row);
        assert_true(r->count < ROWS);
        r->rows[r->count].task = assay_json_text(row, "task");
        r->rows[r->count].prompt = assay_json_text(row, "prompt");
        r->rows[r->count].right = assay_json_text(row, "answer");
        for (int m = 0; m < 2; m++)
            r->rows[r->count].answers[m] = assay_json_text(row, models[m]);
        r->count++;
        text = assay_str_skip(text, line.len + 1);
    }
    assert_int_equal(r->count, ROWS);
}

/* Passes of a task, as recorded and now. */
struct task {
    struct assay_str name;
    int asked, recorded, passed;
};

static struct task *task_of(struct task tasks[TASKS], struct assay_str name)
{
    for (int i = 0; i < TASKS; i++)
        if (!tasks[i].name.len || assay_str_equal(tasks[i].name, name)) {
            tasks[i].name = name;
            return &tasks[i];
        }
    fail_msg("more than %d tasks", TASKS);
    return NULL;
}

static void check_model(const struct recorded *r, int model)
{
    char address[32];
    struct task tasks[TASKS] = {0};
    int same = 0;

    snprintf(address, sizeof address, "local:%s", models[model]);
    struct assay_route_link *route = open_route(address, 0);
    assert_true(assay_str_is(assay_route_model(route), models[model]));
    for (size_t i = 0; i < r->count; i++) {
        struct assay_arena arena = {0};
        struct question q;
        struct assay_response answer =
            answer_of(route, greedy(&q, r->rows[i].prompt), NULL, &arena);
        struct task *task = task_of(tasks, r->rows[i].task);

        task->asked++;
        task->recorded +=
            assay_str_equal(r->rows[i].answers[model], r->rows[i].right);
        task->passed += assay_str_equal(answer.reply.text, r->rows[i].right);
        same += assay_str_equal(answer.reply.text, r->rows[i].answers[model]);
        assert_true(assay_str_is(answer.reply.model, models[model]));
        assert_int_equal(answer.reply.finish, ASSAY_FINISH_STOP);
        assay_arena_free(&arena);
    }
    if (same < (int)(0.99 * (double)r->count))
        fail_msg("%s: %d of %zu answers as recorded", models[model], same,
                 r->count);
    for (int i = 0; i < TASKS; i++)
        if (tasks[i].asked != 25 ||
            abs(tasks[i].passed - tasks[i].recorded) > 1)
            fail_msg("%s, %.*s: %d of %d passed, recorded are %d",
                     models[model], ASSAY_STR_ARG(tasks[i].name),
                     tasks[i].passed, tasks[i].asked, tasks[i].recorded);
    assay_route_close(route);
}

static void nano_models_answer_as_recorded(void **state)
{
    struct recorded *r = malloc(sizeof *r);

    read_recorded(r);
    for (int m = 0; m < 2; m++)
        check_model(r, m);
    assay_arena_free(&r->arena);
    free(r);
}

/* ------------------------------------------------------- many at once */

enum { ASKERS = 12, EACH = 25 };

struct asker {
    struct assay_route_link *route;
    const struct recorded *recorded;
    size_t first;
    pthread_t thread;
    struct assay_arena arena;
    struct assay_str answers[EACH];
    bool failed;
};

/* Greedy, or with a seed: the same question each time. */
static void ask_number(struct asker *a, size_t i)
{
    struct question q;
    size_t row = (a->first + i * 7) % a->recorded->count;
    struct assay_ask *ask = greedy(&q, a->recorded->rows[row].prompt);
    struct assay_sampling sampling = assay_sampling_default();
    struct assay_response answer;
    struct assay_error err = {0};

    if (i % 2) {
        sampling.seed = row;
        ask->sampling = &sampling;
        ask->chat.max_tokens = 30;
    }
    if (!assay_route_ask(a->route, ask, NULL, &a->arena, &answer, &err))
        a->failed = true;
    else
        a->answers[i] = answer.reply.text;
}

static void *ask_all(void *context)
{
    struct asker *a = context;

    for (size_t i = 0; i < EACH; i++)
        ask_number(a, i);
    return NULL;
}

static void a_dozen_at_once_get_what_each_gets_alone(void **state)
{
    struct recorded *r = malloc(sizeof *r);
    struct asker *askers = calloc(2 * ASKERS, sizeof *askers);
    struct assay_route_link *route = open_route("local:nano-xs", 5);
    struct assay_route_link *alone = open_route("local:nano-xs", 1);

    read_recorded(r);
    for (size_t i = 0; i < (size_t)2 * ASKERS; i++) {
        askers[i].route = i < ASKERS ? route : alone;
        askers[i].recorded = r;
        askers[i].first = i % ASKERS * 31;
    }
    for (size_t i = 0; i < ASKERS; i++)
        assert_int_equal(
            pthread_create(&askers[i].thread, NULL, ask_all, &askers[i]), 0);
    for (size_t i = ASKERS; i < (size_t)2 * ASKERS; i++)
        (void)ask_all(&askers[i]);
    for (size_t i = 0; i < ASKERS; i++) {
        const struct asker *one = &askers[i], *other = &askers[i + ASKERS];

        pthread_join(askers[i].thread, NULL);
        assert_false(one->failed || other->failed);
        for (size_t k = 0; k < EACH; k++)
            if (!assay_str_equal(one->answers[k], other->answers[k]))
                fail_msg("asker %zu, question %zu: '%.*s', alone '%.*s'", i, k,
                         ASSAY_STR_ARG(one->answers[k]),
                         ASSAY_STR_ARG(other->answers[k]));
    }
    for (size_t i = 0; i < (size_t)2 * ASKERS; i++)
        assay_arena_free(&askers[i].arena);
    assay_route_close(route);
    assay_route_close(alone);
    assay_arena_free(&r->arena);
    free(r);
    free(askers);
}

/* ------------------------------------------------------- pieces */

/* What a listener was told. */
struct heard {
    struct assay_buf text;
    size_t pieces, tokens, stop_after;
    const struct assay_tokenizer *tokenizer;
    double log;
    bool best_first;
};

static bool hear(void *context, const struct assay_piece *piece)
{
    struct heard *h = context;

    if (!assay_utf8_valid(piece->text))
        return false;
    assay_buf_add(&h->text, piece->text);
    h->pieces++;
    if (piece->logprob) {
        h->tokens++;
        h->log += (double)piece->logprob->logprob;
        h->best_first = h->best_first && piece->best_count == 3 &&
                        piece->best[0].token == piece->logprob->token &&
                        piece->best[1].logprob <= piece->best[0].logprob;
    }
    return h->pieces != h->stop_after;
}

static struct heard heard_begin(void)
{
    struct heard h = {.best_first = true};

    assay_buf_init(&h.text, 1 << 20);
    return h;
}

static const char json_prompt[] = "As JSON: Ana, 42, Paris";
static const char json_answer[] =
    "{\"name\": \"Ana\", \"age\": 42, \"city\": \"Paris\"}";

static void pieces_are_the_answer(void **state)
{
    struct assay_route_link *route = open_route("local:nano-s", 0);
    struct heard h = heard_begin();
    const struct assay_listener listener = {.piece = hear, .context = &h};
    struct assay_arena arena = {0};
    struct question q;
    struct assay_ask *ask = greedy(&q, assay_str_c(json_prompt));

    struct assay_response answer = answer_of(route, ask, &listener, &arena);
    assert_true(assay_str_is(answer.reply.text, json_answer));
    assert_true(assay_str_equal(assay_buf_str(&h.text), answer.reply.text));
    assert_int_equal(answer.reply.usage.output_tokens, strlen(json_answer));
    assert_true(answer.clocks.asked <= answer.clocks.begun &&
                answer.clocks.begun <= answer.clocks.first_token &&
                answer.clocks.first_token <= answer.clocks.last_token);
    assert_int_equal(h.tokens, 0);
    assay_buf_release(&h.text);
    /* the same with what each token was worth */
    h = heard_begin();
    ask->chat.logprobs = 3;
    answer = answer_of(route, ask, &listener, &arena);
    assert_int_equal(h.tokens, answer.reply.usage.output_tokens);
    assert_true(h.best_first && h.log < 0 && h.log > -1);
    assay_buf_release(&h.text);
    assay_arena_free(&arena);
    assay_route_close(route);
}

static void a_stop_text_ends_the_answer_wherever_it_stands(void **state)
{
    struct assay_route_link *route = open_route("local:nano-s", 0);
    size_t len = strlen(json_answer);

    for (size_t at = 0; at < len; at++)
        for (size_t n = 1; n <= 5 && at + n <= len; n += 2) {
            struct heard h = heard_begin();
            const struct assay_listener listener = {.piece = hear,
                                                    .context = &h};
            const struct assay_str stops[] = {ASSAY_STR("never"),
                                              {json_answer + at, n}};
            struct assay_arena arena = {0};
            struct question q;
            struct assay_ask *ask = greedy(&q, assay_str_c(json_prompt));
            size_t end = 0;

            ask->chat.stops = stops;
            ask->chat.stop_count = 2;
            struct assay_response answer =
                answer_of(route, ask, &listener, &arena);
            while (memcmp(json_answer + end, json_answer + at, n) != 0)
                end++;
            if (answer.reply.text.len != end ||
                memcmp(answer.reply.text.at, json_answer, end) != 0 ||
                !assay_str_equal(assay_buf_str(&h.text), answer.reply.text))
                fail_msg("stop '%.*s': '%.*s'", ASSAY_STR_ARG(stops[1]),
                         ASSAY_STR_ARG(answer.reply.text));
            assert_int_equal(answer.reply.finish, ASSAY_FINISH_STOP);
            assay_buf_release(&h.text);
            assay_arena_free(&arena);
        }
    assay_route_close(route);
}

static void max_tokens_is_the_length(void **state)
{
    struct assay_route_link *route = open_route("local:nano-s", 0);
    size_t len = strlen(json_answer);

    for (uint32_t most = 1; most <= len + 1; most += 7) {
        struct assay_arena arena = {0};
        struct question q;
        struct assay_ask *ask = greedy(&q, assay_str_c(json_prompt));
        size_t told = most < len ? most : len;

        ask->chat.max_tokens = most;
        struct assay_response answer = answer_of(route, ask, NULL, &arena);
        assert_int_equal(answer.reply.usage.output_tokens, told);
        assert_int_equal(answer.reply.text.len, told);
        assert_memory_equal(answer.reply.text.at, json_answer, told);
        assert_int_equal(answer.reply.finish,
                         most <= len ? ASSAY_FINISH_LENGTH : ASSAY_FINISH_STOP);
        assay_arena_free(&arena);
    }
    assay_route_close(route);
}

/* ------------------------------------------------------- cancelling */

static void a_listener_that_leaves_ends_the_answer(void **state)
{
    struct assay_route_link *route = open_route("local:nano-s", 0);

    for (size_t after = 1; after <= 5; after++) {
        struct heard h = heard_begin();
        const struct assay_listener listener = {.piece = hear, .context = &h};
        struct assay_arena arena = {0};
        struct question q;

        h.stop_after = after;
        struct assay_response answer = answer_of(
            route, greedy(&q, assay_str_c(json_prompt)), &listener, &arena);
        assert_int_equal(answer.reply.finish, ASSAY_FINISH_CANCELLED);
        assert_int_equal(h.pieces, after);
        assert_int_equal(answer.reply.text.len, after);
        assay_buf_release(&h.text);
        assay_arena_free(&arena);
    }
    assay_route_close(route);
}

struct flagged {
    atomic_bool cancel;
    size_t pieces;
};

static bool set_flag(void *context, const struct assay_piece *piece)
{
    struct flagged *f = context;

    (void)piece;
    if (++f->pieces == 4)
        atomic_store(&f->cancel, true);
    return true;
}

static void a_flag_that_is_set_ends_the_answer(void **state)
{
    struct assay_route_link *route = open_route("local:nano-s", 0);
    struct flagged f = {.pieces = 0};
    const struct assay_listener listener = {
        .piece = set_flag, .context = &f, .cancel = &f.cancel};
    struct assay_arena arena = {0};
    struct question q;

    struct assay_response answer = answer_of(
        route, greedy(&q, assay_str_c(json_prompt)), &listener, &arena);
    assert_int_equal(answer.reply.finish, ASSAY_FINISH_CANCELLED);
    assert_int_equal(answer.reply.usage.output_tokens, 4);
    /* set before it is asked: nothing is said */
    answer = answer_of(route, greedy(&q, assay_str_c(json_prompt)), &listener,
                       &arena);
    assert_int_equal(answer.reply.finish, ASSAY_FINISH_CANCELLED);
    assert_int_equal(answer.reply.usage.output_tokens, 0);
    assay_arena_free(&arena);
    assay_route_close(route);
}

/* One that would go on for long. */
struct endless {
    struct assay_route_link *route;
    const struct assay_json *schema;
    struct assay_listener listener;
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t heard;
    size_t pieces;
    enum assay_finish finish;
    bool ok;
};

static bool count_pieces(void *context, const struct assay_piece *piece)
{
    struct endless *e = context;

    (void)piece;
    pthread_mutex_lock(&e->lock);
    e->pieces++;
    pthread_cond_signal(&e->heard);
    pthread_mutex_unlock(&e->lock);
    return true;
}

static void *ask_endlessly(void *context)
{
    struct endless *e = context;
    struct assay_arena arena = {0};
    struct assay_response answer = {0};
    struct assay_error err = {0};
    struct question q;
    struct assay_ask *ask = greedy(&q, ASSAY_STR("Repeat: a"));

    ask->chat.schema = e->schema;
    ask->chat.max_tokens = 0;
    e->ok = assay_route_ask(e->route, ask, &e->listener, &arena, &answer, &err);
    e->finish = answer.reply.finish;
    assay_arena_free(&arena);
    return NULL;
}

static void closing_cancels_what_is_under_way(void **state)
{
    static const char text[] =
        "{\"type\":\"array\",\"minItems\":900000,\"items\":{\"const\":1}}";
    struct assay_arena arena = {0};
    struct assay_error err = {0};
    struct assay_route_link *route = open_route("local:nano-s", 3);
    struct endless asks[3];

    for (int i = 0; i < 3; i++) {
        asks[i] = (struct endless){
            .route = route,
            .schema = assay_json_parse(&arena, assay_str_c(text), NULL, &err),
            .listener = {.piece = count_pieces, .context = &asks[i]},
        };
        pthread_mutex_init(&asks[i].lock, NULL);
        pthread_cond_init(&asks[i].heard, NULL);
        assert_int_equal(
            pthread_create(&asks[i].thread, NULL, ask_endlessly, &asks[i]), 0);
        pthread_mutex_lock(&asks[i].lock);
        while (asks[i].pieces < 2)
            pthread_cond_wait(&asks[i].heard, &asks[i].lock);
        pthread_mutex_unlock(&asks[i].lock);
    }
    assay_route_close(route);
    for (int i = 0; i < 3; i++) {
        pthread_join(asks[i].thread, NULL);
        assert_true(asks[i].ok);
        assert_int_equal(asks[i].finish, ASSAY_FINISH_CANCELLED);
        pthread_mutex_destroy(&asks[i].lock);
        pthread_cond_destroy(&asks[i].heard);
    }
    assay_arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nano_models_answer_as_recorded),
        cmocka_unit_test(a_dozen_at_once_get_what_each_gets_alone),
        cmocka_unit_test(pieces_are_the_answer),
        cmocka_unit_test(a_stop_text_ends_the_answer_wherever_it_stands),
        cmocka_unit_test(max_tokens_is_the_length),
        cmocka_unit_test(a_listener_that_leaves_ends_the_answer),
        cmocka_unit_test(a_flag_that_is_set_ends_the_answer),
        cmocka_unit_test(closing_cancels_what_is_under_way),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
