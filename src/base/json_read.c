/*
 * JSON in: one pass, no recursion; the tree's own parent links are the
 * stack. Grammar: RFC 8259. Real documents are 90% short ASCII strings, so
 * strings are scanned eight bytes at a time and borrowed where they stand.
 */
#include "assay/json.h"

#include "base/json_bytes.h"
#include "base/json_members.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

enum {
    DEFAULT_MAX_DEPTH = 64,
    DEFAULT_MAX_BYTES = 64 << 20,
    MAX_VALUES = 4 << 20, /* a tree of 400 MB; real ones have 200,000 */
    LINEAR_MEMBERS = 32,  /* up to here one by one is faster (measured) */
    NODES_AT_ONCE = 16,
    SHOWN_PATH_BYTES = 200,
};

struct reader {
    struct assay_arena *arena;
    const char *start;
    const char *at;
    const char *end;
    uint32_t line;
    size_t depth; /* containers open now */
    size_t max_depth;
    size_t blocks; /* of nodes so far */
    bool keep_duplicates;
    struct assay_json *root;
    struct assay_json *open;    /* innermost open container, or NULL */
    struct assay_json *current; /* value last begun: where an error is */
    struct assay_json *spare;   /* zeroed nodes not used yet */
    size_t spare_count;
    struct assay_json_members members;
    struct assay_error *err;
};

/* ---- Errors ---- */

/* 1-based, in characters. */
static size_t column_of(const struct reader *in, const char *at)
{
    size_t column = 1;
    while (at > in->start && at[-1] != '\n') {
        at--;
        column += ((unsigned char)*at & 0xc0) != 0x80;
    }
    return column;
}

/* Always false. `what` is put behind position and path. */
static bool fail_at(struct reader *in, const char *at, enum assay_code code,
                    const char *what)
{
    struct assay_arena arena = {0};
    struct assay_str path = ASSAY_STR("");
    const char *dots = "";

    if (in->current)
        path = assay_json_path(&arena, in->current);
    if (path.len > SHOWN_PATH_BYTES) {
        path = assay_str_skip(path, path.len - SHOWN_PATH_BYTES);
        while (path.len > 0 && ((unsigned char)path.at[0] & 0xc0) == 0x80)
            path = assay_str_skip(path, 1);
        dots = "…";
    }
    assay_fail(in->err, code, "line %u, column %zu%s%s%.*s: %s",
               (unsigned)in->line, column_of(in, at),
               path.len > 0 ? ", at " : "", dots, ASSAY_STR_ARG(path), what);
    assay_arena_free(&arena);
    return false;
}

static bool fail_memory(struct reader *in)
{
    return fail_at(in, in->at, ASSAY_SYSTEM, "no memory for the document");
}

static bool fail_cut_short(struct reader *in, const char *inside)
{
    char what[64];
    snprintf(what, sizeof(what), "the text ends inside %s", inside);
    return fail_at(in, in->end, ASSAY_BAD_INPUT, what);
}

/* A well-formed character beyond ASCII at `at`, or 0. */
static uint32_t code_point_at(const struct reader *in, const char *at)
{
    const unsigned char *u = (const unsigned char *)at;
    size_t n = u[0] >= 0xf0 ? 4 : u[0] >= 0xe0 ? 3 : 2;
    struct assay_str bytes = {at, (size_t)(in->end - at)};

    bytes = assay_str_head(bytes, n);
    if (bytes.len < n || !assay_utf8_valid(bytes))
        return 0;
    uint32_t code = u[0] & (0x7fu >> n);
    for (size_t i = 1; i < n; i++)
        code = code << 6 | (u[i] & 0x3f);
    return code;
}

