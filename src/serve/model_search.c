/*
 * Search: every model of the directory is looked at; some thousand texts of
 * some hundred bytes take less time than any index is worth.
 */
#include "serve/model_search.h"

#include <stdlib.h>
#include <string.h>

/* ------------------------------------------------------- letters */

/* One spelling: small letters, and a space between words. */
static char plain(char c)
{
    if (c >= 'A' && c <= 'Z')
        return (char)(c + 32);
    return c == '-' || c == '_' || c == '/' || c == ':' || c == '\t' ? ' ' : c;
}

static bool begins_at(struct assay_str text, size_t at, struct assay_str with)
{
    if (text.len - at < with.len)
        return false;
    for (size_t i = 0; i < with.len; i++)
        if (plain(text.at[at + i]) != plain(with.at[i]))
            return false;
    return true;
}

static bool same(struct assay_str a, struct assay_str b)
{
    return a.len == b.len && begins_at(a, 0, b);
}

/* Where a word stands in a text. */
enum stance { ANYWHERE, AT_START, WHOLE };

static bool stands_at(struct assay_str text, size_t at, struct assay_str word,
                      enum stance stance)
{
    size_t end = at + word.len;

    if (stance >= AT_START && at > 0 && plain(text.at[at - 1]) != ' ')
        return false;
    if (stance == WHOLE && end < text.len && plain(text.at[end]) != ' ')
        return false;
    return begins_at(text, at, word);
}

static bool holds(struct assay_str text, struct assay_str word,
                  enum stance stance)
{
    for (size_t i = 0; i + word.len <= text.len; i++)
        if (stands_at(text, i, word, stance))
            return true;
    return false;
}

/* The next word of the text, which is taken off. */
static struct assay_str next_word(struct assay_str *text)
{
    size_t from = 0, to;

    while (from < text->len && plain(text->at[from]) == ' ')
        from++;
    for (to = from; to < text->len && plain(text->at[to]) != ' ';)
        to++;
    struct assay_str word = {text->at + from, to - from};
    *text = assay_str_skip(*text, to);
    return word;
}

/* ------------------------------------------------------- a match */

static struct assay_str behind_slash(struct assay_str id)
{
    struct assay_str creator, name = id;

    (void)assay_str_cut(id, '/', &creator, &name);
    return name;
}

/* The aliases stand in the third line and below. */
static bool is_alias(const struct assay_directory_model *model,
                     struct assay_str text)
{
    struct assay_str rest =
        assay_str_skip(model->search, model->id.len + model->name.len + 2);
    struct assay_str line;

    while (assay_str_cut(rest, '\n', &line, &rest))
        if (same(line, text))
            return true;
    return false;
}

static bool holds_all(const struct assay_directory_model *model,
                      struct assay_str words, enum stance stance)
{
    struct assay_str word;

    while ((word = next_word(&words)).len)
        if (!holds(model->id, word, stance) &&
            !holds(model->name, word, stance))
            return false;
    return true;
}

enum assay_match assay_model_match(const struct assay_directory_model *model,
                                   struct assay_str text)
{
    const struct assay_str own[] = {model->id, model->name,
                                    behind_slash(model->id)};
    struct assay_str words = text, word;

    while ((word = next_word(&words)).len)
        if (!holds(model->search, word, ANYWHERE))
            return ASSAY_MATCH_NONE;
    for (size_t i = 0; i < sizeof own / sizeof own[0]; i++)
        if (same(own[i], text))
            return ASSAY_MATCH_EXACT;
    if (is_alias(model, text))
        return ASSAY_MATCH_ALIAS;
    for (size_t i = 0; i < sizeof own / sizeof own[0]; i++)
        if (begins_at(own[i], 0, text))
            return ASSAY_MATCH_PREFIX;
    if (holds_all(model, text, WHOLE))
        return ASSAY_MATCH_WORDS;
    if (holds_all(model, text, AT_START))
        return ASSAY_MATCH_BEGINS;
    return holds_all(model, text, ANYWHERE) ? ASSAY_MATCH_INSIDE
                                            : ASSAY_MATCH_FAR;
}

/* ------------------------------------------------------- orders */

