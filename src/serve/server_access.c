/*
 * Who may ask: keys, names of this machine, and what browsers say about the
 * page that made them ask; and the line about each request.
 */
#include "serve/server.h"

#include "assay/file.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <stddef.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <time.h>

enum {
    MOST_KEY_FILE_BYTES = 64 << 10,
    LEAST_KEY_LENGTH = 16, /* what can be guessed is no key */
    MOST_LOGGED_PATH = 1024,
};

/* ------------------------------------------------------- keys */

static bool digest_of(struct assay_str key, unsigned char *digest)
{
    unsigned len = 0;

    return EVP_Digest(key.at, key.len, digest, &len, EVP_sha256(), NULL) == 1 &&
           len == ASSAY_KEY_DIGEST;
}

static bool is_key(struct assay_str text)
{
    for (size_t i = 0; i < text.len; i++)
        if (text.at[i] <= ' ' || text.at[i] > '~')
            return false;
    return text.len >= LEAST_KEY_LENGTH;
}

/* One key a line; empty lines and lines with # in front say nothing. */
static bool read_lines(struct assay_keys *keys, struct assay_str text,
                       struct assay_error *err)
{
    struct assay_str line;

    for (int number = 1; text.len; number++) {
        if (!assay_str_cut(text, '\n', &line, &text)) {
            line = text;
            text.len = 0;
        }
        line = assay_str_trim(line);
        if (line.len == 0 || line.at[0] == '#')
            continue;
        if (keys->count == ASSAY_KEYS_MAX)
            return assay_fail(err, ASSAY_LIMIT, "more than %d keys",
                              ASSAY_KEYS_MAX);
        /* the line itself is not shown: it may be a key */
        if (!is_key(line) || !digest_of(line, keys->digests[keys->count]))
            return assay_fail(err, ASSAY_BAD_INPUT,
                              "line %d is no key: %d or more visible ASCII "
                              "characters, no spaces",
                              number, LEAST_KEY_LENGTH);
        keys->count++;
    }
    return keys->count > 0 ||
           assay_fail(err, ASSAY_BAD_INPUT, "there is no key in it");
}

/*
 * systemd gives credentials to the service's user by an access list, which
 * shows as a right of the group; others than that user cannot enter there.
 */
static bool is_private(const char *path, const struct stat *status,
                       const char *credentials)
{
    mode_t open_to = status->st_mode & (S_IRWXG | S_IRWXO);
    size_t len = credentials ? strlen(credentials) : 0;

    if (len && strncmp(path, credentials, len) == 0 && path[len] == '/' &&
        !strstr(path + len, "/../"))
        open_to &= ~(mode_t)S_IRGRP;
    return open_to == 0;
}

bool assay_keys_read(struct assay_keys *keys,
                     const struct assay_serve_options *options,
                     struct assay_error *err)
{
    const char *path = options->api_key_file;
    struct assay_arena arena = {0};
    struct assay_str text = ASSAY_STR("");
    struct stat status;
    bool ok;

    keys->count = 0;
    if (!path)
        return true;
    if (stat(path, &status) == 0 &&
        !is_private(path, &status, options->credentials))
        return assay_fail(err, ASSAY_SYSTEM,
                          "%s can be read or changed by others: chmod 600 %s",
                          path, path);
    ok = assay_file_read(&arena, path, MOST_KEY_FILE_BYTES, &text, err);
    if (ok) {
        ok = read_lines(keys, text, err) || assay_fail_in(err, "%s", path);
        OPENSSL_cleanse((void *)(uintptr_t)text.at, text.len);
    }
    assay_arena_free(&arena);
    return ok;
}

bool assay_keys_hold(const struct assay_keys *keys,
                     struct assay_str authorization)
{
    unsigned char digest[ASSAY_KEY_DIGEST];
    struct assay_str scheme, key;
    int found = 0;

    if (!assay_str_cut(authorization, ' ', &scheme, &key) || scheme.len != 6 ||
        strncasecmp(scheme.at, "Bearer", 6) != 0 ||
        !digest_of(assay_str_trim(key), digest))
        return false;
    for (size_t i = 0; i < keys->count; i++)
        found |= CRYPTO_memcmp(digest, keys->digests[i], sizeof digest) == 0;
    return found;
}

/* ------------------------------------------------------- the head */

