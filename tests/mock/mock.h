/*
 * A provider that is none: it speaks the dialects of real ones on loopback,
 * answers by rule, and fails by script. README.md says how to use it; the
 * files are
 *   mock_provider.c    options, the listening socket, the end
 *   mock_connection.c  one connection: requests in, plans out, the log
 *   mock_request.c     HTTP and the bodies of each dialect
 *   mock_answer.c      what a model of that name says; mock_able.c: what those
 *                      say that can do all that probes ask for
 *   mock_dialect.c     an answer as body or as events; mock_errors.c: errors
 *   mock_scripts.c     the table of faults; mock_plan.c: a fault as steps
 * The table is in the library of test support too, for tests that go through
 * all of it.
 * It shares the base of assay (buffers, JSON), none of its dialects: what it
 * says of a request is evidence against them.
 */
#ifndef ASSAY_TESTS_MOCK_H
#define ASSAY_TESTS_MOCK_H

#include "assay/arena.h"
#include "assay/buf.h"
#include "assay/dialect.h"
#include "assay/json.h"
#include "assay/str.h"

#include <pthread.h>
#include <stdatomic.h>

enum mock_dialect {
    MOCK_OPENAI,
    MOCK_AZURE,
    MOCK_ANTHROPIC,
    MOCK_GEMINI,
    MOCK_RESPONSES, /* OpenAI's */
    MOCK_DIALECTS,
};
const char *assay_mock_dialect_name(enum mock_dialect dialect);

/* ------------------------------------------------------- a request */

struct mock_request {
    struct assay_str method, path; /* path: decoded, without the query */
    struct assay_header headers[64];
    size_t header_count;
    struct assay_str body;
    enum mock_dialect dialect; /* MOCK_DIALECTS: nobody answers there */
    struct assay_str model;    /* as asked for; Azure: the deployment */
    uint64_t number;           /* on its connection, from 1 */
    bool stream, event_stream; /* Gemini without alt=sse: a JSON array */
    bool include_usage;
    struct assay_str prompt; /* text of the last turn of the user */
    struct assay_str system; /* its text, or empty */
    struct assay_str stop;   /* the first one, or empty */
    bool logprobs, tool_required;
    struct assay_str tool_result; /* of the last turn, or empty */
    bool has_tool_result;
    uint64_t input_tokens, max_tokens, seed;
    size_t image_count;
    struct assay_str image, image_type; /* of the first: base64, or a URL */
    struct assay_str tool;              /* name of the first, or empty */
    const struct assay_json *tool_schema;
    const struct assay_json *schema; /* of the answer */
    bool json;                       /* any JSON object */
    /* Why this is a 400, and the field that is; NULL: it is none. */
    const char *bad, *param;
};

/*
 * Reads the head of a request (without its empty line). False: no HTTP.
 * Then the body, once it is there.
 */
bool assay_mock_read_head(struct assay_arena *arena, struct assay_str head,
                          struct mock_request *request);
void assay_mock_read_body(struct assay_arena *arena,
                          struct mock_request *request);
/* Value of a header, name in small letters; empty when it is not there. */
struct assay_str assay_mock_header(const struct mock_request *request,
                                   const char *name);
/* Name of the header that bears a key, and the key; NULL: there is none. */
const char *assay_mock_key(const struct mock_request *request,
                           struct assay_str *key);

/* ------------------------------------------------------- an answer */

enum mock_finish {
    MOCK_STOP,
    MOCK_LENGTH,
    MOCK_TOOLS,
    MOCK_FILTERED,
    MOCK_REFUSED,
    MOCK_UNFINISHED, /* no reason is given */
};

enum mock_usage {
    MOCK_USAGE_TRUE,
    MOCK_USAGE_MISSING,
    MOCK_USAGE_NEGATIVE,
    MOCK_USAGE_FLOAT,
    MOCK_USAGE_TEXT,
    MOCK_USAGE_TWICE, /* of a stream: the first one is too small */
};

struct mock_call {
    struct assay_str id, name, arguments;
    unsigned index; /* as the stream states it */
};

struct mock_answer {
    struct assay_str text, reasoning;
    struct mock_call calls[2];
    size_t call_count;
    enum mock_finish finish;
    bool blocked;  /* Gemini: no candidates, a reason why */
    bool nothing;  /* no choice at all */
    bool null;     /* OpenAI: content is null */
    bool reversed; /* fragments of the last call come first */
    struct assay_str model, id;
    uint64_t input_tokens, output_tokens, reasoning_tokens, cached_tokens;
    bool logprobs; /* OpenAI: of a whole body */
    bool too_long; /* instead of an answer: so is the prompt */
    enum mock_usage usage;
    unsigned wait_ms, body_wait_ms; /* before the head; behind it */
    unsigned pace_ms;               /* before each event */
    /* Instead of an answer: the model does not take this parameter. */
    const char *refuses;
};

