/*
 * POST against a small server on this machine: what leaves, what is refused,
 * how each way of failing is told, and that the clocks say what the server
 * saw.
 */
#include "net/net.h"

#include "net/small_server.h"

#include "assay/buf.h"

enum { MS = 1000000 };

static const char ok_reply[] =
    "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nX-Request-Id: r1\r\n\r\n{}";

static const struct small_step answering[] = {
    {SMALL_READ, NULL, 0}, {SMALL_SEND, ok_reply, 0}, {SMALL_AGAIN, NULL, 0}};

/* A client with one server, and what its reader saw. */
struct scene {
    struct small_server server;
    struct assay_http_client *client;
    struct assay_arena arena;
    struct assay_http_post post;
    struct assay_http_reply reply;
    struct assay_error err;
    struct assay_buf body;
    size_t sendings;
    bool may_not_leave;
    enum assay_http_wish wish;
    int64_t cancel_at; /* 0: never */
    size_t looks;
};

static bool on_sending(void *context)
{
    struct scene *scene = context;

    scene->sendings++;
    return !scene->may_not_leave;
}

static bool is_cancelled(void *context)
{
    struct scene *scene = context;

    scene->looks++;
    return scene->cancel_at && small_now() >= scene->cancel_at;
}

static enum assay_http_wish on_bytes(void *context, struct assay_str bytes)
{
    struct scene *scene = context;

    assay_buf_add(&scene->body, bytes);
    return scene->wish;
}

static void begin(struct scene *scene, const struct small_step *steps)
{
    memset(scene, 0, sizeof *scene);
    small_start(&scene->server, steps);
    scene->client = assay_http_client_new(NULL, &scene->err);
    assert_non_null(scene->client);
    assay_buf_init(&scene->body, 128 << 20);
    scene->post = (struct assay_http_post){
        .url = assay_str_c(scene->server.url),
        .body = ASSAY_STR("{\"model\":\"m\"}"),
        .limits = {2000, 3000, 3000, 6000, 0},
        .sending = on_sending,
        .cancelled = is_cancelled,
        .bytes = on_bytes,
        .context = scene,
    };
}

static void post(struct scene *scene)
{
    assay_buf_clear(&scene->body);
    if (!assay_http_post(scene->client, &scene->arena, &scene->post,
                         &scene->reply, &scene->err))
        fail_msg("%s", scene->err.text);
}

static void finish(struct scene *scene)
{
    assay_http_client_free(scene->client);
    small_stop(&scene->server);
    small_free(&scene->server);
    assay_buf_release(&scene->body);
    assay_arena_free(&scene->arena);
}

static void assert_end(const struct scene *scene, enum assay_http_end how,
                       const char *words)
{
    if (scene->reply.end != how || !strstr(scene->reply.why, words))
        fail_msg("ended as %d: '%s', expected %d and '%s'", scene->reply.end,
                 scene->reply.why, how, words);
}

static void assert_holds(const char *text, const char *part)
{
    if (!strstr(text, part))
        fail_msg("'%s'\nlacks '%s'", text, part);
}

/* ------------------------------------------------------- what leaves */

