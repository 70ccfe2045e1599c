/*
 * The plain forms, for people with neither promptfoo nor lm-eval.
 *
 * A text file: one prompt a line, "=>" (or a TAB) before what the answer
 * must be, which then counts when it stands in the answer as it is written;
 * "#" begins a remark, empty lines are passed over.
 *
 * JSONL: one object a line, {"prompt": "…" or messages, "expected": … or
 * "equals": …, "cluster": …, "system": …, "id": …, "options": {…}}.
 */
#include "trial/promptfoo_parts.h"

#include <string.h>

/* ---- What is expected ---- */

/* The answer is the text, and nothing else. */
static bool expect_equal(struct assay_suite_reader *in,
                         const struct assay_json *value, struct assay_case *to)
{
    struct assay_assertion *one;

    if (!assay_json_is(value, ASSAY_JSON_STRING) || value->text.len == 0)
        return assay_suite_fail(in, value, "'equals' is a text");
    one = ASSAY_NEW(in->arena, struct assay_assertion);
    *one = (struct assay_assertion){.type = ASSAY_STR("equals"),
                                    .value = value,
                                    .weight = 1,
                                    .metric = ASSAY_STR(""),
                                    .judge = ASSAY_STR("")};
    to->assertions = one;
    to->assertion_count = 1;
    return true;
}

/* The answer holds the text; of a list, one of them. */
static bool expect(struct assay_suite_reader *in,
                   const struct assay_json *value, struct assay_case *to)
{
    struct assay_assertion *one;

    if (!value || value->type == ASSAY_JSON_NULL)
        return true;
    bool list = value->type == ASSAY_JSON_ARRAY;
    if (value->type == ASSAY_JSON_OBJECT ||
        (value->type == ASSAY_JSON_STRING && value->text.len == 0) ||
        (list && value->count == 0))
        return assay_suite_fail(in, value,
                                "'expected' is a text, a number or a list of "
                                "texts");
    one = ASSAY_NEW(in->arena, struct assay_assertion);
    *one = (struct assay_assertion){.type = list ? ASSAY_STR("contains-any")
                                                 : ASSAY_STR("contains"),
                                    .value = value,
                                    .weight = 1,
                                    .metric = ASSAY_STR(""),
                                    .judge = ASSAY_STR("")};
    if (!list && value->type != ASSAY_JSON_STRING) {
        struct assay_str text =
            value->type == ASSAY_JSON_TRUE    ? ASSAY_STR("true")
            : value->type == ASSAY_JSON_FALSE ? ASSAY_STR("false")
                                              : value->text;
        one->value = assay_json_string(in->arena, text);
    }
    to->assertions = one;
    to->assertion_count = 1;
    return true;
}

static struct assay_case *new_case(struct assay_suite_reader *in, uint32_t line)
{
    uint32_t index = (uint32_t)in->suite->case_count;
    struct assay_case *one = assay_suite_new_case(in);

    if (!one)
        return NULL;
    one->where = assay_arena_printf(
        in->arena, "%.*s:%u", ASSAY_STR_ARG(in->main->path), (unsigned)line);
    one->test_index = index;
    one->vars = assay_json_object(in->arena);
    return one;
}

/* ---- Text ---- */

/* Cuts at the first TAB, else at the first " => "; true when there is one. */
static bool cut_expected(struct assay_str line, struct assay_str *prompt,
                         struct assay_str *expected)
{
    if (assay_str_cut(line, '\t', prompt, expected))
        return true;
    for (size_t i = 0; i + 1 < line.len; i++)
        if (line.at[i] == '=' && line.at[i + 1] == '>') {
            *prompt = assay_str_head(line, i);
            *expected = assay_str_skip(line, i + 2);
            return true;
        }
    return false;
}

static bool read_line(struct assay_suite_reader *in, struct assay_str line,
                      uint32_t number)
{
    struct assay_str prompt = line, expected = ASSAY_STR("");
    bool has = cut_expected(line, &prompt, &expected);

    prompt = assay_str_trim(prompt);
    expected = assay_str_trim(expected);
    if (!prompt.len)
        return assay_fail(in->err, ASSAY_BAD_INPUT,
                          "%.*s:%u: an answer without a prompt",
                          ASSAY_STR_ARG(in->main->path), (unsigned)number);
    if (has && !expected.len)
        return assay_fail(in->err, ASSAY_BAD_INPUT,
                          "%.*s:%u: nothing is expected behind '=>'",
                          ASSAY_STR_ARG(in->main->path), (unsigned)number);
    struct assay_case *one = new_case(in, number);
    if (!one)
        return false;
    one->prompt = prompt;
    assay_suite_user_message(in, prompt, one);
    return !has || expect(in, assay_json_string(in->arena, expected), one);
}

