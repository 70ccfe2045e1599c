/*
 * Proxies, as the environment names them: a request goes through one behind
 * TLS or not at all, a refusal of the proxy is told from one of the provider,
 * and what is on this machine is asked past it.
 */
#include "net/net.h"

#include "net/small_server.h"
#include "net/tls_server.h"

static const char canary[] = "sk-canary-0011223344556677";

static void forget_proxies(void)
{
    static const char *const names[] = {
        "http_proxy", "https_proxy", "HTTPS_PROXY", "all_proxy",
        "ALL_PROXY",  "no_proxy",    "NO_PROXY"};

    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        unsetenv(names[i]);
}

/* A POST with a key; what happened is in *reply. */
static void post(const char *url, const char *ca_file,
                 struct assay_arena *arena, struct assay_http_reply *reply)
{
    struct assay_error err = {0};
    struct assay_http_client *client = assay_http_client_new(ca_file, &err);
    struct assay_secret *key;

    assert_non_null(client);
    setenv("ASSAY_TEST_KEY", canary, 1);
    key = assay_secret_from_environment("ASSAY_TEST_KEY", &err);
    assert_non_null(key);
    const struct assay_http_post request = {
        .url = assay_str_c(url),
        .body = ASSAY_STR("{}"),
        .limits = {400, 2000, 2000, 4000, 0},
        .key = key,
        .key_header = "authorization",
        .key_prefix = "Bearer ",
    };
    if (!assay_http_post(client, arena, &request, reply, &err))
        fail_msg("%s", err.text);
    assay_secret_free(key);
    unsetenv("ASSAY_TEST_KEY");
    assay_http_client_free(client);
}

static void name_proxy(const char *variable, unsigned port)
{
    char address[64];

    forget_proxies();
    snprintf(address, sizeof address, "http://127.0.0.1:%u", port);
    setenv(variable, address, 1);
}

/* ------------------------------------------------------- refusals */

static void what_a_proxy_refuses_is_told_from_what_a_provider_does(void **state)
{
    static const struct {
        const char *case_name;
        struct small_step steps[4];
        unsigned status;
        const char *words;
    } cases[] = {
        {"407",
         {{SMALL_READ, NULL, 0},
          {SMALL_SEND,
           "HTTP/1.1 407 Proxy Authentication Required\r\n"
           "Proxy-Authenticate: Basic realm=\"house\"\r\n"
           "Content-Length: 0\r\n\r\n",
           0},
          {SMALL_CLOSE, NULL, 0}},
         407,
         "the proxy answered CONNECT with 407, expected its user name and "
         "password in https_proxy"},
        {"403",
         {{SMALL_READ, NULL, 0},
          {SMALL_SEND, "HTTP/1.1 403 Forbidden\r\nContent-Length: 3\r\n\r\nno!",
           0},
          {SMALL_CLOSE, NULL, 0}},
         403,
         "the proxy answered CONNECT with 403"},
        {"502",
         {{SMALL_READ, NULL, 0},
          {SMALL_SEND, "HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n",
           0},
          {SMALL_CLOSE, NULL, 0}},
         502,
         "the proxy answered CONNECT with 502"},
        {"closed",
         {{SMALL_READ, NULL, 0}, {SMALL_CLOSE, NULL, 0}},
         0,
         "Proxy CONNECT aborted"},
        {"silent",
         {{SMALL_READ, NULL, 0}, {SMALL_HANG, NULL, 0}},
         0,
         "no connection in 400 ms"},
        {"no proxy",
         {{SMALL_READ, NULL, 0},
          {SMALL_SEND, "220 mail.test ESMTP\r\n", 0},
          {SMALL_CLOSE, NULL, 0}},
         0,
         ""},
    };
    static const char *const variables[] = {"https_proxy", "HTTPS_PROXY",
                                            "all_proxy", "ALL_PROXY"};

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct assay_arena arena = {0};
        struct assay_http_reply reply;
        struct small_server proxy;

        small_start(&proxy, cases[i].steps);
        name_proxy(variables[i % 4], proxy.port);
        post("https://provider.test/v1", NULL, &arena, &reply);
        small_stop(&proxy);
        if (reply.end != ASSAY_HTTP_CONNECT ||
            reply.proxy_status != cases[i].status ||
            !strstr(reply.why, cases[i].words))
            fail_msg("%s ended as %d (%u): %s", cases[i].case_name, reply.end,
                     reply.proxy_status, reply.why);
        assert_int_equal(reply.status, 0);
        assert_int_equal(reply.header_count, 0);
        assert_false(reply.sent);
        assert_non_null(strstr(proxy.request, "CONNECT provider.test:443 "));
        assert_null(strstr(proxy.request, canary));
        assert_null(strstr(proxy.request, "POST"));
        assert_int_equal(proxy.requests, 1);
        small_free(&proxy);
        assay_arena_free(&arena);
    }
    forget_proxies();
}

static void a_proxy_that_is_down_is_no_connection(void **state)
{
    static const struct small_step steps[] = {{SMALL_CLOSE, NULL, 0}};
    struct assay_arena arena = {0};
    struct assay_http_reply reply;
    struct small_server gone;

    small_start(&gone, steps);
    small_stop(&gone);
    name_proxy("https_proxy", gone.port);
    post("https://provider.test/v1", NULL, &arena, &reply);
    assert_int_equal(reply.end, ASSAY_HTTP_CONNECT);
    assert_non_null(strstr(reply.why, "refused"));
    assert_int_equal(reply.proxy_status, 0);
    assert_false(reply.sent);
    forget_proxies();
    small_free(&gone);
    assay_arena_free(&arena);
}

