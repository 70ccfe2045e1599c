/*
 * References between schemas: RFC 3986, as far as they need it.
 */
#include "trial/schema_check.h"

#include <string.h>

struct uri {
    struct assay_str scheme, authority, path, query, fragment;
    bool has_scheme, has_authority, has_query, has_fragment;
};

static bool is_alpha(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* "http" of "http:", or 0. */
static size_t scheme_length(struct assay_str s)
{
    size_t n = 0;

    if (s.len == 0 || !is_alpha(s.at[0]))
        return 0;
    while (n < s.len && (is_alpha(s.at[n]) || is_digit(s.at[n]) ||
                         s.at[n] == '+' || s.at[n] == '-' || s.at[n] == '.'))
        n++;
    return n < s.len && s.at[n] == ':' ? n : 0;
}

static struct uri parse(struct assay_str s)
{
    struct uri u = {0};
    size_t n = scheme_length(s);

    u.scheme = assay_str_head(s, n);
    u.has_scheme = n > 0;
    if (n > 0)
        s = assay_str_skip(s, n + 1);
    u.has_fragment = assay_str_cut(s, '#', &s, &u.fragment);
    u.has_query = assay_str_cut(s, '?', &s, &u.query);
    if (assay_str_starts(s, "//")) {
        u.has_authority = true;
        s = assay_str_skip(s, 2);
        u.authority = assay_str_head(s, assay_str_find(s, '/'));
        s = assay_str_skip(s, u.authority.len);
    }
    u.path = s;
    return u;
}

/* 5.2.4, on a copy. */
static struct assay_str without_dots(struct assay_arena *arena,
                                     struct assay_str path)
{
    char *to = ASSAY_NEW_ARRAY(arena, char, path.len + 1);
    size_t len = 0;

    while (path.len > 0) {
        size_t slash = path.at[0] == '/';
        struct assay_str rest = assay_str_skip(path, slash);
        struct assay_str segment =
            assay_str_head(rest, assay_str_find(rest, '/'));
        bool last = segment.len == rest.len;

        path = assay_str_skip(path, slash + segment.len);
        if (assay_str_is(segment, ".") || assay_str_is(segment, "..")) {
            if (segment.len == 2)
                while (len > 0 && to[--len] != '/')
                    continue;
            if (last && slash)
                to[len++] = '/';
            continue;
        }
        if (slash)
            to[len++] = '/';
        memcpy(to + len, segment.at, segment.len);
        len += segment.len;
    }
    return (struct assay_str){to, len};
}

static struct assay_str merge(struct assay_arena *arena, const struct uri *base,
                              struct assay_str path)
{
    struct assay_str before, after;

    if (base->has_authority && base->path.len == 0)
        return assay_arena_printf(arena, "/%.*s", ASSAY_STR_ARG(path));
    if (!assay_str_cut_last(base->path, '/', &before, &after))
        return path;
    return assay_arena_printf(arena, "%.*s/%.*s", ASSAY_STR_ARG(before),
                              ASSAY_STR_ARG(path));
}

static struct assay_str write(struct assay_arena *arena, const struct uri *u)
{
    return assay_arena_printf(
        arena, "%.*s%s%s%.*s%.*s%s%.*s%s%.*s", ASSAY_STR_ARG(u->scheme),
        u->has_scheme ? ":" : "", u->has_authority ? "//" : "",
        ASSAY_STR_ARG(u->authority), ASSAY_STR_ARG(u->path),
        u->has_query ? "?" : "", ASSAY_STR_ARG(u->query),
        u->has_fragment ? "#" : "", ASSAY_STR_ARG(u->fragment));
}

struct assay_str assay_uri_resolve(struct assay_arena *arena,
                                   struct assay_str base,
                                   struct assay_str reference)
{
    struct uri b = parse(base), r = parse(reference);

    if (r.has_scheme)
        return reference;
    r.scheme = b.scheme;
    r.has_scheme = b.has_scheme;
    if (!r.has_authority) {
        r.authority = b.authority;
        r.has_authority = b.has_authority;
        if (r.path.len == 0) {
            r.path = b.path;
            if (!r.has_query) {
                r.query = b.query;
                r.has_query = b.has_query;
            }
        } else if (r.path.at[0] != '/') {
            r.path = without_dots(arena, merge(arena, &b, r.path));
        } else {
            r.path = without_dots(arena, r.path);
        }
    }
    return write(arena, &r);
}

/* ------------------------------------------------------- validity */

static bool is_hex(char c)
{
    return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

/* unreserved, sub-delims, ':' and '@', %XX, and what `more` allows. */
static bool is_made_of(struct assay_str s, const char *more)
{
    for (size_t i = 0; i < s.len; i++) {
        char c = s.at[i];

        if (c == '%') {
            if (i + 2 >= s.len || !is_hex(s.at[i + 1]) || !is_hex(s.at[i + 2]))
                return false;
            i += 2;
        } else if (c == 0 ||
                   (!is_alpha(c) && !is_digit(c) &&
                    !strchr("-._~!$&'()*+,;=:@", c) && !strchr(more, c))) {
            return false;
        }
    }
    return true;
}

static bool is_authority(struct assay_str s)
{
    struct assay_str user, host = s, port = ASSAY_STR("");

    if (assay_str_cut_last(s, '@', &user, &host) && !is_made_of(user, ""))
        return false;
    if (assay_str_starts(host, "[")) {
        size_t close = assay_str_find(host, ']');
        struct assay_str inside =
            assay_str_skip(assay_str_head(host, close), 1);
        const struct assay_schema_format *ipv6 =
            assay_schema_format_of(ASSAY_STR("ipv6"));

        if (close == host.len || !ipv6->fits(inside))
            return false;
        port = assay_str_skip(host, close + 1);
        if (port.len > 0 && port.at[0] != ':')
            return false;
        port = assay_str_skip(port, 1);
    } else if (assay_str_cut_last(host, ':', &host, &port) || host.len > 0) {
        if (!is_made_of(host, "") || memchr(host.at, ':', host.len) ||
            memchr(host.at, '@', host.len))
            return false;
    }
    for (size_t i = 0; i < port.len; i++)
        if (!is_digit(port.at[i]))
            return false;
    return true;
}

bool assay_uri_is_valid(struct assay_str text, bool reference)
{
    struct uri u = parse(text);

    if (!u.has_scheme && !reference)
        return false;
    if (!u.has_scheme && !u.has_authority) { /* no ':' in the first segment */
        struct assay_str first =
            assay_str_head(u.path, assay_str_find(u.path, '/'));
        if (memchr(first.at, ':', first.len))
            return false;
    }
    return is_made_of(u.path, "/") && is_made_of(u.query, "/?") &&
           is_made_of(u.fragment, "/?") &&
           (!u.has_authority || is_authority(u.authority));
}
