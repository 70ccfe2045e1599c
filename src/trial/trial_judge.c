/*
 * Judges: routes that assertions name, opened once for a run, and the most
 * that asking them can cost.
 */
#include "assay/trial.h"

#include "trial/trial_parts.h"

#include <stdlib.h>

/* What a judge is told beside what it judges, and what it may say. */
enum { TASK_BYTES = 1024, BYTES_A_TOKEN = 8 };

/* ------------------------------------------------------- opening */

/* As the run has it, or as the catalog does. */
static bool find_facts(struct assay_trial_judges *judges,
                       struct assay_catalog *catalog,
                       const struct assay_run *kept, struct assay_str name,
                       struct assay_run_route *facts, struct assay_error *err)
{
    for (size_t i = 0; i < kept->judge_count; i++)
        if (assay_str_equal(kept->judges[i].id, name)) {
            *facts = kept->judges[i];
            return true;
        }
    return assay_trial_route_find(catalog, &judges->arena, name, facts, err);
}

static bool open_judge(struct assay_trial_judges *judges,
                       struct assay_catalog *catalog,
                       const struct assay_run *kept, struct assay_str name,
                       struct assay_error *err)
{
    const struct assay_trial_route_options options = {.parallel =
                                                          ASSAY_TRIAL_PARALLEL};
    struct assay_trial_route *route = &judges->routes[judges->count];
    struct assay_run_route facts;

    if (judges->count == ASSAY_TRIAL_JUDGES)
        return assay_fail(err, ASSAY_LIMIT,
                          "the judge '%.*s' is one too many: a suite names "
                          "%d at most",
                          ASSAY_STR_ARG(name), ASSAY_TRIAL_JUDGES);
    if (!find_facts(judges, catalog, kept, name, &facts, err) ||
        !assay_trial_route_open(&facts, &options, route, err))
        return assay_fail_in(err, "judge");
    /* as the suite has it: assertions name it so */
    route->facts.id = name;
    judges->count++;
    return true;
}

static void label_judges(struct assay_trial_judges *judges)
{
    struct assay_run_route facts[ASSAY_TRIAL_JUDGES];

    for (size_t i = 0; i < judges->count; i++)
        facts[i] = judges->routes[i].facts;
    assay_trial_label(facts, judges->count);
    for (size_t i = 0; i < judges->count; i++)
        judges->routes[i].facts.label = facts[i].label;
}

struct assay_trial_judges *assay_trial_judges_open(
    struct assay_catalog *catalog, const struct assay_suite *suite,
    const struct assay_run *kept, struct assay_error *err)
{
    struct assay_trial_judges *judges = calloc(1, sizeof *judges);

    if (!judges) {
        assay_fail(err, ASSAY_SYSTEM, "out of memory for judges");
        return NULL;
    }
    for (size_t i = 0; i < suite->judge_count; i++)
        if (!open_judge(judges, catalog, kept, suite->judges[i], err)) {
            assay_trial_judges_close(judges);
            return NULL;
        }
    label_judges(judges);
    return judges;
}

size_t assay_trial_judges_count(const struct assay_trial_judges *judges)
{
    return judges->count;
}

void assay_trial_judges_price(struct assay_trial_judges *judges,
                              struct assay_str input_usd,
                              struct assay_str output_usd)
{
    for (size_t i = 0; i < judges->count; i++)
        if (!judges->routes[i].facts.prices)
            assay_trial_route_price(&judges->arena, &judges->routes[i].facts,
                                    input_usd, output_usd);
}

void assay_trial_judges_close(struct assay_trial_judges *judges)
{
    if (!judges)
        return;
    for (size_t i = 0; i < judges->count; i++)
        assay_trial_route_close(&judges->routes[i]);
    assay_arena_free(&judges->arena);
    free(judges);
}

/* ------------------------------------------------------- of a run */

void assay_trial_judges_init(struct assay_trial *trial)
{
    const struct assay_trial_options *o = &trial->options;
    bool here = true;

    trial->judge_count = o->judges ? o->judges->count : 0;
    trial->judges = ASSAY_NEW_ARRAY(&trial->arena, struct assay_trial_judge,
                                    trial->judge_count);
    for (size_t i = 0; i < trial->judge_count; i++) {
        struct assay_trial_judge *judge = &trial->judges[i];
        judge->route = &o->judges->routes[i];
        judge->most = assay_trial_parallel(o, judge->route);
        here = here && judge->route->in_process;
        assay_tariff_read(&trial->arena, judge->route, o->run->started,
                          &judge->tariff);
        assay_pace_init(&judge->pace, judge->most, judge->route->in_process,
                        o->run->seed + o->route_count + i + 1);
    }
    /* greedy weights say the same twice */
    trial->votes = o->judge_votes ? o->judge_votes : here ? 1 : 3;
}

