/* A program of somebody else: what it takes to ask libassay for a verdict. */
#include <assay/compare.h>

#include <stdio.h>

int main(void)
{
    struct assay_arena arena = {0};
    struct assay_error err = {0};
    struct assay_catalog *catalog = assay_catalog_open(
        &(struct assay_catalog_options){":memory:", {2026, 11, 22}}, &err);
    struct assay_model *models[2] = {NULL, NULL};
    struct assay_document *page = NULL;

    if (catalog)
        models[0] = assay_catalog_model(catalog, &arena,
                                        ASSAY_STR("google/gemma-2-2b"), &err);
    if (models[0])
        models[1] = assay_catalog_model(
            catalog, &arena, ASSAY_STR("openai/gpt-4-vision-preview"), &err);
    if (models[1])
        page = assay_compare(
            &arena, models, 2,
            &(struct assay_compare_options){.traffic = assay_traffic_default(),
                                            .as_of = {2026, 11, 22}},
            &err);
    if (page)
        printf("%.*s\n", ASSAY_STR_ARG(page->first->first->text));
    else
        fprintf(stderr, "%s\n", err.text);
    assay_arena_free(&arena);
    assay_catalog_close(catalog);
    return page ? 0 : 1;
}
