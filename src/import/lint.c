/*
 * Linting a public list: the document is read as an import would read it,
 * then every rule looks at the document, at each statement made of it, and
 * at all routes of a provider together. Some 600 findings in the four public
 * lists of 2026; most are notes.
 */
#include "assay/lint.h"

#include "import/lint_rules.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

const struct assay_lint_rule assay_lint_rules[] = {
    [ASSAY_LINT_BENCHMARK] =
        {"benchmark-contradicts", ASSAY_LINT_WARNING,
         "a capability is denied that a stated benchmark needs: MMMU needs "
         "vision, BFCL function calling"},
    [ASSAY_LINT_BLANKET] =
        {"blanket-default", ASSAY_LINT_NOTE,
         "the same context for 30 % of a provider's models, of four families "
         "or more: a default rather than a statement"},
    [ASSAY_LINT_CACHE_PRICE] =
        {"cache-above-input", ASSAY_LINT_WARNING,
         "reading from the cache costs more than plain input"},
    [ASSAY_LINT_CUTOFF] = {"cutoff-after-release", ASSAY_LINT_WARNING,
                           "the knowledge ends after the model's release"},
    [ASSAY_LINT_DUPLICATE_KEY] =
        {"duplicate-key", ASSAY_LINT_ERROR,
         "a key stands twice in one object; most readers keep the last one"},
    [ASSAY_LINT_FUTURE_DATE] =
        {"future-date", ASSAY_LINT_WARNING,
         "a release or the end of knowledge lies in the future"},
    [ASSAY_LINT_IMPOSSIBLE_DATE] = {"impossible-date", ASSAY_LINT_ERROR,
                                    "a date that is not in the calendar"},
    [ASSAY_LINT_LEGACY_TIER] =
        {"legacy-tier", ASSAY_LINT_WARNING,
         "context_over_200k stands for a tier that begins elsewhere, or has "
         "another price"},
    [ASSAY_LINT_MAGNITUDE] =
        {"magnitude", ASSAY_LINT_WARNING,
         "a limit or a price per unit far from all others"},
    [ASSAY_LINT_NUMBER_NOISE] =
        {"number-noise", ASSAY_LINT_NOTE,
         "a price with the noise of binary arithmetic, such as 4.9999999e-08"},
    [ASSAY_LINT_OUTPUT_ABOVE_CONTEXT] =
        {"output-above-context", ASSAY_LINT_WARNING,
         "more output is allowed than the whole context holds"},
    [ASSAY_LINT_OUTPUT_CHEAPER] = {"output-cheaper", ASSAY_LINT_WARNING,
                                   "output costs less than a tenth of input"},
    [ASSAY_LINT_REFUSED] = {"refused", ASSAY_LINT_ERROR,
                            "a row that an import does not take"},
    [ASSAY_LINT_RETIRED_LISTED] =
        {"retired-listed", ASSAY_LINT_WARNING,
         "the day of its shutdown is past, and it is not listed as retired"},
    [ASSAY_LINT_UNIT_SLIP] =
        {"unit-slip", ASSAY_LINT_WARNING,
         "a token price outside $0.0001 to $1,000 per million, or a thousand "
         "times the other meter's: per token, per thousand or cents?"},
    [ASSAY_LINT_ZERO_PRICE] =
        {"zero-price", ASSAY_LINT_NOTE,
         "0 for input and output at a provider that charges for others: free, "
         "or not stated?"},
};
const size_t assay_lint_rule_count = ASSAY_LINT_RULES;

_Static_assert(sizeof(assay_lint_rules) / sizeof(assay_lint_rules[0]) ==
                   ASSAY_LINT_RULES,
               "every rule has its row");

const char *assay_severity_name(enum assay_severity severity)
{
    static const char *const names[] = {
        [ASSAY_LINT_NOTE] = "note",
        [ASSAY_LINT_WARNING] = "warning",
        [ASSAY_LINT_ERROR] = "error",
    };
    return names[severity];
}

/* ------------------------------------------------------------- findings */

void assay_lint_add(struct assay_linting *lint, enum assay_lint rule,
                    uint32_t line, struct assay_str place, const char *text,
                    ...)
{
    struct assay_finding *finding =
        ASSAY_NEW(lint->arena, struct assay_finding);
    va_list args;

    finding->rule = assay_lint_rules[rule].name;
    finding->severity = assay_lint_rules[rule].severity;
    finding->line = line;
    finding->place =
        line ? assay_arena_printf(lint->arena, "line %" PRIu32 "%s%.*s", line,
                                  place.len ? ", " : "", ASSAY_STR_ARG(place))
             : place;
    va_start(args, text);
    finding->text = assay_arena_vprintf(lint->arena, text, args);
    va_end(args);
    if (lint->count == lint->size) {
        size_t size = lint->size ? lint->size * 2 : 64;
        struct assay_finding **wider =
            ASSAY_NEW_ARRAY(lint->arena, struct assay_finding *, size);
        if (lint->count > 0)
            memcpy(wider, lint->findings, lint->count * sizeof(*wider));
        lint->findings = wider;
        lint->size = size;
    }
    lint->findings[lint->count++] = finding;
}

