/*
 * A request, an answer and a fault become steps: which bytes leave, with
 * what between them, and how the connection ends.
 */
#include "mock/mock.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <zlib.h>

enum {
    REPEATED_BYTES = 64 << 10,
    ENDLESS_TOKEN_BYTES = 16 << 10,
    BOMB_PIECE_BYTES = 1 << 20,
    BOMB_PIECES = 96,
    RESET_MS = 50, /* what was sent before a reset has arrived by then */
    TOKENS_BEFORE_ERROR = 50,
    MOST_BYTES = 1 << 26,
};

struct planning {
    struct assay_arena *arena;
    const struct mock_server *server;
    const struct mock_request *request;
    const struct mock_script *script;
    enum mock_twist twist;
    struct mock_answer *answer;
    struct mock_plan *plan;
    bool closes; /* the connection, after all of it */
};

static struct mock_step *add(struct planning *p, enum mock_step_kind kind)
{
    struct mock_plan *plan = p->plan;

    if (plan->count == plan->size) {
        size_t size = plan->size ? plan->size * 2 : 64;
        struct mock_step *more =
            ASSAY_NEW_ARRAY(p->arena, struct mock_step, size);
        if (plan->count > 0)
            memcpy(more, plan->steps, plan->count * sizeof(*more));
        plan->steps = more;
        plan->size = size;
    }
    plan->steps[plan->count] = (struct mock_step){.kind = kind};
    return &plan->steps[plan->count++];
}

static void add_bytes(struct planning *p, struct assay_str bytes, bool token)
{
    struct mock_step *step = add(p, MOCK_SEND);

    step->bytes = bytes;
    step->token = token;
}

static void add_wait(struct planning *p, unsigned ms)
{
    if (ms > 0)
        add(p, MOCK_WAIT)->ms = ms;
}

static struct assay_str repeated(struct planning *p, char c, size_t len)
{
    char *bytes = assay_arena_alloc(p->arena, len, 1);

    memset(bytes, c, len);
    return (struct assay_str){bytes, len};
}

static void add_endless(struct planning *p, struct assay_str bytes)
{
    add(p, MOCK_REPEAT)->bytes = bytes;
    add(p, MOCK_CLOSE);
}

/* ------------------------------------------------------- the head */

/* "retry-after: @3" is a date in 3 seconds. */
static struct assay_str more_headers(struct planning *p)
{
    const char *header = p->script ? p->script->fault.header : NULL;
    const char *at = header ? strchr(header, '@') : NULL;
    char date[64];
    struct tm utc;

    if (p->twist == MOCK_STRANGE_HEADERS)
        return ASSAY_STR("x-ratelimit-remaining-requests: -1\r\n"
                         "x-ratelimit-remaining-tokens: 0\r\n"
                         "x-ratelimit-limit-tokens:\r\n"
                         "x-ratelimit-reset-tokens: never\r\n"
                         "x-odd: \x1b[31mred\x1b[0m \xff\r\n"
                         "x-twice: 1\r\nX-Twice: 2\r\n");
    if (!header)
        return ASSAY_STR("");
    if (!at)
        return assay_arena_printf(p->arena, "%s\r\n", header);
    time_t then = time(NULL) + (time_t)strtol(at + 1, NULL, 10);
    gmtime_r(&then, &utc);
    strftime(date, sizeof(date), "%a, %d %b %Y %H:%M:%S GMT", &utc);
    return assay_arena_printf(p->arena, "%.*s%s\r\n", (int)(at - header),
                              header, date);
}

enum framing { BY_LENGTH, BY_CHUNKS, BY_CLOSE };

static struct assay_str head(struct planning *p, unsigned status,
                             const char *type, enum framing framing,
                             size_t length)
{
    struct assay_str more = more_headers(p);
    struct assay_str limits =
        status == 200 && p->twist != MOCK_STRANGE_HEADERS
            ? assay_mock_limits(p->arena, p->request, p->answer->id)
            : ASSAY_STR("");
    char size[64] = "transfer-encoding: chunked\r\n";

    if (framing == BY_LENGTH)
        snprintf(size, sizeof(size), "content-length: %zu\r\n", length);
    else if (framing == BY_CLOSE)
        size[0] = '\0';
    p->plan->status = status;
    return assay_arena_printf(
        p->arena, "HTTP/1.%d %u Mock\r\ncontent-type: %s\r\n%s%.*s%.*s%s\r\n",
        framing == BY_CLOSE ? 0 : 1, status, type, size, ASSAY_STR_ARG(limits),
        ASSAY_STR_ARG(more),
        p->twist == MOCK_CLOSE_SAID ? "connection: close\r\n" : "");
}

