/*
 * Tokens of a picture by a model's own rule. One rule is stated so far:
 * "openai-tiles" (OpenAI vision guide, read 2026-08-21): low detail is a
 * flat count; otherwise the picture is fitted into a square of fit_px, its
 * shorter side brought down to short_side_px, and every started tile of
 * tile_px counts. 1024 x 1024 gives 765, 2048 x 4096 gives 1,105.
 */
#include "assay/cost.h"

struct tiles {
    uint64_t low, base, per_tile, tile, fit, short_side;
};

static bool tiles_read(const struct assay_json *rule, struct tiles *t)
{
    return assay_json_to_u64(assay_json_get(rule, "low"), &t->low) &&
           assay_json_to_u64(assay_json_get(rule, "base"), &t->base) &&
           assay_json_to_u64(assay_json_get(rule, "per_tile"), &t->per_tile) &&
           assay_json_to_u64(assay_json_get(rule, "tile_px"), &t->tile) &&
           assay_json_to_u64(assay_json_get(rule, "fit_px"), &t->fit) &&
           assay_json_to_u64(assay_json_get(rule, "short_side_px"),
                             &t->short_side) &&
           t->tile > 0 && t->fit > 0 && t->short_side > 0;
}

/* Brings the side that counts down to `limit`; both scale alike. */
static void shrink(uint64_t *width, uint64_t *height, uint64_t side,
                   uint64_t limit)
{
    if (side <= limit)
        return;
    *width = *width * limit / side;
    *height = *height * limit / side;
    if (*width == 0)
        *width = 1;
    if (*height == 0)
        *height = 1;
}

bool assay_image_tokens(const struct assay_json *rule,
                        const struct assay_traffic *traffic,
                        struct assay_decimal *tokens)
{
    struct tiles t;
    uint64_t width = traffic->image_width, height = traffic->image_height;

    if (!assay_str_is(assay_json_text(rule, "rule"), "openai-tiles") ||
        !tiles_read(rule, &t))
        return false;
    if (assay_str_is(traffic->image_detail, "low")) {
        *tokens = assay_decimal_uint(t.low);
        return true;
    }
    if (!width || !height)
        return false;
    shrink(&width, &height, width > height ? width : height, t.fit);
    shrink(&width, &height, width < height ? width : height, t.short_side);
    uint64_t count =
        ((width + t.tile - 1) / t.tile) * ((height + t.tile - 1) / t.tile);

    *tokens = assay_decimal_uint(t.base + t.per_tile * count);
    return true;
}
