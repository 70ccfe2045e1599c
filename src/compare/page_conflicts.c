/*
 * What sources disagree about: what was taken, what the others say, and why.
 */
#include "compare/page_parts.h"

/* What the others say, each value once. */
static struct assay_str other_texts(struct assay_page *page,
                                    const struct assay_choice *choice,
                                    struct assay_refs *refs)
{
    struct assay_arena *arena = page->c.arena;
    struct assay_str texts = {"", 0};

    for (size_t i = 1; i < choice->count; i++) {
        const struct assay_claim *claim = choice->claims[i];
        struct assay_str text;
        bool said = false;

        if (assay_claim_agrees(choice->claims[0], claim))
            continue;
        assay_compare_ref(&page->c, refs, claim);
        for (size_t k = 1; k < i && !said; k++)
            said = assay_claim_agrees(claim, choice->claims[k]) &&
                   !assay_claim_agrees(choice->claims[0], choice->claims[k]);
        if (said)
            continue;
        text = assay_page_claim_words(page->c.arena, claim);
        texts = assay_arena_printf(arena, "%.*s%s%.*s", ASSAY_STR_ARG(texts),
                                   texts.len ? ", " : "", ASSAY_STR_ARG(text));
    }
    return texts;
}

static struct assay_json *conflict_json(struct assay_page *page,
                                        const struct assay_subject *subject,
                                        const struct assay_choice *choice,
                                        const struct assay_refs *chosen,
                                        const struct assay_refs *others)
{
    struct assay_arena *arena = page->c.arena;
    struct assay_json *one = assay_json_object(arena);

    assay_json_set_text(arena, one, "subject", subject->id);
    assay_json_set_c(arena, one, "subject_kind",
                     assay_subject_kind_name(subject->kind));
    assay_json_set_text(arena, one, "fact", choice->fact);
    assay_json_set_text(arena, one, "chosen", chosen->claims[0]->id);
    assay_json_set(one, "others", assay_refs_json(&page->c, others));
    assay_json_set_c(arena, one, "rule", choice->rule);
    assay_json_set_text(arena, one, "reason", choice->reason);
    return one;
}

enum { FACT, TAKEN, AGAINST, COLUMNS };

static struct assay_block *conflict_table(struct assay_page *page,
                                          struct assay_section *section)
{
    static const struct assay_column columns[COLUMNS] = {
        [FACT] = {.title = {"fact", 4}},
        [TAKEN] = {.title = {"taken, and why", 14}},
        [AGAINST] = {.title = {"against", 7}},
    };

    return assay_section_table(page->c.doc, section, columns, COLUMNS);
}

void assay_page_conflict_rows(struct assay_page *page,
                              struct assay_section *section,
                              struct assay_block **table,
                              const struct assay_subject *subject,
                              struct assay_json *list)
{
    for (size_t i = 0; i < subject->choice_count; i++) {
        const struct assay_choice *choice = &subject->choices[i];
        struct assay_cell *row;

        if (!choice->conflict)
            continue;
        if (!*table)
            *table = conflict_table(page, section);
        row = assay_table_row(page->c.doc, *table);
        row[FACT].text = assay_fact_title(page->c.arena, choice->fact);
        if (subject->kind == ASSAY_SUBJECT_ROUTE)
            row[FACT].note = subject->id;
        row[TAKEN].text =
            assay_page_claim_words(page->c.arena, choice->claims[0]);
        row[TAKEN].note = choice->reason;
        assay_compare_ref(&page->c, &row[TAKEN].refs, choice->claims[0]);
        row[AGAINST].text = other_texts(page, choice, &row[AGAINST].refs);
        for (size_t k = 0; k < COLUMNS; k++)
            row[k].state = ASSAY_KNOWN;
        assay_json_add(list,
                       conflict_json(page, subject, choice, &row[TAKEN].refs,
                                     &row[AGAINST].refs));
    }
}

static bool any_conflict(const struct assay_subject *subject)
{
    for (size_t i = 0; i < subject->choice_count; i++)
        if (subject->choices[i].conflict)
            return true;
    return false;
}

/* A section with the model's name, unless there is nothing to put there. */
static bool model_conflicts(struct assay_page *page,
                            const struct assay_model *model,
                            struct assay_json *list)
{
    struct assay_arena *arena = page->c.arena;
    struct assay_block *table = NULL;
    struct assay_section *section;
    bool any = any_conflict(&model->subject);

    for (size_t i = 0; i < model->route_count && !any; i++)
        any = any_conflict(&model->routes[i]->subject);
    if (!any)
        return false;
    section =
        assay_document_section(page->c.doc, assay_arena_cstr(arena, model->id),
                               assay_arena_cstr(arena, model->name));
    assay_page_conflict_rows(page, section, &table, &model->subject, list);
    for (size_t i = 0; i < model->route_count; i++)
        assay_page_conflict_rows(page, section, &table,
                                 &model->routes[i]->subject, list);
    return true;
}

struct assay_document *assay_page_conflicts(
    struct assay_arena *arena, struct assay_model *const *models, size_t count,
    const struct assay_page_options *options)
{
    struct assay_page page;
    struct assay_json *list = assay_json_array(arena);
    bool any = false;

    assay_page_start(&page, arena, options, "assay-conflicts/1",
                     ASSAY_STR("Where sources disagree"));
    for (size_t i = 0; i < count; i++)
        any |= model_conflicts(&page, models[i], list);
    if (!any)
        assay_page_say(&page, assay_document_section(page.c.doc, "none", ""),
                       ASSAY_BLOCK_PARAGRAPH, NULL,
                       "Nowhere, as far as is known.");
    assay_json_set(page.c.data, "conflicts", list);
    return assay_page_finish(&page);
}
