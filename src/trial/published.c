/*
 * Samples that others published, as a run: see assay/published.h. The run's
 * id is made of what its sets have in common, so that a set finds the run
 * that waits for it. While a set is read the run's samples are in memory by
 * their keys alone, 24 bytes each.
 */
#include "assay/published.h"

#include "assay/file.h"
#include "assay/report.h"
#include "trial/ledger_parts.h"
#include "trial/published_parts.h"
#include "trial/sample_index.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    ID_DIGITS = 12,
    MAX_REPEATS = 1000,
    MAX_PUBLISHER_BYTES = 300,
};

#define NOT_PUBLISHED "not published"

struct assay_published {
    struct assay_ledger *ledger;
    struct assay_arena arena;
    const struct assay_json *options;
    struct assay_str id, started, metric;
    int64_t num;
    uint32_t route, repeats;
    uint64_t places, units;
    uint64_t cluster; /* hash of the newest sample's; 0: it had none */
    bool same;        /* these very bytes stand there already */

    struct assay_sample_index index;
    uint32_t *seen; /* [place]: how often the set had it so far */
    size_t seen_room;
};

/* ------------------------------------------------------- the run */

/* The question as a conversation of one message. */
static struct assay_str input_of(struct assay_arena *arena,
                                 struct assay_str raw)
{
    struct assay_json *messages = assay_json_array(arena);
    struct assay_json *message =
        assay_json_add(messages, assay_json_object(arena));

    assay_json_set_c(arena, message, "role", "user");
    assay_json_set_text(arena, message, "content", raw);
    return assay_json_line(arena, messages);
}

/* And back, of a case in the store. */
static bool learn_case(struct assay_published *p, const struct assay_query *q,
                       struct assay_error *err)
{
    struct assay_arena arena = {0};
    const struct assay_json *messages =
        assay_json_parse(&arena, assay_query_text(q, 2), NULL, err);
    const struct assay_json *vars =
        assay_query_is_null(q, 3)
            ? NULL
            : assay_json_parse(&arena, assay_query_text(q, 3), NULL, err);
    bool ok = messages != NULL;

    if (ok) {
        struct assay_sample_keys keys = assay_sample_keys(
            assay_query_text(q, 1), assay_json_text(messages->first, "content"),
            assay_json_get(vars, "reference"));
        ok = assay_sample_learn(&p->index, &keys,
                                (uint32_t)assay_query_int(q, 0), err);
        p->places = (uint64_t)assay_query_int(q, 0) + 1;
        p->units = (uint64_t)assay_query_int(q, 4) + 1;
    }
    assay_arena_free(&arena);
    return ok;
}

static bool learn_cases(struct assay_published *p, struct assay_error *err)
{
    struct assay_query *q = assay_store_query(
        p->ledger->store,
        "select place, id, input, vars, unit from run_case where run = ?1"
        " order by place",
        err);
    bool row;

    if (!q)
        return false;
    assay_query_bind_int(q, 1, p->num);
    for (;;) {
        if (!assay_query_step(q, &row, err))
            return false;
        if (!row)
            return true;
        if (!learn_case(p, q, err)) {
            assay_query_reset(q);
            return false;
        }
    }
}

static struct assay_str run_id(struct assay_arena *arena,
                               const struct assay_sample_set *set)
{
    struct assay_str common = assay_arena_printf(
        arena, "%.*s\n%.*s\n%.*s\n%.*s\n%s", ASSAY_STR_ARG(set->benchmark),
        ASSAY_STR_ARG(set->metric), ASSAY_STR_ARG(set->harness),
        ASSAY_STR_ARG(set->evaluation), set->graded ? "score" : "pass");

    return assay_str_head(assay_sha256_hex(arena, common), ID_DIGITS);
}

static struct assay_json *options_of(struct assay_arena *arena,
                                     const struct assay_sample_set *set,
                                     struct assay_str publishers)
{
    struct assay_json *options = assay_json_object(arena);

    if (set->graded)
        assay_json_set_c(arena, options, "compare", "score");
    assay_json_set_text(arena, options, "published", publishers);
    return options;
}

static bool make_run(struct assay_published *p,
                     const struct assay_sample_set *set,
                     struct assay_error *err)
{
    struct assay_arena *arena = &p->arena;
    struct assay_run run = {
        .id = p->id,
        .suite = set->metric.len
                     ? assay_arena_printf(arena, "%.*s, %.*s",
                                          ASSAY_STR_ARG(set->benchmark),
                                          ASSAY_STR_ARG(set->metric))
                     : set->benchmark,
        .suite_format = set->format,
        .scoring = assay_arena_printf(arena, "published, %.*s",
                                      ASSAY_STR_ARG(set->harness)),
        .suite_path = set->source,
        .started = p->started,
        .rule = {.mode = ASSAY_TRIAL_FIXED,
                 .outcome =
                     set->graded ? ASSAY_OUTCOME_GRADED : ASSAY_OUTCOME_BINARY},
        .repeats = 1,
        .version = assay_str_c(ASSAY_VERSION),
        .options = p->options,
    };
    const struct assay_run_plan plan = {.run = &run};

