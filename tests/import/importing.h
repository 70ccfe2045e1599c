/*
 * For tests of importers beside translated.h: documents that may be refused
 * as a whole, files as `assay import` reads them, and refusals as one text.
 */
#ifndef ASSAY_TESTS_IMPORTING_H
#define ASSAY_TESTS_IMPORTING_H

#include "translated.h"

/* Unlike translate(), takes a document that cannot be parsed. */
static inline void import_text(struct translated *in,
                               const struct assay_import_format *format,
                               struct assay_str text)
{
    *in = (struct translated){0};
    assay_batch_init(&in->batch, &in->arena);
    const struct assay_json *document =
        assay_json_parse(&in->arena, text, NULL, &in->err);
    in->ok = document && format->read(&in->batch, document, &in->err);
}

static inline void import_with(struct translated *in,
                               const struct assay_import_options *options)
{
    *in = (struct translated){0};
    assay_batch_init(&in->batch, &in->arena);
    in->ok = assay_import_read(&in->batch, options, &in->err);
}

/* A file named from the top of the tree. */
static inline void import_file(struct translated *in,
                               const struct assay_import_format *format,
                               const char *path)
{
    const struct assay_import_options options = {
        .format = format,
        .from = path,
        .source_id = ASSAY_STR(""),
        .retrieved = {2026, 7, 2},
        .today = {2026, 11, 22},
    };
    import_with(in, &options);
}

static inline void assert_imported(const struct translated *in)
{
    if (!in->ok)
        fail_msg("refused: %s", in->err.text);
}

/* Text of the only refusal: "line 3, x.y: reason". */
static inline const char *only_refusal(struct translated *in)
{
    const struct assay_refusal *refusal = in->batch.first_refusal;
    if (in->batch.refusal_count != 1)
        fail_msg("%u refusals, expected 1; first: %.*s",
                 (unsigned)in->batch.refusal_count,
                 refusal ? (int)refusal->reason.len : 0,
                 refusal ? refusal->reason.at : "");
    return assay_arena_printf(&in->arena, "%.*s: %.*s",
                              ASSAY_STR_ARG(refusal->place),
                              ASSAY_STR_ARG(refusal->reason))
        .at;
}

static inline void assert_no_refusal(struct translated *in)
{
    if (in->batch.refusal_count > 0)
        fail_msg("%u refused; %.*s: %.*s", (unsigned)in->batch.refusal_count,
                 ASSAY_STR_ARG(in->batch.first_refusal->place),
                 ASSAY_STR_ARG(in->batch.first_refusal->reason));
}

#endif