/* ------------------------------------------------------- through it */

/* A proxy for one connection: CONNECT, then bytes both ways. */
struct tunnel {
    int listener;
    unsigned port, to;
    pthread_t thread;
    char request[4096], passed[65536];
    size_t passed_bytes;
};

static bool pass_on(struct tunnel *tunnel, int from, int to)
{
    char bytes[4096];
    ssize_t n = read(from, bytes, sizeof bytes);

    if (n <= 0 || send(to, bytes, (size_t)n, MSG_NOSIGNAL) != n)
        return false;
    if (tunnel->passed_bytes + (size_t)n <= sizeof tunnel->passed) {
        memcpy(tunnel->passed + tunnel->passed_bytes, bytes, (size_t)n);
        tunnel->passed_bytes += (size_t)n;
    }
    return true;
}

static void *carry(void *context)
{
    static const char yes[] = "HTTP/1.1 200 Connection established\r\n\r\n";
    struct tunnel *tunnel = context;
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons((uint16_t)tunnel->to)};
    int client = accept(tunnel->listener, NULL, NULL);
    int server = socket(AF_INET, SOCK_STREAM, 0);
    struct pollfd both[] = {{.fd = client, .events = POLLIN},
                            {.fd = server, .events = POLLIN}};

    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (connect(server, (struct sockaddr *)&address, sizeof address) == 0 &&
        read(client, tunnel->request, sizeof tunnel->request - 1) > 0 &&
        send(client, yes, sizeof yes - 1, MSG_NOSIGNAL) > 0)
        for (int i = 0; i < 1000 && poll(both, 2, 3000) > 0; i++)
            if ((both[0].revents && !pass_on(tunnel, client, server)) ||
                (both[1].revents && !pass_on(tunnel, server, client)))
                break;
    close(server);
    close(client);
    return NULL;
}

static void open_tunnel(struct tunnel *tunnel, unsigned to)
{
    struct sockaddr_in address = {.sin_family = AF_INET};
    socklen_t size = sizeof address;

    *tunnel = (struct tunnel){.to = to};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    tunnel->listener = socket(AF_INET, SOCK_STREAM, 0);
    assert_int_equal(bind(tunnel->listener, (struct sockaddr *)&address, size),
                     0);
    assert_int_equal(listen(tunnel->listener, 4), 0);
    getsockname(tunnel->listener, (struct sockaddr *)&address, &size);
    tunnel->port = ntohs(address.sin_port);
    assert_int_equal(pthread_create(&tunnel->thread, NULL, carry, tunnel), 0);
}

static void a_proxy_sees_where_to_and_nothing_else(void **state)
{
    static const struct tls_plan plan = {.for_whom = "DNS:provider.test"};
    struct assay_arena arena = {0};
    struct assay_http_reply reply;
    static struct tunnel tunnel;
    struct tls_server server;
    struct assay_str passed;

    tls_start(&server, &plan);
    open_tunnel(&tunnel, server.port);
    name_proxy("https_proxy", tunnel.port);
    post("https://provider.test/v1", server.ca_file, &arena, &reply);
    pthread_join(tunnel.thread, NULL);
    close(tunnel.listener);
    tls_stop(&server);
    if (reply.end != ASSAY_HTTP_DONE)
        fail_msg("ended as %d: %s", reply.end, reply.why);
    assert_int_equal(reply.status, 200);
    assert_non_null(strstr(server.request, "POST /v1 HTTP/1.1\r\n"));
    assert_non_null(strstr(server.request, canary));
    assert_non_null(strstr(tunnel.request, "CONNECT provider.test:443 "));
    assert_null(strstr(tunnel.request, canary));
    passed = (struct assay_str){tunnel.passed, tunnel.passed_bytes};
    assert_true(passed.len > 500);
    assert_false(assay_str_contains(passed, canary));
    assert_false(assay_str_contains(passed, "POST"));
    forget_proxies();
    assay_arena_free(&arena);
}

/* ------------------------------------------------------- past it */

static void this_machine_is_asked_past_any_proxy(void **state)
{
    static const struct small_step answering[] = {
        {SMALL_READ, NULL, 0},
        {SMALL_SEND, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}", 0},
        {SMALL_CLOSE, NULL, 0}};
    static const char *const variables[] = {"http_proxy", "all_proxy",
                                            "ALL_PROXY"};
    struct small_server server, proxy;

    small_start(&server, answering);
    small_start(&proxy, answering);
    for (size_t i = 0; i < sizeof variables / sizeof *variables; i++) {
        struct assay_arena arena = {0};
        struct assay_http_reply reply;

        name_proxy(variables[i], proxy.port);
        post(server.url, NULL, &arena, &reply);
        assert_int_equal(reply.end, ASSAY_HTTP_DONE);
        assay_arena_free(&arena);
    }
    forget_proxies();
    small_stop(&server);
    small_stop(&proxy);
    assert_int_equal(server.requests, 3);
    assert_int_equal(proxy.connections, 0);
    small_free(&server);
    small_free(&proxy);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(
            what_a_proxy_refuses_is_told_from_what_a_provider_does),
        cmocka_unit_test(a_proxy_that_is_down_is_no_connection),
        cmocka_unit_test(a_proxy_sees_where_to_and_nothing_else),
        cmocka_unit_test(this_machine_is_asked_past_any_proxy),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
