/*
 * Probes of a route, one after the other, and the table of them. What each
 * asks, and how it judges, stands in the other probe_*.c.
 */
#include "assay/probe.h"

#include "trial/probe_parts.h"

const struct assay_probe assay_probes[] = {
    [ASSAY_PROBE_STREAMING] =
        {"streaming", "streaming", "capabilities.streaming", false,
         "a long count as a stream: at least three pieces, over more than a "
         "fifth of the time"},
    [ASSAY_PROBE_FUNCTION_CALLING] =
        {"function_calling", "function calling",
         "capabilities.function_calling", false,
         "a tool with a made-up name and a drawn value, required, then by "
         "itself; what it returns must be in the answer"},
    [ASSAY_PROBE_STRUCTURED_OUTPUTS] =
        {"structured_outputs", "structured output",
         "capabilities.structured_outputs", false,
         "five schemas with drawn names, and a question that asks for prose: "
         "every answer must hold"},
    [ASSAY_PROBE_JSON_MODE] =
        {"json_mode", "JSON mode", "capabilities.json_mode", false,
         "a question for two sentences, twice: the answer must be an object"},
    [ASSAY_PROBE_VISION] =
        {"vision", "vision", "capabilities.vision", false,
         "three pictures made at that moment with four digits each: every "
         "digit must be right"},
    [ASSAY_PROBE_SYSTEM] =
        {"system_role", "system role", "capabilities.system_role", false,
         "a word that only the system message names must be the answer"},
    [ASSAY_PROBE_STOP] = {"stop", "stop texts", "capabilities.stop", false,
                          "a line to repeat, with its middle as a stop"},
    [ASSAY_PROBE_LOGPROBS] = {"logprobs", "log probabilities",
                              "capabilities.logprobs", false,
                              "they are asked for, and must be there"},
    [ASSAY_PROBE_SEED] =
        {"seed", "seed", "capabilities.seed", false,
         "the same seed five times at temperature 1 must say the same, other "
         "seeds must not"},
    [ASSAY_PROBE_DETERMINISM] =
        {"determinism", "same at temp. 0", NULL, false,
         "the same question ten times at temperature 0: how many answers"},
    [ASSAY_PROBE_CACHING] =
        {"prompt_caching", "prompt caching", "capabilities.prompt_caching",
         true, "a long beginning again: the usage must tell cached tokens"},
    [ASSAY_PROBE_MAX_OUTPUT] = {"max_output", "max output", "max_output_tokens",
                                false, "a count to be cut at the stated limit"},
    [ASSAY_PROBE_CONTEXT] =
        {"context", "context", "context_tokens", false,
         "five codes in a text of the stated length, then of half of it …: "
         "all must be found, and the usage must tell the whole text"},
    [ASSAY_PROBES] = {0},
};

static void (*const runs[ASSAY_PROBES])(struct assay_probing *) = {
    [ASSAY_PROBE_STREAMING] = assay_probe_streaming,
    [ASSAY_PROBE_FUNCTION_CALLING] = assay_probe_function_calling,
    [ASSAY_PROBE_STRUCTURED_OUTPUTS] = assay_probe_structured_outputs,
    [ASSAY_PROBE_JSON_MODE] = assay_probe_json_mode,
    [ASSAY_PROBE_VISION] = assay_probe_vision,
    [ASSAY_PROBE_SYSTEM] = assay_probe_system,
    [ASSAY_PROBE_STOP] = assay_probe_stop,
    [ASSAY_PROBE_LOGPROBS] = assay_probe_logprobs,
    [ASSAY_PROBE_SEED] = assay_probe_seed,
    [ASSAY_PROBE_DETERMINISM] = assay_probe_determinism,
    [ASSAY_PROBE_CACHING] = assay_probe_caching,
    [ASSAY_PROBE_MAX_OUTPUT] = assay_probe_max_output,
    [ASSAY_PROBE_CONTEXT] = assay_probe_context,
};

const char *assay_probe_verdict_name(enum assay_probe_verdict verdict)
{
    static const char *const names[] = {
        [ASSAY_PROBE_UNKNOWN] = "unknown",
        [ASSAY_PROBE_SUPPORTED] = "supported",
        [ASSAY_PROBE_IGNORED] = "accepted-ignored",
        [ASSAY_PROBE_REFUSED] = "refused",
        [ASSAY_PROBE_RETIRED] = "retired",
    };

    return names[verdict];
}

