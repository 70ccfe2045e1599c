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

enum {
    SEED = ASSAY_LM_EVAL_SEED,
    MAX_SHOTS = 1000,
    MAX_INCLUDES = 8,
};

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

/* ---- Data ---- */

/* The rows of a split named in dataset_kwargs.data_files; NULL: told. */
static const struct assay_json *load_split(struct assay_lm_eval *t,
                                           const struct assay_json *split)
{
    struct assay_suite_reader *in = t->in;
    const struct assay_json *files =
        assay_json_at(t->root, "dataset_kwargs.data_files");
    const struct assay_json *name = files;

    if (assay_json_is(files, ASSAY_JSON_OBJECT))
        name = assay_json_get_str(files, split->text);
    else if (!assay_str_is(split->text, "train"))
        name = NULL; /* one file alone is the split "train" */
    if (!assay_json_is(name, ASSAY_JSON_STRING)) {
        assay_suite_fail(in, split,
                         "split '%.*s' has no file in "
                         "dataset_kwargs.data_files",
                         ASSAY_STR_ARG(split->text));
        return NULL;
    }
    struct assay_suite_file *file = assay_suite_open(in, name->text, name);
    const struct assay_json *rows =
        file ? assay_suite_document(in, file) : NULL;
    if (!rows)
        return NULL;
    for (const struct assay_json *r = rows->first; r; r = r->next)
        if (rows->type != ASSAY_JSON_ARRAY || r->type != ASSAY_JSON_OBJECT) {
            assay_suite_fail(in, r, "expected an object in each line");
            return NULL;
        }
    return rows;
}

