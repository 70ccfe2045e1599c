/*
 * The facts of a model or a route as rows: value, source, conflict.
 */
#include "compare/page_parts.h"

/* In the order people ask; what stands elsewhere on the page is left out. */
static const char *const usual_facts[] = {
    "creator",
    "family",
    "task",
    "released",
    "context_tokens",
    "max_output_tokens",
    "modalities_in",
    "modalities_out",
    "parameters_total",
    "parameters_active",
    "architecture",
    "license",
    "license_class",
    "open_weights",
    "knowledge_cutoff",
    "tokenizer",
    "quantization",
    "regions",
    "api.kind",
    "api.base_url",
    "api.key_env",
    "note",
};

/* Facts that are names, or have a section of their own. */
static bool shown_elsewhere(struct assay_str fact)
{
    static const char *const names[] = {
        "aliases",  "name",       "model",
        "provider", "tier",       "provider_name",
        "status",   "retired_on", "match",
        "fallback", "order",      "benchmark",
        "trial",    "weights",    "parameters_estimated",
    };

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (assay_str_is(fact, names[i]))
            return true;
    return assay_str_starts(fact, "capabilities.") ||
           assay_str_starts(fact, "price.") ||
           assay_str_starts(fact, "lifecycle.");
}

static bool is_usual(struct assay_str fact)
{
    for (size_t i = 0; i < sizeof usual_facts / sizeof usual_facts[0]; i++)
        if (assay_str_is(fact, usual_facts[i]))
            return true;
    return false;
}

/* What the fact rests on, where a bare value would say too much. */
static struct assay_str fact_note(const struct assay_subject *subject,
                                  const char *fact)
{
    bool estimated;

    if (assay_str_is(assay_str_c(fact), "parameters_total") &&
        assay_choice_bool(assay_subject_choice(subject, "parameters_estimated"),
                          &estimated) == ASSAY_KNOWN &&
        estimated)
        return ASSAY_STR("estimated");
    return ASSAY_STR("");
}

static void add_fact(struct assay_page *page, struct assay_block *table,
                     const struct assay_subject *subject, const char *fact,
                     struct assay_json *list)
{
    struct assay_arena *arena = page->c.arena;
    struct assay_str name = assay_str_c(fact);
    struct assay_value value = assay_fact_value(&page->c, subject, fact);
    struct assay_json *row = assay_json_object(arena);
    struct assay_cell *cells = assay_table_row(page->c.doc, table);

    if (value.state == ASSAY_KNOWN)
        value.note = fact_note(subject, fact);
    cells[0].text = assay_fact_title(arena, name);
    cells[0].state = ASSAY_KNOWN;
    assay_value_cell(&cells[1], &value);
    assay_json_set_text(arena, row, "fact", name);
    assay_json_set(row, "cell", assay_page_value(page, &value));
    assay_json_add(list, row);
}

static void add_words(struct assay_arena *arena, struct assay_str *note,
                      struct assay_str words)
{
    if (words.len > 0)
        *note = assay_arena_printf(arena, "%.*s%s%.*s", ASSAY_STR_ARG(*note),
                                   note->len ? ", " : "", ASSAY_STR_ARG(words));
}

/* One copy of the weights: at a URL, or a file that was read here. */
static void add_copy(struct assay_page *page, struct assay_block *table,
                     const struct assay_json *copy,
                     const struct assay_claim *claim)
{
    struct assay_arena *arena = page->c.arena;
    struct assay_cell *cells = assay_table_row(page->c.doc, table);
    struct assay_str url = assay_json_text(copy, "url");

    cells[0].text = ASSAY_STR("weights");
    cells[1].text = url.len ? url : assay_json_text(copy, "file");
    cells[1].link = assay_page_address(url);
    cells[1].note = assay_json_text(copy, "format");
    add_words(arena, &cells[1].note, assay_json_text(copy, "quantization"));
    if (assay_json_is(assay_json_get(copy, "gated"), ASSAY_JSON_TRUE))
        add_words(arena, &cells[1].note, ASSAY_STR("after agreeing to terms"));
    assay_compare_ref(&page->c, &cells[1].refs, claim);
    cells[0].state = cells[1].state = ASSAY_KNOWN;
}

/* Where the weights lie, whoever says so: one row for each copy. */
static void add_weights(struct assay_page *page, struct assay_block *table,
                        const struct assay_subject *subject)
{
    const struct assay_choice *choice =
        assay_subject_choice(subject, "weights");

    for (size_t i = 0; choice && i < choice->counting; i++) {
        const struct assay_claim *claim = choice->claims[i];

        if (assay_json_is(claim->value, ASSAY_JSON_ARRAY))
            for (const struct assay_json *copy = claim->value->first; copy;
                 copy = copy->next)
                add_copy(page, table, copy, claim);
    }
}

struct assay_json *assay_page_facts(struct assay_page *page,
                                    struct assay_section *section,
                                    const struct assay_subject *subject)
{
    static const struct assay_column columns[] = {{.title = {"fact", 4}},
                                                  {.title = {"value", 5}}};
    struct assay_json *list = assay_json_array(page->c.arena);
    struct assay_block *table =
        assay_section_table(page->c.doc, section, columns, 2);

    for (size_t i = 0; i < sizeof usual_facts / sizeof usual_facts[0]; i++)
        if (assay_subject_choice(subject, usual_facts[i]))
            add_fact(page, table, subject, usual_facts[i], list);
    for (size_t i = 0; i < subject->choice_count; i++) {
        struct assay_str fact = subject->choices[i].fact;

        if (!is_usual(fact) && !shown_elsewhere(fact))
            add_fact(page, table, subject,
                     assay_arena_cstr(page->c.arena, fact), list);
    }
    add_weights(page, table, subject);
    return list;
}
