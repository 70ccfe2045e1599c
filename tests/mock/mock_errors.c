/*
 * Errors in the words of each dialect: the shapes, types and codes are the
 * providers', the sentences ours.
 *
 * Sources: the error pages of OpenAI, Azure OpenAI, Anthropic and Gemini, and
 * for what only shows in practice: Anthropic's spend limit
 * github.com/can1357/oh-my-pi/pull/5418, Azure's retired models
 * github.com/BerriAI/litellm/issues/11116; read 2026-11-22.
 */
#include "mock/mock.h"

struct wording {
    unsigned status;
    const char *openai_type, *openai_code;
    const char *anthropic, *gemini;
    const char *message;
};
static const struct wording wordings[] = {
    {400, "invalid_request_error", NULL, "invalid_request_error",
     "INVALID_ARGUMENT", "The request is not valid."},
    {401, "invalid_request_error", "invalid_api_key", "authentication_error",
     "UNAUTHENTICATED", "The key is not valid."},
    {402, "billing_error", "insufficient_credits", "billing_error",
     "FAILED_PRECONDITION", "The prepaid credit is used up."},
    {403, "permission_error", "unsupported_country_region_territory",
     "permission_error", "PERMISSION_DENIED", "Not allowed from here."},
    {404, "invalid_request_error", "model_not_found", "not_found_error",
     "NOT_FOUND", "There is no such model."},
    {408, "server_error", "timeout", "timeout_error", "DEADLINE_EXCEEDED",
     "The request took too long to arrive."},
    {409, "conflict_error", NULL, "api_error", "ABORTED",
     "Another request holds the lock."},
    {413, "invalid_request_error", "request_too_large", "request_too_large",
     "INVALID_ARGUMENT", "The request is too large."},
    {422, "invalid_request_error", NULL, "invalid_request_error",
     "INVALID_ARGUMENT", "A field has another type than it must."},
    {429, "requests", "rate_limit_exceeded", "rate_limit_error",
     "RESOURCE_EXHAUSTED", "Too many requests."},
    {500, "server_error", NULL, "api_error", "INTERNAL",
     "The server had an error."},
    {502, "server_error", NULL, "api_error", "INTERNAL",
     "The server behind the gateway had an error."},
    {503, "server_error", NULL, "overloaded_error", "UNAVAILABLE",
     "The engine is overloaded."},
    {504, "server_error", NULL, "timeout_error", "DEADLINE_EXCEEDED",
     "The server behind the gateway was too slow."},
    {529, "server_error", NULL, "overloaded_error", "UNAVAILABLE",
     "Overloaded."},
};

static const struct wording *word(unsigned status)
{
    size_t i = sizeof(wordings) / sizeof(wordings[0]) - 1;

    while (i > 0 && wordings[i].status != status)
        i--;
    return &wordings[i];
}

struct error_text {
    const char *type, *code, *param; /* OpenAI's */
    struct assay_str message;
    const char *more; /* members besides, with a comma before them */
};

static struct assay_str write_error(struct assay_arena *arena,
                                    const struct mock_request *request,
                                    unsigned status, const struct error_text *e)
{
    struct assay_buf out;

    assay_buf_init(&out, 1 << 20);
    if (request->dialect == MOCK_ANTHROPIC)
        assay_buf_printf(&out,
                         "{\"type\":\"error\",\"error\":{\"type\":\"%s\","
                         "\"message\":",
                         e->type);
    else if (request->dialect == MOCK_GEMINI)
        assay_buf_printf(&out, "{\"error\":{\"code\":%u,\"message\":", status);
    else
        assay_buf_printf(&out, "{\"error\":{\"message\":");
    assay_json_write_string(&out, e->message);
    if (request->dialect == MOCK_ANTHROPIC)
        assay_buf_printf(&out, "%s},\"request_id\":\"req_mock\"}",
                         e->more ? e->more : "");
    else if (request->dialect == MOCK_GEMINI)
        assay_buf_printf(&out, ",\"status\":\"%s\"%s}}", e->type,
                         e->more ? e->more : "");
    else
        assay_buf_printf(&out,
                         ",\"type\":\"%s\",\"param\":%s%s%s,"
                         "\"code\":%s%s%s%s}}",
                         e->type, e->param ? "\"" : "",
                         e->param ? e->param : "null", e->param ? "\"" : "",
                         e->code ? "\"" : "", e->code ? e->code : "null",
                         e->code ? "\"" : "", e->more ? e->more : "");
    struct assay_str body = assay_arena_copy(arena, assay_buf_str(&out));
    assay_buf_release(&out);
    return body;
}

