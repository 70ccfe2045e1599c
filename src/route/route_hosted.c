/*
 * A provider's API as a route: one driver for all dialects. A dialect writes
 * the question and reads the answer, net sends it once; here is what lies
 * between: the clocks, the class of what came, and that no key stays in it.
 */
#include "assay/file.h"

#include "net/net.h"
#include "route/hosted_parts.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

/* ------------------------------------------------------- one attempt */

struct attempt {
    struct assay_hosted_route *route;
    const struct assay_ask *ask;
    const struct assay_listener *listener; /* or NULL */
    struct assay_arena *arena;
    struct assay_response *answer;
    struct assay_http_reply reply;
    struct assay_stream *stream; /* once a body of 2xx came */
    struct assay_buf body;       /* all of it; of a stream, what is kept */
    bool failed;                 /* the stream says why */
    bool told_key;               /* a key was struck out of the answer */
};

static bool is_answer(const struct attempt *attempt)
{
    return attempt->reply.status >= 200 && attempt->reply.status < 300;
}

static bool says_event_stream(const struct attempt *attempt)
{
    for (size_t i = 0; i < attempt->reply.header_count; i++) {
        struct assay_str name = attempt->reply.headers[i].name;

        if (name.len == 12 && strncasecmp(name.at, "content-type", 12) == 0)
            return assay_str_starts(attempt->reply.headers[i].value,
                                    "text/event-stream");
    }
    return false;
}

/* Events were asked for, or come all the same. */
static bool streams(const struct attempt *attempt)
{
    return is_answer(attempt) &&
           (attempt->ask->chat.stream || attempt->stream ||
            says_event_stream(attempt));
}

static bool on_sending(void *context)
{
    struct attempt *attempt = context;
    const struct assay_listener *listener = attempt->listener;

    return !listener || !listener->sending ||
           listener->sending(listener->context);
}

static bool is_cancelled(void *context)
{
    struct attempt *attempt = context;
    const struct assay_listener *listener = attempt->listener;

    return atomic_load(&attempt->route->ending) ||
           (listener && listener->cancel && atomic_load(listener->cancel));
}

/* Hands on what came of the text; false: it is not wanted any more. */
static bool tell(struct attempt *attempt)
{
    const struct assay_listener *listener = attempt->listener;
    struct assay_piece piece = {.text = assay_stream_news(attempt->stream)};

    if (piece.text.len == 0 || !listener || !listener->piece)
        return true;
    piece.text = assay_secret_strike(attempt->arena, piece.text);
    return listener->piece(listener->context, &piece);
}

static enum assay_http_wish feed(struct attempt *attempt,
                                 struct assay_str bytes)
{
    struct assay_clocks *clocks = &attempt->answer->clocks;
    int64_t now = attempt->reply.clocks.last_byte; /* not how long we read */
    unsigned events;

    if (!attempt->stream)
        attempt->stream =
            assay_stream_new(attempt->route->dialect, attempt->arena);
    attempt->failed = !assay_stream_feed(attempt->stream, bytes, &events);
    if (events & ASSAY_EVENT_TOKEN) {
        clocks->first_token = clocks->first_token ? clocks->first_token : now;
        clocks->last_token = now;
    }
    if (events & ASSAY_EVENT_CONTENT && !clocks->first_content)
        clocks->first_content = now;
    if (!tell(attempt) || attempt->failed)
        return ASSAY_HTTP_STOP;
    return events & ASSAY_EVENT_END ? ASSAY_HTTP_ENOUGH : ASSAY_HTTP_MORE;
}

static enum assay_http_wish on_bytes(void *context, struct assay_str bytes)
{
    struct attempt *attempt = context;
    bool events = streams(attempt);
    size_t room = attempt->body.max - attempt->body.len;

    if (events && room > ASSAY_HOSTED_KEPT_BYTES - attempt->body.len)
        room = ASSAY_HOSTED_KEPT_BYTES - attempt->body.len;
    assay_buf_add(&attempt->body, assay_str_head(bytes, room));
    return events ? feed(attempt, bytes) : ASSAY_HTTP_MORE;
}

/* ------------------------------------------------------- what it was */

static struct assay_str strike(struct attempt *attempt, struct assay_str text)
{
    return assay_secret_strike(attempt->arena, text);
}

/*
 * The whole of what is kept, so that no key is cut in two by its end. A stream
 * tells a key in pieces, and JSON may escape it twice: where one was struck
 * out of what all of it says, no part of it is kept.
 */