static void a_request_leaves_with_its_headers_and_its_key(void **state)
{
    const struct assay_http_field headers[] = {
        {ASSAY_STR("anthropic-version"), ASSAY_STR("2023-06-01")},
        {ASSAY_STR("x-empty"), ASSAY_STR("")},
    };
    struct assay_error err = {0};
    struct assay_secret *key;
    struct scene scene;

    setenv("ASSAY_TEST_KEY", "sk-canary-0123456789", 1);
    key = assay_secret_from_environment("ASSAY_TEST_KEY", &err);
    assert_non_null(key);
    begin(&scene, answering);
    scene.post.headers = headers;
    scene.post.header_count = 2;
    scene.post.key = key;
    scene.post.key_header = "authorization";
    scene.post.key_prefix = "Bearer ";
    post(&scene);
    assert_end(&scene, ASSAY_HTTP_DONE, "");
    assert_int_equal(scene.reply.status, 200);
    assert_string_equal(scene.body.at, "{}");
    assert_int_equal(scene.reply.body_bytes, 2);
    assert_int_equal(scene.reply.header_count, 2);
    assert_true(assay_str_is(scene.reply.headers[1].name, "X-Request-Id"));
    assert_true(assay_str_is(scene.reply.headers[1].value, "r1"));
    assert_int_equal(scene.sendings, 1);
    assert_true(scene.reply.sent);
    assert_false(scene.reply.reused);

    const char *request = scene.server.request;
    assert_holds(request, "POST /v1/chat HTTP/1.1\r\n");
    assert_holds(request, "\r\nauthorization: Bearer sk-canary-0123456789\r\n");
    assert_holds(request, "\r\nanthropic-version: 2023-06-01\r\n");
    assert_holds(request, "\r\nx-empty:\r\n");
    assert_holds(request, "\r\nContent-Type: application/json\r\n");
    assert_holds(request, "\r\nAccept-Encoding: identity\r\n");
    assert_holds(request, "\r\nUser-Agent: assay/");
    assert_holds(request, "\r\n\r\n{\"model\":\"m\"}");
    assert_null(strstr(request, "Expect"));
    finish(&scene);
    assay_secret_free(key);
    unsetenv("ASSAY_TEST_KEY");
}

static void a_large_body_leaves_whole_and_without_waiting(void **state)
{
    enum { BYTES = 900 << 10 };
    struct scene scene;
    struct assay_buf body;

    assay_buf_init(&body, BYTES);
    assay_buf_fill(&body, 'x', BYTES);
    begin(&scene, answering);
    scene.post.body = assay_buf_str(&body);
    post(&scene);
    assert_end(&scene, ASSAY_HTTP_DONE, "");
    assert_int_equal(strlen(strstr(scene.server.request, "\r\n\r\n") + 4),
                     BYTES);
    assert_null(strstr(scene.server.request, "Expect"));
    assert_true(scene.reply.clocks.sent > scene.reply.clocks.sending);
    assert_true(scene.reply.clocks.sent <= scene.reply.clocks.headers);
    assay_buf_release(&body);
    finish(&scene);
}

static void what_would_break_a_request_apart_is_refused(void **state)
{
    static const struct {
        const char *url, *name, *value, *words;
    } cases[] = {
        {NULL, "x-title", "a\r\nX-Admin: 1", "'x-title' has a control"},
        {NULL, "x-title", "a\nb", "at byte 2"},
        {NULL, "x-title", "tab\tbed", "control character"},
        {NULL, "x\r\nX-Admin", "1", "no name of a header"},
        {NULL, "x:y", "1", "no name of a header"},
        {NULL, "", "1", "no name of a header"},
        {NULL, "Content-Length", "5", "belongs to the connection"},
        {NULL, "transfer-encoding", "chunked", "belongs to the connection"},
        {NULL, "HOST", "elsewhere.test", "belongs to the connection"},
        {"http://127.0.0.1:1/a\r\nX: 1", "x", "1", "control character"},
        {"http://127.0.0.1:1/a b", "x", "1", "at byte 21"},
        {"http://example.test/", "x", "1", "is plain http"},
        {"https://user:word@example.test/", "x", "1", "holds a user name"},
        {"ftp://example.test/", "x", "1", "expected https"},
    };
    struct scene scene;

    begin(&scene, answering);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct assay_http_field header = {assay_str_c(cases[i].name),
                                                assay_str_c(cases[i].value)};

        scene.post.url =
            assay_str_c(cases[i].url ? cases[i].url : scene.server.url);
        scene.post.headers = &header;
        scene.post.header_count = 1;
        if (assay_http_post(scene.client, &scene.arena, &scene.post,
                            &scene.reply, &scene.err))
            fail_msg("'%s' was sent", cases[i].words);
        assert_int_equal(scene.err.code, ASSAY_BAD_INPUT);
        assert_holds(scene.err.text, cases[i].words);
    }
    assert_int_equal(scene.sendings, 0);
    assert_int_equal(scene.server.connections, 0);
    finish(&scene);
}

