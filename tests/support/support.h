/*
 * What every unit test includes: cmocka with the headers it wants before it,
 * and how a test skips aloud. Tests run from the top of the tree, so a
 * fixture is named by its path there ("tests/import/fixtures/x.json").
 */
#ifndef ASSAY_TESTS_SUPPORT_H
#define ASSAY_TESTS_SUPPORT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/*
 * Prints "skip: REASON" and ends the test as skipped; `make check` repeats
 * the reason. Does not return.
 */
void assay_test_skip(const char *reason);

/*
 * Path of a file among the large shared test data, e.g.
 * "data/modelsdev/api.json", in a buffer that the next call overwrites.
 * Skips the test when ASSAY_TEST_DATA is not set or the file is absent, so
 * ask before anything is allocated.
 */
const char *assay_test_data(const char *name);

#endif
