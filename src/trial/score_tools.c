/*
 * Assertions about calls of tools: is-valid-openai-tools-call,
 * tool-call-f1. Rules: promptfoo 0.123.1; only calls that the provider
 * reported as such count, none that stand in the text.
 */
#include "trial/score_json.h"
#include "trial/score_parts.h"

/* The function of that name among the tools, or NULL. */
static const struct assay_json *function_of(const struct assay_json *tools,
                                            struct assay_str name)
{
    for (const struct assay_json *t = tools ? tools->first : NULL; t;
         t = t->next) {
        const struct assay_json *function = assay_json_get(t, "function");

        if (assay_str_equal(assay_json_text(function, "name"), name))
            return function;
    }
    return NULL;
}

/* False: the step has its result. */
static bool check_call(struct assay_score_step *step,
                       const struct assay_tool_call *call)
{
    const struct assay_json *function =
        function_of(step->answer->tools, call->name);
    const struct assay_json *parameters =
        assay_json_get(function, "parameters");
    struct assay_error err = {0};
    struct assay_str reason;

    if (!function) {
        assay_score_is(step, false, "no tool \"%.*s\" was offered",
                       ASSAY_STR_ARG(call->name));
        return false;
    }
    const struct assay_json *arguments =
        assay_score_parse_json(step->arena, call->arguments, &err);
    if (!arguments) {
        assay_score_is(step, false, "arguments of %.*s are not JSON: %s",
                       ASSAY_STR_ARG(call->name), err.text);
        return false;
    }
    if (!parameters)
        return true;
    struct assay_validator *schema =
        assay_validator_new(step->arena, parameters, &err);
    if (!schema) {
        assay_score_error(step, "parameters of %.*s: %s",
                          ASSAY_STR_ARG(call->name), err.text);
        return false;
    }
    if (assay_validate(schema, step->arena, arguments, &reason))
        return true;
    assay_score_is(step, false, "arguments of %.*s: %.*s",
                   ASSAY_STR_ARG(call->name), ASSAY_STR_ARG(reason));
    return false;
}

static void score_valid_calls(struct assay_score_step *step)
{
    const struct assay_answer *answer = step->answer;

    if (answer->call_count == 0) {
        assay_score_is(step, false, "no tool was called");
        return;
    }
    for (size_t i = 0; i < answer->call_count; i++)
        if (!check_call(step, &answer->calls[i]))
            return;
    assay_score_is(step, true, "%zu calls fit the tools", answer->call_count);
}

/* ------------------------------------------------ tool-call-f1 */

struct names {
    struct assay_str *at;
    size_t count;
};

static bool has_name(const struct names *names, struct assay_str name)
{
    for (size_t i = 0; i < names->count; i++)
        if (assay_str_equal(names->at[i], name))
            return true;
    return false;
}

static void add_name(struct names *names, struct assay_str name)
{
    name = assay_js_trim(name);
    if (name.len > 0 && !has_name(names, name))
        names->at[names->count++] = name;
}

static bool read_names(struct assay_score_step *step, struct names *names,
                       struct assay_error *err)
{
    const struct assay_json *value = step->assertion->value;

    *names = (struct names){0};
    if (assay_json_is(value, ASSAY_JSON_ARRAY)) {
        names->at =
            ASSAY_NEW_ARRAY(step->arena, struct assay_str, value->count + 1);
        for (const struct assay_json *v = value->first; v; v = v->next)
            add_name(names, v->text);
    } else if (assay_json_is(value, ASSAY_JSON_STRING)) {
        struct assay_str rest = value->text, name;

        names->at =
            ASSAY_NEW_ARRAY(step->arena, struct assay_str, rest.len + 2);
        while (assay_str_cut(rest, ',', &name, &rest))
            add_name(names, name);
        add_name(names, rest);
    }
    return names->count > 0 ||
           assay_fail(err, ASSAY_BAD_INPUT, "expected a list of tools' names");
}

static bool accepts_names(struct assay_score_step *step,
                          struct assay_error *err)
{
    struct names names;

    return read_names(step, &names, err);
}

static void score_f1(struct assay_score_step *step)
{
    const struct assay_answer *answer = step->answer;
    struct assay_error err = {0};
    struct names wanted, called = {0};
    double common = 0, f1 = 0;

    if (!read_names(step, &wanted, &err)) {
        assay_score_error(step, "%s", err.text);
        return;
    }
    called.at =
        ASSAY_NEW_ARRAY(step->arena, struct assay_str, answer->call_count + 1);
    for (size_t i = 0; i < answer->call_count; i++)
        add_name(&called, answer->calls[i].name);
    for (size_t i = 0; i < wanted.count; i++)
        common += has_name(&called, wanted.at[i]);
    if (common > 0) {
        double precision = common / (double)called.count;
        double recall = common / (double)wanted.count;
        f1 = 2 * precision * recall / (precision + recall);
    }
    assay_score_grade(step, f1, assay_score_threshold(step->assertion, 1),
                      "F1 of the tools called");
}

const struct assay_score_kind assay_score_tools_kinds[] = {
    {"is-valid-openai-tools-call", NULL, score_valid_calls},
    {"tool-call-f1", accepts_names, score_f1},
    {0},
};
