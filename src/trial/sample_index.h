/*
 * Which samples of two files are one: by question and reference, or else by
 * id and reference. Private to trial.
 */
#ifndef ASSAY_TRIAL_SAMPLE_INDEX_H
#define ASSAY_TRIAL_SAMPLE_INDEX_H

#include "assay/error.h"
#include "assay/json.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ASSAY_NO_SAMPLE UINT32_MAX

/* Half a SHA-256. */
struct assay_sample_key {
    uint64_t a, b;
};

struct assay_sample_keys {
    struct assay_sample_key whole, by_id;
    bool has_id; /* there is an id, and a reference */
};
struct assay_sample_keys assay_sample_keys(struct assay_str id,
                                           struct assay_str raw,
                                           const struct assay_json *reference);

/* Keys and places, 24 bytes each; empty when zeroed. */
struct assay_sample_index {
    struct assay_sample_slot *slots;
    size_t slot_count, used;
};
/* A key that leads to two places leads nowhere from then on. */
bool assay_sample_learn(struct assay_sample_index *index,
                        const struct assay_sample_keys *keys, uint32_t place,
                        struct assay_error *err);
/* The place, or ASSAY_NO_SAMPLE. */
uint32_t assay_sample_find(const struct assay_sample_index *index,
                           struct assay_sample_key key);
void assay_sample_index_free(struct assay_sample_index *index);

#endif
