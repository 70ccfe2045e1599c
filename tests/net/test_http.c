/*
 * GET against a small server on this machine that the test itself starts: a
 * thread that answers a set number of connections, one after the other, each
 * with bytes the test wrote down.
 */
#include "net/net.h"

#include "assay/buf.h"

#include "support/support.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <zlib.h>

enum {
    WAIT_MS = 5000, /* for a client that never comes */
    REQUEST_BYTES = 4096,
    LIMIT_BYTES = 64 << 10,
};

struct server {
    int listener;
    int connections; /* to answer */
    struct assay_str reply;
    size_t sent; /* bytes of the last reply that went out */
    bool silent; /* accepts and says nothing until the client leaves */
    char url[64];
    char request[REQUEST_BYTES]; /* the last one, as it came */
    pthread_t thread;
};

/* Reads up to the empty line. */
static void read_request(struct server *server, int client)
{
    size_t len = 0;
    while (len < sizeof(server->request) - 1) {
        struct pollfd wait = {.fd = client, .events = POLLIN};
        if (poll(&wait, 1, WAIT_MS) <= 0)
            break;
        ssize_t n = read(client, server->request + len,
                         sizeof(server->request) - 1 - len);
        if (n <= 0)
            break;
        len += (size_t)n;
        server->request[len] = '\0';
        if (!server->silent && strstr(server->request, "\r\n\r\n"))
            break;
    }
    server->request[len] = '\0';
}

static void *serve(void *context)
{
    struct server *server = context;
    for (int i = 0; i < server->connections; i++) {
        struct pollfd wait = {.fd = server->listener, .events = POLLIN};
        if (poll(&wait, 1, WAIT_MS) <= 0)
            break;
        int client = accept(server->listener, NULL, NULL);
        if (client < 0)
            break;
        read_request(server, client);
        struct assay_str rest = server->reply;
        while (!server->silent && rest.len > 0) {
            ssize_t n = send(client, rest.at, rest.len, MSG_NOSIGNAL);
            if (n <= 0)
                break;
            rest = assay_str_skip(rest, (size_t)n);
            server->sent = server->reply.len - rest.len;
        }
        close(client);
    }
    return NULL;
}

static void start(struct server *server, struct assay_str reply)
{
    struct sockaddr_in address = {.sin_family = AF_INET};
    socklen_t size = sizeof(address);

    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (server->connections == 0)
        server->connections = 1;
    server->reply = reply;
    server->listener = socket(AF_INET, SOCK_STREAM, 0);
    assert_true(server->listener >= 0);
    assert_int_equal(bind(server->listener, (struct sockaddr *)&address, size),
                     0);
    assert_int_equal(listen(server->listener, 4), 0);
    assert_int_equal(
        getsockname(server->listener, (struct sockaddr *)&address, &size), 0);
    snprintf(server->url, sizeof(server->url), "http://127.0.0.1:%u/list.json",
             (unsigned)ntohs(address.sin_port));
    assert_int_equal(pthread_create(&server->thread, NULL, serve, server), 0);
}

static void stop(struct server *server)
{
    pthread_join(server->thread, NULL);
    close(server->listener);
}

static bool get(struct assay_arena *arena, const char *url,
                struct assay_str *body, struct assay_error *err)
{
    const struct assay_http_get request = {
        .url = url,
        .max_bytes = LIMIT_BYTES,
        .connect_limit_ms = 2000,
        .total_limit_ms = 3000,
    };
    return assay_http_get(arena, &request, body, err);
}

static void assert_holds(const char *text, const char *part)
{
    if (!strstr(text, part))
        fail_msg("'%s'\nlacks '%s'", text, part);
}

static void a_document_is_fetched_with_our_name_and_no_cookies(void **state)
{
    struct assay_arena arena = {0};
    struct assay_error err = {0};
    struct assay_str body;
    struct server server = {0};

    start(&server, ASSAY_STR("HTTP/1.1 200 OK\r\nContent-Length: 13\r\n"
                             "Set-Cookie: a=b\r\n\r\n{\"data\": [1]}"));
    bool ok = get(&arena, server.url, &body, &err);
    stop(&server);
    if (!ok)
        fail_msg("%s", err.text);
    assert_true(assay_str_is(body, "{\"data\": [1]}"));
    assert_holds(server.request, "GET /list.json HTTP/1.1\r\n");
    assert_holds(server.request, "\r\nUser-Agent: assay/");
    assert_holds(server.request, "\r\nAccept-Encoding: gzip\r\n");
    assert_null(strstr(server.request, "Cookie"));
    assert_null(strstr(server.request, "Authorization"));
    assay_arena_free(&arena);
}

