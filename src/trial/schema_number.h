/*
 * Numbers of JSON texts, exactly, whatever their length: never a double.
 * Private to trial.
 */
#ifndef ASSAY_TRIAL_SCHEMA_NUMBER_H
#define ASSAY_TRIAL_SCHEMA_NUMBER_H

#include "assay/str.h"

/* By value: 1.0 and 1e0 are equal; <0, 0, >0. */
int assay_number_compare(struct assay_str a, struct assay_str b);
/* Equal numbers have equal hashes. */
uint64_t assay_number_hash(struct assay_str number);
/* Without a fraction: 1.0 and 1e3 are whole. */
bool assay_number_is_whole(struct assay_str number);
/* A divisor that assay_number_divides takes: above 0, up to 18 digits. */
bool assay_number_is_divisor(struct assay_str number);
bool assay_number_divides(struct assay_str divisor, struct assay_str number);

#endif
