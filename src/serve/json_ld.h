/*
 * What search engines and link previews read of a page: one or two sentences
 * and JSON-LD (schema.org, read 2026-11-22), from sourced facts only; what
 * is not known is left out. Private to serve.
 */
#ifndef ASSAY_SERVE_JSON_LD_H
#define ASSAY_SERVE_JSON_LD_H

#include "serve/place.h"

/* At most about so many bytes, cut at a space where there is one. */
struct assay_str assay_shortened(struct assay_arena *arena,
                                 struct assay_str text, size_t most);
/* The document's headline, at most about 300 bytes; empty when it has none. */
struct assay_str assay_describe(struct assay_visit *visit,
                                const struct assay_document *doc);
/* With a name before it: "GPT-4o (openai/gpt-4o): It can be called on …" */
struct assay_str assay_describe_model(struct assay_visit *visit,
                                      const struct assay_model *model,
                                      const struct assay_document *doc);

/* A step between the home page and the page itself. */
struct assay_crumb {
    const char *name, *path;
};
/*
 * Where the page stands: home, `above` (or NULL), the page. Path as an
 * address has it.
 */
const struct assay_json *assay_json_ld_crumbs(struct assay_visit *visit,
                                              const char *name,
                                              const char *path,
                                              const struct assay_crumb *above);
/* Crumbs and the questions that the comparison answers. */
const struct assay_json *assay_json_ld_compare(
    struct assay_visit *visit, struct assay_model *const *models, size_t count,
    const struct assay_document *doc);
/* Crumbs and the model: creator, release, and live offers with a price. */
const struct assay_json *assay_json_ld_model(struct assay_visit *visit,
                                             const struct assay_model *model,
                                             struct assay_str description);
/* Crumbs and the source as a data set. */
const struct assay_json *assay_json_ld_source(
    struct assay_visit *visit, const struct assay_source *source);

#endif
