/*
 * Bytes of a text/event-stream into objects for a dialect, however they were
 * cut on their way. What comes of the same bytes never depends on where.
 *
 * Lines, fields and events: WHATWG HTML, 9.2.6 (read 2026-11-22). Beyond it,
 * because servers do so: two objects in one event, one object over two, an
 * end without the last empty line, and a body that is no stream at all.
 */
#include "wire/dialect_parts.h"

#include <string.h>

enum { MOST_NAME_BYTES = 64 };

enum shape {
    SHAPE_UNKNOWN, /* nothing but white space yet */
    SHAPE_EVENTS,
    SHAPE_WHOLE, /* JSON: an error, or an answer in spite of "stream" */
};

/* How far a JSON value was looked through. */
struct scan {
    size_t at, depth;
    bool string, escaped;
};

struct assay_stream {
    const struct assay_dialect *dialect;
    struct assay_arena scratch; /* one event */
    struct assay_answering answer;
    enum shape shape;
    struct assay_buf line; /* as far as it has come */
    bool after_cr;         /* a LF now ends no line of its own */
    bool first_line;
    struct assay_buf name, data; /* of the event under way */
    bool has_data;
    struct assay_buf object; /* JSON that has not closed yet */
    struct scan scan;        /* of it */
    struct assay_buf whole;
    bool saw_other; /* a line that is none of a stream */
    bool ended;
    size_t told; /* of the answer's text */
};

struct assay_stream *assay_stream_new(const struct assay_dialect *dialect,
                                      struct assay_arena *arena)
{
    struct assay_stream *stream = ASSAY_NEW(arena, struct assay_stream);

    stream->dialect = dialect;
    stream->first_line = true;
    assay_answering_init(&stream->answer, arena, &stream->scratch);
    assay_buf_init(&stream->line, ASSAY_MOST_EVENT_BYTES);
    assay_buf_init(&stream->name, MOST_NAME_BYTES);
    assay_buf_init(&stream->data, ASSAY_MOST_EVENT_BYTES);
    assay_buf_init(&stream->object, ASSAY_MOST_EVENT_BYTES);
    assay_buf_init(&stream->whole, ASSAY_MOST_EVENT_BYTES);
    return stream;
}

void assay_stream_free(struct assay_stream *stream)
{
    if (!stream)
        return;
    assay_answering_release(&stream->answer);
    assay_buf_release(&stream->line);
    assay_buf_release(&stream->name);
    assay_buf_release(&stream->data);
    assay_buf_release(&stream->object);
    assay_buf_release(&stream->whole);
    assay_arena_free(&stream->scratch);
}

/* ------------------------------------------------------- objects */

/*
 * Bytes of the JSON value that `text` begins with; 0: it has not closed.
 * Goes on where it stopped, so that many small events stay linear.
 */
static size_t value_bytes(struct scan *scan, struct assay_str text)
{
    for (; scan->at < text.len; scan->at++) {
        char c = text.at[scan->at];

        if (scan->escaped) {
            scan->escaped = false;
        } else if (scan->string) {
            scan->escaped = c == '\\';
            scan->string = c != '"';
        } else if (c == '"') {
            scan->string = true;
        } else if (c == '{' || c == '[') {
            scan->depth++;
        } else if ((c == '}' || c == ']') && --scan->depth == 0) {
            return scan->at + 1;
        }
    }
    return 0;
}

static unsigned take_object(struct assay_stream *stream, struct assay_str text)
{
    struct assay_answering *answer = &stream->answer;
    struct assay_error err = {0};
    const struct assay_json *data =
        assay_json_parse(&stream->scratch, text, NULL, &err);
    const struct assay_json *error = assay_trouble_find(data);

    if (!data) {
        assay_answering_fail(answer, ASSAY_CLASS_MALFORMED,
                             "an event is no JSON: %s", err.text);
        return 0;
    }
    if (error) {
        assay_answering_fail_with(answer, error);
        return 0;
    }
    return stream->dialect->event(answer, assay_buf_str(&stream->name), data);
}

static struct assay_str skip_space(struct assay_str text)
{
    while (text.len > 0 && (text.at[0] == ' ' || text.at[0] == '\t' ||
                            text.at[0] == '\n' || text.at[0] == '\r'))
        text = assay_str_skip(text, 1);
    return text;
}