static void a_request_that_may_not_leave_does_not(void **state)
{
    static const struct small_step steps[] = {{SMALL_HANG, NULL, 0},
                                              {SMALL_CLOSE, NULL, 0}};
    struct scene scene;

    begin(&scene, steps);
    scene.may_not_leave = true;
    post(&scene);
    assert_end(&scene, ASSAY_HTTP_CANCELLED, "by us");
    assert_false(scene.reply.sent);
    assert_int_equal(scene.sendings, 1);
    assert_int_equal(scene.reply.clocks.sending, 0);
    assert_int_equal(scene.server.requests, 0);
    finish(&scene);
}

/* ------------------------------------------------------- once, not twice */

static void a_connection_is_used_again(void **state)
{
    struct scene scene;

    begin(&scene, answering);
    for (size_t i = 0; i < 5; i++) {
        post(&scene);
        assert_end(&scene, ASSAY_HTTP_DONE, "");
        assert_int_equal(scene.reply.reused, i > 0);
        assert_int_equal(scene.reply.clocks.connected == 0, i > 0);
    }
    assert_int_equal(scene.server.connections, 1);
    assert_int_equal(scene.server.requests, 5);
    finish(&scene);
}

/*
 * The server answers the first request of each connection, reads the second
 * and closes. libcurl would send that one again on a new connection.
 */
static void a_kept_connection_that_dies_gives_one_post_per_attempt(void **state)
{
    enum { ROUNDS = 1000 };
    static const struct small_step steps[] = {{SMALL_READ, NULL, 0},
                                              {SMALL_SEND, ok_reply, 0},
                                              {SMALL_READ, NULL, 0},
                                              {SMALL_CLOSE, NULL, 0}};
    struct scene scene;
    char body[16];

    begin(&scene, steps);
    for (size_t i = 0; i < 2 * ROUNDS; i++) {
        assay_arena_free(&scene.arena);
        snprintf(body, sizeof body, "%zu", i);
        scene.post.body = assay_str_c(body);
        post(&scene);
        if (i % 2 == 0) {
            assert_end(&scene, ASSAY_HTTP_DONE, "");
            assert_false(scene.reply.reused);
        } else {
            assert_end(&scene, ASSAY_HTTP_BROKEN, "not sent again");
            assert_true(scene.reply.reused);
        }
        assert_true(scene.reply.sent);
    }
    assert_int_equal(scene.sendings, 2 * ROUNDS);
    assert_int_equal(scene.server.requests, 2 * ROUNDS);
    for (size_t i = 0; i < 2 * ROUNDS; i++)
        assert_int_equal(scene.server.bodies[i], 1);
    finish(&scene);
}

/* One that the server closed while nobody used it is found so beforehand. */
static void a_connection_closed_while_idle_is_replaced(void **state)
{
    static const struct small_step steps[] = {{SMALL_READ, NULL, 0},
                                              {SMALL_SEND, ok_reply, 0},
                                              {SMALL_CLOSE, NULL, 0}};
    struct scene scene;

    begin(&scene, steps);
    for (size_t i = 0; i < 3; i++) {
        post(&scene);
        assert_end(&scene, ASSAY_HTTP_DONE, "");
        assert_false(scene.reply.reused);
        small_sleep(30);
    }
    assert_int_equal(scene.sendings, 3);
    assert_int_equal(scene.server.requests, 3);
    finish(&scene);
}

static void a_redirect_is_not_followed(void **state)
{
    static const struct small_step elsewhere[] = {{SMALL_READ, NULL, 0},
                                                  {SMALL_SEND, ok_reply, 0},
                                                  {SMALL_CLOSE, NULL, 0}};
    struct small_server other;
    struct scene scene;
    char reply[256];
    const struct small_step steps[] = {
        {SMALL_READ, NULL, 0}, {SMALL_SEND, reply, 0}, {SMALL_CLOSE, NULL, 0}};

    small_start(&other, elsewhere);
    for (unsigned status = 301; status <= 308; status++) {
        if (status > 303 && status < 307)
            continue;
        snprintf(reply, sizeof reply,
                 "HTTP/1.1 %u Moved\r\nLocation: %s\r\nContent-Length: 0\r\n"
                 "\r\n",
                 status, other.url);
        begin(&scene, steps);
        post(&scene);
        assert_end(&scene, ASSAY_HTTP_DONE, "");
        assert_int_equal(scene.reply.status, status);
        assert_int_equal(scene.server.requests, 1);
        finish(&scene);
    }
    small_stop(&other);
    assert_int_equal(other.connections, 0);
    small_free(&other);
}

