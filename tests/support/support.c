#include "support/support.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

void assay_test_skip(const char *reason)
{
    printf("skip: %s\n", reason);
    fflush(stdout);
    skip();
}

const char *assay_test_data(const char *name)
{
    static char path[4096];
    const char *root = getenv("ASSAY_TEST_DATA");

    if (!root || !*root)
        assay_test_skip("ASSAY_TEST_DATA is not set");
    int len = snprintf(path, sizeof path, "%s/%s", root, name);
    if (len < 0 || (size_t)len >= sizeof path || access(path, R_OK) != 0)
        assay_test_skip(path);
    return path;
}
