/*
 * One POST over libcurl, sent once. Its four deadlines, the cancelling and
 * the clocks are kept here, on the monotonic clock: libcurl's own timers
 * know neither a first byte nor an idle time, and look every second.
 */
#include "net/http_parts.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

enum {
    CONNECT_MS = 10000,
    FIRST_BYTE_MS = 120000,
    IDLE_MS = 60000,
    TOTAL_MS = 600000,
    ENOUGH_MS = 1000, /* for the end of a reply whose answer is whole */
    LOOK_MS = 80,     /* at most between two looks at `cancelled` */
    MAX_BYTES = 64 << 20,
    MAX_HEAD_BYTES = 256 << 10,
};

static const int64_t ns_per_ms = 1000000;

/* Why we ended it ourselves; first one counts. */
enum stop {
    NOT_STOPPED,
    STOP_CONNECT,
    STOP_FIRST_BYTE,
    STOP_IDLE,
    STOP_TOTAL,
    STOP_ENOUGH,
    STOP_CANCELLED,
    STOP_UNWANTED, /* the reader's STOP, or `sending` said no */
    STOP_SECOND,   /* libcurl was about to send again */
    STOP_NOT_LOCAL,
    STOP_BODY,
    STOP_HEAD,
};

struct transfer {
    const struct assay_http_post *post;
    struct assay_http_reply *reply;
    struct assay_arena *arena;
    const struct assay_curl *lib;
    struct assay_http_place place;
    struct assay_http_limits limits;
    enum stop stop;
    bool opened;       /* a socket, for this request */
    bool enough;       /* the reader has its answer */
    size_t sent_bytes; /* of the body */
    size_t head_bytes;
    char text[CURL_ERROR_SIZE];
};

