/*
 * Private to the JSON reader: which keys the large objects of one document
 * already have. A zeroed set is empty.
 */
#ifndef ASSAY_JSON_MEMBERS_H
#define ASSAY_JSON_MEMBERS_H

#include "assay/json.h"

struct assay_json_slot {
    uint64_t hash; /* of object and key */
    const struct assay_json *member;
};

struct assay_json_members {
    struct assay_json_slot *slots;
    size_t slot_count; /* power of two */
    size_t used;
};

/*
 * Puts in a member, found again by its parent and key; *known when one with
 * both was there before. False when the system refuses memory.
 */
bool assay_json_members_add(struct assay_json_members *set,
                            const struct assay_json *member, bool *known);
void assay_json_members_release(struct assay_json_members *set);

#endif
