/*
 * What one statement says otherwise than another: both taken apart into
 * facts, some 20 each, and compared one by one.
 */
#include "assay/catalog.h"

struct fact {
    struct assay_str path;
    const struct assay_json *value;
};

struct facts {
    struct assay_arena *arena;
    struct fact *at;
    size_t count, room;
};

/* ------------------------------------------------------- the list */

void assay_changes_add(struct assay_changes *list,
                       const struct assay_change *change)
{
    if (list->count == list->room) {
        size_t room = list->room ? list->room * 2 : 64;
        struct assay_change *wider =
            ASSAY_NEW_ARRAY(list->arena, struct assay_change, room);

        for (size_t i = 0; i < list->count; i++)
            wider[i] = list->at[i];
        list->at = wider;
        list->room = room;
    }
    list->at[list->count++] = *change;
}

/* ------------------------------------------------------- facts of a body */

static void add_fact(struct facts *facts, struct assay_str path,
                     const struct assay_json *value)
{
    if (facts->count == facts->room) {
        size_t room = facts->room ? facts->room * 2 : 32;
        struct fact *wider = ASSAY_NEW_ARRAY(facts->arena, struct fact, room);

        for (size_t i = 0; i < facts->count; i++)
            wider[i] = facts->at[i];
        facts->at = wider;
        facts->room = room;
    }
    facts->at[facts->count++] = (struct fact){path, value};
}

/* The components of one meter, in their order, are one fact. */
static void add_prices(struct facts *facts, const struct assay_json *prices)
{
    for (const struct assay_json *p = prices->first; p; p = p->next) {
        struct assay_str meter = assay_json_text(p, "meter");
        struct assay_str path = assay_arena_printf(facts->arena, "price.%.*s",
                                                   ASSAY_STR_ARG(meter));
        struct assay_json *same;
        bool seen = false;

        for (size_t i = 0; i < facts->count && !seen; i++)
            seen = assay_str_equal(facts->at[i].path, path);
        if (seen)
            continue;
        same = assay_json_array(facts->arena);
        for (const struct assay_json *q = p; q; q = q->next)
            if (assay_str_equal(assay_json_text(q, "meter"), meter))
                assay_json_add(same, assay_json_copy(facts->arena, q));
        add_fact(facts, path, same);
    }
}

static void add_members(struct facts *facts, const struct assay_json *object)
{
    for (const struct assay_json *v = object->first; v; v = v->next)
        add_fact(facts,
                 assay_arena_printf(facts->arena, "%.*s.%.*s",
                                    ASSAY_STR_ARG(object->key),
                                    ASSAY_STR_ARG(v->key)),
                 v);
}

static void read_facts(struct facts *facts, const struct assay_json *body)
{
    for (const struct assay_json *m = body->first; m; m = m->next) {
        if (assay_str_is(m->key, "prices")) {
            add_prices(facts, m);
        } else if (assay_str_is(m->key, "benchmarks") ||
                   assay_str_is(m->key, "trials")) {
            struct assay_str row_name = assay_str_head(m->key, m->key.len - 1);

            for (const struct assay_json *row = m->first; row; row = row->next)
                add_fact(facts, row_name, row);
        } else if (assay_json_is(m, ASSAY_JSON_OBJECT) &&
                   !assay_str_is(m->key, "image_tokens")) {
            add_members(facts, m);
        } else {
            add_fact(facts, m->key, m);
        }
    }
}

/* ------------------------------------------------------- comparing */

/* Two rows are of one benchmark, or trial, when these say the same. */
static bool same_row(const struct assay_json *a, const struct assay_json *b)
{
    static const char *const keys[] = {"name", "setting", "variant", "harness",
                                       "unit", "date",    "run",     "against"};

    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
        if (!assay_str_equal(assay_json_text(a, keys[i]),
                             assay_json_text(b, keys[i])))
            return false;
    return true;
}

static const struct fact *find_fact(const struct facts *facts,
                                    const struct fact *wanted)
{
    bool row = assay_str_is(wanted->path, "benchmark") ||
               assay_str_is(wanted->path, "trial");

    for (size_t i = 0; i < facts->count; i++)
        if (assay_str_equal(facts->at[i].path, wanted->path) &&
            (!row || same_row(facts->at[i].value, wanted->value)))
            return &facts->at[i];
    return NULL;
}

static void compare_bodies(struct assay_changes *list,
                           const struct assay_change *about,
                           const struct assay_json *before,
                           const struct assay_json *after)
{
    struct facts was = {.arena = list->arena}, is = {.arena = list->arena};
    struct assay_change change = *about;

    read_facts(&was, before);
    read_facts(&is, after);
    for (size_t i = 0; i < is.count; i++) {
        const struct fact *old = find_fact(&was, &is.at[i]);

        if (old && assay_json_equal(old->value, is.at[i].value))
            continue;
        change.fact = is.at[i].path;
        change.before = old ? old->value : NULL;
        change.after = is.at[i].value;
        assay_changes_add(list, &change);
    }
    for (size_t i = 0; i < was.count; i++) {
        if (find_fact(&is, &was.at[i]))
            continue;
        change.fact = was.at[i].path;
        change.before = was.at[i].value;
        change.after = NULL;
        assay_changes_add(list, &change);
    }
}

void assay_changes_compare(struct assay_changes *list,
                           const struct assay_change *about,
                           const struct assay_json *before,
                           const struct assay_json *after)
{
    struct assay_change whole = *about;

    if (before && after) {
        compare_bodies(list, about, before, after);
        return;
    }
    whole.fact = ASSAY_STR("");
    whole.before = before;
    whole.after = after;
    assay_changes_add(list, &whole);
}
