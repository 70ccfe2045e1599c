/*
 * Rows back out of the ledger, one at a time: nothing of a run of a million
 * attempts is held but the row in hand and the case it belongs to.
 */
#include "trial/ledger_parts.h"

#include <string.h>

enum column {
    REPEAT,
    ROUTE,
    ATTEMPT,
    STATE,
    FINAL,
    RESERVED_USD,
    COST_STATE,
    COST_USD,
    MARK,
    SCORE,
    CLASS,
    STATUS,
    QUEUED,
    BACKED_OFF,
    BEGUN,
    FINISH = BEGUN + 11,
    FINISH_STATED,
    MODEL,
    REPLY_ID,
    TIER,
    FINGERPRINT,
    SERVER,
    USAGE_STATE,
    USAGE,
    MEAN_LOGPROB,
    MESSAGE,
    TEXT,
    REASONING,
    REFUSAL,
    CALLS,
    CHECKS,
    RAW_SIZE,
    RAW,
    PLACE,
    NUMBER,
    UNIT,
    CASE_ID,
    PROMPT,
    DESCRIPTION,
    LOCATION,
    CLUSTER,
    VARS,
    INPUT,
};

#define ATTEMPTS                                                               \
    "select a.repeat, a.route, a.attempt, a.state, a.final, a.reserved_usd,"   \
    " a.cost_state, a.cost_usd, a.mark, a.score, a.class, a.status, a.queued," \
    " a.backed_off, a.begun, a.resolved, a.connected, a.secured, a.sent,"      \
    " a.headers, a.first_byte, a.first_token, a.first_content, a.last_token,"  \
    " a.done, a.finish, a.finish_stated, a.model, a.reply_id, a.tier,"         \
    " a.fingerprint, a.server, a.usage_state, a.usage, a.mean_logprob,"        \
    " a.message, a.text, a.reasoning, a.refusal, a.calls, a.checks,"           \
    " a.raw_size, a.raw, c.place, c.number, c.unit, c.id, c.prompt,"           \
    " c.description, c.location, c.cluster, c.vars, c.input"                   \
    " from attempt a join run_case c on c.run = a.run and c.place = a.place"

static const char attempts_sql[] =
    ATTEMPTS " where a.run = ?1"
             " order by a.run, a.place, a.repeat, a.route, a.attempt";
static const char attempts_at_sql[] =
    ATTEMPTS " where a.run = ?1 and a.place = ?2 and a.repeat = ?3"
             " and a.route = ?4 order by a.attempt";

struct walk {
    struct assay_query *q;
    struct assay_arena rows, cases;
    struct assay_run_case at;
    bool has_case;
};

static bool parse(struct assay_arena *arena, struct assay_str text,
                  const struct assay_json **value, struct assay_error *err)
{
    *value = NULL;
    if (!text.len)
        return true;
    *value = assay_json_parse(arena, text, NULL, err);
    return *value != NULL;
}

/* The case of the row in hand, kept while rows are of the same place. */
static bool read_case(struct walk *w, struct assay_error *err)
{
    const struct assay_query *q = w->q;
    uint64_t place = (uint64_t)assay_query_int(q, PLACE);

    if (w->has_case && w->at.place == place)
        return true;
    assay_arena_free(&w->cases);
#define COPY(column) assay_arena_copy(&w->cases, assay_query_text(q, column))
    w->at = (struct assay_run_case){
        .place = place,
        .number = (uint64_t)assay_query_int(q, NUMBER),
        .unit = (uint64_t)assay_query_int(q, UNIT),
        .id = COPY(CASE_ID),
        .prompt = COPY(PROMPT),
        .description = COPY(DESCRIPTION),
        .where = COPY(LOCATION),
        .cluster = COPY(CLUSTER),
        .input = COPY(INPUT),
    };
    w->has_case = true;
    return parse(&w->cases, COPY(VARS), &w->at.vars, err);
#undef COPY
}

static enum assay_mark mark_named(struct assay_str name)
{
    for (int m = ASSAY_MARK_PASSED; m <= ASSAY_MARK_ERROR; m++)
        if (assay_str_is(name, assay_mark_name((enum assay_mark)m)))
            return (enum assay_mark)m;
    return ASSAY_MARK_UNSCORED;
}

static void read_clocks(const struct assay_query *q, struct assay_clocks *c)
{
    int64_t *const clocks[] = {
        &c->begun,         &c->resolved,   &c->connected,  &c->secured,
        &c->sent,          &c->headers,    &c->first_byte, &c->first_token,
        &c->first_content, &c->last_token, &c->done,
    };

    for (int i = 0; i < (int)(sizeof clocks / sizeof clocks[0]); i++)
        *clocks[i] = assay_query_int(q, BEGUN + i); /* null: 0 */
}

static bool read_reply(struct walk *w, struct assay_completion *reply,
                       struct assay_error *err)
{
    const struct assay_query *q = w->q;

