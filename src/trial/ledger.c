/*
 * The ledger's file, and the states of an attempt: each step is one update
 * that names the state and the fence it starts from.
 */
#include "assay/ledger.h"

#include "base/embed.h"
#include "catalog/catalog_file.h"
#include "trial/ledger_parts.h"

#include <assert.h>
#include <stdlib.h>

/* Rows are met one behind the other: few pages are read twice. */
enum { HELD_KIB = 256 };

bool assay_ledger_tables(struct assay_ledger *ledger, int64_t *version,
                         struct assay_error *err)
{
    bool row;

    *version = ledger->version;
    if (*version == ASSAY_LEDGER_VERSION)
        return true;
    struct assay_query *q = assay_store_query(
        ledger->store,
        "select cast(value as integer) from meta where key = 'ledger'", err);
    if (!q || !assay_query_step(q, &row, err))
        return false;
    *version = ledger->version = row ? assay_query_int(q, 0) : 0;
    assay_query_reset(q);
    return *version <= ASSAY_LEDGER_VERSION ||
           assay_fail(err, ASSAY_BAD_INPUT,
                      "the runs in this store were made by a newer assay "
                      "(ledger %lld; this one knows %d)",
                      (long long)*version, ASSAY_LEDGER_VERSION);
}

struct assay_ledger *assay_ledger_open(const char *path,
                                       struct assay_error *err)
{
    struct assay_ledger *ledger = calloc(1, sizeof *ledger);
    int64_t version;

    if (!ledger) {
        assay_fail(err, ASSAY_SYSTEM, "out of memory for a ledger");
        return NULL;
    }
    ledger->store = assay_catalog_file_open(path, err);
    if (!ledger->store || !assay_store_hold(ledger->store, HELD_KIB, err) ||
        !assay_ledger_tables(ledger, &version, err)) {
        assay_ledger_close(ledger);
        return NULL;
    }
    return ledger;
}

void assay_ledger_close(struct assay_ledger *ledger)
{
    if (!ledger)
        return;
    assay_store_close(ledger->store);
    free(ledger);
}

uint64_t assay_ledger_version(struct assay_ledger *ledger)
{
    return assay_store_version(ledger->store);
}

/* ------------------------------------------------------- transactions */

/* Each version has only added tables: the script makes those that lack. */
static bool make_tables(struct assay_ledger *ledger, struct assay_error *err)
{
    _Static_assert(ASSAY_LEDGER_VERSION == 2, "set below too");
    return assay_store_run_script(
               ledger->store, (const char *)assay_embedded_ledger.bytes, err) &&
           assay_store_run_script(
               ledger->store,
               "insert or replace into meta values ('ledger', '2')", err);
}

bool assay_ledger_begin(struct assay_ledger *ledger, struct assay_error *err)
{
    if (!assay_store_begin_write(ledger->store, err))
        return false;
    if (ledger->version == ASSAY_LEDGER_VERSION || make_tables(ledger, err))
        return true;
    assay_store_rollback(ledger->store);
    return false;
}

bool assay_ledger_commit(struct assay_ledger *ledger, struct assay_error *err)
{
    if (!assay_store_commit_logged(ledger->store, err))
        return false;
    ledger->version = ASSAY_LEDGER_VERSION;
    return true;
}

void assay_ledger_rollback(struct assay_ledger *ledger)
{
    assay_store_rollback(ledger->store);
}

/* ------------------------------------------------------- attempts */

#define KEY                                                         \
    " where run = ?1 and place = ?2 and repeat = ?3 and route = ?4" \
    " and attempt = ?5"

enum { AFTER_KEY = 6 };

/* A query whose first parameters are the key. */
static struct assay_query *keyed(struct assay_ledger *ledger, const char *sql,
                                 const struct assay_attempt_key *key,
                                 struct assay_error *err)
{
    struct assay_query *q = assay_store_query(ledger->store, sql, err);

