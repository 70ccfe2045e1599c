/*
 * A provider with its routes, and the list of providers.
 *
 * Markup: <nav class="pages">, and the form of the traffic.
 */
#include "serve/directory.h"
#include "serve/forms.h"
#include "serve/list_parts.h"
#include "serve/places.h"

#include "assay/identity.h"
#include "assay/pages.h"

#include <stdlib.h>

enum { ROWS = 100, PROVIDERS = 200, ENDING = 20 };

const struct assay_parameter assay_page_parameters[] = {
    {"after", NULL, "From the link to the next page.", NULL, false},
    {0},
};

/* ------------------------------------------------------- providers */

static int by_live(const void *a, const void *b)
{
    const struct assay_directory_provider *x =
        *(const struct assay_directory_provider *const *)a;
    const struct assay_directory_provider *y =
        *(const struct assay_directory_provider *const *)b;

    if (x->live_count != y->live_count)
        return x->live_count > y->live_count ? -1 : 1;
    return assay_str_compare(x->id, y->id);
}

static struct assay_str provider_name(const struct assay_directory_provider *p)
{
    return p->name.len ? p->name : p->id;
}

static struct assay_cell number_cell(struct assay_arena *arena, size_t n)
{
    return (struct assay_cell){.text = assay_list_number(arena, n),
                               .state = ASSAY_KNOWN};
}

static const struct assay_directory_provider **sorted(
    const struct assay_visit *visit)
{
    const struct assay_directory *d = visit->directory;
    const struct assay_directory_provider **all =
        ASSAY_NEW_ARRAY(visit->arena, const struct assay_directory_provider *,
                        d->provider_count + 1);

    for (size_t i = 0; i < d->provider_count; i++)
        all[i] = &d->providers[i];
    qsort(all, d->provider_count, sizeof *all, by_live);
    return all;
}

static struct assay_block *new_table(struct assay_document *doc,
                                     struct assay_section *section)
{
    static const struct assay_column columns[] = {
        {.title = {"provider", 8}},
        {.title = {"models", 6}, .align = ASSAY_RIGHT},
        {.title = {"live routes", 11}, .align = ASSAY_RIGHT},
    };

    return assay_section_table(doc, section, columns, 3);
}

static void provider_row(struct assay_document *doc, struct assay_block *table,
                         const struct assay_directory_provider *p)
{
    struct assay_cell *row = assay_table_row(doc, table);

    row[0] = (struct assay_cell){
        .text = provider_name(p),
        .link = assay_arena_printf(
            doc->arena, "/provider/%.*s",
            ASSAY_STR_ARG(assay_url_encoded(doc->arena, p->id))),
        .state = ASSAY_KNOWN,
    };
    row[1] = number_cell(doc->arena, p->model_count);
    row[2] = number_cell(doc->arena, p->live_count);
}

void assay_providers_table(const struct assay_visit *visit,
                           struct assay_document *doc,
                           struct assay_section *section, size_t most)
{
    const struct assay_directory *d = visit->directory;
    const struct assay_directory_provider **all = sorted(visit);
    struct assay_block *table = new_table(doc, section);

    for (size_t i = 0; i < d->provider_count && i < most; i++)
        provider_row(doc, table, all[i]);
}

static struct assay_list_place place_of(
    const struct assay_directory_provider *p)
{
    return (struct assay_list_place){UINT32_MAX - p->live_count, p->id};
}

bool assay_make_providers(struct assay_visit *visit, struct assay_sheet *sheet,
                          struct assay_error *err)
{
    const struct assay_directory *d = visit->directory;
    struct assay_arena *arena = visit->arena;
    const struct assay_directory_provider **all = sorted(visit);
    struct assay_list_range range = {.total = d->provider_count};
    struct assay_list_place after, last = {.id = ASSAY_STR("")};
    struct assay_document *doc;
    struct assay_block *table;

