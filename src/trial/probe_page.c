/*
 * A probe for people, and as the document assay-probe/1:
 *
 *   { "format": "assay-probe/1", "route", "route_id", "model", "answered_as",
 *     "date", "seed", "ended": "complete|budget|down|retired|interrupted",
 *     "why", "spent_usd", "max_cost_usd", "requests", "source", "answers",
 *     "findings": [ { "capability", "fact", "declared", "verdict", "outcome",
 *       "tokens", "proof", "calls": [ { "asked", "request_sha256", "class",
 *       "status", "evidence", "ms", "usd" } ] } ] }
 */
#include "trial/probe_parts.h"

#include <math.h>

/* ------------------------------------------------------- JSON */

static const char *end_name(enum assay_probe_end end)
{
    static const char *const names[] = {
        [ASSAY_PROBE_COMPLETE] = "complete",
        [ASSAY_PROBE_BUDGET] = "budget",
        [ASSAY_PROBE_DOWN] = "down",
        [ASSAY_PROBE_GONE] = "retired",
        [ASSAY_PROBE_INTERRUPTED] = "interrupted",
    };

    return names[end];
}

/* null: not known; a bound is what it can be at most. */
static void set_usd(struct assay_arena *arena, struct assay_json *object,
                    const char *key, struct assay_spent spent)
{
    if (spent.state == ASSAY_UNKNOWN)
        assay_json_set_null(arena, object, key);
    else
        assay_json_set_text(arena, object, key,
                            assay_decimal_text(arena, spent.usd));
}

static void set_some(struct assay_arena *arena, struct assay_json *object,
                     const char *key, struct assay_str text)
{
    if (text.len)
        assay_json_set_text(arena, object, key, text);
    else
        assay_json_set_null(arena, object, key);
}

static struct assay_json *call_json(struct assay_arena *arena,
                                    const struct assay_probe_call *call)
{
    struct assay_json *o = assay_json_object(arena);

    assay_json_set_text(arena, o, "asked", call->asked);
    set_some(arena, o, "request_sha256", call->request);
    assay_json_set_c(arena, o, "class", assay_class_name(call->of));
    if (call->status)
        assay_json_set_uint(arena, o, "status", call->status);
    else
        assay_json_set_null(arena, o, "status");
    set_some(arena, o, "evidence", call->evidence);
    assay_json_set(o, "ms",
                   assay_json_real(arena, round(call->ms * 1000) / 1000));
    set_usd(arena, o, "usd", call->cost);
    return o;
}

static void set_calls(struct assay_arena *arena, struct assay_json *o,
                      const struct assay_finding *f)
{
    struct assay_json *list =
        assay_json_set(o, "calls", assay_json_array(arena));

    for (const struct assay_probe_call *c = f->first; c; c = c->next)
        assay_json_add(list, call_json(arena, c));
}

static struct assay_json *finding_json(struct assay_arena *arena,
                                       const struct assay_finding *f)
{
    struct assay_json *o = assay_json_object(arena);

    assay_json_set_c(arena, o, "capability", f->probe->name);
    if (f->probe->fact)
        assay_json_set_c(arena, o, "fact", f->probe->fact);
    if (f->declared != ASSAY_KNOWN)
        assay_json_set_null(arena, o, "declared");
    else if (f->declared_tokens)
        assay_json_set_uint(arena, o, "declared", f->declared_tokens);
    else
        assay_json_set_bool(arena, o, "declared", f->declared_true);
    assay_json_set_c(arena, o, "verdict", assay_probe_verdict_name(f->verdict));
    if (f->word)
        assay_json_set_c(arena, o, "outcome", f->word);
    if (f->tokens) {
        assay_json_set_uint(arena, o, "tokens", f->tokens);
        assay_json_set_bool(arena, o, "tokens_are_exact", f->tokens_are_exact);
    }
    assay_json_set_text(arena, o, "proof", f->proof);
    set_calls(arena, o, f);
    return o;
}

