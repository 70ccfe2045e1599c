/*
 * The filters of templates, and the methods of texts and lists that lm-eval's
 * tasks call. Those are all: any other name is refused while reading.
 */
#include "trial/template_parts.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

enum { MAX_TEXT = 16 << 20 };

/* ---- Helpers ---- */

static struct assay_str text_of(struct assay_template_call *call,
                                const struct assay_json *value)
{
    return assay_value_text(call->rules, call->arena, value);
}

static struct assay_str argument_text(struct assay_template_call *call,
                                      size_t i, const char *otherwise)
{
    return i < call->count ? text_of(call, call->arguments[i])
                           : assay_str_c(otherwise);
}

static bool wrong(struct assay_template_call *call, const char *what)
{
    call->wrong = what;
    return false;
}

static bool give_text(struct assay_template_call *call,
                      const struct assay_json **result, struct assay_str text)
{
    *result = assay_json_string(call->arena, text);
    return true;
}

static bool give_buffer(struct assay_template_call *call,
                        const struct assay_json **result, struct assay_buf *out)
{
    struct assay_error err = {0};
    bool ok = assay_buf_ok(out, &err);

    if (ok)
        give_text(call, result,
                  assay_arena_copy(call->arena, assay_buf_str(out)));
    assay_buf_release(out);
    return ok || wrong(call, "more than 16 MiB of text");
}

static bool give_number(struct assay_template_call *call,
                        const struct assay_json **result, double number)
{
    *result = assay_value_from_number(call->rules, call->arena, number);
    return true;
}

/* Bytes of the character at the beginning. */
static size_t character_len(struct assay_str text)
{
    size_t len = text.len > 0;
    while (len < text.len && ((unsigned char)text.at[len] & 0xc0) == 0x80)
        len++;
    return len;
}

/* ---- Case and white space ---- */

/* The one common letter whose capital is two, in JavaScript and Python. */
enum { SHARP_S = 0xDF };

static bool change_case(struct assay_template_call *call,
                        const struct assay_json **result,
                        utf8proc_int32_t (*change)(utf8proc_int32_t))
{
    struct assay_str text = text_of(call, call->value);
    struct assay_buf out;

    assay_buf_init(&out, MAX_TEXT);
    while (text.len > 0) {
        utf8proc_int32_t c;
        utf8proc_uint8_t bytes[4];
        utf8proc_ssize_t n = utf8proc_iterate((const utf8proc_uint8_t *)text.at,
                                              (utf8proc_ssize_t)text.len, &c);
        if (n <= 0) {
            assay_buf_add_char(&out, text.at[0]);
            text = assay_str_skip(text, 1);
            continue;
        }
        text = assay_str_skip(text, (size_t)n);
        if (c == SHARP_S && change == utf8proc_toupper) {
            assay_buf_add_c(&out, "SS");
            continue;
        }
        utf8proc_ssize_t len = utf8proc_encode_char(change(c), bytes);
        assay_buf_add(&out,
                      (struct assay_str){(const char *)bytes, (size_t)len});
    }
    return give_buffer(call, result, &out);
}

static bool filter_upper(struct assay_template_call *call,
                         const struct assay_json **result)
{
    return change_case(call, result, utf8proc_toupper);
}

static bool filter_lower(struct assay_template_call *call,
                         const struct assay_json **result)
{
    return change_case(call, result, utf8proc_tolower);
}

/* White space of JavaScript and Python alike. */
static size_t space_at(struct assay_str text)
{
    utf8proc_int32_t c;
    utf8proc_ssize_t n = utf8proc_iterate((const utf8proc_uint8_t *)text.at,
                                          (utf8proc_ssize_t)text.len, &c);
    if (n <= 0)
        return 0;
    bool space = (c >= 9 && c <= 13) || c == 32 || c == 0xa0 || c == 0x1680 ||
                 (c >= 0x2000 && c <= 0x200a) || c == 0x2028 || c == 0x2029 ||
                 c == 0x202f || c == 0x205f || c == 0x3000 || c == 0xfeff;
    return space ? (size_t)n : 0;
}

static struct assay_str trim_start(struct assay_str text)
{
    for (size_t n; text.len > 0 && (n = space_at(text)) > 0;)
        text = assay_str_skip(text, n);
    return text;
}

