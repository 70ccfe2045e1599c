/*
 * Templates: under both rules they end, in bounds, with text or clean words.
 */
#include "fuzz_target.h"

#include "trial/template.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    static const char vars[] = "{\"a\":\"x y\",\"b\":[1,\"two\",[3]],\"c\":"
                               "{\"k\":\"v\"},\"n\":2.5,\"t\":true,\"z\":null}";
    struct assay_str text = {(const char *)data, len};

    for (int rules = 0; rules < 2; rules++) {
        struct assay_arena arena = {0};
        struct assay_error err = {0};
        struct assay_template_scope scope = {
            .vars = assay_json_parse(&arena, assay_str_c(vars), NULL, &err)};
        struct assay_str filled = ASSAY_STR("");
        if (!assay_template_fill(&arena, text, (enum assay_template_rules)rules,
                                 &scope, &filled, &err) &&
            (err.code == ASSAY_OK || !assay_utf8_valid(assay_str_c(err.text))))
            abort();
        assay_arena_free(&arena);
    }
    return 0;
}
