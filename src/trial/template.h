/*
 * Templates of prompts: the part of nunjucks (promptfoo) and Jinja2 (lm-eval)
 * that suites use. Read once, rendered for every case; nothing runs, no file
 * is opened, and what is not known is refused by its name, line and column.
 *
 *   {{ a.b[0]['c'] | filter(args) }}   {% if %} {% elif %} {% else %}
 *   {% for x in xs %} {% for k, v in map %} {% else %}, loop.index …
 *   {% set x = … %}   {% raw %}   {# … #}   and "-" beside a tag's mark
 *   and or not in == != < <= > >= ~ + - * / % // ** [lists] "a if b else c"
 *   upper lower trim join dump load default length replace first last
 *
 * Values are JSON; what they are as text, what is true and what is equal
 * follows the language of the original, JavaScript or Python.
 * Sources: mozilla.github.io/nunjucks/templating.html,
 * jinja.palletsprojects.com/en/3.1.x/templates, read 2026-11-22.
 */
#ifndef ASSAY_TRIAL_TEMPLATE_H
#define ASSAY_TRIAL_TEMPLATE_H

#include "assay/json.h"

enum assay_template_rules {
    /* An undefined name is the empty text; numbers are doubles. */
    ASSAY_TEMPLATE_NUNJUCKS,
    /* An undefined name is an error; "a".strip() and slices; None. */
    ASSAY_TEMPLATE_JINJA,
};

struct assay_template;

/* Borrows the text. NULL: BAD_INPUT with line and column, LIMIT. */
struct assay_template *assay_template_read(struct assay_arena *arena,
                                           struct assay_str text,
                                           enum assay_template_rules rules,
                                           struct assay_error *err);

/* What names stand for. */
struct assay_template_scope {
    const struct assay_json *vars; /* object, or NULL */
    /* {{ env.NAME }}; NULL: `env` is a name like any other. */
    const struct assay_json *(*env)(void *context, struct assay_str name);
    void *context;
    /* Set to the first undefined name that was met (nunjucks). */
    struct assay_str undefined;
    /* The first NAME of an {{ env.NAME }} that is not set: a gap is left. */
    struct assay_str unset;
};

/*
 * The text in the arena. False: BAD_INPUT (an undefined name under Jinja, a
 * value of the wrong kind), LIMIT (16 MiB of text, 1 Mi steps).
 */
bool assay_template_render(const struct assay_template *of,
                           struct assay_arena *arena,
                           struct assay_template_scope *scope,
                           struct assay_str *text, struct assay_error *err);
/*
 * Of a template that is one {{ expression }} and nothing else, the value
 * itself, NULL when undefined; of any other its text.
 */
bool assay_template_value(const struct assay_template *of,
                          struct assay_arena *arena,
                          struct assay_template_scope *scope,
                          const struct assay_json **value,
                          struct assay_error *err);

/* Read and rendered at once; a text without marks is itself. */
bool assay_template_fill(struct assay_arena *arena, struct assay_str text,
                         enum assay_template_rules rules,
                         struct assay_template_scope *scope,
                         struct assay_str *filled, struct assay_error *err);
/* Holds "{{", "{%" or "{#". */
bool assay_template_has_marks(struct assay_str text);

#endif
