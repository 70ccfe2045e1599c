/*
 * The section on switching. The contract has a list for every ordered pair.
 * So has the page of two; of more, eight make 56 pairs, and the page says
 * once what holds for many of them and leaves out what its tables show.
 */
#include "compare/comparison.h"

#include <stdlib.h>
#include <string.h>

/* A statement on one ordered pair. */
struct item {
    size_t from, to;
    const struct assay_point *point;
    bool said;
};

struct writer {
    struct assay_comparison *c;
    struct assay_section *section;
    struct item *items;
    size_t count;
};

/* The pairs that a heading speaks of; ASSAY_NOBODY: any of them. */
struct scope {
    size_t from, to;
    bool both_ways;
};

static struct assay_str name_of(const struct writer *w, size_t side)
{
    return w->c->sides[side].model->name;
}

static void say(struct writer *w, struct assay_str text)
{
    assay_section_say(w->c->doc, w->section, ASSAY_BLOCK_PARAGRAPH, text);
}

static bool is_in(const struct scope *scope, size_t from, size_t to)
{
    if ((scope->from == ASSAY_NOBODY || scope->from == from) &&
        (scope->to == ASSAY_NOBODY || scope->to == to))
        return true;
    return scope->both_ways && scope->from == to && scope->to == from;
}

static bool is_same(const struct item *a, const struct item *b)
{
    return strcmp(a->point->rule, b->point->rule) == 0 &&
           assay_str_equal(a->point->text, b->point->text);
}

static size_t pairs_in(const struct writer *w, const struct scope *scope)
{
    size_t pairs = 0;

    for (size_t from = 0; from < w->c->count; from++)
        for (size_t to = 0; to < w->c->count; to++)
            pairs += from != to && is_in(scope, from, to);
    return pairs;
}

/*
 * True when it is said of every pair of the scope; then these items are
 * said, and their claims are in refs.
 */
static bool take(struct writer *w, const struct scope *scope,
                 const struct item *item, struct assay_refs *refs)
{
    size_t found = 0;

    for (size_t i = 0; i < w->count; i++)
        found += !w->items[i].said &&
                 is_in(scope, w->items[i].from, w->items[i].to) &&
                 is_same(&w->items[i], item);
    if (found < pairs_in(w, scope))
        return false;
    for (size_t i = 0; i < w->count; i++) {
        struct item *one = &w->items[i];

        if (one->said || !is_in(scope, one->from, one->to) ||
            !is_same(one, item))
            continue;
        one->said = true;
        assay_compare_add_refs(w->c, refs, &one->point->refs);
    }
    return true;
}

/* What holds for all of the scope, under one heading. */
static void say_scope(struct writer *w, const struct scope *scope,
                      struct assay_str heading)
{
    bool headed = false;

    for (size_t i = 0; i < w->count; i++) {
        const struct item *item = &w->items[i];
        struct assay_refs refs = {0};
        struct assay_block *block;

        if (item->said || !is_in(scope, item->from, item->to) ||
            !take(w, scope, item, &refs))
            continue;
        if (!headed)
            say(w, heading);
        headed = true;
        block = assay_section_say(w->c->doc, w->section, ASSAY_BLOCK_ITEM,
                                  item->point->text);
        block->rule = assay_str_c(item->point->rule);
        block->refs = refs;
    }
}

static void say_one_model(struct writer *w, size_t side)
{
    struct assay_arena *arena = w->c->arena;
    struct assay_str name = name_of(w, side);

    say_scope(w, &(struct scope){.from = side, .to = ASSAY_NOBODY},
              assay_arena_printf(arena, "From %.*s to any other",
                                 ASSAY_STR_ARG(name)));
    say_scope(w, &(struct scope){.from = ASSAY_NOBODY, .to = side},
              assay_arena_printf(arena, "From any other to %.*s",
                                 ASSAY_STR_ARG(name)));
}

static void say_between(struct writer *w, size_t a, size_t b)
{
    struct assay_str one = name_of(w, a), other = name_of(w, b);

    say_scope(w, &(struct scope){.from = a, .to = b, .both_ways = true},
              assay_arena_printf(w->c->arena, "Between %.*s and %.*s",
                                 ASSAY_STR_ARG(one), ASSAY_STR_ARG(other)));
}

static void say_pair(struct writer *w, size_t from, size_t to)
{
    struct assay_str one = name_of(w, from), other = name_of(w, to);

    say_scope(w, &(struct scope){.from = from, .to = to},
              assay_arena_printf(w->c->arena, "From %.*s to %.*s",
                                 ASSAY_STR_ARG(one), ASSAY_STR_ARG(other)));
}