int64_t assay_http_now(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static bool cancelled(const struct transfer *transfer)
{
    return transfer->post->cancelled &&
           transfer->post->cancelled(transfer->post->context);
}

/* ------------------------------------------------------- from libcurl */

/* A connection is there, new or kept; what returns OK here is sent. */
static int on_connected(void *context, char *remote_ip, char *local_ip,
                        int remote_port, int local_port)
{
    struct transfer *transfer = context;
    const struct assay_http_post *post = transfer->post;
    struct assay_http_reply *reply = transfer->reply;

    (void)local_ip, (void)remote_port, (void)local_port;
    if (reply->sent)
        transfer->stop = STOP_SECOND;
    else if (transfer->place.plain && !assay_http_loopback(remote_ip))
        transfer->stop = STOP_NOT_LOCAL;
    else if (cancelled(transfer))
        transfer->stop = STOP_CANCELLED;
    else if (post->sending && !post->sending(post->context))
        transfer->stop = STOP_UNWANTED;
    if (transfer->stop)
        return CURL_PREREQFUNC_ABORT;
    reply->sent = true;
    reply->reused = !transfer->opened;
    reply->clocks.sending = assay_http_now();
    return CURL_PREREQFUNC_OK;
}

static int on_socket(void *context, curl_socket_t socket, curlsocktype purpose)
{
    struct transfer *transfer = context;

    (void)socket, (void)purpose;
    transfer->opened = true;
    return CURL_SOCKOPT_OK;
}

/*
 * What crosses the socket, after it did: for the clocks alone. The key is in
 * what is sent; nobody looks at the text.
 */
static int on_bytes(CURL *curl, curl_infotype type, char *at, size_t size,
                    void *context)
{
    struct transfer *transfer = context;
    struct assay_http_clocks *clocks = &transfer->reply->clocks;

    (void)curl, (void)at;
    if (type == CURLINFO_DATA_OUT)
        transfer->sent_bytes += size;
    if ((type == CURLINFO_HEADER_OUT || type == CURLINFO_DATA_OUT) &&
        transfer->sent_bytes >= transfer->post->body.len && clocks->sending)
        clocks->sent = assay_http_now();
    if ((type == CURLINFO_HEADER_IN || type == CURLINFO_DATA_IN) &&
        clocks->sending) {
        clocks->last_byte = assay_http_now();
        if (type == CURLINFO_DATA_IN && !clocks->first_byte)
            clocks->first_byte = clocks->last_byte;
    }
    return 0;
}

static size_t on_head(char *at, size_t size, size_t count, void *context)
{
    struct transfer *transfer = context;
    struct assay_str line = {at, size * count};
    struct assay_http_clocks *clocks = &transfer->reply->clocks;

    transfer->head_bytes += line.len;
    if (transfer->head_bytes > MAX_HEAD_BYTES) {
        transfer->stop = STOP_HEAD;
        return 0;
    }
    if (assay_str_trim(line).len)
        assay_http_read_field(transfer->arena, line, transfer->reply);
    else if (!clocks->first_byte) /* trailers end with an empty line too */
        clocks->headers = assay_http_now();
    return line.len;
}

static size_t on_body(char *at, size_t size, size_t count, void *context)
{
    struct transfer *transfer = context;
    const struct assay_http_post *post = transfer->post;
    struct assay_str bytes = {at, size * count};

    transfer->reply->body_bytes += bytes.len;
    if (transfer->reply->body_bytes > transfer->limits.max_bytes)
        transfer->stop = STOP_BODY;
    else if (post->bytes)
        switch (post->bytes(post->context, bytes)) {
        case ASSAY_HTTP_MORE:
            break;
        case ASSAY_HTTP_ENOUGH:
            transfer->enough = true;
            break;
        case ASSAY_HTTP_STOP:
            transfer->stop = STOP_UNWANTED;
        }
    return transfer->stop ? 0 : bytes.len;
}

/* ------------------------------------------------------- set-up */

static bool check_text(const struct assay_http_post *post,
                       struct assay_error *err)
{
    for (size_t i = 0; i < post->url.len; i++)
        if (post->url.at[i] <= ' ' || post->url.at[i] > '~')
            return assay_fail(err, ASSAY_BAD_INPUT,
                              "the URL has a blank, a control character or "
                              "one that is not ASCII at byte %zu, expected "
                              "https://…",
                              i + 1);
    return true;
}

static struct assay_http_limits with_defaults(struct assay_http_limits limits)
{
    if (!limits.connect)
        limits.connect = CONNECT_MS;
    if (!limits.first_byte)
        limits.first_byte = FIRST_BYTE_MS;
    if (!limits.idle)
        limits.idle = IDLE_MS;
    if (!limits.total)
        limits.total = TOTAL_MS;
    if (!limits.max_bytes)
        limits.max_bytes = MAX_BYTES;
    return limits;
}

static bool set_up(struct transfer *transfer, CURL *curl, const char *url,
                   const char *ca_file, struct assay_http_lines *lines)
{
    const struct assay_http_post *post = transfer->post;
    CURLcode bad = CURLE_OK;

    transfer->lib->easy_reset(curl); /* keeps the connections */
#define SET(option, value) \
    if (bad == CURLE_OK)   \
    bad = transfer->lib->easy_setopt(curl, CURLOPT_##option, (value))
    SET(ERRORBUFFER, transfer->text);
    SET(URL, url);
    SET(PROTOCOLS_STR, "http,https");
    SET(FOLLOWLOCATION, 0L);
    SET(NETRC, (long)CURL_NETRC_IGNORED);
    SET(HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    SET(SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    SET(SSL_VERIFYPEER, 1L);
    SET(SSL_VERIFYHOST, 2L);
    SET(NOSIGNAL, 1L);
    SET(QUICK_EXIT, 1L); /* a hanging name server does not hold us */
    SET(TCP_KEEPALIVE, 1L);
    /* the deadlines are ours; libcurl's for connections would be 300 s */
    SET(CONNECTTIMEOUT_MS, (long)transfer->limits.connect + ENOUGH_MS);
    SET(SUPPRESS_CONNECT_HEADERS, 1L);
    SET(USERAGENT, "assay/" ASSAY_VERSION);
    SET(ACCEPT_ENCODING, "identity");
    SET(HTTPHEADER, lines->nodes);
    SET(POST, 1L);
    SET(POSTFIELDSIZE_LARGE, (curl_off_t)post->body.len);
    SET(POSTFIELDS, post->body.at);
    SET(HEADERFUNCTION, on_head);
    SET(HEADERDATA, transfer);
    SET(WRITEFUNCTION, on_body);
    SET(WRITEDATA, transfer);
    SET(PREREQFUNCTION, on_connected);
    SET(PREREQDATA, transfer);
    SET(SOCKOPTFUNCTION, on_socket);
    SET(SOCKOPTDATA, transfer);
    SET(DEBUGFUNCTION, on_bytes);
    SET(DEBUGDATA, transfer);
    SET(VERBOSE, 1L); /* else the debug function is not called */
    if (ca_file)
        SET(CAINFO, ca_file);
    if (transfer->place.loopback)
        SET(PROXY, "");
#undef SET
    return bad == CURLE_OK;
}

/* ------------------------------------------------------- the transfer */

struct deadline {
    int64_t at;
    enum stop stop;
};

static void bring_forward(struct deadline *deadline, int64_t from, uint32_t ms,
                          enum stop stop)
{
    int64_t at = from + ms * ns_per_ms;

    if (at < deadline->at)
        *deadline = (struct deadline){at, stop};
}

/* The next one that would end it, as things stand. */
static struct deadline next_deadline(const struct transfer *transfer)
{
    const struct assay_http_clocks *clocks = &transfer->reply->clocks;
    const struct assay_http_limits *limits = &transfer->limits;
    struct deadline next = {INT64_MAX, NOT_STOPPED};

    if (transfer->enough) {
        bring_forward(&next, clocks->last_byte, ENOUGH_MS, STOP_ENOUGH);
        return next;
    }
    if (!clocks->sending)
        bring_forward(&next, clocks->begun, limits->connect, STOP_CONNECT);
    else if (!clocks->last_byte)
        bring_forward(&next, clocks->sending, limits->first_byte,
                      STOP_FIRST_BYTE);
    else
        bring_forward(&next, clocks->last_byte, limits->idle, STOP_IDLE);
    bring_forward(&next, clocks->begun, limits->total, STOP_TOTAL);
    return next;
}

/* Until libcurl or we end it; libcurl's word where it did. */
static CURLcode run(struct transfer *transfer, CURLM *multi)
{
    const struct assay_curl *lib = transfer->lib;
    int running = 1, left;
    CURLMsg *message;

    while (lib->multi_perform(multi, &running) == CURLM_OK && running) {
        struct deadline next = next_deadline(transfer);
        int64_t wait = (next.at - assay_http_now() + ns_per_ms - 1) / ns_per_ms;

        if (cancelled(transfer))
            transfer->stop = STOP_CANCELLED;
        else if (wait <= 0)
            transfer->stop = next.stop;
        if (transfer->stop)
            return CURLE_ABORTED_BY_CALLBACK;
        lib->multi_poll(multi, NULL, 0, wait < LOOK_MS ? (int)wait : LOOK_MS,
                        NULL);
    }
    message = lib->multi_info_read(multi, &left);
    return message && message->msg == CURLMSG_DONE ? message->data.result
                                                   : CURLE_OUT_OF_MEMORY;
}

/* ------------------------------------------------------- what became of it */

__attribute__((format(printf, 3, 4))) static void end(struct transfer *transfer,
                                                      enum assay_http_end how,
                                                      const char *format, ...)
{
    struct assay_http_reply *reply = transfer->reply;
    va_list args;

    reply->end = how;
    va_start(args, format);
    vsnprintf(reply->why, sizeof reply->why, format, args);
    va_end(args);
}

static void judge_stop(struct transfer *transfer)
{
    const struct assay_http_limits *limits = &transfer->limits;
    struct assay_http_reply *reply = transfer->reply;

    switch (transfer->stop) {
    case STOP_CONNECT:
        end(transfer, ASSAY_HTTP_CONNECT, "no connection in %u ms",
            limits->connect);
        break;
    case STOP_FIRST_BYTE:
        end(transfer, ASSAY_HTTP_TIMEOUT,
            "no byte of a reply in %u ms (first byte)", limits->first_byte);
        break;
    case STOP_IDLE:
        end(transfer, ASSAY_HTTP_TIMEOUT,
            "no further byte in %u ms (idle), %zu of the body came",
            limits->idle, reply->body_bytes);
        break;
    case STOP_TOTAL:
        end(transfer, reply->sent ? ASSAY_HTTP_TIMEOUT : ASSAY_HTTP_CONNECT,
            "not done in %u ms (total), %zu bytes of the body came",
            limits->total, reply->body_bytes);
        break;
    case STOP_CANCELLED:
    case STOP_UNWANTED:
        end(transfer, ASSAY_HTTP_CANCELLED, "cancelled by us");
        break;
    case STOP_SECOND:
        /* libcurl tries again when no byte of a reply came; what it would
         * send twice was lost with the connection it went out on */
        if (reply->clocks.last_byte)
            end(transfer, ASSAY_HTTP_REFUSED,
                "a second sending of the same request was refused");
        else
            end(transfer, ASSAY_HTTP_BROKEN,
                "the kept connection was closed after the request was sent; "
                "it was not sent again");
        break;
    case STOP_NOT_LOCAL:
        end(transfer, ASSAY_HTTP_CONNECT,
            "plain http to another machine, expected https");
        break;
    case STOP_BODY:
        end(transfer, ASSAY_HTTP_TOO_LARGE, "more than %zu bytes of body",
            limits->max_bytes);
        break;
    case STOP_HEAD:
        end(transfer, ASSAY_HTTP_TOO_LARGE, "more than %d bytes of headers",
            MAX_HEAD_BYTES);
        break;
    case NOT_STOPPED:
    case STOP_ENOUGH:
        break;
    }
}

/* The proxy said no to CONNECT: nothing was sent through it. */
static bool refused_by_proxy(struct transfer *transfer, CURL *curl)
{
    long status = 0;

    transfer->lib->easy_getinfo(curl, CURLINFO_HTTP_CONNECTCODE, &status);
    if (transfer->reply->sent || status < 300)
        return false;
    transfer->reply->proxy_status = (unsigned)status;
    end(transfer, ASSAY_HTTP_CONNECT, "the proxy answered CONNECT with %ld%s",
        status,
        status == 407 ? ", expected its user name and password in https_proxy"
                      : "");
    return true;
}

/* libcurl's words, and the system's where it gave a reason. */
static void judge_code(struct transfer *transfer, CURL *curl, CURLcode code)
{
    const char *text =
        transfer->text[0] ? transfer->text : transfer->lib->easy_strerror(code);
    long reason = 0;

    switch (code) {
    case CURLE_OK:
        break;
    case CURLE_WEIRD_SERVER_REPLY:
    case CURLE_UNSUPPORTED_PROTOCOL: /* HTTP/0.9 */
    case CURLE_BAD_CONTENT_ENCODING:
        end(transfer, ASSAY_HTTP_MALFORMED, "%s", text);
        break;
    case CURLE_OUT_OF_MEMORY: /* what libcurl says of a line past 100 KB */
        end(transfer,
            transfer->reply->sent ? ASSAY_HTTP_TOO_LARGE : ASSAY_HTTP_CONNECT,
            "a line of the head is too long, or there is no memory");
        break;
    case CURLE_SSL_CONNECT_ERROR:
        end(transfer, ASSAY_HTTP_CONNECT,
            "no TLS connection (https was expected there): %s", text);
        break;
    default:
        if (refused_by_proxy(transfer, curl))
            break;
        transfer->lib->easy_getinfo(curl, CURLINFO_OS_ERRNO, &reason);
        end(transfer,
            transfer->reply->sent ? ASSAY_HTTP_BROKEN : ASSAY_HTTP_CONNECT,
            "%s%s%s", text, reason ? ": " : "",
            reason ? strerror((int)reason) : "");
    }
}

/* What libcurl knows of the connecting, counted from where it began. */
static void read_connect_clocks(struct transfer *transfer, CURL *curl)
{
    struct assay_http_clocks *clocks = &transfer->reply->clocks;
    const struct {
        CURLINFO info;
        int64_t *clock;
    } rows[] = {
        {CURLINFO_NAMELOOKUP_TIME_T, &clocks->resolved},
        {CURLINFO_CONNECT_TIME_T, &clocks->connected},
        {CURLINFO_APPCONNECT_TIME_T, &clocks->secured},
    };

    if (transfer->reply->reused || transfer->stop == STOP_SECOND)
        return;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        curl_off_t microseconds = 0;

        if (transfer->lib->easy_getinfo(curl, rows[i].info, &microseconds) ==
                CURLE_OK &&
            microseconds > 0)
            *rows[i].clock = clocks->begun + microseconds * 1000;
    }
}

static void judge(struct transfer *transfer, CURL *curl, CURLcode code)
{
    struct assay_http_reply *reply = transfer->reply;
    struct assay_http_clocks *clocks = &reply->clocks;

    /* a connection lost behind the whole answer took nothing with it */
    if (transfer->enough && !transfer->stop)
        transfer->stop = STOP_ENOUGH;
    if (transfer->stop)
        judge_stop(transfer);
    else
        judge_code(transfer, curl, code);
    read_connect_clocks(transfer, curl);
    clocks->done =
        reply->end == ASSAY_HTTP_DONE ? clocks->last_byte : assay_http_now();
}

/* Lines and URL as libcurl gets them; wiped by the caller in any case. */
static bool check(struct assay_http_client *client, const char *url,
                  const struct assay_http_post *post,
                  struct assay_http_lines *lines,
                  struct assay_http_place *place, struct assay_error *err)
{
    return assay_http_lines_make(lines, post, err) && check_text(post, err) &&
           assay_http_check_url(&client->lib, url, place, err);
}

bool assay_http_post_check(struct assay_http_client *client,
                           const struct assay_http_post *post,
                           struct assay_error *err)
{
    struct assay_arena arena = {0};
    struct assay_http_lines lines;
    struct assay_http_place place;
    bool ok = check(client, assay_arena_cstr(&arena, post->url), post, &lines,
                    &place, err);

    assay_http_lines_wipe(&lines);
    assay_arena_free(&arena);
    return ok;
}

bool assay_http_post(struct assay_http_client *client,
                     struct assay_arena *arena,
                     const struct assay_http_post *post,
                     struct assay_http_reply *reply, struct assay_error *err)
{
    struct transfer transfer = {
        .post = post,
        .reply = reply,
        .arena = arena,
        .lib = &client->lib,
        .limits = with_defaults(post->limits),
    };
    struct assay_http_handle *handle = NULL;
    struct assay_http_lines lines;
    bool ok = false;

    *reply = (struct assay_http_reply){
        .headers = ASSAY_NEW_ARRAY(arena, struct assay_http_field,
                                   ASSAY_HTTP_MOST_HEADERS)};
    const char *url = assay_arena_cstr(arena, post->url);
    if (!check(client, url, post, &lines, &transfer.place, err))
        goto out;
    handle = assay_http_borrow(client);
    if (!handle ||
        !set_up(&transfer, handle->easy, url, client->ca_file, &lines) ||
        client->lib.multi_add_handle(handle->multi, handle->easy) != CURLM_OK) {
        assay_fail(err, ASSAY_SYSTEM, "libcurl cannot be set up");
        goto out;
    }
    reply->clocks.begun = assay_http_now();
    CURLcode code = run(&transfer, handle->multi);
    judge(&transfer, handle->easy, code);
    client->lib.multi_remove_handle(handle->multi, handle->easy);
    ok = true;
out:
    assay_http_give_back(client, handle);
    assay_http_lines_wipe(&lines);
    return ok;
}