/* "expected ',' or '}', found 'x'"; at the end: "the text ends inside …" */
static bool fail_expected(struct reader *in, const char *expected)
{
    char what[96];
    unsigned char found;

    if (in->at == in->end) {
        if (in->open)
            return fail_cut_short(in, in->open->type == ASSAY_JSON_OBJECT
                                          ? "an object"
                                          : "an array");
        snprintf(what, sizeof(what), "expected %s, but the text ends",
                 expected);
        return fail_at(in, in->at, ASSAY_BAD_INPUT, what);
    }
    found = (unsigned char)*in->at;
    uint32_t code = found >= 0x80 ? code_point_at(in, in->at) : 0;
    if (code)
        snprintf(what, sizeof(what), "expected %s, found U+%04X", expected,
                 (unsigned)code);
    else if (found > 0x20 && found < 0x7f)
        snprintf(what, sizeof(what), "expected %s, found '%c'", expected,
                 found);
    else
        snprintf(what, sizeof(what), "expected %s, found byte 0x%02x", expected,
                 found);
    return fail_at(in, in->at, ASSAY_BAD_INPUT, what);
}

/* ---- Duplicate keys ---- */

static bool is_duplicate_of_few(const struct assay_json *member)
{
    const struct assay_json *other = member->parent->first;
    struct assay_str key = member->key;

    while (other != member && (other->key.len != key.len ||
                               memcmp(other->key.at, key.at, key.len) != 0))
        other = other->next;
    return other != member;
}

/* `member` was just appended; `key_at` is where its key stands. */
static bool check_duplicate(struct reader *in, struct assay_json *member,
                            const char *key_at)
{
    const struct assay_json *object = member->parent;
    bool known = false;

    if (in->keep_duplicates)
        return true;
    if (object->count <= LINEAR_MEMBERS) {
        known = is_duplicate_of_few(member);
    } else if (object->count == LINEAR_MEMBERS + 1) {
        for (struct assay_json *m = object->first; m && !known; m = m->next)
            if (!assay_json_members_add(&in->members, m, &known))
                return fail_memory(in);
    } else if (!assay_json_members_add(&in->members, member, &known)) {
        return fail_memory(in);
    }
    if (known)
        return fail_at(in, key_at, ASSAY_BAD_INPUT,
                       "this key is there twice in one object");
    return true;
}

/* ---- Strings ---- */

/*
 * To the first quote, backslash or control character, or the end. A byte
 * minus its stop sets its high bit when it is one; the lowest such bit is
 * exact, borrows reach only bytes above it ("Bit Twiddling Hacks", Anderson,
 * "determine if a word has a byte less than n").
 */
static const char *skip_plain_bytes(const char *at, const char *end,
                                    bool *beyond_ascii)
{
    const uint64_t ones = UINT64_C(0x0101010101010101), high = ones * 0x80;

    while (end - at >= 8) {
        uint64_t w = load_eight(at);
        uint64_t quote = w ^ ones * '"', slash = w ^ ones * '\\';
        uint64_t stop = ((w - ones * 0x20) & ~w) | ((quote - ones) & ~quote) |
                        ((slash - ones) & ~slash);
        *beyond_ascii |= (w & high) != 0;
        if (stop & high)
            return at + __builtin_ctzll(stop & high) / 8;
        at += 8;
    }
    while (at < end && *at != '"' && *at != '\\' && (unsigned char)*at >= 0x20)
        *beyond_ascii |= (unsigned char)*at++ >= 0x80;
    return at;
}

/* Value of the four hexadecimal digits at `at`; -1 when they are not. */
static int32_t hex4(const char *at, const char *end)
{
    int32_t value = 0;
    if (end - at < 4)
        return -1;
    for (int i = 0; i < 4; i++) {
        char c = at[i];
        if (c >= '0' && c <= '9')
            value = value * 16 + (c - '0');
        else if (c >= 'a' && c <= 'f')
            value = value * 16 + (c - 'a' + 10);
        else if (c >= 'A' && c <= 'F')
            value = value * 16 + (c - 'A' + 10);
        else
            return -1;
    }
    return value;
}

