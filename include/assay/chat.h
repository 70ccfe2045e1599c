/*
 * A conversation as it is put to a model: one shape for every provider's
 * dialect and for weights in this process. Everything is borrowed.
 */
#ifndef ASSAY_CHAT_H
#define ASSAY_CHAT_H

#include "assay/json.h"
#include "assay/str.h"

enum assay_role {
    ASSAY_ROLE_SYSTEM,
    ASSAY_ROLE_USER,
    ASSAY_ROLE_MODEL,
    ASSAY_ROLE_TOOL, /* what a tool that the model called gave back */
};

enum assay_part_kind {
    ASSAY_PART_TEXT,
    ASSAY_PART_IMAGE,     /* its bytes */
    ASSAY_PART_IMAGE_URL, /* the provider fetches it */
};

struct assay_message_part {
    enum assay_part_kind kind;
    struct assay_str text;       /* TEXT; IMAGE_URL: the address */
    struct assay_str media_type; /* IMAGE: "image/png" */
    struct assay_str base64;     /* IMAGE: the bytes, RFC 4648, no line ends */
    struct assay_str detail;     /* "low", "high", "auto", or empty */
};

struct assay_tool_call {
    struct assay_str id, name;
    struct assay_str
        arguments; /* JSON as the model wrote it, checked by none */
    /* The provider's own mark, which goes back with the call; or empty. */
    struct assay_str signature;
};

struct assay_message {
    enum assay_role role;
    struct assay_str text; /* all of it, where there are no parts */
    const struct assay_message_part *parts;
    size_t part_count;
    const struct assay_tool_call *calls; /* MODEL: what it asked for */
    size_t call_count;
    struct assay_str call_id; /* TOOL: which call this answers */
};

/* A number that is sent only when somebody stated it. */
struct assay_stated {
    bool given;
    double value;
};

/*
 * What is asked of a hosted model. Dialects write what they have a word for,
 * under their own names; what they have none for is refused by its name.
 */
struct assay_chat {
    struct assay_str model; /* as the provider calls it */
    const struct assay_message *messages;
    size_t message_count;
    uint32_t max_tokens; /* 0: not stated */
    struct assay_stated temperature, top_p, top_k, min_p, seed;
    /* Nobody stated the temperature: a route that refuses it goes without. */
    bool temperature_ours;
    struct assay_stated presence_penalty, frequency_penalty;
    const struct assay_str *stops;
    size_t stop_count;
    int logprobs; /* -1: none; else so many best ones besides */
    const struct assay_json *schema;      /* the answer keeps to it, or NULL */
    bool json_object;                     /* any JSON object */
    const struct assay_json *tools;       /* array in OpenAI's form, or NULL */
    const struct assay_json *tool_choice; /* in OpenAI's form, or NULL */
    /* Object whose members join the body as they stand, or NULL. */
    const struct assay_json *extra;
    bool stream;
};

#endif