/* ------------------------------------------------------- deadlines */

/* It ended between `least` and `least` and a second of milliseconds. */
static void assert_took(const struct scene *scene, int64_t least)
{
    const struct assay_http_clocks *clocks = &scene->reply.clocks;
    int64_t ms = (clocks->done - clocks->begun) / MS;

    if (ms < least || ms > least + 1000)
        fail_msg("it took %d ms, expected %d", (int)ms, (int)least);
}

static void each_deadline_ends_a_request_and_says_its_name(void **state)
{
    static const struct {
        struct small_step steps[4];
        struct assay_http_limits limits;
        int64_t least;
        const char *words;
    } cases[] = {
        {{{SMALL_READ, NULL, 0}, {SMALL_HANG, NULL, 0}},
         {.first_byte = 150},
         150,
         "no byte of a reply in 150 ms (first byte)"},
        {{{SMALL_READ, NULL, 0},
          {SMALL_SEND, "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n", 0},
          {SMALL_HANG, NULL, 0}},
         {.first_byte = 5000, .idle = 150},
         150,
         "in 150 ms (idle), 0 of the body"},
        {{{SMALL_READ, NULL, 0},
          {SMALL_SEND, "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc", 0},
          {SMALL_HANG, NULL, 0}},
         {.idle = 150},
         150,
         "in 150 ms (idle), 3 of the body"},
        {{{SMALL_READ, NULL, 0},
          {SMALL_SEND, "HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n", 0},
          {SMALL_DRIP, "a drip keeps it from being idle, yet it ends", 20},
          {SMALL_HANG, NULL, 0}},
         {.first_byte = 300, .idle = 200, .total = 400},
         400,
         "not done in 400 ms (total)"},
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct scene scene;

        begin(&scene, cases[i].steps);
        scene.post.limits = cases[i].limits;
        post(&scene);
        assert_end(&scene, ASSAY_HTTP_TIMEOUT, cases[i].words);
        assert_true(scene.reply.sent);
        assert_took(&scene, cases[i].least);
        finish(&scene);
    }
}

static void a_connection_that_does_not_come_about_has_its_own(void **state)
{
    struct scene scene;
    struct sockaddr_in address = {.sin_family = AF_INET};
    socklen_t size = sizeof address;
    int full[3], listener = socket(AF_INET, SOCK_STREAM, 0);
    char url[64];

    /* one may wait: those behind it get no answer to their SYN */
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    assert_int_equal(bind(listener, (struct sockaddr *)&address, size), 0);
    assert_int_equal(listen(listener, 0), 0);
    assert_int_equal(getsockname(listener, (struct sockaddr *)&address, &size),
                     0);
    for (size_t i = 0; i < 3; i++) {
        full[i] = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
        (void)connect(full[i], (struct sockaddr *)&address, size);
    }
    snprintf(url, sizeof url, "http://127.0.0.1:%u/",
             (unsigned)ntohs(address.sin_port));
    begin(&scene, answering);
    scene.post.url = assay_str_c(url);
    scene.post.limits.connect = 200;
    post(&scene);
    assert_end(&scene, ASSAY_HTTP_CONNECT, "no connection in 200 ms");
    assert_false(scene.reply.sent);
    assert_int_equal(scene.sendings, 0);
    assert_took(&scene, 200);
    for (size_t i = 0; i < 3; i++)
        close(full[i]);
    close(listener);
    finish(&scene);
}

static void a_port_where_nobody_listens_is_no_connection(void **state)
{
    struct scene scene;
    struct sockaddr_in address = {.sin_family = AF_INET};
    socklen_t size = sizeof address;
    int bound = socket(AF_INET, SOCK_STREAM, 0);
    char url[64];

    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    assert_int_equal(bind(bound, (struct sockaddr *)&address, size), 0);
    assert_int_equal(getsockname(bound, (struct sockaddr *)&address, &size), 0);
    snprintf(url, sizeof url, "http://127.0.0.1:%u/",
             (unsigned)ntohs(address.sin_port));
    begin(&scene, answering);
    scene.post.url = assay_str_c(url);
    post(&scene);
    assert_end(&scene, ASSAY_HTTP_CONNECT, "refused");
    assert_false(scene.reply.sent);
    close(bound);
    finish(&scene);
}