static bool load_data(struct assay_lm_eval *t)
{
    struct assay_suite_reader *in = t->in;
    const struct assay_json *path =
        assay_promptfoo_member(t->root, "dataset_path");
    const struct assay_json *test =
        assay_promptfoo_member(t->root, "test_split");
    const struct assay_json *dev =
        assay_promptfoo_member(t->root, "validation_split");
    const struct assay_json *train =
        assay_promptfoo_member(t->root, "training_split");
    const struct assay_json *shots =
        assay_promptfoo_member(t->root, "fewshot_split");
    const struct assay_json *docs = test ? test : dev;
    const struct assay_json *samples =
        assay_json_at(t->root, "fewshot_config.samples");

    if (!path || !assay_str_is(path->text, "json"))
        return assay_suite_fail(in, path ? path : t->root,
                                "data comes from local files: save the data "
                                "set as JSONL, then dataset_path: json with "
                                "dataset_kwargs.data_files");
    if (!docs)
        return assay_suite_fail(in, t->root,
                                "expected test_split or validation_split");
    t->docs = load_split(t, docs);
    if (!t->docs)
        return false;
    if (t->shot_count == 0)
        return true;
    if (samples) {
        t->shots = samples;
        return samples->type == ASSAY_JSON_ARRAY ||
               assay_suite_fail(in, samples,
                                "fewshot_config.samples is a list here");
    }
    t->shots_are_docs =
        shots && test && assay_str_equal(shots->text, test->text);
    if (!shots)
        shots = train ? train : dev ? dev : test;
    t->shots = assay_str_equal(shots->text, docs->text) ? t->docs
                                                        : load_split(t, shots);
    return t->shots != NULL;
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
    if (assay_json_get_str(t->docs->first, text))
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

/* The examples before a document, drawn as lm-eval draws them. */
static bool add_shots(struct assay_lm_eval *t, const struct assay_json *doc,
                      const struct assay_json **index, struct assay_buf *out)
{
    struct assay_arena scratch = {0};
    uint32_t wanted = t->shot_count, taken = 0;
    uint32_t drawn = wanted + (t->shots_are_docs && !t->first_n ? 1 : 0);
    uint32_t *chosen;
    bool ok = true;

    if (wanted == 0)
        return true;
    if (drawn > t->shots->count)
        return assay_suite_fail(t->in, doc, "%u examples wanted of %u",
                                (unsigned)drawn, (unsigned)t->shots->count);
    chosen = ASSAY_NEW_ARRAY(&scratch, uint32_t, drawn);
    if (t->first_n)
        for (uint32_t i = 0; i < drawn; i++)
            chosen[i] = i;
    else
        assay_python_random_sample(&t->random, &scratch, t->shots->count, drawn,
                                   chosen);
    for (uint32_t i = 0; i < drawn && ok && taken < wanted; i++) {
        const struct assay_json *shot = index[chosen[i]];
        if (assay_json_equal(shot, doc))
            continue;
        ok = add_example(t, shot, out);
        taken++;
    }
    assay_arena_free(&scratch);
    return ok;
}

/* ---- Cases ---- */

static bool add_case(struct assay_lm_eval *t, const struct assay_json *doc,
                     const struct assay_json **index)
{
    struct assay_suite_reader *in = t->in;
    struct assay_case *one = assay_suite_new_case(in);
    const struct assay_json *target = NULL;
    struct assay_str text = ASSAY_STR("");
    struct assay_buf out;
    bool ok;

    if (!one)
        return false;
    assay_buf_init(&out, (size_t)64 << 20);
    ok = (!t->description ||
          text_of(t, "description", t->description, doc, &text));
    assay_buf_add(&out, text);
    ok = ok && add_shots(t, doc, index, &out) &&
         text_of(t, "doc_to_text", t->text, doc, &text);
    assay_buf_add(&out, text);
    if (t->gen_prefix.len) {
        assay_buf_add(&out, t->target_delimiter);
        assay_buf_add(&out, t->gen_prefix);
    }
    ok = ok && assay_buf_ok(&out, in->err);
    one->context = assay_arena_copy(in->arena, assay_buf_str(&out));
    assay_buf_release(&out);
    if (!ok)
        return false;
    one->where = assay_suite_where(in, doc);
    one->prompt = text;
    one->test_index = doc->index;
    one->vars = doc;
    one->filters = t->filters;
    one->filter_count = t->filter_count;
    assay_suite_user_message(in, one->context, one);
    if (!t->choice) {
        one->options = t->options;
        return value_of(t, "doc_to_target", t->target, doc, &target) &&
               (target ||
                assay_suite_fail(in, doc, "doc_to_target gives nothing")) &&
               assay_lm_eval_add_metrics(
                   t,
                   target->type == ASSAY_JSON_ARRAY
                       ? assay_json_copy(in->arena, target)
                       : assay_json_string(in->arena, target->text),
                   one);
    }
    const struct assay_str *choices;
    one->kind = ASSAY_CASE_CHOICE;
    if (!choices_of(t, doc, &choices, &one->choice_count) ||
        !gold_of(t, doc, choices, one->choice_count, &one->gold))
        return false;
    struct assay_str *with =
        ASSAY_NEW_ARRAY(in->arena, struct assay_str, one->choice_count);
    for (size_t i = 0; i < one->choice_count; i++)
        with[i] = assay_arena_printf(in->arena, "%.*s%.*s",
                                     ASSAY_STR_ARG(t->target_delimiter),
                                     ASSAY_STR_ARG(choices[i]));
    one->choices = with;
    one->delimiter = t->target_delimiter.len;
    return assay_lm_eval_add_metrics(t, NULL, one);
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

bool assay_suite_read_lm_eval(struct assay_suite_reader *in,
                              const struct assay_json *root)
{
    struct assay_lm_eval t = {.in = in};
    uint32_t i = 0;

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
    assay_python_random_init(&t.random, SEED);
    if (!read_kind(&t) || !read_shots(&t) || !load_data(&t) ||
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
    const struct assay_json **index =
        ASSAY_NEW_ARRAY(in->arena, const struct assay_json *,
                        (t.shots ? t.shots->count : 0) + 1);
    for (const struct assay_json *s = t.shots ? t.shots->first : NULL; s;
         s = s->next)
        index[i++] = s;
    for (const struct assay_json *doc = t.docs->first; doc; doc = doc->next)
        if (!add_case(&t, doc, index))
            return false;
    return true;
}
