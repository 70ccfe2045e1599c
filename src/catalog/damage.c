/*
 * Row numbers are used as indexes when much is read at once; a store that is
 * damaged, or that others have written to, may hold any. Every number is
 * checked here before it becomes a size or an index.
 */
#include "catalog/catalog_store.h"

#include <inttypes.h>

enum { MAX_ROWS = 16 << 20 }; /* of a table; some 10,000 are met */

static bool fail_damaged(int64_t num, struct assay_error *err)
{
    return assay_fail(err, ASSAY_BAD_INPUT,
                      "the store is damaged: row number %" PRId64, num);
}

bool assay_catalog_most(struct assay_catalog *catalog, const char *sql,
                        int64_t *most, struct assay_error *err)
{
    struct assay_query *q = assay_store_query(catalog->store, sql, err);
    bool row;

    if (!q || !assay_query_step(q, &row, err))
        return false;
    *most = row ? assay_query_int(q, 0) : 0;
    assay_query_reset(q);
    return (*most >= 0 && *most <= MAX_ROWS) || fail_damaged(*most, err);
}

bool assay_catalog_row(int64_t num, int64_t most, struct assay_error *err)
{
    return (num >= 0 && num <= most) || fail_damaged(num, err);
}
