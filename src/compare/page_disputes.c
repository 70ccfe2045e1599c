/*
 * Some of what sources disagree about over the whole catalog: a page of some
 * forty facts out of about a thousand, by model.
 */
#include "compare/page_parts.h"

/* Facts of one model stand side by side: its section, made at the first. */
static struct assay_section *section_of(struct assay_page *page,
                                        const struct assay_disputed *disputed)
{
    struct assay_arena *arena = page->c.arena;

    if (!disputed->model)
        return assay_document_section(page->c.doc, "unjoined",
                                      "Routes of no known model");
    return assay_document_section(
        page->c.doc, assay_arena_cstr(arena, disputed->model->id),
        assay_arena_cstr(arena, disputed->model->name));
}

struct assay_document *assay_page_disputes(
    struct assay_arena *arena, const struct assay_disputed *disputed,
    size_t count, struct assay_part part,
    const struct assay_page_options *options)
{
    struct assay_page page;
    struct assay_json *list = assay_json_array(arena);
    struct assay_section *section = NULL, *top;
    struct assay_block *table = NULL;
    struct assay_str shown = assay_page_part(arena, part, count);

    assay_page_start(&page, arena, options, "assay-conflicts/1",
                     ASSAY_STR("Where sources disagree"));
    assay_page_set_part(&page, part, count);
    top = assay_document_section(page.c.doc, "which", "");
    if (count == 0)
        assay_page_say(&page, top, ASSAY_BLOCK_PARAGRAPH, NULL,
                       "Nowhere, as far as is known.");
    else
        assay_page_say(&page, top, ASSAY_BLOCK_PARAGRAPH, NULL,
                       "Facts in dispute, by model: %.*s.",
                       ASSAY_STR_ARG(shown));
    for (size_t i = 0; i < count; i++) {
        if (i == 0 || disputed[i].model != disputed[i - 1].model) {
            section = section_of(&page, &disputed[i]);
            table = NULL;
        }
        assay_page_conflict_row(&page, section, &table, &disputed[i], list);
    }
    assay_json_set(page.c.data, "conflicts", list);
    return assay_page_finish(&page);
}
