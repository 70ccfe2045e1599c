/*
 * A stream of responses. In practice a million lines of 1 KiB from a file, or
 * one at a time from a pipe whose other end waits for each answer. So there
 * is one window over the input; what is whole lines in it is priced at once,
 * by threads when it is much; and no read waits before the answers are out.
 */
#include "cli/price_stream.h"

#include "assay/file.h"
#include "cli/price_pool.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MAX_LINE_BYTES ASSAY_PRICER_LINE_BYTES
#define READ_BYTES ASSAY_KIB(256)
#define MAX_ANSWER_BYTES ASSAY_MIB(64)

struct stream {
    struct assay_cli *cli;
    struct assay_pricer *pricer;
    struct assay_price_pool *pool; /* NULL until there is much to price */
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

static void fail(struct stream *s, const struct assay_error *err)
{
    s->code = assay_cli_fail(s->cli, err);
}

/* The oldest block's answers; false when there is none. */
static bool write_oldest(struct stream *s)
{
    const struct assay_buf *answers = NULL;

    if (s->pool && s->code == ASSAY_EXIT_DONE)
        answers = assay_price_pool_take(s->pool);
    if (answers)
        s->code = assay_cli_write_buf(s->cli, answers);
    return answers;
}

/* Every answer so far, in order. */
static void flush(struct stream *s)
{
    while (write_oldest(s))
        continue;
    if (s->code == ASSAY_EXIT_DONE && s->out.len > 0)
        s->code = assay_cli_write_buf(s->cli, &s->out);
    assay_buf_clear(&s->out);
}

static void answer_too_long(struct stream *s)
{
    flush(s);
    assay_pricer_unknown(ASSAY_STR("a line of more than 16 MiB"), &s->out);
    assay_buf_add_char(&s->out, '\n');
}

/* Whole lines, or the last piece of the input without a newline. */
static void price(struct stream *s, struct assay_str lines)
{
    struct assay_error err = {0};

    /* starting threads pays when more than this is to come */
    if (!s->pool && lines.len >= READ_BYTES / 2 && !s->at_end)
        s->pool = assay_price_pool_start(s->pricer);
    if (!s->pool) {
        assay_pricer_lines(s->pricer, lines, &s->out);
        flush(s);
        return;
    }
    if (s->out.len > 0)
        flush(s);
    if (assay_price_pool_is_full(s->pool))
        write_oldest(s);
    if (s->code == ASSAY_EXIT_DONE &&
        !assay_price_pool_give(s->pool, lines, &err))
        fail(s, &err);
}

/* ------------------------------------------------------- the window */

/* Room behind `end`: moves what is left to the front, then grows. */
static bool make_room(struct stream *s)
{
    struct assay_error err = {0};

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

    if (!wider) {
        assay_fail(&err, ASSAY_SYSTEM, "no memory for a line of %zu bytes",
                   size);
        fail(s, &err);
        return false;
    }
    s->window = wider;
    s->size = size;
    return true;
}

/* Answers go out before a read that waits: whoever sent a line may, too. */
static void flush_before_waiting(struct stream *s)
{
    struct pollfd input = {.fd = s->file, .events = POLLIN};

    if (poll(&input, 1, 0) != 1)
        flush(s);
}

static void fill(struct stream *s)
{
    struct assay_error err = {0};
    ssize_t n;

    flush_before_waiting(s);
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
        fail(s, &err);
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
static const char *first_newline(struct stream *s)
{
    const char *found = NULL;

    if (s->end > s->scanned)
        found = memchr(s->window + s->scanned, '\n', s->end - s->scanned);
    s->scanned = found ? (size_t)(found - s->window) : s->end;
    return found;
}

/*
 * Where the next block of whole lines ends; `start` when there is none. Not
 * much more than one read a block, so that its answers are bounded too.
 */
static size_t end_of_block(struct stream *s)
{
    size_t from = s->start + READ_BYTES, end = s->end;

    if (s->end - s->start > 2 * READ_BYTES) {
        from = from > s->scanned ? from : s->scanned;
        const char *found = memchr(s->window + from, '\n', s->end - from);
        if (found)
            return (size_t)(found - s->window) + 1;
    }
    if (s->at_end)
        return s->end;
    while (end > s->scanned && s->window[end - 1] != '\n')
        end--;
    if (end > s->scanned)
        return end;
    s->scanned = s->end;
    return s->start;
}

static void drop(struct stream *s, size_t to)
{
    s->start = s->scanned = to;
}

/* Up to where a line ends, or the input. */
static void take_lines(struct stream *s, size_t end)
{
    struct assay_str lines = {s->window + s->start, end - s->start};

    if (s->skipping) {
        /* the end of a line that has its answer */
        lines = assay_str_skip(lines, assay_str_find(lines, '\n') + 1);
        s->skipping = false;
    }
    if (lines.len > 0)
        price(s, lines);
    drop(s, end);
}

/* A line is longer than the window may grow. */
static void skip_line(struct stream *s)
{
    if (!s->skipping)
        answer_too_long(s);
    s->skipping = true;
    drop(s, s->end);
}

static void price_lines(struct stream *s)
{
    while (s->code == ASSAY_EXIT_DONE) {
        size_t end = end_of_block(s);

        if (end > s->start)
            take_lines(s, end);
        else if (s->at_end)
            break;
        else if (s->end - s->start > MAX_LINE_BYTES)
            skip_line(s);
        else
            fill(s);
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

    while (s->code == ASSAY_EXIT_DONE && !(found = first_newline(s)) &&
           !s->at_end && s->end - s->start <= MAX_LINE_BYTES)
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
    if (s->code != ASSAY_EXIT_DONE || !s->at_end ||
        !assay_pricer_document(s->pricer, rest(s), &s->out, &err)) {
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
    assay_price_pool_stop(s.pool);
    assay_buf_release(&s.out);
    free(s.window);
    return s.code;
}