bool assay_trial_judges_check(const struct assay_trial *trial,
                              struct assay_error *err)
{
    const struct assay_run *run = trial->options.run;

    if (run->judge_count != trial->judge_count)
        return assay_fail(err, ASSAY_BAD_INPUT,
                          "run %.*s was begun with %zu judges, its suite "
                          "names %zu: begin anew",
                          ASSAY_STR_ARG(run->id), run->judge_count,
                          trial->judge_count);
    for (size_t i = 0; run->has_max_cost && i < trial->judge_count; i++) {
        const struct assay_tariff *tariff = &trial->judges[i].tariff;
        if (!tariff->known && !tariff->free)
            return assay_fail(err, ASSAY_BAD_INPUT,
                              "a spending limit needs a price, and no source "
                              "states one for the judge '%.*s': state it "
                              "yourself (--price)",
                              ASSAY_STR_ARG(run->judges[i].id));
    }
    return true;
}

/* ------------------------------------------------------- the most */

static bool has_judged(const struct assay_assertion *assertions, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (assay_assertion_is_judged(&assertions[i]) ||
            has_judged(assertions[i].of, assertions[i].count))
            return true;
    return false;
}

bool assay_case_is_judged(const struct assay_case *of)
{
    return has_judged(of->assertions, of->assertion_count);
}

static uint64_t count_judged(const struct assay_assertion *assertions,
                             size_t count)
{
    uint64_t judged = 0;

    for (size_t i = 0; i < count; i++)
        judged += assay_assertion_is_judged(&assertions[i]) +
                  count_judged(assertions[i].of, assertions[i].count);
    return judged;
}

uint64_t assay_trial_questions(const struct assay_trial *trial,
                               const struct assay_case *of)
{
    return trial->votes * count_judged(of->assertions, of->assertion_count);
}

/* What the judging of one answer comes to. */
struct most {
    const struct assay_trial *trial;
    uint64_t shown; /* bytes of question and answer */
    struct assay_spent sum;
};

static const struct assay_trial_judge *judge_named(
    const struct assay_trial *trial, struct assay_str name)
{
    for (size_t i = 0; i < trial->judge_count; i++)
        if (assay_str_equal(trial->judges[i].route->facts.id, name))
            return &trial->judges[i];
    return NULL;
}

static void add_most(struct most *m, const struct assay_assertion *assertions,
                     size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const struct assay_assertion *a = &assertions[i];
        const struct assay_trial_judge *judge =
            assay_assertion_is_judged(a) ? judge_named(m->trial, a->judge)
                                         : NULL;
        add_most(m, a->of, a->count);
        if (!judge)
            continue;
        struct assay_spent each = assay_tariff_most(
            &judge->tariff, TASK_BYTES + m->shown + a->value->text.len,
            ASSAY_TRIAL_MAX_TOKENS);
        for (uint32_t v = 0; v < m->trial->votes; v++)
            assay_spent_add(&m->sum, each);
    }
}

static uint64_t question_bytes(const struct assay_case *of)
{
    uint64_t bytes = of->prompt.len;

    for (size_t i = 0; i < of->message_count; i++) {
        const struct assay_message *m = &of->messages[i];
        bytes += m->text.len;
        for (size_t p = 0; p < m->part_count; p++)
            bytes += m->parts[p].text.len;
    }
    return bytes;
}

struct assay_spent assay_trial_judging_worst(const struct assay_lane *lane,
                                             const struct assay_case *of)
{
    const struct assay_trial *trial = lane->trial;
    struct most most = {.trial = trial, .sum = {ASSAY_FREE, {0}}};
    struct assay_arena arena = {0};
    struct assay_error ignored = {0};
    struct assay_chat chat;

    if (trial->judge_count == 0 || !assay_case_is_judged(of))
        return most.sum;
    if (assay_case_chat(&arena, of, &lane->route->chat,
                        trial->options.max_tokens, &chat, &ignored)) {
        most.shown =
            question_bytes(of) + (uint64_t)chat.max_tokens * BYTES_A_TOKEN;
        add_most(&most, of->assertions, of->assertion_count);
    }
    assay_arena_free(&arena);
    return most.sum;
}