    if (!q)
        return NULL;
    assay_query_bind_int(q, 1, key->run);
    assay_query_bind_int(q, 2, (int64_t)key->place);
    assay_query_bind_int(q, 3, key->repeat);
    assay_query_bind_int(q, 4, key->route);
    assay_query_bind_int(q, 5, key->attempt);
    return q;
}

/*
 * Whether the update met its row. Not by `returning`: for that SQLite fills
 * a table of its own each time, at three times the cost of the update.
 */
static bool run_update(struct assay_ledger *ledger, struct assay_query *q,
                       bool *met, struct assay_error *err)
{
    if (!assay_query_run(q, err))
        return false;
    *met = assay_store_changed(ledger->store) > 0;
    return true;
}

bool assay_ledger_plan(struct assay_ledger *ledger,
                       const struct assay_attempt_key *key,
                       struct assay_error *err)
{
    struct assay_query *q =
        keyed(ledger,
              "insert into attempt (run, place, repeat, route, attempt)"
              " values (?1, ?2, ?3, ?4, ?5)",
              key, err);
    return q && assay_query_run(q, err);
}

bool assay_ledger_claim(struct assay_ledger *ledger,
                        const struct assay_attempt_key *key,
                        const struct assay_lease *lease, uint64_t *fence,
                        struct assay_error *err)
{
    struct assay_query *q =
        keyed(ledger,
              "update attempt set fence = fence + 1, holder = ?6,"
              " lease_until = unixepoch() + ?7" KEY
              " and (state = 'planned' or (state = 'done' and final = 0))"
              " and lease_until <= unixepoch()",
              key, err);
    bool met, row;

    if (!q)
        return false;
    *fence = 0;
    assay_query_bind_text(q, AFTER_KEY, lease->holder);
    assay_query_bind_int(q, AFTER_KEY + 1, lease->seconds);
    if (!run_update(ledger, q, &met, err))
        return false;
    if (!met)
        return true;
    q = keyed(ledger, "select fence from attempt" KEY, key, err);
    if (!q || !assay_query_step(q, &row, err))
        return false;
    *fence = (uint64_t)assay_query_int(q, 0);
    assay_query_reset(q);
    return true;
}

bool assay_ledger_send(struct assay_ledger *ledger,
                       const struct assay_attempt_key *key, uint64_t fence,
                       struct assay_decimal reserved_usd, bool *ours,
                       struct assay_error *err)
{
    struct assay_arena arena = {0};
    struct assay_query *q =
        keyed(ledger,
              "update attempt set state = 'sent', reserved_usd = ?7" KEY
              " and state = 'planned' and fence = ?6",
              key, err);

    if (!q)
        return false;
    assay_query_bind_int(q, AFTER_KEY, (int64_t)fence);
    assay_query_bind_text(q, AFTER_KEY + 1,
                          assay_decimal_text(&arena, reserved_usd));
    bool ok = run_update(ledger, q, ours, err);
    assay_arena_free(&arena);
    return ok;
}

bool assay_ledger_give_back(struct assay_ledger *ledger,
                            const struct assay_attempt_key *key, uint64_t fence,
                            struct assay_error *err)
{
    struct assay_query *q =
        keyed(ledger,
              "update attempt set lease_until = 0, holder = null" KEY
              " and state = 'planned' and fence = ?6",
              key, err);

    if (!q)
        return false;
    assay_query_bind_int(q, AFTER_KEY, (int64_t)fence);
    return assay_query_run(q, err);
}

/* The clocks that are kept, in the order of their columns. */
static void bind_clocks(struct assay_query *q, int at,
                        const struct assay_clocks *c)
{
    const int64_t clocks[] = {
        c->begun,         c->resolved,   c->connected,  c->secured,
        c->sent,          c->headers,    c->first_byte, c->first_token,
        c->first_content, c->last_token, c->done,
    };

    for (size_t i = 0; i < sizeof clocks / sizeof clocks[0]; i++)
        if (clocks[i])
            assay_query_bind_int(q, at + (int)i, clocks[i]);
        else
            assay_query_bind_null(q, at + (int)i);
}

