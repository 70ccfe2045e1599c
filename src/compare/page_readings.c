/*
 * What changed, the newest reading first, a page of it at a time: each
 * reading in one sentence, then change by change. Up to some ten thousand
 * changes, a few hundred readings.
 */
#include "compare/page_parts.h"

#include <stdlib.h>

/* So many new or lost subjects of one reading are said as a number. */
enum { MANY = 20 };

/* ------------------------------------------------------- one change */

/* The first component's price, where both have one: which is lower. */
static bool price_order(struct assay_arena *arena,
                        const struct assay_change *change,
                        struct assay_decimal usd[2], int *order)
{
    const struct assay_json *values[2] = {change->before, change->after};

    if (!assay_str_starts(change->fact, "price."))
        return false;
    for (size_t i = 0; i < 2; i++) {
        struct assay_price_list list;

        if (!values[i] || !assay_json_is(values[i], ASSAY_JSON_ARRAY))
            return false;
        assay_price_list_read(arena, values[i], NULL, &list);
        if (list.count == 0 || list.components[0].state == ASSAY_UNKNOWN)
            return false;
        usd[i] = list.components[0].usd;
    }
    *order = assay_decimal_compare(usd[1], usd[0]);
    return true;
}

/* "20 % lower", "twice as high" is left to the reader; "" for none. */
static struct assay_str price_move(struct assay_arena *arena,
                                   const struct assay_change *change)
{
    struct assay_decimal usd[2], ratio, percent;
    int order;

    if (!price_order(arena, change, usd, &order) || order == 0 ||
        assay_decimal_sign(usd[0]) <= 0 ||
        !assay_decimal_div(usd[1], usd[0], 4, &ratio) ||
        !assay_decimal_sub(ratio, ASSAY_DECIMAL(1, 0), &percent))
        return ASSAY_STR("");
    if (order < 0)
        percent.digits = -percent.digits;
    percent = assay_decimal_round(assay_decimal_scale(percent, 2), 0);
    if (assay_decimal_sign(percent) == 0)
        return order < 0 ? ASSAY_STR("a little lower")
                         : ASSAY_STR("a little higher");
    return assay_arena_printf(
        arena, "%.*s %% %s",
        ASSAY_STR_ARG(assay_decimal_fixed(arena, percent, 0)),
        order < 0 ? "lower" : "higher");
}

/* "$0.80 → $0.64", "now $0.80", "$0.80, no longer stated" */
static struct assay_str from_to(struct assay_arena *arena,
                                const struct assay_change *change)
{
    struct assay_str before =
        assay_page_change_value(arena, change, change->before);
    struct assay_str after =
        assay_page_change_value(arena, change, change->after);

    if (!change->before)
        return assay_arena_printf(arena, "now %.*s", ASSAY_STR_ARG(after));
    if (!change->after)
        return assay_arena_printf(arena, "%.*s, no longer stated",
                                  ASSAY_STR_ARG(before));
    return assay_arena_printf(arena, "%.*s → %.*s", ASSAY_STR_ARG(before),
                              ASSAY_STR_ARG(after));
}

static struct assay_str listing(struct assay_arena *arena,
                                const struct assay_change *change)
{
    return assay_arena_printf(arena, "%s %slisted",
                              assay_subject_kind_name(change->kind),
                              change->after ? "" : "no longer ");
}

struct assay_str assay_change_words(struct assay_arena *arena,
                                    const struct assay_change *change)
{
    struct assay_cell fact = {.text = {"", 0}};
    struct assay_str what;

    if (change->fact.len == 0) {
        what = listing(arena, change);
    } else {
        assay_page_change_fact(arena, &fact, change);
        what = assay_arena_printf(arena, "%.*s %.*s", ASSAY_STR_ARG(fact.text),
                                  ASSAY_STR_ARG(from_to(arena, change)));
    }
    return assay_arena_printf(arena, "%.*s: %.*s",
                              ASSAY_STR_ARG(change->subject),
                              ASSAY_STR_ARG(what));
}

/* ------------------------------------------------------- one reading */

struct tally {
    size_t listed, gone, lower, higher, other_prices, facts;
};

