/*
 * A client that is none: bytes to a mock provider and back, for tests that
 * look at the wire itself.
 */
#ifndef ASSAY_TESTS_MOCK_CLIENT_H
#define ASSAY_TESTS_MOCK_CLIENT_H

#include "mock/mock.h"
#include "support/mock_process.h"

/* The key that requests bear. */
extern const char assay_mock_test_key[];

/* What came until the other side closed, reset, or fell silent. */
struct mock_reply {
    struct assay_buf bytes; /* of the caller, who releases it */
    enum {
        MOCK_COMPLETE, /* all that its head says */
        MOCK_WAS_CLOSED,
        MOCK_WAS_RESET,
        MOCK_SILENT,
    } end;
};

int assay_mock_dial(const struct assay_test_mock *mock);
/* Model and prompt in the words of a dialect, as a whole request. */
struct assay_str assay_mock_request_text(struct assay_arena *arena,
                                         enum mock_dialect dialect,
                                         const char *model, const char *prompt,
                                         bool stream);
void assay_mock_send(int fd, struct assay_str text);
/* Reads a response, for so long without a byte at most. */
void assay_mock_receive(int fd, int silence_ms, struct mock_reply *reply);
/* The body alone, chunks joined; in the arena. */
struct assay_str assay_mock_body_of(struct assay_arena *arena,
                                    const struct mock_reply *reply);

#endif