static struct assay_str join(struct planning *p, struct assay_str a,
                             struct assay_str b)
{
    char *bytes = assay_arena_alloc(p->arena, a.len + b.len + 1, 1);

    memcpy(bytes, a.at, a.len);
    memcpy(bytes + a.len, b.at, b.len);
    return (struct assay_str){bytes, a.len + b.len};
}

static struct assay_str chunk(struct planning *p, struct assay_str bytes)
{
    struct assay_str size = assay_arena_printf(p->arena, "%zx\r\n", bytes.len);

    return join(p, join(p, size, bytes), ASSAY_STR("\r\n"));
}

/* A body with its head, as one sending. */
static void add_body(struct planning *p, unsigned status, const char *type,
                     struct assay_str body)
{
    add_bytes(p, join(p, head(p, status, type, BY_LENGTH, body.len), body),
              status == 200);
}

/* ------------------------------------------------------- the answer */

/* Long enough that something can happen in its middle. */
static struct assay_str long_text(struct planning *p, const char *word)
{
    struct assay_buf text;

    assay_buf_init(&text, 1 << 16);
    for (int i = 0; i < 100; i++)
        assay_buf_add_c(&text, word);
    struct assay_str copy = assay_arena_copy(p->arena, assay_buf_str(&text));
    assay_buf_release(&text);
    return copy;
}

static void two_calls(struct mock_answer *answer)
{
    answer->calls[0] =
        (struct mock_call){ASSAY_STR("call_a"), ASSAY_STR("first"),
                           ASSAY_STR("{\"number\":1}"), 0};
    answer->calls[1] =
        (struct mock_call){ASSAY_STR("call_b"), ASSAY_STR("second"),
                           ASSAY_STR("{\"number\":2}"), 1};
    answer->call_count = 2;
    answer->text = ASSAY_STR("");
    answer->finish = MOCK_TOOLS;
}

/* What is wrong with the answer itself. */
static void twist_answer(struct planning *p)
{
    struct mock_answer *answer = p->answer;

    switch (p->twist) {
    case MOCK_NO_USAGE:
        answer->usage = MOCK_USAGE_MISSING;
        break;
    case MOCK_USAGE_BELOW_ZERO:
        answer->usage = MOCK_USAGE_NEGATIVE;
        break;
    case MOCK_USAGE_FRACTION:
        answer->usage = MOCK_USAGE_FLOAT;
        break;
    case MOCK_USAGE_AS_TEXT:
        answer->usage = MOCK_USAGE_TEXT;
        break;
    case MOCK_USAGE_AGAIN:
        answer->usage = MOCK_USAGE_TWICE;
        break;
    case MOCK_OTHER_MODEL:
        answer->model = ASSAY_STR("mock-other-2026-01-01");
        break;
    case MOCK_NO_FINISH:
        answer->finish = MOCK_UNFINISHED;
        break;
    case MOCK_CUT_BY_LENGTH:
        answer->finish = MOCK_LENGTH;
        break;
    case MOCK_CUT_BY_FILTER:
        answer->finish = MOCK_FILTERED;
        break;
    case MOCK_BLOCKED:
        answer->blocked = true;
        answer->output_tokens = 0;
        break;
    case MOCK_REFUSAL:
        answer->text = ASSAY_STR("I cannot help with that.");
        answer->finish = MOCK_REFUSED;
        break;
    case MOCK_NO_CHOICE:
        answer->nothing = true;
        break;
    case MOCK_NULL_CONTENT:
        answer->null = true;
        break;
    case MOCK_SAME_INDEX:
        two_calls(answer);
        answer->calls[1].index = 0;
        break;
    case MOCK_REVERSED_INDEX:
        two_calls(answer);
        answer->reversed = true;
        break;
    case MOCK_BAD_ARGUMENTS:
        two_calls(answer);
        answer->call_count = 1;
        answer->calls[0].arguments = ASSAY_STR("{\"number\":");
        break;
    case MOCK_BAD_UTF8:
    case MOCK_SURROGATE:
    case MOCK_RAW_NUL:
    case MOCK_NUL_ESCAPE: /* a token of its own, replaced on its way out */
        answer->text = ASSAY_STR("@@@@ and the rest");
        break;
    case MOCK_FIN_IN_CHARACTER:
        answer->text = long_text(p, "\xC3\xA9");
        break;
    case MOCK_ENDLESS_BODY:
        answer->text = ASSAY_STR("@@@@@@@@@@@@@@@@");
        break;
    case MOCK_ERROR_EVENT:
    case MOCK_RESET_IN_STREAM:
    case MOCK_HANG_MIDDLE:
        answer->text = long_text(p, "word ");
        break;
    default:
        break;
    }
}

