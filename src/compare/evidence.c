/*
 * What was measured on the user's own prompts: claims of runs about a pair
 * of these models ("trial"), newest first, and who they decide for. Runs of
 * samples that others published stand among them and say so; they decide
 * nothing. Where a claim comes from is not known here.
 */
#include "compare/comparison.h"

#include <stdlib.h>
#include <string.h>

/* ------------------------------------------------------- gathering */

/* One run on two of the sides; `flipped`: it was stated of the second. */
struct assay_trial_row {
    const struct assay_claim *claim;
    size_t a, b; /* sides, a before b */
    bool flipped;
    bool superseded; /* a newer run of this suite on this pair exists */
};

static struct assay_str text_of(const struct assay_trial_row *row,
                                const char *key)
{
    return assay_json_text(row->claim->value, key);
}

/* Who published the samples; empty: they were the user's own prompts. */
static struct assay_str publisher(const struct assay_trial_row *row)
{
    return text_of(row, "published");
}

static bool same_text(const struct assay_trial_row *x,
                      const struct assay_trial_row *y, const char *key)
{
    return assay_str_equal(text_of(x, key), text_of(y, key));
}

static bool same_pair(const struct assay_trial_row *x,
                      const struct assay_trial_row *y)
{
    return x->a == y->a && x->b == y->b;
}

/* Each run states its mirror image too: one of the two is enough. */
static void add_row(struct assay_comparison *c,
                    const struct assay_trial_row *row)
{
    for (size_t i = 0; i < c->trial_count; i++)
        if (same_pair(&c->trials[i], row) &&
            same_text(&c->trials[i], row, "run"))
            return;
    c->trials[c->trial_count++] = *row;
}

static void gather(struct assay_comparison *c, size_t side)
{
    const struct assay_subject *subject = &c->sides[side].model->subject;

    for (size_t i = 0; i < subject->claim_count; i++) {
        const struct assay_claim *claim = &subject->claims[i];

        if (!assay_str_is(claim->fact, "trial") ||
            (claim->source->kind != ASSAY_SOURCE_MEASURED &&
             !assay_json_text(claim->value, "published").len))
            continue;
        for (size_t k = 0; k < c->count; k++)
            if (k != side &&
                assay_str_equal(assay_json_text(claim->value, "against"),
                                c->sides[k].model->id))
                add_row(c, &(struct assay_trial_row){
                               .claim = claim,
                               .a = side < k ? side : k,
                               .b = side < k ? k : side,
                               .flipped = side > k,
                           });
    }
}

/* Newest first; of one day by run, so that the order is always the same. */
static int by_day(const void *left, const void *right)
{
    const struct assay_trial_row *x = left, *y = right;
    int order = assay_date_compare(y->claim->read, x->claim->read);

    if (!order)
        order = assay_str_compare(text_of(y, "date"), text_of(x, "date"));
    if (!order)
        order = assay_str_compare(text_of(x, "run"), text_of(y, "run"));
    return order ? order : (x->b > y->b) - (x->b < y->b);
}

void assay_compare_trials(struct assay_comparison *c)
{
    size_t room = 0;

    for (size_t i = 0; i < c->count; i++)
        for (size_t k = 0; k < c->sides[i].model->subject.claim_count; k++)
            room += assay_str_is(c->sides[i].model->subject.claims[k].fact,
                                 "trial");
    c->trials = ASSAY_NEW_ARRAY(c->arena, struct assay_trial_row, room + 1);
    for (size_t i = 0; i < c->count; i++)
        gather(c, i);
    qsort(c->trials, c->trial_count, sizeof *c->trials, by_day);
    for (size_t i = 0; i < c->trial_count; i++)
        for (size_t k = 0; k < i; k++)
            if (same_pair(&c->trials[i], &c->trials[k]) &&
                same_text(&c->trials[i], &c->trials[k], "suite"))
                c->trials[i].superseded = true;
}

/* ------------------------------------------------------- one row's words */

