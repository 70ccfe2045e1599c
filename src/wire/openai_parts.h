/*
 * What the readers of OpenAI's requests share. Private to wire.
 */
#ifndef ASSAY_WIRE_OPENAI_PARTS_H
#define ASSAY_WIRE_OPENAI_PARTS_H

#include "wire/wire.h"

/* One request while it is read. */
struct assay_openai_reading {
    struct assay_arena *arena;
    struct assay_openai_ask *ask;
    struct assay_openai_fault *fault;
    bool wants_logprobs, has_stream_options;
};

/* Refuses a value, with its path for `param`. Returns false. */
bool assay_openai_refuse(struct assay_openai_reading *r, const char *code,
                         const struct assay_json *value, const char *format,
                         ...) __attribute__((format(printf, 4, 5)));
/* False with invalid_type, which says what was expected and what came. */
bool assay_openai_expect(struct assay_openai_reading *r,
                         const struct assay_json *value,
                         enum assay_json_type type, const char *expected);
bool assay_openai_read_bool(struct assay_openai_reading *r,
                            const struct assay_json *value, bool *into);

/* A number of the table, for a member of that name. */
bool assay_openai_read_number(struct assay_openai_reading *r,
                              enum assay_openai_value_name name,
                              const struct assay_json *value);
/* Fills in what was not given. */
void assay_openai_default_numbers(struct assay_openai_ask *ask);

/* openai_messages.c */
bool assay_openai_read_messages(struct assay_openai_reading *r,
                                const struct assay_json *value);
bool assay_openai_read_prompt(struct assay_openai_reading *r,
                              const struct assay_json *value);

#endif