/* ------------------------------------------------------- what breaks off */

static void a_reply_that_breaks_off_is_told_from_a_whole_one(void **state)
{
    static const struct {
        struct small_step steps[4];
        enum assay_http_end how;
        const char *body;
    } cases[] = {
        /* before any byte, on a new connection */
        {{{SMALL_READ, NULL, 0}, {SMALL_CLOSE, NULL, 0}},
         ASSAY_HTTP_BROKEN,
         ""},
        {{{SMALL_READ, NULL, 0}, {SMALL_RESET, NULL, 0}},
         ASSAY_HTTP_BROKEN,
         ""},
        /* in the head */
        {{{SMALL_READ, NULL, 0}, {SMALL_SEND, "HTTP/1.1 200 O", 0}},
         ASSAY_HTTP_BROKEN,
         ""},
        /* shorter than it said, and in the middle of a character */
        {{{SMALL_READ, NULL, 0},
          {SMALL_SEND, "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\na\xc3", 0}},
         ASSAY_HTTP_BROKEN,
         "a\xc3"},
        {{{SMALL_READ, NULL, 0},
          {SMALL_SEND,
           "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
           "2\r\na\xc3\r\n",
           0}},
         ASSAY_HTTP_BROKEN,
         "a\xc3"},
        {{{SMALL_READ, NULL, 0},
          {SMALL_SEND,
           "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
           "3\r\nabc\r\n",
           0},
          {SMALL_WAIT, NULL, 30},
          {SMALL_RESET, NULL, 0}},
         ASSAY_HTTP_BROKEN,
         "abc"},
        /* as long as the connection: that is how HTTP/1.0 ends */
        {{{SMALL_READ, NULL, 0},
          {SMALL_SEND, "HTTP/1.0 200 OK\r\n\r\na\xc3", 0}},
         ASSAY_HTTP_DONE,
         "a\xc3"},
        {{{SMALL_READ, NULL, 0},
          {SMALL_SEND,
           "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n"
           "Content-Length: 1\r\n\r\na",
           0}},
         ASSAY_HTTP_DONE,
         "a"},
        /* no HTTP */
        {{{SMALL_READ, NULL, 0}, {SMALL_SEND, "SSH-2.0-OpenSSH_9.2\r\n", 0}},
         ASSAY_HTTP_MALFORMED,
         ""},
        {{{SMALL_READ, NULL, 0},
          {SMALL_SEND,
           "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n"
           "Content-Length: 7\r\n\r\nno gzip",
           0}},
         ASSAY_HTTP_MALFORMED,
         ""},
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct scene scene;

        begin(&scene, cases[i].steps);
        post(&scene);
        if (scene.reply.end != cases[i].how)
            fail_msg("case %zu ended as %d: %s", i, scene.reply.end,
                     scene.reply.why);
        assert_string_equal(scene.body.at ? scene.body.at : "", cases[i].body);
        assert_true(scene.reply.sent);
        assert_int_equal(scene.sendings, 1);
        finish(&scene);
    }
}

/* ------------------------------------------------------- limits */

static void a_body_past_its_maximum_is_not_waited_for(void **state)
{
    static const struct small_step steps[] = {
        {SMALL_READ, NULL, 0},
        {SMALL_SEND, "HTTP/1.1 200 OK\r\n\r\n", 0},
        {SMALL_FLOOD,
         "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
         "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
         0},
        {SMALL_CLOSE, NULL, 0}};
    struct scene scene;

    begin(&scene, steps);
    scene.post.limits.max_bytes = 100000;
    post(&scene);
    assert_end(&scene, ASSAY_HTTP_TOO_LARGE, "more than 100000 bytes of body");
    assert_true(scene.body.len <= 100000);
    finish(&scene);
}