/* ------------------------------------------------- what models share */

enum { SHARED_SHOWN = 12 };

/* Something that routes of several models have: a provider, a format. */
struct shared {
    struct assay_str id, name;
    struct assay_refs refs;
    bool of[ASSAY_COMPARE_MAX];
    size_t count; /* models */
};

struct shares {
    const char *rule;
    struct shared *at;
    size_t count;
};

static struct shares no_shares(const struct writer *w, const char *rule)
{
    size_t routes = 0;

    for (size_t i = 0; i < w->c->count; i++)
        routes += w->c->sides[i].model->route_count;
    return (struct shares){
        .rule = rule,
        .at = ASSAY_NEW_ARRAY(w->c->arena, struct shared, routes),
    };
}

/* The entry when it is new for this model, else NULL. */
static struct shared *share(struct shares *all, struct assay_str id,
                            size_t side)
{
    size_t i = 0;

    while (i < all->count && !assay_str_equal(all->at[i].id, id))
        i++;
    if (i == all->count)
        all->at[all->count++] = (struct shared){.id = id, .name = id};
    if (all->at[i].of[side])
        return NULL;
    all->at[i].of[side] = true;
    all->at[i].count++;
    return &all->at[i];
}

static int by_count(const void *left, const void *right)
{
    const struct shared *a = left, *b = right;

    if (a->count != b->count)
        return a->count > b->count ? -1 : 1;
    return assay_str_compare(a->id, b->id);
}

static void say_share(struct writer *w, const char *rule,
                      const struct shared *one)
{
    struct assay_comparison *c = w->c;
    struct assay_str list = {"", 0};
    struct assay_block *block;

    for (size_t i = 0; i < c->count; i++) {
        struct assay_str name = name_of(w, i);

        if (one->of[i])
            list =
                assay_arena_printf(c->arena, "%.*s%s%.*s", ASSAY_STR_ARG(list),
                                   list.len ? ", " : "", ASSAY_STR_ARG(name));
    }
    if (one->count == c->count)
        list = ASSAY_STR("all of them");
    block = assay_section_say(c->doc, w->section, ASSAY_BLOCK_ITEM,
                              assay_arena_printf(c->arena, "%.*s: %.*s.",
                                                 ASSAY_STR_ARG(one->name),
                                                 ASSAY_STR_ARG(list)));
    block->rule = assay_str_c(rule);
    block->refs = one->refs;
}

/* What most have first; what one model has alone is no share. */
static void say_shares(struct writer *w, struct shares *all,
                       struct assay_str heading)
{
    if (all->count)
        qsort(all->at, all->count, sizeof all->at[0], by_count);
    while (all->count && all->at[all->count - 1].count < 2)
        all->count--;
    if (!all->count)
        return;
    say(w, heading);
    for (size_t i = 0; i < all->count && i < SHARED_SHOWN; i++)
        say_share(w, all->rule, &all->at[i]);
    if (all->count > SHARED_SHOWN)
        say(w, assay_arena_printf(w->c->arena, "… and %zu more.",
                                  all->count - SHARED_SHOWN));
}

static void say_providers(struct writer *w)
{
    struct shares all = no_shares(w, "shared_routes");
    struct assay_comparison *c = w->c;

    for (size_t i = 0; i < c->count; i++)
        for (size_t k = 0; k < c->sides[i].model->live_count; k++) {
            const struct assay_route *route = c->sides[i].model->routes[k];
            struct shared *one = share(&all, route->provider, i);

            if (!one)
                continue;
            one->name = assay_compare_provider(c, route);
            assay_compare_route_ref(c, &one->refs, route);
        }
    say_shares(w, &all,
               ASSAY_STR("Account and billing can stay between those that one "
                         "provider serves"));
}

/* Of live routes; of a model that has none, what its clients spoke. */
static void say_wire_formats(struct writer *w)
{
    struct shares all = no_shares(w, "same_wire_format");
    struct assay_comparison *c = w->c;

    for (size_t i = 0; i < c->count; i++) {
        const struct assay_model *model = c->sides[i].model;
        size_t count =
            model->live_count ? model->live_count : model->route_count;

        for (size_t k = 0; k < count; k++) {
            const struct assay_choice *kind =
                assay_subject_choice(&model->routes[k]->subject, "api.kind");
            struct assay_str name;
            struct shared *one;

            if (assay_choice_text(kind, &name) != ASSAY_KNOWN)
                continue;
            one = share(&all, name, i);
            if (one)
                assay_compare_ref(c, &one->refs, kind->claims[0]);
        }
    }
    say_shares(w, &all,
               ASSAY_STR("Client code can stay between those whose routes "
                         "speak one wire format"));
}

