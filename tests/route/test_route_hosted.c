/*
 * A hosted route in use: pieces as they come, ending it early, what it learns
 * of a server, whose key stays out of what is kept, and what it refuses to be
 * opened with. The other side is the mock provider, or a small server where
 * its own clock is wanted.
 */
#include "assay/route.h"

#include "net/small_server.h"

#include "support/mock_process.h"
#include "support/support.h"

enum { MS = 1000000 };

struct scene {
    struct assay_test_mock mock;
    struct assay_route_link *route;
    struct assay_arena arena;
    struct assay_response answer;
    struct assay_error err;
    struct assay_buf pieces;
    size_t piece_count, wanted, sendings; /* wanted: 0: all pieces */
    bool may_not_leave;
    atomic_bool cancel;
};

static struct assay_route_link *open_at(const char *url,
                                        const struct assay_secret *key)
{
    const struct assay_route_options options = {.key = key};
    struct assay_error err = {0};
    char address[128];

    snprintf(address, sizeof address, "openai:%s/v1#mock-1.0", url);
    struct assay_route_link *route =
        assay_route_open(assay_str_c(address), &options, &err);
    if (!route)
        fail_msg("%s", err.text);
    return route;
}

static void begin(struct scene *scene)
{
    memset(scene, 0, sizeof *scene);
    assay_test_mock_start(&scene->mock, NULL);
    scene->route = open_at(scene->mock.url, NULL);
    assay_buf_init(&scene->pieces, 1 << 20);
}

static void finish(struct scene *scene)
{
    assay_route_close(scene->route);
    assay_test_mock_stop(&scene->mock);
    assay_buf_release(&scene->pieces);
    assay_arena_free(&scene->arena);
}

static bool on_piece(void *context, const struct assay_piece *piece)
{
    struct scene *scene = context;

    assay_buf_add(&scene->pieces, piece->text);
    return ++scene->piece_count != scene->wanted;
}

static bool on_sending(void *context)
{
    struct scene *scene = context;

    scene->sendings++;
    return !scene->may_not_leave;
}

static bool try_asking(struct scene *scene, const char *model,
                       const char *prompt, bool stream)
{
    const struct assay_message message = {.role = ASSAY_ROLE_USER,
                                          .text = assay_str_c(prompt)};
    const struct assay_ask ask = {
        .keep_raw = true,
        .chat = {.model = assay_str_c(model),
                 .messages = &message,
                 .message_count = 1,
                 .max_tokens = 1000,
                 .logprobs = -1,
                 .stream = stream},
    };
    const struct assay_listener listener = {
        .piece = on_piece,
        .context = scene,
        .cancel = &scene->cancel,
        .sending = on_sending,
    };

    return assay_route_ask(scene->route, &ask, &listener, &scene->arena,
                           &scene->answer, &scene->err);
}

static void ask(struct scene *scene, const char *model, const char *prompt,
                bool stream)
{
    if (!try_asking(scene, model, prompt, stream))
        fail_msg("%s", scene->err.text);
}

static size_t requests_seen(struct scene *scene)
{
    struct assay_json *log =
        assay_test_mock_log(&scene->mock, &scene->arena, false);

    return assay_test_mock_count(log, "request");
}

static void pieces_join_to_the_answer(void **state)
{
    struct scene scene;

    begin(&scene);
    ask(&scene, "mock-echo",
        "na\xc3\xafve caf\xc3\xa9 \xf0\x9f\x98\x80 and more of it", true);
    assert_int_equal(scene.answer.of, ASSAY_CLASS_ANSWERED);
    assert_true(scene.piece_count > 3);
    assert_true(
        assay_str_equal(assay_buf_str(&scene.pieces), scene.answer.reply.text));
    assert_int_equal(scene.sendings, 1);
    finish(&scene);
}

static void a_listener_that_stops_gets_what_came_so_far(void **state)
{
    struct scene scene;

    begin(&scene);
    scene.wanted = 3;
    ask(&scene, "mock-words-500", "speak", true);
    assert_int_equal(scene.answer.of, ASSAY_CLASS_CANCELLED);
    assert_true(scene.answer.sent);
    assert_true(scene.answer.reply.text.len > 0);
    assert_true(scene.answer.reply.text.len < 1000);
    finish(&scene);
}

