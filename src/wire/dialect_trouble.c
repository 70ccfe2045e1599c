/*
 * Why there is no answer. Providers state errors in like shapes and with
 * words of their own; one table of words serves all of them.
 *
 * Sources: error pages of OpenAI, Azure OpenAI, Anthropic and Gemini, read
 * 2026-11-22; the words of others as their issue trackers show them (Groq's
 * model_decommissioned, Moonshot's exceeded_current_quota_error, OpenRouter's
 * numbers as codes).
 */
#include "wire/dialect_parts.h"

#include "assay/secret.h"

#include <string.h>
#include <strings.h>

/* ------------------------------------------------------- finding it */

static const struct assay_json *set_member(const struct assay_json *object,
                                           const char *key)
{
    const struct assay_json *value = assay_json_get(object, key);

    if (!value || value->type == ASSAY_JSON_NULL ||
        value->type == ASSAY_JSON_FALSE ||
        (value->type == ASSAY_JSON_STRING && value->text.len == 0))
        return NULL;
    return value;
}

const struct assay_json *assay_trouble_find(const struct assay_json *body)
{
    const struct assay_json *found;

    if (assay_json_is(body, ASSAY_JSON_ARRAY)) /* Gemini without alt=sse */
        body = body->first;
    found = set_member(body, "error");
    if (!found && assay_str_is(assay_json_text(body, "object"), "error"))
        found = body; /* vLLM before 0.10 */
    if (!found && !assay_json_get(body, "choices") &&
        !assay_json_get(body, "candidates") && !assay_json_get(body, "type"))
        found = set_member(body, "detail"); /* FastAPI */
    return found;
}

/* ------------------------------------------------------- its words */

/* A word that outweighs the status it comes with. */
struct strong {
    const char *word;
    enum assay_outcome_class of;
};

/* Codes, types, statuses and reasons: the whole word. */
static const struct strong codes[] = {
    {"insufficient_quota", ASSAY_CLASS_QUOTA},
    {"billing_hard_limit_reached", ASSAY_CLASS_QUOTA},
    {"billing_not_active", ASSAY_CLASS_QUOTA},
    {"exceeded_current_quota_error", ASSAY_CLASS_QUOTA},
    {"enforced_spend_limit_reached", ASSAY_CLASS_QUOTA},
    {"billing_error", ASSAY_CLASS_PAYMENT},
    {"content_filter", ASSAY_CLASS_FILTERED},
    {"content_policy_violation", ASSAY_CLASS_FILTERED},
    {"ResponsibleAIPolicyViolation", ASSAY_CLASS_FILTERED},
    {"DeploymentNotFound", ASSAY_CLASS_NOT_FOUND},
    {"model_not_found", ASSAY_CLASS_NOT_FOUND},
    {"model_decommissioned", ASSAY_CLASS_RETIRED},
    {"ServiceModelDeprecated", ASSAY_CLASS_RETIRED},
    {"API_KEY_INVALID", ASSAY_CLASS_UNAUTHORISED},
    {"FAILED_PRECONDITION", ASSAY_CLASS_UNAUTHORISED},
};

/* Parts of messages, where a status allows them. */
static const struct strong phrases[] = {
    {"enforced_spend_limit_reached", ASSAY_CLASS_QUOTA},
    {"exceeded your current quota", ASSAY_CLASS_QUOTA},
    {"spend limit", ASSAY_CLASS_QUOTA}, /* Anthropic's, as rate_limit_error */
    {"credit balance is too low", ASSAY_CLASS_PAYMENT},
    {"violates our usage policy", ASSAY_CLASS_FILTERED},
    {"input was flagged", ASSAY_CLASS_FILTERED},
};

enum { PHRASES = sizeof phrases / sizeof phrases[0] };