const char *assay_model_order_name(enum assay_model_order order)
{
    static const char *const names[] = {[ASSAY_BY_MATCH] = "best",
                                        [ASSAY_BY_ID] = "id",
                                        [ASSAY_BY_COST] = "cost",
                                        [ASSAY_BY_CONTEXT] = "context",
                                        [ASSAY_BY_RELEASE] = "released"};

    return (size_t)order < sizeof names / sizeof names[0] ? names[order] : NULL;
}

enum { KEY_GROUP = 56 }; /* bits below the group that a model is in */

static uint64_t in_group(unsigned group, uint64_t rest)
{
    return (uint64_t)group << KEY_GROUP | rest;
}

static uint64_t cost_key(const struct assay_directory_model *m)
{
    if (m->cost_state == ASSAY_UNKNOWN)
        return in_group(3, 0);
    return in_group(m->cost_retired                ? 2
                    : m->cost_state == ASSAY_BOUND ? 1
                                                   : 0,
                    assay_list_usd(m->usd));
}

static uint64_t key_of(const struct assay_directory_model *m,
                       const struct assay_model_query *query,
                       enum assay_match match)
{
    const uint64_t most = (uint64_t)1 << 48;
    uint64_t providers =
        m->provider_count < 0xffff ? m->provider_count : 0xffff;

    switch (query->order) {
    case ASSAY_BY_ID:
        return 0;
    case ASSAY_BY_COST:
        return cost_key(m);
    case ASSAY_BY_CONTEXT:
        if (m->context_state != ASSAY_KNOWN)
            return in_group(1, 0);
        return most - (m->context_tokens < most ? m->context_tokens : most);
    case ASSAY_BY_RELEASE:
        if (!assay_date_set(m->released))
            return in_group(1, 0);
        return (uint64_t)(INT32_MAX - (int64_t)assay_date_days(m->released));
    case ASSAY_BY_MATCH:
        break;
    }
    return in_group((unsigned)match, 0xffff - providers);
}

/* ------------------------------------------------------- the search */

static bool has_status(const struct assay_directory_model *m,
                       struct assay_str status)
{
    if (assay_str_is(status, "live"))
        return m->status != ASSAY_STATUS_RETIRED;
    return assay_str_is(status, assay_status_name(m->status));
}

static bool fits(const struct assay_directory_model *m,
                 const struct assay_model_query *query)
{
    return (!query->creator.len ||
            assay_str_equal(query->creator, m->creator)) &&
           (!query->task.len || assay_str_equal(query->task, m->task)) &&
           (!query->status.len || has_status(m, query->status));
}

struct hit {
    struct assay_list_place place;
    const struct assay_directory_model *model;
};

static int by_place(const void *a, const void *b)
{
    const struct hit *x = a, *y = b;

    return assay_list_compare(&x->place, &y->place);
}

void assay_model_search(struct assay_arena *arena,
                        const struct assay_directory *directory,
                        const struct assay_model_query *query,
                        struct assay_model_hits *hits)
{
    struct hit *all =
        ASSAY_NEW_ARRAY(arena, struct hit, directory->model_count + 1);
    size_t total = 0, first = 0;

    for (size_t i = 0; i < directory->model_count; i++) {
        const struct assay_directory_model *m = &directory->models[i];
        enum assay_match match = fits(m, query)
                                     ? assay_model_match(m, query->text)
                                     : ASSAY_MATCH_NONE;

        if (match == ASSAY_MATCH_NONE)
            continue;
        if (query->text.len == 0)
            match = ASSAY_MATCH_EXACT;
        all[total++] = (struct hit){{key_of(m, query, match), m->id}, m};
    }
    qsort(all, total, sizeof *all, by_place);
    while (first < total && query->after.id.len &&
           assay_list_compare(&all[first].place, &query->after) <= 0)
        first++;

    size_t count = total - first < query->limit ? total - first : query->limit;
    *hits = (struct assay_model_hits){
        .models = ASSAY_NEW_ARRAY(arena, const struct assay_directory_model *,
                                  count + 1),
        .count = count,
        .before = first,
        .total = total,
        .last = {.id = ASSAY_STR("")},
    };
    for (size_t i = 0; i < count; i++)
        hits->models[i] = all[first + i].model;
    if (count && first + count < total)
        hits->last = all[first + count - 1].place;
}
