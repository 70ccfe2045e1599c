/*
 * The benchmark section: comparable rows with their leader, others with what
 * keeps them apart.
 */
#include "compare/page_parts.h"

/* Named on the page of the rows that only one model has. */
#define LONE_SHOWN 6

static struct assay_str row_title(struct assay_comparison *c,
                                  const struct assay_bench_row *row)
{
    struct assay_str setting = {"", 0};

    for (size_t i = 0; i < c->count && row->comparable; i++)
        if (row->cells[i])
            setting = assay_json_text(row->cells[i]->value, "setting");
    if (!setting.len)
        return row->name;
    return assay_arena_printf(c->arena, "%.*s (%.*s)", ASSAY_STR_ARG(row->name),
                              ASSAY_STR_ARG(setting));
}

/* "5-shot, pretrained" of one row, where the line does not say it. */
static struct assay_str row_setting(struct assay_comparison *c,
                                    const struct assay_claim *claim)
{
    static const char *const parts[] = {"setting", "variant", "harness"};
    struct assay_str words = {"", 0};

    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        struct assay_str part = assay_json_text(claim->value, parts[i]);

        if (part.len)
            words =
                assay_arena_printf(c->arena, "%.*s%s%.*s", ASSAY_STR_ARG(words),
                                   words.len ? ", " : "", ASSAY_STR_ARG(part));
    }
    return words.len ? words : ASSAY_STR("setting not stated");
}

static struct assay_value cell_value(struct assay_comparison *c,
                                     const struct assay_bench_row *row,
                                     size_t side)
{
    const struct assay_claim *claim = row->cells[side];
    struct assay_value value = {.text = ASSAY_STR("no row")};

    if (!claim)
        return value;
    value.state = ASSAY_KNOWN;
    value.json =
        assay_json_string(c->arena, assay_json_text(claim->value, "value"));
    value.text = assay_page_score(c->arena, claim->value);
    if (!row->comparable)
        value.note = row_setting(c, claim);
    assay_compare_ref(c, &value.refs, claim);
    return value;
}

static void set_details(struct assay_comparison *c, struct assay_json *cells,
                        const struct assay_bench_row *row)
{
    static const char *const keys[] = {"setting",   "variant", "harness",
                                       "unit",      "date",    "error_minus",
                                       "error_plus"};
    size_t side = 0;

    for (struct assay_json *cell = cells->first; cell;
         cell = cell->next, side++)
        for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
            struct assay_str text =
                row->cells[side]
                    ? assay_json_text(row->cells[side]->value, keys[i])
                    : (struct assay_str){"", 0};

            if (text.len)
                assay_json_set_text(c->arena, cell, keys[i], text);
        }
}

static void row_json(struct assay_comparison *c, struct assay_json *list,
                     const struct assay_bench_row *row,
                     struct assay_json *cells)
{
    struct assay_json *one = assay_json_add(list, assay_json_object(c->arena));

    assay_json_set_text(c->arena, one, "name", row->name);
    assay_json_set_bool(c->arena, one, "comparable", row->comparable);
    if (row->comparable)
        assay_json_set_null(c->arena, one, "why_not");
    else
        assay_json_set_text(c->arena, one, "why_not", row->why_not);
    set_details(c, cells, row);
    assay_json_set(one, "cells", cells);
    assay_set_side(c, one, "leader", row->leader);
    if (row->difference_text.len)
        assay_json_set_text(c->arena, one, "difference", row->difference_text);
    else
        assay_json_set_null(c->arena, one, "difference");
}

static struct assay_block *bench_table(struct assay_comparison *c,
                                       struct assay_section *section)
{
    struct assay_column columns[ASSAY_COMPARE_MAX + 2] = {0};

    for (size_t i = 0; i < c->count; i++)
        columns[i + 1].title = c->sides[i].model->name;
    columns[c->count + 1].title = ASSAY_STR("difference");
    return assay_section_table(c->doc, section, columns, c->count + 2);
}

