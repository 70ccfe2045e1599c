/*
 * Lifecycle: is a model or route retired on the day asked for, by whose
 * word, and what it is otherwise. ARCHITECTURE, "a retirement".
 */
#include "catalog/claims.h"

#include <assert.h>

enum { RECENT_DAYS = 180 };

const char *assay_status_name(enum assay_status status)
{
    static const char *const names[] = {
        [ASSAY_STATUS_UNKNOWN] = "unknown",
        [ASSAY_STATUS_ACTIVE] = "active",
        [ASSAY_STATUS_PREVIEW] = "preview",
        [ASSAY_STATUS_DEPRECATED] = "deprecated",
        [ASSAY_STATUS_RETIRED] = "retired",
    };
    assert((size_t)status < sizeof(names) / sizeof(names[0]));
    return names[status];
}

static enum assay_status status_of(const struct assay_claim *claim)
{
    static const enum assay_status stated[] = {
        ASSAY_STATUS_ACTIVE,
        ASSAY_STATUS_PREVIEW,
        ASSAY_STATUS_DEPRECATED,
        ASSAY_STATUS_RETIRED,
    };
    if (!assay_json_is(claim->value, ASSAY_JSON_STRING))
        return ASSAY_STATUS_UNKNOWN;
    for (size_t i = 0; i < sizeof(stated) / sizeof(stated[0]); i++)
        if (assay_str_is(claim->value->text, assay_status_name(stated[i])))
            return stated[i];
    return ASSAY_STATUS_UNKNOWN;
}

/* ------------------------------------------------------------ retirement */

/* What a claim says of retirement on a day. */
enum word {
    WORD_NONE,
    WORD_ENDED,
    WORD_LIVES, /* or ends later */
};

static bool is_status(const struct assay_claim *claim)
{
    enum assay_fact_number n = assay_fact_number(claim->fact);
    return n == ASSAY_ON_STATUS || n == ASSAY_ON_LIFECYCLE_STATUS;
}

static bool is_retired_on(const struct assay_claim *claim)
{
    enum assay_fact_number n = assay_fact_number(claim->fact);
    return n == ASSAY_ON_RETIRED_ON || n == ASSAY_ON_LIFECYCLE_RETIRED_ON;
}

/* The retirement date that the same statement gives; or false. */
static bool date_beside(const struct assay_subject *subject,
                        const struct assay_claim *claim,
                        struct assay_date *date)
{
    for (size_t i = 0; i < subject->claim_count; i++) {
        const struct assay_claim *other = &subject->claims[i];
        if (other->source == claim->source && is_retired_on(other) &&
            assay_str_equal(other->subject, claim->subject))
            return assay_claim_date(other, date);
    }
    return false;
}

static enum word word_of(const struct assay_subject *subject,
                         const struct assay_claim *claim,
                         struct assay_date as_of)
{
    struct assay_date date;

    if (is_retired_on(claim)) {
        if (!assay_claim_date(claim, &date))
            return WORD_NONE;
        return assay_date_compare(date, as_of) <= 0 ? WORD_ENDED : WORD_LIVES;
    }
    if (!is_status(claim))
        return WORD_NONE;
    enum assay_status status = status_of(claim);
    if (status == ASSAY_STATUS_UNKNOWN)
        return WORD_NONE;
    if (status != ASSAY_STATUS_RETIRED)
        return WORD_LIVES;
    bool later = date_beside(subject, claim, &date) &&
                 assay_date_compare(date, as_of) > 0;
    return later ? WORD_LIVES : WORD_ENDED;
}

/* Nobody of its kind or a higher one says otherwise later. */
static bool stands(const struct assay_subject *subject,
                   const struct assay_claim *end, struct assay_date as_of)
{
    for (size_t i = 0; i < subject->claim_count; i++) {
        const struct assay_claim *claim = &subject->claims[i];
        if (claim->source->kind <= end->source->kind &&
            assay_date_compare(claim->read, end->read) > 0 &&
            word_of(subject, claim, as_of) == WORD_LIVES)
            return false;
    }
    return true;
}