/* What has not closed yet stays, for the next event to go on with. */
static void keep(struct assay_buf *object, struct assay_str rest)
{
    if (rest.len > 0)
        memmove(object->at, rest.at, rest.len);
    object->len = rest.len;
}

/* The data of one event, behind what the last one left open. */
static unsigned take_data(struct assay_stream *stream)
{
    struct assay_answering *answer = &stream->answer;
    struct assay_str text;
    unsigned bits = 0;

    assay_buf_add(&stream->object, assay_buf_str(&stream->data));
    if (stream->object.failed) {
        assay_answering_fail(answer, ASSAY_CLASS_TOO_LARGE,
                             "an object has more than %d bytes",
                             ASSAY_MOST_EVENT_BYTES);
        return 0;
    }
    text = skip_space(assay_buf_str(&stream->object));
    while (text.len > 0 && !(bits & ASSAY_EVENT_END) && !answer->failed) {
        size_t bytes;

        if (assay_str_is(assay_str_trim(text), "[DONE]")) {
            if (stream->dialect->marks_end_with_done)
                bits |= ASSAY_EVENT_END;
            text.len = 0;
        } else if (text.at[0] != '{') {
            assay_answering_fail(answer, ASSAY_CLASS_MALFORMED,
                                 "an event is no JSON object");
        } else {
            bytes = value_bytes(&stream->scan, text);
            if (bytes == 0)
                break;
            bits |= take_object(stream, assay_str_head(text, bytes));
            stream->scan = (struct scan){0};
            text = skip_space(assay_str_skip(text, bytes));
        }
    }
    keep(&stream->object, text);
    return bits;
}

/* ------------------------------------------------------- lines */

static unsigned end_event(struct assay_stream *stream)
{
    unsigned bits = 0;

    if (stream->has_data) {
        struct assay_arena_mark mark = assay_arena_mark(&stream->scratch);

        bits = take_data(stream);
        assay_arena_rewind(&stream->scratch, mark);
    }
    stream->ended |= (bits & ASSAY_EVENT_END) != 0;
    stream->has_data = false;
    assay_buf_clear(&stream->data);
    /* the second half of an object keeps the name of the first */
    if (stream->object.len == 0)
        assay_buf_clear(&stream->name);
    return bits;
}

/* Of a line without a colon: a field's name, or where one was cut off. */
static bool begins_a_field(struct assay_str line)
{
    static const char *const names[] = {"data", "event", "id", "retry",
                                        "\xef\xbb\xbf"};

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (assay_str_equal(assay_str_head(assay_str_c(names[i]), line.len),
                            line))
            return true;
    return false;
}

static unsigned take_line(struct assay_stream *stream, struct assay_str line)
{
    struct assay_str field = line, value = ASSAY_STR("");

    if (line.len == 0)
        return end_event(stream);
    assay_str_cut(line, ':', &field, &value);
    if (assay_str_starts(value, " "))
        value = assay_str_skip(value, 1);
    stream->saw_other |= field.len == line.len && !begins_a_field(line);
    if (assay_str_is(field, "data")) {
        if (stream->has_data)
            assay_buf_add_char(&stream->data, '\n');
        assay_buf_add(&stream->data, value);
        stream->has_data = true;
    } else if (assay_str_is(field, "event") && stream->object.len == 0) {
        assay_buf_clear(&stream->name);
        assay_buf_add(&stream->name, assay_str_head(value, MOST_NAME_BYTES));
    }
    if (stream->data.failed)
        assay_answering_fail(&stream->answer, ASSAY_CLASS_TOO_LARGE,
                             "an event has more than %d bytes",
                             ASSAY_MOST_EVENT_BYTES);
    return 0;
}

static struct assay_str without_bom(struct assay_str text)
{
    return assay_str_starts(text, "\xef\xbb\xbf") ? assay_str_skip(text, 3)
                                                  : text;
}

/*
 * Whether this is a stream at all: no field begins like JSON or HTML does.
 * The first line that is not empty tells, from its first byte on.
 */
