/* Bodies of OpenAI's requests: what is taken, with what limits, and how the
   rest is refused. */
#include "support/support.h"

#include "wire/wire.h"

#include <stdio.h>
#include <string.h>

static const char *const bases[ASSAY_OPENAI_BODIES] = {
    [ASSAY_OPENAI_CHAT] =
        "\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"x\"}]",
    [ASSAY_OPENAI_COMPLETION] = "\"model\":\"m\",\"prompt\":\"x\"",
};

struct reading {
    struct assay_arena arena;
    struct assay_openai_ask ask;
    struct assay_openai_fault fault;
};

static bool read_body(struct reading *r, enum assay_openai_body body,
                      const char *json)
{
    *r = (struct reading){0};
    return assay_openai_read(&r->arena, assay_str_c(json), body, &r->ask,
                             &r->fault);
}

/* The least body of its kind, and more members. */
static bool read_with(struct reading *r, enum assay_openai_body body,
                      const char *more)
{
    char json[4096];

    snprintf(json, sizeof json, "{%s%s%s}", bases[body], more[0] ? "," : "",
             more);
    return read_body(r, body, json);
}

static void check_refused(enum assay_openai_body body, const char *more,
                          const char *code, const char *param)
{
    struct reading r;

    if (read_with(&r, body, more))
        fail_msg("%s was taken", more);
    assert_string_equal(r.fault.code, code);
    assert_string_equal(r.fault.param, param);
    assert_int_equal(r.fault.status, 400);
    assert_string_equal(r.fault.type, "invalid_request_error");
    assert_true(r.fault.why.text[0]);
    assay_arena_free(&r.arena);
}

/* ------------------------------------------------------- numbers */

static void check_number(enum assay_openai_body body,
                         enum assay_openai_value_name name, const char *value,
                         const char *code)
{
    const struct assay_openai_number *row = &assay_openai_numbers[name];
    char more[256];
    struct reading r;
    bool taken;

    /* some are for company only */
    snprintf(more, sizeof more, "\"%s\":%s%s", row->name, value,
             name == ASSAY_OPENAI_TOP_LOGPROBS ? ",\"logprobs\":true" : "");
    if (name == ASSAY_OPENAI_BEST_OF)
        snprintf(more, sizeof more, "\"best_of\":%s,\"n\":%s", value, value);
    taken = read_with(&r, body, more);
    if (taken != !code)
        fail_msg("%s: %s", more, taken ? "was taken" : r.fault.why.text);
    if (code) {
        assert_string_equal(r.fault.code, code);
        assert_string_equal(r.fault.param, row->name);
    } else {
        assert_true(r.ask.values[name].given);
    }
    assay_arena_free(&r.arena);
}

static void each_number_is_taken_up_to_its_limits(void **state)
{
    for (int name = 0; name < ASSAY_OPENAI_NUMBERS; name++)
        for (int body = 0; body < ASSAY_OPENAI_BODIES; body++) {
            const struct assay_openai_number *row = &assay_openai_numbers[name];
            char least[64], most[64];

            if (!row->in[body].taken || name == ASSAY_OPENAI_SEED)
                continue;
            snprintf(least, sizeof least, "%.10g", row->least);
            snprintf(most, sizeof most, "%.10g", row->most);
            check_number(body, name, least, NULL);
            check_number(body, name, most, NULL);
        }
}

static void each_number_is_refused_beyond_its_limits(void **state)
{
    for (int name = 0; name < ASSAY_OPENAI_NUMBERS; name++)
        for (int body = 0; body < ASSAY_OPENAI_BODIES; body++) {
            const struct assay_openai_number *row = &assay_openai_numbers[name];
            bool only_one = row->least == row->most;
            double step = row->whole ? 1 : 0.001;
            char below[64], above[64];

            if (!row->in[body].taken || name == ASSAY_OPENAI_SEED ||
                name == ASSAY_OPENAI_BEST_OF)
                continue;
            snprintf(below, sizeof below, "%.10g", row->least - step);
            snprintf(above, sizeof above, "%.10g", row->most + step);
            check_number(body, name, below,
                         only_one     ? "unsupported_value"
                         : row->whole ? "integer_below_min_value"
                                      : "decimal_below_min_value");
            check_number(body, name, above,
                         only_one     ? "unsupported_value"
                         : row->whole ? "integer_above_max_value"
                                      : "decimal_above_max_value");
        }
}