static void a_cancelled_ask_ends_at_once(void **state)
{
    struct scene scene;
    int64_t begun;

    begin(&scene);
    atomic_store(&scene.cancel, true);
    begun = small_now();
    ask(&scene, "mock-latency-3000", "What is 1 + 1?", true);
    assert_true(small_now() - begun < 1500 * (int64_t)MS);
    assert_int_equal(scene.answer.of, ASSAY_CLASS_CANCELLED);
    assert_false(scene.answer.sent);
    assert_int_equal(scene.sendings, 0);
    finish(&scene);
}

static void an_attempt_that_is_not_written_down_does_not_leave(void **state)
{
    struct scene scene;

    begin(&scene);
    scene.may_not_leave = true;
    ask(&scene, "mock-1.0", "What is 1 + 1?", false);
    assert_int_equal(scene.answer.of, ASSAY_CLASS_CANCELLED);
    assert_false(scene.answer.sent);
    assert_int_equal(scene.sendings, 1);
    assert_int_equal(requests_seen(&scene), 0);
    finish(&scene);
}

static void *close_later(void *context)
{
    small_sleep(200);
    assay_route_close(context);
    return NULL;
}

static void closing_cancels_what_is_under_way(void **state)
{
    struct scene scene;
    pthread_t thread;
    int64_t begun;

    begin(&scene);
    begun = small_now();
    assert_int_equal(pthread_create(&thread, NULL, close_later, scene.route),
                     0);
    ask(&scene, "mock-latency-5000", "What is 1 + 1?", false);
    pthread_join(thread, NULL);
    assert_int_equal(scene.answer.of, ASSAY_CLASS_CANCELLED);
    assert_true(scene.answer.sent);
    assert_true(small_now() - begun < 2000 * (int64_t)MS);
    scene.route = NULL;
    finish(&scene);
}

/* Each ask is one request: what was learnt shows in the next one alone. */
static void a_field_that_is_refused_is_left_out_of_the_next_attempt(
    void **state)
{
    struct scene scene;

    begin(&scene);
    ask(&scene, "mock-no-stream-options", "What is 1 + 1?", true);
    assert_int_equal(scene.answer.of, ASSAY_CLASS_BAD_REQUEST);
    assert_true(scene.answer.again);
    assert_int_equal(requests_seen(&scene), 1);
    ask(&scene, "mock-no-stream-options", "What is 1 + 1?", true);
    assert_int_equal(scene.answer.of, ASSAY_CLASS_ANSWERED);
    assert_false(scene.answer.again);
    assert_true(assay_str_is(scene.answer.reply.text, "2"));
    assert_int_equal(requests_seen(&scene), 2);
    finish(&scene);
}

static void another_bad_request_teaches_nothing(void **state)
{
    struct scene scene;

    begin(&scene);
    ask(&scene, "fault:400", "What is 1 + 1?", true);
    assert_int_equal(scene.answer.of, ASSAY_CLASS_BAD_REQUEST);
    assert_false(scene.answer.again);
    finish(&scene);
}

static void a_key_that_comes_back_is_struck_out_everywhere(void **state)
{
    struct assay_error err = {0};
    struct assay_secret *key;
    struct scene scene;

    setenv("ASSAY_TEST_KEY", "sk-canary-31415926535", 1);
    begin(&scene);
    key = assay_secret_from_environment("ASSAY_TEST_KEY", &err);
    assert_non_null(key);
    assay_route_close(scene.route);
    scene.route = open_at(scene.mock.url, key);
    ask(&scene, "fault:key-echo", "What is 1 + 1?", false);
    assert_int_equal(scene.answer.of, ASSAY_CLASS_UNAUTHORISED);
    assert_true(assay_str_contains(scene.answer.raw, "[key]"));
    assert_true(assay_str_contains(scene.answer.trouble.message, "[key]"));
    assert_false(assay_str_contains(scene.answer.raw, "canary"));
    /* as a part of answers, streamed and whole */
    for (int stream = 0; stream < 2; stream++) {
        ask(&scene, "mock-echo", "say sk-canary-31415926535 to me", stream);
        assert_int_equal(scene.answer.of, ASSAY_CLASS_ANSWERED);
        if (!assay_str_is(scene.answer.reply.text, "say [key] to me"))
            fail_msg("%.*s", ASSAY_STR_ARG(scene.answer.reply.text));
    }
    assay_route_close(scene.route);
    scene.route = NULL;
    assay_secret_free(key);
    unsetenv("ASSAY_TEST_KEY");
    finish(&scene);
}

