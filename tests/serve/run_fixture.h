/*
 * A run in a site's store: 23 prompts on two routes, the second of which fails
 * each fifth; what its suite and its models wrote is hostile.
 */
#ifndef ASSAY_TESTS_SERVE_RUN_FIXTURE_H
#define ASSAY_TESTS_SERVE_RUN_FIXTURE_H

#include "serve/site_fixture.h"

#include "assay/report.h"
#include "trial/ledger_parts.h"

enum { MADE_PROMPTS = 23 };

struct made {
    struct assay_ledger *ledger;
    struct assay_arena arena;
    int64_t num;
};

static inline void made_must(bool ok, const struct assay_error *err)
{
    if (!ok)
        fail_msg("%s", err->text);
}

static inline bool made_case(void *context, uint64_t place,
                             struct assay_run_case *c, struct assay_error *err)
{
    struct made *m = context;

    *c = (struct assay_run_case){
        .place = place,
        .number = place,
        .unit = place,
        .id = assay_arena_printf(&m->arena, "case%u", (unsigned)place),
        .prompt = ASSAY_STR("Say <b>\"hello\"</b> & <script>alert(1)</script>"),
        .description = ASSAY_STR(""),
        .where = assay_arena_printf(&m->arena, "s.csv:%u", (unsigned)place + 2),
        .cluster = ASSAY_STR(""),
        .input = ASSAY_STR(
            "[{\"role\":\"user\",\"content\":[{\"type\":\"text\",\"text\":"
            "\"look\"},{\"type\":\"image\",\"media_type\":\"image/png\","
            "\"base64\":\"iVBORw0K\"},{\"type\":\"image\",\"media_type\":"
            "\"image/png\\\" onerror=\\\"alert(1)\",\"base64\":\"AAAA\"}]}]"),
    };
    return true;
}

static inline void made_run(struct made *m)
{
    struct assay_run_route routes[] = {
        {.id = ASSAY_STR("local:nano-s"),
         .label = ASSAY_STR("<i>nano-s</i>"),
         .model = ASSAY_STR("assay/nano-s")},
        {.id = ASSAY_STR("local:nano-xs"),
         .label = ASSAY_STR("nano-xs"),
         .model = ASSAY_STR("assay/nano-xs")},
    };
    const struct assay_run run = {
        .id = ASSAY_STR("7f3a0001"),
        .suite = ASSAY_STR("s<u>.csv"),
        .suite_format = ASSAY_STR("prompts"),
        .scoring = ASSAY_STR("assertions"),
        .suite_path = ASSAY_STR("/s.csv"),
        .started = ASSAY_STR("2026-11-20T17:00:00Z"),
        .seed = 7,
        .repeats = 1,
        .case_count = MADE_PROMPTS,
        .version = ASSAY_STR("0"),
        .routes = routes,
        .route_count = 2,
        .counted = MADE_PROMPTS,
    };
    const struct assay_run_plan plan = {
        .run = &run, .at = made_case, .context = m};
    struct assay_error err = {0};

    made_must(assay_ledger_begin(m->ledger, &err), &err);
    made_must(assay_ledger_add_run(m->ledger, &plan, &m->num, &err), &err);
    made_must(assay_ledger_commit(m->ledger, &err), &err);
}

static inline void made_answer(struct made *m, uint64_t place, uint32_t route)
{
    const struct assay_lease lease = {ASSAY_STR("test"), 3600};
    const struct assay_attempt_key key = {
        .run = m->num, .place = place, .route = route};
    bool failed = route && place % 5 == 0;
    const struct assay_attempt attempt = {
        .state = ASSAY_ATTEMPT_DONE,
        .final = true,
        .of = ASSAY_CLASS_ANSWERED,
        .clocks = {.begun = 1000000, .done = 3000000},
        .reply.text = ASSAY_STR("</td><script>alert(2)</script>"),
        .cost_state = ASSAY_FREE,
        .mark = failed ? ASSAY_MARK_FAILED : ASSAY_MARK_PASSED,
        .score = failed ? 0 : 1,
    };
    struct assay_error err = {0};
    uint64_t fence;
    bool ours;

    made_must(assay_ledger_claim(m->ledger, &key, &lease, &fence, &err), &err);
    made_must(assay_ledger_send(m->ledger, &key, fence, ASSAY_DECIMAL(0, 0),
                                &ours, &err),
              &err);
    made_must(assay_ledger_end(m->ledger, &key, fence, &attempt, &ours, &err),
              &err);
}

static inline void made_open(struct made *m, const char *store)
{
    struct assay_error err = {0};

    *m = (struct made){0};
    m->ledger = assay_ledger_open(store, &err);
    made_must(m->ledger != NULL, &err);
}

static inline void made_close(struct made *m)
{
    assay_ledger_close(m->ledger);
    assay_arena_free(&m->arena);
}

/* The whole run, ended. */
static inline void made_whole(struct made *m)
{
    struct assay_error err = {0};

    made_run(m);
    made_must(assay_ledger_begin(m->ledger, &err), &err);
    for (uint64_t place = 0; place < MADE_PROMPTS; place++)
        for (uint32_t route = 0; route < 2; route++)
            made_answer(m, place, route);
    made_must(assay_ledger_stop(m->ledger, m->num, ASSAY_STOP_COMPLETE,
                                MADE_PROMPTS, &err),
              &err);
    made_must(assay_ledger_commit(m->ledger, &err), &err);
}

#endif
