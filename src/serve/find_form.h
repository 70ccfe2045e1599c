/*
 * The constraint search as a form: fields to terms, and terms back to
 * fields. Private to serve.
 */
#ifndef ASSAY_SERVE_FIND_FORM_H
#define ASSAY_SERVE_FIND_FORM_H

#include "serve/place.h"

/*
 * True when the query holds fields of the form; *q is then what they say as
 * terms, commas between: capabilities, the other fields, and what was
 * written out. BAD_INPUT: the encoding.
 */
bool assay_find_form_read(const struct assay_visit *visit, struct assay_str *q,
                          bool *sent, struct assay_error *err);
/* The form, filled in from the terms; whatever has no field of its own stays
   written out, also what cannot be read. */
void assay_find_form_write(struct assay_buf *out,
                           const struct assay_visit *visit, struct assay_str q);

/* The next term of a text of terms, which is taken off; empty: no more. */
struct assay_str assay_find_next_term(struct assay_str *text);

#endif
