/*
 * A task of lm-eval. Private to suite_lm_eval.c and lm_eval_*.c.
 */
#ifndef ASSAY_TRIAL_LM_EVAL_PARTS_H
#define ASSAY_TRIAL_LM_EVAL_PARTS_H

#include "trial/promptfoo_parts.h"
#include "trial/python_random.h"

enum { ASSAY_LM_EVAL_SEED = 1234 };

/* Documents: lines of a file, or elements of a list. */
struct assay_lm_eval_split {
    const struct assay_suite_file *file;
    const struct assay_json *list;
    struct assay_suite_row *rows; /* where each stands */
    size_t count;
};

struct assay_lm_eval {
    struct assay_suite_reader *in;
    const struct assay_json *root; /* with what it includes */
    struct assay_lm_eval_split docs, shots;
    const struct assay_json *first; /* of the docs, or NULL */
    const uint32_t *drawn;          /* [docs][draws]: which shots; or NULL */
    uint32_t draws;
    bool choice, shots_are_docs, first_n;
    uint32_t shot_count;
    struct assay_template *text, *target, *choices, *description;
    struct assay_str target_delimiter, fewshot_delimiter, gen_prefix;
    const struct assay_filter *filters;
    size_t filter_count;
    const struct assay_json *options;
};

/* The splits the task names, and the draw of its examples. */
bool assay_lm_eval_load(struct assay_lm_eval *t);
/* One document of a split; NULL: told. */
const struct assay_json *assay_lm_eval_doc(
    struct assay_suite_reader *in, const struct assay_lm_eval_split *from,
    const struct assay_suite_row *row);
/* One assertion for each metric; `target`: what the answer must be. */
bool assay_lm_eval_add_metrics(struct assay_lm_eval *t,
                               struct assay_json *target,
                               struct assay_case *to);
bool assay_lm_eval_read_filters(struct assay_lm_eval *t);
/* generation_kwargs as options of a case. */
bool assay_lm_eval_read_generation(struct assay_lm_eval *t);

#endif
