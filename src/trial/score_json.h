/* JSON in answers. Private to score*.c. */
#ifndef ASSAY_TRIAL_SCORE_JSON_H
#define ASSAY_TRIAL_SCORE_JSON_H

#include "assay/error.h"
#include "assay/json.h"

/*
 * As JSON.parse() takes it: of two members of one name the last counts.
 * Lone surrogates and more than 512 levels are refused.
 */
struct assay_json *assay_score_parse_json(struct assay_arena *arena,
                                          struct assay_str text,
                                          struct assay_error *err);
/* Equal by value: members in any order, 1.0 is 1. */
bool assay_json_same(const struct assay_json *a, const struct assay_json *b);

#endif
