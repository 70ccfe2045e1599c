/*
 * Lint rules on what was read: one model or route by itself, and the routes
 * of a provider beside each other. Bounds are wide: the cheapest input sold
 * in 2026 is $0.005 per million, the dearest output $600.
 */
#include "import/lint_rules.h"

#include "assay/identity.h"

#include <inttypes.h>
#include <stdlib.h>

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

enum {
    MIN_CONTEXT_TOKENS = 64,       /* CLIP's 77 is met */
    MAX_CONTEXT_TOKENS = 20000000, /* ten million are sold */
    MAX_USD_EACH = 50,
    SLIP = 1000, /* the smallest slip between units */
    OUTPUT_CHEAPER_BY = 10,
    BLANKET_ROUTES = 10, /* of a provider, before a share means much */
    BLANKET_PERCENT = 30,
    BLANKET_FAMILIES = 4,
    ZERO_CHARGED = 3, /* priced routes beside those at 0 */
};

static struct assay_str place_of(struct assay_linting *lint,
                                 const struct assay_lint_subject *subject,
                                 const char *fact)
{
    const struct assay_statement *statement = subject->statement;
    return assay_arena_printf(
        lint->arena, "%s %.*s%s%s", assay_subject_kind_name(statement->kind),
        ASSAY_STR_ARG(statement->id), *fact ? ", " : "", fact);
}

#define FIND(rule, fact, ...)                              \
    assay_lint_add(lint, (rule), subject->statement->line, \
                   place_of(lint, subject, (fact)), __VA_ARGS__)

static bool is_known(const struct assay_price_component *price)
{
    return price && price->state == ASSAY_KNOWN;
}

static struct assay_decimal times(struct assay_decimal a, uint64_t n)
{
    struct assay_decimal product = a;
    /* more than 38 digits: no price that anyone sells */
    if (!assay_decimal_mul(a, assay_decimal_uint(n), &product))
        return a;
    return product;
}

static struct assay_str usd(struct assay_linting *lint,
                            const struct assay_price_component *price)
{
    return assay_decimal_text(lint->arena, price->usd);
}

/* --------------------------------------------------------------- prices */

static void lint_component(struct assay_linting *lint,
                           const struct assay_lint_subject *subject,
                           const struct assay_price_component *price)
{
    const struct assay_decimal least = ASSAY_DECIMAL(1, -4);
    const struct assay_decimal most = ASSAY_DECIMAL(1, 3);
    const struct assay_decimal most_each = ASSAY_DECIMAL(MAX_USD_EACH, 0);

    if (price->state != ASSAY_KNOWN)
        return;
    if (price->unit == ASSAY_EACH) {
        if (assay_decimal_compare(price->usd, most_each) > 0)
            FIND(ASSAY_LINT_MAGNITUDE, "prices",
                 "$%.*s for one %.*s, expected at most $%d",
                 ASSAY_STR_ARG(usd(lint, price)), ASSAY_STR_ARG(price->meter),
                 MAX_USD_EACH);
        return;
    }
    if (assay_decimal_compare(price->usd, least) < 0 ||
        assay_decimal_compare(price->usd, most) > 0)
        FIND(ASSAY_LINT_UNIT_SLIP, "prices",
             "%.*s $%.*s per million, expected $0.0001 to $1,000",
             ASSAY_STR_ARG(price->meter), ASSAY_STR_ARG(usd(lint, price)));
}

static void lint_pair(struct assay_linting *lint,
                      const struct assay_lint_subject *subject)
{
    const struct assay_price_component *in = subject->input,
                                       *out = subject->output;

    if (!is_known(in) || !is_known(out))
        return;
    if (assay_decimal_compare(out->usd, times(in->usd, SLIP)) >= 0 ||
        assay_decimal_compare(in->usd, times(out->usd, SLIP)) >= 0)
        FIND(ASSAY_LINT_UNIT_SLIP, "prices",
             "input $%.*s and output $%.*s per million, expected less than a "
             "thousandfold between them",
             ASSAY_STR_ARG(usd(lint, in)), ASSAY_STR_ARG(usd(lint, out)));
    else if (assay_decimal_compare(in->usd,
                                   times(out->usd, OUTPUT_CHEAPER_BY)) > 0)
        FIND(ASSAY_LINT_OUTPUT_CHEAPER, "prices",
             "output $%.*s, input $%.*s per million, expected output at a "
             "tenth of it or more",
             ASSAY_STR_ARG(usd(lint, out)), ASSAY_STR_ARG(usd(lint, in)));
}

