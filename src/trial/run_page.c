/*
 * A run for people: what was decided, on what, and what it cost.
 */
#include "assay/report.h"

#include <math.h>

struct page {
    struct assay_arena *arena;
    struct assay_document *doc;
    const struct assay_run_figures *f;
};

#define SAY(p, section, kind, ...)                 \
    assay_section_say((p)->doc, (section), (kind), \
                      assay_arena_printf((p)->arena, __VA_ARGS__))

static struct assay_str label(const struct page *p, size_t route)
{
    return p->f->run->routes[route].label;
}

/* ------------------------------------------------------- the verdict */

static const char *stop_words(enum assay_stop_reason reason)
{
    switch (reason) {
    case ASSAY_STOP_DECIDED:
        return "Decided after";
    case ASSAY_STOP_FUTILE:
        return "Stopped, as the prompts left could not decide it, after";
    case ASSAY_STOP_BUDGET:
        return "Stopped at the spending limit after";
    case ASSAY_STOP_TIME:
        return "Stopped at the time limit after";
    case ASSAY_STOP_INTERRUPTED:
        return "Interrupted after";
    case ASSAY_STOP_COMPLETE:
        return "Done:";
    case ASSAY_STOP_NONE:
        break;
    }
    return "Not finished; so far";
}

static struct assay_str verdict_words(const struct page *p,
                                      const struct assay_pair_figures *pair)
{
    struct assay_str a = label(p, pair->a), b = label(p, pair->b);

    switch (pair->verdict.verdict) {
    case ASSAY_VERDICT_A:
    case ASSAY_VERDICT_B: {
        bool is_a = pair->verdict.verdict == ASSAY_VERDICT_A;
        return assay_arena_printf(
            p->arena, "%.*s is better than %.*s on your prompts",
            ASSAY_STR_ARG(is_a ? a : b), ASSAY_STR_ARG(is_a ? b : a));
    }
    case ASSAY_VERDICT_EQUIVALENT:
        return assay_arena_printf(
            p->arena,
            "%.*s and %.*s are equivalent on your prompts, within %.3g points",
            ASSAY_STR_ARG(a), ASSAY_STR_ARG(b), p->f->run->rule.margin * 100);
    case ASSAY_VERDICT_WITHHELD:
        return assay_arena_printf(
            p->arena,
            "no verdict on %.*s and %.*s: prompts that a route did not answer "
            "would change it",
            ASSAY_STR_ARG(a), ASSAY_STR_ARG(b));
    case ASSAY_VERDICT_UNDECIDED:
        break;
    }
    return assay_arena_printf(p->arena,
                              "no decisive difference between %.*s and %.*s",
                              ASSAY_STR_ARG(a), ASSAY_STR_ARG(b));
}

/* What is counted as evidence: prompts, or groups of them. */
static const char *units_word(const struct page *p)
{
    return p->f->units < p->f->run->case_count ? "groups" : "prompts";
}

static void say_evidence(struct page *p, struct assay_section *section,
                         const struct assay_pair_figures *pair)
{
    const struct assay_evidence *line = &pair->verdict.answered;

    if (line->pairs == 0) {
        SAY(p, section, ASSAY_BLOCK_ITEM,
            "nothing to compare: no prompt was scored on both");
        return;
    }
    if (line->rule == ASSAY_EVIDENCE_E_PROCESS) {
        bool shares = p->f->run->rule.outcome == ASSAY_OUTCOME_BINARY &&
                      line->look.wins_a + line->look.wins_b > 0;
        SAY(p, section, ASSAY_BLOCK_ITEM,
            "%llu to %llu where they differ, of %llu %s; evidence E = %.3g, "
            "decided at 20",
            (unsigned long long)line->look.wins_a,
            (unsigned long long)line->look.wins_b,
            (unsigned long long)line->pairs, units_word(p), line->e);
        if (shares)
            SAY(p, section, ASSAY_BLOCK_ITEM,
                "%.*s wins %.2f\xe2\x80\x93%.2f of differing prompts (95 %% "
                "sequence)",
                ASSAY_STR_ARG(label(p, pair->a)), line->share_95.low,
                line->share_95.high);
    } else
        SAY(p, section, ASSAY_BLOCK_ITEM,
            "%llu to %llu where they differ, of %llu %s; p = %.3g",
            (unsigned long long)line->wins_a, (unsigned long long)line->wins_b,
            (unsigned long long)line->pairs, units_word(p), line->p_adjusted);
    SAY(p, section, ASSAY_BLOCK_ITEM,
        "difference %+.1f points, 95 %% interval %+.1f to %+.1f",
        line->difference * 100, line->interval_95.low * 100,
        line->interval_95.high * 100);
    if (pair->verdict.more.known)
        SAY(p, section, ASSAY_BLOCK_ITEM, "%s %llu more %s needed",
            pair->verdict.more.at_least ? "at least" : "about",
            (unsigned long long)pair->verdict.more.prompts, units_word(p));
    if (pair->latency.known)
        SAY(p, section, ASSAY_BLOCK_ITEM,
            "latency %.*s / %.*s: %.2fx, 95 %% interval %.2f to %.2f",
            ASSAY_STR_ARG(label(p, pair->a)), ASSAY_STR_ARG(label(p, pair->b)),
            pair->latency.ratio, pair->latency.interval_95.low,
            pair->latency.interval_95.high);
}

