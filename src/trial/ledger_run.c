/*
 * What a run is: written whole before its first request, read back for
 * reports and for going on with it.
 */
#include "trial/ledger_parts.h"

#include <stdlib.h>
#include <string.h>

static const char *mode_name(enum assay_trial_mode mode)
{
    return mode == ASSAY_TRIAL_FIXED ? "fixed" : "sequential";
}

static const char *outcome_name(enum assay_outcome outcome)
{
    return outcome == ASSAY_OUTCOME_GRADED ? "graded" : "binary";
}

/* ------------------------------------------------------- writing */

static bool add_head(struct assay_ledger *ledger, const struct assay_run *run,
                     int64_t *num, struct assay_error *err)
{
    struct assay_arena arena = {0};
    struct assay_query *q = assay_store_query(
        ledger->store,
        "insert into run (id, started, suite, suite_path, suite_format,"
        " scoring, mode, outcome, margin, rule_seed, seed, repeats, cases,"
        " max_cost_usd, max_time_ms, version, options, counted)"
        " values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13,"
        " ?14, ?15, ?16, ?17, ?13)",
        err);

    if (!q)
        return false;
    assay_query_bind_text(q, 1, run->id);
    assay_query_bind_text(q, 2, run->started);
    assay_query_bind_text(q, 3, run->suite);
    assay_query_bind_text(q, 4, run->suite_path);
    assay_query_bind_text(q, 5, run->suite_format);
    assay_query_bind_text(q, 6, run->scoring);
    assay_query_bind_text(q, 7, assay_str_c(mode_name(run->rule.mode)));
    assay_query_bind_text(q, 8, assay_str_c(outcome_name(run->rule.outcome)));
    assay_query_bind_real(q, 9, run->rule.margin);
    assay_query_bind_int(q, 10, (int64_t)run->rule.seed);
    assay_query_bind_int(q, 11, (int64_t)run->seed);
    assay_query_bind_int(q, 12, run->repeats);
    assay_query_bind_int(q, 13, (int64_t)run->case_count);
    if (run->has_max_cost)
        assay_query_bind_text(q, 14,
                              assay_decimal_text(&arena, run->max_cost_usd));
    assay_query_bind_int(q, 15, run->max_time_ms);
    assay_query_bind_text(q, 16, run->version);
    assay_query_bind_text(q, 17,
                          run->options ? assay_json_line(&arena, run->options)
                                       : ASSAY_STR("{}"));
    bool ok = assay_query_run(q, err);
    *num = assay_store_last_id(ledger->store);
    assay_arena_free(&arena);
    return ok;
}

/* Of both tables of routes: those that answer, those that judge. */
static const char add_route_sql[] =
    "insert into run_route values (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
static const char add_judge_sql[] =
    "insert into run_judge values (?1, ?2, ?3, ?4, ?5, ?6, ?7)";

static bool add_route(struct assay_ledger *ledger, const char *sql, int64_t num,
                      size_t at, const struct assay_run_route *route,
                      struct assay_error *err)
{
    struct assay_arena arena = {0};
    struct assay_query *q = assay_store_query(ledger->store, sql, err);

    if (!q)
        return false;
    assay_query_bind_int(q, 1, num);
    assay_query_bind_int(q, 2, (int64_t)at);
    assay_query_bind_text(q, 3, route->id);
    assay_query_bind_text(q, 4, route->label);
    assay_query_bind_text(q, 5, route->model);
    assay_query_bind_text(q, 6,
                          route->endpoint
                              ? assay_json_line(&arena, route->endpoint)
                              : ASSAY_STR("{}"));
    if (route->prices)
        assay_query_bind_text(q, 7, assay_json_line(&arena, route->prices));
    bool ok = assay_query_run(q, err);
    assay_arena_free(&arena);
    return ok;
}