/* ------------------------------------------------- of more than two */

static void say_many(struct writer *w)
{
    const struct scope any = {.from = ASSAY_NOBODY, .to = ASSAY_NOBODY};
    size_t count = w->c->count;

    say_providers(w);
    say_wire_formats(w);
    say_scope(w, &any, ASSAY_STR("Between any two of them"));
    for (size_t i = 0; i < count; i++)
        say_one_model(w, i);
    for (size_t i = 0; i < count; i++)
        for (size_t k = i + 1; k < count; k++)
            say_between(w, i, k);
    for (size_t i = 0; i < count; i++)
        for (size_t k = 0; k < count; k++)
            if (i != k)
                say_pair(w, i, k);
}

/* Tables show both sides of it, or the lists of what they share tell it. */
static bool is_told(const char *rule)
{
    static const char *const rules[] = {
        "limit_lost",        "limit_gained",        "capability_lost",
        "capability_gained", "capability_unsure",   "license",
        "self_hosting_lost", "self_hosting_gained", "price_at_traffic",
        "tokenizer",         "shared_routes",       "new_account",
        "same_wire_format",  "wire_format",
    };

    for (size_t i = 0; i < sizeof rules / sizeof rules[0]; i++)
        if (strcmp(rule, rules[i]) == 0)
            return true;
    return false;
}

static size_t count_all(struct assay_points (*lists)[ASSAY_COMPARE_MAX],
                        size_t count)
{
    size_t all = 0;

    for (size_t i = 0; i < count; i++)
        for (size_t k = 0; k < count; k++)
            all += lists[i][k].count;
    return all;
}

static void write_many(struct assay_comparison *c,
                       struct assay_section *section,
                       struct assay_points (*lists)[ASSAY_COMPARE_MAX])
{
    struct writer w = {.c = c, .section = section};
    size_t all = count_all(lists, c->count);

    w.items = ASSAY_NEW_ARRAY(c->arena, struct item, all);
    for (size_t i = 0; i < c->count; i++)
        for (size_t k = 0; k < c->count; k++)
            for (const struct assay_point *p = lists[i][k].first; p;
                 p = p->next)
                if (!is_told(p->rule))
                    w.items[w.count++] =
                        (struct item){.from = i, .to = k, .point = p};
    if (w.count < all)
        say(&w, ASSAY_STR("Limits, capabilities, licences and costs stand side "
                          "by side in the tables; this is the rest."));
    say_many(&w);
}

static void write_two(struct assay_comparison *c, struct assay_section *section,
                      struct assay_points (*lists)[ASSAY_COMPARE_MAX])
{
    struct writer w = {.c = c, .section = section};

    for (size_t i = 0; i < 2; i++) {
        struct assay_str from = name_of(&w, i), to = name_of(&w, 1 - i);

        if (!lists[i][1 - i].first)
            continue;
        say(&w, assay_arena_printf(c->arena, "From %.*s to %.*s",
                                   ASSAY_STR_ARG(from), ASSAY_STR_ARG(to)));
        assay_points_blocks(c, section, ASSAY_BLOCK_ITEM, &lists[i][1 - i]);
    }
}

void assay_compare_friction(struct assay_comparison *c)
{
    struct assay_section *section =
        assay_document_section(c->doc, "friction", "What a switch takes");
    struct assay_json *list = assay_json_array(c->arena);
    struct assay_points lists[ASSAY_COMPARE_MAX][ASSAY_COMPARE_MAX] = {0};

    for (size_t from = 0; from < c->count; from++)
        for (size_t to = 0; to < c->count; to++) {
            struct assay_json *one;

            if (from == to)
                continue;
            assay_compare_switch(c, from, to, &lists[from][to]);
            one = assay_json_add(list, assay_json_object(c->arena));
            assay_set_side(c, one, "from", from);
            assay_set_side(c, one, "to", to);
            assay_json_set(one, "statements",
                           assay_points_json(c, &lists[from][to]));
        }
    if (c->count == 2)
        write_two(c, section, lists);
    else
        write_many(c, section, lists);
    assay_json_set(c->data, "friction", list);
}
