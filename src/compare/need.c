/*
 * Parsing constraints, and answering them for a route or a model.
 */
#include "assay/need.h"

#include "compare/need_fields.h"

#include <ctype.h>
#include <string.h>

static const struct {
    const char *sign;
    enum assay_need_operator op;
} operators[] = {
    {"<=", ASSAY_NEED_AT_MOST}, {">=", ASSAY_NEED_AT_LEAST},
    {"!=", ASSAY_NEED_IS_NOT},  {"<", ASSAY_NEED_LESS},
    {">", ASSAY_NEED_MORE},     {"=", ASSAY_NEED_IS},
};

static bool separator(char c)
{
    return c == ' ' || c == ',' || c == '\t' || c == '\n';
}

/* Splits "context>=100k" into name, operator and value. */
static void term_split(struct assay_str text, struct assay_need_term *term,
                       struct assay_str *name)
{
    for (size_t at = 0; at < text.len; at++)
        for (size_t i = 0; i < sizeof operators / sizeof operators[0]; i++) {
            if (!assay_str_starts(assay_str_skip(text, at), operators[i].sign))
                continue;
            *name = assay_str_trim(assay_str_head(text, at));
            term->op = operators[i].op;
            term->value = assay_str_trim(
                assay_str_skip(text, at + strlen(operators[i].sign)));
            return;
        }
    *name = text;
    term->op = ASSAY_NEED_IS;
    term->value = ASSAY_STR("yes");
    if (assay_str_starts(text, "!")) {
        *name = assay_str_skip(text, 1);
        term->op = ASSAY_NEED_IS_NOT;
    }
}

static bool truth_read(struct assay_str text, bool *truth)
{
    if (assay_str_is(text, "yes") || assay_str_is(text, "true")) {
        *truth = true;
        return true;
    }
    *truth = false;
    return assay_str_is(text, "no") || assay_str_is(text, "false");
}

static bool ordered(enum assay_need_operator op)
{
    return op != ASSAY_NEED_IS && op != ASSAY_NEED_IS_NOT;
}

/* Checks the value against the field's type; what was expected, or NULL. */
static const char *value_problem(struct assay_need_term *term, bool bare)
{
    struct assay_str dollars = term->value;
    bool truth;

    switch (term->field->type) {
    case ASSAY_NEED_TRUTH:
        return ordered(term->op) || !truth_read(term->value, &truth)
                   ? "yes or no"
                   : NULL;
    case ASSAY_NEED_DOLLARS:
        if (assay_str_starts(dollars, "$"))
            dollars = assay_str_skip(dollars, 1);
        return bare || !assay_quantity_parse(dollars, &term->number)
                   ? "an amount in dollars, such as <5"
                   : NULL;
    case ASSAY_NEED_NUMBER:
        return bare || !assay_quantity_parse(term->value, &term->number)
                   ? "a number, such as >=100k"
                   : NULL;
    case ASSAY_NEED_DATE:
        return bare || !assay_date_parse(term->value, &term->date)
                   ? "a date, such as >=2025-06-30"
                   : NULL;
    case ASSAY_NEED_TEXT:
        return bare || ordered(term->op) || !term->value.len
                   ? "=, != and a word"
                   : NULL;
    }
    return NULL;
}

static const struct assay_need_field *field_named(struct assay_str name)
{
    for (size_t i = 0; i < assay_need_field_count; i++)
        if (assay_str_is(name, assay_need_fields[i].name))
            return &assay_need_fields[i];
    return NULL;
}

static bool unknown_field(struct assay_str name, struct assay_error *err)
{
    char list[360] = "";
    size_t len = 0;

    for (size_t i = 0; i < assay_need_field_count; i++) {
        const char *word = assay_need_fields[i].name;
        size_t room = strlen(word) + 2;

        if (len + room >= sizeof list)
            break;
        if (len) {
            memcpy(list + len, ", ", 2);
            len += 2;
        }
        memcpy(list + len, word, strlen(word));
        len += strlen(word);
        list[len] = '\0';
    }
    return assay_fail(err, ASSAY_BAD_INPUT,
                      "there is no field '%.*s'; fields are %s",
                      ASSAY_STR_ARG(name), list);
}

static bool term_read(struct assay_str text, struct assay_need_term *term,
                      struct assay_error *err)
{
    struct assay_str name;
    const char *expected;

    *term = (struct assay_need_term){.text = text};
    term_split(text, term, &name);
    term->field = field_named(name);
    if (!term->field)
        return unknown_field(name, err);
    bool bare =
        term->value.at < text.at || term->value.at >= text.at + text.len;

