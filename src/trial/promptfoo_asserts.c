/*
 * Assertions of a promptfoo test: as mappings, and as the short texts that
 * stand in a CSV column. Their values are filled in with the vars of the
 * case; what each type means is the scorer's.
 */
#include "trial/promptfoo_parts.h"

#include <stdlib.h>
#include <string.h>

enum { MAX_NESTED = 3 };

/* ---- Short texts ---- */

/* Names that a short text may begin with; longer ones first where one begins
   another. */
static const char *const types[] = {"answer-relevance",
                                    "bleu",
                                    "classifier",
                                    "contains-all",
                                    "contains-any",
                                    "contains-html",
                                    "contains-json",
                                    "contains-sql",
                                    "contains-xml",
                                    "contains",
                                    "context-faithfulness",
                                    "context-recall",
                                    "context-relevance",
                                    "cost",
                                    "equals",
                                    "factuality",
                                    "finish-reason",
                                    "g-eval",
                                    "gleu",
                                    "icontains-all",
                                    "icontains-any",
                                    "icontains",
                                    "is-html",
                                    "is-json",
                                    "is-refusal",
                                    "is-sql",
                                    "is-valid-function-call",
                                    "is-valid-openai-function-call",
                                    "is-valid-openai-tools-call",
                                    "is-xml",
                                    "latency",
                                    "levenshtein",
                                    "llm-rubric",
                                    "meteor",
                                    "model-graded-closedqa",
                                    "model-graded-factuality",
                                    "moderation",
                                    "perplexity-score",
                                    "perplexity",
                                    "regex",
                                    "rouge-n",
                                    "rouge-s",
                                    "rouge-l",
                                    "similar",
                                    "starts-with",
                                    "tool-call-f1",
                                    "word-count",
                                    NULL};

/* Those whose short text has a threshold, said or not. */
static bool has_threshold(const char *type)
{
    static const char *const with[] = {"answer-relevance",
                                       "classifier",
                                       "context-faithfulness",
                                       "context-recall",
                                       "context-relevance",
                                       "cost",
                                       "latency",
                                       "levenshtein",
                                       "perplexity-score",
                                       "perplexity",
                                       "rouge-n",
                                       "similar",
                                       "starts-with",
                                       NULL};
    for (size_t i = 0; with[i]; i++)
        if (strcmp(type, with[i]) == 0)
            return true;
    return false;
}

/* "(0.8)" at the beginning, passed; true when none or well-formed. */
static bool take_threshold(struct assay_str *rest, struct assay_str *threshold)
{
    size_t n = 1;
    bool point = false;

    *threshold = ASSAY_STR("");
    if (!assay_str_starts(*rest, "("))
        return true;
    for (; n < rest->len && rest->at[n] != ')'; n++) {
        bool digit = rest->at[n] >= '0' && rest->at[n] <= '9';
        if (!digit && (rest->at[n] != '.' || point || n == 1))
            return false;
        point = point || rest->at[n] == '.';
    }
    if (n < 2 || n >= rest->len || rest->at[n - 1] == '.')
        return false;
    *threshold = (struct assay_str){rest->at + 1, n - 1};
    *rest = assay_str_skip(*rest, n + 1);
    return true;
}

/* Texts between commas; "a, b" in quotes keeps its comma, "" is a quote. */
static struct assay_json *split_list(struct assay_arena *arena,
                                     struct assay_str text)
{
    struct assay_json *list = assay_json_array(arena);
    size_t at = 0;

    while (at < text.len) {
        if (strchr(" \t\r\n,", text.at[at])) {
            at++;
            continue;
        }
        char *field = assay_arena_alloc(arena, text.len - at + 1, 1);
        size_t len = 0;
        if (text.at[at] == '"') {
            for (at++; at < text.len; at++) {
                if (text.at[at] == '"' &&
                    (at + 1 == text.len || text.at[at + 1] != '"'))
                    break;
                at += text.at[at] == '"';
                field[len++] = text.at[at];
            }
            at++;
        } else {
            while (at < text.len && text.at[at] != ',')
                field[len++] = text.at[at++];
        }
        struct assay_str one = {field, len};
        assay_json_add(list, assay_json_string(arena, assay_str_trim(one)));
    }
    return list;
}

