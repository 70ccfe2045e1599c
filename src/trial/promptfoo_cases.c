/*
 * One test as cases: its vars multiplied out, each prompt filled in. All of
 * them in their order, or one by its number.
 */
#include "trial/promptfoo_parts.h"

#include <string.h>

enum { KEPT_PROMPTS = 100 };

/* ---- Options of the test ---- */

/* Those of a test itself; the others go to the chat. */
static const char *const test_options[] = {"prefix",
                                           "suffix",
                                           "provider",
                                           "disableVarExpansion",
                                           "disableDefaultAsserts",
                                           "disableConversationVar",
                                           "runSerially",
                                           NULL};

/* Chat options of prompt and test in one object; NULL: none. */
static bool join_options(struct assay_promptfoo *pf,
                         const struct assay_promptfoo_prompt *prompt,
                         const struct assay_promptfoo_test *test,
                         const struct assay_json **to)
{
    const struct assay_json *sources[] = {prompt->config, test->options};
    struct assay_json *all = NULL;
    struct assay_chat scratch = {0};
    bool known;

    for (size_t i = 0; i < 2; i++) {
        if (!assay_json_is(sources[i], ASSAY_JSON_OBJECT))
            continue;
        for (const struct assay_json *m = sources[i]->first; m; m = m->next) {
            size_t k = 0;
            while (test_options[k] && !assay_str_is(m->key, test_options[k]))
                k++;
            if (i == 1 && test_options[k])
                continue;
            if (!assay_promptfoo_chat_member(pf->in, m, &scratch, &known))
                return false;
            if (!known)
                return assay_suite_fail(pf->in, m,
                                        "option '%.*s' is not supported",
                                        ASSAY_STR_ARG(m->key));
            if (!all)
                all = assay_json_object(pf->in->arena);
            struct assay_json *before = assay_json_get_str(all, m->key);
            struct assay_json *copy = assay_json_copy(pf->in->arena, m);
            if (before) { /* the test's over the prompt's */
                before->type = copy->type;
                before->text = copy->text;
                before->first = copy->first;
                before->last = copy->last;
                before->count = copy->count;
                for (struct assay_json *c = before->first; c; c = c->next)
                    c->parent = before;
            } else {
                assay_json_set_key(all, m->key, copy);
            }
        }
    }
    *to = all;
    return true;
}

/* ---- Prompts ---- */

static struct assay_str join3(struct assay_arena *arena, struct assay_str a,
                              struct assay_str b, struct assay_str c)
{
    return assay_arena_printf(arena, "%.*s%.*s%.*s", ASSAY_STR_ARG(a),
                              ASSAY_STR_ARG(b), ASSAY_STR_ARG(c));
}

/*
 * promptfoo leaves a text alone that opens a tag and does not close it on
 * that line.
 */
static bool is_partial(struct assay_str text)
{
    struct assay_str line;
    bool raw = assay_str_contains(text, "endraw");

    while (!raw && text.len > 0) {
        if (!assay_str_cut(text, '\n', &line, &text)) {
            line = text;
            text = ASSAY_STR("");
        }
        for (size_t i = 0; i + 1 < line.len; i++) {
            char c = line.at[i + 1];
            if (line.at[i] != '{' || (c != '{' && c != '%' && c != '#'))
                continue;
            struct assay_str rest = assay_str_skip(line, i + 2);
            if (assay_str_find(rest, c == '{' ? '}' : c) == rest.len)
                return true;
        }
    }
    return false;
}

/* Reads the prompt's text; its parts live in the arena. */
static bool read_prompt(struct assay_suite_reader *in,
                        struct assay_arena *arena, struct assay_str prefix,
                        struct assay_str suffix,
                        struct assay_promptfoo_prompt *prompt)
{
    struct assay_error ignored = {0};
    struct assay_str text = join3(arena, prefix, prompt->raw, suffix);

    prompt->prefix = assay_arena_copy(arena, prefix);
    prompt->suffix = assay_arena_copy(arena, suffix);
    prompt->template = NULL;
    prompt->tree = assay_json_parse(arena, text, NULL, &ignored);
    if (prompt->tree)
        return true;
    if (is_partial(text)) {
        assay_suite_note(in,
                         "%.*s: a tag is not closed on its line, so this "
                         "prompt is taken as it stands",
                         ASSAY_STR_ARG(assay_suite_where(in, prompt->from)));
        text = assay_arena_printf(arena, "{%% raw %%}%.*s{%% endraw %%}",
                                  ASSAY_STR_ARG(text));
    }
    prompt->template =
        assay_template_read(arena, text, ASSAY_TEMPLATE_NUNJUCKS, in->err);
    return prompt->template ||
           assay_fail_in(in->err, "%.*s",
                         ASSAY_STR_ARG(assay_suite_where(in, prompt->from)));
}

