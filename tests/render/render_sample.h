/*
 * Documents for the renderer tests, as compare builds them: Gemma 2 2B beside
 * GPT-4 Vision Preview, and eight models beside each other.
 */
#ifndef ASSAY_TESTS_RENDER_RENDER_SAMPLE_H
#define ASSAY_TESTS_RENDER_RENDER_SAMPLE_H

#include "assay/document.h"

#include <stdio.h>
#include <string.h>

struct sample {
    struct assay_document *doc;
    const struct assay_doc_claim *claims[16];
};

/* The claims of the sample, by what they say. */
enum sample_claim {
    SAYS_RETIRED,
    SAYS_AZURE_RETIRED,
    SAYS_NEBIUS_INPUT,
    SAYS_NEBIUS_OUTPUT,
    SAYS_CONTEXT_GEMMA,
    SAYS_CONTEXT_GPT4V,
    SAYS_LICENSE,
    SAYS_PARAMETERS,
    SAYS_OUTPUT_40,
    SAYS_OUTPUT_30,
    SAYS_CODE,
    SAYS_CLAIMS
};

static inline void sample_claims(struct sample *s)
{
    static const struct {
        const char *id, *title, *url, *kind, *read;
    } sources[] = {
        {"openai-docs", "OpenAI models, pricing, vision and deprecations pages",
         "https://platform.openai.com/docs/deprecations", "primary",
         "2026-08-21"},
        {"azure-docs", "Azure OpenAI: GPT-4 Turbo with Vision, retirements",
         "https://learn.microsoft.com/azure/ai-services/openai/concepts",
         "provider", "2025-01-09"},
        {"portkey-nebius", "Portkey model prices: Nebius",
         "https://github.com/Portkey-AI/models", "catalog", "2026-08-21"},
        {"google-gemma2-model-card", "Gemma 2 model card",
         "https://huggingface.co/google/gemma-2-2b", "primary", "2026-11-22"},
        {"llmreference", "LLM Reference: Gemma 2 2B vs GPT-4 Vision Preview",
         "javascript:alert(1)", "secondary", "2026-05-19"},
    };
    static const struct {
        int source;
        const char *subject, *kind, *fact, *value;
    } claims[SAYS_CLAIMS] = {
        {0, "openai/gpt-4-vision-preview", "model", "lifecycle.retired_on",
         "2024-12-06"},
        {1, "azure/gpt-4-vision-preview", "route", "retired_on", "2025-01-27"},
        {2, "nebius/google/gemma-2-2b-it", "route", "price.input_tokens",
         "0.02"},
        {2, "nebius/google/gemma-2-2b-it", "route", "price.output_tokens",
         "0.06"},
        {3, "google/gemma-2-2b", "model", "context_tokens", "8192"},
        {0, "openai/gpt-4-vision-preview", "model", "context_tokens", "128000"},
        {3, "google/gemma-2-2b", "model", "license", "Gemma Terms of Use"},
        {3, "google/gemma-2-2b", "model", "parameters_total", "2614341888"},
        {4, "azure/gpt-4-vision-preview", "route", "price.output_tokens", "40"},
        {0, "openai/gpt-4-vision-preview", "route", "price.output_tokens",
         "30"},
        {4, "openai/gpt-4-vision-preview", "model",
         "capabilities.code_execution", "true"},
    };

    for (size_t i = 0; i < SAYS_CLAIMS; i++) {
        int from = claims[i].source;
        struct assay_doc_source source = {
            .id = assay_str_c(sources[from].id),
            .title = assay_str_c(sources[from].title),
            .url = assay_str_c(sources[from].url),
            .kind = assay_str_c(sources[from].kind),
        };
        assay_date_parse(assay_str_c(sources[from].read), &source.read);
        struct assay_doc_claim claim = {
            .subject = assay_str_c(claims[i].subject),
            .subject_kind = assay_str_c(claims[i].kind),
            .fact = assay_str_c(claims[i].fact),
            .value = assay_str_c(claims[i].value),
            .read = source.read,
            .origin = &claims[i],
        };
        s->claims[i] = assay_document_claim(s->doc, &claim, &source);
    }
}

static inline void sample_ref(struct sample *s, struct assay_refs *refs,
                              int claim)
{
    if (claim >= 0)
        assay_refs_add(s->doc->arena, refs, s->claims[claim]);
}