static bool takes_list(const char *type)
{
    return strcmp(type, "contains-all") == 0 ||
           strcmp(type, "contains-any") == 0 ||
           strcmp(type, "icontains-all") == 0 ||
           strcmp(type, "icontains-any") == 0;
}

/* ^(not-)?(type)(\((\d+(\.\d+)?)\))?(:value)?$ ; NULL: no such type. */
static const char *match_type(struct assay_str text, struct assay_str *rest,
                              struct assay_str *threshold)
{
    for (size_t i = 0; types[i]; i++) {
        if (!assay_str_starts(text, types[i]))
            continue;
        *rest = assay_str_skip(text, strlen(types[i]));
        if (take_threshold(rest, threshold) &&
            (rest->len == 0 || rest->at[0] == ':'))
            return types[i];
    }
    return NULL;
}

static void set_lines(struct assay_json *of, uint32_t line)
{
    of->line = line;
    for (struct assay_json *m = of->first; m; m = m->next)
        m->line = line;
}

struct assay_json *assay_promptfoo_assertion(struct assay_suite_reader *in,
                                             struct assay_str text,
                                             uint32_t line)
{
    struct assay_arena *arena = in->arena;
    struct assay_json *to = assay_json_object(arena);
    struct assay_str body = text, rest, threshold;
    bool negated = assay_str_starts(text, "not-");
    const char *type;

    set_lines(to, line);
    for (const char *const *word =
             (const char *const[]){
                 "javascript:", "fn:", "eval:", "python:", NULL};
         *word; word++)
        if (assay_str_starts(text, *word)) {
            assay_json_set_c(arena, to, "type",
                             **word == 'p' ? "python" : "javascript");
            return to;
        }
    if (assay_str_starts(text, "grade:"))
        text = assay_arena_printf(arena, "llm-rubric:%.*s",
                                  ASSAY_STR_ARG(assay_str_skip(text, 6)));
    if (assay_suite_file_name(text, &rest) && assay_suite_is_program(rest)) {
        assay_json_set_c(arena, to, "type", "javascript");
        return to;
    }
    body = negated ? assay_str_skip(text, 4) : text;
    type = match_type(body, &rest, &threshold);
    if (!type) {
        assay_json_set_c(arena, to, "type", "equals");
        assay_json_set_text(arena, to, "value", text);
        set_lines(to, line);
        return to;
    }
    assay_json_set_text(
        arena, to, "type",
        assay_arena_printf(arena, "%s%s", negated ? "not-" : "", type));
    if (rest.len > 0) {
        rest = assay_str_trim(assay_str_skip(rest, 1));
        if (takes_list(type))
            assay_json_set(to, "value", split_list(arena, rest));
        else
            assay_json_set_text(arena, to, "value", rest);
    }
    if (has_threshold(type))
        assay_json_set(to, "threshold",
                       assay_json_number(arena, threshold.len ? threshold
                                                : strcmp(type, "similar") == 0
                                                    ? ASSAY_STR("0.8")
                                                    : ASSAY_STR("0.75")));
    set_lines(to, line);
    return to;
}

/* ---- Mappings ---- */

struct asserting {
    struct assay_promptfoo *pf;
    const struct assay_promptfoo_test *test;
    const struct assay_json *vars;
};

/* "#/assertionTemplates/name" in the configuration itself. */
static const struct assay_json *follow(struct asserting *a,
                                       const struct assay_json *value)
{
    struct assay_str path = assay_json_text(value, "$ref"), part;
    const struct assay_json *at = a->pf->root;

    if (!assay_json_get(value, "$ref"))
        return value;
    if (!assay_str_starts(path, "#/")) {
        assay_suite_fail(a->pf->in, value,
                         "$ref leads to '#/…' of this file, not '%.*s'",
                         ASSAY_STR_ARG(path));
        return NULL;
    }
    path = assay_str_skip(path, 2);
    while (at && path.len > 0) {
        if (!assay_str_cut(path, '/', &part, &path)) {
            part = path;
            path = ASSAY_STR("");
        }
        at = assay_json_get_str(at, part);
    }
    if (!at || assay_json_get(at, "$ref")) {
        assay_suite_fail(a->pf->in, value, "$ref: nothing is at '%.*s'",
                         ASSAY_STR_ARG(assay_json_text(value, "$ref")));
        return NULL;
    }
    return at;
}

