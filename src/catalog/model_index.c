/*
 * One row a model: what neighbours and near names are found by. Worked out
 * from the views as of the newest reading after each write; only rows that
 * changed are written.
 */
#include "catalog/catalog_store.h"

/* FORMATS section 2: the default traffic, 1M requests of 800 and 250. */
enum { REQUESTS = 1000000, INPUT_TOKENS = 800, OUTPUT_TOKENS = 250 };

/* The cheapest live paid route for that traffic; 0 when only free ones. */
static bool monthly_usd(struct assay_arena *arena,
                        const struct assay_model *model, struct assay_date day,
                        struct assay_decimal *usd)
{
    const struct assay_usage usage = {
        .input_tokens = assay_decimal_uint((uint64_t)REQUESTS * INPUT_TOKENS),
        .output_tokens = assay_decimal_uint((uint64_t)REQUESTS * OUTPUT_TOKENS),
        .requests = assay_decimal_uint(REQUESTS),
        .tier_input_tokens = assay_decimal_uint(INPUT_TOKENS),
    };
    struct assay_error ignored = {0};
    bool paid = false, free = false;

    for (size_t i = 0; i < model->route_count; i++) {
        const struct assay_route *route = model->routes[i];
        struct assay_bill bill = {0};
        if (!route->live || !route->priced)
            continue;
        if (route->free) {
            free = true;
            continue;
        }
        if (!assay_price_usage(arena, &route->prices, &usage, day, &bill,
                               &ignored) ||
            bill.state != ASSAY_KNOWN)
            continue;
        if (!paid || assay_decimal_compare(bill.usd, *usd) < 0)
            *usd = bill.usd;
        paid = true;
    }
    if (!paid && free)
        *usd = ASSAY_DECIMAL(0, 0);
    return paid || free;
}

static struct assay_str text_of(const struct assay_model *model,
                                const char *fact)
{
    struct assay_str text = ASSAY_STR("");
    (void)assay_choice_text(assay_subject_choice(&model->subject, fact), &text);
    return text;
}

static bool write_row(struct assay_catalog *catalog, struct assay_arena *arena,
                      const struct assay_model *model, struct assay_error *err)
{
    struct assay_query *q = assay_store_query(
        catalog->store,
        "insert into model (num, id, name, family, task, context,"
        " monthly_usd, status) select num, id, ?2, ?3, ?4, ?5, ?6, ?7"
        " from subject where kind = 'model' and id = ?1"
        " on conflict (num) do update set name = ?2, family = ?3,"
        " task = ?4, context = ?5, monthly_usd = ?6, status = ?7"
        " where (name, family, task, context, monthly_usd, status)"
        " is not (?2, ?3, ?4, ?5, ?6, ?7)",
        err);
    struct assay_decimal usd;
    uint64_t context;

    if (!q)
        return false;
    assay_query_bind_text(q, 1, model->id);
    assay_query_bind_text(q, 2, model->name);
    assay_query_bind_text(q, 3, text_of(model, "family"));
    assay_query_bind_text(q, 4, text_of(model, "task"));
    if (assay_choice_uint(
            assay_subject_choice(&model->subject, "context_tokens"),
            &context) == ASSAY_KNOWN)
        assay_query_bind_int(q, 5, (int64_t)context);
    if (monthly_usd(arena, model, catalog->as_of, &usd))
        assay_query_bind_text(q, 6, assay_decimal_text(arena, usd));
    assay_query_bind_text(q, 7, assay_str_c(assay_status_name(model->status)));
    return assay_query_run(q, err);
}

static bool newest_reading(struct assay_catalog *catalog,
                           struct assay_error *err)
{
    struct assay_query *q = assay_store_query(
        catalog->store, "select max(retrieved) from reading", err);
    bool row;

    if (!q || !assay_query_step(q, &row, err))
        return false;
    catalog->as_of_days = row ? (int32_t)assay_query_int(q, 0) : 0;
    catalog->as_of = assay_date_from_days(catalog->as_of_days);
    assay_query_reset(q);
    return true;
}

/* Rows of models that are none any more, or were joined to another. */
static bool drop_stale(struct assay_catalog *catalog, struct assay_error *err)
{
    struct assay_query *q = assay_store_query(
        catalog->store,
        "delete from model where num not in"
        " (select num from subject where kind = 'model' and model = num)",
        err);
    return q && assay_query_run(q, err);
}

struct index {
    struct assay_catalog *catalog;
    struct assay_arena arena; /* while one row is written */
};

static bool index_model(void *context, struct assay_model *model, bool *keep,
                        struct assay_error *err)
{
    struct index *index = context;
    struct assay_arena_mark mark = assay_arena_mark(&index->arena);
    bool ok = write_row(index->catalog, &index->arena, model, err);

    (void)keep;
    assay_arena_rewind(&index->arena, mark);
    return ok;
}

bool assay_catalog_index(struct assay_catalog *catalog, struct assay_error *err)
{
    static const char *const facts[] = {
        "name", "family", "task", "context_tokens", "prices", NULL,
    };
    const struct assay_view_options options = {.facts = facts};
    struct assay_catalog newest = {.store = catalog->store};
    struct index index = {.catalog = &newest};
    struct assay_arena arena = {0};
    const struct assay_view_walk walk = {
        .arena = &arena,
        .context = &index,
        .model = index_model,
    };
    bool ok = newest_reading(&newest, err) && drop_stale(catalog, err) &&
              assay_load_walk(&newest, &options, &walk, 1, err);

    assay_arena_free(&arena);
    assay_arena_free(&index.arena);
    return ok || assay_fail_in(err, "model index");
}
