/*
 * Clauses of genai-prices: which names a price is meant for. A tree of a
 * handful of nodes; of 1,442 models 453 have an "or", 7 a regular
 * expression. Tested for every response that is priced, so texts are lowered
 * once and expressions compiled once.
 *
 * A clause finds a price. It never joins models: {"starts_with": "gpt-4o"}
 * takes in snapshots whose price is another.
 */
#define PCRE2_CODE_UNIT_WIDTH 8

#include "assay/pricer.h"

#include <pcre2.h>
#include <string.h>

enum {
    MAX_LEVELS = 8,
    MAX_CLAUSES = 1000,
    MAX_TEXT_BYTES = 500,
    MATCH_LIMIT = 10000, /* steps; a name has tens of bytes */
    DEPTH_LIMIT = 200,
    HEAP_LIMIT_KIB = 256,
};

enum kind { EQUALS, STARTS_WITH, ENDS_WITH, CONTAINS, REGEX, OR, AND };

static const char *const kinds[] = {
    [EQUALS] = "equals",
    [STARTS_WITH] = "starts_with",
    [ENDS_WITH] = "ends_with",
    [CONTAINS] = "contains",
    [REGEX] = "regex",
    [OR] = "or",
    [AND] = "and",
};

struct assay_match {
    enum kind kind;
    struct assay_str text; /* lowered */
    struct assay_match *first, *next;
    pcre2_code *code;
    pcre2_match_data *data;
    pcre2_match_context *context;
};

struct compile {
    struct assay_arena *arena;
    struct assay_error *err;
    unsigned level;
    unsigned count;
};

static unsigned char lower(char c)
{
    return (unsigned char)(c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c);
}

static struct assay_str lowered(struct assay_arena *arena, struct assay_str s)
{
    char *copy = ASSAY_NEW_ARRAY(arena, char, s.len + 1);
    for (size_t i = 0; i < s.len; i++)
        copy[i] = (char)lower(s.at[i]);
    return (struct assay_str){copy, s.len};
}

/* ------------------------------------------------------------ compiling */

static bool compile_regex(struct compile *in, struct assay_match *match,
                          struct assay_str text)
{
    PCRE2_UCHAR message[120];
    PCRE2_SIZE at;
    int error;

    match->code = pcre2_compile((PCRE2_SPTR)text.at, text.len,
                                PCRE2_UTF | PCRE2_NEVER_BACKSLASH_C |
                                    PCRE2_DOLLAR_ENDONLY,
                                &error, &at, NULL);
    if (!match->code) {
        pcre2_get_error_message(error, message, sizeof(message));
        return assay_fail(in->err, ASSAY_BAD_INPUT,
                          "regex '%.*s': %s at byte %zu, expected a regular "
                          "expression",
                          ASSAY_STR_ARG(text), (const char *)message, at);
    }
    match->data = pcre2_match_data_create(1, NULL);
    match->context = pcre2_match_context_create(NULL);
    if (!match->data || !match->context)
        return assay_fail(in->err, ASSAY_SYSTEM,
                          "no memory for a regular expression");
    pcre2_set_match_limit(match->context, MATCH_LIMIT);
    pcre2_set_depth_limit(match->context, DEPTH_LIMIT);
    pcre2_set_heap_limit(match->context, HEAP_LIMIT_KIB);
    return true;
}

static bool compile_text(struct compile *in, struct assay_match *match,
                         const struct assay_json *value)
{
    if (value->type != ASSAY_JSON_STRING || value->text.len > MAX_TEXT_BYTES)
        return assay_fail(in->err, ASSAY_BAD_INPUT,
                          "%.*s is a %s, expected a text of at most %d bytes",
                          ASSAY_STR_ARG(value->key),
                          assay_json_type_name(value), MAX_TEXT_BYTES);
    if (match->kind == REGEX)
        return compile_regex(in, match, value->text);
    match->text = lowered(in->arena, value->text);
    return true;
}

static bool compile_clause(struct compile *in, const struct assay_json *clause,
                           struct assay_match **match);

