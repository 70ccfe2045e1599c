/*
 * A stream of responses. In practice a million lines of 1 KiB; so there is
 * one window over the input, lines are priced where they lie in it, and
 * answers are collected until the next read would wait.
 */
#include "cli/price_stream.h"

#include "assay/file.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MAX_LINE_BYTES ASSAY_MIB(16)
#define READ_BYTES ASSAY_KIB(256)
#define MAX_ANSWER_BYTES ASSAY_MIB(64)

struct stream {
    struct assay_cli *cli;
    struct assay_pricer *pricer;
    int file;
    char *window;      /* owned */
    size_t size;       /* of the window */
    size_t start, end; /* what is not priced yet */
    size_t scanned;    /* no newline in start … scanned-1 */
    bool at_end;       /* of the input */
    bool skipping;     /* inside a line that is too long */
    struct assay_buf out;
    int code; /* not DONE: it is over */
};

/* ------------------------------------------------------- answers */

static void flush(struct stream *s)
{
    if (s->code == ASSAY_EXIT_DONE && s->out.len > 0)
        s->code = assay_cli_write_buf(s->cli, &s->out);
    assay_buf_clear(&s->out);
}

static void answer_unknown(struct stream *s, struct assay_str reason)
{
    assay_buf_add_c(&s->out, "{\"state\":\"unknown\",\"reason\":");
    assay_json_write_string(&s->out, reason);
    assay_buf_add_c(&s->out, "}\n");
}

/* Prices one document; false when it is no JSON, and says why in err. */
static bool answer(struct stream *s, struct assay_str text,
                   struct assay_error *err)
{
    const struct assay_json_limits limits = {.max_bytes = MAX_LINE_BYTES};
    const struct assay_json_style compact = {0};
    struct assay_arena arena = {0};
    const struct assay_json *body =
        assay_json_parse(&arena, text, &limits, err);

    if (body) {
        assay_json_write(&s->out, assay_pricer_price(s->pricer, &arena, body),
                         compact);
        assay_buf_add_char(&s->out, '\n');
    }
    assay_arena_free(&arena);
    return body;
}

static void answer_line(struct stream *s, struct assay_str line)
{
    struct assay_error err = {0};

    line = assay_str_trim(line);
    if (line.len == 0)
        answer_unknown(s, ASSAY_STR("an empty line"));
    else if (!answer(s, line, &err))
        answer_unknown(s, assay_str_c(err.text));
    if (s->out.len >= READ_BYTES * 4)
        flush(s);
}

/* ------------------------------------------------------- the window */

/* Room behind `end`: moves what is left to the front, then grows. */
static bool make_room(struct stream *s)
{
    if (s->start > 0) {
        memmove(s->window, s->window + s->start, s->end - s->start);
        s->scanned -= s->start;
        s->end -= s->start;
        s->start = 0;
    }
    if (s->size - s->end >= READ_BYTES)
        return true;
    size_t size = s->size ? s->size * 2 : READ_BYTES * 2;
    char *wider = realloc(s->window, size);
    struct assay_error err = {0};

    if (!wider) {
        assay_fail(&err, ASSAY_SYSTEM, "no memory for a line of %zu bytes",
                   size);
        s->code = assay_cli_fail(s->cli, &err);
        return false;
    }
    s->window = wider;
    s->size = size;
    return true;
}

/* Answers so far go out first: whoever sent a line may wait for its answer. */
static void fill(struct stream *s)
{
    struct assay_error err = {0};
    ssize_t n;

    flush(s);
    if (s->code != ASSAY_EXIT_DONE || !make_room(s))
        return;
    assay_cli_wait_readable(s->file);
    if (assay_cli_signal()) {
        s->code = ASSAY_EXIT_SIGNAL + assay_cli_signal();
        return;
    }
    n = read(s->file, s->window + s->end, READ_BYTES);
    if (n < 0 && errno != EINTR) {
        assay_fail(&err, ASSAY_SYSTEM, "reading: %s", strerror(errno));
        s->code = assay_cli_fail(s->cli, &err);
    } else if (n == 0) {
        s->at_end = true;
    } else if (n > 0) {
        s->end += (size_t)n;
    }
}

