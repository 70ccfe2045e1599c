/*
 * YAML 1.2 (core schema) as a JSON tree: data only, nothing is constructed.
 * Private to trial.
 *
 * Taken as js-yaml 4 takes it: "yes" and "017" are a text and 17, a merge
 * key `<<` gives way to the mapping's own members. Refused: duplicate keys,
 * tags but the core ones ("!function"), keys that are no scalars, an anchor
 * inside itself, aliases that make more than 1 Mi values, a second document,
 * infinities.
 * Source: yaml.org/spec/1.2.2 chapters 6 to 10, read 2026-11-22.
 */
#ifndef ASSAY_TRIAL_YAML_H
#define ASSAY_TRIAL_YAML_H

#include "assay/json.h"

/*
 * The tree lives in the arena, lines set; texts are copies. An empty text is
 * null. NULL: BAD_INPUT or LIMIT (16 MiB, depth 64), with line and column.
 *
 * `first_date`, if not NULL, is the line of the first plain scalar that
 * other readers take for a date (2026-11-22); 0: none. It is read as a text.
 */
struct assay_json *assay_yaml_parse(struct assay_arena *arena,
                                    struct assay_str text, uint32_t *first_date,
                                    struct assay_error *err);

#endif
