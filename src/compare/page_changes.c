/*
 * What changed, subject by subject in the order given: what began, what
 * ended, and what is said otherwise.
 */
#include "compare/page_parts.h"

static struct assay_str value_text(struct assay_arena *arena,
                                   const struct assay_change *change,
                                   const struct assay_json *value)
{
    const struct assay_claim claim = {.fact = change->fact, .value = value};

    return value ? assay_claim_text(arena, &claim) : ASSAY_STR("–");
}

enum { ON, SUBJECT, FACT, BEFORE, AFTER, SOURCE, COLUMNS };

static void change_row(struct assay_arena *arena, struct assay_document *doc,
                       struct assay_block *table,
                       const struct assay_change *change)
{
    struct assay_cell *row = assay_table_row(doc, table);

    row[ON].text = assay_date_text(arena, change->on);
    row[SUBJECT].text = change->subject;
    if (change->fact.len) {
        row[FACT].text = assay_fact_title(arena, change->fact);
        if (change->kind == ASSAY_SUBJECT_ROUTE &&
            !assay_str_starts(change->fact, "price."))
            row[FACT].note = ASSAY_STR("of the route");
        row[BEFORE].text = value_text(arena, change, change->before);
        row[AFTER].text = value_text(arena, change, change->after);
    } else {
        row[FACT].text = assay_arena_printf(
            arena, "%s %slisted", assay_subject_kind_name(change->kind),
            change->after ? "" : "no longer ");
    }
    row[SOURCE].text = change->source;
    for (size_t i = 0; i < COLUMNS; i++)
        row[i].state = ASSAY_KNOWN;
}

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

static struct assay_json *change_json(struct assay_arena *arena,
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

/* ------------------------------------------------------- first readings */

/* From here on a page says how many; the contract lists them all. */
enum { MANY = 20 };

/* Both are of one reading, and both begin, or both end, a listing. */
static bool same_listing(const struct assay_change *a,
                         const struct assay_change *b)
{
    return a->fact.len == 0 && b->fact.len == 0 &&
           (a->after != NULL) == (b->after != NULL) &&
           assay_date_compare(a->on, b->on) == 0 &&
           assay_str_equal(a->source, b->source);
}

/* Listings of one reading: some hundred readings in a store. */
struct listing {
    const struct assay_change *first;
    size_t count;
};

struct listings {
    struct listing *at;
    size_t count;
};

static struct listing *find_listing(const struct listings *all,
                                    const struct assay_change *change)
{
    for (size_t i = all->count; i > 0; i--)
        if (same_listing(all->at[i - 1].first, change))
            return &all->at[i - 1];
    return NULL;
}

static struct listings count_listings(struct assay_arena *arena,
                                      const struct assay_change *changes,
                                      size_t count)
{
    struct listings all = {.at = ASSAY_NEW_ARRAY(arena, struct listing, count)};

    for (size_t i = 0; i < count; i++) {
        struct listing *known;

        if (changes[i].fact.len)
            continue;
        known = find_listing(&all, &changes[i]);
        if (known)
            known->count++;
        else
            all.at[all.count++] = (struct listing){&changes[i], 1};
    }
    return all;
}

static void many_row(struct assay_arena *arena, struct assay_document *doc,
                     struct assay_block *table,
                     const struct assay_change *change, size_t many)
{
    struct assay_cell *row = assay_table_row(doc, table);
    struct assay_str number =
        assay_decimal_fixed(arena, assay_decimal_uint(many), 0);

    row[ON].text = assay_date_text(arena, change->on);
    row[SUBJECT].text = assay_arena_printf(arena, "%.*s models and routes",
                                           ASSAY_STR_ARG(number));
    row[FACT].text =
        change->after ? ASSAY_STR("listed") : ASSAY_STR("no longer listed");
    row[SOURCE].text = change->source;
    for (size_t i = 0; i < COLUMNS; i++)
        row[i].state = ASSAY_KNOWN;
}

struct assay_document *assay_page_changes(
    struct assay_arena *arena, struct assay_change *changes, size_t count,
    const struct assay_changes_title *title)
{
    static const struct assay_column columns[COLUMNS] = {
        [ON] = {.title = {"on", 2}},
        [SUBJECT] = {.title = {"model or route", 14}},
        [FACT] = {.title = {"what", 4}},
        [BEFORE] = {.title = {"before", 6}},
        [AFTER] = {.title = {"after", 5}},
        [SOURCE] = {.title = {"source", 6}},
    };
    struct assay_document *doc =
        assay_document_new(arena, title->title, title->aside);
    struct assay_section *section = assay_document_section(doc, "changes", "");
    struct assay_json *list = assay_json_array(arena);
    struct listings listings = count_listings(arena, changes, count);
    struct assay_block *table = NULL;

    if (count == 0)
        assay_section_say(doc, section, ASSAY_BLOCK_PARAGRAPH,
                          ASSAY_STR("Nothing changed."));
    else
        table = assay_section_table(doc, section, columns, COLUMNS);
    for (size_t i = 0; i < count; i++) {
        const struct listing *listing = find_listing(&listings, &changes[i]);

        if (!listing || listing->count < MANY)
            change_row(arena, doc, table, &changes[i]);
        else if (listing->first == &changes[i])
            many_row(arena, doc, table, &changes[i], listing->count);
        assay_json_add(list, change_json(arena, &changes[i]));
    }
    doc->data = assay_json_object(arena);
    assay_json_set_c(arena, doc->data, "format", "assay-changes/1");
    assay_json_set(doc->data, "changes", list);
    return doc;
}