static void each_number_is_a_number(void **state)
{
    static const char *const others[] = {"\"1\"", "true", "[1]", "{}", "1e999"};

    for (int name = 0; name < ASSAY_OPENAI_NUMBERS; name++)
        for (int body = 0; body < ASSAY_OPENAI_BODIES; body++)
            for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
                if (assay_openai_numbers[name].in[body].taken &&
                    name != ASSAY_OPENAI_BEST_OF)
                    check_number(body, name, others[i], "invalid_type");
    check_number(ASSAY_OPENAI_CHAT, ASSAY_OPENAI_N, "1.5", "invalid_type");
}

static void null_is_as_if_not_given(void **state)
{
    struct reading r;
    char more[64];

    for (int name = 0; name < ASSAY_OPENAI_NUMBERS; name++)
        for (int body = 0; body < ASSAY_OPENAI_BODIES; body++) {
            const struct assay_openai_number *row = &assay_openai_numbers[name];

            if (!row->in[body].taken)
                continue;
            snprintf(more, sizeof more, "\"%s\":null", row->name);
            assert_true(read_with(&r, body, more));
            assert_false(r.ask.values[name].given);
            assert_true(r.ask.values[name].number == row->in[body].otherwise);
            assay_arena_free(&r.arena);
        }
}

static void a_number_of_the_other_body_is_unknown(void **state)
{
    check_refused(ASSAY_OPENAI_CHAT, "\"best_of\":1", "unknown_parameter",
                  "best_of");
    check_refused(ASSAY_OPENAI_COMPLETION, "\"top_logprobs\":1",
                  "unknown_parameter", "top_logprobs");
    check_refused(ASSAY_OPENAI_COMPLETION, "\"messages\":[]",
                  "unknown_parameter", "messages");
}

static void seeds_have_sixty_four_bits(void **state)
{
    static const struct {
        const char *text;
        int64_t seed;
    } seeds[] = {
        {"9223372036854775807", INT64_MAX},
        {"-9223372036854775808", INT64_MIN},
        {"-1", -1},
        {"9007199254740993", 9007199254740993},
        {"1e3", 1000},
        {"5.0", 5},
    };
    struct reading r;
    char more[64];

    for (size_t i = 0; i < sizeof seeds / sizeof seeds[0]; i++) {
        snprintf(more, sizeof more, "\"seed\":%s", seeds[i].text);
        assert_true(read_with(&r, ASSAY_OPENAI_CHAT, more));
        assert_true(r.ask.values[ASSAY_OPENAI_SEED].whole == seeds[i].seed);
        assay_arena_free(&r.arena);
    }
    check_refused(ASSAY_OPENAI_CHAT, "\"seed\":9223372036854775808",
                  "integer_above_max_value", "seed");
    check_refused(ASSAY_OPENAI_CHAT, "\"seed\":-9223372036854777856",
                  "integer_below_min_value", "seed");
}

/* ------------------------------------------------------- fields */