    return assay_ledger_add_run(p->ledger, &plan, &p->num, err);
}

/* "Guild of Smiths; Acme" */
static struct assay_str with_publisher(struct assay_arena *arena,
                                       struct assay_str all,
                                       struct assay_str one)
{
    if (all.len == 0)
        return assay_str_head(one, MAX_PUBLISHER_BYTES);
    if (one.len == 0 || assay_str_contains(all, assay_arena_cstr(arena, one)) ||
        all.len + one.len > MAX_PUBLISHER_BYTES)
        return all;
    return assay_arena_printf(arena, "%.*s; %.*s", ASSAY_STR_ARG(all),
                              ASSAY_STR_ARG(one));
}

/* ------------------------------------------------------- the set's route */

static struct assay_json *endpoint_of(struct assay_arena *arena,
                                      const struct assay_sample_set *set)
{
    struct assay_json *endpoint = assay_json_object(arena);

    assay_json_set_text(arena, endpoint, "published", set->publisher);
    assay_json_set_text(arena, endpoint, "sha256", set->sha256);
    if (set->settings)
        assay_json_set(endpoint, "settings",
                       assay_json_copy(arena, set->settings));
    return endpoint;
}

/* Its own, or the model's name; numbered where another set has it. */
static struct assay_str label_of(struct assay_arena *arena,
                                 const struct assay_run *run,
                                 const struct assay_sample_set *set)
{
    struct assay_str creator, name = set->model;
    size_t others = 0;

    if (set->label.len)
        return set->label;
    (void)assay_str_cut(set->model, '/', &creator, &name);
    for (size_t r = 0; r < run->route_count; r++)
        others += assay_str_equal(run->routes[r].model, set->model) &&
                  !assay_str_equal(run->routes[r].id, set->source);
    return others ? assay_arena_printf(arena, "%.*s %zu", ASSAY_STR_ARG(name),
                                       others + 1)
                  : name;
}

static bool forget_answers(struct assay_published *p, struct assay_error *err)
{
    struct assay_query *q = assay_store_query(
        p->ledger->store, "delete from attempt where run = ?1 and route = ?2",
        err);

    if (!q)
        return false;
    assay_query_bind_int(q, 1, p->num);
    assay_query_bind_int(q, 2, p->route);
    return assay_query_run(q, err);
}

static bool write_route(struct assay_published *p, const struct assay_run *run,
                        const struct assay_sample_set *set,
                        struct assay_error *err)
{
    struct assay_query *q = assay_store_query(
        p->ledger->store,
        "insert or replace into run_route (run, route, id, label, model,"
        " endpoint) values (?1, ?2, ?3, ?4, ?5, ?6)",
        err);

    if (!q)
        return false;
    assay_query_bind_int(q, 1, p->num);
    assay_query_bind_int(q, 2, p->route);
    assay_query_bind_text(q, 3, set->source);
    assay_query_bind_text(q, 4, label_of(&p->arena, run, set));
    assay_query_bind_text(q, 5, set->model);
    assay_query_bind_text(
        q, 6, assay_json_line(&p->arena, endpoint_of(&p->arena, set)));
    return assay_query_run(q, err);
}

static bool take_route(struct assay_published *p, const struct assay_run *run,
                       const struct assay_sample_set *set,
                       struct assay_error *err)
{
    p->route = (uint32_t)run->route_count;
    for (size_t r = 0; r < run->route_count; r++)
        if (assay_str_equal(run->routes[r].id, set->source)) {
            p->route = (uint32_t)r;
            p->same = assay_str_equal(
                assay_json_text(run->routes[r].endpoint, "sha256"),
                set->sha256);
        }
    if (p->same)
        return true;
    if (p->route >= ASSAY_PUBLISHED_SETS_MAX)
        return assay_fail(err, ASSAY_LIMIT,
                          "run %.*s holds %d sets of %.*s already, and takes "
                          "no more",
                          ASSAY_STR_ARG(p->id), ASSAY_PUBLISHED_SETS_MAX,
                          ASSAY_STR_ARG(set->benchmark));
    return forget_answers(p, err) && write_route(p, run, set, err) &&
           learn_cases(p, err);
}

/* ------------------------------------------------------- begin */