static void an_answer_that_is_not_2xx_is_an_error_with_its_number(void **state)
{
    static const struct {
        const char *reply;
        const char *words;
    } cases[] = {
        {"HTTP/1.1 404 Not Found\r\nContent-Length: 2\r\n\r\nno",
         "answered 404, expected 200"},
        {"HTTP/1.1 500 Oops\r\nContent-Length: 0\r\n\r\n", "answered 500"},
        /* from http nothing is followed, least of all to a file */
        {"HTTP/1.1 302 Found\r\nLocation: https://elsewhere.test/\r\n"
         "Content-Length: 0\r\n\r\n",
         "answered 302"},
        {"HTTP/1.1 302 Found\r\nLocation: file:///etc/passwd\r\n"
         "Content-Length: 0\r\n\r\n",
         "answered 302"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        struct assay_arena arena = {0};
        struct assay_error err = {0};
        struct assay_str body;
        struct server server = {0};

        start(&server, assay_str_c(cases[i].reply));
        bool ok = get(&arena, server.url, &body, &err);
        stop(&server);
        assert_false(ok);
        assert_int_equal(err.code, ASSAY_REMOTE);
        assert_holds(err.text, cases[i].words);
        assert_holds(err.text, "127.0.0.1");
        assay_arena_free(&arena);
    }
}

static void an_answer_that_breaks_off_is_an_error(void **state)
{
    struct assay_arena arena = {0};
    struct assay_error err = {0};
    struct assay_str body;
    struct server server = {0};

    start(&server,
          ASSAY_STR("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"da"));
    bool ok = get(&arena, server.url, &body, &err);
    stop(&server);
    assert_false(ok);
    assert_int_equal(err.code, ASSAY_REMOTE);
    assay_arena_free(&arena);
}

static void a_server_that_says_nothing_is_left_after_the_limit(void **state)
{
    struct assay_arena arena = {0};
    struct assay_error err = {0};
    struct assay_str body;
    struct server server = {.silent = true};

    start(&server, ASSAY_STR(""));
    const struct assay_http_get request = {
        .url = server.url,
        .max_bytes = LIMIT_BYTES,
        .total_limit_ms = 200,
    };
    bool ok = assay_http_get(&arena, &request, &body, &err);
    stop(&server);
    assert_false(ok);
    assert_int_equal(err.code, ASSAY_REMOTE);
    assay_arena_free(&arena);
}

static void a_body_past_its_maximum_is_a_limit_and_not_waited_for(void **state)
{
    struct assay_arena arena = {0};
    struct assay_error err = {0};
    struct assay_str body;
    struct assay_buf reply;
    struct server server = {0};

    assay_buf_init(&reply, 64 << 20);
    assay_buf_add_c(&reply, "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n");
    assay_buf_fill(&reply, 'x', 32 << 20);
    start(&server, assay_buf_str(&reply));
    bool ok = get(&arena, server.url, &body, &err);
    stop(&server);
    assert_false(ok);
    assert_int_equal(err.code, ASSAY_LIMIT);
    assert_holds(err.text, "longer than 65536 bytes");
    assert_true(server.sent < reply.len); /* far more than sockets hold */
    assay_buf_release(&reply);
    assay_arena_free(&arena);
}

/* A gzip stream of so many zeros. */
static struct assay_str gzip_of_zeros(struct assay_arena *arena, size_t count)
{
    z_stream stream = {0};
    unsigned char *zeros = assay_arena_alloc(arena, count, 1);
    unsigned char *out = assay_arena_alloc(arena, LIMIT_BYTES, 1);

    assert_int_equal(
        deflateInit2(&stream, 9, Z_DEFLATED, 15 + 16, 9, Z_DEFAULT_STRATEGY),
        Z_OK);
    stream.next_in = zeros;
    stream.avail_in = (uInt)count;
    stream.next_out = out;
    stream.avail_out = LIMIT_BYTES;
    assert_int_equal(deflate(&stream, Z_FINISH), Z_STREAM_END);
    size_t len = stream.total_out;
    deflateEnd(&stream);
    return (struct assay_str){(const char *)out, len};
}

static void gzip_is_decoded_and_what_comes_out_counts(void **state)
{
    static const struct {
        size_t zeros;
        bool fits;
    } cases[] = {
        {LIMIT_BYTES, true}, {LIMIT_BYTES + 1, false}, {16 << 20, false}};

    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        struct assay_arena arena = {0};
        struct assay_error err = {0};
        struct assay_str body = ASSAY_STR("");
        struct assay_buf reply;
        struct server server = {0};
        struct assay_str packed = gzip_of_zeros(&arena, cases[i].zeros);

        assert_true(packed.len < LIMIT_BYTES);
        assay_buf_init(&reply, 1 << 20);
        assay_buf_printf(&reply,
                         "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n"
                         "Content-Length: %zu\r\n\r\n",
                         packed.len);
        assay_buf_add(&reply, packed);
        start(&server, assay_buf_str(&reply));
        bool ok = get(&arena, server.url, &body, &err);
        stop(&server);
        assert_int_equal(ok, cases[i].fits);
        if (ok)
            assert_int_equal(body.len, cases[i].zeros);
        else
            assert_int_equal(err.code, ASSAY_LIMIT);
        assay_buf_release(&reply);
        assay_arena_free(&arena);
    }
}

static void only_https_and_this_machine_are_asked(void **state)
{
    static const struct {
        const char *url;
        const char *words;
    } cases[] = {
        {"http://example.test/x?key=secret", "is plain http, expected https"},
        {"http://127.example.test/", "is plain http"},
        {"http://localhost.example.test/", "is plain http"},
        {"http://10.0.0.1/", "is plain http"},
        {"https://user:word@example.test/", "holds a user name"},
        {"http://user@127.0.0.1/", "holds a user name"},
        {"file:///etc/passwd", "expected https"},
        {"ftp://example.test/x", "expected https"},
        {"https://", "is not a URL"},
        {"http://[::1/", "is not a URL"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        struct assay_arena arena = {0};
        struct assay_error err = {0};
        struct assay_str body;
        if (get(&arena, cases[i].url, &body, &err))
            fail_msg("%s was fetched", cases[i].url);
        assert_int_equal(err.code, ASSAY_BAD_INPUT);
        assert_holds(err.text, cases[i].words);
        assert_null(strstr(err.text, "secret"));
        assert_null(strstr(err.text, "word"));
        assay_arena_free(&arena);
    }
}

static void a_port_where_nobody_listens_is_no_answer(void **state)
{
    struct assay_arena arena = {0};
    struct assay_error err = {0};
    struct assay_str body;
    struct sockaddr_in address = {.sin_family = AF_INET};
    socklen_t size = sizeof(address);
    char url[64];

    /* bound but not listening: ours, so that nobody else answers */
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int socket_file = socket(AF_INET, SOCK_STREAM, 0);
    assert_int_equal(bind(socket_file, (struct sockaddr *)&address, size), 0);
    assert_int_equal(
        getsockname(socket_file, (struct sockaddr *)&address, &size), 0);
    snprintf(url, sizeof(url), "http://127.0.0.1:%u/",
             (unsigned)ntohs(address.sin_port));
    assert_false(get(&arena, url, &body, &err));
    assert_int_equal(err.code, ASSAY_REMOTE);
    close(socket_file);
    assay_arena_free(&arena);
}

static void urls_are_told_from_files(void **state)
{
    assert_true(assay_http_is_url("https://x.test"));
    assert_true(assay_http_is_url("HTTP://x.test"));
    assert_false(assay_http_is_url("catalog.json"));
    assert_false(assay_http_is_url("http.json"));
    assert_false(assay_http_is_url("-"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_document_is_fetched_with_our_name_and_no_cookies),
        cmocka_unit_test(an_answer_that_is_not_2xx_is_an_error_with_its_number),
        cmocka_unit_test(an_answer_that_breaks_off_is_an_error),
        cmocka_unit_test(a_server_that_says_nothing_is_left_after_the_limit),
        cmocka_unit_test(a_body_past_its_maximum_is_a_limit_and_not_waited_for),
        cmocka_unit_test(gzip_is_decoded_and_what_comes_out_counts),
        cmocka_unit_test(only_https_and_this_machine_are_asked),
        cmocka_unit_test(a_port_where_nobody_listens_is_no_answer),
        cmocka_unit_test(urls_are_told_from_files),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
