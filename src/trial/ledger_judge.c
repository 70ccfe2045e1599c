/*
 * Questions to judges, and what people said of the same answers: rows beside
 * the attempts, with the same states. A question is asked again only where
 * no row has its answer.
 */
#include "trial/ledger_parts.h"

#include <assert.h>

#define KEY                                                         \
    " where run = ?1 and place = ?2 and repeat = ?3 and route = ?4" \
    " and chk = ?5 and vote = ?6"

enum { AFTER_KEY = 7 };

/* A query whose first parameters are the key without its attempt. */
static struct assay_query *keyed(struct assay_ledger *ledger, const char *sql,
                                 const struct assay_judge_key *key,
                                 struct assay_error *err)
{
    struct assay_query *q = assay_store_query(ledger->store, sql, err);

    if (!q)
        return NULL;
    assay_query_bind_int(q, 1, key->of.run);
    assay_query_bind_int(q, 2, (int64_t)key->of.place);
    assay_query_bind_int(q, 3, key->of.repeat);
    assay_query_bind_int(q, 4, key->of.route);
    assay_query_bind_int(q, 5, key->check);
    assay_query_bind_int(q, 6, key->vote);
    return q;
}

bool assay_ledger_judge_find(struct assay_ledger *ledger,
                             const struct assay_judge_key *key,
                             struct assay_str question,
                             struct assay_arena *arena,
                             struct assay_judge_found *found,
                             struct assay_error *err)
{
    struct assay_query *q =
        keyed(ledger,
              "select attempt, state = 'done' and question = ?7, text"
              " from judge_call" KEY " order by attempt",
              key, err);
    bool row;

    *found = (struct assay_judge_found){.text = ASSAY_STR("")};
    if (!q)
        return false;
    assay_query_bind_text(q, AFTER_KEY, question);
    for (;;) {
        if (!assay_query_step(q, &row, err))
            return false;
        if (!row)
            return true;
        found->next = (uint32_t)assay_query_int(q, 0) + 1;
        if (!assay_query_int(q, 1))
            continue;
        found->answered = true;
        found->text = assay_arena_copy(arena, assay_query_text(q, 2));
    }
}

/* Whether a row was added, or the update met one. */
static bool run_change(struct assay_ledger *ledger, struct assay_query *q,
                       bool *met, struct assay_error *err)
{
    if (!assay_query_run(q, err))
        return false;
    *met = assay_store_changed(ledger->store) > 0;
    return true;
}

bool assay_ledger_judge_send(struct assay_ledger *ledger,
                             const struct assay_judge_key *key,
                             const struct assay_judge_call *call,
                             const struct assay_lease *lease, uint64_t *fence,
                             struct assay_error *err)
{
    struct assay_arena arena = {0};
    struct assay_query *q = keyed(
        ledger,
        "insert into judge_call (run, place, repeat, route, chk, vote,"
        " attempt, judge, state, fence, holder, lease_until, reserved_usd,"
        " question) values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, 'sent', 1, ?9,"
        " unixepoch() + ?10, ?11, ?12) on conflict do nothing",
        key, err);

    if (!q)
        return false;
    assay_query_bind_int(q, 7, key->of.attempt);
    assay_query_bind_int(q, 8, (int64_t)call->judge);
    assay_query_bind_text(q, 9, lease->holder);
    assay_query_bind_int(q, 10, lease->seconds);
    assay_query_bind_text(q, 11,
                          assay_decimal_text(&arena, call->reserved_usd));
    assay_query_bind_text(q, 12, call->question);
    bool added, ok = run_change(ledger, q, &added, err);
    *fence = ok && added;
    assay_arena_free(&arena);
    return ok;
}

/* A row that was never sent, to be ended at once. */
static bool add_unsent(struct assay_ledger *ledger,
                       const struct assay_judge_key *key,
                       const struct assay_judge_call *call, bool *added,
                       struct assay_error *err)
{
    struct assay_query *q =
        keyed(ledger,
              "insert into judge_call (run, place, repeat, route, chk, vote,"
              " attempt, judge, fence, question) values (?1, ?2, ?3, ?4, ?5,"
              " ?6, ?7, ?8, 1, ?9) on conflict do nothing",
              key, err);