/* The mark in the text gives way to what no writer of JSON would write. */
static struct assay_str twist_bytes(struct planning *p, struct assay_str bytes)
{
    struct assay_str instead;
    size_t at = 0;

    switch (p->twist) {
    case MOCK_BAD_UTF8:
        instead = ASSAY_STR("\xC3\x28\xFF\xFE");
        break;
    case MOCK_SURROGATE:
        instead = ASSAY_STR("\\ud83d");
        break;
    case MOCK_RAW_NUL:
        instead = ASSAY_STR("a\0b");
        break;
    case MOCK_NUL_ESCAPE:
        instead = ASSAY_STR("\\u0000");
        break;
    case MOCK_ENDLESS_BODY:
        instead = repeated(p, 'x', ENDLESS_TOKEN_BYTES);
        break;
    default:
        return bytes;
    }
    while (at + 4 <= bytes.len && memcmp(bytes.at + at, "@@@@", 4) != 0)
        at++;
    if (at + 4 > bytes.len)
        return bytes;
    return join(p, join(p, assay_str_head(bytes, at), instead),
                assay_str_skip(bytes, at + 4));
}

/* ------------------------------------------------------- whole bodies */

static struct assay_str gzipped(struct planning *p, struct assay_str text)
{
    size_t room = text.len + text.len / 64 + 4096;
    char *bytes = assay_arena_alloc(p->arena, room, 1);
    z_stream z = {0};

    /* zlib's structures lack const; it writes to none of it. */
    memcpy(&z.next_in, &text.at, sizeof(z.next_in));
    z.avail_in = (uInt)text.len;
    z.next_out = (unsigned char *)bytes;
    z.avail_out = (uInt)room;
    deflateInit2(&z, 1, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY);
    deflate(&z, Z_FINISH);
    size_t len = room - z.avail_out;
    deflateEnd(&z);
    return (struct assay_str){bytes, len};
}

static void put_le32(struct assay_buf *out, unsigned long value)
{
    for (int shift = 0; shift < 32; shift += 8)
        assay_buf_add_char(out, (char)(value >> shift & 0xFF));
}

/*
 * A megabyte of blanks, squeezed once and repeated, so that a bomb costs us
 * little; well-formed to its checksum (RFC 1951, 1952).
 */
static struct assay_str bomb(struct planning *p)
{
    struct assay_str blanks = repeated(p, ' ', BOMB_PIECE_BYTES);
    unsigned char piece[8192];
    unsigned long one, all = 0;
    struct assay_buf out;
    z_stream z = {0};

    memcpy(&z.next_in, &blanks.at, sizeof(z.next_in));
    z.avail_in = BOMB_PIECE_BYTES;
    z.next_out = piece;
    z.avail_out = sizeof(piece);
    deflateInit2(&z, 1, Z_DEFLATED, -15, 8, Z_DEFAULT_STRATEGY);
    deflate(&z, Z_FULL_FLUSH);
    size_t len = sizeof(piece) - z.avail_out;
    deflateEnd(&z);
    one = crc32(0, (const unsigned char *)blanks.at, BOMB_PIECE_BYTES);
    assay_buf_init(&out, MOST_BYTES);
    assay_buf_add(&out, (struct assay_str){"\x1F\x8B\x08\0\0\0\0\0\0\xFF", 10});
    for (int i = 0; i < BOMB_PIECES; i++) {
        assay_buf_add(&out, (struct assay_str){(const char *)piece, len});
        all = crc32_combine(all, one, BOMB_PIECE_BYTES);
    }
    assay_buf_add(&out, (struct assay_str){"\x03\0", 2}); /* the last block */
    put_le32(&out, all);
    put_le32(&out, (unsigned long)BOMB_PIECES * BOMB_PIECE_BYTES);
    struct assay_str bytes = assay_arena_copy(p->arena, assay_buf_str(&out));
    assay_buf_release(&out);
    return bytes;
}

