/*
 * An answer on its way into a body or events; for the files that write the
 * dialects.
 */
#ifndef ASSAY_MOCK_WRITING_H
#define ASSAY_MOCK_WRITING_H

#include "mock/mock.h"

#include <string.h>

enum {
    CREATED = 1767225600, /* always: the same bytes for the same request */
    MOST_BYTES = 1 << 26,
};

struct writing {
    struct assay_arena *arena;
    const struct mock_request *request;
    const struct mock_answer *answer;
    struct mock_events *events; /* NULL: one body */
    struct assay_buf out;
};

static inline struct assay_str take(struct writing *w)
{
    struct assay_str text = assay_arena_copy(w->arena, assay_buf_str(&w->out));

    assay_buf_clear(&w->out);
    return text;
}

/* What was written since is an event. */
static inline void emit(struct writing *w, const char *name, bool token)
{
    struct mock_events *events = w->events;

    if (events->count == events->size) {
        size_t size = events->size ? events->size * 2 : 64;
        struct mock_event *more =
            ASSAY_NEW_ARRAY(w->arena, struct mock_event, size);
        if (events->count > 0)
            memcpy(more, events->at, events->count * sizeof(*more));
        events->at = more;
        events->size = size;
    }
    events->at[events->count++] =
        (struct mock_event){.name = name, .data = take(w), .token = token};
}

static inline void put(struct writing *w, const char *text)
{
    assay_buf_add_c(&w->out, text);
}

/* "name":"text" */
static inline void put_text(struct writing *w, const char *name,
                            struct assay_str text)
{
    assay_buf_printf(&w->out, "\"%s\":", name);
    assay_json_write_string(&w->out, text);
}

static inline void put_count(struct writing *w, const char *name,
                             uint64_t count)
{
    enum mock_usage usage = w->answer->usage;
    const char *quote = usage == MOCK_USAGE_TEXT ? "\"" : "";

    assay_buf_printf(&w->out, "\"%s\":%s%s%llu%s%s", name, quote,
                     usage == MOCK_USAGE_NEGATIVE ? "-" : "",
                     (unsigned long long)count,
                     usage == MOCK_USAGE_FLOAT ? ".5" : "", quote);
}

void assay_mock_responses_body(struct writing *w);
void assay_mock_responses_stream(struct writing *w);

#endif