    if (!q)
        return false;
    assay_query_bind_int(q, 7, key->of.attempt);
    assay_query_bind_int(q, 8, (int64_t)call->judge);
    assay_query_bind_text(q, 9, call->question);
    return run_change(ledger, q, added, err);
}

bool assay_ledger_judge_end(struct assay_ledger *ledger,
                            const struct assay_judge_key *key, uint64_t fence,
                            const struct assay_judge_call *call, bool *ours,
                            struct assay_error *err)
{
    struct assay_arena arena = {0};
    bool added = true;

    assert(call->state == ASSAY_ATTEMPT_DONE ||
           call->state == ASSAY_ATTEMPT_FAILED);
    *ours = false;
    if (!fence && !add_unsent(ledger, key, call, &added, err))
        return false;
    if (!added)
        return true;
    struct assay_query *q =
        keyed(ledger,
              "update judge_call set lease_until = 0, state = ?9,"
              " cost_state = ?10, cost_usd = ?11, class = ?12, status = ?13,"
              " took = ?14, model = ?15, usage = ?16, message = ?17,"
              " text = ?18" KEY " and attempt = ?7 and fence = ?8"
              " and state in ('planned', 'sent')",
              key, err);
    if (!q)
        return false;
    assay_query_bind_int(q, 7, key->of.attempt);
    assay_query_bind_int(q, 8, fence ? (int64_t)fence : 1);
    assay_query_bind_text(q, 9,
                          assay_str_c(assay_attempt_state_name(call->state)));
    assay_query_bind_text(q, 10,
                          assay_str_c(assay_state_name(call->cost_state)));
    assay_query_bind_text(q, 11, assay_decimal_text(&arena, call->cost_usd));
    assay_query_bind_text(q, 12, assay_str_c(assay_class_name(call->of)));
    assay_query_bind_int(q, 13, call->status);
    assay_query_bind_int(q, 14, call->took_ns);
    assay_query_bind_some(q, 15, call->model);
    assay_query_bind_some(q, 16, assay_usage_text(&arena, &call->usage));
    assay_query_bind_some(q, 17, call->message);
    assay_query_bind_some(q, 18, call->text);
    bool ok = run_change(ledger, q, ours, err);
    assay_arena_free(&arena);
    return ok;
}

/* ------------------------------------------------------- reading */

static bool read_call(struct assay_arena *arena, const struct assay_query *q,
                      struct assay_judge_call *c, struct assay_error *err)
{
    *c = (struct assay_judge_call){
        .place = (uint64_t)assay_query_int(q, 0),
        .repeat = (uint32_t)assay_query_int(q, 1),
        .route = (uint32_t)assay_query_int(q, 2),
        .check = (uint32_t)assay_query_int(q, 3),
        .vote = (uint32_t)assay_query_int(q, 4),
        .attempt = (uint32_t)assay_query_int(q, 5),
        .judge = (size_t)assay_query_int(q, 6),
        .state = assay_attempt_state_read(assay_query_text(q, 7)),
        .cost_state = assay_cost_state_read(assay_query_text(q, 9)),
        .status = (unsigned)assay_query_int(q, 12),
        .took_ns = assay_query_int(q, 13),
        .question = assay_query_text(q, 14),
        .model = assay_query_text(q, 15),
        .message = assay_query_text(q, 17),
        .text = assay_query_text(q, 18),
    };
    (void)assay_class_read(assay_query_text(q, 11), &c->of);
    return assay_cost_read(assay_query_text(q, 8), &c->reserved_usd, err) &&
           assay_cost_read(assay_query_text(q, 10), &c->cost_usd, err) &&
           assay_usage_parse(arena, assay_query_text(q, 16), &c->usage, err);
}

static bool walk(struct assay_query *q,
                 bool (*each)(void *context, struct assay_arena *arena,
                              const struct assay_judge_call *call),
                 void *context, struct assay_error *err)
{
    struct assay_arena arena = {0};
    struct assay_judge_call call;
    bool row = true, ok = true;

    while (ok && row) {
        ok = assay_query_step(q, &row, err);
        if (!ok || !row)
            break;
        ok = read_call(&arena, q, &call, err) ||
             assay_fail_in(err, "a judge's row in the store");
        row = ok && each(context, &arena, &call);
        if (!row)
            assay_query_reset(q);
        assay_arena_free(&arena);
    }
    return ok;
}

