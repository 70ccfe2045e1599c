/*
 * Arenas: a list of blocks, a bump pointer in the newest. Blocks double from
 * 16 KiB to 1 MiB; a request that would waste much of one gets its own.
 */
#include "assay/arena.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    ALIGNMENT = 16,
    FIRST_BLOCK_BYTES = 16 << 10,
    LARGEST_BLOCK_BYTES = 1 << 20,
    EXIT_OUT_OF_MEMORY = 74, /* EX_IOERR of sysexits.h */
};

struct assay_arena_block {
    struct assay_arena_block *next;
    size_t size; /* bytes behind this header */
};

_Static_assert(sizeof(struct assay_arena_block) % ALIGNMENT == 0,
               "what follows the header is aligned");
_Static_assert(_Alignof(max_align_t) <= ALIGNMENT, "for any type");

static _Noreturn void stop_without_memory(void)
{
    fputs("assay: out of memory\n", stderr);
    _Exit(EXIT_OUT_OF_MEMORY);
}

static char *block_start(struct assay_arena_block *block)
{
    return (char *)(block + 1);
}

/* A block of its own behind the newest, which stays in use. Zeroed. */
static void *alloc_own_block(struct assay_arena *arena, size_t bytes)
{
    if (bytes > SIZE_MAX - sizeof(struct assay_arena_block))
        return NULL;
    struct assay_arena_block *block = calloc(1, sizeof(*block) + bytes);
    if (!block)
        return NULL;
    block->size = bytes;
    if (arena->blocks) {
        block->next = arena->blocks->next;
        arena->blocks->next = block;
    } else {
        arena->blocks = block;
        arena->at = arena->end = block_start(block) + bytes;
    }
    return block_start(block);
}

static bool add_block(struct assay_arena *arena)
{
    size_t size = arena->blocks ? arena->blocks->size * 2 : FIRST_BLOCK_BYTES;
    if (size > LARGEST_BLOCK_BYTES)
        size = LARGEST_BLOCK_BYTES;
    else if (size < FIRST_BLOCK_BYTES)
        size = FIRST_BLOCK_BYTES;
    struct assay_arena_block *block = malloc(sizeof(*block) + size);
    if (!block)
        return false;
    block->next = arena->blocks;
    block->size = size;
    arena->blocks = block;
    arena->at = block_start(block);
    arena->end = arena->at + size;
    return true;
}

void *assay_arena_try(struct assay_arena *arena, size_t count, size_t size)
{
    if (size != 0 && count > (SIZE_MAX - ALIGNMENT) / size)
        return NULL;
    size_t bytes = count * size;
    bytes = bytes ? (bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT : ALIGNMENT;

    if (bytes > (size_t)(arena->end - arena->at)) {
        if (bytes > FIRST_BLOCK_BYTES / 4)
            return alloc_own_block(arena, bytes);
        if (!add_block(arena))
            return NULL;
    }
    void *memory = arena->at;
    arena->at += bytes;
    return memset(memory, 0, bytes);
}

void *assay_arena_alloc(struct assay_arena *arena, size_t count, size_t size)
{
    void *memory = assay_arena_try(arena, count, size);
    if (!memory)
        stop_without_memory();
    return memory;
}

struct assay_str assay_arena_copy(struct assay_arena *arena, struct assay_str s)
{
    char *copy = assay_arena_cstr(arena, s);
    return (struct assay_str){copy, s.len};
}

char *assay_arena_cstr(struct assay_arena *arena, struct assay_str s)
{
    if (s.len == SIZE_MAX)
        stop_without_memory();
    char *copy = assay_arena_alloc(arena, s.len + 1, 1);
    if (s.len > 0)
        memcpy(copy, s.at, s.len);
    return copy;
}

struct assay_str assay_arena_printf(struct assay_arena *arena,
                                    const char *format, ...)
{
    va_list args;
    va_start(args, format);
    struct assay_str text = assay_arena_vprintf(arena, format, args);
    va_end(args);
    return text;
}

struct assay_str assay_arena_vprintf(struct assay_arena *arena,
                                     const char *format, va_list args)
{
    char small[256];
    va_list again;

    va_copy(again, args);
    int wanted = vsnprintf(small, sizeof(small), format, args);
    size_t len = wanted > 0 ? (size_t)wanted : 0;
    char *text = assay_arena_alloc(arena, len + 1, 1);
    if (len < sizeof(small))
        memcpy(text, small, len);
    else
        vsnprintf(text, len + 1, format, again);
    va_end(again);
    return (struct assay_str){text, len};
}

struct assay_arena_mark assay_arena_mark(const struct assay_arena *arena)
{
    return (struct assay_arena_mark){
        .newest = arena->blocks,
        .behind = arena->blocks ? arena->blocks->next : NULL,
        .at = arena->at,
        .end = arena->end,
    };
}

/* Blocks are in front of the newest of then, or right behind it. */
void assay_arena_rewind(struct assay_arena *arena, struct assay_arena_mark mark)
{
    struct assay_arena_block *block = arena->blocks;

    while (block != mark.newest) {
        struct assay_arena_block *next = block->next;
        free(block);
        block = next;
    }
    while (block && block->next != mark.behind) {
        struct assay_arena_block *own = block->next;
        block->next = own->next;
        free(own);
    }
    *arena = (struct assay_arena){block, mark.at, mark.end};
}

void assay_arena_free(struct assay_arena *arena)
{
    if (!arena)
        return;
    struct assay_arena_block *block = arena->blocks;
    while (block) {
        struct assay_arena_block *next = block->next;
        free(block);
        block = next;
    }
    *arena = (struct assay_arena){0};
}
