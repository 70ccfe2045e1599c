/*
 * HTTP/2 is not spoken. A server that answers in its frames all the same,
 * whatever they say, is no HTTP; the request went out once, and the frames
 * that promise "not processed, send it again" do not make it go out twice.
 * Frames as in RFC 9113, sections 4.1, 6.4, 6.5, 6.8 and 7.
 */
#include "net/net.h"

#include "net/small_server.h"
#include "net/tls_server.h"

#define SETTINGS "\0\0\0\4\0\0\0\0\0"
/* last stream 0: nothing was processed; NO_ERROR */
#define GOAWAY "\0\0\10\7\0\0\0\0\0\0\0\0\0\0\0\0\0"
/* stream 1; REFUSED_STREAM (7), CANCEL (8) */
#define REFUSED_STREAM "\0\0\4\3\0\0\0\0\1\0\0\0\7"
#define CANCEL "\0\0\4\3\0\0\0\0\1\0\0\0\10"
/* HEADERS, end of headers: ":status: 200" by RFC 7541's table */
#define HEADERS "\0\0\1\1\4\0\0\0\1\x88"

struct frames {
    const char *case_name, *text;
    int len;
};
#define FRAMES(name, text)               \
    {                                    \
        (name), (text), sizeof(text) - 1 \
    }
static const struct frames all_frames[] = {
    FRAMES("SETTINGS", SETTINGS),
    FRAMES("GOAWAY", SETTINGS GOAWAY),
    FRAMES("REFUSED_STREAM", SETTINGS REFUSED_STREAM),
    FRAMES("RST_STREAM", SETTINGS CANCEL),
    FRAMES("HEADERS and RST_STREAM", SETTINGS HEADERS CANCEL),
    FRAMES("HEADERS and GOAWAY", SETTINGS HEADERS GOAWAY),
};
enum { CASES = sizeof all_frames / sizeof *all_frames };

static void assert_no_http(const char *case_name,
                           const struct assay_http_reply *reply)
{
    if (reply->end != ASSAY_HTTP_MALFORMED)
        fail_msg("%s ended as %d: %s", case_name, reply->end, reply->why);
    assert_int_equal(reply->status, 0);
    assert_int_equal(reply->body_bytes, 0);
    assert_true(reply->sent);
}

struct client {
    struct assay_http_client *http;
    struct assay_arena arena;
    size_t sendings;
};

static bool on_sending(void *context)
{
    struct client *client = context;

    client->sendings++;
    return true;
}

static void post(struct client *client, const char *url,
                 struct assay_http_reply *reply)
{
    struct assay_error err = {0};
    const struct assay_http_post request = {
        .url = assay_str_c(url),
        .body = ASSAY_STR("{}"),
        .limits = {2000, 2000, 2000, 4000, 0},
        .sending = on_sending,
        .context = client,
    };

    assert_true(
        assay_http_post(client->http, &client->arena, &request, reply, &err));
}

static void open_client(struct client *client, const char *ca_file)
{
    struct assay_error err = {0};

    *client = (struct client){.http = assay_http_client_new(ca_file, &err)};
    assert_non_null(client->http);
}

static void close_client(struct client *client)
{
    assay_http_client_free(client->http);
    assay_arena_free(&client->arena);
}

/* ------------------------------------------------------- the frames */

static void frames_for_an_answer_are_no_http(void **state)
{
    for (size_t i = 0; i < CASES; i++) {
        const struct frames *frames = &all_frames[i];
        const struct small_step steps[] = {
            {SMALL_READ, NULL, 0},
            {SMALL_BYTES, frames->text, frames->len},
            {SMALL_HANG, NULL, 0}};
        struct assay_http_reply reply;
        struct small_server server;
        struct client client;

        small_start(&server, steps);
        open_client(&client, NULL);
        post(&client, server.url, &reply);
        assert_no_http(frames->case_name, &reply);
        close_client(&client);
        small_stop(&server);
        assert_int_equal(client.sendings, 1);
        assert_int_equal(server.requests, 1);
        small_free(&server);
    }
}

/* Where libcurl would send a request again: nothing of a reply came. */
static void frames_on_a_kept_connection_send_nothing_again(void **state)
{
    for (size_t i = 0; i < CASES; i++) {
        const struct frames *frames = &all_frames[i];
        const struct small_step steps[] = {
            {SMALL_READ, NULL, 0},
            {SMALL_SEND, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}", 0},
            {SMALL_READ, NULL, 0},
            {SMALL_BYTES, frames->text, frames->len},
            {SMALL_CLOSE, NULL, 0}};
        struct assay_http_reply reply;
        struct small_server server;
        struct client client;

        small_start(&server, steps);
        open_client(&client, NULL);
        post(&client, server.url, &reply);
        assert_int_equal(reply.end, ASSAY_HTTP_DONE);
        post(&client, server.url, &reply);
        assert_true(reply.reused);
        assert_no_http(frames->case_name, &reply);
        close_client(&client);
        small_stop(&server);
        assert_int_equal(client.sendings, 2);
        assert_int_equal(server.requests, 2);
        small_free(&server);
    }
}

/* A server that only speaks HTTP/2 sends its settings before it has read. */
static void a_server_that_speaks_first_is_not_believed(void **state)
{
    static const struct small_step steps[] = {
        {SMALL_BYTES, SETTINGS, sizeof SETTINGS - 1},
        {SMALL_READ, NULL, 0},
        {SMALL_BYTES, GOAWAY, sizeof GOAWAY - 1},
        {SMALL_HANG, NULL, 0}};
    struct assay_http_reply reply;
    struct small_server server;
    struct client client;

    small_start(&server, steps);
    open_client(&client, NULL);
    post(&client, server.url, &reply);
    assert_no_http("settings first", &reply);
    close_client(&client);
    small_stop(&server);
    assert_int_equal(client.sendings, 1);
    assert_int_equal(server.connections, 1);
    small_free(&server);
}

/* ------------------------------------------------------- behind TLS */

static void frames_behind_tls_are_no_http_either(void **state)
{
    for (size_t i = 0; i < CASES; i++) {
        const struct frames *frames = &all_frames[i];
        const struct tls_plan plan = {
            .for_whom = "IP:127.0.0.1",
            .reply = {frames->text, (size_t)frames->len}};
        struct assay_http_reply reply;
        struct tls_server server;
        struct client client;
        char url[64];

        tls_start(&server, &plan);
        open_client(&client, server.ca_file);
        snprintf(url, sizeof url, "https://127.0.0.1:%u/v1", server.port);
        post(&client, url, &reply);
        assert_no_http(frames->case_name, &reply);
        close_client(&client);
        tls_stop(&server);
        assert_string_equal(server.offered, "http/1.1");
        assert_int_equal(client.sendings, 1);
        assert_int_equal(server.requests, 1);
        assert_null(strstr(server.request, "HTTP/2"));
        assert_null(strstr(server.request, "h2c"));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(frames_for_an_answer_are_no_http),
        cmocka_unit_test(frames_on_a_kept_connection_send_nothing_again),
        cmocka_unit_test(a_server_that_speaks_first_is_not_believed),
        cmocka_unit_test(frames_behind_tls_are_no_http_either),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
