/*
 * Text as pointer and length: borrowed, not terminated, never NULL inside
 * (an empty one points at ""). Print with "%.*s" and ASSAY_STR_ARG.
 */
#ifndef ASSAY_STR_H
#define ASSAY_STR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct assay_str {
    const char *at;
    size_t len;
};

#define ASSAY_STR(literal) \
    ((struct assay_str){"" literal, sizeof("" literal) - 1})
#define ASSAY_STR_ARG(s) (int)(s).len, (s).at

/* Borrows a C string; NULL gives the empty text. */
struct assay_str assay_str_c(const char *text);

bool assay_str_equal(struct assay_str a, struct assay_str b);
bool assay_str_is(struct assay_str a, const char *b);
/* Byte order, shorter first; <0, 0, >0. */
int assay_str_compare(struct assay_str a, struct assay_str b);
bool assay_str_starts(struct assay_str s, const char *prefix);
bool assay_str_ends(struct assay_str s, const char *suffix);
/* Position of the first `c`, or s.len. */
size_t assay_str_find(struct assay_str s, char c);
bool assay_str_contains(struct assay_str s, const char *needle);
/* s without its first n bytes; n may exceed the length. */
struct assay_str assay_str_skip(struct assay_str s, size_t n);
/* The first n bytes of s; n may exceed the length. */
struct assay_str assay_str_head(struct assay_str s, size_t n);
/* Without ASCII white space at both ends. */
struct assay_str assay_str_trim(struct assay_str s);

/*
 * Cuts at the first `c`: before and after it. False, and nothing written,
 * when `c` does not occur.
 */
bool assay_str_cut(struct assay_str s, char c, struct assay_str *before,
                   struct assay_str *after);

/* Same, at the last `c`. */
bool assay_str_cut_last(struct assay_str s, char c, struct assay_str *before,
                        struct assay_str *after);

/* Decimal digits only, whole text, no sign; false when empty or too large. */
bool assay_str_to_u64(struct assay_str s, uint64_t *value);

/* FNV-1a, for tables in memory; not for anything that is kept. */
uint64_t assay_str_hash(struct assay_str s);

/* True when s is well-formed UTF-8 (no surrogates, no overlong forms). */
bool assay_utf8_valid(struct assay_str s);
/*
 * Offset of the first byte that is not well-formed UTF-8, or s.len.
 */
size_t assay_utf8_bad_at(struct assay_str s);

#endif
