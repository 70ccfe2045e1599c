/*
 * Which benchmark rows may stand beside each other. Two rows are compared
 * only when setting, variant and harness agree and the setting is stated;
 * otherwise the row says which of them differs. Elo and percent never meet.
 */
#include "compare/comparison.h"

#include <ctype.h>
#include <string.h>

static struct assay_str field(const struct assay_claim *row, const char *name)
{
    return assay_json_text(row->value, name);
}

static int compare_nocase(struct assay_str a, struct assay_str b)
{
    for (size_t i = 0; i < a.len && i < b.len; i++) {
        int x = tolower((unsigned char)a.at[i]);
        int y = tolower((unsigned char)b.at[i]);

        if (x != y)
            return x - y;
    }
    return (a.len > b.len) - (a.len < b.len);
}

static bool same_field(const struct assay_claim *a, const struct assay_claim *b,
                       const char *name)
{
    return compare_nocase(field(a, name), field(b, name)) == 0;
}

static const char *const key_fields[] = {"setting", "variant", "harness",
                                         "unit"};

static bool same_key(const struct assay_claim *a, const struct assay_claim *b)
{
    bool same = same_field(a, b, "name");

    for (size_t i = 0; i < sizeof key_fields / sizeof key_fields[0]; i++)
        same = same && same_field(a, b, key_fields[i]);
    return same;
}

/* Vendor before catalog, newer before older, then the source's id. */
static bool outranks(const struct assay_claim *a, const struct assay_claim *b)
{
    int order;

    if (a->source->kind != b->source->kind)
        return a->source->kind < b->source->kind;
    order = assay_date_compare(b->read, a->read);
    if (order == 0)
        order = assay_str_compare(a->source->id, b->source->id);
    return order < 0;
}

/* The side's best row with the key of `like`, or NULL. */
static const struct assay_claim *row_like(const struct assay_side *side,
                                          const struct assay_claim *like,
                                          bool whole_key)
{
    const struct assay_claim *best = NULL;

    for (size_t i = 0; i < side->model->subject.claim_count; i++) {
        const struct assay_claim *claim = &side->model->subject.claims[i];

        if (!assay_str_is(claim->fact, "benchmark") ||
            !(whole_key ? same_key(claim, like)
                        : same_field(claim, like, "name")))
            continue;
        if (!best || outranks(claim, best))
            best = claim;
    }
    return best;
}

static struct assay_str differing(struct assay_comparison *c,
                                  const struct assay_claim *a,
                                  const struct assay_claim *b)
{
    for (size_t i = 0; i < sizeof key_fields / sizeof key_fields[0]; i++) {
        struct assay_str x = field(a, key_fields[i]);
        struct assay_str y = field(b, key_fields[i]);
        bool turn = compare_nocase(x, y) > 0;

        if (compare_nocase(x, y) == 0)
            continue;
        /* in one order, so that the mirrored page says the same */
        struct assay_str low = turn ? y : x, high = turn ? x : y;

        if (!low.len)
            return assay_arena_printf(c->arena,
                                      "%s stated on one side only: %.*s",
                                      key_fields[i], ASSAY_STR_ARG(high));
        return assay_arena_printf(c->arena, "%s differs: %.*s and %.*s",
                                  key_fields[i], ASSAY_STR_ARG(low),
                                  ASSAY_STR_ARG(high));
    }
    return ASSAY_STR("");
}

static bool value_of(const struct assay_claim *row, const char *name,
                     struct assay_decimal *value)
{
    return row && assay_decimal_parse(field(row, name), value);
}

/* Smaller is better for error rates and perplexity. */
static bool smaller_wins(struct assay_str name)
{
    static const char *const words[] = {"WER", "CER", "rror rate", "erplexity",
                                        "allucination rate"};

    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (assay_str_contains(name, words[i]))
            return true;
    return false;
}

/* Sum of the stated errors of two rows; zero when none is stated. */
static struct assay_decimal stated_error(const struct assay_claim *high,
                                         const struct assay_claim *low)
{
    struct assay_decimal a = {0, 0}, b = {0, 0}, sum = {0, 0};

    (void)value_of(high, "error_minus", &a);
    (void)value_of(low, "error_plus", &b);
    (void)assay_decimal_add(a, b, &sum);
    return sum;
}

/* The two best rows of the line, as sides. */
static size_t best_two(const struct assay_comparison *c,
                       const struct assay_bench_row *row, size_t best[2])
{
    struct assay_decimal value, top[2] = {{0, 0}, {0, 0}};
    bool smaller = smaller_wins(row->name);
    size_t count = 0;

    for (size_t i = 0; i < c->count; i++) {
        if (!value_of(row->cells[i], "value", &value))
            continue;
        for (size_t k = 0; k < 2; k++) {
            int order = k < count ? assay_decimal_compare(value, top[k]) : 1;

            if (smaller && k < count)
                order = -order;
            if (order <= 0)
                continue;
            if (k == 0) {
                top[1] = top[0];
                best[1] = best[0];
            }
            top[k] = value;
            best[k] = i;
            break;
        }
        if (count < 2)
            count++;
    }
    return count;
}