static bool add_file(struct assay_ledger *ledger, int64_t num, size_t at,
                     const struct assay_suite_file *file,
                     struct assay_error *err)
{
    struct assay_arena arena = {0};
    struct assay_str packed;
    struct assay_query *q = assay_store_query(
        ledger->store, "insert into run_file values (?1, ?2, ?3, ?4, ?5, ?6)",
        err);
    bool ok = q && assay_deflate(&arena, file->bytes, &packed, err);

    if (ok) {
        assay_query_bind_int(q, 1, num);
        assay_query_bind_int(q, 2, (int64_t)at);
        assay_query_bind_text(q, 3, file->path);
        assay_query_bind_text(q, 4, file->sha256);
        assay_query_bind_int(q, 5, (int64_t)file->bytes.len);
        assay_query_bind_bytes(q, 6, packed);
        ok = assay_query_run(q, err);
    }
    assay_arena_free(&arena);
    return ok;
}

bool assay_ledger_add_case(struct assay_ledger *ledger, int64_t num,
                           const struct assay_run_case *c,
                           struct assay_error *err)
{
    struct assay_arena arena = {0};
    struct assay_query *q = assay_store_query(
        ledger->store,
        "insert into run_case (run, place, number, unit, id, prompt,"
        " description, location, cluster, vars, input)"
        " values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
        err);

    if (!q)
        return false;
    assay_query_bind_int(q, 1, num);
    assay_query_bind_int(q, 2, (int64_t)c->place);
    assay_query_bind_int(q, 3, (int64_t)c->number);
    assay_query_bind_int(q, 4, (int64_t)c->unit);
    assay_query_bind_text(q, 5, c->id);
    assay_query_bind_text(q, 6, c->prompt);
    assay_query_bind_text(q, 7, c->description);
    assay_query_bind_text(q, 8, c->where);
    assay_query_bind_text(q, 9, c->cluster);
    if (c->vars)
        assay_query_bind_text(q, 10, assay_json_line(&arena, c->vars));
    assay_query_bind_text(q, 11, c->input);
    bool ok = assay_query_run(q, err);
    assay_arena_free(&arena);
    return ok;
}

static bool add_place(struct assay_ledger *ledger,
                      const struct assay_run_plan *plan, int64_t num,
                      uint64_t place, struct assay_error *err)
{
    struct assay_run_case c = {.place = place};
    struct assay_attempt_key key = {.run = num, .place = place};

    if (!plan->at(plan->context, place, &c, err) ||
        !assay_ledger_add_case(ledger, num, &c, err))
        return false;
    for (key.repeat = 0; key.repeat < plan->run->repeats; key.repeat++)
        for (key.route = 0; key.route < plan->run->route_count; key.route++)
            if ((!plan->asks || plan->asks(plan->context, place, key.route)) &&
                !assay_ledger_plan(ledger, &key, err))
                return false;
    return true;
}

bool assay_ledger_add_run(struct assay_ledger *ledger,
                          const struct assay_run_plan *plan, int64_t *num,
                          struct assay_error *err)
{
    if (!add_head(ledger, plan->run, num, err))
        return false;
    for (size_t i = 0; i < plan->run->route_count; i++)
        if (!add_route(ledger, add_route_sql, *num, i, &plan->run->routes[i],
                       err))
            return false;
    for (size_t i = 0; i < plan->run->judge_count; i++)
        if (!add_route(ledger, add_judge_sql, *num, i, &plan->run->judges[i],
                       err))
            return false;
    for (size_t i = 0; i < plan->file_count; i++)
        if (!add_file(ledger, *num, i, &plan->files[i], err))
            return false;
    for (uint64_t place = 0; place < plan->run->case_count; place++)
        if (!add_place(ledger, plan, *num, place, err))
            return false;
    return true;
}

bool assay_ledger_stop(struct assay_ledger *ledger, int64_t run,
                       enum assay_stop_reason reason, uint64_t counted,
                       struct assay_error *err)
{
    struct assay_query *q = assay_store_query(
        ledger->store,
        "update run set stopped = ?2, counted = ?3 where num = ?1", err);