/* file://schema.json: what it holds. */
static bool load_value(struct asserting *a, const struct assay_json *value,
                       struct assay_str name, const struct assay_json **to)
{
    struct assay_suite_reader *in = a->pf->in;
    struct assay_str extension = assay_suite_extension(in, name);

    if (assay_suite_is_program(name))
        return assay_suite_fail(in, value,
                                "'%.*s' is a program; assertions are data "
                                "here",
                                ASSAY_STR_ARG(name));
    struct assay_suite_file *file = assay_suite_open(in, name, value);
    if (!file)
        return false;
    if (assay_str_is(extension, ".txt") || assay_str_is(extension, ".md")) {
        *to = assay_json_string(in->arena, assay_str_trim(file->bytes));
        return true;
    }
    if (!assay_str_is(extension, ".json") &&
        !assay_str_is(extension, ".yaml") && !assay_str_is(extension, ".yml"))
        return assay_suite_fail(in, value,
                                "'%.*s': values are read from .json, .yaml, "
                                ".txt and .md",
                                ASSAY_STR_ARG(name));
    *to = assay_suite_document(in, file);
    return *to != NULL;
}

/* A text with its templates filled in; other values as they are. */
static bool fill_value(struct asserting *a, const struct assay_json *value,
                       const struct assay_json **to)
{
    struct assay_suite_reader *in = a->pf->in;
    struct assay_template_scope scope = {
        .vars = a->vars, .env = assay_suite_env, .context = in};
    struct assay_str text;

    *to = value;
    if (!assay_json_is(value, ASSAY_JSON_STRING))
        return true;
    if (assay_suite_file_name(value->text, &text))
        return load_value(a, value, text, to);
    if (!assay_template_has_marks(value->text))
        return true;
    if (!assay_template_fill(in->arena, value->text, ASSAY_TEMPLATE_NUNJUCKS,
                             &scope, &text, in->err))
        return assay_fail_in(in->err, "%.*s",
                             ASSAY_STR_ARG(assay_suite_where(in, value)));
    if (scope.undefined.len)
        assay_suite_note(in, "%.*s: '%.*s' is no var of this test: it is empty",
                         ASSAY_STR_ARG(assay_suite_where(in, value)),
                         ASSAY_STR_ARG(scope.undefined));
    *to = assay_json_string(in->arena, text);
    return assay_suite_env_ok(in, value);
}

static bool read_value(struct asserting *a, const struct assay_json *value,
                       const struct assay_json **to)
{
    *to = value;
    if (!assay_json_is(value, ASSAY_JSON_ARRAY))
        return fill_value(a, value, to);
    struct assay_json *list = assay_json_array(a->pf->in->arena);
    for (const struct assay_json *e = value->first; e; e = e->next) {
        const struct assay_json *filled;
        if (!fill_value(a, e, &filled))
            return false;
        assay_json_add(list, assay_json_copy(a->pf->in->arena, filled));
    }
    *to = list;
    return true;
}

/* The route that judges: of the assertion, else of the test's options. */
static bool read_judge(struct asserting *a, const struct assay_json *own,
                       struct assay_str *route)
{
    const struct assay_json *of =
        own ? own : assay_promptfoo_member(a->test->options, "provider");

    *route = ASSAY_STR("");
    if (!of)
        return true;
    if (assay_promptfoo_member(of, "text")) /* {text: …, embedding: …} */
        of = assay_json_get(of, "text");
    return assay_promptfoo_judge(a->pf, of, route);
}

static bool read_list(struct asserting *a, const struct assay_json *const *from,
                      size_t count, unsigned depth,
                      const struct assay_assertion **to);

