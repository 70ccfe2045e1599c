/*
 * How a key may be spelt in a text: as it is, in percent or JSON escapes, in
 * hex, in base64 among other bytes. Private to base.
 */
#ifndef ASSAY_BASE_SECRET_SPELLING_H
#define ASSAY_BASE_SECRET_SPELLING_H

#include "assay/str.h"

enum {
    ASSAY_SECRET_FORMS = 4, /* the key, then its base64 after 0 … 2 bytes */
    /* The longest spelling of a byte: a base64 digit as "\u002f", 4/3 each. */
    ASSAY_SECRET_SPELT = 8,
};

/* Bytes that the forms of a key of so many bytes take. */
size_t assay_secret_forms_bytes(size_t key_bytes);
/*
 * Writes the key's base64 behind each other to `to`; forms[0] is the key.
 * Only those digits that the key alone determines: whatever stands before
 * and behind it, they are there.
 */
void assay_secret_forms(struct assay_str key, char *to,
                        struct assay_str forms[ASSAY_SECRET_FORMS]);
/* The bytes with which a spelling may begin: most texts are told by them. */
struct assay_secret_begins {
    bool first[256], second[256];
};
/* Marks those of one key. */
void assay_secret_begins(const struct assay_str forms[ASSAY_SECRET_FORMS],
                         struct assay_secret_begins *begins);
/* Whether a marked key may stand at the front of a text that is not empty. */
bool assay_secret_may_begin(const struct assay_secret_begins *begins,
                            struct assay_str text);
/* Bytes of the spelling that the text begins with; 0: none. */
size_t assay_secret_spelt(const struct assay_str forms[ASSAY_SECRET_FORMS],
                          struct assay_str text);

#endif
