/*
 * Sentences, cells and references: the one way in which a section puts
 * something on the page and into the contract at once.
 */
#include "compare/comparison.h"

#include "assay/url.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* A benchmark row may carry its own address. */
static struct assay_str claim_url(const struct assay_claim *claim)
{
    struct assay_str own = assay_json_text(claim->value, "url");

    return own.len ? own : claim->source->url;
}

void assay_compare_ref(struct assay_comparison *c, struct assay_refs *refs,
                       const struct assay_claim *claim)
{
    const struct assay_doc_claim *known;
    struct assay_doc_source source;
    struct assay_doc_claim entry;

    if (!claim)
        return;
    known = assay_document_known(c->doc, claim);
    if (known) {
        assay_refs_add(c->arena, refs, known);
        return;
    }
    source = (struct assay_doc_source){
        .id = claim->source->id,
        .title = claim->source->title,
        .url = claim->source->url,
        .kind = assay_str_c(assay_source_kind_name(claim->source->kind)),
        .read = claim->source->read,
    };
    entry = (struct assay_doc_claim){
        .subject = claim->subject,
        .subject_kind =
            assay_str_c(assay_subject_kind_name(claim->subject_kind)),
        .fact = claim->fact,
        .value = assay_claim_text(c->arena, claim),
        .url = claim_url(claim),
        .read = claim->read,
        .origin = claim,
    };
    assay_refs_add(c->arena, refs,
                   assay_document_claim(c->doc, &entry, &source));
}

static const struct assay_claim *listing(const struct assay_route *route)
{
    const struct assay_claim *newest = NULL;

    for (size_t i = 0; i < route->subject.claim_count; i++) {
        const struct assay_claim *claim = &route->subject.claims[i];

        if (!newest || assay_date_compare(claim->read, newest->read) > 0)
            newest = claim;
    }
    return newest;
}

void assay_compare_route_ref(struct assay_comparison *c,
                             struct assay_refs *refs,
                             const struct assay_route *route)
{
    assay_compare_ref(c, refs, route->status_claim);
    if (assay_date_set(route->retired_on))
        assay_compare_ref(c, refs, route->retired_on_claim);
    else if (!route->status_claim)
        assay_compare_ref(c, refs, listing(route));
}

void assay_compare_add_refs(struct assay_comparison *c, struct assay_refs *refs,
                            const struct assay_refs *more)
{
    for (size_t i = 0; i < more->count; i++)
        assay_refs_add(c->arena, refs, more->claims[i]);
}

struct assay_json *assay_refs_json(struct assay_comparison *c,
                                   const struct assay_refs *refs)
{
    struct assay_json *list = assay_json_array(c->arena);

    for (size_t i = 0; i < refs->count; i++)
        assay_json_add(list, assay_json_string(c->arena, refs->claims[i]->id));
    return list;
}

void assay_points_add(struct assay_comparison *c, struct assay_points *points,
                      const char *rule, const struct assay_refs *refs,
                      const char *format, ...)
{
    struct assay_point *point = ASSAY_NEW(c->arena, struct assay_point);
    va_list args;

    va_start(args, format);
    point->text = assay_arena_vprintf(c->arena, format, args);
    va_end(args);
    point->rule = rule;
    if (refs)
        point->refs = *refs;
    if (points->last)
        points->last->next = point;
    else
        points->first = point;
    points->last = point;
    points->count++;
}

struct assay_json *assay_points_json(struct assay_comparison *c,
                                     const struct assay_points *points)
{
    struct assay_json *list = assay_json_array(c->arena);

    for (const struct assay_point *p = points->first; p; p = p->next) {
        struct assay_json *one =
            assay_json_add(list, assay_json_object(c->arena));

        assay_json_set_c(c->arena, one, "rule", p->rule);
        assay_json_set_text(c->arena, one, "text", p->text);
        assay_json_set(one, "because", assay_refs_json(c, &p->refs));
    }
    return list;
}

void assay_points_blocks(struct assay_comparison *c,
                         struct assay_section *section,
                         enum assay_block_kind kind,
                         const struct assay_points *points)
{
    for (const struct assay_point *p = points->first; p; p = p->next) {
        struct assay_block *block =
            assay_section_say(c->doc, section, kind, p->text);

        block->rule = assay_str_c(p->rule);
        block->refs = p->refs;
    }
}

