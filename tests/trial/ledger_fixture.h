/*
 * A store in a folder of its own with one run in it: three prompts, two
 * routes. Nothing is ever sent.
 */
#ifndef ASSAY_TESTS_LEDGER_FIXTURE_H
#define ASSAY_TESTS_LEDGER_FIXTURE_H

#include "support/support.h"

#include "trial/ledger_parts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct ledger_fixture {
    char folder[64], path[96];
    struct assay_arena arena;
    struct assay_ledger *ledger;
    struct assay_run run;
    int64_t num;
    bool grouped; /* its prompts are one unit */
    bool spares;  /* the second prompt is for the first route alone */
};

static inline void must(bool ok, const struct assay_error *err)
{
    if (!ok)
        fail_msg("%s", err->text);
}

static inline struct assay_ledger *open_ledger(const char *path)
{
    struct assay_error err = {0};
    struct assay_ledger *ledger = assay_ledger_open(path, &err);

    must(ledger != NULL, &err);
    return ledger;
}

static inline bool fixture_case(void *context, uint64_t place,
                                struct assay_run_case *c,
                                struct assay_error *err)
{
    struct ledger_fixture *f = context;

    c->number = 2 - place;
    c->unit = f->grouped ? 0 : place;
    c->id = assay_arena_printf(&f->arena, "case%u", (unsigned)place);
    c->prompt = ASSAY_STR("What is \xc3\xa9?");
    c->description = ASSAY_STR("");
    c->where = ASSAY_STR("p.txt:1");
    c->cluster = ASSAY_STR("");
    c->input = ASSAY_STR("[{\"role\":\"user\",\"content\":\"x\"}]");
    return true;
}

static inline bool fixture_asks(const void *context, uint64_t place,
                                uint32_t route)
{
    const struct ledger_fixture *f = context;

    return !f->spares || place != 1 || route == 0;
}

static inline void add_fixture_run(struct ledger_fixture *f, const char *id)
{
    static struct assay_run_route routes[2];
    static const struct assay_suite_file file = {
        .path = {"p.txt", 5},
        .sha256 = {"00", 2},
        .bytes = {"a\0b\nccccccccccccccccccccccccccc", 30},
    };
    struct assay_error err = {0};

    for (int i = 0; i < 2; i++)
        routes[i] = (struct assay_run_route){
            .id = i ? ASSAY_STR("local:b") : ASSAY_STR("local:a"),
            .label = i ? ASSAY_STR("b") : ASSAY_STR("a"),
            .model = ASSAY_STR("")};
    f->run = (struct assay_run){
        .id = assay_str_c(id),
        .suite = ASSAY_STR("p"),
        .suite_format = ASSAY_STR("prompts"),
        .scoring = ASSAY_STR("assertions"),
        .suite_path = ASSAY_STR("/p.txt"),
        .started = ASSAY_STR("2026-11-22T17:00:00Z"),
        .rule = {.margin = 0.05,
                 .seed = UINT64_MAX,
                 .outcome =
                     f->grouped ? ASSAY_OUTCOME_GRADED : ASSAY_OUTCOME_BINARY},
        .seed = 7,
        .repeats = 1,
        .case_count = 3,
        .max_cost_usd = ASSAY_DECIMAL(125, -2),
        .has_max_cost = true,
        .version = ASSAY_STR("0"),
        .routes = routes,
        .route_count = 2,
    };
    const struct assay_run_plan plan = {
        .run = &f->run,
        .files = &file,
        .file_count = 1,
        .at = fixture_case,
        .asks = fixture_asks,
        .context = f,
    };
    must(assay_ledger_begin(f->ledger, &err), &err);
    must(assay_ledger_add_run(f->ledger, &plan, &f->num, &err), &err);
    must(assay_ledger_commit(f->ledger, &err), &err);
}

static inline void fixture_open(struct ledger_fixture *f)
{
    *f = (struct ledger_fixture){0};
    snprintf(f->folder, sizeof f->folder, "/tmp/assay-ledger-XXXXXX");
    assert_non_null(mkdtemp(f->folder));
    snprintf(f->path, sizeof f->path, "%s/s.db", f->folder);
    f->ledger = open_ledger(f->path);
}

static inline void fixture_close(struct ledger_fixture *f)
{
    char command[128];

    assay_ledger_close(f->ledger);
    assay_arena_free(&f->arena);
    snprintf(command, sizeof command, "rm -rf %s", f->folder);
    assert_int_equal(system(command), 0);
}

#endif
