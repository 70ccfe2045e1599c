/*
 * Part of an object's text: some members copied, the others stepped over
 * without a look inside. A search over 10,000 statements asks for a third of
 * what they say.
 */
#include "assay/json.h"

#include "base/json_bytes.h"

#include <stdint.h>
#include <string.h>

/* ------------------------------------------------------------- stepping */

/*
 * To the first quote or backslash, or the end. The lowest high bit is exact,
 * as in json_read.c.
 */
static const char *find_quote(const char *at, const char *end)
{
    const uint64_t ones = UINT64_C(0x0101010101010101), high = ones * 0x80;

    for (; end - at >= 8; at += 8) {
        uint64_t w = load_eight(at);
        uint64_t quote = w ^ ones * '"', slash = w ^ ones * '\\';
        uint64_t stop = ((quote - ones) & ~quote) | ((slash - ones) & ~slash);
        if (stop & high)
            return at + __builtin_ctzll(stop & high) / 8;
    }
    while (at < end && *at != '"' && *at != '\\')
        at++;
    return at;
}

/* `at` is behind the opening quote; returns behind the closing one, or NULL. */
static const char *step_over_string(const char *at, const char *end)
{
    for (;;) {
        at = find_quote(at, end);
        if (at == end)
            return NULL;
        if (*at == '"')
            return at + 1;
        if (end - at < 2)
            return NULL;
        at += 2;
    }
}

/* `at` is on the opening bracket; returns behind its closing one, or NULL. */
static const char *step_over_container(const char *at, const char *end)
{
    size_t depth = 0;

    while (at && at < end) {
        char c = *at++;
        if (c == '"')
            at = step_over_string(at, end);
        else if (c == '{' || c == '[')
            depth++;
        else if ((c == '}' || c == ']') && --depth == 0)
            return at;
    }
    return NULL;
}

static const char *step_over_value(const char *at, const char *end)
{
    if (at == end)
        return NULL;
    if (*at == '"')
        return step_over_string(at + 1, end);
    if (*at == '{' || *at == '[')
        return step_over_container(at, end);
    while (at < end && *at != ',' && *at != '}' && *at != ']')
        at++;
    return at;
}

static const char *step_over_space(const char *at, const char *end)
{
    /* nearly always there is none */
    while (at < end && (unsigned char)*at <= ' ' &&
           (*at == ' ' || *at == '\n' || *at == '\t' || *at == '\r'))
        at++;
    return at;
}

/* ----------------------------------------------------------- what is asked */

struct wish {
    struct assay_str key;
    struct assay_json_picks *members; /* NULL: all of the value */
};

struct assay_json_picks {
    uint64_t marks; /* of the keys: most others have none of them */
    struct wish *wishes;
    size_t count;
};

static uint64_t mark_of(struct assay_str key)
{
    unsigned char first = key.len > 0 ? (unsigned char)key.at[0] : 0;
    return UINT64_C(1) << ((first + 7 * key.len) % 64);
}

static struct wish *find_wish(const struct assay_json_picks *picks,
                              struct assay_str key)
{
    if (!(picks->marks & mark_of(key)))
        return NULL;
    for (size_t i = 0; i < picks->count; i++)
        if (picks->wishes[i].key.len == key.len &&
            memcmp(picks->wishes[i].key.at, key.at, key.len) == 0)
            return &picks->wishes[i];
    return NULL;
}

static struct assay_json_picks *new_picks(struct assay_arena *arena,
                                          size_t most)
{
    struct assay_json_picks *picks = ASSAY_NEW(arena, struct assay_json_picks);
    picks->wishes = ASSAY_NEW_ARRAY(arena, struct wish, most);
    return picks;
}

static void add_path(struct assay_arena *arena, struct assay_json_picks *picks,
                     struct assay_str path, size_t most)
{
    while (picks) {
        struct assay_str key = path, rest = ASSAY_STR("");
        bool goes_on = assay_str_cut(path, '.', &key, &rest);
        struct wish *wish = find_wish(picks, key);

        if (!wish) {
            wish = &picks->wishes[picks->count++];
            wish->key = key;
            wish->members = goes_on ? new_picks(arena, most) : NULL;
            picks->marks |= mark_of(key);
        }
        if (!goes_on)
            wish->members = NULL;
        picks = wish->members;
        path = rest;
    }
}

struct assay_json_picks *assay_json_picks_new(struct assay_arena *arena,
                                              const char *const *paths)
{
    size_t most = 0;

    while (paths[most])
        most++;
    struct assay_json_picks *picks = new_picks(arena, most);
    for (size_t i = 0; i < most; i++)
        add_path(arena, picks, assay_str_c(paths[i]), most);
    return picks;
}

/* -------------------------------------------------------------- picking */

/* What is written never gets ahead of what was read. */
struct picker {
    const char *at, *end;
    char *to;
};

static bool step_over(struct picker *p, char c)
{
    p->at = step_over_space(p->at, p->end);
    if (p->at == p->end || *p->at != c)
        return false;
    p->at++;
    return true;
}

static void put_char(struct picker *p, char c)
{
    *p->to++ = c;
}

static void put_span(struct picker *p, const char *from, const char *to)
{
    memcpy(p->to, from, (size_t)(to - from));
    p->to += to - from;
}

/* The key between its quotes; p->at is on the value then. */
static bool read_key(struct picker *p, struct assay_str *key)
{
    const char *end;

    if (!step_over(p, '"'))
        return false;
    key->at = p->at;
    end = step_over_string(p->at, p->end);
    if (!end)
        return false;
    key->len = (size_t)(end - 1 - key->at);
    p->at = end;
    if (!step_over(p, ':'))
        return false;
    p->at = step_over_space(p->at, p->end);
    return true;
}

static bool pick_object(struct picker *p, const struct assay_json_picks *picks);

/* From its key on; *comma tells whether one stands before it. */
static bool pick_member(struct picker *p, const struct assay_json_picks *picks,
                        bool *comma)
{
    struct assay_str key;

    if (!read_key(p, &key))
        return false;
    const char *value = p->at;
    const struct wish *wish = find_wish(picks, key);
    if (!wish) {
        p->at = step_over_value(value, p->end);
        return p->at != NULL;
    }
    if (*comma)
        put_char(p, ',');
    *comma = true;
    if (wish->members && value < p->end && *value == '{') {
        put_span(p, key.at - 1, value);
        return pick_object(p, wish->members);
    }
    p->at = step_over_value(value, p->end);
    if (!p->at)
        return false;
    put_span(p, key.at - 1, p->at);
    return true;
}

/* As deep as the longest path. */
static bool pick_object(struct picker *p, const struct assay_json_picks *picks)
{
    bool comma = false;

    if (!step_over(p, '{'))
        return false;
    put_char(p, '{');
    if (!step_over(p, '}')) {
        do {
            if (!pick_member(p, picks, &comma))
                return false;
        } while (step_over(p, ','));
        if (!step_over(p, '}'))
            return false;
    }
    put_char(p, '}');
    return true;
}

size_t assay_json_pick(const struct assay_json_picks *picks,
                       struct assay_str text, char *to)
{
    struct picker p = {.at = text.at, .end = text.at + text.len, .to = to};

    if (pick_object(&p, picks) && step_over_space(p.at, p.end) == p.end)
        return (size_t)(p.to - to);
    if (text.len > 0)
        memcpy(to, text.at, text.len); /* the reader says what is wrong */
    return text.len;
}
