/*
 * The numbers of OpenAI's requests: one table, and reading by it; and the
 * error objects, which are one table too.
 */
#include "wire/openai_parts.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_NUMBER_BYTES = 64 };

/* ------------------------------------------------------- faults */

/* Codes that are no 400. */
static const struct {
    const char *code;
    unsigned status;
    const char *type;
} kinds[] = {
    {"invalid_api_key", 401, "invalid_request_error"},
    {"forbidden", 403, "invalid_request_error"},
    {"model_not_found", 404, "invalid_request_error"},
    {"unknown_url", 404, "invalid_request_error"},
    {"method_not_allowed", 405, "invalid_request_error"},
    {"body_too_large", 413, "invalid_request_error"},
    {"address_too_long", 414, "invalid_request_error"},
    {"unsupported_media_type", 415, "invalid_request_error"},
    {"unknown_host", 421, "invalid_request_error"},
    {"rate_limit_exceeded", 429, "requests"},
    /* nobody reads it; it is for the log, where nginx has made it known */
    {"client_closed_request", 499, "invalid_request_error"},
    {"server_error", 500, "server_error"},
    {"unavailable", 503, "server_error"},
};

static void set_kind(struct assay_openai_fault *fault, const char *code)
{
    fault->status = 400;
    fault->type = "invalid_request_error";
    fault->code = code;
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
        if (strcmp(kinds[i].code, code) == 0) {
            fault->status = kinds[i].status;
            fault->type = kinds[i].type;
        }
}

bool assay_openai_fail(struct assay_openai_fault *fault, const char *code,
                       const char *param, const char *format, ...)
{
    char text[sizeof fault->why.text];
    va_list args;

    set_kind(fault, code);
    snprintf(fault->param, sizeof fault->param, "%s", param ? param : "");
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    return assay_fail(&fault->why, ASSAY_BAD_INPUT, "%s", text);
}

bool assay_openai_refuse(struct assay_openai_reading *r, const char *code,
                         const struct assay_json *value, const char *format,
                         ...)
{
    struct assay_error path; /* takes out what is no plain text */
    char text[sizeof path.text];
    va_list args;

    assay_fail(&path, ASSAY_BAD_INPUT, "%.*s",
               ASSAY_STR_ARG(assay_str_head(assay_json_path(r->arena, value),
                                            sizeof r->fault->param - 1)));
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    return assay_openai_fail(r->fault, code, path.text, "%s%s%s", path.text,
                             path.text[0] ? ": " : "", text);
}

bool assay_openai_expect(struct assay_openai_reading *r,
                         const struct assay_json *value,
                         enum assay_json_type type, const char *expected)
{
    return assay_json_is(value, type) ||
           assay_openai_refuse(r, "invalid_type", value, "expected %s, not %s",
                               expected, assay_json_type_name(value));
}

bool assay_openai_read_bool(struct assay_openai_reading *r,
                            const struct assay_json *value, bool *into)
{
    *into = value->type == ASSAY_JSON_TRUE;
    return *into ||
           assay_openai_expect(r, value, ASSAY_JSON_FALSE, "true or false");
}

/* ------------------------------------------------------- numbers */

/* in chat, in completions, with what holds when it is not given */
#define BOTH(otherwise)     \
    {                       \
        {true, otherwise},  \
        {                   \
            true, otherwise \
        }                   \
    }
#define CHAT(otherwise)    \
    {                      \
        {true, otherwise}, \
        {                  \
            false, 0       \
        }                  \
    }
#define COMPLETION(otherwise) \
    {                         \
        {false, 0},           \
        {                     \
            true, otherwise   \
        }                     \
    }

