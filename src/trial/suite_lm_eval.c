/*
 * Tasks of lm-evaluation-harness, the plain kind: multiple_choice and
 * generate_until in YAML alone, over data in local JSONL files. Contexts and
 * continuations come out character for character as lm-eval makes them.
 *
 * Source: github.com/EleutherAI/lm-evaluation-harness, docs/task_guide.md and
 * lm_eval/api/task.py, samplers.py, read 2026-11-22.
 */
#include "trial/lm_eval_parts.h"

#include <string.h>

enum { MAX_SHOTS = 1000, MAX_INCLUDES = 8 };

/* ---- The task and what it includes ---- */

static bool check_members(struct assay_suite_reader *in,
                          const struct assay_json *root)
{
    static const char *const known[] = {"task",
                                        "task_alias",
                                        "tag",
                                        "group",
                                        "include",
                                        "dataset_path",
                                        "dataset_name",
                                        "dataset_kwargs",
                                        "training_split",
                                        "validation_split",
                                        "test_split",
                                        "fewshot_split",
                                        "doc_to_text",
                                        "doc_to_target",
                                        "doc_to_choice",
                                        "description",
                                        "target_delimiter",
                                        "fewshot_delimiter",
                                        "num_fewshot",
                                        "fewshot_config",
                                        "output_type",
                                        "generation_kwargs",
                                        "repeats",
                                        "filter_list",
                                        "metric_list",
                                        "gen_prefix",
                                        "should_decontaminate",
                                        "doc_to_decontamination_query",
                                        "metadata",
                                        NULL};

    for (const struct assay_json *m = root->first; m; m = m->next) {
        size_t i = 0;
        while (known[i] && !assay_str_is(m->key, known[i]))
            i++;
        if (!known[i])
            return assay_suite_fail(in, m, "'%.*s' is not supported",
                                    ASSAY_STR_ARG(m->key));
    }
    return true;
}

/* Members of the included file under those of the task. */
static const struct assay_json *with_included(struct assay_suite_reader *in,
                                              const struct assay_json *root,
                                              unsigned depth)
{
    const struct assay_json *include = assay_promptfoo_member(root, "include");
    struct assay_suite_file *file;

    if (!check_members(in, root) || !include)
        return check_members(in, root) ? root : NULL;
    if (include->type != ASSAY_JSON_STRING || depth == MAX_INCLUDES) {
        assay_suite_fail(in, include, "'include' is one file, at most %d deep",
                         MAX_INCLUDES);
        return NULL;
    }
    file = assay_suite_open(in, include->text, include);
    const struct assay_json *under =
        file ? assay_suite_document(in, file) : NULL;
    if (!under)
        return NULL;
    if (under->type != ASSAY_JSON_OBJECT) {
        assay_suite_fail(in, under, "expected a mapping");
        return NULL;
    }
    under = with_included(in, under, depth + 1);
    if (!under)
        return NULL;
    struct assay_json *all = assay_json_object(in->arena);
    for (const struct assay_json *m = under->first; m; m = m->next)
        if (!assay_json_get_str(root, m->key))
            assay_json_set_key(all, m->key, assay_json_copy(in->arena, m));
    for (const struct assay_json *m = root->first; m; m = m->next)
        assay_json_set_key(all, m->key, assay_json_copy(in->arena, m));
    assay_suite_add_source(in, all, in->main->path);
    return all;
}

/* ---- Templates ---- */

/* A name of a column is that column; anything else a template. */
static bool read_template(struct assay_lm_eval *t, const char *name,
                          struct assay_template **to)
{
    const struct assay_json *value = assay_promptfoo_member(t->root, name);
    struct assay_str text;

    *to = NULL;
    if (!value || value->type != ASSAY_JSON_STRING)
        return true;
    text = value->text;
    if (assay_json_get_str(t->first, text))
        text =
            assay_arena_printf(t->in->arena, "{{%.*s}}", ASSAY_STR_ARG(text));
    *to = assay_template_read(t->in->arena, text, ASSAY_TEMPLATE_JINJA,
                              t->in->err);
    return *to || assay_fail_in(t->in->err, "%.*s",
                                ASSAY_STR_ARG(assay_suite_where(t->in, value)));
}

