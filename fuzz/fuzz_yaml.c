/*
 * YAML: what is accepted is written as JSON and read again as YAML the same,
 * as far as JSON's depth goes; what is refused is refused with clean words.
 */
#include "fuzz_target.h"

#include "trial/yaml.h"

#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    struct assay_arena arena = {0};
    struct assay_error err = {0};
    struct assay_str text = {(const char *)data, len};
    struct assay_json *tree = assay_yaml_parse(&arena, text, NULL, &err);

    if (tree) {
        struct assay_buf out;
        assay_buf_init(&out, (size_t)1 << 28);
        assay_json_write(&out, tree, (struct assay_json_style){0});
        struct assay_json *again =
            assay_json_parse(&arena, assay_buf_str(&out), NULL, &err);
        if (!again || !assay_json_equal(tree, again)) {
            fprintf(stderr, "fuzz_yaml: reads differently: %s\n", err.text);
            abort();
        }
        assay_buf_release(&out);
    } else if (err.code == ASSAY_OK ||
               !assay_utf8_valid(assay_str_c(err.text))) {
        abort();
    }
    assay_arena_free(&arena);
    return 0;
}
