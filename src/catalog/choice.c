/*
 * The choice among claims that disagree. ARCHITECTURE, "a value is a claim":
 *
 * - the kind of source, then the newer reading, then the id of the source;
 * - of facts that change, only claims read within 180 days of the newest;
 * - a retirement stands until a source of its kind or a higher one says
 *   otherwise later; what lower kinds said of price and status after it was
 *   read does not count.
 *
 * Nearly every fact has one claim, few have more than four.
 */
#include "catalog/claims.h"

#include <stdlib.h>

enum { RECENT_DAYS = 180 };

/* Why a claim does not count, in the order in which such claims are kept. */
enum standing {
    STANDING_COUNTS,
    STANDING_OLD,
    STANDING_AFTER_END,
};

/* One fact of one subject. */
struct contest {
    struct assay_arena *arena;
    const struct assay_subject *subject;
    struct assay_date as_of;
    const struct assay_claim *own_end, *vendor_end; /* retirements, or NULL */
    bool is_status;
    const struct assay_claim *first; /* holds whatever its rank, or NULL */
    bool changes;
    bool ends; /* price or status: a retirement bears on it */
    int32_t newest_days;
};

/* ---------------------------------------------------------- what changes */

static bool is_price_or_status(struct assay_str fact)
{
    return assay_str_starts(fact, "price.") ||
           assay_str_starts(fact, "lifecycle.") ||
           assay_str_is(fact, "status") || assay_str_is(fact, "retired_on");
}

static bool is_route_limit(struct assay_str fact)
{
    return assay_str_is(fact, "context_tokens") ||
           assay_str_is(fact, "max_output_tokens") ||
           assay_str_is(fact, "regions") ||
           assay_str_is(fact, "quantization") ||
           assay_str_starts(fact, "capabilities.") ||
           assay_str_starts(fact, "data.");
}

/*
 * Names, remarks and marks of importers: nothing is decided by them, so
 * differing ones contradict nobody.
 */
static bool is_remark(struct assay_str fact)
{
    return assay_str_is(fact, "note") || assay_str_is(fact, "order") ||
           assay_str_is(fact, "match") || assay_str_is(fact, "fallback") ||
           assay_str_is(fact, "weights") || assay_str_is(fact, "name") ||
           assay_str_is(fact, "provider_name");
}

/* --------------------------------------------------------------- standing */

static bool is_after(const struct assay_claim *claim,
                     const struct assay_claim *end)
{
    return end && claim->source->kind > end->source->kind &&
           assay_date_compare(claim->read, end->read) > 0;
}

static bool is_after_end(const struct contest *c,
                         const struct assay_claim *claim)
{
    return c->ends && claim != c->first &&
           (is_after(claim, c->own_end) || is_after(claim, c->vendor_end));
}

static enum standing standing_of(const struct contest *c,
                                 const struct assay_claim *claim)
{
    if (is_after_end(c, claim))
        return STANDING_AFTER_END;
    if (c->changes && claim != c->first &&
        assay_date_days(claim->read) < c->newest_days - RECENT_DAYS)
        return STANDING_OLD;
    return STANDING_COUNTS;
}

/*
 * Finds the newest reading that counts. Where all were read after the
 * retirement nothing older speaks, and they count.
 */
static void find_newest(struct contest *c, const struct assay_claim **claims,
                        size_t count)
{
    bool any = false;
    for (size_t i = 0; i < count; i++) {
        if (is_after_end(c, claims[i]))
            continue;
        int32_t days = assay_date_days(claims[i]->read);
        if (!any || days > c->newest_days)
            c->newest_days = days;
        any = true;
    }
    if (any || !c->ends)
        return;
    c->ends = false;
    find_newest(c, claims, count);
}

/* Said of the subject under its own id, not under another name for it. */
static bool is_own_id(const struct contest *c, const struct assay_claim *claim)
{
    return assay_str_equal(claim->subject, c->subject->id);
}

static bool is_one_reading(const struct assay_claim *a,
                           const struct assay_claim *b)
{
    return assay_str_equal(a->source->id, b->source->id) &&
           assay_date_compare(a->read, b->read) == 0;
}

static bool goes_before(const struct contest *c, const struct assay_claim *a,
                        const struct assay_claim *b)
{
    if (a == c->first || b == c->first)
        return a == c->first;
    enum standing x = standing_of(c, a), y = standing_of(c, b);
    if (x != y)
        return x < y;
    if (is_one_reading(a, b) && is_own_id(c, a) != is_own_id(c, b))
        return is_own_id(c, a);
    return assay_claim_rank(a, b) < 0;
}

