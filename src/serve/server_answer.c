/*
 * One request from its first line to its reply, as the library's callbacks
 * see it. A request is refused here before anybody is asked; what can be
 * answered from the cache is; the rest goes to the workers while the
 * connection sleeps.
 *
 * The library sends errors of its own (400, 413, 414, 431, 505, a line of
 * text) for what it cannot read at all; all else is answered here.
 */
#include "serve/server.h"

#include "serve/gzip.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum {
    KEPT_URL_BYTES = 1024, /* of memory, from one request to the next */
    /* of a body that is refused, read to its end so that the connection can
       go on; a longer one ends it */
    MOST_DISCARDED_BYTES = 4 << 20,
};

/* ------------------------------------------------------- refusals */

static bool refuse(struct assay_exchange *now, unsigned status,
                   const char *text)
{
    now->refusal.status = status;
    now->refusal.text = text;
    return true;
}

/* As refuse, and what comes behind is not looked at. */
static bool refuse_and_close(struct assay_exchange *now, const char *text)
{
    now->refusal.close = true;
    return refuse(now, 400, text);
}

static bool is_known_method(const char *method)
{
    return strcmp(method, "GET") == 0 || strcmp(method, "HEAD") == 0 ||
           strcmp(method, "POST") == 0;
}

/* Where a request ends must be beyond doubt, also to a proxy in front. */
static bool refuse_head(struct assay_exchange *now, const char *version)
{
    const struct assay_head *head = &now->head;
    uint64_t length = 0;

    if (head->malformed)
        return refuse_and_close(now, "a header is malformed");
    if (head->hosts > 1 || (head->hosts == 0 && strcmp(version, "HTTP/1.0")))
        return refuse_and_close(now, "one Host, please");
    if (head->transfer_encodings > 0 && head->content_lengths > 0)
        return refuse_and_close(now,
                                "both Content-Length and Transfer-Encoding");
    if (head->transfer_encodings > 1 || head->content_lengths > 1)
        return refuse_and_close(now, "the length is stated twice");
    if (head->transfer_encodings > 0 &&
        (strcmp(version, "HTTP/1.0") == 0 ||
         !assay_str_is(head->transfer_encoding, "chunked")))
        return refuse_and_close(now, "a Transfer-Encoding other than chunked");
    if (head->content_lengths > 0 &&
        !assay_str_to_u64(head->content_length, &length))
        return refuse_and_close(now, "a Content-Length that is no number");
    if (!is_known_method(now->method)) {
        /* keeps the connection where nothing else can be behind it */
        now->refusal.close = length > 0 || head->transfer_encodings > 0;
        return refuse(now, 405, "GET, HEAD and POST are understood here");
    }
    if (!now->is_post && (length > 0 || head->transfer_encodings > 0))
        return refuse_and_close(now, "only POST has a body");
    if (length > ASSAY_SITE_MAX_BODY) {
        now->refusal.close = true;
        return refuse(now, 413, "the body is larger than 1 MiB");
    }
    return false;
}

/* "%00" to "%1f", and "%7f". */
static bool is_coded_control(struct assay_str text)
{
    char second = text.len > 2 ? (char)(text.at[2] | 0x20) : 0;

    return text.len > 2 && text.at[0] == '%' &&
           (text.at[1] == '0' || text.at[1] == '1' ||
            (text.at[1] == '7' && second == 'f'));
}

static bool refuse_url(struct assay_exchange *now)
{
    struct assay_str url = assay_str_skip(assay_buf_str(&now->key), 1);

    if (now->key.failed)
        return refuse(now, 414, "the address is longer than 8192 bytes");
    if (!assay_str_starts(url, "/"))
        return refuse(now, 400, "an address begins with /");
    for (size_t i = 0; i < url.len; i++)
        if ((unsigned char)url.at[i] <= ' ' || url.at[i] == 0x7f)
            return refuse(now, 400,
                          "the address has a space or a control "
                          "character in it");
    for (size_t i = 0; i < now->path.len; i++)
        if (is_coded_control(assay_str_skip(now->path, i)))
            return refuse(now, 400, "the path has a control character in it");
    return false;
}

static bool is_probe(struct assay_str path)
{
    return assay_str_is(path, "/health") || assay_str_is(path, "/ready");
}

static bool refuse_access(const struct assay_server *server,
                          const struct assay_connection *connection,
                          struct assay_exchange *now)
{
    const struct assay_serve_options *options = server->options;