static bool read_set(struct asserting *a, const struct assay_json *from,
                     unsigned depth, struct assay_assertion *to)
{
    const struct assay_json *list = assay_promptfoo_member(from, "assert");
    size_t count = 0;

    if (!assay_json_is(list, ASSAY_JSON_ARRAY) || list->count == 0)
        return assay_suite_fail(a->pf->in, from,
                                "assert-set needs a list 'assert'");
    const struct assay_json **items = ASSAY_NEW_ARRAY(
        a->pf->in->arena, const struct assay_json *, list->count);
    for (const struct assay_json *m = list->first; m; m = m->next)
        items[count++] = m;
    to->count = count;
    return read_list(a, items, count, depth + 1, &to->of);
}

static bool read_one(struct asserting *a, const struct assay_json *from,
                     unsigned depth, struct assay_assertion *to)
{
    static const char *const known[] = {"type",   "value",  "threshold",
                                        "weight", "metric", "provider",
                                        "assert", "$ref",   NULL};
    static const char *const scripts[] = {"javascript", "python", "ruby",
                                          "webhook", NULL};
    struct assay_suite_reader *in = a->pf->in;
    struct assay_stated weight = {true, 1};

    from = follow(a, from);
    if (!from)
        return false;
    if (!assay_json_is(from, ASSAY_JSON_OBJECT))
        return assay_suite_fail(in, from, "an assertion is a mapping, not %s",
                                assay_json_type_name(from));
    const struct assay_json *other = assay_promptfoo_unknown(from, known, NULL);
    if (other)
        return assay_suite_fail(in, other,
                                "'%.*s' of an assertion is not supported",
                                ASSAY_STR_ARG(other->key));
    struct assay_str type = assay_json_text(from, "type");
    if (!type.len)
        return assay_suite_fail(in, from, "an assertion without a type");
    to->negated = assay_str_starts(type, "not-");
    to->type = to->negated ? assay_str_skip(type, 4) : type;
    for (size_t i = 0; scripts[i]; i++)
        if (assay_str_is(to->type, scripts[i]))
            return assay_suite_fail(in, from,
                                    "assertion '%.*s' runs code: not "
                                    "supported, a suite is data",
                                    ASSAY_STR_ARG(to->type));
    to->metric = assay_json_text(from, "metric");
    to->judge = ASSAY_STR("");
    if (!assay_suite_number(in, assay_promptfoo_member(from, "threshold"),
                            &to->threshold) ||
        !assay_suite_number(in, assay_promptfoo_member(from, "weight"),
                            &weight))
        return false;
    to->weight = weight.value;
    if (weight.value < 0)
        return assay_suite_fail(in, from, "a weight is at least 0");
    if (assay_str_is(to->type, "assert-set"))
        return read_set(a, from, depth, to);
    return read_value(a, assay_promptfoo_member(from, "value"), &to->value) &&
           read_judge(a, assay_promptfoo_member(from, "provider"), &to->judge);
}

static bool read_list(struct asserting *a, const struct assay_json *const *from,
                      size_t count, unsigned depth,
                      const struct assay_assertion **to)
{
    struct assay_assertion *list =
        ASSAY_NEW_ARRAY(a->pf->in->arena, struct assay_assertion, count + 1);

    *to = list;
    if (depth > MAX_NESTED)
        return assay_suite_fail(a->pf->in, from[0],
                                "assert-sets more than %d deep", MAX_NESTED);
    for (size_t i = 0; i < count; i++)
        if (!read_one(a, from[i], depth, &list[i]))
            return false;
    return true;
}

bool assay_promptfoo_read_asserts(struct assay_promptfoo *pf,
                                  const struct assay_promptfoo_test *test,
                                  const struct assay_json *vars,
                                  struct assay_case *to)
{
    struct asserting a = {pf, test, vars};

    to->assertion_count = test->assert_count;
    return read_list(&a, test->asserts, test->assert_count, 0,
                     &to->assertions) &&
           assay_suite_number(pf->in, test->threshold, &to->threshold);
}
