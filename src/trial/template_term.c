/*
 * Expressions inside the tags of a template, by precedence: choice, or, and,
 * not, in, is, comparison, ~, + -, * / // %, **, sign, and what follows a
 * value (.name [index] |filter).
 */
#include "trial/template_parts.h"

#include <stdio.h>
#include <string.h>

enum { MAX_DEPTH = 64, MAX_TERMS = 500 };

/* ---- Characters ---- */

static bool is_name_start(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
           (unsigned char)c >= 0x80;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static char peek(const struct assay_template_reader *in, size_t ahead)
{
    return in->at + ahead < in->text.len ? in->text.at[in->at + ahead] : '\0';
}

void assay_template_skip_space(struct assay_template_reader *in)
{
    while (in->at < in->text.len && strchr(" \t\n\r\f\v", peek(in, 0)) &&
           peek(in, 0))
        in->at++;
}

bool assay_template_take(struct assay_template_reader *in, const char *mark)
{
    size_t len = strlen(mark);

    if (in->text.len - in->at < len ||
        memcmp(in->text.at + in->at, mark, len) != 0)
        return false;
    in->at += len;
    return true;
}

struct assay_str assay_template_take_name(struct assay_template_reader *in)
{
    assay_template_skip_space(in);
    size_t from = in->at;
    if (in->at == in->text.len || !is_name_start(peek(in, 0)))
        return ASSAY_STR("");
    while (is_name_start(peek(in, 0)) || is_digit(peek(in, 0)))
        in->at++;
    return (struct assay_str){in->text.at + from, in->at - from};
}

bool assay_template_take_word(struct assay_template_reader *in,
                              const char *word)
{
    size_t from = in->at;

    if (assay_str_is(assay_template_take_name(in), word))
        return true;
    in->at = from;
    return false;
}

/* ---- Errors and terms ---- */

static struct assay_term *fail(struct assay_template_reader *in, size_t at,
                               const char *what, struct assay_str name)
{
    assay_template_fail(in->text, at, in->err, ASSAY_BAD_INPUT, "%s%.*s", what,
                        ASSAY_STR_ARG(assay_str_head(name, 60)));
    return NULL;
}

static struct assay_term *new_term(struct assay_template_reader *in,
                                   enum assay_term_kind kind, size_t at)
{
    if (++in->terms > MAX_TERMS) {
        assay_template_fail(in->text, at, in->err, ASSAY_LIMIT,
                            "an expression of more than %d parts", MAX_TERMS);
        return NULL;
    }
    struct assay_term *term = ASSAY_NEW(in->arena, struct assay_term);
    term->kind = kind;
    term->at = (uint32_t)at;
    return term;
}

/* kind of a, and perhaps b; NULL when one of them is. */
static struct assay_term *join_terms(struct assay_template_reader *in,
                                     enum assay_term_kind kind,
                                     struct assay_term *a, size_t at)
{
    struct assay_term *term = a ? new_term(in, kind, at) : NULL;
    if (term)
        term->a = a;
    return term;
}

static struct assay_term *new_value(struct assay_template_reader *in, size_t at,
                                    const struct assay_json *value)
{
    struct assay_term *term = new_term(in, ASSAY_TERM_VALUE, at);
    if (term)
        term->value = value;
    return term;
}

static struct assay_term *read_choice(struct assay_template_reader *in);

/* ---- Literals ---- */

static struct assay_term *read_text(struct assay_template_reader *in)
{
    static const char escapes[] = "n\nt\tr\r";
    size_t at = in->at;
    char quote = peek(in, 0);
    struct assay_buf out;
    struct assay_term *term = NULL;

    assay_buf_init(&out, in->text.len + 1);
    for (in->at++; in->at < in->text.len && peek(in, 0) != quote; in->at++) {
        char c = peek(in, 0);
        if (c == '\\' && in->at + 1 < in->text.len) {
            in->at++;
            const char *known = strchr(escapes, peek(in, 0));
            c = peek(in, 0);
            if (known && c && (known - escapes) % 2 == 0)
                c = known[1];
        }
        assay_buf_add_char(&out, c);
    }
    if (in->at == in->text.len)
        fail(in, at, "a text without its closing quote", ASSAY_STR(""));
    else
        term = new_value(
            in, at,
            assay_json_string(
                in->arena, assay_arena_copy(in->arena, assay_buf_str(&out))));
    in->at++;
    assay_buf_release(&out);
    return term;
}

static struct assay_term *read_number(struct assay_template_reader *in)
{
    size_t from = in->at;

    while (is_digit(peek(in, 0)))
        in->at++;
    if (peek(in, 0) == '.' && is_digit(peek(in, 1)))
        for (in->at++; is_digit(peek(in, 0));)
            in->at++;
    struct assay_str text = {in->text.at + from, in->at - from};
    while (text.len > 1 && text.at[0] == '0' && is_digit(text.at[1]))
        text = assay_str_skip(text, 1);
    return new_value(in, from, assay_json_number(in->arena, text));
}

/* Expressions between commas, up to the bracket that closes them. */
static bool read_list(struct assay_template_reader *in, const char *close,
                      struct assay_term **first, size_t *count)
{
    struct assay_term **end = first;

    for (*count = 0;; ++*count) {
        assay_template_skip_space(in);
        if (assay_template_take(in, close))
            return true;
        if (*count > 0 && !assay_template_take(in, ",")) {
            fail(in, in->at, "expected ',' or ", assay_str_c(close));
            return false;
        }
        assay_template_skip_space(in);
        size_t at = in->at;
        *end = read_choice(in);
        if (!*end)
            return false;
        assay_template_skip_space(in);
        if (peek(in, 0) == '=' && peek(in, 1) != '=') {
            fail(in, at, "arguments by name are not supported", ASSAY_STR(""));
            return false;
        }
        end = &(*end)->next;
    }
}

static struct assay_term *read_name(struct assay_template_reader *in)
{
    size_t at = in->at;
    struct assay_str name = assay_template_take_name(in);
    bool jinja = in->rules == ASSAY_TEMPLATE_JINJA;

    if (!name.len && at < in->text.len)
        return fail(in, at, "expected a value, found ",
                    (struct assay_str){in->text.at + at, 1});
    if (!name.len)
        return fail(in, at, "expected a value, the text ends", ASSAY_STR(""));
    if (assay_str_is(name, "true") || (jinja && assay_str_is(name, "True")))
        return new_value(in, at, assay_json_bool(in->arena, true));
    if (assay_str_is(name, "false") || (jinja && assay_str_is(name, "False")))
        return new_value(in, at, assay_json_bool(in->arena, false));
    if (assay_str_is(name, "none") || (jinja && assay_str_is(name, "None")) ||
        (!jinja && assay_str_is(name, "null")))
        return new_value(in, at, assay_json_null(in->arena));
    struct assay_term *term = new_term(in, ASSAY_TERM_NAME, at);
    if (term)
        term->name = name;
    return term;
}

static struct assay_term *read_primary(struct assay_template_reader *in)
{
    struct assay_term *term;
    size_t at = in->at, count;

    if (peek(in, 0) == '"' || peek(in, 0) == '\'')
        return read_text(in);
    if (is_digit(peek(in, 0)))
        return read_number(in);
    if (assay_template_take(in, "[")) {
        term = new_term(in, ASSAY_TERM_LIST, at);
        return term && read_list(in, "]", &term->arguments, &count) ? term
                                                                    : NULL;
    }
    if (assay_template_take(in, "(")) {
        term = read_choice(in);
        assay_template_skip_space(in);
        if (term && !assay_template_take(in, ")"))
            return fail(in, in->at, "expected ')'", ASSAY_STR(""));
        return term;
    }
    if (peek(in, 0) == '{')
        return fail(in, at, "a mapping in an expression is not supported",
                    ASSAY_STR(""));
    return read_name(in);
}

/* ---- What follows a value ---- */

static struct assay_term *read_method(struct assay_template_reader *in,
                                      struct assay_term *of,
                                      struct assay_str name, size_t at)
{
    size_t count;
    int method = in->rules == ASSAY_TEMPLATE_JINJA
                     ? assay_template_method_find(name)
                     : -1;

    if (method < 0)
        return fail(in, at, "a call is not supported: ", name);
    struct assay_term *term = join_terms(in, ASSAY_TERM_METHOD, of, at);
    if (!term || !read_list(in, ")", &term->arguments, &count))
        return NULL;
    if (count > assay_template_method_most(method))
        return fail(in, at, "too many arguments for ", name);
    term->name = name;
    term->filter = method;
    return term;
}

static struct assay_term *read_member(struct assay_template_reader *in,
                                      struct assay_term *of, size_t at)
{
    struct assay_str name = assay_template_take_name(in);

    if (!name.len)
        return fail(in, in->at, "expected a name behind '.'", ASSAY_STR(""));
    if (assay_template_take(in, "("))
        return read_method(in, of, name, at);
    struct assay_term *term = join_terms(in, ASSAY_TERM_MEMBER, of, at);
    if (!term)
        return NULL;
    term->name = name;
    term->b = new_value(in, at, assay_json_string(in->arena, name));
    return term->b ? term : NULL;
}

/* Behind "[": an index or, for Jinja, a slice. */
static struct assay_term *read_index(struct assay_template_reader *in,
                                     struct assay_term *of, size_t at)
{
    struct assay_term *term = join_terms(in, ASSAY_TERM_MEMBER, of, at);

    if (!term)
        return NULL;
    assay_template_skip_space(in);
    if (peek(in, 0) != ':') {
        term->b = read_choice(in);
        if (!term->b)
            return NULL;
    }
    assay_template_skip_space(in);
    if (in->rules == ASSAY_TEMPLATE_JINJA && assay_template_take(in, ":")) {
        term->kind = ASSAY_TERM_SLICE;
        assay_template_skip_space(in);
        if (peek(in, 0) != ']') {
            term->c = read_choice(in);
            if (!term->c)
                return NULL;
        }
        assay_template_skip_space(in);
    }
    if (!assay_template_take(in, "]"))
        return fail(in, in->at, "expected ']'", ASSAY_STR(""));
    return term;
}

static struct assay_term *read_filter(struct assay_template_reader *in,
                                      struct assay_term *of)
{
    assay_template_skip_space(in);
    size_t at = in->at, count = 0;
    struct assay_str name = assay_template_take_name(in);
    int filter = assay_template_filter_find(name);

    if (filter < 0)
        return fail(in, at, "no such filter here: ", name);
    struct assay_term *term = join_terms(in, ASSAY_TERM_FILTER, of, at);
    if (!term || (assay_template_take(in, "(") &&
                  !read_list(in, ")", &term->arguments, &count)))
        return NULL;
    if (count > assay_template_filter_most(filter))
        return fail(in, at, "too many arguments for ", name);
    term->name = name;
    term->filter = filter;
    return term;
}

static struct assay_term *read_postfix(struct assay_template_reader *in)
{
    struct assay_term *term = read_primary(in);

    while (term) {
        size_t at = in->at;
        if (assay_template_take(in, "."))
            term = read_member(in, term, at);
        else if (assay_template_take(in, "["))
            term = read_index(in, term, at);
        else if (peek(in, 0) == '(')
            return fail(in, at, "a call is not supported", ASSAY_STR(""));
        else
            break;
    }
    return term;
}

static struct assay_term *read_sign(struct assay_template_reader *in)
{
    assay_template_skip_space(in);
    size_t at = in->at;
    bool negative = assay_template_take(in, "-");
    bool positive = !negative && assay_template_take(in, "+");
    struct assay_term *term;

    if (negative || positive)
        assay_template_skip_space(in);
    term = read_postfix(in);
    if (negative)
        term = join_terms(in, ASSAY_TERM_NEGATE, term, at);
    for (; term; term = read_filter(in, term)) {
        assay_template_skip_space(in);
        if (peek(in, 0) != '|' || peek(in, 1) == '|')
            break;
        in->at++;
    }
    return term;
}

/* ---- Operators ---- */

struct operator_mark {
    const char *mark;
    enum assay_operator op;
};

/* From the loosest to the tightest; longer marks first. */
static const struct operator_mark operators[][9] = {
    {{"===", ASSAY_OP_SAME},
     {"!==", ASSAY_OP_UNSAME},
     {"==", ASSAY_OP_EQUAL},
     {"!=", ASSAY_OP_UNEQUAL},
     {"<=", ASSAY_OP_LESS_EQUAL},
     {">=", ASSAY_OP_MORE_EQUAL},
     {"<", ASSAY_OP_LESS},
     {">", ASSAY_OP_MORE}},
    {{"~", ASSAY_OP_JOIN}},
    {{"+", ASSAY_OP_ADD}, {"-", ASSAY_OP_SUBTRACT}},
    {{"**", ASSAY_OP_POWER},
     {"*", ASSAY_OP_MULTIPLY},
     {"//", ASSAY_OP_FLOOR},
     {"/", ASSAY_OP_DIVIDE},
     {"%", ASSAY_OP_REST}},
};
enum { LEVELS = sizeof operators / sizeof operators[0], COMPARISON = 0 };

static bool take_operator(struct assay_template_reader *in, size_t level,
                          enum assay_operator *op)
{
    assay_template_skip_space(in);
    char first = peek(in, 0), second = peek(in, 1), third = peek(in, 2);
    /* the marks that end a tag */
    if ((first == '%' || first == '}') && second == '}')
        return false;
    if (first == '-' && (second == '%' || second == '}') && third == '}')
        return false;
    for (const struct operator_mark *o = operators[level]; o->mark; o++)
        if (assay_template_take(in, o->mark)) {
            *op = o->op;
            return true;
        }
    return false;
}

static struct assay_term *join_binary(struct assay_template_reader *in,
                                      struct assay_term *a,
                                      enum assay_operator op,
                                      struct assay_term *b, size_t at)
{
    struct assay_term *term =
        b ? join_terms(in, ASSAY_TERM_BINARY, a, at) : NULL;
    if (term) {
        term->op = op;
        term->b = b;
    }
    return term;
}

static struct assay_term *read_binary(struct assay_template_reader *in,
                                      size_t level)
{
    enum assay_operator op;
    struct assay_term *term =
        level == LEVELS ? read_sign(in) : read_binary(in, level + 1);

    for (bool chained = false; term && level < LEVELS; chained = true) {
        size_t at = in->at;
        if (!take_operator(in, level, &op))
            break;
        if (chained && level == COMPARISON)
            return fail(in, at, "comparisons in a row: put them in brackets",
                        ASSAY_STR(""));
        term = join_binary(in, term, op, read_binary(in, level + 1), at);
    }
    return term;
}

/* "a in b", "a is defined". */
static struct assay_term *read_test(struct assay_template_reader *in)
{
    struct assay_term *term = read_binary(in, COMPARISON);

    while (term) {
        assay_template_skip_space(in);
        size_t at = in->at;
        if (assay_template_take_word(in, "in")) {
            term = join_binary(in, term, ASSAY_OP_IN,
                               read_binary(in, COMPARISON), at);
        } else if (assay_template_take_word(in, "not")) {
            if (!assay_template_take_word(in, "in"))
                return fail(in, at, "expected 'not in'", ASSAY_STR(""));
            term = join_binary(in, term, ASSAY_OP_NOT_IN,
                               read_binary(in, COMPARISON), at);
        } else if (assay_template_take_word(in, "is")) {
            bool not = assay_template_take_word(in, "not");
            struct assay_str name = assay_template_take_name(in);
            bool none = assay_str_is(name, "none");
            bool undefined = assay_str_is(name, "undefined");

            if (!none && !undefined && !assay_str_is(name, "defined"))
                return fail(in, at, "no such test here: ", name);
            term = join_terms(in, none ? ASSAY_TERM_NONE : ASSAY_TERM_DEFINED,
                              term, at);
            if (not != undefined)
                term = join_terms(in, ASSAY_TERM_NOT, term, at);
        } else {
            break;
        }
    }
    return term;
}

static struct assay_term *read_not(struct assay_template_reader *in)
{
    bool not = false;

    assay_template_skip_space(in);
    size_t at = in->at;
    while (assay_template_take_word(in, "not"))
        not = !not ;
    struct assay_term *term = read_test(in);
    return not ? join_terms(in, ASSAY_TERM_NOT, term, at) : term;
}

static struct assay_term *read_and(struct assay_template_reader *in)
{
    struct assay_term *term = read_not(in);

    while (term) {
        size_t at = in->at;
        if (!assay_template_take_word(in, "and"))
            break;
        term = join_binary(in, term, ASSAY_OP_AND, read_not(in), at);
    }
    return term;
}

static struct assay_term *read_or(struct assay_template_reader *in)
{
    struct assay_term *term = read_and(in);

    while (term) {
        size_t at = in->at;
        if (!assay_template_take_word(in, "or"))
            break;
        term = join_binary(in, term, ASSAY_OP_OR, read_and(in), at);
    }
    return term;
}

static struct assay_term *read_choice(struct assay_template_reader *in)
{
    assay_template_skip_space(in);
    size_t at = in->at;
    if (in->depth >= MAX_DEPTH) {
        assay_template_fail(in->text, at, in->err, ASSAY_LIMIT,
                            "brackets more than %d deep", MAX_DEPTH);
        return NULL;
    }
    in->depth++;
    struct assay_term *value = read_or(in), *term = value;
    if (value && assay_template_take_word(in, "if")) {
        term = join_terms(in, ASSAY_TERM_CHOICE, read_or(in), at);
        if (term) {
            term->b = value;
            if (assay_template_take_word(in, "else")) {
                term->c = read_choice(in);
                if (!term->c)
                    term = NULL;
            }
        }
    }
    in->depth--;
    return term;
}

struct assay_term *assay_term_read(struct assay_template_reader *in)
{
    in->terms = 0;
    return read_choice(in);
}