static struct assay_str trim_end(struct assay_str text)
{
    while (text.len > 0) {
        size_t from = text.len - 1;
        while (from > 0 && ((unsigned char)text.at[from] & 0xc0) == 0x80)
            from--;
        struct assay_str last = assay_str_skip(text, from);
        if (space_at(last) != last.len)
            break;
        text.len = from;
    }
    return text;
}

static bool filter_trim(struct assay_template_call *call,
                        const struct assay_json **result)
{
    return give_text(call, result,
                     trim_end(trim_start(text_of(call, call->value))));
}

/* ---- Lists ---- */

/* list | join(", "): elements as text; of maps one member by name. */
static bool filter_join(struct assay_template_call *call,
                        const struct assay_json **result)
{
    struct assay_str between = argument_text(call, 0, "");
    struct assay_str member = argument_text(call, 1, "");
    struct assay_buf out;

    if (!assay_json_is(call->value, ASSAY_JSON_ARRAY))
        return wrong(call, "join takes a list");
    assay_buf_init(&out, MAX_TEXT);
    for (const struct assay_json *e = call->value->first; e; e = e->next) {
        if (e != call->value->first)
            assay_buf_add(&out, between);
        assay_value_write(call->rules, &out,
                          member.len ? assay_json_get_str(e, member) : e);
    }
    return give_buffer(call, result, &out);
}

static bool filter_length(struct assay_template_call *call,
                          const struct assay_json **result)
{
    size_t length = 0;

    if (assay_json_is(call->value, ASSAY_JSON_STRING))
        length = assay_value_length(call->rules, call->value->text);
    else if (call->value && call->value->type >= ASSAY_JSON_ARRAY)
        length = call->value->count;
    return give_number(call, result, (double)length);
}

static bool filter_first(struct assay_template_call *call,
                         const struct assay_json **result)
{
    *result = NULL;
    if (assay_json_is(call->value, ASSAY_JSON_ARRAY))
        *result = call->value->first;
    else if (assay_json_is(call->value, ASSAY_JSON_STRING) &&
             call->value->text.len)
        give_text(call, result,
                  assay_str_head(call->value->text,
                                 character_len(call->value->text)));
    return true;
}

static bool filter_last(struct assay_template_call *call,
                        const struct assay_json **result)
{
    *result = NULL;
    if (assay_json_is(call->value, ASSAY_JSON_ARRAY)) {
        *result = call->value->last;
    } else if (assay_json_is(call->value, ASSAY_JSON_STRING) &&
               call->value->text.len) {
        struct assay_str text = call->value->text;
        size_t from = text.len - 1;
        while (from > 0 && ((unsigned char)text.at[from] & 0xc0) == 0x80)
            from--;
        give_text(call, result, assay_str_skip(text, from));
    }
    return true;
}

/* ---- JSON ---- */

/* Each line of an indented text begins with `spaces` a level, not two. */
static void widen_indent(struct assay_buf *out, struct assay_str text,
                         size_t spaces)
{
    struct assay_str line;

    while (text.len > 0) {
        size_t indent = 0;
        if (!assay_str_cut(text, '\n', &line, &text)) {
            line = text;
            text = ASSAY_STR("");
        }
        while (indent < line.len && line.at[indent] == ' ')
            indent++;
        assay_buf_fill(out, ' ', indent / 2 * spaces);
        assay_buf_add(out, assay_str_skip(line, indent));
        if (text.len > 0)
            assay_buf_add_char(out, '\n');
    }
}

/* JSON.stringify(value, null, spaces). */
static bool filter_dump(struct assay_template_call *call,
                        const struct assay_json **result)
{
    struct assay_buf out, wide;
    double spaces = 0;

    if (call->count > 0 &&
        (!assay_value_number(call->rules, call->arguments[0], &spaces) ||
         spaces < 0))
        return wrong(call, "dump takes a number of spaces");
    assay_buf_init(&out, MAX_TEXT);
    if (call->value)
        assay_json_write(&out, call->value,
                         (struct assay_json_style){.indent = spaces >= 1});
    if (spaces < 1)
        return give_buffer(call, result, &out);
    assay_buf_init(&wide, MAX_TEXT);
    widen_indent(&wide, assay_buf_str(&out), spaces > 10 ? 10 : (size_t)spaces);
    assay_buf_release(&out);
    return give_buffer(call, result, &wide);
}