static struct assay_str raw_body(struct attempt *attempt)
{
    if (attempt->told_key)
        return ASSAY_STR("[key]");
    struct assay_str text =
        assay_str_head(assay_buf_str(&attempt->body), ASSAY_HOSTED_KEPT_BYTES);

    text = assay_str_head(strike(attempt, text), ASSAY_HOSTED_RAW_BYTES);
    return assay_arena_copy(attempt->arena, text);
}

static void strike_part(struct attempt *attempt, struct assay_str *text)
{
    *text = strike(attempt, *text);
    attempt->told_key |= assay_str_contains(*text, "[key]");
}

static void strike_reply(struct attempt *attempt)
{
    struct assay_completion *reply = &attempt->answer->reply;
    struct assay_trouble *trouble = &attempt->answer->trouble;
    struct assay_str *const texts[] = {
        &reply->text,     &reply->reasoning,   &reply->refusal,
        &reply->model,    &reply->id,          &reply->tier,
        &trouble->code,   &reply->fingerprint, &reply->finish_stated,
        &trouble->message};

    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        if (texts[i]->at)
            strike_part(attempt, texts[i]);
        else
            *texts[i] = ASSAY_STR("");
    for (size_t i = 0; i < reply->call_count; i++) {
        strike_part(attempt, &reply->calls[i].id);
        strike_part(attempt, &reply->calls[i].name);
        strike_part(attempt, &reply->calls[i].arguments);
        strike_part(attempt, &reply->calls[i].signature);
    }
}

/* What the connection makes of it, where no body says more. */
static enum assay_outcome_class class_of(const struct attempt *attempt)
{
    static const enum assay_outcome_class classes[] = {
        [ASSAY_HTTP_DONE] = ASSAY_CLASS_ANSWERED,
        [ASSAY_HTTP_CONNECT] = ASSAY_CLASS_CONNECT,
        [ASSAY_HTTP_TIMEOUT] = ASSAY_CLASS_TIMEOUT,
        [ASSAY_HTTP_BROKEN] = ASSAY_CLASS_BROKEN,
        [ASSAY_HTTP_REFUSED] = ASSAY_CLASS_REFUSED,
        [ASSAY_HTTP_TOO_LARGE] = ASSAY_CLASS_TOO_LARGE,
        [ASSAY_HTTP_MALFORMED] = ASSAY_CLASS_MALFORMED,
        [ASSAY_HTTP_CANCELLED] = ASSAY_CLASS_CANCELLED,
    };

    const unsigned proxy = attempt->reply.proxy_status;

    if (attempt->reply.end == ASSAY_HTTP_BROKEN && attempt->stream)
        return ASSAY_CLASS_TRUNCATED;
    if (proxy == 407 || proxy == 403 || proxy == 401)
        return ASSAY_CLASS_UNAUTHORISED;
    return classes[attempt->reply.end];
}

/* A status that is no success tells, even where its body did not end. */
static void judge_status(struct attempt *attempt)
{
    struct assay_header headers[ASSAY_HTTP_MOST_HEADERS];
    struct assay_reply_head head = {
        .status = attempt->reply.status,
        .headers = headers,
        .count = attempt->reply.header_count,
    };

    for (size_t i = 0; i < head.count; i++)
        headers[i] = (struct assay_header){attempt->reply.headers[i].name,
                                           attempt->reply.headers[i].value};
    attempt->route->dialect->classify(attempt->arena, &head,
                                      assay_buf_str(&attempt->body), time(NULL),
                                      &attempt->answer->trouble);
}

static void say_something(struct attempt *attempt)
{
    struct assay_trouble *trouble = &attempt->answer->trouble;

    if (trouble->message.len == 0)
        trouble->message = assay_arena_printf(
            attempt->arena,
            trouble->of == ASSAY_CLASS_REDIRECTED
                ? "HTTP %u: a redirect, which is not followed"
                : "HTTP %u, and no word of why",
            attempt->reply.status);
}

/* Texts of the reply lie in this copy of its body. */
static bool read_whole(struct attempt *attempt)
{
    struct assay_response *answer = attempt->answer;
    struct assay_str body = assay_buf_str(&attempt->body);
    char *copy = assay_arena_try(attempt->arena, body.len + 1, 1);

    if (!copy) {
        answer->trouble.of = ASSAY_CLASS_TOO_LARGE;
        answer->trouble.message = ASSAY_STR("no memory for the whole reply");
        return false;
    }
    memcpy(copy, body.at, body.len);
    return attempt->route->dialect->read(attempt->arena,
                                         (struct assay_str){copy, body.len},
                                         &answer->reply, &answer->trouble);
}