static const char json_type[] = "application/json";
static const char gzip_type[] = "application/json\r\ncontent-encoding: gzip";

static void plan_whole(struct planning *p)
{
    struct assay_str body =
        twist_bytes(p, assay_mock_body(p->arena, p->request, p->answer));
    struct assay_str plain = head(p, 200, json_type, BY_LENGTH, body.len);

    switch (p->twist) {
    case MOCK_GZIP:
        add_body(p, 200, gzip_type, gzipped(p, body));
        break;
    case MOCK_BOMB:
        add_body(p, 200, gzip_type, bomb(p));
        break;
    case MOCK_ENDLESS_BODY:
        add_bytes(p, head(p, 200, json_type, BY_CHUNKS, 0), false);
        add_bytes(p, chunk(p, assay_str_head(body, 8)), true);
        add_endless(p, chunk(p, repeated(p, ' ', REPEATED_BYTES)));
        break;
    case MOCK_SHORT_BODY:
        add_bytes(
            p, join(p, head(p, 200, json_type, BY_LENGTH, body.len + 99), body),
            true);
        p->closes = true;
        break;
    case MOCK_LONG_BODY:
        add_bytes(p, join(p, join(p, plain, body), ASSAY_STR("more of it")),
                  true);
        p->closes = true;
        break;
    case MOCK_BAD_CHUNK:
        add_bytes(p, head(p, 200, json_type, BY_CHUNKS, 0), false);
        add_bytes(p, join(p, ASSAY_STR("what?\r\n"), body), true);
        p->closes = true;
        break;
    case MOCK_UNTIL_CLOSE:
        add_bytes(p, join(p, head(p, 200, json_type, BY_CLOSE, 0), body), true);
        p->closes = true;
        break;
    case MOCK_HANG_BODY:
        add_bytes(p, plain, false);
        add(p, MOCK_HANG);
        break;
    case MOCK_HANG_MIDDLE:
        add_bytes(p, join(p, plain, assay_str_head(body, body.len / 2)), true);
        add(p, MOCK_HANG);
        break;
    case MOCK_INTERIM:
        add_bytes(p,
                  ASSAY_STR("HTTP/1.1 100 Continue\r\n\r\n"
                            "HTTP/1.1 103 Early Hints\r\n"
                            "link: </x>; rel=preload\r\n\r\n"),
                  false);
        add_body(p, 200, json_type, body);
        break;
    default:
        if (p->answer->body_wait_ms == 0) {
            add_body(p, 200, json_type, body);
            break;
        }
        add_bytes(p, plain, false);
        add_wait(p, p->answer->body_wait_ms);
        add_bytes(p, body, true);
    }
}

/* ------------------------------------------------------- streams */

static const char *line_end(const struct planning *p)
{
    return p->twist == MOCK_CR ? "\r" : p->twist == MOCK_CRLF ? "\r\n" : "\n";
}

/* Breaks an object behind the commas between its members. */
static void put_many_lines(struct assay_buf *out, struct assay_str data)
{
    bool quoted = false;

    for (size_t i = 0; i < data.len; i++) {
        char c = data.at[i];
        assay_buf_add_char(out, c);
        if (c == '\\' && i + 1 < data.len)
            assay_buf_add_char(out, data.at[++i]);
        else if (c == '"')
            quoted = !quoted;
        else if (c == ',' && !quoted)
            assay_buf_add_c(out, "\ndata: ");
    }
}

