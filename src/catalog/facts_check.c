/*
 * Is a statement what FORMATS section 1 says it is? One function per kind
 * of value, chosen by the tables in facts_shape.c. Says no on the first
 * fault, with the place, what came and what was expected.
 */
#include "catalog/facts_shape.h"

#include "assay/decimal.h"

#include <inttypes.h>

enum {
    MAX_ID_BYTES = 200,
    MAX_METER_BYTES = 40,
    MAX_TEXT_BYTES = 8 << 10,
    MAX_KEY_BYTES = 100,
    MAX_ELEMENTS = 2000, /* of one array: benchmark rows come in hundreds */
    MAX_DEPTH = 8,       /* of values that are only carried */
    MAX_VALUES = 4000,   /* in one of them */
    MAX_PLACES = 30,     /* of a decimal: 17 are met, in floats written out */
    SHOWN_BYTES = 60,
    SHOWN_PLACE_BYTES = 200,
};

struct check {
    struct assay_arena *arena;
    struct assay_error *err;
};

/* ------------------------------------------------------------- messages */

struct assay_str assay_fact_place(struct assay_arena *arena,
                                  const struct assay_json *value)
{
    struct assay_str path = assay_json_path(arena, value);
    bool cut = path.len > SHOWN_PLACE_BYTES;

    path = assay_str_head(path, SHOWN_PLACE_BYTES);
    path.len = assay_utf8_bad_at(path);
    if (value->line == 0)
        return assay_arena_printf(arena, "%.*s%s", ASSAY_STR_ARG(path),
                                  cut ? "…" : "");
    return assay_arena_printf(arena, "line %" PRIu32 "%s%.*s%s", value->line,
                              path.len ? ", " : "", ASSAY_STR_ARG(path),
                              cut ? "…" : "");
}

/* "'gpt-4'", "true", "an array": what came, in one word where possible. */
static struct assay_str shown(struct assay_arena *arena,
                              const struct assay_json *value)
{
    switch (value->type) {
    case ASSAY_JSON_STRING:
    case ASSAY_JSON_NUMBER:
        break;
    case ASSAY_JSON_ARRAY:
        return ASSAY_STR("the array");
    case ASSAY_JSON_OBJECT:
        return ASSAY_STR("the object");
    case ASSAY_JSON_NULL:
        return ASSAY_STR("null");
    case ASSAY_JSON_FALSE:
        return ASSAY_STR("false");
    case ASSAY_JSON_TRUE:
        return ASSAY_STR("true");
    }
    bool is_text = value->type == ASSAY_JSON_STRING;
    bool cut = value->text.len > SHOWN_BYTES;
    struct assay_str head = assay_str_head(value->text, SHOWN_BYTES);
    if (cut)
        head.len = assay_utf8_bad_at(head);
    return assay_arena_printf(arena, "%s'%.*s%s'", is_text ? "" : "number ",
                              ASSAY_STR_ARG(head), cut ? "…" : "");
}

bool assay_fact_fail(struct assay_arena *arena, const struct assay_json *value,
                     struct assay_error *err, const char *complaint, ...)
{
    struct assay_str place = assay_fact_place(arena, value);
    struct assay_str what = shown(arena, value);
    va_list args;

    va_start(args, complaint);
    struct assay_str words = assay_arena_vprintf(arena, complaint, args);
    va_end(args);
    return assay_fail(err, ASSAY_BAD_INPUT, "%.*s%s%.*s %.*s",
                      ASSAY_STR_ARG(place), place.len ? ": " : "",
                      ASSAY_STR_ARG(what), ASSAY_STR_ARG(words));
}

/* "is a number, expected a decimal string" */
static bool wrong_type(const struct check *in, const struct assay_json *value,
                       const char *expected)
{
    if (value->type == ASSAY_JSON_STRING)
        return assay_fact_fail(in->arena, value, in->err,
                               "is a string, expected %s", expected);
    return assay_fact_fail(in->arena, value, in->err, "is not %s, expected %s",
                           value->type == ASSAY_JSON_NULL ? "a value here"
                                                          : "of this type",
                           expected);
}

/* ----------------------------------------------------------------- text */