/* Of one case (threshold, days, hours) each. */
static void lint_cache(struct assay_linting *lint,
                       const struct assay_lint_subject *subject)
{
    const struct assay_decimal request = ASSAY_DECIMAL(1, 3);
    const struct assay_price_component *cached = assay_price_find(
        &subject->prices, ASSAY_STR("cache_read_tokens"), request, lint->as_of);

    if (is_known(cached) && is_known(subject->input) &&
        assay_decimal_compare(cached->usd, subject->input->usd) > 0)
        FIND(ASSAY_LINT_CACHE_PRICE, "prices",
             "cached input $%.*s, plain input $%.*s per million, expected no "
             "more than plain input",
             ASSAY_STR_ARG(usd(lint, cached)),
             ASSAY_STR_ARG(usd(lint, subject->input)));
}

/* --------------------------------------------------------------- limits */

static void lint_limits(struct assay_linting *lint,
                        const struct assay_lint_subject *subject)
{
    uint64_t context = subject->context_tokens;
    uint64_t output = subject->max_output_tokens;

    if (context &&
        (context < MIN_CONTEXT_TOKENS || context > MAX_CONTEXT_TOKENS))
        FIND(ASSAY_LINT_MAGNITUDE, "context_tokens",
             "%" PRIu64 " tokens, expected %d to %d", context,
             MIN_CONTEXT_TOKENS, MAX_CONTEXT_TOKENS);
    if (context && output > context)
        FIND(ASSAY_LINT_OUTPUT_ABOVE_CONTEXT, "max_output_tokens",
             "%" PRIu64 " tokens of output, expected at most the context of "
             "%" PRIu64,
             output, context);
}

/* ---------------------------------------------------------------- dates */

static struct assay_date date_at(const struct assay_json *body,
                                 const char *path)
{
    const struct assay_json *value = assay_json_at(body, path);
    struct assay_date date = {0};

    if (assay_json_is(value, ASSAY_JSON_STRING))
        assay_date_parse(value->text, &date);
    return date;
}

static void lint_future(struct assay_linting *lint,
                        const struct assay_lint_subject *subject,
                        const char *fact)
{
    struct assay_date date = date_at(subject->body, fact);

    if (assay_date_set(date) && assay_date_compare(date, lint->as_of) > 0)
        FIND(ASSAY_LINT_FUTURE_DATE, fact, "%.*s, expected no day after %.*s",
             ASSAY_STR_ARG(assay_date_text(lint->arena, date)),
             ASSAY_STR_ARG(assay_date_text(lint->arena, lint->as_of)));
}

static void lint_dates(struct assay_linting *lint,
                       const struct assay_lint_subject *subject)
{
    const struct assay_json *body = subject->body;
    struct assay_date released = date_at(body, "released");
    struct assay_date cutoff = date_at(body, "knowledge_cutoff");

    lint_future(lint, subject, "released");
    lint_future(lint, subject, "knowledge_cutoff");
    /* a month agrees with any of its days */
    if (assay_date_set(released) && assay_date_set(cutoff) &&
        assay_date_compare(cutoff, released) > 0 &&
        !assay_date_agrees(released, cutoff))
        FIND(ASSAY_LINT_CUTOFF, "knowledge_cutoff",
             "%.*s, expected before the release on %.*s",
             ASSAY_STR_ARG(assay_date_text(lint->arena, cutoff)),
             ASSAY_STR_ARG(assay_date_text(lint->arena, released)));
}

static void lint_retired(struct assay_linting *lint,
                         const struct assay_lint_subject *subject)
{
    bool model = subject->statement->kind == ASSAY_SUBJECT_MODEL;
    struct assay_date retired =
        date_at(subject->body, model ? "lifecycle.retired_on" : "retired_on");
    const struct assay_json *value =
        assay_json_at(subject->body, model ? "lifecycle.status" : "status");
    struct assay_str status =
        assay_json_is(value, ASSAY_JSON_STRING) ? value->text : ASSAY_STR("");

    if (assay_date_set(retired) &&
        assay_date_compare(retired, lint->as_of) < 0 &&
        !assay_str_is(status, "retired"))
        FIND(ASSAY_LINT_RETIRED_LISTED, "retired_on",
             "shut down on %.*s and listed on %.*s, expected retired or gone",
             ASSAY_STR_ARG(assay_date_text(lint->arena, retired)),
             ASSAY_STR_ARG(assay_date_text(lint->arena, lint->as_of)));
}