/* A token is up to four bytes, whole characters. */
struct assay_str assay_mock_token(struct assay_str *text);
uint64_t assay_mock_tokens(struct assay_str text);
/* 64 bits of everything that went in; the same everywhere, always. */
uint64_t assay_mock_hash(uint64_t seed, struct assay_str text);
/* Below p, for one in 1/p of hashes. */
bool assay_mock_chance(uint64_t hash, double p);
/*
 * What the model called `name` says: a function of seed, name and request.
 */
void assay_mock_answer(struct assay_arena *arena, uint64_t seed,
                       struct assay_str name,
                       const struct mock_request *request,
                       struct mock_answer *answer);

/* Base64 to bytes, at most `room`; how many. Padding counts as zeros. */
size_t assay_mock_decode(struct assay_str text, unsigned char *to, size_t room);
/* What a model says that can do all; false: this asks for nothing special. */
bool assay_mock_able(struct assay_arena *arena,
                     const struct mock_request *request,
                     struct assay_str prompt, uint64_t hash,
                     struct assay_str *text);

/* An event of a stream. */
struct mock_event {
    const char *name; /* Anthropic's; NULL: none */
    struct assay_str data;
    bool token; /* brings a piece of the answer */
};
struct mock_events {
    struct mock_event *at;
    size_t count, size;
};
struct assay_str assay_mock_body(struct assay_arena *arena,
                                 const struct mock_request *request,
                                 const struct mock_answer *answer);
void assay_mock_stream(struct assay_arena *arena,
                       const struct mock_request *request,
                       const struct mock_answer *answer,
                       struct mock_events *events);
/* The headers that a good answer has besides, each with its line end. */
struct assay_str assay_mock_limits(struct assay_arena *arena,
                                   const struct mock_request *request,
                                   struct assay_str id);

/* ------------------------------------------------------- scripts */

/* What an error is about; the dialects word it. */
enum mock_error {
    MOCK_ERROR_STATUS, /* what the status says */
    MOCK_ERROR_QUOTA,  /* the money is used up */
    MOCK_ERROR_DAY,    /* the limit of the day is */
    MOCK_ERROR_MINUTE,
    MOCK_ERROR_CONTEXT, /* the prompt is too long */
    MOCK_ERROR_RETIRED,
    MOCK_ERROR_FILTER,
    MOCK_ERROR_KEY,   /* 400 for a wrong key, as Gemini does */
    MOCK_ERROR_ECHO,  /* repeats the key that was sent */
    MOCK_ERROR_PARAM, /* a parameter that the model does not take */
};

enum mock_twist {
    MOCK_AS_IT_IS,
    /* another body, or none */
    MOCK_BODY, /* script->fault.body */
    MOCK_ERROR_BODY,
    MOCK_REDIRECT,
    MOCK_OTHER_FORM, /* a stream for a body, a body for a stream */
    /* the answer */
    MOCK_NO_USAGE,
    MOCK_USAGE_BELOW_ZERO,
    MOCK_USAGE_FRACTION,
    MOCK_USAGE_AS_TEXT,
    MOCK_USAGE_AGAIN,
    MOCK_OTHER_MODEL,
    MOCK_NO_FINISH,
    MOCK_CUT_BY_LENGTH,
    MOCK_CUT_BY_FILTER,
    MOCK_BLOCKED,
    MOCK_REFUSAL,
    MOCK_NO_CHOICE,
    MOCK_NULL_CONTENT,
    MOCK_SAME_INDEX,
    MOCK_REVERSED_INDEX,
    MOCK_BAD_ARGUMENTS,
    MOCK_NUL_ESCAPE,
    /* bytes of the body */
    MOCK_BAD_UTF8,
    MOCK_SURROGATE,
    MOCK_RAW_NUL,
    MOCK_GZIP,
    MOCK_BOMB,
    MOCK_ENDLESS_BODY,
    MOCK_ENDLESS_LINE,
    MOCK_ENDLESS_HEADER,
    MOCK_DRIP,
    MOCK_SINGLE_BYTES,
    MOCK_SHORT_BODY,
    MOCK_LONG_BODY,
    MOCK_BAD_CHUNK,
    MOCK_UNTIL_CLOSE,
    MOCK_NO_HTTP,
    MOCK_INTERIM,
    MOCK_STRANGE_HEADERS,
    /* events */
    MOCK_NO_END,
    MOCK_NO_EVENTS,
    MOCK_FIN_IN_CHARACTER,
    MOCK_RESET_IN_STREAM,
    MOCK_ERROR_EVENT,
    MOCK_COMMENTS,
    MOCK_PINGS,
    MOCK_CR,
    MOCK_CRLF,
    MOCK_BOM,
    MOCK_MANY_LINES,
    MOCK_TWO_IN_ONE,
    MOCK_ONE_IN_TWO,
    MOCK_MORE_FIELDS,
    MOCK_NO_SPACE,
    MOCK_UNKNOWN_EVENT,
    MOCK_ONE_PACKET,
    /* waiting for ever */
    MOCK_HANG_CONNECT, /* by --script only, as the next one */
    MOCK_HANG_ACCEPT,
    MOCK_HANG_REQUEST,
    MOCK_HANG_HEAD,
    MOCK_HANG_BODY,
    MOCK_HANG_MIDDLE,
    MOCK_HANG_END,
    /* the connection */
    MOCK_CLOSE_ACCEPT, /* by --script only */
    MOCK_CLOSE_REQUEST,
    MOCK_RESET_REQUEST,
    MOCK_CLOSE_REUSED,
    MOCK_RESET_REUSED,
    MOCK_CLOSE_SILENTLY,
    MOCK_CLOSE_SAID,
    /* for --storm-ms after its first request, then no more */
    MOCK_STORM,
};