static void headers_without_an_end_are_left(void **state)
{
    static const struct small_step steps[] = {
        {SMALL_READ, NULL, 0},
        {SMALL_SEND, "HTTP/1.1 200 OK\r\n", 0},
        {SMALL_FLOOD, "X-More: 0123456789abcdef0123456789abcdef\r\n", 0},
        {SMALL_CLOSE, NULL, 0}};
    struct scene scene;

    begin(&scene, steps);
    post(&scene);
    assert_end(&scene, ASSAY_HTTP_TOO_LARGE, "bytes of headers");
    assert_int_equal(scene.reply.header_count, ASSAY_HTTP_MOST_HEADERS);
    finish(&scene);
}

/* ------------------------------------------------------- ending it early */

static void cancelling_is_seen_within_a_tenth_of_a_second(void **state)
{
    static const struct small_step steps[] = {{SMALL_READ, NULL, 0},
                                              {SMALL_HANG, NULL, 0}};
    int64_t best = INT64_MAX;

    /* the nearest of a few: a turn may be late on a loaded machine */
    for (size_t i = 0; i < 5 && best > 110 * (int64_t)MS; i++) {
        struct scene scene;
        int64_t late;

        begin(&scene, steps);
        scene.cancel_at = small_now() + 300 * (int64_t)MS;
        post(&scene);
        assert_end(&scene, ASSAY_HTTP_CANCELLED, "by us");
        assert_true(scene.reply.sent);
        late = scene.reply.clocks.done - scene.cancel_at;
        assert_true(late >= 0);
        best = late < best ? late : best;
        finish(&scene);
    }
    if (best > 110 * (int64_t)MS)
        fail_msg("it was seen after %d ms", (int)(best / MS));
}

static void a_reader_that_wants_no_more_ends_it(void **state)
{
    static const struct small_step steps[] = {
        {SMALL_READ, NULL, 0},
        {SMALL_SEND, "HTTP/1.1 200 OK\r\n\r\nabc", 0},
        {SMALL_HANG, NULL, 0}};
    struct scene scene;

    begin(&scene, steps);
    scene.wish = ASSAY_HTTP_STOP;
    post(&scene);
    assert_end(&scene, ASSAY_HTTP_CANCELLED, "by us");
    assert_string_equal(scene.body.at, "abc");
    finish(&scene);
}

/* A server that never ends a reply does not hold an answer that is whole. */
static void the_end_of_a_whole_answer_is_not_waited_for_long(void **state)
{
    static const struct small_step steps[] = {
        {SMALL_READ, NULL, 0},
        {SMALL_SEND, "HTTP/1.1 200 OK\r\n\r\ndata: [DONE]", 0},
        {SMALL_HANG, NULL, 0}};
    struct scene scene;
    int64_t begun;

    begin(&scene, steps);
    scene.wish = ASSAY_HTTP_ENOUGH;
    begun = small_now();
    post(&scene);
    assert_end(&scene, ASSAY_HTTP_DONE, "");
    assert_true(small_now() - begun > 900 * (int64_t)MS);
    assert_true(small_now() - begun < 2000 * (int64_t)MS);
    /* the clock stopped with the last byte */
    assert_took(&scene, 0);
    assert_true(scene.reply.clocks.done - begun < 500 * (int64_t)MS);
    finish(&scene);
}

/* ------------------------------------------------------- clocks */

/*
 * Headers at once, the body 200 ms later: what the reported latency must
 * hold. The server's own clock is the same one.
 */
