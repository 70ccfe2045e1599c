/*
 * /sitemap.xml (sitemaps.org, protocol 0.9, read 2026-11-22) and
 * /robots.txt. Addresses are absolute where the site knows its own.
 */
#include "serve/places.h"

#include "assay/render.h"
#include "serve/directory.h"
#include "serve/related_pairs.h"
#include "serve/site_parts.h"

enum { MOST_ADDRESSES = 50000 }; /* of the protocol */

struct site_map {
    struct assay_visit *visit;
    struct assay_buf *out;
    struct assay_str base;
    size_t count;
};

static void add_address(struct site_map *map, struct assay_str path,
                        struct assay_date changed)
{
    struct assay_str day = assay_date_text(map->visit->arena, changed);

    if (map->count == MOST_ADDRESSES)
        return;
    map->count++;
    assay_buf_add_c(map->out, "<url><loc>");
    assay_html_text(map->out, map->base);
    assay_html_text(map->out, path);
    assay_buf_add_c(map->out, "</loc>");
    if (day.len)
        assay_buf_printf(map->out, "<lastmod>%.*s</lastmod>",
                         ASSAY_STR_ARG(day));
    assay_buf_add_c(map->out, "</url>\n");
}

/* An id without a slash has none. */
static bool has_address(const struct assay_directory_model *model)
{
    return assay_str_find(model->id, '/') + 1 < model->id.len;
}

static void add_pair(struct site_map *map, const struct assay_related_pair *p,
                     struct assay_date changed)
{
    struct assay_arena *arena = map->visit->arena;
    struct assay_str a = assay_model_path(arena, p->a->id);
    struct assay_str b = assay_model_path(arena, p->b->id);

    add_address(map,
                assay_arena_printf(
                    arena, "/compare%.*s%.*s",
                    ASSAY_STR_ARG(assay_str_skip(a, sizeof "/model" - 1)),
                    ASSAY_STR_ARG(assay_str_skip(b, sizeof "/model" - 1))),
                changed);
}

static struct assay_str below(struct site_map *map, const char *folder,
                              struct assay_str id)
{
    struct assay_arena *arena = map->visit->arena;

    return assay_arena_printf(arena, "%s%.*s", folder,
                              ASSAY_STR_ARG(assay_url_encoded(arena, id)));
}

/* A page with an address of its own, such as "/sources". */
static bool is_one_page(const struct assay_place *place)
{
    return place->make && place->page &&
           !assay_str_contains(assay_str_c(place->page), "{");
}

static void add_all(struct site_map *map)
{
    const struct assay_directory *d = map->visit->directory;
    struct assay_related_pair *pairs;
    size_t count;

    for (size_t i = 0; i < assay_place_count; i++)
        if (is_one_page(&assay_places[i]))
            add_address(map, assay_str_c(assay_places[i].page), d->newest);
    for (size_t i = 0; i < d->source_count; i++)
        add_address(map, below(map, "/source/", d->sources[i].id),
                    d->sources[i].read);
    for (size_t i = 0; i < d->provider_count; i++)
        add_address(map, below(map, "/provider/", d->providers[i].id),
                    d->newest);
    for (size_t i = 0; i < d->model_count; i++)
        if (has_address(&d->models[i]))
            add_address(map,
                        assay_model_path(map->visit->arena, d->models[i].id),
                        d->newest);
    assay_related_pairs(map->visit->arena, d, &pairs, &count);
    for (size_t i = 0; i < count; i++)
        if (has_address(pairs[i].a) && has_address(pairs[i].b))
            add_pair(map, &pairs[i], d->newest);
}

bool assay_answer_site_map(struct assay_visit *visit, struct assay_reply *reply,
                           struct assay_error *err)
{
    struct site_map map = {
        .visit = visit,
        .out = &reply->body,
        .base = assay_site_public_url(visit->site),
    };

    assay_buf_add_c(
        &reply->body,
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
        "<urlset xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\">\n");
    add_all(&map);
    assay_buf_add_c(&reply->body, "</urlset>\n");
    reply->media = "application/xml; charset=utf-8";
    return assay_buf_ok(&reply->body, err);
}

bool assay_answer_robots(struct assay_visit *visit, struct assay_reply *reply,
                         struct assay_error *err)
{
    struct assay_str base = assay_site_public_url(visit->site);

    assay_buf_add_c(&reply->body, "User-agent: *\n"
                                  "Disallow: /api/\n"
                                  "Disallow: /*?\n"
                                  "Allow: /api/openapi.json\n");
    if (base.len)
        assay_buf_printf(&reply->body, "\nSitemap: %.*s/sitemap.xml\n",
                         ASSAY_STR_ARG(base));
    reply->media = "text/plain; charset=utf-8";
    return assay_buf_ok(&reply->body, err);
}