static struct assay_json *row_cells(struct assay_comparison *c,
                                    struct assay_block *table,
                                    const struct assay_bench_row *row)
{
    struct assay_json *cells = assay_json_array(c->arena);
    struct assay_cell *line = table ? assay_table_row(c->doc, table) : NULL;

    for (size_t i = 0; i < c->count; i++) {
        struct assay_value value = cell_value(c, row, i);

        assay_json_add(cells, assay_value_json(c, i, &value));
        if (!line)
            continue;
        assay_value_cell(&line[i + 1], &value);
        if (row->leader == i)
            line[i + 1].flags |= ASSAY_CELL_LEADER;
    }
    if (!line)
        return cells;
    line[0] =
        (struct assay_cell){.text = row_title(c, row), .state = ASSAY_KNOWN};
    line[c->count + 1] = (struct assay_cell){
        .text = row->comparable
                    ? row->difference_text
                    : assay_arena_printf(c->arena, "not comparable: %.*s",
                                         ASSAY_STR_ARG(row->why_not)),
        .state = row->comparable ? ASSAY_KNOWN : ASSAY_NOT_APPLICABLE,
    };
    return cells;
}

static bool lone(const struct assay_comparison *c,
                 const struct assay_bench_row *row)
{
    size_t filled = 0;

    for (size_t i = 0; i < c->count; i++)
        filled += row->cells[i] != NULL;
    return filled < 2;
}

/* "Only X has: MMLU 51.3 % (5-shot, pretrained), … and 14 more." */
static void say_lone(struct assay_comparison *c, struct assay_section *section,
                     size_t side)
{
    struct assay_str list = {"", 0};
    struct assay_refs refs = {0};
    size_t count = 0;

    for (const struct assay_bench_row *row = c->benchmarks; row;
         row = row->next) {
        struct assay_value value;

        if (!lone(c, row) || !row->cells[side] || count++ >= LONE_SHOWN)
            continue;
        value = cell_value(c, row, side);
        assay_compare_ref(c, &refs, row->cells[side]);
        list = assay_arena_printf(
            c->arena, "%.*s%s%.*s %.*s (%.*s)", ASSAY_STR_ARG(list),
            list.len ? "; " : "", ASSAY_STR_ARG(row->name),
            ASSAY_STR_ARG(value.text), ASSAY_STR_ARG(value.note));
    }
    if (count > LONE_SHOWN)
        list = assay_arena_printf(c->arena, "%.*s; and %zu more",
                                  ASSAY_STR_ARG(list), count - LONE_SHOWN);
    if (count)
        assay_section_say(
            c->doc, section, ASSAY_BLOCK_ITEM,
            assay_arena_printf(c->arena, "Only %.*s has: %.*s.",
                               ASSAY_STR_ARG(c->sides[side].model->name),
                               ASSAY_STR_ARG(list)))
            ->refs = refs;
}

void assay_compare_benchmarks(struct assay_comparison *c)
{
    struct assay_section *section =
        assay_document_section(c->doc, "benchmarks", "Benchmarks");
    struct assay_json *list = assay_json_array(c->arena);
    struct assay_block *table = NULL;

    if (!c->comparable_count)
        assay_section_say(
            c->doc, section, ASSAY_BLOCK_PARAGRAPH,
            c->benchmarks
                ? ASSAY_STR("None comparable: no two rows state the same "
                            "setting, variant and harness.")
                : ASSAY_STR("None on record."));
    for (const struct assay_bench_row *row = c->benchmarks; row;
         row = row->next) {
        bool shown = !lone(c, row);

        if (shown && !table)
            table = bench_table(c, section);
        row_json(c, list, row, row_cells(c, shown ? table : NULL, row));
    }
    for (size_t i = 0; i < c->count; i++)
        say_lone(c, section, i);
    assay_json_set(c->data, "benchmarks", list);
}