static void tell_shape(struct assay_stream *stream)
{
    struct assay_str text =
        skip_space(without_bom(assay_buf_str(&stream->line)));

    if (text.len == 0 || text.at[0] == '\xef')
        return;
    if (text.at[0] == '<') {
        assay_answering_fail(&stream->answer, ASSAY_CLASS_MALFORMED,
                             "the reply is HTML or XML, no stream");
    } else if (text.at[0] == '{' || text.at[0] == '[') {
        stream->shape = SHAPE_WHOLE;
        assay_buf_add(&stream->whole, text);
        return;
    }
    stream->shape = SHAPE_EVENTS;
}

/* ------------------------------------------------------- bytes */

static size_t line_bytes(struct assay_str bytes)
{
    size_t n = assay_str_find(bytes, '\n');

    return assay_str_find(assay_str_head(bytes, n), '\r');
}

/* Takes a line, or the beginning of one, from the front of the bytes. */
static unsigned take_bytes(struct assay_stream *stream, struct assay_str *bytes)
{
    size_t n = line_bytes(*bytes);
    unsigned bits;

    assay_buf_add(&stream->line, assay_str_head(*bytes, n));
    *bytes = assay_str_skip(*bytes, n);
    if (stream->line.failed) {
        assay_answering_fail(&stream->answer, ASSAY_CLASS_TOO_LARGE,
                             "a line has more than %d bytes",
                             ASSAY_MOST_EVENT_BYTES);
        return 0;
    }
    if (stream->shape == SHAPE_UNKNOWN)
        tell_shape(stream);
    if (bytes->len == 0 || stream->shape == SHAPE_WHOLE)
        return 0;
    stream->after_cr = bytes->at[0] == '\r';
    *bytes = assay_str_skip(*bytes, 1);
    bits = take_line(stream, stream->first_line
                                 ? without_bom(assay_buf_str(&stream->line))
                                 : assay_buf_str(&stream->line));
    stream->first_line = false;
    assay_buf_clear(&stream->line);
    return bits;
}

bool assay_stream_feed(struct assay_stream *stream, struct assay_str bytes,
                       unsigned *events)
{
    *events = 0;
    while (bytes.len > 0 && !stream->ended && !stream->answer.failed) {
        if (stream->after_cr && bytes.at[0] == '\n')
            bytes = assay_str_skip(bytes, 1);
        stream->after_cr = false;
        if (stream->shape == SHAPE_WHOLE) {
            assay_buf_add(&stream->whole, bytes);
            bytes.len = 0;
        } else {
            *events |= take_bytes(stream, &bytes);
        }
        if (stream->whole.failed)
            assay_answering_fail(&stream->answer, ASSAY_CLASS_TOO_LARGE,
                                 "the reply has more than %d bytes",
                                 ASSAY_MOST_EVENT_BYTES);
    }
    return !stream->answer.failed;
}

struct assay_str assay_stream_news(struct assay_stream *stream)
{
    struct assay_str text =
        assay_str_skip(assay_buf_str(&stream->answer.text), stream->told);

    stream->told += text.len;
    return text;
}

/* ------------------------------------------------------- the end */

static void end_bytes(struct assay_stream *stream)
{
    struct assay_answering *answer = &stream->answer;
    const bool before = answer->failed;
    unsigned ignored;

    /* an end in the middle of a line, or without the last empty one */
    assay_stream_feed(stream, ASSAY_STR("\n\n"), &ignored);
    if (!before && answer->trouble.of == ASSAY_CLASS_MALFORMED)
        answer->failed = false; /* half an event is no nonsense */
    if (stream->ended || answer->failed)
        return;
    if (stream->dialect->ends_without_mark && answer->finished &&
        stream->object.len == 0)
        return;
    if (stream->saw_other)
        assay_answering_fail(answer, ASSAY_CLASS_MALFORMED,
                             "the reply is no stream of events");
    else
        assay_answering_fail(answer, ASSAY_CLASS_TRUNCATED,
                             "the stream broke off before its end");
}

bool assay_stream_end(struct assay_stream *stream,
                      struct assay_completion *reply,
                      struct assay_trouble *trouble)
{
    struct assay_answering *answer = &stream->answer;

    if (stream->shape == SHAPE_WHOLE && !answer->failed)
        return stream->dialect->read(
            answer->arena,
            assay_arena_copy(answer->arena, assay_buf_str(&stream->whole)),
            reply, trouble);
    if (stream->shape != SHAPE_WHOLE)
        end_bytes(stream);
    return assay_answering_end(answer, reply, trouble);
}
