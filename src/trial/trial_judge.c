/*
 * Judges: routes that assertions name, opened once for a run. What they cost
 * is no row of the ledger; so a run with a spending limit takes judges in
 * this process alone.
 */
#include "assay/trial.h"

#include "trial/trial_parts.h"

#include <stdlib.h>

enum { MOST_JUDGES = 8, MOST_TOKENS = 1024, TRIES = 3 };

struct assay_trial_judges {
    struct assay_arena arena;
    struct assay_judge judge;
    struct judge_route {
        struct assay_str name;
        struct assay_trial_route route;
    } routes[MOST_JUDGES];
    size_t count;
    bool limited;
};

static struct judge_route *find(struct assay_trial_judges *judges,
                                struct assay_str name)
{
    for (size_t i = 0; i < judges->count; i++)
        if (assay_str_equal(judges->routes[i].name, name))
            return &judges->routes[i];
    return NULL;
}

/* Greedy, and again where the route says that another attempt may help. */
static bool ask(void *context, struct assay_str name, struct assay_str prompt,
                struct assay_arena *arena, struct assay_str *text,
                struct assay_error *err)
{
    struct judge_route *judge = find(context, name);
    const struct assay_message message = {.role = ASSAY_ROLE_USER,
                                          .text = prompt};
    const struct assay_listener nobody = {0};
    struct assay_response answer = {0};
    struct assay_ask question = {0};

    if (!judge)
        return assay_fail(err, ASSAY_NOT_FOUND, "no judge '%.*s'",
                          ASSAY_STR_ARG(name));
    question.chat = judge->route.chat;
    question.chat.messages = &message;
    question.chat.message_count = 1;
    question.chat.temperature = (struct assay_stated){true, 0};
    question.chat.max_tokens = MOST_TOKENS;
    for (int i = 0; i < TRIES; i++) {
        if (!assay_route_ask(judge->route.link, &question, &nobody, arena,
                             &answer, err))
            return false;
        if (answer.of == ASSAY_CLASS_ANSWERED) {
            *text = answer.reply.text;
            return true;
        }
        if (!assay_class_retries(answer.of))
            break;
    }
    return assay_fail(err, ASSAY_REMOTE, "%s: %.*s",
                      assay_class_name(answer.of),
                      ASSAY_STR_ARG(answer.trouble.message));
}

static bool open_judge(struct assay_trial_judges *judges,
                       struct assay_catalog *catalog, struct assay_str name,
                       struct assay_error *err)
{
    const struct assay_trial_route_options options = {0};
    struct judge_route *judge = &judges->routes[judges->count];
    struct assay_run_route facts;

    if (judges->count == MOST_JUDGES)
        return assay_fail(err, ASSAY_LIMIT, "more than %d judges", MOST_JUDGES);
    if (!assay_trial_route_find(catalog, &judges->arena, name, &facts, err) ||
        !assay_trial_route_open(&facts, &options, &judge->route, err))
        return assay_fail_in(err, "judge");
    judge->name = name;
    judges->count++;
    return !judges->limited || judge->route.in_process ||
           assay_fail(err, ASSAY_BAD_INPUT,
                      "what the judge '%.*s' costs is not limited by "
                      "--max-cost: leave one of the two out",
                      ASSAY_STR_ARG(name));
}

struct assay_trial_judges *assay_trial_judges_open(
    struct assay_catalog *catalog, const struct assay_suite *suite,
    const struct assay_run *run, struct assay_error *err)
{
    struct assay_trial_judges *judges = calloc(1, sizeof *judges);

    if (!judges) {
        assay_fail(err, ASSAY_SYSTEM, "out of memory for judges");
        return NULL;
    }
    judges->judge = (struct assay_judge){ask, judges};
    judges->limited = run->has_max_cost;
    for (size_t i = 0; i < suite->judge_count; i++)
        if (!open_judge(judges, catalog, suite->judges[i], err)) {
            assay_trial_judges_close(judges);
            return NULL;
        }
    return judges;
}

const struct assay_judge *assay_trial_judge(
    const struct assay_trial_judges *judges)
{
    return &judges->judge;
}

void assay_trial_judges_close(struct assay_trial_judges *judges)
{
    if (!judges)
        return;
    for (size_t i = 0; i < judges->count; i++)
        assay_trial_route_close(&judges->routes[i].route);
    assay_arena_free(&judges->arena);
    free(judges);
}
