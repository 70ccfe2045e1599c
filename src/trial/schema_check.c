/*
 * Values against rules. What `unevaluated…` asks about is kept as one bit
 * for each member or item, only where a schema asks.
 *
 * Work is bounded by steps: a schema can ask for as many as it likes.
 */
#include "trial/schema_check.h"

#include "trial/schema_number.h"
#include "trial/score_json.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

enum {
    MAX_STEPS = 4 << 20, /* rules asked and values compared */
    MAX_NESTED = 3000,   /* rules within rules */
};

struct run {
    struct assay_arena *arena;
    const struct assay_validator *validator;
    struct assay_str reason;
    size_t steps, nested;
    unsigned quiet; /* within anyOf and its like: no reasons are made */
    bool gave_up;
};

/* Which children of a value some rule has looked at; NULL: nobody asks. */
struct seen {
    unsigned char *bits;
    size_t count;
};

static bool ask(struct run *run, const struct assay_rule *rule,
                const struct assay_json *value, struct seen *seen);

static bool breaks(struct run *run, const struct assay_json *value,
                   const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Says where and why; always false. */
static bool breaks(struct run *run, const struct assay_json *value,
                   const char *format, ...)
{
    va_list args;

    if (run->quiet > 0 || run->gave_up)
        return false;
    va_start(args, format);
    struct assay_str what = assay_arena_vprintf(run->arena, format, args);
    va_end(args);
    struct assay_str path = assay_json_path(run->arena, value);
    run->reason =
        assay_arena_printf(run->arena, "%.*s%s%.*s", ASSAY_STR_ARG(path),
                           path.len ? ": " : "", ASSAY_STR_ARG(what));
    return false;
}

static bool give_up(struct run *run, const char *why)
{
    if (!run->gave_up)
        run->reason = assay_arena_printf(run->arena, "%s", why);
    run->gave_up = true;
    return false;
}

static bool step(struct run *run)
{
    return ++run->steps <= MAX_STEPS ||
           give_up(run, "the schema takes too many steps on this value");
}

/* -------------------------------------------------------- children */

static void mark(struct seen *seen, size_t index)
{
    if (seen && index < seen->count)
        seen->bits[index / 8] |= (unsigned char)(1u << index % 8);
}

static bool is_marked(const struct seen *seen, size_t index)
{
    return seen->bits[index / 8] & 1u << index % 8;
}

static struct seen new_seen(struct run *run, const struct assay_json *value)
{
    return (struct seen){
        ASSAY_NEW_ARRAY(run->arena, unsigned char, value->count / 8 + 1),
        value->count};
}

/* Asks a rule about the same value; what it has seen counts if it holds. */
static bool ask_here(struct run *run, const struct assay_rule *rule,
                     const struct assay_json *value, struct seen *seen)
{
    if (!seen)
        return ask(run, rule, value, NULL);
    struct seen own = new_seen(run, value);
    if (!ask(run, rule, value, &own))
        return false;
    for (size_t i = 0; i <= value->count / 8; i++)
        seen->bits[i] |= own.bits[i];
    return true;
}

/* The same, without a reason where it does not hold. */
static bool try_here(struct run *run, const struct assay_rule *rule,
                     const struct assay_json *value, struct seen *seen)
{
    run->quiet++;
    bool holds = ask_here(run, rule, value, seen);
    run->quiet--;
    return holds && !run->gave_up;
}

/* --------------------------------------------------- equal values */

/* Equal values have equal hashes. */
static uint64_t hash_of(const struct assay_json *value)
{
    uint64_t hash = (uint64_t)value->type * UINT64_C(0x9e3779b97f4a7c15);

    if (value->type == ASSAY_JSON_STRING)
        return hash ^ assay_str_hash(value->text);
    if (value->type == ASSAY_JSON_NUMBER)
        return hash ^ assay_number_hash(value->text);
    for (const struct assay_json *m = value->first; m; m = m->next) {
        uint64_t part = hash_of(m) * UINT64_C(0xff51afd7ed558ccd);

        if (value->type == ASSAY_JSON_OBJECT) /* in any order */
            hash += part ^ assay_str_hash(m->key);
        else
            hash = (hash ^ part) * UINT64_C(0xc4ceb9fe1a85ec53) + 1;
    }
    return hash ^ hash >> 29;
}

struct hashed {
    uint64_t hash;
    const struct assay_json *value;
};

static int by_hash(const void *a, const void *b)
{
    const struct hashed *left = a, *right = b;

    return (left->hash > right->hash) - (left->hash < right->hash);
}

static bool check_unique(struct run *run, const struct assay_json *value)
{
    struct hashed *items =
        ASSAY_NEW_ARRAY(run->arena, struct hashed, value->count + 1);
    size_t count = 0;

    for (const struct assay_json *m = value->first; m; m = m->next)
        items[count++] = (struct hashed){hash_of(m), m};
    qsort(items, count, sizeof *items, by_hash);
    for (size_t i = 0; i < count; i++)
        for (size_t j = i + 1; j < count && items[j].hash == items[i].hash;
             j++) {
            if (!step(run))
                return false;
            if (assay_json_same(items[i].value, items[j].value))
                return breaks(run, value, "items %u and %u are the same",
                              (unsigned)items[i].value->index,
                              (unsigned)items[j].value->index);
        }
    return true;
}

/* --------------------------------------------- plain constraints */

static bool check_type(struct run *run, const struct assay_rule *rule,
                       const struct assay_json *value)
{
    if (rule->types && !(rule->types & 1u << value->type))
        return breaks(run, value, "a %s is not of the type asked for",
                      assay_json_type_name(value));
    if (rule->types && rule->whole && value->type == ASSAY_JSON_NUMBER &&
        !assay_number_is_whole(value->text))
        return breaks(run, value, "%.*s is not a whole number",
                      ASSAY_STR_ARG(value->text));
    if (rule->constant && !assay_json_same(rule->constant, value))
        return breaks(run, value, "not the value asked for");
    if (!rule->any_of_values)
        return true;
    for (const struct assay_json *m = rule->any_of_values->first; m;
         m = m->next) {
        if (!step(run))
            return false;
        if (assay_json_same(m, value))
            return true;
    }
    return breaks(run, value, "none of the %u values asked for",
                  (unsigned)rule->any_of_values->count);
}

/* The number compared with a limit: is it `order` (<0, 0, >0) or equal? */
static bool check_limit(struct run *run, const struct assay_json *value,
                        struct assay_str limit, bool upper, bool open)
{
    if (limit.len == 0)
        return true;
    int order = assay_number_compare(value->text, limit);
    if (order == 0 ? !open : (order < 0) == upper)
        return true;
    return breaks(run, value, "%.*s is not %s %.*s", ASSAY_STR_ARG(value->text),
                  upper  ? open ? "below" : "at most"
                  : open ? "above"
                         : "at least",
                  ASSAY_STR_ARG(limit));
}

static bool check_number(struct run *run, const struct assay_rule *rule,
                         const struct assay_json *value)
{
    if (rule->format && rule->format->number_fits &&
        !rule->format->number_fits(value->text))
        return breaks(run, value, "not a number of format %s",
                      rule->format->name);
    if (rule->multiple_of.len > 0 &&
        !assay_number_divides(rule->multiple_of, value->text))
        return breaks(run, value, "%.*s is not a multiple of %.*s",
                      ASSAY_STR_ARG(value->text),
                      ASSAY_STR_ARG(rule->multiple_of));
    return check_limit(run, value, rule->minimum, false,
                       rule->minimum_is_open) &&
           check_limit(run, value, rule->maximum, true,
                       rule->maximum_is_open) &&
           check_limit(run, value, rule->above, false, true) &&
           check_limit(run, value, rule->below, true, true);
}

static bool check_count(struct run *run, const struct assay_json *value,
                        uint64_t count, const char *what,
                        const struct assay_rule_limit limits[2])
{
    if (limits[0].given && count < limits[0].value)
        return breaks(run, value, "%llu %s, expected %llu or more",
                      (unsigned long long)count, what,
                      (unsigned long long)limits[0].value);
    if (limits[1].given && count > limits[1].value)
        return breaks(run, value, "%llu %s, expected %llu or fewer",
                      (unsigned long long)count, what,
                      (unsigned long long)limits[1].value);
    return true;
}

static bool matches(struct run *run, const struct assay_pattern *pattern,
                    struct assay_str text)
{
    struct assay_error err = {0};
    struct assay_pattern_text units;

    if (!assay_pattern_text(run->arena, text, &units, &err))
        return give_up(run, err.text);
    switch (assay_pattern_search(pattern, units, 0, NULL, &err)) {
    case ASSAY_PATTERN_GAVE_UP:
        return give_up(run, err.text);
    case ASSAY_PATTERN_FOUND:
        return true;
    default:
        return false;
    }
}

static bool check_string(struct run *run, const struct assay_rule *rule,
                         const struct assay_json *value)
{
    struct assay_rule_limit limits[2] = {rule->min_length, rule->max_length};
    uint64_t count = 0;

    for (size_t i = 0; i < value->text.len; i++)
        count += ((unsigned char)value->text.at[i] & 0xc0) != 0x80;
    if (!check_count(run, value, count, "characters", limits))
        return false;
    if (rule->pattern && !matches(run, rule->pattern, value->text))
        return breaks(run, value, "the text does not match the pattern");
    if (rule->format && rule->format->fits && !rule->format->fits(value->text))
        return breaks(run, value, "the text is no %s", rule->format->name);
    return true;
}

/* -------------------------------------------------------- arrays */

static bool check_contains(struct run *run, const struct assay_rule *rule,
                           const struct assay_json *value, struct seen *seen)
{
    struct assay_rule_limit limits[2] = {rule->min_contains,
                                         rule->max_contains};
    uint64_t count = 0;

    if (!limits[0].given)
        limits[0] = (struct assay_rule_limit){true, 1};
    for (const struct assay_json *m = value->first; m; m = m->next)
        if (try_here(run, rule->contains, m, NULL)) {
            count++;
            if (rule->contains_evaluates)
                mark(seen, m->index);
        }
    return !run->gave_up && check_count(run, value, count,
                                        "items of the kind asked for", limits);
}

static bool check_array(struct run *run, const struct assay_rule *rule,
                        const struct assay_json *value, struct seen *seen)
{
    struct assay_rule_limit limits[2] = {rule->min_items, rule->max_items};

    if (!check_count(run, value, value->count, "items", limits) ||
        (rule->unique && !check_unique(run, value)))
        return false;
    for (const struct assay_json *m = value->first; m; m = m->next) {
        const struct assay_rule *item = m->index < rule->prefix.count
                                            ? rule->prefix.at[m->index]
                                            : rule->items;
        if (!item)
            continue;
        if (!ask(run, item, m, NULL))
            return false;
        mark(seen, m->index);
    }
    return !rule->contains || check_contains(run, rule, value, seen);
}

/* ------------------------------------------------------- objects */

static bool check_required(struct run *run, const struct assay_json *value,
                           const struct assay_json *names)
{
    for (const struct assay_json *n = names ? names->first : NULL; n;
         n = n->next) {
        if (!step(run))
            return false;
        if (!assay_json_get_str(value, n->text))
            return breaks(run, value, "\"%.*s\" is missing",
                          ASSAY_STR_ARG(n->text));
    }
    return true;
}

static const struct assay_rule *member_rule(const struct assay_rule *rule,
                                            struct assay_str name)
{
    for (size_t i = 0; i < rule->members.count; i++)
        if (assay_str_equal(rule->members.at[i].name, name))
            return rule->members.at[i].rule;
    return NULL;
}

static bool check_member(struct run *run, const struct assay_rule *rule,
                         const struct assay_json *member, struct seen *seen)
{
    const struct assay_rule *own = member_rule(rule, member->key);
    bool named = own != NULL;

    if (own && !ask(run, own, member, NULL))
        return false;
    for (size_t i = 0; i < rule->patterns.count; i++)
        if (matches(run, rule->patterns.at[i].pattern, member->key)) {
            named = true;
            if (!ask(run, rule->patterns.at[i].rule, member, NULL))
                return false;
        }
    if (run->gave_up)
        return false;
    if (!named && rule->additional) {
        named = true;
        if (rule->additional->never)
            return breaks(run, member->parent, "\"%.*s\" is not asked for",
                          ASSAY_STR_ARG(member->key));
        if (!ask(run, rule->additional, member, NULL))
            return false;
    }
    if (named)
        mark(seen, member->index);
    if (!rule->member_names)
        return true;
    struct assay_json name = {.type = ASSAY_JSON_STRING, .text = member->key};
    return try_here(run, rule->member_names, &name, NULL) ||
           breaks(run, member->parent, "the name \"%.*s\" is not allowed",
                  ASSAY_STR_ARG(member->key));
}

static bool check_object(struct run *run, const struct assay_rule *rule,
                         const struct assay_json *value, struct seen *seen)
{
    struct assay_rule_limit limits[2] = {rule->min_members, rule->max_members};

    if (!check_count(run, value, value->count, "members", limits) ||
        !check_required(run, value, rule->required))
        return false;
    for (const struct assay_json *m = value->first; m; m = m->next)
        if (!check_member(run, rule, m, seen))
            return false;
    for (size_t i = 0; i < rule->depends.count; i++) {
        const struct assay_rule_member *on = &rule->depends.at[i];

        if (!assay_json_get_str(value, on->name))
            continue;
        if (!check_required(run, value, on->names) ||
            (on->rule && !ask_here(run, on->rule, value, seen)))
            return false;
    }
    return true;
}

/* ----------------------------------------------- rules of rules */

static bool check_some(struct run *run, const struct assay_rule *rule,
                       const struct assay_json *value, struct seen *seen)
{
    size_t held = 0;

    for (size_t i = 0; i < rule->all_of.count; i++)
        if (!ask_here(run, rule->all_of.at[i], value, seen))
            return false;
    for (size_t i = 0; i < rule->any_of.count && (held == 0 || seen); i++)
        held += try_here(run, rule->any_of.at[i], value, seen);
    if (rule->any_of.count > 0 && held == 0)
        return breaks(run, value, "none of the %zu schemas of anyOf fits",
                      rule->any_of.count);
    held = 0;
    for (size_t i = 0; i < rule->one_of.count; i++)
        held += try_here(run, rule->one_of.at[i], value, seen);
    if (rule->one_of.count > 0 && held != 1)
        return breaks(run, value, "%zu of the %zu schemas of oneOf fit, not 1",
                      held, rule->one_of.count);
    return true;
}

static bool check_rules(struct run *run, const struct assay_rule *rule,
                        const struct assay_json *value, struct seen *seen)
{
    if (rule->ref && !ask_here(run, rule->ref, value, seen))
        return false;
    if (!check_some(run, rule, value, seen))
        return false;
    if (rule->no && try_here(run, rule->no, value, NULL))
        return breaks(run, value, "it fits the schema of \"not\"");
    if (!rule->when)
        return true;
    const struct assay_rule *next =
        try_here(run, rule->when, value, seen) ? rule->then : rule->otherwise;
    return !next || ask_here(run, next, value, seen);
}

static bool check_unevaluated(struct run *run, const struct assay_rule *rule,
                              const struct assay_json *value, struct seen *seen)
{
    const struct assay_rule *rest =
        value->type == ASSAY_JSON_OBJECT  ? rule->unevaluated_members
        : value->type == ASSAY_JSON_ARRAY ? rule->unevaluated_items
                                          : NULL;

    if (!rest)
        return true;
    for (const struct assay_json *m = value->first; m; m = m->next) {
        if (is_marked(seen, m->index))
            continue;
        if (!ask(run, rest, m, NULL))
            return false;
        mark(seen, m->index);
    }
    return true;
}

static bool check_by_type(struct run *run, const struct assay_rule *rule,
                          const struct assay_json *value, struct seen *seen)
{
    switch (value->type) {
    case ASSAY_JSON_NUMBER:
        return check_number(run, rule, value);
    case ASSAY_JSON_STRING:
        return check_string(run, rule, value);
    case ASSAY_JSON_ARRAY:
        return check_array(run, rule, value, seen);
    case ASSAY_JSON_OBJECT:
        return check_object(run, rule, value, seen);
    default:
        return true;
    }
}

static bool ask(struct run *run, const struct assay_rule *rule,
                const struct assay_json *value, struct seen *seen)
{
    struct seen own;
    bool holds;

    if (rule->never)
        return breaks(run, value, "no value is allowed here");
    if (!step(run))
        return false;
    if (run->nested >= MAX_NESTED)
        return give_up(run, "the schema refers to itself without end");
    if (!seen && (rule->unevaluated_members || rule->unevaluated_items)) {
        own = new_seen(run, value);
        seen = &own;
    }
    run->nested++;
    holds = check_type(run, rule, value) &&
            check_by_type(run, rule, value, seen) &&
            check_rules(run, rule, value, seen) &&
            check_unevaluated(run, rule, value, seen);
    run->nested--;
    return holds && !run->gave_up;
}

enum assay_schema_result assay_schema_check_run(
    const struct assay_validator *validator, struct assay_arena *arena,
    const struct assay_json *value, struct assay_str *reason)
{
    struct run run = {.arena = arena, .validator = validator};
    bool holds = ask(&run, validator->root, value, NULL);

    *reason = run.reason;
    return run.gave_up ? ASSAY_SCHEMA_GAVE_UP
           : holds     ? ASSAY_SCHEMA_HOLDS
                       : ASSAY_SCHEMA_BREAKS;
}

bool assay_validate(const struct assay_validator *validator,
                    struct assay_arena *arena, const struct assay_json *value,
                    struct assay_str *reason)
{
    return assay_schema_check_run(validator, arena, value, reason) ==
           ASSAY_SCHEMA_HOLDS;
}