/* JSON.parse(text). */
static bool filter_load(struct assay_template_call *call,
                        const struct assay_json **result)
{
    struct assay_error err = {0};

    *result =
        assay_json_parse(call->arena, text_of(call, call->value), NULL, &err);
    return *result || wrong(call, "load takes a text that is JSON");
}

static bool filter_default(struct assay_template_call *call,
                           const struct assay_json **result)
{
    bool also_false =
        call->count > 1 && assay_value_is_true(call->rules, call->arguments[1]);
    bool keep = also_false ? assay_value_is_true(call->rules, call->value)
                           : call->value != NULL;
    *result = keep ? call->value : call->arguments[0];
    return call->count > 0 || wrong(call, "default takes what to put instead");
}

/* ---- Replacing ---- */

static bool replace(struct assay_template_call *call,
                    const struct assay_json **result)
{
    struct assay_str text = text_of(call, call->value);
    struct assay_str old = argument_text(call, 0, "");
    struct assay_str new = argument_text(call, 1, "");
    double most = -1;
    struct assay_buf out;

    if (call->count < 2)
        return wrong(call, "replace takes what and with what");
    if (old.len == 0)
        return wrong(call, "replace takes a text that is not empty");
    if (call->count > 2 &&
        !assay_value_number(call->rules, call->arguments[2], &most))
        return wrong(call, "replace takes how often as a number");
    assay_buf_init(&out, MAX_TEXT);
    while (text.len >= old.len && most != 0) {
        if (memcmp(text.at, old.at, old.len) == 0) {
            assay_buf_add(&out, new);
            text = assay_str_skip(text, old.len);
            most -= 1;
        } else {
            assay_buf_add_char(&out, text.at[0]);
            text = assay_str_skip(text, 1);
        }
    }
    assay_buf_add(&out, text);
    return give_buffer(call, result, &out);
}

/* ---- Methods ---- */

static bool method_strip(struct assay_template_call *call,
                         const struct assay_json **result)
{
    return filter_trim(call, result);
}

static bool method_lstrip(struct assay_template_call *call,
                          const struct assay_json **result)
{
    return give_text(call, result, trim_start(text_of(call, call->value)));
}

static bool method_rstrip(struct assay_template_call *call,
                          const struct assay_json **result)
{
    return give_text(call, result, trim_end(text_of(call, call->value)));
}

/* list.index(x), text.index(x): where, an error when nowhere. */
static bool method_index(struct assay_template_call *call,
                         const struct assay_json **result)
{
    if (call->count != 1)
        return wrong(call, "index takes what to find");
    if (assay_json_is(call->value, ASSAY_JSON_ARRAY)) {
        for (const struct assay_json *e = call->value->first; e; e = e->next)
            if (assay_value_equal(call->rules, e, call->arguments[0]))
                return give_number(call, result, e->index);
        return wrong(call, "index: it is not in the list");
    }
    struct assay_str text = text_of(call, call->value);
    struct assay_str part = argument_text(call, 0, "");
    for (size_t i = 0; i + part.len <= text.len; i++)
        if (memcmp(text.at + i, part.at, part.len) == 0)
            return give_number(call, result,
                               (double)assay_value_length(
                                   call->rules, assay_str_head(text, i)));
    return wrong(call, "index: it is not in the text");
}

/* text.split(): at white space; text.split(x): at each x. */
static bool method_split(struct assay_template_call *call,
                         const struct assay_json **result)
{
    struct assay_str text = text_of(call, call->value);
    struct assay_str at = argument_text(call, 0, "");
    struct assay_json *list = assay_json_array(call->arena);

    *result = list;
    if (call->count > 0 && at.len == 0)
        return wrong(call, "split takes a text that is not empty");
    if (call->count == 0) {
        for (text = trim_start(text); text.len; text = trim_start(text)) {
            size_t n = 0;
            while (n < text.len && !space_at(assay_str_skip(text, n)))
                n++;
            assay_json_add(
                list, assay_json_string(call->arena, assay_str_head(text, n)));
            text = assay_str_skip(text, n);
        }
        return true;
    }
    size_t from = 0;
    for (size_t i = 0; i + at.len <= text.len; i++) {
        if (memcmp(text.at + i, at.at, at.len) != 0)
            continue;
        assay_json_add(list, assay_json_string(
                                 call->arena,
                                 (struct assay_str){text.at + from, i - from}));
        from = i + at.len;
        i = from - 1;
    }
    assay_json_add(list,
                   assay_json_string(call->arena, assay_str_skip(text, from)));
    return true;
}

