/*
 * Building a document: sections, blocks, rows, and the claims and sources
 * numbered in order of first use. A comparison has some 15 sections and 200
 * claims; a list of all routes some 15,000 claims, hence the hash table.
 */
#include "assay/document.h"

#include <string.h>

enum { FIRST_SLOTS = 64, FIRST_SOURCES = 8 };

static struct assay_str keep(const struct assay_document *doc,
                             struct assay_str text)
{
    /* a text that the caller left out is zeroed */
    return text.len ? assay_arena_copy(doc->arena, text) : ASSAY_STR("");
}

struct assay_document *assay_document_new(struct assay_arena *arena,
                                          struct assay_str title,
                                          struct assay_str aside)
{
    struct assay_document *doc = ASSAY_NEW(arena, struct assay_document);

    doc->arena = arena;
    doc->title = keep(doc, title);
    doc->aside = keep(doc, aside);
    return doc;
}

static const struct assay_doc_source *find_source(
    struct assay_document *doc, const struct assay_doc_source *wanted)
{
    for (size_t i = 0; i < doc->source_count; i++)
        if (assay_str_equal(doc->sources[i]->id, wanted->id))
            return doc->sources[i];

    if (doc->source_count == doc->source_room) {
        size_t room = doc->source_room ? doc->source_room * 2 : FIRST_SOURCES;
        struct assay_doc_source **wider =
            ASSAY_NEW_ARRAY(doc->arena, struct assay_doc_source *, room);
        for (size_t i = 0; i < doc->source_count; i++)
            wider[i] = doc->sources[i];
        doc->sources = wider;
        doc->source_room = room;
    }
    struct assay_doc_source *source =
        ASSAY_NEW(doc->arena, struct assay_doc_source);
    *source = (struct assay_doc_source){
        .id = keep(doc, wanted->id),
        .title = keep(doc, wanted->title),
        .url = keep(doc, wanted->url),
        .kind = keep(doc, wanted->kind),
        .read = wanted->read,
        .number = (uint32_t)doc->source_count + 1,
    };
    doc->sources[doc->source_count++] = source;
    return source;
}

/* The slot that holds the claim made from `origin`, or the empty one for it. */
static struct assay_doc_claim **slot_of(struct assay_doc_claim **slots,
                                        size_t slot_count, const void *origin)
{
    uint64_t hash = (uint64_t)(uintptr_t)origin * UINT64_C(0x9e3779b97f4a7c15);
    size_t i = (size_t)(hash >> 32) & (slot_count - 1);

    while (slots[i] && slots[i]->origin != origin)
        i = (i + 1) & (slot_count - 1);
    return &slots[i];
}

static void remember_origin(struct assay_document *doc,
                            struct assay_doc_claim *claim)
{
    if ((doc->origin_count + 1) * 2 > doc->origin_slots) {
        size_t wider = doc->origin_slots ? doc->origin_slots * 2 : FIRST_SLOTS;
        struct assay_doc_claim **slots =
            ASSAY_NEW_ARRAY(doc->arena, struct assay_doc_claim *, wider);
        for (size_t i = 0; i < doc->origin_slots; i++)
            if (doc->by_origin[i])
                *slot_of(slots, wider, doc->by_origin[i]->origin) =
                    doc->by_origin[i];
        doc->by_origin = slots;
        doc->origin_slots = wider;
    }
    *slot_of(doc->by_origin, doc->origin_slots, claim->origin) = claim;
    doc->origin_count++;
}

const struct assay_doc_claim *assay_document_known(
    const struct assay_document *doc, const void *origin)
{
    if (!origin || !doc->origin_slots)
        return NULL;
    return *slot_of(doc->by_origin, doc->origin_slots, origin);
}

const struct assay_doc_claim *assay_document_claim(
    struct assay_document *doc, const struct assay_doc_claim *claim,
    const struct assay_doc_source *source)
{
    const struct assay_doc_claim *known =
        assay_document_known(doc, claim->origin);

    if (known)
        return known;
    struct assay_doc_claim *made =
        ASSAY_NEW(doc->arena, struct assay_doc_claim);
    *made = (struct assay_doc_claim){
        .id = assay_arena_printf(doc->arena, "c%zu", doc->claim_count + 1),
        .subject = keep(doc, claim->subject),
        .subject_kind = keep(doc, claim->subject_kind),
        .fact = keep(doc, claim->fact),
        .value = keep(doc, claim->value),
        .url = keep(doc, claim->url),
        .source = find_source(doc, source),
        .read = claim->read,
        .origin = claim->origin,
    };
    if (doc->last_claim)
        doc->last_claim->next = made;
    else
        doc->first_claim = made;
    doc->last_claim = made;
    doc->claim_count++;
    if (made->origin)
        remember_origin(doc, made);
    return made;
}

/*
 * The list is copied each time: it is short (a cell rests on one to a dozen
 * claims), and lists that share memory could not both grow.
 */