/* The claim's value for one of its sides: "passed" or "against_passed". */
static const struct assay_json *of_side(struct assay_comparison *c,
                                        const struct assay_trial_row *row,
                                        size_t side, const char *key)
{
    bool against = (side == row->a) == row->flipped;
    struct assay_str name =
        against ? assay_arena_printf(c->arena, "against_%s", key)
                : assay_str_c(key);
    const struct assay_json *value =
        assay_json_get_str(row->claim->value, name);

    return value && value->type != ASSAY_JSON_NULL ? value : NULL;
}

static struct assay_str side_text(struct assay_comparison *c,
                                  const struct assay_trial_row *row,
                                  size_t side, const char *key)
{
    const struct assay_json *value = of_side(c, row, side, key);

    return value ? value->text : ASSAY_STR("");
}

/* Where only the given side passed. */
static struct assay_str only(const struct assay_trial_row *row, size_t side)
{
    bool against = (side == row->a) == row->flipped;
    const struct assay_json *value = assay_json_get(
        row->claim->value, against ? "only_against" : "only_this");

    return value ? value->text : ASSAY_STR("");
}

/* The side a verdict speaks for, or ASSAY_NOBODY. */
static size_t winner_of(const struct assay_trial_row *row)
{
    struct assay_str verdict = text_of(row, "verdict");

    if (assay_str_is(verdict, "this"))
        return row->flipped ? row->b : row->a;
    if (assay_str_is(verdict, "against"))
        return row->flipped ? row->a : row->b;
    return ASSAY_NOBODY;
}

static struct assay_str percent(struct assay_comparison *c,
                                struct assay_str share)
{
    struct assay_decimal value;

    if (!assay_decimal_parse(share, &value))
        return share;
    return assay_decimal_fixed(c->arena, assay_decimal_scale(value, 2), 0);
}

/* "25 of 27 (77–98 %)" */
static struct assay_str passed_text(struct assay_comparison *c,
                                    const struct assay_trial_row *row,
                                    size_t side)
{
    struct assay_str low = side_text(c, row, side, "passed_low");
    struct assay_str high = side_text(c, row, side, "passed_high");
    struct assay_str passed = side_text(c, row, side, "passed");
    struct assay_str n = side_text(c, row, side, "n");

    if (!passed.len || !n.len)
        return ASSAY_STR("not stated");
    if (!low.len || !high.len)
        return assay_arena_printf(c->arena, "%.*s of %.*s",
                                  ASSAY_STR_ARG(passed), ASSAY_STR_ARG(n));
    return assay_arena_printf(c->arena, "%.*s of %.*s (%.*s–%.*s %%)",
                              ASSAY_STR_ARG(passed), ASSAY_STR_ARG(n),
                              ASSAY_STR_ARG(percent(c, low)),
                              ASSAY_STR_ARG(percent(c, high)));
}

/* "E = 26.3", "p = 0.012", or empty. */
static struct assay_str strength(struct assay_comparison *c,
                                 const struct assay_trial_row *row)
{
    bool sequential = assay_str_is(text_of(row, "rule"), "e_process");
    struct assay_str number = text_of(row, sequential ? "e" : "p");

    if (!number.len)
        return ASSAY_STR("");
    return assay_arena_printf(c->arena, "%s = %.*s", sequential ? "E" : "p",
                              ASSAY_STR_ARG(number));
}

static struct assay_str verdict_text(struct assay_comparison *c,
                                     const struct assay_trial_row *row)
{
    struct assay_str verdict = text_of(row, "verdict");
    struct assay_str by = strength(c, row);
    const struct assay_json *more =
        assay_json_get(row->claim->value, "more_prompts");
    size_t winner = winner_of(row);

    if (winner != ASSAY_NOBODY)
        return assay_arena_printf(c->arena, "%.*s is better%s%.*s%s",
                                  ASSAY_STR_ARG(c->sides[winner].model->name),
                                  by.len ? " (" : "", ASSAY_STR_ARG(by),
                                  by.len ? ")" : "");
    if (assay_str_is(verdict, "equivalent"))
        return ASSAY_STR("equivalent within the margin");
    if (assay_str_is(verdict, "withheld"))
        return ASSAY_STR("withheld: route errors would turn it");
    if (more && more->type == ASSAY_JSON_NUMBER)
        return assay_arena_printf(c->arena,
                                  "no decisive difference; about %.*s more "
                                  "prompts",
                                  ASSAY_STR_ARG(more->text));
    return ASSAY_STR("no decisive difference");
}

