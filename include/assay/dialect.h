/*
 * What the APIs of providers look like: a question as request, a reply or
 * the events of a stream as answer, an error as its class. No I/O, no clock:
 * bytes in, bytes out, so that every recorded stream can be replayed split
 * at every byte.
 *
 * Sources of each dialect stand in its file.
 */
#ifndef ASSAY_DIALECT_H
#define ASSAY_DIALECT_H

#include "assay/arena.h"
#include "assay/buf.h"
#include "assay/chat.h"
#include "assay/error.h"
#include "assay/usage.h"

/* How one attempt ended; every one is counted apart. */
enum assay_outcome_class {
    ASSAY_CLASS_ANSWERED,
    ASSAY_CLASS_FILTERED,     /* prompt or answer blocked by the provider */
    ASSAY_CLASS_TRUNCATED,    /* the stream broke off before its end mark */
    ASSAY_CLASS_RATE_LIMITED, /* 429: wait */
    ASSAY_CLASS_QUOTA,        /* no money or day's limit: stop the route */
    ASSAY_CLASS_OVERLOADED,   /* 503, 529 */
    ASSAY_CLASS_SERVER_ERROR, /* other 5xx, 408, 409 */
    ASSAY_CLASS_BAD_REQUEST,  /* 400, 413, 422 and other 4xx */
    ASSAY_CLASS_UNAUTHORISED, /* 401, 403: stop the route */
    ASSAY_CLASS_PAYMENT,      /* 402: stop the route */
    ASSAY_CLASS_NOT_FOUND,    /* 404: model or deployment; stop the route */
    ASSAY_CLASS_RETIRED,      /* says so itself; stop the route */
    ASSAY_CLASS_REDIRECTED,   /* 3xx: never followed, the key stays here */
    ASSAY_CLASS_MALFORMED,    /* 2xx that is no answer of this dialect */
    ASSAY_CLASS_TOO_LARGE,    /* more bytes than we accept */
    ASSAY_CLASS_CONNECT,      /* no connection: name, refusal, TLS, time */
    ASSAY_CLASS_TIMEOUT,      /* first byte, idle or total deadline */
    ASSAY_CLASS_BROKEN,       /* connection lost after the request was sent */
    ASSAY_CLASS_REFUSED,      /* a second sending of one attempt, refused */
    ASSAY_CLASS_CANCELLED,    /* by us */
    ASSAY_CLASSES,
};
/* "answered", "rate_limited" … */
const char *assay_class_name(enum assay_outcome_class of);
bool assay_class_read(struct assay_str name, enum assay_outcome_class *of);
/* Another attempt may help; the others are final. */
bool assay_class_retries(enum assay_outcome_class of);
/* Nothing more is sent to this route in this run. */
bool assay_class_stops_route(enum assay_outcome_class of);
/*
 * The provider may have done (and billed) the work although no answer came.
 * So may any class that ends a stream after its first token.
 */
bool assay_class_may_bill(enum assay_outcome_class of);

enum assay_finish {
    ASSAY_FINISH_STOP,   /* the model ended, or a stop text came */
    ASSAY_FINISH_LENGTH, /* max_tokens, or the context is full */
    ASSAY_FINISH_TOOL_CALLS,
    ASSAY_FINISH_FILTERED,  /* content filter, safety */
    ASSAY_FINISH_REFUSED,   /* the model's own refusal */
    ASSAY_FINISH_CANCELLED, /* whoever asked left */
    ASSAY_FINISH_OTHER,     /* the provider's own word is in finish_stated */
};
/* "stop", "length", "tool_calls", "content_filter", "refusal" … */
const char *assay_finish_name(enum assay_finish finish);

/* Where the numbers of a usage come from. */
enum assay_usage_state {
    ASSAY_USAGE_MISSING,
    ASSAY_USAGE_RETURNED,
    ASSAY_USAGE_ESTIMATED,
};

/* What came back, in one shape. In the arena. */
struct assay_completion {
    struct assay_str text;      /* the answer as shown to a reader */
    struct assay_str reasoning; /* thoughts that the provider shows apart */
    struct assay_str refusal;
    struct assay_tool_call *calls;
    size_t call_count;
    enum assay_finish finish;
    struct assay_str finish_stated;
    struct assay_str model; /* who answered, as stated */
    struct assay_str id, tier, fingerprint;
    enum assay_usage_state usage_state;
    struct assay_response_usage usage;
    double mean_logprob; /* of the answer's tokens; NaN: not told */
};

/* Why there is no answer, and what the provider says to do. */
struct assay_trouble {
    enum assay_outcome_class of;
    unsigned status;        /* HTTP; 0: there was none */
    int64_t retry_after_ms; /* -1: not said */
    /* x-should-retry: 1 yes, -1 no, whatever the class says; 0: not said */
    int said_retry;
    struct assay_str code;    /* the provider's own, or empty */
    struct assay_str message; /* for people; keys in it are struck out */
};