/* What a member is for one document: its value, or filled in. */
static bool value_of(struct assay_lm_eval *t, const char *name,
                     const struct assay_template *template,
                     const struct assay_json *doc, const struct assay_json **to)
{
    struct assay_template_scope scope = {.vars = doc};

    *to = assay_promptfoo_member(t->root, name);
    if (!template)
        return true;
    if (assay_template_value(template, t->in->arena, &scope, to, t->in->err))
        return true;
    return assay_fail_in(t->in->err, "%.*s: %s",
                         ASSAY_STR_ARG(assay_suite_where(t->in, doc)), name);
}

static bool text_of(struct assay_lm_eval *t, const char *name,
                    const struct assay_template *template,
                    const struct assay_json *doc, struct assay_str *to)
{
    struct assay_template_scope scope = {.vars = doc};

    if (assay_template_render(template, t->in->arena, &scope, to, t->in->err))
        return true;
    return assay_fail_in(t->in->err, "%.*s: %s",
                         ASSAY_STR_ARG(assay_suite_where(t->in, doc)), name);
}

/* The choices of one document, each a text. */
static bool choices_of(struct assay_lm_eval *t, const struct assay_json *doc,
                       const struct assay_str **choices, size_t *count)
{
    const struct assay_json *list;
    struct assay_str *to;

    *count = 0;
    if (!value_of(t, "doc_to_choice", t->choices, doc, &list))
        return false;
    if (!assay_json_is(list, ASSAY_JSON_ARRAY) &&
        !assay_json_is(list, ASSAY_JSON_OBJECT))
        return assay_suite_fail(t->in, doc, "doc_to_choice gives no list");
    to = ASSAY_NEW_ARRAY(t->in->arena, struct assay_str, list->count + 1);
    *choices = to;
    for (const struct assay_json *c = list->first; c; c = c->next) {
        if (c->type != ASSAY_JSON_STRING && c->type != ASSAY_JSON_NUMBER)
            return assay_suite_fail(t->in, doc, "a choice is a text");
        to[(*count)++] = c->text;
    }
    return *count > 1 || assay_suite_fail(t->in, doc, "fewer than two choices");
}

/* Which choice is right: by number, by a numeral, or by its text. */
static bool gold_of(struct assay_lm_eval *t, const struct assay_json *doc,
                    const struct assay_str *choices, size_t count, size_t *gold)
{
    const struct assay_json *target;
    uint64_t number;

    if (!value_of(t, "doc_to_target", t->target, doc, &target))
        return false;
    if (target && target->type <= ASSAY_JSON_TRUE &&
        target->type >= ASSAY_JSON_FALSE) {
        *gold = target->type == ASSAY_JSON_TRUE;
    } else if (target &&
               (target->type == ASSAY_JSON_NUMBER ||
                target->type == ASSAY_JSON_STRING) &&
               assay_str_to_u64(target->text, &number)) {
        *gold = number < count ? (size_t)number : count;
    } else {
        for (*gold = 0; *gold < count; ++*gold)
            if (target && assay_str_equal(choices[*gold], target->text))
                break;
    }
    return *gold < count ||
           assay_suite_fail(t->in, doc,
                            "doc_to_target is none of the %zu choices", count);
}

/* What stands behind the text of an example: its choice, or its target. */
static bool target_text(struct assay_lm_eval *t, const struct assay_json *doc,
                        struct assay_str *to)
{
    const struct assay_json *target;
    const struct assay_str *choices;
    size_t count, gold;

    if (t->choice)
        return choices_of(t, doc, &choices, &count) &&
               gold_of(t, doc, choices, count, &gold) &&
               (*to = choices[gold], true);
    if (!value_of(t, "doc_to_target", t->target, doc, &target))
        return false;
    if (assay_json_is(target, ASSAY_JSON_ARRAY))
        target = target->first;
    if (!target || target->type > ASSAY_JSON_STRING)
        return assay_suite_fail(t->in, doc, "doc_to_target gives no text");
    *to = target->text;
    return true;
}

/* ---- Contexts ---- */

static bool add_example(struct assay_lm_eval *t, const struct assay_json *doc,
                        struct assay_buf *out)
{
    struct assay_str text, target;

