/*
 * What the dialects share: writing a question, putting an answer together
 * from a whole body or from events, and saying why there is none. Private to
 * wire.
 */
#ifndef ASSAY_WIRE_DIALECT_PARTS_H
#define ASSAY_WIRE_DIALECT_PARTS_H

#include "assay/dialect.h"

enum {
    /* One event or whole body; Gemini sends pictures in one. */
    ASSAY_MOST_EVENT_BYTES = 16 << 20,
    /* Text, thoughts or arguments of one answer. */
    ASSAY_MOST_TEXT_BYTES = 16 << 20,
    ASSAY_MOST_CALLS = 256,
};

/* ------------------------------------------------------- writing */

/* A question on its way into a body. */
struct assay_writing {
    struct assay_arena *arena;
    const struct assay_chat *chat;
    const struct assay_dialect_options *options;
    const char *whose; /* "Anthropic", for messages */
    struct assay_json *body;
    struct assay_error *err;
};

/* Numbers of a chat; the places of a dialect's table of words. */
enum assay_setting {
    ASSAY_SET_TEMPERATURE,
    ASSAY_SET_TOP_P,
    ASSAY_SET_TOP_K,
    ASSAY_SET_MIN_P,
    ASSAY_SET_SEED,
    ASSAY_SET_PRESENCE_PENALTY,
    ASSAY_SET_FREQUENCY_PENALTY,
    ASSAY_SETTINGS,
};
/* How a dialect calls a number and what it takes. No name: no word for it. */
struct assay_word {
    const char *name;
    double least, most;
    bool whole;
};

/* BAD_INPUT: "min_p: OpenAI has no word for it". False. */
bool assay_writing_refuse(const struct assay_writing *w, const char *name);
/* Sets the stated numbers in `object`; BAD_INPUT for one it has no word for
   or that lies outside its range. */
bool assay_writing_numbers(const struct assay_writing *w,
                           const struct assay_word words[ASSAY_SETTINGS],
                           struct assay_json *object);
/* Stop texts as a list of that name; at most `most` of them. */
bool assay_writing_stops(const struct assay_writing *w,
                         struct assay_json *object, const char *name,
                         size_t most);
/*
 * Joins chat.extra to the body, objects with objects; BAD_INPUT for a member
 * that is there already, or that would change how the reply is read.
 */
bool assay_writing_extra(const struct assay_writing *w);
/* Base URL and model are there and hold nothing that cuts a URL or header. */
bool assay_writing_check(const struct assay_writing *w);
/* Text with everything but unreserved characters as %XX. */
struct assay_str assay_writing_encoded(struct assay_arena *arena,
                                       struct assay_str text);
/* Body to text, and the headers that every dialect has. */
bool assay_writing_finish(const struct assay_writing *w, struct assay_str url,
                          struct assay_wire_request *request);
void assay_writing_header(struct assay_wire_request *request, const char *name,
                          struct assay_str value);
struct assay_str assay_data_url(struct assay_arena *arena,
                                struct assay_str media_type,
                                struct assay_str base64);
/* Media type and base64 of a data: URL; false when it is none. */
bool assay_data_url_cut(struct assay_str url, struct assay_str *media_type,
                        struct assay_str *base64);
/* Arguments of a call as an object; BAD_INPUT names the message. */
struct assay_json *assay_writing_arguments(const struct assay_writing *w,
                                           size_t message,
                                           const struct assay_tool_call *call);
bool assay_writing_has_tools(const struct assay_writing *w);
/*
 * The function of a tool in OpenAI's form, for dialects that call things
 * otherwise: name, description, parameters, strict. NULL with BAD_INPUT for
 * a tool of another kind or with more members.
 */
const struct assay_json *assay_writing_function(const struct assay_writing *w,
                                                const struct assay_json *tool);

/* OpenAI's body; Azure's differs in where it goes and in what it knows. */
struct assay_openai_form {
    const struct assay_word *words;
    size_t most_stops;
    const char *max_tokens_name;
    bool usage_in_stream;
    struct assay_str model; /* empty: the URL says it */
};
bool assay_openai_write_body(struct assay_writing *w,
                             const struct assay_openai_form *form);
extern const struct assay_word assay_openai_words[ASSAY_SETTINGS];
bool assay_openai_read_answer(struct assay_arena *arena, struct assay_str body,
                              struct assay_completion *reply,
                              struct assay_trouble *trouble);
unsigned assay_openai_take_event(struct assay_answering *answer,
                                 struct assay_str name,
                                 const struct assay_json *data);

/* ------------------------------------------------------- trouble */

