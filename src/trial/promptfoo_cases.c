/*
 * One test as cases: its vars multiplied out, files read into them, names in
 * them resolved, each prompt filled in.
 */
#include "trial/promptfoo_parts.h"

#include <openssl/evp.h>
#include <string.h>

enum { RESOLVE_ROUNDS = 5 };

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

/* ---- Values of vars ---- */

struct assay_str assay_base64(struct assay_arena *arena, struct assay_str bytes)
{
    size_t len = (bytes.len + 2) / 3 * 4;
    char *text = assay_arena_alloc(arena, len + 1, 1);

    EVP_EncodeBlock((unsigned char *)text, (const unsigned char *)bytes.at,
                    (int)bytes.len);
    return (struct assay_str){text, len};
}

/* By what the bytes begin with, else by the name; NULL: no image. */
static const char *image_type(struct assay_str extension,
                              struct assay_str bytes)
{
    static const struct {
        const char *begin, *type;
    } magic[] = {
        {"\xff\xd8\xff", "image/jpeg"}, {"\x89PNG\r\n\x1a\n", "image/png"},
        {"GIF87a", "image/gif"},        {"GIF89a", "image/gif"},
        {"RIFF", "image/webp"},         {"BM", "image/bmp"},
    };
    static const struct {
        const char *extension, *type;
    } names[] = {
        {".jpg", "image/jpeg"},    {".jpeg", "image/jpeg"},
        {".png", "image/png"},     {".gif", "image/gif"},
        {".bmp", "image/bmp"},     {".webp", "image/webp"},
        {".svg", "image/svg+xml"},
    };
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (!assay_str_is(extension, names[i].extension))
            continue;
        for (size_t k = 0; k < sizeof magic / sizeof magic[0]; k++)
            if (assay_str_starts(bytes, magic[k].begin))
                return magic[k].type;
        return names[i].type;
    }
    return NULL;
}

/* file://x in a var: text, an image's data: address, YAML as JSON. */
static bool load_var(struct assay_promptfoo *pf, const struct assay_json *from,
                     struct assay_str name, struct assay_str *text)
{
    struct assay_suite_reader *in = pf->in;
    struct assay_str extension = assay_suite_extension(in, name);
    static const char *const media[] = {".pdf", ".mp4", ".webm", ".mov", ".mp3",
                                        ".wav", ".m4a", ".ogg",  NULL};

    if (assay_suite_is_program(name))
        return assay_suite_fail(in, from,
                                "'%.*s' is a program; vars are data here",
                                ASSAY_STR_ARG(name));
    for (size_t i = 0; media[i]; i++)
        if (assay_str_is(extension, media[i]))
            return assay_suite_fail(in, from,
                                    "'%.*s': vars are texts and images",
                                    ASSAY_STR_ARG(name));
    struct assay_suite_file *file = assay_suite_open(in, name, from);
    if (!file)
        return false;
    const char *type = image_type(extension, file->bytes);
    if (type) {
        struct assay_str bytes = assay_base64(in->arena, file->bytes);
        char *uri = assay_arena_alloc(in->arena, bytes.len + 64, 1);
        struct assay_str head =
            assay_arena_printf(in->arena, "data:%s;base64,", type);
        memcpy(uri, head.at, head.len);
        memcpy(uri + head.len, bytes.at, bytes.len);
        *text = (struct assay_str){uri, head.len + bytes.len};
        return true;
    }
    if (!assay_utf8_valid(file->bytes))
        return assay_suite_fail(in, from, "'%.*s' is not UTF-8",
                                ASSAY_STR_ARG(name));
    if (!assay_str_is(extension, ".yaml") && !assay_str_is(extension, ".yml")) {
        *text = assay_str_trim(file->bytes);
        return true;
    }
    const struct assay_json *tree = assay_suite_document(in, file);
    struct assay_buf out;
    if (!tree)
        return false;
    assay_buf_init(&out, file->bytes.len * 8 + 64);
    assay_json_write(&out, tree, (struct assay_json_style){0});
    *text = assay_arena_copy(in->arena, assay_buf_str(&out));
    assay_buf_release(&out);
    return true;
}

/* {{ name }} at or after `at`; NULL: none. */
static const char *find_name(struct assay_str text, struct assay_str *name,
                             struct assay_str *mark)
{
    for (size_t i = 0; i + 4 < text.len; i++) {
        if (text.at[i] != '{' || text.at[i + 1] != '{')
            continue;
        size_t n = i + 2, from;
        while (n < text.len && strchr(" \t\r\n", text.at[n]))
            n++;
        for (from = n;
             n < text.len &&
             (text.at[n] == '_' || (text.at[n] >= '0' && text.at[n] <= '9') ||
              (text.at[n] >= 'A' && text.at[n] <= 'Z') ||
              (text.at[n] >= 'a' && text.at[n] <= 'z'));)
            n++;
        *name = (struct assay_str){text.at + from, n - from};
        while (n < text.len && strchr(" \t\r\n", text.at[n]))
            n++;
        if (name->len && n + 1 < text.len && text.at[n] == '}' &&
            text.at[n + 1] == '}') {
            *mark = (struct assay_str){text.at + i, n + 2 - i};
            return text.at + i;
        }
    }
    return NULL;
}

