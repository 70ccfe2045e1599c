/*
 * Certificates: a server with one that nobody vouches for is not spoken to,
 * nor one for another name, time or strength; with its authority given it
 * is. And that nothing but HTTP/1.1 is spoken inside. The certificates are
 * made by the test, the server is OpenSSL's.
 */
#include "net/net.h"

#include "net/small_server.h"
#include "net/tls_server.h"

/* One POST to "https://HOST:PORT/v1" of a server as planned. */
static void post_to(struct tls_server *server, const char *host,
                    const char *ca_file, struct assay_arena *arena,
                    struct assay_http_reply *reply)
{
    struct assay_error err = {0};
    struct assay_http_client *client = assay_http_client_new(ca_file, &err);
    char url[64];

    assert_non_null(client);
    snprintf(url, sizeof url, "https://%s:%u/v1", host, server->port);
    const struct assay_http_post post = {
        .url = assay_str_c(url),
        .body = ASSAY_STR("{}"),
        .limits = {3000, 3000, 3000, 6000, 0},
    };
    assert_true(assay_http_post(client, arena, &post, reply, &err));
    assay_http_client_free(client);
    tls_stop(server);
}

static void only_a_certificate_that_somebody_vouches_for_is_taken(void **state)
{
    enum { HOUR = 3600, DAY = 24 * HOUR };
    static const struct {
        const char *case_name, *host;
        struct tls_plan plan;
        bool nobody;       /* the authority is not given */
        const char *words; /* NULL: it is taken */
    } cases[] = {
        {.case_name = "its own authority",
         .host = "127.0.0.1",
         .plan = {.for_whom = "IP:127.0.0.1"}},
        {.case_name = "by its name",
         .host = "localhost",
         .plan = {.for_whom = "DNS:localhost"}},
        {.case_name = "TLS 1.2",
         .host = "127.0.0.1",
         .plan = {.for_whom = "IP:127.0.0.1", .most_version = TLS1_2_VERSION}},
        {.case_name = "a whole chain",
         .host = "127.0.0.1",
         .plan = {.for_whom = "IP:127.0.0.1", .issuer = TLS_BETWEEN}},
        {.case_name = "RSA 2048",
         .host = "127.0.0.1",
         .plan = {.for_whom = "IP:127.0.0.1", .rsa_bits = 2048}},
        {.case_name = "self-signed",
         .host = "127.0.0.1",
         .plan = {.for_whom = "IP:127.0.0.1"},
         .nobody = true,
         .words = "certificate"},
        {.case_name = "broken chain",
         .host = "127.0.0.1",
         .plan = {.for_whom = "IP:127.0.0.1", .issuer = TLS_BETWEEN_CUT},
         .words = "certificate"},
        {.case_name = "expired",
         .host = "127.0.0.1",
         .plan = {.for_whom = "IP:127.0.0.1",
                  .begins_s = -2 * DAY,
                  .ends_s = -DAY},
         .words = "expired"},
        {.case_name = "future",
         .host = "127.0.0.1",
         .plan = {.for_whom = "IP:127.0.0.1",
                  .begins_s = DAY,
                  .ends_s = 2 * DAY},
         .words = "not yet valid"},
        {.case_name = "another name",
         .host = "127.0.0.1",
         .plan = {.for_whom = "DNS:elsewhere.test"},
         .words = "127.0.0.1"},
        {.case_name = "another address",
         .host = "127.0.0.1",
         .plan = {.for_whom = "IP:127.0.0.2"},
         .words = "127.0.0.1"},
        {.case_name = "an address as a name",
         .host = "127.0.0.1",
         .plan = {.for_whom = "DNS:127.0.0.1"},
         .words = "127.0.0.1"},
        {.case_name = "a star for everything",
         .host = "localhost",
         .plan = {.for_whom = "DNS:*"},
         .words = "localhost"},
        {.case_name = "a star in a word",
         .host = "localhost",
         .plan = {.for_whom = "DNS:l*t"},
         .words = "localhost"},
        {.case_name = "a star for what is below",
         .host = "localhost",
         .plan = {.for_whom = "DNS:*.localhost"},
         .words = "localhost"},
        {.case_name = "no name at all",
         .host = "127.0.0.1",
         .plan = {.common_name = "elsewhere.test"},
         .words = "127.0.0.1"},
        {.case_name = "RSA 1024",
         .host = "127.0.0.1",
         .plan = {.for_whom = "IP:127.0.0.1", .rsa_bits = 1024},
         .words = "key too weak"},
        {.case_name = "TLS 1.1",
         .host = "127.0.0.1",
         .plan = {.for_whom = "IP:127.0.0.1", .most_version = TLS1_1_VERSION},
         .words = "protocol"},
        {.case_name = "TLS 1.0",
         .host = "127.0.0.1",
         .plan = {.for_whom = "IP:127.0.0.1", .most_version = TLS1_VERSION},
         .words = "protocol"},
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct assay_arena arena = {0};
        struct assay_http_reply reply;
        struct tls_server server;
        const char *words = cases[i].words;

        tls_start(&server, &cases[i].plan);
        post_to(&server, cases[i].host, cases[i].nobody ? NULL : server.ca_file,
                &arena, &reply);
        if (reply.end != (words ? ASSAY_HTTP_CONNECT : ASSAY_HTTP_DONE) ||
            (words && !strstr(reply.why, words)))
            fail_msg("%s ended as %d: %s", cases[i].case_name, reply.end,
                     reply.why);
        assert_int_equal(server.requests, !words);
        assert_int_equal(reply.sent, !words);
        if (!words)
            assert_true(reply.clocks.connected < reply.clocks.secured &&
                        reply.clocks.secured <= reply.clocks.sending);
        assay_arena_free(&arena);
    }
}

