/*
 * How a probe asks and pays, and what no answer says of the capability that
 * was asked for.
 */
#include "trial/probe_parts.h"

#include <stdarg.h>
#include <string.h>
#include <time.h>

enum {
    RETRIES = 2,
    LEARNINGS = 3, /* questions put in other words that the server knows */
    BACK_OFF_MS = 500,
    MOST_WAIT_MS = 20000,
    EVIDENCE_BYTES = 160,
    QUOTED_BYTES = 60,
};

/* ------------------------------------------------------- finding */

void assay_probe_find(struct assay_probing *p, enum assay_probe_verdict verdict,
                      const char *proof, ...)
{
    va_list args;

    va_start(args, proof);
    p->finding->verdict = verdict;
    p->finding->word = NULL;
    p->finding->proof = assay_arena_vprintf(p->arena, proof, args);
    va_end(args);
}

/* At most `most` bytes of whole characters, on one line, in the arena. */
static struct assay_str begin_of(struct assay_arena *arena,
                                 struct assay_str text, size_t most)
{
    text = assay_str_trim(text);
    bool cut = text.len > most;
    text = assay_str_head(text, most);
    text = assay_str_head(text, assay_utf8_bad_at(text));
    char *line = assay_arena_alloc(arena, text.len + 4, 1);
    for (size_t i = 0; i < text.len; i++)
        line[i] = (unsigned char)text.at[i] < ' ' ? ' ' : text.at[i];
    memcpy(line + text.len, cut ? "\xe2\x80\xa6" : "", cut ? 3 : 0);
    return (struct assay_str){line, text.len + (cut ? 3 : 0)};
}

struct assay_str assay_probe_quote(struct assay_probing *p,
                                   struct assay_str text)
{
    struct assay_str line = begin_of(p->arena, text, QUOTED_BYTES);

    return assay_arena_printf(p->arena, "\"%.*s\"", ASSAY_STR_ARG(line));
}

bool assay_probe_says_nothing(struct assay_probing *p,
                              const struct assay_response *answer)
{
    const struct assay_completion *reply = &answer->reply;

    if (reply->call_count || assay_str_trim(reply->text).len > 0)
        return false;
    if (reply->refusal.len)
        assay_probe_find(p, ASSAY_PROBE_UNKNOWN, "the model refused: %.*s",
                         ASSAY_STR_ARG(assay_probe_quote(p, reply->refusal)));
    else
        assay_probe_find(p, ASSAY_PROBE_UNKNOWN, "an empty answer, ended by %s",
                         assay_finish_name(reply->finish));
    return true;
}

/* ------------------------------------------------------- money */

/*
 * Where no rule says what a picture counts: more than any published one for
 * so small a picture (gpt-4o-mini, 2,833 + 5,667; OpenAI vision guide, read
 * 2026-08-21).
 */
static const char any_picture[] =
    "{\"rule\":\"openai-tiles\",\"base\":10000,\"per_tile\":0,\"tile_px\":1,"
    "\"fit_px\":1,\"short_side_px\":1}";

void assay_probe_tariff(struct assay_arena *arena,
                        const struct assay_trial_route *route,
                        struct assay_date day, struct assay_tariff *tariff)
{
    struct assay_error ignored = {0};

    assay_tariff_read(arena, route, assay_date_text(arena, day), tariff);
    if (!tariff->image_rule)
        tariff->image_rule =
            assay_json_parse(arena, assay_str_c(any_picture), NULL, &ignored);
}

bool assay_probe_is_priced(const struct assay_trial_route *route,
                           struct assay_date day)
{
    struct assay_arena arena = {0};
    struct assay_tariff tariff;

    assay_probe_tariff(&arena, route, day, &tariff);
    assay_arena_free(&arena);
    return tariff.free || tariff.known;
}

static struct assay_spent worst_of(const struct assay_probing *p,
                                   const struct assay_chat *chat)
{
    const struct assay_case asked = {.messages = chat->messages,
                                     .message_count = chat->message_count,
                                     .context = ASSAY_STR("")};

    return assay_tariff_worst(&p->tariff, &asked, chat);
}

static bool holds(const struct assay_probing *p, struct assay_spent worst)
{
    struct assay_decimal sum;

    return !p->options->has_max_cost ||
           (worst.state != ASSAY_UNKNOWN &&
            assay_decimal_add(p->report->spent.usd, worst.usd, &sum) &&
            assay_decimal_compare(sum, p->options->max_cost_usd) <= 0);
}

bool assay_probe_affords(const struct assay_probing *p,
                         const struct assay_chat *chat)
{
    return holds(p, worst_of(p, chat));
}