static void the_clocks_say_what_the_server_saw(void **state)
{
    static const struct small_step steps[] = {
        {SMALL_READ, NULL, 0},
        {SMALL_WAIT, NULL, 50},
        {SMALL_SEND, "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\n", 0},
        {SMALL_WAIT, NULL, 200},
        {SMALL_SEND, "abc", 0},
        {SMALL_WAIT, NULL, 100},
        {SMALL_SEND, "def", 0},
        {SMALL_HANG, NULL, 0}};
    int64_t best = INT64_MAX;

    /* the nearest of a few: a turn may be late on a loaded machine */
    for (size_t i = 0; i < 5 && best > 2 * (int64_t)MS; i++) {
        struct scene scene;
        const struct assay_http_clocks *c = &scene.reply.clocks;
        int64_t off;

        begin(&scene, steps);
        post(&scene);
        assert_end(&scene, ASSAY_HTTP_DONE, "");
        assert_true(0 < c->begun && c->begun <= c->resolved &&
                    c->resolved <= c->connected && c->secured == 0 &&
                    c->connected <= c->sending && c->sending <= c->sent &&
                    c->sent <= c->headers && c->headers < c->first_byte &&
                    c->first_byte < c->done);
        assert_true(c->headers - c->sent >= 49 * (int64_t)MS);
        assert_true(c->first_byte - c->headers >= 190 * (int64_t)MS);
        assert_true(c->done - c->sending >= 349 * (int64_t)MS);
        small_sleep(5); /* the server writes down when it has sent */
        off = llabs(c->done - scene.server.sent_at);
        if (llabs(c->sent - scene.server.read_at) > off)
            off = llabs(c->sent - scene.server.read_at);
        if (llabs(c->headers - scene.server.first_sent_at) > off)
            off = llabs(c->headers - scene.server.first_sent_at);
        best = off < best ? off : best;
        finish(&scene);
    }
    if (best > 2 * (int64_t)MS)
        fail_msg("a clock is %d us off", (int)(best / 1000));
}

/* ------------------------------------------------------- several threads */

struct worker {
    struct assay_http_client *client;
    struct assay_str url;
    size_t good;
};

static void *work(void *context)
{
    struct worker *worker = context;

    for (size_t i = 0; i < 25; i++) {
        struct assay_arena arena = {0};
        struct assay_error err = {0};
        struct assay_http_reply reply;
        const struct assay_http_post request = {.url = worker->url,
                                                .body = ASSAY_STR("{}")};

        worker->good +=
            assay_http_post(worker->client, &arena, &request, &reply, &err) &&
            reply.end == ASSAY_HTTP_DONE && reply.status == 200;
        assay_arena_free(&arena);
    }
    return NULL;
}

static void threads_share_a_client(void **state)
{
    /* one connection after the other: each reply ends its own */
    static const struct small_step steps[] = {
        {SMALL_READ, NULL, 0},
        {SMALL_SEND,
         "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}",
         0},
        {SMALL_CLOSE, NULL, 0}};
    enum { THREADS = 4 };
    struct worker workers[THREADS];
    pthread_t threads[THREADS];
    struct scene scene;

    begin(&scene, steps);
    for (size_t i = 0; i < THREADS; i++) {
        workers[i] = (struct worker){scene.client, scene.post.url, 0};
        assert_int_equal(pthread_create(&threads[i], NULL, work, &workers[i]),
                         0);
    }
    for (size_t i = 0; i < THREADS; i++) {
        pthread_join(threads[i], NULL);
        assert_int_equal(workers[i].good, 25);
    }
    assert_int_equal(scene.server.requests, THREADS * 25);
    finish(&scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_request_leaves_with_its_headers_and_its_key),
        cmocka_unit_test(a_large_body_leaves_whole_and_without_waiting),
        cmocka_unit_test(what_would_break_a_request_apart_is_refused),
        cmocka_unit_test(a_request_that_may_not_leave_does_not),
        cmocka_unit_test(a_connection_is_used_again),
        cmocka_unit_test(
            a_kept_connection_that_dies_gives_one_post_per_attempt),
        cmocka_unit_test(a_connection_closed_while_idle_is_replaced),
        cmocka_unit_test(a_redirect_is_not_followed),
        cmocka_unit_test(each_deadline_ends_a_request_and_says_its_name),
        cmocka_unit_test(a_connection_that_does_not_come_about_has_its_own),
        cmocka_unit_test(a_port_where_nobody_listens_is_no_connection),
        cmocka_unit_test(a_reply_that_breaks_off_is_told_from_a_whole_one),
        cmocka_unit_test(a_body_past_its_maximum_is_not_waited_for),
        cmocka_unit_test(headers_without_an_end_are_left),
        cmocka_unit_test(cancelling_is_seen_within_a_tenth_of_a_second),
        cmocka_unit_test(a_reader_that_wants_no_more_ends_it),
        cmocka_unit_test(the_end_of_a_whole_answer_is_not_waited_for_long),
        cmocka_unit_test(the_clocks_say_what_the_server_saw),
        cmocka_unit_test(threads_share_a_client),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