/* Words that say what a status would, where there is none. */
static const struct strong kinds[] = {
    {"rate_limit_error", ASSAY_CLASS_RATE_LIMITED},
    {"rate_limit_exceeded", ASSAY_CLASS_RATE_LIMITED},
    {"RESOURCE_EXHAUSTED", ASSAY_CLASS_RATE_LIMITED},
    {"overloaded_error", ASSAY_CLASS_OVERLOADED},
    {"UNAVAILABLE", ASSAY_CLASS_OVERLOADED},
    {"invalid_api_key", ASSAY_CLASS_UNAUTHORISED},
    {"authentication_error", ASSAY_CLASS_UNAUTHORISED},
    {"permission_error", ASSAY_CLASS_UNAUTHORISED},
    {"UNAUTHENTICATED", ASSAY_CLASS_UNAUTHORISED},
    {"PERMISSION_DENIED", ASSAY_CLASS_UNAUTHORISED},
    {"not_found_error", ASSAY_CLASS_NOT_FOUND},
    {"NOT_FOUND", ASSAY_CLASS_NOT_FOUND},
    {"context_length_exceeded", ASSAY_CLASS_BAD_REQUEST},
    {"exceed_context_size_error", ASSAY_CLASS_BAD_REQUEST},
    {"request_too_large", ASSAY_CLASS_BAD_REQUEST},
    {"invalid_request_error", ASSAY_CLASS_BAD_REQUEST},
    {"BadRequestError", ASSAY_CLASS_BAD_REQUEST},
    {"INVALID_ARGUMENT", ASSAY_CLASS_BAD_REQUEST},
};

static const struct strong *find_word(const struct strong *rows, size_t count,
                                      struct assay_str text)
{
    for (size_t i = 0; i < count; i++)
        if (assay_str_is(text, rows[i].word))
            return &rows[i];
    return NULL;
}
#define FIND_WORD(rows, text) \
    find_word((rows), sizeof(rows) / sizeof((rows)[0]), (text))

/* What an error says of itself. */
struct said {
    struct assay_str words[6]; /* codes, types, reasons; most telling first */
    size_t count;
    struct assay_str message;
    unsigned status; /* a number as code: 400 … 599, else 0 */
    bool day_is_over, moderated;
    int64_t retry_ms;
};

static void add_word(struct said *said, struct assay_str word)
{
    uint64_t number;

    if (word.len == 0)
        return;
    if (assay_str_to_u64(word, &number) && number >= 400 && number < 600)
        said->status = (unsigned)number;
    if (said->count < sizeof said->words / sizeof said->words[0])
        said->words[said->count++] = word;
}

/* google.rpc details: ErrorInfo, QuotaFailure, RetryInfo. */
static void read_details(const struct assay_json *details, struct said *said)
{
    const struct assay_json *row =
        assay_json_is(details, ASSAY_JSON_ARRAY) ? details->first : NULL;

    for (; row; row = row->next) {
        const struct assay_json *list = assay_json_get(row, "violations");
        struct assay_str delay = assay_json_text(row, "retryDelay");

        add_word(said, assay_json_text(row, "reason"));
        if (delay.len > 0)
            said->retry_ms = assay_up_to_an_hour(assay_reset_after(delay, 0));
        for (list = assay_json_is(list, ASSAY_JSON_ARRAY) ? list->first : NULL;
             list; list = list->next)
            if (assay_str_contains(assay_json_text(list, "quotaId"), "PerDay"))
                said->day_is_over = true;
    }
}

static struct assay_str message_of(const struct assay_json *error)
{
    const struct assay_json *at = error;

    for (int depth = 0; at && depth < 4; depth++) {
        if (at->type == ASSAY_JSON_STRING)
            return at->text;
        if (at->type == ASSAY_JSON_ARRAY) {
            at = at->first;
        } else {
            const struct assay_json *inner = assay_json_get(at, "message");
            if (!inner)
                inner = assay_json_get(at, "msg"); /* FastAPI's lists */
            at = inner ? inner : assay_json_get(at, "error");
        }
    }
    return ASSAY_STR("");
}

static struct said read_error(const struct assay_json *error)
{
    struct said said = {.message = message_of(error), .retry_ms = -1};
    const struct assay_json *code = assay_json_get(error, "code");

    add_word(&said, assay_json_at(error, "innererror.code")
                        ? assay_json_at(error, "innererror.code")->text
                        : ASSAY_STR(""));
    if (code &&
        (code->type == ASSAY_JSON_STRING || code->type == ASSAY_JSON_NUMBER))
        add_word(&said, code->text);
    add_word(&said, assay_json_text(error, "status"));
    add_word(&said, assay_json_text(error, "type"));
    read_details(assay_json_get(error, "details"), &said);
    said.moderated = assay_json_at(error, "metadata.flagged_input") != NULL;
    return said;
}

/* ------------------------------------------------------- its class */

