/*
 * The one growing buffer: append, append, then ask once. It cannot be made
 * without its maximum; past it (or when memory is refused) `failed` sticks
 * and what follows is dropped.
 */
#ifndef ASSAY_BUF_H
#define ASSAY_BUF_H

#include "assay/arena.h"
#include "assay/error.h"
#include "assay/str.h"

struct assay_buf {
    char *at; /* owned; NULL until the first byte; len bytes, then a NUL */
    size_t len;
    size_t size;
    size_t max;
    bool failed;
};

void assay_buf_init(struct assay_buf *buf, size_t max_bytes);
void assay_buf_release(struct assay_buf *buf);
/* Forgets the text, keeps the memory and the maximum. */
void assay_buf_clear(struct assay_buf *buf);
/* Takes back what was added since it held `len` bytes. */
void assay_buf_cut(struct assay_buf *buf, size_t len);

void assay_buf_add(struct assay_buf *buf, struct assay_str s);
void assay_buf_add_c(struct assay_buf *buf, const char *text);
void assay_buf_add_char(struct assay_buf *buf, char c);
/* n times c */
void assay_buf_fill(struct assay_buf *buf, char c, size_t n);
void assay_buf_printf(struct assay_buf *buf, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* The text so far, borrowed until the next append. */
struct assay_str assay_buf_str(const struct assay_buf *buf);

/* False with LIMIT ("more than N bytes") when anything was dropped. */
bool assay_buf_ok(const struct assay_buf *buf, struct assay_error *err);

#endif