static char *put_utf8(char *to, uint32_t code)
{
    if (code < 0x80) {
        *to++ = (char)code;
    } else if (code < 0x800) {
        *to++ = (char)(0xc0 | code >> 6);
        *to++ = (char)(0x80 | (code & 0x3f));
    } else if (code < 0x10000) {
        *to++ = (char)(0xe0 | code >> 12);
        *to++ = (char)(0x80 | (code >> 6 & 0x3f));
        *to++ = (char)(0x80 | (code & 0x3f));
    } else {
        *to++ = (char)(0xf0 | code >> 18);
        *to++ = (char)(0x80 | (code >> 12 & 0x3f));
        *to++ = (char)(0x80 | (code >> 6 & 0x3f));
        *to++ = (char)(0x80 | (code & 0x3f));
    }
    return to;
}

/* One \u escape, or two that make a pair; `*from` is behind the 'u'. */
static bool decode_unicode(struct reader *in, const char **from,
                           const char *end, char **to)
{
    const char *escape = *from - 2;
    int32_t code = hex4(*from, end);

    if (code < 0)
        return fail_at(in, escape, ASSAY_BAD_INPUT,
                       "\\u needs four hexadecimal digits");
    *from += 4;
    if (code >= 0xd800 && code <= 0xdfff) {
        int32_t low = -1;
        if (code < 0xdc00 && end - *from >= 6 && (*from)[0] == '\\' &&
            (*from)[1] == 'u')
            low = hex4(*from + 2, end);
        if (low < 0xdc00 || low > 0xdfff)
            return fail_at(in, escape, ASSAY_BAD_INPUT,
                           "half a surrogate pair");
        code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
        *from += 6;
    }
    *to = put_utf8(*to, (uint32_t)code);
    return true;
}

/* Decodes the string between its quotes into the arena. */
static bool decode_escapes(struct reader *in, struct assay_str raw,
                           struct assay_str *text)
{
    static const char names[] = "\"\\/bfnrt", values[] = "\"\\/\b\f\n\r\t";
    const char *from = raw.at, *end = raw.at + raw.len;
    char *start = assay_arena_try(in->arena, raw.len, 1), *to = start;

    if (!start)
        return fail_memory(in);
    while (from < end) {
        const char *slash = memchr(from, '\\', (size_t)(end - from));
        size_t plain = (size_t)((slash ? slash : end) - from);
        memcpy(to, from, plain);
        to += plain;
        from += plain;
        if (!slash)
            break;
        const char *name = memchr(names, from[1], sizeof(names) - 1);
        from += 2; /* a backslash is never the last byte of `raw` */
        if (name)
            *to++ = values[name - names];
        else if (from[-1] != 'u')
            return fail_at(in, from - 2, ASSAY_BAD_INPUT,
                           "unknown escape in a string");
        else if (!decode_unicode(in, &from, end, &to))
            return false;
    }
    *text = (struct assay_str){start, (size_t)(to - start)};
    return true;
}

/* in->at stands on the opening quote. */
static bool read_string(struct reader *in, struct assay_str *text)
{
    const char *start = in->at + 1, *at = start;
    bool beyond_ascii = false, escapes = false;

    for (;;) {
        at = skip_plain_bytes(at, in->end, &beyond_ascii);
        if (at == in->end || (*at == '\\' && in->end - at < 2))
            return fail_cut_short(in, "a string");
        if (*at == '"')
            break;
        if (*at != '\\') {
            in->at = at;
            return fail_expected(in, "no control character in a string");
        }
        escapes = true;
        at += 2;
    }
    *text = (struct assay_str){start, (size_t)(at - start)};
    in->at = at + 1;
    if (beyond_ascii) {
        size_t bad = assay_utf8_bad_at(*text);
        if (bad < text->len)
            return fail_at(in, start + bad, ASSAY_BAD_INPUT,
                           "a string that is not UTF-8");
    }
    return !escapes || decode_escapes(in, *text, text);
}

/* ---- Values ---- */

