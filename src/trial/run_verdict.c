/*
 * The verdict of a run for people. A pair is told from the side of the better
 * one, whichever stands first in the run.
 */
#include "trial/run_judges.h"
#include "trial/run_page_parts.h"

#include "assay/published.h"

enum { E_SHOWN = 1000 }; /* beyond it, only that it is more */

struct telling {
    struct assay_arena *arena;
    struct assay_document *doc;
    struct assay_section *section;
    const struct assay_run_figures *f;
};

#define SAY(t, kind, ...)                             \
    assay_section_say((t)->doc, (t)->section, (kind), \
                      assay_arena_printf((t)->arena, __VA_ARGS__))

static struct assay_str label(const struct telling *t, size_t route)
{
    return t->f->run->routes[route].label;
}

/* Samples that others published; else the user's own prompts were asked. */
static bool is_published(const struct telling *t)
{
    return assay_run_publisher(t->f->run).len > 0;
}

static const char *what(const struct telling *t)
{
    return is_published(t) ? "these samples" : "your prompts";
}

static bool is_decisive(const struct assay_pair_figures *pair)
{
    return pair->verdict.verdict == ASSAY_VERDICT_A ||
           pair->verdict.verdict == ASSAY_VERDICT_B;
}

/* ------------------------------------------------------- in one line */

static struct assay_str verdict_words(const struct telling *t,
                                      const struct assay_pair_figures *pair)
{
    struct assay_str a = label(t, pair->a), b = label(t, pair->b);

    switch (pair->verdict.verdict) {
    case ASSAY_VERDICT_A:
    case ASSAY_VERDICT_B: {
        bool is_a = pair->verdict.verdict == ASSAY_VERDICT_A;
        return assay_arena_printf(t->arena, "%.*s is better than %.*s on %s",
                                  ASSAY_STR_ARG(is_a ? a : b),
                                  ASSAY_STR_ARG(is_a ? b : a), what(t));
    }
    case ASSAY_VERDICT_EQUIVALENT:
        return assay_arena_printf(
            t->arena, "%.*s and %.*s are equivalent on %s, within %.3g points",
            ASSAY_STR_ARG(a), ASSAY_STR_ARG(b), what(t),
            t->f->run->rule.margin * 100);
    case ASSAY_VERDICT_WITHHELD:
        return assay_arena_printf(
            t->arena,
            "No verdict on %.*s and %.*s: prompts that a route did not answer "
            "would change it",
            ASSAY_STR_ARG(a), ASSAY_STR_ARG(b));
    case ASSAY_VERDICT_UNDECIDED:
        break;
    }
    return assay_arena_printf(t->arena,
                              "No decisive difference between %.*s and %.*s",
                              ASSAY_STR_ARG(a), ASSAY_STR_ARG(b));
}

/* One route has nobody to be better than. */
static void say_alone(struct telling *t)
{
    const struct assay_route_figures *r = &t->f->routes[0];
    uint64_t n = r->passed + r->failed;

    if (n)
        SAY(t, ASSAY_BLOCK_HEADLINE, "%.*s passed %llu of %llu prompts.",
            ASSAY_STR_ARG(label(t, 0)), (unsigned long long)r->passed,
            (unsigned long long)n);
    else
        SAY(t, ASSAY_BLOCK_HEADLINE,
            "%.*s answered %llu of %llu prompts; nothing was scored.",
            ASSAY_STR_ARG(label(t, 0)),
            (unsigned long long)(r->rows - r->errors + r->unjudged),
            (unsigned long long)r->rows);
}

/* ------------------------------------------------------- why it ended */