static bool read_text(struct assay_suite_reader *in)
{
    struct assay_str rest = in->main->bytes, line;

    if (assay_str_starts(rest, "\xef\xbb\xbf"))
        rest = assay_str_skip(rest, 3);
    size_t bad = assay_utf8_bad_at(rest);
    if (bad < rest.len || memchr(rest.at, 0, rest.len))
        return assay_suite_fail(in, NULL, "not a text in UTF-8");
    for (uint32_t number = 1; rest.len > 0; number++) {
        if (!assay_str_cut(rest, '\n', &line, &rest)) {
            line = rest;
            rest = ASSAY_STR("");
        }
        struct assay_str trimmed = assay_str_trim(line);
        if (trimmed.len && trimmed.at[0] != '#' && !read_line(in, line, number))
            return false;
    }
    return true;
}

/* ---- JSONL ---- */

static bool ask(struct assay_suite_reader *in, const struct assay_json *row,
                const struct assay_json *prompt, struct assay_case *to)
{
    struct assay_str system = assay_json_text(row, "system");

    if (prompt->type == ASSAY_JSON_ARRAY) {
        if (system.len)
            return assay_suite_fail(in, row,
                                    "'system' beside messages: put it among "
                                    "them");
        return assay_suite_messages_from(in, prompt, prompt, to);
    }
    if (prompt->type != ASSAY_JSON_STRING || !prompt->text.len)
        return assay_suite_fail(in, prompt,
                                "'prompt' is a text or a list of messages");
    to->prompt = prompt->text;
    if (!system.len) {
        assay_suite_user_message(in, prompt->text, to);
        return true;
    }
    struct assay_message *two =
        ASSAY_NEW_ARRAY(in->arena, struct assay_message, 2);
    two[0] = (struct assay_message){
        .role = ASSAY_ROLE_SYSTEM, .text = system, .call_id = ASSAY_STR("")};
    two[1] = (struct assay_message){.role = ASSAY_ROLE_USER,
                                    .text = prompt->text,
                                    .call_id = ASSAY_STR("")};
    to->messages = two;
    to->message_count = 2;
    return true;
}

static bool read_row(struct assay_suite_reader *in,
                     const struct assay_json *row)
{
    static const char *const known[] = {
        "prompt", "messages", "expected", "equals",   "cluster",
        "system", "id",       "options",  "metadata", NULL};
    struct assay_chat scratch = {0};

    if (row->type != ASSAY_JSON_OBJECT)
        return assay_suite_fail(in, row, "expected {\"prompt\": …}");
    const struct assay_json *other = assay_promptfoo_unknown(row, known, NULL);
    if (other)
        return assay_suite_fail(in, other,
                                "'%.*s' is not known: expected "
                                "prompt, expected, equals, cluster, "
                                "system, options",
                                ASSAY_STR_ARG(other->key));
    const struct assay_json *prompt = assay_promptfoo_member(row, "prompt");
    if (!prompt)
        prompt = assay_promptfoo_member(row, "messages");
    if (!prompt)
        return assay_suite_fail(in, row, "no 'prompt'");
    struct assay_case *one = new_case(in, row->line);
    if (!one || !ask(in, row, prompt, one))
        return false;
    one->cluster = assay_json_text(row, "cluster");
    one->description = assay_json_text(row, "id");
    one->metadata = assay_promptfoo_member(row, "metadata");
    one->options = assay_promptfoo_member(row, "options");
    if (one->options) {
        struct assay_error why = {0};
        if (!assay_suite_apply(one->options, in->arena, &scratch, &why))
            return assay_suite_fail(in, one->options, "%s", why.text);
    }
    if (!one->prompt.len && one->message_count)
        one->prompt = one->messages[one->message_count - 1].text;
    const struct assay_json *equals = assay_promptfoo_member(row, "equals");
    const struct assay_json *expected = assay_promptfoo_member(row, "expected");

    if (equals && expected)
        return assay_suite_fail(in, equals,
                                "both 'expected' and 'equals', expected one");
    return equals ? expect_equal(in, equals, one) : expect(in, expected, one);
}

bool assay_suite_read_prompts(struct assay_suite_reader *in)
{
    const struct assay_json *rows;

    in->suite->format = ASSAY_STR("prompts");
    in->suite->scoring = ASSAY_STR("assertions");
    if (!assay_str_is(assay_suite_extension(in, in->main->path), ".jsonl"))
        return read_text(in);
    rows = assay_suite_document(in, in->main);
    if (!rows)
        return false;
    for (const struct assay_json *row = rows->first; row; row = row->next)
        if (!read_row(in, row))
            return false;
    return true;
}