static void skip_space(struct reader *in)
{
    const char *at = in->at, *end = in->end;
    while (at < end && (unsigned char)*at <= ' ' && /* mostly there is none */
           (*at == ' ' || *at == '\n' || *at == '\t' || *at == '\r'))
        in->line += *at++ == '\n';
    in->at = at;
}

static bool is_digit(const struct reader *in)
{
    return in->at < in->end && *in->at >= '0' && *in->at <= '9';
}

static bool read_digits(struct reader *in)
{
    if (in->at == in->end)
        return fail_cut_short(in, "a number");
    if (!is_digit(in))
        return fail_expected(in, "a digit");
    while (is_digit(in))
        in->at++;
    return true;
}

static bool read_number(struct reader *in, struct assay_json *node)
{
    const char *start = in->at;

    in->at += *in->at == '-';
    if (in->at < in->end && *in->at == '0')
        in->at++;
    else if (!read_digits(in))
        return false;
    if (in->at < in->end && *in->at == '.') {
        in->at++;
        if (!read_digits(in))
            return false;
    }
    if (in->at < in->end && (*in->at == 'e' || *in->at == 'E')) {
        in->at++;
        if (in->at < in->end && (*in->at == '+' || *in->at == '-'))
            in->at++;
        if (!read_digits(in))
            return false;
    }
    node->type = ASSAY_JSON_NUMBER;
    node->text = (struct assay_str){start, (size_t)(in->at - start)};
    return true;
}

/* `word` has the first character that was found. */
static bool read_word(struct reader *in, struct assay_json *node,
                      struct assay_str word, enum assay_json_type type)
{
    size_t left = (size_t)(in->end - in->at);

    if (memcmp(in->at, word.at, left < word.len ? left : word.len) != 0)
        return fail_expected(in, "a value");
    if (left < word.len)
        return fail_cut_short(in, "a word");
    node->type = type;
    in->at += word.len;
    return true;
}

static bool open_container(struct reader *in, struct assay_json *node,
                           enum assay_json_type type)
{
    char what[64];

    if (in->depth == in->max_depth) {
        snprintf(what, sizeof(what), "deeper than %zu levels", in->max_depth);
        return fail_at(in, in->at, ASSAY_LIMIT, what);
    }
    in->depth++;
    in->at++;
    in->open = node;
    node->type = type;
    return true;
}

/* Reads a whole scalar, or only the bracket that opens a container. */
static bool read_value(struct reader *in, struct assay_json *node)
{
    skip_space(in);
    node->line = in->line;
    switch (in->at < in->end ? *in->at : '\0') {
    case '{':
        return open_container(in, node, ASSAY_JSON_OBJECT);
    case '[':
        return open_container(in, node, ASSAY_JSON_ARRAY);
    case '"':
        node->type = ASSAY_JSON_STRING;
        return read_string(in, &node->text);
    case '-':
    case '0':
    case '1':
    case '2':
    case '3':
    case '4':
    case '5':
    case '6':
    case '7':
    case '8':
    case '9':
        return read_number(in, node);
    case 't':
        return read_word(in, node, ASSAY_STR("true"), ASSAY_JSON_TRUE);
    case 'f':
        return read_word(in, node, ASSAY_STR("false"), ASSAY_JSON_FALSE);
    case 'n':
        return read_word(in, node, ASSAY_STR("null"), ASSAY_JSON_NULL);
    default:
        return fail_expected(in, "a value");
    }
}

static bool take_nodes(struct reader *in)
{
    if (in->blocks++ == MAX_VALUES / NODES_AT_ONCE)
        return fail_at(in, in->at, ASSAY_LIMIT, "more than 4194304 values");
    in->spare =
        assay_arena_try(in->arena, NODES_AT_ONCE, sizeof(struct assay_json));
    if (!in->spare)
        return fail_memory(in);
    in->spare_count = NODES_AT_ONCE;
    return true;
}

/* A new node at the end of the open container; NULL: no room for one. */
static struct assay_json *append_node(struct reader *in, struct assay_str key)
{
    struct assay_json *open = in->open;

