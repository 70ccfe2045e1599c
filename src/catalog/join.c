/*
 * Who belongs to which model: worked out from what sources state and from
 * the rules of identity.h. Pure; join_store.c reads and writes the store.
 *
 * A model is an id that some source speaks of. Ids become one model when
 * they are spellings of each other, when a source declares one to be the
 * other's alias, or by a written rule; the first one met (or the one that
 * declares) is the canonical one. A route belongs to the model that its
 * source states, or the first candidate of its name that is known. Only when
 * nothing known fits, a well-formed id that a route states is taken for a
 * model by that statement alone. 12,000 routes take some tens of
 * milliseconds.
 */
#include "assay/identity.h"
#include "catalog/catalog_store.h"

#include <string.h>

/* ------------------------------------------------------------- the names */

static size_t slot_of(const struct assay_joins *joins, struct assay_str key)
{
    size_t mask = joins->slot_count - 1;
    size_t at = (size_t)assay_str_hash(key) & mask;
    while (joins->slots[at] && !assay_str_equal(joins->slots[at]->key, key))
        at = (at + 1) & mask;
    return at;
}

static struct assay_join_name *find_name(const struct assay_joins *joins,
                                         struct assay_str key)
{
    return joins->slots[slot_of(joins, key)];
}

static void grow(struct assay_joins *joins)
{
    struct assay_join_name **old = joins->slots;
    size_t count = joins->slot_count;

    joins->slot_count = count ? count * 2 : 4096;
    joins->slots = ASSAY_NEW_ARRAY(joins->arena, struct assay_join_name *,
                                   joins->slot_count);
    for (size_t i = 0; i < count; i++)
        if (old[i])
            joins->slots[slot_of(joins, old[i]->key)] = old[i];
}

static struct assay_join_name *add_name(struct assay_joins *joins,
                                        struct assay_str key,
                                        struct assay_join *model,
                                        const char *how,
                                        struct assay_str spelling)
{
    if (joins->name_count * 2 >= joins->slot_count)
        grow(joins);
    struct assay_join_name *name =
        ASSAY_NEW(joins->arena, struct assay_join_name);
    name->key = key;
    name->model = model;
    name->how = how;
    name->spelling = spelling;
    joins->slots[slot_of(joins, key)] = name;
    joins->name_count++;
    return name;
}

static struct assay_join *root_of(struct assay_join *model)
{
    while (model && model->model != model)
        model = model->model;
    return model;
}

static bool has_creator(struct assay_str id)
{
    struct assay_str creator, name;
    return assay_str_cut(id, '/', &creator, &name) && creator.len && name.len;
}

static struct assay_str bare_part(struct assay_str key)
{
    struct assay_str creator, name;
    return assay_str_cut(key, '/', &creator, &name) ? name : key;
}

/*
 * A name without creator: two declared models that bear it make it useless
 * (model NULL); a model that only routes name never takes it from another.
 */
static void add_bare(struct assay_joins *joins, struct assay_str key,
                     struct assay_join *model, const char *how,
                     struct assay_str spelling)
{
    bool implied = !model->spoken_of;
    struct assay_join_name *name = find_name(joins, key);

    model = root_of(model);
    if (!name) {
        name = add_name(joins, key, model, how, spelling);
        name->implied = implied;
    } else if (name->model != model && name->implied == implied) {
        name->model = NULL;
    } else if (name->model == model && how[0] == 'a') {
        name->how = how;
        name->spelling = spelling;
    }
}

/* ------------------------------------------------------------- the models */

static void join_to(struct assay_join *from, struct assay_join *to,
                    const char *rule, struct assay_str via)
{
    from->model = to;
    from->rule = rule;
    from->via = via;
}