/* By the usage told; all that was reserved where none is. */
static struct assay_spent cost_of(const struct assay_probing *p,
                                  const struct assay_response *answer,
                                  struct assay_spent worst)
{
    struct assay_spent cost = assay_tariff_cost(&p->tariff, answer);

    if (cost.state != ASSAY_UNKNOWN)
        return cost;
    if (worst.state == ASSAY_KNOWN)
        worst.state = ASSAY_BOUND;
    return worst;
}

static void spend(struct assay_spent *sum, struct assay_spent cost)
{
    static const int rank[] = {[ASSAY_FREE] = 0,
                               [ASSAY_KNOWN] = 1,
                               [ASSAY_NOT_APPLICABLE] = 1,
                               [ASSAY_BOUND] = 2,
                               [ASSAY_UNKNOWN] = 3};

    if (rank[cost.state] > rank[sum->state])
        sum->state = cost.state;
    (void)assay_decimal_add(sum->usd, cost.usd, &sum->usd);
}

/* ------------------------------------------------------- one question */

struct assay_probe_question assay_probe_plain(struct assay_probing *p,
                                              struct assay_str text)
{
    struct assay_message *message = ASSAY_NEW(p->arena, struct assay_message);
    struct assay_probe_question q = {.chat = p->options->route->chat,
                                     .asked = ASSAY_STR("")};

    *message = (struct assay_message){
        .role = ASSAY_ROLE_USER,
        .text = text,
        .call_id = ASSAY_STR(""),
    };
    q.chat.messages = message;
    q.chat.message_count = 1;
    q.chat.max_tokens = ASSAY_PROBE_ANSWER_TOKENS;
    q.chat.logprobs = -1;
    q.chat.stream = false;
    return q;
}

static struct assay_str evidence_of(struct assay_arena *arena,
                                    const struct assay_response *answer)
{
    struct assay_str text = answer->reply.text;

    if (answer->of != ASSAY_CLASS_ANSWERED)
        text = answer->trouble.message;
    else if (answer->reply.call_count)
        text = assay_arena_printf(
            arena, "%.*s(%.*s)", ASSAY_STR_ARG(answer->reply.calls[0].name),
            ASSAY_STR_ARG(answer->reply.calls[0].arguments));
    return text.at ? begin_of(arena, text, EVIDENCE_BYTES) : ASSAY_STR("");
}

static void note_call(struct assay_probing *p,
                      const struct assay_probe_question *q,
                      const struct assay_response *answer,
                      struct assay_spent worst)
{
    struct assay_probe_call *call =
        ASSAY_NEW(p->arena, struct assay_probe_call);
    const struct assay_clocks *c = &answer->clocks;
    int64_t from = c->sending ? c->sending : c->asked;

    *call = (struct assay_probe_call){
        .asked = q->asked,
        .request = answer->request,
        .of = answer->of,
        .status = answer->of == ASSAY_CLASS_ANSWERED && answer->request.len
                      ? 200
                      : answer->trouble.status,
        .evidence = evidence_of(p->arena, answer),
        .ms = c->done > from ? (double)(c->done - from) / 1e6 : 0,
        .cost = cost_of(p, answer, worst),
    };
    if (p->finding->last)
        p->finding->last->next = call;
    else
        p->finding->first = call;
    p->finding->last = call;
    p->report->calls++;
    spend(&p->report->spent, call->cost);
    if (answer->of == ASSAY_CLASS_ANSWERED && answer->reply.model.len)
        p->report->answered_as =
            assay_arena_copy(p->arena, answer->reply.model);
}

/* False: it is to stop. */
static bool wait_ms(const struct assay_probing *p, int64_t ms)
{
    const struct assay_probe_options *o = p->options;
    int64_t until = assay_trial_now() + ms * 1000000;
    const struct timespec step = {0, 20 * 1000000};

    while (assay_trial_now() < until) {
        if (o->stop && o->stop(o->context))
            return false;
        nanosleep(&step, NULL);
    }
    return true;
}

/* ------------------------------------------------------- no answer */

void assay_probe_end(struct assay_probing *p, enum assay_probe_end how,
                     struct assay_str why)
{
    if (p->report->end == ASSAY_PROBE_COMPLETE) {
        p->report->end = how;
        p->report->why = why;
    }
}

/* A status that speaks of this question, where plain ones are answered. */
static bool is_refusal(const struct assay_probing *p,
                       const struct assay_response *answer)
{
    unsigned status = answer->trouble.status;

    return p->alive &&
           (answer->of == ASSAY_CLASS_BAD_REQUEST ||
            answer->of == ASSAY_CLASS_NOT_FOUND) &&
           status >= 400 && status < 500;
}

