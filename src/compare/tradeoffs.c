/*
 * "Choose X when": what speaks for each model, and what to do where nothing
 * does.
 */
#include "compare/advantages.h"

/* Where no rule speaks for the model. */
static void say_nothing(struct assay_comparison *c, size_t side,
                        struct assay_points *points)
{
    const struct assay_side *s = &c->sides[side];

    if (s->unreachable)
        assay_points_add(c, points, "unreachable", &s->status_refs,
                         "Nothing here argues for %.*s in new work: it can no "
                         "longer be called.",
                         ASSAY_STR_ARG(s->model->name));
    else
        assay_points_add(c, points, "nothing_known", NULL,
                         "No known fact speaks for %.*s over the other%s.",
                         ASSAY_STR_ARG(s->model->name),
                         c->count > 2 ? "s" : "");
}

static void say_next(struct assay_comparison *c, struct assay_section *section,
                     size_t side)
{
    const struct assay_model *model = c->sides[side].model;
    const struct assay_replacement *last;

    if (!model->replacement_count)
        return;
    last = &model->replacements[model->replacement_count - 1];
    for (size_t i = 0; i < c->count; i++)
        if (i != side && c->sides[i].reachable &&
            !assay_str_equal(c->sides[i].model->id, last->id)) {
            struct assay_str with = c->sides[i].model->id;
            struct assay_block *block = assay_section_say(
                c->doc, section, ASSAY_BLOCK_COMMAND,
                assay_arena_printf(c->arena, "assay compare %.*s %.*s",
                                   ASSAY_STR_ARG(with),
                                   ASSAY_STR_ARG(last->id)));

            block->link = assay_link_pair(c->arena, with, last->id);
            return;
        }
}

void assay_compare_tradeoffs(struct assay_comparison *c)
{
    struct assay_section *section =
        assay_document_section(c->doc, "tradeoffs", "When to choose which");
    struct assay_json *list = assay_json_array(c->arena);

    for (size_t i = 0; i < c->count; i++) {
        struct assay_points points = c->sides[i].advantages;
        struct assay_json *one =
            assay_json_add(list, assay_json_object(c->arena));
        struct assay_str title =
            assay_arena_printf(c->arena, "Choose %.*s when",
                               ASSAY_STR_ARG(c->sides[i].model->name));

        if (points.first) {
            assay_section_say(c->doc, section, ASSAY_BLOCK_PARAGRAPH, title);
            assay_points_blocks(c, section, ASSAY_BLOCK_ITEM, &points);
        } else {
            say_nothing(c, i, &points);
            assay_points_blocks(c, section, ASSAY_BLOCK_PARAGRAPH, &points);
        }
        if (c->sides[i].unreachable)
            say_next(c, section, i);
        assay_json_set_text(c->arena, one, "model", c->sides[i].model->id);
        assay_json_set(one, "statements", assay_points_json(c, &points));
    }
    assay_json_set(c->data, "tradeoffs", list);
}
