/*
 * The documents of an lm-eval task and which of them stand as examples before
 * others: JSONL files, of which only the places of lines are kept.
 */
#include "trial/lm_eval_parts.h"

static bool is_object(struct assay_suite_reader *in,
                      const struct assay_json *doc)
{
    return assay_json_is(doc, ASSAY_JSON_OBJECT) ||
           assay_suite_fail(in, doc, "expected an object in each line");
}

const struct assay_json *assay_lm_eval_doc(
    struct assay_suite_reader *in, const struct assay_lm_eval_split *from,
    const struct assay_suite_row *row)
{
    const struct assay_json *doc =
        from->file
            ? assay_suite_line_value(in, from->file, row->at.offset, row->line)
            : row->at.node;

    return doc && is_object(in, doc) ? doc : NULL;
}

static bool find_lines(struct assay_lm_eval *t,
                       const struct assay_suite_file *file,
                       struct assay_lm_eval_split *to)
{
    struct assay_suite_line line = {0};
    size_t count = 0;

    while (assay_suite_next_line(file, &line))
        count++;
    *to = (struct assay_lm_eval_split){
        .file = file,
        .rows = ASSAY_NEW_ARRAY(t->in->base->arena, struct assay_suite_row,
                                count + 1)};
    line = (struct assay_suite_line){0};
    while (assay_suite_next_line(file, &line))
        to->rows[to->count++] = (struct assay_suite_row){
            .at.offset = line.offset, .line = line.number};
    return true;
}

static bool find_elements(struct assay_lm_eval *t,
                          const struct assay_json *list,
                          struct assay_lm_eval_split *to)
{
    *to = (struct assay_lm_eval_split){
        .list = list,
        .rows = ASSAY_NEW_ARRAY(t->in->base->arena, struct assay_suite_row,
                                list->count + 1)};
    for (const struct assay_json *e = list->first; e; e = e->next) {
        if (list->type != ASSAY_JSON_ARRAY)
            return assay_suite_fail(t->in, e,
                                    "expected an object in each line");
        to->rows[to->count++] = (struct assay_suite_row){.at.node = e};
    }
    return true;
}

/* Where the rows of a split stand that dataset_kwargs.data_files names. */
static bool load_split(struct assay_lm_eval *t, const struct assay_json *split,
                       struct assay_lm_eval_split *to)
{
    struct assay_suite_reader *in = t->in;
    const struct assay_json *files =
        assay_json_at(t->root, "dataset_kwargs.data_files");
    const struct assay_json *name = files, *list;

    if (assay_json_is(files, ASSAY_JSON_OBJECT))
        name = assay_json_get_str(files, split->text);
    else if (!assay_str_is(split->text, "train"))
        name = NULL; /* one file alone is the split "train" */
    if (!assay_json_is(name, ASSAY_JSON_STRING))
        return assay_suite_fail(in, split,
                                "split '%.*s' has no file in "
                                "dataset_kwargs.data_files",
                                ASSAY_STR_ARG(split->text));
    struct assay_suite_file *file = assay_suite_open(in, name->text, name);
    if (!file)
        return false;
    if (assay_str_is(assay_suite_extension(in, file->path), ".jsonl"))
        return find_lines(t, file, to);
    list = assay_suite_document(in, file);
    return list && find_elements(t, list, to);
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
    if (!load_split(t, docs, &t->docs))
        return false;
    t->first =
        t->docs.count ? assay_lm_eval_doc(in, &t->docs, t->docs.rows) : NULL;
    if (t->docs.count && !t->first)
        return false;
    if (t->shot_count == 0)
        return true;
    if (samples && samples->type != ASSAY_JSON_ARRAY)
        return assay_suite_fail(in, samples,
                                "fewshot_config.samples is a list here");
    if (samples)
        return find_elements(t, samples, &t->shots);
    t->shots_are_docs =
        shots && test && assay_str_equal(shots->text, test->text);
    if (!shots)
        shots = train ? train : dev ? dev : test;
    if (!assay_str_equal(shots->text, docs->text))
        return load_split(t, shots, &t->shots);
    t->shots = t->docs;
    return true;
}

/*
 * Which examples stand before each document, drawn in their order as lm-eval
 * draws them. Too few of them are told when the first case is made.
 */
static bool draw_shots(struct assay_lm_eval *t)
{
    struct assay_arena scratch = {0};
    struct assay_python_random random;
    uint32_t *drawn;

    t->draws = t->shot_count + (t->shots_are_docs && !t->first_n ? 1 : 0);
    if (t->shot_count == 0 || t->first_n || t->draws > t->shots.count)
        return true;
    drawn = assay_arena_try(t->in->base->arena, t->docs.count,
                            t->draws * sizeof *drawn);
    if (!drawn)
        return assay_fail(t->in->err, ASSAY_SYSTEM,
                          "no memory for the examples of %zu documents",
                          t->docs.count);
    assay_python_random_init(&random, ASSAY_LM_EVAL_SEED);
    for (size_t i = 0; i < t->docs.count; i++) {
        assay_python_random_sample(&random, &scratch, (uint32_t)t->shots.count,
                                   t->draws, drawn + i * t->draws);
        assay_arena_free(&scratch);
    }
    t->drawn = drawn;
    return true;
}

bool assay_lm_eval_load(struct assay_lm_eval *t)
{
    return load_data(t) && draw_shots(t);
}
