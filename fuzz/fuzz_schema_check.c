/*
 * JSON schemas against values: {"schema": …, "value": …}. A schema is taken
 * or refused with words; a value that breaks it has a reason.
 */
#include "fuzz_target.h"

#include "trial/schema_check.h"

#include <stdio.h>
#include <stdlib.h>

static void stop(const char *why, const struct assay_error *err)
{
    fprintf(stderr, "fuzz_schema_check: %s: %s\n", why, err->text);
    abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    struct assay_arena arena = {0};
    struct assay_error err = {0};
    struct assay_str text = {(const char *)data, len}, reason;
    const struct assay_json *input = assay_json_parse(&arena, text, NULL, &err);
    const struct assay_json *schema = assay_json_get(input, "schema");
    const struct assay_json *value = assay_json_get(input, "value");

    for (int draft = 0; schema && draft <= ASSAY_DRAFT_2020_12; draft++) {
        struct assay_schema_options options = {.draft =
                                                   (enum assay_draft)draft};
        struct assay_validator *validator =
            assay_schema_check_new(&arena, schema, &options, &err);

        if (!validator && (err.code == ASSAY_OK || err.text[0] == 0))
            stop("refused without words", &err);
        if (validator && value &&
            (assay_schema_check_run(validator, &arena, value, &reason) ==
             ASSAY_SCHEMA_HOLDS) != (reason.len == 0))
            stop("a reason without a breach, or none", &err);
    }
    assay_arena_free(&arena);
    return 0;
}