/* The first {{ name }} of one var replaced by the var of that name. */
static bool resolve_one(struct assay_promptfoo *pf, struct assay_json *vars,
                        struct assay_json *var)
{
    struct assay_str name, mark;
    const char *at = find_name(var->text, &name, &mark);
    const struct assay_json *other = at ? assay_json_get_str(vars, name) : NULL;

    if (!other || other == var)
        return false;
    struct assay_arena *arena = pf->in->arena;
    struct assay_str text = ASSAY_STR("");
    struct assay_template_scope scope = {.vars = vars};
    struct assay_error err = {0};
    /* as text, by the rules of templates: "{{ name }}" alone */
    if (!assay_template_fill(arena, mark, ASSAY_TEMPLATE_NUNJUCKS, &scope,
                             &text, &err))
        return false;
    size_t before = (size_t)(at - var->text.at);
    struct assay_str after = assay_str_skip(var->text, before + mark.len);
    char *whole =
        assay_arena_alloc(arena, before + text.len + after.len + 1, 1);
    memcpy(whole, var->text.at, before);
    memcpy(whole + before, text.at, text.len);
    memcpy(whole + before + text.len, after.at, after.len);
    var->text = (struct assay_str){whole, before + text.len + after.len};
    return true;
}

/* Vars may name vars: five rounds, as promptfoo has them. */
static void resolve(struct assay_promptfoo *pf, struct assay_json *vars)
{
    bool changed = true;

    for (int round = 0; changed && round < RESOLVE_ROUNDS; round++) {
        changed = false;
        for (struct assay_json *v = vars->first; v; v = v->next)
            if (v->type == ASSAY_JSON_STRING && resolve_one(pf, vars, v))
                changed = true;
    }
}