/* A row "label" with one cell for each text; -1 claims nothing. */
struct sample_cell {
    const char *text, *note;
    unsigned flags;
    enum assay_state state;
    int claim, claim2;
};

static inline struct assay_cell *sample_row(struct sample *s,
                                            struct assay_block *table,
                                            const char *label,
                                            const struct sample_cell *cells,
                                            size_t count)
{
    struct assay_cell *row = assay_table_row(s->doc, table);

    row[0].text = assay_str_c(label);
    for (size_t i = 0; i < count; i++) {
        row[i + 1].text = assay_str_c(cells[i].text);
        row[i + 1].note = assay_str_c(cells[i].note);
        row[i + 1].flags = cells[i].flags;
        row[i + 1].state = cells[i].state;
        sample_ref(s, &row[i + 1].refs, cells[i].claim);
        sample_ref(s, &row[i + 1].refs, cells[i].claim2);
    }
    return row;
}

static inline struct assay_block *sample_say(struct sample *s,
                                             struct assay_section *section,
                                             enum assay_block_kind kind,
                                             const char *text, int claim,
                                             int claim2)
{
    struct assay_block *block =
        assay_section_say(s->doc, section, kind, assay_str_c(text));
    sample_ref(s, &block->refs, claim);
    sample_ref(s, &block->refs, claim2);
    return block;
}

#define K ASSAY_KNOWN
#define U ASSAY_UNKNOWN
#define LEAD ASSAY_CELL_LEADER
#define CONFLICT ASSAY_CELL_CONFLICT

