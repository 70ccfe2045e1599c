/*
 * Operators of templates: comparing, containing, joining, calculating. Those
 * that may leave out their second operand (and, or) are where terms are.
 */
#include "trial/template_parts.h"

#include <math.h>
#include <string.h>

enum { MAX_TEXT = 16 << 20 };

static bool wrong(struct assay_template_call *call, const char *what)
{
    call->wrong = what;
    return false;
}

static bool is_text(const struct assay_json *value)
{
    return assay_json_is(value, ASSAY_JSON_STRING);
}

static bool contains(struct assay_template_call *call,
                     const struct assay_json *list,
                     const struct assay_json *item, bool *found)
{
    bool jinja = call->rules == ASSAY_TEMPLATE_JINJA;

    *found = false;
    if (assay_json_is(list, ASSAY_JSON_ARRAY)) {
        for (const struct assay_json *e = list->first; e && !*found;
             e = e->next)
            *found = assay_value_equal(call->rules, e, item) &&
                     (jinja || (item && e->type == item->type));
        return true;
    }
    struct assay_str part = assay_value_text(call->rules, call->arena, item);
    if (assay_json_is(list, ASSAY_JSON_OBJECT)) {
        *found = assay_json_get_str(list, part) != NULL;
        return true;
    }
    if (!is_text(list))
        return wrong(call, "'in' takes a list, a text or a map");
    for (size_t i = 0; i + part.len <= list->text.len && !*found; i++)
        *found = memcmp(list->text.at + i, part.at, part.len) == 0;
    return true;
}

/* By order: as texts when both are, as numbers else; NaN is never less. */
static bool compare(enum assay_operator op, struct assay_template_call *call,
                    bool *is)
{
    const struct assay_json *a = call->value, *b = call->arguments[0];
    double x, y;
    int order;

    *is = false;
    if (is_text(a) && is_text(b))
        order = assay_str_compare(a->text, b->text);
    else if (assay_value_number(call->rules, a, &x) &&
             assay_value_number(call->rules, b, &y))
        order = (x > y) - (x < y);
    else
        return call->rules == ASSAY_TEMPLATE_NUNJUCKS ||
               wrong(call, "these values have no order");
    *is = op == ASSAY_OP_LESS         ? order < 0
          : op == ASSAY_OP_LESS_EQUAL ? order <= 0
          : op == ASSAY_OP_MORE       ? order > 0
                                      : order >= 0;
    return true;
}

static bool join(struct assay_template_call *call,
                 const struct assay_json **value)
{
    struct assay_str left =
        assay_value_text(call->rules, call->arena, call->value);
    struct assay_str right =
        assay_value_text(call->rules, call->arena, call->arguments[0]);

    if (left.len + right.len > MAX_TEXT)
        return wrong(call, "more than 16 MiB of text");
    char *joined = assay_arena_alloc(call->arena, left.len + right.len + 1, 1);
    memcpy(joined, left.at, left.len);
    memcpy(joined + left.len, right.at, right.len);
    *value = assay_json_string(
        call->arena, (struct assay_str){joined, left.len + right.len});
    return true;
}

static double result_of(enum assay_operator op, bool jinja, double x, double y)
{
    switch (op) {
    case ASSAY_OP_ADD:
        return x + y;
    case ASSAY_OP_SUBTRACT:
        return x - y;
    case ASSAY_OP_MULTIPLY:
        return x * y;
    case ASSAY_OP_DIVIDE:
        return x / y;
    case ASSAY_OP_FLOOR:
        return floor(x / y);
    case ASSAY_OP_REST:
        return jinja ? x - y * floor(x / y) : fmod(x, y);
    default:
        return pow(x, y);
    }
}

static bool calculate(enum assay_operator op, struct assay_template_call *call,
                      const struct assay_json **value)
{
    const struct assay_json *a = call->value, *b = call->arguments[0];
    bool jinja = call->rules == ASSAY_TEMPLATE_JINJA;
    double x, y;

    if (op == ASSAY_OP_JOIN ||
        (op == ASSAY_OP_ADD &&
         (jinja ? is_text(a) && is_text(b) : is_text(a) || is_text(b))))
        return join(call, value);
    if (!assay_value_number(call->rules, a, &x) ||
        !assay_value_number(call->rules, b, &y))
        return wrong(call, "these values cannot be calculated with");
    double result = result_of(op, jinja, x, y);
    if (!isfinite(result))
        return wrong(call, "the result is no number");
    *value = assay_value_from_number(call->rules, call->arena, result);
    /* a quotient is a float in Python, 2.0 too */
    if (jinja && op == ASSAY_OP_DIVIDE && result == floor(result))
        *value = assay_json_number(
            call->arena, assay_arena_printf(call->arena, "%.*s.0",
                                            ASSAY_STR_ARG((*value)->text)));
    return true;
}

bool assay_operator_apply(enum assay_operator op,
                          struct assay_template_call *call,
                          const struct assay_json **value)
{
    const struct assay_json *a = call->value, *b = call->arguments[0];
    bool is = false, ok = true;

    switch (op) {
    case ASSAY_OP_EQUAL:
    case ASSAY_OP_UNEQUAL:
        is = assay_value_equal(call->rules, a, b) == (op == ASSAY_OP_EQUAL);
        break;
    case ASSAY_OP_SAME:
    case ASSAY_OP_UNSAME:
        is = a && b ? a->type == b->type && assay_value_equal(call->rules, a, b)
                    : a == b;
        is = is == (op == ASSAY_OP_SAME);
        break;
    case ASSAY_OP_LESS:
    case ASSAY_OP_LESS_EQUAL:
    case ASSAY_OP_MORE:
    case ASSAY_OP_MORE_EQUAL:
        ok = compare(op, call, &is);
        break;
    case ASSAY_OP_IN:
    case ASSAY_OP_NOT_IN:
        ok = contains(call, b, a, &is);
        is = is == (op == ASSAY_OP_IN);
        break;
    default:
        return calculate(op, call, value);
    }
    *value = assay_json_bool(call->arena, is);
    return ok;
}