/* A query over a run's rows; NULL without error: the store has none yet. */
static bool rows_of(struct assay_ledger *ledger, struct assay_str run,
                    const char *sql, struct assay_query **q,
                    struct assay_error *err)
{
    int64_t version, num;

    *q = NULL;
    if (!assay_ledger_run_number(ledger, run, &num, err) ||
        !assay_ledger_tables(ledger, &version, err))
        return false;
    if (version < ASSAY_LEDGER_JUDGES)
        return true;
    *q = assay_store_query(ledger->store, sql, err);
    if (*q)
        assay_query_bind_int(*q, 1, num);
    return *q != NULL;
}

bool assay_ledger_judge_calls(struct assay_ledger *ledger, struct assay_str run,
                              bool (*each)(void *context,
                                           struct assay_arena *arena,
                                           const struct assay_judge_call *call),
                              void *context, struct assay_error *err)
{
    struct assay_query *q;

    return rows_of(ledger, run,
                   "select place, repeat, route, chk, vote, attempt, judge,"
                   " state, reserved_usd, cost_state, cost_usd, class, status,"
                   " took, question, model, usage, message, text"
                   " from judge_call where run = ?1"
                   " order by place, repeat, route, chk, vote, attempt",
                   &q, err) &&
           (!q || walk(q, each, context, err));
}

/* ------------------------------------------------------- labels */

static bool add_label(struct assay_ledger *ledger, int64_t run,
                      const struct assay_label *label, struct assay_error *err)
{
    struct assay_query *q = assay_store_query(
        ledger->store,
        "insert into label (run, place, repeat, route, passed, labelled,"
        " labeller) values (?1, ?2, ?3, ?4, ?5, ?6, ?7)"
        " on conflict (run, place, repeat, route) do update set"
        " passed = excluded.passed, labelled = excluded.labelled,"
        " labeller = excluded.labeller",
        err);

    if (!q)
        return false;
    assay_query_bind_int(q, 1, run);
    assay_query_bind_int(q, 2, (int64_t)label->place);
    assay_query_bind_int(q, 3, label->repeat);
    assay_query_bind_int(q, 4, label->route);
    assay_query_bind_int(q, 5, label->passed);
    assay_query_bind_text(q, 6, label->labelled);
    assay_query_bind_text(q, 7, label->labeller);
    return assay_query_run(q, err);
}

bool assay_ledger_label(struct assay_ledger *ledger, struct assay_str run,
                        const struct assay_label *labels, size_t count,
                        struct assay_error *err)
{
    int64_t num;
    bool ok = true;

    if (!assay_ledger_run_number(ledger, run, &num, err) ||
        !assay_ledger_begin(ledger, err))
        return false;
    for (size_t i = 0; ok && i < count; i++)
        ok = add_label(ledger, num, &labels[i], err);
    if (ok)
        return assay_ledger_commit(ledger, err);
    assay_ledger_rollback(ledger);
    return false;
}

bool assay_ledger_labels(struct assay_ledger *ledger, struct assay_arena *arena,
                         struct assay_str run, struct assay_label **labels,
                         size_t *count, struct assay_error *err)
{
    struct assay_query *q;
    bool row;

    *labels = NULL;
    *count = 0;
    if (!rows_of(ledger, run,
                 "select place, repeat, route, passed, labelled, labeller,"
                 " count(*) over () from label where run = ?1"
                 " order by place, repeat, route",
                 &q, err))
        return false;
    if (!q)
        return true;
    for (;;) {
        if (!assay_query_step(q, &row, err))
            return false;
        if (!row)
            return true;
        if (!*labels)
            *labels = ASSAY_NEW_ARRAY(arena, struct assay_label,
                                      (size_t)assay_query_int(q, 6));
        (*labels)[(*count)++] = (struct assay_label){
            .place = (uint64_t)assay_query_int(q, 0),
            .repeat = (uint32_t)assay_query_int(q, 1),
            .route = (uint32_t)assay_query_int(q, 2),
            .passed = assay_query_int(q, 3) != 0,
            .labelled = assay_arena_copy(arena, assay_query_text(q, 4)),
            .labeller = assay_arena_copy(arena, assay_query_text(q, 5)),
        };
    }
}