    if (!text_of(t, "doc_to_text", t->text, doc, &text) ||
        !target_text(t, doc, &target))
        return false;
    assay_buf_add(out, text);
    if (target.len) {
        assay_buf_add(out, t->target_delimiter);
        assay_buf_add(out, t->gen_prefix);
        if (t->gen_prefix.len && !assay_str_ends(t->gen_prefix, " "))
            assay_buf_add_char(out, ' ');
        assay_buf_add(out, target);
    }
    assay_buf_add(out, t->fewshot_delimiter);
    return true;
}

/* The examples before a document. */
static bool add_shots(struct assay_lm_eval *t, const struct assay_json *doc,
                      size_t number, struct assay_buf *out)
{
    uint32_t taken = 0;

    if (t->shot_count == 0)
        return true;
    if (t->draws > t->shots.count)
        return assay_suite_fail(t->in, doc, "%u examples wanted of %u",
                                (unsigned)t->draws, (unsigned)t->shots.count);
    for (uint32_t i = 0; i < t->draws && taken < t->shot_count; i++) {
        size_t at = t->first_n ? i : t->drawn[number * t->draws + i];
        const struct assay_json *shot =
            assay_lm_eval_doc(t->in, &t->shots, &t->shots.rows[at]);
        if (!shot)
            return false;
        if (assay_json_equal(shot, doc))
            continue;
        if (!add_example(t, shot, out))
            return false;
        taken++;
    }
    return true;
}

/* ---- Cases ---- */

/* Description, examples and question; *text is the question alone. */
static bool write_context(struct assay_lm_eval *t, const struct assay_json *doc,
                          size_t number, struct assay_str *text,
                          struct assay_buf *out)
{
    if (t->description) {
        if (!text_of(t, "description", t->description, doc, text))
            return false;
        assay_buf_add(out, *text);
    }
    if (!add_shots(t, doc, number, out) ||
        !text_of(t, "doc_to_text", t->text, doc, text))
        return false;
    assay_buf_add(out, *text);
    if (t->gen_prefix.len) {
        assay_buf_add(out, t->target_delimiter);
        assay_buf_add(out, t->gen_prefix);
    }
    return assay_buf_ok(out, t->in->err);
}

static bool make_generate(struct assay_lm_eval *t, const struct assay_json *doc,
                          struct assay_case *to)
{
    struct assay_arena *arena = t->in->arena;
    const struct assay_json *target = NULL;

    to->options = t->options;
    return value_of(t, "doc_to_target", t->target, doc, &target) &&
           (target ||
            assay_suite_fail(t->in, doc, "doc_to_target gives nothing")) &&
           assay_lm_eval_add_metrics(
               t,
               target->type == ASSAY_JSON_ARRAY
                   ? assay_json_copy(arena, target)
                   : assay_json_string(arena, target->text),
               to);
}

static bool make_choice(struct assay_lm_eval *t, const struct assay_json *doc,
                        struct assay_case *to)
{
    const struct assay_str *choices;
    struct assay_str *with;

    to->kind = ASSAY_CASE_CHOICE;
    if (!choices_of(t, doc, &choices, &to->choice_count) ||
        !gold_of(t, doc, choices, to->choice_count, &to->gold))
        return false;
    with = ASSAY_NEW_ARRAY(t->in->arena, struct assay_str, to->choice_count);
    for (size_t i = 0; i < to->choice_count; i++)
        with[i] = assay_arena_printf(t->in->arena, "%.*s%.*s",
                                     ASSAY_STR_ARG(t->target_delimiter),
                                     ASSAY_STR_ARG(choices[i]));
    to->choices = with;
    to->delimiter = t->target_delimiter.len;
    return assay_lm_eval_add_metrics(t, NULL, to);
}

/* For assay_suite_reader.make: a row is a document. */
static bool make(struct assay_suite_reader *in,
                 const struct assay_suite_row *row, size_t nth,
                 struct assay_case *to)
{
    struct assay_lm_eval t = *in->lm_eval;
    const struct assay_json *doc = assay_lm_eval_doc(in, &t.docs, row);
    struct assay_buf out;

    (void)nth; /* each makes one */
    t.in = in;
    if (!doc)
        return false;
    assay_buf_init(&out, (size_t)64 << 20);
    bool ok = write_context(&t, doc, row->first_test, &to->prompt, &out);
    if (ok)
        to->context = assay_arena_copy(in->arena, assay_buf_str(&out));
    assay_buf_release(&out);
    if (!ok)
        return false;
    to->where = assay_suite_where(in, doc);
    to->test_index = row->first_test;
    to->vars = doc;
    to->filters = t.filters;
    to->filter_count = t.filter_count;
    assay_suite_user_message(in, to->context, to);
    return t.choice ? make_choice(&t, doc, to) : make_generate(&t, doc, to);
}

