/*
 * Lint rules on the document itself, whatever its format: keys that stand
 * twice, numbers with the noise of binary arithmetic, dates that are none,
 * and models.dev's legacy price key.
 */
#include "import/lint_rules.h"

#include <inttypes.h>
#include <stdlib.h>

static struct assay_str path_of(struct assay_linting *lint,
                                const struct assay_json *value)
{
    enum { SHOWN_BYTES = 200 };
    struct assay_str path =
        assay_str_head(assay_json_path(lint->arena, value), SHOWN_BYTES);

    path.len = assay_utf8_bad_at(path);
    return path;
}

/* ------------------------------------------------------- duplicate keys */

enum { FEW_MEMBERS = 64 }; /* nearly every object */

/* By key; the same key in the order of the document. */
static int compare_members(const void *a, const void *b)
{
    const struct assay_json *left = *(const struct assay_json *const *)a;
    const struct assay_json *right = *(const struct assay_json *const *)b;
    int order = assay_str_compare(left->key, right->key);

    if (order == 0)
        order = (left->line > right->line) - (left->line < right->line);
    return order;
}

static void find_duplicates(struct assay_linting *lint,
                            const struct assay_json *object)
{
    const struct assay_json *few[FEW_MEMBERS], **members = few;
    struct assay_arena scratch = {0};
    size_t count = 0;

    if (object->count > FEW_MEMBERS)
        members =
            ASSAY_NEW_ARRAY(&scratch, const struct assay_json *, object->count);
    for (const struct assay_json *at = object->first; at; at = at->next)
        members[count++] = at;
    if (count > 1)
        qsort(members, count, sizeof(*members), compare_members);
    for (size_t i = 1; i < count; i++)
        if (assay_str_equal(members[i]->key, members[i - 1]->key))
            assay_lint_add(lint, ASSAY_LINT_DUPLICATE_KEY, members[i]->line,
                           path_of(lint, members[i]),
                           "this key stands in line %u already, expected each "
                           "key once",
                           (unsigned)members[i - 1]->line);
    assay_arena_free(&scratch);
}

/* -------------------------------------------------------------- numbers */

enum {
    MAX_DIGITS = 64,
    MIN_DIGITS = 7, /* 0.00048828125 has 8 and no run: it is meant so */
    MIN_RUN = 4,    /* of 9 at the end, of 0 before it */
    MAX_TAIL = 2,   /* digits behind the run of 0 */
};

/* The digits of a number without those that only place the point. */
static size_t significant_digits(struct assay_str text, char *digits)
{
    size_t count = 0;

    for (size_t i = 0; i < text.len && count < MAX_DIGITS; i++) {
        char c = text.at[i];
        if (c == 'e' || c == 'E')
            break;
        if (c >= '0' && c <= '9' && (c != '0' || count > 0))
            digits[count++] = c;
    }
    while (count > 0 && digits[count - 1] == '0')
        count--;
    return count;
}

/*
 * How many digits stand before the noise: 1 in 49999999 (5), 2 in 1500002;
 * 0 when there is none.
 */
static size_t digits_before_noise(const char *digits, size_t count)
{
    size_t at = count;

    if (count < MIN_DIGITS)
        return 0;
    while (at > 0 && digits[at - 1] == '9')
        at--;
    if (count - at >= MIN_RUN)
        return at > 0 ? at : 1;
    for (size_t tail = 1; tail <= MAX_TAIL; tail++) {
        at = count - tail;
        while (at > 0 && digits[at - 1] == '0')
            at--;
        if (count - tail - at >= MIN_RUN)
            return at;
        /* …9998: one unit below a run of nines */
        at = count - tail;
        while (at > 0 && digits[at - 1] == '9')
            at--;
        if (count - tail - at >= MIN_RUN)
            return at > 0 ? at : 1;
    }
    return 0;
}

/* Numbers, and texts that are numbers (OpenRouter), with a point or power. */
static void find_noise(struct assay_linting *lint,
                       const struct assay_json *value)
{
    char digits[MAX_DIGITS];
    struct assay_decimal number;

    if ((!assay_str_contains(value->text, ".") &&
         !assay_str_contains(value->text, "e-")) ||
        !assay_decimal_parse(value->text, &number))
        return;
    size_t before =
        digits_before_noise(digits, significant_digits(value->text, digits));
    if (before == 0)
        return;
    number = assay_decimal_round_digits(number, (int)before);
    assay_lint_add(lint, ASSAY_LINT_NUMBER_NOISE, value->line,
                   path_of(lint, value), "%.*s, expected %.*s",
                   ASSAY_STR_ARG(value->text),
                   ASSAY_STR_ARG(assay_decimal_text(lint->arena, number)));
}