/* Files read, a newline at the end gone, names resolved: *vars may change. */
static bool settle(struct assay_promptfoo *pf, struct assay_json *vars,
                   const struct assay_json *from)
{
    struct assay_str name;

    for (struct assay_json *v = vars->first; v; v = v->next) {
        if (v->type != ASSAY_JSON_STRING)
            continue;
        if (assay_suite_file_name(v->text, &name) &&
            !load_var(pf, from, name, &v->text))
            return false;
        if (assay_str_ends(v->text, "\n"))
            v->text.len--;
    }
    resolve(pf, vars);
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

/* Reads the prompt's text once for each prefix and suffix. */
static bool prepare(struct assay_promptfoo *pf,
                    struct assay_promptfoo_prompt *prompt,
                    struct assay_str prefix, struct assay_str suffix)
{
    struct assay_suite_reader *in = pf->in;
    struct assay_error ignored = {0};

    if (prompt->ready && assay_str_equal(prompt->prefix, prefix) &&
        assay_str_equal(prompt->suffix, suffix))
        return true;
    struct assay_str text = join3(in->arena, prefix, prompt->raw, suffix);
    prompt->ready = true;
    prompt->prefix = prefix;
    prompt->suffix = suffix;
    prompt->template = NULL;
    prompt->tree = assay_json_parse(in->arena, text, NULL, &ignored);
    if (prompt->tree)
        return true;
    if (is_partial(text)) {
        assay_suite_note(in,
                         "%.*s: a tag is not closed on its line, so this "
                         "prompt is taken as it stands",
                         ASSAY_STR_ARG(assay_suite_where(in, prompt->from)));
        text = assay_arena_printf(in->arena, "{%% raw %%}%.*s{%% endraw %%}",
                                  ASSAY_STR_ARG(text));
    }
    prompt->template =
        assay_template_read(in->arena, text, ASSAY_TEMPLATE_NUNJUCKS, in->err);
    return prompt->template ||
           assay_fail_in(in->err, "%.*s",
                         ASSAY_STR_ARG(assay_suite_where(in, prompt->from)));
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

/* Which providers a case is for; NULL: all. False: none. */
static bool choose_providers(struct assay_promptfoo *pf,
                             const struct assay_promptfoo_prompt *prompt,
                             const struct assay_promptfoo_test *test,
                             const bool **to)
{
    struct assay_suite *suite = pf->in->suite;
    bool *chosen =
        ASSAY_NEW_ARRAY(pf->in->arena, bool, suite->provider_count + 1);
    size_t count = 0;

    for (size_t i = 0; i < suite->provider_count; i++) {
        const struct assay_suite_provider *p = &suite->providers[i];
        const struct assay_json *prompts =
            assay_promptfoo_member(pf->provider_nodes[i], "prompts");
        chosen[i] = assay_promptfoo_fits(prompt, prompts);
        bool named = !test->providers;
        for (const struct assay_json *r =
                 test->providers ? test->providers->first : NULL;
             r; r = r->next)
            named = named || assay_str_equal(r->text, p->id) ||
                    assay_str_equal(r->text, p->label) ||
                    (assay_str_ends(r->text, "*") &&
                     assay_str_equal(assay_str_head(p->id, r->text.len - 1),
                                     assay_str_head(r->text, r->text.len - 1)));
        chosen[i] = chosen[i] && named;
        count += chosen[i];
    }
    *to = count < suite->provider_count ? chosen : NULL;
    return count > 0 || suite->provider_count == 0;
}

/* One row of vars with every prompt. */
static bool add_row(struct assay_promptfoo *pf,
                    const struct assay_promptfoo_test *test,
                    struct assay_json *vars)
{
    struct assay_suite_reader *in = pf->in;
    struct assay_case shared = {0};
    const struct assay_json *cluster =
        assay_json_get(test->metadata, "cluster");

    if (!settle(pf, vars, test->node) ||
        !assay_promptfoo_read_asserts(pf, test, vars, &shared))
        return false;
    for (size_t i = 0; i < pf->prompt_count; i++) {
        struct assay_promptfoo_prompt *prompt = &pf->prompts[i];
        struct filling f = {
            pf, prompt, test->node, {.env = assay_suite_env, .context = in}};
        const bool *providers;
        if (!assay_promptfoo_fits(prompt, test->prompts) ||
            !choose_providers(pf, prompt, test, &providers))
            continue;
        struct assay_case *one = assay_suite_new_case(in);
        if (!one ||
            !prepare(pf, prompt, assay_json_text(test->options, "prefix"),
                     assay_json_text(test->options, "suffix")) ||
            !ask(&f, vars, one) ||
            !join_options(pf, prompt, test, &one->options))
            return false;
        one->description = test->description;
        one->prompt = prompt->shown;
        one->where = assay_suite_where(in, test->node);
        one->prompt_index = (uint32_t)i;
        one->test_index = pf->rows;
        one->vars = vars;
        one->metadata = test->metadata;
        one->assertions = shared.assertions;
        one->assertion_count = shared.assertion_count;
        one->threshold = shared.threshold;
        one->providers = providers;
        one->cluster = assay_json_is(cluster, ASSAY_JSON_STRING)
                           ? cluster->text
                           : ASSAY_STR("");
    }
    pf->rows++;
    return true;
}

/* ---- Multiplying out ---- */

/* The values one var takes in turn. */
struct axis {
    const struct assay_json *var; /* name, and value where not many */
    const struct assay_json *at;  /* element of a list of texts, or NULL */
    struct assay_str *files;      /* a pattern's files, or NULL */
    size_t file_count, file;
};

static bool open_axis(struct assay_promptfoo *pf, const struct assay_json *var,
                      bool whole, struct axis *to)
{
    struct assay_str name;

    *to = (struct axis){.var = var};
    if (whole)
        return true;
    if (var->type == ASSAY_JSON_ARRAY &&
        assay_json_is(var->first, ASSAY_JSON_STRING))
        to->at = var->first;
    if (var->type == ASSAY_JSON_STRING &&
        assay_suite_file_name(var->text, &name) && assay_suite_is_pattern(name))
        return assay_suite_glob(pf->in, name, var, &to->files, &to->file_count);
    return true;
}

static struct assay_json *axis_value(struct assay_promptfoo *pf,
                                     const struct axis *axis)
{
    struct assay_arena *arena = pf->in->arena;

    if (axis->files)
        return assay_json_string(
            arena, assay_arena_printf(arena, "file://%.*s",
                                      ASSAY_STR_ARG(axis->files[axis->file])));
    return assay_json_copy(arena, axis->at ? axis->at : axis->var);
}

/* The next combination: the last var turns fastest. */
static bool turn(struct axis *axes, size_t count)
{
    for (size_t i = count; i-- > 0;) {
        struct axis *a = &axes[i];
        if (a->files && ++a->file < a->file_count)
            return true;
        if (a->at && a->at->next) {
            a->at = a->at->next;
            return true;
        }
        a->file = 0;
        a->at = a->at ? a->var->first : NULL;
    }
    return false;
}

bool assay_promptfoo_add_cases(struct assay_promptfoo *pf,
                               const struct assay_promptfoo_test *test)
{
    size_t count = test->vars ? test->vars->count : 0, i = 0;
    struct axis *axes = ASSAY_NEW_ARRAY(pf->in->arena, struct axis, count + 1);
    bool whole = assay_json_is(
        assay_json_get(test->options, "disableVarExpansion"), ASSAY_JSON_TRUE);
    size_t first = pf->in->suite->case_count;

    for (const struct assay_json *v = count ? test->vars->first : NULL; v;
         v = v->next)
        if (!open_axis(pf, v, whole, &axes[i++]))
            return false;
    do {
        struct assay_json *vars = assay_json_object(pf->in->arena);
        for (i = 0; i < count; i++)
            assay_json_set_key(vars, axes[i].var->key,
                               axis_value(pf, &axes[i]));
        if (!add_row(pf, test, vars))
            return false;
    } while (turn(axes, count));
    /* what one test made belongs together */
    struct assay_suite *suite = pf->in->suite;
    if (suite->case_count - first > 1)
        for (size_t k = first; k < suite->case_count; k++)
            if (!suite->cases[k].cluster.len)
                suite->cases[k].cluster = assay_arena_printf(
                    pf->in->arena, "test %u", (unsigned)pf->tests);
    return true;
}