    if (!assay_list_after(visit, &after, err))
        return false;
    doc = assay_document_new(arena, ASSAY_STR("Providers"),
                             assay_list_as_of(visit));
    table = new_table(doc, assay_document_section(doc, "providers", ""));
    for (size_t i = 0; i < d->provider_count && range.count < PROVIDERS; i++) {
        last = place_of(all[i]);
        if (after.id.len && assay_list_compare(&last, &after) <= 0) {
            range.before++;
            continue;
        }
        provider_row(doc, table, all[i]);
        range.count++;
    }
    if (range.before + range.count < range.total)
        range.next = assay_list_token(arena, &last);
    assay_list_links(visit, sheet, doc, &range);
    sheet->doc = doc;
    sheet->description = assay_arena_printf(
        arena, "%zu providers of language models with %zu live routes.",
        d->provider_count, d->live_count);
    return true;
}

/* ------------------------------------------------------- one of them */

static const struct assay_directory_provider *find_provider(
    const struct assay_visit *visit, struct assay_str id)
{
    const struct assay_directory *d = visit->directory;

    for (size_t i = 0; i < d->provider_count; i++)
        if (assay_str_equal(d->providers[i].id, id))
            return &d->providers[i];
    return NULL;
}

/* A route in the order of the page: live, priced, cheapest. */
struct line {
    struct assay_list_place place;
    struct assay_route_cost cost;
};

static int by_place(const void *a, const void *b)
{
    const struct line *x = a, *y = b;

    return assay_list_compare(&x->place, &y->place);
}

static bool add_line(struct assay_visit *visit, const struct assay_route *route,
                     struct line *line, struct assay_error *err)
{
    uint64_t group = route->live ? 0 : 3;

    if (!assay_cost_route(visit->arena, route, &visit->traffic, visit->as_of,
                          &line->cost, err))
        return false;
    if (line->cost.state == ASSAY_UNKNOWN)
        group += 2;
    else
        group += line->cost.state == ASSAY_BOUND;
    line->place.key = group << 56;
    if (line->cost.state != ASSAY_UNKNOWN)
        line->place.key |= assay_list_usd(line->cost.usd);
    line->place.id = route->id;
    return true;
}

static bool read_lines(struct assay_visit *visit, struct assay_str provider,
                       struct line **lines, size_t *count,
                       struct assay_error *err)
{
    static const char *const facts[] = {
        "prices", "context_tokens", "max_output_tokens",
        "name",   "image_tokens",   "provider_name",
        NULL};
    const struct assay_view_options wanted = {.facts = facts,
                                              .provider = provider};
    struct assay_view view;
    size_t room = 1;

    *count = 0;
    if (!assay_catalog_view_of(visit->catalog, visit->arena, &wanted, &view,
                               err))
        return false;
    for (size_t i = 0; i < view.model_count; i++)
        room += view.models[i]->route_count;
    *lines =
        ASSAY_NEW_ARRAY(visit->arena, struct line, room + view.unjoined_count);
    for (size_t i = 0; i < view.model_count; i++)
        for (size_t k = 0; k < view.models[i]->route_count; k++)
            if (!add_line(visit, view.models[i]->routes[k],
                          &(*lines)[(*count)++], err))
                return false;
    for (size_t i = 0; i < view.unjoined_count; i++)
        if (!add_line(visit, view.unjoined[i], &(*lines)[(*count)++], err))
            return false;
    qsort(*lines, *count, sizeof **lines, by_place);
    return true;
}

static bool is_ending(const struct assay_route *route)
{
    return route->live && (assay_date_set(route->retired_on) ||
                           route->status == ASSAY_STATUS_DEPRECATED);
}

