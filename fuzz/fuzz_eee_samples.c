/*
 * A record of Every Eval Ever (the first line of the input) and the samples
 * beside it (the rest): what is handed over belongs to a set, and has the
 * texts that a run needs; what is not says why.
 */
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

static void stop(const char *why)
{
    fprintf(stderr, "fuzz_eee_samples: %s\n", why);
    abort();
}

static bool begin(void *context, const struct assay_sample_set *set,
                  struct assay_error *err)
{
    struct taken *t = context;

    (void)err;
    if (t->in_set || !set->model.len || !set->source.len || !set->benchmark.len)
        stop("a set without a name, or inside another");
    t->in_set = true;
    return true;
}

static bool take(void *context, const struct assay_sample *sample,
                 struct assay_error *err)
{
    struct taken *t = context;

    (void)err;
    if (!t->in_set || !sample->id.len || !sample->raw.at || !sample->reference)
        stop("a sample without what it needs");
    if (!isnan(sample->score) && (sample->score < 0 || sample->score > 1))
        stop("a score that is no share");
    t->samples++;
    return true;
}

static bool end(void *context, struct assay_error *err)
{
    struct taken *t = context;

    (void)err;
    t->in_set = false;
    return true;
}

static void write_to(const char *path, struct assay_str text)
{
    FILE *file = fopen(path, "we");

    if (!file || fwrite(text.at, 1, text.len, file) != text.len ||
        fclose(file) != 0)
        stop("cannot write");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    char folder[] = "/tmp/assay-fuzz-XXXXXX", record[64], lines[64];
    struct assay_str input = {(const char *)data, len};
    struct assay_str first = input, rest = {"", 0};
    struct taken taken = {0};
    const struct assay_sample_taker taker = {begin, take, end, &taken};
    struct assay_arena arena = {0};
    struct assay_error err = {0};
    struct assay_batch batch;
    uint64_t count;

    (void)assay_str_cut(input, '\n', &first, &rest);
    if (!mkdtemp(folder))
        stop("no folder");
    snprintf(record, sizeof record, "%s/record.json", folder);
    snprintf(lines, sizeof lines, "%s/lines.jsonl", folder);
    write_to(record, first);
    write_to(lines, rest);
    assay_batch_init(&batch, &arena);
    if (!assay_import_samples(&batch, record, &taker, &count, &err)) {
        if (!err.text[0])
            stop("refused without words");
    } else if (taken.in_set || taken.samples != count) {
        stop("not as many samples as it says");
    }
    assay_arena_free(&arena);
    unlink(record);
    unlink(lines);
    rmdir(folder);
    return 0;
}