static void sort_claims(const struct contest *c,
                        const struct assay_claim **claims, size_t count)
{
    for (size_t i = 1; i < count; i++) {
        const struct assay_claim *claim = claims[i];
        size_t at = i;
        for (; at > 0 && goes_before(c, claim, claims[at - 1]); at--)
            claims[at] = claims[at - 1];
        claims[at] = claim;
    }
}

/* --------------------------------------------------------------- reasons */

static const char *words_for(const struct assay_claim *claim)
{
    static const char *const words[] = {
        [ASSAY_SOURCE_MEASURED] = "our own measurement",
        [ASSAY_SOURCE_USER] = "the user's own statement",
        [ASSAY_SOURCE_PRIMARY] = "the vendor's own page",
        [ASSAY_SOURCE_PROVIDER] = "the provider's own page",
        [ASSAY_SOURCE_CATALOG] = "a public catalog",
        [ASSAY_SOURCE_SECONDARY] = "a secondary source",
    };
    return words[claim->source->kind];
}

/* "the vendor's own page over a secondary source", or "" for equal kinds. */
static struct assay_str kinds_in_words(struct assay_arena *arena,
                                       const struct assay_claim *chosen,
                                       const struct assay_claim *other)
{
    if (chosen->source->kind == other->source->kind)
        return ASSAY_STR("");
    return assay_arena_printf(arena, "%s over %s", words_for(chosen),
                              words_for(other));
}

static struct assay_str dates_in_words(struct assay_arena *arena,
                                       const struct assay_claim *chosen,
                                       const struct assay_claim *other)
{
    struct assay_str a = assay_date_text(arena, chosen->read);
    struct assay_str b = assay_date_text(arena, other->read);
    return assay_arena_printf(arena, "%.*s over %.*s", ASSAY_STR_ARG(a),
                              ASSAY_STR_ARG(b));
}

static void explain_retirement(const struct contest *c,
                               struct assay_choice *choice,
                               const struct assay_claim *other)
{
    const struct assay_claim *chosen = choice->claims[0];
    struct assay_str kinds = kinds_in_words(c->arena, chosen, other);
    const char *subject =
        chosen->subject_kind == ASSAY_SUBJECT_ROUTE ? "route" : "model";

    choice->reason = assay_arena_printf(
        c->arena, "%.*s%sthe %s was retired before the other was read",
        ASSAY_STR_ARG(kinds), kinds.len > 0 ? "; " : "", subject);
}

/* Two names of the subject have statements of their own in one source. */
static void explain_names(const struct contest *c, struct assay_choice *choice,
                          const struct assay_claim *other)
{
    const struct assay_claim *chosen = choice->claims[0];

    choice->rule = "own_id";
    if (is_own_id(c, chosen))
        choice->reason = assay_arena_printf(
            c->arena,
            "said of %.*s itself, the other of %.*s, one of its names",
            ASSAY_STR_ARG(chosen->subject), ASSAY_STR_ARG(other->subject));
    else
        choice->reason = assay_arena_printf(
            c->arena,
            "one source says both, each of another of its names; the name "
            "%.*s sorts before %.*s",
            ASSAY_STR_ARG(chosen->subject), ASSAY_STR_ARG(other->subject));
}

/* Says what set the chosen claim before `other`, which disagrees. */
static void explain(const struct contest *c, struct assay_choice *choice,
                    const struct assay_claim *other)
{
    const struct assay_claim *chosen = choice->claims[0];
    enum standing standing = standing_of(c, other);

    if (standing == STANDING_AFTER_END) {
        choice->rule = "retirement";
        explain_retirement(c, choice, other);
    } else if (chosen == c->first && assay_claim_rank(other, chosen) < 0) {
        choice->rule = "retirement";
        choice->reason = ASSAY_STR(
            "a retirement stands until its kind of source or a higher one "
            "says otherwise later");
    } else if (standing == STANDING_OLD) {
        choice->rule = "recent";
        choice->reason = assay_arena_printf(
            c->arena, "newer reading (%.*s), the other more than %d days older",
            ASSAY_STR_ARG(dates_in_words(c->arena, chosen, other)),
            RECENT_DAYS);
    } else if (chosen->source->kind != other->source->kind) {
        choice->rule = "kind";
        choice->reason = kinds_in_words(c->arena, chosen, other);
    } else if (assay_date_compare(chosen->read, other->read) != 0) {
        choice->rule = "newer";
        choice->reason = assay_arena_printf(
            c->arena, "newer reading (%.*s)",
            ASSAY_STR_ARG(dates_in_words(c->arena, chosen, other)));
    } else if (is_one_reading(chosen, other)) {
        explain_names(c, choice, other);
    } else {
        choice->rule = "source_id";
        choice->reason = assay_arena_printf(
            c->arena,
            "same kind of source, read on the same day: %.*s sorts before "
            "%.*s",
            ASSAY_STR_ARG(chosen->source->id),
            ASSAY_STR_ARG(other->source->id));
    }
}