/* Class and words; a key in them is struck out. Returns false. */
bool assay_trouble_set(struct assay_arena *arena, struct assay_trouble *trouble,
                       enum assay_outcome_class of, struct assay_str code,
                       struct assay_str message);
/*
 * The error that a JSON value states in any of the forms met ({"error":…},
 * {"detail":…}, {"object":"error"}, [{"error":…}]), or NULL.
 */
const struct assay_json *assay_trouble_find(const struct assay_json *body);
/* Class, code, message and wait of such an error; status 0: read from it. */
bool assay_trouble_read(struct assay_arena *arena,
                        const struct assay_json *error, unsigned status,
                        struct assay_trouble *trouble);
/* For any dialect: the errors of all look alike enough. */
void assay_trouble_classify(struct assay_arena *arena,
                            const struct assay_reply_head *head,
                            struct assay_str body, int64_t now,
                            struct assay_trouble *trouble);

/* The same; -1 for negative ones and longer ones. */
int64_t assay_up_to_an_hour(int64_t ms);
/* How long until the limits that are used up are renewed, by the headers of
   OpenAI, Azure and Anthropic; -1: they do not say. */
int64_t assay_limits_reset(const struct assay_reply_head *head, int64_t now);

/* ------------------------------------------------------- answers */

struct assay_answering_call {
    uint64_t index; /* the provider's, or its number */
    size_t number;  /* which one to come, from 0 */
    struct assay_str id, name, signature;
    struct assay_buf arguments;
};

/* An answer as far as it has come. */
struct assay_answering {
    struct assay_arena *arena;   /* what is kept */
    struct assay_arena *scratch; /* what is not, after this event */
    struct assay_buf text, reasoning, refusal;
    struct assay_answering_call *calls;
    size_t call_count;
    struct assay_str model, id, tier, fingerprint;
    struct assay_str finish_stated;
    enum assay_finish finish;
    bool finished; /* a reason came */
    double logprob_sum;
    size_t logprob_count;
    struct assay_buf usage; /* as JSON; empty: none came */
    const char *usage_name; /* where a whole body has it */
    struct assay_trouble trouble;
    bool failed; /* the trouble stands */
};

void assay_answering_init(struct assay_answering *answer,
                          struct assay_arena *arena,
                          struct assay_arena *scratch);
void assay_answering_release(struct assay_answering *answer);
/* Returns false, so that `return assay_answering_fail(…)` reads well. */
bool assay_answering_fail(struct assay_answering *answer,
                          enum assay_outcome_class of, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* Fails with an error of assay_trouble_find. */
bool assay_answering_fail_with(struct assay_answering *answer,
                               const struct assay_json *error);
/* Appends; ASSAY_EVENT_… bits of what that was. */
unsigned assay_answering_add_text(struct assay_answering *answer,
                                  struct assay_str text);
unsigned assay_answering_add_reasoning(struct assay_answering *answer,
                                       struct assay_str text);
unsigned assay_answering_add_refusal(struct assay_answering *answer,
                                     struct assay_str text);
unsigned assay_answering_add_arguments(struct assay_answering *answer,
                                       struct assay_answering_call *call,
                                       struct assay_str text);
/* Arguments as text, or as the object that some servers send instead. */
unsigned assay_answering_add_argument_json(struct assay_answering *answer,
                                           struct assay_answering_call *call,
                                           const struct assay_json *arguments);
void assay_answering_add_logprob(struct assay_answering *answer,
                                 const struct assay_json *logprob);
/* Keeps the first that is not empty; copied. */
void assay_answering_keep(struct assay_answering *answer,
                          struct assay_str *where, struct assay_str text);
/* A new call; NULL, and the answer failed, when there are too many. */
struct assay_answering_call *assay_answering_new_call(
    struct assay_answering *answer);
void assay_answering_finish(struct assay_answering *answer,
                            enum assay_finish finish, struct assay_str stated);
/*
 * Members of an event's usage; later ones replace earlier ones, null replaces
 * nothing.
 */
void assay_answering_add_usage(struct assay_answering *answer,
                               const struct assay_json *usage);
/* The answer as it stands into *reply. False: *trouble. */
bool assay_answering_end(struct assay_answering *answer,
                         struct assay_completion *reply,
                         struct assay_trouble *trouble);

/* A whole body, taken as one event by the function that takes those. */
bool assay_answering_read(struct assay_arena *arena, struct assay_str body,
                          void (*take)(struct assay_answering *answer,
                                       const struct assay_json *body),
                          struct assay_completion *reply,
                          struct assay_trouble *trouble);

/* A count that some servers write as a string. */
bool assay_loose_u64(const struct assay_json *value, uint64_t *number);

#endif