/* What comes between events and must be passed over. */
static void put_between(struct planning *p, struct assay_buf *out, bool first)
{
    static const char *const unknown[MOCK_DIALECTS] = {
        "data: {\"id\":\"x\",\"object\":\"chat.completion.chunk\",\"choices\":"
        "[],\"obfuscation\":\"aGVsbG8\"}\n\n",
        "data: {\"id\":\"\",\"choices\":[{\"index\":0,\"finish_reason\":null,"
        "\"content_filter_offsets\":{\"check_offset\":1,\"start_offset\":1,"
        "\"end_offset\":2},\"content_filter_results\":{}}]}\n\n",
        "event: next_year\ndata: {\"type\":\"next_year\",\"x\":[1]}\n\n",
        "data: {\"nextYear\":{\"x\":1},\"modelVersion\":\"mock\"}\n\n",
        "event: response.next_year\ndata: {\"type\":\"response.next_year\","
        "\"delta\":[1]}\n\n",
    };

    if (p->twist == MOCK_COMMENTS)
        assay_buf_add_c(out, ": OPENROUTER PROCESSING\n\n");
    if (p->twist == MOCK_PINGS)
        assay_buf_add_c(out, p->request->dialect == MOCK_ANTHROPIC
                                 ? "event: ping\ndata: {\"type\":\"ping\"}\n\n"
                                 : ":\n\nevent: ping\n\n");
    if (p->twist == MOCK_UNKNOWN_EVENT && !first)
        assay_buf_add_c(out, unknown[p->request->dialect]);
    if (p->twist == MOCK_MORE_FIELDS)
        assay_buf_add_c(out, "id: 7\nretry: 3000\nfuture: x\nfuture\n");
}

static void put_event(struct planning *p, struct assay_buf *out,
                      const struct mock_event *event)
{
    const char *end = line_end(p);

    if (event->name)
        assay_buf_printf(out, "event: %s%s", event->name, end);
    assay_buf_add_c(out, p->twist == MOCK_NO_SPACE ? "data:" : "data: ");
    if (p->twist == MOCK_ONE_IN_TWO && event->token) {
        size_t half = event->data.len / 2;
        assay_buf_add(out, assay_str_head(event->data, half));
        assay_buf_add_c(out, "\n\ndata: ");
        assay_buf_add(out, assay_str_skip(event->data, half));
    } else if (p->twist == MOCK_MANY_LINES) {
        put_many_lines(out, event->data);
    } else {
        assay_buf_add(out, event->data);
    }
    assay_buf_printf(out, "%s%s", end, end);
}

/* A stream that nobody asked for is one of events. */
static bool is_event_stream(const struct planning *p)
{
    return p->request->event_stream || p->twist == MOCK_OTHER_FORM;
}

/* Gemini without alt=sse: the elements of one array. */
static void put_element(struct assay_buf *out, const struct mock_event *event,
                        bool first, bool last)
{
    assay_buf_add_c(out, first ? "[" : ",\n");
    assay_buf_add(out, event->data);
    assay_buf_add_c(out, last ? "]" : "");
}

static struct assay_str framed(struct planning *p,
                               const struct mock_events *events, size_t i)
{
    struct assay_buf out;

    assay_buf_init(&out, MOST_BYTES);
    if (!is_event_stream(p)) {
        put_element(&out, &events->at[i], i == 0, i + 1 == events->count);
    } else {
        if (i == 0 && p->twist == MOCK_BOM)
            assay_buf_add_c(&out, "\xEF\xBB\xBF");
        put_between(p, &out, i == 0);
        put_event(p, &out, &events->at[i]);
    }
    struct assay_str bytes = assay_arena_copy(p->arena, assay_buf_str(&out));
    assay_buf_release(&out);
    return twist_bytes(p, bytes);
}

static void add_error_event(struct planning *p)
{
    struct mock_event event = {
        .name = p->request->dialect == MOCK_ANTHROPIC ? "error" : NULL,
        .data = assay_mock_error(p->arena, p->request, 503, MOCK_ERROR_STATUS,
                                 NULL),
    };

    if (p->request->dialect == MOCK_RESPONSES)
        event = (struct mock_event){
            .name = "error",
            .data = ASSAY_STR("{\"type\":\"error\",\"code\":"
                              "\"server_error\",\"message\":\"The server had "
                              "an error.\",\"param\":null,"
                              "\"sequence_number\":52}"),
        };
    struct mock_events events = {&event, 1, 1};

    add_bytes(p, chunk(p, framed(p, &events, 0)), false);
}