/*
 * Headers at once, the body 200 ms later, as proxies of streams do it: the
 * latency holds it. Measured by the server's own clock, the same one.
 */
static void latency_holds_a_body_that_comes_late(void **state)
{
    static const char body[] =
        "{\"model\":\"m\",\"choices\":[{\"index\":0,\"message\":{\"role\":"
        "\"assistant\",\"content\":\"hi\"},\"finish_reason\":\"stop\"}]}";
    char head[128];
    const struct small_step steps[] = {{SMALL_READ, NULL, 0},
                                       {SMALL_SEND, head, 0},
                                       {SMALL_WAIT, NULL, 200},
                                       {SMALL_SEND, body, 0},
                                       {SMALL_AGAIN, NULL, 0}};
    struct small_server server;
    struct scene scene;
    int64_t best = INT64_MAX;

    snprintf(head, sizeof head,
             "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
             "Content-Length: %zu\r\n\r\n",
             sizeof body - 1);
    begin(&scene);
    assay_route_close(scene.route);
    small_start(&server, steps);
    server.url[strlen(server.url) - strlen("/v1/chat")] = '\0';
    scene.route = open_at(server.url, NULL);
    for (int i = 0; i < 5 && best > 2 * (int64_t)MS; i++) {
        const struct assay_clocks *c = &scene.answer.clocks;
        int64_t truth, told;

        ask(&scene, "m", "hello", false);
        assert_int_equal(scene.answer.of, ASSAY_CLASS_ANSWERED);
        assert_int_equal(scene.answer.reused, i > 0);
        small_sleep(5); /* the server writes down when it has sent */
        truth = server.sent_at - server.read_at;
        told = c->done - c->sending;
        assert_true(told >= 200 * (int64_t)MS);
        best = llabs(told - truth) < best ? llabs(told - truth) : best;
    }
    if (best > 2 * (int64_t)MS)
        fail_msg("the latency is %d us off", (int)(best / 1000));
    assay_route_close(scene.route);
    scene.route = NULL;
    small_stop(&server);
    small_free(&server);
    finish(&scene);
}

/* 407 of a proxy cannot get better; 502 may: it did not reach the provider. */
static void a_proxy_that_refuses_is_told_from_the_provider(void **state)
{
    static const struct {
        const char *reply;
        enum assay_outcome_class of;
    } cases[] = {
        {"HTTP/1.1 407 Proxy Authentication Required\r\n"
         "Proxy-Authenticate: Basic realm=\"house\"\r\n"
         "Content-Length: 0\r\n\r\n",
         ASSAY_CLASS_UNAUTHORISED},
        {"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n",
         ASSAY_CLASS_UNAUTHORISED},
        {"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n",
         ASSAY_CLASS_CONNECT},
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const struct small_step steps[] = {{SMALL_READ, NULL, 0},
                                           {SMALL_SEND, cases[i].reply, 0},
                                           {SMALL_CLOSE, NULL, 0}};
        struct small_server proxy;
        struct scene scene;

        begin(&scene);
        assay_route_close(scene.route);
        small_start(&proxy, steps);
        proxy.url[strlen(proxy.url) - strlen("/v1/chat")] = '\0';
        setenv("https_proxy", proxy.url, 1);
        scene.route = open_at("https://provider.test", NULL);
        ask(&scene, "m", "hello", false);
        unsetenv("https_proxy");
        assert_int_equal(scene.answer.of, cases[i].of);
        assert_true(assay_str_starts(scene.answer.trouble.message,
                                     "the proxy answered CONNECT with "));
        assert_false(scene.answer.sent);
        assert_int_equal(scene.answer.trouble.status, 0);
        assert_int_equal(scene.answer.raw.len, 0);
        small_stop(&proxy);
        assert_int_equal(proxy.requests, 1);
        small_free(&proxy);
        finish(&scene);
    }
}