/* ------------------------------------------------------- lines */

static struct assay_str rest(const struct stream *s)
{
    return (struct assay_str){s->window + s->start, s->end - s->start};
}

/* The next newline in the window, or NULL. */
static const char *newline(struct stream *s)
{
    const char *found = NULL;

    if (s->end > s->scanned)
        found = memchr(s->window + s->scanned, '\n', s->end - s->scanned);
    s->scanned = found ? (size_t)(found - s->window) : s->end;
    return found;
}

static void drop(struct stream *s, size_t to)
{
    s->start = s->scanned = to;
}

/* One line, or the last piece of the input without a newline. */
static void take_line(struct stream *s, size_t end)
{
    struct assay_str line = {s->window + s->start, end - s->start};

    if (s->skipping)
        s->skipping = false;
    else if (line.len > MAX_LINE_BYTES)
        answer_unknown(s, ASSAY_STR("a line of more than 16 MiB"));
    else
        answer_line(s, line);
}

static void price_lines(struct stream *s)
{
    while (s->code == ASSAY_EXIT_DONE) {
        const char *found = newline(s);

        if (found) {
            size_t end = (size_t)(found - s->window);

            take_line(s, end);
            drop(s, end + 1);
        } else if (s->at_end) {
            if (s->end > s->start)
                take_line(s, s->end);
            drop(s, s->end);
            return;
        } else {
            if (s->end - s->start > MAX_LINE_BYTES) {
                if (!s->skipping)
                    answer_unknown(s, ASSAY_STR("a line of more than 16 MiB"));
                s->skipping = true;
                drop(s, s->end);
            }
            fill(s);
        }
    }
}

/* ------------------------------------------------------- one or many */

/* How many brackets a text leaves open; what stands in strings aside. */
static long open_brackets(struct assay_str text)
{
    long depth = 0;
    bool inside = false;

    for (size_t i = 0; i < text.len; i++) {
        char c = text.at[i];

        if (inside) {
            i += c == '\\';
            inside = c != '"';
        } else if (c == '"') {
            inside = true;
        } else if (c == '{' || c == '[') {
            depth++;
        } else if (c == '}' || c == ']') {
            depth--;
        }
    }
    return depth;
}

/*
 * A first line that leaves brackets open may begin a document over many
 * lines: then everything is read, as far as a document may be long, and
 * tried as one. True when that was it.
 */
static bool price_whole(struct stream *s)
{
    struct assay_error err = {0};
    const char *found = NULL;

    while (s->code == ASSAY_EXIT_DONE && !(found = newline(s)) && !s->at_end &&
           s->end - s->start <= MAX_LINE_BYTES)
        fill(s);
    if (s->code != ASSAY_EXIT_DONE || !found)
        return false;
    struct assay_str first = {s->window + s->start,
                              (size_t)(found - s->window) - s->start};

    if (assay_str_trim(first).len > 0 && open_brackets(first) <= 0)
        return false;
    while (s->code == ASSAY_EXIT_DONE && !s->at_end &&
           s->end - s->start <= MAX_LINE_BYTES)
        fill(s);
    if (s->code != ASSAY_EXIT_DONE || !s->at_end || !answer(s, rest(s), &err)) {
        s->scanned = s->start;
        return false;
    }
    drop(s, s->end);
    return true;
}

int assay_price_stream(struct assay_cli *cli, struct assay_pricer *pricer,
                       int file)
{
    struct stream s = {.cli = cli, .pricer = pricer, .file = file};

    assay_cli_catch_signals();
    assay_buf_init(&s.out, MAX_ANSWER_BYTES);
    if (!price_whole(&s))
        price_lines(&s);
    flush(&s);
    assay_buf_release(&s.out);
    free(s.window);
    return s.code;
}