    if (!q)
        return false;
    assay_query_bind_int(q, 1, run);
    assay_query_bind_text(q, 2, assay_str_c(assay_stop_name(reason)));
    assay_query_bind_int(q, 3, (int64_t)counted);
    return assay_query_run(q, err);
}

bool assay_ledger_limit(struct assay_ledger *ledger, int64_t num,
                        const struct assay_run *run, struct assay_error *err)
{
    struct assay_arena arena = {0};
    struct assay_query *q = assay_store_query(
        ledger->store,
        "update run set max_cost_usd = ?2, max_time_ms = ?3 where num = ?1",
        err);

    if (!q)
        return false;
    assay_query_bind_int(q, 1, num);
    if (run->has_max_cost)
        assay_query_bind_text(q, 2,
                              assay_decimal_text(&arena, run->max_cost_usd));
    assay_query_bind_int(q, 3, run->max_time_ms);
    bool ok = assay_query_run(q, err);
    assay_arena_free(&arena);
    return ok;
}

/* ------------------------------------------------------- reading */

static struct assay_str copy_text(struct assay_arena *arena,
                                  const struct assay_query *q, int column)
{
    return assay_arena_copy(arena, assay_query_text(q, column));
}

static bool copy_json(struct assay_arena *arena, const struct assay_query *q,
                      int column, const struct assay_json **value,
                      struct assay_error *err)
{
    *value = NULL;
    if (assay_query_is_null(q, column))
        return true;
    *value = assay_json_parse(arena, copy_text(arena, q, column), NULL, err);
    return *value || assay_fail_in(err, "a run in the store");
}

static enum assay_stop_reason stop_reason(struct assay_str name)
{
    for (int r = ASSAY_STOP_COMPLETE; r <= ASSAY_STOP_INTERRUPTED; r++)
        if (assay_str_is(name, assay_stop_name((enum assay_stop_reason)r)))
            return (enum assay_stop_reason)r;
    return ASSAY_STOP_NONE;
}

#define RUN_COLUMNS                                                       \
    "select id, started, suite, suite_path, suite_format, scoring, mode," \
    " outcome, margin, rule_seed, seed, repeats, cases, max_cost_usd,"    \
    " max_time_ms, version, options, stopped, counted, num from run"

enum { NUM_COLUMN = 19 };

static bool read_run(struct assay_arena *arena, const struct assay_query *q,
                     struct assay_run *run, struct assay_error *err)
{
    *run = (struct assay_run){
        .id = copy_text(arena, q, 0),
        .started = copy_text(arena, q, 1),
        .suite = copy_text(arena, q, 2),
        .suite_path = copy_text(arena, q, 3),
        .suite_format = copy_text(arena, q, 4),
        .scoring = copy_text(arena, q, 5),
        .rule = {.mode = assay_str_is(assay_query_text(q, 6), "fixed")
                             ? ASSAY_TRIAL_FIXED
                             : ASSAY_TRIAL_SEQUENTIAL,
                 .outcome = assay_str_is(assay_query_text(q, 7), "graded")
                                ? ASSAY_OUTCOME_GRADED
                                : ASSAY_OUTCOME_BINARY,
                 .margin = assay_query_real(q, 8),
                 .seed = (uint64_t)assay_query_int(q, 9)},
        .seed = (uint64_t)assay_query_int(q, 10),
        .repeats = (uint32_t)assay_query_int(q, 11),
        .case_count = (uint64_t)assay_query_int(q, 12),
        .has_max_cost = !assay_query_is_null(q, 13),
        .max_time_ms = assay_query_int(q, 14),
        .version = copy_text(arena, q, 15),
        .stopped = stop_reason(assay_query_text(q, 17)),
        .counted = (uint64_t)assay_query_int(q, 18),
    };
    if (run->has_max_cost &&
        !assay_decimal_parse(assay_query_text(q, 13), &run->max_cost_usd))
        return assay_fail(err, ASSAY_BAD_INPUT,
                          "run %.*s in the store has no readable limit",
                          ASSAY_STR_ARG(run->id));
    return copy_json(arena, q, 16, &run->options, err);
}

