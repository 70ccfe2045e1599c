/*
 * The tables of identity_names.c, for their own functions and the test that
 * they are sorted.
 */
#ifndef ASSAY_CATALOG_IDENTITY_NAMES_H
#define ASSAY_CATALOG_IDENTITY_NAMES_H

#include "assay/str.h"

struct assay_known_provider {
    const char *id;
    const char *name;    /* for people */
    const char *creator; /* whose own API it is, or "" */
};
extern const struct assay_known_provider assay_known_providers[];
extern const size_t assay_known_provider_count;
/* By any spelling; NULL for a name that no table knows. */
const struct assay_known_provider *assay_known_provider_find(
    struct assay_str spelling);

struct assay_known_creator {
    const char *id;
    const char *name;
};
extern const struct assay_known_creator assay_known_creators[];
extern const size_t assay_known_creator_count;

/* Another spelling of an id. */
struct assay_spelling {
    const char *spelling;
    const char *id;
};
extern const struct assay_spelling assay_provider_spellings[];
extern const size_t assay_provider_spelling_count;
extern const struct assay_spelling assay_creator_spellings[];
extern const size_t assay_creator_spelling_count;

#endif