static void text_without_messages_is_refused(void **state)
{
    const struct assay_ask ask = {.prompt = ASSAY_STR("Once upon")};
    struct scene scene;

    begin(&scene);
    assert_false(assay_route_ask(scene.route, &ask, NULL, &scene.arena,
                                 &scene.answer, &scene.err));
    assert_int_equal(scene.err.code, ASSAY_BAD_INPUT);
    assert_non_null(strstr(scene.err.text, "takes messages"));
    finish(&scene);
}

static void what_cannot_be_spoken_to_is_not_opened(void **state)
{
    static const struct {
        struct assay_endpoint endpoint;
        const char *words;
    } cases[] = {
        {{.dialect = {"smtp", 4},
          .base_url = {"https://x.test", 14},
          .model = {"m", 1}},
         "'smtp' is no wire format"},
        {{.dialect = {"openai", 6}, .base_url = {"https://x.test", 14}},
         "no model is named"},
        {{.dialect = {"openai", 6},
          .base_url = {"http://x.test", 13},
          .model = {"m", 1}},
         "is plain http"},
        {{.dialect = {"openai", 6},
          .base_url = {"https://u:p@x.test", 18},
          .model = {"m", 1}},
         "holds a user name"},
        {{.dialect = {"openai", 6},
          .base_url = {"https://x.test/a\r\nb", 19},
          .model = {"m", 1}},
         "control characters"},
        {{.dialect = {"openai", 6},
          .base_url = {"https://x.test", 14},
          .model = {"m", 1},
          .headers = {{{"Authorization", 13}, {"Bearer x", 8}}},
          .header_count = 1},
         "header 'authorization' bears a key"},
        {{.dialect = {"openai", 6},
          .base_url = {"https://x.test", 14},
          .model = {"m", 1},
          .headers = {{{"x-title", 7}, {"a\r\nb", 4}}},
          .header_count = 1},
         "control character"},
        {{.dialect = {"openai", 6},
          .base_url = {"https://x.test", 14},
          .model = {"m", 1},
          .headers = {{{"Host", 4}, {"y.test", 6}}},
          .header_count = 1},
         "belongs to the connection"},
    };
    const struct assay_route_options options = {0};

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct assay_error err = {0};

        assert_null(
            assay_route_open_hosted(&cases[i].endpoint, &options, &err));
        assert_int_equal(err.code, ASSAY_BAD_INPUT);
        if (!strstr(err.text, cases[i].words))
            fail_msg("'%s' lacks '%s'", err.text, cases[i].words);
    }
}

static void an_address_without_a_model_is_refused(void **state)
{
    const struct assay_route_options options = {0};
    struct assay_error err = {0};

    assert_null(assay_route_open(ASSAY_STR("openai:http://127.0.0.1:1/v1"),
                                 &options, &err));
    assert_string_equal(err.text,
                        "'openai:http://127.0.0.1:1/v1' names no model, "
                        "expected openai:BASE_URL#MODEL");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pieces_join_to_the_answer),
        cmocka_unit_test(a_listener_that_stops_gets_what_came_so_far),
        cmocka_unit_test(a_cancelled_ask_ends_at_once),
        cmocka_unit_test(an_attempt_that_is_not_written_down_does_not_leave),
        cmocka_unit_test(closing_cancels_what_is_under_way),
        cmocka_unit_test(
            a_field_that_is_refused_is_left_out_of_the_next_attempt),
        cmocka_unit_test(another_bad_request_teaches_nothing),
        cmocka_unit_test(a_key_that_comes_back_is_struck_out_everywhere),
        cmocka_unit_test(latency_holds_a_body_that_comes_late),
        cmocka_unit_test(a_proxy_that_refuses_is_told_from_the_provider),
        cmocka_unit_test(text_without_messages_is_refused),
        cmocka_unit_test(what_cannot_be_spoken_to_is_not_opened),
        cmocka_unit_test(an_address_without_a_model_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
