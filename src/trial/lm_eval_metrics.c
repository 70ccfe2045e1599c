/*
 * What lm-eval scores and how it asks: metrics, filters, generation_kwargs.
 */
#include "trial/lm_eval_parts.h"

enum { DEFAULT_TOKENS = 256, API_STOPS = 4 };

static bool is_choice_metric(struct assay_str name)
{
    return assay_str_is(name, "acc") || assay_str_is(name, "acc_norm") ||
           assay_str_is(name, "acc_bytes");
}

/* One assertion for each metric that is asked for. */
bool assay_lm_eval_add_metrics(struct assay_lm_eval *t,
                               struct assay_json *target, struct assay_case *to)
{
    const struct assay_json *list =
        assay_promptfoo_member(t->root, "metric_list");
    size_t room = list ? list->count : 1;
    struct assay_assertion *all =
        ASSAY_NEW_ARRAY(t->in->arena, struct assay_assertion, room);

    to->assertions = all;
    for (const struct assay_json *m = list ? list->first : NULL;; m = m->next) {
        struct assay_str name = m           ? assay_json_text(m, "metric")
                                : t->choice ? ASSAY_STR("acc")
                                            : ASSAY_STR("exact_match");
        bool fits = t->choice ? is_choice_metric(name)
                              : assay_str_is(name, "exact_match");
        if (!fits)
            return assay_suite_fail(t->in, m, "metric '%.*s' is not supported",
                                    ASSAY_STR_ARG(name));
        struct assay_assertion *one = &all[to->assertion_count++];
        /* the first metric decides, the others are figures beside it */
        *one = (struct assay_assertion){.type = name,
                                        .weight = to->assertion_count == 1,
                                        .metric = name,
                                        .judge = ASSAY_STR("")};
        if (!t->choice) {
            struct assay_json *value = assay_json_object(t->in->arena);
            assay_json_set(value, "target",
                           assay_json_copy(t->in->arena, target));
            for (const struct assay_json *o = m ? m->first : NULL; o;
                 o = o->next)
                if (assay_str_starts(o->key, "ignore_") ||
                    assay_str_is(o->key, "regexes_to_ignore"))
                    assay_json_set_key(value, o->key,
                                       assay_json_copy(t->in->arena, o));
            one->value = value;
        }
        if (!m || !m->next)
            return true;
    }
}

/* The steps of the first filter; the others are noted. */
bool assay_lm_eval_read_filters(struct assay_lm_eval *t)
{
    const struct assay_json *list =
        assay_promptfoo_member(t->root, "filter_list");
    const struct assay_json *steps =
        list && list->first ? assay_json_get(list->first, "filter") : NULL;
    struct assay_filter *filters;

    if (list && list->count > 1)
        assay_suite_note(t->in, "%.*s: of %u filters '%.*s' counts",
                         ASSAY_STR_ARG(assay_suite_where(t->in, list)),
                         (unsigned)list->count,
                         ASSAY_STR_ARG(assay_json_text(list->first, "name")));
    if (!steps)
        return true;
    filters =
        ASSAY_NEW_ARRAY(t->in->arena, struct assay_filter, steps->count + 1);
    for (const struct assay_json *s = steps->first; s; s = s->next) {
        struct assay_json *options = assay_json_object(t->in->arena);
        for (const struct assay_json *m = s->first; m; m = m->next)
            if (!assay_str_is(m->key, "function"))
                assay_json_set_key(options, m->key,
                                   assay_json_copy(t->in->arena, m));
        filters[t->filter_count++] =
            (struct assay_filter){assay_json_text(s, "function"), options};
    }
    t->filters = filters;
    return true;
}

/* generation_kwargs as options of a case. */
bool assay_lm_eval_read_generation(struct assay_lm_eval *t)
{
    const struct assay_json *from =
        assay_promptfoo_member(t->root, "generation_kwargs");
    const struct assay_json *until = assay_promptfoo_member(from, "until");
    const struct assay_json *tokens =
        assay_promptfoo_member(from, "max_gen_toks");
    const struct assay_json *temperature =
        assay_promptfoo_member(from, "temperature");
    struct assay_json *to = assay_json_object(t->in->arena);
    struct assay_json *stops = assay_json_array(t->in->arena);

    for (const struct assay_json *m = from ? from->first : NULL; m; m = m->next)
        if (m != until && m != tokens && m != temperature &&
            !assay_str_is(m->key, "do_sample"))
            return assay_suite_fail(t->in, m,
                                    "'%.*s' of generation_kwargs is not "
                                    "supported",
                                    ASSAY_STR_ARG(m->key));
    assay_json_set(to, "max_tokens",
                   tokens ? assay_json_copy(t->in->arena, tokens)
                          : assay_json_uint(t->in->arena, DEFAULT_TOKENS));
    assay_json_set(to, "temperature",
                   temperature ? assay_json_copy(t->in->arena, temperature)
                               : assay_json_uint(t->in->arena, 0));
    if (assay_json_is(until, ASSAY_JSON_STRING) || !until)
        assay_json_add(stops, assay_json_string(t->in->arena,
                                                until ? until->text
                                                      : t->fewshot_delimiter));
    else
        for (const struct assay_json *s = until->first; s; s = s->next)
            if (stops->count < API_STOPS)
                assay_json_add(stops, assay_json_copy(t->in->arena, s));
    if (until && until->count > API_STOPS)
        assay_suite_note(t->in,
                         "%.*s: the first %d stops are sent, as lm-eval "
                         "does with APIs",
                         ASSAY_STR_ARG(assay_suite_where(t->in, until)),
                         API_STOPS);
    assay_json_set(to, "stop", stops);
    assay_json_set_uint(t->in->arena, to, "seed", ASSAY_LM_EVAL_SEED);
    t->options = to;
    return true;
}