static bool read_shots(struct assay_lm_eval *t)
{
    const struct assay_json *count =
        assay_promptfoo_member(t->root, "num_fewshot");
    const struct assay_json *sampler =
        assay_json_at(t->root, "fewshot_config.sampler");
    uint64_t number = 0;

    if (count && (!assay_json_to_u64(count, &number) || number > MAX_SHOTS))
        return assay_suite_fail(
            t->in, count, "num_fewshot is a whole number up to %d", MAX_SHOTS);
    t->shot_count = (uint32_t)number;
    t->first_n = sampler && assay_str_is(sampler->text, "first_n");
    if (sampler && !t->first_n && !assay_str_is(sampler->text, "default"))
        return assay_suite_fail(t->in, sampler,
                                "a sampler is default or first_n, not '%.*s'",
                                ASSAY_STR_ARG(sampler->text));
    return true;
}

static bool read_kind(struct assay_lm_eval *t)
{
    const struct assay_json *type =
        assay_promptfoo_member(t->root, "output_type");
    struct assay_str name = type ? type->text : ASSAY_STR("generate_until");

    t->choice = assay_str_is(name, "multiple_choice");
    t->in->suite->scoring =
        t->choice ? ASSAY_STR("loglikelihood") : ASSAY_STR("exact_match");
    if (!t->choice && !assay_str_is(name, "generate_until"))
        return assay_suite_fail(t->in, type,
                                "output_type '%.*s' is not supported: "
                                "multiple_choice and generate_until are",
                                ASSAY_STR_ARG(name));
    return true;
}

static struct assay_str delimiter(const struct assay_lm_eval *t,
                                  const char *name, const char *otherwise)
{
    const struct assay_json *value = assay_promptfoo_member(t->root, name);
    return assay_json_is(value, ASSAY_JSON_STRING) ? value->text
                                                   : assay_str_c(otherwise);
}

static bool add_rows(struct assay_suite_reader *in,
                     const struct assay_lm_eval *t)
{
    struct assay_lm_eval *kept =
        ASSAY_NEW(in->base->arena, struct assay_lm_eval);
    struct assay_arena scratch = {0};
    struct assay_suite_reader own;
    bool ok = true;

    *kept = *t;
    in->lm_eval = kept;
    in->make = make;
    own = *in;
    own.arena = &scratch;
    for (size_t i = 0; ok && i < t->docs.count; i++)
        ok = assay_suite_add_single(&own, t->docs.rows[i]);
    assay_arena_free(&scratch);
    return ok;
}

bool assay_suite_read_lm_eval(struct assay_suite_reader *in,
                              const struct assay_json *root)
{
    struct assay_lm_eval t = {.in = in};

    in->suite->format = ASSAY_STR("lm-eval");
    t.root = with_included(in, root, 0);
    if (!t.root)
        return false;
    if (assay_json_is(assay_promptfoo_member(t.root, "task"),
                      ASSAY_JSON_STRING))
        in->suite->name = assay_json_text(t.root, "task");
    t.target_delimiter = delimiter(&t, "target_delimiter", " ");
    t.fewshot_delimiter = delimiter(&t, "fewshot_delimiter", "\n\n");
    t.gen_prefix = delimiter(&t, "gen_prefix", "");
    if (!read_kind(&t) || !read_shots(&t) || !assay_lm_eval_load(&t) ||
        !assay_lm_eval_read_filters(&t) || !assay_lm_eval_read_generation(&t) ||
        !read_template(&t, "doc_to_text", &t.text) ||
        !read_template(&t, "doc_to_target", &t.target) ||
        !read_template(&t, "doc_to_choice", &t.choices) ||
        !read_template(&t, "description", &t.description))
        return false;
    if (!t.text)
        return assay_suite_fail(in, t.root, "doc_to_text is a text");
    if (!assay_promptfoo_member(t.root, "doc_to_target"))
        return assay_suite_fail(in, t.root, "expected doc_to_target");
    return add_rows(in, &t);
}