void assay_query_bind_some(struct assay_query *q, int at, struct assay_str text)
{
    if (text.len)
        assay_query_bind_text(q, at, text);
    else
        assay_query_bind_null(q, at);
}

/* Parameters 19 and up: what came back. */
static void bind_reply(struct assay_query *q, struct assay_arena *arena,
                       const struct assay_completion *reply)
{
    assay_query_bind_int(q, 30, (int64_t)reply->finish);
    assay_query_bind_some(q, 31, reply->finish_stated);
    assay_query_bind_some(q, 32, reply->model);
    assay_query_bind_some(q, 33, reply->id);
    assay_query_bind_some(q, 34, reply->tier);
    assay_query_bind_some(q, 35, reply->fingerprint);
    assay_query_bind_int(q, 36, (int64_t)reply->usage_state);
    assay_query_bind_some(q, 37, assay_usage_text(arena, &reply->usage));
    assay_query_bind_real(q, 38, reply->mean_logprob);
    assay_query_bind_some(q, 39, reply->text);
    assay_query_bind_some(q, 40, reply->reasoning);
    assay_query_bind_some(q, 41, reply->refusal);
    assay_query_bind_some(q, 42, assay_calls_text(arena, reply));
}

/* Parameters 6 to 18: how it ended, and what it cost and is worth. */
static void bind_end(struct assay_query *q, struct assay_arena *arena,
                     uint64_t fence, const struct assay_attempt *a)
{
    assay_query_bind_int(q, 6, (int64_t)fence);
    assay_query_bind_text(q, 7,
                          assay_str_c(assay_attempt_state_name(a->state)));
    assay_query_bind_int(q, 8, a->final);
    assay_query_bind_text(q, 9, assay_str_c(assay_state_name(a->cost_state)));
    assay_query_bind_text(q, 10, assay_decimal_text(arena, a->cost_usd));
    if (a->state == ASSAY_ATTEMPT_DONE)
        assay_query_bind_text(q, 11, assay_str_c(assay_mark_name(a->mark)));
    else
        assay_query_bind_null(q, 11);
    assay_query_bind_real(q, 12, a->score);
    assay_query_bind_text(q, 13, assay_str_c(assay_class_name(a->of)));
    assay_query_bind_int(q, 14, a->status);
    assay_query_bind_int(q, 15, a->queued_ns);
    assay_query_bind_int(q, 16, a->backed_off_ns);
    assay_query_bind_some(q, 17, a->message);
    assay_query_bind_some(q, 18, a->server);
}

bool assay_ledger_end(struct assay_ledger *ledger,
                      const struct assay_attempt_key *key, uint64_t fence,
                      const struct assay_attempt *attempt, bool *ours,
                      struct assay_error *err)
{
    struct assay_arena arena = {0};
    struct assay_str packed = {"", 0};
    bool ok = false;
    struct assay_query *q = keyed(
        ledger,
        "update attempt set lease_until ="
        " case when ?7 = 'done' and ?8 = 0 then lease_until else 0 end,"
        " state = ?7, final = ?8,"
        " cost_state = ?9, cost_usd = ?10, mark = ?11, score = ?12,"
        " class = ?13, status = ?14, queued = ?15, backed_off = ?16,"
        " message = ?17, server = ?18, begun = ?19, resolved = ?20,"
        " connected = ?21, secured = ?22, sent = ?23, headers = ?24,"
        " first_byte = ?25, first_token = ?26, first_content = ?27,"
        " last_token = ?28, done = ?29, finish = ?30, finish_stated = ?31,"
        " model = ?32, reply_id = ?33, tier = ?34, fingerprint = ?35,"
        " usage_state = ?36, usage = ?37, mean_logprob = ?38, text = ?39,"
        " reasoning = ?40, refusal = ?41, calls = ?42, checks = ?43,"
        " raw_size = ?44, raw = ?45" KEY
        " and state in ('planned', 'sent') and fence = ?6",
        key, err);