static void what_is_refused_is_named(void **state)
{
    static const struct {
        const char *more, *code, *param;
    } cases[] = {
        {"\"tools\":[]", "unsupported_parameter", "tools"},
        {"\"functions\":[]", "unsupported_parameter", "functions"},
        {"\"audio\":{}", "unsupported_parameter", "audio"},
        {"\"reasoning_effort\":\"low\"", "unsupported_parameter",
         "reasoning_effort"},
        {"\"tempreature\":1", "unknown_parameter", "tempreature"},
        {"\"stream\":1", "invalid_type", "stream"},
        {"\"stream_options\":{}", "invalid_value", "stream_options"},
        {"\"stream\":true,\"stream_options\":{\"x\":1}", "unknown_parameter",
         "stream_options.x"},
        {"\"stop\":\"\"", "invalid_value", "stop"},
        {"\"stop\":[\"a\",\"\"]", "invalid_value", "stop[1]"},
        {"\"stop\":[1]", "invalid_type", "stop[0]"},
        {"\"stop\":[\"1\",\"2\",\"3\",\"4\",\"5\"]", "invalid_value", "stop"},
        {"\"logit_bias\":{\"a\":1}", "invalid_value", "logit_bias.a"},
        {"\"logit_bias\":{\"1\":101}", "invalid_value", "logit_bias.1"},
        {"\"logit_bias\":{\"4294967295\":1}", "invalid_value",
         "logit_bias.4294967295"},
        {"\"logit_bias\":[]", "invalid_type", "logit_bias"},
        {"\"logprobs\":1", "invalid_type", "logprobs"},
        {"\"top_logprobs\":1", "invalid_value", "top_logprobs"},
        {"\"modalities\":[\"audio\"]", "unsupported_value", "modalities[0]"},
        {"\"max_tokens\":1,\"max_completion_tokens\":1", "invalid_value",
         "max_tokens"},
        {"\"response_format\":{}", "unsupported_value", "response_format"},
        {"\"response_format\":{\"type\":\"grammar\"}", "unsupported_value",
         "response_format"},
        {"\"response_format\":{\"type\":\"json_schema\"}",
         "missing_required_parameter", "response_format"},
        {"\"response_format\":{\"type\":\"json_schema\",\"json_schema\":{"
         "\"schema\":{}}}",
         "missing_required_parameter", "response_format.json_schema"},
        {"\"response_format\":{\"type\":\"json_schema\",\"json_schema\":{"
         "\"name\":\"a b\",\"schema\":{}}}",
         "invalid_value", "response_format.json_schema.name"},
        {"\"response_format\":{\"type\":\"json_schema\",\"json_schema\":{"
         "\"name\":\"a\"}}",
         "missing_required_parameter", "response_format.json_schema"},
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        check_refused(ASSAY_OPENAI_CHAT, cases[i].more, cases[i].code,
                      cases[i].param);
    check_refused(ASSAY_OPENAI_COMPLETION, "\"suffix\":\"a\"",
                  "unsupported_parameter", "suffix");
    check_refused(ASSAY_OPENAI_COMPLETION, "\"best_of\":2", "invalid_value",
                  "best_of");
    check_refused(ASSAY_OPENAI_COMPLETION, "\"echo\":true,\"logprobs\":0",
                  "invalid_value", "echo");
}

static void messages_that_are_none_are_refused(void **state)
{
    static const struct {
        const char *messages, *code, *param;
    } cases[] = {
        {"[]", "invalid_value", "messages"},
        {"\"x\"", "invalid_type", "messages"},
        {"[1]", "invalid_type", "messages[0]"},
        {"[{}]", "missing_required_parameter", "messages[0]"},
        {"[{\"role\":\"user\"}]", "missing_required_parameter", "messages[0]"},
        {"[{\"role\":\"tool\",\"content\":\"x\"}]", "unsupported_value",
         "messages[0].role"},
        {"[{\"role\":\"user\",\"content\":null}]", "invalid_type",
         "messages[0].content"},
        {"[{\"role\":\"user\",\"content\":[{\"type\":\"image_url\"}]}]",
         "unsupported_value", "messages[0].content[0].type"},
        {"[{\"role\":\"user\",\"content\":[{\"type\":\"text\"}]}]",
         "missing_required_parameter", "messages[0].content[0]"},
        {"[{\"role\":\"user\",\"content\":\"x\",\"tool_calls\":[]}]",
         "unsupported_parameter", "messages[0].tool_calls"},
    };
    struct reading r;
    char body[512];

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        snprintf(body, sizeof body, "{\"model\":\"m\",\"messages\":%s}",
                 cases[i].messages);
        if (read_body(&r, ASSAY_OPENAI_CHAT, body))
            fail_msg("%s was taken", body);
        assert_string_equal(r.fault.code, cases[i].code);
        assert_string_equal(r.fault.param, cases[i].param);
        assay_arena_free(&r.arena);
    }
}

