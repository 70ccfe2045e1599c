/*
 * The reference values of tests/trial/data, and comparison to the digit that
 * is printed there. The files came from an independent reckoning.
 */
#ifndef ASSAY_TESTS_TRIAL_STATISTICS_VECTORS_H
#define ASSAY_TESTS_TRIAL_STATISTICS_VECTORS_H

#include "assay/file.h"
#include "assay/json.h"
#include "assay/statistics.h"

#include "support/support.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A whole file of vectors, in the arena. */
static inline struct assay_json *load_vectors(struct assay_arena *arena,
                                              const char *name)
{
    struct assay_error err = {0};
    struct assay_str text;
    const char *path =
        assay_arena_printf(arena, "tests/trial/data/%s", name).at;
    if (!assay_file_read(arena, path, ASSAY_MIB(1), &text, &err))
        fail_msg("%s", err.text);
    struct assay_json *file = assay_json_parse(arena, text, NULL, &err);
    if (!file)
        fail_msg("%s: %s", name, err.text);
    return file;
}

static inline double vector_number(const struct assay_json *value)
{
    char text[64];
    if (!assay_json_is(value, ASSAY_JSON_NUMBER))
        fail_msg("a vector is no number");
    snprintf(text, sizeof(text), "%.*s", ASSAY_STR_ARG(value->text));
    return strtod(text, NULL);
}

static inline double vector_at(const struct assay_json *object, const char *key)
{
    return vector_number(assay_json_get(object, key));
}

static inline uint64_t vector_count(const struct assay_json *object,
                                    const char *key)
{
    uint64_t count;
    if (!assay_json_to_u64(assay_json_get(object, key), &count))
        fail_msg("'%s' is no count", key);
    return count;
}

/* Both printed by one format are the same text. */
static inline void assert_prints(const char *what,
                                 const struct assay_json *vector, double ours,
                                 int digits)
{
    char wanted[64];
    char got[64];
    snprintf(wanted, sizeof(wanted), "%.*g", digits, vector_number(vector));
    snprintf(got, sizeof(got), "%.*g", digits, ours);
    if (strcmp(wanted, got))
        fail_msg("%s (line %u): %s, expected %s", what, (unsigned)vector->line,
                 got, wanted);
}

/* The ten digits of stats_vectors.json. */
static inline void assert_vector(const struct assay_json *object,
                                 const char *key, double ours)
{
    assert_prints(key, assay_json_get(object, key), ours, 10);
}

static inline void assert_vector_pair(const struct assay_json *object,
                                      const char *key,
                                      struct assay_interval ours)
{
    const struct assay_json *pair = assay_json_get(object, key);
    assert_int_equal(pair->count, 2);
    assert_prints(key, pair->first, ours.low, 10);
    assert_prints(key, pair->last, ours.high, 10);
}

/* An array of numbers, in the arena. */
static inline struct assay_values vector_values(struct assay_arena *arena,
                                                const struct assay_json *array)
{
    double *values = ASSAY_NEW_ARRAY(arena, double, array->count);
    for (struct assay_json *v = array->first; v; v = v->next)
        values[v->index] = vector_number(v);
    return (struct assay_values){values, array->count};
}

/* How many times a value, to write d as [1]*6 + [-1]*1 + [0]*23. */
struct run_of {
    size_t count;
    double value;
};
static inline struct assay_values repeat_values(struct assay_arena *arena,
                                                const struct run_of *runs,
                                                size_t run_count)
{
    size_t count = 0;
    for (size_t i = 0; i < run_count; i++)
        count += runs[i].count;
    double *values = ASSAY_NEW_ARRAY(arena, double, count);
    double *at = values;
    for (size_t i = 0; i < run_count; i++)
        for (size_t k = 0; k < runs[i].count; k++)
            *at++ = runs[i].value;
    return (struct assay_values){values, count};
}
#define VALUES(arena, ...)                                 \
    repeat_values(arena, (struct run_of[]){__VA_ARGS__},   \
                  sizeof((struct run_of[]){__VA_ARGS__}) / \
                      sizeof(struct run_of))

#endif
