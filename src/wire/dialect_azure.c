/*
 * Azure OpenAI: OpenAI's bodies at addresses of its own. The older form names
 * a deployment and an api-version in the URL; the v1 form has neither and
 * takes the deployment's name as model.
 *
 * Source: Azure OpenAI REST reference and API lifecycle, read 2026-11-22;
 * max_completion_tokens and usage in streams came with 2024-09-01-preview
 * and 2024-10-21 (notes of Azure.AI.OpenAI 2.1.0).
 */
#include "wire/dialect_parts.h"

/* Versions are dates, so their order is that of their texts. */
static bool knows_new_names(struct assay_str api_version)
{
    return api_version.len == 0 ||
           assay_str_compare(api_version, ASSAY_STR("2024-09-01")) >= 0;
}

static struct assay_str without_end(struct assay_str text, const char *end)
{
    if (assay_str_ends(text, end))
        text.len -= assay_str_c(end).len;
    return text;
}

static struct assay_str azure_url(struct assay_arena *arena,
                                  const struct assay_dialect_options *options,
                                  struct assay_str deployment)
{
    struct assay_str base = options->base_url;

    base = without_end(without_end(base, "/v1"), "/openai");
    if (options->api_version.len == 0)
        return assay_arena_printf(arena, "%.*s/openai/v1/chat/completions",
                                  ASSAY_STR_ARG(base));
    deployment = assay_writing_encoded(arena, deployment);
    return assay_arena_printf(
        arena, "%.*s/openai/deployments/%.*s/chat/completions?api-version=%.*s",
        ASSAY_STR_ARG(base), ASSAY_STR_ARG(deployment),
        ASSAY_STR_ARG(assay_writing_encoded(arena, options->api_version)));
}

static bool azure_write(struct assay_arena *arena,
                        const struct assay_chat *chat,
                        const struct assay_dialect_options *options,
                        struct assay_wire_request *request,
                        struct assay_error *err)
{
    const struct assay_str deployment =
        options->deployment.len ? options->deployment : chat->model;
    const bool v1 = options->api_version.len == 0;
    const bool is_new = knows_new_names(options->api_version);
    struct assay_writing w = {
        .arena = arena,
        .chat = chat,
        .options = options,
        .whose = "Azure OpenAI",
        .err = err,
    };
    const bool old_name = (!is_new || options->max_tokens_old_name) &&
                          !options->max_tokens_new_name;
    const struct assay_openai_form form = {
        .words = assay_openai_words,
        .most_stops = 4,
        .max_tokens_name = old_name ? "max_tokens" : "max_completion_tokens",
        .usage_in_stream = is_new && !options->no_stream_options,
        .model = v1 ? deployment : ASSAY_STR(""),
    };

    *request = (struct assay_wire_request){
        .key_header = "api-key",
        .key_prefix = "",
    };
    if (deployment.len == 0)
        return assay_fail(err, ASSAY_BAD_INPUT,
                          "deployment: none, Azure OpenAI needs its name");
    return assay_writing_check(&w) && assay_openai_write_body(&w, &form) &&
           assay_writing_finish(&w, azure_url(arena, options, deployment),
                                request);
}

const struct assay_dialect assay_dialect_azure = {
    .name = "azure",
    .write = azure_write,
    .read = assay_openai_read_answer,
    .classify = assay_trouble_classify,
    .event = assay_openai_take_event,
    .marks_end_with_done = true,
};