/* Every id under its canonical key; a second spelling joins the first. */
static void take_ids(struct assay_joins *joins)
{
    for (size_t i = 0; i < joins->count; i++) {
        struct assay_join *s = joins->subjects[i];
        if (s->kind != ASSAY_SUBJECT_MODEL)
            continue;
        if (!s->spoken_of) {
            s->next = joins->silent;
            joins->silent = s;
            continue;
        }
        struct assay_str key = assay_model_id_canonical(joins->arena, s->id);
        struct assay_join_name *name = find_name(joins, key);
        s->model = s;
        if (name)
            join_to(s, name->model, "spelling", name->model->id);
        else
            add_name(joins, key, s, "id", s->id);
    }
}

static void take_alias(struct assay_joins *joins,
                       const struct assay_declared *d)
{
    struct assay_str key = assay_model_id_canonical(joins->arena, d->alias);
    struct assay_join *target = root_of(d->model);
    struct assay_join_name *name = find_name(joins, key);

    if (!name) {
        add_name(joins, key, target, "alias", d->alias);
        return;
    }
    /* The alias is a model that others speak of: theirs counts here too,
       unless it was joined before or the two name each other. */
    struct assay_join *other = name->model;
    if (strcmp(name->how, "id") != 0 || other->model != other ||
        other == target)
        return;
    join_to(other, target, "alias",
            assay_arena_printf(joins->arena, "%.*s by %.*s",
                               ASSAY_STR_ARG(target->id),
                               ASSAY_STR_ARG(d->source)));
}

/* google/gemma-2-2b-it is google/gemma-2-2b, if that one is known. */
static void take_rules(struct assay_joins *joins)
{
    for (size_t i = 0; i < joins->count; i++) {
        struct assay_join *s = joins->subjects[i];
        if (s->kind != ASSAY_SUBJECT_MODEL || !s->spoken_of || s->model != s)
            continue;
        struct assay_candidate *c =
            assay_identity_candidates(joins->arena, ASSAY_STR(""), s->id);
        for (; c; c = c->next) {
            bool dots = strcmp(c->rule, "anthropic-dots") == 0;
            if ((strcmp(c->rule, "it-suffix") != 0 && !dots &&
                 strcmp(c->rule, "free-suffix") != 0) ||
                (dots && assay_str_find(s->id, '.') == s->id.len))
                continue;
            struct assay_join_name *name = find_name(joins, c->key);
            struct assay_join *root = name ? root_of(name->model) : NULL;
            if (!root || root == s)
                continue;
            join_to(s, root, c->rule, c->key);
            break;
        }
    }
}

/* Aliases without a creator wait until it is known who is whose. */
static void take_declared(struct assay_joins *joins)
{
    for (size_t i = 0; i < joins->declared_count; i++)
        if (has_creator(joins->declared[i].alias))
            take_alias(joins, &joins->declared[i]);
}

/* Only then is what stands behind the slash a name of the model: not so in
   the path by which some provider knows it. */
static bool same_creator(const struct assay_join_name *alias)
{
    struct assay_str mine, its, name;
    struct assay_arena scratch = {0};
    bool same = assay_str_cut(alias->key, '/', &mine, &name) &&
                assay_str_find(name, '/') == name.len &&
                assay_str_cut(root_of(alias->model)->id, '/', &its, &name) &&
                assay_str_equal(mine, assay_creator_canonical(&scratch, its));
    assay_arena_free(&scratch);
    return same;
}

static void take_bare_names(struct assay_joins *joins)
{
    size_t count = joins->slot_count;
    struct assay_join_name **slots = joins->slots;
    struct assay_join_name **names = ASSAY_NEW_ARRAY(
        joins->arena, struct assay_join_name *, joins->name_count + 1);
    size_t name_count = 0;

    for (size_t i = 0; i < count; i++)
        if (slots[i])
            names[name_count++] = slots[i];
    for (size_t i = 0; i < name_count; i++) {
        struct assay_str bare = bare_part(names[i]->key);
        if (!names[i]->model) /* two models claim it */
            continue;
        if (strcmp(names[i]->how, "id") == 0 || same_creator(names[i]))
            add_bare(joins, bare, names[i]->model, "bare", bare);
    }
    for (size_t i = 0; i < joins->declared_count; i++) {
        const struct assay_declared *d = &joins->declared[i];
        if (!has_creator(d->alias) && d->alias.len)
            add_bare(joins, assay_model_id_canonical(joins->arena, d->alias),
                     d->model, "alias", d->alias);
    }
}

