/*
 * Public formats in: each is one file (src/import/import_NAME.c) that turns
 * a parsed document into a batch of assay-facts/1 statements.
 */
#ifndef ASSAY_IMPORT_H
#define ASSAY_IMPORT_H

#include "assay/error.h"
#include "assay/facts.h"
#include "assay/json.h"
#include "assay/sample.h"
#include "assay/str.h"

struct assay_import_format {
    const char *name;    /* "modelsdev" */
    const char *summary; /* for --help */
    const char *title;   /* source title when the file states none */
    const char *url;     /* where the public copy lies, or NULL */
    const char *license; /* of the data, or NULL */
    /*
     * Adds to the batch; rows that cannot be taken become refusals. False
     * only when the document as a whole is not of this format.
     */
    bool (*read)(struct assay_batch *batch, const struct assay_json *document,
                 struct assay_error *err);
    /*
     * Instead of `read`, for what is no JSON: adds what the file at the path
     * says, and sets source id (where it has none), title and sha256.
     */
    bool (*read_file)(struct assay_batch *batch, const char *path,
                      struct assay_error *err);
    bool strict; /* a refused row always refuses the file (facts) */
    /*
     * A file is one record of many, and holds samples or has them beside it:
     * sets of them go to the taker. Into the batch (its source id, title and
     * day, rows counted, refusals) no statement is added. *taken: samples
     * handed over. False: NOT_FOUND, SYSTEM, LIMIT, BAD_INPUT (files that do
     * not belong together), or what the taker said. Without `read`, a file
     * holds nothing else.
     */
    bool (*read_samples)(struct assay_batch *batch, const char *path,
                         const struct assay_sample_taker *taker,
                         uint64_t *taken, struct assay_error *err);
};

extern const struct assay_import_format assay_import_facts;
extern const struct assay_import_format assay_import_modelsdev;
extern const struct assay_import_format assay_import_openrouter;
extern const struct assay_import_format assay_import_litellm;
extern const struct assay_import_format assay_import_genai_prices;
extern const struct assay_import_format assay_import_every_eval_ever;
extern const struct assay_import_format assay_import_promptfoo_results;
extern const struct assay_import_format assay_import_gguf;

/* NULL-terminated list of all formats. */
extern const struct assay_import_format *const assay_import_formats[];
/* NULL when there is none of this name. */
const struct assay_import_format *assay_import_format(struct assay_str name);

struct assay_import_options {
    const struct assay_import_format *format;
    const char *from;           /* file, "-" or http(s) URL */
    struct assay_str source_id; /* empty: the format's name (facts: its own;
                                   every-eval-ever: "eee-" and the
                                   evaluation's id; gguf: "gguf-" and the
                                   file's name) */
    struct assay_date
        retrieved; /* unset: the file's date; URL and "-": today */
    struct assay_date today;
    bool strict; /* any refusal refuses the file */
};

/*
 * Reads (64 MiB and depth 64 at most), parses and translates; does not
 * touch a store. False: NOT_FOUND, SYSTEM, REMOTE, LIMIT, BAD_INPUT with
 * file, line and path.
 */
bool assay_import_read(struct assay_batch *batch,
                       const struct assay_import_options *options,
                       struct assay_error *err);

#endif