/* RFC 9110, 5.6.2: what a name is made of. */
static bool is_token(struct assay_str text)
{
    static const char others[] = "!#$%&'*+-.^_`|~";

    for (size_t i = 0; i < text.len; i++) {
        char c = text.at[i], small = (char)(c | 0x20);

        if (!(small >= 'a' && small <= 'z') && !(c >= '0' && c <= '9') &&
            (c == '\0' || !strchr(others, c)))
            return false;
    }
    return text.len > 0;
}

static bool has_controls(struct assay_str text)
{
    for (size_t i = 0; i < text.len; i++)
        if (((unsigned char)text.at[i] < ' ' && text.at[i] != '\t') ||
            text.at[i] == 0x7f)
            return true;
    return false;
}

/*
 * The library joins a folded line to the header's name, and takes a line that
 * begins with NUL for the end of the head: what a proxy calls Content-Length
 * is lost to it. Both show in where things lie: behind a value there is more
 * than the end of a line before the next name, or before the end of the head.
 */
static bool has_gap(const char *end, const char *next)
{
    return next < end + 1 || next > end + 2;
}

#define WANTED(name, field, count)                                        \
    {                                                                     \
        name, sizeof(name) - 1, offsetof(struct assay_head, field), count \
    }
#define UNCOUNTED SIZE_MAX
#define COUNTED(field) offsetof(struct assay_head, field)

/* Where the headers go that are looked at. */
static const struct {
    const char *name;
    size_t len, at, count_at;
} wanted[] = {
    WANTED("Host", host, COUNTED(hosts)),
    WANTED("Origin", origin, UNCOUNTED),
    WANTED("Content-Type", content_type, UNCOUNTED),
    WANTED("Authorization", authorization, UNCOUNTED),
    WANTED("If-None-Match", if_none_match, UNCOUNTED),
    WANTED("Content-Length", content_length, COUNTED(content_lengths)),
    WANTED("Sec-Fetch-Site", fetch_site, UNCOUNTED),
    WANTED("Accept-Encoding", accept_encoding, UNCOUNTED),
    WANTED("Content-Encoding", content_encoding, UNCOUNTED),
    WANTED("Transfer-Encoding", transfer_encoding, COUNTED(transfer_encodings)),
};

static void keep_value(struct assay_head *head, size_t i,
                       struct assay_str value)
{
    char *base = (char *)head;

    value = assay_str_trim(value);
    memcpy(base + wanted[i].at, &value, sizeof value);
    if (wanted[i].count_at != UNCOUNTED) {
        unsigned count;

        memcpy(&count, base + wanted[i].count_at, sizeof count);
        count++;
        memcpy(base + wanted[i].count_at, &count, sizeof count);
    }
}

static enum MHD_Result see_header(void *of_head, enum MHD_ValueKind kind,
                                  const char *name, size_t name_len,
                                  const char *value, size_t value_len)
{
    struct assay_head *head = of_head;
    struct assay_str key = {name, name_len};
    struct assay_str text = {value ? value : "", value ? value_len : 0};
    (void)kind;
    if (head->in_place) {
        head->malformed |= !value || (head->end && has_gap(head->end, name));
        head->end = text.at + text.len;
    }
    /* the library takes "Content-Length : 5" for another header; a proxy in
       front may not */
    if (!is_token(key) || has_controls(text))
        head->malformed = true;
    for (size_t i = 0; i < sizeof wanted / sizeof wanted[0]; i++)
        if (wanted[i].len == name_len &&
            strncasecmp(wanted[i].name, name, name_len) == 0)
            keep_value(head, i, text);
    return MHD_YES;
}

/* The head ends with the empty line behind the last header. */
static bool ends_early(const struct assay_mhd *mhd,
                       const struct assay_head *head,
                       struct MHD_Connection *connection, const char *start)
{
    const union MHD_ConnectionInfo *size = mhd->get_connection_info(
        connection, MHD_CONNECTION_INFO_REQUEST_HEADER_SIZE);

    return !size || start + size->header_size < head->end + 2 ||
           start + size->header_size > head->end + 4;
}

void assay_head_read(const struct assay_mhd *mhd, struct assay_head *head,
                     struct MHD_Connection *connection, const char *start)
{
    const struct assay_str none = ASSAY_STR("");

