/*
 * Bodies of OpenAI's requests: the first byte says of which kind. What is
 * taken keeps to the table; what is refused says why.
 */
#include "fuzz_target.h"

#include "wire/wire.h"

#include <stdio.h>
#include <stdlib.h>

static void stop(const char *why)
{
    fprintf(stderr, "%s\n", why);
    abort();
}

static void check_ask(const struct assay_openai_ask *ask)
{
    for (size_t i = 0; i < ASSAY_OPENAI_NUMBERS; i++) {
        const struct assay_openai_number *row = &assay_openai_numbers[i];
        const struct assay_openai_value *value = &ask->values[i];

        if (value->given &&
            (value->number < row->least || value->number > row->most))
            stop("a number beyond its limits");
    }
    if (ask->model.len == 0 || ask->stop_count > ASSAY_OPENAI_STOPS ||
        ask->logprobs > 20 ||
        (ask->body == ASSAY_OPENAI_CHAT) != (ask->turn_count > 0) ||
        ask->prompt_count * (size_t)ask->values[ASSAY_OPENAI_N].whole >
            ASSAY_OPENAI_CHOICES)
        stop("a request that should have been refused");
}

static void check_fault(const struct assay_openai_fault *fault)
{
    struct assay_arena arena = {0};
    struct assay_error err = {0};
    struct assay_buf out;

    if (fault->status != 400 || !fault->code || !fault->why.text[0])
        stop("refused without words");
    assay_buf_init(&out, 1 << 16);
    assay_openai_write_fault(&out, fault);
    if (!assay_json_parse(&arena, assay_buf_str(&out), NULL, &err))
        stop(err.text);
    assay_buf_release(&out);
    assay_arena_free(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    struct assay_arena arena = {0};
    struct assay_openai_ask ask;
    struct assay_openai_fault fault;
    struct assay_str text = {(const char *)data, len};
    enum assay_openai_body body =
        len > 0 && data[0] == 'c' ? ASSAY_OPENAI_COMPLETION : ASSAY_OPENAI_CHAT;

    if (assay_openai_read(&arena, assay_str_skip(text, 1), body, &ask, &fault))
        check_ask(&ask);
    else
        check_fault(&fault);
    assay_arena_free(&arena);
    return 0;
}