static void what_is_missing_is_named(void **state)
{
    struct reading r;

    assert_false(read_body(&r, ASSAY_OPENAI_CHAT, "{\"model\":\"m\"}"));
    assert_string_equal(r.fault.param, "messages");
    assay_arena_free(&r.arena);
    assert_false(read_body(&r, ASSAY_OPENAI_COMPLETION, "{\"prompt\":\"\"}"));
    assert_string_equal(r.fault.param, "model");
    assay_arena_free(&r.arena);
    assert_false(read_body(&r, ASSAY_OPENAI_CHAT, "[]"));
    assert_string_equal(r.fault.code, "invalid_type");
    assay_arena_free(&r.arena);
    assert_false(read_body(&r, ASSAY_OPENAI_CHAT, "{"));
    assert_string_equal(r.fault.code, "invalid_json");
    assay_arena_free(&r.arena);
}

static void a_chat_is_read(void **state)
{
    struct reading r;

    assert_true(read_body(
        &r, ASSAY_OPENAI_CHAT,
        "{\"model\":\"m\",\"user\":\"u\",\"metadata\":{\"a\":\"b\"},"
        "\"messages\":[{\"role\":\"developer\",\"content\":\"be short\"},"
        "{\"role\":\"user\",\"name\":\"n\",\"content\":["
        "{\"type\":\"text\",\"text\":\"a\"},{\"type\":\"text\",\"text\":"
        "\"\\n\\u0000b\"}]},"
        "{\"role\":\"assistant\",\"content\":\"c\",\"refusal\":null}],"
        "\"stream\":true,\"stream_options\":{\"include_usage\":true},"
        "\"stop\":[\"x\",\"y\"],\"logit_bias\":{\"7\":-100,\"8\":0.5},"
        "\"logprobs\":true,\"top_logprobs\":3,\"max_completion_tokens\":9,"
        "\"response_format\":{\"type\":\"json_schema\",\"json_schema\":{"
        "\"name\":\"n\",\"schema\":{\"type\":\"null\"}}}}"));
    assert_int_equal(r.ask.turn_count, 3);
    assert_int_equal(r.ask.turns[0].role, ASSAY_OPENAI_SYSTEM);
    assert_int_equal(r.ask.turns[1].role, ASSAY_OPENAI_USER);
    assert_int_equal(r.ask.turns[1].text.len, 4);
    assert_memory_equal(r.ask.turns[1].text.at, "a\n\0b", 4);
    assert_int_equal(r.ask.turns[2].role, ASSAY_OPENAI_ASSISTANT);
    assert_true(r.ask.stream && r.ask.include_usage && !r.ask.json_object);
    assert_int_equal(r.ask.stop_count, 2);
    assert_true(assay_str_is(r.ask.stops[1], "y"));
    assert_int_equal(r.ask.bias_count, 2);
    assert_int_equal(r.ask.bias[0].token, 7);
    assert_true(r.ask.bias[0].add == -100 && r.ask.bias[1].add == 0.5F);
    assert_int_equal(r.ask.logprobs, 3);
    assert_int_equal(r.ask.values[ASSAY_OPENAI_MAX_TOKENS].whole, 9);
    assert_true(assay_str_is(assay_json_text(r.ask.schema, "type"), "null"));
    assert_int_equal(r.ask.prompt_count, 1);
    assay_arena_free(&r.arena);
}