    /* a page of another site whose name was turned to this address */
    if (!options->is_public && server->keys.count == 0 &&
        !connection->is_socket_file && now->head.hosts > 0 &&
        !assay_host_is_ours(now->head.host, options->site.public_url))
        return refuse(now, 421,
                      "this server is known as localhost, 127.0.0.1 and "
                      "[::1]; --public-url adds a name");
    if (server->keys.count > 0 && !is_probe(now->path) &&
        !assay_keys_hold(&server->keys, now->head.authorization))
        return refuse(now, 401, "this needs a key: Authorization: Bearer KEY");
    return false;
}

/* As places name it; NULL: no place takes it. */
static const char *known_media(struct assay_str media)
{
    static const char *const known[] = {"application/json",
                                        "application/x-ndjson"};
    struct assay_str name = media, parameters;

    if (assay_str_cut(media, ';', &name, &parameters))
        name = assay_str_trim(name);
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        if (name.len == strlen(known[i]) &&
            strncasecmp(name.at, known[i], name.len) == 0)
            return known[i];
    return NULL;
}

static bool refuse_body(const struct assay_server *server,
                        struct assay_exchange *now)
{
    if (!now->is_post)
        return false;
    now->media = known_media(now->head.content_type);
    if (assay_head_is_foreign(&now->head, server->options->site.public_url))
        return refuse(now, 403, "another site may not send this");
    if (now->head.content_encoding.len > 0)
        return refuse(now, 415, "a body is sent as it is, not compressed");
    if (!now->media)
        return refuse(now, 415,
                      "a body is application/json or application/x-ndjson");
    return false;
}

/* ------------------------------------------------------- reading */

static void begin(struct assay_server *server,
                  struct assay_connection *connection, const char *method,
                  const char *version)
{
    struct assay_exchange *now = &connection->now;
    struct assay_str url = assay_str_skip(assay_buf_str(&now->key), 1);
    size_t len = strlen(method);

    now->stage = ASSAY_STAGE_READ;
    now->began_us = assay_now_us();
    if (len >= sizeof now->method)
        len = sizeof now->method - 1;
    memcpy(now->method, method, len);
    now->method[len] = '\0';
    now->is_post = strcmp(method, "POST") == 0;
    if (!assay_str_cut(url, '?', &now->path, &now->query)) {
        now->path = url;
        now->query = ASSAY_STR("");
    }
    assay_head_read(&server->mhd, &now->head, connection->handle, method);
    if (assay_gzip_accepted(now->head.accept_encoding)) {
        now->coding = ASSAY_GZIP;
        now->key.at[0] = 'z';
    }
    if (!refuse_head(now, version) && !refuse_url(now) &&
        !refuse_access(server, connection, now))
        (void)refuse_body(server, now);
}

/* A piece of the body. False: enough of it. */
static bool take_body(struct assay_exchange *now, struct assay_str piece)
{
    now->body_bytes += piece.len;
    if (now->body_bytes > ASSAY_SITE_MAX_BODY && !now->refusal.status) {
        refuse(now, 413, "the body is larger than 1 MiB");
        assay_buf_release(&now->body);
    }
    if (!now->refusal.status)
        assay_buf_add(&now->body, piece);
    return now->body_bytes <= MOST_DISCARDED_BYTES;
}

/* ------------------------------------------------------- sending */

/* RFC 9110, 13.1.2: a list of tags, or any. */
static bool is_unchanged(const struct assay_served *page, struct assay_str tags)
{
    struct assay_str tag, mine = assay_str_c(page->etag);

    if (mine.len == 0 || tags.len == 0)
        return false;
    if (assay_str_is(tags, "*"))
        return true;
    while (tags.len) {
        if (!assay_str_cut(tags, ',', &tag, &tags)) {
            tag = tags;
            tags.len = 0;
        }
        tag = assay_str_trim(tag);
        if (assay_str_starts(tag, "W/"))
            tag = assay_str_skip(tag, 2);
        if (assay_str_equal(tag, mine))
            return true;
    }
    return false;
}

/* Takes the page. */
static enum MHD_Result send_page(struct assay_server *server,
                                 struct assay_connection *connection,
                                 struct assay_served *page)
{
    struct assay_exchange *now = &connection->now;
    struct MHD_Response *response, *closing = NULL;
    struct assay_str body = ASSAY_STR("");
    enum MHD_Result result;

    if (!page)
        return MHD_NO;
    if (is_unchanged(page, now->head.if_none_match)) {
        now->status = 304;
        response = page->unchanged;
    } else {
        now->status = page->status;
        response = page->full;
        body = page->body;
    }
    now->bytes = strcmp(now->method, "HEAD") == 0 ? 0 : body.len;
    now->stage = ASSAY_STAGE_SENT;
    assay_connection_enter(connection, ASSAY_SENDING);
    if (atomic_load_explicit(&server->connections.stopping,
                             memory_order_relaxed))
        closing = assay_closing_response(&server->mhd, response, body);
    result = server->mhd.queue_response(connection->handle, now->status,
                                        closing ? closing : response);
    if (closing)
        server->mhd.destroy_response(closing);
    assay_served_let_go(page);
    return result;
}

