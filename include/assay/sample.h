/*
 * Answers that others published with their scores, sample by sample: what
 * readers of formats hand over, and what runs are made of. No code;
 * everything is borrowed.
 */
#ifndef ASSAY_SAMPLE_H
#define ASSAY_SAMPLE_H

#include "assay/error.h"
#include "assay/json.h"
#include "assay/str.h"

/*
 * The samples of one evaluation of one model. Sets of the same benchmark,
 * metric, harness and evaluation are compared with each other.
 */
struct assay_sample_set {
    struct assay_str format;           /* "every-eval-ever" */
    struct assay_str benchmark;        /* "Trade Exam" */
    struct assay_str metric;           /* "accuracy" */
    struct assay_str harness;          /* "lm_eval", without its version */
    struct assay_str evaluation;       /* empty, or: within it alone */
    struct assay_str publisher;        /* for people */
    struct assay_str source;           /* names the set */
    struct assay_str model;            /* its id; empty: not known */
    struct assay_str label;            /* for people; empty: the model's name */
    struct assay_str day;              /* "2026-06-15" */
    struct assay_str sha256;           /* of the bytes it was read from */
    const struct assay_json *settings; /* generation arguments, or NULL */
    bool graded;                       /* scores are compared, not who passed */
};

struct assay_sample {
    struct assay_str id;                /* in the dataset */
    struct assay_str raw;               /* what was asked */
    const struct assay_json *reference; /* array of right answers, or NULL */
    struct assay_str cluster; /* samples of one that stand together count
                                 once; empty: it counts alone */
    struct assay_str answer, reasoning;
    struct assay_str error;  /* why no answer came; empty: one did */
    struct assay_str reason; /* of the mark; empty: not told */
    bool passed;
    bool unscored;     /* it was put to no test */
    double score;      /* 0 … 1; NaN: none */
    double latency_ms; /* as reported, comparable with nothing; not above 0:
                          none */
    bool has_usage;
    uint64_t input_tokens, output_tokens;
};

/* Who takes them: each set is begun, its samples follow, it is ended. */
struct assay_sample_taker {
    bool (*begin)(void *context, const struct assay_sample_set *set,
                  struct assay_error *err);
    bool (*take)(void *context, const struct assay_sample *sample,
                 struct assay_error *err);
    bool (*end)(void *context, struct assay_error *err);
    void *context;
};

#endif