/* How many of the events go out before something happens; all: nothing. */
static size_t events_before(const struct planning *p,
                            const struct mock_events *events)
{
    switch (p->twist) {
    case MOCK_NO_EVENTS:
    case MOCK_HANG_BODY:
    case MOCK_BAD_CHUNK:
    case MOCK_ENDLESS_LINE:
        return 0;
    case MOCK_NO_END:
        return events->count - 1;
    case MOCK_RESET_IN_STREAM:
    case MOCK_HANG_MIDDLE:
    case MOCK_FIN_IN_CHARACTER:
    case MOCK_ENDLESS_BODY:
        return events->count / 2;
    case MOCK_ERROR_EVENT:
        for (size_t i = 0, tokens = 0; i < events->count; i++) {
            tokens += events->at[i].token;
            if (tokens == TOKENS_BEFORE_ERROR)
                return i + 1;
        }
        return events->count;
    default:
        return events->count;
    }
}

/* The end of a stream, good or bad; `next` is the event that did not go. */
static void end_stream(struct planning *p, const struct mock_events *events,
                       size_t next, enum framing framing)
{
    struct assay_str last;
    size_t within = 0;

    switch (p->twist) {
    case MOCK_FIN_IN_CHARACTER:
        last = framed(p, events, next);
        while (within < last.len && last.at[within] != '\xC3')
            within++;
        add_bytes(p, chunk(p, assay_str_head(last, within + 1)), true);
        p->closes = true;
        break;
    case MOCK_RESET_IN_STREAM:
        add_wait(p, RESET_MS);
        add(p, MOCK_RESET);
        break;
    case MOCK_HANG_BODY:
    case MOCK_HANG_MIDDLE:
    case MOCK_HANG_END:
        add(p, MOCK_HANG);
        break;
    case MOCK_ENDLESS_BODY:
        add_endless(p, chunk(p, framed(p, events, next)));
        break;
    case MOCK_ENDLESS_LINE:
        add_bytes(p, chunk(p, ASSAY_STR("data: ")), false);
        add_endless(p, chunk(p, repeated(p, 'x', REPEATED_BYTES)));
        break;
    case MOCK_BAD_CHUNK:
        add_bytes(p, ASSAY_STR("what?\r\n"), false);
        p->closes = true;
        break;
    default:
        if (p->twist == MOCK_ERROR_EVENT)
            add_error_event(p);
        if (framing == BY_CHUNKS)
            add_bytes(p, ASSAY_STR("0\r\n\r\n"), false);
    }
}

/* The first two tokens become one line. */
static void join_tokens(struct planning *p, struct mock_events *events)
{
    size_t i = 0;

    while (i + 1 < events->count &&
           !(events->at[i].token && events->at[i + 1].token))
        i++;
    if (i + 1 >= events->count)
        return;
    events->at[i].data = join(p, events->at[i].data, events->at[i + 1].data);
    for (i++; i + 1 < events->count; i++)
        events->at[i] = events->at[i + 1];
    events->count--;
}

static void plan_stream(struct planning *p)
{
    struct mock_events events = {0};
    enum framing framing = p->twist == MOCK_UNTIL_CLOSE ? BY_CLOSE : BY_CHUNKS;
    const char *type =
        is_event_stream(p) ? "text/event-stream; charset=utf-8" : json_type;
    struct assay_str all = ASSAY_STR("");

    assay_mock_stream(p->arena, p->request, p->answer, &events);
    if (p->twist == MOCK_TWO_IN_ONE)
        join_tokens(p, &events);
    size_t count = events_before(p, &events);
    if (p->twist == MOCK_INTERIM)
        add_bytes(p, ASSAY_STR("HTTP/1.1 103 Early Hints\r\n\r\n"), false);
    add_bytes(p, head(p, 200, type, framing, 0), false);
    add_wait(p, p->answer->body_wait_ms);
    for (size_t i = 0; i < count; i++) {
        struct assay_str bytes = framed(p, &events, i);
        if (p->twist == MOCK_ONE_PACKET) {
            all = join(p, all, bytes);
            continue;
        }
        if (events.at[i].token)
            add_wait(p, p->answer->pace_ms);
        add_bytes(p, framing == BY_CHUNKS ? chunk(p, bytes) : bytes,
                  events.at[i].token);
    }
    if (all.len > 0)
        add_bytes(p, chunk(p, all), true);
    end_stream(p, &events, count, framing);
    if (framing == BY_CLOSE)
        p->closes = true;
}

/* ------------------------------------------------------- all of it */

/* All that is sent so far, byte by byte. */
static void drip(struct planning *p, unsigned ms)
{
    struct assay_str all = ASSAY_STR("");

    for (size_t i = 0; i < p->plan->count; i++)
        all = join(p, all, p->plan->steps[i].bytes);
    p->plan->count = 0;
    struct mock_step *step = add(p, MOCK_DRIPPED);
    step->bytes = all;
    step->ms = ms;
    step->token = true;
}