static bool compile_list(struct compile *in, struct assay_match *match,
                         const struct assay_json *list)
{
    struct assay_match **end = &match->first;

    if (list->type != ASSAY_JSON_ARRAY || list->count == 0 ||
        in->level == MAX_LEVELS)
        return assay_fail(in->err, ASSAY_BAD_INPUT,
                          "%.*s is no array of clauses, is empty or stands "
                          "too deep, expected clauses at most %d levels deep",
                          ASSAY_STR_ARG(list->key), MAX_LEVELS);
    in->level++;
    for (const struct assay_json *at = list->first; at; at = at->next) {
        bool ok = compile_clause(in, at, end);
        if (!ok)
            return false;
        end = &(*end)->next;
    }
    in->level--;
    return true;
}

/* *match is set even when it fails, so that all of it can be released. */
static bool compile_clause(struct compile *in, const struct assay_json *clause,
                           struct assay_match **match)
{
    *match = ASSAY_NEW(in->arena, struct assay_match);
    (*match)->text = ASSAY_STR("");
    if (!assay_json_is(clause, ASSAY_JSON_OBJECT) || clause->count != 1)
        return assay_fail(in->err, ASSAY_BAD_INPUT,
                          "a clause is a %s, expected an object of one key",
                          assay_json_type_name(clause));
    if (++in->count > MAX_CLAUSES)
        return assay_fail(in->err, ASSAY_LIMIT, "more than %d clauses",
                          MAX_CLAUSES);
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        if (!assay_str_is(clause->first->key, kinds[i]))
            continue;
        (*match)->kind = (enum kind)i;
        return i == OR || i == AND ? compile_list(in, *match, clause->first)
                                   : compile_text(in, *match, clause->first);
    }
    return assay_fail(in->err, ASSAY_BAD_INPUT,
                      "unknown clause '%.*s', expected equals, starts_with, "
                      "ends_with, contains, regex, or, and",
                      ASSAY_STR_ARG(clause->first->key));
}

struct assay_match *assay_match_new(struct assay_arena *arena,
                                    const struct assay_json *clause,
                                    struct assay_error *err)
{
    struct compile in = {.arena = arena, .err = err};
    struct assay_match *match;

    if (compile_clause(&in, clause, &match))
        return match;
    assay_match_release(match);
    return NULL;
}

void assay_match_release(struct assay_match *match)
{
    if (!match)
        return;
    for (struct assay_match *at = match->first; at; at = at->next)
        assay_match_release(at);
    pcre2_code_free(match->code);
    pcre2_match_data_free(match->data);
    pcre2_match_context_free(match->context);
    match->code = NULL;
    match->data = NULL;
    match->context = NULL;
}

/* -------------------------------------------------------------- testing */

static bool same_at(const char *name, struct assay_str text)
{
    for (size_t i = 0; i < text.len; i++)
        if (lower(name[i]) != (unsigned char)text.at[i])
            return false;
    return true;
}

static bool contains(struct assay_str name, struct assay_str text)
{
    for (size_t i = 0; i + text.len <= name.len; i++)
        if (same_at(name.at + i, text))
            return true;
    return false;
}

static bool search(const struct assay_match *match, struct assay_str name)
{
    unsigned char small[MAX_TEXT_BYTES];

    for (size_t i = 0; i < name.len; i++)
        small[i] = lower(name.at[i]);
    return pcre2_match(match->code, small, name.len, 0, 0, match->data,
                       match->context) >= 0;
}

static bool is_meant(const struct assay_match *match, struct assay_str name)
{
    struct assay_str text = match->text;

    switch (match->kind) {
    case EQUALS:
        return name.len == text.len && same_at(name.at, text);
    case STARTS_WITH:
        return name.len >= text.len && same_at(name.at, text);
    case ENDS_WITH:
        return name.len >= text.len &&
               same_at(name.at + name.len - text.len, text);
    case CONTAINS:
        return contains(name, text);
    case REGEX:
        return search(match, name);
    case OR:
        for (const struct assay_match *at = match->first; at; at = at->next)
            if (is_meant(at, name))
                return true;
        return false;
    case AND:
        for (const struct assay_match *at = match->first; at; at = at->next)
            if (!is_meant(at, name))
                return false;
        return true;
    }
    return false;
}

bool assay_match_test(const struct assay_match *match, struct assay_str name)
{
    return name.len <= MAX_TEXT_BYTES && is_meant(match, name);
}
