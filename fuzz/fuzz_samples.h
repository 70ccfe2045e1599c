/*
 * What holds for whoever reads samples: what is handed over belongs to a set
 * and has the texts that a run needs; what is not says why.
 */
#ifndef ASSAY_FUZZ_SAMPLES_H
#define ASSAY_FUZZ_SAMPLES_H

#include "fuzz_target.h"

#include "assay/file.h"
#include "assay/import.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

struct taken {
    bool in_set;
    uint64_t samples;
};

static inline void stop(const char *why)
{
    fprintf(stderr, "fuzz_samples: %s\n", why);
    abort();
}

static inline bool begin(void *context, const struct assay_sample_set *set,
                         struct assay_error *err)
{
    struct taken *t = context;

    (void)err;
    if (t->in_set || !set->source.len || !set->benchmark.len)
        stop("a set without a name, or inside another");
    t->in_set = true;
    return true;
}

static inline bool take(void *context, const struct assay_sample *sample,
                        struct assay_error *err)
{
    struct taken *t = context;

    (void)err;
    if (!t->in_set || !sample->id.len || !sample->raw.at)
        stop("a sample without what it needs");
    if (!isnan(sample->score) && (sample->score < 0 || sample->score > 1))
        stop("a score that is no share");
    t->samples++;
    return true;
}

static inline bool end(void *context, struct assay_error *err)
{
    struct taken *t = context;

    (void)err;
    t->in_set = false;
    return true;
}

static inline void write_to(const char *path, struct assay_str text)
{
    FILE *file = fopen(path, "we");

    if (!file || fwrite(text.at, 1, text.len, file) != text.len ||
        fclose(file) != 0)
        stop("cannot write");
}

static inline void fuzz_samples(const struct assay_import_format *format,
                                const char *path)
{
    struct taken taken = {0};
    const struct assay_sample_taker taker = {begin, take, end, &taken};
    struct assay_arena arena = {0};
    struct assay_error err = {0};
    struct assay_batch batch;
    uint64_t count;

    assay_batch_init(&batch, &arena);
    batch.source_id = ASSAY_STR("fuzz");
    if (!format->read_samples(&batch, path, &taker, &count, &err)) {
        if (!err.text[0])
            stop("refused without words");
    } else if (taken.in_set || taken.samples != count) {
        stop("not as many samples as it says");
    }
    assay_arena_free(&arena);
}

#endif