    if (in->spare_count == 0 && !take_nodes(in))
        return NULL;
    struct assay_json *node = in->spare++;
    in->spare_count--;
    node->key = key;
    node->text = ASSAY_STR("");
    node->line = in->line;
    node->parent = open;
    node->index = open ? open->count : 0;
    if (!open)
        in->root = node;
    else if (open->last)
        open->last->next = node;
    else
        open->first = node;
    if (open) {
        open->last = node;
        open->count++;
    }
    in->current = node;
    return node;
}

/* The key and the colon; the new member, or NULL on error. */
static struct assay_json *begin_member(struct reader *in, const char *expected)
{
    const char *key_at = in->at;
    struct assay_str key;

    in->current = in->open;
    if (in->at == in->end || *in->at != '"') {
        fail_expected(in, expected);
        return NULL;
    }
    if (!read_string(in, &key))
        return NULL;
    struct assay_json *member = append_node(in, key);
    if (!member || !check_duplicate(in, member, key_at))
        return NULL;
    skip_space(in);
    if (in->at == in->end || *in->at != ':') {
        fail_expected(in, "':'");
        return NULL;
    }
    in->at++;
    return member;
}

/*
 * After a value or an opening bracket: closes what closes, and begins the
 * next value. *next is NULL when the document is complete.
 */
static bool begin_next(struct reader *in, struct assay_json **next)
{
    for (;;) {
        struct assay_json *open = in->open;
        *next = NULL;
        if (!open)
            return true;
        bool is_object = open->type == ASSAY_JSON_OBJECT;
        bool is_first = open->count == 0;
        skip_space(in);
        char found = in->at < in->end ? *in->at : '\0';
        if (found != (is_object ? '}' : ']')) {
            if (!is_first && found != ',')
                return fail_expected(in,
                                     is_object ? "',' or '}'" : "',' or ']'");
            if (!is_first) {
                in->at++;
                skip_space(in);
            }
            *next = is_object
                        ? begin_member(in, is_first ? "a key or '}'" : "a key")
                        : append_node(in, ASSAY_STR(""));
            return *next != NULL;
        }
        in->at++;
        in->depth--;
        in->current = open;
        in->open = open->parent;
    }
}

static bool read_document(struct reader *in)
{
    struct assay_json *node = append_node(in, ASSAY_STR(""));

    if (!node)
        return false;
    while (node)
        if (!read_value(in, node) || !begin_next(in, &node))
            return false;
    skip_space(in);
    return in->at == in->end || fail_expected(in, "the end of the text");
}

struct assay_json *assay_json_parse(struct assay_arena *arena,
                                    struct assay_str text,
                                    const struct assay_json_limits *limits,
                                    struct assay_error *err)
{
    size_t max_bytes =
        limits && limits->max_bytes ? limits->max_bytes : DEFAULT_MAX_BYTES;
    size_t max_depth =
        limits && limits->max_depth ? limits->max_depth : DEFAULT_MAX_DEPTH;
    struct reader in = {
        .arena = arena,
        .start = text.at,
        .at = text.at,
        .end = text.at + text.len,
        .line = 1,
        .max_depth = max_depth,
        .keep_duplicates = limits && limits->keep_duplicates,
        .err = err,
    };

    if (max_bytes > UINT32_MAX)
        max_bytes = UINT32_MAX; /* lines and members are counted in 32 bits */
    if (text.len > max_bytes) {
        assay_fail(err, ASSAY_LIMIT, "%zu bytes of JSON, more than %zu",
                   text.len, max_bytes);
        return NULL;
    }
    bool ok = read_document(&in);
    assay_json_members_release(&in.members);
    /* Nodes not used go back, unless something was put behind them. */
    if (in.spare && (char *)(in.spare + in.spare_count) == arena->at)
        arena->at = (char *)in.spare;
    return ok ? in.root : NULL;
}
