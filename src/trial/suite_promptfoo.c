/*
 * A promptfoo configuration: its top members. What has no effect on results
 * is noted, what would run code is refused.
 */
#include "trial/promptfoo_parts.h"

/* Members that are read, or that a note tells of. */
static const char *const known[] = {"description",
                                    "prompts",
                                    "providers",
                                    "targets",
                                    "tests",
                                    "defaultTest",
                                    "scenarios",
                                    "evaluateOptions",
                                    "assertionTemplates",
                                    "env",
                                    "commandLineOptions",
                                    "$schema",
                                    NULL};
static const char *const without_effect[] = {
    "tags",     "sharing",        "outputPath",
    "metadata", "derivedMetrics", "writeLatestResults",
    NULL};

static bool read_count(struct assay_promptfoo *pf, const struct assay_json *of,
                       const char *name, uint32_t *to)
{
    const struct assay_json *value = assay_promptfoo_member(of, name);
    uint64_t number;

    if (!value)
        return true;
    if (!assay_json_to_u64(value, &number) || number < 1 || number > 10000)
        return assay_suite_fail(pf->in, value,
                                "'%s' is a whole number from 1 to 10000", name);
    *to = (uint32_t)number;
    return true;
}

static bool read_options(struct assay_promptfoo *pf)
{
    static const char *const names[] = {"evaluateOptions", "commandLineOptions",
                                        NULL};
    static const char *const used[] = {"repeat", "maxConcurrency", NULL};
    struct assay_suite *suite = pf->in->suite;

    for (size_t i = 0; names[i]; i++) {
        const struct assay_json *of =
            assay_promptfoo_member(pf->root, names[i]);
        if (!read_count(pf, of, "repeat", &suite->repeat) ||
            !read_count(pf, of, "maxConcurrency", &suite->concurrency))
            return false;
        for (const struct assay_json *m = of ? of->first : NULL; m; m = m->next)
            if (!assay_str_is(m->key, used[0]) &&
                !assay_str_is(m->key, used[1]))
                assay_suite_note(pf->in, "%.*s: '%s.%.*s' has no effect here",
                                 ASSAY_STR_ARG(assay_suite_where(pf->in, m)),
                                 names[i], ASSAY_STR_ARG(m->key));
    }
    return true;
}

/* Variables of the suite's own; a key in a file is refused. */
static bool read_env(struct assay_promptfoo *pf)
{
    const struct assay_json *env = assay_promptfoo_member(pf->root, "env");

    if (!env)
        return true;
    if (env->type != ASSAY_JSON_OBJECT)
        return assay_suite_fail(pf->in, env, "'env' is a mapping");
    for (const struct assay_json *m = env->first; m; m = m->next)
        if (assay_suite_is_key_name(m->key))
            return assay_suite_fail(pf->in, m,
                                    "env.%.*s is a key by its name: keys stay "
                                    "in the environment",
                                    ASSAY_STR_ARG(m->key));
    pf->in->env = env;
    return true;
}

static bool check_members(struct assay_promptfoo *pf)
{
    const struct assay_json *other =
        assay_promptfoo_unknown(pf->root, known, without_effect);

    if (other)
        return assay_suite_fail(pf->in, other, "'%.*s' is not supported",
                                ASSAY_STR_ARG(other->key));
    for (size_t i = 0; without_effect[i]; i++) {
        const struct assay_json *m =
            assay_promptfoo_member(pf->root, without_effect[i]);
        if (m)
            assay_suite_note(pf->in, "%.*s: '%s' has no effect here",
                             ASSAY_STR_ARG(assay_suite_where(pf->in, m)),
                             without_effect[i]);
    }
    if (assay_promptfoo_member(pf->root, "providers") &&
        assay_promptfoo_member(pf->root, "targets"))
        return assay_suite_fail(pf->in, pf->root,
                                "'providers' and 'targets' are the same: one "
                                "of them, please");
    return true;
}

bool assay_suite_read_promptfoo(struct assay_suite_reader *in,
                                const struct assay_json *root)
{
    struct assay_promptfoo pf = {.in = in, .root = root};
    const struct assay_json *providers =
        assay_promptfoo_member(root, "providers");
    struct assay_str description = assay_json_text(root, "description");

    in->suite->format = ASSAY_STR("promptfoo");
    in->suite->scoring = ASSAY_STR("assertions");
    if (description.len)
        in->suite->name = description;
    if (!providers)
        providers = assay_promptfoo_member(root, "targets");
    if (!check_members(&pf) || !read_env(&pf) || !read_options(&pf) ||
        !assay_promptfoo_read_prompts(
            &pf, assay_promptfoo_member(root, "prompts")) ||
        !assay_promptfoo_read_providers(&pf, providers) ||
        !assay_promptfoo_read_tests(&pf))
        return false;
    struct assay_promptfoo *kept =
        ASSAY_NEW(in->base->arena, struct assay_promptfoo);
    *kept = pf;
    in->promptfoo = kept;
    in->make = assay_promptfoo_make_case;
    return true;
}
