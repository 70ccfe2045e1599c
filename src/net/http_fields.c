/*
 * Header lines, out and in. Out: libcurl sends what it is given, line ends
 * included, so what could end a line is refused here. The key's line is made
 * last, in memory of our own that libcurl does not copy into its list.
 */
#define _DEFAULT_SOURCE /* explicit_bzero */

#include "net/http_parts.h"

#include <string.h>
#include <strings.h>

enum { MOST_BYTES = 32 << 10 }; /* of all lines */

/* ------------------------------------------------------- out */

static bool is_token(struct assay_str name)
{
    for (size_t i = 0; i < name.len; i++)
        if (name.at[i] <= ' ' || name.at[i] > '~' ||
            strchr("()<>@,;:\\\"/[]?={}", name.at[i]))
            return false;
    return name.len > 0;
}

static bool is_named(struct assay_str name, const char *other)
{
    return name.len == strlen(other) &&
           strncasecmp(name.at, other, name.len) == 0;
}

static bool check_field(const struct assay_http_field *field,
                        struct assay_error *err)
{
    /* how the message ends, and where it goes, is not said twice */
    static const char *const ours[] = {
        "host",           "content-length", "transfer-encoding",
        "connection",     "upgrade",        "te",
        "trailer",        "expect",         "cookie",
        "accept-encoding"};

    if (!is_token(field->name))
        return assay_fail(err, ASSAY_BAD_INPUT, "'%.*s' is no name of a header",
                          ASSAY_STR_ARG(assay_str_head(field->name, 80)));
    for (size_t i = 0; i < field->value.len; i++)
        if ((unsigned char)field->value.at[i] < ' ' ||
            field->value.at[i] == '\x7f')
            return assay_fail(err, ASSAY_BAD_INPUT,
                              "header '%.*s' has a control character at byte "
                              "%zu, expected none",
                              ASSAY_STR_ARG(assay_str_head(field->name, 80)),
                              i + 1);
    for (size_t i = 0; i < sizeof ours / sizeof ours[0]; i++)
        if (is_named(field->name, ours[i]))
            return assay_fail(err, ASSAY_BAD_INPUT,
                              "header '%s' belongs to the connection, it "
                              "cannot be given",
                              ours[i]);
    return true;
}

/* The line ends with a NUL; its place is known when all are written. */
static void end_line(struct assay_http_lines *lines)
{
    assay_buf_add_char(&lines->text, '\0');
    lines->count++;
}

static void add_line(struct assay_http_lines *lines,
                     const struct assay_http_field *field)
{
    assay_buf_add(&lines->text, field->name);
    /* libcurl: "name;" sends an empty one, "name:" would send none */
    assay_buf_add_c(&lines->text, field->value.len ? ": " : ";");
    assay_buf_add(&lines->text, field->value);
    end_line(lines);
}

static void add_key(struct assay_http_lines *lines,
                    const struct assay_http_post *post)
{
    assay_buf_add_c(&lines->text, post->key_header);
    assay_buf_add_c(&lines->text, ": ");
    assay_buf_add_c(&lines->text, post->key_prefix ? post->key_prefix : "");
    assay_secret_reveal(post->key, &lines->text);
    end_line(lines);
}

/* Bytes that the lines need at most. */
static size_t lines_bytes(const struct assay_http_post *post)
{
    size_t bytes = 256; /* our own lines, and what stands around a key */

    for (size_t i = 0; i < post->header_count; i++)
        bytes += post->headers[i].name.len + post->headers[i].value.len + 3;
    if (post->key)
        bytes += strlen(post->key_header) + assay_secret_bytes(post->key) +
                 (post->key_prefix ? strlen(post->key_prefix) : 0);
    return bytes < MOST_BYTES ? bytes : MOST_BYTES;
}

static void link_lines(struct assay_http_lines *lines)
{
    char *at = lines->text.at;

    for (size_t i = 0; i < lines->count; i++) {
        lines->nodes[i].data = at;
        lines->nodes[i].next =
            i + 1 < lines->count ? &lines->nodes[i + 1] : NULL;
        at += strlen(at) + 1;
    }
}

bool assay_http_lines_make(struct assay_http_lines *lines,
                           const struct assay_http_post *post,
                           struct assay_error *err)
{
    static const struct assay_http_field json = {{"Content-Type", 12},
                                                 {"application/json", 16}};
    bool typed = false;

    lines->count = 0;
    assay_buf_init(&lines->text, MOST_BYTES);
    if (post->header_count > ASSAY_HTTP_MOST_FIELDS)
        return assay_fail(err, ASSAY_BAD_INPUT,
                          "%zu headers, expected at most %d",
                          post->header_count, ASSAY_HTTP_MOST_FIELDS);
    /* all the room at once: what grows leaves a copy behind */
    assay_buf_fill(&lines->text, ' ', lines_bytes(post));
    assay_buf_clear(&lines->text);
    for (size_t i = 0; i < post->header_count; i++) {
        if (!check_field(&post->headers[i], err))
            return false;
        typed = typed || is_named(post->headers[i].name, json.name.at);
        add_line(lines, &post->headers[i]);
    }
    if (!typed)
        add_line(lines, &json);
    assay_buf_add_c(&lines->text, "Expect:"); /* no waiting for 100 */
    end_line(lines);
    if (post->key)
        add_key(lines, post);
    if (!assay_buf_ok(&lines->text, err))
        return assay_fail_in(err, "headers of the request");
    link_lines(lines);
    return true;
}

void assay_http_lines_wipe(struct assay_http_lines *lines)
{
    if (lines->text.at)
        explicit_bzero(lines->text.at, lines->text.size);
    assay_buf_release(&lines->text);
}

/* ------------------------------------------------------- in */

/* "HTTP/1.1 200 OK": a new head; one of a 1xx may have come before it. */
static void read_status(struct assay_str line, struct assay_http_reply *reply)
{
    struct assay_str version, rest;
    uint64_t status = 0;

    if (assay_str_cut(line, ' ', &version, &rest) &&
        assay_str_to_u64(assay_str_head(assay_str_trim(rest), 3), &status))
        reply->status = (unsigned)status;
    reply->header_count = 0;
}

void assay_http_read_field(struct assay_arena *arena, struct assay_str line,
                           struct assay_http_reply *reply)
{
    struct assay_str name, value;

    if (assay_str_starts(line, "HTTP/")) {
        read_status(line, reply);
        return;
    }
    if (!assay_str_cut(line, ':', &name, &value) ||
        reply->header_count == ASSAY_HTTP_MOST_HEADERS)
        return;
    reply->headers[reply->header_count++] = (struct assay_http_field){
        assay_arena_copy(arena, assay_str_trim(name)),
        assay_arena_copy(arena, assay_str_trim(value))};
}