/* ----------------------------------------------------------- benchmarks */

/* What a benchmark cannot be run without; names in small letters. */
static const struct {
    const char *benchmark;
    const char *capability;
    const char *modality; /* of the input, or NULL */
} needs[] = {
    {"mmmu", "vision", "image"},
    {"mathvista", "vision", "image"},
    {"chartqa", "vision", "image"},
    {"docvqa", "vision", "image"},
    {"textvqa", "vision", "image"},
    {"vqav2", "vision", "image"},
    {"ocrbench", "vision", "image"},
    {"ai2d", "vision", "image"},
    {"screenspot", "vision", "image"},
    {"charxiv", "vision", "image"},
    {"bfcl", "function_calling", NULL},
    {"tau-bench", "function_calling", NULL},
    {"tau2-bench", "function_calling", NULL},
    {"τ-bench", "function_calling", NULL},
    {"τ2-bench", "function_calling", NULL},
};

static bool name_holds(struct assay_linting *lint, struct assay_str name,
                       const char *needle)
{
    char *small = ASSAY_NEW_ARRAY(lint->arena, char, name.len + 1);

    for (size_t i = 0; i < name.len; i++) {
        char c = name.at[i];
        small[i] = c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
    }
    return assay_str_contains((struct assay_str){small, name.len}, needle);
}

/* Denied outright, or the modalities are listed without it. */
static bool is_denied(const struct assay_json *body, size_t need)
{
    const struct assay_json *flag = assay_json_get(
        assay_json_get(body, "capabilities"), needs[need].capability);
    const struct assay_json *inputs = assay_json_get(body, "modalities_in");

    if (flag && flag->type != ASSAY_JSON_NULL)
        return flag->type == ASSAY_JSON_FALSE;
    if (!needs[need].modality || !assay_json_is(inputs, ASSAY_JSON_ARRAY))
        return false;
    for (const struct assay_json *at = inputs->first; at; at = at->next)
        if (assay_str_is(at->text, needs[need].modality))
            return false;
    return inputs->count > 0;
}

static void lint_benchmarks(struct assay_linting *lint,
                            const struct assay_lint_subject *subject)
{
    const struct assay_json *rows = assay_json_get(subject->body, "benchmarks");

    if (!assay_json_is(rows, ASSAY_JSON_ARRAY))
        return;
    for (size_t i = 0; i < LENGTH(needs); i++) {
        if (!is_denied(subject->body, i))
            continue;
        for (const struct assay_json *row = rows->first; row; row = row->next) {
            struct assay_str name = assay_json_text(row, "name");
            if (!name_holds(lint, name, needs[i].benchmark))
                continue;
            FIND(ASSAY_LINT_BENCHMARK, needs[i].capability,
                 "denied, and %.*s is stated, expected %s or no %.*s",
                 ASSAY_STR_ARG(name), needs[i].capability, ASSAY_STR_ARG(name));
            break;
        }
    }
}

void assay_lint_statement(struct assay_linting *lint,
                          const struct assay_lint_subject *subject)
{
    for (size_t i = 0; i < subject->prices.count; i++)
        lint_component(lint, subject, &subject->prices.components[i]);
    lint_pair(lint, subject);
    lint_cache(lint, subject);
    lint_limits(lint, subject);
    lint_dates(lint, subject);
    lint_retired(lint, subject);
    lint_benchmarks(lint, subject);
}

/* ------------------------------------------------------------ providers */

/* By provider, then context, then id. */
static int compare_routes(const void *a, const void *b)
{
    const struct assay_lint_subject *left =
        *(const struct assay_lint_subject *const *)a;
    const struct assay_lint_subject *right =
        *(const struct assay_lint_subject *const *)b;
    int order = assay_str_compare(left->provider, right->provider);

    if (order == 0)
        order = (left->context_tokens > right->context_tokens) -
                (left->context_tokens < right->context_tokens);
    if (order == 0)
        order = assay_str_compare(left->statement->id, right->statement->id);
    return order;
}

/* "llama" of "groq/meta-llama/llama-3.1-8b": letters of the last part. */
static struct assay_str family_of(struct assay_str id)
{
    struct assay_str before, name = id;
    size_t len = 0;