static void say_verdicts(struct page *p)
{
    const struct assay_run_figures *f = p->f;
    struct assay_section *section =
        assay_document_section(p->doc, "verdict", "");
    struct assay_str first =
        f->pair_count ? verdict_words(p, &f->pairs[0]) : ASSAY_STR("");

    SAY(p, section, ASSAY_BLOCK_HEADLINE, "%s %llu of %llu prompts%s%.*s.",
        stop_words(f->run->stopped), (unsigned long long)f->prompts,
        (unsigned long long)f->run->case_count, first.len ? ": " : "",
        ASSAY_STR_ARG(first));
    if (f->pair_count && f->units < f->run->case_count)
        SAY(p, section, ASSAY_BLOCK_PARAGRAPH,
            "The prompts of one test, or one cluster, are a group and count "
            "once: %llu groups.",
            (unsigned long long)f->units);
    for (size_t i = 0; i < f->pair_count; i++) {
        if (i > 0) {
            struct assay_str words = verdict_words(p, &f->pairs[i]);
            SAY(p, section, ASSAY_BLOCK_PARAGRAPH, "%.*s.",
                ASSAY_STR_ARG(words));
        }
        say_evidence(p, section, &f->pairs[i]);
    }
}

/* ------------------------------------------------------- the routes */

static struct assay_cell known(struct assay_str text)
{
    return (struct assay_cell){.text = text, .state = ASSAY_KNOWN};
}

static struct assay_cell unknown(const char *why)
{
    return (struct assay_cell){.text = assay_str_c(why),
                               .state = ASSAY_UNKNOWN};
}

static struct assay_cell money(struct page *p, struct assay_spent spent)
{
    struct assay_str usd = assay_decimal_usd(p->arena, spent.usd);

    switch (spent.state) {
    case ASSAY_UNKNOWN:
    case ASSAY_NOT_APPLICABLE:
        return unknown("unknown");
    case ASSAY_BOUND:
        return (struct assay_cell){
            .text = assay_arena_printf(p->arena, "at least %.*s",
                                       ASSAY_STR_ARG(usd)),
            .state = ASSAY_BOUND};
    case ASSAY_KNOWN:
    case ASSAY_FREE:
        break;
    }
    return (struct assay_cell){.text = usd, .state = spent.state};
}

static struct assay_cell passed(struct page *p,
                                const struct assay_route_figures *r)
{
    uint64_t n = r->passed + r->failed;

    if (n == 0)
        return unknown("not scored");
    /* no-break spaces: other columns give way before this one wraps */
    return known(assay_arena_printf(
        p->arena,
        "%llu\xc2\xa0of\xc2\xa0%llu\xc2\xa0(%.0f\xe2\x80\x93%.0f\xc2\xa0%%)",
        (unsigned long long)r->passed, (unsigned long long)n,
        r->wilson_95.low * 100, r->wilson_95.high * 100));
}

static struct assay_cell milliseconds(struct page *p,
                                      const struct assay_percentile *t)
{
    if (!t->known)
        return unknown("too few");
    return known(assay_arena_printf(p->arena, "%s%.*f ms",
                                    t->at_least ? "over " : "",
                                    t->ms < 10 ? 1 : 0, t->ms));
}

/* "overloaded 2, timeout 1" */
static struct assay_str classes(struct page *p,
                                const struct assay_route_figures *r)
{
    struct assay_str text = {"", 0};

    for (int c = ASSAY_CLASS_ANSWERED + 1; c < ASSAY_CLASSES; c++)
        if (r->classes[c])
            text = assay_arena_printf(
                p->arena, "%.*s%s%s %llu", ASSAY_STR_ARG(text),
                text.len ? ", " : "",
                assay_class_name((enum assay_outcome_class)c),
                (unsigned long long)r->classes[c]);
    return text;
}

enum { ROUTE, PASSED, ERRORS, P50, P95, FIRST, COST, PER_PASS, COLUMNS };

/* A stable page has no clocks. */
static bool is_shown(const struct page *p, int column)
{
    return !p->f->stable || (column != P50 && column != P95 && column != FIRST);
}