struct assay_str assay_link_to(struct assay_arena *arena, const char *place,
                               struct assay_str id)
{
    /* the id of a model is two segments, every other one is one */
    struct assay_str end = strcmp(place, "/model/") == 0
                               ? assay_url_encoded_path(arena, id)
                               : assay_url_encoded(arena, id);

    return assay_arena_printf(arena, "%s%.*s", place, ASSAY_STR_ARG(end));
}

struct assay_str assay_link_pair(struct assay_arena *arena, struct assay_str a,
                                 struct assay_str b)
{
    a = assay_url_encoded_path(arena, a);
    b = assay_url_encoded_path(arena, b);
    return assay_arena_printf(arena, "/compare/%.*s/%.*s", ASSAY_STR_ARG(a),
                              ASSAY_STR_ARG(b));
}

void assay_say_hidden(struct assay_comparison *c, struct assay_section *section,
                      const struct assay_model *model, struct assay_str words,
                      const char *option)
{
    struct assay_block *block = assay_section_say(
        c->doc, section, ASSAY_BLOCK_PARAGRAPH,
        assay_arena_printf(c->arena, "%.*s: assay show %.*s%s",
                           ASSAY_STR_ARG(words), ASSAY_STR_ARG(model->id),
                           option));

    block->link = assay_link_to(c->arena, "/model/", model->id);
    block->link_len = words.len;
}

struct assay_block *assay_models_table(struct assay_comparison *c,
                                       struct assay_section *section,
                                       const char *corner)
{
    struct assay_column columns[ASSAY_COMPARE_MAX + 1] = {
        {.title = assay_str_c(corner)}};

    for (size_t i = 0; i < c->count; i++)
        columns[i + 1] = (struct assay_column){
            .title = c->sides[i].model->name,
            .link = assay_link_to(c->arena, "/model/", c->sides[i].model->id),
        };
    return assay_section_table(c->doc, section, columns, c->count + 1);
}

void assay_value_cell(struct assay_cell *cell, const struct assay_value *value)
{
    cell->text = value->text;
    cell->note = value->note;
    cell->state = value->state;
    cell->refs = value->refs;
    cell->flags |= value->flags;
    if (value->conflict)
        cell->flags |= ASSAY_CELL_CONFLICT;
}

struct assay_json *assay_value_json(struct assay_comparison *c, size_t side,
                                    const struct assay_value *value)
{
    struct assay_json *cell = assay_json_object(c->arena);

    assay_json_set_text(c->arena, cell, "model", c->sides[side].model->id);
    assay_json_set_c(c->arena, cell, "state", assay_state_name(value->state));
    assay_json_set(cell, "value",
                   value->json ? value->json : assay_json_null(c->arena));
    assay_json_set_text(c->arena, cell, "text", value->text);
    if (value->note.len)
        assay_json_set_text(c->arena, cell, "note", value->note);
    if (value->conflict)
        assay_json_set_bool(c->arena, cell, "conflict", true);
    assay_json_set(cell, "claims", assay_refs_json(c, &value->refs));
    return cell;
}

struct assay_json *assay_values_row(struct assay_comparison *c,
                                    struct assay_block *table,
                                    const char *title, size_t leader,
                                    const struct assay_value *values)
{
    struct assay_json *cells = assay_json_array(c->arena);
    struct assay_cell *row = table ? assay_table_row(c->doc, table) : NULL;

    for (size_t i = 0; i < c->count; i++)
        assay_json_add(cells, assay_value_json(c, i, &values[i]));
    if (!row)
        return cells;
    row[0] =
        (struct assay_cell){.text = assay_str_c(title), .state = ASSAY_KNOWN};
    for (size_t i = 0; i < c->count; i++) {
        assay_value_cell(&row[i + 1], &values[i]);
        if (i == leader)
            row[i + 1].flags |= ASSAY_CELL_LEADER;
    }
    return cells;
}

void assay_set_side(struct assay_comparison *c, struct assay_json *object,
                    const char *key, size_t side)
{
    if (side == ASSAY_NOBODY)
        assay_json_set_null(c->arena, object, key);
    else
        assay_json_set_text(c->arena, object, key, c->sides[side].model->id);
}