const struct assay_openai_number assay_openai_numbers[ASSAY_OPENAI_NUMBERS] = {
    [ASSAY_OPENAI_TEMPERATURE] = {"temperature", false, 0, 2, BOTH(1)},
    [ASSAY_OPENAI_TOP_P] = {"top_p", false, 0, 1, BOTH(1)},
    /* these three are not OpenAI's; servers of open weights have them */
    [ASSAY_OPENAI_TOP_K] = {"top_k", true, 0, 1 << 20, BOTH(0)},
    [ASSAY_OPENAI_MIN_P] = {"min_p", false, 0, 1, BOTH(0)},
    [ASSAY_OPENAI_REPETITION_PENALTY] = {"repetition_penalty", false, 0.1, 10,
                                         BOTH(1)},
    [ASSAY_OPENAI_PRESENCE_PENALTY] = {"presence_penalty", false, 0, 0,
                                       BOTH(0)},
    [ASSAY_OPENAI_FREQUENCY_PENALTY] = {"frequency_penalty", false, 0, 0,
                                        BOTH(0)},
    [ASSAY_OPENAI_N] = {"n", true, 1, 8, BOTH(1)},
    [ASSAY_OPENAI_BEST_OF] = {"best_of", true, 1, 8, COMPLETION(1)},
    [ASSAY_OPENAI_MAX_TOKENS] =
        {"max_tokens", true, 1, INT32_MAX, {{true, 0}, {true, 16}}},
    [ASSAY_OPENAI_MAX_COMPLETION_TOKENS] = {"max_completion_tokens", true, 1,
                                            INT32_MAX, CHAT(0)},
    [ASSAY_OPENAI_SEED] = {"seed", true, (double)INT64_MIN, (double)INT64_MAX,
                           BOTH(0)},
    [ASSAY_OPENAI_LOGPROBS] = {"logprobs", true, 0, 5, COMPLETION(0)},
    [ASSAY_OPENAI_TOP_LOGPROBS] = {"top_logprobs", true, 0, 20, CHAT(0)},
};

/* Digits with or without a minus, from -2^63 to 2^63-1. */
static bool whole_of(struct assay_str text, int64_t *whole)
{
    bool negative = assay_str_starts(text, "-");
    uint64_t digits;

    if (!assay_str_to_u64(assay_str_skip(text, negative ? 1 : 0), &digits) ||
        digits > (uint64_t)INT64_MAX + (negative ? 1 : 0))
        return false;
    *whole = (int64_t)(negative ? 0 - digits : digits);
    return true;
}

static bool number_of(struct assay_str text, double *number)
{
    char digits[MOST_NUMBER_BYTES];

    if (text.len >= sizeof digits)
        return false;
    memcpy(digits, text.at, text.len);
    digits[text.len] = '\0';
    *number = strtod(digits, NULL);
    return isfinite(*number);
}

static bool refuse_range(struct assay_openai_reading *r,
                         const struct assay_openai_number *row,
                         const struct assay_json *value, bool below)
{
    const char *kind = row->whole ? below ? "integer_below_min_value"
                                          : "integer_above_max_value"
                       : below    ? "decimal_below_min_value"
                                  : "decimal_above_max_value";
    struct assay_str sent = assay_str_head(value->text, MOST_NUMBER_BYTES);

    if (row->least == row->most)
        return assay_openai_refuse(r, "unsupported_value", value,
                                   "only %g is taken here, not %.*s",
                                   row->least, ASSAY_STR_ARG(sent));
    return assay_openai_refuse(r, kind, value,
                               "expected %.10g to %.10g, not %.*s", row->least,
                               row->most, ASSAY_STR_ARG(sent));
}

bool assay_openai_read_number(struct assay_openai_reading *r,
                              enum assay_openai_value_name name,
                              const struct assay_json *value)
{
    const struct assay_openai_number *row = &assay_openai_numbers[name];
    struct assay_openai_value *into = &r->ask->values[name];
    const char *expected = row->whole ? "a whole number" : "a number";

    if (!assay_openai_expect(r, value, ASSAY_JSON_NUMBER, expected))
        return false;
    if (!number_of(value->text, &into->number) ||
        (row->whole && into->number != floor(into->number)))
        return assay_openai_refuse(
            r, "invalid_type", value, "expected %s, not %.*s", expected,
            ASSAY_STR_ARG(assay_str_head(value->text, MOST_NUMBER_BYTES)));
    if (into->number < row->least || into->number > row->most)
        return refuse_range(r, row, value, into->number < row->least);
    /* 1e3 and 5.0 are whole too */
    if (row->whole && !whole_of(value->text, &into->whole)) {
        if (into->number >= 0x1p63)
            return refuse_range(r, row, value, false);
        into->whole = (int64_t)into->number;
    }
    into->given = true;
    return true;
}

void assay_openai_default_numbers(struct assay_openai_ask *ask)
{
    for (size_t i = 0; i < ASSAY_OPENAI_NUMBERS; i++) {
        struct assay_openai_value *value = &ask->values[i];

        if (value->given)
            continue;
        value->number = assay_openai_numbers[i].in[ask->body].otherwise;
        value->whole = (int64_t)value->number;
    }
}
