/*
 * Names on the line become models of the store.
 */
#include "cli/models.h"

static bool load_one(struct assay_cli *cli, struct assay_catalog *catalog,
                     struct assay_str name, struct assay_models *models,
                     struct assay_error *err)
{
    struct assay_str id;
    struct assay_model *model;

    if (!assay_catalog_resolve(catalog, &cli->arena, name, &id, err))
        return false;
    for (size_t i = 0; i < models->count; i++)
        if (assay_str_equal(models->at[i]->id, id)) {
            models->misnamed = true;
            return assay_fail(err, ASSAY_BAD_INPUT,
                              "%.*s is named twice, the second time as '%.*s'",
                              ASSAY_STR_ARG(id), ASSAY_STR_ARG(name));
        }
    model = assay_catalog_model(catalog, &cli->arena, id, err);
    if (!model)
        return false;
    models->at[models->count++] = model;
    return true;
}

bool assay_models_load(struct assay_cli *cli, struct assay_catalog *catalog,
                       struct assay_models *models, struct assay_error *err)
{
    size_t count = cli->options.operand_count;

    *models = (struct assay_models){
        .at = ASSAY_NEW_ARRAY(&cli->arena, struct assay_model *, count + 1),
    };
    for (size_t i = 0; i < count; i++)
        if (!load_one(cli, catalog, assay_cli_operand(cli, i), models, err))
            return false;
    return true;
}

int assay_models_refuse(const struct assay_cli *cli,
                        const struct assay_models *models,
                        const struct assay_error *err)
{
    if (models->misnamed)
        return assay_cli_misuse(cli, "%s", err->text);
    return assay_cli_fail(cli, err);
}