static void prompts_are_texts_or_tokens(void **state)
{
    struct reading r;

    assert_true(read_body(&r, ASSAY_OPENAI_COMPLETION,
                          "{\"model\":\"m\",\"prompt\":[\"a\",\"\"]}"));
    assert_int_equal(r.ask.prompt_count, 2);
    assert_null(r.ask.prompts[0].tokens);
    assert_int_equal(r.ask.logprobs, -1);
    assert_int_equal(r.ask.values[ASSAY_OPENAI_MAX_TOKENS].whole, 16);
    assay_arena_free(&r.arena);
    assert_true(read_body(&r, ASSAY_OPENAI_COMPLETION,
                          "{\"model\":\"m\",\"prompt\":[2,70],"
                          "\"logprobs\":0}"));
    assert_int_equal(r.ask.prompt_count, 1);
    assert_int_equal(r.ask.prompts[0].token_count, 2);
    assert_int_equal(r.ask.prompts[0].tokens[1], 70);
    assert_int_equal(r.ask.logprobs, 0);
    assay_arena_free(&r.arena);
    assert_true(read_body(&r, ASSAY_OPENAI_COMPLETION,
                          "{\"model\":\"m\",\"prompt\":[[2],[2,70,71]]}"));
    assert_int_equal(r.ask.prompts[1].token_count, 3);
    assay_arena_free(&r.arena);
    static const char *const none[] = {"1",      "[]",       "{}",
                                       "[1,-1]", "[1,\"\"]", "[\"a\",1]",
                                       "[[]]",   "[1.5]",    "[4294967295]"};
    char body[64];
    for (size_t i = 0; i < sizeof none / sizeof none[0]; i++) {
        snprintf(body, sizeof body, "{\"model\":\"m\",\"prompt\":%s}", none[i]);
        if (read_body(&r, ASSAY_OPENAI_COMPLETION, body))
            fail_msg("%s was taken", body);
        assert_true(assay_str_starts(assay_str_c(r.fault.param), "prompt"));
        assay_arena_free(&r.arena);
    }
}

static void one_request_has_sixty_four_choices_at_most(void **state)
{
    struct reading r;
    char body[1024];
    size_t at = (size_t)snprintf(body, sizeof body,
                                 "{\"model\":\"m\",\"n\":8,\"prompt\":[");

    for (int i = 0; i < 9; i++)
        at += (size_t)snprintf(body + at, sizeof body - at, "%s\"p\"",
                               i ? "," : "");
    snprintf(body + at, sizeof body - at, "]}");
    assert_false(read_body(&r, ASSAY_OPENAI_COMPLETION, body));
    assert_string_equal(r.fault.param, "n");
    assay_arena_free(&r.arena);
}

static void a_name_that_acts_on_a_terminal_is_made_plain(void **state)
{
    struct reading r;

    assert_false(read_with(&r, ASSAY_OPENAI_CHAT, "\"a\\u001b[2J\":1"));
    assert_null(strchr(r.fault.why.text, '\033'));
    assert_null(strchr(r.fault.param, '\033'));
    assay_arena_free(&r.arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_number_is_taken_up_to_its_limits),
        cmocka_unit_test(each_number_is_refused_beyond_its_limits),
        cmocka_unit_test(each_number_is_a_number),
        cmocka_unit_test(null_is_as_if_not_given),
        cmocka_unit_test(a_number_of_the_other_body_is_unknown),
        cmocka_unit_test(seeds_have_sixty_four_bits),
        cmocka_unit_test(what_is_refused_is_named),
        cmocka_unit_test(messages_that_are_none_are_refused),
        cmocka_unit_test(what_is_missing_is_named),
        cmocka_unit_test(a_chat_is_read),
        cmocka_unit_test(prompts_are_texts_or_tokens),
        cmocka_unit_test(one_request_has_sixty_four_choices_at_most),
        cmocka_unit_test(a_name_that_acts_on_a_terminal_is_made_plain),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