static struct tally tally_of(struct assay_arena *arena,
                             const struct assay_changed *reading)
{
    struct tally t = {0};

    for (size_t i = 0; i < reading->count; i++) {
        const struct assay_change *change = reading->changes[i];
        struct assay_decimal usd[2];
        int order = 0;

        if (change->fact.len == 0)
            ++*(change->after ? &t.listed : &t.gone);
        else if (price_order(arena, change, usd, &order) && order)
            ++*(order < 0 ? &t.lower : &t.higher);
        else if (assay_str_starts(change->fact, "price."))
            t.other_prices++;
        else
            t.facts++;
    }
    return t;
}

/* "; 84 prices lower" */
static void add_words(struct assay_arena *arena, struct assay_str *words,
                      size_t n, const char *one, const char *many)
{
    if (n == 0)
        return;
    *words = assay_arena_printf(
        arena, "%.*s%s%.*s %s", ASSAY_STR_ARG(*words), words->len ? "; " : "",
        ASSAY_STR_ARG(assay_decimal_fixed(arena, assay_decimal_uint(n), 0)),
        n == 1 ? one : many);
}

static struct assay_str words_of(struct assay_arena *arena,
                                 const struct tally *t)
{
    struct assay_str words = {"", 0};

    add_words(arena, &words, t->listed, "model or route listed",
              "models and routes listed");
    add_words(arena, &words, t->gone, "model or route no longer listed",
              "models and routes no longer listed");
    add_words(arena, &words, t->lower, "price lower", "prices lower");
    add_words(arena, &words, t->higher, "price higher", "prices higher");
    add_words(arena, &words, t->other_prices, "price stated otherwise",
              "prices stated otherwise");
    add_words(arena, &words, t->facts, "other fact changed",
              "other facts changed");
    return words;
}

/* Those that are told one by one stand first, in the order they had. */
static void sort_out(struct assay_arena *arena, struct assay_changed *reading,
                     const struct tally *t)
{
    const struct assay_change **sorted =
        ASSAY_NEW_ARRAY(arena, const struct assay_change *, reading->count);
    size_t at = 0;

    for (int rest = 0; rest < 2; rest++) {
        for (size_t i = 0; i < reading->count; i++) {
            const struct assay_change *change = reading->changes[i];
            bool many = change->fact.len == 0 &&
                        (change->after ? t->listed : t->gone) >= MANY;

            if (many == rest)
                sorted[at++] = change;
        }
        if (!rest)
            reading->listed = at;
    }
    reading->changes = sorted;
}

/* ------------------------------------------------------- readings */

static int newest_first(const void *a, const void *b)
{
    const struct assay_change *x = *(const struct assay_change *const *)a;
    const struct assay_change *y = *(const struct assay_change *const *)b;
    int order = assay_date_compare(y->on, x->on);

    if (order == 0)
        order = assay_str_compare(x->source, y->source);
    if (order == 0)
        order = x < y ? -1 : x > y; /* as they stand in the array */
    return order;
}

static bool same_reading(const struct assay_change *a,
                         const struct assay_change *b)
{
    return assay_date_compare(a->on, b->on) == 0 &&
           assay_str_equal(a->source, b->source);
}

void assay_changes_by_reading(struct assay_arena *arena,
                              const struct assay_change *changes, size_t count,
                              struct assay_changed **readings,
                              size_t *reading_count)
{
    const struct assay_change **sorted =
        ASSAY_NEW_ARRAY(arena, const struct assay_change *, count + 1);
    size_t n = 0;

    for (size_t i = 0; i < count; i++)
        sorted[i] = &changes[i];
    qsort(sorted, count, sizeof *sorted, newest_first);
    for (size_t i = 0; i < count; i++)
        n += i == 0 || !same_reading(sorted[i - 1], sorted[i]);
    *readings = ASSAY_NEW_ARRAY(arena, struct assay_changed, n + 1);
    *reading_count = n;
    n = 0;
    for (size_t i = 0; i < count; n++) {
        struct assay_changed *reading = &(*readings)[n];
        struct tally tally;

        *reading = (struct assay_changed){
            .source = sorted[i]->source,
            .on = sorted[i]->on,
            .changes = &sorted[i],
        };
        while (i < count && same_reading(reading->changes[0], sorted[i])) {
            reading->count++;
            i++;
        }
        tally = tally_of(arena, reading);
        reading->words = words_of(arena, &tally);
        sort_out(arena, reading, &tally);
    }
}