static bool find_number(struct assay_published *p, struct assay_error *err)
{
    struct assay_query *q = assay_store_query(
        p->ledger->store, "select num from run where id = ?1", err);
    bool row;

    if (!q)
        return false;
    assay_query_bind_text(q, 1, p->id);
    if (!assay_query_step(q, &row, err))
        return false;
    if (row)
        p->num = assay_query_int(q, 0);
    assay_query_reset(q);
    return row || assay_fail(err, ASSAY_SYSTEM,
                             "run %.*s went away while it was written",
                             ASSAY_STR_ARG(p->id));
}

/* The run that waits for this set, or a new one. */
static bool open_run(struct assay_published *p,
                     const struct assay_sample_set *set,
                     struct assay_error *err)
{
    struct assay_run none = {.id = p->id};
    struct assay_error unknown = {0};
    const struct assay_run *run =
        assay_ledger_run(p->ledger, &p->arena, p->id, &unknown);
    struct assay_str publishers = {"", 0};

    if (!run && unknown.code != ASSAY_NOT_FOUND) {
        *err = unknown;
        return false;
    }
    if (run) {
        publishers = assay_run_publisher(run);
        p->repeats = run->repeats;
        if (assay_str_compare(run->started, p->started) > 0)
            p->started = run->started;
    }
    p->options = options_of(
        &p->arena, set, with_publisher(&p->arena, publishers, set->publisher));
    if (!assay_ledger_begin(p->ledger, err))
        return false;
    if (!(run ? find_number(p, err) : make_run(p, set, err)))
        return false;
    return take_route(p, run ? run : &none, set, err);
}

struct assay_published *assay_published_begin(
    struct assay_ledger *ledger, const struct assay_sample_set *set,
    struct assay_error *err)
{
    struct assay_published *p;

    if (!assay_published_check(set, err))
        return NULL;
    p = calloc(1, sizeof *p);
    if (!p) {
        assay_fail(err, ASSAY_SYSTEM, "out of memory for published samples");
        return NULL;
    }
    p->ledger = ledger;
    p->repeats = 1;
    p->id = run_id(&p->arena, set);
    p->metric = assay_arena_copy(&p->arena, set->metric);
    p->started = assay_arena_printf(&p->arena, "%.*sT00:00:00Z",
                                    ASSAY_STR_ARG(set->day));
    if (open_run(p, set, err))
        return p;
    assay_published_drop(p);
    return NULL;
}

/* ------------------------------------------------------- samples */

/* That of the case before it, in the same cluster; else a new one. */
static uint64_t unit_of(struct assay_published *p, struct assay_str cluster)
{
    uint64_t before = p->cluster;

    p->cluster = cluster.len ? assay_str_hash(cluster) | 1 : 0;
    return p->cluster && p->cluster == before ? p->units - 1 : p->units;
}

static bool add_case(struct assay_published *p,
                     const struct assay_sample *sample, struct assay_error *err)
{
    struct assay_arena arena = {0};
    struct assay_json *vars = NULL;
    struct assay_run_case c = {
        .place = p->places,
        .number = p->places,
        .unit = unit_of(p, sample->cluster),
        .id = sample->id,
        .prompt = ASSAY_STR(""),
        .description = ASSAY_STR(""),
        .where = ASSAY_STR(""),
        .cluster = ASSAY_STR(""),
        .input = input_of(&arena, sample->raw),
    };

    if (sample->reference && sample->reference->count) {
        vars = assay_json_object(&arena);
        assay_json_set(vars, "reference",
                       assay_json_copy(&arena, sample->reference));
        c.vars = vars;
    }
    bool ok = assay_ledger_add_case(p->ledger, p->num, &c, err);
    assay_arena_free(&arena);
    p->places += ok;
    p->units = c.unit + 1;
    return ok;
}

/* Where this sample stands in the run; added when it does not. */
static bool find_place(struct assay_published *p,
                       const struct assay_sample *sample, uint32_t *place,
                       struct assay_error *err)
{
    struct assay_sample_keys keys =
        assay_sample_keys(sample->id, sample->raw, sample->reference);

    *place = assay_sample_find(&p->index, keys.whole);
    if (*place == ASSAY_NO_SAMPLE && keys.has_id) {
        *place = assay_sample_find(&p->index, keys.by_id);
        /* another question of the same id in this very set is another one */
        if (*place != ASSAY_NO_SAMPLE && *place < p->seen_room &&
            p->seen[*place])
            *place = ASSAY_NO_SAMPLE;
    }
    if (*place == ASSAY_NO_SAMPLE) {
        *place = (uint32_t)p->places;
        if (!add_case(p, sample, err))
            return false;
    }
    return assay_sample_learn(&p->index, &keys, *place, err);
}