    expected = value_problem(term, bare);
    if (expected)
        return assay_fail(err, ASSAY_BAD_INPUT, "'%.*s': %s wants %s",
                          ASSAY_STR_ARG(text), term->field->name, expected);
    return true;
}

bool assay_need_parse(struct assay_arena *arena, struct assay_str text,
                      struct assay_need *need, struct assay_error *err)
{
    size_t room = 1;

    for (size_t i = 0; i < text.len; i++)
        room += separator(text.at[i]);
    *need = (struct assay_need){
        .terms = ASSAY_NEW_ARRAY(arena, struct assay_need_term, room)};
    text = assay_arena_copy(arena, text);
    while (text.len) {
        size_t len = 0;

        while (len < text.len && !separator(text.at[len]))
            len++;
        if (len && !term_read(assay_str_head(text, len),
                              &need->terms[need->count++], err))
            return false;
        text = assay_str_skip(text, len + 1);
    }
    return true;
}

void assay_need_help(struct assay_buf *out)
{
    for (size_t i = 0; i < assay_need_field_count; i++)
        assay_buf_printf(out, "  %-19s %s\n", assay_need_fields[i].name,
                         assay_need_fields[i].help);
}

/* ------------------------------------------------------------- answers */

static bool holds(enum assay_need_operator op, int order)
{
    switch (op) {
    case ASSAY_NEED_IS:
        return order == 0;
    case ASSAY_NEED_IS_NOT:
        return order != 0;
    case ASSAY_NEED_LESS:
        return order < 0;
    case ASSAY_NEED_AT_MOST:
        return order <= 0;
    case ASSAY_NEED_MORE:
        return order > 0;
    case ASSAY_NEED_AT_LEAST:
        return order >= 0;
    }
    return false;
}

static bool same_word(struct assay_str a, struct assay_str b)
{
    if (a.len != b.len)
        return false;
    for (size_t i = 0; i < a.len; i++)
        if (tolower((unsigned char)a.at[i]) != tolower((unsigned char)b.at[i]))
            return false;
    return true;
}

/* One of the words of a list joined by ", " is the word. */
static bool lists_word(struct assay_str list, struct assay_str word)
{
    struct assay_str item, rest;

    while (list.len) {
        rest = (struct assay_str){"", 0};
        item = list;
        (void)assay_str_cut(list, ',', &item, &rest);
        if (same_word(assay_str_trim(item), word))
            return true;
        list = rest;
    }
    return false;
}

static bool term_holds(const struct assay_need_term *term,
                       const struct assay_need_value *value)
{
    bool wanted = true;

    switch (term->field->type) {
    case ASSAY_NEED_TRUTH:
        (void)truth_read(term->value, &wanted);
        return (value->truth == wanted) == (term->op == ASSAY_NEED_IS);
    case ASSAY_NEED_NUMBER:
    case ASSAY_NEED_DOLLARS:
        return holds(term->op,
                     assay_decimal_compare(value->number, term->number));
    case ASSAY_NEED_DATE:
        return holds(term->op, assay_date_compare(value->date, term->date));
    case ASSAY_NEED_TEXT:
        return lists_word(value->text, term->value) ==
               (term->op == ASSAY_NEED_IS);
    }
    return false;
}

static struct assay_str value_words(struct assay_arena *arena,
                                    const struct assay_need_field *field,
                                    const struct assay_need_value *value)
{
    switch (field->type) {
    case ASSAY_NEED_TRUTH:
        return value->truth ? ASSAY_STR("yes") : ASSAY_STR("no");
    case ASSAY_NEED_NUMBER:
        return assay_decimal_fixed(arena, value->number, 0);
    case ASSAY_NEED_DOLLARS: {
        struct assay_str text = assay_decimal_text(arena, value->number);

        return assay_arena_printf(arena, "$%.*s", ASSAY_STR_ARG(text));
    }
    case ASSAY_NEED_DATE:
        return assay_date_text(arena, value->date);
    case ASSAY_NEED_TEXT:
        return value->text;
    }
    return ASSAY_STR("");
}

static struct assay_str reason(struct assay_arena *arena,
                               const struct assay_need_term *term,
                               const struct assay_need_value *value)
{
    struct assay_str words;

    if (value->state == ASSAY_UNKNOWN)
        return assay_arena_printf(arena, "%s is unknown, asked %.*s",
                                  term->field->name, ASSAY_STR_ARG(term->text));
    words = value_words(arena, term->field, value);
    return assay_arena_printf(arena, "%s is %.*s, asked %.*s",
                              term->field->name, ASSAY_STR_ARG(words),
                              ASSAY_STR_ARG(term->text));
}

