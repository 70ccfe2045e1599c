/*
 * Gathers comparable benchmark rows: one walk over the catalog that keeps
 * each row's name and value, then sorts them together.
 */
#include "serve/scores.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

enum { THREADS = 2, LEAST_MODELS = 3, MOST_BOARDS = 60 };

/* What makes two rows one benchmark, in this order. */
static const char *const key_fields[] = {"name", "setting", "variant",
                                         "harness", "unit"};
enum {
    KEYS = sizeof key_fields / sizeof key_fields[0],
    NAME = 0,
    SETTING,
    UNIT = KEYS - 1
};

struct row {
    struct assay_str key[KEYS];
    struct assay_score score;
    /* for the choice among rows of one model */
    enum assay_source_kind kind;
    struct assay_date read;
    struct assay_str source;
};

/* What one thread of the walk has seen. */
struct gatherer {
    struct assay_arena kept, views;
    struct row *rows;
    size_t count, room;
};

static struct row *add(struct gatherer *g)
{
    if (g->count == g->room) {
        size_t room = g->room ? 2 * g->room : 256;
        struct row *wider = ASSAY_NEW_ARRAY(&g->kept, struct row, room);

        if (g->count)
            memcpy(wider, g->rows, g->count * sizeof *wider);
        g->rows = wider;
        g->room = room;
    }
    return &g->rows[g->count++];
}

static bool see_model(void *context, struct assay_model *model, bool *keep,
                      struct assay_error *err)
{
    struct gatherer *g = context;

    (void)keep;
    (void)err;
    for (size_t i = 0; i < model->subject.claim_count; i++) {
        const struct assay_claim *claim = &model->subject.claims[i];
        struct assay_decimal value;
        struct row *row;

        if (!assay_str_is(claim->fact, "benchmark") ||
            assay_json_text(claim->value, "setting").len == 0 ||
            !assay_decimal_parse(assay_json_text(claim->value, "value"),
                                 &value))
            continue;
        row = add(g);
        for (size_t k = 0; k < KEYS; k++)
            row->key[k] = assay_arena_copy(
                &g->kept, assay_json_text(claim->value, key_fields[k]));
        row->score.model = assay_arena_copy(&g->kept, model->id);
        row->score.value = value;
        row->kind = claim->source->kind;
        row->read = claim->read;
        row->source = assay_arena_copy(&g->kept, claim->source->id);
    }
    return true;
}

/* ------------------------------------------------------- sorting */

static int compare_key(const struct row *a, const struct row *b)
{
    int order = 0;

    for (size_t k = 0; k < KEYS && order == 0; k++)
        order = assay_str_compare(a->key[k], b->key[k]);
    return order;
}

/* The row that counts for a model first, as comparisons choose it. */
static int in_order(const void *left, const void *right)
{
    const struct row *a = left, *b = right;
    int order = compare_key(a, b);

    if (order == 0)
        order = assay_str_compare(a->score.model, b->score.model);
    if (order == 0)
        order = (a->kind > b->kind) - (a->kind < b->kind);
    if (order == 0)
        order = assay_date_compare(b->read, a->read);
    if (order == 0)
        order = assay_str_compare(a->source, b->source);
    return order ? order
                 : assay_decimal_compare(a->score.value, b->score.value);
}

static int by_count(const void *left, const void *right)
{
    const struct assay_scoreboard *a = left, *b = right;

    if (a->count != b->count)
        return a->count > b->count ? -1 : 1;
    return assay_str_compare(a->words, b->words);
}

/* ------------------------------------------------------- boards */

/* "SWE-Bench Pro (hard-aa, medium, Claude Code)" */
static struct assay_str words_of(struct assay_arena *arena,
                                 const struct row *row)
{
    struct assay_str text =
        assay_arena_printf(arena, "%.*s (%.*s", ASSAY_STR_ARG(row->key[NAME]),
                           ASSAY_STR_ARG(row->key[SETTING]));

    for (size_t k = SETTING + 1; k < UNIT; k++)
        if (row->key[k].len)
            text = assay_arena_printf(arena, "%.*s, %.*s", ASSAY_STR_ARG(text),
                                      ASSAY_STR_ARG(row->key[k]));
    return assay_arena_printf(arena, "%.*s)", ASSAY_STR_ARG(text));
}

/* Smaller is better for these. */
static bool counts_errors(struct assay_str name)
{
    static const char *const words[] = {"WER", "CER", "rror rate", "erplexity",
                                        "allucination rate"};

    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (assay_str_contains(name, words[i]))
            return true;
    return false;
}