static void judge_failure(struct assay_probing *p,
                          const struct assay_response *answer)
{
    const struct assay_route *listed = p->options->listed;
    struct assay_str said = assay_probe_quote(p, answer->trouble.message);
    struct assay_str why = assay_arena_printf(
        p->arena, "%s%s: %.*s", assay_class_name(answer->of),
        answer->trouble.status
            ? assay_arena_printf(p->arena, ", HTTP %u", answer->trouble.status)
                  .at
            : "",
        ASSAY_STR_ARG(said));
    bool gone = answer->of == ASSAY_CLASS_RETIRED ||
                (answer->of == ASSAY_CLASS_NOT_FOUND && !p->alive && listed &&
                 listed->status == ASSAY_STATUS_RETIRED);

    if (is_refusal(p, answer)) {
        assay_probe_find(p, ASSAY_PROBE_REFUSED, "HTTP %u: %.*s",
                         answer->trouble.status, ASSAY_STR_ARG(said));
        return;
    }
    assay_probe_find(p, gone ? ASSAY_PROBE_RETIRED : ASSAY_PROBE_UNKNOWN,
                     "%.*s", ASSAY_STR_ARG(why));
    if (answer->of == ASSAY_CLASS_CANCELLED)
        assay_probe_end(p, ASSAY_PROBE_INTERRUPTED, ASSAY_STR("interrupted"));
    else if (gone)
        assay_probe_end(p, ASSAY_PROBE_GONE, why);
    else if (!p->alive || assay_class_stops_route(answer->of))
        assay_probe_end(p, ASSAY_PROBE_DOWN, why);
}

/* It was not sent: no word for it in this dialect, or not in this process. */
static void judge_unsent(struct assay_probing *p, const struct assay_error *err)
{
    bool refused = err->code == ASSAY_BAD_INPUT;

    p->too_long = err->code == ASSAY_LIMIT;
    assay_probe_find(p, refused ? ASSAY_PROBE_REFUSED : ASSAY_PROBE_UNKNOWN,
                     "not sent: %s", err->text);
    if (!p->alive)
        assay_probe_end(p, ASSAY_PROBE_DOWN, p->finding->proof);
}

static bool may_ask(struct assay_probing *p, struct assay_spent worst)
{
    const struct assay_probe_options *o = p->options;

    if (o->stop && o->stop(o->context))
        assay_probe_end(p, ASSAY_PROBE_INTERRUPTED, ASSAY_STR("interrupted"));
    if (p->report->end != ASSAY_PROBE_COMPLETE) {
        assay_probe_find(p, ASSAY_PROBE_UNKNOWN, "not asked");
        return false;
    }
    if (holds(p, worst))
        return true;
    p->lacked = true;
    struct assay_str usd = assay_decimal_usd(p->arena, worst.usd);
    assay_probe_find(p, ASSAY_PROBE_UNKNOWN,
                     "not asked: up to %.*s more than the budget holds",
                     ASSAY_STR_ARG(usd));
    return false;
}

static struct assay_response *ask_once(struct assay_probing *p,
                                       const struct assay_probe_question *q,
                                       struct assay_response *answer)
{
    const struct assay_ask ask = {.chat = q->chat, .prompt = ASSAY_STR("")};
    const struct assay_listener listener = {.piece = q->piece,
                                            .context = q->context};
    struct assay_error err = {0};

    if (assay_route_ask(p->options->route->link, &ask, &listener, p->arena,
                        answer, &err))
        return answer;
    judge_unsent(p, &err);
    return NULL;
}

bool assay_probe_ask(struct assay_probing *p,
                     const struct assay_probe_question *q,
                     struct assay_response *answer)
{
    struct assay_spent worst = worst_of(p, &q->chat);
    int64_t wait =
        p->options->back_off_ms ? p->options->back_off_ms : BACK_OFF_MS;

    for (int retries = 0, learnings = 0;;) {
        if (!may_ask(p, worst) || !ask_once(p, q, answer))
            return false;
        note_call(p, q, answer, worst);
        if (answer->of == ASSAY_CLASS_ANSWERED)
            return true;
        if (answer->again && learnings++ < LEARNINGS)
            continue;
        if (!assay_class_retries(answer->of) || retries++ == RETRIES)
            break;
        if (answer->trouble.retry_after_ms > wait)
            wait = answer->trouble.retry_after_ms;
        if (wait > MOST_WAIT_MS || !wait_ms(p, wait))
            break;
        wait *= 2;
    }
    judge_failure(p, answer);
    return false;
}
