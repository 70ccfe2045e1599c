/*
 * A list of routes for programs: what each is, asks and costs.
 */
#include "compare/page_parts.h"

struct assay_document *assay_page_route_list(
    struct assay_arena *arena, const struct assay_route_cost *routes,
    size_t count, struct assay_part part, struct assay_str next,
    const struct assay_page_options *options)
{
    struct assay_json *list = assay_json_array(arena);
    struct assay_page page;

    assay_page_start(&page, arena, options, "assay-routes/1",
                     ASSAY_STR("Routes"));
    assay_json_set(page.c.data, "traffic",
                   assay_traffic_json(arena, &page.options.traffic));
    assay_json_set_uint(arena, page.c.data, "total", part.total);
    for (size_t i = 0; i < count; i++)
        assay_json_add(list, assay_page_route_json(&page, &routes[i]));
    assay_json_set(page.c.data, "routes", list);
    if (next.len)
        assay_json_set_text(arena, page.c.data, "next", next);
    else
        assay_json_set_null(arena, page.c.data, "next");
    return assay_page_finish(&page);
}