    *head = (struct assay_head){
        .host = none,
        .origin = none,
        .authorization = none,
        .if_none_match = none,
        .accept_encoding = none,
        .fetch_site = none,
        .content_type = none,
        .content_encoding = none,
        .content_length = none,
        .transfer_encoding = none,
        .in_place = mhd->heads_in_place,
    };
    mhd->get_connection_values_n(connection, MHD_HEADER_KIND, see_header, head);
    if (head->end && ends_early(mhd, head, connection, start))
        head->malformed = true;
}

/* ------------------------------------------------------- names */

/* "localhost:8080" without the port; false when that is none. */
static bool without_port(struct assay_str host, struct assay_str *name)
{
    struct assay_str port;
    uint64_t number;

    *name = host;
    if (assay_str_ends(host, "]") ||
        !assay_str_cut_last(host, ':', name, &port))
        return true;
    return assay_str_to_u64(port, &number) && number <= UINT16_MAX;
}

static bool same_name(struct assay_str a, struct assay_str b)
{
    return a.len == b.len && strncasecmp(a.at, b.at, a.len) == 0;
}

/* "models.example:8443" of "https://models.example:8443/below"; or empty. */
static struct assay_str authority_of(struct assay_str url)
{
    struct assay_str scheme, rest;

    if (!assay_str_cut(url, ':', &scheme, &rest) ||
        !assay_str_starts(rest, "//"))
        return ASSAY_STR("");
    rest = assay_str_skip(rest, 2);
    return assay_str_head(rest, assay_str_find(rest, '/'));
}

bool assay_host_is_ours(struct assay_str host, struct assay_str public_url)
{
    static const char *const names[] = {"localhost", "127.0.0.1", "[::1]"};
    struct assay_str name, public_name;

    if (!without_port(host, &name))
        return false;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (same_name(name, assay_str_c(names[i])))
            return true;
    return without_port(authority_of(public_url), &public_name) &&
           public_name.len > 0 && same_name(name, public_name);
}

bool assay_head_is_foreign(const struct assay_head *head,
                           struct assay_str public_url)
{
    struct assay_str from = authority_of(head->origin);

    /* the browser's own word, which no page can change */
    if (head->fetch_site.len)
        return !assay_str_is(head->fetch_site, "same-origin") &&
               !assay_str_is(head->fetch_site, "none");
    if (!head->origin.len) /* no browser */
        return false;
    return from.len == 0 || (!same_name(from, head->host) &&
                             !same_name(from, authority_of(public_url)));
}

/* ------------------------------------------------------- the log */

/* What is not plain, and what would end the quotes, as \xNN. */
static void add_escaped(struct assay_buf *line, struct assay_str text)
{
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.at[i];

        if (c <= ' ' || c >= 0x7f || c == '"' || c == '\\')
            assay_buf_printf(line, "\\x%02x", c);
        else
            assay_buf_add_char(line, (char)c);
    }
}

static void add_time(struct assay_buf *line)
{
    struct timespec now;
    struct tm utc;

    clock_gettime(CLOCK_REALTIME, &now);
    if (!gmtime_r(&now.tv_sec, &utc))
        return;
    assay_buf_printf(line, "time=%04d-%02d-%02dT%02d:%02d:%02d.%03dZ",
                     utc.tm_year + 1900, utc.tm_mon + 1, utc.tm_mday,
                     utc.tm_hour, utc.tm_min, utc.tm_sec,
                     (int)(now.tv_nsec / 1000000));
}

/*
 * The path without the query, and nothing of the headers: whatever somebody
 * has put there is not for a log.
 */
void assay_access_log(const struct assay_serve_options *options,
                      const struct assay_connection *connection,
                      int64_t took_us)
{
    const struct assay_exchange *now = &connection->now;
    struct assay_buf line;

    assay_buf_init(&line, MOST_LOGGED_PATH * 8);
    add_time(&line);
    assay_buf_printf(&line, " client=%s method=", connection->client);
    add_escaped(&line, assay_str_c(now->method));
    assay_buf_add_c(&line, " path=\"");
    add_escaped(&line, assay_str_head(now->path, MOST_LOGGED_PATH));
    assay_buf_printf(&line, "\" status=%u bytes=%zu ms=%lld.%03d%s",
                     now->status, now->bytes, (long long)(took_us / 1000),
                     (int)(took_us % 1000), now->hit ? " cache=hit" : "");
    options->log(options->context, assay_buf_str(&line));
    assay_buf_release(&line);
}