    if (assay_str_cut_last(id, '/', &before, &name) && name.len == 0)
        name = before;
    while (len < name.len && ((name.at[len] | 0x20) >= 'a') &&
           ((name.at[len] | 0x20) <= 'z'))
        len++;
    return assay_str_head(name, len);
}

/*
 * Vendors list families of their own under one name each, and those may well
 * have one context; a default shows where models of many vendors share it.
 */
static bool is_own_model(const struct assay_lint_subject *route)
{
    struct assay_str wire =
        assay_str_skip(route->statement->id, route->provider.len + 1);
    return assay_provider_creator(route->provider).len > 0 &&
           assay_str_find(wire, '/') == wire.len;
}

/* Different families among routes; counts no further than is asked for. */
static size_t count_families(const struct assay_lint_subject *const *routes,
                             size_t count)
{
    struct assay_str seen[BLANKET_FAMILIES];
    size_t families = 0;

    for (size_t i = 0; i < count && families < BLANKET_FAMILIES; i++) {
        struct assay_str family = family_of(routes[i]->statement->id);
        size_t known = 0;
        if (is_own_model(routes[i]))
            continue;
        while (known < families && !assay_str_equal(seen[known], family))
            known++;
        if (known == families)
            seen[families++] = family;
    }
    return families;
}

static bool is_zero(const struct assay_lint_subject *route)
{
    for (size_t i = 0; i < route->prices.count; i++)
        if (is_known(&route->prices.components[i]))
            return false;
    return route->input && route->output && route->input->state == ASSAY_FREE &&
           route->output->state == ASSAY_FREE;
}

static void lint_zeros(struct assay_linting *lint,
                       const struct assay_lint_subject *const *routes,
                       size_t count)
{
    size_t charged = 0;

    for (size_t i = 0; i < count; i++)
        charged += is_known(routes[i]->input) || is_known(routes[i]->output);
    for (size_t i = 0; i < count && charged >= ZERO_CHARGED; i++) {
        const struct assay_lint_subject *subject = routes[i];
        if (is_zero(subject) &&
            !name_holds(lint, subject->statement->id, "free"))
            FIND(ASSAY_LINT_ZERO_PRICE, "prices",
                 "0 for input and output, and %zu other routes of %.*s are "
                 "charged, expected a price, none, or a name that says free",
                 charged, ASSAY_STR_ARG(subject->provider));
    }
}

static void lint_blanket(struct assay_linting *lint,
                         const struct assay_lint_subject *const *routes,
                         size_t count)
{
    size_t stated = 0;

    for (size_t i = 0; i < count; i++)
        stated += routes[i]->context_tokens > 0;
    if (stated < BLANKET_ROUTES)
        return;
    for (size_t i = 0, next; i < count; i = next) {
        uint64_t context = routes[i]->context_tokens;
        for (next = i + 1;
             next < count && routes[next]->context_tokens == context;)
            next++;
        if (context == 0 || (next - i) * 100 < stated * BLANKET_PERCENT ||
            count_families(routes + i, next - i) < BLANKET_FAMILIES)
            continue;
        assay_lint_add(lint, ASSAY_LINT_BLANKET, 0,
                       assay_arena_printf(lint->arena, "provider %.*s",
                                          ASSAY_STR_ARG(routes[i]->provider)),
                       "context %" PRIu64 " for %zu of %zu models, expected "
                       "each model's own",
                       context, next - i, stated);
    }
}

void assay_lint_providers(struct assay_linting *lint,
                          const struct assay_lint_subject *subjects,
                          size_t count)
{
    const struct assay_lint_subject **routes =
        ASSAY_NEW_ARRAY(lint->arena, const struct assay_lint_subject *, count);
    size_t route_count = 0;

    for (size_t i = 0; i < count; i++)
        if (subjects[i].statement->kind == ASSAY_SUBJECT_ROUTE)
            routes[route_count++] = &subjects[i];
    if (route_count > 1)
        qsort(routes, route_count, sizeof(*routes), compare_routes);
    for (size_t i = 0, next; i < route_count; i = next) {
        for (next = i + 1;
             next < route_count &&
             assay_str_equal(routes[next]->provider, routes[i]->provider);)
            next++;
        lint_zeros(lint, routes + i, next - i);
        lint_blanket(lint, routes + i, next - i);
    }
}
