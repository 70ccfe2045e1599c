/*
 * The list of output formats, and what their renderers share.
 */
#include "assay/render.h"

#include "render/render_parts.h"

const struct assay_render_format assay_render_formats[] = {
    {"text", "text/plain; charset=utf-8", assay_render_text},
    {"markdown", "text/markdown; charset=utf-8", assay_render_markdown},
    {"html", "text/html; charset=utf-8", assay_render_html},
    {"json", "application/json", assay_render_json},
    {"csv", "text/csv; charset=utf-8; header=present", assay_render_csv},
};
const size_t assay_render_format_count =
    sizeof(assay_render_formats) / sizeof(assay_render_formats[0]);

const struct assay_render_format *assay_render_format(struct assay_str name)
{
    for (size_t i = 0; i < assay_render_format_count; i++)
        if (assay_str_is(name, assay_render_formats[i].name))
            return &assay_render_formats[i];
    return NULL;
}

struct assay_ref_numbers assay_refs_numbers(struct assay_arena *arena,
                                            const struct assay_refs *refs)
{
    struct assay_ref_numbers numbers = {
        .at = ASSAY_NEW_ARRAY(arena, uint32_t, refs->count),
    };

    /* insertion sort: a list has one to a dozen claims */
    for (size_t i = 0; i < refs->count; i++) {
        uint32_t number = refs->claims[i]->source->number;
        size_t place = numbers.count;

        while (place > 0 && numbers.at[place - 1] > number)
            place--;
        if (place > 0 && numbers.at[place - 1] == number)
            continue;
        for (size_t k = numbers.count; k > place; k--)
            numbers.at[k] = numbers.at[k - 1];
        numbers.at[place] = number;
        numbers.count++;
    }
    return numbers;
}

struct assay_str assay_cell_words(const struct assay_cell *cell)
{
    if (cell->text.len)
        return cell->text;
    switch (cell->state) {
    case ASSAY_FREE:
        return ASSAY_STR("free");
    case ASSAY_NOT_APPLICABLE:
        return ASSAY_STR("n/a");
    default:
        return ASSAY_STR("");
    }
}

bool assay_cell_is_unknown(const struct assay_cell *cell, size_t column)
{
    return column > 0 && cell->state == ASSAY_UNKNOWN && cell->text.len > 0;
}

static bool table_has_flag(const struct assay_block *table,
                           enum assay_cell_flag flag)
{
    for (const struct assay_row *row = table->first_row; row; row = row->next)
        for (size_t i = 0; i < table->column_count; i++)
            if (row->cells[i].flags & flag)
                return true;
    return false;
}

bool assay_document_has_flag(const struct assay_document *doc,
                             enum assay_cell_flag flag)
{
    for (const struct assay_section *s = doc->first; s; s = s->next)
        for (const struct assay_block *b = s->first; b; b = b->next)
            if (b->kind == ASSAY_BLOCK_TABLE && table_has_flag(b, flag))
                return true;
    return false;
}

bool assay_tables_alike(const struct assay_block *a,
                        const struct assay_block *b)
{
    if (a->column_count != b->column_count)
        return false;
    for (size_t i = 0; i < a->column_count; i++)
        if (!assay_str_equal(a->columns[i].title, b->columns[i].title))
            return false;
    return true;
}