/* ---------------------------------------------------------------- choosing */

/* "deprecated" beside a day that has come is "retired" in other words. */
static bool agrees(const struct contest *c, const struct assay_claim *a,
                   const struct assay_claim *b)
{
    if (assay_claim_agrees(a, b))
        return true;
    return c->is_status && assay_status_has_ended(c->subject, a, c->as_of) &&
           assay_status_has_ended(c->subject, b, c->as_of);
}

static void settle(struct contest *c, struct assay_choice *choice)
{
    choice->rule = "only";
    choice->reason = ASSAY_STR("");
    choice->counting = choice->count;
    if (choice->count == 1)
        return;

    c->ends = is_price_or_status(choice->fact);
    c->changes =
        c->ends || (choice->claims[0]->subject_kind == ASSAY_SUBJECT_ROUTE &&
                    is_route_limit(choice->fact));
    find_newest(c, choice->claims, choice->count);
    sort_claims(c, choice->claims, choice->count);
    while (choice->counting > 1 &&
           standing_of(c, choice->claims[choice->counting - 1]) !=
               STANDING_COUNTS)
        choice->counting--;

    choice->rule = "same";
    if (is_remark(choice->fact))
        return;
    for (size_t i = 1; i < choice->count && !choice->conflict; i++) {
        if (agrees(c, choice->claims[0], choice->claims[i]))
            continue;
        choice->conflict = true;
        explain(c, choice, choice->claims[i]);
    }
}

/*
 * The retirement as a claim of the status itself, for sources that state
 * only a date, or speak of the model.
 */
static const struct assay_claim *status_claim(struct assay_arena *arena,
                                              const struct assay_claim *end,
                                              enum assay_fact_number status)
{
    static const struct assay_json retired = {
        .type = ASSAY_JSON_STRING,
        .key = {"status", 6},
        .text = {"retired", 7},
    };
    struct assay_claim *claim = ASSAY_NEW(arena, struct assay_claim);
    *claim = *end;
    claim->fact = assay_fact_name(status);
    claim->value = &retired;
    return claim;
}

static int compare_facts(const void *a, const void *b)
{
    const struct assay_claim *const *x = a, *const *y = b;
    int order = assay_str_compare((*x)->fact, (*y)->fact);
    return order ? order : assay_claim_rank(*x, *y);
}

/* Claims sorted by fact: known facts by counting, the rest behind them. */
struct sorted {
    const struct assay_claim **claims;
    size_t count;
    size_t known; /* the first so many are of known facts */
};

static struct sorted sort_by_fact(struct assay_arena *arena,
                                  const struct assay_subject *subject,
                                  const struct assay_claim *extra)
{
    size_t starts[ASSAY_ON_OTHER + 2] = {0};
    struct sorted out = {.count = subject->claim_count + (extra != NULL)};
    const struct assay_claim *claim;

    out.claims = ASSAY_NEW_ARRAY(arena, const struct assay_claim *, out.count);
    for (size_t i = 0; i < out.count; i++) {
        claim = i < subject->claim_count ? &subject->claims[i] : extra;
        starts[assay_fact_number(claim->fact) + 1]++;
    }
    for (size_t n = 1; n < ASSAY_ON_OTHER + 2; n++)
        starts[n] += starts[n - 1];
    out.known = starts[ASSAY_ON_OTHER];
    for (size_t i = 0; i < out.count; i++) {
        claim = i < subject->claim_count ? &subject->claims[i] : extra;
        out.claims[starts[assay_fact_number(claim->fact)]++] = claim;
    }
    if (out.count > out.known)
        qsort(out.claims + out.known, out.count - out.known,
              sizeof(*out.claims), compare_facts);
    return out;
}

/* Cuts sorted claims into choices; benchmarks and trials are rows. */
static size_t cut_choices(const struct assay_claim **claims, size_t count,
                          struct assay_choice *choices)
{
    struct assay_str benchmark = assay_fact_name(ASSAY_ON_BENCHMARK);
    struct assay_str trial = assay_fact_name(ASSAY_ON_TRIAL);
    struct assay_choice *choice = NULL;
    size_t n = 0;

    for (size_t i = 0; i < count; i++) {
        struct assay_str fact = claims[i]->fact;
        if (fact.at == benchmark.at || fact.at == trial.at)
            continue;
        if (!choice || (choice->fact.at != fact.at &&
                        !assay_str_equal(choice->fact, fact))) {
            choice = &choices[n++];
            choice->fact = fact;
            choice->claims = &claims[i];
        }
        choice->count++;
    }
    return n;
}