static void add_route(struct page *p, struct assay_block *table, size_t i)
{
    const struct assay_route_figures *r = &p->f->routes[i];
    struct assay_str model = p->f->run->routes[i].model;
    struct assay_cell cells[COLUMNS] = {{.link = {"", 0}}};
    struct assay_cell *row = assay_table_row(p->doc, table);

    cells[ROUTE] = known(label(p, i));
    if (model.len)
        cells[ROUTE].link =
            assay_arena_printf(p->arena, "/model/%.*s", ASSAY_STR_ARG(model));
    cells[PASSED] = passed(p, r);
    cells[ERRORS] = known(
        assay_arena_printf(p->arena, "%llu", (unsigned long long)r->errors));
    if (r->errors) {
        cells[ERRORS].flags = ASSAY_CELL_WARN;
        cells[ERRORS].note = classes(p, r);
    }
    cells[P50] = milliseconds(p, &r->latency.p50);
    cells[P95] = milliseconds(p, &r->latency.p95);
    cells[FIRST] = milliseconds(p, &r->first_token.p50);
    cells[COST] = money(p, r->spent);
    cells[PER_PASS] = money(p, r->per_pass);
    for (int c = 0; c < COLUMNS; c++)
        if (is_shown(p, c))
            *row++ = cells[c];
}

static bool is_short(const struct assay_run_figures *f)
{
    for (size_t i = 0; i < f->run->route_count; i++)
        if (!f->routes[i].latency.p95.known)
            return true;
    return false;
}

static void say_routes(struct page *p)
{
    static const struct assay_column columns[COLUMNS] = {
        [ROUTE] = {.title = {"route", 5}},
        [PASSED] = {.title = {"passed", 6}, .align = ASSAY_RIGHT},
        [ERRORS] = {.title = {"errors", 6}, .align = ASSAY_RIGHT},
        [P50] = {.title = {"p50", 3}, .align = ASSAY_RIGHT},
        [P95] = {.title = {"p95", 3}, .align = ASSAY_RIGHT, .give_way = 2},
        [FIRST] = {.title = {"first token", 11},
                   .align = ASSAY_RIGHT,
                   .give_way = 3},
        [COST] = {.title = {"cost", 4}, .align = ASSAY_RIGHT},
        [PER_PASS] = {.title = {"per pass", 8},
                      .align = ASSAY_RIGHT,
                      .give_way = 1},
    };
    struct assay_section *section =
        assay_document_section(p->doc, "routes", "Routes");
    struct assay_column shown[COLUMNS];
    size_t count = 0;

    for (int c = 0; c < COLUMNS; c++)
        if (is_shown(p, c))
            shown[count++] = columns[c];
    struct assay_block *table =
        assay_section_table(p->doc, section, shown, count);
    for (size_t i = 0; i < p->f->run->route_count; i++)
        add_route(p, table, i);
    if (!p->f->stable && is_short(p->f))
        SAY(p, section, ASSAY_BLOCK_PARAGRAPH,
            "too few: not enough requests for a 95 %% interval");
}

/* ------------------------------------------------------- what is next */

static void say_commands(struct page *p, struct assay_section *section)
{
    const struct assay_run_figures *f = p->f;
    struct assay_str id = f->run->id;
    uint64_t differ = 0;

    for (size_t i = 0; i < f->pair_count; i++)
        differ += f->pairs[i].table.only_a + f->pairs[i].table.only_b;
    if (f->run->stopped != ASSAY_STOP_COMPLETE &&
        f->run->stopped != ASSAY_STOP_DECIDED &&
        f->run->stopped != ASSAY_STOP_FUTILE)
        SAY(p, section, ASSAY_BLOCK_COMMAND, "assay try --resume %.*s",
            ASSAY_STR_ARG(id));
    SAY(p, section, ASSAY_BLOCK_COMMAND, "assay report %.*s%s",
        ASSAY_STR_ARG(id), differ ? " --differing" : "");
}

static void say_next(struct page *p)
{
    const struct assay_run_figures *f = p->f;
    struct assay_section *section = assay_document_section(p->doc, "next", "");

    if (f->prompts < f->run->case_count)
        SAY(p, section, ASSAY_BLOCK_ITEM, "%llu prompt%s %s",
            (unsigned long long)(f->run->case_count - f->prompts),
            f->run->case_count - f->prompts == 1 ? "" : "s",
            f->run->stopped == ASSAY_STOP_DECIDED ||
                    f->run->stopped == ASSAY_STOP_FUTILE
                ? "saved"
                : "left");
    if (f->unknown)
        SAY(p, section, ASSAY_BLOCK_ITEM,
            "%llu attempts were sent and never heard of: counted at the most "
            "they can have cost",
            (unsigned long long)f->unknown);
    if (!f->stable)
        say_commands(p, section);
}

struct assay_str assay_run_title(struct assay_arena *arena,
                                 const struct assay_run *run)
{
    return assay_arena_printf(arena, "Run%s%.*s: %.*s", run->id.len ? " " : "",
                              ASSAY_STR_ARG(run->id),
                              ASSAY_STR_ARG(run->suite));
}

struct assay_document *assay_run_page(struct assay_arena *arena,
                                      const struct assay_run_figures *f)
{
    struct page p = {
        .arena = arena,
        .f = f,
        .doc = assay_document_new(arena, assay_run_title(arena, f->run),
                                  f->run->started),
    };

    say_verdicts(&p);
    say_routes(&p);
    say_next(&p);
    p.doc->data = assay_run_json(arena, f);
    return p.doc;
}