/* What the body says, as far as it came; true: it is an answer. */
static bool read_body(struct attempt *attempt)
{
    struct assay_response *answer = attempt->answer;

    if (!attempt->stream && says_event_stream(attempt))
        attempt->stream =
            assay_stream_new(attempt->route->dialect, attempt->arena);
    if (attempt->stream)
        return assay_stream_end(attempt->stream, &answer->reply,
                                &answer->trouble);
    return attempt->reply.end == ASSAY_HTTP_DONE && read_whole(attempt);
}

static void judge_answer(struct attempt *attempt)
{
    struct assay_trouble *trouble = &attempt->answer->trouble;
    bool whole = read_body(attempt);

    if (attempt->reply.end == ASSAY_HTTP_DONE || attempt->failed) {
        if (whole)
            trouble->of = ASSAY_CLASS_ANSWERED;
        return;
    }
    *trouble = (struct assay_trouble){
        .of = class_of(attempt),
        .retry_after_ms = -1,
        .message = assay_str_c(attempt->reply.why),
    };
}

static bool has_head(const struct attempt *attempt)
{
    return attempt->reply.status != 0 && attempt->reply.clocks.headers != 0;
}

static void judge(struct attempt *attempt)
{
    struct assay_response *answer = attempt->answer;
    enum assay_http_end end = attempt->reply.end;
    bool wanted = end != ASSAY_HTTP_CANCELLED || attempt->failed;

    answer->trouble = (struct assay_trouble){.retry_after_ms = -1};
    if (has_head(attempt) && is_answer(attempt)) {
        judge_answer(attempt);
    } else if (has_head(attempt) && wanted && end != ASSAY_HTTP_MALFORMED) {
        judge_status(attempt);
        say_something(attempt);
    } else {
        answer->trouble.of = class_of(attempt);
        answer->trouble.message = assay_str_c(attempt->reply.why);
    }
    answer->of = answer->trouble.of;
    answer->trouble.status = attempt->reply.status;
    /* `why` is in this attempt alone */
    answer->trouble.message =
        assay_arena_copy(attempt->arena, answer->trouble.message);
}

/* ------------------------------------------------------- what is kept */

/* Headers that tell of the server: its own times, ids, limits. */
static bool is_telling(struct assay_str name)
{
    static const char *const names[] = {"openai-processing-ms",
                                        "x-request-id",
                                        "request-id",
                                        "apim-request-id",
                                        "x-ms-request-id",
                                        "x-ms-region",
                                        "server-timing",
                                        "cf-ray",
                                        "x-should-retry",
                                        "openai-version",
                                        "x-served-by",
                                        "retry-after",
                                        "retry-after-ms",
                                        "date",
                                        "server",
                                        "x-envoy-upstream-service-time"};
    static const char *const beginnings[] = {"x-ratelimit-",
                                             "anthropic-ratelimit-"};

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (name.len == strlen(names[i]) &&
            strncasecmp(name.at, names[i], name.len) == 0)
            return true;
    for (size_t i = 0; i < sizeof beginnings / sizeof beginnings[0]; i++)
        if (name.len > strlen(beginnings[i]) &&
            strncasecmp(name.at, beginnings[i], strlen(beginnings[i])) == 0)
            return true;
    return false;
}

static struct assay_str in_small_letters(struct assay_arena *arena,
                                         struct assay_str text)
{
    char *to = assay_arena_alloc(arena, text.len + 1, 1);

    for (size_t i = 0; i < text.len; i++)
        to[i] = text.at[i] >= 'A' && text.at[i] <= 'Z'
                    ? (char)(text.at[i] - 'A' + 'a')
                    : text.at[i];
    return (struct assay_str){to, text.len};
}

static struct assay_str server_headers(struct attempt *attempt)
{
    struct assay_json *object = assay_json_object(attempt->arena);
    struct assay_buf out;
    struct assay_str text;

    for (size_t i = 0; i < attempt->reply.header_count; i++) {
        const struct assay_http_field *field = &attempt->reply.headers[i];
        struct assay_str name = in_small_letters(attempt->arena, field->name);

        if (is_telling(name) && !assay_json_get_str(object, name) &&
            assay_utf8_valid(field->value))
            assay_json_set_key(
                object, name,
                assay_json_string(attempt->arena,
                                  strike(attempt, field->value)));
    }
    if (!object->first)
        return ASSAY_STR("");
    assay_buf_init(&out, (size_t)1 << 20);
    assay_json_write(&out, object, (struct assay_json_style){0});
    text = assay_arena_copy(attempt->arena, assay_buf_str(&out));
    assay_buf_release(&out);
    return text;
}