/* Merges the choices behind the first `known` into them, by fact. */
static void merge_choices(struct assay_arena *arena,
                          struct assay_subject *subject, size_t known)
{
    size_t others = subject->choice_count - known;
    size_t to = subject->choice_count;

    if (others == 0)
        return;
    struct assay_choice *moved =
        ASSAY_NEW_ARRAY(arena, struct assay_choice, others);
    for (size_t i = 0; i < others; i++)
        moved[i] = subject->choices[known + i];
    while (others > 0) {
        bool from_known =
            known > 0 && assay_str_compare(subject->choices[known - 1].fact,
                                           moved[others - 1].fact) > 0;
        subject->choices[--to] =
            from_known ? subject->choices[--known] : moved[--others];
    }
}

static size_t count_facts(const struct sorted *sorted)
{
    size_t n = 0;
    for (size_t i = 0; i < sorted->count; i++)
        n += i == 0 ||
             sorted->claims[i]->fact.at != sorted->claims[i - 1]->fact.at;
    return n;
}

const struct assay_claim *assay_choose_route(struct assay_arena *arena,
                                             struct assay_subject *subject,
                                             struct assay_date as_of,
                                             const struct assay_claim *end)
{
    enum assay_fact_number status_fact = subject->kind == ASSAY_SUBJECT_ROUTE
                                             ? ASSAY_ON_STATUS
                                             : ASSAY_ON_LIFECYCLE_STATUS;
    struct contest c = {
        .arena = arena,
        .subject = subject,
        .as_of = as_of,
        .own_end = assay_retirement_find(subject, as_of),
        .vendor_end = end,
    };
    const struct assay_claim *extra = NULL, *first = NULL;

    if (c.own_end && assay_fact_number(c.own_end->fact) == status_fact)
        first = c.own_end;
    else if (c.own_end || end)
        first = extra =
            status_claim(arena, c.own_end ? c.own_end : end, status_fact);

    struct sorted sorted = sort_by_fact(arena, subject, extra);
    subject->choices =
        ASSAY_NEW_ARRAY(arena, struct assay_choice, count_facts(&sorted));
    size_t known = cut_choices(sorted.claims, sorted.known, subject->choices);
    subject->choice_count = known + cut_choices(sorted.claims + sorted.known,
                                                sorted.count - sorted.known,
                                                subject->choices + known);
    merge_choices(arena, subject, known);
    for (size_t i = 0; i < subject->choice_count; i++) {
        struct assay_choice *choice = &subject->choices[i];
        c.is_status = assay_fact_number(choice->fact) == status_fact;
        c.first = c.is_status ? first : NULL;
        settle(&c, choice);
    }
    return c.own_end ? c.own_end : end;
}

void assay_choose(struct assay_arena *arena, struct assay_subject *subject,
                  struct assay_date as_of)
{
    assay_choose_route(arena, subject, as_of, NULL);
}

void assay_choice_add_loser(struct assay_arena *arena,
                            struct assay_choice *choice,
                            const struct assay_claim *claim)
{
    const struct assay_claim **claims =
        ASSAY_NEW_ARRAY(arena, const struct assay_claim *, choice->count + 1);

    for (size_t i = 0; i <= choice->count; i++) {
        if (i == choice->counting)
            claims[i] = claim;
        else
            claims[i] = choice->claims[i < choice->counting ? i : i - 1];
    }
    choice->claims = claims;
    choice->count++;
    choice->counting++;
    if (choice->conflict)
        return;
    choice->conflict = true;
    choice->rule = "kind";
    choice->reason =
        assay_arena_printf(arena, "%s on the model over %s on one route",
                           words_for(claims[0]), words_for(claim));
}

/* ----------------------------------------------------------------- lookup */

static const struct assay_choice *find_choice(const struct assay_subject *s,
                                              struct assay_str fact)
{
    size_t low = 0, high = s->choice_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = assay_str_compare(fact, s->choices[middle].fact);
        if (order == 0)
            return &s->choices[middle];
        if (order < 0)
            high = middle;
        else
            low = middle + 1;
    }
    return NULL;
}

const struct assay_choice *assay_subject_choice(const struct assay_subject *s,
                                                const char *fact)
{
    return find_choice(s, assay_str_c(fact));
}

void assay_subject_index(const struct assay_subject *s,
                         struct assay_choice_index *index)
{
    *index = (struct assay_choice_index){0};
    for (size_t i = 0; i < s->choice_count; i++) {
        enum assay_fact_number number = assay_fact_number(s->choices[i].fact);
        if (number != ASSAY_ON_OTHER)
            index->of[number] = &s->choices[i];
    }
}