/* ------------------------------------------------------- verdict */

/* Newest runs alone: is `side` better than `other` by one, worse by none? */
static const struct assay_trial_row *decided_for(
    const struct assay_comparison *c, size_t side, size_t other)
{
    const struct assay_trial_row *won = NULL;

    for (size_t i = 0; i < c->trial_count; i++) {
        const struct assay_trial_row *row = &c->trials[i];
        size_t winner = winner_of(row);

        if (row->superseded || publisher(row).len ||
            row->a != (side < other ? side : other) ||
            row->b != (side < other ? other : side))
            continue;
        if (winner == other)
            return NULL;
        if (winner == side && !won)
            won = row;
    }
    return won;
}

static size_t measured_winner(const struct assay_comparison *c)
{
    for (size_t i = 0; i < c->count; i++) {
        size_t won = 0;

        for (size_t k = 0; k < c->count; k++)
            won += k != i && decided_for(c, i, k) != NULL;
        if (won + 1 == c->count)
            return i;
    }
    return ASSAY_NOBODY;
}

static void say_measured(struct assay_comparison *c, size_t side, size_t other,
                         struct assay_points *points)
{
    const struct assay_trial_row *row = decided_for(c, side, other);
    struct assay_str by = strength(c, row);
    struct assay_refs refs = {0};

    assay_compare_ref(c, &refs, row->claim);
    assay_points_add(
        c, points, "measured", &refs,
        "%.*s passed %.*s, %.*s %.*s on %.*s (%.*s); where they differ %.*s "
        "to %.*s%s%.*s.",
        ASSAY_STR_ARG(c->sides[side].model->name),
        ASSAY_STR_ARG(passed_text(c, row, side)),
        ASSAY_STR_ARG(c->sides[other].model->name),
        ASSAY_STR_ARG(passed_text(c, row, other)),
        ASSAY_STR_ARG(text_of(row, "suite")),
        ASSAY_STR_ARG(assay_date_text(c->arena, row->claim->read)),
        ASSAY_STR_ARG(only(row, side)), ASSAY_STR_ARG(only(row, other)),
        by.len ? ", " : "", ASSAY_STR_ARG(by));
}

void assay_compare_decided(struct assay_comparison *c, size_t side,
                           struct assay_points *points)
{
    for (size_t k = 0; k < c->count; k++) {
        const struct assay_trial_row *row =
            k == side ? NULL : decided_for(c, side, k);
        struct assay_refs refs = {0};

        if (!row)
            continue;
        assay_compare_ref(c, &refs, row->claim);
        assay_points_add(c, points, "measured", &refs,
                         "prompts like those of %.*s decide: it was better "
                         "there, %.*s to %.*s where it and %.*s differ",
                         ASSAY_STR_ARG(text_of(row, "suite")),
                         ASSAY_STR_ARG(only(row, side)),
                         ASSAY_STR_ARG(only(row, k)),
                         ASSAY_STR_ARG(c->sides[k].model->name));
    }
}

size_t assay_compare_measured(struct assay_comparison *c,
                              struct assay_points *points)
{
    size_t winner = measured_winner(c);

    for (size_t k = 0; winner != ASSAY_NOBODY && k < c->count; k++)
        if (k != winner)
            say_measured(c, winner, k, points);
    return winner;
}

/* ------------------------------------------------------- the section */

static void copy_pair(struct assay_comparison *c, struct assay_json *one,
                      const struct assay_trial_row *row, const char *key)
{
    const size_t sides[] = {row->a, row->b};

    for (size_t i = 0; i < 2; i++) {
        const struct assay_json *value = of_side(c, row, sides[i], key);
        struct assay_str name =
            assay_arena_printf(c->arena, "%c_%s", "ab"[i], key);

        assay_json_set_key(one, name,
                           value ? assay_json_copy(c->arena, value)
                                 : assay_json_null(c->arena));
    }
}