/* ---------------------------------------------------------------- dates */

static bool is_digit(struct assay_str s, size_t i)
{
    return s.at[i] >= '0' && s.at[i] <= '9';
}

/* "2024-02-31", "2024-13", "2024-1-5": digits and dashes like a date's */
static bool looks_like_date(struct assay_str s)
{
    size_t dashes = 0;

    if (s.len < 6 || s.len > 10 || s.at[4] != '-')
        return false;
    for (size_t i = 0; i < s.len; i++) {
        dashes += s.at[i] == '-';
        if (s.at[i] != '-' && !is_digit(s, i))
            return false;
    }
    return dashes <= 2 && is_digit(s, s.len - 1) && s.at[5] != '-';
}

static void find_bad_date(struct assay_linting *lint,
                          const struct assay_json *value)
{
    struct assay_date date;

    if (value->key.len > 0 && looks_like_date(value->text) &&
        !assay_date_parse(value->text, &date))
        assay_lint_add(lint, ASSAY_LINT_IMPOSSIBLE_DATE, value->line,
                       path_of(lint, value),
                       "'%.*s', expected a day or month of the calendar",
                       ASSAY_STR_ARG(value->text));
}

/* ---------------------------------------------------------- legacy tier */

enum { LEGACY_TOKENS = 200000 };

/* The one tier that begins at 200,000 tokens or more; else NULL. */
static const struct assay_json *find_long_tier(const struct assay_json *tiers,
                                               uint64_t *size)
{
    const struct assay_json *found = NULL;
    uint64_t start;

    if (!assay_json_is(tiers, ASSAY_JSON_ARRAY))
        return NULL;
    for (const struct assay_json *tier = tiers->first; tier;
         tier = tier->next) {
        if (!assay_json_to_u64(assay_json_at(tier, "tier.size"), &start) ||
            start < LEGACY_TOKENS)
            continue;
        if (found)
            return NULL;
        found = tier;
        *size = start;
    }
    return found;
}

/*
 * models.dev writes context_over_200k beside exactly one tier from 200K, and
 * also when that one begins at 256K or 272K (its PR 5277): who reads the old
 * key charges too early.
 */
static void find_legacy_tier(struct assay_linting *lint,
                             const struct assay_json *legacy)
{
    uint64_t size = 0;
    const struct assay_json *tier =
        find_long_tier(assay_json_get(legacy->parent, "tiers"), &size);

    if (!tier)
        return;
    if (size != LEGACY_TOKENS) {
        assay_lint_add(
            lint, ASSAY_LINT_LEGACY_TIER, legacy->line, path_of(lint, legacy),
            "stands for a tier above %" PRIu64 " tokens, expected one above %d",
            size, LEGACY_TOKENS);
        return;
    }
    for (const struct assay_json *price = legacy->first; price;
         price = price->next) {
        const struct assay_json *other = assay_json_get_str(tier, price->key);
        if (other && price->type == ASSAY_JSON_NUMBER &&
            !assay_json_equal(price, other))
            assay_lint_add(
                lint, ASSAY_LINT_LEGACY_TIER, price->line, path_of(lint, price),
                "%.*s, expected the tier's %.*s", ASSAY_STR_ARG(price->text),
                ASSAY_STR_ARG(other->text));
    }
}

/* ------------------------------------------------------------ all values */

static void lint_value(struct assay_linting *lint,
                       const struct assay_json *value)
{
    switch (value->type) {
    case ASSAY_JSON_OBJECT:
        find_duplicates(lint, value);
        if (assay_str_is(value->key, "context_over_200k"))
            find_legacy_tier(lint, value);
        break;
    case ASSAY_JSON_STRING:
        find_noise(lint, value);
        find_bad_date(lint, value);
        break;
    case ASSAY_JSON_NUMBER:
        find_noise(lint, value);
        break;
    default:
        break;
    }
}

void assay_lint_document(struct assay_linting *lint,
                         const struct assay_json *document)
{
    const struct assay_json *at = document;

    while (at) {
        lint_value(lint, at);
        if (at->first) {
            at = at->first;
            continue;
        }
        while (at && !at->next)
            at = at->parent;
        if (at)
            at = at->next;
    }
}