static int compare_findings(const void *a, const void *b)
{
    const struct assay_finding *left = *(const struct assay_finding *const *)a;
    const struct assay_finding *right = *(const struct assay_finding *const *)b;
    int order = (left->line > right->line) - (left->line < right->line);

    if (order == 0)
        order = strcmp(left->rule, right->rule);
    if (order == 0)
        order = assay_str_compare(left->place, right->place);
    if (order == 0)
        order = assay_str_compare(left->text, right->text);
    return order;
}

static void link_findings(struct assay_linting *lint,
                          struct assay_lint_result *result)
{
    struct assay_finding **end = &result->first;

    if (lint->count > 0)
        qsort(lint->findings, lint->count, sizeof(*lint->findings),
              compare_findings);
    for (size_t i = 0; i < lint->count; i++) {
        struct assay_finding *finding = lint->findings[i];
        *end = finding;
        end = &finding->next;
        result->count++;
        result->errors += finding->severity == ASSAY_LINT_ERROR;
        result->warnings += finding->severity == ASSAY_LINT_WARNING;
        result->notes += finding->severity == ASSAY_LINT_NOTE;
    }
}

/* ----------------------------------------------------------- statements */

static void lay_out(struct assay_linting *lint,
                    const struct assay_statement *statement,
                    struct assay_lint_subject *subject)
{
    static const struct assay_decimal small_request = {1, 3};
    struct assay_error err;
    struct assay_str wire;

    *subject = (struct assay_lint_subject){.statement = statement};
    subject->body = assay_json_parse(lint->arena, statement->body, NULL, &err);
    subject->provider = ASSAY_STR("");
    if (statement->kind == ASSAY_SUBJECT_ROUTE)
        assay_str_cut(statement->id, '/', &subject->provider, &wire);
    assay_price_list_read(lint->arena, assay_json_get(subject->body, "prices"),
                          NULL, &subject->prices);
    subject->input =
        assay_price_find(&subject->prices, ASSAY_STR("input_tokens"),
                         small_request, lint->as_of);
    subject->output =
        assay_price_find(&subject->prices, ASSAY_STR("output_tokens"),
                         small_request, lint->as_of);
    assay_json_to_u64(assay_json_get(subject->body, "context_tokens"),
                      &subject->context_tokens);
    assay_json_to_u64(assay_json_get(subject->body, "max_output_tokens"),
                      &subject->max_output_tokens);
}

/* "line 12, models.x" -> line 12 and the rest, as a finding states them. */
static void add_refusal(struct assay_linting *lint,
                        const struct assay_refusal *refusal)
{
    struct assay_str place = refusal->place, line, rest;
    uint64_t number = 0;

    if (assay_str_starts(place, "line ")) {
        line = assay_str_skip(place, strlen("line "));
        if (!assay_str_cut(line, ',', &line, &rest))
            rest = ASSAY_STR("");
        if (assay_str_to_u64(line, &number) && number <= UINT32_MAX)
            place = assay_str_trim(rest);
        else
            number = 0;
    }
    assay_lint_add(lint, ASSAY_LINT_REFUSED, (uint32_t)number, place, "%.*s",
                   ASSAY_STR_ARG(refusal->reason));
}

static void lint_batch(struct assay_linting *lint,
                       const struct assay_batch *batch)
{
    struct assay_lint_subject *subjects = ASSAY_NEW_ARRAY(
        lint->arena, struct assay_lint_subject, batch->statement_count);
    size_t count = 0;

    for (const struct assay_statement *at = batch->first; at; at = at->next) {
        lay_out(lint, at, &subjects[count]);
        assay_lint_statement(lint, &subjects[count++]);
    }
    assay_lint_providers(lint, subjects, count);
    for (const struct assay_refusal *at = batch->first_refusal; at;
         at = at->next)
        add_refusal(lint, at);
}

bool assay_lint(struct assay_arena *arena, const struct assay_lint_input *input,
                struct assay_lint_result *result, struct assay_error *err)
{
    const struct assay_json_limits limits = {.keep_duplicates = true};
    struct assay_linting lint = {.arena = arena, .as_of = input->as_of};
    struct assay_batch batch;

    if (!input->format->read)
        return assay_fail(err, ASSAY_BAD_INPUT,
                          "%s: %s are no list to look for faults in",
                          input->format->name,
                          input->format->read_file ? "weights" : "samples");
    const struct assay_json *document =
        assay_json_parse(arena, input->text, &limits, err);
    if (!document)
        return false;
    assay_batch_init(&batch, arena);
    if (!input->format->read(&batch, document, err))
        return false;
    assay_lint_document(&lint, document);
    lint_batch(&lint, &batch);
    *result = (struct assay_lint_result){
        .rows = batch.rows,
        .statements = batch.statement_count,
    };
    link_findings(&lint, result);
    return true;
}