/* One character of well-formed UTF-8; its length in *bytes. */
static uint32_t character(const unsigned char *at, size_t *bytes)
{
    if (at[0] < 0x80) {
        *bytes = 1;
        return at[0];
    }
    size_t n = at[0] >= 0xf0 ? 4 : at[0] >= 0xe0 ? 3 : 2;
    uint32_t code = at[0] & (0xffU >> (n + 1));
    for (size_t i = 1; i < n; i++)
        code = code << 6 | (at[i] & 0x3f);
    *bytes = n;
    return code;
}

/*
 * True for what an id must not hold: control characters, white space, and
 * characters that have no width or turn the direction of a line (Unicode 16:
 * White_Space, Bidi_Control, Default_Ignorable in the General Punctuation
 * block, and the byte order mark).
 */
static bool is_unprintable(uint32_t c)
{
    return c <= 0x20 || (c >= 0x7f && c <= 0xa0) || c == 0xad || c == 0x061c ||
           c == 0x1680 || (c >= 0x2000 && c <= 0x200f) ||
           (c >= 0x2028 && c <= 0x202f) || (c >= 0x205f && c <= 0x206f) ||
           c == 0x3000 || c == 0xfeff || (c >= 0xfff0 && c <= 0xfffb);
}

static bool is_printable(struct assay_str s)
{
    for (size_t i = 0, n; i < s.len; i += n)
        if (is_unprintable(character((const unsigned char *)s.at + i, &n)))
            return false;
    return true;
}

static bool check_string(const struct check *in, const struct assay_json *value,
                         size_t max_bytes, const char *expected)
{
    if (value->type != ASSAY_JSON_STRING)
        return wrong_type(in, value, expected);
    if (!assay_utf8_valid(value->text))
        return assay_fact_fail(in->arena, value, in->err,
                               "is not UTF-8, expected %s", expected);
    if (value->text.len > max_bytes)
        return assay_fact_fail(in->arena, value, in->err,
                               "is %zu bytes long, expected %s of at most %zu "
                               "bytes",
                               value->text.len, expected, max_bytes);
    if (assay_str_find(value->text, '\0') < value->text.len)
        return assay_fact_fail(in->arena, value, in->err,
                               "holds a NUL, expected %s", expected);
    return true;
}

static bool check_text(const struct check *in, const struct assay_json *value,
                       const struct assay_fact_field *field)
{
    (void)field;
    return check_string(in, value, MAX_TEXT_BYTES, "a text");
}

static bool check_id(const struct check *in, const struct assay_json *value,
                     const struct assay_fact_field *field)
{
    static const char expected[] = "an id without white space";
    (void)field;
    if (!check_string(in, value, MAX_ID_BYTES, expected))
        return false;
    if (value->text.len == 0)
        return assay_fact_fail(in->arena, value, in->err,
                               "is empty, expected %s", expected);
    if (!is_printable(value->text))
        return assay_fact_fail(in->arena, value, in->err,
                               "holds white space or a character that cannot "
                               "be seen, expected %s",
                               expected);
    return true;
}

static size_t count_slashes(struct assay_str s)
{
    size_t n = 0;
    for (size_t i = 0; i < s.len; i++)
        n += s.at[i] == '/';
    return n;
}

static bool check_name(const struct check *in, const struct assay_json *value,
                       const struct assay_fact_field *field)
{
    if (!check_id(in, value, field))
        return false;
    if (count_slashes(value->text) != 0)
        return assay_fact_fail(in->arena, value, in->err,
                               "holds a '/', expected an id without one");
    return true;
}

static bool check_model_id(const struct check *in,
                           const struct assay_json *value,
                           const struct assay_fact_field *field)
{
    struct assay_str creator, name;
    if (!check_id(in, value, field))
        return false;
    if (!assay_str_cut(value->text, '/', &creator, &name) || !creator.len ||
        !name.len || count_slashes(name) != 0)
        return assay_fact_fail(in->arena, value, in->err,
                               "is not a model id, expected exactly "
                               "'creator/name'");
    return true;
}

static bool check_route_id(const struct check *in,
                           const struct assay_json *value,
                           const struct assay_fact_field *field)
{
    struct assay_str provider, wire;
    if (!check_id(in, value, field))
        return false;
    if (!assay_str_cut(value->text, '/', &provider, &wire) || !provider.len ||
        !wire.len)
        return assay_fact_fail(in->arena, value, in->err,
                               "is not a route id, expected 'provider/…'");
    return true;
}

