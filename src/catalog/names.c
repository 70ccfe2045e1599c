/*
 * From what a person typed to a model: its id, an alias, its bare name, or a
 * written rule of identity.h; and when it is none, what is nearest.
 */
#include "assay/file.h"
#include "assay/identity.h"
#include "catalog/catalog_store.h"

#include <stdlib.h>
#include <string.h>

enum {
    MAX_NEAREST = 5,
    MAX_COMPARED = 64, /* longer names are compared by their beginning */
};

static bool find_key(struct assay_catalog *catalog, struct assay_arena *arena,
                     struct assay_str key, int64_t *num, struct assay_str *id,
                     struct assay_error *err)
{
    struct assay_query *q = assay_store_query(
        catalog->store,
        "select s.num, s.id from name n join subject s on s.num = n.model"
        " where n.key = ?1",
        err);
    bool row;

    *num = 0;
    if (!q)
        return false;
    assay_query_bind_text(q, 1, key);
    if (!assay_query_step(q, &row, err))
        return false;
    if (row) {
        *num = assay_query_int(q, 0);
        *id = assay_arena_copy(arena, assay_query_text(q, 1));
    }
    assay_query_reset(q);
    return true;
}

bool assay_names_find(struct assay_catalog *catalog, struct assay_arena *arena,
                      struct assay_str name, int64_t *num, struct assay_str *id,
                      struct assay_error *err)
{
    name = assay_str_trim(name);
    return find_key(catalog, arena, assay_model_id_canonical(arena, name), num,
                    id, err);
}

/* ------------------------------------------------------------- nearest */

/*
 * Optimal string alignment, three rows at a time (P. H. Winkler's and
 * F. J. Damerau's edits, each place edited once).
 */
size_t assay_names_distance(struct assay_str a, struct assay_str b,
                            size_t limit)
{
    unsigned char rows[3][MAX_COMPARED + 1];
    unsigned char *before = rows[0], *last = rows[1], *now = rows[2];

    a = assay_str_head(a, MAX_COMPARED);
    b = assay_str_head(b, MAX_COMPARED);
    if (a.len > b.len + limit || b.len > a.len + limit)
        return limit + 1;
    for (size_t j = 0; j <= b.len; j++)
        last[j] = (unsigned char)j;
    memset(before, 0, MAX_COMPARED + 1);
    for (size_t i = 1; i <= a.len; i++) {
        size_t best = now[0] = (unsigned char)i;
        for (size_t j = 1; j <= b.len; j++) {
            size_t cost = a.at[i - 1] != b.at[j - 1];
            size_t edits = last[j - 1] + cost;
            if (last[j] + 1u < edits)
                edits = last[j] + 1u;
            if (now[j - 1] + 1u < edits)
                edits = now[j - 1] + 1u;
            if (i > 1 && j > 1 && a.at[i - 1] == b.at[j - 2] &&
                a.at[i - 2] == b.at[j - 1] && before[j - 2] + 1u < edits)
                edits = before[j - 2] + 1u;
            now[j] = (unsigned char)edits;
            best = edits < best ? edits : best;
        }
        if (best > limit)
            return limit + 1;
        unsigned char *spare = before;
        before = last;
        last = now;
        now = spare;
    }
    return last[b.len] <= limit ? last[b.len] : limit + 1;
}

static struct assay_str lowered(struct assay_arena *arena,
                                struct assay_str text)
{
    char *copy = assay_arena_alloc(arena, text.len + 1, 1);
    for (size_t i = 0; i < text.len; i++)
        copy[i] = text.at[i] >= 'A' && text.at[i] <= 'Z'
                      ? (char)(text.at[i] + ('a' - 'A'))
                      : text.at[i];
    return (struct assay_str){copy, text.len};
}

static bool divides(char c)
{
    return c == ' ' || c == '-' || c == '/' || c == '_' || c == ':';
}

/* Every word of `name` stands somewhere in `text`. */
static bool has_words(struct assay_arena *arena, struct assay_str text,
                      struct assay_str name)
{
    size_t words = 0;
    while (name.len) {
        size_t len = 0;
        while (len < name.len && !divides(name.at[len]))
            len++;
        if (len > 0) {
            struct assay_str word = assay_str_head(name, len);
            if (!assay_str_contains(text, assay_arena_cstr(arena, word)))
                return false;
            words++;
        }
        name = assay_str_skip(name, len + 1);
    }
    return words > 0;
}

struct near {
    struct assay_str id;
    size_t score; /* smaller is nearer */
};

static int by_score(const void *left, const void *right)
{
    const struct near *a = left, *b = right;
    if (a->score != b->score)
        return a->score < b->score ? -1 : 1;
    if (a->id.len != b->id.len)
        return a->id.len < b->id.len ? -1 : 1;
    return assay_str_compare(a->id, b->id);
}

static bool begins(struct assay_str text, struct assay_str with)
{
    return with.len > 1 && text.len >= with.len &&
           assay_str_equal(assay_str_head(text, with.len), with);
}

/*
 * How near an id is: it, its bare name or its name for people begins as was
 * typed (2); an edit (3); holds what was typed, or two edits (4, 5); holds
 * all its words (6); three edits (7). 0: not near.
 */
static size_t score_of(struct assay_arena *arena, struct assay_str typed,
                       struct assay_str id, struct assay_str name)
{
    struct assay_str creator, low = lowered(arena, id), bare = low;
    size_t limit = typed.len < 6 ? 1 : typed.len < 12 ? 2 : 3;
    size_t best = limit + 1;