static void judge(struct assay_comparison *c, struct assay_bench_row *row)
{
    size_t best[2] = {0, 0};
    struct assay_decimal high, low, error;
    bool elo;

    row->leader = ASSAY_NOBODY;
    if (!row->comparable || best_two(c, row, best) < 2 ||
        !value_of(row->cells[best[0]], "value", &high) ||
        !value_of(row->cells[best[1]], "value", &low) ||
        !assay_decimal_sub(high, low, &row->difference))
        return;
    if (assay_decimal_sign(row->difference) < 0)
        row->difference.digits = -row->difference.digits;
    elo = assay_str_is(field(row->cells[best[0]], "unit"), "elo");
    struct assay_str text = assay_decimal_text(c->arena, row->difference);

    row->difference_text =
        assay_arena_printf(c->arena, "%.*s %s", ASSAY_STR_ARG(text),
                           elo                       ? "Elo"
                           : assay_str_is(text, "1") ? "point"
                                                     : "points");
    error = stated_error(row->cells[best[0]], row->cells[best[1]]);
    if (assay_decimal_compare(row->difference, error) > 0)
        row->leader = best[0];
    else if (assay_decimal_sign(row->difference))
        row->difference_text =
            assay_arena_printf(c->arena, "%.*s, within the stated error",
                               ASSAY_STR_ARG(row->difference_text));
}

static size_t cells_filled(const struct assay_comparison *c,
                           const struct assay_bench_row *row)
{
    size_t filled = 0;

    for (size_t i = 0; i < c->count; i++)
        filled += row->cells[i] != NULL;
    return filled;
}

static struct assay_bench_row *row_new(struct assay_comparison *c,
                                       const struct assay_claim *like,
                                       bool whole_key)
{
    struct assay_bench_row *row = ASSAY_NEW(c->arena, struct assay_bench_row);

    row->name = field(like, "name");
    row->cells =
        ASSAY_NEW_ARRAY(c->arena, const struct assay_claim *, c->count);
    for (size_t i = 0; i < c->count; i++)
        row->cells[i] = row_like(&c->sides[i], like, whole_key);
    return row;
}

/* Rows of one name whose key is shared are lines of their own. */
static bool shared_elsewhere(const struct assay_comparison *c,
                             const struct assay_claim *like)
{
    for (size_t i = 0; i < c->count; i++) {
        const struct assay_subject *subject = &c->sides[i].model->subject;

        for (size_t k = 0; k < subject->claim_count; k++) {
            const struct assay_claim *claim = &subject->claims[k];
            size_t holders = 0;

            if (!assay_str_is(claim->fact, "benchmark") ||
                !same_field(claim, like, "name"))
                continue;
            for (size_t s = 0; s < c->count; s++)
                holders += row_like(&c->sides[s], claim, true) != NULL;
            if (holders > 1)
                return true;
        }
    }
    return false;
}

static void explain(struct assay_comparison *c, struct assay_bench_row *row)
{
    const struct assay_claim *first = NULL;

    if (cells_filled(c, row) < 2) {
        row->why_not = ASSAY_STR("only one of the models has a row");
        return;
    }
    for (size_t i = 0; i < c->count && !row->why_not.len; i++) {
        if (!row->cells[i])
            continue;
        if (first)
            row->why_not = differing(c, first, row->cells[i]);
        else
            first = row->cells[i];
    }
    if (!row->why_not.len && !field(first, "setting").len)
        row->why_not = ASSAY_STR("setting not stated");
    row->comparable = row->why_not.len == 0;
}

static bool already(const struct assay_comparison *c,
                    const struct assay_claim *claim, bool whole_key)
{
    for (const struct assay_bench_row *r = c->benchmarks; r; r = r->next)
        for (size_t i = 0; i < c->count; i++)
            if (r->cells[i] &&
                (whole_key ? same_key(r->cells[i], claim)
                           : same_field(r->cells[i], claim, "name")))
                return true;
    return false;
}

/* Comparable lines first, then shared ones; each group by name and setting. */
static int row_order(const struct assay_comparison *c,
                     const struct assay_bench_row *a,
                     const struct assay_bench_row *b)
{
    size_t x = cells_filled(c, a), y = cells_filled(c, b);
    int order;

    if (a->comparable != b->comparable)
        return a->comparable ? -1 : 1;
    if ((x > 1) != (y > 1))
        return x > 1 ? -1 : 1;
    order = compare_nocase(a->name, b->name);
    for (size_t i = 0; order == 0 && i < c->count; i++)
        if (a->cells[i] && b->cells[i])
            order = compare_nocase(field(a->cells[i], "setting"),
                                   field(b->cells[i], "setting"));
    return order;
}

static void insert(struct assay_comparison *c, struct assay_bench_row *row)
{
    struct assay_bench_row **at = &c->benchmarks;

    while (*at && row_order(c, *at, row) <= 0)
        at = &(*at)->next;
    row->next = *at;
    *at = row;
    c->comparable_count += row->comparable;
}

bool assay_compare_benchmark_rows(struct assay_comparison *c)
{
    for (size_t i = 0; i < c->count; i++) {
        const struct assay_subject *subject = &c->sides[i].model->subject;

        for (size_t k = 0; k < subject->claim_count; k++) {
            const struct assay_claim *claim = &subject->claims[k];
            bool whole;
            struct assay_bench_row *row;

            if (!assay_str_is(claim->fact, "benchmark"))
                continue;
            whole = shared_elsewhere(c, claim);
            if (already(c, claim, whole))
                continue;
            row = row_new(c, claim, whole);
            if (whole && cells_filled(c, row) < 2)
                continue;
            explain(c, row);
            judge(c, row);
            insert(c, row);
        }
    }
    return true;
}