static enum assay_need_answer answer_term(
    const struct assay_need_term *term,
    const struct assay_need_subject *subject, struct assay_need_value *value)
{
    *value = (struct assay_need_value){.state = ASSAY_UNKNOWN};
    term->field->fetch(term->field, subject, value);
    if (value->state == ASSAY_UNKNOWN)
        return ASSAY_ANSWER_UNKNOWN;
    return term_holds(term, value) ? ASSAY_ANSWER_YES : ASSAY_ANSWER_NO;
}

size_t assay_need_misses(const struct assay_need *need,
                         const struct assay_need_subject *subject,
                         size_t *first, bool *unknown)
{
    struct assay_need_value value;
    size_t count = 0;

    for (size_t i = 0; i < need->count && count < 2; i++) {
        enum assay_need_answer one =
            answer_term(&need->terms[i], subject, &value);

        if (one == ASSAY_ANSWER_YES)
            continue;
        if (count++ > 0)
            continue;
        *first = i;
        *unknown = one == ASSAY_ANSWER_UNKNOWN;
    }
    return count;
}

static void answer(const struct assay_need *need,
                   const struct assay_need_subject *subject,
                   struct assay_need_result *result)
{
    struct assay_arena *arena = subject->arena;

    *result = (struct assay_need_result){
        .answer = ASSAY_ANSWER_YES,
        .terms =
            ASSAY_NEW_ARRAY(arena, enum assay_need_answer, need->count + 1),
        .reasons = ASSAY_NEW_ARRAY(arena, struct assay_str, need->count + 1),
        .claims =
            ASSAY_NEW_ARRAY(arena, const struct assay_claim *, need->count + 1),
    };
    for (size_t i = 0; i < need->count; i++) {
        const struct assay_need_term *term = &need->terms[i];
        struct assay_need_value value;

        result->terms[i] = answer_term(term, subject, &value);
        result->claims[i] = value.claim;
        result->reasons[i] = ASSAY_STR("");
        if (result->terms[i] == ASSAY_ANSWER_YES)
            continue;
        result->no_count += result->terms[i] == ASSAY_ANSWER_NO;
        result->unknown_count += result->terms[i] == ASSAY_ANSWER_UNKNOWN;
        result->reasons[i] = reason(arena, term, &value);
    }
    if (result->no_count)
        result->answer = ASSAY_ANSWER_NO;
    else if (result->unknown_count)
        result->answer = ASSAY_ANSWER_UNKNOWN;
}

bool assay_need_route(struct assay_arena *arena, const struct assay_need *need,
                      const struct assay_route *route,
                      const struct assay_cost_options *options,
                      struct assay_need_result *result, struct assay_error *err)
{
    (void)err;
    answer(need,
           &(struct assay_need_subject){.arena = arena,
                                        .route = route,
                                        .model = route->model,
                                        .options = options},
           result);
    result->route = route;
    return true;
}

static bool costs_less(const struct assay_route_cost *a,
                       const struct assay_route_cost *b)
{
    if ((a->state == ASSAY_UNKNOWN) != (b->state == ASSAY_UNKNOWN))
        return b->state == ASSAY_UNKNOWN;
    return assay_decimal_compare(a->usd, b->usd) < 0;
}

/* The cost of a route matters only between equal answers. */
struct candidate {
    struct assay_need_result result;
    struct assay_route_cost cost;
};

static bool better(const struct candidate *a, const struct candidate *b)
{
    if (a->result.no_count != b->result.no_count)
        return a->result.no_count < b->result.no_count;
    if (a->result.unknown_count != b->result.unknown_count)
        return a->result.unknown_count < b->result.unknown_count;
    return costs_less(&a->cost, &b->cost);
}

bool assay_need_model(struct assay_arena *arena, const struct assay_need *need,
                      const struct assay_model *model,
                      const struct assay_cost_options *options,
                      struct assay_need_result *result, struct assay_error *err)
{
    struct candidate one, best = {.cost = {.state = ASSAY_UNKNOWN}};

    answer(need,
           &(struct assay_need_subject){
               .arena = arena, .model = model, .options = options},
           result);
    for (size_t i = 0; i < model->live_count; i++) {
        if (!assay_need_route(arena, need, model->routes[i], options,
                              &one.result, err) ||
            !assay_cost_route(arena, model->routes[i], options->traffic,
                              options->as_of, &one.cost, err))
            return false;
        if (i == 0 || better(&one, &best))
            best = one;
    }
    if (model->live_count)
        *result = best.result;
    return true;
}
