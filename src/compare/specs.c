/*
 * What the models are, fact by fact, and what they can do.
 */
#include "compare/comparison.h"

static const struct {
    const char *fact, *title;
} spec_rows[] = {
    {"released", "released"},
    {"context_tokens", "context"},
    {"max_output_tokens", "max output"},
    {"modalities_in", "reads"},
    {"modalities_out", "writes"},
    {"parameters_total", "parameters"},
    {"parameters_active", "active parameters"},
    {"architecture", "architecture"},
    {"license", "licence"},
    {"license_class", "licence class"},
    {"open_weights", "open weights"},
    {"knowledge_cutoff", "knowledge to"},
    {"tokenizer", "tokenizer"},
    {"family", "family"},
    {"creator", "creator"},
    {"task", "task"},
};

/* Of live routes; of a model that has none, of those it had. */
static const struct assay_route *most_on_a_route(
    const struct assay_model *model, const char *fact, bool *differ)
{
    size_t count = model->live_count ? model->live_count : model->route_count;
    const struct assay_route *from = NULL;
    uint64_t most = 0, n;

    *differ = false;
    for (size_t i = 0; i < count; i++) {
        const struct assay_choice *choice =
            assay_subject_choice(&model->routes[i]->subject, fact);

        if (assay_choice_uint(choice, &n) != ASSAY_KNOWN)
            continue;
        *differ = *differ || (from && n != most);
        if (from && n <= most)
            continue;
        most = n;
        from = model->routes[i];
    }
    return from;
}

struct assay_value assay_side_limit(struct assay_comparison *c, size_t side,
                                    const char *fact)
{
    const struct assay_model *model = c->sides[side].model;
    struct assay_value value = assay_fact_value(c, &model->subject, fact);
    const struct assay_route *from;
    struct assay_str provider;
    bool differ;

    if (value.refs.count)
        return value;
    from = most_on_a_route(model, fact, &differ);
    if (!from)
        return value;
    value = assay_fact_value(c, &from->subject, fact);
    provider = assay_compare_provider(c, from);
    value.note =
        assay_arena_printf(c->arena, "%s %.*s", differ ? "at most, on" : "on",
                           ASSAY_STR_ARG(provider));
    return value;
}

static struct assay_value spec_value(struct assay_comparison *c, size_t side,
                                     const char *fact)
{
    if (assay_str_is(assay_str_c(fact), "context_tokens") ||
        assay_str_is(assay_str_c(fact), "max_output_tokens"))
        return assay_side_limit(c, side, fact);
    return assay_fact_value(c, &c->sides[side].model->subject, fact);
}

static bool anything(struct assay_comparison *c,
                     const struct assay_value *values)
{
    for (size_t i = 0; i < c->count; i++)
        if (values[i].refs.count)
            return true;
    return false;
}

void assay_compare_specs(struct assay_comparison *c)
{
    struct assay_section *section =
        assay_document_section(c->doc, "specs", "What they are");
    struct assay_block *table = assay_models_table(c, section, "");
    struct assay_json *list = assay_json_array(c->arena);

    for (size_t i = 0; i < sizeof spec_rows / sizeof spec_rows[0]; i++) {
        struct assay_value values[ASSAY_COMPARE_MAX] = {0};
        struct assay_json *row;

        for (size_t k = 0; k < c->count; k++)
            values[k] = spec_value(c, k, spec_rows[i].fact);
        if (!anything(c, values))
            continue;
        row = assay_json_add(list, assay_json_object(c->arena));
        assay_json_set_c(c->arena, row, "fact", spec_rows[i].fact);
        assay_json_set_c(c->arena, row, "title", spec_rows[i].title);
        assay_json_set(row, "cells",
                       assay_values_row(c, table, spec_rows[i].title,
                                        ASSAY_NOBODY, values));
    }
    assay_json_set(c->data, "specs", list);
}

static struct assay_value capability_value(struct assay_comparison *c,
                                           const struct assay_capability *can)
{
    struct assay_value value = {.text = ASSAY_STR("unknown")};

    assay_compare_ref(c, &value.refs, can->claim);
    value.conflict = can->conflict;
    value.state = can->state;
    value.note = can->where;
    if (can->not_stated)
        value.text = ASSAY_STR("not stated");
    if (can->state != ASSAY_KNOWN)
        return value;
    value.text = can->has ? ASSAY_STR("Yes") : ASSAY_STR("No");
    value.json = assay_json_bool(c->arena, can->has);
    return value;
}

void assay_compare_capabilities(struct assay_comparison *c)
{
    struct assay_section *section =
        assay_document_section(c->doc, "capabilities", "What they can do");
    struct assay_block *table = assay_models_table(c, section, "");
    struct assay_json *list = assay_json_array(c->arena);

    for (size_t i = 0; i < assay_capability_row_count; i++) {
        struct assay_value values[ASSAY_COMPARE_MAX] = {0};
        struct assay_json *row =
            assay_json_add(list, assay_json_object(c->arena));

        for (size_t k = 0; k < c->count; k++)
            values[k] = capability_value(c, &c->sides[k].capabilities[i]);
        assay_json_set_c(c->arena, row, "capability",
                         assay_capability_rows[i].name);
        assay_json_set(row, "cells",
                       assay_values_row(c, table,
                                        assay_capability_rows[i].title,
                                        ASSAY_NOBODY, values));
    }
    assay_json_set(c->data, "capabilities", list);
}