    *reply = (struct assay_completion){
        .text = assay_query_text(q, TEXT),
        .reasoning = assay_query_text(q, REASONING),
        .refusal = assay_query_text(q, REFUSAL),
        .finish = (enum assay_finish)assay_query_int(q, FINISH),
        .finish_stated = assay_query_text(q, FINISH_STATED),
        .model = assay_query_text(q, MODEL),
        .id = assay_query_text(q, REPLY_ID),
        .tier = assay_query_text(q, TIER),
        .fingerprint = assay_query_text(q, FINGERPRINT),
        .usage_state = (enum assay_usage_state)assay_query_int(q, USAGE_STATE),
        .mean_logprob = assay_query_real(q, MEAN_LOGPROB),
    };
    return assay_usage_parse(&w->rows, assay_query_text(q, USAGE),
                             &reply->usage, err) &&
           assay_calls_parse(&w->rows, assay_query_text(q, CALLS), reply, err);
}

static bool read_money(const struct assay_query *q, struct assay_attempt *a,
                       struct assay_error *err)
{
    a->cost_state = assay_cost_state_read(assay_query_text(q, COST_STATE));
    return assay_cost_read(assay_query_text(q, RESERVED_USD), &a->reserved_usd,
                           err) &&
           assay_cost_read(assay_query_text(q, COST_USD), &a->cost_usd, err);
}

static bool read_attempt(struct walk *w, struct assay_attempt *a,
                         struct assay_error *err)
{
    const struct assay_query *q = w->q;
    struct assay_str raw = assay_query_bytes(q, RAW);

    *a = (struct assay_attempt){
        .at = &w->at,
        .repeat = (uint32_t)assay_query_int(q, REPEAT),
        .route = (uint32_t)assay_query_int(q, ROUTE),
        .attempt = (uint32_t)assay_query_int(q, ATTEMPT),
        .state = assay_attempt_state_read(assay_query_text(q, STATE)),
        .final = assay_query_int(q, FINAL) != 0,
        .of = ASSAY_CLASS_ANSWERED,
        .status = (unsigned)assay_query_int(q, STATUS),
        .queued_ns = assay_query_int(q, QUEUED),
        .backed_off_ns = assay_query_int(q, BACKED_OFF),
        .mark = mark_named(assay_query_text(q, MARK)),
        .score = assay_query_real(q, SCORE),
        .message = assay_query_text(q, MESSAGE),
        .server = assay_query_text(q, SERVER),
        .raw = ASSAY_STR(""),
    };
    (void)assay_class_read(assay_query_text(q, CLASS), &a->of);
    read_clocks(q, &a->clocks);
    return read_case(w, err) && read_reply(w, &a->reply, err) &&
           read_money(q, a, err) &&
           parse(&w->rows, assay_query_text(q, CHECKS), &a->checks, err) &&
           (!raw.len ||
            assay_inflate(&w->rows, raw, (uint64_t)assay_query_int(q, RAW_SIZE),
                          &a->raw, err));
}

static bool walk(struct walk *w,
                 bool (*each)(void *context, struct assay_arena *arena,
                              const struct assay_attempt *attempt),
                 void *context, struct assay_error *err)
{
    struct assay_attempt attempt;
    bool row;

    for (;;) {
        struct assay_arena_mark mark = assay_arena_mark(&w->rows);
        if (!assay_query_step(w->q, &row, err))
            return false;
        if (!row)
            return true;
        if (!read_attempt(w, &attempt, err)) {
            assay_query_reset(w->q);
            return assay_fail_in(err, "an attempt in the store");
        }
        if (!each(context, &w->rows, &attempt)) {
            assay_query_reset(w->q);
            return true;
        }
        assay_arena_rewind(&w->rows, mark);
    }
}

bool assay_ledger_attempts(struct assay_ledger *ledger, struct assay_str run,
                           bool (*each)(void *context,
                                        struct assay_arena *arena,
                                        const struct assay_attempt *attempt),
                           void *context, struct assay_error *err)
{
    struct walk w = {0};
    int64_t num;
    bool ok = false;

    if (!assay_ledger_run_number(ledger, run, &num, err))
        return false;
    w.q = assay_store_query(ledger->store, attempts_sql, err);
    if (w.q) {
        assay_query_bind_int(w.q, 1, num);
        ok = walk(&w, each, context, err);
    }
    assay_arena_free(&w.rows);
    assay_arena_free(&w.cases);
    return ok;
}

bool assay_ledger_attempts_at(struct assay_ledger *ledger,
                              const struct assay_attempt_key *key,
                              bool (*each)(void *context,
                                           struct assay_arena *arena,
                                           const struct assay_attempt *attempt),
                              void *context, struct assay_error *err)
{
    struct walk w = {0};
    bool ok = false;

    w.q = assay_store_query(ledger->store, attempts_at_sql, err);
    if (w.q) {
        assay_query_bind_int(w.q, 1, key->run);
        assay_query_bind_int(w.q, 2, (int64_t)key->place);
        assay_query_bind_int(w.q, 3, key->repeat);
        assay_query_bind_int(w.q, 4, key->route);
        ok = walk(&w, each, context, err);
    }
    assay_arena_free(&w.rows);
    assay_arena_free(&w.cases);
    return ok;
}
