/*
 * Memory that dies together: a parsed document, a decision and a request
 * each own one arena, passed explicitly. Zeroed is ready for use.
 *
 * Blocks come from malloc; small ones never fail (assay prints one line and
 * stops). Sizes that come from outside go through assay_arena_try, after the
 * caller has checked its own limit.
 */
#ifndef ASSAY_ARENA_H
#define ASSAY_ARENA_H

#include "assay/str.h"

#include <stdarg.h>
#include <stddef.h>

struct assay_arena_block;

struct assay_arena {
    struct assay_arena_block *blocks;
    char *at;  /* next free byte */
    char *end; /* of the newest block */
};

/* Zeroed memory for count things of size bytes, aligned for any type. */
void *assay_arena_alloc(struct assay_arena *arena, size_t count, size_t size);
/* The same, but NULL when the system refuses or count * size overflows. */
void *assay_arena_try(struct assay_arena *arena, size_t count, size_t size);
/* A copy of s with a NUL behind it (not counted). */
struct assay_str assay_arena_copy(struct assay_arena *arena,
                                  struct assay_str s);
/* A C string holding s; bytes after an embedded NUL are lost to the reader. */
char *assay_arena_cstr(struct assay_arena *arena, struct assay_str s);
/* printf into the arena. */
struct assay_str assay_arena_printf(struct assay_arena *arena,
                                    const char *format, ...)
    __attribute__((format(printf, 2, 3)));
struct assay_str assay_arena_vprintf(struct assay_arena *arena,
                                     const char *format, va_list args)
    __attribute__((format(printf, 2, 0)));

/* Where an arena stands. */
struct assay_arena_mark {
    struct assay_arena_block *newest, *behind;
    char *at, *end;
};
struct assay_arena_mark assay_arena_mark(const struct assay_arena *arena);
/*
 * Takes back what was handed out since the mark; marks made since are void.
 * For work that is done many times over and of which little is kept.
 */
void assay_arena_rewind(struct assay_arena *arena,
                        struct assay_arena_mark mark);

/* Frees every block; the arena is empty and usable again. */
void assay_arena_free(struct assay_arena *arena);

#define ASSAY_NEW(arena, type) \
    ((type *)assay_arena_alloc((arena), 1, sizeof(type)))
#define ASSAY_NEW_ARRAY(arena, type, count) \
    ((type *)assay_arena_alloc((arena), (count), sizeof(type)))

#endif