static const char routes_sql[] =
    "select id, label, model, endpoint, prices, count(*) over ()"
    " from run_route where run = ?1 order by route";
static const char judges_sql[] =
    "select id, label, model, endpoint, prices, count(*) over ()"
    " from run_judge where run = ?1 order by judge";

static bool read_routes(struct assay_ledger *ledger, struct assay_arena *arena,
                        const char *sql, int64_t num,
                        struct assay_run_route **routes, size_t *count,
                        struct assay_error *err)
{
    struct assay_query *q = assay_store_query(ledger->store, sql, err);
    bool row;

    if (!q)
        return false;
    assay_query_bind_int(q, 1, num);
    for (;;) {
        if (!assay_query_step(q, &row, err))
            return false;
        if (!row)
            return true;
        if (!*routes)
            *routes = ASSAY_NEW_ARRAY(arena, struct assay_run_route,
                                      (size_t)assay_query_int(q, 5));
        struct assay_run_route *r = &(*routes)[(*count)++];
        r->id = copy_text(arena, q, 0);
        r->label = copy_text(arena, q, 1);
        r->model = copy_text(arena, q, 2);
        if (!copy_json(arena, q, 3, &r->endpoint, err) ||
            !copy_json(arena, q, 4, &r->prices, err)) {
            assay_query_reset(q);
            return false;
        }
    }
}

static bool read_all_routes(struct assay_ledger *ledger,
                            struct assay_arena *arena, int64_t num,
                            struct assay_run *run, struct assay_error *err)
{
    int64_t version;

    return read_routes(ledger, arena, routes_sql, num, &run->routes,
                       &run->route_count, err) &&
           assay_ledger_tables(ledger, &version, err) &&
           (version < ASSAY_LEDGER_JUDGES ||
            read_routes(ledger, arena, judges_sql, num, &run->judges,
                        &run->judge_count, err));
}

struct run_list {
    struct assay_run *runs;
    int64_t *nums;
    size_t count, room;
};

static void grow(struct assay_arena *arena, struct run_list *list)
{
    size_t room = list->room ? list->room * 2 : 16;
    struct assay_run *runs = ASSAY_NEW_ARRAY(arena, struct assay_run, room);
    int64_t *nums = ASSAY_NEW_ARRAY(arena, int64_t, room);

    if (list->count) {
        memcpy(runs, list->runs, list->count * sizeof *runs);
        memcpy(nums, list->nums, list->count * sizeof *nums);
    }
    *list = (struct run_list){runs, nums, list->count, room};
}

/* Inside a snapshot; the query's rows are runs. */
static bool read_list(struct assay_ledger *ledger, struct assay_arena *arena,
                      struct assay_query *q, struct run_list *list,
                      struct assay_error *err)
{
    bool row;

    for (;;) {
        if (!assay_query_step(q, &row, err))
            return false;
        if (!row)
            break;
        if (list->count == list->room)
            grow(arena, list);
        if (!read_run(arena, q, &list->runs[list->count], err)) {
            assay_query_reset(q);
            return false;
        }
        list->nums[list->count++] = assay_query_int(q, NUM_COLUMN);
    }
    for (size_t i = 0; i < list->count; i++)
        if (!read_all_routes(ledger, arena, list->nums[i], &list->runs[i], err))
            return false;
    return true;
}

bool assay_ledger_runs(struct assay_ledger *ledger, struct assay_arena *arena,
                       struct assay_run **runs, size_t *count,
                       struct assay_error *err)
{
    struct run_list list = {0};
    int64_t version;
    bool ok;

    if (!assay_store_begin_read(ledger->store, err))
        return false;
    ok = assay_ledger_tables(ledger, &version, err);
    if (ok && version) {
        struct assay_query *q = assay_store_query(
            ledger->store, RUN_COLUMNS " order by num desc", err);
        ok = q && read_list(ledger, arena, q, &list, err);
    }
    assay_store_end_read(ledger->store);
    *runs = list.runs;
    *count = list.count;
    return ok;
}

