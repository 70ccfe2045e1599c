/*
 * One connection: requests are read, a fault is chosen, a plan is carried
 * out, and each of it is written to the log.
 */
#define _GNU_SOURCE /* POLLRDHUP: the client left, though bytes are unread */
#include "mock/mock.h"

#include "assay/file.h"

#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum {
    HEAD_BYTES = 64 << 10,
    BODY_BYTES = 64 << 20,
    SLICE_MS = 50, /* how long the end of the server may go unnoticed */
    IDLE_MS = 60000,
};

struct connection {
    struct mock_server *server;
    int client;
    uint64_t id, requests;
    struct assay_buf in; /* what came and is not used up */
};

int64_t assay_mock_now(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

/* ------------------------------------------------------- the log */

static void put_member(struct assay_buf *line, const char *name,
                       struct assay_str text)
{
    assay_buf_printf(line, ",\"%s\":", name);
    if (assay_utf8_valid(text))
        assay_json_write_string(line, text);
    else
        assay_buf_add_c(line, "\"(not UTF-8)\"");
}

static void begin_line(struct assay_buf *line, const struct connection *c,
                       const char *event)
{
    assay_buf_init(line, 1 << 20);
    assay_buf_printf(line, "{\"event\":\"%s\",\"ns\":%lld,\"connection\":%llu",
                     event, (long long)assay_mock_now(),
                     (unsigned long long)c->id);
}

/* One write for each line, so that lines of threads never mix. */
static void end_line(struct assay_buf *line, const struct connection *c)
{
    assay_buf_add_c(line, "}\n");
    if (c->server->log >= 0 && write(c->server->log, line->at, line->len) < 0)
        abort();
    assay_buf_release(line);
}

static void log_connection(const struct connection *c, const char *event)
{
    struct assay_buf line;

    begin_line(&line, c, event);
    end_line(&line, c);
}

static void log_request(struct assay_arena *arena, const struct connection *c,
                        const struct mock_request *request,
                        struct assay_str script)
{
    struct assay_buf line;
    struct assay_str key;
    const char *key_header = assay_mock_key(request, &key);

    begin_line(&line, c, "request");
    assay_buf_printf(&line, ",\"request\":%llu",
                     (unsigned long long)request->number);
    put_member(&line, "method", request->method);
    put_member(&line, "dialect",
               assay_str_c(assay_mock_dialect_name(request->dialect)));
    put_member(&line, "path", request->path);
    for (size_t i = 0; i < request->header_count; i++) {
        assay_buf_add_c(&line, i == 0 ? ",\"headers\":[" : ",");
        assay_json_write_string(&line, request->headers[i].name);
    }
    assay_buf_add_c(&line, request->header_count > 0 ? "]" : "");
    if (key_header) {
        put_member(&line, "key_header", assay_str_c(key_header));
        put_member(&line, "key_sha256", assay_sha256_hex(arena, key));
    }
    put_member(&line, "model", request->model);
    assay_buf_printf(&line, ",\"stream\":%s,\"body_bytes\":%zu",
                     request->stream ? "true" : "false", request->body.len);
    put_member(&line, "body_sha256", assay_sha256_hex(arena, request->body));
    put_member(&line, "script", script);
    end_line(&line, c);
}

/* What came of it. */
struct outcome {
    unsigned status;
    uint64_t bytes;
    int64_t first_byte, first_token, last_byte;
    const char *end; /* "kept", "closed", "reset", "left" */
};

static void log_answer(const struct connection *c,
                       const struct mock_request *request,
                       const struct outcome *outcome)
{
    struct assay_buf line;

    begin_line(&line, c, "answer");
    assay_buf_printf(&line,
                     ",\"request\":%llu,\"status\":%u,\"bytes\":%llu,"
                     "\"first_byte_ns\":%lld,\"first_token_ns\":%lld,"
                     "\"last_byte_ns\":%lld,\"end\":\"%s\"",
                     (unsigned long long)request->number, outcome->status,
                     (unsigned long long)outcome->bytes,
                     (long long)outcome->first_byte,
                     (long long)outcome->first_token,
                     (long long)outcome->last_byte, outcome->end);
    end_line(&line, c);
}

/* ------------------------------------------------------- the wire */

/* Sleeps; false: the client left, or the server ends. */
static bool stay(const struct connection *c, int64_t ms)
{
    int64_t end = assay_mock_now() + ms * 1000000;

    for (;;) {
        int64_t left = (end - assay_mock_now() + 999999) / 1000000;
        if (atomic_load(&c->server->ending))
            return false;
        if (left <= 0)
            return true;
        struct pollfd wait = {.fd = c->client, .events = POLLRDHUP};
        if (poll(&wait, 1, (int)(left < SLICE_MS ? left : SLICE_MS)) != 0)
            return false;
    }
}

static bool push(const struct connection *c, struct assay_str bytes,
                 struct outcome *outcome)
{
    if (outcome->first_byte == 0 && bytes.len > 0)
        outcome->first_byte = assay_mock_now();
    while (bytes.len > 0) {
        ssize_t n =
            send(c->client, bytes.at, bytes.len, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (n > 0) {
            bytes = assay_str_skip(bytes, (size_t)n);
            outcome->bytes += (uint64_t)n;
            continue;
        }
        struct pollfd wait = {.fd = c->client, .events = POLLOUT};
        if (atomic_load(&c->server->ending) || poll(&wait, 1, SLICE_MS) < 0 ||
            wait.revents & (POLLERR | POLLHUP))
            return false;
    }
    outcome->last_byte = assay_mock_now();
    return true;
}

static bool push_single(const struct connection *c,
                        const struct mock_step *step, struct outcome *outcome)
{
    for (size_t i = 0; i < step->bytes.len; i++) {
        struct assay_str byte =
            assay_str_head(assay_str_skip(step->bytes, i), 1);
        if ((i > 0 && step->ms > 0 && !stay(c, step->ms)) ||
            !push(c, byte, outcome))
            return false;
    }
    return true;
}

static bool push_endless(const struct connection *c,
                         const struct mock_step *step, struct outcome *outcome)
{
    while (outcome->bytes < c->server->endless_bytes) {
        if (!push(c, step->bytes, outcome))
            return false;
    }
    return true;
}

static void reset_at_close(int client)
{
    struct linger linger = {.l_onoff = 1, .l_linger = 0};

    setsockopt(client, SOL_SOCKET, SO_LINGER, &linger, sizeof(linger));
}

/* Carries out a plan; false: the connection is at its end. */
static bool carry_out(const struct connection *c, const struct mock_plan *plan,
                      struct outcome *outcome)
{
    bool there = true;

    outcome->status = plan->status;
    outcome->end = "kept";
    for (size_t i = 0; there && i < plan->count; i++) {
        const struct mock_step *step = &plan->steps[i];
        if (step->token && outcome->first_token == 0)
            outcome->first_token = assay_mock_now();
        switch (step->kind) {
        case MOCK_SEND:
            there = push(c, step->bytes, outcome);
            break;
        case MOCK_WAIT:
            there = stay(c, step->ms);
            break;
        case MOCK_HANG:
            there = stay(c, INT64_C(1000) * c->server->max_seconds);
            break;
        case MOCK_REPEAT:
            there = push_endless(c, step, outcome);
            break;
        case MOCK_DRIPPED:
            there = push_single(c, step, outcome);
            break;
        case MOCK_RESET:
            reset_at_close(c->client);
            outcome->end = "reset";
            return false;
        case MOCK_CLOSE:
            outcome->end = "closed";
            return false;
        }
    }
    if (!there)
        outcome->end = "left";
    return there;
}

/* ------------------------------------------------------- which fault */

/* How often this body came before, with this script. */
static unsigned seen_before(struct mock_server *server, uint64_t key)
{
    unsigned count = 0;

    pthread_mutex_lock(&server->lock);
    for (size_t i = 0; i < MOCK_SEEN; i++) {
        struct mock_seen *seen = &server->seen[(key + i) % MOCK_SEEN];
        if (seen->count > 0 && seen->key != key)
            continue;
        seen->key = key;
        count = seen->count++;
        break;
    }
    pthread_mutex_unlock(&server->lock);
    return count;
}

static bool storm_is_on(struct mock_server *server)
{
    int64_t now = assay_mock_now();

    pthread_mutex_lock(&server->lock);
    if (server->storm_began == 0)
        server->storm_began = now;
    int64_t since = now - server->storm_began;
    pthread_mutex_unlock(&server->lock);
    since -= INT64_C(1000000) * server->storm_after_ms;
    return since >= 0 && since < INT64_C(1000000) * server->storm_ms;
}

/* "429", "429-once", "429-x3", "429-p0.1": the script, and what is behind. */
static const struct mock_script *find_script(struct assay_str spec,
                                             struct assay_str *times)
{
    const struct mock_script *script = assay_mock_script(spec);
    struct assay_str name;

    *times = ASSAY_STR("");
    if (script || !assay_str_cut_last(spec, '-', &name, times))
        return script;
    if (!assay_str_is(*times, "once") && !assay_str_starts(*times, "x") &&
        !assay_str_starts(*times, "p"))
        return NULL;
    return assay_mock_script(name);
}

/* Whether this is one of the requests that the fault befalls. */
static bool befalls(struct assay_arena *arena, struct mock_server *server,
                    const struct mock_request *request,
                    const struct mock_script *script, struct assay_str times)
{
    uint64_t key = assay_mock_hash(server->seed, request->body);
    uint64_t most = 1;

    if (script->fault.twist == MOCK_STORM)
        return storm_is_on(server);
    if (times.len == 0)
        return true;
    key = assay_mock_hash(key, assay_str_c(script->name));
    unsigned before = seen_before(server, key);
    if (assay_str_starts(times, "p")) {
        struct assay_str p = assay_str_skip(times, 1);
        return assay_mock_chance(assay_mock_hash(key + before, p),
                                 strtod(assay_arena_cstr(arena, p), NULL));
    }
    if (assay_str_starts(times, "x"))
        assay_str_to_u64(assay_str_skip(times, 1), &most);
    return before < most;
}

/* "mock-echo+429-once", "fault:429": model and script. */
static struct assay_str split_model(const struct mock_request *request,
                                    struct assay_str *spec)
{
    struct assay_str name = request->model, base;

    *spec = assay_mock_header(request, "x-mock-script");
    if (assay_str_starts(name, "fault:")) {
        *spec = assay_str_skip(name, strlen("fault:"));
        return ASSAY_STR("mock-1.0");
    }
    if (assay_str_cut_last(name, '+', &base, spec))
        return base;
    return name;
}

static const struct mock_script *choose_script(struct assay_arena *arena,
                                               struct mock_server *server,
                                               struct mock_request *request,
                                               struct assay_str spec)
{
    const struct mock_script *script = server->script;
    struct assay_str times = server->suffix;

    if (spec.len > 0) {
        script = find_script(spec, &times);
        if (!script) {
            request->param = "x-mock-script";
            request->bad = "no script has this name";
        }
    }
    return script && befalls(arena, server, request, script, times) ? script
                                                                    : NULL;
}

/* ------------------------------------------------------- requests */

/* Takes more bytes in; false: the client left, or nothing comes. */
static bool fill(struct connection *c)
{
    char bytes[16384];

    for (int waited = 0; waited < IDLE_MS; waited += SLICE_MS) {
        struct pollfd wait = {.fd = c->client, .events = POLLIN};
        if (atomic_load(&c->server->ending))
            return false;
        int ready = poll(&wait, 1, SLICE_MS);
        if (ready < 0)
            return false;
        if (ready == 0)
            continue;
        ssize_t n = recv(c->client, bytes, sizeof(bytes), 0);
        if (n <= 0)
            return false;
        assay_buf_add(&c->in, (struct assay_str){bytes, (size_t)n});
        return !c->in.failed;
    }
    return false;
}

/* Length of the head with its empty line; 0: it is not all there. */
static size_t head_length(struct assay_str text)
{
    for (size_t i = 0; i + 4 <= text.len; i++) {
        if (memcmp(text.at + i, "\r\n\r\n", 4) == 0)
            return i + 4;
    }
    return 0;
}

static bool read_request(struct assay_arena *arena, struct connection *c,
                         struct mock_request *request, bool *hangs)
{
    uint64_t length = 0;
    size_t head;

    while ((head = head_length(assay_buf_str(&c->in))) == 0) {
        if (c->in.len > HEAD_BYTES || !fill(c))
            return false;
    }
    struct assay_str text = assay_arena_copy(
        arena, assay_str_head(assay_buf_str(&c->in), head - 4));
    if (!assay_mock_read_head(arena, text, request))
        return false;
    request->number = ++c->requests;
    request->body = ASSAY_STR("");
    struct assay_str times, spec = assay_mock_header(request, "x-mock-script");
    const struct mock_script *script =
        spec.len > 0 ? find_script(spec, &times) : c->server->script;
    *hangs = script && script->fault.twist == MOCK_HANG_REQUEST;
    if (*hangs)
        return true;
    struct assay_str stated = assay_mock_header(request, "content-length");
    if (stated.len > 0 &&
        (!assay_str_to_u64(stated, &length) || length > BODY_BYTES))
        return false;
    if (assay_str_is(assay_mock_header(request, "expect"), "100-continue")) {
        struct outcome ignored = {0};
        push(c, ASSAY_STR("HTTP/1.1 100 Continue\r\n\r\n"), &ignored);
    }
    while (c->in.len < head + length) {
        if (!fill(c))
            return false;
    }
    request->body = assay_arena_copy(
        arena, assay_str_head(assay_str_skip(assay_buf_str(&c->in), head),
                              (size_t)length));
    /* What is behind it belongs to the next request. */
    size_t rest = c->in.len - head - (size_t)length;
    memmove(c->in.at, c->in.at + head + (size_t)length, rest);
    c->in.len = rest;
    return true;
}

/* GET, and paths of no dialect. */
static void plan_other(struct assay_arena *arena,
                       const struct mock_request *request,
                       struct mock_plan *plan)
{
    bool models = assay_str_is(request->method, "GET") &&
                  assay_str_ends(request->path, "/models");
    const char *body =
        models ? "{\"object\":\"list\",\"data\":[{\"id\":\"mock-1.0\","
                 "\"object\":\"model\",\"created\":1767225600,"
                 "\"owned_by\":\"mock\"}]}"
               : "{\"error\":{\"message\":\"There is nothing here.\","
                 "\"type\":\"invalid_request_error\",\"param\":null,"
                 "\"code\":null}}";

    plan->status = models ? 200 : 404;
    plan->steps = ASSAY_NEW(arena, struct mock_step);
    plan->count = 1;
    plan->steps[0] = (struct mock_step){
        .kind = MOCK_SEND,
        .bytes = assay_arena_printf(arena,
                                    "HTTP/1.1 %u Mock\r\n"
                                    "content-type: application/json\r\n"
                                    "content-length: %zu\r\n\r\n%s",
                                    plan->status, strlen(body), body)};
}

/* One request; false: the connection is at its end. */
static bool answer_one(struct connection *c)
{
    struct assay_arena arena = {0};
    struct mock_request request = {0};
    struct mock_answer answer = {0};
    struct mock_plan plan = {0};
    struct outcome outcome = {0};
    const struct mock_script *script = NULL;
    struct assay_str spec = ASSAY_STR("");
    bool hangs = false, kept = false;

    if (!read_request(&arena, c, &request, &hangs))
        goto out;
    if (hangs) {
        log_request(&arena, c, &request, ASSAY_STR("hang-request"));
        stay(c, INT64_C(1000) * c->server->max_seconds);
        goto out;
    }
    if (!assay_str_is(request.method, "POST") ||
        request.dialect == MOCK_DIALECTS) {
        plan_other(&arena, &request, &plan);
    } else {
        assay_mock_read_body(&arena, &request);
        struct assay_str name = split_model(&request, &spec);
        script = choose_script(&arena, c->server, &request, spec);
        assay_mock_answer(&arena, c->server->seed, name, &request, &answer);
        assay_mock_plan(&arena, c->server, &request, script, &answer, &plan);
    }
    log_request(&arena, c, &request, assay_str_c(script ? script->name : NULL));
    kept = carry_out(c, &plan, &outcome);
    log_answer(c, &request, &outcome);
out:
    assay_arena_free(&arena);
    return kept;
}

void assay_mock_serve(struct mock_server *server, int client,
                      uint64_t connection)
{
    struct connection c = {
        .server = server, .client = client, .id = connection};
    enum mock_twist twist =
        server->script ? server->script->fault.twist : MOCK_AS_IT_IS;

    assay_buf_init(&c.in, HEAD_BYTES + BODY_BYTES);
    log_connection(&c, "connection");
    if (twist == MOCK_HANG_ACCEPT)
        stay(&c, INT64_C(1000) * server->max_seconds);
    else if (twist != MOCK_CLOSE_ACCEPT)
        while (answer_one(&c))
            ;
    close(client);
    log_connection(&c, "closed");
    assay_buf_release(&c.in);
}