void assay_refs_add(struct assay_arena *arena, struct assay_refs *refs,
                    const struct assay_doc_claim *claim)
{
    for (size_t i = 0; i < refs->count; i++)
        if (refs->claims[i] == claim)
            return;

    const struct assay_doc_claim **claims =
        ASSAY_NEW_ARRAY(arena, const struct assay_doc_claim *, refs->count + 1);
    for (size_t i = 0; i < refs->count; i++)
        claims[i] = refs->claims[i];
    claims[refs->count] = claim;
    refs->claims = claims;
    refs->count++;
}

struct assay_section *assay_document_section(struct assay_document *doc,
                                             const char *id, const char *title)
{
    struct assay_section *section = ASSAY_NEW(doc->arena, struct assay_section);

    section->id = keep(doc, assay_str_c(id));
    section->title = keep(doc, assay_str_c(title));
    if (doc->last)
        doc->last->next = section;
    else
        doc->first = section;
    doc->last = section;
    return section;
}

struct assay_block *assay_section_say(struct assay_document *doc,
                                      struct assay_section *section,
                                      enum assay_block_kind kind,
                                      struct assay_str text)
{
    struct assay_block *block = ASSAY_NEW(doc->arena, struct assay_block);

    block->kind = kind;
    block->text = keep(doc, text);
    block->rule = ASSAY_STR("");
    block->link = ASSAY_STR("");
    if (section->last)
        section->last->next = block;
    else
        section->first = block;
    section->last = block;
    return block;
}

/* Raster pictures alone: an SVG is a document of its own. */
static bool is_picture_type(struct assay_str media_type)
{
    static const char *const types[] = {"image/png", "image/jpeg", "image/gif",
                                        "image/webp"};

    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++)
        if (assay_str_is(media_type, types[i]))
            return true;
    return false;
}

static bool is_base64(struct assay_str text)
{
    for (size_t i = 0; i < text.len; i++) {
        char c = text.at[i];
        if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
              (c >= '0' && c <= '9') || c == '+' || c == '/' || c == '='))
            return false;
    }
    return text.len > 0;
}

struct assay_str assay_document_picture_link(struct assay_arena *arena,
                                             struct assay_str media_type,
                                             struct assay_str base64)
{
    if (!is_picture_type(media_type) || !is_base64(base64))
        return ASSAY_STR("");
    return assay_arena_printf(arena, "data:%.*s;base64,%.*s",
                              ASSAY_STR_ARG(media_type), ASSAY_STR_ARG(base64));
}

struct assay_block *assay_section_table(struct assay_document *doc,
                                        struct assay_section *section,
                                        const struct assay_column *columns,
                                        size_t column_count)
{
    struct assay_block *block =
        assay_section_say(doc, section, ASSAY_BLOCK_TABLE, ASSAY_STR(""));

    block->columns =
        ASSAY_NEW_ARRAY(doc->arena, struct assay_column, column_count);
    block->column_count = column_count;
    for (size_t i = 0; i < column_count; i++) {
        block->columns[i] = columns[i];
        block->columns[i].title = keep(doc, columns[i].title);
        block->columns[i].link = keep(doc, columns[i].link);
    }
    return block;
}

struct assay_cell *assay_table_row(struct assay_document *doc,
                                   struct assay_block *table)
{
    struct assay_row *row = ASSAY_NEW(doc->arena, struct assay_row);

    row->cells =
        ASSAY_NEW_ARRAY(doc->arena, struct assay_cell, table->column_count);
    for (size_t i = 0; i < table->column_count; i++) {
        row->cells[i].text = ASSAY_STR("");
        row->cells[i].note = ASSAY_STR("");
        row->cells[i].link = ASSAY_STR("");
    }
    if (table->last_row)
        table->last_row->next = row;
    else
        table->first_row = row;
    table->last_row = row;
    table->row_count++;
    return row->cells;
}

struct assay_json *assay_document_claims_json(struct assay_document *doc)
{
    struct assay_arena *arena = doc->arena;
    struct assay_json *all = assay_json_object(arena);

    for (const struct assay_doc_claim *c = doc->first_claim; c; c = c->next) {
        const struct assay_doc_source *source = c->source;
        struct assay_json *one =
            assay_json_set_key(all, c->id, assay_json_object(arena));

        assay_json_set_text(arena, one, "subject", c->subject);
        assay_json_set_text(arena, one, "subject_kind", c->subject_kind);
        assay_json_set_text(arena, one, "fact", c->fact);
        assay_json_set_text(arena, one, "value", c->value);
        assay_json_set_text(arena, one, "source", source->id);
        assay_json_set_text(arena, one, "url",
                            c->url.len ? c->url : source->url);
        if (assay_date_set(c->read))
            assay_json_set_text(arena, one, "retrieved",
                                assay_date_text(arena, c->read));
        else
            assay_json_set_null(arena, one, "retrieved");
        assay_json_set_text(arena, one, "kind", source->kind);
    }
    return all;
}
