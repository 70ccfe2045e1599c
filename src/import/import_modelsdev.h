/*
 * What the two halves of the models.dev importer share: routes and models.
 */
#ifndef ASSAY_IMPORT_MODELSDEV_H
#define ASSAY_IMPORT_MODELSDEV_H

#include "import/import_fields.h"

struct assay_modelsdev_provider {
    const struct assay_json *source; /* the provider's object */
    struct assay_str id;             /* canonical */
    /* Why a price of zero is none here; NULL where zero means free. */
    const char *zero_is_no_price;
};

/* Tells the provider by its id; zero_is_no_price comes from a table. */
void assay_modelsdev_provider_init(struct assay_modelsdev_provider *provider,
                                   const struct assay_json *source);

/*
 * Adds the route of one entry of a provider's models, and one route for each
 * of its modes that has a price of its own. Faults become refusals.
 */
void assay_modelsdev_add_routes(struct assay_batch *batch,
                                const struct assay_modelsdev_provider *provider,
                                const struct assay_json *entry);

/*
 * The fields that an entry of `models` and a provider's entry have alike:
 * limits and capabilities, and of a model its modalities, into the
 * statement `out`.
 */
bool assay_modelsdev_add_abilities(const struct assay_row *row,
                                   const struct assay_json *entry,
                                   struct assay_json *out);

#endif
