/*
 * Is a set of samples one that can be kept: its names go into claims in the
 * end, so the catalog's own rule for a text decides.
 */
#include "assay/published.h"

#include "assay/facts.h"

enum { MAX_NAME_BYTES = 500 };

static bool is_text(struct assay_str text, struct assay_error *fault)
{
    struct assay_arena arena = {0};
    struct assay_json *model = assay_json_object(&arena);
    struct assay_batch batch;
    bool ok;

    assay_batch_init(&batch, &arena);
    assay_json_set_c(&arena, model, "id", "any/model");
    assay_json_set_text(&arena, model, "note", text);
    ok = assay_batch_add(&batch, ASSAY_SUBJECT_MODEL, model, fault);
    assay_arena_free(&arena);
    return ok;
}

static bool check_text(const char *of, struct assay_str text, bool needed,
                       struct assay_error *err)
{
    struct assay_error fault = {0};

    if (text.len == 0)
        return !needed || assay_fail(err, ASSAY_BAD_INPUT,
                                     "a set of samples has no %s", of);
    if (text.len > MAX_NAME_BYTES)
        return assay_fail(err, ASSAY_BAD_INPUT,
                          "the %s of a set of samples has %zu bytes, expected "
                          "at most %d",
                          of, text.len, MAX_NAME_BYTES);
    return is_text(text, &fault) ||
           assay_fail(err, ASSAY_BAD_INPUT, "the %s of a set of samples: %s",
                      of, fault.text);
}

bool assay_published_check(const struct assay_sample_set *set,
                           struct assay_error *err)
{
    return check_text("benchmark", set->benchmark, true, err) &&
           check_text("source", set->source, true, err) &&
           check_text("day", set->day, true, err) &&
           check_text("publisher", set->publisher, true, err) &&
           check_text("metric", set->metric, false, err) &&
           check_text("harness", set->harness, false, err) &&
           check_text("label", set->label, false, err) &&
           check_text("model", set->model, false, err);
}