static struct assay_json *report_json(struct assay_arena *arena,
                                      const struct assay_probe_report *r)
{
    struct assay_json *o = assay_json_object(arena);
    struct assay_json *list, *answers;

    assay_json_set_c(arena, o, "format", "assay-probe/1");
    assay_json_set_text(arena, o, "route", r->route);
    assay_json_set_text(arena, o, "route_id",
                        assay_probe_route_id(arena, r->route));
    set_some(arena, o, "model", r->model);
    set_some(arena, o, "answered_as", r->answered_as);
    assay_json_set_text(arena, o, "date", assay_date_text(arena, r->day));
    assay_json_set_uint(arena, o, "seed", r->seed);
    assay_json_set_c(arena, o, "ended", end_name(r->end));
    set_some(arena, o, "why", r->why);
    set_usd(arena, o, "spent_usd", r->spent);
    if (r->has_max_cost)
        assay_json_set_text(arena, o, "max_cost_usd",
                            assay_decimal_text(arena, r->max_cost_usd));
    else
        assay_json_set_null(arena, o, "max_cost_usd");
    assay_json_set_uint(arena, o, "requests", r->calls);
    set_some(arena, o, "source", r->source);
    answers = assay_json_set(o, "answers", assay_json_object(arena));
    assay_json_set_c(arena, answers, "verdict",
                     assay_probe_verdict_name(r->answers.verdict));
    assay_json_set_text(arena, answers, "proof", r->answers.proof);
    set_calls(arena, answers, &r->answers);
    list = assay_json_set(o, "findings", assay_json_array(arena));
    for (size_t i = 0; i < ASSAY_PROBES; i++)
        if (r->findings[i].wanted)
            assay_json_add(list, finding_json(arena, &r->findings[i]));
    return o;
}

/* ------------------------------------------------------- the page */

struct page {
    struct assay_arena *arena;
    struct assay_document *doc;
    const struct assay_probe_report *r;
};

static struct assay_cell known(struct assay_str text)
{
    return (struct assay_cell){.text = text, .state = ASSAY_KNOWN};
}

static struct assay_cell unknown(const char *why)
{
    return (struct assay_cell){.text = assay_str_c(why),
                               .state = ASSAY_UNKNOWN};
}

static struct assay_str number(const struct page *p, uint64_t value)
{
    return assay_decimal_fixed(p->arena, assay_decimal_uint(value), 0);
}

static struct assay_cell declared(const struct page *p,
                                  const struct assay_finding *f)
{
    if (f->declared != ASSAY_KNOWN)
        return unknown(f->probe->fact ? "unknown" : "\xe2\x80\x93");
    if (f->declared_tokens)
        return known(number(p, f->declared_tokens));
    return known(f->declared_true ? ASSAY_STR("yes") : ASSAY_STR("no"));
}

static bool contradicts(const struct assay_finding *f)
{
    bool says_no =
        f->verdict == ASSAY_PROBE_IGNORED || f->verdict == ASSAY_PROBE_REFUSED;

    if (f->declared != ASSAY_KNOWN)
        return false;
    if (f->declared_tokens)
        return says_no;
    return f->declared_true ? says_no : f->verdict == ASSAY_PROBE_SUPPORTED;
}

static struct assay_cell proven(const struct page *p,
                                const struct assay_finding *f)
{
    const char *word = f->word ? f->word : assay_probe_verdict_name(f->verdict);
    struct assay_cell cell = known(assay_str_c(word));

    if (f->verdict == ASSAY_PROBE_UNKNOWN)
        cell = unknown("unknown");
    if (f->verdict == ASSAY_PROBE_SUPPORTED && f->tokens)
        cell = known(number(p, f->tokens));
    if (contradicts(f))
        cell.flags |= ASSAY_CELL_WARN;
    return cell;
}