bool assay_status_has_ended(const struct assay_subject *subject,
                            const struct assay_claim *status,
                            struct assay_date as_of)
{
    struct assay_date date;

    if (word_of(subject, status, as_of) == WORD_ENDED)
        return true;
    return date_beside(subject, status, &date) &&
           assay_date_compare(date, as_of) <= 0;
}

const struct assay_claim *assay_retirement_find(
    const struct assay_subject *subject, struct assay_date as_of)
{
    const struct assay_claim *best = NULL;

    for (size_t i = 0; i < subject->claim_count; i++) {
        const struct assay_claim *claim = &subject->claims[i];
        if (claim->source->kind > ASSAY_SOURCE_PROVIDER ||
            word_of(subject, claim, as_of) != WORD_ENDED)
            continue;
        /* of one source, the status before the date */
        int order = best ? assay_claim_rank(claim, best) : -1;
        if ((order < 0 || (order == 0 && is_status(claim))) &&
            stands(subject, claim, as_of))
            best = claim;
    }
    return best;
}

const struct assay_claim *assay_retirement_of_route(
    const struct assay_subject *route, const struct assay_model *model,
    const struct assay_claim *end)
{
    if (!end || !model->closed || end->source->kind > ASSAY_SOURCE_PRIMARY)
        return NULL;
    for (size_t i = 0; i < route->claim_count; i++) {
        const struct assay_claim *claim = &route->claims[i];
        if (is_status(claim) && claim->source->kind <= ASSAY_SOURCE_PROVIDER &&
            assay_date_compare(claim->read, end->read) > 0 &&
            status_of(claim) != ASSAY_STATUS_UNKNOWN &&
            status_of(claim) != ASSAY_STATUS_RETIRED)
            return NULL;
    }
    return end;
}

/* ---------------------------------------------------------------- status */

/* What the chosen claims say, and the day it is said of. */
struct word_of_life {
    const struct assay_claim *status, *deprecated_on, *retired_on; /* or NULL */
    enum assay_status stated;
    struct assay_date as_of;
};

static const struct assay_claim *chosen(const struct assay_choice *choice)
{
    return choice ? choice->claims[0] : NULL;
}

/*
 * A dated end counts although the chosen status says "active", unless that
 * was said later: by a source that does not rank lower, or by any where the
 * date is a list's and has grown old.
 */
static bool is_overtaken(const struct word_of_life *w,
                         const struct assay_claim *date)
{
    const struct assay_claim *status = w->status;

    if (w->stated == ASSAY_STATUS_UNKNOWN ||
        w->stated == ASSAY_STATUS_RETIRED ||
        assay_date_compare(status->read, date->read) <= 0)
        return false;
    if (status->source->kind <= date->source->kind)
        return true;
    return date->source->kind > ASSAY_SOURCE_PROVIDER &&
           assay_date_days(status->read) - assay_date_days(date->read) >
               RECENT_DAYS;
}

static bool is_past(const struct word_of_life *w,
                    const struct assay_claim *claim)
{
    struct assay_date date;
    return claim && assay_claim_date(claim, &date) &&
           assay_date_compare(date, w->as_of) <= 0;
}

static bool has_come(const struct word_of_life *w,
                     const struct assay_claim *claim)
{
    return is_past(w, claim) && !is_overtaken(w, claim);
}

static bool is_to_come(const struct word_of_life *w,
                       const struct assay_claim *claim)
{
    struct assay_date date;
    return claim && assay_claim_date(claim, &date) &&
           assay_date_compare(date, w->as_of) > 0;
}

