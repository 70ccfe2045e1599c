/*
 * The style sheet is the one of saved pages, the charts' and the site's in
 * one; the other assets are single files.
 */
#include "serve/assets.h"

#include "base/embed.h"
#include "serve/places.h"

#include <string.h>

/* The pieces of one asset: styles of render first. */
static const struct {
    const char *name, *media;
    const char *styles[3]; /* of render */
    const char *file;      /* of serve */
} assets[] = {
    {"site.css",
     "text/css; charset=utf-8",
     {"style.css", "chart.css", NULL},
     "site.css"},
    {"site.js", "text/javascript; charset=utf-8", {NULL}, "site.js"},
    {"icon.svg", "image/svg+xml", {NULL}, "icon.svg"},
};

static bool add_file(struct assay_buf *out, const struct assay_embedded *files,
                     size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(files[i].name, name) == 0) {
            assay_buf_add(out, (struct assay_str){(const char *)files[i].bytes,
                                                  files[i].len});
            return true;
        }
    return false;
}

bool assay_asset_add(struct assay_buf *out, struct assay_str name,
                     const char **media)
{
    for (size_t i = 0; i < sizeof assets / sizeof assets[0]; i++) {
        if (!assay_str_is(name, assets[i].name))
            continue;
        for (size_t k = 0; assets[i].styles[k]; k++)
            (void)add_file(out, assay_embedded_styles,
                           assay_embedded_styles_count, assets[i].styles[k]);
        *media = assets[i].media;
        return add_file(out, assay_embedded_assets, assay_embedded_assets_count,
                        assets[i].file);
    }
    return false;
}

/* Of both tables: twelve digits tell builds apart. */
static struct assay_str print_of(struct assay_arena *arena)
{
    return assay_arena_printf(arena, "%.6s%.6s", assay_embedded_styles_print,
                              assay_embedded_assets_print);
}

struct assay_str assay_asset_path(struct assay_arena *arena, const char *name)
{
    return assay_arena_printf(arena, "/assets/%.*s/%s",
                              ASSAY_STR_ARG(print_of(arena)), name);
}

bool assay_answer_asset(struct assay_visit *visit, struct assay_reply *reply,
                        struct assay_error *err)
{
    bool current = assay_str_equal(visit->parts[0], print_of(visit->arena));

    if (!assay_asset_add(&reply->body, visit->parts[1], &reply->media))
        return assay_fail(err, ASSAY_NOT_FOUND, "there is no asset '%.*s'",
                          ASSAY_STR_ARG(visit->parts[1]));
    /* a page of an older build may still ask: it gets today's, unkept */
    reply->keep = current ? ASSAY_KEEP_FOREVER : ASSAY_KEEP_NOT;
    return true;
}