static void add_rows(struct page *p)
{
    static const struct assay_column columns[] = {
        {.title = {"capability", 10}},
        {.title = {"declared", 8}},
        {.title = {"proven", 6}},
        {.title = {"proof", 5}},
    };
    struct assay_block *table = assay_section_table(
        p->doc, assay_document_section(p->doc, "findings", ""), columns, 4);

    for (size_t i = 0; i < ASSAY_PROBES; i++) {
        const struct assay_finding *f = &p->r->findings[i];
        if (!f->wanted)
            continue;
        struct assay_cell *cells = assay_table_row(p->doc, table);
        cells[0] = known(assay_str_c(f->probe->title));
        cells[1] = declared(p, f);
        cells[2] = proven(p, f);
        cells[3] = known(f->proof);
    }
}

static struct assay_str spent_words(const struct page *p)
{
    struct assay_str usd = assay_decimal_usd(p->arena, p->r->spent.usd);

    switch (p->r->spent.state) {
    case ASSAY_FREE:
        return ASSAY_STR("spent nothing");
    case ASSAY_KNOWN:
    case ASSAY_NOT_APPLICABLE:
        return assay_arena_printf(p->arena, "spent %.*s", ASSAY_STR_ARG(usd));
    case ASSAY_BOUND:
        return assay_arena_printf(p->arena, "spent at most %.*s",
                                  ASSAY_STR_ARG(usd));
    case ASSAY_UNKNOWN:
        break;
    }
    return ASSAY_STR("what it cost is not known");
}

static void say_end(struct page *p)
{
    const struct assay_probe_report *r = p->r;
    struct assay_section *section = assay_document_section(p->doc, "end", "");
    struct assay_str spent = spent_words(p);
    struct assay_str limit = ASSAY_STR("");

    if (r->has_max_cost && r->spent.state != ASSAY_FREE)
        limit = assay_arena_printf(
            p->arena, " of %.*s",
            ASSAY_STR_ARG(assay_decimal_usd(p->arena, r->max_cost_usd)));
    assay_section_say(
        p->doc, section, ASSAY_BLOCK_PARAGRAPH,
        assay_arena_printf(p->arena, "%.*s%.*s; %zu request%s%s%.*s",
                           ASSAY_STR_ARG(spent), ASSAY_STR_ARG(limit), r->calls,
                           r->calls == 1 ? "" : "s",
                           r->source.len ? "; claims recorded as measured, "
                                           "source "
                                         : "; nothing was recorded",
                           ASSAY_STR_ARG(r->source)));
}

static void say_how(struct page *p)
{
    const struct assay_probe_report *r = p->r;
    const char *how = NULL;

    switch (r->end) {
    case ASSAY_PROBE_COMPLETE:
        return;
    case ASSAY_PROBE_BUDGET:
        how = "Incomplete";
        break;
    case ASSAY_PROBE_DOWN:
        how = "The route does not answer";
        break;
    case ASSAY_PROBE_GONE:
        how = "The route is retired";
        break;
    case ASSAY_PROBE_INTERRUPTED:
        how = "Stopped";
        break;
    }
    assay_section_say(
        p->doc, assay_document_section(p->doc, "answers", ""),
        ASSAY_BLOCK_HEADLINE,
        assay_arena_printf(p->arena, "%s: %.*s", how, ASSAY_STR_ARG(r->why)));
}

struct assay_document *assay_probe_page(struct assay_arena *arena,
                                        const struct assay_probe_report *r)
{
    struct assay_str day = assay_date_text(arena, r->day);
    struct page p = {
        .arena = arena,
        .r = r,
        .doc = assay_document_new(
            arena,
            assay_arena_printf(arena, "Probe of %.*s", ASSAY_STR_ARG(r->route)),
            assay_arena_printf(arena, "on %.*s, seed %llu", ASSAY_STR_ARG(day),
                               (unsigned long long)r->seed)),
    };

    say_how(&p);
    add_rows(&p);
    say_end(&p);
    p.doc->data = report_json(arena, r);
    return p.doc;
}