static struct assay_served *metrics_page(struct assay_server *server)
{
    struct assay_page_cache_counts counts = {0};
    struct assay_v1_counts answers;
    struct assay_metrics_now now = {
        .connections = atomic_load(&server->connections.count),
        .edition = assay_site_edition(server->site),
    };
    struct assay_reply reply = {
        .status = 200,
        .media = "text/plain; version=0.0.4; charset=utf-8",
        .keep = ASSAY_KEEP_NOT,
    };

    if (server->cache) {
        counts = assay_page_cache_count(server->cache);
        now.cache = &counts;
    }
    if (server->v1) {
        answers = assay_v1_count(server->v1);
        now.answers = &answers;
    }
    assay_buf_init(&reply.body, 1 << 20);
    assay_metrics_write(server->metrics, &now, &reply.body);
    return assay_served_new(&server->mhd, &reply, ASSAY_PLAIN);
}

/* The few addresses that are the server's own. NULL: it is the site's. */
static struct assay_served *own_page(struct assay_server *server,
                                     const struct assay_exchange *now)
{
    bool health = assay_str_is(now->path, "/health");
    bool metrics = assay_str_is(now->path, "/metrics");

    if ((health || metrics || assay_str_is(now->path, "/ready")) &&
        now->is_post)
        return assay_served_say(&server->mhd, 405, now->path,
                                "GET and HEAD are taken here");
    if (health)
        return assay_served_say(&server->mhd, 200, now->path, "ok");
    return metrics ? metrics_page(server) : NULL;
}

static enum MHD_Result hand_to_workers(struct assay_server *server,
                                       struct assay_connection *connection,
                                       uint64_t edition)
{
    struct assay_exchange *now = &connection->now;

    now->stage = ASSAY_STAGE_MAKING;
    assay_connection_enter(connection, ASSAY_ANSWERING);
    server->mhd.suspend_connection(connection->handle);
    if (assay_work_give(server->work, connection, edition))
        return MHD_YES; /* it may be answered already: hands off */
    now->page = assay_served_say(&server->mhd, 503, now->path,
                                 "too many ask; try again");
    server->mhd.resume_connection(connection->handle);
    return MHD_YES;
}

/* As hand_to_workers, for what a model is asked. */
static enum MHD_Result hand_to_model(struct assay_server *server,
                                     struct assay_connection *connection)
{
    struct assay_exchange *now = &connection->now;
    struct assay_served *refusal;

    now->stage = ASSAY_STAGE_MAKING;
    assay_connection_enter(connection, ASSAY_ANSWERING);
    server->mhd.suspend_connection(connection->handle);
    refusal = assay_v1_give(server->v1, connection);
    if (!refusal)
        return MHD_YES; /* it may be answered already: hands off */
    now->page = refusal;
    server->mhd.resume_connection(connection->handle);
    return MHD_YES;
}

static enum MHD_Result send_stream(struct assay_server *server,
                                   struct assay_connection *connection)
{
    struct assay_exchange *now = &connection->now;
    struct MHD_Response *response = assay_talk_response(
        now->talk, atomic_load_explicit(&server->connections.stopping,
                                        memory_order_relaxed));
    enum MHD_Result result;

    if (!response)
        return MHD_NO;
    now->status = 200;
    now->stage = ASSAY_STAGE_SENT;
    assay_connection_enter(connection, ASSAY_SENDING);
    result = server->mhd.queue_response(connection->handle, 200, response);
    server->mhd.destroy_response(response);
    return result;
}

static enum MHD_Result answer(struct assay_server *server,
                              struct assay_connection *connection)
{
    struct assay_exchange *now = &connection->now;
    struct assay_served *page = NULL;
    uint64_t edition = 0;

    if (now->refusal.status)
        page = assay_served_say(&server->mhd, now->refusal.status, now->path,
                                now->refusal.text);
    else if (assay_v1_owns(now->path))
        page = assay_v1_page(server->v1, &server->mhd, now);
    else
        page = own_page(server, now);
    if (!page && assay_v1_owns(now->path))
        return server->v1 ? hand_to_model(server, connection) : MHD_NO;
    if (!page && server->cache && !now->is_post) {
        edition = assay_site_page_edition(server->site, now->path);
        page = assay_page_cache_get(server->cache, assay_buf_str(&now->key),
                                    edition);
        now->hit = page != NULL;
    }
    if (page || now->refusal.status)
        return send_page(server, connection, page);
    return hand_to_workers(server, connection, edition);
}

