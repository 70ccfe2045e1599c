/*
 * PCRE2 for texts of 16-bit units, loaded when an expression is first
 * compiled: a comparison of facts needs none of it. JavaScript's strings are
 * such texts, so that "." and "{3}" count as they do there. Private to trial.
 */
#ifndef ASSAY_TRIAL_PCRE_LIBRARY_H
#define ASSAY_TRIAL_PCRE_LIBRARY_H

#include "assay/error.h"

#define PCRE2_CODE_UNIT_WIDTH 16
#include <pcre2.h>

/* The functions of pcre2.h, by their own names. */
struct assay_pcre {
    pcre2_general_context_16 *(*general_context_create)(
        void *(*take)(size_t, void *), void (*give)(void *, void *), void *);
    pcre2_compile_context_16 *(*compile_context_create)(
        pcre2_general_context_16 *);
    int (*set_parens_nest_limit)(pcre2_compile_context_16 *, uint32_t);
    pcre2_code_16 *(*compile)(PCRE2_SPTR16, PCRE2_SIZE, uint32_t, int *,
                              PCRE2_SIZE *, pcre2_compile_context_16 *);
    pcre2_match_context_16 *(*match_context_create)(pcre2_general_context_16 *);
    void (*match_context_free)(pcre2_match_context_16 *);
    int (*set_callout)(pcre2_match_context_16 *,
                       int (*)(pcre2_callout_block_16 *, void *), void *);
    int (*set_match_limit)(pcre2_match_context_16 *, uint32_t);
    int (*set_depth_limit)(pcre2_match_context_16 *, uint32_t);
    int (*set_heap_limit)(pcre2_match_context_16 *, uint32_t);
    pcre2_match_data_16 *(*match_data_create)(uint32_t,
                                              pcre2_general_context_16 *);
    void (*match_data_free)(pcre2_match_data_16 *);
    int (*match)(const pcre2_code_16 *, PCRE2_SPTR16, PCRE2_SIZE, PCRE2_SIZE,
                 uint32_t, pcre2_match_data_16 *, pcre2_match_context_16 *);
    PCRE2_SIZE *(*get_ovector_pointer)(pcre2_match_data_16 *);
    int (*get_error_message)(int, PCRE2_UCHAR16 *, PCRE2_SIZE);
};

/* Stays loaded once it was. SYSTEM: it is not there, or lacks a function. */
bool assay_pcre_load(struct assay_pcre *pcre, struct assay_error *err);

#endif
