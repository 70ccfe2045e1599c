/*
 * A task of lm-eval while it is read. Private to suite_lm_eval.c and
 * lm_eval_metrics.c.
 */
#ifndef ASSAY_TRIAL_LM_EVAL_PARTS_H
#define ASSAY_TRIAL_LM_EVAL_PARTS_H

#include "trial/promptfoo_parts.h"
#include "trial/python_random.h"

enum { ASSAY_LM_EVAL_SEED = 1234 };

struct assay_lm_eval {
    struct assay_suite_reader *in;
    const struct assay_json *root;         /* with what it includes */
    const struct assay_json *docs, *shots; /* lists of objects */
    bool choice, shots_are_docs, first_n;
    uint32_t shot_count;
    struct assay_template *text, *target, *choices, *description;
    struct assay_str target_delimiter, fewshot_delimiter, gen_prefix;
    struct assay_python_random random;
    const struct assay_filter *filters;
    size_t filter_count;
    const struct assay_json *options;
};

/* One assertion for each metric; `target`: what the answer must be. */
bool assay_lm_eval_add_metrics(struct assay_lm_eval *t,
                               struct assay_json *target,
                               struct assay_case *to);
bool assay_lm_eval_read_filters(struct assay_lm_eval *t);
/* generation_kwargs as options of a case. */
bool assay_lm_eval_read_generation(struct assay_lm_eval *t);

#endif