/*
 * The prompt with prefix and suffix of the test. Of not too many prompts the
 * form that is asked for first is kept; any other is read each time.
 */
static const struct assay_promptfoo_prompt *prepare(
    struct assay_promptfoo *pf, size_t number,
    const struct assay_promptfoo_test *test)
{
    struct assay_promptfoo_prompt *prompt = &pf->prompts[number];
    struct assay_str prefix = assay_json_text(test->options, "prefix");
    struct assay_str suffix = assay_json_text(test->options, "suffix");
    struct assay_arena *arena = pf->in->arena;

    if (prompt->ready && assay_str_equal(prompt->prefix, prefix) &&
        assay_str_equal(prompt->suffix, suffix))
        return prompt;
    if (!prompt->ready && !pf->in->base->whole && number < KEPT_PROMPTS) {
        arena = pf->in->base->arena;
        prompt->ready = true;
    } else {
        struct assay_promptfoo_prompt *copy =
            ASSAY_NEW(arena, struct assay_promptfoo_prompt);
        *copy = *prompt;
        prompt = copy;
    }
    return read_prompt(pf->in, arena, prefix, suffix, prompt) ? prompt : NULL;
}

struct filling {
    struct assay_promptfoo *pf;
    const struct assay_promptfoo_prompt *prompt;
    const struct assay_json *row; /* the test, for messages */
    struct assay_template_scope scope;
};

static bool fill(struct filling *f, struct assay_str text,
                 struct assay_str *filled)
{
    struct assay_suite_reader *in = f->pf->in;

    if (assay_template_fill(in->arena, text, ASSAY_TEMPLATE_NUNJUCKS, &f->scope,
                            filled, in->err))
        return true;
    return assay_fail_in(in->err, "%.*s",
                         ASSAY_STR_ARG(assay_suite_where(in, f->prompt->from)));
}

/* Every text in a tree filled in: what is put in cannot break the JSON. */
static bool fill_tree(struct filling *f, struct assay_json *tree)
{
    if (tree->type == ASSAY_JSON_STRING)
        return fill(f, tree->text, &tree->text);
    for (struct assay_json *m = tree->first; m; m = m->next)
        if (!fill_tree(f, m))
            return false;
    return true;
}

/* Vars that are templates themselves, filled in with the others. */
static bool fill_vars(struct filling *f, const struct assay_json *vars,
                      const struct assay_json **to)
{
    struct assay_suite_reader *in = f->pf->in;
    bool any = false;

    for (const struct assay_json *v = vars->first; v; v = v->next)
        any = any || (v->type == ASSAY_JSON_STRING &&
                      assay_template_has_marks(v->text));
    *to = vars;
    if (!any)
        return true;
    struct assay_json *filled = assay_json_copy(in->arena, vars);
    for (struct assay_json *v = filled->first; v; v = v->next) {
        struct assay_template_scope scope = {
            .vars = vars, .env = assay_suite_env, .context = in};
        struct assay_str text;
        if (v->type != ASSAY_JSON_STRING ||
            !assay_template_has_marks(v->text) || is_partial(v->text))
            continue;
        if (!assay_template_fill(in->arena, v->text, ASSAY_TEMPLATE_NUNJUCKS,
                                 &scope, &text, in->err)) {
            assay_fail_in(in->err, "%.*s: var '%.*s'",
                          ASSAY_STR_ARG(assay_suite_where(in, f->row)),
                          ASSAY_STR_ARG(v->key));
            return false;
        }
        if (!scope.undefined.len) /* else it stays as it is */
            v->text = text;
    }
    *to = filled;
    return true;
}

static bool ask(struct filling *f, const struct assay_json *vars,
                struct assay_case *to)
{
    struct assay_suite_reader *in = f->pf->in;
    const struct assay_promptfoo_prompt *prompt = f->prompt;
    struct assay_str text;
    bool ok;