/* Runs whose id begins so; two are enough to know that it is not one. */
static bool find(struct assay_ledger *ledger, struct assay_arena *arena,
                 struct assay_str id, struct run_list *list,
                 struct assay_error *err)
{
    int64_t version;

    if (!assay_ledger_tables(ledger, &version, err))
        return false;
    if (!version)
        return true;
    struct assay_query *q =
        assay_store_query(ledger->store,
                          RUN_COLUMNS " where substr(id, 1, length(?1)) = ?1"
                                      " order by id <> ?1, num limit 2",
                          err);
    if (!q)
        return false;
    assay_query_bind_text(q, 1, id);
    return read_list(ledger, arena, q, list, err);
}

static bool find_one(struct assay_ledger *ledger, struct assay_arena *arena,
                     struct assay_str id, struct run_list *list,
                     struct assay_error *err)
{
    bool ok;

    if (!assay_store_begin_read(ledger->store, err))
        return false;
    ok = find(ledger, arena, id, list, err);
    assay_store_end_read(ledger->store);
    if (!ok)
        return false;
    if (list->count == 0 || id.len == 0)
        return assay_fail(err, ASSAY_NOT_FOUND,
                          "no run '%.*s'; assay report --list has them",
                          ASSAY_STR_ARG(id));
    if (list->count > 1 && !assay_str_equal(list->runs[0].id, id))
        return assay_fail(err, ASSAY_NOT_FOUND,
                          "more than one run begins with '%.*s': %.*s, %.*s",
                          ASSAY_STR_ARG(id), ASSAY_STR_ARG(list->runs[0].id),
                          ASSAY_STR_ARG(list->runs[1].id));
    return true;
}

struct assay_run *assay_ledger_run(struct assay_ledger *ledger,
                                   struct assay_arena *arena,
                                   struct assay_str id, struct assay_error *err)
{
    struct run_list list = {0};

    return find_one(ledger, arena, id, &list, err) ? list.runs : NULL;
}

bool assay_ledger_run_number(struct assay_ledger *ledger, struct assay_str id,
                             int64_t *num, struct assay_error *err)
{
    struct assay_arena arena = {0};
    struct run_list list = {0};
    bool ok = find_one(ledger, &arena, id, &list, err);

    if (ok)
        *num = list.nums[0];
    assay_arena_free(&arena);
    return ok;
}

static bool read_files(struct assay_arena *arena, struct assay_query *q,
                       struct assay_suite_file **files, size_t *count,
                       struct assay_error *err)
{
    bool row;

    for (;;) {
        if (!assay_query_step(q, &row, err))
            return false;
        if (!row)
            return true;
        if (!*files)
            *files = ASSAY_NEW_ARRAY(arena, struct assay_suite_file,
                                     (size_t)assay_query_int(q, 4));
        struct assay_suite_file *file = &(*files)[(*count)++];
        file->path = copy_text(arena, q, 0);
        file->sha256 = copy_text(arena, q, 1);
        if (!assay_inflate(arena, assay_query_bytes(q, 3),
                           (uint64_t)assay_query_int(q, 2), &file->bytes,
                           err)) {
            assay_query_reset(q);
            return false;
        }
    }
}

bool assay_ledger_files(struct assay_ledger *ledger, struct assay_arena *arena,
                        struct assay_str run, struct assay_suite_file **files,
                        size_t *count, struct assay_error *err)
{
    int64_t num;

    *files = NULL;
    *count = 0;
    if (!assay_ledger_run_number(ledger, run, &num, err))
        return false;
    struct assay_query *q = assay_store_query(
        ledger->store,
        "select path, sha256, size, bytes, count(*) over () from run_file"
        " where run = ?1 order by file",
        err);
    if (!q)
        return false;
    assay_query_bind_int(q, 1, num);
    return read_files(arena, q, files, count, err);
}