/* Sets of dialects and forms, for the table. */
enum {
    MOCK_O = 1 << MOCK_OPENAI,
    MOCK_Z = 1 << MOCK_AZURE,
    MOCK_A = 1 << MOCK_ANTHROPIC,
    MOCK_G = 1 << MOCK_GEMINI,
    MOCK_R = 1 << MOCK_RESPONSES,
    MOCK_ALL = MOCK_O | MOCK_Z | MOCK_A | MOCK_G | MOCK_R,
    MOCK_WHOLE = 1, /* asked for one body */
    MOCK_STREAMED = 2,
    MOCK_BOTH = MOCK_WHOLE | MOCK_STREAMED,
    MOCK_RETRY = 1,     /* another attempt is right */
    MOCK_BILLS = 2,     /* the provider may have worked, and charge it */
    MOCK_BY_SERVER = 4, /* only by --script: it acts before any request */
    MOCK_NOW = -1,      /* wait 0 ms */
};

/* How an expectation differs in some dialects. */
struct mock_exception {
    unsigned dialects;
    enum assay_outcome_class of;
};

struct mock_script {
    const char *name, *about;
    struct mock_fault {
        enum mock_twist twist;
        unsigned status; /* 0: 200 */
        enum mock_error error;
        const char *header; /* another line of the head, without its end */
        const char *body;   /* MOCK_BODY */
        const char *type;   /* of MOCK_BODY */
    } fault;
    unsigned dialects, forms;
    /* What a client makes of it when it is right. */
    enum assay_outcome_class of;
    unsigned then; /* MOCK_RETRY … */
    struct mock_exception except;
    /* How long the answer says to wait; 0: it does not, or in no way that
       counts. Of a date: the most, it may be a second less. */
    int64_t after_ms;
};
extern const struct mock_script assay_mock_scripts[];
extern const size_t assay_mock_script_count;
const struct mock_script *assay_mock_script(struct assay_str name);
/* The class that is right in this dialect. */
enum assay_outcome_class assay_mock_expects(const struct mock_script *script,
                                            enum mock_dialect dialect);
/* Of the error: its body in the words of the dialect, NULL script: 400. */
struct assay_str assay_mock_error(struct assay_arena *arena,
                                  const struct mock_request *request,
                                  unsigned status, enum mock_error error,
                                  const char *param);
/* The class names of dialect.h, kept apart from the code under test. */
const char *assay_mock_class_name(enum assay_outcome_class of);

/* ------------------------------------------------------- a plan */

enum mock_step_kind {
    MOCK_SEND,
    MOCK_WAIT,    /* ms */
    MOCK_HANG,    /* until the client leaves or the end of the server */
    MOCK_REPEAT,  /* bytes again and again, to the limit */
    MOCK_DRIPPED, /* byte by byte, ms between them */
    MOCK_CLOSE,
    MOCK_RESET,
};
struct mock_step {
    enum mock_step_kind kind;
    struct assay_str bytes;
    unsigned ms;
    bool token; /* the first of these is the first token */
};
struct mock_plan {
    unsigned status; /* 0: no head goes out */
    struct mock_step *steps;
    size_t count, size;
};

/* ------------------------------------------------------- the server */

enum { MOCK_SEEN = 1 << 16 };

struct mock_server {
    int listener, log;
    unsigned port;
    uint64_t seed;
    const struct mock_script *script; /* of every request, or NULL */
    struct assay_str suffix;          /* "once", "x3", "p0.1" */
    bool require_key;
    unsigned drip_ms, storm_ms, storm_after_ms, max_seconds;
    size_t endless_bytes;
    atomic_bool ending;
    atomic_uint_fast64_t connections;
    pthread_mutex_t lock; /* of what follows */
    int64_t storm_began;
    struct mock_seen {
        uint64_t key;
        unsigned count;
    } seen[MOCK_SEEN];
};

/* What is sent for a request; no script: what is right. */
void assay_mock_plan(struct assay_arena *arena,
                     const struct mock_server *server,
                     const struct mock_request *request,
                     const struct mock_script *script,
                     struct mock_answer *answer, struct mock_plan *plan);
/* Answers a connection until its end; closes it. */
void assay_mock_serve(struct mock_server *server, int client,
                      uint64_t connection);
int64_t assay_mock_now(void); /* monotonic, ns */

#endif
