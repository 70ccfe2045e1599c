/*
 * One function per kind of field; every type is looked at before it is used.
 */
#include "import/import_fields.h"

static bool copy_text(const struct assay_row *row,
                      const struct assay_json *value, struct assay_json *out,
                      const struct assay_field *field)
{
    struct assay_arena *arena = row->batch->arena;
    struct assay_date date;

    if (value->type != ASSAY_JSON_STRING)
        return assay_row_wrong_type(row, value, "a string");
    if (value->text.len == 0)
        return true;
    if (field->kind == ASSAY_FIELD_DATE &&
        !assay_date_parse(value->text, &date))
        return assay_row_refuse(
            row, value,
            "'%.*s' is not a date in the calendar, expected YYYY, YYYY-MM or "
            "YYYY-MM-DD",
            ASSAY_STR_ARG(assay_str_head(value->text, 40)));
    assay_json_set_text(arena, out, field->to, value->text);
    return true;
}

static bool copy_name(const struct assay_row *row,
                      const struct assay_json *value, struct assay_json *out,
                      const struct assay_field *field)
{
    static const char mark[] = " (latest)";
    struct assay_str name = value->text;

    if (value->type != ASSAY_JSON_STRING)
        return assay_row_wrong_type(row, value, "a string");
    if (assay_str_ends(name, mark))
        name = assay_str_head(name, name.len - (sizeof mark - 1));
    if (name.len)
        assay_json_set_text(row->batch->arena, out, field->to, name);
    return true;
}

static bool copy_tokens(const struct assay_row *row,
                        const struct assay_json *value, struct assay_json *out,
                        const struct assay_field *field)
{
    uint64_t tokens;

    if (!assay_row_count(row, value, &tokens))
        return false;
    if (tokens > 0)
        assay_json_set_uint(row->batch->arena, out, field->to, tokens);
    return true;
}

static bool copy_flag(const struct assay_row *row,
                      const struct assay_json *value, struct assay_json *out,
                      const struct assay_field *field)
{
    if (value->type != ASSAY_JSON_TRUE && value->type != ASSAY_JSON_FALSE)
        return assay_row_wrong_type(row, value, "true or false");
    assay_json_set_bool(row->batch->arena, out, field->to,
                        value->type == ASSAY_JSON_TRUE);
    return true;
}

static bool copy_list(const struct assay_row *row,
                      const struct assay_json *value, struct assay_json *out,
                      const struct assay_field *field)
{
    struct assay_arena *arena = row->batch->arena;

    if (value->type != ASSAY_JSON_ARRAY)
        return assay_row_wrong_type(row, value, "an array of strings");
    if (!value->first)
        return true;
    struct assay_json *list =
        assay_json_set(out, field->to, assay_json_array(arena));
    for (const struct assay_json *at = value->first; at; at = at->next) {
        if (at->type != ASSAY_JSON_STRING)
            return assay_row_wrong_type(row, at, "a string");
        assay_json_add(list, assay_json_string(arena, at->text));
    }
    return true;
}

static bool (*const copiers[])(const struct assay_row *,
                               const struct assay_json *, struct assay_json *,
                               const struct assay_field *) = {
    [ASSAY_FIELD_TEXT] = copy_text, [ASSAY_FIELD_NAME] = copy_name,
    [ASSAY_FIELD_DATE] = copy_text, [ASSAY_FIELD_TOKENS] = copy_tokens,
    [ASSAY_FIELD_FLAG] = copy_flag, [ASSAY_FIELD_LIST] = copy_list,
};

bool assay_row_fields(const struct assay_row *row,
                      const struct assay_json *source, struct assay_json *out,
                      const struct assay_field *fields, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const struct assay_json *value = assay_json_get(source, fields[i].from);
        if (value && value->type != ASSAY_JSON_NULL &&
            !copiers[fields[i].kind](row, value, out, &fields[i]))
            return false;
    }
    return true;
}

bool assay_row_member(const struct assay_row *row,
                      const struct assay_json *source, const char *key,
                      enum assay_json_type type,
                      const struct assay_json **member)
{
    const struct assay_json *value = assay_json_get(source, key);

    *member = NULL;
    if (!value || value->type == ASSAY_JSON_NULL)
        return true;
    if (value->type != type)
        return assay_row_wrong_type(row, value,
                                    type == ASSAY_JSON_ARRAY    ? "an array"
                                    : type == ASSAY_JSON_OBJECT ? "an object"
                                                                : "a string");
    *member = value;
    return true;
}

bool assay_list_has(const struct assay_json *array, const char *text)
{
    if (!assay_json_is(array, ASSAY_JSON_ARRAY))
        return false;
    for (const struct assay_json *at = array->first; at; at = at->next)
        if (at->type == ASSAY_JSON_STRING && assay_str_is(at->text, text))
            return true;
    return false;
}