static void say_end(struct telling *t)
{
    const struct assay_run *run = t->f->run;
    unsigned long long done = t->f->prompts, all = run->case_count;

    if (is_published(t)) {
        SAY(t, ASSAY_BLOCK_ITEM,
            "%llu sample%s published by %.*s; nothing was asked or measured "
            "here",
            all, all == 1 ? "" : "s", ASSAY_STR_ARG(assay_run_publisher(run)));
        return;
    }
    switch (run->stopped) {
    case ASSAY_STOP_DECIDED:
        if (done < all)
            SAY(t, ASSAY_BLOCK_ITEM,
                "decided after %llu of %llu prompts: %llu saved", done, all,
                all - done);
        else
            SAY(t, ASSAY_BLOCK_ITEM, "decided with the last of %llu prompts",
                all);
        break;
    case ASSAY_STOP_FUTILE:
        SAY(t, ASSAY_BLOCK_ITEM,
            "stopped after %llu of %llu prompts: those left could not decide "
            "%s",
            done, all, t->f->pair_count > 1 ? "the rest" : "it");
        break;
    case ASSAY_STOP_BUDGET:
        SAY(t, ASSAY_BLOCK_ITEM,
            "stopped at the spending limit after %llu of %llu prompts", done,
            all);
        break;
    case ASSAY_STOP_TIME:
        SAY(t, ASSAY_BLOCK_ITEM,
            "stopped at the time limit after %llu of %llu prompts", done, all);
        break;
    case ASSAY_STOP_INTERRUPTED:
        SAY(t, ASSAY_BLOCK_ITEM, "interrupted after %llu of %llu prompts", done,
            all);
        break;
    case ASSAY_STOP_COMPLETE:
        SAY(t, ASSAY_BLOCK_ITEM, "asked %s%llu prompt%s",
            all == 1 ? "" : "all ", all, all == 1 ? "" : "s");
        break;
    case ASSAY_STOP_NONE:
        SAY(t, ASSAY_BLOCK_ITEM, "not finished: %llu of %llu prompts so far",
            done, all);
        break;
    }
}

/* ------------------------------------------------------- what it rests on */

/* A pair from the side of the better one. */
struct side {
    struct assay_str name, other;
    uint64_t wins, losses;
    double difference;
    struct assay_interval interval, share, ratio_95;
    double ratio;
};

static struct assay_interval turned(struct assay_interval i)
{
    return (struct assay_interval){-i.high, -i.low};
}

static struct side side_of(const struct telling *t,
                           const struct assay_pair_figures *pair)
{
    const struct assay_evidence *line = &pair->verdict.answered;
    bool live = line->rule == ASSAY_EVIDENCE_E_PROCESS;
    struct side s = {
        .name = label(t, pair->a),
        .other = label(t, pair->b),
        .wins = live ? line->look.wins_a : line->wins_a,
        .losses = live ? line->look.wins_b : line->wins_b,
        .difference = line->difference,
        .interval = line->interval_95,
        .share = line->share_95,
        .ratio = pair->latency.ratio,
        .ratio_95 = pair->latency.interval_95,
    };

    if (pair->verdict.verdict != ASSAY_VERDICT_B)
        return s;
    return (struct side){
        .name = s.other,
        .other = s.name,
        .wins = s.losses,
        .losses = s.wins,
        .difference = -s.difference,
        .interval = turned(s.interval),
        .share = {1 - s.share.high, 1 - s.share.low},
        .ratio = 1 / s.ratio,
        .ratio_95 = {1 / s.ratio_95.high, 1 / s.ratio_95.low},
    };
}

/* What is counted as evidence: prompts, or groups of them. */
static const char *units_word(const struct telling *t, uint64_t count)
{
    return t->f->units < t->f->run->case_count ? count == 1 ? "group" : "groups"
           : count == 1                        ? "prompt"
                                               : "prompts";
}

/* What graded scores want before they are tested. */
static struct assay_str too_few(const struct telling *t, const struct side *s)
{
    if (s->wins + s->losses < ASSAY_LEAST_DIFFERENCES)
        return assay_arena_printf(t->arena, "no test before %d of them differ",
                                  ASSAY_LEAST_DIFFERENCES);
    return assay_arena_printf(t->arena,
                              "no test before there are %d, or %d that differ",
                              ASSAY_T_PAIRS, ASSAY_BCA_DIFFERENCES);
}

/* One of several pairs has to show more: Holm's p, or E as 1/p is. */
static struct assay_str test_words(const struct telling *t,
                                   const struct assay_evidence *line)
{
    bool several = t->f->pair_count > 1;
    struct assay_str e, beside = {"", 0};

    if (line->rule != ASSAY_EVIDENCE_E_PROCESS)
        return assay_arena_printf(t->arena, "p = %.3g%s", line->p_adjusted,
                                  several ? " beside the other pairs" : "");
    e = line->e > E_SHOWN ? assay_arena_printf(t->arena, "over %d", E_SHOWN)
                          : assay_arena_printf(t->arena, "= %.3g", line->e);
    if (several && line->p_adjusted < 1)
        beside = assay_arena_printf(t->arena, " (%.3g beside the other pairs)",
                                    1 / line->p_adjusted);
    return assay_arena_printf(t->arena, "evidence E %.*s%.*s, decided at 20",
                              ASSAY_STR_ARG(e), ASSAY_STR_ARG(beside));
}