/* ------------------------------------------------------- callbacks */

static struct assay_connection *connection_of(struct assay_server *server,
                                              struct MHD_Connection *handle)
{
    const union MHD_ConnectionInfo *info = server->mhd.get_connection_info(
        handle, MHD_CONNECTION_INFO_SOCKET_CONTEXT);

    return info ? info->socket_context : NULL;
}

/* The first line is there: before the library takes the address apart. */
void *assay_on_url(void *of_server, const char *url,
                   struct MHD_Connection *handle)
{
    struct assay_connection *connection = connection_of(of_server, handle);
    struct assay_exchange *now;

    if (!connection)
        return NULL;
    now = &connection->now;
    now->key.max = ASSAY_SITE_MAX_URL + 1;
    now->body.max = ASSAY_SITE_MAX_BODY;
    assay_buf_clear(&now->key);
    assay_buf_add_char(&now->key, 'p');
    assay_buf_add_c(&now->key, url ? url : "");
    now->path = now->query = ASSAY_STR("");
    if (atomic_load_explicit(&connection->phase, memory_order_relaxed) ==
        ASSAY_WAITING)
        assay_connection_enter(connection, ASSAY_IN_HEAD);
    return connection;
}

enum MHD_Result assay_on_request(void *of_server, struct MHD_Connection *handle,
                                 const char *url, const char *method,
                                 const char *version, const char *upload,
                                 size_t *upload_bytes, void **context)
{
    struct assay_server *server = of_server;
    struct assay_connection *connection = *context;
    struct assay_exchange *now;

    (void)handle;
    (void)url;
    if (!connection)
        return MHD_NO;
    now = &connection->now;
    if (now->stage == ASSAY_STAGE_NEW) {
        begin(server, connection, method, version);
        if (now->refusal.close) /* a reply at this point ends the connection */
            return answer(server, connection);
        if (now->is_post)
            assay_connection_enter(connection, ASSAY_IN_BODY);
        return MHD_YES;
    }
    if (*upload_bytes > 0) {
        struct assay_str piece = {upload, *upload_bytes};

        *upload_bytes = 0;
        return take_body(now, piece) ? MHD_YES : MHD_NO;
    }
    if (now->stage == ASSAY_STAGE_MAKING) {
        struct assay_served *page = now->page;

        now->page = NULL;
        if (!page && now->talk)
            return send_stream(server, connection);
        return send_page(server, connection, page);
    }
    return answer(server, connection);
}

/* Back to what a connection is before its first request. */
static void forget(struct assay_connection *connection)
{
    struct assay_exchange *now = &connection->now;
    struct assay_buf key = now->key;

    assay_served_let_go(now->page);
    assay_buf_release(&now->body);
    if (key.size > KEPT_URL_BYTES)
        assay_buf_release(&key);
    *now = (struct assay_exchange){.key = key};
    assay_buf_init(&now->body, ASSAY_SITE_MAX_BODY);
}

void assay_on_completed(void *of_server, struct MHD_Connection *handle,
                        void **context, enum MHD_RequestTerminationCode how)
{
    struct assay_server *server = of_server;
    struct assay_connection *connection = *context;
    struct assay_exchange *now;
    size_t streamed;
    int64_t took_us;

    (void)handle;
    (void)how;
    if (!connection)
        return;
    now = &connection->now;
    if (now->talk) {
        streamed = assay_talk_leave(now->talk);
        now->talk = NULL;
        if (streamed > 0)
            now->bytes = streamed;
    }
    if (now->stage != ASSAY_STAGE_NEW) {
        took_us = assay_now_us() - now->began_us;
        assay_metrics_request(server->metrics, now->path, now->status,
                              now->bytes, took_us);
        if (server->options->log)
            assay_access_log(server->options, connection, took_us);
    }
    forget(connection);
    assay_connection_enter(connection, ASSAY_WAITING);
    *context = NULL;
}

void assay_on_connection(void *of_server, struct MHD_Connection *handle,
                         void **context,
                         enum MHD_ConnectionNotificationCode what)
{
    struct assay_server *server = of_server;

    if (what == MHD_CONNECTION_NOTIFY_STARTED) {
        *context = assay_connections_add(&server->connections, handle);
        assay_metrics_connection(server->metrics);
    } else if (*context) {
        assay_connections_remove(&server->connections, *context);
        *context = NULL;
    }
}
