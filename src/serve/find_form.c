/*
 * Terms and the fields that stand for them. A field's term is its prefix and
 * its value: "context>=" and "100k"; a capability is its name.
 *
 * Markup as controls.h says.
 */
#include "serve/find_form.h"

#include "serve/controls.h"
#include "serve/directory.h"
#include "serve/forms.h"

#include "assay/render.h"

#include <string.h>

enum { MOST_TERMS = 100, MOST_Q = 4096, MOST_PROVIDERS = 250 };

static const struct {
    const char *term, *words;
} capabilities[] = {
    {"vision", "reads images"},
    {"audio", "hears or speaks"},
    {"reasoning", "thinks first"},
    {"function_calling", "calls functions"},
    {"tool_use", "uses tools"},
    {"structured_outputs", "keeps to a JSON schema"},
    {"code_execution", "runs code"},
    {"streaming", "streams"},
    {"prompt_caching", "caches prompts"},
    {"batch", "has a batch service"},
    {"fine_tuning", "can be fine-tuned"},
    {"open_weights", "has open weights"},
};
enum { CAPABILITIES = sizeof capabilities / sizeof capabilities[0] };

enum { CONTEXT, INPUT, OUTPUT, COST, PROVIDER, LICENCE, STATUS, FIELDS };

static const struct {
    const char *name, *prefix, *label, *example;
    bool is_number;
} fields[FIELDS] = {
    [CONTEXT] = {"context", "context>=", "Context, tokens at least", "100k",
                 true},
    [INPUT] = {"price_input", "price.input<=", "Input, $ per million at most",
               "0.50", true},
    [OUTPUT] = {"price_output",
                "price.output<=", "Output, $ per million at most", "2", true},
    [COST] = {"cost", "cost<=", "A month, $ at most", "300", true},
    [PROVIDER] = {"provider", "provider=", "Provider", NULL, false},
    [LICENCE] = {"license", "license=", "Licence", NULL, false},
    [STATUS] = {"status", "status=", "Status", NULL, false},
};

/* ------------------------------------------------------- terms */

static bool divides(char c)
{
    return c == ' ' || c == ',' || c == '\t' || c == '\n';
}

struct assay_str assay_find_next_term(struct assay_str *text)
{
    size_t from = 0, to;

    while (from < text->len && divides(text->at[from]))
        from++;
    for (to = from; to < text->len && !divides(text->at[to]);)
        to++;
    struct assay_str term = {text->at + from, to - from};
    *text = assay_str_skip(*text, to);
    return term;
}

/* What a question says, field by field. */
struct answers {
    bool has[CAPABILITIES];
    struct assay_str values[FIELDS];
    struct assay_str rest[MOST_TERMS]; /* what has no field */
    size_t rest_count;
};

static void add_rest(struct answers *a, struct assay_str term)
{
    for (size_t i = 0; i < a->rest_count; i++)
        if (assay_str_equal(a->rest[i], term))
            return;
    if (a->rest_count < MOST_TERMS)
        a->rest[a->rest_count++] = term;
}

static void add_term(struct answers *a, struct assay_str term)
{
    for (size_t i = 0; i < CAPABILITIES; i++)
        if (assay_str_is(term, capabilities[i].term)) {
            a->has[i] = true;
            return;
        }
    for (size_t i = 0; i < FIELDS; i++)
        if (assay_str_starts(term, fields[i].prefix) &&
            term.len > strlen(fields[i].prefix) && a->values[i].len == 0) {
            a->values[i] = assay_str_skip(term, strlen(fields[i].prefix));
            return;
        }
    add_rest(a, term);
}

static void add_terms(struct answers *a, struct assay_str text)
{
    struct assay_str term;

    while ((term = assay_find_next_term(&text)).len)
        add_term(a, term);
}

static void add_to(struct assay_buf *out, const char *prefix,
                   struct assay_str value)
{
    if (out->len)
        assay_buf_add_char(out, ',');
    assay_buf_add_c(out, prefix);
    assay_buf_add(out, value);
}

static struct assay_str terms_of(const struct assay_visit *visit,
                                 const struct answers *a)
{
    struct assay_buf out;

    assay_buf_init(&out, 4 * ASSAY_SITE_MAX_URL);
    for (size_t i = 0; i < CAPABILITIES; i++)
        if (a->has[i])
            add_to(&out, capabilities[i].term, ASSAY_STR(""));
    for (size_t i = 0; i < FIELDS; i++)
        if (a->values[i].len)
            add_to(&out, fields[i].prefix, a->values[i]);
    for (size_t i = 0; i < a->rest_count; i++)
        add_to(&out, "", a->rest[i]);
    return assay_controls_take(visit, &out);
}

/* ------------------------------------------------------- what was sent */

/* "100,000" is 100000; elsewhere a separator would end the term. */
static struct assay_str without_separators(struct assay_arena *arena,
                                           struct assay_str value)
{
    char *to = assay_arena_alloc(arena, value.len + 1, 1);
    size_t len = 0;

    for (size_t i = 0; i < value.len; i++)
        if (!divides(value.at[i]))
            to[len++] = value.at[i];
    return (struct assay_str){to, len};
}

