/*
 * Models of the directory as several pages show them. Private to serve.
 */
#ifndef ASSAY_SERVE_MODEL_LIST_H
#define ASSAY_SERVE_MODEL_LIST_H

#include "assay/document.h"

#include "serve/directory.h"

/* A table of them with links; nothing for none. */
void assay_model_list_table(struct assay_document *doc,
                            struct assay_section *section,
                            const struct assay_directory_model *const *models,
                            size_t count);
/* "retired 2024-12-06", "active, ends 2027-01-01" */
struct assay_str assay_model_list_status(
    struct assay_arena *arena, const struct assay_directory_model *model);

struct assay_creator_count {
    struct assay_str id, name;
    size_t models, live;
};
/* Every creator, by id. */
struct assay_creator_count *assay_model_list_creators(
    struct assay_arena *arena, const struct assay_directory *directory,
    size_t *count);
/* "Google" for "google"; the id when no table knows it. */
struct assay_str assay_model_list_creator_name(struct assay_str creator);
/* "/models?creator=google" */
struct assay_str assay_model_list_creator_path(struct assay_arena *arena,
                                               struct assay_str creator);

#endif
