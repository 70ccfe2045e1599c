/*
 * The plain forms, for people with neither promptfoo nor lm-eval.
 *
 * A text file: one prompt a line, "=>" (or a TAB) before what the answer
 * must be, which then counts when it stands in the answer as it is written;
 * "#" begins a remark, empty lines are passed over.
 *
 * JSONL: one object a line, {"prompt": "…" or messages, "expected": … or
 * "equals": …, "criterion": … with "judge": …, "cluster": …, "system": …,
 * "id": …, "options": {…}}.
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

/* Behind what is expected, if anything is: what a judge has to say. */
static bool add_criterion(struct assay_suite_reader *in,
                          const struct assay_json *row, struct assay_case *to)
{
    const struct assay_json *criterion =
        assay_promptfoo_member(row, "criterion");
    const struct assay_json *judge = assay_promptfoo_member(row, "judge");
    struct assay_assertion *all;

    if (!criterion && !judge)
        return true;
    if (!assay_json_is(criterion, ASSAY_JSON_STRING) || !criterion->text.len ||
        !assay_json_is(judge, ASSAY_JSON_STRING) || !judge->text.len)
        return assay_suite_fail(in, criterion ? criterion : judge,
                                "'criterion' is a text, and beside it 'judge' "
                                "the route that judges by it");
    all = ASSAY_NEW_ARRAY(in->arena, struct assay_assertion,
                          to->assertion_count + 1);
    for (size_t i = 0; i < to->assertion_count; i++)
        all[i] = to->assertions[i];
    all[to->assertion_count++] =
        (struct assay_assertion){.type = ASSAY_STR("llm-rubric"),
                                 .value = criterion,
                                 .weight = 1,
                                 .metric = ASSAY_STR(""),
                                 .judge = judge->text};
    to->assertions = all;
    return true;
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

static bool make_line(struct assay_suite_reader *in, struct assay_str line,
                      uint32_t number, struct assay_case *to)
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
    to->prompt = prompt;
    assay_suite_user_message(in, prompt, to);
    return !has || expect(in, assay_json_string(in->arena, expected), to);
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

static bool make_object(struct assay_suite_reader *in,
                        const struct assay_json *row, struct assay_case *one)
{
    static const char *const known[] = {
        "prompt", "messages", "expected", "equals",  "criterion", "judge",
        "system", "cluster",  "id",       "options", "metadata",  NULL};
    struct assay_chat scratch = {0};

    if (row->type != ASSAY_JSON_OBJECT)
        return assay_suite_fail(in, row, "expected {\"prompt\": …}");
    const struct assay_json *other = assay_promptfoo_unknown(row, known, NULL);
    if (other)
        return assay_suite_fail(in, other,
                                "'%.*s' is not known: expected "
                                "prompt, expected, equals, criterion, "
                                "judge, cluster, system, options",
                                ASSAY_STR_ARG(other->key));
    const struct assay_json *prompt = assay_promptfoo_member(row, "prompt");
    if (!prompt)
        prompt = assay_promptfoo_member(row, "messages");
    if (!prompt)
        return assay_suite_fail(in, row, "no 'prompt'");
    if (!ask(in, row, prompt, one))
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
    return (equals ? expect_equal(in, equals, one)
                   : expect(in, expected, one)) &&
           add_criterion(in, row, one);
}

/* ---- Rows ---- */

static bool is_jsonl(struct assay_suite_reader *in)
{
    return assay_str_is(assay_suite_extension(in, in->main->path), ".jsonl");
}

/* For assay_suite_reader.make: a row is a line. */
static bool make(struct assay_suite_reader *in,
                 const struct assay_suite_row *row, size_t nth,
                 struct assay_case *to)
{
    struct assay_str rest = assay_str_skip(in->main->bytes, row->at.offset);
    const struct assay_json *object;

    (void)nth; /* each makes one */
    to->where =
        assay_arena_printf(in->arena, "%.*s:%u", ASSAY_STR_ARG(in->main->path),
                           (unsigned)row->line);
    to->test_index = row->first_test;
    to->vars = assay_json_object(in->arena);
    if (!is_jsonl(in))
        return make_line(in, assay_str_head(rest, assay_str_find(rest, '\n')),
                         row->line, to);
    object = assay_suite_line_value(in, in->main, row->at.offset, row->line);
    return object && make_object(in, object, to);
}

static bool add_lines(struct assay_suite_reader *in, bool text)
{
    struct assay_suite_line line = {0};
    struct assay_suite_row row = {0};

    if (!assay_suite_add_origin(
            in, (struct assay_suite_origin){.file = in->main}, &row.origin))
        return false;
    while (assay_suite_next_line(in->main, &line)) {
        row.line = line.number;
        row.at.offset = line.offset;
        bool remark = text && assay_str_trim(line.text).at[0] == '#';
        if (!remark && !assay_suite_add_single(in, row))
            return false;
    }
    return true;
}

bool assay_suite_read_prompts(struct assay_suite_reader *in)
{
    struct assay_arena scratch = {0};
    struct assay_suite_reader own;
    struct assay_str bytes = in->main->bytes;
    bool text = !is_jsonl(in);

    in->suite->format = ASSAY_STR("prompts");
    in->suite->scoring = ASSAY_STR("assertions");
    if (text && (!assay_utf8_valid(bytes) || memchr(bytes.at, 0, bytes.len)))
        return assay_suite_fail(in, NULL, "not a text in UTF-8");
    in->make = make;
    own = *in;
    own.arena = &scratch;
    bool ok = add_lines(&own, text);
    assay_arena_free(&scratch);
    return ok;
}