static void keep_clocks(struct attempt *attempt)
{
    const struct assay_http_clocks *from = &attempt->reply.clocks;
    struct assay_clocks *to = &attempt->answer->clocks;

    to->begun = from->begun;
    to->resolved = from->resolved;
    to->connected = from->connected;
    to->secured = from->secured;
    to->sending = from->sending;
    to->sent = from->sent;
    to->headers = from->headers;
    to->first_byte = from->first_byte;
    to->done = from->done;
}

/* What was refused by name is not said again to this server. */
static void learn(struct attempt *attempt, const struct assay_chat *chat,
                  const struct assay_dialect_options *used)
{
    struct assay_hosted_route *route = attempt->route;
    struct assay_dialect_options better = *used;

    if (!assay_dialect_learn(&better, &attempt->answer->trouble) ||
        (better.no_temperature && !used->no_temperature &&
         !chat->temperature_ours))
        return; /* what somebody stated is not left out */
    attempt->answer->again = true;
    pthread_mutex_lock(&route->lock);
    route->options.no_stream_options |= better.no_stream_options;
    route->options.max_tokens_old_name |= better.max_tokens_old_name;
    route->options.max_tokens_new_name |= better.max_tokens_new_name;
    route->options.no_temperature |= better.no_temperature;
    pthread_mutex_unlock(&route->lock);
}

/* ------------------------------------------------------- asking */

static bool check_ask(const struct assay_ask *ask, struct assay_error *err)
{
    if (ask->tokens.count || ask->chat.message_count == 0)
        return assay_fail(
            err, ASSAY_BAD_INPUT, "a hosted route takes messages, not a %s",
            ask->tokens.count ? "list of tokens" : "text as it stands");
    return true;
}

static bool send_once(struct attempt *attempt,
                      const struct assay_wire_request *request,
                      struct assay_error *err)
{
    struct assay_hosted_route *route = attempt->route;
    struct assay_http_field headers[ASSAY_HOSTED_MOST_HEADERS];
    struct assay_http_post post = {
        .key = request->key_header ? route->key : NULL,
        .sending = on_sending,
        .cancelled = is_cancelled,
        .bytes = on_bytes,
        .context = attempt,
    };

    assay_hosted_post(route, request, headers, &post);
    return assay_http_post(route->client, attempt->arena, &post,
                           &attempt->reply, err);
}

static bool ask_once(struct attempt *attempt, struct assay_error *err)
{
    struct assay_hosted_route *route = attempt->route;
    struct assay_chat chat = attempt->ask->chat;
    struct assay_dialect_options options;
    struct assay_wire_request request;

    if (chat.model.len == 0)
        chat.model = route->model;
    pthread_mutex_lock(&route->lock);
    options = route->options;
    pthread_mutex_unlock(&route->lock);
    if (options.no_temperature && chat.temperature_ours)
        chat.temperature.given = false;
    if (!route->dialect->write(attempt->arena, &chat, &options, &request,
                               err) ||
        !send_once(attempt, &request, err))
        return false;
    keep_clocks(attempt);
    attempt->answer->request = assay_sha256_hex(attempt->arena, request.body);
    attempt->answer->sent = attempt->reply.sent;
    attempt->answer->reused = attempt->reply.reused;
    judge(attempt);
    learn(attempt, &chat, &options);
    strike_reply(attempt);
    attempt->answer->raw =
        attempt->ask->keep_raw ? raw_body(attempt) : ASSAY_STR("");
    attempt->answer->server = server_headers(attempt);
    return true;
}

bool assay_hosted_ask(struct assay_route_link *link,
                      const struct assay_ask *ask,
                      const struct assay_listener *listener,
                      struct assay_arena *arena, struct assay_response *answer,
                      struct assay_error *err)
{
    struct assay_hosted_route *route = (struct assay_hosted_route *)link;
    struct attempt attempt = {
        .route = route,
        .ask = ask,
        .listener = listener,
        .arena = arena,
        .answer = answer,
    };
    bool ok;

    *answer = (struct assay_response){
        .reply = {.usage_state = ASSAY_USAGE_MISSING},
        .clocks = {.asked = assay_http_now()},
    };
    if (!check_ask(ask, err))
        return false;
    assay_buf_init(&attempt.body, ASSAY_HOSTED_BODY_BYTES);
    assay_hosted_enter(route);
    ok = ask_once(&attempt, err);
    if (attempt.stream)
        assay_stream_free(attempt.stream);
    assay_buf_release(&attempt.body);
    assay_hosted_leave(route);
    return ok;
}
