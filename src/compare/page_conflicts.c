/*
 * What sources disagree about: what was taken, what the others say, and why.
 */
#include "compare/page_parts.h"

/* What the others say, each value once. */
static struct assay_cell others(struct assay_comparison *c,
                                const struct assay_choice *choice)
{
    struct assay_cell cell = {.state = ASSAY_KNOWN, .text = {"", 0}};

    for (size_t i = 1; i < choice->count; i++) {
        const struct assay_claim *claim = choice->claims[i];
        struct assay_str text;
        bool said = false;

        if (assay_claim_agrees(choice->claims[0], claim))
            continue;
        assay_compare_ref(c, &cell.refs, claim);
        for (size_t k = 1; k < i && !said; k++)
            said = assay_claim_agrees(claim, choice->claims[k]) &&
                   !assay_claim_agrees(choice->claims[0], choice->claims[k]);
        if (said)
            continue;
        text = assay_page_claim_words(c->arena, claim);
        cell.text =
            assay_arena_printf(c->arena, "%.*s%s%.*s", ASSAY_STR_ARG(cell.text),
                               cell.text.len ? "; " : "", ASSAY_STR_ARG(text));
    }
    return cell;
}

struct assay_conflict assay_conflict_of(struct assay_comparison *c,
                                        const struct assay_subject *subject,
                                        const struct assay_choice *choice)
{
    struct assay_conflict conflict = {
        .taken = {.state = ASSAY_KNOWN,
                  .text = assay_page_claim_words(c->arena, choice->claims[0])},
        .json = assay_json_object(c->arena),
    };
    struct assay_json *one = conflict.json;

    assay_compare_ref(c, &conflict.taken.refs, choice->claims[0]);
    conflict.against = others(c, choice);
    assay_json_set_text(c->arena, one, "subject", subject->id);
    assay_json_set_c(c->arena, one, "subject_kind",
                     assay_subject_kind_name(subject->kind));
    assay_json_set_text(c->arena, one, "fact", choice->fact);
    assay_json_set_text(c->arena, one, "chosen",
                        conflict.taken.refs.claims[0]->id);
    assay_json_set(one, "others", assay_refs_json(c, &conflict.against.refs));
    assay_json_set_c(c->arena, one, "rule", choice->rule);
    assay_json_set_text(c->arena, one, "reason", choice->reason);
    return conflict;
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

void assay_page_conflict_row(struct assay_page *page,
                             struct assay_section *section,
                             struct assay_block **table,
                             const struct assay_disputed *disputed,
                             struct assay_json *list)
{
    const struct assay_subject *subject = disputed->subject;
    struct assay_conflict conflict =
        assay_conflict_of(&page->c, subject, disputed->choice);
    struct assay_cell *row;

    if (!*table)
        *table = conflict_table(page, section);
    row = assay_table_row(page->c.doc, *table);
    row[FACT].text = assay_fact_title(page->c.arena, disputed->choice->fact);
    row[FACT].state = ASSAY_KNOWN;
    if (subject->kind == ASSAY_SUBJECT_ROUTE)
        row[FACT].note = subject->id;
    row[TAKEN] = conflict.taken;
    row[TAKEN].note = disputed->choice->reason;
    row[AGAINST] = conflict.against;
    assay_json_add(list, conflict.json);
}

void assay_page_conflict_rows(struct assay_page *page,
                              struct assay_section *section,
                              struct assay_block **table,
                              const struct assay_subject *subject,
                              struct assay_json *list)
{
    for (size_t i = 0; i < subject->choice_count; i++)
        if (subject->choices[i].conflict)
            assay_page_conflict_row(page, section, table,
                                    &(struct assay_disputed){
                                        .subject = subject,
                                        .choice = &subject->choices[i],
                                    },
                                    list);
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
