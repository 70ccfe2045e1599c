/*
 * What holds for every importer, whatever the document: the statements it
 * makes are ones the catalog takes, in canonical form; lint survives it.
 */
#ifndef ASSAY_FUZZ_IMPORT_H
#define ASSAY_FUZZ_IMPORT_H

#include "fuzz_target.h"

#include "assay/import.h"
#include "assay/lint.h"
#include "assay/price.h"

#include <stdio.h>
#include <stdlib.h>

static inline void fuzz_stop(const char *why, struct assay_str what)
{
    fprintf(stderr, "fuzz_import: %s: %.*s\n", why, ASSAY_STR_ARG(what));
    abort();
}

/* The body with its id, added again, must come out the same. */
static inline void fuzz_check_statement(const struct assay_statement *statement)
{
    struct assay_arena arena = {0};
    struct assay_error err = {0};
    struct assay_batch again;
    struct assay_price_list list;

    assay_batch_init(&again, &arena);
    struct assay_json *body =
        assay_json_parse(&arena, statement->body, NULL, &err);
    if (!body)
        fuzz_stop("a body that is no JSON", assay_str_c(err.text));
    const struct assay_json *prices = statement->kind == ASSAY_SUBJECT_ROUTE
                                          ? assay_json_get(body, "prices")
                                          : NULL;
    assay_price_list_read(&arena, prices, NULL, &list);
    if (prices && list.count != prices->count)
        fuzz_stop("a price that cannot be read", statement->body);
    assay_json_set_text(&arena, body, "id", statement->id);
    if (!assay_batch_add(&again, statement->kind, body, &err))
        fuzz_stop("a statement that is refused", assay_str_c(err.text));
    if (!assay_str_equal(again.first->body, statement->body))
        fuzz_stop("a body that is not canonical", statement->body);
    assay_arena_free(&arena);
}

static inline void fuzz_check_words(struct assay_str words)
{
    if (words.len == 0 || !assay_utf8_valid(words))
        fuzz_stop("refused without words", words);
}

/* `models`: whether this format states models. */
static inline void fuzz_import(const struct assay_import_format *format,
                               bool models, const uint8_t *data, size_t len)
{
    struct assay_arena arena = {0};
    struct assay_error err = {0};
    struct assay_batch batch;
    const struct assay_lint_input lint = {
        .format = format,
        .text = {(const char *)data, len},
        .as_of = {2026, 11, 22},
    };
    struct assay_lint_result result;

    struct assay_json *document =
        assay_json_parse(&arena, lint.text, NULL, &err);
    assay_batch_init(&batch, &arena);
    if (document && !format->read(&batch, document, &err))
        fuzz_check_words(assay_str_c(err.text));
    for (const struct assay_statement *at = batch.first; at; at = at->next) {
        if (at->kind == ASSAY_SUBJECT_MODEL && !models)
            fuzz_stop("a model", at->id);
        fuzz_check_statement(at);
    }
    for (const struct assay_refusal *at = batch.first_refusal; at;
         at = at->next) {
        fuzz_check_words(at->reason);
        fuzz_check_words(at->place);
    }
    if (!assay_lint(&arena, &lint, &result, &err))
        fuzz_check_words(assay_str_c(err.text));
    assay_arena_free(&arena);
}

#endif