/* [a-z0-9_]{1,40} */
static bool is_meter(struct assay_str s)
{
    for (size_t i = 0; i < s.len; i++)
        if (!((s.at[i] >= 'a' && s.at[i] <= 'z') ||
              (s.at[i] >= '0' && s.at[i] <= '9') || s.at[i] == '_'))
            return false;
    return s.len > 0 && s.len <= MAX_METER_BYTES;
}

static bool check_meter(const struct check *in, const struct assay_json *value,
                        const struct assay_fact_field *field)
{
    (void)field;
    if (value->type != ASSAY_JSON_STRING)
        return wrong_type(in, value, "a meter such as \"input_tokens\"");
    if (!is_meter(value->text))
        return assay_fact_fail(in->arena, value, in->err,
                               "is not a meter, expected 1 to %d of a-z, 0-9 "
                               "and _",
                               MAX_METER_BYTES);
    return true;
}

static bool check_word(const struct check *in, const struct assay_json *value,
                       const struct assay_fact_field *field)
{
    struct assay_str list = ASSAY_STR("");

    if (value->type == ASSAY_JSON_STRING)
        for (const char *const *word = field->words; *word; word++)
            if (assay_str_is(value->text, *word))
                return true;
    for (const char *const *word = field->words; *word; word++)
        list = assay_arena_printf(in->arena, "%.*s%s%s", ASSAY_STR_ARG(list),
                                  list.len ? ", " : "", *word);
    return assay_fact_fail(in->arena, value, in->err,
                           "is unknown here, expected one of %.*s",
                           ASSAY_STR_ARG(list));
}

/* ------------------------------------------------------ dates and times */

static bool check_date(const struct check *in, const struct assay_json *value,
                       const struct assay_fact_field *field)
{
    bool whole = field->kind == ASSAY_FACT_DAY;
    const char *expected =
        whole ? "a date YYYY-MM-DD" : "a date YYYY, YYYY-MM or YYYY-MM-DD";
    struct assay_date date;

    if (value->type != ASSAY_JSON_STRING)
        return wrong_type(in, value, expected);
    if (whole ? assay_date_parse_day(value->text, &date)
              : assay_date_parse(value->text, &date))
        return true;
    return assay_fact_fail(in->arena, value, in->err,
                           "is not a date in the calendar, expected %s",
                           expected);
}

static bool check_minute(const struct check *in, const struct assay_json *value,
                         const struct assay_fact_field *field)
{
    uint64_t time;
    (void)field;
    if (value->type == ASSAY_JSON_STRING && value->text.len == 4 &&
        assay_str_to_u64(value->text, &time) && time % 100 < 60 && time <= 2400)
        return true;
    return assay_fact_fail(in->arena, value, in->err,
                           "is not a time of day, expected \"HHMM\" from "
                           "\"0000\" to \"2400\"");
}

/* -------------------------------------------------------------- numbers */

static bool check_count(const struct check *in, const struct assay_json *value,
                        const struct assay_fact_field *field)
{
    struct assay_decimal number, least = assay_decimal_uint(field->least),
                                 most = assay_decimal_uint(field->most);
    const char *fault;

    if (value->type != ASSAY_JSON_NUMBER)
        fault = value->type == ASSAY_JSON_STRING ? "is a string"
                                                 : "is not a number";
    else if (!assay_decimal_parse(value->text, &number))
        fault = "is out of range";
    else if (assay_decimal_sign(number) < 0)
        fault = "is negative";
    else if (number.exponent < 0)
        fault = "is not whole";
    else if (assay_decimal_compare(number, least) < 0)
        fault = "is too small";
    else if (assay_decimal_compare(number, most) > 0)
        fault = "is too large";
    else
        return true;
    return assay_fact_fail(in->arena, value, in->err,
                           "%s, expected a whole number from %" PRIu64
                           " to %" PRIu64,
                           fault, field->least, field->most);
}

static struct assay_decimal absolute(struct assay_decimal a)
{
    a.digits = a.digits < 0 ? -a.digits : a.digits;
    return a;
}

