/*
 * Whole suites: the first byte says of which form the file is; what is read
 * has cases with ids, what is refused has clean words.
 */
#include "fuzz_target.h"

#include "assay/suite.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static const char *no_env(const char *name)
{
    (void)name;
    return NULL;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    static const char *const ends[] = {"yaml", "json", "jsonl", "txt"};
    static const struct assay_suite_options options = {.env = no_env,
                                                       .most_cases = 200};
    char folder[] = "/tmp/assay-fuzz-XXXXXX", path[100];
    struct assay_error err = {0};

    if (len == 0 || !mkdtemp(folder))
        return 0;
    snprintf(path, sizeof path, "%s/s.%s", folder, ends[data[0] % 4]);
    FILE *file = fopen(path, "wb");
    if (!file || fwrite(data + 1, 1, len - 1, file) != len - 1 ||
        fclose(file) != 0)
        abort();
    struct assay_suite *suite = assay_suite_read(path, &options, &err);
    if (suite) {
        for (size_t i = 0; i < suite->case_count; i++) {
            struct assay_arena arena = {0};
            struct assay_case one;
            if (!assay_suite_case(suite, i, &arena, &one, &err) ||
                one.id.len != 16)
                abort();
            assay_arena_free(&arena);
        }
        assay_suite_free(suite);
    } else if (err.code == ASSAY_OK ||
               !assay_utf8_valid(assay_str_c(err.text))) {
        abort();
    }
    unlink(path);
    rmdir(folder);
    return 0;
}
