/*
 * Pieces by their bytes: a hash table for whole ones, and sorted texts for
 * the longest one that a text begins with.
 *
 * A vocabulary may have been made so that its keys collide. Who would need
 * more than REACH places is refused, and a search never looks at more than
 * the worst key needed.
 */
#include "engine/tokenizer_parts.h"

#include <stdlib.h>
#include <string.h>

enum { REACH = 1024, FEWEST_SLOTS = 16 };

bool assay_token_table_init(struct assay_token_table *table,
                            struct assay_arena *arena, const char *base,
                            uint32_t count, struct assay_error *err)
{
    size_t slots = FEWEST_SLOTS;

    while (slots < (size_t)count * 2)
        slots *= 2;
    *table = (struct assay_token_table){
        .base = base,
        .slots = assay_arena_try(arena, slots, sizeof *table->slots),
        .mask = (uint32_t)(slots - 1),
    };
    return table->slots ||
           assay_fail(err, ASSAY_SYSTEM, "no memory for a table of %u tokens",
                      count);
}

static uint64_t hash_of(struct assay_str key)
{
    uint64_t hash = assay_str_hash(key);

    return hash ^ (hash >> 32); /* its upper bits are the better mixed ones */
}

static bool is_key(const struct assay_token_table *table,
                   const struct assay_token_slot *slot, struct assay_str key,
                   uint64_t hash)
{
    return slot->tag == (uint16_t)(hash >> 32) && slot->len == key.len &&
           memcmp(table->base + slot->at, key.at, key.len) == 0;
}

bool assay_token_table_add(struct assay_token_table *table, uint32_t at,
                           uint32_t len, uint32_t value)
{
    struct assay_str key = {table->base + at, len};
    uint64_t hash = hash_of(key);

    for (uint32_t i = 0; i < REACH; i++) {
        struct assay_token_slot *slot =
            &table->slots[((uint32_t)hash + i) & table->mask];

        if (slot->len == 0) {
            *slot = (struct assay_token_slot){at, value, (uint16_t)len,
                                              (uint16_t)(hash >> 32)};
            if (table->reach <= i)
                table->reach = i + 1;
            return true;
        }
        if (is_key(table, slot, key, hash))
            return true;
    }
    return false;
}

uint32_t assay_token_table_find(const struct assay_token_table *table,
                                struct assay_str key)
{
    uint64_t hash = hash_of(key);

    for (uint32_t i = 0; i < table->reach; i++) {
        const struct assay_token_slot *slot =
            &table->slots[((uint32_t)hash + i) & table->mask];

        if (slot->len == 0)
            break;
        if (is_key(table, slot, key, hash))
            return slot->value;
    }
    return ASSAY_NO_TOKEN;
}

/* ------------------------------------------------------- the longest */

static int compare_texts(const void *a, const void *b)
{
    const struct assay_token_text *one = a, *other = b;
    int order = assay_str_compare(one->text, other->text);

    if (order != 0)
        return order;
    return (one->id > other->id) - (one->id < other->id);
}

void assay_token_set_finish(struct assay_token_set *set)
{
    size_t kept = 0, at = 0;

    if (set->count > 0)
        qsort(set->at, set->count, sizeof *set->at, compare_texts);
    for (size_t i = 0; i < set->count; i++)
        if (kept == 0 ||
            !assay_str_equal(set->at[kept - 1].text, set->at[i].text))
            set->at[kept++] = set->at[i];
    set->count = kept;
    for (unsigned byte = 0; byte < 256; byte++) {
        while (at < kept && (unsigned char)set->at[at].text.at[0] < byte)
            at++;
        set->first[byte] = at;
    }
    set->first[256] = kept;
}

/* The first of low … high whose byte k is not below `byte`. */
static size_t narrow(const struct assay_token_set *set, size_t low, size_t high,
                     size_t k, unsigned byte)
{
    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if ((unsigned char)set->at[middle].text.at[k] < byte)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

uint32_t assay_token_set_find(const struct assay_token_set *set,
                              struct assay_str text, size_t *len)
{
    uint32_t found = ASSAY_NO_TOKEN;
    unsigned byte = (unsigned char)text.at[0];
    size_t low = set->first[byte], high = set->first[byte + 1];

    /* low … high begin with the first k bytes of the text */
    for (size_t k = 1; low < high; k++) {
        if (set->at[low].text.len == k) { /* shorter ones sort first */
            found = set->at[low].id;
            *len = k;
            low++;
        }
        if (k == text.len)
            break;
        byte = (unsigned char)text.at[k];
        low = narrow(set, low, high, k, byte);
        high = narrow(set, low, high, k, byte + 1);
    }
    return found;
}