/* Rows of one benchmark as a board; the first of each model counts. */
static void add_board(struct assay_scoreboards *boards, const struct row *rows,
                      size_t count)
{
    struct assay_arena *arena = &boards->arena;
    struct assay_score *scores =
        ASSAY_NEW_ARRAY(arena, struct assay_score, count);
    size_t models = 0;

    for (size_t i = 0; i < count; i++) {
        if (i > 0 &&
            assay_str_equal(rows[i].score.model, rows[i - 1].score.model))
            continue;
        scores[models] = rows[i].score;
        scores[models].model = assay_arena_copy(arena, rows[i].score.model);
        models++;
    }
    if (models < LEAST_MODELS)
        return;
    boards->list[boards->count++] = (struct assay_scoreboard){
        .words = words_of(arena, rows),
        .unit = assay_arena_copy(arena, rows->key[UNIT]),
        .more_is_better = !counts_errors(rows->key[NAME]),
        .scores = scores,
        .count = models,
    };
}

static void make_boards(struct assay_scoreboards *boards, struct row *rows,
                        size_t count)
{
    qsort(rows, count, sizeof *rows, in_order);
    boards->list = ASSAY_NEW_ARRAY(&boards->arena, struct assay_scoreboard,
                                   count / LEAST_MODELS + 1);
    for (size_t i = 0, n; i < count; i += n) {
        for (n = 1; i + n < count && compare_key(&rows[i], &rows[i + n]) == 0;)
            n++;
        if (n >= LEAST_MODELS)
            add_board(boards, &rows[i], n);
    }
    qsort(boards->list, boards->count, sizeof *boards->list, by_count);
    if (boards->count > MOST_BOARDS)
        boards->count = MOST_BOARDS;
}

static void gather(struct assay_scoreboards *boards,
                   const struct gatherer *gatherers)
{
    struct assay_arena scratch = {0};
    size_t count = 0, at = 0;
    struct row *rows;

    for (size_t t = 0; t < THREADS; t++)
        count += gatherers[t].count;
    rows = ASSAY_NEW_ARRAY(&scratch, struct row, count + 1);
    for (size_t t = 0; t < THREADS; t++) {
        if (gatherers[t].count)
            memcpy(&rows[at], gatherers[t].rows,
                   gatherers[t].count * sizeof *rows);
        at += gatherers[t].count;
    }
    make_boards(boards, rows, count);
    assay_arena_free(&scratch);
}

struct assay_scoreboards *assay_scoreboards_new(struct assay_catalog *catalog,
                                                struct assay_error *err)
{
    static const char *const facts[] = {"benchmarks", NULL};
    const struct assay_view_options rows = {.facts = facts};
    struct assay_view_walk walks[THREADS];
    struct gatherer gatherers[THREADS];
    struct assay_scoreboards *boards = calloc(1, sizeof *boards);
    bool ok;

    memset(gatherers, 0, sizeof gatherers);
    for (size_t i = 0; i < THREADS; i++)
        walks[i] = (struct assay_view_walk){
            .arena = &gatherers[i].views,
            .context = &gatherers[i],
            .model = see_model,
        };
    ok = boards ? assay_catalog_walk(catalog, &rows, walks, THREADS, err)
                : assay_fail(err, ASSAY_SYSTEM, "out of memory for benchmarks");
    if (ok) {
        gather(boards, gatherers);
        boards->version = assay_catalog_version(catalog);
        boards->as_of = assay_catalog_as_of(catalog);
        boards->users = 1;
    } else {
        free(boards);
        boards = NULL;
    }
    for (size_t i = 0; i < THREADS; i++) {
        assay_arena_free(&gatherers[i].views);
        assay_arena_free(&gatherers[i].kept);
    }
    return boards;
}

void assay_scoreboards_share(struct assay_scoreboards *boards)
{
    atomic_fetch_add(&boards->users, 1);
}

void assay_scoreboards_release(struct assay_scoreboards *boards)
{
    if (!boards || atomic_fetch_sub(&boards->users, 1) > 1)
        return;
    assay_arena_free(&boards->arena);
    free(boards);
}

/* ------------------------------------------------------- looking up */

const struct assay_scoreboard *assay_scoreboards_find(
    const struct assay_scoreboards *boards, struct assay_str words)
{
    for (size_t i = 0; i < boards->count; i++)
        if (assay_str_equal(boards->list[i].words, words))
            return &boards->list[i];
    return NULL;
}

const struct assay_score *assay_scoreboard_of(
    const struct assay_scoreboard *board, struct assay_str model_id)
{
    size_t low = 0, high = board->count;

    while (low < high) {
        size_t middle = (low + high) / 2;
        int order = assay_str_compare(board->scores[middle].model, model_id);

        if (order == 0)
            return &board->scores[middle];
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}