/* ------------------------------------------------------- all of it */

/* What sources say, ours aside. */
static const struct assay_claim *stated(const struct assay_subject *subject,
                                        const char *fact)
{
    const struct assay_choice *choice = assay_subject_choice(subject, fact);

    for (size_t i = 0; choice && i < choice->count; i++)
        if (choice->claims[i]->source->kind != ASSAY_SOURCE_MEASURED)
            return choice->claims[i];
    return NULL;
}

static void declare(const struct assay_probe_options *o,
                    struct assay_finding *finding)
{
    const char *fact = finding->probe->fact;
    const struct assay_claim *claim = NULL;

    if (fact && o->listed)
        claim = stated(&o->listed->subject, fact);
    if (fact && !claim && o->model)
        claim = stated(&o->model->subject, fact);
    if (!claim || claim->value->type == ASSAY_JSON_NULL)
        return;
    finding->declared = ASSAY_KNOWN;
    finding->declared_true = claim->value->type == ASSAY_JSON_TRUE;
    if (!assay_json_to_u64(claim->value, &finding->declared_tokens))
        finding->declared_tokens = 0;
}

/* A plain question: without its answer none of the others says anything. */
static void find_alive(struct assay_probing *p)
{
    struct assay_probe_question q =
        assay_probe_plain(p, ASSAY_STR("Reply with the word ready."));
    struct assay_response answer;

    p->finding = &p->report->answers;
    q.asked = ASSAY_STR("a plain question");
    if (!assay_probe_ask(p, &q, &answer)) {
        if (p->lacked)
            assay_probe_end(p, ASSAY_PROBE_BUDGET, p->finding->proof);
        return;
    }
    p->alive = true;
    struct assay_str said = assay_probe_quote(p, answer.reply.text);
    assay_probe_find(p, ASSAY_PROBE_SUPPORTED, "%.*s in %.0f ms",
                     ASSAY_STR_ARG(said), p->finding->last->ms);
}

static void settle(struct assay_probing *p)
{
    struct assay_probe_report *r = p->report;

    if (p->lacked)
        assay_probe_end(p, ASSAY_PROBE_BUDGET,
                        ASSAY_STR("the budget did not hold what was left"));
    for (size_t i = 0; i < ASSAY_PROBES; i++) {
        struct assay_finding *f = &r->findings[i];
        if (f->wanted && r->end == ASSAY_PROBE_GONE)
            f->verdict = ASSAY_PROBE_RETIRED;
        if (!f->proof.at)
            f->proof = ASSAY_STR("not asked");
    }
}

void assay_probe_run(struct assay_arena *arena,
                     const struct assay_probe_options *options,
                     struct assay_probe_report *report)
{
    struct assay_probing p = {
        .arena = arena,
        .options = options,
        .report = report,
    };

    *report = (struct assay_probe_report){
        .route = options->route->facts.id,
        .model = options->route->facts.model,
        .answered_as = ASSAY_STR(""),
        .day = options->day,
        .seed = options->seed,
        .answers = {.wanted = true, .proof = ASSAY_STR("")},
        .why = ASSAY_STR(""),
        .spent = {ASSAY_FREE, {0}},
        .has_max_cost = options->has_max_cost,
        .max_cost_usd = options->max_cost_usd,
        .source = ASSAY_STR(""),
    };
    assay_probe_tariff(arena, options->route, options->day, &p.tariff);
    find_alive(&p);
    for (size_t i = 0; i < ASSAY_PROBES; i++) {
        struct assay_finding *f = p.finding = &report->findings[i];
        f->probe = &assay_probes[i];
        f->wanted = options->wanted[i];
        declare(options, f);
        /* each draws from a stream of its own, whatever else is asked */
        p.random.state = options->seed * 1000003 + i;
        if (!f->wanted || report->end != ASSAY_PROBE_COMPLETE)
            continue;
        if (options->show)
            options->show(options->context, f->probe->title, i, ASSAY_PROBES);
        runs[i](&p);
    }
    settle(&p);
}
