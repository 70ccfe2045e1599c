/*
 * A file of labels, JSON lines or CSV: whatever it says, each label that is
 * read is of an answer that was judged, and what is refused says why.
 */
#include "fuzz_target.h"

#include "assay/label.h"

#include <stdlib.h>

static bool is_judged(const struct assay_judged_places *places,
                      const struct assay_label *label)
{
    for (size_t i = 0; i < places->count; i++)
        if (places->at[i].place == label->place &&
            places->at[i].repeat == label->repeat &&
            places->at[i].route == label->route)
            return true;
    return false;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    struct assay_run_route routes[] = {
        {.id = ASSAY_STR("openai/gpt-4o"), .label = ASSAY_STR("gpt-4o")},
        {.id = ASSAY_STR("local:nano-s"), .label = ASSAY_STR("nano-s")},
    };
    const struct assay_run run = {
        .id = ASSAY_STR("7f3a"), .routes = routes, .route_count = 2};
    struct assay_judged_place at[] = {
        {.place = 0, .id = ASSAY_STR("a0")},
        {.place = 0, .route = 1, .id = ASSAY_STR("a0")},
        {.place = 2, .repeat = 1, .route = 1, .id = ASSAY_STR("b")},
        {.place = 3, .id = ASSAY_STR("b")},
    };
    const struct assay_judged_places places = {at, sizeof at / sizeof at[0]};
    struct assay_str bytes = {(const char *)data, len};
    struct assay_arena arena = {0};
    struct assay_error err = {0};
    struct assay_label *labels;
    size_t count;

    if (!assay_labels_read(&arena, &run, &places, bytes, &labels, &count,
                           &err)) {
        if (err.code == ASSAY_OK || !err.text[0])
            abort();
    } else {
        for (size_t i = 0; i < count; i++)
            if (!is_judged(&places, &labels[i]))
                abort();
    }
    assay_arena_free(&arena);
    return 0;
}