static void say_counts(struct telling *t, const struct side *s,
                       const struct assay_evidence *line)
{
    struct assay_str test =
        line->rule == ASSAY_EVIDENCE_NONE ? too_few(t, s) : test_words(t, line);

    SAY(t, ASSAY_BLOCK_ITEM, "%llu to %llu where they differ, of %llu %s; %.*s",
        (unsigned long long)s->wins, (unsigned long long)s->losses,
        (unsigned long long)line->pairs, units_word(t, line->pairs),
        ASSAY_STR_ARG(test));
    if (line->rule == ASSAY_EVIDENCE_E_PROCESS &&
        t->f->run->rule.outcome == ASSAY_OUTCOME_BINARY &&
        s->wins + s->losses > 0)
        SAY(t, ASSAY_BLOCK_ITEM,
            "%.*s wins %.0f\xe2\x80\x93%.0f %% of differing prompts (95 %% "
            "sequence)",
            ASSAY_STR_ARG(s->name), s->share.low * 100, s->share.high * 100);
}

static void say_evidence(struct telling *t,
                         const struct assay_pair_figures *pair)
{
    const struct assay_evidence *line = &pair->verdict.answered;
    struct side s = side_of(t, pair);

    if (line->pairs == 0) {
        SAY(t, ASSAY_BLOCK_ITEM,
            "nothing to compare: no prompt was scored on both");
        return;
    }
    say_counts(t, &s, line);
    SAY(t, ASSAY_BLOCK_ITEM,
        "difference %+.1f points, 95 %% interval %+.1f to %+.1f",
        s.difference * 100, s.interval.low * 100, s.interval.high * 100);
    if (pair->verdict.more.known)
        SAY(t, ASSAY_BLOCK_ITEM, "%s %llu more %s needed",
            pair->verdict.more.at_least ? "at least" : "about",
            (unsigned long long)pair->verdict.more.prompts,
            units_word(t, pair->verdict.more.prompts));
    if (pair->latency.known)
        SAY(t, ASSAY_BLOCK_ITEM,
            "%.*s takes %.2f times as long as %.*s, 95 %% interval %.2f to "
            "%.2f",
            ASSAY_STR_ARG(s.name), s.ratio, ASSAY_STR_ARG(s.other),
            s.ratio_95.low, s.ratio_95.high);
}

/* ------------------------------------------------------- all of it */

/* What is decided first, each kind in the run's order. */
static void say_others(struct telling *t, size_t lead, bool decisive)
{
    for (size_t i = 0; i < t->f->pair_count; i++) {
        const struct assay_pair_figures *pair = &t->f->pairs[i];
        if (i == lead || is_decisive(pair) != decisive)
            continue;
        struct assay_str words = verdict_words(t, pair);
        SAY(t, ASSAY_BLOCK_PARAGRAPH, "%.*s.", ASSAY_STR_ARG(words));
        say_evidence(t, pair);
    }
}

void assay_run_say_verdict(struct assay_document *doc,
                           const struct assay_run_figures *figures)
{
    struct telling t = {
        .arena = doc->arena,
        .doc = doc,
        .section = assay_document_section(doc, "verdict", ""),
        .f = figures,
    };
    size_t lead = 0;

    if (figures->pair_count == 0) {
        say_alone(&t);
        say_end(&t);
        assay_judges_say_opinion(doc, t.section, figures);
        return;
    }
    while (lead < figures->pair_count && !is_decisive(&figures->pairs[lead]))
        lead++;
    if (lead == figures->pair_count)
        lead = 0;
    struct assay_str words = verdict_words(&t, &figures->pairs[lead]);
    SAY(&t, ASSAY_BLOCK_HEADLINE, "%.*s.", ASSAY_STR_ARG(words));
    say_end(&t);
    assay_judges_say_opinion(doc, t.section, figures);
    say_evidence(&t, &figures->pairs[lead]);
    say_others(&t, lead, true);
    say_others(&t, lead, false);
}