/* What only the words of this dialect tell apart. */
static void special(enum mock_dialect dialect, enum mock_error error,
                    struct error_text *e)
{
    static const char per_day[] =
        ",\"details\":[{\"@type\":\"type.googleapis.com/"
        "google.rpc.QuotaFailure\",\"violations\":[{\"quotaId\":"
        "\"GenerateRequestsPerDayPerProjectPerModel\"}]}]";
    static const char per_minute[] =
        ",\"details\":[{\"@type\":\"type.googleapis.com/"
        "google.rpc.QuotaFailure\",\"violations\":[{\"quotaId\":"
        "\"GenerateRequestsPerMinutePerProjectPerModel\"}]},{\"@type\":"
        "\"type.googleapis.com/google.rpc.RetryInfo\",\"retryDelay\":"
        "\"55s\"}]";
    static const char wrong_key[] =
        ",\"details\":[{\"@type\":\"type.googleapis.com/google.rpc.ErrorInfo\","
        "\"reason\":\"API_KEY_INVALID\",\"domain\":\"googleapis.com\"}]";
    static const char filter[] =
        ",\"status\":400,\"innererror\":{\"code\":"
        "\"ResponsibleAIPolicyViolation\",\"content_filter_result\":{\"hate\":"
        "{\"filtered\":true,\"severity\":\"high\"}}}";
    bool openai = dialect == MOCK_OPENAI || dialect == MOCK_AZURE;

    switch (error) {
    case MOCK_ERROR_QUOTA:
        e->message = ASSAY_STR("This request would exceed your account's "
                               "monthly spend limit.");
        e->more = ",\"details\":{\"error_code\":"
                  "\"enforced_spend_limit_reached\"}";
        if (openai) {
            e->type = e->code = "insufficient_quota";
            e->more = NULL;
        }
        break;
    case MOCK_ERROR_DAY:
        e->message = ASSAY_STR("The quota of the day is used up.");
        e->more = per_day;
        break;
    case MOCK_ERROR_MINUTE:
        e->message = ASSAY_STR("The quota of the minute is used up.");
        e->more = per_minute;
        break;
    case MOCK_ERROR_CONTEXT:
        e->message = ASSAY_STR("The prompt is too long: 9000 tokens are more "
                               "than the 8192 of this model.");
        e->code = "context_length_exceeded";
        e->param = "messages";
        break;
    case MOCK_ERROR_RETIRED:
        e->message = ASSAY_STR("The model has been deprecated: it was retired "
                               "on 2026-10-23 and is no longer available.");
        e->code = dialect == MOCK_AZURE ? "ModelDeprecated" : "model_not_found";
        break;
    case MOCK_ERROR_FILTER:
        e->message = ASSAY_STR("The prompt was filtered by the provider's "
                               "content policy.");
        e->code = "content_filter";
        e->param = "prompt";
        e->more = filter;
        break;
    case MOCK_ERROR_KEY:
        e->message = ASSAY_STR("The key is not valid.");
        e->more = wrong_key;
        break;
    case MOCK_ERROR_STATUS:
    case MOCK_ERROR_ECHO:
    case MOCK_ERROR_PARAM:
        break;
    }
}

struct assay_str assay_mock_error(struct assay_arena *arena,
                                  const struct mock_request *request,
                                  unsigned status, enum mock_error error,
                                  const char *param)
{
    const struct wording *w = word(status);
    struct error_text e = {
        .type = request->dialect == MOCK_ANTHROPIC ? w->anthropic
                : request->dialect == MOCK_GEMINI  ? w->gemini
                                                   : w->openai_type,
        .code = w->openai_code,
        .param = param,
        .message = assay_str_c(w->message),
    };
    struct assay_str key = ASSAY_STR("");

    if (request->dialect == MOCK_AZURE && status == 404)
        e.code = "DeploymentNotFound";
    if (error == MOCK_ERROR_ECHO) {
        assay_mock_key(request, &key);
        e.message = assay_arena_printf(arena,
                                       "Incorrect API key provided: "
                                       "%.*s.",
                                       ASSAY_STR_ARG(key));
    } else if (error == MOCK_ERROR_PARAM) {
        e.message = assay_arena_printf(
            arena,
            "Unsupported parameter: '%s' is not supported with this "
            "model.",
            param);
        e.code = "unsupported_parameter";
    } else if (request->bad) {
        e.message =
            assay_arena_printf(arena, "%s: %s.", request->param, request->bad);
        e.param = request->param;
    }
    special(request->dialect, error, &e);
    return write_error(arena, request, status, &e);
}