static enum assay_outcome_class class_of_status(unsigned status)
{
    static const struct {
        unsigned status;
        enum assay_outcome_class of;
    } rows[] = {
        {401, ASSAY_CLASS_UNAUTHORISED}, {402, ASSAY_CLASS_PAYMENT},
        {403, ASSAY_CLASS_UNAUTHORISED}, {404, ASSAY_CLASS_NOT_FOUND},
        {407, ASSAY_CLASS_UNAUTHORISED}, /* the proxy's */
        {408, ASSAY_CLASS_SERVER_ERROR}, {409, ASSAY_CLASS_SERVER_ERROR},
        {410, ASSAY_CLASS_RETIRED},      {429, ASSAY_CLASS_RATE_LIMITED},
        {498, ASSAY_CLASS_OVERLOADED}, /* Groq: no capacity */
        {503, ASSAY_CLASS_OVERLOADED},   {529, ASSAY_CLASS_OVERLOADED},
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (rows[i].status == status)
            return rows[i].of;
    if (status >= 500 && status < 600)
        return ASSAY_CLASS_SERVER_ERROR;
    if (status >= 400 && status < 500)
        return ASSAY_CLASS_BAD_REQUEST;
    return status >= 300 && status < 400 ? ASSAY_CLASS_REDIRECTED
                                         : ASSAY_CLASS_MALFORMED;
}

static bool may_hold_phrases(unsigned status)
{
    return status == 400 || status == 403 || status == 404 || status == 410 ||
           status == 429;
}

/*
 * "The model `x` has been decommissioned": the model must come first, for a
 * parameter may be "no longer supported with this model".
 */
static bool says_retired(struct assay_str message)
{
    static const char *const ends[] = {
        "has been decommissioned",
        "has been deprecated",
        "has been retired",
        "has been shut down",
        "has been discontinued",
        "is retired",
        "was retired",
        "no longer available",
        "no longer supported",
        "has reached its end of life",
    };
    struct assay_str rest = message;

    while (rest.len > 0 && !assay_str_starts(rest, "model") &&
           !assay_str_starts(rest, "Model") &&
           !assay_str_starts(rest, "deployment"))
        rest = assay_str_skip(rest, 1);
    for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++)
        if (assay_str_contains(rest, ends[i]))
            return true;
    return assay_str_contains(message, "retired model");
}

/* The strongest thing an error says; false when the status decides. */
static bool strong_class(const struct said *said, unsigned status,
                         enum assay_outcome_class *of)
{
    const bool phrased = status == 0 || may_hold_phrases(status);
    const struct strong *row = NULL;

    if (phrased && status != 429 && says_retired(said->message)) {
        *of = ASSAY_CLASS_RETIRED;
        return true;
    }
    for (size_t i = 0; i < said->count && !row; i++)
        row = FIND_WORD(codes, said->words[i]);
    for (size_t i = 0; phrased && !row && i < PHRASES; i++)
        if (assay_str_contains(said->message, phrases[i].word))
            row = &phrases[i];
    if (row)
        *of = row->of;
    else if (said->day_is_over)
        *of = ASSAY_CLASS_QUOTA;
    else if (said->moderated)
        *of = ASSAY_CLASS_FILTERED;
    return row || said->day_is_over || said->moderated;
}

/* `status` is the reply's, or 0 where the error came under a 200. */
static enum assay_outcome_class class_of(const struct said *said,
                                         unsigned status)
{
    const struct strong *row = NULL;
    enum assay_outcome_class of = ASSAY_CLASS_SERVER_ERROR;
    unsigned meant = status ? status : said->status;

    if (status == 402) /* Gemini's bears FAILED_PRECONDITION */
        return ASSAY_CLASS_PAYMENT;
    if (strong_class(said, meant, &of))
        return of;
    if (meant != 0)
        return class_of_status(meant);
    for (size_t i = 0; i < said->count && !row; i++)
        row = FIND_WORD(kinds, said->words[i]);
    return row ? row->of : of;
}

/* ------------------------------------------------------- filling it in */

enum { MOST_MESSAGE_BYTES = 1000 };

/* One line, fit for a terminal, without keys. */
static struct assay_str clean(struct assay_arena *arena, struct assay_str text)
{
    struct assay_error line = {0};

    text = assay_secret_strike(arena, assay_str_trim(text));
    text = assay_str_head(text, MOST_MESSAGE_BYTES);
    assay_fail(&line, ASSAY_REMOTE, "%.*s", ASSAY_STR_ARG(text));
    return assay_arena_copy(arena, assay_str_c(line.text));
}

bool assay_trouble_set(struct assay_arena *arena, struct assay_trouble *trouble,
                       enum assay_outcome_class of, struct assay_str code,
                       struct assay_str message)
{
    *trouble = (struct assay_trouble){
        .of = of,
        .retry_after_ms = -1,
        .code = clean(arena, code),
        .message = clean(arena, message),
    };
    return false;
}

