/*
 * Batches into the store, all of them or none: see assay_catalog_apply_all.
 */
#include "catalog/catalog_store.h"

static bool check_day(const struct assay_batch *batch, struct assay_error *err)
{
    return (assay_date_set(batch->retrieved) && batch->retrieved.day != 0) ||
           assay_fail(err, ASSAY_BAD_INPUT,
                      "source '%.*s': the day it was read is not stated",
                      ASSAY_STR_ARG(batch->source_id));
}

bool assay_catalog_apply_all(struct assay_catalog *catalog,
                             const struct assay_batch_feed *feed,
                             struct assay_error *err)
{
    struct assay_apply_effect all = {0};
    const struct assay_batch *batch;
    struct assay_apply_report report;

    if (!assay_store_begin_write(catalog->store, err))
        return false;
    for (;;) {
        struct assay_apply_effect effect = {0};

        if (!feed->next(feed->context, &batch, err))
            goto failed;
        if (!batch)
            break;
        if (!check_day(batch, err) ||
            !assay_apply_statements(catalog, batch, &report, &effect, err))
            goto failed;
        all.wrote |= effect.wrote;
        all.joins |= effect.joins;
        feed->applied(feed->context, &report);
    }
    if (feed->only_try) {
        assay_store_rollback(catalog->store);
        return true;
    }
    if (all.wrote && !assay_catalog_refresh(catalog, &all, err))
        goto failed;
    /* Without a change this writes nothing. */
    return assay_store_commit(catalog->store, err);
failed:
    assay_store_rollback(catalog->store);
    return false;
}

/* One batch as the feed of many. */
struct single {
    const struct assay_batch *batch;
    struct assay_apply_report *report;
    bool given;
};

static bool next_single(void *context, const struct assay_batch **batch,
                        struct assay_error *err)
{
    struct single *s = context;

    (void)err;
    *batch = s->given ? NULL : s->batch;
    s->given = true;
    return true;
}

static void note_single(void *context, const struct assay_apply_report *report)
{
    *((struct single *)context)->report = *report;
}

bool assay_catalog_apply(struct assay_catalog *catalog,
                         const struct assay_batch *batch,
                         struct assay_apply_report *report,
                         struct assay_error *err)
{
    struct single single = {batch, report, false};
    const struct assay_batch_feed feed = {
        .next = next_single, .applied = note_single, .context = &single};

    return assay_catalog_apply_all(catalog, &feed, err);
}