    assert(attempt->state == ASSAY_ATTEMPT_DONE ||
           attempt->state == ASSAY_ATTEMPT_FAILED);
    if (!q || (attempt->raw.len &&
               !assay_deflate(&arena, attempt->raw, &packed, err)))
        goto out;
    bind_end(q, &arena, fence, attempt);
    bind_clocks(q, 19, &attempt->clocks);
    bind_reply(q, &arena, &attempt->reply);
    if (attempt->checks)
        assay_query_bind_text(q, 43, assay_json_line(&arena, attempt->checks));
    if (attempt->raw.len) {
        assay_query_bind_int(q, 44, (int64_t)attempt->raw.len);
        assay_query_bind_bytes(q, 45, packed);
    }
    ok = run_update(ledger, q, ours, err);
out:
    assay_arena_free(&arena);
    return ok;
}

bool assay_ledger_mark(struct assay_ledger *ledger,
                       const struct assay_attempt_key *key, uint64_t fence,
                       const struct assay_attempt *attempt, bool *ours,
                       struct assay_error *err)
{
    struct assay_arena arena = {0};
    struct assay_query *q =
        keyed(ledger,
              "update attempt set lease_until = 0, final = 1, mark = ?7,"
              " score = ?8, checks = ?9" KEY
              " and state = 'done' and final = 0 and fence = ?6",
              key, err);

    if (!q)
        return false;
    assay_query_bind_int(q, 6, (int64_t)fence);
    assay_query_bind_text(q, 7, assay_str_c(assay_mark_name(attempt->mark)));
    assay_query_bind_real(q, 8, attempt->score);
    if (attempt->checks)
        assay_query_bind_text(q, 9, assay_json_line(&arena, attempt->checks));
    else
        assay_query_bind_null(q, 9);
    bool ok = run_update(ledger, q, ours, err);
    assay_arena_free(&arena);
    return ok;
}

/* One statement for attempts, one for questions to judges. */
static bool run_each(struct assay_ledger *ledger, const char *const *sql,
                     int64_t run, struct assay_error *err)
{
    for (; *sql; sql++) {
        struct assay_query *q = assay_store_query(ledger->store, *sql, err);
        if (!q)
            return false;
        assay_query_bind_int(q, 1, run);
        if (!assay_query_run(q, err))
            return false;
    }
    return true;
}

bool assay_ledger_end_leases(struct assay_ledger *ledger, int64_t run,
                             struct assay_error *err)
{
    static const char *const sql[] = {
        "update attempt set lease_until = 0 where run = ?1"
        " and (state in ('planned', 'sent') or (state = 'done' and final = 0))"
        " and lease_until > 0",
        "update judge_call set lease_until = 0 where run = ?1"
        " and state = 'sent' and lease_until > 0",
        NULL,
    };

    return run_each(ledger, sql, run, err);
}

bool assay_ledger_expire(struct assay_ledger *ledger, int64_t run,
                         uint64_t *lost, struct assay_error *err)
{
    static const char *const sql[] = {
        "insert into attempt (run, place, repeat, route, attempt)"
        " select run, place, repeat, route, attempt + 1 from attempt"
        " where run = ?1 and state = 'sent' and lease_until <= unixepoch()",
        "update judge_call set state = 'unknown', fence = fence + 1,"
        " cost_state = 'unknown', cost_usd = reserved_usd"
        " where run = ?1 and state = 'sent' and lease_until <= unixepoch()",
        NULL,
    };
    bool row = true;

    *lost = 0;
    if (!run_each(ledger, sql, run, err))
        return false;
    struct assay_query *q = assay_store_query(
        ledger->store,
        "update attempt set state = 'unknown', fence = fence + 1,"
        " cost_state = 'unknown', cost_usd = reserved_usd"
        " where run = ?1 and state = 'sent' and lease_until <= unixepoch()"
        " returning num",
        err);
    if (!q)
        return false;
    assay_query_bind_int(q, 1, run);
    for (;;) {
        if (!assay_query_step(q, &row, err))
            return false;
        if (!row)
            return true;
        ++*lost;
    }
}
