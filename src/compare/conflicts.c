/*
 * Where sources disagree: what was taken, what was not, and why.
 */
#include "compare/page_parts.h"

#define SHOWN 12

struct group;

struct writer {
    struct assay_comparison *c;
    struct assay_section *section;
    struct group *groups;
    struct assay_json *list;
    size_t count;
    size_t side;                      /* whose conflicts are written */
    size_t hidden[ASSAY_COMPARE_MAX]; /* past those shown */
};

/* Conflicts that were settled alike stand under one reason. */
struct group {
    struct assay_str reason;
    struct assay_block *table;
    struct group *next;
};

static struct assay_block *table_of(struct writer *w, struct assay_str reason)
{
    static const struct assay_column columns[] = {
        {.title = {"fact", 4}},
        {.title = {"taken", 5}},
        {.title = {"against", 7}},
    };

    for (struct group *g = w->groups; g; g = g->next)
        if (assay_str_equal(g->reason, reason))
            return g->table;
    struct group *g = ASSAY_NEW(w->c->arena, struct group);
    struct group **end = &w->groups;

    while (*end)
        end = &(*end)->next;
    *end = g;
    g->reason = reason;
    assay_section_say(
        w->c->doc, w->section, ASSAY_BLOCK_PARAGRAPH,
        assay_arena_printf(w->c->arena, "Taken: %.*s.", ASSAY_STR_ARG(reason)));
    g->table = assay_section_table(w->c->doc, w->section, columns,
                                   sizeof columns / sizeof columns[0]);
    return g->table;
}

static void write_conflict(struct writer *w,
                           const struct assay_subject *subject,
                           struct assay_str shown_as,
                           const struct assay_choice *choice)
{
    struct assay_conflict conflict = assay_conflict_of(w->c, subject, choice);
    struct assay_str title = assay_fact_title(w->c->arena, choice->fact);
    struct assay_cell *row;

    assay_json_add(w->list, conflict.json);
    if (w->count++ >= SHOWN) {
        w->hidden[w->side]++;
        return;
    }
    row = assay_table_row(w->c->doc, table_of(w, choice->reason));
    row[0] = (struct assay_cell){
        .text =
            assay_arena_printf(w->c->arena, "%.*s, %.*s", ASSAY_STR_ARG(title),
                               ASSAY_STR_ARG(shown_as)),
        .state = ASSAY_KNOWN,
    };
    row[1] = conflict.taken;
    row[2] = conflict.against;
}

static void subject_conflicts(struct writer *w,
                              const struct assay_subject *subject,
                              struct assay_str shown_as)
{
    for (size_t i = 0; i < subject->choice_count; i++)
        if (subject->choices[i].conflict)
            write_conflict(w, subject, shown_as, &subject->choices[i]);
}

static void say_hidden(struct writer *w)
{
    for (size_t i = 0; i < w->c->count; i++) {
        const struct assay_model *model = w->c->sides[i].model;

        if (w->hidden[i])
            assay_say_hidden(
                w->c, w->section, model,
                assay_arena_printf(w->c->arena, "… and %zu more of %.*s",
                                   w->hidden[i], ASSAY_STR_ARG(model->name)),
                " --conflicts");
    }
}

void assay_compare_conflicts(struct assay_comparison *c)
{
    struct writer w = {
        .c = c,
        .section =
            assay_document_section(c->doc, "conflicts", "Sources disagree"),
        .list = assay_json_array(c->arena),
    };

    for (w.side = 0; w.side < c->count; w.side++)
        subject_conflicts(&w, &c->sides[w.side].model->subject,
                          c->sides[w.side].model->name);
    for (w.side = 0; w.side < c->count; w.side++)
        for (size_t k = 0; k < c->sides[w.side].model->route_count; k++)
            subject_conflicts(&w, &c->sides[w.side].model->routes[k]->subject,
                              c->sides[w.side].model->routes[k]->id);
    if (!w.count)
        assay_section_say(c->doc, w.section, ASSAY_BLOCK_PARAGRAPH,
                          ASSAY_STR("Nowhere, as far as sources are read."));
    say_hidden(&w);
    assay_json_set(c->data, "conflicts", w.list);
}
