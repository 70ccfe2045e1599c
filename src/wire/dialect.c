/*
 * The dialects by their names, and the names of what they bring.
 */
#include "assay/dialect.h"

const char *assay_finish_name(enum assay_finish finish)
{
    static const char *const names[] = {
        [ASSAY_FINISH_STOP] = "stop",
        [ASSAY_FINISH_LENGTH] = "length",
        [ASSAY_FINISH_TOOL_CALLS] = "tool_calls",
        [ASSAY_FINISH_FILTERED] = "content_filter",
        [ASSAY_FINISH_REFUSED] = "refusal",
        [ASSAY_FINISH_CANCELLED] = "cancelled",
        [ASSAY_FINISH_OTHER] = "other",
    };

    return names[finish];
}

const struct assay_dialect *assay_dialect_find(struct assay_str name)
{
    static const struct assay_dialect *const all[] = {
        &assay_dialect_openai,    &assay_dialect_azure,
        &assay_dialect_anthropic, &assay_dialect_gemini,
        &assay_dialect_responses,
    };

    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
        if (assay_str_is(name, all[i]->name))
            return all[i];
    return NULL;
}