static bool method_starts(struct assay_template_call *call,
                          const struct assay_json **result)
{
    struct assay_str text = text_of(call, call->value);
    struct assay_str part = argument_text(call, 0, "");

    *result = assay_json_bool(
        call->arena, assay_str_equal(assay_str_head(text, part.len), part));
    return call->count == 1 || wrong(call, "startswith takes a text");
}

static bool method_ends(struct assay_template_call *call,
                        const struct assay_json **result)
{
    struct assay_str text = text_of(call, call->value);
    struct assay_str part = argument_text(call, 0, "");
    size_t skip = text.len > part.len ? text.len - part.len : 0;

    *result = assay_json_bool(
        call->arena, assay_str_equal(assay_str_skip(text, skip), part));
    return call->count == 1 || wrong(call, "endswith takes a text");
}

/* "x".join(list) */
static bool method_join(struct assay_template_call *call,
                        const struct assay_json **result)
{
    struct assay_template_call swapped = *call;
    bool ok;

    if (call->count != 1)
        return wrong(call, "join takes a list");
    swapped.value = call->arguments[0];
    swapped.arguments[0] = call->value;
    ok = filter_join(&swapped, result);
    call->wrong = swapped.wrong;
    return ok;
}

static bool method_capitalize(struct assay_template_call *call,
                              const struct assay_json **result)
{
    struct assay_template_call rest = *call, first = *call;
    struct assay_str text = text_of(call, call->value);
    const struct assay_json *head, *tail;

    first.value = assay_json_string(call->arena,
                                    assay_str_head(text, character_len(text)));
    rest.value = assay_json_string(call->arena,
                                   assay_str_skip(text, character_len(text)));
    return filter_upper(&first, &head) && filter_lower(&rest, &tail) &&
           give_text(call, result,
                     assay_arena_printf(call->arena, "%.*s%.*s",
                                        ASSAY_STR_ARG(head->text),
                                        ASSAY_STR_ARG(tail->text)));
}

/* ---- Tables ---- */

struct function {
    const char *name;
    size_t most; /* arguments */
    bool (*apply)(struct assay_template_call *call,
                  const struct assay_json **result);
};

static const struct function filters[] = {
    {"upper", 0, filter_upper},     {"lower", 0, filter_lower},
    {"trim", 0, filter_trim},       {"join", 2, filter_join},
    {"dump", 1, filter_dump},       {"load", 0, filter_load},
    {"default", 2, filter_default}, {"length", 0, filter_length},
    {"replace", 3, replace},        {"first", 0, filter_first},
    {"last", 0, filter_last},
};

static const struct function methods[] = {
    {"strip", 0, method_strip},       {"lstrip", 0, method_lstrip},
    {"rstrip", 0, method_rstrip},     {"lower", 0, filter_lower},
    {"upper", 0, filter_upper},       {"capitalize", 0, method_capitalize},
    {"replace", 3, replace},          {"split", 1, method_split},
    {"index", 1, method_index},       {"join", 1, method_join},
    {"startswith", 1, method_starts}, {"endswith", 1, method_ends},
};

static int find(const struct function *table, size_t count,
                struct assay_str name)
{
    for (size_t i = 0; i < count; i++)
        if (assay_str_is(name, table[i].name))
            return (int)i;
    return -1;
}

int assay_template_filter_find(struct assay_str name)
{
    return find(filters, sizeof filters / sizeof filters[0], name);
}

int assay_template_method_find(struct assay_str name)
{
    return find(methods, sizeof methods / sizeof methods[0], name);
}

size_t assay_template_filter_most(int filter)
{
    return filters[filter].most;
}

size_t assay_template_method_most(int method)
{
    return methods[method].most;
}

bool assay_template_filter_apply(int filter, struct assay_template_call *call,
                                 const struct assay_json **result)
{
    return filters[filter].apply(call, result);
}

bool assay_template_method_apply(int method, struct assay_template_call *call,
                                 const struct assay_json **result)
{
    return methods[method].apply(call, result);
}