/* How often this set had the sample before. */
static bool count_seen(struct assay_published *p, uint32_t place,
                       uint32_t *repeat, struct assay_error *err)
{
    if (place >= p->seen_room) {
        size_t room = p->seen_room ? p->seen_room : 1024;
        while (room <= place)
            room *= 2;
        uint32_t *more = realloc(p->seen, room * sizeof *more);
        if (!more)
            return assay_fail(err, ASSAY_LIMIT, "no memory for %zu samples",
                              room);
        memset(more + p->seen_room, 0, (room - p->seen_room) * sizeof *more);
        p->seen = more;
        p->seen_room = room;
    }
    *repeat = p->seen[place]++;
    if (*repeat >= MAX_REPEATS)
        return assay_fail(err, ASSAY_LIMIT,
                          "a sample stands there more than %d times",
                          MAX_REPEATS);
    if (p->repeats <= *repeat)
        p->repeats = *repeat + 1;
    return true;
}

bool assay_published_add(struct assay_published *p,
                         const struct assay_sample *sample,
                         struct assay_error *err)
{
    struct assay_arena arena = {0};
    struct assay_attempt attempt;
    struct assay_attempt_key key = {.run = p->num, .route = p->route};
    uint32_t place;
    bool ours, ok;

    if (p->same)
        return true;
    if (!find_place(p, sample, &place, err) ||
        !count_seen(p, place, &key.repeat, err))
        return false;
    key.place = place;
    assay_published_attempt(&arena, p->metric, sample, &attempt);
    ok = assay_ledger_plan(p->ledger, &key, err) &&
         assay_ledger_end(p->ledger, &key, 0, &attempt, &ours, err);
    assay_arena_free(&arena);
    return ok;
}

/* ------------------------------------------------------- end */

/* What a set lacks is unscored in it: figures want each cell to have ended. */
static bool fill_gaps(struct assay_published *p, struct assay_error *err)
{
    struct assay_query *q = assay_store_query(
        p->ledger->store,
        "insert into attempt (run, place, repeat, route, attempt, state,"
        " final, mark, class, cost_state, cost_usd, message)"
        " select ?1, c.place, c.repeat, r.route, 0, 'done', 1, 'unscored',"
        " 'answered', 'unknown', '0', '" NOT_PUBLISHED "'"
        " from (select distinct place, repeat from attempt where run = ?1) c"
        " join run_route r on r.run = ?1"
        " where not exists (select 1 from attempt a where a.run = ?1"
        "  and a.place = c.place and a.repeat = c.repeat"
        "  and a.route = r.route)",
        err);

    if (!q)
        return false;
    assay_query_bind_int(q, 1, p->num);
    return assay_query_run(q, err);
}

/* A pair of several samples, or of repeats, is won in part. */
static bool is_graded(const struct assay_published *p)
{
    return p->repeats > 1 || p->units < p->places ||
           assay_json_get(p->options, "compare");
}

static bool close_run(struct assay_published *p, struct assay_error *err)
{
    struct assay_query *q = assay_store_query(
        p->ledger->store,
        "update run set cases = ?2, repeats = ?3, started = ?4, options = ?5,"
        " outcome = ?6 where num = ?1",
        err);

    if (!q)
        return false;
    assay_query_bind_int(q, 1, p->num);
    assay_query_bind_int(q, 2, (int64_t)p->places);
    assay_query_bind_int(q, 3, p->repeats);
    assay_query_bind_text(q, 4, p->started);
    assay_query_bind_text(q, 5, assay_json_line(&p->arena, p->options));
    assay_query_bind_text(
        q, 6, is_graded(p) ? ASSAY_STR("graded") : ASSAY_STR("binary"));
    return assay_query_run(q, err) &&
           assay_ledger_stop(p->ledger, p->num, ASSAY_STOP_COMPLETE, p->places,
                             err);
}

static void release(struct assay_published *p)
{
    assay_sample_index_free(&p->index);
    free(p->seen);
    assay_arena_free(&p->arena);
    free(p);
}

bool assay_published_end(struct assay_published *p, struct assay_arena *arena,
                         struct assay_str *run, struct assay_error *err)
{
    *run = assay_arena_copy(arena, p->id);
    if (!p->same && (!fill_gaps(p, err) || !close_run(p, err))) {
        assay_published_drop(p);
        return false;
    }
    bool ok = assay_ledger_commit(p->ledger, err);
    release(p);
    return ok;
}

void assay_published_drop(struct assay_published *p)
{
    if (!p)
        return;
    assay_ledger_rollback(p->ledger);
    release(p);
}

struct assay_str assay_run_publisher(const struct assay_run *run)
{
    return assay_json_text(run->options, "published");
}