static void plan_answer(struct planning *p)
{
    bool stream = p->request->stream;

    twist_answer(p);
    if (p->twist == MOCK_OTHER_FORM)
        stream = !stream;
    add_wait(p, p->answer->wait_ms);
    if (stream)
        plan_stream(p);
    else
        plan_whole(p);
    if (p->twist == MOCK_DRIP)
        drip(p, p->server->drip_ms);
    if (p->twist == MOCK_SINGLE_BYTES)
        drip(p, 0);
}

static void plan_error(struct planning *p, unsigned status,
                       enum mock_error error, const char *param)
{
    /* A 200 with an error in it speaks of a fault of the server. */
    add_body(p, status, json_type,
             assay_mock_error(p->arena, p->request,
                              status == 200 ? 500 : status, error, param));
}

/* The faults that need no answer; false: this is none of them. */
static bool plan_fault(struct planning *p)
{
    const struct mock_fault *fault = &p->script->fault;
    unsigned status = fault->status ? fault->status : 200;
    bool again = p->request->number > 1;

    switch (p->twist) {
    case MOCK_BODY:
        add_body(p, status, fault->type, assay_str_c(fault->body));
        return true;
    case MOCK_ERROR_BODY:
    case MOCK_STORM:
        plan_error(p, status, fault->error, NULL);
        return true;
    case MOCK_REDIRECT:
        add_bytes(p,
                  assay_arena_printf(p->arena,
                                     "HTTP/1.1 %u Mock\r\n"
                                     "location: http://localhost:%u%.*s\r\n"
                                     "content-length: 0\r\n\r\n",
                                     status, p->server->port,
                                     ASSAY_STR_ARG(p->request->path)),
                  false);
        p->plan->status = status;
        return true;
    case MOCK_NO_HTTP:
        add_bytes(p, ASSAY_STR("220 mail.example ESMTP ready\r\n"), false);
        p->closes = true;
        return true;
    case MOCK_ENDLESS_HEADER:
        add_bytes(p, ASSAY_STR("HTTP/1.1 200 OK\r\nx-long: "), false);
        add_endless(p, repeated(p, 'x', REPEATED_BYTES));
        return true;
    case MOCK_HANG_ACCEPT:
    case MOCK_HANG_REQUEST:
    case MOCK_HANG_HEAD:
        add(p, MOCK_HANG);
        return true;
    case MOCK_CLOSE_ACCEPT:
    case MOCK_CLOSE_REQUEST:
        add(p, MOCK_CLOSE);
        return true;
    case MOCK_RESET_REQUEST:
        add(p, MOCK_RESET);
        return true;
    case MOCK_CLOSE_REUSED:
        if (again)
            add(p, MOCK_CLOSE);
        return again;
    case MOCK_RESET_REUSED:
        if (again)
            add(p, MOCK_RESET);
        return again;
    case MOCK_CLOSE_SILENTLY:
    case MOCK_CLOSE_SAID:
        p->closes = true;
        return false;
    default:
        return false;
    }
}

void assay_mock_plan(struct assay_arena *arena,
                     const struct mock_server *server,
                     const struct mock_request *request,
                     const struct mock_script *script,
                     struct mock_answer *answer, struct mock_plan *plan)
{
    struct planning p = {
        .arena = arena,
        .server = server,
        .request = request,
        .script = script,
        .twist = script ? script->fault.twist : MOCK_AS_IT_IS,
        .answer = answer,
        .plan = plan,
    };
    struct assay_str key;

    if (server->require_key && !assay_mock_key(request, &key))
        plan_error(&p, 401, MOCK_ERROR_STATUS, NULL);
    else if (script && plan_fault(&p))
        ;
    else if (request->bad)
        plan_error(&p, 400, MOCK_ERROR_STATUS, NULL);
    else if (answer->too_long)
        plan_error(&p, 400, MOCK_ERROR_CONTEXT, NULL);
    else if (answer->refuses)
        plan_error(&p, 400, MOCK_ERROR_PARAM, answer->refuses);
    else
        plan_answer(&p);
    if (p.closes)
        add(&p, MOCK_CLOSE);
}