static bool check_decimal(const struct check *in,
                          const struct assay_json *value,
                          const struct assay_fact_field *field)
{
    struct assay_decimal number, most = assay_decimal_uint(field->most);
    bool is_signed = field->least == ASSAY_FACT_SIGNED;
    const char *fault;

    if (value->type == ASSAY_JSON_NUMBER)
        fault = "is not quoted";
    else if (value->type != ASSAY_JSON_STRING)
        fault = "is not a string";
    else if (!assay_decimal_parse(value->text, &number))
        fault = "is not a number, or not one of at most 38 digits";
    else if (assay_decimal_sign(number) < 0 && !is_signed)
        fault = "is negative";
    else if (assay_decimal_compare(absolute(number), most) > 0)
        fault = "is too large";
    else if (number.exponent < -MAX_PLACES)
        fault = "has more than 30 places after its point";
    else
        return true;
    return assay_fact_fail(in->arena, value, in->err,
                           "%s, expected a decimal string%s%" PRIu64, fault,
                           is_signed ? " up to " : " from 0 to ", field->most);
}

/* ">N" or ">=N" */
static bool check_threshold(const struct check *in,
                            const struct assay_json *value,
                            const struct assay_fact_field *field)
{
    struct assay_str s = value->text;
    uint64_t tokens;

    (void)field;
    if (value->type == ASSAY_JSON_STRING && assay_str_starts(s, ">")) {
        s = assay_str_skip(s, assay_str_starts(s, ">=") ? 2 : 1);
        if (s.len <= 12 && assay_str_to_u64(s, &tokens))
            return true;
    }
    return assay_fact_fail(in->arena, value, in->err,
                           "is not a threshold, expected \">200000\" or "
                           "\">=200000\"");
}

static bool check_bool(const struct check *in, const struct assay_json *value,
                       const struct assay_fact_field *field)
{
    (void)field;
    if (value->type == ASSAY_JSON_TRUE || value->type == ASSAY_JSON_FALSE)
        return true;
    return wrong_type(in, value, "true, false or null");
}

/* ------------------------------------------------------ what holds more */

static bool check_flags(const struct check *in, const struct assay_json *value,
                        const struct assay_fact_field *field)
{
    if (value->type != ASSAY_JSON_OBJECT)
        return wrong_type(in, value, "an object of true, false or null");
    if (value->count > MAX_ELEMENTS)
        return assay_fact_fail(in->arena, value, in->err,
                               "has %" PRIu32 " members, expected at most %d",
                               value->count, MAX_ELEMENTS);
    for (const struct assay_json *flag = value->first; flag;
         flag = flag->next) {
        if (!is_meter(flag->key))
            return assay_fact_fail(in->arena, flag, in->err,
                                   "has a name that is not 1 to %d of a-z, "
                                   "0-9 and _, expected such a name",
                                   MAX_METER_BYTES);
        if (flag->type != ASSAY_JSON_NULL && !check_bool(in, flag, field))
            return false;
    }
    return true;
}

static bool check_list(const struct check *in, const struct assay_json *value,
                       const struct assay_fact_field *field)
{
    if (value->type != ASSAY_JSON_ARRAY)
        return wrong_type(in, value, "an array of strings");
    if (value->count > MAX_ELEMENTS)
        return assay_fact_fail(in->arena, value, in->err,
                               "has %" PRIu32 " elements, expected at most %d",
                               value->count, MAX_ELEMENTS);
    for (const struct assay_json *at = value->first; at; at = at->next)
        if (field->kind == ASSAY_FACT_TEXTS ? !check_text(in, at, field)
                                            : !check_id(in, at, field))
            return false;
    return true;
}

static bool check_object(const struct check *in, const struct assay_json *value,
                         const struct assay_fact_field *field)
{
    return assay_fact_check(in->arena, field->shape, value, in->err);
}

static bool check_rows(const struct check *in, const struct assay_json *value,
                       const struct assay_fact_field *field)
{
    if (value->type != ASSAY_JSON_ARRAY)
        return wrong_type(in, value, "an array of objects");
    if (value->count > MAX_ELEMENTS)
        return assay_fact_fail(in->arena, value, in->err,
                               "has %" PRIu32 " rows, expected at most %d",
                               value->count, MAX_ELEMENTS);
    for (const struct assay_json *row = value->first; row; row = row->next)
        if (!assay_fact_check(in->arena, field->shape, row, in->err))
            return false;
    return true;
}

