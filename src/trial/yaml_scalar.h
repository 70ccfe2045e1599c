/*
 * What a plain YAML scalar is. Private to the YAML reader.
 */
#ifndef ASSAY_TRIAL_YAML_SCALAR_H
#define ASSAY_TRIAL_YAML_SCALAR_H

#include "assay/json.h"

enum assay_yaml_plain {
    ASSAY_YAML_NULL,
    ASSAY_YAML_FALSE,
    ASSAY_YAML_TRUE,
    ASSAY_YAML_NUMBER,
    ASSAY_YAML_INFINITE, /* .inf and .nan: JSON has no number for them */
    ASSAY_YAML_TEXT,
};

/* The core schema; for a number *json is it as JSON writes it. */
enum assay_yaml_plain assay_yaml_resolve(struct assay_arena *arena,
                                         struct assay_str text,
                                         struct assay_str *json);
/* 2026-11-22, and with a time: a date to readers of YAML 1.1. */
bool assay_yaml_is_date(struct assay_str text);

#endif
