/* One response body, as a provider or anyone else sent it. */
#include "fuzz_target.h"

#include "assay/usage.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    struct assay_arena arena = {0};
    struct assay_error err = {0};
    struct assay_response_usage usage;
    const struct assay_str text = {(const char *)data, len};
    const struct assay_json *body = assay_json_parse(&arena, text, NULL, &err);

    if (body && assay_usage_read(&arena, body, &usage, &err) &&
        (usage.cache_read_tokens + usage.cache_write_tokens >
             usage.input_tokens ||
         usage.reasoning_tokens > usage.output_tokens))
        abort();
    assay_arena_free(&arena);
    return 0;
}