    f->scope.vars = vars;
    if (prompt->tree) {
        struct assay_json *tree = assay_json_copy(in->arena, prompt->tree);
        ok = fill_tree(f, tree);
        if (ok && assay_json_is(tree, ASSAY_JSON_ARRAY) &&
            assay_json_is(tree->first, ASSAY_JSON_OBJECT))
            ok = assay_suite_messages_from(in, tree, prompt->from, to);
        else if (ok) {
            struct assay_buf out;
            assay_buf_init(&out, (size_t)16 << 20);
            assay_json_write(&out, tree, (struct assay_json_style){0});
            assay_suite_user_message(
                in, assay_arena_copy(in->arena, assay_buf_str(&out)), to);
            assay_buf_release(&out);
        }
    } else {
        ok = fill_vars(f, vars, &f->scope.vars) &&
             (assay_template_render(prompt->template, in->arena, &f->scope,
                                    &text, in->err) ||
              assay_fail_in(
                  in->err, "%.*s",
                  ASSAY_STR_ARG(assay_suite_where(in, prompt->from)))) &&
             assay_suite_messages(in, text, prompt->from, to);
    }
    if (ok && f->scope.undefined.len)
        assay_suite_note(in,
                         "%.*s: '%.*s' is no var of the test at %.*s: it "
                         "is empty",
                         ASSAY_STR_ARG(assay_suite_where(in, prompt->from)),
                         ASSAY_STR_ARG(f->scope.undefined),
                         ASSAY_STR_ARG(assay_suite_where(in, f->row)));
    return ok && assay_suite_env_ok(in, prompt->from);
}

/* ---- Cases ---- */

/* The vars of a combination, and the assertions that they fill in. */
static bool read_vars(struct assay_promptfoo *pf,
                      const struct assay_promptfoo_product *p,
                      uint64_t combination, struct assay_case *to)
{
    struct assay_json *vars =
        assay_promptfoo_combine(pf->in->arena, p, combination);

    to->vars = vars;
    to->test_index = (uint32_t)(p->test->first_test + combination);
    return assay_promptfoo_settle(pf, vars, p->test->node) &&
           assay_promptfoo_read_asserts(pf, p->test, vars, to);
}

/* A case that has its vars: with its prompt and all that is the test's. */
static bool make(struct assay_promptfoo *pf,
                 const struct assay_promptfoo_product *p,
                 const struct assay_promptfoo_partner *partner,
                 struct assay_case *to)
{
    struct assay_suite_reader *in = pf->in;
    const struct assay_promptfoo_test *test = p->test;
    const struct assay_promptfoo_prompt *prompt =
        prepare(pf, partner->prompt, test);
    const struct assay_json *cluster =
        assay_json_get(test->metadata, "cluster");
    struct filling f = {
        pf, prompt, test->node, {.env = assay_suite_env, .context = in}};

    if (!prompt || !ask(&f, to->vars, to) ||
        !join_options(pf, prompt, test, &to->options))
        return false;
    to->description = test->description;
    to->prompt = prompt->shown;
    to->where = assay_suite_where(in, test->node);
    to->prompt_index = (uint32_t)partner->prompt;
    to->metadata = test->metadata;
    to->providers = partner->providers;
    if (assay_json_is(cluster, ASSAY_JSON_STRING))
        to->cluster = cluster->text;
    /* what one test made belongs together */
    if (!to->cluster.len && p->combinations * p->partner_count > 1)
        to->cluster =
            assay_arena_printf(in->arena, "test %u", (unsigned)test->number);
    return true;
}

bool assay_promptfoo_add_cases(struct assay_promptfoo *pf,
                               const struct assay_promptfoo_product *p)
{
    struct assay_suite_reader *in = pf->in;

    for (uint64_t n = 0; n < p->combinations; n++, pf->rows++) {
        struct assay_arena_mark mark = assay_arena_mark(in->arena);
        struct assay_suite_source *sources = in->sources;
        struct assay_case shared = assay_suite_no_case();
        if (!read_vars(pf, p, n, &shared))
            return false;
        for (size_t i = 0; i < p->partner_count; i++) {
            struct assay_case one = shared;
            if (!make(pf, p, &p->partners[i], &one) ||
                !assay_suite_take_case(in, &one))
                return false;
        }
        in->sources = sources;
        assay_arena_rewind(in->arena, mark);
    }
    return true;
}

bool assay_promptfoo_one_case(struct assay_promptfoo *pf,
                              const struct assay_promptfoo_product *p,
                              size_t nth, struct assay_case *to)
{
    return read_vars(pf, p, nth / p->partner_count, to) &&
           make(pf, p, &p->partners[nth % p->partner_count], to);
}
