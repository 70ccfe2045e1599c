/*
 * A mock provider (tests/mock/README.md) as a process of its own, for one
 * test: on a free port of loopback, ended with the test at the latest.
 */
#ifndef ASSAY_TESTS_MOCK_PROCESS_H
#define ASSAY_TESTS_MOCK_PROCESS_H

#include "assay/arena.h"
#include "assay/json.h"

#include <sys/types.h>

struct assay_test_mock {
    pid_t pid;
    int leash; /* the provider ends when this is closed */
    unsigned port;
    char url[64]; /* "http://127.0.0.1:PORT" */
    char log[64]; /* path of its log, removed at the end */
};

/*
 * Starts build/…/tests/mock/mock_provider; `options` are more of its own,
 * ended by NULL, or NULL. The test fails when it does not start.
 */
void assay_test_mock_start(struct assay_test_mock *mock,
                           const char *const *options);
void assay_test_mock_stop(struct assay_test_mock *mock);

/*
 * The log so far as a JSON array of its lines, in the arena. With `closed`
 * it first waits (5 s at most) until all connections are closed: then each
 * request has its "answer".
 */
struct assay_json *assay_test_mock_log(const struct assay_test_mock *mock,
                                       struct assay_arena *arena, bool closed);
/* How many lines are about this: "connection", "request", "answer" … */
size_t assay_test_mock_count(const struct assay_json *log, const char *event);

#endif