/*
 * What libcurl 7.88 does with a certificate that has no alternative names,
 * and what RFC 9110 (4.3.4) would have refused: it compares the common name.
 * Public authorities sign none such; a private one is trusted to know.
 */
static void the_common_name_counts_where_there_is_no_other(void **state)
{
    static const struct tls_plan plan = {.common_name = "localhost"};
    struct assay_arena arena = {0};
    struct assay_http_reply reply;
    struct tls_server server;

    tls_start(&server, &plan);
    post_to(&server, "localhost", NULL, &arena, &reply);
    assert_int_equal(reply.end, ASSAY_HTTP_CONNECT);
    assert_int_equal(server.requests, 0);
    tls_start(&server, &plan);
    post_to(&server, "localhost", server.ca_file, &arena, &reply);
    assert_int_equal(reply.end, ASSAY_HTTP_DONE);
    assay_arena_free(&arena);
}

/* ------------------------------------------------------- the handshake */

static void nothing_but_http_1_1_is_offered_and_taken(void **state)
{
    static const struct {
        const char *chosen; /* by the server, whatever is offered */
        bool taken;
    } cases[] = {{NULL, true},  {"http/1.1", true},  {"h2", false},
                 {"h3", false}, {"http/0.9", false}, {"\x01\xff junk", false}};

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct tls_plan plan = {.for_whom = "IP:127.0.0.1",
                                      .protocol = cases[i].chosen};
        struct assay_arena arena = {0};
        struct assay_http_reply reply;
        struct tls_server server;

        tls_start(&server, &plan);
        post_to(&server, "127.0.0.1", server.ca_file, &arena, &reply);
        assert_string_equal(server.offered, "http/1.1");
        if (reply.end !=
            (cases[i].taken ? ASSAY_HTTP_DONE : ASSAY_HTTP_CONNECT))
            fail_msg("case %zu ended as %d: %s", i, reply.end, reply.why);
        assert_int_equal(reply.sent, cases[i].taken);
        assert_int_equal(server.connections, 1);
        assert_int_equal(server.requests, cases[i].taken);
        if (cases[i].taken)
            assert_non_null(strstr(server.request, "POST /v1 HTTP/1.1\r\n"));
        else
            assert_non_null(strstr(reply.why, "TLS"));
        assay_arena_free(&arena);
    }
}

