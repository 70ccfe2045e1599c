/*
 * From a run to the comparison that rests on it.
 */
#include "cli/try_claims.h"

/* Of the first two models that the run speaks of. */
static void say_compare(const struct assay_cli *cli,
                        const struct assay_run *run)
{
    for (size_t i = 0; i < run->route_count; i++)
        for (size_t k = i + 1; k < run->route_count; k++) {
            struct assay_str a = run->routes[i].model;
            struct assay_str b = run->routes[k].model;
            if (!a.len || !b.len || assay_str_equal(a, b))
                continue;
            assay_cli_note(cli,
                           "kept as claims of kind measured: assay compare "
                           "%.*s %.*s",
                           ASSAY_STR_ARG(a), ASSAY_STR_ARG(b));
            return;
        }
}

bool assay_try_claim(struct assay_cli *cli, struct assay_catalog **catalog,
                     const struct assay_run_figures *figures,
                     struct assay_error *err)
{
    size_t pairs;

    if (!*catalog)
        *catalog = assay_cli_open(cli, err);
    if (!*catalog || !assay_run_claim(*catalog, figures, &pairs, err))
        return false;
    if (pairs)
        say_compare(cli, figures->run);
    return true;
}
