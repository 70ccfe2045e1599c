/*
 * The keys of large objects, in one hash table with open addressing. Slots
 * keep the hash, so that probing and widening touch no node.
 */
#include "base/json_members.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { FIRST_SLOTS = 256 };

/*
 * Not FNV: eight bytes a step, and the object's address in it, so that a
 * document cannot be made of colliding keys beforehand.
 */
static uint64_t hash_of(const struct assay_json *member)
{
    const uint64_t odd = UINT64_C(0x9e3779b97f4a7c15);
    uint64_t hash =
        ((uint64_t)(uintptr_t)member->parent ^ member->key.len) * odd;
    struct assay_str key = member->key;
    uint64_t word;

    while (key.len >= sizeof(word)) {
        memcpy(&word, key.at, sizeof(word));
        hash = (hash ^ hash >> 32 ^ word) * odd;
        key = assay_str_skip(key, sizeof(word));
    }
    word = 0;
    for (size_t i = 0; i < key.len; i++)
        word = word << 8 | (unsigned char)key.at[i];
    hash = (hash ^ hash >> 32 ^ word) * odd;
    return hash ^ hash >> 32;
}

static bool is_same(const struct assay_json *a, const struct assay_json *b)
{
    return a->parent == b->parent && assay_str_equal(a->key, b->key);
}

/* The slot that holds such a member, or the free one where it belongs. */
static struct assay_json_slot *find_slot(const struct assay_json_members *set,
                                         uint64_t hash,
                                         const struct assay_json *member)
{
    size_t i = (size_t)hash & (set->slot_count - 1);
    while (set->slots[i].member && (set->slots[i].hash != hash ||
                                    !is_same(set->slots[i].member, member)))
        i = (i + 1) & (set->slot_count - 1);
    return &set->slots[i];
}

/* Doubles the slots; at most half are ever used. */
static bool widen(struct assay_json_members *set)
{
    struct assay_json_members wider = {
        .slot_count = set->slot_count ? set->slot_count * 2 : FIRST_SLOTS,
        .used = set->used,
    };
    wider.slots = calloc(wider.slot_count, sizeof(*wider.slots));
    if (!wider.slots)
        return false;
    for (size_t i = 0; i < set->slot_count; i++) {
        struct assay_json_slot slot = set->slots[i];
        if (slot.member)
            *find_slot(&wider, slot.hash, slot.member) = slot;
    }
    free(set->slots);
    *set = wider;
    return true;
}

bool assay_json_members_add(struct assay_json_members *set,
                            const struct assay_json *member, bool *known)
{
    uint64_t hash = hash_of(member);

    if (set->used >= set->slot_count / 2 && !widen(set))
        return false;
    struct assay_json_slot *slot = find_slot(set, hash, member);
    *known = slot->member != NULL;
    if (!*known) {
        *slot = (struct assay_json_slot){hash, member};
        set->used++;
    }
    return true;
}

void assay_json_members_release(struct assay_json_members *set)
{
    if (!set)
        return;
    free(set->slots);
    *set = (struct assay_json_members){0};
}