/*
 * Half of a ServerHello: a record of 122 bytes (0x7a) of which 40 come.
 * RFC 8446, 4.1.3 and 5.1.
 */
static const char half_hello[] = "\x16\x03\x03\x00\x7a\x02\x00\x00\x76\x03\x03"
                                 "0123456789abcdef0123456789abc";

static void a_server_that_does_not_get_through_tls_is_left_in_time(void **state)
{
    static const struct {
        const char *case_name;
        struct small_step steps[4];
        int64_t least_ms, most_ms;
        const char *words;
    } cases[] = {
        {"hang before it", {{SMALL_HANG, NULL, 0}}, 300, 1300, "in 300 ms"},
        {"hang in it",
         {{SMALL_SOME, NULL, 0}, {SMALL_HANG, NULL, 0}},
         300,
         1300,
         "no connection in 300 ms"},
        {"half a hello",
         {{SMALL_SOME, NULL, 0},
          {SMALL_BYTES, half_hello, 40},
          {SMALL_HANG, NULL, 0}},
         300,
         1300,
         "no connection in 300 ms"},
        {"a byte a while",
         {{SMALL_SOME, NULL, 0},
          {SMALL_BYTES, half_hello, 5},
          {SMALL_DRIP, "0123456789012345678901234567890123456789", 50}},
         300,
         1300,
         "no connection in 300 ms"},
        {"closed in it",
         {{SMALL_SOME, NULL, 0}, {SMALL_CLOSE, NULL, 0}},
         0,
         1000,
         "TLS"},
        {"reset in it",
         {{SMALL_SOME, NULL, 0}, {SMALL_RESET, NULL, 0}},
         0,
         1000,
         "TLS"},
        {"plain HTTP",
         {{SMALL_SOME, NULL, 0},
          {SMALL_SEND, "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n",
           0},
          {SMALL_CLOSE, NULL, 0}},
         0,
         1000,
         "https was expected"},
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct assay_arena arena = {0};
        struct assay_error err = {0};
        struct assay_http_client *client = assay_http_client_new(NULL, &err);
        struct assay_http_reply reply;
        struct small_server server;
        char url[80];

        assert_non_null(client);
        small_start(&server, cases[i].steps);
        snprintf(url, sizeof url, "https://127.0.0.1:%u/", server.port);
        const struct assay_http_post post = {
            .url = assay_str_c(url),
            .body = ASSAY_STR("{}"),
            .limits = {300, 3000, 3000, 6000, 0},
        };
        assert_true(assay_http_post(client, &arena, &post, &reply, &err));
        assay_http_client_free(client);
        small_stop(&server);
        int64_t ms = (reply.clocks.done - reply.clocks.begun) / 1000000;
        if (reply.end != ASSAY_HTTP_CONNECT ||
            !strstr(reply.why, cases[i].words) || ms < cases[i].least_ms ||
            ms > cases[i].most_ms)
            fail_msg("%s ended as %d after %d ms: %s", cases[i].case_name,
                     reply.end, (int)ms, reply.why);
        assert_false(reply.sent);
        assert_int_equal(server.connections, 1);
        small_free(&server);
        assay_arena_free(&arena);
    }
}

static void an_authority_that_is_not_there_is_named(void **state)
{
    static const struct tls_plan plan = {.for_whom = "IP:127.0.0.1"};
    struct assay_arena arena = {0};
    struct assay_http_reply reply;
    struct tls_server server;

    tls_start(&server, &plan);
    post_to(&server, "127.0.0.1", "/tmp/assay-no-such-ca.pem", &arena, &reply);
    assert_int_equal(reply.end, ASSAY_HTTP_CONNECT);
    assert_non_null(strstr(reply.why, "/tmp/assay-no-such-ca.pem"));
    assay_arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_a_certificate_that_somebody_vouches_for_is_taken),
        cmocka_unit_test(the_common_name_counts_where_there_is_no_other),
        cmocka_unit_test(nothing_but_http_1_1_is_offered_and_taken),
        cmocka_unit_test(
            a_server_that_does_not_get_through_tls_is_left_in_time),
        cmocka_unit_test(an_authority_that_is_not_there_is_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