struct assay_dialect_options {
    struct assay_str base_url;    /* without a slash at its end */
    struct assay_str api_version; /* Azure's legacy form; else empty */
    struct assay_str deployment;  /* Azure */
    /* What this route was found to want; kept by the caller's memory. */
    bool no_stream_options, max_tokens_old_name, max_tokens_new_name;
    bool no_temperature; /* but the one that somebody stated */
};

struct assay_header {
    struct assay_str name, value;
};
/* Status and headers of a reply; names in any case. Borrowed. */
struct assay_reply_head {
    unsigned status;
    const struct assay_header *headers;
    size_t count;
};
/* Empty when it is not there. */
struct assay_str assay_header_find(const struct assay_reply_head *head,
                                   const char *name);

/* A stream under way, and the answer that grows from it. */
struct assay_stream;
struct assay_answering;

struct assay_wire_request {
    struct assay_str url, body;
    /* All but the key's: which header bears it, and with what before it. */
    struct assay_header headers[8];
    size_t header_count;
    const char *key_header; /* "authorization", "x-api-key" …; NULL: none */
    const char *key_prefix; /* "Bearer ", or "" */
};

/* What one event brought, for clocks. */
enum {
    ASSAY_EVENT_TOKEN = 1,   /* text, thought or tool argument, not empty */
    ASSAY_EVENT_CONTENT = 2, /* text of the answer, not empty */
    ASSAY_EVENT_END = 4,     /* the dialect's own end mark */
};

struct assay_dialect {
    /* "openai", "azure", "anthropic", "gemini", "responses" */
    const char *name;
    /*
     * BAD_INPUT names what this dialect cannot say (and where: "min_p"), or
     * a base URL or model that holds control characters.
     */
    bool (*write)(struct assay_arena *arena, const struct assay_chat *chat,
                  const struct assay_dialect_options *options,
                  struct assay_wire_request *request, struct assay_error *err);
    /*
     * A whole 2xx body. False: *trouble says which class it is (its status is
     * left 0); *reply is set all the same, as far as the body goes.
     */
    bool (*read)(struct assay_arena *arena, struct assay_str body,
                 struct assay_completion *reply, struct assay_trouble *trouble);
    /* A reply that is no 2xx; `now` in seconds since 1970, for dates. */
    void (*classify)(struct assay_arena *arena,
                     const struct assay_reply_head *head, struct assay_str body,
                     int64_t now, struct assay_trouble *trouble);
    /*
     * One object of a stream, with its `event:` name or an empty one; adds to
     * the answer. Returns ASSAY_EVENT_… bits. An error event, or what is no
     * event of this dialect, fails the answer.
     */
    unsigned (*event)(struct assay_answering *answer, struct assay_str name,
                      const struct assay_json *data);
    bool marks_end_with_done; /* "data: [DONE]" */
    bool ends_without_mark;   /* Gemini: plain end of the stream is its end */
};
extern const struct assay_dialect assay_dialect_openai;
extern const struct assay_dialect assay_dialect_azure;
extern const struct assay_dialect assay_dialect_anthropic;
extern const struct assay_dialect assay_dialect_gemini;
extern const struct assay_dialect assay_dialect_responses;
/*
 * What a refusal teaches of its route ("Unsupported parameter: 'max_tokens'").
 * True: the options changed, and the same question may go out once more, as
 * another attempt.
 */
bool assay_dialect_learn(struct assay_dialect_options *options,
                         const struct assay_trouble *trouble);
/* By api.kind of the catalog; NULL: none of that name. */
const struct assay_dialect *assay_dialect_find(struct assay_str name);

/*
 * Bytes of a text/event-stream as they come, cut anywhere. Lines end with
 * LF, CR or CR LF; data lines join with LF; comments are pings.
 */
struct assay_stream *assay_stream_new(const struct assay_dialect *dialect,
                                      struct assay_arena *arena);
/* Bits of all events in these bytes; false: see the trouble. */
bool assay_stream_feed(struct assay_stream *stream, struct assay_str bytes,
                       unsigned *events);
/*
 * The connection ended. False: TRUNCATED, MALFORMED, or what an error event
 * said; what came until then is in *reply all the same.
 */
bool assay_stream_end(struct assay_stream *stream,
                      struct assay_completion *reply,
                      struct assay_trouble *trouble);
/* Text of the answer since the last call, whole characters; for showing. */
struct assay_str assay_stream_news(struct assay_stream *stream);
/* Gives back what is not in the arena. */
void assay_stream_free(struct assay_stream *stream);

/*
 * How long the headers say to wait, in ms; -1: they do not. retry-after-ms,
 * retry-after in seconds or as a date (against `now`, seconds since 1970).
 * Negative ones, nonsense and more than an hour: -1.
 */
int64_t assay_retry_after(const struct assay_reply_head *head, int64_t now);
/* Go's durations ("6m0s", "1h2m3.5s"), plain seconds, RFC 3339; -1: none. */
int64_t assay_reset_after(struct assay_str text, int64_t now);

#endif