    (void)assay_str_cut(low, '/', &creator, &bare);
    const struct assay_str all[] = {low, bare, lowered(arena, name)};
    for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
        if (begins(all[i], typed))
            return 2;
        size_t edits = assay_names_distance(typed, all[i], limit);
        best = edits < best ? edits : best;
    }
    size_t score = best <= limit ? best * 2 + 1 : 0;
    if ((score && score <= 3) || typed.len < 2)
        return score;
    const char *text = assay_arena_cstr(arena, typed);
    if (assay_str_contains(low, text) || assay_str_contains(all[2], text))
        return 4;
    if (score && score <= 5)
        return score;
    if (has_words(arena, low, typed) || has_words(arena, all[2], typed))
        return 6;
    return score;
}

static bool find_near(struct assay_catalog *catalog, struct assay_arena *arena,
                      struct assay_str typed, struct near nearest[],
                      size_t *count, struct assay_error *err)
{
    struct assay_query *q = assay_store_query(
        catalog->store, "select id, name from model order by id", err);
    struct assay_arena scratch = {0};
    struct assay_str low = lowered(arena, typed);
    bool row, ok;

    *count = 0;
    if (!q)
        return false;
    while ((ok = assay_query_step(q, &row, err)) && row) {
        struct near found = {.id = assay_query_text(q, 0)};
        found.score = score_of(&scratch, low, found.id, assay_query_text(q, 1));
        struct near *last = &nearest[MAX_NEAREST - 1];
        if (found.score == 0 ||
            (*count == MAX_NEAREST && by_score(&found, last) >= 0))
            continue;
        found.id = assay_arena_copy(arena, found.id);
        if (*count < MAX_NEAREST)
            last = &nearest[(*count)++];
        *last = found;
        qsort(nearest, *count, sizeof(*nearest), by_score);
    }
    assay_arena_free(&scratch);
    return ok;
}

static bool fail_with_nearest(struct assay_catalog *catalog,
                              struct assay_arena *arena, struct assay_str name,
                              struct assay_error *err)
{
    struct near nearest[MAX_NEAREST];
    struct assay_buf list;
    size_t count;

    if (!find_near(catalog, arena, assay_str_head(name, MAX_COMPARED), nearest,
                   &count, err))
        return false;
    if (count == 0)
        return assay_fail(err, ASSAY_NOT_FOUND, "no model '%.*s'",
                          ASSAY_STR_ARG(name));
    assay_buf_init(&list, ASSAY_KIB(4));
    for (size_t i = 0; i < count; i++)
        assay_buf_printf(&list, "%s%.*s", i ? ", " : "",
                         ASSAY_STR_ARG(nearest[i].id));
    assay_fail(err, ASSAY_NOT_FOUND, "no model '%.*s'; nearest: %.*s",
               ASSAY_STR_ARG(name), ASSAY_STR_ARG(assay_buf_str(&list)));
    assay_buf_release(&list);
    return false;
}

/* Says so when the name is a route's id. *found: the error is set. */
static bool fail_if_route(struct assay_catalog *catalog, struct assay_str name,
                          bool *found, struct assay_error *err)
{
    struct assay_query *q = assay_store_query(
        catalog->store,
        "select m.id from subject r left join subject m on m.num = r.model"
        " where r.kind = 'route' and r.id = ?1",
        err);

    *found = false;
    if (!q)
        return false;
    assay_query_bind_text(q, 1, name);
    if (!assay_query_step(q, found, err))
        return false;
    if (*found) {
        struct assay_str model = assay_query_text(q, 0);
        if (model.len)
            assay_fail(err, ASSAY_NOT_FOUND,
                       "'%.*s' is a route, not a model; it serves %.*s",
                       ASSAY_STR_ARG(name), ASSAY_STR_ARG(model));
        else
            assay_fail(err, ASSAY_NOT_FOUND,
                       "'%.*s' is a route, and of no known model",
                       ASSAY_STR_ARG(name));
    }
    assay_query_reset(q);
    return true;
}

static bool resolve(struct assay_catalog *catalog, struct assay_arena *arena,
                    struct assay_str name, struct assay_str *model_id,
                    struct assay_error *err)
{
    int64_t num;
    bool found;

    if (!assay_names_find(catalog, arena, name, &num, model_id, err))
        return false;
    if (num)
        return true;
    if (!fail_if_route(catalog, name, &found, err) || found)
        return false;
    struct assay_candidate *c =
        assay_identity_candidates(arena, ASSAY_STR(""), name);
    for (; c; c = c->next) {
        if (!find_key(catalog, arena, c->key, &num, model_id, err))
            return false;
        if (num)
            return true;
    }
    return fail_with_nearest(catalog, arena, name, err);
}

bool assay_catalog_resolve(struct assay_catalog *catalog,
                           struct assay_arena *arena, struct assay_str name,
                           struct assay_str *model_id, struct assay_error *err)
{
    if (!assay_store_begin_read(catalog->store, err))
        return false;
    bool ok = resolve(catalog, arena, assay_str_trim(name), model_id, err);
    assay_store_end_read(catalog->store);
    return ok;
}

bool assay_catalog_nearest(struct assay_catalog *catalog,
                           struct assay_arena *arena, struct assay_str name,
                           struct assay_str **ids, size_t *count,
                           struct assay_error *err)
{
    struct near nearest[MAX_NEAREST];
    struct assay_str typed = assay_str_head(assay_str_trim(name), MAX_COMPARED);

    *count = 0;
    *ids = ASSAY_NEW_ARRAY(arena, struct assay_str, MAX_NEAREST);
    if (!assay_store_begin_read(catalog->store, err))
        return false;
    bool ok = find_near(catalog, arena, typed, nearest, count, err);
    for (size_t i = 0; ok && i < *count; i++)
        (*ids)[i] = nearest[i].id;
    assay_store_end_read(catalog->store);
    return ok;
}