/* ------------------------------------------------------- a page of them */

enum { SUBJECT, FACT, MOVE, COLUMNS };

static void change_row(struct assay_document *doc, struct assay_block *table,
                       const struct assay_change *change)
{
    struct assay_arena *arena = doc->arena;
    struct assay_cell *row = assay_table_row(doc, table);

    for (size_t i = 0; i < COLUMNS; i++)
        row[i].state = ASSAY_KNOWN;
    row[SUBJECT].text = change->subject;
    if (change->kind == ASSAY_SUBJECT_MODEL)
        row[SUBJECT].link = assay_page_model_link(arena, change->subject);
    if (change->fact.len == 0) {
        row[FACT].text = listing(arena, change);
        return;
    }
    assay_page_change_fact(arena, &row[FACT], change);
    row[MOVE].text = from_to(arena, change);
    row[MOVE].note = price_move(arena, change);
}

struct page_of_readings {
    struct assay_document *doc;
    struct assay_json *list;
    struct assay_part part; /* total: seen so far */
    size_t most, shown;
};

/* What of it lies in the part. */
static void add_reading(struct page_of_readings *p,
                        const struct assay_changed *reading)
{
    static const struct assay_column columns[COLUMNS] = {
        [SUBJECT] = {.title = {"model or route", 14}},
        [FACT] = {.title = {"what", 4}},
        [MOVE] = {.title = {"change", 6}},
    };
    struct assay_arena *arena = p->doc->arena;
    size_t units = reading->listed ? reading->listed : 1;
    size_t start = p->part.total, first = 0, last = units;
    size_t end = p->part.first + p->most;

    p->part.total += units;
    if (start >= end || start + units <= p->part.first)
        return;
    if (start < p->part.first)
        first = p->part.first - start;
    if (start + last > end)
        last = end - start;
    p->shown += last - first;

    struct assay_str name = assay_arena_printf(
        arena, "%.*s %.*s", ASSAY_STR_ARG(assay_date_text(arena, reading->on)),
        ASSAY_STR_ARG(reading->source));
    struct assay_section *section =
        assay_document_section(p->doc, name.at, name.at);
    struct assay_block *table = NULL;

    assay_section_say(p->doc, section, ASSAY_BLOCK_PARAGRAPH,
                      assay_arena_printf(arena, "%.*s%s.",
                                         ASSAY_STR_ARG(reading->words),
                                         first ? " (continued)" : ""));
    for (size_t i = first; i < last && i < reading->listed; i++) {
        if (!table)
            table = assay_section_table(p->doc, section, columns, COLUMNS);
        change_row(p->doc, table, reading->changes[i]);
        assay_json_add(p->list,
                       assay_page_change_json(arena, reading->changes[i]));
    }
}

struct assay_document *assay_page_readings(
    struct assay_arena *arena, const struct assay_changed *readings,
    size_t count, size_t most, struct assay_part *part,
    const struct assay_changes_title *title)
{
    struct page_of_readings p = {
        .doc = assay_document_new(arena, title->title, title->aside),
        .list = assay_json_array(arena),
        .part = {.first = part->first},
        .most = most,
    };
    struct assay_section *top = assay_document_section(p.doc, "which", "");

    for (size_t i = 0; i < count; i++)
        add_reading(&p, &readings[i]);
    assay_section_say(
        p.doc, top, ASSAY_BLOCK_PARAGRAPH,
        count == 0
            ? ASSAY_STR("Nothing changed.")
            : assay_arena_printf(
                  arena, "Changes by reading, newest first: %.*s.",
                  ASSAY_STR_ARG(assay_page_part(arena, p.part, p.shown))));
    p.doc->data = assay_json_object(arena);
    assay_json_set_c(arena, p.doc->data, "format", "assay-changes/1");
    assay_json_set(p.doc->data, "changes", p.list);
    part->total = p.part.total;
    return p.doc;
}
