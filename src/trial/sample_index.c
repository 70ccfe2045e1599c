/*
 * An open table of keys: see sample_index.h.
 */
#include "trial/sample_index.h"

#include "assay/file.h"
#include "assay/report.h"

#include <stdlib.h>

enum { KEY_DIGITS = 16 };

struct assay_sample_slot {
    struct assay_sample_key key;
    uint32_t place;
    bool used;
};

static struct assay_sample_key key_of(struct assay_str hex)
{
    uint64_t half[2] = {0, 0};

    for (size_t i = 0; i < 2 * (size_t)KEY_DIGITS && i < hex.len; i++) {
        char c = hex.at[i];
        uint64_t digit = (uint64_t)(c <= '9' ? c - '0' : c - 'a' + 10);
        half[i / KEY_DIGITS] = half[i / KEY_DIGITS] << 4 | digit;
    }
    return (struct assay_sample_key){half[0], half[1]};
}

static struct assay_sample_slot *slot_of(const struct assay_sample_index *index,
                                         struct assay_sample_key key)
{
    size_t at = (size_t)key.a & (index->slot_count - 1);

    while (index->slots[at].used &&
           (index->slots[at].key.a != key.a || index->slots[at].key.b != key.b))
        at = (at + 1) & (index->slot_count - 1);
    return &index->slots[at];
}

static bool grow_slots(struct assay_sample_index *index,
                       struct assay_error *err)
{
    struct assay_sample_slot *old = index->slots;
    size_t count = index->slot_count;

    index->slot_count = count ? count * 2 : 1024;
    index->slots = calloc(index->slot_count, sizeof *index->slots);
    if (!index->slots) {
        index->slots = old;
        index->slot_count = count;
        return assay_fail(err, ASSAY_LIMIT, "no memory for %zu samples", count);
    }
    for (size_t i = 0; i < count; i++)
        if (old[i].used)
            *slot_of(index, old[i].key) = old[i];
    free(old);
    return true;
}

/* A key that already leads elsewhere leads nowhere from now on. */
static bool learn(struct assay_sample_index *index, struct assay_sample_key key,
                  uint32_t place, struct assay_error *err)
{
    if (index->used * 2 >= index->slot_count && !grow_slots(index, err))
        return false;
    struct assay_sample_slot *slot = slot_of(index, key);
    if (!slot->used)
        index->used++;
    else if (slot->place != place)
        place = ASSAY_NO_SAMPLE;
    *slot = (struct assay_sample_slot){key, place, true};
    return true;
}

uint32_t assay_sample_find(const struct assay_sample_index *index,
                           struct assay_sample_key key)
{
    return index->slot_count && slot_of(index, key)->used
               ? slot_of(index, key)->place
               : ASSAY_NO_SAMPLE;
}

struct assay_sample_keys assay_sample_keys(struct assay_str id,
                                           struct assay_str raw,
                                           const struct assay_json *reference)
{
    struct assay_arena arena = {0};
    struct assay_sample_keys keys = {
        .whole = key_of(assay_sample_hash(&arena, raw, reference)),
        .has_id = reference && reference->count > 0 && id.len > 0,
    };

    if (keys.has_id)
        keys.by_id = key_of(assay_sha256_hex(
            &arena,
            assay_arena_printf(&arena, "%.*s\n%.*s", ASSAY_STR_ARG(id),
                               ASSAY_STR_ARG(assay_sample_hash(
                                   &arena, ASSAY_STR(""), reference)))));
    assay_arena_free(&arena);
    return keys;
}

bool assay_sample_learn(struct assay_sample_index *index,
                        const struct assay_sample_keys *keys, uint32_t place,
                        struct assay_error *err)
{
    return learn(index, keys->whole, place, err) &&
           (!keys->has_id || learn(index, keys->by_id, place, err));
}

void assay_sample_index_free(struct assay_sample_index *index)
{
    free(index->slots);
    *index = (struct assay_sample_index){0};
}