/* One value of those that are carried without being understood. */
static bool check_carried(const struct check *in,
                          const struct assay_json *value)
{
    struct assay_decimal number;

    if (value->key.len > MAX_KEY_BYTES ||
        assay_str_find(value->key, '\0') < value->key.len)
        return assay_fact_fail(in->arena, value, in->err,
                               "has too long a name, or a NUL in it, expected "
                               "at most %d bytes",
                               MAX_KEY_BYTES);
    if (value->type == ASSAY_JSON_STRING)
        return check_string(in, value, MAX_TEXT_BYTES, "a text");
    if (value->type == ASSAY_JSON_NUMBER &&
        !assay_decimal_parse(value->text, &number))
        return assay_fact_fail(in->arena, value, in->err,
                               "has too many digits, expected at most 38");
    return true;
}

/* The value behind `at` in document order, inside `root`; NULL at the end. */
static const struct assay_json *following(const struct assay_json *at,
                                          const struct assay_json *root,
                                          size_t *depth)
{
    if (at->first) {
        ++*depth;
        return at->first;
    }
    while (at != root && !at->next) {
        --*depth;
        at = at->parent;
    }
    return at == root ? NULL : at->next;
}

static bool check_any(const struct check *in, const struct assay_json *value,
                      const struct assay_fact_field *field)
{
    size_t depth = 0, count = 0;

    (void)field;
    for (const struct assay_json *at = value; at;
         at = following(at, value, &depth)) {
        if (depth > MAX_DEPTH || ++count > MAX_VALUES)
            return assay_fact_fail(in->arena, value, in->err,
                                   "is too large, expected at most %d values "
                                   "and %d levels",
                                   MAX_VALUES, MAX_DEPTH);
        if (!check_carried(in, at))
            return false;
    }
    return true;
}

static bool (*const checks[])(const struct check *, const struct assay_json *,
                              const struct assay_fact_field *) = {
    [ASSAY_FACT_TEXT] = check_text,
    [ASSAY_FACT_ID] = check_id,
    [ASSAY_FACT_NAME] = check_name,
    [ASSAY_FACT_MODEL_ID] = check_model_id,
    [ASSAY_FACT_ROUTE_ID] = check_route_id,
    [ASSAY_FACT_METER] = check_meter,
    [ASSAY_FACT_WORD] = check_word,
    [ASSAY_FACT_DATE] = check_date,
    [ASSAY_FACT_DAY] = check_date,
    [ASSAY_FACT_MINUTE] = check_minute,
    [ASSAY_FACT_THRESHOLD] = check_threshold,
    [ASSAY_FACT_COUNT] = check_count,
    [ASSAY_FACT_DECIMAL] = check_decimal,
    [ASSAY_FACT_BOOL] = check_bool,
    [ASSAY_FACT_FLAGS] = check_flags,
    [ASSAY_FACT_IDS] = check_list,
    [ASSAY_FACT_SET] = check_list,
    [ASSAY_FACT_TEXTS] = check_list,
    [ASSAY_FACT_OBJECT] = check_object,
    [ASSAY_FACT_ROWS] = check_rows,
    [ASSAY_FACT_ANY] = check_any,
};

bool assay_fact_check(struct assay_arena *arena,
                      const struct assay_fact_shape *shape,
                      const struct assay_json *object, struct assay_error *err)
{
    static const struct assay_fact_field unknown = {.kind = ASSAY_FACT_ANY};
    const struct check in = {arena, err};
    size_t unknown_count = 0;

    if (object->type != ASSAY_JSON_OBJECT)
        return wrong_type(&in, object, "an object");
    for (const struct assay_json *value = object->first; value;
         value = value->next) {
        const struct assay_fact_field *field =
            assay_fact_field(shape, value->key);
        if (!field) {
            field = &unknown;
            if (++unknown_count > ASSAY_FACT_MAX_UNKNOWN)
                return assay_fact_fail(arena, object, err,
                                       "has more than %d keys that the format "
                                       "does not know, expected fewer",
                                       ASSAY_FACT_MAX_UNKNOWN);
        }
        if (value->type == ASSAY_JSON_NULL && field->null == ASSAY_FACT_NULL)
            continue;
        if (!checks[field->kind](&in, value, field))
            return false;
    }
    for (size_t i = 0; i < shape->count; i++)
        if (shape->fields[i].null == ASSAY_FACT_REQUIRED &&
            !assay_json_get(object, shape->fields[i].key))
            return assay_fact_fail(arena, object, err,
                                   "has no '%s', expected one",
                                   shape->fields[i].key);
    return !shape->check || shape->check(arena, object, err);
}