static void copy_value(struct assay_comparison *c, struct assay_json *one,
                       const struct assay_trial_row *row, const char *key,
                       const char *as)
{
    const struct assay_json *value = assay_json_get(row->claim->value, key);

    assay_json_set(one, as,
                   value ? assay_json_copy(c->arena, value)
                         : assay_json_null(c->arena));
}

/* A difference and its ends change sign, and the ends places, when flipped. */
static struct assay_json *signed_value(struct assay_comparison *c,
                                       const struct assay_trial_row *row,
                                       const char *key, const char *flipped_key)
{
    struct assay_str text = text_of(row, row->flipped ? flipped_key : key);
    struct assay_decimal value;

    if (!assay_decimal_parse(text, &value) ||
        (row->flipped &&
         !assay_decimal_sub(assay_decimal_uint(0), value, &value)))
        return assay_json_null(c->arena);
    return assay_json_string(c->arena, assay_decimal_text(c->arena, value));
}

static void row_json(struct assay_comparison *c, struct assay_json *list,
                     const struct assay_trial_row *row)
{
    static const char *const pairs[] = {
        "route",
        "passed",
        "n",
        "passed_low",
        "passed_high",
        "latency_ms_p50",
        "cost_per_pass_usd",
    };
    struct assay_json *one = assay_json_add(list, assay_json_object(c->arena));
    struct assay_refs refs = {0};
    size_t winner = winner_of(row);

    assay_set_side(c, one, "a", row->a);
    assay_set_side(c, one, "b", row->b);
    copy_value(c, one, row, "suite", "suite");
    copy_value(c, one, row, "run", "run");
    copy_value(c, one, row, "scoring", "scoring");
    copy_value(c, one, row, "published", "published");
    assay_json_set_text(c->arena, one, "date",
                        assay_date_text(c->arena, row->claim->read));
    assay_json_set_bool(c->arena, one, "superseded", row->superseded);
    for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++)
        copy_pair(c, one, row, pairs[i]);
    copy_value(c, one, row, "both", "both");
    copy_value(c, one, row, row->flipped ? "only_against" : "only_this",
               "only_a");
    copy_value(c, one, row, row->flipped ? "only_this" : "only_against",
               "only_b");
    copy_value(c, one, row, "neither", "neither");
    assay_json_set_text(c->arena, one, "verdict",
                        winner == row->a   ? ASSAY_STR("a")
                        : winner == row->b ? ASSAY_STR("b")
                                           : text_of(row, "verdict"));
    assay_set_side(c, one, "winner", winner);
    copy_value(c, one, row, "rule", "rule");
    copy_value(c, one, row, "p", "p");
    copy_value(c, one, row, "e", "e");
    assay_json_set(one, "difference",
                   signed_value(c, row, "difference", "difference"));
    assay_json_set(one, "difference_low",
                   signed_value(c, row, "difference_low", "difference_high"));
    assay_json_set(one, "difference_high",
                   signed_value(c, row, "difference_high", "difference_low"));
    copy_value(c, one, row, "more_prompts", "more_prompts");
    assay_compare_ref(c, &refs, row->claim);
    assay_json_set(one, "claims", assay_refs_json(c, &refs));
}

enum { SUITE, FIRST, SECOND, DIFFER, VERDICT, COLUMNS };

static struct assay_str passed_cell(struct assay_comparison *c,
                                    const struct assay_trial_row *row,
                                    size_t side)
{
    struct assay_str passed = passed_text(c, row, side);

    if (c->count == 2)
        return passed;
    return assay_arena_printf(c->arena, "%.*s: %.*s",
                              ASSAY_STR_ARG(c->sides[side].model->name),
                              ASSAY_STR_ARG(passed));
}