static void take_field(const struct assay_visit *visit, struct answers *a,
                       struct assay_str name, struct assay_str value,
                       bool *sent)
{
    value = without_separators(visit->arena, value);
    if (assay_str_is(name, "has")) {
        *sent = true;
        if (value.len)
            add_term(a, value);
        return;
    }
    for (size_t i = 0; i < FIELDS; i++)
        if (assay_str_is(name, fields[i].name)) {
            *sent = true;
            a->values[i] = value;
        }
}

bool assay_find_form_read(const struct assay_visit *visit, struct assay_str *q,
                          bool *sent, struct assay_error *err)
{
    struct assay_str rest = visit->request->query, pair, name, value;
    struct answers a = {.rest_count = 0};

    *sent = false;
    while (rest.len) {
        if (!assay_str_cut(rest, '&', &pair, &rest)) {
            pair = rest;
            rest = ASSAY_STR("");
        }
        if (!assay_str_cut(pair, '=', &name, &value))
            continue;
        if (!assay_url_decode(visit->arena, name, true, &name, err) ||
            !assay_url_decode(visit->arena, value, true, &value, err))
            return false;
        take_field(visit, &a, name, value, sent);
    }
    add_terms(&a, assay_visit_value(visit, "q"));
    *q = terms_of(visit, &a);
    return true;
}

/* ------------------------------------------------------- the form */

static void add_capabilities(struct assay_buf *out, const struct answers *a)
{
    assay_buf_add_c(out, "<fieldset><legend>A model that</legend>\n");
    for (size_t i = 0; i < CAPABILITIES; i++)
        assay_control_choice(out,
                             &(struct assay_control_choice){
                                 .name = "has",
                                 .value = assay_str_c(capabilities[i].term),
                                 .words = assay_str_c(capabilities[i].words),
                                 .checked = a->has[i],
                             });
    assay_buf_add_c(out, "</fieldset>\n");
}

static void add_numbers(struct assay_buf *out, const struct answers *a)
{
    for (size_t i = 0; i < FIELDS; i++)
        if (fields[i].is_number)
            assay_control_text(out, &(struct assay_control_text){
                                        .name = fields[i].name,
                                        .label = fields[i].label,
                                        .value = a->values[i],
                                        .example = fields[i].example,
                                    });
}

static void add_providers(struct assay_buf *out,
                          const struct assay_visit *visit,
                          struct assay_str chosen)
{
    const struct assay_directory *d = visit->directory;
    bool seen = chosen.len == 0, crowded = d->provider_count > MOST_PROVIDERS;
    size_t shown = 0;

    assay_control_select(out, fields[PROVIDER].name, fields[PROVIDER].label);
    assay_control_option(out, ASSAY_STR(""), ASSAY_STR("any"), chosen);
    for (size_t i = 0; i < d->provider_count && shown < MOST_PROVIDERS; i++) {
        const struct assay_directory_provider *p = &d->providers[i];

        if (p->live_count == 0 || (crowded && p->live_count < 2))
            continue;
        shown++;
        seen = seen || assay_str_equal(p->id, chosen);
        assay_control_option(out, p->id, p->name.len ? p->name : p->id, chosen);
    }
    if (!seen)
        assay_control_option(out, chosen, chosen, chosen);
    assay_control_select_end(out);
}

struct option {
    const char *value, *words;
};

static void add_options(struct assay_buf *out, size_t field,
                        const struct option *options, struct assay_str chosen)
{
    bool seen = false;

    assay_control_select(out, fields[field].name, fields[field].label);
    for (; options->value; options++) {
        seen = seen || assay_str_is(chosen, options->value);
        assay_control_option(out, assay_str_c(options->value),
                             assay_str_c(options->words), chosen);
    }
    if (!seen)
        assay_control_option(out, chosen, chosen, chosen);
    assay_control_select_end(out);
}

void assay_find_form_write(struct assay_buf *out,
                           const struct assay_visit *visit, struct assay_str q)
{
    static const struct option licences[] = {
        {"", "any"},
        {"osi", "open source (OSI)"},
        {"open-weights-with-terms", "open weights with terms"},
        {"proprietary", "proprietary"},
        {0},
    };
    static const struct option statuses[] = {
        {"", "all but retired"}, {"active", "active"},
        {"preview", "preview"},  {"deprecated", "deprecated"},
        {"retired", "retired"},  {0},
    };
    static const char *const own[] = {"q", NULL};
    struct answers a = {.rest_count = 0};

    add_terms(&a, q);
    const struct answers rest = {.rest_count = a.rest_count};
    struct answers written = rest;
    memcpy(written.rest, a.rest, sizeof a.rest);
    assay_controls_open(out, "fields", "/find");
    assay_form_keep(out, visit, own);
    add_capabilities(out, &a);
    add_numbers(out, &a);
    add_providers(out, visit, a.values[PROVIDER]);
    add_options(out, LICENCE, licences, a.values[LICENCE]);
    add_options(out, STATUS, statuses, a.values[STATUS]);
    assay_control_text(
        out, &(struct assay_control_text){
                 .name = "q",
                 .label = "More terms",
                 .value = terms_of(visit, &written),
                 .hint = "A field, one of < <= > >= = != and a value; !name "
                         "for what it must not have.",
                 .example = "creator=google released>=2025-06-30",
                 .wide = true,
             });
    assay_controls_close(out, "Find", q.len ? "/find" : NULL);
}