static inline void sample_at_a_glance(struct sample *s)
{
    struct assay_section *section =
        assay_document_section(s->doc, "scorecard", "");
    const struct assay_column columns[] = {
        {.title = ASSAY_STR("")},
        {.title = ASSAY_STR("Gemma 2 2B"),
         .link = ASSAY_STR("/model/google/gemma-2-2b")},
        {.title = ASSAY_STR("GPT-4 Vision Preview"),
         .link = ASSAY_STR("/model/openai/gpt-4-vision-preview")},
    };
    struct assay_block *table =
        assay_section_table(s->doc, section, columns, 3);
    const struct {
        const char *label;
        struct sample_cell cells[2];
    } rows[] = {
        {"status",
         {{"open weights, 1 route", "", 0, K, SAYS_LICENSE, -1},
          {"retired 2024-12-06", "", ASSAY_CELL_WARN, K, SAYS_RETIRED, -1}}},
        {"cost a month",
         {{"$31.00", "Nebius", 0, K, SAYS_NEBIUS_INPUT, SAYS_NEBIUS_OUTPUT},
          {"$15,500", "retired route", ASSAY_CELL_DIM, K, SAYS_OUTPUT_30,
           SAYS_AZURE_RETIRED}}},
        {"context",
         {{"8,192", "", 0, K, SAYS_CONTEXT_GEMMA, -1},
          {"128,000", "15.6x", LEAD, K, SAYS_CONTEXT_GPT4V, -1}}},
        {"max output",
         {{"4,096", "on Nebius", 0, K, SAYS_NEBIUS_INPUT, -1},
          {"4,096", "", 0, K, SAYS_CONTEXT_GPT4V, -1}}},
        {"reads",
         {{"text", "", 0, K, SAYS_CONTEXT_GEMMA, -1},
          {"text, images", "", 0, K, SAYS_CONTEXT_GPT4V, -1}}},
        {"function calling",
         {{"unknown", "", 0, U, -1, -1},
          {"No", "OpenAI", CONFLICT, K, SAYS_CONTEXT_GPT4V, -1}}},
        {"code execution",
         {{"unknown", "", 0, U, -1, -1},
          {"unknown", "", CONFLICT, U, SAYS_CODE, -1}}},
        {"licence",
         {{"Gemma Terms of Use", "", 0, K, SAYS_LICENSE, -1},
          {"proprietary", "", 0, K, SAYS_RETIRED, -1}}},
        {"parameters",
         {{"2.61 B", "", 0, K, SAYS_PARAMETERS, -1},
          {"not disclosed", "", CONFLICT, U, SAYS_CODE, -1}}},
        {"knowledge to",
         {{"not stated", "", 0, U, SAYS_LICENSE, -1},
          {"2023-04", "", 0, K, SAYS_RETIRED, -1}}},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        sample_row(s, table, rows[i].label, rows[i].cells, 2);
    sample_say(s, section, ASSAY_BLOCK_PARAGRAPH,
               "Cost at 1M requests a month of 800 input and 250 output "
               "tokens each.",
               -1, -1);
}

static inline void sample_rest(struct sample *s)
{
    struct assay_section *choose =
        assay_document_section(s->doc, "tradeoffs", "Choose Gemma 2 2B when");
    sample_say(s, choose, ASSAY_BLOCK_ITEM,
               "it must run where you decide: weights are open under Google's "
               "terms",
               SAYS_LICENSE, -1);
    sample_say(s, choose, ASSAY_BLOCK_ITEM,
               "cost decides: 1/500 of the retired route's price at this "
               "traffic",
               SAYS_NEBIUS_INPUT, SAYS_OUTPUT_30);
    sample_say(s, choose, ASSAY_BLOCK_PARAGRAPH,
               "Nothing here argues for GPT-4 Vision Preview in new work. If "
               "you came for images or long context, compare its replacement:",
               -1, -1);
    sample_say(s, choose, ASSAY_BLOCK_COMMAND,
               "assay compare gemma-2-2b gpt-4o", -1, -1);

    struct assay_section *conflicts =
        assay_document_section(s->doc, "conflicts", "Sources disagree");
    const struct assay_column columns[] = {
        {.title = ASSAY_STR("fact")},
        {.title = ASSAY_STR("taken")},
        {.title = ASSAY_STR("also said")},
        {.title = ASSAY_STR("why")},
    };
    struct assay_block *table =
        assay_section_table(s->doc, conflicts, columns, 4);
    const struct sample_cell price[] = {
        {"$30", "OpenAI, Azure", 0, K, SAYS_OUTPUT_30, SAYS_AZURE_RETIRED},
        {"$40", "LLM Reference", 0, K, SAYS_OUTPUT_40, -1},
        {"the vendor's own page over a secondary source", "", 0, K, -1, -1}};
    const struct sample_cell code[] = {
        {"not stated", "OpenAI", 0, U, SAYS_RETIRED, -1},
        {"Yes", "LLM Reference", 0, K, SAYS_CODE, -1},
        {"the vendor's own page over a secondary source", "", 0, K, -1, -1}};
    sample_row(s, table, "output price", price, 3);
    sample_row(s, table, "code execution", code, 3);

    struct assay_section *benchmarks =
        assay_document_section(s->doc, "benchmarks", "Benchmarks");
    sample_say(s, benchmarks, ASSAY_BLOCK_PARAGRAPH,
               "None comparable. Nearest: MMLU 51.3 (5-shot, pretrained) for "
               "Gemma 2 2B; nothing with the same setting for GPT-4 Vision "
               "Preview.",
               SAYS_PARAMETERS, -1);

    struct assay_section *prices = assay_document_section(
        s->doc, "prices", "Prices, USD per million tokens");
    const struct assay_column price_columns[] = {
        {.title = ASSAY_STR("route")},
        {.title = ASSAY_STR("status")},
        {.title = ASSAY_STR("input"), .align = ASSAY_RIGHT},
        {.title = ASSAY_STR("output"), .align = ASSAY_RIGHT},
        {.title = ASSAY_STR("cached input"),
         .align = ASSAY_RIGHT,
         .give_way = 1},
        {.title = ASSAY_STR("tier"), .give_way = 2},
    };
    table = assay_section_table(s->doc, prices, price_columns, 6);
    const struct sample_cell nebius[] = {
        {"active", "", 0, K, SAYS_NEBIUS_INPUT, -1},
        {"0.02", "", LEAD, K, SAYS_NEBIUS_INPUT, -1},
        {"0.06", "", LEAD, K, SAYS_NEBIUS_OUTPUT, -1},
        {"0.002", "", 0, K, SAYS_NEBIUS_INPUT, -1},
        {"standard", "", 0, K, -1, -1}};
    const struct sample_cell azure[] = {
        {"retired 2025-01-27", "", ASSAY_CELL_DIM, K, SAYS_AZURE_RETIRED, -1},
        {"10.00", "", ASSAY_CELL_DIM, K, SAYS_AZURE_RETIRED, -1},
        {"30.00", "", ASSAY_CELL_DIM | CONFLICT, K, SAYS_AZURE_RETIRED,
         SAYS_OUTPUT_40},
        {"", "", 0, ASSAY_NOT_APPLICABLE, -1, -1},
        {"standard", "", 0, K, -1, -1}};
    sample_row(s, table, "nebius/google/gemma-2-2b-it", nebius, 5)[0].link =
        ASSAY_STR("/model/google/gemma-2-2b");
    sample_row(s, table, "azure/gpt-4-vision-preview", azure, 5);

    struct assay_section *next = assay_document_section(
        s->doc, "next", "Not tested on your prompts yet");
    sample_say(s, next, ASSAY_BLOCK_COMMAND,
               "assay try prompts.yaml --on nebius/google/gemma-2-2b-it", -1,
               -1);
}

static inline struct assay_document *sample_pair(struct assay_arena *arena)
{
    struct sample s = {.doc = assay_document_new(
                           arena,
                           ASSAY_STR("Gemma 2 2B \u00b7 GPT-4 Vision Preview"),
                           ASSAY_STR("as of 2026-11-22"))};
    struct assay_section *verdict;
    struct assay_block *headline;

    sample_claims(&s);
    verdict = assay_document_section(s.doc, "verdict", "");
    headline = sample_say(&s, verdict, ASSAY_BLOCK_HEADLINE,
                          "Only Gemma 2 2B can still be called.", -1, -1);
    headline->rule = ASSAY_STR("reachable");
    sample_say(&s, verdict, ASSAY_BLOCK_PARAGRAPH,
               "GPT-4 Vision Preview was shut down by OpenAI on 2024-12-06; "
               "Azure moved its deployments on from 2025-01-27. Its named "
               "replacement: GPT-4o.",
               SAYS_RETIRED, SAYS_AZURE_RETIRED);
    sample_at_a_glance(&s);
    sample_rest(&s);
    s.doc->data = assay_json_object(arena);
    assay_json_set_c(arena, s.doc->data, "format", "assay-decision/1");
    assay_json_set(s.doc->data, "claims", assay_document_claims_json(s.doc));
    return s.doc;
}

static inline struct assay_document *sample_eight(struct assay_arena *arena)
{
    static const char *const names[] = {
        "Gemma 2 2B",        "GPT-4 Vision Preview",
        "Claude Sonnet 4.5", "Llama 3.3 70B Instruct",
        "Mistral Large 2",   "Qwen3 \u901a\u4e49 235B",
        "DeepSeek V3.1",     "Gemini 2.5 Flash"};
    static const char *const contexts[] = {"8,192",   "128,000",  "200,000",
                                           "131,072", "131,072",  "262,144",
                                           "163,840", "1,048,576"};
    static const char *const costs[] = {"$31.00",        "$15,500", "$6,150",
                                        "at least $240", "$3,100",  "$377",
                                        "unknown",       "$865"};
    static const char *const providers[] = {
        "Nebius", "retired route",   "Anthropic, Bedrock",
        "Groq",   "Mistral AI",      "OpenRouter",
        "",       "Google AI Studio"};
    struct sample s = {.doc =
                           assay_document_new(arena, ASSAY_STR("Eight models"),
                                              ASSAY_STR("as of 2026-11-22"))};
    struct assay_column columns[9] = {{.title = ASSAY_STR("")}};
    struct sample_cell context[8], cost[8];

    sample_claims(&s);
    for (size_t i = 0; i < 8; i++) {
        columns[i + 1] = (struct assay_column){.title = assay_str_c(names[i])};
        context[i] = (struct sample_cell){contexts[i], "", i == 7 ? LEAD : 0, K,
                                          (int)i,      -1};
        cost[i] = (struct sample_cell){
            costs[i],       providers[i], i == 0 ? LEAD : i == 1 ? CONFLICT : 0,
            i == 6 ? U : K, (int)i,       2};
    }
    struct assay_section *section =
        assay_document_section(s.doc, "scorecard", "At a glance");
    struct assay_block *table = assay_section_table(s.doc, section, columns, 9);
    sample_row(&s, table, "context", context, 8);
    sample_row(&s, table, "cost a month", cost, 8);
    return s.doc;
}

/* A document with the same text in every place that takes one. */
static inline struct assay_document *sample_of(struct assay_arena *arena,
                                               struct assay_str text)
{
    struct assay_document *doc = assay_document_new(arena, text, text);
    const struct assay_doc_source source = {
        .id = text, .title = text, .url = text, .kind = text};
    const struct assay_doc_claim *claim =
        assay_document_claim(doc,
                             &(struct assay_doc_claim){.subject = text,
                                                       .subject_kind = text,
                                                       .fact = text,
                                                       .value = text,
                                                       .url = text},
                             &source);
    const struct assay_column columns[] = {
        {.title = text, .link = text},
        {.title = text, .link = text, .align = ASSAY_RIGHT},
        {.title = text, .link = text, .give_way = 1},
    };
    char *word = assay_arena_cstr(arena, text);

    for (int titled = 0; titled < 2; titled++) {
        struct assay_section *section =
            assay_document_section(doc, word, titled ? word : "");
        for (int kind = ASSAY_BLOCK_HEADLINE; kind <= ASSAY_BLOCK_COMMAND;
             kind++) {
            if (kind == ASSAY_BLOCK_TABLE)
                continue;
            struct assay_block *block = assay_section_say(
                doc, section, (enum assay_block_kind)kind, text);
            block->rule = text;
            assay_refs_add(arena, &block->refs, claim);
        }
        struct assay_block *table =
            assay_section_table(doc, section, columns, 3);
        for (int state = ASSAY_UNKNOWN; state <= ASSAY_BOUND; state++) {
            struct assay_cell *row = assay_table_row(doc, table);
            for (int i = 0; i < 3; i++) {
                row[i] = (struct assay_cell){.text = text,
                                             .note = text,
                                             .link = text,
                                             .state = (enum assay_state)state,
                                             .flags = 15u};
                assay_refs_add(arena, &row[i].refs, claim);
            }
        }
    }
    doc->data = assay_json_string(arena, text);
    return doc;
}

/*
 * Texts from a catalog that means harm: markup, terminal sequences, formulas,
 * characters that hide or turn round what stands beside them.
 */
static const char *const sample_hostile[] = {
    "<script>alert(1)</script>",
    "\"><img src=x onerror=alert(1)>",
    "' onmouseover='alert(1)",
    "</title></style></textarea><svg/onload=alert(1)>",
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)//https://example.org/",
    "data:text/html,<script>alert(1)</script>",
    "https://example.org/\" onclick=\"alert(1)",
    "https://user@evil.example/",
    "//evil.example/path",
    "/\\evil.example",
    "#c1\" onclick=\"alert(1)",
    "&lt;script&gt; &amp;#x3c;script&amp;#x3e;",
    "<!-- --!> ]]> <![CDATA[ <?php",
    "{{7*7}} ${7*7} <%= 7*7 %>",
    "\033]52;c;cm0gLXJmIC8=\a",
    "\033]8;;https://evil.example\033\\here\033]8;;\033\\",
    "\033]0;title\a\033[2J\033[H\033[31mred",
    "\033P+q544e\033\\ \033Z \005",
    "\xc2\x9b"
    "31m \xc2\x90 \xc2\x9d",
    "\x9b"
    "31m \x90 \x80\xff\xc0\xaf\xed\xa0\x80\xf4\x90\x80\x80",
    "known\rfree \b\b\b\b \v\f \x7f",
    "safe\u202etxt.exe\u2066\u2069\u200f\u061c",
    "a\u200bb\u200cc\u200dd\u2060e\ufefff\u00adg\u034f",
    "line\nbreak\ttab\r\n| a | b |\n|---|---|",
    "\u2028 \u2029 \xc2\x85",
    "=HYPERLINK(\"https://evil.example\",\"x\")",
    "@SUM(1+1)*cmd|' /C calc'!A0",
    "[x](javascript:alert(1)) ![x](https://evil.example/p.png)",
    "# heading\n- item\n1. one\n> quote\n```\ncode\n```\n---\n***",
    "`code` *em* **strong** ~~gone~~ <https://evil.example> http://a.example",
    "www.evil.example a@evil.example $x$ _em_ |",
    "\\[x\\](y) \\<b>",
    "  leading and trailing  ",
    "\U000e0041\U000e0042 tags \uffff \ufdd0",
    "Z\u0351\u0358\u0347 combining, \u901a\u4e49 wide",
    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
    "aa"
    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
    "aa",
    "",
};
enum { SAMPLE_HOSTILE = sizeof(sample_hostile) / sizeof(sample_hostile[0]) };

#undef K
#undef U
#undef LEAD
#undef CONFLICT

#endif