static void table_row(struct assay_comparison *c, struct assay_block *table,
                      const struct assay_trial_row *row)
{
    struct assay_cell *cells = assay_table_row(c->doc, table);
    struct assay_str scoring, judged; /* "assertions; judge opinion, …" */
    size_t winner = winner_of(row);

    cells[SUITE].text = text_of(row, "suite");
    cells[SUITE].note = assay_date_text(c->arena, row->claim->read);
    if (publisher(row).len)
        cells[SUITE].note = assay_arena_printf(
            c->arena, "published by %.*s, %.*s", ASSAY_STR_ARG(publisher(row)),
            ASSAY_STR_ARG(cells[SUITE].note));
    if (assay_str_cut(text_of(row, "scoring"), ';', &scoring, &judged))
        cells[SUITE].note = assay_arena_printf(c->arena, "%.*s;%.*s",
                                               ASSAY_STR_ARG(cells[SUITE].note),
                                               ASSAY_STR_ARG(judged));
    cells[SUITE].link = assay_arena_printf(c->arena, "/run/%.*s",
                                           ASSAY_STR_ARG(text_of(row, "run")));
    assay_compare_ref(c, &cells[SUITE].refs, row->claim);
    cells[FIRST].text = passed_cell(c, row, row->a);
    cells[SECOND].text = passed_cell(c, row, row->b);
    if (winner == row->a)
        cells[FIRST].flags |= ASSAY_CELL_LEADER;
    if (winner == row->b)
        cells[SECOND].flags |= ASSAY_CELL_LEADER;
    cells[DIFFER].text = assay_arena_printf(c->arena, "%.*s : %.*s",
                                            ASSAY_STR_ARG(only(row, row->a)),
                                            ASSAY_STR_ARG(only(row, row->b)));
    cells[VERDICT].text = verdict_text(c, row);
    for (size_t i = 0; i < COLUMNS; i++) {
        cells[i].state = ASSAY_KNOWN;
        if (row->superseded)
            cells[i].flags |= ASSAY_CELL_DIM;
    }
}

/* Of how many rows: some, all or none were published by others. */
static const char *heading(const struct assay_comparison *c)
{
    size_t published = 0;

    for (size_t i = 0; i < c->trial_count; i++)
        published += publisher(&c->trials[i]).len > 0;
    return published == 0                ? "Measured on your prompts"
           : published == c->trial_count ? "Published samples, paired"
                                         : "Measured on your prompts, and "
                                           "published samples";
}

void assay_compare_evidence(struct assay_comparison *c)
{
    struct assay_json *list = assay_json_array(c->arena);
    bool published = c->trial_count && publisher(&c->trials[0]).len;
    struct assay_column columns[COLUMNS] = {
        [SUITE] = {.title = published ? ASSAY_STR("samples of")
                                      : ASSAY_STR("your prompts")},
        [FIRST] = {.title = c->count == 2 ? c->sides[0].model->name
                                          : ASSAY_STR("passed")},
        [SECOND] = {.title = c->count == 2 ? c->sides[1].model->name
                                           : ASSAY_STR("against")},
        [DIFFER] = {.title = ASSAY_STR("only one passed"), .give_way = 1},
        [VERDICT] = {.title = ASSAY_STR("verdict")},
    };
    struct assay_block *table;

    assay_json_set(c->data, "evidence", list);
    if (!c->trial_count)
        return;
    table = assay_section_table(
        c->doc, assay_document_section(c->doc, "evidence", heading(c)), columns,
        COLUMNS);
    for (size_t i = 0; i < c->trial_count; i++) {
        table_row(c, table, &c->trials[i]);
        row_json(c, list, &c->trials[i]);
    }
}

/* ------------------------------------------------------- the scorecard */

void assay_compare_evidence_value(struct assay_comparison *c, size_t side,
                                  struct assay_value *value)
{
    *value = (struct assay_value){
        .text = ASSAY_STR("not tested on your prompts yet")};
    for (size_t i = 0; i < c->trial_count; i++) {
        const struct assay_trial_row *row = &c->trials[i];

        if (row->superseded || publisher(row).len ||
            (row->a != side && row->b != side))
            continue;
        value->state = ASSAY_KNOWN;
        value->text = passed_text(c, row, side);
        value->json = assay_json_string(c->arena, value->text);
        assay_compare_ref(c, &value->refs, row->claim);
        return;
    }
}