/* UNKNOWN when nobody says. */
static enum assay_status status_by(const struct word_of_life *w,
                                   const struct assay_claim *end)
{
    bool ends_later = is_to_come(w, w->retired_on);

    if (end || has_come(w, w->retired_on))
        return ASSAY_STATUS_RETIRED;
    if (w->stated == ASSAY_STATUS_RETIRED)
        return ends_later ? ASSAY_STATUS_DEPRECATED : ASSAY_STATUS_RETIRED;
    if (w->stated == ASSAY_STATUS_DEPRECATED || has_come(w, w->deprecated_on))
        return ASSAY_STATUS_DEPRECATED;
    if (w->stated == ASSAY_STATUS_UNKNOWN && ends_later)
        return ASSAY_STATUS_DEPRECATED;
    return w->stated;
}

static void set_stated(struct word_of_life *w)
{
    if (w->status)
        w->stated = status_of(w->status);
    if (w->stated == ASSAY_STATUS_UNKNOWN)
        w->status = NULL; /* "not stated" is nobody's word */
}

/* A day that has passed without what it promised is no date. */
static const struct assay_claim *kept_date(const struct word_of_life *w,
                                           const struct assay_claim *claim,
                                           const struct assay_claim *end,
                                           struct assay_date *date)
{
    if (!claim || (!end && is_past(w, claim) && is_overtaken(w, claim)))
        return NULL;
    return assay_claim_date(claim, date) ? claim : NULL;
}

void assay_lifecycle_route(struct assay_route *route,
                           const struct assay_choice_index *index,
                           const struct assay_claim *end,
                           struct assay_date as_of)
{
    struct word_of_life w = {
        .status = chosen(index->of[ASSAY_ON_STATUS]),
        .retired_on = chosen(index->of[ASSAY_ON_RETIRED_ON]),
        .as_of = as_of,
    };
    bool by_model = end && end->subject_kind == ASSAY_SUBJECT_MODEL;

    set_stated(&w);
    route->status = status_by(&w, end);
    if (route->status == ASSAY_STATUS_UNKNOWN)
        route->status = ASSAY_STATUS_ACTIVE;
    route->live = route->status != ASSAY_STATUS_RETIRED;
    route->status_claim = w.status;
    route->retired_on_claim =
        kept_date(&w, w.retired_on, end, &route->retired_on);
    if (!route->retired_on_claim && by_model && route->model) {
        route->retired_on = route->model->retired_on;
        route->retired_on_claim = route->model->retired_on_claim;
    }
    if (!w.status && has_come(&w, w.retired_on))
        route->status_claim = w.retired_on;
}

static struct word_of_life word_of_model(const struct assay_choice_index *index,
                                         struct assay_date as_of)
{
    struct word_of_life w = {
        .status = chosen(index->of[ASSAY_ON_LIFECYCLE_STATUS]),
        .deprecated_on = chosen(index->of[ASSAY_ON_LIFECYCLE_DEPRECATED_ON]),
        .retired_on = chosen(index->of[ASSAY_ON_LIFECYCLE_RETIRED_ON]),
        .as_of = as_of,
    };
    set_stated(&w);
    return w;
}

void assay_lifecycle_model_dates(struct assay_model *model,
                                 const struct assay_choice_index *index,
                                 const struct assay_claim *end,
                                 struct assay_date as_of)
{
    struct word_of_life w = word_of_model(index, as_of);

    kept_date(&w, w.deprecated_on, end, &model->deprecated_on);
    model->retired_on_claim =
        kept_date(&w, w.retired_on, end, &model->retired_on);
}

void assay_lifecycle_model(struct assay_model *model,
                           const struct assay_choice_index *index,
                           const struct assay_claim *end,
                           struct assay_date as_of)
{
    struct word_of_life w = word_of_model(index, as_of);

    model->status = status_by(&w, end);
    /* what is neither the vendor's word nor the provider's ends no route */
    if (model->status == ASSAY_STATUS_RETIRED && !end && model->live_count > 0)
        model->status = ASSAY_STATUS_DEPRECATED;
    model->status_claim = w.status;
    if (!w.status && has_come(&w, w.retired_on))
        model->status_claim = w.retired_on;
    if (model->status == ASSAY_STATUS_UNKNOWN && model->live_count > 0)
        model->status = ASSAY_STATUS_ACTIVE;
}