static void fill(struct assay_arena *arena, const struct said *said,
                 unsigned status, struct assay_trouble *trouble)
{
    assay_trouble_set(arena, trouble, class_of(said, status),
                      said->count ? said->words[0] : ASSAY_STR(""),
                      said->message);
    trouble->status = status;
    trouble->retry_after_ms = said->retry_ms;
}

bool assay_trouble_read(struct assay_arena *arena,
                        const struct assay_json *error, unsigned status,
                        struct assay_trouble *trouble)
{
    struct said said = read_error(error);

    fill(arena, &said, status, trouble);
    return false;
}

static int said_retry(const struct assay_reply_head *head)
{
    struct assay_str said = assay_header_find(head, "x-should-retry");

    return assay_str_is(said, "true")    ? 1
           : assay_str_is(said, "false") ? -1
                                         : 0;
}

void assay_trouble_classify(struct assay_arena *arena,
                            const struct assay_reply_head *head,
                            struct assay_str body, int64_t now,
                            struct assay_trouble *trouble)
{
    struct assay_error ignored = {0};
    const struct assay_json *json = NULL, *error;
    struct said said = {.message = assay_str_trim(body), .retry_ms = -1};
    int64_t wait = assay_retry_after(head, now);

    if (body.len > 0 && body.len <= ASSAY_MOST_EVENT_BYTES)
        json = assay_json_parse(arena, body, NULL, &ignored);
    error = assay_trouble_find(json);
    if (json)
        said = read_error(error ? error : json);
    else if (assay_str_starts(said.message, "<"))
        said.message = ASSAY_STR("a page of HTML");
    fill(arena, &said, head->status, trouble);
    trouble->said_retry = said_retry(head);
    if (wait < 0 && trouble->retry_after_ms < 0 &&
        trouble->of == ASSAY_CLASS_RATE_LIMITED)
        wait = assay_limits_reset(head, now);
    if (wait >= 0)
        trouble->retry_after_ms = wait;
}

/* ------------------------------------------------------- learning */

/* Where the word begins, in small letters or as written; the length: nowhere. */
static size_t place_of(struct assay_str text, const char *word)
{
    size_t len = strlen(word), at = 0;

    while (at + len <= text.len && strncasecmp(text.at + at, word, len) != 0)
        at++;
    return at + len <= text.len ? at : text.len;
}

/*
 * The field itself is not known, as OpenAI, Azure, pydantic, Go and JSON
 * schema say it. What is "too large" or "out of range" is known.
 */
static bool says_unknown(const struct assay_trouble *trouble)
{
    static const char *const words[] = {
        "unsupported", "not supported", "not support",
        "unknown",     "unrecognized",  "unrecognised",
        "unexpected",  "not permitted", "not recognized"};

    if (assay_str_is(trouble->code, "unsupported_parameter") ||
        assay_str_is(trouble->code, "unknown_parameter"))
        return true;
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (place_of(trouble->message, words[i]) < trouble->message.len)
            return true;
    return false;
}

/*
 * Which name of the limit is not known; the one that is to be used instead
 * may stand behind it. NULL: it is not about the name, or both were refused.
 */
static bool *other_name_of_limit(struct assay_dialect_options *options,
                                 const struct assay_trouble *trouble)
{
    size_t old_name = place_of(trouble->message, "max_tokens");
    size_t new_name = place_of(trouble->message, "max_completion_tokens");

    if (old_name == new_name || !says_unknown(trouble) ||
        options->max_tokens_old_name || options->max_tokens_new_name)
        return NULL;
    return old_name < new_name ? &options->max_tokens_new_name
                               : &options->max_tokens_old_name;
}

bool assay_dialect_learn(struct assay_dialect_options *options,
                         const struct assay_trouble *trouble)
{
    struct assay_str said = trouble->message;
    bool *wants = NULL;

    if (trouble->of != ASSAY_CLASS_BAD_REQUEST)
        return false;
    if (assay_str_contains(said, "stream_options"))
        wants = &options->no_stream_options;
    else if (assay_str_contains(said, "max_"))
        wants = other_name_of_limit(options, trouble);
    else if (assay_str_contains(said, "temperature"))
        wants = &options->no_temperature;
    if (!wants || *wants) /* taught before, and refused again */
        return false;
    *wants = true;
    return true;
}
