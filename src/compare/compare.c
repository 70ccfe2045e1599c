/*
 * The comparison, section by section. The order here is the order on the
 * page; the contract's keys follow FORMATS section 3.
 */
#include "assay/compare.h"

#include "compare/comparison.h"

static struct assay_json *replacements_json(struct assay_comparison *c,
                                            const struct assay_model *model)
{
    struct assay_json *list = assay_json_array(c->arena);

    for (size_t i = 0; i < model->replacement_count; i++) {
        const struct assay_replacement *r = &model->replacements[i];
        struct assay_json *one =
            assay_json_add(list, assay_json_object(c->arena));
        struct assay_str day = assay_date_text(c->arena, r->retires_on);

        assay_json_set_text(c->arena, one, "id", r->id);
        assay_json_set_c(c->arena, one, "status", assay_status_name(r->status));
        if (day.len)
            assay_json_set_text(c->arena, one, "retires_on", day);
        else
            assay_json_set_null(c->arena, one, "retires_on");
    }
    return list;
}

static void set_day(struct assay_comparison *c, struct assay_json *object,
                    const char *key, struct assay_date date)
{
    if (assay_date_set(date))
        assay_json_set_text(c->arena, object, key,
                            assay_date_text(c->arena, date));
    else
        assay_json_set_null(c->arena, object, key);
}

static void set_models(struct assay_comparison *c)
{
    struct assay_json *list = assay_json_array(c->arena);

    for (size_t i = 0; i < c->count; i++) {
        const struct assay_model *model = c->sides[i].model;
        struct assay_json *one =
            assay_json_add(list, assay_json_object(c->arena));

        assay_json_set_text(c->arena, one, "id", model->id);
        assay_json_set_text(c->arena, one, "name", model->name);
        assay_json_set_c(c->arena, one, "status",
                         assay_status_name(model->status));
        set_day(c, one, "deprecated_on", model->deprecated_on);
        set_day(c, one, "retired_on", model->retired_on);
        assay_json_set(one, "replacements", replacements_json(c, model));
        assay_json_set(one, "claims",
                       assay_refs_json(c, &c->sides[i].status_refs));
    }
    assay_json_set(c->data, "models", list);
}

/* The newest reading behind any claim used. */
static struct assay_str reviewed(struct assay_comparison *c)
{
    struct assay_date newest = {0};

    for (const struct assay_doc_claim *claim = c->doc->first_claim; claim;
         claim = claim->next)
        if (assay_date_compare(claim->read, newest) > 0)
            newest = claim->read;
    return assay_date_text(c->arena, newest);
}

static void begin_data(struct assay_comparison *c)
{
    c->data = c->doc->data = assay_json_object(c->arena);
    assay_json_set_c(c->arena, c->data, "format", "assay-decision/1");
    assay_json_set_text(c->arena, c->data, "as_of",
                        assay_date_text(c->arena, c->options->as_of));
    /* filled in at the end, when every claim is known */
    assay_json_set_text(c->arena, c->data, "reviewed", ASSAY_STR(""));
    assay_json_set(c->data, "traffic",
                   assay_traffic_json(c->arena, &c->options->traffic));
}

/* What a reader of a terminal asks for when the short page is not enough. */
static void mark_detail(struct assay_document *doc)
{
    static const char *const details[] = {"prices", "friction", "summary",
                                          "faq"};

    for (struct assay_section *s = doc->first; s; s = s->next)
        for (size_t i = 0; i < sizeof details / sizeof details[0]; i++)
            if (assay_str_is(s->id, details[i]))
                s->detail = true;
}

/* Where prompts could go: the route of the cost, else another that lives. */
static const struct assay_route *route_to_try(const struct assay_side *side)
{
    const struct assay_route *best = side->cost.best.route;
    struct assay_str kind;

    for (size_t i = 0; i <= side->model->live_count; i++) {
        if (best && best->live &&
            assay_choice_text(assay_subject_choice(&best->subject, "api.kind"),
                              &kind) == ASSAY_KNOWN)
            return best;
        if (i < side->model->live_count)
            best = side->model->routes[i];
    }
    return NULL;
}

/* A command that runs as it stands, given prompts and keys; or empty. */
static struct assay_str command_to_try(struct assay_comparison *c)
{
    struct assay_str command = ASSAY_STR("assay try prompts.txt");
    size_t routes = 0;

    for (size_t i = 0; i < c->count; i++) {
        const struct assay_route *route = route_to_try(&c->sides[i]);

        if (!route)
            continue;
        command = assay_arena_printf(c->arena, "%.*s --on %.*s",
                                     ASSAY_STR_ARG(command),
                                     ASSAY_STR_ARG(route->id));
        routes++;
    }
    return routes > 1 ? command : ASSAY_STR("");
}

static void say_next(struct assay_comparison *c)
{
    struct assay_str command;
    struct assay_section *section;

    if (c->trial_count)
        return;
    command = command_to_try(c);
    section = assay_document_section(c->doc, "next", "");
    assay_section_say(c->doc, section, ASSAY_BLOCK_PARAGRAPH,
                      ASSAY_STR("Not tested on your own prompts yet: nothing "
                                "above says how they answer those."));
    if (command.len)
        assay_section_say(c->doc, section, ASSAY_BLOCK_COMMAND, command);
}

struct assay_document *assay_compare(
    struct assay_arena *arena, struct assay_model *const *models, size_t count,
    const struct assay_compare_options *options, struct assay_error *err)
{
    struct assay_comparison *c = ASSAY_NEW(arena, struct assay_comparison);
    struct assay_str day = assay_date_text(arena, options->as_of);

    c->arena = arena;
    c->options = options;
    c->doc = assay_document_new(
        arena, assay_compare_title(arena, models, count),
        assay_arena_printf(arena, "as of %.*s", ASSAY_STR_ARG(day)));
    begin_data(c);
    if (!assay_compare_sides(c, models, count, err) ||
        !assay_compare_benchmark_rows(c)) {
        assay_fail_in(err, "compare");
        return NULL;
    }
    assay_compare_trials(c);
    assay_compare_advantages(c);
    set_models(c);
    (void)assay_compare_verdict(c);
    assay_compare_scorecard(c);
    assay_compare_evidence(c);
    assay_compare_tradeoffs(c);
    if (!assay_compare_cost(c, err)) {
        assay_fail_in(err, "compare");
        return NULL;
    }
    assay_compare_conflicts(c);
    assay_compare_specs(c);
    assay_compare_capabilities(c);
    assay_compare_prices(c);
    assay_compare_benchmarks(c);
    assay_compare_friction(c);
    assay_compare_summary(c);
    assay_compare_faq(c);
    assay_compare_related(c);
    say_next(c);
    mark_detail(c->doc);
    assay_json_get(c->data, "reviewed")->text = reviewed(c);
    assay_json_set(c->data, "claims", assay_document_claims_json(c->doc));
    return c->doc;
}