/* ------------------------------------------------------------- the routes */

static struct assay_join *known(const struct assay_joins *joins,
                                struct assay_str key)
{
    struct assay_join_name *name = find_name(joins, key);
    return name ? root_of(name->model) : NULL;
}

static bool join_by_candidates(const struct assay_joins *joins,
                               struct assay_join *route)
{
    for (struct assay_candidate *c = route->candidates; c; c = c->next) {
        struct assay_join *model = known(joins, c->key);
        if (!model)
            continue;
        join_to(route, model, c->rule, c->key);
        return true;
    }
    return false;
}

static bool join_by_statement(struct assay_joins *joins,
                              struct assay_join *route)
{
    if (!route->stated.len)
        return false;
    struct assay_join *model =
        known(joins, assay_model_id_canonical(joins->arena, route->stated));
    if (model)
        join_to(route, model, "stated", route->stated);
    return model != NULL;
}

/* The provider's candidates, then those of a stated id that nobody knows. */
static void find_candidates(struct assay_joins *joins, struct assay_join *route)
{
    struct assay_str provider = ASSAY_STR(""), wire = route->id;
    struct assay_candidate **end = &route->candidates;

    (void)assay_str_cut(route->id, '/', &provider, &wire);
    *end = assay_identity_candidates(joins->arena, provider, wire);
    if (!has_creator(route->stated))
        return;
    while (*end)
        end = &(*end)->next;
    *end =
        assay_identity_candidates(joins->arena, ASSAY_STR(""), route->stated);
}

/* The model that only this statement names, made once. */
static struct assay_join *imply_model(struct assay_joins *joins,
                                      struct assay_str id)
{
    struct assay_str key = assay_model_id_canonical(joins->arena, id);
    struct assay_join_name *name = find_name(joins, key);

    if (name)
        return root_of(name->model);
    struct assay_join *model = joins->silent;
    while (model && !assay_str_equal(model->id, id))
        model = model->next;
    if (!model) {
        model = ASSAY_NEW(joins->arena, struct assay_join);
        model->kind = ASSAY_SUBJECT_MODEL;
        model->id = id;
        model->rule = "";
        model->next = joins->created;
        joins->created = model;
    }
    model->model = model;
    add_name(joins, key, model, "id", id);
    add_bare(joins, bare_part(key), model, "bare", bare_part(key));
    return model;
}

static void take_routes(struct assay_joins *joins)
{
    for (size_t i = 0; i < joins->count; i++) {
        struct assay_join *s = joins->subjects[i];
        if (s->kind != ASSAY_SUBJECT_ROUTE || join_by_statement(joins, s))
            continue;
        find_candidates(joins, s);
        (void)join_by_candidates(joins, s);
    }
    for (size_t i = 0; i < joins->count; i++) {
        struct assay_join *s = joins->subjects[i];
        if (s->kind == ASSAY_SUBJECT_ROUTE && !s->model &&
            has_creator(s->stated))
            join_to(s, imply_model(joins, s->stated), "stated", s->stated);
    }
    for (size_t i = 0; i < joins->count; i++) {
        struct assay_join *s = joins->subjects[i];
        if (s->kind == ASSAY_SUBJECT_ROUTE && !s->model)
            (void)join_by_candidates(joins, s);
    }
}

void assay_joins_work_out(struct assay_joins *joins)
{
    grow(joins);
    for (size_t i = 0; i < joins->count; i++) {
        joins->subjects[i]->model = NULL;
        joins->subjects[i]->rule = "";
        joins->subjects[i]->via = ASSAY_STR("");
    }
    take_ids(joins);
    take_declared(joins);
    take_rules(joins);
    take_bare_names(joins);
    take_routes(joins);
}
