/*
 * What changed, reading by reading: what a source came to list, what it
 * lists no longer, and what it says otherwise.
 */
#include "compare/page_parts.h"

/* ------------------------------------------------------- the contract */

static void set_value(struct assay_arena *arena, struct assay_json *object,
                      const char *key, const struct assay_json *value)
{
    struct assay_json *copy;

    if (!value) {
        assay_json_set_null(arena, object, key);
        return;
    }
    copy = assay_json_copy(arena, value);
    copy->key = ASSAY_STR("");
    assay_json_set(object, key, copy);
}

struct assay_json *assay_page_change_json(struct assay_arena *arena,
                                          const struct assay_change *change)
{
    struct assay_json *one = assay_json_object(arena);

    assay_json_set_text(arena, one, "on", assay_date_text(arena, change->on));
    assay_json_set_text(arena, one, "subject", change->subject);
    assay_json_set_c(arena, one, "subject_kind",
                     assay_subject_kind_name(change->kind));
    assay_json_set_text(arena, one, "source", change->source);
    assay_json_set_text(arena, one, "fact", change->fact);
    assay_json_set_c(arena, one, "change",
                     !change->before  ? "began"
                     : !change->after ? "ended"
                                      : "changed");
    if (change->fact.len) {
        set_value(arena, one, "before", change->before);
        set_value(arena, one, "after", change->after);
    }
    return one;
}

/* ------------------------------------------------------- one change */

struct assay_str assay_page_change_value(struct assay_arena *arena,
                                         const struct assay_change *change,
                                         const struct assay_json *value)
{
    const struct assay_claim claim = {.fact = change->fact, .value = value};

    if (!value)
        return ASSAY_STR("–");
    if (assay_str_is(change->fact, "benchmark"))
        return assay_page_score(arena, value);
    return assay_page_claim_words(arena, &claim);
}

void assay_page_change_fact(struct assay_arena *arena, struct assay_cell *cell,
                            const struct assay_change *change)
{
    const struct assay_json *either =
        change->after ? change->after : change->before;

    if (assay_str_is(change->fact, "benchmark")) {
        cell->text = assay_json_text(either, "name");
        cell->note = assay_page_setting(arena, either);
        return;
    }
    cell->text = assay_fact_title(arena, change->fact);
    if (change->kind == ASSAY_SUBJECT_ROUTE &&
        !assay_str_starts(change->fact, "price."))
        cell->note = ASSAY_STR("of the route");
}

enum { SUBJECT, FACT, BEFORE, AFTER, COLUMNS };

static void change_row(struct assay_document *doc, struct assay_block *table,
                       const struct assay_change *change)
{
    struct assay_arena *arena = doc->arena;
    struct assay_cell *row = assay_table_row(doc, table);

    row[SUBJECT].text = change->subject;
    if (change->fact.len) {
        assay_page_change_fact(arena, &row[FACT], change);
        row[BEFORE].text =
            assay_page_change_value(arena, change, change->before);
        row[AFTER].text = assay_page_change_value(arena, change, change->after);
    } else {
        row[FACT].text = assay_arena_printf(
            arena, "%s %slisted", assay_subject_kind_name(change->kind),
            change->after ? "" : "no longer ");
    }
    for (size_t i = 0; i < COLUMNS; i++)
        row[i].state = ASSAY_KNOWN;
}

/* ------------------------------------------------------- readings */

/* So many new subjects of one reading are said as a number. */
enum { MANY = 20 };

/* A source on a day: some hundred in a store. */
struct reading {
    struct assay_str source;
    struct assay_date on;
    size_t began, ended; /* subjects listed, and no longer */
};

struct readings {
    struct reading *at;
    size_t count;
};

static bool is_of(const struct assay_change *change,
                  const struct reading *reading)
{
    return assay_date_compare(change->on, reading->on) == 0 &&
           assay_str_equal(change->source, reading->source);
}

/* In the order in which the changes first speak of them. */
static struct readings readings_of(struct assay_arena *arena,
                                   const struct assay_change *changes,
                                   size_t count)
{
    struct readings all = {.at = ASSAY_NEW_ARRAY(arena, struct reading, count)};

    for (size_t i = 0; i < count; i++) {
        size_t k = all.count;

        while (k > 0 && !is_of(&changes[i], &all.at[k - 1]))
            k--;
        if (k == 0) {
            all.at[all.count] = (struct reading){.source = changes[i].source,
                                                 .on = changes[i].on};
            k = ++all.count;
        }
        if (changes[i].fact.len)
            continue;
        if (changes[i].after)
            all.at[k - 1].began++;
        else
            all.at[k - 1].ended++;
    }
    return all;
}

static void say_many(struct assay_document *doc, struct assay_section *section,
                     size_t count, const char *what)
{
    struct assay_str number =
        assay_decimal_fixed(doc->arena, assay_decimal_uint(count), 0);

    if (count >= MANY)
        assay_section_say(doc, section, ASSAY_BLOCK_PARAGRAPH,
                          assay_arena_printf(doc->arena,
                                             "%.*s models and routes %s.",
                                             ASSAY_STR_ARG(number), what));
}

static bool is_one_of_many(const struct assay_change *change,
                           const struct reading *reading)
{
    if (change->fact.len)
        return false;
    return (change->after ? reading->began : reading->ended) >= MANY;
}

static void add_reading(struct assay_document *doc,
                        const struct assay_change *changes, size_t count,
                        const struct reading *reading)
{
    static const struct assay_column columns[COLUMNS] = {
        [SUBJECT] = {.title = {"model or route", 14}},
        [FACT] = {.title = {"what", 4}},
        [BEFORE] = {.title = {"before", 6}},
        [AFTER] = {.title = {"after", 5}},
    };
    struct assay_arena *arena = doc->arena;
    struct assay_str name = assay_arena_printf(
        arena, "%.*s %.*s", ASSAY_STR_ARG(assay_date_text(arena, reading->on)),
        ASSAY_STR_ARG(reading->source));
    struct assay_section *section =
        assay_document_section(doc, name.at, name.at);
    struct assay_block *table = NULL;

    say_many(doc, section, reading->began, "listed");
    say_many(doc, section, reading->ended, "no longer listed");
    for (size_t i = 0; i < count; i++) {
        if (!is_of(&changes[i], reading) ||
            is_one_of_many(&changes[i], reading))
            continue;
        if (!table)
            table = assay_section_table(doc, section, columns, COLUMNS);
        change_row(doc, table, &changes[i]);
    }
}

struct assay_document *assay_page_changes(
    struct assay_arena *arena, const struct assay_change *changes, size_t count,
    const struct assay_changes_title *title)
{
    struct assay_document *doc =
        assay_document_new(arena, title->title, title->aside);
    struct assay_json *list = assay_json_array(arena);
    struct readings readings = readings_of(arena, changes, count);

    if (count == 0)
        assay_section_say(doc, assay_document_section(doc, "none", ""),
                          ASSAY_BLOCK_PARAGRAPH, ASSAY_STR("Nothing changed."));
    for (size_t i = 0; i < readings.count; i++)
        add_reading(doc, changes, count, &readings.at[i]);
    for (size_t i = 0; i < count; i++)
        assay_json_add(list, assay_page_change_json(arena, &changes[i]));
    doc->data = assay_json_object(arena);
    assay_json_set_c(arena, doc->data, "format", "assay-changes/1");
    assay_json_set(doc->data, "changes", list);
    return doc;
}
