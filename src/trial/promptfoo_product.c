/*
 * A test multiplied out: each combination of its vars' values with each
 * prompt that goes with it. Nothing of it is filled in yet.
 */
#include "trial/promptfoo_parts.h"

/* The values one var takes in turn. */
struct assay_promptfoo_axis {
    const struct assay_json *var;           /* name; value where one */
    const struct assay_json *const *values; /* of a list of texts, or NULL */
    struct assay_str *files;                /* a pattern's files, or NULL */
    size_t count;
};

/* ---- Values of vars ---- */

static void open_list(struct assay_arena *arena, const struct assay_json *list,
                      struct assay_promptfoo_axis *to)
{
    const struct assay_json **values =
        ASSAY_NEW_ARRAY(arena, const struct assay_json *, list->count);
    size_t count = 0;

    for (const struct assay_json *v = list->first; v; v = v->next)
        values[count++] = v;
    to->values = values;
    to->count = count;
}

static bool open_axis(struct assay_suite_reader *in,
                      const struct assay_json *var, bool whole,
                      struct assay_promptfoo_axis *to)
{
    struct assay_str name;

    *to = (struct assay_promptfoo_axis){.var = var, .count = 1};
    if (whole)
        return true;
    if (var->type == ASSAY_JSON_ARRAY &&
        assay_json_is(var->first, ASSAY_JSON_STRING))
        open_list(in->arena, var, to);
    if (var->type == ASSAY_JSON_STRING &&
        assay_suite_file_name(var->text, &name) && assay_suite_is_pattern(name))
        return assay_suite_glob(in, name, var, &to->files, &to->count);
    return true;
}

static struct assay_json *axis_value(struct assay_arena *arena,
                                     const struct assay_promptfoo_axis *axis,
                                     size_t at)
{
    if (axis->files)
        return assay_json_string(
            arena, assay_arena_printf(arena, "file://%.*s",
                                      ASSAY_STR_ARG(axis->files[at])));
    return assay_json_copy(arena, axis->values ? axis->values[at] : axis->var);
}

struct assay_json *assay_promptfoo_combine(
    struct assay_arena *arena, const struct assay_promptfoo_product *p,
    uint64_t number)
{
    struct assay_json *vars = assay_json_object(arena);
    size_t *at = ASSAY_NEW_ARRAY(arena, size_t, p->axis_count + 1);

    for (size_t i = p->axis_count; i-- > 0;) {
        at[i] = (size_t)(number % p->axes[i].count);
        number /= p->axes[i].count;
    }
    for (size_t i = 0; i < p->axis_count; i++)
        assay_json_set_key(vars, p->axes[i].var->key,
                           axis_value(arena, &p->axes[i], at[i]));
    return vars;
}

/* ---- Prompts ---- */

/* Which providers a case is for; NULL: all. False: none. */
static bool choose_providers(struct assay_promptfoo *pf,
                             const struct assay_promptfoo_prompt *prompt,
                             const struct assay_promptfoo_test *test,
                             const bool **to)
{
    struct assay_suite *suite = pf->in->suite;
    bool *chosen =
        ASSAY_NEW_ARRAY(pf->in->arena, bool, suite->provider_count + 1);
    size_t count = 0;

    for (size_t i = 0; i < suite->provider_count; i++) {
        const struct assay_suite_provider *p = &suite->providers[i];
        const struct assay_json *prompts =
            assay_promptfoo_member(pf->provider_nodes[i], "prompts");
        chosen[i] = assay_promptfoo_fits(prompt, prompts);
        bool named = !test->providers;
        for (const struct assay_json *r =
                 test->providers ? test->providers->first : NULL;
             r; r = r->next)
            named = named || assay_str_equal(r->text, p->id) ||
                    assay_str_equal(r->text, p->label) ||
                    (assay_str_ends(r->text, "*") &&
                     assay_str_equal(assay_str_head(p->id, r->text.len - 1),
                                     assay_str_head(r->text, r->text.len - 1)));
        chosen[i] = chosen[i] && named;
        count += chosen[i];
    }
    *to = count < suite->provider_count ? chosen : NULL;
    return count > 0 || suite->provider_count == 0;
}

static void find_partners(struct assay_promptfoo *pf,
                          struct assay_promptfoo_product *p)
{
    for (size_t i = 0; i < pf->prompt_count; i++) {
        const struct assay_promptfoo_prompt *prompt = &pf->prompts[i];
        struct assay_promptfoo_partner *to = &p->partners[p->partner_count];
        to->prompt = i;
        if (assay_promptfoo_fits(prompt, p->test->prompts) &&
            choose_providers(pf, prompt, p->test, &to->providers))
            p->partner_count++;
    }
}

/* ---- The product ---- */

bool assay_promptfoo_multiply(struct assay_promptfoo *pf,
                              const struct assay_promptfoo_test *test,
                              struct assay_promptfoo_product *p)
{
    struct assay_arena *arena = pf->in->arena;
    const struct assay_json *v = test->vars ? test->vars->first : NULL;
    bool whole = assay_json_is(
        assay_json_get(test->options, "disableVarExpansion"), ASSAY_JSON_TRUE);
    size_t vars = test->vars ? test->vars->count : 0;

    *p = (struct assay_promptfoo_product){
        .test = test,
        .combinations = 1,
        .axes = ASSAY_NEW_ARRAY(arena, struct assay_promptfoo_axis, vars + 1),
        .partners = ASSAY_NEW_ARRAY(arena, struct assay_promptfoo_partner,
                                    pf->prompt_count)};
    for (; v; v = v->next) {
        struct assay_promptfoo_axis *axis = &p->axes[p->axis_count++];
        if (!open_axis(pf->in, v, whole, axis))
            return false;
        /* beyond all limits: one of them is met first */
        if (p->combinations < UINT32_MAX)
            p->combinations *= axis->count;
    }
    find_partners(pf, p);
    return true;
}