/* Stated days first, soonest first. */
static int by_end(const void *a, const void *b)
{
    const struct assay_route *x = *(const struct assay_route *const *)a;
    const struct assay_route *y = *(const struct assay_route *const *)b;
    bool dated_x = assay_date_set(x->retired_on);
    bool dated_y = assay_date_set(y->retired_on);

    if (dated_x != dated_y)
        return dated_x ? -1 : 1;
    int order = assay_date_compare(x->retired_on, y->retired_on);
    return order ? order : assay_str_compare(x->id, y->id);
}

static void count_lines(struct assay_visit *visit, const struct line *lines,
                        size_t count, struct assay_provider_view *view)
{
    view->ending =
        ASSAY_NEW_ARRAY(visit->arena, const struct assay_route *, count + 1);
    for (size_t i = 0; i < count; i++) {
        const struct assay_route *route = lines[i].cost.route;

        view->live_count += route->live;
        if (is_ending(route))
            view->ending[view->ending_count++] = route;
    }
    qsort(view->ending, view->ending_count, sizeof *view->ending, by_end);
}

/* The stretch of the lines that this page shows. */
static bool take_lines(struct assay_visit *visit, const struct line *lines,
                       size_t count, struct assay_provider_view *view,
                       struct assay_list_range *range, struct assay_error *err)
{
    struct assay_route_cost *costs =
        ASSAY_NEW_ARRAY(visit->arena, struct assay_route_cost, ROWS);
    struct assay_list_place after;
    size_t first = 0;

    if (!assay_list_after(visit, &after, err))
        return false;
    while (first < count && after.id.len &&
           assay_list_compare(&lines[first].place, &after) <= 0)
        first++;
    *range = (struct assay_list_range){.before = first, .total = count};
    for (; range->count < ROWS && first + range->count < count; range->count++)
        costs[range->count] = lines[first + range->count].cost;
    if (range->count && first + range->count < count)
        range->next = assay_list_token(visit->arena,
                                       &lines[first + range->count - 1].place);
    view->routes = costs;
    view->count = range->count;
    view->part = (struct assay_part){first, count};
    return true;
}

bool assay_make_provider(struct assay_visit *visit, struct assay_sheet *sheet,
                         struct assay_error *err)
{
    const struct assay_page_options options = assay_visit_options(visit);
    struct assay_str asked = visit->parts[0];
    struct assay_str id = assay_provider_canonical(asked);
    const struct assay_directory_provider *p = find_provider(visit, id);
    struct assay_provider_view view = {.id = id};
    struct assay_list_range range;
    struct line *lines;
    size_t count;

    if (!p)
        return assay_fail(err, ASSAY_NOT_FOUND,
                          "there is no provider '%.*s'; /providers has all",
                          ASSAY_STR_ARG(assay_str_head(asked, 100)));
    if (!assay_str_equal(asked, id)) {
        sheet->redirect = assay_arena_printf(
            visit->arena, "/provider/%.*s",
            ASSAY_STR_ARG(assay_url_encoded(visit->arena, id)));
        return true;
    }
    view.name = provider_name(p);
    view.model_count = p->model_count;
    if (!read_lines(visit, id, &lines, &count, err) ||
        !take_lines(visit, lines, count, &view, &range, err))
        return false;
    count_lines(visit, lines, count, &view);
    view.ending_shown = view.ending_count < ENDING ? view.ending_count : ENDING;
    struct assay_document *doc =
        assay_page_provider(visit->arena, &view, &options);
    sheet->doc = doc;
    if (visit->shape == ASSAY_AS_PAGE)
        assay_sheet_insert(visit, sheet, "routes", assay_form_traffic(visit));
    assay_list_links(visit, sheet, doc, &range);
    sheet->description = assay_arena_printf(
        visit->arena,
        "%.*s serves %zu models on %zu live routes: prices, limits, lifecycle "
        "and what a month costs, as of %.*s.",
        ASSAY_STR_ARG(view.name), view.model_count, view.live_count,
        ASSAY_STR_ARG(assay_date_text(visit->arena, visit->as_of)));
    return true;
}
